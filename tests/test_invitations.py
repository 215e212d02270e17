"""Seats offered with confirmation: invited, reminded, accepted or declined, expired, corrected, taken away."""

from collections.abc import Callable, Collection, Container, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refusal, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import SeatNo, SessionId
from lara_core.kernel.people import EmailAddress, Person, PersonKey
from lara_core.seats import (
    AccountInvited,
    AccountNeeded,
    AlreadyAccepted,
    AlreadySeated,
    Cause,
    Counters,
    Invitation,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDead,
    InvitationDeclined,
    InvitationExpired,
    InvitationsExpired,
    LearnersNeeded,
    Mode,
    ModeOff,
    NamedTwice,
    NewHolderNeeded,
    NobodyToRemind,
    NobodyToSeat,
    NoSuchSeat,
    NotEnoughSeats,
    OtherAccount,
    OtherSession,
    Policy,
    RemindersSent,
    RemindersUsed,
    SameHolder,
    SeatDecision,
    SeatIs,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatState,
    SessionCalledOff,
    SessionEnded,
    SessionStarted,
)
from lara_core.sessions import Session
from tests.builders import (
    ANN,
    ANN_TYPED,
    AT_PURCHASE,
    BEN,
    BEN_ELSEWHERE,
    BRIEFLY,
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
    pool,
)

# Dan once he has an account, and that account under another address; whoever has Dan's address under another account.
DAN_SIGNED_IN = Person.of("dan@example.com", "dan")
DAN_ELSEWHERE = Person.of("daniel@example.org", "dan")
FAY = Person.of("fay@example.com")
GUS = EmailAddress("gus@example.com")
BY_CONFIRMATION = frozenset({Mode.CONFIRMATION})
AT_ONCE = frozenset({Mode.IMMEDIATE})

# Under BRIEFLY, the last instant of an invitation that was sent now, and the first one after it.
LAST = NOW + timedelta(hours=24)
UNTIL = Deadline.at(LAST)
LATE = act(LAST + TICK)
FROM_LATE = Deadline.at(LATE.at + timedelta(hours=24))
# A session that ends the same invitations, an hour before their own time is over.
SOON = Session.open(act(), EXCEL.id, starts=LAST - timedelta(hours=1), ends=LAST + timedelta(hours=5)).state


def _buy(act: Act, learners: Sequence[Person] = (), invitees: Sequence[Person] = (), **given: Any) -> SeatDecision:
    """Three seats, under a policy of invitations that last a day unless told otherwise."""
    facts: dict[str, Any] = {"policy": BRIEFLY, **given}
    return buy(act, learners, invitees, **facts)


def _asked(*invitees: Person, learners: Sequence[Person] = (), seats: int = 3, policy: Policy = BRIEFLY) -> SeatPool:
    """Invitations that last a day, after those who are enrolled."""
    return pool(*learners, invitees=invitees, seats=seats, policy=policy)


# --- Buying -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("learners", "invitees", "policy"),
    [
        ((), (DAN,), BRIEFLY),
        ((), (DAN, ANN, FAY), evolve(BRIEFLY, modes=BY_CONFIRMATION)),
        ((BEN,), (DAN,), BRIEFLY),
        ((BEN,), (DAN, ANN), evolve(BRIEFLY, assign_at_purchase=True)),
    ],
)
def test_a_purchase_invites_its_invitees(
    learners: Sequence[Person], invitees: Sequence[Person], policy: Policy
) -> None:
    """On the seats that follow those of the learners, each asked until the policy's time is over (S3, S7, S8)."""
    decision = _buy(act(), learners, invitees, policy=policy)
    enrolled = {SeatNo(seat): person for seat, person in enumerate(learners, 1)}
    asked = {SeatNo(seat): person for seat, person in enumerate(invitees, 1 + len(learners))}
    empty = _buy(act()).state
    assert decision.events == (
        SeatsBought(
            empty.id,
            EXCEL.id,
            empty.transaction,
            empty.buyer,
            policy,
            (PRICE,) * 3,
            enrolled,
            asked,
            UNTIL,
            None,
            act(),
        ),
    )
    assert decision.state == evolve(
        empty,
        policy=policy,
        free=(ONE, TWO, THREE)[len(learners) + len(invitees) :],
        invited={seat: Invitation(1, person, UNTIL, reminders=0) for seat, person in asked.items()},
        enrolled=enrolled,
    )
    assert decision.state.accepted == {}


@pytest.mark.parametrize(
    ("policy", "learners", "invitees", "seated", "refusal"),
    [
        (AT_PURCHASE, (ANN,), (DAN,), (), LearnersNeeded(3, 2)),
        (AT_PURCHASE, (ANN, BEN), (DAN, FAY), (), LearnersNeeded(3, 4)),
        (FREELY, (ANN, BEN), (DAN, FAY), (), NotEnoughSeats(4, 3)),
        (FREELY, (ANN,), (ANN_TYPED,), (), NamedTwice((ANN_TYPED,))),
        (FREELY, (), (DAN, DAN), (), NamedTwice((DAN,))),
        (FREELY, (DAN,), (FAY,), (), AccountNeeded((DAN,))),
        (FREELY, (BEN,), (ANN_TYPED,), keys(ANN), AlreadySeated((ANN_TYPED,))),
        (FREELY, (BEN,), (DAN,), keys(DAN, BEN), AlreadySeated((BEN, DAN))),
        (evolve(FREELY, modes=AT_ONCE), (ANN,), (DAN,), (), ModeOff(Mode.CONFIRMATION)),
        (evolve(FREELY, modes=BY_CONFIRMATION), (ANN,), (DAN,), (), ModeOff(Mode.IMMEDIATE)),
    ],
)
def test_a_purchase_skips_no_invitee(
    policy: Policy,
    learners: Sequence[Person],
    invitees: Sequence[Person],
    seated: Container[PersonKey],
    refusal: Refusal,
) -> None:
    """Learners and invitees count together, are distinct together, and each by its own mode (S3, S4, S5, S8)."""
    assert why_not(_buy, act(), learners, invitees, policy=policy, seated=seated) == refusal


