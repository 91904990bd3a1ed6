"""How often one address may ask."""

import time
from collections import OrderedDict
from collections.abc import Callable

CLIENTS = 1024
"""Addresses whose rate is remembered."""


class Rates:
    """A bucket for each address: `burst` requests at once, `rate` a second on the whole."""

    def __init__(self, burst: int, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._rate, self._clock = float(burst), rate, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, client: str) -> bool:
        """Whether `client` may ask now; the addresses that have not asked for longest are forgotten."""
        now = self._clock()
        left, then = self._left.pop(client, (self._burst, now))
        left = min(left + (now - then) * self._rate, self._burst)
        self._left[client] = (left - 1.0 if left >= 1.0 else left, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return left >= 1.0
