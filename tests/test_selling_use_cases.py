"""The use cases of providers, carts and promotion codes, over the memory store: what a host calls, and who may."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from inspect import getmembers, isfunction, signature
from typing import Any, Final

import pytest

from lara_core.cart import (
    BasketDeclined,
    BasketPaid,
    BasketState,
    BasketUnknown,
    Cart,
    CartOpened,
    ChargingStarted,
    Line,
    LineAdded,
    LineChanged,
    LineRemoved,
    Method,
    NothingPaid,
    Tax,
    TransactionUsed,
    UnknownProvider,
)
from lara_core.checkout import NoInvoice
from lara_core.documents import DocumentIssued, NumberingBegan
from lara_core.hosting import carts, entitlements, providers
from lara_core.hosting.outbox import deliver
from lara_core.hosting.places import cancel_registration, cancel_session, open_session, refuse_registration
from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Decision, Event
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    CodeId,
    ConnectorId,
    CourseId,
    HoldId,
    LineId,
    MerchantAccountId,
    OrganisationId,
    PartnerId,
    PoolId,
    PortalId,
    ProgrammeId,
    ProviderId,
    RefundId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import Person
from lara_core.promotions import (
    CodeChanged,
    CodeCreated,
    CodeOtherProvider,
    Discount,
    PromotionCode,
    UseConsumed,
    UseGivenBack,
    UseReserved,
    Window,
)
from lara_core.providers import (
    DispenserNamed,
    DispenserSwitched,
    MerchantAccount,
    PolicySet,
    Provider,
    ProviderConnected,
    ProviderOpened,
    ProviderRenamed,
    Sellers,
    SellingArranged,
    SellingRearranged,
    TermsSet,
    TrainingCreated,
)
from lara_core.purchase import BulkBuyingOff, BuyerRole
from lara_core.refunds import ChargeCaptured, NothingCaptured, Override, RefundTerms, SeatsSettled
from lara_core.registrations import Origin, RegistrationCancelled, RegistrationRequested, Sale
from lara_core.rights import MATRIX, Action, Grants, NotGranted, Place, Right, Scope
from lara_core.seats import Cause, Policy, SeatsBought, SeatsCancelled
from lara_core.sessions import HoldReleased, HoldSecured, PlacesGivenBack, PlacesHeld, PlacesTaken, Session
from lara_core.telling.notices import Notice, Template
from lara_core.testing.memory import MemoryStore, Stream
from tests.builders import (
    ANN,
    AT_PURCHASE,
    CLEO,
    DAN,
    ENDS,
    EVE,
    FREELY,
    NOW,
    ONE,
    STARTS,
    TERMS,
    TICK,
    TWO,
    act,
    answer,
    cad,
    granted,
    money,
    strictly,
)

CAD, EUR = Currency("CAD"), Currency("EUR")
NORTH, SOUTH = PartnerId("north"), PartnerId("south")
MAIN, NORTHS, SHARED, FRESH = (ProviderId(name) for name in ("main", "norths", "shared", "fresh"))
ORGANISATION, SISTER = OrganisationId("organisation"), OrganisationId("sister")
EXCEL, NEW = CourseId("excel"), CourseId("new")
MONDAY, TUESDAY, WEDNESDAY = SessionId("monday"), SessionId("tuesday"), SessionId("wednesday")
# Being filled; being charged; paid on invoice, and not yet; paid, with a refund; not there yet.
FILLED, CHARGED, INVOICED, PAID, EMPTY = (
    CartId(f"c-{name}") for name in ("filled", "charged", "invoiced", "paid", "new")
)
BULK, CLEOS, FREE, PROGRAMME, EVES, ADDED = (
    LineId(name) for name in ("bulk", "cleos", "free", "programme", "eves", "added")
)
BEA, ROSA = ActorId("bea"), ActorId("rosa")
TENTH, ALL_OFF, SPRING = CodeId("tenth"), CodeId("all-off"), CodeId("spring")
ORDER, GIVEN, T_CHARGED, T_PAID = (TransactionId(name) for name in ("order", "given", "t-charged", "t-paid"))
BACK: Final = RefundId("back:t-paid:1.1")
PORTAL: Final = PortalId("academy")
GST: Final = Tax("GST", "5")
EUROS: Final = RefundTerms("0", Money.of(0, "EUR"), Money.of(0, "EUR"))
STRICT: Final = RefundTerms("50", TERMS.per_seat, TERMS.once)
OURS: Final = MerchantAccount(MerchantAccountId("ours"))
THEIRS: Final = MerchantAccount(MerchantAccountId("theirs"), NORTH)
PAYSAFE, MONERIS = ConnectorId("paysafe"), ConnectorId("moneris")
WINDOW: Final = Window(NOW, NOW + timedelta(days=7))
LONGER: Final = Window(NOW, NOW + timedelta(days=30))
DUE: Final = Deadline.at(NOW + timedelta(days=30))
# A week after they were sent, which is when the session starts.
INVITED_UNTIL: Final = Deadline.at(STARTS)
A, B, C = Sellers.one_for_all(MAIN), Sellers.two(MAIN, SHARED), Sellers.one_each(MAIN, {NORTH: NORTHS})
AT_NORTHS: Final = Place(partner=NORTH, provider=NORTHS)
EXCEL_AT_NORTH: Final = Place(partner=NORTH, provider=NORTHS, training=EXCEL)
AT_MAIN: Final = Place(provider=MAIN)
VIEW: Final = frozenset({Action.VIEW})
ACT: Final = act()
CLIENT: Final = BuyerRole.CLIENT


def line(name: LineId, unit: Money, **given: Any) -> Line:
    """A line of the northern partner's provider, in its session of Tuesday."""
    usual: dict[str, Any] = {"provider": NORTHS, "sessions": (TUESDAY,), **given}
    return Line(name, unit=unit, **usual)


def own(name: LineId, person: Any, unit: Money, **given: Any) -> Line:
    """One that sells somebody's own place."""
    return line(name, unit, bulk=False, learners=(person,), **given)


LINES: Final = (
    line(BULK, cad("10.00"), taxes=(GST,), quantity=2),
    own(CLEOS, CLEO, cad("10.00")),
    line(FREE, Money.of("5.00", "EUR"), provider=MAIN, sessions=(MONDAY,)),
)
CHARGED_LINES: Final = (
    line(
        PROGRAMME,
        cad("20.01"),
        sessions=(TUESDAY, WEDNESDAY),
        programme=ProgrammeId("office"),
        quantity=2,
        learners=(ANN,),
        invitees=(DAN,),
    ),
    own(EVES, EVE, cad("3.00"), sessions=(WEDNESDAY,)),
)
TO_ADD: Final = own(ADDED, EVE, cad("1.00"))
CHANGED: Final = line(BULK, cad("9.00"), quantity=3)


def hold(name: str) -> HoldId:
    """What keeps places while a basket is being paid."""
    return HoldId(f"charge:{name}")


