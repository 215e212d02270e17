"""Learners who are transferred to another session, with their money: both sessions change, or neither (N3)."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import PoolId, ProviderId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.purchase import (
    OtherProvider,
    Reinstated,
    Settled,
    Transferred,
    TransferredPaid,
    cancel_seats,
    reactivate_seat,
    refund_kept,
    transfer_seat,
)
from lara_core.refunds import (
    Charge,
    MoneyMoved,
    MoreThanCaptured,
    OtherCurrency,
    OtherTransaction,
    Override,
    RefundIdUsed,
    RefundPending,
)
from lara_core.seats import (
    AlreadySeated,
    Cause,
    NoSuchSeat,
    OtherSession,
    SameSession,
    SeatIs,
    SeatPool,
    SeatsBought,
    SeatState,
    SeatTransferred,
    SeatTransferredAway,
    SessionCalledOff,
    SessionStarted,
)
from lara_core.sessions import FewerTaken, NotEnoughPlaces, PlacesGivenBack, PlacesTaken, Session
from tests.builders import (
    ANN,
    ANN_TYPED,
    AT_PURCHASE,
    BEN,
    CALLED_OFF,
    DAN,
    EXCEL,
    FREELY,
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
    flaw,
    gone,
    in_turn,
    keys,
    money,
    pool,
    session,
)

MOVED: Final = PoolId("moved")
BACK, MORE = RefundId("back"), RefundId("more")
OURS, THEIRS = ProviderId("ours"), ProviderId("theirs")
INVOICE: Final = Deadline.at(NOW)
BEGUN: Final = evolve(WORD, starts=NOW)
WORD_OFF: Final = WORD.cancel(act()).state


def _accepted() -> SeatPool:
    """Ben's seat, and one that Ann has by an invitation, both on an invoice."""
    asked = pool(BEN, invitees=(ANN_TYPED,), seats=2, policy=AT_PURCHASE, invoice=INVOICE)
    return asked.accept(act(), TWO, 1, learner=ANN, session=EXCEL, seated=keys(BEN, ANN_TYPED)).state


# --- The seats --------------------------------------------------------------------------------------------------------


def test_a_learner_moves_to_a_pool_of_their_own() -> None:
    """One seat of the same buyer and transaction, under the same policy and invoice; the old one is gone (N3)."""
    before = _accepted()
    left, arrived = before.transfer(
        act(), TWO, to=MOVED, price=PRICE * 2, session=EXCEL, there=WORD, seated_there=keys(BEN)
    )
    assert left.events == (SeatTransferred(TWO, ANN, SessionId("word"), MOVED, act()),)
    assert left.state == evolve(
        before, version=3, enrolled={ONE: BEN}, accepted={}, cancelled={TWO: gone(ANN, cause=Cause.TRANSFERRED)}
    )
    bought = SeatsBought(
        MOVED,
        SessionId("word"),
        before.transaction,
        before.buyer,
        AT_PURCHASE,
        (PRICE * 2,),
        {ONE: ANN},
        {},
        None,
        INVOICE,
        act(),
    )
    assert arrived.events == (bought,)
    assert arrived.state == SeatPool.begin(bought)
    assert (arrived.state.live, arrived.state.enrolled, arrived.state.version) == ((ONE,), {ONE: ANN}, 1)


def test_the_pool_has_the_buyer_of_today() -> None:
    """Whose it is now, not who bought it once (S17, N3)."""
    handed = pool(ANN).hand_over(act(), WORD_BUYER).state
    _, arrived = handed.transfer(act(), ONE, to=MOVED, price=PRICE, session=EXCEL, there=WORD, seated_there=())
    assert arrived.state.buyer == WORD_BUYER


WORD_BUYER: Final = act(by="successor").by


