"""Enrolment by a partner: the price, the wallet, the limit, the place and the participant, together or not at all."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve

from lara_core.enrolment import (
    Enrolled,
    Moved,
    NobodyToEnrol,
    OtherLimit,
    OtherPlace,
    OtherWallet,
    cancel_enrolment,
    confirm_enrolment,
    drop_enrolment,
    enrol,
    reverse_enrolment,
    withdraw,
)
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import CourseId, EnrolmentId, HoldId, LimitId, PartnerId
from lara_core.kernel.people import Person
from lara_core.offerings import PriceChanged
from lara_core.participants import ConfirmationOver, Enrolment, EnrolmentIs, EnrolmentState
from lara_core.sessions import NotEnoughPlaces, PlacesGivenBack, PlacesHeld, PlacesTaken, Session
from lara_core.spending import (
    CreditsSpent,
    LimitReached,
    NotAMember,
    SpendingCaptured,
    SpendingGivenBack,
    SpendingHeld,
    SpendingLimit,
    SpendingReleased,
)
from lara_core.wallet import (
    AlreadyReversed,
    CreditHoldGone,
    CreditHoldWouldLapse,
    CreditsCaptured,
    CreditsDebited,
    CreditsHeld,
    CreditsReleased,
    Entry,
    EntryKind,
    EntryReversed,
    NoSuchEntry,
    NotEnoughCredits,
    Wallet,
    entry_of,
)
from tests.builders import ANN, ANN_TYPED, BEN, CLEO, DAN, NOW, TICK, act, flaw, in_turn, keys, session

ALFA, BETA = PartnerId("alfa"), PartnerId("beta")
E1, E2, E3, E4 = EnrolmentId("e1"), EnrolmentId("e2"), EnrolmentId("e3"), EnrolmentId("e4")
H1, H2 = HoldId("e1"), HoldId("e2")
SAFETY: Final = CourseId("safety")
NORTH: Final = LimitId("north")
PRICE: Final = Credits(3)
FREE: Final = Credits(0)
UNTIL: Final = NOW + timedelta(hours=1)
HOUR: Final = Deadline.at(UNTIL)
LATE: Final = act(UNTIL + TICK)
BOTH: Final = {E1: ANN, E2: DAN}


def wallet(balance: int = 10, partner: PartnerId = ALFA) -> Wallet:
    """A wallet that was topped up once: its next event is the third."""
    return Wallet.open(act(), partner).state.top_up(act(), Credits(balance), reason="invoice 7").state


def group(amount: int = 10, *partners: PartnerId) -> SpendingLimit:
    """A limit over two partners, or over those."""
    return SpendingLimit.set(act(), NORTH, Credits(amount), frozenset(partners or (ALFA, BETA))).state


def enrolling(
    wallet: Wallet,
    people: Mapping[EnrolmentId, Person],
    *,
    by: Act | None = None,
    price: Credits = PRICE,
    shown: Credits | None = None,
    among: tuple[Person, ...] = (),
    session: Session | None = None,
    limit: SpendingLimit | None = None,
    until: Deadline | None = None,
) -> Enrolled:
    """Enrol *people* at the price in force, unless another was shown."""
    return enrol(
        by or act(),
        wallet,
        SAFETY,
        people,
        shown=price if shown is None else shown,
        in_force=price,
        participants=keys(*among),
        session=session,
        limit=limit,
        until=until,
    )


def participant(
    enrolment: EnrolmentId,
    person: Person,
    *,
    entry: int | None,
    price: Credits = PRICE,
    place: bool = False,
    counted: bool = False,
) -> Enrolment:
    """A participant who has just been enrolled."""
    state, limit = EnrolmentState.PARTICIPANT, NORTH if counted else None
    held = session().id if place else None
    return Enrolment(enrolment, 1, state, ALFA, SAFETY, person, price, held, limit, entry, None)


# --- Enrolling --------------------------------------------------------------------------------------------------------


def test_enrolling_in_all_at_once() -> None:
    """Debits, spending, places, participants: one decision, and each participant has the entry that paid (W4, W10)."""
    before, limit, places = wallet(), group(), session(2)
    made = enrolling(before, BOTH, session=places, limit=limit)
    assert made.wallet is not None
    assert made.wallet.events == (
        CreditsDebited(PRICE, E1, Credits(7), (), act()),
        CreditsDebited(PRICE, E2, Credits(4), (), act()),
    )
    assert made.limit is not None
    assert made.limit.events == (CreditsSpent(ALFA, Credits(6), (), act()),)
    assert made.session is not None
    assert made.session.events == (PlacesTaken(2, None, (), act()),)
    assert [one.state for one in made.enrolments] == [
        participant(E1, ANN, entry=3, place=True, counted=True),
        participant(E2, DAN, entry=4, place=True, counted=True),
    ]
    assert (made.repeated, made.already) == ((), ())
    assert made.decisions == (made.wallet, made.limit, made.session, *made.enrolments)


def test_enrolling_without_session_or_limit() -> None:
    """Neither is asked, and the participant has neither."""
    made = enrolling(wallet(), {E1: ANN})
    assert (made.limit, made.session) == (None, None)
    assert [one.state for one in made.enrolments] == [participant(E1, ANN, entry=3)]
    assert made.decisions == (made.wallet, *made.enrolments)


def test_two_wallets_at_once_under_one_limit() -> None:
    """Both change the same version of the limit, so one of the two cannot be saved (W10, K5)."""
    limit = group(3)
    made = [enrolling(wallet(10, partner), {E1: ANN}, limit=limit) for partner in (ALFA, BETA)]
    saved = [one.limit.state for one in made if one.limit is not None]
    assert [(one.version, one.spent) for one in saved] == [(2, 3), (2, 3)]
    for after in saved:
        again = why_not(enrolling, wallet(10, BETA), {E2: BEN}, limit=after)
        assert again == LimitReached(NORTH, 3, 0)


def test_a_free_course() -> None:
    """No entry, no wallet, no limit, also where both are empty: a place and a participant (W3, W4)."""
    empty, limit = Wallet.open(act(), ALFA).state, group(0)
    made = enrolling(empty, {E1: ANN}, price=FREE, session=session(1), limit=limit)
    assert (made.wallet, made.limit) == (None, None)
    assert [one.state for one in made.enrolments] == [participant(E1, ANN, entry=None, price=FREE, place=True)]
    assert made.decisions == (made.session, *made.enrolments)


def test_who_is_there_already_is_not_charged_again() -> None:
    """Nor who is named twice, in whatever spelling: the mention with an account stands, and both are reported (W4)."""
    people = {E1: ANN_TYPED, E2: BEN, E3: ANN, E4: CLEO}
    made = enrolling(wallet(3), people, among=(BEN, CLEO))
    assert [one.state for one in made.enrolments] == [participant(E3, ANN, entry=3)]
    assert (made.repeated, made.already) == ((ANN_TYPED,), (BEN, CLEO))
    assert made.wallet is not None
    assert made.wallet.state.balance == 0
    same = enrolling(wallet(3), {E1: ANN, E2: ANN})
    assert [one.state.id for one in same.enrolments] == [E1]
    assert (same.repeated, same.already) == ((ANN,), ())


def test_nobody_left() -> None:
    """Whoever names nobody new is told so, and nothing is charged (W4)."""
    nobody = partial(enrolling, wallet())
    assert why_not(nobody, {}) == NobodyToEnrol(())
    assert why_not(nobody, {E1: BEN, E2: BEN}, among=(BEN,)) == NobodyToEnrol((BEN,))


@pytest.mark.parametrize(("balance", "fit"), [(0, 0), (2, 0), (3, 1), (8, 2)])
def test_a_batch_is_all_or_nothing(balance: int, fit: int) -> None:
    """The refusal says the total, what is available, and how many of those who are charged would fit (W4, W5)."""
    before = wallet(balance) if balance else Wallet.open(act(), ALFA).state
    said = why_not(enrolling, before, {E1: ANN, E2: BEN, E3: CLEO, E4: DAN}, among=(BEN,))
    assert said == NotEnoughCredits(ALFA, 2 if balance else 0, PRICE, 3, 9, balance, fit)


def test_the_order_of_refusals() -> None:
    """The price, the people, the wallet, the limit, the place (W3, W4, W10, N1)."""
    full = session(2).take(act(), 1).state
    wrong = {
        "wallet": wallet(5),
        "people": {E1: BEN, E2: BEN},
        "among": (BEN,),
        "shown": Credits(2),
        "limit": group(10, BETA),
        "session": full,
    }
    mended: list[dict[str, Any]] = [
        {"shown": PRICE},
        {"people": BOTH},
        {"wallet": wallet(6)},
        {"limit": group(5)},
        {"limit": group(6)},
        {"session": session(2)},
    ]
    assert in_turn(enrolling, wrong, *mended) == [
        PriceChanged(Credits(2), PRICE),
        NobodyToEnrol((BEN,)),
        NotEnoughCredits(ALFA, 2, PRICE, 2, 6, 5, 1),
        NotAMember(NORTH, ALFA),
        LimitReached(NORTH, 6, 5),
        NotEnoughPlaces(2, 1),
        None,
    ]


@pytest.mark.parametrize("price", [True, 1.0, 1.9, "3", None, float("nan")])
def test_a_price_is_credits(price: Any) -> None:
    """What merely passes for a number is none, and `True` is not the price of 1 (K9)."""
    one = Credits(1)
    given: dict[str, Any] = {"participants": ()}
    asked = partial(enrol, act(), wallet(), SAFETY, {E1: ANN}, **given)
    assert flaw(lambda: asked(shown=price, in_force=one)) == ("shown", Flaw.WRONG_TYPE)
    assert flaw(lambda: asked(shown=one, in_force=price)) == ("in_force", Flaw.WRONG_TYPE)


# --- Waiting for confirmation -----------------------------------------------------------------------------------------


def waiting(**with_others: Any) -> Enrolled:
    """Ann and Dan wait for confirmation, for an hour."""
    return enrolling(wallet(), BOTH, session=session(2), limit=group(), until=HOUR, **with_others)


def test_waiting_for_confirmation() -> None:
    """Credits, the limit and places are held, under the enrolments' own ids; no balance changes (W9)."""
    made = waiting()
    assert made.wallet is not None
    assert made.wallet.events == (CreditsHeld(PRICE, {H1: E1, H2: E2}, HOUR, (), act()),)
    assert (made.wallet.state.balance, made.wallet.state.available(NOW)) == (10, 4)
    assert made.limit is not None
    assert made.limit.events == (SpendingHeld(ALFA, PRICE, (H1, H2), HOUR, (), act()),)
    assert made.session is not None
    assert made.session.events == (PlacesHeld(H1, 1, HOUR, (), act()), PlacesHeld(H2, 1, HOUR, (), act()))
    assert made.session.state.version == 3
    pending = evolve(
        participant(E1, ANN, entry=None, place=True, counted=True), state=EnrolmentState.PENDING, until=HOUR
    )
    assert [one.state for one in made.enrolments] == [pending, evolve(pending, id=E2, person=DAN)]


