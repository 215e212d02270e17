"""Who may do what where.

Vocabulary. A *right* is on a kind of things; what may be done with them are its *actions*: view, edit, create, delete.
A right that knows viewing alone is a yes/no permission: it is held or not. A *grant* gives an actor actions on a right
within a *scope*; a *role* is a named set of rights that is granted at once. A *place* says where a thing stands: whose
it is, at which provider, of which training, in which pool. A grant *reaches* a thing where its scope contains the
thing's place.

Invariants. What is not granted is denied. Whoever holds an action on a right may view what it is on, for no grant lacks
viewing. A grant that a partner's people hold reaches that partner's things alone, whatever its scope, also where one
provider serves several partners (R2). A thing that no grant of the actor reaches is answered as a missing one is.

What the host must guarantee: a place says truly whose a thing is, and a thing that is the organisation's own has no
partner. The rules themselves ask for no rights: use cases do, before they decide.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import ClassVar, Final, Self, TypeAlias, TypeVar, assert_never

from attrs import evolve, field, frozen

from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw, NotFound
from lara_core.kernel.ids import ActorId, CourseId, PartnerId, PoolId, ProviderId
from lara_core.kernel.validators import checked, line

T = TypeVar("T")


class Action(StrEnum):
    """What is done with a thing."""

    VIEW = "view"
    EDIT = "edit"
    CREATE = "create"
    DELETE = "delete"


class Right(StrEnum):
    """What somebody may be entitled to (R1)."""

    TRAININGS = "trainings"
    CATEGORIES = "categories"
    CATALOGUES = "catalogues"
    LOCATIONS = "locations"
    CERTIFICATES = "certificates"
    UPLOAD_VISUAL = "upload_visual"
    VISUALS = "visuals"
    SESSIONS = "sessions"
    SESSION_SETTINGS = "session_settings"
    RESOURCES = "resources"
    CREATE_WEBINAR = "create_webinar"
    PARTICIPANTS = "participants"
    REGISTRATIONS = "registrations"
    APPROVE_REGISTRATIONS = "approve_registrations"
    ADMINISTRATIVE_PAYMENT = "administrative_payment"
    REGISTER_BY_IMPORT = "register_by_import"
    ATTENDANCE = "attendance"
    COMPLETION = "completion"
    TRANSACTIONS = "transactions"
    PROMOTION_CODES = "promotion_codes"
    USERS = "users"
    GROUPS = "groups"
    REPORTS = "reports"
    BUY_IN_BULK = "buy_in_bulk"
    MANAGE_GROUP_PURCHASES = "manage_group_purchases"
    OVERRIDE_REFUND_TERMS = "override_refund_terms"
    VALIDATE_DATES = "validate_dates"
    MANAGE_WALLETS = "manage_wallets"


_NONE: Final[frozenset[Action]] = frozenset()
_ALL: Final = frozenset(Action)
_VIEW_EDIT: Final = frozenset({Action.VIEW, Action.EDIT})
_YES_NO: Final = frozenset({Action.VIEW})

# Which actions a right knows. Total over rights, and each of them knows viewing (R1).
MATRIX: Final[Mapping[Right, frozenset[Action]]] = {
    Right.TRAININGS: _ALL,
    Right.CATEGORIES: _ALL,
    Right.CATALOGUES: _ALL,
    Right.LOCATIONS: _ALL,
    Right.CERTIFICATES: _ALL,
    Right.UPLOAD_VISUAL: _YES_NO,
    Right.VISUALS: _ALL,
    Right.SESSIONS: _ALL,
    Right.SESSION_SETTINGS: _VIEW_EDIT,
    Right.RESOURCES: _ALL,
    Right.CREATE_WEBINAR: _YES_NO,
    Right.PARTICIPANTS: _ALL - {Action.CREATE},
    Right.REGISTRATIONS: _YES_NO,
    Right.APPROVE_REGISTRATIONS: _YES_NO,
    Right.ADMINISTRATIVE_PAYMENT: _YES_NO,
    Right.REGISTER_BY_IMPORT: _YES_NO,
    Right.ATTENDANCE: _VIEW_EDIT,
    Right.COMPLETION: _VIEW_EDIT,
    Right.TRANSACTIONS: _VIEW_EDIT,
    Right.PROMOTION_CODES: _ALL,
    Right.USERS: _ALL,
    Right.GROUPS: _ALL,
    Right.REPORTS: _VIEW_EDIT,
    Right.BUY_IN_BULK: _YES_NO,
    Right.MANAGE_GROUP_PURCHASES: _YES_NO,
    Right.OVERRIDE_REFUND_TERMS: _YES_NO,
    Right.VALIDATE_DATES: _YES_NO,
    Right.MANAGE_WALLETS: _YES_NO,
}


class ForumRole(StrEnum):
    """Who somebody is in a training. Moderating its forum is not a right, but goes with roles (R1)."""

    TRAINER = "trainer"
    TRAINER_WITHOUT_EDITING = "trainer_without_editing"
    LEARNER = "learner"


# --- Values -----------------------------------------------------------------------------------------------


def _actions(value: Iterable[Action]) -> frozenset[Action]:
    actions = frozenset(value)
    if any(type(action) is not Action for action in actions):
        raise BadValue("actions", Flaw.WRONG_TYPE)
    return actions


def _known(right: Right) -> frozenset[Action]:
    if type(right) is not Right:
        raise BadValue("right", Flaw.WRONG_TYPE)
    return MATRIX[right]


def _grantable(right: Right, actions: frozenset[Action]) -> None:
    # What a right does not know, or knows only of things that can be seen, was not meant.
    if not actions:
        raise BadValue("actions", Flaw.EMPTY)
    if Action.VIEW not in actions or not actions <= _known(right):
        raise BadValue("actions", Flaw.WRONG_FORM)


def _rights(value: Mapping[Right, Iterable[Action]]) -> Mapping[Right, frozenset[Action]]:
    rights = {right: _actions(actions) for right, actions in value.items()}
    if not rights:
        raise BadValue("rights", Flaw.EMPTY)
    for right, actions in rights.items():
        _grantable(right, actions)
    return rights


@frozen(kw_only=True)
class Place:
    """Where a thing stands, as far as that is said of it. Without a *partner* it is the organisation's own.

    `Place()` is the organisation itself.
    """

    partner: PartnerId | None = None
    provider: ProviderId | None = None
    training: CourseId | None = None
    pool: PoolId | None = None


@frozen(kw_only=True)
class Scope:
    """How far a grant goes: things that stand at all that is named here. `Scope()` is the whole organisation (R2)."""

    partner: PartnerId | None = None
    provider: ProviderId | None = None
    training: CourseId | None = None
    pool: PoolId | None = None

    def contains(self, place: Place) -> bool:
        """Whether a thing at *place* is within. One whose place does not say what is named here is not."""
        return (
            self.partner in (None, place.partner)
            and self.provider in (None, place.provider)
            and self.training in (None, place.training)
            and self.pool in (None, place.pool)
        )


@frozen
class Grant:
    """*actor* may do *actions* on *right* within *scope* (R2).

    *partner* is whose people they are, `None` for the organisation's own: the grant never leaves that partner's things.
    With *role* it came with one. Refused: no actions, ones that the right does not know, and any without viewing.
    """

    actor: ActorId
    partner: PartnerId | None
    right: Right
    actions: frozenset[Action] = field(converter=_actions)
    scope: Scope
    role: str | None = None

    def __attrs_post_init__(self) -> None:
        _grantable(self.right, self.actions)

    def reaches(self, place: Place) -> bool:
        """Whether the grant says anything of a thing at *place*."""
        return self.partner in (None, place.partner) and self.scope.contains(place)


@frozen
class Role:
    """A named set of rights that are granted at once (R2). Refused: none, and what no grant may have."""

    name: str = field(validator=checked(line))
    rights: Mapping[Right, frozenset[Action]] = field(converter=_rights)


# What partner administrators do within their partner (W2); a host may grant another set. Movements of the wallet are
# transactions to see.
PARTNER_ADMINISTRATOR: Final = Role(
    "partner_administrator",
    {
        Right.USERS: _ALL,
        Right.GROUPS: _ALL,
        Right.PARTICIPANTS: MATRIX[Right.PARTICIPANTS],
        Right.REGISTRATIONS: _YES_NO,
        Right.CERTIFICATES: {Action.VIEW},
        Right.TRANSACTIONS: {Action.VIEW},
        Right.REPORTS: _VIEW_EDIT,
    },
)


@frozen
class Moderation:
    """Which *roles* moderate the forum of a training, as was chosen on it (R1)."""

    roles: frozenset[ForumRole] = frozenset()

    def lets(self, roles: Collection[ForumRole]) -> bool:
        """Whether somebody with these *roles* in the training moderates its forum."""
        return not self.roles.isdisjoint(roles)


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NotGranted:
    """No grant in force gives this action on this right there (R2)."""

    code: ClassVar[str] = "rights.not_granted"
    right: Right
    action: Action


@frozen
class DoesNotApply:
    """The right does not know this action, whoever asks (`MATRIX`, R1)."""

    code: ClassVar[str] = "rights.does_not_apply"
    right: Right
    action: Action


@frozen
class AcrossPartners:
    """A partner's people were to be granted something of another partner (R2)."""

    code: ClassVar[str] = "rights.across_partners"
    partner: PartnerId


