"""The places of a session across its pools and individual registrations: registering, refusing, calling it all off.

Each rule here asks several aggregates and returns all their decisions, to be saved together or not at all. If one
refuses, nothing happens to the others.

Invariant. The places that are taken in a session are the live seats of its pools and the registrations that sit in it;
one that waits for approval keeps its place (N4, N5).
"""

from collections.abc import Callable, Container, Sequence
from typing import NamedTuple, TypeAlias

from lara_core.kernel.decisions import Act, Decision, Refused, in_turn
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import HoldId, RefundId, RegistrationId, SeatNo
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.purchase import Together, refund_of
from lara_core.refunds import Charge, ChargeDecision, NothingCaptured, Override
from lara_core.registrations import NobodyToRegister, Origin, Registration, RegistrationDecision, Sale
from lara_core.seats import SeatDecision, SeatPool
from lara_core.sessions import Session, SessionDecision


class Placed(NamedTuple):
    """A registration, and the place that it took or gave back."""

    session: SessionDecision
    registration: RegistrationDecision


Decisions: TypeAlias = tuple[SessionDecision | SeatDecision | ChargeDecision | RegistrationDecision, ...]
"""Decisions on as many aggregates as it takes, one for each."""


def register(
    act: Act,
    session: Session,
    registration: RegistrationId,
    person: Person,
    *,
    approval: bool,
    hold: HoldId | None = None,
    sale: Sale | None = None,
    seated: Container[PersonKey],
) -> Placed:
    """Register *person* for the session, in the place that *hold* kept, or else that is still for sale (N4, N5).

    With *approval* the registration is only requested, and keeps its place meanwhile. A hold that was offered to
    somebody who waited is theirs alone (N2). *sale* is what it was bought by. Refused: what `Registration.register` and
    `Session.take` refuse, in this order.
    """
    registered = Registration.register(
        act, registration, session=session, person=person, approval=approval, sale=sale, seated=seated
    )
    return Placed(session.take(act, 1, hold=hold, to=person), registered)


def import_registrations(
    act: Act, session: Session, people: Sequence[tuple[RegistrationId, Person]], *, seated: Container[PersonKey]
) -> Decisions:
    """Register all of *people* at once, each under an id of their own, or none for lack of places (N5).

    Who is named twice is registered once, under the first id, and who sits already is skipped, as on the seats of a
    pool (S5): whose id no decision has was one of them. Refused: `NobodyToRegister`, and what `Registration.register`
    and `Session.take` refuse.
    """
    named, _ = distinct(person for _, person in people)
    coming = tuple(person for person in named if not person.is_in(seated))
    if not coming:
        raise Refused(NobodyToRegister(named))
    ids = {person: registration for registration, person in reversed(people)}
    registered = tuple(
        Registration.register(
            act, ids[person], session=session, person=person, approval=False, origin=Origin.IMPORTED, seated=seated
        )
        for person in coming
    )
    # Whoever waited, or was offered a place, has it by that; the others take what is for sale.
    awaited = [person for person in coming if session.awaits(person, act.at)]
    taken: SessionDecision = Decision(session)
    for person in awaited:
        taken = in_turn(taken, taken.state.take(act, 1, to=person))
    if others := len(coming) - len(awaited):
        taken = in_turn(taken, taken.state.take(act, others))
    return taken, *registered


def refuse_registration(
    act: Act, session: Session, registration: Registration, *, charge: Charge | None, refund: RefundId
) -> Decisions:
    """Refuse a registration that was requested, and give back its place, and all that was paid for it (N4).

    *charge* is that of its sale, `None` where nothing is captured, or it was not sold. Refused: what
    `Registration.refuse` and `Charge.settle` refuse.
    """
    refused = registration.refuse(act, session=session)
    # What is not captured yet was never taken.
    asked = None if charge is None else refund
    return *_left(act, session, registration, refused), *_repaid(
        act, session, registration, refused, charge, asked, called_off=True
    )


