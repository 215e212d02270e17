"""Where the money goes, told a second time. Part of `lara_core.testing.model`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from lara_core.kernel.decisions import Act, Event
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import ActorId, PoolId, RefundId, RegistrationId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.refunds import (
    ChargeCaptured,
    DuesPaid,
    MoneyMoved,
    MoreThanCaptured,
    NoSuchRefund,
    NothingCaptured,
    NothingDue,
    OtherCurrency,
    Override,
    RefundFailed,
    RefundIdUsed,
    RefundIs,
    RefundPending,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    RefundTerms,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.registrations import RegistrationState, Sale
from lara_core.testing.model.keeping import PLACE_FIRST
from lara_core.testing.model.places import Places
from lara_core.testing.model.words import No, Plain, fee_of, money_of


class Charges(Places):
    """What was captured, what of it is kept, and what goes back (S12, S13, N3)."""

    def capture_payment(
        self, act: Act, transaction: TransactionId, *, buyer: ActorId, captured: Money, terms: RefundTerms
    ) -> None:
        """Once for each transaction."""
        event = ChargeCaptured(transaction, buyer, captured, terms, act)
        self._begin(
            "charge",
            transaction,
            event,
            buyer=buyer,
            captured=captured.minor,
            currency=captured.currency,
            terms=terms,
            once_kept=0,
            seats={},
            refunds={},
        )

    def pay_due(self, act: Act, transaction: TransactionId, pool: PoolId, seats: Collection[SeatNo]) -> None:
        """All of it or nothing."""
        charge = self.get("charge", transaction)
        if not seats:
            raise No(NothingDue(None))
        paid: dict[SeatNo, Plain] = {}
        for seat in sorted(set(seats)):
            before = charge["seats"].get((pool, seat))
            if before is None or not before["due"]:
                raise No(NothingDue(seat))
            paid[SeatNo(seat)] = {**before, "paid": before["paid"] + before["due"], "due": 0}
        amount = sum(charge["seats"][pool, seat]["due"] for seat in paid)
        event = DuesPaid(pool, money_of(charge, paid), Money(amount, charge["currency"]), act)
        _ = self._write("charge", transaction, event)
        charge["captured"] += amount
        charge["seats"].update(((pool, seat), money) for seat, money in paid.items())

    def refund_succeeded(self, act: Act, transaction: TransactionId, refund: RefundId) -> None:
        """It is believed also after a failure."""
        self._report(act, transaction, refund, RefundState.SUCCEEDED, RefundState.REQUESTED, RefundState.FAILED)

    def refund_failed(self, act: Act, transaction: TransactionId, refund: RefundId) -> None:
        """In the newest try."""
        self._report(act, transaction, refund, RefundState.FAILED, RefundState.REQUESTED)

    def retry_refund(self, act: Act, transaction: TransactionId, refund: RefundId) -> None:
        """Of one that failed."""
        self._report(act, transaction, refund, RefundState.REQUESTED, RefundState.FAILED)

    def _report(
        self, act: Act, transaction: TransactionId, refund: RefundId, state: RefundState, *known: RefundState
    ) -> None:
        charge = self.get("charge", transaction)
        found = charge["refunds"].get(refund)
        if found is None:
            raise No(NoSuchRefund(refund))
        if found["state"] is state:
            return
        if found["state"] not in known:
            raise No(RefundIs(refund, found["state"]))
        events: Mapping[RefundState, Callable[[RefundId, Act], Event]] = {
            RefundState.SUCCEEDED: RefundSucceeded,
            RefundState.FAILED: RefundFailed,
            RefundState.REQUESTED: RefundRetried,
        }
        _ = self._write("charge", transaction, events[state](refund, act))
        found["state"] = state

    def refuse_registration(self, act: Act, registration: RegistrationId, *, refund: RefundId) -> None:
        """Of one that was requested; twice is once. What was taken for it goes back, all of it."""
        if self._answer(act, registration, RegistrationState.REFUSED, (RegistrationState.REQUESTED,)):
            sale: Sale | None = self.kept["registration"][registration]["sale"]
            if sale and sale.transaction in self.kept["charge"]:
                self._settle_place(act, registration, refund, called_off=True)

    def cancel_registration(
        self,
        act: Act,
        registration: RegistrationId,
        *,
        refund: RefundId | None = None,
        override: Override | None = None,
    ) -> None:
        """Of one that sits; twice is once. What was taken for it goes back as the terms say, if it is asked for."""
        known = (RegistrationState.REQUESTED, RegistrationState.REGISTERED)
        cancelled = self._answer(act, registration, RegistrationState.CANCELLED, known)
        if override and refund is None:
            raise No(BadValue)
        sale: Sale | None = self.kept["registration"][registration]["sale"]
        if not cancelled or sale is None:
            return
        if sale.transaction in self.kept["charge"]:
            self._settle_place(act, registration, refund, override=override)
        elif refund and sale.price.minor:
            raise No(NothingCaptured(sale.transaction))

    def _settle_place(
        self,
        act: Act,
        registration: RegistrationId,
        refund: RefundId | None,
        *,
        override: Override | None = None,
        called_off: bool = False,
    ) -> None:
        """In the charge it is the one seat of a pool of its own name."""
        found = self.kept["registration"][registration]
        pool, price = PoolId(registration), {1: found["sale"].price}
        self.order = PLACE_FIRST
        self._settle_seats(
            act,
            found["sale"].transaction,
            found["session"],
            pool,
            price,
            refund,
            override=override,
            called_off=called_off,
        )

    def _seat_money(self, charge: Plain, pool: PoolId, seat: int, price: Money) -> Plain:
        if price.currency != charge["currency"]:
            raise No(OtherCurrency(SeatNo(seat)))
        fresh = {"paid": price.minor, "kept": 0, "back": 0, "once": 0, "due": 0}
        found: Plain = charge["seats"].get((pool, seat), fresh)
        return dict(found)

    def _settle(
        self,
        act: Act,
        pool: PoolId,
        seats: Collection[SeatNo],
        refund: RefundId | None,
        *,
        override: Override | None = None,
        called_off: bool = False,
    ) -> None:
        found, _ = self._pool(pool)
        self._settle_seats(
            act,
            found["transaction"],
            found["session"],
            pool,
            {seat: found["prices"][seat - 1] for seat in seats},
            refund,
            override=override,
            called_off=called_off,
        )

    def _settle_seats(
        self,
        act: Act,
        transaction: TransactionId,
        where: SessionId,
        pool: PoolId,
        prices: Mapping[int, Money],
        refund: RefundId | None,
        *,
        override: Override | None = None,
        called_off: bool = False,
    ) -> None:
        session, charge = self.get("session", where), self.get("charge", transaction)
        if refund in charge["refunds"]:
            raise No(RefundIdUsed(RefundId(str(refund))))
        if not charge["captured"] and not charge["seats"]:
            return
        terms: RefundTerms = charge["terms"]
        in_time = act.at <= session["starts"] - timedelta(hours=terms.hours_before)
        amount, once_kept, after = 0, charge["once_kept"], dict[SeatNo, Plain]()
        for seat, price in sorted(prices.items()):
            before = self._seat_money(charge, pool, seat, price)
            left = before["paid"] - before["kept"] - before["back"]
            money = {**before, "due": 0}
            if refund is not None and override is not None:
                money |= {"kept": 0, "back": before["paid"]}
            elif refund is not None and called_off:
                money["back"] += left
            elif refund is not None and in_time:
                fee = min(fee_of(terms, price.minor), left)
                once = min(terms.once.minor - once_kept, left - fee)
                once_kept += once
                money |= {
                    "kept": before["kept"] + fee + once,
                    "back": before["back"] + left - fee - once,
                    "once": before["once"] + once,
                }
            else:
                money["kept"] += left
            amount += money["back"] - before["back"]
            if money != before:
                after[SeatNo(seat)] = money
        if not after:
            return
        self._enough(charge, amount)
        asked, currency = refund if amount else None, charge["currency"]
        event = SeatsSettled(
            where,
            pool,
            money_of(charge, after),
            Money(once_kept, currency),
            asked,
            Money(amount, currency),
            override.reason if override and amount else None,
            act,
        )
        _ = self._write("charge", transaction, event)
        known = charge["seats"]
        more = [seat for seat, money in after.items() if money["back"] > known.get((pool, seat), {"back": 0})["back"]]
        charge["seats"].update(((pool, seat), money) for seat, money in after.items())
        charge["once_kept"] = once_kept
        self._requested(charge, asked, amount, pool, more)

    def _requested(
        self, charge: Plain, refund: RefundId | None, amount: int, pool: PoolId, seats: Sequence[SeatNo]
    ) -> None:
        if refund is not None:
            state = RefundState.REQUESTED
            charge["refunds"][refund] = {"state": state, "amount": amount, "pool": pool, "seats": tuple(seats)}

    def _enough(self, charge: Plain, amount: int) -> None:
        left = charge["captured"] - sum(refund["amount"] for refund in charge["refunds"].values())
        if amount > left:
            raise No(MoreThanCaptured(Money(amount, charge["currency"]), Money(left, charge["currency"])))

    def _reinstate(self, act: Act, pool: PoolId, seat: SeatNo) -> None:
        found = self.get("pool", pool)
        charge, price = self.get("charge", found["transaction"]), found["prices"][seat - 1]
        before = self._seat_money(charge, pool, seat, price)
        if (pool, seat) not in charge["seats"]:
            # It was cancelled before anything was captured.
            before["paid"] = 0
        for name, refund in charge["refunds"].items():
            about = refund["pool"] == pool and seat in refund["seats"]
            if about and refund["state"] is not RefundState.SUCCEEDED:
                raise No(RefundPending(seat, name))
        due = price.minor - before["paid"] + before["back"]
        after = {**before, "kept": 0, "once": 0, "due": due}
        if after == before:
            return
        charge["once_kept"] -= before["once"]
        event = SeatsReinstated(
            found["session"],
            pool,
            money_of(charge, {seat: after}),
            Money(charge["once_kept"], charge["currency"]),
            Money(due, charge["currency"]),
            act,
        )
        _ = self._write("charge", found["transaction"], event)
        charge["seats"][pool, seat] = after

    def _move(
        self, act: Act, pool: PoolId, seat: SeatNo, there: SessionId, to: PoolId, price: Money, refund: RefundId
    ) -> None:
        found = self.get("pool", pool)
        charge = self.get("charge", found["transaction"])
        if refund in charge["refunds"]:
            raise No(RefundIdUsed(refund))
        if to == pool:
            raise No(BadValue)
        before = self._seat_money(charge, pool, seat, found["prices"][seat - 1])
        along = before["paid"] - before["kept"] - before["back"]
        back = max(along - price.minor, 0)
        self._enough(charge, back)
        left = {**before, "paid": before["paid"] - along, "due": 0}
        arrived = {"paid": along, "kept": 0, "back": back, "once": 0, "due": max(price.minor - along, 0)}
        first, asked = SeatNo(1), refund if back else None
        event = MoneyMoved(
            pool,
            seat,
            money_of(charge, {seat: left})[seat],
            there,
            to,
            money_of(charge, {first: arrived})[first],
            asked,
            Money(back, charge["currency"]),
            act,
        )
        _ = self._write("charge", found["transaction"], event)
        charge["seats"][pool, seat], charge["seats"][to, first] = left, arrived
        self._requested(charge, asked, back, to, (first,))

    def _pool(self, name: PoolId) -> tuple[Plain, Plain]:
        found = self.get("pool", name)
        return found, self.get("session", found["session"])
