"""Which language a text is in, by its script, its small words and its word endings."""

import re
from functools import cache, lru_cache

from django.conf import settings

from priorities.concepts import concepts
from priorities.words import fold_word, folded, stems

ARABIC = re.compile(r"[\u0621-\u064a]")
# Letters that Persian and Urdu have besides those of Arabic.
BESIDES = re.compile(r"[پچژگٹڈڑےہںھ]")
LATIN = re.compile(r"[^\W\d_]")
# Small words that one of these languages has and the others do not. Some are not ours
# but look like them: so as to keep silent rather than take one for ours.
SMALL = {
    "fr": "le les des du et est une dans pour que qui sur avec aux au ne pas par leur leurs ce ces cette son ses sans sont être ou où nous vous ils elles afin ainsi chaque tous toutes tout toute mais dont plus entre même lorsque depuis celles ceux celui doit doivent chez vers leur y il elle quand jusqu d l qu s n c j la de un en a se",
    "en": "the and of to in is that for with as on are be by an at from or this who which their they them it not should must have has will all each any without where when than into how what those these every more only one two before after while its our your may so if between through about under over out up no",
    "es": "el los las del y una un para que con por se su sus al es en lo como más pero sin son está están todo toda todos todas cada donde cuando quienes quien ni ya muy también hasta desde sobre entre este esta estos estas ese esa aquello nos les debe deben ante tras mediante según hay ser o a la de",
    "pt": "o os as e de a um uma dos das no na nos nas ao aos não com que se do da em pelo pela pelos pelas são seu sua seus suas mais para por devem deve também sobre sem à às todo toda todos todas ou cada entre quem onde quando até isso essa esse muito já",
    "it": "il lo gli i di a del dello della dei degli delle che e è per con non una un nel nella nei nelle sono da dal dalla ai al alla alle le la devono deve anche più tutti tutte loro ogni senza o",
    "de": "der die das und für den dem des zu mit von ist nicht ein eine einer auf im in sollen müssen werden sich auch bei an als",
    "nl": "het een van voor op te met niet zijn moeten worden aan bij ook om als of hun door",
}
# Endings that words of one language have and those of the others hardly.
ENDINGS = {
    "fr": "eurs eur euse euses aux ée ées ités ité ique iques eux oire ois iers ières ière elles elle ments ent és ès isme aire aires eau eaux",
    "en": "ing ed ship ness ful ly ies ty th ght ct wn ws ck sh ys ers hood",
    "es": "ción ciones sión siones dad dades miento mientos os as ería anza anzas ismo illo era eras ico icos ica icas ez za zo ado ada ido ida encia ncias io ios",
    "pt": "ção ções são ões dade dades ência ências agem gens mento mentos ável ão lho lhos lha lhas nho nha",
    "it": "zione zioni tà mento menti tori trice trici gli chi che ghi aggio ono ano ari eri isti iste",
    "de": "ung ungen keit heit schaft schaften lich liche isch ische chen",
    "nl": "ing ingen heid schap lijk lijke isch ische aal eel oon ijn ijk",
}
LONGEST = 7
LETTERS = {
    "es": re.compile("[ñ¿¡áíóú]"),
    "fr": re.compile("[èêœçùàâîôû]"),
    "pt": re.compile("[ãõ]|lh[aeo]"),
    "de": re.compile("[ßäö]"),
}
COMMON = 0.7  # what a word of the lexicon weighs beside a small word
ENDS = 0.4  # and what an ending does


@cache
def small_words() -> dict[str, dict[str, float]]:
    """By word: how much it speaks for each language; words shared by two say less."""
    return shared_out(SMALL)


@cache
def endings() -> dict[str, dict[str, float]]:
    return shared_out(ENDINGS)


def shared_out(lists: dict[str, str]) -> dict[str, dict[str, float]]:
    found: dict[str, set[str]] = {}
    for language, words in lists.items():
        for word in words.split():
            found.setdefault(fold_word(word), set()).add(language)
    return {
        word: dict.fromkeys(sorted(languages), 1 / len(languages))
        for word, languages in found.items()
    }


def guess(text: str) -> str:
    """The content language of a text; "" when it does not tell clearly enough."""
    if not text.isascii() and ARABIC.search(text):
        arabic, latin = len(ARABIC.findall(text)), len(LATIN.findall(text))
        latin -= arabic
        if arabic > latin:
            return "" if len(BESIDES.findall(text)) * 50 > arabic else "ar"
        if arabic * 3 > latin:
            return ""
    words = folded(text)
    scores = dict.fromkeys(SMALL, 0.0)
    small = small_words()
    for word in words:
        if votes := small.get(word):
            for language, vote in votes.items():
                scores[language] += vote
    ordered = sorted(scores.values(), reverse=True)
    if ordered[0] - ordered[1] < 1.5:
        listen_closely(text, words, scores)
    best, second = sorted(scores, key=lambda code: -scores[code])[:2]
    clear = scores[best] - scores[second] >= 0.8 and scores[best] >= 1
    return best if clear and best in settings.CONTENT_LANGUAGES else ""


def listen_closely(text: str, words: tuple[str, ...], scores: dict[str, float]) -> None:
    """For short texts: common words, endings and letters of one language alone."""
    for word in words:
        for language, vote in heard(word):
            scores[language] += vote
    text = text.lower()
    for language, letters in LETTERS.items():
        scores[language] += bool(letters.search(text))


@lru_cache(maxsize=100_000)
def heard(word: str) -> list[tuple[str, float]]:
    """Votes of a word that stands in the lexicon, and of the longest ending it has."""
    known = [
        language
        for language in SMALL.keys() & settings.CONTENT_LANGUAGES
        if any((language, stem) in concepts() for stem in stems(language, word))
    ]
    votes = [(language, COMMON / len(known)) for language in known]
    for length in range(min(LONGEST, len(word) - 2), 1, -1):
        if ending := endings().get(word[-length:]):
            return votes + [
                (language, ENDS * vote) for language, vote in ending.items()
            ]
    return votes
