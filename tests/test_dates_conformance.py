"""The conformance suite of dates catches what it is for: each of its tests has a store that fails that one alone.

Each fault is one that real adapters have: a column that is too narrow, a view of yesterday, a version that is checked
only where it is written.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from inspect import signature
from typing import Any, Final, TypeAlias, cast, get_args

import pytest
from attrs import NOTHING, AttrsInstance, evolve, fields

from lara_core.confirmation import (
    Answered,
    Attachment,
    ClientAnswer,
    Confirmation,
    ConfirmationEvent,
    ConfirmationPolicy,
    Message,
    Proposal,
    Validation,
)
from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId, ClientId, ConfirmationId, ProposalId, SessionId
from lara_core.kernel.people import Person
from lara_core.schedules import Schedule, ScheduleEvent, SessionDate
from lara_core.telling.notices import DatesTold, Notice
from lara_core.testing import races
from lara_core.testing.conformance import DatesConformance
from lara_core.testing.memory import Aggregates, Kept, MemoryConfirmations, MemoryStore, MemoryWork, Name, Stream
from lara_core.testing.samples import ADMIN, histories_of_dates, told_of_dates
from tests.test_conformance import HostStore, SerialStore, each, of_suites, parts, working

Opener: TypeAlias = Callable[[str], MemoryStore]
TESTS: Final = of_suites(DatesConformance)


def broken(opener: Callable[[], Opener]) -> set[str]:
    """Return the names of the tests that fail on new stores of *opener*, one for each test."""
    return {name for name, test in TESTS.items() if not passes(test, opener())}


def passes(test: Callable[..., None], open_store: Opener) -> bool:
    """Run one test as pytest would. Only what a test says itself counts as failing: any other error is one here too."""

    def name_contact(organisation: str, client: ClientId, person: Person) -> None:
        store = open_store(organisation)
        store.contacts = {**store.contacts, client: person}

    fixtures: Mapping[str, Any] = {"open_store": open_store, "name_contact": name_contact}
    try:
        test(**{name: fixtures[name] for name in signature(test).parameters})
    except AssertionError:
        return False
    return True


# --- Stores that keep everything


def test_a_store_that_compares_versions_passes() -> None:
    """What the faults are put into is not what is found."""
    assert broken(partial(each, HostStore)) == set()


def test_a_store_that_locks_passes() -> None:
    """Both ways of keeping the promises are right: the suite does not ask for one of them."""
    assert broken(partial(each, SerialStore)) == set()


# --- Faults: what is kept


class ForgetsReminders(MemoryWork):
    """Keeps to whom a proposal went, and until when."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Confirmation) and state.proposal is not None:
            state = evolve(state, proposal=evolve(state.proposal, reminders=0))
            decision = Decision(state, decision.events)
        super().save(decision)


