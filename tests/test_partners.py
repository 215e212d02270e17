"""Partners: how they look, who administers them, whom they train, what they pay for a course (W1 to W3)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, ClientId, CourseId, PartnerId
from lara_core.offerings import (
    FREE,
    CourseOffered,
    CoursePriced,
    NotOffered,
    OfferedToAll,
    OfferedToSelected,
    Offering,
    OfferingDecision,
    OwnCourse,
    OwnCourseCreated,
    PartnersDeselected,
    PartnersSelected,
    PriceChanged,
)
from lara_core.partners import (
    AdministersAnother,
    AdministratorAppointed,
    AdministratorDismissed,
    Branding,
    ClientAdded,
    ClientAlreadyThere,
    ClientRemoved,
    ClientRenamed,
    NoSuchClient,
    NotWhitelabel,
    Partner,
    PartnerBranded,
    PartnerConverted,
    PartnerCreated,
    PartnerDecision,
    PartnerKind,
    PartnerRenamed,
)
from lara_core.testing import laws
from tests.builders import act, flaw

NORTH, SOUTH, EAST = PartnerId("north"), PartnerId("south"), PartnerId("east")
ROSA, HUGO = ActorId("rosa"), ActorId("hugo")
MILL, FARM = ClientId("mill"), ClientId("farm")
EXCEL = CourseId("excel")
ONE, FIVE, TEN = Credits(1), Credits(5), Credits(10)
DEFAULT, WHITELABEL = PartnerKind

# How the organisation looks, and what a partner sets for itself.
HOUSE: Final = Branding(logo="house.png", colour="#102030", domain="learn.example.com", sender="The House")
OURS: Final = Branding(logo="north.png", colour="#AABBCC", domain="north.example.com", sender="North")


def partner(kind: PartnerKind = WHITELABEL, branding: Branding | None = None) -> Partner:
    """The northern partner, just created."""
    return Partner.create(act(), NORTH, name="North Ltd", kind=kind, branding=branding).state


# --- Default and whitelabel -------------------------------------------------------------------------------------------


def test_creating_a_partner() -> None:
    """It begins as a default one unless told otherwise, with nobody in it (W1)."""
    decision = Partner.create(act(), NORTH, name="North Ltd")
    assert decision.events == (PartnerCreated(NORTH, "North Ltd", DEFAULT, Branding(), act()),)
    assert decision.state == Partner(NORTH, 1, "North Ltd", DEFAULT, Branding(), frozenset(), {})
    branded = Partner.create(act(), NORTH, name="North Ltd", kind=WHITELABEL, branding=OURS)
    assert branded.events == (PartnerCreated(NORTH, "North Ltd", WHITELABEL, OURS, act()),)
    assert branded.state == Partner(NORTH, 1, "North Ltd", WHITELABEL, OURS, frozenset(), {})
    create = why_not(Partner.create, act(), NORTH, name="North Ltd", branding=OURS)
    assert create == NotWhitelabel(NORTH)


FIELDS: Final = ("logo", "colour", "domain", "sender")


@pytest.mark.parametrize("own", range(16))
def test_a_missing_field_is_inherited(own: int) -> None:
    """Each by itself: what a whitelabel sets is its own, the rest is the organisation's, which may say nothing (W1)."""
    mine = {name for bit, name in enumerate(FIELDS) if own & 1 << bit}
    set_here = Branding(**{name: getattr(OURS, name) for name in mine})
    looks = partner(branding=set_here).looks(HOUSE)
    assert {name: getattr(looks, name) for name in FIELDS} == {
        name: getattr(OURS if name in mine else HOUSE, name) for name in FIELDS
    }
    assert partner(branding=set_here).looks(Branding()) == set_here


