"""Whatever tells of a person is rewritten to tell of a tombstone, and everything still adds up (K13)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, cast

import pytest
from attrs import Factory, field, fields, frozen, has
from hypothesis import given
from hypothesis import strategies as st

from lara_core.formats import json
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure, erased
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import AccountId, ActorId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.kernel.receipts import Receipt, Written
from lara_core.refunds import Charge
from lara_core.seats import (
    AlreadySeated,
    Invitation,
    LearnerWithdrew,
    PoolHandedOver,
    SeatPool,
    SeatsAssigned,
)
from lara_core.telling.notices import Notice, Template, notices
from lara_core.testing import laws, samples, strategies
from lara_core.testing.memory import MemoryStore
from tests.builders import ANN, ANN_TYPED, BEN, CLEO, DAN, NOW, act, charge, flaw, pool, session

STONE: Final = Person.of("17@erased.invalid", "erased-17")
# Ann is known by an earlier address, too, and does things herself.
ANN_BEFORE: Final = Person.of("ann.before@example.com")
ANN_ACTS: Final = ActorId("ann")
NOBODY: Final = ActorId("actor-17")
GONE: Final = Erasure.of(ANN, STONE, also=(ANN_BEFORE,), actors={ANN_ACTS: NOBODY})

History = Sequence[Decision[Aggregate, Event]]


# --- Who is erased


def test_an_erasure_has_every_key() -> None:
    """A person is erased by all that they are known by, earlier addresses too; nobody's actor id changes by itself."""
    keys = frozenset({*ANN.keys, *ANN_BEFORE.keys})
    assert Erasure(keys, STONE, {ANN_ACTS: NOBODY}) == GONE
    assert Erasure.of(DAN, Person.of("18@erased.invalid")) == Erasure(
        frozenset(DAN.keys), Person.of("18@erased.invalid"), {}
    )


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: Erasure(frozenset(), STONE), ("keys", Flaw.EMPTY)),
        (lambda: Erasure(set(ANN.keys), STONE), ("keys", Flaw.WRONG_TYPE)),  # type: ignore[arg-type] # on purpose
        (lambda: Erasure(frozenset(ANN.keys), "gone"), ("tombstone", Flaw.WRONG_TYPE)),  # type: ignore[arg-type] # on purpose
        (lambda: Erasure.of(ANN, ANN), ("tombstone", Flaw.WRONG_FORM)),
        (lambda: Erasure.of(ANN, Person.of("17@erased.invalid", "ann")), ("tombstone", Flaw.WRONG_FORM)),
        (lambda: Erasure.of(ANN, Person.of("ANN@example.com", "erased-17")), ("tombstone", Flaw.WRONG_FORM)),
        (lambda: Erasure.of(ANN, DAN), ("tombstone.account", Flaw.EMPTY)),
        (lambda: Erasure.of(ANN, STONE, actors={ANN_ACTS: ANN_ACTS}), ("actors", Flaw.WRONG_FORM)),
        (
            lambda: Erasure.of(ANN, STONE, actors={ANN_ACTS: NOBODY, ActorId("old"): ANN_ACTS}),
            ("actors", Flaw.WRONG_FORM),
        ),
        (lambda: Erasure.of(ANN, STONE, actors={ANN_ACTS: "no id"}), ("ActorId", Flaw.UNSAFE_CHARACTER)),  # type: ignore[dict-item] # on purpose
    ],
)
def test_an_erasure_that_makes_no_sense_is_refused(build: Callable[[], object], expected: tuple[str, Flaw]) -> None:
    """K9, K13: a tombstone shares nothing with the person, can stand where a learner does, and is not erased itself."""
    assert flaw(build) == expected


def test_an_erasure_does_not_show_whom_it_erases() -> None:
    """K11: keys hold addresses, and a repr ends up in logs."""
    assert "example.com" not in repr(GONE)


# --- What is rewritten


def test_a_person_by_any_key_is_the_tombstone() -> None:
    """K7: by account, by address in another spelling, by an earlier address; nobody else is touched."""
    known = [ANN, ANN_TYPED, ANN_BEFORE, Person.of("new@example.com", "ann")]
    assert [erased(person, GONE) for person in known] == [STONE] * 4
    assert all(erased(person, GONE) is person for person in (BEN, DAN, STONE))


def test_an_address_alone_is_rewritten() -> None:
    """An address that stands without a person is known by its key."""
    assert erased(ANN_TYPED.address, GONE) == STONE.address
    assert erased(DAN.address, GONE) is DAN.address


