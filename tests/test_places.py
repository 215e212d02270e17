"""Places across a session's pools and registrations: taken and given back one by one, and all of them at once."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import HoldId, PoolId, ProviderId, RefundId, RegistrationId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.places import (
    Decisions,
    Placed,
    cancel_registration,
    cancel_session,
    import_registrations,
    refuse_registration,
    register,
)
from lara_core.purchase import Settled, TransferredPaid, cancel_seats, transfer_seat
from lara_core.refunds import (
    Charge,
    MoreThanCaptured,
    NothingCaptured,
    OtherCurrency,
    OtherTransaction,
    Override,
    RefundIdUsed,
    RefundState,
    SeatMoney,
    SeatsSettled,
)
from lara_core.registrations import (
    NobodyToRegister,
    Origin,
    Registered,
    RegistrantNeedsAccount,
    RegistrantSits,
    Registration,
    RegistrationCancelled,
    RegistrationIs,
    RegistrationOtherSession,
    RegistrationRefused,
    RegistrationRequested,
    RegistrationSessionCancelled,
    RegistrationSessionOver,
    RegistrationState,
    Sale,
)
from lara_core.seats import Cause, OtherSession, Policy, SeatPool, SeatsCancelled
from lara_core.sessions import (
    FewerTaken,
    NotEnoughPlaces,
    OfferedToAnother,
    PlacesGivenBack,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionOver,
    WaitingLeft,
    WaitingList,
)
from tests.builders import (
    ANN,
    ANN_TYPED,
    BEN,
    BEN_ELSEWHERE,
    CALLED_OFF,
    CLEO,
    DAN,
    ENDS,
    EVE,
    EXCEL,
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
    buy,
    cad,
    charge,
    flaw,
    in_turn,
    keys,
    money,
    pool,
    session,
)

ID: Final = RegistrationId("own")
SESSION: Final = SessionId("excel")
HOLD: Final = HoldId("basket")
UNTIL: Final = Deadline.at(NOW + timedelta(minutes=15))
IN_TIME: Final = act(ENDS - TICK)


def _waited(*people: Person, automatic: bool = False) -> Session:
    """One place that is taken, and *people* who wait for it."""
    found = Session.open(
        act(), SESSION, starts=STARTS, ends=ENDS, capacity=1, waiting_list=WaitingList(automatic=automatic)
    ).state
    found = found.take(act(), 1).state
    for person in people:
        found = found.join(act(), person, seated=()).state
    return found


# --- Registering ------------------------------------------------------------------------------------------------------


def _register(**given: Any) -> Placed:
    facts: dict[str, Any] = {
        "act": act(),
        "session": session(1),
        "registration": ID,
        "person": ANN,
        "approval": False,
        "seated": (),
        **given,
    }
    return register(**facts)


@pytest.mark.parametrize(
    ("approval", "event"),
    [
        (False, Registered(ID, SESSION, ANN, Origin.INDIVIDUAL, None, IN_TIME)),
        (True, RegistrationRequested(ID, SESSION, ANN, Origin.INDIVIDUAL, None, IN_TIME)),
    ],
    ids=["at once", "to be approved"],
)
@pytest.mark.parametrize("capacity", [None, 1, 2])
def test_a_registration_takes_a_place(approval: bool, event: object, capacity: int | None) -> None:
    """Also one that is only requested: its place is kept meanwhile (N4, N5)."""
    before = session(capacity)
    placed = _register(act=IN_TIME, session=before, approval=approval)
    assert placed.session.events == (PlacesTaken(1, None, (), IN_TIME),)
    assert placed.session.state == evolve(before, version=2, taken=1)
    assert placed.registration.events == (event,)
    alone = Registration.register(IN_TIME, ID, session=before, person=ANN, approval=approval, seated=())
    assert placed.registration == alone


def test_a_registration_converts_its_hold() -> None:
    """What was held while it was paid for is taken, and nobody else's place (N1, N5)."""
    held = session(1).hold(act(), HOLD, 1, until=UNTIL).state
    assert why_not(_register, session=held) == NotEnoughPlaces(1, 0)
    placed = _register(session=held, hold=HOLD)
    assert placed.session.events == (PlacesTaken(1, HOLD, (), act()),)
    late = act(UNTIL.instant + TICK)
    assert _register(act=late, session=held, hold=HOLD).session.events == (PlacesTaken(1, None, (HOLD,), late),)


def test_whoever_was_offered_a_place_registers_for_it() -> None:
    """Without naming it; it is nobody else's, and who waits behind is not overtaken (N2, N5)."""
    freed = _waited(ANN, BEN).give_back(act(), 1).state
    offered = freed.offer(act()).state
    (offer,) = offered.holds
    assert _register(session=offered).session.events == (PlacesTaken(1, offer, (), act()),)
    assert _register(session=offered, person=ANN_SIGNED_IN).session.events == (PlacesTaken(1, offer, (), act()),)
    assert why_not(_register, session=offered, person=BEN) == NotEnoughPlaces(1, 0)
    assert why_not(_register, session=offered, person=BEN, hold=offer) == OfferedToAnother(offer)


