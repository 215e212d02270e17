"""What happens to partner companies, to what they are offered, and to whom they enrol.

Part of `lara_core.testing.strategies`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import ActorId, ClientId, CourseId, EnrolmentId, LimitId, PartnerId, SessionId
from lara_core.offerings import (
    CourseOffered,
    CoursePriced,
    OfferedToAll,
    OfferedToSelected,
    Offering,
    OfferingDecision,
    OwnCourseCreated,
    PartnersDeselected,
    PartnersSelected,
)
from lara_core.participants import ENROLMENT, Enrolment, EnrolmentDecision, EnrolmentVerb
from lara_core.partners import (
    AdministratorAppointed,
    AdministratorDismissed,
    Branding,
    ClientAdded,
    ClientRemoved,
    ClientRenamed,
    Partner,
    PartnerBranded,
    PartnerConverted,
    PartnerDecision,
    PartnerKind,
    PartnerRenamed,
)
from lara_core.testing.strategies.happening import kind_of, later, turns
from lara_core.testing.strategies.values import (
    DOMAINS_OF_HOSTS,
    LETTERS_AND_MARKS,
    act_at,
    actors,
    acts,
    credit_amounts,
    ids,
    instants,
    people,
)

_NAMES: Final = st.text(LETTERS_AND_MARKS, min_size=1, max_size=12)


def brandings() -> SearchStrategy[Branding]:
    """How platforms look: all of it said, or some, or nothing (W1)."""
    return st.builds(
        Branding,
        logo=st.none() | _NAMES,
        colour=st.none() | st.sampled_from(("#000000", "#FFffFF", "#0a9B1c")),
        domain=st.none() | st.sampled_from(DOMAINS_OF_HOSTS),
        sender=st.none() | _NAMES,
    )


def partner_histories(*, tries: int = 0) -> SearchStrategy[tuple[PartnerDecision, ...]]:
    """All that happened to a partner: names, kinds and looks, administrators and clients that come and go (W1, W2).

    At least so many commands are tried, and at most a dozen.
    """
    return partner_histories_with(tries, None)


# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, type[Event]]] = {
    AdministratorDismissed: AdministratorAppointed,
    ClientRenamed: ClientAdded,
    ClientRemoved: ClientAdded,
    PartnerBranded: PartnerConverted,
    PartnersDeselected: PartnersSelected,
    OfferedToSelected: OfferedToAll,
}


@st.composite
def partner_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[PartnerDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun, kind = draw(acts(instants())), draw(st.sampled_from(PartnerKind))
    looks = draw(brandings()) if kind is PartnerKind.WHITELABEL else None
    history = [Partner.create(begun, draw(ids(PartnerId)), name=draw(_NAMES), kind=kind, branding=looks)]
    cast = draw(st.lists(actors(), min_size=1, max_size=3))
    clients = draw(st.lists(ids(ClientId), min_size=1, max_size=3))
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at)
        with suppress(Refused):
            decision = _on_partner(draw, history[-1].state, act_at(draw, at), cast, clients, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_partner(
    draw: DrawFn,
    partner: Partner,
    act: Act,
    cast: Sequence[ActorId],
    clients: Sequence[ClientId],
    wanted: type[Event] | None,
) -> PartnerDecision:
    whitelabel = partner.kind is PartnerKind.WHITELABEL
    likely: dict[type[Event], int] = {
        PartnerRenamed: 1,
        PartnerConverted: 1,
        PartnerBranded: 2 * whitelabel,
        AdministratorAppointed: 2,
        AdministratorDismissed: 2 * bool(partner.administrators),
        ClientAdded: 2,
        ClientRenamed: 2 * bool(partner.clients),
        ClientRemoved: bool(partner.clients),
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted)))
    if kind is PartnerRenamed:
        return partner.rename(act, draw(_NAMES))
    if kind is PartnerConverted:
        return partner.convert(act, PartnerKind.DEFAULT if whitelabel else PartnerKind.WHITELABEL)
    if kind is PartnerBranded:
        return partner.brand(act, draw(brandings()))
    if kind is AdministratorAppointed:
        return partner.appoint(act, draw(st.sampled_from(cast)), administers=None)
    if kind is AdministratorDismissed:
        return partner.dismiss(act, draw(st.sampled_from(sorted(partner.administrators))))
    if kind is ClientAdded:
        return partner.add_client(act, draw(st.sampled_from(clients)), draw(_NAMES))
    if kind is ClientRenamed:
        return partner.rename_client(act, draw(st.sampled_from(sorted(partner.clients))), draw(_NAMES))
    return partner.remove_client(act, draw(st.sampled_from(sorted(partner.clients))))


def offering_histories(*, tries: int = 0) -> SearchStrategy[tuple[OfferingDecision, ...]]:
    """All that happened to a course as it is offered: prices, and partners that are selected and deselected (W3).

    Some are a partner's own, to which nothing happens. At least so many commands are tried, and at most a dozen.
    """
    return offering_histories_with(tries, None)


@st.composite
def offering_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[OfferingDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun, course = draw(acts(instants())), draw(ids(CourseId))
    own = wanted is OwnCourseCreated or (wanted is None and draw(st.integers(0, 5)) == 0)
    cast = draw(st.lists(ids(PartnerId), min_size=1, max_size=4, unique=True))
    if own:
        whitelabel = Partner.create(begun, cast[0], name="Own", kind=PartnerKind.WHITELABEL).state
        return (whitelabel.create_course(begun, course),)
    history = [
        Offering.offer(
            begun, course, draw(credit_amounts()), to_all=draw(st.booleans()), personal=draw(_selected(cast))
        )
    ]
    at = begun.at
    for _ in turns(draw, least if wanted is not CourseOffered else 0):
        at = later(draw, at)
        decision = _on_offering(draw, history[-1].state, act_at(draw, at), cast, wanted)
        history += [decision] if decision.events else []
    return tuple(history)


def _selected(cast: Sequence[PartnerId]) -> SearchStrategy[Mapping[PartnerId, Credits | None]]:
    return st.dictionaries(st.sampled_from(cast), st.none() | credit_amounts(), max_size=3)


def _on_offering(
    draw: DrawFn, offering: Offering, act: Act, cast: Sequence[PartnerId], wanted: type[Event] | None
) -> OfferingDecision:
    likely: dict[type[Event], int] = {
        CoursePriced: 2,
        OfferedToAll: not offering.to_all,
        OfferedToSelected: 2 * offering.to_all,
        PartnersSelected: 2,
        PartnersDeselected: bool(offering.personal),
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted)))
    if kind is CoursePriced:
        return offering.set_price(act, draw(credit_amounts()))
    if kind is OfferedToAll:
        return offering.offer_to_all(act)
    if kind is OfferedToSelected:
        return offering.offer_to_selected(act)
    if kind is PartnersSelected:
        return offering.select(act, draw(_selected(cast)))
    return offering.deselect(act, draw(st.sets(st.sampled_from(sorted(offering.personal)), min_size=1)))


@st.composite
def enrolment_histories(draw: DrawFn, *, asked: bool | None = None) -> tuple[EnrolmentDecision, ...]:
    """All that happened to an enrolment, from when somebody was enrolled or asked for on (W4, W8, W9).

    *asked* says whether they had to wait, where it says anything.
    """
    begun, price = draw(acts(instants())), draw(credit_amounts(most=1_000))
    waits = draw(st.booleans()) if asked is None else asked
    name, partner, course, person = draw(ids(EnrolmentId)), draw(ids(PartnerId)), draw(ids(CourseId)), draw(people())
    session = draw(st.none() | ids(SessionId))
    limit = draw(st.none() | ids(LimitId)) if price else None
    entry = draw(st.integers(3, 1_000)) if price else None
    until = Deadline.at(begun.at + timedelta(hours=draw(st.sampled_from((1, 24)))))
    history = [
        Enrolment.request(
            begun,
            name,
            partner=partner,
            course=course,
            person=person,
            price=price,
            session=session,
            limit=limit,
            until=until,
        )
        if waits
        else Enrolment.enrol(
            begun,
            name,
            partner=partner,
            course=course,
            person=person,
            price=price,
            session=session,
            limit=limit,
            entry=entry,
        )
    ]
    at = begun.at
    # Drawn as a number, for lists are mostly short.
    for _ in range(draw(st.integers(0, 4))):
        enrolment = history[-1].state
        at = later(draw, at, (until.instant,) if waits else ())
        able = [*ENROLMENT[enrolment.state]]
        act, verb = act_at(draw, at), draw(st.sampled_from([*able, *able, *able, *EnrolmentVerb]))
        with suppress(Refused):
            decision = _on_enrolment(enrolment, act, verb, entry)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_enrolment(enrolment: Enrolment, act: Act, verb: EnrolmentVerb, entry: int | None) -> EnrolmentDecision:
    match verb:
        case EnrolmentVerb.CONFIRM:
            return enrolment.confirm(act, entry=entry)
        case EnrolmentVerb.DROP:
            return enrolment.drop(act)
        case EnrolmentVerb.WITHDRAW:
            return enrolment.withdraw(act)
        case EnrolmentVerb.REVERSE:
            return enrolment.reverse(act)
        case EnrolmentVerb.CANCEL:
            return enrolment.cancel(act)
