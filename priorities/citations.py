"""How to cite an edition or an entry: as a sentence, BibTeX, RIS and CSL-JSON.

The day on which it was read is left to whoever cites.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext

from regions.models import DataVersion, Edition
from regions.translated import set_apart

from .models import Recommendation
from .templatetags.texts import one_line

AUTHOR = "Freedom From Slavery Forum"
LICENCE, LICENCE_ID = "CC BY 4.0", "CC-BY-4.0"  # as said, and in the list of SPDX
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
LATEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{sign: f"\\{sign}" for sign in "%&#_$"},
}


@dataclass(frozen=True)
class Work:
    """What is cited: an edition, or an entry as a chapter of it."""

    edition: str  # the title of the edition
    year: int
    place: str
    language: str
    version: str
    url: str
    reference: str = ""  # of an entry, and what it says
    text: str = ""

    @property
    def key(self) -> str:
        return self.reference or f"forum-{self.year}"

    @property
    def title(self) -> str:
        if not self.reference:
            return self.edition
        return gettext("%(reference)s: “%(text)s”") % vars(self)

    @property
    def container(self) -> str:
        return self.edition if self.reference else ""

    @property
    def note(self) -> str:
        said = vars(self) | {"licence": LICENCE}
        return gettext("Data version %(version)s. Licence: %(licence)s.") % said

    @property
    def sentence(self) -> str:
        """For people to copy; what runs the other way moves nothing around it."""
        said = {name: set_apart(str(value)) for name, value in vars(self).items()}
        edition = ". ".join(filter(None, [self.edition, self.place]))
        said |= {"author": set_apart(AUTHOR), "edition": set_apart(edition)}
        if self.reference:
            return (
                gettext(
                    "%(author)s (%(year)s). %(reference)s: “%(text)s” In: %(edition)s. Data version %(version)s. %(url)s"
                )
                % said
            )
        return (
            gettext(
                "%(author)s (%(year)s). %(edition)s. Data version %(version)s. %(url)s"
            )
            % said
        )


def title_of(edition: Edition) -> str:
    name = gettext("Priorities of the regional forums, edition %(year)s") % {
        "year": edition.year
    }
    theme = one_line(edition.to_read("theme").value).rstrip(".")
    if not theme:
        return name
    return gettext("%(name)s: %(value)s") % {"name": name, "value": theme}


def of_edition(edition: Edition, version: DataVersion) -> Work:
    address = reverse("priorities:booklet", args=[edition.year])
    return Work(
        edition=title_of(edition),
        year=edition.year,
        place=one_line(edition.place),
        language=get_language() or settings.LANGUAGE_CODE,
        version=version.name,
        url=settings.SITE_URL + address,
    )


def of_recommendation(recommendation: Recommendation, version: DataVersion) -> Work:
    text = recommendation.to_read("text")
    return replace(
        of_edition(recommendation.section.regional_forum.edition, version),
        language=text.language,
        url=settings.SITE_URL + recommendation.get_absolute_url(),
        reference=recommendation.reference,
        text=one_line(text.value),
    )


def bibtex(work: Work) -> str:
    """Text stays UTF-8, which BibTeX of this century reads; braces keep its capitals."""
    kind = "incollection" if work.container else "book"
    fields = {
        "author": AUTHOR,
        "title": work.title,
        "booktitle": work.container,
        "publisher": AUTHOR,
        "address": work.place,
        "year": str(work.year),
        "language": work.language,
        "note": work.note,
        "url": work.url,
    }
    lines = [
        f"  {name} = {{{value if name == 'url' else braced(value)}}}"
        for name, value in fields.items()
        if value
    ]
    return f"@{kind}{{{work.key},\n" + ",\n".join(lines) + "\n}\n"


def braced(text: str) -> str:
    escaped = "".join(LATEX.get(sign, sign) for sign in text)
    return escaped if escaped.isascii() and escaped.isalnum() else f"{{{escaped}}}"


def ris(work: Work) -> str:
    fields = [
        ("TY", "CHAP" if work.container else "BOOK"),
        ("ID", work.key),
        ("AU", AUTHOR),
        ("TI", work.title),
        ("T2", work.container),
        ("PY", str(work.year)),
        ("CY", work.place),
        ("PB", AUTHOR),
        ("LA", work.language),
        ("N1", work.note),
        ("UR", work.url),
    ]
    lines = [f"{tag}  - {value}\r\n" for tag, value in fields if value]
    return "".join(lines) + "ER  - \r\n"


def csl(work: Work) -> str:
    item = {
        "id": work.key,
        "type": "chapter" if work.container else "book",
        "author": [{"literal": AUTHOR}],
        "title": work.title,
        "container-title": work.container,
        "publisher": AUTHOR,
        "publisher-place": work.place,
        "issued": {"date-parts": [[work.year]]},
        "language": work.language,
        "version": work.version,
        "note": work.note,
        "URL": work.url,
    }
    said = {name: value for name, value in item.items() if value}
    return json.dumps([said], ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, tuple[str, Callable[[Work], str]]] = {
    "bib": ("application/x-bibtex", bibtex),
    "ris": ("application/x-research-info-systems", ris),
    "json": ("application/vnd.citationstyles.csl+json", csl),
}
