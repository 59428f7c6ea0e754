from __future__ import annotations

import pytest

from tigris_corpus.edtf import bounds


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2024", ("2024-01-01", "2024-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2023-02", ("2023-02-01", "2023-02-28")),
        ("2024-08-05", ("2024-08-05", "2024-08-05")),
        ("2024-08?", ("2024-08-01", "2024-08-31")),
        ("2023-10-15~/..", ("2023-10-15", None)),
        ("../2020", (None, "2020-12-31")),
        ("2024-01-28?/2024-02-03?", ("2024-01-28", "2024-02-03")),
        ("2024/2024-01", ("2024-01-01", "2024-01-31")),
    ],
)
def test_a_date_has_a_first_and_a_last_day(value: str, days: tuple[str | None, str | None]) -> None:
    assert bounds(value) == days


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2023-02-29",
        "2024-13",
        "2024-1",
        "24",
        "0000",
        "2024-08/2024-07",
        "../..",
        "..",
        "/2024",
        "2024-08-05\n",
        "２０２４",
    ],
)
def test_what_is_no_date_has_none(value: str) -> None:
    assert bounds(value) is None
