"""Seats: bought in bulk, assigned, revoked and given to others, given up, cancelled. For invitations, see there."""

from collections.abc import Callable, Collection, Container, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refusal, why_not
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import AccountId, ActorId, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey
from lara_core.seats import (
    AccountNeeded,
    AlreadySeated,
    BuyersDoNotCancel,
    Cancelled,
    Cause,
    Counters,
    LearnersNeeded,
    LearnerWithdrew,
    Mode,
    ModeOff,
    NamedTwice,
    NewHolderNeeded,
    NobodyToSeat,
    NoSuchSeat,
    NotEnoughSeats,
    NothingToCancel,
    OtherBuyer,
    OtherSession,
    Policy,
    PoolHandedOver,
    SameHolder,
    SeatDecision,
    SeatIs,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatState,
    SeatVerb,
    SessionCalledOff,
    SessionEnded,
    SessionFacts,
    SessionStarted,
    WithdrawalOff,
)
from tests.builders import (
    ANN,
    ANN_TYPED,
    AT_PURCHASE,
    BEN,
    BEN_ELSEWHERE,
    CALLED_OFF,
    CLEO,
    DAN,
    ENDS,
    EVE,
    EXCEL,
    FOUR,
    FREELY,
    NINE,
    NOW,
    ONE,
    PRICE,
    STARTS,
    THREE,
    TICK,
    TWO,
    WORD,
    act,
    buy,
    flaw,
    gone,
    in_turn,
    keys,
    mixed,
    pool,
)

CLEO_TYPED = Person.of("cleo@EXAMPLE.com")
EVE_TYPED = Person.of("Eve@example.com")
BY_CONFIRMATION = Policy(modes=frozenset({Mode.CONFIRMATION}))
WITH_WITHDRAWAL = Policy(withdrawal=True)


def _buy(act: Act, learners: Sequence[Person] = (), **given: Any) -> SeatDecision:
    """Two seats, unless told otherwise."""
    facts: dict[str, Any] = {"prices": (PRICE, PRICE), **given}
    return buy(act, learners, **facts)


# --- Buying -----------------------------------------------------------------------------------------------------------


def test_each_seat_has_its_own_price() -> None:
    """N seats at once, numbered from 1, each with the price that was paid for it, be it nothing (S1)."""
    prices = [Money.of("10.00", "CAD"), Money.of("8.50", "CAD"), Money.of("0.00", "CAD")]
    decision = _buy(act(), prices=prices)
    assert decision.events == (
        SeatsBought(
            PoolId("pool"),
            SessionId("excel"),
            TransactionId("order"),
            ActorId("manager"),
            FREELY,
            tuple(prices),
            {},
            {},
            None,
            None,
            act(),
        ),
    )
    assert decision.state == SeatPool(
        PoolId("pool"),
        1,
        SessionId("excel"),
        TransactionId("order"),
        ActorId("manager"),
        FREELY,
        tuple(prices),
        None,
        (ONE, TWO, THREE),
        {},
        {},
        {},
        {},
        {},
    )


@pytest.mark.parametrize(
    ("policy", "learners", "free"),
    [
        (FREELY, (), (1, 2)),
        (FREELY, (BEN,), (2,)),
        (FREELY, (BEN, ANN), ()),
        (AT_PURCHASE, (BEN, ANN), ()),
    ],
)
def test_a_purchase_seats_its_learners(policy: Policy, learners: Sequence[Person], free: tuple[SeatNo, ...]) -> None:
    """Learners sit on the first seats at once; under *assign at purchase* they fill them all (S3, S8)."""
    decision = _buy(act(), learners, policy=policy)
    on = {SeatNo(seat): learner for seat, learner in enumerate(learners, 1)}
    empty = _buy(act()).state
    assert decision.events == (
        SeatsBought(
            empty.id, EXCEL.id, empty.transaction, empty.buyer, policy, (PRICE, PRICE), on, {}, None, None, act()
        ),
    )
    assert decision.state == evolve(empty, policy=policy, free=free, enrolled=on)


@pytest.mark.parametrize(
    ("policy", "learners", "seated", "refusal"),
    [
        (AT_PURCHASE, (), (), LearnersNeeded(2, 0)),
        (AT_PURCHASE, (ANN,), (), LearnersNeeded(2, 1)),
        (AT_PURCHASE, (ANN, BEN, CLEO), (), LearnersNeeded(2, 3)),
        (FREELY, (ANN, BEN, CLEO), (), NotEnoughSeats(3, 2)),
        (FREELY, (ANN, ANN_TYPED), (), NamedTwice((ANN_TYPED,))),
        (AT_PURCHASE, (BEN, BEN_ELSEWHERE), (), NamedTwice((BEN_ELSEWHERE,))),
        (FREELY, (DAN,), (), AccountNeeded((DAN,))),
        (AT_PURCHASE, (ANN, DAN), (), AccountNeeded((DAN,))),
        (AT_PURCHASE, (ANN, BEN), keys(BEN), AlreadySeated((BEN,))),
        (FREELY, (BEN, ANN), keys(ANN_TYPED, BEN_ELSEWHERE), AlreadySeated((BEN, ANN))),
    ],
)
def test_a_purchase_skips_nobody(
    policy: Policy, learners: Sequence[Person], seated: Container[PersonKey], refusal: Refusal
) -> None:
    """Whoever cannot be seated refuses the purchase: at most as many learners as seats, and all new (S5, S8)."""
    assert why_not(_buy, act(), learners, policy=policy, seated=seated) == refusal