RightsRefusal: TypeAlias = NotGranted | DoesNotApply | AcrossPartners


# --- Asking -----------------------------------------------------------------------------------------------


def allowed(grants: Iterable[Grant], actor: ActorId, right: Right, action: Action = Action.VIEW, *, on: Place) -> bool:
    """Whether *actor* may do *action* on *right* at a place, by the *grants* in force (R2).

    A yes/no permission is asked for without an action. What does not apply is not allowed. Other actors' grants count
    for nothing.
    """
    return any(
        grant.actor == actor and grant.right == right and action in grant.actions and grant.reaches(on)
        for grant in grants
    )


def ask(
    grants: Collection[Grant],
    actor: ActorId,
    right: Right,
    action: Action = Action.VIEW,
    *,
    on: Place | None,
    kind: type[object],
) -> None:
    """Go on only where *actor* may do *action* on *right* at the place of a thing: the first line of a use case (R2).

    *on* is `None` where there is no such thing. That, and a thing that no grant of the actor reaches, are the same
    `NotFound`, in the words of the store for a missing *kind*. The organisation itself is no secret.

    Refused: `DoesNotApply`, `NotGranted`.
    """
    if action not in _known(right):
        raise Refused(DoesNotApply(right, action))
    if on is None or not _reached(grants, actor, on):
        raise NotFound(kind)
    if not allowed(grants, actor, right, action, on=on):
        raise Refused(NotGranted(right, action))


