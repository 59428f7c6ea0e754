"""A folder for the Hugging Face Hub: ``<config>/<part>.parquet`` for each config and part of the split, and README.md.

``datasets.load_dataset(FOLDER, CONFIG)`` gives the datasets of ``to_datasets``, with the same features and rows, and needs
no network. The card's head names the files and the features; its text is made from the descriptor, the schemas, and the
datasheet of the package where it has one, so that nothing is said twice.

The configs are those of the split. A fold or a view deals out the same rows anew, and would write all of them once
more each: every row says its document, language and fold, by which readers deal them out; the card shows how, and
lists the documents of each part. Only ``pairs`` have to be made anew, since both of a pair are of one part.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from tigris_corpus.loaders import configs, describing
from tigris_corpus.loaders.hf import citation, made
from tigris_corpus.loaders.markdown import table_of
from tigris_corpus.loaders.parts import every, parts
from tigris_corpus.paths import MAX_JSON, PathError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tigris_corpus.corpus import Corpus

CARD = "README.md"
DATASHEET = "docs/datasheet.md"
_ROWS = 10_000
"""How many rows a group of Parquet has: what a reader takes at a time."""
_NAMED = 20
"""How many documents of a part, and how many folds, the card names."""
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_LARGEST = "1M<n<10M"
_MAKERS = {"human": "expert-generated", "model": "machine-generated", "rule": "machine-generated"}
"""What the Hub calls the kinds of annotators."""
_LINK = re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)")


def files(corpus: Corpus) -> dict[str, bytes]:
    """Return the files of the folder by their paths. Needs the extra ``hf``.

    A part without rows is left out, and so is a config without any: the Hub has no place for them.
    """
    tables = configs.dealt(corpus, parts(corpus))
    datasets = {
        config: {part: rows for part, rows in made(tables, config).items() if len(rows)}
        for config in configs.CONFIGS
    }
    datasets = {config: found for config, found in datasets.items() if found}
    written = {
        _path(config, part): _parquet(rows.data.table)
        for config, found in datasets.items()
        for part, rows in found.items()
    }
    return {CARD: card(corpus, datasets, {path: len(data) for path, data in written.items()}), **written}


def card(corpus: Corpus, datasets: Mapping[str, Mapping[str, Any]], sizes: Mapping[str, int]) -> bytes:
    """Return the dataset card, of datasets by config and part and of the bytes of each file by its path."""
    import yaml  # noqa: PLC0415 - comes with datasets

    head = yaml.safe_dump(_head(corpus, datasets, sizes), sort_keys=False, allow_unicode=True, width=1000)
    text = "\n\n".join(_sections(corpus, datasets))
    return f"---\n{head}---\n\n{text}\n".encode()


def _path(config: str, part: str) -> str:
    return f"{config}/{part}.parquet"


def _parquet(table: Any) -> bytes:
    """Return an Arrow table as Parquet; its schema keeps the features."""
    from pyarrow import parquet  # noqa: PLC0415 - comes with datasets

    buffer = io.BytesIO()
    parquet.write_table(table, buffer, row_group_size=_ROWS, compression="zstd", write_page_index=True)
    return buffer.getvalue()


def _head(
    corpus: Corpus, datasets: Mapping[str, Mapping[str, Any]], sizes: Mapping[str, int]
) -> dict[str, Any]:
    """Return the head of the card: what the Hub searches by, the files of each config, and its features."""
    licences = describing.licences(corpus.package)
    links = [one.path for one in licences if one.path]
    languages = dict.fromkeys(str(name).partition("-")[0] for name in corpus.documents["language"])
    kinds = corpus.tables["annotators"]["kind"].dropna().astype(str)
    return {
        "pretty_name": describing.title(corpus),
        "language": list(languages),
        "multilinguality": ["multilingual" if len(languages) > 1 else "monolingual"],
        "license": "other",
        "license_name": _slug(f"{' and '.join(one.name for one in licences)} for annotations only"),
        **({"license_link": links[0]} if links else {}),
        "annotations_creators": list(dict.fromkeys(_MAKERS.get(kind, "other") for kind in kinds)),
        "source_datasets": ["original"],
        "task_categories": _tasks(datasets, 0),
        "task_ids": _tasks(datasets, 1),
        "size_categories": [_size(sum(len(rows) for rows in datasets.get("sentences", {}).values()))],
        "tags": describing.words(corpus.package, "keywords"),
        "configs": [
            {
                "config_name": config,
                "data_files": [{"split": part, "path": _path(config, part)} for part in found],
                **({"default": True} if config == next(iter(datasets)) else {}),
            }
            for config, found in datasets.items()
        ],
        "dataset_info": [_info(config, found, sizes) for config, found in datasets.items()],
    }


def _tasks(datasets: Iterable[str], place: int) -> list[str]:
    """Return the categories of tasks that configs are for, or with place 1 the tasks."""
    found = (configs.CONFIGS[config].task for config in datasets)
    return list(dict.fromkeys(task[place] for task in found if task))


def _slug(text: str) -> str:
    """Return a text in small letters, digits, dots and hyphens.

    >>> _slug("CC-BY-4.0 for annotations only")
    'cc-by-4.0-for-annotations-only'
    """
    return re.sub("[^a-z0-9.]+", "-", text.lower()).strip("-")


def _info(config: str, found: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return what the head says of a config: its features, and how large each part is."""
    first = next(iter(found.values()))
    splits = [
        {"name": part, "num_bytes": rows.data.nbytes, "num_examples": len(rows)}
        for part, rows in found.items()
    ]
    return {
        "config_name": config,
        "features": first.features._to_yaml_list(),  # noqa: SLF001 - what `datasets` itself writes cards with
        "splits": splits,
        "download_size": sum(sizes[_path(config, part)] for part in found),
        "dataset_size": sum(split["num_bytes"] for split in splits),
    }


