"""Partner companies, and what they are offered and enrol in. Part of `lara_core.testing.conformance`."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Final

from lara_core.hosting.erasure import erase_person
from lara_core.hosting.ports import Partnership
from lara_core.kernel.decisions import Event, Refused
from lara_core.kernel.erasure import erased
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId, EnrolmentId, PartnerId
from lara_core.offerings import Offering
from lara_core.participants import Enrolment, EnrolmentDecision
from lara_core.partners import Partner, PartnerDecision
from lara_core.spending import SpendingLimit
from lara_core.testing.conformance.doing import Withdrawn, named, outcome, save, under
from lara_core.testing.conformance.fixtures import NORTH, SOUTH, OpenPartnership, PartnerFixtures
from lara_core.testing.laws import fold
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import (
    ADMIN,
    ALIKE,
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    COURSE,
    DAWUD,
    EDITH,
    ENROLMENT,
    ERASING,
    FAYE,
    LIMIT,
    OTHER_COURSE,
    OTHER_ENROLMENT,
    OTHER_PARTNER,
    OTHER_SESSION,
    PARTNER,
    SESSION,
    TOMBSTONE,
    TOMBSTONE_ACTOR,
    PartnerSample,
    act,
    attached,
    differences,
    histories_of_partners,
    opened,
    taking_part,
    topped_up,
    waiting,
)
from lara_core.testing.samples.partners import course_offered, limited
from lara_core.wallet import Wallet

BOSS: Final = ActorId("boss")


class PartnersConformance(PartnerFixtures):
    """What a store promises of partners, offerings and enrolments, and of all that is kept of partner companies."""

    def test_what_partners_do_is_kept(self, open_store: OpenPartnership) -> None:
        """Partners, offerings, wallets, limits and enrolments come back as they were saved, with all events (K3, K5).

        Otherwise a rule decides on what never was: a wallet without its threshold, a price that is nobody's, a hold
        that never lapses.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        _ = save(store, opened())
        for history in histories_of_partners():
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

    def test_what_partners_do_not_have_is_not_found(self, open_store: OpenPartnership) -> None:
        """What is not kept is `NotFound`, and nobody administers, limits or takes part in what is not there.

        Otherwise a mistyped link wakes somebody who is on call, or a partner that has no wallet has one.
        """
        with open_store(NORTH).transaction() as work:
            for history in histories_of_partners():
                for question in (load, events):
                    assert outcome(question, work, history[0].state) is NotFound, "raise NotFound where nothing is kept"
            assert [*work.administrators(PARTNER)] == [], "nobody administers a partner that is not there"
            assert work.partners.administered_by(ADMIN) is None, "give None for who administers no partner"
            assert work.limits.over(PARTNER) is None, "give None for a partner without a limit"
            assert [*work.enrolments.of_session(SESSION)] == [], "a session without enrolments has none"
            assert not EDITH.is_in(work.participants(COURSE)), "nobody takes part in a course without enrolments"

    def test_partners_that_look_alike_are_different(self, open_store: OpenPartnership) -> None:
        """Ids of partners and courses are compared character by character, at their full length (R2).

        Otherwise a database's collation gives one partner another one's credits.
        """
        store = open_store(NORTH)
        for credits_in, name in enumerate(ALIKE, 1):
            partner = PartnerId(name)
            _ = save(store, attached(partner)), save(store, topped_up(partner, amount=credits_in))
        with store.transaction() as work:
            found = [
                (work.partners.get(partner).name, work.wallets.get(partner).balance)
                for partner in map(PartnerId, ALIKE)
            ]
        expected = [(f"Company {name}"[:255], credits_in) for credits_in, name in enumerate(ALIKE, 1)]
        assert found == expected, "compare ids byte by byte (no case folding, no normalisation), at their full length"

    def test_partners_of_two_organisations_do_not_meet(self, open_store: OpenPartnership) -> None:
        """Two organisations may use the same ids of partners and courses, and see nothing of each other (R2).

        Otherwise one customer spends another's credits.
        """
        north, south = open_store(NORTH), open_store(SOUTH)
        _ = save(north, attached(PARTNER, BOSS)), save(north, topped_up()), save(north, limited())
        _ = save(north, course_offered()), save(north, opened()), save(north, taking_part(session=SESSION))
        with south.transaction() as work:
            for state in (attached().state, topped_up().state, course_offered().state, taking_part().state):
                assert outcome(load, work, state) is NotFound, "what is another organisation's is not found"
            told = (
                [*work.administrators(PARTNER)],
                work.partners.administered_by(BOSS),
                work.limits.over(PARTNER),
                [*work.enrolments.of_session(SESSION)],
                EDITH.is_in(work.participants(COURSE)),
            )
        assert told == ([], None, None, [], False), "each organisation has partners, limits and participants of its own"

    def test_administrators_are_known(self, open_store: OpenPartnership) -> None:
        """It is known who administers a partner now, and which partner somebody administers (W2).

        Otherwise whoever has left the company still reads of its wallet, and cannot work for another one.
        """
        store = open_store(NORTH)
        partner = save(store, attached(PARTNER, ADMIN, BOSS))
        _ = save(store, attached(OTHER_PARTNER, BUYER))
        _ = save(store, partner.dismiss(act("dismiss"), BOSS))
        with store.transaction() as work:
            administrators = [sorted(work.administrators(each)) for each in (PARTNER, OTHER_PARTNER)]
            administered = [work.partners.administered_by(each) for each in (ADMIN, BUYER, BOSS)]
            assert administrators == [[ADMIN], [BUYER]], "name who administers that partner now, and nobody else"
            assert administered == [PARTNER, OTHER_PARTNER, None], "give the partner that somebody administers now"
            moved = work.partners.get(OTHER_PARTNER).appoint(act("move"), BOSS, administers=None)
            work.save(moved)
            assert work.partners.administered_by(BOSS) == OTHER_PARTNER, "let a transaction see what it has written"

    def test_nobody_administers_two_partners_at_once(self, open_store: OpenPartnership) -> None:
        """Of two partners that appoint the same person at once, one does (W2).

        Otherwise one company's administrator reads of another. Neither partner's version is changed by the other: what
        both rely on is that somebody administers nothing yet.
        """
        _ = save(open_store(NORTH), attached()), save(open_store(NORTH), attached(OTHER_PARTNER))
        meeting = Meeting()

        def appoint(partner: PartnerId, work: Partnership) -> tuple[PartnerDecision]:
            found, administers = work.partners.get(partner), work.partners.administered_by(BOSS)
            meeting.wait()
            return (found.appoint(act(f"appoint-{partner}"), BOSS, administers=administers),)

        outcomes = at_once(
            partial(open_store, NORTH),
            *(under(f"appoint-{partner}", partial(appoint, partner)) for partner in (PARTNER, OTHER_PARTNER)),
        )
        assert outcomes.count(Refused) == 1, (
            "look again before the commit which partner somebody administers, and be StaleState where it is another "
            f"now; or lock it, as a unique index on administrators does. It came to {named(outcomes)}"
        )

    def test_participants_are_known(self, open_store: OpenPartnership) -> None:
        """`participants` knows who takes part in a course or waits to, by account and by address, of any partner (W4).

        Otherwise somebody is paid for twice, or who has left can never come back.
        """
        store = open_store(NORTH)
        names = [EnrolmentId(f"enrolment-{number}") for number in range(1, 8)]
        _ = save(store, taking_part(names[0], ANA)), save(store, waiting(names[1], FAYE))
        _ = save(store, waiting(names[2], DAWUD, partner=OTHER_PARTNER))
        _ = save(store, save(store, taking_part(names[3], BORIS)).withdraw(act("withdraw")))
        _ = save(store, save(store, waiting(names[4], CHLOE)).drop(act("drop")))
        _ = save(store, taking_part(names[5], EDITH, course=OTHER_COURSE))
        with store.transaction() as work:
            participants, elsewhere = work.participants(COURSE), work.participants(OTHER_COURSE)
            for person in (ANA, FAYE, DAWUD):
                assert all(key in participants for key in person.keys), (
                    "name each key of all who take part or wait to, whichever partner's they are"
                )
            for person in (BORIS, CHLOE, EDITH):
                assert not person.is_in(participants), "leave out who has left or was dropped, and who is elsewhere"
            assert EDITH.is_in(elsewhere), "each course has participants of its own"
            work.save(work.enrolments.get(names[0]).withdraw(act("leave")))
            assert not ANA.is_in(work.participants(COURSE)), "let a transaction see what it has written"

    def test_nobody_is_enrolled_twice_at_once(self, open_store: OpenPartnership) -> None:
        """Of two partners that enrol the same person in one course at once, one does (W4).

        Otherwise two pay for one participant. Neither wallet's version is changed by the other: what both rely on is
        the roster of the course.
        """
        meeting = Meeting()

        def enrol(partner: PartnerId, enrolment: EnrolmentId, work: Partnership) -> tuple[EnrolmentDecision]:
            participants = work.participants(COURSE)
            # Asked before the meeting, for a roster may look only when it is asked.
            there = ANA.is_in(participants)
            meeting.wait()
            if there:
                raise Withdrawn
            return (taking_part(enrolment, ANA, partner=partner),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(enrol, PARTNER, ENROLMENT)),
            under("other", partial(enrol, OTHER_PARTNER, OTHER_ENROLMENT)),
        )
        assert outcomes.count(Withdrawn) == 1, (
            "give the participants of each course a version, which `participants` reads, and which the commit of a "
            "decision that begins or ends an enrolment checks and advances, else StaleState; or lock it. It came to "
            f"{named(outcomes)}"
        )

    def test_enrolments_are_found_by_their_session(self, open_store: OpenPartnership) -> None:
        """The enrolments that have their place in a session are listed, also those that are over, and no others (W8).

        Otherwise a session is cancelled, and the credits of some who were enrolled in it are never given back.
        """
        store = open_store(NORTH)
        _ = save(store, opened()), save(store, opened(OTHER_SESSION))
        _ = save(store, taking_part(OTHER_ENROLMENT, ANA, session=SESSION, partner=OTHER_PARTNER))
        _ = save(store, save(store, taking_part(session=SESSION)).withdraw(act("withdraw")))
        _ = save(store, taking_part(EnrolmentId("elsewhere"), BORIS, session=OTHER_SESSION))
        _ = save(store, taking_part(EnrolmentId("nowhere"), CHLOE))
        with store.transaction() as work:
            found = [sorted(work.enrolments.of_session(each)) for each in (SESSION, OTHER_SESSION)]
        assert found == [[ENROLMENT, OTHER_ENROLMENT], ["elsewhere"]], (
            "list that session's enrolments alone, of whichever partner and in whatever state"
        )

    def test_partners_forget_whoever_was_erased(self, open_store: OpenPartnership) -> None:
        """Enrolments and their history have the tombstone, and so has the roster; administrators are renamed (K13).

        Otherwise somebody who asked to be forgotten is still named in a wallet's movements, and still told of them.
        """
        store, told = open_store(NORTH), histories_of_partners()
        _ = save(store, opened())
        for decision in chain.from_iterable(told):
            _ = save(store, decision)
        states: Sequence[PartnerSample] = [history[-1].state for history in told]
        with store.transaction() as work:
            before = [(load(work, state), events(work, state)) for state in states]
        erase_person(store, ERASING)
        with open_store(NORTH).transaction() as work:
            after = [(load(work, state), events(work, state)) for state in states]
            participants = work.participants(COURSE)
            assert not ANA.is_in(participants), "rewrite what was derived from people, too"
            assert TOMBSTONE.is_in(participants), "tombstones take part where people did"
            administrators = work.administrators(PARTNER)
            assert TOMBSTONE_ACTOR in administrators, "rename who administers"
            assert ActorId("ana") not in administrators, "rename who administers"
            assert work.partners.administered_by(ActorId("ana")) is None, "rename who administers"
        for was, found in zip(before, after, strict=True):
            lost = differences(erased(was, ERASING), found, type(found[0]).__name__)
            assert not lost, f"rewrite every state and every event by `erased`, and nothing else: {lost}"

    def test_a_limit_is_known(self, open_store: OpenPartnership) -> None:
        """`over` gives the limit that a partner spends under now: the latest that was set over it (W10).

        Otherwise a group spends more than it may; or a partner that has left it is refused for what others spent.
        """
        store = open_store(NORTH)
        limit = save(store, limited(LIMIT, PARTNER, OTHER_PARTNER))
        with store.transaction() as work:
            found = [work.limits.over(each) for each in (PARTNER, OTHER_PARTNER, PartnerId("third"))]
        assert found == [LIMIT, LIMIT, None], "give the limit that a partner is a member of"
        _ = save(store, limit.change(act("leave"), limit.amount, frozenset({PARTNER})))
        with store.transaction() as work:
            found = [work.limits.over(each) for each in (PARTNER, OTHER_PARTNER)]
        assert found == [LIMIT, None], "whoever has left a group spends under its limit no more"


def load(work: Partnership, state: PartnerSample) -> PartnerSample:
    """What is kept where *state* was saved."""
    match state:
        case Partner():
            return work.partners.get(state.id)
        case Offering():
            return work.offerings.get(state.id)
        case Wallet():
            return work.wallets.get(state.id)
        case SpendingLimit():
            return work.limits.get(state.id)
        case Enrolment():
            return work.enrolments.get(state.id)


def events(work: Partnership, state: PartnerSample) -> tuple[Event, ...]:
    """The events that are kept where *state* was saved."""
    match state:
        case Partner():
            return tuple(work.partners.events(state.id))
        case Offering():
            return tuple(work.offerings.events(state.id))
        case Wallet():
            return tuple(work.wallets.events(state.id))
        case SpendingLimit():
            return tuple(work.limits.events(state.id))
        case Enrolment():
            return tuple(work.enrolments.events(state.id))
