"""Briefings made up at random from a seed: with figures, quotations, Latin and hostile signs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from rag.answers import Citation
from rag.briefings import Briefing, BriefingStatement, Duty, Form, Making, Masthead, Section, Written
from rag.types import Document, Paragraph, StoredArticle, StoredParagraph

HAN = "会议强调要坚持党的领导全面贯彻落实推进教育改革发展加强组织保障提高质量确保安全稳定各级部门认真研究部署学习精神"
FIGURES = ("2024年", "5个", "17所", "3.5%", "1,200万元", "12.5亿元", "2025-06-01前", "50人")
LATIN = ("AI技术", "GDP", "5G", "C919", "WTO")
HOSTILE = "\x00\x0b\ufffe\ud800\ue000\u202e\u200b\U0001f600\U000f0000\u0378<&>\"']]>\\_*[x](y)\u3000e\u0301ﬁ龘𠮷"


def han(random: Random, least: int, most: int) -> str:
    return "".join(random.choice(HAN) for _ in range(random.randint(least, most)))


def sentence(random: Random) -> str:
    parts = []
    for _ in range(random.randint(1, 5)):
        lead = random.choice((*FIGURES, *LATIN)) if random.random() < 0.15 else ""
        part = lead + han(random, 1, 16)
        kind = random.random()
        if kind < 0.25:
            part += random.choice(FIGURES)
        elif kind < 0.4:
            part += f"“{han(random, 1, 9)}”"
        elif kind < 0.5:
            part += f"《{han(random, 1, 9)}》（国发〔2024〕{random.randint(1, 99)}号）"
        parts.append(part)
    return random.choice("，、；：").join(parts) + random.choice("。。！？")


def citation(number: int, quote: str, page: int = 1) -> Citation:
    """Of the whole of a paragraph that says `quote`."""
    paragraph = StoredParagraph(f"d-1-{number}", "d-1", Paragraph(quote, page=page))
    day = dt.date(2025, 3, 21)
    article = StoredArticle("d-1", "d", "全市义务教育优质均衡发展推进会召开", day, 1, (paragraph,))
    document = Document("d", "吕梁教育简报2025年第12期.pdf", "a" * 64, 1, dt.datetime(2025, 4, 1), 4, 3, 9)
    return Citation(paragraph, 0, len(quote), article, document, 1)


def stated(number: int, text: str) -> BriefingStatement:
    return BriefingStatement(text, (citation(number, text),))


MASTHEAD = Masthead(
    "吕梁教育简报",
    "12",
    "吕梁市教育局办公室",
    dt.date(2025, 3, 25),
    ("市委办公室", "市政府办公室"),
    ("各县（市、区）教育局",),
)
MAKING = Making("", dt.datetime(2025, 4, 1), 1.0)


def briefing(seed: int, sections: int = 3, masthead: Masthead | None = None) -> Briefing:
    random = Random(seed)
    made: list[Section] = []
    number = 0
    for form in (Form.RUNNING, Form.POINTS, Form.RUNNING, Form.TASKS)[:sections]:
        statements = []
        for _ in range(random.randint(1, 4)):
            number += 1
            statements.append(stated(number, f"{han(random, 2, 6)}{sentence(random)}"))
        made.append(Section(han(random, 4, 12), tuple(statements), form))
    return Briefing("meeting", "会议简报", han(random, 8, 36), tuple(made), (), MAKING, masthead)


def real() -> Briefing:
    """A meeting as an office would write it up, one page with its masthead."""
    happened = ("3月21日，全市义务教育推进会召开，市长张志强讲话，副市长李红梅主持会议。",)
    spirit = ("会议强调，要落实“两个只增不减”要求，2025年新增学位1.2万个，巩固率保持在98.6%以上。",)
    tasks = (
        "一要优化布局，6月底前完成布局调整规划。",
        "二要提高质量，落实《义务教育课程方案（2022年版）》（教材〔2022〕2号）。",
        "三要配强队伍，三年内招聘教师3,600人，实行AI助教试点。",
        "四要守牢底线，开展校园安全隐患排查。",
    )
    texts = (happened, spirit, tasks)
    made, number = [], 0
    for heading, sentences in zip(("会议概况", "主要精神", "部署要求"), texts, strict=True):
        statements = []
        for text in sentences:
            number += 1
            statements.append(stated(number, text))
        made.append(Section(heading, tuple(statements), Form.POINTS if heading == "部署要求" else Form.RUNNING))
    return Briefing("meeting", "会议简报", "全市义务教育优质均衡发展推进会", tuple(made), (), MAKING, MASTHEAD)


def doubtful() -> Briefing:
    """One sentence of each standing: supported, not supported, by hand."""
    statements = (
        stated(1, "会议部署全年工作。"),
        BriefingStatement("会议要求投入5亿元。", (citation(2, "会议要求投入3亿元。"),), ("5亿元",)),
        BriefingStatement("下月通报进展。", (), written=Written.HAND),
    )
    return Briefing("meeting", "会议简报", "简报", (Section("部署", statements),), (), MAKING)


def hostile() -> Briefing:
    """Signs that no XML, PDF or Markdown may take as they are; an endless word; in every place that takes text."""
    text = f"甲{HOSTILE}乙" + "W" * 400 + "。"
    statement = BriefingStatement(
        text, (citation(1, f"甲{HOSTILE}丙。"),), duty=Duty(f"单位{HOSTILE}", HOSTILE), group=HOSTILE
    )
    sections = (Section(HOSTILE, (statement,), Form.TASKS), Section(f"二{HOSTILE}", (), note=HOSTILE))
    masthead = Masthead(HOSTILE, HOSTILE, HOSTILE, None, (HOSTILE,), (HOSTILE,))
    return Briefing("meeting", "会议简报", HOSTILE, sections, (), MAKING, masthead)


SIDES = ("2023年", "2024年")
MATTERS = ("中考备考", "教师培训", "校园安全", "双减政策", "学位供给")


def comparison(seed: int, most: int = 5, masthead: Masthead | None = None) -> Briefing:
    """Two sections in two columns each, of 0 … `most` sentences a side; some of the two sides share a matter."""
    random = Random(seed)
    sections, number = [], 0
    for heading in ("工作进展", "部署要求"):
        statements = []
        for side in SIDES:
            for matter in random.choices(MATTERS, k=random.randint(0, most)):
                number += 1
                said = stated(number, f"{matter}{han(random, 1, 8)}{sentence(random)}")
                statements.append(replace(said, group=side))
        spoken = {one.group for one in statements}
        silent = tuple(side for side in SIDES if side not in spoken)
        sections.append(Section(heading, tuple(statements), Form.SIDES, sides=SIDES, silent=silent))
    return Briefing("compare", "对比", han(random, 8, 24), tuple(sections), (), MAKING, masthead)


def two_years() -> Briefing:
    """A comparison as an office would write it: three matters of which both years speak, one of which only one does."""
    texts = (
        "一要做好中考备考工作，以课堂教学为主阵地，强化分层教学。",
        "二要加强教师队伍建设，全年培训教师3200人次。",
        "三要守住校园安全底线，6月底前完成校舍排查整改。",
    )
    others = (
        "一要深化教学管理，全力打造精品高效新课堂。",
        "二要做好中考备考工作，力争取得新成绩。",
        "三要加强教师队伍建设，全年培训教师5000人次。",
        "四要抓好校园安全，压实“三管三必须”责任。",
    )
    statements = [
        replace(stated(number, text), group=side)
        for number, (text, side) in enumerate([*((t, SIDES[0]) for t in texts), *((t, SIDES[1]) for t in others)], 1)
    ]
    progress = replace(stated(9, "全市新增学位1.2万个，巩固率达到98.6%。"), group=SIDES[1])
    sections = (
        Section("工作进展", (progress,), Form.SIDES, sides=SIDES, silent=SIDES[:1]),
        Section("部署要求", tuple(statements), Form.SIDES, sides=SIDES),
    )
    return Briefing("compare", "对比", "全市义务教育工作：2023年与2024年对比", sections, (), MAKING)
