"""Seats that are cancelled otherwise than by the organisation's word: overdue, unpaid, by buyers, all of a purchase."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ActorId, PoolId, RefundId, SessionId, TransactionId
from lara_core.kernel.people import Person
from lara_core.purchase import (
    Decisions,
    GivenBack,
    Settled,
    cancel_in_all_parts,
    cancel_seats,
    cancel_transaction,
    cancel_unassigned,
    refund_of,
    release_unpaid,
)
from lara_core.refunds import (
    Charge,
    MoreThanCaptured,
    NothingCaptured,
    OtherTransaction,
    Override,
    Refund,
    RefundIdUsed,
    SeatMoney,
    SeatsSettled,
)
from lara_core.seats import (
    BuyersDoNotCancel,
    Cause,
    InvoiceNotDue,
    InvoicePaid,
    NoInvoice,
    NoSuchSeat,
    NothingOverdue,
    NothingToCancel,
    OtherBuyer,
    OtherSession,
    Policy,
    ReleaseOff,
    SeatDecision,
    SeatIs,
    SeatPool,
    SeatsCancelled,
    SeatState,
    SessionCalledOff,
    SessionEnded,
)
from lara_core.sessions import FewerTaken, PlacesGivenBack, Session
from tests.builders import (
    ANN,
    BEN,
    CALLED_OFF,
    CLEO,
    DAN,
    ENDS,
    EVE,
    EXCEL,
    FOUR,
    FREELY,
    NOW,
    ONE,
    PRICE,
    REFUNDED_UNTIL,
    THREE,
    TICK,
    TWO,
    WORD,
    act,
    buy,
    cad,
    charge,
    flaw,
    gone,
    in_turn,
    keys,
    money,
    pool,
    session,
)

BACK: Final = RefundId("back")
ILL: Final = Override("illness")
TOO_LATE: Final = act(REFUNDED_UNTIL + TICK)


# --- Seats that nobody assigns (S10) ----------------------------------------------------------------------------------

# A day to assign what somebody else emptied; invitations last a day, too.
PATIENT: Final = Policy(assign_at_purchase=True, invitation_hours=24, withdrawal=True, unassigned_hours=24)
DAY: Final = timedelta(hours=24)


def _withdrawn(at: datetime) -> SeatPool:
    return pool(ANN, seats=1, policy=PATIENT).withdraw(act(at), ONE, session=EXCEL).state


def _declined(at: datetime) -> SeatPool:
    return pool(invitees=(DAN,), seats=1, policy=PATIENT).decline(act(at), ONE, 1, session=EXCEL).state


def _expired(at: datetime) -> SeatPool:
    return pool(invitees=(DAN,), seats=1, policy=PATIENT).expire(act(at), session=EXCEL).state


@pytest.mark.parametrize(
    ("empty", "at"),
    [(_withdrawn, NOW), (_withdrawn, NOW + TICK), (_declined, NOW + DAY), (_expired, NOW + DAY + TICK)],
    ids=["withdrawn", "withdrawn later", "declined", "expired"],
)
def test_a_seat_that_nobody_assigns_is_cancelled(empty: Callable[[datetime], SeatPool], at: datetime) -> None:
    """Exactly so long after somebody else's act emptied it, and not a microsecond before (S10)."""
    before = empty(at)
    assert (before.to_assign, before.emptied, before.overdue_from) == ((ONE,), {ONE: at}, at + DAY)
    assert before.overdue(at + DAY - TICK) == ()
    early = why_not(before.cancel_unassigned, act(at + DAY - TICK), session=EXCEL)
    assert early == NothingOverdue(at + DAY)
    for then in (at + DAY, at + DAY + TICK):
        assert before.overdue(then) == (ONE,)
        decision = before.cancel_unassigned(act(then), session=EXCEL)
        assert decision.events == (SeatsCancelled((ONE,), {}, {}, Cause.UNASSIGNED, act(then)),)
        assert decision.state == evolve(
            before,
            version=before.version + 1,
            free=(),
            cancelled={ONE: gone(cause=Cause.UNASSIGNED)},
            emptied={},
        )


