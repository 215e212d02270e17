"""Tokens for links to answer by: what they say, signed by the host (C2).

A token names the proposal, the client and the answer, and nothing else: no address, no name, no time. Until when it can
be answered is the proposal's deadline, which the rule looks at; a token does not expire. It is 100 to 200 characters
long with ids of the usual length, and stands in a URL as it is.

GET shows, POST acts: scanners open every link of a message before anybody reads it, so opening one shows a page with a
form, and the form answers.

Keys change: `Secrets` signs with the newest and takes what any of them has signed. A host that keeps its keys elsewhere
has a `Signer` of its own.
"""

import base64
import binascii
import json
import re
from hashlib import sha256
from typing import Any, Final, Protocol

from attrs import field, frozen

from lara_core.confirmation_states import ClientAnswer
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ClientId, ProposalId
from lara_core.replies import Link, LinkAltered, LinkTooLong, LinkUnreadable

try:
    import itsdangerous
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("links need itsdangerous: install lara-core[links]") from missing

__all__ = ["MOST_CHARACTERS", "SECRET_LENGTH", "Link", "Secrets", "Signer", "read", "token"]

MOST_CHARACTERS: Final = 4_000
"""No token is longer: two ids of 255 characters, of whatever script, fit."""

SECRET_LENGTH: Final = 32
"""No secret is shorter."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
# What is signed here is signed for nothing else.
_PURPOSE: Final = "lara_core.links.v1"


class Signer(Protocol):
    """Signs texts of letters, digits, `-` and `_`, and tells what was signed."""

    def sign(self, text: str) -> str:
        """*text*, a dot, and a signature of the same characters."""
        ...

    def unsign(self, signed: str) -> str | None:
        """The text that was signed; `None` where the signature does not fit."""
        ...


def _secret(value: str) -> str:
    if type(value) is not str:
        raise BadValue("secrets", Flaw.WRONG_TYPE)
    if len(value) < SECRET_LENGTH:
        raise BadValue("secrets", Flaw.TOO_SMALL)
    return value


def _older(values: tuple[str, ...]) -> tuple[str, ...]:
    if type(values) is not tuple:
        raise BadValue("secrets", Flaw.WRONG_TYPE)
    return tuple(map(_secret, values))


@frozen
class Secrets:
    """A `Signer` by HMAC-SHA-256: the *newest* secret signs, and what an *older* one has signed still holds.

    A secret that is left out makes what it signed `LinkAltered`. Each has at least 32 characters, from a good source
    of chance; none is shown in a `repr`.
    """

    newest: str = field(repr=False, converter=_secret)
    older: tuple[str, ...] = field(default=(), repr=False, converter=_older)

    def sign(self, text: str) -> str:
        """*text* with the newest signature."""
        return self._signer.sign(text).decode()

    def unsign(self, signed: str) -> str | None:
        """The text, where any of the secrets has signed it."""
        try:
            return self._signer.unsign(signed).decode()
        except itsdangerous.BadSignature:
            return None

    @property
    def _signer(self) -> itsdangerous.Signer:
        # That library has the newest last.
        secrets = [*reversed(self.older), self.newest]
        return itsdangerous.Signer(secrets, salt=_PURPOSE, key_derivation="hmac", digest_method=sha256)


def token(signer: Signer, link: Link) -> str:
    """*link* as the token of a URL: the same for the same link and secret.

    Refused as a `BadValue`: a signer that gives something else than a token.
    """
    text = json.dumps([link.proposal, link.client, link.answer], ensure_ascii=False, separators=(",", ":"))
    signed = signer.sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))
    if len(signed) > MOST_CHARACTERS or not _TOKEN.fullmatch(signed):
        raise BadValue("signer", Flaw.WRONG_FORM)
    return signed


def read(signer: Signer, token: str) -> Link:
    """What *token* says. Any string gives a `Link` or one of these refusals, and no other error.

    Refused: `LinkTooLong`, before anything is looked at; `LinkUnreadable`; `LinkAltered`.
    """
    if len(token) > MOST_CHARACTERS:
        raise Refused(LinkTooLong(MOST_CHARACTERS))
    if not _TOKEN.fullmatch(token):
        raise Refused(LinkUnreadable())
    text = signer.unsign(token)
    if text is None:
        raise Refused(LinkAltered())
    link = _link(text)
    if link is None:
        raise Refused(LinkUnreadable())
    return link


def _link(text: str) -> Link | None:
    """What was signed, if it was signed here."""
    try:
        data: Any = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        proposal, client, answer = data
        return Link(ProposalId(proposal), ClientId(client), ClientAnswer(answer))
    # A flaw of an id is a ValueError, and so is what is no JSON, no UTF-8, no base64, or no answer.
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
