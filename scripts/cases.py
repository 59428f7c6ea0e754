"""The cases of the validator as data packages that another implementation can read, and a check of one.

python scripts/cases.py OUT                 writes every package, manifest.json and README.md into OUT
python scripts/cases.py --check COMMAND     runs a validator on every package, and says how many it judges exactly

COMMAND is a template: {path} stands for the package, {release} for --release where the case is about a release, and
{base} for --base and the earlier release where the case is compared with one. What it prints is JSON: an object with
"issues", or an issue a line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

import packages

STALE = "pkg.hash"
"""The code that follows from nearly every edit, and is left out of account but in its own cases."""
_AT = ("file", "line", "field", "pointer", "start", "end")
_PORTABLE = re.compile(r"[A-Za-z0-9_. ()-]*[A-Za-z0-9_()-]")
_LONGEST = 120
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_Place = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Item:
    """A package of the suite: how it is made of the base package, and what is to be reported of it."""

    name: str
    code: str | None
    about: str
    valid: bool
    edits: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    base: list[dict[str, Any]] | None = None
    expected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the package lies in the suite."""
        return f"{'valid' if self.valid else 'invalid'}/{self.name}"


def read(path: Path) -> dict[str, Any]:
    """Return a case as it stands in its file."""
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def items(folder: Path = packages.CASES / "invalid") -> Iterator[Item]:
    """Yield the packages of the suite: the base package, and each case with its twin."""
    yield Item("base", None, "The base package: every other one is made of it.", valid=True)
    for path in sorted(folder.glob("*.json")):
        case = read(path)
        options, base = case.get("options", {}), case.get("base")
        yield Item(
            path.stem, case["code"], case["about"], False, case["edits"], options, base, case["expected"]
        )
        if "twin" in case:
            about = f"Sound, for all that it looks like this: {case['about']}"
            yield Item(path.stem, case["code"], about, True, case["twin"], options, base)


def place(issue: dict[str, Any]) -> _Place:
    """Return what is compared of an issue of ``tigris validate --format json``.

    The code, the weight, the file; then a place in JSON by its pointer, one in a raw text by line, start and end,
    and one in a table by line and column.
    """
    at = issue["location"]
    file = at.get("file") or ""
    if file.endswith(".json"):
        names: tuple[str, ...] = ("file", "pointer") if "pointer" in at else ("file", "line")
    elif file.endswith(".csv"):
        names = ("file", "line", "field")
    else:
        names = ("file", "line", "start", "end")
    found = {"code": issue["code"], "severity": issue["severity"]}
    return _sorted({**found, **{name: at[name] for name in names if name in at}})


def counted(issues: Iterable[dict[str, Any]], code: str | None) -> Counter[_Place]:
    """Return what is compared of the issues of a package, in the case of a code: all of them, but for stale hashes."""
    return Counter(place(issue) for issue in issues if code == STALE or issue["code"] != STALE)


def expected(item: Item) -> Counter[_Place]:
    """Return what must be reported of a package, each once."""
    return Counter(_sorted(entry) for entry in item.expected)


def _sorted(entry: dict[str, Any]) -> _Place:
    return tuple((name, entry[name]) for name in ("code", "severity", *_AT) if name in entry)


def is_portable(root: Path) -> bool:
    """Whether a package can lie in any folder and archive: plain files only, with names that every system takes."""
    paths = list(root.rglob("*"))
    names = [str(path.relative_to(root)).casefold() for path in paths]
    return len(set(names)) == len(names) and all(
        not path.is_symlink()
        and (path.is_file() or path.is_dir())
        and len(path.name) <= _LONGEST
        and _PORTABLE.fullmatch(path.name)
        and not _RESERVED.fullmatch(path.name)
        for path in paths
    )


def materialise(out: Path, chosen: Iterable[Item]) -> list[dict[str, Any]]:
    """Write packages into a folder, and return their entries of the manifest."""
    out.mkdir(parents=True, exist_ok=True)
    plain = packages.build(out / "valid" / "base")
    return [_entry(out, plain, item) for item in chosen]


def _entry(out: Path, plain: Path, item: Item) -> dict[str, Any]:
    """Write one package, unless it is such that a folder or archive may not carry it; return its entry."""
    entry = {
        "name": item.name,
        "path": _written(plain, out / item.path, item.edits) if item.code else plain,
        "code": item.code,
        "about": item.about,
        "valid": item.valid,
        "options": item.options,
        "base": None if item.base is None else _written(plain, out / "earlier" / item.path, item.base),
        "expected": item.expected,
    }
    if entry["path"] is None:
        entry["edits"] = item.edits
    return {
        name: value.relative_to(out).as_posix() if isinstance(value, Path) else value
        for name, value in entry.items()
    }


def _written(plain: Path, root: Path, edits: list[dict[str, Any]]) -> Path | None:
    """Write the base package with edits into a new folder; return it, or None where it cannot be carried."""
    shutil.copytree(plain, root)
    packages.edit(root, edits)
    if is_portable(root):
        return root
    shutil.rmtree(root)
    return None


