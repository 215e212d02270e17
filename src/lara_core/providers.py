"""Who sells trainings: providers with their terms, and which of them sells for whom.

Vocabulary. A *provider* sells under its own name, through a payment *connector* into a *merchant account*, on its own
terms. Its *owner*, like an account's *holder*, is the organisation (`None`) or one partner. An *arrangement* says who
sells for whom: under *A* one provider for all, under *B* the organisation's own and one for all partners together,
under *C* one for the organisation and one for each partner. A *training* has an owner, which people do not see, and may
have a *dispenser*, the name that they do see.

Invariants. Two providers stay two, also where they share an account (P1). An arrangement keeps who sold for whom and
since when, so what was sold under an earlier one reads as it did. Terms are read as at the sale: a change of them, or
of the arrangement, reaches no sale that is made already (P5).

What the host must guarantee: an account that two providers share has the same holder in both. What is sold keeps the
provider that it was sold by (the lines of `lara_core.cart` do).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import optional

from lara_core.kernel.deadlines import utc
from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ConnectorId, CourseId, MerchantAccountId, OrganisationId, PartnerId, ProviderId
from lara_core.kernel.money import Currency
from lara_core.kernel.validators import checked, line, switch
from lara_core.refunds import RefundTerms
from lara_core.seats import Policy

# --- Values -----------------------------------------------------------------------------------------------


class Arranged(StrEnum):
    """How many providers sell, and for whom (P1)."""

    ONE = "a"
    TWO = "b"
    EACH = "c"


@frozen
class MerchantAccount:
    """Where the money arrives. Its *holder* is a partner, or the organisation: `None` (P1)."""

    id: MerchantAccountId
    holder: PartnerId | None = None


@frozen
class Sellers:
    """Which provider sells for the *organisation*, and which for *all_partners* together or for *each* of them (P1).

    Made by `one_for_all`, `two` and `one_each`. The same provider in two places is a `BadValue`: two are two.
    """

    organisation: ProviderId
    all_partners: ProviderId | None
    each: Mapping[PartnerId, ProviderId]

    def __attrs_post_init__(self) -> None:
        named = (self.organisation, *self.each.values())
        if (self.all_partners is not None and self.each) or len(set(named)) < len(named):
            raise BadValue("each", Flaw.WRONG_FORM)

    @classmethod
    def one_for_all(cls, provider: ProviderId) -> Self:
        """A: one provider for the organisation and all its partners."""
        return cls(provider, provider, {})

    @classmethod
    def two(cls, organisation: ProviderId, partners: ProviderId) -> Self:
        """B: the organisation's own provider, and another for all partners together."""
        if organisation == partners:
            raise BadValue("partners", Flaw.WRONG_FORM)
        return cls(organisation, partners, {})

    @classmethod
    def one_each(cls, organisation: ProviderId, partners: Mapping[PartnerId, ProviderId]) -> Self:
        """C: the organisation's own provider, and one for each of the partners."""
        return cls(organisation, None, dict(partners))

    @property
    def arranged(self) -> Arranged:
        """Which of the three arrangements this is."""
        if self.all_partners is None:
            return Arranged.EACH
        return Arranged.ONE if self.all_partners == self.organisation else Arranged.TWO

    @property
    def providers(self) -> tuple[ProviderId, ...]:
        """All that sell, the organisation's first, each once."""
        partners = tuple(self.each.values()) if self.all_partners is None else (self.all_partners,)
        return tuple(dict.fromkeys((self.organisation, *partners)))

    def seller(self, owner: PartnerId | None) -> ProviderId | None:
        """Who sells what *owner* owns, the organisation where that is `None`; `None` where nobody does."""
        if owner is None:
            return self.organisation
        return self.each.get(owner) if self.all_partners is None else self.all_partners


def _since(value: datetime) -> datetime:
    return utc("since", value)


@frozen
class Period:
    """Who sold for whom from *since* on, until the next period begins."""

    since: datetime = field(converter=_since)
    sellers: Sellers


