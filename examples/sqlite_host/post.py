"""The post: what the outbox holds becomes real messages, one file for each, in a folder that stands for a mail server.

The folder's `.eml` files can be opened with any mail program. A file is named by its notice's key, and the same notice
gives the same bytes, so what is sent again after a crash is no second message (K12).

The links of a proposal are signed, and stand in its recipient's copy alone (C1).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Final

from attrs import frozen

from lara_core.confirmation import ClientAnswer, DatesProposed
from lara_core.formats import calendar, links, mail
from lara_core.formats.links import Link, Secrets
from lara_core.formats.senders import Sender
from lara_core.kernel.ids import ConfirmationId, ProposalId
from lara_core.kernel.people import EmailAddress
from lara_core.telling.notices import Notice, Template
from lara_core.telling.texts import About, Texts
from sqlite_host.people import Account
from sqlite_host.store import SqliteWork

DOMAIN: Final = "example.com"
ADDRESS: Final = EmailAddress(f"training@{DOMAIN}")
PORTAL: Final = f"https://portal.{DOMAIN}"
# A host has its own from where it keeps its secrets, and changes it now and then: the older ones still hold.
SIGNER: Final = Secrets("an example host has no secrets to keep")

# These take dates back, and need none; all others say which dates they are about.
_TAKING_BACK: Final = frozenset({Template.DATES_REPLACED, Template.DATES_CALLED_OFF})
# These ask for an answer, or remind of one.
_ASKING: Final = frozenset({Template.PROPOSED, Template.PROPOSED_COPY, Template.DATES_REMINDED})


@frozen
class Post:
    """A folder for messages, and the words that they are written in."""

    folder: Path
    texts: Texts

    def send(self, notice: Notice, about: About, reader: Account, at: datetime) -> str:
        """Write a notice to its *reader* in their language; gives the subject.

        Whoever has no account is written to at the notice's address, in the language of *reader*.
        """
        words, sender = reader.language, Sender(about.organisation, ADDRESS, DOMAIN)
        written = mail.write(
            notice,
            about,
            texts=self.texts,
            language=words,
            sender=sender,
            at=at,
            to=reader.person.address,
            calendars=calendar.of_notice(notice, about, texts=self.texts, language=words, sender=sender, at=at),
        )
        self.folder.mkdir(exist_ok=True)
        _ = (self.folder / f"{notice.key.replace(':', '_')}.eml").write_bytes(written.content)
        return self.texts.compose(notice, words, about).subject

    def text(self, key: str) -> str:
        """The text of the message that a notice became, as its reader sees it."""
        content = (self.folder / f"{key.replace(':', '_')}.eml").read_bytes()
        part = message_from_bytes(content, policy=SMTP).get_body(("plain",))
        return "" if part is None else str(part.get_content())

    def links(self, key: str) -> Mapping[ClientAnswer, Link]:
        """The links to answer by in such a message, as the page that they lead to reads them."""
        found = re.findall(rf"{re.escape(PORTAL)}/dates/(\S+)", self.text(key))
        return {link.answer: link for link in (links.read(SIGNER, token) for token in found)}


def page(notice: Notice, answer: ClientAnswer) -> str | None:
    """The page on which the recipient of a proposal gives that answer; opening it gives none (C2)."""
    told = notice.dates
    if told is None:
        return None
    return f"{PORTAL}/dates/{links.token(SIGNER, Link(told.proposal, told.client, answer))}"


def is_overtaken(work: SqliteWork, notice: Notice) -> bool:
    """Whether a message is about dates that have changed since, or asks about dates that were proposed anew.

    It is asked just before sending, for the message would name the dates as they are now, which nobody proposed or
    answered; of a date that is lost, it could not even be written, and would hold up all that waits behind it. That the
    dates have changed is told in a message of its own.
    """
    told = notice.dates
    if told is None or notice.template in _TAKING_BACK:
        return False
    name = work.confirmations.of_proposal(told.proposal)
    if name is None:
        return True
    found = work.confirmations.get(name)
    if _revision(work, name, told.proposal) != work.schedules.get(found.session).revision:
        return True
    return notice.template in _ASKING and (found.proposal is None or found.proposal.id != told.proposal)


def _revision(work: SqliteWork, name: ConfirmationId, proposal: ProposalId) -> int | None:
    """Of which revision of the schedule a proposal was."""
    sent = (event for event in work.confirmations.events(name) if isinstance(event, DatesProposed))
    return next((event.revision for event in sent if event.proposal == proposal), None)
