"""How often one may ask: a bucket for each address, filled again as time goes by.

Kept in this process's memory alone, under a digest whose key is made at the start and
thrown away with the buckets: nobody can tell later who has asked.
"""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from threading import Lock

from django.conf import settings

KEPT = 3600  # seconds
MOST = 50_000


@dataclass(frozen=True)
class Allowance:
    """What is left; `wait`: seconds until one may ask again, 0 where one may now."""

    most: int
    left: int
    wait: int = 0

    @property
    def headers(self) -> dict[str, str]:
        told = {
            "RateLimit-Policy": f'"minute";q={self.most};w=60',
            "RateLimit": f'"minute";r={self.left};t={self.wait or ceil(60 / self.most)}',
        }
        return told | ({"Retry-After": str(self.wait)} if self.wait else {})


class Buckets:
    def __init__(self) -> None:
        self.lock = Lock()
        self.empty(time.monotonic())

    def empty(self, now: float) -> None:
        self.key, self.began = secrets.token_bytes(32), now
        self.held: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def name(self, address: str) -> bytes:
        return blake2b(address.encode(), key=self.key, digest_size=16).digest()

    def take(self, address: str, now: float | None = None) -> Allowance:
        """Count a request of this address, if it has any left."""
        now = time.monotonic() if now is None else now
        most = settings.API_PER_MINUTE
        with self.lock:
            if now - self.began > KEPT:
                self.empty(now)
            name = self.name(address)
            left, then = self.held.pop(name, (float(most), now))
            left = min(most, left + (now - then) * most / 60)
            may = left >= 1
            self.held[name] = (left - may, now)
            while len(self.held) > MOST:
                self.held.popitem(last=False)
        wait = 0 if may else ceil((1 - left) * 60 / most)
        return Allowance(most, int(left - may), wait)

    def give_back(self, address: str) -> None:
        """Not counted after all: nothing had changed."""
        with self.lock:
            name = self.name(address)
            if name in self.held:
                left, then = self.held[name]
                self.held[name] = (left + 1, then)


buckets = Buckets()
