"""The dates of sessions, and what clients say to them. Part of `lara_core.testing.conformance`."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import TypeAlias

try:
    import pytest
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the conformance suite needs pytest: install lara-core[testing]") from missing

from lara_core import planning
from lara_core.confirmation import (
    ClientAnswer,
    Confirmation,
    ConfirmationClosed,
    ConfirmationDecision,
    DatesReplaced,
)
from lara_core.hosting import dates as use
from lara_core.hosting.erasure import erase_person
from lara_core.hosting.once import once
from lara_core.hosting.ports import Dates, Receipt, Store
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refused
from lara_core.kernel.erasure import erased
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.kernel.people import Person
from lara_core.replies import Link
from lara_core.schedules import Schedule, ScheduleDecision
from lara_core.testing.conformance.doing import Crash, Withdrawn, named, outcome, save, under
from lara_core.testing.conformance.fixtures import NORTH, SOUTH
from lara_core.testing.laws import fold
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import (
    ALIKE,
    ANA,
    BORIS,
    CHLOE,
    CLIENT,
    ERASING,
    FAYE,
    LATER,
    OTHER_CLIENT,
    OTHER_PROPOSAL,
    OTHER_SESSION,
    PROPOSAL,
    SESSION,
    TOMBSTONE,
    DatesSample,
    act,
    asked,
    differences,
    histories_of_dates,
    meeting,
    opened,
    planned,
    proposed,
    told_of_dates,
)

OpenDates: TypeAlias = Callable[[str], Store[Dates]]
NameContact: TypeAlias = Callable[[str, ClientId, Person], object]


class DatesFixtures:
    """What the suite of dates asks of a host, beside `open_store`."""

    @pytest.fixture
    def name_contact(self) -> NameContact:
        """How an organisation says who is the main contact of a client, for the first time or another one."""
        pytest.skip("override the fixture `name_contact` to show that the contacts of clients are known")


class DatesConformance(DatesFixtures):
    """What a store of schedules and confirmations promises."""

    def test_what_happens_to_dates_is_kept(self, open_store: OpenDates) -> None:
        """Schedules and confirmations come back as they were saved, with all that ever happened to them (K3, K5).

        Otherwise a date is an hour off, a deadline ends a day early, or a link that is dead can be answered.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        for history in histories_of_dates():
            for decision in history:
                _ = save(store, decision)
                with opened_again.transaction() as work:
                    loaded = load(work, decision.state)
                lost = differences(decision.state, loaded, type(decision.state).__name__)
                assert not lost, f"load each field as it was saved, as the same type: {lost}"
            happened = tuple(chain.from_iterable(decision.events for decision in history))
            with opened_again.transaction() as work:
                state, found = load(work, history[0].state), events(work, history[0].state)
            lost = differences(happened, found, "events")
            assert not lost, f"keep every event, in order, as it was saved: {lost}"
            assert fold(type(state), found) == state, "write the state that a decision's events lead to"

    def test_what_was_never_planned_is_not_found(self, open_store: OpenDates) -> None:
        """What is not kept is `NotFound`; a session that was never planned has no schedule, and nobody is asked.

        Otherwise a mistyped link wakes somebody who is on call.
        """
        with open_store(NORTH).transaction() as work:
            for history in histories_of_dates():
                for question in (load, events):
                    assert outcome(question, work, history[0].state) is NotFound, "raise NotFound where nothing is kept"
            assert work.schedules.find(SESSION) is None, "give None for a session that was never planned"
            assert [*work.confirmations.of_session(SESSION)] == [], "nobody takes part where nobody was let in"
            assert work.confirmations.of_proposal(PROPOSAL) is None, "give None for what nobody ever proposed"

    def test_a_schedule_is_found(self, open_store: OpenDates) -> None:
        """`find` gives the schedule as it stands, as `get` does, also what this transaction wrote itself.

        Otherwise a session is cancelled, and its dates are not.
        """
        store = open_store(NORTH)
        schedule = save(store, planned())
        with store.transaction() as work:
            assert work.schedules.find(SESSION) == schedule, "find a schedule by its session's id"
            moved = schedule.replan(act("move"), {DateNo(1): meeting(10)})
            work.save(moved)
            work.save(planned(OTHER_SESSION))
            found = [work.schedules.find(each) for each in (SESSION, OTHER_SESSION)]
        assert found == [moved.state, planned(OTHER_SESSION).state], "let a transaction see what it has written"

    def test_dates_that_look_alike_are_different(self, open_store: OpenDates) -> None:
        """Ids of sessions, clients and proposals are compared character by character, at their full length.

        Otherwise a database's collation lets one client answer for another.
        """
        store = open_store(NORTH)
        short = [SessionId(name) for name in ALIKE if len(name) < 100]
        for day, name in enumerate(ALIKE, 3):
            _ = save(store, planned(SessionId(name), day))
            _ = save(store, proposed(ClientId(f"client-{day}"), ProposalId(name)))
        for session in short:
            _ = save(store, asked(session=session))
        with store.transaction() as work:
            found = (
                [work.schedules.get(SessionId(name)).starts for name in ALIKE],
                [work.confirmations.of_proposal(ProposalId(name)) for name in ALIKE],
                [[*work.confirmations.of_session(session)] for session in short],
            )
        expected = (
            [meeting(day).starts for day, _ in enumerate(ALIKE, 3)],
            [Confirmation.id_of(SESSION, ClientId(f"client-{day}")) for day, _ in enumerate(ALIKE, 3)],
            [[Confirmation.id_of(session, CLIENT)] for session in short],
        )
        assert found == expected, "compare ids byte by byte (no case folding, no normalisation), at their full length"

    def test_dates_of_two_organisations_do_not_meet(self, open_store: OpenDates) -> None:
        """Two organisations may use the same ids of sessions and proposals, and see nothing of each other (R2).

        Otherwise one customer's client answers to another customer.
        """
        north, south = open_store(NORTH), open_store(SOUTH)
        _ = save(north, planned()), save(north, proposed())
        with south.transaction() as work:
            for state in (planned().state, proposed().state):
                assert outcome(load, work, state) is NotFound, "what is another organisation's is not found"
            told = (
                work.schedules.find(SESSION),
                [*work.confirmations.of_session(SESSION)],
                work.confirmations.of_proposal(PROPOSAL),
            )
        assert told == (None, [], None), "each organisation has schedules, clients and proposals of its own"

    def test_clients_are_found_by_their_session(self, open_store: OpenDates) -> None:
        """All clients of a session are listed, asked or not, whatever they have said, and no others (C2, C6).

        Otherwise a session moves, and somebody travels to where it was.
        """
        store = open_store(NORTH)
        schedule = save(store, planned())
        names = [ClientId(name) for name in ("new", "asked", "declined", "closed")]
        _ = save(store, asked(names[0]))
        for number, client in enumerate(names[1:]):
            known = save(store, proposed(client, ProposalId(f"proposal-{number}")))
            if client == "declined":
                _ = save(store, said(known, ClientAnswer.DECLINED, schedule))
            if client == "closed":
                _ = save(store, known.follow(act("cancel"), schedule=schedule.cancel(act("cancel")).state))
        _ = save(store, asked(names[0], session=OTHER_SESSION))
        with store.transaction() as work:
            found = [sorted(work.confirmations.of_session(each)) for each in (SESSION, OTHER_SESSION)]
            here = [Confirmation.id_of(SESSION, client) for client in names]
            there = Confirmation.id_of(OTHER_SESSION, names[0])
            assert found == [sorted(here), [there]], "list all clients of that session, and of no other"
            work.save(asked(names[1], session=OTHER_SESSION))
            assert len(work.confirmations.of_session(OTHER_SESSION)) == 2, "let a transaction see what it has written"

    def test_nobody_is_let_in_unseen(self, open_store: OpenDates) -> None:
        """Whom `of_session` listed are still all clients of the session at the commit (C2).

        Otherwise dates change while a client is let in and asked, and nobody tells them. Here each of two is let in
        only while nobody takes part; who looks for what is not there reads no version that could move.
        """
        _ = save(open_store(NORTH), planned())
        meet = Meeting()

        def let_in(client: ClientId, work: Dates) -> tuple[ConfirmationDecision]:
            found = [*work.confirmations.of_session(SESSION)]
            meet.wait()
            if found:
                raise Withdrawn
            return (asked(client),)

        outcomes = at_once(
            partial(open_store, NORTH), *(under(each, partial(let_in, each)) for each in (CLIENT, OTHER_CLIENT))
        )
        assert outcomes.count(Withdrawn) == 1, (
            "look again before the commit which clients a session has, and be StaleState where there are others now; "
            f"or lock the session's. It came to {named(outcomes)}"
        )

    def test_a_proposal_is_found_dead_or_alive(self, open_store: OpenDates) -> None:
        """`of_proposal` knows the newest proposal of a client, and every older one, whatever became of it (C2, C3).

        Otherwise who opens an old link reads that it never was, and not that there are other dates.
        """
        store = open_store(NORTH)
        schedule = save(store, planned())
        known, other = save(store, proposed()), save(store, proposed(OTHER_CLIENT, OTHER_PROPOSAL, FAYE))
        declined = save(store, said(known, ClientAnswer.DECLINED, schedule))
        again = ProposalId("again")
        assert known.proposal is not None, "load a confirmation with its proposal"
        sent = declined.propose(act("again"), again, until=known.proposal.until, schedule=schedule, contact=ANA)
        mine, theirs = known.id, other.id
        with store.transaction() as work:
            work.save(sent)
            found = [work.confirmations.of_proposal(each) for each in (again, PROPOSAL, OTHER_PROPOSAL)]
            assert found == [mine, mine, theirs], "let a transaction see what it has written"
        after = schedule.replan(act("move"), {DateNo(1): meeting(10)}).state
        _ = save(store, sent.state.follow(act("move"), schedule=after))
        with store.transaction() as work:
            found = [work.confirmations.of_proposal(each) for each in (again, PROPOSAL, OTHER_PROPOSAL)]
        assert found == [mine, mine, theirs], "find a proposal as long as it is known, also one that holds no more"

    def test_nobody_proposes_under_one_id_twice_at_once(self, open_store: OpenDates) -> None:
        """Where `of_proposal` said that nobody ever proposed it, that is still true at the commit (C2).

        Otherwise one link is of two clients. Each writes a confirmation of its own; what both rely on is that there is
        no such proposal, and who looks for what is not there reads no version that could move.
        """
        _ = save(open_store(NORTH), planned())
        meet = Meeting()

        def propose(client: ClientId, work: Dates) -> tuple[ConfirmationDecision]:
            found = work.confirmations.of_proposal(PROPOSAL)
            meet.wait()
            if found is not None:
                raise Withdrawn
            return (proposed(client, PROPOSAL),)

        outcomes = at_once(
            partial(open_store, NORTH), *(under(each, partial(propose, each)) for each in (CLIENT, OTHER_CLIENT))
        )
        assert outcomes.count(Withdrawn) == 1, (
            "look again before the commit whose a proposal is, and be StaleState where somebody has it now; or lock "
            f"it, as a unique index on proposals does. It came to {named(outcomes)}"
        )

    def test_notices_of_dates_wait_as_they_were(self, open_store: OpenDates) -> None:
        """A notice of dates waits with all that a message is made of: dates, words, copies, who answers (K12, C1).

        Otherwise a client is sent a calendar without dates, or the usual words where the sender wrote others.
        """
        store = open_store(NORTH)
        put_out = told_of_dates("b"), told_of_dates("a", to=FAYE)
        with store.transaction() as work:
            work.put_out(put_out)
        with open_store(NORTH).transaction() as work:
            lost = differences(put_out, tuple(work.waiting(10)), "waiting")
        assert not lost, f"give notices as they were put out: {lost}"

    def test_contacts_of_clients_are_known(self, open_store: OpenDates, name_contact: NameContact) -> None:
        """`contact` gives the main contact of a client, as the organisation's record has it now, or `None` (C1).

        Otherwise a proposal goes to whoever has left the company, or to nobody.
        """
        _ = name_contact(NORTH, CLIENT, ANA)
        _ = name_contact(SOUTH, CLIENT, BORIS)

        def found(organisation: str) -> list[Person | None]:
            with open_store(organisation).transaction() as work:
                return [work.contact(client) for client in (CLIENT, OTHER_CLIENT)]

        lost = differences((ANA, None), tuple(found(NORTH)), "contact")
        assert not lost, f"give the contact as it was recorded, and None for a client without one: {lost}"
        assert found(SOUTH) == [BORIS, None], "each organisation has clients of its own"
        _ = name_contact(NORTH, CLIENT, CHLOE)
        assert found(NORTH) == [CHLOE, None], "ask for the contact whenever it is needed, and not once for all"

    def test_other_dates_reach_everybody_or_nobody(self, open_store: OpenDates) -> None:
        """The schedule, the session on sale and all its clients change in one transaction, or none of them does (C2).

        Otherwise a crash leaves a session that takes place on one day, and clients who are told of another.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, planned()), save(store, proposed())
        _ = save(store, proposed(OTHER_CLIENT, OTHER_PROPOSAL, FAYE))

        def crash() -> None:
            with store.transaction() as work:
                for decision in moved(work):
                    work.save(decision)
                raise Crash

        assert outcome(crash) is Crash, "let the errors of a body pass"
        assert stand(store) == [1, 1, 2, 2], "undo all that a transaction wrote when it is left by an error"
        _ = once(store, act("move"), {}, moved)
        assert stand(store) == [2, 2, 3, 3], "save all decisions of a command, however many aggregates they are of"
        with open_store(NORTH).transaction() as work:
            assert work.sessions.get(SESSION).starts == meeting(10).starts, "save the session with its schedule"
            told = [type(work.confirmations.events(each)[-1]) for each in work.confirmations.of_session(SESSION)]
        assert told == [DatesReplaced, DatesReplaced], "save what each client is told with the new dates"

    def test_a_session_is_called_off_everywhere(self, open_store: OpenDates) -> None:
        """Cancelling a session cancels its places, its dates and all it was proposed to (S14, C2).

        Otherwise a client accepts the dates of what does not take place.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, planned()), save(store, proposed()), save(store, asked(OTHER_CLIENT))

        def call_off(work: Dates) -> Sequence[Decision[Aggregate, Event]]:
            clients = [work.confirmations.get(each) for each in work.confirmations.of_session(SESSION)]
            cancelled = work.sessions.get(SESSION).cancel(act("off"))
            return cancelled, *planning.call_off(act("off"), work.schedules.get(SESSION), clients)

        _ = once(store, act("off"), {}, call_off)
        with open_store(NORTH).transaction() as work:
            off = work.sessions.get(SESSION).cancelled, work.schedules.get(SESSION).cancelled
            told = [type(work.confirmations.events(each)[-1]) for each in work.confirmations.of_session(SESSION)]
        assert (off, told) == ((True, True), [ConfirmationClosed] * 2), "save all that is cancelled in one transaction"

    def test_of_two_answers_at_once_one_holds(self, open_store: OpenDates) -> None:
        """Of two who answer the same proposal differently at once, one does, and the other is refused (C2).

        Otherwise a client has accepted and declined, and is told both.
        """
        _ = save(open_store(NORTH), planned()), save(open_store(NORTH), proposed())
        meet = Meeting()

        def answer(answered: ClientAnswer, work: Dates) -> tuple[ConfirmationDecision]:
            known, schedule = asked_about(work)
            meet.wait()
            return (said(known, answered, schedule),)

        outcomes = at_once(
            partial(open_store, NORTH), *(under(each, partial(answer, each)) for each in (*ClientAnswer,))
        )
        with open_store(NORTH).transaction() as work:
            history = work.confirmations.events(Confirmation.id_of(SESSION, CLIENT))
        assert (outcomes.count(Refused), len(history)) == (1, 3), (
            f"save a confirmation only on the version that was read, else StaleState. It came to {named(outcomes)}"
        )

    def test_an_answer_is_about_the_dates_as_they_are(self, open_store: OpenDates) -> None:
        """The schedule that an answer was decided on is the one that holds when the answer is saved (C2).

        Otherwise a client has accepted dates that were others by then. Here the dates move only while the client has
        not answered, and the client answers only to dates that have not moved: each writes what the other reads, so
        neither overwrites the other; each is right, and together they are wrong.
        """
        _ = save(open_store(NORTH), planned()), save(open_store(NORTH), proposed())
        meet = Meeting()

        def move(work: Dates) -> tuple[ScheduleDecision]:
            known, schedule = asked_about(work)
            meet.wait()
            if known.answered is not None:
                raise Withdrawn
            return (schedule.replan(act("move"), {DateNo(1): meeting(10)}),)

        def answer(work: Dates) -> tuple[ConfirmationDecision]:
            known, schedule = asked_about(work)
            meet.wait()
            return (said(known, ClientAnswer.ACCEPTED, schedule),)

        outcomes = at_once(partial(open_store, NORTH), under("move", move), under("answer", answer))
        assert [type(each) is Receipt for each in outcomes].count(True) == 1, (
            "check before the commit that every schedule and confirmation that was read is unchanged, also where it is "
            f"not written, else StaleState; or lock what is read. It came to {named(outcomes)}"
        )

    def test_an_answer_is_taken_once(self, open_store: OpenDates) -> None:
        """A repeated answer gets its first receipt, also when its proposal is dead by then (K4, C2).

        Otherwise a client who presses twice reads that they were too late. Who answers holds no right and was never
        admitted: their keys are kept like anybody's.
        """
        store = open_store(NORTH)
        _ = save(store, planned()), save(store, proposed())
        receipt = answered(store, "answer")
        _ = once(store, act("move"), {}, moved)
        assert outcome(answered, store, "another") is Refused, "by now the rule refuses it"
        assert outcome(answered, store, "answer") == receipt, "keep the keys of all who act, whoever they are"
        with store.transaction() as work:
            known = work.confirmations.get(Confirmation.id_of(SESSION, CLIENT))
        assert known.version == 4, "a repeated command changes nothing"

    def test_dates_forget_whoever_was_erased(self, open_store: OpenDates) -> None:
        """Who was sent dates, had a copy, answered or validated is nowhere any more, the history included (K13).

        Otherwise somebody who asked to be forgotten is still named beside each proposal, and reminded of it.
        """
        store, told = open_store(NORTH), histories_of_dates()
        for decision in chain.from_iterable(told):
            _ = save(store, decision)
        states: Sequence[DatesSample] = [history[-1].state for history in told]
        with store.transaction() as work:
            before = [(load(work, state), events(work, state)) for state in states]
        erase_person(store, ERASING)
        with open_store(NORTH).transaction() as work:
            after = [(load(work, state), events(work, state)) for state in states]
            newest = work.confirmations.get(Confirmation.id_of(SESSION, OTHER_CLIENT)).proposal
            assert newest is not None, "keep what was proposed"
            assert newest.to == TOMBSTONE, "a tombstone was sent what the person was sent"
            assert work.confirmations.of_proposal(newest.id) is not None, "proposals keep their ids"
        for was, found in zip(before, after, strict=True):
            lost = differences(erased(was, ERASING), found, type(found[0]).__name__)
            assert not lost, f"rewrite every state and every event by `erased`, and nothing else: {lost}"


