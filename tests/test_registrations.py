"""One person's own place in a session: at once or by approval (N4), one by one or imported (N5)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve, frozen

from lara_core.kernel.decisions import Act, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import PoolId, RegistrationId, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.registrations import (
    LEADS_TO,
    REGISTRATION,
    Origin,
    Registered,
    RegistrantNeedsAccount,
    RegistrantSits,
    Registration,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationChange,
    RegistrationDecision,
    RegistrationIs,
    RegistrationOtherSession,
    RegistrationRefused,
    RegistrationRequested,
    RegistrationSessionCancelled,
    RegistrationSessionOver,
    RegistrationState,
    RegistrationVerb,
    Sale,
    SessionStatus,
)
from tests.builders import ANN, ANN_TYPED, BEN, DAN, ENDS, PRICE, STARTS, TICK, act, flaw, in_turn, keys, session

ID: Final = RegistrationId("registration")
SESSION: Final = SessionId("excel")
IN_TIME: Final = act(ENDS - TICK)
LATE: Final = act(ENDS)
CALLED_OFF: Final = session().cancel(act()).state

DO: Final[dict[RegistrationVerb, Callable[[Registration], Callable[..., RegistrationDecision]]]] = {
    RegistrationVerb.APPROVE: lambda registration: registration.approve,
    RegistrationVerb.REFUSE: lambda registration: registration.refuse,
    RegistrationVerb.CANCEL: lambda registration: registration.cancel,
}
TOLD: Final[dict[RegistrationVerb, Callable[[Act], RegistrationChange]]] = {
    RegistrationVerb.APPROVE: partial(RegistrationApproved, ANN),
    RegistrationVerb.REFUSE: partial(RegistrationRefused, ANN),
    RegistrationVerb.CANCEL: partial(RegistrationCancelled, ANN),
}


@frozen
class _Record:
    """A host's own record of a session."""

    id: SessionId
    ends: datetime
    cancelled: bool


def _registration(state: RegistrationState = RegistrationState.REQUESTED) -> Registration:
    """Ann's, in the state that commands lead to."""
    at_once = Registration.register(act(), ID, session=session(), person=ANN, approval=False, seated=()).state
    requested = Registration.register(act(), ID, session=session(), person=ANN, approval=True, seated=()).state
    match state:
        case RegistrationState.REQUESTED:
            return requested
        case RegistrationState.REGISTERED:
            return at_once
        case RegistrationState.REFUSED:
            return requested.refuse(act(), session=session()).state
        case RegistrationState.CANCELLED:
            return at_once.cancel(act(), session=session()).state


# --- Registering ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", Origin)
def test_registering_at_once(origin: Origin) -> None:
    """Without approval the person sits, one by one and imported alike (N5)."""
    decision = Registration.register(
        act(), ID, session=session(), person=ANN, approval=False, origin=origin, seated=keys(BEN)
    )
    assert decision.events == (Registered(ID, SESSION, ANN, origin, None, act()),)
    assert decision.state == Registration(ID, 1, SESSION, ANN, origin, None, RegistrationState.REGISTERED)


@pytest.mark.parametrize("origin", Origin)
def test_requesting(origin: Origin) -> None:
    """With approval the person waits for it, and has a place meanwhile (N4)."""
    decision = Registration.register(
        act(), ID, session=session(), person=ANN, approval=True, origin=origin, seated=keys(BEN)
    )
    assert decision.events == (RegistrationRequested(ID, SESSION, ANN, origin, None, act()),)
    assert decision.state == Registration(ID, 1, SESSION, ANN, origin, None, RegistrationState.REQUESTED)


