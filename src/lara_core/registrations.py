"""One person's own place in a session: registered at once, or requested and then approved or refused.

Vocabulary. A *registration* is somebody's place in a session that no pool's seat stands for. Its *origin* is
*individual*, or *imported* with a roster. Where it needs approval it is *requested* first. It *sits* while it is
requested or registered: it takes a place then, and the person counts among who sits in the session. It may have a
*sale*: what it was bought by.

Invariants. A registration moves only as `REGISTRATION` says (N4). Whoever is registered has an account, and nobody
sits twice in a session, in a pool or individually (N5, S5). From the session's end on registrations stay as they are.

What the host must guarantee: the facts that a command asks for are true when the decision is saved, as for
`lara_core.seats`. A place is taken in the session when the registration is made, and given back when it is refused or
cancelled (the rules of `lara_core.places` do). Who may approve, and who may import, is asked before (R2).
"""

from collections.abc import Container, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import PoolId, RegistrationId, SessionId, TransactionId
from lara_core.kernel.money import Money, from_zero
from lara_core.kernel.people import Person, PersonKey
from lara_core.kernel.validators import checked, switch


class RegistrationState(StrEnum):
    """How a registration stands (N4)."""

    REQUESTED = "requested"
    REGISTERED = "registered"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RegistrationVerb(StrEnum):
    """What can be done with a registration."""

    APPROVE = "approve"
    REFUSE = "refuse"
    CANCEL = "cancel"


class Origin(StrEnum):
    """Where a registration comes from: one by one, or with an imported roster (N5)."""

    INDIVIDUAL = "individual"
    IMPORTED = "imported"


# Which verbs a state knows, and where they lead. Total over states; guards come on top.
REGISTRATION: Final[Mapping[RegistrationState, Mapping[RegistrationVerb, RegistrationState]]] = {
    RegistrationState.REQUESTED: {
        RegistrationVerb.APPROVE: RegistrationState.REGISTERED,
        RegistrationVerb.REFUSE: RegistrationState.REFUSED,
        RegistrationVerb.CANCEL: RegistrationState.CANCELLED,
    },
    RegistrationState.REGISTERED: {RegistrationVerb.CANCEL: RegistrationState.CANCELLED},
    RegistrationState.REFUSED: {},
    RegistrationState.CANCELLED: {},
}
# Where a verb leads, from wherever it is known, so that an answer that is repeated changes nothing.
LEADS_TO: Final[Mapping[RegistrationVerb, RegistrationState]] = {
    verb: state for verbs in REGISTRATION.values() for verb, state in verbs.items()
}


class SessionStatus(Protocol):
    """What a registration asks of its session. `lara_core.sessions.Session` fits, and so does a host's own record."""

    @property
    def id(self) -> SessionId: ...

    @property
    def ends(self) -> datetime: ...

    @property
    def cancelled(self) -> bool: ...


@frozen
class Sale:
    """What a place was bought by: the *transaction*, and the gross *price*."""

    transaction: TransactionId
    price: Money = field(validator=checked(from_zero))


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class Registered:
    """*person* sits in *session*, with no approval asked."""

    registration: RegistrationId
    session: SessionId
    person: Person
    origin: Origin
    sale: Sale | None
    act: Act


@frozen
class RegistrationRequested:
    """*person* would sit in *session*, and has a place there until somebody approves or refuses."""

    registration: RegistrationId
    session: SessionId
    person: Person
    origin: Origin
    sale: Sale | None
    act: Act


@frozen
class RegistrationApproved:
    """*person* sits in the session."""

    person: Person
    act: Act


@frozen
class RegistrationRefused:
    """*person* is not let into the session."""

    person: Person
    act: Act


@frozen
class RegistrationCancelled:
    """*person* does not sit in the session any more, or does not ask to."""

    person: Person
    act: Act


RegistrationChange: TypeAlias = RegistrationApproved | RegistrationRefused | RegistrationCancelled
RegistrationEvent: TypeAlias = Registered | RegistrationRequested | RegistrationChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class RegistrationOtherSession:
    """The facts are those of another session than the registration's."""

    code: ClassVar[str] = "registrations.other_session"
    expected: SessionId
    given: SessionId


@frozen
class RegistrationSessionCancelled:
    """The session is cancelled: nobody comes to sit in it any more (S14)."""

    code: ClassVar[str] = "registrations.session_cancelled"


@frozen
class RegistrationSessionOver:
    """The session has ended: its registrations stay as they are (N5)."""

    code: ClassVar[str] = "registrations.session_over"
    ends: datetime


@frozen
class RegistrantNeedsAccount:
    """This person is known by an address alone; a registration needs an account (N5)."""

    code: ClassVar[str] = "registrations.registrant_needs_account"
    person: Person


@frozen
class RegistrantSits:
    """This person already sits in the session, in a pool or individually (N5, S5)."""

    code: ClassVar[str] = "registrations.registrant_sits"
    person: Person


@frozen
class RegistrationIs:
    """The registration is in a state that does not know what was asked (`REGISTRATION`)."""

    code: ClassVar[str] = "registrations.registration_is"
    state: RegistrationState


@frozen
class NobodyToRegister:
    """Nobody was named, or all who were named already sit in the session (N5)."""

    code: ClassVar[str] = "registrations.nobody_to_register"
    already: tuple[Person, ...]


