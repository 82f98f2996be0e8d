"""Does this passage hold the answer? The answering model's own yes or no, read from the probabilities it gives to 是
and 否 rather than from what it would write. It takes seconds a passage, so the judge
(`rag.evidence.cross_encoder`), which takes milliseconds, first rules out passages that are not worth asking
about. It may only do so where it sees an answer in another one: it was taught with questions that one place
answers, and sees none in what answers 「会议精神怎么贯彻？」.

Models differ in how freely they say 是. Where a model draws its line is therefore measured: on a few short texts of
ours, each with a question it answers and a related one it does not. The line of the default model, and what counts
beside its own logit, were set on the Chinese RGB benchmark (100 questions with and 88 without an answering passage
among five, logits kept): at 3.9 5% wrongly refused, 74% refused when absent, at 4.15 6% and 77%, at 4.25 7% and 80%;
by the model alone 3.0 was 11% and 75%. Of the sample bulletin's questions the answered ones keep a distance of 0.4 from
it, and the others of 0.6. Questions in words that the bulletin does not use fall short of it more often: 14 of 35 of
ours; what comes near is therefore quoted.
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
    """In logits: a passage of a `weight` of at least `least` answers; of at least `close` it comes near. Where one is
    surer than another by `apart`, it leaves it out.

    judged: the share of the judge's logit, where that is above 0, which counts beside the model's own. worded: what
    counts for the words of the question, by the share of them above half that one sentence has. eased: by how much less
    suffices for a list, whose points stand apart, so that no passage has it all.
    """

    least: float
    apart: float
    close: float
    judged: float = 0.0
    worded: float = 0.0
    eased: float = 0.0

    def weight(self, value: float, judged: float, worded: float) -> float:
        """The model's own logit, the judge's, and how much of the question's words stands in a sentence, together."""
        return value + self.judged * max(judged, 0.0) + self.worded * max(worded - 0.5, 0.0)


# Logits of the judge: where one passage has the first, those below the second are not asked about, and of a question
# for a list, whose points may stand apart, those below the third. Of 100 questions of RGB with an answering passage
# among five none lost all that answer, and 2.8 were asked about; of the sample bulletin's questions mostly one or two.
_SEEN, _RULED_OUT, _NO_POINT = 0.0, -2.5, -3.5

# By model name. The same question read in other batches differs by some 0.1 to 0.2.
_KNOWN = {"qwen2.5-coder-1.5b-instruct-q4_k_m": Line(3.9, 1.5, 2.5, judged=0.2, worded=3.0, eased=1.1)}
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
    seen = max((*bare, *headed), default=0.0) >= _SEEN
    least = _NO_POINT if for_list else _RULED_OUT
    return tuple(not seen or alone >= least or under >= _SEEN for alone, under in zip(bare, headed, strict=True))


def sureness(question: str, source: str, chat: ChatModel, stop: StopSignal | None = None) -> tuple[float, int]:
    """How sure the model is that `source` answers `question`, in logits of 是 against 否, and the tokens it read.

    Raises `Stopped`, and JianwenError when the model cannot be used.
    """
    session = chat.start(verdict(question, source), stop)
    yes = session.choose([YES, NO]).probabilities[0]
    return math.log(max(yes, 1e-9) / max(1 - yes, 1e-9)), session.prompt_tokens


def line_of(chat: ChatModel, stop: StopSignal | None = None) -> Line:
    """Where this model draws the line; one not known yet reads six short prompts for it, once. Raises as above."""
    if chat.name in _KNOWN:
        return _KNOWN[chat.name]
    if chat not in _measured:
        answered = fmean(sureness(question, text, chat, stop)[0] for text, question, _ in _SAMPLES)
        unanswered = fmean(sureness(question, text, chat, stop)[0] for text, _, question in _SAMPLES)
        between = max(answered - unanswered, 0.0)
        _measured[chat] = Line(unanswered + _LEAST * between, _APART * between, unanswered + _CLOSE * between)
    return _measured[chat]
