"""The laws of confirmation: held in every world that commands and time can reach, and by faults that they must find."""

from collections.abc import Callable, Hashable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import product
from typing import Any, Final, get_args

import pytest
from attrs import evolve, frozen

from lara_core.confirmation import (
    CONFIRMATION,
    CalendarReply,
    ClientAnswer,
    Confirmation,
    ConfirmationDecision,
    ConfirmationPolicy,
    ConfirmationRefusal,
    ConfirmationState,
    ConfirmationVerb,
    DatesAccepted,
    DatesDeclined,
    Proposal,
    Standing,
    ValidationEnded,
)
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.ids import ClientId, DateNo, ProposalId, SessionId
from lara_core.schedules import Schedule, SessionDate
from lara_core.testing import laws
from lara_core.testing.search import Report, Step, explore
from tests.builders import ANN, BEN, act

PARIS: Final = Zone("Europe/Paris")
EXCEL, WORD = SessionId("excel"), SessionId("word")
ACME, OTHER = ClientId("acme"), ClientId("other")
ONE, TWO, NINE = DateNo(1), DateNo(2), DateNo(9)
FIRST, SECOND, FOREIGN = ProposalId("first"), ProposalId("second"), ProposalId("foreign")
TICK: Final = timedelta(microseconds=1)


def on(day: int) -> SessionDate:
    """A day of March, from nine to five."""
    return SessionDate.on(date(2027, 3, day), PARIS, begins=time(9), ends=time(17), place="Lyon")


# Two deadlines that end alike, but for the instant itself; one later; one that is not before the first date.
BY_DAY: Final = Deadline.on(date(2027, 3, 4), PARIS)
BY_INSTANT: Final = Deadline.at(BY_DAY.instant)
LATER: Final = Deadline.on(date(2027, 3, 5), PARIS)
TOO_LATE: Final = Deadline.at(on(8).starts)
INSTANTS: Final = {"before": BY_DAY.instant - TICK, "at": BY_DAY.instant, "after": BY_DAY.instant + TICK}
WHEN: Final = {at: when for when, at in INSTANTS.items()}

# What the session's dates are, one after the other: none yet, planned, other ones, and back to the planned.
PLANS: Final = ((), (on(8), on(9)), (on(10), on(11)), (on(8), on(9)))

TOTALITY: Final = "K2: a decision or one named refusal"
UNCHANGED: Final = "K2: a refusal changes nothing"
LINKS: Final = "C2, C3: one proposal can be answered, and it is the newest"
NEW_DATES: Final = "C2: nothing that was said of other dates is said of these"
FIRST_HOLDS: Final = "C2: the first answer holds"
ON_TIME: Final = "C2: after the deadline nothing new is answered"
TAKEN: Final = "C2: an answer in time is taken, and a repeated one is harmless"
AGAIN: Final = "C3: these dates are not proposed where they are accepted, or await an answer by the same deadline"
BENEATH: Final = "C4: validation by hand changes nothing underneath"
MASKED: Final = "C4: an answer under validation by hand is recorded"
TABLE: Final = "C: a confirmation moves as the table says"
SHOWN: Final = "C5: what is shown is what was said"
OFF: Final = "C: in a cancelled session nothing is proposed, answered or validated"


@frozen
class Seen:
    """What has happened, as the rules' page tells it: kept beside the confirmation, and never read from it.

    *links* are all that were ever sent, the newest last, each with the revision that it was about.
    """

    links: tuple[tuple[ProposalId, int], ...] = ()
    current: ProposalId | None = None
    until: Deadline | None = None
    said: ClientAnswer | None = None
    dates: frozenset[DateNo] = frozenset()
    hand: bool = False

    def state(self, now: datetime) -> ConfirmationState:
        """How the client stands."""
        if self.until is None:
            return ConfirmationState.NOT_SENT
        if self.said is not None:
            return ConfirmationState(self.said.value)
        return ConfirmationState.LAPSED if self.until.passed(now) else ConfirmationState.AWAITING


