"""The use cases of the cart: filled by its buyer, shown by tab, and paid basket by basket.

As in `lara_core.hosting.group_purchase`, each asks rights, loads what the rule needs, decides, and saves under the
act's key. How an attempt to pay ended is said by who may edit transactions at the provider: the host itself, as its
gateway told it, or an administrator who was paid otherwise.
"""

from collections.abc import Collection, Container, Mapping, Sequence

from lara_core import checkout, purchase
from lara_core.cart import Basket, BasketState, Cart, CartDecision, Line, Method, TransactionUsed
from lara_core.documents import NumberingDecision
from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import Receipt, Selling, Store
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    CartId,
    CodeId,
    LineId,
    PortalId,
    ProviderId,
    RefundId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency
from lara_core.kernel.people import PersonKey
from lara_core.promotions import CodeDecision, Discount, PromotionCode, Window
from lara_core.purchase import BuyerRole
from lara_core.refunds import ChargeDecision, Override
from lara_core.rights import Action, Place, Right
from lara_core.seats import SeatPool
from lara_core.sessions import Session

# --- Filling it


def open_cart(store: Store[Selling], act: Act, cart: CartId, *, buyer: ActorId) -> Receipt:
    """Give a buyer an empty cart (P3)."""
    content = {"do": "open_cart", "cart": cart, "buyer": buyer}

    def body(work: Selling) -> tuple[CartDecision]:
        if act.by != buyer:
            asking.may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=Place(), kind=Cart)
        return (Cart.open(act, cart, buyer=buyer),)

    return once(store, act, content, body)


def add_line(store: Store[Selling], act: Act, cart: CartId, line: Line) -> Receipt:
    """Put a line at the end of a cart (P3)."""
    content = {"do": "add_line", "cart": cart, "line": line}
    return once(store, act, content, lambda work: (asking.cart(work, act.by, cart).add(act, line),))


def change_line(store: Store[Selling], act: Act, cart: CartId, line: Line) -> Receipt:
    """Change a line of a cart (P3)."""
    content = {"do": "change_line", "cart": cart, "line": line}
    return once(store, act, content, lambda work: (asking.cart(work, act.by, cart).change(act, line),))


def remove_line(store: Store[Selling], act: Act, cart: CartId, line: LineId) -> Receipt:
    """Take a line out of a cart (P3)."""
    content = {"do": "remove_line", "cart": cart, "line": line}
    return once(store, act, content, lambda work: (asking.cart(work, act.by, cart).remove(act, line),))


def tabs_of(store: Store[Selling], by: ActorId, cart: CartId) -> Mapping[ProviderId, tuple[Basket, ...]]:
    """The baskets of a cart by provider, as it is shown (P3). Refused: `UnknownProvider`."""
    with store.transaction() as work:
        return asking.cart(work, by, cart).tabs(work.providers)


# --- Paying a basket


def check_out(
    store: Store[Selling],
    act: Act,
    cart: CartId,
    provider: ProviderId,
    currency: Currency,
    *,
    transaction: TransactionId,
    method: Method = Method.GATEWAY,
    invoice: Deadline | None = None,
    code: CodeId | None = None,
    portal: PortalId,
    role: BuyerRole,
    approval: Collection[SessionId] = (),
) -> Receipt:
    """Begin an attempt to pay a basket, on *portal* (P3). Administrative methods need their right (P4)."""
    content = {
        "do": "check_out",
        "cart": cart,
        "provider": provider,
        "currency": currency,
        "transaction": transaction,
        "method": method,
        "invoice": invoice,
        "code": code,
        "portal": portal,
        "role": role,
        "approval": tuple(sorted(set(approval))),
    }

    def body(work: Selling) -> checkout.Decisions:
        found = asking.cart(work, act.by, cart)
        _unused(work, found, provider, currency, transaction)
        if method.administrative:
            _ = asking.provider(work, act, provider, Right.ADMINISTRATIVE_PAYMENT)
        return checkout.start(
            act,
            found,
            work.providers.get(provider),
            currency,
            transaction=transaction,
            method=method,
            invoice=invoice,
            code=_code(work, code),
            sessions=_sold(work, act, found, provider, currency),
            role=role,
            bulk_buyers=work.bulk_buyers(portal),
            approval=approval,
        )

    return once(store, act, content, body)


def take_for_nothing(
    store: Store[Selling],
    act: Act,
    cart: CartId,
    provider: ProviderId,
    currency: Currency,
    *,
    transaction: TransactionId,
    code: CodeId | None = None,
    portal: PortalId,
    role: BuyerRole,
    approval: Collection[SessionId] = (),
) -> Receipt:
    """Give the buyer a basket that costs nothing, at once (P3)."""
    content = {
        "do": "take_for_nothing",
        "cart": cart,
        "provider": provider,
        "currency": currency,
        "transaction": transaction,
        "code": code,
        "portal": portal,
        "role": role,
        "approval": tuple(sorted(set(approval))),
    }

    def body(work: Selling) -> checkout.Decisions:
        found = asking.cart(work, act.by, cart)
        _unused(work, found, provider, currency, transaction)
        return checkout.pay_nothing(
            act,
            found,
            work.providers.get(provider),
            currency,
            transaction=transaction,
            code=_code(work, code),
            sessions=_sold(work, act, found, provider, currency),
            role=role,
            bulk_buyers=work.bulk_buyers(portal),
            approval=approval,
            numbering=work.numberings.get(provider),
        )

    return once(store, act, content, body)


