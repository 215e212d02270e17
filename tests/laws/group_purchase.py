"""The small worlds of group purchase: 2 seats × 3 people × the policies × every command.

One of the people is known by an address alone, and one is also named in a second way, so that there are four
mentions of three people. Time only goes forward, and stops at the instants where a rule may change its mind. There
are three searches: seats given out at once, seats offered by invitation, and what comes after, with the money: seats
that are cancelled, reactivated, transferred, released, and sessions that are cancelled.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Final

from attrs import evolve

from lara_core import places, purchase
from lara_core.hosting import group_purchase as use
from lara_core.hosting import places as use_places
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Decision
from lara_core.kernel.ids import ActorId, Key, ProviderId, RefundId, RegistrationId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, Override, RefundTerms
from lara_core.registrations import Registration
from lara_core.seats import Mode, Policy, SeatPool, SeatVerb
from lara_core.sessions import Session, SessionEvent
from lara_core.testing.search import Report, explore
from tests.laws.worlds import (
    ANN,
    ANN_BY_ADDRESS,
    BEFORE,
    BEN,
    BUYER,
    CLEO,
    CLEO_SIGNED_IN,
    ENDS,
    MOVED,
    ORDER,
    POOL,
    PORTAL,
    PRICES,
    SESSION,
    STARTS,
    THERE,
    TICK,
    Command,
    Tries,
    World,
    key,
    tries,
)

ANSWERED_BY: Final = BEFORE + timedelta(hours=48)
PAID_BY: Final = Deadline.at(BEFORE + timedelta(hours=24))

MENTIONS: Final = (ANN, ANN_BY_ADDRESS, BEN, CLEO)
# Nobody, one, two in any order and spelling, and more than there are seats.
BATCHES: Final[tuple[tuple[Person, ...], ...]] = (
    (),
    *((one,) for one in MENTIONS),
    *product(MENTIONS, repeat=2),
    (ANN, BEN, CLEO),
    (ANN, ANN_BY_ADDRESS, BEN),
)
SEATS: Final = (SeatNo(1), SeatNo(2), SeatNo(3))
BULK: Final = frozenset({BuyerRole.MANAGER})


def _buys(
    world: World,
    policy: Policy,
    learners: tuple[Person, ...],
    invitees: tuple[Person, ...] = (),
    *,
    role: BuyerRole = BuyerRole.MANAGER,
    invoice: Deadline | None = None,
) -> Command:
    return Command(
        "buy",
        partial(
            purchase.buy_seats,
            session=world.session(),
            pool=POOL,
            role=role,
            bulk_buyers=BULK,
            transaction=ORDER,
            buyer=BUYER,
            prices=PRICES,
            policy=policy,
            learners=learners,
            invitees=invitees,
            invoice=invoice,
            seated=world.seated(),
        ),
        partial(
            use.buy_seats,
            pool=POOL,
            session=SESSION,
            transaction=ORDER,
            buyer=BUYER,
            portal=PORTAL,
            role=role,
            prices=PRICES,
            policy=policy,
            learners=learners,
            invitees=invitees,
            invoice=invoice,
        ),
    )


def pool_commands(world: World) -> Iterator[Command]:
    """Every command on the seats of the world's pool; buying it, while there is none."""
    pool, session, seated = world.get(SeatPool, POOL), world.session(), world.seated()
    elsewhere = evolve(session, id=SessionId("other"))
    off = evolve(session, cancelled=True)
    if pool is None:
        policies = (Policy(buyers_cancel=True), Policy(assign_at_purchase=True))
        for policy, learners in product(policies, BATCHES):
            yield _buys(world, policy, learners)
        yield _buys(world, Policy(), (ANN,), role=BuyerRole.CLIENT)
        bought = partial(SeatPool.buy, pool=POOL, transaction=ORDER, buyer=BUYER, prices=PRICES, policy=Policy())
        yield Command("buy", partial(bought, session=off, seated=seated))
        return
    for learners in BATCHES:
        yield Command(
            "assign",
            partial(pool.assign, learners=learners, session=session, seated=seated),
            partial(use.assign_seats, pool=POOL, learners=learners),
        )
    for seat, to in product(SEATS, (None, *MENTIONS)):
        yield Command(
            "revoke",
            partial(pool.revoke, seat=seat, to=to, session=session, seated=seated),
            partial(use.revoke_seat, pool=POOL, seat=seat, to=to),
            (seat, SeatVerb.REASSIGN if to else SeatVerb.REVOKE),
        )
    for seats in ((), SEATS[:1], SEATS[1:2], SEATS[:2], (SEATS[0], SEATS[0]), SEATS):
        yield Command(
            "cancel",
            partial(purchase.cancel_seats, session=session, pool=pool, seats=seats, charge=None),
            partial(use.cancel_seats, pool=POOL, seats=seats),
            (seats[0], SeatVerb.CANCEL) if len(seats) == 1 else None,
        )
    for as_buyer in (False, True):
        yield Command(
            "cancel_all",
            partial(purchase.cancel_all_seats, session=session, pool=pool, charge=None, as_buyer=as_buyer),
            partial(use.cancel_all_seats, pool=POOL, as_buyer=as_buyer),
        )
    handed = evolve(pool, buyer=ActorId("heir"))
    yield Command("cancel_all", partial(handed.cancel_all, session=session, as_buyer=True))
    yield Command("cancel", partial(handed.cancel, seats=SEATS[:1], session=session, as_buyer=True))
    yield Command(
        "cancel",
        partial(purchase.cancel_seats, session=session, pool=pool, seats=SEATS[:1], charge=None, as_buyer=True),
        partial(use.cancel_seats, pool=POOL, seats=SEATS[:1], as_buyer=True),
        (SEATS[0], SeatVerb.CANCEL),
    )
    for facts in (elsewhere, off):
        yield Command("assign", partial(pool.assign, learners=(BEN,), session=facts, seated=seated))
        yield Command("revoke", partial(pool.revoke, seat=SEATS[0], session=facts, seated=seated))
        yield Command("cancel", partial(pool.cancel, seats=SEATS[:1], session=facts))
        yield Command("cancel_all", partial(pool.cancel_all, session=facts))


