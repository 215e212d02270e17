"""The conformance suite of selling catches what it is for: each of its tests has a store that fails that one alone.

Each fault is one that real adapters have: a lost column, a collation, a sequence for numbers, an upsert.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from typing import Final, TypeAlias, cast, get_args

import pytest
from attrs import NOTHING, AttrsInstance, evolve, fields

from lara_core.cart import Attempt, BasketState, Cart, CartEvent, Line, Method, Tax
from lara_core.documents import Numbering, NumberingEvent
from lara_core.hosting.ports import Answer
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ProviderId, RefundId, RegistrationId, TransactionId
from lara_core.promotions import CodeEvent, Discount, PromotionCode, Window
from lara_core.providers import (
    Arrangement,
    ArrangementEvent,
    MerchantAccount,
    Period,
    Provider,
    ProviderEvent,
    Sellers,
    Training,
    TrainingEvent,
)
from lara_core.registrations import Registration
from lara_core.telling.notices import Notice
from lara_core.testing import races
from lara_core.testing.conformance import SellingConformance
from lara_core.testing.memory import (
    Kept,
    MemoryNumberings,
    MemoryProviders,
    MemoryRegistrations,
    MemoryStore,
    MemoryWork,
    Name,
    Stream,
)
from lara_core.testing.samples import histories_of_selling
from tests.test_conformance import HostStore, LosesWrites, SerialStore, each, of_suites, parts, passes, working

Opener: TypeAlias = Callable[[str], MemoryStore]
TESTS: Final = of_suites(SellingConformance)


def broken(opener: Callable[[], Opener]) -> set[str]:
    """Return the names of the tests that fail on new stores of *opener*, one for each test."""
    return {name for name, test in TESTS.items() if not passes(test, opener())}


# --- Stores that keep everything


def test_a_store_that_compares_versions_passes() -> None:
    """What the faults are put into is not what is found."""
    assert broken(partial(each, HostStore)) == set()


def test_a_store_that_locks_passes() -> None:
    """Both ways of keeping the promises are right: the suite does not ask for one of them."""
    assert broken(partial(each, SerialStore)) == set()


# --- Faults: what is kept


class ForgetsApproval(MemoryWork):
    """Has no column for the sessions in which approval was asked."""

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        state = decision.state
        if isinstance(state, Cart):
            attempts = tuple(evolve(made, approval=frozenset()) for made in state.attempts)
            decision = Decision(evolve(state, attempts=attempts), decision.events)
        super().save(decision)


class FindsNoDocuments(MemoryWork):
    """Gives a series without documents where there is none."""

    @property
    def numberings(self) -> MemoryNumberings:
        class Numberings(MemoryNumberings):
            def events(self, name: str, /) -> Sequence[NumberingEvent]:
                try:
                    return super().events(name)
                except NotFound:
                    return ()

        return Numberings(self, Numbering)


class FoldsCodes(MemoryWork):
    """Finds codes whatever their case, as people type them."""

    def look(self, kind: type[object], name: str) -> Stream | None:
        alike = [known for of, known in self.streams if of == "PromotionCode" and known.casefold() == name.casefold()]
        return super().look(kind, alike[0] if alike and kind is PromotionCode else name)


class SharesCodes(HostStore):
    """Has one table of codes for all organisations."""

    all_of_them: list["SharesCodes"]

    def begin(self) -> MemoryWork:
        theirs: dict[Name, Stream] = {
            name: stream
            for store in self.all_of_them
            for name, stream in store._kept.streams.items()
            if store is not self and name[0] == "PromotionCode"
        }
        mine = self._kept
        return MemoryWork(evolve(mine, streams={**theirs, **mine.streams}) if theirs else mine, self)


def sharing_codes() -> Opener:
    """Return what opens stores that know each other's codes."""
    stores: dict[str, SharesCodes] = {}
    all_of_them: list[SharesCodes] = []

    def open_store(organisation: str) -> MemoryStore:
        if organisation not in stores:
            stores[organisation] = SharesCodes()
            stores[organisation].all_of_them = all_of_them
            all_of_them.append(stores[organisation])
        return stores[organisation]

    return open_store


