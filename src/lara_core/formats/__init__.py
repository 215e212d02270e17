"""States, events, refusals, receipts and messages in the formats that other programs read.

- `json`: everything, under explicit versioned names, and strict about what it takes.
- `links`: tokens to answer by, signed (extra `links`).
- `calendar`: a session's dates for calendars, and their replies (extra `calendar`).
- `mail`: notices as messages in text and HTML (extra `mail`).
- `rosters`: lists of people, from csv, xlsx and xls, row by row.
"""
