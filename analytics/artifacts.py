"""Published versions of the trained models: written aside, checked, and swapped in whole.

    <root>/<version>/manifest.json      what the version holds, with the hash of each file
    <root>/<version>/...                npz, Parquet and JSON; no pickle
    <root>/current                      the name of the version that serves

A version is named by its time (UTC) and the hash of its manifest, and the manifest holds the hash
of every other file: nothing in a version can change without being noticed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any, Final

from analytics.errors import ArtifactError, SalesclerkError

SCHEMA: Final = 2
KEPT: Final = 5
"Versions that stay, so that a rollback has somewhere to go."
ABANDONED: Final = timedelta(days=1)
"Age from which a draft cannot be one that somebody still writes."
MANIFEST: Final = "manifest.json"
POINTER: Final = "current"
_DRAFT: Final = ".draft-"
_VERSION: Final = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{12}")
_LOGGER: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Artifact:
    """A version whose files are all as they were published."""

    version: str
    folder: Path
    manifest: Mapping[str, Any]


def publish(root: Path, write: Callable[[Path], Mapping[str, Any]]) -> str:
    """Write a new version, make it the current one, and return its name.

    When anything fails, the current version stays and nothing of the new one is left. Of several
    processes that publish at once, each gets its version; the last one is current.

    Args:
        write: fills the empty folder that it is given, and returns what the manifest is to say
            beside the files, such as the data window and the metrics: values that JSON knows.

    Raises:
        ArtifactError: `write` left no file, or something that is not a plain file.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _draft(root) as draft:
        facts = write(draft)
        files = _hashes(draft)
        if not files:
            raise ArtifactError("a version needs at least one file")
        now = datetime.now(UTC)
        manifest = {
            **facts,
            "schema": SCHEMA,
            "created_at": now.isoformat(),
            "package_version": package_version("salesclerk"),
            "files": files,
        }
        content = json.dumps(manifest, indent=2, sort_keys=True).encode()
        (draft / MANIFEST).write_bytes(content)
        _flush(draft)
        version = f"{now:%Y%m%dT%H%M%S%fZ}-{_name_hash(content)}"
        with _locked(root):
            draft.rename(root / version)
            _point(root, version)
            _prune(root)
    return version


@contextmanager
def training(root: Path) -> Iterator[None]:
    """Let one process at a time train, for the `with` block; others wait until it is through."""
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root, ".training"):
        yield


def current(root: Path) -> Artifact:
    """Return the version that serves, after comparing every file with its hash.

    Raises:
        ArtifactError: nothing is published, or the version is incomplete or altered.
    """
    return _verified(root, _pointed(root))


def versions(root: Path) -> list[str]:
    """Return the names of the published versions, newest first."""
    if not root.is_dir():
        return []
    return sorted(
        (path.name for path in root.iterdir() if _VERSION.fullmatch(path.name)), reverse=True
    )


def rollback(root: Path, version: str) -> Artifact:
    """Make an earlier version the current one, and return it.

    Raises:
        ArtifactError: there is no such version, or it is incomplete or altered.
    """
    artifact = _verified(root, version)
    with _locked(root):
        _point(root, version)
    return artifact


def drop(root: Path, unwanted: Collection[str]) -> None:
    """Remove published versions for good; where the current one is among them, nothing serves."""
    with _locked(root):
        if _pointed(root) in unwanted:
            (root / POINTER).unlink()
        for version in unwanted:
            # Renamed first: a reader finds the version whole or not at all.
            draft = (root / version).rename(root / f"{_DRAFT}{version}")
            shutil.rmtree(draft)


