"""Hypothesis strategies for the values of this library, and for states that real commands reached.

No state is built by hand: sessions, pools and their events are what the rules allowed when commands were tried on
them one after another. So whatever a strategy gives, a host may find in its database.

`lara_core.testing.plugin` registers them, so that `hypothesis.strategies.from_type(SeatPool)` works by itself.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, cast, get_args

from attrs import evolve

try:
    from hypothesis import reject
    from hypothesis import strategies as st
    from hypothesis.strategies import DrawFn, SearchStrategy
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("strategies need Hypothesis: install lara-core[testing]") from missing

from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import AccountId, ActorId, HoldId, Id, Key, PoolId, RefundId, SeatNo, SessionId, TransactionId
from lara_core.kernel.iso4217 import DIGITS
from lara_core.kernel.money import MOST, Currency, Money
from lara_core.kernel.people import EmailAddress, Person, PersonKey, distinct
from lara_core.kernel.receipts import Receipt
from lara_core.kernel.validators import ID_LENGTH
from lara_core.refunds import (
    Charge,
    ChargeDecision,
    ChargeEvent,
    Override,
    Refund,
    RefundFailed,
    RefundRetried,
    RefundState,
    RefundSucceeded,
    RefundTerms,
    SeatMoney,
    SeatsSettled,
)
from lara_core.seats import (
    Invitation,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDeclined,
    InvitationsExpired,
    LearnerWithdrew,
    Mode,
    Policy,
    PoolHandedOver,
    RemindersSent,
    SeatDecision,
    SeatEvent,
    SeatPool,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
)
from lara_core.sessions import Hold, Session, SessionDecision, SessionEvent
from lara_core.telling.notices import Notice
from lara_core.telling.notices import notices as notices_of

KindOfId = TypeVar("KindOfId", bound=Id)
E = TypeVar("E", bound=Event)

# This century: what schedules are about. Clocks of earlier ones are another matter.
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2099, 12, 31, tzinfo=UTC)
_GAPS: Final = (0, 1, 1_000_000, 3_600_000_000, 86_400_000_000, 864_000_000_000)  # microseconds
_BOTH: Final = frozenset(Mode)

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
    # Drawn as a number, for lists are mostly short.
    seats = draw(st.integers(1, most))
    return tuple(Money(draw(amount), currency) for _ in range(seats))


_ATOMS: Final = "abcxyzABCXYZ0189!#$%&'*+/=?^_`{|}~-.."
_LABELS: Final = "abcxyzABCXYZ0189-.."
# Letters of several scripts, some of them in two forms and two cases.
_LETTERS: Final = *"aZéßØλжЖ用あدन7+.", "e\N{COMBINING ACUTE ACCENT}"
_LETTERS_AND_MARKS: Final = "abzéßλжあد.,:!?«»'-"
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
    """Every policy there is; those with few reminders, of invitations that last an hour, a day or a week, above all."""
    return st.builds(
        Policy,
        assign_at_purchase=st.booleans(),
        modes=st.sampled_from((_BOTH, _BOTH, *(frozenset({mode}) for mode in Mode))),
        invitation_hours=st.sampled_from((1, 24, 7 * 24)) | st.integers(1, 366 * 24),
        reminders=st.sampled_from((0, 1, 2)) | st.integers(0, 100),
        withdrawal=st.booleans(),
    )


def invitations() -> SearchStrategy[Invitation]:
    """Invitations to accounts and to bare addresses, reminded or not."""
    return st.builds(Invitation, st.integers(1, 1_000), people(), deadlines(), st.integers(0, 3))


def holds() -> SearchStrategy[Hold]:
    """Places held, with a deadline or secured."""
    return st.builds(Hold, st.integers(1, 1_000), st.none() | deadlines())


@st.composite
def terms(draw: DrawFn, currency: Currency | None = None) -> RefundTerms:
    """What a provider keeps of a cancelled seat, in *currency* or in any (S12); nothing, and all, above all."""
    kept_in = draw(currencies()) if currency is None else currency
    fee = st.just(0) | st.integers(0, 2_000)
    return RefundTerms(
        draw(st.sampled_from(("0", "100", "12.5", "33.333")) | st.integers(0, 100).map(str)),
        Money(draw(fee), kept_in),
        # Some are more than one seat can bear.
        Money(draw(fee | st.integers(0, 200_000)), kept_in),
        draw(st.sampled_from((0, 1, 48)) | st.integers(0, 366 * 24)),
    )


def overrides() -> SearchStrategy[Override]:
    """Reasons to set the terms aside (S12)."""
    return st.text(_LETTERS_AND_MARKS, min_size=1, max_size=20).map(Override)


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


def pool_histories(*, tries: int = 0) -> SearchStrategy[tuple[SeatDecision, ...]]:
    """All that happened to a pool from its purchase on, while time went by, maybe past its session's end (S).

    Invitations are answered in time, or too late, or never. At least so many commands are tried, and at most a dozen.
    """
    return _pool_histories(tries, None)


@st.composite
def _pool_histories(draw: DrawFn, tries: int, wanted: type[Event] | None) -> tuple[SeatDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    session, policy = _opened(draw, None).state, draw(policies())
    if wanted is not None and wanted is not SeatsBought:
        policy = evolve(policy, modes=_BOTH, reminders=policy.reminders or 1, withdrawal=True)
    bare = draw(st.lists(people(account=False), min_size=int(wanted is InvitationCorrected), max_size=3))
    cast, _ = distinct(draw(st.lists(people(account=True), min_size=2, max_size=5)) + bare)
    history = [_bought(draw, session, cast, policy)]
    at = history[0].events[0].act.at
    # Drawn as a number, for lists are mostly short.
    for _ in range(draw(st.integers(tries, 12))):
        at = draw(st.sampled_from(_moments(at, history[-1].state)))
        with suppress(Refused):
            decision = _on_pool(draw, history[-1].state, draw(acts(st.just(at))), session, cast, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


def charge_histories(*, tries: int = 0) -> SearchStrategy[tuple[ChargeDecision, ...]]:
    """All that happened to a charge from its capture on, for a transaction of one pool or two (S12).

    Seats are settled in time, or too late, or without a refund; refunds succeed, fail, and are tried again. At least so
    many commands are tried, and at most a dozen.
    """
    return _charge_histories(tries, None)


@st.composite
def _charge_histories(draw: DrawFn, tries: int, wanted: type[Event] | None) -> tuple[ChargeDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    session, paid = _opened(draw, None).state, draw(prices())
    currency = paid[0].currency
    cut = draw(st.integers(0, len(paid)))
    # Seats are numbered from 1 in each pool, so that two of one charge may have the same number.
    first, second = draw(st.lists(ids(PoolId), min_size=2, max_size=2, unique=True))
    pools = {
        pool: {SeatNo(number): price for number, price in enumerate(some, 1)}
        for pool, some in ((first, paid[:cut]), (second, paid[cut:]))
        if some
    }
    # Now and then less was captured than the seats say: a price may be wrong, and no more goes back for it.
    captured = draw(st.sampled_from((*[Money.total(paid, currency)] * 3, paid[0])))
    at = draw(instants(session.starts - timedelta(days=40), session.starts))
    history = [
        Charge.capture(
            draw(acts(st.just(at))),
            draw(ids(TransactionId)),
            buyer=draw(actors()),
            captured=captured,
            terms=draw(terms(currency)),
        )
    ]
    for act in _acts_after(draw, history[0].events[0].act, tries):
        with suppress(Refused):
            decision = _on_charge(draw, history[-1].state, act, session, pools, wanted)
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


def _bought(draw: DrawFn, session: Session, cast: Sequence[Person], policy: Policy) -> SeatDecision:
    at_once, confirming = (mode in policy.modes for mode in (Mode.IMMEDIATE, Mode.CONFIRMATION))
    with_accounts = [person for person in cast if person.account]
    able = cast if confirming else with_accounts
    paid = draw(prices())
    if policy.assign_at_purchase:
        paid = paid[: len(able)]
    count = len(paid) if policy.assign_at_purchase else draw(st.integers(0, min(len(able), len(paid))))
    enrolled = draw(st.integers(0 if confirming else count, min(count, len(with_accounts)) if at_once else 0))
    learners = with_accounts[:enrolled]
    invitees = draw(st.permutations([person for person in able if person not in learners]))[: count - enrolled]
    # From the start on nobody is invited.
    over = session.starts if invitees else session.ends
    latest = draw(st.sampled_from((*[session.starts] * 4, over))) - timedelta(seconds=1)
    return SeatPool.buy(
        draw(acts(instants(latest - timedelta(days=30), latest))),
        draw(ids(PoolId)),
        session=session,
        transaction=draw(ids(TransactionId)),
        buyer=draw(actors()),
        prices=paid,
        policy=policy,
        learners=learners,
        invitees=invitees,
        seated=(),
    )


def _moments(at: datetime, pool: SeatPool) -> Sequence[datetime]:
    """When the next thing may happen: after a while, or as an invitation ends, just in time and just too late."""
    ends = sorted({sent.until.instant for sent in pool.invited.values()})
    just = [moment for end in ends for moment in (end, end + timedelta(microseconds=1)) if moment > at]
    return [*(at + timedelta(microseconds=gap) for gap in _GAPS), *just]


# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, type[Event]]] = {
    **dict.fromkeys((InvitationAccepted, InvitationDeclined, InvitationsExpired, RemindersSent), SeatsInvited),
    InvitationCorrected: SeatsInvited,
    LearnerWithdrew: SeatsAssigned,
    **dict.fromkeys((RefundSucceeded, RefundFailed), SeatsSettled),
    RefundRetried: RefundFailed,
}


def _on_pool(
    draw: DrawFn, pool: SeatPool, act: Act, session: Session, cast: Sequence[Person], wanted: type[Event] | None
) -> SeatDecision:
    now, policy = pool.as_of(act.at, session), pool.policy
    seated, here = _sitting(pool), _sitting(now)
    absent = [person for person in cast if not person.is_in(here)]
    able = [person for person in absent if person.account]
    bare = [seat for seat, sent in now.invited.items() if sent.to.account is None]
    held = [*now.enrolled, *now.invited]
    likely: dict[type[Event], int] = {
        SeatsAssigned: 3 * bool(now.free and able),
        SeatsInvited: 3 * bool(now.free and absent),
        InvitationAccepted: 2 * bool(now.invited),
        InvitationDeclined: bool(now.invited),
        InvitationsExpired: now.invited != pool.invited,
        RemindersSent: 2 * bool(now.invited and policy.reminders),
        InvitationCorrected: bool(bare),
        LearnerWithdrew: bool(now.enrolled and policy.withdrawal),
        SeatRevoked: 3 * bool(held),
        SeatsCancelled: 2 * bool(now.free or held),
        PoolHandedOver: 1,
    }
    kind = draw(st.sampled_from([each for each, times in likely.items() for _ in range(times)]))
    aims = [each for each in (wanted, _BEFORE.get(wanted)) if each is not None and likely.get(each)]
    aiming = draw(st.booleans())
    if aims and aiming:
        kind = aims[0]

    def one_of(seats: Iterable[SeatNo]) -> SeatNo:
        return draw(st.sampled_from(sorted(seats)))

    if kind is SeatsAssigned:
        # Some come twice, maybe by their address alone, and some who sit already.
        first = draw(st.sampled_from(able))
        others = [*(person for person in cast if person.account), Person(first.address)]
        learners = [first, *draw(st.lists(st.sampled_from(others), max_size=3))]
        return pool.assign(act, learners, session=session, seated=seated)
    if kind is SeatsInvited:
        first = draw(st.sampled_from(absent))
        invitees = [first, *draw(st.lists(st.sampled_from([*cast, Person(first.address)]), max_size=3))]
        return pool.invite(act, invitees, session=session, seated=seated)
    if kind is InvitationAccepted:
        seat = one_of(now.invited)
        sent = now.invited[seat]
        learner = sent.to
        if learner.account is None:
            learner = Person(draw(st.just(learner.address) | addresses()), draw(accounts()))
        return pool.accept(act, seat, sent.number, learner=learner, session=session, seated=seated)
    if kind is InvitationDeclined:
        seat = one_of(now.invited)
        return pool.decline(act, seat, now.invited[seat].number, session=session)
    if kind is InvitationsExpired:
        return pool.expire(act, session=session)
    if kind is RemindersSent:
        return pool.remind(act, draw(st.sets(st.sampled_from(sorted(now.invited)), min_size=1)), session=session)
    if kind is InvitationCorrected:
        return pool.correct(act, one_of(bare), draw(addresses()), session=session, seated=seated)
    if kind is LearnerWithdrew:
        return pool.withdraw(act, one_of(now.enrolled), session=session)
    if kind is SeatRevoked:
        mode = draw(st.sampled_from(sorted(policy.modes)))
        to = draw(st.sampled_from([None, *(able if mode is Mode.IMMEDIATE else absent)]))
        return pool.revoke(act, one_of(held), to=to, mode=mode, session=session, seated=seated)
    if kind is SeatsCancelled:
        seats = draw(st.lists(st.sampled_from(sorted([*now.free, *held])), min_size=1, max_size=2))
        return pool.cancel(act, seats, session=session)
    return pool.hand_over(act, draw(actors()))


def _on_charge(
    draw: DrawFn,
    charge: Charge,
    act: Act,
    session: Session,
    pools: Mapping[PoolId, Mapping[SeatNo, Money]],
    wanted: type[Event] | None,
) -> ChargeDecision:
    pool = draw(st.sampled_from(sorted(pools)))
    settled = charge.seats.get(pool, {}).keys()
    fresh = pools[pool].keys() - settled
    by_state = {
        state: [refund for refund, each in charge.refunds.items() if each.state is state] for state in RefundState
    }
    requested, failed = by_state[RefundState.REQUESTED], by_state[RefundState.FAILED]
    likely: dict[type[Event], int] = {
        SeatsSettled: 3 * bool(fresh) + bool(settled),
        RefundSucceeded: bool(requested or failed),
        RefundFailed: 2 * bool(requested),
        RefundRetried: 2 * bool(failed),
    }
    kinds = [each for each, times in likely.items() for _ in range(times)]
    aims = [each for each in (wanted, _BEFORE.get(wanted)) if each is not None and likely.get(each)]
    kind = draw(st.sampled_from(kinds))
    aiming = draw(st.booleans())
    if aims and aiming:
        kind = aims[0]
    if kind is RefundSucceeded:
        return charge.succeed(act, draw(st.sampled_from([*requested, *failed])))
    if kind is RefundFailed:
        return charge.fail(act, draw(st.sampled_from(requested)))
    if kind is RefundRetried:
        return charge.retry(act, draw(st.sampled_from(failed)))
    # A seat is settled when it is cancelled; after that, only an override reaches what was kept.
    anew = bool(settled) and (not fresh or draw(st.booleans()))
    seats = draw(st.sets(st.sampled_from(sorted(settled if anew else fresh)), min_size=1))
    refund = draw(ids(RefundId) if anew else st.none() | ids(RefundId))
    override = draw(overrides() if anew else st.none() | overrides()) if refund else None
    paid = {seat: pools[pool][seat] for seat in seats}
    return charge.settle(act, charge.id, pool, paid, session=session, refund=refund, override=override)


def _sitting(pool: SeatPool) -> Collection[PersonKey]:
    sitting = *pool.enrolled.values(), *(sent.to for sent in pool.invited.values())
    return {key for person in sitting for key in person.keys}


# --- What came of it


def sessions() -> SearchStrategy[Session]:
    """Sessions that real commands reached."""
    return session_histories().map(lambda history: history[-1].state)


def seat_pools() -> SearchStrategy[SeatPool]:
    """Seat pools that real commands reached."""
    return pool_histories().map(lambda history: history[-1].state)


def charges() -> SearchStrategy[Charge]:
    """Charges that real commands reached."""
    return charge_histories().map(lambda history: history[-1].state)


def refunds() -> SearchStrategy[Refund]:
    """Refunds of such charges, in each state."""
    made = charge_histories(tries=6).map(lambda history: [*history[-1].state.refunds.values()])
    return made.filter(bool).flatmap(st.sampled_from)


def seat_money() -> SearchStrategy[SeatMoney]:
    """Where the money of a seat is, in such charges."""
    settled = _charge_histories(3, SeatsSettled).map(
        lambda history: [money for seats in history[-1].state.seats.values() for money in seats.values()]
    )
    return settled.filter(bool).flatmap(st.sampled_from)


def session_events() -> SearchStrategy[SessionEvent]:
    """Events of sessions, each as it happened in a history."""
    return session_histories().flatmap(lambda history: st.sampled_from(_events(history)))


def seat_events() -> SearchStrategy[SeatEvent]:
    """Events of seat pools, each as it happened in a history."""
    return pool_histories().flatmap(lambda history: st.sampled_from(_events(history)))


def charge_events() -> SearchStrategy[ChargeEvent]:
    """Events of charges, each as it happened in a history."""
    return charge_histories().flatmap(lambda history: st.sampled_from(_events(history)))


def events_of(kind: type[E]) -> SearchStrategy[E]:
    """Events of one kind, as `events_of(SeatRevoked)`, each as it happened in a history."""
    histories: SearchStrategy[tuple[Decision[Aggregate, Event], ...]]
    if kind in get_args(SessionEvent):
        histories = session_histories(tries=6)
    elif kind in get_args(ChargeEvent):
        histories = _charge_histories(6, kind)
    else:
        histories = _pool_histories(6, kind)

    def of_kind(history: Sequence[Decision[object, Event]]) -> Sequence[E]:
        return cast("list[E]", [event for event in _events(history) if isinstance(event, kind)])

    return histories.map(of_kind).filter(bool).flatmap(st.sampled_from)


@st.composite
def receipts(draw: DrawFn) -> Receipt:
    """Receipts of single decisions, each as it was in a history."""
    history: Sequence[Decision[Aggregate, Event]] = draw(session_histories() | pool_histories() | charge_histories())
    decision = draw(st.sampled_from(history))
    return Receipt.of(decision.events[0].act, (decision,))


def notices() -> SearchStrategy[Notice]:
    """Notices of what happened to a pool, or to a charge."""
    histories: SearchStrategy[tuple[Decision[Aggregate, Event], ...]] = pool_histories() | charge_histories(tries=3)
    told = histories.map(lambda history: [notice for decision in history for notice in notices_of(decision)])
    return told.filter(bool).flatmap(st.sampled_from)


def _events(history: Sequence[Decision[object, E]]) -> list[E]:
    return [event for decision in history for event in decision.events]
