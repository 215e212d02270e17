"""The use cases of group purchase and of places, over the memory store: what a host calls when a button is pressed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from inspect import signature
from typing import Any, Final, get_args

import pytest

from lara_core.hosting import group_purchase as use
from lara_core.hosting import places
from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Event, Refusal, Refused
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import (
    ActorId,
    HoldId,
    Key,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.places import register
from lara_core.purchase import AlreadyCaptured, BulkBuyingOff, BuyerRole
from lara_core.refunds import (
    Charge,
    ChargeCaptured,
    ChargeEvent,
    DuesPaid,
    MoneyMoved,
    NothingCaptured,
    NothingDue,
    Override,
    RefundFailed,
    RefundIdUsed,
    RefundRetried,
    RefundSucceeded,
    RefundTerms,
    SeatMoney,
    SeatsReinstated,
    SeatsSettled,
)
from lara_core.registrations import (
    NobodyToRegister,
    Origin,
    Registered,
    RegistrantSits,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationRefused,
    RegistrationRequested,
    Sale,
)
from lara_core.seats import (
    AlreadyAccepted,
    AlreadySeated,
    Cause,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    Mode,
    NobodyToSeat,
    Policy,
    PoolHandedOver,
    RemindersSent,
    SeatPool,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.sessions import (
    CapacityChanged,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    NotEnoughPlaces,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    Session,
    SessionCancelled,
    SessionEvent,
    SessionOpened,
    WaitingJoined,
    WaitingLeft,
    WaitingList,
)
from lara_core.testing.memory import MemoryStore
from lara_core.testing.races import at_once, insist
from tests.builders import (
    ANN,
    ANN_TYPED,
    AT_PURCHASE,
    BEN,
    CLEO,
    DAN,
    ENDS,
    EVE,
    FOUR,
    FREELY,
    NOW,
    ONE,
    PRICE,
    STARTS,
    THREE,
    TICK,
    TWO,
    act,
    cad,
    money,
)
from tests.use_cases import commands_in, use_cases_in

SESSION: Final = SessionId("excel")
POOL: Final = PoolId("pool")
BASKET: Final = HoldId("basket")
UNTIL: Final = Deadline.at(NOW + timedelta(minutes=15))
ACT: Final = act()
# The pool of another session, whose one invitation was over just before `NOW`.
DUE: Final = PoolId("due")
DAN_SIGNED_IN: Final = Person.of("dan@example.com", "dan")
FAY: Final = Person.of("fay@example.com")
GUS: Final = EmailAddress("gus@example.com")
# Invitations last half a week.
POLICY: Final = Policy(invitation_hours=84, withdrawal=True)
PORTAL: Final = PortalId("shop")
ASKED_UNTIL: Final = Deadline.at(NOW + timedelta(hours=84))

ORDER: Final = TransactionId("order")
# What is bought after that one was captured is another one.
MORE: Final = TransactionId("more")
# A pool whose seats were cancelled: money for the first is on its way, that for the second failed to, all of the third
# is kept, and the fourth, which was refunded, is live again.
GONE: Final = PoolId("gone")
ASKED, FAILED, GIVEN, BACK = RefundId("asked"), RefundId("failed"), RefundId("given"), RefundId("back")
# Sold on an invoice, in a session of its own: a seat that nobody assigns any more, and one that nobody paid in time.
QUIET, LEFT, UNPAID, INVOICED = SessionId("quiet"), PoolId("left"), PoolId("unpaid"), TransactionId("invoiced")
PATIENT: Final = Policy(assign_at_purchase=True, withdrawal=True, unassigned_hours=1, release_unpaid=True)
INVOICE: Final = Deadline.at(NOW - TICK)
LONG_AGO: Final = NOW - timedelta(hours=1)
# A session whose only place is taken, and has a waiting list; and who has asked for a place of that quiet one.
FULL, FIRST, REQUESTED = SessionId("full"), RegistrationId("first"), RegistrationId("requested")
# A session of which two bought places of their own: one has it, the other is not let in yet.
BOUGHT, CLEOS, EVES = SessionId("bought"), RegistrationId("basket:1.1"), RegistrationId("basket:2.1")
PAID: Final = TransactionId("basket")
WAITING: Final = WaitingList(offer_hours=24)
OFFER: Final = HoldId("offer:5.1")
OLD: Final = HoldId("old")
MOVED: Final = PoolId("moved")
NOTHING: Final = Money.zero(Currency("CAD"))
FEE: Final = Money.of("1.00", "CAD")
TERMS: Final = RefundTerms("0", FEE, FEE * 2)
ILL: Final = Override("illness")
REFUNDED: Final = money("0.00", "10.00")
LESS_FEE: Final = money("1.00", "9.00")

# What each use case is asked, and what it writes in `sold`: the aggregate, its version, the event.
DONE: Final[Mapping[Callable[..., Receipt], tuple[Mapping[str, Any], Sequence[tuple[str, int, Event]]]]] = {
    places.open_session: (
        {"session": SessionId("word"), "starts": STARTS, "ends": ENDS, "capacity": 5, "waiting_list": WAITING},
        [("word", 1, SessionOpened(SessionId("word"), STARTS, ENDS, 5, WAITING, ACT))],
    ),
    places.resize_session: ({"session": SESSION, "capacity": 20}, [("excel", 4, CapacityChanged(20, (), ACT))]),
    places.hold_places: (
        {"session": SESSION, "hold": HoldId("other"), "places": 2, "until": UNTIL},
        [("excel", 4, PlacesHeld(HoldId("other"), 2, UNTIL, (), ACT))],
    ),
    places.secure_hold: ({"session": SESSION, "hold": BASKET}, [("excel", 4, HoldSecured(BASKET, ACT))]),
    places.release_hold: ({"session": SESSION, "hold": BASKET}, [("excel", 4, HoldReleased(BASKET, ACT))]),
    use.buy_seats: (
        {
            "pool": PoolId("second"),
            "session": SESSION,
            "transaction": MORE,
            "buyer": ActorId("manager"),
            "portal": PORTAL,
            "role": BuyerRole.MANAGER,
            "prices": (PRICE, PRICE),
            "policy": FREELY,
            "learners": (BEN,),
            "invitees": (FAY,),
            "hold": BASKET,
            "invoice": UNTIL,
        },
        [
            ("excel", 4, PlacesTaken(2, BASKET, (), ACT)),
            (
                "second",
                1,
                SeatsBought(
                    PoolId("second"),
                    SESSION,
                    MORE,
                    ActorId("manager"),
                    FREELY,
                    (PRICE, PRICE),
                    {ONE: BEN},
                    {TWO: FAY},
                    FREELY.invitation_until(NOW),
                    UNTIL,
                    ACT,
                ),
            ),
        ],
    ),
    use.assign_seats: (
        {"pool": POOL, "learners": (BEN, ANN_TYPED, Person.of("Ben@example.com", "ben"))},
        [("pool", 2, SeatsAssigned({THREE: BEN}, (BEN,), (ANN_TYPED,), {}, ACT))],
    ),
    use.invite_to_seats: (
        {"pool": POOL, "people": (FAY, ANN_TYPED)},
        [("pool", 2, SeatsInvited({THREE: FAY}, ASKED_UNTIL, (), (ANN_TYPED,), {}, ACT))],
    ),
    use.accept_invitation: (
        {"pool": POOL, "seat": TWO, "invitation": 1, "learner": DAN_SIGNED_IN},
        [("pool", 2, InvitationAccepted(TWO, 1, DAN_SIGNED_IN, ACT))],
    ),
    use.decline_invitation: (
        {"pool": POOL, "seat": TWO, "invitation": 1},
        [("pool", 2, InvitationDeclined(TWO, 1, DAN, ACT))],
    ),
    use.remind_invitees: ({"pool": POOL, "seats": (TWO,)}, [("pool", 2, RemindersSent({TWO: DAN}, ACT))]),
    use.expire_invitations: ({"pool": DUE}, [("due", 2, InvitationsExpired({ONE: FAY}, ACT))]),
    use.correct_invitation: (
        {"pool": POOL, "seat": TWO, "to": GUS},
        [("pool", 2, InvitationCorrected(TWO, DAN, Person(GUS), ASKED_UNTIL, ACT))],
    ),
    use.withdraw_learner: ({"pool": POOL, "seat": ONE}, [("pool", 2, LearnerWithdrew(ONE, ANN, ACT))]),
    use.revoke_seat: (
        {"pool": POOL, "seat": ONE, "to": BEN, "mode": Mode.CONFIRMATION},
        [("pool", 2, SeatRevoked(ONE, ANN, BEN, ASKED_UNTIL, ACT))],
    ),
    use.hand_over_pool: (
        {"pool": POOL, "buyer": ActorId("successor")},
        [("pool", 2, PoolHandedOver(ActorId("manager"), ActorId("successor"), ACT))],
    ),
    use.cancel_seats: (
        {"pool": POOL, "seats": (THREE, ONE), "refund": BACK, "override": ILL, "as_buyer": False},
        [
            ("excel", 4, PlacesGivenBack(2, ACT)),
            ("pool", 2, SeatsCancelled((ONE, THREE), {ONE: ANN}, {}, Cause.ASKED, ACT)),
            (
                "order",
                9,
                SeatsSettled(
                    SESSION,
                    POOL,
                    dict.fromkeys((ONE, THREE), REFUNDED),
                    FEE * 2,
                    BACK,
                    PRICE * 2,
                    "illness",
                    ACT,
                ),
            ),
        ],
    ),
    use.cancel_all_seats: (
        {"pool": POOL, "refund": BACK, "override": None, "as_buyer": False},
        [
            ("excel", 4, PlacesGivenBack(3, ACT)),
            ("pool", 2, SeatsCancelled((ONE, TWO, THREE), {ONE: ANN}, {TWO: DAN}, Cause.ASKED, ACT)),
            (
                "order",
                9,
                SeatsSettled(
                    SESSION,
                    POOL,
                    dict.fromkeys((ONE, TWO, THREE), LESS_FEE),
                    FEE * 2,
                    BACK,
                    (PRICE - FEE) * 3,
                    None,
                    ACT,
                ),
            ),
        ],
    ),
    use.capture_payment: (
        {"transaction": TransactionId("later"), "buyer": ActorId("manager"), "captured": PRICE, "terms": TERMS},
        [("later", 1, ChargeCaptured(TransactionId("later"), ActorId("manager"), PRICE, TERMS, ACT))],
    ),
    use.refund_kept: (
        {"pool": GONE, "seats": (THREE,), "refund": BACK, "override": ILL},
        [
            (
                "order",
                9,
                SeatsSettled(
                    SessionId("other"),
                    GONE,
                    {THREE: REFUNDED},
                    FEE * 2,
                    BACK,
                    PRICE,
                    "illness",
                    ACT,
                ),
            )
        ],
    ),
    use.refund_succeeded: ({"transaction": ORDER, "refund": ASKED}, [("order", 9, RefundSucceeded(ASKED, ACT))]),
    use.refund_failed: ({"transaction": ORDER, "refund": ASKED}, [("order", 9, RefundFailed(ASKED, ACT))]),
    use.cancel_transaction: (
        {"transaction": ORDER, "refund": BACK, "override": None, "as_buyer": False},
        [
            ("other", 9, PlacesGivenBack(1, ACT)),
            ("other", 10, PlacesGivenBack(1, ACT)),
            ("excel", 4, PlacesGivenBack(3, ACT)),
            ("due", 2, SeatsCancelled((ONE,), {}, {}, Cause.ASKED, ACT)),
            ("gone", 7, SeatsCancelled((FOUR,), {}, {}, Cause.ASKED, ACT)),
            ("pool", 2, SeatsCancelled((ONE, TWO, THREE), {ONE: ANN}, {TWO: DAN}, Cause.ASKED, ACT)),
            (
                "order",
                9,
                SeatsSettled(
                    SessionId("other"), DUE, {ONE: LESS_FEE}, FEE * 2, RefundId("back:due"), PRICE - FEE, None, ACT
                ),
            ),
            (
                "order",
                10,
                SeatsSettled(SessionId("other"), GONE, {FOUR: LESS_FEE}, FEE * 2, None, NOTHING, None, ACT),
            ),
            (
                "order",
                11,
                SeatsSettled(
                    SESSION,
                    POOL,
                    dict.fromkeys((ONE, TWO, THREE), LESS_FEE),
                    FEE * 2,
                    RefundId("back:pool"),
                    (PRICE - FEE) * 3,
                    None,
                    ACT,
                ),
            ),
        ],
    ),
    use.cancel_unassigned: (
        {"pool": LEFT, "refund": None},
        [
            ("quiet", 6, PlacesGivenBack(1, ACT)),
            ("left", 3, SeatsCancelled((ONE,), {}, {}, Cause.UNASSIGNED, ACT)),
        ],
    ),
    use.release_unpaid: (
        {"pool": UNPAID},
        [
            ("quiet", 6, PlacesGivenBack(1, ACT)),
            ("unpaid", 2, SeatsCancelled((ONE,), {ONE: CLEO}, {}, Cause.UNPAID, ACT)),
        ],
    ),
    use.reactivate_seat: (
        {"pool": GONE, "seat": THREE, "to": BEN, "mode": Mode.CONFIRMATION},
        [
            ("other", 9, PlacesTaken(1, None, (), ACT)),
            ("gone", 7, SeatReactivated(THREE, BEN, ASKED_UNTIL, ACT)),
            (
                "order",
                9,
                SeatsReinstated(SessionId("other"), GONE, {THREE: money("0.00", "0.00")}, FEE * 2, NOTHING, ACT),
            ),
        ],
    ),
    use.pay_due: (
        {"transaction": ORDER, "pool": GONE, "seats": (FOUR,)},
        [("order", 9, DuesPaid(GONE, {FOUR: money("0.00", "9.00", paid="19.00")}, PRICE - FEE, ACT))],
    ),
    use.transfer_seat: (
        {
            "pool": POOL,
            "seat": ONE,
            "there": SessionId("other"),
            "to": MOVED,
            "price": PRICE - FEE,
            "provider": ProviderId("ours"),
            "provider_there": ProviderId("ours"),
            "refund": BACK,
        },
        [
            ("excel", 4, PlacesGivenBack(1, ACT)),
            ("other", 9, PlacesTaken(1, None, (), ACT)),
            ("pool", 2, SeatTransferred(ONE, ANN, SessionId("other"), MOVED, ACT)),
            (
                "moved",
                1,
                SeatsBought(
                    MOVED,
                    SessionId("other"),
                    ORDER,
                    ActorId("manager"),
                    POLICY,
                    (PRICE - FEE,),
                    {ONE: ANN},
                    {},
                    None,
                    None,
                    ACT,
                ),
            ),
            (
                "order",
                9,
                MoneyMoved(
                    POOL,
                    ONE,
                    money("0.00", "0.00", paid="0.00"),
                    SessionId("other"),
                    MOVED,
                    money("0.00", "1.00"),
                    BACK,
                    FEE,
                    ACT,
                ),
            ),
        ],
    ),
    places.cancel_session: (
        {"session": QUIET, "refund": BACK},
        [
            ("quiet", 6, SessionCancelled((), ACT)),
            ("quiet", 7, PlacesGivenBack(1, ACT)),
            ("quiet", 8, PlacesGivenBack(1, ACT)),
            ("quiet", 9, PlacesGivenBack(1, ACT)),
            ("left", 3, SeatsCancelled((ONE,), {}, {}, Cause.SESSION_CANCELLED, ACT)),
            ("unpaid", 2, SeatsCancelled((ONE,), {ONE: CLEO}, {}, Cause.SESSION_CANCELLED, ACT)),
            ("requested", 2, RegistrationCancelled(BEN, ACT)),
        ],
    ),
    places.join_waiting_list: (
        {"session": FULL, "person": DAN},
        [("full", 5, WaitingJoined(DAN, (), ACT))],
    ),
    places.leave_waiting_list: ({"session": FULL, "person": FAY}, [("full", 5, WaitingLeft(FAY, (0,), ACT))]),
    places.offer_places: (
        {"session": FULL},
        [("full", 5, PlacesOffered({OFFER: FAY}, Deadline.at(NOW + timedelta(hours=24)), (), ACT))],
    ),
    places.sweep_holds: ({"session": QUIET}, [("quiet", 6, HoldsSwept((OLD,), ACT))]),
    places.register: (
        {
            "registration": RegistrationId("new"),
            "session": SESSION,
            "person": BEN,
            "approval": True,
            "hold": BASKET,
        },
        [
            ("excel", 4, PlacesTaken(1, BASKET, (), ACT)),
            ("new", 1, RegistrationRequested(RegistrationId("new"), SESSION, BEN, Origin.INDIVIDUAL, None, ACT)),
        ],
    ),
    places.import_registrations: (
        {"session": SESSION, "people": ((RegistrationId("row-1"), BEN), (RegistrationId("row-2"), EVE))},
        [
            ("excel", 4, PlacesTaken(2, None, (), ACT)),
            ("row-1", 1, Registered(RegistrationId("row-1"), SESSION, BEN, Origin.IMPORTED, None, ACT)),
            ("row-2", 1, Registered(RegistrationId("row-2"), SESSION, EVE, Origin.IMPORTED, None, ACT)),
        ],
    ),
    places.approve_registration: ({"registration": REQUESTED}, [("requested", 2, RegistrationApproved(BEN, ACT))]),
    places.refuse_registration: (
        {"registration": EVES, "refund": BACK},
        [
            ("bought", 4, PlacesGivenBack(1, ACT)),
            ("basket:2.1", 2, RegistrationRefused(EVE, ACT)),
            (
                "basket",
                2,
                SeatsSettled(BOUGHT, PoolId("basket:2.1"), {ONE: REFUNDED}, NOTHING, BACK, PRICE, None, ACT),
            ),
        ],
    ),
    places.cancel_registration: (
        {"registration": CLEOS, "refund": BACK, "override": ILL},
        [
            ("bought", 4, PlacesGivenBack(1, ACT)),
            ("basket:1.1", 2, RegistrationCancelled(CLEO, ACT)),
            (
                "basket",
                2,
                SeatsSettled(BOUGHT, PoolId("basket:1.1"), {ONE: REFUNDED}, NOTHING, BACK, PRICE, "illness", ACT),
            ),
        ],
    ),
    use.retry_refund: ({"transaction": ORDER, "refund": FAILED}, [("order", 9, RefundRetried(FAILED, ACT))]),
}

# Something else for every argument: none of them may be missing from what a key stands for.
ELSE: Final[Mapping[str, Any]] = {
    "session": SessionId("else"),
    "starts": STARTS - TICK,
    "ends": ENDS + TICK,
    "capacity": None,
    "hold": HoldId("else"),
    "places": 3,
    "until": Deadline.at(UNTIL.instant + TICK),
    "pool": PoolId("else"),
    "transaction": TransactionId("else"),
    "buyer": ActorId("else"),
    "prices": (PRICE, PRICE * 2),
    "policy": AT_PURCHASE,
    "learners": (CLEO,),
    "invitees": (CLEO,),
    "people": (CLEO,),
    "seat": FOUR,
    "invitation": 2,
    "learner": CLEO,
    "to": CLEO,
    "mode": Mode.IMMEDIATE,
    "seats": (ONE,),
    "refund": RefundId("else"),
    "override": Override("something else"),
    "captured": PRICE * 2,
    "terms": RefundTerms("1", FEE, FEE * 2),
    "portal": PortalId("else"),
    "role": BuyerRole.CLIENT,
    "invoice": None,
    "as_buyer": True,
    "there": SessionId("else"),
    "price": PRICE * 2,
    "provider": ProviderId("else"),
    "provider_there": ProviderId("else"),
    "waiting_list": WaitingList(automatic=True),
    "person": CLEO,
    "approval": False,
    "registration": RegistrationId("else"),
}
ELSE_IMPORTED: Final = ((RegistrationId("row-1"), BEN), (RegistrationId("row-3"), EVE))

COMMANDS: Final = [pytest.param(command, id=command.__name__) for command in DONE]


def buy(
    store: MemoryStore,
    by: Act,
    name: PoolId,
    *,
    session: SessionId = SESSION,
    seats: int = 3,
    learners: Sequence[Person] = (),
    invitees: Sequence[Person] = (),
    **given: Any,
) -> Receipt:
    """Buy seats in a session: the first pools in one transaction, what comes after its capture in another."""
    facts: dict[str, Any] = {
        "transaction": ORDER if name in (POOL, DUE, GONE) else MORE,
        "portal": PORTAL,
        "role": BuyerRole.MANAGER,
        "prices": (PRICE,) * seats,
        "policy": POLICY,
        **given,
    }
    return use.buy_seats(
        store,
        by,
        name,
        session=session,
        buyer=ActorId("manager"),
        learners=learners,
        invitees=invitees,
        **facts,
    )


def shop() -> MemoryStore:
    """A store with a portal on which managers buy in bulk, and clients do not."""
    return MemoryStore(bulk_buyers={PORTAL: {BuyerRole.MANAGER}})


@pytest.fixture
def sold() -> MemoryStore:
    """What `everything_sold` says."""
    return everything_sold()


def everything_sold() -> MemoryStore:
    """Ten places; two are held in a basket, and three were bought: Ann is on the first seat, Dan is asked for the next.

    The invitation in the other session is over by one microsecond. All was taken in one transaction; the seats of its
    third pool are cancelled one by one, and the last one is live again. What stands above as on an invoice is nobody's
    any more, and one place is asked for, in a session with an old hold; in another one Fay waits. In the last one two
    have bought places of their own.
    """
    store = shop()
    _ = places.open_session(store, act(key="open"), SESSION, starts=STARTS, ends=ENDS, capacity=10)
    _ = places.hold_places(store, act(key="basket"), SESSION, BASKET, 2, until=UNTIL)
    _ = buy(store, act(key="buy"), POOL, learners=(ANN,), invitees=(DAN,))
    _ = places.open_session(store, act(key="other"), SessionId("other"), starts=STARTS, ends=ENDS)
    long_ago = act(NOW - timedelta(hours=84) - TICK, key="ask")
    _ = buy(store, long_ago, DUE, session=SessionId("other"), seats=1, invitees=(FAY,))
    _ = buy(store, act(key="buy-more"), GONE, session=SessionId("other"), seats=4)
    _ = use.capture_payment(store, act(key="capture"), ORDER, buyer=ActorId("manager"), captured=PRICE * 8, terms=TERMS)
    for seat, refund in [(ONE, ASKED), (TWO, FAILED), (THREE, None), (FOUR, GIVEN)]:
        _ = use.cancel_seats(store, act(key=f"cancel-{seat}"), GONE, [seat], refund=refund)
    _ = use.refund_failed(store, act(key="fail"), ORDER, FAILED)
    _ = use.refund_succeeded(store, act(key="succeed"), ORDER, GIVEN)
    _ = use.reactivate_seat(store, act(key="reactivate"), GONE, FOUR)
    sell_on_invoice(store)
    _ = places.open_session(store, act(key="full"), FULL, starts=STARTS, ends=ENDS, capacity=1, waiting_list=WAITING)
    _ = places.register(store, act(key="sell-out"), FIRST, session=FULL, person=ANN)
    _ = places.join_waiting_list(store, act(key="wait"), FULL, FAY)
    _ = places.resize_session(store, act(key="enlarge"), FULL, 2)
    sell_places(store)
    return store


def sell_places(store: MemoryStore) -> None:
    """What a basket became that was paid: Cleo has her place, and Eve waits to be let in."""
    _ = places.open_session(store, act(key="bought"), BOUGHT, starts=STARTS, ends=ENDS)
    sell_place(store, CLEOS, CLEO, PAID)
    sell_place(store, EVES, EVE, PAID, approval=True)
    _ = use.capture_payment(
        store, act(key="basket-paid"), PAID, buyer=ActorId("manager"), captured=PRICE * 2, terms=TERMS
    )


def sell_place(
    store: MemoryStore, name: RegistrationId, person: Person, transaction: TransactionId, *, approval: bool = False
) -> None:
    """Give somebody a place of their own, as a checkout does."""
    with store.transaction() as work:
        there, sale, seated = work.sessions.get(BOUGHT), Sale(transaction, PRICE), work.seated(BOUGHT)
        for decision in register(act(), there, name, person, approval=approval, sale=sale, seated=seated):
            work.save(decision)


def sell_on_invoice(store: MemoryStore) -> None:
    """The quiet session: two pools, somebody who asks for a place, and a hold that has lapsed by now."""
    _ = places.open_session(store, act(key="quiet"), QUIET, starts=STARTS, ends=ENDS)
    asked: dict[str, Any] = {"session": QUIET, "transaction": INVOICED, "policy": PATIENT, "seats": 1}
    _ = buy(store, act(LONG_AGO, key="left"), LEFT, learners=(EVE,), **asked)
    _ = use.withdraw_learner(store, act(LONG_AGO, key="leave"), LEFT, ONE)
    _ = buy(store, act(LONG_AGO, key="unpaid"), UNPAID, learners=(CLEO,), invoice=INVOICE, **asked)
    _ = places.register(store, act(key="ask-for"), REQUESTED, session=QUIET, person=BEN, approval=True)
    _ = places.hold_places(store, act(LONG_AGO, key="old"), QUIET, OLD, 1, until=INVOICE)


def both(store: MemoryStore) -> tuple[Session, SeatPool]:
    """The session and the pool as they stand."""
    with store.transaction() as work:
        return work.sessions.get(SESSION), work.pools.get(POOL)


def charged(store: MemoryStore) -> Charge:
    """The charge as it stands."""
    with store.transaction() as work:
        return work.charges.get(ORDER)


def refusal(command: Callable[[], object]) -> Refusal:
    """What the command is refused for."""
    with pytest.raises(Refused) as refused:
        _ = command()
    return refused.value.refusal


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(command: Callable[..., Receipt], sold: MemoryStore) -> None:
    """The receipt names all that was written, and that is what is kept."""
    asked, expected = DONE[command]
    receipt = command(sold, ACT, **asked)
    assert receipt == Receipt(ACT.by, ACT.key, tuple(Written(*written) for written in expected))
    written = [(name, version, events_of(sold, name, event)[version - 1]) for name, version, event in expected]
    assert written == expected
    last = {name: (version, event) for name, version, event in expected}
    assert {name: len(events_of(sold, name, event)) for name, (_, event) in last.items()} == {
        name: version for name, (version, _) in last.items()
    }


def events_of(store: MemoryStore, name: str, like: Event) -> Sequence[Event]:
    """All that ever happened to the aggregate that *like* happened to."""
    with store.transaction() as work:
        if isinstance(like, get_args(SessionEvent)):
            return work.sessions.events(SessionId(name))
        if isinstance(like, get_args(ChargeEvent)):
            return work.charges.events(TransactionId(name))
        if isinstance(like, get_args(RegistrationEvent)):
            return work.registrations.events(RegistrationId(name))
        return work.pools.events(PoolId(name))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeated_command_does_nothing(command: Callable[..., Receipt], sold: MemoryStore) -> None:
    """Every use case goes through its key, whoever presses twice (K4)."""
    asked, _ = DONE[command]
    receipt = command(sold, ACT, **asked)
    before = both(sold), charged(sold)
    assert command(sold, act(ENDS), **asked) == receipt
    assert (both(sold), charged(sold)) == before


@pytest.mark.parametrize(("command", "argument"), [(command, name) for command in DONE for name in DONE[command][0]])
def test_every_argument_is_content(command: Callable[..., Receipt], argument: str, sold: MemoryStore) -> None:
    """Whoever changes anything about a command needs another key: the old one has its receipt (K4)."""
    asked, _ = DONE[command]
    _ = command(sold, ACT, **asked)
    other = ELSE_IMPORTED if command is places.import_registrations and argument == "people" else ELSE[argument]
    with pytest.raises(IdReused):
        _ = command(sold, ACT, **{**asked, argument: other})


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, with all their arguments."""
    assert DONE.keys() == commands_in(use, places) == use_cases_in(use, places)
    for command, (asked, _) in DONE.items():
        assert asked.keys() == signature(command).parameters.keys() - {"store", "act"}


