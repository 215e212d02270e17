"""Money is exact: nothing is lost, made, or mixed (K6, K9)."""

import copy
import operator
import pickle
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.iso4217 import DIGITS
from lara_core.kernel.money import MOST, Currency, Money

CAD, EUR, JPY, KWD = (Currency(code) for code in ("CAD", "EUR", "JPY", "KWD"))

currencies = st.sampled_from(sorted(DIGITS)).map(Currency)
minors = st.integers(-MOST, MOST) | st.integers(-100, 100)
amounts = st.builds(Money, minors, currencies)
weights = st.lists(st.integers(0, 10**6) | st.integers(0, 3), min_size=1, max_size=12).filter(any)
rates = st.decimals(0, 100, places=4)


def cad(minor: int) -> Money:
    """Canadian cents."""
    return Money(minor, CAD)


def bad(make: Callable[[], object]) -> tuple[str, Flaw]:
    """The field and the flaw that *make* is refused with."""
    with pytest.raises(BadValue) as caught:
        _ = make()
    return caught.value.field, caught.value.flaw


# --- Shares


@given(amounts, weights)
def test_shares_sum_to_the_whole(amount: Money, weights: list[int]) -> None:
    """No cent is lost or made when an amount is shared out, whatever the weights and the sign."""
    assert Money.total(amount.allocate(weights), amount.currency) == amount


@given(amounts, weights)
def test_a_share_is_within_one_unit_of_its_proportion(amount: Money, weights: list[int]) -> None:
    """Nobody pays for the rounding of others: each share is its exact proportion, cut or filled to one unit."""
    for share, weight in zip(amount.allocate(weights), weights, strict=True):
        assert abs(share.minor - Fraction(amount.minor * weight, sum(weights))) < 1


@given(amounts, weights)
def test_the_largest_remainders_get_what_is_left(amount: Money, weights: list[int]) -> None:
    """A share that was filled up had no smaller remainder than one that was cut, and on a tie it came earlier."""
    exact = [Fraction(abs(amount.minor) * weight, sum(weights)) for weight in weights]
    filled = [abs(share.minor) > part for share, part in zip(amount.allocate(weights), exact, strict=True)]
    order = sorted(range(len(exact)), key=lambda at: (-(exact[at] % 1), at))
    cut = [at for at in order if exact[at] % 1]
    assert [at for at in cut if filled[at]] == cut[: sum(filled)]


@given(amounts, weights)
def test_a_reversal_takes_back_what_was_given(amount: Money, weights: list[int]) -> None:
    """The shares of a negative amount are those of the positive one, negated, so each refund meets its charge."""
    assert (-amount).allocate(weights) == tuple(-share for share in amount.allocate(weights))


@given(amounts, st.integers(1, 50))
def test_a_split_is_even(amount: Money, parts: int) -> None:
    """Equal parts differ by one minor unit at most, the larger ones first."""
    shares = amount.split(parts)
    sizes = [abs(share.minor) for share in shares]
    assert len(shares) == parts
    assert Money.total(shares, amount.currency) == amount
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] - sizes[-1] <= 1


def test_shares_by_hand() -> None:
    """The cases that people check on paper."""
    assert Money.of("10.00", "CAD").split(3) == (cad(334), cad(333), cad(333))
    assert cad(-1000).split(3) == (cad(-334), cad(-333), cad(-333))
    assert cad(1).split(3) == (cad(1), cad(0), cad(0))
    assert cad(100).allocate([0, 1, 1, 1]) == (cad(0), cad(34), cad(33), cad(33))
    assert cad(5).allocate([3, 7]) == (cad(2), cad(3))


