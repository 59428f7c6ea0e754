"""The agreement of the released passes: a layer that falls below its floor is a change to look into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tigris_corpus.formats import passes
from tigris_corpus.report.agreement import HEADLINE
from tigris_corpus.scoring import agreement

if TYPE_CHECKING:
    import pandas as pd

    from tigris_corpus.corpus import Corpus

FLOORS = {
    ("mentions", "names: span and type F1"): 0.90,
    ("events", "trigger F1"): 0.75,
    ("events", "type κ on equal triggers"): 0.75,
    ("arguments", "role and span F1 on equal triggers"): 0.70,
}
"""What two passes by these guidelines must reach on the documents that the guidelines do not quote."""


@pytest.fixture(scope="module")
def table(released: Corpus) -> pd.DataFrame:
    first, second = passes.rounds(released)[1]
    return agreement(released, passes.find(released, first), passes.find(released, second), draws=1)


@pytest.mark.parametrize(("layer", "measure"), FLOORS)
@pytest.mark.parametrize("group", [HEADLINE, "en", "fr"])
def test_no_layer_falls_below_its_floor(table: pd.DataFrame, layer: str, measure: str, group: str) -> None:
    rows = table[(table["layer"] == layer) & (table["measure"] == measure) & (table["group"] == group)]
    assert len(rows) == 1
    assert rows["value"].iloc[0] >= FLOORS[layer, measure]


def test_every_document_was_read_by_both(released: Corpus) -> None:
    documents = set(released.documents["document_id"])
    for pair in passes.rounds(released).values():
        for name in pair:
            records = passes.find(released, name)
            assert {record["document_id"] for record in records} == documents
            assert {record["annotator_id"] for record in records} == {name}
