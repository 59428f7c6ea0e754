"""Renderers, one a file. They return text; printing is for the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Format(NamedTuple):
    """A format of what validation found: the module here that renders it, and what it is for."""

    module: str
    purpose: str


FORMATS = {
    "text": Format("findings", "for people"),
    "json": Format("machine", "one document, for programs"),
    "jsonl": Format("lines", "one issue a line, as JSON"),
    "github": Format("github", "annotations in GitHub Actions"),
    "sarif": Format("sarif", "SARIF 2.1.0, for code scanning"),
}
"""Every format of ``tigris validate`` by its name."""


def renderer(name: str) -> Callable[..., str]:
    """Return the function that renders (report, issues) in a format; its module is imported now and not before."""
    render: Callable[..., str] = import_module(f"{__name__}.{FORMATS[name].module}").render
    return render
