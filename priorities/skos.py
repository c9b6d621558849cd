"""The words of the base as concepts (SKOS), in JSON-LD and in Turtle.

Each concept has an address without a language, as /id/areas/media. It leads to a page
in the reader's language; the addresses of pages would be four names for one thing.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from regions.models import DataVersion, Region

from .citations import AUTHOR, LICENCE_URL
from .models import Audience, AudienceInclusion, PriorityArea
from .templatetags.texts import one_line

Node = dict[str, Any]  # as in JSON-LD; Turtle is written from it

SCHEMES: dict[str, Promise] = {
    "areas": _("Priority areas"),
    "audiences": _("Audiences"),
    "regions": _("Regions"),
}
PREFIXES = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
}
IN_LANGUAGES = {
    "prefLabel": "skos:prefLabel",
    "altLabel": "skos:altLabel",
    "definition": "skos:definition",
    "title": "dcterms:title",
}
ADDRESSES = {
    "inScheme": "skos:inScheme",
    "topConceptOf": "skos:topConceptOf",
    "hasTopConcept": "skos:hasTopConcept",
    "broader": "skos:broader",
    "narrower": "skos:narrower",
    "related": "skos:related",
    "isReplacedBy": "dcterms:isReplacedBy",
    "license": "dcterms:license",
}
PLAIN = {
    "notation": "skos:notation",
    "publisher": "dcterms:publisher",
    "deprecated": "owl:deprecated",
    "versionInfo": "owl:versionInfo",
}
CONTEXT = {
    **PREFIXES,
    "id": "@id",
    "type": "@type",
    **{n: {"@id": term, "@container": "@language"} for n, term in IN_LANGUAGES.items()},
    **{name: {"@id": term, "@type": "@id"} for name, term in ADDRESSES.items()},
    **PLAIN,
}


def address(scheme: str, slug: str = "") -> str:
    return "/".join(filter(None, [settings.SITE_URL, "id", scheme, slug]))


def nodes(version: DataVersion) -> list[Node]:
    """The three schemes, each followed by its concepts."""
    found: list[Node] = []
    for scheme, concepts in (
        ("areas", areas()),
        ("audiences", audiences()),
        ("regions", regions()),
    ):
        tops = [node["id"] for node in concepts if "topConceptOf" in node]
        found += [scheme_node(scheme, tops, version), *concepts]
    return [{name: value for name, value in node.items() if value} for node in found]


def scheme_node(scheme: str, tops: list[str], version: DataVersion) -> Node:
    return {
        "id": address(scheme),
        "type": "skos:ConceptScheme",
        "title": {code: in_language(code, SCHEMES[scheme]) for code in languages()},
        "publisher": AUTHOR,
        "license": LICENCE_URL,
        "versionInfo": version.name,
        "hasTopConcept": tops,
    }


def languages() -> list[str]:
    return settings.CONTENT_LANGUAGES


def in_language(code: str, text: Promise) -> str:
    with override(code):
        return str(text)


def texts(row: Any, name: str) -> dict[str, str]:
    """What a row says in each language that it says it in."""
    said = {code: one_line(getattr(row, f"{name}_{code}")) for code in languages()}
    return {code: text for code, text in said.items() if text}


def concept(scheme: str, row: Any) -> Node:
    return {
        "id": address(scheme, row.slug),
        "type": "skos:Concept",
        "inScheme": address(scheme),
        "prefLabel": texts(row, "name"),
    }


def replaced(scheme: str, row: Any) -> Node:
    """A word that was merged into another still says where it leads."""
    by = address(scheme, row.merged_into.slug)
    return concept(scheme, row) | {"isReplacedBy": by, "deprecated": True}


def placed(scheme: str, row: Any, children: Iterable[Any]) -> Node:
    """A concept in a tree, whose roots are the top concepts of its scheme."""
    above = {"broader": address(scheme, row.parent.slug)} if row.parent else {}
    top = {} if row.parent else {"topConceptOf": address(scheme)}
    below = [address(scheme, child.slug) for child in children]
    return concept(scheme, row) | top | above | {"narrower": below}


def areas() -> list[Node]:
    rows = list(
        PriorityArea.objects.select_related("parent", "merged_into").prefetch_related(
            "synonyms"
        )
    )
    current = [row for row in rows if row.merged_into is None]
    return [
        replaced("areas", row)
        if row.merged_into
        else placed(
            "areas", row, (other for other in current if other.parent_id == row.pk)
        )
        | {"altLabel": synonyms(row), "definition": texts(row, "description")}
        for row in rows
    ]


def synonyms(area: PriorityArea) -> dict[str, list[str]]:
    """By language, without the name itself: a label is one or the other."""
    names = texts(area, "name")
    labels = {(each.language, one_line(each.label)) for each in area.synonyms.all()}
    found: dict[str, list[str]] = {}
    for code, label in sorted(labels - names.items()):
        found.setdefault(code, []).append(label)
    return found


def audiences() -> list[Node]:
    """A joint audience is related to those it includes: neither is the other's kind."""
    related: dict[str, list[str]] = {}
    for one in AudienceInclusion.objects.select_related("joint", "included"):
        for here, there in ((one.joint, one.included), (one.included, one.joint)):
            related.setdefault(here.slug, []).append(address("audiences", there.slug))
    top = {"topConceptOf": address("audiences")}
    return [
        replaced("audiences", row)
        if row.merged_into
        else concept("audiences", row)
        | top
        | {"related": sorted(set(related.get(row.slug, [])))}
        for row in Audience.objects.select_related("merged_into")
    ]


def regions() -> list[Node]:
    rows = list(Region.objects.select_related("parent"))
    return [
        placed("regions", row, (other for other in rows if other.parent_id == row.pk))
        | {"notation": row.code}
        for row in rows
    ]


def json_ld(nodes: list[Node]) -> str:
    told = {"@context": CONTEXT, "@graph": nodes}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def turtle(nodes: list[Node]) -> str:
    heads = [f"@prefix {name}: <{start}> .\n" for name, start in PREFIXES.items()]
    return "".join(heads) + "".join(map(statements, nodes))


def statements(node: Node) -> str:
    said = [
        f"{(IN_LANGUAGES | ADDRESSES | PLAIN)[name]} {objects(name, value)}"
        for name, value in node.items()
        if name not in {"id", "type"}
    ]
    return f"\n<{node['id']}> a " + " ;\n  ".join([node["type"], *said]) + " .\n"


def objects(name: str, value: Any) -> str:
    if name in IN_LANGUAGES:
        return ", ".join(
            f"{quoted(label)}@{code}"
            for code, labels in value.items()
            for label in several(labels)
        )
    if name in ADDRESSES:
        return ", ".join(f"<{each}>" for each in several(value))
    return quoted(value)


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def quoted(value: str | bool) -> str:
    """The escapes of JSON are escapes of Turtle too."""
    return json.dumps(value, ensure_ascii=False)


FORMATS = {
    "ttl": ("text/turtle", turtle),
    "jsonld": ("application/ld+json", json_ld),
}
