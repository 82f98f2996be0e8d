"""rag.pairing: rows of sentences about the same matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.pairing import rows

_TEXTS = st.lists(
    st.lists(st.sampled_from(("中考备考", "教师培训", "校园安全", "双减", "加强", "要", "，", "3所")), min_size=1).map(
        "".join
    ),
    max_size=6,
)


def test_a_row_begins_where_both_sides_speak_of_one_matter() -> None:
    left = ["一要做好中考备考工作。", "二要加强教师队伍建设，全年培训教师3200人次。", "三要规范办学，落实“双减”政策。"]
    right = ["一要深化教学管理。", "二要用好资料，抓好中考备考。", "三要培训教师5000人次。", "四要健全“双减”长效机制。"]
    assert rows(left, right) == [
        (range(1), range(2)),  # what only one side says stays with the row beside it: no cell is empty
        (range(1, 2), range(2, 3)),
        (range(2, 3), range(3, 4)),
    ]


def test_what_all_sentences_say_pairs_none() -> None:
    left = ["中考备考要早动员。", "中考备考要抓复习。", "中考备考要防疲劳。"]
    right = ["中考备考要建台账。", "中考备考要查考场。", "中考备考要讲纪律。"]
    assert rows(left, right) == [(range(3), range(3))]


def test_general_words_and_figures_pair_none() -> None:
    assert rows(["要加强工作，提高水平。", "新建学校3所。"], ["培训教师3人。", "要加强工作，完善制度。"]) == [
        (range(2), range(2))
    ]


@given(_TEXTS, _TEXTS)
def test_rows_tile_both_lists_and_lack_a_side_only_where_it_is_empty(left: list[str], right: list[str]) -> None:
    made = rows(left, right)
    for side, texts in enumerate((left, right)):
        assert [n for row in made for n in row[side]] == list(range(len(texts)))
        assert all(row[side] for row in made) or not texts
