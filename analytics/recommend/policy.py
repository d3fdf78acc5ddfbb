"""The recommendation policy: what may be recommended, and how varied; the shop edits it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from analytics import policy_file

DEFAULT_POLICY: Final = Path(__file__).with_name("recommend.yml")


class Rule(policy_file.Part):
    """Products named by id, by the id of their category, or by brand."""

    items: frozenset[str]
    categories: frozenset[str]
    brands: frozenset[str]


class RecommendPolicy(policy_file.Part):
    """See recommend.yml, which explains every field."""

    allow: Rule
    deny: Rule
    diversity: Annotated[float, Field(ge=0, lt=1)]
    most_of_a_kind: Annotated[int, Field(ge=1)]


def load_recommend_policy(path: Path) -> RecommendPolicy:
    """Return the policy in `path`, a shop's own copy, or else the embedded default.

    Raises:
        InvalidFile: naming the file and each field that holds something else than it accepts.
    """
    return policy_file.load(path, DEFAULT_POLICY, RecommendPolicy)