def settled(place: RegistrationId, of: SeatMoney, refund: RefundId | None, *, once: str, by: Act = ACT) -> SeatsSettled:
    """What the charge of the basket says of one of its places."""
    return SeatsSettled(BOUGHT, PoolId(place), {ONE: of}, cad(once), refund, of.back, None, by)


def test_a_place_is_refunded_by_the_terms_of_its_sale(sold: MemoryStore) -> None:
    """A fee for each, and another once, are kept; without a refund all is, and what was not sold has no money (N5)."""
    first = places.cancel_registration(sold, ACT, CLEOS, refund=BACK)
    less_fees, nothing = money("3.00", "7.00", once="2.00"), money("10.00", "0.00")
    assert first.written[-1] == Written("basket", 2, settled(CLEOS, less_fees, BACK, once="2.00"))
    then = act(key="second")
    second = places.cancel_registration(sold, then, EVES)
    assert second.written[-1] == Written("basket", 3, settled(EVES, nothing, None, once="2.00", by=then))
    unsold = places.cancel_registration(sold, act(key="third"), FIRST, refund=BACK)
    assert [written.id for written in unsold.written] == ["full", "first"]


def test_a_place_that_is_not_captured_has_no_refund(sold: MemoryStore) -> None:
    """Whoever has not paid the invoice is refused and cancelled without one (N4, N5, S17)."""
    bens, anns, unpaid = RegistrationId("invoice:1.1"), RegistrationId("invoice:2.1"), TransactionId("invoice")
    sell_place(sold, bens, BEN, unpaid)
    sell_place(sold, anns, ANN, unpaid, approval=True)
    cancel = partial(places.cancel_registration, sold, ACT, bens)
    assert refusal(partial(cancel, refund=BACK)) == NothingCaptured(unpaid)
    assert [written.id for written in cancel().written] == ["bought", "invoice:1.1"]
    refused = places.refuse_registration(sold, act(key="refuse"), anns, refund=BACK)
    assert [written.id for written in refused.written] == ["bought", "invoice:2.1"]