INVITING: Final = (
    Policy(invitation_hours=48, reminders=1, withdrawal=True),
    Policy(invitation_hours=48, reminders=1, withdrawal=True, assign_at_purchase=True),
    Policy(modes=frozenset({Mode.IMMEDIATE})),
    Policy(modes=frozenset({Mode.CONFIRMATION})),
)
INVITED: Final[tuple[tuple[Person, ...], ...]] = ((), (CLEO,), (BEN,), (CLEO, BEN), (BEN, CLEO, ANN))
GIVEN: Final = (
    (None, Mode.IMMEDIATE),
    (ANN, Mode.IMMEDIATE),
    (CLEO, Mode.CONFIRMATION),
    (CLEO, Mode.IMMEDIATE),
)


def invitation_commands(world: World) -> Iterator[Command]:
    """Every command that has to do with invitations, on a pool of two seats."""
    pool, session, seated = world.get(SeatPool, POOL), world.session(), world.seated()
    elsewhere = evolve(session, id=SessionId("other"))
    off = evolve(session, cancelled=True)
    if pool is None:
        for policy, learners, invitees in product(INVITING, ((), (BEN,)), ((), (CLEO,))):
            yield _buys(world, policy, learners, invitees)
        return
    for people in INVITED:
        yield Command(
            "invite",
            partial(pool.invite, people=people, session=session, seated=seated),
            partial(use.invite_to_seats, pool=POOL, people=people),
        )
    yield Command(
        "assign",
        partial(pool.assign, learners=(BEN,), session=session, seated=seated),
        partial(use.assign_seats, pool=POOL, learners=(BEN,)),
    )
    for seat in SEATS:
        sent = pool.invited.get(seat)
        # The seat's own invitation, the one that was accepted, and one that is dead.
        for number in {sent.number if sent else 0, pool.accepted.get(seat, 0), 10**6}:
            for learner in (CLEO, CLEO_SIGNED_IN, BEN, ANN):
                yield Command(
                    "accept",
                    partial(pool.accept, seat=seat, invitation=number, learner=learner, session=session, seated=seated),
                    partial(use.accept_invitation, pool=POOL, seat=seat, invitation=number, learner=learner),
                    (seat, SeatVerb.ACCEPT) if sent else None,
                )
            yield Command(
                "decline",
                partial(pool.decline, seat=seat, invitation=number, session=session),
                partial(use.decline_invitation, pool=POOL, seat=seat, invitation=number),
                (seat, SeatVerb.DECLINE),
            )
        yield Command(
            "remind",
            partial(pool.remind, seats=(seat,), session=session),
            partial(use.remind_invitees, pool=POOL, seats=(seat,)),
            (seat, SeatVerb.REMIND),
        )
        for address in (CLEO.address, BEN.address):
            yield Command(
                "correct",
                partial(pool.correct, seat=seat, to=address, session=session, seated=seated),
                partial(use.correct_invitation, pool=POOL, seat=seat, to=address),
                (seat, SeatVerb.CORRECT),
            )
        yield Command(
            "withdraw",
            partial(pool.withdraw, seat=seat, session=session),
            partial(use.withdraw_learner, pool=POOL, seat=seat),
            (seat, SeatVerb.WITHDRAW),
        )
        for to, mode in GIVEN:
            yield Command(
                "revoke",
                partial(pool.revoke, seat=seat, to=to, mode=mode, session=session, seated=seated),
                partial(use.revoke_seat, pool=POOL, seat=seat, to=to, mode=mode),
                (seat, SeatVerb.REVOKE),
            )
        yield Command(
            "cancel",
            partial(purchase.cancel_seats, session=session, pool=pool, seats=(seat,), charge=None),
            partial(use.cancel_seats, pool=POOL, seats=(seat,)),
            (seat, SeatVerb.CANCEL),
        )
    yield Command("remind", partial(pool.remind, seats=(), session=session))
    yield Command("expire", partial(pool.expire, session=session), partial(use.expire_invitations, pool=POOL))
    yield Command(
        "hand_over", partial(pool.hand_over, buyer=BUYER), partial(use.hand_over_pool, pool=POOL, buyer=BUYER)
    )
    first = SEATS[0]
    for facts in (elsewhere, off):
        yield Command("invite", partial(pool.invite, people=(BEN,), session=facts, seated=seated))
        yield Command(
            "accept", partial(pool.accept, seat=first, invitation=1, learner=BEN, session=facts, seated=seated)
        )
        yield Command("decline", partial(pool.decline, seat=first, invitation=1, session=facts))
        yield Command("remind", partial(pool.remind, seats=(first,), session=facts))
        yield Command("correct", partial(pool.correct, seat=first, to=BEN.address, session=facts, seated=seated))
        yield Command("withdraw", partial(pool.withdraw, seat=first, session=facts))
    yield Command("expire", partial(pool.expire, session=elsewhere))


