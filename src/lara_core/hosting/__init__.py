"""What a host implements, and what it calls.

- `ports`: the Protocols of storage: a store, its unit of work, the repositories of each area.
- `once`: one command under one key, saved whole or not at all.
- `group_purchase`: the use cases of seats and sessions.
- `outbox`: sending what was put out, at least once.
"""