def test_a_session_is_cancelled_with_the_places_that_were_bought(sold: MemoryStore) -> None:
    """What was paid for each goes back in full, as a refund of its own (S14, N5)."""
    receipt = places.cancel_session(sold, ACT, BOUGHT, refund=BACK)
    assert receipt.written == (
        Written("bought", 4, SessionCancelled((), ACT)),
        Written("bought", 5, PlacesGivenBack(2, ACT)),
        Written("basket", 2, settled(CLEOS, REFUNDED, RefundId("back:basket:1.1"), once="0.00")),
        Written("basket", 3, settled(EVES, REFUNDED, RefundId("back:basket:2.1"), once="0.00")),
        Written("basket:1.1", 2, RegistrationCancelled(CLEO, ACT)),
        Written("basket:2.1", 2, RegistrationCancelled(EVE, ACT)),
    )


@pytest.mark.parametrize(
    "leave",
    [partial(places.cancel_registration, refund=BACK), partial(places.refuse_registration, refund=BACK)],
    ids=["cancel", "refuse"],
)
def test_of_sixteen_who_give_a_place_back_one_does(leave: Callable[..., Receipt], sold: MemoryStore) -> None:
    """Whoever presses at once, each under a key of their own, it is given back and paid back once (N4, N5, S12)."""
    by = [partial(_written, leave, f"key-{number}") for number in range(16)]
    assert sorted(at_once(lambda: sold, *by)) == [*[0] * 15, 3]
    with sold.transaction() as work:
        paid, there = work.charges.get(PAID), work.sessions.get(BOUGHT)
    assert (paid.version, [*paid.refunds], there.taken) == (2, [BACK], 1)


