"""Who is told of what (T1): every event of the table, to the exact notice."""

from collections.abc import Collection, Container, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias, get_args

import pytest
from attrs import evolve, field, frozen

from lara_core.cart import CartDecision, CartEvent, CartOpened, ChargingStarted, LineAdded, LineChanged, LineRemoved
from lara_core.confirmation import (
    CalendarReply,
    ClientAnswer,
    Confirmation,
    ConfirmationDecision,
    ConfirmationEvent,
    ConfirmationOpened,
    DatesValidated,
    Message,
    OneDateAccepted,
    ValidationEnded,
)
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refusal, why_not
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    DateNo,
    EnrolmentId,
    HoldId,
    PartnerId,
    PoolId,
    ProposalId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import AccessTerms, GrantDecision, GrantEvent, Moment
from lara_core.participants import (
    Enrolment,
    EnrolmentDecision,
    EnrolmentDropped,
    EnrolmentEvent,
    EnrolmentRequested,
    EnrolmentReversed,
    ParticipantWithdrew,
)
from lara_core.refunds import (
    Charge,
    ChargeCaptured,
    ChargeDecision,
    ChargeEvent,
    DuesPaid,
    Override,
    RefundRetried,
    RefundTerms,
)
from lara_core.registrations import Registration, RegistrationDecision, RegistrationEvent
from lara_core.schedules import Schedule, SessionDate
from lara_core.seats import Mode, Policy, PoolHandedOver, SeatDecision, SeatEvent, SeatPool
from lara_core.sessions import PlacesOffered, Session, SessionCancelled, SessionDecision, SessionEvent, WaitingList
from lara_core.telling.notices import (
    REFUSALS,
    TABLE,
    DatesTold,
    Notice,
    Party,
    Recipient,
    Row,
    Setting,
    Template,
    notices,
    of_refusal,
)
from lara_core.wallet import (
    CreditsHeld,
    CreditsReleased,
    CreditsToppedUp,
    NotEnoughCredits,
    ThresholdSet,
    Wallet,
    WalletDecision,
    WalletEvent,
    WalletOpened,
    entry_of,
)
from tests import sold
from tests.builders import ANN, BEN, BRIEFLY, CLEO, DAN, ENDS, NOW, PRICE, STARTS, TICK, act, cad, pool, session

MANAGER: Final = ActorId("manager")
ONE: Final = SeatNo(1)
WEEK: Final = Deadline.at(NOW + timedelta(days=7))
LATER: Final = NOW + timedelta(days=2)
"""When what `BRIEFLY` invited to is due."""


ALFA, BETA = PartnerId("alfa"), PartnerId("beta")
ORGANISATION, ZOE, BOB = ActorId("organisation"), ActorId("zoe"), ActorId("bob")
# What stands for them in keys.
TO_ORGANISATION, TO_BOB, TO_ZOE = "d9019ff220a47ff8", "81b637d8fcd2c6da", "9d017e2681b7f317"


