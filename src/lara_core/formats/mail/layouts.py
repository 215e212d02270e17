"""How a letter looks as HTML. Part of `lara_core.formats.mail`.

A layout is a Jinja2 template. It is given a letter in words that are ready: nothing in it is looked up, worked out or
called. Every value is escaped, and there is no way to say that one is markup. A layout of a host's own runs in a
sandbox: it reaches fields of what it is given, and nothing else; a name that it does not have is an error and not a
blank. How long it runs nobody limits, so whoever may edit layouts is trusted with the host's time.

What it is given: `language`, a tag; `subject`; `parts`, in order; `organisation`. A part has its `kind`: `text` has
`paragraphs`, each of lines with `text` and maybe `link`; `dates` has `dates`, each with `day`, `times` and maybe
`place`, and `notes`, lines that are about all of them; `answers` has `accept` and `decline`, each with a `label` and a
`link`.
"""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from attrs import Factory, field, frozen

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.telling.dates import LaidOutDate

try:
    from jinja2 import StrictUndefined, Template, TemplateError, nodes
    from jinja2.runtime import Macro
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("mail needs Jinja2: install lara-core[mail]") from missing

LAYOUT_LENGTH: Final = 100_000
"""No layout has more characters."""


@frozen
class Button:
    """A *label*, and the *link* behind it."""

    label: str
    link: str


@frozen
class Line:
    """A line of *text*, and the *link* behind it, where there is one."""

    text: str
    link: str | None = None


@frozen
class TextBlock:
    """Paragraphs, each of lines."""

    paragraphs: tuple[tuple[Line, ...], ...]
    kind: Literal["text"] = "text"


@frozen
class DatesBlock:
    """A session's dates, and lines about all of them."""

    dates: tuple[LaidOutDate, ...]
    notes: tuple[str, ...]
    kind: Literal["dates"] = "dates"


@frozen
class AnswersBlock:
    """The two buttons."""

    accept: Button
    decline: Button
    kind: Literal["answers"] = "answers"


Block: TypeAlias = TextBlock | DatesBlock | AnswersBlock


# What only looks at text, or at how many there are; nothing that could make a megabyte of a word.
_FILTERS: Final = ("escape", "e", "upper", "lower", "capitalize", "title", "trim", "length", "count", "first", "last")
_TESTS: Final = ("defined", "undefined", "none", "string", "sequence", "odd", "even", "eq", "ne", "==", "!=", "in")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Reaches fields, and calls nothing but the layout's own macros."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.tests = {name: self.tests[name] for name in _TESTS}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        # Methods of strings can make long ones, and `format` reaches further.
        return not isinstance(obj, str) and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: object) -> bool:
        return isinstance(obj, Macro)

    def call_binop(self, context: object, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401, ARG002 - Jinja's
        raise TemplateError(f"there is no {operator} here")


def _source(field: str, value: str) -> str:
    if type(value) is not str:
        raise BadValue(field, Flaw.WRONG_TYPE)
    if len(value) > LAYOUT_LENGTH:
        raise BadValue(field, Flaw.TOO_LONG)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadValue(field, Flaw.UNSAFE_CHARACTER)
    return value


def _compiled(layout: "Layout") -> Template:
    source, sandbox = _source("source", layout.source), _Sandbox()
    try:
        tree = sandbox.parse(source)
        # `autoescape` could be switched off, and whoever is named in a message write HTML.
        if tree.find(nodes.EvalContextModifier) is None:
            return sandbox.from_string(tree)
    # Of a number with too many figures, a ValueError.
    except (TemplateError, RecursionError, SyntaxError, ValueError):
        pass
    raise BadValue("source", Flaw.WRONG_FORM)


@frozen
class Layout:
    """The HTML of messages, as the *source* of a Jinja2 template of at most 100,000 characters.

    Refused as a `BadValue`: one that is no template, knows filters and tests that are not here, or sets `autoescape`.
    """

    source: str = field(repr=False)
    _template: Template = field(init=False, repr=False, eq=False, default=Factory(_compiled, takes_self=True))

    def render(self, given: Mapping[str, object]) -> str:
        """The HTML. Refused as a `BadValue`: a layout that names what it is not given, or asks for what it may not."""
        render: Callable[[Mapping[str, object]], str] = self._template.render
        try:
            html = render(given)
            # An escape in a text can be half a character, which no message can hold.
            _ = html.encode()
            return html
        # Whatever a template can raise: of a name, a type, a number, or too deep.
        except (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            pass
        raise BadValue("layout", Flaw.WRONG_FORM)


def _standard() -> str:
    return files("lara_core.formats.mail").joinpath("templates", "letter.html").read_text(encoding="utf-8")


STANDARD: Final = Layout(_standard())
"""The library's own: one column, readable at 320 pixels, in light and in dark."""
