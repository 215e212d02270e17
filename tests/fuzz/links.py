"""The reader of links as something to be fuzzed: bytes in, and one kind of exception out."""

from typing import Final

from lara_core.confirmation import ClientAnswer
from lara_core.formats import links
from lara_core.formats.links import Link, Secrets
from lara_core.kernel.decisions import Refused
from lara_core.kernel.ids import ClientId, ProposalId

_SIGNER: Final = Secrets("fuzz" * 8)

SEEDS: Final = tuple(
    links.token(_SIGNER, Link(ProposalId("first"), ClientId("acme"), answer)).encode() for answer in ClientAnswer
)
"""Tokens that are read, to be spoilt."""


def read(data: bytes) -> bool:
    """Whether *data* are a token. Raises nothing, unless the reader is broken: a refusal is an answer, too."""
    try:
        links.read(_SIGNER, data.decode(errors="surrogateescape"))
    except Refused:
        return False
    return True
