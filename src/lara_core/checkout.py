"""A basket from its checkout to what was bought: the cart, the code, the places, and what they become.

Each rule here asks several aggregates and returns all their decisions, one for each, to be saved together or not at
all. If one refuses, nothing happens to the others. *sessions* are those that the basket's lines enrol in, each with the
keys of who sits in it.

A basket is checked out with `start`: a use of its code is reserved and its places are kept, and what will be refused
at the end is refused here, before anything is charged. `pay` turns it into pools, registrations, a charge and a
numbered document; `decline` gives code and places back. That nobody can say moves the cart alone
(`Cart.leave_unknown`): code and places stay as they are until it is resolved. What costs nothing goes the whole way at
once, with `pay_nothing`.

Invariant. What was paid is fulfilled once, and all of it: the prices of the seats are together what was charged for
them (P3, P8).

What the host must guarantee: a payment for which `pay` is refused, because a session was called off meanwhile, say, or
because the attempt is not the newest, is given back at the gateway; then the basket is declined, if it is not yet.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, TypeAlias, cast

from attrs import field, frozen

from lara_core.cart import (
    Attempt,
    Basket,
    BasketState,
    Cart,
    CartDecision,
    Line,
    Method,
    NoSuchLine,
)
from lara_core.documents import Numbering, NumberingDecision
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision, Refused, in_turn
from lara_core.kernel.ids import (
    CodeId,
    HoldId,
    LineId,
    PoolId,
    ProviderId,
    RefundId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.places import register
from lara_core.promotions import CodeDecision, PromotionCode
from lara_core.providers import Provider
from lara_core.purchase import BulkBuyingOff, BuyerRole, sell_seats
from lara_core.refunds import Charge, ChargeDecision, NoSuchRefund, RefundIs, RefundState
from lara_core.registrations import Registration, RegistrationDecision, Sale
from lara_core.seats import SeatDecision, SeatPool
from lara_core.sessions import HoldAlreadySecured, Session, SessionDecision

# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class SessionNotGiven:
    """A line enrols in this session, and it is not among those that were given (P3)."""

    code: ClassVar[str] = "checkout.session_not_given"
    session: SessionId


@frozen
class OtherCode:
    """The attempt was made with another promotion code, or without one (P4)."""

    code: ClassVar[str] = "checkout.other_code"
    expected: CodeId | None
    given: CodeId | None


@frozen
class OtherNumbering:
    """The numbers are another provider's: documents are numbered for each of them (P8)."""

    code: ClassVar[str] = "checkout.other_numbering"
    expected: ProviderId
    given: ProviderId


@frozen
class NotInvoiced:
    """This basket was not sold by invoice (P4, S17)."""

    code: ClassVar[str] = "checkout.not_invoiced"
    provider: ProviderId
    currency: Currency


@frozen
class NoInvoice:
    """This provider never issued an invoice for the transaction, so it has nothing to credit (P8)."""

    code: ClassVar[str] = "checkout.no_invoice"
    provider: ProviderId
    transaction: TransactionId


CheckoutRefusal: TypeAlias = SessionNotGiven | OtherCode | OtherNumbering | NotInvoiced | NoInvoice


# --- What is decided together -----------------------------------------------------------------------------

Decisions: TypeAlias = tuple[
    CartDecision
    | CodeDecision
    | SessionDecision
    | SeatDecision
    | RegistrationDecision
    | ChargeDecision
    | NumberingDecision,
    ...,
]
"""Decisions on as many aggregates as it takes, one for each."""

Sessions: TypeAlias = Sequence[tuple[Session, Container[PersonKey]]]
"""Sessions, each with the keys of who sits in it."""


# --- The rules --------------------------------------------------------------------------------------------


def discounts(basket: Basket, code: PromotionCode | None) -> Mapping[LineId, Money]:
    """What *code* takes off which line of *basket*, before tax (P4, P8).

    Refused: `CodeOtherProvider`, `CodeOtherCurrency`.
    """
    if code is None:
        return {}
    nets = [line.before_discount for line in basket.lines]
    off = code.off(basket.provider, nets, basket.currency)
    return {line.id: amount for line, amount in zip(basket.lines, off, strict=True)}


