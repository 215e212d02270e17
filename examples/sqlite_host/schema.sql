-- One file is one organisation. Amounts are minor units, instants are ISO 8601 in UTC, ids are the host's own.
-- What the rules promise stands here a second time, so that no bug above can store what must not be.
--
-- An aggregate is kept in one of two ways. Sessions, charges and registrations are small and always read as a whole, so
-- each is one document, whose body is the library's JSON: whatever a rule adds to them is kept without a new column. A
-- pool has a row for each of its seats, because one command touches one seat of thousands, and writes that row alone.
PRAGMA journal_mode = WAL;  -- kept in the file: reports read while others write

BEGIN IMMEDIATE;

CREATE TABLE IF NOT EXISTS document (
    kind    TEXT NOT NULL CHECK (kind IN ('session', 'charge', 'registration')),
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    -- What SQL asks of a body by itself. It is read from there, and so cannot say anything else.
    capacity INTEGER AS (json_extract(body, '$.capacity')),  -- of a session; NULL: places are not counted
    taken    INTEGER AS (json_extract(body, '$.taken')),
    session  TEXT AS (json_extract(body, '$.session')),  -- of a registration
    PRIMARY KEY (kind, id),
    CHECK (json_extract(body, '$.id') = id),
    CHECK (json_extract(body, '$.version') = version),
    CHECK (kind <> 'session' OR taken BETWEEN 0 AND coalesce(capacity, taken))  -- N1
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS registration_by_session ON document (session) WHERE kind = 'registration';

CREATE TABLE IF NOT EXISTS pool (
    id       TEXT PRIMARY KEY,
    version  INTEGER NOT NULL,
    session  TEXT NOT NULL,
    purchase TEXT NOT NULL,  -- the transaction's id; the word is taken in SQL
    buyer    TEXT NOT NULL,
    policy   TEXT NOT NULL CHECK (json_valid(policy)),
    invoice  TEXT CHECK (invoice IS NULL OR json_valid(invoice))  -- until when it can be paid for, where it is by invoice
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS pool_by_session ON pool (session);
CREATE INDEX IF NOT EXISTS pool_by_purchase ON pool (purchase);

CREATE TABLE IF NOT EXISTS seat (
    pool       TEXT NOT NULL REFERENCES pool (id),
    number     INTEGER NOT NULL CHECK (number > 0),
    price      INTEGER NOT NULL CHECK (price >= 0),
    currency   TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('free', 'invited', 'enrolled', 'cancelled')),
    address    TEXT,  -- of the invitee or holder, as typed; of a cancelled seat, of the last one
    account    TEXT,
    invitation INTEGER CHECK (invitation > 0),  -- the number of the one that waits for an answer
    until      TEXT,  -- when it can be accepted at the latest
    reminders  INTEGER CHECK (reminders >= 0),  -- so many were sent
    accepted   INTEGER CHECK (accepted > 0),  -- the number of the one that enrolled the holder, if one did
    emptied    TEXT,  -- since when it is to assign, where the policy wants that
    cause      TEXT CHECK (cause IN ('asked', 'unassigned', 'unpaid', 'session_cancelled', 'transferred')),
    was        TEXT CHECK (was IN ('free', 'invited', 'enrolled')),  -- before it was cancelled
    PRIMARY KEY (pool, number),
    CHECK ((coalesce(was, state) = 'free') = (address IS NULL)),
    CHECK (address IS NOT NULL OR account IS NULL),
    CHECK (coalesce(was, state) <> 'enrolled' OR account IS NOT NULL),  -- S4
    CHECK ((state = 'invited') = (invitation IS NOT NULL)),
    CHECK ((state = 'invited') = (until IS NOT NULL)),
    CHECK ((state = 'invited') = (reminders IS NOT NULL)),
    CHECK (state = 'enrolled' OR accepted IS NULL),
    CHECK (state = 'free' OR emptied IS NULL),
    CHECK ((state = 'cancelled') = (cause IS NOT NULL)),
    CHECK ((state = 'cancelled') = (was IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Who sits in a session, invited, enrolled or registered, one row for each key of a person: nobody sits twice (S5),
-- whatever the rules were told.
CREATE TABLE IF NOT EXISTS sitting (
    session      TEXT NOT NULL,
    person       TEXT NOT NULL,
    pool         TEXT,  -- with its seat; or else
    seat         INTEGER,
    registration TEXT,
    PRIMARY KEY (session, person),
    FOREIGN KEY (pool, seat) REFERENCES seat (pool, number),
    CHECK ((pool IS NULL) = (seat IS NULL)),
    CHECK ((pool IS NULL) <> (registration IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sitting_by_seat ON sitting (pool, seat) WHERE pool IS NOT NULL;
CREATE INDEX IF NOT EXISTS sitting_by_registration ON sitting (registration) WHERE registration IS NOT NULL;

CREATE TABLE IF NOT EXISTS event (
    kind      TEXT NOT NULL CHECK (kind IN ('session', 'pool', 'charge', 'registration')),
    aggregate TEXT NOT NULL,
    version   INTEGER NOT NULL CHECK (version > 0),
    body      TEXT NOT NULL,
    PRIMARY KEY (kind, aggregate, version)
) STRICT;

CREATE TABLE IF NOT EXISTS answer (
    actor       TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    receipt     TEXT NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT;

CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY,  -- the order in which notices were put out
    key    TEXT NOT NULL UNIQUE,
    body   TEXT NOT NULL,
    sent   INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1))
) STRICT;

CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (number) WHERE sent = 0;

-- The kinds of notice that the organisation has switched off (T1).
CREATE TABLE IF NOT EXISTS silenced (
    setting TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The roles for which a portal has group purchase switched on (S1).
CREATE TABLE IF NOT EXISTS bulk_buyer (
    portal TEXT NOT NULL,
    role   TEXT NOT NULL CHECK (role IN ('client', 'manager')),
    PRIMARY KEY (portal, role)
) STRICT, WITHOUT ROWID;

COMMIT;
