"""A session's dates in words: rows, the column, the table of dates, and the letters about them (C1, C5, C6)."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from attrs import evolve

from lara_core.confirmation import (
    AnsweredOtherwise,
    ClientAnswer,
    Column,
    ConfirmationIs,
    ConfirmationRow,
    ConfirmationState,
    Missing,
    NotPlanned,
    OtherAttendee,
    Standing,
    column,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import ContractBroken, Flaw
from lara_core.kernel.ids import DateNo
from lara_core.kernel.people import EmailAddress
from lara_core.schedules import SessionDate
from lara_core.telling.dates import LaidOut, LaidOutDate
from lara_core.telling.notices import Template
from lara_core.telling.texts import Answers, Copies, Letter, Part, Texts, Timetable
from tests.builders import ANN, BEN, act, flaw
from tests.proposals import ABOUT, BY, PARIS, PLAN, TEXTS, alone, each_notice, on, sent, told

TORONTO: Final = Zone("America/Toronto")
# In Paris it is the first of March already; in Toronto it is not.
NIGHT: Final = datetime(2027, 2, 28, 23, 30, tzinfo=UTC)

ROWS: Final = {
    Standing.NOT_SENT: ConfirmationRow(Standing.NOT_SENT),
    Standing.AWAITING: ConfirmationRow(Standing.AWAITING, NIGHT, BY),
    Standing.LAPSED: ConfirmationRow(Standing.LAPSED, NIGHT, BY),
    Standing.ACCEPTED: ConfirmationRow(Standing.ACCEPTED, NIGHT),
    Standing.DECLINED: ConfirmationRow(Standing.DECLINED, NIGHT),
    Standing.BY_HAND: ConfirmationRow(Standing.BY_HAND, NIGHT),
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "fr",
            [
                "",
                "Date(s) en attente de confirmation - Envoyé le 1er mars 2027 - Échéance le 4 mars 2027",
                "Date(s) sans réponse - Envoyé le 1er mars 2027 - Échéance le 4 mars 2027 (dépassée)",
                "Date(s) acceptée(s) le 1er mars 2027",
                "Date(s) déclinée(s) le 1er mars 2027",
                "Date(s) validée(s) manuellement",
            ],
        ),
        (
            "en",
            [
                "",
                "Date(s) awaiting confirmation - Sent on 1 March 2027 - Deadline 4 March 2027",
                "Date(s) without an answer - Sent on 1 March 2027 - Deadline passed 4 March 2027",
                "Date(s) accepted on 1 March 2027",
                "Date(s) declined on 1 March 2027",
                "Date(s) validated by hand",
            ],
        ),
        (
            "it",
            [
                "",
                "Date in attesa di conferma - Inviate in data 1 marzo 2027 - Scadenza 4 marzo 2027",
                "Date senza risposta - Inviate in data 1 marzo 2027 - Scadenza superata 4 marzo 2027",
                "Date accettate in data 1 marzo 2027",
                "Date rifiutate in data 1 marzo 2027",
                "Date convalidate manualmente",
            ],
        ),
    ],
)
def test_a_row_is_said(language: str, expected: list[str]) -> None:
    """As the page has it in French; a lapse has words of its own, and what was not sent has none (C5)."""
    assert [TEXTS.row(row, language) for row in ROWS.values()] == expected


@pytest.mark.parametrize(
    ("texts", "zone", "expected"),
    [
        (TEXTS, None, "Date(s) accepted on 1 March 2027"),
        (TEXTS, TORONTO, "Date(s) accepted on 28 February 2027"),
        (Texts(zone=TORONTO), None, "Date(s) accepted on 28 February 2027"),
        (Texts(), None, "Date(s) accepted on 28 February 2027"),
    ],
)
def test_a_row_has_days_of_the_organisations_zone(texts: Texts, zone: Zone | None, expected: str) -> None:
    """The act's day is the one that the organisation had (C5)."""
    assert texts.row(ROWS[Standing.ACCEPTED], "en", zone=zone) == expected


def test_a_deadline_that_is_an_instant_is_told_as_one() -> None:
    """A day would promise more time than there is (K8)."""
    row = ConfirmationRow(Standing.AWAITING, NIGHT, Deadline.at(NIGHT + timedelta(days=3)))
    assert TEXTS.row(row, "en") == (
        "Date(s) awaiting confirmation - Sent on 1 March 2027 - "
        "Deadline Thursday, 4 March 2027 at 00:30 (Paris, UTC+01:00)"
    )


