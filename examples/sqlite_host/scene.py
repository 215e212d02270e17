"""Where the demo's story is told: who and when, and what every chapter needs for telling it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from attrs import define, field

from lara_core.confirmation import ClientAnswer
from lara_core.hosting import group_purchase as do
from lara_core.hosting.outbox import deliver
from lara_core.hosting.ports import Receipt
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Refusal, Refused
from lara_core.kernel.errors import ContractBroken
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    HoldId,
    Key,
    PartnerId,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, RefundState, RefundTerms
from lara_core.schedules import Schedule
from lara_core.seats import Policy, SeatPool, SeatsAssigned
from lara_core.sessions import Session
from lara_core.telling.notices import Notice
from lara_core.telling.texts import About, Shown, Texts
from sqlite_host.laws import Repeat
from sqlite_host.narration import NARRATIONS, Narration
from sqlite_host.people import Directory
from sqlite_host.post import PORTAL as PAGES
from sqlite_host.post import Post, is_overtaken, page
from sqlite_host.store import SqliteStore
from sqlite_host.transcript import Transcript

STORY: Final = Path(__file__).with_name("story")
MAIL: Final = "mail"

ZONE: Final = Zone("America/Moncton")
# The story takes six weeks.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2025, 3, day) for day in range(3, 8))
NEXT_MONDAY, NEXT_TUESDAY, NEXT_WEDNESDAY, NEXT_THURSDAY, NEXT_FRIDAY = (date(2025, 3, day) for day in range(10, 15))
THIRD_MONDAY, THIRD_TUESDAY, THIRD_WEDNESDAY, THIRD_THURSDAY, THIRD_FRIDAY = (
    date(2025, 3, day) for day in range(17, 22)
)
FOURTH_MONDAY, FOURTH_TUESDAY, FOURTH_WEDNESDAY, FOURTH_THURSDAY, FOURTH_FRIDAY = (
    date(2025, 3, day) for day in range(24, 29)
)
FIFTH_MONDAY, FIFTH_TUESDAY, FIFTH_WEDNESDAY, FIFTH_THURSDAY, FIFTH_FRIDAY = (
    date(2025, 3, 31) + timedelta(days=day) for day in range(5)
)
LAST_MONDAY, LAST_TUESDAY, LAST_WEDNESDAY, LAST_THURSDAY, LAST_FRIDAY = (date(2025, 4, day) for day in range(7, 12))
END: Final = datetime(2025, 4, 11, 12, tzinfo=ZONE.info)
STARTS: Final = datetime(2025, 5, 12, 9, tzinfo=ZONE.info)
ENDS: Final = datetime(2025, 5, 13, 16, 30, tzinfo=ZONE.info)
JUNE_STARTS: Final = datetime(2025, 6, 16, 9, tzinfo=ZONE.info)
JUNE_ENDS: Final = datetime(2025, 6, 17, 16, 30, tzinfo=ZONE.info)

SESSION: Final = SessionId("first-aid-may")
JUNE: Final = SessionId("first-aid-june")
SEPTEMBER: Final = SessionId("first-aid-september")
EVENING: Final = SessionId("open-evening")
THEORY, PRACTICE = SessionId("forklift-theory"), SessionId("forklift-practice")
PORTAL: Final = PortalId("portal")
SELLER: Final = ProviderId("first-aiders")  # the organisation's own
HARBOURS, ORCHARDS = ProviderId("harbour"), ProviderId("orchard")
NADIAS: Final = PoolId("nadia-1")
NADIAS_MORE: Final = PoolId("nadia-2")
NADIAS_MORE_PAID: Final = TransactionId("receipt-1004")
MARCOS: Final = PoolId("marco-1")
MARCOS_JUNE: Final = PoolId("marco-2")
MARCOS_JUNE_PAID: Final = TransactionId("receipt-1005")
OLIVIAS: Final = PoolId("olivia-1")
OLIVIAS_PAID: Final = TransactionId("receipt-1003")
SAMUELS: Final = RegistrationId("registration-1")
ADMIN: Final = ActorId("admin")
NADIA: Final = ActorId("nadia.gagnon")
MARCO: Final = ActorId("marco.bianchi")
OLIVIA: Final = ActorId("olivia.chen")
PROVIDER: Final = ActorId("payments")  # through which money is taken, and sent back
HARBOUR, ORCHARD = PartnerId("harbour"), PartnerId("orchard")
NAMES: Final[Mapping[str, str]] = {HARBOUR: "Harbour", ORCHARD: "Orchard"}
MAPLE, BAY = ClientId("maple-mills"), ClientId("bay-ferries")
CLIENTS: Final[Mapping[ClientId, str]] = {MAPLE: "Maple Mills", BAY: "Bay Ferries"}
HUGO, MINA, CARLA = ActorId("hugo.leger"), ActorId("mina.park"), ActorId("carla.neri")
COURSE: Final = CourseId("first-aid")
FORKLIFT: Final = CourseId("forklift")

CAPACITY: Final = 8
PRICE: Final = Money.of("249.99", "CAD")
DISCOUNT: Final = 12  # percent
TERMS: Final = RefundTerms("10", Money.of("15.00", "CAD"), Money.of("20.00", "CAD"), hours_before=60 * 24)

# When each session takes place.
DATES: Final[Mapping[SessionId, tuple[datetime, datetime]]] = {
    SESSION: (STARTS, ENDS),
    JUNE: (JUNE_STARTS, JUNE_ENDS),
    EVENING: (datetime(2025, 4, 22, 18, tzinfo=ZONE.info), datetime(2025, 4, 22, 20, tzinfo=ZONE.info)),
    THEORY: (datetime(2025, 9, 8, 9, tzinfo=ZONE.info), datetime(2025, 9, 8, 16, 30, tzinfo=ZONE.info)),
    PRACTICE: (datetime(2025, 9, 9, 9, tzinfo=ZONE.info), datetime(2025, 9, 10, 16, 30, tzinfo=ZONE.info)),
    SEPTEMBER: (datetime(2025, 9, 15, 9, tzinfo=ZONE.info), datetime(2025, 9, 16, 16, 30, tzinfo=ZONE.info)),
}

Command: TypeAlias = Callable[[SqliteStore], Receipt]


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of the story."""
    return datetime.combine(day, time(hour, minute), ZONE.info)