def test_only_what_is_overdue_is_cancelled() -> None:
    """Each seat has a time of its own; who sits, or is asked, is left alone (S10)."""
    before = pool(ANN, BEN, CLEO, invitees=(DAN,), seats=4, policy=PATIENT)
    first = before.withdraw(act(), TWO, session=EXCEL).state
    both = first.withdraw(act(NOW + TICK), ONE, session=EXCEL).state
    assert both.overdue_from == NOW + DAY
    decision = both.cancel_unassigned(act(NOW + DAY), session=EXCEL)
    assert decision.events == (SeatsCancelled((TWO,), {}, {}, Cause.UNASSIGNED, act(NOW + DAY)),)
    assert (decision.state.emptied, decision.state.overdue_from) == ({ONE: NOW + TICK}, NOW + TICK + DAY)
    together = both.cancel_unassigned(act(NOW + TICK + DAY), session=EXCEL)
    assert together.events == (SeatsCancelled((ONE, TWO), {}, {}, Cause.UNASSIGNED, act(NOW + TICK + DAY)),)
    # Dan was too late, but nobody has said so yet: until then the seat is not to assign.
    assert together.state.invited.keys() == {FOUR}


def test_a_seat_that_is_given_out_is_not_overdue() -> None:
    """Assigned or offered in time, it starts anew when it is emptied again (S10)."""
    late = act(NOW + DAY)
    for give in (SeatPool.assign, SeatPool.invite):
        given = give(_withdrawn(NOW), act(), (BEN,), session=EXCEL, seated=()).state
        assert (given.emptied, given.overdue_from) == ({}, None)
        assert why_not(given.cancel_unassigned, late, session=EXCEL) == NothingOverdue(None)
    again = pool(ANN, seats=1, policy=PATIENT).withdraw(act(), ONE, session=EXCEL).state
    given = again.assign(act(), (BEN,), session=EXCEL, seated=()).state
    left = given.withdraw(act(NOW + TICK), ONE, session=EXCEL).state
    assert why_not(left.cancel_unassigned, late, session=EXCEL) == NothingOverdue(NOW + TICK + DAY)


def test_a_seat_that_is_due_and_given_to_another_is_not_overdue() -> None:
    """What is swept on the way is to assign only as far as it is not given out in the same breath (S7, S10)."""
    before = pool(invitees=(DAN, BEN), seats=2, policy=PATIENT)
    then = act(NOW + DAY + TICK)
    given = before.assign(then, (CLEO,), session=EXCEL, seated=keys(DAN, BEN)).state
    assert (given.to_assign, given.emptied) == ((TWO,), {TWO: then.at})
    asked = before.invite(then, (EVE, DAN), session=EXCEL, seated=keys(DAN, BEN)).state
    assert (asked.to_assign, asked.emptied) == ((), {})


@pytest.mark.parametrize(
    "policy",
    [evolve(PATIENT, unassigned_hours=None), evolve(PATIENT, assign_at_purchase=False)],
    ids=["no delay", "no switch"],
)
def test_without_a_delay_or_the_switch_nothing_is_overdue(policy: Policy) -> None:
    """A free seat that the policy does not want assigned, or for which it gives all the time, stays (S10)."""
    left = pool(ANN, seats=1, policy=policy).withdraw(act(), ONE, session=EXCEL).state
    assert (left.free, left.overdue(ENDS)) == ((ONE,), ())
    assert why_not(left.cancel_unassigned, act(ENDS - TICK), session=EXCEL) == NothingOverdue(None)


def test_what_was_never_emptied_is_not_overdue() -> None:
    """The first that is asked is whether any seat has been to assign at all (S10)."""
    assert why_not(pool(policy=FREELY).cancel_unassigned, act(), session=EXCEL) == NothingOverdue(None)


