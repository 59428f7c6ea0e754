"""L5: mentions in their roles, and events in their sentences, by the decision lists of the guidelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tigris_corpus.checks.rule import Check, Undecidable, by_code, expect_whole, place, rows_at, warning
from tigris_corpus.descriptor import TEXT_TABLE
from tigris_corpus.engine.expressions import document_expr, hashed, is_one_of
from tigris_corpus.engine.links import rows_at_places
from tigris_corpus.engine.reader import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

RULES = by_code(
    warning(
        5,
        "mention.unused",
        "Nouns and pronouns are marked where they fill a role or are a source, and nowhere else.",
        "add the argument that was forgotten, or remove the mention",
        bad='"the movement" of a sentence in which it does nothing',
        good='"factions" that fire rockets',
    ),
    warning(
        5,
        "mention.trigger",
        "The noun that is the trigger of an event is not a mention besides.",
        "remove the mention",
        bad='"rocket attack" as a mention, and "attack" as a trigger',
        good='"attack" as a trigger',
    ),
    warning(
        5,
        "event.victim",
        "A number of victims is killed or injured; victims that nobody counts are that, and recipient.",
        "add them as recipient, or name their number as killed or injured",
        bad='"the assassination of the head", killed: head',
        good='"the assassination of the head", killed: head, recipient: head',
    ),
    warning(
        5,
        "event.capital",
        "A capital that acts or speaks is its country; the town is where something happens.",
        "link the mention to the country, or mend the role",
        bad='"Bagdad et Washington ont négocié", Bagdad linked to the town',
        good='"Bagdad et Washington ont négocié", Bagdad linked to Iraq',
    ),
    warning(
        5,
        "event.filler-choice",
        "Where a sentence names a thing, the name fills its roles; else a noun, and a pronoun where there is neither.",
        "use the mention that names it best, and remove the other if it is then in no role",
        bad='"Kataeb Hezbollah … its support", actor: its',
        good='"Kataeb Hezbollah … its support", actor: Kataeb Hezbollah',
    ),
    warning(
        5,
        "event.mode-words",
        "The modes of an event are those that the words of its own sentence show.",
        "remove the mode, or mend it",
        bad='drone, in "A strike killed four fighters."',
        good='drone, in "A drone strike killed four fighters."',
    ),
)
_MARK = "mark"
_IS_NOMINAL = (pl.col("mention_type") != "NAM") & ~is_one_of("entity_type", ("TIME", "NUM"))
_VICTIMS = ("killed", "injured")
_TOLL = [
    *("killed", "kills", "kill", "wounded", "wounds", "wound", "injured", "injures", "injure"),
    *(
        "tué",
        "tués",
        "tuée",
        "tuées",
        "tue",
        "tuent",
        "blessé",
        "blessés",
        "blessée",
        "blessées",
        "blesse",
        "blessent",
    ),
]
"""Triggers whose number is one of people, and not of attacks."""
_SHOWN_BY = {
    "drone": ["drone", "uav", "unmanned", "quadcopter", "sans pilote"],
    "heavy-weapons": [
        *(
            "rocket",
            "missile",
            "mortar",
            "shell",
            "artiller",
            "tank",
            "howitzer",
            "katyusha",
            "ballisti",
            "projectile",
        ),
        *("roquette", "obus", "mortier", " char ", " chars"),
    ],
    "suicide-attack": ["suicide", "kamikaze"],
}
"""What the words in English and French that show a mode have in them, where no others do."""


def _undone(snapshot: Snapshot, *layers: str) -> pl.Series:
    """Return the documents of which one of some layers is blank, so that nothing is missed in them."""
    return pl.concat([snapshot.blank(layer) for layer in layers]).unique()


def unused(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the nouns and pronouns that fill no role and are no source."""
    expect_whole(snapshot, "events", "arguments")
    table = snapshot.tables["mentions"]
    used = [
        snapshot.places(name, column, "mentions")
        for name, column in (("arguments", "mention_id"), ("events", "source_mention_id"))
    ]
    nominal = table.sound.select(LINE, is_nominal=_IS_NOMINAL).with_row_index(_MARK).filter("is_nominal")
    idle = nominal.filter(~pl.col(_MARK).is_in(pl.concat(used).implode()))
    blank = _undone(snapshot, "events", "arguments")
    if len(blank):
        undone = table.sound.filter(document_expr("mention_id").is_in(blank.implode()))
        idle = idle.join(undone, on=LINE, how="anti")
    for row in rows_at(table, idle.select(LINE)):
        message = f"{row['text']!r} is {row['mention_type']}, fills no role and is no source"
        yield RULES["mention.unused"].issue(place(table, row), row["text"], message)


