"""Documents are numbered per provider, without gaps or repeats (P8)."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lara_core.documents import DocumentIssued, NeverIssued, Numbering, NumberingBegan, NumberingEvent
from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ProviderId, RefundId, TransactionId
from lara_core.testing import laws
from tests.builders import act, flaw

MAIN: Final = ProviderId("main")
ORDER: Final = TransactionId("order")
REFUND: Final = RefundId("refund")


def _started() -> Numbering:
    return Numbering.start(act(), MAIN).state


def test_a_series_starts_before_its_first_number() -> None:
    """Nothing is issued by starting (P8)."""
    decision = Numbering.start(act(), MAIN)
    assert decision.events == (NumberingBegan(MAIN, act()),)
    assert decision.state == Numbering(MAIN, 1, 0)


def test_invoices_and_credit_notes_share_a_series() -> None:
    """The first number is 1, and the next document has the next, of whichever kind; each says what it is for (P8)."""
    invoice = _started().issue(act(), ORDER, issued=None)
    credit = invoice.state.issue(act(), ORDER, refund=REFUND, issued=None)
    assert invoice.events == (DocumentIssued(1, ORDER, None, act()),)
    assert credit.events == (DocumentIssued(2, ORDER, REFUND, act()),)
    assert credit.state == Numbering(MAIN, 3, 2)


def test_what_has_a_number_keeps_it() -> None:
    """Asking again for the same source moves nothing (P8)."""
    issued = _started().issue(act(), ORDER, issued=None).state
    again = issued.issue(act(), ORDER, issued=1)
    assert again.state is issued
    assert again.events == ()


def test_a_number_that_nobody_gave() -> None:
    """A fact that cannot be true is refused, not believed (K2)."""
    assert why_not(_started().issue, act(), ORDER, issued=1) == NeverIssued(1, 0)


@pytest.mark.parametrize(("number", "why"), [(0, Flaw.TOO_SMALL), (True, Flaw.WRONG_TYPE), ("1", Flaw.WRONG_TYPE)])
def test_what_is_no_number(number: Any, why: Flaw) -> None:
    """Numbers are whole and count from 1 (K9)."""
    assert flaw(lambda: _started().issue(act(), ORDER, issued=number)) == ("issued", why)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([None, "x", "y"])), max_size=20))
def test_numbers_are_without_gaps_and_repeats(sources: list[tuple[str, str | None]]) -> None:
    """Whatever is asked for, and however often, the n-th document is number n, and each source has one (P8, K3, K5)."""
    started = Numbering.start(act(), MAIN)
    numbering, events = started.state, list[NumberingEvent](started.events)
    given_to: dict[tuple[str, str | None], int] = {}
    for transaction, refund in sources:
        decision = numbering.issue(
            act(),
            TransactionId(transaction),
            refund=None if refund is None else RefundId(refund),
            issued=given_to.get((transaction, refund)),
        )
        assert list(laws.of_decision(numbering, decision)) == []
        numbering = decision.state
        events += decision.events
        given_to.setdefault((transaction, refund), numbering.last)
    assert sorted(given_to.values()) == list(range(1, len(set(sources)) + 1))
    assert list(laws.of_history(numbering, events)) == []