def test_a_host_has_rows_of_its_own() -> None:
    """The words of a row can be replaced like any others (T2)."""
    texts = Texts(zone=PARIS, replacing={"fr": {"confirmation_row.by_hand": "Validé par téléphone le {on}"}})
    assert texts.row(ROWS[Standing.BY_HAND], "fr") == "Validé par téléphone le 1er mars 2027"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["À confirmer", "En attente de confirmation", "À confirmer", "Confirmé", "Décliné", "Confirmé"]),
        ("en", ["To confirm", "Awaiting confirmation", "To confirm", "Confirmed", "Declined", "Confirmed"]),
        ("it", ["Da confermare", "In attesa di conferma", "Da confermare", "Confermato", "Rifiutato", "Confermato"]),
    ],
)
def test_the_column_is_said(language: str, expected: list[str]) -> None:
    """By the table of C6, for one client each."""
    found = [column([standing]) for standing in Standing]
    assert [each and TEXTS.show(each, language) for each in found] == expected


def test_a_host_replaces_the_columns_table_and_words() -> None:
    """The table as the page has it, shifted by a row, is a host's to use; so are the words (C6)."""
    shifted = {
        Standing.NOT_SENT: Column.AWAITING,
        Standing.AWAITING: Column.CONFIRMED,
        Standing.LAPSED: Column.TO_CONFIRM,
        Standing.ACCEPTED: Column.CONFIRMED,
        Standing.DECLINED: Column.DECLINED,
        Standing.BY_HAND: Column.CONFIRMED,
    }
    texts = Texts(replacing={"fr": {"confirmation_column.awaiting": "Pas envoyé"}})
    found = column([Standing.NOT_SENT, Standing.ACCEPTED], table=shifted)
    assert (found, texts.show(Column.AWAITING, "fr")) == (Column.AWAITING, "Pas envoyé")


def test_dates_are_laid_out_by_day() -> None:
    """What is on one day stands in one line, in order of time; one place, and the zone, are told once (C1, C5)."""
    dates = (on(9), on(8, 13, 17), on(8, 9, 12))
    assert TEXTS.lay_out(Timetable(PARIS, dates), "it") == LaidOut(
        (
            LaidOutDate("lunedì 8 marzo 2027", "09:00–12:00, 13:00–17:00"),
            LaidOutDate("martedì 9 marzo 2027", "09:00–17:00"),
        ),
        "Luogo: Salle 4, 12 rue Haute, Lyon",
        "Fuso orario: Parigi, UTC+01:00",
    )


def test_a_day_at_two_places_is_two_lines() -> None:
    """Where people have to be in the afternoon is not where they were in the morning (C1)."""
    dates = (on(8, 9, 12, place="Lyon"), on(8, 13, 15, place=None), on(8, 15, 17, place=None))
    found = TEXTS.lay_out(Timetable(PARIS, dates), "en")
    assert (found.dates, found.place) == (
        (
            LaidOutDate("Monday, 8 March 2027", "09:00–12:00", "Lyon"),
            LaidOutDate("Monday, 8 March 2027", "13:00–15:00, 15:00–17:00"),
        ),
        None,
    )
    assert TEXTS.show(Timetable(PARIS, dates), "en") == (
        "Monday, 8 March 2027: 09:00–12:00, Lyon\n"
        "Monday, 8 March 2027: 13:00–15:00, 15:00–17:00\n"
        "Time zone: Paris, UTC+01:00"
    )


def test_dates_without_a_place_say_none() -> None:
    """A place that is not known is not told as one."""
    assert TEXTS.show(Timetable(PARIS, (on(8, place=None),)), "en") == (
        "Monday, 8 March 2027: 09:00–17:00\nTime zone: Paris, UTC+01:00"
    )


@pytest.mark.parametrize(
    ("zone", "meetings", "expected"),
    [
        (PARIS, (on(8), on(9)), "Time zone: Paris, UTC+01:00"),
        # The clocks change on the 28th: no one distance is right for both.
        (PARIS, (on(8), on(30)), "Time zone: Paris"),
        (Zone("UTC"), (on(8),), "Time zone: UTC"),
        (Zone("Asia/Kolkata"), (on(8), on(30)), "Time zone: Kolkata, UTC+05:30"),
    ],
)
def test_a_zone_is_told_with_its_distance_where_there_is_one(
    zone: Zone, meetings: tuple[SessionDate, ...], expected: str
) -> None:
    """Nobody is told a distance that is wrong for some of the dates (C5)."""
    assert TEXTS.lay_out(Timetable(zone, meetings), "en").zone == expected