def test_a_purchase_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    wrong = {
        "session": CALLED_OFF,
        "act": act(ENDS),
        "learners": (ANN, ANN_TYPED, DAN),
        "policy": evolve(AT_PURCHASE, modes=BY_CONFIRMATION.modes),
        "prices": (PRICE, PRICE),
        "seated": keys(ANN, DAN),
    }
    assert in_turn(
        _buy,
        wrong,
        {"session": EXCEL},
        {"act": act()},
        {"policy": AT_PURCHASE},
        {"learners": (ANN, BEN, DAN)},
        {"policy": FREELY},
        {"prices": (PRICE, PRICE, PRICE)},
        {"learners": (ANN, BEN)},
        {"learners": (BEN, CLEO)},
    ) == [
        SessionCalledOff(),
        SessionEnded(ENDS),
        ModeOff(Mode.IMMEDIATE),
        NamedTwice((ANN_TYPED,)),
        LearnersNeeded(2, 3),
        NotEnoughSeats(3, 2),
        AccountNeeded((DAN,)),
        AlreadySeated((ANN,)),
        None,
    ]


@pytest.mark.parametrize(
    ("prices", "bad"),
    [
        ((), ("prices", Flaw.EMPTY)),
        ((PRICE,), None),
        ((PRICE,) * 100_001, ("prices", Flaw.TOO_LONG)),
        ((PRICE,) * 100_000, None),
        ((PRICE, Money.of("-0.01", "CAD")), ("prices", Flaw.TOO_SMALL)),
        ((PRICE, Money.of("10.00", "EUR")), ("prices", Flaw.MIXED_CURRENCIES)),
        ((Money.of("0.00", "EUR"), PRICE), ("prices", Flaw.MIXED_CURRENCIES)),
        ((Money(10**15, PRICE.currency), Money(1, PRICE.currency)), ("prices", Flaw.TOO_LARGE)),
        ((Money(10**15 - 1, PRICE.currency), Money(1, PRICE.currency)), None),
    ],
    ids=[
        "none",
        "one",
        "too many",
        "as many as there may be",
        "negative",
        "mixed",
        "mixed with nothing",
        "too dear",
        "dear",
    ],
)
def test_prices_that_make_no_sense(prices: Sequence[Money], bad: tuple[str, Flaw] | None) -> None:
    """No seats, too many of them, money back, two currencies, and a total that is no amount are bad values (K6, K9)."""
    assert flaw(lambda: _buy(act(), prices=prices)) == bad


# --- Assigning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("learners", "seated", "seats", "repeated", "already"),
    [
        ((BEN,), (), {2: BEN}, (), ()),
        ((CLEO, BEN), (), {2: CLEO, 3: BEN}, (), ()),
        ((BEN, BEN), (), {2: BEN}, (BEN,), ()),
        ((BEN, CLEO, BEN_ELSEWHERE, CLEO_TYPED), (), {2: BEN, 3: CLEO}, (BEN_ELSEWHERE, CLEO_TYPED), ()),
        ((BEN, ANN, CLEO), keys(ANN), {2: BEN, 3: CLEO}, (), (ANN,)),
        ((ANN_TYPED, BEN), keys(ANN), {2: BEN}, (), (ANN_TYPED,)),
        ((CLEO, BEN, DAN), keys(DAN), {2: CLEO, 3: BEN}, (), (DAN,)),
        ((ANN, ANN_TYPED, BEN, CLEO, BEN), keys(ANN), {2: BEN, 3: CLEO}, (ANN_TYPED, BEN), (ANN,)),
    ],
    ids=[
        "one",
        "in the order given",
        "twice",
        "twice in other spellings",
        "one who sits takes no seat",
        "one who sits, by address",
        "one who sits needs no account",
        "all at once",
    ],
)
def test_a_batch_is_seated(
    learners: Sequence[Person],
    seated: Container[PersonKey],
    seats: dict[SeatNo, Person],
    repeated: tuple[Person, ...],
    already: tuple[Person, ...],
) -> None:
    """First free seats first, one each however often and however spelt; the event reports the others (S3, S5)."""
    before = pool(ANN)
    decision = before.assign(act(), learners, session=EXCEL, seated=seated)
    assert decision.events == (SeatsAssigned(seats, repeated, already, {}, act()),)
    assert decision.state == evolve(
        before,
        version=2,
        free=tuple(seat for seat in (TWO, THREE) if seat not in seats),
        enrolled={ONE: ANN, **seats},
    )


