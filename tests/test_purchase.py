"""Group purchase across a session and its pools: both change, or neither (N1, S8, S11)."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refusal, why_not
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, HoldId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.people import Person
from lara_core.purchase import (
    Bought,
    BulkBuyingOff,
    BuyerRole,
    GivenBack,
    NoSeatNamed,
    Settled,
    buy_seats,
    cancel_all_seats,
    cancel_seats,
    cancel_transaction,
    refund_kept,
    refund_of,
)
from lara_core.refunds import (
    ChargeDecision,
    MoreThanCaptured,
    NothingCaptured,
    OtherTransaction,
    Override,
    RefundIdUsed,
)
from lara_core.seats import (
    AccountNeeded,
    BuyersDoNotCancel,
    Cause,
    Counters,
    LearnersNeeded,
    NoSuchSeat,
    NothingToCancel,
    OtherBuyer,
    OtherSession,
    Policy,
    SeatIs,
    SeatPool,
    SeatsCancelled,
    SeatState,
    SessionEnded,
)
from lara_core.sessions import FewerTaken, NotEnoughPlaces, PlacesGivenBack, PlacesTaken, Session, WaitingList
from tests.builders import (
    ANN,
    AT_PURCHASE,
    BEN,
    DAN,
    ENDS,
    FREELY,
    NOW,
    ONE,
    PRICE,
    REFUNDED_UNTIL,
    STARTS,
    THREE,
    TICK,
    TWO,
    act,
    buy,
    charge,
    flaw,
    gone,
    in_turn,
    session,
)
from tests.builders import (
    pool as bought_pool,
)

HOLD = HoldId("basket")
UNTIL = NOW + timedelta(minutes=15)
LATE = act(UNTIL + TICK)


def _buy(act: Act, session: Session, learners: Sequence[Person] = (), *, seats: int = 3, **given: Any) -> Bought:
    facts: dict[str, Any] = {
        "role": BuyerRole.MANAGER,
        "bulk_buyers": {BuyerRole.MANAGER},
        "prices": (PRICE,) * seats,
        "policy": FREELY,
        "seated": (),
        **given,
    }
    return buy_seats(
        act,
        session,
        PoolId("pool"),
        transaction=TransactionId("order"),
        buyer=ActorId("manager"),
        learners=learners,
        **facts,
    )


def _bought() -> tuple[Session, SeatPool]:
    """Three seats of a session of four: Ann's, Ben's and a free one."""
    bought = _buy(act(), session(4), (ANN, BEN))
    return bought.session.state, bought.pool.state


# --- Buying -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "buyers", "refusal"),
    [
        (BuyerRole.CLIENT, {BuyerRole.CLIENT}, None),
        (BuyerRole.CLIENT, set(BuyerRole), None),
        (BuyerRole.CLIENT, {BuyerRole.MANAGER}, BulkBuyingOff(BuyerRole.CLIENT)),
        (BuyerRole.MANAGER, {BuyerRole.CLIENT}, BulkBuyingOff(BuyerRole.MANAGER)),
        (BuyerRole.MANAGER, set[BuyerRole](), BulkBuyingOff(BuyerRole.MANAGER)),
    ],
)
def test_group_purchase_is_a_switch(role: BuyerRole, buyers: set[BuyerRole], refusal: Refusal | None) -> None:
    """On one portal, for one role; where it is off nobody buys in bulk, not even one seat (S1)."""
    assert why_not(_buy, act(), session(), seats=1, role=role, bulk_buyers=buyers) == refusal


@pytest.mark.parametrize("capacity", [None, 3, 4])
def test_seats_are_bought_with_places(capacity: int | None) -> None:
    """One place for each seat, also for those that nobody has yet: they are the buyer's (N1, S1)."""
    before = session(capacity)
    bought = _buy(act(), before, (ANN,))
    assert bought.session.events == (PlacesTaken(3, None, (), act()),)
    assert bought.session.state == evolve(before, version=2, taken=3)
    assert bought.pool == buy(act(), (ANN,), session=before)


