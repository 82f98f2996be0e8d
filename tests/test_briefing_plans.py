"""The kinds of briefings as files that an office may copy and change."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.briefing.plans import OURS, Articles, kinds, own_folder, read_kind
from rag.errors import JianwenError

OUR_NAMES = ["会议简报", "专题摘要", "周报", "月报", "对比", "工作要点清单", "文件要点"]


def test_ours_can_be_read_and_are_the_kinds_that_offices_know() -> None:
    assert [kind.name for kind in kinds().usable] == OUR_NAMES
    assert all(kind.about for kind in kinds().usable)
    assert {kind.articles for kind in kinds().usable} == set(Articles)


def test_a_copy_takes_the_place_of_ours_and_a_new_one_joins_them() -> None:
    own = own_folder()
    own.mkdir(parents=True)
    text = (OURS / "1-meeting.toml").read_text("utf-8")
    (own / "我们的.toml").write_text(text.replace("主要精神", "会议精神"), "utf-8")
    (own / "快报.toml").write_text(text.replace('"meeting"', '"flash"').replace('"会议简报"', '"快报"'), "utf-8")
    found = kinds().usable
    assert [kind.name for kind in found] == [*OUR_NAMES, "快报"]
    assert kinds().named("会议简报").sections[1].heading == "会议精神"
    assert kinds().named("快报") == kinds().named("flash")


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(JianwenError, match=r"没有名为“公报”的简报种类.*会议简报"):
        kinds().named("公报")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "会议简报"\n', "", "name：缺少这一项"),
        ("[[sections]]", "[sections]", "写法不对"),
        ('title = "{标题}"', 'title = "{标题', "写法不对"),
        ('title = "{标题}"', 'title = "{日期}"', "title 用了 {日期}"),
        ('title = "{标题}"', 'title = "{标题"', "花括号"),
        ('"成效"]', '"成果"]', "sections 的 第 2 个 的 roles 的 第 2 个：不是可用的值"),
        ("characters = 170", "characters = 3", "characters：数太小"),
        ("characters = 170", 'characters = "多"', "characters：应是整数"),
        ('heading = "主要精神"', 'heading = "主要精神"\ncolour = "red"', "colour：没有这一项"),
        ('form = "points"', 'form = "list"', "form：不是可用的值"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (OURS / "1-meeting.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "坏.toml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(JianwenError) as caught:
        read_kind(path)
    assert said in str(caught.value) and str(path) in str(caught.value)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "国标.toml"
    path.write_bytes('name = "简报"'.encode("gbk"))
    with pytest.raises(JianwenError, match="UTF-8"):
        read_kind(path)


def test_a_broken_copy_of_the_users_is_named_and_takes_nothing_from_the_others() -> None:
    own_folder().mkdir(parents=True)
    own = (OURS / "2-topic.toml").read_text("utf-8").replace('"topic"', '"own"', 1)
    (own_folder() / "a.toml").write_text(own, "utf-8")
    (own_folder() / "b.toml").write_text("id =", "utf-8")
    found = kinds()
    assert [kind.id for kind in found.usable][-1] == "own"
    assert len(found.usable) == len(OUR_NAMES) + 1
    [problem] = found.problems
    assert "b.toml" in problem
    assert kinds().named("meeting").name == "会议简报"
    with pytest.raises(JianwenError, match=r"b\.toml"):
        kinds().named("坏的那种")
