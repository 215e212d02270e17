"""Rights, asked first, in every use case of group purchase and of places, and a table of them for all others (R2).

The world is the one of `tests.test_group_purchase`, in which all stands with one partner, at one provider, in one
training. It is built by somebody who is trusted; from then on the store trusts nobody.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final

import pytest

from lara_core import hosting
from lara_core.hosting import group_purchase as use
from lara_core.hosting import places
from lara_core.hosting.ports import Receipt
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import (
    CourseId,
    PartnerId,
    PoolId,
    ProviderId,
    RefundId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.people import Person
from lara_core.purchase import BuyerRole
from lara_core.refunds import Charge, Override, RefundSucceeded
from lara_core.registrations import Registration
from lara_core.rights import MATRIX, Action, NotGranted, Place, Right, Scope
from lara_core.seats import SeatPool
from lara_core.sessions import HoldReleased, Session
from lara_core.testing.memory import MemoryStore
from tests.builders import BEN, CLEO, ONE, act, answer, granted, strictly
from tests.test_group_purchase import (
    ACT,
    BASKET,
    BOUGHT,
    CLEOS,
    DONE,
    FIRST,
    FULL,
    ORDER,
    POOL,
    PORTAL,
    QUIET,
    REQUESTED,
    SESSION,
    both,
    charged,
    everything_sold,
)
from tests.use_cases import commands_in

TESTS: Final = sorted(Path(__file__).parent.glob("test_*.py"))
NORTH, SOUTH = PartnerId("north"), PartnerId("south")
VIEW: Final = frozenset({Action.VIEW})
EXCEL_AT_NORTH: Final = Place(partner=NORTH, provider=ProviderId("main"), training=CourseId("excel"))
ALL: Final = [SESSION, SessionId("other"), SessionId("word"), QUIET, FULL, BOUGHT]
MANAGE: Final = (Right.MANAGE_GROUP_PURCHASES, Action.VIEW)
OVERRIDE: Final = (Right.OVERRIDE_REFUND_TERMS, Action.VIEW)
MONEY: Final = (Right.TRANSACTIONS, Action.EDIT)
KEEP: Final = (Right.SESSIONS, Action.EDIT)
APPROVE: Final = (Right.APPROVE_REGISTRATIONS, Action.VIEW)

# Which rights each asks for, in this order, of whoever is not its buyer, invitee, learner or visitor.
NEEDS: Final[Mapping[Callable[..., Receipt], Collection[tuple[Right, Action]]]] = {
    use.buy_seats: [(Right.BUY_IN_BULK, Action.VIEW)],
    use.assign_seats: [MANAGE],
    use.invite_to_seats: [MANAGE],
    use.accept_invitation: [],
    use.decline_invitation: [],
    use.remind_invitees: [MANAGE],
    use.expire_invitations: [MANAGE],
    use.correct_invitation: [MANAGE],
    use.withdraw_learner: [],
    use.revoke_seat: [MANAGE],
    use.hand_over_pool: [MANAGE],
    use.cancel_seats: [MANAGE, OVERRIDE],
    use.cancel_all_seats: [MANAGE],
    use.cancel_transaction: [MANAGE],
    use.cancel_unassigned: [MANAGE],
    use.release_unpaid: [MANAGE],
    use.reactivate_seat: [MANAGE],
    use.transfer_seat: [MANAGE, (Right.BUY_IN_BULK, Action.VIEW)],
    use.capture_payment: [MONEY],
    use.refund_kept: [MANAGE, OVERRIDE],
    use.pay_due: [MONEY],
    use.refund_succeeded: [MONEY],
    use.refund_failed: [MONEY],
    use.retry_refund: [MONEY],
    places.open_session: [(Right.SESSIONS, Action.CREATE)],
    places.resize_session: [KEEP],
    places.hold_places: [],
    places.secure_hold: [],
    places.release_hold: [],
    places.cancel_session: [KEEP],
    places.join_waiting_list: [],
    places.leave_waiting_list: [],
    places.offer_places: [KEEP],
    places.sweep_holds: [KEEP],
    places.register: [(Right.REGISTRATIONS, Action.VIEW)],
    places.import_registrations: [(Right.REGISTER_BY_IMPORT, Action.VIEW)],
    places.approve_registration: [APPROVE],
    places.refuse_registration: [APPROVE],
    places.cancel_registration: [(Right.PARTICIPANTS, Action.DELETE), OVERRIDE],
}
# What the buyer of the pool is let do with it.
BUYERS: Final = [
    use.assign_seats,
    use.invite_to_seats,
    use.remind_invitees,
    use.correct_invitation,
    use.revoke_seat,
]
# Money for seats that are nowhere is the organisation's.
NOWHERE: Final = {use.capture_payment}

ASKING: Final = [pytest.param(command, id=command.__name__) for command, needs in NEEDS.items() if needs]
FREE: Final = [pytest.param(command, id=command.__name__) for command, needs in NEEDS.items() if not needs]
PLACED: Final = [
    pytest.param(command, id=command.__name__) for command, needs in NEEDS.items() if needs and command not in NOWHERE
]


@pytest.fixture
def world() -> MemoryStore:
    """What was sold, all of it at one partner's, in a store that asks for rights."""
    store = everything_sold()
    store.places = dict.fromkeys(ALL, EXCEL_AT_NORTH)
    return strictly(store)


