"""The small worlds of a session's places: what is held and sold, who waits, who is registered.

Four searches. Places that are held, secured, let go, taken and given back, in a session of any small capacity that may
move; a waiting list for two people, by hand and automatic; registrations, which take places and may need approval; and
registrations that were bought, with where their money goes.
"""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, Final

from attrs import evolve

from lara_core import places
from lara_core.hosting import group_purchase as use_money
from lara_core.hosting import places as use
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, HoldId, Key, RefundId, RegistrationId, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.refunds import Charge, Override
from lara_core.registrations import Registration, Sale
from lara_core.sessions import Session, WaitingList
from lara_core.testing.search import Report, explore
from tests.laws.group_purchase import ALL, MORE, REFUND, TERMS, WHY, another_charge
from tests.laws.worlds import (
    ANN,
    ANN_BY_ADDRESS,
    BEFORE,
    BEN,
    BUYER,
    CLEO,
    ENDS,
    ORDER,
    PRICES,
    SESSION,
    STARTS,
    TICK,
    Command,
    Tries,
    World,
    key,
    tries,
)

UNTIL: Final = BEFORE + timedelta(minutes=15)
OFFERED_UNTIL: Final = BEFORE + timedelta(hours=1)
LATER_ENDS: Final = ENDS + timedelta(hours=1)
FIRST, SECOND = HoldId("first"), HoldId("second")
BY_HAND: Final = WaitingList(offer_hours=1)
AUTOMATIC: Final = WaitingList(automatic=True, offer_hours=1)


def _on_sale(capacity: int | None, waiting_list: WaitingList | None = None) -> World:
    act = Act(BEFORE, ActorId("planner"), Key("open"))
    return World.of(Session.open(act, SESSION, starts=STARTS, ends=ENDS, capacity=capacity, waiting_list=waiting_list))


def _sizes(session: Session, *capacities: int | None) -> Iterator[Command]:
    for capacity in capacities:
        yield Command(
            "resize",
            partial(session.resize, capacity=capacity),
            partial(use.resize_session, session=SESSION, capacity=capacity),
        )


def _holds(session: Session, hold: HoldId, *places: int) -> Iterator[Command]:
    until = Deadline.at(UNTIL)
    for some in places:
        yield Command(
            "hold",
            partial(session.hold, hold=hold, places=some, until=until),
            partial(use.hold_places, session=SESSION, hold=hold, places=some, until=until),
        )
    yield Command("secure", partial(session.secure, hold=hold), partial(use.secure_hold, session=SESSION, hold=hold))
    # What was not paid is told by the checkout; no use case is about it alone.
    yield Command("unsecure", partial(session.unsecure, hold=hold))
    yield Command("release", partial(session.release, hold=hold), partial(use.release_hold, session=SESSION, hold=hold))


def _moves(session: Session, *times: tuple[datetime, datetime]) -> Iterator[Command]:
    # It moves with its schedule; no use case is about it alone.
    for starts, ends in times:
        yield Command("move", partial(session.move, starts=starts, ends=ends))


def _over(session: Session) -> Iterator[Command]:
    yield Command("sweep", session.sweep, partial(use.sweep_holds, session=SESSION))
    yield Command(
        "cancel_session",
        partial(places.cancel_session, session=session, pools=(), registrations=(), refund=RefundId("off")),
        partial(use.cancel_session, session=SESSION, refund=RefundId("off")),
    )


def place_commands(world: World) -> Iterator[Command]:
    """Every command on the places of the world's session: two holds, one and two places, every small capacity."""
    session = world.session()
    yield from _over(session)
    for hold in (FIRST, SECOND):
        yield from _holds(session, hold, 1, 2)
    yield from _sizes(session, None, 0, 1, 2, 3)
    yield from _moves(session, (STARTS, ENDS), (STARTS, LATER_ENDS))
    for some in (1, 2):
        # An uncounted session has no end of places: three are as good as more.
        if session.taken + some <= 3 or session.capacity is not None:
            for converted in (None, FIRST, SECOND):
                yield Command("take", partial(session.take, places=some, hold=converted))
        yield Command("give_back", partial(session.give_back, places=some))


