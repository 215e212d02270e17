"""Four chapters of the demo: two partner companies, their credits, and what happens when these run out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lara_core.hosting import entitlements, partners, wallets
from lara_core.kernel.credits import Credits
from lara_core.kernel.ids import ActorId, EnrolmentId, LimitId, PartnerId
from lara_core.kernel.people import Person
from lara_core.participants import EnrolmentState
from lara_core.rights import PARTNER_ADMINISTRATOR, Scope
from lara_core.spending import LimitReached
from lara_core.telling.texts import InCredits
from lara_core.wallet import NotEnoughCredits
from sqlite_host.people import read_team
from sqlite_host.scene import (
    ADMIN,
    CARLA,
    COURSE,
    FOURTH_FRIDAY,
    FOURTH_THURSDAY,
    FOURTH_TUESDAY,
    FOURTH_WEDNESDAY,
    HARBOUR,
    HUGO,
    MINA,
    NAMES,
    ORCHARD,
    STORY,
    Command,
    Story,
    act,
    clock,
)

GENERAL: Final = Credits(60)
PERSONAL: Final = Credits(40)  # Harbour's own price
THRESHOLD: Final = Credits(100)
LIMIT: Final = LimitId("spring")


def partnering(story: Story) -> None:
    """Two partners at different prices, a top-up, and a list of people who are enrolled at once (W2 to W6)."""
    story.page.chapter(story.words.partnering, story.show(FOURTH_TUESDAY))
    at = clock(FOURTH_TUESDAY, 9)
    attaching(story, HARBOUR, (HUGO, MINA))
    attaching(story, ORCHARD, (CARLA,))
    story.tell(story.words.attached, at, harbour=NAMES[HARBOUR], orchard=NAMES[ORCHARD])
    _ = story.done(
        lambda store: partners.offer_course(
            store, act(at, ADMIN, "offer"), COURSE, price=GENERAL, personal={HARBOUR: PERSONAL, ORCHARD: None}
        )
    )
    rows = [story.words.price_columns]
    with story.store.transaction() as work:
        offering = work.offerings.get(COURSE)
    for partner in (HARBOUR, ORCHARD):
        price = InCredits(offering.price_for(partner))
        rows.append((NAMES[partner], story.words.training, story.show(price)))
    story.page.table(rows, "<<>", rule=True)
    for partner, amount in ((HARBOUR, 250), (ORCHARD, 300)):
        topping_up(story, clock(FOURTH_TUESDAY, 10), partner, amount)

    at, people = clock(FOURTH_TUESDAY, 14), listed(story, "crew")
    _ = story.done(enrolling(at, HUGO, HARBOUR, people, PERSONAL))
    left = balance(story, HARBOUR)
    story.sees("a batch is debited one by one", kept=left == 250 - len(people) * PERSONAL)
    story.tell(story.words.crew_enrolled, at, file="crew.csv", people=len(people), left=InCredits(left))
    story.mail()


def attaching(story: Story, partner: PartnerId, administrators: tuple[ActorId, ...]) -> None:
    """A company with its administrators, who may do there what such do, and a wallet."""
    at = clock(FOURTH_TUESDAY, 9)
    _ = story.done(lambda store: partners.create_partner(store, act(at, ADMIN, partner), partner, name=NAMES[partner]))
    for one in administrators:
        appointing(story, partner, one)
    _ = story.done(
        lambda store: wallets.open_wallet(store, act(at, ADMIN, f"wallet-{partner}"), partner, threshold=THRESHOLD)
    )


def appointing(story: Story, partner: PartnerId, one: ActorId) -> None:
    """Somebody becomes an administrator, and is granted what they need, within the partner (W2, R2)."""
    at = clock(FOURTH_TUESDAY, 9)
    _ = story.done(lambda store: partners.appoint_administrator(store, act(at, ADMIN, f"appoint-{one}"), partner, one))
    _ = story.done(lambda store: entitlements.admit(store, act(at, ADMIN, f"admit-{one}"), one, partner=partner))
    _ = story.done(
        lambda store: entitlements.grant_role(
            store, act(at, ADMIN, f"grant-{one}"), one, PARTNER_ADMINISTRATOR, scope=Scope()
        )
    )


def running_out(story: Story) -> None:
    """A list that does not fit, refused twice and told of once; a top-up, and the list again (W4, W5)."""
    story.page.chapter(story.words.running_out, story.show(FOURTH_WEDNESDAY))
    at, newcomers = clock(FOURTH_WEDNESDAY, 9), listed(story, "newcomers")
    story.tell(story.words.newcomers, at, file="newcomers.csv")
    refusal = story.refused(enrolling(at, HUGO, HARBOUR, newcomers, PERSONAL))
    people, left = len(newcomers), balance(story, HARBOUR)
    fit = left // PERSONAL
    expected = NotEnoughCredits(HARBOUR, 2, PERSONAL, people, PERSONAL * people, left, fit)
    story.sees("a refusal says what it costs, what there is, and how many fit", kept=refusal == expected)
    story.page.table(
        [
            (story.words.costs.format(people=people, price=PERSONAL), story.show(InCredits(PERSONAL * people))),
            (story.words.available, story.show(InCredits(left))),
            (story.words.would_fit, story.show(fit)),
        ],
        "<>",
    )
    story.mail()

    later = clock(FOURTH_WEDNESDAY, 9, 5)
    story.tell(story.words.tried_again, later)
    told = put_out(story)
    again = story.refused(enrolling(later, MINA, HARBOUR, newcomers, PERSONAL))
    once = again == refusal and put_out(story) == told
    story.sees("an episode is told once, however often it is refused", kept=once)
    story.tell(story.words.nobody_told)
    topping_up(story, clock(FOURTH_WEDNESDAY, 11), HARBOUR, 200)
    at = clock(FOURTH_WEDNESDAY, 14)
    _ = story.done(enrolling(at, HUGO, HARBOUR, newcomers, PERSONAL))
    story.tell(story.words.newcomers_enrolled, at, people=people, left=InCredits(balance(story, HARBOUR)))
    story.mail()


def giving_back(story: Story) -> None:
    """Who withdraws gets nothing back by that; what was paid is given back once, by the organisation (W8)."""
    story.page.chapter(story.words.giving_back, story.show(FOURTH_THURSDAY))
    at, enrolment = clock(FOURTH_THURSDAY, 9), EnrolmentId("newcomers-4")
    before = balance(story, HARBOUR)
    _ = story.done(lambda store: partners.withdraw_participant(store, act(at, MINA, "withdraw"), enrolment))
    story.sees("withdrawing gives nothing back", kept=balance(story, HARBOUR) == before)
    story.tell(story.words.withdrawn, at)
    back = clock(FOURTH_THURSDAY, 11)
    reason = story.words.reversal_reason
    _ = story.done(
        lambda store: partners.reverse_enrolment(store, act(back, ADMIN, "reverse"), enrolment, reason=reason)
    )
    with story.store.transaction() as work:
        reversed_ = work.enrolments.get(enrolment).state is EnrolmentState.REVERSED
    after = balance(story, HARBOUR)
    story.sees("a reversal is in full", kept=reversed_ and after == before + PERSONAL)
    story.tell(story.words.given_back, back, amount=InCredits(PERSONAL), reason=reason, left=InCredits(after))


def limiting(story: Story) -> None:
    """What two partners may spend between them, whichever of them is first (W10)."""
    story.page.chapter(story.words.limiting, story.show(FOURTH_FRIDAY))
    at, amount = clock(FOURTH_FRIDAY, 9), Credits(100)
    _ = story.done(lambda store: wallets.set_limit(store, act(at, ADMIN, "limit"), LIMIT, amount, (HARBOUR, ORCHARD)))
    story.tell(story.words.limit_set, at, amount=InCredits(amount))
    rosa, jan, kim = (Person.of(f"{name}@example.com") for name in ("rosa.vitale", "jan.visser", "kim.lee"))
    at = clock(FOURTH_FRIDAY, 10)
    _ = story.done(enrolling(at, CARLA, ORCHARD, {EnrolmentId("rosa"): rosa}, GENERAL))
    story.tell(story.words.orchard_enrols, at, who=rosa, price=InCredits(GENERAL))
    at = clock(FOURTH_FRIDAY, 11)
    story.tell(story.words.harbour_enrols, at)
    both = {EnrolmentId("kim"): kim, EnrolmentId("jan"): jan}
    refusal = story.refused(enrolling(at, HUGO, HARBOUR, both, PERSONAL))
    left = amount - GENERAL
    story.sees("two wallets spend under one limit", kept=refusal == LimitReached(LIMIT, PERSONAL * 2, left))
    at = clock(FOURTH_FRIDAY, 12)
    _ = story.done(enrolling(at, HUGO, HARBOUR, {EnrolmentId("jan"): jan}, PERSONAL))
    story.tell(story.words.one_fits, at, who=jan)
    story.mail()


# --- What they do again and again


def topping_up(story: Story, at: datetime, partner: PartnerId, amount: int) -> None:
    """The organisation adds credits, and says why (W6)."""
    by, reason = act(at, ADMIN, f"top-up-{partner}-{amount}"), story.words.top_up_reason
    _ = story.done(lambda store: wallets.top_up(store, by, partner, Credits(amount), reason=reason))
    story.tell(story.words.topped_up, at, partner=NAMES[partner], amount=InCredits(amount))


def listed(story: Story, name: str) -> dict[EnrolmentId, Person]:
    """The people of a list, each under the id of their enrolment."""
    people = read_team(STORY / f"{name}.csv", story.directory)
    return {EnrolmentId(f"{name}-{number}"): person for number, person in enumerate(people, 1)}


def enrolling(
    at: datetime, by: ActorId, partner: PartnerId, people: Mapping[EnrolmentId, Person], shown: Credits
) -> Command:
    """An administrator enrols people at the price that they were shown."""
    doing = act(at, by, f"enrol-{next(iter(people))}")
    return lambda store: partners.enrol(store, doing, partner, COURSE, people, shown=shown)


def put_out(story: Story) -> int:
    """How many notices there are, sent or not."""
    with story.store.transaction() as work:
        return int(work.db.execute("SELECT count(*) FROM outbox").fetchone()[0])


def balance(story: Story, partner: PartnerId) -> int:
    """What is in a wallet."""
    with story.store.transaction() as work:
        return work.wallets.get(partner).balance