def _written(leave: Callable[..., Receipt], key: str, store: MemoryStore) -> int:
    return len(insist(partial(leave, store, act(key=key), EVES)).written)


def test_two_commands_never_share_a_key(sold: MemoryStore) -> None:
    """What is done is part of the content: cancelling some seats is not cancelling all of them (K4)."""
    _ = places.secure_hold(sold, ACT, SESSION, BASKET)
    with pytest.raises(IdReused):
        _ = places.release_hold(sold, ACT, SESSION, BASKET)


def test_the_order_of_seats_is_not_content(sold: MemoryStore) -> None:
    """A set of check boxes comes back in any order, and each seat is meant once (S7, S11)."""
    reminded = use.remind_invitees(sold, act(key="remind"), POOL, [TWO])
    assert use.remind_invitees(sold, act(key="remind"), POOL, (TWO, TWO)) == reminded
    receipt = use.cancel_seats(sold, ACT, POOL, [TWO, ONE])
    assert use.cancel_seats(sold, ACT, POOL, {ONE, TWO}) == receipt
    assert use.cancel_seats(sold, ACT, POOL, [ONE, TWO, ONE]) == receipt


@pytest.mark.parametrize(
    "command",
    [
        command
        for command in COMMANDS
        if command.values[0] not in (places.open_session, use.capture_payment, use.cancel_transaction)
    ],
)
def test_what_is_not_there_is_not_found(command: Callable[..., Receipt]) -> None:
    """A mistyped id is `NotFound`, and the key stays fresh."""
    store = MemoryStore()
    asked, _ = DONE[command]
    with pytest.raises(NotFound):
        _ = command(store, ACT, **asked)
    with store.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


