"""What the components' tests share: training, storing and loading as Rasa's graph does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_project.components.tokenizer import BilingualTokenizer

_CONTEXT = ExecutionContext(GraphSchema({}))
_RESOURCE = Resource("component")
_TOKENIZER = BilingualTokenizer(BilingualTokenizer.get_default_config())


def untrained(component: Any, folder: Path = Path(), **config: Any) -> Any:
    """Return a component as Rasa creates it, with its storage in `folder`."""
    return component.create(config, LocalModelStorage(folder), _RESOURCE, _CONTEXT)


def trained(component: Any, examples: list[Message], folder: Path, **config: Any) -> Any:
    """Return a component as Rasa loads it, after another one was trained on the examples."""
    folder.mkdir(exist_ok=True)
    data = _TOKENIZER.process_training_data(TrainingData(examples))
    untrained(component, folder, **config).train(data)
    return component.load(config, LocalModelStorage(folder), _RESOURCE, _CONTEXT)


def parsed(component: Any, text: str, **data: Any) -> Message:
    """Return a message after the tokenizer and the component."""
    (message,) = component.process(_TOKENIZER.process([Message({"text": text, **data})]))
    return message
