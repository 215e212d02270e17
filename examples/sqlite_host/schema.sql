-- One file is one organisation. Amounts are minor units, instants are ISO 8601 in UTC, ids are the host's own.
-- What the rules promise stands here a second time, so that no bug above can store what must not be.
--
-- An aggregate is kept in one of two ways. Most are small and always read as a whole, so each is one document, whose
-- body is the library's JSON: whatever a rule adds to them is kept without a new column. A pool has a row for each of
-- its seats, because one command touches one seat of thousands, and writes that row alone.
PRAGMA journal_mode = WAL;  -- kept in the file: reports read while others write

BEGIN IMMEDIATE;

CREATE TABLE IF NOT EXISTS document (
    kind    TEXT NOT NULL CHECK (
        kind IN (
            'session', 'charge', 'registration', 'grants', 'partner', 'offering', 'wallet', 'limit', 'enrolment',
            'provider', 'arrangement', 'training', 'cart', 'code', 'numbering', 'offer', 'offer_grant',
            'schedule', 'confirmation'
        )
    ),
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    -- What SQL asks of a body by itself. It is read from there, and so cannot say anything else.
    capacity INTEGER AS (json_extract(body, '$.capacity')),  -- of a session; NULL: places are not counted
    taken    INTEGER AS (json_extract(body, '$.taken')),
    session  TEXT AS (json_extract(body, '$.session')),  -- of a registration, a confirmation, or an enrolment that names one
    purchase TEXT AS (json_extract(body, '$.sale.transaction')),  -- of a registration that was sold
    balance  INTEGER AS (json_extract(body, '$.balance')),  -- of a wallet, in credits
    amount   INTEGER AS (CASE kind WHEN 'limit' THEN json_extract(body, '$.amount') END),  -- of a spending limit
    spent    INTEGER AS (json_extract(body, '$.spent')),
    since    TEXT AS (json_extract(body, '$.since')),
    PRIMARY KEY (kind, id),
    CHECK (json_extract(body, '$.id') = id),
    CHECK (json_extract(body, '$.version') = version),
    CHECK (kind <> 'session' OR taken BETWEEN 0 AND coalesce(capacity, taken)),  -- N1
    CHECK (kind <> 'wallet' OR balance >= 0),  -- W6
    CHECK (kind <> 'limit' OR spent BETWEEN 0 AND amount),  -- W10
    CHECK (kind <> 'numbering' OR json_extract(body, '$.last') = version - 1)  -- P8
) STRICT, WITHOUT ROWID;

-- A code's uses, consumed and reserved, are never more than it has (P4). No CHECK can count the members of an object.
CREATE TRIGGER IF NOT EXISTS code_made AFTER INSERT ON document WHEN new.kind = 'code' BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: uses') WHERE json_extract(new.body, '$.used')
        + (SELECT count(*) FROM json_each(new.body, '$.reserved')) > json_extract(new.body, '$.uses');
END;

CREATE TRIGGER IF NOT EXISTS code_moved AFTER UPDATE ON document WHEN new.kind = 'code' BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: uses') WHERE json_extract(new.body, '$.used')
        + (SELECT count(*) FROM json_each(new.body, '$.reserved')) > json_extract(new.body, '$.uses');
END;

CREATE INDEX IF NOT EXISTS document_by_session ON document (kind, session) WHERE session IS NOT NULL;
CREATE INDEX IF NOT EXISTS document_by_purchase ON document (kind, purchase) WHERE purchase IS NOT NULL;

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
CREATE INDEX IF NOT EXISTS sitting_by_person ON sitting (person);
CREATE INDEX IF NOT EXISTS sitting_by_registration ON sitting (registration) WHERE registration IS NOT NULL;

