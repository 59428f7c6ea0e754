from __future__ import annotations

import copy
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given as with_examples
from hypothesis import settings
from hypothesis import strategies as st

from exchanges import compared, given, invented, released, round_trip
from tigris_corpus.formats import FORMATS, labelstudio
from tigris_corpus.formats.exchange import Argument, Document, Item, Labels, Reading
from tigris_corpus.formats.judging import judge
from tigris_corpus.issues import Location

FORMAT = FORMATS["label-studio"]
TEXT = "🇮🇶 Bagdad: raid, dit l’AFP."
LABELS = Labels(
    entity_types=("GPE", "ORG"),
    mention_types=("NAM", "NOM"),
    event_types=("AID", "ASSAULT"),
    realis=("actual", "future"),
    polarities=("positive", "negative"),
    role_types=("actor", "location"),
    roles={"AID": ("actor",), "ASSAULT": ("actor", "location")},
    modes={"AID": (), "ASSAULT": ("aerial", "drone")},
    fillers={},
    repeatable=frozenset(),
    entities={"baghdad": ("Baghdad", "GPE")},
    incidents={"raid-1": "The raid"},
    definitions={"entity_types": {"GPE": "A place & its people."}, "realis": {"actual": "It happened."}},
)


def sentence(document_id: str, text: str) -> dict[str, Any]:
    return {"sentence_id": f"{document_id}-S001", "start": 0, "end": len(text), "zone": "body", "text": text}


DOCUMENT = Document(
    document_id="D900",
    language="fr",
    text=TEXT,
    sentences=(sentence("D900", TEXT),),
    record={
        "mentions": [
            {
                "mention_id": "D900-M001",
                "start": 3,
                "end": 9,
                "text": "Bagdad",
                "entity_type": "GPE",
                "mention_type": "NAM",
                "entity_id": "baghdad",
            },
            {
                "mention_id": "D900-M002",
                "start": 21,
                "end": 26,
                "text": "l’AFP",
                "entity_type": "ORG",
                "mention_type": "NAM",
                "value": "1",
            },
        ],
        "events": [
            {
                "event_id": "D900-E001",
                "trigger_start": 11,
                "trigger_end": 15,
                "trigger_text": "raid",
                "event_type": "ASSAULT",
                "realis": "actual",
                "polarity": "positive",
                "incident_id": "raid-1",
                "source_mention_id": "D900-M002",
                "modes": ["aerial", "drone"],
                "arguments": [
                    {"role": "location", "mention_id": "D900-M001"},
                    {"role": "actor", "mention_id": "D900-M002"},
                ],
            }
        ],
    },
)
EMPTY = Document("D901", "en", "Nothing.", (sentence("D901", "Nothing."),), {"mentions": [], "events": []})
BY_ID = {"D900": DOCUMENT, "D901": EMPTY}


def said(region: str, control: str, kind: str, **value: Any) -> dict[str, Any]:
    return {"id": region, "from_name": control, "to_name": "text", "type": kind, "value": value}


def related(one: str, other: str, *labels: str, direction: str = "right") -> dict[str, Any]:
    found = {"from_id": one, "to_id": other, "type": "relation", "direction": direction}
    return found | ({"labels": list(labels)} if labels else {})


