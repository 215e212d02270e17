"""B8: one answer of a client, next to the same transition in two state machines.

All three are asked to accept a proposal, by its id and revision, at a time. All three look at whether it is the newest,
whether it is about the dates as they are, and whether its deadline has passed; then it is accepted, and what was said
is recorded, with when. Ours looks at four things more (whose schedule it is, who answers, whether they have before,
whether the session is off), and gives a new state and the event back, the old state as it was. The peers keep the state
in a model that they change, as their manuals show: a condition for each of the three, by its name, and a callback that
records. Where their manuals show several ways, it is the fastest. Their machines are made once, before the clock runs,
and their model is set back to awaiting for each step, by one assignment.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from importlib import import_module
from typing import Any, Final, Protocol, TypedDict

from benchmarks.harness import AtLeast, AtMost, Row, Sample, calls, ratio
from lara_core.confirmation import Answered, ClientAnswer, Confirmation, DatesAccepted
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Decision
from lara_core.kernel.ids import ActorId, ClientId, Key, ProposalId, SessionId
from lara_core.kernel.people import Person
from lara_core.schedules import Schedule, SessionDate

_ACT: Final = Act(datetime(2027, 3, 1, 9, tzinfo=UTC), ActorId("client"), Key("key"))
_PARIS: Final = Zone("Europe/Paris")
_ACME: Final = ClientId("acme")
_PROPOSAL: Final = ProposalId("proposal")
_UNTIL: Final = Deadline.on(date(2027, 3, 4), _PARIS)
_DAY: Final = SessionDate.on(date(2027, 3, 8), _PARIS, begins=time(9), ends=time(17), place="Lyon")
_SCHEDULE: Final = Schedule.plan(_ACT, SessionId("excel"), zone=_PARIS, dates=(_DAY,)).state
_AWAITING: Final = (
    Confirmation.open(_ACT, _SCHEDULE.id, _ACME)
    .state.propose(_ACT, _PROPOSAL, until=_UNTIL, schedule=_SCHEDULE, contact=Person.of("ann@example.com"))
    .state
)


def _answering() -> Sample:
    return calls(lambda: _AWAITING.answer(_ACT, _PROPOSAL, ClientAnswer.ACCEPTED, client=_ACME, schedule=_SCHEDULE))


def _building() -> Sample:
    known, said = _AWAITING, ClientAnswer.ACCEPTED

    def build() -> object:
        event = DatesAccepted(_PROPOSAL, False, _ACT)
        answered = Answered(said, _ACT.at)
        state = Confirmation(
            known.id,
            known.version + 1,
            known.session,
            known.client,
            known.policy,
            known.revision,
            known.proposal,
            answered,
            known.validation,
            known.dead,
            known.closed,
        )
        return Decision(state, (event,))

    return calls(build)


# --- The peers


class _Model:
    """What the machines keep: a state, by its name, what was proposed, and what was said to it."""

    def __init__(self) -> None:
        self.state = "awaiting"
        self.proposal: str = _PROPOSAL
        self.revision = _SCHEDULE.revision
        self.until = _UNTIL.instant
        self.answer: str | None = None
        self.answered: datetime | None = None


class _Told(TypedDict):
    proposal: str
    revision: int
    at: datetime


class _Event(Protocol):
    """What transitions gives to each method of a model: among other things, all that a step is told."""

    kwargs: _Told


class _WithEvents(_Model):
    """For transitions."""

    def is_newest(self, event: _Event) -> bool:
        return event.kwargs["proposal"] == self.proposal

    def is_about_these_dates(self, event: _Event) -> bool:
        return event.kwargs["revision"] == self.revision

    def is_in_time(self, event: _Event) -> bool:
        return event.kwargs["at"] < self.until

    def record_accepted(self, event: _Event) -> None:
        self.answer, self.answered = "accepted", event.kwargs["at"]

    def record_declined(self, event: _Event) -> None:
        self.answer, self.answered = "declined", event.kwargs["at"]


class _WithArguments(_Model):
    """For python-statemachine, which gives each method what it names."""

    def is_newest(self, proposal: str) -> bool:
        return proposal == self.proposal

    def is_about_these_dates(self, revision: int) -> bool:
        return revision == self.revision

    def is_in_time(self, at: datetime) -> bool:
        return at < self.until

    def record_accepted(self, at: datetime) -> None:
        self.answer, self.answered = "accepted", at

    def record_declined(self, at: datetime) -> None:
        self.answer, self.answered = "declined", at


_GUARDS: Final = ["is_newest", "is_about_these_dates", "is_in_time"]


def _stepping(model: _Model, accept: Callable[..., object]) -> Sample:
    """Accept from awaiting, again and again, by a machine that is seen to take what it must, and nothing else."""
    proposal, revision, at = model.proposal, model.revision, _ACT.at

    def step() -> object:
        model.state = "awaiting"
        return accept(proposal=proposal, revision=revision, at=at)

    for other in ({"proposal": "older"}, {"revision": revision + 1}, {"at": model.until}):
        # One peer says no by what it returns, the other by an error.
        with suppress(Exception):
            _ = accept(**{"proposal": proposal, "revision": revision, "at": at, **other})
        if (model.state, model.answer) != ("awaiting", None):
            raise ValueError(other)
    _ = step()
    if (model.state, model.answer, model.answered) != ("accepted", "accepted", at):
        raise ValueError(model.state)
    return calls(step)


def _transitions() -> Sample:
    model = _WithEvents()
    import_module("transitions").Machine(
        model,
        states=["not_sent", "awaiting", "lapsed", "accepted", "declined"],
        initial="awaiting",
        send_event=True,
        transitions=[
            {"trigger": "propose", "source": ["not_sent", "lapsed", "declined"], "dest": "awaiting"},
            {
                "trigger": "accept",
                "source": "awaiting",
                "dest": "accepted",
                "conditions": _GUARDS,
                "after": "record_accepted",
            },
            {
                "trigger": "decline",
                "source": "awaiting",
                "dest": "declined",
                "conditions": _GUARDS,
                "after": "record_declined",
            },
            {"trigger": "lapse", "source": "awaiting", "dest": "lapsed"},
            {"trigger": "change_dates", "source": "*", "dest": "not_sent"},
        ],
    )
    # The machine has given its model a method for each trigger.
    bound: Any = model
    return _stepping(model, bound.accept)


def _statemachine() -> Sample:
    # Of its two kinds the one that refuses what it does not allow, as ours; it is the faster one, too.
    module: Any = import_module("statemachine")
    base, state = module.StateMachine, module.State
    not_sent, awaiting, lapsed, accepted, declined = state(initial=True), state(), state(), state(), state()
    # As its class statement would, but that no type checker knows the class it is made from.
    kind: Any = type(base)(
        "ConfirmationMachine",
        (base,),
        {
            "not_sent": not_sent,
            "awaiting": awaiting,
            "lapsed": lapsed,
            "accepted": accepted,
            "declined": declined,
            "propose": not_sent.to(awaiting) | lapsed.to(awaiting) | declined.to(awaiting),
            "accept": awaiting.to(accepted, cond=_GUARDS, on="record_accepted"),
            "decline": awaiting.to(declined, cond=_GUARDS, on="record_declined"),
            "lapse": awaiting.to(lapsed),
            "change_dates": not_sent.from_(awaiting, lapsed, accepted, declined),
        },
    )
    model = _WithArguments()
    return _stepping(model, kind(model).accept)


def rows() -> Iterable[Row]:
    """The rows of confirmations."""
    yield Row(
        "B8a",
        "accept dates: transitions ÷ ours; both look at proposal, revision and deadline, and record the answer; theirs "
        "in its model, ours in a new state and an event",
        AtLeast(5),
        lambda: ratio(_transitions(), _answering(), rounds=25),
    )
    yield Row(
        "B8b",
        "the same: python-statemachine ÷ ours",
        AtLeast(60),
        lambda: ratio(_statemachine(), _answering(), rounds=25),
    )
    yield Row(
        "B8c",
        "why B8a and B8b: ours ÷ build its event, answer, state and decision with their constructors; times this, they "
        "are what it would be without a rule",
        AtMost(2),
        lambda: ratio(_answering(), _building(), rounds=25),
    )
