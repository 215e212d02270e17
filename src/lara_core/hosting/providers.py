"""The use cases of providers: who sells for whom, on which terms, and whose the trainings are.

As in `lara_core.hosting.group_purchase`, each asks rights, loads what the rule needs, decides, and saves under the
act's key. Providers and arrangements are about where money goes, so whoever changes them may edit transactions there.
"""

from collections.abc import Sequence
from typing import Final

from lara_core.documents import Numbering, NumberingDecision
from lara_core.hosting import asking
from lara_core.hosting.once import once
from lara_core.hosting.ports import Receipt, Selling, Store
from lara_core.kernel.decisions import Act
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ConnectorId, CourseId, OrganisationId, PartnerId, ProviderId
from lara_core.providers import (
    Arrangement,
    ArrangementDecision,
    MerchantAccount,
    Provider,
    ProviderDecision,
    Sellers,
    Training,
    TrainingDecision,
)
from lara_core.refunds import RefundTerms
from lara_core.rights import Action, Place, Right
from lara_core.seats import Policy

_ANYWHERE: Final = Place()


# --- Providers


def open_provider(
    store: Store[Selling],
    act: Act,
    provider: ProviderId,
    *,
    owner: PartnerId | None,
    name: str,
    connector: ConnectorId,
    account: MerchantAccount,
    terms: Sequence[RefundTerms],
    policy: Policy | None = None,
) -> Receipt:
    """Let a provider sell, and number its documents from 1 (P1, P5, P8)."""
    content = {
        "do": "open_provider",
        "provider": provider,
        "owner": owner,
        "name": name,
        "connector": connector,
        "account": account,
        "terms": tuple(terms),
        "policy": policy,
    }

    def body(work: Selling) -> tuple[ProviderDecision, NumberingDecision]:
        asking.may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=_ANYWHERE, kind=Provider)
        opened = Provider.open(
            act, provider, owner=owner, name=name, connector=connector, account=account, terms=terms, policy=policy
        )
        return opened, Numbering.start(act, provider)

    return once(store, act, content, body)


def rename_provider(store: Store[Selling], act: Act, provider: ProviderId, name: str) -> Receipt:
    """Call a provider something else (P1)."""
    content = {"do": "rename_provider", "provider": provider, "name": name}
    return once(store, act, content, lambda work: (_provider(work, act, provider).rename(act, name),))


def connect_provider(
    store: Store[Selling], act: Act, provider: ProviderId, connector: ConnectorId, account: MerchantAccount
) -> Receipt:
    """Let a provider be paid through another connector, or into another account (P1)."""
    content = {"do": "connect_provider", "provider": provider, "connector": connector, "account": account}

    def body(work: Selling) -> tuple[ProviderDecision]:
        # Where the money arrives is the organisation's to say, not one partner's.
        asking.may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=_ANYWHERE, kind=Provider)
        return (work.providers.get(provider).connect(act, connector, account),)

    return once(store, act, content, body)


def set_terms(store: Store[Selling], act: Act, provider: ProviderId, terms: RefundTerms) -> Receipt:
    """Sell on other terms from now on (P5)."""
    content = {"do": "set_terms", "provider": provider, "terms": terms}
    return once(store, act, content, lambda work: (_provider(work, act, provider).set_terms(act, terms),))


def set_policy(store: Store[Selling], act: Act, provider: ProviderId, policy: Policy) -> Receipt:
    """Sell seats under another policy from now on (P5)."""
    content = {"do": "set_policy", "provider": provider, "policy": policy}
    return once(store, act, content, lambda work: (_provider(work, act, provider).set_policy(act, policy),))


# --- Who sells for whom


def arrange_selling(store: Store[Selling], act: Act, organisation: OrganisationId, sellers: Sellers) -> Receipt:
    """Say for the first time who sells for whom (P1)."""
    content = {"do": "arrange_selling", "organisation": organisation, "sellers": sellers}

    def body(work: Selling) -> tuple[ArrangementDecision]:
        asking.may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=_ANYWHERE, kind=Arrangement)
        _known(work, sellers)
        return (Arrangement.arrange(act, organisation, sellers),)

    return once(store, act, content, body)


def rearrange_selling(store: Store[Selling], act: Act, organisation: OrganisationId, sellers: Sellers) -> Receipt:
    """Go from one arrangement to another; what was sold keeps its provider (P1)."""
    content = {"do": "rearrange_selling", "organisation": organisation, "sellers": sellers}

    def body(work: Selling) -> tuple[ArrangementDecision]:
        found = _arrangement(work, act, organisation)
        _known(work, sellers)
        return (found.rearrange(act, sellers),)

    return once(store, act, content, body)


def switch_dispenser(store: Store[Selling], act: Act, organisation: OrganisationId, *, on: bool) -> Receipt:
    """Make the field "dispenser" compulsory for whoever creates a training, or not (P1)."""
    content = {"do": "switch_dispenser", "organisation": organisation, "on": on}
    return once(store, act, content, lambda work: (_arrangement(work, act, organisation).switch_dispenser(act, on=on),))


# --- Whose the trainings are


def create_training(
    store: Store[Selling],
    act: Act,
    course: CourseId,
    *,
    organisation: OrganisationId,
    owner: PartnerId | None,
    dispenser: str | None = None,
) -> Receipt:
    """Create a training of a partner, or of the organisation (P1)."""
    content = {
        "do": "create_training",
        "course": course,
        "organisation": organisation,
        "owner": owner,
        "dispenser": dispenser,
    }

    def body(work: Selling) -> tuple[TrainingDecision]:
        on = Place(partner=owner, training=course)
        asking.may(work, act.by, Right.TRAININGS, Action.CREATE, on=on, kind=Training)
        arrangement = work.arrangements.get(organisation)
        return (Training.create(act, course, owner=owner, dispenser=dispenser, arrangement=arrangement),)

    return once(store, act, content, body)


def name_dispenser(
    store: Store[Selling], act: Act, course: CourseId, dispenser: str | None, *, organisation: OrganisationId
) -> Receipt:
    """Say who gives a training, for people to read (P1)."""
    content = {"do": "name_dispenser", "course": course, "dispenser": dispenser, "organisation": organisation}

    def body(work: Selling) -> tuple[TrainingDecision]:
        found = work.trainings.get(course)
        on = Place(partner=found.owner, training=course)
        asking.may(work, act.by, Right.TRAININGS, Action.EDIT, on=on, kind=Training)
        return (found.name_dispenser(act, dispenser, arrangement=work.arrangements.get(organisation)),)

    return once(store, act, content, body)


# --- What they ask


def _provider(work: Selling, act: Act, provider: ProviderId) -> Provider:
    return asking.provider(work, act, provider, Right.TRANSACTIONS, Action.EDIT)


def _arrangement(work: Selling, act: Act, organisation: OrganisationId) -> Arrangement:
    asking.may(work, act.by, Right.TRANSACTIONS, Action.EDIT, on=_ANYWHERE, kind=Arrangement)
    return work.arrangements.get(organisation)


def _known(work: Selling, sellers: Sellers) -> None:
    """Go on only where every provider that is to sell is there, and is whose it sells for.

    One that sells for several is nobody's but the organisation's. Another owner is a `BadValue`. Refused: `NotFound`.
    """
    each = {provider: partner for partner, provider in sellers.each.items()}
    for provider in sellers.providers:
        if work.providers.get(provider).owner != each.get(provider):
            raise BadValue("sellers", Flaw.WRONG_FORM)
