"""The law of dates: whatever was asked and answered is about the dates as they are, and is found by its link."""

from collections import Counter
from collections.abc import Iterator

from lara_core.confirmation import Confirmation
from lara_core.schedules import Schedule
from sqlite_host.laws.evidence import Evidence


def dates(evidence: Evidence) -> Iterator[str]:
    """Clients have followed every change of the dates, each link is known, and places are sold for when they are."""
    schedules = {schedule.kept.id: schedule.kept for schedule in evidence.of(Schedule)}
    asked = [confirmation.folded for confirmation in evidence.of(Confirmation)]
    for confirmation in asked:
        schedule = schedules.get(confirmation.session)
        if schedule is None:
            yield confirmation.id
            continue
        said = confirmation.proposal is not None or confirmation.validation is not None
        if (said and confirmation.revision != schedule.revision) or confirmation.closed is not schedule.cancelled:
            yield confirmation.id
    told = Counter((proposal, each.id) for each in asked for proposal in _proposals(each))
    rows = Counter(evidence.rows("SELECT id, confirmation FROM proposal"))
    yield from (confirmation for _, confirmation in (told - rows) + (rows - told))
    for session in (history.kept for history in evidence.sessions):
        planned = schedules.get(session.id)
        if planned is not None and planned.dates and (session.starts, session.ends) != (planned.starts, planned.ends):
            yield session.id


def _proposals(confirmation: Confirmation) -> set[str]:
    newest = () if confirmation.proposal is None else (confirmation.proposal.id,)
    return {*newest, *confirmation.dead}
