"""Dates for calendars: what is written here is read by another library, and by the standard's own words (C7)."""

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from lara_core.formats import calendar
from lara_core.formats.calendar import CalendarMessage
from lara_core.formats.calendar.uids import read_uid
from lara_core.formats.senders import Sender
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress, Person
from lara_core.schedules import SessionDate
from lara_core.telling.notices import Notice, Template
from lara_core.telling.texts import About
from lara_core.testing import strategies
from tests.builders import ANN, NOW, act, flaw
from tests.proposals import ABOUT, ACME, BY, EXCEL, PLAN, SENDER, TEXTS, alone, each_notice, on, sent, told

# Without types.
ics: Any = import_module("ics")

ASKED: Final = told(sent(), Template.PROPOSED)


def request(
    notice: Notice = ASKED,
    about: About = ABOUT,
    *,
    language: str = "en",
    sender: Sender = SENDER,
    at: datetime = NOW,
) -> tuple[CalendarMessage, ...]:
    """What calendars are asked."""
    return calendar.request(notice, about, texts=TEXTS, language=language, sender=sender, at=at)


def cancel(notice: Notice, about: About = ABOUT) -> tuple[CalendarMessage, ...]:
    """What is taken back from them."""
    return calendar.cancel(notice, about, texts=TEXTS, language="en", sender=SENDER, at=NOW)


def one(title: str, place: str | None = "Lyon", name: str = "École Haute") -> CalendarMessage:
    """A request about one date, with what somebody typed."""
    schedule, about = alone(on(8, place="x"))
    dates = {DateNo(1): SessionDate(schedule.dates[DateNo(1)].starts, schedule.dates[DateNo(1)].ends, place)}
    notice = told(sent(schedule=schedule), Template.PROPOSED)
    (message,) = request(notice, evolve(about, title=title, dates=dates), sender=evolve(SENDER, name=name))
    return message


def lines(message: CalendarMessage) -> list[str]:
    """The lines of a message as they were before they were folded."""
    return re.sub(r"\r\n[ \t]", "", message.content.decode()).split("\r\n")


def read(message: CalendarMessage) -> Any:
    """The event of a message, as a library reads it that did not write it."""
    (event,) = ics.Calendar(message.content.decode()).events
    return event


def text(message: CalendarMessage, name: str) -> str:
    """A text of a message, unescaped as the standard says (RFC 5545 3.3.11): the other library is less exact."""
    (line,) = [line for line in lines(message) if line.startswith(f"{name}:")]
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], line.partition(":")[2])


def extra(event: Any) -> dict[str, str]:
    """What that library has no name for."""
    return {line.name: line.value for line in event.extra}


def test_another_library_reads_every_field() -> None:
    """One message for each date, in order of time, in UTC, from the organiser to the attendee, who is asked (C7)."""
    found = [(message.method, ics.Calendar(message.content.decode()).method, read(message)) for message in request()]
    described = {
        1: "Excel avancé\nMonday, 8 March 2027: 09:00–12:00",
        2: "Excel avancé\nMonday, 8 March 2027: 13:00–17:00",
        3: "Excel avancé\nTuesday, 9 March 2027: 09:00–17:00",
    }
    where = "\nWhere: Salle 4, 12 rue Haute, Lyon\nTime zone: Paris, UTC+01:00"
    assert [
        (
            method,
            other,
            event.uid,
            event.begin.datetime,
            event.end.datetime,
            event.created.datetime,
            extra(event),
            event.name,
            event.location,
            event.description,
            event.status,
        )
        for method, other, event in found
    ] == [
        (
            "REQUEST",
            "REQUEST",
            f"{number}.excel.acme@example.com",
            PLAN.dates[DateNo(number)].starts,
            PLAN.dates[DateNo(number)].ends,
            NOW,
            {"SEQUENCE": "2"},
            "Excel avancé",
            "Salle 4, 12 rue Haute, Lyon",
            text + where,
            None,
        )
        for number, text in described.items()
    ]
    for _, _, event in found:
        (attendee,) = event.attendees
        assert (event.organizer.email, event.organizer.common_name) == ("dates@example.com", "École Haute")
        assert (attendee.email, attendee.rsvp, attendee.partstat, attendee.role) == (
            "ann@example.com",
            True,
            "NEEDS-ACTION",
            "REQ-PARTICIPANT",
        )


