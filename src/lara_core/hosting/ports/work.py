"""What every area shares of the ports: store, keys, notices, rights. See `lara_core.hosting.ports`."""

from collections.abc import Collection, Container, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from attrs import frozen

from lara_core.kernel.decisions import Aggregate, Decision, Event
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.ids import (
    ActorId,
    Key,
    PartnerId,
)
from lara_core.kernel.receipts import Receipt
from lara_core.rights import Grants, GrantsEvent
from lara_core.telling.notices import Notice, Setting


@frozen
class Answer:
    """What a used key stands for: the *fingerprint* of the command's content, and its *receipt*."""

    fingerprint: str
    receipt: Receipt


class Work(Protocol):
    """A unit of work, open inside one transaction: the part that every area shares."""

    def answer(self, by: ActorId, key: Key) -> Answer | None:
        """What *key* of that actor was answered, or `None` where it is fresh."""
        ...

    def save(self, decision: Decision[Aggregate, Event]) -> None:
        """Write the events and the state after them. No events: nothing to write."""
        ...

    @property
    def entitlements(self) -> "Entitlements":
        """Who was granted what (R2)."""
        ...

    @property
    def silenced(self) -> Container[Setting]:
        """The kinds of notice that this organisation has switched off (T1)."""
        ...

    @property
    def organisation(self) -> ActorId:
        """Who is told what the organisation is told."""
        ...

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Who administers the partner; nobody where there is no such partner, or no partners at all (W2)."""
        ...

    def put_out(self, notices: Sequence[Notice]) -> None:
        """Keep *notices* for sending; one whose key was already put out is dropped."""
        ...

    def record(self, answer: Answer) -> None:
        """Keep *answer* under its receipt's actor and key, for good."""
        ...

    def waiting(self, most: int) -> Sequence[Notice]:
        """The oldest notices that are not sent yet, *most* at the most."""
        ...

    def sent(self, notice: Notice) -> None:
        """Mark *notice* as sent; its key stays used."""
        ...

    def erase(self, erasure: Erasure) -> None:
        """Rewrite all that is kept so that it knows the person no more (K13).

        States, events, receipts and notices become what `lara_core.kernel.erasure.erased` makes of them, whatever was
        derived from them with them. Notices to the person that still wait are marked as sent. Versions, keys and
        fingerprints stay; what an erased actor was answered stands under who stands for them.
        """
        ...


W_co = TypeVar("W_co", bound=Work, covariant=True)


class Store(Protocol[W_co]):
    """Where one organisation's states, events, keys and notices are kept."""

    def transaction(self) -> AbstractContextManager[W_co]:
        """A transaction with its unit of work: committed when left normally, undone when left by an exception."""
        ...


class Entitlements(Protocol):
    """What the actors of an organisation were granted."""

    def find(self, actor: ActorId, /) -> Grants | None:
        """What the actor holds, or `None` where nobody ever granted anything."""
        ...

    def events(self, actor: ActorId, /) -> Sequence[GrantsEvent]:
        """All that ever happened to it, in order. `NotFound` where there is nothing."""
        ...
