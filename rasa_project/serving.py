"""What serving our bot does not need of Rasa, left out before Rasa is loaded.

Rasa imports TensorFlow in every process, for classes that only the training of its neural models
uses; we have none of these. And it checks its own JSON schema at every call of an action. Both
cost more than all of our own understanding: 350 MB of memory, and a third of a turn. Training runs
in a process of its own, with nothing left out.

`python -m rasa_project.serving` is the command `rasa`, for serving.
"""

from __future__ import annotations

import gc
import importlib
import sys
import warnings
from types import ModuleType
from typing import Any, Final

from analytics.privacy import masking

TRAINING_ONLY: Final = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaDataGenerator", "RasaBatchDataGenerator"),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}
"Modules that serving imports but never calls, with the classes that are asked of them."


def prepare() -> None:
    """Leave out what serving does not need; call it before anything of Rasa is imported.

    Raises:
        RuntimeError: TensorFlow is loaded already.
    """
    if "tensorflow" in sys.modules:
        raise RuntimeError("TensorFlow is loaded already: prepare serving before importing Rasa")
    for name, classes in TRAINING_ONLY.items():
        module = ModuleType(name, "Left out while serving; see rasa_project.serving.")
        for one in classes:
            setattr(module, one, type(one, (), {}))
        sys.modules[name] = module
    _hide_deprecations()
    _check_schema_once()


def _hide_deprecations() -> None:
    """Undo what Sanic does at import: show every library's warnings to those who run the shop."""
    importlib.import_module("sanic")
    warnings.filterwarnings("ignore", category=DeprecationWarning)


def settle() -> None:
    """Tell the garbage collector that what is loaded now stays; call it once the bot is loaded.

    Otherwise it looks through the whole bot again and again, in the middle of somebody's turn.
    """
    gc.collect()
    gc.freeze()


def _check_schema_once() -> None:
    """Check what an action answers against a schema that is itself checked only now."""
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(_self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


if __name__ == "__main__":
    masking.install()
    prepare()
    from rasa.__main__ import main

    main()