def test_people_stay_as_they_were_named() -> None:
    """The first mention takes the seat, and each mention is told as it was typed (S5, K7)."""
    first, again = Person.of("Cleo@Example.com", "cleo"), CLEO
    (event,) = pool().assign(act(), (first, again, ANN_TYPED), session=EXCEL, seated=keys(ANN)).events
    assert isinstance(event, SeatsAssigned)
    mentions = (*event.learners.values(), *event.repeated, *event.already)
    assert [person.address.typed for person in mentions] == ["Cleo@Example.com", "cleo@example.com", "Ann@EXAMPLE.com"]


@pytest.mark.parametrize(
    ("learners", "refusal"),
    [
        ((), NobodyToSeat(())),
        ((ANN_TYPED, ANN, DAN), NobodyToSeat((ANN, DAN))),
        ((BEN, EVE_TYPED, CLEO_TYPED), AccountNeeded((EVE_TYPED, CLEO_TYPED))),
        ((BEN, CLEO, EVE), NotEnoughSeats(3, 2)),
        ((BEN, CLEO, EVE, EVE_TYPED, ANN), NotEnoughSeats(3, 2)),
    ],
)
def test_a_batch_is_seated_whole_or_not_at_all(learners: Sequence[Person], refusal: Refusal) -> None:
    """For lack of seats, of accounts, or of anybody to seat, nobody is seated (S4, S5)."""
    assert why_not(pool(ANN).assign, act(), learners, session=EXCEL, seated=keys(ANN, DAN)) == refusal


