"""The colours of the Forum's regions on paper, as the site's style sheet has them."""

REGIONS = {
    "africa": "8c4a00",
    "asia": "1f5f3f",
    "latin-america": "7a2e5d",
    "mena": "6b4e00",
    "europe-north-america-caribbean": "3a3f8f",
    "europe": "2b4ea0",
    "north-america": "5a2f96",
    "caribbean": "00646b",
}
ACCENT, INK, MUTED, LINE = "0b5c6b", "1d2430", "55606e", "d9d5cc"


def of_region(slug: str) -> str:
    return REGIONS.get(slug, ACCENT)
