"""Hypothesis strategies for the values of this library, and for states that real commands reached.

No state is built by hand: sessions, pools and their events are what the rules allowed when commands were tried on
them one after another. So whatever a strategy gives, a host may find in its database.

`lara_core.testing.plugin` registers them, so that `hypothesis.strategies.from_type(SeatPool)` works by itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, cast, get_args

try:
    from hypothesis import reject
    from hypothesis import strategies as st
    from hypothesis.strategies import DrawFn, SearchStrategy
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("strategies need Hypothesis: install lara-core[testing]") from missing

from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import AccountId, ActorId, HoldId, Id, Key, PoolId, SeatNo, SessionId, TransactionId
from lara_core.kernel.iso4217 import DIGITS
from lara_core.kernel.money import MOST, Currency, Money
from lara_core.kernel.people import EmailAddress, Person, distinct
from lara_core.kernel.receipts import Receipt
from lara_core.kernel.validators import ID_LENGTH
from lara_core.seats import Policy, SeatDecision, SeatEvent, SeatPool
from lara_core.sessions import Hold, Session, SessionDecision, SessionEvent
from lara_core.telling.notices import Notice
from lara_core.telling.notices import notices as notices_of

KindOfId = TypeVar("KindOfId", bound=Id)
E = TypeVar("E", bound=Event)

# This century: what schedules are about. Clocks of earlier ones are another matter.
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2099, 12, 31, tzinfo=UTC)
_GAPS: Final = (0, 1, 1_000_000, 3_600_000_000, 86_400_000_000, 864_000_000_000)  # microseconds

# --- Values


def ids(kind: type[KindOfId]) -> SearchStrategy[KindOfId]:
    """Ids of one kind, as `ids(PoolId)`: mostly short, some as long as may be, in any script."""
    short = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
    return st.one_of(short, short, short.map(_at_full_length)).map(kind)


def _at_full_length(text: str) -> str:
    return (text * ID_LENGTH)[:ID_LENGTH]


def accounts() -> SearchStrategy[AccountId]:
    """Accounts on a host's platform."""
    return ids(AccountId)


def actors() -> SearchStrategy[ActorId]:
    """Who does something."""
    return ids(ActorId)


def keys() -> SearchStrategy[Key]:
    """Idempotency keys (K4)."""
    return ids(Key)


def seat_numbers(most: int = 1_000_000) -> SearchStrategy[SeatNo]:
    """Seat numbers from 1 to *most*."""
    return st.integers(1, most).map(SeatNo)


def currencies() -> SearchStrategy[Currency]:
    """Any currency; those of no, two and three digits above all."""
    return (st.sampled_from(("EUR", "JPY", "KWD")) | st.sampled_from(sorted(DIGITS))).map(Currency)


def money(currency: Currency | None = None, *, least: int = -MOST, most: int = MOST) -> SearchStrategy[Money]:
    """Amounts from *least* to *most* minor units, in *currency* or in any (K6)."""
    return st.builds(Money, st.integers(least, most), currencies() if currency is None else st.just(currency))


