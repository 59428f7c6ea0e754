"""brat standoff: ``D000.txt`` beside ``D000.ann``, and the configuration made from the vocabularies. Lossless.

A mention is a text-bound annotation of its type, an event one with a trigger of its type. Roles are arguments, the
source of an event is the role ``source``; realis, polarity, modes and the kind of a mention are attributes; links are
normalisations, ``Tigris:`` to an entity and ``Incident:`` to an incident. The value of a mention stands in its note, as
``value=2024-07``, and the id of the corpus in a note of the type ``TigrisId``, which brat keeps and deletes with what it
belongs to. Any other note is a comment: it stays in the file, and a warning says so.
Source of the format: the standoff page of brat's documentation. Offsets are code points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tigris_corpus.formats.exchange import Answer, Argument, Item, Reading, items_of
from tigris_corpus.formats.rules import RULES, fault
from tigris_corpus.formats.textfiles import decoded, file_name
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.issues import Issue

ENTITY_BASE, INCIDENT_BASE = "Tigris", "Incident"
SOURCE = "source"
_ID_NOTE, _FREE_NOTE = "TigrisId", "AnnotatorNotes"
_ATTRIBUTES = {"MentionType": "mention_type", "Realis": "realis", "Polarity": "polarity"}
_MODE = "Mode_"
_VALUE = "value="
_ROLE = re.compile(r"([A-Za-z_-]+?)[0-9]*")
_BASES = {ENTITY_BASE: "entity_id", INCIDENT_BASE: "incident_id"}
_SPAN = re.compile(r"([^ ]+) ([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)")


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:
    """Return the files of a folder for brat: text and labels of each document, and the configuration."""
    files = {
        "annotation.conf": _annotation_conf(labels),
        "visual.conf": _visual_conf(labels),
        "tools.conf": _tools_conf(),
        "tigris-entities.txt": _normalisations(labels),
    }
    for document in documents:
        name = file_name(document.document_id)
        files[f"{name}.txt"] = document.text
        files[f"{name}.ann"] = "".join(f"{line}\n" for line in _lines(document))
    return {name: text.encode("utf-8") for name, text in files.items()}


def _lines(document: Document) -> Iterator[str]:
    """Yield the lines of a document's labels: mentions, then triggers with their events, then what is said of both."""
    items = items_of(document)
    ids: dict[str, str] = {}
    for number, item in enumerate(items, start=1):
        kind = item.cells["entity_type" if item.table == "mentions" else "event_type"]
        yield f"T{number}\t{kind} {item.start} {item.end}\t{item.text}"
        ids[item.ref] = f"T{number}"
    triggers = {item.ref: ids[item.ref] for item in items if item.table == "events"}
    for number, item in enumerate((item for item in items if item.table == "events"), start=1):
        parts = [f"{item.cells['event_type']}:{triggers[item.ref]}", *_roles(item, ids)]
        yield f"E{number}\t{' '.join(parts)}"
        ids[item.ref] = f"E{number}"
    attributes = [line for item in items for line in _attributes(item, ids[item.ref])]
    yield from (f"A{number}\t{line}" for number, line in enumerate(attributes, start=1))
    links = [
        f"Reference {ids[item.ref]} {base}:{item.cells[column]}\t{item.cells[column]}"
        for item in items
        for base, column in _BASES.items()
        if column in item.cells
    ]
    yield from (f"N{number}\t{line}" for number, line in enumerate(links, start=1))
    notes = [
        (kind, ids[item.ref], text)
        for item in items
        for kind, text in ((_ID_NOTE, item.id), (_FREE_NOTE, _value(item)))
        if text is not None
    ]
    yield from (f"#{number}\t{kind} {ref}\t{text}" for number, (kind, ref, text) in enumerate(notes, start=1))


def _value(item: Item) -> str | None:
    return f"{_VALUE}{item.cells['value']}" if "value" in item.cells else None


def _roles(item: Item, ids: Mapping[str, str]) -> Iterator[str]:
    """Yield the arguments of an event; the second of a role is numbered 2, as brat does."""
    told: dict[str, int] = {}
    source = [Argument(SOURCE, item.source, item.at)] if item.source else []
    for argument in (*item.arguments, *source):
        told[argument.role] = told.get(argument.role, 0) + 1
        number = told[argument.role] if told[argument.role] > 1 else ""
        yield f"{argument.role}{number}:{ids[argument.ref]}"


