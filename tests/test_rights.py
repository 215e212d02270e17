"""Who may do what where (R1, R2), and what no partner is given (R3)."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from attrs import evolve, frozen

from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import BadValue, Flaw, NotFound
from lara_core.kernel.ids import ActorId, CourseId, PartnerId, PoolId, ProviderId
from lara_core.kernel.money import Money
from lara_core.redaction import Sensitive, redacted
from lara_core.rights import (
    MATRIX,
    PARTNER_ADMINISTRATOR,
    AcrossPartners,
    Action,
    ActorMoved,
    DoesNotApply,
    ForumRole,
    Grant,
    Grants,
    GrantsDecision,
    GrantsOpened,
    Moderation,
    NotGranted,
    Place,
    Right,
    RightGranted,
    RightRevoked,
    Role,
    RoleGranted,
    RoleRevoked,
    Scope,
    allowed,
    ask,
    visible,
)
from lara_core.seats import SeatPool
from lara_core.testing import laws
from tests.builders import ANN, act, flaw, pool

# As the help centre prints it: view, edit, create, delete; `-` does not apply. Of registrations it prints three marks.
PRINTED: Final = """
    Trainings and events              XXXX   trainings
    Categories                        XXXX   categories
    Catalogues                        XXXX   catalogues
    Locations                         XXXX   locations
    Certificates                      XXXX   certificates
    Upload a visual                   X---   upload_visual
    Visuals                           XXXX   visuals
    Sessions                          XXXX   sessions
    Advanced session settings         XX--   session_settings
    Resources                         XXXX   resources
    Create a webinar                  X---   create_webinar
    Participants                      XX-X   participants
    Registrations                     X---   registrations
    Approve registrations             X---   approve_registrations
    Administrative payment methods    X---   administrative_payment
    Register by import                X---   register_by_import
    Attendance                        XX--   attendance
    Completion                        XX--   completion
    Transactions                      XX--   transactions
    Promotion codes                   XXXX   promotion_codes
    Users                             XXXX   users
    Groups                            XXXX   groups
    Reports                           XX--   reports
    Buy in bulk                       X---   buy_in_bulk
    Manage group purchases            X---   manage_group_purchases
    Override refund terms             X---   override_refund_terms
    Validate dates by hand            X---   validate_dates
    Manage wallets                    X---   manage_wallets
"""
MARKS: Final[Mapping[str, str]] = {line.split()[-1]: line.split()[-2] for line in PRINTED.strip().splitlines()}
COLUMNS: Final = ("view", "edit", "create", "delete")
CELLS: Final = [
    (Right(name), Action(column), mark == "X")
    for name, marks in MARKS.items()
    for column, mark in zip(COLUMNS, marks, strict=True)
]

ROSA, HUGO = ActorId("rosa"), ActorId("hugo")
NORTH, SOUTH = PartnerId("north"), PartnerId("south")
MAIN, SHARED = ProviderId("main"), ProviderId("shared")
EXCEL, FIRST_AID = CourseId("excel"), CourseId("first-aid")
P1, P2 = PoolId("p1"), PoolId("p2")
VIEW, EDIT, CREATE, DELETE = Action
EVERYWHERE: Final = Scope()
# A pool of the northern partner, at the provider that serves all partners.
THERE: Final = Place(partner=NORTH, provider=SHARED, training=EXCEL, pool=P1)


def grant(
    right: Right = Right.SESSIONS,
    actions: Collection[Action] = (VIEW,),
    *,
    actor: ActorId = ROSA,
    partner: PartnerId | None = None,
    scope: Scope = EVERYWHERE,
) -> Grant:
    """A grant of the organisation's own people, everywhere, unless told otherwise."""
    return Grant(actor, partner, right, frozenset(actions), scope)


def applicable(right: Right) -> set[Action]:
    """What the printed table says of *right*."""
    return {action for of, action, applies in CELLS if of is right and applies}


EVERYTHING: Final = tuple(grant(right, applicable(right)) for right in Right)

# --- The matrix -------------------------------------------------------------------------------------------------------


