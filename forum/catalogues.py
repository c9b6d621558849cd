"""The interface's catalogues: extracted and merged in Python, without gettext tools."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCES = (
    "accounts",
    "agenda",
    "forum",
    "priorities",
    "regions",
    "templates",
    "translations",
    "workshops",
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


EPOCH = datetime(2021, 11, 23, tzinfo=UTC)


def strings(message: Message) -> list[str]:
    """A message's translations: one, or one per plural form."""
    found = message.string
    return list(found) if isinstance(found, list | tuple) else [found or ""]


def sources() -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in {".py", ".html"} and "migrations" not in path.parts:
                yield path


def extracted() -> Catalog:
    """Every string the code and the templates mark for translation."""
    catalog = Catalog(charset="utf-8")
    for path in sources():
        text = path.read_text()
        if path.suffix == ".html":
            text = templatize(text, origin=str(path))
            text = "\n".join(line.strip() for line in text.splitlines())
        for line, message, _comments, context in extract(
            "python", BytesIO(text.encode()), KEYWORDS
        ):
            name = path.relative_to(settings.BASE_DIR).as_posix()
            catalog.add(message, locations=[(name, line)], context=context)
    return catalog


def catalogue_path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")


def read(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def translated_languages() -> list[str]:
    """The interface languages but English, in which the strings are written."""
    return [code for code, _name in settings.LANGUAGES if code != "en"]


def update(language: str) -> Catalog:
    """Bring one catalogue up to date; translations no longer used are dropped."""
    path = catalogue_path(language)
    catalog = read(language) if path.exists() else Catalog(locale=language)
    catalog.update(extracted(), no_fuzzy_matching=True)
    # A header without dates: the file changes only when a string does.
    catalog.header_comment, catalog.fuzzy = "", False
    catalog.project, catalog.version = "Forum priorities", "1"
    catalog.creation_date = catalog.revision_date = EPOCH
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            catalog,
            width=100,
            sort_output=True,
            no_location=True,
            ignore_obsolete=True,
        )
    return catalog
