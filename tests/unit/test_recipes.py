"""The recipes: the quick ones are run here as they stand, the others in ``heavy``; and what runs them."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

import packages
import recipes

if TYPE_CHECKING:
    from pathlib import Path

    from tigris_corpus import Corpus

FOLDER = packages.CLONE / "docs/recipes"
QUICK = ("llm.md", "sentences.md")
HEAVY = ("encoder.md", "events.ipynb", "r.md", "spacy.md")
NOTEBOOK = FOLDER / "events.ipynb"


# The pages


def test_every_recipe_is_run_by_a_test_and_is_in_the_index() -> None:
    names = [path.name for path in recipes.pages()]
    assert names == sorted((*QUICK, *HEAVY))
    heavy = "".join(
        path.read_text(encoding="utf-8")
        for path in (packages.CLONE / "tests/heavy").glob("test_recipes_*.py")
    )
    assert all(f'"{name}"' in heavy for name in HEAVY)
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"({name})" in index for name in names)


@pytest.mark.parametrize("name", QUICK)
def test_a_recipe_prints_what_its_page_shows(name: str, tmp_path: Path) -> None:
    page = (FOLDER / name).read_text(encoding="utf-8")
    assert recipes.differences(page, tmp_path) == []


def test_links_of_recipes_lead_somewhere() -> None:
    cells = json.loads(NOTEBOOK.read_bytes())["cells"]
    texts = {"events.ipynb": "".join("".join(cell["source"]) for cell in cells)}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    for name, text in texts.items():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (FOLDER / target).exists(), (name, target)


def test_what_a_recipe_needs_are_extras_that_there_are() -> None:
    project = tomllib.loads((packages.CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = set()
    for path in (*FOLDER.glob("*.md"), NOTEBOOK):
        for extras in re.findall(r"tigris-corpus\[([^\]]+)\]", path.read_text(encoding="utf-8")):
            named |= set(extras.split(","))
    assert named == {"encoder", "notebook", "score", "spacy", "train", "validate"}
    assert named <= set(project["optional-dependencies"])


# Quotations of a language model


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the code of the page on language models defines, once it has run."""
    page = (FOLDER / "llm.md").read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("llm")
    names: dict[str, Any] = {}
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        recipes.write_files(page, folder)
        for block in recipes.blocks(page):
            if block.kind == "python":
                exec(compile(block.code, "llm.md", "exec"), names)  # noqa: S102 - our own page
    return names


def occurrence(text: str, words: str, start: int) -> int:
    """Return which occurrence of whole words in a text begins at a place."""
    places = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text)]
    return places.index(start) + 1


def quotations(corpus: Corpus, document: str) -> dict[str, Any]:
    """Return the gold of a document as an answer that quotes everything."""
    sentences = corpus.sentences.set_index("sentence_id")
    arguments = corpus.arguments.groupby("event_id")[["role", "mention_id"]]
    filled = {name: rows.astype(str).to_dict("records") for name, rows in arguments}
    answer: dict[str, Any] = {"mentions": [], "events": []}
    for table, start, words in (("mentions", "start", "text"), ("events", "trigger_start", "trigger_text")):
        frame = corpus.tables[table]
        for row in frame[frame["sentence_id"].str.startswith(document)].to_dict("records"):
            sentence = sentences.loc[row["sentence_id"]]
            which = occurrence(sentence["text"], row[words], row[start] - sentence["start"])
            more = {"arguments": filled.get(row["event_id"], [])} if table == "events" else {}
            cells = {str(name): value for name, value in row.items()}
            answer[table].append({**cells, **more, "occurrence": which})
    return answer


@pytest.mark.parametrize(("document", "mentions", "events"), [("D002", 92, 19), ("D004", 108, 34)])
def test_everything_that_is_annotated_can_be_quoted(
    document: str, mentions: int, events: int, asked: dict[str, Any], released: Corpus
) -> None:
    record, lost = asked["located"](document, quotations(released, document))
    assert lost == []
    for table, start, end in (("mentions", "start", "end"), ("events", "trigger_start", "trigger_end")):
        frame = released.tables[table]
        frame = frame[frame["sentence_id"].str.startswith(document)]
        found = [(row[start], row[end]) for row in record[table]]
        assert found == list(zip(frame[start], frame[end], strict=True))
    assert (len(record["mentions"]), len(record["events"])) == (mentions, events)


@pytest.mark.parametrize(
    ("words", "which", "place"),
    [
        ("Iraq", 1, (99, 103)),
        ("Iraq", 2, None),  # the second stands in Iraqi
        ("iraq", 1, None),
        ("", 1, None),
        ("reduce", 1, (66, 72)),
        ("(June 11th)", 1, (40, 51)),
        ("Iraq", 10**9, None),
    ],
)
def test_a_quotation_is_found_as_whole_words_or_listed(
    words: str, which: int, place: tuple[int, int] | None, asked: dict[str, Any]
) -> None:
    row = {
        "mention_id": "m1",
        "sentence_id": "D004-S001",
        "text": words,
        "occurrence": which,
        "entity_type": "GPE",
        "mention_type": "NAM",
    }
    record, lost = asked["located"]("D004", {"mentions": [row], "events": []})
    assert [(one["start"], one["end"]) for one in record["mentions"]] == ([place] if place else [])
    assert lost == ([] if place else [f"D004-S001: no {words!r} number {which}"])


def test_a_quotation_of_a_sentence_of_another_document_is_listed(asked: dict[str, Any]) -> None:
    row = {
        "sentence_id": "D000-S001",
        "trigger_text": "announced",
        "occurrence": 1,
        "event_type": "REJECT",
        "realis": "actual",
        "polarity": "positive",
        "arguments": [],
    }
    record, lost = asked["located"]("D004", {"mentions": [], "events": [row]})
    assert (record["events"], lost) == ([], ["D000-S001: no 'announced' number 1"])