def rights_for(command: Callable[..., Receipt]) -> Mapping[Right, Collection[Action]]:
    """Just what it asks for."""
    return {right: VIEW | {action} for right, action in NEEDS[command]}


def asked(command: Callable[..., Receipt]) -> Mapping[str, Any]:
    """What it is asked; a purchase by somebody of the right role."""
    given, _ = DONE[command]
    return {**given, "role": BuyerRole.MANAGER, "portal": PORTAL} if command is use.buy_seats else given


def scope_of(command: Callable[..., Receipt]) -> Scope:
    """The narrowest scope that reaches all that it is about."""
    if command in NOWHERE:
        return Scope()
    given, _ = DONE[command]
    return Scope(partner=NORTH, provider=ProviderId("main"), training=CourseId("excel"), pool=pool_of(command, given))


def pool_of(command: Callable[..., Receipt], given: Mapping[str, Any]) -> PoolId | None:
    """The pool that it is about, where that is one."""
    # A transfer is about two sessions, and only one of them has the pool.
    apart = (use.buy_seats, use.pay_due, use.transfer_seat)
    pool: PoolId | None = None if command in apart else given.get("pool")
    return pool


def test_every_use_case_is_asked_about() -> None:
    """What each asks for is written down above."""
    assert NEEDS.keys() == DONE.keys()


# What has no rights to ask for: the way in itself, what others are asked by, and what the host does for itself.
UNASKED: Final = frozenset({"asking", "erasure", "once", "outbox", "ports"})
MODULES: Final = sorted(found.name for found in iter_modules(hosting.__path__) if found.name not in UNASKED)


@pytest.mark.parametrize("module", MODULES)
def test_every_command_is_asked_about_in_some_table(module: str) -> None:
    """Each module of use cases has its commands in the table `NEEDS` of one of these files, and none is forgotten (R2).

    The table says which rights they ask for, and is held by the tests of its file; what asks for none may be in `FREE`.
    """
    files = [vars(import_module(f"tests.{path.stem}")) for path in TESTS if "\nNEEDS: " in path.read_text("utf-8")]
    told = {command for file in files for name in ("NEEDS", "FREE") for command in file.get(name, ())}
    asking = commands_in(import_module(f"{hosting.__name__}.{module}"))
    assert asking
    assert {command.__name__ for command in asking - told} == set()


