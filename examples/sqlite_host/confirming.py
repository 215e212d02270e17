"""Two chapters of the demo: clients are asked about a session's dates, and answer; then there are other dates."""

from datetime import date, datetime, time, timedelta
from typing import Final

from lara_core.confirmation import AnswerTooLate, ClientAnswer, Column, Confirmation, ProposalDead
from lara_core.hosting import dates
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.ids import ClientId, ProposalId
from lara_core.kernel.people import Person
from lara_core.replies import Link
from lara_core.schedules import Every, Recurrence, Schedule, SessionDate
from sqlite_host.scene import (
    ADMIN,
    BAY,
    CLIENTS,
    LAST_FRIDAY,
    LAST_MONDAY,
    LAST_THURSDAY,
    LAST_TUESDAY,
    LAST_WEDNESDAY,
    MAPLE,
    SEPTEMBER,
    ZONE,
    Command,
    Story,
    act,
    clock,
)

PLACE: Final = "12 Main Street, Moncton"
CONTACTS: Final = {MAPLE: "anna.rossi@example.com", BAY: "ben.clarke@example.com"}
COPY: Final = Person.of("reception@example.com")


# --- Dates to confirm


def asking_clients(story: Story) -> None:
    """The dates are proposed to two clients: one is reminded and declines, the other accepts (C1, C2, C7)."""
    story.page.chapter(story.words.asking_clients, story.show(LAST_MONDAY))
    planning(story, clock(LAST_MONDAY, 9))
    at, until = clock(LAST_MONDAY, 9, 30), Deadline.on(LAST_WEDNESDAY, ZONE)
    for client in CLIENTS:
        proposing(story, at, client, until, 1)
    story.tell(story.words.clients_asked, at, until=until)
    story.mail()
    standing(story, at, Column.AWAITING)

    story.page.day(story.show(LAST_TUESDAY))
    reminding = clock(LAST_TUESDAY, 9)
    reminded = act(reminding, ADMIN, "remind-anna")
    _ = story.done(lambda store: dates.remind_client(store, reminded, SEPTEMBER, MAPLE))
    story.tell(story.words.client_reminded, reminding)
    story.mail()

    opened = clock(LAST_TUESDAY, 9, 45)
    link = in_the_mail(story, BAY, ClientAnswer.ACCEPTED)
    story.tell(story.words.link_opened, opened)
    accepted = clock(LAST_TUESDAY, 9, 46)
    _ = story.done(answering(accepted, link))
    story.tell(story.words.dates_accepted, accepted)
    story.mail()
    declined = clock(LAST_TUESDAY, 11)
    _ = story.done(answering(declined, in_the_mail(story, MAPLE, ClientAnswer.DECLINED)))
    story.tell(story.words.dates_declined, declined)
    story.mail()
    standing(story, declined, Column.DECLINED)


def planning(story: Story, at: datetime) -> None:
    """Two days in a row, and whom to ask about them."""
    meetings = on(date(2025, 9, 15))
    _ = story.done(lambda store: dates.plan_dates(store, act(at, ADMIN, "plan"), SEPTEMBER, zone=ZONE, dates=meetings))
    for client in CLIENTS:
        with story.store.transaction() as work:
            work.name_contact(client, story.person(CONTACTS[client]))
        attending(story, at, client)
    story.tell(story.words.dates_planned, at, clients=tuple(CLIENTS.values()))
    timetable(story)


def attending(story: Story, at: datetime, client: ClientId) -> None:
    """A client takes part in the session."""
    doing = act(at, ADMIN, f"confirm-{client}")
    _ = story.done(lambda store: dates.open_confirmation(store, doing, SEPTEMBER, client))


# --- Other dates


