"""From a basket to what was bought: cart, code, places, pools, registrations, charge and number, all or none."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core import checkout
from lara_core.cart import (
    BasketDeclined,
    BasketIs,
    BasketPaid,
    BasketState,
    Cart,
    ChargingStarted,
    Line,
    Method,
    NoSuchBasket,
    NoSuchLine,
    NothingPaid,
    NothingToPay,
    OtherAttempt,
    Tax,
)
from lara_core.checkout import Decisions, NoInvoice, NotInvoiced, OtherCode, OtherNumbering, SessionNotGiven
from lara_core.documents import DocumentIssued, NeverIssued, Numbering
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, why_not
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    CodeId,
    ConnectorId,
    HoldId,
    LineId,
    MerchantAccountId,
    OrganisationId,
    PartnerId,
    PoolId,
    ProgrammeId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import Person
from lara_core.promotions import (
    CodeOtherProvider,
    CodeUsedUp,
    Discount,
    PromotionCode,
    UseConsumed,
    UseGivenBack,
    UseReserved,
    Window,
)
from lara_core.providers import Arrangement, MerchantAccount, NoTerms, Provider, Sellers
from lara_core.purchase import BulkBuyingOff, BuyerRole, Settled, cancel_seats
from lara_core.refunds import Charge, ChargeCaptured, NoSuchRefund, RefundTerms
from lara_core.registrations import Origin, Registered, RegistrantSits, Registration, RegistrationRequested, Sale
from lara_core.seats import AlreadySeated, LearnersNeeded, Policy, SeatPool, SeatsBought, SessionCalledOff
from lara_core.sessions import (
    Hold,
    HoldAlreadySecured,
    HoldReleased,
    HoldSecured,
    HoldUnsecured,
    NotEnoughPlaces,
    OfferedToAnother,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    WaitingList,
)
from lara_core.testing import laws
from tests.builders import (
    ANN,
    AT_PURCHASE,
    BEN,
    CLEO,
    DAN,
    EVE,
    FREELY,
    NOW,
    TERMS,
    act,
    cad,
    in_turn,
    keys,
    session,
)

CAD, EUR = Currency("CAD"), Currency("EUR")
MAIN, OTHER = ProviderId("main"), ProviderId("other")
BUYER: Final = ActorId("manager")
ORDER: Final = TransactionId("order")
CODE: Final = CodeId("spring")
EXCEL, WORD = session(5), session(5, name="word")
GST: Final = Tax("GST", "5")
KEPT, LINE_HOLD = HoldId("charge:order:1.1"), HoldId("kept")
STRICT: Final = RefundTerms("50", TERMS.per_seat, TERMS.once)
FREE_OF_CHARGE: Final = Discount(percent="100")
DUE: Final = Deadline.at(NOW + timedelta(days=30))
NUMBERING: Final = Numbering.start(act(), MAIN).state


def _provider(name: ProviderId = MAIN, *, terms: RefundTerms = TERMS, policy: Policy = FREELY) -> Provider:
    return Provider.open(
        act(),
        name,
        owner=None,
        name="Principal",
        connector=ConnectorId("braintree"),
        account=MerchantAccount(MerchantAccountId("ours")),
        terms=(terms,),
        policy=policy,
    ).state


def _line(name: str = "a", unit: str = "10.00", *, provider: ProviderId = MAIN, **given: Any) -> Line:
    usual: dict[str, Any] = {"sessions": (EXCEL.id,), **given}
    return Line(LineId(name), provider, unit=cad(unit), **usual)


def _own(person: Person, name: str = "a", unit: str = "10.00", **given: Any) -> Line:
    return _line(name, unit, bulk=False, learners=(person,), **given)


def _cart(*lines: Line) -> Cart:
    cart = Cart.open(act(), CartId("cart"), buyer=BUYER).state
    for line in lines:
        cart = cart.add(act(), line).state
    return cart


def _code(discount: Discount | None = None, *, uses: int = 1, provider: ProviderId = MAIN) -> PromotionCode:
    window = Window(NOW, NOW + timedelta(days=7))
    tenth = discount or Discount(percent="10")
    return PromotionCode.create(act(), CODE, provider=provider, discount=tenth, window=window, uses=uses).state


def _start(
    cart: Cart, *sessions: Session, provider: Provider | None = None, seated: Sequence[Person] = (), **given: Any
) -> Decisions:
    usual: dict[str, Any] = {
        "transaction": ORDER,
        "method": Method.GATEWAY,
        "role": BuyerRole.CLIENT,
        "bulk_buyers": {BuyerRole.CLIENT},
        **given,
    }
    pairs = [(each, keys(*seated)) for each in sessions or (EXCEL, WORD)]
    currency = usual.pop("currency", CAD)
    return checkout.start(usual.pop("act", act()), cart, provider or _provider(), currency, sessions=pairs, **usual)


def _pay(cart: Cart, *sessions: Session, attempt: int = 1, seated: Sequence[Person] = (), **given: Any) -> Decisions:
    usual: dict[str, Any] = {"numbering": NUMBERING, **given}
    pairs = [(each, keys(*seated)) for each in sessions or (EXCEL, WORD)]
    return checkout.pay(usual.pop("act", act()), cart, MAIN, CAD, attempt, sessions=pairs, **usual)


def _pay_nothing(cart: Cart, *sessions: Session, seated: Sequence[Person] = (), **given: Any) -> Decisions:
    usual: dict[str, Any] = {
        "transaction": ORDER,
        "role": BuyerRole.CLIENT,
        "bulk_buyers": {BuyerRole.CLIENT},
        "numbering": NUMBERING,
        **given,
    }
    pairs = [(each, keys(*seated)) for each in sessions or (EXCEL, WORD)]
    return checkout.pay_nothing(act(), cart, usual.pop("provider", _provider()), CAD, sessions=pairs, **usual)


def _decline(cart: Cart, *sessions: Session, attempt: int = 1, **given: Any) -> Decisions:
    told = given.pop("act", act())
    return checkout.decline(told, cart, MAIN, CAD, attempt, sessions=sessions or (EXCEL, WORD), **given)


def _states(decisions: Decisions) -> dict[type[object], Any]:
    """The states that decisions lead to, by kind; of several of one kind, the last."""
    return {type(decision.state): decision.state for decision in decisions}


def _events(decisions: Decisions) -> list[object]:
    return [event for decision in decisions for event in decision.events]


# --- Starting ---------------------------------------------------------------------------------------------------------


def test_starting() -> None:
    """The lines freeze, a use is reserved, and the places are kept and do not lapse (P3, P4, N1)."""
    decisions = _start(_cart(_line(quantity=2)), code=_code())
    off = {LineId("a"): cad("2.00")}
    assert _events(decisions) == [
        ChargingStarted(
            MAIN, CAD, 1, ORDER, Method.GATEWAY, None, CODE, off, TERMS, FREELY, frozenset(), cad("18.00"), act()
        ),
        UseReserved(ORDER, 1, act()),
        PlacesHeld(KEPT, 2, Deadline.at(NOW), (), act()),
        HoldSecured(KEPT, act()),
    ]
    assert _states(decisions)[Session].held(NOW + timedelta(days=6)) == 2


def test_what_a_line_holds_already_is_kept() -> None:
    """A hold made before is the one that does not lapse; one that has lapsed is replaced (N1)."""
    cart, until = _cart(_line(quantity=2, hold=LINE_HOLD)), NOW + timedelta(minutes=15)
    held = EXCEL.hold(act(), LINE_HOLD, 2, until=Deadline.at(until)).state
    late = act(until + timedelta(seconds=1))
    assert _events(_start(cart, held))[1:] == [HoldSecured(LINE_HOLD, act())]
    assert _events(_start(cart, held, act=late))[1:] == [
        PlacesHeld(KEPT, 2, Deadline.at(late.at), (LINE_HOLD,), late),
        HoldSecured(KEPT, late),
    ]


def test_a_hold_of_another_size_is_replaced() -> None:
    """As many places are kept as the line has seats, no more and no fewer (N1)."""
    held = session(2).hold(act(), LINE_HOLD, 1, until=DUE).state
    assert _events(_start(_cart(_line(quantity=2, hold=LINE_HOLD)), held))[1:] == [
        HoldReleased(LINE_HOLD, act()),
        PlacesHeld(KEPT, 2, Deadline.at(NOW), (), act()),
        HoldSecured(KEPT, act()),
    ]


def test_an_offer_of_the_waiting_list() -> None:
    """The learner's own offer is what is kept, and nobody else can pay for it, nor with it (N2)."""
    listed = Session.open(
        act(),
        EXCEL.id,
        starts=EXCEL.starts,
        ends=EXCEL.ends,
        capacity=1,
        waiting_list=WaitingList(automatic=True),
    ).state
    full = listed.take(act(), 1).state.join(act(), ANN, seated=()).state
    offered = full.give_back(act(), 1).state
    offer = offered.offer_to(ANN, NOW)
    assert offer is not None
    started = _start(_cart(_own(ANN)), offered)
    assert _events(started)[1:] == [HoldSecured(offer, act())]
    states = _states(started)
    paid = _pay(states[Cart], states[Session])
    assert PlacesTaken(1, offer, (), act()) in _events(paid)
    assert why_not(_start, _cart(_own(BEN)), offered) == NotEnoughPlaces(1, 0)
    assert why_not(_start, _cart(_own(BEN, hold=offer)), offered) == OfferedToAnother(offer)
    assert why_not(_start, _cart(_line(hold=offer)), offered) == OfferedToAnother(offer)


