"""The ports of storage: what a host implements to keep what the rules decide.

A `Store` belongs to one organisation. It opens transactions; inside one, a *unit of work* reads aggregates,
answers for keys, and saves. A host implements the units of the areas that it uses: `GroupPurchase` for seats
and sessions, `Partnership` for partner companies, `Selling` for providers and carts, `Dates` for schedules and what
clients say to them, `Access` for offers.

The promises are few, and `lara_core.testing.conformance` holds each of them against a host's own adapters:

- A transaction is whole: leaving it normally commits everything, leaving it by an exception commits nothing.
- Transactions that write come out as if they had run one after the other. So what one has read is still true when it
  commits, whether or not it was written: versions of aggregates, and the roster of a session where `seated` was asked.
  Locking what is read is one way, comparing versions before the commit another. Where it cannot be had, from a lock
  that is not given in time to a version that has moved on, it is `StaleState`, in `save` or when the transaction is
  left. A transaction sees its own writes.
- `save` accepts a decision only on the version that it was decided on, else `StaleState` (K5). A decision that begins
  an aggregate is inserted. An id that was there when the transaction began is `IdReused`; one that somebody else has
  used since is `StaleState`, and the command, run again, finds out what it was used for.
- Sessions, pools, charges and registrations have ids of their own: a pool may be called what a session is called.
- Erasing a person rewrites everything at once, and what is rewritten is as if the tombstone had been there from the
  beginning (K13).
- Keys are kept for good, per actor (K4). An outbox keeps one notice per key (K12).
"""

from lara_core.hosting.ports.access import Access, ContactBook, OfferGrants, Offers
from lara_core.hosting.ports.dates import Confirmations, Dates, Schedules
from lara_core.hosting.ports.group_purchase import Charges, GroupPurchase, Pools, Registrations, Sessions
from lara_core.hosting.ports.partnership import Enrolments, Offerings, Partners, Partnership, SpendingLimits, Wallets
from lara_core.hosting.ports.selling import Arrangements, Carts, Codes, Numberings, Providers, Selling, Trainings
from lara_core.hosting.ports.work import Answer, Entitlements, Store, Work
from lara_core.kernel.receipts import Receipt, Written

__all__ = [
    "Access",
    "Answer",
    "Arrangements",
    "Carts",
    "Charges",
    "Codes",
    "Confirmations",
    "ContactBook",
    "Dates",
    "Enrolments",
    "Entitlements",
    "GroupPurchase",
    "Numberings",
    "OfferGrants",
    "Offerings",
    "Offers",
    "Partners",
    "Partnership",
    "Pools",
    "Providers",
    "Receipt",
    "Registrations",
    "Schedules",
    "Selling",
    "Sessions",
    "SpendingLimits",
    "Store",
    "Trainings",
    "Wallets",
    "Work",
    "Written",
]
