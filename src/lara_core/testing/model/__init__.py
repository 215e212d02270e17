"""What group purchase does, told a second time: plain dicts that say what each use case answers.

It is written from the rules of the domain and from the table of refusals in the reference, and asks none of the rules
themselves; of the library it takes nothing but the words: events, refusals, values. `lara_core.testing.machines` holds
a host's store against it.

`wallets` has a model of its own, for partner companies, which `lara_core.testing.wallet_machine` holds a host against.

Each use case is a method of the same name and arguments, without the store. It changes the dicts and writes down the
events, or raises `No`, and then `predict` puts the dicts back. Of a session, a pool, a charge and a registration,
`plain` makes the dict that the model has of it.
"""

from lara_core.testing.model.seats import Model
from lara_core.testing.model.words import No, Outcome, Plain, Root, plain

__all__ = ["Model", "No", "Outcome", "Plain", "Root", "plain"]
