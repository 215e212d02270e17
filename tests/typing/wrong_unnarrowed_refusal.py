"""A field that only one of the refusals has, read of any of them."""

from lara_core.kernel import Refused


def look(no: Refused) -> None:
    """Believe that it is always for lack of seats."""
    _ = no.refusal.free  # wrong: mypy attr-defined, pyright reportAttributeAccessIssue
