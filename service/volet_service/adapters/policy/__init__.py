"""The policy engine, used at build only: strict loading of `policies/`, evaluation once, an immutable table."""