def test_a_default_partner_looks_like_the_organisation() -> None:
    """Style and domain whole; what it had as a whitelabel rests until it is one again (W1)."""
    assert partner(DEFAULT).looks(HOUSE) == HOUSE
    before = partner(branding=OURS)
    plain = before.convert(act(), DEFAULT)
    assert plain.events == (PartnerConverted(DEFAULT, act()),)
    assert plain.state == evolve(before, version=2, kind=DEFAULT)
    assert plain.state.looks(HOUSE) == HOUSE
    assert plain.state.convert(act(), WHITELABEL).state.looks(HOUSE) == OURS


def test_branding() -> None:
    """A whitelabel's is changed as a whole; a default one has none of its own (W1)."""
    before = partner(branding=OURS)
    after = before.brand(act(), Branding(logo="new.png"))
    assert after.events == (PartnerBranded(Branding(logo="new.png"), act()),)
    assert after.state == evolve(before, version=2, branding=Branding(logo="new.png"))
    assert why_not(partner(DEFAULT).brand, act(), OURS) == NotWhitelabel(NORTH)
    assert why_not(partner(DEFAULT).brand, act(), Branding()) == NotWhitelabel(NORTH)


@pytest.mark.parametrize(
    ("field", "value", "bad"),
    [
        ("logo", "", Flaw.EMPTY),
        ("logo", "a\nb", Flaw.UNSAFE_CHARACTER),
        ("logo", 1, Flaw.WRONG_TYPE),
        ("colour", "#12345", Flaw.WRONG_FORM),
        ("colour", "#1234567", Flaw.WRONG_FORM),
        ("colour", "123456", Flaw.WRONG_FORM),
        ("colour", "#12345g", Flaw.WRONG_FORM),
        ("colour", "#1234٥6", Flaw.WRONG_FORM),
        ("colour", "#aAfF09", None),
        ("domain", "example", Flaw.WRONG_FORM),
        ("domain", "example.com/x", Flaw.WRONG_FORM),
        ("domain", "example.com:80", Flaw.WRONG_FORM),
        ("domain", "-a.example.com", Flaw.WRONG_FORM),
        ("domain", "a-.example.com", Flaw.WRONG_FORM),
        ("domain", "a..example.com", Flaw.WRONG_FORM),
        ("domain", "192.0.2.1", Flaw.WRONG_FORM),
        ("domain", "école.example.com", Flaw.WRONG_FORM),
        ("domain", f"{'a' * 64}.example.com", Flaw.WRONG_FORM),
        ("domain", f"{'a' * 63}.example.com", None),
        ("domain", "a." * 126 + "aa", Flaw.TOO_LONG),
        ("domain", "a." * 126 + "a", None),
        ("domain", "xn--cole-9oa.example.com", None),
        ("sender", "North\r\nBcc: all@example.com", Flaw.UNSAFE_CHARACTER),
        ("sender", "École du Nord", None),
    ],
)
def test_what_a_branding_holds(field: str, value: Any, bad: Flaw | None) -> None:
    """References and names in a line, a colour in six hexadecimal digits, a host name as the network has it (K9)."""
    assert flaw(lambda: Branding(**{field: value})) == (None if bad is None else (field, bad))


def test_renaming() -> None:
    """A partner may be called something else (W1)."""
    decision = partner().rename(act(), "North SA")
    assert decision.events == (PartnerRenamed("North SA", act()),)
    assert decision.state == evolve(partner(), version=2, name="North SA")


NAMED: Final[Mapping[str, Callable[[Any], PartnerDecision]]] = {
    "create": lambda name: Partner.create(act(), NORTH, name=name),
    "rename": lambda name: partner().rename(act(), name),
    "add_client": lambda name: partner().add_client(act(), MILL, name),
    "rename_client": lambda name: partner().add_client(act(), MILL, "The Mill").state.rename_client(act(), MILL, name),
}