@pytest.mark.parametrize("approval", [False, True])
def test_a_place_that_is_bought(approval: bool) -> None:
    """What it was bought by is told once, and stays with it whatever becomes of it (N4, N5, P5)."""
    sale = Sale(TransactionId("order"), PRICE)
    made = Registration.register(act(), ID, session=session(), person=ANN, approval=approval, sale=sale, seated=())
    event, state = {
        False: (Registered, RegistrationState.REGISTERED),
        True: (RegistrationRequested, RegistrationState.REQUESTED),
    }[approval]
    assert made.events == (event(ID, SESSION, ANN, Origin.INDIVIDUAL, sale, act()),)
    assert made.state == Registration(ID, 1, SESSION, ANN, Origin.INDIVIDUAL, sale, state)
    for verb in REGISTRATION[state]:
        assert DO[verb](made.state)(act(), session=session()).state.sale == sale


def test_what_a_place_is_called_in_its_charge() -> None:
    """As a pool of its own name, whether or not it was sold (S12)."""
    assert _registration().pool == PoolId("registration")


@pytest.mark.parametrize(
    ("price", "wrong"),
    [
        (PRICE, None),
        (Money.of("0.00", "CAD"), None),
        (Money.of("-0.01", "CAD"), ("price", Flaw.TOO_SMALL)),
        (1000, ("price", Flaw.WRONG_TYPE)),
        (None, ("price", Flaw.WRONG_TYPE)),
    ],
)
def test_the_price_of_a_sale(price: Any, wrong: tuple[str, Flaw] | None) -> None:
    """An amount, which may be nothing, and is not below it (K9)."""
    assert flaw(lambda: Sale(TransactionId("order"), price)) == wrong


def test_registering_one_by_one() -> None:
    """Unless an import says otherwise (N5)."""
    assert _registration().origin is Origin.INDIVIDUAL


@pytest.mark.parametrize("approval", [False, True])
def test_registering_looks_in_this_order(approval: bool) -> None:
    """Where several refusals apply, the first of the documented order is told, by approval and without (N4, N5)."""
    wrong = {
        "act": LATE,
        "registration": ID,
        "session": CALLED_OFF,
        "person": ANN_TYPED,
        "approval": approval,
        "seated": keys(ANN),
    }
    assert in_turn(
        Registration.register,
        wrong,
        {"session": session()},
        {"act": IN_TIME},
        {"person": ANN},
        {"seated": keys(BEN, DAN)},
    ) == [
        RegistrationSessionCancelled(),
        RegistrationSessionOver(ENDS),
        RegistrantNeedsAccount(ANN_TYPED),
        RegistrantSits(ANN),
        None,
    ]


def test_who_sits_under_another_name() -> None:
    """By account or by address alone, it is the same person (K7, S5)."""
    register = partial(Registration.register, act(), ID, session=session(), person=ANN, approval=False)
    assert why_not(register, seated=keys(ANN_TYPED)) == RegistrantSits(ANN)


@pytest.mark.parametrize("approval", [None, 1, "yes"])
def test_approval_is_a_switch(approval: Any) -> None:
    """Nothing but true and false says whether it is needed (K9)."""
    register = partial(Registration.register, act(), ID, session=session(), person=ANN, seated=())
    assert flaw(lambda: register(approval=approval)) == ("approval", Flaw.WRONG_TYPE)


# --- Approving, refusing, cancelling ----------------------------------------------------------------------------------


def test_the_table_is_total() -> None:
    """Every state is in it, and every verb leads to one state from wherever it is known (K2)."""
    assert set(REGISTRATION) == set(RegistrationState)
    assert {(verb, state) for verbs in REGISTRATION.values() for verb, state in verbs.items()} == set(LEADS_TO.items())
    assert set(LEADS_TO) == set(RegistrationVerb)


@pytest.mark.parametrize("state", RegistrationState)
@pytest.mark.parametrize("verb", RegistrationVerb)
def test_what_every_state_does(state: RegistrationState, verb: RegistrationVerb) -> None:
    """What the table knows happens, what has happened changes nothing, all else is refused (N4, N5, K2)."""
    before = _registration(state)
    assert before.state is state
    command = DO[verb](before)
    if verb in REGISTRATION[state]:
        decision = command(act(STARTS), session=session())
        assert decision.events == (TOLD[verb](act(STARTS)),)
        assert decision.state == evolve(before, version=before.version + 1, state=REGISTRATION[state][verb])
    elif state is LEADS_TO[verb]:
        decision = command(act(), session=session())
        assert decision.events == ()
        assert decision.state is before
    else:
        assert why_not(command, act(), session=session()) == RegistrationIs(state)


