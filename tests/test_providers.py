"""Who sells, on which terms, and for whom: the arrangements A, B and C, and what moving between them leaves alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ConnectorId, CourseId, MerchantAccountId, OrganisationId, PartnerId, ProviderId
from lara_core.kernel.money import Currency, Money
from lara_core.providers import (
    Arranged,
    Arrangement,
    DispenserNamed,
    DispenserNeeded,
    DispenserSwitched,
    MerchantAccount,
    NobodySells,
    NoTerms,
    Period,
    PolicySet,
    Provider,
    ProviderConnected,
    ProviderDecision,
    ProviderEvent,
    ProviderOpened,
    ProviderRenamed,
    Sellers,
    SellingArranged,
    SellingRearranged,
    Tab,
    TermsSet,
    Training,
    TrainingCreated,
    tabs,
)
from lara_core.refunds import RefundTerms
from lara_core.seats import Policy
from lara_core.testing import laws
from tests.builders import AT_PURCHASE, FREELY, NOW, TERMS, TICK, act, flaw, in_turn

CAD, EUR = Currency("CAD"), Currency("EUR")
ORGANISATION: Final = OrganisationId("organisation")
MAIN, FIRST, SECOND, THIRD = (ProviderId(name) for name in ("main", "provider-1", "provider-2", "provider-3"))
ONE, TWO, THREE, STRANGER = (PartnerId(name) for name in ("partner-1", "partner-2", "partner-3", "stranger"))
EXCEL: Final = CourseId("excel")
EUROS: Final = RefundTerms("0", Money.of("0.00", "EUR"), Money.of("5.00", "EUR"))
STRICT: Final = RefundTerms("50", TERMS.per_seat, TERMS.once)
BRAINTREE: Final = ConnectorId("braintree")
OURS: Final = MerchantAccount(MerchantAccountId("ours"))

A: Final = Sellers.one_for_all(MAIN)
B: Final = Sellers.two(MAIN, FIRST)
C: Final = Sellers.one_each(MAIN, {ONE: FIRST, TWO: SECOND, THREE: THIRD})
LATER: Final = act(NOW + timedelta(days=30))


def _provider(name: str = "main", *, owner: PartnerId | None = None, account: MerchantAccount = OURS) -> Provider:
    return Provider.open(
        act(),
        ProviderId(name),
        owner=owner,
        name=name,
        connector=BRAINTREE,
        account=account,
        terms=(TERMS,),
    ).state


def _arrangement(sellers: Sellers = A) -> Arrangement:
    return Arrangement.arrange(act(), ORGANISATION, sellers).state


# --- Providers --------------------------------------------------------------------------------------------------------


def test_a_provider_opens() -> None:
    """It has an owner, a connector, an account with a holder, terms by currency, and a policy (P1, P5)."""
    account = MerchantAccount(MerchantAccountId("theirs"), ONE)
    decision = Provider.open(
        act(),
        FIRST,
        owner=ONE,
        name="Formation Un",
        connector=ConnectorId("paysafe"),
        account=account,
        terms=(TERMS, EUROS),
        policy=AT_PURCHASE,
    )
    terms = {CAD: TERMS, EUR: EUROS}
    paysafe = ConnectorId("paysafe")
    assert decision.events == (ProviderOpened(FIRST, ONE, "Formation Un", paysafe, account, terms, AT_PURCHASE, act()),)
    assert decision.state == Provider(FIRST, 1, ONE, "Formation Un", paysafe, account, terms, AT_PURCHASE)


def test_a_policy_is_the_usual_one_unless_said() -> None:
    """A provider that says nothing lets seats be used as policies do by default."""
    assert _provider().policy == Policy()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"terms": (TERMS, STRICT)}, ("terms", Flaw.WRONG_FORM)),
        ({"name": "two\nlines"}, ("name", Flaw.UNSAFE_CHARACTER)),
        ({"name": " "}, ("name", Flaw.EMPTY)),
    ],
)
def test_what_is_no_provider(given: Mapping[str, Any], expected: tuple[str, Flaw]) -> None:
    """Two terms in one currency would leave open which hold (K9)."""
    usual: dict[str, Any] = {
        "owner": None,
        "name": "main",
        "connector": BRAINTREE,
        "account": OURS,
        "terms": (TERMS,),
        **given,
    }
    assert flaw(lambda: Provider.open(act(), MAIN, **usual)) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [({EUR: TERMS}, ("terms", Flaw.MIXED_CURRENCIES)), ({CAD: "50"}, ("terms", Flaw.WRONG_TYPE))],
)
def test_terms_stand_under_their_own_currency(terms: Any, expected: tuple[str, Flaw]) -> None:
    """An event that says otherwise is no event of a provider (K9)."""
    assert flaw(lambda: ProviderOpened(MAIN, None, "main", BRAINTREE, OURS, terms, FREELY, act())) == expected


def test_a_provider_changes() -> None:
    """Each change is an event, and the state its fold (K3)."""
    theirs = MerchantAccount(MerchantAccountId("theirs"), ONE)
    provider, events = _provider(), list[ProviderEvent]()
    commands: Sequence[Callable[[Provider], ProviderDecision]] = (
        lambda found: found.rename(act(), "Principal"),
        lambda found: found.connect(act(), ConnectorId("moneris"), theirs),
        lambda found: found.set_terms(act(), STRICT),
        lambda found: found.set_terms(act(), EUROS),
        lambda found: found.set_policy(act(), AT_PURCHASE),
    )
    for command in commands:
        decision = command(provider)
        assert list(laws.of_decision(provider, decision)) == []
        events += decision.events
        provider = decision.state
    assert events == [
        ProviderRenamed("Principal", act()),
        ProviderConnected(ConnectorId("moneris"), theirs, act()),
        TermsSet(STRICT, act()),
        TermsSet(EUROS, act()),
        PolicySet(AT_PURCHASE, act()),
    ]
    assert provider == Provider(
        MAIN, 6, None, "Principal", ConnectorId("moneris"), theirs, {CAD: STRICT, EUR: EUROS}, AT_PURCHASE
    )


SAME: Final[Sequence[Callable[[Provider], ProviderDecision]]] = (
    lambda found: found.rename(act(), "main"),
    lambda found: found.connect(act(), BRAINTREE, OURS),
    lambda found: found.set_terms(act(), TERMS),
    lambda found: found.set_policy(act(), FREELY),
)


@pytest.mark.parametrize("again", SAME, ids=["rename", "connect", "terms", "policy"])
def test_what_is_so_already_changes_nothing(again: Callable[[Provider], ProviderDecision]) -> None:
    """Twice is once (K5)."""
    provider = _provider()
    assert again(provider).state is provider


def test_terms_are_by_currency() -> None:
    """What it has no terms for, a provider does not sell in (P5)."""
    assert _provider().terms_in(CAD) == TERMS
    assert why_not(_provider().terms_in, EUR) == NoTerms(MAIN, EUR)


def test_two_providers_share_an_account_and_stay_two() -> None:
    """The account's holder may be the organisation or one partner, for both alike (P1 B)."""
    shared = MerchantAccount(MerchantAccountId("shared"), TWO)
    main, partners = _provider("main", account=shared), _provider("provider-1", account=shared)
    assert main.account == partners.account
    assert main != partners
    assert (main.id, partners.id) == (MAIN, FIRST)