def test_waiting_is_refused_like_enrolling() -> None:
    """For lack of credits, of what the group may spend, of places; after the deadline, free or not (W4, W9, W10)."""
    asked = partial(enrolling, people=BOTH, until=HOUR)
    assert why_not(asked, wallet(5)) == NotEnoughCredits(ALFA, 2, PRICE, 2, 6, 5, 1)
    assert why_not(asked, wallet(), limit=group(5)) == LimitReached(NORTH, 6, 5)
    assert why_not(asked, wallet(), session=session(1)) == NotEnoughPlaces(1, 0)
    assert why_not(asked, wallet(), by=LATE) == CreditHoldWouldLapse(HOUR)
    assert why_not(asked, wallet(), by=LATE, price=FREE) == ConfirmationOver(E1, HOUR)


def whole(made: Enrolled) -> tuple[Wallet, Session, SpendingLimit, Enrolment]:
    """What an enrolment that asked everything left: the states, and the first who was enrolled."""
    assert made.wallet is not None
    assert made.session is not None
    assert made.limit is not None
    return made.wallet.state, made.session.state, made.limit.state, made.enrolments[0].state


def test_confirming() -> None:
    """What was held is debited, counted and taken; the participant has the entry that paid (W9)."""
    purse, places, limit, ann = whole(waiting())
    by = act(UNTIL)
    made = confirm_enrolment(by, purse, ann, session=places, limit=limit)
    assert made.enrolment.state == evolve(ann, version=2, state=EnrolmentState.PARTICIPANT, entry=4)
    assert made.wallet is not None
    assert made.wallet.events == (CreditsCaptured(H1, PRICE, E1, Credits(7), by),)
    assert made.wallet.state.version == 4
    assert made.limit is not None
    assert made.limit.events == (SpendingCaptured(H1, by),)
    assert made.session is not None
    assert made.session.events == (PlacesTaken(1, H1, (), by),)
    assert made.decisions == (made.wallet, made.limit, made.session, made.enrolment)
    again = confirm_enrolment(
        LATE, made.wallet.state, made.enrolment.state, session=made.session.state, limit=made.limit.state
    )
    assert again == Moved(again.enrolment)
    assert again.enrolment.state is made.enrolment.state
    assert again.enrolment.events == ()


