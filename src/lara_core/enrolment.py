"""Enrolment across a wallet, a spending limit, a session and the people who are enrolled.

Each rule here asks several aggregates and returns all their decisions, to be saved together or not at all. If one
refuses, nothing happens to the others. So nobody becomes a participant without the debit, and nobody is debited
without becoming one (W4).

Vocabulary. The *price* is what the partner was *shown*; where another is *in force* now, the enrolment is refused, and
asked again at that one (W3). It counts under a *limit*, where the partner is in a group that has one, when credits are
debited or held; so that is where it is given back. An enrolment that names a session takes its place in the same
decision. The credits and the place of one that waits for confirmation are held under the enrolment's own id.

What the host must guarantee: the facts that a command asks for are true when the decision is saved. They are who is a
participant of the course already or waits to become one, guarded as a session's roster is; the price in force and that
the course is offered to the partner; the limit that the partner is under; and, for a reversal, the entry and
whether it was reversed. Ids of enrolments are fresh, and are not used as ids of other holds. What an enrolment paid is
given back by the rules here, so that its limit hears of it.
"""

from collections.abc import Container, Mapping
from typing import ClassVar, NamedTuple, TypeAlias

from attrs import frozen

from lara_core.kernel.credits import Credits, any_credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused, in_turn
from lara_core.kernel.ids import CourseId, EnrolmentId, HoldId, LimitId, PartnerId, SessionId
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.offerings import PriceChanged
from lara_core.participants import Enrolment, EnrolmentDecision, EnrolmentVerb
from lara_core.sessions import Session, SessionDecision
from lara_core.spending import SpendingDecision, SpendingLimit
from lara_core.wallet import Entry, NoSuchEntry, Wallet, WalletDecision

Decisions: TypeAlias = tuple[Decision[Aggregate, Event], ...]


class Enrolled(NamedTuple):
    """New enrolments, and what they took. *repeated* were named twice, *already* were in the course: nobody paid again.

    What was not asked is `None`: the wallet where the course is free, a session or a limit where there is none.
    """

    enrolments: tuple[EnrolmentDecision, ...]
    wallet: WalletDecision | None
    limit: SpendingDecision | None
    session: SessionDecision | None
    repeated: tuple[Person, ...]
    already: tuple[Person, ...]

    @property
    def decisions(self) -> Decisions:
        """All of them, to be saved together."""
        return (*_made(self.wallet, self.limit, self.session), *self.enrolments)


class Moved(NamedTuple):
    """An enrolment that went on, and what it took or gave back. What was not asked is `None`."""

    enrolment: EnrolmentDecision
    wallet: WalletDecision | None = None
    limit: SpendingDecision | None = None
    session: SessionDecision | None = None

    @property
    def decisions(self) -> Decisions:
        """All of them, to be saved together."""
        return (*_made(self.wallet, self.limit, self.session), self.enrolment)


def _made(*decisions: Decision[Aggregate, Event] | None) -> Decisions:
    return tuple(decision for decision in decisions if decision is not None)


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NobodyToEnrol:
    """Nobody was named, or only such as are in the course already (W4)."""

    code: ClassVar[str] = "enrolment.nobody_to_enrol"
    already: tuple[Person, ...]


@frozen
class OtherWallet:
    """The enrolment is paid from another partner's wallet."""

    code: ClassVar[str] = "enrolment.other_wallet"
    expected: PartnerId
    given: PartnerId


@frozen
class OtherLimit:
    """The enrolment counts under another spending limit, or under none (W10)."""

    code: ClassVar[str] = "enrolment.other_limit"
    expected: LimitId | None
    given: LimitId | None


@frozen
class OtherPlace:
    """The enrolment has its place in another session, or in none."""

    code: ClassVar[str] = "enrolment.other_place"
    expected: SessionId | None
    given: SessionId | None


EnrolmentRefusal: TypeAlias = NobodyToEnrol | OtherWallet | OtherLimit | OtherPlace


# --- The rules --------------------------------------------------------------------------------------------