def test_what_will_be_refused_is_refused_before_it_is_charged() -> None:
    """Too few learners, who sits already, a session called off, too few places: no payment is begun (S8, S5, N1)."""
    called_off = EXCEL.cancel(act()).state
    assert why_not(_start, _cart(_line(quantity=2)), provider=_provider(policy=AT_PURCHASE)) == LearnersNeeded(2, 0)
    assert why_not(_start, _cart(_line(learners=(ANN,))), seated=(ANN,)) == AlreadySeated((ANN,))
    assert why_not(_start, _cart(_own(ANN)), seated=(ANN,)) == RegistrantSits(ANN)
    assert why_not(_start, _cart(_own(ANN), _own(ANN, "b"))) == RegistrantSits(ANN)
    assert why_not(_start, _cart(_line(learners=(ANN,)), _own(ANN, "b"))) == RegistrantSits(ANN)
    assert why_not(_start, _cart(_line(quantity=3), _line("b", quantity=3))) == NotEnoughPlaces(3, 2)
    refused = why_not(_start, _cart(_line()), called_off)
    assert refused is not None
    assert refused.code == "sessions.session_is_cancelled"


def test_starting_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (P3, P4, P5)."""
    used_up = _code().reserve(act(), TransactionId("elsewhere"), 1).state
    usual = _line(quantity=6)
    wrong: dict[str, Any] = {
        "cart": _cart(),
        "provider": evolve(_provider(), terms={}),
        "code": _code(provider=OTHER),
        "bulk_buyers": (),
    }
    given = dict(wrong)

    def start(**given: Any) -> Decisions:
        return _start(given.pop("cart"), *given.pop("sessions", (WORD,)), **given)

    assert in_turn(
        start,
        given,
        {"cart": _cart(_line(unit="0.00", quantity=6))},
        {"bulk_buyers": {BuyerRole.CLIENT}},
        {"code": used_up},
        {"provider": _provider()},
        {"cart": _cart(usual)},
        {"code": _code()},
        {"sessions": (EXCEL, WORD)},
        {"cart": _cart(_line(quantity=5))},
    ) == [
        NoSuchBasket(MAIN, CAD),
        BulkBuyingOff(BuyerRole.CLIENT),
        CodeOtherProvider(OTHER, MAIN),
        NoTerms(MAIN, CAD),
        NothingToPay(),
        CodeUsedUp(1),
        SessionNotGiven(EXCEL.id),
        NotEnoughPlaces(6, 5),
        None,
    ]


def test_bulk_buying_is_for_lines_in_bulk() -> None:
    """One's own place is not bought in bulk (S1)."""
    assert why_not(_start, _cart(_own(ANN)), bulk_buyers=()) is None