BAGDAD = {"start": 3, "end": 9, "text": "Bagdad"}
RAID = {"start": 11, "end": 15, "text": "raid"}
AFP = {"start": 21, "end": 26, "text": "l’AFP"}
RESULT = [
    said("D900-M001", "mention", "labels", **BAGDAD, labels=["GPE"]),
    said("D900-M001", "mention_type", "choices", **BAGDAD, choices=["NAM"]),
    said("D900-M001", "entity_id", "textarea", **BAGDAD | {"text": ["baghdad"]}),
    said("D900-M002", "mention", "labels", **AFP, labels=["ORG"]),
    said("D900-M002", "mention_type", "choices", **AFP, choices=["NAM"]),
    said("D900-M002", "value", "textarea", **AFP | {"text": ["1"]}),
    said("D900-E001", "event", "labels", **RAID, labels=["ASSAULT"]),
    said("D900-E001", "realis", "choices", **RAID, choices=["actual"]),
    said("D900-E001", "polarity", "choices", **RAID, choices=["positive"]),
    said("D900-E001", "modes_ASSAULT", "choices", **RAID, choices=["aerial", "drone"]),
    said("D900-E001", "incident_id", "textarea", **RAID | {"text": ["raid-1"]}),
    related("D900-E001", "D900-M001", "location"),
    related("D900-E001", "D900-M002", "actor", "source"),
]
DATA = {"text": TEXT, "document_id": "D900", "language": "fr", "state": "0123456789abcdef"}


def exported(result: Any, **other: Any) -> dict[str, Any]:
    """Return a task as Label Studio 1.23 exports it."""
    annotation = {
        "id": 7,
        "completed_by": 1,
        "result": result,
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": 9.97,
        "prediction": {},
        "unique_id": "97358e88-441d-45a0-8718-d1ac98ee406a",
        "task": 3,
        "project": 2,
    }
    task = {"id": 3, "annotations": [annotation], "drafts": [], "predictions": [4], "data": DATA, "meta": {}}
    return task | other


def reading(*tasks: Any, name: str = "project-2.json") -> Reading:
    data = json.dumps(list(tasks), ensure_ascii=False).encode("utf-8")
    found: Reading = labelstudio.read({name: data}, BY_ID)
    return found


def faults_of(found: Reading) -> list[tuple[str, str | None]]:
    return [(issue.code, issue.location.pointer) for issue in found.faults]


def test_a_document_is_written_as_a_task_with_an_annotation() -> None:
    tasks = json.loads(labelstudio.write([DOCUMENT, EMPTY], LABELS)["tasks.json"])
    assert tasks == [
        {
            "data": {
                "text": TEXT,
                "document_id": "D900",
                "language": "fr",
                "state": DOCUMENT.state,
                "text_sha256": DOCUMENT.text_digest,
            },
            "annotations": [{"result": RESULT, "ground_truth": False}],
        },
        {
            "data": {
                "text": "Nothing.",
                "document_id": "D901",
                "language": "en",
                "state": EMPTY.state,
                "text_sha256": EMPTY.text_digest,
            },
            "annotations": [],
        },
    ]


def test_the_tasks_are_these_bytes() -> None:
    data = labelstudio.write([EMPTY], LABELS)["tasks.json"]
    assert data.decode("utf-8") == (
        '[\n {\n  "data": {\n   "text": "Nothing.",\n   "document_id": "D901",\n   "language": "en",\n'
        f'   "state": "{EMPTY.state}",\n   "text_sha256": "{EMPTY.text_digest}"\n'
        '  },\n  "annotations": []\n }\n]\n'
    )


def test_the_interface_offers_the_vocabulary() -> None:
    text = labelstudio.write([], LABELS)["label-studio.xml"].decode("utf-8")
    assert [line.strip() for line in text.splitlines() if "style=" not in line] == [
        "<View>",
        '<Labels name="mention" toName="text" choice="single">',
        '<Label value="GPE" background="#d61f1f" hint="A place &amp; its people." />',
        '<Label value="ORG" background="#1fd6d6" />',
        "</Labels>",
        '<Labels name="event" toName="text" choice="single">',
        '<Label value="AID" background="#981616" />',
        '<Label value="ASSAULT" background="#169898" />',
        "</Labels>",
        "</View>",
        '<Text name="text" value="$text" granularity="symbol" saveTextResult="yes" />',
        *_choices("mention_type", "GPE,ORG", "single", '"NAM"', '"NOM"'),
        *_choices("realis", "AID,ASSAULT", "single", '"actual" hint="It happened."', '"future"'),
        *_choices("polarity", "AID,ASSAULT", "single", '"positive"', '"negative"'),
        *_choices("modes_ASSAULT", "ASSAULT", "multiple", '"aerial"', '"drone"'),
        *(line for name in ("value", "entity_id") for line in _field(name, "GPE,ORG")),
        *_field("incident_id", "AID,ASSAULT"),
        "</View>",
        '<Relations choice="multiple">',
        '<Relation value="actor" />',
        '<Relation value="location" />',
        '<Relation value="source" />',
        "</Relations>",
        "</View>",
    ]