@pytest.mark.parametrize("command", NAMED)
def test_names(command: str) -> None:
    """A company's name is a line that people read (K9)."""
    build = NAMED[command]
    assert flaw(lambda: build("")) == ("name", Flaw.EMPTY)
    assert flaw(lambda: build("a\u202eb")) == ("name", Flaw.UNSAFE_CHARACTER)
    assert flaw(lambda: build("a" * 501)) == ("name", Flaw.TOO_LONG)
    assert flaw(lambda: build(5)) == ("name", Flaw.WRONG_TYPE)
    assert flaw(lambda: build("a" * 500)) is None


def test_a_kind_is_one_of_two() -> None:
    """Not its name alone (K9)."""
    kind: Any = "black"
    assert flaw(lambda: Partner.create(act(), NORTH, name="North Ltd", kind=kind)) == ("kind", Flaw.WRONG_TYPE)
    assert flaw(lambda: partner().convert(act(), kind)) == ("kind", Flaw.WRONG_TYPE)


# --- Administrators and clients ---------------------------------------------------------------------------------------


def test_administrators() -> None:
    """They are appointed and dismissed, as many as there are (W2)."""
    first = partner().appoint(act(), ROSA, administers=None)
    assert first.events == (AdministratorAppointed(ROSA, act()),)
    assert first.state == evolve(partner(), version=2, administrators=frozenset({ROSA}))
    second = first.state.appoint(act(), HUGO, administers=NORTH)
    assert second.state.administrators == {ROSA, HUGO}
    gone = second.state.dismiss(act(), ROSA)
    assert gone.events == (AdministratorDismissed(ROSA, act()),)
    assert gone.state == evolve(second.state, version=4, administrators=frozenset({HUGO}))
    assert gone.state.appoint(act(), ROSA, administers=None).state.administrators == {ROSA, HUGO}


def test_an_administrator_is_one_of_one_partner() -> None:
    """Whoever administers another is refused, and not told whose they are (W2)."""
    assert why_not(partner().appoint, act(), ROSA, administers=SOUTH) == AdministersAnother(ROSA)


def test_clients() -> None:
    """The companies whose people a partner trains are added, renamed and removed (W2)."""
    added = partner().add_client(act(), MILL, "The Mill")
    assert added.events == (ClientAdded(MILL, "The Mill", act()),)
    assert added.state == evolve(partner(), version=2, clients={MILL: "The Mill"})
    both = added.state.add_client(act(), FARM, "The Farm").state
    renamed = both.rename_client(act(), MILL, "Mill SpA")
    assert renamed.events == (ClientRenamed(MILL, "Mill SpA", act()),)
    assert renamed.state == evolve(both, version=4, clients={MILL: "Mill SpA", FARM: "The Farm"})
    removed = renamed.state.remove_client(act(), MILL)
    assert removed.events == (ClientRemoved(MILL, act()),)
    assert removed.state == evolve(both, version=5, clients={FARM: "The Farm"})


def test_clients_that_are_there_or_are_not() -> None:
    """An id stands for one company; a company that is none of the clients cannot be renamed (W2)."""
    before = partner().add_client(act(), MILL, "The Mill").state
    assert why_not(before.add_client, act(), MILL, "Another") == ClientAlreadyThere(MILL)
    assert why_not(before.rename_client, act(), FARM, "The Farm") == NoSuchClient(FARM)


SETTLED: Final = (
    partner(branding=OURS).appoint(act(), ROSA, administers=None).state.add_client(act(), MILL, "The Mill").state
)
HARMLESS: Final[Mapping[str, Callable[[Partner], PartnerDecision]]] = {
    "rename": lambda settled: settled.rename(act(), "North Ltd"),
    "convert": lambda settled: settled.convert(act(), WHITELABEL),
    "brand": lambda settled: settled.brand(act(), OURS),
    "appoint": lambda settled: settled.appoint(act(), ROSA, administers=NORTH),
    "dismiss": lambda settled: settled.dismiss(act(), HUGO),
    "add_client": lambda settled: settled.add_client(act(), MILL, "The Mill"),
    "rename_client": lambda settled: settled.rename_client(act(), MILL, "The Mill"),
    "remove_client": lambda settled: settled.remove_client(act(), FARM),
}


