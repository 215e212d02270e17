"""Cancelled seats that are live again: who gets them, and what is due for them (S13)."""

from collections.abc import Callable, Container
from copy import deepcopy
from datetime import timedelta
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refusal, why_not
from lara_core.kernel.ids import PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.people import Person, PersonKey
from lara_core.purchase import Reactivated, Reinstated, Settled, cancel_seats, reactivate_seat
from lara_core.refunds import Charge, OtherTransaction, Override, RefundPending, SeatsReinstated
from lara_core.seats import (
    AccountNeeded,
    AlreadySeated,
    Cause,
    Invitation,
    Mode,
    ModeOff,
    NewHolderNeeded,
    NoSuchSeat,
    OtherSession,
    Policy,
    SeatIs,
    SeatPool,
    SeatReactivated,
    SeatState,
    SeatTransferredAway,
    SessionCalledOff,
    SessionStarted,
)
from lara_core.sessions import NotEnoughPlaces, PlacesTaken, Session, WaitingList
from tests.builders import (
    ANN,
    ANN_TYPED,
    BEN,
    BRIEFLY,
    CALLED_OFF,
    CLEO,
    DAN,
    ENDS,
    EXCEL,
    NINE,
    NOW,
    ONE,
    PRICE,
    REFUNDED_UNTIL,
    STARTS,
    THREE,
    TICK,
    TWO,
    WORD,
    act,
    cad,
    charge,
    gone,
    in_turn,
    keys,
    money,
    pool,
    session,
)

SWITCHED: Final = evolve(BRIEFLY, assign_at_purchase=True, withdrawal=True, unassigned_hours=1)
DAN_SIGNED_IN: Final = Person.of("dan@example.com", "dan")
LATER: Final = act(REFUNDED_UNTIL)
# Until when somebody is asked who is asked then.
ASKED_UNTIL: Final = BRIEFLY.invitation_until(LATER.at)


def _cancelled(policy: Policy = BRIEFLY) -> SeatPool:
    """Seat 1 was Ann's, Dan was asked for seat 2, seat 3 is Ben's; version 2."""
    return pool(ANN, BEN, invitees=(DAN,), policy=policy).cancel(act(), (ONE, THREE), session=EXCEL).state


def _reactivate(before: SeatPool, seat: SeatNo, **given: Any) -> SeatReactivated:
    """What is said of the seat, and whether the state says no more."""
    facts: dict[str, Any] = {"seated": (), **given}
    decision = before.reactivate(LATER, seat, session=EXCEL, **facts)
    (event,) = decision.events
    assert isinstance(event, SeatReactivated)
    invited = {} if event.to is None or event.until is None else {seat: (event.to, event.until)}
    enrolled = {seat: event.to} if event.to is not None and event.until is None else {}
    assert decision.state == evolve(
        before,
        version=before.version + 1,
        free=before.free if event.to else tuple(sorted((*before.free, seat))),
        invited={**before.invited, **{on: Invitation(before.version + 1, *sent) for on, sent in invited.items()}},
        enrolled={**before.enrolled, **enrolled},
        cancelled={on: left for on, left in before.cancelled.items() if on != seat},
    )
    return event


# --- Who gets it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [BRIEFLY, SWITCHED])
def test_a_learner_comes_back(policy: Policy) -> None:
    """Enrolled as they were, and told so; nobody has to accept anything again (S13)."""
    assert _reactivate(_cancelled(policy), ONE) == SeatReactivated(ONE, ANN, None, LATER)


@pytest.mark.parametrize("modes", [BRIEFLY.modes, frozenset({Mode.CONFIRMATION})])
def test_who_accepted_once_comes_back_without_that_invitation(modes: frozenset[Mode]) -> None:
    """They are enrolled again, also where nobody is at once: what they answered is dead, and answered (S6, S13)."""
    asked = pool(invitees=(DAN,), policy=evolve(BRIEFLY, modes=modes))
    taken = asked.accept(act(), ONE, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=keys(DAN)).state
    left = taken.cancel(act(), (ONE,), session=EXCEL).state
    assert _reactivate(left, ONE) == SeatReactivated(ONE, DAN_SIGNED_IN, None, LATER)