def _choices(name: str, kinds: str, choice: str, *values: str) -> list[str]:
    where = f'choice="{choice}" showInline="true" perRegion="true" whenLabelValue="{kinds}"'
    return [
        f'<Choices name="{name}" toName="text" {where}>',
        *(f"<Choice value={value} />" for value in values),
        "</Choices>",
        "</View>",
    ]


def _field(name: str, kinds: str) -> list[str]:
    where = f'maxSubmissions="1" editable="true" perRegion="true" whenLabelValue="{kinds}"'
    return [f'<TextArea name="{name}" toName="text" {where} />', "</View>"]


def test_every_label_of_the_corpus_has_a_colour_of_its_own() -> None:
    _, labels = released()
    view = ET.fromstring(labelstudio.write([], labels)["label-studio.xml"])  # noqa: S314 - our own
    colours = [label.get("background") for label in view.iter("Label")]
    assert len(colours) == len(set(colours)) == len(labels.entity_types) + len(labels.event_types)


def test_what_is_said_of_a_region_has_a_title_and_is_shown_with_it() -> None:
    view = ET.fromstring(labelstudio.write([], LABELS)["label-studio.xml"])  # noqa: S314 - our own
    rows = [row for row in view.iter("View") if row.get("visibleWhen") == "region-selected"]
    assert [(row.get("whenLabelValue"), row[0].get("value"), row[1].get("name")) for row in rows] == [
        ("GPE,ORG", "mention_type", "mention_type"),
        ("AID,ASSAULT", "realis", "realis"),
        ("AID,ASSAULT", "polarity", "polarity"),
        ("ASSAULT", "modes", "modes_ASSAULT"),
        ("GPE,ORG", "value", "value"),
        ("GPE,ORG", "entity_id", "entity_id"),
        ("AID,ASSAULT", "incident_id", "incident_id"),
    ]


def test_controls_have_names_of_their_own_and_nothing_is_required() -> None:
    _, labels = released()
    view = ET.fromstring(labelstudio.write([], labels)["label-studio.xml"])  # noqa: S314 - our own
    names = [tag.get("name") for tag in view.iter() if tag.get("name")]
    assert len(names) == len(set(names))
    assert {tag.get("toName") for tag in view.iter()} == {None, "text"}
    assert not [tag for tag in view.iter() if tag.get("required")]


def test_writing_twice_gives_the_same_bytes() -> None:
    documents, labels = released()
    assert labelstudio.write(documents, labels) == labelstudio.write(documents, labels)


def test_an_export_is_read() -> None:
    at = [
        Location(file="project-2.json", document="D900", pointer=f"/0/annotations/0/result/{n}", key=key)
        for n, key in enumerate(one.get("id", "D900-E001") for one in RESULT)
    ]
    found = reading(exported(RESULT))
    assert found.faults == ()
    assert [(one.document_id, one.text, one.state) for one in found.answers] == [
        ("D900", TEXT, "0123456789abcdef")
    ]
    assert found.answers[0].at == Location(file="project-2.json", document="D900", pointer="/0")
    assert found.answers[0].items == (
        Item(
            table="mentions",
            ref="D900-M001",
            start=3,
            end=9,
            cells={"entity_type": "GPE", "mention_type": "NAM", "entity_id": "baghdad"},
            at=at[0],
            id="D900-M001",
            text="Bagdad",
        ),
        Item(
            table="mentions",
            ref="D900-M002",
            start=21,
            end=26,
            cells={"entity_type": "ORG", "mention_type": "NAM", "value": "1"},
            at=at[3],
            id="D900-M002",
            text="l’AFP",
        ),
        Item(
            table="events",
            ref="D900-E001",
            start=11,
            end=15,
            cells={
                "event_type": "ASSAULT",
                "realis": "actual",
                "polarity": "positive",
                "incident_id": "raid-1",
            },
            at=at[6],
            id="D900-E001",
            text="raid",
            source="D900-M002",
            modes=("aerial", "drone"),
            arguments=(Argument("location", "D900-M001", at[11]), Argument("actor", "D900-M002", at[12])),
        ),
    )


