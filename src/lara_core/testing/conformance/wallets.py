"""Credits come out as if one had been spent after the other (W4 to W10). Part of `lara_core.testing.conformance`."""

from collections.abc import Callable
from functools import partial
from typing import Final

from attrs import evolve

from lara_core import enrolment as rules
from lara_core.hosting import partners as use
from lara_core.hosting.outbox import deliver
from lara_core.hosting.ports import Partnership, Receipt, Store
from lara_core.hosting.wallets import top_up
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Refused
from lara_core.kernel.ids import EnrolmentId, LimitId, PartnerId
from lara_core.kernel.people import Person
from lara_core.spending import SpendingDecision
from lara_core.telling.notices import Notice, Template
from lara_core.testing.conformance.doing import Withdrawn, named, outcome, save, under
from lara_core.testing.conformance.fixtures import NORTH, OpenPartnership, PartnerFixtures, Tamper
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import (
    ADMIN,
    ANA,
    BORIS,
    BUYER,
    COURSE,
    ENROLMENT,
    LIMIT,
    OTHER_ENROLMENT,
    OTHER_LIMIT,
    OTHER_PARTNER,
    PARTNER,
    act,
    attached,
    course_offered,
    entry,
    granted,
    limited,
    opened,
    topped_up,
)
from lara_core.wallet import CreditsToppedUp, EntryKind, Misfit, Mismatch, WalletDecision, audit

PRICE: Final = Credits(5)