class KeepsCarts(MemoryWork):
    """Leaves carts as they are when somebody is erased: they are only baskets, after all."""

    def erase(self, erasure: Erasure) -> None:
        before = {name: stream for name, stream in self.streams.items() if name[0] == "Cart"}
        super().erase(erasure)
        self.streams.update(before if self.rewritten else {})


# --- Faults: who sells


class KnowsWhoSold(MemoryWork):
    """Looks for providers past its own writes."""

    @property
    def providers(self) -> MemoryProviders:
        class Providers(MemoryProviders):
            def __contains__(self, provider: object, /) -> bool:
                found = super().__contains__(provider)
                return found and ("Provider", provider) in self.work.began.streams

        return Providers(self, Provider)


class LeavesWhoIsMissing(MemoryWork):
    """Compares the versions of the providers that were there: what was not there has none."""

    def overtaken(self, now: Kept) -> bool:
        known = self.began.streams.keys() | self.streams.maps[0].keys()
        self.read -= {name for name in self.read if name[0] == "Provider" and name not in known}
        return super().overtaken(now)


class ReadsTermsOnce(MemoryWork):
    """Does not guard the terms that it has read."""

    def overtaken(self, now: Kept) -> bool:
        known = self.began.streams.keys() - self.streams.maps[0].keys()
        self.read -= {name for name in known if name[0] == "Provider"}
        return super().overtaken(now)


# --- Faults: codes and baskets


class LosesUses(LosesWrites):
    """Writes a code over one that somebody else has written."""

    table = "PromotionCode"


class LosesCarts(LosesWrites):
    """Writes a cart over one that somebody else has written."""

    table = "Cart"