# --- Paying -----------------------------------------------------------------------------------------------------------


def test_a_paid_basket() -> None:
    """Seats in bulk become a pool, one's own place a registration; charge and number go with them (P3, P8)."""
    lines = (
        _line("a", "10.00", quantity=2, taxes=(GST,), learners=(ANN,), invitees=(DAN,)),
        _own(BEN, "b", "5.00"),
    )
    states = _states(_start(_cart(*lines), EXCEL, code=_code(uses=3)))
    decisions = _pay(states[Cart], states[Session], code=states[PromotionCode])
    pool, own = PoolId("order:1.1"), RegistrationId("order:2.1")
    one, two = SeatNo(1), SeatNo(2)
    prices = (cad("9.45"), cad("9.45"))
    until = FREELY.invitation_until(NOW)
    assert _events(decisions) == [
        BasketPaid(MAIN, CAD, 1, act()),
        UseConsumed(ORDER, 1, act()),
        PlacesTaken(2, KEPT, (), act()),
        PlacesTaken(1, HoldId("charge:order:2.1"), (), act()),
        SeatsBought(pool, EXCEL.id, ORDER, BUYER, FREELY, prices, {one: ANN}, {two: DAN}, until, None, act()),
        Registered(own, EXCEL.id, BEN, Origin.INDIVIDUAL, Sale(ORDER, cad("4.50")), act()),
        ChargeCaptured(ORDER, BUYER, cad("23.40"), TERMS, act()),
        DocumentIssued(1, ORDER, None, act()),
    ]
    after = _states(decisions)
    assert after[Cart].newest(MAIN, CAD).state is BasketState.PAID
    assert (after[Session].taken, after[Session].holds) == (3, {})
    assert (after[PromotionCode].used, after[PromotionCode].reserved) == (1, {})
    assert list(laws.of_session(after[Session], (after[SeatPool],), NOW, registrations=(after[Registration],))) == []


def test_a_programme() -> None:
    """It enrols in all its parts: in bulk one pool for each, whose prices add up to what was paid (P3)."""
    office = _line(unit="10.01", quantity=2, sessions=(EXCEL.id, WORD.id), programme=ProgrammeId("office"))
    started = _start(_cart(office))
    sessions = [decision.state for decision in started if isinstance(decision.state, Session)]
    paid = _pay(_states(started)[Cart], *sessions)
    pools = [decision.state for decision in paid if isinstance(decision.state, SeatPool)]
    assert [(pool.id, pool.session, pool.prices) for pool in pools] == [
        ("order:1.1", EXCEL.id, (cad("5.01"),) * 2),
        ("order:1.2", WORD.id, (cad("5.00"),) * 2),
    ]
    assert _states(paid)[Charge].captured == cad("20.02")


def test_a_programme_enrols_in_all_parts_or_none() -> None:
    """One that is full refuses the whole (P3)."""
    office = _own(ANN, sessions=(EXCEL.id, WORD.id), programme=ProgrammeId("office"))
    full = session(0, name="word")
    assert why_not(_start, _cart(office), EXCEL, full) == NotEnoughPlaces(1, 0)
    assert why_not(_start, _cart(office), EXCEL) == SessionNotGiven(WORD.id)


def _registrations(decisions: Decisions) -> list[object]:
    """Who was registered, or only asked to be."""
    return [event for event in _events(decisions) if isinstance(event, RegistrationRequested | Registered)]


def test_registrations_that_need_approval() -> None:
    """They are paid for and requested; the place is kept (N4)."""
    states = _states(_start(_cart(_own(ANN)), EXCEL, approval={EXCEL.id}))
    paid = _pay(states[Cart], states[Session])
    own = RegistrationId("order:1.1")
    sale = Sale(ORDER, cad("10.00"))
    assert _registrations(paid) == [RegistrationRequested(own, EXCEL.id, ANN, Origin.INDIVIDUAL, sale, act())]
    assert (_states(paid)[Session].taken, _states(paid)[Session].holds) == (1, {})


def test_where_approval_is_asked_is_as_at_the_sale() -> None:
    """The attempt says where, of the basket's own sessions, and nobody is asked again when it is paid (N4, P5)."""
    office: dict[str, Any] = {"sessions": (EXCEL.id, WORD.id), "programme": ProgrammeId("office")}
    cart = _cart(_own(ANN, **office), _line("b", provider=OTHER, sessions=(SessionId("elsewhere"),)))
    started = _start(cart, approval={WORD.id, SessionId("elsewhere"), SessionId("access")})
    made = _states(started)[Cart].newest(MAIN, CAD)
    assert made.approval == {WORD.id}
    half = Sale(ORDER, cad("5.00"))
    sessions = [decision.state for decision in started if isinstance(decision.state, Session)]
    assert _registrations(_pay(_states(started)[Cart], *sessions)) == [
        Registered(RegistrationId("order:1.1"), EXCEL.id, ANN, Origin.INDIVIDUAL, half, act()),
        RegistrationRequested(RegistrationId("order:1.2"), WORD.id, ANN, Origin.INDIVIDUAL, half, act()),
    ]


def test_a_retry_asks_for_approval_as_it_is_by_then() -> None:
    """A new attempt is a new sale: what was asked at the one that was declined is over (N4, P3)."""
    first = _states(_start(_cart(_own(ANN)), EXCEL, approval={EXCEL.id}))
    declined = _states(_decline(first[Cart], first[Session]))
    again = _states(_start(declined[Cart], declined[Session]))
    assert again[Cart].newest(MAIN, CAD).approval == frozenset()
    own = RegistrationId("order:1.1")
    assert _registrations(_pay(again[Cart], again[Session], attempt=2)) == [
        Registered(own, EXCEL.id, ANN, Origin.INDIVIDUAL, Sale(ORDER, cad("10.00")), act())
    ]


