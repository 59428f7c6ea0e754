"""Label Studio: ``tasks.json``, a task a document, and ``label-studio.xml``, the labelling interface. Lossless.

A mention is a region of the labels ``mention``, an event one of the labels ``event`` over its trigger. Their other
columns are choices and fields of the region; each event type has modes of its own, as ``modes_ASSAULT``. Roles, and
``source`` for who says so, are labels of relations between an event and a mention: a pair has one relation with all
its labels, since the front end drops the second of a pair. The id of the corpus is the id of the region, which server
and front end keep; a region with another id is new. The id of the document, its language, the state of its labels and
the hash of its text stand in the data of the task.

Labels go out as annotations, since a prediction that nobody opens is not in the export. A task without an annotation
has no labels; one that was skipped says nothing of them. What comes back is the JSON export: JSON-MIN has no relations.

Source of the format: the pages on tasks and on exports of Label Studio's documentation, and Label Studio 1.23 itself.
Offsets are code points: the front end converts what the browser counts.
"""

from __future__ import annotations

import codecs
import colorsys
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET  # only written: nothing from outside is parsed with it

from tigris_corpus import jsontext
from tigris_corpus.formats.exchange import Answer, Argument, Item, Reading, items_of
from tigris_corpus.formats.rules import fault
from tigris_corpus.issues import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Document, Labels
    from tigris_corpus.issues import Issue

TASKS, INTERFACE = "tasks.json", "label-studio.xml"
TEXT, SOURCE = "text", "source"
_MANIFEST = "tigris-export.json"
_TABLES = {"mention": "mentions", "event": "events"}
_TYPES = {"mentions": "entity_type", "events": "event_type"}
_CHOICES = {"mention_type": "mentions", "realis": "events", "polarity": "events"}
_FIELDS = {"value": "mentions", "entity_id": "mentions", "incident_id": "events"}
_MODES = "modes_"
_VOCABULARIES = {"mention_type": "mention_types", "realis": "realis", "polarity": "polarities"}
_STICKY = "position: sticky; z-index: 300; background: var(--color-neutral-background)"
_ROW = "display: flex; align-items: center; gap: 1em"
_TITLE = "font-size: 1em; margin: 0; min-width: 8em"
_IDS = {
    "mentions": re.compile("D[0-9]{3,18}-M[0-9]{3,18}"),
    "events": re.compile("D[0-9]{3,18}-E[0-9]{3,18}"),
}
_SHOWN, _LONG = 80, 200
_AS_JSON = "export from Label Studio as JSON: JSON-MIN and the others leave out relations"
_OURS = f"label with {INTERFACE}, as it was exported"