def test_confirming_too_late() -> None:
    """Or after somebody has released what was held: nobody becomes a participant without the debit (W4, W9)."""
    purse, places, limit, ann = whole(waiting())
    confirm = partial(confirm_enrolment, session=places, limit=limit)
    assert why_not(confirm, LATE, purse, ann) == ConfirmationOver(E1, HOUR)
    released = purse.release(act(), H1).state
    assert why_not(confirm, act(), released, ann) == CreditHoldGone(H1)


def test_dropping() -> None:
    """What was held is there for others again, in time; after the deadline it is already (W9)."""
    purse, places, limit, ann = whole(waiting())
    made = drop_enrolment(act(), purse, ann, session=places, limit=limit)
    assert made.enrolment.state == evolve(ann, version=2, state=EnrolmentState.DROPPED)
    assert made.wallet is not None
    assert made.wallet.events == (CreditsReleased(H1, act()),)
    assert made.limit is not None
    assert made.limit.events == (SpendingReleased(H1, act()),)
    assert made.session is not None
    assert made.session.state.available(NOW) == 1
    again = drop_enrolment(act(), purse, made.enrolment.state, session=places, limit=limit)
    assert again == Moved(again.enrolment)
    assert again.enrolment.state is made.enrolment.state
    late = drop_enrolment(LATE, purse, ann, session=places, limit=limit)
    assert late.enrolment.state.state is EnrolmentState.DROPPED
    assert [decision.events for decision in late.decisions[:3]] == [(), (), ()]
    assert why_not(confirm_enrolment, act(), purse, made.enrolment.state, session=places, limit=limit) == EnrolmentIs(
        E1, EnrolmentState.DROPPED
    )


