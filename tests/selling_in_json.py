"""One of each state, event and refusal of providers, carts, codes and documents, with the JSON it is kept as.

What hosts have stored looks like this, so none of it is ever changed (`tests.test_json` holds it).
"""

from datetime import timedelta
from typing import Any, Final, TypeAlias

from lara_core.cart import (
    Attempt,
    BasketDeclined,
    BasketIs,
    BasketPaid,
    BasketState,
    BasketUnknown,
    Cart,
    CartFull,
    CartOpened,
    ChargingStarted,
    Line,
    LineAdded,
    LineChanged,
    LineIdUsed,
    LineRemoved,
    Method,
    NoSuchBasket,
    NoSuchLine,
    NothingPaid,
    NothingToPay,
    OtherAttempt,
    SomethingToPay,
    Tax,
    TransactionUsed,
    UnknownProvider,
)
from lara_core.checkout import NoInvoice, NotInvoiced, OtherCode, OtherNumbering, SessionNotGiven
from lara_core.documents import DocumentIssued, NeverIssued, Numbering, NumberingBegan
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.ids import (
    ActorId,
    CartId,
    CodeId,
    ConnectorId,
    CourseId,
    EventId,
    HoldId,
    LineId,
    MerchantAccountId,
    OrganisationId,
    PartnerId,
    ProgrammeId,
    ProviderId,
    RefundId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.promotions import (
    CodeChanged,
    CodeCreated,
    CodeNotYet,
    CodeOtherCurrency,
    CodeOtherProvider,
    CodeOver,
    CodeUsedUp,
    Discount,
    OtherAttemptReserved,
    PromotionCode,
    UseConsumed,
    UseGivenBack,
    UseNotReserved,
    UseReserved,
    UsesBelowUse,
    Window,
)
from lara_core.providers import (
    Arrangement,
    DispenserNamed,
    DispenserNeeded,
    DispenserSwitched,
    MerchantAccount,
    NobodySells,
    NoTerms,
    Period,
    PolicySet,
    Provider,
    ProviderConnected,
    ProviderOpened,
    ProviderRenamed,
    Sellers,
    SellingArranged,
    SellingRearranged,
    TermsSet,
    Training,
    TrainingCreated,
)
from lara_core.refunds import RefundTerms
from lara_core.seats import Mode, Policy
from tests.builders import ANN, DAN, EVE, NOW, TICK, act

Data: TypeAlias = Any
"""JSON, as a test takes it apart."""

CAD, KWD = Currency("CAD"), Currency("KWD")
MAIN, NORTHS, NORTH = ProviderId("main"), ProviderId("norths"), PartnerId("north")
ORDER, CODE, BACK, CART = TransactionId("order"), CodeId("spring"), RefundId("back"), CartId("cart")
EXCEL, WORD = SessionId("excel"), SessionId("word")
PAYSAFE, ORGANISATION, COURSE = ConnectorId("paysafe"), OrganisationId("organisation"), CourseId("office")
INSTANT: Final = Deadline.at(NOW + TICK)
WINDOW: Final = Window(NOW, NOW + timedelta(days=7, microseconds=1))
ACCOUNT: Final = MerchantAccount(MerchantAccountId("theirs"), NORTH)
TERMS: Final = RefundTerms("12.5", Money(50, CAD), Money(300, CAD), hours_before=48)
DINARS: Final = RefundTerms("0", Money(1, KWD), Money(0, KWD))
POLICY: Final = Policy(modes=frozenset({Mode.IMMEDIATE}), unassigned_hours=24)
A, B, C = Sellers.one_for_all(MAIN), Sellers.two(MAIN, NORTHS), Sellers.one_each(MAIN, {NORTH: NORTHS})
BULK: Final = Line(
    LineId("b"),
    NORTHS,
    (WORD, EXCEL),
    Money(2001, CAD),
    (Tax("GST", "5"), Tax("QST", "9.975")),
    3,
    ProgrammeId("office"),
    learners=(ANN,),
    invitees=(DAN,),
    hold=HoldId("h-1"),
)
OWN: Final = Line(LineId("a"), MAIN, (EXCEL,), Money(1, KWD), event=EventId("gala"), bulk=False, learners=(EVE,))
OFF: Final = {LineId("b"): Money(600, CAD)}
TOTAL: Final = Money(6214, CAD)

ACT: Final = {"at": "2027-03-01T09:00:00+00:00", "by": "manager", "key": "key"}
NOW_DATA: Final = "2027-03-01T09:00:00+00:00"
INSTANT_DATA: Final = {"instant": "2027-03-01T09:00:00.000001+00:00", "day": None}
WINDOW_DATA: Final = {"starts": NOW_DATA, "ends": "2027-03-08T09:00:00.000001+00:00"}
ACCOUNT_DATA: Final = {"id": "theirs", "holder": "north"}


def cad(minor: int) -> Data:
    """Canadian cents."""
    return {"minor": minor, "currency": "CAD"}


def kwd(minor: int) -> Data:
    """Thousandths of a dinar."""
    return {"minor": minor, "currency": "KWD"}


TERMS_DATA: Final = {"percent": "12.5", "per_seat": cad(50), "once": cad(300), "hours_before": 48}
DINARS_DATA: Final = {"percent": "0", "per_seat": kwd(1), "once": kwd(0), "hours_before": 0}
POLICY_DATA: Final = {
    "assign_at_purchase": False,
    "modes": ["immediate"],
    "invitation_hours": 168,
    "reminders": 2,
    "withdrawal": False,
    "unassigned_hours": 24,
    "buyers_cancel": False,
    "release_unpaid": False,
}
A_DATA: Final[Data] = {"organisation": "main", "all_partners": "main", "each": {}}
B_DATA: Final[Data] = {"organisation": "main", "all_partners": "norths", "each": {}}
C_DATA: Final[Data] = {"organisation": "main", "all_partners": None, "each": {"north": "norths"}}
BULK_DATA: Final = {
    "id": "b",
    "provider": "norths",
    "sessions": ["word", "excel"],
    "unit": cad(2001),
    "taxes": [{"name": "GST", "rate": "5"}, {"name": "QST", "rate": "9.975"}],
    "quantity": 3,
    "programme": "office",
    "event": None,
    "bulk": True,
    "learners": [{"address": "ann@example.com", "account": "ann"}],
    "invitees": [{"address": "dan@example.com", "account": None}],
    "hold": "h-1",
}
OWN_DATA: Final = {
    "id": "a",
    "provider": "main",
    "sessions": ["excel"],
    "unit": kwd(1),
    "taxes": [],
    "quantity": 1,
    "programme": None,
    "event": "gala",
    "bulk": False,
    "learners": [{"address": "eve@example.com", "account": "eve"}],
    "invitees": [],
    "hold": None,
}

KEPT: Final[list[tuple[object, Data]]] = [
    # Providers
    (
        Provider(NORTHS, 4, NORTH, "North Ltd", PAYSAFE, ACCOUNT, {KWD: DINARS, CAD: TERMS}, POLICY),
        {
            "type": "providers.provider.v1",
            "id": "norths",
            "version": 4,
            "owner": "north",
            "name": "North Ltd",
            "connector": "paysafe",
            "account": ACCOUNT_DATA,
            "terms": {"KWD": DINARS_DATA, "CAD": TERMS_DATA},
            "policy": POLICY_DATA,
        },
    ),
    (
        ProviderOpened(NORTHS, None, "North Ltd", PAYSAFE, ACCOUNT, {CAD: TERMS}, POLICY, act()),
        {
            "type": "providers.opened.v1",
            "provider": "norths",
            "owner": None,
            "name": "North Ltd",
            "connector": "paysafe",
            "account": ACCOUNT_DATA,
            "terms": {"CAD": TERMS_DATA},
            "policy": POLICY_DATA,
            "act": ACT,
        },
    ),
    (ProviderRenamed("North", act()), {"type": "providers.renamed.v1", "name": "North", "act": ACT}),
    (
        ProviderConnected(PAYSAFE, MerchantAccount(MerchantAccountId("ours")), act()),
        {
            "type": "providers.connected.v1",
            "connector": "paysafe",
            "account": {"id": "ours", "holder": None},
            "act": ACT,
        },
    ),
    (TermsSet(DINARS, act()), {"type": "providers.terms_set.v1", "terms": DINARS_DATA, "act": ACT}),
    (PolicySet(POLICY, act()), {"type": "providers.policy_set.v1", "policy": POLICY_DATA, "act": ACT}),
    (
        Arrangement(ORGANISATION, 3, (Period(NOW, A), Period(NOW + TICK, C)), True),
        {
            "type": "providers.arrangement.v1",
            "id": "organisation",
            "version": 3,
            "periods": [
                {"since": NOW_DATA, "sellers": A_DATA},
                {"since": "2027-03-01T09:00:00.000001+00:00", "sellers": C_DATA},
            ],
            "dispenser": True,
        },
    ),
    (
        SellingArranged(ORGANISATION, B, act()),
        {"type": "providers.selling_arranged.v1", "organisation": "organisation", "sellers": B_DATA, "act": ACT},
    ),
    (SellingRearranged(C, act()), {"type": "providers.selling_rearranged.v1", "sellers": C_DATA, "act": ACT}),
    (DispenserSwitched(True, act()), {"type": "providers.dispenser_switched.v1", "on": True, "act": ACT}),
    (
        Training(COURSE, 2, NORTH, "North Ltd"),
        {"type": "providers.training.v1", "id": "office", "version": 2, "owner": "north", "dispenser": "North Ltd"},
    ),
    (
        TrainingCreated(COURSE, NORTH, None, act()),
        {"type": "providers.training_created.v1", "course": "office", "owner": "north", "dispenser": None, "act": ACT},
    ),
    (
        DispenserNamed("North Ltd", act()),
        {"type": "providers.dispenser_named.v1", "dispenser": "North Ltd", "act": ACT},
    ),
    (NoTerms(MAIN, CAD), {"type": "providers.no_terms.v1", "provider": "main", "currency": "CAD"}),
    (NobodySells(NORTH), {"type": "providers.nobody_sells.v1", "partner": "north"}),
    (DispenserNeeded(), {"type": "providers.dispenser_needed.v1"}),
    # Carts
    (
        Cart(
            CART,
            6,
            ActorId("manager"),
            (BULK, OWN),
            (
                Attempt(
                    NORTHS,
                    CAD,
                    2,
                    BasketState.UNKNOWN,
                    ORDER,
                    Method.INVOICE,
                    INSTANT,
                    CODE,
                    OFF,
                    TERMS,
                    POLICY,
                    frozenset({WORD, EXCEL}),
                    TOTAL,
                ),
                Attempt(
                    MAIN,
                    KWD,
                    1,
                    BasketState.PAID,
                    TransactionId("free"),
                    None,
                    None,
                    None,
                    {},
                    DINARS,
                    POLICY,
                    frozenset(),
                    Money(0, KWD),
                ),
            ),
        ),
        {
            "type": "cart.cart.v1",
            "id": "cart",
            "version": 6,
            "buyer": "manager",
            "lines": [BULK_DATA, OWN_DATA],
            "attempts": [
                {
                    "provider": "norths",
                    "currency": "CAD",
                    "number": 2,
                    "state": "unknown",
                    "transaction": "order",
                    "method": "invoice",
                    "invoice": INSTANT_DATA,
                    "code": "spring",
                    "discounts": {"b": cad(600)},
                    "terms": TERMS_DATA,
                    "policy": POLICY_DATA,
                    "approval": ["excel", "word"],
                    "total": cad(6214),
                },
                {
                    "provider": "main",
                    "currency": "KWD",
                    "number": 1,
                    "state": "paid",
                    "transaction": "free",
                    "method": None,
                    "invoice": None,
                    "code": None,
                    "discounts": {},
                    "terms": DINARS_DATA,
                    "policy": POLICY_DATA,
                    "approval": [],
                    "total": kwd(0),
                },
            ],
        },
    ),
    (
        CartOpened(CART, ActorId("manager"), act()),
        {"type": "cart.opened.v1", "cart": "cart", "buyer": "manager", "act": ACT},
    ),
    (LineAdded(BULK, act()), {"type": "cart.line_added.v1", "line": BULK_DATA, "act": ACT}),
    (LineChanged(OWN, act()), {"type": "cart.line_changed.v1", "line": OWN_DATA, "act": ACT}),
    (LineRemoved(LineId("a"), act()), {"type": "cart.line_removed.v1", "line": "a", "act": ACT}),
    (
        ChargingStarted(
            NORTHS,
            CAD,
            1,
            ORDER,
            Method.INVOICE,
            INSTANT,
            CODE,
            OFF,
            TERMS,
            POLICY,
            frozenset({WORD, EXCEL}),
            TOTAL,
            act(),
        ),
        {
            "type": "cart.charging_started.v1",
            "provider": "norths",
            "currency": "CAD",
            "attempt": 1,
            "transaction": "order",
            "method": "invoice",
            "invoice": INSTANT_DATA,
            "code": "spring",
            "discounts": {"b": cad(600)},
            "terms": TERMS_DATA,
            "policy": POLICY_DATA,
            "approval": ["excel", "word"],
            "total": cad(6214),
            "act": ACT,
        },
    ),
    (
        NothingPaid(MAIN, KWD, 1, ORDER, CODE, {LineId("a"): Money(1, KWD)}, DINARS, POLICY, frozenset({EXCEL}), act()),
        {
            "type": "cart.nothing_paid.v1",
            "provider": "main",
            "currency": "KWD",
            "attempt": 1,
            "transaction": "order",
            "code": "spring",
            "discounts": {"a": kwd(1)},
            "terms": DINARS_DATA,
            "policy": POLICY_DATA,
            "approval": ["excel"],
            "act": ACT,
        },
    ),
    (
        BasketPaid(MAIN, CAD, 2, act()),
        {"type": "cart.basket_paid.v1", "provider": "main", "currency": "CAD", "attempt": 2, "act": ACT},
    ),
    (
        BasketDeclined(MAIN, CAD, 2, act()),
        {"type": "cart.basket_declined.v1", "provider": "main", "currency": "CAD", "attempt": 2, "act": ACT},
    ),
    (
        BasketUnknown(MAIN, CAD, 2, act()),
        {"type": "cart.basket_unknown.v1", "provider": "main", "currency": "CAD", "attempt": 2, "act": ACT},
    ),
    (LineIdUsed(LineId("a")), {"type": "cart.line_id_used.v1", "line": "a"}),
    (NoSuchLine(LineId("a")), {"type": "cart.no_such_line.v1", "line": "a"}),
    (CartFull(10_000), {"type": "cart.cart_full.v1", "most": 10_000}),
    (UnknownProvider(LineId("a"), MAIN), {"type": "cart.unknown_provider.v1", "line": "a", "provider": "main"}),
    (NoSuchBasket(MAIN, CAD), {"type": "cart.no_such_basket.v1", "provider": "main", "currency": "CAD"}),
    (
        BasketIs(MAIN, CAD, BasketState.CHARGING),
        {"type": "cart.basket_is.v1", "provider": "main", "currency": "CAD", "state": "charging"},
    ),
    (OtherAttempt(2, 1), {"type": "cart.other_attempt.v1", "expected": 2, "given": 1}),
    (TransactionUsed(ORDER), {"type": "cart.transaction_used.v1", "transaction": "order"}),
    (NothingToPay(), {"type": "cart.nothing_to_pay.v1"}),
    (SomethingToPay(TOTAL), {"type": "cart.something_to_pay.v1", "total": cad(6214)}),
    # Promotion codes
    (
        PromotionCode(CODE, 9, NORTHS, Discount(percent="12.5"), WINDOW, 7, 2, {ORDER: 3}),
        {
            "type": "promotions.code.v1",
            "id": "spring",
            "version": 9,
            "provider": "norths",
            "discount": {"percent": "12.5", "amount": None},
            "window": WINDOW_DATA,
            "uses": 7,
            "used": 2,
            "reserved": {"order": 3},
        },
    ),
    (
        CodeCreated(CODE, NORTHS, Discount(amount=Money(500, CAD)), WINDOW, 7, act()),
        {
            "type": "promotions.created.v1",
            "promotion": "spring",
            "provider": "norths",
            "discount": {"percent": None, "amount": cad(500)},
            "window": WINDOW_DATA,
            "uses": 7,
            "act": ACT,
        },
    ),
    (
        CodeChanged(WINDOW, 8, act()),
        {"type": "promotions.changed.v1", "window": WINDOW_DATA, "uses": 8, "act": ACT},
    ),
    (
        UseReserved(ORDER, 3, act()),
        {"type": "promotions.use_reserved.v1", "transaction": "order", "attempt": 3, "act": ACT},
    ),
    (
        UseConsumed(ORDER, 3, act()),
        {"type": "promotions.use_consumed.v1", "transaction": "order", "attempt": 3, "act": ACT},
    ),
    (
        UseGivenBack(ORDER, 3, act()),
        {"type": "promotions.use_given_back.v1", "transaction": "order", "attempt": 3, "act": ACT},
    ),
    (CodeNotYet(NOW), {"type": "promotions.code_not_yet.v1", "starts": NOW_DATA}),
    (CodeOver(NOW), {"type": "promotions.code_over.v1", "ends": NOW_DATA}),
    (CodeUsedUp(7), {"type": "promotions.code_used_up.v1", "uses": 7}),
    (
        CodeOtherProvider(MAIN, NORTHS),
        {"type": "promotions.code_other_provider.v1", "expected": "main", "given": "norths"},
    ),
    (CodeOtherCurrency(CAD, KWD), {"type": "promotions.code_other_currency.v1", "expected": "CAD", "given": "KWD"}),
    (UseNotReserved(ORDER, 2), {"type": "promotions.use_not_reserved.v1", "transaction": "order", "attempt": 2}),
    (
        OtherAttemptReserved(ORDER, 1),
        {"type": "promotions.other_attempt_reserved.v1", "transaction": "order", "attempt": 1},
    ),
    (UsesBelowUse(1, 2), {"type": "promotions.uses_below_use.v1", "uses": 1, "in_use": 2}),
    # Documents
    (Numbering(MAIN, 8, 7), {"type": "documents.numbering.v1", "id": "main", "version": 8, "last": 7}),
    (NumberingBegan(MAIN, act()), {"type": "documents.began.v1", "provider": "main", "act": ACT}),
    (
        DocumentIssued(7, ORDER, BACK, act()),
        {"type": "documents.issued.v1", "number": 7, "transaction": "order", "refund": "back", "act": ACT},
    ),
    (NeverIssued(9, 7), {"type": "documents.never_issued.v1", "number": 9, "last": 7}),
    # Checking out
    (SessionNotGiven(EXCEL), {"type": "checkout.session_not_given.v1", "session": "excel"}),
    (OtherCode(CODE, None), {"type": "checkout.other_code.v1", "expected": "spring", "given": None}),
    (OtherNumbering(MAIN, NORTHS), {"type": "checkout.other_numbering.v1", "expected": "main", "given": "norths"}),
    (NotInvoiced(MAIN, CAD), {"type": "checkout.not_invoiced.v1", "provider": "main", "currency": "CAD"}),
    (NoInvoice(MAIN, ORDER), {"type": "checkout.no_invoice.v1", "provider": "main", "transaction": "order"}),
]
