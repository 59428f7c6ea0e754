"""The CAS of UIMA as INCEpTION keeps it: what its XMI and its JSON have in common. Lossless.

A mention is an annotation of the layer ``webanno.custom.Mention``, an event one of ``webanno.custom.Event`` over its
trigger; both are anchored to characters. The other columns are features of their names, the ids of the corpus
``mention_id`` and ``event_id``. ``modes`` is a feature with several strings; ``arguments`` and ``source`` are slots,
whose links have a role and a target. Sentences carry their ids, and tokens are the words of each sentence: INCEpTION
wants both, and neither is read back. The id of the document is the one of DocumentMetaData, or its title, since
INCEpTION puts the name of the annotator where the id was; else it is the name of the file or of its folder.

A type system in a file says which features its layers have. The library makes program text of their names, so names
that are none are refused before it sees them, and only the types that are used are built. What the library raises on
damaged files is a fault of the file.

Source of the format: Apache UIMA's reference on XMI, the specification of its JSON CAS, and INCEpTION's user guide.
Offsets are UTF-16 units on disk; the library turns them into code points, but lets one inside a character pass, so
they are converted here.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import KEYS
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import EVENT as EVENT_COLUMNS
from tigris_corpus.formats import MENTION as MENTION_COLUMNS
from tigris_corpus.formats.exchange import Answer, Argument, Item, items_of
from tigris_corpus.formats.rules import fault
from tigris_corpus.formats.tokens import words
from tigris_corpus.issues import Location, plural
from tigris_corpus.offsets import OffsetMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.issues import Issue

MENTION, EVENT = "webanno.custom.Mention", "webanno.custom.Event"
ARGUMENTS, SOURCE, MODES = "arguments", "source", "modes"
LINKS = {ARGUMENTS: "webanno.custom.EventArgumentsLink", SOURCE: "webanno.custom.EventSourceLink"}
LAYERS = {MENTION: "mentions", EVENT: "events"}
COLUMNS = {MENTION: MENTION_COLUMNS, EVENT: EVENT_COLUMNS}
"""The columns that are plain features of each layer."""

_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
SENTENCE = f"{_DKPRO}segmentation.type.Sentence"
TOKEN = f"{_DKPRO}segmentation.type.Token"
META = f"{_DKPRO}metadata.type.DocumentMetaData"
_WEBANNO = "de.tudarmstadt.ukp.clarin.webanno.api.type."
_STRUCTURE = {
    SENTENCE,
    TOKEN,
    META,
    "uima.tcas.DocumentAnnotation",
    f"{_DKPRO}metadata.type.TagDescription",
    f"{_DKPRO}metadata.type.TagsetDescription",
    *(
        f"{_DKPRO}segmentation.type.{name}"
        for name in ("Div", "Document", "Heading", "Paragraph", "TokenForm")
    ),
    *(f"{_WEBANNO}{name}" for name in ("CASMetadata", "FeatureDefinition", "LayerDefinition")),
    *(
        f"org.dkpro.core.api.xml.type.Xml{name}"
        for name in ("Attribute", "Document", "Element", "Node", "TextNode")
    ),
}
"""What INCEpTION keeps beside the layers: how the text is built, and how the project is set up."""

STRING, STRINGS, STRUCTURES = "uima.cas.String", "uima.cas.StringArray", "uima.cas.FSArray"
_BUILT_IN, _ANNOTATION = "uima.cas.", "uima.tcas.Annotation"
_META_FEATURES = ("documentTitle", "documentId", "documentUri", "collectionId", "documentBaseUri")

MAX_BYTES = 1 << 24
MAX_STRUCTURES = 250_000
_MAX_VIEWS, _MAX_TYPES, _MAX_FEATURES, _MAX_LINKS = 16, 400, 64, 1000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_TYPE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*")
_ID = re.compile(r"D[0-9]{3,18}")
_WHOLE = re.compile(r"[0-9]{1,10}")
_MAX_NAME = 200
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of a type: ``element`` is what an array holds; ``shared`` whether arrays stand by themselves in XMI."""

    name: str
    range: str = STRING
    element: str | None = None
    description: str | None = None
    shared: bool | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A type of a type system, with the features that it adds to those of ``parent``."""

    name: str
    parent: str = _ANNOTATION
    features: tuple[Feature, ...] = ()
    description: str | None = None


def definitions(labels: Labels | None = None) -> dict[str, Definition]:
    """Return the types of the corpus by their names; with ``labels``, features say what they may hold."""
    mention = (*(_feature(name, labels) for name in MENTION_COLUMNS), Feature("mention_id"))
    slots = [Feature(name, STRUCTURES, link, shared=False) for name, link in LINKS.items()]
    modes = Feature(MODES, STRINGS, description=_listed(labels.all_modes if labels else None), shared=False)
    event = (*(_feature(name, labels) for name in EVENT_COLUMNS), Feature("event_id"), modes, *slots)
    roles = {ARGUMENTS: labels.role_types if labels else None, SOURCE: (SOURCE,)}
    found = [
        Definition(MENTION, features=mention, description="A mention of an entity, a time or a number."),
        Definition(EVENT, features=event, description="An event, over its trigger."),
        *(
            Definition(
                link,
                f"{_BUILT_IN}TOP",
                (Feature("role", description=_listed(roles[name])), Feature("target", MENTION)),
            )
            for name, link in LINKS.items()
        ),
        Definition(SENTENCE, features=(Feature("id"),)),
        Definition(TOKEN),
        Definition(
            META,
            "uima.tcas.DocumentAnnotation",
            (*(Feature(name) for name in _META_FEATURES), Feature("isLastSegment", f"{_BUILT_IN}Boolean")),
        ),
    ]
    return {one.name: one for one in found}


def _feature(name: str, labels: Labels | None) -> Feature:
    return Feature(name, description=_listed(labels.of(name) if labels else None))


def _listed(values: Iterable[str] | None) -> str | None:
    return f"One of {', '.join(values)}." if values else None


def type_system(known: Mapping[str, Definition], used: Iterable[str]) -> Any:
    """Return a type system of the library with the types that are used, and all that these lead to.

    Raises CorpusError where a name is none, or where there is more than any project has: the library would compute
    for hours.
    """
    from cassis import TypeSystem  # noqa: PLC0415 - heavy, and optional

    types = TypeSystem()
    wanted = _wanted(known, used)
    with _quiet():
        for one in wanted:
            if not types.contains_type(one.name):
                types.create_type(one.name, one.parent, one.description)
        for one in wanted:
            domain = types.get_type(one.name)
            for new in one.features:
                if domain.get_feature(new.name) is None:
                    types.create_feature(
                        domain, new.name, new.range, new.element, new.description, new.shared
                    )
    return types


def _wanted(known: Mapping[str, Definition], used: Iterable[str]) -> list[Definition]:
    """Return the definitions of types and of all that these lead to, parents before children."""
    found: dict[str, Definition] = {}
    waiting = list(dict.fromkeys(used))
    while waiting:
        line = _line(known, waiting.pop(), found)
        for one in line:
            found[one.name] = one
            waiting += (name for new in one.features for name in (new.range, new.element) if name)
        if len(found) > _MAX_TYPES:
            raise CorpusError(f"more than {_MAX_TYPES} types are used")
    return list(found.values())


def _line(known: Mapping[str, Definition], name: str, found: Mapping[str, Definition]) -> list[Definition]:
    """Return a type with its ancestors, eldest first, without those found already."""
    line: list[Definition] = []
    count = 0
    while name in known and not (name.startswith(_BUILT_IN) or name == _ANNOTATION):
        one = known[name]
        count += len(one.features)
        if count > _MAX_FEATURES or len(line) > _MAX_FEATURES:
            raise CorpusError(
                f"the type {_checked(one.name)} has more than {_MAX_FEATURES} features or ancestors"
            )
        line.append(one)
        name = one.parent
    for one in line:
        for part in (one.name, one.parent):
            _checked(part)
        for new in one.features:
            _checked(new.name, _NAME)
    return [one for one in reversed(line) if one.name not in found]


def _checked(name: str, pattern: re.Pattern[str] = _TYPE_NAME) -> str:
    """Return a name that is one. Raises CorpusError for any other: the library would run it as a program."""
    if len(name) > _MAX_NAME or not pattern.fullmatch(name):
        raise CorpusError(f"{name[:_SHOWN]!r} is no name of a type or a feature")
    return name


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what the library warns of: whatever matters is checked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def written(document: Document, types: Any, dump: Callable[[Any], str]) -> bytes:
    """Return a document as the bytes of a CAS that ``dump`` writes. Raises CorpusError where its text cannot stand there."""
    try:
        return dump(_filled(document, types)).encode("utf-8")
    except ValueError as error:
        raise CorpusError(f"{document.document_id} cannot be written as a CAS: {error}") from None


def _filled(document: Document, types: Any) -> Any:
    """Return a CAS with a document and its labels."""
    from cassis import Cas  # noqa: PLC0415 - heavy, and optional

    cas = Cas(types, sofa_string=document.text)
    name = document.document_id
    facts = {"documentId": name, "documentTitle": name, "language": document.language}
    cas.add(types.get_type(META)(begin=0, end=len(document.text), **facts))
    for row, spans in zip(document.sentences, token_spans(document), strict=True):
        cas.add(types.get_type(SENTENCE)(begin=row["start"], end=row["end"], id=row["sentence_id"]))
        cas.add_all(types.get_type(TOKEN)(begin=start, end=end) for start, end in spans)
    mentions: dict[str, Any] = {}
    for item in items_of(document):
        if item.table == "mentions":
            mentions[item.ref] = _annotation(types, MENTION, item)
            cas.add(mentions[item.ref])
    for item in items_of(document):
        if item.table == "events":
            cas.add(_annotation(types, EVENT, item, **_slots(types, item, mentions)))
    return cas


def token_spans(document: Document) -> list[list[tuple[int, int]]]:
    """Return where the words of each sentence stand, in code points. A sentence has one at least.

    The first begins where its sentence does, as WebAnno TSV wants it: it takes in the blanks before it.
    """
    found = []
    for row in document.sentences:
        start, end = int(row["start"]), int(row["end"])
        spans = [
            (start + one.start, start + one.end) for one in words(document.text[start:end], document.language)
        ]
        found.append([(start, spans[0][1] if spans else end), *spans[1:]])
    return found


def _annotation(types: Any, layer: str, item: Item, **more: Any) -> Any:
    cells = {name: item.cells[name] for name in COLUMNS[layer] if name in item.cells}
    identity = {KEYS[item.table]: item.id}
    return types.get_type(layer)(begin=item.start, end=item.end, **cells, **identity, **more)


def _slots(types: Any, item: Item, mentions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the features of an event that hold several things: modes, arguments, and the source."""
    fillers = {
        ARGUMENTS: [(one.role, one.ref) for one in item.arguments],
        SOURCE: [(SOURCE, item.source)] if item.source else [],
    }
    slots: dict[str, Any] = {}
    for name, pairs in fillers.items():
        link = types.get_type(LINKS[name])
        links = [link(role=role, target=mentions[ref]) for role, ref in pairs]
        if links:
            slots[name] = types.get_type(STRUCTURES)(elements=links)
    if item.modes:
        slots[MODES] = types.get_type(STRINGS)(elements=list(item.modes))
    return slots