def write(documents: Sequence[Document], labels: Labels) -> dict[str, bytes]:
    """Return the labelling interface, and the tasks to import: one a document, with its labels as an annotation."""
    tasks = [_task(document) for document in documents]
    return {
        INTERFACE: _interface(labels).encode("utf-8"),
        TASKS: (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
    }


def _task(document: Document) -> dict[str, Any]:
    result = list(_results(items_of(document)))
    return {
        "data": {
            "text": document.text,
            "document_id": document.document_id,
            "language": document.language,
            "state": document.state,
            "text_sha256": document.text_digest,
        },
        "annotations": [{"result": result, "ground_truth": False}] if result else [],
    }


def _results(items: Sequence[Item]) -> Iterator[dict[str, Any]]:
    """Yield each region with what is said of it, then the relations."""
    for item in items:
        control = next(name for name, table in _TABLES.items() if table == item.table)
        yield _result(item, control, "labels", [item.cells[_TYPES[item.table]]])
        for column in _CHOICES:
            if column in item.cells:
                yield _result(item, column, "choices", [item.cells[column]])
        if item.modes:
            yield _result(item, f"{_MODES}{item.cells['event_type']}", "choices", list(item.modes))
        for column in _FIELDS:
            if column in item.cells:
                yield _result(item, column, "textarea", [item.cells[column]])
    for item in items:
        yield from _relations(item)


def _result(item: Item, control: str, kind: str, values: list[str]) -> dict[str, Any]:
    """Return what one control says of a region, as the front end writes it: a field has its text in place of the region's."""
    value = {"start": item.start, "end": item.end, "text": item.text}
    key = "text" if kind == "textarea" else kind
    return {
        "id": item.ref,
        "from_name": control,
        "to_name": TEXT,
        "type": kind,
        "value": value | {key: values},
    }


def _relations(item: Item) -> Iterator[dict[str, Any]]:
    """Yield a relation for each mention that an event is related to, with all its labels."""
    roles: dict[str, list[str]] = {}
    for argument in item.arguments:
        roles.setdefault(argument.ref, []).append(argument.role)
    if item.source:
        roles.setdefault(item.source, []).append(SOURCE)
    for ref, names in roles.items():
        yield {"from_id": item.ref, "to_id": ref, "type": "relation", "direction": "right", "labels": names}


def _interface(labels: Labels) -> str:
    """Return the labelling interface: labels above the text, and below it what may be said of the region chosen."""
    view = ET.Element("View")
    above = _add(view, "View", style=f"top: 0; {_STICKY}")
    _types_control(above, "mention", labels.entity_types, labels.definitions.get("entity_types", {}))
    _types_control(above, "event", labels.event_types, labels.definitions.get("event_types", {}))
    _add(view, "Text", name=TEXT, value="$text", granularity="symbol", saveTextResult="yes")
    _columns(_add(view, "View", style=f"bottom: 0; {_STICKY}"), labels)
    relations = _add(view, "Relations", choice="multiple")
    for name in (*labels.role_types, SOURCE):
        _add(relations, "Relation", value=name)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, **attributes: str | None) -> ET.Element:
    """Add an element, with those of the attributes that have a value."""
    return ET.SubElement(parent, tag, {name: text for name, text in attributes.items() if text})


def _types_control(view: ET.Element, name: str, kinds: Sequence[str], meanings: Mapping[str, str]) -> None:
    """Add the types of a table, each of its own colour: lighter ones for mentions than for events."""
    control = _add(view, "Labels", name=name, toName=TEXT, choice="single")
    lightness = 0.48 if name == "mention" else 0.34
    for number, kind in enumerate(kinds):
        parts = colorsys.hls_to_rgb(number / len(kinds), lightness, 0.75)
        background = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
        _add(control, "Label", value=kind, background=background, hint=meanings.get(kind))


def _columns(view: ET.Element, labels: Labels) -> None:
    """Add what may be said of a region, shown for regions of the types that it may be said of.

    Nothing is required: Label Studio would ask for the kind of a mention on events too.
    """
    kinds = {"mentions": labels.entity_types, "events": labels.event_types}
    for column, table in _CHOICES.items():
        meanings = labels.definitions.get(_VOCABULARIES[column], {})
        values = {value: meanings.get(value) for value in labels.of(column) or ()}
        _choices_control(view, column, kinds[table], values)
    for kind, modes in labels.modes.items():
        if modes:
            _choices_control(view, f"{_MODES}{kind}", [kind], dict.fromkeys(modes))
    for column, table in _FIELDS.items():
        row, shown_for = _row(view, column, kinds[table])
        _add(row, "TextArea", name=column, toName=TEXT, maxSubmissions="1", editable="true", **shown_for)


def _choices_control(
    view: ET.Element, name: str, kinds: Sequence[str], values: Mapping[str, str | None]
) -> None:
    """Add choices: ``values`` has what each means, where that is known."""
    row, shown_for = _row(view, name, kinds)
    choice = "multiple" if name.startswith(_MODES) else "single"
    control = _add(row, "Choices", name=name, toName=TEXT, choice=choice, showInline="true", **shown_for)
    for value, meaning in values.items():
        _add(control, "Choice", value=value, hint=meaning)


def _row(view: ET.Element, name: str, kinds: Sequence[str]) -> tuple[ET.Element, dict[str, str]]:
    """Return a row with a title, and when it is shown: while a region of one of the types is chosen."""
    shown_for = ",".join(kinds)
    row = _add(view, "View", visibleWhen="region-selected", whenLabelValue=shown_for, style=_ROW)
    title = "modes" if name.startswith(_MODES) else name
    _add(row, "Header", value=title, size="6", style=_TITLE)
    return row, {"perRegion": "true", "whenLabelValue": shown_for}


