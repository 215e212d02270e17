"""Whatever is asked of this host, in any order, is answered as the library's model predicts."""

from pathlib import Path
from tempfile import TemporaryDirectory

from lara_core.hosting.ports import GroupPurchase, Store
from lara_core.testing.machines import BULK_BUYERS, GroupPurchaseMachine
from sqlite_host.store import SqliteStore


class SqliteMachine(GroupPurchaseMachine):
    """A database file for each run."""

    def open_store(self) -> SqliteStore:
        self.folder = TemporaryDirectory()
        store = SqliteStore.create(Path(self.folder.name) / "organisation.db")
        for portal, roles in BULK_BUYERS.items():
            with store.transaction() as work:
                work.let_buy_in_bulk(portal, roles)
        return store

    def close_store(self, store: Store[GroupPurchase]) -> None:
        self.folder.cleanup()


TestSqliteStore = SqliteMachine.TestCase