@frozen
class Staff:
    """Who the organisation is, and who administers which partner."""

    organisation: ActorId = ORGANISATION
    of: Mapping[PartnerId, Collection[ActorId]] = field(factory=lambda: {ALFA: {ZOE, BOB}})

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Nobody, unless said."""
        return self.of.get(partner, ())


STAFF: Final = Staff()


def heard(decision: Decision[Aggregate, Event], *, silenced: Container[Setting] = ()) -> tuple[Notice, ...]:
    """Who is told of a decision, where the staff is the one that all tests here speak of."""
    return notices(decision, audience=STAFF, silenced=silenced)


def notice(key: str, to: Recipient, template: Template, *seats: int) -> Notice:
    """A notice about seats of the pool that all tests here speak of."""
    return Notice(key, to, template, SessionId("excel"), PoolId("pool"), tuple(map(SeatNo, seats)))


def asked(key: str, to: Person, template: Template, seat: int, number: int, until: Deadline = WEEK) -> Notice:
    """A notice about an invitation to a seat of that pool."""
    return evolve(notice(key, to, template, seat), invitation=number, until=until)


ORDER: Final = TransactionId("order")
BACK: Final = RefundId("back")
TERMS: Final = RefundTerms("10", Money.of("1.00", "CAD"), once=Money.of("2.00", "CAD"), hours_before=48)
NOTHING: Final = Money.of("0.00", "CAD")


def charge(payer: ActorId = MANAGER) -> Charge:
    """What was captured for a pool of three."""
    return Charge.capture(act(), ORDER, buyer=payer, captured=PRICE * 3, terms=TERMS).state


def settled(
    *seats: int,
    of: Charge | None = None,
    at: datetime = NOW,
    price: Money = PRICE,
    refund: RefundId | None = BACK,
    override: Override | None = None,
) -> ChargeDecision:
    """Seats of that pool were cancelled, and their money is settled."""
    paid = {SeatNo(seat): price for seat in seats}
    return (of or charge()).settle(
        act(at), ORDER, PoolId("pool"), paid, session=session(), refund=refund, override=override
    )


def refunded(key: str, template: Template, amount: str, *seats: int, to: ActorId = MANAGER) -> Notice:
    """A notice about a refund for seats of that pool."""
    return evolve(notice(key, to, template, *seats), amount=Money.of(amount, "CAD"))


def swept(at: datetime = LATER) -> SeatDecision:
    """Two invitations of a pool of three are due."""
    return pool(invitees=(ANN, BEN), policy=BRIEFLY).expire(act(at), session=session())


def cancelled(*learners: Person, seats: tuple[int, ...]) -> SeatDecision:
    """Seats of a pool of three, with *learners* on the first of them, are cancelled."""
    return pool(*learners).cancel(act(), tuple(map(SeatNo, seats)), session=session())


def bought(*learners: Person, invitees: tuple[Person, ...] = ()) -> SeatDecision:
    """A pool of three is bought, with *learners* on the first seats and *invitees* on the next."""
    empty = pool()
    return SeatPool.buy(
        act(),
        empty.id,
        session=session(),
        transaction=empty.transaction,
        buyer=empty.buyer,
        prices=empty.prices,
        policy=empty.policy,
        learners=learners,
        invitees=invitees,
        seated=(),
    )


THERE: Final = session(name="word")
ARRIVED: Final = PoolId("arrived")
ROW: Final = RegistrationId("ann-in-excel")


def transferred(learner: Person = ANN) -> tuple[SeatDecision, SeatDecision]:
    """A learner of that pool goes to the session `THERE`: what becomes of the old pool, and of the new one."""
    return pool(learner).transfer(act(), ONE, to=ARRIVED, price=PRICE, session=session(), there=THERE, seated_there=())


def reactivated(before: SeatPool, *, to: Person | None = None, mode: Mode = Mode.IMMEDIATE) -> SeatDecision:
    """The first seat of a pool is cancelled, and live again."""
    gone = before.cancel(act(), (ONE,), session=session()).state
    return gone.reactivate(act(), ONE, to=to, mode=mode, session=session(), seated=())


def reinstated(*seats: int, refund: RefundId | None = BACK) -> ChargeDecision:
    """Seats of that pool were cancelled and refunded, and are live again."""
    of = settled(*seats, refund=refund).state
    paid = of if refund is None else of.succeed(act(), refund).state
    prices = {SeatNo(seat): PRICE for seat in seats}
    return paid.reinstate(act(), ORDER, PoolId("pool"), prices, session=session())


def moved(costs: str) -> ChargeDecision:
    """What was paid for a seat of that pool is now for a seat that costs so much."""
    price = Money.of(costs, "CAD")
    return charge().move(act(), ORDER, PoolId("pool"), ONE, PRICE, to=ARRIVED, costs=price, session=THERE, refund=BACK)


def over_there(key: str, template: Template, amount: str) -> Notice:
    """A notice about the money of the one seat that a learner was transferred to."""
    return Notice(key, MANAGER, template, SessionId("word"), ARRIVED, (ONE,), amount=Money.of(amount, "CAD"))


def sold_out(*waiting: Person, automatic: bool = False) -> Session:
    """A session whose one place is taken, and for which people wait."""
    terms = WaitingList(automatic=automatic, offer_hours=48)
    name = SessionId("excel")
    now = Session.open(act(), name, starts=STARTS, ends=ENDS, capacity=1, waiting_list=terms).state
    now = now.take(act(), 1).state
    for person in waiting:
        now = now.join(act(), person, seated=()).state
    return now


def offered(*waiting: Person, places: int = 1) -> SessionDecision:
    """So many places have become free in it, and are offered by hand."""
    return sold_out(*waiting).resize(act(), 1 + places).state.offer(act())


def offer(key: str, to: Person, number: str) -> Notice:
    """A notice about an offered place, which is kept for two days."""
    until = Deadline.at(NOW + timedelta(hours=48))
    hold = HoldId(f"offer:{number}")
    return Notice(key, to, Template.OFFERED, SessionId("excel"), hold=hold, until=until)


def registered(*, approval: bool = False) -> RegistrationDecision:
    """Ann has, or asks for, a place of her own."""
    return Registration.register(act(), ROW, session=session(), person=ANN, approval=approval, seated=())


def of_registration(key: str, template: Template) -> Notice:
    """A notice about that registration: there is no pool, and no seat."""
    return Notice(key, ANN, template, SessionId("excel"))


EXCEL: Final = SessionId("excel")
SAFETY: Final = CourseId("safety")
ENTRY: Final = EnrolmentId("ann-in-safety")
HELD: Final = HoldId("held")


def enrolled(person: Person = ANN, *, session: SessionId | None = EXCEL) -> EnrolmentDecision:
    """A partner makes somebody a participant."""
    return Enrolment.enrol(
        act(),
        ENTRY,
        partner=ALFA,
        course=SAFETY,
        person=person,
        price=Credits(2),
        session=session,
        limit=None,
        entry=3,
    )


def requested() -> EnrolmentDecision:
    """A partner asks for Ann, and she waits for confirmation."""
    return Enrolment.request(
        act(),
        ENTRY,
        partner=ALFA,
        course=SAFETY,
        person=ANN,
        price=Credits(2),
        session=None,
        limit=None,
        until=WEEK,
    )


def of_enrolment(key: str, template: Template, session: SessionId | None = None) -> Notice:
    """A notice about that enrolment."""
    return Notice(f"ann-in-safety:{key}:1", ANN, template, session, course=SAFETY, partner=ALFA)


def wallet(balance: int = 6, *, threshold: int | None = 5, partner: PartnerId = ALFA) -> Wallet:
    """A wallet that was topped up once: its next event is the third, its episode the second."""
    low = None if threshold is None else Credits(threshold)
    opened = Wallet.open(act(), partner, threshold=low).state
    return opened.top_up(act(), Credits(balance), reason="invoice 7").state


def debit(of: Wallet, price: int) -> WalletDecision:
    """Somebody becomes a participant."""
    return of.debit(act(), Credits(price), ENTRY)


def reverse(of: Wallet, decision: WalletDecision) -> WalletDecision:
    """The entry that was the last event of *decision* is undone."""
    entry = entry_of(of.id, decision.state.version, decision.events[-1])
    assert entry is not None
    return of.reverse(act(), entry, was_reversed=False, reason="mistaken")


def low(version: int, available: int) -> tuple[Notice, ...]:
    """The organisation and both administrators are told that the balance of Alfa is low."""
    return tuple(
        Notice(f"alfa:{version}:wallet.low:{mark}", to, Template.WALLET_LOW, partner=ALFA, available=available)
        for mark, to in ((TO_ORGANISATION, ORGANISATION), (TO_BOB, BOB), (TO_ZOE, ZOE))
    )


def topped_up_by_mistake() -> WalletDecision:
    """From a balance of 4 to one of 7, and back, which crosses the threshold of 5."""
    more = wallet(4).top_up(act(), Credits(3), reason="invoice 8")
    return reverse(more.state, more)


def held(balance: int, kept: int) -> Wallet:
    """A wallet with credits on hold for somebody who waits for confirmation."""
    return wallet(balance).hold(act(), HELD, Credits(kept), ENTRY, until=WEEK).state


def lacking(of: Wallet, price: int = 12) -> Refusal:
    """Why that wallet does not pay so much for somebody."""
    refusal = why_not(of.debit, act(), Credits(price), ENTRY)
    assert refusal is not None
    return refusal


def exhausted(of: Wallet, price: int = 12, *, silenced: Container[Setting] = ()) -> tuple[Notice, ...]:
    """Who is told that it does not."""
    return of_refusal(lacking(of, price), audience=STAFF, silenced=silenced)


AnyDecision: TypeAlias = (
    SeatDecision
    | ChargeDecision
    | SessionDecision
    | RegistrationDecision
    | EnrolmentDecision
    | WalletDecision
    | CartDecision
    | GrantDecision
    | ConfirmationDecision
)


PARIS: Final = Zone("Europe/Paris")
ACME: Final = ClientId("acme")
MONDAY, TUESDAY = DateNo(1), DateNo(2)
BY: Final = Deadline.on(date(2027, 3, 4), PARIS)
OWN_WORDS: Final = Message("Your dates", "See you soon.")
BOTH: Final = frozenset({MONDAY, TUESDAY})


def on(day: int) -> SessionDate:
    """A day of March, from nine to five in Paris."""
    return SessionDate.on(date(2027, 3, day), PARIS, begins=time(9), ends=time(17), place="Lyon")


PLAN: Final = Schedule.plan(act(), EXCEL, zone=PARIS, dates=(on(8), on(9))).state
ONE_DAY: Final = PLAN.replan(act(), {MONDAY: on(10)}).state


def proposed(known: Confirmation | None = None, *, schedule: Schedule = PLAN) -> ConfirmationDecision:
    """The dates as they are sent to Ann, with a copy for Ben and a blind one for Dan; another manager asks later."""
    known = known or Confirmation.open(act(), EXCEL, ACME).state
    name = ProposalId(f"proposal-{known.version}")
    return known.propose(
        act(), name, until=BY, schedule=schedule, contact=ANN, cc=(BEN,), bcc=(DAN,), message=OWN_WORDS
    )


def validated() -> Confirmation:
    """Those dates, sent, and validated by hand."""
    return proposed().state.validate(act(), schedule=PLAN).state


def answered(known: Confirmation, answer: ClientAnswer) -> ConfirmationDecision:
    """What the client says to the newest proposal."""
    assert known.proposal is not None
    return known.answer(act(by="client"), known.proposal.id, answer, client=ACME, schedule=PLAN)


def of_dates(
    key: str,
    to: Recipient,
    template: Template,
    *,
    sequence: int = 2,
    dates: frozenset[DateNo] = BOTH,
    until: Deadline | None = None,
    proposal: str = "proposal-1",
    proposing: bool = False,
) -> Notice:
    """A notice about those dates."""
    told = DatesTold(ACME, ProposalId(proposal), sequence, dates, ANN)
    if proposing:
        told = evolve(told, copies=(BEN,), message=OWN_WORDS)
    return Notice(f"5:excel:acme:{key}", to, template, EXCEL, until=until, dates=told)


def one_of_each() -> tuple[AnyDecision, ...]:
    """Decisions that have, together, every event of seats and every row of the table."""
    refunding = settled(1)
    waits = registered(approval=True).state
    waiting, due = pool(ANN, invitees=(DAN,)), pool(invitees=(DAN,), policy=BRIEFLY)
    leaving = pool(ANN, policy=Policy(withdrawal=True))
    charging, granted = sold.charged(sold.cart()).state, sold.given().state
    ending = sold.given(sold.offer(excel=AccessTerms(ends=Moment.at(LATER)))).state
    return (
        bought(ANN, invitees=(DAN,)),
        due.assign(act(LATER), (ANN,), session=session(), seated=()),
        due.invite(act(LATER), (BEN,), session=session(), seated=()),
        waiting.accept(act(), SeatNo(2), 1, learner=BEN, session=session(), seated=()),
        waiting.decline(act(), SeatNo(2), 1, session=session()),
        swept(),
        waiting.remind(act(), (SeatNo(2),), session=session()),
        waiting.correct(act(), SeatNo(2), CLEO.address, session=session(), seated=()),
        leaving.withdraw(act(by="ann"), ONE, session=session()),
        waiting.revoke(act(), ONE, to=BEN, session=session(), seated=()),
        waiting.revoke(act(), ONE, to=BEN, mode=Mode.CONFIRMATION, session=session(), seated=()),
        cancelled(ANN, seats=(1,)),
        waiting.hand_over(act(), ActorId("other")),
        refunding,
        refunding.state.succeed(act(), BACK),
        refunding.state.fail(act(), BACK),
        transferred()[0],
        reactivated(pool(ANN)),
        reactivated(pool(invitees=(DAN,))),
        reinstated(1),
        moved("12.50"),
        moved("7.50"),
        offered(DAN),
        sold_out(DAN).cancel(act()),
        registered(),
        registered(approval=True),
        waits.approve(act(), session=session()),
        waits.refuse(act(), session=session()),
        waits.cancel(act(), session=session()),
        enrolled(),
        enrolled().state.cancel(act()),
        requested().state.confirm(act(), entry=4),
        debit(wallet(), 2),
        held(6, 2).capture(act(), HELD),
        wallet().deduct(act(), Credits(2), reason="mistaken"),
        topped_up_by_mistake(),
        charging.pay(act(), sold.MAIN, sold.CAD, 1),
        charging.decline(act(), sold.MAIN, sold.CAD, 1),
        charging.leave_unknown(act(), sold.MAIN, sold.CAD, 1),
        sold.bought_for_nothing(sold.cart(sold.line(unit=cad("0.00")))),
        sold.given(),
        ending.extend(act(), None),
        granted.revoke(act()),
        granted.revoke(act()).state.grant_anew(act(), sold.offer(), published=()),
        proposed(),
        proposed().state.remind(act(), schedule=PLAN),
        answered(proposed().state, ClientAnswer.ACCEPTED),
        answered(proposed().state, ClientAnswer.DECLINED),
        answered(validated(), ClientAnswer.ACCEPTED),
        answered(validated(), ClientAnswer.DECLINED),
        proposed().state.lapse(act(BY.instant), schedule=PLAN),
        proposed().state.follow(act(), schedule=ONE_DAY),
        proposed().state.follow(act(), schedule=PLAN.cancel(act()).state),
    )


def test_a_purchase_tells_its_learners() -> None:
    """Who is seated by a purchase is told so, by the seat; the buyer has the receipt (S3, S16)."""
    assert heard(bought(ANN, BEN)) == (
        notice("pool:1:seats.enrolled:1", ANN, Template.ENROLLED, 1),
        notice("pool:1:seats.enrolled:2", BEN, Template.ENROLLED, 2),
    )


def test_a_purchase_without_learners_tells_nobody() -> None:
    """There is nobody yet whom it concerns, and who acted has the decision itself (S16)."""
    assert heard(bought()) == ()


def test_a_purchase_tells_those_whom_it_invites() -> None:
    """Learners are told that they are enrolled, invitees by which invitation and until when they can be (S3, S8)."""
    assert heard(bought(ANN, invitees=(DAN,))) == (
        notice("pool:1:seats.enrolled:1", ANN, Template.ENROLLED, 1),
        asked("pool:1:seats.invited:2", DAN, Template.INVITED, 2, 1),
    )


def test_an_assignment_tells_those_whom_it_seats() -> None:
    """Who was named twice or already sits is not told: nothing happened to their seat (S5)."""
    decision = pool(ANN).assign(act(), (ANN, BEN, CLEO, BEN), session=session(), seated=set(ANN.keys))
    assert heard(decision) == (
        notice("pool:2:seats.enrolled:2", BEN, Template.ENROLLED, 2),
        notice("pool:2:seats.enrolled:3", CLEO, Template.ENROLLED, 3),
    )


def test_an_assignment_tells_whose_invitations_were_due() -> None:
    """Those who lost an invitation on the way are told each, the buyer once of all of them (S7)."""
    due = pool(invitees=(BEN, DAN), policy=BRIEFLY)
    assert heard(due.assign(act(LATER), (ANN,), session=session(), seated=())) == (
        notice("pool:2:seats.enrolled:1", ANN, Template.ENROLLED, 1),
        notice("pool:2:seats.expired:1", BEN, Template.EXPIRED, 1),
        notice("pool:2:seats.expired:2", DAN, Template.EXPIRED, 2),
        notice("pool:2:seats.expired_buyer:1", MANAGER, Template.EXPIRED_BUYER, 1, 2),
    )


def test_an_invitation_tells_invitees_which_it_is() -> None:
    """Each is told the number that an answer must name, and until when it is awaited; nobody else is told (S6)."""
    decision = pool(ANN).invite(act(), (BEN, DAN, ANN, BEN), session=session(), seated=set(ANN.keys))
    assert heard(decision) == (
        asked("pool:2:seats.invited:2", BEN, Template.INVITED, 2, 2),
        asked("pool:2:seats.invited:3", DAN, Template.INVITED, 3, 2),
    )


def test_an_invitation_tells_whose_invitations_were_due() -> None:
    """The seat of one that is due is offered to somebody else, and both are told, as is the buyer (S7)."""
    decision = pool(invitees=(DAN,), policy=BRIEFLY).invite(act(LATER), (BEN,), session=session(), seated=())
    assert heard(decision) == (
        asked("pool:2:seats.invited:1", BEN, Template.INVITED, 1, 2, Deadline.at(LATER + timedelta(days=1))),
        notice("pool:2:seats.expired:1", DAN, Template.EXPIRED, 1),
        notice("pool:2:seats.expired_buyer:1", MANAGER, Template.EXPIRED_BUYER, 1),
    )


def test_an_acceptance_tells_the_learner_and_the_buyer() -> None:
    """The learner who accepted is told as somebody enrolled, with the account's address; the buyer which seat (S6)."""
    waiting = pool(invitees=(DAN,))
    assert heard(waiting.accept(act(), ONE, 1, learner=BEN, session=session(), seated=())) == (
        notice("pool:2:seats.enrolled:1", BEN, Template.ENROLLED, 1),
        notice("pool:2:seats.accepted_buyer:1", MANAGER, Template.ACCEPTED_BUYER, 1),
    )


