from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import artifacts
from analytics.artifacts import KEPT, Latest, current, publish, rollback, versions
from analytics.errors import ArtifactError


def writer(text: str) -> Callable[[Path], Mapping[str, Any]]:
    def write(folder: Path) -> Mapping[str, Any]:
        (folder / "sub").mkdir()
        (folder / "sub" / "model.json").write_text(text)
        (folder / "table.bin").write_bytes(b"\x00" * 8)
        return {"metrics": {"ndcg": 0.5}}

    return write


def read(folder: Path) -> str:
    return (folder / "sub" / "model.json").read_text()


def publish_text(root: Path, text: str) -> str:
    return publish(root, writer(text))


def visible(root: Path) -> set[str]:
    """Return what stands in the root beside the lock."""
    return {path.name for path in root.iterdir()} - {".lock"}


def test_what_is_published_is_current(tmp_path: Path) -> None:
    root = tmp_path / "artifacts"
    version = publish_text(root, "one")
    artifact = current(root)
    assert artifact.version == version
    assert read(artifact.folder) == "one"
    assert artifact.manifest["metrics"] == {"ndcg": 0.5}
    assert set(artifact.manifest["files"]) == {"sub/model.json", "table.bin"}
    assert artifact.manifest["files"]["table.bin"]["bytes"] == 8
    assert {"created_at", "package_version", "schema"} <= set(artifact.manifest)
    assert visible(root) == {version, "current"}


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="salesclerk train"):
        current(tmp_path)
    assert versions(tmp_path / "nowhere") == []


def test_a_crash_while_writing_leaves_the_current_version(tmp_path: Path) -> None:
    version = publish_text(tmp_path, "one")

    def crash(folder: Path) -> Mapping[str, Any]:
        (folder / "half").write_text("written")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, crash)
    assert current(tmp_path).version == version
    assert visible(tmp_path) == {version, "current"}


@pytest.mark.parametrize("step", ["_hashes", "_flush", "_point"])
def test_a_failure_at_any_step_leaves_the_current_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    version = publish_text(tmp_path, "one")

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr(artifacts, step, fail)
        publish_text(tmp_path, "two")
    assert current(tmp_path).version == version
    assert publish_text(tmp_path, "three") == current(tmp_path).version


def test_facts_that_json_does_not_know_publish_nothing(tmp_path: Path) -> None:
    def write(folder: Path) -> Mapping[str, Any]:
        (folder / "model.json").write_text("{}")
        return {"metrics": object()}

    with pytest.raises(TypeError):
        publish(tmp_path, write)
    assert visible(tmp_path) == set()


def test_an_empty_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="at least one file"):
        publish(tmp_path, lambda folder: {})
    assert versions(tmp_path) == []


def test_a_link_is_refused_in_writing_and_in_reading(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("secret")
    root = tmp_path / "artifacts"

    def write(folder: Path) -> Mapping[str, Any]:
        (folder / "model.json").symlink_to(outside)
        return {}

    with pytest.raises(ArtifactError, match="not a plain file"):
        publish(root, write)
    version = publish_text(root, "one")
    (root / version / "table.bin").unlink()
    (root / version / "table.bin").symlink_to(outside)
    with pytest.raises(ArtifactError, match="not a plain file"):
        current(root)


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: alter(folder / "table.bin"), r"table\.bin: altered"),
        (lambda folder: alter(folder / "manifest.json"), r"manifest\.json: altered"),
        (lambda folder: (folder / "table.bin").unlink(), r"table\.bin: missing"),
        (lambda folder: (folder / "manifest.json").unlink(), r"manifest\.json: not readable"),
        (lambda folder: (folder / "more.npz").touch(), r"more\.npz: not part of the version"),
        (lambda folder: folder.rename(folder.parent / "elsewhere"), "no such version"),
    ],
)
def test_damage_is_named(tmp_path: Path, damage: Callable[[Path], object], message: str) -> None:
    version = publish_text(tmp_path, "one")
    damage(tmp_path / version)
    with pytest.raises(ArtifactError, match=message):
        current(tmp_path)


def test_a_manifest_of_another_schema_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "SCHEMA", 99)
        publish_text(tmp_path, "from the future")
    with pytest.raises(ArtifactError, match=f"schema 99, accepted is {artifacts.SCHEMA}"):
        current(tmp_path)


