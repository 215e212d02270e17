"""A body that decides and gives nothing back: nothing is saved, and the receipt is empty."""

from lara_core.hosting.once import once
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel import Act, SessionId


def close(store: Store[GroupPurchase], act: Act, session: SessionId) -> Receipt:
    """Forget the return."""

    def body(work: GroupPurchase) -> None:
        _ = work.sessions.get(session).resize(act, 0)

    return once(store, act, {"do": "close"}, body)  # wrong: mypy arg-type, pyright reportArgumentType
