"""The words: what people read, in their own language (T2, K11).

Refusals, flaws and notices are values without words. Here each gets one or two sentences, when somebody is
about to read them: what is wrong, and what to do next. A host makes one `Texts` and keeps it.

Every text has an id that is a code: `seats.no_such_seat`, `flaw.empty`, `seats.enrolled.subject`,
`seat_state.free`. `TEXTS` lists them all, with the fields that each may name, so a refusal without words is found when
a `Texts` is made, and not when somebody is refused. English is a catalogue like the others. Which field of a text is
the number that its plural goes by stands in `COUNTED`; a few texts say something else altogether where there is none of
a thing (`NONE_OF`). Which texts there are stands in `lara_core.telling.inventory`; all of it is imported from here.

Filling in. `{seat}` in a text is replaced by that field; everything else that looks like a format stays as it is
written. What is filled in is never read again. So nothing that a person typed can act as a format, and as values
are single lines, nothing can add a line to a subject (T2). A text that names a field it does not have, or a subject
of several lines, is `ContractBroken` when the `Texts` is made.

Languages. A reader's language is a tag such as `fr`, `fr-CA` or `it_CH`. The words are those of the nearest
catalogue, the longest part of the tag that has one; dates and amounts are those of the whole tag. A bare `en` is
British, as the words are. Languages without a catalogue are answered in the default language.

Letters. A body is made of paragraphs, with a blank line between two. One that is a single field and nothing else can be
laid out by whoever writes mail: a session's dates are a table there, and the links to answer are buttons. Where such a
field has nothing in it the paragraph is left out.

Over the library's catalogues lie those that a host adds, and over these the single texts that it replaces.
What an added language lacks is said in English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Context, localcontext
from enum import StrEnum
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final, TypeAlias, get_args

from attrs import Factory, evolve, field, fields, frozen, has
from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.numbers import format_currency, format_decimal

from lara_core.confirmation import ConfirmationRow, ConfirmationVerb, Standing
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone, utc
from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import BadValue, ContractBroken, Flaw, IdReused, NotFound, StaleState
from lara_core.kernel.ids import SeatNo
from lara_core.kernel.money import FIGURES, Money
from lara_core.kernel.people import EmailAddress, Person, distinct
from lara_core.rights import MATRIX, Action, NotGranted
from lara_core.telling.dates import Answers, Copies, LaidOut, Timetable, clock, clocks, lay_out, named, offset
from lara_core.telling.dates import day as told_day
from lara_core.telling.inventory import (
    ABOUT_DATES,
    COUNTED,
    ERRORS,
    IN_CREDITS,
    IN_LINES,
    LABELS,
    NONE_OF,
    TEXTS,
    Answered,
    Bound,
    Label,
)
from lara_core.telling.letters import LINK_LENGTH, About, InCredits, Letter, Message, Part, Shown, given, values_of
from lara_core.telling.notices import Notice, Template

__all__ = [
    "COUNTED",
    "IN_CREDITS",
    "LINK_LENGTH",
    "MOST_LISTED",
    "NONE_OF",
    "TEXTS",
    "About",
    "Answered",
    "Answers",
    "Bound",
    "Copies",
    "InCredits",
    "Label",
    "LaidOut",
    "Letter",
    "Message",
    "Part",
    "Shown",
    "Texts",
    "Timetable",
    "Words",
    "faults",
    "missing",
]

MOST_LISTED: Final = 10
"""How many people or seats a sentence lists; it says how many more there are. The value has them all."""

Words: TypeAlias = str | Sequence[str]
"""A text of a host's: a string, or for those in `COUNTED` one string for each plural form of the language."""

# --- Languages --------------------------------------------------------------------------------------------

_OWN: Final = ("en", "fr", "it")
_LAST: Final = "en"
_BRITISH: Final = "en_gb"
_UTC: Final = Zone("UTC")

_TAG: Final = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{1,8}){0,4}(?![a-z0-9])", re.ASCII | re.IGNORECASE)


def _parts(language: str) -> tuple[str, ...]:
    """`fr-CA` is `fr_ca`, then `fr`. What is no language at all has no part."""
    found = _TAG.match(language)
    if found is None:
        return ()
    parts = found[0].lower().replace("-", "_").split("_")
    return tuple("_".join(parts[:length]) for length in range(len(parts), 0, -1))


