"""Signs that a text names or reaches a person: for people to look at before it is public.

Patterns in four languages, wide rather than narrow; what they find is a question to
whoever publishes, never an answer. Nothing here is ever logged.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .words import fold_word

GIVEN = Path(__file__).with_name("given_names.csv")
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


def folded(words: str) -> frozenset[str]:
    return frozenset(map(fold_word, words.split()))


# E-mail addresses, also as people spell them out against robots.

AT = r"\s?(?:@|[(\[{]\s?(?:at|a|arobase|arroba|@)\s?[)\]}])\s?"
DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|point|punto|\.)\s?[)\]}]\s?|\s(?:dot|point|punto)\s)"
WRITTEN_AT = r"\s(?:at|arobase|arroba)\s"
WRITTEN_DOT = r"\s(?:dot|point|punto)\s"
EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:{AT}[\w-]+(?:{DOT}[\w-]+)+"
    rf"|{WRITTEN_AT}[\w-]+(?:{WRITTEN_DOT}[\w-]+)+)",
    re.I,
)
# Of the signs of each kind a text mostly has none: quicker to look for than the patterns.
AT_SIGNS = re.compile(r"@|[(\[{]\s?a|\sat\s|arobase|arroba")
DIGIT = re.compile(r"\d")

# Dates of birth: a word for it, and soon after a year, a date, or day and month.

BIRTH = re.compile(
    r"(?:\bborn\b|\bd\.?o\.?b\b|\(b\.|\b(?:date|year) of birth\b|\bbirth ?da(?:te|y)\b"
    r"|\b(?:née?|nee)\b|\bné\([·.e)]+|\bdate de (?:naissance|naiss)|\bnaissance\s?:"
    r"|\bnacid[oa]\b|\bnaci[oó]\b|\bnací\b|\bfecha de (?:nacimiento|nac)|\bnac\."
    r"|\bnacimiento\s?:"
    r"|(?<!\w)و?(?:و[\u064b-\u0652]?لدت?|مولودة?|المولودة?|مواليد"
    r"|(?:ال)?ميلاده?ا?ي?)(?!\w))"
    r"(?P<gap>[^.\n]{0,30}?)(?:(?:19|20|١٩|٢٠)\d\d(?!\w)|\b\d{1,2}[./-]\d{1,2}[./-]\d\d"
    r"|(?:\d(?:st|nd|rd|th|er|º)?|\bof|\bde|\bin|\ben|\bpremier|\bprimero) (?:january"
    r"|february"
    r"|march|april|may|june|july|august|september|october|november|december|janvier"
    r"|février"
    r"|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|enero"
    r"|febrero"
    r"|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b"
    r"(?:,? (?:del? )?\d{4})?)",
    re.I,
)
BIRTH_WORDS = re.compile(
    r"born|birth|dob|d\.o\.b|\(b\.|née?\b|né\(|né·|nee\b|nac|naiss|لد|لود|يلاد|واليد"
)
# Not one birth but a time: "born after 2010".
SPAN = re.compile(
    r"\b(?:since|after|before|until|by|between|depuis|après|avant|entre|d['’]ici|desde"
    r"|después|antes|hasta)\b|منذ|بعد|قبل|بين|بحلول",
    re.I,
)

# Numbers of passports, identity cards and the like.

DIGITS = (  # five digits at least, for "passports in 30 days" is none
    r"(?i:[a-z\u0621-\u064a]{0,4}[ -]?(?=(?:[^\d\n]{0,2}\d){5})\d(?:[ "
    r"./-]?[a-z\d]){4,17})"
    r"(?![\w,])"
)
LINK = (
    r"(?i:[\s:#°º.(]|n[°ºo]|nos?\b|num(?:ber|éro|ero)?|núm(?:ero)?|numéro|número|is\b"
    r"|was\b"
    r"|est\b|es\b|nationale?|nacional|رقم\w*|عدد|هو|هي|الوطنية|الشخصية){0,6}"
)
DOCUMENT = re.compile(
    r"(?:(?i:\bpasse?ports?\b|\bpasaportes?\b|\bID\b(?: card)?"
    r"|\b(?:identity|identification|national|residence|visa|voter|refugee"
    r"|social security"
    r"|national insurance|work)(?: ID)? (?:card|number|permit|no\b|document)"
    r"|\b(?:SSN|NID|NIN|NIC|CNIC|CIN|BVN|Aadhaa?r|iqama|CNIB?|NNI|NINA|DNI|NIE|NIF|CURP|CUI"
    r"|RUT|CPF)\b|\bcarte (?:nationale )?(?:d['’]identité|de séjour|consulaire)"
    r"|\btitre de séjour|\bsécurité sociale|\brécépissé|\bc[ée]dula(?: de \w+)?"
    r"|\bdocumento (?:nacional )?de identidad|\b(?:carn[ée]|tarjeta) de \w+)"
    r"|جواز(?: ?(?:ال)?سفر\w*)?|رقم (?:ال)?(?:جواز|هوية|إقامة)\w*"
    r"|(?:ال)?رقم (?:ال)?(?:قومي|وطني|مدني)\w*"
    r"|بطاق[ةت]\w* (?:ال)?(?:هوية|تعريف|إقامة|شخصية)\w*|هويت?(?:ها|ه|ي)\b)"
    rf"(?:{LINK}{DIGITS}"
    r"|[^.\n\d]{0,25}?\b(?:\d{7,}[A-Z]?|[A-Z]{1,3}[ -]?\d{6,}|\d\d[A-Z]{2}\d{5})\b)"
    # These are shaped like nothing else: CURP, CNIC, NIE and DNI, passports.
    r"|\b(?:[A-Z]{4}\d{6}[HMX][A-Z]{5}\w\d|\d{5}-\d{7}-\d|[XYZ]\d{7}[A-Z]|\d{8}[A-Z]"
    r"|[A-Z]{1,2}\d{7,8})\b"
)

# Telephone numbers.

TELEPHONE = re.compile(
    r"(?<![\w.,/=-])(?:\+|00)?\(?\d(?:[ \u00a0\u202f./()-]{0,2}\d){6,14}(?![\w/])"
    r"|(?<=wa\.me/)\d{8,15}"
)
# What stands right before a number that somebody should call …
CALLING = re.compile(
    r"(?:\b(?:t[eé]l|phone|mobile|cell?|whats ?app|viber|signal|telegram|call|ring"
    r"|text\b"
    r"|contact|appel|joindre|portable|n[uú]m[eé]r|number|llam|m[oó]vil|comuni|fono)\w*"
    r"|هاتف\w*|تلفون|واتس\w*|جوال\w*|موبايل\w*|محمول\w*|رقمها|رقمه|اتصال|اتصل\w*)"
    r"(?:[\s:.()#+°'’/\u200e\u200f-]|n[°ºo]\b|no\b|is|was|est|es|at|on|her|him|them|me"
    r"|us|le|la|au|al|a|el|de|رقم|بال|على|الرقم){0,8}$",
    re.I,
)
# … and before one that is a book's or a law's.
COUNTED = re.compile(
    r"(?:\b(?:ISBN|ISSN|DOI|l[aoe][wiy]|act|decree|d[ée]cret\w*|r[ée]sol\w+|directiv\w+"
    r"|article|art[ií]culo)|قانون|قرار|مرسوم|مادة)\b[^.\d]{0,25}$",
    re.I,
)

# Names. Which words before them tell how many capitalised words make a name.

UPPER = "A-ZÀ-ÖØ-ÞĆČĎĐĘĞİŁŃŇŌŘŚŞŠŤŪŹŻŽ"
NAME = rf"[{UPPER}](?:['’][{UPPER}])?[\w-]+(?:['’]\w\w+)?"
RUN = re.compile(
    rf"\b{NAME}(?:[ \u00a0](?:(?:d[aeo]s?|del|la|los|bint?|ben|ould|mint|al|el|van"
    rf"|von) )"
    rf"{{0,2}}{NAME})*"
)
TOKEN = re.compile(r"[\w'’-]+(?:\.| ?:)?")
INITIAL = re.compile(rf"-?[{UPPER}]\.")
TITLES = (
    "mr mrs ms miss mx dr prof rev pastor imam sheikh hajj hajja M. mm mme mlle "
    "monsieur "
    "madame mademoiselle docteur doctor doctora professeur professor profesor "
    "profesora "
    "maître maestro maestra abbé pasteur monseigneur cheikh sor fray mgr sr sra srta "
    "señor señora señorita don doña "
    "lic licda licenciado licenciada dra ing profa"
)
ONE = (
    "name is|name was|names are|named|called|nicknamed|testimony of|testimony by|nommé"
    "|nommée|appelé|appelée|dénommé|dénommée|prénommé|prénommée|surnommée"
    "|s'appelle|s'appelait|m'appelle|du nom de|prénom est|témoignage de"
    "|témoignage d'une"
    "|llamado|llamada|se llama|se llamaba|me llamo|nombre es|de nombre|testimonio de"
    "|conocida como|known as|alias|name:|names:|nom:|prénom:|nombre:|nombres:|apellido:"
)
TWO = (
    "according to|told by|reported by|proposed by|written by|says|said|interview with"
    "|case of|story of|survivors like|survivor|victim|victims like|witness|girl|boy"
    "|woman"
    "|man|mother|father|brother|sister|husband|uncle|aunt|contact|ask|call|reach"
    "|ask for"
    "|captain|colonel|sergeant|officer|inspector|chief|late|friend|cousin|niece|nephew"
    "|daughter|son|wife|widow|teacher|selon|d'après|cas de|histoire de|récit de"
    "|auprès de|comme|victime|survivante"
    "|survivant|témoin|fille|garçon|femme|homme|mère|père|frère|sœur|contacter|appeler"
    "|joindre|demander|según|acuerdo con|caso de|historia de|relato de|como|víctima"
    "|sobreviviente|testigo|niña|niño|mujer|hombre|joven|madre|padre|hermano|hermana"
    "|contactar a|contactar con|llamar a|preguntar por|pregunte por"
)
CUES: dict[str, int] = {
    **dict.fromkeys(TWO.split("|"), 2),
    **dict.fromkeys(ONE.split("|"), 1),
    **dict.fromkeys(TITLES.lower().split(), 1),
}
# A cue ends in one of few words: most places in a text need no further look.
CUE_ENDS = frozenset(cue.split()[-1] for cue in CUES)
# What is called or born and is nobody, or nobody alone.
THINGS = re.compile(
    r"\b(?:so|(?:program|project|app\b|initiativ|model|campaign|film|law|network"
    r"|platform"
    r"|tool|mov[ei]m|system|practice|approach|organi|association|alliance|coalition"
    r"|countr|place"
    r"|village|town|cit[yi]|region|fund|compan|group|centre|center|school|charity|union"
    r"|forum|book|report|document|idea"
    r"|projet|logiciel|modèle|campagne|loi|réseau|plate|outil|mouv|système|pratique"
    r"|pays"
    r"|lieu|ville|fond|entreprise|groupe|école|syndicat|livre|rapport|programa"
    r"|proyecto|iniciativa|aplicación|modelo"
    r"|campaña|ley\b|red\b|plataforma|herramienta|sistema|práctica|país|lugar|pueblo"
    r"|ciudad|empresa|grupo|escuela|sindicato|foro|libro|informe|alianza|idea)\w*)\b"
    r"|برنامج|مشروع|مبادرة|منظمة|شبكة|تطبيق|حملة|حركة|قانون|نظام|بلد|مدينة|قرية|شركة"
    r"|مؤسسة|جامعة|مستشفى|مركز|مدرسة",
    re.I,
)
# Capitalised words that are an office, a body, a place or many people: no one's name.
NOBODY = folded(
    "president vice-president minister ministers deputy chair chairman chairperson "
    "chairwoman secretary secretary-general speaker ambassador commissioner rapporteur "
    "director governor mayor judge justice prime general special chief representative "
    "excellency excellencies ministry ministries government governments parliament "
    "congress senate court council committee commission commissions union unions "
    "nations national united alliance forum network networks foundation fund funds "
    "organisation organization organisations organizations association associations "
    "federation international global world regional convention conventions protocol "
    "act "
    "law code charter declaration resolution article section state states department "
    "agency office bureau police authority authorities programme program project "
    "initiative group groups institute university school schools hospital hospitals "
    "centre center house home day week year month coalition movement society societies "
    "church churches bank company companies corporation corps watch rights human "
    "labour "
    "labor slavery anti-slavery slave free children child women woman men girls boys "
    "people persons adults kids survivors survivor victims victim workers worker "
    "migrants leaders youth civil public social economic modern trade trafficking "
    "action plan goals model standard standards work safe better save africa african "
    "asia asian europe european america american americas arab latin caribbean gulf "
    "middle east south north west northern southern eastern western central new "
    "republic democratic saudi sierra burkina sri hong saint st san santa santo costa "
    "puerto port cape cabo addis abu buenos los las amnesty interpol bosco red cross "
    "nobel facebook google english french spanish arabic swahili christian muslim "
    "islamic january february march april may june july august september october "
    "november december monday friday président présidente ministre ministère "
    "ambassadeur ambassadrice rapporteuse directeur directrice gouverneur maire juge "
    "procureur chef représentant représentante secrétaire gouvernement gouvernements "
    "parlement sénat cour conseil comité unies réseau fondation fonds fédération "
    "mondial mondiale régional pacte protocole loi charte état états agence institut "
    "université école hôpital maison journée mouvement société église banque "
    "entreprise "
    "entreprises droits homme travail esclavage enfant enfants femmes filles garçons "
    "hommes adolescents adolescentes jeunes mineurs survivants survivantes victimes "
    "travailleurs afrique asie amérique moyen orient sud nord ouest est nouvelle côte "
    "république général générale spécial spéciale haut monde croix rouge presidente "
    "presidenta ministro ministra ministerio embajador embajadora relator relatora "
    "directora gobernador alcalde alcaldesa juez jueza fiscal fiscalía diputado "
    "diputada senador senadora secretario secretaria gobierno gobiernos parlamento "
    "congreso senado corte tribunal consejo comisión unión naciones unidas alianza "
    "foro "
    "fundación fondo organización organizaciones asociación federación internacional "
    "mundial convenio protocolo ley código declaración estado estados agencia oficina "
    "instituto universidad escuela centro casa día sociedad iglesia banco empresas "
    "derechos humanos trabajo esclavitud niños niñas mujeres hombres jóvenes "
    "sobrevivientes víctimas trabajadores trabajadoras defensoría defensor áfrica "
    "américa latina caribe medio oriente norte ciudad río república cruz roja especial "
    "bolsa liberty mercy ministerial technical chamber trust caritas oxfam terre "
    "deliver vision hour islands island lives times post guardian unicef sisters "
    "brothers city"
)
MANY = re.compile(
    r"\b(?:children|people|persons|babies|girls|boys|those|women|men|generations?"
    r"|générations?)\b|أطفال"
)
# What a person's name before or behind it makes a place or a body.
PLACES = folded(
    "san santa santo saint sainte st foundation fondation fundación hospital hôpital "
    "university université universidad institut instituto école escuela centre centro "
    "maison casa rue avenue calle ciudad puerto lake lac lago prize prix premio"
)
# "Option B. Ratify …" is no initial.
NUMBERED = folded(
    "option annex part section plan group point page vitamin annexe partie groupe "
    "anexo "
    "parte sección grupo opción hepatitis hépatite"
)
STATES = frozenset(["U.S.", "U.N.", "E.U.", "U.K.", "D.C.", "D.R.", "R.D."])
AGE = re.compile(
    r"\s?\(\s?(?:aged? |âgée? de |de )?\d{1,2}(?P<years>\s?-?(?:years?|yrs?|y\.?o|ans"
    r"|años|سنة|عاما?)\b[^)]{0,9})?\s?\)"
    r"|,? (?:aged?|âgée? de|de edad) \d{1,2}\b"
    r"|, (?:de )?\d{1,2}(?:(?P<old> (?:years? old|years|yrs|ans|años)\b)|,)",
)
NEAR_AGE = re.compile(r"\b(?:aged?|âgée? de) \d{1,2}\b|\b\d{1,2} (?:ans|años|years)\b")
# What happens to people and not to countries, or what is said of them.
TOLD = re.compile(
    r"[,”»\"’]{0,2} (?:said|says|told|explains?|recalls?|escaped|fled|lost|worked|died"
    r"|was (?:sold|born|held|beaten|rescued|raped|trafficked|forced|found|sent|taken"
    r"|kept"
    r"|locked|promised|recruited|arrested|abused|freed|\d\d)|filed a"
    r"|dit|raconte|témoigne|explique|a (?:fui|perdu|porté plainte|travaillé|déclaré"
    r"|dit)"
    r"|travaillait|est (?:née?|mort)|a été (?:vendu|reten|forc|exploit|viol|batt|secour"
    r"|recrut|libér|enlev|sauv)\w*|dijo|dice|cuenta|contó|relata|huyó|perdió|escapó"
    r"|murió"
    r"|trabajaba|trabajó|denunció|tenía|fue (?:vend|rescat|reten|forz|oblig|explot|viol"
    r"|llev|captad|liber)\w*)\b"
    r"|, (?:an?|une?|una?|la|el|le) (?:[^\W\d_]+[ -]){0,2}(?:survivor|victim|worker"
    r"|girl|boy"
    r"|woman|man|mother|father|fisherman|servant|maid|survivante?|victime|employée?"
    r"|domestique|fille|femme|homme|mère|sobreviviente|víctima|trabajadora?|empleada"
    r"|niñ[ao]"
    r"|mujer|madre|joven)\b"
)
SIGNED = re.compile(r"[—–]\s?$")

# Names in Arabic script, which has no capitals.

ARABIC = re.compile(r"[\u0621-\u064a]")
ARABIC_WORD = re.compile(r"[\u0621-\u065f\u0670\u0671]+")
ARABIC_AGE = re.compile(r"\s?[(،,]\s?\d{1,2} (?:سنة|سنوات|عاما?|عامًا|أعوام|ربيعا)")
ARABIC_TITLES = folded(
    "السيد السيدة الآنسة الأستاذ الأستاذة الدكتور الدكتورة الشيخ الحاج الحاجة القس "
    "والسيد والسيدة للسيد للسيدة"
)
ARABIC_CALLED = folded("اسمي اسمها اسمه تدعى يدعى المدعو المدعوة واسمها واسمه أدعى")
ARABIC_TELLING = folded(
    "شهادة قصة رواية حكاية وفقا لل حسب بحسب حالة قالت قال تقول يقول روت روى الضحية "
    "ضحية "
    "الناجية الناجي ناجية الطفل الطفلة الفتاة الشاب الشابة العاملة العامل المواطن "
    "المواطنة المحامي المحامية ابنة والدة شقيقة أم أبو"
)
# "Servant of God" and the like, in two words.
SERVANT = folded("عبد وعبد لعبد بعبد")
OF_GOD = folded(
    "الله الرحمن الرحيم العزيز الكريم القادر الحميد المجيد السلام اللطيف الغني"
)
# An office, or no name at all: "السيد الوزير", "السيد وزير العمل", "الدكتور والممرض".
ARABIC_NOBODY = re.compile(
    r"[وبل]?ال|لل|(?:وزير|رييس|مدير|ممثل|سفير|امين|مقرر|نايب|قاض|عضو|محافظ|والي|مفوض)"
    r"|(?:او|في|من|علي|عن|ان|يجب|ينبغي|هو|هي|و)$"
)


@cache
def given_names() -> dict[str, bool]:
    """Common given names, folded, and which of them are no other word as well."""
    with GIVEN.open(encoding="utf-8", newline="") as file:
        return {row["name"]: not row["also_a_word"] for row in csv.DictReader(file)}


def find(text: str) -> list[Finding]:
    """Every sign of a person in a text, in the order in which they stand."""
    found: list[Finding] = []
    small = text.lower()
    if AT_SIGNS.search(small):
        found += spans("email", EMAIL, text)
    if BIRTH_WORDS.search(small):
        found += [
            Finding("birth", *match.span())
            for match in BIRTH.finditer(text)
            if not SPAN.search(match["gap"])
            and not any(
                nobody.search(text, max(match.start() - 25, 0), match.start())
                for nobody in (THINGS, MANY)
            )
        ]
    if DIGIT.search(text):
        found += spans("document", DOCUMENT, text)
        found += [
            Finding("telephone", *match.span())
            for match in TELEPHONE.finditer(text)
            if is_telephone(match[0], text[max(match.start() - 40, 0) : match.start()])
            and not any(f.start < match.end() and match.start() < f.end for f in found)
        ]
    found += [
        Finding("person", *run.span())
        for run in RUN.finditer(text)
        if is_person(run, text)
    ]
    if not text.isascii() and ARABIC.search(text):
        found += arabic_names(text)
    return sorted(set(found), key=lambda finding: finding.start)


def spans(kind: str, pattern: re.Pattern[str], text: str) -> list[Finding]:
    return [Finding(kind, *match.span()) for match in pattern.finditer(text)]


def is_telephone(text: str, before: str = "") -> bool:
    """Seven digits or more in groups, or with a plus; not years, dates or amounts."""
    if before.endswith("wa.me/"):
        return True
    digits = re.sub(r"\D", "", text)
    groups = [g for g in re.split(r"\D+", text) if g]
    if text.startswith(("+", "00")):
        return len(digits) >= 8
    # A day, and perhaps the hour after it.
    if re.match(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:\s|$)", text):
        return False
    if all(re.fullmatch(r"(?:19|20)\d\d", g) for g in groups):
        return False
    if CALLING.search(before):
        return True
    if all(len(group) == 1 for group in groups):
        return False
    if COUNTED.search(before) or re.search(r"\((?:19|20)\d\d$", text):
        return False
    thousands = (
        len(groups) > 1 and len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
    )
    if not text.startswith("0") and (thousands or digits.endswith("000")):
        return False
    if len(groups) == 1:
        return len(digits) >= 9
    return len(digits) >= 7 and (text.startswith(("0", "(")) or len(digits) >= 8)


def is_person(run: re.Match[str], text: str) -> bool:
    """Whether capitalised words are a name, by what they are and what is around them."""
    start, end = run.span()
    before = TOKEN.findall(text, max(start - 45, 0), start)[-4:]
    tokens = [*before, *run[0].split()]
    first = len(before)
    plain = [fold_word(token.rstrip(".: ")) for token in tokens]
    return (
        is_introduced(tokens, plain, first)
        or is_given(tokens, plain, first)
        or (
            NOBODY.isdisjoint(plain[first:])
            and (
                is_told_of(len(tokens) - first > 1, plain[first], text, start, end)
                or has_initials(tokens, first, text[end : end + 45])
            )
        )
    )


def is_introduced(tokens: list[str], plain: list[str], first: int) -> bool:
    """After "Mrs", "a boy named", "témoignage de", "según" and the like."""
    for place in range(max(first, 1), len(tokens)):
        if cue(tokens[place - 1 : place]) not in CUE_ENDS:
            continue
        for said in range(1, min(place, 3) + 1):
            if least := CUES.get(cue(tokens[place - said : place])):
                break
        else:
            continue
        names = tokens[place : place + 4]
        if not NOBODY.isdisjoint(plain[place : place + 4]):
            continue
        if least == 1:
            if not THINGS.search(" ".join(tokens[max(place - said - 3, 0) : place])):
                return True
        elif sum(name[0].isupper() for name in names) > 1 and names[0].istitle():
            return True
    return False


def cue(tokens: list[str]) -> str:
    """Words as they stand among the cues; "M." and "Name:" keep their mark."""
    *others, last = tokens
    if last == "M":
        last = "M."
    elif len(last) > 2:
        last = last.rstrip(".").replace(" :", ":")
        if last.lower() not in CUE_ENDS:
            last = last.rstrip(":")
    return " ".join([*others, last]).lower().replace("’", "'")


def is_given(tokens: list[str], plain: list[str], first: int) -> bool:
    """A common given name: one that is a word as well only with a surname."""
    known = given_names()
    for place in range(first, len(tokens)):
        if (sure := known.get(plain[place])) is None:
            continue
        follow = plain[place + 1 : place + 4]
        if not NOBODY.isdisjoint(follow) or (place and plain[place - 1] in PLACES):
            continue
        if sure or (
            follow and tokens[place].istitle() and tokens[place + 1][0].isupper()
        ):
            return True
    return False


def is_told_of(several: bool, word: str, text: str, start: int, end: int) -> bool:
    """With an age, before what happens to people, or under what somebody said."""
    age = AGE.match(text, end)
    if age and (several or age["years"] or age["old"] or word in given_names()):
        return True
    if not several:
        return False
    signed = len(text) - end < 3 and SIGNED.search(text, max(start - 3, 0), start)
    return bool(signed or TOLD.match(text, end))


def has_initials(tokens: list[str], first: int, after: str) -> bool:
    """After initials, in a sentence or with an age; "A. Train judges" has none."""
    place = first
    while place and INITIAL.fullmatch(tokens[place - 1]):
        place -= 1
    if place == first or "".join(tokens[place:first]) in STATES:
        return False
    if NEAR_AGE.search(after):
        return True
    return (
        place > 0 and tokens[place - 1].islower() and tokens[place - 1] not in NUMBERED
    )


def arabic_names(text: str) -> Iterator[Finding]:
    """Given names, and what follows a title, "named" or "the testimony of"."""
    known = given_names()
    matches = list(ARABIC_WORD.finditer(text))
    words = ["", *(fold_word(match[0]) for match in matches), ""]
    for match, last, word, after in zip(
        matches, words, words[1:], words[2:], strict=False
    ):
        if word not in known and word[:1] in "وفبلك" and word[1:] in known:
            word = word[1:]
        titled, called = last in ARABIC_TITLES, last in ARABIC_CALLED
        if (titled or called) and ARABIC_NOBODY.match(word):
            continue
        if word in known and not known[word]:
            found = last in ARABIC_TELLING or bool(ARABIC_AGE.match(text, match.end()))
            sure = titled or found
        else:
            sure = titled or after == "بن" or (word in SERVANT and after in OF_GOD)
        if sure or (
            (called or known.get(word))
            and not THINGS.search(text, max(match.start() - 25, 0), match.start())
        ):
            yield Finding("person", *match.span())


def kinds(text: str) -> list[str]:
    """The kinds of signs in a text, each once."""
    return list(dict.fromkeys(finding.kind for finding in find(text)))
