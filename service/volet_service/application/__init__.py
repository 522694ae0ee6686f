"""Use cases: one module each, a function of a unit of work and a command.

A use case runs inside the sequencer's transaction, in a savepoint of its own, against the newest state: what it decides
is still true when it commits. It raises a `Refusal` to change nothing. Its answer leaves after the commit.
"""
