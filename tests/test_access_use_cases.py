"""The use cases of offers and access, over the memory store: what a host calls, and who may (O1–O5)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from inspect import getmembers, isfunction, signature
from typing import Any, Final, get_args

import pytest
from attrs import evolve

from lara_core.access import (
    AccessEnded,
    Answer,
    CourseFacts,
    CourseNotPublished,
    LessonNotIncluded,
    NotEntitled,
    NotYet,
    Open,
    Opening,
    ReleasedTooLate,
)
from lara_core.hosting import offers as use
from lara_core.hosting.group_purchase import buy_seats, revoke_seat
from lara_core.hosting.outbox import deliver
from lara_core.hosting.places import cancel_registration, open_session, register
from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import (
    ActorId,
    CourseId,
    GrantId,
    LessonId,
    OfferId,
    PartnerId,
    PoolId,
    PortalId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessExtended,
    AccessGranted,
    AccessGrantedAnew,
    AccessMessage,
    AccessRevoked,
    AccessTerms,
    CourseNotGranted,
    Duration,
    ExtensionOver,
    Grant,
    GrantEvent,
    GrantInForce,
    GrantIs,
    GrantState,
    Homework,
    Moment,
    NothingLonger,
    OfferChanged,
    OfferDrafted,
    OfferEmpty,
    OfferEvent,
    OfferNotForSale,
    OfferPriceChanged,
    OfferPublished,
    OfferTerms,
    OfferUnpublished,
    PriceNeeded,
    Product,
    Purchase,
    Telling,
    Window,
)
from lara_core.purchase import BuyerRole
from lara_core.rights import MATRIX, Action, NotGranted, Place, Right, Scope
from lara_core.seats import Policy
from lara_core.telling.notices import Notice, Setting, Template
from lara_core.testing.memory import MemoryStore, MemoryWork
from lara_core.testing.races import at_once, insist
from tests.builders import (
    ANN,
    ANN_TYPED,
    BEN,
    BEN_ELSEWHERE,
    CLEO,
    DAN,
    ENDS,
    EVE,
    NOW,
    PRICE,
    STARTS,
    TICK,
    act,
    answer,
    granted,
    strictly,
)

DAY: Final = timedelta(days=1)
PARIS: Final = Zone("Europe/Paris")
EXCEL, WORD, HIDDEN = CourseId("excel"), CourseId("word"), CourseId("hidden")
ONE, TWO, THREE = LessonId("one"), LessonId("two"), LessonId("three")
PLAN, PLAIN, QUIET, NEW = OfferId("plan"), OfferId("plain"), OfferId("quiet"), OfferId("new")
# Ann has access, Ben's was revoked, Cleo's is over; these two are not given yet.
ANNS, BENS, CLEOS, FRESH, OTHER = (GrantId(name) for name in ("g-ann", "g-ben", "g-cleo", "g-fresh", "g-other"))
ACT: Final = act()
VIEW: Final = frozenset({Action.VIEW})
CLEO_TYPED: Final = Person.of("CLEO@example.com")

IN_TEN, IN_TWENTY = NOW + 10 * DAY, NOW + 20 * DAY
# Excel, until in ten days; Word, in which the second lesson comes after a week, from tomorrow on.
PRODUCTS: Final[Mapping[CourseId, Product]] = {
    EXCEL: Product(AccessTerms(ends=Moment.at(IN_TEN))),
    WORD: Product(AccessTerms(begins=Moment.at(NOW + DAY)), schedule={TWO: Duration(PARIS, days=7)}),
}
TERMS: Final = OfferTerms("Office, spring", PRODUCTS, PRICE)
CHANGED: Final = OfferTerms("Office, summer", {EXCEL: Product(lessons=frozenset({ONE}))}, PRICE)
IN_WORDS: Final = AccessMessage.edited("Welcome to Excel", "Good morning,\n\nit is all yours.")
PLAIN_TERMS: Final = OfferTerms("Excel, as it is", {EXCEL: Product()}, message=IN_WORDS)
QUIET_TERMS: Final = OfferTerms("Hidden", {HIDDEN: Product()}, message=AccessMessage.off())

EXCEL_NOW: Final = Window(NOW, IN_TEN)
WORD_LATER: Final = Window(NOW + DAY)
BOTH_NOW: Final = {EXCEL: EXCEL_NOW, WORD: WORD_LATER}
USUAL: Final = AccessMessage()


def bought(offer: OfferId = PLAN, terms: OfferTerms = TERMS, *, charged: bool = False, days: int = 0) -> Purchase:
    """A line of somebody's history."""
    return Purchase(offer, terms.title, terms.price, charged, NOW + days * DAY)


def first(grant: GrantId, person: Person, *, charged: bool = False) -> AccessGranted:
    """What is written of a grant of `PLAN` to who had none."""
    return AccessGranted(grant, PLAN, person, BOTH_NOW, (WORD,), bought(charged=charged), USUAL, ACT)