def triggers(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the nouns whose head is the trigger of an event: the last word in English, the first in French."""
    table = snapshot.tables["mentions"]
    events = snapshot.sound("events")
    ends = (("en", "end", "trigger_end"), ("fr", "start", "trigger_start"))
    is_nominal = table.sound.select(_IS_NOMINAL).to_series()
    homes = snapshot.homes("mentions").filter(is_nominal)
    spoken = rows_at_places(snapshot.sound(TEXT_TABLE), homes, pl.col("language").str.head(2))
    nouns = table.sound.select(LINE, "sentence_id", "start", "end").filter(is_nominal).with_columns(*spoken)
    for language, own, other in ends:
        marks = events.select(hashed(["sentence_id", other]).alias(_MARK))[_MARK]
        of_language = nouns.filter(pl.col("language") == language)
        found = of_language.filter(hashed(["sentence_id", own]).is_in(marks.implode()))
        for row in rows_at(table, found.select(LINE)):
            message = f"the head of {row['text']!r} is the trigger of an event"
            yield RULES["mention.trigger"].issue(place(table, row), row["text"], message)


def victims(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the killed and injured that are no number, and are not the recipient of the event as well."""
    expect_whole(snapshot, "arguments")
    table = snapshot.tables["arguments"]
    role, pair = pl.col("role"), hashed(["event_id", "mention_id"])
    roles = table.sound.select(LINE, "role", "event_id", "mention_id").with_row_index("place")
    harmed = roles.filter(is_one_of("role", _VICTIMS)).select(LINE, "place", "event_id", "role", mark=pair)
    met = roles.filter(role == "recipient").select(mark=pair)[_MARK]
    mentions = snapshot.places("arguments", "mention_id", "mentions").gather(harmed["place"])
    is_count = (pl.col("entity_type") == "NUM").alias("is_count")
    typed = harmed.with_columns(*rows_at_places(snapshot.sound("mentions"), mentions, is_count)).drop_nulls()
    alone = ~pl.col(_MARK).is_in(met.implode()) & ~pl.col("is_count")
    counted = typed.filter("is_count").select(hashed(["event_id", "role"])).to_series()
    twice = ~pl.col("is_count") & hashed(["event_id", "role"]).is_in(counted.implode())
    for row in rows_at(table, typed.filter(twice).select(LINE)):
        message = (
            f"{row['mention_id']} is {row['role']} in {row['event_id']}, and so is the number that counts it"
        )
        yield RULES["event.victim"].issue(place(table, row, "mention_id"), row["mention_id"], message)
    for row in rows_at(table, typed.filter(alone & ~twice).select(LINE)):
        message = f"{row['mention_id']} is {row['role']} in {row['event_id']}, and is not its recipient"
        yield RULES["event.victim"].issue(place(table, row, "mention_id"), row["mention_id"], message)
    if typed.height < harmed.height:
        raise Undecidable("rows of mentions are missing or in doubt")


def tolls(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the counts of events whose trigger says that people were killed or injured: what is counted is they."""
    table = snapshot.tables["arguments"]
    events = snapshot.places("arguments", "event_id", "events")
    counts = table.sound.select(LINE, "role", event=events).filter(pl.col("role") == "count")
    trigger = pl.col("trigger_text")
    told = counts.with_columns(*rows_at_places(snapshot.sound("events"), counts["event"], trigger))
    wrong = told.filter(trigger.str.to_lowercase().is_in(_TOLL))
    for row in rows_at(table, wrong.select(LINE, "trigger_text")):
        message = (
            f"{row['mention_id']} counts what was {row['trigger_text']!r}, and so it is killed or injured"
        )
        yield RULES["event.victim"].issue(place(table, row, "role"), row["role"], message)


def capitals(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the actors and sources that are linked to a town where the registry has its country besides."""
    entities, mentions = snapshot.sound("entities"), snapshot.sound("mentions")
    is_state = (pl.col("entity_type") == "GPE") & (pl.col("country") != "") & pl.col("latitude").is_null()
    states = entities.filter(is_state)["country"]
    is_town = (pl.col("entity_type") == "GPE") & ~is_state & pl.col("country").is_in(states.implode())
    towns = entities.select(is_town).to_series()
    if not towns.any():
        return
    linked = snapshot.places("mentions", "entity_id", "entities")
    in_town = towns.gather(linked)
    for name, column, is_asked in (
        ("arguments", "mention_id", pl.col("role") == "actor"),
        ("events", "source_mention_id", pl.col("source_mention_id") != ""),
    ):
        table, at = snapshot.tables[name], snapshot.places(name, column, "mentions")
        is_wrong = in_town.gather(at) & table.sound.select(is_asked).to_series()
        if not is_wrong.any():
            continue
        named = rows_at_places(mentions, at.filter(is_wrong), "text", "entity_id", "mention_type")
        odd = table.sound.select(LINE).filter(is_wrong).with_columns(*named)
        for row in rows_at(table, odd.filter(pl.col("mention_type") == "NAM")):
            message = f"{row['text']!r} acts or speaks, and is the town {row['entity_id']!r}"
            yield RULES["event.capital"].issue(place(table, row, column), row[column], message)


def choices(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the nouns and pronouns in a role whose sentence has a name, or for a pronoun a noun, of the same thing."""
    mentions = snapshot.sound("mentions")
    thing = hashed(["sentence_id", "entity_id", "entity_type"])
    things = mentions.select(LINE, "mention_type", "sentence_id", "entity_id", "entity_type")
    marked = things.filter(pl.col("entity_id") != "").select(LINE, "mention_type", mark=thing)
    names, nouns, pronouns = (marked.filter(pl.col("mention_type") == kind) for kind in ("NAM", "NOM", "PRO"))
    beside = pl.concat(
        [
            weak.join(strong.unique(_MARK, keep="first"), on=_MARK, suffix="_better").select(
                LINE, better=f"{LINE}_better"
            )
            for weak, strong in ((nouns, _of_same(names, nouns)), (pronouns, _of_same(names, pronouns)))
        ]
        + [
            pronouns.join(_of_same(names, pronouns), on=_MARK, how="anti")
            .join(nouns.unique(_MARK, keep="first"), on=_MARK, suffix="_better")
            .select(LINE, better=f"{LINE}_better")
        ]
    )
    if not beside.height:
        return
    texts = mentions.select(better=LINE, better_id="mention_id", better_text="text")
    weak = mentions.select(LINE, "mention_id", "text").join(beside, on=LINE)
    weak = weak.join(texts, on="better").drop(LINE)
    for name, column in (("arguments", "mention_id"), ("events", "source_mention_id")):
        table = snapshot.tables[name]
        placed = table.sound.join(weak.rename({"mention_id": column}), on=column)
        if name == "arguments":  # of two that fill one role, both is what is wrong, and reported as such
            role = ["event_id", "role"]
            filled = table.sound.select(*role, better_id="mention_id")
            placed = placed.join(filled, on=[*role, "better_id"], how="anti")
        for row in rows_at(table, placed.select(LINE, "text", "better_id", "better_text")):
            message = f"{row['text']!r} is in a role, and its sentence has {row['better_text']!r}, {row['better_id']}"
            at, fault = place(table, row, column), row[column]
            yield RULES["event.filler-choice"].issue(at, row[column], message, fault=fault)


def _of_same(strong: pl.DataFrame, weak: pl.DataFrame) -> pl.DataFrame:
    """Return the mentions that name a thing which weaker mentions of the same sentence stand for."""
    return strong.filter(pl.col(_MARK).is_in(weak[_MARK].implode()))


def modes(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the modes that no word of their event's sentence shows, for the modes that only some words show."""
    table = snapshot.tables["event_modes"]
    events = snapshot.places("event_modes", "event_id", "events")
    sentences = snapshot.places("events", "sentence_id", "sentences").gather(events)
    shown = table.sound.select(LINE, "mode").with_columns(sentences.alias("sentence"))
    shown = shown.filter(is_one_of("mode", _SHOWN_BY))
    told = rows_at_places(
        snapshot.sound("sentences"), shown["sentence"], "sentence_id", "document_id", "text"
    )
    placed = shown.with_columns(*told).drop_nulls("text")
    is_shown = pl.any_horizontal(
        (pl.col("mode") == mode) & pl.col("text").str.contains_any(words, ascii_case_insensitive=True)
        for mode, words in _SHOWN_BY.items()
    )
    wrong = placed.filter(~is_shown)
    spoken = snapshot.documents.filter(pl.col("language").str.head(2).is_in(["en", "fr"]))["document_id"]
    wrong = wrong.filter(pl.col("document_id").is_in(spoken.implode()))
    for row in rows_at(table, wrong.select(LINE, "sentence_id")):
        message = f"no word of {row['sentence_id']} shows {row['mode']!r}"
        yield RULES["event.mode-words"].issue(place(table, row, "mode"), row["mode"], message)


_SHOWN_BY_INSTRUMENT = {"drone": "a drone", "heavy-weapons": "a heavy weapon"}


def instruments(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the attacks with drones or heavy weapons that have not the mode of these."""
    expect_whole(snapshot, "event_modes")
    used = (snapshot.sound("arguments")["role"] == "instrument").arg_true()
    mentions = snapshot.places("arguments", "mention_id", "mentions").gather(used)
    called = snapshot.sound("mentions")["text"].gather(mentions)
    places = snapshot.places("arguments", "event_id", "events")
    table = snapshot.tables["events"]
    every = table.sound.select(LINE, "event_id", "event_type")
    blank = _undone(snapshot, "events")
    for mode, weapon in _SHOWN_BY_INSTRUMENT.items():
        is_shown = called.str.contains_any(_SHOWN_BY[mode], ascii_case_insensitive=True)
        events = places.gather(used.filter(is_shown)).drop_nulls().unique()
        attacks = every[events].filter(pl.col("event_type") == "ASSAULT")
        shown = snapshot.sound("event_modes").filter(pl.col("mode") == mode)
        lacking = attacks.filter(
            ~is_one_of("event_id", shown["event_id"]) & ~document_expr("event_id").is_in(blank.implode())
        )
        for row in rows_at(table, lacking.select(LINE)):
            message = f"the instrument of {row['event_id']} is {weapon}, and none of its modes is {mode!r}"
            yield RULES["event.mode-words"].issue(place(table, row), row["event_id"], message)


CHECKS = (
    Check((RULES["mention.unused"],), unused, needs=("mentions", "events", "arguments")),
    Check((RULES["mention.trigger"],), triggers, needs=("mentions", "events", TEXT_TABLE)),
    Check((RULES["event.victim"],), victims, needs=("arguments", "mentions")),
    Check((RULES["event.victim"],), tolls, needs=("arguments", "events")),
    Check((RULES["event.capital"],), capitals, needs=("arguments", "events", "mentions", "entities")),
    Check((RULES["event.filler-choice"],), choices, needs=("mentions", "arguments", "events")),
    Check((RULES["event.mode-words"],), modes, needs=("event_modes", "events", "sentences", TEXT_TABLE)),
    Check(
        (RULES["event.mode-words"],), instruments, needs=("event_modes", "events", "arguments", "mentions")
    ),
)
