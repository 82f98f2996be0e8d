"""The part of the scripted library that makes briefings: of the real values, edited and laid out by the real code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answers import Citation
from rag.briefing.plans import Kinds, kinds
from rag.briefings import (
    ArticlesChosen,
    BriefEvent,
    Briefing,
    BriefingRequest,
    BriefingStatement,
    ChosenArticle,
    Form,
    KeptBriefing,
    KeySentencesFound,
    LeftOut,
    Making,
    PageMeasure,
    Reason,
    Section,
    SectionDrafted,
    Written,
)
from rag.errors import JianwenError, Stopped
from rag.types import Document, Progress, StopSignal, StoredArticle

AT = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)


def cited(chosen: ChosenArticle, paragraph: int, words: str, number: int = 1) -> Citation:
    stored = chosen.article.paragraphs[paragraph]
    start = stored.text.index(words)
    return Citation(stored, start, start + len(words), chosen.article, chosen.document, number)


def briefing_of(request: BriefingRequest, chosen: Sequence[ChosenArticle]) -> Briefing:
    """Of the first article: three sentences that it says, one that it does not, three left out. In a comparison the
    first three stand in two columns."""
    first = chosen[0]

    def said(paragraph: int, words: str, importance: float = 0.5) -> BriefingStatement:
        return BriefingStatement(f"{words}。", (cited(first, paragraph, words),), importance=importance)

    duties = (said(1, "要关注学生的思想、心理、学习和生活"), said(1, "力争取得新成绩", 0.2))
    wrong = BriefingStatement(
        "投入5亿元。", (cited(first, 1, "力争取得新成绩"),), ("所引原文中没有“5亿元”",), Written.MODEL
    )
    spare = said(0, "明确备考思路与举措")
    if request.kind == "compare":
        left, right = "2023年", "2024年"
        said_once = said(0, "各县区要认真做好中考备考工作的节点安排与业务培训指导", 1.0)
        both = (replace(said_once, group=left), replace(duties[0], group=right), replace(duties[1], group=right))
        section = Section("部署要求", both, Form.SIDES, sides=(left, right))
        made = Briefing("compare", "对比", "中考备考", (section,), tuple(chosen), Making("", AT, 1.5))
        return replace(made, left_out=(LeftOut(replace(spare, group=left), Reason.NO_ROOM, "部署要求"),))
    return Briefing(
        request.kind,
        "会议简报",
        request.title or first.article.title,
        (
            Section("主要精神", (said(0, "各县区要认真做好中考备考工作的节点安排与业务培训指导", 1.0),)),
            Section("部署要求", duties, Form.POINTS),
        ),
        tuple(chosen),
        Making("", AT, 1.5),
        request.masthead,
        (LeftOut(wrong, Reason.UNVERIFIED, "部署要求"), LeftOut(spare, Reason.NO_ROOM, "主要精神")),
        pages_allowed=request.pages,
        gaps=("地点",),
    )


class FakeBriefings:
    """What of `EngineLibrary` has to do with briefings."""

    read_only: bool

    def __init__(self) -> None:
        self._briefings: dict[int, Briefing] = {}

    def documents(self) -> tuple[Document, ...]:
        raise NotImplementedError

    def articles(self, documents: Sequence[str] = ()) -> tuple[StoredArticle, ...]:
        raise NotImplementedError

    def briefing_kinds(self) -> Kinds:
        return kinds()

    def choose_articles(self, request: BriefingRequest) -> tuple[ChosenArticle, ...]:
        """Those named, else all; nothing for the topic 没有."""
        if request.topic == "没有":
            raise JianwenError("没有找到合适的文章。请换个主题或日期，或直接选定文章。")
        documents = {document.id: document for document in self.documents()}
        return tuple(
            ChosenArticle(article, documents[article.document], "有 2 句谈到这个主题")
            for article in self.articles()
            if not request.articles or {article.id, article.document} & set(request.articles)
        )

    def brief(
        self, request: BriefingRequest, measure: PageMeasure, stop: StopSignal | None = None
    ) -> Iterator[BriefEvent]:
        """The title 慢: until stopped; 不行: a JianwenError."""
        chosen = self.choose_articles(request)
        yield ArticlesChosen(chosen)
        for done, one in enumerate(chosen):
            yield Progress("正在提取要点", done, len(chosen))
            yield KeySentencesFound(one.article, (("要求", one.article.paragraphs[0].text),), done > 0)
        while request.title == "慢":
            if stop is not None and stop.is_set():
                raise Stopped
            yield Progress("正在提取要点", 1, 2)
        if request.title == "不行":
            raise JianwenError("所选文章里没有能写进会议简报的句子。请换文章，或换一种简报。")
        made = briefing_of(request, chosen)
        for section in made.sections:
            yield SectionDrafted(section, made.left_out[:1])
        yield replace(made, pages=measure.pages(made))

    def keep_briefing(self, briefing: Briefing, known: int | None = None) -> int | None:
        """The title 存不下 finds no room."""
        if briefing.title == "存不下":
            raise JianwenError("磁盘空间不足。")
        if self.read_only:
            return None
        number = known or len(self._briefings) + 1
        self._briefings[number] = briefing
        return number

    def briefings(self) -> tuple[KeptBriefing, ...]:
        return tuple(
            KeptBriefing(number, one.title, one.kind_name, one.making.at, AT)
            for number, one in reversed(self._briefings.items())
        )

    def briefing(self, briefing: int) -> Briefing:
        if briefing not in self._briefings:
            raise JianwenError("这份简报已被删除。")
        return self._briefings[briefing]

    def forget_briefing(self, briefing: int) -> None:
        del self._briefings[briefing]