class _RefusedError(Exception):
    """A part of a file that cannot be taken: the fault says why, and the part is left out."""

    def __init__(
        self, code: str, message: str, at: Location, value: object = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        shown = None if value is None else _shown(value)
        where = {"file": at.file, "key": at.key, "document": at.document, "pointer": at.pointer}
        self.fault = fault(code, message, value=shown, hint=hint, **where)


def _shown(value: object) -> str:
    """Return a value of JSON as it is shown, cut short; of a list or an object only what it is."""
    return f"a {type(value).__name__}" if isinstance(value, (list, dict)) else str(value)[:_SHOWN]


@dataclass
class _Region:
    """A region on its way to an item: what its label says, and what other results say of it.

    ``told`` has the controls that said something of it, and the roles with what fills them.
    """

    table: str
    label: str
    start: int
    end: int
    text: str | None
    at: Location
    cells: dict[str, str] = field(default_factory=dict)
    modes: tuple[str, ...] = ()
    arguments: list[Argument] = field(default_factory=list)
    source: str | None = None
    told: set[tuple[str, str]] = field(default_factory=set)

    def item(self, ref: str) -> Item:
        """Return the item, with the id of the corpus where the region has one."""
        return Item(
            table=self.table,
            ref=ref,
            start=self.start,
            end=self.end,
            cells={_TYPES[self.table]: self.label, **self.cells},
            at=self.at,
            id=ref if _IDS[self.table].fullmatch(ref) else None,
            text=self.text,
            source=self.source,
            modes=self.modes,
            arguments=tuple(self.arguments),
        )


@dataclass(frozen=True)
class _Said:
    """What one control says of a region: ``value`` has the span of the region, and what is said."""

    control: str
    region: str
    value: dict[str, Any]
    at: Location


def read(files: Mapping[str, bytes], documents: Mapping[str, Document]) -> Reading:  # noqa: ARG001 - the signature of readers
    """Return what the tasks of JSON exports hold, and of ``tasks.json`` as it is written: a document each."""
    answers: list[Answer] = []
    faults: list[Issue] = []
    for path, data in files.items():
        name = PurePosixPath(path)
        if name.suffix == ".json" and name.name != _MANIFEST:
            for number, task in enumerate(_tasks(path, data, faults)):
                reader = _Task(Location(file=path, pointer=f"/{number}"))
                answer = reader.answer(task)
                faults += reader.faults
                answers += [] if answer is None else [answer]
    return Reading(tuple(answers), tuple(faults))


def _tasks(path: str, data: bytes, faults: list[Issue]) -> list[Any]:
    """Return the tasks of a file: none, and a fault, where it cannot be read."""
    try:
        tasks = jsontext.loads(data.removeprefix(codecs.BOM_UTF8))
    except jsontext.JsonError as error:
        message = str(error)[:_LONG]
        faults.append(fault("imp.format", message, file=path, line=error.line, column=error.column))
        return []
    if not isinstance(tasks, list):
        faults.append(fault("imp.format", "the file is not a list of tasks", hint=_AS_JSON, file=path))
        return []
    return tasks


def _data(task: Any, at: Location) -> dict[str, Any]:
    """Return the data of a task: the text and the id of its document, and the state of the labels it went out with."""
    if isinstance(task, dict) and "data" not in task and "annotation_id" in task:
        raise _RefusedError(
            "imp.unsupported", "the file is JSON-MIN, which has no relations", at, hint=_AS_JSON
        )
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict) or "annotations" not in task:
        raise _RefusedError("imp.format", "a task has data and annotations", at, hint=_AS_JSON)
    for name in ("document_id", "text"):
        if not isinstance(data.get(name), str):
            raise _RefusedError(
                "imp.format", f"the data of the task has no {name}", _below(at, "data"), hint=_OURS
            )
    if not isinstance(data.get("state", ""), str):
        raise _RefusedError("imp.format", "the state is a text of 16 digits", _below(at, "data", "state"))
    return data


