"""The strategies of selling give what real commands led to, and reach what hosts will meet."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any, Final

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from lara_core.cart import BasketState, LineKind, Method, NothingPaid
from lara_core.documents import DocumentIssued
from lara_core.kernel.decisions import Decision, Event
from lara_core.kernel.money import Currency
from lara_core.promotions import CodeChanged, UseGivenBack
from lara_core.providers import Arranged
from lara_core.testing import laws, strategies
from tests.test_strategies import Reached, last, some

HISTORIES: Final[Mapping[str, SearchStrategy[tuple[Decision[Any, Any], ...]]]] = {
    "providers": strategies.provider_histories(),
    "arrangements": strategies.arrangement_histories(),
    "trainings": strategies.training_histories(),
    "carts": strategies.cart_histories(),
    "codes": strategies.code_histories(),
    "documents": strategies.numbering_histories(),
}


@pytest.mark.parametrize("kind", HISTORIES)
@settings(max_examples=50)
@given(data=st.data())
def test_states_are_what_happened_to_them(kind: str, data: st.DataObject) -> None:
    """Each state of a history follows from the events before it (K3, K5)."""
    events: list[Event] = []
    for decision in data.draw(HISTORIES[kind]):
        events += decision.events
        assert list(laws.of_history(decision.state, events)) == []


def has(field: str, value: object, it: Any) -> bool:
    """Whether a field of *it* is that very value."""
    return attrgetter(field)(it) is value


def any_attempt(reached: Reached) -> Reached:
    """Whether that is so of an attempt to pay a basket, in the end."""
    return last(lambda cart: any(reached(made) for made in cart.attempts))


REACHED: Final[Mapping[str, tuple[SearchStrategy[Any], Mapping[str, Reached]]]] = {
    "lines": (
        strategies.lines(),
        {
            **{f"of a {kind}": partial(has, "kind", kind) for kind in LineKind},
            "for somebody's own place": lambda it: not it.bulk,
            "for nothing": lambda it: not it.unit,
            "with two taxes": lambda it: len(it.taxes) == 2,
            "with learners and invitees": lambda it: bool(it.bulk and it.learners and it.invitees),
            "in a currency without digits": lambda it: it.currency.digits == 0 and it.unit.minor > 0,
        },
    ),
    "arrangements": (
        strategies.arrangement_histories(),
        {
            **{f"arrangement {arranged}": last(partial(has, "sellers.arranged", arranged)) for arranged in Arranged},
            "one after another": last(lambda it: len(it.periods) > 2),
        },
    ),
    "trainings": (
        strategies.training_histories(),
        {
            "without a dispenser": last(lambda it: it.dispenser is None),
            "a partner's, with one": last(lambda it: bool(it.owner and it.dispenser)),
        },
    ),
    "carts": (
        strategies.cart_histories(tries=6),
        {
            **{
                f"a basket that is {state}": any_attempt(partial(has, "state", state))
                for state in BasketState
                if state is not BasketState.OPEN
            },
            **{f"by {method}": any_attempt(partial(has, "method", method)) for method in Method},
            "two baskets": last(lambda it: len({(line.provider, line.currency) for line in it.lines}) == 2),
            "two lines in one": last(
                lambda it: len(it.lines) > len({(line.provider, line.currency) for line in it.lines})
            ),
            "a second attempt": any_attempt(lambda it: it.number == 2),
            "a discount": any_attempt(lambda it: bool(it.discounts) and bool(it.total)),
            "all of it off": some(NothingPaid, lambda it: bool(it.discounts)),
            "approval": any_attempt(lambda it: bool(it.approval)),
        },
    ),
    "codes": (
        strategies.code_histories(tries=4),
        {
            "used up": last(lambda it: it.in_use == it.uses),
            "reserved twice": last(lambda it: len(it.reserved) == 2),
            "consumed": last(lambda it: it.used > 0),
            "given back": some(UseGivenBack, lambda it: True),
            "changed": some(CodeChanged, lambda it: True),
            "of a fixed amount": last(lambda it: it.discount.amount is not None),
        },
    ),
    "documents": (
        strategies.numbering_histories(),
        {
            "a credit note": some(DocumentIssued, lambda it: it.refund is not None),
            "a third": last(lambda it: it.last > 2),
        },
    ),
    "notices": (strategies.notices(), {"of a basket": lambda it: it.cart is not None and it.amount is not None}),
}


@pytest.mark.parametrize("kind", REACHED)
def test_a_strategy_reaches(kind: str) -> None:
    """A strategy that never gives the hard case hides it."""
    strategy, wanted = REACHED[kind]
    missing = dict(wanted)

    def ticked_off(value: Any) -> bool:
        for what in [what for what, reached in missing.items() if reached(value)]:
            del missing[what]
        return not missing

    # The first that are found will do: making them small takes long, and is of no use here.
    looking = settings(max_examples=2_000, database=None, derandomize=True, phases=[Phase.generate])
    with suppress(NoSuchExample):
        _ = find(strategy.map(ticked_off), bool, settings=looking)
    assert list(missing) == []


@given(strategies.lines(currency=Currency("KWD")))
def test_lines_are_in_the_currency_that_is_asked_for(line: Any) -> None:
    """The arguments of a strategy narrow what it gives."""
    assert line.currency == "KWD"
