"""Where things are kept and which models are used: read once, frozen, passed in.

`JIANWEN_HOME` moves settings, models and the default library below one folder (a memory stick, a test's folder).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import JianwenError

PROGRAM_FOLDER = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder for everything of this user: `JIANWEN_HOME`, else the platform's data folder."""
    moved = os.environ.get("JIANWEN_HOME")
    return Path(moved) if moved else Path(platformdirs.user_data_dir("jianwen", appauthor=False))


def default_library() -> Path:
    return home() / "library"


def model_folders() -> tuple[Path, ...]:
    """Searched in this order: models/ beside the program, then the user's own (where `models fetch` writes)."""
    return PROGRAM_FOLDER / "models", home() / "models"


class Settings(BaseModel):
    """Names are file or folder names inside one of `model_folders()`, or absolute paths."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chat_model: str = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    embedding_model: str = "multilingual-e5-small"
    context_tokens: int = 4096
    threads: int = 0  # 0: physical cores


def settings_file() -> Path:
    return home() / "settings.json"


def load_settings() -> Settings:
    """Read the settings; defaults when there is no file.

    Raises:
        JianwenError: the file is not readable as settings.
    """
    path = settings_file()
    try:
        return Settings.model_validate(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, ValidationError) as error:
        raise JianwenError(
            f"设置文件 {path} 读不懂（{type(error).__name__}）。请删除它以恢复默认设置，或改正其中的内容。"
        ) from error


def save_settings(settings: Settings) -> None:
    """Write the settings whole: a reader sees the old file or the new one, never half of one."""
    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(settings.model_dump_json(indent=2), "utf-8")
    scratch.replace(path)
