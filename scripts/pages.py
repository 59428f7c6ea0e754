"""Write the pages that are made from the schemas, the rules and the descriptor.

python scripts/pages.py [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tigris_corpus import store
from tigris_corpus.corpus import Corpus, load
from tigris_corpus.formats import FORMATS, jsonl, passes
from tigris_corpus.loaders import WHOLE, configs, leakage
from tigris_corpus.report import agreement as report
from tigris_corpus.report import citation, codebook, rules
from tigris_corpus.report import formats as exchange
from tigris_corpus.scoring import agreement

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 100
COINED = (("entities", "entity_id"), ("incidents", "incident_id"))
MARKS = ("<!-- {name}: made by scripts/pages.py -->", "<!-- end of {name} -->")
RECORD = "schema/records/document.json"


def pages(root: Path) -> dict[str, bytes]:
    """Return the generated pages by their path."""
    corpus = load(root)
    record = json.dumps(jsonl.record_schema(corpus), ensure_ascii=False, indent=1)
    texts = {
        RECORD: f"{record}\n",
        "CITATION.cff": citation.page(corpus.package),
        "docs/codebook.md": codebook.page(corpus),
        "docs/codes.md": rules.page(rules.RULES.values()),
        "docs/formats.md": exchange.page(FORMATS.values(), WHOLE.values()),
    }
    texts |= {
        "docs/datasets.md": _filled(root / "docs/datasets.md", "configs", configs.page(corpus)),
        "docs/splits.md": _filled(root / "docs/splits.md", "leakage", leakage.page(corpus)),
    }
    rounds = passes.rounds(corpus)
    if rounds:
        tables = _tables(corpus, rounds)
        kinds = corpus.annotators.set_index("annotator_id")["kind"]
        by_models = all(kinds[name] == "model" for pair in rounds.values() for name in pair)
        texts["docs/agreement.md"] = report.page(tables, by_models=by_models)
        summary = report.summary(tables[0][2])
        texts |= {
            path: _filled(root / path, "agreement", summary) for path in ("README.md", "docs/datasheet.md")
        }
    return {path: text.encode("utf-8") for path, text in texts.items()}


def _tables(
    corpus: Corpus, rounds: dict[int, tuple[str, str]]
) -> list[tuple[int, tuple[str, str], pd.DataFrame]]:
    """Return the agreement of each round, which takes a quarter of a minute."""
    tables = []
    for number, (first, second) in rounds.items():
        pair = [passes.find(corpus, name) for name in (first, second)]
        frame = agreement(corpus, *pair, draws=DRAWS)
        frame.attrs["coined"] = [_shared_ids(pair, table, key) for table, key in COINED]
        tables.append((number, (first, second), frame))
    return tables


def _filled(path: Path, name: str, table: str) -> str:
    """Return a page with what stands between the two marks of a name made anew."""
    first, last = (mark.format(name=name) for mark in MARKS)
    before, start, rest = path.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    return f"{before}{start}\n\n{table}\n{end}{after}"


def _shared_ids(pair: list[list[jsonl.Record]], table: str, key: str) -> tuple[int, int, int]:
    """Return how many ids each of two annotators uses, and how many are the same string."""
    first, second = ({row[key] for record in records for row in record[table]} for records in pair)
    return len(first), len(second), len(first & second)


def main() -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where a page is stale")
    arguments = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    stale = {
        path: data
        for path, data in pages(root).items()
        if not (root / path).exists() or (root / path).read_bytes() != data
    }
    for path in stale:
        print("stale:" if arguments.check else "wrote", path)
    if stale and not arguments.check:
        store.write(root, stale)
    return int(bool(stale) and arguments.check)


if __name__ == "__main__":
    sys.exit(main())
