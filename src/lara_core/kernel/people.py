"""Who somebody is: an e-mail address, and perhaps an account (K7).

Two mentions are of one person where they share a key: the account's id, or the address as it is compared.
Hosts keep addresses unique per account.

An address is compared by its *key*: the part before the @ after Unicode normalisation (NFC) and with the case
of ASCII letters folded, then the domain in its IDNA 2008 form, in lower case. So `Anna@EXAMPLE.com` is
`anna@example.com`, and straße.de is not strasse.de. What was typed is kept: it is what people see, and
where mail goes.

What may be an address is syntax alone. A domain needs a dot and a top label that ends with a letter, and an intranet's
`.local` will do; quoted parts, comments and IP addresses in brackets will not. Nothing is stripped: a blank
around an address is refused here, and taken off by whoever reads forms and files.

Neither an address nor a person shows an address in its `repr`, which ends up in logs (K11).
"""

import re
import unicodedata
from collections.abc import Container, Iterable
from string import ascii_lowercase, ascii_uppercase
from typing import Final, NewType, Self

from attrs import Factory, field, frozen

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import AccountId
from lara_core.kernel.validators import identifier, line

ADDRESS_LENGTH: Final = 254
LOCAL_LENGTH: Final = 64

PersonKey = NewType("PersonKey", str)
"""What two mentions of one person share: `account:<id>` or `address:<key>`. Made by `Person.keys` alone."""

# Nothing here can be matched in two ways, so nothing is tried twice (`++`). As keys are: without capitals.
_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]++"
# A label with hyphens third and fourth is either IDNA, which is not plain, or reserved.
_LABEL: Final = r"(?!-|..--)[a-z0-9-]{1,63}+(?<!-)"
_PLAIN: Final = re.compile(rf"(?=[^@]{{1,{LOCAL_LENGTH}}}@){_ATOM}(?:\.{_ATOM})*+@(?:{_LABEL}\.)+{_LABEL}(?<=[a-z])")
_FOLD: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


def _key(address: "EmailAddress") -> str:
    typed = address.typed
    # Most are plain, in lower case and of a proper length, and one string serves for both: pools hold many thousands.
    if type(typed) is str and len(typed) <= ADDRESS_LENGTH and _PLAIN.fullmatch(typed):
        return typed
    lower = line("address", typed, most=ADDRESS_LENGTH).lower()
    if typed.isascii() and _PLAIN.fullmatch(lower):
        return lower
    if typed.isascii() and "xn--" not in lower:
        raise BadValue("address", Flaw.NOT_AN_ADDRESS)
    key = _international_key(typed)
    return typed if key == typed else key


def _international_key(typed: str) -> str:
    # Imported at the first address that needs it: the import costs more than all the rules together.
    from email_validator import EmailNotValidError, validate_email

    # email-validator refuses .local and its like, whatever it is told. Under a last label of no meaning it looks at
    # syntax alone; what it says of last labels is said again below. The label's two characters come off the limit.
    # What may be allowed is spelled out, because hosts can change that library's defaults for the whole process.
    if len(typed.encode()) > ADDRESS_LENGTH - len(".x"):
        raise BadValue("address", Flaw.TOO_LONG)
    try:
        answer = validate_email(
            typed + ".x",
            allow_smtputf8=True,
            allow_empty_local=False,
            allow_quoted_local=False,
            check_deliverability=False,
        )
    except EmailNotValidError:
        answer = None
    # Raised out here, so that no traceback shows that library's message, which quotes what was typed.
    if answer is None or len(answer.local_part) > LOCAL_LENGTH:
        raise BadValue("address", Flaw.NOT_AN_ADDRESS)
    domain = answer.ascii_domain.removesuffix(".x")
    if "." not in domain or not domain[-1].isalpha():
        raise BadValue("address", Flaw.NOT_AN_ADDRESS)
    # Normalised again, because folding can open a composition: J with a caron has no letter of its own, ǰ is one.
    local = unicodedata.normalize("NFC", answer.local_part.translate(_FOLD))
    return f"{local}@{domain}"


@frozen(repr=False, weakref_slot=False)
class EmailAddress:
    """An e-mail address as it was *typed*, and the *key* that it is compared, hashed and found by (K7).

    Refused: more than 254 characters, what hides or reorders text, and what is not an address.
    """

    typed: str = field(eq=False)
    key: str = field(init=False, default=Factory(_key, takes_self=True))

    def __repr__(self) -> str:
        return "EmailAddress(...)"


@frozen(weakref_slot=False)
class Person:
    """Somebody with an *address*, and with an *account* where the host's platform has one for them (K7)."""

    address: EmailAddress
    account: AccountId | None = None

    def __attrs_post_init__(self) -> None:
        if type(self.address) is not EmailAddress:
            raise BadValue("address", Flaw.WRONG_TYPE)
        if self.account is not None:
            _ = identifier("account", self.account)

    @classmethod
    def of(cls, address: str, account: str | None = None) -> Self:
        """Somebody as a host knows them: `Person.of("anna@example.com", account="42")`."""
        return cls(EmailAddress(address), None if account is None else AccountId(account))

    @property
    def keys(self) -> tuple[PersonKey, ...]:
        """What the person is known by: the account first, if there is one, then the address."""
        address = PersonKey("address:" + self.address.key)
        return (address,) if self.account is None else (PersonKey("account:" + self.account), address)

    def same_as(self, other: "Person") -> bool:
        """Whether the two share a key. Not transitive: a bare address can meet two that do not meet each other."""
        return self.address == other.address or (self.account is not None and self.account == other.account)

    def is_in(self, keys: Container[PersonKey]) -> bool:
        """Whether any of the person's keys is among *keys*, as `person.is_in(seated)`."""
        for key in self.keys:  # noqa: SIM110 - a generator would take half of the time that a batch takes (B5)
            if key in keys:
                return True
        return False


def distinct(people: Iterable[Person]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """One mention of each person, and the repeats, both in the order given.

    Mentions that share a key are of one person, and so are those that only others join: of `y`, `x` with an account
    and `y` with the same account, all three. The first mention stands for the person, or the first with an account
    if there is one, in the first one's place. So in whatever order they come, the same people do.
    """
    mentions = tuple(people)
    root: dict[PersonKey, PersonKey] = {}

    def found(key: PersonKey) -> PersonKey:
        while root.setdefault(key, key) != key:
            key = root[key]
        return key

    for person in mentions:
        first, *others = person.keys
        for other in others:
            root[found(other)] = found(first)
    kept: dict[PersonKey, Person] = {}
    repeats: list[Person] = []
    for person in mentions:
        key = found(person.keys[0])
        stands = kept.get(key)
        if stands is None:
            kept[key] = person
        elif stands.account is None and person.account is not None:
            kept[key] = person
            repeats.append(stands)
        else:
            repeats.append(person)
    return tuple(kept.values()), tuple(repeats)