def test_the_matrix_is_total() -> None:
    """Every right that is printed is known, and no other; whatever a right knows, it knows viewing (R1)."""
    assert set(MARKS) == {right.value for right in Right}
    assert MATRIX.keys() == set(Right)
    assert {right: set(actions) for right, actions in MATRIX.items()} == {right: applicable(right) for right in Right}
    assert all(VIEW in actions for actions in MATRIX.values())
    assert len(CELLS) == 28 * 4
    assert sum(applies for _, _, applies in CELLS) == 11 * 4 + 5 * 2 + 3 + 11


@pytest.mark.parametrize(("right", "action", "applies"), CELLS)
def test_a_cell_that_is_granted(right: Right, action: Action, applies: bool) -> None:
    """With a grant of just this an `X` is allowed; a `-` cannot be granted, and is not allowed to who has all (R1)."""
    if applies:
        held = (grant(right, {VIEW, action}),)
        assert allowed(held, ROSA, right, action, on=THERE) is True
        assert why_not(ask, held, ROSA, right, action, on=THERE, kind=SeatPool) is None
    else:
        assert flaw(lambda: grant(right, {VIEW, action})) == ("actions", Flaw.WRONG_FORM)
        assert allowed(EVERYTHING, ROSA, right, action, on=THERE) is False
        refused = why_not(ask, EVERYTHING, ROSA, right, action, on=THERE, kind=SeatPool)
        assert refused == DoesNotApply(right, action)


@pytest.mark.parametrize(("right", "action", "applies"), CELLS)
def test_a_cell_that_is_not_granted(right: Right, action: Action, applies: bool) -> None:
    """All other rights, and all else of this one, do not stand in for an action that was not granted (R2)."""
    held = [each for each in EVERYTHING if each.right is not right]
    if action is not VIEW:
        held.append(grant(right, applicable(right) - {action}))
    assert allowed(held, ROSA, right, action, on=THERE) is False
    refused = why_not(ask, held, ROSA, right, action, on=THERE, kind=SeatPool)
    assert refused == (NotGranted(right, action) if applies else DoesNotApply(right, action))


def test_a_yes_no_permission_is_asked_for_without_an_action() -> None:
    """It is held or not (R1)."""
    held = (grant(Right.BUY_IN_BULK),)
    assert allowed(held, ROSA, Right.BUY_IN_BULK, on=THERE) is True
    assert allowed(held, ROSA, Right.MANAGE_WALLETS, on=THERE) is False


def test_what_is_said_of_a_right_that_is_none() -> None:
    """A right is one of the table, not its name alone (K9)."""
    name: Any = "sessions"
    with pytest.raises(BadValue) as raised:
        ask((), ROSA, name, on=Place(), kind=SeatPool)
    assert (raised.value.field, raised.value.flaw) == ("right", Flaw.WRONG_TYPE)


@pytest.mark.parametrize(
    ("chosen", "roles", "moderates"),
    [
        ((), ForumRole, False),
        ((ForumRole.TRAINER,), (), False),
        ((ForumRole.TRAINER,), (ForumRole.TRAINER_WITHOUT_EDITING, ForumRole.LEARNER), False),
        ((ForumRole.TRAINER,), (ForumRole.TRAINER,), True),
        ((ForumRole.TRAINER, ForumRole.LEARNER), (ForumRole.LEARNER,), True),
    ],
)
def test_forum_moderation(chosen: Collection[ForumRole], roles: Collection[ForumRole], moderates: bool) -> None:
    """It is no right, but goes with the roles that were chosen on the training (R1)."""
    assert Moderation(frozenset(chosen)).lets(tuple(roles)) is moderates


