"""What each country is called, and how far it reaches: a box around its towns, from GeoNames (CC BY 4.0), by ``scripts/countries.py``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("countries.csv")


@cache
def _rows() -> list[list[str]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@cache
def _boxes() -> dict[str, tuple[float, ...]]:
    return {country: tuple(map(float, ends)) for country, _, *ends in _rows()}


@cache
def _names() -> dict[str, str]:
    return {name.strip().casefold(): country for country, name, *_ in _rows()}


def of_name(name: str) -> str | None:
    """Return the country (ISO 3166-1 alpha-3) that has an English name, or None.

    >>> of_name("Iran"), of_name("Baghdad")
    ('IRN', None)
    """
    return _names().get(name.casefold())


def reaches(country: str, latitude: float, longitude: float) -> bool:
    """Whether a country (ISO 3166-1 alpha-3) may reach a position, in degrees; one that is not known reaches everywhere.

    >>> reaches("LBN", 33.9, 35.5), reaches("LBN", 35.5, 33.9), reaches("ZZZ", 0, 0)
    (True, False, True)
    """
    box = _boxes().get(country)
    if box is None:
        return True
    south, north, west, east = box
    return south <= latitude <= north and west <= longitude <= east
