"""What the hub touches: database, disk, keys, clock, identity providers. Each behind a port of `application.ports`."""
