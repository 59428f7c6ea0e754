"""What the wheel alone must do: load every table, offline, with the base install and nothing more."""

from importlib.metadata import distributions

import tigris_corpus as tigris

BASE = {
    "click",
    "numpy",
    "pandas",
    "pip",
    "python-dateutil",
    "setuptools",
    "six",
    "tigris-corpus",
    "tzdata",
}

corpus = tigris.load()
print(corpus)
print(tigris.views.event_records(corpus).shape)
if len(corpus.tables) != 37 or any(corpus.text(name) == "" for name in corpus.documents["document_id"]):
    raise SystemExit("the wheel lacks tables or texts")
if "site-packages" not in str(corpus.package.root):
    raise SystemExit(f"the data came from {corpus.package.root}, not from the wheel")
installed = {distribution.metadata["Name"].lower() for distribution in distributions()}
if not installed <= BASE:
    raise SystemExit(f"the base install pulls more than it should: {sorted(installed - BASE)}")