def test_cancelling_what_is_unassigned_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    wrong = {"act": act(ENDS), "session": WORD}
    late = evolve(_withdrawn(NOW), emptied={ONE: ENDS - DAY})
    assert in_turn(
        late.cancel_unassigned,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act(ENDS - TICK)},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionEnded(ENDS),
        NothingOverdue(ENDS),
    ]


def test_what_is_unassigned_is_refunded_by_the_terms() -> None:
    """Its place goes back on sale, and its money where the provider's terms say, in time or not (S10, S12)."""
    before = _withdrawn(NOW)
    taken = session(1).take(act(), 1).state
    late = act(NOW + DAY)
    for refund, amount in ((BACK, cad("5.50")), (None, cad("0.00"))):
        settled = cancel_unassigned(late, taken, before, charge=charge(PRICE), refund=refund)
        assert isinstance(settled, Settled)
        assert settled.session.events == (PlacesGivenBack(1, late),)
        assert settled.pool == before.cancel_unassigned(late, session=taken)
        assert settled.charge.state.going_back == amount
    too_late = cancel_unassigned(TOO_LATE, taken, before, charge=charge(PRICE), refund=BACK)
    assert isinstance(too_late, Settled)
    assert too_late.charge.state.seats == {PoolId("pool"): {ONE: money("10.00", "0.00")}}


def test_cancelling_what_is_unassigned_asks_the_pool_first() -> None:
    """Then the session, then whether there is money to give back, as for any cancellation (S10, S12)."""
    wrong = {"act": act(), "session": session(1), "pool": _withdrawn(NOW), "charge": None, "refund": BACK}
    assert in_turn(
        cancel_unassigned,
        wrong,
        {"act": act(NOW + DAY)},
        {"session": session(1).take(act(), 1).state},
        {"refund": None},
    ) == [NothingOverdue(NOW + DAY), FewerTaken(1, 0), NothingCaptured(TransactionId("order")), None]


# --- Seats that nobody pays (S17) -------------------------------------------------------------------------------------

RELEASED: Final = Policy(release_unpaid=True)
AT_NOON: Final = Deadline.at(NOW + timedelta(hours=3))
THAT_DAY: Final = Deadline.on(date(2027, 3, 1), Zone("Europe/Paris"))
# The first instant of the next day there.
MIDNIGHT: Final = datetime.fromisoformat("2027-03-01T23:00:00+00:00")


def _invoiced(invoice: Deadline | None = AT_NOON, policy: Policy = RELEASED) -> SeatPool:
    """Ann's seat, one that Dan is asked for, and a free one."""
    return pool(ANN, invitees=(DAN,), policy=policy, invoice=invoice)


@pytest.mark.parametrize(
    ("invoice", "last"),
    [(AT_NOON, AT_NOON.instant), (THAT_DAY, MIDNIGHT - TICK)],
    ids=["to an instant", "to a day"],
)
def test_seats_are_released_once_their_invoice_is_overdue(invoice: Deadline, last: datetime) -> None:
    """A microsecond after the last instant, or the last of that day where it is due; all seats at once (S17, K8)."""
    before = _invoiced(invoice)
    assert before.invoice == invoice
    assert why_not(before.release, act(last), paid=False, session=EXCEL) == InvoiceNotDue(invoice)
    late = act(last + TICK)
    decision = before.release(late, paid=False, session=EXCEL)
    assert decision.events == (SeatsCancelled((ONE, TWO, THREE), {ONE: ANN}, {TWO: DAN}, Cause.UNPAID, late),)
    assert decision.state == evolve(
        before,
        version=2,
        free=(),
        invited={},
        enrolled={},
        cancelled={
            ONE: gone(ANN, cause=Cause.UNPAID),
            TWO: gone(DAN, SeatState.INVITED, cause=Cause.UNPAID),
            THREE: gone(cause=Cause.UNPAID),
        },
    )


