"""The ports of storage on sqlite3: one file for each organisation, safe for many threads and processes.

Every transaction begins by taking the file's write lock (`BEGIN IMMEDIATE`), so what was read stays true until the
commit, the roster of a session included, and there is nothing to compare. Whoever comes second waits, at most
`PATIENCE` seconds, and then is told to try again (`StaleState`).

Most aggregates are one document each; a pool has a row for each of its seats, and a save writes only those that its
events name. Constraints of the schema stand behind the rules. In `pools` the `match` over the union of events is
closed, so an event that the library adds is an error of the type checker before it is one in production.

Nobody is trusted: an actor may do what was granted, and where nothing was, nothing (R2).
"""

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

from attrs import frozen

from lara_core.access import CourseFacts, Enrolled
from lara_core.cart import Cart, CartEvent
from lara_core.formats import json
from lara_core.hosting.ports import Answer, Receipt
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import ContractBroken, StaleState
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    Key,
    PartnerId,
    PortalId,
    ProviderId,
    SessionId,
)
from lara_core.kernel.people import Person
from lara_core.offerings import Offering, OfferingEvent
from lara_core.offers import Offer, OfferEvent
from lara_core.promotions import CodeEvent, PromotionCode
from lara_core.providers import Arrangement, ArrangementEvent, Training, TrainingEvent
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, ChargeEvent
from lara_core.rights import Grants, GrantsEvent, Place
from lara_core.schedules import Schedule, ScheduleEvent
from lara_core.seats import SeatEvent, SeatPool
from lara_core.sessions import Session, SessionEvent
from lara_core.telling.notices import Notice, Setting
from sqlite_host.access import Published, SqliteOfferGrants, course_facts, enrolled
from sqlite_host.companies import Participants, SqliteEnrolments, SqliteLimits, SqlitePartners, SqliteWallets
from sqlite_host.dates import SqliteConfirmations
from sqlite_host.documents import Documents
from sqlite_host.erasing import erase
from sqlite_host.keeping import put
from sqlite_host.kinds import (
    ARRANGEMENT,
    CART,
    CHARGE,
    CODE,
    CONFIRMATION,
    ENROLMENT,
    GRANTS,
    KINDS,
    LIMIT,
    NUMBERING,
    OFFER,
    OFFER_GRANT,
    OFFERING,
    PARTNER,
    PROVIDER,
    REGISTRATION,
    SCHEDULE,
    SESSION,
    TRAINING,
    WALLET,
)
from sqlite_host.log import Log
from sqlite_host.pools import SqlitePools, named
from sqlite_host.roster import Roster, SqliteRegistrations
from sqlite_host.selling import SqliteNumberings, SqliteProviders

PATIENCE: Final = 30.0
ORGANISATION: Final = ActorId("organisation")


@frozen
class SqliteStore:
    """The file at *path*, made once by `create`."""

    path: Path

    @classmethod
    def create(cls, path: Path, organisation: ActorId = ORGANISATION) -> "SqliteStore":
        """Make the tables at *path*; harmless where they are. Once for each organisation, by one process.

        *organisation* is who is told what the organisation is told.
        """
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as db, db:
            _ = db.executescript(files("sqlite_host").joinpath("schema.sql").read_text("utf-8"))
            _ = db.execute("INSERT INTO organisation VALUES (1, ?) ON CONFLICT DO NOTHING", (organisation,))
        return cls(path)

    @contextmanager
    def transaction(self) -> Generator["SqliteWork", None, None]:
        """A connection of its own, under the write lock. Closing it without a commit undoes everything."""
        uri = f"{self.path.absolute().as_uri()}?mode=rw"  # a file that is not there is an error, not a new one
        with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)) as db:
            _ = db.execute("PRAGMA foreign_keys = ON")
            _ = db.execute("PRAGMA secure_delete = ON")  # what is overwritten is gone from the disk, too (K13)
            try:
                _ = db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the rest says why it is busy
                    raise
                raise StaleState("the file was locked for too long; run the command again") from error
            yield SqliteWork(db)
            _ = db.execute("COMMIT")