class Latest[T]:
    """What the current version holds, loaded; a newer one is picked up at the next `get`.

    A `get` costs one look at the pointer's file times. While one thread loads a new version, the
    others get the old object; where the new version is broken, all keep it, and that is logged
    once. Safe between threads.

    Args:
        root: the folder of the versions.
        load: makes the object from the folder of a version.
    """

    def __init__(self, root: Path, load: Callable[[Path], T]) -> None:
        self._root = root
        self._load = load
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._loaded: tuple[T] | None = None

    def get(self) -> T:
        """Return the object.

        Raises:
            ArtifactError: no version could be loaded yet; any other error of `load` as it is.
        """
        stamp = self._stamp()
        loaded = self._loaded
        if loaded is not None and stamp == self._seen:
            return loaded[0]
        if loaded is None:
            with self._lock:
                return self._refresh(stamp)
        if not self._lock.acquire(blocking=False):
            return loaded[0]
        try:
            return self._refresh(stamp)
        finally:
            self._lock.release()

    def _refresh(self, stamp: tuple[int, ...] | None) -> T:
        if self._loaded is not None and stamp == self._seen:
            return self._loaded[0]
        try:
            self._loaded = (self._load(current(self._root).folder),)
        except (SalesclerkError, OSError, ValueError, LookupError):
            if self._loaded is None:
                raise
            _LOGGER.exception("the newest version cannot be loaded, the one before stays")
        self._seen = stamp
        return self._loaded[0]

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = (self._root / POINTER).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


@contextmanager
def _draft(root: Path) -> Iterator[Path]:
    """Yield a new folder in `root`; what is left of it at the end is removed."""
    draft = root / f"{_DRAFT}{uuid.uuid4().hex}"
    draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _locked(root: Path, name: str = ".lock") -> Iterator[None]:
    """Hold a lock; by default the one to change which versions there are."""
    with (root / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _hashes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return sha256 and size of every file but the manifest, by its path inside the folder."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ArtifactError(f"{path}: not a plain file, as those of a version are")
        if path.is_file() and name != MANIFEST:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            files[name] = {"sha256": digest, "bytes": path.stat().st_size}
    return files


def _name_hash(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:12]


def _pointed(root: Path) -> str:
    """Return the name that the pointer holds."""
    try:
        return (root / POINTER).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError as error:
        raise ArtifactError(f"{root}: nothing published yet: run `salesclerk train`") from error


def _verified(root: Path, version: str) -> Artifact:
    # The pattern admits no separator and no dot, so the name cannot lead out of the root.
    if not _VERSION.fullmatch(version):
        raise ArtifactError(f"{version!r}: not the name of a version; there are {versions(root)}")
    folder = root / version
    if folder.is_symlink() or not folder.is_dir():
        raise ArtifactError(f"{folder}: no such version; there are {versions(root)}")
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ArtifactError(f"{folder / MANIFEST}: not readable ({error})") from error
    if not version.endswith(_name_hash(content)):
        raise ArtifactError(f"{folder / MANIFEST}: altered since it was published")
    manifest = json.loads(content)
    if manifest["schema"] != SCHEMA:
        raise ArtifactError(
            f"{folder / MANIFEST}: schema {manifest['schema']}, accepted is {SCHEMA}: train again"
        )
    _compare(folder, manifest["files"], _hashes(folder))
    return Artifact(version, folder, manifest)


def _compare(folder: Path, published: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Raise ArtifactError, naming the first file that is not as published."""
    for name in sorted({*published, *found}):
        if name not in found:
            raise ArtifactError(f"{folder / name}: missing")
        if name not in published:
            raise ArtifactError(f"{folder / name}: not part of the version")
        if published[name] != found[name]:
            raise ArtifactError(f"{folder / name}: altered since it was published")


def _point(root: Path, version: str) -> None:
    """Replace the pointer in one step; the caller holds the lock."""
    draft = root / f".{POINTER}"
    draft.write_text(version, encoding="utf-8")
    _flush_one(draft)
    draft.replace(root / POINTER)
    _flush_one(root)


def _prune(root: Path) -> None:
    """Remove all but the newest versions and the current one, and drafts that a crash left."""
    kept = {*versions(root)[:KEPT], _pointed(root)}
    for version in versions(root):
        if version not in kept:
            # Renamed first: a reader finds the version whole or not at all.
            (root / version).rename(root / f"{_DRAFT}{version}")
    oldest = time.time() - ABANDONED.total_seconds()
    for draft in root.glob(f"{_DRAFT}*"):
        pruned = _VERSION.fullmatch(draft.name.removeprefix(_DRAFT))
        if pruned or draft.stat().st_mtime < oldest:
            shutil.rmtree(draft)


def _flush(folder: Path) -> None:
    """Wait until the disk has the folder and all in it."""
    for path in [*folder.rglob("*"), folder]:
        _flush_one(path)


def _flush_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
