"""After many failures one waits, longer each time, and never for good.

Counted by account and by address, each as a keyed digest. An attempt is counted before
it is judged, so that a hundred at once are no way around it; success takes that back.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import Failures

FREE_PER_ACCOUNT = 5
FREE_PER_ADDRESS = 20
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(hours=1)


def address(request: HttpRequest) -> str:
    """Where a request comes from, as far as it can be believed; an IPv6 network."""
    said = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and len(passed_on) >= proxies:
        said = passed_on[-proxies].strip()
    try:
        found = ip_address(said)
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> 64)
    return str(found)


def wait_after(failures: int, free: int) -> timedelta:
    """How long one waits after so many failures in a row."""
    if failures < free:
        return timedelta(0)
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - free, 10)
    return min(doubled, LONGEST_WAIT)


def key(kind: str, value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).casefold()
    return salted_hmac(
        "accounts.throttle", f"{kind}:{folded}", algorithm="sha256"
    ).hexdigest()


@dataclass(frozen=True)
class Attempt:
    """Somebody's try at something: `kind` says at what, `account` whose it is."""

    address: str
    kind: str = ""
    account: str = ""

    @property
    def limits(self) -> list[tuple[str, int]]:
        """In one order for everybody, so that two never wait for each other."""
        limits = [(key("address", self.address), FREE_PER_ADDRESS)]
        if self.account:
            limits.append((key(self.kind, self.account), FREE_PER_ACCOUNT))
        return sorted(limits)

    def seconds_to_wait(self, now: datetime | None = None) -> int:
        """Count this attempt; if one has to wait, do not, and tell how long."""
        now = now or timezone.now()
        forget(now)
        with transaction.atomic():
            rows = [(locked(name, now), free) for name, free in self.limits]
            waits = [row.waits_until - now for row, _free in rows if row.waits_until]
            longest = max(waits, default=timedelta(0))
            if longest > timedelta(0):
                return int(longest.total_seconds()) + 1
            for row, free in rows:
                row.count += 1
                wait = wait_after(row.count, free)
                row.waits_until = now + wait if wait else None
                row.save(update_fields=["count", "waits_until"])
        return 0

    @transaction.atomic
    def succeeded(self, now: datetime | None = None) -> None:
        """It was no failure: the account starts anew, the address has one less."""
        now = now or timezone.now()
        for name, _free in self.limits:
            row = locked(name, now)
            row.count = max(row.count - 1, 0)
            if self.account and name == key(self.kind, self.account):
                row.count = 0
            row.waits_until = None
            if row.count:
                row.save(update_fields=["count", "waits_until"])
            else:
                row.delete()


def locked(name: str, now: datetime) -> Failures:
    """The row of a key, made if need be and held until the transaction ends."""
    Failures.objects.filter(key=name, expires_at__lte=now).delete()
    Failures.objects.bulk_create(
        [Failures(key=name, expires_at=now + KEPT)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["expires_at"],
    )
    return Failures.objects.select_for_update().get(key=name)


@transaction.atomic
def forget(now: datetime) -> None:
    """Delete what has expired, except what others are just working on."""
    rows = Failures.objects.filter(expires_at__lte=now)
    expired = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
    Failures.objects.filter(pk__in=list(expired[:100])).delete()
