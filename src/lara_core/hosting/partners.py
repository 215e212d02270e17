"""The use cases of partner companies: who they are, what they are offered, and who of theirs is enrolled.

As in `lara_core.hosting.group_purchase`, each asks rights, loads what the rule needs, decides, and saves under the
act's key. What a partner's people do, they do within their partner: another one's things are answered as missing (R2).
"""

from collections.abc import Collection, Mapping
from typing import Final

from lara_core import enrolment as rules
from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import Partnership, Receipt, Store
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId, ClientId, CourseId, EnrolmentId, PartnerId, SessionId
from lara_core.kernel.people import Person
from lara_core.offerings import Offering, OfferingDecision
from lara_core.participants import Enrolment
from lara_core.partners import Branding, Partner, PartnerDecision, PartnerKind
from lara_core.rights import Action, Place, Right
from lara_core.sessions import Session
from lara_core.spending import SpendingLimit
from lara_core.wallet import Entry, Wallet

_ANYWHERE: Final = Place()


# --- The companies, by the organisation


def create_partner(
    store: Store[Partnership],
    act: Act,
    partner: PartnerId,
    *,
    name: str,
    kind: PartnerKind = PartnerKind.DEFAULT,
    branding: Branding | None = None,
) -> Receipt:
    """Attach a company (W1)."""
    content = {"do": "create_partner", "partner": partner, "name": name, "kind": kind, "branding": branding}

    def body(work: Partnership) -> tuple[PartnerDecision]:
        asking.may(work, act.by, Right.GROUPS, Action.CREATE, on=_ANYWHERE, kind=Partner)
        return (Partner.create(act, partner, name=name, kind=kind, branding=branding),)

    return once(store, act, content, body)


def rename_partner(store: Store[Partnership], act: Act, partner: PartnerId, name: str) -> Receipt:
    """Call a partner something else (W1)."""
    content = {"do": "rename_partner", "partner": partner, "name": name}
    return once(store, act, content, lambda work: (_governed(work, act, partner).rename(act, name),))


def convert_partner(store: Store[Partnership], act: Act, partner: PartnerId, kind: PartnerKind) -> Receipt:
    """Make a partner a default or a whitelabel one (W1)."""
    content = {"do": "convert_partner", "partner": partner, "kind": kind}
    return once(store, act, content, lambda work: (_governed(work, act, partner).convert(act, kind),))


def brand_partner(store: Store[Partnership], act: Act, partner: PartnerId, branding: Branding) -> Receipt:
    """Change how a whitelabel partner looks (W1)."""
    content = {"do": "brand_partner", "partner": partner, "branding": branding}
    return once(store, act, content, lambda work: (_governed(work, act, partner).brand(act, branding),))


def appoint_administrator(store: Store[Partnership], act: Act, partner: PartnerId, administrator: ActorId) -> Receipt:
    """Make somebody an administrator of one partner (W2). What they may do there is granted apart (R2)."""
    content = {"do": "appoint_administrator", "partner": partner, "administrator": administrator}

    def body(work: Partnership) -> tuple[PartnerDecision]:
        found = _governed(work, act, partner)
        return (found.appoint(act, administrator, administers=work.partners.administered_by(administrator)),)

    return once(store, act, content, body)


def dismiss_administrator(store: Store[Partnership], act: Act, partner: PartnerId, administrator: ActorId) -> Receipt:
    """Let an administrator go (W2)."""
    content = {"do": "dismiss_administrator", "partner": partner, "administrator": administrator}
    return once(store, act, content, lambda work: (_governed(work, act, partner).dismiss(act, administrator),))


# --- Client companies, by the partner


def add_client(store: Store[Partnership], act: Act, partner: PartnerId, client: ClientId, name: str) -> Receipt:
    """Add a company whose people the partner trains (W2)."""
    content = {"do": "add_client", "partner": partner, "client": client, "name": name}
    return once(
        store, act, content, lambda work: (_partner(work, act, partner, Action.CREATE).add_client(act, client, name),)
    )


def rename_client(store: Store[Partnership], act: Act, partner: PartnerId, client: ClientId, name: str) -> Receipt:
    """Call a client company something else (W2)."""
    content = {"do": "rename_client", "partner": partner, "client": client, "name": name}
    return once(
        store, act, content, lambda work: (_partner(work, act, partner, Action.EDIT).rename_client(act, client, name),)
    )


def remove_client(store: Store[Partnership], act: Act, partner: PartnerId, client: ClientId) -> Receipt:
    """Take a company off the partner's clients (W2)."""
    content = {"do": "remove_client", "partner": partner, "client": client}
    return once(
        store, act, content, lambda work: (_partner(work, act, partner, Action.DELETE).remove_client(act, client),)
    )


# --- What is offered


