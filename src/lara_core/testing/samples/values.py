"""People, ids, prices, and one of each thing that can be stored. Part of `lara_core.testing.samples`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, in_turn
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.ids import (
    ActorId,
    CourseId,
    HoldId,
    Key,
    PartnerId,
    PoolId,
    PortalId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, ChargeDecision, RefundTerms
from lara_core.registrations import Registration, RegistrationDecision, Sale
from lara_core.rights import MATRIX, Grants, GrantsDecision, Role, Scope
from lara_core.seats import Policy, SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision
from lara_core.telling.notices import Notice, Template

NOW: Final = datetime(2030, 3, 1, 9, 30, 0, 123_456, UTC)
STARTS: Final = datetime(2030, 6, 3, 7, tzinfo=UTC)
ENDS: Final = datetime(2030, 6, 5, 15, tzinfo=UTC)
UNTIL: Final = Deadline.at(NOW + timedelta(hours=1))
LATER: Final = NOW + timedelta(hours=2)

SESSION: Final = SessionId("welding-june")
OTHER_SESSION: Final = SessionId("welding-july")
POOL: Final = PoolId("pool-1")
OTHER_POOL: Final = PoolId("pool-2")
TRANSACTION: Final = TransactionId("transaction-1")
OTHER_TRANSACTION: Final = TransactionId("transaction-2")
REGISTRATION: Final = RegistrationId("registration-1")
OTHER_REGISTRATION: Final = RegistrationId("registration-2")
PORTAL: Final = PortalId("academy")
OTHER_PORTAL: Final = PortalId("académie")
PARTNER: Final = PartnerId("partner-1")
OTHER_PARTNER: Final = PartnerId("partner-2")
COURSE: Final = CourseId("welding")
OTHER_COURSE: Final = CourseId("soudure-à-l'arc")
ADMIN: Final = ActorId("admin")
BUYER: Final = ActorId("acheteuse-é")

ANA: Final = Person.of("Ana.Lima@Example.com", "account-ana")
BORIS: Final = Person.of("boris@example.com", "account-boris")
CHLOE: Final = Person.of("Chloé@Bücher.example.com", "compte-chloé")
DAWUD: Final = Person.of("داود@example.com", "account-dawud")
EDITH: Final = Person.of("edith+welding@example.com", "account-edith")
# Two by their addresses alone. Faye has an account by the time she accepts, under another address.
FAYE: Final = Person.of("Faye.O'Hara@Example.com")
FAYE_ACCEPTING: Final = Person.of("faye@straße.example.com", "account-faye")
GITA: Final = Person.of("गीता@example.com")
GITA_MISTYPED: Final = Person.of("गीत@example.com")
# The same people in other spellings.
CHLOE_AGAIN: Final = Person.of("CHLOé@bücher.EXAMPLE.com")
GITA_AGAIN: Final = Person.of("गीत@EXAMPLE.com")

# Who stands where somebody was erased.
TOMBSTONE: Final = Person.of("1@erased.invalid", "erased-1")
TOMBSTONE_ACTOR: Final = ActorId("erased-1")
OTHER_TOMBSTONE: Final = Person.of("2@erased.invalid", "erased-2")
ERASING: Final = Erasure.of(ANA, TOMBSTONE, actors={ActorId("ana"): TOMBSTONE_ACTOR})
# Somebody who buys, and learns under two addresses.
ERASING_ANOTHER: Final = Erasure.of(
    FAYE_ACCEPTING,
    OTHER_TOMBSTONE,
    also=(FAYE,),
    actors={ActorId("faye"): ActorId("erased-2"), BUYER: ActorId("buyer-2")},
)

# What collations and short columns take for the same, though it is not.
ALIKE: Final = (
    "run-a",
    "RUN-A",
    "run-e",
    "run-\N{LATIN SMALL LETTER E WITH ACUTE}",
    "run-e\N{COMBINING ACUTE ACCENT}",
    "x" * 254 + "1",
    "x" * 254 + "2",
)

# Currencies of no, two, three and four digits; amounts of nothing, of one minor unit, and more than 32 bits of them.
PRICES: Final = (
    (Money.of("1200", "JPY"), Money.of("0", "JPY"), Money.of("1", "JPY"), Money.of("7", "JPY")),
    (Money.of("99.99", "EUR"), Money.of("0.00", "EUR"), Money.of("10000000000.01", "EUR"), Money.of("1.10", "EUR")),
    (Money.of("0.001", "KWD"), Money.of("1.234", "KWD"), Money.of("0.000", "KWD"), Money.of("5.500", "KWD")),
    (Money.of("0.0001", "CLF"), Money.of("2.0000", "CLF"), Money.of("3.5000", "CLF"), Money.of("0.0000", "CLF")),
)

EVERYTHING: Final = Role("everything", MATRIX)


def act(key: str, *, by: str = ADMIN, at: datetime = NOW) -> Act:
    """Somebody does something, usually the administrator, usually now."""
    return Act(at, ActorId(by), Key(key))


def opened(session: SessionId = SESSION, *, capacity: int | None = None) -> SessionDecision:
    """A session that is put on sale."""
    return Session.open(act("open"), session, starts=STARTS, ends=ENDS, capacity=capacity)


def bought(
    pool: PoolId = POOL,
    learners: Sequence[Person] = (),
    *,
    seats: int = 3,
    session: SessionId = SESSION,
    transaction: TransactionId = TRANSACTION,
) -> SeatDecision:
    """A pool of *seats* in *session*, with *learners* on the first of them."""
    return SeatPool.buy(
        act("buy", by=BUYER),
        pool,
        session=opened(session).state,
        transaction=transaction,
        buyer=BUYER,
        prices=(Money.of("10.00", "EUR"),) * seats,
        policy=Policy(),
        learners=learners,
        seated=(),
    )


def captured(transaction: TransactionId = TRANSACTION, *, euros: int = 30) -> ChargeDecision:
    """What was taken for the seats of a transaction."""
    terms = RefundTerms("0", Money.of(0, "EUR"), Money.of(0, "EUR"))
    return Charge.capture(
        act("capture", by=BUYER), transaction, buyer=BUYER, captured=Money.of(euros, "EUR"), terms=terms
    )


def registered(
    registration: RegistrationId = REGISTRATION,
    person: Person = EDITH,
    *,
    session: SessionId = SESSION,
    approval: bool = False,
    transaction: TransactionId | None = None,
) -> RegistrationDecision:
    """A registration of *person* in *session*, or a request for one; in a *transaction* it was bought."""
    return Registration.register(
        act("register"),
        registration,
        session=opened(session).state,
        person=person,
        approval=approval,
        sale=None if transaction is None else Sale(transaction, Money.of("10.00", "EUR")),
        seated=(),
    )


def granted(actor: ActorId = ADMIN, *, partner: PartnerId | None = None) -> GrantsDecision:
    """All that can be granted to *actor*, everywhere, as one of *partner*'s people or of the organisation's own."""
    begun = Grants.open(act("admit"), actor, partner=partner)
    return in_turn(begun, begun.state.grant_role(act("grant"), EVERYTHING, scope=Scope(partner=partner)))


def notice(key: str, *, to: Person | ActorId = ANA) -> Notice:
    """Something to tell *to* about a seat of `POOL`."""
    return Notice(key, to, Template.ENROLLED, SESSION, POOL, (SeatNo(1),))


def invitation(key: str, *, to: Person = FAYE) -> Notice:
    """What *to* reads who is invited to a seat of `POOL`."""
    return Notice(key, to, Template.INVITED, SESSION, POOL, (SeatNo(2),), 3, until=UNTIL)


def refunded(key: str) -> Notice:
    """What the buyer reads who gets money back for a seat of `POOL`."""
    return Notice(
        key, BUYER, Template.REFUND_SUCCEEDED, SESSION, POOL, (SeatNo(1),), amount=Money.of("10000000000.001", "KWD")
    )


def offered(key: str, *, to: Person = FAYE) -> Notice:
    """What *to* reads who waited, and is offered a place."""
    return Notice(key, to, Template.OFFERED, SESSION, hold=HoldId("offer:7.1"), until=UNTIL)


def exhausted(key: str, *, to: ActorId = ADMIN) -> Notice:
    """What *to* reads when the wallet of `PARTNER` does not suffice."""
    return Notice(key, to, Template.WALLET_EXHAUSTED, partner=PARTNER, price=Credits(10**12), available=5_000_000_000)


def enrolled_in(key: str, *, to: Person = FAYE) -> Notice:
    """What *to* reads whom `PARTNER` has enrolled in `COURSE`."""
    return Notice(key, to, Template.PARTICIPANT_ENROLLED, course=COURSE, partner=PARTNER)
