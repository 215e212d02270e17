"""A session's dates across its schedule, its places and its clients: planned, changed and called off together.

Each rule here asks several aggregates and returns all their decisions, to be saved together or not at all. *on_sale* is
the session whose places are sold, `None` where none is yet.

Invariants. A session on sale takes place from the first of its dates until the last has ended. Whatever changes the
dates reaches every client who was asked about them (C2). A session that is called off is so everywhere (S14).

What the host must guarantee: the confirmations are all of the session's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from lara_core.confirmation import Confirmation, ConfirmationDecision, Missing, NotPlanned
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import DateNo, SessionId
from lara_core.schedules import Schedule, ScheduleDecision, SessionDate
from lara_core.sessions import Session, SessionDecision

Decisions: TypeAlias = tuple[ScheduleDecision | SessionDecision | ConfirmationDecision, ...]
"""Decisions on as many aggregates as it takes, one for each."""


def plan(
    act: Act, session: SessionId, *, zone: Zone, dates: Iterable[SessionDate] = (), on_sale: Session | None
) -> Decisions:
    """Give a session its dates, which may be none yet, unless it is on sale (C1).

    Another session's places are a `BadValue`. Refused: what `Schedule.plan` and `Session.move` refuse,
    and `NotPlanned`.
    """
    planned = Schedule.plan(act, session, zone=zone, dates=dates)
    return planned, *_moved(act, planned.state, on_sale)


def replan(
    act: Act,
    schedule: Schedule,
    dates: Mapping[DateNo, SessionDate],
    *,
    added: Iterable[SessionDate] = (),
    zone: Zone | None = None,
    on_sale: Session | None,
    confirmations: Sequence[Confirmation],
) -> Decisions:
    """Change the dates, as `Schedule.replan` does, and let all clients know whose answers they end (C2).

    Without any change nothing happens. Refused: what `Schedule.replan` and `Session.move` refuse, and `NotPlanned`
    where no date is left of a session on sale.
    """
    changed = schedule.replan(act, dates, added=added, zone=zone)
    if not changed.events:
        return (changed,)
    return changed, *_moved(act, changed.state, on_sale), *_followed(act, changed.state, confirmations)


def call_off(act: Act, schedule: Schedule, confirmations: Sequence[Confirmation]) -> Decisions:
    """Cancel the dates of a session, and let all clients know. Twice is once.

    Its places, and who has them, are cancelled with it by `lara_core.places.cancel_session`.
    """
    cancelled = schedule.cancel(act)
    return cancelled, *_followed(act, cancelled.state, confirmations)


def _moved(act: Act, schedule: Schedule, on_sale: Session | None) -> tuple[SessionDecision, ...]:
    if on_sale is not None and on_sale.id != schedule.id:
        raise BadValue("on_sale", Flaw.WRONG_FORM)
    if on_sale is None:
        return ()
    if schedule.starts is None or schedule.ends is None:
        raise Refused(NotPlanned(Missing.DATES))
    return (on_sale.move(act, starts=schedule.starts, ends=schedule.ends),)


def _followed(act: Act, schedule: Schedule, confirmations: Sequence[Confirmation]) -> tuple[ConfirmationDecision, ...]:
    return tuple(confirmation.follow(act, schedule=schedule) for confirmation in confirmations)
