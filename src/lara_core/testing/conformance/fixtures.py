"""What a host gives the conformance suite. Part of `lara_core.testing.conformance`."""

from collections.abc import Callable, Collection
from typing import Final, TypeAlias

try:
    import pytest
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the conformance suite needs pytest: install lara-core[testing]") from missing

from lara_core.hosting.ports import GroupPurchase, Partnership, Store
from lara_core.kernel.ids import PartnerId, PortalId, SessionId
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.telling.notices import Setting
from lara_core.wallet import WalletEvent

OpenStore: TypeAlias = Callable[[str], Store[GroupPurchase]]
Silence: TypeAlias = Callable[[str, Collection[Setting]], object]
LetBuyInBulk: TypeAlias = Callable[[str, PortalId, Collection[BuyerRole]], object]
Stand: TypeAlias = Callable[[str, SessionId, Place], object]
OpenPartnership: TypeAlias = Callable[[str], Store[Partnership]]
Tamper: TypeAlias = Callable[[str, PartnerId, int, WalletEvent], object]

NORTH: Final = "north"
SOUTH: Final = "south"


class StoreFixtures:
    """What every part of the suite asks of a host."""

    @pytest.fixture
    def open_store(self) -> OpenStore:
        """How a store is opened. Every host overrides this."""
        pytest.fail("override the fixture `open_store`: it gives a function from an organisation's name to its store")

    @pytest.fixture
    def silence(self) -> Silence:
        """How an organisation switches kinds of notice off."""
        pytest.skip("override the fixture `silence` to show that what is switched off is not put out")

    @pytest.fixture
    def let_buy_in_bulk(self) -> LetBuyInBulk:
        """How a portal switches group purchase on for some roles, and off for all others."""
        pytest.skip("override the fixture `let_buy_in_bulk` to show that the switches are known")

    @pytest.fixture
    def stand(self) -> Stand:
        """How an organisation's training, with its sessions, is given to a partner or a provider."""
        pytest.skip("override the fixture `stand` to show that places are known")


class PartnerFixtures:
    """What the suite of partner companies asks of a host, beside `open_store`."""

    @pytest.fixture
    def tamper(self) -> Tamper:
        """How somebody at the database's console writes another event over one of a wallet's."""
        pytest.skip("override the fixture `tamper` to show that a history that was edited is found")
