"""What is kept of partner companies: documents, and the tables that say who may not be in two of them.

A wallet keeps no entries: they are its events, and one is found by its number. That an entry is reversed once at
most is a unique index over them, so both questions cost the same after ten entries and after ten million (W7, W8).
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from lara_core.kernel.errors import StaleState
from lara_core.kernel.ids import ActorId, CourseId, EnrolmentId, LimitId, PartnerId, SessionId
from lara_core.participants import Enrolment, EnrolmentEvent, EnrolmentState
from lara_core.partners import Partner, PartnerEvent
from lara_core.spending import SpendingEvent, SpendingLimit
from lara_core.wallet import Entry, Wallet, WalletEvent, entry_of
from sqlite_host.documents import Documents

# Who is in these is on the roster of their course (W4).
INSIDE: Final = frozenset({EnrolmentState.PENDING, EnrolmentState.PARTICIPANT})


class SqlitePartners(Documents[Partner, PartnerEvent]):
    """The partner companies, and who administers them."""

    def administered_by(self, actor: ActorId) -> PartnerId | None:
        """The partner that somebody administers, if any."""
        row = self.db.execute("SELECT partner FROM administrator WHERE actor = ?", (actor,)).fetchone()
        return None if row is None else PartnerId(row[0])

    def administrators(self, partner: PartnerId) -> Sequence[ActorId]:
        """Who administers a partner, by id."""
        sql = "SELECT actor FROM administrator WHERE partner = ? ORDER BY actor"
        return [ActorId(actor) for (actor,) in self.db.execute(sql, (partner,))]

    def put(self, partner: Partner, /) -> None:
        """Write a partner as it is now. One whom the rule was told to be free, and who is not: `StaleState` (W2)."""
        super().put(partner)
        _ = self.db.execute("DELETE FROM administrator WHERE partner = ?", (partner.id,))
        rows = [(actor, partner.id) for actor in sorted(partner.administrators)]
        sql = "INSERT INTO administrator VALUES (?, ?) ON CONFLICT (actor) DO NOTHING"
        if rows and self.db.executemany(sql, rows).rowcount < len(rows):
            raise StaleState("somebody administers another partner already")


class SqliteWallets(Documents[Wallet, WalletEvent]):
    """The wallets of the partners."""

    def entry(self, partner: PartnerId, number: int) -> Entry | None:
        """The entry of this number: one row is read, by its key (W7)."""
        event = self.log.one(partner, number)
        return None if event is None else entry_of(partner, number, event)

    def is_reversed(self, partner: PartnerId, number: int) -> bool:
        """Whether an entry undoes this one: one look into the index that keeps it unique (W8)."""
        sql = "SELECT 1 FROM event WHERE aggregate = ? AND reverses = ?"
        return self.db.execute(sql, (partner, number)).fetchone() is not None


class SqliteLimits(Documents[SpendingLimit, SpendingEvent]):
    """The spending limits, and whom they are over."""

    def over(self, partner: PartnerId) -> LimitId | None:
        """The limit that a partner spends under: the latest that was set, for a new period is a new limit (W10)."""
        sql = """
            SELECT id FROM member JOIN document ON kind = 'limit' AND id = spending
            WHERE partner = ? ORDER BY since DESC, id DESC LIMIT 1
        """
        row = self.db.execute(sql, (partner,)).fetchone()
        return None if row is None else LimitId(row[0])

    def put(self, limit: SpendingLimit, /) -> None:
        """Write a limit as it is now, and whom it is over."""
        super().put(limit)
        rows = [(partner, limit.id) for partner in sorted(limit.members)]
        if rows != self.db.execute("SELECT * FROM member WHERE spending = ? ORDER BY partner", (limit.id,)).fetchall():
            _ = self.db.execute("DELETE FROM member WHERE spending = ?", (limit.id,))
            _ = self.db.executemany("INSERT INTO member VALUES (?, ?)", rows)


class SqliteEnrolments(Documents[Enrolment, EnrolmentEvent]):
    """The enrolments by partners, and who is in a course by them."""

    def of_session(self, session: SessionId) -> Sequence[EnrolmentId]:
        """The enrolments that have their place in a session, by id."""
        return [EnrolmentId(enrolment) for enrolment in self.in_session(session)]

    def put(self, enrolment: Enrolment, /) -> None:
        """Write an enrolment as it is now, and whether its person is in the course by it.

        Where the rule was told that they are not, and they are: `StaleState` (W4).
        """
        super().put(enrolment)
        _ = self.db.execute("DELETE FROM participant WHERE enrolment = ?", (enrolment.id,))
        if enrolment.state in INSIDE:
            sql = "INSERT INTO participant VALUES (?, ?, ?) ON CONFLICT (course, person) DO NOTHING"
            rows = [(enrolment.course, key, enrolment.id) for key in enrolment.person.keys]
            if self.db.executemany(sql, rows).rowcount < len(rows):
                raise StaleState("somebody is in this course who was not on the roster that was read")


@frozen
class Participants:
    """The keys of all who are in a course, or wait to be; looked up one by one, as a session's `Roster` is."""

    db: sqlite3.Connection
    course: CourseId

    def __contains__(self, key: object) -> bool:
        sql = "SELECT 1 FROM participant WHERE course = ? AND person = ?"
        return self.db.execute(sql, (self.course, key)).fetchone() is not None
