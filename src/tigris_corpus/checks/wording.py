"""L5: labels against their own words: what the guidelines say of spans, types, values and triggers in so many words.

Each different mention is looked at once, whatever the number of its rows, and its words by the language of its text:
the lists are of English and French, and texts in other languages are let pass.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from tigris_corpus.checks.rule import Check, by_code, place, rows_at, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.engine.expressions import document_expr, hashed
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "mention.nominal",
        "A time or a quantity is always NOM, and the word of a nationality or religion is a name.",
        "mend the mention type",
        bad="2014, TIME, NAM",
        good="2014, TIME, NOM",
    ),
    warning(
        5,
        "mention.determiner",
        "Articles, numbers and other determiners stand outside a mention, so that equal mentions are equal.",
        "begin the span after the word",
        bad='"l\'Irak", "five soldiers", "the next few days"',
        good='"Irak", "soldiers", "next few days"',
    ),
    warning(
        5,
        "mention.beyond-name",
        "A name is the name alone, without title, possessive or a larger place.",
        "shorten the span; a larger place is a mention of its own",
        bad='"General McKenzie", "Lebanon\'s", "Ramadi, Iraq"',
        good='"McKenzie", "Lebanon", "Ramadi" and "Iraq"',
    ),
    warning(
        5,
        "mention.noun-type",
        "The noun decides: soldiers, fighters and members are PER; troops, forces and militias are ORG.",
        "mend the entity type",
        bad='"American soldiers" as ORG',
        good='"American soldiers" as PER',
    ),
    warning(
        5,
        "mention.never",
        "Some words are never mentions, however much they look like one.",
        "remove the mention",
        bad='"recently" as TIME, "U.S. interests" as ORG, "who" as PRO',
        good="no mention",
    ),
    warning(
        5,
        "mention.value-text",
        "A date or a number that stands in the words is that of the value.",
        "mend the value, or waive the warning with the reason",
        bad='"September 2024" with the value 2042-09; "more than 150" with ../150',
        good='"September 2024" with the value 2024-09; "more than 150" with 150/..',
    ),
    warning(
        5,
        "mention.value-open",
        "A time has the value of its words; that something has gone on since then is said of the incident.",
        "write the date alone, and the open interval into the date of the incident",
        bad='"since 2014" with 2014 as 2014/..',
        good='"since 2014" with 2014 as 2014',
    ),
    warning(
        5,
        "mention.value-certainty",
        "A question mark says that the date of publication, by which the value was found, is inferred.",
        "take the question mark away, or mend the basis of the document's date",
        bad='"Thursday" as 2024-01-25? in a text whose date is stated',
        good='"Thursday" as 2024-01-25 in a text whose date is stated',
    ),
    warning(
        5,
        "event.trigger-words",
        "A trigger is one word, with its particle: equal happenings are then found under equal words.",
        "keep the verb or the noun alone",
        bad='"announced an end to their truce", "was killed", "withdraw from"',
        good='"announced", "killed", "withdraw"',
    ),
    warning(
        5,
        "event.negated",
        "An event that its text denies did not happen, and is counted if nobody says so.",
        "make the polarity negative",
        bad='positive, for "finalized" in "but not finalized"',
        good='negative, for "finalized" in "but not finalized"',
    ),
    warning(
        5,
        "event.never",
        "Saying, beginning, standing ties and moods are no events.",
        "remove the event, and judge what is said or begun",
        bad='"said", "began", "relations"',
        good="the event in what was said or begun",
    ),
)

LANGUAGES = ("en", "fr")
_KIND = ("text", "entity_type", "mention_type", "value")
_PLACES = ("GPE", "LOC", "FAC")


class _Clue(NamedTuple):
    """Something that is wrong with some kinds of mentions: its code, where that is so, in which language, and why."""

    code: str
    is_broken: pl.Expr
    language: str | None
    message: str
    at_start: bool = False
    """Whether it is wrong only at the start of a sentence, where a capital says nothing."""


_TEXT, _TYPE, _MENTION_TYPE, _VALUE = (pl.col(name) for name in _KIND)
_PLAIN = pl.col("plain")
"""The words in lower case."""
_IS_FIXED = _TYPE.is_in(["TIME", "NUM"])

# Determiners. A pattern ends before the word that may be left when they are gone.
_COUNTED = {
    "en": "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[0-9]+(?:st|nd|rd|th)|[0-9][0-9,.]*",
    "fr": "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|[0-9]+(?:er|e|ème)|[0-9][0-9 .\u00a0\u202f]*",
}
_BEFORE_NOUNS = {
    "en": "the|an?|this|that|these|those|its|their|his|her|our|my|your|some|several|many|all|both|other|same|various"
    "|certain|such|first|last",
    "fr": "les?|la|une?|des?|du|aux?|ce|cet|cette|ces|son|sa|ses|leurs?|notre|nos|votre|vos|mon|ma|mes|plusieurs|quelques"
    "|tous|toutes|autres?|mêmes?|certaine?s|diverse?s|premiers|premières?|derni(?:er|ère)s?",
}
_BEFORE_NAMES = {"en": "the|an?", "fr": "les?|la|une?|des?|du|aux?"}
_BEFORE_TIMES = {
    "en": "the|in|on|at|by|since|until|till|from|during|before|after",
    "fr": "les?|la|du|des?|en|dans|depuis|dès|à|aux?|avant|après|pendant|vers|d['’]ici|jusqu['’](?:à|en|au)",
}
_KEPT_TIMES = "^(?i)(?:le (?:lendemain|surlendemain|jour même)|la veille|the (?:next|following|previous) day|the day before)"
_BEFORE_NUMBERS = {
    "en": "about|some|around|nearly|almost|only|the|an? dozen",
    "fr": "environ|quelque|presque|seulement|près d(?:e|['’])|les?|la|des|une [a-zé]+aine",
}
_ELIDED = "(?:l|d|qu)['’]"


def _begins(words: str, *, with_elided: bool = False, ignoring_case: bool = True) -> pl.Expr:
    """Return whether the words of a mention begin with some words, and go on."""
    elided = f"|{_ELIDED}." if with_elided else ""
    return _TEXT.str.contains(f"^(?{'i' if ignoring_case else ''}:(?:{words})[ \u00a0\u202f]{elided})")


def _determiners(language: str) -> Iterator[_Clue]:
    """Yield what begins with a word that stands outside; in names the case of a letter tells an article from a part."""
    is_french = language == "fr"
    is_noun = (_MENTION_TYPE == "NOM") & ~_IS_FIXED
    is_name = (_MENTION_TYPE == "NAM") & ~_TYPE.is_in(["ORG", "PER"])
    nouns = _begins(f"{_BEFORE_NOUNS[language]}|{_COUNTED[language]}", with_elided=is_french)
    if is_french:
        nouns |= _TEXT.str.contains("^(?i:premier) ") & ~_TEXT.str.contains("^(?i:premier ministre)")
    names = _begins(_BEFORE_NAMES[language], with_elided=is_french, ignoring_case=False)
    times = _begins(_BEFORE_TIMES[language], with_elided=is_french) & ~_TEXT.str.contains(_KEPT_TIMES)
    numbers = _TEXT.str.contains(f"^(?i:{_BEFORE_NUMBERS[language]})(?:[ \u00a0\u202f]|$)")
    found = (is_noun & nouns) | (is_name & names) | ((_TYPE == "TIME") & times) | ((_TYPE == "NUM") & numbers)
    message = "{text!r} begins with a word that stands outside a mention"
    yield _Clue("mention.determiner", found, language, message)
    if is_french:
        elided = "{text!r} begins with an elided article"
        person = (_TYPE == "PER") & (_MENTION_TYPE == "NAM") & _TEXT.str.contains("^(?:l|qu)['’].")
        yield _Clue("mention.determiner", person, language, elided)
        capital = is_name & _TEXT.str.contains("^[LD]['’].")
        yield _Clue("mention.determiner", capital, language, elided, at_start=True)


_TITLES = (
    "mr|mrs|ms|mme|dr|sheikh|cheikh|general|général|gen|colonel|captain|capitaine|lieutenant|commander|commandant"
    "|ayatollah|president|président|minister|ministre|senator|sénateur"
)


def _beyond_names() -> Iterator[_Clue]:
    """Yield the names with more in them than the name."""
    is_name = _MENTION_TYPE == "NAM"
    titled = is_name & (_TYPE == "PER") & _TEXT.str.contains(rf"^(?i:{_TITLES})\.? \p{{Lu}}")
    yield _Clue("mention.beyond-name", titled, None, "{text!r} begins with a title")
    monsieur = is_name & (_TYPE == "PER") & _TEXT.str.contains(r"^M\. \p{Lu}\p{Ll}")
    yield _Clue("mention.beyond-name", monsieur, "fr", "{text!r} begins with a title")
    is_possessive = ~_IS_FIXED & ~(is_name & (_TYPE == "ORG")) & _TEXT.str.contains("['’]s$")
    yield _Clue("mention.beyond-name", is_possessive, "en", "{text!r} ends with a possessive")
    two = is_name & _TYPE.is_in(_PLACES) & _TEXT.str.contains(", ", literal=True)
    yield _Clue("mention.beyond-name", two, None, "{text!r} is a place and a larger one")


_PEOPLE = {
    "en": "soldiers?|fighters?|members?|men|advis[eo]rs?",
    "fr": "soldats?|combattants?|membres?|hommes?|militaires?",
}
_GROUPS = {
    "en": "troops|forces|army|armies|military|militias?|factions?",
    "fr": "troupes|forces|armées?|milices?|factions?",
}
_UNTYPED = {"en": "targets?|interests?|presence", "fr": "cibles?|intérêts?|présence"}


def _head(nouns: str, language: str) -> pl.Expr:
    """Return whether the head of a noun phrase is one of some nouns: the last word in English, the first in French."""
    last, first = f"(?i:(?:^|[ -])(?:{nouns})$)", f"^(?i:{nouns})(?:[ \u00a0]|$)"
    return _TEXT.str.contains(last if language == "en" else first)


def _nouns(language: str) -> Iterator[_Clue]:
    """Yield the nouns that are of another type than they always are, or of none."""
    is_noun = _MENTION_TYPE == "NOM"
    for kind, nouns, other in (("PER", _PEOPLE, "ORG"), ("ORG", _GROUPS, "PER")):
        wrong = is_noun & (other == _TYPE) & _head(nouns[language], language)
        message = f"{{text!r}} is {other} here, and by its noun {kind}"
        yield _Clue("mention.noun-type", wrong, language, message)
    untyped = is_noun & ~_IS_FIXED & _head(_UNTYPED[language], language)
    message = "the noun of {text!r} has no type, and is never a mention"
    yield _Clue("mention.never", untyped, language, message)


_NEVER = {
    ("TIME", "en"): r"now|recently|currently|soon|daily|(?:at )?[0-9]{1,2}(?::[0-9]{2})? ?[ap]\.?m\.?|for .*",
    (
        "TIME",
        "fr",
    ): r"actuellement|récemment|(?:à )?[0-9]{1,2} ?h(?:eures?)?(?: ?[0-9]{2})?|(?:pendant|durant) .*",
    ("NUM", "en"): "several|a|both|first|second|third|[0-9]+(?:st|nd|rd|th)|one of the",
    ("NUM", "fr"): "plusieurs|une?|premi(?:er|ère)s?|[0-9]+(?:er|e|ème)",
    ("NAM", "en"): "west|western|islamists?|jihadists?|terrorists?",
    ("NAM", "fr"): "occident|occidenta(?:l|le|les|ux)|islamistes?|d?jihadistes?|terroristes?",
    ("PRO", "en"): "who|whom|whose|which|(?:it|him|her)self|(?:them|our)selves",
    ("PRO", "fr"): "qui|que|qu['’]|dont|où|(?:le|la|les)quel(?:le)?s?|auquel|duquel|desquel(?:le)?s|se|s['’]",
}
"""What is never a mention, by its type, or by its mention type for names and pronouns."""


def _never() -> Iterator[_Clue]:
    """Yield the words that are never mentions."""
    for (kind, language), words in _NEVER.items():
        is_kind = kind == _TYPE if kind in {"TIME", "NUM"} else (kind == _MENTION_TYPE) & ~_IS_FIXED
        wrong = is_kind & _TEXT.str.contains(f"^(?i:{words})$")
        what = {"TIME": "a time", "NUM": "a quantity", "NAM": "a name", "PRO": "a mention"}[kind]
        yield _Clue("mention.never", wrong, language, f"{{text!r}} is never {what}")


def _nominal() -> Iterator[_Clue]:
    """Yield the times and quantities that are no NOM, and the words of nationalities that are."""
    wrong = _IS_FIXED & (_MENTION_TYPE != "NOM")
    yield _Clue("mention.nominal", wrong, None, "a {entity_type} is NOM, and {text!r} is {mention_type}")
    common = (_TYPE == "NORP") & (_MENTION_TYPE == "NOM")
    yield _Clue("mention.nominal", common, None, "{text!r} is NORP, which is a name, and NOM")


# Values

_SAYS = "the words are {text!r}, and the value is {value!r}"
_SAYS_NOTHING = "the words are {text!r}, and the value is empty"
_YEAR = "(?:1[89]|20)[0-9]{2}"
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_SHORT = {
    "en": "jan feb mar apr may jun jul aug sept oct nov dec",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
}
_WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
}


def _numbered(words: str, form: str = "{}") -> dict[str, str]:
    return {word: form.format(number) for number, word in enumerate(words.split(), start=1)}


WEEKDAYS = {name: number for language in LANGUAGES for name, number in _numbered(_WEEKDAYS[language]).items()}
"""What number a weekday has by its name, in any of the languages."""


@cache
def _months() -> dict[str, str]:
    """Return what stands in a value for each month by its name, in any of the languages; no name is two months."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        named = _numbered(_MONTHS[language], "-{:02d}")
        short = zip(_SHORT[language].split(), named.values(), strict=True)
        found |= named | {f"{word}.": month for word, month in short}
    return found