def bought(pool: str, session: SessionId, *prices: str) -> SeatsBought:
    """Ann and an invitation to Dan, in one part of the programme that was charged."""
    return SeatsBought(
        PoolId(pool),
        session,
        T_CHARGED,
        BEA,
        FREELY,
        tuple(map(cad, prices)),
        {ONE: ANN},
        {TWO: DAN},
        INVITED_UNTIL,
        None,
        ACT,
    )


def settled(part: int, session: SessionId, refund: str, back: str) -> SeatsSettled:
    """The first seat of a part of the programme that was paid, given back whole: the terms are set aside."""
    return SeatsSettled(
        session,
        PoolId(f"t-paid:1.{part}"),
        {ONE: money("0.00", back, paid=back)},
        cad("3.00"),
        RefundId(refund),
        cad(back),
        "illness",
        ACT,
    )


# What each use case is asked, and what it writes in `world`: the aggregate, its version, the event.
DONE: Final[Mapping[Callable[..., Receipt], tuple[Mapping[str, Any], Sequence[tuple[str, int, Event]]]]] = {
    providers.open_provider: (
        {
            "provider": FRESH,
            "owner": NORTH,
            "name": "Fresh Ltd",
            "connector": PAYSAFE,
            "account": THEIRS,
            "terms": (TERMS, EUROS),
            "policy": AT_PURCHASE,
        },
        [
            (
                "fresh",
                1,
                ProviderOpened(FRESH, NORTH, "Fresh Ltd", PAYSAFE, THEIRS, {CAD: TERMS, EUR: EUROS}, AT_PURCHASE, ACT),
            ),
            ("fresh", 1, NumberingBegan(FRESH, ACT)),
        ],
    ),
    providers.rename_provider: (
        {"provider": NORTHS, "name": "North and Co"},
        [("norths", 2, ProviderRenamed("North and Co", ACT))],
    ),
    providers.connect_provider: (
        {"provider": NORTHS, "connector": MONERIS, "account": OURS},
        [("norths", 2, ProviderConnected(MONERIS, OURS, ACT))],
    ),
    providers.set_terms: ({"provider": NORTHS, "terms": STRICT}, [("norths", 2, TermsSet(STRICT, ACT))]),
    providers.set_policy: (
        {"provider": NORTHS, "policy": AT_PURCHASE},
        [("norths", 2, PolicySet(AT_PURCHASE, ACT))],
    ),
    providers.arrange_selling: (
        {"organisation": SISTER, "sellers": C},
        [("sister", 1, SellingArranged(SISTER, C, ACT))],
    ),
    providers.rearrange_selling: (
        {"organisation": ORGANISATION, "sellers": C},
        [("organisation", 2, SellingRearranged(C, ACT))],
    ),
    providers.switch_dispenser: (
        {"organisation": ORGANISATION, "on": True},
        [("organisation", 2, DispenserSwitched(True, ACT))],
    ),
    providers.create_training: (
        {"course": NEW, "organisation": ORGANISATION, "owner": NORTH, "dispenser": "North Ltd"},
        [("new", 1, TrainingCreated(NEW, NORTH, "North Ltd", ACT))],
    ),
    providers.name_dispenser: (
        {"course": EXCEL, "dispenser": "North and Co", "organisation": ORGANISATION},
        [("excel", 2, DispenserNamed("North and Co", ACT))],
    ),
    carts.open_cart: ({"cart": EMPTY, "buyer": ROSA}, [("c-new", 1, CartOpened(EMPTY, ROSA, ACT))]),
    carts.add_line: ({"cart": FILLED, "line": TO_ADD}, [("c-filled", 5, LineAdded(TO_ADD, ACT))]),
    carts.change_line: ({"cart": FILLED, "line": CHANGED}, [("c-filled", 5, LineChanged(CHANGED, ACT))]),
    carts.remove_line: ({"cart": FILLED, "line": BULK}, [("c-filled", 5, LineRemoved(BULK, ACT))]),
    carts.check_out: (
        {
            "cart": FILLED,
            "provider": NORTHS,
            "currency": CAD,
            "transaction": ORDER,
            "method": Method.INVOICE,
            "invoice": DUE,
            "code": TENTH,
            "portal": PORTAL,
            "role": CLIENT,
            "approval": (TUESDAY,),
        },
        [
            (
                "c-filled",
                5,
                ChargingStarted(
                    NORTHS,
                    CAD,
                    1,
                    ORDER,
                    Method.INVOICE,
                    DUE,
                    TENTH,
                    {BULK: cad("2.00"), CLEOS: cad("1.00")},
                    TERMS,
                    FREELY,
                    frozenset({TUESDAY}),
                    # Eighteen dollars and five percent of them, and nine.
                    cad("27.90"),
                    ACT,
                ),
            ),
            ("tenth", 3, UseReserved(ORDER, 1, ACT)),
            ("tuesday", 8, PlacesHeld(hold("order:1.1"), 2, Deadline.at(NOW), (), ACT)),
            ("tuesday", 9, HoldSecured(hold("order:1.1"), ACT)),
            ("tuesday", 10, PlacesHeld(hold("order:2.1"), 1, Deadline.at(NOW), (), ACT)),
            ("tuesday", 11, HoldSecured(hold("order:2.1"), ACT)),
        ],
    ),
    carts.take_for_nothing: (
        {
            "cart": FILLED,
            "provider": MAIN,
            "currency": EUR,
            "transaction": GIVEN,
            "code": ALL_OFF,
            "portal": PORTAL,
            "role": CLIENT,
            "approval": (MONDAY,),
        },
        [
            (
                "c-filled",
                5,
                NothingPaid(
                    MAIN,
                    EUR,
                    1,
                    GIVEN,
                    ALL_OFF,
                    {FREE: Money.of("5.00", "EUR")},
                    EUROS,
                    FREELY,
                    frozenset({MONDAY}),
                    ACT,
                ),
            ),
            ("all-off", 2, UseReserved(GIVEN, 1, ACT)),
            ("all-off", 3, UseConsumed(GIVEN, 1, ACT)),
            ("monday", 2, PlacesTaken(1, None, (), ACT)),
            (
                "given:1.1",
                1,
                SeatsBought(
                    PoolId("given:1.1"),
                    MONDAY,
                    GIVEN,
                    BEA,
                    FREELY,
                    (Money.of("0.00", "EUR"),),
                    {},
                    {},
                    None,
                    None,
                    ACT,
                ),
            ),
            ("given", 1, ChargeCaptured(GIVEN, BEA, Money.of("0.00", "EUR"), EUROS, ACT)),
            ("main", 2, DocumentIssued(1, GIVEN, None, ACT)),
        ],
    ),
    carts.pay_basket: (
        {"cart": CHARGED, "provider": NORTHS, "currency": CAD, "attempt": 1},
        [
            ("c-charged", 5, BasketPaid(NORTHS, CAD, 1, ACT)),
            ("tenth", 3, UseConsumed(T_CHARGED, 1, ACT)),
            ("tuesday", 8, PlacesTaken(2, hold("t-charged:1.1"), (), ACT)),
            ("wednesday", 13, PlacesTaken(2, hold("t-charged:1.2"), (), ACT)),
            ("wednesday", 14, PlacesTaken(1, hold("t-charged:2.1"), (), ACT)),
            # A tenth of 43.02 is 4.30, of which the programme bears 4.00: 18.01 for each seat, in two parts.
            ("t-charged:1.1", 1, bought("t-charged:1.1", TUESDAY, "9.01", "9.01")),
            ("t-charged:1.2", 1, bought("t-charged:1.2", WEDNESDAY, "9.00", "9.00")),
            (
                "t-charged:2.1",
                1,
                RegistrationRequested(
                    RegistrationId("t-charged:2.1"),
                    WEDNESDAY,
                    EVE,
                    Origin.INDIVIDUAL,
                    Sale(T_CHARGED, cad("2.70")),
                    ACT,
                ),
            ),
            ("t-charged", 1, ChargeCaptured(T_CHARGED, BEA, cad("38.72"), TERMS, ACT)),
            ("norths", 4, DocumentIssued(3, T_CHARGED, None, ACT)),
        ],
    ),
    carts.decline_basket: (
        {"cart": CHARGED, "provider": NORTHS, "currency": CAD, "attempt": 1},
        [
            ("c-charged", 5, BasketDeclined(NORTHS, CAD, 1, ACT)),
            ("tenth", 3, UseGivenBack(T_CHARGED, 1, ACT)),
            ("tuesday", 8, HoldReleased(hold("t-charged:1.1"), ACT)),
            ("wednesday", 13, HoldReleased(hold("t-charged:1.2"), ACT)),
            ("wednesday", 14, HoldReleased(hold("t-charged:2.1"), ACT)),
        ],
    ),
    carts.leave_basket_unknown: (
        {"cart": CHARGED, "provider": NORTHS, "currency": CAD, "attempt": 1},
        [("c-charged", 5, BasketUnknown(NORTHS, CAD, 1, ACT))],
    ),
    carts.capture_invoice: (
        {"cart": INVOICED, "provider": NORTHS, "currency": CAD},
        [("t-invoiced", 1, ChargeCaptured(TransactionId("t-invoiced"), BEA, cad("7.00"), TERMS, ACT))],
    ),
    carts.cancel_programme_seats: (
        {
            "cart": PAID,
            "line": PROGRAMME,
            "seats": (ONE,),
            "refund": RefundId("again"),
            "override": Override("illness"),
            "as_buyer": False,
        },
        [
            ("tuesday", 8, PlacesGivenBack(1, ACT)),
            ("wednesday", 13, PlacesGivenBack(1, ACT)),
            ("t-paid:1.1", 3, SeatsCancelled((ONE,), {}, {}, Cause.ASKED, ACT)),
            ("t-paid:1.2", 3, SeatsCancelled((ONE,), {}, {}, Cause.ASKED, ACT)),
            ("t-paid", 4, settled(1, TUESDAY, "again:t-paid:1.1", "10.01")),
            ("t-paid", 5, settled(2, WEDNESDAY, "again:t-paid:1.2", "10.00")),
        ],
    ),
    carts.issue_credit_note: (
        {"provider": NORTHS, "transaction": T_PAID, "refund": BACK},
        [("norths", 4, DocumentIssued(3, T_PAID, BACK, ACT))],
    ),
    carts.create_code: (
        {"code": SPRING, "provider": NORTHS, "discount": Discount(amount=cad("5.00")), "window": WINDOW, "uses": 9},
        [("spring", 1, CodeCreated(SPRING, NORTHS, Discount(amount=cad("5.00")), WINDOW, 9, ACT))],
    ),
    carts.change_code: (
        {"code": TENTH, "window": LONGER, "uses": 7},
        [("tenth", 3, CodeChanged(LONGER, 7, ACT))],
    ),
}


