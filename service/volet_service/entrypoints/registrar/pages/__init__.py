"""The staff list in a browser, for the managers whom the registrar's configuration names (docs/operations.md)."""