def test_what_costs_nothing_may_need_approval() -> None:
    """It is given at once, and the registration is only requested (N4, P3)."""
    given = _pay_nothing(_cart(_own(ANN, unit="0.00")), EXCEL, approval={EXCEL.id, WORD.id})
    assert _states(given)[Cart].newest(MAIN, CAD).approval == {EXCEL.id}
    own = RegistrationId("order:1.1")
    sale = Sale(ORDER, cad("0.00"))
    assert _registrations(given) == [RegistrationRequested(own, EXCEL.id, ANN, Origin.INDIVIDUAL, sale, act())]


def test_a_payment_that_is_told_twice() -> None:
    """The second time nothing is bought, captured or numbered (P3)."""
    started = _states(_start(_cart(_line()), EXCEL, code=_code()))
    paid = _states(_pay(started[Cart], started[Session], code=started[PromotionCode]))
    again = _pay(paid[Cart], paid[Session], code=paid[PromotionCode], numbering=paid[Numbering])
    assert again == (Decision(paid[Cart]),)


def test_an_unknown_payment_keeps_everything() -> None:
    """Resolved days later, it converts the very places and the very use that were kept (P3, N1)."""
    started = _states(_start(_cart(_line()), session(1), code=_code()))
    unknown = started[Cart].leave_unknown(act(), MAIN, CAD, 1).state
    later = act(NOW + timedelta(days=5))
    assert why_not(_start, unknown) == BasketIs(MAIN, CAD, BasketState.UNKNOWN)
    paid = _pay(unknown, started[Session], code=started[PromotionCode], act=later)
    assert PlacesTaken(1, KEPT, (), later) in _events(paid)


def test_terms_are_as_at_the_sale() -> None:
    """What changes after the buyer agreed reaches neither the pool nor the charge (P5)."""
    provider = _provider()
    started = _states(_start(_cart(_line()), EXCEL, provider=provider))
    changed = provider.set_terms(act(), STRICT).state.set_policy(act(), AT_PURCHASE).state
    paid = _states(_pay(started[Cart], started[Session]))
    assert (paid[Charge].terms, paid[SeatPool].policy) == (TERMS, FREELY)
    other = _states(_start(_cart(_line(learners=(ANN,))), EXCEL, provider=changed))
    assert _states(_pay(other[Cart], other[Session]))[Charge].terms == STRICT


def test_paying_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (P3, P4, P8)."""
    states = _states(_start(_cart(_line(learners=(ANN,))), EXCEL, code=_code()))
    elsewhere = Numbering.start(act(), OTHER).state
    wrong: dict[str, Any] = {"cart": states[Cart], "attempt": 2, "code": None, "numbering": elsewhere}

    def pay(**given: Any) -> Decisions:
        return _pay(given.pop("cart"), *given.pop("sessions", (WORD,)), **given)

    cancelled = states[Session].cancel(act()).state
    refusals = in_turn(
        pay,
        {**wrong, "seated": (ANN,)},
        {"attempt": 1},
        {"code": _code()},
        {"code": states[PromotionCode]},
        {"numbering": NUMBERING},
        {"sessions": (cancelled,)},
        {"sessions": (states[Session],)},
        {"seated": ()},
    )
    assert refusals[:2] == [OtherAttempt(1, 2), OtherCode(CODE, None)]
    assert refusals[2] is not None
    assert refusals[2].code == "promotions.use_not_reserved"
    assert refusals[3:] == [
        OtherNumbering(MAIN, OTHER),
        SessionNotGiven(EXCEL.id),
        SessionCalledOff(),
        AlreadySeated((ANN,)),
        None,
    ]


# --- Declining --------------------------------------------------------------------------------------------------------


def test_a_declined_basket() -> None:
    """The use and the places are free again, and another attempt takes them anew (P3, P4, N1)."""
    first = _states(_start(_cart(_line(quantity=2)), EXCEL, code=_code()))
    declined = _decline(first[Cart], first[Session], code=first[PromotionCode])
    assert _events(declined) == [
        BasketDeclined(MAIN, CAD, 1, act()),
        UseGivenBack(ORDER, 1, act()),
        HoldReleased(KEPT, act()),
    ]
    states = _states(declined)
    again = _states(_start(states[Cart], states[Session], code=states[PromotionCode]))
    assert again[PromotionCode].reserved == {ORDER: 2}
    assert _states(_pay(again[Cart], again[Session], attempt=2, code=again[PromotionCode]))[Session].taken == 2


def test_what_a_line_held_before_is_held_on() -> None:
    """Until the deadline that it had: the buyer tries again, and pays with the very same places (P3, N1)."""
    until = NOW + timedelta(minutes=15)
    cart = _cart(_line(quantity=2, hold=LINE_HOLD))
    held = session(2).hold(act(), LINE_HOLD, 2, until=Deadline.at(until)).state
    first = _states(_start(cart, held))
    declined = _decline(first[Cart], first[Session])
    assert _events(declined) == [BasketDeclined(MAIN, CAD, 1, act()), HoldUnsecured(LINE_HOLD, act())]
    states = _states(declined)
    assert states[Session] == evolve(held, version=4)
    assert why_not(_start, _cart(_line()), states[Session]) == NotEnoughPlaces(1, 0)
    # In its last instant it is still theirs; after that the places are anybody's, whatever the line says.
    again = _start(states[Cart], states[Session], act=act(until))
    assert _events(again)[1:] == [HoldSecured(LINE_HOLD, act(until))]
    paid = _pay(_states(again)[Cart], _states(again)[Session], attempt=2)
    assert PlacesTaken(2, LINE_HOLD, (), act()) in _events(paid)
    assert (_states(paid)[Session].taken, _states(paid)[Session].holds) == (2, {})
    late = act(until + timedelta(seconds=1))
    sold = states[Session].take(late, 1).state
    assert why_not(_start, states[Cart], sold, act=late) == NotEnoughPlaces(2, 1)


def test_a_payment_that_is_declined_after_the_deadline() -> None:
    """What the line held has lapsed by that, and its places are for sale at once (P3, N1)."""
    until = NOW + timedelta(minutes=15)
    cart = _cart(_line(quantity=2, hold=LINE_HOLD))
    held = session(2).hold(act(), LINE_HOLD, 2, until=Deadline.at(until)).state
    first, late = _states(_start(cart, held)), act(until + timedelta(seconds=1))
    declined = _decline(first[Cart], first[Session], act=late)
    assert _events(declined) == [BasketDeclined(MAIN, CAD, 1, late), HoldUnsecured(LINE_HOLD, late)]
    states = _states(declined)
    assert (first[Session].available(late.at), states[Session].available(late.at)) == (0, 2)
    again = _start(states[Cart], states[Session], act=late)
    assert _events(again)[1:] == [
        PlacesHeld(KEPT, 2, Deadline.at(late.at), (LINE_HOLD,), late),
        HoldSecured(KEPT, late),
    ]


def test_a_hold_that_was_replaced_does_not_come_back() -> None:
    """It was of another size: what was kept for the payment instead is let go with it (P3, N1)."""
    held = session(2).hold(act(), LINE_HOLD, 1, until=DUE).state
    first = _states(_start(_cart(_line(quantity=2, hold=LINE_HOLD)), held))
    declined = _decline(first[Cart], first[Session])
    assert _events(declined) == [BasketDeclined(MAIN, CAD, 1, act()), HoldReleased(KEPT, act())]
    assert _states(declined)[Session].holds == {}


def _offered(terms: WaitingList) -> tuple[Session, HoldId]:
    """One place, which is offered to Ann; Ben waits behind her."""
    listed = Session.open(
        act(), EXCEL.id, starts=EXCEL.starts, ends=EXCEL.ends, capacity=1, waiting_list=terms
    ).state.take(act(), 1)
    waiting = listed.state.join(act(), ANN, seated=()).state.join(act(), BEN, seated=()).state
    given_back = waiting.give_back(act(), 1).state
    offered = given_back if terms.automatic else given_back.offer(act()).state
    offer = offered.offer_to(ANN, NOW)
    assert offer is not None
    return offered, offer


@pytest.mark.parametrize("terms", [WaitingList(), WaitingList(automatic=True)], ids=["by hand", "automatic"])
def test_a_declined_payment_leaves_the_offer(terms: WaitingList) -> None:
    """It is the learner's until it would have lapsed anyway, and they may pay again (P3, N2)."""
    offered, offer = _offered(terms)
    first = _states(_start(_cart(_own(ANN)), offered))
    declined = _decline(first[Cart], first[Session])
    assert _events(declined) == [BasketDeclined(MAIN, CAD, 1, act()), HoldUnsecured(offer, act())]
    states = _states(declined)
    assert states[Session] == evolve(offered, version=offered.version + 2)
    again = _states(_start(states[Cart], states[Session]))
    paid = _pay(again[Cart], again[Session], attempt=2)
    assert PlacesTaken(1, offer, (), act()) in _events(paid)
    assert _states(paid)[Session].queue == (BEN,)


