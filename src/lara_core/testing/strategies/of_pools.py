"""What happens to seat pools. Part of `lara_core.testing.strategies`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import Act, Event, Refused
from lara_core.kernel.ids import PoolId, SeatNo, TransactionId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person, PersonKey, distinct
from lara_core.seats import (
    Cause,
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
    SeatPool,
    SeatReactivated,
    SeatRevoked,
    SeatsAssigned,
    SeatsBought,
    SeatsCancelled,
    SeatsInvited,
    SeatTransferred,
)
from lara_core.sessions import Session
from lara_core.testing.strategies.happening import kind_of, later, opened, turns
from lara_core.testing.strategies.values import (
    BOTH,
    accounts,
    act_at,
    actors,
    acts,
    addresses,
    deadlines,
    ids,
    instants,
    people,
    policies,
    prices,
)


def pool_histories(*, tries: int = 0) -> SearchStrategy[tuple[SeatDecision, ...]]:
    """All that happened to a pool from its purchase on, while time went by, maybe past its session's end (S).

    Invitations are answered in time, or too late, or never; cancelled seats come back, and learners are transferred. At
    least so many commands are tried, and at most a dozen.
    """
    return pool_histories_with(tries, None)


@st.composite
def pool_histories_with(draw: DrawFn, least: int, wanted: type[Event] | None) -> tuple[SeatDecision, ...]:
    """Histories in which an event of the kind *wanted* is likelier than any other."""
    session, there, policy = opened(draw, None).state, opened(draw, None).state, draw(policies())
    # Nobody is transferred to a session that has started.
    there = evolve(there, starts=session.starts, ends=session.ends)
    if wanted is not None and wanted is not SeatsBought:
        policy = evolve(policy, modes=BOTH, reminders=policy.reminders or 1, withdrawal=True, release_unpaid=True)
    bare = draw(st.lists(people(account=False), min_size=int(wanted is InvitationCorrected), max_size=3))
    cast, _ = distinct(draw(st.lists(people(account=True), min_size=2, max_size=5)) + bare)
    history = [_bought(draw, session, cast, policy)]
    at = history[0].events[0].act.at
    for _ in turns(draw, least):
        at = later(draw, at, _ends(history[-1].state))
        with suppress(Refused):
            decision = _on_pool(draw, history[-1].state, act_at(draw, at), session, there, cast, wanted)
            history += [decision] if decision.events else []
    return tuple(history)


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
        invoice=draw(st.none() | st.just(Deadline.at(latest + timedelta(hours=1))) | deadlines()),
        seated=(),
    )


def _ends(pool: SeatPool) -> Iterable[datetime]:
    """When something ends for a pool: an invitation, the time to assign a seat, the time to pay."""
    yield from (sent.until.instant for sent in pool.invited.values())
    if pool.overdue_from is not None:
        yield pool.overdue_from
    if pool.invoice is not None and pool.policy.release_unpaid:
        yield pool.invoice.instant


# What leads to an event that is wanted, where it cannot happen yet.
_BEFORE: Final[Mapping[type[Event] | None, type[Event]]] = {
    **dict.fromkeys((InvitationAccepted, InvitationDeclined, InvitationsExpired, RemindersSent), SeatsInvited),
    InvitationCorrected: SeatsInvited,
    **dict.fromkeys((LearnerWithdrew, SeatTransferred), SeatsAssigned),
    SeatReactivated: SeatsCancelled,
}


def _on_pool(
    draw: DrawFn,
    pool: SeatPool,
    act: Act,
    session: Session,
    there: Session,
    cast: Sequence[Person],
    wanted: type[Event] | None,
) -> SeatDecision:
    now, policy = pool.as_of(act.at, session), pool.policy
    seated, here = _sitting(pool), _sitting(now)
    absent = [person for person in cast if not person.is_in(here)]
    able = [person for person in absent if person.account]
    bare = [seat for seat, sent in now.invited.items() if sent.to.account is None]
    held = [*now.enrolled, *now.invited]
    gone = [seat for seat, why in pool.cancelled.items() if why.cause is not Cause.TRANSFERRED]
    unpaid = policy.release_unpaid and pool.invoice is not None and pool.invoice.passed(act.at)
    likely: dict[type[Event], int] = {
        SeatsAssigned: 3 * bool(now.free and able),
        SeatsInvited: 3 * bool(now.free and absent),
        InvitationAccepted: 2 * bool(now.invited),
        InvitationDeclined: bool(now.invited),
        InvitationsExpired: now.invited != pool.invited,
        RemindersSent: 2 * bool(now.invited and policy.reminders),
        InvitationCorrected: bool(bare),
        LearnerWithdrew: bool(now.enrolled and policy.withdrawal) * (3 if policy.assign_at_purchase else 1),
        SeatRevoked: 3 * bool(held),
        SeatsCancelled: 2 * bool(now.live) + 6 * bool(now.live and (pool.overdue(act.at) or unpaid)),
        SeatTransferred: bool(now.enrolled),
        SeatReactivated: 2 * bool(gone),
        PoolHandedOver: 1,
    }
    kind = kind_of(draw, likely, (wanted, _BEFORE.get(wanted)))

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
        return _cancelled(draw, now, pool, act, session)
    if kind is SeatTransferred:
        price = Money(draw(st.integers(0, 20_000)), pool.prices[0].currency)
        left, _ = pool.transfer(
            act, one_of(now.enrolled), to=draw(ids(PoolId)), price=price, session=session, there=there, seated_there=()
        )
        return left
    if kind is SeatReactivated:
        mode = draw(st.sampled_from(sorted(policy.modes)))
        to = draw(st.sampled_from([None, *(able if mode is Mode.IMMEDIATE else absent)]))
        return pool.reactivate(act, one_of(gone), to=to, mode=mode, session=session, seated=seated)
    return pool.hand_over(act, draw(actors()))


def _cancelled(draw: DrawFn, now: SeatPool, pool: SeatPool, act: Act, session: Session) -> SeatDecision:
    """Some seats are cancelled, or all that the session, the invoice or the policy gives a reason for."""
    ways = [Cause.ASKED] * 4 + [Cause.SESSION_CANCELLED]
    ways += [Cause.UNASSIGNED] * 4 * bool(pool.overdue(act.at))
    ways += [Cause.UNPAID] * 4 * bool(pool.policy.release_unpaid and pool.invoice and pool.invoice.passed(act.at))
    cause = draw(st.sampled_from(ways))
    if cause is Cause.UNASSIGNED:
        return pool.cancel_unassigned(act, session=session)
    if cause is Cause.UNPAID:
        return pool.release(act, paid=False, session=session)
    if cause is Cause.SESSION_CANCELLED:
        return pool.call_off(act, session=session)
    seats = draw(st.lists(st.sampled_from(sorted(now.live)), min_size=1, max_size=2))
    return pool.cancel(act, seats, session=session)


def _sitting(pool: SeatPool) -> Collection[PersonKey]:
    sitting = *pool.enrolled.values(), *(sent.to for sent in pool.invited.values())
    return {key for person in sitting for key in person.keys}
