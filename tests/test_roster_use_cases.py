"""The import of rosters, over the memory store: what a host calls, and who may (O6, O7)."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import getmembers, isfunction
from io import BytesIO
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.access import CourseFacts
from lara_core.formats import rosters
from lara_core.formats.rosters import BATCH, Roster
from lara_core.hosting import offers
from lara_core.hosting import rosters as use
from lara_core.hosting.ports import Receipt
from lara_core.hosting.rosters import Imported
from lara_core.kernel.decisions import Act, Aggregate
from lara_core.kernel.errors import BadValue, IdReused, NotFound
from lara_core.kernel.ids import ActorId, CourseId, GrantId, Key, OfferId, PartnerId
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessGranted,
    AccessMessage,
    AccessTerms,
    GrantState,
    Moment,
    OfferEmpty,
    OfferOver,
    OfferTerms,
    Product,
    Purchase,
    Window,
)
from lara_core.rights import MATRIX, Action, NotGranted, Right, Scope
from lara_core.rosters import BadRow, Columns, Contact, Counts, Outcome, QuoteOpen, ReadingStopped, Reason
from lara_core.telling.notices import Notice, Template
from lara_core.testing.memory import MemoryStore, MemoryWork
from lara_core.testing.races import at_once, insist
from tests.builders import ANN, ENDS, NOW, PRICE, act, answer, granted, strictly
from tests.formats.rosters.files import xls, xlsx
from tests.use_cases import use_cases_in

EXCEL, WORD = CourseId("excel"), CourseId("word")
PLAN, OTHER, EMPTY, OVER = OfferId("plan"), OfferId("other"), OfferId("empty"), OfferId("over")
ACT: Final = act()
VIEW: Final = frozenset({Action.VIEW})
TERMS: Final = OfferTerms("Excel, spring", {EXCEL: Product(), WORD: Product()}, PRICE)
NOTHING: Final = OfferTerms("Nothing yet", {})
FINISHED: Final = OfferTerms("Excel, winter", {EXCEL: Product(AccessTerms(ends=Moment.at(NOW)))})

# Line 1 is the heading, line 6 is blank; lines 3 and 8 say nobody, and line 5 is Dan again.
LINES: Final = (
    "E-mail;First name;Last name",
    "ann@example.com;Ann;Lee",
    "ben at example.com;Ben;Roy",
    "dan@example.com;Dan;Diaz",
    "DAN@EXAMPLE.COM;Dan;Diaz",
    "",
    "flo@example.com;Flo;Fox",
    ";Gus;Gill",
    "hal@example.com;Hal;Hill",
)
ADDRESSES: Final = ("ann@example.com", "dan@example.com", "flo@example.com", "hal@example.com")
BAD: Final = (
    BadRow(3, ("ben at example.com", "Ben", "Roy"), Reason.ADDRESS_WRONG),
    BadRow(8, ("", "Gus", "Gill"), Reason.ADDRESS_MISSING),
)
ALL_NEW: Final = Outcome(new=4, duplicate=1, rejected=BAD)
ALL_KNOWN: Final = Outcome(known=4, duplicate=1, rejected=BAD)
# With two rows in a batch: lines 2 and 3, 4 and 5, 7 and 8, 9.
BATCHES: Final = 4

# Which rights each asks for.
NEEDS: Final[Mapping[Callable[..., Outcome], Collection[tuple[Right, Action]]]] = {
    use.import_grants: [(Right.REGISTER_BY_IMPORT, Action.VIEW)],
    use.import_contacts: [(Right.REGISTER_BY_IMPORT, Action.VIEW)],
}
NEEDED: Final = NotGranted(Right.REGISTER_BY_IMPORT, Action.VIEW)


def read(*lines: str, columns: Columns | None = None) -> Roster:
    """A file of these lines."""
    return rosters.read(BytesIO("\n".join(lines).encode()), columns=columns)


def bring(store: MemoryStore, doing: Act = ACT, roster: Roster | None = None, **given: Any) -> Outcome:
    """Import a roster, two rows at a time, unless it is said otherwise."""
    asked: dict[str, Any] = {"offer": PLAN, "size": 2, **given}
    return use.import_grants(store, doing, roster=read(*LINES) if roster is None else roster, **asked)


def of(store: MemoryStore) -> MemoryStore:
    """The store, with a manager who may do everything, two offers, one of nothing, and one that is over."""
    _ = strictly(store, granted("manager"))
    for offer, terms in ((PLAN, TERMS), (OTHER, TERMS), (EMPTY, NOTHING), (OVER, FINISHED)):
        _ = offers.draft_offer(store, act(key=f"world-{offer}"), offer, terms)
    return store


def bare() -> MemoryStore:
    """A store that asks for rights, in which nothing is but a course that learners see."""
    return strictly(MemoryStore(courses=[CourseFacts(EXCEL, published=True)], places={}), granted("manager"))


@pytest.fixture
def world() -> MemoryStore:
    """Offers, and nobody who has any."""
    return of(MemoryStore(courses=[CourseFacts(EXCEL, published=True)], places={}))


def states(store: MemoryStore) -> Sequence[Aggregate]:
    """All that an import could change, as it stands."""
    with store.transaction() as work:
        return (*work.offers.all(), *work.offer_grants.all())


def people(store: MemoryStore, offer: OfferId = PLAN) -> list[str]:
    """The addresses of all who were granted an offer, sorted; whoever has two grants is there twice."""
    with store.transaction() as work:
        return sorted(grant.person.address.typed for grant in work.offer_grants.all() if grant.offer == offer)


def told(store: MemoryStore) -> list[Notice]:
    """What waits to be sent."""
    with store.transaction() as work:
        return list(work.waiting(1_000))


def receipts(store: MemoryStore, by: str = "manager") -> list[Receipt]:
    """The receipts of all batches, in the order in which they were written."""
    with store.transaction() as work:
        answers = work.answers.items()
        return [found.receipt for (who, key), found in answers if who == by and key.startswith("roster:")]


# --- What comes of a file ---------------------------------------------------------------------------------------------


def test_a_file_becomes_grants(world: MemoryStore) -> None:
    """Each row counts once; whoever can be read is granted, and bad rows hold nobody back (O6)."""
    outcome = bring(world)
    assert outcome == ALL_NEW
    assert (outcome.counts, outcome.left_out) == (Counts(4, 2, 1), BAD)
    assert people(world) == [*ADDRESSES]


def test_a_batch_is_one_command(world: MemoryStore) -> None:
    """It has a key and a receipt of its own, and a grant says who did it, when, and under which key (K4)."""
    _ = bring(world)
    written = receipts(world)
    assert len({receipt.key for receipt in written}) == BATCHES
    assert [[each.event for each in receipt.written] for receipt in written] == [
        [event(receipt, line, address)] for receipt, line, address in zip(written, (2, 4, 7, 9), ADDRESSES, strict=True)
    ]
    assert [[(each.id, each.version) for each in receipt.written] for receipt in written] == [
        [(f"{receipt.key}:{line}", 1)] for receipt, line in zip(written, (2, 4, 7, 9), strict=True)
    ]


def event(receipt: Receipt, line: int, address: str) -> AccessGranted:
    """What is written of somebody: both courses from now on, one of which nobody sees, and nothing that is paid."""
    grant, bought = GrantId(f"{receipt.key}:{line}"), Purchase(PLAN, TERMS.title, PRICE, False, NOW)
    windows, doing = {EXCEL: Window(NOW), WORD: Window(NOW)}, evolve(ACT, key=receipt.key)
    return AccessGranted(grant, PLAN, Person.of(address), windows, (WORD,), bought, AccessMessage(), doing)


def test_everybody_is_told_once(world: MemoryStore) -> None:
    """In the order of the file, batch by batch (O4, K12)."""
    _ = bring(world)
    keys = [receipt.written[0].id for receipt in receipts(world)]
    assert told(world) == [
        Notice(f"{key}:1:offers.granted:1", Person.of(address), Template.ACCESS_GRANTED, offer=PLAN)
        for key, address in zip(keys, ADDRESSES, strict=True)
    ]


def test_a_batch_of_nobody_is_answered(world: MemoryStore) -> None:
    """Rows that nobody can be read from write nothing but their receipt (K4, O6)."""
    outcome = bring(world, roster=read("E-mail", "ben at example.com", "x"))
    assert outcome == Outcome(
        rejected=(
            BadRow(2, ("ben at example.com",), Reason.ADDRESS_WRONG),
            BadRow(3, ("x",), Reason.ADDRESS_WRONG),
        )
    )
    assert [receipt.written for receipt in receipts(world)] == [()]
    assert told(world) == []


def test_a_file_of_nobody_is_nothing(world: MemoryStore) -> None:
    """A heading alone is no row."""
    assert bring(world, roster=read("E-mail;First name")) == Outcome()
    assert receipts(world) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, BATCH])
def test_the_size_of_a_batch_changes_nothing(size: int, world: MemoryStore) -> None:
    """However many rows are granted at once, the same people are (O6)."""
    assert bring(world, size=size) == ALL_NEW
    assert people(world) == [*ADDRESSES]


@pytest.mark.parametrize("write", [xlsx, xls])
def test_workbooks_are_imported(write: Callable[..., bytes], world: MemoryStore) -> None:
    """The same rows in a workbook are the same people (O6)."""
    file = write([line.split(";") if line else ["", "", ""] for line in LINES])
    assert bring(world, roster=rosters.read(BytesIO(file))) == ALL_NEW
    assert people(world) == [*ADDRESSES]


def test_a_formula_is_nobodys_address(world: MemoryStore) -> None:
    """Whatever a cell would compute, nobody is granted for it (O6, O7)."""
    file = xlsx([["E-mail"], ['=CONCATENATE("ann","@example.com")'], ["dan@example.com"]])
    outcome = bring(world, roster=rosters.read(BytesIO(file)))
    assert outcome == Outcome(new=1, rejected=(BadRow(2, ("",), Reason.ADDRESS_FORMULA),))
    assert people(world) == ["dan@example.com"]


# --- Again ------------------------------------------------------------------------------------------------------------


def test_the_same_file_again_grants_nothing_new(world: MemoryStore) -> None:
    """Under another act everybody is known: no event, and nobody is told again (O6, promise 15)."""
    _ = bring(world)
    before, count = (states(world), told(world)), len(receipts(world))
    assert bring(world, act(ENDS, key="again")) == ALL_KNOWN
    assert (states(world), told(world)) == before
    assert [receipt.written for receipt in receipts(world)[count:]] == [()] * BATCHES


def test_the_same_act_again_is_answered_as_at_first(world: MemoryStore) -> None:
    """It did all that: whoever asks again is told so, and no receipt is written a second time (K4)."""
    _ = bring(world)
    before = states(world), told(world), receipts(world)
    assert bring(world, act(ENDS)) == ALL_NEW
    assert (states(world), told(world), receipts(world)) == before


@pytest.mark.parametrize(
    "roster",
    [
        partial(read, *LINES, columns=Columns(1, heading=1)),
        partial(read, *LINES, columns=Columns(1, name=2, free={3: "Given"}, heading=1)),
        partial(read, *LINES, ""),
        partial(read, *LINES[:2], *(line.upper() for line in LINES[2:])),
    ],
    ids=["fewer columns", "other columns", "another file", "other spellings"],
)
@pytest.mark.parametrize("key", ["key", "again"])
def test_the_same_people_in_another_file_are_known(roster: Callable[[], Roster], key: str, world: MemoryStore) -> None:
    """Whoever reads the file by another mapping, or mends it, grants to nobody twice, under whichever act (O4)."""
    _ = bring(world)
    before = states(world), told(world)
    outcome = bring(world, act(ENDS, key=key), roster())
    assert (outcome.new, outcome.known, outcome.counts) == (0, 4, ALL_NEW.counts)
    assert (states(world), told(world)) == before


def test_batches_of_another_size_know_who_was_granted(world: MemoryStore) -> None:
    """Other batches are other commands, also under the same act; the last line is one by itself in both (K4, O4)."""
    _ = bring(world)
    before = states(world), told(world)
    assert bring(world, size=3) == evolve(ALL_KNOWN, new=1, known=3)
    assert bring(world, size=5) == ALL_KNOWN
    assert (states(world), told(world)) == before


def test_a_mended_file_grants_to_who_was_left_out(world: MemoryStore) -> None:
    """Rows that were bad, and are not any more, are all that is new (O6)."""
    _ = bring(world)
    mended = [line.replace("ben at ", "ben@").replace(";Gus", "gus@example.com;Gus") for line in LINES]
    assert bring(world, act(key="mended"), read(*mended)) == Outcome(new=2, known=4, duplicate=1)
    assert people(world) == sorted((*ADDRESSES, "ben@example.com", "gus@example.com"))


def test_another_offer_is_another_import(world: MemoryStore) -> None:
    """Under the same act it is refused, for its keys stand for something else; under another one it is done (K4)."""
    _ = bring(world)
    before = states(world), told(world)
    with pytest.raises(IdReused):
        _ = bring(world, offer=OTHER)
    assert (states(world), told(world)) == before
    assert bring(world, act(key="other"), offer=OTHER) == ALL_NEW
    assert people(world, OTHER) == [*ADDRESSES]


def test_keys_are_each_actors_own(world: MemoryStore) -> None:
    """Two people whose pages made the same key import the same file for two offers, and both do (K4)."""
    _ = strictly(world, granted("vera"))
    assert bring(world) == ALL_NEW
    assert bring(world, act(by="vera"), offer=OTHER) == ALL_NEW
    assert people(world, PLAN) == people(world, OTHER) == [*ADDRESSES]


@pytest.mark.parametrize("key", ["key", "again"])
def test_a_revoked_grant_stays_revoked(key: str, world: MemoryStore) -> None:
    """Whoever is still in a file does not have back by it what was taken away (O4)."""
    _ = bring(world)
    with world.transaction() as work:
        anns = work.offer_grants.of(PLAN, ANN)
    assert anns is not None
    _ = offers.revoke_access(world, act(key="revoke"), anns.id)
    before = states(world), told(world)
    assert bring(world, act(ENDS, key=key)).counts == ALL_NEW.counts
    assert (states(world), told(world)) == before
    with world.transaction() as work:
        assert work.offer_grants.get(anns.id).state is GrantState.REVOKED


def test_who_has_the_offer_by_their_account_is_known(world: MemoryStore) -> None:
    """A file names addresses; whoever was granted as an account with that address has it (K7)."""
    _ = offers.grant_access(world, act(key="ann"), PLAN, [(GrantId("g-ann"), ANN)])
    assert bring(world) == evolve(ALL_NEW, new=3, known=1)
    assert people(world) == [*ADDRESSES]


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partner", [None, PartnerId("north")])
def test_nobody_may_by_themselves(partner: PartnerId | None, world: MemoryStore) -> None:
    """What was not granted is denied, in the same words whether or not the offer is there; a partner's all is nothing
    here (R2).
    """
    if partner is not None:
        _ = strictly(world, granted("stranger", partner=partner))
    before = states(world)
    for store in (world, bare()):
        assert answer(bring, store, act(by="stranger")) == ("Refused", NEEDED)
    assert (states(world), receipts(world, "stranger")) == (before, [])


def test_who_holds_just_that_right_may(world: MemoryStore) -> None:
    """The right to register by import is enough (R1, R2)."""
    _ = strictly(world, granted("vera", {Right.REGISTER_BY_IMPORT: VIEW}))
    assert bring(world, act(by="vera")) == ALL_NEW


def test_all_other_rights_are_not_enough(world: MemoryStore) -> None:
    """Nor is that right for one training, nor for a file of one person (R2)."""
    less: Mapping[Right, Collection[Action]] = {
        right: actions for right, actions in MATRIX.items() if right is not Right.REGISTER_BY_IMPORT
    }
    _ = strictly(world, granted("vera", less), granted("tess", scope=Scope(training=EXCEL)))
    for by in ("vera", "tess"):
        assert answer(bring, world, act(by=by)) == ("Refused", NEEDED)
        assert answer(bring, world, act(by=by), read("ann@example.com")) == ("Refused", NEEDED)
    assert people(world) == []


def test_a_repeated_key_is_answered_before_rights(world: MemoryStore) -> None:
    """What one has imported stays so, and can be asked again; any other file cannot (K4, R2)."""
    _ = bring(world)
    with world.transaction() as work:
        grants = work.entitlements.find(ACT.by)
        assert grants is not None
        work.save(grants.revoke_role(act(key="dismissed"), "role", scope=Scope()))
    assert bring(world) == ALL_NEW
    assert answer(bring, world, roster=read(*LINES, "ivy@example.com"), size=7) == ("Refused", NEEDED)


def test_what_is_not_there_is_not_found() -> None:
    """A mistyped offer is `NotFound`, also for a file of nobody, and the key stays fresh."""
    store = bare()
    for roster in (read(*LINES), read("E-mail", "x")):
        with pytest.raises(NotFound):
            _ = bring(store, roster=roster)
    assert receipts(store) == []


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, and each asks for a right (R2)."""
    own: set[Callable[..., Any]] = {
        found for name, found in getmembers(use, isfunction) if found.__module__ == use.__name__ and name[0] != "_"
    }
    assert use_cases_in(use) == own == NEEDS.keys()


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offer", "refusal"), [(EMPTY, OfferEmpty(EMPTY)), (OVER, OfferOver(OVER, NOW))])
def test_what_an_offer_refuses_the_import_refuses(offer: OfferId, refusal: object, world: MemoryStore) -> None:
    """An offer of nothing, and one that is over, are granted to nobody; the key stays fresh (O1, K4)."""
    before = states(world), told(world)
    assert answer(bring, world, offer=offer) == ("Refused", refusal)
    assert (states(world), told(world), receipts(world)) == (*before, [])
    _ = offers.change_offer(world, act(key="mend"), offer, TERMS)
    assert bring(world, offer=offer) == ALL_NEW


