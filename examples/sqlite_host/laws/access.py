"""The law of access: nobody has two grants of one offer."""

from collections import Counter
from collections.abc import Iterator

from lara_core.offers import Grant
from sqlite_host.laws.evidence import Evidence


def grants(evidence: Evidence) -> Iterator[str]:
    """Nobody has two grants of one offer, and the table knows all who have one, by each of their keys."""
    granted = [grant.folded for grant in evidence.of(Grant)]
    told = Counter((key, grant.offer, grant.id) for grant in granted for key in grant.person.keys)
    rows = Counter(evidence.rows("SELECT person, offer, access FROM granted"))
    yield from (grant for _, _, grant in (told - rows) + (rows - told))