def test_an_event_is_rewritten() -> None:
    """The persons and who acted change; ids, keys and times stay, also where they read as the actor does."""
    by_ann = Act(NOW, ANN_ACTS, Key("ann"))
    event = SeatsAssigned({SeatNo(2): BEN, SeatNo(1): ANN}, (ANN_TYPED, CLEO), (DAN,), {SeatNo(3): ANN_BEFORE}, by_ann)
    after = erased(event, GONE)
    assert after == SeatsAssigned(
        {SeatNo(2): BEN, SeatNo(1): STONE}, (STONE, CLEO), (DAN,), {SeatNo(3): STONE}, Act(NOW, NOBODY, Key("ann"))
    )
    assert list(after.learners) == [2, 1]
    assert after.already is event.already


def test_a_state_is_rewritten() -> None:
    """Ann buys, holds a seat, is invited to another, and had a third one: none of it tells of her any more."""
    before = pool(ANN, BEN, invitees=(DAN,), seats=4)
    before = before.cancel(act(), (SeatNo(1),), session=session()).state
    before = before.invite(act(), (ANN_BEFORE,), session=session(), seated=()).state
    before = before.hand_over(act(), ANN_ACTS).state
    after = erased(before, GONE)
    assert after.cancelled[SeatNo(1)].holder == STONE
    assert after.invited == {SeatNo(3): before.invited[SeatNo(3)], SeatNo(4): Invitation(3, STONE, until(before))}
    assert after.invited[SeatNo(3)] is before.invited[SeatNo(3)]
    assert after.buyer == NOBODY
    assert (after.id, after.version, after.enrolled, after.prices) == ("pool", 4, {SeatNo(2): BEN}, before.prices)
    assert after.counters() == before.counters()


def until(before: SeatPool) -> Deadline:
    """Until when the last seat's invitation lasts."""
    return before.invited[SeatNo(4)].until


def test_a_receipt_is_rewritten() -> None:
    """What a command did is kept for good, but for who it was; its key stays (K4)."""
    event = PoolHandedOver(ActorId("manager"), ANN_ACTS, act(by="ann"))
    assert erased(Receipt(ANN_ACTS, Key("ann"), (Written("pool", 2, event),)), GONE) == Receipt(
        NOBODY, Key("ann"), (Written("pool", 2, PoolHandedOver(ActorId("manager"), NOBODY, act(by="actor-17"))),)
    )


def test_a_notice_is_rewritten() -> None:
    """A notice goes to a person or to an actor, and both may be the one who is erased."""
    to_learner = Notice("ann", ANN, Template.ENROLLED, SessionId("ann"), PoolId("ann"), (SeatNo(1),))
    to_buyer = Notice("ann", ANN_ACTS, Template.CANCELLED_BUYER, SessionId("ann"), PoolId("ann"), (SeatNo(1),))
    rest = (SessionId("ann"), PoolId("ann"), (SeatNo(1),))
    assert erased(to_learner, GONE) == Notice("ann", STONE, Template.ENROLLED, *rest)
    assert erased(to_buyer, GONE) == Notice("ann", NOBODY, Template.CANCELLED_BUYER, *rest)


def test_refusals_decisions_and_charges_are_rewritten() -> None:
    """K13 is about every value of the library, whatever it is for."""
    assert erased(AlreadySeated((BEN, ANN)), GONE) == AlreadySeated((BEN, STONE))
    bought = Charge.capture(
        act(), TransactionId("order"), buyer=ANN_ACTS, captured=charge().captured, terms=charge().terms
    )
    after = erased(bought, GONE)
    assert (after.state.buyer, after.events[0]) == (NOBODY, erased(bought.events[0], GONE))
    assert after.events[0] != bought.events[0]


def test_what_has_nobody_in_it_is_the_same_object() -> None:
    """What does not tell of the person comes back as it is."""
    nobody: list[object] = [
        pool(BEN),
        charge(),
        session(),
        LearnerWithdrew(SeatNo(1), BEN, act()),
        act(),
        NOW,
        None,
        (BEN, 1, "ann"),
        frozenset({BEN}),
        {"ann": BEN},
        ANN_ACTS,
    ]
    assert [value for value in nobody if erased(value, GONE) is not value] == []


# --- By what is declared


class Kind(StrEnum):
    ANN = "ann"


class Named(NamedTuple):
    by: ActorId
    title: str


class Bare(NamedTuple):
    by: ActorId


