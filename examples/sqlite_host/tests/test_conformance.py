"""The promises of the ports, as the library's own suite holds them against a store."""

from collections.abc import Callable, Collection
from pathlib import Path
from threading import Lock

import pytest

from lara_core.kernel.ids import SessionId
from lara_core.kernel.people import Person
from lara_core.telling.notices import Setting
from lara_core.testing.conformance import GroupPurchaseConformance
from sqlite_host.store import SqliteStore


class TestSqliteStore(GroupPurchaseConformance):
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
    def seat_individually(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, SessionId, Person], None]:
        def seat(organisation: str, session: SessionId, person: Person) -> None:
            with open_store(organisation).transaction() as work:
                work.seat_individually(session, person)

        return seat