def test_accepting_twice_tells_once() -> None:
    """The second acceptance is none, and tells nobody (S6, K12)."""
    accepted = pool(invitees=(BEN,)).accept(act(), ONE, 1, learner=BEN, session=session(), seated=()).state
    assert heard(accepted.accept(act(), ONE, 1, learner=BEN, session=session(), seated=())) == ()


def test_a_decline_tells_the_buyer() -> None:
    """Whoever declined knows; the buyer learns that the seat is free (S6)."""
    assert heard(pool(invitees=(DAN,)).decline(act(), ONE, 1, session=session())) == (
        notice("pool:2:seats.declined_buyer:1", MANAGER, Template.DECLINED_BUYER, 1),
    )


def test_a_sweep_tells_invitees_and_the_buyer() -> None:
    """Each is told of their own invitation, the buyer once of all of them (S7)."""
    assert heard(swept()) == (
        notice("pool:2:seats.expired:1", ANN, Template.EXPIRED, 1),
        notice("pool:2:seats.expired:2", BEN, Template.EXPIRED, 2),
        notice("pool:2:seats.expired_buyer:1", MANAGER, Template.EXPIRED_BUYER, 1, 2),
    )


def test_a_sweep_that_finds_nothing_tells_nobody() -> None:
    """Hosts sweep now and then; nobody hears of it unless something was due (S7)."""
    assert heard(swept(NOW)) == ()