@pytest.mark.parametrize("policy", [BRIEFLY, SWITCHED])
def test_an_invitee_is_asked_anew(policy: Policy) -> None:
    """By an invitation of a new number, with all of its time and reminders (S6, S13)."""
    before = pool(ANN, BEN, invitees=(DAN,), policy=policy).remind(act(), (THREE,), session=EXCEL).state
    left = before.cancel(act(), (THREE,), session=EXCEL).state
    assert _reactivate(left, THREE) == SeatReactivated(THREE, DAN, ASKED_UNTIL, LATER)


@pytest.mark.parametrize("due", [True, False], ids=["invitation due", "free"])
def test_a_seat_that_was_free_comes_back_free(due: bool) -> None:
    """Also one whose invitation was due when it was cancelled; it is given out in its order (S7, S13)."""
    before = pool(invitees=(DAN,), seats=3, policy=BRIEFLY)
    if due:
        left = before.cancel(act(NOW + timedelta(hours=24) + TICK), (ONE,), session=EXCEL).state
    else:
        left = before.decline(act(), ONE, 1, session=EXCEL).state.cancel(act(), (ONE,), session=EXCEL).state
    assert left.cancelled == {ONE: gone()}
    assert _reactivate(left, ONE) == SeatReactivated(ONE, None, None, LATER)
    back = left.reactivate(LATER, ONE, session=EXCEL, seated=()).state
    assert back.free == (ONE, TWO, THREE)


@pytest.mark.parametrize(("seat", "seated"), [(ONE, keys(ANN_TYPED)), (THREE, keys(DAN_SIGNED_IN))])
def test_who_sits_elsewhere_does_not_come_back(seat: SeatNo, seated: Container[PersonKey]) -> None:
    """The seat is free, and its former holder keeps the one that they have by now (S5, S13)."""
    before = pool(ANN, BEN, invitees=(DAN,), policy=BRIEFLY).cancel(act(), (ONE, THREE), session=EXCEL).state
    assert _reactivate(before, seat, seated=seated) == SeatReactivated(seat, None, None, LATER)


@pytest.mark.parametrize("policy", [BRIEFLY, SWITCHED])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seat", [ONE, THREE])
def test_a_seat_goes_to_whoever_is_named(policy: Policy, mode: Mode, seat: SeatNo) -> None:
    """In the mode that is asked, also where its former holder could have it, or is the one who is named (S13)."""
    before = pool(ANN, BEN, invitees=(DAN,), policy=policy).cancel(act(), (ONE, THREE), session=EXCEL).state
    until = ASKED_UNTIL if mode is Mode.CONFIRMATION else None
    for to in (CLEO, ANN):
        event = _reactivate(before, seat, to=to, mode=mode, seated=keys(BEN))
        assert event == SeatReactivated(seat, to, until, LATER)


def test_a_bare_address_is_asked() -> None:
    """Whoever is known by an address alone has no access before accepting (S4, S13)."""
    event = _reactivate(_cancelled(), ONE, to=DAN, mode=Mode.CONFIRMATION)
    assert event == SeatReactivated(ONE, DAN, ASKED_UNTIL, LATER)


def test_under_the_switch_somebody_sits() -> None:
    """A seat without an admissible learner needs one named in the command (S9, S13)."""
    before = _cancelled(SWITCHED)
    sits = keys(ANN, DAN)
    for seat in (ONE, THREE):
        refused = why_not(before.reactivate, LATER, seat, session=EXCEL, seated=sits)
        assert refused == NewHolderNeeded(seat)
        assert _reactivate(before, seat, to=CLEO, seated=sits).to == CLEO
    # A seat that nobody assigned in time was free; it is not to come back empty.
    left = pool(ANN, seats=1, policy=SWITCHED).withdraw(act(), ONE, session=EXCEL).state
    overdue = left.cancel_unassigned(LATER, session=EXCEL).state
    assert overdue.cancelled == {ONE: gone(cause=Cause.UNASSIGNED)}
    assert why_not(overdue.reactivate, LATER, ONE, session=EXCEL, seated=()) == NewHolderNeeded(ONE)
    assert _reactivate(overdue, ONE, to=ANN) == SeatReactivated(ONE, ANN, None, LATER)


