"""The use cases of rights: who is granted what, and by whom (R2).

Nobody gives what they do not have: whoever grants may edit users there, and holds all that is granted, there. So the
people of a partner can share out what they were given among themselves, and never more.
"""

from collections.abc import Collection, Mapping

from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import Receipt, Store, Work
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import ActorId, PartnerId
from lara_core.rights import Action, Grants, GrantsDecision, Place, Right, Role, Scope


def admit(store: Store[Work], act: Act, actor: ActorId, *, partner: PartnerId | None) -> Receipt:
    """Begin what somebody can be granted, as one of a partner's people or the organisation's own (`None`) (R2)."""
    content = {"do": "admit", "actor": actor, "partner": partner}

    def body(work: Work) -> tuple[GrantsDecision]:
        asking.may(work, act.by, Right.USERS, Action.CREATE, on=Place(partner=partner), kind=Grants)
        return (Grants.open(act, actor, partner=partner),)

    return once(store, act, content, body)


def grant(
    store: Store[Work],
    act: Act,
    actor: ActorId,
    right: Right,
    actions: Collection[Action] = (Action.VIEW,),
    *,
    scope: Scope,
) -> Receipt:
    """Give somebody actions on a right within a scope (R2)."""
    content = {"do": "grant", "actor": actor, "right": right, "actions": _sorted(actions), "scope": scope}

    def body(work: Work) -> tuple[GrantsDecision]:
        found = _grants(work, act, actor)
        _held(work, act, {right: actions}, _place(found, scope))
        return (found.grant(act, right, actions, scope=scope),)

    return once(store, act, content, body)


def revoke(
    store: Store[Work],
    act: Act,
    actor: ActorId,
    right: Right,
    actions: Collection[Action] = (Action.VIEW,),
    *,
    scope: Scope,
) -> Receipt:
    """Take actions on a right back (R2)."""
    content = {"do": "revoke", "actor": actor, "right": right, "actions": _sorted(actions), "scope": scope}
    return once(store, act, content, lambda work: (_grants(work, act, actor).revoke(act, right, actions, scope=scope),))


def grant_role(store: Store[Work], act: Act, actor: ActorId, role: Role, *, scope: Scope) -> Receipt:
    """Give somebody all of a role within a scope (R2)."""
    content = {"do": "grant_role", "actor": actor, "role": role, "scope": scope}

    def body(work: Work) -> tuple[GrantsDecision]:
        found = _grants(work, act, actor)
        _held(work, act, role.rights, _place(found, scope))
        return (found.grant_role(act, role, scope=scope),)

    return once(store, act, content, body)


def revoke_role(store: Store[Work], act: Act, actor: ActorId, role: str, *, scope: Scope) -> Receipt:
    """Take a role back (R2)."""
    content = {"do": "revoke_role", "actor": actor, "role": role, "scope": scope}
    return once(store, act, content, lambda work: (_grants(work, act, actor).revoke_role(act, role, scope=scope),))


def _grants(work: Work, act: Act, actor: ActorId) -> Grants:
    found = work.entitlements.find(actor)
    on = None if found is None else Place(partner=found.partner)
    asking.may(work, act.by, Right.USERS, Action.EDIT, on=on, kind=Grants)
    if found is None:
        raise NotFound(Grants)
    return found


def _held(work: Work, act: Act, rights: Mapping[Right, Collection[Action]], on: Place) -> None:
    for right, actions in rights.items():
        for action in actions:
            asking.may(work, act.by, right, action, on=on, kind=Grants)


def _place(grants: Grants, scope: Scope) -> Place:
    partner = scope.partner if grants.partner is None else grants.partner
    return Place(partner=partner, provider=scope.provider, training=scope.training, pool=scope.pool)


def _sorted(actions: Collection[Action]) -> tuple[Action, ...]:
    return tuple(sorted(set(actions)))
