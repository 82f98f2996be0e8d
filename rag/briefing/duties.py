"""Who must do what is demanded, and by when: cut out of the sentence that demands it. Pure."""

from __future__ import annotations

import re

from rag.briefings import Duty
from rag.text import tagged_words

_SUBJECT = re.compile(
    r"(?:^|[，。])(?:第[一二三四五六七八九十百\d]{1,6}条\s*|[一二三四五六七八九十]{1,3}[是、]|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、]|会议[^，]{2}，)?"
    r"(?P<who>[^，。；：“”《》]{2,24}?)(?:(?<![主重需])要(?![求素点害闻领义件道塞么])|应当|应|必须|须|负责(?!同志|人)|于(?=\d))"
)
_LED_BY = re.compile(
    r"(?:牵头|责任|主办|配合)(?:单位|部门|领导)[：:](?P<who>[^）)。；\n]{2,40})"
    r"|由(?P<by>[^，。；]{2,20}?)(?:主要|具体|统一|全面)?(?:牵头|负责(?!同志|人|同学))"
)
_DUE = re.compile(
    r"(?=[\d今明本一二三四上下年季月])(?:(?:\d{4}|今|明|本)年)?(?:\d{1,2}月(?:\d{1,2}日|底|末|[上中下]旬)?|[一二三四]季度|上半年|下半年|年)?(?:底|末)?"
    r"(?<=[年月日底末旬度])(?:之前|以前|前)(?![^，。；]{0,2}列)|(?:\d{4}|今|明|本)年(?:年底|底)?(?:内|完成)|本学期(?:内|末)|[一-龥]{0,2}学期末"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}日[至到—－\-~～]{1,2}(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日"
    r"|(?<=[（(])(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|[上中下]旬|底)?[至到—－\-~～]{1,2}(?:\d{4}年)?(?:\d{1,2}月)?"
    r"(?:\d{1,2}日|[上中下]旬|底)?(?=[）)])"  # when a stage begins and ends
)
_BODIES = re.compile(
    r"(?:部门|单位|学校|教师|校长|局|委|办|厅|科|室|组|员|干部|者|县|市|区|省|乡镇|街道|政府|机关|企业|们|会|处|园"
    r"|各地|人|同志)[）)]?$"
)


def duty_of(sentence: str) -> Duty:
    """The body named before 要 (各初中学校要…), or as 牵头单位; and the time that a 前 or 底 sets."""
    due = _DUE.search(sentence)
    return Duty(_who(sentence), due[0].removesuffix("完成") if due else "")


def _who(sentence: str) -> str:
    if led := _LED_BY.search(sentence):
        return (led["who"] or led["by"]).strip()
    subject = _SUBJECT.search(sentence)
    if subject is None:
        return ""
    who = subject["who"].strip()
    acts = any(word.tag == "v" for word in tagged_words(re.sub("负责(?:同志|人)", "", who)))
    return who if _BODIES.search(who) and not acts else ""
