"""Who is told of what: one table from events to notices (T1).

A *notice* is a value: to whom, by which template, about what. It has no words yet; those are made when it is
sent, in the reader's language, by `lara_core.telling.texts`. Its key is made of what happened, never of when it was
sent, so that an outbox can drop repeats (K12), and names nobody, so that it can be logged (K11).

The buyer is told of every cancellation, also of their own; learners of what happens to their seat. For whoever
acted, the decision itself is the acknowledgement (S16).
"""

from collections.abc import Container, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import frozen

from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId
from lara_core.kernel.people import Person
from lara_core.seats import SeatPool, SeatRevoked, SeatsAssigned, SeatsBought, SeatsCancelled


class Party(StrEnum):
    """Who may be told."""

    NEW_HOLDER = "new_holder"
    OLD_HOLDER = "old_holder"
    BUYER = "buyer"


class Template(StrEnum):
    """What a notice says. The code is the id of its texts."""

    ENROLLED = "seats.enrolled"
    REVOKED = "seats.revoked"
    CANCELLED = "seats.cancelled"
    CANCELLED_BUYER = "seats.cancelled_buyer"


class Setting(StrEnum):
    """What a host can switch off."""

    TELL_ENROLLED = "tell_enrolled"
    TELL_REVOKED = "tell_revoked"
    TELL_CANCELLED = "tell_cancelled"
    TELL_BUYER_CANCELLED = "tell_buyer_cancelled"


@frozen
class Row:
    """One line of the table: *party* is told by *template*, unless *setting* is switched off."""

    party: Party
    template: Template
    setting: Setting


_ENROLLED: Final = Row(Party.NEW_HOLDER, Template.ENROLLED, Setting.TELL_ENROLLED)
_REVOKED: Final = Row(Party.OLD_HOLDER, Template.REVOKED, Setting.TELL_REVOKED)
_CANCELLED: Final = Row(Party.OLD_HOLDER, Template.CANCELLED, Setting.TELL_CANCELLED)
_CANCELLED_BUYER: Final = Row(Party.BUYER, Template.CANCELLED_BUYER, Setting.TELL_BUYER_CANCELLED)

# An event that is not here is told to nobody.
TABLE: Final[Mapping[type[Event], tuple[Row, ...]]] = {
    SeatsBought: (_ENROLLED,),
    SeatsAssigned: (_ENROLLED,),
    SeatRevoked: (_REVOKED, _ENROLLED),
    SeatsCancelled: (_CANCELLED, _CANCELLED_BUYER),
}


Recipient: TypeAlias = Person | ActorId


@frozen
class Notice:
    """Tell *to* by *template*, about *seats* of *pool* in *session*.

    *to* is a learner, or the buyer by the id under which the host knows how to reach them.
    """

    key: str
    to: Recipient
    template: Template
    session: SessionId
    pool: PoolId
    seats: tuple[SeatNo, ...]


def notices(decision: Decision[Aggregate, Event], *, silenced: Container[Setting] = ()) -> tuple[Notice, ...]:
    """Who is to be told of *decision*, in the order of its events, of the table's rows, and of the seats.

    A row whose setting is *silenced* tells nobody.
    """
    pool = decision.state
    if not isinstance(pool, SeatPool):
        return ()
    before = pool.version - len(decision.events)
    return tuple(
        Notice(f"{pool.id}:{version}:{row.template}:{seats[0]}", to, row.template, pool.session, pool.id, seats)
        for version, event in enumerate(decision.events, before + 1)
        for row in TABLE.get(type(event), ())
        if row.setting not in silenced
        for to, seats in _told(row.party, pool, event)
    )


def _told(party: Party, pool: SeatPool, event: Event) -> Iterator[tuple[Recipient, tuple[SeatNo, ...]]]:
    match party, event:
        case Party.NEW_HOLDER, SeatsBought(learners=people) | SeatsAssigned(learners=people):
            yield from ((person, (seat,)) for seat, person in people.items())
        case Party.NEW_HOLDER, SeatRevoked(seat=seat, to=Person() as person):
            yield person, (seat,)
        case Party.OLD_HOLDER, SeatRevoked(seat=seat, holder=person):
            yield person, (seat,)
        case Party.OLD_HOLDER, SeatsCancelled(holders=people):
            yield from ((person, (seat,)) for seat, person in people.items())
        case Party.BUYER, SeatsCancelled(seats=seats):
            yield pool.buyer, seats
        case _:
            return
