"""What happens to providers and trainings, to carts, promotion codes and documents.

Part of `lara_core.testing.strategies`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.cart import (
    BASKET,
    Basket,
    BasketDeclined,
    BasketPaid,
    BasketUnknown,
    BasketVerb,
    Cart,
    CartDecision,
    ChargingStarted,
    Line,
    LineAdded,
    LineChanged,
    LineRemoved,
    Method,
    NothingPaid,
    Tax,
)
from lara_core.cart_events import MOST_GROSS
from lara_core.documents import Numbering, NumberingDecision
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import (
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
from lara_core.kernel.money import MOST, Currency, Money
from lara_core.promotions import (
    MOST_USES,
    CodeChanged,
    CodeDecision,
    Discount,
    PromotionCode,
    UseConsumed,
    UseGivenBack,
    UseReserved,
    Window,
)
from lara_core.providers import (
    Arrangement,
    ArrangementDecision,
    DispenserSwitched,
    MerchantAccount,
    Period,
    PolicySet,
    Provider,
    ProviderConnected,
    ProviderDecision,
    ProviderRenamed,
    Sellers,
    SellingRearranged,
    TermsSet,
    Training,
    TrainingDecision,
)
from lara_core.testing.strategies.happening import kind_of, later, turns
from lara_core.testing.strategies.values import (
    LAST,
    LETTERS_AND_MARKS,
    act_at,
    actors,
    acts,
    currencies,
    deadlines,
    ids,
    instants,
    people,
    policies,
    terms,
)

_NAMES: Final = st.text(LETTERS_AND_MARKS, min_size=1, max_size=12)
_RATES: Final = st.sampled_from(("0", "5", "9.975", "20", "33.333333", "100"))
_USES: Final = st.sampled_from((1, 2)) | st.integers(1, MOST_USES)
_MANY: Final = timedelta(days=400)

# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, tuple[type[Event], ...]]] = {
    LineChanged: (LineAdded,),
    LineRemoved: (LineAdded,),
    ChargingStarted: (LineAdded,),
    NothingPaid: (LineAdded,),
    BasketPaid: (ChargingStarted, LineAdded),
    BasketDeclined: (ChargingStarted, LineAdded),
    BasketUnknown: (ChargingStarted, LineAdded),
    UseConsumed: (UseReserved,),
    UseGivenBack: (UseReserved,),
}


# --- Values


def merchant_accounts() -> SearchStrategy[MerchantAccount]:
    """Accounts of the organisation and of partners (P1)."""
    return st.builds(MerchantAccount, ids(MerchantAccountId), st.none() | ids(PartnerId))


@st.composite
def sellers(draw: DrawFn) -> Sellers:
    """Who sells under each of the arrangements (P1)."""
    own, *others = draw(st.lists(ids(ProviderId), min_size=2, max_size=4, unique=True))
    made = draw(st.integers(0, 2))
    if made == 0:
        return Sellers.one_for_all(own)
    if made == 1:
        return Sellers.two(own, others[0])
    partners = draw(st.lists(ids(PartnerId), min_size=len(others), max_size=len(others), unique=True))
    return Sellers.one_each(own, dict(zip(partners, others, strict=True)))


def selling_periods() -> SearchStrategy[Period]:
    """Who sold for whom, since some time (P1)."""
    return st.builds(Period, instants(), sellers())


@cache
def taxes() -> SearchStrategy[Tax]:
    """Named rates of no to six decimals, from nothing to as much again (P8)."""
    return st.builds(Tax, _NAMES, _RATES)


@st.composite
def lines(draw: DrawFn, provider: ProviderId | None = None, currency: Currency | None = None) -> Line:
    """Lines that sell sessions, programmes and events, in bulk or for one learner; some cost nothing (P3, P8).

    Of *provider* and in *currency*, or of any and in any.
    """
    bulk, kind = draw(st.booleans()), draw(st.sampled_from(("session", "programme", "event")))
    quantity = draw(st.integers(1, 5)) if bulk else 1
    levied = draw(st.lists(taxes(), max_size=2, unique_by=lambda tax: tax.name))
    most = MOST_GROSS // quantity // (len(levied) + 1)
    parts = draw(st.integers(1, 3)) if kind == "programme" else 1
    sat = st.lists(people(), max_size=2).map(tuple)
    return Line(
        draw(ids(LineId)),
        draw(ids(ProviderId)) if provider is None else provider,
        tuple(draw(st.lists(ids(SessionId), min_size=parts, max_size=parts, unique=True))),
        Money(
            draw(st.sampled_from((0, 1, 1_000)) | st.integers(0, most)),
            draw(currencies()) if currency is None else currency,
        ),
        tuple(levied),
        quantity,
        draw(ids(ProgrammeId)) if kind == "programme" else None,
        draw(ids(EventId)) if kind == "event" else None,
        bulk,
        draw(sat) if bulk else (draw(people()),),
        draw(sat) if bulk else (),
        draw(st.none() | ids(HoldId)),
    )


def discounts() -> SearchStrategy[Discount]:
    """What codes take off: a percentage, or an amount above zero (P4)."""
    amounts = st.builds(Money, st.integers(1, 5_000) | st.integers(1, MOST), currencies())
    return st.builds(Discount, percent=_RATES) | st.builds(Discount, amount=amounts)


@st.composite
def code_windows(draw: DrawFn) -> Window:
    """When codes can be used: an instant, an hour, or a year (P4, K8)."""
    starts = draw(instants(most=LAST - _MANY))
    return Window(starts, starts + draw(st.sampled_from((1, 3_600_000_000, 31_536_000_000_000)).map(_ticks)))


def _ticks(microseconds: int) -> timedelta:
    return timedelta(microseconds=microseconds)


# --- Providers


def provider_histories(*, tries: int = 0) -> SearchStrategy[tuple[ProviderDecision, ...]]:
    """All that happened to a provider: its name, where it is paid, its terms and its policy (P1, P5).

    At least so many commands are tried, and at most a dozen.
    """
    return provider_histories_with(tries, None)


@st.composite
def provider_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[ProviderDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun = draw(acts(instants()))
    sold_in = draw(st.lists(currencies(), max_size=3, unique=True))
    history = [
        Provider.open(
            begun,
            draw(ids(ProviderId)),
            owner=draw(st.none() | ids(PartnerId)),
            name=draw(_NAMES),
            connector=draw(ids(ConnectorId)),
            account=draw(merchant_accounts()),
            terms=[draw(terms(currency)) for currency in sold_in],
            policy=draw(policies()),
        )
    ]
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at)
        decision = _on_provider(draw, history[-1].state, act_at(draw, at), wanted)
        history += [decision] if decision.events else []
    return tuple(history)


def _on_provider(draw: DrawFn, provider: Provider, act: Act, wanted: type[Event] | None) -> ProviderDecision:
    likely: dict[type[Event], int] = {ProviderRenamed: 1, ProviderConnected: 1, TermsSet: 2, PolicySet: 1}
    kind = kind_of(draw, likely, (wanted,))
    if kind is ProviderRenamed:
        return provider.rename(act, draw(_NAMES))
    if kind is ProviderConnected:
        return provider.connect(act, draw(ids(ConnectorId)), draw(merchant_accounts()))
    if kind is TermsSet:
        return provider.set_terms(act, draw(terms()))
    return provider.set_policy(act, draw(policies()))


def arrangement_histories(*, tries: int = 0) -> SearchStrategy[tuple[ArrangementDecision, ...]]:
    """All that happened to who sells for whom, from one arrangement to the next (P1).

    At least so many commands are tried, and at most a dozen.
    """
    return arrangement_histories_with(tries, None)


@st.composite
def arrangement_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[ArrangementDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun = draw(acts(instants()))
    history = [Arrangement.arrange(begun, draw(ids(OrganisationId)), draw(sellers()))]
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at)
        act, found = act_at(draw, at), history[-1].state
        kind = kind_of(draw, {SellingRearranged: 1, DispenserSwitched: 1}, (wanted,))
        decision = (
            found.rearrange(act, draw(sellers()))
            if kind is SellingRearranged
            else found.switch_dispenser(act, on=draw(st.booleans()))
        )
        history += [decision] if decision.events else []
    return tuple(history)


@st.composite
def training_histories(draw: DrawFn, *, tries: int = 0) -> tuple[TrainingDecision, ...]:
    """All that happened to a training: whose it is, and who people read that gives it (P1).

    At least so many commands are tried, and at most a dozen.
    """
    begun, own = draw(acts(instants())), draw(ids(ProviderId))
    switched = draw(st.booleans())
    arrangement = Arrangement.arrange(begun, draw(ids(OrganisationId)), Sellers.one_for_all(own)).state
    arrangement = arrangement.switch_dispenser(begun, on=switched).state
    said = _NAMES if switched else st.none() | _NAMES
    history = [
        Training.create(
            begun,
            draw(ids(CourseId)),
            owner=draw(st.none() | ids(PartnerId)),
            dispenser=draw(said),
            arrangement=arrangement,
        )
    ]
    at = begun.at
    for _ in turns(draw, tries):
        at = later(draw, at)
        decision = history[-1].state.name_dispenser(act_at(draw, at), draw(said), arrangement=arrangement)
        history += [decision] if decision.events else []
    return tuple(history)


# --- Carts


def cart_histories(*, tries: int = 0) -> SearchStrategy[tuple[CartDecision, ...]]:
    """All that happened to a cart: lines that come, change and go, and attempts to pay its baskets (P3, P4, P8).

    At least so many commands are tried, and at most a dozen.
    """
    return cart_histories_with(tries, None)


@st.composite
def cart_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[CartDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun = draw(acts(instants()))
    history = [Cart.open(begun, draw(ids(CartId)), buyer=draw(actors()))]
    # Few of each, so that lines meet in baskets.
    providers = draw(st.lists(ids(ProviderId), min_size=1, max_size=2, unique=True))
    sold_in = draw(st.lists(currencies(), min_size=1, max_size=2, unique=True))
    fresh = lines(providers[0], sold_in[0]) | lines(providers[-1], sold_in[-1])
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at)
        with suppress(Refused):
            decision = _on_cart(draw, history[-1].state, act_at(draw, at), fresh, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_cart(
    draw: DrawFn, cart: Cart, act: Act, fresh: SearchStrategy[Line], wanted: type[Event] | None
) -> CartDecision:
    baskets = cart.split({line.provider for line in cart.lines})
    open_to = {verb: [basket for basket in baskets if verb in BASKET[basket.state]] for verb in BasketVerb}
    costing = [basket for basket in open_to[BasketVerb.CHARGE] if basket.amounts({}).gross]
    likely: dict[type[Event], int] = {
        LineAdded: 3,
        LineChanged: 2 * bool(open_to[BasketVerb.EDIT]),
        LineRemoved: bool(open_to[BasketVerb.EDIT]),
        ChargingStarted: 4 * bool(costing),
        NothingPaid: 2 * bool(open_to[BasketVerb.PAY_NOTHING]),
        BasketPaid: 3 * bool(open_to[BasketVerb.PAY]),
        BasketDeclined: 3 * bool(open_to[BasketVerb.DECLINE]),
        BasketUnknown: 2 * bool(open_to[BasketVerb.LEAVE_UNKNOWN]),
    }
    kind = kind_of(draw, likely, (wanted, *_BEFORE.get(wanted, ())))
    if kind is LineAdded:
        return cart.add(act, draw(fresh))
    if kind is LineChanged:
        old = draw(st.sampled_from(_lines_of(open_to[BasketVerb.EDIT])))
        return cart.change(act, evolve(draw(fresh), id=old.id))
    if kind is LineRemoved:
        return cart.remove(act, draw(st.sampled_from(_lines_of(open_to[BasketVerb.EDIT]))).id)
    if kind is ChargingStarted:
        return _charged(draw, cart, act, draw(st.sampled_from(costing)))
    if kind is NothingPaid:
        return _for_nothing(draw, cart, act, draw(st.sampled_from(open_to[BasketVerb.PAY_NOTHING])))
    if kind is BasketPaid:
        return cart.pay(act, *_attempt(draw, open_to[BasketVerb.PAY]))
    if kind is BasketDeclined:
        return cart.decline(act, *_attempt(draw, open_to[BasketVerb.DECLINE]))
    return cart.leave_unknown(act, *_attempt(draw, open_to[BasketVerb.LEAVE_UNKNOWN]))


def _lines_of(baskets: Sequence[Basket]) -> Sequence[Line]:
    return [line for basket in baskets for line in basket.lines]


def _attempt(draw: DrawFn, baskets: Sequence[Basket]) -> tuple[ProviderId, Currency, int]:
    basket = draw(st.sampled_from(baskets))
    return basket.provider, basket.currency, 0 if basket.attempt is None else basket.attempt.number


def _approval(basket: Basket) -> SearchStrategy[frozenset[SessionId]]:
    sessions = sorted({session for line in basket.lines for session in line.sessions})
    return st.frozensets(st.sampled_from(sessions), max_size=2)


def _charged(draw: DrawFn, cart: Cart, act: Act, basket: Basket) -> CartDecision:
    method, code = draw(st.sampled_from(Method)), draw(st.none() | ids(CodeId))
    off: Mapping[LineId, Money] = {}
    if code is not None:
        percent = Discount(percent=draw(_RATES))
        taken = percent.off([line.before_discount for line in basket.lines], basket.currency)
        off = {line.id: amount for line, amount in zip(basket.lines, taken, strict=True)}
    return cart.charge(
        act,
        basket.provider,
        basket.currency,
        transaction=draw(ids(TransactionId)),
        method=method,
        invoice=draw(deadlines()) if method is Method.INVOICE else None,
        code=code,
        discounts=off,
        terms=draw(terms(basket.currency)),
        policy=draw(policies()),
        approval=draw(_approval(basket)),
    )


def _for_nothing(draw: DrawFn, cart: Cart, act: Act, basket: Basket) -> CartDecision:
    # A code takes everything off what costs anything.
    off = {line.id: line.before_discount for line in basket.lines if line.before_discount}
    return cart.pay_nothing(
        act,
        basket.provider,
        basket.currency,
        transaction=draw(ids(TransactionId)),
        code=draw(ids(CodeId)) if off else draw(st.none() | ids(CodeId)),
        discounts=off,
        terms=draw(terms(basket.currency)),
        policy=draw(policies()),
        approval=draw(_approval(basket)),
    )


# --- Codes and documents


def code_histories(*, tries: int = 0) -> SearchStrategy[tuple[CodeDecision, ...]]:
    """All that happened to a promotion code: uses that are reserved, consumed and given back, in time and late (P4).

    At least so many commands are tried, and at most a dozen.
    """
    return code_histories_with(tries, None)


@st.composite
def code_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[CodeDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    window = draw(code_windows())
    begun = draw(acts(instants(window.starts - timedelta(days=1), window.starts)))
    history = [
        PromotionCode.create(
            begun,
            draw(ids(CodeId)),
            provider=draw(ids(ProviderId)),
            discount=draw(discounts()),
            window=window,
            uses=draw(_USES),
        )
    ]
    buyers = draw(st.lists(ids(TransactionId), min_size=1, max_size=3, unique=True))
    at: datetime = max(begun.at, window.starts)
    for _ in turns(draw, least):
        at = later(draw, at, (window.ends,)) if draw(st.booleans()) else at
        with suppress(Refused):
            decision = _on_code(draw, history[-1].state, act_at(draw, at), buyers, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_code(
    draw: DrawFn, code: PromotionCode, act: Act, buyers: Sequence[TransactionId], wanted: type[Event] | None
) -> CodeDecision:
    reserved = sorted(code.reserved)
    likely: dict[type[Event], int] = {
        UseReserved: 3,
        UseConsumed: 2 * bool(reserved),
        UseGivenBack: 2 * bool(reserved),
        CodeChanged: 1,
    }
    kind = kind_of(draw, likely, (wanted, *_BEFORE.get(wanted, ())))
    if kind is CodeChanged:
        return code.change(act, window=draw(st.just(code.window) | code_windows()), uses=draw(_USES))
    if kind is UseReserved:
        return code.reserve(act, draw(st.sampled_from(buyers)), draw(st.integers(1, 3)))
    transaction = draw(st.sampled_from(reserved))
    if kind is UseConsumed:
        return code.consume(act, transaction, code.reserved[transaction])
    return code.give_back(act, transaction, code.reserved[transaction])


@st.composite
def numbering_histories(draw: DrawFn, *, tries: int = 0) -> tuple[NumberingDecision, ...]:
    """All documents of a provider: invoices, and credit notes for refunds (P8).

    At least so many are issued, and at most a dozen.
    """
    begun = draw(acts(instants()))
    history = [Numbering.start(begun, draw(ids(ProviderId)))]
    at = begun.at
    for _ in turns(draw, tries):
        at = later(draw, at)
        refund = draw(st.none() | ids(RefundId))
        transaction = draw(ids(TransactionId))
        history.append(history[-1].state.issue(act_at(draw, at), transaction, refund=refund, issued=None))
    return tuple(history)