def other_dates(story: Story) -> None:
    """What was said of dates holds for them alone; a late answer is none, and a phone call is one (C2, C3, C4)."""
    story.page.chapter(story.words.other_dates)
    old = in_the_mail(story, BAY, ClientAnswer.ACCEPTED)
    at = clock(LAST_TUESDAY, 14)
    moving(story, at)
    story.tell(story.words.dates_moved, at)
    timetable(story)
    story.mail()
    standing(story, at, Column.TO_CONFIRM)
    again = clock(LAST_TUESDAY, 14, 30)
    story.tell(story.words.old_link, again)
    refusal = story.refused(answering(again, old))
    story.sees("an answer does not outlive its dates", kept=refusal == ProposalDead(old.proposal))

    story.page.day(story.show(LAST_WEDNESDAY))
    asked, until = clock(LAST_WEDNESDAY, 9), Deadline.on(LAST_THURSDAY, ZONE)
    for client in CLIENTS:
        proposing(story, asked, client, until, 2)
    story.tell(story.words.asked_again, asked, until=until)
    story.mail()
    accepted = clock(LAST_WEDNESDAY, 10)
    _ = story.done(answering(accepted, in_the_mail(story, MAPLE, ClientAnswer.ACCEPTED)))
    story.tell(story.words.accepted_now, accepted)
    story.mail()

    story.page.day(story.show(LAST_FRIDAY))
    late = clock(LAST_FRIDAY, 8)
    story.tell(story.words.answers_late, late)
    refusal = story.refused(answering(late, in_the_mail(story, BAY, ClientAnswer.ACCEPTED)))
    story.sees("an answer is in time or none", kept=refusal == AnswerTooLate(until))
    by_hand = clock(LAST_FRIDAY, 9)
    validated = act(by_hand, ADMIN, "validate-ben")
    _ = story.done(lambda store: dates.validate_dates(store, validated, SEPTEMBER, BAY))
    story.tell(story.words.validated, by_hand)
    standing(story, by_hand, Column.CONFIRMED)


def moving(story: Story, at: datetime) -> None:
    """Each date keeps its number, and moves by a week; so do the places that are on sale."""
    moved = dict(zip(schedule(story).in_order, on(date(2025, 9, 22)), strict=True))
    doing = act(at, ADMIN, "replan")
    _ = story.done(lambda store: dates.replan_dates(store, doing, SEPTEMBER, moved))
    starts = schedule(story).starts
    story.sees("what is on sale moves with its dates", kept=story.session(SEPTEMBER).starts == starts)


# --- What they do again and again


def on(first: date) -> tuple[SessionDate, ...]:
    """Two days in a row, from nine until half past four."""
    days = Recurrence(first, Every.DAY, count=2)
    return days.meetings(ZONE, begins=time(9), ends=time(16, 30), place=PLACE)


def schedule(story: Story) -> Schedule:
    """The session's dates as they stand."""
    with story.store.transaction() as work:
        return work.schedules.get(SEPTEMBER)


def timetable(story: Story) -> None:
    """The dates, as people read them."""
    found = schedule(story)
    rows: list[tuple[str, str, str]] = []
    for number in found.in_order:
        meeting = found.dates[number]
        starts, ends = (instant.astimezone(ZONE.info) for instant in (meeting.starts, meeting.ends))
        rows.append((story.show(starts.date()), f"{starts:%H:%M}–{ends:%H:%M}", meeting.place or "–"))
    story.page.table(rows, "<<<")


def proposing(story: Story, at: datetime, client: ClientId, until: Deadline, number: int) -> None:
    """The dates go to a client's contact; Maple Mills' reception has a copy, which cannot answer (C1)."""
    doing, proposal = act(at, ADMIN, f"propose-{client}-{number}"), ProposalId(f"{client}-{number}")
    copies = (COPY,) if client == MAPLE else ()
    _ = story.done(lambda store: dates.propose_dates(store, doing, SEPTEMBER, client, proposal, until=until, cc=copies))


def in_the_mail(story: Story, client: ClientId, answer: ClientAnswer) -> Link:
    """The link to that answer in the newest proposal that a client has in their mail. Opening it answers nothing."""
    with story.store.transaction() as work:
        found = work.confirmations.get(Confirmation.id_of(SEPTEMBER, client))
    sent = found.proposal
    key = "" if sent is None else f"{found.id}:{sent.sequence}:confirmation.proposed:1"
    link = story.post.links(key)[answer]
    with story.store.transaction() as work:
        story.sees("opening a link answers nothing", kept=work.confirmations.get(found.id) == found)
    return link


def answering(at: datetime, link: Link) -> Command:
    """Somebody presses the button on the page that a link leads to; each view of the page makes a key."""
    doing = act(at, f"client-{link.client}", f"{link.answer}-{link.proposal}-{at:%d-%H-%M}")
    return lambda store: dates.answer_dates(store, doing, link)


def standing(story: Story, at: datetime, expected: Column) -> None:
    """Each client's row, and what the list of sessions says of them together (C5, C6)."""
    looking = act(at + timedelta(minutes=1), ADMIN, "look")
    for client, row in dates.rows_of(story.store, looking, SEPTEMBER).items():
        said = story.texts.row(row, story.language) or story.words.nothing_said
        story.page.mark("▸", story.words.client_row.format(client=CLIENTS[client], row=said))
    shown = dates.column_of(story.store, looking, SEPTEMBER)
    story.sees("several clients are told as one", kept=shown is expected)
    story.tell(story.words.list_says, column=expected)
