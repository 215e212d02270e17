"""The promises of `lara_core.hosting.ports`, held against a host's own store.

A host subclasses the suite in its tests, says how one of its stores is opened, and lets pytest do the rest::

    class TestOurStore(GroupPurchaseConformance):
        @pytest.fixture
        def open_store(self, tmp_path: Path) -> OpenStore:
            return lambda organisation: OurStore(tmp_path / organisation)

A store that keeps partner companies and their wallets as well takes the second suite, too:
`class TestOurStore(GroupPurchaseConformance, PartnershipConformance)`. For one that keeps providers and carts
there is `SellingConformance`, for one that keeps schedules `DatesConformance`, for one that keeps offers
`AccessConformance`.

`open_store(organisation)` opens that organisation's data, empty at first. Called again it opens the same data again,
as another process would; the suite does so from several threads, each of which opens its own.

A few more fixtures are for what each host does in its own way. Their tests are skipped until they are overridden:
`silence(organisation, settings)` switches kinds of notice off; `let_buy_in_bulk(organisation, portal, roles)` switches
group purchase on for some roles on one portal, and off for all others there; `stand(organisation, session, place)` says
whose a session's training is, before the session is on sale; `tamper(organisation, partner, number, event)` writes
another event over one of a wallet's, past the store; `name_contact(organisation, client, person)` says who is the main
contact of a client; `set_course(organisation, facts)` says what a course is, and `seat(organisation, person, course)`
lets somebody into one by a seat or a registration.

Nobody is trusted: where use cases ask for rights, the suite grants them first.

Each test keeps one promise. Its docstring says which, and what goes wrong in production without it; its messages say
what to do. `pytest.register_assert_rewrite("lara_core.testing.conformance")` in a `conftest.py` adds the values.

The promises stand by area: `states`, `facts`, `transactions`, `keys`, `notices`, `erasing`, `entitlements` and
`organisations`; `partners` and `wallets` for partner companies; `selling` for providers and carts; `dates` for
schedules and clients; `access` for offers.
"""

from lara_core.testing.conformance.access import AccessConformance, OpenAccess, Seat, SetCourse, WayIn
from lara_core.testing.conformance.dates import DatesConformance, NameContact, OpenDates
from lara_core.testing.conformance.entitlements import EntitlementsConformance
from lara_core.testing.conformance.erasing import ErasingConformance
from lara_core.testing.conformance.facts import FactsConformance
from lara_core.testing.conformance.fixtures import LetBuyInBulk, OpenPartnership, OpenStore, Silence, Stand, Tamper
from lara_core.testing.conformance.keys import KeysConformance
from lara_core.testing.conformance.notices import NoticesConformance
from lara_core.testing.conformance.organisations import OrganisationsConformance
from lara_core.testing.conformance.partners import PartnersConformance
from lara_core.testing.conformance.selling import OpenSelling, SellingConformance
from lara_core.testing.conformance.states import StatesConformance
from lara_core.testing.conformance.transactions import TransactionsConformance
from lara_core.testing.conformance.wallets import WalletsConformance

__all__ = [
    "AccessConformance",
    "DatesConformance",
    "GroupPurchaseConformance",
    "LetBuyInBulk",
    "NameContact",
    "OpenAccess",
    "OpenDates",
    "OpenPartnership",
    "OpenSelling",
    "OpenStore",
    "PartnershipConformance",
    "Seat",
    "SellingConformance",
    "SetCourse",
    "Silence",
    "Stand",
    "Tamper",
    "WayIn",
]


class GroupPurchaseConformance(
    StatesConformance,
    FactsConformance,
    TransactionsConformance,
    KeysConformance,
    NoticesConformance,
    ErasingConformance,
    EntitlementsConformance,
    OrganisationsConformance,
):
    """What a store of sessions, pools, charges, registrations and rights promises. The package says how to run it."""


class PartnershipConformance(PartnersConformance, WalletsConformance):
    """What a store of partners, offerings, wallets, limits and enrolments promises, beside the first suite."""