def test_a_transfer_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    before = pool(ANN, BEN, invitees=(DAN,), seats=4)
    wrong = {
        "act": act(STARTS),
        "seat": NINE,
        "to": MOVED,
        "price": PRICE,
        "session": WORD,
        "there": EXCEL,
        "seated_there": keys(ANN),
    }
    assert in_turn(
        before.transfer,
        wrong,
        {"session": CALLED_OFF},
        {"there": evolve(WORD_OFF, starts=NOW)},
        {"session": EXCEL},
        {"act": act()},
        {"there": BEGUN},
        {"there": WORD},
        {"seat": THREE},
        {"seat": SeatNo(4)},
        {"seat": ONE},
        {"seat": TWO},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SameSession(),
        SessionCalledOff(),
        SessionStarted(STARTS),
        SessionCalledOff(),
        SessionStarted(NOW),
        NoSuchSeat(NINE),
        SeatIs(THREE, SeatState.INVITED),
        SeatIs(SeatNo(4), SeatState.FREE),
        AlreadySeated((ANN,)),
        None,
    ]


def test_a_seat_is_transferred_once() -> None:
    """The old one is cancelled for good; where the learner is now, they may be transferred on, and back (N3)."""
    left, arrived = pool(ANN).transfer(act(), ONE, to=MOVED, price=PRICE, session=EXCEL, there=WORD, seated_there=())
    facts: dict[str, Any] = {"price": PRICE, "session": EXCEL, "there": WORD, "seated_there": ()}
    refused = why_not(left.state.transfer, act(), ONE, to=PoolId("third"), **facts)
    assert refused == SeatIs(ONE, SeatState.CANCELLED)
    for to in (None, BEN):
        again = why_not(left.state.reactivate, act(), ONE, to=to, session=EXCEL, seated=())
        assert again == SeatTransferredAway(ONE)
    back: dict[str, Any] = {**facts, "session": WORD, "there": EXCEL}
    _, home = arrived.state.transfer(act(), ONE, to=PoolId("third"), **back)
    assert (home.state.session, home.state.enrolled) == (SessionId("excel"), {ONE: ANN})


@pytest.mark.parametrize(
    ("person", "refusal"), [(ANN_TYPED, AlreadySeated((ANN,))), (BEN, None)], ids=["in another spelling", "another"]
)
def test_nobody_is_transferred_to_where_they_sit(person: Person, refusal: Refusal | None) -> None:
    """Invited or enrolled there, in whatever pool, under whatever key (S5, N3)."""
    facts: dict[str, Any] = {"to": MOVED, "price": PRICE, "session": EXCEL, "there": WORD}
    assert why_not(pool(ANN).transfer, act(), ONE, seated_there=keys(person), **facts) == refusal


# --- With places and money --------------------------------------------------------------------------------------------


def _sold(capacity: int | None = 3) -> tuple[Session, SeatPool]:
    """Ann's, Ben's and a free seat, all taken."""
    return session(capacity).take(act(), 3).state, pool(ANN, BEN)


def _transfer(paid: Charge | None, **given: Any) -> Transferred | TransferredPaid:
    here, sold = _sold()
    facts: dict[str, Any] = {
        "act": act(),
        "session": here,
        "pool": sold,
        "seat": ONE,
        "there": session(1, name="word"),
        "to": MOVED,
        "price": PRICE,
        "provider": OURS,
        "provider_there": OURS,
        "refund": MORE,
        "seated_there": (),
        **given,
    }
    return transfer_seat(charge=paid, **facts)


@pytest.mark.parametrize(
    ("price", "arrived"),
    [
        ("10.00", money("0.00", "0.00")),
        ("12.50", money("0.00", "0.00", due="2.50")),
        ("7.00", money("0.00", "3.00")),
        ("0.00", money("0.00", "10.00")),
    ],
    ids=["as dear", "dearer", "cheaper", "free"],
)
@pytest.mark.parametrize("at", [act(), act(REFUNDED_UNTIL + TICK), act(STARTS - TICK)], ids=["now", "late", "last"])
def test_a_learner_is_transferred_with_their_money(price: str, arrived: Any, at: Any) -> None:
    """A place for a place, the seat, and what was paid: the difference is due, or goes back without fees (N1, N3)."""
    here, sold = _sold()
    there, paid = session(1, name="word"), charge()
    moved = _transfer(paid, act=at, price=cad(price))
    assert isinstance(moved, TransferredPaid)
    assert moved.session.events == (PlacesGivenBack(1, at),)
    assert moved.there.events == (PlacesTaken(1, None, (), at),)
    assert (moved.session.state.taken, moved.there.state.taken) == (2, 1)
    assert (moved.left, moved.arrived) == sold.transfer(
        at, ONE, to=MOVED, price=cad(price), session=here, there=there, seated_there=()
    )
    refund = MORE if arrived.back else None
    left = money("0.00", "0.00", paid="0.00")
    assert moved.charge.events == (
        MoneyMoved(PoolId("pool"), ONE, left, SessionId("word"), MOVED, arrived, refund, arrived.back, at),
    )