def offer_course(
    store: Store[Partnership],
    act: Act,
    course: CourseId,
    *,
    price: Credits,
    personal: Mapping[PartnerId, Credits | None] | None = None,
) -> Receipt:
    """Offer a course to all partners at *price*, or to the selected ones in *personal* (W3)."""
    content = {"do": "offer_course", "course": course, "price": price, "personal": personal}

    def body(work: Partnership) -> tuple[OfferingDecision]:
        asking.may(work, act.by, Right.CATALOGUES, Action.CREATE, on=_ANYWHERE, kind=Offering)
        return (Offering.offer(act, course, price=price, to_all=personal is None, personal=personal),)

    return once(store, act, content, body)


def create_own_course(store: Store[Partnership], act: Act, partner: PartnerId, course: CourseId) -> Receipt:
    """Make a course of a whitelabel partner's own (W1)."""
    content = {"do": "create_own_course", "partner": partner, "course": course}

    def body(work: Partnership) -> tuple[OfferingDecision]:
        asking.may(work, act.by, Right.TRAININGS, Action.CREATE, on=Place(partner=partner), kind=Partner)
        return (work.partners.get(partner).create_course(act, course),)

    return once(store, act, content, body)


def price_course(store: Store[Partnership], act: Act, course: CourseId, price: Credits) -> Receipt:
    """Change a course's general price (W3)."""
    content = {"do": "price_course", "course": course, "price": price}
    return once(store, act, content, lambda work: (_offering(work, act, course).set_price(act, price),))


def offer_to_all(store: Store[Partnership], act: Act, course: CourseId) -> Receipt:
    """Offer a course to all partners, at the general price (W3)."""
    content = {"do": "offer_to_all", "course": course}
    return once(store, act, content, lambda work: (_offering(work, act, course).offer_to_all(act),))


def offer_to_selected(store: Store[Partnership], act: Act, course: CourseId) -> Receipt:
    """Offer a course to the selected partners alone (W3)."""
    content = {"do": "offer_to_selected", "course": course}
    return once(store, act, content, lambda work: (_offering(work, act, course).offer_to_selected(act),))


def select_partners(
    store: Store[Partnership], act: Act, course: CourseId, personal: Mapping[PartnerId, Credits | None]
) -> Receipt:
    """Select partners for a course, each with a price of its own or none (W3)."""
    content = {"do": "select_partners", "course": course, "personal": dict(personal)}
    return once(store, act, content, lambda work: (_offering(work, act, course).select(act, personal),))


def deselect_partners(
    store: Store[Partnership], act: Act, course: CourseId, partners: Collection[PartnerId]
) -> Receipt:
    """Deselect partners; they keep their participants (W3)."""
    content = {"do": "deselect_partners", "course": course, "partners": tuple(sorted(set(partners)))}
    return once(store, act, content, lambda work: (_offering(work, act, course).deselect(act, partners),))


# --- Who is enrolled


def enrol(
    store: Store[Partnership],
    act: Act,
    partner: PartnerId,
    course: CourseId,
    people: Mapping[EnrolmentId, Person],
    *,
    shown: Credits,
    session: SessionId | None = None,
    until: Deadline | None = None,
) -> Receipt:
    """Enrol a partner's people in a course at the price that was *shown*, all of them or none (W3, W4).

    With *until* they wait for confirmation, and what they cost is held (W9). A course that is not offered to the
    partner is answered as a missing one. Where the credits do not suffice, the organisation and the partner's
    administrators are told, once per episode (W5).
    """
    content = {
        "do": "enrol",
        "partner": partner,
        "course": course,
        "people": dict(people),
        "shown": shown,
        "session": session,
        "until": until,
    }

    def body(work: Partnership) -> rules.Decisions:
        on = Place(partner=partner, training=course)
        asking.may(work, act.by, Right.REGISTRATIONS, on=on, kind=Partner)
        wallet, offering = work.wallets.get(partner), work.offerings.get(course)
        if not offering.offered_to(partner):
            raise NotFound(Offering)
        limit = work.limits.over(partner)
        return rules.enrol(
            act,
            wallet,
            course,
            people,
            shown=shown,
            in_force=offering.price_for(partner),
            participants=work.participants(course),
            session=None if session is None else _theirs(work, session, on),
            limit=None if limit is None else work.limits.get(limit),
            until=until,
        ).decisions

    return once(store, act, content, body)


def confirm_enrolment(store: Store[Partnership], act: Act, enrolment: EnrolmentId) -> Receipt:
    """Make who waits a participant; what was held is debited (W9)."""
    content = {"do": "confirm_enrolment", "enrolment": enrolment}

    def body(work: Partnership) -> rules.Decisions:
        found, wallet, session, limit = _waiting(work, act, enrolment)
        return rules.confirm_enrolment(act, wallet, found, session=session, limit=limit).decisions

    return once(store, act, content, body)


