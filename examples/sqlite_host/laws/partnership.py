"""The laws of partner companies: who administers them, who takes part, and what that costs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from lara_core.participants import EnrolmentState
from lara_core.partners import Partner
from lara_core.spending import SpendingLimit
from lara_core.wallet import Entry, EntryKind, Wallet, WalletEvent, audit, entries, statement
from sqlite_host.companies import INSIDE
from sqlite_host.laws.evidence import Evidence, History


def administrators(evidence: Evidence) -> Iterator[str]:
    """Nobody administers two partners, and the table knows all who administer one."""
    partners = [history.folded for history in evidence.of(Partner)]
    told = Counter((actor, partner.id) for partner in partners for actor in partner.administrators)
    twice = Counter(actor for actor, _ in told)
    rows = Counter(evidence.rows("SELECT actor, partner FROM administrator"))
    yield from (actor for actor, _ in (told - rows) + (rows - told))
    yield from (actor for actor, times in twice.items() if times > 1)


def participants(evidence: Evidence) -> Iterator[str]:
    """Nobody is in a course without the debit, nor debited without being in it, nor twice; the roster knows all."""
    paid = {
        (enrolment.partner, enrolment.entry, enrolment.id, enrolment.price): enrolment.state
        for enrolment in evidence.enrolments
        if enrolment.entry is not None
    }
    debits: set[tuple[str, int | None, str, int]] = set()
    for wallet in evidence.wallets:
        moved = list(_entries(wallet))
        back = {entry.reverses for entry in moved}
        for entry in moved:
            if entry.kind is EntryKind.DEBIT and entry.enrolment is not None:
                debit = wallet.kept.id, entry.number, entry.enrolment, entry.amount
                debits.add(debit)
                if (entry.number in back) is not (paid.get(debit) in _GIVEN_BACK):
                    yield entry.enrolment
    yield from (enrolment for _, _, enrolment, _ in debits ^ paid.keys())
    roster = Counter(evidence.rows("SELECT course, person, enrolment FROM participant"))
    inside = [enrolment for enrolment in evidence.enrolments if enrolment.state in INSIDE]
    keys = Counter((one.course, key, one.id) for one in inside for key in one.person.keys)
    yield from (enrolment for _, _, enrolment in (roster - keys) + (keys - roster))


_GIVEN_BACK: Final = frozenset({EnrolmentState.REVERSED, EnrolmentState.CANCELLED})


def wallets(evidence: Evidence) -> Iterator[str]:
    """The balance is the sum of the entries, a statement opens and closes right, and the audit finds nothing."""
    for wallet in evidence.wallets:
        moved = list(_entries(wallet))
        kept = wallet.kept.balance
        if sum(entry.change for entry in moved) != kept or not 0 <= wallet.kept.available(evidence.at) <= kept:
            yield wallet.kept.id
        for middle in [entry.at for entry in moved][len(moved) // 2 :][:1]:
            began = statement(moved, since=_EVER, until=middle)
            ended = statement(moved, since=middle, until=_NEVER)
            if (began.opening, began.closing, ended.closing) != (0, ended.opening, kept):
                yield wallet.kept.id
        if audit(wallet.kept.id, enumerate(_moves(wallet), 1)) is not None:
            yield wallet.kept.id


_EVER: Final = datetime.min.replace(tzinfo=UTC)


_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def _entries(wallet: History[Wallet]) -> Iterator[Entry]:
    return entries(wallet.kept.id, enumerate(_moves(wallet), 1))


def _moves(wallet: History[Wallet]) -> Sequence[WalletEvent]:
    return cast("Sequence[WalletEvent]", wallet.events)


def limits(evidence: Evidence) -> Iterator[str]:
    """Spent is what enrolments under the limit paid and have not back, and with what is held it stays within."""
    for limit in (history.kept for history in evidence.of(SpendingLimit)):
        paid = sum(
            enrolment.price
            for enrolment in evidence.enrolments
            if enrolment.limit == limit.id and enrolment.entry is not None and enrolment.state not in _GIVEN_BACK
        )
        rows = evidence.rows("SELECT partner FROM member WHERE spending = ? ORDER BY partner", limit.id)
        members = [name for (name,) in rows]
        if limit.spent != paid or limit.left(evidence.at) < 0 or members != sorted(limit.members):
            yield limit.id
