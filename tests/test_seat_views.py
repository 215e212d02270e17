"""What the pages of group purchase show (S15, S2, S10, K10)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.decisions import Act, Decision, Refusal, Refused, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.people import Person, PersonKey
from lara_core.seat_views import (
    AssignmentPage,
    Badge,
    BadgeColour,
    Participant,
    PurchaseLine,
    PurchasesTab,
    SessionPurchases,
    actions,
    assignment_page,
    participants,
    purchases,
)
from lara_core.seats import (
    SEAT,
    AccountInvited,
    BuyersDoNotCancel,
    Counters,
    Mode,
    ModeOff,
    NewHolderNeeded,
    NoSuchSeat,
    OtherBuyer,
    OtherSession,
    Policy,
    RemindersUsed,
    SeatPool,
    SeatState,
    SeatTransferredAway,
    SeatVerb,
    SessionCalledOff,
    SessionEnded,
    SessionFacts,
    SessionStarted,
    WithdrawalOff,
)
from lara_core.testing import strategies
from tests.builders import (
    ANN,
    AT_PURCHASE,
    BEN,
    BRIEFLY,
    CLEO,
    DAN,
    ENDS,
    NOW,
    PRICE,
    STARTS,
    TICK,
    act,
    flaw,
    keys,
    pool,
    session,
)

EXCEL: Final = session()
# An invitation of a day, sent now, is due.
DUE: Final = NOW + timedelta(hours=24) + TICK
ONE, TWO, THREE, FOUR = (SeatNo(number) for number in range(1, 5))
MANAGER: Final = ActorId("manager")
ELSE: Final = ActorId("somebody-else")


@frozen
class Facts:
    """A session as a host may keep it."""

    id: SessionId
    starts: datetime = STARTS
    ends: datetime = ENDS
    cancelled: bool = False


def cancelled(before: SeatPool, *seats: SeatNo) -> SeatPool:
    """*before* without *seats*."""
    return before.cancel(act(), seats, session=EXCEL).state


def in_session(before: SeatPool, name: str) -> SeatPool:
    """The same purchase, in another session."""
    return evolve(before, session=SessionId(name))


def of_buyer(before: SeatPool, buyer: ActorId) -> SeatPool:
    """*before* once it is *buyer*'s."""
    return before.hand_over(act(), buyer).state


# --- The page where a buyer gives seats out


def test_the_assignment_page_counts_live_seats() -> None:
    """S2: bought = assigned + available; a cancelled seat is in none of them."""
    four = cancelled(pool(ANN, invitees=(DAN,), seats=4), FOUR)
    assert assignment_page(four, EXCEL, NOW) == AssignmentPage(bought=3, assigned=2, available=1)


def test_what_is_due_is_available() -> None:
    """S7: an invitation that nobody answered in time leaves a seat to give out, swept or not."""
    two = pool(ANN, invitees=(DAN,), seats=2, policy=BRIEFLY)
    assert assignment_page(two, EXCEL, DUE - TICK) == AssignmentPage(2, 2, 0)
    assert assignment_page(two, EXCEL, DUE) == AssignmentPage(2, 1, 1)


# --- The training's tab


def test_the_tab_shows_purchases_by_session() -> None:
    """S15: sessions as they start, then by id; pools by id, cancelled ones too; what is to assign (S10)."""
    late, early = Facts(SessionId("a"), STARTS + TICK), Facts(SessionId("z"))
    twin = Facts(SessionId("y"))
    full = in_session(pool(ANN, BEN, seats=2, name="full"), "z")
    gone = in_session(cancelled(pool(seats=1, name="gone"), ONE), "z")
    open_seats = in_session(pool(invitees=(DAN,), name="open"), "a")
    left = Policy(assign_at_purchase=True, withdrawal=True)
    empty = pool(ANN, CLEO, seats=2, policy=left, name="emptied").withdraw(act(), TWO, session=EXCEL).state
    assert purchases(
        [(open_seats, late), (gone, early), (in_session(empty, "y"), twin), (of_buyer(full, ELSE), early)], NOW
    ) == PurchasesTab(
        Badge(7, BadgeColour.ORANGE),
        (
            SessionPurchases(SessionId("y"), (_line("emptied", Counters(1, 0, 1, 0), to_assign=(TWO,)),)),
            SessionPurchases(
                SessionId("z"),
                (_line("full", Counters(0, 0, 2, 0), buyer=ELSE), _line("gone", Counters(0, 0, 0, 1))),
            ),
            SessionPurchases(SessionId("a"), (_line("open", Counters(2, 1, 0, 0)),)),
        ),
    )