def _attributes(item: Item, ref: str) -> Iterator[str]:
    for name, column in _ATTRIBUTES.items():
        if column in item.cells:
            yield f"{name} {ref} {item.cells[column]}"
    for mode in item.modes:
        yield f"{_MODE}{mode} {ref}"


def _annotation_conf(labels: Labels) -> str:
    """Return the configuration of what may be annotated: types, roles with their fillers, attributes with their values."""
    events = []
    for kind in labels.event_types:
        roles = [_role_conf(labels, kind, role) for role in labels.roles[kind]]
        roles.append(f"{SOURCE}?:<ENTITY>")
        events.append(f"{kind}\t{', '.join(roles)}")
    attributes = [
        f"MentionType\tArg:<ENTITY>, Value:{'|'.join(labels.mention_types)}",
        f"Realis\tArg:<EVENT>, Value:{'|'.join(labels.realis)}",
        f"Polarity\tArg:<EVENT>, Value:{'|'.join(labels.polarities)}",
        *(
            f"{_MODE}{mode}\tArg:{'|'.join(kind for kind, modes in labels.modes.items() if mode in modes)}"
            for mode in labels.all_modes
        ),
    ]
    relations = ["<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>"]
    sections = {
        "entities": labels.entity_types,
        "relations": relations,
        "events": events,
        "attributes": attributes,
    }
    return "\n".join("\n".join((f"[{name}]", *lines, "")) for name, lines in sections.items())


def _role_conf(labels: Labels, event_type: str, role: str) -> str:
    """Return a role with how often it may stand, and what may fill it."""
    often = "*" if (event_type, role) in labels.repeatable else "?"
    return f"{role}{often}:{'|'.join(labels.fillers.get((event_type, role), ('<ENTITY>',)))}"


def _visual_conf(labels: Labels) -> str:
    """Return the configuration of how labels look: a colour for mentions, one for events, and short names."""
    names = [*labels.entity_types, *labels.event_types, *labels.role_types]
    shown = [f"{name} | {name.capitalize() if name in labels.event_types else name}" for name in names]
    colours = [
        *(f"{name}\tbgColor:#cfe2f3" for name in labels.entity_types),
        *(f"{name}\tbgColor:#f9cb9c" for name in labels.event_types),
        "MentionType\tglyph:*, position:left",
        "Realis\tglyph:?, position:right",
        "Polarity\tglyph:-, position:right",
    ]
    return "\n".join(["[labels]", *shown, "", "[drawing]", *colours, ""])


def _tools_conf() -> str:
    """Return the configuration of tools: the registry as a base to link to (brat makes it of tigris-entities.txt)."""
    lines = [
        "[options]",
        "Tokens\ttokenizer:whitespace",
        "Sentences\tsplitter:newline",
        "Validation\tvalidate:all",
        "Annotation-log\tlogfile:<NONE>",
        "",
        "[search]",
        "",
        "[normalization]",
        f"{ENTITY_BASE}\tDB:tigris-entities",
        "",
    ]
    return "\n".join(lines)


def _normalisations(labels: Labels) -> str:
    """Return the registry as brat's norm_db_init.py reads it: an id, and what it is called and is."""
    rows = [f"{name}\tname:Name:{title}\tattr:Type:{kind}" for name, (title, kind) in labels.entities.items()]
    return "".join(f"{row}\n" for row in rows)