# --- Denied unless granted --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "bad"),
    [
        ((), ("actions", Flaw.EMPTY)),
        ((EDIT,), ("actions", Flaw.WRONG_FORM)),
        ((CREATE, DELETE), ("actions", Flaw.WRONG_FORM)),
        (("view",), ("actions", Flaw.WRONG_TYPE)),
        ("view", ("actions", Flaw.WRONG_TYPE)),
        ((VIEW, EDIT), None),
        (tuple(Action), None),
    ],
)
def test_edit_create_and_delete_need_view(actions: Any, bad: tuple[str, Flaw] | None) -> None:
    """A grant or a role without viewing cannot be made, nor one of nothing (R2)."""
    assert flaw(lambda: Grant(ROSA, None, Right.SESSIONS, actions, EVERYWHERE)) == bad
    assert flaw(lambda: Role("some", {Right.SESSIONS: actions})) == bad


def test_a_role_gives_something() -> None:
    """A role has a name, and rights that there are (R2, K9)."""
    right: Any = "sessions"
    assert flaw(lambda: Role("none", {})) == ("rights", Flaw.EMPTY)
    assert flaw(lambda: Role("", {Right.SESSIONS: {VIEW}})) == ("name", Flaw.EMPTY)
    assert flaw(lambda: Role("some", {right: {VIEW}})) == ("right", Flaw.WRONG_TYPE)


@pytest.mark.parametrize(("right", "action"), [(right, action) for right, action, applies in CELLS if applies])
def test_denied_by_default(right: Right, action: Action) -> None:
    """Without grants nothing is allowed, not even in the organisation at large; another's grants do not count (R2)."""
    others = tuple(evolve(each, actor=HUGO) for each in EVERYTHING)
    for held in ((), others):
        for place in (Place(), THERE):
            assert allowed(held, ROSA, right, action, on=place) is False
        assert why_not(ask, held, ROSA, right, action, on=Place(), kind=SeatPool) == NotGranted(right, action)


# --- Scopes -----------------------------------------------------------------------------------------------------------

PLACES: Final[Mapping[str, Place]] = {
    "organisation": Place(),
    "its own pool": Place(provider=MAIN, training=EXCEL, pool=P2),
    "its own, shared provider": Place(provider=SHARED, training=FIRST_AID),
    "north": Place(partner=NORTH),
    "north's pool": THERE,
    "north's training": Place(partner=NORTH, provider=SHARED, training=EXCEL),
    "south": Place(partner=SOUTH),
    "south's pool": Place(partner=SOUTH, provider=SHARED, training=FIRST_AID, pool=PoolId("p3")),
}
NORTHERN: Final = {"north", "north's pool", "north's training"}


@pytest.mark.parametrize(
    ("scope", "organisations", "norths"),
    [
        (Scope(), set(PLACES), NORTHERN),
        (Scope(partner=NORTH), NORTHERN, NORTHERN),
        (Scope(partner=SOUTH), {"south", "south's pool"}, set[str]()),
        (Scope(provider=MAIN), {"its own pool"}, set[str]()),
        (
            Scope(provider=SHARED),
            {"its own, shared provider", "north's pool", "north's training", "south's pool"},
            {"north's pool", "north's training"},
        ),
        (Scope(provider=SHARED, partner=SOUTH), {"south's pool"}, set[str]()),
        (
            Scope(training=EXCEL),
            {"its own pool", "north's pool", "north's training"},
            {"north's pool", "north's training"},
        ),
        (Scope(pool=P1), {"north's pool"}, {"north's pool"}),
        (Scope(pool=P2), {"its own pool"}, set[str]()),
    ],
)
def test_how_far_a_grant_goes(scope: Scope, organisations: set[str], norths: set[str]) -> None:
    """To what stands at all that its scope names, and a partner's people never beyond the partner's own (R2, P1)."""
    for partner, reached in ((None, organisations), (NORTH, norths)):
        held = (grant(partner=partner, scope=scope),)
        for name, place in PLACES.items():
            assert allowed(held, ROSA, Right.SESSIONS, on=place) is (name in reached), name
        rows = visible(held, ROSA, Right.SESSIONS, PLACES.items(), lambda row: row[1])
        assert [name for name, _ in rows] == [name for name in PLACES if name in reached]