def test_who_has_it_is_known_also_when_it_is_over(world: MemoryStore) -> None:
    """A file of people who all have the offer is not refused for what it would give to others (O4)."""
    _ = bring(world)
    _ = offers.change_offer(world, act(key="over"), PLAN, FINISHED)
    assert bring(world, act(key="again")) == ALL_KNOWN


def test_what_earlier_batches_granted_stays() -> None:
    """An offer that ends while a file is imported refuses the rest; going on is granting it (O6)."""
    store = Watched()

    def ends(count: int) -> None:
        if count == 2:
            _ = offers.change_offer(store.quietly(), act(key="over"), PLAN, FINISHED)

    store.after = ends
    assert answer(bring, store) == ("Refused", OfferOver(PLAN, NOW))
    assert people(store) == [*ADDRESSES[:2]]
    _ = offers.change_offer(store.quietly(), act(key="mend"), PLAN, TERMS)
    assert bring(store.quietly()) == ALL_NEW
    assert people(store) == [*ADDRESSES]


def test_what_is_wrong_with_the_file_is_refused_where_it_is_reached(world: MemoryStore) -> None:
    """A quotation mark that is never closed: who stands above is granted, and the mended file is the rest (O6)."""
    rows = (*LINES, *["x;;"] * 20, '"ivy@example.com;Ivy', *(f"x{number};X" for number in range(400)))
    assert answer(bring, world, roster=read(*rows)) == ("Refused", QuoteOpen(30))
    assert people(world) == [*ADDRESSES]
    outcome = bring(world, act(key="mended"), read(*(row.replace('"', "") for row in rows)))
    assert (outcome.new, outcome.known) == (1, 4)