def test_a_purchase_with_invitees_looks_in_this_order() -> None:
    """A session that is cancelled, has ended, or has started, then the modes; only then who is named."""
    wrong = {
        "session": CALLED_OFF,
        "act": act(ENDS),
        "learners": (DAN,),
        "invitees": (DAN,),
        "policy": Policy(assign_at_purchase=True, modes=AT_ONCE),
    }
    assert in_turn(
        _buy,
        wrong,
        {"session": EXCEL},
        {"act": act(STARTS)},
        {"act": act()},
        {"policy": AT_PURCHASE},
        {"invitees": (FAY,)},
    ) == [
        SessionCalledOff(),
        SessionEnded(ENDS),
        SessionStarted(STARTS),
        ModeOff(Mode.CONFIRMATION),
        NamedTwice((DAN,)),
        LearnersNeeded(3, 2),
    ]


def test_a_purchase_of_the_last_hours_invites_nobody() -> None:
    """From the start on learners are still enrolled at once, but nobody is asked any more (S9)."""
    assert why_not(_buy, act(STARTS), (ANN,), ()) is None
    assert why_not(_buy, act(STARTS), (ANN,), (DAN,)) == SessionStarted(STARTS)


# --- Inviting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "seated", "seats", "repeated", "already"),
    [
        ((DAN,), (), {2: DAN}, (), ()),
        ((FAY, BEN), (), {2: FAY, 3: BEN}, (), ()),
        ((DAN, FAY, DAN), (), {2: DAN, 3: FAY}, (DAN,), ()),
        ((DAN, DAN_SIGNED_IN), (), {2: DAN_SIGNED_IN}, (DAN,), ()),
        ((BEN, DAN, BEN_ELSEWHERE), (), {2: BEN, 3: DAN}, (BEN_ELSEWHERE,), ()),
        ((ANN_TYPED, DAN), keys(ANN), {2: DAN}, (), (ANN_TYPED,)),
        ((DAN, ANN_TYPED, ANN, FAY, DAN), keys(ANN), {2: DAN, 3: FAY}, (ANN_TYPED, DAN), (ANN,)),
    ],
)
def test_a_batch_is_invited(
    people: Sequence[Person],
    seated: Container[PersonKey],
    seats: dict[SeatNo, Person],
    repeated: tuple[Person, ...],
    already: tuple[Person, ...],
) -> None:
    """Accounts and bare addresses alike, on the first free seats; the event reports who took none (S3, S4, S5)."""
    before = _asked(learners=(ANN,))
    decision = before.invite(act(), people, session=EXCEL, seated=seated)
    assert decision.events == (SeatsInvited(seats, UNTIL, repeated, already, {}, act()),)
    assert decision.state == evolve(
        before,
        version=2,
        free=tuple(seat for seat in (TWO, THREE) if seat not in seats),
        invited={seat: Invitation(2, person, UNTIL) for seat, person in seats.items()},
    )


@pytest.mark.parametrize(
    ("people", "refusal"),
    [
        ((), NobodyToSeat(())),
        ((ANN_TYPED, ANN), NobodyToSeat((ANN,))),
        ((DAN, FAY, BEN), NotEnoughSeats(3, 2)),
        ((DAN, FAY, BEN, DAN, ANN), NotEnoughSeats(3, 2)),
    ],
)
def test_a_batch_is_invited_whole_or_not_at_all(people: Sequence[Person], refusal: Refusal) -> None:
    """For lack of seats, or of anybody to invite, nobody is (S5)."""
    assert why_not(_asked(learners=(ANN,)).invite, act(), people, session=EXCEL, seated=keys(ANN)) == refusal


def test_an_invitation_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    before = _asked(learners=(ANN,), seats=2)
    wrong = {
        "self": evolve(before, policy=Policy(modes=AT_ONCE)),
        "act": act(ENDS),
        "session": WORD,
        "people": (ANN,),
        "seated": keys(ANN),
    }
    assert in_turn(
        SeatPool.invite,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": act()},
        {"self": before},
        {"people": (DAN, FAY, ANN)},
        {"people": (DAN, ANN)},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionStarted(STARTS),
        ModeOff(Mode.CONFIRMATION),
        NobodyToSeat((ANN,)),
        NotEnoughSeats(2, 1),
        None,
    ]


# --- Accepting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "learner"),
    [(DAN, DAN_SIGNED_IN), (DAN, DAN_ELSEWHERE), (DAN, EVE), (BEN, BEN), (BEN, BEN_ELSEWHERE)],
    ids=[
        "a bare address, its account",
        "a bare address, an account with another address",
        "a bare address, somebody else's account",
        "an account",
        "an account whose address has changed",
    ],
)
def test_an_acceptance_binds_the_account(to: Person, learner: Person) -> None:
    """Whoever got the mail may answer with the account they have; one that was named must answer itself (S4, S6)."""
    before = _asked(ANN, to)
    decision = before.accept(act(by="learner"), TWO, 1, learner=learner, session=EXCEL, seated=keys(ANN, to))
    assert decision.events == (InvitationAccepted(TWO, 1, learner, act(by="learner")),)
    assert decision.state == evolve(
        before,
        version=2,
        invited={ONE: Invitation(1, ANN, UNTIL)},
        enrolled={TWO: learner},
        accepted={TWO: 1},
    )
    bound = decision.state.enrolled[TWO]
    assert (bound.account, bound.address.typed) == (learner.account, learner.address.typed)


def test_an_account_that_already_sits_accepts_nothing() -> None:
    """One person, two seats: refused, and the invitation stays for whoever it was meant for (S4, S5)."""
    before = _asked(DAN, learners=(BEN,))
    seated = keys(BEN, DAN)
    accept = before.accept
    assert why_not(accept, act(), TWO, 1, learner=BEN, session=EXCEL, seated=seated) == AlreadySeated((BEN,))
    assert why_not(accept, act(), TWO, 1, learner=BEN_ELSEWHERE, session=EXCEL, seated=seated) == AlreadySeated(
        (BEN_ELSEWHERE,)
    )
    # Known here by the address that was invited, but sitting elsewhere by the account.
    there = (*seated, *keys(DAN_ELSEWHERE))
    assert why_not(accept, act(), TWO, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=there) == AlreadySeated(
        (DAN_SIGNED_IN,)
    )
    assert before.invited == {TWO: Invitation(1, DAN, UNTIL)}
    assert why_not(accept, act(), TWO, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=seated) is None


