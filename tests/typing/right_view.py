"""A view as a host writes it: this must type-check as it stands, against the package as installed."""

from collections.abc import Container, Mapping
from datetime import datetime

from lara_core.hosting.group_purchase import revoke_seat
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel import Act, ActorId, Key, Person, PersonKey, PoolId, Refused, SeatNo, why_not
from lara_core.seats import SeatPool, SessionFacts


def revoke(store: Store[GroupPurchase], now: datetime, user: str, request: Mapping[str, str]) -> Receipt | str:
    """Answer a form: the receipt, or the refusal's code."""
    act = Act(at=now, by=ActorId(user), key=Key(request["key"]))
    try:
        return revoke_seat(
            store, act, PoolId(request["pool"]), SeatNo(int(request["seat"])), to=Person.of(request["to"])
        )
    except Refused as refused:
        return refused.refusal.code


def may_revoke(pool: SeatPool, act: Act, seat: SeatNo, session: SessionFacts, seated: Container[PersonKey]) -> bool:
    """Grey out a button."""
    return why_not(pool.revoke, act, seat, session=session, seated=seated) is None