def pay_basket(
    store: Store[Selling], act: Act, cart: CartId, provider: ProviderId, currency: Currency, attempt: int
) -> Receipt:
    """Record that a basket was paid in that attempt, and give the buyer what they paid for (P3)."""
    content = {"do": "pay_basket", "cart": cart, "provider": provider, "currency": currency, "attempt": attempt}

    def body(work: Selling) -> checkout.Decisions:
        found = _charged(work, act, cart, provider)
        made = found.newest(provider, currency)
        _unused(work, found, provider, currency, made.transaction)
        return checkout.pay(
            act,
            found,
            provider,
            currency,
            attempt,
            code=_code(work, made.code),
            sessions=_sessions(work, found, provider, currency),
            numbering=work.numberings.get(provider),
        )

    return once(store, act, content, body)


def decline_basket(
    store: Store[Selling], act: Act, cart: CartId, provider: ProviderId, currency: Currency, attempt: int
) -> Receipt:
    """Record that nothing was taken in that attempt (P3)."""
    content = {"do": "decline_basket", "cart": cart, "provider": provider, "currency": currency, "attempt": attempt}

    def body(work: Selling) -> checkout.Decisions:
        found = _charged(work, act, cart, provider)
        return checkout.decline(
            act,
            found,
            provider,
            currency,
            attempt,
            code=_code(work, found.newest(provider, currency).code),
            sessions=[session for session, _ in _sessions(work, found, provider, currency)],
        )

    return once(store, act, content, body)


def leave_basket_unknown(
    store: Store[Selling], act: Act, cart: CartId, provider: ProviderId, currency: Currency, attempt: int
) -> Receipt:
    """Record that nobody can say how that attempt ended; code and places stay as they are (P3)."""
    content = {
        "do": "leave_basket_unknown",
        "cart": cart,
        "provider": provider,
        "currency": currency,
        "attempt": attempt,
    }
    return once(
        store,
        act,
        content,
        lambda work: (_charged(work, act, cart, provider).leave_unknown(act, provider, currency, attempt),),
    )


def capture_invoice(store: Store[Selling], act: Act, cart: CartId, provider: ProviderId, currency: Currency) -> Receipt:
    """Record that the invoice of a basket was paid, for what is live of it (S17)."""
    content = {"do": "capture_invoice", "cart": cart, "provider": provider, "currency": currency}

    def body(work: Selling) -> tuple[ChargeDecision]:
        found = _charged(work, act, cart, provider)
        sold = found.newest(provider, currency).transaction
        captured = checkout.capture_invoice(
            act,
            found,
            provider,
            currency,
            pools=[work.pools.get(pool) for pool in work.pools.of_transaction(sold)],
            registrations=[work.registrations.get(name) for name in work.registrations.of_transaction(sold)],
        )
        return (captured,)

    return once(store, act, content, body)


# --- Afterwards


def cancel_programme_seats(
    store: Store[Selling],
    act: Act,
    cart: CartId,
    line: LineId,
    seats: Collection[SeatNo],
    *,
    refund: RefundId | None = None,
    override: Override | None = None,
    as_buyer: bool = False,
) -> Receipt:
    """Cancel the same seats in all sessions of the programme that a line bought in bulk, or in none (P3, S11, S12).

    What goes back for one session is the refund `lara_core.purchase.refund_of(refund, pool)`.
    """
    content = {
        "do": "cancel_programme_seats",
        "cart": cart,
        "line": line,
        "seats": tuple(sorted(set(seats))),
        "refund": refund,
        "override": override,
        "as_buyer": as_buyer,
    }

    def body(work: Selling) -> purchase.Decisions:
        pools = checkout.pools_of(_sold_there(work, act, cart, line), line)
        parts = [asking.cancellable(work, act, pool, override, as_buyer) for pool in pools]
        if not parts:
            raise NotFound(SeatPool)
        return purchase.cancel_in_all_parts(
            act,
            [(session, pool) for pool, session in parts],
            seats,
            charge=work.charges.find(parts[0][0].transaction),
            refund=refund,
            override=override,
            as_buyer=as_buyer,
        )

    return once(store, act, content, body)


def issue_credit_note(
    store: Store[Selling], act: Act, provider: ProviderId, transaction: TransactionId, refund: RefundId
) -> Receipt:
    """Number the credit note for a refund, after the provider's other documents (P8)."""
    content = {"do": "issue_credit_note", "provider": provider, "transaction": transaction, "refund": refund}

    def body(work: Selling) -> Sequence[NumberingDecision]:
        _ = asking.provider(work, act, provider, Right.TRANSACTIONS, Action.EDIT)
        invoice = work.numberings.issued(provider, transaction)
        if invoice is None:
            # Before anything is told of a transaction that may be another provider's (R2).
            raise Refused(checkout.NoInvoice(provider, transaction))
        note = checkout.credit_note(
            act,
            work.numberings.get(provider),
            work.charges.get(transaction),
            refund,
            invoice=invoice,
            issued=work.numberings.issued(provider, transaction, refund),
        )
        return (note,)

    return once(store, act, content, body)


