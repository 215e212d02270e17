"""Three chapters of the demo: a cart with three providers in two currencies, how each is paid, and what is numbered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from lara_core.cart import (
    Basket,
    BasketIs,
    BasketState,
    Line,
    NothingToPay,
    Tax,
)
from lara_core.hosting import carts, entitlements, places, providers
from lara_core.kernel.errors import ContractBroken
from lara_core.kernel.ids import (
    CartId,
    CodeId,
    ConnectorId,
    CourseId,
    EventId,
    LineId,
    MerchantAccountId,
    OrganisationId,
    PartnerId,
    ProgrammeId,
    ProviderId,
    RefundId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.promotions import CodeOtherProvider, Discount, Window
from lara_core.providers import MerchantAccount, Sellers, tabs
from lara_core.purchase import BuyerRole
from lara_core.refunds import RefundTerms
from lara_core.rights import Place, Scope
from lara_core.seats import Policy
from sqlite_host.scene import (
    ADMIN,
    COURSE,
    DATES,
    EVENING,
    FIFTH_MONDAY,
    FIFTH_TUESDAY,
    FIFTH_WEDNESDAY,
    FORKLIFT,
    HARBOUR,
    HARBOURS,
    NADIA,
    ORCHARD,
    ORCHARDS,
    PORTAL,
    PRACTICE,
    PRICE,
    PROVIDER,
    SELLER,
    SEPTEMBER,
    THEORY,
    Command,
    Story,
    act,
    clock,
    seller,
    title,
)
from sqlite_host.staff import BUYER

CAD, EUR = Currency("CAD"), Currency("EUR")
CART: Final = CartId("nadia-cart")
SPRING: Final = CodeId("spring-10")
TENTH: Final = "10"
WELCOME: Final = CourseId("open-evening")
OWNERS: Final[Mapping[ProviderId, PartnerId | None]] = {SELLER: None, HARBOURS: HARBOUR, ORCHARDS: ORCHARD}
SELLS: Final[Mapping[ProviderId, tuple[Currency, ...]]] = {SELLER: (CAD,), HARBOURS: (CAD,), ORCHARDS: (EUR,)}
# Where each session stands: whose it is, at which provider, of which training.
SESSIONS: Final[Mapping[SessionId, Place]] = {
    SEPTEMBER: Place(provider=SELLER, training=COURSE),
    THEORY: Place(partner=ORCHARD, provider=ORCHARDS, training=FORKLIFT),
    PRACTICE: Place(partner=ORCHARD, provider=ORCHARDS, training=FORKLIFT),
    EVENING: Place(partner=HARBOUR, provider=HARBOURS, training=WELCOME),
}
FORKLIFT_PRICE: Final = Money.of("390.00", "EUR")
FORKLIFT_LINE: Final = LineId("forklift")
OFFICE_PAID, HARBOUR_PAID, TRIED, ORCHARD_PAID = (TransactionId(f"receipt-{number}") for number in range(1009, 1013))
REFUND: Final = RefundId("forklift")


# --- A cart with three tabs


def three_tabs(story: Story) -> None:
    """Each partner sells for itself; a cart is split by provider and currency, and shown by tab (P1, P2, P3)."""
    story.page.chapter(story.words.three_tabs, story.show(FIFTH_MONDAY))
    at = clock(FIFTH_MONDAY, 9)
    for provider in OWNERS:
        opening(story, at, provider)
    sellers = Sellers.one_each(SELLER, {HARBOUR: HARBOURS, ORCHARD: ORCHARDS})
    arranging = act(at, ADMIN, "arrange")
    _ = story.done(lambda store: providers.arrange_selling(store, arranging, OrganisationId("organisation"), sellers))
    story.tell(story.words.arranged, at, arranged=sellers.arranged)
    labels = [
        story.words.all_tabs if tab.provider is None else seller(story.words, tab.provider)
        for tab in tabs(sellers.providers, on=True)
    ]
    story.page.mark("▸", story.words.catalogue.format(tabs=" | ".join(labels)))
    for session, place in SESSIONS.items():
        planning(story, at, session, place)
    coding(story, clock(FIFTH_MONDAY, 9, 30))
    filling(story, clock(FIFTH_MONDAY, 10))


def opening(story: Story, at: datetime, provider: ProviderId) -> None:
    """A provider sells on terms of its own, into an account of its own; here, whatever is cancelled goes back (P5)."""
    owner, name = OWNERS[provider], seller(story.words, provider)
    nothing = [Money.zero(currency) for currency in SELLS[provider]]
    _ = story.done(
        lambda store: providers.open_provider(
            store,
            act(at, ADMIN, f"provider-{provider}"),
            provider,
            owner=owner,
            name=name,
            connector=ConnectorId(f"gateway-of-{provider}"),
            account=MerchantAccount(MerchantAccountId(f"account-of-{provider}"), owner),
            terms=[RefundTerms("0", zero, zero) for zero in nothing],
            policy=Policy(),
        )
    )


def planning(story: Story, at: datetime, session: SessionId, place: Place) -> None:
    """A session goes on sale where it stands, and Nadia may buy there in bulk."""
    starts, ends = DATES[session]
    with story.store.transaction() as work:
        work.stand(session, place)
    doing = act(at, ADMIN, f"open-{session}")
    _ = story.done(lambda store: places.open_session(store, doing, session, starts=starts, ends=ends, capacity=12))
    if session == THEORY:
        granting, scope = act(at, ADMIN, "grant-nadia-forklift"), Scope(training=FORKLIFT)
        _ = story.done(lambda store: entitlements.grant_role(store, granting, NADIA, BUYER, scope=scope))


def coding(story: Story, at: datetime) -> None:
    """A code of the training office's, for two purchases this week (P4)."""
    window, uses = Window(clock(FIFTH_MONDAY, 0), clock(FIFTH_WEDNESDAY, 0)), 2
    doing, tenth = act(at, ADMIN, "code"), Discount(percent=TENTH)
    _ = story.done(
        lambda store: carts.create_code(store, doing, SPRING, provider=SELLER, discount=tenth, window=window, uses=uses)
    )
    story.tell(story.words.code_made, at, code=SPRING, percent=TENTH, uses=uses)