@frozen
class World:
    """A confirmation, its schedule, and what has happened to both."""

    now: datetime
    schedule: Schedule
    confirmation: Confirmation
    seen: Seen = Seen()

    def key(self) -> Hashable:
        """Everything but versions, and when something was done."""
        known, sent = self.confirmation, self.confirmation.proposal
        return (
            self.now,
            self.schedule.revision,
            self.schedule.cancelled,
            self.seen,
            sent and (sent.id, sent.until, sent.accepted, sent.reminders, sent.lapsed),
            known.answered and known.answered.answer,
            known.validation is not None,
            known.revision,
            known.dead,
            known.closed,
            known.withdrawn and (known.withdrawn.id, known.withdrawn.dates),
        )


@frozen
class Command:
    """One command with its arguments."""

    name: str
    run: Callable[[], ConfirmationDecision]
    proposal: ProposalId = FOREIGN
    client: ClientId = ACME
    answer: ClientAnswer | None = None
    date: DateNo | None = None
    until: Deadline | None = None
    heard: bool = True


COMMANDS: Final = ("propose", "answer", "reply", "remind", "lapse", "validate", "end_validation", "follow")


def commands(world: World) -> Iterator[Command]:
    """Every command that the world has."""
    by, known, schedule = act(world.now), world.confirmation, world.schedule
    fresh = (FIRST, SECOND)[len(world.seen.links)] if len(world.seen.links) < 2 else None
    for proposal, until, contact in (
        *((fresh, until, ANN) for until in (BY_DAY, BY_INSTANT, LATER, TOO_LATE)),
        (fresh, LATER, None),
        (FIRST, LATER, ANN),
    ):
        if proposal is not None:
            run = partial(known.propose, by, proposal, until=until, schedule=schedule, contact=contact)
            yield Command("propose", run, proposal, until=until)
    for (proposal, client), answer in product(
        ((FIRST, ACME), (SECOND, ACME), (FOREIGN, ACME), (FIRST, OTHER), (SECOND, OTHER)), ClientAnswer
    ):
        run = partial(known.answer, by, proposal, answer, client=client, schedule=schedule)
        yield Command("answer", run, proposal, client, answer)
    newest = known.proposal.sequence if known.proposal else 0
    for number, reply, sequence, attendee in (
        *product((ONE, TWO), (CalendarReply.ACCEPTED, CalendarReply.DECLINED), (newest,), (ANN,)),
        *product((ONE,), (CalendarReply.TENTATIVE, CalendarReply.COUNTER), (newest,), (ANN,)),
        (NINE, CalendarReply.ACCEPTED, newest, ANN),
        (ONE, CalendarReply.DECLINED, newest, BEN),
        (ONE, CalendarReply.DECLINED, newest - 1, ANN),
    ):
        run = partial(known.reply, by, number, reply, sequence=sequence, attendee=attendee.address, schedule=schedule)
        said = ClientAnswer(reply.value) if reply.value in set(ClientAnswer) else None
        heard = number != NINE and attendee is ANN and sequence == newest
        current = known.proposal.id if known.proposal else FOREIGN
        yield Command("reply", run, current, answer=said, date=number, heard=heard)
    yield from others(known, by, schedule)


def others(known: Confirmation, by: Act, schedule: Schedule) -> Iterator[Command]:
    """Those that name no proposal; and each command with another session's schedule, which it never is about."""
    for name in ("remind", "lapse", "validate", "end_validation", "follow"):
        yield Command(name, partial(getattr(known, name), by, schedule=schedule))
        yield Command(name, partial(getattr(known, name), by, schedule=ELSEWHERE), heard=False)
    yield Command("propose", partial(known.propose, by, SECOND, until=LATER, schedule=ELSEWHERE, contact=ANN))
    elsewhere = partial(known.answer, by, FIRST, ClientAnswer.ACCEPTED, client=ACME, schedule=ELSEWHERE)
    yield Command("answer", elsewhere, FOREIGN, answer=ClientAnswer.ACCEPTED)
    reply = partial(known.reply, by, ONE, CalendarReply.ACCEPTED, sequence=1, attendee=ANN.address, schedule=ELSEWHERE)
    yield Command("reply", reply, heard=False)


ELSEWHERE: Final = Schedule.plan(act(), WORD, zone=PARIS, dates=PLANS[1]).state


