"""No grant reaches across partners: held over random grants and things, and by leaks that it must find (R2).

A thing of another partner is answered as a missing one is, whatever is asked of it, and what is listed and counted for
somebody is the same whether or not other partners have anything at all. What somebody reaches is worked out again
here, from the promises.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from lara_core import rights
from lara_core.hosting import asking, entitlements, partners, wallets
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Refused, why_not
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    EnrolmentId,
    LimitId,
    PartnerId,
    PoolId,
    ProviderId,
)
from lara_core.kernel.people import Person
from lara_core.offerings import NotOffered, Offering
from lara_core.rights import MATRIX, Action, Grant, Grants, GrantsDecision, Place, Right, Role, Scope
from lara_core.seats import SeatPool
from lara_core.telling.texts import Texts
from lara_core.testing import laws
from lara_core.testing.memory import MemoryStore, MemoryWork
from lara_core.wallet import Wallet
from tests.builders import NOW, TICK, act, granted

ROSA, HUGO = ActorId("rosa"), ActorId("hugo")
NORTH, SOUTH = PartnerId("north"), PartnerId("south")
# Few of each, so that they meet; the second provider serves both partners.
PARTNERS: Final = st.sampled_from([None, NORTH, SOUTH])
PROVIDERS: Final = st.sampled_from([None, ProviderId("main"), ProviderId("shared")])
TRAININGS: Final = st.sampled_from([None, CourseId("excel"), CourseId("first-aid")])
POOLS: Final = st.sampled_from([None, PoolId("p1"), PoolId("p2")])
RIGHTS: Final = st.sampled_from([Right.SESSIONS, Right.PARTICIPANTS, Right.REPORTS, Right.BUY_IN_BULK])
# Most places name their things; a scope names one or two.
PLACES: Final = st.builds(Place, partner=PARTNERS, provider=PROVIDERS, training=TRAININGS, pool=POOLS)
SCOPES: Final = st.one_of(
    st.builds(Scope),
    st.builds(Scope, partner=PARTNERS, provider=PROVIDERS),
    st.builds(Scope, training=TRAININGS),
    st.builds(Scope, pool=POOLS),
)

# All that can be taken without taking everything.
REST: Final = frozenset(Action) - {Action.VIEW}

ALIKE: Final = "R2: what is not reached is answered as what is missing"
ROWS: Final = "R2: what is listed does not depend on what others have"
OTHERS: Final = "R2: nothing is allowed beyond the partner's own"
ENOUGH: Final = "R2: what is granted is allowed where it reaches"
VIEWED: Final = "R2: whoever may do anything may view"


@frozen
class Row:
    """Something of somebody's, in a list that is shown and summed."""

    place: Place
    amount: int


@frozen
class World:
    """Grants of two people, and all the things there are."""

    grants: Sequence[Grant]
    rows: Sequence[Row]


@st.composite
def some_actions(draw: st.DrawFn, right: Right) -> frozenset[Action]:
    """Viewing, and perhaps more of what the right knows."""
    return frozenset({Action.VIEW}) | draw(st.frozensets(st.sampled_from(sorted(MATRIX[right]))))


@st.composite
def some_grants(draw: st.DrawFn) -> Grant:
    """A grant of whoever's people; Rosa is always the northern partner's."""
    right = draw(RIGHTS)
    actor, partner = draw(st.sampled_from([(ROSA, NORTH), (HUGO, None), (HUGO, SOUTH)]))
    return Grant(actor, partner, right, draw(some_actions(right)), draw(SCOPES))


WORLDS: Final = st.builds(
    World,
    st.lists(some_grants(), max_size=6),
    st.lists(st.builds(Row, PLACES, st.integers(1, 9)), max_size=6),
)


def answer(grants: Collection[Grant], right: Right, action: Action, on: Place | None) -> tuple[str, object]:
    """All that Rosa is told when she asks: how it went, and the words or the value."""
    try:
        rights.ask(grants, ROSA, right, action, on=on, kind=SeatPool)
    except NotFound as missing:
        return "not found", str(missing)
    except Refused as refused:
        return "refused", refused.refusal
    return "allowed", None