@define
class Story:
    """Where the story is told: on which store, in which language."""

    store: SqliteStore
    out: Path
    language: str
    directory: Directory = field(factory=lambda: Directory.read(STORY / "accounts.csv"))
    texts: Texts = field(factory=lambda: Texts(zone=ZONE))
    page: Transcript = field(factory=Transcript)
    repeats: list[Repeat] = field(factory=list[Repeat])
    now: datetime = field(factory=lambda: clock(MONDAY, 9))  # as far as it is told

    @property
    def words(self) -> Narration:
        """What the narrator says."""
        return NARRATIONS[self.language]

    def show(self, value: Shown) -> str:
        """A value as the reader reads it."""
        return self.texts.show(value, self.language)

    def tell(self, text: str, at: datetime | None = None, **values: Shown) -> None:
        """A line of the narrator's, with values in it."""
        self.now = self.now if at is None else at
        self.page.line(text.format(**{name: self.show(value) for name, value in values.items()}), at)

    def person(self, address: str) -> Person:
        """Whoever has this address, with their account."""
        return self.directory.known(EmailAddress(address))

    def name(self, person: Person) -> str:
        """What somebody is called."""
        return self.directory.account(person).name

    def done(self, command: Command) -> Receipt:
        """Run a command, and remember it: in the end, all are repeated (K4)."""
        receipt = command(self.store)
        self.repeats.append(Repeat(command, receipt))
        return receipt

    def refused(self, command: Command) -> Refusal:
        """Run a command that the rules refuse, and tell why."""
        try:
            _ = command(self.store)
        except Refused as refused:
            said = self.texts.say(refused.refusal, self.language)
            self.page.mark("✗", f"{self.words.refused} {said} [{refused.refusal.code}]")
            return refused.refusal
        raise ContractBroken("a command was done that the rules refuse")

    def sees(self, promise: str, *, kept: bool) -> None:
        """Go on where a promise is kept, and nowhere else: what is told is what has happened."""
        if not kept:
            raise ContractBroken(promise)

    def session(self, session: SessionId = SESSION) -> Session:
        """A session as it stands, the first one where none is named."""
        with self.store.transaction() as work:
            return work.sessions.get(session)

    def pool(self, pool: PoolId) -> SeatPool:
        """A pool as it stands."""
        with self.store.transaction() as work:
            return work.pools.get(pool)

    def charge(self, transaction: TransactionId) -> Charge:
        """What was taken for a transaction, as it stands."""
        with self.store.transaction() as work:
            return work.charges.get(transaction)

    def left(self, at: datetime, session: SessionId = SESSION) -> int:
        """How many places are on sale."""
        return self.session(session).available(at) or 0

    @property
    def post(self) -> Post:
        """The folder that messages are sent to."""
        return Post(self.out / MAIL, self.texts)

    def send(self) -> list[tuple[str, str, str]]:
        """Empty the outbox into the post: the language, the address and the subject of each message."""
        rows: list[tuple[str, str, str]] = []
        overtaken: list[Notice] = []

        def send(notice: Notice) -> None:
            # Of who has no account nothing is known but the address: they are written to as the organisation speaks.
            reader = self.directory.find(notice.to) or self.directory.account(ADMIN)
            with self.store.transaction() as work:
                if is_overtaken(work, notice):
                    overtaken.append(notice)
                    return
                schedule = None if notice.session is None else work.schedules.find(notice.session)
            address = notice.to.address if isinstance(notice.to, Person) else reader.person.address
            subject = self.post.send(notice, about(NARRATIONS[reader.language], notice, schedule), reader, self.now)
            rows.append((reader.language, address.typed, subject))

        count = deliver(self.store, send)
        self.sees("each notice that waits is sent once", kept=count == len(rows) + len(overtaken))
        return rows

    def mail(self) -> None:
        """The post, as soon as there is any."""
        for _, address, subject in self.send():
            self.page.mark("→", f"{address}: {subject}")

    def arrives(self, at: datetime, transaction: TransactionId, refund: RefundId) -> None:
        """The money of a refund has gone back."""
        key = f"succeeded-{refund}"
        _ = self.done(lambda store: do.refund_succeeded(store, act(at, PROVIDER, key), transaction, refund))
        found = self.charge(transaction).refunds[refund]
        self.sees("a refund that succeeded has", kept=found.state is RefundState.SUCCEEDED)
        self.tell(self.words.refund_arrived, at, amount=found.amount)
        self.mail()

    def seats(self, pool: PoolId) -> None:
        """A table of a pool's seats."""
        kept = self.pool(pool)
        rows = [self.words.seat_columns]
        for number, price in enumerate(kept.prices, 1):
            seat = SeatNo(number)
            if seat in kept.enrolled:
                who = self.show(kept.enrolled[seat])
            elif seat in kept.invited:
                who = self.show(kept.invited[seat].to)
            else:
                last = kept.cancelled[seat].holder if seat in kept.cancelled else None
                who = "–" if last is None else f"({self.show(last)})"
            rows.append((self.show(seat), self.show(kept.state_of(seat)), who, self.show(price)))
        self.page.table(rows, "><<>", rule=True)


