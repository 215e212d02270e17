"""A directive that lays out which actions each right knows, read at each build from the table that the rules use."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib import import_module

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def row(cells: Iterable[nodes.Node]) -> nodes.row:
    """One row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def table(matrix: Mapping[StrEnum, frozenset[StrEnum]]) -> nodes.table:
    """*matrix* as a table: a row for each right, a column for each action."""
    columns = list(type(min(next(iter(matrix.values())))))
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(len(columns) + 1)), cols=len(columns) + 1)
    group += nodes.thead("", row([nodes.Text("right"), *(nodes.Text(action) for action in columns)]))
    body = nodes.tbody()
    for right, known in matrix.items():
        marks = (nodes.Text("X" if action in known else "-") for action in columns)
        body += row([nodes.literal("", right), *marks])
    group += body
    return nodes.table("", group)


class RightsMatrix(Directive):
    """`rights-matrix` with the dotted name of a table that maps rights to the actions that they know."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Give the table."""
        module, _, name = self.arguments[0].rpartition(".")
        matrix: Mapping[StrEnum, frozenset[StrEnum]] = getattr(import_module(module), name)
        return [table(matrix)]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("rights-matrix", RightsMatrix)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