# Something else for every argument: none of them may be missing from what a key stands for.
ELSE: Final[Mapping[str, Any]] = {
    "provider": ProviderId("else"),
    "owner": SOUTH,
    "name": "Else Ltd",
    "connector": ConnectorId("else"),
    "account": MerchantAccount(MerchantAccountId("else")),
    "terms": (EUROS,),
    "policy": Policy(reminders=7),
    "organisation": OrganisationId("else"),
    "sellers": A,
    "on": False,
    "course": CourseId("else"),
    "dispenser": None,
    "cart": CartId("else"),
    "buyer": ActorId("else"),
    "line": line(BULK, cad("0.01")),
    "currency": Currency("JPY"),
    "transaction": TransactionId("else"),
    "method": Method.CHEQUE,
    "invoice": Deadline.at(DUE.instant + TICK),
    "code": CodeId("else"),
    "portal": PortalId("else"),
    "role": BuyerRole.MANAGER,
    "approval": (),
    "attempt": 2,
    "seats": (ONE, TWO),
    "refund": RefundId("else"),
    "override": Override("something else"),
    "as_buyer": True,
    "discount": Discount(percent="7"),
    "window": Window(NOW, NOW + TICK),
    "uses": 8,
}

MONEY: Final = (Right.TRANSACTIONS, Action.EDIT)
# Which rights each asks for, in this order, of whoever is not the cart's buyer; and where the thing of `DONE` stands.
NEEDS: Final[Mapping[Callable[..., Receipt], Sequence[tuple[Right, Action, Place]]]] = {
    providers.open_provider: [(*MONEY, Place())],
    providers.rename_provider: [(*MONEY, AT_NORTHS)],
    providers.connect_provider: [(*MONEY, Place())],
    providers.set_terms: [(*MONEY, AT_NORTHS)],
    providers.set_policy: [(*MONEY, AT_NORTHS)],
    providers.arrange_selling: [(*MONEY, Place())],
    providers.rearrange_selling: [(*MONEY, Place())],
    providers.switch_dispenser: [(*MONEY, Place())],
    providers.create_training: [(Right.TRAININGS, Action.CREATE, Place(partner=NORTH, training=NEW))],
    providers.name_dispenser: [(Right.TRAININGS, Action.EDIT, Place(partner=NORTH, training=EXCEL))],
    carts.open_cart: [(*MONEY, Place())],
    carts.add_line: [(*MONEY, Place())],
    carts.change_line: [(*MONEY, Place())],
    carts.remove_line: [(*MONEY, Place())],
    carts.check_out: [
        (*MONEY, Place()),
        (Right.ADMINISTRATIVE_PAYMENT, Action.VIEW, AT_NORTHS),
        (Right.BUY_IN_BULK, Action.VIEW, EXCEL_AT_NORTH),
        (Right.REGISTRATIONS, Action.VIEW, EXCEL_AT_NORTH),
    ],
    carts.take_for_nothing: [(*MONEY, Place()), (Right.BUY_IN_BULK, Action.VIEW, AT_MAIN)],
    carts.pay_basket: [(*MONEY, AT_NORTHS)],
    carts.decline_basket: [(*MONEY, AT_NORTHS)],
    carts.leave_basket_unknown: [(*MONEY, AT_NORTHS)],
    carts.capture_invoice: [(*MONEY, AT_NORTHS)],
    carts.cancel_programme_seats: [
        (Right.MANAGE_GROUP_PURCHASES, Action.VIEW, EXCEL_AT_NORTH),
        (Right.OVERRIDE_REFUND_TERMS, Action.VIEW, EXCEL_AT_NORTH),
    ],
    carts.issue_credit_note: [(*MONEY, AT_NORTHS)],
    carts.create_code: [(Right.PROMOTION_CODES, Action.CREATE, AT_NORTHS)],
    carts.change_code: [(Right.PROMOTION_CODES, Action.EDIT, AT_NORTHS)],
}
# What begins something of the organisation's, and so cannot miss it.
BEGIN: Final = {providers.open_provider, carts.open_cart}
# What is somebody's own, and not even there for those who may not edit any transaction.
OF_CARTS: Final[Sequence[Callable[..., Receipt]]] = (
    carts.add_line,
    carts.change_line,
    carts.remove_line,
    carts.check_out,
    carts.take_for_nothing,
)