def test_a_message_is_these_lines() -> None:
    """To the letter, so that a change in the library that writes is seen."""
    assert lines(request()[2]) == [
        "BEGIN:VCALENDAR",
        "PRODID:-//lara-core//dates//EN",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:3.excel.acme@example.com",
        "DTSTAMP:20270301T090000Z",
        "SEQUENCE:2",
        'ORGANIZER;CN="École Haute":mailto:dates@example.com',
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ann@example.com",
        "SUMMARY:Excel avancé",
        "DTSTART:20270309T080000Z",
        "DTEND:20270309T160000Z",
        (
            "DESCRIPTION:Excel avancé\\nTuesday\\, 9 March 2027: 09:00–17:00\\n"
            "Where: Salle 4\\, 12 rue Haute\\, Lyon\\nTime zone: Paris\\, UTC+01:00"
        ),
        "LOCATION:Salle 4\\, 12 rue Haute\\, Lyon",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "lundi 8 mars 2027\u00a0: 09:00–12:00"),
        ("it", "lunedì 8 marzo 2027: 09:00–12:00"),
        ("de", "Monday, 8 March 2027: 09:00–12:00"),
    ],
)
def test_the_text_says_local_times(language: str, expected: str) -> None:
    """In the reader's language, by the clocks of the session's zone, which is named (C5)."""
    assert read(request(language=language)[0]).description.split("\n")[1] == expected


def test_local_times_are_those_of_the_sessions_zone() -> None:
    """The organisation is in Paris, the session in Toronto: people there read nine, calendars have the instant (K8)."""
    toronto = Zone("America/Toronto")
    meeting = SessionDate(datetime(2027, 3, 8, 14, tzinfo=UTC), datetime(2027, 3, 8, 15, tzinfo=UTC), "Salle 4")
    schedule, about = alone(meeting, zone=toronto)
    event = read(request(told(sent(schedule=schedule), Template.PROPOSED), about)[0])
    assert (event.begin.datetime, event.description.split("\n")[1], event.description.split("\n")[3]) == (
        datetime(2027, 3, 8, 14, tzinfo=UTC),
        "Monday, 8 March 2027: 09:00–10:00",
        "Time zone: Toronto, UTC−05:00",
    )


def test_dates_through_a_change_of_clocks_are_instants() -> None:
    """Nine in Paris is eight in UTC before the clocks change and seven after (K8)."""
    schedule, about = alone(on(26), on(29))
    found = [read(each) for each in request(told(sent(schedule=schedule), Template.PROPOSED), about)]
    assert [(each.begin.datetime.hour, each.description.split("\n")[3]) for each in found] == [
        (8, "Time zone: Paris, UTC+01:00"),
        (7, "Time zone: Paris, UTC+02:00"),
    ]


def test_an_update_has_the_same_uid_and_a_larger_sequence() -> None:
    """Calendars move what they have; what moved and came back is newer still (C3, C7)."""
    moved = PLAN.replan(act(), {**PLAN.dates, DateNo(3): on(10)}).state
    again = sent().state.propose(act(), ProposalId("second"), until=BY, schedule=moved, contact=ANN)
    newer = told(again, Template.PROPOSED)
    about = evolve(ABOUT, dates=moved.dates)
    found = [(read(each).uid, extra(read(each)), read(each).begin.datetime.day) for each in request(newer, about)]
    # Version 3 said that the old dates hold no more.
    assert found == [
        ("1.excel.acme@example.com", {"SEQUENCE": "4"}, 8),
        ("2.excel.acme@example.com", {"SEQUENCE": "4"}, 8),
        ("3.excel.acme@example.com", {"SEQUENCE": "4"}, 10),
    ]


