"""The arithmetic and the tables of the benches. Speed itself is never asserted."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench import reading, speed
from bench.__main__ import BENCHES, MENDABLE, main
from bench.llama_index import EngineAnswer
from bench.passages import KeepingEmbedder, projected, recombined
from bench.report import Figures, Measurement, Report, Row, as_json, figure, notes, pooled, show
from bench.typeset import broken
from rag.errors import JianwenError
from tests.fakes import FakeEmbedder

POSITIVE = st.floats(0.001, 1e6)


def report(*rows: Row, busy: float = 0.0) -> Report:
    return Report("x", (Measurement("k", "甲 ÷ 乙", "甲", "乙", "秒", rows),), ("一条说明",), {"busy_percent": busy})


def shown(value: Report) -> str:
    console = Console(file=io.StringIO(), width=120, markup=False, highlight=False)
    show(value, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_medians() -> None:
    row = Row("r", (1.0, 10.0, 30.0), (2.0, 10.0, 10.0))
    assert row.ratios == (0.5, 1.0, 3.0)
    assert row.ratio == 1.0


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=9))
def test_a_ratio_lies_within_its_range_and_turns_over_with_its_sides(rounds: list[tuple[float, float]]) -> None:
    ours, base = tuple(a for a, _ in rounds), tuple(b for _, b in rounds)
    row, turned = Row("r", ours, base), Row("r", base, ours)
    assert min(row.ratios) <= row.ratio <= max(row.ratios)
    if len(rounds) % 2:  # the mean of two middle values does not turn over
        assert row.ratio * turned.ratio == pytest.approx(1.0)


@pytest.mark.parametrize(("ours", "base"), [((), ()), ((1.0,), (1.0, 2.0)), ((0.0,), (1.0,)), ((1.0,), (-1.0,))])
def test_rounds_that_are_no_pairs_of_positive_figures_cannot_be_built(
    ours: tuple[float, ...], base: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=r"rounds|positive"):
        Row("r", ours, base)


def test_pooled_rows_keep_their_pairs() -> None:
    both = pooled("全部", [Row("a", (1.0, 2.0), (2.0, 2.0)), Row("b", (6.0,), (2.0,))])
    assert both.ratios == (0.5, 1.0, 3.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1,234"), (100.0, "100"), (12.34, "12.3"), (1.234, "1.23"), (0.5, "0.500"), (0.01234, "0.0123")],
)
def test_figures_show_the_digits_that_count(value: float, text: str) -> None:
    assert figure(value) == text


def test_the_table_holds_figures_ratio_range_and_what_was_compared() -> None:
    text = shown(report(Row("样本", (1.0, 3.0, 2.0), (2.0, 2.0, 2.0))))
    for part in ("甲 ÷ 乙（秒）", "样本", "2.00", "1.000", "0.500～1.500", "· 一条说明"):
        assert part in text


def test_labels_are_text_not_markup() -> None:
    assert "[red]第[/red]" in shown(report(Row("[red]第[/red]", (1.0,), (1.0,))))


def test_a_busy_machine_is_said() -> None:
    quiet, busy = report(Row("r", (1.0,), (1.0,))), report(Row("r", (1.0,), (1.0,)), busy=70.0)
    assert not any("不宜引用" in note for note in notes(quiet))
    assert any("70%" in note and "不宜引用" in note for note in notes(busy))


def test_json_is_one_object_with_every_round() -> None:
    got = json.loads(json.dumps(as_json(report(Row("样本", (1.0, 3.0, 2.0), (2.0, 2.0, 2.0))))))
    row = got["measurements"][0]["rows"][0]
    assert (row["ours"], row["base"], row["ratio"], row["lowest"], row["highest"]) == (2.0, 2.0, 1.0, 0.5, 1.5)
    assert row["rounds"] == [[1.0, 2.0], [3.0, 2.0], [2.0, 2.0]]
    assert got["bench"] == "x"


# ---------------------------------------------------------------- the command line


def test_an_unknown_name_is_said_in_chinese_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["飞"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "没有名为“飞”的测量" in err
    assert all(name in err for name in BENCHES)


def test_no_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "用法" in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "speed" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["search", "--rounds", "0"], ["search", "--rounds", "二"], ["reading", "--fast"]])
def test_wrong_options_are_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "用法不对" in capsys.readouterr().err


def test_a_folder_without_pdfs_can_be_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reading", str(tmp_path)]) == 1
    assert "没有 PDF" in capsys.readouterr().err
    assert main(["reading", str(tmp_path / "nowhere")]) == 1
    assert "找不到文件夹" in capsys.readouterr().err


def test_every_bench_is_in_the_readme() -> None:
    text = (Path(__file__).parent.parent / "bench" / "README.md").read_text("utf-8")
    assert all(f"`{name}" in text for name in BENCHES)


def test_figures_show_shares_counts_and_gaps() -> None:
    figures = Figures("f", "质量", ("篇", "标题", "框准"), (("甲.pdf", (1200, 0.5, None)),))
    value = Report("x", (), (), {}, (figures,))
    assert all(text in shown(value) for text in ("质量", "甲.pdf", "1,200", "0.500", "—"))
    assert "轮流" not in shown(value)
    assert as_json(value)["figures"][0]["rows"] == [{"label": "甲.pdf", "篇": 1200, "标题": 0.5, "框准": None}]
    with pytest.raises(ValueError, match="columns"):
        Figures("f", "质量", ("篇",), (("甲.pdf", (1, 2)),))


# ---------------------------------------------------------------- what the benches work out


def test_speed_ratios_are_of_the_same_tokens() -> None:
    ours = speed.Asked(first=6.0, read=300, prompt=(1,) * 200, written=50, writing=5.0)
    engine = EngineAnswer(first=3.0, read=300, written=21, writing=2.0, text="答。")
    done = speed.Round(ours, reading=4.0, writing=2.5, warm=1.0, engine=engine)
    made = {m.key: m for m in speed.measurements({"问？": [done]})}
    assert made["decoding"].rows[-1].ratio == pytest.approx(0.5)  # 10 of 20 tokens per second
    assert made["first_token"].rows[-1].ratio == pytest.approx(1.0)  # 6 s; 300 tokens at 50 per second
    assert made["first_token_writing_prompt"].rows[-1].ratio == pytest.approx(1.5)
    assert made["first_token_warm"].rows[-1].ratio == pytest.approx(1 / 6)  # the first one's 300 tokens: 6 s
    assert made["first_token_warm_writing_prompt"].rows[-1].ratio == pytest.approx(0.25)
    assert made["engine_first_token"].rows[-1].ratio == pytest.approx(2.0)
    assert made["engine_decoding"].rows[-1].ratio == pytest.approx(1.0)
    refused_second = speed.Round(ours, reading=4.0, writing=2.5)
    assert len(speed.measurements({"问？": [refused_second]})) == 3
    listed = speed.Round(replace(ours, written=0), reading=4.0, writing=0.0, warm=1.0, engine=engine)
    assert {m.key for m in speed.measurements({"问？": [listed]})} == {*made} - {"decoding", "engine_decoding"}


def test_reading_totals_weigh_files_by_their_pages() -> None:
    a, b = Path("a.pdf"), Path("b.pdf")
    *_, together = reading.rows({a: 1, b: 9}, {a: [(1.0, 1.0)], b: [(4.0, 1.0)]})
    assert (together.ours, together.base) == ((2.0,), (5.0,))


def test_refused_files_are_skipped_and_said(tmp_path: Path) -> None:
    broken_file = tmp_path / "坏.pdf"
    broken_file.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(JianwenError, match=r"跳过 坏\.pdf"):
        reading._measure([broken_file], 1, lambda _text: None)


def test_recombined_paragraphs_are_of_known_sentences_and_always_the_same() -> None:
    made = recombined(["甲。", "乙。"], 20)
    assert made == recombined(["甲。", "乙。"], 20)
    assert len(made) == 20
    assert all(3 <= text.count("。") <= 6 and not text.strip("甲乙。") for text in made)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_projections_are_unit_rows_and_depend_on_the_text_alone(texts: list[str]) -> None:
    rows = projected(texts, 32)
    assert rows.shape == (len(texts), 32)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    assert np.array_equal(rows[-1:], projected(texts[-1:], 32))


def test_the_keeping_embedder_keeps_all_passages_and_leaves_questions_to_the_model() -> None:
    real = FakeEmbedder()
    keeping = KeepingEmbedder(real, project=True)
    keeping.embed_passages(["甲", "乙"])
    keeping.embed_passages(["丙"])
    assert keeping.stored().shape == (3, real.dimension)
    assert real.passages == 0
    assert np.array_equal(keeping.embed_query("问"), real.embed_query("问"))
    assert keeping.name != real.name
    assert KeepingEmbedder(real, project=False).name == real.name


@given(st.lists(st.text("甲乙丙", min_size=1, max_size=50), min_size=1, max_size=5), st.integers(3, 20))
def test_broken_lines_fit_and_lose_nothing(paragraphs: list[str], cells: int) -> None:
    lines = list(itertools.islice(broken(iter(paragraphs), cells), 1000))
    assert all(0 < len(line) <= cells for line in lines)
    assert "".join(lines).replace("\u3000", "") == "".join(paragraphs)


def test_the_embedding_bench_names_the_data_it_misses_before_loading_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["embedding", str(tmp_path)]) == MENDABLE
    assert f"{tmp_path / 'retrieval_chunks.jsonl'} 读不了" in capsys.readouterr().err
