"""Pictures of the messages that clients get, for people to look at: `make screenshots`.

Each message is drawn by headless Chromium in three languages, wide and as on a small phone, and once in dark colours.
A phone is a frame of 320 pixels, because a window is never that narrow.
"""

import html
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from email import message_from_bytes
from email.policy import SMTP
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lara_core.confirmation import ClientAnswer, Confirmation, Message
from lara_core.formats import links, mail
from lara_core.formats.links import Link, Secrets
from lara_core.formats.senders import Sender
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, ClientId, Key, PartnerId, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress, Person
from lara_core.schedules import Schedule, SessionDate
from lara_core.telling.notices import Notice, Template, notices
from lara_core.telling.texts import About, Texts

PARIS: Final = Zone("Europe/Paris")
ACT: Final = Act(datetime(2027, 3, 1, 9, tzinfo=UTC), ActorId("marie"), Key("proposal"))
WIDTHS: Final = {"wide": 800, "phone": 320}
HEIGHT: Final = 1_200
TITLES: Final = {"fr": "Excel avancé", "en": "Advanced Excel", "it": "Excel avanzato"}
BROWSER: Final = "chromium"
# What keeps a browser to itself.
ALONE: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


class Staff:
    """Who is told what no event names anybody for."""

    organisation = ActorId("school")

    def administrators(self, partner: PartnerId) -> tuple[ActorId, ...]:
        """Nobody."""
        return ()


def on(day: int, begins: int, ends: int, month: int = 3) -> SessionDate:
    """A part of a day, by the clocks of Paris."""
    place = "Salle 4, 12 rue Haute, 69001 Lyon"
    return SessionDate.on(date(2027, month, day), PARIS, begins=time(begins), ends=time(ends), place=place)


def told() -> Iterator[Notice]:
    """What a client is told of a proposal, of their answer, and of a session that is called off."""
    dates = (on(8, 9, 12), on(8, 13, 17), on(9, 9, 17), on(6, 9, 17, 4), on(7, 9, 17, 4))
    schedule = Schedule.plan(ACT, SessionId("excel"), zone=PARIS, dates=dates).state
    opened = Confirmation.open(ACT, schedule.id, ClientId("acme")).state
    sent = opened.propose(
        ACT,
        ProposalId("first"),
        until=Deadline.on(date(2027, 3, 4), PARIS),
        schedule=schedule,
        contact=Person.of("ann@example.com"),
        cc=(Person.of("ben@example.com"),),
        message=Message(),
    )
    client = opened.client
    accepted = sent.state.answer(ACT, ProposalId("first"), ClientAnswer.ACCEPTED, client=client, schedule=schedule)
    for decision in (sent, accepted):
        yield from (each for each in notices(decision, audience=Staff()) if each.template in NAMES)


NAMES: Final[Mapping[Template, str]] = {
    Template.PROPOSED: "proposal",
    Template.DATES_ACCEPTED: "acknowledgement",
    Template.ACCEPTED_SENDER: "to-the-sender",
}


def page(notice: Notice, language: str) -> str:
    """The HTML of a message."""
    secrets = Secrets("of no use to anybody, and for pictures alone")
    accept, decline = (
        f"https://example.com/dates/{links.token(secrets, Link(ProposalId('first'), ClientId('acme'), answer))}"
        for answer in ClientAnswer
    )
    dates = (on(8, 9, 12), on(8, 13, 17), on(9, 9, 17), on(6, 9, 17, 4), on(7, 9, 17, 4))
    about = About(
        title=TITLES[language],
        zone=PARIS,
        sign_in="https://example.com/portal",
        organisation="École Haute",
        client="Acme SA",
        dates=Schedule.plan(ACT, SessionId("excel"), zone=PARIS, dates=dates).state.dates,
        accept=accept,
        decline=decline,
    )
    sender = Sender("École Haute", EmailAddress("dates@example.com"), "example.com")
    to = EmailAddress("marie@example.com")
    written = mail.write(notice, about, texts=Texts(zone=PARIS), language=language, sender=sender, at=ACT.at, to=to)
    body = message_from_bytes(written.content, policy=SMTP).get_body(("html",))
    return "" if body is None else str(body.get_content())


def draw(source: str, picture: Path, width: int, *more: str) -> None:
    """Draw a page as a picture, *width* pixels wide."""
    with TemporaryDirectory() as folder:
        inner, outer = Path(folder, "inner.html"), Path(folder, "outer.html")
        inner.write_text(source, encoding="utf-8")
        frame = f'<iframe src="{html.escape(inner.name)}" width="{width}" height="{HEIGHT}" style="border:0"></iframe>'
        outer.write_text(f'<!DOCTYPE html><body style="margin:0">{frame}', encoding="utf-8")
        shown = (f"--user-data-dir={folder}/profile", f"--window-size={width},{HEIGHT}", f"--screenshot={picture}")
        subprocess.run(  # noqa: S603 - its own words
            [BROWSER, *ALONE, *shown, *more, outer.as_uri()], check=True, capture_output=True
        )


def main(folder: str) -> None:
    """Draw all of them into *folder*."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for notice, language, (size, width) in product(told(), TITLES, WIDTHS.items()):
        picture = target.resolve() / f"{NAMES[notice.template]}-{language}-{size}.png"
        draw(page(notice, language), picture, width)
        sys.stdout.write(f"{picture.name}\n")
    proposal = next(told())
    for size, width in WIDTHS.items():
        dark = "--blink-settings=preferredColorScheme=0"
        draw(page(proposal, "fr"), target.resolve() / f"proposal-fr-{size}-dark.png", width, dark)


if __name__ == "__main__":
    main(*sys.argv[1:])