# What each use case is asked, and what it writes in `world`: the aggregate, its version, the event.
DONE: Final[Mapping[Callable[..., Receipt], tuple[Mapping[str, Any], Sequence[tuple[str, int, Event]]]]] = {
    use.draft_offer: ({"offer": NEW, "terms": TERMS}, [("new", 1, OfferDrafted(NEW, TERMS, None, ACT))]),
    use.copy_offer: (
        {"offer": NEW, "source": PLAN, "terms": CHANGED},
        [("new", 1, OfferDrafted(NEW, CHANGED, PLAN, ACT))],
    ),
    use.change_offer: ({"offer": PLAN, "terms": CHANGED}, [("plan", 3, OfferChanged(CHANGED, ACT))]),
    use.publish_offer: ({"offer": QUIET}, [("quiet", 3, OfferPublished(ACT))]),
    use.unpublish_offer: ({"offer": PLAN}, [("plan", 3, OfferUnpublished(ACT))]),
    use.grant_access: (
        {"offer": PLAN, "people": ((FRESH, EVE), (OTHER, DAN))},
        [("g-fresh", 1, first(FRESH, EVE)), ("g-other", 1, first(OTHER, DAN))],
    ),
    use.sell_offer: (
        {"grant": FRESH, "offer": PLAN, "person": EVE, "price": PRICE},
        [("g-fresh", 1, first(FRESH, EVE, charged=True))],
    ),
    use.grant_anew: ({"grant": BENS}, [("g-ben", 3, AccessGrantedAnew(BOTH_NOW, (WORD,), bought(), USUAL, ACT))]),
    use.extend_access: (
        {"grant": ANNS, "until": Moment.at(IN_TWENTY), "course": EXCEL},
        [("g-ann", 2, AccessExtended({EXCEL: Window(NOW - 5 * DAY, IN_TWENTY)}, ACT))],
    ),
    use.revoke_access: ({"grant": ANNS}, [("g-ann", 2, AccessRevoked(ACT))]),
}

# Something else for every argument: none of them may be missing from what a key stands for.
ELSE: Final[Mapping[str, Any]] = {
    "offer": OfferId("else"),
    "source": QUIET,
    "terms": evolve(TERMS, title="Something else"),
    "people": ((FRESH, EVE), (OTHER, CLEO)),
    "grant": GrantId("else"),
    "person": DAN,
    "price": PRICE * 2,
    "until": None,
    "course": None,
}

# Which right each asks for; offers and grants are the organisation's own.
NEEDS: Final[Mapping[Callable[..., Receipt], tuple[Right, Action]]] = {
    use.draft_offer: (Right.CATALOGUES, Action.CREATE),
    use.copy_offer: (Right.CATALOGUES, Action.CREATE),
    use.change_offer: (Right.CATALOGUES, Action.EDIT),
    use.publish_offer: (Right.CATALOGUES, Action.EDIT),
    use.unpublish_offer: (Right.CATALOGUES, Action.EDIT),
    use.grant_access: (Right.REGISTER_BY_IMPORT, Action.VIEW),
    use.sell_offer: (Right.TRANSACTIONS, Action.EDIT),
    use.grant_anew: (Right.REGISTRATIONS, Action.VIEW),
    use.extend_access: (Right.PARTICIPANTS, Action.EDIT),
    use.revoke_access: (Right.PARTICIPANTS, Action.DELETE),
}
ASKED: Final = {use.may_open_lesson, use.next_opening, use.purchases_of}
# What others call, with a unit of work in their hands.
PARTS: Final = {use.granted}

COMMANDS: Final = [pytest.param(command, id=command.__name__) for command in DONE]


def bare() -> MemoryStore:
    """A store that asks for rights, in which nothing is but three courses and a manager who may do everything."""
    courses = [
        CourseFacts(EXCEL, published=True, schedule={THREE: Moment.at(NOW + 3 * DAY)}),
        CourseFacts(WORD, published=False),
        CourseFacts(HIDDEN, published=False),
    ]
    return strictly(MemoryStore(courses=courses, places={}), granted("manager"))


@pytest.fixture
def world() -> MemoryStore:
    """An offer of two courses that is sold, and two drafts; one who has access, one who had, and one whose is over."""
    store, before = bare(), NOW - 5 * DAY
    _ = use.draft_offer(store, act(before, key="world-plan"), PLAN, TERMS)
    _ = use.publish_offer(store, act(before, key="world-publish"), PLAN)
    _ = use.draft_offer(store, act(before, key="world-plain"), PLAIN, PLAIN_TERMS)
    _ = use.draft_offer(store, act(before, key="world-quiet"), QUIET, QUIET_TERMS)
    _ = use.change_offer(store, act(before, key="world-price"), QUIET, evolve(QUIET_TERMS, price=PRICE))
    _ = use.grant_access(store, act(before, key="world-ann"), PLAN, [(ANNS, ANN)])
    _ = use.grant_access(store, act(before, key="world-ben"), PLAN, [(BENS, BEN)])
    _ = use.revoke_access(store, act(before, key="world-revoke"), BENS)
    short = evolve(PLAIN_TERMS, products={EXCEL: Product(AccessTerms(ends=Duration(PARIS, days=2)))})
    _ = use.draft_offer(store, act(before, key="world-short"), OfferId("short"), short)
    _ = use.grant_access(store, act(before, key="world-cleo"), OfferId("short"), [(CLEOS, CLEO)])
    _ = deliver(store, lambda _: None)
    return store


def grant_of(store: MemoryStore, grant: GrantId) -> Grant:
    """A grant as it stands."""
    with store.transaction() as work:
        return work.offer_grants.get(grant)


def states(store: MemoryStore) -> Sequence[Aggregate]:
    """All that the commands above change, as it stands."""
    with store.transaction() as work:
        return (*work.offers.all(), *work.offer_grants.all())


def told(store: MemoryStore) -> list[Notice]:
    """What waits to be sent."""
    with store.transaction() as work:
        return list(work.waiting(100))


def events_of(work: MemoryWork, name: str, like: Event) -> Sequence[Event]:
    """All that ever happened to the aggregate that *like* happened to."""
    return work.offers.events(name) if isinstance(like, get_args(OfferEvent)) else work.offer_grants.events(name)


