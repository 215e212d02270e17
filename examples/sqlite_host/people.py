"""Whom the host knows: its accounts, and lists of people as managers send them."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from lara_core.kernel.ids import AccountId
from lara_core.kernel.people import EmailAddress, Person, PersonKey
from lara_core.telling.notices import Recipient

DELIMITERS: Final = ";,\t"


@frozen
class Account:
    """Somebody with an account: what to call them, and in which language to write to them."""

    person: Person
    name: str
    language: str


@frozen
class Directory:
    """The accounts of the organisation, by each of their keys. An address belongs to one account at most (K7)."""

    accounts: Mapping[PersonKey, Account]

    @classmethod
    def read(cls, path: Path) -> "Directory":
        """Read the accounts from a file with the columns account, e-mail, name, language."""
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
        accounts = [
            Account(Person(EmailAddress(address), AccountId(account)), name, language)
            for account, address, name, language in rows
        ]
        return cls({key: account for account in accounts for key in account.person.keys})

    def known(self, address: EmailAddress) -> Person:
        """Whoever has this address, as it was typed here, with their account if they have one."""
        bare = Person(address)
        account = self.accounts.get(bare.keys[0])
        return bare if account is None else Person(address, account.person.account)

    def find(self, whom: Recipient) -> Account | None:
        """The account of somebody, or of the actor whose account has the same id."""
        keys = whom.keys if isinstance(whom, Person) else (PersonKey(f"account:{whom}"),)
        return next((self.accounts[key] for key in keys if key in self.accounts), None)

    def account(self, whom: Recipient) -> Account:
        """The same, where there must be one: else `KeyError`."""
        account = self.find(whom)
        if account is None:
            raise KeyError("nobody here has this account or address")
        return account

    def joined(self, account: Account) -> "Directory":
        """The directory with one account more."""
        return Directory({**self.accounts, **dict.fromkeys(account.person.keys, account)})

    def left(self, person: Person) -> "Directory":
        """The directory without one account."""
        return Directory({key: account for key, account in self.accounts.items() if key not in person.keys})


def read_team(path: Path, directory: Directory) -> tuple[Person, ...]:
    """The people of a list, in its order: the first column is the address, the first line the header.

    Spreadsheets save such a list as UTF-8 with a mark at its head, and with the delimiter of their country.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = stream.readline()
        rows = csv.reader(stream, delimiter=max(DELIMITERS, key=header.count))
        return tuple(directory.known(EmailAddress(row[0].strip())) for row in rows if row)
