"""A story told on a real database: eight places on a course, three buyers, and a power cut.

`python -m sqlite_host.demo --lang fr --out build/demo` tells it in French and leaves the organisation's file and the
notices that were sent in that folder. Everything in it goes through the library as a host's views would; times
are the story's own, so that it is told alike each time. It ends by checking every law, and fails where one is broken.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import TextIOWrapper
from pathlib import Path
from typing import Final, TypeAlias, cast

from attrs import define, field

from lara_core.hosting import group_purchase as do
from lara_core.hosting.outbox import deliver
from lara_core.hosting.ports import Receipt
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Refusal, Refused, why_not
from lara_core.kernel.errors import ContractBroken, IdReused
from lara_core.kernel.ids import ActorId, HoldId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import Policy, SeatPool, SeatsAssigned
from lara_core.sessions import Session
from lara_core.telling.notices import Notice
from lara_core.telling.texts import About, Shown, Texts
from sqlite_host.laws import Repeat, check
from sqlite_host.narration import NARRATIONS, Narration
from sqlite_host.people import Directory, read_team
from sqlite_host.registrations import register
from sqlite_host.store import SqliteStore
from sqlite_host.transcript import Transcript

STORY: Final = Path(__file__).with_name("story")
MARK: Final = ".lara_core_demo"

ZONE: Final = Zone("America/Moncton")
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2025, 3, day) for day in (3, 4, 5, 6))
END: Final = datetime(2025, 3, 6, 10, 5, tzinfo=ZONE.info)
STARTS: Final = datetime(2025, 5, 12, 9, tzinfo=ZONE.info)
ENDS: Final = datetime(2025, 5, 13, 16, 30, tzinfo=ZONE.info)

SESSION: Final = SessionId("first-aid-may")
NADIAS: Final = PoolId("nadia-1")
MARCOS: Final = PoolId("marco-1")
OLIVIAS: Final = PoolId("olivia-1")
NADIA: Final = ActorId("nadia.gagnon")
MARCO: Final = ActorId("marco.bianchi")
OLIVIA: Final = ActorId("olivia.chen")

CAPACITY: Final = 8
PRICE: Final = Money.of("249.99", "CAD")
DISCOUNT: Final = 12  # percent

Command: TypeAlias = Callable[[SqliteStore], Receipt]


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

    @property
    def words(self) -> Narration:
        """What the narrator says."""
        return NARRATIONS[self.language]

    def show(self, value: Shown) -> str:
        """A value as the reader reads it."""
        return self.texts.show(value, self.language)

    def tell(self, text: str, at: datetime | None = None, **values: Shown) -> None:
        """A line of the narrator's, with values in it."""
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

    def session(self) -> Session:
        """The session as it stands."""
        with self.store.transaction() as work:
            return work.sessions.get(SESSION)

    def pool(self, pool: PoolId) -> SeatPool:
        """A pool as it stands."""
        with self.store.transaction() as work:
            return work.pools.get(pool)

    def left(self, at: datetime) -> int:
        """How many places are on sale."""
        return self.session().available(at) or 0

    def seats(self, pool: PoolId) -> None:
        """A table of a pool's seats."""
        kept = self.pool(pool)
        rows = [self.words.seat_columns]
        for number, price in enumerate(kept.paid, 1):
            seat = SeatNo(number)
            if seat in kept.enrolled:
                who = self.show(kept.enrolled[seat])
            else:
                last = kept.cancelled[seat].holder if seat in kept.cancelled else None
                who = "–" if last is None else f"({self.show(last)})"
            rows.append((self.show(seat), self.show(kept.state_of(seat)), who, self.show(price)))
        self.page.table(rows, "><<>", rule=True)


