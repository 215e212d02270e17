"""The laws of selling: what was paid for is there, codes are used as often as they were, and numbers have no gap."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lara_core.cart import Attempt, BasketState, Line, Method
from lara_core.checkout import bought_as
from lara_core.documents import Numbering
from lara_core.kernel.ids import PoolId, RegistrationId, TransactionId
from lara_core.kernel.money import Money
from lara_core.promotions import PromotionCode
from lara_core.refunds import ChargeCaptured
from lara_core.registrations import Registration
from lara_core.seats import SeatPool
from sqlite_host.laws.evidence import Evidence


def baskets(evidence: Evidence) -> Iterator[str]:
    """What was paid for is there, once and all of it, at the prices that it was paid at; of all else nothing is."""
    pools = {pool.folded.id: pool.folded for pool in evidence.pools}
    registered = {registration.folded.id: registration.folded for registration in evidence.of(Registration)}
    captured = _captured(evidence)
    for cart, made in evidence.attempts:
        lines = [line for line in cart.lines if (line.provider, line.currency) == (made.provider, made.currency)]
        gross = [line.amounts(made.discounts.get(line.id)).gross for line in lines]
        if Money.total(gross, made.currency) != made.total:
            yield cart.id
        paid = made.state is BasketState.PAID
        if captured.get(made.transaction) not in _expected(made):
            yield cart.id
        for number, (line, price) in enumerate(zip(lines, gross, strict=True), 1):
            names = [bought_as(made.transaction, number, part) for part in range(1, len(line.sessions) + 1)]
            there = [name in (pools if line.bulk else registered) for name in names]
            if there != [paid] * len(names) or (paid and _sold_for(names, line, pools, registered) != price):
                yield cart.id


def _captured(evidence: Evidence) -> Mapping[TransactionId, Money]:
    """What was captured for each transaction at its sale; what became due later came on top."""
    sales = ((charge.folded.id, charge.events[0]) for charge in evidence.charges)
    return {transaction: sale.captured for transaction, sale in sales if isinstance(sale, ChargeCaptured)}


def _expected(made: Attempt) -> tuple[Money | None, ...]:
    """What may be captured by now. An invoice is captured when its buyer pays it."""
    if made.state is not BasketState.PAID:
        return (None,)
    return (None, made.total) if made.method is Method.INVOICE else (made.total,)


def _sold_for(
    names: Sequence[str],
    line: Line,
    pools: Mapping[PoolId, SeatPool],
    registered: Mapping[RegistrationId, Registration],
) -> Money:
    """The prices of all seats, or of one's own places, that a line became."""
    if line.bulk:
        return Money.total((price for name in names for price in pools[PoolId(name)].prices), line.currency)
    sales = (registered[RegistrationId(name)].sale for name in names)
    return Money.total((sale.price for sale in sales if sale is not None), line.currency)


def codes(evidence: Evidence) -> Iterator[str]:
    """A code is used once for each basket that was paid with it, and kept for each whose payment is not over."""
    for code in (history.kept for history in evidence.of(PromotionCode)):
        made = [attempt for _, attempt in evidence.attempts if attempt.code == code.id]
        used = sum(attempt.state is BasketState.PAID for attempt in made)
        kept = {attempt.transaction: attempt.number for attempt in made if attempt.state in _UNDER_WAY}
        if (code.used, code.reserved) != (used, kept) or used + len(kept) > code.uses:
            yield code.id


_UNDER_WAY: Final = frozenset({BasketState.CHARGING, BasketState.UNKNOWN})


def documents(evidence: Evidence) -> Iterator[str]:
    """A provider's numbers have no gap and no repeat; each is for a basket that was paid, or for a refund of one."""
    refunds = {charge.folded.id: charge.folded.refunds for charge in evidence.charges}
    sql = "SELECT number, purchase, refund FROM event WHERE kind = 'numbering' AND aggregate = ? AND number IS NOT NULL"
    for numbering in (history.kept for history in evidence.of(Numbering)):
        rows = evidence.rows(sql, numbering.id)
        invoiced = Counter(purchase for _, purchase, refund in rows if refund is None)
        credited = Counter((purchase, refund) for _, purchase, refund in rows if refund is not None)
        paid = Counter(
            made.transaction
            for _, made in evidence.attempts
            if made.provider == numbering.id and made.state is BasketState.PAID
        )
        gapless = sorted(number for number, _, _ in rows) == [*range(1, numbering.last + 1)]
        refunded = all(
            times == 1 and purchase in paid and refund in refunds.get(purchase, ())
            for (purchase, refund), times in credited.items()
        )
        if not (gapless and invoiced == paid and refunded):
            yield numbering.id