@dataclass(frozen=True, slots=True)
class Place:
    """Where a structure stands in its file, and its offsets as they stand there."""

    line: int | None = None
    pointer: str | None = None
    begin: Any = 0
    end: Any = 0


@dataclass
class Source:
    """What a file holds, as far as it is seen without the library: its structures by their ids, and how many of each type."""

    file: str
    places: dict[int, Place] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, Place] = field(default_factory=dict)
    faults: list[Issue] = field(default_factory=list)

    def saw(self, name: str, key: Any, place: Place) -> None:
        """Note a structure of a type. A second one of an id is a fault, since the library would drop the first."""
        self.counts[name] += 1
        self.first.setdefault(name, place)
        if not (isinstance(place.begin, int) and isinstance(place.end, int)):
            self.report("imp.span", "the offsets are no whole numbers", place)
        if not isinstance(key, int):
            return
        if key in self.places:
            self.report("imp.duplicate-id", f"the id {key} stands there a second time", place, str(key))
        self.places.setdefault(key, place)

    def report(self, code: str, message: str, place: Place, value: object = None, **more: Any) -> None:
        """Note what is wrong at a place."""
        where: dict[str, Any] = {"file": self.file, "line": place.line, "pointer": place.pointer}
        self.faults.append(fault(code, message, value=value, **where, **more))

    def holds_too_much(self, data: bytes) -> bool:
        """Return whether a file is longer than one of a document can be, having reported it."""
        if len(data) > MAX_BYTES:
            self.report("imp.format", f"the file has more than {MAX_BYTES} bytes", Place())
        return len(data) > MAX_BYTES

    @property
    def is_bounded(self) -> bool:
        """Whether there is no more in it than a document can have."""
        views = max(self.counts[f"{_BUILT_IN}Sofa"], self.counts[f"{_BUILT_IN}View"])
        return self.counts.total() <= MAX_STRUCTURES and views <= _MAX_VIEWS