def test_a_release_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    dead = _invoiced().cancel_all(act(), session=EXCEL).state
    wrong = {
        "self": evolve(dead, invoice=None, policy=FREELY),
        "act": act(ENDS),
        "session": WORD,
        "paid": True,
    }
    assert in_turn(
        SeatPool.release,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act()},
        {"self": evolve(dead, invoice=None)},
        {"self": dead},
        {"paid": False},
        {"act": act(AT_NOON.instant + TICK)},
        {"self": _invoiced()},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionEnded(ENDS),
        ReleaseOff(),
        NoInvoice(),
        InvoicePaid(),
        InvoiceNotDue(AT_NOON),
        NothingToCancel(),
        None,
    ]


def test_released_seats_give_their_places_back() -> None:
    """There is no money to settle: a charge of the transaction says that the invoice was paid (S17)."""
    taken = session(3).take(act(), 3).state
    late = act(AT_NOON.instant + TICK)
    released = release_unpaid(late, taken, _invoiced(), charge=None)
    assert type(released) is GivenBack
    assert released.pool == _invoiced().release(late, paid=False, session=taken)
    assert released.session.events == (PlacesGivenBack(3, late),)
    assert why_not(release_unpaid, late, taken, _invoiced(), charge=charge()) == InvoicePaid()
    assert why_not(release_unpaid, late, session(3), _invoiced(), charge=None) == FewerTaken(3, 0)


# --- By the buyer (S11) -----------------------------------------------------------------------------------------------

OPEN: Final = Policy(buyers_cancel=True)


def test_a_buyer_cancels_where_the_policy_lets_them() -> None:
    """What happens is what happens when the organisation does it, for one seat and for all (S11)."""
    before = pool(ANN, BEN, policy=OPEN)
    one = before.cancel(act(), (ONE,), session=EXCEL, as_buyer=True)
    assert one == before.cancel(act(), (ONE,), session=EXCEL)
    assert before.cancel_all(act(), session=EXCEL, as_buyer=True) == before.cancel_all(act(), session=EXCEL)


@pytest.mark.parametrize("cancel", [partial(SeatPool.cancel, seats=(ONE,)), SeatPool.cancel_all], ids=["one", "all"])
def test_nobody_else_cancels_as_the_buyer(cancel: Callable[..., SeatDecision]) -> None:
    """Only the one whose pool it is now; the organisation needs no such leave (S11, S17)."""
    before = pool(ANN, policy=OPEN)
    handed = before.hand_over(act(), ActorId("successor")).state
    assert why_not(cancel, before, act=act(by="ann"), session=EXCEL, as_buyer=True) == OtherBuyer()
    assert why_not(cancel, handed, act=act(), session=EXCEL, as_buyer=True) == OtherBuyer()
    assert why_not(cancel, handed, act=act(by="successor"), session=EXCEL, as_buyer=True) is None
    assert why_not(cancel, handed, act=act(by="admin"), session=EXCEL) is None
    closed = evolve(before, policy=FREELY)
    assert why_not(cancel, closed, act=act(), session=EXCEL, as_buyer=True) == BuyersDoNotCancel()
    assert why_not(cancel, closed, act=act(), session=EXCEL) is None


# --- Because the session does not take place (S14) --------------------------------------------------------------------


def test_every_live_seat_is_called_off() -> None:
    """With the cause and whoever had it; what was cancelled earlier keeps its own cause (S14)."""
    before = pool(ANN, BEN, invitees=(DAN,), seats=4).cancel(act(), (TWO,), session=EXCEL).state
    decision = before.call_off(act(ENDS - TICK), session=EXCEL)
    # Dan's invitation was over at the start: he has lost nothing.
    assert decision.events == (
        SeatsCancelled((ONE, THREE, FOUR), {ONE: ANN}, {}, Cause.SESSION_CANCELLED, act(ENDS - TICK)),
    )
    early = before.call_off(act(), session=EXCEL)
    assert early.events == (
        SeatsCancelled((ONE, THREE, FOUR), {ONE: ANN}, {THREE: DAN}, Cause.SESSION_CANCELLED, act()),
    )
    assert early.state == evolve(
        before,
        version=3,
        free=(),
        invited={},
        enrolled={},
        cancelled={
            ONE: gone(ANN, cause=Cause.SESSION_CANCELLED),
            TWO: gone(BEN),
            THREE: gone(DAN, SeatState.INVITED, cause=Cause.SESSION_CANCELLED),
            FOUR: gone(cause=Cause.SESSION_CANCELLED),
        },
    )