def write(out: Path) -> list[dict[str, Any]]:
    """Write the whole suite into a folder, with its manifest, README and licences; return the manifest."""
    manifest = materialise(out, items())
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (out / "manifest.json").write_bytes(f"{text}\n".encode())
    for path in (
        packages.CASES / "README.md",
        packages.CLONE / "LICENSE",
        packages.CLONE / "LICENSE-DATA.md",
    ):
        shutil.copyfile(path, out / path.name)
    return manifest


def parsed(output: str) -> list[dict[str, Any]]:
    """Return the issues that a validator printed: a JSON object with a list of them, or one a line.

    >>> parsed('{"sound": false, "issues": [{"code": "enc.bom"}]}') == parsed('{"code": "enc.bom"}')
    True
    """
    try:
        value = json.loads(output)
    except json.JSONDecodeError:
        entries = [json.loads(line) for line in output.splitlines() if line.strip()]
        return [entry for entry in entries if "code" in entry]
    if "issues" in value:
        issues: list[dict[str, Any]] = value["issues"]
        return issues
    return [value] if "code" in value else []


def command(template: str, path: Path, options: dict[str, Any], base: Path | None) -> list[str] | None:
    """Return the command that a template makes for a package, or None where it has no place for what is needed.

    >>> command("tigris validate {release} {path}", Path("a b"), {"release": True}, None)
    ['tigris', 'validate', '--release', 'a b']
    >>> command("validate --package={path}", Path("a b"), {}, None)
    ['validate', '--package=a b']
    """
    parts = {
        "{release}": ["--release"] if options.get("release") else [],
        "{base}": ["--base", str(base)] if base else [],
    }
    words = shlex.split(template)
    if any(parts[name] and name not in words for name in parts):
        return None
    return [part for word in words for part in parts.get(word, [word.replace("{path}", str(path))])]


def judged(template: str, plain: Path, item: Item) -> list[str] | None:
    """Return where a validator differs from a case, in words; None where the template cannot ask it."""
    with tempfile.TemporaryDirectory(prefix="tigris-case-") as folder:
        root = Path(folder, "package")
        shutil.copytree(plain, root)
        packages.edit(root, item.edits)
        earlier = None
        if item.base is not None:
            earlier = Path(folder, "earlier")
            shutil.copytree(plain, earlier)
            packages.edit(earlier, item.base)
        words = command(template, root, item.options, earlier)
        if words is None:
            return None
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - given by the caller
    try:
        found = counted(parsed(done.stdout), item.code)
    except (ValueError, KeyError, TypeError) as error:
        return [f"printed no issues: {type(error).__name__}: {error}: {done.stderr[-200:].strip()}"]
    wanted = expected(item)
    missing = [f"missing: {_shown(at)}" for at in (wanted - found).elements()]
    return missing + [f"too many: {_shown(at)}" for at in (found - wanted).elements()]


def _shown(at: _Place) -> str:
    return " ".join(f"{name}={value}" for name, value in at)


def check(template: str, chosen: list[Item]) -> int:
    """Run a validator on packages and print how it fares; return how many it does not judge exactly.

    Those that the command has no place for are left out of account; where it can be asked of none, all count.
    """
    with tempfile.TemporaryDirectory(prefix="tigris-cases-") as folder:
        plain = packages.build(Path(folder, "base"))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda item: judged(template, plain, item), chosen))
    for item, differences in zip(chosen, results, strict=True):
        for difference in differences or ():
            print(f"{item.path}: {difference}")
    asked = [result for result in results if result is not None]
    exact = sum(not result for result in asked)
    skipped = len(results) - len(asked)
    left_out = f"; {skipped} not asked, for want of {{release}} or {{base}} in the command" if skipped else ""
    print(f"{exact} of {len(asked)} packages judged exactly{left_out}")
    return len(asked) - exact if asked else len(chosen)


def main() -> int:
    """Write the suite, or check a validator against it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", nargs="?", type=Path, metavar="OUT", help="a folder that is not there yet")
    parser.add_argument("--check", metavar="COMMAND", help="the command of a validator, with {path}")
    parser.add_argument("--only", metavar="PATTERN", default="*", help="with --check: the names of the cases")
    arguments = parser.parse_args()
    if (arguments.out is None) == (arguments.check is None):
        parser.error("give either OUT or --check COMMAND")
    if arguments.check is not None:
        if "{path}" not in arguments.check:
            parser.error("COMMAND has no {path}")
        chosen = [item for item in items() if fnmatch(item.name, arguments.only)]
        if not chosen:
            print(f"no case is called {arguments.only!r}: nothing was judged")
            return 1
        return int(check(arguments.check, chosen) > 0)
    if arguments.out.exists():
        parser.error(f"{arguments.out} is there already")
    manifest = write(arguments.out)
    carried = sum(entry["path"] is not None for entry in manifest)
    print(f"{carried} packages in {arguments.out}; {len(manifest) - carried} more as edits in its manifest")
    return 0


if __name__ == "__main__":
    sys.exit(main())