def _line(
    name: str, counters: Counters, *, buyer: ActorId = MANAGER, to_assign: tuple[SeatNo, ...] = ()
) -> PurchaseLine:
    return PurchaseLine(PoolId(name), TransactionId("order"), buyer, counters, to_assign)


@pytest.mark.parametrize(
    ("pools", "at", "badge"),
    [
        ((), NOW, None),
        ((cancelled(pool(seats=1), ONE),), NOW, None),
        ((pool(seats=1),), NOW, Badge(1, BadgeColour.ORANGE)),
        ((pool(ANN, invitees=(DAN,), seats=2),), NOW, Badge(2, BadgeColour.GREEN)),
        ((pool(ANN, seats=1), pool(BEN, seats=2)), NOW, Badge(3, BadgeColour.ORANGE)),
        ((pool(ANN, seats=1), cancelled(pool(BEN, seats=2), TWO)), NOW, Badge(2, BadgeColour.GREEN)),
        ((pool(invitees=(DAN,), seats=1, policy=BRIEFLY),), DUE - TICK, Badge(1, BadgeColour.GREEN)),
        ((pool(invitees=(DAN,), seats=1, policy=BRIEFLY),), DUE, Badge(1, BadgeColour.ORANGE)),
        ((pool(invitees=(DAN,), seats=1),), STARTS, Badge(1, BadgeColour.ORANGE)),
    ],
)
def test_the_badge_says_whether_seats_are_left(pools: Sequence[SeatPool], at: datetime, badge: Badge | None) -> None:
    """S15: the number of live seats, orange while one is free, green when all are assigned, none without seats."""
    assert purchases([(each, EXCEL) for each in pools], at).badge == badge


# --- The buyer's page


def test_participants_are_who_is_enrolled_or_invited() -> None:
    """S15: over all sessions as they start, by pool and seat; how far along, for the enrolled alone."""
    late, early = Facts(SessionId("a"), STARTS + TICK), Facts(SessionId("z"))
    mixed = in_session(pool(BEN, invitees=(DAN,), seats=4, name="mixed"), "z")
    # Seat 1 is filled last.
    turned = cancelled(pool(ANN, CLEO, seats=3, name="turned"), THREE)
    turned = turned.revoke(act(), ONE, session=EXCEL, seated=()).state
    turned = turned.invite(act(), (DAN,), session=EXCEL, seated=()).state
    asked: list[tuple[SessionId, Person]] = []

    def progress(run: SessionId, person: Person) -> int | None:
        asked.append((run, person))
        return 40 if person is BEN else None

    assert participants(MANAGER, [(in_session(turned, "a"), late), (mixed, early)], NOW, progress) == (
        Participant(SessionId("z"), PoolId("mixed"), ONE, BEN, SeatState.ENROLLED, 40),
        Participant(SessionId("z"), PoolId("mixed"), TWO, DAN, SeatState.INVITED, None),
        Participant(SessionId("a"), PoolId("turned"), ONE, DAN, SeatState.INVITED, None),
        Participant(SessionId("a"), PoolId("turned"), TWO, CLEO, SeatState.ENROLLED, None),
    )
    assert asked == [("z", BEN), ("a", CLEO)]


def test_whose_invitation_is_due_is_no_participant() -> None:
    """S7: the seat is free, so nobody is on it."""
    one = pool(invitees=(DAN,), seats=1, policy=BRIEFLY)
    assert participants(MANAGER, [(one, EXCEL)], DUE, never_asked) == ()