def test_a_transaction_without_pools_is_not_there() -> None:
    """It is answered as one that is somebody else's (S11, R2)."""
    asked, _ = DONE[use.cancel_transaction]
    with pytest.raises(NotFound, match=r"^no SeatPool is kept under this id$"):
        _ = use.cancel_transaction(MemoryStore(), ACT, **asked)


@pytest.mark.parametrize(
    ("portal", "role"), [(PORTAL, BuyerRole.CLIENT), (PortalId("unknown"), BuyerRole.MANAGER)], ids=["role", "portal"]
)
def test_nobody_buys_in_bulk_where_it_is_off(portal: PortalId, role: BuyerRole, sold: MemoryStore) -> None:
    """The switch is the portal's and the role's, and what is not known there is off (S1)."""
    assert refusal(partial(buy, sold, ACT, PoolId("second"), portal=portal, role=role)) == BulkBuyingOff(role)


def test_a_pool_is_named_once(sold: MemoryStore) -> None:
    """A second purchase under the id of the first takes no places (K4)."""
    before = both(sold)
    with pytest.raises(IdReused):
        _ = buy(sold, ACT, POOL, learners=(BEN,), transaction=MORE)
    assert both(sold) == before


def test_nothing_is_bought_in_what_was_captured(sold: MemoryStore) -> None:
    """What was taken is the price of what was bought by then: what comes after it is another transaction (S12)."""
    before = both(sold), charged(sold)
    assert refusal(partial(buy, sold, ACT, PoolId("second"), transaction=ORDER)) == AlreadyCaptured(ORDER)
    assert (both(sold), charged(sold)) == before