def _size(rows: int) -> str:
    """Return the name that the Hub has for a size.

    >>> _size(999), _size(1000), _size(10**7)
    ('n<1K', '1K<n<10K', '1M<n<10M')
    """
    return next((name for most, name in _SIZES if rows < most), _LARGEST)


def _sections(corpus: Corpus, datasets: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the text of the card, a section at a time."""
    yield f"# {describing.title(corpus)}"
    yield describing.word(corpus.package, "description")
    yield f"Version {corpus.version}, written by `tigris export hf`."
    yield _use(corpus, datasets)
    yield "## Configs"
    yield table_of(
        ("config", "a row is", *_all_parts(datasets)),
        [
            (
                f"`{config}`",
                configs.CONFIGS[config].row,
                *(f"{len(found[part]):,}" if part in found else "–" for part in _all_parts(datasets)),
            )
            for config, found in datasets.items()
        ],
    )
    yield (
        "Labels are `ClassLabel`, in the order of the vocabularies of the corpus. Offsets count Unicode code points, and a "
        "span is half-open. What is empty is null."
    )
    for config in datasets:
        yield f"### `{config}`"
        yield configs.described(corpus, config)
    yield "## Splits, folds and views"
    yield _dealt(corpus)
    yield from _datasheet(corpus)
    yield "## Rights"
    covers = "; ".join(one.title for one in describing.licences(corpus.package) if one.title)
    yield f"Licence: {describing.licence(corpus)}{f' ({covers})' if covers else ''}."
    yield f"Rights in the texts, which the licence does not cover: {describing.rights(corpus)}"
    yield "## Citation"
    yield f"```bibtex\n{citation(corpus)}\n```"


def _use(corpus: Corpus, datasets: Mapping[str, Mapping[str, Any]]) -> str:
    config = "tokens" if "tokens" in datasets else next(iter(datasets))
    fold = int(corpus.documents["fold"].dropna().iloc[0])
    return f"""```python
from datasets import concatenate_datasets, load_dataset

parts = load_dataset("PATH_OR_REPOSITORY", "{config}")

# leave one story out: fold {fold} is the test, and the others are training
rows = concatenate_datasets(list(parts.values()))
train = rows.filter(lambda row: row["fold"] != {fold})
test = rows.filter(lambda row: row["fold"] == {fold})
```

With the package installed, `tigris.to_datasets(tigris.load(), "{config}", fold={fold})` gives the same, and so do the views
below by their names (`view="en-fr"`). `event_records` and `pairs` are dealt out by the ids of documents; `pairs` of a
fold or a view are made anew by the package, since both of a pair are of one part."""


def _dealt(corpus: Corpus) -> str:
    """Return the documents of each part of the split, of each fold and of each view."""
    found = [(name, one) for name, one in every(corpus, most=_NAMED)]
    rows = [(name, part, _ids(ids)) for name, one in found for part, ids in one.parts.items()]
    rows += [(name, "in no part", _ids(one.left_out)) for name, one in found if one.left_out]
    order = {name: place for place, (name, _) in enumerate(found)}
    return table_of(("", "part", "documents"), sorted(rows, key=lambda row: order[row[0]]))


def _ids(ids: Iterable[str]) -> str:
    names = list(ids)
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names):,}"


def _all_parts(datasets: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for found in datasets.values() for part in found))


def _datasheet(corpus: Corpus) -> Iterator[str]:
    """Yield the datasheet of the package, where it has one, without its figures and its links to other pages."""
    try:
        page = corpus.package.gate.read(DATASHEET, MAX_JSON).decode("utf-8", errors="replace")
    except PathError:
        return
    _, *sections = re.split(r"^(?=##+ )", page, flags=re.MULTILINE)
    yield "## Datasheet"
    for section in sections:
        if "![" not in section:
            yield _LINK.sub(r"\1", f"#{section.strip()}")