def test_a_free_one_that_waits() -> None:
    """Waits for the place alone: no wallet is asked when it is confirmed or dropped (W4, W9)."""
    made = enrolling(wallet(), {E1: ANN}, price=FREE, session=session(1), limit=group(), until=HOUR)
    assert made.session is not None
    places, ann = made.session.state, made.enrolments[0].state
    confirmed = confirm_enrolment(act(), wallet(), ann, session=places, limit=None)
    assert (confirmed.wallet, confirmed.limit) == (None, None)
    assert confirmed.enrolment.state.entry is None
    assert confirmed.session is not None
    assert confirmed.session.events == (PlacesTaken(1, H1, (), act()),)
    dropped = drop_enrolment(act(), wallet(), ann, session=places, limit=None)
    assert (dropped.wallet, dropped.limit) == (None, None)


# --- Leaving, and giving back -----------------------------------------------------------------------------------------


def paid(number: int = 3, enrolment: EnrolmentId = E1) -> Entry:
    """The entry that paid for somebody, as history tells it."""
    debited = CreditsDebited(PRICE, enrolment, Credits(7), (), act())
    entry = entry_of(ALFA, number, debited)
    assert entry is not None
    return entry


def test_withdrawing_gives_nothing_back() -> None:
    """But the place: credits come back by an act of their own (W8)."""
    _, places, _, ann = whole(enrolling(wallet(), BOTH, session=session(2), limit=group()))
    made = withdraw(act(), ann, session=places)
    assert made.enrolment.state == evolve(ann, version=2, state=EnrolmentState.WITHDRAWN)
    assert made.session is not None
    assert made.session.events == (PlacesGivenBack(1, act()),)
    assert (made.wallet, made.limit) == (None, None)
    again = withdraw(act(), made.enrolment.state, session=made.session.state)
    assert again == Moved(again.enrolment)
    assert again.enrolment.state is made.enrolment.state