def filling(story: Story, at: datetime) -> None:
    """A session, a programme of two parts, and an event that costs nothing; each line falls into one basket."""
    _ = story.done(lambda store: carts.open_cart(store, act(at, NADIA, "cart"), CART, buyer=NADIA))
    for line in lines(story):
        add(story, at, line)
    story.tell(story.words.cart_filled, at)
    shown = carts.tabs_of(story.store, NADIA, CART)
    story.sees("a cart has a tab for each provider", kept=[*shown] == [SELLER, ORCHARDS, HARBOURS])
    for baskets in shown.values():
        for basket in baskets:
            tab(story, basket)


def lines(story: Story) -> Sequence[Line]:
    """What Nadia wants: places for others, and one of her own in two of them."""
    hst, iva = Tax(story.words.hst, "15"), Tax(story.words.iva, "22")
    herself = (story.person("nadia.gagnon@example.com"),)
    return (
        Line(LineId("first-aid"), SELLER, (SEPTEMBER,), PRICE, (hst,), quantity=2),
        Line(
            FORKLIFT_LINE,
            ORCHARDS,
            (THEORY, PRACTICE),
            FORKLIFT_PRICE,
            (iva,),
            quantity=2,
            programme=ProgrammeId("forklift"),
        ),
        Line(LineId("own-place"), SELLER, (SEPTEMBER,), PRICE, (hst,), bulk=False, learners=herself),
        Line(
            LineId("evening"),
            HARBOURS,
            (EVENING,),
            Money.zero(CAD),
            event=EventId("open-evening"),
            bulk=False,
            learners=herself,
        ),
    )


def add(story: Story, at: datetime, line: Line) -> None:
    """A line goes into the cart."""
    _ = story.done(lambda store: carts.add_line(store, act(at, NADIA, f"add-{line.id}"), CART, line))


def tab(story: Story, basket: Basket) -> None:
    """What a tab shows of one basket: its lines, each tax, and what there is to pay (P3, P8)."""
    words, made = story.words, basket.attempt
    off: Mapping[LineId, Money] = {} if made is None else made.discounts
    rows: list[Sequence[str]] = [(words.tab.format(provider=seller(words, basket.provider)), "", "")]
    for line in basket.lines:
        what = f"{title(words, line.sessions[0])} ({story.show(line.kind)})"
        rows.append((what, f"{line.quantity} × {story.show(line.unit)}", story.show(line.before_discount)))
    if off:
        discount = Money.total(off.values(), basket.currency)
        rows.append((words.with_code.format(code=SPRING, rate=TENTH), "", story.show(-discount)))
    amounts = basket.amounts(off)
    for tax, amount in amounts.taxes.items():
        rows.append((words.tax.format(name=tax.name, rate=tax.rate), "", story.show(amount)))
    rows.append((words.to_pay, "", story.show(amounts.gross)))
    story.page.table(rows, "<>>", rule=True)


