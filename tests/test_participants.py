"""One enrolment: asked for, confirmed, dropped, withdrawn, reversed, cancelled (W4, W8, W9)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

import pytest
from attrs import evolve

from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, why_not
from lara_core.kernel.ids import CourseId, EnrolmentId, LimitId, PartnerId, SessionId
from lara_core.participants import (
    ENROLMENT,
    LEADS_TO,
    ConfirmationOver,
    Enrolment,
    EnrolmentCancelled,
    EnrolmentConfirmed,
    EnrolmentDecision,
    EnrolmentDropped,
    EnrolmentIs,
    EnrolmentRequested,
    EnrolmentReversed,
    EnrolmentState,
    EnrolmentVerb,
    ParticipantEnrolled,
    ParticipantWithdrew,
)
from tests.builders import ANN, NOW, TICK, act

E1: Final = EnrolmentId("e1")
ALFA: Final = PartnerId("alfa")
SAFETY: Final = CourseId("safety")
JUNE: Final = SessionId("june")
NORTH: Final = LimitId("north")
PRICE: Final = Credits(3)
UNTIL: Final = NOW + timedelta(hours=1)
HOUR: Final = Deadline.at(UNTIL)


def enrolled() -> EnrolmentDecision:
    """Ann is a participant, paid by the wallet's seventh event."""
    return Enrolment.enrol(
        act(), E1, partner=ALFA, course=SAFETY, person=ANN, price=PRICE, session=JUNE, limit=NORTH, entry=7
    )


def requested(by: Act) -> EnrolmentDecision:
    """Ann waits for confirmation, for an hour."""
    return Enrolment.request(
        by, E1, partner=ALFA, course=SAFETY, person=ANN, price=PRICE, session=JUNE, limit=NORTH, until=HOUR
    )


def in_state(state: EnrolmentState) -> Enrolment:
    """Ann's enrolment, requested at first, in that state."""
    pending = requested(act()).state
    participant = pending.confirm(act(), entry=7).state
    made: Mapping[EnrolmentState, Enrolment] = {
        EnrolmentState.PENDING: pending,
        EnrolmentState.PARTICIPANT: participant,
        EnrolmentState.DROPPED: pending.drop(act()).state,
        EnrolmentState.WITHDRAWN: participant.withdraw(act()).state,
        EnrolmentState.REVERSED: participant.withdraw(act()).state.reverse(act()).state,
        EnrolmentState.CANCELLED: participant.cancel(act()).state,
    }
    return made[state]


def test_enrolling() -> None:
    """A participant at once, with the price recorded (W4)."""
    decision = enrolled()
    assert decision.events == (ParticipantEnrolled(E1, ALFA, SAFETY, ANN, PRICE, JUNE, NORTH, 7, act()),)
    participant = EnrolmentState.PARTICIPANT
    assert decision.state == Enrolment(E1, 1, participant, ALFA, SAFETY, ANN, PRICE, JUNE, NORTH, 7, None)


def test_requesting() -> None:
    """Waiting until a deadline, which has not passed yet (W9)."""
    decision = requested(act(UNTIL))
    assert decision.events == (EnrolmentRequested(E1, ALFA, SAFETY, ANN, PRICE, JUNE, NORTH, HOUR, act(UNTIL)),)
    pending = EnrolmentState.PENDING
    assert decision.state == Enrolment(E1, 1, pending, ALFA, SAFETY, ANN, PRICE, JUNE, NORTH, None, HOUR)
    assert why_not(requested, act(UNTIL + TICK)) == ConfirmationOver(E1, HOUR)


def test_confirming_in_time() -> None:
    """The deadline's instant is in time, a microsecond later is not; the entry that paid is named (W9, K8)."""
    before = requested(act()).state
    decision = before.confirm(act(UNTIL), entry=9)
    assert decision.events == (EnrolmentConfirmed(9, act(UNTIL)),)
    assert decision.state == evolve(before, version=2, state=EnrolmentState.PARTICIPANT, entry=9)
    late = act(UNTIL + TICK)
    assert why_not(before.confirm, late, entry=9) == ConfirmationOver(E1, HOUR)
    assert decision.state.confirm(late, entry=10) == Decision(decision.state)
    assert before.drop(late).state == evolve(before, version=2, state=EnrolmentState.DROPPED)


VERBS: Final[Mapping[EnrolmentVerb, tuple[Callable[[Enrolment, Act], EnrolmentDecision], type]]] = {
    EnrolmentVerb.CONFIRM: (partial(Enrolment.confirm, entry=7), EnrolmentConfirmed),
    EnrolmentVerb.DROP: (Enrolment.drop, EnrolmentDropped),
    EnrolmentVerb.WITHDRAW: (Enrolment.withdraw, ParticipantWithdrew),
    EnrolmentVerb.REVERSE: (Enrolment.reverse, EnrolmentReversed),
    EnrolmentVerb.CANCEL: (Enrolment.cancel, EnrolmentCancelled),
}


@pytest.mark.parametrize("state", EnrolmentState)
@pytest.mark.parametrize("verb", EnrolmentVerb)
def test_every_verb_in_every_state(state: EnrolmentState, verb: EnrolmentVerb) -> None:
    """It goes where the table says, is there already, or is refused; the rest of it stays as it was (K2, W8)."""
    before = in_state(state)
    assert before.state is state
    run, event = VERBS[verb]
    if state is LEADS_TO[verb]:
        assert run(before, act()).state is before
    elif verb not in ENROLMENT[state]:
        assert why_not(run, before, act()) == EnrolmentIs(E1, state)
    else:
        decision = run(before, act())
        assert [type(found) for found in decision.events] == [event]
        entry = 7 if verb is EnrolmentVerb.CONFIRM else before.entry
        after = evolve(before, version=before.version + 1, state=ENROLMENT[state][verb], entry=entry)
        assert decision.state == after


def test_the_table() -> None:
    """Withdrawing gives nothing back, and what has ended does not go on (W8)."""
    moves = {(state, verb, to) for state, verbs in ENROLMENT.items() for verb, to in verbs.items()}
    assert moves == {
        (EnrolmentState.PENDING, EnrolmentVerb.CONFIRM, EnrolmentState.PARTICIPANT),
        (EnrolmentState.PENDING, EnrolmentVerb.DROP, EnrolmentState.DROPPED),
        (EnrolmentState.PARTICIPANT, EnrolmentVerb.WITHDRAW, EnrolmentState.WITHDRAWN),
        (EnrolmentState.PARTICIPANT, EnrolmentVerb.CANCEL, EnrolmentState.CANCELLED),
        (EnrolmentState.WITHDRAWN, EnrolmentVerb.REVERSE, EnrolmentState.REVERSED),
    }
    assert set(ENROLMENT) == set(EnrolmentState)