# The account that Ann's address belongs to, told by another one.
ANN_SIGNED_IN: Final = Person.of("ann@example.org", "ann")


def test_whoever_registers_waits_no_more() -> None:
    """A place that was held for them besides is theirs, and they leave the queue (N2, N5)."""
    wider = _waited().resize(act(), 2).state.hold(act(), HOLD, 1, until=UNTIL).state
    queued = wider.join(act(), ANN, seated=()).state
    placed = _register(session=queued, hold=HOLD)
    assert placed.session.events == (PlacesTaken(1, HOLD, (), act()), WaitingLeft(ANN, (0,), act()))
    assert placed.session.state.queue == ()


def test_a_registration_looks_in_this_order() -> None:
    """Who it is for first, the places last (N5)."""
    wrong = {"act": act(ENDS), "session": evolve(CALLED_OFF, capacity=1, taken=1), "person": DAN, "seated": keys(ANN)}
    assert in_turn(
        _register,
        wrong,
        {"session": evolve(EXCEL, capacity=1, taken=1)},
        {"act": IN_TIME},
        {"person": ANN},
        {"person": BEN},
        {"session": session(1)},
    ) == [
        RegistrationSessionCancelled(),
        RegistrationSessionOver(ENDS),
        RegistrantNeedsAccount(DAN),
        RegistrantSits(ANN),
        NotEnoughPlaces(1, 0),
        None,
    ]


# --- Importing --------------------------------------------------------------------------------------------------------

ROWS: Final = [RegistrationId(f"row-{number}") for number in range(5)]


@pytest.mark.parametrize(
    ("roster", "seated", "registered"),
    [
        ((ANN,), (), {0: ANN}),
        ((BEN, ANN), (), {0: BEN, 1: ANN}),
        ((ANN, BEN, ANN), (), {0: ANN, 1: BEN}),
        ((BEN_ELSEWHERE, ANN, BEN, ANN_SIGNED_IN), (), {0: BEN_ELSEWHERE, 1: ANN}),
        ((ANN, BEN), keys(ANN_TYPED), {1: BEN}),
        ((DAN, ANN, BEN), keys(DAN), {1: ANN, 2: BEN}),
    ],
    ids=["one", "in the order given", "twice", "twice in other spellings", "one who sits", "who sits needs no account"],
)
def test_a_roster_is_imported(
    roster: Sequence[Person], seated: Sequence[Any], registered: Mapping[int, Person]
) -> None:
    """Each person once, under the first of their rows; who sits already is skipped (S5, N5)."""
    people = tuple(zip(ROWS, roster, strict=False))
    before = session(len(registered))
    taken, *placed = import_registrations(IN_TIME, before, people, seated=seated)
    assert taken.events == (PlacesTaken(len(registered), None, (), IN_TIME),)
    assert [decision.events for decision in placed] == [
        (Registered(ROWS[row], SESSION, person, Origin.IMPORTED, None, IN_TIME),) for row, person in registered.items()
    ]
    states = [decision.state for decision in placed]
    assert [(state.id, state.version) for state in states] == [(ROWS[row], 1) for row in registered]


@pytest.mark.parametrize(
    ("roster", "refusal"),
    [
        ((), NobodyToRegister(())),
        ((CLEO,), NobodyToRegister((CLEO,))),
        ((CLEO, CLEO), NobodyToRegister((CLEO,))),
        ((ANN, BEN, EVE), NotEnoughPlaces(3, 2)),
        ((ANN, BEN, EVE, CLEO, ANN), NotEnoughPlaces(3, 2)),
        ((ANN, DAN), RegistrantNeedsAccount(DAN)),
    ],
)
def test_a_roster_is_imported_whole_or_not_at_all(roster: Sequence[Person], refusal: Refusal) -> None:
    """For lack of places, of an account, or of anybody to register, nobody is (N5)."""
    people = tuple(zip(ROWS, roster, strict=False))
    assert why_not(import_registrations, act(), session(2), people, seated=keys(CLEO)) == refusal


def test_an_import_looks_in_this_order() -> None:
    """Whether anybody is left, then the session, then each person, the places last (N5)."""
    wrong: dict[str, Any] = {
        "act": act(ENDS),
        "session": evolve(CALLED_OFF, capacity=0),
        "people": ((ROWS[0], ANN),),
        "seated": keys(ANN),
    }
    assert in_turn(
        import_registrations,
        wrong,
        {"people": ((ROWS[0], DAN),)},
        {"session": session(0)},
        {"act": IN_TIME},
        {"people": ((ROWS[0], BEN),)},
        {"session": session(1)},
    ) == [
        NobodyToRegister((ANN,)),
        RegistrationSessionCancelled(),
        RegistrationSessionOver(ENDS),
        RegistrantNeedsAccount(DAN),
        NotEnoughPlaces(1, 0),
        None,
    ]


# --- Leaving ----------------------------------------------------------------------------------------------------------

BACK: Final = RefundId("back")
# Of places that nobody paid for.
REFUSE: Final = partial(refuse_registration, charge=None, refund=BACK)
CANCEL: Final = partial(cancel_registration, charge=None)