def test_a_reminder_tells_the_same_invitation_again() -> None:
    """It names the invitation that it is about, with the deadline that it had: nothing moves (S7)."""
    at = NOW + timedelta(hours=1)
    reminded = pool(invitees=(BEN, DAN)).remind(act(at), (SeatNo(2),), session=session())
    again = reminded.state.remind(act(at), (SeatNo(2),), session=session())
    assert [heard(each) for each in (reminded, again)] == [
        (asked("pool:2:seats.reminded:2", DAN, Template.REMINDED, 2, 1),),
        (asked("pool:3:seats.reminded:2", DAN, Template.REMINDED, 2, 1),),
    ]


def test_a_correction_tells_the_right_address_alone() -> None:
    """Whoever has the mistyped address hears nothing more; the right one gets an invitation of its own (S17)."""
    decision = pool(invitees=(DAN,)).correct(act(), ONE, BEN.address, session=session(), seated=())
    assert heard(decision) == (asked("pool:2:seats.invited:1", Person(BEN.address), Template.INVITED, 1, 2),)


def test_a_withdrawal_tells_the_buyer() -> None:
    """Whoever withdrew knows; the buyer learns that the seat is free (S10)."""
    decision = pool(ANN, policy=Policy(withdrawal=True)).withdraw(act(by="ann"), ONE, session=session())
    assert heard(decision) == (notice("pool:2:seats.withdrawn_buyer:1", MANAGER, Template.WITHDRAWN_BUYER, 1),)


def test_a_pool_that_changes_hands_tells_nobody() -> None:
    """The host knows both buyers and whether they know; learners keep their seats (S17)."""
    assert heard(pool(ANN).hand_over(act(), ActorId("other"))) == ()


def test_the_buyer_who_is_told_is_todays() -> None:
    """After a pool was handed over its new buyer is told, and the former one is not (S17)."""
    theirs = pool(invitees=(DAN,)).hand_over(act(), ActorId("other")).state
    assert heard(theirs.decline(act(), ONE, 1, session=session())) == (
        notice("pool:3:seats.declined_buyer:1", ActorId("other"), Template.DECLINED_BUYER, 1),
    )


def test_a_revocation_tells_who_lost_the_seat() -> None:
    """The old holder is told (S9)."""
    decision = pool(ANN).revoke(act(), SeatNo(1), session=session(), seated=())
    assert heard(decision) == (notice("pool:2:seats.revoked:1", ANN, Template.REVOKED, 1),)


def test_a_reassignment_tells_the_old_holder_and_the_new() -> None:
    """Both are told, the one who loses the seat first (S9)."""
    decision = pool(ANN).revoke(act(), SeatNo(1), to=BEN, session=session(), seated=set(ANN.keys))
    assert heard(decision) == (
        notice("pool:2:seats.revoked:1", ANN, Template.REVOKED, 1),
        notice("pool:2:seats.enrolled:1", BEN, Template.ENROLLED, 1),
    )


def test_a_revoked_invitee_is_told() -> None:
    """Who was invited and had not answered is told that it is over, for the link they have is dead (S6, S9)."""
    decision = pool(invitees=(DAN,)).revoke(act(), ONE, session=session(), seated=())
    assert heard(decision) == (notice("pool:2:seats.revoked:1", DAN, Template.REVOKED, 1),)


def test_a_reassignment_by_invitation_asks_the_new_one() -> None:
    """The old holder loses the seat at once; the new one is invited, and not told to be enrolled (S3, S9)."""
    decision = pool(ANN).revoke(act(), ONE, to=DAN, mode=Mode.CONFIRMATION, session=session(), seated=())
    assert heard(decision) == (
        notice("pool:2:seats.revoked:1", ANN, Template.REVOKED, 1),
        asked("pool:2:seats.invited:1", DAN, Template.INVITED, 1, 2),
    )


def test_a_cancellation_tells_invitees_too() -> None:
    """Whoever is invited to a cancelled seat holds a link that is dead now (S11, S16)."""
    decision = pool(ANN, invitees=(DAN,)).cancel_all(act(), session=session())
    assert heard(decision) == (
        notice("pool:2:seats.cancelled:1", ANN, Template.CANCELLED, 1),
        notice("pool:2:seats.cancelled:2", DAN, Template.CANCELLED, 2),
        notice("pool:2:seats.cancelled_buyer:1", MANAGER, Template.CANCELLED_BUYER, 1, 2, 3),
    )


def test_an_invitation_can_be_told_to_last_beyond_the_start() -> None:
    """The deadline is the policy's own; whoever makes words of it knows when the session starts (S7)."""
    decision = pool(policy=Policy(invitation_hours=24 * 30)).invite(act(), (DAN,), session=session(), seated=())
    expected = Deadline.at(NOW + timedelta(days=30))
    assert [(each.until, expected.passed(STARTS)) for each in heard(decision)] == [(expected, False)]


def test_a_cancellation_tells_holders_and_the_buyer() -> None:
    """Each holder is told of their own seat, the buyer once of all of them, whoever cancelled (S16)."""
    assert heard(cancelled(ANN, BEN, seats=(3, 1, 2))) == (
        notice("pool:2:seats.cancelled:1", ANN, Template.CANCELLED, 1),
        notice("pool:2:seats.cancelled:2", BEN, Template.CANCELLED, 2),
        notice("pool:2:seats.cancelled_buyer:1", MANAGER, Template.CANCELLED_BUYER, 1, 2, 3),
    )


def test_a_cancelled_free_seat_concerns_the_buyer_alone() -> None:
    """A seat that nobody has is cancelled without telling learners."""
    assert heard(cancelled(ANN, seats=(2,))) == (
        notice("pool:2:seats.cancelled_buyer:2", MANAGER, Template.CANCELLED_BUYER, 2),
    )


def test_a_refund_that_is_requested_is_told() -> None:
    """The buyer is told once of what goes back for all the seats, whoever cancelled them (S12, S16)."""
    # Of each 10.00 a tenth and 1.00 are kept, and of the first 2.00 more.
    assert heard(settled(3, 1)) == (
        refunded("order:2:refunds.requested_buyer:1", Template.REFUND_REQUESTED, "14.00", 1, 3),
    )


def test_where_nothing_goes_back_no_refund_is_told() -> None:
    """Cancelled without refund, after the terms' deadline, or never paid for: settled, and nobody hears of it (S12)."""
    kept = (
        settled(1, refund=None),
        settled(1, at=STARTS - timedelta(hours=48) + TICK),
        settled(1, price=NOTHING),
    )
    assert [(len(each.events), heard(each)) for each in kept] == [(1, ()), (1, ()), (0, ())]


def test_what_an_override_gives_back_is_told() -> None:
    """What was kept and goes back after all is one more refund, and told as such (S12)."""
    kept = settled(2, refund=None).state
    assert heard(settled(2, of=kept, override=Override("goodwill"))) == (
        refunded("order:3:refunds.requested_buyer:2", Template.REFUND_REQUESTED, "10.00", 2),
    )


def test_how_a_refund_ended_is_told() -> None:
    """Success and failure are told with the seats and the amount that were requested (S12, S16)."""
    requested = settled(2, 3).state
    ends = (requested.succeed(act(), BACK), requested.fail(act(), BACK))
    assert [heard(each) for each in ends] == [
        (refunded("order:3:refunds.succeeded_buyer:2", Template.REFUND_SUCCEEDED, "14.00", 2, 3),),
        (refunded("order:3:refunds.failed_buyer:2", Template.REFUND_FAILED, "14.00", 2, 3),),
    ]


def test_a_retry_tells_nobody_and_its_end_is_told_anew() -> None:
    """Trying again is the organisation's affair; a second failure, and a success after it, have keys of their own."""
    failed = settled(1).state.fail(act(), BACK)
    retried = failed.state.retry(act(), BACK)
    again = retried.state.fail(act(), BACK)
    arrived = again.state.succeed(act(), BACK)
    assert [heard(each) for each in (failed, retried, again, arrived)] == [
        (refunded("order:3:refunds.failed_buyer:1", Template.REFUND_FAILED, "6.00", 1),),
        (),
        (refunded("order:5:refunds.failed_buyer:1", Template.REFUND_FAILED, "6.00", 1),),
        (refunded("order:6:refunds.succeeded_buyer:1", Template.REFUND_SUCCEEDED, "6.00", 1),),
    ]


