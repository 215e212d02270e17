"""What a host gives the conformance suite. Part of `lara_core.testing.conformance`."""

from collections.abc import Callable, Collection
from typing import Final, TypeAlias

try:
    import pytest
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the conformance suite needs pytest: install lara-core[testing]") from missing

from lara_core.hosting.ports import GroupPurchase, Store
from lara_core.kernel.ids import PortalId
from lara_core.purchase import BuyerRole
from lara_core.telling.notices import Setting

OpenStore: TypeAlias = Callable[[str], Store[GroupPurchase]]
Silence: TypeAlias = Callable[[str, Collection[Setting]], object]
LetBuyInBulk: TypeAlias = Callable[[str, PortalId, Collection[BuyerRole]], object]

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