LEAVE: Final[dict[str, tuple[Callable[..., Decisions], bool, object]]] = {
    "refused": (REFUSE, True, RegistrationRefused(ANN, IN_TIME)),
    "cancelled while requested": (CANCEL, True, RegistrationCancelled(ANN, IN_TIME)),
    "cancelled": (CANCEL, False, RegistrationCancelled(ANN, IN_TIME)),
}


@pytest.mark.parametrize("how", LEAVE)
def test_a_place_comes_back_with_its_registration(how: str) -> None:
    """Refused or cancelled, it gives its place back, once: said again, nothing happens (N4, N5)."""
    leave, approval, event = LEAVE[how]
    before = _register(approval=approval)
    there, left = leave(IN_TIME, before.session.state, before.registration.state)
    assert there.events == (PlacesGivenBack(1, IN_TIME),)
    assert there.state == evolve(before.session.state, version=3, taken=0)
    assert left.events == (event,)
    again = leave(act(ENDS), there.state, left.state)
    assert again == (Decision(there.state), Decision(left.state))


def test_a_place_that_comes_back_goes_to_whoever_waits() -> None:
    """At once where the list is automatic (N2, N5)."""
    full = Session.open(
        act(), SESSION, starts=STARTS, ends=ENDS, capacity=1, waiting_list=WaitingList(automatic=True)
    ).state
    placed = _register(session=full)
    queued = placed.session.state.join(act(), BEN, seated=keys(ANN)).state
    there, _ = CANCEL(act(), queued, placed.registration.state)
    given_back, offered = there.events
    assert given_back == PlacesGivenBack(1, act())
    assert isinstance(offered, PlacesOffered)
    assert list(offered.offers.values()) == [BEN]


def test_an_approval_moves_no_place() -> None:
    """It has been taken since the request; so an approved registration gives back one place, too (N4)."""
    placed = _register(approval=True)
    approved = placed.registration.state.approve(act(), session=placed.session.state).state
    assert approved.state is RegistrationState.REGISTERED
    there, _ = CANCEL(act(), placed.session.state, approved)
    assert there.state == evolve(placed.session.state, version=3, taken=0)
    assert why_not(REFUSE, act(), placed.session.state, approved) == RegistrationIs(approved.state)


@pytest.mark.parametrize("leave", [REFUSE, CANCEL], ids=["refuse", "cancel"])
def test_leaving_looks_in_this_order(leave: Callable[..., Decisions]) -> None:
    """The registration is asked first; a session that never gave it a place is found out (N4, N5)."""
    requested = _register(approval=True).registration.state
    wrong = {"act": act(ENDS), "session": WORD, "registration": requested}
    assert in_turn(leave, wrong, {"session": EXCEL}, {"act": IN_TIME}, {"session": evolve(EXCEL, taken=1)}) == [
        RegistrationOtherSession(SESSION, SessionId("word")),
        RegistrationSessionOver(ENDS),
        FewerTaken(1, 0),
        None,
    ]


# --- What was paid ----------------------------------------------------------------------------------------------------

ORDER: Final = TransactionId("order")
OTHER: Final = TransactionId("other")
# In the charge a place of one's own is the one seat of a pool of its name.
OWN: Final = PoolId("own")
REFUNDABLE: Final = act(REFUNDED_UNTIL)
TOO_LATE: Final = act(REFUNDED_UNTIL + TICK)
ILL: Final = Override("illness")


def _bought(price: Money = PRICE, *, approval: bool = False) -> tuple[Session, Registration]:
    """Ann's own place, for that price, in the transaction of all pools here."""
    placed = _register(approval=approval, sale=Sale(ORDER, price))
    return placed.session.state, placed.registration.state


@pytest.mark.parametrize("approval", [False, True])
def test_a_sale_goes_with_the_place(approval: bool) -> None:
    """What it was bought by is told with it, and kept (N4, N5, P5)."""
    sale = Sale(ORDER, PRICE)
    placed = _register(approval=approval, sale=sale)
    made = RegistrationRequested if approval else Registered
    assert placed.registration.events == (made(ID, SESSION, ANN, Origin.INDIVIDUAL, sale, act()),)
    assert (placed.registration.state.sale, placed.registration.state.pool) == (sale, OWN)


PAID: Final[dict[str, tuple[Act, dict[str, Any], SeatMoney, str, str | None]]] = {
    "in time": (REFUNDABLE, {"refund": BACK}, money("4.50", "5.50", once="3.00"), "3.00", None),
    "late": (TOO_LATE, {"refund": BACK}, money("10.00", "0.00"), "0.00", None),
    "in time, without a refund": (REFUNDABLE, {}, money("10.00", "0.00"), "0.00", None),
    "in time, overridden": (REFUNDABLE, {"refund": BACK, "override": ILL}, money("0.00", "10.00"), "0.00", "illness"),
    "late, overridden": (TOO_LATE, {"refund": BACK, "override": ILL}, money("0.00", "10.00"), "0.00", "illness"),
    "while it runs, overridden": (
        IN_TIME,
        {"refund": BACK, "override": ILL},
        money("0.00", "10.00"),
        "0.00",
        "illness",
    ),
}