def test_an_offer_that_is_not_paid_in_time_goes_to_the_next() -> None:
    """The payment was declined too late: whoever waits is offered the place in the same decision (P3, N2)."""
    offered, offer = _offered(WaitingList(automatic=True, offer_hours=24))
    first = _states(_start(_cart(_own(ANN)), offered))
    late = act(NOW + timedelta(hours=24, seconds=1))
    declined = _decline(first[Cart], first[Session], act=late)
    following, until = HoldId(f"offer:{offered.version + 3}.1"), Deadline.at(late.at + timedelta(hours=24))
    assert _events(declined) == [
        BasketDeclined(MAIN, CAD, 1, late),
        HoldUnsecured(offer, late),
        PlacesOffered({following: BEN}, until, (offer,), late),
    ]
    states = _states(declined)
    assert why_not(_start, states[Cart], states[Session], act=late) == NotEnoughPlaces(1, 0)


def test_declining_in_a_session_that_was_called_off() -> None:
    """There nothing is held on: the line's own hold, an offer and what was kept for the payment are released (S14)."""
    held = session(4).hold(act(), LINE_HOLD, 1, until=DUE).state
    first = _states(_start(_cart(_line(hold=LINE_HOLD), _own(BEN, "b")), held))
    off = first[Session].cancel(act()).state
    declined = _decline(first[Cart], off)
    assert _events(declined)[1:] == [
        HoldReleased(LINE_HOLD, act()),
        HoldReleased(HoldId("charge:order:2.1"), act()),
    ]
    assert _states(declined)[Session].holds == {}
    offered, offer = _offered(WaitingList())
    paying = _states(_start(_cart(_own(ANN)), offered))
    assert _events(_decline(paying[Cart], paying[Session].cancel(act()).state))[1:] == [HoldReleased(offer, act())]


def test_one_session_for_several_lines_is_one_decision() -> None:
    """What one line held is held on, what was kept for another is let go (P3, N1)."""
    held = session(4).hold(act(), LINE_HOLD, 2, until=DUE).state
    first = _states(_start(_cart(_line(quantity=2, hold=LINE_HOLD), _own(ANN, "b")), held))
    declined = _decline(first[Cart], first[Session])
    assert _events(declined)[1:] == [
        HoldUnsecured(LINE_HOLD, act()),
        HoldReleased(HoldId("charge:order:2.1"), act()),
    ]
    assert _states(declined)[Session].holds == {LINE_HOLD: Hold(2, DUE)}
    assert [decision.state.id for decision in declined] == ["cart", "excel"]


def test_declining_twice() -> None:
    """The second time nothing is given back, not even what somebody else keeps by now (P3)."""
    first = _states(_start(_cart(_line()), EXCEL))
    declined = _states(_decline(first[Cart], first[Session]))
    assert _decline(declined[Cart], first[Session]) == (Decision(declined[Cart]),)


