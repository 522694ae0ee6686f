"""The demonstration OpenID provider: a process of its own, for the demo and the tests, never part of the hub."""