def _told(task: dict[str, Any], at: Location) -> list[tuple[Location, Any]]:
    """Return the results of the one annotation of a task, each with its place; none where there is no annotation."""
    annotations, above = task["annotations"], _below(at, "annotations")
    if not isinstance(annotations, list) or not all(isinstance(one, dict) for one in annotations):
        raise _RefusedError("imp.format", "the annotations of a task are a list of objects", above)
    if task.get("drafts"):
        hint = "open the task in Label Studio, and submit the draft or take it back"
        raise _RefusedError(
            "imp.unsupported", "there is a draft that nobody submitted", _below(at, "drafts"), hint=hint
        )
    number = _submitted(annotations, above)
    if number is None:
        return []
    above = _below(above, number, "result")
    results = annotations[number].get("result")
    if not isinstance(results, list):
        raise _RefusedError("imp.format", "the result of an annotation is a list", above)
    return [(_below(above, place), result) for place, result in enumerate(results)]


def _submitted(annotations: Sequence[Mapping[str, Any]], at: Location) -> int | None:
    """Return which annotation of a task was not skipped, or None where there is none at all."""
    kept = [number for number, one in enumerate(annotations) if not one.get("was_cancelled")]
    if len(kept) > 1:
        names = ", ".join(_annotator(annotations[number]) for number in kept)
        message = f"there are {len(kept)} annotations, by {names}: which of them counts is for people to say"
        hint = "keep one in Label Studio, and delete the others"
        raise _RefusedError("imp.duplicate-id", message[:_LONG], at, names, hint)
    if annotations and not kept:
        raise _RefusedError("imp.scope", "the task was skipped: its document stays as it is", at)
    return kept[0] if kept else None


def _annotator(annotation: Mapping[str, Any]) -> str:
    """Return who made an annotation: the address where the export has it, else the number."""
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email", who.get("id"))
    return _shown(who)


def _below(at: Location, *parts: str | int) -> Location:
    return replace(at, pointer=at.pointer + "".join(f"/{part}" for part in parts) if at.pointer else None)