def act(at: datetime, by: str, key: str) -> Act:
    """Somebody presses a button; the page with the button made the key."""
    return Act(at, ActorId(by), Key(key))


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of the story."""
    return datetime.combine(day, time(hour, minute), ZONE.info)


# --- The chapters


def opening(story: Story) -> None:
    """A session goes on sale."""
    story.page.chapter(story.words.opening, story.show(MONDAY))
    at = clock(MONDAY, 9)
    _ = story.done(
        lambda store: do.open_session(
            store, act(at, "admin", "open"), SESSION, starts=STARTS, ends=ENDS, capacity=CAPACITY
        )
    )
    story.tell(story.words.opened, at, training=story.words.training, capacity=CAPACITY)
    story.tell(story.words.starts, starts=STARTS)


def buying(story: Story) -> None:
    """A hold, a payment, five seats at prices that differ by a cent."""
    story.page.chapter(story.words.buying)
    until, hold, seats = Deadline.on(MONDAY, ZONE), HoldId("nadia-cart"), 5

    at = clock(MONDAY, 10)
    _ = story.done(lambda store: do.hold_places(store, act(at, NADIA, "hold"), SESSION, hold, seats, until=until))
    story.tell(story.words.held, at, places=seats, until=until, left=story.left(at))

    total = PRICE * seats
    discount = total.percent(DISCOUNT)
    prices = (total - discount).split(seats)
    story.page.table(
        [
            (story.words.list_price.format(seats=seats, price=story.show(PRICE)), story.show(total)),
            (story.words.discount.format(rate=DISCOUNT), story.show(-discount)),
            (story.words.to_pay, story.show(total - discount)),
        ],
        "<>",
    )

    paying = clock(MONDAY, 10, 4)
    _ = story.done(lambda store: do.secure_hold(store, act(paying, NADIA, "pay"), SESSION, hold))
    story.tell(story.words.secured, paying)

    paid = clock(MONDAY, 10, 5)
    _ = story.done(
        lambda store: do.buy_seats(
            store,
            act(paid, NADIA, "buy"),
            NADIAS,
            session=SESSION,
            transaction=TransactionId("receipt-1001"),
            buyer=NADIA,
            prices=prices,
            policy=Policy(),
            hold=hold,
        )
    )
    story.tell(story.words.bought, paid, seats=seats, most=max(prices), least=min(prices))


def team(story: Story) -> None:
    """A list from a spreadsheet, with one person in two spellings."""
    story.page.chapter(story.words.team)
    at = clock(MONDAY, 14)
    path = STORY / "team.csv"
    people = read_team(path, story.directory)
    story.tell(story.words.team_read, at, file=path.name, lines=len(people))
    event = assigned(story.done(lambda store: do.assign_seats(store, act(at, NADIA, "team"), NADIAS, people)))
    story.tell(story.words.team_assigned, people=len(event.learners))
    for twice in event.repeated:
        once = next(person for person in event.learners.values() if person.same_as(twice))
        story.tell(story.words.team_repeated, twice=twice, once=once)
    story.seats(NADIAS)


def too_many(story: Story) -> None:
    """Somebody registers alone; then a list that is one person longer than the seats."""
    story.page.chapter(story.words.too_many, story.show(TUESDAY))
    early = clock(TUESDAY, 8, 30)
    samuel = story.person("samuel.obrien@example.com")
    _ = story.done(lambda store: register(store, act(early, "samuel.obrien", "register"), SESSION, samuel))
    story.tell(story.words.registered, early, who=story.name(samuel), left=story.left(early))

    at = clock(TUESDAY, 9, 15)
    path = STORY / "latecomers.csv"
    people = read_team(path, story.directory)
    late = act(at, NADIA, "late")
    story.tell(story.words.late_read, at, file=path.name, names=tuple(map(story.name, people)))
    with story.store.transaction() as work:
        grey = why_not(
            work.pools.get(NADIAS).assign,
            late,
            people,
            session=work.sessions.get(SESSION),
            seated=work.seated(SESSION),
        )
    refusal = story.refused(lambda store: do.assign_seats(store, late, NADIAS, people))
    story.sees("asked beforehand, a rule gives the same answer", kept=refusal == grey)
    story.tell(story.words.grey)

    again = act(clock(TUESDAY, 9, 20), NADIA, "late")
    event = assigned(story.done(lambda store: do.assign_seats(store, again, NADIAS, people[:-1])))
    enrolled = tuple(map(story.name, event.learners.values()))
    story.tell(story.words.late_again, clock(TUESDAY, 9, 20), who=story.name(people[-1]), enrolled=enrolled)
    for already in event.already:
        story.tell(story.words.late_already, who=story.name(already))


def changing_hands(story: Story) -> None:
    """A seat is revoked and given to somebody else."""
    story.page.chapter(story.words.changing_hands)
    at, seat = clock(TUESDAY, 16), SeatNo(3)
    old, new = story.pool(NADIAS).enrolled[seat], story.person("priya.nair@example.com")
    _ = story.done(lambda store: do.revoke_seat(store, act(at, NADIA, "swap"), NADIAS, seat, to=new))
    story.tell(story.words.handed_on, at, old=story.name(old), new=story.name(new), seat=seat)


def reopening(story: Story) -> None:
    """The database is closed and opened again; keys outlive that."""
    story.page.chapter(story.words.reopening, story.show(WEDNESDAY))
    story.store = SqliteStore(story.store.path)
    at = clock(WEDNESDAY, 8)
    with story.store.transaction() as work:
        events = len(work.sessions.events(SESSION)) + len(work.pools.events(NADIAS))
    story.tell(story.words.reopened, at, events=events)

    last = story.repeats[-1]
    story.sees("a repeated command gets its receipt", kept=last.command(story.store) == last.receipt)
    story.tell(story.words.repeated, clock(WEDNESDAY, 8, 1))
    for written in last.receipt.written:
        receipt = story.words.receipt.format(key=last.receipt.key, what=written.id, version=written.version)
        story.page.mark("✓", receipt)

    other = act(clock(WEDNESDAY, 8, 2), NADIA, "swap")
    story.tell(story.words.other_seat, clock(WEDNESDAY, 8, 2))
    try:
        _ = do.revoke_seat(story.store, other, NADIAS, SeatNo(4))
    except IdReused as reused:
        story.page.mark("✗", f"{story.words.refused} {story.texts.say(reused, story.language)}")
    else:
        raise ContractBroken("a used key was taken for another command")


def naming(story: Story) -> None:
    """Assign at purchase: a purchase names its learners, and a revocation its new holder."""
    story.page.chapter(story.words.naming)
    story.tell(story.words.switched_on, clock(WEDNESDAY, 9))
    luca, sofia, ines = map(story.person, ("luca.ferri@example.com", "sofia.conti@example.com", "ines.roy@example.com"))

    def buy(at: datetime, *learners: Person) -> Command:
        return lambda store: do.buy_seats(
            store,
            act(at, MARCO, "buy"),
            MARCOS,
            session=SESSION,
            transaction=TransactionId("receipt-1002"),
            buyer=MARCO,
            prices=(PRICE, PRICE),
            policy=Policy(assign_at_purchase=True),
            learners=learners,
        )

    at = clock(WEDNESDAY, 11)
    story.tell(story.words.without_names, at)
    _ = story.refused(buy(at))
    at = clock(WEDNESDAY, 11, 5)
    _ = story.done(buy(at, luca, sofia))
    story.tell(story.words.with_names, at, names=(story.name(luca), story.name(sofia)), paid=PRICE * 2)

    def revoke(at: datetime, to: Person | None) -> Command:
        return lambda store: do.revoke_seat(store, act(at, MARCO, "swap"), MARCOS, SeatNo(2), to=to)

    at = clock(WEDNESDAY, 17)
    story.tell(story.words.without_holder, at, who=story.name(sofia))
    _ = story.refused(revoke(at, None))
    at = clock(WEDNESDAY, 17, 2)
    _ = story.done(revoke(at, ines))
    story.tell(story.words.with_holder, at, who=story.name(ines))
    story.seats(MARCOS)


def sold_out(story: Story) -> None:
    """The last place is gone; a seat is cancelled, and its place sold to somebody else."""
    story.page.chapter(story.words.sold_out, story.show(THURSDAY))
    olivia = story.person("olivia.chen@example.com")

    def buy(at: datetime) -> Command:
        return lambda store: do.buy_seats(
            store,
            act(at, OLIVIA, "buy"),
            OLIVIAS,
            session=SESSION,
            transaction=TransactionId("receipt-1003"),
            buyer=OLIVIA,
            prices=(PRICE,),
            policy=Policy(assign_at_purchase=True),
            learners=(olivia,),
        )

    at = clock(THURSDAY, 9)
    story.tell(story.words.full, at)
    _ = story.refused(buy(at))

    cancelling, seat = clock(THURSDAY, 9, 30), SeatNo(2)
    holder = story.name(story.pool(NADIAS).enrolled[seat])
    _ = story.done(lambda store: do.cancel_seats(store, act(cancelling, NADIA, "cancel"), NADIAS, (seat,)))
    story.tell(story.words.cancelled, cancelling, seat=seat, who=holder, left=story.left(cancelling))

    again = clock(THURSDAY, 9, 45)
    _ = story.done(buy(again))
    story.tell(story.words.bought_one, again, paid=PRICE)
    story.tell(story.words.what_nadia_has)
    story.seats(NADIAS)


def post(story: Story) -> None:
    """What the outbox holds is sent: here, into text files."""
    story.page.chapter(story.words.post)
    folder = story.out / "outbox"
    folder.mkdir(exist_ok=True)
    rows: list[tuple[str, str, str]] = []

    def send(notice: Notice) -> None:
        reader = story.directory.account(notice.to)
        address = notice.to.address if isinstance(notice.to, Person) else reader.person.address
        message = story.texts.compose(notice, reader.language, about(NARRATIONS[reader.language]))
        head = f"To: {address.typed}\nSubject: {message.subject}\nContent-Language: {reader.language}\n"
        # The key names the file, so that what is sent again after a crash is no second message (K12).
        file = folder / f"{notice.key.replace(':', '_')}.txt"
        _ = file.write_text(f"{head}\n{message.body}\n", "utf-8")
        rows.append((reader.language, address.typed, message.subject))

    at = clock(THURSDAY, 10)
    count = deliver(story.store, send)
    story.tell(story.words.delivered, at, count=count, folder=f"{folder.name}/")
    story.page.table(rows, "<<<")
    story.sees("what was sent does not wait any more", kept=not deliver(story.store, send))
    story.tell(story.words.nothing_left)


def about(words: Narration) -> About:
    """What the notices are about, in their reader's language."""
    return About(
        title=words.training,
        starts=STARTS,
        zone=ZONE,
        place=words.place,
        sign_in="https://portal.example.com/",
        organisation=words.organisation,
    )


