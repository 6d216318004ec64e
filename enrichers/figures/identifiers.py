"""Spans that are certainly no figure and are consumed before any rule reads numbers: addresses, versions, "F-16", set phrases."""

from __future__ import annotations

import re
from functools import cache

from enrichers.figures.capitals import cover_capitals, cover_titles
from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line
from enrichers.figures.scientific import cover_references

_ADDRESSES = re.compile(
    r"(?:https?://|www\.)\S{1,400}"
    r"|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    r"|(?<!\w)[#@]\w+"
)
_LONGEST = 60
_RUN = re.compile(r"[0-9][0-9.,/:;'_+|–-]{60,}")  # no number is so long: it is data
_DIGITS = re.compile(
    r"(?=[\d+(v])(?:"  # looked at first: most characters begin none of these
    r"(?<![\w.])(?!\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d))\d{1,4}(?:\.\d{1,4}){2,5}(?:,\d{1,2})?(?![\w])"
    r"|(?<!\w)\+?\(?\d{1,4}\)?[ .-]\(?\d{2,4}\)?[ .-]\d{3,4}(?:[ .-]\d{2,4}){0,2}(?![\w,])(?! ?(?:people|million|billion|%))(?=[^\d]|$)"
    r"|(?<![\w.,])0\d{2,4}[ -]\d{3,4}[ -]\d{3,4}(?!\w|,\d)"  # only a telephone's number begins with 0
    r"|\(\d{3}\) ?\d{3}-\d{4}"
    r"|(?<![\w.])\d{3}-\d{4}(?![\w-])(?<!19\d\d-\d{4})"
    r"|(?<!\w)\d{1,3}-\d{2,3}-\d{4}(?!\w)"
    r"|(?<!\w)\d+(?:-\d+){3,}(?!\w)"
    r"|(?<!\w)v\d+(?:\.\d+)+)"
)
_CONFERENCE = re.compile(  # "COP30" met in Belém; 30 Colombian pesos would not buy a sweet
    r"(?<!\w)COP[ -]?[1-9][0-9]?(?![\w%]|[.,][0-9]| ?(?:thousand|mil|million|billion|trillion|mn|bn|tn)\b)"
)
_GLUED_END = re.compile(r"(?<![\w.,])\d+[A-Z][A-Z0-9]*(?:-\w+)+|(?<![\w.,])\d+(?=[A-Z]{2,}\d)\w+")
_VERSE = re.compile(r"\b(?P<book>[A-Z][a-z]{2,15}) \d{1,3}:\d{1,3}(?:[-–]\d{1,3})?(?!\d)")
_EXACT = re.compile(
    r"(?<![\w$£€¥.,])3M(?!\w)(?! (?:[a-z]+s|people|men|women|children)\b)"  # the company
    r"|(?<!\w)50 Cent(?!\w)"  # the rapper
    r"|(?<!\w)(?:60 Minutes|48 Hours)(?!\w)"  # the programmes
    r"|(?<![\w.,])[2-9][0-9]{2,3}X(?!\w)"  # "777X": an aircraft
)
_EXACT_WORDS = ("3M", "50 Cent", "60 Minutes", "48 Hours", "X")
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Place|Plaza|Square|Court|Ct|Terrace"
    r"|Crescent|Circle|Mews|Gardens|Parkway|Loop|Axe)"
)
_UNIT_OF_ARMS = r"Airborne|Armou?red|Army|Battalion|Brigade|Cavalry|Division|Fleet|Infantry|Marines|Regiment|Squadron"
_LABELLED = re.compile(  # a label or a bracket says that the digits are a paragraph's, a form's, a unit's or a house's name
    r"(?=[\d§+A-Zcdhpt])(?<![\w.,])(?:"  # looked at first: most characters begin none of these
    r"\d{1,4}\([a-z]{1,3}\)(?:\([0-9a-zA-Z]{1,4}\))*"  # "401(k)", "501(c)(3)"
    r"|§§? ?\d+[a-z]?"
    r"|\d{1,3} (?:U\.S\.C?\.?|F\.[234]d|S\. ?Ct\.|C\.F\.R\.)(?: §§?)? \d+"
    r"|(?:H\. ?R\.|H\. ?B\.|S\. ?B\.|A\. ?B\.|H\. ?Res\.|S\. ?Res\.|H\.J\. ?Res\.) ?\d+"
    r"|S\. \d{2,4}(?! [a-z])"
    r"|pp?\. ?\d+(?: ?[-–] ?\d+)?"
    r"|\d{1,3}(?:st|nd|rd|th) (?:U\.S\. )?(?:Circuit|Amendment|Congress|Symphony|"
    + _UNIT_OF_ARMS
    + r")\b"
    r"|\d{1,3}(?:st|nd|rd|th) parallel\b"
    r"|[1-3] (?:Chronicles|Corinthians|Kings|Maccabees|Peter|Samuel|Thessalonians|Timothy)\b(?: \d+(?::\d+)?)?"
    r"|(?!(?:1[89]|20)\d\d )\d{1,5}[A-Z]? (?:(?:North|South|East|West|N\.|S\.|E\.|W\.) )?(?:[A-Z][a-z]+ |\d{1,3}(?:st|nd|rd|th) ){1,2}"
    + _STREET
    + r"\b(?! [a-z]+s\b)"
    r"|[1-5](?:-[1-5]){2,3}(?![\w-])"  # "4-4-2": how a team lines up
    r"|D\.C\. \d{5}"
    r"|\+\d{1,3} ?\(0\)[ \d-]{6,14}"
    r"|\d{1,2}:\d{2}-[a-z]{2}-\d+"  # "1:21-cr-00175"
    r"|\d{1,2}-(?:for|of)-\d{1,2}(?!\w)"
    r"|(?:P\.L\.|Pub\. L\.|Public Law) \d+-\d+"
    r"|\d{1,3} (?:Civ|Cr)\. \d+"
    r"|(?:Act|Decree|Directive|Law|Order|Regulation) (?:\([A-Z]{2,4}\) )?\d+/\d{4}"
    r"|\+\d{1,3}(?:[ .-]\(?\d{2,5}\)?){2,5}(?!\w)"
    r"|(?:[Dd]ial|[Hh]otline|[Hh]elpline|[Cc]all|SMS|[Tt]ext(?: [A-Z]{2,12} to)?) \d{3,6}(?: \d{3})*(?: or \d{3,6})?(?=[.,;)]|$| for\b| if\b| immediately\b| now\b| or\b| on\b| quoting\b)"
    r"|(?:Apartment|Apt\.?|Bay|Block|Cell|Exit|Flat|Gate|Highway|Hangar|Platform|Room|Route|Row|Runway|Seat|Terminal|Section|Suite|Unit|Ward) \d{1,4}[A-Z](?!\w)"
    r"|802\.11\w*"
    r"|(?:19|20)\d\d [A-Z]{2}\d{1,3}(?!\w)"  # "2024 YR4": an asteroid
    r"|[1-7] World Trade Cent(?:er|re)\b"
    r"|[Cc]lass of ['’]\d\d(?!\w)"
    r"|\d{1,4} (?:Hours|Minutes|Seconds|Days|Weeks|Years) (?:a|of) [A-Z]\w+"  # films, races
    r"|1-8\d\d-[A-Z]{3}[A-Z0-9-]*"
    r"|\d{1,3}(?:\.\d+)?° ?(?:\d{1,2}(?:\.\d+)?[′'] ?)?(?:\d{1,2}(?:\.\d+)?[″\"] ?)?[NSEW]\b"  # where, not how much
    r"|[248][Kk](?= (?:[A-Z]{2,4}s?|Blu-ray|Ultra|video|videos|footage|resolution|displays?|screens?|monitors?|cameras?|television|televisions|streaming|projectors?|content|quality|images?)\b)"
    r"|Chang['’]e[ -]\d"
    r"|\d{1,3}\.(?:\.\.)?(?:[KQRBN][a-h]?[1-8]?x?|[a-h]x)?[a-h][1-8](?![\w.])|\d{1,3}\.(?:\.\.)?O-O(?:-O)?(?!\w)"  # moves in chess
    r"|\d{1,3}\.\d{2,7}°? ?[NS],? \d{1,3}\.\d{2,7}°? ?[EW](?!\w)"
    r"|\d{2,3}(?:\.\d)? ?FM(?!\w)"
    r")"
)
_SIZE = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?![\w,])|[0-9]+(?:\.[0-9]+)? ?(?:million|billion|trillion|bn|m|b|mn|tn)\b"
)
_MARKED = {  # what a sign in the line gives away
    **dict.fromkeys(
        "'’‘", re.compile(r"(?<=[a-z] )['’‘][0-9]{2}(?=[.,;:!?)”\"]|\Z)")
    ),  # "in summer ’80."
    "s and ": re.compile(  # "billions and billions of dollars" are said once
        r"\b(dozens|hundreds|thousands|millions|billions|trillions)(?= and \1\b)", re.IGNORECASE
    ),
    ":": re.compile(  # addresses of machines: "2001:db8::1", "00:1b:44:11:3a:b7"
        r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}(?![\w:])"
        r"|(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![\w:])"
    ),
    "day (": re.compile(r"(?<=[a-z]day )\(\d{1,2}\)"),  # "Today (19)": the day of the month
    "-in-1": re.compile(r"(?<![\w.,-])[2-9]-in-1(?!\w)"),  # "a 3-in-1 charger"
    "nder ": re.compile(r"(?<![\w.,])\d{2} Under \d{2}(?!\w)"),  # "40 Under 40": a list
    "K": re.compile(  # how sharp a picture is; but "a 4K run", "4K people"
        r"(?<![\w$£€.,])[48]K(?![\w-]| (?:run|race|walk|jog|[a-z]+s|people|men|women|children)\b)"
    ),
    "(": re.compile(
        r"(?<![\w.,$£€])\d{1,4}\(\d{1,3}\)(?:\([0-9a-zA-Z]{1,4}\))*"
    ),  # "Section 14(1)"
    "_": re.compile(r"(?<![\w.])[A-Za-z]{1,20}_\d\w{0,20}(?:\.\w{2,4})?(?!\w)"),  # "IMG_1234.jpg"
    "/": re.compile(r"(?<![\w.,])[A-Z]{2,5}/\d(?:\.\d)?(?!\w)"),  # "HTTP/2"
    "top-": re.compile(
        r"\b[Tt]op-(?:\d{1,3}|three|four|five|six|eight|ten|twenty)(?! [a-z]+s\b)(?![\w-])"
    ),  # "a top-10 single"
    "-under": re.compile(r"(?<![\w.,-])(?:\d{1,2}|[a-z]{3,8})-under(?:-par(?: \d\d)?)?(?![\w-])"),
    "-over": re.compile(r"(?<![\w.,-])(?:\d{1,2}|[a-z]{3,8})-over(?:-par(?: \d\d)?)?(?![\w-])"),
    "-something": re.compile(r"(?<![\w.,])(?:\d{1,2}|[a-z]{3,8})-something\b"),
}
_ITEM = re.compile(r"[0-9]{1,2}[.)](?:\Z| (?=[A-Z“\"'‘]))")  # "3. Eat well": the item of a list
_CALIBRE = re.compile(
    r"(?<![\w.])0?\.(?:22|25|30|32|357|38|40|44|45|50)(?=[- ](?:cal|gun|hand|long|pistol|revolver|rifle|round|Magnum|bullet))"
)
_LINEAGE = re.compile(r"(?<![\w.])(?P<head>[A-Z]{1,4})(?:\.\d{1,3}){2,}(?!\w)")  # "B.1.1.7"
_TAIL = re.compile(r"(?:\.[0-9]+)+(?![\w%])")
_SQUADS = re.compile(r"(?<!\w)[Uu]nder-(?:1[4-9]|2[0-3])s?(?!\w)")
_ROUNDS = frozenset({"last 16", "final four"})
_COUNTING = re.compile(
    r" (?:of (?:\d|the\b|its\b|his\b|her\b|their\b)|(?!ties\b|clashes\b)[a-z]+s\b)"
)  # "the last 16 years"
_ROMAN_WORDS = ("World War", "Bowl", "WWI", "Chapter", "King", "Pope", "Elizabeth", "Charles")
_ROMAN = re.compile(
    r"\b(?:World War|Super Bowl|WWI{0,2}|Chapter|King|Pope \w+|Elizabeth|Charles) (?:[IVX]{1,5}|One|Two)\b"
)