@st.composite
def prices(draw: DrawFn, *, most: int = 6) -> tuple[Money, ...]:
    """What is paid for 1 to *most* seats: in one currency, some free, none below zero."""
    currency = draw(currencies())
    amount = st.integers(0, 20_000) | st.integers(0, MOST // most)
    return tuple(Money(minor, currency) for minor in draw(st.lists(amount, min_size=1, max_size=most)))


_ATOMS: Final = "abcxyzABCXYZ0189!#$%&'*+/=?^_`{|}~-.."
_LABELS: Final = "abcxyzABCXYZ0189-.."
# Letters of several scripts, some of them in two forms and two cases.
_LETTERS: Final = *"aZéßØλжЖ用あدन7+.", "e\N{COMBINING ACUTE ACCENT}"
_DOMAINS: Final = (
    "bücher.example.com",
    "STRASSE.example.com",
    "straße.example.com",
    "пример.example.org",
    "例え.example.net",
)


def addresses() -> SearchStrategy[EmailAddress]:
    """E-mail addresses, plain and international, in any case (K7)."""
    plain = st.text(_ATOMS, min_size=1, max_size=20)
    letters = st.lists(st.sampled_from(_LETTERS), min_size=1, max_size=12).map("".join)
    domains = st.text(_LABELS, max_size=20).map(lambda labels: f"{labels}.example.com")
    return st.builds(_address, plain | plain | letters, domains | domains | st.sampled_from(_DOMAINS))


def _address(local: str, domain: str) -> EmailAddress:
    # What was drawn is mended rather than thrown away.
    labels = ".".join(_tidy(label, "-") for label in domain.split("."))
    return EmailAddress(f"{_tidy(local, '.') or 'x'}@{_tidy(labels, '.')}")


def _tidy(text: str, mark: str) -> str:
    """*text* with no *mark* at its ends, nor two in a row."""
    return mark.join(part for part in text.split(mark) if part)


def people(*, account: bool | None = None) -> SearchStrategy[Person]:
    """Somebody: with an account or without, or, where *account* says so, surely with or surely without (K7)."""
    if account is None:
        return st.builds(Person, addresses(), st.none() | accounts())
    return st.builds(Person, addresses(), accounts() if account else st.none())


def instants(least: datetime = _FIRST, most: datetime = _LAST) -> SearchStrategy[datetime]:
    """Points in time from *least* to *most*, in UTC, to the microsecond."""
    first, last = (each.astimezone(UTC).replace(tzinfo=None) for each in (least, most))
    return st.datetimes(first, last, timezones=st.just(UTC))


@st.composite
def zones(draw: DrawFn) -> Zone:
    """Time zones; those with odd clocks above all."""
    odd = "Europe/Paris", "America/Montreal", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca"
    try:
        return Zone(draw(st.sampled_from(odd) | st.timezone_keys(allow_prefix=False)))
    except BadValue:
        reject()  # a name that means something else on each machine, as `localtime`


@st.composite
def local_days(draw: DrawFn) -> LocalDay:
    """Days of this century in a zone, but for those that the zone skipped (K8)."""
    try:
        return LocalDay(draw(st.dates(_FIRST.date(), _LAST.date())), draw(zones()))
    except BadValue:
        reject()


def deadlines() -> SearchStrategy[Deadline]:
    """Deadlines by instant and by day (K8)."""
    return instants().map(Deadline.at) | local_days().map(lambda day: Deadline.on(day.date, day.zone))


def acts(at: SearchStrategy[datetime] | None = None) -> SearchStrategy[Act]:
    """Who, when, and under which key; *at* is a strategy for the time."""
    return st.builds(Act, instants() if at is None else at, actors(), keys())


def policies() -> SearchStrategy[Policy]:
    """Every policy there is."""
    return st.builds(Policy, assign_at_purchase=st.booleans())


def holds() -> SearchStrategy[Hold]:
    """Places held, with a deadline or secured."""
    return st.builds(Hold, st.integers(1, 1_000), st.none() | deadlines())


# --- What happened: one decision after another, as commands led to them; what was refused is left out


@st.composite
def session_histories(draw: DrawFn, *, tries: int = 0) -> tuple[SessionDecision, ...]:
    """All that happened to a session from its opening on, while time went by, maybe past its end (N1).

    At least so many commands are tried, and at most a dozen.
    """
    history = [_opened(draw, draw(st.none() | st.integers(0, 12)))]
    for act in _acts_after(draw, history[0].events[0].act, tries):
        with suppress(Refused):
            decision = _on_session(draw, history[-1].state, act)
            history += [decision] if decision.events else []
    return tuple(history)


@st.composite
def pool_histories(draw: DrawFn, *, tries: int = 0) -> tuple[SeatDecision, ...]:
    """All that happened to a pool from its purchase on, while time went by, maybe past its session's end (S).

    At least so many commands are tried, and at most a dozen.
    """
    session = _opened(draw, None).state
    cast, _ = distinct(draw(st.lists(people(account=True), min_size=2, max_size=6)))
    history = [_bought(draw, session, cast)]
    for act in _acts_after(draw, history[0].events[0].act, tries):
        with suppress(Refused):
            decision = _on_pool(draw, history[-1].state, act, session, cast)
            history += [decision] if decision.events else []
    return tuple(history)


def _opened(draw: DrawFn, capacity: int | None) -> SessionDecision:
    act = draw(acts(instants(most=_LAST - timedelta(days=100))))
    starts = act.at + draw(st.timedeltas(timedelta(hours=1), timedelta(days=60)))
    ends = starts + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=10)))
    return Session.open(act, draw(ids(SessionId)), starts=starts, ends=ends, capacity=capacity)


def _acts_after(draw: DrawFn, act: Act, least: int) -> Iterator[Act]:
    at = act.at
    # Drawn as a number, for lists are mostly short.
    for _ in range(draw(st.integers(least, 12))):
        at += timedelta(microseconds=draw(st.sampled_from(_GAPS)))
        yield draw(acts(st.just(at)))