def test_reversing_after_withdrawal() -> None:
    """Once and in full, to the wallet and to the limit; not before somebody has withdrawn (W8, W10)."""
    purse, places, limit, ann = whole(enrolling(wallet(), BOTH, session=session(2), limit=group()))
    left = withdraw(act(), ann, session=places).enrolment.state
    reverse = partial(reverse_enrolment, was_reversed=False, reason="left", limit=limit)
    assert why_not(reverse, act(), purse, ann, paid()) == EnrolmentIs(E1, EnrolmentState.PARTICIPANT)
    made = reverse(act(), purse, left, paid())
    assert made.enrolment.state == evolve(left, version=3, state=EnrolmentState.REVERSED)
    assert made.wallet is not None
    assert made.wallet.events == (EntryReversed(3, EntryKind.DEBIT, PRICE, E1, Credits(7), "left", (), act()),)
    assert made.limit is not None
    assert made.limit.events == (SpendingGivenBack(ALFA, PRICE, act()),)
    assert made.session is None
    again = why_not(
        reverse_enrolment,
        act(),
        made.wallet.state,
        made.enrolment.state,
        paid(),
        was_reversed=True,
        reason="left",
        limit=made.limit.state,
    )
    assert again == AlreadyReversed(3)


def test_only_the_entry_that_paid_is_reversed() -> None:
    """Not another's, not one of another wallet, and of a free enrolment none (W8)."""
    purse, places, limit, ann = whole(enrolling(wallet(), BOTH, session=session(2), limit=group()))
    left = withdraw(act(), ann, session=places).enrolment.state
    reverse = partial(reverse_enrolment, act(), was_reversed=False, reason="left")
    for wrong in (paid(4, E2), paid(4), paid(3, E2), evolve(paid(), change=-4)):
        assert why_not(reverse, purse, left, wrong, limit=limit) == NoSuchEntry(wrong.number)
    assert why_not(reverse, purse, left, evolve(paid(), partner=BETA), limit=limit) == NoSuchEntry(3)
    free = enrolling(wallet(), {E1: ANN}, price=FREE).enrolments[0].state
    gone = withdraw(act(), free, session=None).enrolment.state
    assert why_not(reverse, wallet(), gone, paid(2), limit=None) == NoSuchEntry(2)


def test_enrolled_again() -> None:
    """After a reversal the person is enrolled anew: two debits and one reversal, two enrolments (W8)."""
    purse = enrolling(wallet(), {E1: ANN})
    assert purse.wallet is not None
    left = withdraw(act(), purse.enrolments[0].state, session=None).enrolment.state
    back = reverse_enrolment(act(), purse.wallet.state, left, paid(), was_reversed=False, reason="left", limit=None)
    assert back.wallet is not None
    again = enrolling(back.wallet.state, {E2: ANN})
    assert again.wallet is not None
    assert again.wallet.events == (CreditsDebited(PRICE, E2, Credits(7), (), act()),)
    assert [one.state for one in again.enrolments] == [participant(E2, ANN, entry=5)]