def test_two_grants_do_not_add_up_to_a_third() -> None:
    """Viewing here and editing there is no editing here (R2)."""
    held = (grant(scope=Scope(training=EXCEL)), grant(actions=(VIEW, EDIT), scope=Scope(training=FIRST_AID)))
    assert allowed(held, ROSA, Right.SESSIONS, EDIT, on=THERE) is False
    assert allowed(held, ROSA, Right.SESSIONS, EDIT, on=Place(training=FIRST_AID)) is True


def test_only_viewing_shows_rows() -> None:
    """What another right lets see is not shown under this one, nor what somebody else may see (R2)."""
    held = (grant(Right.USERS), grant(actor=HUGO))
    assert visible(held, ROSA, Right.SESSIONS, PLACES.values(), lambda place: place) == ()
    assert visible(held, ROSA, Right.USERS, PLACES.values(), lambda place: place) == tuple(PLACES.values())


@pytest.mark.parametrize("place", [None, PLACES["south's pool"], PLACES["its own pool"]])
def test_what_is_not_theirs_is_not_there(place: Place | None) -> None:
    """A thing of somebody else and a missing one are answered alike, in the same words (R2)."""
    held = tuple(evolve(each, partner=NORTH) for each in EVERYTHING)
    with pytest.raises(NotFound, match=r"^no SeatPool is kept under this id$"):
        ask(held, ROSA, Right.MANAGE_GROUP_PURCHASES, on=place, kind=SeatPool)


def test_what_does_not_apply_is_said_first() -> None:
    """That a right does not know an action says nothing of the thing, whether it is there or not (R1, R2)."""
    for place in (None, THERE, Place()):
        refused = why_not(ask, (), ROSA, Right.ATTENDANCE, DELETE, on=place, kind=SeatPool)
        assert refused == DoesNotApply(Right.ATTENDANCE, DELETE)


# --- Granting and revoking --------------------------------------------------------------------------------------------

TRAINER: Final = Role("trainer", {Right.ATTENDANCE: {VIEW, EDIT}, Right.COMPLETION: {VIEW}})
IN_EXCEL: Final = Scope(training=EXCEL)


def opened(partner: PartnerId | None = NORTH) -> Grants:
    """Rosa of the northern partner, who was granted nothing yet."""
    return Grants.open(act(), ROSA, partner=partner).state


def test_opening() -> None:
    """Whose people somebody is, is said at once; they hold nothing (R2, W2)."""
    decision = Grants.open(act(), ROSA, partner=NORTH)
    assert decision.events == (GrantsOpened(ROSA, NORTH, act()),)
    assert decision.state == Grants(ROSA, 1, NORTH, ())
    assert opened(None) == Grants(ROSA, 1, None, ())


def test_granting_and_revoking() -> None:
    """Actions come on top and go one by one, with who and when; without viewing nothing is left (R2)."""
    viewing = opened().grant(act(), Right.SESSIONS, scope=IN_EXCEL)
    assert viewing.events == (RightGranted(Right.SESSIONS, frozenset({VIEW}), IN_EXCEL, act()),)
    assert viewing.state == Grants(ROSA, 2, NORTH, (grant(partner=NORTH, scope=IN_EXCEL),))
    more = viewing.state.grant(act(), Right.SESSIONS, (VIEW, EDIT, DELETE), scope=IN_EXCEL)
    assert more.state.held == (grant(actions=(VIEW, EDIT, DELETE), partner=NORTH, scope=IN_EXCEL),)
    other = more.state.grant(act(), Right.SESSIONS, scope=EVERYWHERE).state
    less = other.revoke(act(), Right.SESSIONS, (EDIT, CREATE), scope=IN_EXCEL)
    assert less.events == (RightRevoked(Right.SESSIONS, frozenset({EDIT}), IN_EXCEL, act()),)
    wide, narrow = grant(partner=NORTH), grant(actions=(VIEW, DELETE), partner=NORTH, scope=IN_EXCEL)
    assert less.state == Grants(ROSA, 5, NORTH, (wide, narrow))
    nothing = less.state.revoke(act(), Right.SESSIONS, (VIEW,), scope=IN_EXCEL)
    assert nothing.events == (RightRevoked(Right.SESSIONS, frozenset({VIEW, DELETE}), IN_EXCEL, act()),)
    assert nothing.state == Grants(ROSA, 6, NORTH, (wide,))
    assert less.state.revoke(act(), Right.SESSIONS, scope=IN_EXCEL) == nothing