def attempt(world: World, command: Command) -> Step[World]:
    """Try a command, and see whether it keeps the laws."""
    before, known = world.key(), world.confirmation
    state, hand = world.seen.state(world.now), world.seen.hand
    seen: list[Hashable] = [("tried", command.name, state, WHEN[world.now], hand)]
    if command.name == "answer":
        seen.append(("answer", state, command.answer, WHEN[world.now], which(world, command), hand))
    try:
        decision = command.run()
    except Refused as refused:
        broken = [] if world.key() == before else [UNCHANGED]
        broken += () if refusable(world, command) else (TAKEN,)
        return Step(seen=(*seen, ("refusal", command.name, refused.refusal.code)), broken=tuple(broken))
    except Exception as wrong:  # noqa: BLE001 -- whatever escapes is what the search is for
        return Step(broken=(f"{TOTALITY}: {type(wrong).__name__}",))
    seen.append(("allowed", command.name))
    after = decision.state
    told, verb = heard(world, command, decision)
    following = World(world.now, world.schedule, after, told)
    broken = [*laws.of_decision(known, decision), *wrongly_allowed(world, command, decision)]
    stands = after.state_at(world.now, world.schedule)
    if stands is not told.state(world.now):
        broken.append(MASKED if hand and command.answer else BENEATH if "valid" in command.name else SHOWN)
    shown = Standing.BY_HAND if told.hand else Standing(told.state(world.now).value)
    if after.row(world.now, world.schedule).standing is not shown:
        broken.append(SHOWN)
    if after.proposal is not None and told.current and after.proposal.accepted != told.dates:
        broken.append(MASKED if hand else TAKEN)
    if verb is not None and decision.events:
        seen.append(("move", state, verb, stands))
        if CONFIRMATION[state].get(verb) is not stands:
            broken.append(TABLE)
    elif stands is not state:
        broken.append(TABLE)
    # A world that is broken already has nothing more to tell.
    return Step(() if broken else (following,), tuple(seen), tuple(broken))


def which(world: World, command: Command) -> str:
    """Whose proposal an answer names."""
    if command.client != ACME or command.proposal == FOREIGN:
        return "another's"
    if command.proposal == world.seen.current:
        return "this"
    return "an older" if any(command.proposal == link for link, _ in world.seen.links) else "none"


def refusable(world: World, command: Command) -> bool:
    """Whether anything speaks against the command. Of answers alone: what else is refused has its own tests."""
    told = world.seen
    if command.name not in ("answer", "reply") or not command.heard or which(world, command) != "this":
        return True
    if told.said is not None:
        return told.said is not command.answer
    late = told.until is None or told.until.passed(world.now)
    return command.answer is None or late or world.schedule.cancelled


def wrongly_allowed(world: World, command: Command, decision: ConfirmationDecision) -> Iterator[str]:
    """The laws that a command breaks by being allowed."""
    told, now = world.seen, world.now
    if world.schedule.cancelled and decision.events and command.name != "follow":
        yield OFF
    if command.name == "propose":
        awaiting = told.said is None and told.until == command.until
        if told.said is ClientAnswer.ACCEPTED or (awaiting and told.state(now) is ConfirmationState.AWAITING):
            yield AGAIN
        if any(command.proposal == link for link, _ in told.links):
            yield LINKS
    if command.answer is None:
        return
    if told.current is None:
        yield NEW_DATES
    elif which(world, command) != "this" or not command.heard:
        yield LINKS
    elif told.said not in (None, command.answer):
        yield FIRST_HOLDS
    elif told.until is not None and told.until.passed(now) and decision.events:
        yield ON_TIME


def heard(world: World, command: Command, decision: ConfirmationDecision) -> tuple[Seen, ConfirmationVerb | None]:
    """What has happened with that command, and by which verb."""
    told = world.seen
    match command.name:
        case "propose":
            links = (*told.links, (command.proposal, world.schedule.revision))
            return Seen(links, command.proposal, command.until, hand=told.hand), ConfirmationVerb.PROPOSE
        case "validate":
            return evolve(told, hand=True), ConfirmationVerb.VALIDATE
        case "end_validation":
            return evolve(told, hand=False), ConfirmationVerb.END_VALIDATION
        case "answer" | "reply" if command.answer is not None and told.said is None:
            return answered(told, command, command.answer)
        case "remind":
            return told, ConfirmationVerb.REMIND
        case _:
            # To follow, and to note a lapse, moves nothing: time and the schedule have.
            return told, None