def waiting_commands(world: World) -> Iterator[Command]:
    """Every command on a waiting list, in a session of one place or two."""
    session = world.session()
    yield from _over(session)
    yield from _holds(session, FIRST, 1)
    yield from _sizes(session, None, 1, 2)
    if session.waiting_list == AUTOMATIC:
        yield from _moves(session, (STARTS, LATER_ENDS))
    offers = [hold for hold, kept in session.holds.items() if kept.to is not None]
    for offer in offers:
        yield from _holds(session, offer)
    for person in (ANN, ANN_BY_ADDRESS, CLEO):
        yield Command(
            "join",
            partial(session.join, person=person, seated=()),
            partial(use.join_waiting_list, session=SESSION, person=person),
        )
        yield Command(
            "leave",
            partial(session.leave, person=person),
            partial(use.leave_waiting_list, session=SESSION, person=person),
        )
    yield Command("join", partial(session.join, person=BEN, seated=BEN.keys))
    yield Command("offer", session.offer, partial(use.offer_places, session=SESSION))
    # An uncounted session has no end of places.
    if session.capacity is not None or session.taken < 2:
        for hold in (None, FIRST, *offers):
            for to in (None, ANN, CLEO):
                yield Command("take", partial(session.take, places=1, hold=hold, to=to))
    yield Command("give_back", partial(session.give_back, places=1))


ONE, TWO = RegistrationId("one"), RegistrationId("two")
ROSTERS: Final[tuple[tuple[tuple[RegistrationId, Person], ...], ...]] = (
    (),
    ((ONE, ANN),),
    ((ONE, CLEO),),
    ((ONE, ANN), (TWO, BEN)),
    ((ONE, ANN_BY_ADDRESS), (TWO, ANN)),
)


def registration_commands(world: World) -> Iterator[Command]:
    """Every command on two registrations, in a session of one place or two that somebody may be offered."""
    session, seated = world.session(), world.seated()
    off, elsewhere = evolve(session, cancelled=True), evolve(session, id=SessionId("other"))
    there = {one.id: one for one in world.all(Registration)}
    if world.now < ENDS and not session.cancelled:
        yield from _holds(session, FIRST, 1)
    yield Command(
        "join",
        partial(session.join, person=BEN, seated=seated),
        partial(use.join_waiting_list, session=SESSION, person=BEN),
    )
    yield Command(
        "cancel_session",
        partial(
            places.cancel_session,
            session=session,
            pools=(),
            registrations=[(one, None) for one in there.values()],
            refund=RefundId("off"),
        ),
        partial(use.cancel_session, session=SESSION, refund=RefundId("off")),
    )
    offers = [hold for hold, kept in session.holds.items() if kept.to is not None]
    for name in (ONE, TWO):
        if name in there:
            continue
        for person in (ANN, BEN, CLEO):
            for approval in (False, True):
                for hold in (None, FIRST, *offers):
                    yield Command(
                        "register",
                        partial(
                            places.register,
                            session=session,
                            registration=name,
                            person=person,
                            approval=approval,
                            hold=hold,
                            seated=seated,
                        ),
                        partial(
                            use.register,
                            registration=name,
                            session=SESSION,
                            person=person,
                            approval=approval,
                            hold=hold,
                        ),
                    )
        yield Command(
            "register",
            partial(places.register, session=off, registration=name, person=ANN, approval=False, seated=seated),
        )
    if not there:
        for people in ROSTERS:
            yield Command(
                "import",
                partial(places.import_registrations, session=session, people=people, seated=seated),
                partial(use.import_registrations, session=SESSION, people=people),
            )
        yield Command("import", partial(places.import_registrations, session=off, people=((ONE, ANN),), seated=seated))
    for one in there.values():
        yield Command(
            "approve",
            partial(one.approve, session=session),
            partial(use.approve_registration, registration=one.id),
        )
        yield Command(
            "refuse",
            partial(places.refuse_registration, session=session, registration=one, charge=None, refund=REFUND),
            partial(use.refuse_registration, registration=one.id, refund=REFUND),
        )
        yield Command(
            "cancel",
            partial(places.cancel_registration, session=session, registration=one, charge=None, refund=REFUND),
            partial(use.cancel_registration, registration=one.id, refund=REFUND),
        )
        for facts in (off, elsewhere):
            yield Command("approve", partial(one.approve, session=facts))
        yield Command("refuse", partial(one.refuse, session=elsewhere))
        yield Command("cancel", partial(one.cancel, session=elsewhere))


WHOLE: Final = Money.of("19.00", "CAD")
BUYS: Final = {ONE: (ANN, (PRICES[0],)), TWO: (BEN, (PRICES[1], Money.of("0.00", "CAD"), None))}


ASKED: Final[tuple[tuple[RefundId | None, Override | None], ...]] = (
    (None, None),
    (REFUND, None),
    (MORE, None),
    (REFUND, WHY),
)