def test_a_hold_that_is_not_secured_is_not_this_payments() -> None:
    """Declining lets go what was kept for the payment, and no hold that was made since (N1)."""
    started = _states(_start(_cart(_line(hold=LINE_HOLD)), EXCEL))
    since = started[Session].release(act(), KEPT).state.hold(act(), LINE_HOLD, 1, until=DUE).state
    assert _events(_decline(started[Cart], since)) == [BasketDeclined(MAIN, CAD, 1, act())]


def _offered_meanwhile() -> tuple[Cart, Session, HoldId]:
    """Ann pays for a place that is for sale, and is offered another one, because she waited for it."""
    listed = Session.open(
        act(), EXCEL.id, starts=EXCEL.starts, ends=EXCEL.ends, capacity=2, waiting_list=WaitingList()
    ).state
    waiting = listed.take(act(), 2).state.join(act(), ANN, seated=()).state.give_back(act(), 2).state
    started = _states(_start(_cart(_own(ANN)), waiting))
    offered = started[Session].offer(act()).state
    offer = offered.offer_to(ANN, NOW)
    assert offer is not None
    return started[Cart], offered, offer


def test_an_offer_that_was_made_meanwhile_is_not_this_payments() -> None:
    """Declining lets go what was kept for the payment, and the learner has the offer still (N1, N2)."""
    cart, offered, offer = _offered_meanwhile()
    declined = _decline(cart, offered)
    assert _events(declined) == [BasketDeclined(MAIN, CAD, 1, act()), HoldReleased(KEPT, act())]
    assert _states(declined)[Session].holds == {offer: offered.holds[offer]}


def test_who_has_paid_has_no_offer_any_more() -> None:
    """The place that was kept is taken, and the one that was offered meanwhile is for the next (N1, N2)."""
    cart, offered, offer = _offered_meanwhile()
    paid = _pay(cart, offered)
    assert [event for event in _events(paid) if isinstance(event, PlacesTaken | HoldReleased)] == [
        PlacesTaken(1, KEPT, (), act()),
        HoldReleased(offer, act()),
    ]
    assert (_states(paid)[Session].taken, _states(paid)[Session].holds) == (1, {})


def test_a_hold_that_was_made_meanwhile_is_not_this_payments() -> None:
    """The line's own had lapsed; another of that name is no part of the sale, whatever becomes of it (N1)."""
    started = _states(_start(_cart(_line(hold=LINE_HOLD)), EXCEL))
    since = started[Session].hold(act(), LINE_HOLD, 1, until=DUE).state
    assert _events(_decline(started[Cart], since))[1:] == [HoldReleased(KEPT, act())]
    paid = _pay(started[Cart], since)
    assert PlacesTaken(1, KEPT, (), act()) in _events(paid)
    assert _states(paid)[Session].holds == {LINE_HOLD: Hold(1, DUE)}


def test_declining_asks_for_all() -> None:
    """The code that was used and every session: a place that nobody gives back would be lost (P4, N1)."""
    states = _states(_start(_cart(_line()), EXCEL, code=_code()))
    assert why_not(_decline, states[Cart], states[Session]) == OtherCode(CODE, None)
    other = evolve(states[PromotionCode], id=CodeId("autumn"))
    assert why_not(_decline, states[Cart], states[Session], code=other) == OtherCode(CODE, CodeId("autumn"))
    assert why_not(_decline, states[Cart], WORD, code=states[PromotionCode]) == SessionNotGiven(EXCEL.id)


# --- Nothing to pay, and invoices -------------------------------------------------------------------------------------


def test_what_costs_nothing() -> None:
    """A code may take all off: reserved and consumed at once, bought, captured as nothing, numbered (P3, P4)."""
    decisions = _pay_nothing(_cart(_line(quantity=2)), EXCEL, code=_code(FREE_OF_CHARGE))
    assert [type(event) for event in _events(decisions)] == [
        NothingPaid,
        UseReserved,
        UseConsumed,
        PlacesTaken,
        SeatsBought,
        ChargeCaptured,
        DocumentIssued,
    ]
    states = _states(decisions)
    assert states[Charge].captured == cad("0.00")
    assert states[SeatPool].prices == (cad("0.00"),) * 2
    assert (states[PromotionCode].used, states[PromotionCode].reserved) == (1, {})
    assert _pay_nothing(states[Cart], EXCEL, code=_code(FREE_OF_CHARGE)) == (Decision(states[Cart]),)


def test_what_costs_nothing_keeps_the_guards() -> None:
    """Free of charge is not free of rules (P3, P4, P8, S1, N1)."""
    free = _line(unit="0.00", quantity=2)
    full = session(1)
    elsewhere = Numbering.start(act(), OTHER).state
    assert why_not(_pay_nothing, _cart(free), bulk_buyers=()) == BulkBuyingOff(BuyerRole.CLIENT)
    assert why_not(_pay_nothing, _cart(free), provider=evolve(_provider(), terms={})) == NoTerms(MAIN, CAD)
    assert why_not(_pay_nothing, _cart(free), numbering=elsewhere) == OtherNumbering(MAIN, OTHER)
    assert why_not(_pay_nothing, _cart(free), full) == NotEnoughPlaces(2, 1)
    used_up = _code().reserve(act(), TransactionId("elsewhere"), 1).state
    assert why_not(_pay_nothing, _cart(free), code=used_up) == CodeUsedUp(1)


def test_an_invoice() -> None:
    """The seats are the buyer's at once, until the invoice is due; the charge is captured when it is paid (S17)."""
    states = _states(_start(_cart(_line()), EXCEL, method=Method.INVOICE, invoice=DUE))
    assert why_not(checkout.capture_invoice, act(), states[Cart], MAIN, CAD, pools=(), registrations=()) == NotInvoiced(
        MAIN, CAD
    )
    sold = _states(_pay(states[Cart], states[Session]))
    assert sold[SeatPool].invoice == DUE
    assert sold[Numbering].last == 1
    assert Charge not in sold
    captured = checkout.capture_invoice(act(), sold[Cart], MAIN, CAD, pools=(sold[SeatPool],), registrations=())
    assert captured.events == (ChargeCaptured(ORDER, BUYER, cad("10.00"), TERMS, act()),)


