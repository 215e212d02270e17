"""What happens to a wallet. `lara_core.wallet` tells what each of these means for it.

Whatever changes the balance is one event, with the *amount* that moved and the *balance* after it (W7). *lapsed* names
the holds that were found over when available credits were counted; they are gone with the event.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import optional

from lara_core.kernel.credits import Credits, any_credits, some_credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import EnrolmentId, HoldId, PartnerId
from lara_core.kernel.validators import checked, line


class EntryKind(StrEnum):
    """What an entry of a wallet is."""

    TOP_UP = "top_up"
    DEDUCTION = "deduction"
    DEBIT = "debit"
    REVERSAL = "reversal"


# A mistaken deduction is put right by a top-up, and a mistaken reversal by what it undid.
REVERSIBLE: Final = frozenset({EntryKind.TOP_UP, EntryKind.DEBIT})


@frozen
class CreditHold:
    """*amount* kept for an *enrolment* that waits for confirmation, until *until* has passed (W9)."""

    amount: Credits
    enrolment: EnrolmentId
    until: Deadline


@frozen
class WalletOpened:
    """*partner* has a wallet, with nothing in it. Below *threshold*, where there is one, its balance is low (W5)."""

    partner: PartnerId
    threshold: Credits | None = field(validator=optional(checked(some_credits)))
    act: Act


@frozen
class ThresholdSet:
    """The balance is low below *threshold* from now on; `None`, and nobody is warned (W5)."""

    threshold: Credits | None = field(validator=optional(checked(some_credits)))
    act: Act


@frozen
class CreditsToppedUp:
    """The organisation added credits. With it an episode begins, named by this event's number (W5, W6)."""

    amount: Credits = field(validator=checked(some_credits))
    balance: Credits = field(validator=checked(any_credits))
    reason: str = field(validator=checked(line))
    act: Act


@frozen
class CreditsDeducted:
    """The organisation took credits away (W6)."""

    amount: Credits = field(validator=checked(some_credits))
    balance: Credits = field(validator=checked(any_credits))
    reason: str = field(validator=checked(line))
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class CreditsDebited:
    """Somebody became a participant by *enrolment*, at the price of *amount* (W4)."""

    amount: Credits = field(validator=checked(some_credits))
    enrolment: EnrolmentId
    balance: Credits = field(validator=checked(any_credits))
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class CreditsHeld:
    """*amount* is kept for each of *enrolments*, by hold, until *until* has passed (W9). No balance changes."""

    amount: Credits = field(validator=checked(some_credits))
    enrolments: Mapping[HoldId, EnrolmentId]
    until: Deadline
    lapsed: tuple[HoldId, ...]
    act: Act


@frozen
class CreditsCaptured:
    """What *hold* kept was debited: *enrolment* is confirmed (W9)."""

    hold: HoldId
    amount: Credits = field(validator=checked(some_credits))
    enrolment: EnrolmentId
    balance: Credits = field(validator=checked(any_credits))
    act: Act


@frozen
class CreditsReleased:
    """What *hold* kept is available again (W9)."""

    hold: HoldId
    act: Act


@frozen
class EntryReversed:
    """*entry*, of that *kind* and *amount*, is undone in full (W8). An undone debit names its *enrolment*."""

    entry: int
    kind: EntryKind
    amount: Credits = field(validator=checked(some_credits))
    enrolment: EnrolmentId | None
    balance: Credits = field(validator=checked(any_credits))
    reason: str = field(validator=checked(line))
    lapsed: tuple[HoldId, ...]
    act: Act


WalletChange: TypeAlias = (
    ThresholdSet
    | CreditsToppedUp
    | CreditsDeducted
    | CreditsDebited
    | CreditsHeld
    | CreditsCaptured
    | CreditsReleased
    | EntryReversed
)
WalletEvent: TypeAlias = WalletOpened | WalletChange