def test_who_holds_another_invitation_accepts_only_that() -> None:
    """Invited is seated: whoever is asked twice, under two addresses, gets one seat (S4, S5)."""
    before = _asked(DAN, EVE)
    seated = keys(DAN, EVE)
    assert why_not(before.accept, act(), ONE, 1, learner=EVE, session=EXCEL, seated=seated) == AlreadySeated((EVE,))
    assert why_not(before.accept, act(), TWO, 1, learner=EVE, session=EXCEL, seated=seated) is None


@pytest.mark.parametrize(
    "learner",
    [CLEO, Person.of("ben@example.com", "another"), Person.of("cleo@example.com", "BEN")],
    ids=["another person", "the same address", "the id in other letters"],
)
def test_an_account_is_not_answered_for(learner: Person) -> None:
    """An invitation that names an account is that account's, whoever reads its mail (S4)."""
    before = _asked(BEN)
    assert why_not(before.accept, act(), ONE, 1, learner=learner, session=EXCEL, seated=keys(BEN)) == OtherAccount(ONE)


@pytest.mark.parametrize("to", [DAN, BEN])
def test_accepting_needs_an_account(to: Person) -> None:
    """An address alone cannot be enrolled, not even where an address was invited (S4)."""
    before = _asked(to)
    assert why_not(before.accept, act(), ONE, 1, learner=DAN, session=EXCEL, seated=keys(to)) == AccountNeeded((DAN,))


@pytest.mark.parametrize("at", [NOW, LAST + TICK, STARTS, ENDS + TICK])
@pytest.mark.parametrize("learner", [DAN_SIGNED_IN, DAN_ELSEWHERE])
def test_accepting_twice_is_one_acceptance(at: datetime, learner: Person) -> None:
    """The same account presses again, however late and whatever its address is now: nothing changes (S6)."""
    before = _asked(DAN)
    seated = before.accept(act(), ONE, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=keys(DAN)).state
    again = seated.accept(act(at), ONE, 1, learner=learner, session=EXCEL, seated=keys(DAN_SIGNED_IN))
    assert again.events == ()
    assert again.state is seated


@pytest.mark.parametrize("learner", [DAN, EVE, Person.of("dan@example.com", "another")])
def test_what_was_accepted_is_nobody_elses(learner: Person) -> None:
    """A link that was forwarded after it was used enrols nobody else (S4, S6)."""
    seated = _asked(DAN).accept(act(), ONE, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=keys(DAN)).state
    said = why_not(seated.accept, act(), ONE, 1, learner=learner, session=EXCEL, seated=keys(DAN_SIGNED_IN))
    assert said == AlreadyAccepted(ONE)


def test_an_acceptance_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    before = _asked(DAN, learners=(BEN,))
    account = _asked(CLEO, learners=(BEN,))
    wrong = {
        "self": before,
        "act": act(STARTS),
        "session": WORD,
        "seat": NINE,
        "invitation": 7,
        "learner": FAY,
        "seated": keys(BEN, DAN, CLEO),
    }
    assert in_turn(
        SeatPool.accept,
        wrong,
        {"session": CALLED_OFF},
        {"seat": THREE},
        {"seat": ONE},
        {"seat": TWO},
        {"invitation": 1},
        {"session": EXCEL},
        {"act": LATE},
        {"act": act(LAST)},
        {"learner": BEN, "self": account},
        {"self": before},
        {"learner": DAN_SIGNED_IN},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        NoSuchSeat(NINE),
        InvitationDead(THREE),
        InvitationDead(ONE),
        InvitationDead(TWO),
        SessionCalledOff(),
        SessionStarted(STARTS),
        InvitationExpired(TWO, UNTIL),
        AccountNeeded((FAY,)),
        OtherAccount(TWO),
        AlreadySeated((BEN,)),
        None,
    ]


# --- Declining --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [BRIEFLY, evolve(BRIEFLY, assign_at_purchase=True)])
def test_a_decline_frees_the_seat(policy: Policy) -> None:
    """The seat is free, under the switch to be assigned, and whoever declined may be asked again (S6, S10)."""
    before = _asked(ANN, DAN, FAY, policy=policy)
    decision = before.decline(act(by="dan"), TWO, 1, session=EXCEL)
    assert decision.events == (InvitationDeclined(TWO, 1, DAN, act(by="dan")),)
    assert decision.state == evolve(
        before,
        version=2,
        free=(TWO,),
        invited={ONE: Invitation(1, ANN, UNTIL), THREE: Invitation(1, FAY, UNTIL)},
        emptied={TWO: NOW} if policy.assign_at_purchase else {},
    )
    assert decision.state.to_assign == ((TWO,) if policy.assign_at_purchase else ())
    again = decision.state.invite(act(), (DAN,), session=EXCEL, seated=keys(ANN, FAY)).state
    assert again.invited[TWO] == Invitation(3, DAN, UNTIL)
    assert why_not(again.decline, act(), TWO, 1, session=EXCEL) == InvitationDead(TWO)


