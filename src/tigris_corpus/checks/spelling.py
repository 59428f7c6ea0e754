"""L5: names of persons that other alphabets write, and that are spelt in more than one way."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.rule import Check, Stage, by_code, place, rows_at, warning
from tigris_corpus.engine.expressions import is_one_of
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "reg.similar-name",
        "One person, spelt in two ways, is most likely entered twice and then counted twice.",
        "merge the two, or waive the warning with what tells them apart",
        bad="Mustafa al-Kadhimi and Mustafa al-Kazimi",
        good="Mustafa al-Kadhimi alone, with mentions that spell him in any way",
    ),
    warning(
        5,
        "reg.name-language",
        "The registry is one for both languages, and its names are English: in two languages one thing is found twice.",
        "write the usual English name",
        bad="Commandement central des États-Unis",
        good="United States Central Command",
        gives_way=True,
    ),
    warning(
        5,
        "reg.name-id",
        "An id is made from the name of its thing: a name without a word of it is that of something else.",
        "write the name of the thing that the id stands for",
        bad="us-central-command, Islamic Resistance in Iraq",
        good="us-central-command, U.S. Central Command",
        gives_way=True,
    ),
)
_BETWEEN_WORDS = r"[^\w ][\W_]*|_[\W_]*| [\W_]+"
"""All that is between two words, or around them, but for a single blank."""
_PARTICLE = r"\b(?:al|el|ul|ad|an|ar|as|at|az)\b"
_SPELLINGS = (
    ("[dt]h|[sz]", "z"),
    ("[cgkq]h?", "k"),
    ("ph", "f"),
    ("[aeiouwy]|[^a-z ]", ""),
    (r"(.)\1+", r"\1"),
)
"""What letters are taken for one another."""
_ALIKE = 0.7
_STEM = 3
"""So many letters of a word show that another is made from it."""
_SHORTEST = 2
"""How many words make a name that tells one person from another."""


def without_accents(text: str) -> str:
    """Return a text without accents, its signs of compatibility resolved (NFKD)."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def plain_name() -> pl.Expr:
    """Return a name without accents, case and punctuation."""
    name = pl.col("name")
    accented = pl.when(name.str.len_bytes() != name.str.len_chars()).then(name)
    plain = pl.coalesce(accented.str.normalize("NFKD").str.replace_all(r"\p{M}", ""), name)
    return plain.str.to_lowercase().str.replace_all(_BETWEEN_WORDS, " ")


_KEPT_WORDS = 2**14
"""Of how many names, and words, is kept what was found out about them: the next batch asks for the same persons."""


@lru_cache(maxsize=_KEPT_WORDS)
def _words(called: str) -> tuple[str, ...]:
    """Return the words of a plain name without articles."""
    return tuple(re.sub(_PARTICLE, " ", called).split())


@lru_cache(maxsize=_KEPT_WORDS)
def _spoken(word: str) -> str:
    """Return the consonants of a plain word, by what they may stand for in other spellings.

    >>> _spoken("kadhimi") == _spoken("kazimi"), _spoken("qasem"), _spoken("soleimani")
    (True, 'kzm', 'zlmn')
    """
    for letters, instead in _SPELLINGS:
        word = re.sub(letters, instead, word)
    return word


def _sound(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_spoken, words))


