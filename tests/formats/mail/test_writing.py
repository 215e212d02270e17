"""Messages as they are sent: to one address each, readable, exact, and deaf to what people type (C1, T2)."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.confirmation import Attachment, Message
from lara_core.formats import calendar, mail
from lara_core.formats.mail import MOST_BYTES, STANDARD, File, Layout, Mail, Sender
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import DateNo, SeatNo
from lara_core.kernel.people import EmailAddress, Person
from lara_core.schedules import SessionDate
from lara_core.telling.notices import Notice, Template
from lara_core.telling.texts import About
from tests.builders import BEN, NOW, act, flaw
from tests.proposals import ABOUT, BY, MANAGER, PLAN, SENDER, TEXTS, alone, each_notice, on, sent, told

PROPOSED: Final = told(sent(), Template.PROPOSED)
TORONTO: Final = Zone("America/Toronto")
YES, NO = "https://example.com/dates/yes", "https://example.com/dates/no"


def write(notice: Notice = PROPOSED, about: About = ABOUT, language: str = "en", **more: Any) -> Mail:
    """A message of that notice."""
    given: dict[str, Any] = {"texts": TEXTS, "sender": SENDER, "at": NOW, "to": MANAGER, **more}
    return mail.write(notice, about, language=language, **given)


def parsed(written: Mail) -> EmailMessage:
    """The message as a mail program reads it."""
    message = message_from_bytes(written.content, policy=SMTPUTF8 if written.international else SMTP)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def content(written: Mail, kind: str) -> str:
    """Its text in that form: `plain` or `html`."""
    body = parsed(written).get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def shape(message: EmailMessage) -> Any:
    """Which parts a message has, within each other."""
    if not message.is_multipart():
        return message.get_content_type()
    return message.get_content_subtype(), [
        shape(each) for each in message.iter_parts() if isinstance(each, EmailMessage)
    ]


def invitations(notice: Notice = PROPOSED, about: About = ABOUT) -> Sequence[calendar.CalendarMessage]:
    """What goes into calendars with a notice."""
    return calendar.of_notice(notice, about, texts=TEXTS, language="en", sender=SENDER, at=NOW)


class Outline(HTMLParser):
    """The elements of a page in order, its text, its links, and what does not close."""

    VOID: Final = frozenset({"meta", "br", "link", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.links: list[str | None] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more element."""
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag: str) -> None:
        """The innermost element, or the page is not well made."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text that people read."""
        if data.strip() and self.open[-1] != "style":
            self.text.append(" ".join(data.split(" ")).strip("\n"))


def outline(written: Mail) -> Outline:
    """The page of a message, which is well made."""
    page = Outline()
    page.feed(content(written, "html"))
    assert page.open == []
    return page


def test_a_proposal_has_these_headers() -> None:
    """From the organisation, to the recipient alone, of the act's time; ids are made of the notice's key (K12)."""
    message = parsed(write())
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "École Haute <dates@example.com>",
        "To": "ann@example.com",
        "Subject": "Dates to confirm: Excel avancé",
        "Date": "Mon, 01 Mar 2027 09:00:00 +0000",
        "Message-ID": "<458a89adddfa99a498612f3b86b3eb07@example.com>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Language": "en",
    }


def test_a_proposal_is_text_and_html() -> None:
    """One says what the other says; programs choose."""
    assert shape(parsed(write())) == ("alternative", ["text/plain", "text/html"])


def test_one_date_is_an_invitation_in_the_message_itself() -> None:
    """Where programs that show buttons for invitations look for it, with its method (RFC 6047)."""
    schedule, about = alone(on(8))
    notice = told(sent(schedule=schedule), Template.PROPOSED)
    (invitation,) = invitations(notice, about)
    message = parsed(write(notice, about, calendars=[invitation]))
    assert shape(message) == ("alternative", ["text/plain", "text/html", "text/calendar"])
    part = [*message.iter_parts()][2]
    assert isinstance(part, EmailMessage)
    assert (part.get_param("method"), part.get_content_charset(), part.get_content()) == (
        "REQUEST",
        "utf-8",
        invitation.content.decode(),
    )


