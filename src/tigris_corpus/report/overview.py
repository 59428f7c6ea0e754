"""What is in a corpus: counts by language, how far each layer is, version and rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tigris_corpus.report.style import as_json, inert, visible

if TYPE_CHECKING:
    import pandas as pd

    from tigris_corpus.corpus import Corpus

_TEXTS = "The rights in each text are told in documents.rights."


def summary(corpus: Corpus) -> dict[str, Any]:
    """Return what ``render`` shows, as plain values: counts[table][language] and layers[document][layer]."""
    languages = corpus.documents.set_index("document_id")["language"]
    of_sentence = corpus.sentences.set_index("sentence_id")["document_id"].map(languages)
    of_event = corpus.events.set_index("event_id")["sentence_id"].map(of_sentence)
    counted: dict[str, pd.Series[Any]] = {
        "documents": corpus.documents["language"],
        "sentences": of_sentence,
        "mentions": corpus.mentions["sentence_id"].map(of_sentence),
        "events": of_event,
        "arguments": corpus.arguments["event_id"].map(of_event),
    }
    links = (
        corpus.mentions.assign(language=counted["mentions"])[["entity_id", "language"]]
        .dropna()
        .drop_duplicates()
    )
    counted["entities"] = links["language"]
    told = (
        corpus.events.assign(language=of_event.to_numpy())[["incident_id", "language"]]
        .dropna()
        .drop_duplicates()
    )
    counted["incidents"] = told["language"]
    names = sorted(languages.unique())
    counts = {}
    for table, column in counted.items():
        by_language = column.value_counts()
        counts[table] = {name: int(by_language.get(name, 0)) for name in names} | {
            "total": len(corpus.tables[table])
        }
    layers = corpus.layers.pivot_table(
        index="document_id", columns="layer", values="status", aggfunc="first", observed=True
    )
    return {
        "name": corpus.name,
        "version": corpus.version,
        "profile": str(corpus.package.descriptor["tigris"]["profile"]),
        "title": str(corpus.package.descriptor.get("title", "")),
        "root": str(corpus.package.root),
        "counts": counts,
        "layers": {
            str(document): {str(k): str(v) for k, v in row.items()} for document, row in layers.iterrows()
        },
        "rights": rights(corpus.package.descriptor),
    }


def rights(descriptor: dict[str, Any]) -> str:
    """Return what a descriptor says of its licences, and where the rights in the texts are told.

    >>> rights({"licenses": [{"name": "CC0-1.0", "title": "Public domain"}, {"name": "ODbL-1.0"}]})
    'Licence: Public domain; ODbL-1.0. The rights in each text are told in documents.rights.'
    """
    listed = descriptor.get("licenses")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    named = [str(entry.get("title") or entry.get("name") or entry.get("path") or "") for entry in entries]
    return f"Licence: {'; '.join(filter(None, named)) or 'none is given'}. {_TEXTS}"


def render(corpus: Corpus) -> str:
    """Return the overview as text."""
    facts = summary(corpus)
    counts = facts["counts"]
    languages = list(next(iter(counts.values())))
    table = [["", *languages], *([name, *map(str, row.values())] for name, row in counts.items())]
    layers = facts["layers"]
    columns = list(dict.fromkeys(layer for row in layers.values() for layer in row))
    states = [
        ["", *columns],
        *([name, *(row.get(layer, "") for layer in columns)] for name, row in layers.items()),
    ]
    name, version, known, title = (visible(facts[key]) for key in ("name", "version", "profile", "title"))
    lines = [
        f"{name} {version} (profile {known})",
        title,
        "",
        *_aligned(table, ">"),
        "",
        "An entity or incident is counted once for each language that mentions it, and once in the total.",
        "",
        *_aligned(states, "<"),
        "",
        facts["rights"],
    ]
    return "".join(f"{inert(visible(line))}\n" for line in lines)


def as_data(corpus: Corpus) -> str:
    """Return the overview as JSON, an object."""
    return f"{as_json(summary(corpus), indent=2)}\n"


def _aligned(rows: list[list[str]], side: str) -> list[str]:
    """Return rows as lines, with their cells beneath each other."""
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = []
    for first, *rest in shown:
        cells = [f"{first:<{widths[0]}}"]
        cells += [f"{cell:{side}{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines
