"""Which language a text is in, from its script and its commonest words; no more than the rest needs to know."""

from __future__ import annotations

import re
from collections.abc import Mapping

SCRIPTS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(f"[{letters}]"), tuple(languages.split()))
    for letters, languages in (
        ("A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f", "en fr de es it pt nl tr"),
        ("\u0400-\u04ff", "ru uk"),
        ("\u0620-\u06d3\ufb50-\ufdff\ufe70-\ufefc", "ar fa ur"),
        ("\u05d0-\u05ea", "he"),
        ("\u0370-\u03ff", "el"),
        ("\u4e00-\u9fff", "zh ja"),
        ("\uac00-\ud7a3", "ko"),
        ("\u0531-\u0587", "hy"),
        ("\u10a0-\u10ff", "ka"),
        ("\u0904-\u0939", "hi"),
    )
)
"""Letters -> languages that are told apart by their words."""
COMMON_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in a that is was for on with as by at from it has have had said were which its after",
        "fr": "le la les de des du et en un une que qui dans pour sur par est au aux avec ont été après son ses ce",
        "de": "der die das und in den von zu mit dem des nicht ist ein eine auf für im sich auch wurde nach bei haben",
        "es": "el la los las de del y en que un una por con para se su al es fue han tras desde como más según",
        "it": "il lo la gli le di del della e che in un una per con sono è stato dal alla nel dei ha hanno dopo anche",
        "pt": "o a os as de do da dos das e que em um uma no na por com para foi são não ao mais após pelo segundo",
        "nl": "de het een en van in op te dat die is met voor zijn aan door werd niet naar ook bij hebben heeft uit",
        "tr": "ve bir bu da de için ile olarak olan ise daha sonra çok kadar gibi göre dedi ancak etti oldu tarafından",
        "ru": "и в на не что с по из к за от для как это его был была были после также при до сообщил о",
        "uk": "і в на не що з та до за від для як це його був була були після також при про у й",
        "ar": "في من على إلى أن التي الذي عن مع هذا هذه بعد ما كان كانت وقد قد لا بين قال خلال كما وفي ومن",
        "fa": "و در به از که این است را با برای آن یک شد شده می خود بر تا های کرد بود",
        "ur": "کے میں کی ہے اور سے کا کو پر نے یہ کہ ہیں بھی تھا اس ایک کر",
    }.items()
}
"""Function words; those of Arabic without prefixes, which often stand alone in the news."""
NAMES: Mapping[str, str] = {
    "en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic", "fa": "Persian", "ur": "Urdu",
    "he": "Hebrew", "el": "Greek", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "hy": "Armenian",
    "ka": "Georgian", "hi": "Hindi",
}  # fmt: skip
_ALL_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz
ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik
io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml
mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi
vo wa wo xh yi yo za zh zu
"""
CODES = frozenset(_ALL_CODES.split())
"""ISO 639-1, and bh, which was withdrawn."""
SAMPLE = 4_000
"""Characters that are looked at, from the start: some 600 words."""
MIN_SHARE = 0.06
"""Share of a text's words that must be common words of its language. English and French news have 0.3 to 0.5, Arabic
0.1 to 0.2, headlines and lists of names less than 0.06."""
MIN_LEAD = 1.25
"""How much commoner the best language's words must be than the next one's, as neighbours share some."""
KANA = re.compile("[\u3041-\u30ff]")
"""Letters of Japanese, which uses the Chinese ones too."""
WORD = re.compile(r"[^\W\d_]+")


def guess_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where it cannot be told.

    >>> guess_language("The rebels said that they had captured the town after days of fighting.")
    'en'
    >>> guess_language("Les rebelles ont dit que la ville est tombée après des jours de combats.")
    'fr'
    >>> guess_language("قالت مصادر إن القوات انسحبت من المدينة في الصباح")
    'ar'
    >>> guess_language("Hama") is None
    True
    """
    sample = text[:SAMPLE]
    counts = [len(letters.findall(sample)) for letters, _ in SCRIPTS]
    n_most = max(counts)
    if n_most == 0 or n_most < 0.4 * sum(counts):
        return None
    languages = SCRIPTS[counts.index(n_most)][1]
    if languages == ("zh", "ja"):
        return "ja" if KANA.search(sample) else "zh"
    if len(languages) == 1:
        return languages[0]
    words = [word.lower() for word in WORD.findall(sample)] or [sample]
    shares = sorted(
        ((sum(word in COMMON_WORDS[language] for word in words) / len(words), language) for language in languages),
        reverse=True,
    )
    if not shares or shares[0][0] < MIN_SHARE or shares[0][0] < MIN_LEAD * shares[1][0]:
        return None
    return shares[0][1]


def name_language(code: str | None) -> str:
    """Return a language's English name; its code where that is all there is.

    >>> name_language("fr"), name_language("xx"), name_language(None)
    ('French', 'xx', 'unknown')
    """
    return "unknown" if code is None else NAMES.get(code, code)
