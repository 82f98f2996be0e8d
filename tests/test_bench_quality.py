"""The arithmetic of the reading bench: what counts as found, as intact, as lost, and whether boxes hold ink."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.__main__ import main
from bench.ink import ink
from bench.reading_quality import all_paragraphs, read_truth
from bench.scoring import OurArticle, Ours, TrueArticle, alignment, common, intact, matched, score, total, windows
from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import read_file
from rag.types import Box, Fragment
from tests.pdf_writer import Sheet, Text, pdf, set_columns

SHORT = st.text("甲乙丙丁", max_size=12)
LONG = "全市教育工作会议在市委党校召开，总结去年工作，安排部署今年的重点任务，局长出席会议并作了讲话。"
OTHER = "春季开学以来，各县区把食堂安全放在首位，逐校检查进货台账、留样和消毒记录，发现问题当场整改。"


def slow_common(a: str, b: str) -> int:
    row = [0] * (len(b) + 1)
    for char in a:
        before = row[:]
        for j, other in enumerate(b):
            row[j + 1] = before[j] + 1 if char == other else max(row[j], before[j + 1])
    return row[-1]


@given(SHORT, SHORT)
def test_the_common_subsequence_is_that_of_the_textbook(a: str, b: str) -> None:
    assert common(a, b) == slow_common(a, b)


@given(SHORT, SHORT)
def test_agreement_is_of_both_sides_and_whole_only_for_equal_texts(a: str, b: str) -> None:
    assert alignment(a, b) == alignment(b, a)
    assert (alignment(a, b) == 1.0) == (a == b)
    assert alignment(a, b, 0.5) in (0.0, alignment(a, b))


def test_columns_read_across_do_not_agree_although_every_character_is_there() -> None:
    rows = [LONG[i : i + 6] for i in range(0, len(LONG), 6)]
    across = "".join(rows[::2] + rows[1::2])
    assert sorted(across) == sorted(LONG)
    assert alignment(LONG, across) < 0.8


def test_articles_are_matched_one_to_one_best_first() -> None:
    true = [TrueArticle("甲", (LONG,)), TrueArticle("乙", (LONG[:-3],))]
    assert matched(true, [OurArticle("", LONG[:-3]), OurArticle("", LONG)]) == {0: 1, 1: 0}
    assert matched(true, [OurArticle("乙", LONG[:-2])]) == {1: 0}


def test_of_equal_texts_the_one_with_the_printed_title_is_matched() -> None:
    true = [TrueArticle("甲", (LONG,))]
    assert matched(true, [OurArticle("乙", LONG), OurArticle("甲", LONG)]) == {0: 1}


def test_windows_are_of_twenty_characters_without_white_space() -> None:
    assert windows("一 二\n三") == ["一二三"]
    assert len(windows(LONG)) == len(LONG) - 19
    assert windows(" ") == []


def test_a_score_counts_what_is_wrong() -> None:
    true = [TrueArticle("会议召开", (LONG,), ("图为会场",)), TrueArticle("食堂检查", (OTHER,))]
    right = Ours(
        (OurArticle("会议召开", LONG + "图为会场"), OurArticle("食堂检查", OTHER)),
        "会议召开" + LONG + "图为会场食堂检查" + OTHER,
        "",
    )
    best = score(true, right)
    assert (best.f1, best.titles, best.contig, best.lost, best.invented) == (1.0, 1.0, 1.0, 0, 0)

    joined = Ours((OurArticle("会议召开", LONG + OTHER),), "会议召开" + LONG + OTHER + "报", "食堂检查")
    found = score(true, joined)
    assert (found.f1, found.titles, found.contig, found.contig_anywhere) == (0.0, 0.0, 0.0, 1.0)
    assert (found.lost, found.invented) == (4, 1)  # the caption is gone; the title, taken for furniture, is not

    assert total([best, found]).f1 == pytest.approx(2 * 2 / (4 + 3))
    assert score(true, replace(right, text="", furniture="")).lost == len("会议召开食堂检查图为会场" + LONG + OTHER)


def test_windows_are_not_laid_across_a_picture() -> None:
    article = TrueArticle("", (LONG, OTHER))
    assert intact([article], LONG + "图为会场" + OTHER) == 1.0
    assert intact([replace(article, runs=(LONG + OTHER,))], LONG + "图为会场" + OTHER) < 0.9


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_ink_tells_boxes_that_lie_beside_their_text(tmp_path: Path, rotate: int) -> None:
    path = tmp_path / "报.pdf"
    texts = [Text(40, 50, 22, "全市教育工作会议召开"), *set_columns(LONG, 2, 12)]
    path.write_bytes(pdf([Sheet(texts, rotate=rotate, crop="[10 20 580 800]")], fonts="squares"))
    paragraphs = all_paragraphs(read_articles(list(read_file(path))))
    printed = sum(len(text.text) for text in texts)
    found = ink(path, paragraphs)
    assert (found.characters, found.placed, found.covered, found.filled) == (printed, printed, 1.0, 1.0)
    assert not found.wrong

    moved = [replace(p, fragments=tuple(replace(f, box=shifted(f.box)) for f in p.fragments)) for p in paragraphs]
    assert (ink(path, moved).covered or 0) < 0.1
    assert len(ink(path, moved).wrong) == len(paragraphs)
    swapped = [replace(p, text="无" * len(p.text)) for p in paragraphs]
    assert ink(path, swapped).covered == 0.0
    assert len(ink(path, swapped).wrong) == len(paragraphs)
    empty = replace(paragraphs[0], text="空", fragments=(Fragment(0, 1, Box(1, 0, 0, 5, 5)),))
    (nothing,) = ink(path, [empty]).paragraphs
    assert (nothing.boxes, nothing.inked, nothing.missing, nothing.extra) == (1, 0, "空", "")


@pytest.mark.parametrize("rotate", [0, 270])
def test_ink_tells_lines_left_out_and_lines_of_others(tmp_path: Path, rotate: int) -> None:
    path = tmp_path / "报.pdf"
    texts = [Text(40, 50, 22, "全市教育工作会议召开"), *set_columns(LONG, 2, 12)]
    path.write_bytes(pdf([Sheet(texts, rotate=rotate)], fonts="squares"))
    title, body = all_paragraphs(read_articles(list(read_file(path))))
    first, *others = body.fragments
    short = replace(body, fragments=tuple(others))
    assert "少字" in "".join(ink(path, [title, short]).wrong[0].problems)
    greedy = replace(body, fragments=(replace(first, box=title.fragments[0].box), *others))
    (of_body,) = [p for p in ink(path, [title, greedy]).wrong if p.text == body.text]
    assert of_body.strange > 0.1 * of_body.own
    assert of_body.extra
    narrow = replace(body, fragments=(replace(first, box=lower_half(first.box, rotate)), *others))
    (cut,) = ink(path, [title, narrow]).wrong
    assert cut.inside < 0.97 * cut.own


def lower_half(box: Box, rotate: int) -> Box:
    """A little more than that, so that the middles of the characters are still in it."""
    if rotate:
        return replace(box, x0=box.x0 + 0.4 * (box.x1 - box.x0))
    return replace(box, y0=box.y0 + 0.4 * (box.y1 - box.y0))


def test_ink_out_of_sight_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "报.pdf"
    texts = [Text(40, 50, 22, "全市教育工作会议召开"), *set_columns(LONG, 1, 24, top=100)]
    path.write_bytes(pdf([Sheet(texts, crop="[0 0 595 752]")], fonts="squares"))  # the title is cut off
    found = ink(path, all_paragraphs(read_articles(list(read_file(path)))))
    assert [(p.text[:4], p.boxes > 0, p.hidden) for p in found.paragraphs] == [
        ("全市教育", False, 1),
        (LONG[:4], True, 0),
    ]
    assert (found.wrong, found.filled, found.covered) == ((), 1.0, 1.0)


def shifted(box: Box) -> Box:
    return Box(box.page, box.x0 + 100, box.y0 + 100, box.x1 + 100, box.y1 + 100)


def test_the_bench_says_whose_ink_is_not_as_it_should_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = [Sheet([Text(40, 50, 22, "全市教育工作会议召开"), *set_columns(LONG + "\n" + OTHER, 2, 24)])]
    (tmp_path / "报.pdf").write_bytes(pdf(sheets, fonts="squares"))
    (tmp_path / "锁.pdf").write_bytes(pdf(sheets, fonts="squares", user="1234"))
    assert main(["reading", str(tmp_path), "--ink", "--json", "--password", "0", "--password", "1234"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [row["label"] for row in made["figures"][0]["rows"]] == ["报.pdf", "锁.pdf"]
    assert [row["墨在框内"] > 0.99 and row["不合格"] == 0 for row in made["figures"][0]["rows"]] == [True, True]
    assert main(["reading", str(tmp_path), "--ink"]) == 3
    assert "锁.pdf 没有查" in capsys.readouterr().out
    assert main(["reading", "--ink"]) == 1


def test_the_bench_measures_a_folder_with_its_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [Text(40, 50, 22, "全市教育工作会议召开"), *set_columns(LONG + "\n" + OTHER, 2, 24)]
    (tmp_path / "报.pdf").write_bytes(pdf([Sheet(texts)]))
    (tmp_path / "影.pdf").write_bytes(pdf([Sheet([])]))
    (tmp_path / "外.txt").write_text(LONG, "utf-8")
    records = [
        {"file": name, "page": 1, "title": "全市教育工作会议召开", "text": LONG + OTHER}
        for name in ("报.pdf", "影.pdf")
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(r) for r in records), "utf-8")
    assert main(["reading", str(tmp_path), "--json", "--no-scan"]) == 0
    made = json.loads(capsys.readouterr().out)
    ours, together = made["figures"][0]["rows"]
    assert (ours["label"], ours["篇F1"], ours["标题"], ours["连续20"]) == ("报.pdf", 1.0, 1.0, 1.0)
    assert (ours["少字"], ours["多字"], ours["框准"], ours["框有墨"]) == (0, 0, 1.0, 1.0)
    assert ours["pdfplumber"] < 0.5 < ours["pypdfium2"]
    assert {**together, "label": "报.pdf"} == ours
    assert any("影.pdf" in note and "扫描件" in note for note in made["notes"])
    assert any("外.txt" in note for note in made["notes"])


def test_the_bench_measures_made_papers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reading", "--family", "boxed", "--papers", "1", "--keep", str(tmp_path), "--json"]) == 0
    paper, together = json.loads(capsys.readouterr().out)["figures"][0]["rows"]
    assert (paper["label"], together["label"]) == ("boxed #0", "合计")
    assert (paper["篇F1"], paper["引副题"], paper["少字"]) == (1.0, 1.0, 0)
    assert (tmp_path / "boxed #0.pdf").is_file()
    assert main(["reading", "--family", "无"]) == 1
    assert "boxed" in capsys.readouterr().err


def test_kickers_and_subtitles_count_only_where_the_truth_knows_them() -> None:
    known = TrueArticle("甲", (LONG,), kicker="引", subtitle="")
    assert score([replace(known, kicker=None)], Ours((OurArticle("甲", LONG),), LONG, "")).subheads is None
    assert score([known], Ours((OurArticle("甲", LONG),), LONG, "")).subheads == 0.0
    assert score([known], Ours((OurArticle("甲", LONG, "引"),), LONG, "")).subheads == 1.0


def test_a_truth_that_is_none_can_be_mended(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"file": "a.pdf"}'):
        (tmp_path / "articles.jsonl").write_text(text, "utf-8")
        with pytest.raises(JianwenError, match="JSON"):
            read_truth(tmp_path / "articles.jsonl")
