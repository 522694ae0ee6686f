"""Everything somebody outside needs in order to verify what a Volet hub serves.

Formats and the pure functions that judge them: no input or output, no clock, no randomness inside. Standard
library and `cryptography` only. Each module names the section of `docs/spec/` that it implements.
"""
