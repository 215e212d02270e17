"""Partner companies: how they look, who administers them, and whom they train.

Vocabulary. A *partner* is a company attached to the organisation. A *default* one has the organisation's style and
domain; a *whitelabel* one has its own *branding*, and may create courses of its own. Its *administrators* are
appointed by the organisation. Its *clients* are the companies whose people it trains. What it is offered, and what it
pays for that, are `lara_core.offerings`.

Invariant. Where a whitelabel partner's branding says nothing, the organisation's holds, field by field (W1).

What the host must guarantee: nobody administers two partners, for which it says whom somebody administers already as it
is when the decision is saved; the organisation's courses stay its own, whoever teaches them (W1, W2).
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final, Self, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import optional

from lara_core.kernel.decisions import Act, Decision, Refused
from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import ActorId, ClientId, CourseId, PartnerId
from lara_core.kernel.validators import checked, line
from lara_core.offerings import Offering, OfferingDecision, OwnCourseCreated

_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}(?<=[A-Za-z])")
_DOMAIN_LENGTH: Final = 253


class PartnerKind(StrEnum):
    """What a partner looks like (W1)."""

    DEFAULT = "default"
    WHITELABEL = "whitelabel"


# --- Values -----------------------------------------------------------------------------------------------


def _colour(field: str, value: str) -> str:
    if not _COLOUR.fullmatch(line(field, value)):
        raise BadValue(field, Flaw.WRONG_FORM)
    return value


def _domain(field: str, value: str) -> str:
    if not _DOMAIN.fullmatch(line(field, value, most=_DOMAIN_LENGTH)):
        raise BadValue(field, Flaw.WRONG_FORM)
    return value


def _kind(field: str, value: PartnerKind) -> PartnerKind:
    if type(value) is not PartnerKind:
        raise BadValue(field, Flaw.WRONG_TYPE)
    return value


@frozen(kw_only=True)
class Branding:
    """How a platform looks and who its mail comes from; what is `None` is inherited (W1).

    *logo* is the host's reference to the picture, *colour* is `#rrggbb`, *domain* a host name in ASCII, *sender* the
    name that messages come from.
    """

    logo: str | None = field(default=None, validator=optional(checked(line)))
    colour: str | None = field(default=None, validator=optional(checked(_colour)))
    domain: str | None = field(default=None, validator=optional(checked(_domain)))
    sender: str | None = field(default=None, validator=optional(checked(line)))

    def over(self, inherited: "Branding") -> "Branding":
        """This one, and *inherited* in each field where this one says nothing."""
        return Branding(
            logo=inherited.logo if self.logo is None else self.logo,
            colour=inherited.colour if self.colour is None else self.colour,
            domain=inherited.domain if self.domain is None else self.domain,
            sender=inherited.sender if self.sender is None else self.sender,
        )


# --- Events of a partner ----------------------------------------------------------------------------------


@frozen
class PartnerCreated:
    """A company is attached to the organisation."""

    partner: PartnerId
    name: str = field(validator=checked(line))
    kind: PartnerKind = field(validator=checked(_kind))
    branding: Branding
    act: Act


@frozen
class PartnerRenamed:
    """The partner is called *name* from now on."""

    name: str = field(validator=checked(line))
    act: Act


@frozen
class PartnerConverted:
    """The partner is of another *kind* from now on."""

    kind: PartnerKind = field(validator=checked(_kind))
    act: Act


@frozen
class PartnerBranded:
    """The partner looks like this from now on, where it says anything."""

    branding: Branding
    act: Act


@frozen
class AdministratorAppointed:
    """*administrator* runs the partner's part of the platform."""

    administrator: ActorId
    act: Act


@frozen
class AdministratorDismissed:
    """*administrator* does so no longer."""

    administrator: ActorId
    act: Act


@frozen
class ClientAdded:
    """The partner trains the people of a company."""

    client: ClientId
    name: str = field(validator=checked(line))
    act: Act


@frozen
class ClientRenamed:
    """The company is called *name* from now on."""

    client: ClientId
    name: str = field(validator=checked(line))
    act: Act


@frozen
class ClientRemoved:
    """The company is none of the partner's clients any more."""

    client: ClientId
    act: Act


PartnerChange: TypeAlias = (
    PartnerRenamed
    | PartnerConverted
    | PartnerBranded
    | AdministratorAppointed
    | AdministratorDismissed
    | ClientAdded
    | ClientRenamed
    | ClientRemoved
)
PartnerEvent: TypeAlias = PartnerCreated | PartnerChange


# --- Refusals ------------------------------------------------------------------------------------------


@frozen
class NotWhitelabel:
    """A default partner has no branding and no courses of its own (W1)."""

    code: ClassVar[str] = "partners.not_whitelabel"
    partner: PartnerId


@frozen
class AdministersAnother:
    """An administrator is one of exactly one partner, and this one is of another (W2)."""

    code: ClassVar[str] = "partners.administers_another"
    administrator: ActorId


@frozen
class ClientAlreadyThere:
    """The partner has a client of this id, under another name (W2)."""

    code: ClassVar[str] = "partners.client_already_there"
    client: ClientId


@frozen
class NoSuchClient:
    """The partner has no client of this id (W2)."""

    code: ClassVar[str] = "partners.no_such_client"
    client: ClientId


PartnerRefusal: TypeAlias = NotWhitelabel | AdministersAnother | ClientAlreadyThere | NoSuchClient


# --- The partner ------------------------------------------------------------------------------------------


