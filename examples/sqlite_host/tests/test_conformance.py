"""The promises of the ports, as the library's own suite holds them against a store."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from threading import Lock

import pytest

from lara_core.access import CourseFacts, Enrolled
from lara_core.formats import json
from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.ids import ClientId, CourseId, EnrolmentId, PartnerId, PoolId, PortalId, RegistrationId, SessionId
from lara_core.kernel.people import Person
from lara_core.offers import Window
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.telling.notices import Setting
from lara_core.testing.conformance import (
    AccessConformance,
    DatesConformance,
    GroupPurchaseConformance,
    PartnershipConformance,
    SellingConformance,
    WayIn,
)
from lara_core.testing.samples import COURSE, NOW, STARTS, bought, opened, registered, taking_part
from lara_core.wallet import WalletEvent
from sqlite_host.store import SqliteStore


class TestSqliteStore(
    GroupPurchaseConformance, PartnershipConformance, SellingConformance, DatesConformance, AccessConformance
):
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

    @pytest.fixture
    def set_course(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, CourseFacts], None]:
        def say(organisation: str, facts: CourseFacts) -> None:
            with open_store(organisation).transaction() as work:
                work.describe(facts)

        return say

    @pytest.fixture
    def name_contact(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, ClientId, Person], None]:
        def say(organisation: str, client: ClientId, person: Person) -> None:
            with open_store(organisation).transaction() as work:
                work.name_contact(client, person)

        return say

    @pytest.fixture
    def seat(self, open_store: Callable[[str], SqliteStore]) -> Callable[[str, Person, CourseId, WayIn], Enrolled]:
        def let_in(organisation: str, person: Person, course: CourseId, way: WayIn) -> Enrolled:
            store, session = open_store(organisation), SessionId(f"session-{course}")
            # One of the two courses has no session for its partners.
            without = way is WayIn.ENROLMENT and course == COURSE
            ways_in: Mapping[WayIn, Decision[Aggregate, Event]] = {
                WayIn.SEAT: bought(PoolId(f"pool-{course}"), [person], session=session),
                WayIn.REGISTRATION: registered(RegistrationId(f"registration-{course}"), person, session=session),
                WayIn.ENROLMENT: taking_part(
                    EnrolmentId(f"enrolment-{course}"), person, course=course, session=None if without else session
                ),
            }
            with store.transaction() as work:
                work.stand(session, Place(training=course))
                work.save(opened(session))
                work.save(ways_in[way])
            return Enrolled(course, Window(NOW if without else STARTS))

        return let_in
