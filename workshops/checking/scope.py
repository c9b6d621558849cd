"""For whom a file is read, and for which region."""

from dataclasses import dataclass

from regions.models import Edition


@dataclass(frozen=True)
class Scope:
    """For whom a file is read: `own` regions (None: all), and the one it must be for.

    `default`: the region of rows that name none, sent by somebody who has but one.
    """

    edition: Edition
    own: frozenset[str] | None = None
    only: str = ""
    default: str = ""

    def allows(self, region: str) -> bool:
        return self.own is None or region in self.own

    def reaches(self, region: str) -> bool:
        """Whether a row may change what stands in this region."""
        return self.allows(region) and self.only in ("", region)