class _Task:
    """One task: its regions are read first, and then what is said of them."""

    def __init__(self, at: Location) -> None:
        self.at = at
        self.faults: list[Issue] = []
        self._regions: dict[str, _Region] = {}
        self._refused: set[str] = set()

    def answer(self, task: Any) -> Answer | None:
        """Return what a task says of its document, or None where it says nothing, or cannot be read."""
        try:
            data = _data(task, self.at)
            self.at = replace(self.at, document=data["document_id"])
            results = _told(task, self.at)
        except _RefusedError as refused:
            self.faults.append(refused.fault)
            return None
        for at, result in sorted(results, key=lambda pair: _kind(pair[1]) != "labels"):
            try:
                self._take(result, at)
            except _RefusedError as refused:
                self.faults.append(refused.fault)
        items = tuple(region.item(ref) for ref, region in self._regions.items())
        return Answer(data["document_id"], items, self.at, text=data["text"], state=data.get("state"))

    def _take(self, result: Any, at: Location) -> None:
        kind = _kind(result)
        if kind == "relation":
            self._relation(result, at)
        elif kind == "labels":
            self._region(result, at)
        elif kind in {"choices", "textarea"}:
            self._about(_said(result, at), kind)
        else:
            message = f"the corpus has no place for {kind[:_SHOWN]!r}" if kind else "a result has a type"
            raise _RefusedError("imp.unsupported" if kind else "imp.format", message, at, kind or None, _OURS)

    def _region(self, result: Mapping[str, Any], at: Location) -> None:
        """Take a region. Of one that is refused nothing more is reported, so that a fault is one fault."""
        ref = result.get("id")
        self._refused.update([ref] if isinstance(ref, str) else [])
        said = _said(result, at)
        table = _TABLES.get(said.control)
        if table is None:
            message = f"the labels {said.control[:_SHOWN]!r} are neither of mentions nor of events"
            raise _RefusedError("imp.unsupported", message, said.at, said.control, _OURS)
        if result.get("parentID"):
            message, hint = "the corpus has no regions inside others", "drag it to the top of the outline"
            raise _RefusedError("imp.unsupported", message, said.at, hint=hint)
        before = self._regions.get(said.region)
        if before is not None and before.table != table:
            message = "the region has a label of a mention and one of an event"
            raise _RefusedError("imp.unsupported", message, said.at, hint="make two regions")
        if before is not None:
            message = f"{said.region[:_SHOWN]!r} is the id of several regions"
            raise _RefusedError("imp.duplicate-id", message, said.at)
        self._regions[said.region] = _labelled(said, table)
        self._refused.discard(said.region)
        self._note(result.get("meta"), said.at)

    def _note(self, meta: Any, at: Location) -> None:
        """Report a note on a region, if there is one."""
        if meta:
            text = meta.get("text") if isinstance(meta, dict) else meta
            shown = " ".join(map(_shown, text)) if isinstance(text, list) else text
            message = "a note on a region has no place in the corpus"
            self.faults.append(_RefusedError("imp.comment", message, at, shown).fault)

    def _about(self, said: _Said, kind: str) -> None:
        """Take what choices or a field say of a region."""
        if said.region in self._refused:
            return
        region = self._regions.get(said.region)
        if region is None:
            message = f"{said.control[:_SHOWN]!r} is about a region that has no label"
            raise _RefusedError(
                "imp.dangling-ref", message, said.at, hint="give the region a label, or delete it"
            )
        table = _table(said.control, kind)
        if table is None:
            message = f"{said.control[:_SHOWN]!r} is no control of the corpus"
            raise _RefusedError("imp.unsupported", message, said.at, said.control, _OURS)
        if table != region.table:
            message = f"{said.control[:_SHOWN]!r} is said of {table}, and the region is none"
            raise _RefusedError("imp.unsupported", message, said.at, said.control)
        if (said.control, "") in region.told:
            message = f"{said.control[:_SHOWN]!r} is said of the region a second time"
            raise _RefusedError("imp.unsupported", message, said.at, said.control)
        region.told.add((said.control, ""))
        if kind == "choices":
            _choose(region, said)
        else:
            _fill(region, said)

    def _relation(self, result: Mapping[str, Any], at: Location) -> None:
        """Take the roles of a relation between an event and a mention: its ends say which is which."""
        ends = _ends(result, at)
        at = replace(at, key=ends[0])
        if any(end in self._refused for end in ends):
            return
        lost = next((end for end in ends if end not in self._regions), None)
        if lost is not None:
            raise _RefusedError("imp.dangling-ref", "the relation has an end that is not there", at, lost)
        if self._regions[ends[0]].table == "mentions":
            ends = (ends[1], ends[0])
        event = self._regions[ends[0]]
        if event.table != "events":
            raise _RefusedError("imp.unsupported", "the corpus has no relations between mentions", at)
        at = replace(at, key=ends[0])
        _relate(event, ends[1], _roles(result, at), at)


def _kind(result: Any) -> str:
    """Return the type of a result, or nothing where it has none."""
    kind = result.get("type") if isinstance(result, dict) else None
    return kind if isinstance(kind, str) else ""


def _said(result: Mapping[str, Any], at: Location) -> _Said:
    control, region, value = result.get("from_name"), result.get("id"), result.get("value")
    if (
        not isinstance(control, str)
        or not isinstance(region, str)
        or not region
        or not isinstance(value, dict)
    ):
        raise _RefusedError("imp.format", "a result on a region has id, from_name and value", at)
    at = replace(at, key=region)
    if result.get("to_name") != TEXT:
        message = f"the result is about {_shown(result.get('to_name'))!r}, and not about {TEXT!r}"
        raise _RefusedError("imp.unsupported", message, at, hint=_OURS)
    return _Said(control, region, value, at)


