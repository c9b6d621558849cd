import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

DRAWN_BY = (
    "forum",
    "regions",
    "priorities",
    "workshops",
    "agenda",
    "templates",
    "static",
    "locale",
)
SUFFIXES = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".po",
    ".csv",
    ".json",
    ".typ",
    ".xml",
}
SAID_BY_SETTINGS = ("EXIT_URL", "REPORT_EMAIL", "SITE_URL")


@cache
def release() -> str:
    """A digest of code, templates, styles and catalogues: a new release is a new page."""
    said = "\n".join(getattr(settings, name) for name in SAID_BY_SETTINGS)
    digest = hashlib.sha256(said.encode())
    digest.update(Path(settings.BASE_DIR, "requirements.lock").read_bytes())
    for folder in DRAWN_BY:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in SUFFIXES:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