def test_a_pool_without_live_seats_is_not_called_off() -> None:
    """There is nothing to say about it, and nothing is refused (S14)."""
    dead = pool(ANN).cancel_all(act(), session=EXCEL).state
    decision = dead.call_off(act(), session=EXCEL)
    assert decision.events == ()
    assert decision.state is dead


def test_calling_off_looks_in_this_order() -> None:
    """Another session's facts, one that has ended; neither the policy is asked, nor whether it is cancelled (S14)."""
    wrong = {"act": act(ENDS), "session": WORD}
    assert in_turn(
        pool(ANN, policy=PATIENT, seats=1).call_off,
        wrong,
        {"session": EXCEL},
        {"session": CALLED_OFF},
        {"act": act(ENDS - TICK)},
    ) == [OtherSession(SessionId("excel"), SessionId("word")), SessionEnded(ENDS), SessionEnded(ENDS), None]


# --- All of a transaction (S11) ---------------------------------------------------------------------------------------


def _named(name: str, *learners: Person, seats: int = 1, policy: Policy = OPEN, where: Session = EXCEL) -> SeatPool:
    return buy(act(), learners, name=name, prices=(PRICE,) * seats, policy=policy, session=where).state


def _parts(policy: Policy = OPEN) -> list[tuple[Session, SeatPool]]:
    """Two pools of one session and one of another, and one whose seats are cancelled, in one transaction."""
    there = session().take(act(), 3).state
    dead = _named("dead", BEN).cancel_all(act(), session=EXCEL).state
    word = session(name="word").take(act(), 1).state
    return [
        (there, _named("first", ANN, BEN, seats=2, policy=policy)),
        (word, _named("second", ANN, where=WORD, policy=policy)),
        (there, dead),
        (there, _named("third", CLEO, policy=policy)),
    ]


def _events(decisions: Decisions) -> list[tuple[object, ...]]:
    return [decision.events for decision in decisions]


@pytest.mark.parametrize("as_buyer", [True, False])
def test_a_whole_transaction_is_cancelled(as_buyer: bool) -> None:
    """One decision for each session, pool and charge; one refund for each pool, and the fixed fee once (S11, S12)."""
    settled = cancel_transaction(act(), _parts(), charge=charge(PRICE * 4), refund=BACK, as_buyer=as_buyer)

    def refunded(where: str, name: str, amount: str, *seats: SeatMoney) -> SeatsSettled:
        settled = dict(zip((ONE, TWO), seats, strict=False))
        refund = RefundId(f"back:{name}")
        return SeatsSettled(SessionId(where), PoolId(name), settled, cad("3.00"), refund, cad(amount), None, act())

    with_fee, without = money("4.50", "5.50", once="3.00"), money("1.50", "8.50")
    assert _events(settled) == [
        (PlacesGivenBack(2, act()), PlacesGivenBack(1, act())),
        (PlacesGivenBack(1, act()),),
        (SeatsCancelled((ONE, TWO), {ONE: ANN, TWO: BEN}, {}, Cause.ASKED, act()),),
        (SeatsCancelled((ONE,), {ONE: ANN}, {}, Cause.ASKED, act()),),
        (SeatsCancelled((ONE,), {ONE: CLEO}, {}, Cause.ASKED, act()),),
        (
            refunded("excel", "first", "14.00", with_fee, without),
            refunded("word", "second", "8.50", without),
            refunded("excel", "third", "8.50", without),
        ),
    ]
    excel, word, first, second, third, paid = (decision.state for decision in settled)
    assert isinstance(excel, Session)
    assert isinstance(word, Session)
    assert isinstance(paid, Charge)
    assert (excel.taken, word.taken, excel.version, paid.version) == (0, 0, 4, 4)
    assert [state.id for state in (first, second, third)] == ["first", "second", "third"]
    assert paid.going_back == cad("31.00")