# --- What comes after -----------------------------------------------------------------------------------------------

# Of a seat 10 % and 0.50 are kept, and 3.00 once; refunded until six days before the session.
TERMS: Final = RefundTerms("10", Money.of("0.50", "CAD"), Money.of("3.00", "CAD"), hours_before=144)
OVERDUE_FROM: Final = BEFORE + timedelta(hours=25)
AFTER: Final = (
    # Under the switch, and cancelled when nobody assigns or pays.
    Policy(assign_at_purchase=True, withdrawal=True, unassigned_hours=25, release_unpaid=True),
    Policy(modes=frozenset({Mode.IMMEDIATE})),
)
REFUND, MORE, REST, ALL = RefundId("refund"), RefundId("more"), RefundId("rest"), RefundId("all")
WHY: Final = Override("illness")
PROVIDER: Final = ProviderId("provider")


def money_commands(world: World) -> Iterator[Command]:
    """Every command on the charge."""
    charge, pool, session = world.get(Charge, ORDER), world.get(SeatPool, POOL), world.session()
    if charge is None or pool is None:
        return
    # What is there is reported on; one that never was stands for all that are not.
    for refund in (*charge.refunds, RefundId("unknown")):
        yield Command(
            "succeed",
            partial(charge.succeed, refund=refund),
            partial(use.refund_succeeded, transaction=ORDER, refund=refund),
        )
        # Of one refund how it may go; that the others may fail as well, the search over charges knows.
        if refund in (REFUND, "unknown"):
            yield Command(
                "fail",
                partial(charge.fail, refund=refund),
                partial(use.refund_failed, transaction=ORDER, refund=refund),
            )
            yield Command(
                "retry",
                partial(charge.retry, refund=refund),
                partial(use.retry_refund, transaction=ORDER, refund=refund),
            )
    for name, named in ((POOL, 0), (POOL, 1), (MOVED, 1)):
        seats = SEATS[:named]
        yield Command(
            "pay_due",
            partial(charge.pay_due, pool=name, seats=seats),
            partial(use.pay_due, transaction=ORDER, pool=name, seats=seats),
        )
    for seats in ((), SEATS[:1], SEATS[1:]):
        yield Command(
            "refund_kept",
            partial(
                purchase.refund_kept,
                session=session,
                pool=pool,
                charge=charge,
                seats=seats,
                refund=REFUND,
                override=WHY,
            ),
            partial(use.refund_kept, pool=POOL, seats=seats, refund=REFUND, override=WHY),
        )
    elsewhere = evolve(session, id=SessionId("other"))
    yield Command(
        "refund_kept",
        lambda act: purchase.refund_kept(act, elsewhere, pool, charge, SEATS[:1], refund=REFUND, override=WHY),
    )
    if len(charge.refunds) < 2:
        yield from _of_wrong_charges(world, pool, session, charge)