def test_a_learner_of_no_charge_is_transferred() -> None:
    """Where nothing was captured yet, no money moves: what is captured later is for the new price (N3)."""
    moved = _transfer(None, price=cad("12.50"))
    assert type(moved) is Transferred
    paid = _transfer(charge(), price=cad("12.50"))
    assert isinstance(paid, TransferredPaid)
    assert moved == (paid.session, paid.there, paid.left, paid.arrived)


def test_a_transfer_asks_the_providers_first_and_the_money_last() -> None:
    """Another provider or currency is another purchase; whichever says no, nothing happens to any (N3, K2)."""
    taken = session(1, name="word").take(act(), 1).state
    other = evolve(charge(cad("2.00")), id=TransactionId("other"))
    used = charge(cad("2.00")).settle(
        act(), TransactionId("order"), PoolId("other"), {ONE: cad("0.00")}, session=EXCEL, refund=BACK
    )
    wrong = {
        "paid": other,
        "act": act(STARTS),
        "session": session(3),
        "there": taken,
        "price": Money.of("1.00", "EUR"),
        "provider_there": THEIRS,
    }
    kept = deepcopy(wrong)
    assert in_turn(
        _transfer,
        wrong,
        {"provider_there": OURS},
        {"price": cad("1.00")},
        {"act": act()},
        {"session": _sold()[0]},
        {"there": session(1, name="word")},
        {"paid": used.state},
        {"paid": charge()},
    ) == [
        OtherProvider(),
        OtherCurrency(ONE),
        SessionStarted(STARTS),
        FewerTaken(1, 0),
        NotEnoughPlaces(1, 0),
        OtherTransaction(TransactionId("other"), TransactionId("order")),
        MoreThanCaptured(cad("9.00"), cad("2.00")),
        None,
    ]
    assert wrong == kept


def test_a_transfer_needs_a_refund_of_its_own() -> None:
    """Also where nothing goes back: what the caller sends does not depend on prices (N3)."""
    here, sold = _sold()
    settled = cancel_seats(act(), here, sold, (TWO,), charge=charge(), refund=BACK)
    assert isinstance(settled, Settled)
    facts: dict[str, Any] = {"session": settled.session.state, "pool": settled.pool.state, "paid": settled.charge.state}
    assert why_not(_transfer, refund=BACK, **facts) == RefundIdUsed(BACK)
    assert why_not(_transfer, refund=MORE, **facts) is None


def test_a_price_that_makes_no_sense_moves_nobody() -> None:
    """It is one seat's price, like any other (K9)."""
    assert flaw(lambda: _transfer(charge(), price=cad("-0.01"))) == ("prices", Flaw.TOO_SMALL)


def _there(price: str = "10.00") -> tuple[Session, SeatPool, Charge]:
    """Where Ann is after a transfer: what went back has, and what was due was paid."""
    moved = _transfer(charge(), price=cad(price))
    assert isinstance(moved, TransferredPaid)
    paid = moved.charge.state
    if MORE in paid.refunds:
        paid = paid.succeed(act(), MORE).state
    if paid.seats[MOVED][ONE].due:
        paid = paid.pay_due(act(), MOVED, [ONE]).state
    return moved.there.state, moved.arrived.state, paid


@pytest.mark.parametrize(
    ("price", "after"),
    [
        ("10.00", money("4.50", "5.50", once="3.00")),
        ("12.50", money("4.75", "7.75", paid="12.50", once="3.00")),
        ("7.00", money("4.20", "5.80", once="3.00")),
        ("0.00", money("0.00", "10.00")),
    ],
)
def test_the_new_seat_is_cancelled_by_the_terms(price: str, after: Any) -> None:
    """Of its own price the provider keeps what the terms give; nobody pays more for having moved (S12, N3)."""
    there, sold, paid = _there(price)
    settled = cancel_seats(act(), there, sold, (ONE,), charge=paid, refund=BACK)
    assert isinstance(settled, Settled)
    done = settled.charge.state
    assert done.seats[MOVED] == {ONE: after}
    assert done.captured - done.going_back == PRICE * 2 + after.kept


