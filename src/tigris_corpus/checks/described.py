"""L0: what the descriptor says of the package for those who get a copy: names, licences, sources, people."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from tigris_corpus import jsontext
from tigris_corpus.checks.package import RULES
from tigris_corpus.checks.rule import Check, Stage
from tigris_corpus.descriptor import DESCRIPTOR, nearest
from tigris_corpus.issues import Location
from tigris_corpus.paths import MAX_JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tigris_corpus.engine.snapshot import Snapshot
    from tigris_corpus.issues import Issue

_WIDEST = 80


class _Fault(NamedTuple):
    """Where the descriptor says nothing that holds: a JSON Pointer, the value there, what is wrong, and the code."""

    pointer: str
    value: Any
    message: str
    code: str = "pkg.metadata"


CREDENTIALS = re.compile(
    r"https?://[^/?#\s]*@|[?&#;](?:(?:access|auth|api|id|private|session)?[-_]?(?:token|key)|password|passwd|secret|"
    r"sig|signature|x-amz-signature|client_secret)=[^&\s]",
    re.IGNORECASE,
)
"""An address with the name of somebody before its host, which passes for the host, or with a key among what is asked for."""


class _Form(NamedTuple):
    """A form that values have, and how it is called."""

    fits: Callable[[str], object]
    meaning: str


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


_TIMES = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?")
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"https?://[A-Za-z0-9][^\s<>\"]*", re.IGNORECASE)
_TEXT = _Form(str.strip, "text")
_NAME = _Form(
    re.compile("[a-z0-9]+([._-][a-z0-9]+)*").fullmatch,
    "lower-case letters, digits, dots, dashes and underscores",
)
_VERSION = _Form(
    re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[0-9A-Za-z.-]+)?").fullmatch,
    "three numbers with dots between",
)
_TIME = _Form(lambda value: _TIMES.fullmatch(value) and _is_day(value[:10]), "a date")
_URL = _Form(_WEB.fullmatch, "an address that begins with http:// or https://")
_PLACE = _Form(
    lambda value: _WEB.fullmatch(value) if _SCHEME.match(value) else value.strip(),
    "an address that begins with http:// or https://, or a path",
)
_MAIL = _Form(re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch, "an address of e-mail")
_STANDARD = _Form(
    re.compile(r"https://datapackage\.org/profiles/2\.[0-9x]+/datapackage\.json").fullmatch,
    "the address of Data Package v2, without which its properties mean something else",
)
_SEVERAL = _Form(str.strip, "a list of texts")
"""The form of a list of texts, each of which is there once."""
_PACKAGE = {
    "$schema": _STANDARD,
    "name": _NAME,
    "version": _VERSION,
    "created": _TIME,
    "title": _TEXT,
    "description": _TEXT,
    "homepage": _URL,
    "image": _PLACE,
    "keywords": _SEVERAL,
}
_RESOURCE = {"title": _TEXT, "description": _TEXT, "keywords": _SEVERAL}
_TOLD = ("name", "version")
"""Where a package has no text in their place, its reader says so."""
_LISTS: Mapping[str, Mapping[str, _Form]] = {
    "licenses": {"name": _TEXT, "path": _PLACE, "title": _TEXT},
    "sources": {"title": _TEXT, "path": _PLACE, "email": _MAIL, "version": _TEXT},
    "contributors": {
        "title": _TEXT,
        "givenName": _TEXT,
        "familyName": _TEXT,
        "organization": _TEXT,
        "path": _PLACE,
        "email": _MAIL,
        "role": _TEXT,
        "roles": _SEVERAL,
    },
}
"""What is listed of a package or a resource, and the properties of each of the list."""
_NEEDED = {
    "sources": ("title", "path"),
    "contributors": ("title", "givenName", "familyName", "organization"),
}
"""Of these, each of a list has at least one."""
_RESPONSIBLE = "responsible_ai"
_COMMONS = re.compile("CC-?(BY(?:-NC)?(?:-ND|-SA)?|0)-([0-9.]+)")
"""The names of the licences of Creative Commons: what they ask for, and their version."""
_CALLED = {"licenses": "a licence", "sources": "a source", "contributors": "a contributor"}


def metadata(snapshot: Snapshot) -> Iterator[Issue]:
    """Yield the properties of the descriptor that say nothing, or nothing that holds."""
    described = snapshot.package.descriptor
    if not described:
        return
    faults = list(_faults(described))
    if not faults:
        return
    text = snapshot.package.gate.read(DESCRIPTOR, MAX_JSON).decode("utf-8")
    lines = jsontext.pointer_lines(text, [fault.pointer for fault in faults])
    for pointer, value, message, code in faults:
        at = Location(file=DESCRIPTOR, line=lines.get(pointer, 1), pointer=pointer)
        yield RULES[code].issue(at, None if value is None else str(value), message)


def _faults(described: dict[str, Any]) -> Iterator[_Fault]:
    forms = {
        key: form for key, form in _PACKAGE.items() if key not in _TOLD or isinstance(described.get(key), str)
    }
    yield from _of_forms(described, forms, "")
    for key in ("$schema", "title"):
        if key not in described:
            yield _Fault(f"/{key}", None, f"the package has no {key}")
    licences = described.get("licenses")
    if not isinstance(licences, list) or not licences or not all(map(_is_licence, licences)):
        yield _Fault("/licenses", None, "the package names no licence")
    yield from _of_lists(described, "")
    responsible = described.get("tigris", {})
    responsible = responsible.get(_RESPONSIBLE, {}) if isinstance(responsible, dict) else {}
    for key, value in responsible.items() if isinstance(responsible, dict) else ():
        pointer = f"/tigris/{_RESPONSIBLE}/{jsontext.escape(key)}"
        if isinstance(value, list):
            yield from _of_words(value, pointer)
        elif not isinstance(value, str) or not value.strip():
            yield _Fault(pointer, value, f"{key} is text, or {_SEVERAL.meaning}")
    resources = described.get("resources")
    for index, resource in enumerate(resources if isinstance(resources, list) else ()):
        if isinstance(resource, dict):
            yield from _of_resource(resource, f"/resources/{index}")


def _is_licence(licence: Any) -> bool:
    return isinstance(licence, dict) and ("name" in licence or "path" in licence)


def _of_resource(resource: dict[str, Any], pointer: str) -> Iterator[_Fault]:
    yield from _of_forms(resource, _RESOURCE, pointer)
    yield from _of_lists(resource, pointer)
    if not _has_its_format(resource):
        message = f"the format is {str(resource['format'])!r}, and the file is {str(resource.get('path'))[:_WIDEST]!r}"
        yield _Fault(f"{pointer}/format", resource["format"], message)
    encoding = str(resource.get("encoding", "utf-8"))
    if encoding.lower() not in {"utf-8", "utf8"}:
        yield _Fault(f"{pointer}/encoding", encoding, f"the encoding is {encoding!r}, and tables are UTF-8")


def _has_its_format(resource: dict[str, Any]) -> bool:
    """Whether the format of a resource, where it says one, is how its file ends."""
    path = resource.get("path")
    paths = [path] if isinstance(path, str) else path if isinstance(path, list) else []
    ends = {str(one).rpartition(".")[2].lower() for one in paths}
    return "format" not in resource or not ends or ends == {str(resource["format"]).lower()}


def _of_forms(described: dict[str, Any], forms: Mapping[str, _Form], pointer: str) -> Iterator[_Fault]:
    """Yield the properties that have not their form."""
    for key, form in forms.items():
        if key not in described:
            continue
        at, value = f"{pointer}/{key}", described[key]
        if form is _SEVERAL:
            yield from _of_words(value, at)
        elif not isinstance(value, str) or not form.fits(value):
            yield _Fault(at, value, f"{key} {str(value)[:_WIDEST]!r} is not {form.meaning}")
        elif form in (_URL, _PLACE) and CREDENTIALS.search(value):
            yield _Fault(
                at, None, f"{key} is an address with a name, password or key in it", "sec.credentials"
            )


def _of_lists(described: dict[str, Any], pointer: str) -> Iterator[_Fault]:
    """Yield what is wrong with the licences, sources and people of a package or a resource."""
    for key, forms in _LISTS.items():
        listed = described.get(key)
        if key not in described or (key == "licenses" and not isinstance(listed, list)):
            continue
        if not isinstance(listed, list):
            yield _Fault(f"{pointer}/{key}", listed, f"{key} is a list")
            continue
        for index, one in enumerate(listed):
            at = f"{pointer}/{key}/{index}"
            if not isinstance(one, dict):
                yield _Fault(at, one, f"{_CALLED[key]} is an object")
            elif one in listed[:index]:
                yield _Fault(at, None, f"{_CALLED[key]} is listed twice")
            elif key in _NEEDED and not any(name in one for name in _NEEDED[key]):
                yield _Fault(at, None, f"{_CALLED[key]} has no {' or '.join(_NEEDED[key][:2])}")
            else:
                yield from _of_one(one, key, forms, at)


def _of_one(one: dict[str, Any], kind: str, forms: Mapping[str, _Form], pointer: str) -> Iterator[_Fault]:
    yield from _of_forms(one, forms, pointer)
    for key in one.keys() - forms.keys():
        meant = nearest(key, tuple(forms))
        if meant and meant not in one:
            message = f"the property {key!r} says nothing to anyone: {meant!r} is most likely meant"
            yield _Fault(f"{pointer}/{jsontext.escape(key)}", key, message, "pkg.unknown-property")
    named, address = _COMMONS.fullmatch(str(one.get("name"))), str(one.get("path")).lower()
    if kind == "licenses" and named and "creativecommons.org" in address:
        asks, version = named.groups()
        where = "publicdomain/zero" if asks == "0" else f"licenses/{asks.lower()}"
        if f"/{where}/{version}" not in address:
            message = f"the name is {one['name']!r}, and the address that of another licence"
            yield _Fault(f"{pointer}/path", one["path"], message)


def _of_words(words: Any, pointer: str) -> Iterator[_Fault]:
    """Yield the words of a list that are none, or are there twice."""
    if not isinstance(words, list) or not words:
        yield _Fault(pointer, words, f"{pointer.rpartition('/')[2]} is {_SEVERAL.meaning}")
        return
    for index, word in enumerate(words):
        if not isinstance(word, str) or not word.strip():
            yield _Fault(f"{pointer}/{index}", word, f"{str(word)[:_WIDEST]!r} is no text")
        elif word in words[:index]:
            yield _Fault(f"{pointer}/{index}", word, f"{word[:_WIDEST]!r} is there twice")


_REPORTED = ("pkg.metadata", "pkg.unknown-property", "sec.credentials")
CHECKS = (Check(tuple(RULES[code] for code in _REPORTED), metadata, stages=(Stage.PACKAGE,)),)