# Bounded, and asked for tidy tags alone, because tags come from browsers.
@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    """How dates and numbers are written there; as in British English where Babel does not know the language."""
    for part in _parts(language):
        try:
            return Locale.parse(_BRITISH if part == _LAST else part)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_BRITISH)


# --- Catalogues -------------------------------------------------------------------------------------------

_FIELD: Final = re.compile(r"\{([a-z][a-z_]*)\}")

# Enough to meet every form of every plural rule: they look at remainders by 100, and at whole millions.
_NUMBERS: Final = (*range(200), 1_000_000)


def _forms(catalogue: NullTranslations, text: str) -> frozenset[str]:
    """All forms of a text; its id among them where a form is missing."""
    if text not in COUNTED:
        return frozenset({catalogue.gettext(text)})
    return frozenset(catalogue.ngettext(text, text, number) for number in _NUMBERS)


def missing(catalogue: NullTranslations) -> tuple[str, ...]:
    """The ids of the texts that a catalogue does not have, or not in every plural form."""
    return tuple(text for text in TEXTS if text in _forms(catalogue, text))


def faults(catalogue: NullTranslations) -> tuple[str, ...]:
    """What is wrong with the texts that a catalogue has, each said in a line for its author.

    That is: a field that the text does not have, a blank text, a line break anywhere but in a body, and a
    text that lacks plural forms. `Texts` asks this of every catalogue; authors may ask it before.
    """
    return tuple(fault for text in TEXTS for fault in _faults(catalogue, text))


def _faults(catalogue: NullTranslations, text: str) -> Iterator[str]:
    forms = _forms(catalogue, text)
    if text in forms and (len(forms) > 1 or catalogue.gettext(text) != text):
        yield f"{text} lacks a plural form"
    for form in sorted(forms - {text}):
        if not form.strip():
            yield f"{text} is blank"
        elif len(form.splitlines()) > 1 and not text.endswith(IN_LINES):
            yield f"{text} has a line break"
        for name in sorted(set(_FIELD.findall(form)) - TEXTS[text]):
            yield f"{text} names {{{name}}}, which it does not have"


def _built(language: str) -> NullTranslations:
    """One of the library's catalogues, as the build compiled it."""
    compiled = files("lara_core.telling").joinpath("locale", language, "LC_MESSAGES", "lara_core.mo")
    try:
        with compiled.open("rb") as stream:
            catalogue = GNUTranslations(stream)
    except FileNotFoundError:
        raise ContractBroken(f"the texts in {language} are not compiled: run `make texts`") from None
    wrong = (*(f"{text} is missing" for text in missing(catalogue)), *faults(catalogue))
    if wrong:
        raise ContractBroken(f"the texts in {language} are not as written: run `make texts` ({'; '.join(wrong)})")
    return catalogue


def _replaced(language: str, replacing: Mapping[str, Words]) -> NullTranslations:
    """Single texts of a host's as one more catalogue, with as many plural forms as Babel knows in the language."""
    catalogue = Catalog(locale=_locale(language), fuzzy=False)
    for text, words in replacing.items():
        forms = (words,) if isinstance(words, str) else tuple(words)
        if text not in TEXTS:
            raise ContractBroken(f"{language}: there is no text {text}")
        if not all(form.strip() for form in forms):
            raise ContractBroken(f"{language}: {text} is blank")
        if text not in COUNTED:
            if not isinstance(words, str):
                raise ContractBroken(f"{language}: {text} is one string")
            _ = catalogue.add(text, words)
        elif isinstance(words, str) or len(forms) != catalogue.num_plurals:
            raise ContractBroken(f"{language}: {text} is a tuple of {catalogue.num_plurals} plural forms")
        else:
            _ = catalogue.add((text, text), forms)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    _ = compiled.seek(0)
    return GNUTranslations(compiled)