@dataclass
class _Draft:
    """An annotation of brat on its way to an item: what its own line says, and what others say of it."""

    at: Location
    start: int = 0
    end: int = 0
    text: str = ""
    kind: str = ""
    trigger: str | None = None
    roles: list[tuple[str, str]] = field(default_factory=list)
    cells: dict[str, Any] = field(default_factory=dict)
    modes: list[str] = field(default_factory=list)
    id: str | None = None


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:  # noqa: ARG001 - the signature of readers
    """Return what .ann files hold, a document each, by their names. A .txt file is held against the text."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        if PurePosixPath(path).suffix != ".ann":
            continue
        text, broken = decoded(path, data)
        if broken:
            faults.append(broken)
            continue
        found = _File(path, PurePosixPath(path).stem)
        found.read(text)
        items = tuple(found.items())
        faults += found.faults
        beside = files.get(str(PurePosixPath(path).with_suffix(".txt")))
        answers.append(
            Answer(
                document_id=found.document,
                items=items,
                at=Location(file=path, document=found.document),
                text=None if beside is None else beside.decode("utf-8", "replace"),
                refused=frozenset(found.refused),
            )
        )
    return Reading(tuple(answers), tuple(faults))


class _File:
    """One .ann file: its lines are read first, and then what they say of one another is put together."""

    def __init__(self, path: str, document: str) -> None:
        self.path = path
        self.document = document
        self.faults: list[Issue] = []
        self.refused: set[str] = set()
        self._drafts: dict[str, _Draft] = {}
        self._about: list[tuple[Location, str, str, str]] = []
        self._missing: dict[str, list[Location]] = {}

    def read(self, text: str) -> None:
        """Read every line; one that cannot be read is a fault, and the others are read all the same."""
        for number, line in enumerate(text.split("\n"), start=1):
            line = line.removesuffix("\r")  # noqa: PLW2901 - brat on other systems ends lines so
            if line:
                self._line(line, number)

    def _line(self, line: str, number: int) -> None:
        name, tab, rest = line.partition("\t")
        if not tab:
            name = line.split(" ", 1)[0]
        at = Location(file=self.path, line=number, key=name, document=self.document)
        kind = name[:1]
        if kind == "T":
            self._text_bound(at, name, rest, line)
        elif kind == "E":
            self._event(at, name, rest, line)
        elif kind in {"A", "M", "N", "#"}:
            self._about.append((at, kind, rest, line))
        elif kind in {"R", "*"}:
            self._report("imp.unsupported", "the corpus has no relations between mentions", at, line)
        else:
            self._report("imp.format", "the line begins with none of T, E, A, M, N, R, * and #", at, line)

    def _refuse(self, code: str, message: str, at: Location, value: str) -> None:
        """Report an annotation that cannot be read, once: what refers to it is not reported as well."""
        self.refused.add(at.key or "")
        self._report(code, message, at, value)

    def _report(self, code: str, message: str, at: Location, value: str, hint: str | None = None) -> None:
        self.faults.append(
            fault(
                code,
                message,
                value=value[:200],
                hint=hint,
                file=at.file,
                line=at.line,
                key=at.key,
                document=at.document,
            )
        )

    def _add(self, name: str, draft: _Draft) -> None:
        if name in self._drafts:
            first = self._drafts[name].at.line
            self._report("imp.duplicate-id", f"{name} stands on line {first} already", draft.at, name)
        else:
            self._drafts[name] = draft

    def _text_bound(self, at: Location, name: str, rest: str, line: str) -> None:
        span, tab, text = rest.partition("\t")
        match = _SPAN.fullmatch(span)
        if not match or not tab:
            self._refuse("imp.format", "a T line is: id, tab, TYPE start end, tab, text", at, line)
            return
        parts = [tuple(map(int, part.split(" "))) for part in match[2].split(";")]
        if any(one[1] != other[0] for one, other in pairwise(parts)):
            self._refuse(
                "imp.discontinuous", f"{name} is in {len(parts)} pieces with gaps between", at, match[2]
            )
            return
        self._add(name, _Draft(at, parts[0][0], parts[-1][1], text, match[1]))

    def _event(self, at: Location, name: str, rest: str, line: str) -> None:
        pairs = [part.partition(":") for part in rest.split()]
        if not pairs or not all(left and colon and right for left, colon, right in pairs):
            self._refuse(
                "imp.format", "an E line is: id, tab, TYPE:trigger, and ROLE:id for each argument", at, line
            )
            return
        (kind, _, trigger), *roles = pairs
        self._add(name, _Draft(at, kind=kind, trigger=trigger, roles=[(role, ref) for role, _, ref in roles]))

    def items(self) -> Iterator[Item]:
        """Yield the items that the lines make together, reporting what does not fit on the way."""
        for at, kind, rest, line in self._about:
            self._apply(at, kind, rest, line)
        for name, (at, *others) in self._missing.items():
            message = f"{at.key} is about {name}, which is not there"
            self.faults.append(RULES["imp.dangling-ref"].issue(at, name, message, related=others))
        triggers = {draft.trigger for draft in self._drafts.values() if draft.trigger}
        for name, draft in self._drafts.items():
            if draft.trigger:
                yield from self._as_event(name, draft)
            elif name not in triggers:
                yield self._as_mention(name, draft)

    def _apply(self, at: Location, kind: str, rest: str, line: str) -> None:
        """Put what a line says of another annotation where it belongs."""
        head, _, tail = rest.partition("\t")
        words = head.split()
        if len(words) < 2:  # noqa: PLR2004 - a kind and a target
            self._report("imp.format", "the line names no annotation that it is about", at, line)
            return
        target = self._drafts.get(words[1])
        if words[1] in self.refused:
            return
        if target is None:
            self._missing.setdefault(words[1], []).append(at)
        elif kind == "#":
            self._note(at, words[0], target, tail)
        elif kind == "N":
            self._link(at, words, target, line)
        else:
            self._attribute(at, words, target, line)

    def _note(self, at: Location, kind: str, target: _Draft, text: str) -> None:
        if kind == _ID_NOTE:
            target.id = text.strip()
        elif kind == _FREE_NOTE and text.startswith(_VALUE) and not target.trigger:
            target.cells["value"] = text.removeprefix(_VALUE).strip()
        elif text.strip():
            self._report("imp.comment", "a comment has no place in the corpus", at, text)

    def _link(self, at: Location, words: list[str], target: _Draft, line: str) -> None:
        base, _, identifier = " ".join(words[2:]).partition(":")
        if base not in _BASES or not identifier:
            hint = f"link to {' or '.join(f'{name}:id' for name in _BASES)}"
            self._report("imp.unknown-label", f"{base!r} is no base of the corpus", at, line, hint)
            return
        target.cells[_BASES[base]] = identifier

    def _attribute(self, at: Location, words: list[str], target: _Draft, line: str) -> None:
        name, value = words[0], words[2] if len(words) > 2 else None  # noqa: PLR2004 - an attribute with a value
        if name in _ATTRIBUTES and value is not None:
            target.cells[_ATTRIBUTES[name]] = value
        elif name.startswith(_MODE) and target.trigger:
            target.modes.append(name.removeprefix(_MODE))
        else:
            hint = f"one of {', '.join(_ATTRIBUTES)} with a value, or {_MODE}… of an event"
            self._report("imp.unknown-label", f"{name!r} is no attribute of the corpus", at, line, hint)

    def _as_mention(self, name: str, draft: _Draft) -> Item:
        cells = {"entity_type": draft.kind, **draft.cells}
        return Item("mentions", name, draft.start, draft.end, cells, draft.at, draft.id, draft.text)

    def _as_event(self, name: str, draft: _Draft) -> Iterable[Item]:
        trigger = self._drafts.get(draft.trigger or "")
        if draft.trigger in self.refused:
            return []
        if trigger is None:
            message = f"the trigger of {name} is {draft.trigger}, which is not there"
            self._report("imp.dangling-ref", message, draft.at, draft.trigger or "")
            return []
        arguments = []
        source: str | None = None
        for role, ref in draft.roles:
            match = _ROLE.fullmatch(role)
            named = match[1] if match else role
            if named == SOURCE and source is not None:
                self._report(
                    "imp.unsupported", f"{name} has two sources, and an event has one", draft.at, ref
                )
            elif named == SOURCE:
                source = ref
            else:
                arguments.append(Argument(named, ref, draft.at))
        cells = {"event_type": draft.kind, **draft.cells}
        return [
            Item(
                table="events",
                ref=name,
                start=trigger.start,
                end=trigger.end,
                cells=cells,
                at=draft.at,
                id=draft.id,
                text=trigger.text,
                source=source,
                modes=tuple(dict.fromkeys(draft.modes)),
                arguments=tuple(arguments),
            )
        ]
