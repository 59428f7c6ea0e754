"""Label Studio itself: what is exported to a real server comes back as it went out, and what is new with it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from exchanges import compared, given, invented, released
from heavy import label_studio
from tigris_corpus.formats import labelstudio
from tigris_corpus.formats.exchange import Document
from tigris_corpus.formats.judging import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tigris_corpus.formats.exchange import Item

pytestmark = [pytest.mark.slow, pytest.mark.label_studio]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[label_studio.Server]:
    folder = tmp_path_factory.mktemp("label-studio")
    with label_studio.running(label_studio.executable(folder / "venv"), folder / "data") as one:
        yield one


def project(server: label_studio.Server, title: str, documents: Sequence[Document]) -> int:
    """Return the number of a new project that has the labelling interface and the tasks of documents."""
    files = labelstudio.write(documents, released()[1])
    interface = files["label-studio.xml"].decode("utf-8")
    server.call("POST", "/api/projects/validate/", {"label_config": interface})
    number: int = server.call("POST", "/api/projects", {"title": title, "label_config": interface})["id"]
    told = server.call("POST", f"/api/projects/{number}/import", json.loads(files["tasks.json"]))
    assert told["task_count"] == len(documents)
    return number


def export(server: label_studio.Server, number: int, kind: str = "JSON") -> bytes:
    path = f"/api/projects/{number}/export?exportType={kind}&download_all_tasks=true"
    return json.dumps(server.call("GET", path), ensure_ascii=False).encode("utf-8")


def read(data: bytes, documents: Sequence[Document]) -> dict[str, tuple[Item, ...]]:
    """Return the items of an export by document, in which nothing is wrong."""
    by_id = {document.document_id: document for document in documents}
    found = labelstudio.read({"project.json": data}, by_id)
    assert {answer.document_id: answer.state for answer in found.answers} == {
        document.document_id: document.state for document in documents
    }
    judged = judge(found, by_id, released()[1])
    assert judged.issues == ()
    return {answer.document_id: answer.items for answer in judged.answers}


def expected(documents: Sequence[Document]) -> dict[str, list[Any]]:
    return {document.document_id: compared(given(document)) for document in documents}


def every_compared(items: Mapping[str, Sequence[Item]]) -> dict[str, list[Any]]:
    return {name: compared(found) for name, found in items.items()}


def test_the_corpus_comes_back_as_it_went_out(server: label_studio.Server) -> None:
    documents, _ = released()
    data = export(server, project(server, "The corpus", documents))
    assert every_compared(read(data, documents)) == expected(documents)


def test_emoji_and_documents_without_labels_come_back(server: label_studio.Server) -> None:
    text = "Nothing at all."
    empty = Document("D900", "en", text, (), {"mentions": [], "events": []})
    documents = [*invented(200), empty]
    items = read(export(server, project(server, "Invented", documents)), documents)
    assert every_compared(items) == expected(documents)
    assert items["D900"] == ()


def submitted(start: int, end: int, text: str) -> list[dict[str, Any]]:
    """Return a mention, and an event of which it is the actor, as the front end submits them."""
    about = {"to_name": "text", "origin": "manual"}
    span = {"start": start, "end": end, "text": text}
    mention = about | {"id": "5svkIjMyRI"}
    event = about | {"id": "IsZ74vRkEP"}
    ends = {"from_id": "IsZ74vRkEP", "to_id": "5svkIjMyRI", "direction": "right"}
    return [
        mention | {"from_name": "mention", "type": "labels", "value": span | {"labels": ["ORG"]}},
        mention | {"from_name": "mention_type", "type": "choices", "value": span | {"choices": ["NOM"]}},
        mention | {"from_name": "value", "type": "textarea", "value": span | {"text": ["2"]}},
        event | {"from_name": "event", "type": "labels", "value": span | {"labels": ["PROTEST"]}},
        event | {"from_name": "realis", "type": "choices", "value": span | {"choices": ["actual"]}},
        event
        | {"from_name": "modes_PROTEST", "type": "choices", "value": span | {"choices": ["demo", "riot"]}},
        ends | {"type": "relation", "labels": ["actor"]},
    ]


def check_new(items: Sequence[Item], start: int, end: int, text: str) -> None:
    """Check that the items are what ``submitted`` made, exactly."""
    mention, event = items
    assert (mention.table, mention.ref, mention.id) == ("mentions", "5svkIjMyRI", None)
    assert (mention.start, mention.end, mention.text) == (start, end, text)
    assert mention.cells == {"entity_type": "ORG", "mention_type": "NOM", "value": "2"}
    assert (event.table, event.ref, event.id) == ("events", "IsZ74vRkEP", None)
    assert (event.start, event.end, event.text) == (start, end, text)
    assert event.cells == {"event_type": "PROTEST", "realis": "actual"}
    assert event.modes == ("demo", "riot")
    assert [(one.role, one.ref) for one in event.arguments] == [("actor", "5svkIjMyRI")]


def first_word(document: Document) -> tuple[int, int, str]:
    """Return the place of the first word of the last sentence."""
    start = int(document.sentences[-1]["start"])
    word = document.text[start:].split()[0]
    return start, start + len(word), word


def test_what_somebody_adds_to_the_labels_comes_back_beside_them(server: label_studio.Server) -> None:
    document = released()[0][0]
    number = project(server, "Edited", [document])
    task = server.call("GET", f"/api/projects/{number}/tasks")[0]["id"]
    annotation = server.call("GET", f"/api/tasks/{task}/annotations/")[0]
    result = [*annotation["result"], *submitted(*first_word(document))]
    server.call("PATCH", f"/api/annotations/{annotation['id']}/", {"result": result, "lead_time": 9.9})
    items = read(export(server, number), [document])[document.document_id]
    assert compared(item for item in items if item.id) == compared(given(document))
    check_new([item for item in items if not item.id], *first_word(document))


def test_what_somebody_makes_of_a_document_without_labels_comes_back(server: label_studio.Server) -> None:
    whole = released()[0][1]
    document = replace(whole, record={"mentions": [], "events": []})
    number = project(server, "New", [document])
    task = server.call("GET", f"/api/projects/{number}/tasks")[0]["id"]
    made = {"result": submitted(*first_word(document)), "was_cancelled": False, "lead_time": 9.9}
    server.call("POST", f"/api/tasks/{task}/annotations/", made)
    items = read(export(server, number), [document])[document.document_id]
    check_new(items, *first_word(document))


def test_two_annotations_drafts_and_lossy_exports_are_refused(server: label_studio.Server) -> None:
    documents = released()[0][:2]
    number = project(server, "Refused", documents)
    one, other = sorted(task["id"] for task in server.call("GET", f"/api/projects/{number}/tasks"))
    server.call("POST", f"/api/tasks/{one}/annotations/", {"result": []})
    server.call("POST", f"/api/tasks/{other}/drafts", {"result": [], "lead_time": 1})
    refused = labelstudio.read({"project.json": export(server, number)}, {})
    assert refused.answers == ()
    assert [(issue.code, issue.location.pointer) for issue in refused.faults] == [
        ("imp.duplicate-id", "/0/annotations"),
        ("imp.unsupported", "/1/drafts"),
    ]
    lossy = labelstudio.read({"project.json": export(server, number, "JSON_MIN")}, {})
    assert lossy.answers == ()
    assert {issue.code for issue in lossy.faults} == {"imp.unsupported"}
