"""The languages by their ISO 639-1 codes, and what people write instead of a code."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from schemas.errors import UsageError

_NAMES = """
aa afar; ab abkhazian; ae avestan; af afrikaans; ak akan; am amharic; an aragonese; ar arabic; as assamese; av
avaric; ay aymara; az azerbaijani; ba bashkir; be belarusian; bg bulgarian; bh bihari; bi bislama; bm bambara;
bn bangla; bo tibetan; br breton; bs bosnian; ca catalan; ce chechen; ch chamorro; co corsican; cr cree; cs
czech; cu church slavic; cv chuvash; cy welsh; da danish; de german; dv divehi; dz dzongkha; ee ewe; el greek;
en english; eo esperanto; es spanish; et estonian; eu basque; fa persian; ff fula; fi finnish; fj fijian; fo
faroese; fr french; fy western frisian; ga irish; gd scottish gaelic; gl galician; gn guarani; gu gujarati; gv
manx; ha hausa; he hebrew; hi hindi; ho hiri motu; hr croatian; ht haitian creole; hu hungarian; hy armenian; hz
herero; ia interlingua; id indonesian; ie interlingue; ig igbo; ii sichuan yi; ik inupiaq; io ido; is icelandic;
it italian; iu inuktitut; ja japanese; jv javanese; ka georgian; kg kongo; ki kikuyu; kj kuanyama; kk kazakh; kl
kalaallisut; km khmer; kn kannada; ko korean; kr kanuri; ks kashmiri; ku kurdish; kv komi; kw cornish; ky
kyrgyz; la latin; lb luxembourgish; lg ganda; li limburgish; ln lingala; lo lao; lt lithuanian; lu luba-katanga;
lv latvian; mg malagasy; mh marshallese; mi maori; mk macedonian; ml malayalam; mn mongolian; mr marathi; ms
malay; mt maltese; my burmese; na nauru; nb norwegian bokmal; nd north ndebele; ne nepali; ng ndonga; nl dutch;
nn norwegian nynorsk; no norwegian; nr south ndebele; nv navajo; ny nyanja; oc occitan; oj ojibwa; om oromo; or
odia; os ossetic; pa punjabi; pi pali; pl polish; ps pashto; pt portuguese; qu quechua; rm romansh; rn rundi; ro
romanian; ru russian; rw kinyarwanda; sa sanskrit; sc sardinian; sd sindhi; se northern sami; sg sango; sh
serbo-croatian; si sinhala; sk slovak; sl slovenian; sm samoan; sn shona; so somali; sq albanian; sr serbian; ss
swati; st southern sotho; su sundanese; sv swedish; sw swahili; ta tamil; te telugu; tg tajik; th thai; ti
tigrinya; tk turkmen; tl tagalog; tn tswana; to tongan; tr turkish; ts tsonga; tt tatar; tw twi; ty tahitian; ug
uyghur; uk ukrainian; ur urdu; uz uzbek; ve venda; vi vietnamese; vo volapuk; wa walloon; wo wolof; xh xhosa; yi
yiddish; yo yoruba; za zhuang; zh chinese; zu zulu
"""
# Names people use beside the one of the standard, and the codes of countries that are often taken for a language's.
_ALSO = """
da dk; cs cz; el gr; ja jp; zh cn; zh mandarin; zh cantonese; ko kp; uk ua; en us; en gb; pt brazilian; de deutsch;
fr francais; es espanol; es castilian; it italiano; pt portugues; nl nederlands; nl flemish; fa farsi; bn bengali; uk ukraine
"""


def language_code(text: str, name: str = "lang") -> str:
    """The ISO 639-1 code a person means, in lower case and without a region.

    >>> language_code("en-GB"), language_code(" DE ")
    ('en', 'de')

    Raises UsageError, with the nearest language, for what is no code; `name` is what the option is called.
    """
    code = text.strip().lower().replace("_", "-").partition("-")[0]
    if code in language_names():
        return code
    near = _meant(text.strip().lower())
    raise UsageError(
        f"{name} {text!r} is no language code",
        remedy=(f"did you mean {near}? " if near else "")
        + "Write the two letters of ISO 639: en, de, fr ...",
    )


@cache
def language_names() -> Mapping[str, str]:
    """The English name in lower case by ISO 639-1 code (with "bh" and "sh", which were withdrawn but are in use).

    >>> language_names()["ja"]
    'japanese'
    """
    return dict(_pairs(_NAMES))


def _meant(text: str) -> str | None:
    codes = {name: code for code, name in (*_pairs(_ALSO), *_pairs(_NAMES))}
    near = get_close_matches(text, codes, n=1, cutoff=1.0 if len(text) < 3 else 0.6)
    return codes[near[0]] if near else None


def _pairs(table: str) -> list[tuple[str, str]]:
    entries = (entry.split(maxsplit=1) for entry in table.split(";"))
    return [(code, " ".join(name.split())) for code, name in entries]
