"""Constructed interactions with a known answer."""

from __future__ import annotations

import pandas as pd

USERS = [f"u{number}" for number in range(8)]
ITEMS = [f"i{number}" for number in range(8)]


def interactions(pairs: list[tuple[str, str]], day: str = "2024-05-01") -> pd.DataFrame:
    """Return interactions of these users with these items, all at one time."""
    table = pd.DataFrame(pairs, columns=["user_id", "item_id"], dtype=object)
    return table.assign(timestamp=pd.Timestamp(day))


def checkerboard() -> pd.DataFrame:
    """Even users touch even items and odd users odd items, but each leaves out its own number.

    So the best item for user k is item k: everybody alike has it.
    """
    return interactions(
        [
            (user, item)
            for u, user in enumerate(USERS)
            for i, item in enumerate(ITEMS)
            if u % 2 == i % 2 and u != i
        ]
    )


def rated(ratings: dict[str, list[float | None]]) -> pd.DataFrame:
    """Return the ratings of each user for items i1, i2, and so on; None where there is none."""
    rows = [
        (user, f"i{number}", rating)
        for user, row in ratings.items()
        for number, rating in enumerate(row, start=1)
        if rating is not None
    ]
    table = pd.DataFrame(rows, columns=["user_id", "item_id", "rating"])
    return table.assign(timestamp=pd.Timestamp("2024-05-01"))


def textbook() -> pd.DataFrame:
    """Jannach et al., "Recommender systems: an introduction", 2010, chapter 2."""
    return rated(
        {
            "Alice": [5, 3, 4, 4, None],
            "U1": [3, 1, 2, 3, 3],
            "U2": [4, 3, 4, 3, 5],
            "U3": [3, 3, 1, 5, 4],
            "U4": [1, 5, 5, 2, 1],
        }
    )
