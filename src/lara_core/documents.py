"""The numbers of a provider's documents: one after another, without a gap (P8).

Vocabulary. A *document* is an *invoice*, for a transaction, or a *credit note*, for a refund of one. A *numbering* is
one provider's series of numbers, from 1, for both kinds.

Invariants. The n-th document has the number n: no gaps, no repeats. A numbering does not grow with its history: it is
the count of its events.

What the host must guarantee: what is *issued*, the number that a source has already, is true when the decision is
saved; the numbering's version, which every document moves, guards it. The document is saved with what it is for, in
one transaction, so that a number never stands for nothing.
"""

from typing import ClassVar, Final, Self, TypeAlias

from attrs import evolve, field, frozen

from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.ids import ProviderId, RefundId, TransactionId
from lara_core.kernel.validators import checked, whole

MOST_DOCUMENTS: Final = 2**53


def _number(field: str, value: int) -> int:
    return whole(field, value, least=1, most=MOST_DOCUMENTS)


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class NumberingBegan:
    """*provider* numbers its documents from 1 on."""

    provider: ProviderId
    act: Act


@frozen
class DocumentIssued:
    """The document *number* is for *transaction*: its invoice or, with *refund*, the credit note of that refund."""

    number: int = field(validator=checked(_number))
    transaction: TransactionId
    refund: RefundId | None
    act: Act


NumberingChange: TypeAlias = DocumentIssued
NumberingEvent: TypeAlias = NumberingBegan | NumberingChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NeverIssued:
    """This number is said to be issued already, and the series has not come so far (P8)."""

    code: ClassVar[str] = "documents.never_issued"
    number: int
    last: int


NumberingRefusal: TypeAlias = NeverIssued


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Numbering:
    """The numbers of one provider's documents (P8). *last* is the newest, 0 before the first."""

    id: ProviderId
    version: int
    last: int

    @classmethod
    def start(cls, act: Act, provider: ProviderId) -> "NumberingDecision":
        """Begin a provider's series. Its first number is 1."""
        event = NumberingBegan(provider, act)
        return Decision(cls.begin(event), (event,))

    def issue(
        self, act: Act, transaction: TransactionId, *, refund: RefundId | None = None, issued: int | None
    ) -> "NumberingDecision":
        """Give the next number to the invoice of *transaction* or, with *refund*, to the credit note for that.

        *issued* is the number that it has already, if it has one: then it keeps that, and nothing happens.
        Refused: `NeverIssued`.
        """
        if issued is not None:
            if _number("issued", issued) > self.last:
                raise Refused(NeverIssued(issued, self.last))
            return Decision(self)
        event = DocumentIssued(self.last + 1, transaction, refund, act)
        return Decision(self.apply(event), (event,))

    @classmethod
    def begin(cls, event: NumberingBegan) -> Self:
        """The first state."""
        return cls(event.provider, 1, 0)

    def apply(self, event: NumberingChange) -> Self:
        """The state after *event*. Decides nothing."""
        return evolve(self, version=self.version + 1, last=event.number)


NumberingDecision: TypeAlias = Decision[Numbering, NumberingEvent]