@frozen
class Tab:
    """A tab of the catalogue: of one provider, or "All" where that is `None` (P2)."""

    provider: ProviderId | None


def tabs(providers: Iterable[ProviderId], *, on: bool) -> tuple[Tab, ...]:
    """The tabs of a catalogue that shows *providers*, in their order; the first is "All", which is the default (P2).

    None at all where there is one provider, or where the portal has them switched off.
    """
    distinct = tuple(dict.fromkeys(providers))
    if not switch("on", on) or len(distinct) < 2:
        return ()
    return (Tab(None), *(Tab(provider) for provider in distinct))


def _terms(_: object, __: object, terms: Mapping[Currency, RefundTerms]) -> None:
    for currency, given in terms.items():
        if type(given) is not RefundTerms:
            raise BadValue("terms", Flaw.WRONG_TYPE)
        if given.once.currency != currency:
            raise BadValue("terms", Flaw.MIXED_CURRENCIES)


def by_currency(terms: Sequence[RefundTerms]) -> Mapping[Currency, RefundTerms]:
    """*terms* by the currency that they are in; two in one currency are a `BadValue`."""
    found = {given.once.currency: given for given in terms}
    if len(found) < len(terms):
        raise BadValue("terms", Flaw.WRONG_FORM)
    return found


# --- Events -----------------------------------------------------------------------------------------------


@frozen
class ProviderOpened:
    """*provider* sells, through *connector* into *account*, on *terms* (one for each currency) and under *policy*."""

    provider: ProviderId
    owner: PartnerId | None
    name: str = field(validator=checked(line))
    connector: ConnectorId
    account: MerchantAccount
    terms: Mapping[Currency, RefundTerms] = field(validator=_terms)
    policy: Policy
    act: Act


@frozen
class ProviderRenamed:
    """The provider is called *name*."""

    name: str = field(validator=checked(line))
    act: Act


@frozen
class ProviderConnected:
    """The provider is paid through *connector* into *account*."""

    connector: ConnectorId
    account: MerchantAccount
    act: Act


@frozen
class TermsSet:
    """What is sold in the terms' currency from now on can be cancelled on *terms* (P5)."""

    terms: RefundTerms
    act: Act


@frozen
class PolicySet:
    """The seats that are sold from now on can be used under *policy* (P5)."""

    policy: Policy
    act: Act


ProviderChange: TypeAlias = ProviderRenamed | ProviderConnected | TermsSet | PolicySet
ProviderEvent: TypeAlias = ProviderOpened | ProviderChange


@frozen
class SellingArranged:
    """*organisation* sells by *sellers*."""

    organisation: OrganisationId
    sellers: Sellers
    act: Act


@frozen
class SellingRearranged:
    """From now on *sellers* sell; what was sold before keeps its provider."""

    sellers: Sellers
    act: Act


@frozen
class DispenserSwitched:
    """Whether whoever creates a training must name its dispenser."""

    on: bool = field(validator=checked(switch))
    act: Act


ArrangementChange: TypeAlias = SellingRearranged | DispenserSwitched
ArrangementEvent: TypeAlias = SellingArranged | ArrangementChange


@frozen
class TrainingCreated:
    """A training of *owner*; people read that *dispenser* gives it."""

    course: CourseId
    owner: PartnerId | None
    dispenser: str | None = field(validator=optional(checked(line)))
    act: Act


@frozen
class DispenserNamed:
    """People read that *dispenser* gives the training."""

    dispenser: str | None = field(validator=optional(checked(line)))
    act: Act


TrainingChange: TypeAlias = DispenserNamed
TrainingEvent: TypeAlias = TrainingCreated | TrainingChange


# --- Refusals ---------------------------------------------------------------------------------------------


@frozen
class NoTerms:
    """The provider has no terms in this currency, so it does not sell in it (P5)."""

    code: ClassVar[str] = "providers.no_terms"
    provider: ProviderId
    currency: Currency


@frozen
class NobodySells:
    """No provider sells for this partner under the arrangement, or none did then (P1)."""

    code: ClassVar[str] = "providers.nobody_sells"
    partner: PartnerId | None