def _times() -> Iterator[_Clue]:
    """Yield the times whose value has not the year of their words, and those that are open."""
    is_time = _TYPE == "TIME"
    years = rf"\b{_YEAR}\b"
    has_one = is_time & (_TEXT.str.count_matches(years) == 1)
    other = has_one & (_VALUE != "") & ~_VALUE.str.contains(_TEXT.str.extract(f"({years})"), literal=True)
    yield _Clue("mention.value-text", other, None, _SAYS)
    yield _Clue("mention.value-text", has_one & (_VALUE == ""), None, _SAYS_NOTHING)
    is_open = is_time & _VALUE.str.contains("..", literal=True)
    yield _Clue("mention.value-open", is_open, None, "{text!r} has the open value {value!r}")


def _days() -> Iterator[_Clue]:
    """Yield the times whose value has not the month, the day or the day of the week of their words, or has more."""
    filled = (_TYPE == "TIME") & (_VALUE != "")
    named = "|".join(re.escape(name) for name in sorted(_months(), key=len, reverse=True))
    day = r"([0-9]{1,2})(?:st|nd|rd|th|er)?"
    dated = _PLAIN.str.extract_groups(rf"(?:\b{day} (?:of )?)?\b({named})(?: {day}(?:[^0-9]|$)|[^a-zéû]|$)")
    number = dated.struct[1].replace_strict(_months(), default=None, return_dtype=pl.String)
    stated = pl.coalesce(dated.struct[0], dated.struct[2]).str.zfill(2)
    said = pl.concat_str(number, pl.lit("-") + stated, ignore_nulls=True)
    is_other = filled & number.is_not_null() & ~_VALUE.str.contains(said, literal=True)
    yield _Clue("mention.value-text", is_other, None, _SAYS)
    for words, more in ((_YEAR, "^[0-9]{4}-"), (f"(?:{named}) {_YEAR}", "^[0-9]{4}-[0-9]{2}-")):
        is_finer = filled & _PLAIN.str.contains(f"^{words}$") & _VALUE.str.contains(more)
        yield _Clue("mention.value-text", is_finer, None, _SAYS)
    of_week = rf"\b({'|'.join(WEEKDAYS)})s?\b"
    wanted = _PLAIN.str.extract(of_week).replace_strict(WEEKDAYS, default=None, return_dtype=pl.String)
    is_one = _PLAIN.str.count_matches(of_week) == 1
    is_day = is_one & _VALUE.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}[?~]?$")
    found = _VALUE.str.head(10).str.to_date("%Y-%m-%d", strict=False).dt.weekday().cast(pl.String)
    yield _Clue("mention.value-text", filled & is_day & (found != wanted), None, _SAYS)