def test_what_the_front_end_makes_is_read_with_ids_that_are_new() -> None:
    result = [
        said("5svkIjMyRI", "mention", "labels", **BAGDAD, labels=["GPE"]) | {"origin": "manual"},
        said("IsZ74vRkEP", "event", "labels", **RAID, labels=["ASSAULT"]) | {"origin": "manual"},
        related("IsZ74vRkEP", "5svkIjMyRI", "location"),
    ]
    items = reading(exported(result)).answers[0].items
    assert [(item.ref, item.id, item.cells) for item in items] == [
        ("5svkIjMyRI", None, {"entity_type": "GPE"}),
        ("IsZ74vRkEP", None, {"event_type": "ASSAULT"}),
    ]
    assert [(one.role, one.ref) for one in items[1].arguments] == [("location", "5svkIjMyRI")]


def test_a_region_that_changed_its_table_is_new() -> None:
    result = [
        said("D900-M001", "event", "labels", **RAID, labels=["AID"]),
        said("D900-E001", "mention", "labels", **BAGDAD, labels=["GPE"]),
    ]
    items = reading(exported(result)).answers[0].items
    assert [(item.ref, item.id) for item in items] == [("D900-M001", None), ("D900-E001", None)]


def test_results_are_read_in_any_order() -> None:
    backwards = reading(exported(RESULT[::-1]))
    assert backwards.faults == ()
    assert compared(backwards.answers[0].items) == compared(given(DOCUMENT))


def test_offsets_of_utf_16_are_converted_where_only_they_fit() -> None:
    result = [
        said("D900-M001", "mention", "labels", start=5, end=11, text="Bagdad", labels=["GPE"]),
        said("D900-M002", "mention", "labels", start=23, end=28, text="l’AFP", labels=["ORG"]),
    ]
    judged = judge(reading(exported(result)), BY_ID, LABELS)
    assert [(issue.code, issue.severity.value) for issue in judged.issues] == [("imp.offset-unit", "warning")]
    assert [(item.start, item.end) for item in judged.answers[0].items] == [(3, 9), (21, 26)]


@pytest.mark.parametrize("direction", ["right", "left"])
@pytest.mark.parametrize("ends", [("D900-E001", "D900-M001"), ("D900-M001", "D900-E001")])
def test_the_ends_of_a_relation_say_which_is_the_event(ends: tuple[str, str], direction: str) -> None:
    result = [*RESULT[:-2], related(*ends, "location", direction=direction)]
    found = reading(exported(result))
    assert found.faults == ()
    arguments = found.answers[0].items[2].arguments
    assert [(one.role, one.ref, one.at.key) for one in arguments] == [("location", "D900-M001", "D900-E001")]


def test_an_arrow_between_events_is_for_the_judge_with_its_direction() -> None:
    second = said("x", "event", "labels", **RAID, labels=["AID"])
    for direction, owner in (("right", "D900-E001"), ("left", "x")):
        found = reading(exported([*RESULT, second, related("D900-E001", "x", "actor", direction=direction)]))
        assert found.faults == ()
        issues = judge(found, BY_ID, LABELS).issues
        assert [(issue.code, issue.location.key) for issue in issues] == [("imp.dangling-ref", owner)]