@pytest.mark.parametrize("approval", [False, True], ids=["registered", "requested"])
@pytest.mark.parametrize("how", PAID)
def test_a_paid_place_is_refunded_by_the_terms(how: str, approval: bool) -> None:
    """The fee is kept and the rest goes back, in time; later nothing does, unless the terms are set aside (N5, P5)."""
    at, given, settled, once, reason = PAID[how]
    there, own = _bought(approval=approval)
    decisions = cancel_registration(at, there, own, charge=charge(PRICE), **given)
    refund = BACK if settled.back else None
    assert [decision.events for decision in decisions] == [
        (PlacesGivenBack(1, at),),
        (RegistrationCancelled(ANN, at),),
        (SeatsSettled(SESSION, OWN, {ONE: settled}, cad(once), refund, settled.back, reason, at),),
    ]
    assert isinstance(paid := decisions[-1].state, Charge)
    assert paid.going_back == settled.back
    assert {name: found.pool for name, found in paid.refunds.items()} == ({BACK: OWN} if refund else {})


def test_a_fixed_fee_is_kept_once_of_a_purchase() -> None:
    """Whether it was seats or places of one's own that were bought, and in whatever order they are cancelled (S12)."""
    there, own = _bought()
    before = cancel_seats(
        act(), session().take(act(), 1).state, pool(BEN, seats=1), (ONE,), charge=charge(), refund=BACK
    )
    assert isinstance(before, Settled)
    decisions = cancel_registration(act(), there, own, charge=before.charge.state, refund=RefundId("own-back"))
    settled, refund = {ONE: money("1.50", "8.50")}, RefundId("own-back")
    assert decisions[-1].events == (SeatsSettled(SESSION, OWN, settled, cad("3.00"), refund, cad("8.50"), None, act()),)


@pytest.mark.parametrize("given", [{"refund": BACK}, {"refund": BACK, "override": ILL}])
def test_what_is_not_captured_does_not_go_back(given: dict[str, Any]) -> None:
    """Nobody is told of a refund of an invoice that was never paid; the place is given up without one (N5, S17)."""
    there, own = _bought()
    assert why_not(CANCEL, act(), there, own, **given) == NothingCaptured(ORDER)
    assert [decision.events for decision in CANCEL(act(), there, own)] == [
        (PlacesGivenBack(1, act()),),
        (RegistrationCancelled(ANN, act()),),
    ]


@pytest.mark.parametrize("at", [REFUNDABLE, TOO_LATE, IN_TIME], ids=["in time", "late", "running"])
def test_a_place_that_is_refused_is_refunded_in_full(at: Act) -> None:
    """Nobody pays a fee for what they were not let into, whatever the terms say by then (N4)."""
    there, own = _bought(approval=True)
    decisions = refuse_registration(at, there, own, charge=charge(PRICE), refund=BACK)
    settled = {ONE: money("0.00", "10.00")}
    assert [decision.events for decision in decisions] == [
        (PlacesGivenBack(1, at),),
        (RegistrationRefused(ANN, at),),
        (SeatsSettled(SESSION, OWN, settled, cad("0.00"), BACK, cad("10.00"), None, at),),
    ]


def test_a_place_that_is_refused_before_its_invoice_is_paid() -> None:
    """Nothing was taken, so nothing goes back, and it is refused all the same (N4, S17)."""
    there, own = _bought(approval=True)
    assert [decision.events for decision in REFUSE(act(), there, own)] == [
        (PlacesGivenBack(1, act()),),
        (RegistrationRefused(ANN, act()),),
    ]


@pytest.mark.parametrize("captured", [None, "0.00", "10.00"])
def test_a_free_place_has_nothing_to_give_back(captured: str | None) -> None:
    """Nothing is settled for it, and a refund that is asked for is none, captured or not (P3, N5)."""
    there, own = _bought(cad("0.00"), approval=True)
    paid = None if captured is None else charge(cad(captured))
    for decisions in (
        cancel_registration(act(), there, own, charge=paid, refund=BACK),
        cancel_registration(TOO_LATE, there, own, charge=paid),
        refuse_registration(act(), there, own, charge=paid, refund=BACK),
    ):
        _, _, *settled = decisions
        assert settled == ([] if paid is None else [Decision(paid)])


def test_a_place_that_was_not_sold_touches_no_charge() -> None:
    """Whatever was paid elsewhere, and whatever is asked to go back (N5)."""
    placed = _register(approval=True)
    there, own = placed.session.state, placed.registration.state
    for decisions in (
        cancel_registration(act(), there, own, charge=charge(), refund=BACK),
        cancel_registration(act(), there, own, charge=charge(), refund=BACK, override=ILL),
        cancel_registration(act(), there, own, charge=None, refund=BACK),
        refuse_registration(act(), there, own, charge=charge(), refund=BACK),
    ):
        assert [type(decision.state) for decision in decisions] == [Session, Registration]