class CountsPlacesAtOnce(HostStore):
    """Has the places of sessions in a cache, which knows nothing of transactions."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except BaseException:
                counted = {name: stream for name, stream in work.streams.maps[0].items() if name[0] == "Session"}
                self._kept = evolve(self._kept, streams={**self._kept.streams, **counted})
                raise


class KeepsShortReceipts(MemoryWork):
    """Has a short column for receipts."""

    def record(self, answer: Answer) -> None:
        super().record(evolve(answer, receipt=evolve(answer.receipt, written=answer.receipt.written[:3])))


class ForgetsBaskets(MemoryWork):
    """Has no column for the cart of a notice."""

    def put_out(self, notices: Sequence[Notice]) -> None:
        super().put_out([evolve(notice, cart=None) for notice in notices])


class FindsEveryPlace(MemoryWork):
    """Finds all registrations that were sold, whatever they were bought with."""

    @property
    def registrations(self) -> MemoryRegistrations:
        class Registrations(MemoryRegistrations):
            def of_transaction(self, transaction: TransactionId) -> Sequence[RegistrationId]:
                return [found.id for found in self.all() if found.sale is not None]

        return Registrations(self, Registration)


# --- Faults: documents


class KnowsInvoicesAlone(MemoryWork):
    """Finds a document by its transaction, whatever it is for."""

    @property
    def numberings(self) -> MemoryNumberings:
        class Numberings(MemoryNumberings):
            def issued(
                self,
                provider: ProviderId,
                transaction: TransactionId,
                refund: RefundId | None = None,
            ) -> int | None:
                return super().issued(provider, transaction)

        return Numberings(self, Numbering)


class ReadsNumbersOnce(MemoryWork):
    """Does not guard which documents there are."""

    @property
    def numberings(self) -> MemoryNumberings:
        class Numberings(MemoryNumberings):
            def issued(
                self, provider: ProviderId, transaction: TransactionId, refund: RefundId | None = None
            ) -> int | None:
                before = set(self.work.read)
                found = super().issued(provider, transaction, refund)
                self.work.read = before
                return found

        return Numberings(self, Numbering)


class LosesNumbers(LosesWrites):
    """Writes a series over one that somebody else has written."""

    table = "Numbering"


class CountsBeside(HostStore):
    """Has its numbers from a sequence, which no rollback takes back."""

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            try:
                yield work
            except BaseException:
                counted = {name: stream for name, stream in work.streams.maps[0].items() if name[0] == "Numbering"}
                self._kept = evolve(self._kept, streams={**self._kept.streams, **counted})
                raise


FAULTS: Final[Mapping[str, Callable[[], Opener]]] = {
    "test_what_is_sold_is_kept": partial(working, ForgetsApproval),
    "test_what_nobody_sells_is_not_found": partial(working, FindsNoDocuments),
    "test_what_is_sold_and_looks_alike_is_different": partial(working, FoldsCodes),
    "test_two_organisations_sell_apart": sharing_codes,
    "test_carts_forget_whoever_was_erased": partial(working, KeepsCarts),
    "test_who_sells_is_known": partial(working, KnowsWhoSold),
    "test_a_provider_that_opens_meanwhile_is_not_missed": partial(working, LeavesWhoIsMissing),
    "test_terms_do_not_change_under_a_checkout": partial(working, ReadsTermsOnce),
    "test_the_last_use_of_a_code_goes_to_one": partial(working, LosesUses),
    "test_a_basket_is_paid_once": partial(working, LosesCarts),
    "test_a_checkout_is_whole": partial(each, CountsPlacesAtOnce),
    "test_places_are_found_by_what_bought_them": partial(working, FindsEveryPlace),
    "test_a_payment_is_answered_again": partial(working, KeepsShortReceipts),
    "test_who_pays_is_told": partial(working, ForgetsBaskets),
    "test_a_documents_number_is_known": partial(working, KnowsInvoicesAlone),
    "test_what_is_not_numbered_is_not_numbered_meanwhile": partial(working, ReadsNumbersOnce),
    "test_numbers_have_no_gaps_and_no_repeats": partial(working, LosesNumbers),
    "test_what_is_undone_leaves_no_number": partial(each, CountsBeside),
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


# --- What it stores

STORIES: Final = histories_of_selling()
EVENTS: Final = frozenset(
    kind
    for union in (ProviderEvent, ArrangementEvent, TrainingEvent, CartEvent, CodeEvent, NumberingEvent)
    for kind in get_args(union)
)
STATES: Final = {Provider, Arrangement, Training, Cart, PromotionCode, Numbering}


def test_the_samples_hold_every_event() -> None:
    """A new event is not left out of what the suite stores."""
    assert {type(event) for history in STORIES for decision in history for event in decision.events} == EVENTS


def test_the_samples_fill_every_field() -> None:
    """A store cannot lose a field unseen: somewhere each is neither empty nor what it is unless told."""
    own = EVENTS | STATES | {MerchantAccount, Sellers, Period, Line, Tax, Attempt, Discount, Window}
    filled: defaultdict[type[AttrsInstance], set[str]] = defaultdict(set)
    for value in parts(STORIES):
        for field in fields(type(value)):
            found = getattr(value, field.name)
            usual = cast("object", field.default)
            if found not in ((), None, frozenset()) and found != {} and (usual is NOTHING or found != usual):
                filled[type(value)].add(field.name)
    assert {kind: {field.name for field in fields(kind)} - filled[kind] for kind in own} == {
        kind: set() for kind in own
    }


def test_the_samples_hold_every_choice() -> None:
    """A store cannot take one state of a basket, or one way to pay it, for another unseen."""
    stored = {
        found
        for value in parts(STORIES)
        for field in fields(type(value))
        for found in [cast("object", getattr(value, field.name))]
        if isinstance(found, StrEnum)
    }
    # A basket is open where nobody has tried to pay it, and then nothing is stored.
    assert stored == {*BasketState, *Method} - {BasketState.OPEN}
