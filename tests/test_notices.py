"""Who is told of what (T1): every event of the table, to the exact notice."""

from typing import Final, get_args

import pytest

from lara_core.kernel.ids import ActorId, PoolId, SeatNo, SessionId
from lara_core.kernel.people import Person
from lara_core.seats import SeatDecision, SeatEvent, SeatPool
from lara_core.sessions import SessionEvent
from lara_core.telling.notices import TABLE, Notice, Party, Recipient, Setting, Template, notices
from tests.builders import ANN, BEN, CLEO, act, pool, session

MANAGER: Final = ActorId("manager")


def notice(key: str, to: Recipient, template: Template, *seats: int) -> Notice:
    """A notice about seats of the pool that all tests here speak of."""
    return Notice(key, to, template, SessionId("excel"), PoolId("pool"), tuple(map(SeatNo, seats)))


def cancelled(*learners: Person, seats: tuple[int, ...]) -> SeatDecision:
    """Seats of a pool of three, with *learners* on the first of them, are cancelled."""
    return pool(*learners).cancel(act(), tuple(map(SeatNo, seats)), session=session())


def bought(*learners: Person) -> SeatDecision:
    """A pool of three is bought, with *learners* on the first seats."""
    empty = pool()
    return SeatPool.buy(
        act(),
        empty.id,
        session=session(),
        transaction=empty.transaction,
        buyer=empty.buyer,
        prices=empty.paid,
        policy=empty.policy,
        learners=learners,
        seated=(),
    )


def test_a_purchase_tells_its_learners() -> None:
    """Who is seated by a purchase is told so, by the seat; the buyer has the receipt (S3, S16)."""
    assert notices(bought(ANN, BEN)) == (
        notice("pool:1:seats.enrolled:1", ANN, Template.ENROLLED, 1),
        notice("pool:1:seats.enrolled:2", BEN, Template.ENROLLED, 2),
    )


def test_a_purchase_without_learners_tells_nobody() -> None:
    """There is nobody yet whom it concerns, and who acted has the decision itself (S16)."""
    assert notices(bought()) == ()


def test_an_assignment_tells_those_whom_it_seats() -> None:
    """Who was named twice or already sits is not told: nothing happened to their seat (S5)."""
    decision = pool(ANN).assign(act(), (ANN, BEN, CLEO, BEN), session=session(), seated=set(ANN.keys))
    assert notices(decision) == (
        notice("pool:2:seats.enrolled:2", BEN, Template.ENROLLED, 2),
        notice("pool:2:seats.enrolled:3", CLEO, Template.ENROLLED, 3),
    )


def test_a_revocation_tells_who_lost_the_seat() -> None:
    """The old holder is told (S9)."""
    decision = pool(ANN).revoke(act(), SeatNo(1), session=session(), seated=())
    assert notices(decision) == (notice("pool:2:seats.revoked:1", ANN, Template.REVOKED, 1),)


def test_a_reassignment_tells_the_old_holder_and_the_new() -> None:
    """Both are told, the one who loses the seat first (S9)."""
    decision = pool(ANN).revoke(act(), SeatNo(1), to=BEN, session=session(), seated=set(ANN.keys))
    assert notices(decision) == (
        notice("pool:2:seats.revoked:1", ANN, Template.REVOKED, 1),
        notice("pool:2:seats.enrolled:1", BEN, Template.ENROLLED, 1),
    )


def test_a_cancellation_tells_holders_and_the_buyer() -> None:
    """Each holder is told of their own seat, the buyer once of all of them, whoever cancelled (S16)."""
    assert notices(cancelled(ANN, BEN, seats=(3, 1, 2))) == (
        notice("pool:2:seats.cancelled:1", ANN, Template.CANCELLED, 1),
        notice("pool:2:seats.cancelled:2", BEN, Template.CANCELLED, 2),
        notice("pool:2:seats.cancelled_buyer:1", MANAGER, Template.CANCELLED_BUYER, 1, 2, 3),
    )


def test_a_cancelled_free_seat_concerns_the_buyer_alone() -> None:
    """A seat that nobody has is cancelled without telling learners."""
    assert notices(cancelled(ANN, seats=(2,))) == (
        notice("pool:2:seats.cancelled_buyer:2", MANAGER, Template.CANCELLED_BUYER, 2),
    )


def test_a_session_tells_nobody() -> None:
    """Places are counted, not told: people are told of seats."""
    assert notices(session(3).resize(act(), 5)) == ()