def test_a_place_is_paid_back_once() -> None:
    """Said again, however late and under whatever refund, nothing more goes back (N4, N5, K2)."""
    there, own = _bought(approval=True)
    for leave in (cancel_registration, refuse_registration):
        given_back, left, paid = leave(act(), there, own, charge=charge(PRICE), refund=BACK)
        assert isinstance(given_back.state, Session)
        assert isinstance(left.state, Registration)
        assert isinstance(paid.state, Charge)
        for refund in (BACK, RefundId("more")):
            again = leave(act(ENDS), given_back.state, left.state, charge=paid.state, refund=refund)
            assert again == (Decision(given_back.state), Decision(left.state))


@pytest.mark.parametrize("sale", [None, Sale(ORDER, PRICE)], ids=["not sold", "sold"])
def test_an_override_needs_a_refund(sale: Sale | None) -> None:
    """Whoever sets the terms aside says under which name the money goes back (S12)."""
    placed = _register(sale=sale)
    there, own = placed.session.state, placed.registration.state
    for paid in (None, charge(PRICE)):
        cancel = partial(cancel_registration, act(), there, own, charge=paid, override=ILL)
        assert flaw(cancel) == ("refund", Flaw.EMPTY)


@pytest.mark.parametrize("leave", [cancel_registration, refuse_registration])
def test_leaving_asks_the_money_last(leave: Callable[..., Decisions]) -> None:
    """The registration, its place, and then whether what is asked to go back was taken for it (N4, N5, S12)."""
    there, own = _bought(approval=True)
    before = cancel_seats(
        act(), session().take(act(), 1).state, pool(BEN, seats=1), (ONE,), charge=charge(), refund=BACK
    )
    assert isinstance(before, Settled)
    used = before.charge.state
    wrong = {
        "act": act(),
        "session": WORD,
        "registration": own,
        "charge": evolve(used, id=OTHER, captured=Money.of("1.00", "EUR")),
        "refund": BACK,
    }
    assert in_turn(
        leave,
        wrong,
        {"session": EXCEL},
        {"session": there},
        {"charge": used},
        {"charge": used, "refund": RefundId("more"), "registration": evolve(own, sale=Sale(ORDER, Money.of(1, "EUR")))},
        {"charge": charge(cad("5.00")), "registration": own},
        {"charge": charge(PRICE)},
    ) == [
        RegistrationOtherSession(SESSION, SessionId("word")),
        FewerTaken(1, 0),
        OtherTransaction(OTHER, ORDER),
        RefundIdUsed(BACK),
        OtherCurrency(ONE),
        MoreThanCaptured(cad("10.00" if leave is refuse_registration else "5.50"), cad("5.00")),
        None,
    ]


# --- Cancelling the session -------------------------------------------------------------------------------------------


def _full() -> tuple[Session, list[tuple[SeatPool, Charge | None]], list[tuple[Registration, Charge | None]]]:
    """A session of two purchases, one of them paid for, three registrations, and two who wait for a place.

    Of the first pool one seat was cancelled before, and the fees are kept; the second is Eve's. One registration is
    Cleo's, one is only requested, and one was cancelled.
    """
    there = Session.open(
        act(), SESSION, starts=STARTS, ends=ENDS, capacity=6, waiting_list=WaitingList(automatic=True)
    ).state.take(act(), 3)
    settled = cancel_seats(act(), there.state, pool(ANN, invitees=(DAN,)), (THREE,), charge=charge(), refund=BACK)
    assert isinstance(settled, Settled)
    unpaid = evolve(buy(act(), (EVE,), name="unpaid", prices=(PRICE,)).state, transaction=OTHER)
    found = settled.session.state.take(act(), 1).state
    registrations = list[Registration]()
    for name, person, approval in [("cleo", CLEO, False), ("asked", BEN, True), ("left", ANN_ELSE, False)]:
        placed = register(act(), found, RegistrationId(name), person, approval=approval, seated=())
        found, registrations = placed.session.state, [*registrations, placed.registration.state]
    there_again, left = CANCEL(act(), found, registrations[-1])
    assert isinstance(there_again.state, Session)
    assert isinstance(left.state, Registration)
    found = there_again.state.take(act(), 1).state.join(act(), DAN_ELSE, seated=()).state
    registrations[-1] = left.state
    pools: list[tuple[SeatPool, Charge | None]] = [(settled.pool.state, settled.charge.state), (unpaid, None)]
    return found, pools, [(one, None) for one in registrations]


ANN_ELSE: Final = Person.of("gus@example.com", "gus")
DAN_ELSE: Final = Person.of("fay@example.com")


def _cancel(**given: Any) -> Decisions:
    there, pools, registrations = _full()
    facts: dict[str, Any] = {
        "act": act(),
        "session": there,
        "pools": pools,
        "registrations": registrations,
        "refund": RefundId("off"),
        **given,
    }
    return cancel_session(**facts)


