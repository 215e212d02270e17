"""States, events, refusals and receipts in the formats that other programs read.

- `json`: everything, under explicit versioned names, and strict about what it takes.
"""