# --- The arrangements -------------------------------------------------------------------------------------------------

# Entity, provider, and payment connector, as printed for each arrangement.
TABLE_B: Final = (
    (None, MAIN, "Braintree"),
    (ONE, FIRST, "Paysafe"),
    (TWO, FIRST, "Paysafe"),
    (THREE, FIRST, "Paysafe"),
)
TABLE_C: Final = (
    (None, MAIN, "Braintree"),
    (ONE, FIRST, "Paysafe"),
    (TWO, SECOND, "Moneris"),
    (THREE, THIRD, "Global-Payments"),
)
TABLE_A: Final = tuple((owner, MAIN, "Braintree") for owner, _, _ in TABLE_C)


@pytest.mark.parametrize(
    ("sellers", "arranged", "providers", "table"),
    [
        (A, Arranged.ONE, (MAIN,), TABLE_A),
        (B, Arranged.TWO, (MAIN, FIRST), TABLE_B),
        (C, Arranged.EACH, (MAIN, FIRST, SECOND, THIRD), TABLE_C),
    ],
    ids="ABC",
)
def test_the_arrangements_as_printed(
    sellers: Sellers,
    arranged: Arranged,
    providers: tuple[ProviderId, ...],
    table: tuple[tuple[PartnerId | None, ProviderId, str], ...],
) -> None:
    """Who sells for the organisation and for each partner, through which connector, as in the tables of 001 (P1)."""
    connectors = {provider: connector for _, provider, connector in table}
    opened = {
        provider: Provider.open(
            act(),
            provider,
            owner=None,
            name=provider,
            connector=ConnectorId(connector),
            account=MerchantAccount(MerchantAccountId(connector)),
            terms=(TERMS,),
        ).state
        for provider, connector in connectors.items()
    }
    arrangement = _arrangement(sellers)
    assert (arrangement.sellers.arranged, arrangement.sellers.providers) == (arranged, providers)
    assert [
        (owner, arrangement.seller(owner), opened[arrangement.seller(owner)].connector) for owner, _, _ in table
    ] == list(table)