@frozen
class DispenserNeeded:
    """The organisation has the field "dispenser" switched on: a training names one (P1)."""

    code: ClassVar[str] = "providers.dispenser_needed"


ProviderRefusal: TypeAlias = NoTerms | NobodySells | DispenserNeeded


# --- The provider -----------------------------------------------------------------------------------------


@frozen
class Provider:
    """Who sells (P1), and on which terms, by currency (P5). It is the organisation's where it has no *owner*."""

    id: ProviderId
    version: int
    owner: PartnerId | None
    name: str
    connector: ConnectorId
    account: MerchantAccount
    terms: Mapping[Currency, RefundTerms]
    policy: Policy

    @classmethod
    def open(
        cls,
        act: Act,
        provider: ProviderId,
        *,
        owner: PartnerId | None,
        name: str,
        connector: ConnectorId,
        account: MerchantAccount,
        terms: Sequence[RefundTerms],
        policy: Policy | None = None,
    ) -> "ProviderDecision":
        """Let a provider sell, in the currencies that it has *terms* for; two in one currency are a `BadValue`."""
        event = ProviderOpened(provider, owner, name, connector, account, by_currency(terms), policy or Policy(), act)
        return Decision(cls.begin(event), (event,))

    def rename(self, act: Act, name: str) -> "ProviderDecision":
        """Call the provider *name*, one line. Twice is once."""
        event = ProviderRenamed(name, act)
        return Decision(self) if name == self.name else self._decide(event)

    def connect(self, act: Act, connector: ConnectorId, account: MerchantAccount) -> "ProviderDecision":
        """Take payments through *connector* into *account*, which another provider may use too (P1). Twice is once."""
        if (connector, account) == (self.connector, self.account):
            return Decision(self)
        return self._decide(ProviderConnected(connector, account, act))

    def set_terms(self, act: Act, terms: RefundTerms) -> "ProviderDecision":
        """Sell on *terms* in their currency from now on; earlier sales keep theirs (P5). Twice is once."""
        if terms == self.terms.get(terms.once.currency):
            return Decision(self)
        return self._decide(TermsSet(terms, act))

    def set_policy(self, act: Act, policy: Policy) -> "ProviderDecision":
        """Sell seats under *policy* from now on; earlier sales keep theirs (P5). Twice is once."""
        return Decision(self) if policy == self.policy else self._decide(PolicySet(policy, act))

    def terms_in(self, currency: Currency) -> RefundTerms:
        """The terms of what is sold in *currency* now (P5). Refused: `NoTerms`."""
        terms = self.terms.get(currency)
        if terms is None:
            raise Refused(NoTerms(self.id, currency))
        return terms

    @classmethod
    def begin(cls, event: ProviderOpened) -> Self:
        """The first state."""
        return cls(
            event.provider, 1, event.owner, event.name, event.connector, event.account, event.terms, event.policy
        )

    def apply(self, event: ProviderChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case ProviderRenamed(name):
                return evolve(self, version=version, name=name)
            case ProviderConnected(connector, account):
                return evolve(self, version=version, connector=connector, account=account)
            case TermsSet(terms):
                return evolve(self, version=version, terms={**self.terms, terms.once.currency: terms})
            case PolicySet(policy):
                return evolve(self, version=version, policy=policy)
            case _:
                assert_never(event)

    def _decide(self, event: ProviderChange) -> "ProviderDecision":
        return Decision(self.apply(event), (event,))


ProviderDecision: TypeAlias = Decision[Provider, ProviderEvent]


# --- The arrangement --------------------------------------------------------------------------------------


@frozen
class Arrangement:
    """Who sells for whom in one organisation, now and before (P1): *periods*, the newest last.

    With *dispenser*, whoever creates a training names one.
    """

    id: OrganisationId
    version: int
    periods: tuple[Period, ...]
    dispenser: bool

    @classmethod
    def arrange(cls, act: Act, organisation: OrganisationId, sellers: Sellers) -> "ArrangementDecision":
        """Let *sellers* sell for the organisation and its partners; the field "dispenser" is off."""
        event = SellingArranged(organisation, sellers, act)
        return Decision(cls.begin(event), (event,))

    def rearrange(self, act: Act, sellers: Sellers) -> "ArrangementDecision":
        """Let *sellers* sell from now on: A to B to C, or back, or a partner more. Twice is once.

        What was sold before keeps its provider, and `seller` reads as it did for any time before.
        """
        return Decision(self) if sellers == self.sellers else self._decide(SellingRearranged(sellers, act))

    def switch_dispenser(self, act: Act, *, on: bool) -> "ArrangementDecision":
        """Make the field "dispenser" compulsory for whoever creates a training, or not (P1). Twice is once."""
        event = DispenserSwitched(on, act)
        return Decision(self) if on == self.dispenser else self._decide(event)

    @property
    def sellers(self) -> Sellers:
        """Who sells for whom now."""
        return self.periods[-1].sellers

    def seller(self, owner: PartnerId | None, at: datetime | None = None) -> ProviderId:
        """Who sells what *owner* owns, the organisation where that is `None`; with *at*, who did at that time (P1).

        Refused: `NobodySells`.
        """
        then = None if at is None else utc("at", at)
        known = (period.sellers for period in reversed(self.periods) if then is None or period.since <= then)
        sellers = next(known, None)
        provider = None if sellers is None else sellers.seller(owner)
        if provider is None:
            raise Refused(NobodySells(owner))
        return provider

    @classmethod
    def begin(cls, event: SellingArranged) -> Self:
        """The first state."""
        return cls(event.organisation, 1, (Period(event.act.at, event.sellers),), False)

    def apply(self, event: ArrangementChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case SellingRearranged(sellers, act):
                return evolve(self, version=version, periods=(*self.periods, Period(act.at, sellers)))
            case DispenserSwitched(on):
                return evolve(self, version=version, dispenser=on)
            case _:
                assert_never(event)

    def _decide(self, event: ArrangementChange) -> "ArrangementDecision":
        return Decision(self.apply(event), (event,))


ArrangementDecision: TypeAlias = Decision[Arrangement, ArrangementEvent]


# --- The training -----------------------------------------------------------------------------------------


@frozen
class Training:
    """Whose a training is, for reports and royalties (P1), and who gives it, for people to read: the *dispenser*."""

    id: CourseId
    version: int
    owner: PartnerId | None
    dispenser: str | None

    @classmethod
    def create(
        cls,
        act: Act,
        course: CourseId,
        *,
        owner: PartnerId | None,
        dispenser: str | None = None,
        arrangement: Arrangement,
    ) -> "TrainingDecision":
        """Create a training of *owner*, or of the organisation; somebody must sell it under the *arrangement*.

        Refused: `NobodySells`; `DispenserNeeded` where the field is switched on and left empty (P1).
        """
        event = TrainingCreated(course, owner, dispenser, act)
        _ = arrangement.seller(owner)
        _named(dispenser, arrangement)
        return Decision(cls.begin(event), (event,))

    def name_dispenser(self, act: Act, dispenser: str | None, *, arrangement: Arrangement) -> "TrainingDecision":
        """Say who gives the training, or nobody. Twice is once. Refused: `DispenserNeeded`."""
        event = DispenserNamed(dispenser, act)
        if dispenser == self.dispenser:
            return Decision(self)
        _named(dispenser, arrangement)
        return Decision(self.apply(event), (event,))

    @classmethod
    def begin(cls, event: TrainingCreated) -> Self:
        """The first state."""
        return cls(event.course, 1, event.owner, event.dispenser)

    def apply(self, event: TrainingChange) -> Self:
        """The state after *event*. Decides nothing."""
        return evolve(self, version=self.version + 1, dispenser=event.dispenser)


TrainingDecision: TypeAlias = Decision[Training, TrainingEvent]


def _named(dispenser: str | None, arrangement: Arrangement) -> None:
    if arrangement.dispenser and dispenser is None:
        raise Refused(DispenserNeeded())
