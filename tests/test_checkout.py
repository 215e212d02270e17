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
    NothingPaid,
    NothingToPay,
    OtherAttempt,
    Tax,
)
from lara_core.checkout import Decisions, NotInvoiced, OtherCode, OtherNumbering, SessionNotGiven
from lara_core.documents import DocumentIssued, Numbering
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
    RegistrationId,
    SeatNo,
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
from lara_core.purchase import BulkBuyingOff, BuyerRole
from lara_core.refunds import Charge, ChargeCaptured, RefundTerms
from lara_core.registrations import Origin, Registered, RegistrantSits, Registration, RegistrationRequested
from lara_core.seats import AlreadySeated, LearnersNeeded, Policy, SeatPool, SeatsBought, SessionCalledOff
from lara_core.sessions import (
    HoldReleased,
    HoldSecured,
    NotEnoughPlaces,
    OfferedToAnother,
    PlacesHeld,
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
    return checkout.decline(act(), cart, MAIN, CAD, attempt, sessions=sessions or (EXCEL, WORD), **given)


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
        ChargingStarted(MAIN, CAD, 1, ORDER, Method.GATEWAY, None, CODE, off, TERMS, FREELY, cad("18.00"), act()),
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
        Registered(own, EXCEL.id, BEN, Origin.INDIVIDUAL, act()),
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


def test_registrations_that_need_approval() -> None:
    """They are paid for and requested; the place is kept (N4)."""
    states = _states(_start(_cart(_own(ANN)), EXCEL, approval={EXCEL.id}))
    paid = _events(_pay(states[Cart], states[Session], approval={EXCEL.id}))
    assert [type(event) for event in paid if isinstance(event, RegistrationRequested | Registered)] == [
        RegistrationRequested
    ]


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
    assert why_not(checkout.capture_invoice, act(), states[Cart], MAIN, CAD) == NotInvoiced(MAIN, CAD)
    sold = _states(_pay(states[Cart], states[Session]))
    assert sold[SeatPool].invoice == DUE
    assert sold[Numbering].last == 1
    assert Charge not in sold
    captured = checkout.capture_invoice(act(), sold[Cart], MAIN, CAD)
    assert captured.events == (ChargeCaptured(ORDER, BUYER, cad("10.00"), TERMS, act()),)


def test_what_was_not_sold_by_invoice() -> None:
    """It is captured already, or was never sold (P4)."""
    states = _states(_start(_cart(_line()), EXCEL))
    paid = _states(_pay(states[Cart], states[Session]))[Cart]
    assert why_not(checkout.capture_invoice, act(), paid, MAIN, CAD) == NotInvoiced(MAIN, CAD)
    assert why_not(checkout.capture_invoice, act(), paid, OTHER, CAD) == NotInvoiced(OTHER, CAD)


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
