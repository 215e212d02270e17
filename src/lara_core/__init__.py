"""The rules of selling trainings to organisations, pure and storage-agnostic.

There is nothing to import from here: each area is a module of its own, and names what it offers.

- `lara_core.seats`, `lara_core.refunds`, `lara_core.purchase`, `lara_core.seat_views`: group purchase.
- `lara_core.sessions`, `lara_core.registrations`, `lara_core.places`: sessions, who waits, who is registered.
- `lara_core.rights`, `lara_core.redaction`: who may do what, and what no partner is given.
- `lara_core.partners`, `lara_core.offerings`, `lara_core.wallet`, `lara_core.spending`, `lara_core.enrolment`: partner
  companies and their credits.
- `lara_core.providers`, `lara_core.cart`, `lara_core.promotions`, `lara_core.documents`, `lara_core.checkout`: selling
  for several providers. `lara_core.schedules`, `lara_core.confirmation`: a session's dates, and the client's answer.
  `lara_core.offers`, `lara_core.access`: what somebody may open. These are rules alone: no host can store them yet.
- `lara_core.kernel`: what every rule is made of (acts, decisions, refusals, people, money, credits,
  deadlines).
- `lara_core.telling`: who is told of what, and in which words.
- `lara_core.formats`: states, events, refusals and receipts as JSON.
- `lara_core.hosting`: the ports that a host implements, and the use cases it calls.
- `lara_core.testing`: a memory store, strategies and conformance suites for a host's own tests.
"""