# --- Progress, and stopping -------------------------------------------------------------------------------------------


def until(line: int) -> Callable[[Imported], bool]:
    """Goes on until that line was taken."""
    return lambda imported: imported.line < line


def test_progress_is_told_after_each_batch(world: MemoryStore) -> None:
    """What is told of was granted by then, and goes on after the line that is told; so nobody answers (O7)."""
    said: list[tuple[Imported, list[str]]] = []

    def hear(imported: Imported) -> None:
        said.append((imported, people(world)))

    assert bring(world, progress=hear) == ALL_NEW
    ends = [Imported(2, 3), Imported(4, 5), Imported(6, 8), Imported(7, 9)]
    assert said == [(imported, [*ADDRESSES[:count]]) for count, imported in enumerate(ends, 1)]


def test_progress_is_that_of_this_import(world: MemoryStore) -> None:
    """Where it goes on after a line, rows above are no work, and are not counted (O7)."""
    said: list[Imported] = []
    _ = bring(world, after=4, progress=said.append)
    assert said == [Imported(2, 7), Imported(4, 9)]


@pytest.mark.parametrize(("line", "taken", "granted"), [(1, 3, 1), (3, 3, 1), (4, 5, 2), (8, 8, 3), (9, 9, 4)])
def test_whoever_stops_is_told_what_was_taken(line: int, taken: int, granted: int, world: MemoryStore) -> None:
    """Going on after the line that is named is the rest; from the beginning, it is the whole (O6, O7)."""
    said = answer(bring, world, progress=until(line))
    assert said == ("Refused", ReadingStopped(taken))
    assert people(world) == [*ADDRESSES[:granted]]
    rest = bring(world, after=taken)
    assert (rest.new, rest.known, rest.left_out) == (4 - granted, 0, tuple(row for row in BAD if row.line > taken))
    assert people(world) == [*ADDRESSES]
    assert bring(world) == ALL_NEW


