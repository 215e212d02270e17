"""The table of currencies is the standard's."""

import iso4217

from lara_core.kernel.iso4217 import DIGITS


def test_the_table_is_the_published_one() -> None:
    """Every active code that has minor units is known, with its digits, and no other (K6)."""
    published = {code: str(row["CcyMnrUnts"]) for code, row in iso4217.raw_table.items()}
    assert {code: int(digits) for code, digits in published.items() if digits.isdigit()} == DIGITS


def test_what_is_not_billed_is_not_known() -> None:
    """Gold, drawing rights, test codes and "no currency" have no minor unit, so no amount in them is exact."""
    assert DIGITS.keys().isdisjoint({"XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XTS", "XXX"})


def test_examples() -> None:
    """The three kinds that hosts meet."""
    assert (DIGITS["EUR"], DIGITS["JPY"], DIGITS["KWD"]) == (2, 0, 3)