def start(
    act: Act,
    cart: Cart,
    provider: Provider,
    currency: Currency,
    *,
    transaction: TransactionId,
    method: Method,
    invoice: Deadline | None = None,
    code: PromotionCode | None = None,
    sessions: Sessions,
    role: BuyerRole,
    bulk_buyers: Container[BuyerRole],
    approval: Container[SessionId] = (),
) -> Decisions:
    """Begin an attempt to pay a basket, on the provider's terms as they are now (P3, P4, P5).

    Until it is told how the attempt ended, a use of *code* is reserved and the places do not lapse (N1): those that a
    line's hold or an offer keeps, and others are taken from sale. *bulk_buyers* are the roles for which the portal has
    group purchase switched on (S1); where *approval* is asked, registrations will only be requested (N4).

    Refused: `NoSuchBasket`, `BulkBuyingOff`, what `discounts` refuses, `NoTerms`, what `Cart.charge` and
    `PromotionCode.reserve` refuse, `SessionNotGiven`, what `Session.hold` and `Session.secure` refuse, and then
    whatever would be refused once it is paid (`SeatPool.buy`, `Registration.register`, `Session.take`).
    """
    basket = cart.basket(provider.id, currency)
    _bulk_buying(basket, role, bulk_buyers)
    charged = cart.charge(
        act,
        provider.id,
        currency,
        transaction=transaction,
        method=method,
        invoice=invoice,
        code=None if code is None else code.id,
        discounts=discounts(basket, code),
        terms=provider.terms_in(currency),
        policy=provider.policy,
        approval=_asked(basket, approval),
    )
    attempt = charged.state.newest(provider.id, currency)
    reserved = () if code is None else (code.reserve(act, transaction, attempt.number),)
    places = _Places(act, sessions)
    for number, line in enumerate(basket.lines, 1):
        for part, session in enumerate(line.sessions, 1):
            places.keep(session, line, _hold(transaction, number, part))
    # What would be bought: decided, and dropped, so that nothing is charged for what cannot be had.
    kept = [(places.of(session.id), seated) for session, seated in sessions]
    _ = _fulfilled(act, cart, basket, attempt, _Places(act, kept))
    return charged, *reserved, *places.decisions


def decline(
    act: Act,
    cart: Cart,
    provider: ProviderId,
    currency: Currency,
    attempt: int,
    *,
    code: PromotionCode | None = None,
    sessions: Sequence[Session],
) -> Decisions:
    """Record that nothing was taken in that *attempt*: its use of *code* and its places are free again (P3, P4, N1).

    What a line's hold, or an offer, kept before, it keeps on until its own deadline. Said twice, it is once.

    Refused: what `Cart.decline` refuses, `OtherCode`, `SessionNotGiven`.
    """
    declined = cart.decline(act, provider, currency, attempt)
    if not declined.events:
        return (declined,)
    basket, made = cart.basket(provider, currency), cart.newest(provider, currency)
    _of(made, code)
    given_back = () if code is None else (code.give_back(act, made.transaction, made.number),)
    places = _Places(act, [(session, ()) for session in sessions])
    for number, line in enumerate(basket.lines, 1):
        for part, session in enumerate(line.sessions, 1):
            places.let_go(session, line, _hold(made.transaction, number, part))
    return declined, *given_back, *places.decisions