# --- Each of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """The receipt names all that was written, and that is what is kept (O1–O4)."""
    asked, expected = DONE[command]
    receipt = command(world, ACT, **asked)
    assert receipt == Receipt(ACT.by, ACT.key, tuple(Written(*written) for written in expected))
    with world.transaction() as work:
        histories = [(name, events_of(work, name, event)) for name, _, event in expected]
    assert [(name, len(events), events[-1]) for name, events in histories] == expected


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_command_does_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Every use case goes through its key, whoever presses twice, and nobody is told twice (K4, K12)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    before = states(world), told(world)
    assert command(world, act(ENDS), **asked) == receipt
    assert (states(world), told(world)) == before


@pytest.mark.parametrize(("command", "argument"), [(command, name) for command in DONE for name in DONE[command][0]])
def test_every_argument_is_content(command: Callable[..., Receipt], argument: str, world: MemoryStore) -> None:
    """Whoever changes anything about a command needs another key: the old one has its receipt (K4)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    with pytest.raises(IdReused):
        _ = command(world, ACT, **{**asked, argument: ELSE[argument]})


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, with all their arguments; the questions are tested apart."""
    own = [(name, found) for name, found in getmembers(use, isfunction) if found.__module__ == use.__name__]
    assert {found for name, found in own if not name.startswith("_")} == DONE.keys() | ASKED | PARTS
    assert DONE.keys() == NEEDS.keys()
    for command, (asked, _) in DONE.items():
        assert asked.keys() == signature(command).parameters.keys() - {"store", "act"}


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.values[0] is not use.draft_offer])
def test_what_is_not_there_is_not_found(command: Callable[..., Receipt]) -> None:
    """A mistyped id is `NotFound`, and the key stays fresh."""
    store = bare()
    asked, _ = DONE[command]
    with pytest.raises(NotFound):
        _ = command(store, ACT, **asked)
    with store.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_what_was_done_is_not_done_again(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Under another key the same is harmless, or refused, or its id is used; and it never happens twice (K4, O4)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    before = states(world), told(world)
    said = answer(command, world, act(key="again"), **asked)
    assert said is None or said[0] in ("Refused", "IdReused")
    assert (states(world), told(world)) == before


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("partner", [None, PartnerId("north")])
def test_nobody_may_by_themselves(
    command: Callable[..., Receipt], partner: PartnerId | None, world: MemoryStore
) -> None:
    """What was not granted is denied, in the same words whether or not the offer is there; a partner's all is nothing
    here (R2).
    """
    asked, _ = DONE[command]
    if partner is not None:
        _ = strictly(world, granted("stranger", partner=partner))
    before = states(world)
    expected = "Refused", NotGranted(*NEEDS[command])
    assert answer(command, world, act(by="stranger"), **asked) == expected
    assert answer(command, bare(), act(by="stranger"), **asked) == expected
    assert states(world) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_who_holds_just_that_right_may(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """One action on one right: it is enough, and it is what is asked (R2)."""
    asked, expected = DONE[command]
    right, action = NEEDS[command]
    _ = strictly(world, granted("vera", {right: VIEW | {action}}))
    receipt = command(world, act(by="vera"), **asked)
    assert [type(written.event) for written in receipt.written] == [type(event) for _, _, event in expected]


@pytest.mark.parametrize("command", COMMANDS)
def test_all_other_rights_are_not_enough(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Whoever holds everything else, everywhere, or that right for one training, is told what is missing (R2)."""
    asked, _ = DONE[command]
    right, action = NEEDS[command]
    less = {each: actions for each, actions in MATRIX.items() if each is not right}
    if action is not Action.VIEW:
        less[right] = MATRIX[right] - {action}
    _ = strictly(world, granted("vera", less), granted("tess", scope=Scope(training=EXCEL)))
    for by in ("vera", "tess"):
        assert answer(command, world, act(by=by), **asked) == ("Refused", NotGranted(right, action))


def test_one_person_is_a_registration_and_many_are_an_import(world: MemoryStore) -> None:
    """To grant to one, the right to register; to grant to more, or to a file of nobody, that to import (R1, R2)."""
    _ = strictly(world, granted("one", {Right.REGISTRATIONS: VIEW}), granted("many", {Right.REGISTER_BY_IMPORT: VIEW}))
    by_one, by_many = NotGranted(Right.REGISTER_BY_IMPORT, Action.VIEW), NotGranted(Right.REGISTRATIONS, Action.VIEW)
    grant = partial(use.grant_access, world, offer=PLAN)
    two = [(FRESH, EVE), (OTHER, DAN)]
    assert answer(grant, act(by="one"), people=two) == ("Refused", by_one)
    assert answer(grant, act(by="one"), people=()) == ("Refused", by_one)
    assert answer(grant, act(by="many"), people=two[:1]) == ("Refused", by_many)
    assert answer(grant, act(by="one"), people=two[:1]) is None
    assert answer(grant, act(by="many"), people=two) is None
    assert grant(act(by="many", key="nobody"), people=()).written == ()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_key_is_answered_before_rights(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What one has done stays done, and can be asked again, also by one who may not do it any more (K4, R2)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    with world.transaction() as work:
        grants = work.entitlements.find(ACT.by)
        assert grants is not None
        work.save(grants.revoke_role(act(key="dismissed"), "role", scope=Scope()))
    assert command(world, ACT, **asked) == receipt


# --- Offers -----------------------------------------------------------------------------------------------------------


def test_a_copy_is_a_draft(world: MemoryStore) -> None:
    """Of what is sold, too; without changes it says the same (O3)."""
    receipt = use.copy_offer(world, ACT, NEW, PLAN)
    assert [written.event for written in receipt.written] == [OfferDrafted(NEW, TERMS, PLAN, ACT)]
    sold = answer(use.sell_offer, world, act(key="sell"), FRESH, NEW, EVE, price=PRICE)
    assert sold == ("Refused", OfferNotForSale(NEW))
    assert answer(use.draft_offer, world, act(key="taken"), NEW, CHANGED) == (
        "IdReused",
        "a Offer of this id is already there; choose a fresh one",
    )


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [(evolve(TERMS, products={}), OfferEmpty(PLAN)), (evolve(TERMS, price=None), PriceNeeded(PLAN))],
)
def test_what_is_sold_has_a_course_and_a_price(terms: OfferTerms, refusal: object, world: MemoryStore) -> None:
    """Neither is taken from it while it is sold, and without either it is not published (O1)."""
    assert answer(use.change_offer, world, ACT, PLAN, terms) == ("Refused", refusal)
    _ = use.unpublish_offer(world, act(key="unpublish"), PLAN)
    _ = use.change_offer(world, ACT, PLAN, terms)
    assert answer(use.publish_offer, world, act(key="publish-again"), PLAN) == ("Refused", refusal)


def test_windows_stay_and_lessons_follow(world: MemoryStore) -> None:
    """A changed offer leaves what was granted until when, and says anew which lessons that is of (O3)."""
    before = grant_of(world, ANNS)
    ask = partial(use.may_open_lesson, world, person=ANN, course=EXCEL)
    assert ask(ACT, lesson=TWO) == Open(IN_TEN, Homework.BY_PERSON, ())
    _ = use.change_offer(world, ACT, PLAN, CHANGED)
    assert grant_of(world, ANNS) == before
    assert [ask(ACT, lesson=lesson) for lesson in (ONE, TWO)] == [
        Open(IN_TEN, Homework.BY_PERSON, ()),
        LessonNotIncluded(TWO),
    ]


# --- Granted, sold, extended, revoked ---------------------------------------------------------------------------------


def test_who_comes_twice_in_a_list_is_granted_once(world: MemoryStore) -> None:
    """In whatever spelling, by whichever key, and where one mention alone joins two others (K7, O4)."""
    eve, eve_elsewhere = Person.of("EVE@example.com"), Person.of("eve@example.org", "eve")
    people = [(GrantId(f"g-{n}"), who) for n, who in enumerate((EVE, DAN, eve, eve_elsewhere, DAN, EVE))]
    receipt = use.grant_access(world, ACT, PLAN, people)
    assert receipt.written == (
        Written("g-0", 1, first(GrantId("g-0"), EVE)),
        Written("g-1", 1, first(GrantId("g-1"), DAN)),
    )
    with world.transaction() as work:
        found = [work.offer_grants.of(PLAN, who) for who in (EVE, eve, eve_elsewhere)]
    assert found == [grant_of(world, GrantId("g-0"))] * 3
    assert [notice.to for notice in told(world)] == [EVE, DAN]


@pytest.mark.parametrize(
    ("offer", "person", "grant"),
    [
        *((PLAN, person, ANNS) for person in (ANN, ANN_TYPED)),
        *((PLAN, person, BENS) for person in (BEN, BEN_ELSEWHERE)),
        *((OfferId("short"), person, CLEOS) for person in (CLEO, CLEO_TYPED)),
    ],
    ids=["granted", "granted-by-address", "revoked", "revoked-by-account", "over", "over-by-address"],
)
def test_granting_again_changes_nothing(offer: OfferId, person: Person, grant: GrantId, world: MemoryStore) -> None:
    """What is granted, what was revoked and what is over: an import leaves all three, and tells nobody (O4)."""
    before = states(world)
    receipt = use.grant_access(world, ACT, offer, [(FRESH, person)])
    assert receipt == Receipt(ACT.by, ACT.key, ())
    assert use.grant_access(world, act(key="more"), offer, [(FRESH, person), (OTHER, EVE)]).written[0].id == "g-other"
    assert [each for each in states(world) if each.id != OTHER] == [*before]
    assert grant_of(world, grant).version == (2 if grant == BENS else 1)
    assert [notice.to for notice in told(world)] == [EVE]


def test_a_list_is_granted_whole_or_not_at_all(world: MemoryStore) -> None:
    """Where the id of one grant is used, nobody of the list has anything (K2, K5)."""
    before = states(world)
    said = answer(use.grant_access, world, ACT, PLAIN, [(FRESH, EVE), (ANNS, DAN)])
    assert said is not None
    assert said[0] == "IdReused"
    assert (states(world), told(world)) == (before, [])


def test_one_id_is_not_for_two_people(world: MemoryStore) -> None:
    """A list in which two people have the same grant is refused, and neither of them is lost in silence (K5)."""
    said = answer(use.grant_access, world, ACT, PLAN, [(FRESH, EVE), (FRESH, DAN)])
    assert said == ("IdReused", "a Grant of this id is already there; choose a fresh one")


def test_of_sixteen_who_grant_to_the_same_person_one_does(world: MemoryStore) -> None:
    """However many files name somebody at once, in whichever spelling, there is one grant, and one notice (O4, K12)."""

    def grant(number: int, shared: MemoryStore) -> Receipt:
        person = (EVE, Person.of("Eve@example.com"))[number % 2]
        by = act(key=f"import-{number}")
        return insist(partial(use.grant_access, shared, by, PLAN, [(GrantId(f"g-{number}"), person)]))

    receipts = at_once(lambda: world, *(partial(grant, number) for number in range(16)))
    assert sorted(len(receipt.written) for receipt in receipts) == [0] * 15 + [1]
    with world.transaction() as work:
        assert len(work.offer_grants.of_person(EVE)) == 1
    assert len(told(world)) == 1


def test_what_is_granted_says_which_courses_are_hidden(world: MemoryStore) -> None:
    """A draft grants, also a course that is not published: the grant says so, and it opens once it is (O2)."""
    receipt = use.grant_access(world, ACT, QUIET, [(FRESH, EVE)])
    (event,) = (written.event for written in receipt.written)
    assert isinstance(event, AccessGranted)
    assert (event.hidden, event.purchase.charged) == ((HIDDEN,), False)
    ask = partial(use.may_open_lesson, world, ACT, EVE, HIDDEN, ONE)
    assert ask() == CourseNotPublished(HIDDEN)
    world.courses = {**world.courses, HIDDEN: CourseFacts(HIDDEN, published=True)}
    assert ask() == Open(None, Homework.BY_PERSON, ())
    again = use.grant_access(world, act(key="again"), QUIET, [(OTHER, DAN)]).written[0].event
    assert isinstance(again, AccessGranted)
    assert again.hidden == ()


def test_what_is_sold_is_charged(world: MemoryStore) -> None:
    """Published offers alone are sold; who has access is not charged twice, and who had it has it anew (O1, O4)."""
    sell = partial(use.sell_offer, world, price=PRICE)
    assert answer(sell, ACT, FRESH, PLAIN, EVE) == ("Refused", OfferNotForSale(PLAIN))
    assert answer(sell, ACT, FRESH, PLAN, ANN_TYPED) == ("Refused", GrantInForce(None))
    receipt = sell(ACT, FRESH, PLAN, BEN_ELSEWHERE)
    assert receipt.written == (
        Written("g-ben", 3, AccessGrantedAnew(BOTH_NOW, (WORD,), bought(charged=True), USUAL, ACT)),
    )
    assert answer(sell, act(IN_TEN - TICK, key="again"), OTHER, PLAN, BEN) == ("Refused", GrantInForce(None))
    # Half of it is over by then, for good; the other half goes on.
    said = answer(sell, act(IN_TEN, key="after"), OTHER, PLAN, BEN)
    assert said == ("Refused", GrantInForce(None))


def test_a_price_that_was_changed_is_not_charged(world: MemoryStore) -> None:
    """Who paid what was shown before is granted nothing, and their history says nothing else than they paid (O1)."""
    dearer = PRICE * 2
    _ = use.change_offer(world, act(key="dearer"), PLAN, evolve(TERMS, price=dearer))
    sell = partial(use.sell_offer, world, ACT, FRESH, PLAN, EVE)
    assert answer(sell, price=PRICE) == ("Refused", OfferPriceChanged(PRICE, dearer))
    assert use.purchases_of(world, ActorId("manager"), EVE) == ()
    _ = sell(price=dearer)
    assert [each.price for each in use.purchases_of(world, ActorId("manager"), EVE)] == [dearer]


def test_granted_anew(world: MemoryStore) -> None:
    """What was revoked, and what is over, and no more than that (O4)."""
    anew = partial(use.grant_anew, world)
    receipt = anew(ACT, CLEOS)
    window = {EXCEL: Window(NOW, NOW + 2 * DAY)}
    purchase = Purchase(OfferId("short"), PLAIN_TERMS.title, None, False, NOW)
    assert receipt.written == (Written("g-cleo", 2, AccessGrantedAnew(window, (), purchase, IN_WORDS, ACT)),)
    assert answer(anew, act(key="twice"), CLEOS) == ("Refused", GrantInForce(NOW + 2 * DAY))
    assert answer(anew, act(key="ann"), ANNS) == ("Refused", GrantInForce(None))


@pytest.mark.parametrize(
    ("grant", "until", "course", "refusal"),
    [
        (BENS, None, None, GrantIs(GrantState.REVOKED)),
        (ANNS, None, HIDDEN, CourseNotGranted(HIDDEN)),
        (ANNS, Moment.at(NOW + DAY), EXCEL, NothingLonger(NOW + DAY)),
        (CLEOS, Moment.at(NOW), None, ExtensionOver(NOW)),
    ],
)
def test_what_is_not_extended(
    grant: GrantId, until: Moment | None, course: CourseId | None, refusal: object, world: MemoryStore
) -> None:
    """What was revoked, what was never granted, what lasts longer, and into the past: each by its name (O4)."""
    before = grant_of(world, grant)
    assert answer(use.extend_access, world, ACT, grant, until, course=course) == ("Refused", refusal)
    assert grant_of(world, grant) == before


def test_extended(world: MemoryStore) -> None:
    """In one course or in all, through a day or for ever, also what is over; said again it is harmless (O4, K8)."""
    day = Moment.through(date(2027, 3, 28), PARIS)
    _ = use.extend_access(world, ACT, CLEOS, day)
    opens = NOW - 5 * DAY
    assert grant_of(world, CLEOS).windows == {EXCEL: Window(opens, day.instant)}
    _ = use.extend_access(world, act(key="ann"), ANNS, None)
    assert grant_of(world, ANNS).windows == {EXCEL: Window(opens), WORD: WORD_LATER}
    assert use.extend_access(world, act(key="again"), ANNS, None, course=EXCEL).written == ()
    ask = partial(use.may_open_lesson, world, person=CLEO, course=EXCEL, lesson=ONE)
    assert [ask(act(at)) for at in (day.instant - TICK, day.instant)] == [
        Open(day.instant, Homework.BY_PERSON, ()),
        AccessEnded(day.instant),
    ]


# --- Who is told ------------------------------------------------------------------------------------------------------


def test_told_in_the_usual_words(world: MemoryStore) -> None:
    """With when access ends; that a part of it is still to come is no reason to wait (O4, T1)."""
    _ = use.grant_access(world, ACT, PLAN, [(FRESH, EVE)])
    assert told(world) == [Notice("g-fresh:1:offers.granted:1", EVE, Template.ACCESS_GRANTED, offer=PLAN)]


def test_told_in_words_of_ones_own(world: MemoryStore) -> None:
    """The offer's, as they were when it granted; from when, where all of it is still to come (O4)."""
    later = Product(AccessTerms(begins=Moment.at(NOW + DAY), ends=Moment.at(IN_TEN)))
    _ = use.change_offer(world, act(key="later"), PLAIN, evolve(PLAIN_TERMS, products={EXCEL: later}))
    _ = use.grant_access(world, ACT, PLAIN, [(FRESH, EVE)])
    _ = use.change_offer(world, act(key="usual"), PLAIN, evolve(PLAIN_TERMS, message=USUAL))
    expected = Notice(
        "g-fresh:1:offers.granted:1",
        EVE,
        Template.ACCESS_GRANTED,
        offer=PLAIN,
        message=IN_WORDS,
        opens=NOW + DAY,
        ends=IN_TEN,
    )
    assert told(world) == [expected]


def test_told_nothing(world: MemoryStore) -> None:
    """An offer whose message is off tells nobody that they have access, nor that they have it again (O4)."""
    _ = use.grant_access(world, ACT, QUIET, [(FRESH, EVE), (OTHER, DAN)])
    _ = use.revoke_access(world, act(key="revoke"), FRESH)
    _ = use.grant_anew(world, act(key="anew"), FRESH)
    assert [(notice.template, notice.to) for notice in told(world)] == [(Template.ACCESS_REVOKED, EVE)]


def test_told_of_what_becomes_of_it(world: MemoryStore) -> None:
    """Extended, revoked and granted anew, each with its own key; until when is that of what lasts longer now (O4)."""
    _ = use.extend_access(world, act(key="0"), CLEOS, Moment.at(IN_TWENTY))
    _ = use.extend_access(world, act(key="1"), ANNS, Moment.at(IN_TWENTY), course=EXCEL)
    _ = use.extend_access(world, act(key="2"), ANNS, None)
    _ = use.revoke_access(world, act(key="3"), ANNS)
    _ = use.grant_anew(world, act(key="4"), ANNS)
    read = [(notice.key, notice.to, notice.opens, notice.ends) for notice in told(world)]
    assert read == [
        ("g-cleo:2:offers.extended:1", CLEO, None, IN_TWENTY),
        ("g-ann:2:offers.extended:1", ANN, None, IN_TWENTY),
        ("g-ann:3:offers.extended:1", ANN, None, None),
        ("g-ann:4:offers.revoked:1", ANN, None, None),
        ("g-ann:5:offers.granted:1", ANN, None, None),
    ]


def test_what_the_organisation_switched_off_is_not_told(world: MemoryStore) -> None:
    """Beside the offer's own switch there is one for all offers, and one for each kind of news (T1)."""
    world.silenced = (Setting.TELL_ACCESS_GRANTED, Setting.TELL_ACCESS_EXTENDED)
    _ = use.grant_access(world, ACT, PLAN, [(FRESH, EVE)])
    _ = use.extend_access(world, act(key="extend"), FRESH, None)
    _ = use.revoke_access(world, act(key="revoke"), FRESH)
    assert [notice.template for notice in told(world)] == [Template.ACCESS_REVOKED]


@pytest.mark.parametrize("telling", Telling)
def test_every_way_of_telling_is_shown_above(telling: Telling) -> None:
    """The three offers of this world tell in the three ways there are (O4)."""
    assert telling in {each.message.telling for each in (TERMS, PLAIN_TERMS, QUIET_TERMS)}


# --- May they open it? ------------------------------------------------------------------------------------------------

MONDAY: Final = SessionId("monday")
FOR_EVER: Final = Open(None, Homework.BY_PERSON, ())


def in_session(store: MemoryStore, *, course: CourseId = EXCEL) -> None:
    """Let there be a session of a course, in a week."""
    store.places = {MONDAY: Place(training=course)}
    _ = open_session(store, act(key="open-session"), MONDAY, starts=STARTS, ends=ENDS)


def registered(store: MemoryStore, person: Person, name: str = "r-1") -> RegistrationId:
    """Register somebody in that session."""
    made = RegistrationId(name)
    _ = register(store, act(key=f"register-{name}"), made, session=MONDAY, person=person)
    return made


def seated(store: MemoryStore, *people: Person) -> PoolId:
    """Buy seats in that session for *people*."""
    store.bulk_buyers = {PortalId("academy"): frozenset(BuyerRole)}
    _ = buy_seats(
        store,
        act(key="buy"),
        PoolId("pool"),
        session=MONDAY,
        portal=PortalId("academy"),
        role=BuyerRole.CLIENT,
        transaction=TransactionId("order"),
        buyer=ActorId("manager"),
        prices=(PRICE,) * len(people),
        policy=Policy(),
        learners=people,
    )
    return PoolId("pool")


def test_the_question_over_a_grant(world: MemoryStore) -> None:
    """Before, within and after; by day of release; what is not in it; and what nobody sees yet (O5, O2)."""
    ask = partial(use.may_open_lesson, world, person=ANN)
    until = Open(IN_TEN, Homework.BY_PERSON, ())
    assert [ask(act(at), course=EXCEL, lesson=ONE) for at in (NOW, IN_TEN - TICK, IN_TEN)] == [
        until,
        until,
        AccessEnded(IN_TEN),
    ]
    # The course says when its third lesson is released, for the offer does not.
    released = NOW + 3 * DAY
    assert [ask(act(at), course=EXCEL, lesson=THREE) for at in (NOW, released - TICK, released)] == [
        NotYet(released),
        NotYet(released),
        until,
    ]
    assert ask(ACT, course=WORD, lesson=ONE) == CourseNotPublished(WORD)
    world.courses = {**world.courses, WORD: CourseFacts(WORD, published=True, schedule={ONE: Moment.at(IN_TWENTY)})}
    # Where the offer has a schedule, the course's is not looked at.
    assert [ask(ACT, course=WORD, lesson=lesson) for lesson in (ONE, TWO)] == [NotYet(NOW + DAY), NotYet(NOW + 8 * DAY)]
    assert ask(ACT, course=HIDDEN, lesson=ONE) == NotEntitled(HIDDEN)


def test_released_too_late(world: MemoryStore) -> None:
    """What comes out after access is over is said to (O5)."""
    schedule = {ONE: Moment.at(IN_TWENTY)}
    world.courses = {**world.courses, EXCEL: CourseFacts(EXCEL, published=True, schedule=schedule)}
    assert use.may_open_lesson(world, ACT, ANN, EXCEL, ONE) == ReleasedTooLate(IN_TWENTY, IN_TEN)


def test_a_revoked_grant_entitles_to_nothing(world: MemoryStore) -> None:
    """Neither by account nor by address, until it is granted anew (O4, O5)."""
    ask = partial(use.may_open_lesson, world, ACT, course=EXCEL, lesson=ONE)
    assert [ask(person=person) for person in (BEN, BEN_ELSEWHERE)] == [NotEntitled(EXCEL)] * 2
    _ = use.grant_anew(world, ACT, BENS)
    assert [ask(person=person) for person in (BEN, BEN_ELSEWHERE)] == [Open(IN_TEN, Homework.BY_PERSON, ())] * 2


def test_seats_and_registrations_entitle(world: MemoryStore) -> None:
    """As the store gives them: from the session's start on, while they hold, in that session's course alone (O5)."""
    in_session(world)
    registration, pool = registered(world, EVE), seated(world, BEN)
    ask = partial(use.may_open_lesson, world, course=EXCEL, lesson=ONE)
    for person in (EVE, BEN):
        assert [ask(act(at), person=person) for at in (STARTS - TICK, STARTS)] == [NotYet(STARTS), FOR_EVER]
        assert use.may_open_lesson(world, act(STARTS), person, WORD, ONE) == NotEntitled(WORD)
    _ = cancel_registration(world, act(key="cancel"), registration)
    _ = revoke_seat(world, act(key="revoke"), pool, SeatNo(1))
    assert [ask(act(STARTS), person=person) for person in (EVE, BEN)] == [NotEntitled(EXCEL)] * 2


def test_who_waits_for_approval_is_not_entitled(world: MemoryStore) -> None:
    """A registration that was asked for is none yet (N4, O5)."""
    in_session(world)
    _ = register(world, act(key="ask"), RegistrationId("r-1"), session=MONDAY, person=EVE, approval=True)
    assert use.may_open_lesson(world, act(STARTS), EVE, EXCEL, ONE) == NotEntitled(EXCEL)


def test_a_grant_beside_a_seat(world: MemoryStore) -> None:
    """Each is judged whole: open while either is, and the lessons of one are not those of the other (O5).

    Ann's grant has the first lesson until in ten days, her seat has all of them from the session's start on.
    """
    in_session(world)
    assert DAY < STARTS - NOW < IN_TEN - NOW
    _ = seated(world, ANN)
    automatic = Product(lessons=frozenset({ONE}), homework=Homework.AUTOMATIC, assistant=ActorId("eve"))
    _ = use.change_offer(world, ACT, PLAN, evolve(TERMS, products={EXCEL: automatic}))
    by_grant = Open(IN_TEN, Homework.AUTOMATIC, (ActorId("eve"),))
    by_both = evolve(by_grant, until=None)

    def said(lesson: LessonId) -> list[Answer]:
        times = (NOW, STARTS - TICK, STARTS, IN_TEN - TICK, IN_TEN)
        return [use.may_open_lesson(world, act(at), ANN, EXCEL, lesson) for at in times]

    assert said(ONE) == [by_grant, by_grant, by_both, by_both, FOR_EVER]
    assert said(TWO) == [NotYet(STARTS), NotYet(STARTS), FOR_EVER, FOR_EVER, FOR_EVER]


def test_two_grants_of_one_person(world: MemoryStore) -> None:
    """By account and by address: both count, the longer one is told, and a revocation takes its own alone (K7, O5)."""
    _ = use.grant_access(world, ACT, PLAIN, [(FRESH, ANN_TYPED)])
    ask = partial(use.may_open_lesson, world, course=EXCEL, lesson=ONE)
    assert ask(ACT, person=ANN) == FOR_EVER
    _ = use.revoke_access(world, act(key="revoke"), FRESH)
    assert ask(ACT, person=ANN) == Open(IN_TEN, Homework.BY_PERSON, ())


def test_what_opens_next(world: MemoryStore) -> None:
    """The earliest of all that entitles, for all lessons that open then, in the order asked (O5)."""
    in_session(world)
    lessons = (THREE, TWO, ONE)
    ask = partial(use.next_opening, world, course=EXCEL, lessons=lessons)
    assert ask(ACT, ANN) == Opening(NOW + 3 * DAY, (THREE,))
    assert ask(act(NOW + 3 * DAY), ANN) is None
    assert ask(ACT, EVE) is None
    _ = registered(world, EVE)
    assert ask(ACT, EVE) == Opening(STARTS, lessons)
    _ = use.grant_access(world, ACT, PLAIN, [(FRESH, EVE)])
    assert ask(ACT, EVE) == Opening(NOW + 3 * DAY, (THREE,))


def test_what_somebody_came_by(world: MemoryStore) -> None:
    """Each line as it was then, in the order of time, over all grants, also those that were revoked (O1)."""
    _ = use.grant_access(world, act(NOW + DAY, key="plain"), PLAIN, [(FRESH, BEN)])
    _ = use.sell_offer(world, act(NOW + 2 * DAY, key="sell"), OTHER, PLAN, BEN_ELSEWHERE, price=PRICE)
    _ = use.revoke_access(world, act(NOW + 2 * DAY, key="revoke"), FRESH)
    _ = use.change_offer(world, ACT, PLAN, evolve(TERMS, title="Another name"))
    assert use.purchases_of(world, ActorId("manager"), BEN) == (
        bought(days=-5),
        bought(PLAIN, PLAIN_TERMS, days=1),
        bought(charged=True, days=2),
    )
    assert use.purchases_of(world, ActorId("manager"), EVE) == ()


# What is asked of `world`, about Ann.
QUESTIONS: Final[Mapping[str, Callable[[MemoryStore, ActorId, Person], object]]] = {
    "may_open_lesson": lambda store, by, person: use.may_open_lesson(store, act(by=by), person, EXCEL, ONE),
    "next_opening": lambda store, by, person: use.next_opening(store, act(by=by), person, EXCEL, (THREE,)),
    "purchases_of": use.purchases_of,
}
SAID: Final[Mapping[str, object]] = {
    "may_open_lesson": Open(IN_TEN, Homework.BY_PERSON, ()),
    "next_opening": Opening(NOW + 3 * DAY, (THREE,)),
    "purchases_of": (bought(days=-5),),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_everybody_asks_for_themselves(question: str, world: MemoryStore) -> None:
    """Whoever acts under the account of whom they ask about needs no right (O5, R2)."""
    assert QUESTIONS[question](world, ActorId("ann"), ANN) == SAID[question]


@pytest.mark.parametrize("question", QUESTIONS)
def test_who_may_see_participants_asks_for_others(question: str, world: MemoryStore) -> None:
    """By account or by a bare address, with that right and no other (R2)."""
    less: Mapping[Right, Any] = {each: MATRIX[each] for each in MATRIX if each is not Right.PARTICIPANTS}
    _ = strictly(world, granted("vera", {Right.PARTICIPANTS: VIEW}), granted("less", less))
    _ = strictly(world, granted("north", partner=PartnerId("north")))
    ask = QUESTIONS[question]
    assert [ask(world, ActorId("vera"), person) for person in (ANN, ANN_TYPED)] == [SAID[question]] * 2
    refused = "Refused", NotGranted(Right.PARTICIPANTS, Action.VIEW)
    for by in ("less", "north", "ben", "stranger"):
        # Nobody learns whether there is such a person, either.
        for person in (ANN, ANN_TYPED, Person.of("nobody@example.com", "nobody")):
            assert answer(ask, world, ActorId(by), person) == refused


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_bare_address_is_nobodys_own(question: str, world: MemoryStore) -> None:
    """Whoever is named by an address alone is somebody else, whoever asks (R2, K7)."""
    dan = Person.of("dan@example.com")
    assert dan.account is None
    assert answer(QUESTIONS[question], world, ActorId("dan@example.com"), dan) == (
        "Refused",
        NotGranted(Right.PARTICIPANTS, Action.VIEW),
    )


@pytest.mark.parametrize("question", ["may_open_lesson", "next_opening"])
def test_a_course_that_nobody_knows_is_not_found(question: str, world: MemoryStore) -> None:
    """Asked for oneself or for others, once one may ask (R2)."""
    world.courses = {}
    for by in ("ann", "manager"):
        assert answer(QUESTIONS[question], world, ActorId(by), ANN) == ("NotFound", str(NotFound(CourseFacts)))
    assert answer(QUESTIONS[question], world, ActorId("stranger"), ANN) == (
        "Refused",
        NotGranted(Right.PARTICIPANTS, Action.VIEW),
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_asking_changes_nothing(question: str, world: MemoryStore) -> None:
    """A question uses no key, writes nothing and tells nobody (K10)."""
    before = states(world)
    _ = QUESTIONS[question](world, ActorId("manager"), ANN)
    assert (states(world), told(world)) == (before, [])
    with world.transaction() as work:
        assert work.answer(ActorId("manager"), ACT.key) is None


def test_events_are_of_the_unions() -> None:
    """All that is expected above is what happens to offers and grants, and all of that is expected (K3)."""
    expected = {type(event) for _, events in DONE.values() for _, _, event in events}
    assert expected == {*get_args(OfferEvent), *get_args(GrantEvent)}
