"""What is kept of sessions' dates: documents, and which confirmation each proposal is of, the dead ones, too."""

from collections.abc import Sequence

from lara_core.confirmation import Confirmation, ConfirmationEvent
from lara_core.formats import json
from lara_core.kernel.errors import StaleState
from lara_core.kernel.ids import ConfirmationId, ProposalId, SessionId
from sqlite_host.documents import Documents


class SqliteConfirmations(Documents[Confirmation, ConfirmationEvent]):
    """What clients say to the dates of sessions."""

    def of_session(self, session: SessionId) -> Sequence[ConfirmationId]:
        """The confirmations of a session, by id."""
        return [ConfirmationId(confirmation) for confirmation in self.in_session(session)]

    def of_proposal(self, proposal: ProposalId) -> ConfirmationId | None:
        """The confirmation that a proposal is, or was, of: a link names the proposal alone (C2)."""
        row = self.db.execute("SELECT confirmation FROM proposal WHERE id = ?", (proposal,)).fetchone()
        return None if row is None else ConfirmationId(row[0])

    def put(self, confirmation: Confirmation, /) -> None:
        """Write a confirmation as it is now, and its proposals.

        Where the use case was told that nobody had proposed under such an id, and somebody has meanwhile: `StaleState`,
        so it asks again, and refuses (C3).
        """
        super().put(confirmation)
        newest = () if confirmation.proposal is None else (confirmation.proposal.id,)
        proposed = sorted({*newest, *confirmation.dead})
        sql = "INSERT INTO proposal VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
        _ = self.db.executemany(sql, [(proposal, confirmation.id) for proposal in proposed])
        sql = "SELECT 1 FROM proposal WHERE id IN (SELECT value FROM json_each(?)) AND confirmation <> ?"
        if self.db.execute(sql, (json.dumps(tuple(proposed)), confirmation.id)).fetchone() is not None:
            raise StaleState("another client was asked under this id of which a rule was told that nobody was")
