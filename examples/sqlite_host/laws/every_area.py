"""The laws of every area: events, versions, keys and notices."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from attrs import frozen

from lara_core.hosting.ports import Receipt
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Event
from lara_core.kernel.ids import ActorId, PartnerId
from lara_core.partners import AdministratorAppointed, AdministratorDismissed, Partner
from lara_core.telling.notices import REFUSALS, TABLE, Notice, notices, of_refusal
from lara_core.wallet import CreditsToppedUp, NotEnoughCredits
from sqlite_host.kinds import KINDS
from sqlite_host.laws.evidence import Evidence, decisions, loaded


def replay(evidence: Evidence) -> Iterator[str]:
    """Folding the events gives the state."""
    yield from evidence.unreadable
    yield from (history.kept.id for history in evidence.histories if history.folded != history.kept)


def versions(evidence: Evidence) -> Iterator[str]:
    """The version is the number of events, and they are numbered from 1 without a gap."""
    yield from (history.kept.id for history in evidence.histories if history.kept.version != len(history.events))
    sql = "SELECT aggregate FROM event GROUP BY kind, aggregate HAVING count(*) <> max(version)"
    yield from (name for (name,) in evidence.rows(sql))


def keys(evidence: Evidence) -> Iterator[str]:
    """Every event stands in the receipt of the one command that led to it."""
    told: Counter[tuple[str, str, int]] = Counter()
    for key, text in evidence.rows("SELECT key, receipt FROM answer"):
        receipt = loaded(Receipt, text)
        if receipt is None:
            yield key
            continue
        for written in receipt.written:
            told[_kind(written.event), written.id, written.version] += 1
    happened = Counter(evidence.rows("SELECT kind, aggregate, version FROM event"))
    yield from (name for _, name, _ in (told - happened) + (happened - told))


def _kind(event: Event) -> str:
    return next(kind.name for kind in KINDS if kind.has(event))


def told(evidence: Evidence) -> Iterator[str]:
    """Whoever is to be told of an event, or that credits do not suffice, is told once, and nothing else is told.

    What is switched off today may be missing. A host that switches it on again must remember since when.
    """
    due: dict[str, Notice] = {}
    for history in evidence.histories:
        for decision in decisions(history):
            staff = Staff(evidence, decision.events[0].act.at)
            due.update((notice.key, notice) for notice in notices(decision, audience=staff))
    kept = {key: loaded(Notice, body) for key, body in evidence.rows("SELECT key, body FROM outbox")}
    due.update(_refusals(evidence, kept))
    rows = (row for rows in (*TABLE.values(), *REFUSALS.values()) for row in rows)
    silent = {row.template for row in rows if row.setting in evidence.work.silenced}
    missing = {key for key, notice in due.items() if key not in kept and notice.template not in silent}
    yield from missing | {key for key, notice in kept.items() if notice != due.get(key)}


def _refusals(evidence: Evidence, kept: Mapping[str, Notice | None]) -> Iterator[tuple[str, Notice]]:
    """What is told of an episode where anything is: to the organisation and each administrator, the same (W5).

    The refusal left nothing else. So what it said is taken from one of its notices, and the episode from the wallet.
    """
    told = [notice for notice in kept.values() if notice is not None and notice.price is not None]
    for wallet in evidence.wallets:
        top_ups = [number for number, event in enumerate(wallet.events, 1) if isinstance(event, CreditsToppedUp)]
        for episode in (0, *top_ups):
            of_it = [one for one in told if one.key.startswith(f"{wallet.kept.id}:{episode}:")]
            for one in of_it[:1]:
                if one.price is not None and one.available is not None:
                    staff = Staff(evidence, evidence.at)
                    refusal = _lacking(wallet.kept.id, episode, one.price, one.available)
                    yield from ((notice.key, notice) for notice in of_refusal(refusal, audience=staff))


def _lacking(partner: PartnerId, episode: int, price: Credits, available: int) -> NotEnoughCredits:
    return NotEnoughCredits(partner, episode, price, 1, price, available, 0)


@frozen
class Staff:
    """Who is to be told what at a time: the administrators that there were then."""

    evidence: Evidence
    at: datetime

    @property
    def organisation(self) -> ActorId:
        return self.evidence.work.organisation

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """As the partner's events say, up to that time."""
        there: set[ActorId] = set()
        for history in self.evidence.of(Partner):
            for event in history.events if history.kept.id == partner else ():
                if event.act.at <= self.at:
                    match event:
                        case AdministratorAppointed(administrator):
                            there.add(administrator)
                        case AdministratorDismissed(administrator):
                            there.discard(administrator)
                        case _:
                            pass
        return there