def test_several_dates_are_several_invitations() -> None:
    """Each is a file of its own, for calendars take one date at a time (RFC 5546)."""
    files = {"plan": File("application/pdf", b"%PDF-1.7")}
    notice = told(sent(message=Message(attachments=(Attachment("Plan d’accès.pdf", "plan"),))), Template.PROPOSED)
    asked = invitations(notice)
    message = parsed(write(notice, calendars=asked, files=files))
    assert shape(message) == (
        "mixed",
        [("alternative", ["text/plain", "text/html"]), *["text/calendar"] * 3, "application/pdf"],
    )
    parts = [*message.iter_attachments()]
    assert [(part.get_filename(), part.get_param("method"), part.get_content()) for part in parts[:3]] == [
        (f"request-{number}.ics", "REQUEST", each.content.decode()) for number, each in enumerate(asked, 1)
    ]
    assert (parts[3].get_filename(), parts[3].get_content()) == ("Plan d’accès.pdf", b"%PDF-1.7")


@pytest.mark.parametrize("number", [0, 1])
def test_copies_cannot_answer_and_show_nobody(number: int) -> None:
    """Open or blind, a copy has no link and no header for anybody else, and cannot carry an invitation (C1)."""
    copy = told(sent(), Template.PROPOSED_COPY, number)
    written = write(copy)
    text = written.content.decode() + content(written, "plain") + content(written, "html")
    assert written.to.typed == ("ben@example.com", "dan@example.com")[number]
    assert [name for name in parsed(written) if name.lower() in ("cc", "bcc")] == []
    assert [each for each in (YES, NO) if each in text] == []
    assert outline(written).links == []
    assert flaw(lambda: write(copy, calendars=invitations())) == ("calendars", Flaw.WRONG_FORM)


def test_each_message_goes_to_one_address() -> None:
    """Whoever sends by what the headers say sends nothing to anybody else: the links stay with the recipient (C1)."""
    decision = sent()
    everybody = [told(decision, Template.PROPOSED), *(told(decision, Template.PROPOSED_COPY, each) for each in (0, 1))]
    found = [
        (written.to.typed, str(message["To"]), message["Cc"], message["Bcc"])
        for written in map(write, everybody)
        for message in [parsed(written)]
    ]
    assert found == [
        (address, address, None, None) for address in ("ann@example.com", "ben@example.com", "dan@example.com")
    ]


def test_a_blind_copy_is_nowhere_in_the_others() -> None:
    """Who has an open copy is said; who has a blind one is not (C1)."""
    texts = [
        content(write(told(sent(), template)), "plain") for template in (Template.PROPOSED, Template.PROPOSED_COPY)
    ]
    assert [("Copy to: ben@example.com" in text, "dan@" in text) for text in texts] == [(True, False)] * 2


def test_the_same_notice_gives_the_same_bytes() -> None:
    """So what is sent twice is one message to whoever gets it (K1, K12)."""
    notice = told(sent(message=Message(attachments=(Attachment("plan.pdf", "plan"),))), Template.PROPOSED)
    files = {"plan": File("application/pdf", bytes(range(256)) * 40)}
    first, second = (write(notice, calendars=invitations(notice), files=files) for _ in range(2))
    assert first == second
    assert first.key == notice.key


def test_every_line_ends_with_crlf_and_is_short() -> None:
    """As servers take it, whatever the language and however long a title is (RFC 5321)."""
    for language in ("en", "fr", "it"):
        for notice in each_notice().values():
            written = write(notice, evolve(ABOUT, title="é" * 500), language)
            lines = written.content.split(b"\r\n")
            assert b"\n" not in b"".join(lines)
            assert max(map(len, lines)) <= 998
            written.content.decode("ascii")


TEXT: Final = """\
Bonjour,

Voici les dates que nous vous proposons pour la formation Excel avancé. Merci de nous dire si elles vous conviennent.

lundi 8 mars 2027\u00a0: 09:00–12:00, 13:00–17:00
mardi 9 mars 2027\u00a0: 09:00–17:00
Lieu\u00a0: Salle 4, 12 rue Haute, Lyon
Fuseau horaire\u00a0: Paris, UTC+01:00

Merci de répondre au plus tard le jeudi 4 mars 2027. Chaque lien ouvre une page où confirmer votre réponse.

J’accepte\u00a0: https://example.com/dates/yes
Je décline\u00a0: https://example.com/dates/no

Copie à\u00a0: ben@example.com

École Haute
"""


def test_a_proposal_reads_like_this() -> None:
    """The schedule by day, in the session's zone, the deadline, the two answers, who else has it (C1)."""
    assert content(write(language="fr"), "plain") == TEXT