def test_a_field_of_blanks_is_empty_and_blanks_around_a_text_go() -> None:
    result = [
        RESULT[0],
        said("D900-M001", "entity_id", "textarea", **BAGDAD | {"text": [" baghdad\n"]}),
        said("D900-M001", "value", "textarea", **BAGDAD | {"text": [" "]}),
        said("D900-M001", "mention_type", "choices", **BAGDAD, choices=[]),
    ]
    found = reading(exported(result))
    assert found.faults == ()
    assert found.answers[0].items[0].cells == {"entity_type": "GPE", "entity_id": "baghdad"}


def test_a_task_without_annotations_has_no_labels() -> None:
    found = reading(exported([], annotations=[]))
    assert found.faults == ()
    assert [(one.document_id, one.items) for one in found.answers] == [("D900", ())]


def test_a_skipped_annotation_is_left_out() -> None:
    task = exported(RESULT)
    skipped = task["annotations"][0] | {"was_cancelled": True, "result": []}
    both = reading(task | {"annotations": [skipped, *task["annotations"]]})
    assert both.faults == ()
    assert len(both.answers[0].items) == 3
    alone = reading(task | {"annotations": [skipped]})
    assert alone.answers == ()
    assert faults_of(alone) == [("imp.scope", "/0/annotations")]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        (
            ({"id": 1, "email": "a@example.org"}, {"id": 2, "email": "b@example.org"}),
            "a@example.org, b@example.org",
        ),
        ((1, 2), "1, 2"),
        (({"id": 1}, None), "1, None"),
    ],
)
def test_two_annotations_of_a_task_are_refused_with_their_annotators(
    who: tuple[Any, Any], names: str
) -> None:
    task = exported(RESULT)
    task["annotations"] = [task["annotations"][0] | {"completed_by": one} for one in who]
    found = reading(task)
    assert found.answers == ()
    assert [(issue.code, issue.location.pointer, issue.value) for issue in found.faults] == [
        ("imp.duplicate-id", "/0/annotations", names)
    ]
    assert names in found.faults[0].message


def test_a_note_on_a_region_is_a_comment() -> None:
    noted = [RESULT[0] | {"meta": {"text": ["not sure"]}}, RESULT[1] | {"meta": {"text": ["not sure"]}}]
    found = reading(exported(noted))
    assert [(issue.code, issue.value) for issue in found.faults] == [("imp.comment", "not sure")]
    assert len(found.answers[0].items) == 1


def test_files_of_others_are_passed_over() -> None:
    files = {"tigris-export.json": b"{", "label-studio.xml": b"<!DOCTYPE x>", "a.txt": b"\xff"}
    assert labelstudio.read(files, BY_ID) == Reading(())


def test_a_byte_order_mark_is_passed_over() -> None:
    data = b"\xef\xbb\xbf" + json.dumps([exported(RESULT)]).encode()
    assert labelstudio.read({"a.json": data}, BY_ID).faults == ()


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"[\n{]", 2, 2),
        (b"\xff", 1, None),
        (b'[{"data": 1,\n"data": 2}]', 2, None),
        (b"[NaN]", None, None),
        (b"[" * 200_000, None, None),
        (b"{}", None, None),
        (b'"text"', None, None),
        (b"", 1, 1),
    ],
)
def test_a_file_that_is_no_list_of_tasks_is_refused(
    data: bytes, line: int | None, column: int | None
) -> None:
    found = labelstudio.read({"x.json": data}, BY_ID)
    assert found.answers == ()
    assert [(one.code, one.location) for one in found.faults] == [
        ("imp.format", Location(file="x.json", line=line, column=column))
    ]