def test_a_role_is_granted_and_revoked_at_once() -> None:
    """With all its rights; granted anew it gives what it is now; what was granted beside it stays (R2)."""
    before = opened().grant(act(), Right.ATTENDANCE, scope=IN_EXCEL).state
    given = before.grant_role(act(), TRAINER, scope=IN_EXCEL)
    assert given.events == (RoleGranted("trainer", TRAINER.rights, IN_EXCEL, act()),)
    alone = grant(Right.ATTENDANCE, partner=NORTH, scope=IN_EXCEL)
    attending = Grant(ROSA, NORTH, Right.ATTENDANCE, frozenset({VIEW, EDIT}), IN_EXCEL, "trainer")
    completing = Grant(ROSA, NORTH, Right.COMPLETION, frozenset({VIEW}), IN_EXCEL, "trainer")
    assert given.state == Grants(ROSA, 3, NORTH, (alone, attending, completing))
    smaller = given.state.grant_role(act(), Role("trainer", {Right.COMPLETION: {VIEW}}), scope=IN_EXCEL)
    assert smaller.state.held == (alone, completing)
    gone = given.state.revoke_role(act(), "trainer", scope=IN_EXCEL)
    assert gone.events == (RoleRevoked("trainer", IN_EXCEL, act()),)
    assert gone.state == Grants(ROSA, 4, NORTH, (alone,))
    kept = given.state.revoke(act(), Right.ATTENDANCE, scope=IN_EXCEL).state
    assert kept.held == (attending, completing)


def test_the_order_in_which_a_role_is_written_does_not_matter() -> None:
    """A role that was stored and read again gives the same state (K3)."""
    backwards = Role("trainer", dict(reversed([*TRAINER.rights.items()])))
    assert [*backwards.rights] != [*TRAINER.rights]
    given = [opened().grant_role(act(), role, scope=IN_EXCEL).state for role in (TRAINER, backwards)]
    assert given[0] == given[1]


def test_roles_in_two_scopes_and_of_two_names() -> None:
    """Each is revoked by itself (R2)."""
    reader = Role("reader", {Right.COMPLETION: {VIEW}})
    here = opened().grant_role(act(), reader, scope=IN_EXCEL).state
    both = here.grant_role(act(), reader, scope=EVERYWHERE).state.grant_role(act(), TRAINER, scope=IN_EXCEL).state
    assert len(both.held) == 4
    left = both.revoke_role(act(), "reader", scope=IN_EXCEL).state.revoke_role(act(), "trainer", scope=IN_EXCEL).state
    assert left.held == (Grant(ROSA, NORTH, Right.COMPLETION, frozenset({VIEW}), EVERYWHERE, "reader"),)


HARMLESS: Final[Mapping[str, Callable[[Grants], GrantsDecision]]] = {
    "grant": lambda grants: grants.grant(act(), Right.SESSIONS, scope=IN_EXCEL),
    "grant all of it": lambda grants: grants.grant(act(), Right.SESSIONS, (VIEW, EDIT), scope=IN_EXCEL),
    "grant_role": lambda grants: grants.grant_role(act(), TRAINER, scope=IN_EXCEL),
    "revoke an action not held": lambda grants: grants.revoke(act(), Right.SESSIONS, (DELETE,), scope=IN_EXCEL),
    "revoke elsewhere": lambda grants: grants.revoke(act(), Right.SESSIONS, scope=EVERYWHERE),
    "revoke another right": lambda grants: grants.revoke(act(), Right.USERS, scope=IN_EXCEL),
    "revoke what the role gave": lambda grants: grants.revoke(act(), Right.ATTENDANCE, scope=IN_EXCEL),
    "revoke_role of another name": lambda grants: grants.revoke_role(act(), "reader", scope=IN_EXCEL),
    "revoke_role elsewhere": lambda grants: grants.revoke_role(act(), "trainer", scope=EVERYWHERE),
    "move": lambda grants: grants.move(act(), NORTH),
}


