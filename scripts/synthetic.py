"""Write a corpus of the same profile, of any size, from templates: for benchmarks and tests.

    python scripts/synthetic.py DIR --documents 1000 --seed 0

The texts are invented. They have the traits of the real ones that matter to software: two languages, elisions,
quotation marks and spaces of French, characters of one to four bytes, combining marks, headings and boilerplate,
nested mentions, happenings told in several documents. Each sentence is put together from a template, so every offset
is known and none is looked for.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import shutil
import sys
import unicodedata
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isqrt
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from tigris_corpus import descriptor, store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

LANGUAGES = ("en", "fr")


def _words(text: str) -> list[str]:
    return text.split()


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the words on either side of each slash: the English and the French spelling."""
    found = (pair.partition("/") for pair in text.split(", "))
    return [(english, french) for english, _, french in found]


GUIDELINES = "1.0"
AT_BASES = ("MOBILIZE", "RETREAT")
"""The types of events whose templates name a base as the place; those of the others name a town."""
COLUMNS = {
    "documents": "document_id language original_language original_language_basis title publisher publisher_basis "
    "date_published date_basis url rights text_path sha256 split fold",
    "sentences": "sentence_id document_id start end zone text",
    "mentions": "mention_id sentence_id start end text entity_type mention_type value entity_id",
    "entities": "entity_id name entity_type sector country wikidata geonames latitude longitude",
    "entity_relations": "subject_id relation object_id sentence_id",
    "events": "event_id sentence_id trigger_start trigger_end trigger_text event_type realis polarity "
    "source_mention_id incident_id",
    "event_modes": "event_id mode",
    "arguments": "event_id role mention_id",
    "incidents": "incident_id name event_type extent part_of date location_id",
    "layers": "document_id layer status guideline_version",
    "passes": "document_id layer round annotator_id guideline_version path",
    "annotators": "annotator_id kind description",
    "adjudication": "adjudication_id document_id sentence_id layer readings decision rule",
    "deprecated": "id table replaced_by reason version",
    "waivers": "fingerprint code reason who",
}
"""The columns of the rows that are written here; they must be those of the schemas."""

LABELS = {
    "annotator_kinds": "human model rule",
    "bases": "stated inferred unknown",
    "entity_types": "PER ORG GPE LOC FAC NORP WEA VEH TIME NUM",
    "extents": "single series",
    "mention_types": "NAM NOM PRO",
    "polarities": "positive negative",
    "realis": "actual future hypothetical generic",
    "relations": "part_of member_of affiliated_with",
    "rights": "public-domain",
    "sectors": "GOV LEG MIL COP UAF JRN",
    "splits": "train validation test",
    "statuses": "single double adjudicated",
    "zones": "body heading byline link metadata boilerplate",
    "layer_types": "sentences mentions entities events arguments incidents",
}
"""The labels that are used here by name; they must be in the vocabularies."""