# --- Three payments


def three_payments(story: Story) -> None:
    """Each basket is paid by a transaction of its own, and what becomes of one leaves the others as they are (P3)."""
    story.page.chapter(story.words.three_payments, story.show(FIFTH_TUESDAY))
    with_a_code(story)
    for_nothing(story)
    declined(story)
    unknown(story)


def with_a_code(story: Story) -> None:
    """The code is the training office's, and takes nothing off another's lines (P4); tax is on what it leaves (P8)."""
    wrong = clock(FIFTH_TUESDAY, 9)
    story.tell(story.words.code_elsewhere, wrong, code=SPRING)
    refusal = story.refused(starting(wrong, ORCHARDS, EUR, TRIED, SPRING))
    story.sees("a code is one provider's", kept=refusal == CodeOtherProvider(SELLER, ORCHARDS))

    at = clock(FIFTH_TUESDAY, 9, 5)
    _ = story.done(starting(at, SELLER, CAD, OFFICE_PAID, SPRING))
    story.tell(story.words.code_used, at, code=SPRING)
    tab(story, basket(story, SELLER, CAD))
    paid = clock(FIFTH_TUESDAY, 9, 6)
    _ = story.done(ending(paid, SELLER, CAD, 1, BasketState.PAID))
    story.tell(story.words.office_paid, paid)
    story.sees("the other baskets are open still", kept=states(story) == [BasketState.PAID, *[BasketState.OPEN] * 2])
    story.mail()


def for_nothing(story: Story) -> None:
    """What costs nothing needs no gateway, and has a number all the same."""
    at = clock(FIFTH_TUESDAY, 9, 10)
    story.tell(story.words.nothing_to_charge, at)
    refusal = story.refused(starting(at, HARBOURS, CAD, HARBOUR_PAID))
    story.sees("nothing is charged for nothing", kept=refusal == NothingToPay())
    later = clock(FIFTH_TUESDAY, 9, 11)
    taken = act(later, NADIA, "take-evening")
    _ = story.done(
        lambda store: carts.take_for_nothing(
            store, taken, CART, HARBOURS, CAD, transaction=HARBOUR_PAID, portal=PORTAL, role=BuyerRole.MANAGER
        )
    )
    story.tell(story.words.taken_for_nothing, later)
    story.mail()


def declined(story: Story) -> None:
    """A card is declined: nothing is sold, and the other baskets stay as they are."""
    at = clock(FIFTH_TUESDAY, 9, 15)
    _ = story.done(starting(at, ORCHARDS, EUR, TRIED))
    held = [story.session(session).held(at) for session in (THEORY, PRACTICE)]
    story.sees("places are held in each part of a programme", kept=held == [2, 2])
    over = clock(FIFTH_TUESDAY, 9, 16)
    _ = story.done(ending(over, ORCHARDS, EUR, 1, BasketState.DECLINED))
    free = [story.session(session).held(over) for session in (THEORY, PRACTICE)]
    paid = [BasketState.PAID, BasketState.DECLINED, BasketState.PAID]
    story.sees("one that is declined gives its places back", kept=free == [0, 0] and states(story) == paid)
    story.tell(story.words.card_declined, over)
    story.mail()


def unknown(story: Story) -> None:
    """It is tried again, alone; the gateway does not answer, so it is resolved, and never charged twice."""
    at = clock(FIFTH_TUESDAY, 9, 30)
    _ = story.done(starting(at, ORCHARDS, EUR, ORCHARD_PAID))
    lost = clock(FIFTH_TUESDAY, 9, 31)
    _ = story.done(ending(lost, ORCHARDS, EUR, 2, BasketState.UNKNOWN))
    story.tell(story.words.no_answer, lost)
    story.mail()
    again = clock(FIFTH_TUESDAY, 9, 40)
    story.tell(story.words.tries_again, again)
    refusal = story.refused(starting(again, ORCHARDS, EUR, TransactionId("receipt-1013")))
    expected = BasketIs(ORCHARDS, EUR, BasketState.UNKNOWN)
    story.sees("what may have been paid is not charged again", kept=refusal == expected)
    resolved = clock(FIFTH_TUESDAY, 11)
    _ = story.done(ending(resolved, ORCHARDS, EUR, 2, BasketState.PAID))
    story.tell(story.words.resolved, resolved, amount=basket(story, ORCHARDS, EUR).amounts({}).gross)
    story.mail()


