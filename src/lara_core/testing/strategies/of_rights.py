"""What happens to rights: grants, roles, and who they are of. Part of `lara_core.testing.strategies`."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import ActorId, CourseId, PartnerId, PoolId, ProviderId
from lara_core.rights import (
    MATRIX,
    PARTNER_ADMINISTRATOR,
    Action,
    ActorMoved,
    Grant,
    Grants,
    GrantsDecision,
    Place,
    Right,
    RightGranted,
    RightRevoked,
    Role,
    RoleGranted,
    RoleRevoked,
    Scope,
)
from lara_core.testing.strategies.happening import kind_of, later, turns
from lara_core.testing.strategies.values import LETTERS_AND_MARKS, act_at, actors, acts, ids, instants


def scopes(partner: PartnerId | None = None) -> SearchStrategy[Scope]:
    """How far grants go: everywhere, within *partner* or any, a provider, a training or a pool (R2)."""
    of = ids(PartnerId) if partner is None else st.just(partner)
    return st.one_of(
        st.builds(Scope),
        st.builds(Scope, partner=of),
        st.builds(Scope, partner=st.none() | of, provider=ids(ProviderId)),
        st.builds(Scope, partner=st.none() | of, training=ids(CourseId)),
        st.builds(Scope, pool=ids(PoolId)),
    )


def places() -> SearchStrategy[Place]:
    """Where things stand: the organisation's own and partners', with all that may be said of them, or some (R2)."""
    return st.builds(
        Place,
        partner=st.none() | ids(PartnerId),
        provider=st.none() | ids(ProviderId),
        training=st.none() | ids(CourseId),
        pool=st.none() | ids(PoolId),
    )


def actions_on(right: Right) -> SearchStrategy[frozenset[Action]]:
    """What may be granted of a right: viewing, and maybe more of what it knows (R1)."""
    return st.frozensets(st.sampled_from(sorted(MATRIX[right]))).map(lambda some: some | {Action.VIEW})


@st.composite
def roles(draw: DrawFn) -> Role:
    """Named sets of rights: of a few, and the partner administrators' own (R2)."""
    if draw(st.integers(0, 3)) == 0:
        return PARTNER_ADMINISTRATOR
    rights = draw(st.sets(st.sampled_from(Right), min_size=1, max_size=4))
    name = draw(st.text(LETTERS_AND_MARKS, min_size=1, max_size=12))
    return Role(name, {right: draw(actions_on(right)) for right in sorted(rights)})


@st.composite
def single_grants(draw: DrawFn) -> Grant:
    """Grants of any actor, by themselves or with a role; a partner's people may have any scope (R2)."""
    right = draw(st.sampled_from(Right))
    role = draw(st.none() | st.text(LETTERS_AND_MARKS, min_size=1, max_size=12))
    return Grant(draw(actors()), draw(st.none() | ids(PartnerId)), right, draw(actions_on(right)), draw(scopes()), role)


def grants_histories(*, tries: int = 0) -> SearchStrategy[tuple[GrantsDecision, ...]]:
    """All that happened to what an actor was granted: given, taken back, by itself and with roles (R2).

    Some move to another partner, and begin anew there. At least so many commands are tried, and at most a dozen.
    """
    return grants_histories_with(tries, None)


# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, type[Event]]] = {RightRevoked: RightGranted, RoleRevoked: RoleGranted}


@st.composite
def grants_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[GrantsDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    partner = draw(st.none() | ids(PartnerId))
    begun = draw(acts(instants()))
    history = [Grants.open(begun, draw(ids(ActorId)), partner=partner)]
    # Few of each, so that they meet.
    known = draw(st.lists(scopes(partner), min_size=1, max_size=3))
    given = draw(st.lists(roles(), min_size=1, max_size=2))
    at = begun.at
    for _ in turns(draw, least):
        at = later(draw, at)
        with suppress(Refused):
            decision = _on_grants(draw, history[-1].state, act_at(draw, at), known, given, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def _on_grants(
    draw: DrawFn, grants: Grants, act: Act, known: Sequence[Scope], given: Sequence[Role], wanted: type[Event] | None
) -> GrantsDecision:
    alone = [grant for grant in grants.held if grant.role is None]
    by_role = [grant for grant in grants.held if grant.role is not None]
    likely: dict[type[Event], int] = {
        RightGranted: 4,
        RightRevoked: 2 * bool(alone),
        RoleGranted: 2,
        RoleRevoked: 2 * bool(by_role),
        ActorMoved: 1,
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted)))
    scope = draw(st.sampled_from(known))
    if kind is RightGranted:
        right = draw(st.sampled_from([*(grant.right for grant in alone), *Right]))
        return grants.grant(act, right, draw(actions_on(right)), scope=scope)
    if kind is RightRevoked:
        held = draw(st.sampled_from(alone))
        lost = draw(st.sets(st.sampled_from(sorted(held.actions)), min_size=1))
        return grants.revoke(act, held.right, lost, scope=held.scope)
    if kind is RoleGranted:
        return grants.grant_role(act, draw(st.sampled_from(given)), scope=scope)
    if kind is RoleRevoked:
        held = draw(st.sampled_from(by_role))
        return grants.revoke_role(act, held.role or "", scope=held.scope)
    return grants.move(act, draw(st.none() | ids(PartnerId)))
