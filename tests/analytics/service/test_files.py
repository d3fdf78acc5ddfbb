"""Files for one person: only their link opens them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from analytics.identity import FILE_LIFETIME, FILES_FOLDER, verify_file
from analytics.service.files import ADDRESS, publish
from analytics.settings import Secrets, Settings


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)}).secrets


def files(home: Path) -> list[Path]:
    return sorted((home / FILES_FOLDER).iterdir())


def test_a_file_is_kept_for_its_owner_and_opened_by_its_link(
    tmp_path: Path, secrets: Secrets
) -> None:
    link = publish(b"content", "INV-1.pdf", tmp_path, secrets)
    assert link.startswith(ADDRESS)
    file = verify_file(link.removeprefix(ADDRESS), secrets)
    assert file.name == "INV-1.pdf"
    (path,) = files(tmp_path)
    assert path.name == f"{file.key}.pdf"
    assert path.read_bytes() == b"content"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_no_name_leaves_the_folder(tmp_path: Path, secrets: Secrets) -> None:
    publish(b"content", "../../secrets.json", tmp_path, secrets)
    (path,) = files(tmp_path)
    assert path.stem.isalnum()


def test_publishing_again_keeps_one_file(tmp_path: Path, secrets: Secrets) -> None:
    publish(b"content", "a.pdf", tmp_path, secrets)
    publish(b"content", "b.pdf", tmp_path, secrets)
    assert len(files(tmp_path)) == 1
    publish(b"other", "a.pdf", tmp_path, secrets)
    assert len(files(tmp_path)) == 2


def test_a_file_goes_after_its_last_link(tmp_path: Path, secrets: Secrets) -> None:
    publish(b"old", "a.pdf", tmp_path, secrets)
    publish(b"recent", "b.pdf", tmp_path, secrets)
    day = FILE_LIFETIME.total_seconds()
    for path in files(tmp_path):
        age = day + 7200 if path.read_bytes() == b"old" else day
        os.utime(path, (time.time() - age,) * 2)
    publish(b"new", "c.pdf", tmp_path, secrets)
    assert {path.read_bytes() for path in files(tmp_path)} == {b"recent", b"new"}


def test_a_failure_leaves_no_half_file(
    tmp_path: Path, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        publish(b"content", "a.pdf", tmp_path, secrets)
    assert files(tmp_path) == []