def test_what_changes_nothing_tells_nobody() -> None:
    """A decision without events has no notices."""
    assert notices(session(3).resize(act(), 3)) == ()


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        (Setting.TELL_ENROLLED, {Template.REVOKED, Template.CANCELLED, Template.CANCELLED_BUYER}),
        (Setting.TELL_REVOKED, {Template.ENROLLED, Template.CANCELLED, Template.CANCELLED_BUYER}),
        (Setting.TELL_CANCELLED, {Template.ENROLLED, Template.REVOKED, Template.CANCELLED_BUYER}),
        (Setting.TELL_BUYER_CANCELLED, {Template.ENROLLED, Template.REVOKED, Template.CANCELLED}),
    ],
)
def test_a_setting_silences_its_own_template_and_no_other(setting: Setting, left: set[Template]) -> None:
    """An organisation switches off one kind of notice, and all others go on (T1)."""
    decisions = (
        pool(ANN).revoke(act(), SeatNo(1), to=BEN, session=session(), seated=()),
        cancelled(ANN, seats=(1,)),
    )
    assert {each.template for decision in decisions for each in notices(decision, silenced={setting})} == left


def test_all_can_be_silenced() -> None:
    """An organisation that writes to its people itself switches everything off (T1)."""
    assert notices(cancelled(ANN, seats=(1,)), silenced=set(Setting)) == ()


def test_the_same_event_has_the_same_keys() -> None:
    """A key is made of what happened, so that an outbox can drop the repeat of a command (K12)."""
    first, again = (pool(ANN).revoke(act(key=key), SeatNo(1), session=session(), seated=()) for key in ("one", "two"))
    assert [each.key for each in notices(first)] == [each.key for each in notices(again)]


def test_the_same_thing_done_again_has_another_key() -> None:
    """Who gets a seat back is told again: the second time is another version of the pool (K12)."""
    seated = pool(ANN, seats=1)
    free = seated.revoke(act(), SeatNo(1), session=session(), seated=()).state
    back = free.assign(act(), (ANN,), session=session(), seated=())
    lost_again = back.state.revoke(act(), SeatNo(1), session=session(), seated=())
    assert [each.key for decision in (back, lost_again) for each in notices(decision)] == [
        "pool:3:seats.enrolled:1",
        "pool:4:seats.revoked:1",
    ]


def test_keys_of_many_are_distinct() -> None:
    """No two notices of one event share a key, however many they are (K12)."""
    people = tuple(Person.of(f"learner{number}@example.com", f"learner{number}") for number in range(300))
    told = notices(pool(seats=300).assign(act(), people, session=session(), seated=()))
    assert (len(told), len({each.key for each in told})) == (300, 300)


def test_keys_name_nobody() -> None:
    """A key can be logged: it holds no address and no account (K11)."""
    told = notices(cancelled(Person.of("secret@example.com", "secret-account"), seats=(1,)))
    assert [each.key for each in told if "secret" in each.key] == []


def test_a_notice_does_not_show_an_address() -> None:
    """A notice that reaches a log shows no address (K11)."""
    (told,) = notices(bought(Person.of("secret@example.com", "17")))
    assert "secret" not in repr(told)


def test_every_event_of_seats_is_told() -> None:
    """No event about a seat is forgotten: each has its rows, and what happens to places alone has none."""
    assert (set(get_args(SeatEvent)) - set(TABLE), set(get_args(SessionEvent)) & set(TABLE)) == (set(), set())


def test_the_table_uses_all_it_has() -> None:
    """There is no party, template or setting that no row uses, and each template has one setting."""
    rows = {row for rows in TABLE.values() for row in rows}
    assert (
        {row.party for row in rows},
        sorted(row.template for row in rows),
        sorted(row.setting for row in rows),
    ) == (set(Party), sorted(Template), sorted(Setting))


def test_every_row_tells_somebody() -> None:
    """No row of the table names a party that its event does not have: it would tell nobody, and nobody would see it."""
    decisions = (
        bought(ANN),
        pool().assign(act(), (ANN,), session=session(), seated=()),
        pool(ANN).revoke(act(), SeatNo(1), to=BEN, session=session(), seated=()),
        cancelled(ANN, seats=(1,)),
    )
    told = {(type(decision.events[0]), each.template) for decision in decisions for each in notices(decision)}
    assert told == {(event, row.template) for event, rows in TABLE.items() for row in rows}


def test_who_is_told_is_who_was_written_down() -> None:
    """A learner is told at the address that the seat holds, as it was typed (K7)."""
    typed = Person.of("Dan@Example.com", "dan")
    decision = pool(seats=1).assign(act(), (typed,), session=session(), seated=())
    assert [each.to for each in notices(decision)] == [typed]