def test_the_new_seat_is_reactivated() -> None:
    """What went back for its being cheaper is not due; what went back for its cancellation is (S13, N3)."""
    there, sold, paid = _there("7.00")
    settled = cancel_seats(act(), there, sold, (ONE,), charge=paid, refund=BACK)
    assert isinstance(settled, Settled)
    gone_back = settled.charge.state.succeed(act(), BACK).state
    again = reactivate_seat(act(), settled.session.state, settled.pool.state, ONE, charge=gone_back, seated=())
    assert isinstance(again, Reinstated)
    assert again.charge.state.seats[MOVED] == {ONE: money("0.00", "5.80", due="2.80")}


def test_the_difference_is_waited_for() -> None:
    """A seat whose difference is still on its way is cancelled, but not reactivated until it has gone back (S13)."""
    moved = _transfer(charge(), price=cad("7.00"))
    assert isinstance(moved, TransferredPaid)
    settled = cancel_seats(
        act(), moved.there.state, moved.arrived.state, (ONE,), charge=moved.charge.state, refund=None
    )
    assert isinstance(settled, Settled)
    refused = why_not(
        reactivate_seat, act(), settled.session.state, settled.pool.state, ONE, charge=settled.charge.state, seated=()
    )
    assert refused == RefundPending(ONE, MORE)


@pytest.mark.parametrize(
    ("pays", "price", "after"),
    [
        (True, "10.00", money("0.00", "0.00")),
        (False, "10.00", money("0.00", "0.00", paid="4.50", due="5.50")),
        (False, "4.50", money("0.00", "0.00", paid="4.50")),
        (False, "3.00", money("0.00", "1.50", paid="4.50")),
        (True, "3.00", money("0.00", "7.00")),
    ],
)
def test_what_is_due_moves_with_the_learner(pays: bool, price: str, after: Any) -> None:
    """Of a reactivated seat what was paid moves; what is due is due there, as far as it costs that (N3)."""
    here, sold = _sold()
    settled = cancel_seats(act(), here, sold, (ONE,), charge=charge(), refund=BACK)
    assert isinstance(settled, Settled)
    gone_back = settled.charge.state.succeed(act(), BACK).state
    again = reactivate_seat(act(), settled.session.state, settled.pool.state, ONE, charge=gone_back, seated=keys(BEN))
    assert isinstance(again, Reinstated)
    paid = again.charge.state
    if pays:
        paid = paid.pay_due(act(), sold.id, [ONE]).state
    moved = _transfer(paid, session=again.session.state, pool=again.pool.state, price=cad(price))
    assert isinstance(moved, TransferredPaid)
    assert moved.charge.state.seats[MOVED] == {ONE: after}
    assert moved.charge.state.seats[sold.id][ONE] == money("0.00", "5.50", paid="5.50")


def test_nothing_is_left_of_the_old_seat() -> None:
    """What was kept of a transferred seat cannot be given back, for nothing was: its money is elsewhere (S12, N3)."""
    moved = _transfer(charge())
    assert isinstance(moved, TransferredPaid)
    decision = refund_kept(
        act(),
        moved.session.state,
        moved.left.state,
        moved.charge.state,
        (ONE,),
        refund=BACK,
        override=Override("illness"),
    )
    assert decision.events == ()
    assert decision.state is moved.charge.state


FREED: Final[dict[str, Callable[[], SeatPool]]] = {
    "freely": lambda: pool(ANN, policy=FREELY),
    "under the switch": lambda: pool(ANN, seats=1, policy=AT_PURCHASE),
}


@pytest.mark.parametrize("freed", FREED)
def test_a_transfer_asks_for_no_replacement(freed: str) -> None:
    """The old seat is cancelled, not emptied: nothing is to assign (S9, S10, N3)."""
    sold = FREED[freed]()
    left, _ = sold.transfer(act(), ONE, to=MOVED, price=PRICE, session=EXCEL, there=WORD, seated_there=())
    assert (left.state.to_assign, left.state.emptied) == ((), {})
    assert left.state.counters().cancelled == 1
