"""A small corpus of questions and their paragraphs, as training reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows: list[dict[str, Any]] = []
    for number in range(60):
        text = f"第{number}中学位于长江路{number}号。该校有教师{number + 100}名。校长是王{number}。"
        text += "学校食堂明厨亮灶，师生满意。"
        for question, answer in (("有多少名教师？", f"{number + 100}名"), ("的校长是谁？", f"王{number}")):
            first = question.startswith("有")
            rows.append(
                {
                    "question": f"第{number}中学{question}",
                    "paragraph_id": str(number),
                    "answers": [answer],
                    "title": f"第{number}中学",
                    "source": "made",
                }
                | ({"text": text} if first else {})
            )
    path = tmp_path / "reading.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path
