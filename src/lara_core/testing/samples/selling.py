"""What happened to providers, trainings, carts, codes and documents: each event at least once, each field filled.

Part of `lara_core.testing.samples`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias

from lara_core.cart import Cart, CartDecision, Line, Method, Tax
from lara_core.documents import Numbering, NumberingDecision
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Decision, Event, in_turn
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
from lara_core.kernel.people import Person
from lara_core.promotions import CodeDecision, Discount, PromotionCode, Window
from lara_core.providers import (
    Arrangement,
    ArrangementDecision,
    MerchantAccount,
    Provider,
    ProviderDecision,
    Sellers,
    Training,
    TrainingDecision,
)
from lara_core.refunds import RefundTerms
from lara_core.seats import Mode, Policy
from lara_core.testing.samples.stories import told
from lara_core.testing.samples.values import (
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    COURSE,
    DAWUD,
    EDITH,
    FAYE,
    GITA,
    LATER,
    NOW,
    OTHER_COURSE,
    OTHER_PARTNER,
    OTHER_SESSION,
    OTHER_TRANSACTION,
    PARTNER,
    SESSION,
    TRANSACTION,
    act,
)

SellingSample: TypeAlias = Provider | Arrangement | Training | Cart | PromotionCode | Numbering
"""What the samples of selling are of."""

PROVIDER: Final = ProviderId("provider-1")
OTHER_PROVIDER: Final = ProviderId("fournisseur-é")
ORGANISATION: Final = OrganisationId("organisation-é")
CART: Final = CartId("cart-1")
OTHER_CART: Final = CartId("panier-é")
LINE: Final = LineId("line-1")
CODE: Final = CodeId("PRINTEMPS-é")
OTHER_CODE: Final = CodeId("spring")
WINDOW: Final = Window(NOW, NOW + timedelta(days=30, microseconds=1))

_EUR, _JPY, _KWD, _CLF = (Currency(code) for code in ("EUR", "JPY", "KWD", "CLF"))
_OURS: Final = MerchantAccount(MerchantAccountId("compte-é"))
_THEIRS: Final = MerchantAccount(MerchantAccountId("account-2"), PARTNER)
_UNUSUAL: Final = Policy(assign_at_purchase=True, modes=frozenset({Mode.IMMEDIATE}), invitation_hours=7)
_GST, _TVA = Tax("GST « 5 % »", "9.975"), Tax("TVA", "20")


def histories_of_selling() -> Sequence[Sequence[Decision[SellingSample, Event]]]:
    """What happened to some providers, trainings, codes, carts and documents: each event at least once.

    What a cart names comes before it, but for the sessions, which are `SESSION` and `OTHER_SESSION`.
    """
    return [*_providers(), _arrangement(), *_trainings(), *_codes(), _paying(), _unpaid(), *_numberings()]


# --- One of each


def provider_opened(
    provider: ProviderId = PROVIDER,
    *,
    owner: PartnerId | None = None,
    currency: str = "EUR",
    policy: Policy | None = None,
) -> ProviderDecision:
    """A provider that sells in one currency, and keeps nothing of what is cancelled."""
    return Provider.open(
        act("open-provider"),
        provider,
        owner=owner,
        name=f"Provider {provider}"[:255],
        connector=ConnectorId("connector"),
        account=MerchantAccount(MerchantAccountId("account"), owner),
        terms=(_terms(currency),),
        policy=policy,
    )


def numbered(provider: ProviderId = PROVIDER, *transactions: TransactionId) -> NumberingDecision:
    """A series in which *transactions* have their invoices."""
    decided = Numbering.start(act("begin"), provider)
    for transaction in transactions:
        decided = in_turn(decided, decided.state.issue(act("issue"), transaction, issued=None))
    return decided


def code_created(code: CodeId = CODE, *, provider: ProviderId = PROVIDER, uses: int = 1) -> CodeDecision:
    """A code that takes a tenth off."""
    tenth = Discount(percent="10")
    return PromotionCode.create(act("create"), code, provider=provider, discount=tenth, window=WINDOW, uses=uses)


def sold(
    line: LineId = LINE,
    *,
    provider: ProviderId = PROVIDER,
    session: SessionId = SESSION,
    learner: Person | None = None,
    price: str = "10.00",
    currency: str = "EUR",
) -> Line:
    """Two places in bulk or, for a *learner*, their own."""
    unit = Money.of(price, currency)
    if learner is None:
        return Line(line, provider, (session,), unit, quantity=2)
    return Line(line, provider, (session,), unit, bulk=False, learners=(learner,))


def filled(cart: CartId = CART, *lines: Line, buyer: ActorId = BUYER) -> CartDecision:
    """A cart of *buyer* with *lines* in it."""
    decided = Cart.open(act("open-cart", by=buyer), cart, buyer=buyer)
    for line in lines:
        decided = in_turn(decided, decided.state.add(act(f"add-{line.id}", by=buyer), line))
    return decided


def _terms(currency: str) -> RefundTerms:
    return RefundTerms("0", Money.of(0, currency), Money.of(0, currency))


# --- Providers, arrangements, trainings


def _providers() -> Sequence[Sequence[ProviderDecision]]:
    """A partner's provider that changes all it can, and the organisation's own, which sells in four currencies."""
    strict = RefundTerms("12.5", Money.of("1.234", "KWD"), Money.of("10000000000.001", "KWD"), hours_before=49)
    begun = Provider.open(
        act("open", by="ana"),
        PROVIDER,
        owner=PARTNER,
        name="Formation « Un »",
        connector=ConnectorId("connecteur-é"),
        account=_THEIRS,
        terms=(strict, _terms("JPY")),
        policy=_UNUSUAL,
    )
    return (
        told(
            begun,
            lambda provider: provider.rename(act("rename"), "Formation Un"),
            lambda provider: provider.connect(act("connect", by="ana"), ConnectorId("connector-2"), _OURS),
            lambda provider: provider.set_terms(act("terms"), RefundTerms("100", Money.of(0, "KWD"), strict.once)),
            lambda provider: provider.set_terms(act("more-terms"), _terms("CLF")),
            lambda provider: provider.set_policy(act("policy"), Policy(reminders=3, buyers_cancel=True)),
            lambda provider: provider.connect(act("back"), ConnectorId("connector-3"), _THEIRS),
        ),
        (
            Provider.open(
                act("open-own"),
                OTHER_PROVIDER,
                owner=None,
                name="Principal",
                connector=ConnectorId("connecteur-é"),
                account=_OURS,
                terms=[_terms(code) for code in ("EUR", "JPY", "KWD", "CLF")],
            ),
        ),
    )


def _arrangement() -> Sequence[ArrangementDecision]:
    """From one provider for all to two, and to one each; each change at a time of its own."""
    ticks = [LATER + timedelta(microseconds=tick) for tick in range(1, 5)]
    each = Sellers.one_each(OTHER_PROVIDER, {PARTNER: PROVIDER})
    return told(
        Arrangement.arrange(act("arrange"), ORGANISATION, Sellers.one_for_all(OTHER_PROVIDER)),
        lambda found: found.switch_dispenser(act("switch-on", by="ana"), on=True),
        lambda found: found.rearrange(act("two", at=ticks[0]), Sellers.two(OTHER_PROVIDER, PROVIDER)),
        lambda found: found.switch_dispenser(act("switch-off", at=ticks[1]), on=False),
        lambda found: found.rearrange(act("each", at=ticks[2]), each),
        lambda found: found.switch_dispenser(act("switch-on-again", at=ticks[3]), on=True),
    )


def _trainings() -> Sequence[Sequence[TrainingDecision]]:
    """A partner's training, which says who gives it, and the organisation's, which says so later."""
    arrangement = Arrangement.arrange(act("a"), ORGANISATION, Sellers.one_for_all(OTHER_PROVIDER)).state
    strange = CourseId("formation-étrangère")
    return (
        told(
            Training.create(act("create"), COURSE, owner=PARTNER, dispenser="Ünïted Welders", arrangement=arrangement),
            lambda found: found.name_dispenser(act("name", by="ana"), "L'académie", arrangement=arrangement),
        ),
        told(
            Training.create(act("create"), OTHER_COURSE, owner=None, arrangement=arrangement),
            lambda found: found.name_dispenser(act("name"), "Principal", arrangement=arrangement),
            lambda found: found.name_dispenser(act("unname"), None, arrangement=arrangement),
        ),
        (Training.create(act("create"), strange, owner=OTHER_PARTNER, arrangement=arrangement),),
    )


# --- Codes and documents


def _codes() -> Sequence[Sequence[CodeDecision]]:
    """A code of which uses are reserved, consumed and given back, and one of a fixed amount."""
    third = TransactionId("transaction-é")
    percent, amount = Discount(percent="33.333333"), Discount(amount=Money.of("10000000000.001", "KWD"))
    longer = Window(NOW + timedelta(microseconds=1), NOW + timedelta(days=365))
    day = Window(NOW, NOW + timedelta(days=1))
    return (
        told(
            PromotionCode.create(
                act("create", by="ana"), CODE, provider=OTHER_PROVIDER, discount=percent, window=WINDOW, uses=1_000_000
            ),
            lambda code: code.reserve(act("reserve"), TRANSACTION, 1),
            lambda code: code.reserve(act("reserve-another"), OTHER_TRANSACTION, 3),
            lambda code: code.give_back(act("give-back", by="ana"), TRANSACTION, 1),
            lambda code: code.consume(act("consume"), OTHER_TRANSACTION, 3),
            lambda code: code.reserve(act("reserve-third", at=LATER), third, 2),
            lambda code: code.change(act("change"), window=longer, uses=7),
        ),
        (PromotionCode.create(act("create"), OTHER_CODE, provider=PROVIDER, discount=amount, window=day, uses=1),),
    )


def _numberings() -> Sequence[Sequence[NumberingDecision]]:
    """Two series with invoices and credit notes, of the same transactions, too."""
    refund = RefundId("refund-é")
    return (
        told(
            Numbering.start(act("begin", by="ana"), PROVIDER),
            lambda found: found.issue(act("invoice"), TRANSACTION, issued=None),
            lambda found: found.issue(act("note", by="ana"), TRANSACTION, refund=refund, issued=None),
            lambda found: found.issue(act("another", at=LATER), OTHER_TRANSACTION, issued=None),
        ),
        told(
            Numbering.start(act("begin"), OTHER_PROVIDER),
            lambda found: found.issue(act("invoice"), OTHER_TRANSACTION, issued=None),
        ),
    )


# --- Carts


def _paying() -> Sequence[CartDecision]:
    """Four baskets: paid on invoice after a decline; unknown and paid after all; free; being charged."""
    bulk = Line(
        LineId("bulk-é"),
        OTHER_PROVIDER,
        (OTHER_SESSION, SESSION),
        Money.of("99.99", "EUR"),
        (_GST, _TVA),
        3,
        ProgrammeId("programme-é"),
        learners=(ANA, CHLOE),
        invitees=(FAYE,),
        hold=HoldId("kept"),
    )
    own = Line(LINE, OTHER_PROVIDER, (SESSION,), Money.of("1200", "JPY"), (_TVA,), bulk=False, learners=(DAWUD,))
    event = Line(
        LineId("event"), PROVIDER, (OTHER_SESSION,), Money.of("0.001", "KWD"), event=EventId("évènement"), quantity=2
    )
    dear = Line(LineId("dear"), OTHER_PROVIDER, (SESSION,), Money.of("90000.0001", "CLF"), (_GST,), 40)
    removed = Line(LineId("removed"), PROVIDER, (SESSION,), Money.of("5.500", "KWD"), invitees=(GITA,))
    day = Deadline.on(date(2030, 3, 31), Zone("Europe/Paris"))
    strict = RefundTerms("12.5", Money.of("1.10", "EUR"), Money.of("2.00", "EUR"), hours_before=49)
    first, second, free, last = (TransactionId(f"transaction-{name}") for name in ("1", "é", "free", "last"))
    off = {bulk.id: Money.of("100.01", "EUR")}
    taken = {event.id: Money.of("0.002", "KWD")}
    return told(
        Cart.open(act("open", by=BUYER), CART, buyer=BUYER),
        lambda cart: cart.add(act("add", by=BUYER), bulk),
        lambda cart: cart.add(act("add-own", by="ana"), own),
        lambda cart: cart.add(act("add-event", by=BUYER), event),
        lambda cart: cart.add(act("add-dear", by=BUYER), dear),
        lambda cart: cart.add(act("add-removed", by=BUYER), removed),
        lambda cart: cart.change(act("change", by=BUYER), Line(removed.id, PROVIDER, (SESSION,), Money.of(1, "KWD"))),
        lambda cart: cart.remove(act("remove", by="ana"), removed.id),
        lambda cart: cart.charge(
            act("charge", by=BUYER),
            OTHER_PROVIDER,
            _EUR,
            transaction=first,
            method=Method.CHEQUE,
            terms=_terms("EUR"),
            policy=Policy(),
        ),
        lambda cart: cart.decline(act("decline", by="ana"), OTHER_PROVIDER, _EUR, 1),
        lambda cart: cart.charge(
            act("charge-again", at=LATER),
            OTHER_PROVIDER,
            _EUR,
            transaction=first,
            method=Method.INVOICE,
            invoice=day,
            code=CODE,
            discounts=off,
            terms=strict,
            policy=_UNUSUAL,
            approval=frozenset({SESSION, OTHER_SESSION}),
        ),
        lambda cart: cart.pay(act("pay", by="ana", at=LATER), OTHER_PROVIDER, _EUR, 2),
        lambda cart: cart.charge(
            act("charge-own"),
            OTHER_PROVIDER,
            _JPY,
            transaction=second,
            method=Method.GATEWAY,
            terms=_terms("JPY"),
            policy=Policy(withdrawal=True),
            approval=frozenset({SESSION}),
        ),
        lambda cart: cart.leave_unknown(act("unknown", by="ana"), OTHER_PROVIDER, _JPY, 1),
        lambda cart: cart.pay(act("pay-own", at=LATER), OTHER_PROVIDER, _JPY, 1),
        lambda cart: cart.pay_nothing(
            act("free", by="ana"),
            PROVIDER,
            _KWD,
            transaction=free,
            code=OTHER_CODE,
            discounts=taken,
            terms=_terms("KWD"),
            policy=_UNUSUAL,
            approval=frozenset({OTHER_SESSION}),
        ),
        lambda cart: cart.charge(
            act("charge-dear"),
            OTHER_PROVIDER,
            _CLF,
            transaction=last,
            method=Method.TRANSFER,
            terms=_terms("CLF"),
            policy=Policy(),
        ),
    )


def _unpaid() -> Sequence[CartDecision]:
    """Three baskets: of one nobody can say whether it was paid; one was declined; one is open."""
    yen, euros = (Line(LineId(name), OTHER_PROVIDER, (SESSION,), Money.of(7, name)) for name in ("JPY", "EUR"))
    dinars = Line(LineId("KWD"), PROVIDER, (OTHER_SESSION,), Money.of(7, "KWD"), bulk=False, learners=(BORIS,))
    return told(
        filled(OTHER_CART, yen, dinars, euros, buyer=ActorId("ana")),
        lambda cart: cart.charge(
            act("cash"),
            OTHER_PROVIDER,
            _JPY,
            transaction=TRANSACTION,
            method=Method.CASH,
            terms=_terms("JPY"),
            policy=Policy(),
        ),
        lambda cart: cart.leave_unknown(act("unknown", by="ana"), OTHER_PROVIDER, _JPY, 1),
        lambda cart: cart.charge(
            act("gateway"),
            PROVIDER,
            _KWD,
            transaction=OTHER_TRANSACTION,
            method=Method.GATEWAY,
            terms=_terms("KWD"),
            policy=Policy(),
        ),
        lambda cart: cart.decline(act("decline"), PROVIDER, _KWD, 1),
        lambda cart: cart.change(
            act("change"), Line(euros.id, OTHER_PROVIDER, (SESSION,), euros.unit, invitees=(GITA, EDITH), quantity=5)
        ),
    )
