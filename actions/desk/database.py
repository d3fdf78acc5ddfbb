"""The shop's database for coroutines: each call is one transaction, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from actions.services import Services

Scope = Callable[[], AbstractContextManager[Session]]


async def read(services: Services, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function of a session, which only reads, returns."""
    return await asyncio.to_thread(read_now, services, function, *arguments)


async def write(services: Services, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function of a session returns, whose changes are kept."""
    return await asyncio.to_thread(_run, services.store.transaction, function, *arguments)


def read_now(services: Services, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function of a session, which only reads, returns; in this thread."""
    return _run(services.store.reading, function, *arguments)


def _run(scope: Scope, function: Callable[..., Any], *arguments: Any) -> Any:
    with scope() as session:
        return function(session, *arguments)
