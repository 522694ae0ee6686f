"""The client of Volet: library and command line for professionals, persons, auditors and operators."""
