"""The machine of dates on the store in memory; and stores and rules with faults, which it must catch."""

from typing import Any

import pytest
from attrs import evolve

from lara_core import planning
from lara_core.confirmation import Confirmation, DatesAccepted, DatesDeclined, Proposal
from lara_core.hosting.ports import Dates, Store
from lara_core.kernel.decisions import Decision
from lara_core.schedules import Schedule, ScheduleChanged
from lara_core.testing.dates_machine import CONTACTS, DatesMachine
from lara_core.testing.memory import Kept, MemoryConfirmations, MemoryStore, MemoryWork
from tests.builders import TICK
from tests.test_machines import caught_by


class MemoryDatesMachine(DatesMachine):
    """The store in memory, which trusts nobody here."""

    def open_store(self) -> Store[Dates]:
        return MemoryStore(trusting=False, contacts=CONTACTS)


TestMemoryDates = MemoryDatesMachine.TestCase


def test_a_host_says_how_a_store_is_opened() -> None:
    """A machine without a store says what is missing."""
    with pytest.raises(NotImplementedError, match="override `open_store`"):
        _ = DatesMachine()


# --- Faults: a machine that has caught nothing is not one yet ---------------------------------------------------------

_answer, _apply, _replanned = Confirmation.answer, Confirmation.apply, Schedule.apply


def _any_link(self: Confirmation, act: Any, proposal: Any, answer: Any, **facts: Any) -> Any:
    """C2, C3: a link to an older proposal is taken for one to the newest."""
    newest = self.proposal.id if self.proposal is not None and proposal in self.dead else proposal
    return _answer(self, act, newest, answer, **facts)


def _any_dates(self: Confirmation, schedule: object) -> bool:
    """C2: what was said to other dates is said to these."""
    return True


def _never_said(self: Confirmation, answer: object) -> bool:
    """C2: whoever has answered can answer otherwise."""
    return False


def _loses_what_is_masked(self: Confirmation, event: Any) -> Confirmation:
    """C4: an answer under validation by hand is told, and not kept."""
    after = _apply(self, event)
    masked = isinstance(event, DatesAccepted | DatesDeclined) and event.masked
    return evolve(after, answered=self.answered) if masked else after


def _a_tick_late(self: Proposal, at: Any) -> bool:
    """C2, K8: who answers one microsecond late is in time."""
    return self.lapsed or self.until.passed(at - TICK)


def _a_tick_early(self: Proposal, at: Any) -> bool:
    """C2, K8: who answers in the last microsecond is late."""
    return self.lapsed or self.until.passed(at + TICK)


def _revives(self: Schedule, event: Any) -> Schedule:
    """C2: dates that are changed back are the revision that they were."""
    after = _replanned(self, event)
    return evolve(after, revision=len(after.dates)) if isinstance(event, ScheduleChanged) else after


def _stays_where_it_is(act: object, schedule: object, on_sale: object) -> tuple[()]:
    """C1: a session on sale does not hear of its dates."""
    return ()


def _tells_nobody(act: object, schedule: object, confirmations: object) -> tuple[()]:
    """C2: clients do not hear that the dates are others."""
    return ()


def _forgets_keys(self: MemoryWork, by: Any, key: Any) -> None:
    """K4, in a store: a repeated command is run again."""


def _forgets_dead_links(self: Kept, proposal: Any) -> Any:
    """C2, in a store: a link to an older proposal is nobody's."""
    known = (stream.state for stream in self.streams.values() if isinstance(stream.state, Confirmation))
    return next((one.id for one in known if one.proposal is not None and one.proposal.id == proposal), None)


def _lists_the_first(self: MemoryConfirmations, session: Any) -> Any:
    """C2, C6, in a store: of the clients of a session one is found."""
    return [one.id for one in self.all() if one.session == session][:1]


def _asks_nobody(self: MemoryWork, client: Any) -> None:
    """C1, in a store: the main contacts of clients are not known."""


_save = MemoryWork.save


def _forgets_reminders(self: MemoryWork, decision: Decision[Any, Any]) -> None:
    """C7, in a store: how often somebody was reminded is not kept."""
    state = decision.state
    if isinstance(state, Confirmation) and state.proposal is not None:
        decision = evolve(decision, state=evolve(state, proposal=evolve(state.proposal, reminders=0)))
    _save(self, decision)


@pytest.mark.parametrize(
    ("target", "name", "fault"),
    [
        (Confirmation, "answer", _any_link),
        (Confirmation, "_holds", _any_dates),
        (Confirmation, "_said", _never_said),
        (Confirmation, "apply", _loses_what_is_masked),
        (Proposal, "over", _a_tick_late),
        (Proposal, "over", _a_tick_early),
        (Schedule, "apply", _revives),
        (planning, "_moved", _stays_where_it_is),
        (planning, "_followed", _tells_nobody),
        (MemoryWork, "answer", _forgets_keys),
        (Kept, "of_proposal", _forgets_dead_links),
        (MemoryConfirmations, "of_session", _lists_the_first),
        (MemoryWork, "contact", _asks_nobody),
        (MemoryWork, "save", _forgets_reminders),
    ],
    ids=[
        "an old link accepted",
        "acceptance carried over",
        "an answer changed",
        "a masked answer lost",
        "a deadline late",
        "a deadline early",
        "a revision that comes back",
        "a session that stays",
        "clients not told",
        "keys forgotten",
        "dead links forgotten",
        "clients forgotten",
        "contacts forgotten",
        "reminders forgotten",
    ],
)
def test_a_fault_is_caught(monkeypatch: pytest.MonkeyPatch, target: object, name: str, fault: object) -> None:
    """C1 to C7: a store and a rule that are wrong about dates are found by what was predicted."""
    monkeypatch.setattr(target, name, fault)
    caught_by(MemoryDatesMachine)