COMMANDS: Final = [pytest.param(command, id=command.__name__) for command in DONE]

# Who hears of it, in which words.
HEARD: Final[Mapping[Callable[..., Receipt], Sequence[tuple[object, Template]]]] = {
    carts.take_for_nothing: [(BEA, Template.BASKET_PAID)],
    carts.pay_basket: [
        (BEA, Template.BASKET_PAID),
        (ANN, Template.ENROLLED),
        (DAN, Template.INVITED),
        (ANN, Template.ENROLLED),
        (DAN, Template.INVITED),
        (ActorId("organisation"), Template.REGISTRATION_REQUESTED),
    ],
    carts.decline_basket: [(BEA, Template.BASKET_DECLINED)],
    carts.leave_basket_unknown: [(ActorId("organisation"), Template.BASKET_UNKNOWN)],
    carts.cancel_programme_seats: [
        (BEA, Template.CANCELLED_BUYER),
        (BEA, Template.CANCELLED_BUYER),
        (BEA, Template.REFUND_REQUESTED),
        (BEA, Template.REFUND_REQUESTED),
    ],
}


def bare() -> MemoryStore:
    """A store that asks for rights, in which nothing is but a manager who may do everything."""
    places = {MONDAY: AT_MAIN, TUESDAY: EXCEL_AT_NORTH, WEDNESDAY: EXCEL_AT_NORTH}
    switched_on = {PORTAL: frozenset(BuyerRole)}
    return strictly(MemoryStore(bulk_buyers=switched_on, places=places), granted("manager"))


@pytest.fixture
def world() -> MemoryStore:
    """Three providers, one of them a northern partner's, and Bea's carts: one filled, one charged, and two paid."""
    store = bare()
    for session in (MONDAY, TUESDAY, WEDNESDAY):
        _ = open_session(store, act(key=f"open-{session}"), session, starts=STARTS, ends=ENDS, capacity=20)
    for name, owner, account, terms in (
        (MAIN, None, OURS, (TERMS, EUROS)),
        (NORTHS, NORTH, THEIRS, (TERMS,)),
        (SHARED, None, OURS, (TERMS,)),
    ):
        _ = providers.open_provider(
            store,
            act(key=f"open-{name}"),
            name,
            owner=owner,
            name=f"{name} Ltd",
            connector=PAYSAFE,
            account=account,
            terms=terms,
        )
    _ = providers.arrange_selling(store, act(key="arrange"), ORGANISATION, B)
    _ = providers.create_training(store, act(key="excel"), EXCEL, organisation=ORGANISATION, owner=NORTH)
    for code, provider, percent in ((TENTH, NORTHS, "10"), (ALL_OFF, MAIN, "100")):
        discount = Discount(percent=percent)
        _ = carts.create_code(store, act(key=code), code, provider=provider, discount=discount, window=WINDOW, uses=5)
    fill(store, FILLED, *LINES)
    fill(store, CHARGED, *CHARGED_LINES)
    check_out(store, CHARGED, code=TENTH, approval=(WEDNESDAY,))
    fill(store, INVOICED, own(EVES, CLEO, cad("7.00"), sessions=(WEDNESDAY,)))
    check_out(store, INVOICED, method=Method.INVOICE, invoice=DUE)
    pay(store, INVOICED)
    fill(
        store,
        PAID,
        line(PROGRAMME, cad("20.01"), sessions=(TUESDAY, WEDNESDAY), programme=ProgrammeId("p"), quantity=2),
    )
    check_out(store, PAID)
    pay(store, PAID)
    _ = carts.cancel_programme_seats(store, act(key="cancel"), PAID, PROGRAMME, (TWO,), refund=RefundId("back"))
    _ = entitlements.admit(store, act(key="rosa"), ROSA, partner=NORTH)
    _ = deliver(store, lambda _: None)
    return store


def fill(store: MemoryStore, cart: CartId, *lines: Line) -> None:
    """Let Bea have a cart with *lines*."""
    _ = carts.open_cart(store, act(key=f"open-{cart}"), cart, buyer=BEA)
    for each in lines:
        _ = carts.add_line(store, act(key=f"add-{each.id}-{cart}"), cart, each)


def check_out(store: MemoryStore, cart: CartId, **given: Any) -> None:
    """Begin to pay what a cart has of the northern partner's provider."""
    order = TransactionId(f"t{cart[1:]}")
    usual: dict[str, Any] = {"transaction": order, "portal": PORTAL, "role": CLIENT, **given}
    key = usual.pop("key", f"check-out-{cart}")
    _ = carts.check_out(store, act(key=key), cart, NORTHS, CAD, **usual)


def pay(store: MemoryStore, cart: CartId) -> None:
    """Pay it."""
    _ = carts.pay_basket(store, act(key=f"pay-{cart}"), cart, NORTHS, CAD, 1)


def kept(store: MemoryStore) -> Mapping[tuple[str, str], Stream]:
    """All that is kept, with its history, but for what people were granted."""
    with store.transaction() as work:
        return {name: stream for name, stream in work.streams.items() if not isinstance(stream.state, Grants)}


def cart_of(store: MemoryStore, cart: CartId) -> Cart:
    """A cart, as it stands."""
    with store.transaction() as work:
        return work.carts.get(cart)


def scope(place: Place) -> Scope:
    """The narrowest scope that has all of *place* in it."""
    return Scope(partner=place.partner, provider=place.provider, training=place.training, pool=place.pool)


def let(
    store: MemoryStore, actor: str, needs: Collection[tuple[Right, Action, Place]], partner: PartnerId | None
) -> None:
    """Grant somebody just these, each in the narrowest scope that reaches."""
    begun = granted(actor, {}, partner=partner)
    grants, events = begun.state, [*begun.events]
    for right, action, place in needs:
        more = grants.grant(ACT, right, VIEW | {action}, scope=scope(place))
        grants, events = more.state, [*events, *more.events]
    _ = strictly(store, Decision(grants, tuple(events)))


def kinds(written: Sequence[tuple[str, int, Event]]) -> list[type[Event]]:
    """What happened, whoever did it."""
    return [type(event) for _, _, event in written]