def cover_traps(line: Line) -> None:
    """Consume every span that is certainly no figure, before any rule reads numbers."""
    text = line.text
    cover_addresses(line)
    cover_references(line)
    item = _ITEM.match(text)
    if item:
        line.cover(*item.span())
    if any(line.tokens[index].word[0] in "0123456789" for index in line.marked):
        if any(sign in text for sign in ".-("):
            _cover_all(line, _DIGITS)
        _cover_all(line, _GLUED_END)
        _cover_all(line, _LABELLED)
        if "." in text:
            _cover_all(line, _CALIBRE)
        _cover_lineages(line)
        _cover_verses(line)
    if any(word in text for word in _ROMAN_WORDS):
        _cover_all(line, _ROMAN)
    if any(word in text for word in _EXACT_WORDS):
        _cover_all(line, _EXACT)
    if "nder-" in text:
        _cover_all(line, _SQUADS)
    _cover_marked(line)
    _cover_phrases(line)
    _cover_glued(line)
    cover_capitals(line)
    cover_titles(line)


def cover_addresses(line: Line) -> None:
    """Consume addresses, tags, long runs of digits and numbered conferences: the same in every language."""
    if len(line.text) > _LONGEST:
        _cover_all(line, _RUN)
    if any(sign in line.text for sign in ("@", "#", "://", "www.")):
        _cover_all(line, _ADDRESSES)
    if "COP" in line.text:
        _cover_all(line, _CONFERENCE)