def answered(told: Seen, command: Command, answer: ClientAnswer) -> tuple[Seen, ConfirmationVerb | None]:
    """What has been said by an answer: to all dates by a link, to one by a calendar."""
    if answer is ClientAnswer.DECLINED:
        return evolve(told, said=answer), ConfirmationVerb.DECLINE
    if command.date is None:
        return evolve(told, said=answer), ConfirmationVerb.ACCEPT
    dates = told.dates | {command.date}
    if dates == frozenset({ONE, TWO}):
        return evolve(told, said=answer, dates=dates), ConfirmationVerb.ACCEPT
    return evolve(told, dates=dates), ConfirmationVerb.ACCEPT_DATE


def change(world: World, *, cancel: bool = False) -> Step[World]:
    """The session gets its next dates, or is cancelled; nobody has told the confirmation yet."""
    schedule, state = world.schedule, world.seen.state(world.now)
    if cancel:
        after = evolve(world, schedule=schedule.cancel(act(world.now)).state)
        verb = ConfirmationVerb.CALL_OFF
    else:
        # The numbers of two dates stay through every move.
        plan = PLANS[schedule.revision]
        kept = dict(zip(schedule.dates, plan, strict=True)) if schedule.dates else {}
        replanned = schedule.replan(act(world.now), kept, added=() if kept else plan).state
        after = World(world.now, replanned, world.confirmation, Seen(world.seen.links))
        verb = ConfirmationVerb.CHANGE_DATES
    stands = after.confirmation.state_at(world.now, after.schedule)
    shown = after.confirmation.row(world.now, after.schedule).standing
    carried = stands is not CONFIRMATION[state][verb] or (not cancel and shown is not Standing.NOT_SENT)
    broken = (NEW_DATES,) if carried else ()
    return Step(() if broken else (after,), (("move", state, verb, stands),), broken)


def wait(world: World, later: datetime) -> Step[World]:
    """Time passes."""
    known, state = world.confirmation, world.seen.state(world.now)
    after = evolve(world, now=later)
    stands = known.state_at(later, world.schedule)
    lapsed = (("move", state, ConfirmationVerb.LAPSE, stands),) if stands is not state else ()
    broken = () if stands is world.seen.state(later) else (ON_TIME,)
    return Step((after,), lapsed, broken)


def search(*, small: bool = False) -> Report:
    """One client, two proposals, two dates that move and come back, three instants. A *small* one leaves some out."""
    planned = Schedule.plan(act(), EXCEL, zone=PARIS).state
    if small:
        planned = planned.replan(act(), {}, added=PLANS[1]).state
    opened = Confirmation.open(act(), EXCEL, ACME, policy=ConfirmationPolicy(reminders=1)).state
    instants = tuple(INSTANTS.values())[:: 2 if small else 1]

    def tries(world: World) -> Iterator[tuple[str, Callable[[], Step[World]]]]:
        for command in commands(world):
            yield command.name, partial(attempt, world, command)
        if not world.schedule.cancelled:
            if not small:
                yield "cancel", partial(change, world, cancel=True)
            if world.schedule.revision < (3 if small else len(PLANS)):
                yield "replan", partial(change, world)
        for later in instants[instants.index(world.now) + 1 :]:
            yield "wait", partial(wait, world, later)

    return explore([World(instants[0], planned, opened)], tries, key=World.key)


REFUSALS: Final = {
    "propose": {
        "other_schedule",
        "dates_called_off",
        "not_planned",
        "proposal_id_used",
        "dates_already_accepted",
        "no_recipient",
        "deadline_passed",
        "deadline_too_late",
        "already_awaiting",
    },
    "answer": {
        "other_schedule",
        "other_client",
        "no_such_proposal",
        "proposal_dead",
        "answered_otherwise",
        "dates_called_off",
        "answer_too_late",
    },
    "reply": {
        "other_schedule",
        "sequence_dead",
        "other_attendee",
        "date_not_proposed",
        "answered_otherwise",
        "dates_called_off",
        "answer_too_late",
    },
    "remind": {
        "other_schedule",
        "dates_called_off",
        "confirmation_is",
        "validated_by_hand",
        "all_reminders_sent",
    },
    "lapse": {"other_schedule"},
    "validate": {"other_schedule", "dates_called_off", "not_planned"},
    "end_validation": {"other_schedule", "dates_called_off"},
    "follow": {"other_schedule"},
}