def test_places_are_bought_for_invitees() -> None:
    """Whoever is only asked takes a place already: it is the buyer's, whatever the answer (N1, S3)."""
    before = session(3)
    bought = _buy(act(), before, (ANN,), invitees=(DAN,))
    assert bought.session.events == (PlacesTaken(3, None, (), act()),)
    assert bought.pool == buy(act(), (ANN,), (DAN,), session=before)
    assert bought.pool.state.counters() == Counters(free=1, invited=1, enrolled=1, cancelled=0)


def test_a_place_goes_back_with_an_invitation() -> None:
    """Invited, due, declined or expired, a seat is live: its place is the buyer's until it is cancelled (S11)."""
    before = session(3)
    bought = _buy(act(), before, (ANN,), invitees=(DAN, BEN))
    taken, asked = bought.session.state, bought.pool.state
    late = act(ENDS - TICK)
    declined = asked.decline(act(), TWO, 1, session=before).state
    for at, pool, invitees in [
        (act(), asked, {TWO: DAN, THREE: BEN}),
        (late, asked, {}),
        (act(), declined, {THREE: BEN}),
        (late, asked.expire(late, session=before).state, {}),
    ]:
        cancelled = cancel_all_seats(at, taken, pool, charge=None)
        gone = SeatsCancelled((ONE, TWO, THREE), {ONE: ANN}, invitees, Cause.ASKED, at)
        assert cancelled.pool.events == (gone,)
        assert cancelled.session.events == (PlacesGivenBack(3, at),)


@pytest.mark.parametrize("at", [act(), act(UNTIL)], ids=["in time", "at the last instant"])
def test_a_purchase_converts_its_hold(at: Act) -> None:
    """What was kept for it is taken, and the hold is gone (N1)."""
    before = session(3).hold(act(), HOLD, 3, until=Deadline.at(UNTIL)).state
    assert why_not(_buy, at, before) == NotEnoughPlaces(3, 0)
    bought = _buy(at, before, hold=HOLD)
    assert bought.session.events == (PlacesTaken(3, HOLD, (), at),)
    assert bought.session.state == evolve(before, version=3, taken=3, holds={})


def test_a_purchase_whose_hold_has_lapsed() -> None:
    """Places are taken anew where there are any; else neither session nor pool has anything of it (N1)."""
    before = session(3).hold(act(), HOLD, 3, until=Deadline.at(UNTIL)).state
    bought = _buy(LATE, before, hold=HOLD)
    assert bought.session.events == (PlacesTaken(3, None, (HOLD,), LATE),)
    assert bought.session.state == evolve(before, version=3, taken=3, holds={})
    sold = before.take(LATE, 1).state
    assert why_not(_buy, LATE, sold, hold=HOLD) == NotEnoughPlaces(3, 2)


def test_a_purchase_looks_in_this_order() -> None:
    """The seats are asked first, the places last, and a bad value is found before there are places to take (S8)."""
    wrong = {
        "act": act(ENDS),
        "session": session(1),
        "learners": (DAN,),
        "policy": AT_PURCHASE,
        "seats": 2,
        "bulk_buyers": {BuyerRole.CLIENT},
    }
    assert in_turn(
        _buy,
        wrong,
        {"bulk_buyers": {BuyerRole.MANAGER}},
        {"act": act()},
        {"learners": (DAN, ANN)},
        {"learners": (BEN, ANN)},
        {"session": session(2)},
    ) == [
        BulkBuyingOff(BuyerRole.MANAGER),
        SessionEnded(ENDS),
        LearnersNeeded(2, 1),
        AccountNeeded((DAN,)),
        NotEnoughPlaces(2, 1),
        None,
    ]
    assert flaw(lambda: _buy(act(), session(1), seats=100_001)) == ("prices", Flaw.TOO_LONG)
    assert flaw(lambda: _buy(act(), session(1), seats=0)) == ("prices", Flaw.EMPTY)


