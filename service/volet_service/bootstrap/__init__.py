"""Builds adapters and hands them to use cases; and the commands that need both: `volet serve`, `volet admin`.

A package, not one module: a command of the operator creates keys and databases, which entry points may not reach.
"""
