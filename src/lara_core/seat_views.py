"""What the pages of group purchase show: the training's tab, the buyer's page, and what can be done with a seat.

Vocabulary. The *assignment page* is where a buyer gives seats out. The *purchases tab* of a training ("Achats en lot")
has its purchases by session, under a *badge*. The *participants* are what a buyer sees under "Gestion": whoever is
enrolled on or invited to a seat of theirs, in whatever session.

Each view is a plain value, made of pools that the host has loaded, each with the facts of its session. It is how things
are to be seen at a time: an invitation that is due counts as free, swept or not (S7). A pool with the facts of another
session is refused: `OtherSession`.

What the host must guarantee: it asks first whether the reader may see the page (R2), and it passes each pool once.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Final, TypeAlias, assert_never

from attrs import frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act, Refusal, Refused, why_not
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.people import Person, PersonKey
from lara_core.kernel.validators import whole
from lara_core.seats import Counters, Mode, OtherSession, SeatPool, SeatState, SeatVerb, SessionFacts

PoolInSession: TypeAlias = tuple[SeatPool, SessionFacts]
"""A pool, and the facts of its session."""

Progress: TypeAlias = Callable[[SessionId, Person], int | None]
"""How far along somebody is in a session: a whole percentage from 0 to 100, or `None` where the host does not know."""


# --- The page where a buyer gives seats out


@frozen
class AssignmentPage:
    """Live seats of a pool: how many were *bought*, how many are *assigned*, how many are *available* to give out."""

    bought: int
    assigned: int
    available: int


def assignment_page(pool: SeatPool, session: SessionFacts, at: datetime) -> AssignmentPage:
    """The three counters of the page where *pool* is given out (S2, S15)."""
    counters = _seen(pool, session, at).counters()
    return AssignmentPage(counters.bought, counters.assigned, counters.free)


# --- The training's tab


class BadgeColour(StrEnum):
    """Whether anything is left to give out: orange while there is, green once there is not."""

    ORANGE = "orange"
    GREEN = "green"


@frozen
class Badge:
    """The badge of the tab: *count* live seats, never none."""

    count: int
    colour: BadgeColour


@frozen
class PurchaseLine:
    """One pool, by its *buyer*: how its seats stand, and which of them its policy wants assigned (S10)."""

    pool: PoolId
    transaction: TransactionId
    buyer: ActorId
    counters: Counters
    to_assign: tuple[SeatNo, ...]


@frozen
class SessionPurchases:
    """The pools of one session, by id."""

    session: SessionId
    purchases: tuple[PurchaseLine, ...]


@frozen
class PurchasesTab:
    """The purchases of a training, by session as they start, under a badge; without a live seat there is none."""

    badge: Badge | None
    sessions: tuple[SessionPurchases, ...]


def purchases(pools: Iterable[PoolInSession], at: datetime) -> PurchasesTab:
    """The tab of a training whose *pools* these are, cancelled ones included (S15).

    Sessions come by start, then by id. The badge is orange while a live seat of any of them is free.
    """
    seen = _in_order(pools, at)
    counters = [pool.counters() for pool, _ in seen]
    live = sum(each.bought for each in counters)
    colour = BadgeColour.ORANGE if any(each.free for each in counters) else BadgeColour.GREEN
    return PurchasesTab(
        Badge(live, colour) if live else None,
        tuple(
            SessionPurchases(session, tuple(_line(pool) for pool, _ in pairs))
            for session, pairs in groupby(seen, lambda pair: pair[0].session)
        ),
    )


def _line(pool: SeatPool) -> PurchaseLine:
    return PurchaseLine(pool.id, pool.transaction, pool.buyer, pool.counters(), pool.to_assign)


# --- The buyer's page


@frozen
class Participant:
    """Whoever is enrolled on a seat or invited to it, and how far along in percent, where that is known."""

    session: SessionId
    pool: PoolId
    seat: SeatNo
    person: Person
    state: SeatState
    progress: int | None


def participants(
    buyer: ActorId, pools: Iterable[PoolInSession], at: datetime, progress: Progress
) -> tuple[Participant, ...]:
    """The participants of all purchases of *buyer*: by session as they start, then by pool, then by seat (S15).

    Pools of other buyers are left out, and not looked into. *progress* is asked for the enrolled alone; what is no
    whole percentage is a `BadValue`.
    """
    theirs = (pair for pair in pools if pair[0].buyer == buyer)
    return tuple(row for pool, _ in _in_order(theirs, at) for row in _participants(pool, progress))


def _participants(pool: SeatPool, progress: Progress) -> list[Participant]:
    enrolled = [
        Participant(
            pool.session, pool.id, seat, person, SeatState.ENROLLED, _percentage(progress(pool.session, person))
        )
        for seat, person in pool.enrolled.items()
    ]
    invited = [
        Participant(pool.session, pool.id, seat, sent.to, SeatState.INVITED, None)
        for seat, sent in pool.invited.items()
    ]
    return sorted([*enrolled, *invited], key=lambda row: row.seat)


def _percentage(value: int | None) -> int | None:
    return None if value is None else whole("progress", value, least=0, most=100)


# --- What can be done with a seat


@frozen
class _Elsewhere:
    """Another session, as good as the one that a seat would be left for."""

    id: SessionId
    starts: datetime
    ends: datetime
    cancelled: bool = False


# Somebody who sits nowhere, as nobody has an address there: what a page offers before anybody is named. And somebody
# else, in case a pool was given that very one.
_STAND_IN: Final = Person.of("somebody@learner.invalid", "somebody@learner.invalid")
_OTHER_STAND_IN: Final = Person.of("somebody-else@learner.invalid", "somebody-else@learner.invalid")


def actions(
    act: Act,
    pool: SeatPool,
    seat: SeatNo,
    *,
    session: SessionFacts,
    seated: Container[PersonKey],
    as_buyer: bool = False,
) -> Mapping[SeatVerb, Refusal | None]:
    """Each verb that the seat's state knows, with why *act* cannot do it now, or `None` where it can (K10).

    Pages make their buttons of it before anybody is named, so where a command needs somebody, it is asked for one who
    has an account and sits nowhere; to accept, for the invitee. A transfer is asked to a session of the same time. With
    *as_buyer*, it is the buyer who would cancel. What another aggregate would say, of places or of money, is not in it.
    Refused: `NoSuchSeat`.
    """
    now = _seen(pool, session, act.at)
    return {
        verb: _why_not(verb, act, pool, seat, session=session, seated=seated, as_buyer=as_buyer)
        for verb in now.actions(seat)
    }


def _why_not(
    verb: SeatVerb,
    act: Act,
    pool: SeatPool,
    seat: SeatNo,
    *,
    session: SessionFacts,
    seated: Container[PersonKey],
    as_buyer: bool,
) -> Refusal | None:
    holder = pool.invited[seat].to if seat in pool.invited else pool.enrolled.get(seat)
    somebody = _OTHER_STAND_IN if holder is not None and holder.same_as(_STAND_IN) else _STAND_IN
    match verb:
        case SeatVerb.ASSIGN:
            return why_not(pool.assign, act, (somebody,), session=session, seated=())
        case SeatVerb.INVITE:
            return why_not(pool.invite, act, (somebody,), session=session, seated=())
        case SeatVerb.ACCEPT:
            sent = pool.invited[seat]
            learner = Person(sent.to.address, sent.to.account or _STAND_IN.account)
            return why_not(pool.accept, act, seat, sent.number, learner=learner, session=session, seated=seated)
        case SeatVerb.DECLINE:
            return why_not(pool.decline, act, seat, pool.invited[seat].number, session=session)
        case SeatVerb.EXPIRE:
            return why_not(pool.expire, act, session=session)
        case SeatVerb.REMIND:
            return why_not(pool.remind, act, (seat,), session=session)
        case SeatVerb.CORRECT:
            return why_not(pool.correct, act, seat, somebody.address, session=session, seated=())
        case SeatVerb.WITHDRAW:
            return why_not(pool.withdraw, act, seat, session=session)
        case SeatVerb.REVOKE:
            return why_not(pool.revoke, act, seat, session=session, seated=())
        case SeatVerb.REASSIGN:
            return why_not(pool.revoke, act, seat, to=somebody, mode=Mode.IMMEDIATE, session=session, seated=())
        case SeatVerb.REINVITE if seat in pool.cancelled:
            return why_not(pool.reactivate, act, seat, to=somebody, mode=Mode.CONFIRMATION, session=session, seated=())
        case SeatVerb.REINVITE:
            return why_not(pool.revoke, act, seat, to=somebody, mode=Mode.CONFIRMATION, session=session, seated=())
        case SeatVerb.TRANSFER:
            return why_not(
                pool.transfer,
                act,
                seat,
                to=pool.id,
                price=pool.prices[seat - 1],
                session=session,
                there=_Elsewhere(SessionId(_elsewhere(pool.session)), session.starts, session.ends),
                seated_there=(),
            )
        case SeatVerb.CANCEL:
            return why_not(pool.cancel, act, (seat,), session=session, as_buyer=as_buyer)
        case SeatVerb.REACTIVATE:
            return why_not(pool.reactivate, act, seat, session=session, seated=seated)
        case SeatVerb.RESEAT:
            return why_not(pool.reactivate, act, seat, to=somebody, mode=Mode.IMMEDIATE, session=session, seated=())
        case _:
            assert_never(verb)


def _elsewhere(session: SessionId) -> SessionId:
    return SessionId("there") if session != "there" else SessionId("elsewhere")


# --- What all views share


def _in_order(pools: Iterable[PoolInSession], at: datetime) -> list[PoolInSession]:
    """The pools as they are to be seen, by start, then by id of the session, then by their own id."""
    seen = [(_seen(pool, session, at), session) for pool, session in pools]
    return sorted(seen, key=lambda pair: (utc("starts", pair[1].starts), pair[0].session, pair[0].id))


def _seen(pool: SeatPool, session: SessionFacts, at: datetime) -> SeatPool:
    if session.id != pool.session:
        raise Refused(OtherSession(pool.session, session.id))
    return pool.as_of(utc("at", at), session)