# A template is a line of text with {slot.form>role,2.role} for a mention and [words|TYPE label …] for the trigger of
# an event. A role belongs to the first event of the sentence unless a number says which; `source` is whoever reports
# the events, and `subject:` and `object:` are the ends of a relation between two entities. The labels of a trigger
# are modes, a realis, a polarity, or `series` for several happenings told of as a whole. A noun or pronoun that fills
# no role and is no source is written and not marked, as the guidelines have it.
BODY = {
    "en": """
On {day>time}, {militia>actor} [fired|ASSAULT heavy-weapons] {rockets>instrument} at {base>recipient}, injuring {few>injured} {soldiers>recipient}.
The {army>actor} [struck|ASSAULT aerial] from the air a depot of {militia>recipient} near {city>location} on {weekday}, killing {few>killed} {fighters>recipient}, according to {agency>source}.
{person>subject:member_of}, a spokesman for {militia>actor,object:member_of}, [threatened|THREATEN violence] to strike {soldiers>recipient} “in the next few days”.
The {norp} foreign minister, {person>actor}, [met|CONSULT visit] {person>recipient} in {city>location} on {day}.
{capital>actor,2.actor} and {capital>actor,2.actor} [agreed|AGREE] to hold a new round of [talks|CONSULT future] in {later}.
The {government>actor} [asked|REQUEST yield] {state>recipient} to [withdraw|RETREAT withdraw hypothetical] all {soldiers>2.actor} from {base>2.location}.
{state>actor} [rejected|REJECT yield] the demand, and {person} told {agency} that {soldiers} would stay until {later}.
Since {since>time}, the {group>actor} has carried out {many>count} [attacks|ASSAULT series] against {bases>recipient} in {state}.
In {city>location}, {many} {protesters>actor} [marched|PROTEST demo] against the {government>recipient} on {day}.
{capital>actor} imposed [sanctions|SANCTION discontinue] on {person>recipient} and {militia} in {month}, a move that {person} called "procrastination".
The {army>actor} [deployed|MOBILIZE weapons] {drones>instrument} and more {soldiers} to {base>location} in {month}.
The {police>actor} [arrested|COERCE arrest] {few} {fighters>recipient} of {militia}, on the road to {city}.
{person>actor} [accused|ACCUSE] {state>recipient} of arming {militia} with {drones}.
{state>actor} [delivered|AID] {few>count} {trucks>instrument} to the {army>recipient} in {month}.
The {army>actor} [trained|COOPERATE] with the {police>recipient} at {base}.
{person>actor} [praised|SUPPORT] {militia>recipient} for {its} restraint since {since}.
{capital>actor} [announced|CONCEDE] that the {soldiers>2.actor} would [leave|RETREAT withdraw future] {base>2.location} by {later}.
{few>count} {trucks} of the {army>actor} [left|RETREAT withdraw] {base>location} before {later}, as {agency>source} had written.
{militia>actor} [suspended|RETREAT ceasefire] {its} attacks on {bases} on {weekday}, “out of respect for {state}”.
{militia>actor} did not [sign|SUPPORT negative] the agreement between {capital} and {capital}.
{person>source} told {agency} that {militia>actor} often [fires|ASSAULT heavy-weapons generic] {rockets>instrument} at {bases>recipient} in {region}.
A {bomb>instrument} [exploded|ASSAULT explosives] near {base} in {region}, killing {few>killed} {soldiers>recipient} and injuring {few>injured}.
{militia>actor,subject:part_of}, part of {umbrella>object:part_of}, [abducted|ASSAULT abduct] {person>recipient} near {city} in {month}.
{militia>subject:affiliated_with} is close to {state>object:affiliated_with}, and {person} has led {its} fighters since {since}.
Relations between {capital} and {capital} have worsened since the [killing|ASSAULT targeted] of {person>killed,recipient} in {city>location} in {month>time}.
The {parliament>actor} [called on|REQUEST change] the {government>recipient,2.actor} to [expel|SANCTION expel hypothetical] the {soldiers>2.recipient}.
{agency>source} reported that {militia>actor} had [seized|COERCE seize] {few>count} {trucks>recipient} near {city}.
The {government>actor} imposed a [curfew|COERCE curfew] in {city>location} after the [attack|ASSAULT] on {base>2.recipient}, which {confession} parties [condemned|ACCUSE] without naming {militia>3.recipient}.
{confession>actor} parties [refused|REJECT meet] to receive {person>recipient}, fearing a security vacuum in {region}.
{person>actor} [warned|THREATEN expel] that the {soldiers>recipient,2.actor} would have to [go|RETREAT withdraw future] if the [strikes|ASSAULT hypothetical] on {militia>3.recipient} went on.
""",
    "fr": """
Le {day>time}, {militia>actor} a [tiré|ASSAULT heavy-weapons] des {rockets>instrument} sur {base>recipient}, blessant {few>injured} {soldiers>recipient}.
L'{army>actor} a [frappé|ASSAULT aerial] {weekday}, par des avions, un dépôt {militia.of>recipient} près {city.of>location}, tuant {few>killed} {fighters>recipient}, selon {agency>source}.
{person>subject:member_of}, porte-parole {militia.of>actor,object:member_of}, a [menacé|THREATEN violence] de frapper les {soldiers>recipient} « dans les prochains jours ».
Le ministre {norp.ms} des Affaires étrangères, {person>actor}, a [rencontré|CONSULT visit] {person>recipient} à {city>location} le {day}.
{capital>actor,2.actor} et {capital>actor,2.actor} ont [accepté|AGREE] de tenir un nouveau cycle de [discussions|CONSULT future] en {later}.
Le {government>actor} a [demandé|REQUEST yield] {state.to>recipient} de [retirer|RETREAT withdraw hypothetical] tous les {soldiers>2.actor} {base.of>2.location}.
{state>actor} a [rejeté|REJECT yield] cette exigence, et {person} a dit {agency.to} que des {soldiers} resteraient jusqu'en {later}.
Depuis {since>time}, le {group>actor} a mené {many>count} [attaques|ASSAULT series] contre des {bases>recipient} {state.in}.
À {city>location}, {many} {protesters>actor} ont [défilé|PROTEST demo] contre le {government>recipient} le {day}.
{capital>actor} a pris des [sanctions|SANCTION discontinue] contre {person>recipient} et {militia} en {month}, une décision que {person} qualifie de « manœuvre ».
L'{army>actor} a [déployé|MOBILIZE weapons] des {drones>instrument} et d'autres {soldiers} {base.to>location} en {month}.
La {police>actor} a [arrêté|COERCE arrest] {few} {fighters>recipient} {militia.of}, sur la route {city.of}.
{person>actor} a [accusé|ACCUSE] {state>recipient} d'armer {militia} avec des {drones}.
{state>actor} a [livré|AID] {few>count} {trucks>instrument} à l'{army>recipient} en {month}.
L'{army>actor} s'est [entraînée|COOPERATE] avec la {police>recipient} {base.to}.
{person>actor} a [salué|SUPPORT] la retenue {militia.of>recipient} et de {its} combattants depuis {since}.
{capital>actor} a [annoncé|CONCEDE] que les {soldiers>2.actor} [quitteraient|RETREAT withdraw future] {base>2.location} avant {later}.
{few>count} {trucks} de l'{army>actor} ont [quitté|RETREAT withdraw] {base>location} avant {later}, comme l'avait écrit {agency>source}.
{militia>actor} a [suspendu|RETREAT ceasefire] {its} attaques contre les {bases} {weekday}, « par respect pour {state} ».
{militia>actor} n'a pas [signé|SUPPORT negative] l'accord entre {capital} et {capital}.
{person>source} a dit {agency.to} que {militia>actor} [tire|ASSAULT heavy-weapons generic] souvent des {rockets>instrument} sur des {bases>recipient} {region.in}.
Une {bomb>instrument} a [explosé|ASSAULT explosives] près {base.of} {region.in}, tuant {few>killed} {soldiers>recipient} et en blessant {few>injured}.
{militia>actor,subject:part_of}, qui appartient {umbrella.to>object:part_of}, a [enlevé|ASSAULT abduct] {person>recipient} près {city.of} en {month}.
{militia>subject:affiliated_with} est proche {state.of>object:affiliated_with}, et {person} dirige {its} combattants depuis {since}.
Les relations entre {capital} et {capital} se sont dégradées depuis l'[assassinat|ASSAULT targeted] {person.of>killed,recipient} à {city>location} en {month>time}.
Le {parliament>actor} a [appelé|REQUEST change] le {government>recipient,2.actor} à [expulser|SANCTION expel hypothetical] les {soldiers>2.recipient}.
D'après {agency>source}, {militia>actor} a [saisi|COERCE seize] {few>count} {trucks>recipient} près {city.of}.
Le {government>actor} a décrété un [couvre-feu|COERCE curfew] à {city>location} après l'[attaque|ASSAULT] contre {base>2.recipient}, que des partis {confession.mp} ont [condamnée|ACCUSE] sans nommer {militia>3.recipient}.
Des partis {confession.mp>actor} ont [refusé|REJECT meet] de recevoir {person>recipient}, de crainte d'un vide sécuritaire {region.in}.
{person>actor} a [averti|THREATEN expel] que les {soldiers>recipient,2.actor} devraient [partir|RETREAT withdraw future] si les [frappes|ASSAULT hypothetical] contre {militia>3.recipient} continuaient.
""",
}
BANNER = {
    "en": """
“{arabic} 🇮🇶✊🏽”, read the banner of the {protesters>actor} who [gathered|PROTEST demo] in {city>location} on {day}.
{person>actor} [thanked|SUPPORT] {state>recipient} on social media: “A great day 🎉🚀!”
""",
    "fr": """
« {arabic} 🇮🇶✊🏽 », disait la banderole des {protesters>actor} qui se sont [rassemblés|PROTEST demo] à {city>location} le {day}.
{person>actor} a [remercié|SUPPORT] {state>recipient} sur les réseaux sociaux : « Un grand jour 🎉🚀 ! »
""",
}
"""Sentences with characters beyond the basic plane and with combining marks; a part of the documents has them."""

HEADING = {
    "en": """
{capital>actor} and {capital>actor} resume [talks|CONSULT]
{militia>actor} [threatens|THREATEN violence] {bases>recipient}
[Strikes|ASSAULT series] in {city>location}
{soldiers} after {later}: who stays?
[Withdrawal|RETREAT withdraw hypothetical] from {base>location}: {state>actor} hesitates
""",
    "fr": """
{capital>actor} et {capital>actor} reprennent les [discussions|CONSULT]
{militia>actor} [menace|THREATEN violence] des {bases>recipient}
[Frappes|ASSAULT series] à {city>location}
Les {soldiers} après {later} : qui reste ?
[Retrait|RETREAT withdraw hypothetical] {base.of>location} : {state>actor} hésite
""",
}
BYLINE = {
    "en": """
By {reporter}, {agency}
""",
    "fr": """
Par {reporter}, pour {agency}
""",
}
LINK = {
    "en": """
>> Read: {militia} and {state}, a history of mistrust
>> Read: Who is {person}?
""",
    "fr": """
>> À lire : {militia} et {state}, une longue méfiance
>> Lire aussi : Qui est {person} ?
""",
}
BOILERPLATE = {
    "en": ("ADVERTISEMENT", "I subscribe", "Share this article 📤", "Sign up for our newsletter"),
    "fr": ("PUBLICITÉ", "Je m'abonne", "Partager l'article 📤", "Recevez notre lettre d'information"),
}
SHORT_LINK = {"en": "Short link: https://example.org/{}", "fr": "Lien court: https://example.org/{}"}
PUBLISHERS = {
    "en": ("The Tigris Post", "Levant Today", "Gulf Observer"),
    "fr": ("Le Courrier du Tigre", "Orient Matin"),
}

SLOTS = {
    "PER": "fighters person protesters reporter soldiers",
    "ORG": "agency army government group its militia parliament police umbrella",
    "GPE": "arabic capital city state",
    "LOC": "region",
    "FAC": "base bases",
    "NORP": "confession norp",
    "WEA": "bomb drones rockets",
    "VEH": "trucks",
    "TIME": "day later month since weekday",
    "NUM": "few many",
}
"""The slots of the templates, by the entity type of the mention that each becomes."""

SLOT_TYPES = {slot: entity_type for entity_type, slots in SLOTS.items() for slot in slots.split()}