def whole(text: str) -> int | str:
    """Return a whole number of as many digits as UIMA counts with, or the text where it is none."""
    return int(text) if _WHOLE.fullmatch(text) else text


def answered(
    source: Source,
    known: Mapping[str, Definition],
    load: Callable[[Any], Any],
    documents: Mapping[str, Document],
) -> list[Answer]:
    """Return the answer of a file, if it can be read. What is wrong with it is added to the faults of ``source``.

    ``load`` makes a CAS with a type system. ``known`` has the types of the file.
    """
    _unsupported(source)
    try:
        if not source.is_bounded:
            raise CorpusError(f"it has more than {MAX_STRUCTURES} structures or {_MAX_VIEWS} views")  # noqa: TRY301
        with _quiet():
            return [_answer(load(type_system(known, [*source.counts, *LAYERS])), source, documents)]
    except Exception as error:  # noqa: BLE001 - the library raises anything on what is damaged
        hint = "export it again; beside XMI belongs TypeSystem.xml of the same export"
        shown = str(error)[:200] or type(error).__name__
        source.report("imp.format", f"this is no CAS that can be read: {shown}", Place(), hint=hint)
        return []


def _unsupported(source: Source) -> None:
    """Report the annotations of layers that the corpus has no place for, by their types."""
    for name, count in source.counts.items():
        ours = name in LAYERS or name in LINKS.values()
        if ours or name in _STRUCTURE or name.startswith(_BUILT_IN):
            continue
        message = f"{plural(count, 'annotation')} of the type {name[:_SHOWN]}: the corpus has no such layer"
        source.report("imp.unsupported", message, source.first[name], name[:_MAX_NAME])