@pytest.mark.parametrize("at", [act(), act(REFUNDED_UNTIL + TICK), act(STARTS + TICK)], ids=["now", "late", "started"])
def test_a_session_is_cancelled_with_all_its_seats(at: Act) -> None:
    """Every live seat, refunded in full, and every registration; what was kept earlier stays (S14)."""
    invitees = {} if at.at > STARTS else {TWO: DAN}
    seats = dict.fromkeys((ONE, TWO), money("0.00", "10.00"))
    refund = RefundId("off:pool")
    decisions = _cancel(act=at)
    assert [decision.events for decision in decisions] == [
        (
            SessionCancelled((DAN_ELSE,), at),
            PlacesGivenBack(2, at),
            PlacesGivenBack(1, at),
            PlacesGivenBack(2, at),
        ),
        (SeatsCancelled((ONE, TWO), {ONE: ANN}, invitees, Cause.SESSION_CANCELLED, at),),
        (SeatsCancelled((ONE,), {ONE: EVE}, {}, Cause.SESSION_CANCELLED, at),),
        (SeatsSettled(SESSION, PoolId("pool"), seats, cad("3.00"), refund, cad("20.00"), None, at),),
        (RegistrationCancelled(CLEO, at),),
        (RegistrationCancelled(BEN, at),),
    ]
    there, first, _, paid, *_ = (decision.state for decision in decisions)
    assert isinstance(there, Session)
    assert isinstance(first, SeatPool)
    assert isinstance(paid, Charge)
    # One place is somebody's whom nobody here knows of.
    assert (there.cancelled, there.taken, there.queue, there.holds) == (True, 1, (), {})
    assert first.cancelled[THREE].cause is Cause.ASKED
    assert paid.seats[PoolId("pool")][THREE] == money("4.50", "5.50", once="3.00")
    assert paid.captured - paid.going_back == cad("4.50")


def test_cancelling_a_session_twice_is_cancelling_it_once() -> None:
    """The second time nothing is decided about anything, however late it is (S14)."""
    there, *others = _cancel()
    assert isinstance(there.state, Session)
    pools = [(found.state, None) for found in others if isinstance(found.state, SeatPool)]
    registrations = [(found.state, None) for found in others if isinstance(found.state, Registration)]
    again = cancel_session(act(ENDS + TICK), there.state, pools, registrations, refund=RefundId("again"))
    assert again == (Decision(there.state),)
    assert again[0].state is there.state


def test_what_is_live_in_a_cancelled_session_is_cancelled_after_all() -> None:
    """A host that cancelled the session alone says it again, and the seats, places and money follow (S14)."""
    there, held = session(3).take(act(), 1).state, pool(ANN, seats=1)
    alone = there.cancel(act()).state
    places, seats, money = cancel_session(act(), alone, [(held, charge())], [], refund=BACK)
    assert places.events == (PlacesGivenBack(1, act()),)
    assert seats.events == (SeatsCancelled((ONE,), {ONE: ANN}, {}, Cause.SESSION_CANCELLED, act()),)
    assert isinstance(money.state, Charge)
    assert money.state.going_back == held.prices[0]


def test_a_pool_is_given_once() -> None:
    """Given twice, its places would go back twice (N1)."""
    there, held = session(3).take(act(), 2).state, pool(ANN, seats=1)
    twice = partial(cancel_session, act(), there, [(held, None), (held, None)], [], refund=BACK)
    assert flaw(twice) == ("pools", Flaw.WRONG_FORM)


def test_whoever_was_offered_a_place_is_imported_into_it() -> None:
    """The one place that is left is held for her, and she is on the roster (N2, N5)."""
    full = Session.open(
        act(), SESSION, starts=STARTS, ends=ENDS, capacity=1, waiting_list=WaitingList(automatic=True)
    ).state.take(act(), 1)
    offered = full.state.join(act(), ANN, seated=()).state.give_back(act(), 1).state
    taken, _ = import_registrations(act(), offered, ((ROWS[0], ANN),), seated=())
    assert isinstance(taken.state, Session)
    assert (taken.state.taken, taken.state.holds, taken.state.queue) == (1, {}, ())


def test_a_session_without_seats_is_cancelled() -> None:
    """There may be no pools and no registrations, or none that is live (S14)."""
    gone = pool(ANN).cancel_all(act(), session=EXCEL).state
    left = _full()[2][-1]
    decisions = cancel_session(act(), session(3), [(gone, charge())], [left], refund=BACK)
    assert [decision.events for decision in decisions] == [(SessionCancelled((), act()),)]


def test_what_is_being_paid_for_stays_held() -> None:
    """Its payment ends one way or the other; then it is released, and its places are nobody's (S14, N1)."""
    held = session(3).hold(act(), HOLD, 1, until=UNTIL).state.hold(act(), HoldId("other"), 1, until=UNTIL).state
    (cancelled,) = cancel_session(act(), held.secure(act(), HOLD).state, [], [], refund=BACK)
    assert isinstance(cancelled.state, Session)
    assert cancelled.state.holds.keys() == {HOLD}


