"""The witness: cosigns the checkpoints of logs it was told about, each only if it extends the last (C2SP tlog-witness).

A small process for another institution than the hub's. It sees origin, size and root: no personal data. It needs
nothing of the hub, and the hub nothing of it.
"""
