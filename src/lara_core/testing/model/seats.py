"""Seats that are bought, given out and cancelled, told a second time. Part of `lara_core.testing.model`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import (
    ActorId,
    HoldId,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.purchase import AlreadyCaptured, BulkBuyingOff, BuyerRole, NoSeatNamed, OtherProvider
from lara_core.refunds import NothingCaptured, OtherCurrency, Override
from lara_core.registrations import RegistrationCancelled, RegistrationState
from lara_core.seats import (
    BuyersDoNotCancel,
    Cause,
    InvoiceNotDue,
    InvoicePaid,
    LearnersNeeded,
    LearnerWithdrew,
    Mode,
    NamedTwice,
    NewHolderNeeded,
    NobodyToSeat,
    NoInvoice,
    NotEnoughSeats,
    NothingOverdue,
    NothingToCancel,
    OtherBuyer,
    Policy,
    PoolHandedOver,
    ReleaseOff,
    SameHolder,
    SameSession,
    SeatIs,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
    SeatTransferred,
    SeatTransferredAway,
    WithdrawalOff,
)
from lara_core.sessions import SessionCancelled, SessionOver
from lara_core.testing.model.invitations import Invitations
from lara_core.testing.model.keeping import KINDS
from lara_core.testing.model.words import (
    No,
    Plain,
    distinct,
    due_of,
    empty_seat,
    enrolled_seat,
    free_seat,
    given_to,
    gone_seat,
    invited_seat,
    is_late,
    keys_of,
    known_seat,
    live_seats,
    modes_on,
    not_ended,
    not_started,
    offers_of,
    same,
    seat_of,
    sits,
    until_of,
    with_accounts,
)


class Model(Invitations):
    """What a store of group purchase keeps, and what each of its use cases answers."""

    def cancel_session(self, act: Act, session: SessionId, *, refund: RefundId) -> None:
        """With every live seat, refunded in full, and every registration; what is being paid for stays held."""
        found = self.get("session", session)
        if found["cancelled"]:
            return
        if act.at >= found["ends"]:
            raise No(SessionOver(found["ends"]))
        waiting = (*(who for _, who in offers_of(found, act.at)), *found["queue"])
        _ = self._write("session", session, SessionCancelled(waiting, act))
        found["cancelled"], found["queue"] = True, []
        found["holds"] = {name: hold for name, hold in found["holds"].items() if hold["secured"]}
        for name, pool in self._of("pool", session=session):
            if live := live_seats(pool):
                self._cancel(act, PoolId(name), live, Cause.SESSION_CANCELLED)
                self._give_back(act, session, len(live))
                if pool["transaction"] in self.kept["charge"]:
                    own = RefundId(f"{refund}:{name}")
                    self._settle(act, PoolId(name), live, own, called_off=True)
        left = [(name, one) for name, one in self._of("registration", session=session) if sits(one)]
        for name, one in left:
            _ = self._write("registration", name, RegistrationCancelled(one["person"], act))
            one["state"] = RegistrationState.CANCELLED
        if left:
            self._give_back(act, session, len(left))
        for name, one in left:
            if one["sale"] and one["sale"].transaction in self.kept["charge"]:
                own = RefundId(f"{refund}:{name}")
                self._settle_place(act, RegistrationId(name), own, called_off=True)
        # Here what was paid comes before who is registered.
        self.order = KINDS

    def buy_seats(
        self,
        act: Act,
        pool: PoolId,
        *,
        session: SessionId,
        transaction: TransactionId,
        buyer: ActorId,
        portal: PortalId,
        role: BuyerRole,
        prices: Sequence[Money],
        policy: Policy,
        learners: Sequence[Person] = (),
        invitees: Sequence[Person] = (),
        hold: HoldId | None = None,
        invoice: Deadline | None = None,
    ) -> None:
        """As many seats as prices, and who is named on the first of them."""
        found = self.get("session", session)
        if transaction in self.kept["charge"]:
            raise No(AlreadyCaptured(transaction))
        if role not in self.bulk_buyers.get(portal, ()):
            raise No(BulkBuyingOff(role))
        not_ended(found, act.at)
        if invitees:
            not_started(found, act.at)
        modes_on(policy, *[Mode.IMMEDIATE][: len(learners)], *[Mode.CONFIRMATION][: len(invitees)])
        people, repeated = distinct((*learners, *invitees))
        if repeated:
            raise No(NamedTwice(tuple(repeated)))
        if policy.assign_at_purchase and len(people) != len(prices):
            raise No(LearnersNeeded(len(prices), len(people)))
        if len(people) > len(prices):
            raise No(NotEnoughSeats(len(people), len(prices)))
        with_accounts(learners)
        self._not_seated(session, people)
        own = people[0] if len(people) == len(prices) == 1 else None
        self._take(act, session, len(prices), hold=hold, to=own)
        enrolled = {SeatNo(number): person for number, person in enumerate(learners, 1)}
        invited = {SeatNo(number): person for number, person in enumerate(invitees, len(learners) + 1)}
        until = until_of(policy, act.at) if invitees else None
        event = SeatsBought(
            pool, session, transaction, buyer, policy, tuple(prices), enrolled, invited, until, invoice, act
        )
        seats: dict[int, Plain] = {number: free_seat(None) for number in range(1, len(prices) + 1)}
        seats |= {number: enrolled_seat(person) for number, person in enrolled.items()}
        seats |= {number: invited_seat(person, 1, until) for number, person in invited.items()}
        self._new_pool(event, seats)

    def _new_pool(self, event: SeatsBought, seats: dict[int, Plain]) -> None:
        self._begin(
            "pool",
            event.pool,
            event,
            session=event.session,
            transaction=event.transaction,
            buyer=event.buyer,
            policy=event.policy,
            prices=event.prices,
            invoice=event.invoice,
            seats=seats,
        )

    def assign_seats(self, act: Act, pool: PoolId, learners: Sequence[Person]) -> None:
        """All at once on the first free seats, or nobody."""
        found, session = self._pool(pool)
        not_ended(session, act.at)
        modes_on(found["policy"], Mode.IMMEDIATE)
        due, coming, repeated, already = self._coming(act, found, session, learners)
        with_accounts(coming)
        given = self._given(act, found, due, coming)
        _ = self._write("pool", pool, SeatsAssigned(given, repeated, already, due, act))
        found["seats"].update((seat, enrolled_seat(person)) for seat, person in given.items())

    def invite_to_seats(self, act: Act, pool: PoolId, people: Sequence[Person]) -> None:
        """The same, and each is asked first."""
        found, session = self._pool(pool)
        not_started(session, act.at)
        modes_on(found["policy"], Mode.CONFIRMATION)
        due, coming, repeated, already = self._coming(act, found, session, people)
        given, until = self._given(act, found, due, coming), until_of(found["policy"], act.at)
        number = self._write("pool", pool, SeatsInvited(given, until, repeated, already, due, act))
        found["seats"].update((seat, invited_seat(person, number, until)) for seat, person in given.items())

    def _coming(
        self, act: Act, pool: Plain, session: Plain, named: Iterable[Person]
    ) -> tuple[dict[SeatNo, Person], list[Person], tuple[Person, ...], tuple[Person, ...]]:
        due = due_of(pool, session, act.at)
        people, repeated = distinct(named)
        sitting = self._keys_in(pool["session"]) - {key for who in due.values() for key in keys_of(who)}
        already = tuple(person for person in people if keys_of(person) & sitting)
        coming = [person for person in people if not keys_of(person) & sitting]
        if not coming:
            raise No(NobodyToSeat(already))
        return due, coming, tuple(repeated), already

    def _given(
        self, act: Act, pool: Plain, due: Mapping[SeatNo, Person], people: Sequence[Person]
    ) -> dict[SeatNo, Person]:
        free = sorted({*due, *(seat for seat, one in pool["seats"].items() if one["is"] is SeatState.FREE)})
        if len(people) > len(free):
            raise No(NotEnoughSeats(len(people), len(free)))
        for seat in due:
            empty_seat(pool, seat, act.at)
        return {SeatNo(seat): person for seat, person in zip(free, people, strict=False)}

    def withdraw_learner(self, act: Act, pool: PoolId, seat: SeatNo) -> None:
        """Where the policy lets them."""
        found, session = self._pool(pool)
        not_started(session, act.at)
        if not found["policy"].withdrawal:
            raise No(WithdrawalOff())
        one = known_seat(found, seat, session, act.at, SeatState.ENROLLED)
        _ = self._write("pool", pool, LearnerWithdrew(seat, one["who"], act))
        empty_seat(found, seat, act.at)

    def revoke_seat(
        self, act: Act, pool: PoolId, seat: SeatNo, *, to: Person | None = None, mode: Mode = Mode.IMMEDIATE
    ) -> None:
        """Under the switch somebody has it next."""
        found, session = self._pool(pool)
        not_started(session, act.at)
        one = known_seat(found, seat, session, act.at, SeatState.INVITED, SeatState.ENROLLED)
        holder, policy = one["who"] if one["is"] is SeatState.ENROLLED else one["to"], found["policy"]
        if to is None and policy.assign_at_purchase:
            raise No(NewHolderNeeded(seat))
        if to is not None:
            if same(to, holder):
                raise No(SameHolder(seat))
            self._may_have(found, to, mode)
        asked = to is not None and mode is Mode.CONFIRMATION
        until = until_of(policy, act.at) if asked else None
        number = self._write("pool", pool, SeatRevoked(seat, holder, to, until, act))
        found["seats"][seat] = given_to(to, number, until)

    def _may_have(self, pool: Plain, to: Person, mode: Mode) -> None:
        modes_on(pool["policy"], mode)
        if mode is Mode.IMMEDIATE:
            with_accounts((to,))
        self._not_seated(pool["session"], (to,))

    def hand_over_pool(self, act: Act, pool: PoolId, buyer: ActorId) -> None:
        """Harmless for whoever has it already."""
        found = self.get("pool", pool)
        if buyer != found["buyer"]:
            _ = self._write("pool", pool, PoolHandedOver(found["buyer"], buyer, act))
            found["buyer"] = buyer

    def cancel_seats(
        self,
        act: Act,
        pool: PoolId,
        seats: Collection[SeatNo],
        *,
        refund: RefundId | None = None,
        override: Override | None = None,
        as_buyer: bool = False,
    ) -> None:
        """Those seats or none."""
        self._cancellable(act, pool, seats, as_buyer=as_buyer)
        self._cancelled(act, pool, seats, Cause.ASKED, refund, override)

    def cancel_all_seats(
        self,
        act: Act,
        pool: PoolId,
        *,
        refund: RefundId | None = None,
        override: Override | None = None,
        as_buyer: bool = False,
    ) -> None:
        """Every live seat of a pool."""
        self.cancel_seats(
            act, pool, live_seats(self.get("pool", pool)), refund=refund, override=override, as_buyer=as_buyer
        )

    def cancel_transaction(
        self,
        act: Act,
        transaction: TransactionId,
        *,
        refund: RefundId | None = None,
        override: Override | None = None,
        as_buyer: bool = False,
    ) -> None:
        """Every live seat of all its pools."""
        pools = [*self._of("pool", transaction=transaction)]
        if not pools:
            raise No(NotFound)
        live = [PoolId(name) for name, pool in pools if live_seats(pool)]
        if not live:
            raise No(NothingToCancel())
        for name in live:
            seats = live_seats(self.get("pool", name))
            own = None if refund is None else RefundId(f"{refund}:{name}")
            self._cancellable(act, name, seats, as_buyer=as_buyer)
            self._cancelled(act, name, seats, Cause.ASKED, own, override)

    def cancel_unassigned(self, act: Act, pool: PoolId, *, refund: RefundId | None = None) -> None:
        """What has been to assign for too long."""
        found, session = self._pool(pool)
        not_ended(session, act.at)
        hours = found["policy"].unassigned_hours
        emptied = {seat: one["emptied"] for seat, one in found["seats"].items() if one.get("emptied")}
        lasting = None if hours is None else timedelta(hours=hours)
        overdue = [seat for seat, since in emptied.items() if lasting is not None and act.at >= since + lasting]
        if not overdue:
            then = None if lasting is None or not emptied else min(emptied.values()) + lasting
            raise No(NothingOverdue(then))
        self._cancelled(act, pool, overdue, Cause.UNASSIGNED, refund, None)

    def release_unpaid(self, act: Act, pool: PoolId) -> None:
        """What was not paid by its invoice in time."""
        found, session = self._pool(pool)
        not_ended(session, act.at)
        if not found["policy"].release_unpaid:
            raise No(ReleaseOff())
        if found["invoice"] is None:
            raise No(NoInvoice())
        if found["transaction"] in self.kept["charge"]:
            raise No(InvoicePaid())
        if not is_late(found["invoice"], act.at):
            raise No(InvoiceNotDue(found["invoice"]))
        if not (live := live_seats(found)):
            raise No(NothingToCancel())
        self._cancelled(act, pool, live, Cause.UNPAID, None, None)

    def _cancellable(self, act: Act, pool: PoolId, seats: Collection[SeatNo], *, as_buyer: bool) -> None:
        found, session = self._pool(pool)
        not_ended(session, act.at)
        if as_buyer and act.by != found["buyer"]:
            raise No(OtherBuyer())
        if as_buyer and not found["policy"].buyers_cancel:
            raise No(BuyersDoNotCancel())
        if not seats:
            raise No(NothingToCancel())
        for seat in sorted(set(seats)):
            if seat_of(found, seat)["is"] is SeatState.CANCELLED:
                raise No(SeatIs(seat, SeatState.CANCELLED))

    def _cancelled(
        self,
        act: Act,
        pool: PoolId,
        seats: Collection[SeatNo],
        cause: Cause,
        refund: RefundId | None,
        override: Override | None,
    ) -> None:
        gone = sorted(set(seats))
        self._cancel(act, pool, gone, cause)
        found = self.get("pool", pool)
        self._give_back(act, found["session"], len(gone))
        if found["transaction"] in self.kept["charge"]:
            self._settle(act, pool, gone, refund, override=override)
        elif refund is not None and any(found["prices"][seat - 1].minor for seat in gone):
            raise No(NothingCaptured(found["transaction"]))

    def _cancel(self, act: Act, pool: PoolId, seats: Collection[SeatNo], cause: Cause) -> None:
        found, session = self._pool(pool)
        due, gone = due_of(found, session, act.at), tuple(sorted(seats))
        before = {seat: found["seats"][seat] for seat in gone if seat not in due}
        learners = {seat: one["who"] for seat, one in before.items() if one["is"] is SeatState.ENROLLED}
        invitees = {seat: one["to"] for seat, one in before.items() if one["is"] is SeatState.INVITED}
        _ = self._write("pool", pool, SeatsCancelled(gone, learners, invitees, cause, act))
        for seat in gone:
            was = SeatState.ENROLLED if seat in learners else SeatState.INVITED if seat in invitees else SeatState.FREE
            found["seats"][seat] = gone_seat(cause, was, learners.get(seat) or invitees.get(seat))

    def reactivate_seat(
        self, act: Act, pool: PoolId, seat: SeatNo, *, to: Person | None = None, mode: Mode = Mode.IMMEDIATE
    ) -> None:
        """For whom is named, else for whom it was, if there is a place."""
        found, session = self._pool(pool)
        not_started(session, act.at)
        one = seat_of(found, seat)
        if one["is"] is not SeatState.CANCELLED:
            raise No(SeatIs(seat, one["is"]))
        if one["cause"] is Cause.TRANSFERRED:
            raise No(SeatTransferredAway(seat))
        if to is not None:
            self._may_have(found, to, mode)
        elif one["holder"] is not None and not keys_of(one["holder"]) & self._keys_in(found["session"]):
            to = one["holder"]
            mode = Mode.CONFIRMATION if one["was"] is SeatState.INVITED else Mode.IMMEDIATE
        elif found["policy"].assign_at_purchase:
            raise No(NewHolderNeeded(seat))
        until = until_of(found["policy"], act.at) if to is not None and mode is Mode.CONFIRMATION else None
        number = self._write("pool", pool, SeatReactivated(seat, to, until, act))
        if found["transaction"] in self.kept["charge"]:
            self._reinstate(act, pool, seat)
        self._take(act, found["session"], 1)
        found["seats"][seat] = given_to(to, number, until)

    def transfer_seat(
        self,
        act: Act,
        pool: PoolId,
        seat: SeatNo,
        *,
        there: SessionId,
        to: PoolId,
        price: Money,
        provider: ProviderId,
        provider_there: ProviderId,
        refund: RefundId,
    ) -> None:
        """The learner, the place and the money, or nothing."""
        found, session = self._pool(pool)
        target = self.get("session", there)
        if provider != provider_there:
            raise No(OtherProvider())
        if price.currency != found["prices"][0].currency:
            raise No(OtherCurrency(seat))
        if there == found["session"]:
            raise No(SameSession())
        not_started(session, act.at)
        not_started(target, act.at)
        one = seat_of(found, seat)
        if one["is"] is not SeatState.ENROLLED:
            raise No(SeatIs(seat, one["is"]))
        learner: Person = one["who"]
        self._not_seated(there, (learner,))
        self._give_back(act, found["session"], 1)
        self._take(act, there, 1, to=learner)
        _ = self._write("pool", pool, SeatTransferred(seat, learner, there, to, act))
        found["seats"][seat] = gone_seat(Cause.TRANSFERRED, SeatState.ENROLLED, learner)
        if found["transaction"] in self.kept["charge"]:
            self._move(act, pool, seat, there, to, price, refund)
        first = SeatNo(1)
        event = SeatsBought(
            to,
            there,
            found["transaction"],
            found["buyer"],
            found["policy"],
            (price,),
            {first: learner},
            {},
            None,
            found["invoice"],
            act,
        )
        self._new_pool(event, {first: enrolled_seat(learner)})

    def refund_kept(
        self, act: Act, pool: PoolId, seats: Collection[SeatNo], *, refund: RefundId, override: Override
    ) -> None:
        """What was kept of cancelled seats goes back after all."""
        found, _ = self._pool(pool)
        charge = self.get("charge", found["transaction"])
        if not seats:
            raise No(NoSeatNamed())
        for seat in sorted(set(seats)):
            if (state := seat_of(found, seat)["is"]) is not SeatState.CANCELLED:
                raise No(SeatIs(seat, state))
        taken_for = [seat for seat in sorted(set(seats)) if (pool, seat) in charge["seats"]]
        self._settle(act, pool, taken_for, refund, override=override)
