"""The use cases of wallets: credits go in and out, by the organisation, and limits over several wallets are set.

As in `lara_core.hosting.group_purchase`, each asks rights, loads what the rule needs, decides, and saves under the
act's key. What people cost is debited by `lara_core.hosting.partners.enrol`, and by nothing else.
"""

from collections.abc import Collection
from datetime import datetime

from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import Partnership, Receipt, Store
from lara_core.kernel.credits import Credits
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.ids import ActorId, LimitId, PartnerId
from lara_core.rights import Place, Right
from lara_core.spending import SpendingDecision, SpendingLimit
from lara_core.wallet import (
    EntryKind,
    NoSuchEntry,
    NotReversible,
    Statement,
    Wallet,
    WalletDecision,
    entries,
    statement,
)


def open_wallet(
    store: Store[Partnership], act: Act, partner: PartnerId, *, threshold: Credits | None = None
) -> Receipt:
    """Give a partner a wallet, which warns below *threshold* (W5)."""
    content = {"do": "open_wallet", "partner": partner, "threshold": threshold}

    def body(work: Partnership) -> tuple[WalletDecision]:
        asking.may(work, act.by, Right.MANAGE_WALLETS, on=Place(partner=partner), kind=Wallet)
        return (Wallet.open(act, work.partners.get(partner).id, threshold=threshold),)

    return once(store, act, content, body)


def set_threshold(store: Store[Partnership], act: Act, partner: PartnerId, threshold: Credits | None) -> Receipt:
    """Change what a wallet's balance is low below (W5)."""
    content = {"do": "set_threshold", "partner": partner, "threshold": threshold}
    return once(store, act, content, lambda work: (_wallet(work, act, partner).set_threshold(act, threshold),))


def top_up(store: Store[Partnership], act: Act, partner: PartnerId, amount: Credits, *, reason: str) -> Receipt:
    """Add credits (W6)."""
    content = {"do": "top_up", "partner": partner, "amount": amount, "reason": reason}
    return once(store, act, content, lambda work: (_wallet(work, act, partner).top_up(act, amount, reason=reason),))


def deduct(store: Store[Partnership], act: Act, partner: PartnerId, amount: Credits, *, reason: str) -> Receipt:
    """Take credits away (W6)."""
    content = {"do": "deduct", "partner": partner, "amount": amount, "reason": reason}
    return once(store, act, content, lambda work: (_wallet(work, act, partner).deduct(act, amount, reason=reason),))


def reverse_top_up(store: Store[Partnership], act: Act, partner: PartnerId, entry: int, *, reason: str) -> Receipt:
    """Undo a top-up that was a mistake, and is not spent (W8).

    A debit is an enrolment's: `lara_core.hosting.partners.reverse_enrolment` gives it back; here it is `NotReversible`.
    """
    content = {"do": "reverse_top_up", "partner": partner, "entry": entry, "reason": reason}

    def body(work: Partnership) -> tuple[WalletDecision]:
        wallet, found = _wallet(work, act, partner), work.wallets.entry(partner, entry)
        if found is None:
            raise Refused(NoSuchEntry(entry))
        if found.kind is not EntryKind.TOP_UP:
            raise Refused(NotReversible(entry, found.kind))
        return (wallet.reverse(act, found, was_reversed=work.wallets.is_reversed(partner, entry), reason=reason),)

    return once(store, act, content, body)


def set_limit(
    store: Store[Partnership], act: Act, limit: LimitId, amount: Credits, members: Collection[PartnerId]
) -> Receipt:
    """Limit what a group of partners may spend between them, from now on (W10)."""
    content = {"do": "set_limit", "limit": limit, "amount": amount, "members": tuple(sorted(set(members)))}

    def body(work: Partnership) -> tuple[SpendingDecision]:
        asking.may(work, act.by, Right.MANAGE_WALLETS, on=Place(), kind=SpendingLimit)
        return (SpendingLimit.set(act, limit, amount, frozenset(members)),)

    return once(store, act, content, body)


def change_limit(
    store: Store[Partnership], act: Act, limit: LimitId, amount: Credits, members: Collection[PartnerId]
) -> Receipt:
    """Change a limit, or whom it is over (W10)."""
    content = {"do": "change_limit", "limit": limit, "amount": amount, "members": tuple(sorted(set(members)))}

    def body(work: Partnership) -> tuple[SpendingDecision]:
        asking.may(work, act.by, Right.MANAGE_WALLETS, on=Place(), kind=SpendingLimit)
        return (work.limits.get(limit).change(act, amount, frozenset(members)),)

    return once(store, act, content, body)


def statement_of(
    store: Store[Partnership], by: ActorId, partner: PartnerId, *, since: datetime, until: datetime
) -> Statement:
    """What moved in a wallet from *since* on and before *until*, for who may see its transactions (W2, W7)."""
    with store.transaction() as work:
        asking.may(work, by, Right.TRANSACTIONS, on=Place(partner=partner), kind=Wallet)
        history = entries(partner, enumerate(work.wallets.events(partner), 1))
        return statement(history, since=since, until=until)


def _wallet(work: Partnership, act: Act, partner: PartnerId) -> Wallet:
    asking.may(work, act.by, Right.MANAGE_WALLETS, on=Place(partner=partner), kind=Wallet)
    return work.wallets.get(partner)