@pytest.mark.parametrize(
    ("task", "code", "pointer"),
    [
        (3, "imp.format", "/0"),
        ({"data": DATA}, "imp.format", "/0"),
        ({"annotations": []}, "imp.format", "/0"),
        ({"text": TEXT, "mention": [], "annotator": 1, "annotation_id": 7}, "imp.unsupported", "/0"),
        (exported([], data={"text": TEXT}), "imp.format", "/0/data"),
        (exported([], data={"document_id": "D900", "text": None}), "imp.format", "/0/data"),
        (exported([], data=DATA | {"state": 3}), "imp.format", "/0/data/state"),
        (exported([], annotations={}), "imp.format", "/0/annotations"),
        (exported([], annotations=[1]), "imp.format", "/0/annotations"),
        (exported(RESULT, drafts=[{"id": 1, "result": []}]), "imp.unsupported", "/0/drafts"),
        (exported(None), "imp.format", "/0/annotations/0/result"),
        (exported("[]"), "imp.format", "/0/annotations/0/result"),
    ],
)
def test_a_task_that_cannot_be_taken_is_refused(task: Any, code: str, pointer: str) -> None:
    found = reading(task)
    assert faults_of(found) == [(code, pointer)]
    assert found.answers == ()


NOT_TEXT = said("y", "mention", "labels", **BAGDAD, labels=["GPE"]) | {"to_name": "image"}
XPATH = {
    "start": "/p[1]/text()[1]",
    "end": "/p[1]/text()[1]",
    "startOffset": 3,
    "endOffset": 9,
    "text": "Bagdad",
}
TURN = {"start": "0", "end": "0", "startOffset": 3, "endOffset": 9, "text": "Bagdad"}
GLOBAL = BAGDAD | {"globalOffsets": {"start": 3, "end": 9}}


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (1, "imp.format"),
        ({}, "imp.format"),
        ({"type": ["labels"]}, "imp.format"),
        (said("y", "mention", "hypertextlabels", **XPATH, hypertextlabels=["GPE"]), "imp.unsupported"),
        (said("y", "mention", "paragraphlabels", **TURN, paragraphlabels=["GPE"]), "imp.unsupported"),
        (said("y", "stars", "rating", rating=3), "imp.unsupported"),
        (said("y", "mention", "labels", **XPATH, labels=["GPE"]), "imp.unsupported"),
        (said("y", "mention", "labels", **TURN, labels=["GPE"]), "imp.unsupported"),
        (said("y", "mention", "labels", **GLOBAL, labels=["GPE"]), "imp.unsupported"),
        (said("y", "label", "labels", **BAGDAD, labels=["GPE"]), "imp.unsupported"),
        (said("y", "mention", "labels", **BAGDAD, labels=["GPE", "ORG"]), "imp.unsupported"),
        (said("y", "mention", "labels", **BAGDAD, labels=[]), "imp.unknown-label"),
        (said("y", "mention", "labels", **BAGDAD), "imp.format"),
        (said("y", "mention", "labels", **BAGDAD, labels="GPE"), "imp.format"),
        (said("y", "mention", "labels", **BAGDAD, labels=[3]), "imp.format"),
        (said("y", "mention", "labels", start=3, text="Bagdad", labels=["GPE"]), "imp.format"),
        (said("y", "mention", "labels", start=3.0, end=9.0, labels=["GPE"]), "imp.format"),
        (said("y", "mention", "labels", start=True, end=9, labels=["GPE"]), "imp.format"),
        (said("y", "mention", "labels", **BAGDAD | {"text": ["Bagdad"]}, labels=["GPE"]), "imp.format"),
        (said("", "mention", "labels", **BAGDAD, labels=["GPE"]), "imp.format"),
        (said("y", "mention", "labels", **BAGDAD, labels=["GPE"]) | {"value": None}, "imp.format"),
        (said("y", "mention", "labels", **BAGDAD, labels=["GPE"]) | {"from_name": None}, "imp.format"),
        (
            said("y", "mention", "labels", **BAGDAD, labels=["GPE"]) | {"parentID": "D900-M001"},
            "imp.unsupported",
        ),
        (NOT_TEXT, "imp.unsupported"),
        (RESULT[0], "imp.duplicate-id"),
        (said("D900-M001", "event", "labels", **BAGDAD, labels=["AID"]), "imp.unsupported"),
        (said("y", "mention_type", "choices", **BAGDAD, choices=["NAM"]), "imp.dangling-ref"),
        (said("D900-M001", "sentiment", "choices", **BAGDAD, choices=["good"]), "imp.unsupported"),
        (said("D900-M001", "comment", "textarea", **BAGDAD | {"text": ["x"]}), "imp.unsupported"),
        (said("D900-M001", "value", "choices", **BAGDAD, choices=["1"]), "imp.unsupported"),
        (said("D900-M001", "mention_type", "choices", **BAGDAD, choices=["NOM"]), "imp.unsupported"),
        (said("D900-M001", "realis", "choices", **BAGDAD, choices=["actual"]), "imp.unsupported"),
        (said("D900-M001", "modes_GPE", "choices", **BAGDAD, choices=["aerial"]), "imp.unsupported"),
        (said("D900-M001", "value", "textarea", **BAGDAD | {"text": ["1", "2"]}), "imp.unsupported"),
        (said("D900-M001", "value", "textarea", **BAGDAD | {"text": "1"}), "imp.format"),
        (said("D900-E001", "modes_AID", "choices", **RAID, choices=["aerial"]), "imp.unknown-label"),
        (said("D900-E001", "modes_AID", "choices", **RAID, choices=[["a", "b"]]), "imp.format"),
        (related("D900-E001", "D900-M002"), "imp.unknown-label"),
        (related("D900-E001", "D900-M002", "time") | {"labels": "time"}, "imp.format"),
        (related("D900-E001", "D900-M001", "actor", direction="bi"), "imp.unsupported"),
        (related("D900-E001", "D900-M001", "actor") | {"direction": []}, "imp.unsupported"),
        (related("D900-E001", "D900-M002", "actor"), "imp.unsupported"),
        (related("D900-M002", "D900-E001", "actor"), "imp.unsupported"),
        (related("D900-E001", "D900-M001", "source"), "imp.unsupported"),
        (related("D900-M001", "D900-M002", "actor"), "imp.unsupported"),
        (related("D900-E001", "gone", "actor"), "imp.dangling-ref"),
        (related("gone", "D900-M001", "actor", direction="left"), "imp.dangling-ref"),
        ({"type": "relation", "from_id": "D900-E001"}, "imp.format"),
    ],
)
def test_a_result_that_cannot_be_taken_is_refused_and_the_rest_is_read(extra: Any, code: str) -> None:
    found = reading(exported([*RESULT, extra]))
    assert faults_of(found) == [(code, "/0/annotations/0/result/13")]
    assert len(found.answers[0].items) == 3


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("relation", "direction"),
        ("relation", "labels"),
        ("labels", "meta"),
        ("labels", "to_name"),
        ("labels", "value"),
    ],
)
def test_values_that_nest_as_deeply_as_can_be_are_refused_or_passed_over(kind: str, key: str) -> None:
    place = next(number for number, one in enumerate(RESULT) if one["type"] == kind)
    result = [*RESULT[:place], RESULT[place] | {key: "@"}, *RESULT[place + 1 :]]
    text = json.dumps([exported(result)])
    for depth in range(800, 1000):
        nested = text.replace('"@"', "[" * depth + "]" * depth).encode()
        assert len(labelstudio.read({"x.json": nested}, BY_ID).faults) == 1