def test_a_decline_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told; what was accepted stands (S6)."""
    before = _asked(BEN, DAN)
    taken = before.accept(act(), ONE, 1, learner=BEN, session=EXCEL, seated=keys(BEN, DAN)).state
    wrong = {"act": act(STARTS), "session": WORD, "seat": NINE, "invitation": 1}
    assert in_turn(
        taken.decline,
        wrong,
        {"session": CALLED_OFF},
        {"seat": ONE},
        {"invitation": 7},
        {"seat": THREE},
        {"seat": TWO},
        {"invitation": 1},
        {"session": EXCEL},
        {"act": LATE},
        {"act": act(LAST)},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        NoSuchSeat(NINE),
        AlreadyAccepted(ONE),
        InvitationDead(ONE),
        InvitationDead(THREE),
        InvitationDead(TWO),
        SessionCalledOff(),
        SessionStarted(STARTS),
        InvitationExpired(TWO, UNTIL),
        None,
    ]


# --- Dead invitations -------------------------------------------------------------------------------------------------


def _declined(before: SeatPool) -> SeatPool:
    return before.decline(act(), ONE, before.invited[ONE].number, session=EXCEL).state


def _revoked(before: SeatPool) -> SeatPool:
    return before.revoke(act(), ONE, session=EXCEL, seated=keys(DAN)).state


def _reassigned(before: SeatPool) -> SeatPool:
    return before.revoke(act(), ONE, to=BEN, session=EXCEL, seated=keys(DAN)).state


def _reinvited(before: SeatPool) -> SeatPool:
    return before.revoke(act(), ONE, to=FAY, mode=Mode.CONFIRMATION, session=EXCEL, seated=keys(DAN)).state


def _corrected(before: SeatPool) -> SeatPool:
    return before.correct(act(), ONE, GUS, session=EXCEL, seated=keys(DAN)).state


def _expired(before: SeatPool) -> SeatPool:
    return before.expire(LATE, session=EXCEL).state


def _expired_and_invited(before: SeatPool) -> SeatPool:
    return _expired(before).invite(LATE, (DAN,), session=EXCEL, seated=()).state


def _invited_when_due(before: SeatPool) -> SeatPool:
    return before.invite(LATE, (DAN,), session=EXCEL, seated=keys(DAN)).state


def _assigned_when_due(before: SeatPool) -> SeatPool:
    return before.assign(LATE, (DAN_SIGNED_IN,), session=EXCEL, seated=keys(DAN)).state


def _cancelled(before: SeatPool) -> SeatPool:
    return before.cancel(act(), (ONE,), session=EXCEL).state


def _cancelled_and_reactivated(before: SeatPool) -> SeatPool:
    return _cancelled(before).reactivate(act(), ONE, session=EXCEL, seated=()).state


def _called_off(before: SeatPool) -> SeatPool:
    return before.call_off(act(), session=EXCEL).state


def _accepted(before: SeatPool) -> SeatPool:
    number = before.invited[ONE].number
    return before.accept(act(), ONE, number, learner=DAN_SIGNED_IN, session=EXCEL, seated=keys(DAN)).state


def _accepted_and_revoked(before: SeatPool) -> SeatPool:
    return _revoked(_accepted(before))


def _accepted_and_reassigned(before: SeatPool) -> SeatPool:
    return _reassigned(_accepted(before))


def _accepted_and_withdrawn(before: SeatPool) -> SeatPool:
    return _accepted(before).withdraw(act(), ONE, session=EXCEL).state


def _accepted_and_cancelled(before: SeatPool) -> SeatPool:
    return _cancelled(_accepted(before))


@pytest.mark.parametrize(
    "kill",
    [
        _declined,
        _revoked,
        _reassigned,
        _reinvited,
        _corrected,
        _expired,
        _expired_and_invited,
        _invited_when_due,
        _assigned_when_due,
        _cancelled,
        _cancelled_and_reactivated,
        _called_off,
        _accepted_and_revoked,
        _accepted_and_reassigned,
        _accepted_and_withdrawn,
        _accepted_and_cancelled,
    ],
)
@pytest.mark.parametrize("at", [act(), LATE, act(STARTS)], ids=["in time", "late", "at the start"])
def test_an_answer_to_a_dead_invitation(kill: Callable[[SeatPool], SeatPool], at: Act) -> None:
    """Its number is never the seat's again, also where the same person is asked anew (S6)."""
    left = kill(_asked(DAN, seats=1, policy=evolve(BRIEFLY, withdrawal=True)))
    accept = why_not(left.accept, at, ONE, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=keys(DAN))
    assert accept == InvitationDead(ONE)
    assert why_not(left.decline, at, ONE, 1, session=EXCEL) == InvitationDead(ONE)


# --- Reminding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seats", [(ONE, THREE), [THREE, ONE, THREE], {ONE, THREE}])
def test_invitees_are_reminded(seats: Collection[SeatNo]) -> None:
    """Once each, however often named; a reminder is counted and moves nothing, least of all the deadline (S7)."""
    before = _asked(DAN, BEN, FAY, seats=4)
    decision = before.remind(act(LAST), seats, session=EXCEL)
    assert decision.events == (RemindersSent({ONE: DAN, THREE: FAY}, act(LAST)),)
    assert decision.state == evolve(
        before,
        version=2,
        invited={
            ONE: Invitation(1, DAN, UNTIL, reminders=1),
            TWO: Invitation(1, BEN, UNTIL, reminders=0),
            THREE: Invitation(1, FAY, UNTIL, reminders=1),
        },
    )
    # The invitation is the same one: its number is answered as before.
    assert why_not(decision.state.decline, act(LAST), ONE, 1, session=EXCEL) is None


@pytest.mark.parametrize("most", [0, 1, 3])
def test_reminders_are_limited(most: int) -> None:
    """As many as the policy says, for each invitation (S7)."""
    asked = _asked(DAN, FAY, policy=evolve(BRIEFLY, reminders=most))
    for sent in range(most):
        asked = asked.remind(act(), (ONE,), session=EXCEL).state
        assert (asked.invited[ONE].reminders, asked.invited[TWO].reminders) == (sent + 1, 0)
    assert why_not(asked.remind, act(), (ONE,), session=EXCEL) == RemindersUsed(ONE, most)
    # Whoever is asked anew may be reminded anew.
    anew = asked.decline(act(), ONE, 1, session=EXCEL).state.invite(act(), (DAN,), session=EXCEL, seated=()).state
    assert anew.invited[ONE].reminders == 0
    assert why_not(anew.remind, act(), (ONE,), session=EXCEL) == (RemindersUsed(ONE, 0) if most == 0 else None)


