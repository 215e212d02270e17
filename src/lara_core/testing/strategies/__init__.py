"""Hypothesis strategies for the values of this library, and for states that real commands reached.

No state is built by hand: sessions, pools, wallets, all the others and their events are what the rules allowed when
commands were tried on them one after another. So whatever a strategy gives, a host may find in its database.

`lara_core.testing.plugin` registers them, so that `hypothesis.strategies.from_type(SeatPool)` works by itself.
"""

try:
    from hypothesis.strategies import SearchStrategy
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("strategies need Hypothesis: install lara-core[testing]") from missing

from lara_core.testing.strategies.of_charges import charge_histories
from lara_core.testing.strategies.of_partners import (
    brandings,
    enrolment_histories,
    offering_histories,
    partner_histories,
)
from lara_core.testing.strategies.of_pools import pool_histories
from lara_core.testing.strategies.of_rights import grants_histories, places, roles, scopes, single_grants
from lara_core.testing.strategies.of_sessions import registration_histories, session_histories
from lara_core.testing.strategies.of_wallets import limit_histories, wallet_entries, wallet_histories
from lara_core.testing.strategies.outcomes import (
    charge_events,
    charges,
    enrolments,
    events_of,
    grants,
    limits,
    notices,
    offerings,
    partners,
    receipts,
    refunds,
    registration_events,
    registrations,
    seat_events,
    seat_money,
    seat_pools,
    session_events,
    sessions,
    wallets,
)
from lara_core.testing.strategies.values import (
    accounts,
    actors,
    acts,
    addresses,
    credit_amounts,
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
    "brandings",
    "charge_events",
    "charge_histories",
    "charges",
    "credit_amounts",
    "currencies",
    "deadlines",
    "enrolment_histories",
    "enrolments",
    "erasures",
    "events_of",
    "grants",
    "grants_histories",
    "holds",
    "ids",
    "instants",
    "invitations",
    "keys",
    "limit_histories",
    "limits",
    "local_days",
    "money",
    "notices",
    "offering_histories",
    "offerings",
    "overrides",
    "partner_histories",
    "partners",
    "people",
    "places",
    "policies",
    "pool_histories",
    "prices",
    "receipts",
    "refunds",
    "registration_events",
    "registration_histories",
    "registrations",
    "roles",
    "scopes",
    "seat_events",
    "seat_money",
    "seat_numbers",
    "seat_pools",
    "session_events",
    "session_histories",
    "sessions",
    "single_grants",
    "terms",
    "waiting_lists",
    "wallet_entries",
    "wallet_histories",
    "wallets",
    "zones",
]
