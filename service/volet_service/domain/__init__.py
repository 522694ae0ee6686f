"""Pure rules of the hub: no database, clock, randomness, settings or IO."""
