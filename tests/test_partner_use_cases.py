"""The use cases of partners, wallets and entitlements, over the memory store: what a host calls, and who may."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from inspect import signature
from typing import Any, Final, get_args

import pytest

from lara_core.hosting import entitlements, partners, wallets
from lara_core.hosting.once import once
from lara_core.hosting.places import open_session
from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Aggregate, Event
from lara_core.kernel.errors import BadValue, IdReused, NotFound, StaleState
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CourseId,
    EnrolmentId,
    HoldId,
    LimitId,
    PartnerId,
    SessionId,
)
from lara_core.kernel.people import Person
from lara_core.offerings import (
    CourseOffered,
    CoursePriced,
    OfferedToAll,
    OfferedToSelected,
    OfferingEvent,
    OwnCourseCreated,
    PartnersDeselected,
    PartnersSelected,
)
from lara_core.participants import (
    EnrolmentCancelled,
    EnrolmentConfirmed,
    EnrolmentDropped,
    EnrolmentEvent,
    EnrolmentRequested,
    EnrolmentReversed,
    ParticipantWithdrew,
)
from lara_core.partners import (
    AdministratorAppointed,
    AdministratorDismissed,
    Branding,
    ClientAdded,
    ClientRemoved,
    ClientRenamed,
    PartnerBranded,
    PartnerConverted,
    PartnerCreated,
    PartnerEvent,
    PartnerKind,
    PartnerRenamed,
)
from lara_core.rights import (
    MATRIX,
    PARTNER_ADMINISTRATOR,
    Action,
    Grants,
    GrantsEvent,
    GrantsOpened,
    NotGranted,
    Place,
    Right,
    RightGranted,
    RightRevoked,
    Role,
    RoleGranted,
    RoleRevoked,
    Scope,
)
from lara_core.sessions import HoldReleased, PlacesGivenBack, PlacesHeld, PlacesTaken, SessionEvent
from lara_core.spending import (
    LimitChanged,
    LimitReached,
    LimitSet,
    SpendingCaptured,
    SpendingEvent,
    SpendingGivenBack,
    SpendingHeld,
    SpendingReleased,
)
from lara_core.telling.notices import Template
from lara_core.testing.memory import MemoryStore, MemoryWork
from lara_core.testing.races import Meeting, at_once, insist
from lara_core.wallet import (
    AlreadyReversed,
    CreditsCaptured,
    CreditsDeducted,
    CreditsHeld,
    CreditsReleased,
    CreditsToppedUp,
    EntryKind,
    EntryReversed,
    NotEnoughCredits,
    ThresholdSet,
    TopUpSpent,
    Wallet,
    WalletDecision,
    WalletEvent,
    WalletOpened,
    audit,
)
from tests.builders import ANN, BEN, CLEO, DAN, ENDS, EVE, NOW, STARTS, TICK, act, answer, granted, strictly
from tests.use_cases import commands_in, use_cases_in

NORTH, SOUTH, WEST = PartnerId("north"), PartnerId("south"), PartnerId("west")
EXCEL, OPEN, OWN, NEW = CourseId("excel"), CourseId("open"), CourseId("own"), CourseId("new")
MONDAY: Final = SessionId("monday")
GROUP: Final = LimitId("group")
ROSA, HUGO, ADA = ActorId("rosa"), ActorId("hugo"), ActorId("ada")
ONE_LTD, TWO_LTD = ClientId("c-1"), ClientId("c-2")
# Paid and there; paid and gone again; waiting for confirmation; not there yet.
PAID, LEFT, WAITS, FRESH = (EnrolmentId(f"e-{name}") for name in ("paid", "left", "waits", "fresh"))
HOLD, FRESH_HOLD = HoldId(WAITS), HoldId(FRESH)
UNTIL: Final = Deadline.at(NOW + timedelta(days=1))
PRICE: Final = Credits(5)
GREEN: Final = Branding(colour="#00ff00")
TRAINER: Final = Role("trainer", {Right.ATTENDANCE: {Action.VIEW, Action.EDIT}})
AT_NORTH: Final = Place(partner=NORTH)
EXCEL_AT_NORTH: Final = Place(partner=NORTH, training=EXCEL)
ACT: Final = act()
VIEW: Final = frozenset({Action.VIEW})


def c(amount: int) -> Credits:
    """Credits."""
    return Credits(amount)


# What each use case is asked, and what it writes in `world`: the aggregate, its version, the event.
DONE: Final[Mapping[Callable[..., Receipt], tuple[Mapping[str, Any], Sequence[tuple[str, int, Event]]]]] = {
    partners.create_partner: (
        {"partner": WEST, "name": "West Ltd", "kind": PartnerKind.WHITELABEL, "branding": GREEN},
        [("west", 1, PartnerCreated(WEST, "West Ltd", PartnerKind.WHITELABEL, GREEN, ACT))],
    ),
    partners.rename_partner: (
        {"partner": NORTH, "name": "North and Co"},
        [("north", 4, PartnerRenamed("North and Co", ACT))],
    ),
    partners.convert_partner: (
        {"partner": NORTH, "kind": PartnerKind.DEFAULT},
        [("north", 4, PartnerConverted(PartnerKind.DEFAULT, ACT))],
    ),
    partners.brand_partner: ({"partner": NORTH, "branding": GREEN}, [("north", 4, PartnerBranded(GREEN, ACT))]),
    partners.appoint_administrator: (
        {"partner": NORTH, "administrator": ADA},
        [("north", 4, AdministratorAppointed(ADA, ACT))],
    ),
    partners.dismiss_administrator: (
        {"partner": NORTH, "administrator": ROSA},
        [("north", 4, AdministratorDismissed(ROSA, ACT))],
    ),
    partners.add_client: (
        {"partner": NORTH, "client": TWO_LTD, "name": "Two Ltd"},
        [("north", 4, ClientAdded(TWO_LTD, "Two Ltd", ACT))],
    ),
    partners.rename_client: (
        {"partner": NORTH, "client": ONE_LTD, "name": "First Ltd"},
        [("north", 4, ClientRenamed(ONE_LTD, "First Ltd", ACT))],
    ),
    partners.remove_client: ({"partner": NORTH, "client": ONE_LTD}, [("north", 4, ClientRemoved(ONE_LTD, ACT))]),
    partners.offer_course: (
        {"course": NEW, "price": c(3), "personal": {NORTH: c(2), SOUTH: None}},
        [("new", 1, CourseOffered(NEW, c(3), False, {NORTH: c(2), SOUTH: None}, ACT))],
    ),
    partners.create_own_course: (
        {"partner": NORTH, "course": OWN},
        [("own", 1, OwnCourseCreated(OWN, NORTH, ACT))],
    ),
    partners.price_course: ({"course": EXCEL, "price": c(9)}, [("excel", 2, CoursePriced(c(9), ACT))]),
    partners.offer_to_all: ({"course": EXCEL}, [("excel", 2, OfferedToAll(ACT))]),
    partners.offer_to_selected: ({"course": OPEN}, [("open", 3, OfferedToSelected(ACT))]),
    partners.select_partners: (
        {"course": EXCEL, "personal": {WEST: c(4)}},
        [("excel", 2, PartnersSelected({WEST: c(4)}, ACT))],
    ),
    partners.deselect_partners: (
        {"course": EXCEL, "partners": (SOUTH,)},
        [("excel", 2, PartnersDeselected((SOUTH,), ACT))],
    ),
    partners.enrol: (
        {
            "partner": NORTH,
            "course": EXCEL,
            "people": {FRESH: EVE},
            "shown": PRICE,
            "session": MONDAY,
            "until": UNTIL,
        },
        [
            ("north", 7, CreditsHeld(PRICE, {FRESH_HOLD: FRESH}, UNTIL, (), ACT)),
            ("group", 5, SpendingHeld(NORTH, PRICE, (FRESH_HOLD,), UNTIL, (), ACT)),
            ("monday", 6, PlacesHeld(FRESH_HOLD, 1, UNTIL, (), ACT)),
            ("e-fresh", 1, EnrolmentRequested(FRESH, NORTH, EXCEL, EVE, PRICE, MONDAY, GROUP, UNTIL, ACT)),
        ],
    ),
    partners.confirm_enrolment: (
        {"enrolment": WAITS},
        [
            ("north", 7, CreditsCaptured(HOLD, PRICE, WAITS, c(92), ACT)),
            ("group", 5, SpendingCaptured(HOLD, ACT)),
            ("monday", 6, PlacesTaken(1, HOLD, (), ACT)),
            ("e-waits", 2, EnrolmentConfirmed(7, ACT)),
        ],
    ),
    partners.drop_enrolment: (
        {"enrolment": WAITS},
        [
            ("north", 7, CreditsReleased(HOLD, ACT)),
            ("group", 5, SpendingReleased(HOLD, ACT)),
            ("monday", 6, HoldReleased(HOLD, ACT)),
            ("e-waits", 2, EnrolmentDropped(ACT)),
        ],
    ),
    partners.withdraw_participant: (
        {"enrolment": PAID},
        [("monday", 6, PlacesGivenBack(1, ACT)), ("e-paid", 2, ParticipantWithdrew(ACT))],
    ),
    partners.reverse_enrolment: (
        {"enrolment": LEFT, "reason": "ill"},
        [
            ("north", 7, EntryReversed(5, EntryKind.DEBIT, PRICE, LEFT, c(102), "ill", (), ACT)),
            ("group", 5, SpendingGivenBack(NORTH, PRICE, ACT)),
            ("e-left", 3, EnrolmentReversed(ACT)),
        ],
    ),
    partners.cancel_enrolment: (
        {"enrolment": PAID, "reason": "called off"},
        [
            ("north", 7, EntryReversed(4, EntryKind.DEBIT, PRICE, PAID, c(102), "called off", (), ACT)),
            ("group", 5, SpendingGivenBack(NORTH, PRICE, ACT)),
            ("monday", 6, PlacesGivenBack(1, ACT)),
            ("e-paid", 2, EnrolmentCancelled(ACT)),
        ],
    ),
    wallets.open_wallet: (
        {"partner": SOUTH, "threshold": c(10)},
        [("south", 1, WalletOpened(SOUTH, c(10), ACT))],
    ),
    wallets.set_threshold: ({"partner": NORTH, "threshold": c(20)}, [("north", 7, ThresholdSet(c(20), ACT))]),
    wallets.top_up: (
        {"partner": NORTH, "amount": c(50), "reason": "invoice 8"},
        [("north", 7, CreditsToppedUp(c(50), c(147), "invoice 8", ACT))],
    ),
    wallets.deduct: (
        {"partner": NORTH, "amount": c(7), "reason": "too many"},
        [("north", 7, CreditsDeducted(c(7), c(90), "too many", (), ACT))],
    ),
    wallets.reverse_top_up: (
        {"partner": NORTH, "entry": 3, "reason": "by mistake"},
        [("north", 7, EntryReversed(3, EntryKind.TOP_UP, c(7), None, c(90), "by mistake", (), ACT))],
    ),
    wallets.set_limit: (
        {"limit": LimitId("other"), "amount": c(50), "members": (SOUTH,)},
        [("other", 1, LimitSet(LimitId("other"), c(50), frozenset({SOUTH}), ACT))],
    ),
    wallets.change_limit: (
        {"limit": GROUP, "amount": c(80), "members": (NORTH, SOUTH)},
        [("group", 5, LimitChanged(c(80), frozenset({NORTH, SOUTH}), (), ACT))],
    ),
    entitlements.admit: ({"actor": ADA, "partner": NORTH}, [("ada", 1, GrantsOpened(ADA, NORTH, ACT))]),
    entitlements.grant: (
        {"actor": HUGO, "right": Right.USERS, "actions": (Action.VIEW, Action.EDIT), "scope": Scope(training=EXCEL)},
        [("hugo", 4, RightGranted(Right.USERS, VIEW | {Action.EDIT}, Scope(training=EXCEL), ACT))],
    ),
    entitlements.revoke: (
        {"actor": HUGO, "right": Right.SESSIONS, "actions": (Action.VIEW,), "scope": Scope()},
        [("hugo", 4, RightRevoked(Right.SESSIONS, VIEW, Scope(), ACT))],
    ),
    entitlements.grant_role: (
        {"actor": HUGO, "role": PARTNER_ADMINISTRATOR, "scope": Scope(partner=NORTH)},
        [
            (
                "hugo",
                4,
                RoleGranted("partner_administrator", PARTNER_ADMINISTRATOR.rights, Scope(partner=NORTH), ACT),
            )
        ],
    ),
    entitlements.revoke_role: (
        {"actor": HUGO, "role": "trainer", "scope": Scope()},
        [("hugo", 4, RoleRevoked("trainer", Scope(), ACT))],
    ),
}

# Something else for every argument: none of them may be missing from what a key stands for.
ELSE: Final[Mapping[str, Any]] = {
    "partner": PartnerId("else"),
    "name": "Else Ltd",
    "branding": Branding(colour="#0000ff"),
    "administrator": ActorId("else"),
    "client": ClientId("else"),
    "course": CourseId("else"),
    "price": c(11),
    "personal": {NORTH: c(3)},
    "partners": (NORTH,),
    "people": {FRESH: DAN},
    "shown": c(4),
    "session": None,
    "until": Deadline.at(UNTIL.instant + TICK),
    "enrolment": EnrolmentId("else"),
    "reason": "something else",
    "threshold": None,
    "amount": c(51),
    "entry": 2,
    "limit": LimitId("else"),
    "members": (NORTH,),
    "actor": ActorId("else"),
    "right": Right.GROUPS,
    "actions": (Action.VIEW, Action.DELETE),
    "role": Role("else", {Right.USERS: VIEW}),
    "scope": Scope(partner=SOUTH),
}

# Which right each asks for, and where the thing of `DONE` stands.
NEEDS: Final[Mapping[Callable[..., Receipt], tuple[Right, Action, Place]]] = {
    partners.create_partner: (Right.GROUPS, Action.CREATE, Place()),
    partners.rename_partner: (Right.GROUPS, Action.EDIT, Place()),
    partners.convert_partner: (Right.GROUPS, Action.EDIT, Place()),
    partners.brand_partner: (Right.GROUPS, Action.EDIT, Place()),
    partners.appoint_administrator: (Right.GROUPS, Action.EDIT, Place()),
    partners.dismiss_administrator: (Right.GROUPS, Action.EDIT, Place()),
    partners.add_client: (Right.GROUPS, Action.CREATE, AT_NORTH),
    partners.rename_client: (Right.GROUPS, Action.EDIT, AT_NORTH),
    partners.remove_client: (Right.GROUPS, Action.DELETE, AT_NORTH),
    partners.offer_course: (Right.CATALOGUES, Action.CREATE, Place()),
    partners.create_own_course: (Right.TRAININGS, Action.CREATE, AT_NORTH),
    partners.price_course: (Right.CATALOGUES, Action.EDIT, Place()),
    partners.offer_to_all: (Right.CATALOGUES, Action.EDIT, Place()),
    partners.offer_to_selected: (Right.CATALOGUES, Action.EDIT, Place()),
    partners.select_partners: (Right.CATALOGUES, Action.EDIT, Place()),
    partners.deselect_partners: (Right.CATALOGUES, Action.EDIT, Place()),
    partners.enrol: (Right.REGISTRATIONS, Action.VIEW, EXCEL_AT_NORTH),
    partners.confirm_enrolment: (Right.REGISTRATIONS, Action.VIEW, EXCEL_AT_NORTH),
    partners.drop_enrolment: (Right.REGISTRATIONS, Action.VIEW, EXCEL_AT_NORTH),
    partners.withdraw_participant: (Right.PARTICIPANTS, Action.DELETE, EXCEL_AT_NORTH),
    partners.reverse_enrolment: (Right.MANAGE_WALLETS, Action.VIEW, EXCEL_AT_NORTH),
    partners.cancel_enrolment: (Right.MANAGE_WALLETS, Action.VIEW, EXCEL_AT_NORTH),
    wallets.open_wallet: (Right.MANAGE_WALLETS, Action.VIEW, Place(partner=SOUTH)),
    wallets.set_threshold: (Right.MANAGE_WALLETS, Action.VIEW, AT_NORTH),
    wallets.top_up: (Right.MANAGE_WALLETS, Action.VIEW, AT_NORTH),
    wallets.deduct: (Right.MANAGE_WALLETS, Action.VIEW, AT_NORTH),
    wallets.reverse_top_up: (Right.MANAGE_WALLETS, Action.VIEW, AT_NORTH),
    wallets.set_limit: (Right.MANAGE_WALLETS, Action.VIEW, Place()),
    wallets.change_limit: (Right.MANAGE_WALLETS, Action.VIEW, Place()),
    entitlements.admit: (Right.USERS, Action.CREATE, AT_NORTH),
    entitlements.grant: (Right.USERS, Action.EDIT, Place()),
    entitlements.revoke: (Right.USERS, Action.EDIT, Place()),
    entitlements.grant_role: (Right.USERS, Action.EDIT, Place()),
    entitlements.revoke_role: (Right.USERS, Action.EDIT, Place()),
}
# What begins something, and so cannot miss it.
BEGIN: Final = {partners.create_partner, partners.offer_course, wallets.set_limit, entitlements.admit}
# Whoever gives also needs what is given: that is tested apart.
GIVING: Final = {entitlements.grant, entitlements.grant_role}
# What one does again on purpose, under another key.
AGAIN: Final = {wallets.top_up, wallets.deduct}

COMMANDS: Final = [pytest.param(command, id=command.__name__) for command in DONE]


def at(place: Place) -> Scope:
    """The narrowest scope that has all of *place* in it."""
    return Scope(partner=place.partner, provider=place.provider, training=place.training, pool=place.pool)


def bare() -> MemoryStore:
    """A store that asks for rights, in which nothing is but a manager who may do everything."""
    return strictly(MemoryStore(), granted("manager"))


@pytest.fixture
def world() -> MemoryStore:
    """Two partners; the northern one has a wallet with 97 credits, 5 of them held, and a limit of its own.

    Ann has paid and is there, Ben has paid and is gone, Cleo waits for confirmation, all in Monday's session.
    """
    store = bare()
    whitelabel = PartnerKind.WHITELABEL
    _ = partners.create_partner(store, act(key="north"), NORTH, name="North Ltd", kind=whitelabel)
    _ = partners.create_partner(store, act(key="south"), SOUTH, name="South Ltd")
    _ = partners.appoint_administrator(store, act(key="appoint"), NORTH, ROSA)
    _ = partners.add_client(store, act(key="client"), NORTH, ONE_LTD, "One Ltd")
    _ = partners.offer_course(store, act(key="excel"), EXCEL, price=c(8), personal={NORTH: PRICE, SOUTH: None})
    _ = partners.offer_course(store, act(key="open"), OPEN, price=c(2), personal={})
    _ = partners.offer_to_all(store, act(key="to-all"), OPEN)
    _ = wallets.open_wallet(store, act(key="wallet"), NORTH, threshold=c(10))
    _ = wallets.top_up(store, act(key="top-up"), NORTH, c(100), reason="invoice 7")
    _ = wallets.top_up(store, act(key="mistake"), NORTH, c(7), reason="typed wrong")
    _ = wallets.set_limit(store, act(key="limit"), GROUP, c(90), [NORTH])
    _ = open_session(store, act(key="open-session"), MONDAY, starts=STARTS, ends=ENDS, capacity=10)
    _ = enrol(store, "paid", {PAID: ANN})
    _ = enrol(store, "left", {LEFT: BEN})
    _ = partners.withdraw_participant(store, act(key="leave"), LEFT)
    _ = enrol(store, "waits", {WAITS: CLEO}, until=UNTIL)
    _ = entitlements.admit(store, act(key="hugo"), HUGO, partner=None)
    _ = entitlements.grant(store, act(key="grant"), HUGO, Right.SESSIONS, scope=Scope())
    _ = entitlements.grant_role(store, act(key="role"), HUGO, TRAINER, scope=Scope())
    return store


def enrol(store: MemoryStore, key: str, people: Mapping[EnrolmentId, Any], **given: Any) -> Receipt:
    """Enrol people of the northern partner in the course, at its price, in Monday's session."""
    facts: dict[str, Any] = {"shown": PRICE, "session": MONDAY, **given}
    return partners.enrol(store, act(key=key), facts.pop("partner", NORTH), EXCEL, people, **facts)


