"""Which sentences of a section, and how long each: the essential ones, then as many as its budget holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.briefings import BriefingStatement
from rag.statements.roles import ESSENTIAL

OPENS = 0.75  # importance of what opens a speech, wherever the plan puts it

Place = tuple[int, int, int]  # numbers of source and paragraph, and character: the reading order


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with the forms of it that may stand, longest first."""

    place: Place
    forms: tuple[BriefingStatement, ...]

    @property
    def importance(self) -> float:
        return self.forms[0].importance


def select(candidates: Sequence[Candidate], characters: int) -> dict[Place, BriefingStatement]:
    """The form chosen of each candidate that stays. Essential ones stay even beyond the budget, in their shortest form.

    What opens a speech comes next. Then the essential ones grow by turns, clause by clause, so that none takes the room
    of all; and at last the others by importance, each as long as still fits.
    """
    essential = [one for one in candidates if one.importance >= ESSENTIAL]
    chosen = {one.place: one.forms[-1] for one in essential}
    left = characters - sum(len(statement.text) for statement in chosen.values())
    others = sorted((one for one in candidates if one.importance < ESSENTIAL), key=lambda c: -c.importance)
    left = _take([one for one in others if one.importance >= OPENS], chosen, left)
    left = _grow(essential, chosen, left)
    _take(others, chosen, left)
    return chosen


def _take(candidates: Sequence[Candidate], chosen: dict[Place, BriefingStatement], left: int) -> int:
    for one in candidates:
        if one.place in chosen:
            continue
        fitting = next((form for form in one.forms if len(form.text) <= left), None)
        if fitting is not None:
            chosen[one.place] = fitting
            left -= len(fitting.text)
    return left


def _grow(essential: Sequence[Candidate], chosen: dict[Place, BriefingStatement], left: int) -> int:
    growing = True
    while growing:
        growing = False
        for one in essential:
            now = one.forms.index(chosen[one.place])
            cost = len(one.forms[now - 1].text) - len(one.forms[now].text) if now else left + 1
            if cost <= left:
                chosen[one.place] = one.forms[now - 1]
                left -= cost
                growing = True
    return left
