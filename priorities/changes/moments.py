"""The two moments between which a reader asks what changed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from regions.models import ContentChange, DataVersion
from regions.translated import isolate

VERSION = re.compile(r"([0-9a-f]{16})(-[0-9]{1,18})?")
EMPTY = "empty"  # what the version of no data is called
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)
USUAL_DAYS = 30
LONGEST = 80


class Refused(Exception):
    """What is asked cannot be answered; says with which value, and what to do."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True)
class Moment:
    """What had been written by `at`; `name` is a version of the data or a day."""

    name: str
    at: datetime
    day: date


def asked(data: QueryDict, version: DataVersion) -> tuple[Moment, Moment]:
    """Both moments of the address. Without: the 30 days up to the last change."""
    names = {name: data.get(name, "").strip() for name in ("from", "to")}
    tokens = [m[1] for m in map(VERSION.fullmatch, names.values()) if m]
    changes = ContentChange.objects.filter(token__in=tokens) if tokens else []
    known = {change.token: change.changed_at for change in changes}
    until = of(names["to"] or version.name, known, version, ends=True)
    if not names["from"]:
        names["from"] = (until.day - timedelta(days=USUAL_DAYS)).isoformat()
    since = of(names["from"], known, version, ends=False)
    if since.at > until.at or since.day > until.day:
        raise Refused(
            _("“%(from)s” is later than “%(to)s”. Exchange the two.")
            % {"from": isolate(since.name), "to": isolate(until.name)},
            400,
        )
    return since, until


def of(name: str, known: dict[str, datetime], today: DataVersion, ends: bool) -> Moment:
    """The moment of a version; of a day its beginning, or its end if it `ends` there."""
    if name == EMPTY:
        return Moment(name, BEGINNING, BEGINNING.date())
    if match := VERSION.fullmatch(name):
        if match[1] == today.token and today.changed_at:
            # Whatever is written by now belongs to it, also what was committed late.
            return Moment(name, END, timezone.localdate(today.changed_at))
        if match[1] not in known:
            raise Refused(
                _(
                    "No version of the data is called “%s”. The name of today’s stands at the foot of every page; a day, such as 2026-11-01, can be asked for too."
                )
                % isolate(name),
                404,
            )
        return Moment(name, known[match[1]], timezone.localdate(known[match[1]]))
    try:
        day = date.fromisoformat(name)
        at = beginning(day + timedelta(days=1) if ends else day)
    except (ValueError, OverflowError):
        raise Refused(
            _(
                "“%s” is neither a day nor a version of the data. Write a day as 2026-11-01, or the name of a version as it stands at the foot of every page."
            )
            % isolate(name[:LONGEST]),
            400,
        ) from None
    return Moment(day.isoformat(), at, day)


def beginning(day: date) -> datetime:
    """The last moment before a day."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start.astimezone(UTC) - timedelta(microseconds=1)