def test_reminders_are_sent_all_or_none() -> None:
    """One who cannot be reminded keeps the others from it; the lowest such seat is told (S7)."""
    before = _asked(DAN, FAY, learners=(ANN,), seats=5).cancel(act(), (FOUR,), session=EXCEL).state
    once = before.remind(act(), (THREE,), session=EXCEL).state.remind(act(), (THREE,), session=EXCEL).state
    assert why_not(once.remind, act(), (TWO, THREE), session=EXCEL) == RemindersUsed(THREE, 2)
    assert why_not(once.remind, act(), (TWO, FOUR), session=EXCEL) == SeatIs(FOUR, SeatState.CANCELLED)
    assert why_not(once.remind, act(), (FOUR, THREE), session=EXCEL) == RemindersUsed(THREE, 2)
    assert why_not(once.remind, act(), (TWO, ONE), session=EXCEL) == SeatIs(ONE, SeatState.ENROLLED)
    assert why_not(once.remind, act(), (TWO, SeatNo(5)), session=EXCEL) == SeatIs(SeatNo(5), SeatState.FREE)
    assert why_not(once.remind, act(), (TWO,), session=EXCEL) is None


def test_a_reminder_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told; who is due is not pending (S7)."""
    before = _asked(DAN, policy=evolve(BRIEFLY, reminders=1)).remind(act(), (ONE,), session=EXCEL).state
    fresh = evolve(before, policy=BRIEFLY)
    wrong = {"self": before, "act": LATE, "seats": (), "session": WORD}
    assert in_turn(
        SeatPool.remind,
        wrong,
        {"session": EXCEL},
        {"seats": (NINE,)},
        {"seats": (ONE,)},
        {"act": act(LAST)},
        {"self": fresh},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        NobodyToRemind(),
        NoSuchSeat(NINE),
        SeatIs(ONE, SeatState.FREE),
        RemindersUsed(ONE, 1),
        None,
    ]


# --- Correcting -------------------------------------------------------------------------------------------------------


def test_a_mistyped_address_is_corrected() -> None:
    """The right one gets an invitation of its own, with all of its time and reminders; the old one is dead (S17)."""
    reminded = _asked(DAN, FAY, learners=(ANN,)).remind(act(), (TWO, THREE), session=EXCEL).state
    decision = reminded.correct(act(LAST), TWO, GUS, session=EXCEL, seated=keys(ANN, DAN, FAY))
    later = Deadline.at(LAST + timedelta(hours=24))
    assert decision.events == (InvitationCorrected(TWO, DAN, Person(GUS), later, act(LAST)),)
    assert decision.state == evolve(
        reminded,
        version=3,
        invited={TWO: Invitation(3, Person(GUS), later), THREE: Invitation(1, FAY, UNTIL, reminders=1)},
    )
    gus = Person(GUS, EVE.account)
    seated = keys(ANN, Person(GUS), FAY)
    assert why_not(decision.state.accept, act(), TWO, 1, learner=gus, session=EXCEL, seated=seated) == InvitationDead(
        TWO
    )
    assert why_not(decision.state.accept, act(), TWO, 3, learner=gus, session=EXCEL, seated=seated) is None


def test_a_correction_needs_no_mode_and_no_new_holder() -> None:
    """It is the same seat's same invitation, also where the policy has changed its mind about modes (S17)."""
    before = _asked(DAN, seats=1, policy=evolve(BRIEFLY, assign_at_purchase=True))
    assert why_not(before.correct, act(), ONE, GUS, session=EXCEL, seated=keys(DAN)) is None
    strict = evolve(before, policy=evolve(before.policy, modes=AT_ONCE))
    assert why_not(strict.correct, act(), ONE, GUS, session=EXCEL, seated=keys(DAN)) is None


def test_a_correction_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told."""
    before = _asked(BEN, DAN, learners=(ANN,), seats=5).cancel(act(), (FOUR,), session=EXCEL).state
    wrong = {
        "act": act(STARTS),
        "session": WORD,
        "seat": NINE,
        "to": BEN.address,
        "seated": keys(ANN, BEN, DAN),
    }
    assert in_turn(
        before.correct,
        wrong,
        {"session": CALLED_OFF},
        {"session": EXCEL},
        {"act": LATE},
        {"seat": THREE},
        {"act": act(LAST)},
        {"seat": ONE},
        {"seat": FOUR},
        {"seat": SeatNo(5)},
        {"seat": TWO},
        {"seat": THREE, "to": EmailAddress("dan@EXAMPLE.com")},
        {"to": ANN_TYPED.address},
        {"to": GUS},
    ) == [
        OtherSession(SessionId("excel"), SessionId("word")),
        SessionCalledOff(),
        SessionStarted(STARTS),
        NoSuchSeat(NINE),
        SeatIs(THREE, SeatState.FREE),
        AlreadySeated((Person(BEN.address),)),
        SeatIs(ONE, SeatState.ENROLLED),
        SeatIs(FOUR, SeatState.CANCELLED),
        SeatIs(SeatNo(5), SeatState.FREE),
        AccountInvited(TWO),
        SameHolder(THREE),
        AlreadySeated((ANN_TYPED,)),
        None,
    ]


# --- Revoking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [BRIEFLY, evolve(BRIEFLY, assign_at_purchase=True)])
@pytest.mark.parametrize("to", [DAN, CLEO])
def test_a_revoked_seat_is_offered(policy: Policy, to: Person) -> None:
    """Old out and new asked are one event; the new holder may be a bare address (S4, S9)."""
    before = _asked(FAY, learners=(ANN, BEN), policy=policy)
    seated = keys(ANN, BEN, FAY)
    decision = before.revoke(act(), TWO, to=to, mode=Mode.CONFIRMATION, session=EXCEL, seated=seated)
    assert decision.events == (SeatRevoked(TWO, BEN, to, UNTIL, act()),)
    assert decision.state == evolve(
        before,
        version=2,
        invited={TWO: Invitation(2, to, UNTIL), THREE: Invitation(1, FAY, UNTIL)},
        enrolled={ONE: ANN},
    )


def test_an_invitation_is_revoked() -> None:
    """It dies, and its seat is free, or the new holder's in the mode that was asked (S6, S9)."""
    before = _asked(DAN, FAY, learners=(ANN,))
    seated = keys(ANN, DAN, FAY)
    freed = before.revoke(act(), TWO, session=EXCEL, seated=seated)
    assert freed.events == (SeatRevoked(TWO, DAN, None, None, act()),)
    assert freed.state == evolve(before, version=2, free=(TWO,), invited={THREE: Invitation(1, FAY, UNTIL)})
    given = before.revoke(act(), TWO, to=BEN, session=EXCEL, seated=seated)
    assert given.events == (SeatRevoked(TWO, DAN, BEN, None, act()),)
    assert given.state == evolve(
        before, version=2, invited={THREE: Invitation(1, FAY, UNTIL)}, enrolled={ONE: ANN, TWO: BEN}
    )
    offered = before.revoke(act(), TWO, to=BEN, mode=Mode.CONFIRMATION, session=EXCEL, seated=seated)
    assert offered.events == (SeatRevoked(TWO, DAN, BEN, UNTIL, act()),)
    assert offered.state == evolve(
        before, version=2, invited={TWO: Invitation(2, BEN, UNTIL), THREE: Invitation(1, FAY, UNTIL)}
    )