def test_going_on_knows_who_was_met_before(world: MemoryStore) -> None:
    """What was a duplicate of a row above still is one (K7)."""
    assert bring(world, after=4) == Outcome(new=2, duplicate=1, rejected=BAD[1:])
    assert people(world) == [*ADDRESSES[2:]]


def test_after_the_last_line_there_is_nothing(world: MemoryStore) -> None:
    """Whoever goes on after the end has nothing to do, and is told nothing (O6)."""
    assert bring(world, after=9, progress=until(0)) == Outcome()
    assert receipts(world) == []


@pytest.mark.parametrize("given", [{"size": 0}, {"size": 10_001}, {"after": -1}])
def test_what_is_asked_makes_sense(given: Mapping[str, Any], world: MemoryStore) -> None:
    """Batches have rows, and no line is before the first (K9)."""
    with pytest.raises(BadValue):
        _ = bring(world, **given)
    assert (people(world), receipts(world)) == ([], [])


# --- Crashes, and crowds ----------------------------------------------------------------------------------------------


class Crash(Exception):
    """The process went away here."""


class Watched(MemoryStore):
    """A store with the offers above that calls *before* just before its n-th commit, and *after* just after it."""

    def __init__(self) -> None:
        super().__init__(courses=[CourseFacts(EXCEL, published=True)], places={})
        self.before: Callable[[int], object] = int
        self.after: Callable[[int], object] = int
        self.commits = 0
        _ = of(self)
        self.commits = 0

    def quietly(self) -> "Watched":
        """The same store, which calls nobody any more."""
        self.before = self.after = int
        return self

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        with super().transaction() as work:
            yield work
            self.commits += 1
            count = self.commits
            self.before(count)
        self.after(count)