@settings(deadline=None)
@given(
    name=st.one_of(
        st.text(max_size=40),
        st.sampled_from(["..", "../x", "/etc", ".", "", "20240501T120000000000Z-0123456789ab/.."]),
    )
)
def test_no_name_leads_out_of_the_root(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = tmp_path_factory.mktemp("artifacts")
    publish_text(root, "one")
    before = (root / "current").read_text()
    with pytest.raises(ArtifactError):
        rollback(root, name)
    assert (root / "current").read_text() == before
    (root / "current").write_text(name, encoding="utf-8")
    with pytest.raises(ArtifactError):
        current(root)


def test_rollback_points_back(tmp_path: Path) -> None:
    first, second = publish_text(tmp_path, "one"), publish_text(tmp_path, "two")
    assert versions(tmp_path) == [second, first]
    assert rollback(tmp_path, first).version == first
    assert read(current(tmp_path).folder) == "one"
    assert versions(tmp_path) == [second, first]


def test_rollback_refuses_a_damaged_version(tmp_path: Path) -> None:
    first, second = publish_text(tmp_path, "one"), publish_text(tmp_path, "two")
    alter(tmp_path / first / "table.bin")
    with pytest.raises(ArtifactError, match="altered"):
        rollback(tmp_path, first)
    assert current(tmp_path).version == second


def test_only_the_last_versions_stay(tmp_path: Path) -> None:
    published = [publish_text(tmp_path, str(number)) for number in range(KEPT + 3)]
    assert versions(tmp_path) == published[: -KEPT - 1 : -1]
    assert visible(tmp_path) == {*published[-KEPT:], "current"}


def test_drafts_of_a_killed_process_go_when_they_are_old(tmp_path: Path) -> None:
    fresh, old = tmp_path / ".draft-fresh", tmp_path / ".draft-old"
    for draft in (fresh, old):
        draft.mkdir(parents=True)
        (draft / "half").write_text("written")
    os.utime(old, (0, 0))
    version = publish_text(tmp_path, "one")
    assert visible(tmp_path) == {version, "current", ".draft-fresh"}


def test_processes_that_publish_at_once_all_succeed(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(4)]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        published = list(pool.map(publish_text, [tmp_path] * 4, texts))
    assert set(versions(tmp_path)) == set(published)
    assert [read(rollback(tmp_path, version).folder) for version in published] == texts


class Loads:
    """Reads a version and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, folder: Path) -> str:
        self.count += 1
        text = read(folder)
        if text == "broken":
            raise ArtifactError("model.json: broken")
        return text


def test_latest_loads_once_and_again_when_the_pointer_moves(tmp_path: Path) -> None:
    loads = Loads()
    latest = Latest(tmp_path, loads)
    first = publish_text(tmp_path, "one")
    assert [latest.get(), latest.get()] == ["one", "one"]
    publish_text(tmp_path, "two")
    assert [latest.get(), latest.get()] == ["two", "two"]
    rollback(tmp_path, first)
    assert [latest.get(), latest.get()] == ["one", "one"]
    assert loads.count == 3


def test_latest_needs_a_first_version(tmp_path: Path) -> None:
    latest = Latest(tmp_path, Loads())
    with pytest.raises(ArtifactError, match="nothing published"):
        latest.get()
    publish_text(tmp_path, "one")
    assert latest.get() == "one"


def test_latest_keeps_the_old_one_when_the_new_one_is_broken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    latest = Latest(tmp_path, Loads())
    publish_text(tmp_path, "one")
    assert latest.get() == "one"
    publish_text(tmp_path, "broken")
    with caplog.at_level(logging.ERROR):
        assert [latest.get(), latest.get(), latest.get()] == ["one", "one", "one"]
    assert len(caplog.records) == 1
    (tmp_path / "current").unlink()
    assert latest.get() == "one"
    publish_text(tmp_path, "two")
    assert latest.get() == "two"


def test_latest_serves_the_old_one_while_a_new_one_loads(tmp_path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def load(folder: Path) -> str:
        text = read(folder)
        if text == "slow":
            entered.set()
            assert leave.wait(30)
        return text

    latest = Latest(tmp_path, load)
    publish_text(tmp_path, "one")
    assert latest.get() == "one"
    publish_text(tmp_path, "slow")
    loader = threading.Thread(target=latest.get)
    loader.start()
    assert entered.wait(30)
    assert latest.get() == "one"
    leave.set()
    loader.join(30)
    assert latest.get() == "slow"


def test_latest_loads_once_for_many_threads(tmp_path: Path) -> None:
    loads = Loads()
    latest = Latest(tmp_path, loads)
    publish_text(tmp_path, "one")
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(latest.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == ["one"] * 8
    assert loads.count == 1


def test_manifest_says_who_wrote_it_even_when_the_facts_differ(tmp_path: Path) -> None:
    def write(folder: Path) -> Mapping[str, Any]:
        (folder / "model.json").write_text("{}")
        return {"schema": "mine", "files": {"../outside": {}}}

    version = publish(tmp_path, write)
    manifest = json.loads((tmp_path / version / "manifest.json").read_text())
    assert manifest["schema"] == artifacts.SCHEMA
    assert set(manifest["files"]) == {"model.json"}
    assert current(tmp_path).version == version