def _layers(texts: "Texts") -> Mapping[str, tuple[NullTranslations, ...]]:
    """The catalogues of each language, what a host replaces first, the library's own last."""
    layers: dict[str, tuple[NullTranslations, ...]] = {language: (_built(language),) for language in _OWN}
    replaced = {language: _replaced(language, words) for language, words in texts.replacing.items()}
    for language, catalogue in (*texts.adding.items(), *replaced.items()):
        wrong = faults(catalogue)
        if not _parts(language):
            wrong = ("this is not a language", *wrong)
        if wrong:
            raise ContractBroken(f"{language}: {'; '.join(wrong)}")
        key = _parts(language)[0]
        layers[key] = (catalogue, *layers.get(key, ()))
    return layers


# --- Texts ------------------------------------------------------------------------------------------------


@frozen(eq=False, kw_only=True)
class Texts:
    """All words, as one host wants them. Made once; it reads the compiled catalogues then, and never again.

    *default* is the language of those who speak one that is not here. *zone* is where instants in refusals are told,
    unless a call says otherwise; the text always names it. *replacing* holds single texts by language and id,
    those in `COUNTED` as a tuple of plural forms. *adding* holds gettext catalogues by language: a new one, or one
    that lies over the library's.

    Refused: a default without words (`BadValue`); a text, replaced or added, that is unknown, blank, lacks
    plural forms, names a field that it does not have, or breaks a line outside a body (`ContractBroken`).
    """

    default: str = "en"
    zone: Zone = _UTC
    replacing: Mapping[str, Mapping[str, Words]] = field(factory=dict[str, Mapping[str, Words]], repr=False)
    adding: Mapping[str, NullTranslations] = field(factory=dict[str, NullTranslations], repr=False)
    _layers: Mapping[str, tuple[NullTranslations, ...]] = field(
        init=False, repr=False, default=Factory(_layers, takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        if not self._nearest(self.default):
            raise BadValue("default", Flaw.UNKNOWN_NAME)

    def say(self, said: Refusal | Answered, language: str, *, zone: Zone | None = None) -> str:
        """What is wrong and what to do next, in one or two sentences.

        Of a `BadValue` its flaw counts, of the other errors their kind.

        A host's own refusal is said in the words that its catalogues have under the refusal's code; where nobody
        has any it is `ContractBroken`.
        """
        if isinstance(said, BadValue):
            return self._said(f"flaw.{said.flaw}", {}, language, zone)
        if isinstance(said, StaleState | IdReused | NotFound):
            return self._said(ERRORS[type(said)], {}, language, zone)
        return self._said(said.code, _values(said), language, zone)

    def compose(self, notice: Notice, language: str, about: About) -> Message:
        """*notice* in words, with what it is *about*: the letter as plain text, and refused where that is."""
        return self.letter(notice, language, about).message

    def letter(self, notice: Notice, language: str, about: About) -> Letter:
        """*notice* as a letter, with what it is *about*.

        Until when an invitation can be answered is told as the session's start where that comes first (S7). One about
        an enrolment in a course alone, without a session, says nothing of a start. Access that an offer tells of in
        words of its own is told of in these, as they are: nothing is filled in, and nothing of *about* needed (O4).
        What a sender wrote to go with a session's dates stands in place of the standard words (C1). Those dates are
        told in the session's zone, and until when they can be answered in that of these texts.

        Refused as a `BadValue`: a learner's notice to a mere id; one about seats that has no *seats*; one about an
        invitation or an offered place that has no *until*; one about money that has no *amount*; one about a wallet
        that has nothing *available*, or, where something was refused, no *price*; one about a session's dates that has
        no *dates*. And where *about* has none: *answer* for an invitation or an offered place; *partner* for an
        enrolment by one and for a wallet; *provider* for a basket; *title* for all but a wallet and a basket; *starts*
        and *place* for all that has a session; *zone* and those *dates* of which the notice is, *accept* and *decline*
        where they can be answered, and *client* where somebody else is told of them.
        """
        own = notice.message
        if own is not None and own.subject is not None and own.body is not None:
            return Letter(own.subject, (Part(own.body),))
        template, values = notice.template, values_of(notice, about)
        zone = about.zone
        subject = None
        if template in ABOUT_DATES:
            zone, edited = None, given("dates", notice.dates).message
            subject = edited.subject
            values["message"] = edited.body or self._said(f"{Template.PROPOSED}.opening", values, language, zone)
        subject = subject or self._said(f"{template}.subject", values, language, zone)
        words, spoken = self._chosen(f"{template}.body", values, language)
        parts = (self._part(paragraph, values, spoken, zone) for paragraph in words.split("\n\n"))
        return Letter(subject, tuple(part for part in parts if part.text))

    def row(self, row: ConfirmationRow, language: str, *, zone: Zone | None = None) -> str:
        """A client's row in the session (C5): days by the clocks of *zone*, and nothing where nothing was sent."""
        if row.standing is Standing.NOT_SENT:
            return ""
        locale, there = _locale(self._spoken(language)[0]), zone or self.zone
        values: dict[str, Shown] = {}
        if row.on is not None:
            values["on"] = told_day(row.on.astimezone(clocks(there, (row.on,)).info), locale, "long")
        if row.until is not None:
            values["until"] = row.until if row.until.day is None else told_day(row.until.day.date, locale, "long")
        return self._said(f"confirmation_row.{row.standing}", values, language, zone)

    def lay_out(self, timetable: Timetable, language: str) -> LaidOut:
        """A session's dates as they are put into a table; *place* and *zone* are whole lines (C1)."""
        found = lay_out(timetable, _locale(self._spoken(language)[0]))
        place = None if found.place is None else self._said("show.place", {"place": found.place}, language, None)
        return evolve(found, place=place, zone=self._said("show.zone", {"zone": found.zone}, language, None))

    def show(self, value: Shown, language: str, *, zone: Zone | None = None) -> str:
        """One value as people read it.

        What is a `Label` is shown by it. Numbers are grouped, and those `InCredits` are credits. An amount has the
        digits that ISO 4217 gives its currency. An instant is told in *zone*, with the zone's city and distance to UTC.
        A deadline that was given as a day is that day, without a time; one given as an instant is told as one. Somebody
        is the address that was typed. Of several values ten are shown, and how many more there are. Strings stay as
        they are: a seat's number is given as one.
        """
        locale = _locale(self._spoken(language)[0])
        match value:
            case StrEnum() if type(value) in LABELS:
                return self._said(f"{LABELS[type(value)]}.{value}", {}, language, zone)
            case EmailAddress():
                return value.typed
            case Person():
                return value.address.typed
            case str():
                return value
            case int():
                with localcontext(_EXACT):
                    return format_decimal(value, locale=locale)
            case InCredits(number):
                return self._said("show.credits", {"count": number}, language, zone)
            case Money():
                return _amount(value, locale)
            case datetime():
                return self._instant(value, language, zone)
            case Deadline(instant=last, day=day):
                return self._instant(last, language, zone) if day is None else told_day(day.date, locale)
            case LocalDay(date=day):
                return told_day(day, locale)
            case date():
                return told_day(value, locale)
            case Timetable():
                return "\n".join(self._lines(value, language))
            case Answers(accept=accept, decline=decline):
                links = {ConfirmationVerb.ACCEPT: accept, ConfirmationVerb.DECLINE: decline}
                return "\n".join(
                    self._said("show.link", {"label": verb, "link": link}, language, zone)
                    for verb, link in links.items()
                )
            case Copies(people=people):
                return self._said("show.copies", {"people": people}, language, zone) if people else ""
            case _:
                shown = [self.show(each, language, zone=zone) for each in value[:MOST_LISTED]]
                if len(value) > MOST_LISTED:
                    shown.append(self._said("show.more", {"count": len(value) - MOST_LISTED}, language, zone))
                return format_list(shown, locale=locale)

    def _spoken(self, language: str) -> tuple[str, tuple[str, ...]]:
        """The language that a reader is answered in, as a tidy tag, and its catalogues, the nearest first."""
        tag = language if self._nearest(language) else self.default
        return _parts(tag)[0], self._nearest(tag)

    def _nearest(self, language: str) -> tuple[str, ...]:
        return tuple(part for part in _parts(language) if part in self._layers)

    def _words(self, text: str, language: str, number: int | None) -> tuple[str, str]:
        """A text before anything is filled in, and the language that it is in."""
        tag, nearest = self._spoken(language)
        for key in (*nearest, _LAST):
            for layer in self._layers[key]:
                words = layer.gettext(text) if number is None else layer.ngettext(text, text, number)
                if words != text:
                    return words, tag if key in nearest else key
        raise ContractBroken(f"there are no words for {text}")

    def _said(self, text: str, values: Mapping[str, Shown], language: str, zone: Zone | None) -> str:
        words, spoken = self._chosen(text, values, language)
        return self._filled(words, values, spoken, zone)

    def _chosen(self, text: str, values: Mapping[str, Shown], language: str) -> tuple[str, str]:
        """The words that *values* ask for, before anything is filled in, and the language that they are in."""
        if text in NONE_OF and _lacking(values.get(NONE_OF[text])):
            text = f"{text}.none"
        number = _number(values[COUNTED[text]]) if text in COUNTED else None
        return self._words(text, language, number)

    def _filled(self, words: str, values: Mapping[str, Shown], spoken: str, zone: Zone | None) -> str:
        def filled(found: re.Match[str]) -> str:
            # Only a host's own refusal can lack a field that its words name, or have nothing in it.
            return self.show(values[found[1]], spoken, zone=zone) if found[1] in values else found[0]

        return _FIELD.sub(filled, words)

    def _part(self, paragraph: str, values: Mapping[str, Shown], spoken: str, zone: Zone | None) -> Part:
        alone = _FIELD.fullmatch(paragraph)
        value = None if alone is None else values.get(alone[1])
        laid_out = value if isinstance(value, Timetable | Answers) else None
        return Part(self._filled(paragraph, values, spoken, zone), laid_out)

    def _lines(self, timetable: Timetable, language: str) -> Iterator[str]:
        if not timetable.meetings:
            return
        found = self.lay_out(timetable, language)
        for each in found.dates:
            values: dict[str, Shown] = {"day": each.day, "times": each.times}
            if each.place is None:
                yield self._said("show.date", values, language, None)
            else:
                yield self._said("show.date_at", {**values, "place": each.place}, language, None)
        if found.place is not None:
            yield found.place
        yield found.zone

    def _instant(self, value: datetime, language: str, zone: Zone | None) -> str:
        locale, there = _locale(self._spoken(language)[0]), zone or self.zone
        try:
            local = utc("value", value).astimezone(there.info)
        except OverflowError:
            # Not every zone has the first hours of the year 1, or the last of 9999.
            there = _UTC
            local = value.astimezone(there.info)
        values: dict[str, Shown] = {
            "date": local.date(),
            "time": clock(local, locale),
            "zone": named(there, (offset(local),), locale),
        }
        return self._said("show.instant", values, language, zone)


_EXACT: Final = Context(prec=FIGURES)  # whatever the caller's own decimal context says
_DECIMALS: Final = re.compile(r"0(?:\.0+)?(?![0.])")


def _values(refusal: Refusal) -> Mapping[str, Shown]:
    kind = type(refusal)
    if not has(kind):
        return {}
    values: dict[str, Shown] = {}
    for each in fields(kind):
        value = getattr(refusal, each.name)
        if value is None:
            continue
        if SeatNo in (each.type, *get_args(each.type)):
            # A seat's number is a plain int when the program runs: only its field tells it from a count.
            value = str(value)
        elif each.type == tuple[Person, ...]:
            # Somebody who was named three times is one person.
            value = distinct(value)[0]
        elif Credits in (each.type, *get_args(each.type)) or each.name in IN_CREDITS.get(refusal.code, ()):
            # So are credits.
            value = InCredits(value)
        values[each.name] = value
    if isinstance(refusal, NotGranted) and MATRIX[refusal.right] == frozenset({Action.VIEW}):
        # A yes/no permission is held or not: nobody views it.
        del values["action"]
    return values


def _lacking(value: object) -> bool:
    return not (value.number if isinstance(value, InCredits) else value)


def _amount(amount: Money, locale: Locale) -> str:
    digits = amount.currency.digits
    # CLDR's digits are not ISO's for some currencies: the pattern is given them.
    pattern = _DECIMALS.sub(f"0.{'0' * digits}" if digits else "0", locale.currency_formats["standard"].pattern)
    with localcontext(_EXACT):
        return format_currency(amount.decimal, amount.currency, pattern, locale=locale, currency_digits=False)


def _number(value: Shown) -> int:
    if isinstance(value, int):
        return value
    return len(value) if isinstance(value, Sequence) else 1