def pay(
    act: Act,
    cart: Cart,
    provider: ProviderId,
    currency: Currency,
    attempt: int,
    *,
    code: PromotionCode | None = None,
    sessions: Sessions,
    numbering: Numbering,
) -> Decisions:
    """Record that the basket was paid in that *attempt*, and give the buyer all that they paid for (P3, P4, P8).

    Each line in bulk becomes a pool in each of its sessions, any other a registration there; the names of both are
    `bought_as`. What was taken is captured as the transaction's charge, except for an invoice, which is captured when
    it is paid (`capture_invoice`). The invoice has the next of the provider's numbers. Said twice, it is once.

    Refused: what `Cart.pay` refuses, `OtherCode`, `OtherNumbering`, `SessionNotGiven`, and what
    `PromotionCode.consume`, `SeatPool.buy`, `Registration.register` and `Session.take` refuse.
    """
    paid = cart.pay(act, provider, currency, attempt)
    if not paid.events:
        return (paid,)
    basket, made = cart.basket(provider, currency), cart.newest(provider, currency)
    _of(made, code)
    consumed = () if code is None else (code.consume(act, made.transaction, made.number),)
    return paid, *consumed, *_bought(act, cart, basket, made, sessions, numbering)


def pay_nothing(
    act: Act,
    cart: Cart,
    provider: Provider,
    currency: Currency,
    *,
    transaction: TransactionId,
    code: PromotionCode | None = None,
    sessions: Sessions,
    role: BuyerRole,
    bulk_buyers: Container[BuyerRole],
    approval: Container[SessionId] = (),
    numbering: Numbering,
) -> Decisions:
    """Give the buyer a basket that costs nothing, at once and without a gateway, as `start` and `pay` would (P3).

    Twice in one transaction is once. Refused: `NoSuchBasket`, `BulkBuyingOff`, what `discounts` refuses, `NoTerms`,
    what `Cart.pay_nothing` and `PromotionCode.reserve` refuse, and the rest as `pay` is.
    """
    basket = cart.basket(provider.id, currency)
    _bulk_buying(basket, role, bulk_buyers)
    paid = cart.pay_nothing(
        act,
        provider.id,
        currency,
        transaction=transaction,
        code=None if code is None else code.id,
        discounts=discounts(basket, code),
        terms=provider.terms_in(currency),
        policy=provider.policy,
        approval=_asked(basket, approval),
    )
    if not paid.events:
        return (paid,)
    made = paid.state.newest(provider.id, currency)
    used: tuple[CodeDecision, ...] = ()
    if code is not None:
        reserved = code.reserve(act, transaction, made.number)
        used = (in_turn(reserved, reserved.state.consume(act, transaction, made.number)),)
    return paid, *used, *_bought(act, cart, basket, made, sessions, numbering)


def capture_invoice(
    act: Act,
    cart: Cart,
    provider: ProviderId,
    currency: Currency,
    *,
    pools: Sequence[SeatPool],
    registrations: Sequence[Registration],
) -> ChargeDecision:
    """Record that the invoice of a basket was paid, under the terms of the sale (S17, P5).

    What is captured is for what is live of the transaction's *pools* and *registrations*: what was cancelled or
    released before is not owed, and whatever was paid beyond goes back outside. Refused: `NotInvoiced`, also for a
    basket that nothing was bought by yet.
    """
    made = cart.attempt(provider, currency)
    if made is None or made.state is not BasketState.PAID or made.method is not Method.INVOICE:
        raise Refused(NotInvoiced(provider, currency))
    seats = (pool.prices[seat - 1] for pool in pools for seat in pool.live)
    places = (found.sale.price for found in registrations if found.sale is not None and found.sits)
    live = Money.total((*seats, *places), currency)
    return Charge.capture(act, made.transaction, buyer=cart.buyer, captured=live, terms=made.terms)


def credit_note(
    act: Act, numbering: Numbering, charge: Charge, refund: RefundId, *, invoice: int | None, issued: int | None
) -> NumberingDecision:
    """Give the provider's next number to the credit note for a *refund* of what was captured (P8).

    *invoice* is the number that the provider's invoice of this transaction has, *issued* the one that the credit note
    has already, if it does: then nothing happens. Refused: `NoSuchRefund`, `RefundIs` where it
    failed, `NoInvoice`, `NeverIssued`.
    """
    if refund not in charge.refunds:
        raise Refused(NoSuchRefund(refund))
    if (state := charge.refunds[refund].state) is RefundState.FAILED:
        raise Refused(RefundIs(refund, state))
    if invoice is None:
        raise Refused(NoInvoice(numbering.id, charge.id))
    return numbering.issue(act, charge.id, refund=refund, issued=issued)