@pytest.mark.parametrize(
    ("percentage", "expected"),
    [(0, None), (100, None), (None, None), (-1, Flaw.TOO_SMALL), (101, Flaw.TOO_LARGE), (True, Flaw.WRONG_TYPE)],
)
def test_progress_is_a_whole_percentage(percentage: int | None, expected: Flaw | None) -> None:
    """K9: 0 and 100 are in it, and nothing that is no number."""
    shown = flaw(lambda: participants(MANAGER, [(pool(ANN), EXCEL)], NOW, lambda _, __: percentage))
    assert shown == (None if expected is None else ("progress", expected))


def never_asked(run: SessionId, person: Person) -> int | None:
    """A host's function that must not be reached."""
    raise AssertionError(run, person)


def test_a_buyer_sees_nobody_of_another_buyer() -> None:
    """S15: others' pools are left out whatever is given, one that was handed over too; nobody there is asked for."""
    handed_over = of_buyer(pool(ANN), ELSE)
    assert (
        participants(MANAGER, [(handed_over, EXCEL), (handed_over, Facts(SessionId("wrong")))], NOW, never_asked) == ()
    )
    assert [row.person for row in participants(ELSE, [(handed_over, EXCEL)], NOW, lambda _, __: 0)] == [ANN]


def _runs(pools: Sequence[SeatPool]) -> Sequence[tuple[SeatPool, Facts]]:
    """Each pool with a session that is about to start for a long time."""
    return [
        (each, Facts(each.session, datetime(2200, 1, 1, tzinfo=UTC), datetime(2200, 1, 2, tzinfo=UTC)))
        for each in pools
    ]


@given(pools=st.lists(strategies.seat_pools(), max_size=3), at=strategies.instants(), data=st.data())
def test_views_agree_with_the_pools(pools: Sequence[SeatPool], at: datetime, data: st.DataObject) -> None:
    """S2, S15: for pools that commands reached, pages count what pools count, and buyers see theirs, all of theirs."""
    runs = _runs(pools)
    now = [each.as_of(at, facts) for each, facts in runs]
    tab = purchases(runs, at)
    live = sum(len(each.live) for each in now)
    assert (tab.badge.count if tab.badge else 0) == live
    assert (tab.badge is not None and tab.badge.colour is BadgeColour.ORANGE) == any(each.free for each in now)
    assert sorted(line.pool for run in tab.sessions for line in run.purchases) == sorted(each.id for each in pools)
    pages = [assignment_page(each, facts, at) for each, facts in runs]
    assert sum(page.bought for page in pages) == live
    assert all(page.bought == page.assigned + page.available for page in pages)
    buyer = data.draw(st.sampled_from([MANAGER, *(each.buyer for each in pools)]))
    rows = participants(buyer, runs, at, lambda _, __: None)
    theirs = [each for each in now if each.buyer == buyer]
    assert sorted((row.pool, row.seat) for row in rows) == sorted(
        (each.id, seat) for each in theirs for seat in (*each.enrolled, *each.invited)
    )


View: TypeAlias = Callable[[SessionFacts, datetime], object]

VIEWS: Final[Sequence[View]] = (
    lambda facts, at: assignment_page(pool(), facts, at),
    lambda facts, at: purchases([(pool(), facts)], at),
    lambda facts, at: participants(MANAGER, [(pool(), facts)], at, never_asked),
    lambda facts, at: actions(act(at), pool(), ONE, session=facts, seated=()),
)


@pytest.mark.parametrize("view", VIEWS)
def test_facts_of_another_session_are_refused(view: View) -> None:
    """K2: a wrong pair is a refusal, not a wrong page."""
    assert why_not(view, Facts(SessionId("word")), NOW) == OtherSession(SessionId("excel"), SessionId("word"))