@frozen
class Everywhere:
    """A host's own event, with the same text in every place where a text can stand."""

    by: ActorId
    title: str
    kind: Kind
    account: AccountId
    key: PersonKey
    address_key: PersonKey
    someone: "Person | ActorId | None"
    maybe: ActorId | None
    maybe_key: PersonKey | None
    pair: tuple[ActorId, str]
    many: tuple[ActorId, ...] | None
    some: Collection[ActorId]
    others: Collection[ActorId]
    one_of: frozenset[ActorId]
    roster: frozenset[PersonKey]
    by_actor: Mapping[ActorId, str]
    by_pool: dict[PoolId, ActorId]
    loose: Mapping  # type: ignore[type-arg] # as hosts may write it
    looser: tuple  # type: ignore[type-arg] # as hosts may write it
    named: Named
    alone: Bare
    _own: ActorId
    day: date = date(2027, 3, 1)
    twice: tuple[ActorId, ...] = field(init=False, default=Factory(lambda self: (self.by, self.by), takes_self=True))


def everywhere(actor: str, account: str, key: str, address_key: str) -> Everywhere:
    """One of them: what is an id follows the arguments, and what only reads like one is `ann` always."""
    by = ActorId(actor)
    return Everywhere(
        by,
        "ann",
        Kind.ANN,
        AccountId(account),
        PersonKey(key),
        PersonKey(address_key),
        by,
        by,
        PersonKey(key),
        (by, "ann"),
        (ActorId("ben"), by),
        (by, by),
        {by: "ann"},
        frozenset({by}),
        frozenset({PersonKey(key), PersonKey("account:ben")}),
        {by: "ann", ActorId("ben"): "ann"},
        {PoolId("ann"): by},
        {"ann": "ann"},
        ("ann",),
        Named(by, "ann"),
        Bare(by),
        by,
    )


def test_an_id_is_known_by_the_type_of_its_field() -> None:
    """Ids are plain strings: only where one is declared to be an actor's, an account or a key does it change."""
    assert erased(everywhere("ann", "ann", "account:ann", "address:ann@example.com"), GONE) == everywhere(
        "actor-17", "erased-17", "account:erased-17", "address:17@erased.invalid"
    )
    other = everywhere("ben", "ben", "account:ben", "address:ben@example.com")
    assert erased(other, GONE) is other


def test_what_is_made_of_other_fields_is_made_again() -> None:
    """A field that the constructor does not take is not rewritten, but follows those that are."""
    assert erased(everywhere("ann", "a", "b", "c"), GONE).twice == ("actor-17", "actor-17")


def test_kinds_of_containers_stay() -> None:
    """Tuples stay tuples, named ones too, and sets stay frozen; a mapping keeps its order."""
    event = erased(everywhere("ann", "ann", "account:ann", "c"), GONE)
    kinds = [type(each) for each in (event.pair, event.named, event.one_of, event.by_actor)]
    assert kinds == [tuple, Named, frozenset, dict]
    assert list(event.by_actor) == ["actor-17", "ben"]
    # A mapping by whatever class.
    assert erased(MappingProxyType({"b": ANN, "a": BEN}), GONE) == {"b": STONE, "a": BEN}


@pytest.mark.parametrize("value", [[ANN], {ANN}, Decimal(1), object(), (ANN, [ANN])])
def test_what_cannot_be_looked_into_is_refused(value: object) -> None:
    """Half an erasure would look like a whole one."""
    assert flaw(lambda: erased(value, GONE)) == ("value", Flaw.WRONG_TYPE)


@frozen
class Tally:
    """How often each did something."""

    times: Mapping[ActorId, int]


def test_two_keys_do_not_become_one() -> None:
    """Nothing is lost: a mapping in which the person has two entries is refused, not cut."""
    twice = Erasure.of(ANN, STONE, actors={ANN_ACTS: NOBODY, ActorId("ann-too"): NOBODY})
    assert erased(Tally({ANN_ACTS: 2}), twice) == Tally({NOBODY: 2})
    assert flaw(lambda: erased(Tally({ANN_ACTS: 2, ActorId("ann-too"): 3}), twice)) == ("value", Flaw.WRONG_FORM)


# --- The laws, over what really happens


def people_in(value: object) -> Iterator[Person]:
    """Whoever is mentioned anywhere, found without the code that is tested."""
    kind = type(value)
    if isinstance(value, Person):
        yield value
    elif isinstance(value, Mapping):
        for each in cast("Mapping[object, object]", value).values():
            yield from people_in(each)
    elif isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            yield from people_in(each)
    elif has(kind):
        for member in fields(kind):
            yield from people_in(getattr(value, member.name))


def actors_in(history: History) -> list[ActorId]:
    """Whoever acted, and whoever bought."""
    acted = {event.act.by for decision in history for event in decision.events}
    bought = {value for decision in history for value in [getattr(decision.state, "buyer", None)] if value is not None}
    return sorted(acted | bought)


