"""How sure the search is of an article, and how sure it has to be.

The weights and the thresholds stand in decision.yml; `python -m benchmarks.fit_faq` finds them on
the development questions, writes that file and draws docs/faq-threshold.png.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from analytics import policy_file

FILE: Final = Path(__file__).with_name("decision.yml")

Values = npt.NDArray[np.float64]


class Talk(NamedTuple):
    """What a question has of talk that no article is about, whatever the article.

    Attributes:
        nearness: the mean cosine of the three nearest sentences of unrelated talk.
        words: the greatest `WordIndex.scores` among these sentences.
        strange: the share of its words that no article holds.
        length: the logarithm of 1 + the number of its words.
    """

    nearness: float
    words: float
    strange: float
    length: float


class Weights(policy_file.Part):
    """A logistic regression: what each sign is worth for an article being the right one.

    Attributes:
        threshold: the least chance at which an article is given as the answer.
    """

    nearness: float
    words: float
    talk_nearness: float
    talk_words: float
    talk_strange: float
    talk_length: float
    constant: float
    threshold: float

    def chance(self, nearness: Values, words: Values, talk: Talk) -> Values:
        """The chance of each article (articles,), from 0 to 1, that it answers the question.

        `nearness` is the mean cosine of its two nearest wordings, `words` what `WordIndex.scores`
        says of it.
        """
        evidence = (
            self.nearness * nearness
            + self.words * words
            + self.talk_nearness * talk.nearness
            + self.talk_words * talk.words
            + self.talk_strange * talk.strange
            + self.talk_length * talk.length
            + self.constant
        )
        return 1 / (1 + np.exp(-evidence))


class Decision(policy_file.Part):
    """Weights for articles worded in the question's language, and for those in the other."""

    same: Weights
    across: Weights


DECISION: Final = policy_file.load(FILE, FILE, Decision)
