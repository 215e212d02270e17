"""A machine that works the wallets of a host's store at random, and knows beforehand what each use case must answer.

A host subclasses it as it does `lara_core.testing.machines.GroupPurchaseMachine`::

    class OurMachine(WalletMachine):
        def open_store(self) -> Store[Partnership]:
            return OurStore.empty()


    TestOurWallets = OurMachine.TestCase

Each step is one use case, by an administrator who was granted everything, at a time that only goes forward. Whether it
is refused, and the very refusal, is worked out by `lara_core.testing.model.wallets`. Then all wallets, limits and
enrolments are loaded and compared, the laws and the audit are held against their histories, and what was told of
credits that do not suffice is counted (W5). Now and then an earlier command is repeated under its key (K4).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Concatenate, Final, ParamSpec, TypeAlias

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the machine needs Hypothesis: install lara-core[testing]") from missing

from lara_core.hosting import partners as companies
from lara_core.hosting import wallets as use
from lara_core.hosting.ports import Partnership, Receipt, Store
from lara_core.kernel.credits import MOST_CREDITS, Credits
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refusal, Refused
from lara_core.kernel.errors import LaraError
from lara_core.kernel.ids import ActorId, CourseId, EnrolmentId, Key, LimitId, PartnerId
from lara_core.kernel.people import Person
from lara_core.participants import EnrolmentState
from lara_core.telling.notices import Template
from lara_core.testing import laws
from lara_core.testing.model.wallets import WalletModel, plain_wallet
from lara_core.testing.model.words import Plain
from lara_core.testing.samples import granted

P = ParamSpec("P")

BEGINS: Final = datetime(2030, 3, 1, 9, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_TICK: Final = timedelta(microseconds=1)

ADMIN: Final = ActorId("admin")
BOSS: Final = ActorId("boss")
COURSE: Final = CourseId("welding")
PARTNERS: Final = (PartnerId("alfa"), PartnerId("beta"))
# Two in two spellings; one has no account.
PEOPLE: Final = (
    Person.of("ana@example.com", "ana"),
    Person.of("Ana@Example.COM"),
    Person.of("boris@example.com", "boris"),
    Person.of("chloe@example.com"),
    Person.of("dawud@example.com", "dawud"),
)

picks = st.integers(0, 19)
partners = st.sampled_from([PARTNERS[0]] * 12 + [PARTNERS[1]] * 7 + [PartnerId("no-such")])
groups = st.sampled_from([PARTNERS[:1], PARTNERS, PARTNERS, PARTNERS[1:]])
limits = st.sampled_from([LimitId(f"limit-{number}") for number in (1, 1, 2, 3)])
credit_amounts = st.sampled_from([1, 2, 3, 5, 8]).map(Credits)
thresholds = st.sampled_from([None, Credits(1), Credits(4)])

_PENDING, _IN = EnrolmentState.PENDING, EnrolmentState.PARTICIPANT

Said: TypeAlias = tuple[Callable[[Act], Receipt], Act, Receipt]


class WalletMachine(RuleBasedStateMachine):
    """The use cases of wallets and of enrolments, on a host's own store. The module says how a host runs it."""

    def open_store(self) -> Store[Partnership]:
        """An empty store. Every host overrides this."""
        raise NotImplementedError("override `open_store`: it gives an empty store for each history")

    def close_store(self, store: Store[Partnership]) -> None:
        """Clean up after a history. Nothing, unless a host overrides it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = self.open_store()
        self.model = WalletModel(COURSE, 2)
        self.now = BEGINS
        self.steps = 0
        self.said: list[Said] = []

    def teardown(self) -> None:
        """Called when a history is over."""
        self.close_store(self.store)

    # --- One step

    def _act(self) -> Act:
        self.steps += 1
        return Act(self.now, ADMIN, Key(f"key-{self.steps}"))

    def _run(
        self,
        command: Callable[Concatenate[Store[Partnership], Act, P], Receipt],
        expected: Callable[Concatenate[Act, P], None],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        act = self._act()
        predicted = self.model.predict(expected, act, *args, **kwargs)

        def run(act: Act) -> Receipt:
            return command(self.store, act, *args, **kwargs)

        answered = _outcome(run, act)
        why = None if isinstance(answered, Receipt) else answered
        assert why == predicted, f"{command.__name__} must answer {predicted or 'a receipt'!r}, and answered {why!r}"
        if isinstance(answered, Receipt):
            self.said.append((run, act, answered))
        self._compare()

    def _compare(self) -> None:
        """Whatever is kept is what the model has, and its history bears it out."""
        kept = self.model.kept
        with self.store.transaction() as work:
            for name, expected in kept["wallet"].items():
                wallet, events = work.wallets.get(PartnerId(name)), work.wallets.events(PartnerId(name))
                state = {key: value for key, value in expected.items() if key not in {"moved", "undone"}}
                _same(name, state, plain_wallet(wallet))
                _hold(name, *laws.of_history(wallet, events), *laws.of_wallet(wallet, events, self.now))
                for number in range(1, wallet.version + 2):
                    entry = work.wallets.entry(PartnerId(name), number)
                    found = (entry and (entry.kind, entry.change), work.wallets.is_reversed(PartnerId(name), number))
                    should = expected["moved"].get(number), number in expected["undone"]
                    assert found == should, f"entry {number} of {name} must be {should!r}, and was {found!r}"
            for name, expected in kept["limit"].items():
                limit, happened = work.limits.get(LimitId(name)), work.limits.events(LimitId(name))
                _same(name, expected, plain_wallet(limit))
                _hold(name, *laws.of_history(limit, happened), *laws.of_limit(limit, happened, self.now))
            for name, expected in kept["enrolment"].items():
                enrolment = work.enrolments.get(EnrolmentId(name))
                _same(name, expected, plain_wallet(enrolment))
                paid = None if enrolment.entry is None else work.wallets.entry(enrolment.partner, enrolment.entry)
                _hold(name, *laws.of_enrolment(enrolment, paid))
            told = Counter(
                (one.partner, one.to) for one in work.waiting(10_000) if one.template is Template.WALLET_EXHAUSTED
            )
            organisation = work.organisation
        audience = {PARTNERS[0]: (organisation, BOSS), PARTNERS[1]: (organisation,)}
        should_be = Counter((partner, to) for partner, _ in self.model.told for to in audience[PartnerId(partner)])
        assert told == should_be, f"who is told once per episode must be {should_be!r}, and was {told!r}"

    def _enrolment(self, pick: int, *states: EnrolmentState) -> EnrolmentId:
        """One that is there, for most picks in one of those states, or a name that is not."""
        there = self.model.kept["enrolment"]
        fitting = sorted(name for name, one in there.items() if one["state"] in states)
        known = fitting if fitting and pick < 16 else sorted(there)
        return EnrolmentId(known[pick % len(known)]) if known and pick != 19 else EnrolmentId("no-such")

    # --- Time and keys

    @initialize(threshold=thresholds, amount=credit_amounts, group=groups, limited=st.booleans(), both=st.booleans())
    def begin(
        self, threshold: Credits | None, amount: Credits, group: tuple[PartnerId, ...], limited: bool, both: bool
    ) -> None:
        """Two partners, one of them with an administrator; one has a wallet with something in it, or both have."""
        with self.store.transaction() as work:
            if work.entitlements.find(ADMIN) is None:
                work.save(granted(ADMIN))
        for partner in PARTNERS:
            _ = companies.create_partner(self.store, self._act(), partner, name="A company")
        _ = companies.appoint_administrator(self.store, self._act(), PARTNERS[0], BOSS)
        _ = companies.offer_course(self.store, self._act(), COURSE, price=Credits(self.model.price))
        self._run(use.open_wallet, self.model.open_wallet, PARTNERS[0], threshold=threshold)
        self._run(use.top_up, self.model.top_up, PARTNERS[0], amount, reason="invoice")
        if both:
            self._run(use.open_wallet, self.model.open_wallet, PARTNERS[1], threshold=None)
            self._run(use.top_up, self.model.top_up, PARTNERS[1], amount, reason="invoice")
        if limited:
            self._run(use.set_limit, self.model.set_limit, LimitId("limit-1"), Credits(5), group)

    @rule(waited=st.sampled_from([timedelta(0), _TICK, _HOUR, _HOUR - _TICK, 3 * _HOUR]))
    def wait(self, waited: timedelta) -> None:
        """Time goes on."""
        self.now += waited

    @precondition(lambda self: bool(self.said))
    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """A key that was used gives its first receipt, today as well, and nothing happens (K4)."""
        run, act, receipt = data.draw(st.sampled_from(self.said))
        assert _outcome(run, Act(self.now, act.by, act.key)) == receipt, (
            "answer a repeated key with the receipt that it got"
        )
        self._compare()

    # --- Wallets and limits

    @rule(partner=partners, threshold=thresholds)
    def open_wallet(self, partner: PartnerId, threshold: Credits | None) -> None:
        """A wallet is opened, once; a partner that is not there has none."""
        if partner in PARTNERS:
            self._run(use.open_wallet, self.model.open_wallet, partner, threshold=threshold)

    @rule(partner=partners, threshold=thresholds)
    def set_threshold(self, partner: PartnerId, threshold: Credits | None) -> None:
        """Whoever is to be warned is warned from another balance on."""
        self._run(use.set_threshold, self.model.set_threshold, partner, threshold)

    @rule(partner=partners, amount=credit_amounts, pick=picks)
    def top_up(self, partner: PartnerId, amount: Credits, pick: int) -> None:
        """Credits come in; seldom more than a wallet holds."""
        much = Credits(MOST_CREDITS) if pick == 19 else amount
        self._run(use.top_up, self.model.top_up, partner, much, reason="invoice")

    @rule(partner=partners, amount=credit_amounts)
    def deduct(self, partner: PartnerId, amount: Credits) -> None:
        """Credits are taken away."""
        self._run(use.deduct, self.model.deduct, partner, amount, reason="mistake")

    @rule(partner=partners, pick=picks)
    def reverse_top_up(self, partner: PartnerId, pick: int) -> None:
        """An entry is undone: mostly one that there is."""
        moved: Mapping[int, object] = self.model.kept["wallet"].get(partner, {"moved": {}})["moved"]
        entry = sorted(moved)[pick % len(moved)] if moved and pick < 17 else pick
        self._run(use.reverse_top_up, self.model.reverse_top_up, partner, entry, reason="mistake")

    @rule(limit=limits, amount=credit_amounts, group=groups)
    def set_limit(self, limit: LimitId, amount: Credits, group: tuple[PartnerId, ...]) -> None:
        """A limit is set over one partner or both."""
        self._run(use.set_limit, self.model.set_limit, limit, amount, group)

    @rule(pick=picks, amount=credit_amounts, group=groups)
    def change_limit(self, pick: int, amount: Credits, group: tuple[PartnerId, ...]) -> None:
        """A limit is changed: mostly one that there is."""
        known = sorted(self.model.kept["limit"])
        limit = LimitId(known[pick % len(known)]) if known and pick != 19 else LimitId("no-such")
        self._run(use.change_limit, self.model.change_limit, limit, amount, group)

    @rule(price=st.sampled_from([0, 1, 2, 2, 3]).map(Credits), pick=picks)
    def price_course(self, price: Credits, pick: int) -> None:
        """The course costs something else from now on."""
        course = CourseId("no-such") if pick == 19 else COURSE
        self._run(companies.price_course, self.model.price_course, course, price)

    # --- Who is enrolled

    @rule(
        partner=partners,
        people=st.lists(st.sampled_from(PEOPLE), max_size=3),
        pick=picks,
        hours=st.sampled_from([None, None, 1, 1, 3, -1]),
    )
    def enrol(self, partner: PartnerId, people: list[Person], pick: int, hours: int | None) -> None:
        """People are enrolled, at once or to be confirmed; some at a price that is another by now."""
        named = {EnrolmentId(f"enrolment-{self.steps}-{number}"): person for number, person in enumerate(people)}
        shown = Credits(self.model.price + (pick == 18))
        until = None if hours is None else Deadline.at(self.now + hours * _HOUR)
        course = CourseId("no-such") if pick == 19 else COURSE
        self._run(companies.enrol, self.model.enrol, partner, course, named, shown=shown, until=until)

    @rule(pick=picks)
    def confirm(self, pick: int) -> None:
        """Who waits is confirmed."""
        self._run(companies.confirm_enrolment, self.model.confirm_enrolment, self._enrolment(pick, _PENDING))

    @rule(pick=picks)
    def drop(self, pick: int) -> None:
        """Who waits is dropped."""
        self._run(companies.drop_enrolment, self.model.drop_enrolment, self._enrolment(pick, _PENDING))

    @rule(pick=picks)
    def wait_for_the_end(self, pick: int) -> None:
        """Time goes on to the last instant to confirm somebody, or just past it, and then they are dropped."""
        enrolment = self._enrolment(pick, _PENDING)
        until = self.model.kept["enrolment"].get(enrolment, {"until": None})["until"]
        if until is not None:
            self.now = max(self.now, until.instant + pick % 2 * _TICK)
            self.drop(pick)

    @rule(pick=picks)
    def withdraw(self, pick: int) -> None:
        """A participant leaves."""
        self._run(companies.withdraw_participant, self.model.withdraw_participant, self._enrolment(pick, _IN))

    @rule(pick=picks)
    def reverse(self, pick: int) -> None:
        """What was paid is given back."""
        enrolment = self._enrolment(pick, EnrolmentState.WITHDRAWN)
        self._run(companies.reverse_enrolment, self.model.reverse_enrolment, enrolment, reason="left")

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        """A participant's session is cancelled."""
        self._run(
            companies.cancel_enrolment, self.model.cancel_enrolment, self._enrolment(pick, _IN), reason="cancelled"
        )


def _outcome(run: Callable[[Act], Receipt], act: Act) -> Receipt | Refusal | type[LaraError]:
    try:
        return run(act)
    except Refused as refused:
        return refused.refusal
    except LaraError as error:
        return type(error)


def _same(name: str, expected: Plain, loaded: Plain) -> None:
    assert loaded == expected, f"{name} must be {expected!r}, and was loaded as {loaded!r}"


def _hold(name: str, *broken: str) -> None:
    assert not broken, f"{name} must be kept as the rules say: {'; '.join(broken)}"
