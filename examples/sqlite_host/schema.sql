-- One file is one organisation. Amounts are minor units, instants are ISO 8601 in UTC, ids are the host's own.
-- What the rules promise stands here a second time, so that no bug above can store what must not be.
PRAGMA journal_mode = WAL;  -- kept in the file: reports read while others write

BEGIN IMMEDIATE;

CREATE TABLE IF NOT EXISTS session (
    id       TEXT PRIMARY KEY,
    version  INTEGER NOT NULL,
    starts   TEXT NOT NULL,
    ends     TEXT NOT NULL,
    capacity INTEGER,  -- NULL: places are not counted
    taken    INTEGER NOT NULL,
    CHECK (taken BETWEEN 0 AND coalesce(capacity, taken))  -- N1
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS hold (
    session TEXT NOT NULL REFERENCES session (id),
    id      TEXT NOT NULL,
    places  INTEGER NOT NULL CHECK (places > 0),
    until   TEXT,  -- NULL: secured, a payment is being taken
    day     TEXT,  -- the deadline as it was given, where it was given as a date
    zone    TEXT,
    PRIMARY KEY (session, id),
    CHECK ((day IS NULL) = (zone IS NULL) AND (day IS NULL OR until IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS pool (
    id                 TEXT PRIMARY KEY,
    version            INTEGER NOT NULL,
    session            TEXT NOT NULL REFERENCES session (id),
    purchase           TEXT NOT NULL,  -- the transaction's id; the word is taken in SQL
    buyer              TEXT NOT NULL,
    assign_at_purchase INTEGER NOT NULL CHECK (assign_at_purchase IN (0, 1)),
    modes              TEXT NOT NULL CHECK (modes IN ('confirmation', 'immediate', 'confirmation immediate')),
    invitation_hours   INTEGER NOT NULL CHECK (invitation_hours > 0),
    reminders          INTEGER NOT NULL CHECK (reminders >= 0),  -- the most that an invitee is sent
    withdrawal         INTEGER NOT NULL CHECK (withdrawal IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS pool_by_session ON pool (session);

CREATE TABLE IF NOT EXISTS seat (
    pool       TEXT NOT NULL REFERENCES pool (id),
    number     INTEGER NOT NULL CHECK (number > 0),
    state      TEXT NOT NULL CHECK (state IN ('free', 'invited', 'enrolled', 'cancelled')),
    price      INTEGER NOT NULL CHECK (price >= 0),
    currency   TEXT NOT NULL,
    address    TEXT,  -- of the invitee or holder, as typed; of a cancelled seat, of the last one
    account    TEXT,
    invitation INTEGER CHECK (invitation > 0),  -- the number of the one that waits for an answer
    until      TEXT,  -- when it can be accepted at the latest
    reminders  INTEGER CHECK (reminders >= 0),  -- so many were sent
    accepted   INTEGER CHECK (accepted > 0),  -- the number of the one that enrolled the holder, if one did
    PRIMARY KEY (pool, number),
    CHECK (state <> 'free' OR address IS NULL),
    CHECK (state NOT IN ('invited', 'enrolled') OR address IS NOT NULL),
    CHECK (address IS NOT NULL OR account IS NULL),
    CHECK (state <> 'enrolled' OR account IS NOT NULL),  -- S4
    CHECK ((state = 'invited') = (invitation IS NOT NULL)),
    CHECK ((state = 'invited') = (until IS NOT NULL)),
    CHECK ((state = 'invited') = (reminders IS NOT NULL)),
    CHECK (state = 'enrolled' OR accepted IS NULL)
) STRICT, WITHOUT ROWID;

-- Who registered for a session individually, on no pool's seat (N5).
CREATE TABLE IF NOT EXISTS registration (
    session TEXT NOT NULL REFERENCES session (id),
    address TEXT NOT NULL,
    account TEXT,
    PRIMARY KEY (session, address)
) STRICT, WITHOUT ROWID;

-- Who sits in a session, invited or enrolled, one row for each key of a person: nobody sits twice (S5), whatever the
-- rules were told.
CREATE TABLE IF NOT EXISTS sitting (
    session TEXT NOT NULL REFERENCES session (id),
    person  TEXT NOT NULL,
    pool    TEXT,  -- with its seat; NULL for who registered individually
    seat    INTEGER,
    PRIMARY KEY (session, person),
    FOREIGN KEY (pool, seat) REFERENCES seat (pool, number),
    CHECK ((pool IS NULL) = (seat IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sitting_by_seat ON sitting (pool, seat) WHERE pool IS NOT NULL;

-- What was taken for a transaction, under which terms. All amounts of a charge are in its one currency.
CREATE TABLE IF NOT EXISTS charge (
    id           TEXT PRIMARY KEY,  -- the transaction's: what pool calls its purchase
    version      INTEGER NOT NULL,
    buyer        TEXT NOT NULL,
    currency     TEXT NOT NULL,
    captured     INTEGER NOT NULL CHECK (captured >= 0),
    percent      TEXT NOT NULL,
    per_seat     INTEGER NOT NULL CHECK (per_seat >= 0),
    once         INTEGER NOT NULL CHECK (once >= 0),
    hours_before INTEGER NOT NULL CHECK (hours_before >= 0),
    once_kept    INTEGER NOT NULL,
    CHECK (once_kept BETWEEN 0 AND once)
) STRICT, WITHOUT ROWID;

-- Where the money is of each seat that was settled (S12).
CREATE TABLE IF NOT EXISTS charge_seat (
    charge TEXT NOT NULL REFERENCES charge (id),
    pool   TEXT NOT NULL,
    seat   INTEGER NOT NULL CHECK (seat > 0),
    paid   INTEGER NOT NULL CHECK (paid >= 0),
    kept   INTEGER NOT NULL CHECK (kept >= 0),
    back   INTEGER NOT NULL CHECK (back >= 0),
    PRIMARY KEY (charge, pool, seat),
    CHECK (kept + back <= paid)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS refund (
    charge  TEXT NOT NULL REFERENCES charge (id),
    id      TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('requested', 'succeeded', 'failed')),
    amount  INTEGER NOT NULL CHECK (amount >= 0),
    session TEXT NOT NULL,
    pool    TEXT NOT NULL,
    PRIMARY KEY (charge, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS refund_seat (
    charge TEXT NOT NULL,
    refund TEXT NOT NULL,
    seat   INTEGER NOT NULL CHECK (seat > 0),
    PRIMARY KEY (charge, refund, seat),
    FOREIGN KEY (charge, refund) REFERENCES refund (charge, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS event (
    kind      TEXT NOT NULL CHECK (kind IN ('session', 'pool', 'charge')),
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

COMMIT;