def test_a_date_that_is_lost_is_cancelled_by_itself() -> None:
    """By the UID that it had, and a sequence newer than the request's, without a time that nobody has any more (C7)."""
    fewer = PLAN.replan(act(), {DateNo(1): on(8, 9, 12)}).state
    replaced = told(sent().state.follow(act(), schedule=fewer), Template.DATES_REPLACED)
    about = evolve(ABOUT, dates=fewer.dates)
    assert [lines(each) for each in cancel(replaced, about)] == [
        [
            "BEGIN:VCALENDAR",
            "PRODID:-//lara-core//dates//EN",
            "VERSION:2.0",
            "METHOD:CANCEL",
            "BEGIN:VEVENT",
            f"UID:{number}.excel.acme@example.com",
            "DTSTAMP:20270301T090000Z",
            "SEQUENCE:3",
            'ORGANIZER;CN="École Haute":mailto:dates@example.com',
            "ATTENDEE;ROLE=REQ-PARTICIPANT:mailto:ann@example.com",
            "SUMMARY:Excel avancé",
            "STATUS:CANCELLED",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        for number in (2, 3)
    ]


def test_a_session_that_is_called_off_cancels_all() -> None:
    """Each date by a message of its own, with the time that it had (C7)."""
    off = told(sent().state.follow(act(), schedule=PLAN.cancel(act()).state), Template.DATES_CALLED_OFF)
    found = cancel(off)
    assert [(each.method, each.name, read(each).uid, read(each).status, extra(read(each))) for each in found] == [
        ("CANCEL", f"cancel-{number}.ics", f"{number}.excel.acme@example.com", "CANCELLED", {"SEQUENCE": "3"})
        for number in (1, 2, 3)
    ]
    assert [read(each).begin.datetime for each in found] == [PLAN.dates[number].starts for number in PLAN.in_order]


def test_what_goes_to_calendars_depends_on_the_notice() -> None:
    """A proposal asks, lost dates and a cancellation take back; nothing else, and no copy, has anything (C1)."""
    found = {
        template: [
            each.method for each in calendar.of_notice(notice, ABOUT, texts=TEXTS, language="en", sender=SENDER, at=NOW)
        ]
        for template, notice in each_notice().items()
    }
    assert {template: methods for template, methods in found.items() if methods} == {
        Template.PROPOSED: ["REQUEST"] * 3,
        Template.DATES_REPLACED: ["CANCEL"] * 3,
        Template.DATES_CALLED_OFF: ["CANCEL"] * 3,
    }


def test_the_same_notice_gives_the_same_bytes() -> None:
    """No clock, no chance: whoever sends twice sends the same (K1)."""
    assert [each.content for each in request()] == [each.content for each in request()]


HOSTILE: Final = (
    "a;b,c\\d",
    "C:\\New\\notes",
    "\\n\\N\\;\\,",
    "BEGIN:VEVENT",
    'say "yes"',
    "ATTENDEE:mailto:eve@example.com",
    "x" * 500,
    "é" * 500,
    "用 \U0001f600" * 100,
    "^n^^'",
    ":;,=\"'",
    "=cmd|' /C calc'!A0",
    "{title} %s ${x}",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_was_typed_is_text(typed: str) -> None:
    """It comes back as it was typed, and makes no line, property or parameter of its own (T2)."""
    message = one(typed, typed)
    names = [line.split(":")[0].split(";")[0] for line in lines(message)]
    assert (
        names,
        text(message, "SUMMARY"),
        text(message, "LOCATION"),
        text(message, "DESCRIPTION").split("\n")[0],
    ) == (
        [
            *("BEGIN", "PRODID", "VERSION", "METHOD", "BEGIN", "UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "ATTENDEE"),
            *("SUMMARY", "DTSTART", "DTEND", "DESCRIPTION", "LOCATION", "END", "END", ""),
        ],
        typed,
        typed,
        typed,
    )


@pytest.mark.parametrize("typed", ["a;b,c:d", 'the "best"', "é;PARTSTAT=ACCEPTED:mailto:eve@example.com", "x" * 100])
def test_a_senders_name_is_one_parameter(typed: str) -> None:
    """A name with a semicolon or a colon cannot make another parameter, or another address (T2)."""
    (line,) = [line for line in lines(one("Excel", name=typed)) if line.startswith("ORGANIZER")]
    plain = typed.replace('"', "'")
    assert line in (
        f'ORGANIZER;CN="{plain}":mailto:dates@example.com',
        f"ORGANIZER;CN={plain}:mailto:dates@example.com",
    )


@pytest.mark.parametrize("typed", HOSTILE)
def test_lines_are_folded_at_75_octets(typed: str) -> None:
    """Between characters, with CRLF at each end and nowhere else (RFC 5545 3.1)."""
    content = one(typed, typed).content
    folded = content.split(b"\r\n")
    assert max(len(line) for line in folded) <= 75
    assert content.replace(b"\r\n", b"").count(b"\r") + content.replace(b"\r\n", b"").count(b"\n") == 0
    assert all(line.decode() is not None for line in folded)


def test_a_date_without_a_place_has_none() -> None:
    """A place that is not known yet is left out, and not told as nothing."""
    message = one("Excel", None)
    assert [line for line in lines(message) if "LOCATION" in line or "Where" in line] == []


def test_addresses_are_those_that_mail_goes_to() -> None:
    """The domain in ASCII, the rest as it was typed; answers go where the organisation reads them (K7)."""
    there = evolve(SENDER, replies=EmailAddress("Answers@bücher.example"))
    asked = told(sent(to=Person.of("Zoé@straße.example")), Template.PROPOSED)
    found = lines(request(asked, sender=there)[0])
    assert [line.rpartition(":")[2] for line in found if line.startswith(("ORGANIZER", "ATTENDEE"))] == [
        "Answers@xn--bcher-kva.example",
        "Zoé@xn--strae-oqa.example",
    ]


@given(strategies.ids(SessionId), strategies.ids(ClientId), strategies.date_numbers())
def test_a_uid_is_read_back(session: SessionId, client: ClientId, date: DateNo) -> None:
    """Whatever the ids are, a reply says whose it is, and no two dates share a UID (C7).

    Two that are too long together have no confirmation to reply to.
    """
    assume(len(session) + len(client) < 250)
    uid = calendar.uid(session, client, date, "example.com")
    assert (uid.isascii(), re.search(r"[\s;,:\\]", uid), read_uid(uid, "example.com")) == (
        True,
        None,
        (session, client, date),
    )
    assert read_uid(uid, "example.org") is None


def test_a_uid_names_session_client_and_date() -> None:
    """Dots in ids cannot move from one to the other."""
    assert [
        calendar.uid(SessionId("a.b"), ClientId("c"), DateNo(1), "example.com"),
        calendar.uid(SessionId("a"), ClientId("b.c"), DateNo(1), "example.com"),
        calendar.uid(EXCEL, ACME, DateNo(12), "example.com"),
    ] == ["1.a%2Eb.c@example.com", "1.a.b%2Ec@example.com", "12.excel.acme@example.com"]


@pytest.mark.parametrize(
    ("notice", "about", "expected"),
    [
        (evolve(ASKED, dates=None), ABOUT, ("dates", Flaw.EMPTY)),
        (ASKED, evolve(ABOUT, dates=None), ("dates", Flaw.EMPTY)),
        (ASKED, evolve(ABOUT, title=None), ("title", Flaw.EMPTY)),
        (ASKED, evolve(ABOUT, dates={DateNo(1): on(8)}), ("dates", Flaw.MISSING_KEY)),
        (evolve(ASKED, session=None), ABOUT, ("session", Flaw.EMPTY)),
    ],
)
def test_what_is_asked_must_be_known(notice: Notice, about: About, expected: tuple[str, Flaw]) -> None:
    """A message about dates that have changed since is not written: it would ask about others (C2)."""
    assert flaw(lambda: request(notice, about)) == expected


def test_a_time_without_a_zone_is_refused() -> None:
    """When something was sent is an instant (K8)."""
    naive = NOW.replace(tzinfo=None)
    assert flaw(lambda: request(at=naive)) == ("at", Flaw.NAIVE_TIME)


def test_a_message_for_calendars_is_not_logged() -> None:
    """It holds an address (K11)."""
    assert repr(request()[0]) == "CalendarMessage('REQUEST', 'request-1.ics')"


@given(strategies.instants(on(8).starts, on(30, month=12).starts), st.integers(1, 600))
def test_any_date_is_the_same_instants(starts: datetime, minutes: int) -> None:
    """To the second, which is what calendars have."""
    begins = starts.replace(microsecond=0)
    schedule, about = alone(SessionDate(begins, begins + timedelta(minutes=minutes), "Lyon"))
    (message,) = request(told(sent(schedule=schedule), Template.PROPOSED), about)
    event = read(message)
    assert (event.begin.datetime, event.end.datetime) == (begins, begins + timedelta(minutes=minutes))