def sale_commands(world: World) -> Iterator[Command]:
    """Every command on two registrations of one purchase: one has a price, the other may be free, or not sold at all.

    What the invoice says is captured at some time, whatever was given up before.
    """
    session, charge = world.session(), world.get(Charge, ORDER)
    there = {one.id: one for one in world.all(Registration)}
    if charge is None:
        yield from _sells(world, session, there.keys())
        captured = partial(Charge.capture, transaction=ORDER, buyer=BUYER, captured=WHOLE, terms=TERMS)
        hosted = partial(use_money.capture_payment, transaction=ORDER, buyer=BUYER, captured=WHOLE, terms=TERMS)
        yield Command("capture", captured, hosted)
    yield Command(
        "cancel_session",
        partial(
            places.cancel_session,
            session=session,
            pools=(),
            registrations=[(one, charge) for one in there.values()],
            refund=ALL,
        ),
        partial(use.cancel_session, session=SESSION, refund=ALL),
    )
    for one in there.values():
        known = None if one.sale is None else charge
        yield Command(
            "approve",
            partial(one.approve, session=session),
            partial(use.approve_registration, registration=one.id),
        )
        for back in (REFUND, MORE):
            yield Command(
                "refuse",
                partial(places.refuse_registration, session=session, registration=one, charge=known, refund=back),
                partial(use.refuse_registration, registration=one.id, refund=back),
            )
        for refund, override in ASKED:
            yield Command(
                "cancel",
                partial(
                    places.cancel_registration,
                    session=session,
                    registration=one,
                    charge=known,
                    refund=refund,
                    override=override,
                ),
                partial(use.cancel_registration, registration=one.id, refund=refund, override=override),
            )
    if charge is not None and ONE in there:
        yield from _of_wrong_charges(session, there[ONE], charge)


def _sells(world: World, session: Session, there: Container[RegistrationId]) -> Iterator[Command]:
    """A checkout has sold them; no use case is about one alone."""
    for name, (person, prices) in BUYS.items():
        for price, approval in product(prices, (False, True)):
            if name not in there:
                sold = partial(
                    places.register,
                    session=session,
                    registration=name,
                    person=person,
                    approval=approval,
                    sale=None if price is None else Sale(ORDER, price),
                    seated=world.seated(),
                )
                yield Command("register", sold)


def _of_wrong_charges(session: Session, one: Registration, charge: Charge) -> Iterator[Command]:
    for wrong in (
        evolve(charge, id=TransactionId("other")),
        another_charge("19.00", "EUR"),
        another_charge("0.01", "CAD"),
    ):
        facts: dict[str, Any] = {"session": session, "registration": one, "charge": wrong, "refund": MORE}
        yield Command("refuse", partial(places.refuse_registration, **facts))
        yield Command("cancel", partial(places.cancel_registration, **facts, override=WHY))


def search_places(*, small: bool = False) -> Report:
    """All that can be done with the places of a session of up to three; *small*: before the hold's deadline."""
    instants = (BEFORE,) if small else (BEFORE, UNTIL, UNTIL + TICK, ENDS - TICK, ENDS)
    return explore((_on_sale(2),), lambda world: tries(world, place_commands(world), instants), key=key)


def search_waiting(*, small: bool = False) -> Report:
    """All that can be done with a waiting list; *small*: before all deadlines."""
    instants = (BEFORE,) if small else (BEFORE, UNTIL + TICK, OFFERED_UNTIL, OFFERED_UNTIL + TICK, ENDS)
    lists = (BY_HAND, AUTOMATIC) if small else (None, BY_HAND, AUTOMATIC)

    def commands(world: World) -> Tries:
        return tries(world, waiting_commands(world), instants, hosted=BEFORE)

    return explore([_on_sale(1, terms) for terms in lists], commands, key=key)


def search_sales(*, small: bool = False) -> Report:
    """Where the money of registrations goes, in time and late; *small*: in time."""
    instants = (BEFORE,) if small else (BEFORE, STARTS - timedelta(hours=144) + TICK, ENDS)

    def commands(world: World) -> Tries:
        return tries(world, sale_commands(world), instants, hosted=BEFORE)

    return explore([_on_sale(2)], commands, key=key)


def search_registrations(*, small: bool = False) -> Report:
    """All that can be done with registrations; *small*: before the end."""
    instants = (BEFORE,) if small else (BEFORE, UNTIL + TICK, ENDS - TICK, ENDS)

    def commands(world: World) -> Tries:
        return tries(world, registration_commands(world), instants, hosted=BEFORE)

    return explore([_on_sale(1, AUTOMATIC), _on_sale(2)], commands, key=key)
