"""What the demo's narrator says, in three languages. What the library says itself is in its own catalogues."""

from collections.abc import Mapping
from typing import Final

from sqlite_host.narration.english import ENGLISH
from sqlite_host.narration.french import FRENCH
from sqlite_host.narration.italian import ITALIAN
from sqlite_host.narration.lines import Narration

__all__ = ["ENGLISH", "FRENCH", "ITALIAN", "NARRATIONS", "Narration"]

NARRATIONS: Final[Mapping[str, Narration]] = {"en": ENGLISH, "fr": FRENCH, "it": ITALIAN}
