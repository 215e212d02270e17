"""A directive that draws a table of states: it is read at each build, so no picture can be older than the table."""

from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.ext.graphviz import graphviz
from sphinx.util.typing import ExtensionMetadata

LOOK = """
    rankdir=LR; bgcolor=transparent; pad=0.2;
    node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#5b7083", fontname=Helvetica, fontsize=12];
    edge [color="#5b7083", fontname=Helvetica, fontsize=11];
"""


def dot(table: Mapping[StrEnum, Mapping[StrEnum, StrEnum]]) -> str:
    """*table* as a Graphviz graph, one arrow from state to state; a state that knows no verb is drawn as final."""
    lines = [f'{state} [label="{state}"{"" if verbs else ", peripheries=2"}];' for state, verbs in table.items()]
    for state, verbs in table.items():
        for to in dict.fromkeys(verbs.values()):
            label = "\\n".join(verb for verb, leads in verbs.items() if leads is to)
            lines.append(f'{state} -> {to} [label="{label}"];')
    return "digraph {" + LOOK + "\n    ".join(["", *lines]) + "\n}\n"


class StateDiagram(Directive):
    """`state-diagram` with the dotted name of a table that maps states to verbs to states."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Give the graph as a node that `sphinx.ext.graphviz` draws."""
        module, _, name = self.arguments[0].rpartition(".")
        table: Mapping[StrEnum, Mapping[StrEnum, StrEnum]] = getattr(import_module(module), name)
        node = graphviz()
        node["code"] = dot(table)
        node["options"] = {}
        node["alt"] = f"The states of {self.arguments[0]}, and what leads from one to the other"
        return [node]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("state-diagram", StateDiagram)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