def test_a_refund_is_told_of_once() -> None:
    """What a payment provider says twice is told once (K12)."""
    done, failed = (settled(1).state.succeed(act(), BACK), settled(1).state.fail(act(), BACK))
    assert (heard(done.state.succeed(act(), BACK)), heard(failed.state.fail(act(), BACK))) == ((), ())


def test_one_of_several_refunds_is_told_apart() -> None:
    """Of a charge with two refunds, the one that ended is told, with its own seats and amount (S12)."""
    first = settled(1).state
    both = settled(3, of=first, refund=RefundId("more")).state
    assert heard(both.succeed(act(), BACK)) == (
        refunded("order:4:refunds.succeeded_buyer:1", Template.REFUND_SUCCEEDED, "6.00", 1),
    )


def test_who_paid_is_told_of_a_refund() -> None:
    """Money goes back to who paid it, whoever cancelled the seats and has the pool by now (S12, S17)."""
    assert heard(settled(1, of=charge(ActorId("payer")))) == (
        refunded("order:2:refunds.requested_buyer:1", Template.REFUND_REQUESTED, "6.00", 1, to=ActorId("payer")),
    )


def test_a_payment_tells_nobody() -> None:
    """That money was taken is on the host's own receipt."""
    assert heard(Charge.capture(act(), ORDER, buyer=MANAGER, captured=PRICE, terms=TERMS)) == ()


def test_a_session_tells_nobody() -> None:
    """Places are counted, not told: people are told of seats, and of what they wait for."""
    assert heard(session(3).resize(act(), 5)) == ()


def test_a_transfer_tells_the_learner_and_the_buyer() -> None:
    """Both hear of the seat that is gone, in its session; how to get into the new one its own purchase tells (N3)."""
    left, arrived = transferred()
    assert (heard(left), heard(arrived)) == (
        (
            notice("pool:2:seats.transferred:1", ANN, Template.TRANSFERRED, 1),
            notice("pool:2:seats.transferred_buyer:1", MANAGER, Template.TRANSFERRED_BUYER, 1),
        ),
        (Notice("arrived:1:seats.enrolled:1", ANN, Template.ENROLLED, SessionId("word"), ARRIVED, (ONE,)),),
    )


def test_a_reactivation_tells_the_learner_and_the_buyer() -> None:
    """Who has the seat again is enrolled again and told so, and the buyer which seat it is (S13)."""
    assert heard(reactivated(pool(ANN))) == (
        notice("pool:3:seats.enrolled:1", ANN, Template.ENROLLED, 1),
        notice("pool:3:seats.reactivated_buyer:1", MANAGER, Template.REACTIVATED_BUYER, 1),
    )


def test_a_reactivation_invites_who_was_invited() -> None:
    """The old invitation is dead: a former invitee, or whoever is named, hears of a new one of its own (S13)."""
    again, another = reactivated(pool(invitees=(DAN,))), reactivated(pool(ANN), to=BEN, mode=Mode.CONFIRMATION)
    assert [heard(each) for each in (again, another)] == [
        (
            asked("pool:3:seats.invited:1", DAN, Template.INVITED, 1, 3),
            notice("pool:3:seats.reactivated_buyer:1", MANAGER, Template.REACTIVATED_BUYER, 1),
        ),
        (
            asked("pool:3:seats.invited:1", BEN, Template.INVITED, 1, 3),
            notice("pool:3:seats.reactivated_buyer:1", MANAGER, Template.REACTIVATED_BUYER, 1),
        ),
    ]


def test_a_seat_that_comes_back_free_concerns_the_buyer_alone() -> None:
    """Nobody had it, and nobody has it (S13)."""
    assert heard(reactivated(pool())) == (
        notice("pool:3:seats.reactivated_buyer:1", MANAGER, Template.REACTIVATED_BUYER, 1),
    )


def test_a_session_that_is_called_off_tells_as_any_cancellation_does() -> None:
    """Learners, invitees and the buyer hear that their seats are cancelled, whatever the cause (S14, S16)."""
    decision = pool(ANN, invitees=(DAN,)).call_off(act(), session=session())
    assert heard(decision) == (
        notice("pool:2:seats.cancelled:1", ANN, Template.CANCELLED, 1),
        notice("pool:2:seats.cancelled:2", DAN, Template.CANCELLED, 2),
        notice("pool:2:seats.cancelled_buyer:1", MANAGER, Template.CANCELLED_BUYER, 1, 2, 3),
    )


def test_what_is_due_again_is_told() -> None:
    """Who paid is told once of what is due for all the seats that are live again (S13)."""
    assert heard(reinstated(3, 1)) == (refunded("order:4:refunds.due_buyer:1", Template.DUE, "14.00", 1, 3),)


def test_where_nothing_went_back_nothing_is_due() -> None:
    """What was kept counts as paid again, and nobody is asked for anything (S13)."""
    decision = reinstated(1, refund=None)
    assert (len(decision.events), heard(decision)) == (1, ())


def test_what_is_due_was_paid_and_nobody_is_told() -> None:
    """That money was taken is on the host's own receipt (S13)."""
    paid = reinstated(1).state.pay_due(act(), PoolId("pool"), (ONE,))
    assert (len(paid.events), heard(paid)) == (1, ())


def test_the_money_of_a_transfer_is_told() -> None:
    """The difference is due, or goes back, for the new seat; where there is none nobody hears of money (N3)."""
    assert [heard(moved(costs)) for costs in ("12.50", "7.50", "10.00")] == [
        (over_there("order:2:refunds.due_buyer:1", Template.DUE, "2.50"),),
        (over_there("order:2:refunds.requested_buyer:1", Template.REFUND_REQUESTED, "2.50"),),
        (),
    ]


def test_how_the_refund_of_a_transfer_ended_is_told() -> None:
    """Of the new seat in its session, too (N3, S12)."""
    assert heard(moved("7.50").state.succeed(act(), BACK)) == (
        over_there("order:3:refunds.succeeded_buyer:1", Template.REFUND_SUCCEEDED, "2.50"),
    )


def test_an_offer_tells_who_waited() -> None:
    """Each is told which hold is theirs and until when, in the order of arrival; the others wait on (N2)."""
    assert heard(offered(DAN, ANN, BEN, places=2)) == (
        offer("excel:7:sessions.offered:1", DAN, "7.1"),
        offer("excel:7:sessions.offered:2", ANN, "7.2"),
    )


def test_an_offer_that_makes_itself_is_told() -> None:
    """Where the list is automatic, the very decision that frees a place tells who has it now (N2)."""
    freed = sold_out(DAN, automatic=True).give_back(act(), 1)
    declined = freed.state.join(act(), ANN, seated=()).state.release(act(), HoldId("offer:5.1"))
    assert [heard(each) for each in (freed, declined)] == [
        (offer("excel:5:sessions.offered:1", DAN, "5.1"),),
        (offer("excel:8:sessions.offered:1", ANN, "8.1"),),
    ]


def test_who_waits_in_vain_is_told() -> None:
    """Who had an offer first, then who waited, in the order of arrival; the places themselves tell nobody (S14)."""
    waiting = offered(DAN, ANN, BEN).state
    key = "excel:8:sessions.waiting_over"
    assert heard(waiting.cancel(act())) == tuple(
        Notice(f"{key}:{number}", person, Template.WAITING_OVER, SessionId("excel"))
        for number, person in enumerate((DAN, ANN, BEN), 1)
    )


def test_a_session_without_anybody_waiting_is_cancelled_in_silence() -> None:
    """Who sits in it is told by the pools and registrations that are cancelled with it (S14)."""
    decision = session(3).cancel(act())
    assert (len(decision.events), heard(decision)) == (1, ())


