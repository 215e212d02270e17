"""Money from a float: cents are lost."""

from lara_core.kernel import Currency, Money


def price(amount: float) -> Money:
    """Trust in binary fractions."""
    return Money(amount, Currency("CAD"))  # wrong: mypy arg-type, pyright reportArgumentType
