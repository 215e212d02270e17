"""Replies as calendars of four makers shape them, written here: what each adds to the five things that count.

All answer for the first date of `tests.proposals`, which was sent to ann@example.com with sequence 2.
"""

from typing import Final

UID: Final = "1.excel.acme@example.com"


def calendar(*lines: str) -> bytes:
    """Lines as they are sent: in UTF-8, with CRLF, folded where they are written with a break."""
    return ("\r\n".join(line for each in lines for line in each.splitlines()) + "\r\n").encode()


# It repeats the event in UTC, quotes nothing that need not be quoted, and adds X- parameters.
GOOGLE: Final = calendar(
    "BEGIN:VCALENDAR",
    "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
    "VERSION:2.0",
    "CALSCALE:GREGORIAN",
    "METHOD:REPLY",
    "BEGIN:VEVENT",
    "DTSTART:20270308T080000Z",
    "DTEND:20270308T110000Z",
    "DTSTAMP:20270302T101112Z",
    "ORGANIZER;CN=École Haute:mailto:dates@example.com",
    f"UID:{UID}",
    "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=ann@ex",
    " ample.com;X-NUM-GUESTS=0:mailto:ann@example.com",
    "CREATED:19000101T120000Z",
    "DESCRIPTION:Excel avancé\\nlundi 8 mars 2027\\, 09:00",
    "LAST-MODIFIED:20270302T101112Z",
    "SEQUENCE:2",
    "STATUS:CONFIRMED",
    "SUMMARY:Excel avancé",
    "TRANSP:OPAQUE",
    "END:VEVENT",
    "END:VCALENDAR",
)

# A zone under a name of its own, a name with a comma in quotes, MAILTO in capitals, languages, a comment.
OUTLOOK: Final = calendar(
    "BEGIN:VCALENDAR",
    "METHOD:REPLY",
    "PRODID:Microsoft Exchange Server 2010",
    "VERSION:2.0",
    "BEGIN:VTIMEZONE",
    "TZID:Romance Standard Time",
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    'ATTENDEE;PARTSTAT=DECLINED;CN="Martin, Ann; Acme: Paris":MAILTO:ann@example.com',
    "COMMENT;LANGUAGE=fr-FR:Désolée\\, ces dates ne vont pas.\\n",
    f"UID:{UID}",
    "SUMMARY;LANGUAGE=fr-FR:Refusé : Excel avancé",
    "DTSTART;TZID=Romance Standard Time:20270308T090000",
    "DTEND;TZID=Romance Standard Time:20270308T120000",
    "CLASS:PUBLIC",
    "PRIORITY:5",
    "DTSTAMP:20270302T101112Z",
    "TRANSP:OPAQUE",
    "STATUS:CONFIRMED",
    "SEQUENCE:2",
    "LOCATION;LANGUAGE=fr-FR:Salle 4",
    "X-MICROSOFT-CDO-APPT-SEQUENCE:2",
    "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
    "X-MICROSOFT-DISALLOW-COUNTER:FALSE",
    "END:VEVENT",
    "END:VCALENDAR",
)

# The address once more as a parameter, a zone by its name, properties of its own.
APPLE: Final = calendar(
    "BEGIN:VCALENDAR",
    "CALSCALE:GREGORIAN",
    "VERSION:2.0",
    "METHOD:REPLY",
    "PRODID:-//Apple Inc.//macOS 13.6//EN",
    "X-APPLE-CALENDAR-COLOR:#1BADF8",
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Paris",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "DTSTART:19810329T020000",
    "TZNAME:UTC+2",
    "TZOFFSETTO:+0200",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "DTSTART:19961027T030000",
    "TZNAME:UTC+1",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    'ATTENDEE;CN="Ann Martin";CUTYPE=INDIVIDUAL;EMAIL="ann@example.com";PARTST',
    " AT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:ann@example.com",
    "CREATED:20270302T101112Z",
    "DTEND;TZID=Europe/Paris:20270308T120000",
    "DTSTAMP:20270302T101112Z",
    "DTSTART;TZID=Europe/Paris:20270308T090000",
    "LAST-MODIFIED:20270302T101112Z",
    'ORGANIZER;CN="École Haute";EMAIL="dates@example.com":mailto:dates@example.com',
    "SEQUENCE:2",
    "SUMMARY:Excel avancé",
    f"UID:{UID}",
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
    "BEGIN:VALARM",
    "ACTION:NONE",
    "TRIGGER;VALUE=DATE-TIME:19760401T005545Z",
    "UID:4B8C3B2C-alarm",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
)

# Lines that end in LF alone, as some programs hand it on, and properties of its own.
THUNDERBIRD: Final = calendar(
    "BEGIN:VCALENDAR",
    "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
    "VERSION:2.0",
    "METHOD:REPLY",
    "BEGIN:VEVENT",
    "CREATED:20270302T101112Z",
    "LAST-MODIFIED:20270302T101112Z",
    "DTSTAMP:20270302T101112Z",
    f"UID:{UID}",
    "SUMMARY:Excel avancé",
    "ORGANIZER;CN=École Haute:mailto:dates@example.com",
    "ATTENDEE;RSVP=TRUE;PARTSTAT=TENTATIVE;ROLE=REQ-PARTICIPANT:mailto:ann@exam\n ple.com",
    "DTSTART:20270308T080000Z",
    "DTEND:20270308T110000Z",
    "SEQUENCE:2",
    "X-MOZ-RECEIVED-SEQUENCE:2",
    "X-MOZ-RECEIVED-DTSTAMP:20270301T090000Z",
    "X-MOZ-GENERATION:1",
    "TRANSP:OPAQUE",
    "END:VEVENT",
    "END:VCALENDAR",
).replace(b"\r\n", b"\n")

ALL: Final = {"google": GOOGLE, "outlook": OUTLOOK, "apple": APPLE, "thunderbird": THUNDERBIRD}


def reply(*more: str, method: str = "METHOD:REPLY", without: str = "", **instead: str) -> bytes:
    """The smallest reply there is: with *more* lines in its event, without one, or with others *instead*.

    Lines go by name, as `uid="UID:2.excel.acme@example.com"`; *without* is such a name.
    """
    lines = {
        "uid": f"UID:{UID}",
        "sequence": "SEQUENCE:2",
        "attendee": "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com",
        "dtstamp": "DTSTAMP:20270302T101112Z",
        **instead,
    }
    kept = [line for name, line in lines.items() if name != without]
    return calendar(
        "BEGIN:VCALENDAR", "VERSION:2.0", method, "BEGIN:VEVENT", *kept, *more, "END:VEVENT", "END:VCALENDAR"
    )