@pytest.mark.parametrize("repeated", HARMLESS)
def test_what_changes_nothing(repeated: str) -> None:
    """The same state, and nothing to tell (K5)."""
    decision = HARMLESS[repeated](SETTLED)
    assert decision.events == ()
    assert decision.state is SETTLED


# --- To whom a course is offered, and for how much --------------------------------------------------------------------


def offering(
    price: Credits = TEN, *, to_all: bool = False, personal: Mapping[PartnerId, Credits | None] | None = None
) -> Offering:
    """A course of the organisation, at ten credits unless told otherwise."""
    return Offering.offer(act(), EXCEL, price, to_all=to_all, personal=personal).state


def price(of: Offering, partner: PartnerId) -> Credits | Refusal:
    """What an enrolment costs, or why there is none; the two ways to ask agree."""
    refused = why_not(of.price_for, partner)
    assert of.offered_to(partner) is (refused is None)
    return of.price_for(partner) if refused is None else refused


def test_offering_a_course() -> None:
    """At one price, to all or to selected partners; by itself it is offered to nobody (W3)."""
    decision = Offering.offer(act(), EXCEL, TEN, personal={NORTH: None, SOUTH: FREE})
    assert decision.events == (CourseOffered(EXCEL, TEN, False, {NORTH: None, SOUTH: FREE}, act()),)
    assert decision.state == Offering(EXCEL, 1, None, TEN, False, {NORTH: None, SOUTH: FREE})
    assert offering() == Offering(EXCEL, 1, None, TEN, False, {})
    assert offering(FREE, to_all=True) == Offering(EXCEL, 1, None, FREE, True, {})


def test_prices_of_selected_partners() -> None:
    """The personal price if set, and 0 is; unset it is the general one; not selected, there is none (W3)."""
    selected = offering(personal={NORTH: FIVE, SOUTH: FREE})
    selected = selected.select(act(), {PartnerId("west"): None}).state
    assert price(selected, NORTH) == 5
    assert price(selected, SOUTH) == 0
    assert price(selected, PartnerId("west")) == 10
    assert price(selected, EAST) == NotOffered(EXCEL)


def test_one_price_for_all() -> None:
    """Personal prices are ignored while a course is offered to all, and are there again afterwards (W3)."""
    selected = offering(personal={NORTH: FIVE, SOUTH: FREE})
    everyone = selected.offer_to_all(act())
    assert everyone.events == (OfferedToAll(act()),)
    assert everyone.state == evolve(selected, version=2, to_all=True)
    assert [price(everyone.state, each) for each in (NORTH, SOUTH, EAST)] == [10, 10, 10]
    again = everyone.state.offer_to_selected(act())
    assert again.events == (OfferedToSelected(act()),)
    assert again.state == evolve(selected, version=3)
    assert [price(again.state, each) for each in (NORTH, SOUTH, EAST)] == [5, 0, NotOffered(EXCEL)]


def test_the_general_price_changes() -> None:
    """For those who have no price of their own, and to 0 as to any other (W3)."""
    before = offering(personal={NORTH: FIVE, SOUTH: None})
    decision = before.set_price(act(), FREE)
    assert decision.events == (CoursePriced(FREE, act()),)
    assert decision.state == evolve(before, version=2, price=FREE)
    assert [price(decision.state, each) for each in (NORTH, SOUTH)] == [5, 0]


def test_selecting_and_deselecting() -> None:
    """Several at once; the event has what changed; whoever is deselected neither sees nor enrols (W3)."""
    before = offering(personal={NORTH: FIVE, SOUTH: None})
    more = before.select(act(), {EAST: FREE, NORTH: FIVE, SOUTH: ONE})
    assert more.events == (PartnersSelected({EAST: FREE, SOUTH: ONE}, act()),)
    assert more.state == evolve(before, version=2, personal={NORTH: FIVE, SOUTH: ONE, EAST: FREE})
    unset = more.state.select(act(), {NORTH: None})
    assert unset.events == (PartnersSelected({NORTH: None}, act()),)
    assert price(unset.state, NORTH) == 10
    less = unset.state.deselect(act(), [SOUTH, PartnerId("west"), EAST])
    assert less.events == (PartnersDeselected((EAST, SOUTH), act()),)
    assert less.state == evolve(unset.state, version=4, personal={NORTH: None})
    assert [price(less.state, each) for each in (NORTH, SOUTH, EAST)] == [10, NotOffered(EXCEL), NotOffered(EXCEL)]