def test_html_says_what_the_text_says() -> None:
    """In the same order, with the dates as a table and the answers as buttons (C1)."""
    page = outline(write(language="fr"))
    subject = "Dates à confirmer\u00a0: Excel avancé"
    assert page.text == [
        subject,
        subject,
        "Bonjour,",
        TEXT.split("\n")[2],
        "lundi 8 mars 2027",
        "09:00–12:00, 13:00–17:00",
        "mardi 9 mars 2027",
        "09:00–17:00",
        "Lieu\u00a0: Salle 4, 12 rue Haute, Lyon",
        "Fuseau horaire\u00a0: Paris, UTC+01:00",
        TEXT.split("\n")[9],
        "J’accepte",
        "Je décline",
        "Copie à\u00a0: ben@example.com",
        "École Haute",
    ]
    assert page.links == [YES, NO]


def test_html_is_for_everybody() -> None:
    """Its language is said, days are headings of their rows, tables for layout say so, and nothing is loaded."""
    page = outline(write(language="fr_CA"))
    known = dict(page.attributes)
    tables = [attributes.get("role") for tag, attributes in page.attributes if tag == "table"]
    assert (known["html"]["lang"], known["th"]["scope"], tables) == (
        "fr-CA",
        "row",
        ["presentation", "presentation", None],
    )
    known_tags = {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "h1", "p", "br", "a"}
    assert set(page.tags) <= known_tags
    assert re.findall(r"(?:src|url\(|@import)[^;]*", content(write(), "html")) == []


@pytest.mark.parametrize("language", ["en", "fr", "it"])
def test_every_notice_about_dates_becomes_a_message(language: str) -> None:
    """Text and HTML, complete, with links where the reader can answer and nowhere else (T1, C1)."""
    for template, notice in each_notice().items():
        written = write(notice, language=language)
        page = outline(written)
        answers = [link for link in page.links if link in (YES, NO)]
        expected = [YES, NO] if template in (Template.PROPOSED, Template.DATES_REMINDED) else []
        assert (template, answers, re.findall(r"\{[a-z]|None", content(written, "plain"))) == (template, expected, [])
        assert parsed(written)["Content-Language"] == language


def test_a_page_to_sign_in_on_is_a_link() -> None:
    """Where the text has the address in a line of its own, the page can be opened from there."""
    written = write(told(sent().state.lapse(act(BY.instant), schedule=PLAN), Template.LAPSED_SENDER))
    assert outline(written).links == ["https://example.com/portal"]


def test_other_notices_are_messages_too() -> None:
    """What a learner is told of a seat is written by the same function (T1)."""
    about = evolve(ABOUT, starts=NOW, place="Salle 4")
    written = write(Notice("pool:1:seats.enrolled:1", BEN, Template.ENROLLED, seats=(SeatNo(1),)), about)
    assert (written.to.typed, str(parsed(written)["Subject"])) == (
        "ben@example.com",
        "Enrolment confirmed: Excel avancé",
    )


def test_places_that_differ_are_told_beside_their_dates() -> None:
    """In text and in HTML, and the same place is told once (C1)."""
    schedule, about = alone(on(8, place="Lyon"), on(9, place="Paris"))
    written = write(told(sent(schedule=schedule), Template.PROPOSED), about)
    assert [line for line in content(written, "plain").split("\n") if "March" in line or "Where" in line][:2] == [
        "Monday, 8 March 2027: 09:00–17:00, Lyon",
        "Tuesday, 9 March 2027: 09:00–17:00, Paris",
    ]
    assert outline(written).text[4:10] == [
        *("Monday, 8 March 2027", "09:00–17:00", "Lyon"),
        *("Tuesday, 9 March 2027", "09:00–17:00", "Paris"),
    ]


def test_a_deadline_is_told_in_the_organisations_zone() -> None:
    """The session is in Toronto, and the deadline an instant: it is the organisation that waits (C1)."""
    until = Deadline.at(datetime(2027, 3, 4, 12, tzinfo=UTC))
    schedule, about = alone(SessionDate(NOW.replace(day=8, hour=14), NOW.replace(day=8, hour=15), "x"), zone=TORONTO)
    text = content(write(told(sent(schedule=schedule, until=until), Template.PROPOSED), about), "plain")
    assert "Monday, 8 March 2027: 09:00–10:00\n" in text
    assert "Time zone: Toronto, UTC−05:00\n" in text
    assert "Please answer by Thursday, 4 March 2027 at 13:00 (Paris, UTC+01:00)." in text