class WalletsConformance(PartnerFixtures):
    """What a store promises of wallets, of the limits over them, and of who is told of them."""

    def test_an_entry_is_read_alone(self, open_store: OpenPartnership) -> None:
        """`entry` gives the entry that the event of that number is, or `None` where it is none (W7).

        Otherwise what is given back is not what was paid.
        """
        store = open_store(NORTH)
        begun = topped_up()
        wallet = save(store, begun)
        wallet = save(store, wallet.set_threshold(act("threshold"), Credits(3)))
        _ = save(store, wallet.debit(act("debit"), Credits(4), ENROLMENT))
        _ = save(store, topped_up(OTHER_PARTNER, amount=77))
        with store.transaction() as work:
            read = [work.wallets.entry(PARTNER, number) for number in range(1, 6)]
            other = work.wallets.entry(OTHER_PARTNER, 2)
        found = [one and (one.kind, one.number, one.change, one.balance) for one in read]
        expected = [None, (EntryKind.TOP_UP, 2, 10, 10), None, (EntryKind.DEBIT, 4, -4, 6), None]
        assert found == expected, "count events, not entries: the number is the wallet's version with the event"
        assert (read[1], other) == (entry(begun, 2), entry(topped_up(OTHER_PARTNER, amount=77), 2)), (
            "give the entry of that wallet, whole"
        )

    def test_a_reversal_is_known(self, open_store: OpenPartnership) -> None:
        """`is_reversed` says whether that entry of that wallet is undone, so that a second reversal is refused (W8).

        Otherwise one who has left is paid back twice.
        """
        store = ready(open_store, amount=10)
        for enrolment, person in ((ENROLMENT, ANA), (OTHER_ENROLMENT, BORIS)):
            _ = enrol(store, enrolment, person)
            _ = use.withdraw_participant(store, act(f"withdraw-{enrolment}"), enrolment)
        _ = use.reverse_enrolment(store, act("reverse"), ENROLMENT, reason="left")
        with store.transaction() as work:
            first, second = (work.enrolments.get(each).entry for each in (ENROLMENT, OTHER_ENROLMENT))
            assert first is not None, "load an enrolment with the entry that paid it"
            assert second is not None, "load an enrolment with the entry that paid it"
            known = [work.wallets.is_reversed(PARTNER, number) for number in (first, second)]
        assert known == [True, False], "say so of the very entry that another one undoes"
        again = outcome(use.reverse_enrolment, store, act("again"), ENROLMENT, reason="left")
        assert again is Refused, "an entry is undone once"
        with store.transaction() as work:
            wallet = work.wallets.get(PARTNER)
            assert wallet.balance == 5, "a second reversal changes nothing"
            paid = work.wallets.entry(PARTNER, second)
            assert paid is not None, "give the entry of that number"
            work.save(wallet.reverse(act("own"), paid, was_reversed=False, reason="left"))
            assert work.wallets.is_reversed(PARTNER, second), "let a transaction see what it has written"

    def test_what_is_not_reversed_is_not_reversed_meanwhile(self, open_store: OpenPartnership) -> None:
        """What `is_reversed` said is still true at the commit (W8).

        Otherwise an entry is undone twice by two who look at once. Here each undoes a top-up only while the other's is
        not undone, so neither overwrites the other: each is right, and together they are wrong.
        """
        for partner in (PARTNER, OTHER_PARTNER):
            _ = save(open_store(NORTH), attached(partner)), save(open_store(NORTH), topped_up(partner))
        meeting = Meeting()

        def undo(mine: PartnerId, other: PartnerId, work: Partnership) -> tuple[WalletDecision]:
            wallet, theirs = work.wallets.get(mine), work.wallets.is_reversed(other, 2)
            meeting.wait()
            if theirs:
                raise Withdrawn
            return (wallet.reverse(act(f"undo-{mine}"), entry(topped_up(mine), 2), was_reversed=False, reason="twice"),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(undo, PARTNER, OTHER_PARTNER)),
            under("other", partial(undo, OTHER_PARTNER, PARTNER)),
        )
        assert outcomes.count(Withdrawn) == 1, (
            "asking whether an entry is undone reads its wallet: check before the commit that this is unchanged, else "
            f"StaleState; or lock it. It came to {named(outcomes)}"
        )

    def test_a_wallet_is_debited_by_one_at_a_time(self, open_store: OpenPartnership) -> None:
        """Of two who spend the last credits at once, one does, and the other is refused (W4, W5).

        Otherwise the balance is below zero, or one participant was never paid for.
        """
        _ = ready(open_store, amount=5)
        outcomes = at_once(partial(open_store, NORTH), *debits(Meeting(), (PARTNER, PARTNER)))
        assert outcomes.count(Refused) == 1, (
            f"save a wallet only on the version that was read, else StaleState. It came to {named(outcomes)}"
        )
        with open_store(NORTH).transaction() as work:
            wallet, history = work.wallets.get(PARTNER), tuple(work.wallets.events(PARTNER))
        assert (wallet.balance, audit(PARTNER, enumerate(history, 1))) == (0, None), "keep both of what is one decision"

    def test_a_limit_holds_over_two_wallets_at_once(self, open_store: OpenPartnership) -> None:
        """Of two partners of one group that spend its last credits at once, one does (W10).

        Otherwise the group spends more than it may. Each has a wallet of its own, so they meet in the limit alone.
        """
        store = ready(open_store, amount=10)
        _ = save(store, attached(OTHER_PARTNER)), save(store, topped_up(OTHER_PARTNER))
        _ = save(store, limited(LIMIT, PARTNER, OTHER_PARTNER, amount=5))
        outcomes = at_once(partial(open_store, NORTH), *debits(Meeting(), (PARTNER, OTHER_PARTNER)))
        with open_store(NORTH).transaction() as work:
            spent = work.limits.get(LIMIT).spent
        assert (outcomes.count(Refused), spent) == (1, 5), (
            f"save a limit only on the version that was read, else StaleState. It came to {named(outcomes)}"
        )

    def test_a_limit_that_is_set_meanwhile_is_not_missed(self, open_store: OpenPartnership) -> None:
        """Where `over` said that a partner spends under no limit, that is still true at the commit (W10).

        Otherwise what is spent meanwhile counts nowhere. Here each of two limits is set only while there is none. Who
        looks for what is not there reads no version that could move.
        """
        meeting = Meeting()

        def limit(name: LimitId, work: Partnership) -> tuple[SpendingDecision]:
            found = work.limits.over(PARTNER)
            meeting.wait()
            if found is not None:
                raise Withdrawn
            return (limited(name),)

        outcomes = at_once(
            partial(open_store, NORTH), *(under(name, partial(limit, name)) for name in (LIMIT, OTHER_LIMIT))
        )
        assert outcomes.count(Withdrawn) == 1, (
            "look again before the commit for the limit over a partner, and be StaleState where it is another one now; "
            f"or lock the place where it would be. It came to {named(outcomes)}"
        )

    def test_an_enrolment_is_answered_again_when_credits_are_gone(self, open_store: OpenPartnership) -> None:
        """A repeated enrolment gets its first receipt, also where credits do not suffice any more (K4, W4).

        Otherwise a double click is refused for lack of the credits that the first click has spent, or charged twice.
        """
        store = ready(open_store, amount=10)
        _ = save(store, limited(amount=100)), save(store, opened())
        people = {ENROLMENT: ANA, OTHER_ENROLMENT: BORIS}
        enrolling = partial(use.enrol, store, act("enrol"), PARTNER, COURSE, people, shown=PRICE)
        receipt = enrolling()
        assert outcome(enrol, store, EnrolmentId("late"), BORIS) is Refused, "by now the rule refuses it"
        assert outcome(enrolling) == receipt, "keep all of a receipt, however much one command did"
        with store.transaction() as work:
            assert work.wallets.get(PARTNER).balance == 0, "a repeated command changes nothing"

    def test_who_has_to_hear_of_a_refusal_is_told_once(self, open_store: OpenPartnership) -> None:
        """That credits do not suffice is told although nothing else is saved, once until credits come (W5, K12).

        Otherwise nobody tops up, or everybody is told at each click.
        """
        store = ready(open_store, amount=4)
        sent: list[Notice] = []
        with store.transaction() as work:
            organisation = work.organisation
        for key in ("first", "second"):
            assert outcome(enrol, store, ENROLMENT, ANA, key=key) is Refused, "by now the rule refuses it"
            _ = deliver(store, sent.append)
            with store.transaction() as work:
                assert work.answer(ADMIN, act(key).key) is None, "a refusal leaves the key fresh"
                assert work.wallets.get(PARTNER).version == 2, "a refusal writes nothing but its notices"
        read = sorted((each.to, each.template, each.partner, each.price, each.available) for each in sent)
        expected = sorted((to, Template.WALLET_EXHAUSTED, PARTNER, 5, 4) for to in (organisation, BUYER))
        assert read == expected, (
            "tell the organisation and each administrator of the partner, once, with what is lacking"
        )
        _ = top_up(store, act("more"), PARTNER, Credits(1), reason="invoice 2")
        _ = enrol(store, ENROLMENT, ANA)
        assert outcome(enrol, store, OTHER_ENROLMENT, BORIS) is Refused, "the credits are spent"
        assert deliver(store, sent.append) == 3, "tell the participant; and who is to top up again, once more"

    def test_a_history_that_was_edited_is_found(self, open_store: OpenPartnership, tamper: Tamper) -> None:
        """An audit of a wallet's events finds what somebody has changed by hand (W7).

        Otherwise whoever has the database's password gives away credits, and nothing shows it. What `events` gives must
        be what is kept, not what was remembered or worked out.
        """
        store = open_store(NORTH)
        begun = topped_up()
        _ = save(store, attached())
        wallet = save(store, begun)
        _ = save(store, wallet.debit(act("debit"), Credits(4), ENROLMENT))

        def found() -> Mismatch | None:
            with open_store(NORTH).transaction() as work:
                return audit(PARTNER, enumerate(work.wallets.events(PARTNER), 1))

        assert found() is None, "keep a wallet's events as they were saved"
        _, event = begun.events
        assert isinstance(event, CreditsToppedUp), "keep what was topped up"
        _ = tamper(NORTH, PARTNER, 2, evolve(event, amount=Credits(9), balance=Credits(9)))
        assert found() == Mismatch(3, Misfit.BALANCE), "read the events that are kept, whenever they are asked for"