# --- Cancelling -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seats", "cancelled", "learners"),
    [
        ((ONE,), (ONE,), {ONE: ANN}),
        ((THREE,), (THREE,), {}),
        ((THREE, ONE, THREE), (ONE, THREE), {ONE: ANN}),
        ((ONE, TWO, THREE), (ONE, TWO, THREE), {ONE: ANN, TWO: BEN}),
    ],
)
def test_cancelled_seats_give_their_places_back(
    seats: tuple[SeatNo, ...], cancelled: tuple[SeatNo, ...], learners: dict[SeatNo, Person]
) -> None:
    """As many places as seats, free or not, each once however often it is named (S11)."""
    before, pool = _bought()
    given_back = cancel_seats(act(), before, pool, seats, charge=None)
    assert given_back.pool.events == (SeatsCancelled(cancelled, learners, {}, Cause.ASKED, act()),)
    assert given_back.pool == pool.cancel(act(), seats, session=before)
    assert given_back.session.events == (PlacesGivenBack(len(cancelled), act()),)
    assert given_back.session.state == evolve(before, version=3, taken=3 - len(cancelled))


def test_all_live_seats_give_their_places_back() -> None:
    """What was cancelled before has given its place back once, and gives no other (S11)."""
    first = cancel_seats(act(), *_bought(), (TWO,), charge=None)
    rest = cancel_all_seats(act(ENDS - TICK), first.session.state, first.pool.state, charge=None)
    assert rest.pool.events == (SeatsCancelled((ONE, THREE), {ONE: ANN}, {}, Cause.ASKED, act(ENDS - TICK)),)
    assert rest.pool.state.cancelled == {ONE: gone(ANN), TWO: gone(BEN), THREE: gone()}
    assert rest.session.events == (PlacesGivenBack(2, act(ENDS - TICK)),)
    assert rest.session.state == evolve(first.session.state, version=4, taken=0)
    assert rest.session.state.available(NOW) == 4
    assert why_not(cancel_all_seats, act(), rest.session.state, rest.pool.state, charge=None) == NothingToCancel()


CANCELLATIONS: dict[str, Callable[[Act, Session, SeatPool], object]] = {
    "some": lambda act, session, pool: cancel_seats(act, session, pool, (ONE,), charge=None),
    "all": partial(cancel_all_seats, charge=None),
}


@pytest.mark.parametrize("cancellation", CANCELLATIONS)
def test_a_cancellation_asks_the_pool_first(cancellation: str) -> None:
    """Refused by the pool, nothing is given back; a session that never sold these places is found out (S11, N1)."""
    cancel = CANCELLATIONS[cancellation]
    _, pool = _bought()
    places = 1 if cancellation == "some" else 3
    assert in_turn(
        cancel,
        {"act": act(ENDS), "session": session(name="word"), "pool": pool},
        {"session": session()},
        {"act": act()},
    ) == [OtherSession(SessionId("excel"), SessionId("word")), SessionEnded(ENDS), FewerTaken(places, 0)]


REFUSED: dict[Refusal, Callable[[Session, SeatPool], object]] = {
    NotEnoughPlaces(2, 1): lambda session, pool: _buy(act(), session, seats=2),
    AccountNeeded((DAN,)): lambda session, pool: _buy(act(), session, (DAN,), seats=1),
    NoSuchSeat(SeatNo(4)): lambda session, pool: cancel_seats(act(), session, pool, (ONE, SeatNo(4)), charge=None),
    NothingToCancel(): lambda session, pool: cancel_seats(act(), session, pool, (), charge=None),
    SessionEnded(ENDS): lambda session, pool: cancel_all_seats(act(ENDS), session, pool, charge=None),
}


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.code)
def test_what_is_refused_changes_neither(refusal: Refusal) -> None:
    """Whichever of the two says no, both are as they were (K2)."""
    session, pool = _bought()
    kept = deepcopy((session, pool))
    assert why_not(REFUSED[refusal], session, pool) == refusal
    assert (session, pool) == kept


# --- Refunding --------------------------------------------------------------------------------------------------------

BACK, MORE = RefundId("back"), RefundId("more")
ILL = Override("illness")
TOO_LATE = act(REFUNDED_UNTIL + TICK)
CHARGE = charge()
OTHER = evolve(CHARGE, id=TransactionId("other"))


