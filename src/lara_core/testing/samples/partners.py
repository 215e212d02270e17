"""What happened to partners, courses, wallets, limits and enrolments: each event at least once, each field filled.

Part of `lara_core.testing.samples`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Decision, Event, in_turn
from lara_core.kernel.ids import ActorId, ClientId, CourseId, EnrolmentId, HoldId, LimitId, PartnerId, SessionId
from lara_core.kernel.people import Person
from lara_core.offerings import Offering, OfferingDecision
from lara_core.participants import Enrolment, EnrolmentDecision
from lara_core.partners import Branding, Partner, PartnerDecision, PartnerKind
from lara_core.spending import SpendingDecision, SpendingLimit
from lara_core.testing.samples.stories import told
from lara_core.testing.samples.values import (
    ANA,
    BORIS,
    BUYER,
    CHLOE,
    COURSE,
    DAWUD,
    EDITH,
    FAYE,
    LATER,
    NOW,
    OTHER_COURSE,
    OTHER_PARTNER,
    PARTNER,
    SESSION,
    UNTIL,
    act,
)
from lara_core.wallet import Entry, Wallet, WalletDecision, WalletEvent, entry_of

PartnerSample: TypeAlias = Partner | Offering | Wallet | SpendingLimit | Enrolment
"""What the samples of partner companies are of."""

LIMIT: Final = LimitId("limit-1")
OTHER_LIMIT: Final = LimitId("limit-2")
ENROLMENT: Final = EnrolmentId("enrolment-1")
OTHER_ENROLMENT: Final = EnrolmentId("enrolment-2")

_MANY: Final = Credits(5_000_000_000)
_TICKS: Final = tuple(LATER + timedelta(microseconds=tick) for tick in range(1, 10))


def histories_of_partners() -> Sequence[Sequence[Decision[PartnerSample, Event]]]:
    """What happened to some partners, courses, wallets, limits and enrolments: each event at least once.

    What an enrolment names comes before it, but for the session, which is `SESSION`.
    """
    return [_partner(), _another(), *_courses(), _wallet(), _limit(), *_enrolments()]


# --- One of each


def attached(partner: PartnerId = PARTNER, *administrators: ActorId) -> PartnerDecision:
    """A partner that has *administrators* already."""
    decided = Partner.create(act("attach"), partner, name=f"Company {partner}"[:255])
    for administrator in administrators:
        decided = in_turn(decided, decided.state.appoint(act("appoint"), administrator, administers=None))
    return decided


def course_offered(course: CourseId = COURSE, *, price: int = 5) -> OfferingDecision:
    """A course that is offered to all partners."""
    return Offering.offer(act("offer"), course, Credits(price), to_all=True)


def topped_up(partner: PartnerId = PARTNER, *, amount: int = 10) -> WalletDecision:
    """A wallet with *amount* credits in it, its second entry the top-up."""
    begun = Wallet.open(act("open"), partner)
    return in_turn(begun, begun.state.top_up(act("top-up"), Credits(amount), reason="invoice 1"))


def limited(limit: LimitId = LIMIT, *members: PartnerId, amount: int = 5, at: datetime = NOW) -> SpendingDecision:
    """What *members* may spend between them."""
    return SpendingLimit.set(act("limit", at=at), limit, Credits(amount), frozenset(members or (PARTNER,)))


def taking_part(
    enrolment: EnrolmentId = ENROLMENT,
    person: Person = EDITH,
    *,
    partner: PartnerId = PARTNER,
    course: CourseId = COURSE,
    session: SessionId | None = None,
) -> EnrolmentDecision:
    """A participant, for nothing."""
    return Enrolment.enrol(
        act("enrol"),
        enrolment,
        partner=partner,
        course=course,
        person=person,
        price=Credits(0),
        session=session,
        limit=None,
        entry=None,
    )


def waiting(
    enrolment: EnrolmentId = ENROLMENT, person: Person = EDITH, *, partner: PartnerId = PARTNER
) -> EnrolmentDecision:
    """One who waits for confirmation, at no price."""
    return Enrolment.request(
        act("request"),
        enrolment,
        partner=partner,
        course=COURSE,
        person=person,
        price=Credits(0),
        session=None,
        limit=None,
        until=UNTIL,
    )


def entry(decision: WalletDecision, number: int) -> Entry:
    """The entry of that number, of a wallet as it was begun."""
    found = entry_of(decision.state.id, number, decision.events[number - 1])
    assert found is not None
    return found


# --- Partners and courses


def _partner() -> Sequence[PartnerDecision]:
    """A whitelabel partner changes its name, its kind and its looks; its administrators and its clients change."""
    looks = Branding(logo="logos/é.svg", colour="#0A0b0C", domain="formation.example.com", sender="L'académie « é »")
    ana, buyer = ActorId("ana"), BUYER
    first, second = ClientId("cliente-é"), ClientId("client-2")
    return told(
        Partner.create(act("create"), PARTNER, name="Ünïted Welders", kind=PartnerKind.WHITELABEL, branding=looks),
        lambda partner: partner.rename(act("rename", by="ana"), "United Welders"),
        lambda partner: partner.convert(act("convert"), PartnerKind.DEFAULT),
        lambda partner: partner.convert(act("convert-back"), PartnerKind.WHITELABEL),
        lambda partner: partner.brand(act("brand"), Branding(sender="Welders", colour="#ffffff")),
        lambda partner: partner.appoint(act("appoint"), ana, administers=None),
        lambda partner: partner.appoint(act("appoint-another"), buyer, administers=None),
        lambda partner: partner.appoint(act("appoint-third"), ActorId("third"), administers=None),
        lambda partner: partner.dismiss(act("dismiss", at=LATER), ActorId("third")),
        lambda partner: partner.add_client(act("add"), first, "Bücher & fils"),
        lambda partner: partner.add_client(act("add-another"), second, "Another"),
        lambda partner: partner.rename_client(act("rename-client"), first, "Bücher & filles"),
        lambda partner: partner.remove_client(act("remove"), second),
    )


def _another() -> Sequence[PartnerDecision]:
    return told(attached(OTHER_PARTNER), lambda partner: partner.rename(act("rename"), "Another"))


def _courses() -> Sequence[Sequence[OfferingDecision]]:
    """A course that is offered to all and to selected partners by turns, and one of a partner's own."""
    third = PartnerId("partner-é")
    whitelabel = Partner.create(act("create"), PARTNER, name="Own", kind=PartnerKind.WHITELABEL).state
    return (
        told(
            Offering.offer(act("offer"), COURSE, _MANY, personal={PARTNER: Credits(0), OTHER_PARTNER: None}),
            lambda course: course.set_price(act("price"), Credits(7)),
            lambda course: course.offer_to_all(act("to-all")),
            lambda course: course.offer_to_selected(act("to-selected")),
            lambda course: course.select(act("select"), {third: Credits(10**12), OTHER_PARTNER: Credits(3)}),
            lambda course: course.deselect(act("deselect"), (third,)),
        ),
        (whitelabel.create_course(act("own"), OTHER_COURSE),),
    )