# --- Numbers


def numbers(story: Story) -> None:
    """Each provider numbers its own documents, invoices and credit notes in one series without gaps (P8)."""
    story.page.chapter(story.words.numbers)
    at, seat = clock(FIFTH_TUESDAY, 14), SeatNo(2)
    _ = story.done(
        lambda store: carts.cancel_programme_seats(
            store, act(at, ADMIN, "cancel-forklift"), CART, FORKLIFT_LINE, (seat,), refund=REFUND
        )
    )
    story.tell(story.words.programme_cancelled, at, seat=seat)
    story.mail()
    credited = clock(FIFTH_TUESDAY, 14, 5)
    for refund in sorted(story.charge(ORCHARD_PAID).refunds):
        crediting(story, credited, refund)
    story.tell(story.words.credited, credited)
    rows: list[Sequence[str]] = [story.words.number_columns]
    for provider, transaction in ((SELLER, OFFICE_PAID), (HARBOURS, HARBOUR_PAID), (ORCHARDS, ORCHARD_PAID)):
        rows += documents(story, provider, transaction)
    story.page.table(rows, "<><<>", rule=True)


def crediting(story: Story, at: datetime, refund: RefundId) -> None:
    """A credit note for a refund gets the next number; asked for again, it keeps it."""
    doing = act(at, PROVIDER, f"credit-{refund}")
    _ = story.done(lambda store: carts.issue_credit_note(store, doing, ORCHARDS, ORCHARD_PAID, refund))


def documents(story: Story, provider: ProviderId, transaction: TransactionId) -> list[tuple[str, str, str, str, str]]:
    """The documents of a provider for one transaction, by number."""
    words, charge = story.words, story.charge(transaction)
    amounts: dict[RefundId | None, Money] = {None: charge.captured}
    amounts.update((refund, charge.refunds[refund].amount) for refund in charge.refunds)
    with story.store.transaction() as work:
        found = {work.numberings.issued(provider, transaction, refund): refund for refund in amounts}
        last = work.numberings.get(provider).last
    story.sees("numbers have no gap", kept=sorted(filter(None, found)) == [*range(1, last + 1)])
    name = seller(words, provider)
    return [
        (name, str(number), words.invoice if refund is None else words.credit_note, refund or transaction, amount)
        for number, refund in sorted((number, refund) for number, refund in found.items() if number is not None)
        for amount in [story.show(amounts[refund])]
    ]


# --- What they do again and again


def starting(
    at: datetime, provider: ProviderId, currency: Currency, transaction: TransactionId, code: CodeId | None = None
) -> Command:
    """Nadia goes to a provider's page for paying."""
    return lambda store: carts.check_out(
        store,
        act(at, NADIA, f"check-out-{transaction}"),
        CART,
        provider,
        currency,
        transaction=transaction,
        code=code,
        portal=PORTAL,
        role=BuyerRole.MANAGER,
    )


def ending(at: datetime, provider: ProviderId, currency: Currency, attempt: int, state: BasketState) -> Command:
    """The gateway tells how an attempt ended, or that it cannot tell."""
    told = act(at, PROVIDER, f"{state}-{provider}-{attempt}")
    match state:
        case BasketState.PAID:
            return lambda store: carts.pay_basket(store, told, CART, provider, currency, attempt)
        case BasketState.DECLINED:
            return lambda store: carts.decline_basket(store, told, CART, provider, currency, attempt)
        case BasketState.UNKNOWN:
            return lambda store: carts.leave_basket_unknown(store, told, CART, provider, currency, attempt)
        case _:
            raise ContractBroken("a gateway tells of attempts that were made")


def basket(story: Story, provider: ProviderId, currency: Currency) -> Basket:
    """A basket of Nadia's cart."""
    with story.store.transaction() as work:
        return work.carts.get(CART).basket(provider, currency)


def states(story: Story) -> list[BasketState]:
    """How far the payment of each basket is, in the order of the tabs."""
    return [found.state for baskets in carts.tabs_of(story.store, NADIA, CART).values() for found in baskets]