def drop_enrolment(store: Store[Partnership], act: Act, enrolment: EnrolmentId) -> Receipt:
    """Let who waits wait no longer (W9)."""
    content = {"do": "drop_enrolment", "enrolment": enrolment}

    def body(work: Partnership) -> rules.Decisions:
        found, wallet, session, limit = _waiting(work, act, enrolment)
        return rules.drop_enrolment(act, wallet, found, session=session, limit=limit).decisions

    return once(store, act, content, body)


def withdraw_participant(store: Store[Partnership], act: Act, enrolment: EnrolmentId) -> Receipt:
    """Let a participant leave; the credits stay spent (W8)."""
    content = {"do": "withdraw_participant", "enrolment": enrolment}

    def body(work: Partnership) -> rules.Decisions:
        found = _enrolment(work, act, enrolment, Right.PARTICIPANTS, Action.DELETE)
        return rules.withdraw(act, found, session=_session(work, found)).decisions

    return once(store, act, content, body)


def reverse_enrolment(store: Store[Partnership], act: Act, enrolment: EnrolmentId, *, reason: str) -> Receipt:
    """Give back what was paid for who has withdrawn, once (W8)."""
    content = {"do": "reverse_enrolment", "enrolment": enrolment, "reason": reason}

    def body(work: Partnership) -> rules.Decisions:
        found = _enrolment(work, act, enrolment, Right.MANAGE_WALLETS)
        entry = _entry(work, found)
        if entry is None:
            return (found.reverse(act),)
        return rules.reverse_enrolment(
            act,
            work.wallets.get(found.partner),
            found,
            entry,
            was_reversed=work.wallets.is_reversed(found.partner, entry.number),
            reason=reason,
            limit=_limit(work, found),
        ).decisions

    return once(store, act, content, body)


def cancel_enrolment(store: Store[Partnership], act: Act, enrolment: EnrolmentId, *, reason: str) -> Receipt:
    """Cancel an enrolment with its session; what was paid goes back (W8)."""
    content = {"do": "cancel_enrolment", "enrolment": enrolment, "reason": reason}

    def body(work: Partnership) -> rules.Decisions:
        found = _enrolment(work, act, enrolment, Right.MANAGE_WALLETS)
        entry = _entry(work, found)
        return rules.cancel_enrolment(
            act,
            work.wallets.get(found.partner),
            found,
            entry,
            was_reversed=entry is not None and work.wallets.is_reversed(found.partner, entry.number),
            reason=reason,
            session=_session(work, found),
            limit=_limit(work, found),
        ).decisions

    return once(store, act, content, body)


# --- What they ask


def _governed(work: Partnership, act: Act, partner: PartnerId) -> Partner:
    """The partner, for who may edit the organisation's groups, not just one partner's."""
    asking.may(work, act.by, Right.GROUPS, Action.EDIT, on=_ANYWHERE, kind=Partner)
    return work.partners.get(partner)


def _partner(work: Partnership, act: Act, partner: PartnerId, action: Action) -> Partner:
    asking.may(work, act.by, Right.GROUPS, action, on=Place(partner=partner), kind=Partner)
    return work.partners.get(partner)


def _offering(work: Partnership, act: Act, course: CourseId) -> Offering:
    asking.may(work, act.by, Right.CATALOGUES, Action.EDIT, on=_ANYWHERE, kind=Offering)
    return work.offerings.get(course)


def _enrolment(
    work: Partnership, act: Act, enrolment: EnrolmentId, right: Right, action: Action = Action.VIEW
) -> Enrolment:
    found = work.enrolments.get(enrolment)
    on = Place(partner=found.partner, training=found.course)
    asking.may(work, act.by, right, action, on=on, kind=Enrolment)
    return found


def _waiting(
    work: Partnership, act: Act, enrolment: EnrolmentId
) -> tuple[Enrolment, Wallet, Session | None, SpendingLimit | None]:
    """An enrolment that somebody confirms or drops, and all that keeps anything for it."""
    found = _enrolment(work, act, enrolment, Right.REGISTRATIONS)
    return found, work.wallets.get(found.partner), _session(work, found), _limit(work, found)


def _theirs(work: Partnership, session: SessionId, on: Place) -> Session:
    """A session of the organisation's or of the partner's own, and of this course; any other is missing (R2)."""
    place = work.place(session)
    if place is None or place.partner not in (None, on.partner) or place.training not in (None, on.training):
        raise NotFound(Session)
    return work.sessions.get(session)


def _session(work: Partnership, enrolment: Enrolment) -> Session | None:
    return None if enrolment.session is None else work.sessions.get(enrolment.session)


def _limit(work: Partnership, enrolment: Enrolment) -> SpendingLimit | None:
    return None if enrolment.limit is None else work.limits.get(enrolment.limit)


def _entry(work: Partnership, enrolment: Enrolment) -> Entry | None:
    return None if enrolment.entry is None else work.wallets.entry(enrolment.partner, enrolment.entry)