def test_a_whole_transaction_is_cancelled_without_a_charge() -> None:
    """Where nothing was captured there is nothing to settle, and no refund of a price (S11, S12)."""
    cancelled = cancel_transaction(act(), _parts(), charge=None)
    assert [type(decision.state) for decision in cancelled] == [Session, Session, SeatPool, SeatPool, SeatPool]
    refused = why_not(cancel_transaction, act(), _parts(), charge=None, refund=BACK)
    assert refused == NothingCaptured(TransactionId("order"))


@pytest.mark.parametrize(
    ("given", "back"),
    [({}, "0.00"), ({"refund": BACK, "override": ILL}, "40.00"), ({"refund": BACK}, "31.00")],
    ids=["without refund", "overridden", "by the terms"],
)
def test_all_at_once_is_as_one_by_one(given: dict[str, Any], back: str) -> None:
    """Whoever cancels pool by pool, in whatever order, gets the same back (S12)."""
    paid = charge(PRICE * 4)
    at_once = cancel_transaction(act(), _parts(), charge=paid, **given)[-1].state
    assert isinstance(at_once, Charge)
    assert at_once.going_back == cad(back)
    for number, (where, sold) in enumerate(reversed([part for part in _parts() if part[1].live])):
        own: dict[str, Any] = {**given, "refund": RefundId(f"own-{number}")} if "refund" in given else given
        settled = cancel_seats(act(), where, sold, sold.live, charge=paid, **own)
        assert isinstance(settled, Settled)
        paid = settled.charge.state
    assert paid.going_back == at_once.going_back


def test_a_transaction_without_live_seats_has_nothing_to_cancel() -> None:
    """Whether it has no pools, or none with a live seat (S11)."""
    (dead,) = [part for part in _parts() if not part[1].live]
    for parts in ((), (dead,), (dead, dead)):
        assert why_not(cancel_transaction, act(), parts, charge=charge()) == NothingToCancel()


def _handed(parts: Sequence[tuple[Session, SeatPool]]) -> list[tuple[Session, SeatPool]]:
    """The last of the pools is somebody else's by now."""
    return [*parts[:-1], (parts[-1][0], parts[-1][1].hand_over(act(), ActorId("successor")).state)]


TRANSACTION_REFUSALS: Final[dict[Refusal, Callable[[list[tuple[Session, SeatPool]], Charge], object]]] = {
    SessionEnded(ENDS): lambda parts, paid: cancel_transaction(act(ENDS), parts, charge=paid),
    OtherSession(SessionId("word"), SessionId("excel")): lambda parts, paid: cancel_transaction(
        act(), [parts[0], (parts[0][0], parts[1][1])], charge=paid
    ),
    OtherBuyer(): lambda parts, paid: cancel_transaction(act(), _handed(parts), charge=paid, as_buyer=True),
    BuyersDoNotCancel(): lambda parts, paid: cancel_transaction(act(), _parts(FREELY), charge=paid, as_buyer=True),
    FewerTaken(1, 0): lambda parts, paid: cancel_transaction(
        act(), [parts[0], (session(name="word"), parts[1][1])], charge=paid
    ),
    OtherTransaction(TransactionId("other"), TransactionId("order")): lambda parts, paid: cancel_transaction(
        act(), parts, charge=evolve(paid, id=TransactionId("other"))
    ),
    RefundIdUsed(RefundId("back:second")): lambda parts, paid: cancel_transaction(
        act(), parts, charge=evolve(paid, refunds={RefundId("back:second"): _some_refund()}), refund=BACK
    ),
    MoreThanCaptured(cad("10.00"), cad("5.00")): lambda parts, paid: cancel_transaction(
        act(), parts, charge=charge(cad("35.00")), refund=BACK, override=ILL
    ),
}