def bought_as(transaction: TransactionId, number: int, part: int) -> str:
    """What a basket's line is called in one of its sessions: `<transaction>:<number>.<part>`, both counted from 1.

    It names a pool or a registration. Too long for an id, it is a `BadValue` before anything is charged.
    """
    return f"{transaction}:{number}.{part}"


def pools_of(cart: Cart, line: LineId) -> tuple[PoolId, ...]:
    """The pools that a paid *line* in bulk became, one for each of its sessions; none for any other line.

    Refused: `NoSuchLine`.
    """
    found = next((each for each in cart.lines if each.id == line), None)
    if found is None:
        raise Refused(NoSuchLine(line))
    basket = cart.basket(found.provider, found.currency)
    made = basket.attempt
    if made is None or made.state is not BasketState.PAID or not found.bulk:
        return ()
    number = basket.lines.index(found) + 1
    return tuple(PoolId(bought_as(made.transaction, number, part)) for part in range(1, len(found.sessions) + 1))


# --- How it is done ---------------------------------------------------------------------------------------


@frozen
class _Seated:
    """Who sits in a session: those who did before, and those whom the basket has put there already."""

    before: Container[PersonKey]
    since: set[PersonKey] = field(factory=set[PersonKey])

    def __contains__(self, key: object, /) -> bool:
        return key in self.since or cast("PersonKey", key) in self.before


class _Places:
    """Sessions as they change in turn, for several lines may enrol in one: one decision for each in the end."""

    def __init__(self, act: Act, sessions: Sessions) -> None:
        self._act = act
        self._sessions = {session.id: session for session, _ in sessions}
        self._seated = {session.id: _Seated(seated) for session, seated in sessions}
        self._decided: dict[SessionId, SessionDecision] = {}

    @property
    def decisions(self) -> tuple[SessionDecision, ...]:
        return tuple(decision for decision in self._decided.values() if decision.events)

    def of(self, session: SessionId) -> Session:
        if session not in self._sessions:
            raise Refused(SessionNotGiven(session))
        decided = self._decided.get(session)
        return self._sessions[session] if decided is None else decided.state

    def seated(self, session: SessionId) -> Container[PersonKey]:
        return self._seated[session]

    def seat(self, session: SessionId, people: Sequence[Person]) -> None:
        self._seated[session].since.update(key for person in people for key in person.keys)

    def decide(self, later: SessionDecision) -> None:
        before = self._decided.get(later.state.id, Decision(self._sessions[later.state.id]))
        self._decided[later.state.id] = in_turn(before, later)

    def keep(self, session: SessionId, line: Line, own: HoldId) -> None:
        """Have the line's places kept until it is told how its payment ended."""
        kept = self.kept(session, line, own)
        if kept is not None:
            held = self.of(session).holds[kept]
            if held.secured:
                # By another payment, which these places are kept for.
                raise Refused(HoldAlreadySecured(kept))
            if held.to is None and held.places != line.quantity:
                self.decide(self.of(session).release(self._act, kept))
                kept = None
        if kept is None:
            # It is secured in the same breath.
            self.decide(self.of(session).hold(self._act, own, line.quantity, until=Deadline.at(self._act.at)))
        self.decide(self.of(session).secure(self._act, kept or own))

    def kept(self, session: SessionId, line: Line, own: HoldId) -> HoldId | None:
        """What keeps the line's places now: what was kept for its payment, its hold, or an offer to its learner.

        What was made since under the name of its hold, or offered since, is not what was secured: it comes last.
        """
        there, at = self.of(session), self._act.at
        if _live(there, own, at):
            return own
        offer = None if line.bulk else there.offer_to(line.learners[0], at)
        live = [hold for hold in (line.hold, offer) if hold is not None and _live(there, hold, at)]
        return next((hold for hold in live if there.holds[hold].secured), next(iter(live), None))

    def let_go(self, session: SessionId, line: Line, own: HoldId) -> None:
        """Keep the line's places no longer for its payment: what kept them before goes on by its own deadline."""
        kept, there = self.kept(session, line, own), self.of(session)
        if kept is not None and there.holds[kept].secured:
            self.decide(there.release(self._act, kept) if kept == own else there.unsecure(self._act, kept))