def ready(open_store: OpenPartnership, *, amount: int) -> Store[Partnership]:
    """A store in which `ADMIN` may do everything, and a partner has a wallet with *amount* and is offered a course."""
    store = open_store(NORTH)
    _ = save(store, granted()), save(store, attached(PARTNER, BUYER)), save(store, course_offered())
    _ = save(store, topped_up(amount=amount))
    return store


def enrol(store: Store[Partnership], enrolment: EnrolmentId, person: Person, *, key: str | None = None) -> Receipt:
    """Enrol somebody of `PARTNER` in the course."""
    return use.enrol(store, act(key or f"enrol-{enrolment}"), PARTNER, COURSE, {enrolment: person}, shown=PRICE)


def debits(
    meeting: Meeting, partners: tuple[PartnerId, PartnerId]
) -> list[Callable[[Store[Partnership]], Receipt | type[Exception]]]:
    """Two who debit, each somebody of their own, and meet when both have read."""

    def debit(partner: PartnerId, enrolment: EnrolmentId, person: Person, work: Partnership) -> rules.Decisions:
        wallet, over = work.wallets.get(partner), work.limits.over(partner)
        limit = None if over is None else work.limits.get(over)
        meeting.wait()
        return rules.enrol(
            act(f"enrol-{enrolment}"),
            wallet,
            COURSE,
            {enrolment: person},
            shown=PRICE,
            in_force=PRICE,
            participants=(),
            limit=limit,
        ).decisions

    people = (ENROLMENT, ANA), (OTHER_ENROLMENT, BORIS)
    return [
        under(f"enrol-{enrolment}", partial(debit, partner, enrolment, person))
        for partner, (enrolment, person) in zip(partners, people, strict=True)
    ]