CAUSES: Final[dict[Cause, Callable[[SeatPool], SeatPool]]] = {
    Cause.ASKED: lambda sold: sold.cancel_all(act(), session=EXCEL).state,
    Cause.UNPAID: lambda sold: sold.release(act(), paid=False, session=EXCEL).state,
    Cause.SESSION_CANCELLED: lambda sold: sold.call_off(act(), session=EXCEL).state,
}


@pytest.mark.parametrize("cause", CAUSES)
def test_whatever_the_cause_a_learner_comes_back(cause: Cause) -> None:
    """Why a seat was cancelled does not matter, as long as its session takes place (S13)."""
    overdue = Deadline.at(NOW - TICK)
    sold = pool(ANN, seats=1, policy=Policy(release_unpaid=True), invoice=overdue)
    left = CAUSES[cause](sold)
    assert left.cancelled == {ONE: gone(ANN, cause=cause)}
    assert _reactivate(left, ONE) == SeatReactivated(ONE, ANN, None, LATER)


def test_a_reactivation_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    before = _cancelled(SWITCHED)
    moved, _ = evolve(before, enrolled={TWO: BEN}).transfer(
        act(), TWO, to=PoolId("moved"), price=PRICE, session=EXCEL, there=WORD, seated_there=()
    )
    left = moved.state
    wrong = {
        "self": evolve(left, policy=evolve(SWITCHED, modes=frozenset({Mode.CONFIRMATION}))),
        "act": act(STARTS),
        "seat": NINE,
        "to": DAN,
        "session": WORD,
        "seated": keys(ANN, CLEO),
    }
    assert in_turn(
        SeatPool.reactivate,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act(STARTS - TICK)},
        {"self": evolve(before, policy=evolve(SWITCHED, modes=frozenset({Mode.CONFIRMATION}))), "seat": TWO},
        {"self": evolve(left, policy=evolve(SWITCHED, modes=frozenset({Mode.CONFIRMATION})))},
        {"seat": ONE},
        {"self": left},
        {"to": CLEO},
        {"to": None},
        {"to": BEN},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionStarted(STARTS),
        NoSuchSeat(NINE),
        SeatIs(TWO, SeatState.ENROLLED),
        SeatTransferredAway(TWO),
        ModeOff(Mode.IMMEDIATE),
        AccountNeeded((DAN,)),
        AlreadySeated((CLEO,)),
        NewHolderNeeded(ONE),
        None,
    ]


@pytest.mark.parametrize("state", [SeatState.FREE, SeatState.INVITED, SeatState.ENROLLED])
def test_only_a_cancelled_seat_is_reactivated(state: SeatState) -> None:
    """A live one is there already, also where somebody is named for it (S13)."""
    before = pool(ANN, invitees=(DAN,))
    seat = {SeatState.ENROLLED: ONE, SeatState.INVITED: TWO, SeatState.FREE: THREE}[state]
    for to in (None, CLEO):
        refused = why_not(before.reactivate, act(), seat, to=to, session=EXCEL, seated=())
        assert refused == SeatIs(seat, state)


def test_ten_rounds_leave_no_trace() -> None:
    """Cancelled and reactivated again and again, a pool has nothing more than its version (S2, S13)."""
    start = found = pool(ANN, BEN, seats=3)
    for _ in range(10):
        left = found.cancel(act(), (ONE, THREE), session=EXCEL).state
        first = left.reactivate(act(), THREE, session=EXCEL, seated=keys(BEN)).state
        found = first.reactivate(act(), ONE, session=EXCEL, seated=keys(BEN)).state
    assert found == evolve(start, version=31)


# --- With its place and its money -------------------------------------------------------------------------------------

BACK, MORE = RefundId("back"), RefundId("more")
ILL: Final = Override("illness")


