"""One person's enrolment in a course by a partner: asked for, confirmed, withdrawn, its price given back or not.

Vocabulary. An *enrolment* is of one person, in one course, by one partner, at the *price* in credits that was in force.
While it is *pending* it waits for confirmation, and its credits are held; then the person is a *participant*. It is
*dropped* where nobody confirmed it, *withdrawn* where the participant left, and *reversed* once the credits of a
withdrawn one are back. It is *cancelled* with its session, and its credits are back at once.

Invariants. An enrolment moves only as `ENROLMENT` says. Withdrawing gives nothing back by itself (W8). It carries its
price for good, and *entry*, the number of the wallet's entry that paid it; a free one has none (W4).

What the host must guarantee: nothing here asks a wallet. The rules that keep participants and debits together
are in `lara_core.enrolment`; the verbs here are what they are made of.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.credits import Credits, any_credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import CourseId, EnrolmentId, LimitId, PartnerId, SessionId
from lara_core.kernel.people import Person
from lara_core.kernel.validators import checked


class EnrolmentState(StrEnum):
    """How far an enrolment is."""

    PENDING = "pending"
    PARTICIPANT = "participant"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


class EnrolmentVerb(StrEnum):
    """What happens to an enrolment."""

    CONFIRM = "confirm"
    DROP = "drop"
    WITHDRAW = "withdraw"
    REVERSE = "reverse"
    CANCEL = "cancel"


# Which verbs a state knows, and where they lead. Total over states.
ENROLMENT: Final[Mapping[EnrolmentState, Mapping[EnrolmentVerb, EnrolmentState]]] = {
    EnrolmentState.PENDING: {
        EnrolmentVerb.CONFIRM: EnrolmentState.PARTICIPANT,
        EnrolmentVerb.DROP: EnrolmentState.DROPPED,
    },
    EnrolmentState.PARTICIPANT: {
        EnrolmentVerb.WITHDRAW: EnrolmentState.WITHDRAWN,
        EnrolmentVerb.CANCEL: EnrolmentState.CANCELLED,
    },
    EnrolmentState.DROPPED: {},
    EnrolmentState.WITHDRAWN: {EnrolmentVerb.REVERSE: EnrolmentState.REVERSED},
    EnrolmentState.REVERSED: {},
    EnrolmentState.CANCELLED: {},
}
# Where a verb leads, from wherever it is known, so that one that is repeated changes nothing.
LEADS_TO: Final[Mapping[EnrolmentVerb, EnrolmentState]] = {
    verb: state for verbs in ENROLMENT.values() for verb, state in verbs.items()
}


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class ParticipantEnrolled:
    """*person* is a participant of *course*. *entry* paid the *price*, which counts under *limit* if there is one."""

    enrolment: EnrolmentId
    partner: PartnerId
    course: CourseId
    person: Person
    price: Credits = field(validator=checked(any_credits))
    session: SessionId | None
    limit: LimitId | None
    entry: int | None
    act: Act


@frozen
class EnrolmentRequested:
    """*person* waits for confirmation until *until* has passed, with the *price* held (W9)."""

    enrolment: EnrolmentId
    partner: PartnerId
    course: CourseId
    person: Person
    price: Credits = field(validator=checked(any_credits))
    session: SessionId | None
    limit: LimitId | None
    until: Deadline
    act: Act


@frozen
class EnrolmentConfirmed:
    """Who waited is a participant now, paid by *entry*, unless free."""

    entry: int | None
    act: Act


@frozen
class EnrolmentDropped:
    """Who waited does not become a participant."""

    act: Act


@frozen
class ParticipantWithdrew:
    """The participant has left the course. Nothing is given back by that (W8)."""

    act: Act


@frozen
class EnrolmentReversed:
    """The credits of who had withdrawn are back (W8)."""

    act: Act


@frozen
class EnrolmentCancelled:
    """The session of the participant is cancelled, and what was paid is back (W8)."""

    act: Act


EnrolmentChange: TypeAlias = (
    EnrolmentConfirmed | EnrolmentDropped | ParticipantWithdrew | EnrolmentReversed | EnrolmentCancelled
)
EnrolmentBegun: TypeAlias = ParticipantEnrolled | EnrolmentRequested
EnrolmentEvent: TypeAlias = EnrolmentBegun | EnrolmentChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class EnrolmentIs:
    """The enrolment is in a state that does not know what was asked (`ENROLMENT`)."""

    code: ClassVar[str] = "participants.enrolment_is"
    enrolment: EnrolmentId
    state: EnrolmentState


@frozen
class ConfirmationOver:
    """The time to confirm is over (W9)."""

    code: ClassVar[str] = "participants.confirmation_over"
    enrolment: EnrolmentId
    until: Deadline


ParticipantRefusal: TypeAlias = EnrolmentIs | ConfirmationOver


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Enrolment:
    """One person in one course, by one partner (W4, W8, W9). *until* is set where it was requested."""

    id: EnrolmentId
    version: int
    state: EnrolmentState
    partner: PartnerId
    course: CourseId
    person: Person
    price: Credits
    session: SessionId | None
    limit: LimitId | None
    entry: int | None
    until: Deadline | None

    @classmethod
    def enrol(
        cls,
        act: Act,
        enrolment: EnrolmentId,
        *,
        partner: PartnerId,
        course: CourseId,
        person: Person,
        price: Credits,
        session: SessionId | None,
        limit: LimitId | None,
        entry: int | None,
    ) -> "EnrolmentDecision":
        """Make *person* a participant at once, paid by the wallet's *entry* (W4)."""
        event = ParticipantEnrolled(enrolment, partner, course, person, price, session, limit, entry, act)
        return Decision(cls.begin(event), (event,))

    @classmethod
    def request(
        cls,
        act: Act,
        enrolment: EnrolmentId,
        *,
        partner: PartnerId,
        course: CourseId,
        person: Person,
        price: Credits,
        session: SessionId | None,
        limit: LimitId | None,
        until: Deadline,
    ) -> "EnrolmentDecision":
        """Let *person* wait for confirmation until *until* has passed (W9). Refused: `ConfirmationOver`."""
        if until.passed(act.at):
            raise Refused(ConfirmationOver(enrolment, until))
        event = EnrolmentRequested(enrolment, partner, course, person, price, session, limit, until, act)
        return Decision(cls.begin(event), (event,))

    def confirm(self, act: Act, *, entry: int | None) -> "EnrolmentDecision":
        """Make who waits a participant, paid by the wallet's *entry* (W9). Twice is once.

        Refused: `EnrolmentIs`, `ConfirmationOver`.
        """
        if not self.moves(EnrolmentVerb.CONFIRM):
            return Decision(self)
        if self.until is not None and self.until.passed(act.at):
            raise Refused(ConfirmationOver(self.id, self.until))
        return self._decide(EnrolmentConfirmed(entry, act))

    def drop(self, act: Act) -> "EnrolmentDecision":
        """Let who waits wait no longer, in time or after it (W9). Twice is once. Refused: `EnrolmentIs`."""
        return self._decide(EnrolmentDropped(act)) if self.moves(EnrolmentVerb.DROP) else Decision(self)

    def withdraw(self, act: Act) -> "EnrolmentDecision":
        """Let a participant leave; it gives nothing back (W8). Twice is once. Refused: `EnrolmentIs`."""
        return self._decide(ParticipantWithdrew(act)) if self.moves(EnrolmentVerb.WITHDRAW) else Decision(self)

    def reverse(self, act: Act) -> "EnrolmentDecision":
        """Record that the credits of who has withdrawn are back (W8). Twice is once. Refused: `EnrolmentIs`."""
        return self._decide(EnrolmentReversed(act)) if self.moves(EnrolmentVerb.REVERSE) else Decision(self)

    def cancel(self, act: Act) -> "EnrolmentDecision":
        """Record that the participant's session is cancelled (W8). Twice is once. Refused: `EnrolmentIs`."""
        return self._decide(EnrolmentCancelled(act)) if self.moves(EnrolmentVerb.CANCEL) else Decision(self)

    def moves(self, verb: EnrolmentVerb) -> bool:
        """Whether *verb* moves the enrolment, or it is there already. Refused: `EnrolmentIs`."""
        if self.state is LEADS_TO[verb]:
            # Who never waited was not confirmed, but is what confirming makes of somebody.
            return False
        if verb not in ENROLMENT[self.state]:
            raise Refused(EnrolmentIs(self.id, self.state))
        return True

    @classmethod
    def begin(cls, event: EnrolmentBegun) -> Self:
        """The first state."""
        match event:
            case ParticipantEnrolled():
                state, entry, until = EnrolmentState.PARTICIPANT, event.entry, None
            case EnrolmentRequested():
                state, entry, until = EnrolmentState.PENDING, None, event.until
            case _:
                assert_never(event)
        return cls(
            event.enrolment,
            1,
            state,
            event.partner,
            event.course,
            event.person,
            event.price,
            event.session,
            event.limit,
            entry,
            until,
        )

    def apply(self, event: EnrolmentChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case EnrolmentConfirmed(entry):
                return evolve(self, version=version, state=EnrolmentState.PARTICIPANT, entry=entry)
            case EnrolmentDropped():
                return evolve(self, version=version, state=EnrolmentState.DROPPED)
            case ParticipantWithdrew():
                return evolve(self, version=version, state=EnrolmentState.WITHDRAWN)
            case EnrolmentReversed():
                return evolve(self, version=version, state=EnrolmentState.REVERSED)
            case EnrolmentCancelled():
                return evolve(self, version=version, state=EnrolmentState.CANCELLED)
            case _:
                assert_never(event)

    def _decide(self, event: EnrolmentChange) -> "EnrolmentDecision":
        return Decision(self.apply(event), (event,))


EnrolmentDecision: TypeAlias = Decision[Enrolment, EnrolmentEvent]
