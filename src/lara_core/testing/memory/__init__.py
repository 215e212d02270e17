"""A store in memory: for tests without a database, and the plainest reading of the ports' promises.

All that a store keeps is one value, `Kept`, which is never changed. A transaction reads the one that stood when
it began and writes beside it, so that nothing has to be undone. When it commits, what it has read is looked up
again in what is kept by *now*: where that differs, somebody else was first, and it is `StaleState`. Otherwise the
next `Kept` takes the place of the old one in a single assignment, which is why a commit is whole.

A transaction that only read saw one moment, and that is enough: it is never stale. One that has erased somebody has
read everything (K13).
"""

from collections.abc import Container, Generator, Iterable, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Final

from lara_core.access import CourseFacts
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    PortalId,
    SessionId,
)
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.rights import Place
from lara_core.telling.notices import Setting
from lara_core.testing.memory.collections import (
    Aggregates,
    MemoryConfirmations,
    MemoryEnrolments,
    MemoryEntitlements,
    MemoryLimits,
    MemoryNumberings,
    MemoryOfferGrants,
    MemoryPartners,
    MemoryPools,
    MemoryProviders,
    MemoryRegistrations,
    MemoryWallets,
)
from lara_core.testing.memory.kept import Kept, Name, Root, Stream
from lara_core.testing.memory.work import MemoryWork

__all__ = [
    "Aggregates",
    "Kept",
    "MemoryConfirmations",
    "MemoryEnrolments",
    "MemoryEntitlements",
    "MemoryLimits",
    "MemoryNumberings",
    "MemoryOfferGrants",
    "MemoryPartners",
    "MemoryPools",
    "MemoryProviders",
    "MemoryRegistrations",
    "MemoryStore",
    "MemoryWallets",
    "MemoryWork",
    "Name",
    "Root",
    "Stream",
]

_ORGANISATION: Final = ActorId("organisation")


class MemoryStore:
    """A `Store` of every area for one organisation, gone with the process. Threads may share it.

    *silenced* are the kinds of notice that the organisation has switched off (T1), *bulk_buyers* the roles for
    which each portal has group purchase switched on (S1), *places* where sessions stand (without it, every session is
    the organisation's own), *organisation* is who is told what the organisation is told, *contacts* are the main
    contacts of clients (C1), and *courses* what is known of each (O5). Assign others to change them.
    `MemoryStore(bulk_buyers={portal: frozenset(BuyerRole)})` lets everybody buy in bulk there.

    It is *trusting*: whoever was never granted anything may do everything, for most tests are of something else.
    `MemoryStore(trusting=False)` denies, as every other host does (R2).
    """

    def __init__(
        self,
        silenced: Container[Setting] = (),
        bulk_buyers: Mapping[PortalId, Container[BuyerRole]] | None = None,
        *,
        trusting: bool = True,
        places: Mapping[SessionId, Place] | None = None,
        organisation: ActorId = _ORGANISATION,
        contacts: Mapping[ClientId, Person] | None = None,
        courses: Iterable[CourseFacts] = (),
    ) -> None:
        self.silenced = silenced
        self.bulk_buyers: Mapping[PortalId, Container[BuyerRole]] = bulk_buyers or {}
        self.trusting = trusting
        self.places = places
        self.organisation = organisation
        self.contacts: Mapping[ClientId, Person] = contacts or {}
        self.courses: Mapping[CourseId, CourseFacts] = {course.id: course for course in courses}
        self._kept = Kept()
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Generator[MemoryWork, None, None]:
        """A transaction: committed when left normally, undone when left by an exception."""
        work = self.begin()
        yield work
        with self._lock:
            self._kept = work.onto(self._kept)

    def begin(self) -> MemoryWork:
        """A unit of work on what is kept now."""
        return MemoryWork(self._kept, self)