@pytest.mark.parametrize("command", ASKING)
def test_nobody_may_by_themselves(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What was not granted is denied, and what is a partner's is not even there (R2)."""
    before = both(world), charged(world)
    said = answer(command, world, act(by="stranger"), **asked(command))
    assert said is not None
    assert said[0] == "NotFound"
    assert (both(world), charged(world)) == before


@pytest.mark.parametrize("command", FREE)
def test_what_is_ones_own_needs_no_right(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """A visitor holds places and waits, an invitee answers, a learner withdraws: nobody is granted that (R2)."""
    receipt = command(world, act(by="stranger"), **asked(command))
    assert [type(written.event) for written in receipt.written] == [type(event) for _, _, event in DONE[command][1]]


@pytest.mark.parametrize("command", ASKING)
@pytest.mark.parametrize("partner", [NORTH, None])
def test_who_holds_just_what_is_asked_may(
    command: Callable[..., Receipt], partner: PartnerId | None, world: MemoryStore
) -> None:
    """The rights that are asked for, in the narrowest scope that reaches, are enough: it does what it says (R2)."""
    if command in NOWHERE:
        partner = None
    _ = strictly(world, granted("vera", rights_for(command), scope=scope_of(command), partner=partner))
    receipt = command(world, act(by="vera"), **asked(command))
    assert [type(written.event) for written in receipt.written] == [type(event) for _, _, event in DONE[command][1]]


def lacking() -> Iterator[Any]:
    """Each use case with each right that it asks for."""
    for command, needs in NEEDS.items():
        for right, action in needs:
            yield pytest.param(command, right, action, id=f"{command.__name__}-{right}")


@pytest.mark.parametrize(("command", "right", "action"), list(lacking()))
def test_all_other_rights_are_not_enough(
    command: Callable[..., Receipt], right: Right, action: Action, world: MemoryStore
) -> None:
    """Whoever holds everything else there is told which right is missing, and nothing happens (R2)."""
    less: dict[Right, Collection[Action]] = {each: actions for each, actions in MATRIX.items() if each is not right}
    if action is not Action.VIEW:
        less[right] = MATRIX[right] - {action}
    _ = strictly(world, granted("vera", less))
    before = both(world), charged(world)
    # What nobody knows anything of yet is there for those alone who may.
    lacks = ("NotFound", str(NotFound(Charge))) if command in NOWHERE else ("Refused", NotGranted(right, action))
    assert answer(command, world, act(by="vera"), **asked(command)) == lacks
    assert (both(world), charged(world)) == before


ELSEWHERE: Final = {
    "another partner's person": (SOUTH, Scope()),
    "one of the organisation, for another partner": (None, Scope(partner=SOUTH)),
    "at another provider": (NORTH, Scope(provider=ProviderId("shared"))),
    "in another training": (None, Scope(training=CourseId("first-aid"))),
    "in another pool": (NORTH, Scope(pool=PoolId("elsewhere"))),
}


@pytest.mark.parametrize("command", PLACED)
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_foreign_thing_is_a_missing_one(command: Callable[..., Receipt], elsewhere: str, world: MemoryStore) -> None:
    """Everything, but elsewhere: what is there and what is not are the same `NotFound`, to the word (R2)."""
    partner, scope = ELSEWHERE[elsewhere]
    _ = strictly(world, granted("vera", scope=scope, partner=partner))
    nowhere = strictly(MemoryStore(places={}), granted("vera", scope=scope, partner=partner))
    foreign = answer(command, world, act(by="vera"), **asked(command))
    assert foreign is not None
    assert foreign[0] == "NotFound"
    assert foreign == answer(command, nowhere, act(by="vera"), **asked(command))


@pytest.mark.parametrize("command", [pytest.param(command, id=command.__name__) for command in BUYERS])
def test_the_buyer_manages_their_own_pool(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Whoever bought seats gives them out, and needs no grant for that; anybody else does (R2)."""
    expected = [type(event) for _, _, event in DONE[command][1]]
    assert [type(written.event) for written in command(world, ACT, **asked(command)).written] == expected
    assert answer(command, world, act(by="stranger"), **asked(command)) == ("NotFound", str(NotFound(SeatPool)))


def test_the_buyer_cancels_as_the_policy_lets_them(world: MemoryStore) -> None:
    """Cancelling as the buyer is no right; as anybody else, or setting the terms aside, it is one (R2, S11)."""
    said = answer(use.cancel_seats, world, ACT, POOL, [ONE], as_buyer=False)
    assert said == ("NotFound", str(NotFound(SeatPool)))
    said = answer(use.cancel_seats, world, ACT, POOL, [ONE], as_buyer=True)
    assert said is not None
    assert said[0] == "Refused"


def test_people_register_and_cancel_for_themselves(world: MemoryStore) -> None:
    """Whoever is meant is whoever acts: no right is asked; for others it is, and theirs are not there (R2)."""
    by_ben = act(by="ben")
    receipt = places.register(world, by_ben, RegistrationId("own"), session=SESSION, person=BEN)
    assert receipt.written[-1].id == "own"
    by_ben = act(by="ben", key="other")
    other = answer(places.register, world, by_ben, RegistrationId("other"), session=SESSION, person=CLEO)
    assert other == ("NotFound", str(NotFound(Session)))
    assert answer(places.cancel_registration, world, act(by="ben", key="not-his"), FIRST) == answer(
        places.cancel_registration, world, act(by="ben", key="not-there"), RegistrationId("nobodys")
    )
    receipt = places.cancel_registration(world, act(by="ann"), FIRST)
    assert receipt.written[-1].id == "first"
    approved = answer(places.approve_registration, world, act(by="ben", key="approve"), REQUESTED)
    assert approved == ("NotFound", str(NotFound(Registration)))


def test_the_terms_are_set_aside_by_who_may(world: MemoryStore) -> None:
    """Whoever cancels for themselves has their refund by the terms; more than that is a right (R2, P5)."""
    ill = {"refund": RefundId("ill"), "override": Override("illness")}
    said = answer(places.cancel_registration, world, act(by="cleo"), CLEOS, **ill)
    assert said == ("NotFound", str(NotFound(Registration)))
    _ = strictly(world, granted("cleo", {Right.PARTICIPANTS: MATRIX[Right.PARTICIPANTS]}, partner=NORTH))
    said = answer(places.cancel_registration, world, act(by="cleo"), CLEOS, **ill)
    assert said == ("Refused", NotGranted(*OVERRIDE))
    receipt = places.cancel_registration(world, act(by="cleo", key="by-the-terms"), CLEOS, refund=RefundId("own"))
    assert [written.id for written in receipt.written] == ["bought", "basket:1.1", "basket"]


def test_what_is_being_paid_for_is_let_go_by_who_may(world: MemoryStore) -> None:
    """Everybody gives up what they hold; once a payment is being taken for it, who may edit the session does (R2)."""
    _ = places.secure_hold(world, act(by="stranger"), SESSION, BASKET)
    release = partial(places.release_hold, world, session=SESSION, hold=BASKET)
    assert answer(release, act(by="stranger", key="release")) == ("NotFound", str(NotFound(Session)))
    _ = strictly(world, granted("vera", {Right.SESSIONS: VIEW | {Action.EDIT}}, partner=NORTH))
    receipt = release(act(by="vera"))
    assert [type(written.event) for written in receipt.written] == [HoldReleased]


def test_the_money_of_ones_own_places_is_told_of_where_they_are(world: MemoryStore) -> None:
    """Who edits transactions there reports a refund of what was bought without a pool, and nobody elsewhere (R2)."""
    _ = strictly(world, granted("manager"))
    _ = places.cancel_registration(world, ACT, CLEOS, refund=RefundId("cleos"))
    _ = strictly(world, granted("vera", partner=NORTH), granted("rosa", partner=SOUTH))
    succeeded = partial(use.refund_succeeded, world, transaction=TransactionId("basket"), refund=RefundId("cleos"))
    assert answer(succeeded, act(by="rosa")) == ("NotFound", str(NotFound(Charge)))
    receipt = succeeded(act(by="vera"))
    assert [type(written.event) for written in receipt.written] == [RefundSucceeded]


def test_an_address_is_not_an_account(world: MemoryStore) -> None:
    """Somebody without an account is nobody who acts, whatever they are called (R2)."""
    typed = Person.of("ben@example.com")
    said = answer(places.register, world, act(by="ben"), RegistrationId("own"), session=SESSION, person=typed)
    assert said == ("NotFound", str(NotFound(Session)))


@pytest.mark.parametrize("command", ASKING)
def test_a_repeated_key_is_answered_before_rights(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What one has done stays done, and can be asked again by one who may not do it any more (K4, R2)."""
    _ = strictly(world, granted("vera"))
    receipt = command(world, act(by="vera"), **asked(command))
    with world.transaction() as work:
        grants = work.entitlements.find(act(by="vera").by)
        assert grants is not None
        work.save(grants.revoke_role(act(key="dismissed"), "role", scope=Scope()))
    assert answer(command, world, act(by="vera", key="another"), **asked(command)) is not None
    assert command(world, act(by="vera"), **asked(command)) == receipt


def test_rights_are_asked_wherever_a_transaction_has_pools(world: MemoryStore) -> None:
    """A transaction over two partners' sessions is handled by who may in both, and by nobody else (R2)."""
    world.places = {**dict.fromkeys(ALL, EXCEL_AT_NORTH), SESSION: Place(partner=SOUTH)}
    both_partners = granted("vera", scope=Scope())
    one = granted("carl", scope=Scope(partner=SOUTH))
    _ = strictly(world, both_partners, one)
    for command in (use.cancel_transaction, use.refund_succeeded):
        key = command.__name__
        said = answer(command, world, act(by="carl", key=key), **asked(command))
        assert said is not None
        assert said[0] == "NotFound"
        assert answer(command, world, act(by="vera", key=key), **asked(command)) is None


def test_nobody_is_moved_to_where_one_may_not(world: MemoryStore) -> None:
    """Whoever may here and not there moves nobody there, and does not learn that it is there (R2, N3)."""
    world.places = {**dict.fromkeys(ALL, EXCEL_AT_NORTH), SessionId("other"): Place(partner=SOUTH)}
    _ = strictly(world, granted("rosa", partner=NORTH))
    given = asked(use.transfer_seat)
    foreign = answer(use.transfer_seat, world, act(by="rosa"), **given)
    missing = answer(use.transfer_seat, world, act(by="rosa"), **{**given, "there": SessionId("nowhere")})
    assert foreign == missing == ("NotFound", str(NotFound(Session)))


def test_rights_are_asked_before_what_was_captured(world: MemoryStore) -> None:
    """Nobody learns from a purchase that they may not make whether a transaction is there (R2)."""
    given = {**asked(use.buy_seats), "transaction": ORDER}
    assert answer(use.buy_seats, world, act(by="stranger"), **given) == ("NotFound", str(NotFound(Session)))


def test_a_transaction_that_is_not_there_is_the_organisations(world: MemoryStore) -> None:
    """What was taken before any pool is recorded by who may edit transactions anywhere (R2, S12)."""
    _ = strictly(world, granted("vera"), granted("rosa", partner=NORTH))
    given = asked(use.capture_payment)
    assert answer(use.capture_payment, world, act(by="rosa"), **given) == ("NotFound", str(NotFound(Charge)))
    assert given["transaction"] == TransactionId("later") != ORDER
    assert answer(use.capture_payment, world, act(by="vera"), **given) is None