def test_a_cancelled_session_gives_back() -> None:
    """The place, the credits and the limit, in one decision; said twice it is once (W8, W10)."""
    purse, places, limit, ann = whole(enrolling(wallet(), BOTH, session=session(2), limit=group()))
    cancel = partial(cancel_enrolment, act(), reason="session cancelled")
    made = cancel(purse, ann, paid(), was_reversed=False, session=places, limit=limit)
    assert made.enrolment.state == evolve(ann, version=2, state=EnrolmentState.CANCELLED)
    assert made.wallet is not None
    reason = "session cancelled"
    assert made.wallet.events == (EntryReversed(3, EntryKind.DEBIT, PRICE, E1, Credits(7), reason, (), act()),)
    assert made.limit is not None
    assert made.limit.events == (SpendingGivenBack(ALFA, PRICE, act()),)
    assert made.session is not None
    assert made.session.events == (PlacesGivenBack(1, act()),)
    again = cancel(purse, made.enrolment.state, paid(), was_reversed=True, session=places, limit=limit)
    assert again == Moved(again.enrolment)
    assert again.enrolment.state is made.enrolment.state


def test_a_cancelled_session_and_an_entry_that_is_back() -> None:
    """Who was given the credits back by hand does not get them again; who was free gets none (W8)."""
    purse, places, limit, ann = whole(enrolling(wallet(), BOTH, session=session(2), limit=group()))
    cancel = partial(cancel_enrolment, act(), reason="session cancelled")
    made = cancel(purse, ann, paid(), was_reversed=True, session=places, limit=limit)
    assert (made.wallet, made.limit) == (None, None)
    assert made.enrolment.state.state is EnrolmentState.CANCELLED
    missing = why_not(cancel, purse, ann, None, was_reversed=False, session=places, limit=limit)
    assert missing == NoSuchEntry(3)
    other = why_not(cancel, purse, ann, paid(4, E2), was_reversed=False, session=places, limit=limit)
    assert other == NoSuchEntry(4)
    free = enrolling(wallet(), {E1: ANN}, price=FREE)
    nothing = cancel(wallet(), free.enrolments[0].state, None, was_reversed=False, session=None, limit=None)
    assert (nothing.wallet, nothing.limit, nothing.session) == (None, None, None)
    assert nothing.enrolment.state.state is EnrolmentState.CANCELLED
    left = withdraw(act(), ann, session=places).enrolment.state
    withdrawn = why_not(cancel, purse, left, paid(), was_reversed=False, session=places, limit=limit)
    assert withdrawn == EnrolmentIs(E1, EnrolmentState.WITHDRAWN)


def test_other_facts_are_refused() -> None:
    """The wallet, the limit and the session are those that the enrolment was made with (W10, R2)."""
    purse, places, limit, ann = whole(waiting())
    elsewhere, south = session(2, name="word"), evolve(limit, id=LimitId("south"))
    for command in (confirm_enrolment, drop_enrolment):
        asked = partial(command, act())
        assert why_not(asked, wallet(10, BETA), ann, session=places, limit=limit) == OtherWallet(ALFA, BETA)
        assert why_not(asked, purse, ann, session=places, limit=None) == OtherLimit(NORTH, None)
        assert why_not(asked, purse, ann, session=places, limit=south) == OtherLimit(NORTH, LimitId("south"))
        assert why_not(asked, purse, ann, session=None, limit=limit) == OtherPlace(places.id, None)
        assert why_not(asked, purse, ann, session=elsewhere, limit=limit) == OtherPlace(places.id, elsewhere.id)
    assert why_not(withdraw, act(), ann, session=None) == OtherPlace(places.id, None)
    cancel = partial(cancel_enrolment, act(), entry=None, was_reversed=False, reason="session cancelled")
    said = why_not(cancel, wallet(10, BETA), ann, session=places, limit=limit)
    assert said == OtherWallet(ALFA, BETA)
    assert why_not(cancel, purse, ann, session=places, limit=None) == OtherLimit(NORTH, None)
    assert why_not(cancel, purse, ann, session=None, limit=limit) == OtherPlace(places.id, None)
    reverse = partial(reverse_enrolment, act(), entry=paid(), was_reversed=False, reason="left")
    assert why_not(reverse, wallet(10, BETA), ann, limit=limit) == OtherWallet(ALFA, BETA)
    assert why_not(reverse, purse, ann, limit=south) == OtherLimit(NORTH, LimitId("south"))
    free = enrolling(wallet(), {E1: ANN}, price=FREE, limit=group()).enrolments[0].state
    counted_nowhere = why_not(reverse, wallet(), free, limit=limit)
    assert counted_nowhere == OtherLimit(None, NORTH)