_NUMBERS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit"
    " dix-neuf vingt",
}
_MORE_NUMBERS = {
    "en": {"dozen": "12", "hundred": "100", "thousand": "1000"},
    "fr": {"une": "1", "dizaine": "10", "douzaine": "12", "cent": "100", "mille": "1000"},
}
_VAGUE = {
    "en": {"dozens": "24/..", "hundreds": "200/..", "thousands": "2000/.."},
    "fr": {"dizaines": "20/..", "centaines": "200/..", "milliers": "2000/.."},
}
_BOUNDS = {
    "en": (
        (re.compile("(?:more than|over|at least) (.+)"), "{}/.."),
        (re.compile("(?:less than|fewer than|under|up to) (.+)"), "../{}"),
        (re.compile("between (.+) and (.+)"), "{}/{}"),
    ),
    "fr": (
        (re.compile("(?:plus de|au moins) (.+)"), "{}/.."),
        (re.compile("(?:moins de|jusqu'à) (.+)"), "../{}"),
        (re.compile("entre (.+) et (.+)"), "{}/{}"),
    ),
}
_DIGITS = re.compile(r"[0-9]{1,3}(?:[ ,.][0-9]{3})+|[0-9]+")
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2019": "'"})


@cache
def _words(language: str) -> dict[str, str]:
    """Return the numbers of a language by their words."""
    return _numbered(_NUMBERS[language]) | _MORE_NUMBERS[language]