def test_an_arrangement_begins() -> None:
    """The field "dispenser" is off at first (P1)."""
    decision = Arrangement.arrange(act(), ORGANISATION, B)
    assert decision.events == (SellingArranged(ORGANISATION, B, act()),)
    assert decision.state == Arrangement(ORGANISATION, 1, (Period(NOW, B),), False)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: Sellers.two(MAIN, MAIN), ("partners", Flaw.WRONG_FORM)),
        (lambda: Sellers.one_each(MAIN, {ONE: MAIN}), ("each", Flaw.WRONG_FORM)),
        (lambda: Sellers.one_each(MAIN, {ONE: FIRST, TWO: FIRST}), ("each", Flaw.WRONG_FORM)),
        (lambda: Sellers(MAIN, FIRST, {ONE: SECOND}), ("each", Flaw.WRONG_FORM)),
    ],
)
def test_what_is_no_arrangement(build: Callable[[], object], expected: tuple[str, Flaw]) -> None:
    """Under B there are two providers, under C as many as partners and one more; never one in two places (P1)."""
    assert flaw(build) == expected


def test_an_organisation_without_partners_yet() -> None:
    """Under C the partners may come later: until then nobody sells for them (P1)."""
    assert Sellers.one_each(MAIN, {}).providers == (MAIN,)


def test_nobody_sells_for_a_stranger() -> None:
    """Under C a partner without a provider sells nothing; under A and B all partners are served (P1)."""
    assert why_not(_arrangement(C).seller, STRANGER) == NobodySells(STRANGER)
    assert (_arrangement(A).seller(STRANGER), _arrangement(B).seller(STRANGER)) == (MAIN, FIRST)


def test_moving_keeps_history_readable() -> None:
    """From A to B to C: for any time before, the seller is the one of that day, to the instant of the move (P1)."""
    arranged = _arrangement(A)
    in_b = arranged.rearrange(LATER, B)
    last = act(LATER.at + timedelta(days=30))
    in_c = in_b.state.rearrange(last, C)
    assert in_b.events == (SellingRearranged(B, LATER),)
    assert in_c.state == Arrangement(ORGANISATION, 3, (Period(NOW, A), Period(LATER.at, B), Period(last.at, C)), False)
    at = (NOW, LATER.at - TICK, LATER.at, last.at - TICK, last.at)
    assert [in_c.state.seller(TWO, moment) for moment in at] == [MAIN, MAIN, FIRST, FIRST, SECOND]
    assert in_c.state.seller(TWO) == SECOND
    assert why_not(in_c.state.seller, TWO, NOW - TICK) == NobodySells(TWO)
    assert (
        list(laws.of_history(in_c.state, (SellingArranged(ORGANISATION, A, act()), *in_b.events, *in_c.events))) == []
    )


