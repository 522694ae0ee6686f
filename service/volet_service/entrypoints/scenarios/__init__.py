"""Scenario files: facts, one request, and the decision the law expects; read strictly, run, compared."""
