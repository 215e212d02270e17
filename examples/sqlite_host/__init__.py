"""A whole host for `lara_core` on the standard library's sqlite3: the model from which to write your own.

The host:

- `schema.sql`: the tables, with the constraints that a database can hold by itself.
- `store`: the ports of storage over those tables. Most kinds of aggregate (`kinds`) are `documents` with a `log` of
  their events; `roster`, `companies`, `selling`, `dates` and `access` are the few that keep more, `pools` keeps rows.
  `keeping` knows which of them writes what, and `erasing` rewrites them all.
- `staff`: how the first of the organisation's people comes to have rights; nobody is trusted.
- `laws`: what must be true of a file at any time, area by area, and whether it is.

The demo, a story told on a real file (`make demo`):

- `demo`: the story, chapter by chapter, and the command that tells it. More chapters stand in `invitations`, `refunds`,
  `waiting`, `moving`, `overdue`, `pages`, `called_off`, `credit`, `wallet_pages`, `carts`, `lessons`, `importing`,
  `confirming` and `forgetting`; `chart` draws.
- `post`: messages, as files that any mail program opens, with links that are signed.
- `scene`: who and when, and what every chapter needs for telling it.
- `story/`: the files that it reads; `people` reads them.
- `narration/`: what the narrator says, in three languages; `transcript`: how it looks on a terminal.
"""
