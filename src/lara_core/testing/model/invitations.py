"""The life of an invitation, told a second time. Part of `lara_core.testing.model`."""

from collections.abc import Collection, Iterable

from lara_core.kernel.decisions import Act
from lara_core.kernel.ids import PoolId, SeatNo
from lara_core.kernel.people import EmailAddress, Person
from lara_core.seats import (
    AccountInvited,
    AlreadyAccepted,
    AlreadySeated,
    InvitationAccepted,
    InvitationCorrected,
    InvitationDead,
    InvitationDeclined,
    InvitationExpired,
    InvitationsExpired,
    NobodyToRemind,
    OtherAccount,
    RemindersSent,
    RemindersUsed,
    SameHolder,
    SeatState,
    SessionCalledOff,
)
from lara_core.testing.model.money import Charges
from lara_core.testing.model.words import (
    No,
    Plain,
    due_of,
    empty_seat,
    enrolled_seat,
    invited_seat,
    is_late,
    keys_of,
    known_seat,
    not_started,
    same,
    seat_of,
    until_of,
    with_accounts,
)


class Invitations(Charges):
    """Who is asked, and what they answer (S6, S7, S17)."""

    def accept_invitation(self, act: Act, pool: PoolId, seat: SeatNo, invitation: int, *, learner: Person) -> None:
        """The newest invitation, in time, by whom it was sent to."""
        found, session = self._pool(pool)
        one = seat_of(found, seat)
        if one["is"] is SeatState.ENROLLED and one["accepted"] == invitation:
            if one["who"].account != learner.account:
                raise No(AlreadyAccepted(seat))
            return
        self._to_answer(act, one, seat, invitation, session)
        with_accounts((learner,))
        if one["to"].account not in (None, learner.account):
            raise No(OtherAccount(seat))
        self._not_seated(found["session"], (learner,), but=one["to"])
        _ = self._write("pool", pool, InvitationAccepted(seat, invitation, learner, act))
        found["seats"][seat] = enrolled_seat(learner, invitation)

    def decline_invitation(self, act: Act, pool: PoolId, seat: SeatNo, invitation: int) -> None:
        """The seat is free."""
        found, session = self._pool(pool)
        one = seat_of(found, seat)
        if one["is"] is SeatState.ENROLLED and one["accepted"] == invitation:
            raise No(AlreadyAccepted(seat))
        self._to_answer(act, one, seat, invitation, session)
        _ = self._write("pool", pool, InvitationDeclined(seat, invitation, one["to"], act))
        empty_seat(found, seat, act.at)

    def _to_answer(self, act: Act, one: Plain, seat: SeatNo, invitation: int, session: Plain) -> None:
        if one["is"] is not SeatState.INVITED or one["number"] != invitation:
            raise No(InvitationDead(seat))
        not_started(session, act.at)
        if is_late(one["until"], act.at):
            raise No(InvitationExpired(seat, one["until"]))

    def remind_invitees(self, act: Act, pool: PoolId, seats: Collection[SeatNo]) -> None:
        """Nothing moves."""
        found, session = self._pool(pool)
        if session["cancelled"]:
            raise No(SessionCalledOff())
        if not seats:
            raise No(NobodyToRemind())
        asked: dict[SeatNo, Person] = {}
        for seat in sorted(set(seats)):
            one = known_seat(found, seat, session, act.at, SeatState.INVITED)
            if one["reminders"] >= found["policy"].reminders:
                raise No(RemindersUsed(seat, found["policy"].reminders))
            asked[seat] = one["to"]
        _ = self._write("pool", pool, RemindersSent(asked, act))
        for seat in asked:
            found["seats"][seat]["reminders"] += 1

    def expire_invitations(self, act: Act, pool: PoolId) -> None:
        """What is due is free; harmless where nothing is."""
        found, session = self._pool(pool)
        if due := due_of(found, session, act.at):
            _ = self._write("pool", pool, InvitationsExpired(due, act))
            for seat in due:
                empty_seat(found, seat, act.at)

    def correct_invitation(self, act: Act, pool: PoolId, seat: SeatNo, to: EmailAddress) -> None:
        """Of a bare address; the old invitation is dead."""
        found, session = self._pool(pool)
        not_started(session, act.at)
        one, person = known_seat(found, seat, session, act.at, SeatState.INVITED), Person(to)
        if one["to"].account is not None:
            raise No(AccountInvited(seat))
        if same(person, one["to"]):
            raise No(SameHolder(seat))
        self._not_seated(found["session"], (person,))
        until = until_of(found["policy"], act.at)
        number = self._write("pool", pool, InvitationCorrected(seat, one["to"], person, until, act))
        found["seats"][seat] = invited_seat(person, number, until)

    def _not_seated(self, session: str, people: Iterable[Person], *, but: Person | None = None) -> None:
        sitting = self._keys_in(session) - (keys_of(but) if but else set())
        already = tuple(person for person in people if keys_of(person) & sitting)
        if already:
            raise No(AlreadySeated(already))
