"""Promise 15: accepted + rejected + duplicate = rows, and importing again yields no event, whatever the file."""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lara_core.formats import rosters
from lara_core.hosting.offers import draft_offer
from lara_core.hosting.rosters import import_grants
from lara_core.kernel.decisions import Event
from lara_core.kernel.ids import CourseId, OfferId
from lara_core.offers import OfferTerms, Product
from lara_core.rosters import Contact, Outcome
from lara_core.testing.memory import MemoryStore
from lara_core.testing.strategies import RosterFile
from lara_core.testing.strategies.of_rosters import blank
from tests.builders import ENDS, act
from tests.laws.test_rosters import FILES

OFFER: Final = OfferId("offer")
TERMS: Final = OfferTerms("Offer", {CourseId("course"): Product()})

every_format = pytest.mark.parametrize("kind", FILES)
# Workbooks take their time to be made.
slowly = partial(settings, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def offering() -> MemoryStore:
    """A store with an offer that nobody has."""
    store = MemoryStore()
    _ = draft_offer(store, act(key="draft"), OFFER, TERMS)
    return store


def bring(store: MemoryStore, file: RosterFile, size: int, *, key: str = "first", after: int = 0) -> Outcome:
    """Import a file."""
    roster = rosters.read(BytesIO(file.data), columns=file.columns)
    return import_grants(store, act(ENDS, key=key), OFFER, roster, size=size, after=after)


def happened(store: MemoryStore) -> Sequence[Event]:
    """All that was granted, in the order of ids."""
    with store.transaction() as work:
        return [event for grant in work.offer_grants.all() for event in work.offer_grants.events(grant.id)]


@every_format
@given(data=st.data(), size=st.integers(1, 10))
@slowly()
def test_every_row_counts_once(kind: str, data: st.DataObject, size: int) -> None:
    """Accepted + rejected + duplicate = rows, and each person who can be read is granted once (promise 15)."""
    file, store = data.draw(FILES[kind]), offering()
    outcome = bring(store, file, size)
    above = 0 if file.columns.heading is None else 1
    rows = [row for row in file.rows[above:] if not blank(row)]
    readings = list(rosters.read(BytesIO(file.data), columns=file.columns).readings())
    people = [reading.person for reading in readings if isinstance(reading, Contact)]
    assert outcome.counts.rows == len(rows) == len(readings)
    assert (outcome.new, outcome.known, outcome.refused) == (len(people), 0, ())
    with store.transaction() as work:
        grants = [work.offer_grants.of(OFFER, person) for person in people]
        assert len(work.offer_grants.all()) == len({grant.id for grant in grants if grant}) == len(people)


@every_format
@given(data=st.data(), size=st.integers(1, 10), other=st.integers(1, 10))
@slowly()
def test_importing_again_yields_no_event(kind: str, data: st.DataObject, size: int, other: int) -> None:
    """By whichever act and in batches of whichever size: all that was new is known (promise 15, O6)."""
    file, store = data.draw(FILES[kind]), offering()
    first = bring(store, file, size)
    before = happened(store)
    again = bring(store, file, other, key="again")
    assert again == Outcome(0, first.new, first.duplicate, (), first.rejected)
    assert bring(store, file, size) == first
    assert happened(store) == before


@every_format
@given(data=st.data(), size=st.integers(1, 4))
@slowly()
def test_going_on_is_the_rest(kind: str, data: st.DataObject, size: int) -> None:
    """From the end of any batch on: what was taken before and what is taken then make up the whole (O6, O7)."""
    file, whole, parted = data.draw(FILES[kind]), offering(), offering()
    batches = list(rosters.read(BytesIO(file.data), columns=file.columns).batches(size))
    after = data.draw(st.sampled_from([0, *(batch.last for batch in batches)]))
    rest = bring(parted, file, size, after=after)
    assert rest.counts.rows == sum(len(batch.readings) for batch in batches if batch.last > after)
    # The batches after that line are known by their keys: the whole import answers as if it had never been parted.
    assert bring(parted, file, size) == bring(whole, file, size)
    assert happened(parted) == happened(whole)