# --- What people type -------------------------------------------------------------------------------------

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}{# #}",
    "{accept} {x.__class__.__init__.__globals__}",
    "</title></p><a href='https://example.net'>x</a>",
    "&lt;b&gt; &amp; \" '",
    "=?utf-8?q?Bcc=3A?= x",
    "%s %(title)s ${x} \\1",
    "Bcc: eve@example.com",
    "用 é \U0001f600",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_was_typed_is_text(typed: str) -> None:
    """In a title, a place, a subject and a body of the sender's: no markup, no template, no header (T2)."""
    schedule, about = alone(on(8, place=typed))
    message = Message(subject=typed, body=f"{typed}\n\n{typed}\n{typed}")
    notice = told(sent(schedule=schedule, message=message), Template.PROPOSED)
    written = write(notice, evolve(about, title=typed, organisation=typed), sender=evolve(SENDER, name=typed))
    page = outline(written)
    # What looks encoded is parted, so that nobody decodes it.
    subject = typed.replace("=?", "= ?")
    assert (str(parsed(written)["Subject"]), parsed(written)["Bcc"], page.links) == (subject, None, [YES, NO])
    assert content(written, "plain").startswith(f"{typed}\n\n{typed}\n{typed}\n\n")
    assert page.text[:5] == [typed] * 5
    assert "script" not in page.tags
    assert parsed(written)["From"].addresses[0].addr_spec == "dates@example.com"


def test_a_senders_words_stand_in_place_of_the_standard_ones() -> None:
    """Subject and body are the sender's; dates, deadline and answers are there all the same (C1)."""
    message = Message("Vos dates de mars", "Chère Ann,\n\nvoici.")
    texts = [write(told(sent(message=message), each)) for each in (Template.PROPOSED, Template.PROPOSED_COPY)]
    assert [str(parsed(each)["Subject"]) for each in texts] == ["Vos dates de mars"] * 2
    assert content(texts[0], "plain").startswith("Chère Ann,\n\nvoici.\n\nMonday, 8 March 2027: 09:00–12:00")
    # A reminder is the organisation's own word.
    reminder = told(sent(message=message).state.remind(act(), schedule=PLAN), Template.DATES_REMINDED)
    assert str(parsed(write(reminder))["Subject"]) == "Reminder - Dates to confirm: Excel avancé"


def test_a_line_of_a_boundary_ends_nothing() -> None:
    """Somebody who knows how boundaries are made still cannot begin a part of their own."""
    boundary = parsed(write()).get_boundary()
    body = f"x\n--{boundary}\nContent-Type: text/html\n\n<b>y</b>\n--{boundary}--"
    written = write(told(sent(message=Message(body=body)), Template.PROPOSED))
    assert parsed(written).get_boundary() == boundary
    assert shape(parsed(written)) == ("alternative", ["text/plain", "text/html"])
    assert content(written, "plain").startswith(body)


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("École\nBcc: eve@example.com", "dates@example.com", ("name", Flaw.UNSAFE_CHARACTER)),
        ("x" * 101, "dates@example.com", ("name", Flaw.TOO_LONG)),
        (" ", "dates@example.com", ("name", Flaw.EMPTY)),
        ("École", "dates@example.com", None),
    ],
)
def test_a_sender_is_checked(name: str, address: str, expected: tuple[str, Flaw] | None) -> None:
    """A header cannot be made by a name (T2)."""
    assert flaw(lambda: Sender(name, EmailAddress(address), "example.com")) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("example.com", None),
        ("mail.example.com", None),
        ("Example.com", ("domain", Flaw.WRONG_FORM)),
        ("example", ("domain", Flaw.WRONG_FORM)),
        ("-a.example.com", ("domain", Flaw.WRONG_FORM)),
        ("bücher.example", ("domain", Flaw.WRONG_FORM)),
        ("example.com>", ("domain", Flaw.WRONG_FORM)),
        ("example.com\n", ("domain", Flaw.UNSAFE_CHARACTER)),
        ("", ("domain", Flaw.EMPTY)),
    ],
)
def test_a_domain_is_one(domain: str, expected: tuple[str, Flaw] | None) -> None:
    """It stands in ids of messages and events, where nothing else may come after it."""
    assert flaw(lambda: Sender("École", EmailAddress("dates@example.com"), domain)) == expected