def test_an_invoice_is_for_what_is_live() -> None:
    """A seat that was cancelled before it was paid for is not owed any more (S12, S17)."""
    states = _states(_start(_cart(_line(quantity=2)), EXCEL, method=Method.INVOICE, invoice=DUE))
    sold = _states(_pay(states[Cart], states[Session]))
    pool = sold[SeatPool].cancel(act(), [SeatNo(1)], session=sold[Session]).state
    captured = checkout.capture_invoice(act(), sold[Cart], MAIN, CAD, pools=(pool,), registrations=())
    assert captured.events == (ChargeCaptured(ORDER, BUYER, sold[SeatPool].prices[1], TERMS, act()),)


def test_an_invoice_is_for_the_places_that_are_left() -> None:
    """One's own place that was given up, or refused, before it was paid for is not owed; a request is (N4, N5, S17)."""
    lines = (_own(ANN, "a", "1.00"), _own(BEN, "b", "2.00"), _own(CLEO, "c", "4.00"), _own(EVE, "d", "8.00"))
    states = _states(_start(_cart(*lines), EXCEL, method=Method.INVOICE, invoice=DUE, approval={EXCEL.id}))
    paid = _pay(states[Cart], states[Session])
    there, cart = _states(paid)[Session], _states(paid)[Cart]
    anns, bens, cleos, eves = (decision.state for decision in paid if isinstance(decision.state, Registration))
    places = (
        anns.cancel(act(), session=there).state,
        bens.refuse(act(), session=there).state,
        cleos,
        eves.approve(act(), session=there).state,
        # Nobody pays for what was not sold.
        evolve(eves, sale=None),
    )
    captured = checkout.capture_invoice(act(), cart, MAIN, CAD, pools=(), registrations=places)
    assert captured.events == (ChargeCaptured(ORDER, BUYER, cad("12.00"), TERMS, act()),)


def test_places_of_another_payment_are_not_taken() -> None:
    """A line that names a hold which is being paid for, of another size, releases nothing (N1)."""
    held = EXCEL.hold(act(), LINE_HOLD, 2, until=Deadline.at(NOW + timedelta(hours=1))).state
    paying = held.secure(act(), LINE_HOLD).state
    assert why_not(_start, _cart(_line(quantity=1, hold=LINE_HOLD)), paying) == HoldAlreadySecured(LINE_HOLD)


def test_what_was_not_sold_by_invoice() -> None:
    """It is captured already, or was never sold (P4)."""
    states = _states(_start(_cart(_line()), EXCEL))
    paid = _states(_pay(states[Cart], states[Session]))[Cart]
    assert why_not(checkout.capture_invoice, act(), paid, MAIN, CAD, pools=(), registrations=()) == NotInvoiced(
        MAIN, CAD
    )
    assert why_not(checkout.capture_invoice, act(), paid, OTHER, CAD, pools=(), registrations=()) == NotInvoiced(
        OTHER, CAD
    )


# --- Credit notes -----------------------------------------------------------------------------------------------------

BACK: Final = RefundId("back")


def _refunded() -> tuple[Charge, Numbering]:
    """A basket of two seats, of which one is cancelled and refunded; its invoice has the number 1."""
    states = _states(_start(_cart(_line(quantity=2)), EXCEL))
    sold = _states(_pay(states[Cart], states[Session]))
    settled = cancel_seats(act(), sold[Session], sold[SeatPool], (SeatNo(1),), charge=sold[Charge], refund=BACK)
    assert isinstance(settled, Settled)
    return settled.charge.state, sold[Numbering]


def test_a_credit_note() -> None:
    """It has the next of the provider's numbers, for that refund; one that has its number keeps it (P8)."""
    charge, numbering = _refunded()
    issued = checkout.credit_note(act(), numbering, charge, BACK, invoice=1, issued=None)
    assert issued.events == (DocumentIssued(2, ORDER, BACK, act()),)
    assert issued.state == Numbering(MAIN, 3, 2)
    again = checkout.credit_note(act(), issued.state, charge, BACK, invoice=1, issued=2)
    assert again == Decision(issued.state)
    assert again.state is issued.state


def test_a_credit_note_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (P8)."""
    charge, numbering = _refunded()
    wrong: dict[str, Any] = {
        "act": act(),
        "numbering": numbering,
        "charge": charge,
        "refund": RefundId("other"),
        "invoice": None,
        "issued": 2,
    }
    assert in_turn(checkout.credit_note, wrong, {"refund": BACK}, {"invoice": 1}, {"issued": None}) == [
        NoSuchRefund(RefundId("other")),
        NoInvoice(MAIN, ORDER),
        NeverIssued(2, 1),
        None,
    ]


def test_nobody_credits_what_another_provider_invoiced() -> None:
    """Its series has no number for this transaction (P8)."""
    charge, _ = _refunded()
    elsewhere = Numbering.start(act(), OTHER).state
    refused = why_not(checkout.credit_note, act(), elsewhere, charge, BACK, invoice=None, issued=None)
    assert refused == NoInvoice(OTHER, ORDER)


# --- What lines became ------------------------------------------------------------------------------------------------


def test_the_pools_of_a_line() -> None:
    """One for each of its sessions, once it is paid, as they are called; a place of one's own has none (P3)."""
    office: dict[str, Any] = {"sessions": (EXCEL.id, WORD.id), "programme": ProgrammeId("office")}
    cart = _cart(
        _line("z", provider=OTHER, sessions=(SessionId("elsewhere"),)),
        _own(BEN, "own"),
        _line("one"),
        _line("programme", **office),
        _own(CLEO, "own-programme", **office),
    )
    started = _start(cart)
    assert [checkout.pools_of(_states(started)[Cart], line.id) for line in cart.lines] == [()] * 5
    sessions = [decision.state for decision in started if isinstance(decision.state, Session)]
    decisions = _pay(_states(started)[Cart], *sessions)
    paid = _states(decisions)[Cart]
    pools = {line.id: checkout.pools_of(paid, line.id) for line in cart.lines}
    assert pools == {
        "z": (),
        "own": (),
        "one": (PoolId("order:2.1"),),
        "programme": (PoolId("order:3.1"), PoolId("order:3.2")),
        "own-programme": (),
    }
    bought = [decision.state for decision in decisions if isinstance(decision.state, SeatPool)]
    assert [(pool.id, pool.session) for pool in bought] == [
        ("order:2.1", EXCEL.id),
        ("order:3.1", EXCEL.id),
        ("order:3.2", WORD.id),
    ]