def test_an_assignment_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told; who sits already counts for none."""
    before = pool(ANN, seats=2)
    wrong = {
        "self": evolve(before, policy=BY_CONFIRMATION),
        "act": act(ENDS),
        "session": WORD,
        "learners": (ANN,),
        "seated": keys(ANN, DAN),
    }
    assert in_turn(
        SeatPool.assign,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act()},
        {"self": before},
        {"learners": (EVE_TYPED, BEN, ANN)},
        {"learners": (CLEO, BEN, ANN)},
        {"learners": (CLEO, DAN, ANN)},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionEnded(ENDS),
        ModeOff(Mode.IMMEDIATE),
        NobodyToSeat((ANN,)),
        AccountNeeded((EVE_TYPED,)),
        NotEnoughSeats(2, 1),
        None,
    ]


# --- Revoking ---------------------------------------------------------------------------------------------------------


def test_a_revoked_seat_is_free() -> None:
    """Without the switch, a seat may be emptied; it is given out again before higher numbers (S9)."""
    before = pool(ANN, BEN)
    seated = keys(ANN, BEN)
    decision = before.revoke(act(), ONE, session=EXCEL, seated=seated)
    assert decision.events == (SeatRevoked(ONE, ANN, None, None, act()),)
    assert decision.state == evolve(before, version=2, free=(ONE, THREE), enrolled={TWO: BEN})
    again = decision.state.revoke(act(), TWO, session=EXCEL, seated=seated)
    assert again.state == evolve(before, version=3, free=(ONE, TWO, THREE), enrolled={})


@pytest.mark.parametrize("policy", [FREELY, AT_PURCHASE])
def test_a_revoked_seat_goes_to_its_new_holder(policy: Policy) -> None:
    """Old out and new in are one event, under either policy, and no other seat is touched (S9)."""
    before = pool(ANN, BEN, seats=2, policy=policy)
    decision = before.revoke(act(), ONE, to=CLEO, session=EXCEL, seated=keys(ANN, BEN))
    assert decision.events == (SeatRevoked(ONE, ANN, CLEO, None, act()),)
    assert decision.state == evolve(before, version=2, enrolled={ONE: CLEO, TWO: BEN})


@pytest.mark.parametrize("policy", [FREELY, AT_PURCHASE])
@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (BEN, SameHolder(TWO)),
        (BEN_ELSEWHERE, SameHolder(TWO)),
        (Person.of("BEN@example.com"), SameHolder(TWO)),
        (Person.of("BEN@example.com", "another"), SameHolder(TWO)),
        (ANN, AlreadySeated((ANN,))),
        (Person.of("Ann@example.com", "another"), AlreadySeated((Person.of("Ann@example.com", "another"),))),
        (EVE_TYPED, AccountNeeded((EVE_TYPED,))),
    ],
)
def test_an_inadmissible_new_holder(policy: Policy, to: Person, refusal: Refusal) -> None:
    """The revoked one, one who sits and one without an account are refused: the old holder keeps the seat (S4, S9)."""
    full = pool(ANN, BEN, seats=2, policy=policy)
    assert why_not(full.revoke, act(), TWO, to=to, session=EXCEL, seated=keys(ANN, BEN)) == refusal


@pytest.mark.parametrize(
    ("seat", "refusal"),
    [(TWO, SeatIs(TWO, SeatState.FREE)), (THREE, SeatIs(THREE, SeatState.CANCELLED)), (NINE, NoSuchSeat(NINE))],
)
@pytest.mark.parametrize("to", [None, CLEO])
def test_only_an_enrolled_seat_is_revoked(seat: SeatNo, to: Person | None, refusal: Refusal) -> None:
    """Nobody can be taken off a seat that nobody has, also where a new holder is named (S9)."""
    assert why_not(mixed().revoke, act(), seat, to=to, session=EXCEL, seated=keys(ANN)) == refusal


def test_a_revocation_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    full = pool(ANN, BEN, CLEO, policy=AT_PURCHASE)
    before = full.cancel(act(), (THREE,), session=EXCEL).state
    wrong = {
        "self": evolve(before, policy=evolve(AT_PURCHASE, modes=BY_CONFIRMATION.modes)),
        "act": act(STARTS),
        "session": WORD,
        "seat": NINE,
        "seated": keys(ANN, BEN, DAN),
    }
    assert in_turn(
        SeatPool.revoke,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act()},
        {"seat": THREE},
        {"seat": ONE},
        {"to": ANN_TYPED},
        {"to": DAN},
        {"self": before},
        {"to": BEN},
        {"to": CLEO},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionStarted(STARTS),
        NoSuchSeat(NINE),
        SeatIs(THREE, SeatState.CANCELLED),
        NewHolderNeeded(ONE),
        SameHolder(ONE),
        ModeOff(Mode.IMMEDIATE),
        AccountNeeded((DAN,)),
        AlreadySeated((BEN,)),
        None,
    ]


def test_a_seat_is_emptied_whatever_the_modes() -> None:
    """A mode is about who gets a seat; without the switch, taking one away needs none (S3, S9)."""
    before = pool(ANN)
    for mode in Mode:
        strict = evolve(before, policy=Policy(modes=frozenset({mode})))
        for asked in Mode:
            assert why_not(strict.revoke, act(), ONE, mode=asked, session=EXCEL, seated=keys(ANN)) is None


# --- Giving up --------------------------------------------------------------------------------------------------------


def test_a_learner_withdraws() -> None:
    """The seat is free and given out again like any other (S10)."""
    before = pool(ANN, BEN, policy=WITH_WITHDRAWAL)
    decision = before.withdraw(act(by="ann"), ONE, session=EXCEL)
    assert decision.events == (LearnerWithdrew(ONE, ANN, act(by="ann")),)
    assert decision.state == evolve(before, version=2, free=(ONE, THREE), enrolled={TWO: BEN})
    assert decision.state.to_assign == ()


def test_under_the_switch_a_seat_given_up_is_to_be_assigned() -> None:
    """Nobody has to name a successor for a learner who leaves; the pool says that one is due (S10)."""
    full = pool(ANN, BEN, seats=2, policy=evolve(AT_PURCHASE, withdrawal=True))
    assert full.to_assign == ()
    left = full.withdraw(act(), TWO, session=EXCEL).state
    assert (left.free, left.to_assign, left.emptied) == ((TWO,), (TWO,), {TWO: NOW})
    more = left.withdraw(act(NOW + TICK), ONE, session=EXCEL).state
    assert (more.to_assign, more.emptied) == ((ONE, TWO), {ONE: NOW + TICK, TWO: NOW})
    given = more.assign(act(), (CLEO,), session=EXCEL, seated=()).state
    assert (given.to_assign, given.emptied) == ((TWO,), {TWO: NOW})
    cancelled = more.cancel_all(act(), session=EXCEL).state
    assert (cancelled.to_assign, cancelled.emptied) == ((), {})


def test_a_withdrawal_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    wrong = {"self": mixed(), "act": act(STARTS), "session": WORD, "seat": NINE}
    assert in_turn(
        SeatPool.withdraw,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act()},
        {"self": evolve(mixed(), policy=WITH_WITHDRAWAL)},
        {"seat": TWO},
        {"seat": THREE},
        {"seat": ONE},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionStarted(STARTS),
        WithdrawalOff(),
        NoSuchSeat(NINE),
        SeatIs(TWO, SeatState.FREE),
        SeatIs(THREE, SeatState.CANCELLED),
        None,
    ]


# --- Handing over -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [NOW, STARTS, ENDS + TICK])
def test_a_pool_passes_to_another_buyer(at: datetime) -> None:
    """Seats, prices and policy stay, and it is never too late; whose it is already has nothing to do (S17)."""
    before = mixed()
    decision = before.hand_over(act(at), ActorId("successor"))
    assert decision.events == (PoolHandedOver(ActorId("manager"), ActorId("successor"), act(at)),)
    assert decision.state == evolve(before, version=4, buyer=ActorId("successor"))
    again = decision.state.hand_over(act(at), ActorId("successor"))
    assert again.events == ()
    assert again.state is decision.state


# --- Cancelling -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seats",
    [(ONE, THREE), [THREE, ONE, THREE, ONE], {THREE, ONE}, frozenset({ONE, THREE}), {ONE: "", THREE: ""}],
    ids=["tuple", "repeats", "set", "frozenset", "keys"],
)
@pytest.mark.parametrize("policy", [FREELY, AT_PURCHASE])
def test_seats_are_cancelled(seats: Collection[SeatNo], policy: Policy) -> None:
    """Each once, whatever order and however often; nobody has to replace them, and others are untouched (S11)."""
    before = pool(ANN, BEN, CLEO, policy=policy)
    decision = before.cancel(act(), seats, session=EXCEL)
    assert decision.events == (SeatsCancelled((ONE, THREE), {ONE: ANN, THREE: CLEO}, {}, Cause.ASKED, act()),)
    assert decision.state == evolve(
        before,
        version=2,
        enrolled={TWO: BEN},
        cancelled={ONE: gone(ANN), THREE: gone(CLEO)},
    )


def test_a_free_seat_is_cancelled() -> None:
    """A seat that nobody has is cancelled like any other, and leaves nobody's name (S11)."""
    before = pool(ANN)
    decision = before.cancel(act(), (TWO,), session=EXCEL)
    assert decision.events == (SeatsCancelled((TWO,), {}, {}, Cause.ASKED, act()),)
    assert decision.state == evolve(
        before, version=2, free=(THREE,), cancelled={TWO: Cancelled(Cause.ASKED, SeatState.FREE, None)}
    )


