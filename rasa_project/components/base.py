"""What all our graph components share: typed options, and a fingerprint of their code."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, Extra, ValidationError
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException

C = TypeVar("C", bound="Component")

# Before training, Rasa looks for its own extractors and selectors and warns that nothing learns
# from the annotations: ours do.
warnings.filterwarnings("ignore", message="You have defined training data", category=UserWarning)


class Options(BaseModel):
    """What can be set for a component in `config.yml`; each field says what it does."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Component(GraphComponent):
    """A graph component with `options`, made from its part of `config.yml`."""

    options_type: ClassVar[type[Options]] = Options

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Raise `InvalidConfigException` where `config` has unknown names or wrong values."""
        try:
            self.options = self.options_type(**config)
        except ValidationError as error:
            raise InvalidConfigException(f"{type(self).__name__} in config.yml: {error}") from error
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls: type[C],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> C:
        """Return a component that is not trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return a digest of this package's code.

        Rasa trains a component again when its class changed; it does not see what the class calls.
        """
        return package_digest()


def package_digest() -> str:
    """Return a digest of the Python files of this package."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
