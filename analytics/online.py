"""What came of what the assistant suggested, as the shop's own records have it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.recommend.evaluation import online
from analytics.settings import Settings
from analytics.store import Store, frames, suggestions
from analytics.training_policy import load_training_policy


@dataclass(frozen=True)
class Online:
    """See `online.rates` and `online.revenue`."""

    rates: pd.DataFrame
    revenue: pd.DataFrame

    @property
    def shown(self) -> int:
        """How many suggestions there were."""
        return int(self.rates["shown"].iloc[0])


def evaluate_online(store: Store, settings: Settings) -> Online:
    """Put the orders that came in down to the suggestions before them, and work out the rates.

    Raises:
        StoreUnavailable: the shop's database does not answer.
        InvalidFile: the training policy cannot be used.
    """
    window = load_training_policy(settings.policies / "training.yml").bought_within
    with store.transaction() as session:
        suggestions.record_bought(session, window)
        shown = frames.suggestions(session)
    as_of = settings.now().replace(tzinfo=None)
    return Online(online.rates(shown, as_of=as_of, window=window), online.revenue(shown))
