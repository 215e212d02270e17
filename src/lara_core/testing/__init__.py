"""What hosts use in their own tests. The core never imports it.

- `memory`: a store in memory, for tests without a database.
- `conformance`: a suite that holds each promise of the ports against a host's own store; with `samples`, what it
  stores, and `races`, two transactions at once.
- `strategies`: Hypothesis strategies for values, and for states that real commands reached; `plugin` registers them,
  so that `from_type(SeatPool)` works.
- `laws`: the promises of the rules, as checks of any state. `search`: every state that commands can reach.
- `machines`: whatever is asked of a host's own store, in any order, answered as `model` predicts: the very refusal.
  `wallet_machine` does so for partner companies and their wallets.

pytest and Hypothesis come with the extra `lara-core[testing]`. Where they are missing, all but the suite, the
strategies and the machines still works.
"""