@frozen
class Partner:
    """A company attached to the organisation (W1, W2). *branding* is its own, in use while it is whitelabel."""

    id: PartnerId
    version: int
    name: str
    kind: PartnerKind
    branding: Branding
    administrators: frozenset[ActorId]
    clients: Mapping[ClientId, str]

    @classmethod
    def create(
        cls,
        act: Act,
        partner: PartnerId,
        *,
        name: str,
        kind: PartnerKind = PartnerKind.DEFAULT,
        branding: Branding | None = None,
    ) -> "PartnerDecision":
        """Attach a company, without administrators or clients yet. *branding* is a whitelabel's: `NotWhitelabel`."""
        own = branding or Branding()
        event = PartnerCreated(partner, name, kind, own, act)
        if kind is PartnerKind.DEFAULT and own != Branding():
            raise Refused(NotWhitelabel(partner))
        return Decision(cls.begin(event), (event,))

    def rename(self, act: Act, name: str) -> "PartnerDecision":
        """Call the partner something else."""
        if name == self.name:
            return Decision(self)
        return self._decide(PartnerRenamed(name, act))

    def convert(self, act: Act, kind: PartnerKind) -> "PartnerDecision":
        """Make it a default partner or a whitelabel one (W1).

        Its own branding and courses are kept; while it is a default one the branding rests, and no course is added.
        """
        if kind == self.kind:
            return Decision(self)
        return self._decide(PartnerConverted(kind, act))

    def brand(self, act: Act, branding: Branding) -> "PartnerDecision":
        """Change how a whitelabel partner looks, all of it at once. Refused: `NotWhitelabel`."""
        self._whitelabel()
        if branding == self.branding:
            return Decision(self)
        return self._decide(PartnerBranded(branding, act))

    def appoint(self, act: Act, administrator: ActorId, *, administers: PartnerId | None) -> "PartnerDecision":
        """Make somebody an administrator (W2), who *administers* that partner already, or none.

        Harmless where they are one of this partner. Refused: `AdministersAnother`.
        """
        if administrator in self.administrators:
            return Decision(self)
        if administers not in (None, self.id):
            raise Refused(AdministersAnother(administrator))
        return self._decide(AdministratorAppointed(administrator, act))

    def dismiss(self, act: Act, administrator: ActorId) -> "PartnerDecision":
        """Let an administrator go. Harmless where they are none."""
        if administrator not in self.administrators:
            return Decision(self)
        return self._decide(AdministratorDismissed(administrator, act))

    def add_client(self, act: Act, client: ClientId, name: str) -> "PartnerDecision":
        """Add a company whose people are trained. Harmless when repeated. Refused: `ClientAlreadyThere`."""
        if client not in self.clients:
            return self._decide(ClientAdded(client, name, act))
        if self.clients[client] != name:
            raise Refused(ClientAlreadyThere(client))
        return Decision(self)

    def rename_client(self, act: Act, client: ClientId, name: str) -> "PartnerDecision":
        """Call a client something else. Refused: `NoSuchClient`."""
        if client not in self.clients:
            raise Refused(NoSuchClient(client))
        if self.clients[client] == name:
            return Decision(self)
        return self._decide(ClientRenamed(client, name, act))

    def remove_client(self, act: Act, client: ClientId) -> "PartnerDecision":
        """Take a company off the clients. Harmless where it is none."""
        if client not in self.clients:
            return Decision(self)
        return self._decide(ClientRemoved(client, act))

    def create_course(self, act: Act, course: CourseId) -> "OfferingDecision":
        """Make a course of its own, which costs it no credits and is nobody else's. Refused: `NotWhitelabel` (W1)."""
        self._whitelabel()
        event = OwnCourseCreated(course, self.id, act)
        return Decision(Offering.begin(event), (event,))

    def looks(self, organisation: Branding) -> Branding:
        """How the partner's part looks: as the *organisation*'s does, but for what a whitelabel sets (W1)."""
        return self.branding.over(organisation) if self.kind is PartnerKind.WHITELABEL else organisation

    @classmethod
    def begin(cls, event: PartnerCreated) -> Self:
        """The first state."""
        return cls(event.partner, 1, event.name, event.kind, event.branding, frozenset(), {})

    def apply(self, event: PartnerChange) -> Self:
        """The state after *event*. Decides nothing."""
        version = self.version + 1
        match event:
            case PartnerRenamed(name):
                return evolve(self, version=version, name=name)
            case PartnerConverted(kind):
                return evolve(self, version=version, kind=kind)
            case PartnerBranded(branding):
                return evolve(self, version=version, branding=branding)
            case AdministratorAppointed(administrator):
                return evolve(self, version=version, administrators=self.administrators | {administrator})
            case AdministratorDismissed(administrator):
                return evolve(self, version=version, administrators=self.administrators - {administrator})
            case ClientAdded(client, name) | ClientRenamed(client, name):
                return evolve(self, version=version, clients={**self.clients, client: name})
            case ClientRemoved(gone):
                left = {client: name for client, name in self.clients.items() if client != gone}
                return evolve(self, version=version, clients=left)
            case _:
                assert_never(event)

    def _decide(self, event: PartnerChange) -> "PartnerDecision":
        return Decision(self.apply(event), (event,))

    def _whitelabel(self) -> None:
        if self.kind is not PartnerKind.WHITELABEL:
            raise Refused(NotWhitelabel(self.id))


PartnerDecision: TypeAlias = Decision[Partner, PartnerEvent]