@pytest.mark.parametrize("view", VIEWS)
def test_a_naive_time_is_refused(view: View) -> None:
    """K8: also where no invitation would have looked at it."""
    naive = datetime(2027, 3, 1, 9)  # noqa: DTZ001 - that is the flaw
    assert flaw(lambda: view(EXCEL, naive)) == ("at", Flaw.NAIVE_TIME)


# --- What can be done with a seat

OF_FREE: Final = (SeatVerb.ASSIGN, SeatVerb.INVITE, SeatVerb.CANCEL)
MIXED: Final = pool(ANN, BEN, invitees=(DAN,), seats=4)


def asked(
    before: SeatPool,
    seat: SeatNo,
    by: Act | None = None,
    *,
    session: SessionFacts = EXCEL,
    seated: Collection[PersonKey] | None = None,
    as_buyer: bool = False,
) -> Mapping[SeatVerb, Refusal | None]:
    """The actions of a seat, a week before the session, while nobody sits there but on seats of that pool."""
    sitting = on_seats(before) if seated is None else seated
    return actions(by or act(), before, seat, session=session, seated=sitting, as_buyer=as_buyer)


def on_seats(before: SeatPool) -> Collection[PersonKey]:
    """Who sits on a seat of the pool, by what they are known."""
    return keys(*before.enrolled.values(), *(sent.to for sent in before.invited.values()))


def all_of(verbs: Collection[SeatVerb], why: Refusal | None = None) -> dict[SeatVerb, Refusal | None]:
    """The same answer to each of *verbs*."""
    return dict.fromkeys(verbs, why)


@pytest.mark.parametrize(
    ("seat", "state", "refused"),
    [
        (ONE, SeatState.ENROLLED, {SeatVerb.WITHDRAW: WithdrawalOff()}),
        (THREE, SeatState.INVITED, {}),
        (FOUR, SeatState.FREE, {}),
    ],
)
def test_each_verb_of_the_state_is_answered(
    seat: SeatNo, state: SeatState, refused: dict[SeatVerb, Refusal | None]
) -> None:
    """K10: all that the state knows, and nothing else; long before the start, and with a policy that allows much."""
    assert asked(MIXED, seat) == all_of(SEAT[state]) | refused


def test_what_is_cancelled_can_be_made_live_again() -> None:
    """S13: with its learner, with somebody else at once, or by invitation; not what was transferred away (N3)."""
    assert asked(cancelled(MIXED, ONE), ONE) == all_of(SEAT[SeatState.CANCELLED])
    elsewhere = Facts(SessionId("word"))
    moved, _ = MIXED.transfer(
        act(), ONE, to=PoolId("moved"), price=PRICE, session=EXCEL, there=elsewhere, seated_there=()
    )
    assert asked(moved.state, ONE) == all_of(SEAT[SeatState.CANCELLED], SeatTransferredAway(ONE))


def test_who_sits_again_is_not_reactivated() -> None:
    """S13: under *assign at purchase* a seat whose learner got another one needs somebody named; others can be."""
    gone = cancelled(pool(ANN, seats=1, policy=AT_PURCHASE), ONE)
    assert asked(gone, ONE, seated=keys(ANN)) == {
        SeatVerb.REACTIVATE: NewHolderNeeded(ONE),
        SeatVerb.RESEAT: None,
        SeatVerb.REINVITE: None,
    }


def test_the_policy_is_asked() -> None:
    """S3, S7, S9: modes that are off, reminders that are used, a seat that must not be left empty."""
    policy = Policy(assign_at_purchase=True, modes=frozenset({Mode.CONFIRMATION}), reminders=0)
    assert asked(pool(invitees=(DAN,), seats=1, policy=policy), ONE) == all_of(SEAT[SeatState.INVITED]) | {
        SeatVerb.REMIND: RemindersUsed(ONE, 0),
        SeatVerb.REVOKE: NewHolderNeeded(ONE),
        SeatVerb.REASSIGN: ModeOff(Mode.IMMEDIATE),
    }


