"""Frames, cut anywhere; events, thinned."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.protocol import (
    AddFiles,
    Ask,
    FrameReader,
    Job,
    JobEvent,
    JobStopped,
    LoadLibrary,
    OpenDocument,
    Rebuild,
    Remove,
    Throttle,
    WarmUp,
    may_interrupt,
    pack,
)
from rag.answers import DraftText
from rag.types import Progress


@given(st.lists(st.text(max_size=300), max_size=6), st.lists(st.integers(1, 40), min_size=1))
def test_messages_survive_any_cut(texts: list[str], steps: list[int]) -> None:
    messages = [Job(n, Ask(text)) for n, text in enumerate(texts)]
    stream = b"".join(map(pack, messages))
    came: list[object] = []
    reader, at, n = FrameReader(), 0, 0
    while at < len(stream):
        step = steps[n % len(steps)]
        came += reader.feed(stream[at : at + step])
        at, n = at + step, n + 1
    assert came == messages


def test_a_frame_holds_values_of_the_core() -> None:
    message = JobEvent(3, Progress("读取", 1, 2))
    assert FrameReader().feed(pack(message) + pack(JobStopped(3))) == [message, JobStopped(3)]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_drafts_within_the_pause_are_joined_and_nothing_is_lost() -> None:
    clock = Clock()
    throttle = Throttle(clock, pause=0.05)
    sent: list[object] = []
    for piece in "今年中考备考":
        sent += throttle.feed(DraftText(piece))
        clock.now += 0.02
    sent += throttle.flush()
    pieces = [event.text for event in sent if isinstance(event, DraftText)]
    assert "".join(pieces) == "今年中考备考"
    assert len(pieces) < 6


def test_held_back_text_comes_before_the_next_other_event() -> None:
    throttle = Throttle(Clock(), pause=0.05)
    throttle.feed(DraftText("一"))
    throttle.feed(DraftText("二"))
    end = object()
    assert throttle.feed(end) == [DraftText("二"), end]


def test_progress_is_thinned_but_each_step_begins_and_ends() -> None:
    throttle = Throttle(Clock(), pause=0.05)
    sent = [event for n in range(101) for event in throttle.feed(Progress("读取", n, 100))]
    sent += throttle.feed(Progress("建立索引", 0, 9))
    assert sent == [Progress("读取", 0, 100), Progress("读取", 100, 100), Progress("建立索引", 0, 9)]


def test_clicks_and_questions_slip_into_imports_but_changes_wait() -> None:
    assert may_interrupt(LoadLibrary(), AddFiles(()))
    assert may_interrupt(Ask("问"), AddFiles(()))
    assert may_interrupt(Ask("问"), WarmUp())
    assert may_interrupt(OpenDocument("a"), Ask("问"))
    assert not may_interrupt(Ask("问"), Ask("问"))
    assert not may_interrupt(Ask("问"), Rebuild())
    assert not may_interrupt(Remove(("a",)), AddFiles(()))
    assert not may_interrupt(AddFiles(()), AddFiles(()))
