"""A use case of the host's own: somebody registers for a session individually, on no pool's seat (N5).

It is written as those of `lara_core.hosting.group_purchase` are: load, decide, save, under the act's key. What the
library decides here is that there is a place; that nobody sits twice is seen on the roster, as pools see it (S5).
"""

from lara_core.hosting.once import once
from lara_core.hosting.ports import Receipt
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.ids import SessionId
from lara_core.kernel.people import Person
from lara_core.seats import AccountNeeded, AlreadySeated
from lara_core.sessions import SessionDecision
from sqlite_host.store import SqliteStore, SqliteWork


def register(store: SqliteStore, act: Act, session: SessionId, person: Person) -> Receipt:
    """Give *person* a place in the session.

    Refused: `AccountNeeded`, `AlreadySeated`, and what `Session.take` refuses.
    """
    content = {"do": "register", "session": session, "person": person}

    def body(work: SqliteWork) -> tuple[SessionDecision]:
        if person.account is None:
            raise Refused(AccountNeeded((person,)))
        if person.is_in(work.seated(session)):
            raise Refused(AlreadySeated((person,)))
        taken = work.sessions.get(session).take(act, 1)
        work.seat_individually(session, person)
        return (taken,)

    return once(store, act, content, body)