def test_an_invitation_to_an_account_is_not_corrected() -> None:
    """S17: only a bare address can have been mistyped."""
    corrected = asked(pool(invitees=(ANN,)), ONE)[SeatVerb.CORRECT]
    assert corrected == AccountInvited(ONE)


def test_the_session_is_asked() -> None:
    """S9, S14: from the start on assignment at once and cancelling remain; from the end on, or cancelled, nothing."""
    started, over = act(STARTS), act(ENDS)
    enrolled = SEAT[SeatState.ENROLLED]
    assert asked(MIXED, ONE, started) == all_of(enrolled, SessionStarted(STARTS)) | {SeatVerb.CANCEL: None}
    assert asked(MIXED, ONE, over) == all_of(enrolled, SessionStarted(STARTS)) | {SeatVerb.CANCEL: SessionEnded(ENDS)}
    # The invitation is due, so the seat is free.
    assert asked(MIXED, THREE, started) == all_of(OF_FREE) | {SeatVerb.INVITE: SessionStarted(STARTS)}
    called_off = Facts(EXCEL.id, cancelled=True)
    assert asked(MIXED, ONE, session=called_off) == all_of(enrolled, SessionCalledOff())
    assert asked(cancelled(MIXED, ONE), ONE, session=called_off) == all_of(
        SEAT[SeatState.CANCELLED], SessionCalledOff()
    )


def test_what_is_due_has_the_actions_of_a_free_seat() -> None:
    """S7: a page offers the seat to somebody else as soon as nobody can accept any more."""
    assert asked(pool(invitees=(DAN,), seats=1, policy=BRIEFLY), ONE, act(DUE)) == all_of(OF_FREE)


def test_buyers_cancel_where_the_policy_lets_them() -> None:
    """S11: the same button, asked for the buyer."""
    lenient = pool(seats=1, policy=Policy(buyers_cancel=True))
    said = [
        asked(pool(seats=1), ONE, as_buyer=True)[SeatVerb.CANCEL],
        asked(lenient, ONE, as_buyer=True)[SeatVerb.CANCEL],
        asked(lenient, ONE, act(by="another"), as_buyer=True)[SeatVerb.CANCEL],
        asked(lenient, ONE, act(by="another"))[SeatVerb.CANCEL],
    ]
    assert said == [BuyersDoNotCancel(), None, OtherBuyer(), None]


def test_a_seat_that_is_not_there_is_refused() -> None:
    """K2: one named refusal, and not a page."""
    assert why_not(lambda: asked(MIXED, SeatNo(5))) == NoSuchSeat(SeatNo(5))


def test_who_has_the_address_of_the_stand_in_hides_nothing() -> None:
    """Whatever address somebody typed, the one on whose behalf a page asks is another."""
    typed = Person.of("somebody@learner.invalid", "somebody@learner.invalid")
    bare = Person(typed.address)
    assert asked(pool(typed, seats=1), ONE) == asked(pool(ANN, seats=1), ONE)
    assert asked(pool(invitees=(bare,), seats=1), ONE) == asked(pool(invitees=(DAN,), seats=1), ONE)
    # Also where they sit elsewhere in the session.
    assert asked(pool(typed, seats=2), TWO) == all_of(OF_FREE)


def test_a_transfer_leaves_every_session() -> None:
    """N3: whatever the session is called, the one that is asked for is another."""
    there = in_session(MIXED, "there")
    assert asked(there, ONE, session=Facts(SessionId("there")))[SeatVerb.TRANSFER] is None


def test_an_invitee_can_accept() -> None:
    """S4: their own invitation does not stand in their way, nor that a bare address needs an account by then."""
    assert asked(pool(invitees=(ANN,), seats=1), ONE)[SeatVerb.ACCEPT] is None
    assert asked(pool(invitees=(DAN,), seats=1), ONE)[SeatVerb.ACCEPT] is None


# --- The law: what can be done is not hidden, nor greyed out

NEWCOMER: Final = Person.of("new@example.com", "new")


Attempt: TypeAlias = tuple[SeatVerb, Callable[[], object]]