def enrol(
    act: Act,
    wallet: Wallet,
    course: CourseId,
    people: Mapping[EnrolmentId, Person],
    *,
    shown: Credits,
    in_force: Credits,
    participants: Container[PersonKey],
    session: Session | None = None,
    limit: SpendingLimit | None = None,
    until: Deadline | None = None,
) -> Enrolled:
    """Enrol *people*, each under an id of their own, all of them or none (W4).

    With *until* they wait for confirmation so long, and credits and places are held (W9). One who is named twice is
    enrolled once, as the mention that stands for them (`distinct`) and under its id; one among *participants* is
    skipped: both are reported, and not charged. At a price of 0 neither wallet nor limit is asked.

    Refused, in this order: `lara_core.offerings.PriceChanged`, `NobodyToEnrol`, what `Wallet.debit_all` or
    `Wallet.hold_all`, `SpendingLimit.spend` or `SpendingLimit.hold`, and `Session.take` or `Session.hold` refuse, and
    `ConfirmationOver`.
    """
    price = any_credits("in_force", in_force)
    if any_credits("shown", shown) != price:
        raise Refused(PriceChanged(shown, price))
    coming, repeated, already = _coming(people, participants)
    count = len(coming)
    if not count:
        raise Refused(NobodyToEnrol(already))
    holds = {HoldId(enrolment): enrolment for enrolment in coming}
    paid: WalletDecision | None = None
    counted: SpendingDecision | None = None
    if price and until is None:
        paid = wallet.debit_all(act, price, tuple(coming))
        counted = limit.spend(act, wallet.id, Credits(price * count)) if limit else None
    elif price and until is not None:
        paid = wallet.hold_all(act, price, holds, until=until)
        counted = limit.hold(act, wallet.id, price, tuple(holds), until=until) if limit else None
    placed: SessionDecision | None = None
    if session is not None:
        placed = session.take(act, count) if until is None else _places_held(act, session, holds, until)
    session_id = None if session is None else session.id
    limit_id = None if counted is None else counted.state.id
    begun: list[EnrolmentDecision] = []
    for number, (enrolment, person) in enumerate(coming.items(), wallet.version + 1):
        if until is None:
            decision = Enrolment.enrol(
                act,
                enrolment,
                partner=wallet.id,
                course=course,
                person=person,
                price=price,
                session=session_id,
                limit=limit_id,
                entry=number if price else None,
            )
        else:
            decision = Enrolment.request(
                act,
                enrolment,
                partner=wallet.id,
                course=course,
                person=person,
                price=price,
                session=session_id,
                limit=limit_id,
                until=until,
            )
        begun.append(decision)
    return Enrolled(tuple(begun), paid, counted, placed, repeated, already)


def confirm_enrolment(
    act: Act, wallet: Wallet, enrolment: Enrolment, *, session: Session | None, limit: SpendingLimit | None
) -> Moved:
    """Make who waits a participant: what was held is debited, and the place is taken (W9). Twice is once.

    Refused: `OtherWallet`, `OtherLimit`, `OtherPlace`, what `Enrolment.confirm`, `Wallet.capture`,
    `SpendingLimit.capture` and `Session.take` refuse, in this order.
    """
    _of(enrolment, wallet=wallet, session=session, limit=limit)
    confirmed = enrolment.confirm(act, entry=wallet.version + 1 if enrolment.price else None)
    if not confirmed.events:
        return Moved(confirmed)
    hold = HoldId(enrolment.id)
    return Moved(
        confirmed,
        wallet.capture(act, hold) if enrolment.price else None,
        limit.capture(act, hold) if limit else None,
        session.take(act, 1, hold=hold) if session else None,
    )


def drop_enrolment(
    act: Act, wallet: Wallet, enrolment: Enrolment, *, session: Session | None, limit: SpendingLimit | None
) -> Moved:
    """Let who waits wait no longer: what was held is released, if it has not lapsed (W9). Twice is once.

    Refused: `OtherWallet`, `OtherLimit`, `OtherPlace`, `EnrolmentIs`.
    """
    _of(enrolment, wallet=wallet, session=session, limit=limit)
    dropped = enrolment.drop(act)
    if not dropped.events:
        return Moved(dropped)
    hold = HoldId(enrolment.id)
    return Moved(
        dropped,
        wallet.release(act, hold) if enrolment.price else None,
        limit.release(act, hold) if limit else None,
        session.release(act, hold) if session else None,
    )


def withdraw(act: Act, enrolment: Enrolment, *, session: Session | None) -> Moved:
    """Let a participant leave: the place goes back, the credits do not (W8). Twice is once.

    Refused: `OtherPlace`, `EnrolmentIs`, and what `Session.give_back` refuses.
    """
    _place_of(enrolment, session)
    withdrawn = enrolment.withdraw(act)
    if not withdrawn.events:
        return Moved(withdrawn)
    return Moved(withdrawn, session=session.give_back(act, 1) if session else None)


