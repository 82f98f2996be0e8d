"""Text recognition with the real networks on small typeset pictures, and the pure parts around it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.splitting import read_articles
from rag.layout.page_frame import TextFrame, turn
from rag.layout.tilt import MOST, cover, uncover
from rag.readers.gutters import Row, cut
from rag.readers.ocr import full_width, places, read_picture
from rag.readers.standing import Standing, split_for_tilt, tilt_of
from rag.readers.type_size import Estimate, estimate, settled
from rag.store.packing import pack, unpack
from rag.types import Box, Line, Page
from tests.pdf_writer import Text
from tests.pictures import DPI, LEFT, RIGHT, TITLE, Pixels, ink_under, printed, scanned, turned, two_columns

SCALE = 72 / DPI


def texts_of(lines: tuple[Line, ...]) -> list[str]:
    return [line.text for line in lines]


def box_of(line: Line) -> Box:
    assert line.box is not None
    return line.box


# ---------------------------------------------------------------- recognised


def test_lines_do_not_span_columns_and_read_right() -> None:
    lines = read_picture(two_columns(), 3, SCALE).lines
    assert sorted(texts_of(lines)) == sorted([TITLE, *LEFT, *RIGHT])
    assert all(box_of(line).page == 3 for line in lines)
    assert all(line.confidence is not None and line.confidence > 0.9 for line in lines)


def test_boxes_lie_over_the_ink_and_nothing_else_is_inked() -> None:
    picture = two_columns()
    lines = read_picture(picture, 1, SCALE).lines
    under = [ink_under(picture, box_of(line), SCALE) for line in lines]
    assert min(under) > 0
    assert sum(under) >= 0.99 * (picture.mean(2) < 128).sum()
    title = next(box_of(line) for line in lines if line.text == TITLE)
    assert (title.x0, title.y0, title.x1, title.y1) == pytest.approx((40, 20, 240, 40), abs=2.5)


def test_sizes_tell_the_headline_and_are_alike_within_the_text() -> None:
    sizes = {line.text: line.size for line in read_picture(scanned(two_columns()), 1, SCALE).lines}
    body = {sizes[text] for text in (*LEFT, *RIGHT)}
    assert len(body) == 1
    assert body.pop() == pytest.approx(10, rel=0.08)
    assert sizes[TITLE] == pytest.approx(20, rel=0.08)


@pytest.mark.parametrize("tilt", [3.0, -6.0])
def test_a_page_askew_reads_as_a_straight_one(tilt: float) -> None:
    picture = scanned(two_columns(), tilt)
    page = read_picture(picture, 1, SCALE)
    assert page.tilt == pytest.approx(tilt, abs=0.5)
    (article,) = read_articles([page]).articles
    assert article.title == TITLE
    assert "".join(p.text for p in article.paragraphs) == "".join([*LEFT, *RIGHT])
    heights = [box_of(line).y1 - box_of(line).y0 for line in page.lines if line.size < 15]
    assert max(heights) < 1.9 * 10  # boxes hug the tilted lines
    under = sum(ink_under(picture, box_of(line), SCALE, margin=0.5) for line in page.lines)
    assert under >= 0.98 * (picture.mean(2) < 128).sum()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_pages_read_and_tell_their_turn(degrees: int) -> None:
    picture = turned(two_columns(), degrees)
    page = read_picture(picture, 1, SCALE)
    assert sorted(texts_of(page.lines)) == sorted([TITLE, *LEFT, *RIGHT])
    assert turn(page) == degrees
    assert all(ink_under(picture, box_of(line), SCALE) for line in page.lines)
    assert page.width == pytest.approx(picture.shape[1] * SCALE)
    (article,) = read_articles([page]).articles
    assert article.title == TITLE


def test_paper_in_uneven_light_reads_as_well() -> None:
    picture = scanned(two_columns(), noise=6)
    light = np.linspace(0.35, 1.0, picture.shape[1])[None, :, None]
    lines = read_picture((picture * light).astype(np.uint8), 1, SCALE).lines
    assert sorted(texts_of(lines)) == sorted([TITLE, *LEFT, *RIGHT])


def test_white_on_dark_reads_as_well() -> None:
    picture = printed([Text(30, 20, 16, "教育工作简报")], 160, 60)
    assert texts_of(read_picture(255 - picture, 1, SCALE).lines) == ["教育工作简报"]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_has_no_lines(shade: int) -> None:
    page = read_picture(np.full((200, 300, 3), shade, np.uint8), 1, 0.5)
    assert page == Page(1, (), 150, 100)


def test_noise_is_not_text() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)
    assert read_picture(noise, 1, 0.5).lines == ()


def test_what_is_recognised_goes_through_the_pipe_of_the_workers() -> None:
    page = read_picture(scanned(two_columns(), 2), 1, SCALE)
    assert page.lines
    assert unpack(Page, pack(page)) == page


# ---------------------------------------------------------------- rules and frames


def drawn() -> Pixels:
    """A frame, a level and an upright rule, and a headline, which is none of these."""
    picture = printed([Text(20, 20, 30, "十一中王")], 300, 200)
    for x0, y0, x1, y1 in ((20, 70, 140, 71), (220, 20, 221, 180)):
        picture[round(y0 / SCALE) : round(y1 / SCALE), round(x0 / SCALE) : round(x1 / SCALE)] = 0
    for x0, y0, x1, y1 in ((20, 100, 200, 180),):
        a, b, c, d = (round(v / SCALE) for v in (x0, y0, x1, y1))
        picture[b : b + 3, a:c] = picture[d - 3 : d, a:c] = picture[b:d, a : a + 3] = picture[b:d, c - 3 : c] = 0
    return picture


@pytest.mark.parametrize("noise", [0.0, 10.0])
def test_rules_and_frames_are_found_where_they_are_drawn(noise: float) -> None:
    page = read_picture(scanned(drawn(), noise=noise), 2, SCALE)
    assert sorted((r.page, r.x0, r.y0, r.x1, r.y1) for r in page.rules) == [
        pytest.approx((2, 20, 70, 140, 71), abs=1.5),
        pytest.approx((2, 220, 20, 221, 180), abs=1.5),
    ]
    (frame,) = page.frames
    assert (frame.x0, frame.y0, frame.x1, frame.y1) == pytest.approx((20, 100, 200, 180), abs=1.5)


def test_rules_of_a_tilted_page_are_straight_in_the_frame_of_its_text() -> None:
    picture = printed([Text(20, 20 + 16 * n, 10, row) for n, row in enumerate([*LEFT, *RIGHT])], 200, 160)
    picture[round(130 / SCALE) : round(131 / SCALE), round(20 / SCALE) : round(180 / SCALE)] = 0
    page = read_picture(scanned(picture, 4), 1, SCALE)
    (rule,) = page.rules
    x0, y0, x1, y1 = TextFrame.of(page).rectangle(rule)
    assert (x0, (y0 + y1) / 2, x1) == pytest.approx((20, 130.5, 180), abs=2)
    assert y1 - y0 < 2.5


# ---------------------------------------------------------------- tilt and turn

LENGTH = st.floats(0, 5000)
TILT = st.floats(-15, 15)


@given(LENGTH, LENGTH, TILT)
def test_covers_are_turned_back(width: float, height: float, tilt: float) -> None:
    covered = cover(width, height, tilt)
    assert covered[0] >= width * 0.96
    assert uncover(*covered, tilt) == pytest.approx((width, height), abs=1e-6)


def test_more_than_a_tilt_is_refused() -> None:
    with pytest.raises(ValueError, match="tilt"):
        cover(1, 1, MOST + 1)


@given(
    st.sampled_from([0, 90, 180, 270]), TILT, st.integers(100, 4000), st.integers(100, 4000),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1), st.floats(0.01, 1)),
)  # fmt: skip
def test_the_frame_of_the_text_undoes_what_standing_does(
    way: int, tilt: float, width: int, height: int, share: tuple[float, float, float, float]
) -> None:
    standing = Standing(way, tilt, width, height)
    across, down = standing.canvas
    x0, y0 = share[0] * across, share[1] * down
    straight = (x0, y0, x0 + share[2] * across, y0 + share[3] * down)
    frame = TextFrame(way, width, height, tilt)
    back = frame.rectangle(Box(1, *standing.shown(straight)))
    shift = (across - frame.width) / 2, (down - frame.height) / 2
    assert back == pytest.approx([v - shift[n % 2] for n, v in enumerate(straight)], abs=1e-6 * (width + height))


def test_the_tilt_is_that_of_most_print() -> None:
    assert tilt_of([(2.0, 100), (2.1, 100), (2.2, 100), (-9.0, 50), (80.0, 9000)]) == 2.1
    assert tilt_of([(0.05, 100), (0.04, 100)]) == 0.0
    assert tilt_of([]) == tilt_of([(3.0, 100)]) == 0.0


@given(st.text("教育工作2024，。 a", max_size=40), st.floats(5, 30), TILT)
def test_splitting_for_the_tilt_loses_nothing(text: str, size: float, tilt: float) -> None:
    middles = [size * (n + 0.5) for n in range(len(text))]
    stretches = split_for_tilt(text, middles, size, tilt)
    assert "".join(text[a:b] for a, b in stretches) == text
    assert all(a < b for a, b in stretches)
    if abs(tilt) < 0.1 and text:
        assert len(stretches) == 1 or len(text) * abs(tilt) > 19


def test_stretches_are_short_when_much_askew_and_do_not_part_numbers() -> None:
    text = "教育工作会议2024年召开"
    stretches = split_for_tilt(text, [10 * n + 5.0 for n in range(len(text))], 10, 10)
    assert max(b - a for a, b in stretches if "2" not in text[a:b]) <= 3
    assert any("2024" in text[a:b] for a, b in stretches)


# ---------------------------------------------------------------- gutters

BLOCKS = st.lists(st.tuples(st.floats(0.41, 4), st.floats(0.1, 12)), max_size=8)


def row(steps: list[tuple[float, float]], y: float, em: float = 10.0) -> Row:
    """A row from (white before, width) of its blocks, in ems."""
    blocks, x = [], 0.0
    for gap, width in steps:
        blocks.append((x + gap * em, x + (gap + width) * em))
        x = blocks[-1][1]
    return Row(tuple(blocks), y, em)


@given(st.lists(BLOCKS, max_size=6))
def test_cutting_at_gutters_loses_nothing_and_keeps_the_order(pages: list[list[tuple[float, float]]]) -> None:
    rows = [row(steps, 15.0 * n) for n, steps in enumerate(pages)]
    for one, parts in zip(rows, cut(rows), strict=True):
        assert all(sum(a <= b[0] and b[1] <= z for a, z in parts) == 1 for b in one.blocks)
        assert all(a[1] < b[0] for a, b in pairwise(parts))
        assert {p[0] for p in parts} <= {b[0] for b in one.blocks}


def test_narrow_white_is_a_gutter_only_where_rows_begin_beside_it() -> None:
    hanging = Row(((0, 107), (113, 213)), 20, 10)
    others = [Row(((0, 98), (113, 213)), y, 10) for y in (0, 40)]
    assert cut([hanging, *others])[0] == [(0, 107), (113, 213)]
    assert cut([hanging]) == [[(0, 213)]]
    one_witness = [hanging, others[0]]
    assert cut(one_witness)[0] == [(0, 213)]


def test_a_lone_mark_stays_with_its_row_but_rules_part() -> None:
    assert cut([Row(((0, 100), (112, 117)), 0, 10)]) == [[(0, 117)]]
    assert cut([Row(((0, 100), (105, 205)), 0, 10, ruled=(102,))]) == [[(0, 100), (105, 205)]]
    assert cut([Row(((0, 100), (105, 108)), 0, 10, ruled=(102,))]) == [[(0, 108)]]  # set over its frame's border
    assert cut([Row(((0, 100), (130, 135)), 0, 10)]) == [[(0, 100), (130, 135)]]


# ---------------------------------------------------------------- type sizes


def test_the_size_is_told_by_ink_and_by_steps() -> None:
    even = [10.0 * n for n in range(8)]
    assert estimate("教育工作会议召开", 9.1, even).size == pytest.approx(10, rel=0.02)
    assert estimate("教育工作会议召开", 14.0, even).size == pytest.approx(10, rel=0.02)  # a rule's ink in the way
    spaced = [17.0 * n for n in range(8)]
    assert estimate("教育工作会议召开", 9.1, spaced).size == pytest.approx(10, rel=0.02)
    assert not estimate("2024", 7.2, even[:4]).sure
    assert estimate("2024", 7.2, even[:4]).size == pytest.approx(10, rel=0.02)


def test_sizes_settle_on_those_of_the_page() -> None:
    body = [Estimate(s, 20, sure=True) for s in (9.8, 10.0, 10.0, 10.3, 10.4)]
    head = [Estimate(13.6, 10, sure=True)]
    short = [Estimate(8.6, 1, sure=False), Estimate(11.4, 2, sure=False)]
    sizes = settled([*body, *head, *short])
    assert sizes == [10.0] * 5 + [13.6] + [10.0] * 2


@given(st.lists(st.tuples(st.floats(1, 100), st.integers(1, 40), st.booleans()), max_size=30))
def test_settled_sizes_are_near_the_estimates(estimates: list[tuple[float, int, bool]]) -> None:
    made = [Estimate(*e) for e in estimates]
    for one, size in zip(made, settled(made), strict=True):
        assert 0.8 < size / one.size < 1.25


# ---------------------------------------------------------------- characters


@given(st.text("教育 a2", max_size=20))
def test_every_character_has_a_place_and_they_ascend(text: str) -> None:
    middles = [0.1 * n for n in range(1, sum(not c.isspace() for c in text) + 1)]
    found = places(text, middles)
    assert len(found) == len(text)
    assert all(a <= b for a, b in pairwise(found))


def test_marks_beside_chinese_are_full_width() -> None:
    assert full_width("(八)保障民生,发展") == "（八）保障民生，发展"
    assert full_width("增长7.5%(同比)") == "增长7.5%（同比）"
    assert full_width("10:30, Jianwen (v2)") == "10:30, Jianwen (v2)"