def books(story: Story, at: datetime) -> bool:
    """The counters, and every law: whether all of them hold."""
    story.page.chapter(story.words.books)
    with story.store.transaction() as work:
        session = work.sessions.get(SESSION)
        pools = [work.pools.get(pool) for pool in (NADIAS, MARCOS, OLIVIAS)]
        alone = work.registered(SESSION)
    rows: list[Sequence[str]] = [story.words.book_columns]
    for pool in pools:
        told = pool.counters()
        counts = map(story.show, (told.bought, told.free, told.enrolled, told.cancelled))
        paid = Money.total(pool.paid, PRICE.currency)
        rows.append((story.directory.account(pool.buyer).name, *counts, story.show(paid)))
    rows.append((story.words.individually, story.show(len(alone)), *[""] * 4))
    story.page.table(rows, "<>>>>>", rule=True)
    story.tell(
        story.words.places,
        taken=session.taken,
        capacity=session.capacity or 0,
        held=session.held(at),
        left=session.available(at) or 0,
    )

    found = check(story.store, at, story.repeats)
    story.page.blank()
    story.tell(story.words.laws)
    story.page.table(
        [
            (law, words.format(repeats=len(story.repeats)), verdict(story.words, found[law]))
            for law, words in story.words.law.items()
        ],
        "<<<",
    )
    holds = not any(found.values())
    story.tell(story.words.all_hold if holds else story.words.some_broken)
    return holds