class ForgetsMicroseconds(MemoryWork):
    """Keeps when a date begins and ends to the second."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Schedule):
            dates = {
                number: SessionDate(date.starts.replace(microsecond=0), date.ends.replace(microsecond=0), date.place)
                for number, date in state.dates.items()
            }
            decision = Decision(evolve(state, dates=dates), decision.events)
        super().save(decision)


class FindsNoHistory(MemoryWork):
    """Gives a history without events where there is none."""

    @property
    def confirmations(self) -> MemoryConfirmations:
        class Confirmations(MemoryConfirmations):
            def events(self, name: str, /) -> Sequence[ConfirmationEvent]:
                try:
                    return super().events(name)
                except NotFound:
                    return ()

        return Confirmations(self, Confirmation)


class FindsWhatWas(MemoryWork):
    """Looks for schedules past its own writes."""

    @property
    def schedules(self) -> Aggregates[Schedule, ScheduleEvent]:
        class Schedules(Aggregates[Schedule, ScheduleEvent]):
            def find(self, name: str, /) -> Schedule | None:
                _ = super().find(name)
                found = self.work.began.streams.get(("Schedule", name))
                return None if found is None else cast("Schedule", found.state)

        return Schedules(self, Schedule)


class FoldsProposals(MemoryWork):
    """Finds proposals whatever their case."""

    @property
    def confirmations(self) -> MemoryConfirmations:
        class Confirmations(MemoryConfirmations):
            def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
                _ = super().of_proposal(proposal)
                for known in self.all():
                    newest = () if known.proposal is None else (known.proposal.id,)
                    if proposal.casefold() in {each.casefold() for each in (*newest, *known.dead)}:
                        return known.id
                return None

        return Confirmations(self, Confirmation)


def sharing() -> Opener:
    """Return what opens stores that have one table of proposals for all organisations."""
    everywhere: dict[str, ConfirmationId] = {}

    class Confirmations(MemoryConfirmations):
        def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
            return super().of_proposal(proposal) or everywhere.get(proposal)

    class SharesProposals(MemoryWork):
        @property
        def confirmations(self) -> MemoryConfirmations:
            return Confirmations(self, Confirmation)

        def save(self, decision: Decision[Aggregate, Event]) -> None:
            super().save(decision)
            state = decision.state
            if isinstance(state, Confirmation) and state.proposal is not None:
                everywhere[state.proposal.id] = state.id

    return working(SharesProposals)


class ListsWhoMayCome(MemoryWork):
    """Lists those clients of a session who have not declined."""

    @property
    def confirmations(self) -> MemoryConfirmations:
        class Confirmations(MemoryConfirmations):
            def of_session(self, session: SessionId) -> Sequence[ConfirmationId]:
                known = [(each, self.get(each).answered) for each in super().of_session(session)]
                return [each for each, said in known if said is None or said.answer is not ClientAnswer.DECLINED]

        return Confirmations(self, Confirmation)


class FindsTheLastProposal(MemoryWork):
    """Has one proposal of each client in its index, the one that was sent last."""

    @property
    def confirmations(self) -> MemoryConfirmations:
        class Confirmations(MemoryConfirmations):
            def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
                found = super().of_proposal(proposal)
                newest = None if found is None else self.get(found).proposal
                return found if newest is None or newest.id == proposal else None

        return Confirmations(self, Confirmation)


class ForgetsCopies(MemoryWork):
    """Has no column for who else has a copy."""

    def put_out(self, notices: Sequence[Notice]) -> None:
        super().put_out([evolve(each, dates=each.dates and evolve(each.dates, copies=())) for each in notices])


def remembering() -> Opener:
    """Return what opens stores that ask once for each contact, for good."""

    class Store(HostStore):
        def __init__(self) -> None:
            super().__init__()
            self.remembered: dict[ClientId, Person | None] = {}

        def begin(self) -> MemoryWork:
            remembered = self.remembered

            class RemembersContacts(MemoryWork):
                def contact(self, client: ClientId) -> Person | None:
                    return remembered.setdefault(client, super().contact(client))

            return RemembersContacts(self._kept, self)

    return each(Store)


class KeepsSchedulesAtOnce(HostStore):
    """Writes schedules on a connection of their own, which commits each."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        seen: list[MemoryWork] = []
        try:
            with super().transaction() as work:
                seen.append(work)
                yield work
        except Exception:
            written = seen[0].streams.maps[0]
            schedules = {name: stream for name, stream in written.items() if name[0] == "Schedule"}
            self._kept = evolve(self._kept, streams={**self._kept.streams, **schedules})
            raise


