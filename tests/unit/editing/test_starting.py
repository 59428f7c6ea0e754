from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import packages
from tigris_corpus.corpus import load
from tigris_corpus.descriptor import open_package, profile
from tigris_corpus.editing.adding import plan_addition
from tigris_corpus.editing.starting import fitting, name_from, plan_start, put
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import tables
from tigris_corpus.store import write
from tigris_corpus.validation import examine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def started(tmp_path: Path) -> Path:
    root = tmp_path / "sahel"
    put(root, plan_start("sahel", "News of the Sahel", "2024-08-05"))
    return root


def test_an_empty_corpus_is_sound_without_a_warning(started: Path) -> None:
    report = examine(started)
    assert (report.issues, report.not_run) == ((), ())
    assert tables.changes(open_package(started)) == {}
    corpus = load(started)
    assert (corpus.name, corpus.version, len(corpus.documents)) == ("sahel", "0.1.0", 0)
    assert corpus.package.descriptor["title"] == "News of the Sahel"
    assert corpus.package.descriptor["created"] == "2024-08-05T00:00:00Z"


def test_it_has_all_tables_and_vocabularies_of_the_profile_and_no_row_of_its_corpus(started: Path) -> None:
    package = open_package(started)
    assert list(package.tables) == list(profile().tables)
    for name, resource in package.tables.items():
        assert package.schema(name) == profile().schema(name)
        rows = (started / resource.path).read_bytes()
        if resource.is_vocabulary:
            assert rows == profile().gate.read(resource.path)
        else:
            assert rows.count(b"\n") == 1
    assert "contributors" not in package.descriptor
    assert [licence["name"] for licence in package.descriptor["licenses"]] == ["to-be-chosen"]
    assert list((started / "seeds").iterdir()) == []


def test_frictionless_finds_it_valid(started: Path) -> None:
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    result = subprocess.run(command, cwd=started, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(result.stdout)
    assert (report["valid"], report["stats"]["errors"]) == (True, 0)


def test_its_first_text_is_d000(started: Path) -> None:
    addition = plan_addition(open_package(started), b"The first text. It is short.\n", {"language": "en"})
    assert (addition.document_id, addition.document["fold"], addition.document["split"]) == (
        "D000",
        "0",
        "train",
    )
    write(started, addition.files, expected=addition.expected)
    assert {issue.code for issue in examine(started).issues} == {"pkg.hash"}


def test_the_files_around_it_say_what_works(started: Path) -> None:
    yaml: Any = pytest.importorskip("yaml")
    workflow = yaml.safe_load((started / ".github/workflows/validate.yml").read_text(encoding="utf-8"))
    assert [step.get("run") for step in workflow["jobs"]["validate"]["steps"]] == [
        None,
        None,
        'python -m pip install "tigris-corpus[validate]"',
        "tigris fmt --check .",
        "tigris validate --format github .",
    ]
    hooks = yaml.safe_load((started / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [hook["entry"] for hook in hooks["repos"][0]["hooks"]] == [
        "tigris fmt --check .",
        "tigris validate .",
    ]
    assert re.compile(hooks["repos"][0]["hooks"][0]["files"]).match("corpus/events.csv")
    readme = (started / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# News of the Sahel\n")
    assert f"tigris-corpus {profile().version}" in readme
    assert "{" not in readme
    assert "No licence has been chosen yet" in readme


def test_the_line_that_writes_the_hashes_does(started: Path) -> None:
    write(started, plan_addition(open_package(started), b"A text.\n", {"language": "en"}).files)
    page = (started / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r'^python -c "(.+)"$', page, re.MULTILINE)
    assert found
    subprocess.run([sys.executable, "-c", found[1]], cwd=started, check=True)
    assert examine(started, release=True).issues == ()


def test_it_is_made_of_what_the_wheel_carries(tmp_path: Path) -> None:
    module = tmp_path / "site" / "tigris_corpus"
    shutil.copytree(packages.CLONE / "src" / "tigris_corpus", module)
    for name in ("corpus", "schema", "seeds"):
        shutil.copytree(packages.CLONE / name, module / "data" / name)
    shutil.copy(packages.CLONE / "datapackage.json", module / "data")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from pathlib import Path\n"
        "from tigris_corpus import descriptor\n"
        "from tigris_corpus.editing import starting\n"
        "from tigris_corpus.validation import examine\n"
        "assert descriptor.packaged_root().name == 'data'\n"
        f"root = Path({str(tmp_path / 'new')!r})\n"
        "starting.put(root, starting.plan_start('new', 'New', '2024-08-05'))\n"
        "print(examine(root).issues)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("()\n", "")


@pytest.mark.parametrize(
    ("name", "title", "message"),
    [
        ("", "A title", "the name '' is not fit for a package; give --name"),
        ("Sahel", "A title", "the name 'Sahel' is not fit"),
        ("../sahel", "A title", "the name '../sahel' is not fit"),
        ("sahel", " ", "the title is empty"),
        ("sahel", "A\ntitle", "the title is empty or has characters that do not show"),
    ],
)
def test_a_name_or_title_that_is_not_fit_is_refused(name: str, title: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        plan_start(name, title, "2024-08-05")
    assert str(caught.value).startswith(message)


def test_a_folder_with_a_package_or_parts_of_one_is_refused_and_other_files_stay(tmp_path: Path) -> None:
    files = {"datapackage.json": b"{}", "README.md": b"new", "corpus/events.csv": b""}
    assert fitting(tmp_path / "new", files) == (files, [])
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    assert fitting(tmp_path, files) == (
        {"datapackage.json": b"{}", "corpus/events.csv": b""},
        ["README.md"],
    )
    with pytest.raises(CorpusError, match="is no folder"):
        fitting(tmp_path / "README.md", files)
    (tmp_path / "seeds").mkdir()
    with pytest.raises(CorpusError, match="seeds is there already"):
        fitting(tmp_path, files)
    (tmp_path / "datapackage.json").symlink_to("nowhere")
    with pytest.raises(CorpusError, match=r"is a package already: it has a datapackage\.json"):
        fitting(tmp_path, files)


def test_a_name_is_made_of_that_of_the_folder() -> None:
    assert [name_from(folder) for folder in ("sahel", "Sahel News (2)", "données", "…")] == [
        "sahel",
        "sahel-news-2",
        "donn-es",
        "",
    ]
