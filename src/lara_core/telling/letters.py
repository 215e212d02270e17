"""What a notice is about, and the letter that is made of it: the values between `Notice` and words (T1, T2).

Part of `lara_core.telling.texts`, which is where to import from.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, TypeAlias, TypeVar

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import Deadline, LocalDay, Zone, utc
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import DateNo
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.kernel.validators import checked, line
from lara_core.schedules import SessionDate
from lara_core.telling.dates import Answers, Copies, Timetable
from lara_core.telling.inventory import (
    ABOUT_BASKETS,
    ABOUT_CREDITS,
    ABOUT_DATES,
    ABOUT_ENROLMENTS,
    ABOUT_MONEY,
    ABOUT_PARTNERS,
    ABOUT_SEATS,
    ABOUT_SESSIONS,
    ABOUT_TRAININGS,
    OF_REFUSALS,
    THAT_ENDS,
    THAT_OPENS,
    TO_ANSWER,
    TO_CLIENTS,
    TO_INVITEES,
    TO_LEARNERS,
    TO_STAFF,
    WITH_DATES,
    WITH_DEADLINE,
    Bound,
    Label,
)
from lara_core.telling.notices import DatesTold, Notice, Template

LINK_LENGTH: Final = 2_000
_LINK: Final = re.compile(r"https?://\S+")

T = TypeVar("T")

_One: TypeAlias = (
    "Label | int | InCredits | Money | date | LocalDay | Deadline | Person | EmailAddress | str | Timetable | Answers"
)
Shown: TypeAlias = "_One | Copies | Sequence[Shown]"
"""What can be shown to people; a `datetime` is a `date`."""


def _link(field: str, value: str) -> None:
    if not _LINK.fullmatch(line(field, value, most=LINK_LENGTH)):
        raise BadValue(field, Flaw.WRONG_FORM)


def _starts(value: datetime | None) -> datetime | None:
    return None if value is None else utc("starts", value)


def _dates(value: Mapping[DateNo, SessionDate] | None) -> Mapping[DateNo, SessionDate] | None:
    if value is None:
        return None
    if any(type(each) is not SessionDate for each in value.values()):
        raise BadValue("dates", Flaw.WRONG_TYPE)
    return dict(value)


@frozen
class InCredits:
    """A number of credits, shown as such: "1,200 credits". Credits are plain numbers, which are shown bare."""

    number: int


@frozen(kw_only=True)
class About:
    """What a notice does not hold and its reader must know; the host gives it when the notice is sent.

    *sign_in* is the address of the portal's page where the reader signs in; *organisation* signs the message. All else
    is needed by some notices alone, as `Texts.compose` says. *title* is the training's, the session's or the offer's,
    as people know it. A session *starts* at that instant, told in *zone*, and takes place at *place*: an address, or
    words such as "online". Other instants are told in *zone*, too, or in that of the `Texts` where there is none.
    *partner* is the partner's name, *provider* the provider's. *answer* is the page where this reader accepts or
    declines: the link opens a page, opening it never answers. Whoever has that link can answer, so it is not shown in a
    `repr`. Of a session whose dates a client confirms, *client* is the client's name, *dates* are all that its schedule
    has, read in *zone*, and *accept* and *decline* are pages like *answer*. All are single lines (K9). Refused: a
    start, or dates, without a zone.
    """

    title: str | None = field(default=None, validator=optional(checked(line)))
    starts: datetime | None = field(default=None, converter=_starts)
    zone: Zone | None = None
    place: str | None = field(default=None, validator=optional(checked(line)))
    sign_in: str = field(validator=checked(_link))
    organisation: str = field(validator=checked(line))
    answer: str | None = field(default=None, validator=optional(checked(_link)), repr=False)
    partner: str | None = field(default=None, validator=optional(checked(line)))
    provider: str | None = field(default=None, validator=optional(checked(line)))
    client: str | None = field(default=None, validator=optional(checked(line)))
    dates: Mapping[DateNo, SessionDate] | None = field(default=None, converter=_dates)
    accept: str | None = field(default=None, validator=optional(checked(_link)), repr=False)
    decline: str | None = field(default=None, validator=optional(checked(_link)), repr=False)

    def __attrs_post_init__(self) -> None:
        if self.zone is None:
            if self.starts is not None or self.dates is not None:
                raise BadValue("zone", Flaw.EMPTY)
        elif not issubclass(type(self.zone), Zone):
            raise BadValue("zone", Flaw.WRONG_TYPE)


@frozen(repr=False)
class Message:
    """A notice in words: a *subject* of one line, and a *body* of plain text. Its `repr` shows neither (K11)."""

    subject: str
    body: str

    def __repr__(self) -> str:
        return "Message(...)"


@frozen(repr=False)
class Part:
    """A paragraph of a letter as *text*; and its *value*, where it is one that can be laid out and nothing else."""

    text: str
    value: Timetable | Answers | None = None


@frozen(repr=False)
class Letter:
    """A notice in words, as a *subject* and the *parts* of its body. Its `repr` shows neither (K11)."""

    subject: str
    parts: tuple[Part, ...]

    @property
    def message(self) -> Message:
        """The same as plain text."""
        return Message(self.subject, "\n\n".join(part.text for part in self.parts))

    def __repr__(self) -> str:
        return "Letter(...)"


# --- What a notice fills in -------------------------------------------------------------------------------


def values_of(notice: Notice, about: About) -> dict[str, Shown]:
    """What the texts of a notice's template may name. Refused: what `Texts.letter` refuses."""
    template = notice.template
    values: dict[str, Shown] = {"sign_in": about.sign_in, "organisation": about.organisation}
    if template in ABOUT_TRAININGS:
        values["title"] = given("title", about.title)
    if template in ABOUT_SESSIONS or (template in ABOUT_ENROLMENTS and notice.session is not None):
        values["starts"] = given("starts", about.starts)
        values["place"] = given("place", about.place)
    if template in ABOUT_PARTNERS:
        values["partner"] = given("partner", about.partner)
    if template in ABOUT_BASKETS:
        values["provider"] = given("provider", about.provider)
    if template in ABOUT_CREDITS:
        values["available"] = InCredits(given("available", notice.available))
    if template in OF_REFUSALS:
        values["price"] = InCredits(given("price", notice.price))
    if template in ABOUT_SEATS:
        if not notice.seats:
            raise BadValue("seats", Flaw.EMPTY)
        values["seats"] = tuple(map(str, notice.seats))
    if template in TO_LEARNERS:
        if not isinstance(notice.to, Person):
            raise BadValue("to", Flaw.WRONG_TYPE)
        values["learner"] = notice.to
    if template in TO_ANSWER:
        until = given("until", notice.until)
        values["answer"] = given("answer", about.answer)
        # An offered place can still be taken when the session has started (N2).
        ends = given("starts", about.starts) if template in TO_INVITEES else until.instant
        values["until"] = Deadline.at(ends) if ends < until.instant else until
    if template in ABOUT_MONEY:
        values["amount"] = given("amount", notice.amount)
    if template in THAT_OPENS:
        values["opens"] = notice.opens or Bound.AT_ONCE
    if template in THAT_ENDS:
        values["ends"] = notice.ends or Bound.NEVER
    if template in ABOUT_DATES:
        values |= _of_dates(notice, given("dates", notice.dates), about)
    return values


def _of_dates(notice: Notice, told: DatesTold, about: About) -> dict[str, Shown]:
    template = notice.template
    values: dict[str, Shown] = {"copies": Copies(told.copies), "recipient": told.to}
    if template in WITH_DATES:
        known = given("dates", about.dates)
        # Whoever is told of the dates of an older schedule would be told others than were proposed.
        if template is not Template.DATES_CALLED_OFF and not told.dates <= known.keys():
            raise BadValue("dates", Flaw.MISSING_KEY)
        meetings = tuple(known[number] for number in told.dates & known.keys())
        values["dates"] = Timetable(given("zone", about.zone), meetings)
    if template in WITH_DEADLINE:
        values["until"] = given("until", notice.until)
    if template in TO_CLIENTS:
        values["answers"] = Answers(given("accept", about.accept), given("decline", about.decline))
    if template in TO_STAFF:
        values["client"] = given("client", about.client)
    return values


def given(field: str, value: T | None) -> T:
    """*value*. Refused: none."""
    if value is None:
        raise BadValue(field, Flaw.EMPTY)
    return value