def test_two_pools_of_a_transaction_share_their_charge() -> None:
    """One learner moved there from elsewhere, where others of the same purchase sit: two refunds, one charge (S14)."""
    word = session(name="word").take(act(), 1).state
    moving = buy(act(), (BEN,), name="word-pool", prices=(PRICE,), session=WORD).state
    moved = transfer_seat(
        act(),
        word,
        moving,
        ONE,
        there=session().take(act(), 1).state,
        to=PoolId("moved"),
        price=cad("7.00"),
        provider=PROVIDER,
        provider_there=PROVIDER,
        charge=charge(PRICE * 2),
        refund=BACK,
        seated_there=keys(ANN),
    )
    assert isinstance(moved, TransferredPaid)
    paid = moved.charge.state
    first = buy(act(), (ANN,), prices=(PRICE,)).state
    decisions = cancel_session(
        act(),
        moved.there.state,
        [(moved.arrived.state, paid), (first, paid)],
        [],
        refund=RefundId("off"),
    )
    there, arrived, pool_, settled = (decision.state for decision in decisions)
    assert isinstance(there, Session)
    assert isinstance(settled, Charge)
    assert (there.taken, arrived.id, pool_.id) == (0, "moved", "pool")
    assert [event.act for event in decisions[-1].events] == [act(), act()]
    assert settled.seats == {
        PoolId("word-pool"): {ONE: money("0.00", "0.00", paid="0.00")},
        PoolId("moved"): {ONE: money("0.00", "10.00")},
        PoolId("pool"): {ONE: money("0.00", "10.00")},
    }
    assert {refund: (found.amount, found.state) for refund, found in settled.refunds.items()} == {
        BACK: (cad("3.00"), RefundState.REQUESTED),
        RefundId("off:moved"): (cad("7.00"), RefundState.REQUESTED),
        RefundId("off:pool"): (cad("10.00"), RefundState.REQUESTED),
    }
    assert settled.captured == settled.going_back
    assert settled.once_kept == cad("0.00")


PROVIDER: Final = ProviderId("ours")


def _shared() -> tuple[Session, SeatPool, list[Registration], Charge]:
    """A basket of one seat for Ann and places of their own for Ben, Cleo and Eve, who has cancelled hers for a fee."""
    found, bought = session().take(act(), 1).state, pool(ANN, seats=1)
    registrations = list[Registration]()
    for name, person, approval in [("bens", BEN, False), ("cleos", CLEO, True), ("eves", EVE, False)]:
        sale = Sale(ORDER, PRICE)
        placed = register(act(), found, RegistrationId(name), person, approval=approval, sale=sale, seated=())
        found, registrations = placed.session.state, [*registrations, placed.registration.state]
    there, left, paid = cancel_registration(act(), found, registrations.pop(), charge=charge(PRICE * 4), refund=BACK)
    assert isinstance(there.state, Session)
    assert isinstance(left.state, Registration)
    assert isinstance(paid.state, Charge)
    return there.state, bought, [*registrations, left.state], paid.state


@pytest.mark.parametrize("at", [act(), TOO_LATE, act(STARTS + TICK)], ids=["now", "late", "started"])
def test_seats_and_places_of_a_purchase_share_their_charge(at: Act) -> None:
    """A refund for the pool and for each place that is left, in one charge; what was kept earlier stays (S14, N5)."""
    there, bought, registrations, paid = _shared()
    decisions = cancel_session(
        at, there, [(bought, paid)], [(one, paid) for one in registrations], refund=RefundId("off")
    )

    def refunded(name: str) -> SeatsSettled:
        refund, settled = RefundId(f"off:{name}"), {ONE: money("0.00", "10.00")}
        return SeatsSettled(SESSION, PoolId(name), settled, cad("3.00"), refund, PRICE, None, at)

    assert [decision.events for decision in decisions] == [
        (SessionCancelled((), at), PlacesGivenBack(1, at), PlacesGivenBack(2, at)),
        (SeatsCancelled((ONE,), {ONE: ANN}, {}, Cause.SESSION_CANCELLED, at),),
        (refunded("pool"), refunded("bens"), refunded("cleos")),
        (RegistrationCancelled(BEN, at),),
        (RegistrationCancelled(CLEO, at),),
    ]
    assert isinstance(called_off := decisions[0].state, Session)
    assert isinstance(settled := decisions[2].state, Charge)
    assert (called_off.taken, settled.version) == (0, 5)
    assert settled.seats == {
        PoolId("pool"): {ONE: money("0.00", "10.00")},
        PoolId("bens"): {ONE: money("0.00", "10.00")},
        PoolId("cleos"): {ONE: money("0.00", "10.00")},
        PoolId("eves"): {ONE: money("4.50", "5.50", once="3.00")},
    }
    assert settled.captured - settled.going_back == cad("4.50")


