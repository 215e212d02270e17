"""A story told on a real database: three buyers, two partners, a power cut, and somebody who is to be forgotten.

`python -m sqlite_host.demo --lang fr --out build/demo` tells it in French and leaves the organisation's file and the
messages that were sent in that folder. Everything in it goes through the library as a host's views would; times
are the story's own, so that it is told alike each time. It ends by checking every law, and fails where one is broken.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final, cast

from lara_core.hosting import entitlements, places
from lara_core.hosting import group_purchase as do
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import ContractBroken, IdReused
from lara_core.kernel.ids import ActorId, HoldId, PoolId, SeatNo, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.rights import Place, Right, Role, Scope
from lara_core.seats import Policy
from sqlite_host.called_off import called_off
from sqlite_host.carts import numbers, three_payments, three_tabs
from sqlite_host.confirming import asking_clients, other_dates
from sqlite_host.credit import giving_back, limiting, partnering, running_out
from sqlite_host.forgetting import forgetting
from sqlite_host.importing import importing
from sqlite_host.invitations import invitations
from sqlite_host.laws import check
from sqlite_host.lessons import elsewhere, lessons
from sqlite_host.moving import reactivating, transferring
from sqlite_host.narration import NARRATIONS, Narration
from sqlite_host.overdue import unassigned, unpaid
from sqlite_host.pages import pages
from sqlite_host.people import read_team
from sqlite_host.refunds import refunds
from sqlite_host.scene import (
    ADMIN,
    CAPACITY,
    COURSE,
    DISCOUNT,
    END,
    ENDS,
    JUNE,
    MAIL,
    MARCO,
    MARCOS,
    MONDAY,
    NADIA,
    NADIAS,
    NADIAS_MORE,
    OLIVIA,
    OLIVIAS,
    OLIVIAS_PAID,
    PORTAL,
    PRICE,
    PROVIDER,
    SAMUELS,
    SEPTEMBER,
    SESSION,
    STARTS,
    STORY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    ZONE,
    Command,
    Story,
    act,
    assigned,
    buying,
    capturing,
    clock,
)
from sqlite_host.staff import BUYER, CASHIER, entrust
from sqlite_host.store import SqliteStore
from sqlite_host.waiting import approving, waiting
from sqlite_host.wallet_pages import wallet_pages

MARK: Final = ".lara_core_demo"


# --- The chapters


def opening(story: Story) -> None:
    """A session goes on sale, on a portal where clients and managers buy in bulk (S1)."""
    story.page.chapter(story.words.opening, story.show(MONDAY))
    at = clock(MONDAY, 9)
    with story.store.transaction() as work:
        work.let_buy_in_bulk(PORTAL, tuple(BuyerRole))
        for session in (SESSION, JUNE):
            work.stand(session, Place(training=COURSE))
    granting(story, at)
    _ = story.done(
        lambda store: places.open_session(
            store, act(at, ADMIN, "open"), SESSION, starts=STARTS, ends=ENDS, capacity=CAPACITY
        )
    )
    story.tell(story.words.opened, at, training=story.words.training, capacity=CAPACITY)
    story.tell(story.words.starts, starts=STARTS)


def granting(story: Story, at: datetime) -> None:
    """Nobody is trusted: who works here, takes money or buys is granted what that needs, and where (R2)."""
    everywhere, here = Scope(), Scope(training=COURSE)
    _ = story.done(lambda store: entrust(store, act(at, ADMIN, "entrust"), ADMIN))
    granted(story, at, PROVIDER, CASHIER, everywhere)
    for buyer in (NADIA, MARCO, OLIVIA):
        granted(story, at, buyer, BUYER, here)
    # These two may cancel and move what they buy themselves; Marco asks the office.
    for buyer, pool in ((NADIA, NADIAS), (NADIA, NADIAS_MORE), (OLIVIA, OLIVIAS)):
        managing(story, at, buyer, pool)
    story.tell(story.words.granted, at)


def granted(story: Story, at: datetime, actor: ActorId, role: Role, scope: Scope) -> None:
    """Somebody is granted a role."""
    _ = story.done(lambda store: entitlements.admit(store, act(at, ADMIN, f"admit-{actor}"), actor, partner=None))
    _ = story.done(
        lambda store: entitlements.grant_role(store, act(at, ADMIN, f"grant-{actor}"), actor, role, scope=scope)
    )


def managing(story: Story, at: datetime, buyer: ActorId, pool: PoolId) -> None:
    """A buyer is granted the right to manage one pool, which is not there yet."""
    right, scope = Right.MANAGE_GROUP_PURCHASES, Scope(pool=pool)
    _ = story.done(lambda store: entitlements.grant(store, act(at, ADMIN, f"manage-{pool}"), buyer, right, scope=scope))


def shopping(story: Story) -> None:
    """A hold, a payment, five seats at prices that differ by a cent."""
    story.page.chapter(story.words.buying)
    until, hold, seats = Deadline.on(MONDAY, ZONE), HoldId("nadia-cart"), 5

    at = clock(MONDAY, 10)
    _ = story.done(lambda store: places.hold_places(store, act(at, NADIA, "hold"), SESSION, hold, seats, until=until))
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
    _ = story.done(lambda store: places.secure_hold(store, act(paying, NADIA, "pay"), SESSION, hold))
    story.tell(story.words.secured, paying)

    paid = clock(MONDAY, 10, 5)
    _ = story.done(buying(paid, NADIA, NADIAS, TransactionId("receipt-1001"), prices=prices, hold=hold))
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
    _ = story.done(
        lambda store: places.register(
            store, act(early, "samuel.obrien", "register"), SAMUELS, session=SESSION, person=samuel
        )
    )
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
        policy = Policy(assign_at_purchase=True)
        paid = TransactionId("receipt-1002")
        return buying(at, MARCO, MARCOS, paid, prices=(PRICE, PRICE), policy=policy, learners=learners)

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
        policy, role = Policy(assign_at_purchase=True), BuyerRole.CLIENT
        return buying(at, OLIVIA, OLIVIAS, OLIVIAS_PAID, prices=(PRICE,), role=role, policy=policy, learners=(olivia,))

    at = clock(THURSDAY, 9)
    story.tell(story.words.full, at)
    _ = story.refused(buy(at))

    cancelling, seat = clock(THURSDAY, 9, 30), SeatNo(2)
    holder = story.name(story.pool(NADIAS).enrolled[seat])
    _ = story.done(lambda store: do.cancel_seats(store, act(cancelling, NADIA, "cancel"), NADIAS, (seat,)))
    story.tell(story.words.cancelled, cancelling, seat=seat, who=holder, left=story.left(cancelling))

    again = clock(THURSDAY, 9, 45)
    _ = story.done(buy(again))
    _ = story.done(capturing(again, OLIVIA, OLIVIAS_PAID, PRICE))
    story.tell(story.words.bought_one, again, paid=PRICE)
    story.tell(story.words.what_nadia_has)
    story.seats(NADIAS)


def post(story: Story) -> None:
    """What the outbox holds is sent: here, into text files."""
    story.page.chapter(story.words.post)
    rows = story.send()
    story.tell(story.words.delivered, clock(THURSDAY, 10), count=len(rows), folder=f"{MAIL}/")
    story.page.table(rows, "<<<")
    story.sees("what was sent does not wait any more", kept=not story.send())
    story.tell(story.words.nothing_left)


def books(story: Story, at: datetime) -> bool:
    """The counters, and every law: whether all of them hold."""
    story.page.chapter(story.words.books)
    with story.store.transaction() as work:
        sessions = [work.sessions.get(session) for session in (SESSION, JUNE, SEPTEMBER)]
        pools = [work.pools.get(pool) for session in sessions for pool in work.pools.of_session(session.id)]
        ids = [one for session in sessions for one in work.registrations.of_session(session.id)]
        alone = [work.registrations.get(one).sits for one in ids]
    rows: list[Sequence[str]] = [story.words.book_columns]
    for pool in pools:
        told = pool.counters()
        counts = map(story.show, (told.bought, told.free, told.invited, told.enrolled, told.cancelled))
        price = Money.total(pool.prices, PRICE.currency)
        rows.append((f"{story.directory.account(pool.buyer).name} ({pool.id})", *counts, story.show(price)))
    rows.append((story.words.individually, story.show(sum(alone)), *[""] * 5))
    story.page.table(rows, "<>>>>>>", rule=True)
    for session in sessions:
        story.tell(
            story.words.places,
            starts=session.starts.astimezone(ZONE.info).date(),
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


CHAPTERS: Final = (
    opening,
    shopping,
    team,
    too_many,
    changing_hands,
    reopening,
    naming,
    sold_out,
    post,
    invitations,
    refunds,
    waiting,
    approving,
    transferring,
    reactivating,
    unassigned,
    unpaid,
    pages,
    called_off,
    partnering,
    running_out,
    giving_back,
    limiting,
    wallet_pages,
    three_tabs,
    three_payments,
    numbers,
    elsewhere,
    lessons,
    importing,
    asking_clients,
    other_dates,
    forgetting,
)


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
    story = Story(SqliteStore.create(path, ADMIN), options.out, options.lang)
    story.page.title(story.words.title, story.words.subtitle)
    for chapter in CHAPTERS:
        chapter(story)
    return int(not books(story, END))


if __name__ == "__main__":
    sys.exit(main())