def crash_at(number: int) -> Callable[[int], None]:
    """Go away at that commit."""

    def crash(count: int) -> None:
        if count == number:
            raise Crash

    return crash


@pytest.mark.parametrize("number", range(1, BATCHES + 1))
@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("key", ["key", "again"])
def test_a_crash_after_any_batch_and_a_second_import_give_the_same_end(key: str, committed: bool, number: int) -> None:
    """Before the commit, or between it and the answer; under the same act or another one (O6, K4)."""
    store, whole = Watched(), Watched()
    if committed:
        store.after = crash_at(number)
    else:
        store.before = crash_at(number)
    with pytest.raises(Crash):
        _ = bring(store)
    there = number if committed else number - 1
    assert people(store) == [*ADDRESSES[:there]]

    outcome = bring(store.quietly(), act(key=key))
    expected = bring(whole)
    if key == "key":
        # Not to be told from an import that never stopped.
        assert outcome == expected == ALL_NEW
        assert (states(store), told(store), receipts(store)) == (states(whole), told(whole), receipts(whole))
    else:
        assert outcome == evolve(ALL_NEW, new=4 - there, known=there)
        assert people(store) == people(whole) == [*ADDRESSES]
        assert [notice.to for notice in told(store)] == [notice.to for notice in told(whole)]


