"""Run one entry point of Tigris in this process, and write down every file, module, socket and command it touches.

    python -P watch.py REPORT ENTRY ROOT

The report is JSON: what was opened that is neither the package's nor Python's, what was run, what the run cost.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = "D000"
COMMANDS = {
    "tigris validate": ["validate"],
    "tigris validate --format json": ["validate", "--format", "json"],
    "tigris info": ["info"],
    "tigris info --format json": ["info", "--format", "json"],
    "tigris show": ["show", DOCUMENT, "--package"],
    "tigris fmt --check": ["fmt", "--check"],
    "tigris fmt": ["fmt"],
    "tigris fmt --fix": ["fmt", "--fix"],
    "tigris audit": ["audit"],
    "tigris agreement": ["agreement", "gold", "gold", "--draws", "1", "--package"],
}
CALLS = ("load", "validate", "schema")
ENTRIES = (*COMMANDS, *CALLS)
"""Every way in: the commands, and the functions that take the path of a package."""

_TOUCHED = ("open", "os.listdir", "os.scandir")
_DOORS = ("socket.", "subprocess.", "os.exec", "os.system", "os.posix_spawn", "os.spawn", "os.startfile", "ftplib.",
          "smtplib.", "urllib.", "http.client.", "pickle.", "ctypes.dlopen")  # fmt: skip


class Watch:
    """What has been touched since the hook was set."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.touched: set[str] = set()
        self.doors: set[str] = set()
        self.ran: set[str] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _TOUCHED:
            path, flags = arguments[0], arguments[2] if len(arguments) > 2 else 0
            if isinstance(path, str | bytes) and path:
                self.touched.add(_reached(os.fsdecode(path), flags))
        elif event == "exec":
            self._note_code(getattr(arguments[0], "co_filename", None))
        elif event == "compile":
            self._note_code(arguments[1])
        elif event.startswith(_DOORS):
            self.doors.add(f"{event} {arguments[0] if arguments else ''}"[:200])

    def _note_code(self, filename: Any) -> None:
        if (
            isinstance(filename, str)
            and filename[:1] != "<"
            and os.path.realpath(filename).startswith(f"{self.root}/")
        ):
            self.ran.add(filename)

    def modules(self) -> set[str]:
        """The modules that came from the package."""
        files = [str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())]
        return {file for file in files if os.path.realpath(file).startswith(f"{self.root}/")}


def _reached(path: str, flags: int) -> str:
    """Return what an opening of a path reaches: a link itself, where none is followed."""
    if flags & os.O_NOFOLLOW:
        return str(Path(os.path.realpath(Path(path).parent), Path(path).name))
    return os.path.realpath(path)


def command(arguments: list[str], root: str) -> int:
    """Run a command as the console script does, and return its exit code."""
    from tigris_corpus.cli import main  # noqa: PLC0415 - under watch

    try:
        main(args=[*arguments, root], prog_name="tigris")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    return 0


def call(name: str, root: str) -> int:
    """Call a public function, and return what a command would exit with."""
    import tigris_corpus  # noqa: PLC0415 - under watch

    calls: dict[str, Callable[[], object]] = {
        "load": lambda: tigris_corpus.load(root),
        "validate": lambda: tigris_corpus.validate(root),
        "schema": lambda: tigris_corpus.schema("mentions", root),
    }
    try:
        calls[name]()
    except tigris_corpus.CorpusError as error:
        print(f"tigris: {error!r}", file=sys.stderr)  # noqa: T201 - for whoever reads why a test failed
        return 2
    return 0


def main(report: str, entry: str, root: str) -> None:
    """Run the entry point and write the report."""
    watch = Watch(os.path.realpath(root))
    sys.addaudithook(watch)
    code, failure = 70, ""
    try:
        code = command(COMMANDS[entry], root) if entry in COMMANDS else call(entry, root)
    except BaseException:  # noqa: BLE001 - whatever it is, the test wants to see it
        failure = traceback.format_exc()
    sys.stdout.flush()
    touched, doors, ran = sorted(watch.touched), sorted(watch.doors), sorted(watch.ran | watch.modules())
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    facts = {
        "code": code,
        "failure": failure,
        "touched": touched,
        "doors": doors,
        "ran": ran,
        "seconds": used.ru_utime + used.ru_stime,
        "mib": peak / 1024,
    }
    Path(report).write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