# --- Promotion codes


def create_code(
    store: Store[Selling],
    act: Act,
    code: CodeId,
    *,
    provider: ProviderId,
    discount: Discount,
    window: Window,
    uses: int,
) -> Receipt:
    """Offer a discount on a provider's lines to whoever names a code (P4)."""
    content = {
        "do": "create_code",
        "code": code,
        "provider": provider,
        "discount": discount,
        "window": window,
        "uses": uses,
    }

    def body(work: Selling) -> tuple[CodeDecision]:
        _ = asking.provider(work, act, provider, Right.PROMOTION_CODES, Action.CREATE)
        return (PromotionCode.create(act, code, provider=provider, discount=discount, window=window, uses=uses),)

    return once(store, act, content, body)


def change_code(store: Store[Selling], act: Act, code: CodeId, *, window: Window, uses: int) -> Receipt:
    """Change when, and how often, a code can be used (P4)."""
    content = {"do": "change_code", "code": code, "window": window, "uses": uses}

    def body(work: Selling) -> tuple[CodeDecision]:
        found = work.codes.get(code)
        on = Place(partner=work.providers.get(found.provider).owner, provider=found.provider)
        asking.may(work, act.by, Right.PROMOTION_CODES, Action.EDIT, on=on, kind=PromotionCode)
        return (found.change(act, window=window, uses=uses),)

    return once(store, act, content, body)


# --- What they ask


def _charged(work: Selling, act: Act, cart: CartId, provider: ProviderId) -> Cart:
    """The cart, for who may say how a payment to the provider ended."""
    _ = asking.provider(work, act, provider, Right.TRANSACTIONS, Action.EDIT)
    found = work.carts.get(cart)
    # One that never had anything of the provider's is not there for its people (R2).
    if provider not in {*(line.provider for line in found.lines), *(made.provider for made in found.attempts)}:
        raise NotFound(Cart)
    return found


def _sold_there(work: Selling, act: Act, cart: CartId, line: LineId) -> Cart:
    """The cart, for whose it is, or who manages group purchases wherever the line sells; for others it is not there."""
    found = work.carts.get(cart)
    if act.by not in _holders(work, found, line):
        sold = next((each for each in found.lines if each.id == line), None)
        for place in (None,) if sold is None else map(work.place, sold.sessions):
            asking.may(work, act.by, Right.MANAGE_GROUP_PURCHASES, on=place, kind=Cart)
    return found


def _holders(work: Selling, cart: Cart, line: LineId) -> set[ActorId]:
    """Whose the line is: the buyer's, until the pools that it became pass to another (S17)."""
    pools = checkout.pools_of(cart, line) if any(each.id == line for each in cart.lines) else ()
    return {work.pools.get(pool).buyer for pool in pools} or {cart.buyer}


def _unused(work: Selling, cart: Cart, provider: ProviderId, currency: Currency, transaction: TransactionId) -> None:
    """Go on only where nothing was bought by *transaction* yet, or all of it was, by this basket.

    Refused: `TransactionUsed`, before anything is charged for what could not be had.
    """
    if cart.state_of(provider, currency) is BasketState.PAID:
        return
    pools, registrations = work.pools.of_transaction(transaction), work.registrations.of_transaction(transaction)
    if pools or registrations or work.charges.find(transaction) is not None:
        raise Refused(TransactionUsed(transaction))


def _code(work: Selling, code: CodeId | None) -> PromotionCode | None:
    return None if code is None else work.codes.get(code)


def _sessions(
    work: Selling, cart: Cart, provider: ProviderId, currency: Currency
) -> list[tuple[Session, Container[PersonKey]]]:
    """The sessions that a basket enrols in, each with who sits there."""
    named = (session for line in cart.basket(provider, currency).lines for session in line.sessions)
    return [(work.sessions.get(session), work.seated(session)) for session in dict.fromkeys(named)]


def _sold(
    work: Selling, act: Act, cart: Cart, provider: ProviderId, currency: Currency
) -> list[tuple[Session, Container[PersonKey]]]:
    """The same, for who may buy in bulk there what is in bulk, and register there whom they buy a place for."""
    for line in cart.basket(provider, currency).lines:
        for session in line.sessions:
            place = work.place(session)
            # A session is sold by its training's provider; to any other it is not there (R2).
            if place is not None and place.provider not in (None, provider):
                raise NotFound(Session)
        own = not line.bulk and line.learners[0].account == AccountId(act.by)
        for session in () if own else line.sessions:
            right = Right.BUY_IN_BULK if line.bulk else Right.REGISTRATIONS
            asking.may(work, act.by, right, on=work.place(session), kind=Session)
    return _sessions(work, cart, provider, currency)
