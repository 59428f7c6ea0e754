"""How far each country reaches: a box around its towns, from GeoNames (CC BY 4.0), written by ``scripts/countries.py``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("countries.csv")


@cache
def _boxes() -> dict[str, tuple[float, ...]]:
    with _TABLE.open(encoding="ascii", newline="") as file:
        _, *rows = csv.reader(file)
    return {country: tuple(map(float, ends)) for country, *ends in rows}


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
