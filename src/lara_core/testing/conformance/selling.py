"""Providers, carts, promotion codes and documents, and what becomes of a basket. Part of the conformance suite."""

from collections.abc import Callable, Container, Sequence
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

from lara_core import checkout
from lara_core.cart import BasketState, Cart, CartDecision, Method
from lara_core.documents import DocumentIssued, Numbering, NumberingDecision
from lara_core.hosting import carts as use
from lara_core.hosting.erasure import erase_person
from lara_core.hosting.outbox import deliver
from lara_core.hosting.ports import Receipt, Selling, Store
from lara_core.kernel.decisions import Aggregate, Decision, Event, Refused
from lara_core.kernel.erasure import erased
from lara_core.kernel.errors import NotFound
from lara_core.kernel.ids import CartId, CodeId, LineId, ProviderId, RefundId, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import PersonKey
from lara_core.promotions import PromotionCode
from lara_core.providers import Arrangement, Provider, ProviderDecision, Training
from lara_core.purchase import BuyerRole
from lara_core.refunds import RefundTerms
from lara_core.sessions import Session
from lara_core.telling.notices import Notice, Template
from lara_core.testing.conformance.doing import Crash, Withdrawn, named, outcome, save, told, under
from lara_core.testing.conformance.fixtures import NORTH, SOUTH
from lara_core.testing.laws import fold
from lara_core.testing.races import Meeting, at_once
from lara_core.testing.samples import (
    ALIKE,
    BUYER,
    CART,
    CODE,
    EDITH,
    ERASING,
    OTHER_CART,
    OTHER_PROVIDER,
    OTHER_SESSION,
    OTHER_TRANSACTION,
    PROVIDER,
    SESSION,
    TRANSACTION,
    SellingSample,
    act,
    code_created,
    differences,
    filled,
    granted,
    histories_of_selling,
    numbered,
    opened,
    provider_opened,
    sold,
)

OpenSelling: TypeAlias = Callable[[str], Store[Selling]]

EUR: Final = Currency("EUR")
OWN: Final = sold(LineId("own"), learner=EDITH)
STRICT: Final = RefundTerms("100", Money.of(0, "EUR"), Money.of(0, "EUR"))