@frozen
class SqliteWork:
    """The unit of work of every area, inside one transaction."""

    db: sqlite3.Connection

    # --- Group purchase

    @property
    def sessions(self) -> Documents[Session, SessionEvent]:
        """The sessions of the organisation."""
        return Documents(self.db, SESSION)

    @property
    def pools(self) -> SqlitePools:
        """The seat pools of the organisation."""
        return SqlitePools(self.db)

    @property
    def charges(self) -> Documents[Charge, ChargeEvent]:
        """The charges of the organisation."""
        return Documents(self.db, CHARGE)

    @property
    def registrations(self) -> SqliteRegistrations:
        """The registrations of the organisation."""
        return SqliteRegistrations(self.db, REGISTRATION)

    def seated(self, session: SessionId) -> Roster:
        """Who sits in a session."""
        return Roster(self.db, session)

    def place(self, session: SessionId) -> Place | None:
        """Where a session's training stands, or `None` where nobody knows of it."""
        row = self.db.execute("SELECT partner, provider, training FROM place WHERE session = ?", (session,)).fetchone()
        if row is None:
            return None
        partner, provider, training = row
        return Place(
            partner=None if partner is None else PartnerId(partner),
            provider=None if provider is None else ProviderId(provider),
            training=None if training is None else CourseId(training),
        )

    def stand(self, session: SessionId, place: Place) -> None:
        """Make a session known, and where it stands, before it goes on sale."""
        sql = "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?)"
        _ = self.db.execute(sql, (session, place.partner, place.provider, place.training))

    def bulk_buyers(self, portal: PortalId) -> Collection[BuyerRole]:
        """The roles for which a portal has group purchase switched on (S1)."""
        rows = self.db.execute("SELECT role FROM bulk_buyer WHERE portal = ?", (portal,))
        return {BuyerRole(role) for (role,) in rows}

    def let_buy_in_bulk(self, portal: PortalId, roles: Collection[BuyerRole]) -> None:
        """Switch group purchase on for *roles* on a portal, and off for all others."""
        _ = self.db.execute("DELETE FROM bulk_buyer WHERE portal = ?", (portal,))
        _ = self.db.executemany("INSERT INTO bulk_buyer VALUES (?, ?)", [(portal, role) for role in roles])

    # --- Partner companies

    @property
    def partners(self) -> SqlitePartners:
        """The partner companies of the organisation."""
        return SqlitePartners(self.db, PARTNER)

    @property
    def offerings(self) -> Documents[Offering, OfferingEvent]:
        """The courses that are offered to them."""
        return Documents(self.db, OFFERING)

    @property
    def wallets(self) -> SqliteWallets:
        """Their wallets."""
        return SqliteWallets(self.db, WALLET)

    @property
    def limits(self) -> SqliteLimits:
        """The limits that they spend under."""
        return SqliteLimits(self.db, LIMIT)

    @property
    def enrolments(self) -> SqliteEnrolments:
        """The enrolments that they pay for."""
        return SqliteEnrolments(self.db, ENROLMENT)

    def participants(self, course: CourseId) -> Participants:
        """Who is in a course, or waits to be."""
        return Participants(self.db, course)

    # --- Selling

    @property
    def providers(self) -> SqliteProviders:
        """Who sells."""
        return SqliteProviders(self.db, PROVIDER)

    @property
    def arrangements(self) -> Documents[Arrangement, ArrangementEvent]:
        """Who sells for whom."""
        return Documents(self.db, ARRANGEMENT)

    @property
    def trainings(self) -> Documents[Training, TrainingEvent]:
        """Whose the trainings are."""
        return Documents(self.db, TRAINING)

    @property
    def carts(self) -> Documents[Cart, CartEvent]:
        """What buyers are about to buy."""
        return Documents(self.db, CART)

    @property
    def codes(self) -> Documents[PromotionCode, CodeEvent]:
        """The promotion codes."""
        return Documents(self.db, CODE)

    @property
    def numberings(self) -> SqliteNumberings:
        """The numbers of the providers' documents."""
        return SqliteNumberings(self.db, NUMBERING)

    # --- Dates

    @property
    def schedules(self) -> Documents[Schedule, ScheduleEvent]:
        """The dates of the sessions."""
        return Documents(self.db, SCHEDULE)

    @property
    def confirmations(self) -> SqliteConfirmations:
        """What clients say to them."""
        return SqliteConfirmations(self.db, CONFIRMATION)

    def contact(self, client: ClientId) -> Person | None:
        """Who answers for a client where nobody else is named."""
        row = self.db.execute("SELECT person FROM contact WHERE client = ?", (client,)).fetchone()
        return None if row is None else json.loads(Person, row[0])

    def name_contact(self, client: ClientId, person: Person) -> None:
        """Say who answers for a client from now on."""
        _ = self.db.execute("INSERT OR REPLACE INTO contact VALUES (?, ?)", (client, json.dumps(person)))

    # --- Access

    @property
    def offers(self) -> Documents[Offer, OfferEvent]:
        """The offers of the organisation."""
        return Documents(self.db, OFFER)

    @property
    def offer_grants(self) -> SqliteOfferGrants:
        """What was granted by them."""
        return SqliteOfferGrants(self.db, OFFER_GRANT)

    @property
    def published(self) -> Published:
        """The courses that learners can see."""
        return Published(self.db)

    def course(self, course: CourseId) -> CourseFacts:
        """What is known of a course, or `NotFound`."""
        return course_facts(self.db, course)

    def describe(self, facts: CourseFacts) -> None:
        """Make a course known, as it is now."""
        _ = self.db.execute("INSERT OR REPLACE INTO course (id, facts) VALUES (?, ?)", (facts.id, json.dumps(facts)))

    def enrolled(self, person: Person, course: CourseId) -> Sequence[Enrolled]:
        """The places by which somebody is in a course."""
        return enrolled(person, course, sessions=self.sessions, enrolments=self.enrolments)

    # --- Every area

    @property
    def entitlements(self) -> Documents[Grants, GrantsEvent]:
        """What the actors of the organisation were granted. Nobody is trusted beyond that (R2)."""
        return Documents(self.db, GRANTS)

    @property
    def organisation(self) -> ActorId:
        """Who is told what the organisation is told."""
        return ActorId(self.db.execute("SELECT actor FROM organisation").fetchone()[0])

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers a partner."""
        return self.partners.administrators(partner)

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        """Write the events, and what they change, if the aggregate stands where they begin (K5)."""
        state, events = decision.state, decision.events
        kind = next((kind for kind in KINDS if isinstance(state, kind.state)), None)
        if kind is None:
            raise ContractBroken(f"what the library decides on is kept here, and no {type(state).__name__}")
        with self._all_or_nothing():
            if Log(self.db, kind).append(state.id, state.version, events):
                if isinstance(state, SeatPool):
                    self.pools.put(state, named(event for event in events if isinstance(event, SeatEvent)))
                else:
                    put(self.db, kind, state)

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        """What the key was answered (K4)."""
        sql = "SELECT fingerprint, receipt FROM answer WHERE actor = ? AND key = ?"
        row = self.db.execute(sql, (by, key)).fetchone()
        return None if row is None else Answer(row[0], json.loads(Receipt, row[1]))

    def record(self, answer: Answer) -> None:
        """Keep the answer, for good (K4)."""
        receipt = answer.receipt
        row = (receipt.by, receipt.key, answer.fingerprint, json.dumps(receipt))
        _ = self.db.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", row)

    @property
    def silenced(self) -> Collection[Setting]:
        """What the organisation has switched off (T1)."""
        return {Setting(setting) for (setting,) in self.db.execute("SELECT setting FROM silenced")}

    def silence(self, settings: Collection[Setting]) -> None:
        """Switch *settings* off, and all others on."""
        _ = self.db.execute("DELETE FROM silenced")
        _ = self.db.executemany("INSERT INTO silenced VALUES (?)", [(setting,) for setting in settings])

    def put_out(self, notices: Sequence[Notice]) -> None:
        """Queue the notices; the unique key drops repeats (K12)."""
        sql = "INSERT INTO outbox (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
        _ = self.db.executemany(sql, [(notice.key, json.dumps(notice)) for notice in notices])

    def waiting(self, most: int) -> Sequence[Notice]:
        """The head of the queue."""
        rows = self.db.execute("SELECT body FROM outbox WHERE sent = 0 ORDER BY number LIMIT ?", (most,))
        return [json.loads(Notice, body) for (body,) in rows]

    def sent(self, notice: Notice) -> None:
        """Out of the queue; the row stays, and with it the key."""
        _ = self.db.execute("UPDATE outbox SET sent = 1 WHERE key = ?", (notice.key,))

    def erase(self, erasure: Erasure) -> None:
        """Rewrite all that is kept (K13)."""
        with self._all_or_nothing():
            erase(self.db, erasure)

    @contextmanager
    def _all_or_nothing(self) -> Generator[None, None, None]:
        """So that a host that catches `StaleState` inside its transaction does not commit half a decision."""
        _ = self.db.execute("SAVEPOINT save")
        try:
            yield
        except BaseException:
            _ = self.db.execute("ROLLBACK TO save")
            raise
        finally:
            _ = self.db.execute("RELEASE save")
