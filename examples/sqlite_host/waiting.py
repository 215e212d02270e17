"""Two chapters of the demo: a session is sold out, and people wait for a place; others ask for one."""

from typing import Final

from lara_core.hosting import group_purchase as do
from lara_core.hosting import places
from lara_core.kernel.ids import RefundId, RegistrationId, SeatNo
from lara_core.kernel.people import Person
from lara_core.seats import Policy
from lara_core.sessions import NotEnoughPlaces, WaitingList
from sqlite_host.scene import (
    ADMIN,
    JUNE,
    JUNE_ENDS,
    JUNE_STARTS,
    MARCO,
    MARCOS_JUNE,
    MARCOS_JUNE_PAID,
    NEXT_FRIDAY,
    PRICE,
    SESSION,
    Story,
    act,
    buying,
    capturing,
    clock,
)

GIULIA: Final = "giulia.damico@example.com"
THEO: Final = "theo.leblanc@example.com"
SOFIA: Final = "sofia.conti@example.com"
SOFIAS: Final = SeatNo(2)
REFUND: Final = RefundId("refund-3")
GIULIAS, THEOS, SOFIAS_OWN = (RegistrationId(f"registration-{number}") for number in (2, 3, 4))


def waiting(story: Story) -> None:
    """A session is sold out at once; whoever came first gets what is cancelled (N2)."""
    story.page.chapter(story.words.waiting, story.show(NEXT_FRIDAY))
    selling_out(story)
    lining_up(story)
    offering(story)


def selling_out(story: Story) -> None:
    """A small session, with a waiting list, and all of it sold."""
    at, capacity = clock(NEXT_FRIDAY, 9), 2
    _ = story.done(
        lambda store: places.open_session(
            store,
            act(at, ADMIN, "open-june"),
            JUNE,
            starts=JUNE_STARTS,
            ends=JUNE_ENDS,
            capacity=capacity,
            waiting_list=WaitingList(automatic=True, offer_hours=24),
        )
    )
    story.tell(story.words.june_opened, at, capacity=capacity, starts=JUNE_STARTS)

    bought = clock(NEXT_FRIDAY, 9, 10)
    learners = story.person("luca.ferri@example.com"), story.person(SOFIA)
    policy = Policy(assign_at_purchase=True, buyers_cancel=True)
    prices = (PRICE, PRICE)
    _ = story.done(
        buying(
            bought,
            MARCO,
            MARCOS_JUNE,
            MARCOS_JUNE_PAID,
            session=JUNE,
            prices=prices,
            policy=policy,
            learners=learners,
        )
    )
    _ = story.done(capturing(bought, MARCO, MARCOS_JUNE_PAID, PRICE * 2))
    story.tell(story.words.june_sold_out, bought, names=tuple(map(story.name, learners)))
    story.mail()


def lining_up(story: Story) -> None:
    """Who comes too late waits, in order of arrival."""
    giulia, theo, at = story.person(GIULIA), story.person(THEO), clock(NEXT_FRIDAY, 9, 30)
    story.tell(story.words.giulia_too_late, at)
    refusal = story.refused(
        lambda store: places.register(store, act(at, "giulia.damico", "register"), GIULIAS, session=JUNE, person=giulia)
    )
    story.sees("a session that is sold out has no place", kept=refusal == NotEnoughPlaces(1, 0))
    for by, person in (("giulia.damico", giulia), ("theo.leblanc", theo)):
        joining(story, by, person)
    story.tell(story.words.both_wait, clock(NEXT_FRIDAY, 9, 40))


def joining(story: Story, by: str, person: Person) -> None:
    """Somebody gets in line."""
    at = clock(NEXT_FRIDAY, 9, 40)
    _ = story.done(lambda store: places.join_waiting_list(store, act(at, by, "wait"), JUNE, person))


def offering(story: Story) -> None:
    """The buyer cancels, for the policy lets them; the place goes to the first in line, and to nobody else."""
    at, giulia = clock(NEXT_FRIDAY, 10), story.person(GIULIA)
    _ = story.done(
        lambda store: do.cancel_seats(
            store, act(at, MARCO, "cancel-june"), MARCOS_JUNE, (SOFIAS,), refund=REFUND, as_buyer=True
        )
    )
    money = story.charge(MARCOS_JUNE_PAID).seats[MARCOS_JUNE][SOFIAS]
    story.tell(story.words.marco_cancels, at, seat=SOFIAS, back=money.back)
    session = story.session(JUNE)
    offer = session.offer_to(giulia, at)
    story.sees("the first in line is offered the place", kept=offer is not None)
    story.tell(story.words.offered, until=next(hold.until for hold in session.holds.values() if hold.to))
    story.mail()

    taken = clock(NEXT_FRIDAY, 11)
    _ = story.done(
        lambda store: places.register(
            store, act(taken, "giulia.damico", "register"), GIULIAS, session=JUNE, person=giulia, hold=offer
        )
    )
    first = story.session(JUNE).queue
    story.tell(story.words.offer_taken, taken, first=tuple(map(story.name, first)))
    story.mail()


def approving(story: Story) -> None:
    """Two ask for a place, which is kept for them meanwhile; one gets it, the other does not (N4)."""
    story.page.chapter(story.words.approving)
    theo, sofia, at = story.person(THEO), story.person(SOFIA), clock(NEXT_FRIDAY, 14)
    for by, one, person in (("theo.leblanc", THEOS, theo), ("sofia.conti", SOFIAS_OWN, sofia)):
        asking(story, by, one, person)
    story.tell(story.words.both_ask, at, left=story.left(at))

    approved = clock(NEXT_FRIDAY, 15)
    _ = story.done(lambda store: places.approve_registration(store, act(approved, ADMIN, "approve"), THEOS))
    story.tell(story.words.approved, approved)
    refused, nothing = act(approved, ADMIN, "refuse"), RefundId("nothing")  # she has not paid for it
    _ = story.done(lambda store: places.refuse_registration(store, refused, SOFIAS_OWN, refund=nothing))
    story.tell(story.words.not_approved, left=story.left(approved))
    story.mail()

    left = clock(NEXT_FRIDAY, 15, 30)
    _ = story.done(lambda store: places.leave_waiting_list(store, act(left, "theo.leblanc", "leave"), JUNE, theo))
    story.sees("who leaves the list waits no more", kept=not story.session(JUNE).queue)
    story.tell(story.words.left_the_list, left)


def asking(story: Story, by: str, registration: RegistrationId, person: Person) -> None:
    """Somebody asks for a place that needs approval."""
    at = clock(NEXT_FRIDAY, 14)
    _ = story.done(
        lambda store: places.register(
            store, act(at, by, "ask"), registration, session=SESSION, person=person, approval=True
        )
    )
