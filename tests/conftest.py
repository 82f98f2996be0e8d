"""What every test gets: no network, a home folder of its own; and on request the real models and a filled library."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.settings import Settings, model_folders

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = ROOT / "tests" / "offline"
SAMPLE = ROOT / "seeds" / "lvliang-education-bulletin-2024-03.txt"

runpy.run_path(str(OFFLINE / "sitecustomize.py"))  # blocks the network in this process

_REAL_MODELS = tuple(folder for folder in model_folders() if folder.is_dir())


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings, models and libraries of a test live below its own folder, and no network is used, in no process."""
    attempts = tmp_path / "network-attempts"
    monkeypatch.setenv("JIANWEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JIANWEN_TEST_NETWORK_LOG", str(attempts))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(OFFLINE), str(ROOT)]))
    yield
    assert not attempts.exists(), f"the network was used: {attempts.read_text('utf-8')}"


@pytest.fixture(scope="session")
def models_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder whose models/ holds the real default models: for JIANWEN_HOME."""
    folder = tmp_path_factory.mktemp("models-home")
    (folder / "models").mkdir()
    settings = Settings()
    for name in (settings.chat_model, settings.embedding_model):
        found = next((place / name for place in _REAL_MODELS if (place / name).exists()), None)
        assert found is not None, f"{name} is in none of {_REAL_MODELS}: run `python3 run.py models fetch`"
        (folder / "models" / name).symlink_to(found)
    return folder
