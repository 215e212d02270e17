"""The story: told alike each time, in three languages, and only into a folder of its own."""

import csv
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.policy import SMTP
from functools import partial
from io import StringIO
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Final

import pytest
from attrs import fields, frozen

from lara_core.hosting.rosters import Imported
from lara_core.kernel.ids import GrantId, LimitId
from lara_core.kernel.people import EmailAddress
from lara_core.offers import GrantState
from lara_core.refunds import SeatsSettled
from lara_core.rosters import Reason, Use
from lara_core.seat_views import BadgeColour
from lara_core.telling.texts import Texts
from sqlite_host import carts, demo, importing, lessons, scene
from sqlite_host.laws import Law
from sqlite_host.narration import FRENCH, NARRATIONS, Narration
from sqlite_host.store import SqliteStore
from sqlite_host.transcript import INDENT
from sqlite_host.wallet_pages import DRAWN

EXAMPLES: Final = Path(demo.__file__).parents[1]


@frozen
class Told:
    """What was printed, and into which folder."""

    text: str
    out: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Told]:
    """The story in each language, told by processes with other hashes than this one, and a poor locale."""
    folder = tmp_path_factory.mktemp("told")
    surroundings = {"PYTHONPATH": str(EXAMPLES), "PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}
    running = {
        language: Popen(  # noqa: S603 - our own interpreter on our own module
            [sys.executable, "-m", "sqlite_host.demo", "--lang", language, "--out", str(folder / language)],
            env={**os.environ, **surroundings},
            stdout=PIPE,
        )
        for language in NARRATIONS
    }
    stories: dict[str, Told] = {}
    for language, process in running.items():
        text, _ = process.communicate()
        assert process.returncode == 0
        stories[language] = Told(text.decode(), folder / language)
    return stories


def _sent(out: Path) -> Mapping[str, str]:
    """Each message as its reader sees it: to whom, about what, in which language, and the text."""
    return {file.stem: _read(file.read_bytes()) for file in (out / scene.MAIL).iterdir()}


def _read(content: bytes) -> str:
    message = message_from_bytes(content, policy=SMTP)
    heads = "".join(f"{name}: {message[name]}\n" for name in ("To", "Subject", "Content-Language"))
    text = message.get_body(("plain",))
    assert text is not None
    return f"{heads}\n{text.get_content()}"


def _bytes(out: Path) -> Mapping[str, bytes]:
    return {file.name: file.read_bytes() for file in (out / scene.MAIL).iterdir()}


@pytest.mark.parametrize("language", NARRATIONS)
def test_the_story_is_told_alike_each_time(
    told: Mapping[str, Told], tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """Same language, same bytes, in whatever process."""
    assert demo.main(["--lang", language, "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == told[language].text
    assert _bytes(tmp_path / "out") == _bytes(told[language].out)
    for name in (DRAWN, importing.LEFT_OUT):
        assert (tmp_path / "out" / name).read_bytes() == (told[language].out / name).read_bytes()


def test_each_language_has_a_story_of_its_own(told: Mapping[str, Told]) -> None:
    """No line is told twice in the same words, but for addresses, codes and zones; the notices are the same."""
    unwrapped = {language: re.sub(r"\n {11}(?=\S)", " ", story.text) for language, story in told.items()}
    lines = {language: set(text.splitlines()) for language, text in unwrapped.items()}
    common = lines["en"] & lines["fr"] | lines["fr"] & lines["it"] | lines["it"] & lines["en"]
    assert {line for line in common if re.search(r"\w", line) and not re.search(r"@|\[|UTC", line)} == set()
    assert _bytes(told["en"].out) == _bytes(told["fr"].out) == _bytes(told["it"].out)


def test_a_notice_is_in_the_language_of_its_reader(told: Mapping[str, Told]) -> None:
    """Each file says to whom it goes, and speaks their language, whatever that of the story."""
    sent = _sent(told["it"].out)
    assert len(sent) == 121
    assert sent["nadia-1_3_seats.enrolled_5"].startswith(
        "To: noe.tremblay@example.com\nSubject: Inscription confirmée\N{NO-BREAK SPACE}: "
        "Secourisme en milieu de travail\nContent-Language: fr\n\nBonjour"
    )
    assert "Content-Language: en\n" in sent["nadia-1_4_seats.enrolled_3"]
    assert "Content-Language: it\n" in sent["nadia-1_4_seats.revoked_3"]


def test_an_invitation_has_its_own_page_to_answer_on(told: Mapping[str, Told]) -> None:
    """An invitation and its reminder lead to the same page, and one that took its place to another (S6)."""
    sent = _sent(told["en"].out)
    pages = {name: re.findall(r"https://\S+/answer/\S+", body) for name, body in sent.items()}
    assert {name: found for name, found in pages.items() if found} == {
        "nadia-2_1_seats.invited_1": ["https://portal.example.com/answer/nadia-2/1/1"],
        "nadia-2_1_seats.invited_2": ["https://portal.example.com/answer/nadia-2/2/1"],
        "nadia-2_1_seats.invited_3": ["https://portal.example.com/answer/nadia-2/3/1"],
        "nadia-2_2_seats.invited_1": ["https://portal.example.com/answer/nadia-2/1/2"],
        "nadia-2_4_seats.reminded_2": ["https://portal.example.com/answer/nadia-2/2/1"],
        "nadia-2_4_seats.reminded_3": ["https://portal.example.com/answer/nadia-2/3/1"],
        "nadia-2_8_seats.invited_3": ["https://portal.example.com/answer/nadia-2/3/8"],
        "nadia-3_1_seats.invited_1": ["https://portal.example.com/answer/nadia-3/1/1"],
    }


def test_only_the_recipient_of_dates_can_answer(told: Mapping[str, Told]) -> None:
    """A proposal has two links, and a request for each date; its copy has neither, and no other address (C1, C7)."""
    kinds = {"proposed": [2, 2], "proposed_copy": [0, 0], "reminded": [2, 0], "accepted": [0, 0], "replaced": [0, 0]}
    for file in (told["fr"].out / scene.MAIL).glob("*first-aid-september*confirmation*.eml"):
        kind = file.stem.partition("_confirmation.")[2].rpartition("_")[0]
        message = message_from_bytes(file.read_bytes(), policy=SMTP)
        parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert {part.get_param("method") for part in parts} <= {"REQUEST"}
        found = [len(re.findall(r"https://\S+/dates/\S+", _read(file.read_bytes()))), len(parts)]
        assert found == kinds.get(kind, [0, 0])
        assert (message["Cc"], message["Bcc"]) == (None, None)


def test_an_offer_has_its_own_page_to_answer_on(told: Mapping[str, Told]) -> None:
    """Whoever waited is led to the very place that is held for them (N2)."""
    pages = [re.findall(r"https://\S+/offer/\S+", body) for body in _sent(told["en"].out).values()]
    assert [found for found in pages if found] == [["https://portal.example.com/offer/first-aid-june/offer:6.1"]]


@pytest.mark.parametrize("language", NARRATIONS)
def test_nothing_of_who_was_forgotten_is_left(told: Mapping[str, Told], language: str) -> None:
    """No byte of the organisation's file knows her any more, in whatever spelling (K13)."""
    assert b"giulia" not in (told[language].out / "organisation.db").read_bytes().lower()
    assert sorted(path.name for path in told[language].out.iterdir()) == [
        demo.MARK,
        DRAWN,
        importing.ROSTER,
        importing.LEFT_OUT,
        scene.MAIL,
        "organisation.db",
    ]


def test_the_list_has_one_person_in_two_spellings() -> None:
    """One address stands in the list twice in different bytes: composed, and decomposed in another case (K7)."""
    lines = (scene.STORY / "team.csv").read_text("utf-8-sig").splitlines()
    one, other = (line.split(";")[0] for line in lines if "lodie" in line)
    assert unicodedata.is_normalized("NFC", one)
    assert not unicodedata.is_normalized("NFC", other)
    assert unicodedata.normalize("NFC", other) != one
    assert EmailAddress(one) == EmailAddress(other)


@pytest.mark.parametrize("language", NARRATIONS)
def test_what_is_kept_and_what_goes_back_is_told(told: Mapping[str, Told], language: str) -> None:
    """10 % and 15.00 of a seat of 249.99, and 20.00 once; after the deadline nothing, but for an exception (S12)."""
    with SqliteStore(told[language].out / "organisation.db").transaction() as work:
        charge = work.charges.get(scene.NADIAS_MORE_PAID)
        told_of = work.charges.events(scene.NADIAS_MORE_PAID)
    settled = [event for event in told_of if isinstance(event, SeatsSettled)]
    assert [
        (seat, str(money.kept.decimal), str(money.back.decimal), event.reason is not None)
        for event in settled
        for seat, money in event.seats.items()
    ] == [(1, "60.00", "189.99", False), (2, "249.99", "0.00", False), (2, "0.00", "249.99", True)]
    assert str(charge.refunded.decimal) == "439.98"


def test_what_was_paid_for_a_session_that_was_cancelled_goes_back(told: Mapping[str, Told]) -> None:
    """All of it, the difference of the transfer and what was due again with it; earlier fees are not kept (S14)."""
    with SqliteStore(told["en"].out / "organisation.db").transaction() as work:
        charges = [work.charges.get(paid) for paid in (scene.OLIVIAS_PAID, scene.MARCOS_JUNE_PAID)]
    assert [(str(charge.captured.decimal), str(charge.going_back.decimal)) for charge in charges] == [
        ("279.99", "279.99"),
        ("689.97", "689.97"),
    ]


def test_the_pages_are_told(told: Mapping[str, Told]) -> None:
    """The badge counts live seats, and one whose invitee let the time pass is free and to assign (S7, S15)."""
    text = told["en"].text
    assert "a badge: 10 seats. It is orange" in text
    rows = [re.split(" {2,}", line.strip()) for line in text.splitlines()]
    assert ["Monday, 12 May 2025", "nadia-2", "Nadia", "1", "0", "1", "1"] in rows
    assert ["Monday, 16 June 2025", "olivia-2", "Olivia", "1", "1", "0", "0"] in rows
    assert ["nadia-1", "1", "Élodie.Martin@example.com", "filled", "100%"] in rows


def test_a_shortage_is_told_once_to_each(told: Mapping[str, Told]) -> None:
    """The organisation and both administrators hear of it once, though it was tried twice (W5)."""
    heads = [body.splitlines()[0] for name, body in sorted(_sent(told["en"].out).items()) if "wallet.exhausted" in name]
    assert sorted(heads) == ["To: bureau@example.com", "To: hugo.leger@example.com", "To: mina.park@example.com"]
    assert "4 people cost 160 credits, but the wallet has 50" in told["en"].text


def test_two_partners_pay_their_own_price(told: Mapping[str, Told]) -> None:
    """Harbour's is its own, Orchard's the general one, and what each has left follows from that (W3, W7, W10)."""
    with SqliteStore(told["en"].out / "organisation.db").transaction() as work:
        left = [work.wallets.get(partner).balance for partner in (scene.HARBOUR, scene.ORCHARD)]
        offering = work.offerings.get(scene.COURSE)
        prices = [offering.price_for(partner) for partner in (scene.HARBOUR, scene.ORCHARD)]
        spent = work.limits.get(LimitId("spring")).spent
    assert (prices, left, spent) == ([40, 60], [250 + 200 - 10 * 40 + 40, 300 - 60], 100)


def test_each_provider_is_paid_by_itself(told: Mapping[str, Told]) -> None:
    """Three baskets, one with a tenth off before tax, one for nothing, one paid at the second attempt (P3, P4, P8)."""
    with SqliteStore(told["en"].out / "organisation.db").transaction() as work:
        attempts = work.carts.get(carts.CART).attempts
        code = work.codes.get(carts.SPRING)
        numbers = [work.numberings.get(provider).last for provider in (scene.SELLER, scene.HARBOURS, scene.ORCHARDS)]
    assert [(made.provider, made.number, str(made.total.decimal)) for made in attempts] == [
        (scene.SELLER, 1, "776.22"),
        (scene.HARBOURS, 1, "0.00"),
        (scene.ORCHARDS, 2, "951.60"),
    ]
    assert [str(off.decimal) for made in attempts for off in made.discounts.values()] == ["50.00", "25.00"]
    assert (code.used, code.reserved, numbers) == (1, {}, [1, 1, 3])


def test_what_is_asked_of_a_lesson_is_told(told: Mapping[str, Told]) -> None:
    """Not yet, and from when; then yes, and until when; and after the revocation, no (O5)."""
    lines = " ".join(line.strip() for line in told["en"].text.splitlines())
    answers = (
        "This lesson opens on Thursday, 3 April 2025 at 00:00",
        "It opens. She has access until Thursday, 3 July 2025 at 00:00",
        "This lesson opens on Saturday, 5 April 2025 at 00:00",
        "[access.lesson_not_included]",
        "[access.not_entitled]",
    )
    places = [lines.find(answer) for answer in answers]
    assert -1 not in places
    assert places == sorted(places)


def test_a_whole_list_is_imported_once(told: Mapping[str, Told]) -> None:
    """A thousand people have the offer, each once, and none of them is written to; who lost it has it no more (O6)."""
    with SqliteStore(told["it"].out / "organisation.db").transaction() as work:
        rows = work.db.execute("SELECT id FROM document WHERE kind = 'offer_grant'").fetchall()
        grants = [work.offer_grants.get(GrantId(name)) for (name,) in rows]
    assert {grant.offer for grant in grants} == {lessons.OFFER}
    assert len({grant.person.address.key for grant in grants}) == len(grants) == importing.PEOPLE
    assert Counter(grant.state for grant in grants) == {GrantState.GRANTED: importing.PEOPLE - 1, GrantState.REVOKED: 1}
    assert [name for name in _sent(told["it"].out) if name.startswith("roster_")] == []


@pytest.mark.parametrize("language", NARRATIONS)
def test_what_is_counted_of_a_list_is_told(told: Mapping[str, Told], language: str) -> None:
    """The preview, the import and the one after it, in the figures of each language (O6)."""
    text = " ".join(told[language].text.split())
    counts = (
        ("previewed", {"rows": 1_016, "accepted": 1_000, "rejected": 4, "duplicate": 12, "shown": 3}),
        ("imported", {"new": 999, "known": 1}),
        ("imported_again", {"new": 0, "known": 1_000}),
    )
    for name, values in counts:
        words: str = getattr(NARRATIONS[language], name)
        line = words.format(**{value: Texts().show(count, language) for value, count in values.items()})
        assert " ".join(line.split()) in text


@pytest.mark.parametrize("language", NARRATIONS)
def test_rows_that_were_left_out_are_given_back(told: Mapping[str, Told], language: str) -> None:
    """With their line and why, in the language of the story; a formula is not among them, nor acts as one (O6, T2)."""
    path = told[language].out / importing.LEFT_OUT
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file, delimiter=";")
    say = partial(Texts().show, language=language)
    assert heading == [*importing.HEADING, say(Use.LINE), say(Use.REASON)]
    wrong, missing, formula = (
        say(reason) for reason in (Reason.ADDRESS_WRONG, Reason.ADDRESS_MISSING, Reason.ADDRESS_FORMULA)
    )
    assert rows == [
        ["Paul", "Dubé", "paul.dube example.com", "T-40", "42", wrong],
        ["Karim", "Losier", "", "T-186", "189", missing],
        ["Mei", "Morin", "", "T-401", "405", formula],
        ["Tessa", "Walsh", "tessa.walsh@example.com, walsh@example.com", "T-732", "737", wrong],
    ]


# --- The bar


class Terminal(StringIO):
    """Where somebody looks on."""

    def isatty(self) -> bool:
        return True


def test_an_import_is_watched_on_a_terminal() -> None:
    """Each batch moves the bar, in one line, and in the end the line is empty again (O7)."""
    terminal = Terminal()
    draw = importing.bar(terminal, 1_016)
    assert draw is not None
    for rows in (50, 500, 1_000, 1_016):
        draw(Imported(rows, rows + 1))
    frames = [(1, 4), (19, 49), (39, 98)]
    drawn = [f"{INDENT}[{'#' * full}{'-' * (40 - full)}] {percent:3}%" for full, percent in frames]
    assert terminal.getvalue().split("\r") == ["", *drawn, "\x1b[K"]


def test_an_import_is_not_watched_elsewhere() -> None:
    """Into a file or a pipe no bar is drawn."""
    assert importing.bar(StringIO(), 1_016) is None


# --- The folder


def test_an_earlier_story_is_cleared_away(tmp_path: Path) -> None:
    """What an earlier run left is gone, also from a folder that only holds the folders of others."""
    below, above = tmp_path / "all" / "fr", tmp_path / "all"
    demo.emptied(below)
    for _ in range(2):
        stray = above / "stray.txt" if (above / demo.MARK).exists() else below / "stray.txt"
        _ = stray.write_text("left by an earlier run")
        demo.emptied(above)
        assert [path.name for path in above.iterdir()] == [demo.MARK]


@pytest.mark.parametrize("name", ["thesis.txt", "folder/thesis.txt"])
def test_what_is_not_a_demos_is_left_alone(tmp_path: Path, name: str) -> None:
    """A folder that holds anything else is refused, and stays as it is."""
    thesis = tmp_path / name
    thesis.parent.mkdir(exist_ok=True)
    _ = thesis.write_text("years of work")
    with pytest.raises(SystemExit, match="choose another folder"):
        _ = demo.main(["--out", str(tmp_path)])
    with pytest.raises(SystemExit, match="choose another folder"):
        _ = demo.main(["--out", str(thesis)])
    assert thesis.read_text() == "years of work"


# --- The words


def _lines(narration: Narration) -> Iterator[tuple[str, str]]:
    for each in fields(Narration):
        value: str | Mapping[Law | BadgeColour, str] | tuple[str, ...] = getattr(narration, each.name)
        match value:
            case str():
                yield each.name, value
            case tuple():
                yield from ((f"{each.name}[{place}]", text) for place, text in enumerate(value))
            case _:
                yield from ((f"{each.name}[{key}]", text) for key, text in value.items())


def test_all_languages_tell_of_the_same_things() -> None:
    """Every line has the same values in each language, so that none tells less than another."""
    english, *others = (
        {name: set(re.findall(r"\{\w+\}", text)) for name, text in _lines(narration)}
        for narration in NARRATIONS.values()
    )
    assert others == [english, english]


@pytest.mark.parametrize("language", NARRATIONS)
def test_apostrophes_are_curly(language: str) -> None:
    """Typewriter apostrophes are for code."""
    assert [name for name, text in _lines(NARRATIONS[language]) if "'" in text] == []


def test_french_spaces_do_not_break() -> None:
    """Before a colon, a per cent sign and inside guillemets a space that does not break, before ; ! ? a narrow one."""
    wide = re.compile(r"(?<!\N{NO-BREAK SPACE})[:%»]|«(?!\N{NO-BREAK SPACE})|(?<!\N{NARROW NO-BREAK SPACE})[;!?]")
    assert [name for name, text in _lines(FRENCH) if wide.search(text)] == []