def test_free_seats_stay_in_order() -> None:
    """The lowest is given out next, whatever was cancelled in between (S5, S11)."""
    left = pool(seats=9).cancel(act(), tuple(map(SeatNo, range(2, 8))), session=EXCEL).state
    assert left.free == (1, 8, 9)
    left = left.cancel(act(), (NINE,), session=EXCEL).state
    assert left.free == (1, 8)
    assert left.assign(act(), (ANN,), session=EXCEL, seated=()).state.enrolled == {1: ANN}


def test_every_live_seat_is_cancelled() -> None:
    """All at once is the free and the enrolled ones in one event; what was cancelled before stays as it was (S11)."""
    before = mixed()
    decision = before.cancel_all(act(), session=EXCEL)
    assert decision.events == (SeatsCancelled((ONE, TWO), {ONE: ANN}, {}, Cause.ASKED, act()),)
    assert decision.state == evolve(
        before,
        version=4,
        free=(),
        enrolled={},
        cancelled={ONE: gone(ANN), TWO: gone(), THREE: gone(CLEO)},
    )
    assert why_not(decision.state.cancel_all, act(), session=EXCEL) == NothingToCancel()


@pytest.mark.parametrize(
    ("seats", "refusal"),
    [
        ((), NothingToCancel()),
        ((ONE, NINE), NoSuchSeat(NINE)),
        ((ONE, THREE), SeatIs(THREE, SeatState.CANCELLED)),
        ((NINE, THREE), SeatIs(THREE, SeatState.CANCELLED)),
    ],
)
def test_seats_are_cancelled_all_or_none(seats: Collection[SeatNo], refusal: Refusal) -> None:
    """One seat that cannot be cancelled keeps the others; the lowest such number is told (S11)."""
    assert why_not(mixed().cancel, act(), seats, session=EXCEL) == refusal


def test_a_cancellation_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told, for one seat and for all alike."""
    said = [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionEnded(ENDS),
        OtherBuyer(),
        BuyersDoNotCancel(),
        NothingToCancel(),
    ]
    wrong = {"act": act(ENDS, by="somebody"), "session": WORD, "as_buyer": True}
    mended: list[dict[str, Any]] = [
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act(by="somebody")},
        {"act": act()},
        {"as_buyer": False},
    ]
    assert in_turn(
        mixed().cancel,
        {**wrong, "seats": ()},
        *mended,
        {"seats": (NINE,)},
        {"seats": (THREE,)},
        {"seats": (TWO,)},
    ) == [*said, NoSuchSeat(NINE), SeatIs(THREE, SeatState.CANCELLED), None]
    dead = mixed().cancel_all(act(), session=EXCEL).state
    assert in_turn(dead.cancel_all, wrong, *mended) == said


# --- Time and facts ---------------------------------------------------------------------------------------------------


@frozen
class _Planned:
    """A host's own record of a session."""

    id: SessionId
    starts: datetime
    ends: datetime
    cancelled: bool = False


EXCEL_LATER = _Planned(EXCEL.id, STARTS + 2 * TICK, ENDS + 2 * TICK)
WORD_LATER = _Planned(WORD.id, STARTS + 2 * TICK, ENDS + 2 * TICK)
AT_THE_LATEST = Deadline.at(NOW - TICK)
RELEASED = Policy(release_unpaid=True)
IMPATIENT = Policy(assign_at_purchase=True, withdrawal=True, unassigned_hours=1)