def test_of_a_list_in_place_of_a_text_only_that_is_shown() -> None:
    found = reading(exported([*RESULT, related("D900-E001", "D900-M001", "actor") | {"direction": ["left"]}]))
    assert [issue.value for issue in found.faults] == ["a list"]


def test_what_is_said_of_a_region_that_was_refused_is_not_refused_again() -> None:
    result = [
        said("y", "mention", "labels", **BAGDAD, labels=["GPE", "ORG"]),
        said("y", "mention_type", "choices", **BAGDAD, choices=["NAM"]),
        RESULT[6],
        related("D900-E001", "y", "location"),
    ]
    assert faults_of(reading(exported(result))) == [("imp.unsupported", "/0/annotations/0/result/0")]


def test_what_the_judge_refuses_is_read_as_it_is() -> None:
    result = [
        said("y", "mention", "labels", **BAGDAD, labels=["PERSON"]),
        said("z", "event", "labels", **RAID, labels=["ASSAULT"]),
        said("z", "modes_ASSAULT", "choices", **RAID, choices=["riot"]),
        related("z", "y", "victim"),
    ]
    issues = judge(reading(exported(result)), BY_ID, LABELS).issues
    assert [(issue.code, issue.location.pointer, issue.value) for issue in issues] == [
        ("imp.unknown-label", "/0/annotations/0/result/0", "PERSON"),
        ("imp.unknown-label", "/0/annotations/0/result/1", "riot"),
        ("imp.unknown-label", "/0/annotations/0/result/3", "victim"),
    ]


