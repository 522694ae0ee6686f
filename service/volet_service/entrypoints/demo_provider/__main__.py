"""`python -m volet_service.entrypoints.demo_provider`: the same as `volet demo-provider`."""

from __future__ import annotations

import sys

from volet_service.entrypoints.demo_provider.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