def _left() -> SeatPool:
    """A pool whose only seat is overdue to be assigned, as of now."""
    return pool(ANN, seats=1, policy=IMPATIENT).withdraw(act(NOW - timedelta(hours=1)), ONE, session=EXCEL).state


COMMANDS: dict[str, Callable[[Act, SessionFacts], SeatDecision]] = {
    "buy": lambda act, session: _buy(act, session=session),
    "assign": lambda act, session: pool().assign(act, (ANN,), session=session, seated=()),
    "cancel": lambda act, session: pool(invitees=(ANN,)).cancel(act, (ONE,), session=session),
    "cancel_all": lambda act, session: pool(invitees=(ANN,)).cancel_all(act, session=session),
    "cancel_unassigned": lambda act, session: _left().cancel_unassigned(act, session=session),
    "release": lambda act, session: pool(policy=RELEASED, invoice=AT_THE_LATEST).release(
        act, paid=False, session=session
    ),
}
BEFORE_THE_START: dict[str, Callable[[Act, SessionFacts], SeatDecision]] = {
    "buy with invitees": lambda act, session: _buy(act, invitees=(ANN,), session=session),
    "invite": lambda act, session: pool().invite(act, (ANN,), session=session, seated=()),
    "accept": lambda act, session: pool(invitees=(ANN,)).accept(
        act, ONE, 1, learner=ANN, session=session, seated=keys(ANN)
    ),
    "decline": lambda act, session: pool(invitees=(ANN,)).decline(act, ONE, 1, session=session),
    "correct": lambda act, session: pool(invitees=(DAN,)).correct(act, ONE, EVE.address, session=session, seated=()),
    "withdraw": lambda act, session: pool(ANN, policy=WITH_WITHDRAWAL).withdraw(act, ONE, session=session),
    "revoke": lambda act, session: pool(ANN).revoke(act, ONE, session=session, seated=()),
    "reassign": lambda act, session: pool(ANN).revoke(act, ONE, to=BEN, session=session, seated=()),
    "reinvite": lambda act, session: pool(ANN).revoke(
        act, ONE, to=BEN, mode=Mode.CONFIRMATION, session=session, seated=()
    ),
    "transfer": lambda act, session: pool(ANN).transfer(
        act, ONE, to=PoolId("moved"), price=PRICE, session=session, there=WORD_LATER, seated_there=()
    )[0],
    "transfer there": lambda act, session: pool(ANN).transfer(
        act,
        ONE,
        to=PoolId("moved"),
        price=PRICE,
        session=EXCEL_LATER,
        there=_Planned(WORD.id, session.starts, session.ends, session.cancelled),
        seated_there=(),
    )[0],
    "reactivate": lambda act, session: mixed().reactivate(act, THREE, session=session, seated=()),
    "reseat": lambda act, session: mixed().reactivate(act, THREE, to=BEN, session=session, seated=()),
    "reinvite a cancelled seat": lambda act, session: mixed().reactivate(
        act, THREE, to=BEN, mode=Mode.CONFIRMATION, session=session, seated=()
    ),
}


@pytest.mark.parametrize("command", [*COMMANDS, *BEFORE_THE_START])
def test_until_when(command: str) -> None:
    """From the very instant of the start nobody is invited, answers, leaves or is sent away; the end ends all (S9).

    The times are facts of the moment: a session that was moved, in whatever record, is judged by its new times. Nor
    does anything move in one that is cancelled (S14).
    """
    asked = {**COMMANDS, **BEFORE_THE_START}[command]
    limit, refusal = (STARTS, SessionStarted) if command in BEFORE_THE_START else (ENDS, SessionEnded)
    assert why_not(asked, act(limit - TICK), EXCEL) is None
    assert why_not(asked, act(limit), EXCEL) == refusal(limit)
    assert why_not(asked, act(limit + TICK), EXCEL) == refusal(limit)
    later = _Planned(EXCEL.id, STARTS + TICK, ENDS + TICK)
    assert why_not(asked, act(limit), later) is None
    assert why_not(asked, act(limit + TICK), later) == refusal(limit + TICK)
    assert why_not(asked, act(), CALLED_OFF) == SessionCalledOff()


