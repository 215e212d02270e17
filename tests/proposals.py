"""What tests of letters, calendars and mail start from: dates that were sent to a client, and what follows."""

from collections.abc import Collection
from datetime import date, time
from typing import Final

from attrs import evolve

from lara_core.confirmation import ClientAnswer, Confirmation, ConfirmationDecision, Message
from lara_core.formats.senders import Sender
from lara_core.kernel.deadlines import Deadline, Zone
from lara_core.kernel.ids import ActorId, ClientId, PartnerId, ProposalId, SessionId
from lara_core.kernel.people import EmailAddress, Person
from lara_core.schedules import Schedule, SessionDate
from lara_core.telling.notices import Notice, Template, notices
from lara_core.telling.texts import About, Texts
from tests.builders import ANN, BEN, DAN, act

PARIS: Final = Zone("Europe/Paris")
EXCEL: Final = SessionId("excel")
ACME: Final = ClientId("acme")
FIRST: Final = ProposalId("first")
MANAGER: Final = EmailAddress("manager@example.com")
TEXTS: Final = Texts(zone=PARIS)
SENDER: Final = Sender("École Haute", EmailAddress("dates@example.com"), "example.com")
BY: Final = Deadline.on(date(2027, 3, 4), PARIS)
ROOM: Final = "Salle 4, 12 rue Haute, Lyon"


def on(day: int, begins: int = 9, ends: int = 17, *, place: str | None = ROOM, month: int = 3) -> SessionDate:
    """A day of March, from nine to five in Paris unless told otherwise."""
    return SessionDate.on(date(2027, month, day), PARIS, begins=time(begins), ends=time(ends), place=place)


# A morning and an afternoon of one day, and another day.
PLAN: Final = Schedule.plan(act(), EXCEL, zone=PARIS, dates=(on(8, 9, 12), on(8, 13, 17), on(9))).state
ABOUT: Final = About(
    title="Excel avancé",
    zone=PARIS,
    sign_in="https://example.com/portal",
    organisation="École Haute",
    client="Acme",
    dates=PLAN.dates,
    accept="https://example.com/dates/yes",
    decline="https://example.com/dates/no",
)


class Staff:
    """Who is told what no event names anybody for."""

    organisation = ActorId("organisation")

    def administrators(self, partner: PartnerId) -> Collection[ActorId]:
        """Nobody."""
        return ()


def sent(
    *, schedule: Schedule = PLAN, to: Person = ANN, message: Message | None = None, until: Deadline = BY
) -> ConfirmationDecision:
    """The dates, sent with a copy for Ben and a blind one for Dan."""
    known = Confirmation.open(act(), EXCEL, ACME).state
    return known.propose(
        act(),
        FIRST,
        until=until,
        schedule=schedule,
        contact=to,
        cc=(BEN,),
        bcc=(DAN,),
        message=message or Message(),
    )


def told(decision: ConfirmationDecision, template: Template, number: int = 0) -> Notice:
    """The notice of that template."""
    return [each for each in notices(decision, audience=Staff()) if each.template is template][number]


def each_notice() -> dict[Template, Notice]:
    """One notice of each template about dates."""
    first = sent().state
    hand = first.validate(act(), schedule=PLAN).state
    decisions = [
        sent(),
        first.remind(act(), schedule=PLAN),
        first.lapse(act(BY.instant), schedule=PLAN),
        first.follow(act(), schedule=PLAN.replan(act(), {}, added=(on(20),)).state),
        first.follow(act(), schedule=PLAN.cancel(act()).state),
        *(
            known.answer(act(), FIRST, answer, client=ACME, schedule=PLAN)
            for known in (hand, first)
            for answer in ClientAnswer
        ),
    ]
    return {each.template: each for decision in decisions for each in notices(decision, audience=Staff())}


def alone(*dates: SessionDate, zone: Zone = PARIS) -> tuple[Schedule, About]:
    """A schedule of these dates, and what a notice about it is about."""
    schedule = Schedule.plan(act(), EXCEL, zone=zone, dates=dates).state
    return schedule, evolve(ABOUT, dates=schedule.dates, zone=zone)