class SellingConformance:
    """What a store of providers, arrangements, trainings, carts, codes and documents promises, beside the first suite.

    It asks a host for `open_store` alone, as that does.
    """

    # --- What is kept

    def test_what_is_sold_is_kept(self, open_store: OpenSelling) -> None:
        """Providers, arrangements, trainings, carts, codes and series come back as they were saved (K3, K5, P5).

        Otherwise a seat is cancelled on terms that nobody sold it on, and a basket is paid that nobody filled.
        """
        store, opened_again = open_store(NORTH), open_store(NORTH)
        _ = save(store, opened()), save(store, opened(OTHER_SESSION))
        for history in histories_of_selling():
            for decision in history:
                _ = save(store, decision)
                with opened_again.transaction() as work:
                    loaded = load(work, decision.state)
                lost = differences(decision.state, loaded, type(decision.state).__name__)
                assert not lost, f"load each field as it was saved, as the same type: {lost}"
            happened = tuple(chain.from_iterable(decision.events for decision in history))
            with opened_again.transaction() as work:
                state, found = load(work, history[0].state), events(work, history[0].state)
            lost = differences(happened, found, "events")
            assert not lost, f"keep every event, in order, as it was saved: {lost}"
            assert fold(type(state), found) == state, "write the state that a decision's events lead to"

    def test_what_nobody_sells_is_not_found(self, open_store: OpenSelling) -> None:
        """What is not kept is `NotFound`: there is no empty cart, and no series without a provider.

        Otherwise a mistyped link sells something, on nobody's terms.
        """
        with open_store(NORTH).transaction() as work:
            for history in histories_of_selling():
                for question in (load, events):
                    assert outcome(question, work, history[0].state) is NotFound, "raise NotFound where nothing is kept"

    def test_what_is_sold_and_looks_alike_is_different(self, open_store: OpenSelling) -> None:
        """Ids of providers, carts and codes are compared character by character, at their full length (P3, P4).

        Otherwise a database's collation pays one provider for what another one sold.
        """
        store = open_store(NORTH)
        for uses, name in enumerate(ALIKE, 1):
            _ = save(store, provider_opened(ProviderId(name))), save(store, numbered(ProviderId(name)))
            _ = save(store, code_created(CodeId(name), provider=ProviderId(name), uses=uses))
            _ = save(store, filled(CartId(name)))
        with store.transaction() as work:
            found = [
                (
                    work.providers.get(ProviderId(name)).id,
                    work.numberings.get(ProviderId(name)).id,
                    work.codes.get(CodeId(name)).uses,
                    work.carts.get(CartId(name)).id,
                )
                for name in ALIKE
            ]
        expected = [(name, name, uses, name) for uses, name in enumerate(ALIKE, 1)]
        assert found == expected, "compare ids byte by byte (no case folding, no normalisation), at their full length"

    def test_two_organisations_sell_apart(self, open_store: OpenSelling) -> None:
        """Two organisations may use the same ids of providers, carts and codes, and see nothing of each other (R2).

        Otherwise one customer's code is used up by another's buyers.
        """
        north, south = open_store(NORTH), open_store(SOUTH)
        _ = ready(north, filled(CART, sold()))
        _ = save(north, code_created())
        begun = (provider_opened().state, filled().state, code_created().state, numbered().state)
        with south.transaction() as work:
            found = [outcome(load, work, state) for state in begun]
            assert found == [NotFound] * len(begun), "what is another organisation's is not found"
            assert PROVIDER not in work.providers, "what is another organisation's is not found"

    def test_carts_forget_whoever_was_erased(self, open_store: OpenSelling) -> None:
        """Lines and their history have the tombstone, wherever somebody was to learn, to be invited, or acted (K13).

        Otherwise somebody who asked to be forgotten is still named in what was once put into a cart.
        """
        store, histories = open_store(NORTH), histories_of_selling()
        _ = save(store, opened()), save(store, opened(OTHER_SESSION))
        for decision in chain.from_iterable(histories):
            _ = save(store, decision)
        states: Sequence[SellingSample] = [history[-1].state for history in histories]
        with store.transaction() as work:
            before = [(load(work, state), events(work, state)) for state in states]
        erase_person(store, ERASING)
        with open_store(NORTH).transaction() as work:
            after = [(load(work, state), events(work, state)) for state in states]
        for was, found in zip(before, after, strict=True):
            lost = differences(erased(was, ERASING), found, type(found[0]).__name__)
            assert not lost, f"rewrite every state and every event by `erased`, and nothing else: {lost}"

    # --- Who sells

    def test_who_sells_is_known(self, open_store: OpenSelling) -> None:
        """`in providers` says whether there is such a provider, and a transaction sees its own writes (P3).

        Otherwise a cart cannot be shown, or shows what nobody can be paid for.
        """
        store = open_store(NORTH)
        _ = save(store, provider_opened())
        with store.transaction() as work:
            found = [each in work.providers for each in (PROVIDER, OTHER_PROVIDER)]
            assert found == [True, False], "say whether there is a provider of that id"
            work.save(provider_opened(OTHER_PROVIDER))
            assert OTHER_PROVIDER in work.providers, "let a transaction see what it has written"

    def test_a_provider_that_opens_meanwhile_is_not_missed(self, open_store: OpenSelling) -> None:
        """Where `in providers` said that there is none, that is still true at the commit.

        Otherwise a rule of the host's, one of these two and not both, is broken by two who look at once. Who looks for
        what is not there reads no version that could move.
        """
        meeting = Meeting()

        def open_one(mine: ProviderId, other: ProviderId, work: Selling) -> tuple[ProviderDecision]:
            there = other in work.providers
            meeting.wait()
            if there:
                raise Withdrawn
            return (provider_opened(mine),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(open_one, PROVIDER, OTHER_PROVIDER)),
            under("other", partial(open_one, OTHER_PROVIDER, PROVIDER)),
        )
        assert outcomes.count(Withdrawn) == 1, (
            "look again before the commit for what was not there, and be StaleState where it is; or lock the place "
            f"where it would be. It came to {named(outcomes)}"
        )

    def test_terms_do_not_change_under_a_checkout(self, open_store: OpenSelling) -> None:
        """A basket is checked out on terms that are still the provider's at the commit (P5).

        Otherwise it is sold on terms that were withdrawn. Here they are changed only while nothing is charged on them:
        each reads what the other writes, and neither writes what the other does.
        """
        _ = ready(open_store(NORTH), filled(CART, sold()))
        both_read, changed = Meeting(), Meeting()

        def change(work: Selling) -> tuple[ProviderDecision]:
            provider, cart = work.providers.get(PROVIDER), work.carts.get(CART)
            both_read.wait()
            if cart.attempts:
                raise Withdrawn
            return (provider.set_terms(act("change"), STRICT),)

        def change_first(store: Store[Selling]) -> Receipt | type[Exception]:
            came_to = under("change", change)(store)
            changed.wait()
            return came_to

        outcomes = at_once(
            partial(open_store, NORTH),
            under("start", partial(started, "start", CART, meetings=(both_read, changed))),
            change_first,
        )
        with open_store(NORTH).transaction() as work:
            provider, cart = work.providers.get(PROVIDER), work.carts.get(CART)
            made = cart.newest(PROVIDER, EUR)
        strict = [found == STRICT for found in (provider.terms[EUR], made.terms)]
        assert strict == [Withdrawn not in outcomes] * 2, (
            "check what was read before the commit, also where it was not written, else StaleState; or lock it. It "
            f"came to {named(outcomes)}"
        )

    # --- Codes and baskets

    def test_the_last_use_of_a_code_goes_to_one(self, open_store: OpenSelling) -> None:
        """Of two who check out with the last use of a code at once, one has it, and the other is refused (P4).

        Otherwise the provider gives more away than it meant to. Each has a cart and a session of their own, so they
        meet in the code alone.
        """
        elsewhere = sold(session=OTHER_SESSION)
        _ = ready(open_store(NORTH), filled(CART, sold()), filled(OTHER_CART, elsewhere))
        _ = save(open_store(NORTH), code_created(uses=1))
        meeting = Meeting()
        outcomes = at_once(
            partial(open_store, NORTH),
            *(
                under(cart, partial(started, cart, cart, session=session, code=CODE, of=of, meetings=(meeting,)))
                for cart, session, of in (
                    (CART, SESSION, TRANSACTION),
                    (OTHER_CART, OTHER_SESSION, OTHER_TRANSACTION),
                )
            ),
        )
        with open_store(NORTH).transaction() as work:
            in_use = work.codes.get(CODE).in_use
        assert (outcomes.count(Refused), in_use) == (1, 1), (
            f"save a code only on the version that was read, else StaleState. It came to {named(outcomes)}"
        )

    def test_a_basket_is_paid_once(self, open_store: OpenSelling) -> None:
        """Of two who say at once how a payment ended, one is first, and the other learns of it (P3).

        Otherwise what was paid for is given twice, or somebody is asked to pay again for what they have.
        """
        store = ready(
            open_store(NORTH), filled(CART, sold()), filled(OTHER_CART, sold(session=OTHER_SESSION)), code=CODE
        )
        begin(store, "start", CART, code=CODE)
        begin(store, "start-other", OTHER_CART, session=OTHER_SESSION, of=OTHER_TRANSACTION)
        twice = Meeting()
        outcomes = at_once(
            partial(open_store, NORTH),
            *(under(key, partial(paid, key, CART, code=CODE, meetings=(twice,))) for key in ("one", "other")),
        )
        happened = [() if isinstance(each, type) else told(each) for each in outcomes]
        assert sorted(bool(each) for each in happened) == [False, True], (
            "of two who pay one basket, the later finds that it is paid, and does nothing more. It came to "
            f"{named(outcomes)}"
        )
        differently = Meeting()

        def unknown(work: Selling) -> tuple[CartDecision]:
            cart = work.carts.get(OTHER_CART)
            differently.wait()
            return (cart.leave_unknown(act("unknown"), PROVIDER, EUR, 1),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("paid", partial(paid, "paid", OTHER_CART, session=OTHER_SESSION, meetings=(differently,))),
            under("unknown", unknown),
        )
        with open_store(NORTH).transaction() as work:
            cart, kept = work.carts.get(OTHER_CART), tuple(work.carts.events(OTHER_CART))
            numbers = [numbers_in(work, PROVIDER), work.numberings.get(PROVIDER).last]
        said = [event for each in outcomes if not isinstance(each, type) for event in told(each)]
        assert cart.state_of(PROVIDER, EUR) is BasketState.PAID, (
            f"save a cart only on the version that was read, else StaleState. It came to {named(outcomes)}"
        )
        assert [event for event in said if event in kept] == [event for event in said if is_of_cart(event)], (
            "keep whatever a receipt says has happened"
        )
        assert numbers == [[1, 2], 2], "a basket that is paid has one document"

    def test_a_checkout_is_whole(self, open_store: OpenSelling) -> None:
        """What a payment does to cart, code, sessions, pools, registrations and money is kept together or not at all.

        Otherwise somebody has paid and has nothing, or has what nobody paid for (P3). The process goes away here after
        each of its statements in turn.
        """
        store = ready(open_store(NORTH), filled(CART, sold(), OWN), code=CODE)
        begin(store, "start", CART, code=CODE)
        with store.transaction() as work:
            decisions = paid("pay", CART, work, code=CODE)
        with store.transaction() as work:
            before = everything_sold(work)
        for statements in range(1, len(decisions) + 1):
            assert outcome(crash, store, decisions[:statements]) is Crash, "let an exception through"
            with open_store(NORTH).transaction() as work:
                assert everything_sold(work) == before, (
                    f"undo all that a transaction wrote when it is left by an exception; here {statements} decisions"
                )
        with store.transaction() as work:
            for decision in paid("pay", CART, work, code=CODE):
                work.save(decision)
        with open_store(NORTH).transaction() as work:
            after, document = everything_sold(work), work.numberings.issued(PROVIDER, TRANSACTION)
        pool, registration, price = f"{TRANSACTION}:1.1", f"{TRANSACTION}:2.1", Money.of("27.00", "EUR")
        assert after == (BasketState.PAID, 1, 0, 3, [pool], [registration], price), "commit all that was written"
        assert document is not None, "commit all that was written"

    def test_places_are_found_by_what_bought_them(self, open_store: OpenSelling) -> None:
        """The registrations of a transaction are found by it, and no others (P3, R2).

        Otherwise their money is nobody's to give back, or anybody's.
        """
        store = ready(open_store(NORTH), filled(CART, sold(), OWN), code=CODE)
        begin(store, "start", CART, code=CODE)
        with store.transaction() as work:
            for decision in paid("pay", CART, work, code=CODE):
                work.save(decision)
        with open_store(NORTH).transaction() as work:
            found = [list(work.registrations.of_transaction(each)) for each in (TRANSACTION, OTHER_TRANSACTION)]
        assert found == [[f"{TRANSACTION}:2.1"], []], "find registrations by the transaction of their sale"

    def test_a_payment_is_answered_again(self, open_store: OpenSelling) -> None:
        """A payment that is told again under its key gets its first receipt, and does nothing (K4, P3).

        Otherwise a gateway that tells everything twice is refused, and tells it for ever.
        """
        store = ready(open_store(NORTH), filled(CART, sold(), OWN), code=CODE)
        begin(store, "start", CART, code=CODE)
        paying = partial(use.pay_basket, store, act("pay"), CART, PROVIDER, EUR, 1)
        receipt = paying()
        with store.transaction() as work:
            before = everything_sold(work)
        assert outcome(paying) == receipt, "keep all of a receipt, however much one command did"
        with store.transaction() as work:
            assert everything_sold(work) == before, "a repeated command changes nothing"

    def test_who_pays_is_told(self, open_store: OpenSelling) -> None:
        """A notice about a basket is put out with its cart, its provider and its amount (T1, K12).

        Otherwise a buyer reads that something was not paid, and not what.
        """
        store = ready(open_store(NORTH), filled(CART, sold()))
        sent: list[Notice] = []
        begin(store, "start", CART)
        _ = use.leave_basket_unknown(store, act("unknown"), CART, PROVIDER, EUR, 1)
        _ = use.decline_basket(store, act("decline"), CART, PROVIDER, EUR, 1)
        _ = deliver(store, sent.append)
        with store.transaction() as work:
            organisation = work.organisation
        twenty = Money.of("20.00", "EUR")
        read = [(each.to, each.template, each.cart, each.provider, each.amount) for each in sent]
        assert read == [
            (organisation, Template.BASKET_UNKNOWN, CART, PROVIDER, twenty),
            (BUYER, Template.BASKET_DECLINED, CART, PROVIDER, twenty),
        ], "keep each field of a notice"

    # --- Documents

    def test_a_documents_number_is_known(self, open_store: OpenSelling) -> None:
        """`issued` gives the number of that provider's invoice, or of that refund's credit note, or `None` (P8).

        Otherwise a credit note is numbered twice, or passes for the invoice that it credits.
        """
        store, back, other = open_store(NORTH), RefundId("back"), RefundId("other")
        _ = save(store, provider_opened()), save(store, provider_opened(OTHER_PROVIDER))
        _ = save(store, numbered(OTHER_PROVIDER, OTHER_TRANSACTION))
        series = save(store, numbered(PROVIDER, TransactionId("first"), TRANSACTION))
        _ = save(store, series.issue(act("note"), TRANSACTION, refund=back, issued=None))
        with store.transaction() as work:
            issued = work.numberings.issued
            found = [issued(PROVIDER, TRANSACTION), issued(PROVIDER, TRANSACTION, back)]
            none = [
                issued(PROVIDER, TRANSACTION, other),
                issued(PROVIDER, OTHER_TRANSACTION),
                issued(OTHER_PROVIDER, TRANSACTION),
                issued(OTHER_PROVIDER, OTHER_TRANSACTION, back),
            ]
            assert found == [2, 3], "give the number of the document that is for this very thing"
            assert none == [None] * 4, "give None where that provider issued nothing for it"
            again = work.numberings.get(PROVIDER).issue(act("again"), OTHER_TRANSACTION, issued=None)
            work.save(again)
            assert issued(PROVIDER, OTHER_TRANSACTION) == 4, "let a transaction see what it has written"

    def test_what_is_not_numbered_is_not_numbered_meanwhile(self, open_store: OpenSelling) -> None:
        """What `issued` said is still true at the commit (P8).

        Otherwise one sale has two documents. Here each provider issues one only where the other has not, so neither
        overwrites the other: each is right, and together they are wrong.
        """
        for provider in (PROVIDER, OTHER_PROVIDER):
            _ = save(open_store(NORTH), provider_opened(provider)), save(open_store(NORTH), numbered(provider))
        meeting = Meeting()

        def issue(mine: ProviderId, other: ProviderId, work: Selling) -> tuple[NumberingDecision]:
            series, theirs = work.numberings.get(mine), work.numberings.issued(other, TRANSACTION)
            meeting.wait()
            if theirs is not None:
                raise Withdrawn
            return (series.issue(act(f"issue-{mine}"), TRANSACTION, issued=None),)

        outcomes = at_once(
            partial(open_store, NORTH),
            under("one", partial(issue, PROVIDER, OTHER_PROVIDER)),
            under("other", partial(issue, OTHER_PROVIDER, PROVIDER)),
        )
        assert outcomes.count(Withdrawn) == 1, (
            "asking for a document's number reads its series: check before the commit that this is unchanged, else "
            f"StaleState; or lock it. It came to {named(outcomes)}"
        )

    def test_numbers_have_no_gaps_and_no_repeats(self, open_store: OpenSelling) -> None:
        """Two who number documents of one provider at once get one number each, and none is left out (P8).

        Otherwise two invoices have one number, which no tax office accepts.
        """
        _ = save(open_store(NORTH), provider_opened()), save(open_store(NORTH), numbered())
        meeting = Meeting()

        def issue(transaction: TransactionId, work: Selling) -> tuple[NumberingDecision]:
            series, issued = work.numberings.get(PROVIDER), work.numberings.issued(PROVIDER, transaction)
            meeting.wait()
            return (series.issue(act(f"issue-{transaction}"), transaction, issued=issued),)

        both = (TRANSACTION, OTHER_TRANSACTION)
        outcomes = at_once(partial(open_store, NORTH), *(under(each, partial(issue, each)) for each in both))
        with open_store(NORTH).transaction() as work:
            known = sorted(work.numberings.issued(PROVIDER, each) or 0 for each in both)
            kept, last = numbers_in(work, PROVIDER), work.numberings.get(PROVIDER).last
        assert (known, kept, last) == ([1, 2], [1, 2], 2), (
            f"save a series only on the version that was read, else StaleState. It came to {named(outcomes)}"
        )

    def test_what_is_undone_leaves_no_number(self, open_store: OpenSelling) -> None:
        """A number that was given in a transaction that did not commit is given again (P8).

        Otherwise the series has a gap, which somebody has to explain for ten years: counters that a database keeps
        beside its transactions, such as sequences, leave one each time.
        """
        store = ready(open_store(NORTH), filled(CART, sold()))
        begin(store, "start", CART)
        for key in ("one", "two"):
            with store.transaction() as work:
                decisions = paid(key, CART, work)
            assert outcome(crash, store, decisions) is Crash, "let an exception through"
            with open_store(NORTH).transaction() as work:
                found = (work.numberings.get(PROVIDER).last, work.numberings.issued(PROVIDER, TRANSACTION))
                assert found == (0, None), "keep numbers in the transaction that gives them"
        _ = use.pay_basket(store, act("pay"), CART, PROVIDER, EUR, 1)
        with open_store(NORTH).transaction() as work:
            given = (numbers_in(work, PROVIDER), work.numberings.issued(PROVIDER, TRANSACTION))
        assert given == ([1], 1), "give the number again that was not used"


