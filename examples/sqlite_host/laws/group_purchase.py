"""The laws of group purchase: places, seats, and the money for them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from lara_core.kernel.ids import SeatNo, SessionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.registrations import Registration
from lara_core.seats import (
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    SeatPool,
    SeatsAssigned,
    SeatsInvited,
    SeatState,
)
from lara_core.testing import laws as core
from sqlite_host.laws.evidence import Evidence, History, steps

# What empties a seat though its buyer did not. The last two sweep what is due before they seat anybody (S7).
OTHERS: Final = (InvitationDeclined, InvitationsExpired, LearnerWithdrew, SeatsAssigned, SeatsInvited)


def money(evidence: Evidence) -> Iterator[str]:
    """The prices of the seats are what was charged for them, to the minor unit."""
    for pool in evidence.pools:
        charged = Money.total(pool.folded.prices, pool.folded.prices[0].currency)
        sql = "SELECT currency, sum(price) FROM seat WHERE pool = ? GROUP BY currency"
        if evidence.rows(sql, pool.kept.id) != [(charged.currency, charged.minor)]:
            yield pool.kept.id


def capacity(evidence: Evidence) -> Iterator[str]:
    """Held and taken places stay within the capacity."""
    for session in (history.kept for history in evidence.sessions):
        if session.capacity is not None and session.taken + session.held(evidence.at) > session.capacity:
            yield session.id


def places(evidence: Evidence) -> Iterator[str]:
    """The places taken are the live seats, the registrations that sit, and the participants of partners."""
    for session in (history.kept for history in evidence.sessions):
        sql = "SELECT count(*) FROM seat JOIN pool ON pool.id = seat.pool WHERE session = ? AND state <> 'cancelled'"
        ((live,),) = evidence.rows(sql, session.id)
        if session.taken != live + _alone(evidence, session.id):
            yield session.id


def _alone(evidence: Evidence, session: SessionId) -> int:
    sql = """
        SELECT count(*) FROM document WHERE kind IN ('registration', 'enrolment') AND session = ?
        AND json_extract(body, '$.state') IN ('requested', 'registered', 'participant')
    """
    ((sitting,),) = evidence.rows(sql, session)
    return int(sitting)


def waiting(evidence: Evidence) -> Iterator[str]:
    """Nobody waits twice, or beside an offer, and nobody where there is no list."""
    yield from (session.kept.id for session in evidence.sessions if any(core.of_queue(session.kept, evidence.at)))


def counters(evidence: Evidence) -> Iterator[str]:
    """Free + invited + enrolled = live, beside the cancelled: counted again from the rows."""
    for pool in evidence.pools:
        told = pool.folded.counters()
        rows = Counter(
            dict(evidence.rows("SELECT state, count(*) FROM seat WHERE pool = ? GROUP BY state", pool.kept.id))
        )
        counted = tuple(rows[state] for state in SeatState)
        if counted != (told.free, told.invited, told.enrolled, told.cancelled) or core.COUNTERS in core.of_pool(
            pool.kept
        ):
            yield pool.kept.id


def nobody_twice(evidence: Evidence) -> Iterator[str]:
    """Nobody sits twice in a session, and its roster names all who sit, the invited too, and nobody else."""
    for session in (history.kept.id for history in evidence.sessions):
        alone = (registration.folded for registration in evidence.of(Registration))
        people = [one.person for one in alone if one.session == session and one.sits]
        for pool in evidence.pools_of(session):
            people += _sitting(pool)
        roster = evidence.rows("SELECT person FROM sitting WHERE session = ?", session)
        if Counter(key for person in people for key in person.keys) != Counter(key for (key,) in roster):
            yield session


def _sitting(pool: SeatPool) -> Sequence[Person]:
    return [*pool.enrolled.values(), *(sent.to for sent in pool.invited.values())]


def no_empty_seat(evidence: Evidence) -> Iterator[str]:
    """Under assign at purchase a live seat is empty only where others than the buyer emptied it, and is to assign."""
    for pool in evidence.pools:
        if pool.kept.policy.assign_at_purchase and (
            not _emptied_by_others(pool) or pool.kept.to_assign != pool.kept.free
        ):
            yield pool.kept.id


def _emptied_by_others(pool: History[SeatPool]) -> bool:
    empty: set[SeatNo] = set()
    for event, state in steps(pool):
        if isinstance(event, OTHERS):
            empty = set(state.free)
        elif not empty.issuperset(state.free):
            return False
        empty.intersection_update(state.free)
    return empty.issuperset(pool.kept.free)


def refunds(evidence: Evidence) -> Iterator[str]:
    """What goes back of the seats is what is refunded, within what was captured; of no seat more than was paid."""
    yield from (charge.kept.id for charge in evidence.charges if any(core.of_charge(charge.kept)))


def dues(evidence: Evidence) -> Iterator[str]:
    """Of a live seat what was paid and is due is its price; of another nothing is due."""
    charges = {charge.kept.id: charge.kept for charge in evidence.charges}
    for pool in (history.folded for history in evidence.pools):
        charge = charges.get(pool.transaction)
        if charge is not None and any(core.of_money(pool, charge)):
            yield pool.id


def called_off(evidence: Evidence) -> Iterator[str]:
    """In a session that is cancelled no seat is live, and nobody sits or waits."""
    for session in (history.kept for history in evidence.sessions if history.kept.cancelled):
        roster = evidence.rows("SELECT person FROM sitting WHERE session = ?", session.id)
        if session.taken or session.queue or roster:
            yield session.id
