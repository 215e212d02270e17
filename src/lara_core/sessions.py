"""Places in a session: how many there are, who holds them while paying, how many are taken, and who waits for one.

Vocabulary. A *session* is one dated run of a training. It has a *capacity*, or none. A *hold* keeps places
while something is being paid for; it *lapses* after its deadline, except while it is *secured*, that is while
a payment is being taken. Places are *taken* by a purchase and *given back* when seats are cancelled. Seats that a
buyer has not assigned yet are taken places: they are the buyer's (N1). Who finds no place may wait: the *queue* is in
order of arrival. An *offer* is a hold for one who waited, who has then left the queue; one that lapses is a lost turn.

Invariants. Held and taken places never exceed the capacity, at any time (N1). A lapsed hold counts for
nothing from its deadline on, whether or not anybody has swept it: every event that counts places names the
holds that it found lapsed, and they are gone with it. As many places as the queue is long are not for sale; nobody
both waits and has an offer, and places are offered in the order of the queue (N2). Where the list is automatic, no
decision leaves a free place unoffered while somebody waits. A session that is cancelled keeps nothing but what is
being paid for, and sells nothing (S14).

What the host must guarantee: ids of holds are not used twice while one of them lives, and places are given back once
for each that was taken (the rules of `lara_core.purchase` and `lara_core.places` do). A payment is taken for an offer
only where its own person pays. Who is seated on a seat of a pool is taken off the list (`leave`). Hosts sweep now and
then (`sweep`), so that a lapsed offer goes to the next.

The values, events and refusals stand in `lara_core.session_events`; all of them are imported from here.
"""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import Final, Self, TypeAlias, assert_never

from attrs import evolve, frozen

from lara_core.kernel.deadlines import Deadline, deadline
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import HoldId, SessionId
from lara_core.kernel.people import Person, PersonKey
from lara_core.session_events import (
    MOST_PLACES,
    AlreadySitting,
    AlreadyWaiting,
    CapacityBelowUse,
    CapacityChanged,
    FewerTaken,
    Hold,
    HoldAlreadySecured,
    HoldAlreadyThere,
    HoldGone,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    HoldUnsecured,
    HoldWouldLapse,
    NobodyWaiting,
    NotEnoughPlaces,
    NoWaitingList,
    OfferedToAnother,
    PeopleWaiting,
    PlacesForSale,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    SessionCancelled,
    SessionChange,
    SessionEvent,
    SessionIsCancelled,
    SessionMoved,
    SessionOpened,
    SessionOver,
    SessionRefusal,
    WaitingJoined,
    WaitingLeft,
    WaitingList,
    places_from_none,
    places_from_one,
)

__all__ = [
    "MOST_PLACES",
    "AlreadySitting",
    "AlreadyWaiting",
    "CapacityBelowUse",
    "CapacityChanged",
    "FewerTaken",
    "Hold",
    "HoldAlreadySecured",
    "HoldAlreadyThere",
    "HoldGone",
    "HoldReleased",
    "HoldSecured",
    "HoldUnsecured",
    "HoldWouldLapse",
    "HoldsSwept",
    "NoWaitingList",
    "NobodyWaiting",
    "NotEnoughPlaces",
    "OfferedToAnother",
    "PeopleWaiting",
    "PlacesForSale",
    "PlacesGivenBack",
    "PlacesHeld",
    "PlacesOffered",
    "PlacesTaken",
    "Session",
    "SessionCancelled",
    "SessionChange",
    "SessionDecision",
    "SessionEvent",
    "SessionIsCancelled",
    "SessionMoved",
    "SessionOpened",
    "SessionOver",
    "SessionRefusal",
    "WaitingJoined",
    "WaitingLeft",
    "WaitingList",
]

# What ids of offers begin with, and no hold of a caller's.
_OFFER: Final = "offer:"