@pytest.mark.parametrize("mode", Mode)
def test_an_inadmissible_new_holder_keeps_the_invitation(mode: Mode) -> None:
    """The one who is to lose the seat, one who sits, a mode that is off: the invitee stays (S9)."""
    before = _asked(DAN, learners=(ANN,), seats=2, policy=evolve(BRIEFLY, assign_at_purchase=True))
    seated = keys(ANN, DAN)

    def ask(to: Person | None, policy: Policy = before.policy) -> Refusal | None:
        revoke = evolve(before, policy=policy).revoke
        return why_not(revoke, act(), TWO, to=to, mode=mode, session=EXCEL, seated=seated)

    assert ask(None) == NewHolderNeeded(TWO)
    assert ask(DAN_SIGNED_IN) == SameHolder(TWO)
    assert ask(ANN) == AlreadySeated((ANN,))
    assert ask(FAY) == (AccountNeeded((FAY,)) if mode is Mode.IMMEDIATE else None)
    assert ask(BEN, evolve(before.policy, modes=frozenset(Mode) - {mode})) == ModeOff(mode)
    assert ask(BEN, evolve(before.policy, modes=frozenset({mode}))) is None


def test_a_seat_that_was_accepted_is_offered_again() -> None:
    """What was accepted on it before has no number left (S6, S9)."""
    before = _asked(DAN, FAY)
    taken = before.accept(act(), ONE, 1, learner=DAN_SIGNED_IN, session=EXCEL, seated=keys(DAN, FAY)).state
    offered = taken.revoke(
        act(), ONE, to=CLEO, mode=Mode.CONFIRMATION, session=EXCEL, seated=keys(DAN_SIGNED_IN, FAY)
    ).state
    assert (offered.invited[ONE], offered.enrolled, offered.accepted) == (Invitation(3, CLEO, UNTIL), {}, {})
    accepted = offered.accept(act(), ONE, 3, learner=CLEO, session=EXCEL, seated=keys(CLEO, FAY)).state
    assert (accepted.enrolled, accepted.accepted) == ({ONE: CLEO}, {ONE: 3})


# --- Expiring ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "moved", "due"),
    [
        (LAST - TICK, EXCEL, False),
        (LAST, EXCEL, False),
        (LAST + TICK, EXCEL, True),
        (SOON.starts - TICK, SOON, False),
        (SOON.starts, SOON, True),
        (SOON.starts + TICK, SOON, True),
    ],
    ids=[
        "before the last instant",
        "the last instant",
        "after it",
        "before the start",
        "the start",
        "after the start",
    ],
)
def test_when_an_invitation_is_over(at: datetime, moved: Session, due: bool) -> None:
    """Its last instant is in time; the start of the session, moved or not, is not, and comes first (S7, K8)."""
    before = _asked(DAN)
    over = SessionStarted(SOON.starts) if moved is SOON else InvitationExpired(ONE, UNTIL)
    accept = why_not(before.accept, act(at), ONE, 1, learner=DAN_SIGNED_IN, session=moved, seated=keys(DAN))
    decline = why_not(before.decline, act(at), ONE, 1, session=moved)
    remind = why_not(before.remind, act(at), (ONE,), session=moved)
    swept = before.expire(act(at), session=moved)
    assert before.invited[ONE].due(at, moved) is due
    assert before.as_of(at, moved).state_of(ONE) is (SeatState.FREE if due else SeatState.INVITED)
    if due:
        assert (accept, decline) == (over, over)
        assert remind == SeatIs(ONE, SeatState.FREE)
        assert swept.events == (InvitationsExpired({ONE: DAN}, act(at)),)
    else:
        assert (accept, decline, remind) == (None, None, None)
        assert swept.events == ()
        assert swept.state is before


def _staggered(policy: Policy = BRIEFLY) -> SeatPool:
    """Seats 1 and 3 are invited until `LAST`, seat 2 has Ann, seat 4 is invited until later, seat 5 is free."""
    first = _asked(DAN, FAY, learners=(ANN,), seats=5, policy=policy)
    moved = first.revoke(act(), ONE, to=BEN, mode=Mode.CONFIRMATION, session=EXCEL, seated=keys(ANN, DAN, FAY)).state
    swapped = moved.revoke(act(), TWO, to=ANN, session=EXCEL, seated=keys(BEN, DAN, FAY)).state
    return swapped.invite(act(LAST), (CLEO,), session=EXCEL, seated=keys(ANN, BEN, FAY)).state


LATER = Invitation(4, CLEO, Deadline.at(LAST + timedelta(hours=24)))


