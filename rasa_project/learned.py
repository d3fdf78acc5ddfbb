"""What a shop has had the bot learn beside our own sentences: `salesclerk questions answer`.

`training/nlu.<language>.yml` in the home, in Rasa's format.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from analytics.errors import InvalidFile
from analytics.settings import Settings
from rasa_project.evaluation.sets import Example, intent_of

BULLET = "- "


def files(settings: Settings) -> list[Path]:
    """Return the files that there are."""
    return sorted(settings.training.glob("nlu.*.yml"))


def examples(settings: Settings) -> list[Example]:
    """Return the sentences with their intents.

    Raises:
        InvalidFile: a file does not hold sentences by intent, as Rasa writes them.
    """
    return [one for path in files(settings) for one in _examples(path)]


def _examples(path: Path) -> list[Example]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [
            Example(line[len(BULLET) :], intent_of(entry["intent"]))
            for entry in document["nlu"]
            for line in entry["examples"].splitlines()
            if line.startswith(BULLET)
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InvalidFile(
            f"{path}: {error!r}; accepted is a list `nlu` of `intent` and `examples`"
        ) from error
