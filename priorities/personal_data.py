"""Signs that a text names or reaches a person: for people to look at before it is public.

Patterns in four languages, wide rather than narrow; what they find is a question to
whoever publishes, never an answer. Nothing here is ever logged.
"""

import re
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Promise] = {
    "email": _("an e-mail address"),
    "telephone": _("a telephone number"),
    "document": _("the number of a passport or identity card"),
    "birth": _("a date of birth"),
    "person": _("a person’s name"),
}


class Finding(NamedTuple):
    kind: str
    start: int
    end: int


EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.I)
TELEPHONE = re.compile(
    r"(?<![\w.,/-])(?:\+|00)?\(?\d(?:[ \u00a0\u202f./()-]{0,2}\d){6,14}(?![\w/])"
)
DATE = r"\d{1,4}[./\- ]\d{1,2}[./\- ]\d{1,4}|\d{1,2}(?:er|º)? (?:de )?[^\W\d]{3,10},? (?:de )?\d{4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4}|(?:19|20)\d\d"
BIRTH = re.compile(
    r"(?:\bborn\b|\bd\.?o\.?b\b\.?|date of birth|birth ?date|\bnée?\b|\bné\(e\)|date de naissance|naissance"
    r"|\bnacid[oa]\b|\bnaci[oó]\b|fecha de nacimiento|nacimiento|مواليد|تاريخ الميلاد|ولدت|وُلد\w*|المولودة?|ولد)"
    rf"[^.\n]{{0,25}}?(?:{DATE})",
    re.I,
)
DOCUMENT = re.compile(
    r"(?:\bpass(?:eport|port)s?\b|\bpasaportes?\b|\b(?:id|identity|national id) (?:card|no|number|n°)|\bID[:\s]"
    r"|carte d['’]identité|\bCNI\b|\bNIN\b|\bDNI\b|\bNIE\b|\bcédula\b|\bCURP\b|\biqama\b|رقم (?:جواز|الهوية|الإقامة)|جواز(?: السفر| سفر\w*)?|بطاقة الهوية)"
    r"[^.\n]{0,25}?(?=[A-Z0-9<-]*\d)[A-Z]{0,3}[ -]?\d[A-Z0-9-]{4,14}\b",
    re.I,
)
NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|MM?|Mme|Mlle|Monsieur|Madame|Mademoiselle|Sr|Sra|Srta|Señora?|Señorita|Don|Doña)\b\.?[ \u00a0](?:{NAME})(?:[ \u00a0]{NAME})*"
)
CALLED = re.compile(
    rf"(?:\b(?:named|called|contact|ask|call|name is|name was|nommée?|appelée?|dénommée?|s['’]appelle|contacter|appeler|prénom"
    rf"|llamad[oa]|se llama|contactar(?: a| con)?|pregunte por|nombre es|nombre)\b:?)[ \u00a0](?:{NAME})(?:[ \u00a0]{NAME}){{1,3}}"
)
AGED = re.compile(
    rf"\b{NAME}(?: {NAME})?, (?:(?:aged? )?\d{{1,2}}(?: years old| ans| años)?|âgée? de \d{{1,2}} ans|de \d{{1,2}} años),"
)
ARABIC = re.compile(
    r"(?:\b(?:السيدة|السيد|الآنسة|الأستاذة|الأستاذ|الدكتورة|الدكتور)\s+[\u0621-\u064a]+(?:\s+[\u0621-\u064a]+)?"
    r"|(?:اسمها|اسمه|تدعى|يدعى|المدعوة?|واسمها|واسمه)\s+[\u0621-\u064a]+(?:\s+[\u0621-\u064a]+)?)"
)
# Titles before an office are no names: "M. le Juge", "السيد الوزير".
OFFICE = re.compile(r"(?:السيدة?|الأستاذة?|الدكتورة?)\s+ال")
# What follows "call" and the like in capitals, and is nobody.
BODIES = re.compile(
    r"\b(?:Nations?|Naciones|Alliance|Alianza|Forum|Foro|Convention|Convenio|Protocol\w*|Government\w*|Gouvernement\w*|Gobierno\w*|Ministr\w*|Minist\w*|Union|Unión|Council|Conseil|Consejo|Court|Organi[sz]a\w*|ONU|ILO|OIT|OIM|IOM|ASEAN|SAARC|Fund|Day|Act|Law|Ley|Loi|State|States|Unis|Unidos|Programme|Program|Programa)\b"
)


def find(text: str) -> list[Finding]:
    """Every sign of a person in a text, in the order in which they stand."""
    found: list[Finding] = []
    if "@" in text or "(at)" in text or "[at]" in text:
        found += spans("email", EMAIL, text)
    if any(sign.isdigit() for sign in text):
        found += spans("birth", BIRTH, text)
        found += spans("document", DOCUMENT, text)
        found += [
            Finding("telephone", *match.span())
            for match in TELEPHONE.finditer(text)
            if is_telephone(match[0])
            and not any(f.start < match.end() and match.start() < f.end for f in found)
        ]
        found += spans("person", AGED, text)
    for pattern in (TITLED, CALLED):
        found += [
            Finding("person", *match.span())
            for match in pattern.finditer(text)
            if not BODIES.search(match[0])
        ]
    found += [
        Finding("person", *match.span())
        for match in ARABIC.finditer(text)
        if not OFFICE.match(match[0])
    ]
    return sorted(set(found), key=lambda finding: finding.start)


def spans(kind: str, pattern: re.Pattern[str], text: str) -> list[Finding]:
    return [Finding(kind, *match.span()) for match in pattern.finditer(text)]


def is_telephone(text: str) -> bool:
    """Seven digits or more in groups, or with a plus; not years, dates or amounts."""
    digits = re.sub(r"\D", "", text)
    groups = [g for g in re.split(r"\D+", text) if g]
    if text.startswith(("+", "00")):
        return len(digits) >= 8
    if re.fullmatch(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}", text):
        return False
    if all(re.fullmatch(r"(?:19|20)\d\d", g) for g in groups):
        return False
    thousands = (
        len(groups) > 1 and len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
    )
    if thousands and not text.startswith("0"):
        return False
    if len(groups) == 1:
        return len(digits) >= 9
    return len(digits) >= 7 and (text.startswith(("0", "(")) or len(digits) >= 8)


def kinds(text: str) -> list[str]:
    """The kinds of signs in a text, each once."""
    return list(dict.fromkeys(finding.kind for finding in find(text)))
