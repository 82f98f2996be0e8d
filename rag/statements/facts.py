"""What a sentence claims that can be looked up: figures, dates, 《titles》, quoted words, names. Pure and fast.

A first version, and a careful one: a name or figure that is missed leaves a sentence a little less checked, one that is
cut wrongly marks a true sentence as doubtful. So Chinese numerals count only before a measure word and never inside
words such as 统一, 进一步, 一系列; 「一个」 says nothing; names need a surname and a cue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from rag.dates import date_mentions
from rag.numerals import NARROW, arabic_number, chinese_number, plain

Kind = Literal["figure", "date", "title", "quote", "name"]


@dataclass(frozen=True, slots=True)
class Fact:
    """`text[start:end]` as printed; `key` is the form that two notations share (六十九所 and 69所 → «69所»).

    For names, titles and quotes the key is the normalised wording: look for it *inside* the normalised source, since
    the source may print it as part of something longer.
    """

    kind: Kind
    text: str
    key: str
    start: int
    end: int


# ---------------------------------------------------------------- figures

_MEASURE_WORDS = """
个百分点 百分点 个小时 个工作日 个月 个 周年 周岁 岁 年级 年 月 周 天 日 小时 学时 课时 分钟 秒 时 分 点 号 元
万元 亿元 美元 公里 千米 米 厘米 毫米 公顷 亩 平方公里 平方千米 平方米 立方米 吨 公斤 千克 克 升 千瓦时 千瓦
度 名 人次 人 位 户 家 所 处 座 栋 间 台 辆 架 艘 部 套 件 项 条 款 篇 本 册 卷 份 张 幅 块 片 支 队 组 对 双
批 期 届 次 场 轮 类 种 级 层 等 方面 字 课 节 门 科 班 校 县 市 省 村 镇 乡 站 床 例 起 宗 笔 倍 成 步 阶段
大 孔 强 章 学年 学期 季度 只 头 株 棵 枚 杯 克拉
"""
_MEASURES = sorted(re.findall(r"\S+", _MEASURE_WORDS), key=len, reverse=True)
_UNIT = "(?:" + "|".join(_MEASURES) + ")"
# after a Chinese numeral these read as ordinary words too often (十分, 三大, 四周, 百强, 两点, 五成)
_DOUBTFUL = set("分点时号大周步成强度期处部对")
_HAN_UNIT = "(?:" + "|".join(m for m in _MEASURES if m not in _DOUBTFUL) + ")"
# bounded, so that no odd text makes matching slow
_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,18})(?:\.\d{1,12})?(?!\d)"
_RANGE = r"(?:—{1,2}|-|–|~|至|到)"
_HAN_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_HAN_NUMERAL = f"(?<![{_HAN_DIGITS}])[{_HAN_DIGITS}]{{1,18}}"
_FIGURE = re.compile(
    rf"(?P<document>[〔\[［(（](?P<year>\d{{4}})[〕\]］)）](?:第)?(?P<number>\d+)号)"
    rf"|(?P<clock>(?<!\d)\d{{1,2}}:\d{{2}}(?!\d))"
    rf"|(?P<model>(?<![A-Za-z\d])[A-Za-z]{{1,20}}[ -]?\d{{1,6}}(?:\.\d{{1,3}})?)(?!\d|[.,]\d|[百千万亿多余%‰℃]|{_UNIT})"
    rf"|(?P<per>百分之|千分之|万分之)(?P<per_value>{_ARABIC}|{_HAN_NUMERAL}(?:点[零〇一二三四五六七八九]+)?)"
    rf"|(?<![\d.])(?P<nth>第)?(?:(?P<low>{_ARABIC})(?P<low_percent>[%‰])?{_RANGE})?"
    rf"(?P<arabic>{_ARABIC})(?P<scale>[百千万亿]*)(?P<about>[多余几])?"
    rf"(?P<unit>%|‰|℃|{_UNIT}|[A-Za-zμ²³]+)?(?P<about_after>[多余])?"
    rf"|(?P<han_nth>第)?(?P<han>{_HAN_NUMERAL})(?P<han_about>[多余几])?(?P<han_unit>{_HAN_UNIT})"
)
_WORDS_WITH_NUMERALS = re.compile(
    r"[一三四五]位一体|[统唯单专同之合归划如不万逐]一|一[^\W\d]?一|千方百计|万众一心|十全十美|三三两两|三年五载|百年大计"
    r"|千家万户|千门万户|百家争鸣|百家讲坛|千万(?=[不要别])|百科|百日誓师|两级|三级跳|一二三|五年规划"
)


def _approximate(*marks: str | None) -> str:
    """多, 余 and 几 say the same after a round number."""
    return "多" if any(marks) else ""


def _percentage(per: str, value: str) -> str | None:
    whole, _, decimals = value.translate(NARROW).partition("点")
    number = arabic_number(whole) if whole[0].isdecimal() else None
    if number is None and (han := chinese_number(whole)) is not None:
        digits = "".join(str(chinese_number(d)) for d in decimals)
        number = Fraction(han) + (Fraction(int(digits), 10 ** len(digits)) if digits else 0)
    if number is None:
        return None
    return f"{plain(number / {'百分之': 1, '千分之': 10, '万分之': 100}[per])}%"


def _arabic_key(m: re.Match[str]) -> str | None:
    value = arabic_number(m["arabic"] + m["scale"])
    if value is None:
        return None
    unit = m["unit"] or ""
    key = f"{plain(value)}{_approximate(m['about'], m['about_after'])}{unit.lower()}"
    if unit == "‰":
        key = f"{plain(value / 10)}%"
    if m["low"] is not None:
        low = arabic_number(m["low"])
        key = f"{plain(low or 0)}~{key}"
    return f"第{key}" if m["nth"] else key


def _han_key(m: re.Match[str], text: str) -> str | None:
    value = chinese_number(m["han"])
    if value is None or (m["han"] == "一" and not m["han_nth"]):
        return None  # 「一个」「一所」 is the Chinese indefinite article
    if m["han_nth"] is None and any(
        w.start() < m.end() and m.start() < w.end()
        for w in _WORDS_WITH_NUMERALS.finditer(text, max(0, m.start() - 3), m.end() + 3)
    ):
        return None
    key = f"{plain(value)}{_approximate(m['han_about'])}{m['han_unit']}"
    return f"第{key}" if m["han_nth"] else key


def _figures(text: str) -> Iterator[Fact]:
    """Figures of `text`, in which dates have been blanked out."""
    plain_text = text.translate(NARROW)
    position = 0
    while m := _FIGURE.search(plain_text, position):
        position = m.end()
        if m["document"]:
            key: str | None = f"〔{m['year']}〕{int(m['number'])}号"
        elif m["clock"]:
            key = m["clock"]
        elif m["model"]:
            key = re.sub("[ -]", "", m["model"]).lower()
        elif m["per"]:
            key = _percentage(m["per"], m["per_value"])
        else:
            key = _arabic_key(m) if m["arabic"] else _han_key(m, plain_text)
        if key is None:
            position = max(m.start() + 1, m.end("han"))
            continue
        yield Fact("figure", text[m.start() : m.end()], key, m.start(), m.end())


# ---------------------------------------------------------------- names

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹魏陶姜谢邹喻柏窦苏潘葛范彭郎鲁韦马苗凤袁柳鲍史唐费薛雷贺倪汤滕殷罗毕郝邬"
    "康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈董梁杜阮蓝季贾江童颜郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房解丁邓"
    "洪包左石崔龚程邢裴陆荣翁段侯宁武符刘景詹龙叶司黎白蒲卓蔺乔闫阎翟谭申冉牛温庄晏柴瞿曲耿文寇廖欧聂曾沙辛阚简饶岳任"
)
# words that begin like a name
_NOT_NAMES = re.compile(
    "高[度效质校中考三级层位标水新素原温强]|任[务课职命]|安全|万[名众]|文[件化明艺旅]|江[苏西河山]|黄河|石家|宁夏|景区|包[括含联]|白天|申[报请]|马上"
    "|马克|温暖|曾经|简[要单]|解[决放读]|和|田间|龙[头江]|牛羊|[宋唐]代|毛主|周[边期密末]|武汉|荣[誉获]|费用|左右|孔子|程序|段时|时任"
    "|林[业草]|房[屋产]|曲折|司[法机局]|季度|纪[委律检]|童心|熊猫|史料|海|钟声|陆续|卫[健生]|唐山|汪洋|章|郑州|梁山|蓝天|罗列|成员"
    "|吴堡|秦岭|晏|许多|何[时种]|郎"
)
_GIVEN = "[\u4e00-\u9fff]"
_NOT_GIVEN = set(
    "的了是在和与及对为把被将要省市县区局部厅委院会校班组队们等于从向就也都各该其并、书长记主任席同志老师教"
)
_DEPUTY = "书记|市长|县长|局长|厅长|部长|主任|校长|省长"
_TITLES = (
    f"总书记|副?(?:{_DEPUTY}|区长|园长|院长|会长|处长|科长|主席|秘书长|总理)|组长|主编|负责人|成员|老师|教师|同志|教授|记者|委员"
    "|教研员|专家|干事|调研员|督学"
)
_TITLES_AFTER = f"总书记|副?(?:{_DEPUTY})|同志|老师|教授|主席|总理"
_VERBS = (
    "指出|强调|要求|表示|出席|主持|参加|亲自|介绍|认为|提出|致辞|讲话|作了|作|就|对|在|为|向|一行|分别|代表|宣布|宣读|通报|带领"
    "|率队|到|说|等|传达|安排|部署|围绕|深入|担任|获"
)
_NAME = f"[{_SURNAMES}]{_GIVEN}{{1,2}}|(?:欧阳|司马|上官|诸葛|东方|令狐|皇甫|尉迟){_GIVEN}{{1,2}}"
_STOP = r"[，。、；：！？,;:（）()\s”“》]|$"
_NAME_PATTERNS = (
    re.compile(rf"(?:{_TITLES})(?P<name>{_NAME})(?={_VERBS}|{_STOP})"),
    re.compile(rf"(?:^|[，。、；：！？\s”])(?P<name>{_NAME})(?={_TITLES_AFTER})"),
    re.compile(rf"(?:^|[，。；：！？\s”])(?P<name>{_NAME})(?=指出|强调|要求|表示|出席|主持|介绍说|致辞|认为)"),
)
_OFFICE = re.compile(
    r"(?:(?<![\u4e00-\u9fff])(?P<place>[\u4e00-\u9fff]{2,3}[省市县区州]))?(?P<level>国家|[省市县区])?"
    r"(?:委教育工委|教育工委|教育体育局|教育科技局|教育局|教科局|教体局|教育厅|教育部|人民政府|财政局|财政厅|人社局|公安局|卫健委|发改委"
    r"|教研室|纪委监委|人大常委会|政协)"
)


def _people(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _NAME_PATTERNS:
        for m in pattern.finditer(text):
            name = m["name"]
            if not _NOT_NAMES.match(name) and not any(c in _NOT_GIVEN for c in name[1:]):
                yield m.span("name")


def _names(text: str) -> Iterator[tuple[int, int]]:
    last = 0
    offices = (m.span() for m in _OFFICE.finditer(text) if m["place"] or m["level"] or "教育" in m[0])
    for start, end in sorted({*_people(text), *offices}):
        if start >= last:
            last = end
            yield start, end


# ---------------------------------------------------------------- all of them

_TITLE = re.compile("《[^《》]+》")
_QUOTE = re.compile('“[^“”]+”|「[^「」]+」|『[^『』]+』|‘[^‘’]+’|"[^"]+"')


def _wording(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


@lru_cache(maxsize=256)  # a statement is held against many texts, and a text against many statements
def facts(text: str) -> tuple[Fact, ...]:
    """All facts of `text` in order of place; a figure inside a quotation or title is reported beside it."""
    found: list[Fact] = []
    dates = date_mentions(text)
    found.extend(Fact("date", text[d.start : d.end], d.key, d.start, d.end) for d in dates)
    blanked = list(text)
    for d in dates:
        blanked[d.start : d.end] = "\0" * (d.end - d.start)
    found.extend(_figures("".join(blanked)))
    for kind, pattern in (("title", _TITLE), ("quote", _QUOTE)):
        for m in pattern.finditer(text):
            inner = _wording(m[0][1:-1])
            if inner:
                found.append(Fact("title" if kind == "title" else "quote", m[0], inner, m.start(), m.end()))
    found.extend(Fact("name", text[s:e], _wording(text[s:e]), s, e) for s, e in _names(text))
    return tuple(sorted(found, key=lambda f: (f.start, -f.end)))