def _answer(cas: Any, source: Source, documents: Mapping[str, Document]) -> Answer:
    text = cas.sofa_string
    if text is None or len(cas.views) > 1:
        raise CorpusError("it has not one text, in one view")
    name = _document_id(cas, source.file, documents)
    reader = _Reader(cas, source, name, OffsetMap(text, "utf-16"))
    items = (*reader.mentions(), *reader.events())
    return Answer(name, items, Location(file=source.file, document=name), text)


def _document_id(cas: Any, path: str, documents: Mapping[str, Document]) -> str:
    facts = cas.select(META) if cas.typesystem.contains_type(META) else []
    told = [getattr(fs, name, None) for fs in facts for name in ("documentId", "documentTitle")]
    return document_id([name for name in told if isinstance(name, str)], path, documents)


def document_id(told: Iterable[str], path: str, documents: Mapping[str, Document]) -> str:
    """Return the id of a document: the first of what the file says, its name and its folder's name that is one.

    Where none is, the first that could be one, else the first. A name is taken without its endings.
    """
    place = PurePosixPath(path)
    names = [*told, place.name, place.parent.name]
    ids = [one for name in names for one in (name, PurePosixPath(name).name.partition(".")[0]) if one]
    likely = [one for one in ids if one in documents] + [one for one in ids if _ID.fullmatch(one)]
    return [*likely, *ids, path][0]


