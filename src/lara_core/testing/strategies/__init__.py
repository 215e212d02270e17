"""Hypothesis strategies for the values of this library, and for states that real commands reached.

No state is built by hand: sessions, pools, charges, registrations and their events are what the rules allowed when
commands were tried on them one after another. So whatever a strategy gives, a host may find in its database.

`lara_core.testing.plugin` registers them, so that `hypothesis.strategies.from_type(SeatPool)` works by itself.
"""

try:
    from hypothesis.strategies import SearchStrategy
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("strategies need Hypothesis: install lara-core[testing]") from missing

from lara_core.testing.strategies.of_charges import charge_histories
from lara_core.testing.strategies.of_pools import pool_histories
from lara_core.testing.strategies.of_sessions import registration_histories, session_histories
from lara_core.testing.strategies.outcomes import (
    charge_events,
    charges,
    events_of,
    notices,
    receipts,
    refunds,
    registration_events,
    registrations,
    seat_events,
    seat_money,
    seat_pools,
    session_events,
    sessions,
)
from lara_core.testing.strategies.values import (
    accounts,
    actors,
    acts,
    addresses,
    currencies,
    deadlines,
    erasures,
    holds,
    ids,
    instants,
    invitations,
    keys,
    local_days,
    money,
    overrides,
    people,
    policies,
    prices,
    seat_numbers,
    terms,
    waiting_lists,
    zones,
)

__all__ = [
    "SearchStrategy",
    "accounts",
    "actors",
    "acts",
    "addresses",
    "charge_events",
    "charge_histories",
    "charges",
    "currencies",
    "deadlines",
    "erasures",
    "events_of",
    "holds",
    "ids",
    "instants",
    "invitations",
    "keys",
    "local_days",
    "money",
    "notices",
    "overrides",
    "people",
    "policies",
    "pool_histories",
    "prices",
    "receipts",
    "refunds",
    "registration_events",
    "registration_histories",
    "registrations",
    "seat_events",
    "seat_money",
    "seat_numbers",
    "seat_pools",
    "session_events",
    "session_histories",
    "sessions",
    "terms",
    "waiting_lists",
    "zones",
]
