"""Who was granted what, and where things stand (R2). Part of `lara_core.testing.conformance`."""

from functools import partial

from lara_core.hosting.ports import GroupPurchase
from lara_core.kernel.ids import ActorId, CourseId, ProviderId
from lara_core.rights import Action, GrantsDecision, Place, Right, Scope, allowed
from lara_core.testing.conformance.doing import Withdrawn, named, save, under
from lara_core.testing.conformance.fixtures import NORTH, OpenStore, Stand, StoreFixtures
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import ADMIN, BUYER, OTHER_SESSION, PARTNER, SESSION, act, granted, opened


class EntitlementsConformance(StoreFixtures):
    """What a store promises of rights."""

    def test_what_was_granted_is_found(self, open_store: OpenStore) -> None:
        """`find` gives what an actor was granted, as it stands, and `None` where nobody ever granted anything (R2).

        Otherwise whoever nobody has heard of may do everything; or an administrator is locked out, or keeps a right
        that was taken away.
        """
        store = open_store(NORTH)
        with store.transaction() as work:
            assert work.entitlements.find(ADMIN) is None, "nobody is trusted: give None where nothing was granted"
            work.save(granted())
            assert work.entitlements.find(ADMIN) == granted().state, "let a transaction find what it has granted"
        within = Scope(partner=PARTNER)
        held = save(store, granted(BUYER, partner=PARTNER))
        held = save(store, held.grant(act("more"), Right.REPORTS, (Action.VIEW, Action.EDIT), scope=within))
        held = save(store, held.revoke(act("less"), Right.REPORTS, (Action.EDIT,), scope=within))
        with open_store(NORTH).transaction() as work:
            found = [work.entitlements.find(actor) for actor in (ADMIN, BUYER, ActorId("nobody"))]
        assert found == [granted().state, held, None], "find what that actor holds now, and what no other does"

    def test_a_right_that_is_revoked_meanwhile_is_not_used(self, open_store: OpenStore) -> None:
        """What `find` gave is still true at the commit, also where something else is written (R2).

        Otherwise two who are locked out by each other at once both go on. Here each takes from the other what both
        need to take anything.
        """
        _ = save(open_store(NORTH), granted(ADMIN)), save(open_store(NORTH), granted(BUYER))
        meeting = Meeting()

        def lock_out(mine: ActorId, other: ActorId, work: GroupPurchase) -> tuple[GrantsDecision]:
            own, theirs = work.entitlements.find(mine), work.entitlements.find(other)
            assert own is not None, "find what was granted"
            assert theirs is not None, "find what was granted"
            meeting.wait()
            if not allowed(own.held, mine, Right.USERS, Action.EDIT, on=Place()):
                raise Withdrawn
            return (theirs.revoke_role(act(f"by-{mine}"), "everything", scope=Scope()),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(lock_out, ADMIN, BUYER)),
            under("other", partial(lock_out, BUYER, ADMIN)),
        )
        assert outcomes.count(Withdrawn) == 1, (
            "grants are read as aggregates are: check before the commit that they are unchanged, else StaleState; or "
            f"lock them. It came to {named(outcomes)}"
        )

    def test_a_session_that_nobody_knows_stands_nowhere(self, open_store: OpenStore) -> None:
        """`place` gives `None` for a session that the host has never heard of (R2).

        Otherwise a mistyped link is answered as the organisation's own, to whom its own things are no secret.
        """
        with open_store(NORTH).transaction() as work:
            assert work.place(SESSION) is None, "give None where there is no such session"

    def test_where_a_session_stands_is_known(self, open_store: OpenStore, stand: Stand) -> None:
        """`place` says whose a session's training is, and at which provider, also before it is on sale (R2).

        Otherwise one partner's people see the participants of another.
        """
        theirs = Place(partner=PARTNER, provider=ProviderId("prestataire-é"), training=CourseId("soudure"))
        for session, place in ((SESSION, theirs), (OTHER_SESSION, Place(training=CourseId("welding")))):
            _ = stand(NORTH, session, place)
        store = open_store(NORTH)
        with store.transaction() as work:
            found = [work.place(each) for each in (SESSION, OTHER_SESSION)]
        advice = "give partner, provider and training as they are, and of a session that is the organisation's none"
        assert found == [theirs, Place(training=CourseId("welding"))], advice
        _ = save(store, opened())
        with store.transaction() as work:
            assert work.place(SESSION) == theirs, "putting a session on sale leaves it where it stands"