def attempts(by: Act, before: SeatPool, seat: SeatNo, run: SessionFacts, people: Sequence[Person]) -> Iterator[Attempt]:
    """Every command on a seat, with everybody, by the verb that it is for: written from the rules, not the view."""
    sitting = on_seats(before)
    revoke = partial(before.revoke, by, seat, session=run, seated=sitting)
    reactivate = partial(before.reactivate, by, seat, session=run, seated=sitting)
    for person in people:
        yield SeatVerb.REASSIGN, partial(revoke, to=person, mode=Mode.IMMEDIATE)
        yield SeatVerb.REINVITE, partial(revoke, to=person, mode=Mode.CONFIRMATION)
        yield SeatVerb.RESEAT, partial(reactivate, to=person, mode=Mode.IMMEDIATE)
        yield SeatVerb.REINVITE, partial(reactivate, to=person, mode=Mode.CONFIRMATION)
        yield SeatVerb.CORRECT, partial(before.correct, by, seat, person.address, session=run, seated=sitting)
        for number in range(1, before.version + 1):
            accept = partial(before.accept, by, seat, number, session=run, seated=sitting)
            yield SeatVerb.ACCEPT, partial(accept, learner=person)
    for number in range(1, before.version + 1):
        yield SeatVerb.DECLINE, partial(before.decline, by, seat, number, session=run)
    yield SeatVerb.REVOKE, revoke
    yield SeatVerb.REACTIVATE, reactivate
    yield SeatVerb.REMIND, partial(before.remind, by, (seat,), session=run)
    yield SeatVerb.WITHDRAW, partial(before.withdraw, by, seat, session=run)
    yield SeatVerb.CANCEL, partial(before.cancel, by, (seat,), session=run)
    there = Facts(SessionId("another"), run.starts, run.ends)
    move = partial(before.transfer, by, seat, to=PoolId("new"), price=PRICE, session=run)
    yield SeatVerb.TRANSFER, partial(move, there=there, seated_there=())
    # These take the free seats in their order.
    if seat in before.as_of(by.at, run).free:
        for person in people:
            yield SeatVerb.ASSIGN, partial(before.assign, by, (person,), session=run, seated=sitting)
            yield SeatVerb.INVITE, partial(before.invite, by, (person,), session=run, seated=sitting)


def does(command: Callable[[], object]) -> bool:
    """Whether *command* is allowed, and changes anything."""
    try:
        decision = command()
    except Refused:
        return False
    return getattr(decision, "events", decision) != ()


@given(history=strategies.pool_histories(), data=st.data())
def test_no_allowed_command_is_hidden_or_refused(
    history: Sequence[Decision[SeatPool, Any]], data: st.DataObject
) -> None:
    """K10: whatever somebody can do with a seat, at whatever time, its page offers; what it offers, somebody can do."""
    before, last = history[-1].state, history[-1].events[-1].act.at
    ends = [sent.until.instant for sent in before.invited.values()]
    at = data.draw(st.sampled_from([last, *ends, *(end + TICK for end in ends)]))
    starts = data.draw(st.sampled_from([at, at + TICK, at + timedelta(days=400)]))
    run = Facts(before.session, starts, starts + TICK, data.draw(st.sampled_from([False, False, True])))
    seat = data.draw(st.sampled_from([SeatNo(number) for number in range(1, len(before.prices) + 1)]))
    people = [NEWCOMER, *before.enrolled.values(), *(sent.to for sent in before.invited.values())]
    # Whoever was invited by their address alone has an account once they accept.
    people += [Person(each.address, NEWCOMER.account) for each in people if each.account is None]
    by = act(at)
    page = asked(before, seat, by, session=run)
    done = {verb for verb, command in attempts(by, before, seat, run, people) if does(command)}
    # Expiring sweeps what is due, and what is due is free.
    assert {verb for verb, why in page.items() if why is None} - {SeatVerb.EXPIRE} == done
    assert page.keys() == SEAT[before.as_of(at, run).state_of(seat)].keys()