def test_a_crash_at_every_batch_ends_some_time() -> None:
    """However often the process goes away, each try gets one batch further, and nobody is told twice (K4, K12)."""
    store = Watched()
    for number in range(1, BATCHES + 1):
        store.commits = 0
        store.after = crash_at(number)
        with pytest.raises(Crash):
            _ = bring(store)
        assert people(store) == [*ADDRESSES[:number]]
    assert bring(store.quietly()) == ALL_NEW
    assert [notice.to.address.typed for notice in told(store) if isinstance(notice.to, Person)] == [*ADDRESSES]


@pytest.mark.parametrize("keys", [["key"] * 16, [f"import-{number}" for number in range(16)]], ids=["one", "many"])
def test_of_sixteen_who_import_a_file_at_once_each_person_is_granted_once(keys: Sequence[str]) -> None:
    """However many send the same file, under one act or sixteen, there is one grant, and one notice (O4, K12)."""
    store = of(MemoryStore(courses=[CourseFacts(EXCEL, published=True)], places={}))

    def task(key: str) -> Callable[[MemoryStore], Outcome]:
        return lambda shared: insist(partial(bring, shared, act(key=key)))

    outcomes = at_once(lambda: store, *map(task, keys))
    assert {outcome.counts for outcome in outcomes} == {ALL_NEW.counts}
    if keys[0] == keys[1]:
        assert outcomes == [ALL_NEW] * 16
    else:
        # Whoever was overtaken begins again, and is told what their own batches granted at first.
        assert sum(outcome.new for outcome in outcomes) == 4
    assert people(store) == [*ADDRESSES]
    assert sorted(notice.to.address.typed for notice in told(store) if isinstance(notice.to, Person)) == [*ADDRESSES]