def reverse_enrolment(
    act: Act,
    wallet: Wallet,
    enrolment: Enrolment,
    entry: Entry,
    *,
    was_reversed: bool,
    reason: str,
    limit: SpendingLimit | None,
) -> Moved:
    """Give back what was paid for who has withdrawn: *entry*, once and in full (W8).

    Refused: `OtherWallet`, `OtherLimit`, `NoSuchEntry` where it is not the one that paid, what `Wallet.reverse`
    refuses, `EnrolmentIs`, and what `SpendingLimit.give_back` refuses.
    """
    _wallet_of(enrolment, wallet)
    _limit_of(enrolment, limit)
    _paid_by(enrolment, entry)
    back = wallet.reverse(act, entry, was_reversed=was_reversed, reason=reason)
    return Moved(enrolment.reverse(act), back, _given_back(act, limit, enrolment))


def cancel_enrolment(
    act: Act,
    wallet: Wallet,
    enrolment: Enrolment,
    entry: Entry | None,
    *,
    was_reversed: bool,
    reason: str,
    session: Session | None,
    limit: SpendingLimit | None,
) -> Moved:
    """Cancel a participant's enrolment with its session: the place and what *entry* paid go back (W8). Twice is once.

    A free one has no *entry* (`None`). What *was_reversed* by hand is not given back again.

    Refused: `OtherWallet`, `OtherLimit`, `OtherPlace`, `EnrolmentIs`, `NoSuchEntry` where it is not the one that paid,
    what `Wallet.reverse`, `SpendingLimit.give_back` and `Session.give_back` refuse.
    """
    _of(enrolment, wallet=wallet, session=session, limit=limit)
    if not enrolment.moves(EnrolmentVerb.CANCEL):
        return Moved(enrolment.cancel(act))
    back: WalletDecision | None = None
    counted: SpendingDecision | None = None
    if entry is None and enrolment.entry is not None:
        raise Refused(NoSuchEntry(enrolment.entry))
    if entry is not None:
        _paid_by(enrolment, entry)
        if not was_reversed:
            back = wallet.reverse(act, entry, was_reversed=was_reversed, reason=reason)
            counted = _given_back(act, limit, enrolment)
    return Moved(enrolment.cancel(act), back, counted, session.give_back(act, 1) if session else None)


# --- What they ask ----------------------------------------------------------------------------------------


def _coming(
    people: Mapping[EnrolmentId, Person], participants: Container[PersonKey]
) -> tuple[dict[EnrolmentId, Person], tuple[Person, ...], tuple[Person, ...]]:
    named, repeated = distinct(people.values())
    first: dict[Person, EnrolmentId] = {}
    for enrolment, person in people.items():
        _ = first.setdefault(person, enrolment)
    coming = {first[person]: person for person in named if not person.is_in(participants)}
    return coming, repeated, tuple(person for person in named if person.is_in(participants))


def _places_held(act: Act, session: Session, holds: Mapping[HoldId, EnrolmentId], until: Deadline) -> SessionDecision:
    decided: SessionDecision = Decision(session)
    for hold in holds:
        decided = in_turn(decided, decided.state.hold(act, hold, 1, until=until))
    return decided


def _given_back(act: Act, limit: SpendingLimit | None, enrolment: Enrolment) -> SpendingDecision | None:
    return limit.give_back(act, enrolment.partner, enrolment.price) if limit else None


def _paid_by(enrolment: Enrolment, entry: Entry) -> None:
    if (entry.number, entry.enrolment, entry.amount) != (enrolment.entry, enrolment.id, enrolment.price):
        raise Refused(NoSuchEntry(entry.number))


def _of(enrolment: Enrolment, *, wallet: Wallet, session: Session | None, limit: SpendingLimit | None) -> None:
    _wallet_of(enrolment, wallet)
    _limit_of(enrolment, limit)
    _place_of(enrolment, session)


def _wallet_of(enrolment: Enrolment, wallet: Wallet) -> None:
    if wallet.id != enrolment.partner:
        raise Refused(OtherWallet(enrolment.partner, wallet.id))


def _limit_of(enrolment: Enrolment, limit: SpendingLimit | None) -> None:
    given = None if limit is None else limit.id
    if given != enrolment.limit:
        raise Refused(OtherLimit(enrolment.limit, given))


def _place_of(enrolment: Enrolment, session: Session | None) -> None:
    given = None if session is None else session.id
    if given != enrolment.session:
        raise Refused(OtherPlace(enrolment.session, given))