def test_a_purchase_without_places_makes_no_pool(sold: MemoryStore) -> None:
    """Places and seats come together or not at all (S1, N1): three are taken and two held."""
    assert refusal(partial(buy, sold, ACT, PoolId("second"), seats=6)) == NotEnoughPlaces(6, 5)
    with sold.transaction() as work, pytest.raises(NotFound):
        _ = work.pools.get(PoolId("second"))


def test_places_come_back_with_cancelled_seats(sold: MemoryStore) -> None:
    """Taken places are live seats, before and after (N1, S11)."""
    _ = use.cancel_seats(sold, act(key="one"), POOL, [TWO])
    session, pool = both(sold)
    assert (session.taken, session.available(NOW), pool.counters().bought) == (2, 6, 2)
    _ = use.cancel_all_seats(sold, act(key="all"), POOL)
    session, pool = both(sold)
    assert (session.taken, session.available(NOW), pool.counters().bought) == (0, 8, 0)


def test_seats_that_nothing_was_taken_for_have_nothing_to_settle(sold: MemoryStore) -> None:
    """Without a charge seats are cancelled, but no refund of a price becomes none unseen (S11, S12)."""
    unpaid, dear, free = TransactionId("unpaid"), PoolId("dear"), PoolId("free")
    _ = buy(sold, act(key="dear"), dear, transaction=unpaid, prices=(PRICE,))
    _ = buy(sold, act(key="free"), free, transaction=unpaid, prices=(NOTHING,))
    assert refusal(partial(use.cancel_all_seats, sold, ACT, dear, refund=BACK)) == NothingCaptured(unpaid)
    for pool, refund in ((dear, None), (free, BACK)):
        receipt = use.cancel_all_seats(sold, act(key=f"cancel-{pool}"), pool, refund=refund)
        assert [type(written.event) for written in receipt.written] == [PlacesGivenBack, SeatsCancelled]