# slug, English article and name, French article and name, country, Wikidata, adjective in English, in French (m., f.)
STATES = (
    ("iraq", "", "Iraq", "l'", "Irak", "IRQ", "Q796", "Iraqi", "irakien", "irakienne"),
    (
        "united-states",
        "the ",
        "United States",
        "les ",
        "États-Unis",
        "USA",
        "Q30",
        "American",
        "américain",
        "américaine",
    ),
    ("iran", "", "Iran", "l'", "Iran", "IRN", "Q794", "Iranian", "iranien", "iranienne"),
    ("syria", "", "Syria", "la ", "Syrie", "SYR", "", "Syrian", "syrien", "syrienne"),
    ("jordan", "", "Jordan", "la ", "Jordanie", "JOR", "", "Jordanian", "jordanien", "jordanienne"),
    ("lebanon", "", "Lebanon", "le ", "Liban", "LBN", "", "Lebanese", "libanais", "libanaise"),
    ("france", "", "France", "la ", "France", "FRA", "", "French", "français", "française"),
    ("turkey", "", "Turkey", "la ", "Turquie", "TUR", "", "Turkish", "turc", "turque"),
)
CAPITALS = (
    ("united-states", "Washington", "Washington"),
    ("iran", "Tehran", "Téhéran"),
    ("syria", "Damascus", "Damas"),
    ("lebanon", "Beirut", "Beyrouth"),
)
"""The capitals that act, and are their states, with the entities of these."""
CITIES = (
    ("baghdad", "Baghdad", "Bagdad", "IRQ", "98182", "33.34058", "44.40088"),
    ("erbil", "Erbil", "Erbil", "IRQ", "95446", "36.19257", "44.01062"),
    ("kirkuk", "Kirkuk", "Kirkouk", "IRQ", "", "", ""),
    ("mosul", "Mosul", "Mossoul", "IRQ", "", "", ""),
    ("basra", "Basra", "Bassora", "IRQ", "", "", ""),
    ("najaf", "Najaf", "Nadjaf", "IRQ", "", "", ""),
)
REGIONS = (
    ("tigris-valley", "Tigris valley", "la ", "vallée du Tigre"),
    ("euphrates-valley", "Euphrates valley", "la ", "vallée de l'Euphrate"),
    ("nineveh-plains", "Nineveh plains", "la ", "plaine de Ninive"),
    ("middle-east", "Middle East", "le ", "Proche-Orient"),
)
AGENCIES = (
    ("agence-france-presse", "", "Agence France-Presse", "l'", "Q40464"),
    ("the-tigris-monitor", "", "The Tigris Monitor", "", ""),
    ("mesopotamia-news", "", "Mesopotamia News", "", ""),
)
CONFESSIONS = (("shiite", "Shiite", "chiite"), ("sunni", "Sunni", "sunnite"), ("kurdish", "Kurdish", "kurde"))
# slot, type, what it links to, sector of that, English noun, French noun, form of the French adjective
COMPOUNDS = (
    ("army", "ORG", "{}-army", "MIL", "army", "armée", "fs"),
    ("police", "ORG", "{}-police", "COP", "police", "police", "fs"),
    ("government", "ORG", "{}-government", "GOV", "government", "gouvernement", "ms"),
    ("parliament", "ORG", "{}-parliament", "LEG", "parliament", "Parlement", "ms"),
    ("soldiers", "PER", "{}-army", "", "soldiers", "soldats", "mp"),
    ("bases", "FAC", "", "", "bases", "bases", "fp"),
)
WORDS = {
    "rockets": (("rockets", "roquettes"), ("mortar shells", "obus de mortier"), ("missiles", "missiles")),
    "drones": (
        ("drones", "drones"),
        ("armed drones", "drones armés"),
        ("booby-trapped drones", "drones piégés"),
    ),
    "bomb": (("bomb", "bombe"), ("mine", "mine"), ("roadside bomb", "bombe artisanale")),
    "trucks": (
        ("trucks", "camions"),
        ("armoured cars", "véhicules blindés"),
        ("helicopters", "hélicoptères"),
    ),
    "fighters": (("fighters", "combattants"), ("militiamen", "miliciens")),
    "protesters": (("demonstrators", "manifestants"), ("students", "étudiants")),
}
FIRST_NAMES = _pairs(
    "Mustafa/Moustafa, Hussein/Hussein, Layla/Leïla, Rashid/Rachid, Fuad/Fouad, Shukri/Choukri, "
    "Hashim/Hachem, Zaynab/Zeïnab, Amir/Amir, Munir/Mounir, Yunis/Younès, Bashar/Bachar, Ibtisam/Ibtissam, "
    "Walid/Walid, Jawad/Jawad, Umar/Omar"
)
LAST_NAMES = _pairs(
    "al-Jaburi/al-Joubouri, al-Shammari/al-Chammari, al-Rubaie/al-Roubaï, al-Dulaimi/al-Doulaïmi, "
    "al-Khafaji/al-Khafaji, al-Saadun/al-Saadoun, al-Ubaidi/al-Obeïdi, al-Tamimi/al-Tamimi, "
    "al-Hashimi/al-Hachémi, al-Bayati/al-Bayati, al-Zubaidi/al-Zoubaïdi, al-Lami/al-Lami, "
    "al-Maliki/al-Malki, al-Yasiri/al-Yassiri, al-Janabi/al-Janabi, al-Asadi/al-Assadi"
)
REPORTERS = ("Hélène Lefèvre", "Noël Bézier", "Anaïs Prévôt", "Zoé Müller")
BODIES = (
    ("Brigade", "la ", "Brigade"),
    ("Movement", "le ", "Mouvement"),
    ("Front", "le ", "Front"),
    ("Battalion", "le ", "Bataillon"),
    ("League", "la ", "Ligue"),
)
EPITHETS = (
    ("Tigris", "du Tigre"),
    ("Euphrates", "de l'Euphrate"),
    ("Dawn", "de l'Aube"),
    ("Cedar", "du Cèdre"),
    ("Dignity", "de la Dignité"),
    ("Revenge", "de la Vengeance"),
    ("Liberation", "de la Libération"),
    ("Fidelity", "de la Fidélité"),
)
VILLAGES = (
    ("Tell ", "Tell "),
    ("Umm ", "Oumm "),
    ("Wadi ", "Ouadi "),
    ("Deir ", "Deïr "),
    ("Khan ", "Khan "),
)
FORTS = (("Ain al-", "Aïn al-"), ("Qalat ", "Qalaat "), ("Camp ", "Camp "))
ROOTS = _pairs(
    "Harir/Harir, Taji/Taji, Shaddadi/Chaddadi, Rashid/Rachid, Samawa/Samaoua, Uzaym/Ouzaïm, "
    "Makhmur/Makhmour, Sinjar/Sindjar, Yusufiya/Youssoufiya, Qaim/Qaïm, Jurf/Djourf, Shirqat/Cherqat"
)
SIDES = (("", ""), (" al-Gharbi", " al-Gharbi"), (" al-Sharqi", " al-Charqi"), (" al-Kabir", " al-Kébir"))
MONTHS = {
    "en": _words("January February March April May June July August September October November December"),
    "fr": _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
}
WEEKDAYS = {
    "en": _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "fr": [f"{name} dernier" for name in _words("lundi mardi mercredi jeudi vendredi samedi dimanche")],
}
SMALL = {
    "en": _words("two three four five six seven eight nine ten eleven twelve"),
    "fr": _words("deux trois quatre cinq six sept huit neuf dix onze douze"),
}
BOUNDED = {"en": ("more than ", "at least "), "fr": ("plus de ", "au moins ")}
THOUSANDS = {"en": ",", "fr": "\u202f"}
TYPOGRAPHIC = {ord("'"): "\u2019"}
ANNOTATORS = (
    ("human-1", "human", "A trained annotator, at home in both languages. Invented, as all of this corpus."),
    ("human-2", "human", "A second annotator, blind to the first. Invented, as all of this corpus."),
    ("rule-1", "rule", "The generator itself, which knows where it begins and ends each sentence."),
)
SPLITS = ("train", "validation", "test", "train", "train", "train", "test", "train", "train", "train")
STORY_SIZES = (2, 1, 2, 3, 1)