# --- What the tests do again and again


def ready(store: Store[Selling], *carts: CartDecision, code: CodeId | None = None) -> Store[Selling]:
    """The store with two sessions, a provider with its series, and *carts*; `ADMIN` may do everything."""
    first: Sequence[Decision[Aggregate, Event]] = (
        granted(),
        opened(),
        opened(OTHER_SESSION),
        provider_opened(),
        numbered(),
        *carts,
    )
    for decision in first:
        _ = save(store, decision)
    if code is not None:
        _ = save(store, code_created(code, uses=5))
    return store


def begin(
    store: Store[Selling],
    key: str,
    cart: CartId,
    *,
    session: SessionId = SESSION,
    code: CodeId | None = None,
    of: TransactionId = TRANSACTION,
) -> None:
    """Begin to pay a basket."""
    begun = outcome(under(key, partial(started, key, cart, session=session, code=code, of=of)), store)
    assert not isinstance(begun, type), f"nothing is in the way of a checkout, and it came to {named([begun])}"


def started(
    key: str,
    cart: CartId,
    work: Selling,
    *,
    session: SessionId = SESSION,
    code: CodeId | None = None,
    of: TransactionId = TRANSACTION,
    meetings: Sequence[Meeting] = (),
) -> checkout.Decisions:
    """What beginning to pay a basket decides, after *meetings* when all is read."""
    found, provider = work.carts.get(cart), work.providers.get(PROVIDER)
    promotion = None if code is None else work.codes.get(code)
    sessions = facts(work, session)
    for meeting in meetings:
        meeting.wait()
    return checkout.start(
        act(key),
        found,
        provider,
        EUR,
        transaction=of,
        method=Method.GATEWAY,
        code=promotion,
        sessions=sessions,
        role=BuyerRole.CLIENT,
        bulk_buyers=(BuyerRole.CLIENT,),
    )