@frozen
class Session:
    """The places of one session (N1), and who waits for one (N2): *queue* is in order of arrival."""

    id: SessionId
    version: int
    starts: datetime
    ends: datetime
    capacity: int | None
    taken: int
    holds: Mapping[HoldId, Hold]
    cancelled: bool
    waiting_list: WaitingList | None
    queue: tuple[Person, ...]

    @classmethod
    def open(
        cls,
        act: Act,
        session: SessionId,
        *,
        starts: datetime,
        ends: datetime,
        capacity: int | None = None,
        waiting_list: WaitingList | None = None,
    ) -> "SessionDecision":
        """Put a session on sale, with *capacity* places or uncounted ones. It must end after it starts.

        There is no *waiting_list* without a capacity (N2).
        """
        event = SessionOpened(session, starts, ends, capacity, waiting_list, act)
        return Decision(cls.begin(event), (event,))

    def move(self, act: Act, *, starts: datetime, ends: datetime) -> "SessionDecision":
        """Let the session take place at another time; it must end after it starts. Twice is once.

        Deadlines that count from its start count from the new one. Offers keep theirs.
        Refused: `SessionIsCancelled`, `SessionOver` from the end on, be it the one that it has or the new one.
        """
        event = SessionMoved(starts, ends, act)
        self._on_sale(act.at)
        # What is over cannot move any more, so a wrong year would stay for ever.
        if act.at >= event.ends:
            raise Refused(SessionOver(event.ends))
        if (event.starts, event.ends) == (self.starts, self.ends):
            return Decision(self)
        return self._decide(event)

    def resize(self, act: Act, capacity: int | None) -> "SessionDecision":
        """Change the capacity; `None` stops counting, which nobody may be waiting for.

        Refused: `SessionIsCancelled`, `PeopleWaiting`, `CapacityBelowUse` below what is held and taken.
        """
        wanted = None if capacity is None else places_from_none("capacity", capacity)
        if self.cancelled:
            raise Refused(SessionIsCancelled())
        if wanted == self.capacity:
            return Decision(self)
        waiting = len(self._offers(act.at)) + len(self.queue)
        if wanted is None and waiting:
            raise Refused(PeopleWaiting(waiting))
        used = self.taken + self.held(act.at)
        if wanted is not None and wanted < used:
            raise Refused(CapacityBelowUse(wanted, used))
        return self._decide(CapacityChanged(wanted, self._lapsed(act.at), act))

    def cancel(self, act: Act) -> "SessionDecision":
        """Say that the session does not take place. Twice is once.

        Who waits, all offers and all holds go with it, except a hold for which a payment is being taken (S14).
        Refused: `SessionOver` from the end on.
        """
        if self.cancelled:
            return Decision(self)
        self._not_over(act.at)
        return self._decide(SessionCancelled((*self._offers(act.at).values(), *self.queue), act))

    # --- Holding and selling

    def hold(self, act: Act, hold: HoldId, places: int, *, until: Deadline) -> "SessionDecision":
        """Keep *places* (from 1) for somebody who is about to pay, until *until* has passed.

        An id that begins with `offer:` is a `BadValue`: offers are named here. Refused: `SessionIsCancelled`,
        `SessionOver` from the end on, `HoldWouldLapse`, `HoldAlreadyThere`, `NotEnoughPlaces`.
        """
        if hold.startswith(_OFFER):
            raise BadValue("hold", Flaw.WRONG_FORM)
        _ = deadline("until", until)
        self._on_sale(act.at)
        if until.passed(act.at):
            raise Refused(HoldWouldLapse(until))
        if self._live(hold, act.at) is not None:
            raise Refused(HoldAlreadyThere(hold))
        self._room(places_from_one("places", places), self.available(act.at))
        return self._decide(PlacesHeld(hold, places, until, self._lapsed(act.at), act))

    def secure(self, act: Act, hold: HoldId) -> "SessionDecision":
        """Stop *hold* from lapsing, because a payment is being taken for it: one payment for each hold.

        Refused: `SessionIsCancelled`, `SessionOver` from the end on, `HoldGone`, `HoldAlreadySecured`.
        """
        self._on_sale(act.at)
        live = self._live(hold, act.at)
        if live is None:
            raise Refused(HoldGone(hold))
        if live.secured:
            raise Refused(HoldAlreadySecured(hold))
        return self._decide(HoldSecured(hold, act))

    def unsecure(self, act: Act, hold: HoldId) -> "SessionDecision":
        """Let *hold* lapse by its deadline again, because nothing was taken for it; it may have lapsed by now.

        In a cancelled session it is released. Harmless where there is no such hold, or nothing is being taken for it.
        """
        found = self.holds.get(hold)
        if found is None or not found.secured:
            return Decision(self)
        return self._decide(HoldReleased(hold, act) if self.cancelled else HoldUnsecured(hold, act))

    def release(self, act: Act, hold: HoldId) -> "SessionDecision":
        """Keep the places of *hold* no longer: an offer is declined by it (N2).

        Harmless where there is no such hold any more.
        """
        if self._live(hold, act.at) is None:
            return Decision(self)
        return self._decide(HoldReleased(hold, act))

    def take(self, act: Act, places: int, *, hold: HoldId | None = None, to: Person | None = None) -> "SessionDecision":
        """Sell *places* (from 1), converting *hold*; if it has lapsed, they are taken anew (N1).

        *to* is who sits there, where that is one person. Without *hold*, an offer to them is converted; if they
        wait, they do no longer. The hold's own places are never those that others wait for (N2).

        Refused: `SessionIsCancelled`, `SessionOver` from the end on, `OfferedToAnother`, `NotEnoughPlaces`.
        """
        self._on_sale(act.at)
        if hold is None and to is not None:
            hold = self.offer_to(to, act.at)
        converted = None if hold is None else self._live(hold, act.at)
        if hold is not None and converted is not None and not converted.is_for(to):
            raise Refused(OfferedToAnother(hold))
        available = self.available(act.at)
        if available is not None and converted is not None:
            available += converted.places
        self._room(places_from_one("places", places), available)
        taken = PlacesTaken(places, hold if converted else None, self._lapsed(act.at), act)
        if to is None or not (waited := self._waits(to)):
            return self._decide(taken)
        return self._decide(taken, WaitingLeft(to, waited, act))

    def give_back(self, act: Act, places: int) -> "SessionDecision":
        """Put *places* (from 1) that were taken back on sale. Refused: `FewerTaken`."""
        if places_from_one("places", places) > self.taken:
            raise Refused(FewerTaken(places, self.taken))
        return self._decide(PlacesGivenBack(places, act))

    def sweep(self, act: Act) -> "SessionDecision":
        """Drop the holds and offers that have lapsed. Harmless where there are none."""
        lapsed = self._lapsed(act.at)
        return self._decide(HoldsSwept(lapsed, act)) if lapsed else Decision(self)

    # --- Waiting

    def join(self, act: Act, person: Person, *, seated: Container[PersonKey]) -> "SessionDecision":
        """Let *person* wait for a place, behind all who do (N2). *seated* are the keys of who sits in the session.

        Refused: `SessionIsCancelled`, `SessionOver` from the end on, `NoWaitingList`, `AlreadySitting`,
        `AlreadyWaiting`, `PlacesForSale`.
        """
        self._on_sale(act.at)
        _ = self._listed()
        if person.is_in(seated):
            raise Refused(AlreadySitting(person))
        if self._waits(person) or self.offer_to(person, act.at) is not None:
            raise Refused(AlreadyWaiting(person))
        if available := self.available(act.at):
            raise Refused(PlacesForSale(available))
        return self._decide(WaitingJoined(person, self._lapsed(act.at), act))

    def leave(self, act: Act, person: Person) -> "SessionDecision":
        """Let *person* wait no longer. Harmless where they do not; an offer is declined by `release` (N2)."""
        waited = self._waits(person)
        return self._decide(WaitingLeft(person, waited, act)) if waited else Decision(self)

    def offer(self, act: Act) -> "SessionDecision":
        """Offer every place that nobody holds to the first who wait, one each, by hand (N2).

        They have the list's hours to take it, at most to the session's end. Refused: `SessionIsCancelled`,
        `SessionOver` from the end on, `NoWaitingList`, `NobodyWaiting`, `NotEnoughPlaces`.
        """
        self._on_sale(act.at)
        terms = self._listed()
        if not self.queue:
            raise Refused(NobodyWaiting())
        self._room(1, self._unheld(act.at))
        return self._decide(self._offered(act, terms))

    def offer_to(self, person: Person, at: datetime) -> HoldId | None:
        """The offer that *person* has at that time: what they pay for, or release."""
        return next((offer for offer, to in self._offers(at).items() if to.same_as(person)), None)

    def awaits(self, person: Person, at: datetime) -> bool:
        """Whether *person* waits for a place at that time, or has an offer."""
        return bool(self._waits(person)) or self.offer_to(person, at) is not None

    # --- Counting

    def held(self, at: datetime) -> int:
        """How many places are held at that time, offers included; lapsed holds hold none."""
        return sum(hold.places for hold in self.holds.values() if not hold.lapsed(at))

    def available(self, at: datetime) -> int | None:
        """How many places are for sale at that time, where nobody waits for them; `None` where they are not counted."""
        unheld = self._unheld(at)
        return None if unheld is None else max(0, unheld - len(self.queue))

    # --- The fold

    @classmethod
    def begin(cls, event: SessionOpened) -> Self:
        """The first state."""
        return cls(event.session, 1, event.starts, event.ends, event.capacity, 0, {}, False, event.waiting_list, ())

    def apply(self, event: SessionChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case SessionMoved(starts, ends):
                return evolve(self, version=version, starts=starts, ends=ends)
            case CapacityChanged(capacity, lapsed):
                return evolve(self, version=version, capacity=capacity, holds=self._without(*lapsed))
            case PlacesHeld(hold, places, until, lapsed):
                holds = self._without(*lapsed)
                holds[hold] = Hold(places, until)
                return evolve(self, version=version, holds=holds)
            case HoldSecured(hold):
                return evolve(self, version=version, holds=self._with(hold, secured=True))
            case HoldUnsecured(hold):
                return evolve(self, version=version, holds=self._with(hold, secured=False))
            case HoldReleased(hold):
                return evolve(self, version=version, holds=self._without(hold))
            case PlacesTaken(places, converted, lapsed):
                gone = lapsed if converted is None else (converted, *lapsed)
                return evolve(self, version=version, taken=self.taken + places, holds=self._without(*gone))
            case PlacesGivenBack(places):
                return evolve(self, version=version, taken=self.taken - places)
            case SessionCancelled():
                kept = {hold: held for hold, held in self.holds.items() if held.secured}
                return evolve(self, version=version, cancelled=True, holds=kept, queue=())
            case WaitingJoined(person, lapsed):
                return evolve(self, version=version, holds=self._without(*lapsed), queue=(*self.queue, person))
            case WaitingLeft(places=places):
                queue = tuple(person for place, person in enumerate(self.queue) if place not in places)
                return evolve(self, version=version, queue=queue)
            case PlacesOffered(offers, until, lapsed):
                offered = {offer: Hold(1, until, person) for offer, person in offers.items()}
                left = self.queue[len(offers) :]
                return evolve(self, version=version, holds={**self._without(*lapsed), **offered}, queue=left)
            case HoldsSwept(lapsed):
                return evolve(self, version=version, holds=self._without(*lapsed))
            case _:
                assert_never(event)

    def _decide(self, event: SessionChange, *more: SessionChange) -> "SessionDecision":
        state, events = self.apply(event), (event, *more)
        for following in more:
            state = state.apply(following)
        act, terms = event.act, self.waiting_list
        if terms is not None and terms.automatic and act.at < state.ends and state.queue and state._unheld(act.at):
            offered = state._offered(act, terms)
            state, events = state.apply(offered), (*events, offered)
        return Decision(state, events)

    # --- Guards and findings

    def _on_sale(self, at: datetime) -> None:
        if self.cancelled:
            raise Refused(SessionIsCancelled())
        self._not_over(at)

    def _not_over(self, at: datetime) -> None:
        if at >= self.ends:
            raise Refused(SessionOver(self.ends))

    def _room(self, asked: int, available: int | None) -> None:
        if available is not None and asked > available:
            raise Refused(NotEnoughPlaces(asked, available))

    def _listed(self) -> WaitingList:
        if self.waiting_list is None or self.capacity is None:
            raise Refused(NoWaitingList())
        return self.waiting_list

    def _waits(self, person: Person) -> tuple[int, ...]:
        """Where the person stands in the queue, if they do."""
        return tuple(place for place, waiting in enumerate(self.queue) if waiting.same_as(person))

    def _live(self, hold: HoldId, at: datetime) -> Hold | None:
        found = self.holds.get(hold)
        return None if found is None or found.lapsed(at) else found

    def _offers(self, at: datetime) -> dict[HoldId, Person]:
        return {hold: kept.to for hold, kept in sorted(self.holds.items()) if kept.to and not kept.lapsed(at)}

    def _unheld(self, at: datetime) -> int | None:
        return None if self.capacity is None else self.capacity - self.taken - self.held(at)

    def _offered(self, act: Act, terms: WaitingList) -> PlacesOffered:
        lasting = timedelta(hours=terms.offer_hours)
        # Compared this way round, because a time beyond the last year cannot be worked out.
        until = self.ends if self.ends - act.at < lasting else act.at + lasting
        first = self.queue[: self._unheld(act.at)]
        number = self.version + 1
        offers = {HoldId(f"{_OFFER}{number}.{n}"): person for n, person in enumerate(first, 1)}
        return PlacesOffered(offers, Deadline.at(until), self._lapsed(act.at), act)

    def _lapsed(self, at: datetime) -> tuple[HoldId, ...]:
        return tuple(sorted(hold for hold, kept in self.holds.items() if kept.lapsed(at)))

    def _with(self, hold: HoldId, *, secured: bool) -> dict[HoldId, Hold]:
        return {**self.holds, hold: evolve(self.holds[hold], secured=secured)}

    def _without(self, *gone: HoldId) -> dict[HoldId, Hold]:
        return {hold: kept for hold, kept in self.holds.items() if hold not in gone}


SessionDecision: TypeAlias = Decision[Session, SessionEvent]