def act(at: datetime, by: str, key: str) -> Act:
    """Somebody presses a button; the page with the button made the key."""
    return Act(at, ActorId(by), Key(key))


def buying(
    at: datetime,
    buyer: ActorId,
    pool: PoolId,
    transaction: TransactionId,
    *,
    prices: Sequence[Money],
    session: SessionId = SESSION,
    role: BuyerRole = BuyerRole.MANAGER,
    policy: Policy | None = None,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    hold: HoldId | None = None,
    invoice: Deadline | None = None,
) -> Command:
    """Somebody buys seats."""
    return lambda store: do.buy_seats(
        store,
        act(at, buyer, f"buy-{pool}"),
        pool,
        session=session,
        transaction=transaction,
        buyer=buyer,
        portal=PORTAL,
        role=role,
        prices=prices,
        policy=policy or Policy(),
        learners=learners,
        invitees=invitees,
        hold=hold,
        invoice=invoice,
    )


def capturing(at: datetime, buyer: ActorId, transaction: TransactionId, captured: Money) -> Command:
    """What a buyer owes is taken, under the provider's terms."""
    key = f"capture-{transaction}"
    return lambda store: do.capture_payment(
        store, act(at, PROVIDER, key), transaction, buyer=buyer, captured=captured, terms=TERMS
    )


def assigned(receipt: Receipt) -> SeatsAssigned:
    """The event of an assignment, which reports who was named twice and who sits already (S5)."""
    return next(written.event for written in receipt.written if isinstance(written.event, SeatsAssigned))


def about(words: Narration, notice: Notice, schedule: Schedule | None = None) -> About:
    """What a notice is about, in its reader's language; with the session's schedule, where it has one.

    The page to answer on is named by the invitation, so that the link in an older message answers to nothing (S6). A
    host whose invitations matter signs such links.
    """
    answer = None
    if notice.invitation is not None:
        answer = f"{PAGES}/answer/{notice.pool}/{notice.seats[0]}/{notice.invitation}"
    elif notice.hold is not None:
        answer = f"{PAGES}/offer/{notice.session}/{notice.hold}"
    return About(
        title=words.online if notice.offer is not None else title(words, notice.session),
        starts=None if notice.session is None else DATES[notice.session][0],
        zone=ZONE,
        place=words.place,
        partner=None if notice.partner is None else NAMES[notice.partner],
        provider=None if notice.provider is None else seller(words, notice.provider),
        sign_in=f"{PAGES}/",
        organisation=words.organisation,
        answer=answer,
        client=None if notice.dates is None else CLIENTS[notice.dates.client],
        dates=None if schedule is None else schedule.dates,
        accept=page(notice, ClientAnswer.ACCEPTED),
        decline=page(notice, ClientAnswer.DECLINED),
    )


def title(words: Narration, session: SessionId | None) -> str:
    """What a session's training is called; most are about first aid."""
    if session == EVENING:
        return words.evening
    return words.forklift if session in (THEORY, PRACTICE) else words.training


def seller(words: Narration, provider: ProviderId) -> str:
    """What a provider is called: the training office in the reader's language, a partner by its own name."""
    return words.organisation if provider == SELLER else NAMES[provider]