def paid(
    key: str,
    cart: CartId,
    work: Selling,
    *,
    session: SessionId = SESSION,
    code: CodeId | None = None,
    meetings: Sequence[Meeting] = (),
) -> checkout.Decisions:
    """What the payment of a basket decides, after *meetings* when all is read."""
    found, numbering = work.carts.get(cart), work.numberings.get(PROVIDER)
    promotion = None if code is None else work.codes.get(code)
    sessions = facts(work, session)
    for meeting in meetings:
        meeting.wait()
    return checkout.pay(act(key), found, PROVIDER, EUR, 1, code=promotion, sessions=sessions, numbering=numbering)


def facts(work: Selling, session: SessionId) -> Sequence[tuple[Session, Container[PersonKey]]]:
    """The session with who sits there."""
    return ((work.sessions.get(session), work.seated(session)),)


def crash(store: Store[Selling], decisions: Sequence[Decision[Aggregate, Event]]) -> None:
    """Save *decisions*, and go away before the commit."""
    with store.transaction() as work:
        for decision in decisions:
            work.save(decision)
        raise Crash


def everything_sold(work: Selling) -> tuple[object, ...]:
    """What a payment of the sample basket changes, but for its number."""
    code, session, charge = work.codes.get(CODE), work.sessions.get(SESSION), work.charges.find(TRANSACTION)
    return (
        work.carts.get(CART).state_of(PROVIDER, EUR),
        code.used,
        len(code.reserved),
        session.taken,
        [*work.pools.of_session(SESSION)],
        [*work.registrations.of_session(SESSION)],
        None if charge is None else charge.captured,
    )


