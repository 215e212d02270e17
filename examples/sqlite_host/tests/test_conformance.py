"""The promises of the ports, as the library's own suite holds them against a store."""

from collections.abc import Callable, Collection
from pathlib import Path
from threading import Lock

import pytest

from lara_core.formats import json
from lara_core.kernel.ids import PartnerId, PortalId, SessionId
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.telling.notices import Setting
from lara_core.testing.conformance import GroupPurchaseConformance, PartnershipConformance
from lara_core.wallet import WalletEvent
from sqlite_host.store import SqliteStore


class TestSqliteStore(GroupPurchaseConformance, PartnershipConformance):
    """Each organisation is a file; opening one again is naming it again."""

    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Callable[[str], SqliteStore]:
        creating = Lock()

        def open_again(organisation: str) -> SqliteStore:
            with creating:  # once for each organisation, as `create` asks for
                return SqliteStore.create(tmp_path / f"{organisation}.db")

        return open_again

    @pytest.fixture
    def silence(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, Collection[Setting]], None]:
        def switch_off(organisation: str, settings: Collection[Setting]) -> None:
            with open_store(organisation).transaction() as work:
                work.silence(settings)

        return switch_off

    @pytest.fixture
    def let_buy_in_bulk(
        self, open_store: Callable[[str], SqliteStore]
    ) -> Callable[[str, PortalId, Collection[BuyerRole]], None]:
        def switch_on(organisation: str, portal: PortalId, roles: Collection[BuyerRole]) -> None:
            with open_store(organisation).transaction() as work:
                work.let_buy_in_bulk(portal, roles)

        return switch_on

    @pytest.fixture
    def stand(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, SessionId, Place], None]:
        def put_there(organisation: str, session: SessionId, place: Place) -> None:
            with open_store(organisation).transaction() as work:
                work.stand(session, place)

        return put_there

    @pytest.fixture
    def tamper(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, PartnerId, int, WalletEvent], None]:
        def write_over(organisation: str, partner: PartnerId, number: int, event: WalletEvent) -> None:
            sql = "UPDATE event SET body = ? WHERE kind = 'wallet' AND aggregate = ? AND version = ?"
            with open_store(organisation).transaction() as work:
                assert work.db.execute(sql, (json.dumps(event), partner, number)).rowcount == 1

        return write_over