def test_a_meeting_through_the_night_says_its_second_day() -> None:
    """Until six is not until six that evening."""
    night = SessionDate(on(8).ends + timedelta(hours=5), on(8).ends + timedelta(hours=13), "Lyon")
    assert TEXTS.lay_out(Timetable(PARIS, (night,)), "en").dates == (
        LaidOutDate("Monday, 8 March 2027", "22:00 – Tuesday, 9 March 2027, 06:00"),
    )


def test_local_times_are_as_people_there_write_them() -> None:
    """By the reader's whole tag: in Canada, hours have an h."""
    assert TEXTS.lay_out(Timetable(PARIS, (on(1),)), "fr-CA").dates == (
        LaidOutDate("lundi 1er mars 2027", "09 h 00–17 h 00"),
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "I accept: https://example.com/y\nI decline: https://example.com/n"),
        ("fr", "J’accepte\u00a0: https://example.com/y\nJe décline\u00a0: https://example.com/n"),
        ("it", "Accetto: https://example.com/y\nRifiuto: https://example.com/n"),
    ],
)
def test_answers_are_two_lines(language: str, expected: str) -> None:
    """As the buttons are called on the page (C2)."""
    answers = Answers("https://example.com/y", "https://example.com/n")
    assert (TEXTS.show(answers, language), "example.com" in repr(answers)) == (expected, False)


def test_copies_are_one_line_or_none() -> None:
    """Who has an open copy is said, and nothing where nobody has (C1)."""
    assert [TEXTS.show(Copies(people), "en") for people in ((), (ANN,), (ANN, BEN))] == [
        "",
        "Copy to: ann@example.com",
        "Copy to: ann@example.com and ben@example.com",
    ]


# --- Letters ----------------------------------------------------------------------------------------------


def test_a_letter_has_parts_that_can_be_laid_out() -> None:
    """Dates and answers come as values beside their words, in the place that the text gives them (C1)."""
    letter = TEXTS.letter(told(sent(), Template.PROPOSED), "en", ABOUT)
    assert [type(part.value).__name__ for part in letter.parts] == [
        *("NoneType", "Timetable", "NoneType", "Answers", "NoneType", "NoneType"),
    ]
    assert letter.message.body == "\n\n".join(part.text for part in letter.parts)
    assert letter.message == TEXTS.compose(told(sent(), Template.PROPOSED), "en", ABOUT)


def test_a_paragraph_without_anything_in_it_is_left_out() -> None:
    """Nobody has a copy, and there is no blank where it would be said."""
    notice = told(sent(), Template.PROPOSED)
    assert notice.dates is not None
    without = evolve(notice, dates=evolve(notice.dates, copies=()))
    parts = [TEXTS.letter(each, "en", ABOUT).parts for each in (notice, without)]
    assert parts[1] == tuple(part for part in parts[0] if not part.text.startswith("Copy to"))


def test_a_host_moves_the_parts_of_a_letter() -> None:
    """What stands in a paragraph of its own is laid out, wherever that is; within words it is words (T2)."""
    words = "{answers}\n\nDates: {dates}\n\n{title} {nothing"
    texts = Texts(zone=PARIS, replacing={"en": {"confirmation.reminded.body": words}})
    letter = texts.letter(each_notice()[Template.DATES_REMINDED], "en", ABOUT)
    assert [(part.text.split("\n")[0], type(part.value)) for part in letter.parts] == [
        ("I accept: https://example.com/dates/yes", Answers),
        ("Dates: Monday, 8 March 2027: 09:00–12:00, 13:00–17:00", type(None)),
        ("Excel avancé {nothing", type(None)),
    ]


@pytest.mark.parametrize("name", ["dates", "answers", "copies", "message"])
def test_what_takes_lines_does_not_get_into_a_subject(name: str) -> None:
    """A host that puts it there learns of it when its texts are made (T2)."""
    with pytest.raises(ContractBroken) as broken:
        Texts(replacing={"en": {"confirmation.proposed.subject": f"x {{{name}}}"}})
    assert str(broken.value) == f"en: confirmation.proposed.subject names {{{name}}}, which it does not have"