def numbers_in(work: Selling, provider: ProviderId) -> list[int]:
    """The numbers of all documents, in their order."""
    return [event.number for event in work.numberings.events(provider) if isinstance(event, DocumentIssued)]


def is_of_cart(event: Event) -> bool:
    """Whether that happened to a cart."""
    return type(event).__module__ == "lara_core.cart_events"


def load(work: Selling, state: SellingSample) -> SellingSample:
    """What is kept where *state* was saved."""
    match state:
        case Provider():
            return work.providers.get(state.id)
        case Arrangement():
            return work.arrangements.get(state.id)
        case Training():
            return work.trainings.get(state.id)
        case Cart():
            return work.carts.get(state.id)
        case PromotionCode():
            return work.codes.get(state.id)
        case Numbering():
            return work.numberings.get(state.id)


def events(work: Selling, state: SellingSample) -> tuple[Event, ...]:
    """The events that are kept where *state* was saved."""
    match state:
        case Provider():
            return tuple(work.providers.events(state.id))
        case Arrangement():
            return tuple(work.arrangements.events(state.id))
        case Training():
            return tuple(work.trainings.events(state.id))
        case Cart():
            return tuple(work.carts.events(state.id))
        case PromotionCode():
            return tuple(work.codes.events(state.id))
        case Numbering():
            return tuple(work.numberings.events(state.id))