# --- Contacts alone ---------------------------------------------------------------------------------------------------


class Book:
    """A host's contacts by address, and what each key was answered."""

    def __init__(self, *full: int) -> None:
        self.people: dict[str, Contact] = {}
        self.answers: dict[tuple[ActorId, Key], tuple[int, ...]] = {}
        self.full = full

    def keep(self, act: Act, contacts: Sequence[Contact]) -> Collection[int]:
        """Keep them, or none where one stands on a line that there is no room for."""
        if (act.by, act.key) not in self.answers:
            if any(contact.line in self.full for contact in contacts):
                raise Crash
            new = [contact for contact in contacts if contact.person.address.key not in self.people]
            self.people.update({contact.person.address.key: contact for contact in new})
            self.answers[act.by, act.key] = tuple(contact.line for contact in new)
        return self.answers[act.by, act.key]


def keep(
    book: Book, doing: Act = ACT, *lines: str, rights: Callable[[], MemoryStore] = MemoryStore, **given: Any
) -> Outcome:
    """Import contacts, two rows at a time, unless it is said otherwise."""
    asked: dict[str, Any] = {"size": 2, **given}
    return use.import_contacts(rights(), book, doing, read(*(lines or LINES)), **asked)


def test_contacts_are_kept_for_who_may_import() -> None:
    """Just as grants are: that right, for all there is, and it is asked before anybody is kept (R2, O6)."""
    less: Mapping[Right, Collection[Action]] = {
        right: actions for right, actions in MATRIX.items() if right is not Right.REGISTER_BY_IMPORT
    }

    def rights() -> MemoryStore:
        tess, rosa = granted("tess", scope=Scope(training=EXCEL)), granted("rosa", partner=PartnerId("north"))
        vera = granted("vera", {Right.REGISTER_BY_IMPORT: VIEW})
        return strictly(MemoryStore(), granted("carl", less), tess, rosa, vera)

    book = Book()
    for by in ("stranger", "carl", "tess", "rosa"):
        assert answer(keep, book, act(by=by), rights=rights) == ("Refused", NEEDED)
        assert answer(keep, book, act(by=by), "nobody", rights=rights) == ("Refused", NEEDED)
    assert (book.people, book.answers) == ({}, {})
    assert keep(book, act(by="vera"), rights=rights) == ALL_NEW


