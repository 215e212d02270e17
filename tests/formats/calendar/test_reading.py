"""Replies of calendars: as four makers shape them, and as nobody should (C7)."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lara_core.confirmation import (
    CalendarReply,
    Confirmation,
    ConfirmationEvent,
    DatesDeclined,
    OneDateAccepted,
    OtherAttendee,
    SequenceDead,
)
from lara_core.formats import calendar
from lara_core.formats.calendar import MOST_BYTES, MOST_COMPONENTS, MOST_LINES, Reply
from lara_core.kernel.decisions import Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ClientId, DateNo, SessionId
from lara_core.kernel.people import EmailAddress
from lara_core.replies import (
    DamagedCalendar,
    NoAnswer,
    NotACalendar,
    NotAReply,
    NotOneAttendee,
    NotOneEvent,
    OtherEvent,
    ReplyTooLarge,
    SeveralCalendars,
)
from lara_core.telling.notices import Template
from tests.builders import NOW, act, flaw
from tests.calendar_replies import ALL, APPLE, GOOGLE, OUTLOOK, THUNDERBIRD, UID, reply
from tests.fuzz.calendar import SEEDS
from tests.fuzz.calendar import read as fuzzed
from tests.proposals import ABOUT, FIRST, PLAN, SENDER, TEXTS, sent, told

HERE: Final = "example.com"
ANN: Final = EmailAddress("ann@example.com")
YES, NO = CalendarReply.ACCEPTED, CalendarReply.DECLINED


def read(data: bytes) -> Reply:
    """What is answered to dates that were sent from here."""
    return calendar.read(data, domain=HERE)


def refused(data: bytes) -> Refusal | None:
    """Why nothing is answered."""
    return why_not(read, data)


def answered(answer: CalendarReply = YES, *, date: int = 1, sequence: int = 2, attendee: EmailAddress = ANN) -> Reply:
    """An answer for a date of the session and client that all tests here speak of."""
    return Reply(SessionId("excel"), ClientId("acme"), DateNo(date), answer, sequence, attendee)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(GOOGLE, YES), (OUTLOOK, NO), (APPLE, YES), (THUNDERBIRD, CalendarReply.TENTATIVE)],
    ids=list(ALL),
)
def test_the_calendars_that_people_have_are_read(data: bytes, expected: CalendarReply) -> None:
    """What each maker adds is passed over, and what counts is found (C7)."""
    assert read(data) == answered(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOOGLE, (OneDateAccepted(FIRST, DateNo(1), act()),)),
        (OUTLOOK, (DatesDeclined(FIRST, masked=False, act=act()),)),
        (THUNDERBIRD, ()),
    ],
    ids=["accepted", "declined", "tentative"],
)
def test_an_answer_goes_into_the_rule_as_it_is(data: bytes, expected: tuple[ConfirmationEvent, ...]) -> None:
    """What is read is what `Confirmation.reply` takes: one accepts a date, one declines all, one says nothing (C7)."""
    found, known = read(data), sent().state
    assert Confirmation.id_of(found.session, found.client) == known.id
    decision = known.reply(
        act(), found.date, found.reply, sequence=found.sequence, attendee=found.attendee, schedule=PLAN
    )
    assert decision.events == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (reply(), answered()),
        (b"\xef\xbb\xbf" + reply(), answered()),
        (b"\r\n" + reply() + b"\r\n\r\n", answered()),
        (reply().replace(b"\r\n", b"\n"), answered()),
        (reply().replace(b"BEGIN", b"begin").replace(b"METHOD:REPLY", b"method:reply"), answered()),
        (reply().replace(b"END:VEVENT\r\n", b"END:VEVENT \r\n\r\n"), answered()),
        (reply(method="METHOD;X-A=b:REPLY"), answered()),
        (reply(attendee="ATTENDEE;partstat=accepted:MailTo:ann@example.com"), answered()),
        (reply(attendee='ATTENDEE;PARTSTAT="DECLINED":mailto:ann@example.com'), answered(NO)),
        (reply(attendee='ATTENDEE;CN="a:b;PARTSTAT=DECLINED";PARTSTAT=ACCEPTED:mailto:ann@example.com'), answered()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:Ann@EXAMPLE.com"), answered()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann%40example.com"), answered()),
        (
            reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:zoé@bücher.example"),
            answered(attendee=EmailAddress("zoé@bücher.example")),
        ),
        (reply(attendee="ATTENDEE;PARTSTAT=TENTATIVE:mailto:ann@example.com"), answered(CalendarReply.TENTATIVE)),
        (reply(method="METHOD:COUNTER"), answered(CalendarReply.COUNTER)),
        (
            reply(method="METHOD:COUNTER", attendee="ATTENDEE:mailto:ann@example.com"),
            answered(CalendarReply.COUNTER),
        ),
        (reply(uid="UID:10.excel.acme@example.com"), answered(date=10)),
        (reply(sequence="SEQUENCE;X-A=1: 7 "), answered(sequence=7)),
        (reply("COMMENT:BEGIN:VEVENT", "X-EVIL;UID=2:UID:2.excel.acme@example.com"), answered()),
        (reply("BEGIN:VALARM\nUID:other\nSEQUENCE:9\nATTENDEE:mailto:eve@example.com\nEND:VALARM"), answered()),
        (reply("DTSTART:no time at all", "RRULE:FREQ=SECONDLY;COUNT=99999999"), answered()),
    ],
    ids=range(21),
)
def test_what_programs_do_on_the_way_changes_nothing(data: bytes, expected: Reply) -> None:
    """Line ends, folds, capitals, blanks, quotes, and properties that do not count (RFC 5545)."""
    assert read(data) == expected


def test_a_line_is_folded_anywhere() -> None:
    """Also in the middle of a character, as old programs count bytes (RFC 5545 3.1)."""
    whole = reply(attendee="ATTENDEE;CN=Zoé Ünal;PARTSTAT=ACCEPTED:mailto:zoé@bücher.example")
    start = whole.index(b"ATTENDEE") + 1
    folded = [whole[:place] + b"\r\n " + whole[place:] for place in range(start, whole.index(b"\r\n", start))]
    assert {read(data) for data in folded} == {answered(attendee=EmailAddress("zoé@bücher.example"))}


def test_without_a_sequence_it_is_0() -> None:
    """As the standard has it; no proposal has that number, so the rule refuses it as something old (RFC 5546)."""
    found = read(reply(without="sequence"))
    assert found == answered(sequence=0)
    rule = sent().state.reply
    why = why_not(rule, act(), found.date, found.reply, sequence=0, attendee=found.attendee, schedule=PLAN)
    assert why == SequenceDead(0)


def test_another_attendee_is_for_the_rule_to_refuse() -> None:
    """Who forwards an invitation does not answer it for the recipient (C1, C7)."""
    found = read(reply(attendee="ATTENDEE;PARTSTAT=DECLINED:mailto:eve@example.com"))
    rule = sent().state.reply
    why = why_not(rule, act(), found.date, found.reply, sequence=2, attendee=found.attendee, schedule=PLAN)
    assert why == OtherAttendee(EmailAddress("eve@example.com"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", NotACalendar()),
        (b"\r\n", NotACalendar()),
        (b"hello", NotACalendar()),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", NotACalendar()),
        (b"<html>", NotACalendar()),
        (b"PK\x03\x04", NotACalendar()),
        (reply().decode().encode("utf-16"), NotACalendar()),
        (reply(attendee="ATTENDEE;CN=é:mailto:ann@example.com").decode().encode("latin-1"), NotACalendar()),
        (b" " + reply(), NotACalendar()),
        (b"BEGIN:VCALENDAR", DamagedCalendar()),
        (reply()[:-17], DamagedCalendar()),
        (reply().replace(b"END:VEVENT\r\n", b""), DamagedCalendar()),
        (reply("END:VTODO"), DamagedCalendar()),
        (reply("no colon"), DamagedCalendar()),
        (reply(":no name"), DamagedCalendar()),
        (reply("X Y:Z"), DamagedCalendar()),
        (reply("X-A:\x00"), DamagedCalendar()),
        (reply("X-A:\x1b[31m"), DamagedCalendar()),
        (reply().replace(b"DTSTAMP:", b"X-A:a\rDTSTAMP:"), DamagedCalendar()),
        (reply() + b"X-A:after the end\r\n", DamagedCalendar()),
        (reply(f"UID:{UID}"), DamagedCalendar()),
        (reply("SEQUENCE:2"), DamagedCalendar()),
        (reply(method="METHOD:REPLY\nMETHOD:REPLY"), DamagedCalendar()),
        (reply(sequence="SEQUENCE:two"), DamagedCalendar()),
        (reply(sequence="SEQUENCE:-2"), DamagedCalendar()),
        (reply(sequence="SEQUENCE:2.0"), DamagedCalendar()),
        (reply(sequence="SEQUENCE:²"), DamagedCalendar()),
        (reply(sequence="SEQUENCE:1234567890"), DamagedCalendar()),
        (reply(sequence="SEQUENCE:" + "9" * 5_000), DamagedCalendar()),
        (reply(sequence="SEQUENCE:"), DamagedCalendar()),
        (reply(attendee='ATTENDEE;CN="open:mailto:ann@example.com'), DamagedCalendar()),
        (reply(attendee="ATTENDEE;=x:mailto:ann@example.com"), DamagedCalendar()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED;PARTSTAT=DECLINED:mailto:ann@example.com"), DamagedCalendar()),
        (reply() + reply(), SeveralCalendars()),
        (reply().replace(b"METHOD:REPLY\r\n", b""), NotAReply()),
        (reply(method="METHOD:REQUEST"), NotAReply()),
        (reply(method="METHOD:CANCEL"), NotAReply()),
        (reply(method="METHOD:PUBLISH"), NotAReply()),
        (reply(method="METHOD:REFRESH"), NotAReply()),
        (reply(method="METHOD:DECLINECOUNTER"), NotAReply()),
        (reply().replace(b"VEVENT", b"VTODO"), NotOneEvent()),
        (b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", NotOneEvent()),
        (reply(f"END:VEVENT\nBEGIN:VEVENT\nUID:{UID}"), NotOneEvent()),
        (reply("RECURRENCE-ID:20270308T080000Z"), NotOneEvent()),
        (
            reply()
            .replace(b"BEGIN:VEVENT", b"BEGIN:VTODO\r\nBEGIN:VEVENT")
            .replace(b"END:VEVENT", b"END:VEVENT\r\nEND:VTODO"),
            NotOneEvent(),
        ),
        (reply(without="uid"), OtherEvent()),
        (reply(uid="UID:"), OtherEvent()),
        (reply(uid="UID:040000008200E00074C5B7101A82E008"), OtherEvent()),
        (reply(uid="UID:1.excel.acme@example.org"), OtherEvent()),
        (reply(uid="UID:1.excel.acme@EXAMPLE.com"), OtherEvent()),
        (reply(uid="UID:1.excel@example.com"), OtherEvent()),
        (reply(uid="UID:0.excel.acme@example.com"), OtherEvent()),
        (reply(uid="UID:01.excel.acme@example.com"), OtherEvent()),
        (reply(uid="UID:9999999.excel.acme@example.com"), OtherEvent()),
        (reply(uid=f"UID:1.{'s' * 130}.{'c' * 130}@example.com"), OtherEvent()),
        (reply(uid="UID:1.%65xcel.acme@example.com"), OtherEvent()),
        (reply(uid="UID:1.%FF.acme@example.com"), OtherEvent()),
        (reply(uid="UID:1.%0A.acme@example.com"), OtherEvent()),
        (reply(uid=f"UID:1.{'x' * 256}.acme@example.com"), OtherEvent()),
        (reply(without="attendee"), NotOneAttendee()),
        (reply("ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com"), NotOneAttendee()),
        (reply(*[f"ATTENDEE;PARTSTAT=DECLINED:mailto:p{n}@example.com" for n in range(1_900)]), NotOneAttendee()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:urn:uuid:1234"), NotOneAttendee()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:ann@example.com"), NotOneAttendee()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:"), NotOneAttendee()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:nobody"), NotOneAttendee()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann%FF@example.com"), NotOneAttendee()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann%0D%0ABcc:x@example.com"), NotOneAttendee()),
        (reply(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@{'x.' * 50_000}com"), NotOneAttendee()),
        (reply(attendee="ATTENDEE:mailto:ann@example.com"), NoAnswer()),
        (reply(attendee="ATTENDEE;PARTSTAT=:mailto:ann@example.com"), NoAnswer()),
        (reply(attendee="ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ann@example.com"), NoAnswer()),
        (reply(attendee="ATTENDEE;PARTSTAT=DELEGATED:mailto:ann@example.com"), NoAnswer()),
        (reply(attendee="ATTENDEE;PARTSTAT=COMPLETED:mailto:ann@example.com"), NoAnswer()),
        (reply(attendee="ATTENDEE;PARTSTAT=X-MAYBE:mailto:ann@example.com"), NoAnswer()),
        (reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED,DECLINED:mailto:ann@example.com"), NoAnswer()),
    ],
    ids=range(76),
)
def test_what_is_no_answer_has_its_refusal(data: bytes, expected: Refusal) -> None:
    """Whatever anybody sends to the address for answers, one refusal says what is wrong with it (C7, K2)."""
    assert refused(data) == expected


def nested(deep: int) -> str:
    """So many components, each within the one before."""
    return "\n".join([f"BEGIN:X-{number}" for number in range(deep)] + [f"END:X-{n}" for n in reversed(range(deep))])


LARGEST: Final = reply("X-A:" + "a" * (MOST_BYTES - len(reply()) - 6))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (LARGEST, None),
        (LARGEST + b"\n", ReplyTooLarge()),
        (b"x" * 10_000_000, ReplyTooLarge()),
        (reply(*["X-A:a"] * (MOST_LINES - 10)), None),
        (reply(*["X-A:a"] * (MOST_LINES - 9)), ReplyTooLarge()),
        (reply(nested(6)), None),
        (reply(nested(7)), ReplyTooLarge()),
        (reply(nested(900)), ReplyTooLarge()),
        (reply(*["BEGIN:X-A\nEND:X-A"] * (MOST_COMPONENTS - 2)), None),
        (reply(*["BEGIN:X-A\nEND:X-A"] * (MOST_COMPONENTS - 1)), ReplyTooLarge()),
        (reply(*["ATTENDEE:mailto:a@example.com"] * 5_000), ReplyTooLarge()),
        (reply("X-A:" + "\r\n ".join("a" * 60_000)), None),
        (reply(attendee="ATTENDEE" + ";X-A=" * 40_000 + ":mailto:ann@example.com"), NoAnswer()),
    ],
    ids=range(13),
)
def test_a_reply_has_a_size(data: bytes, expected: Refusal | None) -> None:
    """Bytes, lines, components and depth are counted, and nothing larger is read further (K9)."""
    assert refused(data) == expected


def test_what_was_written_here_is_no_reply() -> None:
    """A request that comes back, as from a mailbox that forwards, answers nothing."""
    asked = told(sent(), Template.PROPOSED)
    request, *_ = calendar.request(asked, ABOUT, texts=TEXTS, language="en", sender=SENDER, at=NOW)
    back = request.content.replace(b"METHOD:REQUEST", b"METHOD:REPLY")
    assert (refused(request.content), refused(back)) == (NotAReply(), NoAnswer())
    # And what it asks is answered by changing one word, as calendars do.
    assert read(back.replace(b"NEEDS-ACTION", b"ACCEPTED")) == answered()


pieces: Final = st.sampled_from(
    [
        *reply().split(b"\r\n"),
        b"END:VALARM",
        b"BEGIN:VALARM",
        b'ATTENDEE;CN="a',
        b"UID:1.a.b@example.com",
        b" ",
        b"\x00",
        b"\xff",
        b"METHOD:COUNTER",
        b"SEQUENCE:99999999999999999999",
    ]
)


def spoilt(seed: bytes, place: int, others: bytes) -> bytes:
    """A reply with *others* in place of some of its bytes."""
    return seed[:place] + others + seed[place + len(others) :]


@given(
    st.lists(pieces, max_size=12).map(b"\r\n".join)
    | st.binary(max_size=80)
    | st.builds(spoilt, st.sampled_from(SEEDS), st.integers(0, 1_500), st.binary(max_size=3))
)
def test_any_bytes_give_an_answer_or_a_refusal(data: bytes) -> None:
    """Nothing else comes out, whatever goes in (K2); the reader that is fuzzed for long is the same."""
    fuzzed(data)


def test_reading_again_is_the_same() -> None:
    """What is read does not depend on what was read before, and a reply that comes twice says the same twice (K1)."""
    assert [read(GOOGLE), refused(b""), read(GOOGLE)] == [answered(), NotACalendar(), answered()]


# --- What a reply says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "bad"),
    [
        ({"date": True}, ("date", Flaw.WRONG_TYPE)),
        ({"date": 0}, ("date", Flaw.TOO_SMALL)),
        ({"reply": "declined"}, ("reply", Flaw.WRONG_TYPE)),
        ({"sequence": True}, ("sequence", Flaw.WRONG_TYPE)),
        ({"sequence": -1}, ("sequence", Flaw.TOO_SMALL)),
        ({"sequence": 2**31}, ("sequence", Flaw.TOO_LARGE)),
        ({"attendee": "ann@example.com"}, ("attendee", Flaw.WRONG_TYPE)),
        ({"sequence": 0}, None),
        ({"sequence": 2**31 - 1}, None),
    ],
)
def test_a_reply_is_what_it_says(given: dict[str, Any], bad: tuple[str, Flaw] | None) -> None:
    """A text that looks like an answer is none, whoever made it (C7, K9)."""
    fields: dict[str, Any] = {
        "session": SessionId("excel"),
        "client": ClientId("acme"),
        "date": DateNo(1),
        "reply": CalendarReply.DECLINED,
        "sequence": 2,
        "attendee": EmailAddress("ann@example.com"),
    }
    assert flaw(lambda: Reply(**{**fields, **given})) == bad
