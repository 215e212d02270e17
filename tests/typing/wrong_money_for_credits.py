"""Money where credits belong: what was paid is not what is topped up."""

from lara_core.kernel import Act, Money
from lara_core.wallet import Wallet, WalletDecision


def paid(wallet: Wallet, act: Act, price: Money) -> WalletDecision:
    """Top up by an invoice's amount."""
    return wallet.top_up(act, price, reason="invoice 7")  # wrong: mypy arg-type, pyright reportArgumentType