def test_the_same_arrangement_again() -> None:
    """Twice is once (K5)."""
    arranged = _arrangement(C)
    assert arranged.rearrange(LATER, C).state is arranged


# --- Trainings and the dispenser --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sellers", [A, B, C], ids="ABC")
@pytest.mark.parametrize("dispenser", [None, "Partenaire Un"])
def test_a_training_records_its_owner(sellers: Sellers, dispenser: str | None) -> None:
    """Internally always, whatever people see, and also under A where one provider sells for all (P1)."""
    decision = Training.create(act(), EXCEL, owner=ONE, dispenser=dispenser, arrangement=_arrangement(sellers))
    assert decision.events == (TrainingCreated(EXCEL, ONE, dispenser, act()),)
    assert decision.state == Training(EXCEL, 1, ONE, dispenser)


def test_the_dispenser_is_compulsory_once_it_is_switched_on() -> None:
    """From then on no training is created without, and none loses it (P1); off again, it is optional again."""
    arrangement = _arrangement(A)
    switched = arrangement.switch_dispenser(act(), on=True)
    assert switched.events == (DispenserSwitched(True, act()),)
    create = partial(Training.create, act(), EXCEL, owner=None)
    training = create(arrangement=arrangement).state
    named = training.name_dispenser(act(), "Nous", arrangement=switched.state)
    assert why_not(create, arrangement=switched.state) == DispenserNeeded()
    assert why_not(create, dispenser="Nous", arrangement=switched.state) is None
    assert named.events == (DispenserNamed("Nous", act()),)
    assert named.state == Training(EXCEL, 2, None, "Nous")
    assert named.state.name_dispenser(act(), "Nous", arrangement=switched.state).state is named.state
    assert why_not(named.state.name_dispenser, act(), None, arrangement=switched.state) == DispenserNeeded()
    off = switched.state.switch_dispenser(act(), on=False).state
    assert why_not(create, arrangement=off) is None
    assert named.state.name_dispenser(act(), None, arrangement=off).state == Training(EXCEL, 3, None, None)


def test_switching_twice() -> None:
    """Twice is once (K5); a switch is true or false (K9)."""
    arrangement = _arrangement()
    wrong: Any = "no"
    assert arrangement.switch_dispenser(act(), on=False).state is arrangement
    assert flaw(lambda: arrangement.switch_dispenser(act(), on=wrong)) == ("on", Flaw.WRONG_TYPE)


def test_creating_looks_in_this_order() -> None:
    """Where several refusals apply, the first of the documented order is told (P1)."""
    asked = _arrangement(C).switch_dispenser(act(), on=True).state
    wrong = {"act": act(), "course": EXCEL, "owner": STRANGER, "arrangement": asked}
    assert in_turn(Training.create, wrong, {"owner": ONE}, {"dispenser": "Un"}) == [
        NobodySells(STRANGER),
        DispenserNeeded(),
        None,
    ]
    assert flaw(lambda: Training.create(act(), EXCEL, owner=ONE, dispenser="", arrangement=asked)) == (
        "dispenser",
        Flaw.EMPTY,
    )


# --- Tabs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("providers", "on", "expected"),
    [
        ((), True, ()),
        ((MAIN,), True, ()),
        ((MAIN, MAIN), True, ()),
        ((MAIN, FIRST), False, ()),
        ((FIRST, MAIN), True, (Tab(None), Tab(FIRST), Tab(MAIN))),
        ((MAIN, FIRST, MAIN, SECOND), True, (Tab(None), Tab(MAIN), Tab(FIRST), Tab(SECOND))),
    ],
)
def test_tabs(providers: tuple[ProviderId, ...], on: bool, expected: tuple[Tab, ...]) -> None:
    """Only with two providers or more, and where the portal turns them on; "All" is first (P2)."""
    assert tabs(providers, on=on) == expected


def test_a_portal_turns_tabs_on_or_off() -> None:
    """There is nothing between (K9)."""
    wrong: Any = 1
    assert flaw(lambda: tabs((MAIN, FIRST), on=wrong)) == ("on", Flaw.WRONG_TYPE)
