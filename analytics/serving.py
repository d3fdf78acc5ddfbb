"""The models of a published version, loaded to answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.customers import Segments
from analytics.forecast import Forecasts
from analytics.recommend import Recommender

RECOMMEND: Final = "recommend"
CUSTOMERS: Final = "customers"
FORECAST: Final = "forecast"
"The folder of each in a version."


@dataclass(frozen=True)
class Models:
    """What the shop's assistant asks; nothing in it changes after loading.

    Attributes:
        version: the name under which they were published.
    """

    version: str
    recommender: Recommender
    segments: Segments
    forecasts: Forecasts

    @classmethod
    def load(cls, folder: Path) -> Models:
        """Read the folder of a version that `train` published.

        Raises:
            ArtifactError: a file is missing or malformed.
        """
        return cls(
            version=folder.name,
            recommender=Recommender.load(folder / RECOMMEND),
            segments=Segments.load(folder / CUSTOMERS),
            forecasts=Forecasts.load(folder / FORECAST),
        )