def another_charge(amount: str, currency: str) -> Charge:
    """Another charge than the one that was taken."""
    nothing = Money.of(0, currency)
    return Charge.capture(
        Act(BEFORE, BUYER, Key("wrong")),
        ORDER,
        buyer=BUYER,
        captured=Money.of(amount, currency),
        terms=RefundTerms("0", nothing, nothing),
    ).state


def _of_wrong_charges(world: World, pool: SeatPool, session: Session, charge: Charge) -> Iterator[Command]:
    first = SEATS[:1]
    too_little = another_charge("0.01", "CAD")
    for wrong in (evolve(charge, id=TransactionId("other")), another_charge("19.00", "EUR"), too_little):
        yield Command(
            "cancel",
            partial(
                purchase.cancel_seats,
                session=session,
                pool=pool,
                seats=first,
                charge=wrong,
                refund=MORE,
                override=WHY,
            ),
        )
        yield _transfers(world, pool, first[0], wrong, hosted=False)
        if wrong is not too_little:
            yield Command(
                "reactivate",
                partial(purchase.reactivate_seat, session=session, pool=pool, seat=first[0], charge=wrong, seated=()),
            )
    if REFUND in charge.refunds:
        yield _transfers(world, pool, first[0], charge, refund=REFUND, hosted=False)


def _transfers(
    world: World,
    pool: SeatPool,
    seat: SeatNo,
    charge: Charge | None,
    *,
    there: Session | None = None,
    price: str = "7.00",
    currency: str = "CAD",
    provider_there: ProviderId = PROVIDER,
    hosted: bool = True,
    session: Session | None = None,
    refund: RefundId = REST,
    seated: Collection[Person] = (),
) -> Command:
    costs = Money.of(price, currency)
    target = there or world.session(THERE)
    sits = {key for person in (*world.sitting(target.id), *seated) for key in person.keys}
    return Command(
        "transfer",
        partial(
            purchase.transfer_seat,
            session=session or world.session(),
            pool=pool,
            seat=seat,
            there=target,
            to=MOVED,
            price=costs,
            provider=PROVIDER,
            provider_there=provider_there,
            charge=charge,
            refund=refund,
            seated_there=sits,
        ),
        partial(
            use.transfer_seat,
            pool=POOL,
            seat=seat,
            there=target.id,
            to=MOVED,
            price=costs,
            provider=PROVIDER,
            provider_there=provider_there,
            refund=refund,
        )
        if hosted
        else None,
        (seat, SeatVerb.TRANSFER),
    )


