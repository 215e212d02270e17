"""Who is told of what, and in which words.

- `notices`: the table from events to those who are told (T1).
- `texts`: the words, in French, English and Italian, and how a host replaces them (T2).
"""