def test_a_standard_opening_has_lines() -> None:
    """It is a body, which a sender edits before it goes out (C1)."""
    texts = Texts(
        zone=PARIS, replacing={"en": {"confirmation.proposed.opening": "Dear {recipient},\n\nhere they are."}}
    )
    assert texts.letter(told(sent(), Template.PROPOSED), "en", ABOUT).parts[0] == Part(
        "Dear ann@example.com,\n\nhere they are."
    )


def test_dates_that_have_changed_since_are_not_told() -> None:
    """A proposal that waits to be sent while the schedule changes would tell others than were proposed (C2)."""
    notice = told(sent(), Template.PROPOSED)
    _, other = alone(on(20))
    assert flaw(lambda: TEXTS.letter(notice, "en", other)) == ("dates", Flaw.MISSING_KEY)
    off = told(sent().state.follow(act(), schedule=PLAN.cancel(act()).state), Template.DATES_CALLED_OFF)
    told_off = TEXTS.letter(off, "en", evolve(other, dates={DateNo(9): on(20)}))
    assert [part.value for part in told_off.parts] == [None] * 4


def test_a_notice_about_dates_needs_them() -> None:
    """And a zone to tell them in."""
    notice = told(sent(), Template.PROPOSED)
    assert flaw(lambda: TEXTS.letter(evolve(notice, dates=None), "en", ABOUT)) == ("dates", Flaw.EMPTY)


def test_a_letter_shows_nothing_in_logs() -> None:
    """Letters hold addresses and links (K11)."""
    letter = TEXTS.letter(told(sent(), Template.PROPOSED), "en", ABOUT)
    assert (repr(letter), "example.com" in repr(letter.parts)) == ("Letter(...)", False)
    assert isinstance(letter, Letter)


SUBJECTS: Final = {
    Template.PROPOSED: (
        "Dates to confirm: Excel avancé",
        "Dates à confirmer\u00a0: Excel avancé",
        "Date da confermare: Excel avancé",
    ),
    Template.PROPOSED_COPY: (
        "Copy - Dates to confirm: Excel avancé",
        "Copie - Dates à confirmer\u00a0: Excel avancé",
        "Copia - Date da confermare: Excel avancé",
    ),
    Template.DATES_REMINDED: (
        "Reminder - Dates to confirm: Excel avancé",
        "Rappel - Dates à confirmer\u00a0: Excel avancé",
        "Promemoria - Date da confermare: Excel avancé",
    ),
    Template.DATES_ACCEPTED: (
        "Dates accepted: Excel avancé",
        "Dates acceptées\u00a0: Excel avancé",
        "Date accettate: Excel avancé",
    ),
    Template.DATES_DECLINED: (
        "Dates declined: Excel avancé",
        "Dates déclinées\u00a0: Excel avancé",
        "Date rifiutate: Excel avancé",
    ),
    Template.DATES_REPLACED: (
        "Dates changed: Excel avancé",
        "Dates modifiées\u00a0: Excel avancé",
        "Date modificate: Excel avancé",
    ),
    Template.DATES_CALLED_OFF: (
        "Session cancelled: Excel avancé",
        "Session annulée\u00a0: Excel avancé",
        "Sessione annullata: Excel avancé",
    ),
    Template.ACCEPTED_SENDER: (
        "Dates accepted by Acme: Excel avancé",
        "Dates acceptées par Acme\u00a0: Excel avancé",
        "Date accettate da Acme: Excel avancé",
    ),
    Template.DECLINED_SENDER: (
        "Dates declined by Acme: Excel avancé",
        "Dates déclinées par Acme\u00a0: Excel avancé",
        "Date rifiutate da Acme: Excel avancé",
    ),
    Template.LAPSED_SENDER: (
        "No answer from Acme: Excel avancé",
        "Acme n’a pas répondu\u00a0: Excel avancé",
        "Nessuna risposta da Acme: Excel avancé",
    ),
    Template.ACCEPTED_MASKED: (
        "Acme has accepted the dates, validated meanwhile: Excel avancé",
        "Acme a accepté les dates, validées entre-temps\u00a0: Excel avancé",
        "Acme ha accettato le date, convalidate nel frattempo: Excel avancé",
    ),
    Template.DECLINED_MASKED: (
        "Acme has declined the dates, validated meanwhile: Excel avancé",
        "Acme a décliné les dates, validées entre-temps\u00a0: Excel avancé",
        "Acme ha rifiutato le date, convalidate nel frattempo: Excel avancé",
    ),
}


