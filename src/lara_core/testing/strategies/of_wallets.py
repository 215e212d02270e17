"""What happens to wallets, and to the limits over them. Part of `lara_core.testing.strategies`."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import EnrolmentId, HoldId, LimitId, PartnerId
from lara_core.spending import (
    CreditsSpent,
    LimitChanged,
    SpendingCaptured,
    SpendingDecision,
    SpendingGivenBack,
    SpendingHeld,
    SpendingLimit,
    SpendingReleased,
)
from lara_core.testing.strategies.happening import events_in, kind_of, later, turns
from lara_core.testing.strategies.values import LETTERS_AND_MARKS, act_at, acts, credit_amounts, ids, instants
from lara_core.wallet import (
    REVERSIBLE,
    CreditsCaptured,
    CreditsDebited,
    CreditsDeducted,
    CreditsHeld,
    CreditsReleased,
    CreditsToppedUp,
    Entry,
    EntryReversed,
    ThresholdSet,
    Wallet,
    WalletDecision,
    entries,
)

_SMALL: Final = st.sampled_from((1, 2, 5)).map(Credits)
_WHY: Final = st.text(LETTERS_AND_MARKS, min_size=1, max_size=12)
_HOLDS: Final = tuple(HoldId(f"hold-{number}") for number in range(1, 4))

# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, type[Event]]] = {
    **dict.fromkeys((CreditsDeducted, CreditsDebited, CreditsHeld), CreditsToppedUp),
    **dict.fromkeys((CreditsCaptured, CreditsReleased), CreditsHeld),
    EntryReversed: CreditsDebited,
    **dict.fromkeys((SpendingCaptured, SpendingReleased), SpendingHeld),
    SpendingGivenBack: CreditsSpent,
}


def wallet_histories(*, tries: int = 0) -> SearchStrategy[tuple[WalletDecision, ...]]:
    """All that happened to a wallet from its opening on, while time went by (W5 to W9).

    Credits come and go, are held until it is too late, and are given back. At least so many commands are tried, and at
    most a dozen.
    """
    return wallet_histories_with(tries, None)


@st.composite
def wallet_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[WalletDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun = draw(acts(instants()))
    threshold = draw(st.sampled_from((None, 1, 5, 10, 20)))
    history = [Wallet.open(begun, draw(ids(PartnerId)), threshold=None if threshold is None else Credits(threshold))]
    people = draw(st.lists(ids(EnrolmentId), min_size=1, max_size=3, unique=True))
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at, [hold.until.instant for hold in history[-1].state.holds.values()])
        with suppress(Refused):
            decision = _on_wallet(draw, history, act_at(draw, at), people, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_wallet(
    draw: DrawFn,
    history: Sequence[WalletDecision],
    act: Act,
    people: Sequence[EnrolmentId],
    wanted: type[Event] | None,
) -> WalletDecision:
    wallet = history[-1].state
    available, moved = wallet.available(act.at), _moved(history)
    undone = {entry.reverses for entry in moved}
    still = [entry for entry in moved if entry.kind in REVERSIBLE and entry.number not in undone]
    debits = [entry for entry in still if entry.change < 0]
    likely: dict[type[Event], int] = {
        CreditsToppedUp: 2 + 6 * (available == 0),
        CreditsDeducted: bool(available),
        CreditsDebited: 4 * bool(available),
        CreditsHeld: 3 * bool(available),
        CreditsCaptured: 3 * bool(wallet.holds),
        CreditsReleased: 2 * bool(wallet.holds),
        EntryReversed: 2 * bool(still),
        ThresholdSet: 1,
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted), CreditsToppedUp if available == 0 else None))
    amount = draw(_SMALL)
    if kind is CreditsToppedUp:
        return wallet.top_up(act, draw(st.just(Credits(amount * 10)) | credit_amounts(least=1)), reason=draw(_WHY))
    if kind is CreditsDeducted:
        return wallet.deduct(act, amount, reason=draw(_WHY))
    if kind is CreditsDebited:
        named = draw(st.lists(st.sampled_from(people), min_size=1, max_size=3))
        return wallet.debit_all(act, amount, named)
    if kind is CreditsHeld:
        holds = draw(st.sets(st.sampled_from(_HOLDS), min_size=1, max_size=2))
        until = Deadline.at(act.at + draw(st.sampled_from((timedelta(0), timedelta(hours=1), timedelta(days=1)))))
        return wallet.hold_all(
            act, amount, {hold: draw(st.sampled_from(people)) for hold in sorted(holds)}, until=until
        )
    if kind is CreditsCaptured:
        return wallet.capture(act, draw(st.sampled_from(sorted(wallet.holds))))
    if kind is CreditsReleased:
        return wallet.release(act, draw(st.sampled_from(sorted(wallet.holds))))
    if kind is EntryReversed:
        entry = draw(st.sampled_from([*still, *debits, *debits]))
        return wallet.reverse(act, entry, was_reversed=False, reason=draw(_WHY))
    return wallet.set_threshold(act, draw(st.none() | credit_amounts(least=1, most=20)))


def _moved(history: Sequence[WalletDecision]) -> list[Entry]:
    return [*entries(history[0].state.id, enumerate(events_in(history), 1))]


def wallet_entries() -> SearchStrategy[Entry]:
    """Entries of such wallets (W7)."""
    made = wallet_histories_with(4, CreditsDebited).map(_moved)
    return made.filter(bool).flatmap(st.sampled_from)


def limit_histories(*, tries: int = 0) -> SearchStrategy[tuple[SpendingDecision, ...]]:
    """All that happened to a spending limit since it was set, while time went by (W10).

    At least so many commands are tried, and at most a dozen.
    """
    return limit_histories_with(tries, None)


@st.composite
def limit_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[SpendingDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    begun = draw(acts(instants()))
    group = draw(st.frozensets(ids(PartnerId), min_size=1, max_size=3))
    amount = draw(credit_amounts(least=int(wanted is not None), most=30) | st.just(Credits(MOST_CREDITS)))
    history = [SpendingLimit.set(begun, draw(ids(LimitId)), amount, group)]
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at, [hold.until.instant for hold in history[-1].state.holds.values()])
        with suppress(Refused):
            decision = _on_limit(draw, history[-1].state, act_at(draw, at), sorted(group), wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_limit(
    draw: DrawFn, limit: SpendingLimit, act: Act, group: Sequence[PartnerId], wanted: type[Event] | None
) -> SpendingDecision:
    left = limit.left(act.at)
    likely: dict[type[Event], int] = {
        CreditsSpent: 4 * bool(left),
        SpendingHeld: 3 * bool(left),
        SpendingCaptured: 3 * bool(limit.holds),
        SpendingReleased: 2 * bool(limit.holds),
        SpendingGivenBack: 2 * bool(limit.spent),
        LimitChanged: 1,
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted)))
    partner, amount = draw(st.sampled_from(group)), draw(_SMALL)
    if kind is CreditsSpent:
        return limit.spend(act, partner, amount)
    if kind is SpendingHeld:
        holds = draw(st.sets(st.sampled_from(_HOLDS), min_size=1, max_size=2))
        until = Deadline.at(act.at + draw(st.sampled_from((timedelta(0), timedelta(hours=1), timedelta(days=1)))))
        return limit.hold(act, partner, amount, sorted(holds), until=until)
    if kind is SpendingCaptured:
        return limit.capture(act, draw(st.sampled_from(sorted(limit.holds))))
    if kind is SpendingReleased:
        return limit.release(act, draw(st.sampled_from(sorted(limit.holds))))
    if kind is SpendingGivenBack:
        return limit.give_back(act, partner, draw(st.just(limit.spent) | _SMALL))
    members = draw(st.frozensets(st.sampled_from(group), min_size=1))
    more = Credits(min(MOST_CREDITS, limit.amount + draw(st.integers(0, 30))))
    return limit.change(act, draw(st.just(more) | credit_amounts(most=30)), members)
