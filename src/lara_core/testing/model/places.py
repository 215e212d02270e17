"""Sessions, their waiting lists and registrations, told a second time. Part of `lara_core.testing.model`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Event
from lara_core.kernel.ids import HoldId, RegistrationId, SessionId
from lara_core.kernel.people import Person
from lara_core.registrations import (
    NobodyToRegister,
    Origin,
    Registered,
    RegistrantNeedsAccount,
    RegistrantSits,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationIs,
    RegistrationRefused,
    RegistrationRequested,
    RegistrationSessionCancelled,
    RegistrationSessionOver,
    RegistrationState,
    Sale,
)
from lara_core.sessions import (
    AlreadySitting,
    AlreadyWaiting,
    CapacityBelowUse,
    CapacityChanged,
    HoldAlreadySecured,
    HoldAlreadyThere,
    HoldGone,
    HoldReleased,
    HoldSecured,
    HoldsSwept,
    HoldWouldLapse,
    NobodyWaiting,
    NoWaitingList,
    OfferedToAnother,
    PeopleWaiting,
    PlacesForSale,
    PlacesGivenBack,
    PlacesHeld,
    PlacesOffered,
    PlacesTaken,
    SessionIsCancelled,
    SessionOpened,
    WaitingJoined,
    WaitingLeft,
    WaitingList,
)
from lara_core.testing.model.keeping import Keeping
from lara_core.testing.model.words import (
    No,
    Plain,
    distinct,
    empty_places,
    for_sale,
    has_lapsed,
    held_places,
    is_late,
    is_live,
    kept_hold,
    keys_of,
    offers_of,
    on_sale,
    room_for,
    same,
    sits,
)


class Places(Keeping):
    """Places, who waits for one, and who has one of their own (N1, N2, N4, N5)."""

    def open_session(
        self,
        act: Act,
        session: SessionId,
        *,
        starts: datetime,
        ends: datetime,
        capacity: int | None = None,
        waiting_list: WaitingList | None = None,
    ) -> None:
        """A session is on sale, once for each id."""
        event = SessionOpened(session, starts, ends, capacity, waiting_list, act)
        self._begin(
            "session",
            session,
            event,
            starts=starts,
            ends=ends,
            capacity=capacity,
            waiting_list=waiting_list,
            taken=0,
            holds={},
            cancelled=False,
            queue=[],
        )

    def resize_session(self, act: Act, session: SessionId, capacity: int | None) -> None:
        """Not below what is in use, and not uncounted while people wait (N1, N2)."""
        found = self.get("session", session)
        if found["cancelled"]:
            raise No(SessionIsCancelled())
        if capacity == found["capacity"]:
            return
        waiting = len(offers_of(found, act.at)) + len(found["queue"])
        if capacity is None and waiting:
            raise No(PeopleWaiting(waiting))
        used = found["taken"] + held_places(found, act.at)
        if capacity is not None and capacity < used:
            raise No(CapacityBelowUse(capacity, used))
        _ = self._write("session", session, CapacityChanged(capacity, self._sweep(found, act.at), act))
        found["capacity"] = capacity
        self._offer_by_itself(act, session)

    def hold_places(
        self, act: Act, session: SessionId, hold: HoldId, places: int, *, until: Deadline | timedelta
    ) -> None:
        """Places kept for a while (N1)."""
        found = self.get("session", session)
        deadline = Deadline(act.at + until) if isinstance(until, timedelta) else until
        on_sale(found, act.at)
        if is_late(deadline, act.at):
            raise No(HoldWouldLapse(deadline))
        if is_live(found, hold, act.at):
            raise No(HoldAlreadyThere(hold))
        room_for(places, for_sale(found, act.at))
        _ = self._write("session", session, PlacesHeld(hold, places, deadline, self._sweep(found, act.at), act))
        found["holds"][hold] = kept_hold(places, deadline)
        self._offer_by_itself(act, session)

    def secure_hold(self, act: Act, session: SessionId, hold: HoldId) -> None:
        """It does not lapse while a payment is being taken (N1)."""
        found = self.get("session", session)
        on_sale(found, act.at)
        if not is_live(found, hold, act.at):
            raise No(HoldGone(hold))
        if found["holds"][hold]["secured"]:
            raise No(HoldAlreadySecured(hold))
        _ = self._write("session", session, HoldSecured(hold, act))
        found["holds"][hold]["secured"] = True
        self._offer_by_itself(act, session)

    def release_hold(self, act: Act, session: SessionId, hold: HoldId) -> None:
        """The places are for sale again, or the next one's (N1, N2)."""
        found = self.get("session", session)
        if is_live(found, hold, act.at):
            _ = self._write("session", session, HoldReleased(hold, act))
            del found["holds"][hold]
            self._offer_by_itself(act, session)

    def sweep_holds(self, act: Act, session: SessionId) -> None:
        """What has lapsed is gone (N2)."""
        found = self.get("session", session)
        if lapsed := self._sweep(found, act.at):
            _ = self._write("session", session, HoldsSwept(lapsed, act))
            self._offer_by_itself(act, session)

    def _take(
        self, act: Act, session: SessionId, places: int, *, hold: HoldId | None = None, to: Person | None = None
    ) -> None:
        found = self.get("session", session)
        on_sale(found, act.at)
        if hold is None and to is not None:
            hold = next((name for name, who in offers_of(found, act.at) if same(who, to)), None)
        kept = found["holds"][hold] if hold is not None and is_live(found, hold, act.at) else None
        if hold is not None and kept and kept["to"] and not (to and same(to, kept["to"])):
            raise No(OfferedToAnother(hold))
        room = for_sale(found, act.at)
        room_for(places, room if room is None or not kept else room + kept["places"])
        lapsed = self._sweep(found, act.at)
        _ = self._write("session", session, PlacesTaken(places, hold if kept else None, lapsed, act))
        if kept:
            del found["holds"][hold]
        found["taken"] += places
        _ = to and self._leave(act, session, to)
        self._offer_by_itself(act, session)

    def _leave(self, act: Act, session: SessionId, person: Person) -> bool:
        queue = self.kept["session"][session]["queue"]
        places = tuple(place for place, one in enumerate(queue) if same(one, person))
        if places:
            _ = self._write("session", session, WaitingLeft(person, places, act))
            queue[:] = [one for one in queue if not same(one, person)]
        return bool(places)

    def _give_back(self, act: Act, session: SessionId, places: int) -> None:
        self.kept["session"][session]["taken"] -= places
        _ = self._write("session", session, PlacesGivenBack(places, act))
        self._offer_by_itself(act, session)

    def _sweep(self, session: Plain, at: datetime) -> tuple[HoldId, ...]:
        lapsed = tuple(sorted(name for name, hold in session["holds"].items() if has_lapsed(hold, at)))
        for name in lapsed:
            del session["holds"][name]
        return lapsed

    def join_waiting_list(self, act: Act, session: SessionId, person: Person) -> None:
        """Behind all who wait, where nothing is for sale."""
        found = self.get("session", session)
        on_sale(found, act.at)
        if found["waiting_list"] is None or found["capacity"] is None:
            raise No(NoWaitingList())
        if keys_of(person) & self._keys_in(session):
            raise No(AlreadySitting(person))
        waiting = [*found["queue"], *(who for _, who in offers_of(found, act.at))]
        if any(same(one, person) for one in waiting):
            raise No(AlreadyWaiting(person))
        if room := for_sale(found, act.at):
            raise No(PlacesForSale(room))
        _ = self._write("session", session, WaitingJoined(person, self._sweep(found, act.at), act))
        found["queue"].append(person)
        self._offer_by_itself(act, session)

    def leave_waiting_list(self, act: Act, session: SessionId, person: Person) -> None:
        """Harmless for whoever does not wait."""
        _ = self.get("session", session)
        if self._leave(act, session, person):
            self._offer_by_itself(act, session)

    def offer_places(self, act: Act, session: SessionId) -> None:
        """By hand, to the first, one place each."""
        found = self.get("session", session)
        on_sale(found, act.at)
        if found["waiting_list"] is None or found["capacity"] is None:
            raise No(NoWaitingList())
        if not found["queue"]:
            raise No(NobodyWaiting())
        room_for(1, empty_places(found, act.at))
        self._offers(act, session)

    def _offer_by_itself(self, act: Act, session: SessionId) -> None:
        found = self.kept["session"][session]
        terms: WaitingList | None = found["waiting_list"]
        if terms and terms.automatic and act.at < found["ends"] and found["queue"] and empty_places(found, act.at):
            self._offers(act, session)

    def _offers(self, act: Act, session: SessionId) -> None:
        found = self.kept["session"][session]
        terms: WaitingList = found["waiting_list"]
        first = found["queue"][: empty_places(found, act.at)]
        until = Deadline(min(found["ends"], act.at + timedelta(hours=terms.offer_hours)))
        offers = {HoldId(f"offer:{found['version'] + 1}.{n}"): person for n, person in enumerate(first, 1)}
        _ = self._write("session", session, PlacesOffered(offers, until, self._sweep(found, act.at), act))
        found["queue"] = found["queue"][len(first) :]
        found["holds"].update((name, kept_hold(1, until, person)) for name, person in offers.items())

    def register(
        self,
        act: Act,
        registration: RegistrationId,
        *,
        session: SessionId,
        person: Person,
        approval: bool = False,
        hold: HoldId | None = None,
    ) -> None:
        """A place of one's own, at once or when somebody approves."""
        self.sell_place(act, registration, session=session, person=person, approval=approval, hold=hold, sale=None)

    def sell_place(
        self,
        act: Act,
        registration: RegistrationId,
        *,
        session: SessionId,
        person: Person,
        approval: bool,
        sale: Sale | None,
        hold: HoldId | None = None,
    ) -> None:
        """The same, bought: what a checkout gives for one line of a basket."""
        self._may_register(act, session, person)
        if keys_of(person) & self._keys_in(session):
            raise No(RegistrantSits(person))
        self._take(act, session, 1, hold=hold, to=person)
        self._registered(act, registration, session, person, Origin.INDIVIDUAL, approval=approval, sale=sale)

    def _may_register(self, act: Act, session: SessionId, person: Person) -> None:
        found = self.get("session", session)
        if found["cancelled"]:
            raise No(RegistrationSessionCancelled())
        if act.at >= found["ends"]:
            raise No(RegistrationSessionOver(found["ends"]))
        if person.account is None:
            raise No(RegistrantNeedsAccount(person))

    def _registered(
        self,
        act: Act,
        name: RegistrationId,
        session: SessionId,
        person: Person,
        origin: Origin,
        *,
        approval: bool,
        sale: Sale | None = None,
    ) -> None:
        made = RegistrationRequested if approval else Registered
        state = RegistrationState.REQUESTED if approval else RegistrationState.REGISTERED
        event = made(name, session, person, origin, sale, act)
        self._begin("registration", name, event, session=session, person=person, origin=origin, sale=sale, state=state)

    def import_registrations(
        self, act: Act, session: SessionId, people: Sequence[tuple[RegistrationId, Person]]
    ) -> None:
        """All of them or none; who is named again, or sits already, is left out."""
        found = self.get("session", session)
        named, _ = distinct([person for _, person in people])
        sitting = self._keys_in(session)
        coming = [person for person in named if not keys_of(person) & sitting]
        if not coming:
            raise No(NobodyToRegister(tuple(named)))
        for person in coming:
            self._may_register(act, session, person)
        hoping = [*found["queue"], *(who for _, who in offers_of(found, act.at))] if not found["cancelled"] else []
        awaited = [person for person in coming if any(same(one, person) for one in hoping)]
        for person in awaited:
            self._take(act, session, 1, to=person)
        if len(coming) > len(awaited):
            self._take(act, session, len(coming) - len(awaited))
        for person in coming:
            name = next(name for name, who in people if who == person)
            self._registered(act, name, session, person, Origin.IMPORTED, approval=False)

    def approve_registration(self, act: Act, registration: RegistrationId) -> None:
        """Of one that was requested; twice is once."""
        _ = self._answer(act, registration, RegistrationState.REGISTERED, (RegistrationState.REQUESTED,))

    def _answer(
        self, act: Act, name: RegistrationId, state: RegistrationState, known: Collection[RegistrationState]
    ) -> bool:
        """Whether anything happened by it."""
        found = self.get("registration", name)
        session = self.get("session", found["session"])
        if found["state"] is state:
            return False
        if found["state"] not in known:
            raise No(RegistrationIs(found["state"]))
        if state is RegistrationState.REGISTERED and session["cancelled"]:
            raise No(RegistrationSessionCancelled())
        if act.at >= session["ends"]:
            raise No(RegistrationSessionOver(session["ends"]))
        events: Mapping[RegistrationState, Callable[[Person, Act], Event]] = {
            RegistrationState.REGISTERED: RegistrationApproved,
            RegistrationState.REFUSED: RegistrationRefused,
            RegistrationState.CANCELLED: RegistrationCancelled,
        }
        _ = self._write("registration", name, events[state](found["person"], act))
        found["state"] = state
        if not sits(found):
            self._give_back(act, found["session"], 1)
        return True