@dataclass
class _Reader:
    """A CAS on its way to items: what does not fit is added to the faults of the file."""

    cas: Any
    source: Source
    document: str
    offsets: OffsetMap

    def mentions(self) -> Iterator[Item]:
        for fs in self._selected(MENTION):
            if item := self._item(fs, MENTION):
                yield item

    def events(self) -> Iterator[Item]:
        for fs in self._selected(EVENT):
            modes = tuple(dict.fromkeys(self._strings(fs)))
            arguments = tuple(self._links(fs, ARGUMENTS))
            source = self._source(fs)
            if item := self._item(fs, EVENT, modes=modes, arguments=arguments, source=source):
                yield item

    def _selected(self, layer: str) -> list[Any]:
        """Return the annotations of a layer in the order of the text; none where the layer cannot hold them whole."""
        count = self.source.counts[layer]
        found = self.cas.select(layer) if count else []
        if len(found) != count:
            message = f"{len(found)} of {count} annotations of {layer} are in the index of the view"
            self._report("imp.format", message, self.source.first[layer])
        is_whole = self._has_features(layer, found)
        return sorted(found, key=lambda fs: (fs.begin, fs.end, fs.xmiID)) if is_whole else []

    def _has_features(self, layer: str, found: list[Any]) -> bool:
        """Return whether a layer has all features. Those beyond are reported where they hold anything."""
        if not found:
            return True
        names = {one.name for one in found[0].type.all_features}
        expected = {*COLUMNS[layer], *((MODES, *LINKS) if layer == EVENT else ())}
        for name in sorted(names - expected - {KEYS[LAYERS[layer]], "sofa", "begin", "end"}):
            holders = [fs for fs in found if getattr(fs, name) is not None]
            if holders:
                values = plural(len(holders), "value")
                message = f"{values} of the feature {name} of {layer}: the corpus has no place for it"
                self._report("imp.unsupported", message, self._place(holders[0]), name)
        missing = ", ".join(sorted(expected - names))
        if missing:
            message = f"the layer {layer} has no {missing}: what was there is lost"
            hint = "make the layer from TypeSystem.xml of an export"
            self._report("imp.format", message, self.source.first[layer], missing, hint=hint)
        return not missing

    def _item(self, fs: Any, layer: str, **more: Any) -> Item | None:
        """Return an annotation as an item, or None where its offsets are none."""
        place = self._place(fs)
        try:
            start, end = self.offsets.to_code_point(place.begin), self.offsets.to_code_point(place.end)
        except (CorpusError, TypeError) as error:
            message = f"{place.begin} to {place.end} is no span: {error}"
            self._report("imp.span", message[:200], place, f"{place.begin} {place.end}"[:_SHOWN])
            return None
        table = LAYERS[layer]
        cells = {name: value for name in COLUMNS[layer] if (value := self._text(fs, name))}
        identity = self._text(fs, KEYS[table])
        return Item(table, str(fs.xmiID), start, end, cells, self._at(fs), identity, **more)

    def _text(self, fs: Any, name: str) -> str | None:
        """Return what a feature holds, None where it holds nothing."""
        value = getattr(fs, name, None)
        if value is None or isinstance(value, str):
            return value or None
        self._report("imp.format", f"the feature {name} holds no text", self._place(fs), name)
        return None

    def _strings(self, fs: Any) -> list[str]:
        """Return the modes of an event: of a feature with several strings, or of one with blanks between them."""
        value = getattr(fs, MODES)
        if isinstance(value, str):
            return value.split()
        held = [one for one in (value.elements or () if value else ()) if one]
        if not all(isinstance(one, str) for one in held):
            self._report("imp.format", f"the feature {MODES} holds no text", self._place(fs), MODES)
        return [one for one in held if isinstance(one, str)]

    def _links(self, fs: Any, slot: str) -> Iterator[Argument]:
        """Yield the links of a slot, by the ids of their targets. A link to nothing is a fault."""
        value = getattr(fs, slot)
        links = (value.elements or ()) if value else ()
        if len(links) > _MAX_LINKS:
            raise CorpusError(f"there are {len(links)} links in the slot {slot} of {fs.xmiID}")
        for link in links:
            if link is None or link.target is None:
                message = f"a link of the slot {slot} leads to nothing"
                self._report("imp.dangling-ref", message, self._place(fs), slot)
            else:
                yield Argument(self._text(link, "role") or "", str(link.target.xmiID), self._at(fs))

    def _source(self, fs: Any) -> str | None:
        """Return who says so: the one target of the slot."""
        links = list(self._links(fs, SOURCE))
        if len(links) > 1:
            message = f"the event has {len(links)} sources, and the corpus has a place for one"
            self._report("imp.unsupported", message, self._place(fs), SOURCE)
        for link in links:
            if link.role not in {"", SOURCE}:
                message = f"{link.role[:_SHOWN]!r} is no role of the slot {SOURCE}"
                self._report("imp.unknown-label", message, self._place(fs), link.role)
        return links[0].ref if links else None

    def _report(self, code: str, message: str, place: Place, value: object = None, **more: Any) -> None:
        self.source.report(code, message, place, value, document=self.document, **more)

    def _place(self, fs: Any) -> Place:
        return self.source.places.get(fs.xmiID, Place())

    def _at(self, fs: Any) -> Location:
        place = self._place(fs)
        return Location(
            self.source.file, place.line, key=str(fs.xmiID), document=self.document, pointer=place.pointer
        )
