"""What is kept of providers and of what they sell: documents, and what is asked of them beside.

The numbers of a provider's documents are its numbering's events. That the n-th has the number n, and that nothing is
numbered twice, the schema checks: the gap or the repeat that a bug above would leave is not stored (P8).
"""

from lara_core.documents import Numbering, NumberingEvent
from lara_core.kernel.ids import ProviderId, RefundId, TransactionId
from lara_core.providers import Provider, ProviderEvent
from sqlite_host.documents import Documents


class SqliteProviders(Documents[Provider, ProviderEvent]):
    """Who sells."""

    def __contains__(self, provider: object, /) -> bool:
        sql = "SELECT 1 FROM document WHERE kind = 'provider' AND id = ?"
        return self.db.execute(sql, (provider,)).fetchone() is not None


class SqliteNumberings(Documents[Numbering, NumberingEvent]):
    """The numbers of the providers' documents."""

    def issued(self, provider: ProviderId, transaction: TransactionId, refund: RefundId | None = None) -> int | None:
        """The number of a document: one look into the index that keeps it unique."""
        sql = """
            SELECT number FROM event
            WHERE aggregate = ? AND purchase = ? AND coalesce(refund, '') = ? AND number IS NOT NULL
        """
        row = self.db.execute(sql, (provider, transaction, refund or "")).fetchone()
        return None if row is None else int(row[0])
