"""Strategies for values. Part of `lara_core.testing.strategies`."""

from datetime import UTC, datetime
from functools import cache
from typing import Final, TypeVar, cast

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Act
from lara_core.kernel.erasure import Erasure
from lara_core.kernel.errors import BadValue
from lara_core.kernel.ids import AccountId, ActorId, Id, Key, SeatNo
from lara_core.kernel.iso4217 import DIGITS
from lara_core.kernel.money import MOST, Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.kernel.validators import ID_LENGTH
from lara_core.refunds import Override, RefundTerms
from lara_core.seats import Invitation, Mode, Policy
from lara_core.sessions import Hold, WaitingList

KindOfId = TypeVar("KindOfId", bound=Id)

# This century: what schedules are about. Clocks of earlier ones are another matter.
FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2099, 12, 31, tzinfo=UTC)
BOTH: Final = frozenset(Mode)

# Strategies that ask for nothing are made once: to check a new one whenever it is drawn from takes longer than drawing.


def ids(kind: type[KindOfId]) -> SearchStrategy[KindOfId]:
    """Ids of one kind, as `ids(PoolId)`: mostly short, some as long as may be, in any script."""
    return cast("SearchStrategy[KindOfId]", _ids(kind))


@cache
def _ids(kind: type[Id]) -> SearchStrategy[Id]:
    short = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
    return st.one_of(short, short, short.map(_at_full_length)).map(kind)


def _at_full_length(text: str) -> str:
    return (text * ID_LENGTH)[:ID_LENGTH]


@cache
def accounts() -> SearchStrategy[AccountId]:
    """Accounts on a host's platform."""
    return ids(AccountId)


@cache
def actors() -> SearchStrategy[ActorId]:
    """Who does something."""
    return ids(ActorId)


@cache
def keys() -> SearchStrategy[Key]:
    """Idempotency keys (K4)."""
    return ids(Key)


def seat_numbers(most: int = 1_000_000) -> SearchStrategy[SeatNo]:
    """Seat numbers from 1 to *most*."""
    return st.integers(1, most).map(SeatNo)


@cache
def currencies() -> SearchStrategy[Currency]:
    """Any currency; those of no, two and three digits above all."""
    return (st.sampled_from(("EUR", "JPY", "KWD")) | st.sampled_from(sorted(DIGITS))).map(Currency)


def money(currency: Currency | None = None, *, least: int = -MOST, most: int = MOST) -> SearchStrategy[Money]:
    """Amounts from *least* to *most* minor units, in *currency* or in any (K6)."""
    return st.builds(Money, st.integers(least, most), currencies() if currency is None else st.just(currency))


def credit_amounts(*, least: int = 0, most: int = MOST_CREDITS) -> SearchStrategy[Credits]:
    """From *least* to *most* credits: mostly few, some as many as there may be."""
    few = st.integers(least, min(most, least + 20))
    return (few | few | st.integers(least, most)).map(Credits)


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
LETTERS_AND_MARKS: Final = "abzéßλжあد.,:!?«»'-"
_DOMAINS: Final = (
    "bücher.example.com",
    "STRASSE.example.com",
    "straße.example.com",
    "пример.example.org",
    "例え.example.net",
)


# Names of platforms, which are plain.
DOMAINS_OF_HOSTS: Final = ("academy.example.com", "a.b.example.org", "xn--bcher-kva.example.net", "1-2.example.com")


@cache
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
    return _people(account)


@cache
def _people(account: bool | None) -> SearchStrategy[Person]:
    if account is None:
        return st.builds(Person, addresses(), st.none() | accounts())
    return st.builds(Person, addresses(), accounts() if account else st.none())


def instants(least: datetime = FIRST, most: datetime = LAST) -> SearchStrategy[datetime]:
    """Points in time from *least* to *most*, in UTC, to the microsecond."""
    first, last = (each.astimezone(UTC).replace(tzinfo=None) for each in (least, most))
    return st.datetimes(first, last, timezones=st.just(UTC))


@cache
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
        return LocalDay(draw(st.dates(FIRST.date(), LAST.date())), draw(zones()))
    except BadValue:
        reject()


@cache
def deadlines() -> SearchStrategy[Deadline]:
    """Deadlines by instant and by day (K8)."""
    return instants().map(Deadline.at) | local_days().map(lambda day: Deadline.on(day.date, day.zone))


def acts(at: SearchStrategy[datetime] | None = None) -> SearchStrategy[Act]:
    """Who, when, and under which key; *at* is a strategy for the time."""
    return st.builds(Act, instants() if at is None else at, actors(), keys())


def act_at(draw: DrawFn, at: datetime) -> Act:
    """Somebody's act at that time."""
    return Act(at, draw(actors()), draw(keys()))


@cache
def policies() -> SearchStrategy[Policy]:
    """Every policy there is; those with few reminders, of invitations that last an hour, a day or a week, above all."""
    return st.builds(
        Policy,
        assign_at_purchase=st.booleans(),
        modes=st.sampled_from((BOTH, BOTH, *(frozenset({mode}) for mode in Mode))),
        invitation_hours=st.sampled_from((1, 24, 7 * 24)) | st.integers(1, 366 * 24),
        reminders=st.sampled_from((0, 1, 2)) | st.integers(0, 100),
        withdrawal=st.booleans(),
        unassigned_hours=st.sampled_from((None, 1, 24)) | st.sampled_from((None, 1)) | st.integers(1, 366 * 24),
        buyers_cancel=st.booleans(),
        release_unpaid=st.booleans(),
    )


def invitations() -> SearchStrategy[Invitation]:
    """Invitations to accounts and to bare addresses, reminded or not."""
    return st.builds(Invitation, st.integers(1, 1_000), people(), deadlines(), st.integers(0, 3))


@cache
def waiting_lists() -> SearchStrategy[WaitingList]:
    """How people wait: by hand or by itself, for an offer of an hour, of two days, or of any length (N2)."""
    return st.builds(WaitingList, st.booleans(), st.sampled_from((1, 48)) | st.integers(1, 366 * 24))


def holds() -> SearchStrategy[Hold]:
    """Places held, with a deadline or secured; some are offers to somebody who waited."""
    until = st.none() | deadlines()
    return st.builds(Hold, st.integers(1, 1_000), until) | st.builds(Hold, st.just(1), until, people())


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


@cache
def overrides() -> SearchStrategy[Override]:
    """Reasons to set the terms aside (S12)."""
    return st.text(LETTERS_AND_MARKS, min_size=1, max_size=20).map(Override)


@st.composite
def erasures(draw: DrawFn) -> Erasure:
    """Who is erased, maybe known by two addresses and as an actor, and a tombstone that nobody has been (K13)."""
    person, number = draw(people()), draw(st.integers(1, 1_000))
    also = [Person(address, person.account) for address in draw(st.lists(addresses(), max_size=1))]
    tombstone = Person.of(f"{number}@erased.invalid", f"erased:{number}")
    actors = {actor: ActorId(f"erased:{number}") for actor in draw(st.lists(ids(ActorId), max_size=1))}
    if tombstone.is_in(person.keys) or f"erased:{number}" in actors:
        reject()
    return Erasure.of(person, tombstone, also=also, actors=actors)
