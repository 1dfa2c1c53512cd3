"""Labelled sets of a folder, as :mod:`benchmarks.bench_knowledge` describes them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftgate.content.goal import SAMPLE_SIZE, Sampled, judge_goal
from ftgate.content.wording import Wording
from ftgate.lookup import examples_at
from ftgate.model import Goal
from ftgate.profiling import profile_stream


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """One set, what its readers said, and what the detector says.

    ``wording`` None is the weights of this version.
    """

    name: str
    kind: str
    label: str
    clear: bool
    share: float | None
    repo: str
    sample: list[Sampled]
    goal: Goal
    folder: str = ""
    wording: Wording | None = None

    @property
    def teaches_facts(self) -> bool:
        """The labeller's answer to the question that is scored."""
        return self.label == "knowledge"

    @property
    def owner(self) -> str:
        """Whose repository it is from."""
        return self.repo.partition("/")[0].casefold()

    def judge(self, sample: Sequence[Sampled], examples: int) -> Goal:
        """What the detector says of some of its examples."""
        return judge_goal(sample, examples=examples, wording=self.wording)

    def feature(self, name: str) -> float:
        """A number of the goal's evidence, 0 where nothing could be judged."""
        return next((float(e.value) for e in self.goal.evidence if e.feature == name), 0.0)


def read_sample(path: Path, size: int = SAMPLE_SIZE) -> list[Sampled]:
    """The sample that ``ftgate check`` judges of one file."""
    with path.open("rb") as stream:
        chosen = profile_stream(stream, measure=None).sample(size)
    lines = [line for _, line in chosen]
    examples = examples_at(str(path), path.name, "openai", lines)
    return [
        Sampled(path.name, line, example.turns, example.calls)
        for line, example in zip(lines, examples, strict=True)
    ]


def read_sets(folder: Path) -> list[LabelledSet]:
    """All labelled sets of a folder whose format is known, judged."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    sets = []
    for row in rows:
        sample = read_sample(folder / row["file"])
        if not sample:
            print(f"no record of a known format: {row['file']} ({row['label']})")
            continue
        share = row.get("knowledge_share") or None
        sets.append(
            LabelledSet(
                name=row["file"],
                kind=row.get("kind") or "real",
                label=row["label"],
                clear=row.get("clear", "1") == "1",
                share=float(share) if share else None,
                repo=row["repo"],
                sample=sample,
                goal=judge_goal(sample, examples=len(sample)),
                folder=str(folder),
            )
        )
    return sets
