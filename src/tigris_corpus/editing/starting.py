"""An empty corpus of the installed profile, for another subject: its files, planned as values.

The tables, vocabularies and schemas come from the package that is installed; nothing of its texts or labels does.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from tigris_corpus.descriptor import DESCRIPTOR, PROFILE, profile
from tigris_corpus.errors import CorpusError
from tigris_corpus.formats import tables

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("corpus", "schema", "seeds")
"""The folders of a package in which every file is accounted for."""
_NAME = re.compile("[a-z0-9]+([._-][a-z0-9]+)*")
_SCHEMAS = "schema/"
_LICENCE = {
    "name": "to-be-chosen",
    "title": "A placeholder: nobody has chosen a licence for these annotations yet. Put one here before you publish, such "
    "as CC-BY-4.0 with its path. It never covers the texts; documents.rights says what is known of theirs",
}
_ATTRIBUTES = """\
* text=auto eol=lf
seeds/*.txt -text
*.csv text eol=lf
"""
_IGNORED = """\
.venv/
.tigris/
work/
"""
_WORKFLOW = """\
name: Validate

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  validate:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - run: python -m pip install "tigris-corpus[validate]"
      - run: tigris fmt --check .
      - run: tigris validate --format github .
"""
_HOOKS = """\
repos:
  - repo: local
    hooks:
      - id: tigris-fmt
        name: tables in canonical form
        language: python
        additional_dependencies: ["tigris-corpus[validate]"]
        entry: tigris fmt --check .
        pass_filenames: false
        files: ^(corpus|schema|seeds)/|^datapackage\\.json$
      - id: tigris-validate
        name: the package is sound
        language: python
        additional_dependencies: ["tigris-corpus[validate]"]
        entry: tigris validate .
        pass_filenames: false
        files: ^(corpus|schema|seeds)/|^datapackage\\.json$
"""
_README = """\
# {title}

An annotated corpus in the form of [Tigris](https://pypi.org/project/tigris-corpus/): tables of mentions, entities,
events and incidents over raw texts, in one validated [data package](https://datapackage.org).

It was started with tigris-corpus {version}, and holds nothing yet. Still to be said here: what the corpus is about, which
texts it takes and which it leaves out, who annotates, and by which guidelines.

## Set up

```console
python3 -m venv .venv
.venv/bin/python -m pip install "tigris-corpus[validate,annotate]"
. .venv/bin/activate
tigris validate .
```

## What lies where

| place | holds |
|---|---|
| `seeds/` | the raw texts, byte for byte; `tigris add` puts them there |
| `corpus/` | the tables of annotations, one row a label |
| `schema/` | what the columns and labels mean; the profile of tigris-corpus {version} |
| `datapackage.json` | the name, version and licence of the corpus, and the list of its files |

In these folders every file is named by the descriptor or by a document; `tigris validate` reports any other. Notes and
exports belong elsewhere, such as in `work/`, which git leaves out.

## Rights

**No licence has been chosen yet.** `datapackage.json` has a placeholder in `licenses`. The rights in each text are its
publisher's unless `corpus/documents.csv` says otherwise. The schemas and vocabularies in `schema/` are those of
tigris-corpus {version}, CC BY 4.0.
"""
_CONTRIBUTING = """\
# Contributing

## Add a text

```console
tigris add article.txt --language en --publisher "The Daily" --date "2024-08-05?"
tigris show D000 --package .
```

`tigris add` gives the text its id, copies it into `seeds/`, and proposes its sentences and zones by rules. Read each of
them and mend `corpus/sentences.csv`. Then put yourself into `corpus/annotators.csv`, and your id in the place of
`segmenting-rule` in `corpus/passes.csv`: a layer says who made it.

A text is never edited once it is there: every offset counts code points from its start.

## Annotate

```console
tigris export brat D000 --package . -o work/
tigris import brat work/ --package . --annotator your-id
```

By hand, edit the rows in `corpus/*.csv`: a span holds the characters from its start up to, and without, its end. Give a
new row the next free number; an id that goes is recorded in `corpus/deprecated.csv` and never used again. `tigris
progress .` says what is left to do.

## Before a pull request

```console
tigris fmt .
tigris validate .
```

CI runs both, and so do the hooks of `.pre-commit-config.yaml` after `pre-commit install`. After an edit, validation
warns that the hash of the table is stale (`pkg.hash`). Leave it: the hashes are written once a release, and edits of
different rows then never conflict.

## Release

Set `version` in `datapackage.json`, choose a licence there if none is chosen yet, and write the hashes:

```console
python -c "from tigris_corpus import descriptor as d, store; p = d.open_package('.'); store.write(p.root, {d.DESCRIPTOR: d.refreshed(p)})"
tigris validate --release .
```

Then tag the commit with the version.
"""
_STUBS = {
    ".gitattributes": _ATTRIBUTES,
    ".gitignore": _IGNORED,
    ".github/workflows/validate.yml": _WORKFLOW,
    ".pre-commit-config.yaml": _HOOKS,
    "README.md": _README,
    "CONTRIBUTING.md": _CONTRIBUTING,
}


def name_from(folder: str) -> str:
    """Return a name for a package from that of its folder, or nothing where none can be made of it.

    >>> name_from("Sahel Corpus (2)"), name_from("…")
    ('sahel-corpus-2', '')
    """
    return re.sub("[^a-z0-9]+", "-", folder.lower()).strip("-")


def plan_start(name: str, title: str, created: str) -> dict[str, bytes]:
    """Return the files of an empty corpus by their paths; nothing is written.

    ``created`` is a day, as 2024-08-05. Raises CorpusError where the name or the title is not fit for a package.
    """
    if not _NAME.fullmatch(name):
        raise CorpusError(
            f"the name {name!r} is not fit for a package; give --name in lower-case letters and digits, with dots, "
            "dashes or underscores between"
        )
    if not title.strip() or not title.isprintable():
        raise CorpusError(
            "the title is empty or has characters that do not show; give --title in one line of text"
        )
    files: dict[str, bytes] = {}
    entries = []
    installed = profile()
    for resource in installed.resources:
        entry = installed.descriptor["resources"][resource.index]
        if resource.path.startswith(_SCHEMAS):
            files[resource.path] = installed.gate.read(resource.path)
        elif resource.schema:
            files[resource.path] = tables.write([resource.schema.names])
        else:
            continue  # a pass is of the texts there
        if resource.schema:
            files[entry["schema"]] = installed.gate.read(entry["schema"])
        entries.append(_described(entry, resource.path, files[resource.path]))
    files[DESCRIPTOR] = _descriptor(name, title, created, entries)
    facts = {"title": title, "version": installed.version}
    for path, text in _STUBS.items():
        filled = text.format(**facts) if path == "README.md" else text
        files[path] = filled.encode()
    return files


def _described(entry: dict[str, Any], path: str, data: bytes) -> dict[str, Any]:
    """Return the entry of a resource of the profile, for the file as it is here."""
    own = entry | {"path": path, "bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    return {key: own[key] for key in entry} | own


def _descriptor(name: str, title: str, created: str, entries: list[dict[str, Any]]) -> bytes:
    installed = profile()
    taken = {
        "title": f"The schemas and vocabularies are those of tigris-corpus {installed.version}, CC BY 4.0",
        "path": "https://pypi.org/project/tigris-corpus/",
    }
    ontology = [source for source in installed.descriptor.get("sources", []) if "path" in source]
    described = {
        "$schema": installed.descriptor["$schema"],
        "name": name,
        "version": "0.1.0",
        "title": title,
        "created": f"{created}T00:00:00Z",
        "licenses": [_LICENCE],
        "sources": [taken, *ontology],
        "tigris": {"profile": PROFILE},
        "resources": entries,
    }
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def put(root: Path, files: dict[str, bytes]) -> None:
    """Write the files of a new package, the descriptor last. Raises CorpusError where one cannot be written."""
    try:
        for path in sorted(files, key=lambda name: (name == DESCRIPTOR, name)):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[path])
        (root / "seeds").mkdir(exist_ok=True)
    except OSError as error:
        raise CorpusError(f"{root}: cannot write: {error.strerror} ({error.filename})") from None


def fitting(root: Path, files: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Return which files to write into a folder, and which are there already and stay as they are.

    Raises CorpusError where there is a package, or something that would be part of one.
    """
    if root.exists() and not root.is_dir():
        raise CorpusError(f"{root} is no folder; name one that is empty or yet to be made")
    if (root / DESCRIPTOR).exists() or (root / DESCRIPTOR).is_symlink():
        raise CorpusError(f"{root} is a package already: it has a {DESCRIPTOR}; name another folder")
    taken = next((name for name in FOLDERS if (root / name).exists() or (root / name).is_symlink()), None)
    if taken:
        raise CorpusError(
            f"{root / taken} is there already, and would become part of the package; move it away"
        )
    kept = [path for path in files if (root / path).exists() or (root / path).is_symlink()]
    return {path: data for path, data in files.items() if path not in kept}, kept
