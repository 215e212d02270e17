"""Charges as rows: one for each, one for each seat that was settled, and one for each refund, with its seats."""

import sqlite3
from collections.abc import Sequence
from typing import assert_never

from attrs import frozen

from lara_core.formats import json
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.refunds import (
    Charge,
    ChargeCaptured,
    ChargeEvent,
    Refund,
    RefundFailed,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    RefundTerms,
    SeatMoney,
    SeatsSettled,
)
from sqlite_host.log import Log


@frozen
class SqliteCharges:
    """The charges of the organisation: a row for each, for each of its settled seats, and for each of its refunds."""

    db: sqlite3.Connection

    @property
    def log(self) -> Log[ChargeEvent]:
        """Their events."""
        return Log(self.db, "charge", json.CHARGE_EVENT)

    def get(self, transaction: TransactionId) -> Charge:
        """The charge, or `NotFound`."""
        charge = self.find(transaction)
        if charge is None:
            raise NotFound("no such charge")
        return charge

    def find(self, transaction: TransactionId) -> Charge | None:
        """Four SELECTs and a constructor, or `None`."""
        sql = """
            SELECT version, buyer, currency, captured, percent, per_seat, once, hours_before, once_kept
            FROM charge WHERE id = ?
        """
        row = self.db.execute(sql, (transaction,)).fetchone()
        if row is None:
            return None
        version, buyer, code, captured, percent, per_seat, once, hours_before, once_kept = row
        currency = Currency(code)
        seats: dict[PoolId, dict[SeatNo, SeatMoney]] = {}
        sql = "SELECT pool, seat, paid, kept, back FROM charge_seat WHERE charge = ?"
        for pool, seat, paid, kept, back in self.db.execute(sql, (transaction,)):
            money = SeatMoney(Money(paid, currency), Money(kept, currency), Money(back, currency))
            seats.setdefault(PoolId(pool), {})[SeatNo(seat)] = money
        refunded: dict[str, list[SeatNo]] = {}
        sql = "SELECT refund, seat FROM refund_seat WHERE charge = ? ORDER BY refund, seat"
        for refund, seat in self.db.execute(sql, (transaction,)):
            refunded.setdefault(refund, []).append(SeatNo(seat))
        sql = "SELECT id, state, amount, session, pool FROM refund WHERE charge = ?"
        refunds = {
            RefundId(refund): Refund(
                RefundState(state),
                Money(amount, currency),
                SessionId(session),
                PoolId(pool),
                tuple(refunded.get(refund, ())),
            )
            for refund, state, amount, session, pool in self.db.execute(sql, (transaction,))
        }
        return Charge(
            TransactionId(transaction),
            version,
            ActorId(buyer),
            Money(captured, currency),
            RefundTerms(percent, Money(per_seat, currency), Money(once, currency), hours_before),
            Money(once_kept, currency),
            seats,
            refunds,
        )

    def events(self, transaction: TransactionId) -> Sequence[ChargeEvent]:
        """All of them, in order."""
        return self.log.read(transaction)

    def write(self, transaction: TransactionId, version: int, event: ChargeEvent) -> None:
        """Write *event*, which makes *version* of the charge, and the seats and the refund that it names."""
        self.log.append(transaction, version, event)
        _ = self.db.execute("UPDATE charge SET version = ? WHERE id = ?", (version, transaction))
        match event:
            case ChargeCaptured(_, buyer, captured, terms):
                row = (
                    *(transaction, version, buyer, captured.currency, captured.minor),
                    *(terms.percent, terms.per_seat.minor, terms.once.minor, terms.hours_before),
                )
                _ = self.db.execute("INSERT INTO charge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)", row)
            case SeatsSettled():
                self._settle(transaction, event)
            case RefundSucceeded(refund):
                self._become(transaction, refund, RefundState.SUCCEEDED)
            case RefundFailed(refund):
                self._become(transaction, refund, RefundState.FAILED)
            case RefundRetried(refund):
                self._become(transaction, refund, RefundState.REQUESTED)
            case _:
                assert_never(event)

    def _settle(self, transaction: TransactionId, event: SeatsSettled) -> None:
        sql = "UPDATE charge SET once_kept = ? WHERE id = ?"
        _ = self.db.execute(sql, (event.once_kept.minor, transaction))
        sql = """
            INSERT INTO charge_seat VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (charge, pool, seat) DO UPDATE SET paid = excluded.paid, kept = excluded.kept,
            back = excluded.back
        """
        rows = [
            (transaction, event.pool, seat, money.paid.minor, money.kept.minor, money.back.minor)
            for seat, money in event.seats.items()
        ]
        _ = self.db.executemany(sql, rows)
        if event.refund is None:
            return
        row = (transaction, event.refund, RefundState.REQUESTED, event.amount.minor, event.session, event.pool)
        _ = self.db.execute("INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?)", row)
        sql = "INSERT INTO refund_seat VALUES (?, ?, ?)"
        _ = self.db.executemany(sql, [(transaction, event.refund, seat) for seat in event.seats])

    def _become(self, transaction: TransactionId, refund: RefundId, state: RefundState) -> None:
        sql = "UPDATE refund SET state = ? WHERE charge = ? AND id = ?"
        _ = self.db.execute(sql, (state, transaction, refund))