def _strings(value: Any, at: Location) -> tuple[str, ...]:
    """Return a list of texts as it is. A choice inside another is a list itself, and has no place here."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _RefusedError("imp.format", "labels, choices and texts are lists of texts", at)
    return tuple(value)


def _labelled(said: _Said, table: str) -> _Region:
    labels = _strings(said.value.get("labels"), said.at)
    if not labels:
        raise _RefusedError("imp.unknown-label", "the region has no label", said.at)
    if len(labels) > 1:
        names = ", ".join(labels)[:_SHOWN]
        raise _RefusedError(
            "imp.unsupported", "the region has several labels", said.at, names, "make a region for each"
        )
    start, end, text = (said.value.get(name) for name in ("start", "end", "text"))
    if "globalOffsets" in said.value or "startOffset" in said.value:
        message = "the region is one of hypertext or of a dialogue, and the corpus has plain text"
        raise _RefusedError("imp.unsupported", message, said.at, hint=_OURS)
    if type(start) is not int or type(end) is not int:  # True is an int too
        raise _RefusedError("imp.format", "start and end are whole numbers", said.at)
    if text is not None and not isinstance(text, str):
        raise _RefusedError("imp.format", "the text of a region is a text", said.at)
    return _Region(table, labels[0], start, end, text, said.at)


def _table(control: str, kind: str) -> str | None:
    """Return the table that a control says something of, or None where there is no such control."""
    if kind == "choices" and control.startswith(_MODES):
        return "events"
    return (_CHOICES if kind == "choices" else _FIELDS).get(control)


def _choose(region: _Region, said: _Said) -> None:
    """Put choices where they belong: the modes of an event, else one value."""
    values = _strings(said.value.get("choices"), said.at)
    if not said.control.startswith(_MODES):
        _put(region, said, values)
    elif said.control != f"{_MODES}{region.label}" and values:
        message = f"{', '.join(values)[:_SHOWN]!r} was chosen for {said.control[len(_MODES) :][:_SHOWN]}"
        raise _RefusedError(
            "imp.unknown-label", f"{message}, and the event is {region.label[:_SHOWN]}", said.at
        )
    else:
        region.modes = values


def _fill(region: _Region, said: _Said) -> None:
    """Put the text of a field where it belongs; a field of blanks was left empty."""
    texts = (text.strip() for text in _strings(said.value.get("text"), said.at))
    _put(region, said, tuple(text for text in texts if text))


def _put(region: _Region, said: _Said, values: tuple[str, ...]) -> None:
    if len(values) > 1:
        message = f"{said.control} has one value, and here are {len(values)}"
        raise _RefusedError("imp.unsupported", message, said.at, ", ".join(values))
    if values:
        region.cells[said.control] = values[0]


def _ends(relation: Mapping[str, Any], at: Location) -> tuple[str, str]:
    """Return the ids of the regions that a relation leads from and to."""
    one, other = relation.get("from_id"), relation.get("to_id")
    if not isinstance(one, str) or not isinstance(other, str):
        raise _RefusedError("imp.format", "a relation has from_id and to_id", at)
    direction = relation.get("direction")
    if direction not in (None, "right", "left"):
        hint = "turn the arrow, in the panel of relations, so that it leads from the event to the mention"
        raise _RefusedError("imp.unsupported", "a relation goes one way", at, direction, hint)
    return (other, one) if direction == "left" else (one, other)


def _roles(relation: Mapping[str, Any], at: Location) -> tuple[str, ...]:
    names = _strings(relation.get("labels") or [], at)
    if not names:
        hint = "choose a role for the relation, in the panel of relations"
        raise _RefusedError("imp.unknown-label", "the relation has no role", at, hint=hint)
    return names


def _relate(event: _Region, ref: str, names: Sequence[str], at: Location) -> None:
    """Add what a relation to a mention says of an event: its roles, or that it is the source."""
    for name in names:
        if name == SOURCE and event.source is not None:
            raise _RefusedError("imp.unsupported", "an event has one source", at, ref)
        if name == SOURCE:
            event.source = ref
        elif (name, ref) in event.told:
            raise _RefusedError("imp.unsupported", f"the {name[:_SHOWN]} is the same mention twice", at, ref)
        else:
            event.told.add((name, ref))
            event.arguments.append(Argument(name, ref, at))
