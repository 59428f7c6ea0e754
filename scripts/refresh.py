"""Write the bytes and hashes of the resources into datapackage.json, and nothing else.

python scripts/refresh.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tigris_corpus import descriptor, store
from tigris_corpus.errors import CorpusError


def main() -> int:
    """Refresh the clone's descriptor, or say whether it is fresh."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 where something is stale"
    )
    arguments = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    package = descriptor.open_package(root)
    try:
        fresh = descriptor.refreshed(package)
    except CorpusError as error:
        print(error)
        return 1
    is_stale = fresh != package.gate.read(descriptor.DESCRIPTOR)
    if is_stale and not arguments.check:
        store.write(root, {descriptor.DESCRIPTOR: fresh})
    print("datapackage.json", "is stale" if is_stale and arguments.check else "is fresh")
    return int(is_stale and arguments.check)


if __name__ == "__main__":
    sys.exit(main())