@pytest.mark.parametrize(
    ("given_weights", "flaw"),
    [
        ([], Flaw.EMPTY),
        ([0, 0], Flaw.TOO_SMALL),
        ([2, -1], Flaw.TOO_SMALL),
        ([1, MOST + 1], Flaw.TOO_LARGE),
        ([1, 1.0], Flaw.WRONG_TYPE),
        ([True], Flaw.WRONG_TYPE),
        (["1"], Flaw.WRONG_TYPE),
    ],
)
def test_bad_weights(given_weights: list[Any], flaw: Flaw) -> None:
    """An amount is never shared among nobody, nor by weights that make no sense."""
    assert bad(lambda: cad(100).allocate(given_weights)) == ("weights", flaw)


@pytest.mark.parametrize(
    ("parts", "flaw"),
    [(0, Flaw.TOO_SMALL), (1_000_001, Flaw.TOO_LARGE), (True, Flaw.WRONG_TYPE), (2.0, Flaw.WRONG_TYPE)],
)
def test_bad_parts(parts: Any, flaw: Flaw) -> None:
    """An amount is split in one part at least, and never in more than a machine can hold."""
    assert bad(lambda: cad(100).split(parts)) == ("parts", flaw)


# --- Percentages


@given(amounts, rates)
def test_a_percentage_rounds_half_up(amount: Money, rate: Decimal) -> None:
    """To the nearest minor unit, halves away from zero, as `decimal` rounds the exact product."""
    with localcontext(Context(prec=60)):
        expected = (amount.minor * rate / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert amount.percent(rate) == Money(int(expected), amount.currency)
    assert amount.percent(str(rate)) == amount.percent(rate)


@pytest.mark.parametrize(
    ("minor", "rate", "expected"),
    [(50, 1, 1), (49, 1, 0), (-50, 1, -1), (-49, 1, 0), (1999, "14.975", 299), (100, Decimal("0.5"), 1), (7, 100, 7)],
)
def test_percentages_by_hand(minor: int, rate: Decimal | int | str, expected: int) -> None:
    """A half goes up, less than a half does not, and a refund's tax is the charge's tax back."""
    assert cad(minor).percent(rate) == cad(expected)


@pytest.mark.parametrize(
    ("rate", "flaw"),
    [
        (0.5, Flaw.WRONG_TYPE),
        (True, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
        ("5%", Flaw.WRONG_FORM),
        ("", Flaw.WRONG_FORM),
        (Decimal("NaN"), Flaw.WRONG_FORM),
        (Decimal("Infinity"), Flaw.WRONG_FORM),
        ("1" * 41, Flaw.TOO_LONG),
        (Decimal("1E+999999"), Flaw.TOO_LONG),
        (Decimal("1E-999999"), Flaw.TOO_LONG),
    ],
)
def test_bad_rates(rate: Any, flaw: Flaw) -> None:
    """A rate is an exact plain number."""
    assert bad(lambda: cad(100).percent(rate)) == ("rate", flaw)


# --- Reading and making


@given(amounts)
def test_an_amount_reads_back(amount: Money) -> None:
    """Whole units with all their places, as text or as a Decimal, give the same amount again."""
    assert Money.of(f"{amount.decimal:f}", amount.currency) == amount
    assert Money.of(amount.decimal, amount.currency) == amount


@given(amounts)
def test_no_decimal_context_matters(amount: Money) -> None:
    """A host that computes with three digits still gets its money exactly."""
    exact = amount.decimal
    with localcontext(Context(prec=3)):
        assert amount.decimal == exact
        assert Money.of(exact, amount.currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("10.00", "CAD", 1000),
        ("10", "CAD", 1000),
        ("10.5", "CAD", 1050),
        ("-0.05", "CAD", -5),
        ("-0", "CAD", 0),
        ("007", "CAD", 700),
        (10, "CAD", 1000),
        ("1.234", "KWD", 1234),
        ("1500", "JPY", 1500),
        (Decimal("1500.00"), "JPY", 1500),
        (Decimal("10.0000"), "CAD", 1000),
        (Decimal("1E+3"), "CAD", 100_000),
        ("10000000000000.00", "CAD", 10**15),
        ("0" * 38 + "10", "CAD", 1000),
        (Decimal("1." + "0" * 39), "CAD", 100),
    ],
)
def test_amounts_that_are_read(amount: Decimal | int | str, currency: str, minor: int) -> None:
    """What is plainly an amount is read as that; a database's zeros after a Decimal's point change nothing."""
    assert Money.of(amount, currency) == Money(minor, Currency(currency))


@pytest.mark.parametrize(
    ("amount", "flaw"),
    [
        ("", Flaw.WRONG_FORM),
        ("ten", Flaw.WRONG_FORM),
        ("1,234", Flaw.WRONG_FORM),
        ("1.234,5", Flaw.WRONG_FORM),
        ("1 234", Flaw.WRONG_FORM),
        ("1_234", Flaw.WRONG_FORM),
        ("+1", Flaw.WRONG_FORM),
        ("--1", Flaw.WRONG_FORM),
        (".5", Flaw.WRONG_FORM),
        ("5.", Flaw.WRONG_FORM),
        (" 5", Flaw.WRONG_FORM),
        ("5\n", Flaw.WRONG_FORM),
        ("٥", Flaw.WRONG_FORM),
        ("1e3", Flaw.WRONG_FORM),
        ("0x10", Flaw.WRONG_FORM),
        ("NaN", Flaw.WRONG_FORM),
        ("Infinity", Flaw.WRONG_FORM),
        (Decimal("NaN"), Flaw.WRONG_FORM),
        (Decimal("sNaN"), Flaw.WRONG_FORM),
        (Decimal("-Infinity"), Flaw.WRONG_FORM),
        ("1.234", Flaw.TOO_PRECISE),
        ("1.000", Flaw.TOO_PRECISE),
        (Decimal("0.125"), Flaw.TOO_PRECISE),
        ("9" * 5000, Flaw.TOO_LONG),
        ("0" * 41, Flaw.TOO_LONG),
        (Decimal("9" * 5000), Flaw.TOO_LONG),
        (Decimal("1." + "0" * 40), Flaw.TOO_LONG),
        (Decimal("1E+40"), Flaw.TOO_LARGE),
        (Decimal("1E+41"), Flaw.TOO_LONG),
        (Decimal("1E+999999"), Flaw.TOO_LONG),
        (Decimal("1E-999999"), Flaw.TOO_LONG),
        pytest.param(10**5000, Flaw.TOO_LARGE, id="5,000 digits"),
        ("10000000000000.01", Flaw.TOO_LARGE),
        ("-10000000000000.01", Flaw.TOO_SMALL),
        (10.0, Flaw.WRONG_TYPE),
        (True, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
        (b"10", Flaw.WRONG_TYPE),
    ],
)
def test_amounts_that_are_refused(amount: Any, flaw: Flaw) -> None:
    """What could be read in two ways, or is no number, is not read at all."""
    assert bad(lambda: Money.of(amount, "EUR")) == ("amount", flaw)


@pytest.mark.parametrize(
    ("minor", "flaw"),
    [
        (True, Flaw.WRONG_TYPE),
        (1.0, Flaw.WRONG_TYPE),
        ("1", Flaw.WRONG_TYPE),
        (Decimal(1), Flaw.WRONG_TYPE),
        (MOST + 1, Flaw.TOO_LARGE),
        (-MOST - 1, Flaw.TOO_SMALL),
    ],
)
def test_bad_minor_units(minor: Any, flaw: Flaw) -> None:
    """Minor units are whole, and few enough that every JSON reader and database keeps them all."""
    assert bad(lambda: Money(minor, EUR)) == ("minor", flaw)


@pytest.mark.parametrize(
    ("code", "flaw"),
    [
        ("eur", Flaw.UNKNOWN_CURRENCY),
        ("EURO", Flaw.UNKNOWN_CURRENCY),
        ("ZZZ", Flaw.UNKNOWN_CURRENCY),
        ("XAU", Flaw.UNKNOWN_CURRENCY),
        ("DEM", Flaw.UNKNOWN_CURRENCY),
        ("", Flaw.EMPTY),
        ("E" * 501, Flaw.TOO_LONG),
        ("EUR\n", Flaw.UNSAFE_CHARACTER),
        (978, Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
    ],
)
def test_bad_currencies(code: Any, flaw: Flaw) -> None:
    """A currency is a code in use, as the standard writes it."""
    assert bad(lambda: Currency(code)) == ("currency", flaw)
    assert bad(lambda: Money.of("1", code)) == ("currency", flaw)


@given(currencies)
def test_a_currency_is_one_object(currency: Currency) -> None:
    """Ten thousand amounts that are loaded share their currency, and it survives pickling and copying."""
    assert Currency(str(currency)) is Currency(currency) is currency
    assert pickle.loads(pickle.dumps(currency)) is copy.deepcopy(currency) is currency


def test_a_code_is_not_yet_a_currency() -> None:
    """A string that nobody looked up does not become money."""
    unchecked: Any = "EUR"
    assert bad(lambda: Money(1, unchecked)) == ("currency", Flaw.WRONG_TYPE)


def test_digits() -> None:
    """Each currency knows its places, and an amount shows all of them."""
    assert [currency.digits for currency in (EUR, JPY, KWD)] == [2, 0, 3]
    assert [str(Money(1000, currency).decimal) for currency in (EUR, JPY, KWD)] == ["10.00", "1000", "1.000"]


# --- Arithmetic


@given(minors, minors, currencies)
def test_arithmetic_is_that_of_whole_numbers(a: int, b: int, currency: Currency) -> None:
    """Adding, taking away and comparing are exact; a result beyond the limit is refused, never cut."""
    one, other = Money(a, currency), Money(b, currency)
    assert [relation(one, other) for relation in (operator.lt, operator.le, operator.gt, operator.ge)] == [
        a < b,
        a <= b,
        a > b,
        a >= b,
    ]
    assert (one == other) == (a == b)
    assert bool(one) == (a != 0)
    assert -one == Money(-a, currency)
    for combine, result in ((operator.add, a + b), (operator.sub, a - b)):
        if abs(result) <= MOST:
            assert combine(one, other) == Money(result, currency)
        else:
            assert bad(lambda: combine(one, other))[0] == "minor"  # noqa: B023 - called at once


@pytest.mark.parametrize(
    "combine",
    [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge],
)
def test_two_currencies_never_meet(combine: Callable[[Any, Any], object]) -> None:
    """Neither a sum nor an order of dollars and euros exists, zero or not (K6)."""
    assert bad(lambda: combine(Money(0, EUR), cad(0))) == ("currency", Flaw.MIXED_CURRENCIES)
    assert bad(lambda: Money.total([cad(1), Money(1, EUR)], CAD)) == ("currency", Flaw.MIXED_CURRENCIES)
    assert Money.zero(EUR) != Money.zero(CAD)


@pytest.mark.parametrize("stranger", [1, 1.0, "1.00", Decimal(1), True, None])
@pytest.mark.parametrize(
    "combine",
    [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge],
)
def test_money_meets_only_money(combine: Callable[[Any, Any], object], stranger: object) -> None:
    """Other operands are a TypeError from either side, as everywhere in Python."""
    for left, right in ((cad(1), stranger), (stranger, cad(1))):
        with pytest.raises(TypeError):
            _ = combine(left, right)


@pytest.mark.parametrize("times", [1.0, "2", Decimal(2), True, None, Money(2, CAD)])
def test_money_is_multiplied_by_whole_numbers_only(times: Any) -> None:
    """Three times an amount is an amount; half of one is a percentage or a share."""
    assert cad(5) * 3 == 3 * cad(5) == cad(15)
    with pytest.raises(TypeError):
        _ = cad(5) * times
    with pytest.raises(TypeError):
        _ = times * cad(5)


def test_total_of_nothing() -> None:
    """The sum of no amounts is zero, in the currency that was asked for."""
    assert Money.total([], JPY) == Money.zero(JPY)
    assert not Money.zero(JPY)