def test_what_is_due_is_swept() -> None:
    """All at once, and nothing else; sweeping again does nothing, and late answers find nothing to answer (S6, S7)."""
    before = _staggered()
    assert before.counters() == Counters(free=1, invited=3, enrolled=1, cancelled=0)
    decision = before.expire(LATE, session=EXCEL)
    assert decision.events == (InvitationsExpired({ONE: BEN, THREE: FAY}, LATE),)
    assert decision.state == evolve(before, version=5, free=(ONE, THREE, SeatNo(5)), invited={FOUR: LATER})
    again = decision.state.expire(LATE, session=EXCEL)
    assert again.events == ()
    assert again.state is decision.state
    assert why_not(decision.state.accept, LATE, ONE, 2, learner=BEN, session=EXCEL, seated=()) == InvitationDead(ONE)
    assert why_not(before.expire, LATE, session=WORD) == OtherSession(SessionId("excel"), SessionId("word"))


def test_a_session_that_is_over_is_swept_still() -> None:
    """Whoever sweeps late tells people late, but is not refused (S7)."""
    decision = _staggered().expire(act(ENDS + TICK), session=EXCEL)
    assert decision.events == (InvitationsExpired({ONE: BEN, THREE: FAY, FOUR: CLEO}, act(ENDS + TICK)),)


def test_under_the_switch_an_expired_seat_is_to_be_assigned() -> None:
    """Swept, or only seen as of a time: the pool says which seats stand empty (S10)."""
    before = _asked(DAN, learners=(ANN, BEN), policy=evolve(BRIEFLY, assign_at_purchase=True))
    assert before.to_assign == ()
    assert before.as_of(LAST, EXCEL) is before
    seen, swept = before.as_of(LATE.at, EXCEL), before.expire(LATE, session=EXCEL).state
    assert (seen.to_assign, seen.emptied) == (swept.to_assign, swept.emptied) == ((THREE,), {THREE: LATE.at})


def test_a_pool_is_seen_as_of_a_time() -> None:
    """What is due counts as free wherever a time is given, and the pool itself stays (S2, S7)."""
    before = _staggered()
    kept = evolve(before)
    seen = before.as_of(LATE.at, EXCEL)
    assert seen == evolve(before, free=(ONE, THREE, SeatNo(5)), invited={FOUR: LATER})
    assert seen.counters() == Counters(free=3, invited=1, enrolled=1, cancelled=0)
    assert seen.counters().bought == before.counters().bought
    assert before == kept
    assert before.as_of(LATER.until.instant + TICK, EXCEL).counters() == Counters(4, 0, 1, 0)


# --- What is due counts as free ---------------------------------------------------------------------------------------


def test_seats_that_are_due_are_assigned() -> None:
    """Lowest first, swept in the same event, which names all who lost an invitation, also for seats that stay free."""
    before = _staggered()
    decision = before.assign(LATE, (EVE, CLEO), session=EXCEL, seated=keys(ANN, BEN, FAY, CLEO))
    assert decision.events == (SeatsAssigned({ONE: EVE}, (), (CLEO,), {ONE: BEN, THREE: FAY}, LATE),)
    assert decision.state == evolve(
        before,
        version=5,
        free=(THREE, SeatNo(5)),
        invited={FOUR: LATER},
        enrolled={TWO: ANN, ONE: EVE},
    )


def test_seats_that_are_due_are_offered() -> None:
    """So they are to others, by invitations of a new number (S6, S7)."""
    before = _staggered()
    decision = before.invite(LATE, (EVE, Person(GUS)), session=EXCEL, seated=keys(ANN, BEN, FAY, CLEO))
    assert decision.events == (
        SeatsInvited({ONE: EVE, THREE: Person(GUS)}, FROM_LATE, (), (), {ONE: BEN, THREE: FAY}, LATE),
    )
    assert decision.state == evolve(
        before,
        version=5,
        free=(SeatNo(5),),
        invited={
            ONE: Invitation(5, EVE, FROM_LATE),
            THREE: Invitation(5, Person(GUS), FROM_LATE),
            FOUR: LATER,
        },
    )


def test_what_is_not_due_is_not_taken() -> None:
    """At the last instant the seats are still the invitees' (S7)."""
    before = _staggered()
    seated = keys(ANN, BEN, FAY, CLEO)
    two = (EVE, DAN_SIGNED_IN)
    assert why_not(before.assign, act(LAST), two, session=EXCEL, seated=seated) == NotEnoughSeats(2, 1)
    assert why_not(before.invite, act(LAST), two, session=EXCEL, seated=seated) == NotEnoughSeats(2, 1)
    assert why_not(before.assign, LATE, two, session=EXCEL, seated=seated) is None
    assert why_not(before.invite, LATE, two, session=EXCEL, seated=seated) is None
    assert why_not(before.assign, act(LAST), (BEN,), session=EXCEL, seated=seated) == NobodyToSeat((BEN,))
    assert why_not(before.invite, act(LAST), (BEN,), session=EXCEL, seated=seated) == NobodyToSeat((BEN,))


def test_whoever_was_too_late_is_seated_again() -> None:
    """An invitation that is due no longer counts against its own invitee, in any spelling (S5, S7)."""
    before = _staggered()
    seated = keys(ANN, BEN, FAY, CLEO)
    enrolled = before.assign(LATE, (BEN,), session=EXCEL, seated=seated)
    assert enrolled.events == (SeatsAssigned({ONE: BEN}, (), (), {ONE: BEN, THREE: FAY}, LATE),)
    assert enrolled.state.enrolled == {TWO: ANN, ONE: BEN}
    named = Person.of("FAY@example.com")
    asked = before.invite(LATE, (named, BEN, CLEO), session=EXCEL, seated=seated)
    assert asked.events == (
        SeatsInvited({ONE: named, THREE: BEN}, FROM_LATE, (), (CLEO,), {ONE: BEN, THREE: FAY}, LATE),
    )
    assert asked.state.invited == {
        ONE: Invitation(5, named, FROM_LATE),
        THREE: Invitation(5, BEN, FROM_LATE),
        FOUR: LATER,
    }


