"""Two chapters of the demo: an offer for what is sold elsewhere, and what those who have it may open."""

from datetime import datetime
from typing import Final

from lara_core.access import Answer, CourseFacts, NotEntitled, NotYet, Open
from lara_core.hosting import offers
from lara_core.kernel.ids import CourseId, GrantId, LessonId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessTerms,
    Duration,
    GrantState,
    Moment,
    NothingLonger,
    OfferNotForSale,
    OfferTerms,
    Product,
    purchase_history,
)
from sqlite_host.scene import ADMIN, FIFTH_THURSDAY, FIFTH_WEDNESDAY, ZONE, Story, act, clock

ONLINE: Final = CourseId("first-aid-online")
BREATHING, BLEEDING, BURNS = LessonId("breathing"), LessonId("bleeding"), LessonId("burns")
OFFER: Final = OfferId("first-aid-online")
PRIYAS: Final = GrantId("priya-1")
PRIYA: Final = "priya.nair@example.com"
OFFER_PRICE: Final = Money.of("49.00", "CAD")
BEGINS: Final = Moment.on(FIFTH_THURSDAY, ZONE)
FIFTH_DAY: Final = FIFTH_THURSDAY.replace(month=12, day=31)


def elsewhere(story: Story) -> None:
    """A draft is not sold here, and grants all the same: once to each, whoever asks how often (O1, O2, O4)."""
    story.page.chapter(story.words.elsewhere, story.show(FIFTH_WEDNESDAY))
    drafting(story, clock(FIFTH_WEDNESDAY, 9))
    priya = story.person(PRIYA)
    unsold = clock(FIFTH_WEDNESDAY, 9, 30)
    story.tell(story.words.sells_a_draft, unsold)
    selling = act(unsold, ADMIN, "sell")
    refusal = story.refused(lambda store: offers.sell_offer(store, selling, PRIYAS, OFFER, priya, price=OFFER_PRICE))
    story.sees("a draft is not sold", kept=refusal == OfferNotForSale(OFFER))

    at = clock(FIFTH_WEDNESDAY, 10)
    granting(story, at, PRIYAS, priya)
    story.tell(story.words.bought_elsewhere, at, who=story.name(priya))
    story.mail()
    again = clock(FIFTH_WEDNESDAY, 10, 5)
    granting(story, again, GrantId("priya-2"), story.person(PRIYA.upper()))
    with story.store.transaction() as work:
        found = work.offer_grants.of_person(priya)
    story.sees("an offer is granted once to each", kept=[grant.id for grant in found] == [PRIYAS])
    story.tell(story.words.granted_twice, again)
    bought = purchase_history(found)
    rows = [story.words.history_columns]
    for one in bought:
        price = "–" if one.price is None else story.show(one.price)
        rows.append((one.title, price, story.words.charged if one.charged else story.words.not_charged))
    story.page.table(rows, "<><", rule=True)


def drafting(story: Story, at: datetime) -> None:
    """Two lessons of three, from tomorrow on, for three months; the second comes two days after the first (O1)."""
    with story.store.transaction() as work:
        work.describe(CourseFacts(ONLINE, published=True))
    own = Product(
        AccessTerms(BEGINS, Duration(ZONE, months=3)),
        frozenset({BREATHING, BLEEDING}),
        {BLEEDING: Duration(ZONE, days=2)},
    )
    terms = OfferTerms(story.words.online, {ONLINE: own}, OFFER_PRICE)
    drafted = act(at, ADMIN, "draft")
    _ = story.done(lambda store: offers.draft_offer(store, drafted, OFFER, terms))
    story.tell(story.words.drafted, at, offer=story.words.online, price=OFFER_PRICE, begins=FIFTH_THURSDAY)


def granting(story: Story, at: datetime, grant: GrantId, person: Person) -> None:
    """The training office grants the offer to somebody who bought it in another shop."""
    doing = act(at, ADMIN, grant)
    _ = story.done(lambda store: offers.grant_access(store, doing, OFFER, [(grant, person)]))