def _are_alike(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether two names of one sound look alike as well, word by word: Umar and Amir do not."""
    pairs = zip(words, others, strict=True)
    return all(SequenceMatcher(None, *pair, autojunk=False).ratio() >= _ALIKE for pair in pairs)


def _persons(entities: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the words of the names of persons, by their ids; those of one word are left out."""
    persons = entities.filter(pl.col("entity_type") == "PER").select("entity_id", called=plain_name())
    named = ((person, _words(called)) for person, called in persons.iter_rows())
    return {person: words for person, words in named if len(words) >= _SHORTEST}


def of_others(names: pl.DataFrame, entities: pl.DataFrame) -> dict[tuple[str, str], str]:
    """Return the names (text, entity_id) that are another spelling of the name of another person, with that one's id."""
    known = _persons(entities)
    by_sound: dict[tuple[str, ...], list[str]] = {}
    for person, words in known.items():
        by_sound.setdefault(_sound(words), []).append(person)
    found = {}
    called = names.select("text", "entity_id", name="text").with_columns(called=plain_name())
    for text, person, plain in called.select("text", "entity_id", "called").iter_rows():
        words = _words(plain)
        others = [] if words == known.get(person) else by_sound.get(_sound(words), [])
        if len(others) == 1 and person not in others and _are_alike(words, known[others[0]]):
            found[text, person] = others[0]
    return found


def people(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the persons whose name is that of another in another spelling."""
    table = snapshot.tables["entities"]
    firsts: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
    alike: dict[str, str] = {}
    for person, words in _persons(table.sound).items():
        first, others = firsts.setdefault(_sound(words), (person, words))
        if words != others and _are_alike(words, others):
            alike[person] = first
    if not alike:
        return
    named = table.sound.filter(is_one_of("entity_id", [*alike, *alike.values()]))
    rows = {row["entity_id"]: row for row in named.iter_rows(named=True)}
    for person, first in alike.items():
        name, other = rows[person]["name"], rows[first]["name"]
        message = f"{name!r} may be another spelling of {other!r}"
        at, related = place(table, rows[person], "name"), (place(table, rows[first], "name"),)
        yield RULES["reg.similar-name"].issue(at, name, message, related=related)


def slugs(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the entities whose name shares no word with the id that was made from it, nor has its initials."""
    table = snapshot.tables["entities"]
    named = table.sound.select(LINE, "entity_id", called=plain_name()).filter(pl.col("called") != " ")
    odd = [line for line, slug, called in named.iter_rows() if not _is_made_from(slug, called.split())]
    for row in rows_at(table, pl.DataFrame({LINE: odd}, schema={LINE: pl.UInt32})):
        message = f"{row['name']!r} has no word of {row['entity_id']!r}"
        yield RULES["reg.name-id"].issue(place(table, row, "name"), row["name"], message)


def _is_made_from(slug: str, words: list[str]) -> bool:
    """Whether an id has a word of a name, or the one is the initials of the other; beyond their beginning words may differ."""
    parts, joined, initials = slug.split("-"), "".join(words), "".join(word[0] for word in words)
    if joined.startswith("".join(part[0] for part in parts if part)) or not joined.isascii():
        return True
    begins = {word[:_STEM] for word in words} | {joined[:_STEM], initials}
    return any(part[:_STEM] in begins for part in parts)


def languages(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the names of entities and incidents with little words of French that their ids, made from the names, have not."""
    for name in ("entities", "incidents"):
        if not snapshot.readable(name):
            continue
        table = snapshot.tables[name]
        key = table.schema.key[0]
        french = pl.col("name").str.contains(_FRENCH.pattern) & ~pl.col("name").str.contains(_ENGLISH)
        for row in table.sound.filter(french).sort(LINE).iter_rows(named=True):
            strange = [
                word for word in _FRENCH.findall(row["name"]) if word.lower() not in row[key].split("-")
            ]
            if len(strange) >= (1 if name == "entities" else 2):
                message = f"{row['name']!r} is French, and names of the registry are English"
                yield RULES["reg.name-language"].issue(place(table, row, "name"), row["name"], message)


_FRENCH = re.compile(r"\b(?:des|du|de|la|le|les|et|aux|au)\b")
_ENGLISH = r"\b(?:the|of|in|on|and|to|by|for|at|with|from)\b"
CHECKS = (
    Check((RULES["reg.similar-name"],), people, needs=("entities",), stages=(Stage.PACKAGE,)),
    Check((RULES["reg.name-id"],), slugs, needs=("entities",), stages=(Stage.PACKAGE,)),
    Check((RULES["reg.name-language"],), languages, stages=(Stage.PACKAGE,)),
)
