"""Amounts of money, exact to the minor unit (K6).

An amount is a whole number of its currency's minor units: cents, yen, fils. There is no float anywhere, and
two currencies never meet: adding or ordering them is refused, and they are never equal.

Where an amount has to be cut, the law is that nothing is lost or made: shares are split by largest remainder, and
sum to the whole. A percentage is the one thing that rounds, half up; of a negative amount it is the negative of
what it is of the positive one, so a reversal takes back exactly what was given.

How an amount looks to people is said by `lara_core.telling`.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, Self, cast

from attrs import frozen

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.iso4217 import DIGITS
from lara_core.kernel.validators import line, whole

# Ten thousand billion euros: below 2**53, so that every JSON reader keeps it exactly, and well within a BIGINT.
MOST: Final = 10**15
PARTS: Final = 1_000_000
# What a number may have, written out: enough for any amount and any rate, and too little to hurt.
FIGURES: Final = 40

_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class Currency(str):
    """A currency by its ISO 4217 code, in capitals, as `EUR`. Refuses a code that is not in use, or has no unit.

    There is one object for each, however often it is asked for: a pool holds thousands of amounts.
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Look *value* up once and for all."""
        known = _CURRENCIES.get(line("currency", value))
        if known is None:
            raise BadValue("currency", Flaw.UNKNOWN_CURRENCY)
        return cast(Self, known)

    @property
    def digits(self) -> int:
        """How many digits stand after the point: EUR 2, JPY 0, KWD 3."""
        return DIGITS[self]


_CURRENCIES: Final = {code: str.__new__(Currency, code) for code in DIGITS}


def _ratio(field: str, number: object) -> tuple[int, int]:
    """*number* as a numerator and a denominator; that of a string is the power of ten that was written."""
    if isinstance(number, int) and type(number) is not bool:
        return number, 1
    if isinstance(number, str):
        if len(number) > FIGURES:
            raise BadValue(field, Flaw.TOO_LONG)
        if not _PLAIN.fullmatch(number):
            raise BadValue(field, Flaw.WRONG_FORM)
        units, _, part = number.partition(".")
        return int(units + part), 10 ** len(part)
    if not isinstance(number, Decimal):
        raise BadValue(field, Flaw.WRONG_TYPE)
    if not number.is_finite():
        raise BadValue(field, Flaw.WRONG_FORM)
    # 1E+999999 is a short Decimal and a very long int.
    if len(number.as_tuple().digits) > FIGURES or abs(number.adjusted()) > FIGURES:
        raise BadValue(field, Flaw.TOO_LONG)
    return number.as_integer_ratio()


@frozen
class Money:
    """*minor* units of a *currency*: `Money(1000, Currency("CAD"))` is ten dollars. May be negative.

    Refused: what is not a whole number, and more than 10**15 either way, also where a sum leads there.
    """

    minor: int
    currency: Currency

    def __attrs_post_init__(self) -> None:
        _ = whole("minor", self.minor, least=-MOST, most=MOST)
        if type(self.currency) is not Currency:
            raise BadValue("currency", Flaw.WRONG_TYPE)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        """*amount* in whole units, as `Money.of("10.00", "CAD")`.

        A string is plain: digits, a point, digits. It may not have more places than the currency, zeros or not:
        `1.000` is a thousand to half of Europe. A `Decimal` may, where they are zeros, for that is how databases
        give it back. Refused besides: signs other than `-`, separators, exponents, NaN, floats, more than 40 figures.
        """
        known = Currency(currency)
        numerator, denominator = _ratio("amount", amount)
        per_unit = 10**known.digits
        if per_unit % denominator:
            raise BadValue("amount", Flaw.TOO_PRECISE)
        return cls(whole("amount", numerator * (per_unit // denominator), least=-MOST, most=MOST), known)

    @classmethod
    def zero(cls, currency: Currency) -> Self:
        """Nothing, in *currency*."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: Currency) -> Self:
        """The sum of *amounts*, all of them in *currency*; nothing where there are none."""
        minor = 0
        for amount in amounts:
            if amount.currency != currency:
                raise BadValue("currency", Flaw.MIXED_CURRENCIES)
            minor += amount.minor
        return cls(minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in whole units, with exactly the currency's places: `Decimal("10.00")`."""
        # Read from text, for that is exact whatever the caller's decimal context says.
        return Decimal(f"{self.minor}E-{self.currency.digits}")

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __add__(self, other: "Money") -> "Money":
        if type(other) is not Money:
            return NotImplemented
        return Money(self.minor + self._beside(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if type(other) is not Money:
            return NotImplemented
        return Money(self.minor - self._beside(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        if type(times) is not int:
            return NotImplemented
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._beside(other) if type(other) is Money else NotImplemented

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._beside(other) if type(other) is Money else NotImplemented

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._beside(other) if type(other) is Money else NotImplemented

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._beside(other) if type(other) is Money else NotImplemented

    def _beside(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise BadValue("currency", Flaw.MIXED_CURRENCIES)
        return other.minor

    def percent(self, rate: Decimal | int | str) -> "Money":
        """*rate* percent of the amount, to the nearest minor unit; a half goes up, away from zero.

        The rate is exact, as `"8.25"` or `Decimal("8.25")`; what `Money.of` refuses as a number is refused here.
        """
        numerator, denominator = _ratio("rate", rate)
        exact, unit = self.minor * numerator, denominator * 100
        nearest = (2 * abs(exact) + unit) // (2 * unit)
        return Money(nearest if exact >= 0 else -nearest, self.currency)

    def split(self, parts: int) -> tuple["Money", ...]:
        """The amount in *parts* shares that differ by one minor unit at most, the larger first."""
        return self.allocate((1,) * whole("parts", parts, least=1, most=PARTS))

    def allocate(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """The amount in shares in proportion to *weights*, by largest remainder; ties go to the earliest.

        The shares always sum to the amount, and each is less than one minor unit off its exact proportion; those of
        a negative amount are the negatives of those of the positive one. Refused: no weights, negative ones, all zero.
        """
        if not weights:
            raise BadValue("weights", Flaw.EMPTY)
        every = sum(whole("weights", weight, least=0, most=MOST) for weight in weights)
        if not every:
            raise BadValue("weights", Flaw.TOO_SMALL)
        size, sign = abs(self.minor), -1 if self.minor < 0 else 1
        shares = [size * weight // every for weight in weights]
        # Sorting is stable, also in reverse: equal remainders keep their order.
        by_remainder = sorted(range(len(weights)), key=lambda at: size * weights[at] % every, reverse=True)
        for at in by_remainder[: size - sum(shares)]:
            shares[at] += 1
        return tuple(Money(sign * share, self.currency) for share in shares)


def from_zero(field: str, value: Money) -> Money:
    """*value*, where it is an amount from zero up; otherwise a `BadValue` of that *field*."""
    if type(value) is not Money:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if value.minor < 0:
        raise BadValue(field, Flaw.TOO_SMALL)
    return value