def _cover_glued(line: Line) -> None:
    """Numbers glued to letters before them are names: F-16, COVID-19, G7, MH370; "mid-2019" and "sub-500" are not."""
    for index in line.marked:
        token, before = line.tokens[index], line.tokens[max(0, index - 1)]
        if not index or token.word[0] not in "0123456789":
            continue
        gap = line.text[before.end : token.start]
        if before.word == "." and _is_dotted_name(line, index):
            line.cover(token.start, token.end)
        if not before.word[0].isalpha():
            continue
        if before.word in ("q", "h") and gap == "" and token.word in ("1", "2", "3", "4"):
            continue
        is_part = gap in ("-", "‑", " -") and _is_name_part(line.text[before.start : before.end])
        if gap == " -":  # "COVID -19" as some agencies space it; elsewhere a minus
            is_part = before.word in line.lexicon.words.sets["traps.names"]
        if is_part or (gap == "" and not _is_glued_unit(line, index)):
            tail = _TAIL.match(line.text, token.end)  # "PM2.5", "GPT-3.5"
            line.cover(token.start, tail.end() if tail else token.end)


def _is_dotted_name(line: Line, index: int) -> bool:
    """As in "ID.3": capitals, a point and a digit without a blank; not a currency ("RM.5") nor a month."""
    point, token = line.tokens[index - 1], line.tokens[index]
    head = line.tokens[index - 2] if index > 1 else None
    if head is None or head.end != point.start or point.end != token.start:
        return False
    shown = line.text[head.start : head.end]
    return 1 < len(shown) < 5 and shown.isupper() and not _is_currency(line, head.start, head.end)