def test_waiting_tells_nobody() -> None:
    """Who joins, leaves, or loses a turn has the decision itself, or nothing to do (N2, S16)."""
    full, lapsed = sold_out(DAN), offered(DAN).state
    later = act(NOW + timedelta(hours=48) + TICK)
    decisions = (full.join(act(), ANN, seated=()), full.leave(act(), DAN), lapsed.sweep(later))
    assert [(len(each.events), heard(each)) for each in decisions] == [(1, ())] * 3


def test_a_registration_tells_who_has_it() -> None:
    """At once, or once it is approved; who asked has the receipt, and the organisation what to approve (N4, N5)."""
    asking = registered(approval=True)
    approved = asking.state.approve(act(), session=session())
    assert [heard(each) for each in (registered(), asking, approved)] == [
        (of_registration("ann-in-excel:1:registrations.registered:1", Template.REGISTERED),),
        (
            Notice(
                "ann-in-excel:1:registrations.requested_organisation:1",
                ORGANISATION,
                Template.REGISTRATION_REQUESTED,
                SessionId("excel"),
            ),
        ),
        (of_registration("ann-in-excel:2:registrations.registered:1", Template.REGISTERED),),
    ]


def test_a_registration_that_ends_tells_who_had_it() -> None:
    """Refused, or cancelled before or after it was approved (N4, N5, S14)."""
    asking, sits = registered(approval=True).state, registered().state
    ends = (
        asking.refuse(act(), session=session()),
        asking.cancel(act(), session=session()),
        sits.cancel(act(), session=session()),
    )
    assert [heard(each) for each in ends] == [
        (of_registration("ann-in-excel:2:registrations.refused:1", Template.REGISTRATION_REFUSED),),
        (of_registration("ann-in-excel:2:registrations.cancelled:1", Template.REGISTRATION_CANCELLED),),
        (of_registration("ann-in-excel:2:registrations.cancelled:1", Template.REGISTRATION_CANCELLED),),
    ]


def test_an_answer_to_a_registration_that_is_repeated_tells_once() -> None:
    """Approving, refusing or cancelling once more is nothing new (N4, K12)."""
    asking = registered(approval=True).state
    again = (
        asking.approve(act(), session=session()).state.approve(act(), session=session()),
        asking.refuse(act(), session=session()).state.refuse(act(), session=session()),
        asking.cancel(act(), session=session()).state.cancel(act(), session=session()),
    )
    assert [heard(each) for each in again] == [()] * 3


def test_what_changes_nothing_tells_nobody() -> None:
    """A decision without events has no notices."""
    assert heard(session(3).resize(act(), 3)) == ()


def all_told(*, silenced: Container[Setting] = ()) -> list[tuple[Notice, ...]]:
    """All that anybody is told here, of decisions and of a refusal."""
    of_decisions = [heard(decision, silenced=silenced) for decision in one_of_each()]
    return [*of_decisions, exhausted(wallet(), silenced=silenced)]


def rows() -> set[Row]:
    """All rows of both tables."""
    return {row for table in (TABLE, REFUSALS) for those in table.values() for row in those}


@pytest.mark.parametrize("setting", Setting)
def test_a_setting_silences_its_own_rows_and_no_other(setting: Setting) -> None:
    """An organisation switches off one kind of notice to one kind of people, and all others go on (T1)."""
    ((party, silent),) = {(row.party, row.template) for row in rows() if row.setting is setting}
    told = all_told()
    # A wallet is told of to two parties, under two settings.
    apart = {Party.ORGANISATION: {ORGANISATION}, Party.ADMINISTRATORS: {ZOE, BOB}}
    left = [
        tuple(each for each in those if each.template is not silent or each.to not in apart.get(party, {each.to}))
        for those in told
    ]
    assert left != told
    assert all_told(silenced={setting}) == left


def test_all_can_be_silenced() -> None:
    """An organisation that writes to its people itself switches everything off (T1)."""
    assert all_told(silenced=set(Setting)) == [()] * (len(one_of_each()) + 1)


def test_the_same_event_has_the_same_keys() -> None:
    """A key is made of what happened, so that an outbox can drop the repeat of a command (K12)."""
    first, again = (pool(ANN).revoke(act(key=key), SeatNo(1), session=session(), seated=()) for key in ("one", "two"))
    assert [each.key for each in heard(first)] == [each.key for each in heard(again)]


def test_the_same_thing_done_again_has_another_key() -> None:
    """Who gets a seat back is told again: the second time is another version of the pool (K12)."""
    seated = pool(ANN, seats=1)
    free = seated.revoke(act(), SeatNo(1), session=session(), seated=()).state
    back = free.assign(act(), (ANN,), session=session(), seated=())
    lost_again = back.state.revoke(act(), SeatNo(1), session=session(), seated=())
    assert [each.key for decision in (back, lost_again) for each in heard(decision)] == [
        "pool:3:seats.enrolled:1",
        "pool:4:seats.revoked:1",
    ]


def test_keys_of_many_are_distinct() -> None:
    """No two notices of one event share a key, however many they are (K12)."""
    people = tuple(Person.of(f"learner{number}@example.com", f"learner{number}") for number in range(300))
    old, new = people[:100], people[100:]
    due = pool(invitees=old, seats=200, policy=BRIEFLY)
    told = heard(due.invite(act(LATER), new, session=session(), seated=()))
    # Two hundred invitees, a hundred whose invitation was due, and the buyer.
    assert (len(told), len({each.key for each in told})) == (301, 301)


def test_keys_name_nobody() -> None:
    """A key can be logged: it holds no address and no account (K11)."""
    secret = Person.of("secret@example.com", "secret-account")
    decisions: tuple[AnyDecision, ...] = (
        cancelled(secret, seats=(1,)),
        pool().invite(act(), (secret,), session=session(), seated=()),
        transferred(secret)[0],
        offered(secret),
        sold_out(secret).cancel(act()),
        Registration.register(act(), ROW, session=session(), person=secret, approval=False, seated=()),
        Registration.register(act(), ROW, session=session(), person=secret, approval=True, seated=()),
        enrolled(secret),
        debit(wallet(), 2),
        sold.given(person=secret),
        sold.charged(sold.cart(buyer=ActorId("secret-account"))).state.pay(act(), sold.MAIN, sold.CAD, 1),
        Confirmation.open(act(), EXCEL, ACME).state.propose(
            act(), ProposalId("p"), until=BY, schedule=PLAN, contact=secret, bcc=(Person.of("secret@example.org"),)
        ),
    )
    staff = Staff(ActorId("secret-account"), {ALFA: {ActorId("secret@example.com")}})
    told = [
        *(each for decision in decisions for each in notices(decision, audience=staff)),
        *of_refusal(lacking(wallet()), audience=staff),
    ]
    assert {each.template for each in told} >= {Template.WALLET_LOW, Template.WALLET_EXHAUSTED}
    assert [each.key for each in told if "secret" in each.key] == []


def test_a_notice_does_not_show_an_address() -> None:
    """A notice that reaches a log shows no address (K11)."""
    (told,) = heard(bought(Person.of("secret@example.com", "17")))
    assert "secret" not in repr(told)


def test_every_event_about_people_is_told() -> None:
    """No event about a seat, money or a person is forgotten; what happens to places alone has no row (T1)."""
    assert (
        set(get_args(SeatEvent)) - set(TABLE),
        set(get_args(ChargeEvent)) - set(TABLE),
        set(get_args(RegistrationEvent)) - set(TABLE),
        set(get_args(EnrolmentEvent)) - set(TABLE),
        set(get_args(WalletEvent)) - set(TABLE),
        set(get_args(ConfirmationEvent)) - set(TABLE),
        set(get_args(SessionEvent)) & set(TABLE),
        set(get_args(CartEvent)) - set(TABLE),
        set(get_args(GrantEvent)) - set(TABLE),
    ) == (
        {PoolHandedOver},
        {ChargeCaptured, DuesPaid, RefundRetried},
        set(),
        {EnrolmentRequested, EnrolmentDropped, ParticipantWithdrew, EnrolmentReversed},
        {WalletOpened, ThresholdSet, CreditsToppedUp, CreditsHeld, CreditsReleased},
        {ConfirmationOpened, OneDateAccepted, DatesValidated, ValidationEnded},
        {PlacesOffered, SessionCancelled},
        {CartOpened, LineAdded, LineChanged, LineRemoved, ChargingStarted},
        set(),
    )


