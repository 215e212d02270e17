"""Errors say who must act, and never what a person typed."""

import pickle
import re

import pytest

from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue, ContractBroken, Flaw, IdReused, LaraError, NotFound, StaleState
from lara_core.kernel.ids import AccountId, SeatNo
from lara_core.kernel.people import EmailAddress
from lara_core.seats import SeatIs, SeatState


@pytest.mark.parametrize("kind", [BadValue, StaleState, IdReused, NotFound, ContractBroken])
def test_one_class_catches_all(kind: type[Exception]) -> None:
    """A host can catch whatever this library raises on purpose with one clause."""
    assert issubclass(kind, LaraError)


def test_bad_value_is_a_value_error() -> None:
    """Frameworks turn ValueError into a form error; the message is the field and the flaw's code, no more (K11)."""
    bad = BadValue("address", Flaw.TOO_LONG)
    assert isinstance(bad, ValueError)
    assert (bad.field, bad.flaw, str(bad)) == ("address", Flaw.TOO_LONG, "address: too_long")


@pytest.mark.parametrize(
    "typed", ["anna@@example.com", "änna@@example.com", "anna@xn--example.com", "anna\n@example.com"]
)
def test_nothing_typed_is_in_an_error(typed: str) -> None:
    """Errors end up in logs, with whatever they were raised from (K11)."""
    with pytest.raises(BadValue) as caught:
        _ = EmailAddress(typed)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "nna" not in repr(caught.value)
    with pytest.raises(BadValue) as caught:
        _ = AccountId("Anna Example")
    assert repr(caught.value) == "BadValue('AccountId: unsafe_character')"


def test_flaws_are_stable_codes() -> None:
    """A flaw's code is its name in lower case: it is stored and translated, so it must not drift (K11)."""
    assert [flaw.value for flaw in Flaw] == [flaw.name.lower() for flaw in Flaw]
    assert all(re.fullmatch("[a-z_]+", flaw) for flaw in Flaw)


def test_errors_survive_a_pool_of_workers() -> None:
    """What a rule says in a worker's process arrives whole in the one that asked: field, flaw, refusal."""
    bad = pickle.loads(pickle.dumps(BadValue("prices", Flaw.EMPTY)))
    assert (bad.field, bad.flaw, str(bad)) == ("prices", Flaw.EMPTY, "prices: empty")
    refused = pickle.loads(pickle.dumps(Refused(SeatIs(SeatNo(1), SeatState.FREE))))
    assert (refused.refusal, str(refused)) == (SeatIs(SeatNo(1), SeatState.FREE), "seats.seat_is")