def _is_glued_unit(line: Line, index: int) -> bool:
    """As in "USD10", "Rs.500", and the 2 of "km2" and "24703m2"."""
    before, token = line.tokens[index - 1], line.tokens[index]
    return (
        _is_currency_before(line, before.start, before.end)
        or line.text[before.start : token.end] in line.lexicon.units.by_symbol
        or line.text[max(0, before.start - 2) : token.end] in line.lexicon.units.by_symbol  # "m/s2"
    )


def _is_currency_before(line: Line, start: int, end: int) -> bool:
    """A currency; of a single letter ("N5 million") only where the number shows its size."""
    if end - start == 1 and line.text[start] in "KNPW":
        return _SIZE.match(line.text, end) is not None
    return _is_currency(line, start, end)


def _is_currency(line: Line, start: int, end: int) -> bool:
    word, currencies = line.text[start:end], line.lexicon.currencies
    return (
        word in currencies.code_by_sign
        or word in currencies.codes
        or word in currencies.folded
        or word in ("FY", "Rs")
        or (word in ("US", "A", "C", "NZ") and line.text[start - 1 : start] == "$")
    )


def _is_name_part(word: str) -> bool:
    return word.lower() not in lexicon().words.sets["traps.prefixes"]


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """The set phrases by their first word."""
    by_word: dict[str, tuple[str, ...]] = {}
    for phrase in sorted(lexicon().words.sets["traps.phrases"]):
        first = re.split(r"[^\w]|(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", phrase)[0]
        by_word[first] = (*by_word.get(first, ()), phrase)
    return by_word


def _cover_phrases(line: Line) -> None:
    """Fixed phrases with a number word in them, from the data file ("one another", "First Lady")."""
    phrases, text = _phrases(), line.text
    for token in line.tokens:
        for phrase in phrases.get(token.word, ()):
            end = token.start + len(phrase)
            if text[token.start : end].lower() != phrase or text[end : end + 1].isalnum():
                continue
            if phrase not in _ROUNDS or _COUNTING.match(text, end) is None:
                line.cover(token.start, end)


def _cover_marked(line: Line) -> None:
    for sign, pattern in _MARKED.items():
        if sign in line.text:
            _cover_all(line, pattern)


def _cover_lineages(line: Line) -> None:
    """As in "B.1.1.7"; but "RM.2.50" is money."""
    for match in _LINEAGE.finditer(line.text) if "." in line.text else ():
        if not _is_currency(line, *match.span("head")):
            line.cover(*match.span())


def _cover_all(line: Line, pattern: re.Pattern[str]) -> None:
    for match in pattern.finditer(line.text):
        line.cover(*match.span())


def _cover_verses(line: Line) -> None:
    """As in "John 3:16"."""
    for match in _VERSE.finditer(line.text) if ":" in line.text else ():
        if match["book"].lower() in line.lexicon.words.sets["traps.scripture"]:
            line.cover(*match.span())