# --- Questions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seat", "state", "actions"),
    [
        (
            ONE,
            SeatState.ENROLLED,
            {
                SeatVerb.WITHDRAW,
                SeatVerb.REVOKE,
                SeatVerb.REASSIGN,
                SeatVerb.REINVITE,
                SeatVerb.TRANSFER,
                SeatVerb.CANCEL,
            },
        ),
        (TWO, SeatState.FREE, {SeatVerb.ASSIGN, SeatVerb.INVITE, SeatVerb.CANCEL}),
        (THREE, SeatState.CANCELLED, {SeatVerb.REACTIVATE, SeatVerb.RESEAT, SeatVerb.REINVITE}),
        (
            FOUR,
            SeatState.INVITED,
            {
                SeatVerb.ACCEPT,
                SeatVerb.DECLINE,
                SeatVerb.EXPIRE,
                SeatVerb.REMIND,
                SeatVerb.CORRECT,
                SeatVerb.REVOKE,
                SeatVerb.REASSIGN,
                SeatVerb.REINVITE,
                SeatVerb.CANCEL,
            },
        ),
    ],
)
def test_what_a_seat_is_and_knows(seat: SeatNo, state: SeatState, actions: set[SeatVerb]) -> None:
    """Every seat is in exactly one state, and its state alone says which verbs it knows (S2, K10)."""
    revoked = pool(ANN, BEN, CLEO, invitees=(DAN,), seats=4).revoke(act(), TWO, session=EXCEL, seated=()).state
    mixed = revoked.cancel(act(), (THREE,), session=EXCEL).state
    assert mixed.state_of(seat) is state
    assert set(mixed.actions(seat)) == actions


def test_counters() -> None:
    """Bought = free + assigned, assigned = invited + enrolled, and the cancelled ones stand beside them (S2)."""
    before = pool(ANN, BEN, invitees=(CLEO, DAN, EVE), seats=11)
    counters = before.cancel(act(), (TWO, THREE, *map(SeatNo, (6, 7))), session=EXCEL).state.counters()
    assert counters == Counters(free=4, invited=2, enrolled=1, cancelled=4)
    assert (counters.assigned, counters.bought) == (3, 7)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, Flaw.TOO_SMALL), (True, Flaw.WRONG_TYPE), (1.0, Flaw.WRONG_TYPE), ("1", Flaw.WRONG_TYPE)],
)
def test_a_seat_that_is_no_number(number: Any, expected: Flaw) -> None:
    """What was never checked is checked wherever a seat is named: no seat 1.5 is ever cancelled (K9)."""
    full = pool(ANN, BEN, CLEO, policy=WITH_WITHDRAWAL)
    assert {
        flaw(lambda: full.state_of(number)),
        flaw(lambda: full.accept(act(), number, 1, learner=ANN, session=EXCEL, seated=())),
        flaw(lambda: full.decline(act(), number, 1, session=EXCEL)),
        flaw(lambda: full.remind(act(), (number,), session=EXCEL)),
        flaw(lambda: full.correct(act(), number, EVE.address, session=EXCEL, seated=())),
        flaw(lambda: full.withdraw(act(), number, session=EXCEL)),
        flaw(lambda: full.revoke(act(), number, session=EXCEL, seated=())),
        flaw(lambda: full.cancel(act(), (ONE, number), session=EXCEL)),
        flaw(
            lambda: full.transfer(
                act(), number, to=PoolId("moved"), price=PRICE, session=EXCEL, there=WORD, seated_there=()
            )
        ),
        flaw(lambda: full.reactivate(act(), number, session=EXCEL, seated=())),
    } == {("SeatNo", expected)}


@pytest.mark.parametrize("number", [4, 9, 1_000_000])
def test_a_seat_that_is_not_there(number: int) -> None:
    """A number beyond the pool's is refused by name wherever a seat is named (K2)."""
    seat = SeatNo(number)
    full = pool(ANN, BEN, CLEO, policy=WITH_WITHDRAWAL)
    assert {
        why_not(full.state_of, seat),
        why_not(full.actions, seat),
        why_not(full.accept, act(), seat, 1, learner=ANN, session=EXCEL, seated=()),
        why_not(full.decline, act(), seat, 1, session=EXCEL),
        why_not(full.remind, act(), (seat,), session=EXCEL),
        why_not(full.correct, act(), seat, EVE.address, session=EXCEL, seated=()),
        why_not(full.withdraw, act(), seat, session=EXCEL),
        why_not(full.revoke, act(), seat, session=EXCEL, seated=()),
        why_not(full.revoke, act(), seat, to=DAN, session=EXCEL, seated=()),
        why_not(full.cancel, act(), (ONE, seat), session=EXCEL),
        why_not(
            full.transfer, act(), seat, to=PoolId("moved"), price=PRICE, session=EXCEL, there=WORD, seated_there=()
        ),
        why_not(full.reactivate, act(), seat, session=EXCEL, seated=()),
    } == {NoSuchSeat(seat)}