def _paid_back(capacity: int | None = 3, **given: Any) -> tuple[Session, SeatPool, Charge]:
    """Ann's, Ben's and a free seat, all taken and paid; Ann's was cancelled, and what was to go back has."""
    there, sold = session(capacity).take(act(), 3).state, pool(ANN, BEN)
    asked: dict[str, Any] = {"charge": charge(), "refund": BACK, **given}
    settled = cancel_seats(act(), there, sold, (ONE,), **asked)
    assert isinstance(settled, Settled)
    paid = settled.charge.state
    return settled.session.state, settled.pool.state, paid.succeed(act(), BACK).state if paid.refunds else paid


def _again(
    there: Session, sold: SeatPool, paid: Charge | None, at: Act = LATER, **given: Any
) -> Reactivated | Reinstated:
    facts: dict[str, Any] = {"charge": paid, "seated": keys(BEN), **given}
    return reactivate_seat(at, there, sold, ONE, **facts)


@pytest.mark.parametrize(
    ("given", "after", "due"),
    [
        ({}, money("0.00", "5.50", due="5.50"), "5.50"),
        ({"refund": None}, money("0.00", "0.00"), "0.00"),
        ({"override": ILL}, money("0.00", "10.00", due="10.00"), "10.00"),
    ],
    ids=["by the terms", "without refund", "overridden"],
)
def test_a_seat_comes_back_with_a_place(given: dict[str, Any], after: Any, due: str) -> None:
    """It takes one in the session again; what was refunded of it is due, what was kept counts as paid (N1, S13)."""
    there, sold, paid = _paid_back(**given)
    again = _again(there, sold, paid)
    assert isinstance(again, Reinstated)
    assert again.session.events == (PlacesTaken(1, None, (), LATER),)
    assert again.session.state.taken == 3
    assert again.pool == sold.reactivate(LATER, ONE, session=there, seated=keys(BEN))
    assert again.charge.events == (
        SeatsReinstated(SessionId("excel"), PoolId("pool"), {ONE: after}, cad("0.00"), cad(due), LATER),
    )


def test_a_seat_of_no_charge_comes_back() -> None:
    """Where nothing was captured, nothing is due; all of it is for one that was cancelled before the capture (S13)."""
    there, sold, paid = _paid_back()
    again = _again(there, sold, None)
    assert type(again) is Reactivated
    assert again.session.events == (PlacesTaken(1, None, (), LATER),)
    later = _again(there, sold, charge(PRICE * 2))
    assert isinstance(later, Reinstated)
    assert [event.due for event in later.charge.events if isinstance(event, SeatsReinstated)] == [PRICE]
    assert paid.captured == PRICE * 3


@pytest.mark.parametrize("capacity", [None, 3, 4])
def test_a_seat_comes_back_if_there_is_a_place(capacity: int | None) -> None:
    """Somebody may have taken it meanwhile, or wait for it (N2, S13)."""
    there, sold, paid = _paid_back(capacity)
    places = 1 if capacity is None else capacity - 2
    full = there.take(act(), places).state
    refused = why_not(_again, full, sold, paid)
    assert refused == (None if capacity is None else NotEnoughPlaces(1, 0))
    waited = Session.open(
        act(), SessionId("excel"), starts=STARTS, ends=ENDS, capacity=2, waiting_list=WaitingList()
    ).state.take(act(), 2)
    queue = waited.state.join(act(), DAN, seated=()).state.resize(act(), 3).state
    assert why_not(_again, queue, sold, paid) == NotEnoughPlaces(1, 0)