@pytest.mark.parametrize(("refund", "override"), [(None, None), (BACK, None), (BACK, ILL)])
@pytest.mark.parametrize("at", [act(REFUNDED_UNTIL), TOO_LATE], ids=["in time", "late"])
def test_cancelled_seats_are_settled_with_their_places(
    at: Act, refund: RefundId | None, override: Override | None
) -> None:
    """Places come back whatever becomes of the money, and the money of each seat once: what was paid (S11, S12)."""
    before, pool = _bought()
    settled = cancel_seats(at, before, pool, (THREE, ONE, THREE), charge=CHARGE, refund=refund, override=override)
    assert isinstance(settled, Settled)
    assert (settled.session, settled.pool) == cancel_seats(at, before, pool, (ONE, THREE), charge=None)
    assert settled.charge == CHARGE.settle(
        at, pool.transaction, pool.id, {ONE: PRICE, THREE: PRICE}, session=before, refund=refund, override=override
    )
    given = 2000 if refund and override else 1400 if refund and at is not TOO_LATE else 0
    assert settled.charge.state.going_back.minor == given


def _settle(charge: Any = CHARGE, **given: Any) -> Settled:
    before, pool = _bought()
    facts: dict[str, Any] = {"act": act(), "session": before, "pool": pool, "seats": (ONE,), "refund": BACK, **given}
    settled = cancel_seats(charge=charge, **facts)
    assert isinstance(settled, Settled)
    return settled


def test_what_is_free_of_charge_is_refunded_nothing() -> None:
    """Without a charge a refund of what has a price is refused; of what costs nothing, there is none (S12)."""
    before = session()
    free = buy(act(), (ANN,), prices=(PRICE - PRICE,)).state
    taken = before.take(act(), 1).state
    assert type(cancel_seats(act(), taken, free, (ONE,), charge=None, refund=BACK)) is GivenBack
    taken, pool = _bought()
    refused = why_not(cancel_seats, act(), taken, pool, (ONE,), charge=None, refund=BACK)
    assert refused == NothingCaptured(TransactionId("order"))


def test_a_buyer_cancels_with_the_same_money() -> None:
    """Who cancels does not matter to places and terms, where the policy lets buyers (S11, S12)."""
    before, pool = _bought()
    open_to_buyers = evolve(pool, policy=Policy(buyers_cancel=True))
    by_them = cancel_seats(act(), before, open_to_buyers, (ONE,), charge=CHARGE, refund=BACK, as_buyer=True)
    assert by_them == cancel_seats(act(), before, open_to_buyers, (ONE,), charge=CHARGE, refund=BACK)
    all_of_them = cancel_all_seats(act(), before, open_to_buyers, charge=CHARGE, refund=BACK, as_buyer=True)
    assert all_of_them == cancel_all_seats(act(), before, open_to_buyers, charge=CHARGE, refund=BACK)
    asked: dict[str, Any] = {"charge": CHARGE, "as_buyer": True}
    assert why_not(cancel_seats, act(), before, pool, (ONE,), **asked) == BuyersDoNotCancel()
    assert why_not(cancel_all_seats, act(by="ann"), before, open_to_buyers, **asked) == OtherBuyer()


def test_a_cancellation_with_refund_asks_the_charge_last() -> None:
    """What cannot be cancelled is not refunded, and what the charge refuses is not cancelled (S11, S12)."""
    settled = _settle().charge.state
    assert in_turn(
        _settle,
        {"act": act(ENDS), "session": session(), "charge": OTHER, "seats": (SeatNo(4),)},
        {"act": act()},
        {"seats": (TWO,)},
        {"session": _bought()[0]},
        {"charge": settled},
        {"refund": MORE},
    ) == [
        SessionEnded(ENDS),
        NoSuchSeat(SeatNo(4)),
        FewerTaken(1, 0),
        OtherTransaction(TransactionId("other"), TransactionId("order")),
        RefundIdUsed(BACK),
        None,
    ]
    assert why_not(_settle, charge(PRICE), seats=(ONE, TWO), override=ILL) == MoreThanCaptured(PRICE * 2, PRICE)


def _kept(**given: Any) -> ChargeDecision:
    """Give back what was kept of the first seat, of which 4.50 were."""
    done = _settle()
    state = done.session.state, done.pool.state, done.charge.state
    facts: dict[str, Any] = dict(zip(("session", "pool", "charge"), state, strict=True))
    facts |= {"act": act(), "seats": (ONE,), "refund": MORE, "override": ILL}
    return refund_kept(**facts | given)