def within(grant: Grant, place: Place) -> bool:
    """Whether a grant of Rosa's reaches *place*, by what is written: hers, her partner's, all that the scope names."""
    names = ("partner", "provider", "training", "pool")
    named = [name for name in names if getattr(grant.scope, name) is not None]
    return (
        grant.actor == ROSA
        and place.partner == NORTH
        and all(getattr(grant.scope, name) == getattr(place, name) for name in named)
    )


def leaks(world: World) -> Iterator[str]:
    """The laws that a world breaks."""
    for right in (Right.SESSIONS, Right.PARTICIPANTS, Right.REPORTS, Right.BUY_IN_BULK):
        for place in {row.place for row in world.rows}:
            reaching = [grant for grant in world.grants if within(grant, place)]
            granted = {action for grant in reaching if grant.right is right for action in grant.actions}
            said = {action: answer(world.grants, right, action, place) for action in Action}
            missing = {action: answer(world.grants, right, action, None) for action in Action}
            if not reaching and place != Place() and said != missing:
                yield ALIKE
            may = {action for action, (how, _) in said.items() if how == "allowed"}
            if may - granted or any(
                rights.allowed(world.grants, ROSA, right, each, on=place) for each in missed(granted)
            ):
                yield OTHERS
            if granted - may:
                yield ENOUGH
            if may and Action.VIEW not in may:
                yield VIEWED
        alone = [row for row in world.rows if row.place.partner == NORTH]
        if shown(world.grants, right, world.rows) != shown(world.grants, right, alone):
            yield ROWS


def breaks(law: str, world: World) -> bool:
    """Whether *world* breaks *law*."""
    return law in leaks(world)


def missed(granted: Collection[Action]) -> Iterator[Action]:
    """The actions that were not granted."""
    return (action for action in Action if action not in granted)


def shown(grants: Collection[Grant], right: Right, rows: Iterable[Row]) -> tuple[list[Row], int, int]:
    """What Rosa sees of *rows*, how many they are, and what they come to."""
    seen = rights.visible(grants, ROSA, right, rows, lambda row: row.place)
    return list(seen), len(seen), sum(row.amount for row in seen)


@given(WORLDS)
def test_nothing_of_another_partner_is_told(world: World) -> None:
    """R2: not allowed, not listed, not counted, not even there; and what was granted is allowed where it reaches."""
    assert list(leaks(world)) == []


@given(WORLDS, PLACES)
def test_others_grants_change_nothing(world: World, place: Place) -> None:
    """R2: what Rosa is told does not depend on what anybody else was granted."""
    hers = [grant for grant in world.grants if grant.actor == ROSA]
    for right in (Right.SESSIONS, Right.BUY_IN_BULK):
        assert shown(world.grants, right, world.rows) == shown(hers, right, world.rows)
        for action in Action:
            assert answer(world.grants, right, action, place) == answer(hers, right, action, place)


def test_missing_is_said_in_the_words_of_the_store() -> None:
    """R2: whoever is told by the store and whoever is told before it was asked cannot tell the two apart."""
    with MemoryStore().transaction() as work, pytest.raises(NotFound) as raised:
        _ = work.pools.get(PoolId("p1"))
    elsewhere = Place(partner=SOUTH, pool=PoolId("p1"))
    assert answer((), Right.BUY_IN_BULK, Action.VIEW, elsewhere) == ("not found", str(raised.value))