def events_of(work: MemoryWork, name: str, like: Event) -> Sequence[Event]:
    """All that ever happened to the aggregate that *like* happened to."""
    kinds: Mapping[Any, Callable[[], Sequence[Event]]] = {
        PartnerEvent: lambda: work.partners.events(PartnerId(name)),
        OfferingEvent: lambda: work.offerings.events(CourseId(name)),
        WalletEvent: lambda: work.wallets.events(PartnerId(name)),
        SpendingEvent: lambda: work.limits.events(LimitId(name)),
        EnrolmentEvent: lambda: work.enrolments.events(EnrolmentId(name)),
        GrantsEvent: lambda: work.entitlements.events(ActorId(name)),
        SessionEvent: lambda: work.sessions.events(SessionId(name)),
    }
    return next(events() for union, events in kinds.items() if isinstance(like, get_args(union)))


def states(store: MemoryStore) -> Sequence[Aggregate]:
    """All that the commands above change, as it stands."""
    with store.transaction() as work:
        return (
            work.partners.get(NORTH),
            work.offerings.get(EXCEL),
            work.wallets.get(NORTH),
            work.limits.get(GROUP),
            work.sessions.get(MONDAY),
            *(work.enrolments.get(enrolment) for enrolment in (PAID, LEFT, WAITS)),
        )