def mentions_of(person: Person, everybody: Collection[Person]) -> list[Person]:
    """All that is said of *person*, through whatever keys it hangs together."""
    known = {*person.keys}
    while more := {key for each in everybody if each.is_in(known) for key in each.keys} - known:
        known |= more
    return [each for each in everybody if each.is_in(known)]


def keeps(history: History, person: Person, actors: Mapping[ActorId, ActorId]) -> None:
    """Hold every promise of K13 for *person* in *history*."""
    everybody = list(people_in(tuple(history)))
    mentions = mentions_of(person, everybody)
    erasure = Erasure.of(person, STONE, also=mentions, actors=actors)
    told = [each for decision in history for each in notices(decision, audience=MemoryStore().begin())]
    kept = [
        *(decision.state for decision in history),
        *(event for decision in history for event in decision.events),
        *(Receipt.of(decision.events[0].act, (decision,)) for decision in history if decision.events),
        *told,
    ]
    after = [erased(value, erasure) for value in kept]

    # Rewritten events fold to the rewritten state, to the last field and its type.
    state = erased(history[-1].state, erasure)
    events = [erased(event, erasure) for decision in history for event in decision.events]
    assert list(laws.of_history(state, events)) == []
    assert samples.differences(laws.fold(type(state), events), state, "state") == ""
    # Everything still adds up.
    if isinstance(state, SeatPool):
        before = history[-1].state
        assert isinstance(before, SeatPool)
        assert list(laws.of_pool(state)) == []
        assert (state.counters(), state.to_assign, state.prices) == (before.counters(), before.to_assign, before.prices)
    if isinstance(state, Charge):
        assert list(laws.of_charge(state)) == []
    # Erasing twice is erasing once.
    assert [value for value in after if erased(value, erasure) is not value] == []
    # No trace is left in what is stored.
    stored = [json.dumps(value) for value in after]
    traces = {json.dumps(text) for each in mentions for text in (each.address.typed, each.address.key)}
    assert [text for text in stored for trace in traces if trace in text] == []
    left = [each for value in after for each in people_in(value) if each != STONE]
    assert [each for each in left if each.is_in(erasure.keys)] == []
    # Everybody else is there as before, each the very same.
    assert [id(each) for each in left] == [
        id(each) for value in kept for each in people_in(value) if not each.is_in(erasure.keys)
    ]
    # What has neither the person nor a replaced actor in it is the very same.
    same = [(old, new) for old, new in zip(kept, after, strict=True) if not samples.differences(old, new, "value")]
    assert [old for old, new in same if new is not old] == []


def test_every_sample_is_erased_whole() -> None:
    """Each kind of event, with addresses of all scripts: everybody in turn, with everybody's acts."""
    for history in samples.histories():
        actors = {actor: ActorId(f"gone-{number}") for number, actor in enumerate(actors_in(history))}
        everybody, _ = distinct(people_in(tuple(history)))
        for person in (*everybody, ANN):
            keeps(history, person, actors)


@given(history=st.one_of(strategies.pool_histories(), strategies.pool_histories(tries=8)), data=st.data())
def test_a_pool_is_erased_whole(history: History, data: st.DataObject) -> None:
    """K13 for pools that real commands reached, whoever is erased from them."""
    everybody = [*people_in(tuple(history)), ANN]
    actors = data.draw(st.sets(st.sampled_from(actors_in(history))))
    keeps(history, data.draw(st.sampled_from(everybody)), {actor: ActorId("gone" + "-" * 240) for actor in actors})


@given(history=st.one_of(strategies.charge_histories(), strategies.session_histories()), data=st.data())
def test_charges_and_sessions_are_erased_whole(history: History, data: st.DataObject) -> None:
    """K13 for what knows a person by what they did, or by their place in a queue."""
    everybody = [*people_in(tuple(history)), ANN]
    actors = data.draw(st.sets(st.sampled_from(actors_in(history))))
    keeps(history, data.draw(st.sampled_from(everybody)), {actor: ActorId("gone" + "-" * 240) for actor in actors})


def test_who_has_an_account_is_replaced_by_one_who_has() -> None:
    """Also where the erasure knows them by their address alone: whoever is enrolled has an account (S4, K13)."""
    known = Person.of("ann@example.com", "ann")
    by_address = Erasure.of(Person(known.address), Person.of("17@erased.example.com"))
    assert erased(Person(known.address), by_address) == by_address.tombstone
    with pytest.raises(BadValue, match=r"^tombstone\.account: empty$"):
        _ = erased(known, by_address)