@pytest.mark.parametrize("told", ["open", "charging", "unknown", "declined"])
def test_a_line_that_is_not_paid_has_no_pools(told: str) -> None:
    """Nothing was bought by it (P3)."""
    cart = _cart(_line())
    charging: Cart = _states(_start(cart, EXCEL))[Cart]
    carts = {
        "open": cart,
        "charging": charging,
        "unknown": charging.leave_unknown(act(), MAIN, CAD, 1).state,
        "declined": charging.decline(act(), MAIN, CAD, 1).state,
    }
    assert checkout.pools_of(carts[told], LineId("a")) == ()


def test_pools_are_called_as_the_attempt_that_was_paid() -> None:
    """Of a basket that was declined before, in the transaction of the retry (P3)."""
    first = _states(_start(_cart(_line()), EXCEL))
    declined = _states(_decline(first[Cart], first[Session]))
    again = _states(_start(declined[Cart], declined[Session], transaction=TransactionId("second")))
    paid = _states(_pay(again[Cart], again[Session], attempt=2))
    assert checkout.pools_of(paid[Cart], LineId("a")) == (paid[SeatPool].id,) == (PoolId("second:1.1"),)


def test_what_was_given_for_nothing_has_its_pools() -> None:
    """It was paid, if not for (P3)."""
    given = _states(_pay_nothing(_cart(_line(unit="0.00")), EXCEL))
    assert checkout.pools_of(given[Cart], LineId("a")) == (PoolId("order:1.1"),)


def test_the_pools_of_no_line() -> None:
    """What the cart does not have is refused, not taken for a line without pools (K2)."""
    assert why_not(checkout.pools_of, _cart(_line()), LineId("b")) == NoSuchLine(LineId("b"))


# --- Arrangements -----------------------------------------------------------------------------------------------------


def test_an_order_sold_under_a_reads_the_same_after_the_move_to_c() -> None:
    """Its lines, its terms and its provider are those of that day, and so is who sold for the partner then (P1, P5)."""
    partner = PartnerId("partner-1")
    under_a = Arrangement.arrange(act(), OrganisationId("organisation"), Sellers.one_for_all(MAIN)).state
    line = _line(provider=under_a.seller(partner))
    states = _states(_start(_cart(line), EXCEL))
    sold = _states(_pay(states[Cart], states[Session]))
    moved: Act = act(NOW + timedelta(days=1))
    under_c = under_a.rearrange(moved, Sellers.one_each(MAIN, {partner: OTHER})).state
    (basket,) = sold[Cart].split(under_c.sellers.providers)
    assert (basket.provider, basket.lines, basket.state) == (MAIN, (line,), BasketState.PAID)
    assert (under_c.seller(partner), under_c.seller(partner, NOW)) == (OTHER, MAIN)
    assert sold[Charge].terms == TERMS


def test_one_of_three_is_declined_and_retried_alone() -> None:
    """Each provider's basket in each currency goes its own way (P3)."""
    euros = Line(LineId("c"), OTHER, (WORD.id,), Money.of("8.00", "EUR"))
    cart = _cart(_line("a"), _line("b", provider=OTHER), euros)
    first = _states(_start(cart, EXCEL))
    terms: Mapping[Currency, RefundTerms] = {
        CAD: TERMS,
        EUR: RefundTerms("0", Money.of("0.00", "EUR"), Money.of("0.00", "EUR")),
    }
    other = evolve(_provider(OTHER), terms=terms)
    second = _states(_start(first[Cart], WORD, provider=other, currency=EUR, transaction=TransactionId("second")))
    declined = _states(_decline(second[Cart], first[Session]))
    retried = _states(_start(declined[Cart], declined[Session], transaction=TransactionId("third")))
    paid = _states(_pay(retried[Cart], retried[Session], attempt=2))
    known = {MAIN, OTHER}
    assert [(basket.provider, basket.currency, basket.state) for basket in paid[Cart].split(known)] == [
        (MAIN, CAD, BasketState.PAID),
        (OTHER, CAD, BasketState.OPEN),
        (OTHER, EUR, BasketState.CHARGING),
    ]


@pytest.mark.parametrize(
    ("lines", "taken"),
    [((_own(ANN), _own(BEN, "b"), _own(CLEO, "c")), 3), ((_line(quantity=2), _own(ANN, "b")), 3)],
)
def test_several_lines_in_one_session(lines: tuple[Line, ...], taken: int) -> None:
    """One decision on the session for all of them (N1)."""
    started = _start(_cart(*lines), EXCEL)
    states = _states(started)
    paid = _pay(states[Cart], states[Session])
    assert len([decision for decision in paid if isinstance(decision.state, Session)]) == 1
    assert _states(paid)[Session].taken == taken
    before = states[Session]
    assert [
        law for decision in paid if decision.state.id == before.id for law in laws.of_decision(before, decision)
    ] == []


def test_a_name_that_is_too_long() -> None:
    """What a pool would be called is known before anything is charged, so it is then that it is refused (K9)."""
    long = partial(_start, _cart(_line()), transaction=TransactionId("t" * 255))
    with pytest.raises(ValueError, match="HoldId: too_long"):
        _ = long()
