"""What is kept of access for sales made elsewhere: grants by the keys of who has them, and what courses are like."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from lara_core.access import CourseFacts, Enrolled
from lara_core.formats import json
from lara_core.kernel.errors import NotFound, StaleState
from lara_core.kernel.ids import CourseId, OfferId
from lara_core.kernel.people import Person
from lara_core.offers import Grant, GrantEvent, Window
from lara_core.participants import Enrolment, EnrolmentEvent
from lara_core.sessions import Session, SessionEvent
from sqlite_host.documents import Documents

# The person's grants. Their keys come as one JSON array, so that the statement is the same for each.
_OF_PERSON: Final = """
    SELECT body FROM document WHERE kind = 'offer_grant' AND id IN (
        SELECT access FROM granted WHERE person IN (SELECT value FROM json_each(?))
    )
"""
# An invitee, or who has only asked to be registered, is not in the course yet.
_SITTING: Final = """
    SELECT DISTINCT sitting.session FROM sitting JOIN place USING (session)
    LEFT JOIN seat ON seat.pool = sitting.pool AND seat.number = sitting.seat
    LEFT JOIN document ON kind = 'registration' AND id = registration
    WHERE person IN (SELECT value FROM json_each(?)) AND training = ?
    AND (state = 'enrolled' OR json_extract(body, '$.state') = 'registered')
    ORDER BY sitting.session
"""
_TAKING_PART: Final = """
    SELECT DISTINCT enrolment FROM participant JOIN document ON kind = 'enrolment' AND id = enrolment
    WHERE person IN (SELECT value FROM json_each(?)) AND course = ? AND json_extract(body, '$.state') = 'participant'
    ORDER BY enrolment
"""


class SqliteOfferGrants(Documents[Grant, GrantEvent]):
    """What people were granted by offers: of each offer one grant, whichever of their keys is asked for (O4)."""

    def of(self, offer: OfferId, person: Person) -> Grant | None:
        """The grant of an offer that somebody has, revoked or not."""
        sql = f"{_OF_PERSON} AND json_extract(body, '$.offer') = ? ORDER BY id LIMIT 1"
        row = self.db.execute(sql, (json.dumps(person.keys), offer)).fetchone()
        return None if row is None else json.loads(Grant, row[0])

    def of_person(self, person: Person) -> Sequence[Grant]:
        """All grants that somebody has, by id."""
        rows = self.db.execute(f"{_OF_PERSON} ORDER BY id", (json.dumps(person.keys),))
        return [json.loads(Grant, body) for (body,) in rows]

    def put(self, grant: Grant, /) -> None:
        """Write a grant as it is now, and whose it is. Where the rule was told that there is none: `StaleState`."""
        super().put(grant)
        if self.db.execute("SELECT 1 FROM granted WHERE access = ?", (grant.id,)).fetchone() is not None:
            return  # only erasing changes whose a grant is
        sql = "INSERT INTO granted VALUES (?, ?, ?, 0) ON CONFLICT (person, offer) WHERE further = 0 DO NOTHING"
        rows = [(key, grant.offer, grant.id) for key in grant.person.keys]
        if self.db.executemany(sql, rows).rowcount < len(rows):
            raise StaleState("somebody has a grant of this offer of which a rule was told that there is none")

    def rewrite(self, grant: Grant, /) -> None:
        """Write a grant whose person was erased. Its tombstone may have another one of the same offer by now (K13)."""
        super().put(grant)
        _ = self.db.execute("DELETE FROM granted WHERE access = ?", (grant.id,))
        sql = """
            INSERT INTO granted
            SELECT :key, :offer, :access, EXISTS (SELECT 1 FROM granted WHERE person = :key AND offer = :offer)
        """
        rows = [{"key": key, "offer": grant.offer, "access": grant.id} for key in grant.person.keys]
        _ = self.db.executemany(sql, rows)


@frozen
class Published:
    """The courses that learners can see, looked up one by one."""

    db: sqlite3.Connection

    def __contains__(self, course: object) -> bool:
        sql = "SELECT 1 FROM course WHERE id = ? AND published"
        return self.db.execute(sql, (course,)).fetchone() is not None


def course_facts(db: sqlite3.Connection, course: CourseId) -> CourseFacts:
    """What is known of a course, or `NotFound`."""
    row = db.execute("SELECT facts FROM course WHERE id = ?", (course,)).fetchone()
    if row is None:
        raise NotFound(CourseFacts)
    return json.loads(CourseFacts, row[0])


def enrolled(
    person: Person,
    course: CourseId,
    *,
    sessions: Documents[Session, SessionEvent],
    enrolments: Documents[Enrolment, EnrolmentEvent],
) -> list[Enrolled]:
    """The places that somebody has in the sessions of a course, and a partner's enrolments of theirs in it (O5).

    This host opens a course when the session starts, and to a participant without a session as soon as they are one.
    """
    keys = json.dumps(person.keys)
    opens = {session: sessions.get(session).starts for (session,) in sessions.db.execute(_SITTING, (keys, course))}
    found = [Enrolled(course, Window(starts)) for starts in opens.values()]
    for (name,) in enrolments.db.execute(_TAKING_PART, (keys, course)).fetchall():
        session = enrolments.get(name).session
        # The newest event made them a participant.
        starts = enrolments.events(name)[-1].act.at if session is None else sessions.get(session).starts
        found.append(Enrolled(course, Window(starts)))
    return found
