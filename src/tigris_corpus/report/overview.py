"""What is in a corpus: counts by language, how far each layer is, version and rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tigris_corpus.report.style import visible

if TYPE_CHECKING:
    import pandas as pd

    from tigris_corpus.corpus import Corpus

RIGHTS = "Annotations, vocabularies and metadata: CC BY 4.0. Code: MIT. The texts: their publishers' (see documents.rights)."


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
        "rights": RIGHTS,
    }


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
    return (
        f"{visible(facts['name'])} {visible(facts['version'])} (profile {visible(facts['profile'])})\n{visible(facts['title'])}\n\n"
        f"{_aligned(table, '>')}\n"
        "An entity or incident is counted once for each language that mentions it, and once in the total.\n\n"
        f"{_aligned(states, '<')}\n"
        f"{facts['rights']}\n"
    )


def _aligned(rows: list[list[str]], side: str) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = [f"{visible(first):<{widths[0]}}"]
        cells += [f"{visible(cell):{side}{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"
