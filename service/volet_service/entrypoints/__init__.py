"""Processes and their surfaces: the hub over HTTP, the registrar, the demonstration provider."""
