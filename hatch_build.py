"""Compile the catalogues: each lara_core.po in the tree becomes the .mo beside it.

Hatchling runs this before a wheel, an sdist or an editable install; `make texts` runs it by hand.
The .mo files are built, never committed, so what is shipped cannot differ from what is written.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> None:
    """Write the .mo of every catalogue below *root*; a tree without texts is left as it is."""
    for po in root.glob("src/lara_core/telling/locale/*/LC_MESSAGES/lara_core.po"):
        with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale=po.parts[-3], abort_invalid=True))


class CompileCatalogues(BuildHookInterface[Any]):
    """What Hatchling calls; the artifacts in pyproject.toml say that the .mo files are shipped."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is collected."""
        compile_catalogues(Path(self.root))


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent)