@pytest.mark.parametrize("cancel", [partial(use.cancel_seats, seats=[ONE]), use.cancel_all_seats])
def test_what_cannot_be_refunded_is_not_cancelled(cancel: Callable[..., Receipt], sold: MemoryStore) -> None:
    """Seats, places and money change together or not at all (S11, S12)."""
    before = both(sold), charged(sold)
    assert refusal(partial(cancel, sold, ACT, pool=POOL, refund=ASKED)) == RefundIdUsed(ASKED)
    assert (both(sold), charged(sold)) == before


def test_of_sixteen_who_give_back_what_was_kept_one_does(sold: MemoryStore) -> None:
    """Whoever asks at once, each under a refund of their own, what was kept goes back once (S12)."""

    def ask(number: int, shared: MemoryStore) -> int:
        refund = RefundId(f"refund-{number}")
        command = partial(use.refund_kept, shared, act(key=f"key-{number}"), GONE, [THREE], refund=refund, override=ILL)
        return len(insist(command).written)

    written = at_once(lambda: sold, *(partial(ask, number) for number in range(16)))
    charge = charged(sold)
    assert (sum(written), len(charge.refunds), charge.version) == (1, 4, 9)
    assert charge.seats[GONE][THREE] == REFUNDED


def test_of_sixteen_who_pay_what_is_due_one_does(sold: MemoryStore) -> None:
    """Whoever reports it, and however often under keys of their own, it was taken once (S13)."""

    def pay(number: int, shared: MemoryStore) -> Refusal | None:
        try:
            _ = insist(partial(use.pay_due, shared, act(key=f"key-{number}"), ORDER, GONE, [FOUR]))
        except Refused as refused:
            return refused.refusal
        return None

    said = at_once(lambda: sold, *(partial(pay, number) for number in range(16)))
    assert (said.count(None), said.count(NothingDue(FOUR))) == (1, 15)
    assert charged(sold).captured == PRICE * 8 + (PRICE - FEE)


def seat_elsewhere(store: MemoryStore, person: Person) -> None:
    """Seat somebody in another pool of the session."""
    _ = buy(store, act(key="elsewhere"), PoolId("elsewhere"), learners=(person,))


def seat_alone(store: MemoryStore, person: Person) -> None:
    """Seat somebody on no pool's seat."""
    _ = places.register(store, act(key="alone"), RegistrationId("alone"), session=SESSION, person=person)


@pytest.mark.parametrize("seat", [seat_elsewhere, seat_alone])
def test_nobody_sits_twice_in_a_session(seat: Callable[[MemoryStore, Person], None], sold: MemoryStore) -> None:
    """Each use case that seats somebody asks who sits, in any pool or individually (S5, S8, S9)."""
    seat(sold, BEN)
    assert refusal(partial(use.assign_seats, sold, ACT, POOL, [BEN])) == NobodyToSeat((BEN,))
    assert refusal(partial(use.invite_to_seats, sold, ACT, POOL, [BEN])) == NobodyToSeat((BEN,))
    assert refusal(partial(use.accept_invitation, sold, ACT, POOL, TWO, 1, learner=BEN)) == AlreadySeated((BEN,))
    typed = Person(BEN.address)
    assert refusal(partial(use.correct_invitation, sold, ACT, POOL, TWO, BEN.address)) == AlreadySeated((typed,))
    for mode in Mode:
        assert refusal(partial(use.revoke_seat, sold, ACT, POOL, ONE, to=BEN, mode=mode)) == AlreadySeated((BEN,))
    assert refusal(partial(buy, sold, ACT, PoolId("second"), learners=(BEN,))) == AlreadySeated((BEN,))
    assert refusal(partial(buy, sold, ACT, PoolId("second"), invitees=(BEN,))) == AlreadySeated((BEN,))
    register = partial(places.register, sold, ACT, RegistrationId("new"), session=SESSION, person=BEN)
    assert refusal(register) == RegistrantSits(BEN)
    roster = ((RegistrationId("new"), BEN),)
    assert refusal(partial(places.import_registrations, sold, ACT, SESSION, roster)) == NobodyToRegister((BEN,))
    _ = use.cancel_seats(sold, act(key="cancel"), POOL, [THREE])
    for mode in Mode:
        again = partial(use.reactivate_seat, sold, ACT, POOL, THREE, to=BEN, mode=mode)
        assert refusal(again) == AlreadySeated((BEN,))
    _ = use.assign_seats(sold, act(key="there"), GONE, [BEN])
    moving = {**DONE[use.transfer_seat][0], "pool": GONE, "seat": FOUR, "there": SESSION}
    assert refusal(partial(use.transfer_seat, sold, ACT, **moving)) == AlreadySeated((BEN,))


