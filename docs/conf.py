"""How the documentation is built: everything from this tree, nothing loaded from elsewhere."""

import html
import shutil
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.ext.graphviz import graphviz
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

project = "lara-core"
author = "The lara-core authors"
copyright = "The lara-core authors"  # noqa: A001 - the name that Sphinx reads

sys.path.append(str(Path(__file__).with_name("_ext")))
extensions = ["state_diagram", "rights_matrix", "myst_parser", "sphinx.ext.autodoc", "sphinx.ext.graphviz"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_ext"]
nitpicky = False

html_theme = "furo"
html_title = "lara-core"
html_copy_source = False
html_show_sphinx = False

graphviz_output_format = "svg"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}


def show_source(translator: HTML5Translator, node: nodes.Element) -> None:
    """Show a diagram as its text: what a reader gets where `dot` is not installed."""
    translator.body.append(f"<pre>{html.escape(node['code'])}</pre>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Fall back to text for diagrams if they cannot be drawn."""
    if shutil.which("dot") is None:
        app.add_node(graphviz, override=True, html=(show_source, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
