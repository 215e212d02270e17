"""B9: what it costs to split a cart into baskets, next to a plain group-by of its lines, and as it grows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from attrs import evolve

from benchmarks.harness import AtMost, Row, Sample, calls, ratio
from lara_core.cart import MOST_LINES, Cart, Line, Tax
from lara_core.formats import json
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, CartId, Key, LineId, ProviderId, SessionId
from lara_core.kernel.money import Currency, Money

_ACT: Final = Act(datetime(2027, 3, 1, 9, tzinfo=UTC), ActorId("manager"), Key("key"))
_PROVIDERS: Final = tuple(ProviderId(f"provider-{number}") for number in range(4))
_CURRENCIES: Final = (Currency("CAD"), Currency("EUR"))
_GST: Final = Tax("GST", "5")
_FEW: Final = 1_000


def _line(number: int) -> Line:
    """Two seats, of one of four providers by turns, in one of two currencies."""
    provider, currency = _PROVIDERS[number % 4], _CURRENCIES[number % 3 % 2]
    return Line(
        LineId(f"line-{number}"), provider, (SessionId(f"s-{number}"),), Money(1_000 + number, currency), (_GST,), 2
    )


def _cart(lines: int) -> Cart:
    """A cart with so many lines, as a host loads it: each line has strings of its own."""
    opened = Cart.open(_ACT, CartId("cart"), buyer=ActorId("buyer")).state
    filled = evolve(opened, version=lines + 1, lines=tuple(map(_line, range(lines))))
    return json.load(Cart, json.dump(filled))


def _splitting(*carts: Cart) -> Sample:
    known = frozenset(_PROVIDERS)

    def split() -> None:
        for cart in carts:
            _ = cart.split(known)

    return calls(split)


def _grouping(cart: Cart) -> Sample:
    """The lines by provider and currency, and nothing more."""

    def group() -> dict[tuple[ProviderId, Currency], list[Line]]:
        groups = defaultdict[tuple[ProviderId, Currency], list[Line]](list)
        for line in cart.lines:
            groups[line.provider, line.unit.currency].append(line)
        return groups

    return calls(group)


def _against_grouping(lines: int) -> float:
    cart = _cart(lines)
    return ratio(_splitting(cart), _grouping(cart), rounds=25)


def _per_line(many: int, few: int) -> float:
    """One cart ÷ as many lines in small ones: the same memory on both sides, so that caches play no part."""
    small = [_cart(few) for _ in range(many // few)]
    return ratio(_splitting(_cart(many)), _splitting(*small), rounds=25)


def rows() -> Iterable[Row]:
    """The rows of carts."""
    yield Row(
        "B9a",
        f"split a cart of {MOST_LINES:,} lines into its baskets ÷ group the lines in a dict",
        AtMost(2.5),
        lambda: _against_grouping(MOST_LINES),
    )
    yield Row(
        "B9b",
        f"split a cart, per line: one of {MOST_LINES:,} ÷ {MOST_LINES // _FEW} of {_FEW:,}",
        AtMost(1.15),
        lambda: _per_line(MOST_LINES, _FEW),
    )
