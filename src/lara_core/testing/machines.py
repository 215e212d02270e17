"""A machine that works a host's store at random, and knows beforehand what each use case must answer.

A host subclasses it, says how an empty store is opened, and lets pytest run what comes out::

    class OurMachine(GroupPurchaseMachine):
        def open_store(self) -> Store[GroupPurchase]:
            return OurStore.empty(bulk_buyers=BULK_BUYERS)


    TestOurStore = OurMachine.TestCase

It is called for each history that is tried; `close_store` is for what has to be cleaned up after one. Group purchase
must be switched on there as `BULK_BUYERS` says, and `place` know where `SESSIONS` stand. Whoever acts is granted
everything first.

Each step is one use case, at a time that only goes forward, under a key of its own. What it must answer is worked out
by `lara_core.testing.model`, a second telling of the rules in plain dicts: the receipt with each of its events, or the
very refusal. What was touched is then loaded and compared field by field. Now and then an earlier command is repeated
under its key, which gives the first receipt and changes nothing, or its key is used for something else (K4).

How long and how often is Hypothesis's to say: `settings(max_examples=…, stateful_step_count=…)` on `TestCase`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Concatenate, Final, ParamSpec, TypeAlias

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("the machine needs Hypothesis: install lara-core[testing]") from missing

from lara_core.hosting import group_purchase as use
from lara_core.hosting import places
from lara_core.hosting.once import once
from lara_core.hosting.ports import GroupPurchase, Receipt, Store
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Refused
from lara_core.kernel.errors import IdReused, LaraError
from lara_core.kernel.ids import (
    AccountId,
    ActorId,
    HoldId,
    Key,
    PoolId,
    PortalId,
    ProviderId,
    RefundId,
    RegistrationId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.places import Placed, register
from lara_core.purchase import BuyerRole
from lara_core.refunds import Override, RefundTerms
from lara_core.registrations import Sale
from lara_core.seats import Mode, Policy, SeatState
from lara_core.sessions import WaitingList
from lara_core.testing.model import Model, Outcome, Plain, plain
from lara_core.testing.samples import granted

P = ParamSpec("P")

PORTAL: Final = PortalId("academy")
BULK_BUYERS: Final[Mapping[PortalId, frozenset[BuyerRole]]] = {PORTAL: frozenset({BuyerRole.MANAGER})}
"""Where group purchase must be switched on, and for which roles."""

ACTORS: Final = (ActorId("admin"), ActorId("manager"), ActorId("heir"))
"""Who acts. A host may have granted them everything itself."""

BEGINS: Final = datetime(2030, 3, 1, 9, tzinfo=UTC)
STARTS: Final = datetime(2030, 3, 8, 9, tzinfo=UTC)
ENDS: Final = datetime(2030, 3, 8, 17, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)

# Two in two spellings, one of them with an account in one of the two; two with an address alone.
PEOPLE: Final = (
    Person.of("ana@example.com", "ana"),
    Person.of("Ana@Example.COM"),
    Person.of("boris@example.com", "boris"),
    Person.of("chloe@example.com"),
    Person.of("chloe@example.com", "chloe"),
    Person.of("dawud@example.com", "dawud"),
    Person.of("edith@example.com"),
)
SESSIONS: Final = (SessionId("welding"), SessionId("first-aid"), SessionId("no-such"))
ORDERS: Final = (TransactionId("order-1"), TransactionId("order-2"))
MODES: Final = (frozenset(Mode), frozenset({Mode.IMMEDIATE}), frozenset({Mode.CONFIRMATION}))
WAITS: Final = (timedelta(0), _TICK, timedelta(hours=1), timedelta(hours=24), timedelta(hours=48))


def _account(person: Person) -> str:
    return person.account or person.address.key


# Which of those that there are; a few picks are for what is not there.
picks = st.integers(0, 19)
people = st.sampled_from(PEOPLE)
batches = st.lists(people, max_size=3) | st.lists(people, max_size=2, unique_by=_account)
sessions = st.sampled_from([SESSIONS[0]] * 10 + [SESSIONS[1]] * 6 + [SESSIONS[2]])
orders = st.sampled_from([ORDERS[0]] * 4 + [ORDERS[1]])
buyers = st.sampled_from([ActorId("manager"), ActorId("manager"), ActorId("heir")])
several = st.lists(picks, max_size=3)
modes = st.sampled_from(Mode)
holds = st.sampled_from([HoldId("hold-1"), HoldId("hold-2")])
registrations = st.sampled_from([RegistrationId(f"registration-{number}") for number in range(1, 5)])
overrides = st.sampled_from([None, None, Override("illness")])
amounts = st.sampled_from(["0.00", "0.01", "9.99", "10.00", "25.00"]).map(lambda amount: Money.of(amount, "EUR"))
capacities = st.sampled_from([None, 0, 1, 2, 3, 4, 5])
lists = st.sampled_from([None, WaitingList(offer_hours=24), WaitingList(automatic=True, offer_hours=24)])
policies = st.builds(
    Policy,
    assign_at_purchase=st.booleans(),
    modes=st.sampled_from([MODES[0], MODES[0], *MODES]),
    invitation_hours=st.sampled_from([24, 48, 24 * 30]),
    reminders=st.sampled_from([0, 1]),
    withdrawal=st.sampled_from([True, True, False]),
    unassigned_hours=st.sampled_from([None, 24]),
    buyers_cancel=st.booleans(),
    release_unpaid=st.booleans(),
)
terms = st.builds(
    RefundTerms,
    percent=st.sampled_from(["0", "12.5", "33.333", "100"]),
    per_seat=amounts,
    once=amounts,
    hours_before=st.sampled_from([0, 48, 24 * 30]),
)

Said: TypeAlias = tuple[Callable[[Act], Receipt], Act, Receipt]


class GroupPurchaseMachine(RuleBasedStateMachine):
    """The use cases of group purchase, on a host's own store. The module says how a host runs it."""

    def open_store(self) -> Store[GroupPurchase]:
        """An empty store. Every host overrides this."""
        raise NotImplementedError("override `open_store`: it gives an empty store for each history")

    def close_store(self, store: Store[GroupPurchase]) -> None:
        """Clean up after a history. Nothing, unless a host overrides it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = self.open_store()
        for actor in ACTORS:
            with self.store.transaction() as work:
                if work.entitlements.find(actor) is None:
                    work.save(granted(actor))
        self.model = Model(BULK_BUYERS)
        self.now = BEGINS
        self.steps = 0
        self.said: list[Said] = []

    def teardown(self) -> None:
        """Called when a history is over."""
        self.close_store(self.store)

    # --- One step

    def _run(
        self,
        command: Callable[Concatenate[Store[GroupPurchase], Act, P], Receipt],
        expected: Callable[Concatenate[Act, P], None],
        by: ActorId | None = None,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        self.steps += 1
        act = Act(self.now, by or ActorId("admin"), Key(f"key-{self.steps}"))
        predicted = self.model.predict(expected, act, *args, **kwargs)

        def run(act: Act) -> Receipt:
            return command(self.store, act, *args, **kwargs)

        answered = _outcome(run, act)
        assert answered == predicted, f"{command.__name__} must answer {predicted!r}, and answered {answered!r}"
        if isinstance(predicted, Receipt):
            self.said.append((run, act, predicted))
        self._compare()

    def _compare(self) -> None:
        """Whatever is kept is what the model has."""
        kept = self.model.kept
        with self.store.transaction() as work:
            for name, expected in kept["session"].items():
                _same(name, expected, plain(work.sessions.get(SessionId(name))))
            for name, expected in kept["pool"].items():
                _same(name, expected, plain(work.pools.get(PoolId(name))))
            for name, expected in kept["charge"].items():
                _same(name, expected, plain(work.charges.get(TransactionId(name))))
            for name, expected in kept["registration"].items():
                _same(name, expected, plain(work.registrations.get(RegistrationId(name))))

    def _pool(self, pick: int) -> PoolId:
        """One that is there, or a name that is not."""
        known = sorted(self.model.kept["pool"])
        return PoolId(known[pick % len(known)]) if known and pick != 19 else PoolId("no-such")

    def _seat(self, pool: PoolId, pick: int, *states: SeatState) -> SeatNo:
        """A seat of the pool, for most picks one in those states, or one that it does not have."""
        found: dict[int, Plain] = self.model.kept["pool"].get(pool, {"seats": {}})["seats"]
        fitting = sorted(number for number, one in found.items() if one["is"] in states)
        known = fitting if fitting and pick < 16 else sorted(found)
        return SeatNo(known[pick % len(known)]) if known and pick != 19 else SeatNo(4)

    def _seats(self, pool: PoolId, some: list[int], *states: SeatState) -> list[SeatNo]:
        return [self._seat(pool, pick, *states) for pick in some]

    def _fresh(self, pick: int) -> RefundId | None:
        """No refund, one that was asked for before, perhaps, or a new one."""
        if pick < 6:
            return None
        return RefundId("refund-1") if pick < 8 else RefundId(f"refund-{self.steps}")

    # --- Time and keys

    @initialize(capacity=st.sampled_from([None, 2, 3, 4, 4, 6]), waiting_list=lists, policy=policies, pick=picks)
    def begin(self, capacity: int | None, waiting_list: WaitingList | None, policy: Policy, pick: int) -> None:
        """Two sessions, a pool and mostly somebody's own place, for both of which the money may be taken already."""
        listed = waiting_list if capacity is not None else None
        opens, model = places.open_session, self.model.open_session
        self._run(opens, model, None, SESSIONS[0], starts=STARTS, ends=ENDS, capacity=capacity, waiting_list=listed)
        self._run(opens, model, None, SESSIONS[1], starts=STARTS, ends=ENDS, capacity=2)
        named = [PEOPLE[0], PEOPLE[3] if policy.modes == MODES[2] else PEOPLE[2]] if policy.assign_at_purchase else []
        invited = {MODES[0]: pick % 3, MODES[1]: 0, MODES[2]: 2}[policy.modes]
        self._buy("pool-1", policy, named, min(invited, len(named)), Deadline.at(BEGINS + timedelta(hours=24)))
        if pick % 3:
            price, own = Money.of("10.00", "EUR"), RegistrationId("registration-1")
            self.sell_place(own, SESSIONS[1], PEOPLE[5], approval=pick > 9, transaction=ORDERS[0], price=price, pick=0)
        if pick % 2:
            self.capture_payment(ORDERS[0], RefundTerms("10", Money.of("0.50", "EUR"), Money.of("3.00", "EUR"), 48))

    def _buy(
        self,
        name: str,
        policy: Policy,
        named: list[Person],
        invited: int,
        invoice: Deadline | None,
        *,
        session: SessionId = SESSIONS[0],
        transaction: TransactionId = ORDERS[0],
        prices: tuple[str, ...] = ("10.00", "9.99"),
        role: BuyerRole = BuyerRole.MANAGER,
        hold: HoldId | None = None,
    ) -> None:
        self._run(
            use.buy_seats,
            self.model.buy_seats,
            ActorId("manager"),
            PoolId(name),
            session=session,
            transaction=transaction,
            buyer=ActorId("manager"),
            portal=PORTAL,
            role=role,
            prices=[Money.of(price, "EUR") for price in prices],
            policy=policy,
            learners=named[invited:],
            invitees=named[:invited],
            hold=hold,
            invoice=invoice,
        )

    @rule(waited=st.sampled_from(WAITS))
    def wait(self, waited: timedelta) -> None:
        """Time goes on."""
        self.now += waited

    @rule(instant=st.sampled_from([STARTS - _TICK, STARTS, ENDS - _TICK, ENDS]), really=st.integers(0, 7))
    def wait_until(self, instant: datetime, really: int) -> None:
        """Sometimes for long."""
        if not really:
            self.now = max(self.now, instant)

    @precondition(lambda self: bool(self.said))
    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """A key that was used gives its first receipt, today as well, and nothing happens (K4)."""
        run, act, receipt = data.draw(st.sampled_from(self.said))
        again = Act(self.now, act.by, act.key)
        assert _outcome(run, again) == receipt, "answer a repeated key with the receipt that it got"
        self._compare()

    @precondition(lambda self: bool(self.said))
    @rule(data=st.data())
    def use_a_key_again(self, data: st.DataObject) -> None:
        """A key that was used for something else is refused (K4)."""
        _, act, _ = data.draw(st.sampled_from(self.said))
        again = Act(self.now, act.by, act.key)
        resized = partial(places.resize_session, self.store, session=SESSIONS[0], capacity=77)
        assert _outcome(resized, again) is IdReused, "refuse a used key for other content"
        self._compare()

    # --- Seats

    @rule(
        pick=picks,
        session=sessions,
        transaction=orders,
        policy=policies,
        people=batches,
        invited=st.integers(0, 3),
        prices=st.sampled_from([("10.00",), ("0.00", "99.99"), ("10.00", "10.00", "9.99")]),
        invoice=st.sampled_from([None, Deadline.at(BEGINS + timedelta(hours=24))]),
    )
    def buy(
        self,
        pick: int,
        session: SessionId,
        transaction: TransactionId,
        policy: Policy,
        people: list[Person],
        invited: int,
        prices: tuple[str, ...],
        invoice: Deadline | None,
    ) -> None:
        """Seats are bought, by managers; as clients nobody may."""
        self._buy(
            "pool-1" if pick == 18 else f"pool-{len(self.model.kept['pool']) + 1}",
            policy,
            people,
            invited,
            invoice,
            session=session,
            transaction=transaction,
            prices=prices,
            role=BuyerRole.CLIENT if pick == 19 else BuyerRole.MANAGER,
            hold=self._hold(session, pick) if pick % 3 == 1 else None,
        )

    @rule(pick=picks, learners=batches)
    def assign(self, pick: int, learners: list[Person]) -> None:
        """Learners are enrolled at once."""
        self._run(use.assign_seats, self.model.assign_seats, None, self._pool(pick), learners)

    @rule(pick=picks, people=batches)
    def invite(self, pick: int, people: list[Person]) -> None:
        """People are asked."""
        self._run(use.invite_to_seats, self.model.invite_to_seats, None, self._pool(pick), people)

    @rule(pick=picks, which=picks, other=picks, learner=people)
    def accept(self, pick: int, which: int, other: int, learner: Person) -> None:
        """Somebody accepts: mostly the invitation that is there, and whoever was asked."""
        pool = self._pool(pick)
        seat, number, asked = self._invitation(pool, which, other)
        joined = (
            Person(asked.address, asked.account or AccountId(asked.address.key.partition("@")[0])) if asked else None
        )
        who = joined if joined and other % 4 else learner
        self._run(use.accept_invitation, self.model.accept_invitation, None, pool, seat, number, learner=who)

    @rule(pick=picks, which=picks, other=picks)
    def decline(self, pick: int, which: int, other: int) -> None:
        """Somebody declines."""
        pool = self._pool(pick)
        seat, number, _ = self._invitation(pool, which, other)
        self._run(use.decline_invitation, self.model.decline_invitation, None, pool, seat, number)

    def _invitation(self, pool: PoolId, which: int, other: int) -> tuple[SeatNo, int, Person | None]:
        """A seat, the number of its invitation or of the one that was accepted, and who has it."""
        seat = self._seat(pool, which, *([SeatState.INVITED] if which % 4 else [SeatState.ENROLLED]))
        seats: dict[int, Plain] = self.model.kept["pool"].get(pool, {"seats": {}})["seats"]
        found = seats.get(seat, {})
        number: int = found.get("number") or found.get("accepted") or 1
        return seat, other if other > 17 else number, found.get("to") or found.get("who")

    @rule(pick=picks, some=several)
    def remind(self, pick: int, some: list[int]) -> None:
        """Invitees are reminded."""
        pool = self._pool(pick)
        seats = self._seats(pool, some, SeatState.INVITED)
        self._run(use.remind_invitees, self.model.remind_invitees, None, pool, seats)

    @rule(pick=picks)
    def expire(self, pick: int) -> None:
        """The invitations of a pool are swept."""
        self._run(use.expire_invitations, self.model.expire_invitations, None, self._pool(pick))

    @rule(pick=picks, which=picks, to=people)
    def correct(self, pick: int, which: int, to: Person) -> None:
        """A mistyped address is corrected."""
        pool = self._pool(pick)
        seat = self._seat(pool, which, SeatState.INVITED)
        self._run(use.correct_invitation, self.model.correct_invitation, None, pool, seat, to.address)

    @rule(pick=picks, which=picks)
    def withdraw(self, pick: int, which: int) -> None:
        """A learner gives up."""
        pool = self._pool(pick)
        seat = self._seat(pool, which, SeatState.ENROLLED)
        self._run(use.withdraw_learner, self.model.withdraw_learner, None, pool, seat)

    @rule(pick=picks, which=picks, to=st.none() | people, mode=modes)
    def revoke(self, pick: int, which: int, to: Person | None, mode: Mode) -> None:
        """A seat is taken away, and given to somebody else or nobody."""
        pool = self._pool(pick)
        seat = self._seat(pool, which, SeatState.INVITED, SeatState.ENROLLED)
        self._run(use.revoke_seat, self.model.revoke_seat, None, pool, seat, to=to, mode=mode)

    @rule(pick=picks, buyer=buyers)
    def hand_over(self, pick: int, buyer: ActorId) -> None:
        """A pool has another buyer."""
        self._run(use.hand_over_pool, self.model.hand_over_pool, None, self._pool(pick), buyer)

    # --- Cancelling and coming back

    @rule(pick=picks, some=several, asked=picks, override=overrides, by=buyers, as_buyer=st.booleans())
    def cancel(
        self, pick: int, some: list[int], asked: int, override: Override | None, by: ActorId, as_buyer: bool
    ) -> None:
        """Some seats are cancelled."""
        pool, refund = self._pool(pick), self._fresh(asked)
        seats = self._seats(pool, some, SeatState.FREE, SeatState.INVITED, SeatState.ENROLLED)
        why = override if refund else None
        self._run(
            use.cancel_seats, self.model.cancel_seats, by, pool, seats, refund=refund, override=why, as_buyer=as_buyer
        )

    @rule(pick=picks, asked=picks, by=buyers, as_buyer=st.booleans())
    def cancel_all(self, pick: int, asked: int, by: ActorId, as_buyer: bool) -> None:
        """All seats of a pool are cancelled."""
        pool, refund = self._pool(pick), self._fresh(asked)
        self._run(use.cancel_all_seats, self.model.cancel_all_seats, by, pool, refund=refund, as_buyer=as_buyer)

    @rule(transaction=orders, asked=picks, by=buyers, as_buyer=st.booleans())
    def cancel_transaction(self, transaction: TransactionId, asked: int, by: ActorId, as_buyer: bool) -> None:
        """All seats of a transaction are cancelled."""
        refund = self._fresh(asked)
        self._run(
            use.cancel_transaction, self.model.cancel_transaction, by, transaction, refund=refund, as_buyer=as_buyer
        )

    @rule(pick=picks, asked=picks)
    def cancel_unassigned(self, pick: int, asked: int) -> None:
        """What nobody assigned is cancelled."""
        refund = self._fresh(asked)
        self._run(use.cancel_unassigned, self.model.cancel_unassigned, None, self._pool(pick), refund=refund)

    @rule(pick=picks)
    def release_unpaid(self, pick: int) -> None:
        """What nobody paid is released."""
        self._run(use.release_unpaid, self.model.release_unpaid, None, self._pool(pick))

    @rule(pick=picks, which=picks, to=st.none() | people, mode=modes)
    def reactivate(self, pick: int, which: int, to: Person | None, mode: Mode) -> None:
        """A cancelled seat is live again."""
        pool = self._pool(pick)
        seat = self._seat(pool, which, SeatState.CANCELLED)
        self._run(use.reactivate_seat, self.model.reactivate_seat, None, pool, seat, to=to, mode=mode)

    @rule(pick=picks, which=picks, there=sessions, price=amounts, elsewhere=picks)
    def transfer(self, pick: int, which: int, there: SessionId, price: Money, elsewhere: int) -> None:
        """A learner goes to another session, nearly always of the same provider and in the same currency."""
        pool = self._pool(pick)
        self._run(
            use.transfer_seat,
            self.model.transfer_seat,
            None,
            pool,
            self._seat(pool, which, SeatState.ENROLLED),
            there=there,
            to=PoolId("pool-1" if elsewhere == 2 else f"pool-{len(self.model.kept['pool']) + 1}"),
            price=Money(price.minor, Money.of(0, "CAD").currency) if elsewhere == 1 else price,
            provider=ProviderId("ours"),
            provider_there=ProviderId("theirs" if elsewhere == 0 else "ours"),
            refund=RefundId("refund-1" if elsewhere == 3 else f"refund-{self.steps}"),
        )

    # --- Money

    @rule(transaction=orders, terms=terms)
    def capture_payment(self, transaction: TransactionId, terms: RefundTerms) -> None:
        """What all seats and places of a transaction cost is taken."""
        bought = [pool for pool in self.model.kept["pool"].values() if pool["transaction"] == transaction]
        sold = [one["sale"] for one in self.model.kept["registration"].values() if one["sale"]]
        whole = sum(price.minor for pool in bought for price in pool["prices"])
        whole += sum(sale.price.minor for sale in sold if sale.transaction == transaction)
        captured = Money(whole, Money.of(0, "EUR").currency)
        self._run(
            use.capture_payment,
            self.model.capture_payment,
            None,
            transaction,
            buyer=ActorId("manager"),
            captured=captured,
            terms=terms,
        )

    @rule(pick=picks, some=several, asked=st.integers(6, 19))
    def refund_kept(self, pick: int, some: list[int], asked: int) -> None:
        """What was kept goes back after all."""
        pool, refund = self._pool(pick), self._fresh(asked) or RefundId("refund-1")
        seats = self._seats(pool, some, SeatState.CANCELLED)
        why = Override("goodwill")
        self._run(use.refund_kept, self.model.refund_kept, None, pool, seats, refund=refund, override=why)

    @rule(transaction=orders, pick=picks, some=several)
    def pay_due(self, transaction: TransactionId, pick: int, some: list[int]) -> None:
        """What is due is paid."""
        charge = self.model.kept["charge"].get(transaction, {"seats": {}})
        due = sorted(about for about, money in charge["seats"].items() if money["due"])
        pool, seats = self._pool(pick), self._seats(self._pool(pick), some)
        if due and pick % 4:
            pool, seat = due[pick % len(due)]
            seats = [seat]
        self._run(use.pay_due, self.model.pay_due, None, transaction, pool, seats)

    @rule(transaction=orders, pick=picks)
    def succeed(self, transaction: TransactionId, pick: int) -> None:
        """Money has gone back."""
        refund = self._refund(transaction, pick)
        self._run(use.refund_succeeded, self.model.refund_succeeded, None, transaction, refund)

    @rule(transaction=orders, pick=picks)
    def fail(self, transaction: TransactionId, pick: int) -> None:
        """Money could not go back."""
        refund = self._refund(transaction, pick)
        self._run(use.refund_failed, self.model.refund_failed, None, transaction, refund)

    @rule(transaction=orders, pick=picks)
    def retry(self, transaction: TransactionId, pick: int) -> None:
        """It is tried again."""
        refund = self._refund(transaction, pick)
        self._run(use.retry_refund, self.model.retry_refund, None, transaction, refund)

    def _refund(self, transaction: TransactionId, pick: int) -> RefundId:
        """One that is there, or a name that is not."""
        known = [*self.model.kept["charge"].get(transaction, {"refunds": {}})["refunds"]]
        return RefundId(known[pick % len(known)]) if known and pick != 19 else RefundId("no-such")

    # --- Places

    @rule(session=sessions, capacity=capacities)
    def resize(self, session: SessionId, capacity: int | None) -> None:
        """A session has another capacity."""
        self._run(places.resize_session, self.model.resize_session, None, session, capacity)

    @rule(session=sessions, hold=holds, number=st.integers(1, 2), lasting=st.sampled_from([0, 1, 24]))
    def hold(self, session: SessionId, hold: HoldId, number: int, lasting: int) -> None:
        """Places are held, for some hours from now, or until a time that may be over."""
        until = timedelta(hours=lasting) if lasting else Deadline.at(BEGINS + timedelta(hours=1))
        self._run(places.hold_places, self.model.hold_places, None, session, hold, number, until=until)

    @rule(session=sessions, pick=picks)
    def secure(self, session: SessionId, pick: int) -> None:
        """A payment is being taken for a hold."""
        self._run(places.secure_hold, self.model.secure_hold, None, session, self._hold(session, pick))

    @rule(session=sessions, pick=picks)
    def release(self, session: SessionId, pick: int) -> None:
        """A hold is released, or an offer declined."""
        self._run(places.release_hold, self.model.release_hold, None, session, self._hold(session, pick))

    def _hold(self, session: SessionId, pick: int) -> HoldId:
        """One that is there, or a name that is not."""
        known = [*self.model.kept["session"].get(session, {"holds": {}})["holds"]]
        return HoldId(known[pick % len(known)]) if known and pick != 19 else HoldId("no-such")

    @rule(session=sessions)
    def sweep(self, session: SessionId) -> None:
        """What has lapsed is swept."""
        self._run(places.sweep_holds, self.model.sweep_holds, None, session)

    @rule(session=sessions, person=people)
    def join(self, session: SessionId, person: Person) -> None:
        """Somebody waits."""
        self._run(places.join_waiting_list, self.model.join_waiting_list, None, session, person)

    @rule(session=sessions, person=people)
    def leave(self, session: SessionId, person: Person) -> None:
        """Somebody waits no longer."""
        self._run(places.leave_waiting_list, self.model.leave_waiting_list, None, session, person)

    @rule(session=sessions)
    def offer(self, session: SessionId) -> None:
        """Places are offered by hand."""
        self._run(places.offer_places, self.model.offer_places, None, session)

    @rule(session=sessions, pick=picks)
    def cancel_session(self, session: SessionId, pick: int) -> None:
        """A session does not take place; not often, for much of what follows is refused."""
        if pick > 15:
            refund = RefundId(f"refund-{self.steps}" if pick > 16 else "refund-1")
            self._run(places.cancel_session, self.model.cancel_session, None, session, refund=refund)

    # --- Registrations

    @rule(name=registrations, session=sessions, person=people, approval=st.booleans(), pick=picks)
    def register(self, name: RegistrationId, session: SessionId, person: Person, approval: bool, pick: int) -> None:
        """Somebody registers, in a place that was held or offered, or in one that is for sale."""
        self._run(
            places.register,
            self.model.register,
            None,
            name,
            session=session,
            person=person,
            approval=approval,
            hold=self._hold(session, pick) if pick % 2 else None,
        )

    @rule(
        name=registrations,
        session=sessions,
        person=people,
        approval=st.booleans(),
        transaction=orders,
        price=amounts,
        pick=picks,
    )
    def sell_place(
        self,
        name: RegistrationId,
        session: SessionId,
        person: Person,
        approval: bool,
        transaction: TransactionId,
        price: Money,
        pick: int,
    ) -> None:
        """Somebody has bought a place of their own, as a checkout gives it, before its transaction is captured."""
        if transaction not in self.model.kept["charge"]:
            self._run(
                _sell_place,
                self.model.sell_place,
                None,
                name,
                session=session,
                person=person,
                approval=approval,
                sale=Sale(transaction, price),
                hold=self._hold(session, pick) if pick % 2 else None,
            )

    @rule(session=sessions, roster=st.lists(st.tuples(registrations, people), max_size=3, unique_by=itemgetter(0)))
    def import_registrations(self, session: SessionId, roster: list[tuple[RegistrationId, Person]]) -> None:
        """A roster is imported."""
        self._run(places.import_registrations, self.model.import_registrations, None, session, roster)

    @rule(pick=picks)
    def approve(self, pick: int) -> None:
        """A registration is approved."""
        self._run(places.approve_registration, self.model.approve_registration, None, self._registration(pick))

    def _registration(self, pick: int) -> RegistrationId:
        """One that is there, or a name that is not."""
        known = sorted(self.model.kept["registration"])
        return RegistrationId(known[pick % len(known)]) if known and pick != 19 else RegistrationId("no-such")

    @rule(pick=picks, asked=st.integers(6, 19))
    def refuse(self, pick: int, asked: int) -> None:
        """A registration is refused."""
        refund, name = self._fresh(asked) or RefundId("refund-1"), self._registration(pick)
        self._run(places.refuse_registration, self.model.refuse_registration, None, name, refund=refund)

    @rule(pick=picks, asked=picks, override=overrides)
    def cancel_registration(self, pick: int, asked: int, override: Override | None) -> None:
        """A registration is cancelled."""
        name, refund = self._registration(pick), self._fresh(asked)
        self._run(
            places.cancel_registration,
            self.model.cancel_registration,
            None,
            name,
            refund=refund,
            override=override if refund or asked == 5 else None,
        )


def _sell_place(
    store: Store[GroupPurchase],
    act: Act,
    registration: RegistrationId,
    *,
    session: SessionId,
    person: Person,
    approval: bool,
    sale: Sale | None,
    hold: HoldId | None = None,
) -> Receipt:
    """What a checkout does about one line: no use case is about it alone."""
    content = {"do": "sell_place", "registration": registration, "session": session, "person": person}
    rest = {
        "approval": approval,
        "transaction": sale and sale.transaction,
        "price": sale and sale.price.minor,
        "hold": hold,
    }

    def body(work: GroupPurchase) -> Placed:
        found, seated = work.sessions.get(session), work.seated(session)
        return register(act, found, registration, person, approval=approval, hold=hold, sale=sale, seated=seated)

    return once(store, act, {**content, **rest}, body)


def _outcome(run: Callable[[Act], Receipt], act: Act) -> Outcome:
    try:
        return run(act)
    except Refused as refused:
        return refused.refusal
    except LaraError as error:
        return type(error)


def _same(name: str, expected: Plain, loaded: Plain) -> None:
    assert loaded == expected, f"{name} must be {expected!r}, and was loaded as {loaded!r}"