def test_whoever_sits_by_account_is_not_seated_by_a_late_invitation() -> None:
    """That their address was invited and is due hides the address alone, not the account that sits (S5)."""
    before = _asked(DAN)
    seated = keys(DAN, DAN_ELSEWHERE)
    assert why_not(before.assign, LATE, (DAN_SIGNED_IN,), session=EXCEL, seated=seated) == NobodyToSeat(
        (DAN_SIGNED_IN,)
    )


def test_immediate_seats_are_taken_from_invitees_at_the_start() -> None:
    """Nobody can accept any more, so a last learner may be enrolled on what is left until the end (S7, S9)."""
    before = _asked(DAN, FAY, seats=2, policy=FREELY)
    decision = before.assign(act(ENDS - TICK), (EVE,), session=EXCEL, seated=keys(DAN, FAY))
    assert decision.events == (SeatsAssigned({ONE: EVE}, (), (), {ONE: DAN, TWO: FAY}, act(ENDS - TICK)),)
    assert (decision.state.free, decision.state.invited) == ((TWO,), {})


def test_a_seat_that_is_due_has_no_holder_to_lose_it() -> None:
    """Revoked and corrected is what somebody has; a seat that is due is free (S7, S9)."""
    before = _staggered()
    seated = keys(ANN, BEN, FAY, CLEO)
    for to in (None, EVE):
        assert why_not(before.revoke, act(LAST), ONE, to=to, session=EXCEL, seated=seated) is None
        assert why_not(before.revoke, LATE, ONE, to=to, session=EXCEL, seated=seated) == SeatIs(ONE, SeatState.FREE)


def test_a_new_holder_whose_invitation_is_due_waits_for_the_sweep() -> None:
    """These two sweep nothing, so an invitation that still stands keeps its invitee from a second seat (S5, S9)."""
    before = _staggered()
    seated = keys(ANN, BEN, FAY, CLEO)
    assert why_not(before.revoke, LATE, TWO, to=BEN, session=EXCEL, seated=seated) == AlreadySeated((BEN,))
    swept = before.expire(LATE, session=EXCEL).state
    given = swept.revoke(LATE, TWO, to=BEN, session=EXCEL, seated=keys(ANN, CLEO)).state
    assert given.enrolled == {TWO: BEN}
    assert given.state_of(ONE) is SeatState.FREE


def test_a_seat_that_is_due_is_cancelled_without_a_holder() -> None:
    """It is live, and nobody's: whoever was too late lost nothing more (S7, S11)."""
    before = _staggered()
    decision = before.cancel(LATE, (ONE, TWO, FOUR), session=EXCEL)
    assert decision.events == (SeatsCancelled((ONE, TWO, FOUR), {TWO: ANN}, {FOUR: CLEO}, Cause.ASKED, LATE),)
    assert decision.state == evolve(
        before,
        version=5,
        invited={THREE: Invitation(1, FAY, UNTIL)},
        enrolled={},
        cancelled={ONE: gone(), TWO: gone(ANN), FOUR: gone(CLEO, SeatState.INVITED)},
    )
    everything = before.cancel_all(act(LAST), session=EXCEL)
    assert everything.events == (
        SeatsCancelled(
            (ONE, TWO, THREE, FOUR, SeatNo(5)),
            {TWO: ANN},
            {ONE: BEN, THREE: FAY, FOUR: CLEO},
            Cause.ASKED,
            act(LAST),
        ),
    )
    assert everything.state.counters() == Counters(free=0, invited=0, enrolled=0, cancelled=5)


# --- Round and round --------------------------------------------------------------------------------------------------


def _unnumbered(asked: SeatPool) -> SeatPool:
    """The pool but for its version and the numbers of its invitations."""
    return evolve(asked, version=0, invited={seat: evolve(sent, number=0) for seat, sent in asked.invited.items()})


@pytest.mark.parametrize("ends", [_declined, _revoked, _accepted_and_revoked, _accepted_and_withdrawn])
def test_ten_rounds_leave_no_trace(ends: Callable[[SeatPool], SeatPool]) -> None:
    """Whoever comes and goes, nothing grows and no seat is lost; and no number comes twice (S2, S6)."""
    start = asked = _asked(DAN, FAY, policy=evolve(BRIEFLY, withdrawal=True))
    numbers = [1]
    for _ in range(10):
        asked = ends(asked).invite(act(), (DAN,), session=EXCEL, seated=keys(FAY)).state
        numbers.append(asked.invited[ONE].number)
    assert _unnumbered(asked) == _unnumbered(start)
    assert numbers == sorted(set(numbers))


def test_ten_rounds_of_a_new_holder_leave_no_trace() -> None:
    """Nor does a seat that is taken from one invitee for another, and back (S9)."""
    start = asked = _asked(DAN, learners=(ANN, BEN), policy=evolve(BRIEFLY, assign_at_purchase=True))
    for _ in range(10):
        for to in (FAY, DAN):
            asked = asked.revoke(
                act(), THREE, to=to, mode=Mode.CONFIRMATION, session=EXCEL, seated=keys(ANN, BEN)
            ).state
    assert _unnumbered(asked) == _unnumbered(start)
    assert asked.invited[THREE].number == asked.version == 21


@pytest.mark.parametrize("modes", ["immediate", {Mode.IMMEDIATE}, frozenset({"immediate"}), 1])
def test_modes_are_modes(modes: Any) -> None:
    """A policy has a frozen set of modes, and nothing that looks like one (K9)."""
    assert flaw(lambda: Policy(modes=modes)) == ("modes", Flaw.WRONG_TYPE)


def test_what_was_never_checked_is_checked() -> None:
    """An invitation's number is a number, a time is aware, and the last instant of all is one (K2, K8, K9)."""
    asked, number = _asked(DAN), True  # what JSON says for yes
    assert flaw(lambda: asked.decline(act(), ONE, number, session=EXCEL)) == ("invitation", Flaw.WRONG_TYPE)
    assert flaw(lambda: asked.as_of(datetime(2027, 3, 1), EXCEL)) == ("at", Flaw.NAIVE_TIME)  # noqa: DTZ001 - naive
    last = datetime.max.replace(tzinfo=UTC)
    assert Policy().invitation_until(last) == Deadline.at(last)