def after_commands(world: World, *, money: bool) -> Iterator[Command]:
    """What comes after seats were bought; with *money*, where the money goes as well."""
    pool, session, seated = world.get(SeatPool, POOL), world.session(), world.seated()
    charge = world.get(Charge, ORDER)
    if pool is None:
        if money:
            yield _buys(world, AFTER[1], (BEN,))
            return
        for policy, invoice in product(AFTER, (None, PAID_BY)):
            for learners, invitees in (((BEN,), ()), ((BEN, ANN), ()), ((BEN,), (CLEO,))):
                yield _buys(world, policy, learners, invitees, invoice=invoice)
        return
    whole = Money.of("19.00", "CAD")
    # Captured is the price of the seats as they were sold: what is transferred before costs something else.
    if money and charge is None and world.get(SeatPool, MOVED) is None:
        captured = partial(Charge.capture, transaction=ORDER, buyer=BUYER, captured=whole, terms=TERMS)
        yield Command(
            "capture",
            captured,
            partial(use.capture_payment, transaction=ORDER, buyer=BUYER, captured=whole, terms=TERMS),
        )
    yield from money_commands(world)
    refunds = ((None, None), (REFUND, None), (REFUND, WHY)) if money else ((None, None),)
    for seats, (refund, override) in product((SEATS[:1],) if money else (SEATS[:1], SEATS[1:2], SEATS[:2]), refunds):
        yield Command(
            "cancel",
            partial(
                purchase.cancel_seats,
                session=session,
                pool=pool,
                seats=seats,
                charge=charge,
                refund=refund,
                override=override,
            ),
            partial(use.cancel_seats, pool=POOL, seats=seats, refund=refund, override=override),
            (seats[0], SeatVerb.CANCEL) if len(seats) == 1 else None,
        )
    if not money:
        yield from _emptied_and_unpaid(pool, session)
    for seat, (to, mode) in product(SEATS[:1] if money else SEATS, GIVEN[:1] if money else GIVEN):
        yield Command(
            "reactivate",
            partial(
                purchase.reactivate_seat,
                session=session,
                pool=pool,
                seat=seat,
                to=to,
                mode=mode,
                charge=charge,
                seated=seated,
            ),
            partial(use.reactivate_seat, pool=POOL, seat=seat, to=to, mode=mode),
            (seat, SeatVerb.REACTIVATE),
        )
    if world.get(SeatPool, MOVED) is None:
        for seat in SEATS:
            yield _transfers(world, pool, seat, charge)
        if money:
            yield _transfers(world, pool, SEATS[0], charge, price="12.00")
    first = SEATS[0]
    yield _transfers(world, pool, first, charge, currency="EUR", hosted=False)
    yield _transfers(world, pool, first, charge, there=session, hosted=False)
    yield _transfers(world, pool, first, charge, provider_there=ProviderId("another"), hosted=False)
    yield _transfers(world, pool, first, charge, there=evolve(world.session(THERE), capacity=0), hosted=False)
    yield _transfers(world, pool, first, charge, seated=(ANN, BEN, CLEO), hosted=False)
    pools = [(one, world.session(one.session)) for one in world.all(SeatPool)]
    parts = [(where, one) for one, where in pools]
    for refund in (None, ALL) if money else (None,):
        yield Command(
            "cancel_transaction",
            partial(purchase.cancel_transaction, parts=parts, charge=charge, refund=refund),
            partial(use.cancel_transaction, transaction=ORDER, refund=refund),
        )
    for where in (SESSION, THERE):
        there = [(one, charge) for one, of in pools if of.id == where]
        alone = [(one, charge) for one in world.all(Registration) if one.session == where]
        yield Command(
            "cancel_session",
            partial(places.cancel_session, session=world.session(where), pools=there, registrations=alone, refund=ALL),
            partial(use_places.cancel_session, session=where, refund=ALL),
        )
    if not money:
        yield from _of_wrong_facts(world, pool, session)


def _emptied_and_unpaid(pool: SeatPool, session: Session) -> Iterator[Command]:
    for seat in SEATS[:2]:
        yield Command(
            "withdraw",
            partial(pool.withdraw, seat=seat, session=session),
            partial(use.withdraw_learner, pool=POOL, seat=seat),
            (seat, SeatVerb.WITHDRAW),
        )
    yield Command("expire", partial(pool.expire, session=session), partial(use.expire_invitations, pool=POOL))
    yield Command(
        "cancel_unassigned",
        partial(purchase.cancel_unassigned, session=session, pool=pool, charge=None),
        partial(use.cancel_unassigned, pool=POOL),
    )
    yield Command(
        "release",
        partial(purchase.release_unpaid, session=session, pool=pool, charge=None),
        partial(use.release_unpaid, pool=POOL),
    )