def _reached(grants: Iterable[Grant], actor: ActorId, place: Place) -> bool:
    return place == Place() or any(grant.actor == actor and grant.reaches(place) for grant in grants)


def visible(
    grants: Iterable[Grant], actor: ActorId, right: Right, rows: Iterable[T], place: Callable[[T], Place]
) -> tuple[T, ...]:
    """Those of *rows* that *actor* may view under *right*, in their order. Count and sum these, never *rows* (R2).

    *place* says where a row stands.
    """
    mine = [grant for grant in grants if grant.actor == actor and grant.right == right]
    return tuple(row for row in rows if allowed(mine, actor, right, on=place(row)))


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class GrantsOpened:
    """*actor* may be granted something. They are *partner*'s people, or the organisation's own."""

    actor: ActorId
    partner: PartnerId | None
    act: Act


@frozen
class RightGranted:
    """*actions* on *right* were given within *scope*, on top of what was held there."""

    right: Right
    actions: frozenset[Action]
    scope: Scope
    act: Act


@frozen
class RightRevoked:
    """*actions* on *right*, given within *scope* by themselves, are held no more."""

    right: Right
    actions: frozenset[Action]
    scope: Scope
    act: Act


@frozen
class RoleGranted:
    """*role* gives *rights* within *scope*, in place of what it gave there before."""

    role: str
    rights: Mapping[Right, frozenset[Action]]
    scope: Scope
    act: Act


@frozen
class RoleRevoked:
    """What *role* gave within *scope* is held no more."""

    role: str
    scope: Scope
    act: Act


@frozen
class ActorMoved:
    """They are people of *partner* from now on (`None`: the organisation's own), and hold nothing yet."""

    partner: PartnerId | None
    act: Act


GrantsChange: TypeAlias = RightGranted | RightRevoked | RoleGranted | RoleRevoked | ActorMoved
GrantsEvent: TypeAlias = GrantsOpened | GrantsChange


# --- The aggregate ----------------------------------------------------------------------------------------


