"""`python -m volet_client.cli`."""

from __future__ import annotations

import sys

from volet_client.cli.main import main

sys.exit(main())