# --- Each of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """The receipt names all that was written, and that is what is kept."""
    asked, expected = DONE[command]
    receipt = command(world, ACT, **asked)
    assert receipt == Receipt(ACT.by, ACT.key, tuple(Written(*written) for written in expected))
    histories = [(name, stream.events) for (_, name), stream in kept(world).items()]
    for name, version, event in expected:
        assert event in [events[version - 1] for known, events in histories if known == name and len(events) >= version]


@pytest.mark.parametrize("command", COMMANDS)
def test_who_has_to_hear_of_it_is_told(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Notices are put out with what is written, and nobody else is told of anything (T1)."""
    sent: list[Notice] = []
    _ = command(world, ACT, **DONE[command][0])
    _ = deliver(world, sent.append)
    assert [(notice.to, notice.template) for notice in sent] == HEARD.get(command, [])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_command_does_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Every use case goes through its key, whoever presses twice (K4)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    before = kept(world)
    assert command(world, act(ENDS), **asked) == receipt
    assert kept(world) == before


@pytest.mark.parametrize(("command", "argument"), [(command, name) for command in DONE for name in DONE[command][0]])
def test_every_argument_is_content(command: Callable[..., Receipt], argument: str, world: MemoryStore) -> None:
    """Whoever changes anything about a command needs another key: the old one has its receipt (K4)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    with pytest.raises(IdReused):
        _ = command(world, ACT, **{**asked, argument: other(command, argument)})


def other(command: Callable[..., Receipt], argument: str) -> Any:
    """Something else of the same kind."""
    if argument == "line" and command in (carts.remove_line, carts.cancel_programme_seats):
        return LineId("else")
    return TERMS if command is providers.set_terms and argument == "terms" else ELSE[argument]


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, with all their arguments; the one question that is no command is tested apart."""
    own_ones = [
        (name, function)
        for module in (providers, carts)
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__
    ]
    found = {function for name, function in own_ones if not name.startswith("_")}
    assert DONE.keys() | {carts.tabs_of} == found
    assert DONE.keys() == NEEDS.keys()
    for command, (asked, _) in DONE.items():
        assert asked.keys() == signature(command).parameters.keys() - {"store", "act"}


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.values[0] not in BEGIN])
def test_what_is_not_there_is_not_found(command: Callable[..., Receipt]) -> None:
    """A mistyped id is `NotFound`, and the key stays fresh."""
    store = bare()
    asked, _ = DONE[command]
    with pytest.raises(NotFound):
        _ = command(store, ACT, **asked)
    with store.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_what_was_done_is_not_done_again(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Under another key the same is harmless, or refused, or its id is used; and it never happens twice (K4, P3)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    before = kept(world)
    said = answer(command, world, act(key="again"), **asked)
    assert said is None or said[0] in ("Refused", "IdReused")
    assert kept(world) == before


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_may_by_themselves(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What was not granted is denied; what is somebody's, or at a provider, is not even there (R2)."""
    right, action, place = NEEDS[command][0]
    before = kept(world)
    said = answer(command, world, act(by="stranger"), **DONE[command][0])
    if place == Place() and command not in OF_CARTS:
        assert said == ("Refused", NotGranted(right, action))
    else:
        assert said is not None
        assert said[0] == "NotFound"
    assert kept(world) == before


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("partner", [NORTH, None])
def test_who_holds_just_what_is_asked_may(
    command: Callable[..., Receipt], partner: PartnerId | None, world: MemoryStore
) -> None:
    """The rights that are asked for, each in the narrowest scope that reaches, are enough (R2)."""
    if any(place.partner is None for _, _, place in NEEDS[command]):
        partner = None
    let(world, "vera", NEEDS[command], partner)
    asked, expected = DONE[command]
    receipt = command(world, act(by="vera"), **asked)
    assert [type(written.event) for written in receipt.written] == kinds(expected)


def lacking() -> Iterator[Any]:
    """Each use case with each right that it asks for."""
    for command, needs in NEEDS.items():
        for right, action, place in needs:
            yield pytest.param(command, right, action, place, id=f"{command.__name__}-{right}")


@pytest.mark.parametrize(("command", "right", "action", "place"), list(lacking()))
def test_all_other_rights_are_not_enough(
    command: Callable[..., Receipt], right: Right, action: Action, place: Place, world: MemoryStore
) -> None:
    """Whoever holds everything else, everywhere, is told which right is missing, and nothing happens (R2)."""
    less: dict[Right, Collection[Action]] = {each: actions for each, actions in MATRIX.items() if each is not right}
    if action is not Action.VIEW:
        less[right] = MATRIX[right] - {action}
    _ = strictly(world, granted("vera", less))
    before = kept(world)
    # Somebody else's cart is there for those alone who may edit any transaction.
    hidden = command in OF_CARTS and place == Place()
    lacks = ("NotFound", str(NotFound(Cart))) if hidden else ("Refused", NotGranted(right, action))
    assert answer(command, world, act(by="vera"), **DONE[command][0]) == lacks
    assert kept(world) == before


@pytest.mark.parametrize("command", [command for command, needs in NEEDS.items() if needs[0][2] != Place()])
def test_the_right_elsewhere_finds_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Everything, but elsewhere: what is there and what is not are answered alike, to the word (R2)."""
    asked, _ = DONE[command]
    elsewhere = (
        (SOUTH, Scope()),
        (None, Scope(partner=SOUTH)),
        (NORTH, Scope(provider=ProviderId("shared"))),
        (NORTH, Scope(training=CourseId("first-aid"))),
    )
    for number, (partner, reach) in enumerate(elsewhere):
        somebody = granted(f"vera-{number}", partner=partner, scope=reach)
        foreign = answer(command, strictly(world, somebody), act(by=f"vera-{number}"), **asked)
        assert foreign == answer(command, strictly(bare(), somebody), act(by=f"vera-{number}"), **asked)
        assert foreign is not None
        assert foreign[0] == "NotFound"


@pytest.mark.parametrize(
    "command",
    [command for command, needs in NEEDS.items() if needs[0][2] == Place() and command not in OF_CARTS],
)
def test_the_organisations_own_is_for_its_own_people(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """A partner's people are told what the organisation does not let them do, whether or not it is there (R2)."""
    asked, _ = DONE[command]
    right, action, _ = NEEDS[command][0]
    for store in (world, bare()):
        _ = strictly(store, granted("norths-own", partner=NORTH))
        assert answer(command, store, act(by="norths-own"), **asked) == ("Refused", NotGranted(right, action))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_key_is_answered_before_rights(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What one has done stays done, and can be asked again by one who may not do it any more (K4, R2)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    with world.transaction() as work:
        grants = work.entitlements.find(ACT.by)
        assert grants is not None
        work.save(grants.revoke_role(act(key="dismissed"), "role", scope=Scope()))
    assert answer(command, world, act(key="another"), **asked) is not None
    assert command(world, ACT, **asked) == receipt


# --- One's own cart, and others' --------------------------------------------------------------------------------------

BEAS_OWN: Final = act(by="bea")


def bea_buys(store: MemoryStore, *lines: Line, **given: Any) -> Any:
    """Bea opens a cart, fills it and checks it out, and says nothing to anybody."""
    usual: dict[str, Any] = {"transaction": ORDER, "portal": PORTAL, "role": CLIENT, **given}
    _ = carts.open_cart(store, act(by="bea", key="open"), EMPTY, buyer=BEA)
    for each in lines:
        _ = carts.add_line(store, act(by="bea", key=f"add-{each.id}"), EMPTY, each)
    return answer(carts.check_out, store, BEAS_OWN, EMPTY, NORTHS, CAD, **usual)


def test_nobody_is_asked_for_a_right_to_their_own_cart(world: MemoryStore) -> None:
    """Whoever buys for themselves fills, changes, looks at and checks out, and was never granted anything (R2)."""
    own_place = own(BULK, Person.of("bea@example.com", "bea"), cad("7.00"))
    _ = carts.open_cart(world, act(by="bea", key="open"), EMPTY, buyer=BEA)
    _ = carts.add_line(world, act(by="bea", key="add"), EMPTY, own_place)
    _ = carts.add_line(world, act(by="bea", key="add-other"), EMPTY, TO_ADD)
    _ = carts.change_line(world, act(by="bea", key="change"), EMPTY, own(ADDED, EVE, cad("2.00")))
    _ = carts.remove_line(world, act(by="bea", key="remove"), EMPTY, ADDED)
    (tab,) = carts.tabs_of(world, BEA, EMPTY)[NORTHS]
    assert tab.lines == (own_place,)
    given: dict[str, Any] = {"transaction": ORDER, "portal": PORTAL, "role": CLIENT}
    _ = carts.check_out(world, BEAS_OWN, EMPTY, NORTHS, CAD, **given)
    assert cart_of(world, EMPTY).state_of(NORTHS, CAD) is BasketState.CHARGING


def test_a_place_for_somebody_else_is_registered_by_who_may(world: MemoryStore) -> None:
    """Whoever puts another person on a place needs the right to register there, as without a cart (R2, N5)."""
    assert bea_buys(world, own(BULK, CLEO, cad("7.00"))) == ("NotFound", str(NotFound(Session)))
    _ = strictly(world, granted("bea", {Right.REGISTRATIONS: VIEW}, scope=Scope(training=EXCEL)))
    assert (
        answer(carts.check_out, world, BEAS_OWN, EMPTY, NORTHS, CAD, transaction=ORDER, portal=PORTAL, role=CLIENT)
        is None
    )


def test_seats_in_bulk_need_the_right_and_the_switch(world: MemoryStore) -> None:
    """Both are asked: what the actor may, and what the portal has switched on for the role (S1, R1)."""
    assert bea_buys(world, line(BULK, cad("7.00"))) == ("NotFound", str(NotFound(Session)))
    _ = strictly(world, granted("bea", {Right.BUY_IN_BULK: VIEW}, scope=Scope(training=EXCEL)))
    given: dict[str, Any] = {"transaction": ORDER, "portal": PORTAL, "role": CLIENT}
    world.bulk_buyers = {PORTAL: {BuyerRole.MANAGER}}
    said = answer(carts.check_out, world, BEAS_OWN, EMPTY, NORTHS, CAD, **given)
    assert said == ("Refused", BulkBuyingOff(CLIENT))
    world.bulk_buyers = {PORTAL: {CLIENT}}
    assert answer(carts.check_out, world, BEAS_OWN, EMPTY, NORTHS, CAD, **given) is None


@pytest.mark.parametrize("method", Method)
def test_administrative_methods_need_their_right(method: Method, world: MemoryStore) -> None:
    """All but the gateway are for those who may use them at that provider (P4, R1)."""
    at_norths = Scope(provider=NORTHS)
    _ = strictly(world, granted("bea", {Right.BUY_IN_BULK: VIEW}, scope=at_norths))
    given: dict[str, Any] = {"method": method, "invoice": DUE if method is Method.INVOICE else None}
    said = bea_buys(world, line(BULK, cad("7.00")), **given)
    lacks = ("Refused", NotGranted(Right.ADMINISTRATIVE_PAYMENT, Action.VIEW))
    assert said == (None if method is Method.GATEWAY else lacks)
    with world.transaction() as work:
        grants = work.entitlements.find(BEA)
        assert grants is not None
        work.save(grants.grant(act(), Right.ADMINISTRATIVE_PAYMENT, scope=at_norths))
    usual: dict[str, Any] = {**given, "transaction": ORDER, "portal": PORTAL, "role": CLIENT}
    assert answer(carts.check_out, world, BEAS_OWN, EMPTY, NORTHS, CAD, **usual) is None


@pytest.mark.parametrize("command", OF_CARTS)
@pytest.mark.parametrize(("actor", "partner"), [("stranger", None), ("norths-own", NORTH)])
def test_anothers_cart_is_a_missing_one(
    command: Callable[..., Receipt], actor: str, partner: PartnerId | None, world: MemoryStore
) -> None:
    """Whoever tries ids of carts does not learn which are there, whatever they may at a provider (R2, promise 13)."""
    if partner is not None:
        _ = strictly(world, granted(actor, partner=partner))
    asked, _ = DONE[command]
    foreign = answer(command, world, act(by=actor), **asked)
    missing = answer(command, world, act(by=actor), **{**asked, "cart": CartId("missing")})
    assert foreign == missing == ("NotFound", str(NotFound(Cart)))
    shown = [answer(carts.tabs_of, world, ActorId(actor), cart) for cart in (FILLED, CartId("missing"))]
    assert shown == [("NotFound", str(NotFound(Cart)))] * 2


def test_the_cart_of_a_programme_is_not_told_of_by_its_seats(world: MemoryStore) -> None:
    """Whoever cancels what is not theirs does not learn whether there is such a cart or such a line (R2)."""
    asked, _ = DONE[carts.cancel_programme_seats]
    tries = [asked, {**asked, "cart": CartId("missing")}, {**asked, "line": LineId("missing")}]
    said = [answer(carts.cancel_programme_seats, world, act(by="stranger"), **each) for each in tries]
    assert said[0] is not None
    assert said[0][0] == "NotFound"
    assert said == said[:1] * 3


# --- A partner's provider, and the one of all partners ----------------------------------------------------------------

PARTNERS_DO: Final = (
    providers.rename_provider,
    providers.set_terms,
    providers.set_policy,
    carts.pay_basket,
    carts.decline_basket,
    carts.leave_basket_unknown,
    carts.capture_invoice,
    carts.issue_credit_note,
    carts.create_code,
    carts.change_code,
)


@pytest.mark.parametrize("command", [pytest.param(command, id=command.__name__) for command in PARTNERS_DO])
def test_a_partners_people_work_at_their_own_provider(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Under C each partner's people keep the terms, the codes and the payments of their own provider (P1, R2)."""
    _ = strictly(world, granted("norths-own", partner=NORTH), granted("souths-own", partner=SOUTH))
    asked, expected = DONE[command]
    assert answer(command, world, act(by="souths-own"), **asked) is not None
    receipt = command(world, act(by="norths-own"), **asked)
    assert [type(written.event) for written in receipt.written] == kinds(expected)


@pytest.mark.parametrize("at", [MAIN, ProviderId("all-partners")])
def test_the_provider_of_all_partners_is_no_partners(at: ProviderId, world: MemoryStore) -> None:
    """Under B one provider serves all partners, and no partner's people reach it, nor the organisation's (P1 B, R2)."""
    _ = providers.open_provider(
        world,
        act(key="all"),
        ProviderId("all-partners"),
        owner=None,
        name="Partners",
        connector=PAYSAFE,
        account=OURS,
        terms=(TERMS,),
    )
    _ = strictly(world, granted("norths-own", partner=NORTH))
    by = act(by="norths-own")
    usual: dict[str, Any] = {"discount": Discount(percent="5"), "window": WINDOW, "uses": 1}
    missing = ("NotFound", str(NotFound(Provider)))
    for provider in (at, ProviderId("missing")):
        assert answer(providers.rename_provider, world, by, provider, "Ours") == missing
        assert answer(providers.set_terms, world, by, provider, STRICT) == missing
        assert answer(carts.create_code, world, by, SPRING, provider=provider, **usual) == missing
        assert answer(carts.pay_basket, world, by, CHARGED, provider, CAD, 1) == missing
    codes = [answer(carts.change_code, world, by, code, window=LONGER, uses=7) for code in (ALL_OFF, CodeId("missing"))]
    assert codes == [("NotFound", str(NotFound(PromotionCode)))] * 2


@pytest.mark.parametrize(
    "command", [carts.pay_basket, carts.decline_basket, carts.leave_basket_unknown, carts.capture_invoice]
)
def test_a_cart_without_ones_provider_is_a_missing_one(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Who may say how payments to one provider ended learns nothing of carts that have nothing of its (R2)."""
    _ = strictly(world, granted("norths-own", partner=NORTH))
    fill(world, EMPTY, LINES[2])
    asked, _ = DONE[command]
    by = act(by="norths-own")
    said = [answer(command, world, by, **{**asked, "cart": cart}) for cart in (EMPTY, CartId("missing"))]
    assert said == [("NotFound", str(NotFound(Cart)))] * 2


def test_a_transaction_of_another_provider_is_a_missing_one(world: MemoryStore) -> None:
    """Who numbers one provider's credit notes learns nothing of what others sold (P8, R2)."""
    _ = carts.take_for_nothing(world, act(key="given"), **DONE[carts.take_for_nothing][0])
    _ = strictly(world, granted("norths-own", partner=NORTH))
    others = (GIVEN, TransactionId("missing"))
    said = [
        answer(carts.issue_credit_note, world, act(by="norths-own"), NORTHS, transaction, RefundId("back"))
        for transaction in others
    ]
    assert said == [("Refused", NoInvoice(NORTHS, transaction)) for transaction in others]


def test_codes_are_their_providers(world: MemoryStore) -> None:
    """A code is created, changed and used at the one provider that it belongs to (P4)."""
    usual: dict[str, Any] = {**DONE[carts.check_out][0], "code": ALL_OFF}
    assert answer(carts.check_out, world, ACT, **usual) == ("Refused", CodeOtherProvider(MAIN, NORTHS))
    let(world, "vera", [(Right.PROMOTION_CODES, Action.EDIT, AT_NORTHS)], NORTH)
    given: dict[str, Any] = {"window": LONGER, "uses": 7}
    assert answer(carts.change_code, world, act(by="vera"), ALL_OFF, **given) == (
        "NotFound",
        str(NotFound(PromotionCode)),
    )
    assert answer(carts.change_code, world, act(by="vera"), TENTH, **given) is None


# --- Shown, and paid one by one ---------------------------------------------------------------------------------------


def test_a_cart_is_shown_by_tab(world: MemoryStore) -> None:
    """By provider, in the order of their first lines, for its buyer and for who may edit any transaction (P3)."""
    for by in (BEA, ActorId("manager")):
        shown = carts.tabs_of(world, by, FILLED)
        found = {provider: [basket.lines for basket in baskets] for provider, baskets in shown.items()}
        assert found == {NORTHS: [LINES[:2]], MAIN: [LINES[2:]]}
        assert list(found) == [NORTHS, MAIN]


def test_a_line_of_nobodys_is_not_shown(world: MemoryStore) -> None:
    """A line of a provider that is not there refuses the split: the cart cannot be paid as it is (P3)."""
    nobodys = line(ADDED, cad("1.00"), provider=ProviderId("gone"))
    _ = carts.add_line(world, ACT, FILLED, nobodys)
    assert answer(carts.tabs_of, world, BEA, FILLED) == ("Refused", UnknownProvider(ADDED, ProviderId("gone")))


def test_a_declined_basket_is_retried_alone(world: MemoryStore) -> None:
    """One basket is declined and retried as a new attempt; the other is as it was all along (P3)."""
    _ = carts.check_out(world, ACT, **DONE[carts.check_out][0])
    _ = carts.take_for_nothing(world, act(key="given"), **DONE[carts.take_for_nothing][0])
    before = cart_of(world, FILLED).attempt(MAIN, EUR)
    _ = carts.decline_basket(world, act(key="decline"), FILLED, NORTHS, CAD, 1)
    usual: dict[str, Any] = {"transaction": ORDER, "portal": PORTAL, "role": CLIENT}
    _ = carts.check_out(world, act(key="retry"), FILLED, NORTHS, CAD, **usual)
    _ = carts.pay_basket(world, act(key="pay"), FILLED, NORTHS, CAD, 2)
    cart = cart_of(world, FILLED)
    paid = cart.newest(NORTHS, CAD)
    # Without the code this time: 21.00 and 10.00.
    assert (paid.number, paid.state, paid.total, paid.code) == (2, BasketState.PAID, cad("31.00"), None)
    assert cart.attempt(MAIN, EUR) == before
    with world.transaction() as work:
        assert work.numberings.events(MAIN)[1:] == (DocumentIssued(1, GIVEN, None, act(key="given")),)
        assert work.numberings.issued(NORTHS, ORDER) == work.numberings.get(NORTHS).last == 3
        assert (work.codes.get(TENTH).used, work.codes.get(TENTH).reserved) == (0, {T_CHARGED: 1})


@pytest.mark.parametrize("used", ["t-paid", "t-invoiced"])
def test_what_was_bought_by_a_transaction_is_all_of_it(used: str, world: MemoryStore) -> None:
    """Another basket is neither charged nor given in it, whether pools, places or money are known by it (P3, S12)."""
    transaction = TransactionId(used)
    refused = ("Refused", TransactionUsed(transaction))
    for command in (carts.check_out, carts.take_for_nothing):
        asked = {**DONE[command][0], "transaction": transaction}
        before = kept(world)
        assert answer(command, world, ACT, **asked) == refused
        assert kept(world) == before


def test_of_two_baskets_in_one_transaction_the_first_is_paid(world: MemoryStore) -> None:
    """The other is not fulfilled beside it, and can be declined and tried again (P3)."""
    second = CartId("c-second")
    cleos, eves = own(CLEOS, CLEO, cad("1.00")), own(EVES, EVE, cad("2.00"), sessions=(WEDNESDAY,))
    for cart, sold in ((EMPTY, cleos), (second, eves)):
        fill(world, cart, sold)
        check_out(world, cart, transaction=ORDER)
    pay(world, EMPTY)
    told: dict[str, Any] = {"cart": second, "provider": NORTHS, "currency": CAD, "attempt": 1}
    assert answer(carts.pay_basket, world, ACT, **told) == ("Refused", TransactionUsed(ORDER))
    _ = carts.decline_basket(world, ACT, **told)
    check_out(world, second, transaction=GIVEN, key="again")
    _ = carts.pay_basket(world, act(key="paid-again"), second, NORTHS, CAD, 2)
    with world.transaction() as work:
        bought_by = {each: work.registrations.of_transaction(each) for each in (ORDER, GIVEN)}
        assert bought_by == {ORDER: ["order:1.1"], GIVEN: ["given:1.1"]}
        assert [work.charges.get(each).captured for each in bought_by] == [cad("1.00"), cad("2.00")]
    # Said again, it is what it was.
    assert carts.pay_basket(world, act(key="twice"), EMPTY, NORTHS, CAD, 1).written == ()


def own_place(store: MemoryStore, *, approval: bool = False) -> RegistrationId:
    """Eve's own place on Wednesday, which Bea has paid for; nobody has heard of anything yet."""
    fill(store, EMPTY, own(EVES, EVE, cad("10.00"), sessions=(WEDNESDAY,)))
    check_out(store, EMPTY, approval=(WEDNESDAY,) if approval else ())
    pay(store, EMPTY)
    _ = deliver(store, lambda _: None)
    return RegistrationId("t-new:1.1")


def put_out(store: MemoryStore) -> Sequence[Notice]:
    """What waits to be told."""
    with store.transaction() as work:
        return work.waiting(100)


def about_the_refund(amount: str) -> Notice:
    """What Bea reads of it."""
    template = Template.REFUND_REQUESTED
    return Notice(f"t-new:2:{template}:1", BEA, template, WEDNESDAY, PoolId("t-new:1.1"), (ONE,), amount=cad(amount))


def test_who_paid_for_somebodys_own_place_is_refunded(world: MemoryStore) -> None:
    """By the terms of the sale: the learner hears that the place is gone, and who paid what goes back (N5, P5, K12)."""
    place = own_place(world)
    receipt = cancel_registration(world, ACT, place, refund=RefundId("evens"))
    fees = SeatsSettled(
        WEDNESDAY,
        PoolId("t-new:1.1"),
        {ONE: money("4.50", "5.50", once="3.00")},
        cad("3.00"),
        RefundId("evens"),
        cad("5.50"),
        None,
        ACT,
    )
    assert [written.event for written in receipt.written] == [
        PlacesGivenBack(1, ACT),
        RegistrationCancelled(EVE, ACT),
        fees,
    ]
    told = Template.REGISTRATION_CANCELLED
    assert put_out(world) == (
        Notice(f"t-new:1.1:2:{told}:1", EVE, told, WEDNESDAY),
        about_the_refund("5.50"),
    )
    note = carts.issue_credit_note(world, act(key="note"), NORTHS, TransactionId("t-new"), RefundId("evens"))
    assert [written.event for written in note.written] == [
        DocumentIssued(4, TransactionId("t-new"), RefundId("evens"), act(key="note"))
    ]


def test_who_paid_for_a_place_that_is_refused_is_refunded_in_full(world: MemoryStore) -> None:
    """Nobody keeps a fee for what they did not give (N4, K12)."""
    place = own_place(world, approval=True)
    _ = refuse_registration(world, ACT, place, refund=RefundId("evens"))
    told = Template.REGISTRATION_REFUSED
    assert put_out(world) == (
        Notice(f"t-new:1.1:2:{told}:1", EVE, told, WEDNESDAY),
        about_the_refund("10.00"),
    )


def test_who_paid_for_a_place_in_a_session_that_is_cancelled_is_refunded_in_full(world: MemoryStore) -> None:
    """With all who sit in it; what is on invoice was never taken, and the basket is still being paid for (S14, S17)."""
    place = own_place(world)
    receipt = cancel_session(world, ACT, WEDNESDAY, refund=RefundId("off"))
    back = {written.id: written.event for written in receipt.written if isinstance(written.event, SeatsSettled)}
    assert back["t-new"] == SeatsSettled(
        WEDNESDAY,
        PoolId(place),
        {ONE: money("0.00", "10.00")},
        cad("0.00"),
        RefundId(f"off:{place}"),
        cad("10.00"),
        None,
        ACT,
    )
    assert sorted(back) == ["t-new", "t-paid"]
    left = [written.id for written in receipt.written if isinstance(written.event, RegistrationCancelled)]
    assert left == ["t-invoiced:1.1", "t-new:1.1"]


def test_a_place_on_an_invoice_has_no_refund_until_it_is_paid(world: MemoryStore) -> None:
    """Nothing was taken yet; once it is captured the place is refunded as any other (S17, N5)."""
    place = RegistrationId("t-invoiced:1.1")
    refused = answer(cancel_registration, world, ACT, place, refund=RefundId("early"))
    assert refused == ("Refused", NothingCaptured(TransactionId("t-invoiced")))
    _ = carts.capture_invoice(world, act(key="capture"), INVOICED, NORTHS, CAD)
    receipt = cancel_registration(world, ACT, place, refund=RefundId("early"))
    settled_ = receipt.written[-1].event
    # Of seven dollars a tenth and half a dollar are kept, and three.
    assert isinstance(settled_, SeatsSettled)
    assert settled_.seats == {ONE: money("4.20", "2.80", paid="7.00", once="3.00")}


def test_seats_of_a_programme_are_cancelled_by_their_buyer(world: MemoryStore) -> None:
    """As the policy lets them, in all parts or in none, without any right (P3, S11)."""
    _ = providers.set_policy(world, act(key="policy"), NORTHS, Policy(buyers_cancel=True))
    programme = line(PROGRAMME, cad("4.00"), sessions=(TUESDAY, WEDNESDAY), programme=ProgrammeId("p"), quantity=2)
    fill(world, EMPTY, programme)
    check_out(world, EMPTY)
    pay(world, EMPTY)
    _ = strictly(world)
    receipt = carts.cancel_programme_seats(world, BEAS_OWN, EMPTY, PROGRAMME, (ONE,), as_buyer=True)
    assert [written.id for written in receipt.written if isinstance(written.event, SeatsCancelled)] == [
        "t-new:1.1",
        "t-new:1.2",
    ]
    stranger = answer(carts.cancel_programme_seats, world, act(by="zoe"), EMPTY, PROGRAMME, (TWO,), as_buyer=True)
    assert stranger is not None
    assert stranger[0] == "NotFound"
