"""A debit of openedx-ledger, as often as a line on the standard input asks for it. Run by `ledger.py`, elsewhere.

Its database is SQLite in memory, on one connection that stays open. What was debited for a sample is deleted after it,
so that each sample finds as many entries.
"""

import sys
from importlib import import_module
from time import perf_counter
from typing import Any

# Of an environment that no type checker of this project sees.
settings: Any = import_module("django.conf").settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "simple_history", "openedx_ledger"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
)
import_module("django").setup()
import_module("django.core.management").call_command("migrate", verbosity=0)
api: Any = import_module("openedx_ledger.api")
models: Any = import_module("openedx_ledger.models")

DEBITS = 20
DEPOSIT = 10**9


def ledger_with(past: int) -> object:
    """A ledger with a deposit, which comes from a sales contract, and so many debits."""
    contract = models.SalesContractReferenceProvider.objects.create(slug="contract", name="contract")
    ledger = api.create_ledger(
        initial_deposit=DEPOSIT, sales_contract_reference_id="contract", sales_contract_reference_provider=contract
    )
    models.Transaction.objects.bulk_create(
        models.Transaction(ledger=ledger, idempotency_key=f"past-{number}", quantity=-1, state="committed")
        for number in range(past - 1)
    )
    return ledger


def sample(ledger: object) -> float:
    """Debit a few times, each under a key of its own and for a learner; the seconds of one."""
    began = perf_counter()
    for number in range(DEBITS):
        api.create_transaction(ledger, -1, f"sample-{number}", lms_user_id=number, content_key="excel")
    seconds = (perf_counter() - began) / DEBITS
    for kind in (models.Transaction, models.Transaction.history.model):
        kind.objects.filter(idempotency_key__startswith="sample-").delete()
    return seconds


if __name__ == "__main__":
    filled = ledger_with(int(sys.argv[1]))
    print("ready", flush=True)
    for _ in sys.stdin:
        print(sample(filled), flush=True)