def test_the_form_of_an_answer_is_made_of_the_record_without_offsets(asked: dict[str, Any]) -> None:
    schema = asked["schema"]
    mention = schema["properties"]["mentions"]["items"]
    names = ["mention_id", "sentence_id", "text", "entity_type", "mention_type", "occurrence"]
    assert mention["required"] == list(mention["properties"]) == names
    assert mention["properties"]["mention_type"]["enum"] == ["NAM", "NOM", "PRO"]
    assert "pattern" not in json.dumps(schema)


def test_the_prompt_has_each_definition_and_each_sentence(asked: dict[str, Any], released: Corpus) -> None:
    prompt = asked["prompt"]("D004")
    assert released.event_types["definition_en"].map(lambda text: text in prompt).all()
    assert "- AGREE: actor, recipient, location, time\n" in prompt
    assert "[D004-S010 heading] Soaring anti-American sentiment\n" in prompt
    assert (packages.CLONE / "docs/guidelines.md").read_text(encoding="utf-8") in prompt


# The notebook, as it is kept


def test_the_notebook_is_kept_without_what_differs_from_run_to_run() -> None:
    notebook = json.loads(NOTEBOOK.read_bytes())
    assert recipes.as_file(recipes.plain(notebook)) == NOTEBOOK.read_bytes()


def test_the_notebook_has_run_without_a_fault_and_its_images_are_small() -> None:
    cells = [cell for cell in json.loads(NOTEBOOK.read_bytes())["cells"] if cell["cell_type"] == "code"]
    outputs = [one for cell in cells for one in cell["outputs"]]
    assert all(cell["outputs"] for cell in cells)
    assert {one["output_type"] for one in outputs} == {"display_data", "execute_result", "stream"}
    assert {one["name"] for one in outputs if one["output_type"] == "stream"} == {"stdout"}
    images = [
        base64.b64decode("".join(one["data"]["image/png"]))
        for one in outputs
        if "image/png" in one.get("data", {})
    ]
    assert len(images) == 2
    assert all(image.startswith(b"\x89PNG") for image in images)
    assert sum(map(len, images)) < 300_000


# What runs them

PAGE = """\
# A page

```json given.json
{"number": 2}
```

```python
import json
number = json.load(open("given.json"))["number"]
```

```python
print(number)
```

It prints

```text
1
```

```console
echo "$(cat given.json | wc -l) line"
```

```text varies
7 line
```
"""


def test_blocks_of_one_kind_are_one_program_and_each_has_what_it_prints(tmp_path: Path) -> None:
    printed = [(block.kind, text) for block, text in recipes.run(PAGE, tmp_path)]
    assert printed == [("python", ""), ("python", "2\n"), ("console", "1 line\n")]
    assert recipes.differences(PAGE, tmp_path) == [("1\n", "2\n")]


def test_what_is_printed_is_written_into_the_page_where_it_differs(tmp_path: Path) -> None:
    assert recipes.rewritten(PAGE, tmp_path) == PAGE.replace("```text\n1\n", "```text\n2\n")


def test_a_page_without_a_place_for_what_is_printed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="this is printed, and there is no block of text for it: '3"):
        recipes.rewritten("```python\nprint(3)\n```\n", tmp_path)


def test_a_program_that_fails_tells_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"recipe.py failed:\n(?s:.*)ZeroDivisionError"):
        recipes.run("```python\n1 / 0\n```\n", tmp_path)


@pytest.mark.parametrize(
    ("shown", "printed", "varies", "is_alike"),
    [
        ("a \n", "a\n", False, True),
        ("a\n", "b\n", False, False),
        ("F1 0.5\n", "F1 0.6\n", False, False),
        ("F1 0.5\n", "F1   0.61\n", True, True),
        ("F1 0.5\n", "F1 –\n", True, True),
        ("F1 0.5\n", "F2 0.5 x\n", True, False),
        ("version 0.2.0\n", "version 0.10.0\n", False, True),
    ],
)
def test_texts_are_alike(shown: str, printed: str, varies: bool, is_alike: bool) -> None:
    assert recipes.alike(shown, printed, varies=varies) is is_alike


def test_words_are_changed_that_stand_in_a_page_once() -> None:
    assert recipes.changed("epochs=10, folds=10", {"epochs=10": "max_steps=2"}) == "max_steps=2, folds=10"
    with pytest.raises(ValueError, match="'10' stands 2 times in the page, and not once"):
        recipes.changed("epochs=10, folds=10", {"10": "2"})


def test_of_an_image_only_that_it_is_there_is_compared() -> None:
    def notebook(image: str, text: str) -> dict[str, Any]:
        data = {"image/png": image, "text/plain": ["<Figure>"]}
        outputs = [
            {"output_type": "display_data", "data": data, "metadata": {"a": 1}},
            {"output_type": "stream", "name": "stdout", "text": text},
        ]
        cell = {"cell_type": "code", "source": "1\n2", "outputs": outputs, "execution_count": 3}
        return {"cells": [cell], "metadata": {"a": 1}, "nbformat": 4, "nbformat_minor": 4}

    plain = recipes.plain(notebook("one", "1\n2"))
    assert plain["cells"][0]["source"] == ["1\n", "2"]
    assert plain["cells"][0]["outputs"][1]["text"] == ["1\n", "2"]
    assert plain["cells"][0]["execution_count"] is None
    assert recipes.told(plain) == [[("image/png", ""), ("stream/stdout", "1\n2")]]
    assert recipes.told(plain) == recipes.told(recipes.plain(notebook("two", "1\n2")))
    assert recipes.told(plain) != recipes.told(recipes.plain(notebook("one", "1\n3")))
