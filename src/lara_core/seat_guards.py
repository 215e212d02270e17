"""What several commands on seats ask before they decide. Part of `lara_core.seats`.

Each guard gives what the command goes on with, or refuses.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from datetime import datetime
from typing import cast

from attrs import frozen

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.seat_refusals import (
    AccountNeeded,
    AlreadySeated,
    ModeOff,
    NobodyToSeat,
    SessionCalledOff,
    SessionEnded,
    SessionStarted,
)
from lara_core.seat_states import Mode, Policy, SessionFacts


def not_called_off(session: SessionFacts) -> None:
    """Refused: `SessionCalledOff`."""
    if session.cancelled:
        raise Refused(SessionCalledOff())


def not_started(session: SessionFacts, at: datetime) -> None:
    """Refused: `SessionCalledOff`, `SessionStarted`."""
    not_called_off(session)
    starts = utc("starts", session.starts)
    if at >= starts:
        raise Refused(SessionStarted(starts))


def not_ended(session: SessionFacts, at: datetime) -> None:
    """Refused: `SessionCalledOff`, `SessionEnded`."""
    not_called_off(session)
    not_over(session, at)


def not_over(session: SessionFacts, at: datetime) -> None:
    """Refused: `SessionEnded`."""
    ends = utc("ends", session.ends)
    if at >= ends:
        raise Refused(SessionEnded(ends))


def modes_on(policy: Policy, *modes: Mode) -> None:
    """Refused: `ModeOff`. What merely looks like a mode is a `BadValue`."""
    for mode in modes:
        if type(mode) is not Mode:
            raise BadValue("mode", Flaw.WRONG_TYPE)
        if mode not in policy.modes:
            raise Refused(ModeOff(mode))


def with_accounts(people: Iterable[Person]) -> None:
    """Refused: `AccountNeeded`."""
    bare = tuple(person for person in people if person.account is None)
    if bare:
        raise Refused(AccountNeeded(bare))


@frozen
class _Except:
    """Who sits, but for those whose own seat is meant."""

    seated: Container[PersonKey]
    keys: frozenset[PersonKey]

    def __contains__(self, key: object, /) -> bool:
        return key not in self.keys and cast("PersonKey", key) in self.seated


def but(seated: Container[PersonKey], people: Collection[Person]) -> Container[PersonKey]:
    """Who sits, but for *people*, whose own seats are meant."""
    return _Except(seated, frozenset(key for person in people for key in person.keys)) if people else seated


def to_seat(
    people: Sequence[Person], seated: Container[PersonKey]
) -> tuple[tuple[Person, ...], tuple[Person, ...], tuple[Person, ...]]:
    """Those who are to be seated, those who were named again, and those who sit already. Refused: `NobodyToSeat`."""
    named, repeated = distinct(people)
    coming, already = parted(named, _by_any_name(people, seated) if repeated else seated)
    if not coming:
        raise Refused(NobodyToSeat(already))
    return coming, repeated, already


def _by_any_name(people: Sequence[Person], seated: Container[PersonKey]) -> Container[PersonKey]:
    """The keys of those of *people* who sit, by whichever of their names they do."""
    known = {key for person in people if person.is_in(seated) for key in person.keys}
    while more := {key for person in people if person.is_in(known) for key in person.keys} - known:
        known |= more
    return known


def parted(people: Iterable[Person], seated: Container[PersonKey]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Those who do not sit yet, and those who do."""
    coming: list[Person] = []
    already: list[Person] = []
    for person in people:
        (already if person.is_in(seated) else coming).append(person)
    return tuple(coming), tuple(already)


def not_seated(people: Iterable[Person], seated: Container[PersonKey]) -> None:
    """Refused: `AlreadySeated`."""
    _, already = parted(people, seated)
    if already:
        raise Refused(AlreadySeated(already))
