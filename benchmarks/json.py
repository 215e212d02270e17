"""B6, B7: what strict JSON costs, next to msgspec and pydantic on classes of the same shape.

The peers look at types and nothing else. Their classes are made from ours, field by field, so that the shapes cannot
differ. What is dumped was loaded before, as a host has it. Most seats are enrolled, as when a session is near, and
one in ten is still invited.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

from attrs import fields, frozen

from benchmarks.harness import AtMost, Row, Sample, calls, ratio
from lara_core.formats import json
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import (
    Cancelled,
    Cause,
    Invitation,
    InvitationAccepted,
    Policy,
    SeatEvent,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
)

Kind: TypeAlias = Any
Build: TypeAlias = Callable[[Any, Mapping[str, Kind]], Kind]
"""Makes a peer's class where we have one, with these fields."""

_SEATS: Final = 1_000
_ACT: Final = Act(datetime(2027, 3, 1, 9, tzinfo=UTC), ActorId("manager"), Key("key"))
_UNTIL: Final = Deadline.at(datetime(2027, 3, 8, 9, tzinfo=UTC))


def _person(number: int) -> Person:
    return Person.of(f"learner-{number:05}@example.com", f"learner-{number:05}")


def _pool() -> SeatPool:
    """Seven of ten seats are enrolled, half of them by invitation, and one each is invited, cancelled and free.

    Half of the cancelled ones had a holder.
    """
    enrolled, invited, cancelled = (_SEATS * tenths // 10 for tenths in (7, 8, 9))
    return SeatPool(
        PoolId("pool"),
        7,
        SessionId("excel"),
        TransactionId("order"),
        ActorId("manager"),
        Policy(),
        tuple(Money.of(f"{10 + number % 7}.00", "CAD") for number in range(_SEATS)),
        None,
        tuple(map(SeatNo, range(cancelled + 1, _SEATS + 1))),
        {SeatNo(seat): Invitation(6, _person(seat), _UNTIL) for seat in range(enrolled + 1, invited + 1)},
        {SeatNo(seat): _person(seat) for seat in range(1, enrolled + 1)},
        {SeatNo(seat): 2 for seat in range(1, enrolled + 1, 2)},
        {SeatNo(seat): _cancelled(seat) for seat in range(invited + 1, cancelled + 1)},
        {},
    )


def _cancelled(seat: int) -> Cancelled:
    if seat % 2:
        return Cancelled(Cause.ASKED, SeatState.ENROLLED, _person(seat))
    return Cancelled(Cause.ASKED, SeatState.FREE, None)


def _events() -> list[SeatEvent]:
    """A hundred of each kind that happens daily, and a purchase."""
    events: list[SeatEvent] = [
        SeatsBought(
            PoolId("pool"),
            SessionId("excel"),
            TransactionId("order"),
            ActorId("manager"),
            Policy(),
            (Money.of("10.00", "CAD"),) * 10,
            {},
            {},
            None,
            None,
            _ACT,
        )
    ]
    for number in range(1, 101):
        seat = SeatNo(number)
        events += [
            SeatsAssigned({seat: _person(number)}, (), (), {}, _ACT),
            SeatsInvited({seat: _person(number)}, _UNTIL, (), (), {}, _ACT),
            InvitationAccepted(seat, 2, _person(number), _ACT),
            SeatRevoked(seat, _person(number), _person(number + 1), None, _ACT),
            SeatRevoked(seat, _person(number), None, None, _ACT),
            SeatsCancelled((seat,), {seat: _person(number)}, {}, Cause.ASKED, _ACT),
        ]
    return events


def _alike(kind: Kind, build: Build) -> Kind:
    """What a peer has where we have *kind*."""
    origin: Kind = get_origin(kind)
    parts = tuple(part if part is ... else _alike(part, build) for part in get_args(kind))
    if origin in (Union, UnionType):
        return Union[parts]  # noqa: UP007 - the parts are known at run time alone
    if origin is not None:
        return origin[parts]
    for plain in (NoneType, bool, int, str, datetime, date):
        if issubclass(kind, plain):
            return plain
    return str if kind is EmailAddress else build(kind, {each.name: _alike(each.type, build) for each in fields(kind)})


@frozen
class Codec:
    """What reads and writes one kind."""

    read: Callable[[json.JSON], object]
    write: Callable[[Any], object]


def _ours(kind: Kind) -> Codec:
    return Codec(partial(json.load, kind), json.dump)


def _msgspec(kind: Kind) -> Codec:
    msgspec = import_module("msgspec")
    return Codec(
        partial(msgspec.convert, type=_structs(kind), str_keys=True),
        partial(msgspec.to_builtins, str_keys=True),
    )


def _msgspec_prepared(kind: Kind) -> Codec:
    """The same, reading in a struct of one field: msgspec looks at the members of a bare union at every call."""
    msgspec = import_module("msgspec")
    kept = msgspec.defstruct("Kept", [("event", _structs(kind))], frozen=True)
    read = partial(msgspec.convert, type=kept, str_keys=True)
    return Codec(lambda data: read({"event": data}).event, _msgspec(kind).write)


def _structs(kind: Kind) -> Kind:
    msgspec = import_module("msgspec")

    def struct(ours: Kind, members: Mapping[str, Kind]) -> Kind:
        return msgspec.defstruct(ours.__name__, list(members.items()), frozen=True, tag=json.NAMES.get(ours))

    return _alike(kind, struct)


def _pydantic(kind: Kind) -> Codec:
    pydantic = import_module("pydantic")

    def model(ours: Kind, members: Mapping[str, Kind]) -> Kind:
        required = {name: (member, ...) for name, member in members.items()}
        if ours in json.NAMES:
            required["type"] = (Literal[json.NAMES[ours]], ...)
        return pydantic.create_model(ours.__name__, __config__={"frozen": True}, **required)

    adapter = pydantic.TypeAdapter(_alike(kind, model))
    return Codec(adapter.validate_python, partial(adapter.dump_python, mode="json"))


def _reading(codec: Codec, data: Sequence[json.JSON]) -> Sample:
    return calls(lambda: [codec.read(each) for each in data])


def _writing(codec: Codec, data: Sequence[json.JSON]) -> Sample:
    values = [codec.read(each) for each in data]
    return calls(lambda: [codec.write(each) for each in values])


def _making(data: Sequence[json.JSON]) -> Sample:
    """No JSON: the people and the amounts of pools by their constructors, which check what they are given."""
    pools = [json.load(SeatPool, each) for each in data]
    people = [
        (person.address.typed, person.account)
        for pool in pools
        for person in (
            *pool.enrolled.values(),
            *(sent.to for sent in pool.invited.values()),
            *(seat.holder for seat in pool.cancelled.values()),
        )
        if person is not None
    ]
    amounts = [(price.minor, price.currency) for pool in pools for price in pool.prices]

    def make() -> object:
        return [Person.of(*each) for each in people], [Money(*each) for each in amounts]

    return calls(make)


def rows() -> Iterable[Row]:
    """The rows of JSON."""
    pool = [json.dump(_pool())]
    events = [json.dump(event) for event in _events()]
    yield Row(
        "B6a",
        "load a pool of 1,000 ÷ msgspec",
        AtMost(10),
        lambda: ratio(_reading(_ours(SeatPool), pool), _reading(_msgspec(SeatPool), pool)),
    )
    yield Row(
        "B6b",
        "dump a pool of 1,000 ÷ msgspec",
        AtMost(4.5),
        lambda: ratio(_writing(_ours(SeatPool), pool), _writing(_msgspec(SeatPool), pool)),
    )
    yield Row(
        "B6c",
        "why B6a: load that pool ÷ make its people and amounts with their constructors, which check them",
        AtMost(1.2),
        lambda: ratio(_reading(_ours(SeatPool), pool), _making(pool)),
    )
    yield Row(
        "B6d",
        "beside B6a: pydantic loads that pool ÷ msgspec",
        AtMost(10),
        lambda: ratio(_reading(_pydantic(SeatPool), pool), _reading(_msgspec(SeatPool), pool)),
    )
    yield Row(
        "B6e",
        "beside B6b: pydantic dumps that pool ÷ msgspec",
        AtMost(4.5),
        lambda: ratio(_writing(_pydantic(SeatPool), pool), _writing(_msgspec(SeatPool), pool)),
    )
    yield Row(
        "B7a",
        "load events of a pool, whichever they are ÷ msgspec",
        AtMost(4),
        lambda: ratio(_reading(_ours(json.SEAT_EVENT), events), _reading(_msgspec(SeatEvent), events)),
    )
    yield Row(
        "B7b",
        "dump events of a pool, whichever they are ÷ msgspec",
        AtMost(4),
        lambda: ratio(_writing(_ours(json.SEAT_EVENT), events), _writing(_msgspec(SeatEvent), events)),
    )
    yield Row(
        "B7c",
        "beside B7a, and fairer: load those events ÷ msgspec that has seen the members of the union before",
        AtMost(4),
        lambda: ratio(_reading(_ours(json.SEAT_EVENT), events), _reading(_msgspec_prepared(SeatEvent), events)),
    )