def lessons(story: Story) -> None:
    """May she open this lesson now and, if not, why and from when (O5)? Extended, then revoked (O4)."""
    story.page.chapter(story.words.lessons)
    early = clock(FIFTH_WEDNESDAY, 11)
    story.tell(story.words.clicks, early, lesson=story.words.breathing)
    not_yet = asked(story, early, BREATHING)
    story.sees("access begins when the offer says", kept=not_yet == NotYet(BEGINS.instant))
    follows = next_one(story, early)
    story.sees("what opens next is what was asked for", kept=follows == (BEGINS.instant, (BREATHING,)))

    story.page.day(story.show(FIFTH_THURSDAY))
    at = clock(FIFTH_THURSDAY, 9)
    story.tell(story.words.clicks, at, lesson=story.words.breathing)
    opened = asked(story, at, BREATHING)
    story.sees("a lesson opens when it was said to", kept=isinstance(opened, Open))
    for lesson, name in ((BLEEDING, story.words.bleeding), (BURNS, story.words.burns)):
        story.tell(story.words.clicks, at, lesson=name)
        _ = asked(story, at, lesson)

    extending(story)
    revoking(story)


def asked(story: Story, at: datetime, lesson: LessonId) -> Answer:
    """Priya clicks on a lesson, and is told."""
    priya = story.person(PRIYA)
    answer = offers.may_open_lesson(story.store, act(at, "priya.nair", f"look-{lesson}"), priya, ONLINE, lesson)
    if isinstance(answer, Open):
        story.sees("access is for three months", kept=answer.until is not None)
        story.page.mark("✓", story.words.opens_until.format(until=story.show(answer.until or at)))
    else:
        story.page.mark("✗", f"{story.texts.say(answer, story.language)} [{answer.code}]")
    return answer


def next_one(story: Story, at: datetime) -> tuple[datetime, tuple[LessonId, ...]] | None:
    """What opens next for Priya, and when."""
    priya, looking = story.person(PRIYA), act(at, "priya.nair", "next")
    found = offers.next_opening(story.store, looking, priya, ONLINE, (BREATHING, BLEEDING, BURNS))
    return None if found is None else (found.at, found.lessons)


def extending(story: Story) -> None:
    """More time is given; less is not, for an extension takes nothing away (O4)."""
    at = clock(FIFTH_THURSDAY, 10)
    longer = act(at, ADMIN, "extend")
    _ = story.done(lambda store: offers.extend_access(store, longer, PRIYAS, Moment.through(FIFTH_DAY, ZONE)))
    story.tell(story.words.extended, at, until=FIFTH_DAY)
    story.mail()
    later, june = clock(FIFTH_THURSDAY, 10, 5), FIFTH_THURSDAY.replace(month=6, day=30)
    shorter, earlier = act(later, ADMIN, "shorten"), Moment.through(june, ZONE)
    story.tell(story.words.shortens, later, until=june)
    refusal = story.refused(lambda store: offers.extend_access(store, shorter, PRIYAS, earlier))
    story.sees("an extension takes nothing away", kept=refusal == NothingLonger(earlier.instant))


def revoking(story: Story) -> None:
    """What is taken away does not come back by itself, with whatever list (O4)."""
    at, priya = clock(FIFTH_THURSDAY, 15), story.person(PRIYA)
    revoked = act(at, ADMIN, "revoke")
    _ = story.done(lambda store: offers.revoke_access(store, revoked, PRIYAS))
    story.tell(story.words.revoked, at)
    story.mail()
    again = clock(FIFTH_THURSDAY, 15, 30)
    granting(story, again, GrantId("priya-3"), priya)
    with story.store.transaction() as work:
        state = work.offer_grants.get(PRIYAS).state
    story.sees("a list does not revive what was revoked", kept=state is GrantState.REVOKED)
    story.tell(story.words.not_revived, again, lesson=story.words.breathing)
    answer = asked(story, again, BREATHING)
    story.sees("what was revoked opens nothing", kept=answer == NotEntitled(ONLINE))