@pytest.mark.parametrize(("state", "verb"), [(state, verb) for state in RegistrationState for verb in RegistrationVerb])
def test_facts_of_another_session(state: RegistrationState, verb: RegistrationVerb) -> None:
    """Are refused before anything else, also where nothing would change."""
    other = session(name="word").cancel(act()).state
    command = DO[verb](_registration(state))
    assert why_not(command, LATE, session=other) == RegistrationOtherSession(SESSION, SessionId("word"))


@pytest.mark.parametrize(
    ("verb", "called_off"),
    [
        (RegistrationVerb.APPROVE, RegistrationSessionCancelled()),
        (RegistrationVerb.REFUSE, None),
        (RegistrationVerb.CANCEL, None),
    ],
)
def test_a_session_that_is_cancelled(verb: RegistrationVerb, called_off: RegistrationSessionCancelled | None) -> None:
    """Takes nobody in; its registrations can still be given up, which is how they end with it (N4, S14)."""
    command = DO[verb](_registration())
    assert why_not(command, act(), session=CALLED_OFF) == called_off
    assert why_not(command, LATE, session=CALLED_OFF) == (called_off or RegistrationSessionOver(ENDS))


@pytest.mark.parametrize("verb", RegistrationVerb)
def test_until_the_end(verb: RegistrationVerb) -> None:
    """From the very instant of the end on nothing moves; what was done before is still harmless (N5)."""
    before = _registration()
    assert why_not(DO[verb](before), IN_TIME, session=session()) is None
    assert why_not(DO[verb](before), LATE, session=session()) == RegistrationSessionOver(ENDS)
    done = DO[verb](before)(IN_TIME, session=session()).state
    assert DO[verb](done)(LATE, session=CALLED_OFF).state is done


def test_a_state_is_told_before_the_time() -> None:
    """A registration that is over says so, whatever the session's time (N4)."""
    refused = _registration(RegistrationState.REFUSED)
    assert why_not(refused.approve, LATE, session=CALLED_OFF) == RegistrationIs(RegistrationState.REFUSED)


@pytest.mark.parametrize(
    ("state", "sits"),
    [
        (RegistrationState.REQUESTED, True),
        (RegistrationState.REGISTERED, True),
        (RegistrationState.REFUSED, False),
        (RegistrationState.CANCELLED, False),
    ],
)
def test_who_sits(state: RegistrationState, sits: bool) -> None:
    """A request takes a place as a registration does (N4, N5)."""
    assert _registration(state).sits is sits


@pytest.mark.parametrize("approval", [False, True])
@pytest.mark.parametrize("answer", RegistrationVerb)
def test_replay(approval: bool, answer: RegistrationVerb) -> None:
    """The events alone give the state, from the first one on (K3)."""
    made = Registration.register(act(), ID, session=session(), person=ANN, approval=approval, seated=())
    (first,) = made.events
    assert isinstance(first, Registered | RegistrationRequested)
    assert Registration.begin(first) == made.state
    if answer in REGISTRATION[made.state.state]:
        decision = DO[answer](made.state)(act(), session=session())
        (event,) = decision.events
        assert not isinstance(event, Registered | RegistrationRequested)
        assert Registration.begin(first).apply(event) == decision.state


def test_a_hosts_own_record() -> None:
    """Whatever says a session's id, end and status will do, in any zone, but not without one (K8)."""
    record: SessionStatus = _Record(SESSION, ENDS, cancelled=False)
    assert why_not(_registration().approve, IN_TIME, session=record) is None
    naive = _Record(SESSION, ENDS.replace(tzinfo=None), cancelled=False)
    assert flaw(lambda: _registration().approve(IN_TIME, session=naive)) == ("ends", Flaw.NAIVE_TIME)