def test_a_subject_says_what_a_letter_is_about() -> None:
    """Each of them, in three languages, in as few words as a list of messages shows."""
    found = {
        template: tuple(TEXTS.compose(notice, language, ABOUT).subject for language in ("en", "fr", "it"))
        for template, notice in each_notice().items()
    }
    assert found == SUBJECTS


@pytest.mark.parametrize(
    ("refusal", "french", "italian"),
    [
        (
            NotPlanned(Missing.PLACE),
            (
                "La session n’est pas encore entièrement planifiée. Il manque\u00a0: un lieu pour chaque date. "
                "Complétez-la, puis réessayez."
            ),
            "La sessione non è ancora pianificata del tutto. Manca: un luogo per ogni data. La completi e riprovi.",
        ),
        (
            AnsweredOtherwise(ClientAnswer.DECLINED, datetime(2027, 3, 2, 9, tzinfo=UTC)),
            (
                "Ces dates ont déjà été déclinées, le mardi 2 mars 2027 à 10:00 (Paris, UTC+01:00), et la première "
                "réponse compte. Pour la modifier, contactez l’expéditeur."
            ),
            (
                "Queste date sono già state rifiutate (risposta del martedì 2 marzo 2027 alle ore 10:00 (Parigi, "
                "UTC+01:00)). Vale la prima risposta; per cambiarla, contatti il mittente."
            ),
        ),
        (
            ConfirmationIs(ConfirmationState.LAPSED),
            (
                "Ces dates sont restées sans réponse à l’échéance\u00a0: cette action n’est pas possible. Actualisez "
                "la page pour voir où elles en sont."
            ),
            (
                "Queste date sono rimaste senza risposta alla scadenza: questa azione non è possibile. Aggiorni la "
                "pagina per vedere a che punto sono."
            ),
        ),
        (
            OtherAttendee(EmailAddress("eve@example.com")),
            (
                "Seule la personne à qui les dates ont été envoyées peut répondre, et eve@example.com est quelqu’un "
                "d’autre. Répondez depuis l’adresse qui les a reçues."
            ),
            (
                "Può rispondere solo la persona a cui le date sono state inviate; eve@example.com è qualcun altro. "
                "Risponda dall’indirizzo che le ha ricevute."
            ),
        ),
    ],
)
def test_a_refusal_says_what_to_do_next(refusal: Refusal, french: str, italian: str) -> None:
    """What is wrong, with its values in the reader's language, and what to do (K11, T2)."""
    assert (TEXTS.say(refusal, "fr"), TEXTS.say(refusal, "it")) == (french, italian)


@pytest.mark.parametrize(
    ("starts", "zone", "times", "known_as", "day"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "Etc/GMT+12", "00:00–01:00", "UTC", "1er janvier 1"),
        (datetime(1, 1, 1, tzinfo=UTC), "Etc/GMT-14", "14:00–15:00", "GMT-14, UTC+14:00", "1er janvier 1"),
        (datetime(9999, 12, 31, 22, tzinfo=UTC), "Etc/GMT-14", "22:00–23:00", "UTC", "31 décembre 9999"),
        (datetime(9999, 12, 31, 22, tzinfo=UTC), "Etc/GMT+12", "10:00–11:00", "GMT+12, UTC−12:00", "31 décembre 9999"),
    ],
)
def test_where_the_calendar_ends_people_read_utc(
    starts: datetime, zone: str, times: str, known_as: str, day: str
) -> None:
    """Not every zone has the first hours of the year 1, or the last of 9999: those are told, too, by UTC (K8)."""
    one = SessionDate(starts, starts + timedelta(hours=1))
    found = TEXTS.lay_out(Timetable(Zone(zone), (one,)), "fr")
    assert ([each.times for each in found.dates], found.zone) == ([times], f"Fuseau horaire\u00a0: {known_as}")
    row = ConfirmationRow(Standing.ACCEPTED, starts)
    assert TEXTS.row(row, "fr", zone=Zone(zone)) == f"Date(s) acceptée(s) le {day}"
