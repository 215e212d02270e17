"""A chapter of the demo: seats for people of whom only the address is known. They are asked, and answer or not."""

from datetime import datetime
from typing import Final

from lara_core.hosting import group_purchase as do
from lara_core.hosting import places
from lara_core.kernel.ids import AccountId, SeatNo
from lara_core.kernel.people import Person
from lara_core.seats import InvitationDead, InvitationExpired, Policy
from sqlite_host.people import Account
from sqlite_host.scene import (
    ADMIN,
    CAPACITY,
    FRIDAY,
    NADIA,
    NADIAS_MORE,
    NADIAS_MORE_PAID,
    NEXT_MONDAY,
    NEXT_TUESDAY,
    PRICE,
    SESSION,
    Command,
    Story,
    act,
    assigned,
    buying,
    capturing,
    clock,
)

POLICY: Final = Policy(assign_at_purchase=True, invitation_hours=72, reminders=1)
MISTYPED, THEO, MAYA, PAUL = (
    Person.of(f"{name}@example.com") for name in ("theo.leblnac", "theo.leblanc", "maya.singh", "paul.cyr")
)
THEOS, MAYAS, PAULS = map(SeatNo, (1, 2, 3))


def invitations(story: Story) -> None:
    """One is reached at the second attempt and accepts; one declines; one does not answer in time."""
    story.page.chapter(story.words.invitations, story.show(FRIDAY))
    inviting(story)
    correcting(story)
    story.page.day(story.show(NEXT_MONDAY))
    declining(story)
    story.page.day(story.show(NEXT_TUESDAY))
    expiring(story)


def inviting(story: Story) -> None:
    """Names are needed at the purchase, and an invitation is one (S8)."""
    at, capacity = clock(FRIDAY, 9), CAPACITY + 3
    _ = story.done(lambda store: places.resize_session(store, act(at, ADMIN, "larger-room"), SESSION, capacity))
    story.tell(story.words.larger_room, at, capacity=capacity, left=story.left(at))

    paid, invitees = clock(FRIDAY, 10), (MISTYPED, MAYA, PAUL)
    prices = (PRICE,) * len(invitees)
    _ = story.done(
        buying(
            paid,
            NADIA,
            NADIAS_MORE,
            NADIAS_MORE_PAID,
            prices=prices,
            policy=POLICY,
            invitees=invitees,
        )
    )
    _ = story.done(capturing(paid, NADIA, NADIAS_MORE_PAID, PRICE * len(invitees)))
    story.tell(story.words.invited, paid, seats=len(invitees), names=("Théo", "Maya", "Paul"))
    story.tell(story.words.answer_until, until=story.pool(NADIAS_MORE).invited[THEOS].until)
    story.mail()


def correcting(story: Story) -> None:
    """The old invitation is dead, and the right person accepts the new one, with an account (S4, S17)."""
    at, to = clock(FRIDAY, 10, 20), THEO.address
    _ = story.done(lambda store: do.correct_invitation(store, act(at, NADIA, "correct"), NADIAS_MORE, THEOS, to))
    story.tell(story.words.corrected, at, mistyped=MISTYPED)
    story.mail()

    accepted, theo = clock(FRIDAY, 12), Person(to, AccountId("theo.leblanc"))
    story.directory = story.directory.joined(Account(theo, "Théo", "fr"))
    _ = story.done(accepting(story, accepted, THEOS, theo))
    story.tell(story.words.accepted, accepted)
    story.mail()


def declining(story: Story) -> None:
    """A reminder moves nothing; who declined has to be invited again before they can accept (S6, S7)."""
    at = clock(NEXT_MONDAY, 9)
    _ = story.done(lambda store: do.remind_invitees(store, act(at, NADIA, "remind"), NADIAS_MORE, (MAYAS, PAULS)))
    story.tell(story.words.reminded, at)
    story.mail()

    declined, number = clock(NEXT_MONDAY, 9, 30), story.pool(NADIAS_MORE).invited[MAYAS].number
    again = clock(NEXT_MONDAY, 9, 40)
    accept = accepting(story, again, MAYAS, Person(MAYA.address, AccountId("maya.singh")))
    _ = story.done(
        lambda store: do.decline_invitation(store, act(declined, "maya", "decline"), NADIAS_MORE, MAYAS, number)
    )
    to_assign = story.pool(NADIAS_MORE).to_assign
    story.sees("a seat that was declined is to assign", kept=to_assign == (MAYAS,))
    story.tell(story.words.declined, declined, seat=MAYAS)
    story.mail()

    story.tell(story.words.second_thoughts, again)
    refusal = story.refused(accept)
    story.sees("a declined invitation is dead", kept=refusal == InvitationDead(MAYAS))


def expiring(story: Story) -> None:
    """Too late is too late, swept or not; what is swept can be given to others (S7, S10)."""
    sent, late = story.pool(NADIAS_MORE).invited[PAULS], clock(NEXT_TUESDAY, 7, 50)
    story.tell(story.words.too_late, late)
    refusal = story.refused(accepting(story, late, PAULS, Person(PAUL.address, AccountId("paul.cyr"))))
    story.sees("an invitation expires unswept", kept=refusal == InvitationExpired(PAULS, sent.until))

    sweeping = clock(NEXT_TUESDAY, 8)
    _ = story.done(lambda store: do.expire_invitations(store, act(sweeping, ADMIN, "sweep"), NADIAS_MORE))
    to_assign = story.pool(NADIAS_MORE).to_assign
    story.tell(story.words.swept, sweeping, seats=tuple(map(str, to_assign)))
    story.mail()

    at, francois = clock(NEXT_TUESDAY, 9), story.person("francois.cote@example.com")
    event = assigned(story.done(lambda store: do.assign_seats(store, act(at, NADIA, "fill"), NADIAS_MORE, (francois,))))
    (seat,) = event.learners
    story.tell(story.words.filled, at, who=story.name(francois), seat=seat)
    story.mail()
    again = clock(NEXT_TUESDAY, 9, 10)
    _ = story.done(lambda store: do.invite_to_seats(store, act(again, NADIA, "once-more"), NADIAS_MORE, (PAUL,)))
    story.tell(story.words.invited_again, again, until=story.pool(NADIAS_MORE).invited[PAULS].until)
    story.mail()
    story.seats(NADIAS_MORE)


def accepting(story: Story, at: datetime, seat: SeatNo, learner: Person) -> Command:
    """What the link in the message that somebody has now leads to."""
    number, by = story.pool(NADIAS_MORE).invited[seat].number, learner.account or "nobody"
    return lambda store: do.accept_invitation(
        store, act(at, by, f"accept-{number}"), NADIAS_MORE, seat, number, learner=learner
    )