_PARTS = re.compile(r"\{([^}]*)\}|\[([^|\]]*)\|([^\]]*)\]")
_NUMBERS = re.compile("([0-9]+)")
_VOWELS = "AEIOUÉÈaeiou"
_FIRST_DAY = date(2020, 2, 1)
_DAYS = 1700


class Mark(NamedTuple):
    """A mention inside a phrase; the offsets are code points from the start of the phrase."""

    start: int
    end: int
    entity_type: str
    mention_type: str
    value: str
    entity_id: str

    @property
    def needs_role(self) -> bool:
        """Whether the mention is of a kind that is marked only where it fills a role or is a source."""
        return self.mention_type != "NAM" and self.entity_type not in {"TIME", "NUM"}


class Phrase(NamedTuple):
    """Words and the mentions in them, of which the first is the one that fills a role."""

    text: str
    marks: tuple[Mark, ...]


Forms = dict[str, Phrase]
"""The phrases for one thing, by language and form: ``fr.of`` is French with the preposition "de"."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """The words that name an event, and its labels."""

    text: str
    event_type: str
    modes: tuple[str, ...]
    realis: str
    polarity: str
    is_series: bool

    @property
    def has_incident(self) -> bool:
        """Whether the event is actual, happened or denied, so that it belongs to an incident."""
        return self.realis == "actual"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a mention in a template: what fills it, and the roles it fills as (event, role)."""

    name: str
    form: str
    roles: tuple[tuple[int, str], ...]
    is_source: bool
    relation: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with gaps, in the order of its parts, and the events that it tells of."""

    parts: tuple[str | Slot | Trigger, ...]
    events: tuple[Trigger, ...]


class Vocabulary:
    """The label sets of the profile. Whatever the templates need and they lack raises ValueError."""

    def __init__(self, folder: Path) -> None:
        self.rows = {path.stem: _read_rows(path) for path in sorted(folder.glob("*.csv"))}
        self.realis = self.labels("realis")
        self.polarities = self.labels("polarities")
        self.modes = {(row["event_type"], row["mode"]) for row in self.rows["modes"]}
        self.roles = {(row["event_type"], row["role"]): row for row in self.rows["roles"]}
        self.fillers = {tuple(row.values()) for row in self.rows["role_fillers"]}
        self.links = {(row["mention_type"], row["linked_type"]) for row in self.rows["entity_type_links"]}
        self.zones = {row["zone"]: row for row in self.rows["zones"]}
        self.event_names = {row["event_type"]: row["name"] for row in self.rows["event_types"]}
        for table, labels in LABELS.items():
            unknown = sorted(set(labels.split()) - self.labels(table))
            require(not unknown, f"the vocabulary {table} lacks {', '.join(unknown)}")

    def labels(self, table: str) -> set[str]:
        """Return the labels of a vocabulary: its first column."""
        return {next(iter(row.values())) for row in self.rows[table]}

    def check(self, template: Template, zone: str, source: str) -> None:
        """Raise ValueError unless a template is what validation would accept in a zone."""
        slots = [part for part in template.parts if isinstance(part, Slot)]
        permitted = self.zones[zone]
        require(permitted["mentions_annotated"] == "true" or not slots, f"{zone} has no mentions: {source}")
        require(
            permitted["events_annotated"] == "true" or not template.events, f"{zone} has no events: {source}"
        )
        for number, event in enumerate(template.events):
            kind = event.event_type
            require(kind in self.event_names, f"no event type {kind}: {source}")
            for mode in event.modes:
                require((kind, mode) in self.modes, f"{kind} has no mode {mode}: {source}")
            filled = [
                (role, SLOT_TYPES[slot.name]) for slot in slots for at, role in slot.roles if at == number
            ]
            for role, filler in filled:
                require((kind, role) in self.roles, f"{kind} has no role {role}: {source}")
                require(
                    (kind, role, filler) in self.fillers, f"{filler} may not fill {role} of {kind}: {source}"
                )
            names = [role for role, _ in filled]
            for (event_type, role), row in self.roles.items():
                if event_type == kind:
                    require(row["expected"] == "false" or role in names, f"{kind} lacks {role}: {source}")
                    require(
                        row["repeatable"] == "true" or names.count(role) <= 1,
                        f"{kind}, {role} twice: {source}",
                    )


def chance(random: Random, share: float) -> bool:
    """Return True in so large a share of the calls."""
    return random.random() < share


def require(condition: bool, message: str) -> None:
    """Raise ValueError with ``message`` unless the condition holds."""
    if not condition:
        raise ValueError(message)


def parse(source: str, language: str, vocabulary: Vocabulary) -> Template:
    """Return a template from its notation, which stands above BODY."""
    parts: list[str | Slot | Trigger] = []
    position = 0
    for match in _PARTS.finditer(source):
        if match.start() > position:
            parts.append(source[position : match.start()])
        slot, words, labels = match.groups()
        parts.append(_slot(slot, language) if slot is not None else _trigger(words, labels, vocabulary))
        position = match.end()
    if position < len(source):
        parts.append(source[position:])
    return Template(tuple(parts), tuple(part for part in parts if isinstance(part, Trigger)))


def _slot(notation: str, language: str) -> Slot:
    described, _, uses = notation.partition(">")
    name, _, form = described.partition(".")
    require(name in SLOT_TYPES, f"no slot {name}")
    roles: list[tuple[int, str]] = []
    relation = None
    for use in uses.split(",") if uses else ():
        end, colon, label = use.partition(":")
        number, dot, role = use.partition(".")
        if colon:
            require(label in LABELS["relations"].split(), f"no relation {label}")
            relation = (end, label)
        elif use != "source":
            roles.append((int(number) - 1, role) if dot else (0, use))
    return Slot(name, f"{language}.{form or 'the'}", tuple(roles), "source" in uses.split(","), relation)


def _trigger(words: str, notation: str, vocabulary: Vocabulary) -> Trigger:
    event_type, *labels = notation.split()
    realis = [label for label in labels if label in vocabulary.realis]
    polarity = [label for label in labels if label in vocabulary.polarities]
    modes = sorted(set(labels) - {*realis, *polarity, "series"})
    return Trigger(
        text=words,
        event_type=event_type,
        modes=tuple(modes),
        realis=realis[0] if realis else "actual",
        polarity=polarity[0] if polarity else "positive",
        is_series="series" in labels,
    )


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return what an id is sorted by: numbers in it are compared as numbers."""
    parts = _NUMBERS.split(text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def name_forms(entity_id: str, entity_type: str, english: tuple[str, ...], french: tuple[str, ...]) -> Forms:
    """Return the phrases for something with a name.

    Each of the two languages gives what stands before the name, the name, and what stands after it.
    """

    def phrase(before: str, name: str, after: str = "") -> Phrase:
        mark = Mark(len(before), len(before) + len(name), entity_type, "NAM", "", entity_id)
        return Phrase(f"{before}{name}{after}", (mark,))

    article, name, *rest = french
    elided = name[0] in _VOWELS
    of = {"": "d'" if elided else "de ", "le ": "du ", "les ": "des "}.get(article, f"de {article}")
    to = {"": "à ", "le ": "au ", "les ": "aux "}.get(article, f"à {article}")
    within = {"le ": "au ", "les ": "aux "}.get(article, "en ") if entity_type == "GPE" else f"dans {article}"
    return {
        "en.the": phrase(*english),
        "fr.the": phrase(article, name, *rest),
        "fr.of": phrase(of, name, *rest),
        "fr.to": phrase(to, name, *rest),
        "fr.in": phrase(within, name, *rest),
    }


def adjective_forms(entity_id: str, english: str, masculine: str, feminine: str) -> Forms:
    """Return the phrases for an adjective of nationality or religion, by gender and number in French."""
    plural = masculine if masculine[-1] in "sx" else f"{masculine}s"
    words = {
        "en.the": english,
        "fr.ms": masculine,
        "fr.fs": feminine,
        "fr.mp": plural,
        "fr.fp": f"{feminine}s",
    }
    return {
        form: Phrase(word, (Mark(0, len(word), "NORP", "NAM", "", entity_id),))
        for form, word in words.items()
    }


def compound_forms(
    entity_type: str, entity_id: str, nouns: tuple[str, str], adjectives: Forms, form: str
) -> Forms:
    """Return the phrases for a noun with an adjective that is a mention of its own: "[[American] army]"."""
    phrases = {}
    for language, noun in zip(LANGUAGES, nouns, strict=True):
        adjective = adjectives["en.the" if language == "en" else f"fr.{form}"]
        text = f"{adjective.text} {noun}" if language == "en" else f"{noun} {adjective.text}"
        start = 0 if language == "en" else len(noun) + 1
        inner = adjective.marks[0]._replace(start=start, end=start + len(adjective.text))
        phrases[f"{language}.the"] = Phrase(
            text, (Mark(0, len(text), entity_type, "NOM", "", entity_id), inner)
        )
    return phrases


class Pool:
    """Things of one kind, made when first needed; a document draws from the first of them more often.

    The number that documents draw from grows with the square root of the document's number, times ``growth``.
    """

    def __init__(self, make: Callable[[int], Forms], base: int, growth: float = 0.0) -> None:
        self._make = make
        self._base = base
        self._growth = growth
        self._made: list[Forms] = []

    def __getitem__(self, index: int) -> Forms:
        while len(self._made) <= index:
            self._made.append(self._make(len(self._made)))
        return self._made[index]

    def draw(self, random: Random, document: int, taken: Collection[int] = ()) -> int:
        """Return the index of something that is not taken, for a document of a number."""
        size = self._base + int(self._growth * isqrt(document))
        require(len(taken) < size, "a sentence asks for more things than there are")
        index = int(size * random.random() ** 2)
        while index in taken:
            index = (index + 1) % size
        return index


class Registry:
    """All entities, and which of them the texts have mentioned."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.rows: dict[str, tuple[str, ...]] = {}
        self.used: set[str] = set()
        self._links = vocabulary.links
        adjectives = [adjective_forms(row[0], *row[-3:]) for row in STATES]
        fixed = {
            "state": [self._state(*row) for row in STATES],
            "norp": adjectives,
            "capital": [
                name_forms(state, "GPE", ("", name), ("", french)) for state, name, french in CAPITALS
            ],
            "region": [self._region(*row) for row in REGIONS],
            "agency": [self._agency(*row) for row in AGENCIES],
            "confession": [self._confession(*row) for row in CONFESSIONS],
            "reporter": [self._reporter(name) for name in REPORTERS],
            "umbrella": [self._umbrella()],
            "arabic": [self._arabic()],
        }
        for slot, kind, slug, sector, *words, form in COMPOUNDS:
            fixed[slot] = [
                self._compound(row, kind, slug, sector, words, adjective, form)
                for row, adjective in zip(STATES, adjectives, strict=True)
            ]
        self.pools = {slot: Pool(made.__getitem__, len(made)) for slot, made in fixed.items()}
        self.pools |= {
            "person": Pool(self._person, 12, 3.0),
            "militia": Pool(self._militia, 6, 0.8),
            "city": Pool(self._place, len(CITIES), 0.6),
            "base": Pool(self._base, 4, 0.4),
        }
        for pool in fixed.values():
            self._check_links(pool)

    def add(self, entity_id: str, name: str, entity_type: str, *more: str) -> str:
        """Keep the row of an entity and return its id; ``more`` are its further columns, from the left."""
        row = (entity_id, name, entity_type, *more, *[""] * (6 - len(more)))
        require(self.rows.setdefault(entity_id, row) == row, f"two entities are called {entity_id}")
        return entity_id

    def _check_links(self, pool: Sequence[Forms]) -> None:
        """Raise ValueError where a mention would link to an entity of a type that the vocabulary does not allow."""
        for mark in {
            mark for forms in pool for phrase in forms.values() for mark in phrase.marks if mark.entity_id
        }:
            pair = (mark.entity_type, self.rows[mark.entity_id][2])
            require(pair[0] == pair[1] or pair in self._links, f"{pair[0]} may not link to {pair[1]}")

    def _state(self, slug: str, article: str, name: str, *more: str) -> Forms:
        french_article, french, country, wikidata, *_ = more
        self.add(slug, name, "GPE", "", country, wikidata)
        return name_forms(slug, "GPE", (article, name), (french_article, french))

    def _city(self, slug: str, name: str, french: str, *more: str) -> Forms:
        country, geonames, latitude, longitude = more
        self.add(slug, name, "GPE", "", country, "", geonames, latitude, longitude)
        return name_forms(slug, "GPE", ("", name), ("", french))

    def _place(self, index: int) -> Forms:
        if index < len(CITIES):
            return self._city(*CITIES[index])
        name, french = _toponym(index - len(CITIES), VILLAGES)
        where = Random(index)
        position = f"{where.uniform(31, 36):.4f}", f"{where.uniform(42, 46):.4f}"
        return self._city(slug_of(name), name, french, "IRQ", "", *position)

    def _base(self, index: int) -> Forms:
        name, french = _toponym(index, FORTS)
        slug = self.add(f"{slug_of(name)}-base", f"{name} base", "FAC", "", "IRQ")
        forms = name_forms(slug, "FAC", ("the ", name, " base"), ("", french))
        for form in ("the", "of", "to"):
            before = {"the": "la base ", "of": "de la base ", "to": "à la base "}[form]
            forms[f"fr.{form}"] = _shifted(before, name_forms(slug, "FAC", ("", name), ("", french))["fr.of"])
        return forms

    def _region(self, slug: str, name: str, article: str, french: str) -> Forms:
        self.add(slug, name, "LOC")
        return name_forms(slug, "LOC", ("the ", name), (article, french))

    def _agency(self, slug: str, article: str, name: str, french_article: str, wikidata: str) -> Forms:
        self.add(slug, name, "ORG", "JRN", "", wikidata)
        return name_forms(slug, "ORG", (article, name), (french_article, name))

    def _confession(self, slug: str, name: str, french: str) -> Forms:
        self.add(slug, name, "NORP")
        return adjective_forms(slug, name, french, french)

    def _reporter(self, name: str) -> Forms:
        """Return the forms of a name that some pages write with combining marks."""
        plain = "".join(
            mark for mark in unicodedata.normalize("NFD", name) if not unicodedata.combining(mark)
        )
        slug = self.add(slug_of(plain), name, "PER", "JRN")
        forms = name_forms(slug, "PER", ("", name), ("", name))
        decomposed = unicodedata.normalize("NFD", name)
        apart = name_forms(slug, "PER", ("", decomposed), ("", decomposed))
        return forms | {f"{language}.decomposed": apart[f"{language}.the"] for language in LANGUAGES}

    def _umbrella(self) -> Forms:
        slug = self.add("islamic-resistance-in-iraq", "Islamic Resistance in Iraq", "ORG", "UAF", "IRQ")
        english, french = ("the ", "Islamic Resistance in Iraq"), ("la ", "Résistance islamique en Irak")
        return name_forms(slug, "ORG", english, french)

    def _arabic(self) -> Forms:
        name = "العِرَاق"
        phrase = Phrase(f"{name} أوَّلًا", (Mark(0, len(name), "GPE", "NAM", "", "iraq"),))
        return {f"{language}.the": phrase for language in LANGUAGES}

    def _compound(
        self,
        state: Sequence[str],
        kind: str,
        slug: str,
        sector: str,
        words: list[str],
        adjective: Forms,
        form: str,
    ) -> Forms:
        entity_id = slug.format(state[0])
        if sector:
            self.add(entity_id, f"{state[7]} {words[0]}", kind, sector, state[5])
        return compound_forms(kind, entity_id, (words[0], words[1]), adjective, form)

    def _person(self, index: int) -> Forms:
        rest, first = divmod(index, len(FIRST_NAMES))
        father, last = divmod(rest, len(LAST_NAMES))
        middle = FIRST_NAMES[father - 1] if father else ("", "")
        names = [
            " ".join(part for part in parts if part)
            for parts in zip(
                FIRST_NAMES[first], middle, LAST_NAMES[(last + first) % len(LAST_NAMES)], strict=True
            )
        ]
        slug = self.add(slug_of(names[0]), names[0], "PER", "GOV", "IRQ")
        return name_forms(slug, "PER", ("", names[0]), ("", names[1]))

    def _militia(self, index: int) -> Forms:
        rest, epithet = divmod(index, len(EPITHETS))
        number, body = divmod(rest, len(BODIES))
        kind, article, french_kind = BODIES[(body + epithet) % len(BODIES)]
        name = f"{EPITHETS[epithet][0]} {kind}" + (f" {number + 1}" if number else "")
        french = f"{french_kind} {EPITHETS[epithet][1]}" + (f" {number + 1}" if number else "")
        slug = self.add(slug_of(name), name, "ORG", "UAF", "IRQ")
        return name_forms(slug, "ORG", ("the ", name), (article, french))


def slug_of(name: str) -> str:
    """Return the readable id of a name in ASCII letters, digits, blanks and hyphens."""
    return name.lower().replace(" ", "-")


def _toponym(index: int, prefixes: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return a name of a place in English and in French."""
    rest, root = divmod(index, len(ROOTS))
    side, prefix = divmod(rest, len(prefixes))
    parts = zip(prefixes[(prefix + root) % len(prefixes)], ROOTS[root], SIDES[side], strict=True)
    english, french = ("".join(part) for part in parts)
    return english, french


def _shifted(before: str, phrase: Phrase) -> Phrase:
    shift = len(before)
    marks = (mark._replace(start=mark.start + shift, end=mark.end + shift) for mark in phrase.marks)
    return Phrase(before + phrase.text, tuple(marks))


class Incident(NamedTuple):
    """A happening, its day, and its place: the slot that names it, and which one of the slot's pool it is."""

    incident_id: str
    day: date
    slot: str
    number: int


@dataclass
class Story:
    """Documents that tell of the same happenings: they share incidents, a fold and a split."""

    number: int
    documents: range
    random: Random
    registry: Registry
    event_names: dict[str, str]
    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _known: dict[str, Incident] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.day = _FIRST_DAY + timedelta(days=self.random.randrange(_DAYS))
        self.militia = self.registry.pools["militia"].draw(self.random, self.documents.start)

    def incident(self, event_type: str, *, is_series: bool) -> Incident:
        """Return a happening of a type, one that is told of already or a new one."""
        slug = f"story-{self.number}-{event_type.lower()}"
        if not is_series:
            slug = f"{slug}-{self.random.randrange(1, 4)}"
        if slug not in self._known:
            self._known[slug] = self._new(slug, event_type, is_series=is_series)
        return self._known[slug]

    def _new(self, slug: str, event_type: str, *, is_series: bool) -> Incident:
        slot = "base" if event_type in AT_BASES else "city"
        index = self.registry.pools[slot].draw(self.random, self.documents.start)
        location = self.registry.pools[slot][index]["en.the"]
        name = f"{self.event_names[event_type]} of story {self.number} in {location.text}"
        location_id = location.marks[0].entity_id
        self.registry.used.add(location_id)
        if is_series:
            day = self.day - timedelta(days=60)
            self.rows[slug] = (
                slug,
                f"{name}, and more",
                event_type,
                "series",
                "",
                f"{day:%Y-%m}/..",
                location_id,
            )
            return Incident(slug, day, slot, index)
        day = self.day - timedelta(days=self.random.randrange(6))
        whole = self.incident(event_type, is_series=True).incident_id if chance(self.random, 0.5) else ""
        self.rows[slug] = (
            slug,
            f"{name}, {slug[-1]}",
            event_type,
            "single",
            whole,
            day.isoformat(),
            location_id,
        )
        return Incident(slug, day, slot, index)


@dataclass(frozen=True)
class Stock:
    """What all documents are made of: the registry, and the templates by zone and language."""

    registry: Registry
    templates: dict[tuple[str, str], list[Template]]


def stock_up(vocabulary: Vocabulary) -> Stock:
    """Return the registry and the templates, checked against the vocabularies."""
    sources = {
        ("body", "body"): BODY,
        ("banner", "body"): BANNER,
        ("heading", "heading"): HEADING,
        ("byline", "byline"): BYLINE,
        ("link", "link"): LINK,
    }
    templates: dict[tuple[str, str], list[Template]] = {}
    for (name, zone), by_language in sources.items():
        for language, text in by_language.items():
            lines = text.strip().splitlines()
            templates[name, language] = [parse(line, language, vocabulary) for line in lines]
            for template, line in zip(templates[name, language], lines, strict=True):
                vocabulary.check(template, zone, line)
    return Stock(Registry(vocabulary), templates)


@dataclass(slots=True)
class Draft:
    """A sentence before it has its place in a text; offsets are code points from its start."""

    text: str = ""
    marks: list[tuple[int, int, Mark]] = field(default_factory=list)
    """Start and end of each mention."""
    slots: list[tuple[Slot, int]] = field(default_factory=list)
    """The slots that were filled, each with the place in ``marks`` of the mention that fills it."""
    triggers: list[tuple[int, int]] = field(default_factory=list)


class Writer:
    """Writes one document: its text, and the rows that annotate it, with offsets in code points of the text."""

    def __init__(self, number: int, story: Story, stock: Stock, seed: int) -> None:
        self.number = number
        self.document_id = f"D{number:03d}"
        self.language = LANGUAGES[number % 2]
        self.story = story
        self.registry = stock.registry
        self.templates = stock.templates
        self.random = Random(f"{seed}/{number}")
        self.day = story.day + timedelta(days=self.random.randrange(1, 3))
        self.date_basis = self.random.choice(("stated", "inferred", "inferred", "unknown"))
        self.has_banner = chance(self.random, 0.25)
        self.is_typographic = chance(self.random, 0.75)
        self.militia = story.militia
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in COLUMNS}
        self.relations: dict[tuple[str, str, str], str] = {}
        self._pieces: list[str] = []
        self._length = 0
        self._makers: dict[str, Callable[[date], Phrase]] = {
            "day": self._day,
            "month": self._month,
            "since": self._since,
            "weekday": self._weekday,
            "later": lambda _: self._month(
                self.day + timedelta(days=self.random.randrange(60, 600)), is_stated=True
            ),
            "few": lambda _: self._number(self.random.randrange(2, 13)),
            "many": lambda _: self._number(self.random.randrange(15, 300) * 10),
            "group": lambda _: self._anaphor({"en": "group", "fr": "groupe"}, "NOM"),
            "its": lambda _: self._anaphor({"en": "its", "fr": "ses"}, "PRO"),
        }

    @property
    def text(self) -> str:
        """The raw text, as far as it is written."""
        return "".join(self._pieces)

    def compose(self) -> Self:
        """Write the whole document and return it."""
        random = self.random
        if self.date_basis == "stated":
            self.plain(f"date {self.day}", "metadata")
        self.told("heading")
        self.told("byline")
        lines = random.randrange(5, 7)
        body = random.sample(self.templates["body", self.language], 4 * lines - random.randrange(1, 5))
        if self.has_banner:
            body.insert(0, random.choice(self.templates["banner", self.language]))
        size = -(-len(body) // lines)
        for line in range(lines):
            if line % 2:
                self.told("heading")
            for template in body[line * size : (line + 1) * size]:
                self.told("body", template)
            self.line(blank=chance(random, 0.2))
        self.told("link")
        self.plain(random.choice(BOILERPLATE[self.language]), "boilerplate")
        self.plain(SHORT_LINK[self.language].format(self.number), "boilerplate", is_last=chance(random, 0.5))
        return self

    def line(self, *, blank: bool = False) -> None:
        """End the line, and leave a blank one after it if asked."""
        if self._pieces[-1] == " ":
            self._pieces.pop()
            self._length -= 1
        self._append("\n\n" if blank else "\n")

    def plain(self, text: str, zone: str, *, is_last: bool = False) -> None:
        """Write a line without mentions and events."""
        self._sentence(text, zone)
        if not is_last:
            self.line()

    def told(self, zone: str, template: Template | None = None) -> None:
        """Write a sentence from a template, one of the zone's unless it is given; all zones but body are lines."""
        template = template or self.random.choice(self.templates[zone, self.language])
        known = [
            self.story.incident(event.event_type, is_series=event.is_series) if event.has_incident else None
            for event in template.events
        ]
        draft = self._draft(template, known)
        start, sentence_id, text = self._sentence(draft.text, zone)
        ids = self._mentions(draft.marks, start, sentence_id, text)
        slots = [(slot, ids[at]) for slot, at in draft.slots]
        self._events(template.events, draft.triggers, known, slots, (start, sentence_id, text))
        self._relation(
            {slot.relation: draft.marks[at][2].entity_id for slot, at in draft.slots if slot.relation},
            sentence_id,
        )
        if zone == "body":
            self._append(" ")
        else:
            self.line()

    def _draft(self, template: Template, known: list[Incident | None]) -> Draft:
        """Fill the slots of a template."""
        pieces: list[str] = []
        draft = Draft()
        taken: dict[str, set[int]] = {}
        length = 0
        for part in template.parts:
            if isinstance(part, Slot):
                piece, marks = self._fill(part, known, taken)
                if not (part.roles or part.is_source):
                    marks = tuple(mark for mark in marks if not mark.needs_role)
                if marks:
                    draft.slots.append((part, len(draft.marks)))
                draft.marks.extend((length + mark.start, length + mark.end, mark) for mark in marks)
            elif isinstance(part, Trigger):
                piece = part.text
                draft.triggers.append((length, length + len(piece)))
            else:
                piece = part
            pieces.append(piece)
            length += len(piece)
        text = "".join(pieces)
        draft.text = text[0].upper() + text[1:]
        return draft

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _sentence(self, text: str, zone: str) -> tuple[int, str, str]:
        """Write a sentence and return its start, id and text."""
        if self.is_typographic:
            text = text.translate(TYPOGRAPHIC)
        start = self._length
        self._append(text)
        rows = self.rows["sentences"]
        sentence_id = f"{self.document_id}-S{len(rows) + 1:03d}"
        rows.append((sentence_id, self.document_id, start, self._length, zone, text))
        return start, sentence_id, text

    def _mentions(
        self, marks: list[tuple[int, int, Mark]], start: int, sentence_id: str, text: str
    ) -> list[str]:
        """Keep the mentions of a sentence and return their ids in the order of ``marks``."""
        ids = [""] * len(marks)
        rows = self.rows["mentions"]
        for place in sorted(range(len(marks)), key=lambda at: marks[at][:2]):
            first, last, mark = marks[place]
            ids[place] = mention_id = f"{self.document_id}-M{len(rows) + 1:03d}"
            rows.append((mention_id, sentence_id, start + first, start + last, text[first:last], *mark[2:]))
            if mark.entity_id:
                self.registry.used.add(mark.entity_id)
        return ids

    def _events(
        self,
        events: tuple[Trigger, ...],
        spans: list[tuple[int, int]],
        known: list[Incident | None],
        slots: list[tuple[Slot, str]],
        sentence: tuple[int, str, str],
    ) -> None:
        """Keep the events of a sentence, with their modes and arguments."""
        start, sentence_id, text = sentence
        source = next((mention_id for slot, mention_id in slots if slot.is_source), "")
        rows = self.rows["events"]
        for number, (event, (first, last), incident) in enumerate(zip(events, spans, known, strict=True)):
            event_id = f"{self.document_id}-E{len(rows) + 1:03d}"
            labels = (
                event.event_type,
                event.realis,
                event.polarity,
                source,
                incident.incident_id if incident else "",
            )
            rows.append((event_id, sentence_id, start + first, start + last, text[first:last], *labels))
            self.rows["event_modes"].extend((event_id, mode) for mode in event.modes)
            filled = [
                (role, mention_id) for slot, mention_id in slots for at, role in slot.roles if at == number
            ]
            self.rows["arguments"].extend((event_id, role, mention_id) for role, mention_id in sorted(filled))

    def _relation(self, ends: dict[tuple[str, str] | None, str], sentence_id: str) -> None:
        relations = {relation[1] for relation in ends if relation}
        for label in relations:
            key = (ends["subject", label], label, ends["object", label])
            self.relations.setdefault(key, sentence_id)

    def _fill(self, slot: Slot, known: list[Incident | None], taken: dict[str, set[int]]) -> Phrase:
        """Return what fills a slot: the time and the place of a happening are those of its incident."""
        incident = next((known[at] for at, role in slot.roles if role in {"time", "location"}), None)
        if slot.name in self._makers:
            return self._makers[slot.name](incident.day if incident else self.day)
        if slot.name in WORDS:
            english, french = self.random.choice(WORDS[slot.name])
            return self._noun(english if self.language == "en" else french, SLOT_TYPES[slot.name])
        return self._drawn(slot, incident, taken.setdefault(slot.name, set()))

    def _drawn(self, slot: Slot, incident: Incident | None, taken: set[int]) -> Phrase:
        """Return words for an entity that the sentence has not named."""
        pool = self.registry.pools[slot.name]
        is_its_place = incident is not None and slot.name == incident.slot
        index = incident.number if incident and is_its_place else pool.draw(self.random, self.number, taken)
        taken.add(index)
        if slot.name == "militia":
            self.militia = index
        is_apart = slot.name == "reporter" and self.has_banner
        return pool[index][f"{self.language}.decomposed" if is_apart else slot.form]

    def _anaphor(self, words: dict[str, str], mention_type: str) -> Phrase:
        """Return words that refer back to the last armed group."""
        entity_id = self.registry.pools["militia"][self.militia]["en.the"].marks[0].entity_id
        text = words[self.language]
        return Phrase(text, (Mark(0, len(text), "ORG", mention_type, "", entity_id),))

    @staticmethod
    def _noun(text: str, entity_type: str, value: str = "") -> Phrase:
        return Phrase(text, (Mark(0, len(text), entity_type, "NOM", value, ""),))

    def _number(self, number: int) -> Phrase:
        small = SMALL[self.language]
        text = (
            small[number - 2]
            if number - 2 < len(small)
            else f"{number:,}".replace(",", THOUSANDS[self.language])
        )
        if chance(self.random, 0.3):
            return self._noun(f"{self.random.choice(BOUNDED[self.language])}{text}", "NUM", f"{number}/..")
        return self._noun(text, "NUM", str(number))

    def _day(self, day: date) -> Phrase:
        number = "1er" if day.day == 1 and self.language == "fr" else str(day.day)
        text = f"{number} {MONTHS[self.language][day.month - 1]} {day.year}"
        return self._noun(text, "TIME", day.isoformat())

    def _month(self, day: date, *, is_stated: bool = False) -> Phrase:
        month = MONTHS[self.language][day.month - 1]
        if is_stated or chance(self.random, 0.5):
            return self._noun(f"{month} {day.year}", "TIME", f"{day:%Y-%m}")
        return self._noun(month, "TIME", self._relative(f"{day:%Y-%m}"))

    def _since(self, day: date) -> Phrase:
        article, middle = {"en": ("", "mid-"), "fr": ("la ", "mi-")}[self.language]
        month = f"{middle}{MONTHS[self.language][day.month - 1]} {day.year}"
        return _shifted(article, self._noun(month, "TIME", f"{day:%Y-%m}"))

    def _weekday(self, day: date) -> Phrase:
        return self._noun(WEEKDAYS[self.language][day.weekday()], "TIME", self._relative(day.isoformat()))

    def _relative(self, value: str) -> str:
        """Return a value that rests on the date of publication, and is as sure as that is known."""
        return {"stated": value, "inferred": f"{value}?", "unknown": ""}[self.date_basis]


def document_row(writer: Writer, path: str, data: bytes) -> tuple[Any, ...]:
    """Return the row of a document in the table of documents."""
    random = writer.random
    published = {"stated": f"{writer.day}", "inferred": f"{writer.day}?", "unknown": ""}[writer.date_basis]
    is_translated = chance(random, 0.2)
    original = ("ar", "stated") if is_translated else (writer.language, "inferred")
    headings = [row[5] for row in writer.rows["sentences"][:2] if row[4] == "heading"]
    return (
        writer.document_id,
        writer.language,
        *original,
        headings[0],
        random.choice(PUBLISHERS[writer.language]),
        "inferred",
        published,
        writer.date_basis,
        f"https://example.org/{writer.number}",
        "public-domain",
        path,
        hashlib.sha256(data).hexdigest(),
        SPLITS[writer.story.number % len(SPLITS)],
        writer.story.number,
    )


def progress_rows(writer: Writer, layers: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows that say how far the annotation of a document is, who did it, and what was settled."""
    random = writer.random
    document_id = writer.document_id
    status = random.choices(("single", "double", "adjudicated"), (6, 3, 1))[0]
    annotators = ("human-1",) if status == "single" else ("human-1", "human-2")
    rows: dict[str, list[tuple[Any, ...]]] = {
        "layers": [],
        "passes": [],
        "adjudication": [],
        "deprecated": [],
    }
    for layer in layers:
        cut = layer == "sentences"
        rows["layers"].append((document_id, layer, "single" if cut else status, GUIDELINES))
        for annotator in ("rule-1",) if cut else annotators:
            rows["passes"].append((document_id, layer, 1, annotator, GUIDELINES, ""))
    if status == "adjudicated":
        for number in range(1, random.randrange(2, 5)):
            sentence_id = random.choice(writer.rows["sentences"])[0]
            found = (f"{document_id}-A{number:03d}", document_id, sentence_id, random.choice(layers))
            texts = (
                "human-1: one mention; human-2: two, one inside the other",
                'two: the inner one is a "name"',
                "2.3",
            )
            rows["adjudication"].append((*found, *texts))
    if chance(random, 0.05):
        mentions = writer.rows["mentions"]
        lost = f"{document_id}-M{len(mentions) + 1:03d}"
        rows["deprecated"].append(
            (lost, "mentions", mentions[-1][0], "The same mention under two ids", "0.1.0")
        )
    return rows


class Tables:
    """The CSV files of the corpus, open for writing, by table."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for name, columns in COLUMNS.items():
            file = self._stack.enter_context(
                (self._folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
            )
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow(columns.split())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        """Write rows at the end of their tables."""
        for name, found in rows.items():
            self._writers[name].writerows(found)


def stories(documents: int, seed: int, registry: Registry, vocabulary: Vocabulary) -> Iterator[Story]:
    """Yield stories until they have as many documents as asked."""
    number, first = 0, 0
    while first < documents:
        end = min(first + STORY_SIZES[number % len(STORY_SIZES)], documents)
        random = Random(f"{seed}/story/{number}")
        yield Story(number, range(first, end), random, registry, vocabulary.event_names)
        number, first = number + 1, end


def generate(root: Path, documents: int, seed: int = 0) -> None:
    """Write a package of so many documents into the folder ``root``, which is new or empty.

    One seed gives one corpus, and a larger one begins with the documents of a smaller. Raises ValueError where the
    profile has changed so that the templates no longer fit it, and FileExistsError where the folder holds something.
    """
    if root.exists() and any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty")
    source = descriptor.packaged_root()
    draft = _describe(source)
    vocabulary = Vocabulary(source / "schema" / "vocabulary")
    stock = stock_up(vocabulary)
    for folder in ("corpus", "seeds"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(source / "schema", root / "schema")
    with Tables(root / "corpus") as tables:
        _write_corpus(root, tables, stories(documents, seed, stock.registry, vocabulary), stock, seed)
    store.write(root, {descriptor.DESCRIPTOR: draft})
    package = descriptor.open_package(root)
    require(not package.problems, f"the package has problems: {package.problems}")
    store.write(root, {descriptor.DESCRIPTOR: descriptor.refreshed(package)})


def _write_corpus(root: Path, tables: Tables, told: Iterable[Story], stock: Stock, seed: int) -> None:
    """Write the texts and all tables, a document at a time; only the registry is kept to the end."""
    relations: dict[tuple[str, str, str], str] = {}
    layers = sorted(LABELS["layer_types"].split())
    for story in told:
        for number in story.documents:
            writer = Writer(number, story, stock, seed).compose()
            data = writer.text.encode("utf-8")
            path = f"seeds/{number:03d}_{hashlib.sha256(data).hexdigest()[:16]}.txt"
            (root / path).write_bytes(data)
            writer.rows["documents"].append(document_row(writer, path, data))
            tables.write(writer.rows | progress_rows(writer, layers))
            for key, sentence_id in writer.relations.items():
                relations.setdefault(key, sentence_id)
        tables.write({"incidents": sorted(story.rows.values(), key=lambda row: natural(row[0]))})
    used = sorted(
        (stock.registry.rows[entity_id] for entity_id in stock.registry.used), key=lambda row: natural(row[0])
    )
    stated = sorted(
        ((*key, sentence_id) for key, sentence_id in relations.items()), key=lambda row: [*map(natural, row)]
    )
    tables.write({"entities": used, "entity_relations": stated, "annotators": list(ANNOTATORS)})


def _describe(source: Path) -> bytes:
    """Return a descriptor for the package, made from the one at ``source``: its tables, without its metadata."""
    package = descriptor.open_package(source)
    document = json.loads(package.gate.read(descriptor.DESCRIPTOR))
    for name, columns in COLUMNS.items():
        found = package.schema(name).names
        require(found == tuple(columns.split()), f"the columns of {name} are {', '.join(found)}")
    kept = [
        entry
        for entry in document["resources"]
        if entry["name"] in COLUMNS or entry["path"].startswith("schema/")
    ]
    own = {
        "name": "tigris-synthetic",
        "title": "An invented corpus of the Tigris profile",
        "description": "Invented texts with annotations, written by scripts/synthetic.py to measure and test software.",
        "sources": [],
        "resources": kept,
    }
    return (json.dumps(document | own, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def main() -> int:
    """Write a package into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="a folder that is new or empty")
    parser.add_argument("--documents", type=int, default=1000, help="how many documents (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="the seed of all that is drawn (default: 0)")
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.documents, arguments.seed)
    print(f"{arguments.documents} documents in {arguments.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