def test_the_tables_use_all_they_have() -> None:
    """There is no party, template or setting that no row uses, and a setting silences one of them to one party."""
    assert (
        {row.party for row in rows()},
        {row.template for row in rows()},
        sorted(row.setting for row in rows()),
    ) == (set(Party), set(Template), sorted(Setting))


# --- Partners ---------------------------------------------------------------------------------------------


def test_an_enrolment_tells_the_participant() -> None:
    """In a session or in a course alone, at once or once it is confirmed: by the partner, for the course (W4, W9)."""
    told = (enrolled(), enrolled(session=None), requested().state.confirm(act(), entry=4))
    assert [heard(each) for each in told] == [
        (of_enrolment("1:enrolment.enrolled", Template.PARTICIPANT_ENROLLED, SessionId("excel")),),
        (of_enrolment("1:enrolment.enrolled", Template.PARTICIPANT_ENROLLED),),
        (of_enrolment("2:enrolment.enrolled", Template.PARTICIPANT_ENROLLED),),
    ]


def test_an_enrolment_that_is_cancelled_tells_the_participant() -> None:
    """The session is cancelled, and who was to come is told (S16, W8)."""
    assert heard(enrolled().state.cancel(act())) == (
        of_enrolment("2:enrolment.cancelled", Template.ENROLMENT_CANCELLED, SessionId("excel")),
    )


def test_what_the_partner_does_alone_tells_nobody() -> None:
    """Asking, dropping, withdrawing and giving credits back have the decision as their acknowledgement (S16, W8)."""
    withdrawn = enrolled().state.withdraw(act())
    alone = (requested(), requested().state.drop(act()), withdrawn, withdrawn.state.reverse(act()))
    assert [(len(each.events), heard(each)) for each in alone] == [(1, ())] * 4


def test_an_enrolment_that_is_repeated_tells_once() -> None:
    """Confirming or cancelling once more is nothing new (K12)."""
    confirmed = requested().state.confirm(act(), entry=4).state
    cancelled = enrolled().state.cancel(act()).state
    assert (heard(confirmed.confirm(act(), entry=4)), heard(cancelled.cancel(act()))) == ((), ())


def test_a_balance_that_becomes_low_is_told() -> None:
    """The organisation, and each administrator in the order of their ids, by whatever takes credits away (W5)."""
    told = (
        debit(wallet(), 2),
        held(6, 2).capture(act(), HELD),
        wallet().deduct(act(), Credits(2), reason="mistaken"),
        topped_up_by_mistake(),
    )
    assert [heard(each) for each in told] == [low(3, 4), low(4, 4), low(3, 4), low(4, 4)]


def test_a_low_balance_is_told_once_per_crossing() -> None:
    """From the threshold on it is not low; once told, it is told again only after it was not (W5)."""
    at_threshold = debit(wallet(), 1)
    crossing = debit(at_threshold.state, 1)
    below = debit(crossing.state, 1)
    up_again = below.state.top_up(act(), Credits(2), reason="invoice 8")
    again = debit(up_again.state, 5)
    history = (at_threshold, crossing, below, up_again, again)
    assert [heard(each) for each in history] == [(), low(4, 4), (), (), low(7, 0)]


def test_a_reversal_that_brings_a_balance_back_ends_a_crossing() -> None:
    """Credits that are given back warn nobody, and what takes them again does (W5, W8)."""
    crossing = debit(wallet(), 2)
    back = reverse(crossing.state, crossing)
    assert [heard(each) for each in (back, debit(back.state, 2))] == [(), low(5, 4)]


def test_a_batch_that_makes_a_balance_low_is_told_once() -> None:
    """Of all its entries one crosses the threshold; what is told to be available is what is left after all (W4, W5)."""
    people = tuple(EnrolmentId(f"e{number}") for number in range(3))
    decision = wallet(8).debit_all(act(), Credits(2), people)
    assert (len(decision.events), heard(decision)) == (3, low(4, 2))


def test_held_credits_are_not_available() -> None:
    """A hold makes no balance low; what is told once it is low does not count what is held (W5, W9)."""
    kept = wallet(6).hold(act(), HELD, Credits(3), ENTRY, until=WEEK)
    assert [heard(each) for each in (kept, debit(kept.state, 2))] == [(), low(4, 1)]


def test_without_a_threshold_nobody_is_warned() -> None:
    """The threshold is optional, and setting one above the balance warns of crossings to come alone (W5)."""
    without = wallet(threshold=None)
    decisions = (debit(without, 6), without.set_threshold(act(), Credits(50)))
    assert [(len(each.events), heard(each)) for each in decisions] == [(1, ())] * 2


def test_who_lacks_credits_is_told_of() -> None:
    """The organisation, and each administrator of the partner: what it costs, and what is available (W5)."""
    assert exhausted(wallet()) == tuple(
        Notice(
            f"alfa:2:wallet.exhausted:{mark}",
            to,
            Template.WALLET_EXHAUSTED,
            partner=ALFA,
            price=Credits(12),
            available=6,
        )
        for mark, to in ((TO_ORGANISATION, ORGANISATION), (TO_BOB, BOB), (TO_ZOE, ZOE))
    )


def test_a_partner_without_administrators_is_told_of_to_the_organisation() -> None:
    """Nobody of another partner hears of it (W2, W5)."""
    assert [each.to for each in exhausted(wallet(partner=BETA))] == [ORGANISATION]


def keys_of(told: tuple[Notice, ...]) -> list[str]:
    """By what an outbox tells them apart."""
    return [each.key for each in told]


def test_an_episode_has_the_same_keys() -> None:
    """However much was asked, and whatever is available by then, each is told once until the next top-up (W5, K12)."""
    first = wallet()
    spent = debit(first, 5).state
    back = reverse(spent, debit(first, 5)).state
    fewer = first.deduct(act(), Credits(1), reason="mistaken").state
    kept = held(6, 3)
    again = (exhausted(first, 7), exhausted(spent), exhausted(back), exhausted(fewer), exhausted(kept, 4))
    assert [keys_of(each) for each in again] == [keys_of(exhausted(first))] * 5


def test_a_batch_that_does_not_fit_is_of_the_same_episode() -> None:
    """One person or many, held or debited, in this order or that: it is the same lack of credits (W4, W5)."""
    people = {HoldId(f"h{number}"): EnrolmentId(f"e{number}") for number in range(3)}
    many = why_not(wallet().debit_all, act(), Credits(3), tuple(people.values()))
    waiting = why_not(wallet().hold_all, act(), Credits(3), people, until=WEEK)
    assert isinstance(many, NotEnoughCredits)
    assert isinstance(waiting, NotEnoughCredits)
    told = [of_refusal(each, audience=STAFF) for each in (many, waiting)]
    assert [keys_of(each) for each in told] == [keys_of(exhausted(wallet()))] * 2
    assert [(each.price, each.available) for each in told[0]] == [(Credits(3), 6)] * 3


def test_each_episode_partner_and_recipient_has_a_key() -> None:
    """A top-up begins an episode, also before the first one; each partner has episodes of its own (W5, K12)."""
    never = Wallet.open(act(), ALFA).state
    once = wallet()
    twice = once.top_up(act(), Credits(1), reason="invoice 8").state
    told = [*exhausted(never), *exhausted(once), *exhausted(twice), *exhausted(wallet(partner=BETA))]
    assert (len(told), len({each.key for each in told})) == (10, 10)


def test_other_refusals_are_told_to_nobody() -> None:
    """Whoever was refused has the refusal; a deduction that is too large concerns nobody else (K12, W6)."""
    too_large = why_not(wallet().deduct, act(), Credits(7), reason="mistaken")
    nothing = why_not(wallet().capture, act(), HELD)
    assert too_large is not None
    assert nothing is not None
    assert [of_refusal(each, audience=STAFF) for each in (too_large, nothing)] == [(), ()]