def held(store: MemoryStore, actor: ActorId = HUGO) -> Grants | None:
    """What somebody was granted."""
    with store.transaction() as work:
        return work.entitlements.find(actor)


def balance(store: MemoryStore, partner: PartnerId = NORTH) -> int:
    """What is in a wallet, whose whole history fits."""
    with store.transaction() as work:
        assert audit(partner, enumerate(work.wallets.events(partner), 1)) is None
        return work.wallets.get(partner).balance


# --- Each of them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """The receipt names all that was written, and that is what is kept."""
    asked, expected = DONE[command]
    receipt = command(world, ACT, **asked)
    assert receipt == Receipt(ACT.by, ACT.key, tuple(Written(*written) for written in expected))
    with world.transaction() as work:
        histories = [(name, events_of(work, name, event)) for name, _, event in expected]
    kept = [(name, len(events), events[-1]) for name, events in histories]
    assert kept == expected


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_command_does_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Every use case goes through its key, whoever presses twice (K4)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    before = states(world), held(world)
    assert command(world, act(ENDS), **asked) == receipt
    assert (states(world), held(world)) == before


@pytest.mark.parametrize(("command", "argument"), [(command, name) for command in DONE for name in DONE[command][0]])
def test_every_argument_is_content(command: Callable[..., Receipt], argument: str, world: MemoryStore) -> None:
    """Whoever changes anything about a command needs another key: the old one has its receipt (K4)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    with pytest.raises(IdReused):
        _ = command(world, ACT, **{**asked, argument: other(argument, asked[argument])})


def other(argument: str, asked: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(asked, PartnerKind):
        return next(kind for kind in PartnerKind if kind is not asked)
    return "else" if isinstance(asked, str) and argument == "role" else ELSE[argument]


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, with all their arguments; the one question that is no command is tested apart."""
    modules = partners, wallets, entitlements
    assert DONE.keys() == NEEDS.keys() == commands_in(*modules) == use_cases_in(*modules) - {wallets.statement_of}
    for command, (asked, _) in DONE.items():
        assert asked.keys() == signature(command).parameters.keys() - {"store", "act"}


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.values[0] not in BEGIN])
def test_what_is_not_there_is_not_found(command: Callable[..., Receipt]) -> None:
    """A mistyped id is `NotFound`, and the key stays fresh."""
    store = bare()
    asked, _ = DONE[command]
    with pytest.raises(NotFound):
        _ = command(store, ACT, **asked)
    with store.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if each.values[0] not in (wallets.top_up, wallets.deduct)]
)
def test_what_was_done_is_not_done_again(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Under another key the same is harmless, or refused, or its id is used; and it never happens twice (K4, W8)."""
    asked, _ = DONE[command]
    _ = command(world, ACT, **asked)
    before = states(world), held(world)
    said = answer(command, world, act(key="again"), **asked)
    assert said is None or said[0] in ("Refused", "IdReused")
    assert (states(world), held(world)) == before


# --- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_may_by_themselves(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What was not granted is denied; what is a partner's is not even there (R2)."""
    asked, _ = DONE[command]
    right, action, place = NEEDS[command]
    before = states(world), held(world)
    said = answer(command, world, act(by="stranger"), **asked)
    if place == Place():
        assert said == ("Refused", NotGranted(right, action))
    else:
        assert said is not None
        assert said[0] == "NotFound"
    assert (states(world), held(world)) == before


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.values[0] not in GIVING])
def test_who_holds_just_that_right_may(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """One action on one right, in the narrowest scope that reaches: it is enough, and it is what is asked (R2)."""
    asked, expected = DONE[command]
    right, action, place = NEEDS[command]
    _ = strictly(world, granted("vera", {right: VIEW | {action}}, scope=at(place)))
    receipt = command(world, act(by="vera"), **asked)
    assert [type(written.event) for written in receipt.written] == [type(event) for _, _, event in expected]


@pytest.mark.parametrize("command", COMMANDS)
def test_all_other_rights_are_not_enough(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Whoever holds everything else, everywhere, is told which right is missing (R2)."""
    asked, _ = DONE[command]
    right, action, _ = NEEDS[command]
    less = {each: actions for each, actions in MATRIX.items() if each is not right}
    if action is not Action.VIEW:
        less[right] = MATRIX[right] - {action}
    _ = strictly(world, granted("vera", less))
    assert answer(command, world, act(by="vera"), **asked) == ("Refused", NotGranted(right, action))


@pytest.mark.parametrize("command", [command for command, (_, _, place) in NEEDS.items() if place != Place()])
def test_the_right_elsewhere_finds_nothing(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """Everything, but of another partner: what is there and what is not are answered alike, to the word (R2)."""
    asked, _ = DONE[command]
    for partner, scope in ((WEST, Scope()), (None, Scope(partner=WEST))):
        _ = strictly(world, granted(f"of-{partner}", partner=partner, scope=scope))
        foreign = answer(command, world, act(by=f"of-{partner}"), **asked)
        nowhere = strictly(MemoryStore(), granted(f"of-{partner}", partner=partner, scope=scope))
        assert foreign == answer(command, nowhere, act(by=f"of-{partner}"), **asked)
        assert foreign is not None
        assert foreign[0] == "NotFound"


@pytest.mark.parametrize("command", [command for command, (_, _, place) in NEEDS.items() if place == Place()])
def test_the_organisations_own_is_for_its_own_people(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """A partner's people are told what the organisation does not let them do, whether or not it is there (R2)."""
    asked, _ = DONE[command]
    right, action, _ = NEEDS[command]
    _ = strictly(world, granted("rosa", partner=NORTH))
    assert answer(command, world, act(by="rosa"), **asked) == ("Refused", NotGranted(right, action))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_key_is_answered_before_rights(command: Callable[..., Receipt], world: MemoryStore) -> None:
    """What one has done stays done, and can be asked again, also by one who may not do it any more (K4, R2)."""
    asked, _ = DONE[command]
    receipt = command(world, ACT, **asked)
    with world.transaction() as work:
        grants = work.entitlements.find(ACT.by)
        assert grants is not None
        work.save(grants.revoke_role(act(key="dismissed"), "role", scope=Scope()))
    assert command(world, ACT, **asked) == receipt


# --- Nobody gives what they do not have -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "actions", "scope", "said"),
    [
        (Right.SESSIONS, (Action.VIEW, Action.EDIT), Scope(), None),
        (Right.SESSIONS, (Action.VIEW,), Scope(training=EXCEL), None),
        (Right.SESSIONS, (Action.VIEW, Action.DELETE), Scope(), NotGranted(Right.SESSIONS, Action.DELETE)),
        (Right.REPORTS, (Action.VIEW,), Scope(), NotGranted(Right.REPORTS, Action.VIEW)),
        (Right.ATTENDANCE, (Action.VIEW,), Scope(training=EXCEL), None),
        (Right.ATTENDANCE, (Action.VIEW,), Scope(), NotGranted(Right.ATTENDANCE, Action.VIEW)),
        (Right.ATTENDANCE, (Action.VIEW,), Scope(training=OPEN), NotGranted(Right.ATTENDANCE, Action.VIEW)),
    ],
)
def test_nobody_grants_what_they_do_not_hold(
    right: Right, actions: Sequence[Action], scope: Scope, said: object, world: MemoryStore
) -> None:
    """Right by right, action by action, and no further than one reaches: alone or in a role (R2)."""
    edits = {Right.USERS: VIEW | {Action.EDIT}, Right.SESSIONS: VIEW | {Action.EDIT}}
    opened = granted("vera", edits, partner=NORTH)
    more = opened.state.grant(ACT, Right.ATTENDANCE, scope=Scope(training=EXCEL))
    _ = strictly(world, granted("ada", {}, partner=NORTH), opened, more)
    by = act(by="vera")
    expected = None if said is None else ("Refused", said)
    assert answer(entitlements.grant, world, by, ADA, right, actions, scope=scope) == expected
    role = Role("helper", {right: frozenset(actions)})
    assert answer(entitlements.grant_role, world, act(by="vera", key="role"), ADA, role, scope=scope) == expected
    found = held(world, ADA)
    assert found is not None
    assert len(found.held) == (2 if said is None else 0)


@pytest.mark.parametrize("partner", [SOUTH, None])
def test_a_partners_people_share_among_themselves(partner: PartnerId | None, world: MemoryStore) -> None:
    """One of theirs may hold all there is within the partner, and gives nothing to others, unseen as they are (R2)."""
    _ = strictly(world, granted("rosa", partner=NORTH), granted("sue", {}, partner=SOUTH), granted("ada", {}))
    by, to = act(by="rosa"), ActorId("ada" if partner is None else "sue")
    said = answer(entitlements.grant, world, by, to, Right.SESSIONS, scope=Scope())
    if partner is None:
        assert said == ("Refused", NotGranted(Right.USERS, Action.EDIT))
    else:
        assert said == answer(entitlements.grant, world, by, ActorId("nobody"), Right.SESSIONS, scope=Scope())
        assert said is not None
        assert said[0] == "NotFound"


# --- Statements ----------------------------------------------------------------------------------------------------


def test_a_statement_is_for_who_may_see_transactions(world: MemoryStore) -> None:
    """A partner's administrator sees their own wallet's entries; another's is missing, as none at all is (W2, W7)."""
    administering = PARTNER_ADMINISTRATOR.rights
    of_north = granted("rosa", administering, partner=NORTH)
    of_south = granted("sue", administering, partner=SOUTH)
    viewers = granted("carl", {Right.MANAGE_WALLETS: VIEW}, partner=NORTH)
    _ = strictly(world, of_north, of_south, viewers)
    ask = partial(wallets.statement_of, world, since=NOW, until=NOW + TICK)
    said = ask(ROSA, NORTH)
    assert (said.opening, [entry.change for entry in said.entries], said.closing) == (0, [100, 7, -5, -5], 97)
    assert answer(ask, ActorId("sue"), NORTH) == answer(ask, ActorId("sue"), WEST)
    assert answer(ask, ActorId("sue"), SOUTH) == answer(ask, ROSA, SOUTH) == ("NotFound", str(NotFound(Wallet)))
    assert answer(ask, ActorId("carl"), NORTH) == ("Refused", NotGranted(Right.TRANSACTIONS, Action.VIEW))


# --- Faults that other ledgers have ---------------------------------------------------------------------------------


def test_a_repeat_of_a_debit_at_balance_0_gives_the_first_receipt(world: MemoryStore) -> None:
    """The key is looked up before the balance: what was debited is not refused for being asked for again (K4, W5)."""
    receipt = enrol(world, "key", {FRESH: EVE})
    with world.transaction() as work:
        left = work.wallets.get(NORTH).available(NOW)
    _ = wallets.deduct(world, act(key="empty"), NORTH, c(left), reason="all of it")
    _ = partners.drop_enrolment(world, act(key="drop"), WAITS)
    _ = wallets.deduct(world, act(key="rest"), NORTH, PRICE, reason="the rest")
    assert balance(world) == 0
    assert enrol(world, "key", {FRESH: EVE}) == receipt
    assert balance(world) == 0
    said = answer(enrol, world, "another", {EnrolmentId("e-other"): DAN})
    assert said is not None
    assert isinstance(said[1], NotEnoughCredits)


@pytest.mark.parametrize(
    "changed",
    [{"shown": c(6)}, {"partner": SOUTH}, {"people": {FRESH: DAN}}],
    ids=["amount", "partner", "learner"],
)
def test_a_key_with_another_amount_partner_or_learner_is_refused(
    changed: Mapping[str, Any], world: MemoryStore
) -> None:
    """A key that was used to debit one thing debits nothing else, and does not pass for having done so (K4)."""
    asked: dict[str, Any] = {"people": {FRESH: EVE}}
    _ = enrol(world, "key", **asked)
    before = balance(world)
    with pytest.raises(IdReused):
        _ = enrol(world, "key", **{**asked, **changed})
    assert balance(world) == before


def test_reversing_a_spent_top_up_is_refused(world: MemoryStore) -> None:
    """What was topped up and is spent or held by now cannot be taken back: no balance is below 0 (W8)."""
    reverse = partial(wallets.reverse_top_up, world, act(key="back"), NORTH, 2, reason="never paid")
    assert answer(reverse) == ("Refused", TopUpSpent(2, c(100), 92))
    assert balance(world) == 97


def test_a_second_reversal_is_a_named_refusal(world: MemoryStore) -> None:
    """Neither a top-up nor an enrolment gives back twice; who asks again under another key is told (W8)."""
    top_up = partial(wallets.reverse_top_up, world, partner=NORTH, entry=3, reason="typed wrong")
    enrolment = partial(partners.reverse_enrolment, world, enrolment=LEFT, reason="ill")
    _ = top_up(act(key="first"))
    _ = enrolment(act(key="first-left"))
    after = balance(world)
    assert answer(top_up, act(key="second")) == ("Refused", AlreadyReversed(3))
    assert answer(enrolment, act(key="second-left")) == ("Refused", AlreadyReversed(5))
    assert balance(world) == after == 95


def test_of_sixteen_who_reverse_one_entry_one_does(world: MemoryStore) -> None:
    """However many press at once, each under a key of their own, the credits go back once (W8, K5)."""

    def press(number: int, shared: MemoryStore) -> tuple[str, object] | None:
        command = partial(partners.reverse_enrolment, shared, act(key=f"key-{number}"), LEFT, reason="ill")
        return answer(insist, command)

    said = at_once(lambda: world, *(partial(press, number) for number in range(16)))
    assert (said.count(None), said.count(("Refused", AlreadyReversed(5)))) == (1, 15)
    assert balance(world) == 102


@pytest.mark.parametrize("amount", [1.9, 1.0, True, "1", 0, -1])
def test_1_9_credits_never_become_1(amount: Any, world: MemoryStore) -> None:
    """Nothing is rounded, cut off or taken for a number on its way into a wallet, or a limit (K6, K9)."""
    before = balance(world)
    for command in (
        partial(wallets.top_up, world, ACT, NORTH, amount, reason="invoice 9"),
        partial(wallets.deduct, world, ACT, NORTH, amount, reason="invoice 9"),
    ):
        with pytest.raises(BadValue):
            _ = command()
    assert balance(world) == before
    with world.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


@pytest.mark.parametrize("price", [1.9, 5.0, True, "5"])
def test_a_price_of_1_9_credits_is_none(price: Any, world: MemoryStore) -> None:
    """Neither a price that is shown, nor one that is set, is made into another one (K6, W3)."""
    before = balance(world)
    with pytest.raises(BadValue):
        _ = enrol(world, "key", {FRESH: EVE}, shown=price)
    with pytest.raises(BadValue):
        _ = partners.price_course(world, ACT, EXCEL, price)
    with pytest.raises(BadValue):
        _ = wallets.change_limit(world, ACT, GROUP, price, [NORTH])
    assert balance(world) == before


@pytest.fixture
def two_wallets() -> MemoryStore:
    """Two partners with 100 credits each, under a limit that has room for one debit of 8."""
    store = bare()
    for partner in (NORTH, SOUTH):
        _ = partners.create_partner(store, act(key=f"create-{partner}"), partner, name=partner)
        _ = wallets.open_wallet(store, act(key=f"open-{partner}"), partner)
        _ = wallets.top_up(store, act(key=f"top-up-{partner}"), partner, c(100), reason="invoice 7")
    _ = partners.offer_course(store, act(key="offer"), EXCEL, price=c(8), personal={NORTH: None, SOUTH: None})
    _ = wallets.set_limit(store, act(key="limit"), GROUP, c(10), [NORTH, SOUTH])
    return store


def test_a_rule_over_two_wallets_holds_under_concurrency(two_wallets: MemoryStore) -> None:
    """A rule that reads two wallets and writes one is checked on both: of two at once, one is stale (K5, promise 16).

    Each finds 200 credits in both wallets together, of which 120 are to stay, and takes 70 from another wallet.
    """
    meeting = Meeting()

    def debit(partner: PartnerId, shared: MemoryStore) -> str:
        by = act(key=f"debit-{partner}")

        def body(work: MemoryWork) -> tuple[WalletDecision]:
            both = work.wallets.get(NORTH), work.wallets.get(SOUTH)
            meeting.wait()
            assert sum(wallet.available(NOW) for wallet in both) == 200
            return (work.wallets.get(partner).debit(by, c(70), EnrolmentId(f"of-{partner}")),)

        try:
            _ = once(shared, by, {"do": "debit"}, body)
        except StaleState:
            return "stale"
        return "debited"

    said = at_once(lambda: two_wallets, partial(debit, NORTH), partial(debit, SOUTH))
    assert sorted(said) == ["debited", "stale"]
    assert sorted((balance(two_wallets, NORTH), balance(two_wallets, SOUTH))) == [30, 100]


def test_a_limit_over_two_wallets_holds_under_concurrency(two_wallets: MemoryStore) -> None:
    """Sixteen enrol at once, for two partners, under a limit that has room for one (W10)."""

    def debit(number: int, shared: MemoryStore) -> object:
        partner = (NORTH, SOUTH)[number % 2]
        people = {EnrolmentId(f"e-{number}"): Person.of(f"learner-{number}@example.com")}
        by = act(key=f"enrol-{number}")
        return answer(insist, partial(partners.enrol, shared, by, partner, EXCEL, people, shown=c(8)))

    said = at_once(lambda: two_wallets, *(partial(debit, number) for number in range(16)))
    assert (said.count(None), said.count(("Refused", LimitReached(GROUP, 8, 2)))) == (1, 15)
    assert sorted((balance(two_wallets, NORTH), balance(two_wallets, SOUTH))) == [92, 100]
    with two_wallets.transaction() as work:
        assert work.limits.get(GROUP).spent == 8


def test_of_sixteen_who_want_the_last_credits_one_has_them(world: MemoryStore) -> None:
    """Debits of one wallet come one after the other; the rest are refused, and two are told of it, once (W5, K12)."""
    _ = wallets.deduct(world, act(key="almost"), NORTH, c(87), reason="all but one price")

    def debit(number: int, shared: MemoryStore) -> object:
        people = {EnrolmentId(f"e-{number}"): Person.of(f"learner-{number}@example.com")}
        said = answer(insist, partial(enrol, shared, f"enrol-{number}", people))
        return said if said is None else type(said[1])

    said = at_once(lambda: world, *(partial(debit, number) for number in range(16)))
    assert (said.count(None), said.count(NotEnoughCredits)) == (1, 15)
    assert balance(world) == 5
    with world.transaction() as work:
        told = [notice.to for notice in work.waiting(100) if notice.template is Template.WALLET_EXHAUSTED]
    assert sorted(map(str, told)) == ["organisation", "rosa"]