@pytest.mark.parametrize("seat", [seat_elsewhere, seat_alone])
def test_a_learner_who_sits_elsewhere_does_not_come_back(
    seat: Callable[[MemoryStore, Person], None], sold: MemoryStore
) -> None:
    """A reactivated seat is its former learner's only if they do not sit in the session by now (S13, S5)."""
    _ = use.cancel_seats(sold, act(key="cancel"), POOL, [ONE])
    seat(sold, ANN)
    receipt = use.reactivate_seat(sold, ACT, POOL, ONE)
    assert receipt.written[1] == Written("pool", 3, SeatReactivated(ONE, None, None, ACT))


def test_an_invitee_sits(sold: MemoryStore) -> None:
    """Who is asked in one pool is asked in no other, until they decline (S5, S6)."""
    _ = buy(sold, act(key="second"), PoolId("second"))
    assert refusal(partial(use.invite_to_seats, sold, ACT, PoolId("second"), [DAN])) == NobodyToSeat((DAN,))
    assert refusal(partial(use.assign_seats, sold, ACT, PoolId("second"), [DAN_SIGNED_IN])) == NobodyToSeat(
        (DAN_SIGNED_IN,)
    )
    _ = use.decline_invitation(sold, act(key="no"), POOL, TWO, 1)
    asked = use.invite_to_seats(sold, ACT, PoolId("second"), [DAN])
    assert asked.written == (Written("second", 2, SeatsInvited({ONE: DAN}, ASKED_UNTIL, (), (), {}, ACT)),)


def test_a_second_acceptance_is_an_answer_without_events(sold: MemoryStore) -> None:
    """A link that is opened again, under a key of its own, is not told off and writes nothing (S6)."""
    _ = use.accept_invitation(sold, act(key="first"), POOL, TWO, 1, learner=DAN_SIGNED_IN)
    before = both(sold)
    again = use.accept_invitation(sold, act(ENDS, key="again"), POOL, TWO, 1, learner=DAN_SIGNED_IN)
    assert again == Receipt(ACT.by, Key("again"), ())
    assert both(sold) == before


def test_of_sixteen_answers_one_counts(sold: MemoryStore) -> None:
    """Whoever forwards an invitation, and however many press at once, one account is enrolled by it (S4, S6)."""

    def answer(number: int, shared: MemoryStore) -> Refusal | None:
        learner = Person.of(f"learner-{number}@example.com", f"learner-{number}")
        by = act(by=f"learner-{number}")
        try:
            _ = insist(partial(use.accept_invitation, shared, by, POOL, TWO, 1, learner=learner))
        except Refused as refused:
            return refused.refusal
        return None

    said = at_once(lambda: sold, *(partial(answer, number) for number in range(16)))
    _, pool = both(sold)
    assert (said.count(None), said.count(AlreadyAccepted(TWO))) == (1, 15)
    assert (pool.version, pool.enrolled[TWO].account) == (2, f"learner-{said.index(None)}")


def test_of_sixteen_buyers_one_gets_the_last_place() -> None:
    """Whoever tries at once, with the same session in view, the place is sold once (N1)."""
    store = shop()
    _ = places.open_session(store, act(key="open"), SESSION, starts=STARTS, ends=ENDS, capacity=1)

    def try_to_buy(number: int, shared: MemoryStore) -> bool:
        try:
            _ = insist(partial(buy, shared, act(key=f"key-{number}"), PoolId(f"pool-{number}"), seats=1))
        except Refused:
            return False
        return True

    bought = at_once(lambda: store, *(partial(try_to_buy, number) for number in range(16)))
    with store.transaction() as work:
        session, pools = work.sessions.get(SESSION), work.pools.of_session(SESSION)
    assert (bought.count(True), session.taken, len(pools)) == (1, 1, 1)


def test_one_key_sixteen_times_is_one_purchase(sold: MemoryStore) -> None:
    """A button pressed sixteen times at once buys once, and every press gets the same receipt (K4)."""

    def press(shared: MemoryStore) -> Receipt:
        return insist(partial(buy, shared, ACT, PoolId("second"), learners=(BEN,)))

    receipts = at_once(lambda: sold, *[press] * 16)
    with sold.transaction() as work:
        answer = work.answer(ACT.by, Key("key"))
        assert work.sessions.get(SESSION).taken == 6
    assert answer is not None
    assert receipts == [answer.receipt] * 16


def test_an_actor_may_use_a_key_of_another(sold: MemoryStore) -> None:
    """Keys are per actor: two managers whose forms count from one do not meet (K4)."""
    first = use.assign_seats(sold, Act(NOW, ActorId("ann"), Key("1")), POOL, [BEN])
    second = use.remind_invitees(sold, Act(NOW, ActorId("ben"), Key("1")), POOL, [TWO])
    assert (first.written[0].version, second.written[0].version) == (2, 3)