def cancel_registration(
    act: Act,
    session: Session,
    registration: Registration,
    *,
    charge: Charge | None,
    refund: RefundId | None = None,
    override: Override | None = None,
) -> Decisions:
    """Cancel a registration, give its place back, and settle what was paid for it by the sale's terms (N5, P5).

    *charge* is as for `refuse_registration`. Without *refund* all that was paid is kept. Refused: what
    `Registration.cancel` refuses, `NothingCaptured` where a refund of what was sold is asked before its charge, and
    what `Charge.settle` refuses. An *override* without a *refund* is a `BadValue`.
    """
    cancelled = registration.cancel(act, session=session)
    return *_left(act, session, registration, cancelled), *_repaid(
        act, session, registration, cancelled, charge, refund, override=override
    )


def cancel_session(
    act: Act,
    session: Session,
    pools: Sequence[tuple[SeatPool, Charge | None]],
    registrations: Sequence[tuple[Registration, Charge | None]],
    *,
    refund: RefundId,
) -> Decisions:
    """Cancel the session with every live seat of all its *pools*, and all its *registrations* (S14).

    What was paid goes back in full, without fees; fees that were kept earlier stay. What goes back for one pool, or one
    registration, is the refund `refund_of(refund, pool)`. Twice is once, and what is still live in a session that is
    cancelled already is cancelled, too. Refused: what `Session.cancel`, `SeatPool.call_off`, `Session.give_back`,
    `Charge.settle` and `Registration.cancel` refuse, in this order.
    """
    together = Together()
    together.sessions[session.id] = session.cancel(act)
    for pool, charge in pools:
        called_off = pool.call_off(act, session=session)
        if called_off.events:
            asked = None if charge is None else refund
            together.cancel(act, session, pool, called_off, charge, asked, called_off=True)
    sitting = [(registration, charge) for registration, charge in registrations if registration.sits]
    left = tuple(registration.cancel(act, session=session) for registration, _ in sitting)
    if left:
        before = together.sessions[session.id]
        together.sessions[session.id] = in_turn(before, before.state.give_back(act, len(left)))
    for registration, charge in sitting:
        sale = registration.sale
        if sale is not None and charge is not None:
            own = refund_of(refund, registration.pool)
            together.settle(charge, _settling(act, session, registration, sale, own, called_off=True))
    return *together.decisions, *left


def _left(
    act: Act, session: Session, before: Registration, after: RegistrationDecision
) -> tuple[SessionDecision, RegistrationDecision]:
    stays = after.state.sits or not before.sits
    return Decision(session) if stays else session.give_back(act, 1), after


def _repaid(
    act: Act,
    session: Session,
    before: Registration,
    after: RegistrationDecision,
    charge: Charge | None,
    refund: RefundId | None,
    *,
    override: Override | None = None,
    called_off: bool = False,
) -> tuple[ChargeDecision, ...]:
    """Where the money of a registration goes that does not sit any more: nowhere, if nothing happened to it."""
    if override is not None and refund is None:
        raise BadValue("refund", Flaw.EMPTY)
    sale = before.sale
    if sale is None or not after.events:
        return ()
    if charge is None:
        if refund is not None and sale.price:
            raise Refused(NothingCaptured(sale.transaction))
        return ()
    return (_settling(act, session, before, sale, refund, override=override, called_off=called_off)(charge),)


def _settling(
    act: Act,
    session: Session,
    registration: Registration,
    sale: Sale,
    refund: RefundId | None,
    *,
    override: Override | None = None,
    called_off: bool = False,
) -> Callable[[Charge], ChargeDecision]:
    return lambda charge: charge.settle(
        act,
        sale.transaction,
        registration.pool,
        {SeatNo(1): sale.price},
        session=session,
        refund=refund,
        override=override,
        called_off=called_off,
    )