def test_none_and_nothing_are_two_prices() -> None:
    """From unset to 0, and back, is a change (W3)."""
    unset = offering(personal={NORTH: None})
    free = unset.select(act(), {NORTH: FREE})
    assert free.events == (PartnersSelected({NORTH: FREE}, act()),)
    assert free.state.select(act(), {NORTH: None}).events == (PartnersSelected({NORTH: None}, act()),)


@pytest.mark.parametrize(
    ("shown", "agreed"),
    [
        (FIVE, None),
        (TEN, PriceChanged(TEN, FIVE)),
        (FREE, PriceChanged(FREE, FIVE)),
    ],
)
def test_the_price_that_was_shown(shown: Credits, agreed: Refusal | None) -> None:
    """It is the price, or the refusal says both (W3)."""
    selected = offering(personal={NORTH: FIVE})
    assert why_not(selected.agreed, NORTH, shown) == agreed
    assert why_not(selected.agreed, EAST, shown) == NotOffered(EXCEL)


def test_what_is_agreed() -> None:
    """The price now, 0 too (W3)."""
    selected = offering(personal={NORTH: FIVE, SOUTH: FREE})
    assert (selected.agreed(NORTH, FIVE), selected.agreed(SOUTH, FREE)) == (5, 0)


def test_a_whitelabels_own_course() -> None:
    """It costs no credits, is nobody else's, and cannot be offered or priced; a default partner has none (W1)."""
    decision = partner().create_course(act(), EXCEL)
    assert decision.events == (OwnCourseCreated(EXCEL, NORTH, act()),)
    own = decision.state
    assert own == Offering(EXCEL, 1, NORTH, FREE, False, {})
    assert (price(own, NORTH), price(own, SOUTH)) == (0, NotOffered(EXCEL))
    assert own.agreed(NORTH, FREE) == 0
    assert why_not(own.set_price, act(), FREE) == OwnCourse(EXCEL)
    assert why_not(own.offer_to_all, act()) == OwnCourse(EXCEL)
    assert why_not(own.offer_to_selected, act()) == OwnCourse(EXCEL)
    assert why_not(own.select, act(), {SOUTH: None}) == OwnCourse(EXCEL)
    assert why_not(own.deselect, act(), [NORTH]) == OwnCourse(EXCEL)
    assert why_not(partner(DEFAULT).create_course, act(), EXCEL) == NotWhitelabel(NORTH)
    assert why_not(partner().convert(act(), DEFAULT).state.create_course, act(), EXCEL) == NotWhitelabel(NORTH)


PRICED: Final[Mapping[str, tuple[Callable[[Any], object], str]]] = {
    "offer": (lambda number: Offering.offer(act(), EXCEL, number), "price"),
    "offer to one": (lambda number: Offering.offer(act(), EXCEL, TEN, personal={NORTH: number}), "personal"),
    "set_price": (lambda number: offering(TEN, to_all=True).set_price(act(), number), "price"),
    "select": (lambda number: offering().select(act(), {NORTH: number}), "personal"),
}


@pytest.mark.parametrize("command", PRICED)
def test_prices_are_whole_credits(command: str) -> None:
    """From 0; nothing else is a price (K9)."""
    with_number, field = PRICED[command]
    for number in (True, False, 1.0, float("nan"), "1"):
        assert flaw(partial(with_number, number)) == (field, Flaw.WRONG_TYPE)
    assert flaw(lambda: with_number(-1)) == (field, Flaw.TOO_SMALL)
    assert flaw(lambda: with_number(10**12 + 1)) == (field, Flaw.TOO_LARGE)
    assert flaw(lambda: with_number(10**12)) is None


