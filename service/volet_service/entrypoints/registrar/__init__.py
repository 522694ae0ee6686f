"""The registrar: a small relying party of another institution, a process of its own, never part of the hub."""
