"""The ports of access for sales made elsewhere: offers and grants. See `lara_core.hosting.ports`."""

from collections.abc import Collection, Container, Sequence
from typing import Protocol

from lara_core.access import CourseFacts, Enrolled
from lara_core.hosting.ports.work import Work
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import (
    CourseId,
    GrantId,
    OfferId,
)
from lara_core.kernel.people import Person
from lara_core.offers import Grant, GrantEvent, Offer, OfferEvent
from lara_core.rosters import Contact


class Offers(Protocol):
    """The offers of an organisation."""

    def get(self, offer: OfferId, /) -> Offer:
        """The offer as it stands. `NotFound` where there is none."""
        ...

    def events(self, offer: OfferId, /) -> Sequence[OfferEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class OfferGrants(Protocol):
    """What people were granted by offers."""

    def get(self, grant: GrantId, /) -> Grant:
        """The grant as it stands. `NotFound` where there is none."""
        ...

    def events(self, grant: GrantId, /) -> Sequence[GrantEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def of(self, offer: OfferId, person: Person) -> Grant | None:
        """The grant of *offer* that one of the person's keys has, or `None` where none has (O4).

        That must still be true at the commit.
        """
        ...

    def of_person(self, person: Person) -> Sequence[Grant]:
        """All grants that one of the person's keys has, by id (O5)."""
        ...


class Access(Work, Protocol):
    """A unit of work that keeps offers, and what was granted by them."""

    @property
    def offers(self) -> Offers: ...

    @property
    def offer_grants(self) -> OfferGrants: ...

    @property
    def published(self) -> Container[CourseId]:
        """The courses that learners can see (O2)."""
        ...

    def course(self, course: CourseId) -> CourseFacts:
        """What the one question of access needs to know of a course (O5). `NotFound` where there is none."""
        ...

    def enrolled(self, person: Person, course: CourseId) -> Sequence[Enrolled]:
        """The enrolled seats, registrations and enrolments by which the person is in the course (O5)."""
        ...


class ContactBook(Protocol):
    """Where a host keeps people whom it was given on a roster, and granted nothing (O6)."""

    def keep(self, act: Act, contacts: Sequence[Contact]) -> Collection[int]:
        """Keep *contacts*, all of them or none, and say on which lines are those that are new.

        Repeated under the act's key, it answers what it answered first, and keeps nothing more (K4).
        """
        ...
