"""A host that forgets an event: its rows say something else than the state, from the first such event on."""

from typing import assert_never

from lara_core.sessions import PlacesGivenBack, PlacesTaken, SessionEvent


def row_change(event: SessionEvent) -> int:
    """Count what two of the events do, and hope that there are no more."""
    match event:
        case PlacesTaken(places):
            return places
        case PlacesGivenBack(places):
            return -places
        case _:
            assert_never(event)  # wrong: mypy arg-type, pyright reportArgumentType