@cache
def counted(language: str) -> dict[str, int]:
    """Return the numbers from two to twenty by their words, the longest first; one is an article as well.

    >>> counted("en")["five"], counted("fr")["dix-huit"]
    (5, 18)
    """
    words = sorted(_numbered(_NUMBERS[language]).items(), key=lambda pair: -len(pair[0]))
    return {word: int(number) for word, number in words if number != "1"}


@lru_cache(maxsize=2**14)
def number_of(text: str, language: str) -> str | None:
    """Return the value that the words of a quantity have, or None where it takes more to know it.

    >>> number_of("More than 2,500", "en"), number_of("neuf", "fr"), number_of("a handful", "en")
    ('2500/..', '9', None)
    """
    plain = text.casefold().translate(_BLANKS)
    if plain in _VAGUE[language]:
        return _VAGUE[language][plain]
    for bound, form in _BOUNDS[language]:
        match = bound.fullmatch(plain)
        if match:
            numbers = [_plain_number(words, language) for words in match.groups()]
            return None if None in numbers else form.format(*numbers)
    return _plain_number(plain, language)


def _plain_number(plain: str, language: str) -> str | None:
    return re.sub("[^0-9]", "", plain) if _DIGITS.fullmatch(plain) else _words(language).get(plain)


def _quantities(kinds: pl.DataFrame) -> Iterator[_Hit]:
    """Yield the quantities whose value is not the number that their words are."""
    for mark, text, value in kinds.filter(_TYPE == "NUM").select("mark", "text", "value").iter_rows():
        for language in LANGUAGES:
            wanted = number_of(text, language)
            if wanted is not None and value != wanted:
                message = _SAYS if value else _SAYS_NOTHING
                yield _Hit(mark, "mention.value-text", language, message)