def _some_refund() -> Refund:
    asked = charge().settle(act(), TransactionId("order"), PoolId("pool"), {ONE: PRICE}, session=EXCEL, refund=BACK)
    return asked.state.refunds[BACK]


@pytest.mark.parametrize("refusal", TRANSACTION_REFUSALS, ids=lambda refusal: refusal.code)
def test_a_transaction_is_cancelled_whole_or_not_at_all(refusal: Refusal) -> None:
    """One pool that cannot be cancelled, or not be settled, keeps the others (S11, K2)."""
    given = _parts(), charge(PRICE * 4)
    kept = deepcopy(given)
    assert why_not(TRANSACTION_REFUSALS[refusal], *given) == refusal
    assert given == kept


# --- The same seats of all parts (P3) ---------------------------------------------------------------------------------


def _programme(policy: Policy = OPEN) -> list[tuple[Session, SeatPool]]:
    """Three seats in each of two parts: Ann and Ben sit in the first, Ann alone in the second."""
    return [
        (session().take(act(), 3).state, _named("first", ANN, BEN, seats=3, policy=policy)),
        (session(name="word").take(act(), 3).state, _named("second", ANN, seats=3, where=WORD, policy=policy)),
    ]


def test_seats_are_cancelled_in_all_parts() -> None:
    """The same numbers in each, whoever sits there; one refund for each part, and the fixed fee once (P3, S11, S12)."""
    settled = cancel_in_all_parts(act(), _programme(), (TWO, ONE), charge=charge(PRICE * 6), refund=BACK)
    with_fee, without = money("4.50", "5.50", once="3.00"), money("1.50", "8.50")
    once = cad("3.00")
    assert _events(settled) == [
        (PlacesGivenBack(2, act()),),
        (PlacesGivenBack(2, act()),),
        (SeatsCancelled((ONE, TWO), {ONE: ANN, TWO: BEN}, {}, Cause.ASKED, act()),),
        (SeatsCancelled((ONE, TWO), {ONE: ANN}, {}, Cause.ASKED, act()),),
        (
            SeatsSettled(
                SessionId("excel"),
                PoolId("first"),
                {ONE: with_fee, TWO: without},
                once,
                RefundId("back:first"),
                cad("14.00"),
                None,
                act(),
            ),
            SeatsSettled(
                SessionId("word"),
                PoolId("second"),
                {ONE: without, TWO: without},
                once,
                RefundId("back:second"),
                cad("17.00"),
                None,
                act(),
            ),
        ),
    ]
    excel, word, first, second, paid = (decision.state for decision in settled)
    assert isinstance(excel, Session)
    assert isinstance(word, Session)
    assert isinstance(first, SeatPool)
    assert isinstance(second, SeatPool)
    assert isinstance(paid, Charge)
    assert (excel.taken, word.taken, first.live, second.live) == (1, 1, (THREE,), (THREE,))
    assert paid.going_back == cad("31.00")


def test_parts_in_one_session_give_back_together() -> None:
    """A session that two parts meet in has one decision (P3, N1)."""
    there = session().take(act(), 2).state
    parts = [(there, _named("first", ANN)), (there, _named("second", BEN))]
    cancelled = cancel_in_all_parts(act(), parts, (ONE,), charge=None)
    assert _events(cancelled) == [
        (PlacesGivenBack(1, act()), PlacesGivenBack(1, act())),
        (SeatsCancelled((ONE,), {ONE: ANN}, {}, Cause.ASKED, act()),),
        (SeatsCancelled((ONE,), {ONE: BEN}, {}, Cause.ASKED, act()),),
    ]


def test_a_buyer_cancels_in_all_parts_where_the_policy_lets_them() -> None:
    """With the same money, and an override, in each part (P3, S11, S12)."""
    given: dict[str, Any] = {"charge": charge(PRICE * 6), "refund": BACK, "override": ILL, "as_buyer": True}
    settled = cancel_in_all_parts(act(), _programme(), (ONE, TWO, THREE), **given)[-1].state
    assert isinstance(settled, Charge)
    assert settled.going_back == cad("60.00")
    assert why_not(cancel_in_all_parts, act(), _programme(FREELY), (ONE,), **given) == BuyersDoNotCancel()


