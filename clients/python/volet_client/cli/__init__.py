"""The command `volet`: one module a command group, one voice (terminal.py), one exit path (main.py)."""
