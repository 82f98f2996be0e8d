"""A notice in numbered parts, asked by the real models: for a part by its heading, for what stands in one, for less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Answer, Library, Refusal
from rag.types import AddStatus, FileAdded

POINTS = (
    "（一）压实工作责任。各县（区）教育局主要负责同志要亲自研究部署。",
    "（二）严明招生纪律。严禁以考试、竞赛成绩作为入学依据，严禁收取择校费。",
    "（三）加强宣传引导。及时公布咨询电话，做好政策解读。",
)
STAGES = (
    "（一）公布方案。各县（区）于4月30日前公布招生方案和学区划分。",
    "（二）网上报名。6月10日至6月20日，家长登录市义务教育招生平台填报信息。",
    "（三）录取公示。7月5日前公布录取名单，公示期5天。",
)
NOTICE = "\n\n".join(
    (
        "临川市教育局关于做好2024年义务教育阶段学校招生入学工作的通知",
        "各县（区）教育局，市直各学校：",
        "为规范招生秩序，促进教育公平，现就做好招生入学工作有关事项通知如下。",
        "一、招生原则",
        "坚持免试就近入学，坚持公办民办同步招生。",
        "二、招生程序",
        *STAGES,
        "三、特殊群体",
        "进城务工人员随迁子女凭居住证在居住地申请入学。残疾儿童优先安排随班就读。",
        "四、工作要求",
        *POINTS,
        "临川市教育局",
        "2024年4月12日",
    )
)


@pytest.fixture(scope="module")
def notice(sample_library: Library, models_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """While `sample_library` is open, JIANWEN_HOME points at the models: both are loaded here, before a test's own
    surroundings are set."""
    folder = tmp_path_factory.mktemp("notice")
    file = folder / "招生通知.txt"
    file.write_text(NOTICE, "utf-8")
    with Library.open(folder / "library") as library:
        added = [event for event in library.add([file]) if isinstance(event, FileAdded)]
        assert [event.status for event in added] == [AddStatus.ADDED]
        assert list(library.warm_up())
        yield library


def said(library: Library, question: str) -> tuple[str, ...]:
    reply = list(library.ask(question))[-1]
    assert isinstance(reply, Answer), question
    assert all(statement.supported for statement in reply.statements)
    return tuple(statement.text for statement in reply.statements)


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("义务教育招生有哪些工作要求？", POINTS),
        ("招生程序分哪几步？", STAGES),
        ("招生原则是什么？", ("坚持免试就近入学，坚持公办民办同步招生。",)),
    ],
)
def test_a_section_asked_for_by_its_heading_is_given_whole(
    notice: Library, question: str, points: tuple[str, ...]
) -> None:
    assert said(notice, question) == points


def test_of_what_stands_in_a_section_only_what_is_asked_for_is_given(notice: Library) -> None:
    assert "".join(said(notice, "随迁子女怎样入学？")) == "进城务工人员随迁子女凭居住证在居住地申请入学。"
    assert "7月5日前公布录取名单" in "".join(said(notice, "什么时候公布录取名单？"))


@pytest.mark.parametrize("question", ["招生工作的经费保障措施有哪些？", "民办学校学费标准是多少？"])
def test_what_the_notice_does_not_say_is_refused(notice: Library, question: str) -> None:
    assert isinstance(list(notice.ask(question))[-1], Refusal)
