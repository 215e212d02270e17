"""The ports of selling for providers: arrangements, carts, codes, documents. See `lara_core.hosting.ports`."""

from collections.abc import Sequence
from typing import Protocol

from lara_core.cart import Cart, CartEvent
from lara_core.documents import Numbering, NumberingEvent
from lara_core.hosting.ports.group_purchase import GroupPurchase
from lara_core.kernel.ids import (
    CartId,
    CodeId,
    CourseId,
    OrganisationId,
    ProviderId,
    RefundId,
    TransactionId,
)
from lara_core.promotions import CodeEvent, PromotionCode
from lara_core.providers import (
    Arrangement,
    ArrangementEvent,
    Provider,
    ProviderEvent,
    Training,
    TrainingEvent,
)


class Providers(Protocol):
    """The providers of an organisation. `provider in providers` says whether there is such a one."""

    def __contains__(self, provider: object, /) -> bool: ...

    def get(self, provider: ProviderId, /) -> Provider:
        """The provider as it stands. `NotFound` where there is none."""
        ...

    def events(self, provider: ProviderId, /) -> Sequence[ProviderEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Arrangements(Protocol):
    """Who sells for whom in an organisation."""

    def get(self, organisation: OrganisationId, /) -> Arrangement:
        """The arrangement as it stands. `NotFound` where there is none."""
        ...

    def events(self, organisation: OrganisationId, /) -> Sequence[ArrangementEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Trainings(Protocol):
    """Whose the trainings of an organisation are."""

    def get(self, course: CourseId, /) -> Training:
        """The training as it stands. `NotFound` where there is none."""
        ...

    def events(self, course: CourseId, /) -> Sequence[TrainingEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Carts(Protocol):
    """The carts of an organisation's buyers."""

    def get(self, cart: CartId, /) -> Cart:
        """The cart as it stands. `NotFound` where there is none."""
        ...

    def events(self, cart: CartId, /) -> Sequence[CartEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Codes(Protocol):
    """The promotion codes of the providers."""

    def get(self, code: CodeId, /) -> PromotionCode:
        """The code as it stands. `NotFound` where there is none."""
        ...

    def events(self, code: CodeId, /) -> Sequence[CodeEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...


class Numberings(Protocol):
    """The numbers of the providers' documents, each series under its provider's id."""

    def get(self, provider: ProviderId, /) -> Numbering:
        """The series as it stands. `NotFound` where there is none."""
        ...

    def events(self, provider: ProviderId, /) -> Sequence[NumberingEvent]:
        """All that ever happened to it, in order. `NotFound` where there is none."""
        ...

    def issued(self, provider: ProviderId, transaction: TransactionId, refund: RefundId | None = None) -> int | None:
        """The number of the provider's invoice of a transaction or, with *refund*, of the credit note for that (P8).

        `None` where none was issued. That must still be true at the commit.
        """
        ...


class Selling(GroupPurchase, Protocol):
    """A unit of work that keeps providers, carts, promotion codes and numbered documents beside the sessions."""

    @property
    def providers(self) -> Providers: ...

    @property
    def arrangements(self) -> Arrangements: ...

    @property
    def trainings(self) -> Trainings: ...

    @property
    def carts(self) -> Carts: ...

    @property
    def codes(self) -> Codes: ...

    @property
    def numberings(self) -> Numberings: ...
