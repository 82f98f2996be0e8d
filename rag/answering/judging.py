"""Does this passage hold the answer? The answering model's own yes or no, read from the probabilities it gives to 是
and 否 rather than from what it would write. It takes seconds a passage, so the judge
(`rag.evidence.cross_encoder`), which takes milliseconds, first rules out passages that are not worth asking
about. It may only do so where it sees an answer in another one: it was taught with questions that one place
answers, and sees none in what answers 「会议精神怎么贯彻？」.

Models differ in how freely they say 是. The default one was taught when to (`rag.chat.adapter`), with three 否 to every
是, so that its line lies where both are as likely or a little above. Where another model draws it is measured: on a few
short texts of ours, each with a question it answers and a related one it does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from weakref import WeakKeyDictionary

from rag.answering.prompts import NO, YES, verdict
from rag.chat.llm import ChatModel
from rag.types import StopSignal


@dataclass(frozen=True, slots=True)
class Line:
    """In logits: from `least` on, a passage answers; from `close` on, it comes near. One of which the model is less
    sure than of the best by more than `apart` is left out. From `plain` on no other passage need be asked about.
    """

    least: float
    apart: float
    close: float
    plain: float


# Logits of the judge: where one passage has the first, those below the second are not asked about, and of a question
# for a list, whose points may stand apart, those below the third. Of 100 questions of RGB with an answering passage
# among five none lost all that answer, and 2.8 were asked about; of the sample bulletin's questions mostly one or two.
SEEN, _RULED_OUT, _NO_POINT = 0.0, -2.5, -3.5

# Of Chinese RGB (100 questions with and 100 without an answering passage among five, each read by itself) this step
# refuses 7% wrongly and 85% when absent; at 0 5% and 73%, at 0.5 6% and 81%, at 2 17% and 89%. Of the sample bulletin's
# questions the model is as sure as 2.5 to 4.2 of the 23 answered ones, and at most -1.5 of those it does not answer.
_TAUGHT = Line(1.25, 2.0, -0.5, 2.5)
# for other models, as shares of the way from an unanswered to an answered question
_LEAST, _APART, _CLOSE = 0.6, 0.3, 0.3

_measured: WeakKeyDictionary[ChatModel, Line] = WeakKeyDictionary()

_SAMPLES = (  # (text, a question it answers, one it does not)
    (
        "4月8日，市图书馆新馆正式开放，馆藏图书120万册，设阅览座位900个。读者凭身份证即可入馆。",
        "市图书馆新馆有多少个阅览座位？",
        "市图书馆新馆的建设花了多少钱？",
    ),
    (
        "会议要求，各乡镇要加快春耕备耕，备足种子化肥，检修农机，4月底前完成高标准农田春灌。",
        "各乡镇春耕备耕要做好哪些工作？",
        "去年全县的粮食总产量是多少？",
    ),
    (
        "副市长李明华主持座谈会，来自12家企业的负责人围绕减税降费、融资服务提出了建议。",
        "座谈会由谁主持？",
        "下一次座谈会在哪里举行？",
    ),
)


def worth_asking(bare: Sequence[float], headed: Sequence[float], for_list: bool = False) -> tuple[bool, ...]:
    """Of each passage, by its logits of the judge, whether the answering model should be asked about it.

    bare, headed: of the passage by itself and under the head of its article, of which every passage has some words.
    """
    seen = max((*bare, *headed), default=0.0) >= SEEN
    least = _NO_POINT if for_list else _RULED_OUT
    return tuple(not seen or alone >= least or under >= SEEN for alone, under in zip(bare, headed, strict=True))


def sureness(question: str, source: str, chat: ChatModel, stop: StopSignal | None = None) -> tuple[float, int]:
    """How sure the model is that `source` answers `question`, in logits of 是 against 否, and the tokens it read.

    Raises `Stopped`, and JianwenError when the model cannot be used.
    """
    session = chat.start(verdict(question, source), stop)
    yes = session.choose([YES, NO]).probabilities[0]
    return math.log(max(yes, 1e-9) / max(1 - yes, 1e-9)), session.prompt_tokens


def line_of(chat: ChatModel, stop: StopSignal | None = None) -> Line:
    """Where this model draws the line; one not taught yet reads six short prompts for it, once. Raises as above."""
    if chat.adapted:
        return _TAUGHT
    if chat not in _measured:
        answered = fmean(sureness(question, text, chat, stop)[0] for text, question, _ in _SAMPLES)
        unanswered = fmean(sureness(question, text, chat, stop)[0] for text, _, question in _SAMPLES)
        between = max(answered - unanswered, 0.0)
        least, close = (unanswered + share * between for share in (_LEAST, _CLOSE))
        _measured[chat] = Line(least, _APART * between, close, answered)
    return _measured[chat]