class _Hit(NamedTuple):
    """A kind of mentions with which something is wrong, in one language or in any, and why."""

    mark: int
    code: str
    language: str | None
    message: str
    at_start: bool = False


_HITS = {
    "mark": pl.UInt64,
    "code": pl.String,
    "language": pl.String,
    "message": pl.String,
    "at_start": pl.Boolean,
}
_OF_VALUE = ("mention.value-text", "mention.value-open")


def mentions(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the mentions that by their words are no such mention, or have another span, type or value."""
    table = snapshot.tables["mentions"]
    for row in _odd(snapshot, table.sound):
        field = _FIELDS.get(row["code"], "text")
        message = row["message"].format(**row)
        yield RULES[row["code"]].issue(place(table, row, field), row[field], message)


def at_odds(snapshot: Snapshot, ids: pl.Series) -> list[str]:
    """Return those of some mentions whose value is reported as not that of their words."""
    rows = snapshot.sound("mentions").filter(pl.col("mention_id").is_in(ids.implode()))
    return [row["mention_id"] for row in _odd(snapshot, rows) if row["code"] in _OF_VALUE]


def _odd(snapshot: Snapshot, rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of mentions with which something is wrong, each with a hit; at most one of its value and one more."""
    marked = rows.select(LINE, *_KIND, mark=hashed(_KIND))
    right = snapshot.of_all_batches("kinds of mentions that are right", _Right)
    kinds = right.without(marked.filter(pl.col("mark").is_first_distinct()))
    hits = [*_hits(kinds), *_quantities(kinds)]
    right.add(kinds["mark"], {hit.mark for hit in hits})
    if not hits:
        return
    of_kind = pl.DataFrame(hits, schema=_HITS, orient="row")
    found = marked.select(LINE, "mark").join(of_kind, on="mark").drop("mark")
    languages = dict(snapshot.documents.select("document_id", "language").iter_rows())
    starts = snapshot.sound("sentences").select("sentence_id", "start")
    odd = rows.join(found.select(LINE), on=LINE, how="semi")
    first = set(odd.join(starts, on=["sentence_id", "start"], how="semi")[LINE])
    told: set[tuple[int, bool]] = set()
    for row in rows_at(snapshot.tables["mentions"], found):
        spoken = languages.get(row["mention_id"].partition("-")[0], "").partition("-")[0]
        is_so = row["language"] in {None, spoken} and (row[LINE] in first or not row["at_start"])
        fault = row[LINE], row["code"] in _OF_VALUE
        if is_so and fault not in told:
            told.add(fault)
            yield row


_KEPT_KINDS = 2**18


class _Right:
    """The kinds of mentions that were looked at and are right, by their hashes, so that the next batch need not look again."""

    def __init__(self) -> None:
        self._marks = pl.Series(dtype=pl.UInt64)

    def without(self, kinds: pl.DataFrame) -> pl.DataFrame:
        """Return the kinds that were not looked at."""
        return kinds.filter(~pl.col("mark").is_in(self._marks.implode()))

    def add(self, marks: pl.Series, wrong: set[int]) -> None:
        """Remember the kinds that are not wrong, in the place of all others where they would be too many."""
        right = marks.filter(~marks.is_in(sorted(wrong))) if wrong else marks
        is_room = len(self._marks) + len(right) <= _KEPT_KINDS
        self._marks = pl.concat([self._marks, right]) if is_room else right


_FIELDS = {
    "mention.nominal": "mention_type",
    "mention.noun-type": "entity_type",
    "mention.value-text": "value",
    "mention.value-open": "value",
}


def _hits(kinds: pl.DataFrame) -> Iterator[_Hit]:
    """Yield what is wrong with each kind of mentions, all clues asked of all kinds of one sort at once."""
    is_time = _TYPE == "TIME"
    for sort, clues in ((is_time, _of_times()), (~is_time, _of_others())):
        lowered = kinds.filter(sort).with_columns(plain=_TEXT.str.to_lowercase())
        asked = lowered.select(
            "mark", *(clue.is_broken.alias(str(number)) for number, clue in enumerate(clues))
        )
        is_any = asked.select(pl.exclude("mark").any()).row(0)
        for number in (number for number, is_broken in enumerate(is_any) if is_broken):
            clue = clues[number]
            for mark in asked.filter(pl.col(str(number)))["mark"]:
                yield _Hit(mark, clue.code, clue.language, clue.message, clue.at_start)


@cache
def _of_times() -> tuple[_Clue, ...]:
    """Return the clues to what is wrong with a time."""
    found = [*_nominal(), *_never()]
    for language in LANGUAGES:
        found += _determiners(language)
    return (*found, *_times(), *_days())


@cache
def _of_others() -> tuple[_Clue, ...]:
    """Return the clues to what is wrong with a mention that is no time."""
    found = [*_nominal(), *_never()]
    for language in LANGUAGES:
        found += [*_nouns(language), *_determiners(language)]
    return (*found, *_beyond_names())


def certainty(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the times with a question mark in texts whose date is stated."""
    stated = snapshot.documents.filter(pl.col("date_basis") == "stated")["document_id"]
    if not len(stated):
        return
    table = snapshot.tables["mentions"]
    uncertain = table.sound.filter(_VALUE.str.ends_with("?") & (_TYPE == "TIME"))
    wrong = uncertain.filter(document_expr("mention_id").is_in(stated.implode()))
    for row in rows_at(table, wrong.select(LINE)):
        message = f"the date of the text is stated, and the value of {row['text']!r} is {row['value']!r}"
        yield RULES["mention.value-certainty"].issue(place(table, row, "value"), row["value"], message)


def doubts(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the times without a question mark whose words have the same value with one elsewhere in the document."""
    unstated = snapshot.sound(TEXT_TABLE)["date_basis"] != "stated"
    table = snapshot.tables["mentions"]
    homes = snapshot.homes("mentions")
    is_asked = unstated.gather(homes) & (table.sound["entity_type"] == "TIME") & (table.sound["value"] != "")
    times = table.sound.select(LINE, "text", "value", document=homes).filter(is_asked)
    times = times.with_columns(plain=_VALUE.str.strip_chars_end("?"))
    mark, is_uncertain = hashed(["document", "text", "plain"]), _VALUE.str.ends_with("?")
    uncertain = times.filter(is_uncertain).select(mark).to_series()
    odd = times.filter(~is_uncertain & mark.is_in(uncertain.implode()))
    for row in rows_at(table, odd.select(LINE)):
        message = (
            f"{row['text']!r} is {row['value']!r} here, and {row['value'] + '?'!r} elsewhere in the document"
        )
        yield RULES["mention.value-certainty"].issue(place(table, row, "value"), row["value"], message)


# Triggers

_LONGEST = 3


def _set_of(words: str, between: str = " ") -> frozenset[str]:
    return frozenset(words.split(between))


_OUTSIDE = _set_of(
    "the a an to is are was were be been being has have had will would could may might must shall should can did does do "
    "not never this that its their his her "
    "le la les l' un une des du au aux a ont avait avaient ai as avons avez avions aviez est es suis sommes êtes sont était étaient été sera seront serait seraient fut "
    "furent va vont ne n' pas ce cet cette ces son sa ses leur leurs"
)
"""Articles, auxiliaries, modals, negations, demonstratives and possessives."""
_PREPOSITIONS = _set_of("from to of with against at into à de d' sur contre avec par pour vers dans")
_SAYING = _set_of(
    "said says say told tells tell declared affirmed added reported stressed believes "
    "déclaré affirmé indiqué souligné estimé"
)
_ASPECT = _set_of(
    "begin|begins|began|begun|continue|continues|continued|resume|resumes|resumed|complete|completed|delay|delayed"
    "|complicate|complicated|follow|follows|followed|take place|takes place|took place|taken place|cause|causes|caused"
    "|avoir lieu|eu lieu",
    "|",
)
_STATES = _set_of(
    "relations partnership partnerships partenariat partenariats presence présence mission missions mandate mandat role "
    "rôle tension tensions instability instabilité insecurity insécurité escalation escalade interview interviews"
)


def triggers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events whose trigger has words too many, or is a word that names no event."""
    table = snapshot.tables["events"]
    texts = table.sound["trigger_text"].unique()
    wrong = {text: fault for text in texts if (fault := _fault_of_trigger(text))}
    if not wrong:
        return
    for row in rows_at(table, table.sound.filter(pl.col("trigger_text").is_in(list(wrong))).select(LINE)):
        code, message = wrong[row["trigger_text"]]
        yield RULES[code].issue(place(table, row, "trigger_text"), row["trigger_text"], message)


def _fault_of_trigger(text: str) -> tuple[str, str] | None:
    """Return what is wrong with the words of a trigger: code and message."""
    plain = text.casefold().translate(_BLANKS)
    if plain in _SAYING or plain in _ASPECT or plain in _STATES:
        return "event.never", f"{text!r} names no event by itself"
    words = re.findall("[^ ']+'?", plain)
    if len(plain.split()) > _LONGEST:
        return "event.trigger-words", f"{text!r} has {len(plain.split())} words"
    outside = next((word for word in words if word in _OUTSIDE), None) if len(words) > 1 else None
    if outside is None and len(words) > 1 and words[-1] in _PREPOSITIONS:
        outside = words[-1]
    return ("event.trigger-words", f"{outside!r} stands outside the trigger {text!r}") if outside else None


_OF_MENTIONS = (
    *("nominal", "determiner", "beyond-name", "noun-type", "never"),
    *("value-text", "value-open"),
)
_BEFORE = 8
_NEGATION = r"(?i)(?:\b(?:not|never|pas|jamais)|n['’]t)\s$"


def negated(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the events that are positive, though the word before the trigger denies them, in English and in French."""
    table = snapshot.tables["events"]
    sentences = snapshot.beside("events", "sentence_id", "sentences", s_start="start", s_text="text")
    placed = table.sound.select(LINE, "trigger_start", "polarity").with_columns(*sentences)
    at = pl.col("trigger_start") - pl.col("s_start")
    before = pl.col("s_text").str.slice((at - _BEFORE).clip(0), at.clip(0, _BEFORE))
    is_denied = (pl.col("polarity") == "positive") & before.str.contains(_NEGATION)
    for row in rows_at(table, placed.filter(is_denied).select(LINE)):
        message = f"{row['trigger_text']!r} is positive, and the word before it denies it"
        yield RULES["event.negated"].issue(place(table, row, "polarity"), row["polarity"], message)


CHECKS = (
    Check(
        tuple(RULES[f"mention.{name}"] for name in _OF_MENTIONS),
        mentions,
        needs=("mentions", "sentences", TEXT_TABLE),
    ),
    Check((RULES["mention.value-certainty"],), certainty, needs=("mentions", TEXT_TABLE)),
    Check((RULES["mention.value-certainty"],), doubts, needs=("mentions", TEXT_TABLE)),
    Check((RULES["event.trigger-words"], RULES["event.never"]), triggers, needs=("events",)),
    Check((RULES["event.negated"],), negated, needs=("events", "sentences")),
)