@given(st.data())
def test_whatever_is_granted_stays_within_the_partner(data: st.DataObject) -> None:
    """R2, W2: every history of grants holds for the partner of the day alone; K3, K5: its events fold to it."""
    first = Grants.open(act(), ROSA, partner=data.draw(PARTNERS))
    grants, events = first.state, list(first.events)
    for _ in range(data.draw(st.integers(1, 8))):
        right, scope = data.draw(RIGHTS), data.draw(SCOPES)
        actions = data.draw(some_actions(right))
        role = Role(data.draw(st.sampled_from(["trainer", "reader"])), {right: actions, Right.USERS: {Action.VIEW}})
        commands: list[Callable[[], GrantsDecision]] = [
            partial(grants.grant, act(), right, actions, scope=scope),
            partial(grants.revoke, act(), right, data.draw(st.sampled_from([actions, REST])), scope=scope),
            partial(grants.grant_role, act(), role, scope=scope),
            partial(grants.revoke_role, act(), role.name, scope=scope),
            partial(grants.move, act(), data.draw(PARTNERS)),
        ]
        command = data.draw(st.sampled_from(commands))
        if why_not(command) is not None:
            continue
        decision = command()
        assert list(laws.of_decision(grants, decision)) == []
        grants = decision.state
        events += decision.events
        assert {grant.partner for grant in grants.held} <= {grants.partner}
        assert len({(grant.right, grant.scope, grant.role) for grant in grants.held}) == len(grants.held)
        place = data.draw(PLACES)
        if grants.partner not in (None, place.partner):
            assert not any(rights.allowed(grants.held, ROSA, each, on=place) for each in Right)
    assert list(laws.of_history(grants, events)) == []


@given(
    st.dictionaries(st.sampled_from([NORTH, SOUTH]), st.none() | st.integers(0, 9).map(Credits)),
    st.integers(0, 9).map(Credits),
    st.booleans(),
)
def test_what_others_are_offered_is_not_told(
    personal: dict[PartnerId, Credits | None], price: Credits, to_all: bool
) -> None:
    """W3: a partner sees a course, and its price, as if no other partner had ever been offered it."""
    offering = Offering.offer(act(), CourseId("excel"), price, to_all=to_all, personal=personal).state
    alone = evolve(offering, personal={name: own for name, own in personal.items() if name == NORTH})
    assert offering.offered_to(NORTH) is alone.offered_to(NORTH) is (to_all or NORTH in personal)
    if offering.offered_to(NORTH):
        assert offering.price_for(NORTH) == alone.price_for(NORTH)
    else:
        refused = why_not(offering.price_for, NORTH)
        assert refused == why_not(alone.price_for, NORTH) == NotOffered(CourseId("excel"))


# --- Leaks: the laws find each, or they are not yet a check -----------------------------------------------------------


def _anywhere_in_scope(self: Grant, place: Place) -> bool:
    """A partner's grant at a provider reaches all that the provider sells, whosesoever it is."""
    return self.scope.contains(place)


def _contains_everything(*_: object) -> bool:
    """Nobody looks at what a scope names."""
    return True


def _tells_that_it_is_there(*_: object) -> bool:
    """What is another's is refused, and so is known to be there."""
    return True


def _lists_everything(grants: object, actor: object, right: object, rows: Iterable[Row], place: object) -> Any:
    """A view that filters nothing."""
    return tuple(rows)


def _by_anybody(
    grants: Collection[Grant], actor: ActorId, right: Right, action: Action = Action.VIEW, **on: Any
) -> bool:
    """Whoever holds the grant."""
    return any(grant.right is right and action in grant.actions and grant.reaches(on["on"]) for grant in grants)


def _reaches_nothing(*_: object) -> bool:
    """Safe, and of no use."""
    return False