# --- What the tests do again and again


def answered(store: Store[Dates], key: str) -> Receipt:
    """The client accepts by the link that `proposed` sent, as the use case has it; the client is no actor here."""
    answering = act(key, by="somebody", at=LATER)
    return use.answer_dates(store, answering, Link(PROPOSAL, CLIENT, ClientAnswer.ACCEPTED))


def said(known: Confirmation, answer: ClientAnswer, schedule: Schedule) -> ConfirmationDecision:
    """The client answers the newest proposal."""
    assert known.proposal is not None, "load a confirmation with its proposal"
    answering = act(answer, by="somebody", at=LATER)
    return known.answer(answering, known.proposal.id, answer, client=known.client, schedule=schedule)


def asked_about(work: Dates) -> tuple[Confirmation, Schedule]:
    """What the client says, and to which dates."""
    return work.confirmations.get(Confirmation.id_of(SESSION, CLIENT)), work.schedules.get(SESSION)


def moved(work: Dates) -> planning.Decisions:
    """The first date is another; nobody's rights are asked."""
    return planning.replan(
        act("move", at=LATER + timedelta(hours=1)),
        work.schedules.get(SESSION),
        {DateNo(1): meeting(10), DateNo(2): meeting(11)},
        on_sale=work.sessions.find(SESSION),
        confirmations=[work.confirmations.get(each) for each in work.confirmations.of_session(SESSION)],
    )


def stand(store: Store[Dates]) -> list[int]:
    """The versions of the schedule, the session and its clients."""
    with store.transaction() as work:
        clients = [work.confirmations.get(each).version for each in work.confirmations.of_session(SESSION)]
        return [work.schedules.get(SESSION).version, work.sessions.get(SESSION).version, *clients]


def load(work: Dates, state: DatesSample) -> DatesSample:
    """What is kept where *state* was saved."""
    match state:
        case Schedule():
            return work.schedules.get(state.id)
        case Confirmation():
            return work.confirmations.get(state.id)


def events(work: Dates, state: DatesSample) -> tuple[Event, ...]:
    """The events that are kept where *state* was saved."""
    match state:
        case Schedule():
            return tuple(work.schedules.events(state.id))
        case Confirmation():
            return tuple(work.confirmations.events(state.id))