# Nothing has lapsed before the deadline, and what was not sent has no proposal of its own.
STATES: Final = [
    (state, when)
    for state, when in product(ConfirmationState, INSTANTS)
    if (state, when) != (ConfirmationState.LAPSED, "before")
]


def test_every_reachable_confirmation_keeps_the_laws(tell: Callable[[object], None]) -> None:
    """K2, K3, K5, C1–C7: every state, command, instant and proposal, by hand or not; every move and refusal is met."""
    report = search()
    tell(f"confirmation: {report}")
    assert report.broken == ()
    assert set(report.seen) == {
        *(("refusal", name, f"confirmation.{code}") for name, codes in REFUSALS.items() for code in codes),
        *(("allowed", name) for name in COMMANDS),
        *(("move", state, verb, to) for state, verbs in CONFIRMATION.items() for verb, to in verbs.items()),
        *(("tried", name, *at, hand) for name, at, hand in product(COMMANDS, STATES, (False, True))),
        *(
            ("answer", state, answer, when, whose, hand)
            for (state, when), answer, whose, hand in product(
                STATES, ClientAnswer, ("this", "an older", "another's", "none"), (False, True)
            )
            if (whose, state) != ("this", ConfirmationState.NOT_SENT)
        ),
    }


def test_every_refusal_is_met_somewhere() -> None:
    """The table above, which the search confirms, names every refusal that the module declares."""
    met = {f"confirmation.{code}" for codes in REFUSALS.values() for code in codes}
    assert met == {kind.code for kind in get_args(ConfirmationRefusal)}


# --- Faults: each law catches one, or it is not yet a check -----------------------------------------------------------

_answer, _apply, _propose = Confirmation.answer, Confirmation.apply, Confirmation.propose


def _any_link(self: Confirmation, act: Act, proposal: ProposalId, answer: ClientAnswer, **facts: Any) -> Any:
    """An old link is taken for the newest."""
    current = self.proposal.id if self.proposal and proposal in self.dead else proposal
    return _answer(self, act, current, answer, **facts)


def _any_dates(self: Confirmation, _: object) -> bool:
    """Nobody looks at the revision: an acceptance is carried over to new dates."""
    return self.version > 0


def _never_said(self: Confirmation, answer: ClientAnswer) -> bool:
    """Nobody remembers the first answer, so that it can be changed."""
    return False


def _masks_all(self: Confirmation, event: Any) -> Confirmation:
    """What is said under validation by hand is lost."""
    after = _apply(self, event)
    masked = isinstance(event, DatesAccepted | DatesDeclined) and event.masked
    return evolve(after, answered=self.answered) if masked else after


def _wipes(self: Confirmation, event: Any) -> Confirmation:
    """Validation by hand takes what was underneath away with it."""
    after = _apply(self, event)
    return evolve(after, answered=None) if isinstance(event, ValidationEnded) else after


def _never_over(*_: object) -> bool:
    """Nobody looks at the deadline."""
    return False


def _reopens(self: Confirmation, act: Act, proposal: ProposalId, **facts: Any) -> Any:
    """The id of an old proposal can be used again, which revives its links."""
    forgetful = evolve(self, dead=self.dead - {proposal})
    decision = _propose(forgetful, act, proposal, **facts)
    return evolve(decision, state=evolve(decision.state, dead=decision.state.dead))


@pytest.mark.parametrize(
    ("target", "name", "fault", "law"),
    [
        (Confirmation, "answer", _any_link, LINKS),
        (Confirmation, "propose", _reopens, LINKS),
        (Confirmation, "_holds", _any_dates, NEW_DATES),
        (Confirmation, "_said", _never_said, FIRST_HOLDS),
        (Confirmation, "apply", _masks_all, MASKED),
        (Confirmation, "apply", _wipes, BENEATH),
        (Proposal, "over", _never_over, ON_TIME),
    ],
    ids=["old link", "revived link", "carried over", "changed", "masked", "wiped", "late"],
)
def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch, target: type, name: str, fault: object, law: str) -> None:
    """Each law is broken by the fault that is seeded for it, and the search says so."""
    monkeypatch.setattr(target, name, fault)
    assert law in {found for found, _ in search(small=True).broken}