def _on_session(draw: DrawFn, session: Session, act: Act) -> SessionDecision:
    known = (
        ["hold", "take", "resize"]
        + ["secure", "secure", "release"] * bool(session.holds)
        + ["give_back"] * bool(session.taken)
    )
    held, places = [None, *sorted(session.holds)], st.sampled_from((1, 2, session.available(act.at) or 3))
    match draw(st.sampled_from(known)):
        case "hold":
            end = act.at + draw(st.timedeltas(timedelta(0), timedelta(days=2)))
            until = draw(st.sampled_from((Deadline.at(end), Deadline.on(end.date(), Zone("America/Montreal")))))
            return session.hold(act, draw(ids(HoldId)), draw(places), until=until)
        case "secure":
            return session.secure(act, draw(st.sampled_from(sorted(session.holds))))
        case "release":
            return session.release(act, draw(st.sampled_from(sorted(session.holds))))
        case "take":
            return session.take(act, draw(places), hold=draw(st.sampled_from(held)))
        case "give_back":
            return session.give_back(act, draw(st.integers(1, session.taken)))
        case _:
            used = session.taken + session.held(act.at)
            return session.resize(act, draw(st.none() | st.integers(used, used + 30)))


def _bought(draw: DrawFn, session: Session, cast: Sequence[Person]) -> SeatDecision:
    policy, paid = draw(policies()), draw(prices())
    if policy.assign_at_purchase:
        paid = paid[: len(cast)]
    named = len(paid) if policy.assign_at_purchase else draw(st.integers(0, min(len(cast), len(paid))))
    latest = draw(st.sampled_from((*[session.starts] * 4, session.ends))) - timedelta(seconds=1)
    return SeatPool.buy(
        draw(acts(instants(latest - timedelta(days=30), latest))),
        draw(ids(PoolId)),
        session=session,
        transaction=draw(ids(TransactionId)),
        buyer=draw(actors()),
        prices=paid,
        policy=policy,
        learners=cast[:named],
        seated=(),
    )


def _on_pool(draw: DrawFn, pool: SeatPool, act: Act, session: Session, cast: Sequence[Person]) -> SeatDecision:
    seated = {key for person in pool.enrolled.values() for key in person.keys}
    absent = [person for person in cast if not person.is_in(seated)]
    known = ["assign"] * 3 * bool(pool.free and absent) + ["revoke"] * 3 * bool(pool.enrolled)
    known += ["cancel"] * bool(pool.free or pool.enrolled)
    match draw(st.sampled_from(known or ["nothing"])):
        case "assign":
            # Some come twice, and some who sit already.
            others = draw(st.lists(st.sampled_from(cast), max_size=3))
            return pool.assign(act, [draw(st.sampled_from(absent)), *others], session=session, seated=seated)
        case "revoke":
            seat, to = draw(st.sampled_from(sorted(pool.enrolled))), draw(st.sampled_from([None, *absent]))
            return pool.revoke(act, seat, to=to, session=session, seated=seated)
        case "cancel":
            seats = draw(st.lists(st.sampled_from([*pool.free, *sorted(pool.enrolled)]), min_size=1, max_size=2))
            return pool.cancel(act, seats, session=session)
        case _:
            return Decision(pool)


# --- What came of it


def sessions() -> SearchStrategy[Session]:
    """Sessions that real commands reached."""
    return session_histories().map(lambda history: history[-1].state)


def seat_pools() -> SearchStrategy[SeatPool]:
    """Seat pools that real commands reached."""
    return pool_histories().map(lambda history: history[-1].state)


def session_events() -> SearchStrategy[SessionEvent]:
    """Events of sessions, each as it happened in a history."""
    return session_histories().flatmap(lambda history: st.sampled_from(_events(history)))


def seat_events() -> SearchStrategy[SeatEvent]:
    """Events of seat pools, each as it happened in a history."""
    return pool_histories().flatmap(lambda history: st.sampled_from(_events(history)))


def events_of(kind: type[E]) -> SearchStrategy[E]:
    """Events of one kind, as `events_of(SeatRevoked)`, each as it happened in a history."""
    histories = session_histories(tries=6) if kind in get_args(SessionEvent) else pool_histories(tries=6)

    def of_kind(history: Sequence[Decision[object, Event]]) -> Sequence[E]:
        return cast("list[E]", [event for event in _events(history) if isinstance(event, kind)])

    return histories.map(of_kind).filter(bool).flatmap(st.sampled_from)


@st.composite
def receipts(draw: DrawFn) -> Receipt:
    """Receipts of single decisions, each as it was in a history."""
    history: Sequence[Decision[Aggregate, Event]] = draw(session_histories() | pool_histories())
    decision = draw(st.sampled_from(history))
    return Receipt.of(decision.events[0].act, (decision,))


def notices() -> SearchStrategy[Notice]:
    """Notices of what happened to a pool."""
    told = pool_histories().map(lambda history: [notice for decision in history for notice in notices_of(decision)])
    return told.filter(bool).flatmap(st.sampled_from)


def _events(history: Sequence[Decision[object, E]]) -> list[E]:
    return [event for decision in history for event in decision.events]