# --- Wallets and limits


def _wallet() -> Sequence[WalletDecision]:
    """Credits come, are held, and go; holds lapse, each found by another act; a debit and a top-up are undone."""
    one, two, three = (EnrolmentId(name) for name in ("enrolled", "inscription-é", "withdrawn"))
    holds = [HoldId(f"hold-{number}") for number in range(1, 8)]
    ends = [Deadline.at(tick) for tick in _TICKS]
    history = told(
        Wallet.open(act("open"), PARTNER, threshold=Credits(100)),
        lambda wallet: wallet.top_up(act("top-up", by="ana"), Credits(9), reason="Facture n° 1 « é »"),
        lambda wallet: wallet.top_up(act("more"), _MANY, reason="invoice 2"),
        lambda wallet: wallet.set_threshold(act("threshold"), Credits(5_000_000_001)),
        lambda wallet: wallet.debit(act("debit", by="ana"), Credits(5), one),
        lambda wallet: wallet.debit_all(act("debit-all"), Credits(7), (two, three)),
        lambda wallet: wallet.deduct(act("deduct"), Credits(3), reason="mistake"),
        lambda wallet: wallet.hold(act("hold"), holds[0], Credits(4), one, until=UNTIL),
        lambda wallet: wallet.capture(act("capture"), holds[0]),
        lambda wallet: wallet.hold_all(act("hold-all"), Credits(2), {holds[1]: two, holds[2]: three}, until=ends[0]),
        lambda wallet: wallet.release(act("release"), holds[1]),
        lambda wallet: wallet.hold(act("found-holding", at=_TICKS[1]), holds[3], Credits(1), two, until=ends[1]),
        lambda wallet: wallet.deduct(act("found-deducting", at=_TICKS[2]), Credits(1), reason="mistake"),
        lambda wallet: wallet.hold(act("hold-5", at=_TICKS[2]), holds[4], Credits(1), two, until=ends[2]),
        lambda wallet: wallet.debit(act("found-debiting", at=_TICKS[3]), Credits(1), two),
        lambda wallet: wallet.hold(act("hold-6", at=_TICKS[3]), holds[5], Credits(1), two, until=ends[3]),
    )
    events = [event for decision in history for event in decision.events]

    def undone(number: int, wallet: Wallet) -> WalletDecision:
        return wallet.reverse(
            act(f"undo-{number}", at=_TICKS[4]), _entry(events, number), was_reversed=False, reason="annulé"
        )

    debit = undone(7, history[-1].state)
    top_up = undone(2, debit.state)
    day = Deadline.at(LATER + timedelta(days=1))
    kept = top_up.state.hold(act("kept", at=_TICKS[5]), holds[6], Credits(6), one, until=day)
    return [*history, debit, top_up, kept]