def test_places_of_several_purchases_are_paid_back_from_their_own() -> None:
    """One on an invoice that nobody has paid, one that was free, one that was not sold: only what was taken (S14)."""
    found, made = session(), list[tuple[Registration, Charge | None]]()
    paid = evolve(charge(PRICE), id=OTHER)
    sales = {
        "paid": (ANN, Sale(OTHER, PRICE), paid),
        "invoiced": (BEN, Sale(ORDER, PRICE), None),
        "free": (CLEO, Sale(TransactionId("free"), cad("0.00")), evolve(charge(cad("0.00")), id=TransactionId("free"))),
        "given": (EVE, None, None),
    }
    for name, (person, sale, of) in sales.items():
        placed = register(act(), found, RegistrationId(name), person, approval=False, sale=sale, seated=())
        found, made = placed.session.state, [*made, (placed.registration.state, of)]
    decisions = cancel_session(act(), found, [], made, refund=RefundId("off"))
    settled, refund = {ONE: money("0.00", "10.00")}, RefundId("off:paid")
    assert [decision.events for decision in decisions] == [
        (SessionCancelled((), act()), PlacesGivenBack(4, act())),
        (SeatsSettled(SESSION, PoolId("paid"), settled, cad("0.00"), refund, PRICE, None, act()),),
        (),
        *((RegistrationCancelled(person, act()),) for person, _, _ in sales.values()),
    ]


def test_places_are_paid_back_once() -> None:
    """A session that is cancelled twice gives nothing back the second time (S14, K2)."""
    there, bought, registrations, paid = _shared()
    decisions = cancel_session(
        act(), there, [(bought, paid)], [(one, paid) for one in registrations], refund=RefundId("off")
    )
    off, dead, settled, *left = (decision.state for decision in decisions)
    assert isinstance(off, Session)
    assert isinstance(dead, SeatPool)
    assert isinstance(settled, Charge)
    gone = [(one, settled) for one in left if isinstance(one, Registration)]
    assert len(gone) == 2
    again = cancel_session(act(), off, [(dead, settled)], gone, refund=RefundId("again"))
    assert again == (Decision(off),)


def test_dues_go_with_the_session() -> None:
    """Of a seat that was reactivated and not paid again, only what was left of it goes back (S13, S14)."""
    there, [(sold, paid), _], _ = _full()
    assert paid is not None
    back = paid.succeed(act(), BACK).state.reinstate(act(), ORDER, sold.id, {THREE: PRICE}, session=there).state
    live = sold.reactivate(act(), THREE, session=there, seated=()).state
    decisions = _cancel(pools=[(live, back)], registrations=[])
    settled = decisions[-1].state
    assert isinstance(settled, Charge)
    nothing = SeatMoney(PRICE, cad("0.00"), PRICE, cad("0.00"), cad("0.00"))
    assert settled.seats[sold.id] == {ONE: nothing, TWO: nothing, THREE: nothing}
    assert settled.captured == settled.going_back


def test_cancelling_a_session_looks_in_this_order() -> None:
    """The session, then pool by pool its seats, its places and its money (S14)."""
    there, [(sold, paid), *_], registrations = _full()
    assert paid is not None
    foreign = buy(act(), (ANN,), name="foreign", session=WORD).state
    mine, _ = registrations[0]
    wrong: dict[str, Any] = {
        "act": act(ENDS),
        "session": evolve(there, taken=1),
        "pools": [(foreign, paid)],
        "refund": BACK,
        "registrations": [(evolve(mine, session=SessionId("word")), None)],
    }
    used = evolve(paid, refunds={RefundId("back:pool"): paid.refunds[BACK]})
    bought, ample = evolve(mine, sale=Sale(ORDER, PRICE)), evolve(paid, captured=PRICE * 4)
    kept = deepcopy(wrong)
    assert in_turn(
        _cancel,
        wrong,
        {"act": IN_TIME},
        {"pools": [(sold, evolve(used, id=OTHER))]},
        {"session": there},
        {"pools": [(sold, used)]},
        {"pools": [(sold, paid)]},
        {"registrations": [(bought, evolve(used, id=OTHER))]},
        {"registrations": [(bought, paid)]},
        {"pools": [(sold, ample)], "registrations": [(bought, ample)]},
    ) == [
        SessionOver(ENDS),
        OtherSession(SessionId("word"), SESSION),
        FewerTaken(2, 1),
        OtherTransaction(OTHER, ORDER),
        RefundIdUsed(RefundId("back:pool")),
        RegistrationOtherSession(SessionId("word"), SESSION),
        OtherTransaction(OTHER, ORDER),
        MoreThanCaptured(PRICE, cad("4.50")),
        None,
    ]
    assert wrong == kept


@pytest.mark.parametrize("policy", [Policy(), Policy(assign_at_purchase=True), Policy(release_unpaid=True)])
def test_no_policy_stands_in_the_way(policy: Policy) -> None:
    """Whatever a provider lets buyers do, a session that does not take place has no seats (S14)."""
    sold = evolve(pool(ANN, BEN, CLEO), policy=policy)
    taken = session().take(act(), 3).state
    _, cancelled = cancel_session(act(), taken, [(sold, None)], [], refund=BACK)
    assert cancelled.events == (
        SeatsCancelled((ONE, TWO, SeatNo(3)), {ONE: ANN, TWO: BEN, THREE: CLEO}, {}, Cause.SESSION_CANCELLED, act()),
    )
