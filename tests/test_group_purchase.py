"""The use cases of group purchase, over the memory store: what a host calls when somebody presses a button."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from inspect import getmembers, isfunction, signature
from typing import Any, Final, get_args

import pytest

from lara_core.hosting import group_purchase as use
from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Event, Refusal, Refused
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import ActorId, HoldId, Key, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.refunds import (
    Charge,
    ChargeCaptured,
    ChargeEvent,
    NothingCaptured,
    Override,
    RefundFailed,
    RefundIdUsed,
    RefundRetried,
    RefundSucceeded,
    RefundTerms,
    SeatMoney,
    SeatsSettled,
)
from lara_core.seats import (
    AlreadyAccepted,
    AlreadySeated,
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
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
)
from lara_core.sessions import (
    CapacityChanged,
    HoldReleased,
    HoldSecured,
    NotEnoughPlaces,
    PlacesGivenBack,
    PlacesHeld,
    PlacesTaken,
    Session,
    SessionEvent,
    SessionOpened,
)
from lara_core.testing.memory import MemoryStore
from lara_core.testing.races import at_once, insist
from tests.builders import ANN, ANN_TYPED, AT_PURCHASE, BEN, CLEO, DAN, ENDS, FREELY, NOW, PRICE, STARTS, TICK, act

SESSION: Final = SessionId("excel")
POOL: Final = PoolId("pool")
BASKET: Final = HoldId("basket")
UNTIL: Final = Deadline.at(NOW + timedelta(minutes=15))
ONE, TWO, THREE = SeatNo(1), SeatNo(2), SeatNo(3)
ACT: Final = act()
# The pool of another session, whose one invitation was over just before `NOW`.
DUE: Final = PoolId("due")
DAN_SIGNED_IN: Final = Person.of("dan@example.com", "dan")
FAY: Final = Person.of("fay@example.com")
GUS: Final = EmailAddress("gus@example.com")
# Invitations last half a week.
POLICY: Final = Policy(invitation_hours=84, withdrawal=True)
ASKED_UNTIL: Final = Deadline.at(NOW + timedelta(hours=84))

ORDER: Final = TransactionId("order")
# A pool whose seats are cancelled: money for the first is on its way, that for the second failed to, the third is kept.
GONE: Final = PoolId("gone")
ASKED, FAILED, BACK = RefundId("asked"), RefundId("failed"), RefundId("back")
NOTHING: Final = Money.zero(Currency("CAD"))
FEE: Final = Money.of("1.00", "CAD")
TERMS: Final = RefundTerms("0", FEE, FEE * 2)
ILL: Final = Override("illness")

# What each use case is asked, and what it writes in `sold`: the aggregate, its version, the event.
DONE: Final[Mapping[Callable[..., Receipt], tuple[Mapping[str, Any], Sequence[tuple[str, int, Event]]]]] = {
    use.open_session: (
        {"session": SessionId("word"), "starts": STARTS, "ends": ENDS, "capacity": 5},
        [("word", 1, SessionOpened(SessionId("word"), STARTS, ENDS, 5, ACT))],
    ),
    use.resize_session: ({"session": SESSION, "capacity": 20}, [("excel", 4, CapacityChanged(20, (), ACT))]),
    use.hold_places: (
        {"session": SESSION, "hold": HoldId("other"), "places": 2, "until": UNTIL},
        [("excel", 4, PlacesHeld(HoldId("other"), 2, UNTIL, (), ACT))],
    ),
    use.secure_hold: ({"session": SESSION, "hold": BASKET}, [("excel", 4, HoldSecured(BASKET, ACT))]),
    use.release_hold: ({"session": SESSION, "hold": BASKET}, [("excel", 4, HoldReleased(BASKET, ACT))]),
    use.buy_seats: (
        {
            "pool": PoolId("second"),
            "session": SESSION,
            "transaction": TransactionId("order"),
            "buyer": ActorId("manager"),
            "prices": (PRICE, PRICE),
            "policy": FREELY,
            "learners": (BEN,),
            "invitees": (FAY,),
            "hold": BASKET,
        },
        [
            ("excel", 4, PlacesTaken(2, BASKET, (), ACT)),
            (
                "second",
                1,
                SeatsBought(
                    PoolId("second"),
                    SESSION,
                    TransactionId("order"),
                    ActorId("manager"),
                    FREELY,
                    (PRICE, PRICE),
                    {ONE: BEN},
                    {TWO: FAY},
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
        {"pool": POOL, "seats": (THREE, ONE), "refund": BACK, "override": ILL},
        [
            ("excel", 4, PlacesGivenBack(2, ACT)),
            ("pool", 2, SeatsCancelled((ONE, THREE), {ONE: ANN}, ACT)),
            (
                "order",
                6,
                SeatsSettled(
                    SESSION,
                    POOL,
                    dict.fromkeys((ONE, THREE), SeatMoney(PRICE, NOTHING, PRICE)),
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
        {"pool": POOL, "refund": BACK, "override": None},
        [
            ("excel", 4, PlacesGivenBack(3, ACT)),
            ("pool", 2, SeatsCancelled((ONE, TWO, THREE), {ONE: ANN, TWO: DAN}, ACT)),
            (
                "order",
                6,
                SeatsSettled(
                    SESSION,
                    POOL,
                    dict.fromkeys((ONE, TWO, THREE), SeatMoney(PRICE, FEE, PRICE - FEE)),
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
                6,
                SeatsSettled(
                    SessionId("other"),
                    GONE,
                    {THREE: SeatMoney(PRICE, NOTHING, PRICE)},
                    FEE * 2,
                    BACK,
                    PRICE,
                    "illness",
                    ACT,
                ),
            )
        ],
    ),
    use.refund_succeeded: ({"transaction": ORDER, "refund": ASKED}, [("order", 6, RefundSucceeded(ASKED, ACT))]),
    use.refund_failed: ({"transaction": ORDER, "refund": ASKED}, [("order", 6, RefundFailed(ASKED, ACT))]),
    use.retry_refund: ({"transaction": ORDER, "refund": FAILED}, [("order", 6, RefundRetried(FAILED, ACT))]),
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
    "seat": THREE,
    "invitation": 2,
    "learner": CLEO,
    "to": CLEO,
    "mode": Mode.IMMEDIATE,
    "seats": (ONE,),
    "refund": RefundId("else"),
    "override": Override("something else"),
    "captured": PRICE * 2,
    "terms": RefundTerms("1", FEE, FEE * 2),
}

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
) -> Receipt:
    """Buy seats in a session, in the same transaction whatever the pool."""
    return use.buy_seats(
        store,
        by,
        name,
        session=session,
        transaction=TransactionId("order"),
        buyer=ActorId("manager"),
        prices=(PRICE,) * seats,
        policy=POLICY,
        learners=learners,
        invitees=invitees,
    )


@pytest.fixture
def sold() -> MemoryStore:
    """Ten places; two are held in a basket, and three were bought: Ann is on the first seat, Dan is asked for the next.

    The invitation in the other session is over by one microsecond. All was taken in one transaction; the seats of its
    third pool are cancelled one by one.
    """
    store = MemoryStore()
    _ = use.open_session(store, act(key="open"), SESSION, starts=STARTS, ends=ENDS, capacity=10)
    _ = use.hold_places(store, act(key="basket"), SESSION, BASKET, 2, until=UNTIL)
    _ = buy(store, act(key="buy"), POOL, learners=(ANN,), invitees=(DAN,))
    _ = use.open_session(store, act(key="other"), SessionId("other"), starts=STARTS, ends=ENDS)
    long_ago = act(NOW - timedelta(hours=84) - TICK, key="ask")
    _ = buy(store, long_ago, DUE, session=SessionId("other"), seats=1, invitees=(FAY,))
    _ = buy(store, act(key="buy-more"), GONE, session=SessionId("other"))
    _ = use.capture_payment(store, act(key="capture"), ORDER, buyer=ActorId("manager"), captured=PRICE * 7, terms=TERMS)
    for seat, refund in [(ONE, ASKED), (TWO, FAILED), (THREE, None)]:
        _ = use.cancel_seats(store, act(key=f"cancel-{seat}"), GONE, [seat], refund=refund)
    _ = use.refund_failed(store, act(key="fail"), ORDER, FAILED)
    return store


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
    assert [last(sold, name, event) for name, _, event in expected] == [written[1:] for written in expected]


def last(store: MemoryStore, name: str, like: Event) -> tuple[int, Event]:
    """How many events an aggregate has, of the kind that *like* happened to, and the last of them."""
    with store.transaction() as work:
        events: Sequence[Event]
        if isinstance(like, get_args(SessionEvent)):
            events = work.sessions.events(SessionId(name))
        elif isinstance(like, get_args(ChargeEvent)):
            events = work.charges.events(TransactionId(name))
        else:
            events = work.pools.events(PoolId(name))
    return len(events), events[-1]


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
    with pytest.raises(IdReused):
        _ = command(sold, ACT, **{**asked, argument: ELSE[argument]})


def test_every_use_case_is_tested() -> None:
    """What is above is all of them, with all their arguments."""
    own = [(name, function) for name, function in getmembers(use, isfunction) if function.__module__ == use.__name__]
    found = {function for name, function in own if not name.startswith("_")}
    assert DONE.keys() == found
    for command, (asked, _) in DONE.items():
        assert asked.keys() == signature(command).parameters.keys() - {"store", "act"}


def test_two_commands_never_share_a_key(sold: MemoryStore) -> None:
    """What is done is part of the content: cancelling some seats is not cancelling all of them (K4)."""
    _ = use.secure_hold(sold, ACT, SESSION, BASKET)
    with pytest.raises(IdReused):
        _ = use.release_hold(sold, ACT, SESSION, BASKET)


def test_the_order_of_seats_is_not_content(sold: MemoryStore) -> None:
    """A set of check boxes comes back in any order, and each seat is meant once (S7, S11)."""
    reminded = use.remind_invitees(sold, act(key="remind"), POOL, [TWO])
    assert use.remind_invitees(sold, act(key="remind"), POOL, (TWO, TWO)) == reminded
    receipt = use.cancel_seats(sold, ACT, POOL, [TWO, ONE])
    assert use.cancel_seats(sold, ACT, POOL, {ONE, TWO}) == receipt
    assert use.cancel_seats(sold, ACT, POOL, [ONE, TWO, ONE]) == receipt


@pytest.mark.parametrize(
    "command",
    [command for command in COMMANDS if command.values[0] not in (use.open_session, use.capture_payment)],
)
def test_what_is_not_there_is_not_found(command: Callable[..., Receipt]) -> None:
    """A mistyped id is `NotFound`, and the key stays fresh."""
    store = MemoryStore()
    asked, _ = DONE[command]
    with pytest.raises(NotFound):
        _ = command(store, ACT, **asked)
    with store.transaction() as work:
        assert work.answer(ACT.by, ACT.key) is None


def test_a_pool_is_named_once(sold: MemoryStore) -> None:
    """A second purchase under the id of the first takes no places (K4)."""
    before = both(sold)
    with pytest.raises(IdReused):
        _ = buy(sold, ACT, POOL, learners=(BEN,))
    assert both(sold) == before


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
    asked: dict[str, Any] = {"session": SESSION, "buyer": ActorId("manager"), "policy": POLICY}
    unpaid, free = TransactionId("unpaid"), PoolId("free")
    _ = use.buy_seats(sold, act(key="unpaid"), PoolId("unpaid"), transaction=unpaid, prices=(PRICE,), **asked)
    _ = use.buy_seats(sold, act(key="free"), free, transaction=unpaid, prices=(PRICE - PRICE,), **asked)
    assert refusal(partial(use.cancel_all_seats, sold, ACT, PoolId("unpaid"), refund=BACK)) == NothingCaptured(unpaid)
    for pool, refund in ((PoolId("unpaid"), None), (free, BACK)):
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
    assert (sum(written), len(charge.refunds), charge.version) == (1, 3, 6)
    assert charge.seats[GONE][THREE] == SeatMoney(PRICE, NOTHING, PRICE)


def seat_elsewhere(store: MemoryStore, person: Person) -> None:
    """Seat somebody in another pool of the session."""
    _ = buy(store, act(key="elsewhere"), PoolId("elsewhere"), learners=(person,))


def seat_alone(store: MemoryStore, person: Person) -> None:
    """Seat somebody on no pool's seat."""
    store.seat_individually(SESSION, person)


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
    store = MemoryStore()
    _ = use.open_session(store, act(key="open"), SESSION, starts=STARTS, ends=ENDS, capacity=1)

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