def test_who_is_invited_again_has_lost_nothing() -> None:
    """Somebody whose invitation was due, and who gets another in the same breath, hears of the new one alone (S7)."""
    due = pool(invitees=(DAN,), policy=BRIEFLY)
    until = Deadline.at(LATER + timedelta(days=1))
    assert heard(due.invite(act(LATER), (DAN,), session=session(), seated=set(DAN.keys))) == (
        asked("pool:2:seats.invited:1", DAN, Template.INVITED, 1, 2, until),
        notice("pool:2:seats.expired_buyer:1", MANAGER, Template.EXPIRED_BUYER, 1),
    )
    assert heard(due.assign(act(LATER), (BEN,), session=session(), seated=set(DAN.keys)))[1].to == DAN


def test_every_row_tells_somebody() -> None:
    """No row of the table names a party that its event does not have: it would tell nobody, and nobody would see it."""
    told = {(type(decision.events[0]), each.template) for decision in one_of_each() for each in heard(decision)}
    assert told == {(event, row.template) for event, rows in TABLE.items() for row in rows}


def test_who_is_told_is_who_was_written_down() -> None:
    """A learner is told at the address that the seat holds, as it was typed (K7)."""
    typed = Person.of("Dan@Example.com", "dan")
    decision = pool(seats=1).assign(act(), (typed,), session=session(), seated=())
    assert [each.to for each in heard(decision)] == [typed]


# --- A session's dates ------------------------------------------------------------------------------------


def test_a_proposal_tells_the_contact_and_each_copy() -> None:
    """The recipient, then open and blind copies, each in a notice of their own; blind ones are shown to nobody (C1)."""
    copy = Template.PROPOSED_COPY
    assert heard(proposed()) == (
        of_dates("2:confirmation.proposed:1", ANN, Template.PROPOSED, until=BY, proposing=True),
        of_dates("2:confirmation.proposed_copy:1", BEN, copy, until=BY, proposing=True),
        of_dates("2:confirmation.proposed_copy:2", DAN, copy, until=BY, proposing=True),
    )


def test_a_reminder_tells_the_contact_alone() -> None:
    """With the proposal's own sequence, because it asks nothing new (C7)."""
    reminded = proposed().state.remind(act(by="other"), schedule=PLAN)
    assert heard(reminded) == (of_dates("3:confirmation.reminded:1", ANN, Template.DATES_REMINDED, until=BY),)


@pytest.mark.parametrize(
    ("answer", "to_client", "to_sender", "to_organisation"),
    [
        (ClientAnswer.ACCEPTED, Template.DATES_ACCEPTED, Template.ACCEPTED_SENDER, Template.ACCEPTED_MASKED),
        (ClientAnswer.DECLINED, Template.DATES_DECLINED, Template.DECLINED_SENDER, Template.DECLINED_MASKED),
    ],
)
def test_an_answer_tells_the_client_and_the_sender(
    answer: ClientAnswer, to_client: Template, to_sender: Template, to_organisation: Template
) -> None:
    """Both get an acknowledgement (C2); under validation by hand the organisation is told, too (C4)."""
    assert heard(answered(proposed().state, answer)) == (
        of_dates(f"3:{to_client}:1", ANN, to_client),
        of_dates(f"3:{to_sender}:1", MANAGER, to_sender),
    )
    assert heard(answered(validated(), answer)) == (
        of_dates(f"4:{to_client}:1", ANN, to_client),
        of_dates(f"4:{to_sender}:1", MANAGER, to_sender),
        of_dates(f"4:{to_organisation}:1", ORGANISATION, to_organisation),
    )


def test_an_answer_that_is_repeated_tells_once() -> None:
    """The first answer holds, and was acknowledged (C2)."""
    again = answered(answered(proposed().state, ClientAnswer.ACCEPTED).state, ClientAnswer.ACCEPTED)
    assert heard(again) == ()


def test_a_proposal_that_lapses_tells_its_sender() -> None:
    """Whoever swept it did not send it, and the client missed nothing that they do not know (C5)."""
    lapsed = proposed().state.lapse(act(BY.instant, by="sweeper"), schedule=PLAN)
    sender = of_dates("3:confirmation.lapsed_sender:1", MANAGER, Template.LAPSED_SENDER, until=BY)
    assert heard(lapsed) == (sender,)


def test_new_dates_tell_who_was_asked_about_the_old() -> None:
    """With the dates that are lost, in a sequence that is newer than the proposal's, so calendars drop them (C7)."""
    replaced = proposed().state.follow(act(), schedule=ONE_DAY)
    lost = frozenset({TUESDAY})
    template = Template.DATES_REPLACED
    told = of_dates("3:confirmation.replaced:1", ANN, template, sequence=3, dates=lost)
    assert heard(replaced) == (told,)


def test_new_dates_that_are_sent_at_once_tell_both() -> None:
    """First what is over, then what is asked anew, in the order in which calendars must hear of it (C3, C7)."""
    again = proposed(proposed().state, schedule=ONE_DAY)
    told = [(each.template, each.to, each.dates and each.dates.sequence) for each in heard(again)]
    assert told == [
        (Template.DATES_REPLACED, ANN, 3),
        (Template.PROPOSED, ANN, 4),
        (Template.PROPOSED_COPY, BEN, 4),
        (Template.PROPOSED_COPY, DAN, 4),
    ]


def test_a_session_that_is_called_off_tells_who_was_asked() -> None:
    """Every date of the proposal is off, and calendars drop them all (C7)."""
    off = proposed().state.follow(act(), schedule=PLAN.cancel(act()).state)
    told = of_dates("3:confirmation.called_off:1", ANN, Template.DATES_CALLED_OFF, sequence=3)
    assert heard(off) == (told,)


def test_a_session_that_is_called_off_after_its_dates_moved() -> None:
    """Who was sent the older ones still hears it, and calendars drop the dates that they still have (C2, C7)."""
    moved = proposed().state.follow(act(), schedule=ONE_DAY).state
    off = moved.follow(act(), schedule=ONE_DAY.cancel(act()).state)
    told = of_dates(
        "4:confirmation.called_off:1", ANN, Template.DATES_CALLED_OFF, sequence=4, dates=frozenset({MONDAY})
    )
    assert heard(off) == (told,)


def test_a_date_that_moved_and_is_lost_later_is_told() -> None:
    """In a sequence that is newer than all before, so calendars drop it (C2, C7)."""
    elsewhere = PLAN.replan(act(), {MONDAY: on(10), TUESDAY: on(11)}).state
    moved = proposed().state.follow(act(), schedule=elsewhere).state
    lost = moved.follow(act(), schedule=elsewhere.replan(act(), {MONDAY: on(10)}).state)
    told = of_dates("4:confirmation.replaced:1", ANN, Template.DATES_REPLACED, sequence=4, dates=frozenset({TUESDAY}))
    assert heard(lost) == (told,)


def test_who_was_sent_nothing_is_told_nothing() -> None:
    """Dates that were only validated by hand change, and are called off, without a word to the client (C4)."""
    by_hand = Confirmation.open(act(), EXCEL, ACME).state.validate(act(), schedule=PLAN).state
    assert heard(by_hand.follow(act(), schedule=ONE_DAY)) == ()
    assert heard(by_hand.follow(act(), schedule=PLAN.cancel(act()).state)) == ()


def test_one_date_that_is_accepted_tells_nobody() -> None:
    """The calendar's last answer is the client's, and is told as any other (C7)."""
    sent, yes = proposed().state, CalendarReply.ACCEPTED
    one = sent.reply(act(), MONDAY, yes, sequence=2, attendee=ANN.address, schedule=PLAN)
    last = one.state.reply(act(), TUESDAY, yes, sequence=2, attendee=ANN.address, schedule=PLAN)
    told = [[each.template for each in heard(decision)] for decision in (one, last)]
    assert told == [[], [Template.DATES_ACCEPTED, Template.ACCEPTED_SENDER]]