@pytest.mark.parametrize(
    ("address", "expected", "international"),
    [
        ("Ann.O'Hara+x@Example.com", "Ann.O'Hara+x@example.com", False),
        ("ann@bücher.example", "ann@xn--bcher-kva.example", False),
        ("zoé@bücher.example", "zoé@xn--bcher-kva.example", True),
    ],
)
def test_an_address_is_written_as_servers_take_it(address: str, expected: str, international: bool) -> None:
    """What was typed before the @, the domain in ASCII; where that does not do, the message says so (K7)."""
    written = write(told(sent(to=Person.of(address)), Template.PROPOSED))
    headers = written.content.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert (f"To: {expected}" in headers, written.international, written.to) == (
        True,
        international,
        EmailAddress(address),
    )


# --- What is missing, and too large -----------------------------------------------------------------------

PLAN_FILE: Final = Attachment("plan.pdf", "plan")
WITH_FILE: Final = told(sent(message=Message(attachments=(PLAN_FILE,))), Template.PROPOSED)


def test_an_actor_needs_an_address() -> None:
    """The notice has an id; the host knows how to reach whom it stands for (T1)."""
    to_sender = each_notice()[Template.ACCEPTED_SENDER]
    assert (flaw(lambda: write(to_sender, to=None)), write(to_sender).to) == (("to", Flaw.EMPTY), MANAGER)


def test_a_person_is_written_to_at_their_own_address() -> None:
    """Whatever else is given: mail goes to the stored address alone (K7)."""
    assert write(to=MANAGER).to == EmailAddress("ann@example.com")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ("files", Flaw.MISSING_KEY)),
        ({"other": File("text/csv", b"")}, ("files", Flaw.MISSING_KEY)),
        ({"plan": File("application/pdf", b"x")}, None),
        ({"plan": File("application/pdf", b"x"), "other": File("text/csv", b"")}, None),
    ],
)
def test_an_attachment_needs_its_file(files: Mapping[str, File], expected: tuple[str, Flaw] | None) -> None:
    """A message without what its sender put into it is not sent (C1)."""
    assert flaw(lambda: write(WITH_FILE, files=files)) == expected


def test_only_a_proposal_has_the_senders_files() -> None:
    """And its copies (C1)."""
    message = Message(attachments=(PLAN_FILE,))
    files = {"plan": File("application/pdf", b"x")}
    copy = told(sent(message=message), Template.PROPOSED_COPY)
    reminder = told(sent(message=message).state.remind(act(), schedule=PLAN), Template.DATES_REMINDED)
    assert [len([*parsed(write(each, files=files)).iter_attachments()]) for each in (copy, reminder)] == [1, 0]


def test_files_have_a_size_together() -> None:
    """One is refused when it is given, several when they are written (K9)."""
    half = File("application/pdf", b"x" * (MOST_BYTES // 2 + 1))
    message = Message(attachments=(PLAN_FILE, Attachment("again.pdf", "again")))
    notice = told(sent(message=message), Template.PROPOSED)
    assert flaw(lambda: write(notice, files={"plan": half, "again": half})) == ("files", Flaw.TOO_LARGE)
    assert flaw(lambda: File("application/pdf", b"x" * (MOST_BYTES + 1))) == ("content", Flaw.TOO_LARGE)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application/pdf", None),
        ("application/vnd.oasis.opendocument.text", None),
        ("Application/PDF", ("kind", Flaw.WRONG_FORM)),
        ("application", ("kind", Flaw.WRONG_FORM)),
        ("text/html; charset=x", ("kind", Flaw.WRONG_FORM)),
        ("multipart/mixed", ("kind", Flaw.WRONG_FORM)),
        ("message/rfc822", ("kind", Flaw.WRONG_FORM)),
        ("text/plain\r\nBcc: eve@example.com", ("kind", Flaw.UNSAFE_CHARACTER)),
    ],
)
def test_a_kind_of_file_is_one(kind: str, expected: tuple[str, Flaw] | None) -> None:
    """A kind cannot bring a header or a part (T2)."""
    assert flaw(lambda: File(kind, b"")) == expected


def test_what_is_sent_is_not_logged() -> None:
    """Neither addresses nor what a message says (K11)."""
    assert repr(write()) == (
        "Mail(to=EmailAddress(...), key='5:excel:acme:2:confirmation.proposed:1', international=False)"
    )
    assert repr(File("text/csv", b"secret")) == "File(kind='text/csv')"


# --- Layouts ----------------------------------------------------------------------------------------------


def rendered(source: str) -> str:
    """A proposal in a host's own layout."""
    return content(write(layout=Layout(source)), "html").rstrip("\n")


