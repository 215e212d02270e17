"""Who works for the organisation, and how the first of them comes to have any rights at all."""

from typing import Final

from lara_core.hosting.once import once
from lara_core.hosting.ports import Receipt, Store, Work
from lara_core.kernel.decisions import Act, in_turn
from lara_core.kernel.ids import ActorId
from lara_core.rights import MATRIX, Action, Grants, GrantsDecision, Right, Role, Scope

OFFICE: Final = Role("office", MATRIX)
BUYER: Final = Role("buyer", {Right.BUY_IN_BULK: {Action.VIEW}})
CASHIER: Final = Role("cashier", {Right.TRANSACTIONS: {Action.VIEW, Action.EDIT}})


def entrust(store: Store[Work], act: Act, actor: ActorId, role: Role = OFFICE) -> Receipt:
    """Give one of the organisation's own a role everywhere, and ask nobody.

    Whoever grants must hold what they grant (R2), so the first grant of all is the host's to make, by hand, when it
    sets an organisation up. All others are `lara_core.hosting.entitlements`.
    """

    def body(_: Work) -> tuple[GrantsDecision]:
        opened = Grants.open(act, actor, partner=None)
        return (in_turn(opened, opened.state.grant_role(act, role, scope=Scope())),)

    return once(store, act, {"do": "entrust", "actor": actor, "role": role}, body)
