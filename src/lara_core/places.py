"""The places of a session across its pools and individual registrations: registering, refusing, calling it all off.

Each rule here asks several aggregates and returns all their decisions, to be saved together or not at all. If one
refuses, nothing happens to the others.

Invariant. The places that are taken in a session are the live seats of its pools and the registrations that sit in it;
one that waits for approval keeps its place (N4, N5).
"""

from collections.abc import Container, Sequence
from typing import NamedTuple, TypeAlias

from lara_core.kernel.decisions import Act, Decision, Refused, in_turn
from lara_core.kernel.ids import HoldId, RefundId, RegistrationId
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.purchase import Together
from lara_core.refunds import Charge, ChargeDecision
from lara_core.registrations import NobodyToRegister, Origin, Registration, RegistrationDecision
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
    seated: Container[PersonKey],
) -> Placed:
    """Register *person* for the session, in the place that *hold* kept, or else that is still for sale (N4, N5).

    With *approval* the registration is only requested, and keeps its place meanwhile. A hold that was offered to
    somebody who waited is theirs alone (N2). Refused: what `Registration.register` and `Session.take` refuse, in this
    order.
    """
    registered = Registration.register(
        act, registration, session=session, person=person, approval=approval, seated=seated
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


def refuse_registration(act: Act, session: Session, registration: Registration) -> Placed:
    """Refuse a registration that was requested, and give its place back (N4).

    Refused: what `Registration.refuse` refuses.
    """
    return _left(act, session, registration, registration.refuse(act, session=session))


def cancel_registration(act: Act, session: Session, registration: Registration) -> Placed:
    """Cancel a registration, and give its place back (N5). Refused: what `Registration.cancel` refuses."""
    return _left(act, session, registration, registration.cancel(act, session=session))


def cancel_session(
    act: Act,
    session: Session,
    pools: Sequence[tuple[SeatPool, Charge | None]],
    registrations: Sequence[Registration],
    *,
    refund: RefundId,
) -> Decisions:
    """Cancel the session with every live seat of all its *pools*, and all its *registrations* (S14).

    What was paid goes back in full, without fees; fees that were kept earlier stay. What goes back for one pool is the
    refund `refund_of(refund, pool)`. Twice is once, and what is still live in a session that is cancelled already is
    cancelled, too. Refused: what `Session.cancel`, `SeatPool.call_off`, `Session.give_back`, `Charge.settle` and
    `Registration.cancel` refuse, in this order.
    """
    together = Together()
    together.sessions[session.id] = session.cancel(act)
    for pool, charge in pools:
        called_off = pool.call_off(act, session=session)
        if called_off.events:
            asked = None if charge is None else refund
            together.cancel(act, session, pool, called_off, charge, asked, called_off=True)
    left = tuple(registration.cancel(act, session=session) for registration in registrations if registration.sits)
    if left:
        before = together.sessions[session.id]
        together.sessions[session.id] = in_turn(before, before.state.give_back(act, len(left)))
    return *together.decisions, *left


def _left(act: Act, session: Session, before: Registration, after: RegistrationDecision) -> Placed:
    stays = after.state.sits or not before.sits
    return Placed(Decision(session) if stays else session.give_back(act, 1), after)
