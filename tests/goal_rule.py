"""The rule of the goal detector by itself: no words overturn what it says."""

from __future__ import annotations

from collections.abc import Sequence

from ftgate.content.goal import Sampled, judge_goal
from ftgate.content.wording import Wording
from ftgate.model import Goal

SILENT = Wording(0.0, {}, {})


def by_rule(sample: Sequence[Sampled], *, examples: int) -> Goal:
    return judge_goal(sample, examples=examples, wording=SILENT)