def _live(session: Session, hold: HoldId, at: datetime) -> bool:
    found = session.holds.get(hold)
    return found is not None and not found.lapsed(at)


def _hold(transaction: TransactionId, number: int, part: int) -> HoldId:
    return HoldId(f"charge:{bought_as(transaction, number, part)}")


def _of(made: Attempt, code: PromotionCode | None) -> None:
    given = None if code is None else code.id
    if given != made.code:
        raise Refused(OtherCode(made.code, given))


def _asked(basket: Basket, approval: Container[SessionId]) -> frozenset[SessionId]:
    """The basket's sessions in which *approval* is asked."""
    return frozenset(session for line in basket.lines for session in line.sessions if session in approval)


def _bulk_buying(basket: Basket, role: BuyerRole, bulk_buyers: Container[BuyerRole]) -> None:
    if role not in bulk_buyers and any(line.bulk for line in basket.lines):
        raise Refused(BulkBuyingOff(role))


def _bought(
    act: Act,
    cart: Cart,
    basket: Basket,
    made: Attempt,
    sessions: Sessions,
    numbering: Numbering,
) -> Decisions:
    if numbering.id != basket.provider:
        raise Refused(OtherNumbering(basket.provider, numbering.id))
    places = _Places(act, sessions)
    fulfilled = _fulfilled(act, cart, basket, made, places)
    captured: tuple[ChargeDecision, ...] = ()
    if made.method is not Method.INVOICE:
        captured = (Charge.capture(act, made.transaction, buyer=cart.buyer, captured=made.total, terms=made.terms),)
    # A basket is paid once, so its transaction has no document yet.
    numbered = numbering.issue(act, made.transaction, issued=None)
    return *places.decisions, *fulfilled, *captured, numbered


def _fulfilled(
    act: Act, cart: Cart, basket: Basket, made: Attempt, places: _Places
) -> tuple[SeatDecision | RegistrationDecision, ...]:
    """The pools and registrations that the basket's lines become, in places that *places* gives."""
    fulfilled: list[SeatDecision | RegistrationDecision] = []
    for number, line in enumerate(basket.lines, 1):
        prices = line.part_prices(made.discounts.get(line.id))
        for part, session in enumerate(line.sessions, 1):
            there, seated = places.of(session), places.seated(session)
            name = bought_as(made.transaction, number, part)
            hold = places.kept(session, line, _hold(made.transaction, number, part))
            if line.bulk:
                # Whether they may buy in bulk was asked before anything was charged.
                bought = sell_seats(
                    act,
                    there,
                    PoolId(name),
                    transaction=made.transaction,
                    buyer=cart.buyer,
                    prices=prices[session],
                    policy=made.policy,
                    learners=line.learners,
                    invitees=line.invitees,
                    hold=hold,
                    invoice=made.invoice,
                    seated=seated,
                )
                places.decide(bought.session)
                fulfilled.append(bought.pool)
            else:
                placed = register(
                    act,
                    there,
                    RegistrationId(name),
                    line.learners[0],
                    approval=session in made.approval,
                    hold=hold,
                    sale=Sale(made.transaction, prices[session][0]),
                    seated=seated,
                )
                places.decide(placed.session)
                fulfilled.append(placed.registration)
                # Offered while they were paying for another place: they have that one.
                if (offer := places.of(session).offer_to(line.learners[0], act.at)) is not None:
                    places.decide(places.of(session).release(act, offer))
            places.seat(session, (*line.learners, *line.invitees))
    return tuple(fulfilled)