def verdict(words: Narration, broken: Sequence[str]) -> str:
    """Whether a law holds, and else what breaks it."""
    return f"{words.broken}: {', '.join(broken)}" if broken else words.holds


def assigned(receipt: Receipt) -> SeatsAssigned:
    """The event of an assignment, which reports who was named twice and who sits already (S5)."""
    return next(written.event for written in receipt.written if isinstance(written.event, SeatsAssigned))


CHAPTERS: Final = (opening, buying, team, too_many, changing_hands, reopening, naming, sold_out, post)


# --- The folder, and the command


def emptied(out: Path) -> None:
    """An empty folder that bears the demo's mark. What is not a demo's is left alone."""
    if out.exists():
        if not is_a_demos(out):
            raise SystemExit(f"{out} holds something else than a demo: choose another folder")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARK).touch()


def is_a_demos(folder: Path) -> bool:
    """Whether *folder* bears the mark, or has nothing in it but folders that do."""
    if not folder.is_dir():
        return False
    return (folder / MARK).exists() or all((child / MARK).exists() for child in folder.iterdir())


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the story, and say by the exit code whether every law holds."""
    parser = argparse.ArgumentParser(prog="sqlite_host.demo", description="A group purchase, told on a real database.")
    _ = parser.add_argument("--lang", choices=sorted(NARRATIONS), default="en")
    _ = parser.add_argument("--out", type=Path, default=Path("build/demo"), help="a folder of the demo's own")
    _ = parser.add_argument("--check", action="store_true", help="only check what an earlier run left there")
    options = parser.parse_args(arguments)
    cast("TextIOWrapper", sys.stdout).reconfigure(encoding="utf-8")  # whatever the terminal's locale says

    path = options.out / "organisation.db"
    if options.check:
        return int(not books(Story(SqliteStore(path), options.out, options.lang), END))
    emptied(options.out)
    story = Story(SqliteStore.create(path), options.out, options.lang)
    story.page.title(story.words.title, story.words.subtitle)
    for chapter in CHAPTERS:
        chapter(story)
    return int(not books(story, END))


if __name__ == "__main__":
    sys.exit(main())