def _entry(events: Sequence[WalletEvent], number: int) -> Entry:
    found = entry_of(PARTNER, number, events[number - 1])
    assert found is not None
    return found


def _limit() -> Sequence[SpendingDecision]:
    """A limit over two partners: spent, held and given back under it; holds lapse, each found by another act."""
    both = frozenset({PARTNER, OTHER_PARTNER})
    holds = [HoldId(f"hold-{number}") for number in range(1, 7)]
    ends = [Deadline.at(tick) for tick in _TICKS]
    return told(
        SpendingLimit.set(act("set"), LIMIT, _MANY, both),
        lambda limit: limit.spend(act("spend"), PARTNER, Credits(4_999_999_900)),
        lambda limit: limit.hold(act("hold"), OTHER_PARTNER, Credits(3), holds[:2], until=UNTIL),
        lambda limit: limit.capture(act("capture"), holds[0]),
        lambda limit: limit.release(act("release"), holds[1]),
        lambda limit: limit.give_back(act("give-back"), PARTNER, Credits(4)),
        lambda limit: limit.hold(act("hold-3"), PARTNER, Credits(1), holds[2:3], until=ends[0]),
        lambda limit: limit.hold(act("found-holding", at=_TICKS[1]), PARTNER, Credits(1), holds[3:4], until=ends[1]),
        lambda limit: limit.spend(act("found-spending", at=_TICKS[2]), OTHER_PARTNER, Credits(2)),
        lambda limit: limit.hold(act("hold-5", at=_TICKS[2]), PARTNER, Credits(1), holds[4:5], until=ends[2]),
        lambda limit: limit.change(act("change", at=_TICKS[3]), Credits(10**12), frozenset({OTHER_PARTNER})),
        lambda limit: limit.hold(act("hold-6", at=_TICKS[3]), OTHER_PARTNER, Credits(8), holds[5:], until=ends[8]),
    )


# --- Enrolments


def _enrolments() -> Sequence[Sequence[EnrolmentDecision]]:
    """One of each end: confirmed, dropped, withdrawn, reversed, cancelled, and one who just takes part."""
    day = Deadline.at(LATER + timedelta(days=1))

    def enrolled(name: str, person: Person, entry: int | None, price: int = 7) -> EnrolmentDecision:
        return Enrolment.enrol(
            act("enrol", by="ana"),
            EnrolmentId(name),
            partner=PARTNER,
            course=COURSE,
            person=person,
            price=Credits(price),
            session=SESSION,
            limit=LIMIT,
            entry=entry,
        )

    def requested(name: str, person: Person) -> EnrolmentDecision:
        return Enrolment.request(
            act("request"),
            EnrolmentId(name),
            partner=PARTNER,
            course=COURSE,
            person=person,
            price=Credits(4),
            session=SESSION,
            limit=LIMIT,
            until=day,
        )

    return (
        told(requested("enrolled", ANA), lambda enrolment: enrolment.confirm(act("confirm", at=LATER), entry=10)),
        told(requested("dropped", FAYE), lambda enrolment: enrolment.drop(act("drop", by="faye", at=LATER))),
        told(enrolled("left", EDITH, 5, 5), lambda enrolment: enrolment.withdraw(act("withdraw"))),
        told(
            enrolled("inscription-é", CHLOE, 6),
            lambda enrolment: enrolment.withdraw(act("withdraw")),
            lambda enrolment: enrolment.reverse(act("reverse", at=LATER)),
        ),
        told(enrolled("withdrawn", DAWUD, 7), lambda enrolment: enrolment.cancel(act("cancel"))),
        told(requested("waits", BORIS)),
    )