def _of_wrong_facts(world: World, pool: SeatPool, session: Session) -> Iterator[Command]:
    first, seated = SEATS[0], world.seated()
    full = evolve(session, capacity=session.taken)
    yield Command(
        "reactivate",
        partial(purchase.reactivate_seat, session=full, pool=pool, seat=first, to=ANN, charge=None, seated=()),
    )
    yield Command("release", partial(pool.release, paid=True, session=session))
    for facts in (evolve(session, id=SessionId("other")), evolve(session, cancelled=True)):
        yield Command("cancel_unassigned", partial(pool.cancel_unassigned, session=facts))
        yield Command("release", partial(pool.release, paid=False, session=facts))
        if facts.id != session.id or not pool.live:
            yield Command("call_off", partial(pool.call_off, session=facts))
        yield Command("reactivate", partial(pool.reactivate, seat=first, session=facts, seated=seated))
        yield _transfers(world, pool, first, None, session=facts, hosted=False)
    if not pool.live:
        # Where a seat is live it is the session that is cancelled, with its places.
        yield Command("call_off", partial(pool.call_off, session=session))
    else:
        yield Command("call_off", partial(pool.call_off, session=evolve(session, ends=world.now)))


# --- The searches ---------------------------------------------------------------------------------------------------


def opened(capacity: int | None, session: SessionId = SESSION) -> Decision[Session, SessionEvent]:
    """A session that is put on sale."""
    act = Act(BEFORE, ActorId("planner"), Key(f"open-{session}"))
    return Session.open(act, session, starts=STARTS, ends=ENDS, capacity=capacity)


def _with(capacity: int, person: Person) -> World:
    begun, act = opened(capacity), Act(BEFORE, ActorId("planner"), Key("register"))
    placed = places.register(act, begun.state, RegistrationId("own"), person, approval=False, seated=())
    return World.of(begun, placed.session, placed.registration)


not_reactivated: Final = partial(key, left=False)


def search_pools(*, small: bool = False) -> Report:
    """All that can be done with a pool of two seats; *small*: before the start, with nobody registered otherwise."""
    instants = (BEFORE,) if small else (BEFORE, STARTS - TICK, STARTS, ENDS - TICK, ENDS)
    starts = [World.of(opened(2))]
    if not small:
        # Ben's own registration takes a place of its own.
        starts += [World.of(opened(1)), _with(3, BEN)]
    return explore(starts, lambda world: tries(world, pool_commands(world), instants), key=not_reactivated)


def search_invitations(*, small: bool = False) -> Report:
    """All that can be done with invitations; *small*: before the deadline."""
    instants = (BEFORE,) if small else (BEFORE, ANSWERED_BY, ANSWERED_BY + TICK, STARTS)

    def commands(world: World) -> Tries:
        return tries(world, invitation_commands(world), instants, hosted=BEFORE)

    return explore((World.of(opened(2)),), commands, key=not_reactivated)


def search_after(*, small: bool = False) -> Report:
    """What comes after, before and after each deadline, without money; *small*: before all of them."""
    instants = (BEFORE,) if small else (BEFORE, PAID_BY.instant, PAID_BY.instant + TICK, OVERDUE_FROM, STARTS, ENDS)

    def commands(world: World) -> Tries:
        return tries(world, after_commands(world, money=False), instants, hosted=BEFORE)

    return explore((World.of(opened(2), opened(1, THERE)),), commands, key=key)


def search_money(*, small: bool = False) -> Report:
    """Where the money goes, in time and late; *small*: in time."""
    late = STARTS - timedelta(hours=144) + TICK
    instants = (BEFORE,) if small else (BEFORE, late)

    def commands(world: World) -> Tries:
        charge = world.get(Charge, ORDER)
        few = charge is None or len(charge.refunds) < 2
        return tries(world, after_commands(world, money=True), instants, hosted=BEFORE if few else STARTS)

    return explore((World.of(opened(2), opened(1, THERE)),), commands, key=key)