def test_a_reactivation_asks_the_pool_then_the_money_then_the_places() -> None:
    """Whichever says no, nothing happens to the others (S13, K2)."""
    there, sold, paid = _paid_back()
    asked = cancel_seats(act(), session(3).take(act(), 3).state, pool(ANN, BEN), (ONE,), charge=charge(), refund=BACK)
    assert isinstance(asked, Settled)
    pending = asked.charge.state
    failed = pending.fail(act(), BACK).state
    facts: dict[str, Any] = {
        "there": there.take(act(), 1).state,
        "sold": sold,
        "paid": evolve(paid, id=TransactionId("other")),
        "at": act(STARTS),
    }
    kept = deepcopy(facts)
    assert in_turn(
        _again,
        facts,
        {"at": LATER},
        {"paid": pending},
        {"paid": failed},
        {"paid": failed.retry(act(), BACK).state},
        {"paid": failed.succeed(act(), BACK).state},
        {"there": there},
    ) == [
        SessionStarted(STARTS),
        OtherTransaction(TransactionId("other"), TransactionId("order")),
        RefundPending(ONE, BACK),
        RefundPending(ONE, BACK),
        RefundPending(ONE, BACK),
        NotEnoughPlaces(1, 0),
        None,
    ]
    assert facts == kept


REFUSED: Final[dict[Refusal, dict[str, Any]]] = {
    SessionCalledOff(): {"there": CALLED_OFF},
    SessionStarted(STARTS): {"at": act(STARTS)},
    AlreadySeated((CLEO,)): {"to": CLEO, "seated": keys(CLEO)},
}


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.code)
def test_a_seat_that_may_not_come_back_stays_cancelled(refusal: Refusal) -> None:
    """A session that is cancelled or has started, or a learner who sits: seat, place and money stay (S13)."""
    there, sold, paid = _paid_back()
    facts: dict[str, Any] = {"there": there, "sold": sold, "paid": paid}
    assert why_not(_again, **{**facts, **REFUSED[refusal]}) == refusal


@pytest.mark.parametrize("pays", [True, False], ids=["paid", "not paid"])
@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_nobody_makes_money_by_coming_and_going(pays: bool, rounds: int) -> None:
    """However often a seat is cancelled and reactivated, the fees of one cancellation are kept (S12, S13)."""
    there, sold, paid = _paid_back()
    for number in range(rounds):
        again = _again(there, sold, paid)
        assert isinstance(again, Reinstated)
        paid = again.charge.state
        if pays:
            paid = paid.pay_due(LATER, sold.id, [ONE]).state
        refund = RefundId(f"refund-{number}")
        settled = cancel_seats(LATER, again.session.state, again.pool.state, (ONE,), charge=paid, refund=refund)
        assert isinstance(settled, Settled)
        there, sold, paid = settled.session.state, settled.pool.state, settled.charge.state
        if refund in paid.refunds:
            paid = paid.succeed(LATER, refund).state
        assert (refund in paid.refunds) is pays
        # Two seats at their price, and of the third what the terms give the provider.
        assert paid.captured - paid.refunded == PRICE * 2 + cad("4.50")
        assert (paid.once_kept, paid.seats[sold.id][ONE].kept) == (cad("3.00"), cad("4.50"))
    assert there.taken == 2


def test_what_is_due_is_not_refunded() -> None:
    """Reactivated without being paid and cancelled by an override, the seat gives back what was left of it (S12)."""
    again = _again(*_paid_back())
    assert isinstance(again, Reinstated)
    paid = again.charge.state
    settled = cancel_seats(LATER, again.session.state, again.pool.state, (ONE,), charge=paid, refund=MORE, override=ILL)
    assert isinstance(settled, Settled)
    assert settled.charge.state.refunds[MORE].amount == cad("4.50")
    assert settled.charge.state.seats[again.pool.state.id][ONE] == money("0.00", "10.00")


def test_late_a_seat_comes_back_with_what_is_due() -> None:
    """The deadline for refunds is not one for coming back; cancelled after it, what was left of it is kept (S12)."""
    late = act(REFUNDED_UNTIL + TICK)
    there, sold, paid = _paid_back()
    again = _again(there, sold, paid, late)
    assert isinstance(again, Reinstated)
    assert again.charge.state.seats[sold.id][ONE] == money("0.00", "5.50", due="5.50")
    settled = cancel_seats(late, again.session.state, again.pool.state, (ONE,), charge=again.charge.state, refund=MORE)
    assert isinstance(settled, Settled)
    assert settled.charge.state.seats[sold.id][ONE] == money("4.50", "5.50")
    assert MORE not in settled.charge.state.refunds