# --- Policies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("assign_at_purchase", 1, Flaw.WRONG_TYPE),
        ("assign_at_purchase", None, Flaw.WRONG_TYPE),
        ("modes", frozenset[Mode](), Flaw.EMPTY),
        ("invitation_hours", 0, Flaw.TOO_SMALL),
        ("invitation_hours", 24 * 366 + 1, Flaw.TOO_LARGE),
        ("invitation_hours", True, Flaw.WRONG_TYPE),
        ("invitation_hours", 24.0, Flaw.WRONG_TYPE),
        ("invitation_hours", float("nan"), Flaw.WRONG_TYPE),
        ("reminders", -1, Flaw.TOO_SMALL),
        ("reminders", 101, Flaw.TOO_LARGE),
        ("reminders", False, Flaw.WRONG_TYPE),
        ("reminders", "2", Flaw.WRONG_TYPE),
        ("withdrawal", "yes", Flaw.WRONG_TYPE),
        ("withdrawal", 0, Flaw.WRONG_TYPE),
        ("unassigned_hours", 0, Flaw.TOO_SMALL),
        ("unassigned_hours", 24 * 366 + 1, Flaw.TOO_LARGE),
        ("unassigned_hours", True, Flaw.WRONG_TYPE),
        ("unassigned_hours", 1.0, Flaw.WRONG_TYPE),
        ("buyers_cancel", 1, Flaw.WRONG_TYPE),
        ("buyers_cancel", None, Flaw.WRONG_TYPE),
        ("release_unpaid", 0, Flaw.WRONG_TYPE),
        ("release_unpaid", "no", Flaw.WRONG_TYPE),
    ],
)
def test_a_policy_that_makes_no_sense(name: str, value: Any, expected: Flaw) -> None:
    """Each field is checked where the policy is made, and named (K9)."""
    given: dict[str, Any] = {name: value}
    assert flaw(lambda: Policy(**given)) == (name, expected)


@pytest.mark.parametrize(
    "given",
    [
        {"invitation_hours": 1, "reminders": 0},
        {"invitation_hours": 24 * 366, "reminders": 100},
        {"modes": frozenset({Mode.IMMEDIATE})},
        {"unassigned_hours": 1, "buyers_cancel": True},
        {"unassigned_hours": 24 * 366, "release_unpaid": True},
        {"modes": frozenset({Mode.CONFIRMATION}), "assign_at_purchase": True, "withdrawal": True},
    ],
)
def test_a_policy_at_its_limits(given: dict[str, Any]) -> None:
    """What is just within is taken as it is (K9)."""
    policy = Policy(**given)
    assert {name: getattr(policy, name) for name in given} == given


def test_a_policy_of_nothing_said() -> None:
    """Seats are assigned at leisure and in either mode, and an invitation lasts a week with two reminders (S3, S7, S8).

    Nobody loses a seat by a delay, and learners and buyers leave it to the organisation to cancel (S10, S11, S17).
    """
    assert Policy() == Policy(
        assign_at_purchase=False,
        modes=frozenset({Mode.IMMEDIATE, Mode.CONFIRMATION}),
        invitation_hours=168,
        reminders=2,
        withdrawal=False,
        unassigned_hours=None,
        buyers_cancel=False,
        release_unpaid=False,
    )


def test_what_merely_looks_like_a_mode_is_none() -> None:
    """A form's text is not a mode: it would enrol a bare address, or somebody who was to be asked (S3, S4)."""
    asked: Any = "immediate"
    cancelled = pool(ANN).cancel(act(), (ONE,), session=EXCEL).state
    for command, seat in ((pool(ANN).revoke, ONE), (cancelled.reactivate, ONE)):
        with pytest.raises(BadValue, match=r"^mode: wrong_type$"):
            _ = command(act(), seat, to=DAN, mode=asked, session=EXCEL, seated=())


def test_somebody_sits_by_any_of_their_names() -> None:
    """In whatever order the names come: one of the two addresses of the account sits (S5, K7)."""
    by_account = Person(BEN.address, AccountId("seven"))
    other = Person(EVE.address, AccountId("seven"))
    seated = Person(EVE.address).keys
    for named in ((by_account, other), (other, by_account)):
        refused = why_not(pool().assign, act(), named, session=EXCEL, seated=seated)
        assert type(refused) is NobodyToSeat


def test_nobody_is_reminded_of_what_does_not_take_place() -> None:
    """The session is called off, whatever its pools say yet (S7, S14)."""
    assert why_not(pool(invitees=(ANN,)).remind, act(), (ONE,), session=CALLED_OFF) == SessionCalledOff()


def test_a_purchase_says_until_when_its_invitees_are_asked() -> None:
    """Otherwise they would be lost; and nobody is on a seat that was not bought (S2, S7)."""
    bought = buy(act(), (), invitees=(ANN,), prices=(PRICE,)).events[0]
    assert isinstance(bought, SeatsBought)
    with pytest.raises(BadValue, match=r"^until: empty$"):
        _ = evolve(bought, until=None)
    with pytest.raises(BadValue, match=r"^until: wrong_form$"):
        _ = evolve(bought, invitees={})
    with pytest.raises(BadValue, match=r"^prices: too_small$"):
        _ = evolve(bought, invitees={TWO: ANN})
    late: Any = STARTS
    with pytest.raises(BadValue, match=r"^invoice: wrong_type$"):
        _ = evolve(bought, invoice=late)