RegistrationRefusal: TypeAlias = (
    RegistrationOtherSession
    | RegistrationSessionCancelled
    | RegistrationSessionOver
    | RegistrantNeedsAccount
    | RegistrantSits
    | RegistrationIs
    | NobodyToRegister
)


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Registration:
    """One person's own place in a session (N4, N5); *sale* is what it was bought by, where it was.

    In the charge of its transaction it is the one seat of a pool of its own name (`pool`).
    """

    id: RegistrationId
    version: int
    session: SessionId
    person: Person
    origin: Origin
    sale: Sale | None
    state: RegistrationState

    @classmethod
    def register(
        cls,
        act: Act,
        registration: RegistrationId,
        *,
        session: SessionStatus,
        person: Person,
        approval: bool,
        origin: Origin = Origin.INDIVIDUAL,
        sale: Sale | None = None,
        seated: Container[PersonKey],
    ) -> "RegistrationDecision":
        """Give *person*, who has an account, a place of their own in *session*; with *approval* it is requested (N4).

        *seated* are the keys of who sits in the session, in any pool or individually. Refused:
        `RegistrationSessionCancelled`, `RegistrationSessionOver` from the end on, `RegistrantNeedsAccount`,
        `RegistrantSits`.
        """
        made = RegistrationRequested if switch("approval", approval) else Registered
        _not_cancelled(session)
        _not_over(session, act.at)
        if person.account is None:
            raise Refused(RegistrantNeedsAccount(person))
        if person.is_in(seated):
            raise Refused(RegistrantSits(person))
        event = made(registration, session.id, person, origin, sale, act)
        return Decision(cls.begin(event), (event,))

    def approve(self, act: Act, *, session: SessionStatus) -> "RegistrationDecision":
        """Let the person sit (N4). Harmless where they do already.

        Refused: `RegistrationOtherSession`, `RegistrationIs`, `RegistrationSessionCancelled`,
        `RegistrationSessionOver` from the end on.
        """
        if self._done(RegistrationVerb.APPROVE, session):
            return Decision(self)
        _not_cancelled(session)
        _not_over(session, act.at)
        return self._decide(RegistrationApproved(self.person, act))

    def refuse(self, act: Act, *, session: SessionStatus) -> "RegistrationDecision":
        """Do not let the person sit (N4): one who is registered already has their registration cancelled instead.

        Twice is once; a session that is cancelled is no hindrance. Refused: `RegistrationOtherSession`,
        `RegistrationIs`, `RegistrationSessionOver` from the end on.
        """
        if self._done(RegistrationVerb.REFUSE, session):
            return Decision(self)
        _not_over(session, act.at)
        return self._decide(RegistrationRefused(self.person, act))

    def cancel(self, act: Act, *, session: SessionStatus) -> "RegistrationDecision":
        """Take the place, or the request, away (N5). Twice is once; a session that is cancelled is no hindrance (S14).

        Refused: `RegistrationOtherSession`, `RegistrationIs`, `RegistrationSessionOver` from the end on.
        """
        if self._done(RegistrationVerb.CANCEL, session):
            return Decision(self)
        _not_over(session, act.at)
        return self._decide(RegistrationCancelled(self.person, act))

    @property
    def pool(self) -> PoolId:
        """What its place is called in the charge of its transaction."""
        return PoolId(self.id)

    @property
    def sits(self) -> bool:
        """Whether the registration takes a place, and its person counts among who sits in the session."""
        return self.state in (RegistrationState.REQUESTED, RegistrationState.REGISTERED)

    @classmethod
    def begin(cls, event: Registered | RegistrationRequested) -> Self:
        """The first state."""
        match event:
            case Registered():
                state = RegistrationState.REGISTERED
            case RegistrationRequested():
                state = RegistrationState.REQUESTED
            case _:
                assert_never(event)
        return cls(event.registration, 1, event.session, event.person, event.origin, event.sale, state)

    def apply(self, event: RegistrationChange) -> Self:
        """The state after *event*. Decides nothing."""
        match event:
            case RegistrationApproved():
                state = RegistrationState.REGISTERED
            case RegistrationRefused():
                state = RegistrationState.REFUSED
            case RegistrationCancelled():
                state = RegistrationState.CANCELLED
            case _:
                assert_never(event)
        return evolve(self, version=self.version + 1, state=state)

    def _done(self, verb: RegistrationVerb, session: SessionStatus) -> bool:
        """Whether *verb* was done before. Refuses what the state does not know, and facts of another session."""
        if session.id != self.session:
            raise Refused(RegistrationOtherSession(self.session, session.id))
        if self.state is LEADS_TO[verb]:
            return True
        if verb not in REGISTRATION[self.state]:
            raise Refused(RegistrationIs(self.state))
        return False

    def _decide(self, event: RegistrationChange) -> "RegistrationDecision":
        return Decision(self.apply(event), (event,))


RegistrationDecision: TypeAlias = Decision[Registration, RegistrationEvent]


def _not_cancelled(session: SessionStatus) -> None:
    if session.cancelled:
        raise Refused(RegistrationSessionCancelled())


def _not_over(session: SessionStatus, at: datetime) -> None:
    if at >= utc("ends", session.ends):
        raise Refused(RegistrationSessionOver(session.ends))