-- Who administers a partner: one partner each, whatever the rules were told (W2).
CREATE TABLE IF NOT EXISTS administrator (
    actor   TEXT PRIMARY KEY,
    partner TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS administrator_by_partner ON administrator (partner);

-- Whom a spending limit is over. A partner spends under the latest that names it (W10).
CREATE TABLE IF NOT EXISTS member (
    partner  TEXT NOT NULL,
    spending TEXT NOT NULL,
    PRIMARY KEY (partner, spending)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS member_by_limit ON member (spending);

-- Who is in a course by a partner's enrolment, or waits to be, one row for each key of a person: nobody is charged
-- for twice (W4), whatever the rules were told.
CREATE TABLE IF NOT EXISTS participant (
    course    TEXT NOT NULL,
    person    TEXT NOT NULL,
    enrolment TEXT NOT NULL,
    PRIMARY KEY (course, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS participant_by_enrolment ON participant (enrolment);
CREATE INDEX IF NOT EXISTS participant_by_person ON participant (person);

-- Who was granted an offer, revoked or not, one row for each key of a person: nobody has two grants of one (O4),
-- whatever the rules were told. Only a tombstone has, where it stands for who had one under each of two addresses.
CREATE TABLE IF NOT EXISTS granted (
    person  TEXT NOT NULL,
    offer   TEXT NOT NULL,
    access  TEXT NOT NULL,  -- the grant's id; the word is taken in SQL
    further INTEGER NOT NULL CHECK (further IN (0, 1)),  -- 1: beside another one of this offer, by erasing alone
    PRIMARY KEY (person, offer, access)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS granted_once ON granted (person, offer) WHERE further = 0;
CREATE INDEX IF NOT EXISTS granted_by_access ON granted (access);

-- Which confirmation a proposal is of, the newest or a dead one: an id is used once (C3).
CREATE TABLE IF NOT EXISTS proposal (
    id           TEXT PRIMARY KEY,
    confirmation TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS event (
    kind      TEXT NOT NULL CHECK (
        kind IN (
            'session', 'pool', 'charge', 'registration', 'grants', 'partner', 'offering', 'wallet', 'limit',
            'enrolment', 'provider', 'arrangement', 'training', 'cart', 'code', 'numbering', 'offer', 'offer_grant',
            'schedule', 'confirmation'
        )
    ),
    aggregate TEXT NOT NULL,
    version   INTEGER NOT NULL CHECK (version > 0),
    body      TEXT NOT NULL,
    -- Of a wallet's event: the entry that it undoes, if it undoes one.
    reverses  INTEGER AS (CASE kind WHEN 'wallet' THEN json_extract(body, '$.entry') END),
    -- Of a numbering's event: which number is for what.
    number    INTEGER AS (CASE kind WHEN 'numbering' THEN json_extract(body, '$.number') END),
    purchase  TEXT AS (CASE kind WHEN 'numbering' THEN json_extract(body, '$.transaction') END),
    refund    TEXT AS (CASE kind WHEN 'numbering' THEN json_extract(body, '$.refund') END),
    PRIMARY KEY (kind, aggregate, version),
    -- The first event begins the series; the n-th document has the number n: no gap, and no repeat (P8).
    CHECK (kind <> 'numbering' OR coalesce(number, 0) = version - 1)
) STRICT;

-- An entry is undone once at most (W8).
CREATE UNIQUE INDEX IF NOT EXISTS reversal ON event (aggregate, reverses) WHERE reverses IS NOT NULL;
-- A transaction has one invoice of a provider at most, and a refund one credit note (P8).
CREATE UNIQUE INDEX IF NOT EXISTS issue ON event (aggregate, purchase, coalesce(refund, '')) WHERE number IS NOT NULL;

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

-- Who is told what the organisation is told: one row.
CREATE TABLE IF NOT EXISTS organisation (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    actor TEXT NOT NULL
) STRICT;

-- Where a session's training stands, as soon as the host knows of it: whose it is (NULL: the organisation's own), at
-- which provider, and of which course (R2).
CREATE TABLE IF NOT EXISTS place (
    session  TEXT PRIMARY KEY,
    partner  TEXT,
    provider TEXT,
    training TEXT
) STRICT, WITHOUT ROWID;

-- What is known of courses: whether learners can see them, and when they release their lessons (O2, O5).
CREATE TABLE IF NOT EXISTS course (
    id        TEXT PRIMARY KEY,
    published INTEGER AS (json_extract(facts, '$.published')),
    facts     TEXT NOT NULL CHECK (json_extract(facts, '$.id') = id)
) STRICT, WITHOUT ROWID;

-- Who answers for a client where nobody else is named (C1). It goes with the person, and leaves no tombstone (K13).
CREATE TABLE IF NOT EXISTS contact (
    client TEXT PRIMARY KEY,
    person TEXT NOT NULL CHECK (json_valid(person))
) STRICT, WITHOUT ROWID;

-- The roles for which a portal has group purchase switched on (S1).
CREATE TABLE IF NOT EXISTS bulk_buyer (
    portal TEXT NOT NULL,
    role   TEXT NOT NULL CHECK (role IN ('client', 'manager')),
    PRIMARY KEY (portal, role)
) STRICT, WITHOUT ROWID;

COMMIT;