@pytest.mark.parametrize("repeated", HARMLESS)
def test_what_changes_nothing(repeated: str) -> None:
    """The same state, and nothing to tell (K5)."""
    before = opened().grant(act(), Right.SESSIONS, (VIEW, EDIT), scope=IN_EXCEL).state
    before = before.grant_role(act(), TRAINER, scope=IN_EXCEL).state
    decision = HARMLESS[repeated](before)
    assert decision.events == ()
    assert decision.state is before


def test_nothing_is_granted_across_partners() -> None:
    """A scope that names another partner is refused for a partner's people, also beside a shared provider (R2)."""
    for scope in (Scope(partner=SOUTH), Scope(partner=SOUTH, provider=SHARED)):
        assert why_not(opened().grant, act(), Right.SESSIONS, scope=scope) == AcrossPartners(SOUTH)
        assert why_not(opened().grant_role, act(), TRAINER, scope=scope) == AcrossPartners(SOUTH)
        assert why_not(opened(None).grant, act(), Right.SESSIONS, scope=scope) is None
    assert why_not(opened().grant, act(), Right.SESSIONS, scope=Scope(partner=NORTH)) is None


@pytest.mark.parametrize(
    ("actions", "bad"),
    [
        ((), ("actions", Flaw.EMPTY)),
        ((EDIT,), ("actions", Flaw.WRONG_FORM)),
        ((VIEW, DELETE), ("actions", Flaw.WRONG_FORM)),
        ((VIEW, EDIT), None),
    ],
)
def test_what_can_be_granted(actions: Collection[Action], bad: tuple[str, Flaw] | None) -> None:
    """What the right knows, viewing among it (R1, R2)."""
    assert flaw(lambda: opened().grant(act(), Right.REPORTS, actions, scope=EVERYWHERE)) == bad


def test_whoever_moves_leaves_all_behind() -> None:
    """Nothing that was granted at one partner is taken to another (R2, W2)."""
    before = opened().grant(act(), Right.SESSIONS, scope=EVERYWHERE).state
    decision = before.move(act(), SOUTH)
    assert decision.events == (ActorMoved(SOUTH, act()),)
    assert decision.state == Grants(ROSA, 3, SOUTH, ())
    assert decision.state.move(act(), None).state == Grants(ROSA, 4, None, ())


def test_every_step_keeps_the_laws() -> None:
    """The events fold to the state, and the version counts them (K3, K5)."""
    first = Grants.open(act(), ROSA, partner=NORTH)
    steps: list[Callable[[Grants], GrantsDecision]] = [
        HARMLESS["grant all of it"],
        HARMLESS["grant_role"],
        lambda grants: grants.revoke(act(), Right.SESSIONS, (EDIT,), scope=IN_EXCEL),
        HARMLESS["revoke an action not held"],
        lambda grants: grants.revoke_role(act(), "trainer", scope=IN_EXCEL),
        lambda grants: grants.move(act(), SOUTH),
    ]
    assert list(laws.of_decision(None, first)) == []
    state, events = first.state, list(first.events)
    for step in steps:
        decision = step(state)
        assert list(laws.of_decision(state, decision)) == []
        state = decision.state
        events += decision.events
    assert list(laws.of_history(state, events)) == []
    assert len(events) == 6


def test_a_partner_administrator() -> None:
    """Keeps learners' records and participants, registers, sees certificates, reports and movements: no more (W2)."""
    held = opened().grant_role(act(), PARTNER_ADMINISTRATOR, scope=EVERYWHERE).state.held
    may = {(right, action) for right, action, _ in CELLS if allowed(held, ROSA, right, action, on=THERE)}
    assert may == {
        *((Right.USERS, action) for action in Action),
        *((Right.GROUPS, action) for action in Action),
        *((Right.PARTICIPANTS, action) for action in (VIEW, EDIT, DELETE)),
        (Right.REGISTRATIONS, VIEW),
        (Right.CERTIFICATES, VIEW),
        (Right.TRANSACTIONS, VIEW),
        (Right.REPORTS, VIEW),
        (Right.REPORTS, EDIT),
    }
    assert not any(allowed(held, ROSA, right, action, on=PLACES["south"]) for right, action, _ in CELLS)


