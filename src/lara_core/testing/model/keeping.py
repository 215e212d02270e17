"""What the model keeps, and how it answers. Part of `lara_core.testing.model`."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Concatenate, Final, ParamSpec

from lara_core.hosting.ports import Receipt, Written
from lara_core.kernel.decisions import Act, Event
from lara_core.kernel.errors import IdReused, NotFound
from lara_core.kernel.ids import PortalId
from lara_core.purchase import BuyerRole
from lara_core.testing.model.words import No, Outcome, Plain, copied, keys_of, people_of, sits

P = ParamSpec("P")

KINDS: Final = ("session", "pool", "charge", "registration")
PLACE_FIRST: Final = ("session", "pool", "registration", "charge")


class Keeping:
    """What a store keeps. *bulk_buyers* are the roles that may buy in bulk on each portal (S1)."""

    def __init__(self, bulk_buyers: Mapping[PortalId, Collection[BuyerRole]]) -> None:
        self.bulk_buyers = bulk_buyers
        self.kept: dict[str, dict[str, Plain]] = {kind: {} for kind in KINDS}
        self.written: list[tuple[str, Written]] = []
        # In which order the receipt names what was written, unless the use case says otherwise.
        self.order: Sequence[str] = KINDS

    def predict(self, use: Callable[Concatenate[Act, P], None], act: Act, *args: P.args, **kwargs: P.kwargs) -> Outcome:
        """What the use case of that name answers."""
        before = copied(self.kept)
        self.written = []
        self.order = KINDS
        try:
            use(act, *args, **kwargs)
        except No as no:
            self.kept = before
            return no.outcome
        # Kind by kind, each aggregate with all its events.
        order = {(kind, one.id): -number for number, (kind, one) in reversed([*enumerate(self.written)])}
        written = sorted(self.written, key=lambda entry: (self.order.index(entry[0]), -order[entry[0], entry[1].id]))
        return Receipt(act.by, act.key, tuple(one for _, one in written))

    def get(self, kind: str, name: str) -> Plain:
        """What is kept under that name, or else it is not found."""
        found = self.kept[kind].get(name)
        if found is None:
            raise No(NotFound)
        return found

    def _of(self, kind: str, **facts: str) -> Iterator[tuple[str, Plain]]:
        for name, found in sorted(self.kept[kind].items()):
            if all(found[fact] == value for fact, value in facts.items()):
                yield name, found

    def _write(self, kind: str, name: str, event: Event) -> int:
        found = self.kept[kind][name]
        found["version"] += 1
        self.written.append((kind, Written(name, found["version"], event)))
        version: int = found["version"]
        return version

    def _begin(self, kind: str, name: str, event: Event, **plain: object) -> None:
        if name in self.kept[kind]:
            raise No(IdReused)
        self.kept[kind][name] = {"version": 0, **plain}
        _ = self._write(kind, name, event)

    def _keys_in(self, session: str) -> set[str]:
        """By what all are known who sit in a session (S5, N5)."""
        people = [who for _, pool in self._of("pool", session=session) for who in people_of(pool)]
        people += [one["person"] for _, one in self._of("registration", session=session) if sits(one)]
        return {key for person in people for key in keys_of(person)}