def test_a_programme_has_parts() -> None:
    """Whoever names none has looked up the wrong line, and is not told that its seats are cancelled (P3)."""
    assert flaw(partial(cancel_in_all_parts, act(), (), (ONE,), charge=None)) == ("parts", Flaw.EMPTY)


IN_ALL_PARTS: Final[dict[Refusal, Callable[[list[tuple[Session, SeatPool]], Charge], object]]] = {
    NothingToCancel(): lambda parts, paid: cancel_in_all_parts(act(), parts, (), charge=paid),
    SessionEnded(ENDS): lambda parts, paid: cancel_in_all_parts(act(ENDS), parts, (ONE,), charge=paid),
    # What is so in the last part alone keeps the first as well.
    NoSuchSeat(THREE): lambda parts, paid: cancel_in_all_parts(
        act(), [parts[0], (parts[1][0], _named("second", ANN, seats=2, where=WORD))], (THREE,), charge=paid
    ),
    SeatIs(TWO, SeatState.CANCELLED): lambda parts, paid: cancel_in_all_parts(
        act(), [parts[0], (parts[1][0], parts[1][1].cancel(act(), (TWO,), session=WORD).state)], (TWO,), charge=paid
    ),
    OtherSession(SessionId("word"), SessionId("excel")): lambda parts, paid: cancel_in_all_parts(
        act(), [parts[0], (parts[0][0], parts[1][1])], (ONE,), charge=paid
    ),
    OtherBuyer(): lambda parts, paid: cancel_in_all_parts(act(), _handed(parts), (ONE,), charge=paid, as_buyer=True),
    FewerTaken(1, 0): lambda parts, paid: cancel_in_all_parts(
        act(), [parts[0], (session(name="word"), parts[1][1])], (ONE,), charge=paid
    ),
    OtherTransaction(TransactionId("other"), TransactionId("order")): lambda parts, paid: cancel_in_all_parts(
        act(), parts, (ONE,), charge=evolve(paid, id=TransactionId("other"))
    ),
    NothingCaptured(TransactionId("order")): lambda parts, paid: cancel_in_all_parts(
        act(), parts, (ONE,), charge=None, refund=BACK
    ),
    RefundIdUsed(RefundId("back:second")): lambda parts, paid: cancel_in_all_parts(
        act(), parts, (ONE,), charge=evolve(paid, refunds={RefundId("back:second"): _some_refund()}), refund=BACK
    ),
    MoreThanCaptured(cad("10.00"), cad("5.00")): lambda parts, paid: cancel_in_all_parts(
        act(), parts, (ONE,), charge=charge(cad("15.00")), refund=BACK, override=ILL
    ),
}


@pytest.mark.parametrize("refusal", IN_ALL_PARTS, ids=lambda refusal: refusal.code)
def test_seats_are_cancelled_in_all_parts_or_in_none(refusal: Refusal) -> None:
    """One part that cannot be cancelled, or not be settled, keeps the others (P3, K2)."""
    given = _programme(), charge(PRICE * 6)
    kept = deepcopy(given)
    assert why_not(IN_ALL_PARTS[refusal], *given) == refusal
    assert given == kept


def test_parts_are_of_one_transaction_each_once() -> None:
    """Anything else is no answer that a buyer could read, but a host's mistake (K9)."""
    first, second = _programme()
    foreign = (second[0], evolve(second[1], transaction=TransactionId("other")))
    for parts, field in (([first, foreign], "parts"), ([first, second, first], "pools")):
        assert flaw(partial(cancel_in_all_parts, act(), parts, (ONE,), charge=None)) == (field, Flaw.WRONG_FORM)


def test_each_pool_has_a_refund_of_its_own() -> None:
    """Its name says which, so that a host finds its way back from its payment provider (S12)."""
    assert refund_of(RefundId("back"), PoolId("pool")) == RefundId("back:pool")
