"""A machine that works the dates of a host's sessions at random, and knows what each use case must answer.

A host subclasses it as it does `lara_core.testing.machines.GroupPurchaseMachine`, and says who its clients' contacts
are, which is `CONTACTS` and nobody else::

    class OurMachine(DatesMachine):
        def open_store(self) -> Store[Dates]:
            return OurStore.empty(contacts=CONTACTS)


    TestOurDates = OurMachine.TestCase

Each step is one use case, by an administrator who was granted everything or by a client whom nobody knows, at a time
that only goes forward and likes to stop at deadlines: days and instants, in zones that change their clocks on one of
them, and at both ends of the day. Whether it is refused, and the very refusal, is worked out by
`lara_core.testing.model.dates`. Then all that is kept is loaded and compared, the sessions on sale and what each client
was told with it, the laws are held against the histories, and rows and columns are asked for. Now and then an earlier
command is repeated under its key (K4).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Concatenate, Final, ParamSpec, TypeAlias

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the machine needs Hypothesis: install lara-core[testing]") from missing

from lara_core.confirmation import CalendarReply, ClientAnswer, Confirmation, ConfirmationPolicy
from lara_core.hosting import dates as use
from lara_core.hosting import places
from lara_core.hosting.ports import Dates, Receipt, Store
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Refusal, Refused
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import ActorId, ClientId, ConfirmationId, DateNo, Key, ProposalId, RefundId, SessionId
from lara_core.kernel.people import Person
from lara_core.replies import Link, Reply
from lara_core.schedules import SessionDate
from lara_core.testing import laws
from lara_core.testing.model.dates import DatesModel, plain_dates, plain_event
from lara_core.testing.model.words import Plain
from lara_core.testing.samples import granted

P = ParamSpec("P")

# Paris puts its clocks forward on the last day of March, and Toronto did three weeks before.
BEGINS: Final = datetime(2030, 3, 28, 9, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_TICK: Final = timedelta(microseconds=1)

ADMIN: Final = ActorId("admin")
CLIENTS: Final = tuple(ClientId(name) for name in ("alfa", "beta", "gamma"))
# Two in two spellings; one has no account.
PEOPLE: Final = (
    Person.of("ana@example.com", "ana"),
    Person.of("Ana@Example.COM"),
    Person.of("boris@example.com", "boris"),
    Person.of("chloe@example.com"),
)
CONTACTS: Final[Mapping[ClientId, Person]] = {CLIENTS[0]: PEOPLE[0], CLIENTS[1]: PEOPLE[3]}
ZONES: Final = tuple(map(Zone, ("Europe/Paris", "America/Toronto", "Pacific/Kiritimati", "Etc/GMT+12")))
SESSION, OTHER, NOWHERE = SessionId("welding"), SessionId("first-aid"), SessionId("no-such")

picks = st.integers(0, 19)
sessions = st.sampled_from([SESSION] * 14 + [OTHER] * 5 + [NOWHERE])
people = st.sampled_from(PEOPLE)
copies = st.lists(people, max_size=3)
zones = st.sampled_from(ZONES)
# Days of April, each with a place or without.
days = st.lists(st.sampled_from([*range(2, 9)]), max_size=3, unique=True)
answers = st.sampled_from(ClientAnswer)
replies = st.sampled_from([CalendarReply.ACCEPTED] * 4 + [*CalendarReply])

Said: TypeAlias = tuple[Callable[[Act], Receipt], Act, Receipt]


class DatesMachine(RuleBasedStateMachine):
    """The use cases of dates, on a host's own store. The module says how a host runs it."""

    def open_store(self) -> Store[Dates]:
        """An empty store. Every host overrides this."""
        raise NotImplementedError("override `open_store`: it gives an empty store for each history")

    def close_store(self, store: Store[Dates]) -> None:
        """Clean up after a history. Nothing, unless a host overrides it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = self.open_store()
        self.model = DatesModel(CONTACTS)
        self.now = BEGINS
        self.steps = 0
        self.said: list[Said] = []

    def teardown(self) -> None:
        """Called when a history is over."""
        self.close_store(self.store)

    # --- One step

    def _act(self, by: ActorId = ADMIN) -> Act:
        self.steps += 1
        return Act(self.now, by, Key(f"key-{self.steps}"))

    def _run(
        self,
        command: Callable[Concatenate[Store[Dates], Act, P], Receipt],
        expected: Callable[Concatenate[Act, P], None],
        by: ActorId,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        act = self._act(by)
        predicted = self.model.predict(expected, act, *args, **kwargs)

        def run(act: Act) -> Receipt:
            return command(self.store, act, *args, **kwargs)

        answered = _outcome(run, act)
        why = None if isinstance(answered, Receipt) else answered
        assert why == predicted, f"{command.__name__} must answer {predicted or 'a receipt'!r}, and answered {why!r}"
        if isinstance(answered, Receipt):
            self.said.append((run, act, answered))
        self._compare()

    def _compare(self) -> None:
        """Whatever is kept is what the model has, its history bears it out, and people see it as it is."""
        kept = self.model.kept
        with self.store.transaction() as work:
            for name, expected in kept["session"].items():
                _same(name, expected, plain_dates(work.sessions.get(SessionId(name))))
            for name, expected in kept["schedule"].items():
                schedule, planned = work.schedules.get(SessionId(name)), work.schedules.events(SessionId(name))
                _same(name, expected, plain_dates(schedule))
                _hold(name, *laws.of_history(schedule, planned))
            for name, expected in kept["confirmation"].items():
                known = work.confirmations.get(ConfirmationId(name))
                happened = work.confirmations.events(ConfirmationId(name))
                _same(name, {key: value for key, value in expected.items() if key != "happened"}, plain_dates(known))
                told = [plain_event(event) for event in happened]
                assert told == expected["happened"], (
                    f"what happened to {name} must be {expected['happened']!r}, and was {told!r}"
                )
                _hold(name, *laws.of_history(known, happened))
        for name in kept["schedule"]:
            self._compare_rows(SessionId(name))

    def _compare_rows(self, session: SessionId) -> None:
        asking = Act(self.now, ADMIN, Key("asking"))
        rows, column = use.rows_of(self.store, asking, session), use.column_of(self.store, asking, session)
        expected = self.model.rows(session, self.now), self.model.column(session, self.now)
        assert (rows, column) == expected, f"how clients stand must be {expected!r}, and was {(rows, column)!r}"

    def _meeting(self, day: int, zone: Zone, *, place: str | None = "Lyon") -> SessionDate:
        return SessionDate.on(date(2030, 4, day), zone, begins=time(9), ends=time(17), place=place)

    def _whom(self, who: int, *, sent: bool = False) -> tuple[SessionId, ClientId]:
        """Somebody who takes part, for most picks somebody who was *sent* something; or somebody who does not."""
        there = [*self.model.kept["confirmation"].values()]
        fitting = [one for one in there if one["sent"] is not None or not sent or who > 15]
        if who > 17 or not there:
            return (SESSION, ClientId("no-such")) if who == 18 else (NOWHERE, CLIENTS[0])
        one = (fitting or there)[who % len(fitting or there)]
        return one["session"], one["client"]

    def _known(self, session: SessionId, client: ClientId) -> Plain:
        """What the model has of a client who is there, or of nobody."""
        nobody: Plain = {"sent": None, "dead": []}
        return self.model.kept["confirmation"].get(Confirmation.id_of(session, client), nobody)

    def _starts(self, session: SessionId) -> datetime:
        """When the first date begins; tomorrow where there is none."""
        dates: Mapping[int, SessionDate] = self.model.kept["schedule"].get(session, {"dates": {}})["dates"]
        return min((each.starts for each in dates.values()), default=self.now + 24 * _HOUR)

    # --- Time and keys

    @initialize(zone=zones, sold=st.booleans(), sent=st.booleans())
    def begin(self, zone: Zone, sold: bool, sent: bool) -> None:
        """One session that is planned, mostly on sale, with two clients, one of whom was mostly sent its dates."""
        with self.store.transaction() as work:
            if work.entitlements.find(ADMIN) is None:
                work.save(granted(ADMIN))
        both = (self._meeting(3, zone), self._meeting(5, zone))
        for session in (SESSION, OTHER)[: 1 + sold]:
            starts, ends = BEGINS + 48 * _HOUR, BEGINS + 480 * _HOUR
            _ = places.open_session(self.store, self._act(), session, starts=starts, ends=ends)
            self.model.open_session(session, starts=starts, ends=ends)
        self._run(use.plan_dates, self.model.plan_dates, ADMIN, SESSION, zone=zone, dates=both)
        for _ in range(2):
            self.open(0, 2)
        if sent:
            self.propose(0, ("day", 3), zone, None, [], [], 0)

    @rule(waited=st.sampled_from([timedelta(0), _TICK, _HOUR, 24 * _HOUR, 72 * _HOUR]))
    def wait(self, waited: timedelta) -> None:
        """Time goes on."""
        self.now += waited

    @precondition(lambda self: bool(self.said))
    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """A key that was used gives its first receipt, today as well, and nothing happens (K4)."""
        run, act, receipt = data.draw(st.sampled_from(self.said))
        assert _outcome(run, Act(self.now, act.by, act.key)) == receipt, (
            "answer a repeated key with the receipt that it got"
        )
        self._compare()

    # --- The dates

    @rule(session=sessions, on=days, zone=zones, pick=picks)
    def plan(self, session: SessionId, on: list[int], zone: Zone, pick: int) -> None:
        """A session is planned, if it is not, or has more dates; some have no place yet."""
        dates = tuple(self._meeting(day, zone, place=None if pick > 17 else "Lyon") for day in on)
        planned = self.model.kept["schedule"].get(session)
        if planned is None or pick > 15:
            self._run(use.plan_dates, self.model.plan_dates, ADMIN, session, zone=zone, dates=dates)
        else:
            self._run(
                use.replan_dates, self.model.replan_dates, ADMIN, session, planned["dates"], added=dates, zone=None
            )

    @rule(
        session=sessions,
        fates=st.lists(st.sampled_from(["stays", "stays", "stays", "moves", "is lost"]), min_size=6, max_size=6),
        on=days,
        zone=zones,
        pick=picks,
    )
    def replan(self, session: SessionId, fates: list[str], on: list[int], zone: Zone, pick: int) -> None:
        """Dates stay, move, are lost, are new; some are read in another zone; now and then nothing changes."""
        kept: dict[DateNo, SessionDate] = {}
        known: Mapping[int, SessionDate] = self.model.kept["schedule"].get(session, {"dates": {}})["dates"]
        for fate, (number, meeting) in zip(fates, sorted(known.items()), strict=False):
            if fate == "stays" or pick > 16:
                kept[DateNo(number)] = meeting
            elif fate == "moves":
                hours = (1 + pick) * _HOUR
                kept[DateNo(number)] = SessionDate(meeting.starts + hours, meeting.ends + hours, meeting.place)
        if pick == 16:
            kept[DateNo(99)] = self._meeting(20, zone)
        added = (
            () if pick > 8 else tuple(self._meeting(day + 8, zone, place=None if pick == 8 else "Paris") for day in on)
        )
        other = zone if pick in {9, 17} else None
        self._run(use.replan_dates, self.model.replan_dates, ADMIN, session, kept, added=added, zone=other)

    @rule(session=sessions, pick=picks)
    def cancel(self, session: SessionId, pick: int) -> None:
        """A session does not take place; not often, for much of what follows is refused."""
        if pick > 17:
            refund = RefundId(f"refund-{self.steps}")
            self._run(use.cancel_session, self.model.cancel_session, ADMIN, session, refund=refund)

    # --- Asking

    @rule(pick=picks, reminders=st.sampled_from([2, 1, 0]))
    def open(self, pick: int, reminders: int) -> None:
        """A client takes part: mostly one who does not yet."""
        known, policy = self.model.kept["confirmation"], ConfirmationPolicy(reminders)
        every = [(session, client) for session in (SESSION, OTHER) for client in CLIENTS]
        fresh = [pair for pair in every if Confirmation.id_of(*pair) not in known]
        session, client = (fresh if fresh and pick < 18 else every)[pick % len(fresh if fresh and pick < 18 else every)]
        self._run(use.open_confirmation, self.model.open_confirmation, ADMIN, session, client, policy=policy)

    @rule(
        who=picks,
        until=st.tuples(st.sampled_from(["day", "day", "hours", "same", "starts", "earlier"]), st.integers(0, 5)),
        zone=zones,
        to=st.none() | people,
        cc=copies,
        bcc=copies,
        pick=picks,
    )
    def propose(
        self,
        who: int,
        until: tuple[str, int],
        zone: Zone,
        to: Person | None,
        cc: Sequence[Person],
        bcc: Sequence[Person],
        pick: int,
    ) -> None:
        """A client is sent the dates, mostly as something new; some are sent until it is too late, or already."""
        session, client = self._whom(who)
        known = self._known(session, client)
        proposal, sent = ProposalId(f"proposal-{self.steps}"), known["sent"]
        if pick == 19 and sent is not None:
            proposal = sent["id"]
        if pick == 18 and known["dead"]:
            proposal = known["dead"][0]
        used = [each["sent"]["id"] for each in self.model.kept["confirmation"].values() if each["sent"] is not None]
        if pick == 17 and used:
            # Mostly another client's.
            proposal = ProposalId(used[who % len(used)])
        self._run(
            use.propose_dates,
            self.model.propose_dates,
            ADMIN,
            session,
            client,
            proposal,
            until=self._until(session, until, zone, sent),
            to=to,
            cc=cc,
            bcc=bcc,
        )

    def _until(self, session: SessionId, asked: tuple[str, int], zone: Zone, sent: Plain | None) -> Deadline:
        kind, number = asked
        if kind == "same" and sent is not None:
            same: Deadline = sent["until"]
            return same
        if kind == "starts":
            return Deadline.at(self._starts(session) - number % 2 * _TICK)
        if kind == "earlier":
            # The day before the first date there; it may end after that has begun elsewhere.
            return Deadline.on((self._starts(session) - number % 3 * 12 * _HOUR).astimezone(zone.info).date(), zone)
        if kind == "hours":
            return Deadline.at(self.now + 20 * number * _HOUR)
        return Deadline.on(self.now.astimezone(zone.info).date() + number * timedelta(days=1), zone)

    @rule(who=picks, times=st.integers(1, 3))
    def remind(self, who: int, times: int) -> None:
        """A client is reminded, and reminded."""
        for _ in range(times):
            self._run(use.remind_client, self.model.remind_client, ADMIN, *self._whom(who, sent=True))

    @rule(who=picks)
    def lapse(self, who: int) -> None:
        """What nobody answered is swept."""
        self._run(use.lapse_proposal, self.model.lapse_proposal, ADMIN, *self._whom(who, sent=True))

    @rule(who=picks)
    def validate(self, who: int) -> None:
        """Somebody vouches for a client."""
        self._run(use.validate_dates, self.model.validate_dates, ADMIN, *self._whom(who))

    @rule(who=picks)
    def end_validation(self, who: int) -> None:
        """Nobody does any more."""
        self._run(use.end_validation, self.model.end_validation, ADMIN, *self._whom(who))

    # --- Answering

    @rule(who=picks, answer=answers, pick=picks)
    def answer(self, who: int, answer: ClientAnswer, pick: int) -> None:
        """A link is pressed: mostly the newest that the client has, else an old one, another's, or nobody's."""
        session, client = self._whom(who, sent=True)
        known = self._known(session, client)
        newest = [] if known["sent"] is None else [known["sent"]["id"]]
        links = newest if newest and pick < 14 else [*known["dead"], *newest]
        proposal = ProposalId(links[pick % len(links)] if links and pick != 19 else "no-such")
        by = CLIENTS[pick % 3] if pick > 16 else client
        link = Link(proposal, by, answer)
        self._run(use.answer_dates, self.model.answer_dates, ActorId("somebody"), link)

    @rule(who=picks, reply=replies, which=st.integers(1, 4), pick=picks)
    def reply(self, who: int, reply: CalendarReply, which: int, pick: int) -> None:
        """A calendar answers: mostly the recipient's, to the newest message, for a date that it is about."""
        session, client = self._whom(who, sent=True)
        sent: Plain = self._known(session, client)["sent"] or {"sequence": 2, "to": PEOPLE[0], "dates": [which]}
        number: int = sent["dates"][which % len(sent["dates"])] if pick < 18 else which
        sequence, attendee = sent["sequence"] - (pick == 17), PEOPLE[2] if pick == 16 else sent["to"]
        said = Reply(session, client, DateNo(number), reply, sequence, attendee.address)
        self._run(use.reply_to_dates, self.model.reply_to_dates, ActorId("somebody"), said)

    @rule(who=st.integers(0, 14), answer=answers, late=st.sampled_from([-1, 0, 1]), pick=picks)
    def wait_for_the_end(self, who: int, answer: ClientAnswer, late: int, pick: int) -> None:
        """Time goes on to the last instant to answer, or to the one before or after it, and then somebody does."""
        sent = self._known(*self._whom(who, sent=True))["sent"]
        if sent is not None and sent["until"].instant + late * _TICK >= self.now:
            self.now = sent["until"].instant + late * _TICK
            if pick % 4:
                self.answer(who, answer, 0)
            else:
                self.reply(who, CalendarReply.ACCEPTED, pick, 0)


def _outcome(run: Callable[[Act], Receipt], act: Act) -> Receipt | Refusal | type[LaraError]:
    try:
        return run(act)
    except Refused as refused:
        return refused.refusal
    except LaraError as error:
        return type(error)


def _same(name: str, expected: Plain, loaded: Plain) -> None:
    assert loaded == expected, f"{name} must be {expected!r}, and was loaded as {loaded!r}"


def _hold(name: str, *broken: str) -> None:
    assert not broken, f"{name} must be kept as the rules say: {'; '.join(broken)}"
