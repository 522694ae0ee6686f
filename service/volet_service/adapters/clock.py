"""The hub's clock."""

from __future__ import annotations

import time


class SystemClock:
    """Milliseconds since 1970 by the machine's clock."""

    def now_ms(self) -> int:
        """Return the instant."""
        return time.time_ns() // 1_000_000
