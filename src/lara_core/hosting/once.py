"""One command under one key, saved whole or not at all (K4, K5).

This is the one way in, and the order of its steps is its point: the key is looked up before the rule is asked,
so that a repeated command gets its first answer even where the rule would refuse it today; and everything is
written in one transaction, so that no crash leaves a state without its events, its notices or its key.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from lara_core.formats import json
from lara_core.hosting.ports import Answer, Store, Work
from lara_core.kernel.decisions import Act, Aggregate, Decision, Event, Refused
from lara_core.kernel.errors import IdReused
from lara_core.kernel.receipts import Receipt
from lara_core.telling.notices import REFUSALS, notices, of_refusal

W = TypeVar("W", bound=Work)


def once(
    store: Store[W],
    act: Act,
    content: Mapping[str, object],
    body: Callable[[W], Sequence[Decision[Aggregate, Event]]],
) -> Receipt:
    """Run *body* in a transaction of *store* and save the decisions that it returns, unless the key was used before.

    *content* is what is asked, without who and when: its fingerprint tells a repetition from a reuse. The same
    key with the same content gives the first receipt and does nothing; with other content it is `IdReused`. An address
    in another spelling is other content, and so is a value that a later release has given another field: whoever
    repeats a command sends it as it was.

    *body* reads what the rule needs and decides. When it refuses, nothing is saved and the key stays fresh; who has to
    hear of the refusal is told all the same (K12).
    """
    try:
        return _once(store, act, fingerprint(content), body)
    except Refused as refused:
        if type(refused.refusal) in REFUSALS:
            with store.transaction() as work:
                work.put_out(of_refusal(refused.refusal, audience=work, silenced=work.silenced))
        raise


def _once(store: Store[W], act: Act, asked: str, body: Callable[[W], Sequence[Decision[Aggregate, Event]]]) -> Receipt:
    with store.transaction() as work:
        answered = work.answer(act.by, act.key)
        if answered is not None:
            if answered.fingerprint != asked:
                raise IdReused("this key was used for another command; choose a fresh one")
            return answered.receipt
        decisions = body(work)
        receipt = Receipt.of(act, decisions)
        for decision in decisions:
            work.save(decision)
            work.put_out(notices(decision, audience=work, silenced=work.silenced))
        work.record(Answer(asked, receipt))
        return receipt


def fingerprint(content: Mapping[str, object]) -> str:
    """SHA-256 of *content* as canonical JSON, in hexadecimal."""
    return sha256(json.dumps(content).encode()).hexdigest()