# The first world that comes will do: nobody reads it.
SEARCH: Final = settings(max_examples=1_000, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
EXCEL_AT_SHARED: Final = Place(partner=NORTH, provider=ProviderId("shared"), training=CourseId("excel"))
AT_SHARED: Final = Scope(provider=ProviderId("shared"))
VIEWING: Final = frozenset({Action.VIEW})
# One thing of each partner, at the one provider of both; each partner's person was granted that provider.
BOTH: Final = World(
    (Grant(ROSA, NORTH, Right.SESSIONS, VIEWING, AT_SHARED), Grant(HUGO, SOUTH, Right.REPORTS, VIEWING, AT_SHARED)),
    (
        Row(EXCEL_AT_SHARED, 3),
        Row(evolve(EXCEL_AT_SHARED, partner=SOUTH), 4),
        Row(evolve(EXCEL_AT_SHARED, provider=ProviderId("main")), 5),
    ),
)


@pytest.mark.parametrize(
    ("target", "name", "leak", "found"),
    [
        (Grant, "reaches", _anywhere_in_scope, {ALIKE, OTHERS, ROWS}),
        (Scope, "contains", _contains_everything, {ALIKE, OTHERS}),
        (rights, "_reached", _tells_that_it_is_there, {ALIKE}),
        (rights, "visible", _lists_everything, {ROWS}),
        (rights, "allowed", _by_anybody, {OTHERS}),
        (Grant, "reaches", _reaches_nothing, {ENOUGH}),
    ],
    ids=["across partners", "out of scope", "it is there", "a list", "by another's grant", "nothing"],
)
def test_a_leak_is_found(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, leak: object, found: set[str]
) -> None:
    """Each law is broken by a leak that is seeded for it: in a small world that is sound without, and by chance."""
    assert list(leaks(BOTH)) == []
    monkeypatch.setattr(target, name, leak)
    assert set(leaks(BOTH)) == found
    for law in found:
        world = find(WORLDS, partial(breaks, law), settings=SEARCH)
        assert breaks(law, world)


# --- Through the use cases and a store ----------------------------------------------------------------------------

SAME: Final = "R2: whatever is asked is answered as if other partners had nothing"
UNTOUCHED: Final = "R2: nothing of another partner is changed"


@frozen
class Company:
    """What one partner has: what was topped up, what it owes nobody, and how many it has enrolled."""

    credits: int
    price: int
    enrolled: int


@frozen
class House:
    """An organisation with a northern partner and, perhaps, a southern one; and what Rosa of the north was granted."""

    north: Company
    south: Company | None
    rights: Mapping[Right, frozenset[Action]]
    scope: Scope


COMPANIES: Final = st.builds(Company, st.integers(1, 99), st.integers(0, 9), st.integers(0, 2))
# What an administrator of a partner may hold, with the wallet's management.
OFTEN: Final = (
    Right.TRANSACTIONS,
    Right.REGISTRATIONS,
    Right.PARTICIPANTS,
    Right.MANAGE_WALLETS,
    Right.GROUPS,
    Right.USERS,
)
HOUSES: Final = st.builds(
    House,
    COMPANIES,
    COMPANIES,
    st.dictionaries(st.sampled_from(OFTEN), st.just(None), max_size=6).map(
        lambda rights: {right: MATRIX[right] for right in rights}
    ),
    st.sampled_from([Scope(), Scope(partner=NORTH), Scope(training=CourseId("excel"))]),
)
EXCEL: Final = CourseId("excel")
# Of each kind one name of the northern partner's, one of the southern's and one of nobody's.
TEXTS: Final = Texts()
COMPANIES_NAMED: Final = (NORTH, SOUTH, PartnerId("nobody"))
UNTIL: Final = NOW + TICK


def built(house: House) -> MemoryStore:
    """The house, in a store that asks for rights."""
    store = MemoryStore(trusting=False)
    with store.transaction() as work:
        work.save(granted("manager"))
        work.save(granted("rosa", house.rights, scope=house.scope, partner=NORTH))
        if house.south is not None:
            work.save(granted("sue", partner=SOUTH))
    personal: dict[PartnerId, Credits | None] = {NORTH: Credits(house.north.price)}
    if house.south is not None:
        personal[SOUTH] = Credits(house.south.price)
    _ = partners.offer_course(store, act(key="offer"), EXCEL, price=Credits(9), personal=personal)
    for name, company in ((NORTH, house.north), (SOUTH, house.south)):
        if company is not None:
            _move_in(store, name, company)
    return store


def _move_in(store: MemoryStore, name: PartnerId, company: Company) -> None:
    _ = partners.create_partner(store, act(key=f"{name}-create"), name, name=f"Secret {name}")
    _ = partners.appoint_administrator(store, act(key=f"{name}-appoint"), name, ActorId(f"admin-of-{name}"))
    _ = partners.add_client(store, act(key=f"{name}-client"), name, ClientId("client"), f"Secret client of {name}")
    _ = wallets.open_wallet(store, act(key=f"{name}-open"), name)
    _ = wallets.top_up(store, act(key=f"{name}-top-up"), name, Credits(company.credits), reason="invoice")
    for number in range(company.enrolled):
        person = Person.of(f"{name}-{number}@example.com", f"{name}-{number}")
        people = {EnrolmentId(f"{name}-{number}"): person}
        by = act(key=f"{name}-enrol-{number}")
        with suppress(Refused):
            _ = partners.enrol(store, by, name, EXCEL, people, shown=Credits(company.price))


def questions() -> Iterator[tuple[str, Callable[[MemoryStore], object]]]:
    """All that Rosa can ask and do, about every name she might try; each under a key of its own, as on a day."""
    for name in COMPANIES_NAMED:
        own = {EnrolmentId(f"new-of-{name}"): Person.of(f"new-of-{name}@example.com")}
        by = partial(_by_rosa, name)
        yield f"statement of {name}", partial(wallets.statement_of, by=ROSA, partner=name, since=NOW, until=UNTIL)
        yield (
            f"enrol for {name}",
            partial(partners.enrol, act=by("enrol"), partner=name, course=EXCEL, people=own, shown=Credits(3)),
        )
        yield (
            f"top up {name}",
            partial(wallets.top_up, act=by("top-up"), partner=name, amount=Credits(1), reason="invoice"),
        )
        yield (
            f"deduct from {name}",
            partial(wallets.deduct, act=by("deduct"), partner=name, amount=Credits(50), reason="mistake"),
        )
        yield (
            f"reverse of {name}",
            partial(wallets.reverse_top_up, act=by("reverse"), partner=name, entry=2, reason="mistake"),
        )
        yield (
            f"threshold of {name}",
            partial(wallets.set_threshold, act=by("threshold"), partner=name, threshold=Credits(5)),
        )
        yield f"open for {name}", partial(wallets.open_wallet, act=by("open"), partner=name)
        yield (
            f"limit over {name}",
            partial(wallets.set_limit, act=by("limit"), limit=LimitId(f"of-{name}"), amount=Credits(5), members=[name]),
        )
        yield (
            f"client of {name}",
            partial(partners.rename_client, act=by("client"), partner=name, client=ClientId("client"), name="Renamed"),
        )
        yield f"rename {name}", partial(partners.rename_partner, act=by("rename"), partner=name, name="Renamed")
        yield (
            f"course of {name}",
            partial(partners.create_own_course, act=by("course"), partner=name, course=CourseId(f"of-{name}")),
        )
        yield (
            f"admit to {name}",
            partial(entitlements.admit, act=by("admit"), actor=ActorId(f"new-of-{name}"), partner=name),
        )
        for number in range(2):
            enrolment = EnrolmentId(f"{name}-{number}")
            for done in (partners.withdraw_participant, partners.confirm_enrolment, partners.drop_enrolment):
                key = f"{done.__name__}-{number}"
                yield f"{key} of {name}", partial(done, act=by(key), enrolment=enrolment)
            for back in (partners.reverse_enrolment, partners.cancel_enrolment):
                key = f"{back.__name__}-{number}"
                yield f"{key} of {name}", partial(back, act=by(key), enrolment=enrolment, reason="ill")
    for actor in ("sue", "nobody"):
        yield (
            f"grant to {actor}",
            partial(
                entitlements.grant,
                act=act(by="rosa", key=f"grant-{actor}"),
                actor=ActorId(actor),
                right=Right.GROUPS,
                scope=Scope(),
            ),
        )


def _by_rosa(name: str, key: str) -> Act:
    return act(by="rosa", key=f"{key}-{name}")


def heard(store: MemoryStore) -> Mapping[str, object]:
    """All that Rosa hears in the course of such a day: answers, refusals, the words for them, in three languages."""
    told: dict[str, object] = {}
    for name, question in questions():
        try:
            said: object = question(store)
        except (NotFound, IdReused) as error:
            said = type(error), str(error), [TEXTS.say(error, language) for language in ("en", "fr", "it")]
        except Refused as refused:
            said = refused.refusal, [TEXTS.say(refused.refusal, language) for language in ("en", "fr", "it")]
        told[name] = said
    return told


def souths(store: MemoryStore) -> object:
    """All that the southern partner has, with its history."""
    with store.transaction() as work:
        names = [EnrolmentId(f"south-{number}") for number in range(2)]
        people = [_history(work, name) for name in names]
        return work.partners.events(SOUTH), work.wallets.events(SOUTH), people, work.entitlements.events(ActorId("sue"))


def _history(work: MemoryWork, enrolment: EnrolmentId) -> Sequence[object]:
    try:
        return work.enrolments.events(enrolment)
    except NotFound:
        return ()


def spills(house: House) -> Iterator[str]:
    """The laws that the use cases break in a house."""
    shared, alone = built(house), built(evolve(house, south=None))
    before = souths(shared)
    if heard(shared) != heard(alone):
        yield SAME
    if souths(shared) != before:
        yield UNTOUCHED


@settings(max_examples=25)
@given(HOUSES)
def test_no_use_case_tells_of_another_partner(house: House) -> None:
    """R2, promise 13: receipts, statements, refusals and their words are the same without the other partner.

    Whatever Rosa was granted, whatever she tries, of her own partner, of the other one and of one that never was; and
    nothing of the other one has changed by it.
    """
    assert list(spills(house)) == []


def _spills(law: str, house: House) -> bool:
    return law in spills(house)


# Both have something, and Rosa may do within her partner all that can be granted.
WHOLE: Final = House(Company(60, 3, 2), Company(77, 3, 2), MATRIX, Scope())


def test_rosa_can_do_something() -> None:
    """The law above is not kept by a house in which everything is refused: with all rights she does a lot."""
    said = heard(built(WHOLE))
    assert {name for name, each in said.items() if not isinstance(each, tuple)} == {
        "statement of north",
        "top up north",
        "deduct from north",
        "threshold of north",
        "enrol for north",
        "client of north",
        "admit to north",
        "withdraw_participant-0 of north",
        "reverse_enrolment-0 of north",
        "withdraw_participant-1 of north",
        "reverse_enrolment-1 of north",
    }


def _asks_nobody(*_: object, **__: object) -> None:
    """A use case that forgot to ask for rights."""


def _sums_everybody(store: MemoryStore, by: ActorId, partner: PartnerId, **_: object) -> int:
    """A statement that counts what the organisation has in all wallets."""
    with store.transaction() as work:
        return sum(stream.state.balance for stream in work.streams.values() if isinstance(stream.state, Wallet))


@pytest.mark.parametrize(
    ("target", "name", "leak", "found"),
    [
        (asking, "may", _asks_nobody, {SAME, UNTOUCHED}),
        (Grant, "reaches", _anywhere_in_scope, {SAME, UNTOUCHED}),
        (rights, "_reached", _tells_that_it_is_there, {SAME}),
        (wallets, "statement_of", _sums_everybody, {SAME}),
    ],
    ids=["nobody asks", "across partners", "it is there", "a total"],
)
def test_a_leak_of_the_use_cases_is_found(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, leak: object, found: set[str]
) -> None:
    """Each law is broken by a leak that is seeded for it, in a house that is sound without, and by chance."""
    assert list(spills(WHOLE)) == []
    monkeypatch.setattr(target, name, leak)
    assert set(spills(WHOLE)) == found
    for law in found:
        house = find(HOUSES, partial(_spills, law), settings=SEARCH)
        assert _spills(law, house)