def test_other_values_of_an_offering() -> None:
    """What was shown is a price, and a switch is on or off (K9)."""
    word: Any = "all"
    truth: Any = True
    assert flaw(lambda: offering(ONE, to_all=word)) == ("to_all", Flaw.WRONG_TYPE)
    assert flaw(lambda: offering(ONE, to_all=True).agreed(NORTH, truth)) == ("shown", Flaw.WRONG_TYPE)


STILL: Final[Mapping[str, Callable[[Offering], OfferingDecision]]] = {
    "set_price": lambda of: of.set_price(act(), TEN),
    "offer_to_all": lambda of: of.offer_to_all(act()),
    "select": lambda of: of.select(act(), {NORTH: FIVE, SOUTH: None}),
    "select nobody": lambda of: of.select(act(), {}),
    "deselect": lambda of: of.deselect(act(), [EAST]),
}


@pytest.mark.parametrize("repeated", STILL)
def test_what_changes_nothing_of_an_offering(repeated: str) -> None:
    """The same state, and nothing to tell (K5)."""
    before = offering(to_all=True, personal={NORTH: FIVE, SOUTH: None})
    decision = STILL[repeated](before)
    assert decision.events == ()
    assert decision.state is before


def test_offering_to_selected_twice() -> None:
    """The same state, and nothing to tell (K5)."""
    before = offering()
    decision = before.offer_to_selected(act())
    assert decision.events == ()
    assert decision.state is before


def test_every_step_of_a_partner_keeps_the_laws() -> None:
    """The events fold to the state, and the version counts them (K3, K5)."""
    first = Partner.create(act(), NORTH, name="North Ltd", kind=WHITELABEL, branding=OURS)
    assert list(laws.of_decision(None, first)) == []
    state, events = first.state, list(first.events)
    steps: list[Callable[[Partner], PartnerDecision]] = [
        lambda partner: partner.appoint(act(), ROSA, administers=None),
        lambda partner: partner.add_client(act(), MILL, "The Mill"),
        lambda partner: partner.rename_client(act(), MILL, "Mill SpA"),
        lambda partner: partner.brand(act(), Branding()),
        lambda partner: partner.convert(act(), DEFAULT),
        lambda partner: partner.rename(act(), "North SA"),
        lambda partner: partner.remove_client(act(), MILL),
        lambda partner: partner.dismiss(act(), ROSA),
        lambda partner: partner.dismiss(act(), ROSA),
    ]
    for step in steps:
        decision = step(state)
        assert list(laws.of_decision(state, decision)) == []
        state = decision.state
        events += decision.events
    assert list(laws.of_history(state, events)) == []
    assert len(events) == 9


def test_every_step_of_an_offering_keeps_the_laws() -> None:
    """The events fold to the state, and the version counts them (K3, K5)."""
    first = Offering.offer(act(), EXCEL, TEN)
    own = partner().create_course(act(), EXCEL)
    assert [*laws.of_decision(None, first), *laws.of_decision(None, own)] == []
    state, events = first.state, list(first.events)
    steps: list[Callable[[Offering], OfferingDecision]] = [
        lambda of: of.select(act(), {NORTH: FIVE, SOUTH: None}),
        lambda of: of.set_price(act(), ONE),
        lambda of: of.offer_to_all(act()),
        lambda of: of.deselect(act(), [NORTH]),
        lambda of: of.offer_to_selected(act()),
        lambda of: of.deselect(act(), [NORTH]),
    ]
    for step in steps:
        decision = step(state)
        assert list(laws.of_decision(state, decision)) == []
        state = decision.state
        events += decision.events
    assert list(laws.of_history(state, events)) == []
    assert len(events) == 6