def test_documents_of_other_projects_and_other_texts_are_refused() -> None:
    foreign = exported(RESULT, data=DATA | {"document_id": "X1"})
    drifted = exported(RESULT, data=DATA | {"text": "Another text."})
    issues = judge(reading(foreign, drifted), BY_ID, LABELS).issues
    assert [(issue.code, issue.location.pointer) for issue in issues] == [
        ("imp.unknown-document", "/0"),
        ("imp.text-drift", "/1"),
    ]


def test_released_documents_come_back_as_they_went_out() -> None:
    documents, _ = released()
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    assert {name: compared(items) for name, items in got.items()} == {
        document.document_id: compared(given(document)) for document in documents
    }


def test_invented_documents_come_back_as_they_went_out() -> None:
    documents = invented(1000)
    got, issues = round_trip(FORMAT, documents)
    assert issues == ()
    assert {name: compared(items) for name, items in got.items()} == {
        document.document_id: compared(given(document)) for document in documents
    }


VALID = labelstudio.write([DOCUMENT, EMPTY], LABELS)["tasks.json"]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        ["D900-M001", "D900-E001", "labels", "choices", "textarea", "relation", "text", "left", ""]
    )
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a value."""
    pairs = list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    )
    found = [(*above, key) for key, _ in pairs]
    return found + [path for key, inner in pairs for path in places(inner, (*above, key))]


def read_and_judged(data: bytes) -> None:
    found = labelstudio.read({"tasks.json": data}, BY_ID)
    assert isinstance(found, Reading)
    judge(found, BY_ID, LABELS)


@settings(max_examples=150, deadline=None)
@with_examples(st.binary(max_size=60) | st.text(alphabet='[]{}",:0 adt\\u', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_and_judged(data)


@settings(max_examples=150, deadline=None)
@with_examples(st.integers(0, len(VALID) - 1), st.integers(0, 60), st.binary(max_size=4))
def test_a_file_with_bytes_exchanged_is_read_or_refused(start: int, length: int, other: bytes) -> None:
    read_and_judged(VALID[:start] + other + VALID[start + length :])


@settings(max_examples=150, deadline=None)
@with_examples(st.lists(st.tuples(st.sampled_from(places(json.loads(VALID))), ODD), min_size=1, max_size=3))
def test_a_file_with_values_exchanged_is_read_or_refused(edits: list[tuple[tuple[Any, ...], Any]]) -> None:
    tasks = copy.deepcopy(json.loads(VALID))
    for path, value in edits:
        put(tasks, path, value)
    read_and_judged(json.dumps(tasks).encode())


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    """Put a value at a path, where the path still leads somewhere."""
    *above, last = path
    for part in above:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(value, dict) or (isinstance(value, list) and isinstance(last, int) and last < len(value)):
        value[last] = new