def test_a_file_becomes_contacts() -> None:
    """With their names, and counted as an import of grants counts (O6)."""
    book = Book()
    assert keep(book) == ALL_NEW
    assert [(one.line, one.first_name, one.name) for one in book.people.values()] == [
        (2, "Ann", "Lee"),
        (4, "Dan", "Diaz"),
        (7, "Flo", "Fox"),
        (9, "Hal", "Hill"),
    ]
    assert [by for by, _ in book.answers] == [ACT.by] * BATCHES


def test_contacts_again_are_known() -> None:
    """Under another act nobody is new; under the same one all are, as they were at first (K4, O6)."""
    book = Book()
    _ = keep(book)
    before = dict(book.people)
    assert keep(book, act(ENDS, key="again")) == ALL_KNOWN
    assert keep(book, act(ENDS)) == ALL_NEW
    assert book.people == before
    assert keep(book, act(key="more"), *LINES, "ivy@example.com") == evolve(ALL_KNOWN, new=1)


@pytest.mark.parametrize("line", [2, 4, 7, 9])
def test_a_crash_among_contacts_and_a_second_import_give_the_same_end(line: int) -> None:
    """What a batch could not keep is kept by the next try, and what was kept is not again (O6)."""
    book, whole = Book(line), Book()
    with pytest.raises(Crash):
        _ = keep(book)
    assert [contact.line for contact in book.people.values()] == [each for each in (2, 4, 7, 9) if each < line]
    book.full = ()
    assert keep(book) == keep(whole) == ALL_NEW
    assert (book.people, book.answers) == (whole.people, whole.answers)


def test_contacts_are_stopped_and_gone_on_with() -> None:
    """As grants are: the line that is named was the last one taken, and duplicates stay what they are (O7)."""
    book = Book()
    assert answer(keep, book, ACT, progress=until(4)) == ("Refused", ReadingStopped(5))
    assert [contact.line for contact in book.people.values()] == [2, 4]
    assert keep(book, ACT, after=5) == Outcome(new=2, rejected=BAD[1:])
