"""Whatever is asked of this host, in any order, is answered as the library's model predicts."""

from pathlib import Path
from tempfile import TemporaryDirectory

from lara_core.hosting.ports import GroupPurchase, Store
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import ActorId, Key
from lara_core.rights import Place
from lara_core.testing.machines import BEGINS, BULK_BUYERS, SESSIONS, GroupPurchaseMachine
from sqlite_host.staff import entrust
from sqlite_host.store import SqliteStore


class SqliteMachine(GroupPurchaseMachine):
    """A database file for each run."""

    def open_store(self) -> SqliteStore:
        self.folder = TemporaryDirectory()
        store = SqliteStore.create(Path(self.folder.name) / "organisation.db")
        for actor in ("admin", "manager", "heir"):
            _ = entrust(store, Act(BEGINS, ActorId(actor), Key("entrust")), ActorId(actor))
        with store.transaction() as work:
            for portal, roles in BULK_BUYERS.items():
                work.let_buy_in_bulk(portal, roles)
            for session in SESSIONS:
                work.stand(session, Place())
        return store

    def close_store(self, store: Store[GroupPurchase]) -> None:
        self.folder.cleanup()


TestSqliteStore = SqliteMachine.TestCase