class WritesAnIdOnce(MemoryWork):
    """Takes a schedule for the session of the same id, which it has written already."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        if not (isinstance(decision.state, Schedule) and ("Session", decision.state.id) in self.streams.maps[0]):
            super().save(decision)


# --- Faults: who is first


class LooksForNothingTwice(MemoryWork):
    """Does not look again whose a proposal is."""

    @property
    def confirmations(self) -> MemoryConfirmations:
        class Confirmations(MemoryConfirmations):
            def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
                return self.work.here.of_proposal(proposal)

        return Confirmations(self, Confirmation)


class ListsOnce(MemoryWork):
    """Does not look again which clients a session has."""

    @property
    def confirmations(self) -> MemoryConfirmations:
        class Confirmations(MemoryConfirmations):
            def of_session(self, session: SessionId) -> Sequence[ConfirmationId]:
                return self.work.here.confirmations(session)

        return Confirmations(self, Confirmation)


class ChecksWhatItReads(MemoryWork):
    """Checks the versions of what it only reads, and writes confirmations over whatever is there."""

    def overtaken(self, now: Kept) -> bool:
        written = {name for name in self.streams.maps[0] if name[0] == "Confirmation"}
        self.read -= {name for name in written if name in self.began.streams}
        return super().overtaken(now)

    def onto(self, now: Kept) -> Kept:
        kept = super().onto(now)
        streams: dict[Name, Stream] = dict(kept.streams)
        for name, stream in self.streams.maps[0].items():
            before, there = self.began.streams.get(name), now.streams.get(name)
            if name[0] == "Confirmation" and before is not None and there is not None and there is not before:
                streams[name] = Stream(stream.state, there.events + stream.events[len(before.events) :])
        return evolve(kept, streams=streams)


class ChecksWhatItWrites(MemoryWork):
    """Checks the versions of what it writes, and of nothing else."""

    def overtaken(self, now: Kept) -> bool:
        self.read &= self.streams.maps[0].keys()
        return super().overtaken(now)


class KeepsKeysOfStaff(MemoryWork):
    """Keeps the keys of those whom it knows: whoever answers is somebody else."""

    def record(self, answer: Answer) -> None:
        if answer.receipt.by == ActorId(ADMIN):
            super().record(answer)


class ForgetsHistoriesToo(MemoryWork):
    """Erases people from states, and leaves the events of confirmations as they were."""

    def erase(self, erasure: Erasure) -> None:
        before = dict(self.streams)
        super().erase(erasure)
        for name, stream in [*self.streams.items()]:
            if name[0] == "Confirmation":
                self.streams[name] = Stream(stream.state, before[name].events)


FAULTS: Final[Mapping[str, Callable[[], Opener]]] = {
    "test_what_happens_to_dates_is_kept": partial(working, ForgetsReminders),
    "test_what_was_never_planned_is_not_found": partial(working, FindsNoHistory),
    "test_a_schedule_is_found": partial(working, FindsWhatWas),
    "test_dates_that_look_alike_are_different": partial(working, FoldsProposals),
    "test_dates_of_two_organisations_do_not_meet": sharing,
    "test_clients_are_found_by_their_session": partial(working, ListsWhoMayCome),
    "test_nobody_is_let_in_unseen": partial(working, ListsOnce),
    "test_a_proposal_is_found_dead_or_alive": partial(working, FindsTheLastProposal),
    "test_nobody_proposes_under_one_id_twice_at_once": partial(working, LooksForNothingTwice),
    "test_notices_of_dates_wait_as_they_were": partial(working, ForgetsCopies),
    "test_contacts_of_clients_are_known": remembering,
    "test_other_dates_reach_everybody_or_nobody": partial(each, KeepsSchedulesAtOnce),
    "test_a_session_is_called_off_everywhere": partial(working, WritesAnIdOnce),
    "test_of_two_answers_at_once_one_holds": partial(working, ChecksWhatItReads),
    "test_an_answer_is_about_the_dates_as_they_are": partial(working, ChecksWhatItWrites),
    "test_an_answer_is_taken_once": partial(working, KeepsKeysOfStaff),
    "test_dates_forget_whoever_was_erased": partial(working, ForgetsHistoriesToo),
}


@pytest.mark.parametrize("promise", FAULTS)
def test_a_fault_breaks_its_promise_alone(promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad store fails the test that is named for its fault, which says what to mend, and no other."""
    # All of them let both of two transactions in, so the two meet, however slow the machine is.
    monkeypatch.setattr(races, "PATIENCE", races.HANGING)
    assert broken(FAULTS[promise]) == {promise}


def test_every_promise_has_its_fault() -> None:
    """A test that was never seen to fail is not one yet."""
    assert FAULTS.keys() == TESTS.keys()


def test_a_time_is_kept_to_the_microsecond() -> None:
    """A column of whole seconds is found by the samples (K3)."""
    assert broken(partial(working, ForgetsMicroseconds)) == {"test_what_happens_to_dates_is_kept"}


# --- What the suite stores

STORIES: Final = histories_of_dates()
EVENTS: Final = {*get_args(ScheduleEvent), *get_args(ConfirmationEvent)}


def test_the_samples_hold_every_event() -> None:
    """A new event is not left out of what the suite stores."""
    assert {type(event) for history in STORIES for decision in history for event in decision.events} == EVENTS


def test_the_samples_fill_every_field() -> None:
    """A store cannot lose a field unseen: somewhere each is neither empty nor what it is unless told."""
    filled: defaultdict[type[AttrsInstance], set[str]] = defaultdict(set)
    for value in parts((*STORIES, told_of_dates("key").dates)):
        for field in fields(type(value)):
            found = getattr(value, field.name)
            usual = cast("object", field.default)
            if found not in ((), None, frozenset()) and found != {} and (usual is NOTHING or found != usual):
                filled[type(value)].add(field.name)
    empty = {kind.__name__: {field.name for field in fields(kind)} - names for kind, names in filled.items()}
    assert {kind: names for kind, names in empty.items() if names} == {}
    assert filled.keys() >= {Schedule, SessionDate, Confirmation, Proposal, Answered, Validation}
    assert filled.keys() >= {Message, Attachment, ConfirmationPolicy, DatesTold, *EVENTS}


def test_the_samples_hold_every_choice() -> None:
    """A store cannot take one answer for the other unseen."""
    stored: list[object] = [getattr(value, field.name) for value in parts(STORIES) for field in fields(type(value))]
    assert {each for each in stored if isinstance(each, StrEnum)} == {*ClientAnswer}
