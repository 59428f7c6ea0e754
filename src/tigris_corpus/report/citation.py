"""How to cite the package: a Citation File Format file, from the descriptor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tigris_corpus.descriptor import Package


def page(package: Package) -> str:
    """Return CITATION.cff (Citation File Format 1.2.0)."""
    described = package.descriptor
    authors = [person["title"] for person in described["contributors"] if "creator" in person["roles"]]
    lines = [
        "# made by scripts/pages.py from datapackage.json; edit that",
        "cff-version: 1.2.0",
        "message: If you use the corpus, please cite it, and the publishers of the texts that you quote.",
        "type: dataset",
        f"title: {json.dumps(described['title'], ensure_ascii=False)}",
        f"version: {described['version']}",
        f"date-released: {described['created'][:10]}",
        "license: CC-BY-4.0",
        f"abstract: {json.dumps(described['description'], ensure_ascii=False)}",
        "keywords:",
        *(f"  - {json.dumps(word, ensure_ascii=False)}" for word in described["keywords"]),
        "authors:",
        *(f"  - name: {json.dumps(author, ensure_ascii=False)}" for author in authors),
    ]
    return "\n".join(lines) + "\n"