@frozen
class Grants:
    """What one actor was granted (R2). *held* has one grant for each right, scope and role.

    *partner* is whose people the actor is, and is on every grant.
    """

    id: ActorId
    version: int
    partner: PartnerId | None
    held: tuple[Grant, ...]

    @classmethod
    def open(cls, act: Act, actor: ActorId, *, partner: PartnerId | None) -> "GrantsDecision":
        """Begin with nothing, for one of *partner*'s people, or of the organisation's own (`None`)."""
        event = GrantsOpened(actor, partner, act)
        return Decision(cls.begin(event), (event,))

    def grant(
        self, act: Act, right: Right, actions: Collection[Action] = (Action.VIEW,), *, scope: Scope
    ) -> "GrantsDecision":
        """Give *actions* on *right* within *scope*, on top of what is held there. They include viewing (`BadValue`).

        A yes/no permission is given without actions. Harmless where all of it is held so. Refused: `AcrossPartners`.
        """
        self._within(scope)
        wanted = Grant(self.id, self.partner, right, actions, scope)
        if wanted.actions <= self._actions(right, scope):
            return Decision(self)
        return self._decide(RightGranted(right, wanted.actions, scope, act))

    def revoke(
        self, act: Act, right: Right, actions: Collection[Action] = (Action.VIEW,), *, scope: Scope
    ) -> "GrantsDecision":
        """Take *actions* on *right* back, as they were given within exactly *scope*; without viewing nothing is left.

        Harmless where none of it is held. What a role gives, or a grant of another scope, stays.
        """
        held = self._actions(right, scope)
        lost = held if Action.VIEW in _actions(actions) else held.intersection(actions)
        if not lost:
            return Decision(self)
        return self._decide(RightRevoked(right, lost, scope, act))

    def grant_role(self, act: Act, role: Role, *, scope: Scope) -> "GrantsDecision":
        """Give all of *role* within *scope*, in place of what a role of this name gave there.

        Harmless where it gave just that. Refused: `AcrossPartners`.
        """
        self._within(scope)
        given = {grant.right: grant.actions for grant in self.held if grant.role == role.name and grant.scope == scope}
        if given == role.rights:
            return Decision(self)
        return self._decide(RoleGranted(role.name, role.rights, scope, act))

    def revoke_role(self, act: Act, role: str, *, scope: Scope) -> "GrantsDecision":
        """Take back what the role of this name gave within exactly *scope*. Harmless where it gave nothing."""
        if not any(grant.role == role and grant.scope == scope for grant in self.held):
            return Decision(self)
        return self._decide(RoleRevoked(role, scope, act))

    def move(self, act: Act, partner: PartnerId | None) -> "GrantsDecision":
        """Make them people of another *partner*, or of the organisation: all that they were granted ends (R2, W2).

        Harmless where they are already.
        """
        if partner == self.partner:
            return Decision(self)
        return self._decide(ActorMoved(partner, act))

    @classmethod
    def begin(cls, event: GrantsOpened) -> Self:
        """The first state."""
        return cls(event.actor, 1, event.partner, ())

    def apply(self, event: GrantsChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case RightGranted(right, actions, scope):
                more = self._grant(right, actions | self._actions(right, scope), scope)
                return evolve(self, version=version, held=(*self._without(right, scope), more))
            case RightRevoked(right, actions, scope):
                less = self._actions(right, scope) - actions
                left = (self._grant(right, less, scope),) if less else ()
                return evolve(self, version=version, held=(*self._without(right, scope), *left))
            case RoleGranted(role, rights, scope):
                given = (self._grant(right, actions, scope, role) for right, actions in sorted(rights.items()))
                return evolve(self, version=version, held=(*self._without_role(role, scope), *given))
            case RoleRevoked(role, scope):
                return evolve(self, version=version, held=self._without_role(role, scope))
            case ActorMoved(partner):
                return evolve(self, version=version, partner=partner, held=())
            case _:
                assert_never(event)

    def _decide(self, event: GrantsChange) -> "GrantsDecision":
        return Decision(self.apply(event), (event,))

    def _within(self, scope: Scope) -> None:
        if self.partner is not None and scope.partner not in (None, self.partner):
            raise Refused(AcrossPartners(scope.partner))

    def _actions(self, right: Right, scope: Scope) -> frozenset[Action]:
        alone = (grant for grant in self.held if grant.right == right and grant.scope == scope and grant.role is None)
        return next((grant.actions for grant in alone), _NONE)

    def _grant(self, right: Right, actions: frozenset[Action], scope: Scope, role: str | None = None) -> Grant:
        return Grant(self.id, self.partner, right, actions, scope, role)

    def _without(self, right: Right, scope: Scope) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.held if (grant.right, grant.scope, grant.role) != (right, scope, None))

    def _without_role(self, role: str, scope: Scope) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.held if (grant.role, grant.scope) != (role, scope))


GrantsDecision: TypeAlias = Decision[Grants, GrantsEvent]
