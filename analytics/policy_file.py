"""Policies: YAML files that a shop edits, checked field by field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from analytics.errors import InvalidFile


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("a time zone such as Europe/London") from error
    return name


TimeZone = Annotated[str, AfterValidator(_zone)]


class Part(BaseModel):
    """A policy, or a part of one: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def load[P: Part](path: Path, default: Path, kind: type[P]) -> P:
    """Return the policy in `path`, a shop's own copy, or else the one in `default`.

    Raises:
        InvalidFile: the file cannot be read, or a field holds something else than it accepts; the
            message names the file and every such field.
    """
    path = path if path.exists() else default
    try:
        # As text, so that an amount reaches Decimal as it was typed, not through a float.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidFile(f"{path}: accepted is a YAML file in UTF-8; {error}") from error
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, detail['loc'])) or 'content'}: {_fault(detail, kind)}"
            for detail in error.errors()
        )
        raise InvalidFile(f"{path}: {faults}") from error


def _fault(detail: ErrorDetails, kind: type[Part]) -> str:
    """Return what was found in a field, and what is accepted there."""
    if detail["type"] == "missing":
        return "missing, and has to be given"
    if detail["type"] == "extra_forbidden":
        fields = _part_at(kind, detail["loc"][:-1]).model_fields
        return f"no such field, accepted are {', '.join(fields)}"
    return f"found {detail['input']!r}, accepted: {detail['msg'].removeprefix('Value error, ')}"


def _part_at(kind: type[Part], place: Sequence[str | int]) -> type[Part]:
    """Return the part of a policy that stands at a place such as `("volume_tiers", 0)`."""
    for step in place:
        if isinstance(step, str):
            kind = next(iter(_parts(kind.model_fields[step].annotation)), kind)
    return kind


def _parts(annotation: Any) -> list[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for inside in get_args(annotation) for part in _parts(inside)]
