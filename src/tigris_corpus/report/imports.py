"""What an import would do, for people: its changes, what is wrong with it, each where it was read, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tigris_corpus.issues import Severity, plural
from tigris_corpus.report import changes
from tigris_corpus.report.findings import listed
from tigris_corpus.report.source import Lines
from tigris_corpus.report.style import as_json, inert, painted, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tigris_corpus.editing.importing import Plan

SHOWN = 20


def render(plan: Plan, files: Mapping[str, bytes], *, shown: int = SHOWN, colour: bool = False) -> str:
    """Return a plan as text; ``files`` are those that were imported, for the lines that issues stand on."""
    ordered = sorted(plan.issues, key=lambda issue: issue.severity.rank)
    parts = listed(Lines(files.__getitem__), ordered[:shown], colour=colour, waivable=False)
    if len(ordered) > shown:
        parts.append(f"… and {len(ordered) - shown} more")
    if plan.is_sound:
        parts.append(changes.render(plan.changes, colour=colour).rstrip("\n"))
        parts += [f"kept as a pass: {visible(', '.join(plan.passes))}"] if plan.passes else []
    parts.append(verdict(plan, colour=colour))
    return "".join(f"{inert(line)}\n" for line in "\n\n".join(parts).split("\n"))


def verdict(plan: Plan, *, colour: bool = False) -> str:
    """Return whether a plan can be written, as one line."""
    errors = sum(issue.severity is Severity.ERROR for issue in plan.issues)
    warnings = len(plan.issues) - errors
    if errors:
        text = f"nothing is imported: {plural(errors, 'error')}, {plural(warnings, 'warning')}"
        return painted(text, "red", on=colour)
    count = plural(len(plan.documents), "document")
    return painted(
        f"{count}, {plural(len(plan.files), 'file')} to write, {plural(warnings, 'warning')}",
        "green",
        on=colour,
    )


def as_data(plan: Plan, *, is_written: bool) -> str:
    """Return a plan as one JSON object: whether it is sound and was written, its changes and its issues."""
    told = {
        "sound": plan.is_sound,
        "written": is_written,
        "documents": list(plan.documents),
        "passes": list(plan.passes),
        "untouched": list(plan.untouched),
        "files": sorted(plan.files),
        "changes": [change.as_dict() for change in plan.changes],
        "issues": [issue.as_dict() for issue in plan.issues],
    }
    return f"{as_json(told, indent=2)}\n"