def test_a_host_has_a_layout_of_its_own() -> None:
    """It is given words that are ready, and escapes all of them (T2)."""
    source = (
        '<html lang="{{ language }}">{% for part in parts %}{% if part.kind == "dates" %}{{ part.dates | length }}'
        '{% elif part.kind == "answers" %}{{ part.accept.label }}={{ part.accept.link }}{% endif %}{% endfor %}'
        "{{ organisation }}"
    )
    assert rendered(source) == f'<html lang="en">2I accept={YES}École Haute'
    assert content(write(about=evolve(ABOUT, organisation="<b>"), layout=Layout("{{ organisation }}")), "html") == (
        "&lt;b&gt;\n"
    )


def test_a_layout_has_macros_of_its_own() -> None:
    """Somebody who designs one may say a thing once."""
    assert rendered("{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}{{ bold(subject) }}") == (
        "<b>Dates to confirm: Excel avancé</b>"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{{ nothing }}",
        "{{ parts[0].nothing }}",
        "{{ subject.__class__ }}",
        "{{ parts.__class__.__mro__ }}",
        "{{ parts[0].__init__.__globals__ }}",
        "{{ subject.format(1) }}",
        "{{ subject.ljust(1000000000) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 1 / 0 }}",
        "{{ parts[999].kind }}",
        "{{ range(10) }}",
        r"{{ '\ud800' }}",
        "{{ cycler('a') }}",
        "{{ self.x() }}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{{ parts.append(1) }}",
        "{{ parts.index(1) }}",
        "{{ (1).__class__ }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ subject() }}",
        "{{ lipsum() }}",
    ],
)
def test_a_layout_reaches_what_it_is_given_and_nothing_else(source: str) -> None:
    """No name that is not there, no attribute of Python's, no call, nothing that grows (T2)."""
    layout = Layout(source)
    assert flaw(lambda: write(layout=layout)) == ("layout", Flaw.WRONG_FORM)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ subject", Flaw.WRONG_FORM),
        ("{% for %}", Flaw.WRONG_FORM),
        ("{{ subject | safe }}", Flaw.WRONG_FORM),
        ("{{ subject | attr('x') }}", Flaw.WRONG_FORM),
        ("{{ subject | center(99999) }}", Flaw.WRONG_FORM),
        ("{{ subject | map('upper') }}", Flaw.WRONG_FORM),
        ("{{ subject is callable }}", Flaw.WRONG_FORM),
        ("{% autoescape false %}{{ subject }}{% endautoescape %}", Flaw.WRONG_FORM),
        ("{% if 1 %}{% autoescape none %}{{ subject }}{% endautoescape %}{% endif %}", Flaw.WRONG_FORM),
        ("{% macro m() %}{% autoescape true %}{% endautoescape %}{% endmacro %}", Flaw.WRONG_FORM),
        (f"{{{{ {'1' * 5_000} }}}}", Flaw.WRONG_FORM),
        ("<p>\ud800</p>", Flaw.UNSAFE_CHARACTER),
        ("<b>\udfff</b>", Flaw.UNSAFE_CHARACTER),
        ("<p>\ud7ff\ue000\U0001f600</p>", None),
        ("(" * 99_000, None),
        ("{{ " + "(" * 99_000, Flaw.WRONG_FORM),
        ("x" * 100_001, Flaw.TOO_LONG),
        (b"x", Flaw.WRONG_TYPE),
    ],
    ids=range(18),
)
def test_a_layout_that_is_none_is_refused_at_once(source: str, expected: Flaw | None) -> None:
    """Whoever saves one learns of it, and not whoever sends the next message (K9)."""
    assert flaw(lambda: Layout(source)) == (None if expected is None else ("source", expected))


def test_the_standard_layout_is_one_like_others() -> None:
    """A host that wants another begins with it."""
    assert (Layout(STANDARD.source), repr(STANDARD)) == (STANDARD, "Layout()")
    assert rendered(STANDARD.source) == content(write(), "html").rstrip("\n")


def test_several_hundred_dates_are_told() -> None:
    """A year of Mondays is a long message, and still one (K9)."""
    schedule, about = alone(*(on(day, month=month) for month in (4, 5, 6, 7) for day in range(1, 31)))
    written = write(told(sent(schedule=schedule), Template.PROPOSED), about)
    assert (content(written, "html").count('scope="row"'), len(schedule.dates), DateNo(120) in schedule.dates) == (
        120,
        120,
        True,
    )