@pytest.mark.parametrize("at", [act(), TOO_LATE, act(ENDS)], ids=["in time", "late", "when it is over"])
def test_what_was_kept_goes_back(at: Act) -> None:
    """By an override alone, whenever it is asked for; of a seat that is named twice, once (S12)."""
    done = _settle()
    decision = _kept(act=at, seats=(ONE, ONE))
    assert decision == done.charge.state.settle(
        at, TransactionId("order"), PoolId("pool"), {ONE: PRICE}, session=session(), refund=MORE, override=ILL
    )
    assert decision.state.refunds[MORE].amount == PRICE - done.charge.state.going_back
    assert decision.state.going_back == PRICE


def test_giving_back_looks_in_this_order() -> None:
    """Only seats that are cancelled already have anything kept of them (S12)."""
    assert in_turn(
        _kept,
        {"seats": (), "charge": OTHER, "refund": BACK},
        {"seats": (SeatNo(4), ONE)},
        {"seats": (THREE, TWO, ONE)},
        {"seats": (ONE,)},
        {"charge": _settle().charge.state},
        {"refund": MORE},
    ) == [
        NoSeatNamed(),
        NoSuchSeat(SeatNo(4)),
        SeatIs(TWO, SeatState.ENROLLED),
        OtherTransaction(TransactionId("other"), TransactionId("order")),
        RefundIdUsed(BACK),
        None,
    ]


def test_what_was_cancelled_before_the_capture_is_not_given_back() -> None:
    """Nothing was captured for it, whatever its price: others' money stays theirs (S12)."""
    there, held = session(3).take(act(), 2).state, bought_pool(ANN, BEN, seats=2)
    cancelled = cancel_seats(act(), there, held, (ONE,), charge=None)
    paid = charge(PRICE)
    kept = refund_kept(act(), cancelled.session.state, cancelled.pool.state, paid, (ONE,), refund=BACK, override=ILL)
    assert (kept.state, kept.events) == (paid, ())


def test_an_override_needs_a_refund_to_go_back_under() -> None:
    """Also where nothing was captured yet: a reason that is given is not lost (S12)."""
    there = session(3).take(act(), 1).state
    with pytest.raises(BadValue, match=r"^refund: empty$"):
        _ = cancel_seats(act(), there, bought_pool(ANN, seats=1), (ONE,), charge=None, override=ILL)


def test_a_transaction_is_given_by_its_own_pools_each_once() -> None:
    """Otherwise places would go back twice, or somebody else's (N1, S11)."""
    there, held = session(3).take(act(), 2).state, bought_pool(ANN, seats=1)
    with pytest.raises(BadValue, match=r"^pools: wrong_form$"):
        _ = cancel_transaction(act(), [(there, held), (there, held)], charge=None)
    other = evolve(held, id=PoolId("other"), transaction=TransactionId("another"))
    with pytest.raises(BadValue, match=r"^parts: wrong_form$"):
        _ = cancel_transaction(act(), [(there, held), (there, other)], charge=None)


def test_a_refund_for_a_pool_has_a_name_however_long_the_pools_is() -> None:
    """Its digest stands for it where there is no room; two pools never share one (S11, S14)."""
    assert refund_of(BACK, PoolId("pool")) == f"{BACK}:pool"
    long = [refund_of(BACK, PoolId("p" * 254 + end)) for end in "ab"]
    assert [name.startswith(f"{BACK}:") and len(name) < 60 for name in long] == [True, True]
    assert len(set(long)) == 2


def test_one_seat_is_bought_in_the_place_that_was_offered() -> None:
    """The offer is for one person, and the seat is theirs (N2)."""
    full = Session.open(
        act(), SessionId("excel"), starts=STARTS, ends=ENDS, capacity=1, waiting_list=WaitingList(automatic=True)
    ).state.take(act(), 1)
    offered = full.state.join(act(), ANN, seated=()).state.give_back(act(), 1).state
    bought = buy_seats(
        act(),
        offered,
        PoolId("own"),
        role=BuyerRole.CLIENT,
        bulk_buyers={BuyerRole.CLIENT},
        transaction=TransactionId("own"),
        buyer=ActorId("ann"),
        prices=(PRICE,),
        policy=Policy(),
        learners=(ANN,),
        hold=offered.offer_to(ANN, act().at),
        seated=(),
    )
    assert (bought.session.state.taken, bought.session.state.holds) == (1, {})