# --- What no partner is given -----------------------------------------------------------------------------------------


@frozen
class Contact:
    """Somebody's name, and what is noted of them."""

    name: str
    note: str


@frozen
class Learner(Contact):
    """A contact with things at any depth."""

    paid: Money
    contacts: tuple[Contact, ...]
    by_id: Mapping[PartnerId, Contact]
    roles: frozenset[ForumRole]
    known: frozenset[Contact]
    since: datetime
    left: datetime | None


NOTES: Final = Sensitive({Contact: {"note"}, Money: {"minor"}})


def test_sensitive_fields_are_removed() -> None:
    """At whatever depth, by whatever class a value is derived from; all else is there, in its order (R3)."""
    since = datetime(2027, 1, 1, tzinfo=UTC)
    ben, cleo = Contact("Ben", "ill"), Contact("Cleo", "late")
    roles = frozenset({ForumRole.TRAINER, ForumRole.LEARNER})
    both = frozenset({cleo, ben})
    learner = Learner("Ann", "owes", Money.of("1.00", "CAD"), (ben,), {NORTH: cleo}, roles, both, since, None)
    assert redacted([learner], NOTES) == (
        {
            "name": "Ann",
            "paid": {"currency": "CAD"},
            "contacts": ({"name": "Ben"},),
            "by_id": {"north": {"name": "Cleo"}},
            "roles": (ForumRole.LEARNER, ForumRole.TRAINER),
            "known": ({"name": "Ben"}, {"name": "Cleo"}),
            "since": since,
            "left": None,
        },
    )
    assert NOTES.of(Learner) == {"note"}


def test_what_is_not_sensitive_is_all_there() -> None:
    """Nothing is hidden that nobody named (R3)."""
    assert redacted(Contact("Ben", "ill"), Sensitive({})) == {"name": "Ben", "note": "ill"}
    assert redacted(ANN, Sensitive({type(ANN): {"address"}})) == {"account": "ann"}


def test_a_state_of_the_library_can_be_redacted() -> None:
    """Prices and learners of a pool, which its partner may not see, are gone; the rest is there (R3)."""
    whole: Any = redacted(pool(ANN), Sensitive({}))
    shown: Any = redacted(pool(ANN), Sensitive({SeatPool: {"prices", "enrolled"}}))
    assert "ann@example.com" in repr(whole)
    assert "ann@example.com" not in repr(shown)
    assert shown == {name: value for name, value in whole.items() if name not in ("prices", "enrolled")}
    assert (shown["id"], shown["version"]) == ("pool", 1)


@pytest.mark.parametrize(
    "value", [object(), 1.5, b"raw", (object(),), {"a": {1: object()}}, {(1, 2): "a"}, {Contact("Ben", "ill"): 1}]
)
def test_what_nobody_can_look_into_is_refused(value: object) -> None:
    """An unknown thing might hold what is sensitive (R3)."""
    assert flaw(lambda: redacted(value, NOTES)) == ("value", Flaw.WRONG_TYPE)


@pytest.mark.parametrize(
    ("table", "bad"),
    [
        ({Contact: {"notes"}}, ("fields", Flaw.UNKNOWN_NAME)),
        ({Contact: {"name", ""}}, ("fields", Flaw.UNKNOWN_NAME)),
        ({str: {"note"}}, ("fields", Flaw.WRONG_TYPE)),
        ({Learner: {"note", "paid"}}, None),
    ],
)
def test_a_mistyped_field_is_refused(table: Any, bad: tuple[str, Flaw] | None) -> None:
    """It would hide nothing, and nobody would know (R3, K9)."""
    assert flaw(lambda: Sensitive(table)) == bad
