"""The prompt files of one dataset, read and measured, and what the training data say of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from ftgate.deadline import FOREVER, Deadline
from ftgate.model.prompts import PromptDefect, PromptIgnore, PromptText
from ftgate.profile import Profile
from ftgate.prompts.anatomy import Anatomy, dissect
from ftgate.prompts.cues import SPEAKERS
from ftgate.prompts.data import Leak, Shown, find_leaks, read_systems
from ftgate.prompts.drift import Drift, System, measure_drift
from ftgate.prompts.load import load_prompt
from ftgate.prompts.variables import Used, used_variables
from ftgate.settings import DatasetSettings
from ftgate.sources import File

Count = Callable[[str], int]
Use = Literal["today", "tuned"]


class Studied(NamedTuple):
    """One prompt of a file; ``anatomy`` is None where tokens could not be counted."""

    prompt: PromptText
    used: Used
    anatomy: Anatomy | None


class PromptStudy(NamedTuple):
    """One prompt file; ``use`` is ``tuned`` for the prompt that the tuned model gets instead."""

    path: str
    use: Use
    format: str
    prompts: tuple[Studied, ...]
    defects: tuple[PromptDefect, ...]
    ignores: tuple[PromptIgnore, ...] = ()

    @property
    def longest(self) -> Studied | None:
        """The prompt with the most tokens: the one whose bill is looked at."""
        counted = [one for one in self.prompts if one.anatomy]
        return max(counted, key=lambda one: one.anatomy.tokens if one.anatomy else 0, default=None)


class PromptData(NamedTuple):
    """The training data as prompts see them.

    ``system_tokens`` and ``example_tokens`` are means per example, ``shown`` the number of few-shot
    examples in today's prompts.
    """

    drifts: tuple[Drift, ...]
    leaks: tuple[Leak, ...]
    systems: tuple[System, ...]
    system_tokens: int
    example_tokens: int
    shown: int


def study_file(path: str, name: str, count: Count | None, use: Use = "today") -> PromptStudy:
    """Read and measure one prompt file; UnreadableError when it holds no text."""
    file = load_prompt(path, name)
    prompts, defects = [], list(file.defects)
    for prompt in file.prompts:
        used = used_variables(prompt)
        if not file.defects:
            defects.extend(used.defects)
        prompts.append(Studied(prompt, used, dissect(prompt, count) if count else None))
    unique = tuple(dict.fromkeys(defects))
    return PromptStudy(name, use, file.format, tuple(prompts), unique, file.ignores)


def study_prompts(
    files: Sequence[File],
    plan: DatasetSettings,
    folder: Path,
    count: Count | None,
    deadline: Deadline = FOREVER,
) -> tuple[PromptStudy, ...]:
    """Every prompt file of a dataset, the tuned model's last; OutOfTimeError after ``deadline``."""
    tuned = folder / plan.tuned_prompt if plan.tuned_prompt else None
    studies = [
        study_file(file.path, file.name, count)
        for file in deadline.watch(files)
        if file.role == "prompt" and Path(file.path) != tuned
    ]
    if tuned:
        name = _tuned_name(files, str(plan.tuned_prompt), folder)
        studies.append(study_file(str(tuned), name, count, "tuned"))
    return tuple(studies)


def study_data(
    studies: tuple[PromptStudy, ...],
    files: Iterable[File],
    train: Profile | None,
    deadline: Deadline = FOREVER,
) -> PromptData | None:
    """Compare the prompts with the data: the one that is served after tuning must be the data's.

    None without a training example. Raises OutOfTimeError after ``deadline``.
    """
    if train is None or not train.examples:
        return None
    data = [file for file in files if file.role in ("train", "validation")]
    systems = read_systems((file.path for file in data if file.role == "train"), deadline)
    variants = None if train.systems is None else len(train.systems)
    served = [one for one in studies if one.use == "tuned"] or list(studies)
    drifts = [
        measure_drift(study.path, one.prompt, systems, variants)
        for study in served
        for one in study.prompts
    ]
    shown = [one for study in studies if study.use == "today" for one in shown_examples(study)]
    leaks = find_leaks(shown, [(file.path, file.name, file.role) for file in data], deadline)
    return PromptData(
        _best(filter(None, drifts)),
        leaks,
        systems,
        round(train.by_role["system"] / train.examples),
        round(train.tokens / train.examples),
        len(shown),
    )


def _best(drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    """Of several prompts that might be served, the one that is nearest to the data."""
    found = list(drifts)
    return (max(found, key=lambda one: (one.matching, one.similarity)),) if found else ()


def shown_examples(study: PromptStudy) -> list[Shown]:
    """The questions of the few-shot examples in a file: answers repeat without being copied."""
    found: list[Shown] = []
    for one in study.prompts:
        for segment in one.anatomy.segments if one.anatomy else ():
            if segment.label != "examples":
                continue
            message = one.prompt.messages[segment.message]
            if message.role == "user":
                found.append(Shown(study.path, segment.first_line, segment.text.strip()))
            elif message.role in ("system", "example"):
                for offset, text in _questions(segment.text):
                    found.append(Shown(study.path, segment.first_line + offset, text))
    return found


def _questions(text: str) -> list[tuple[int, str]]:
    """What the first speaker of an example says, with the line in the segment."""
    turns = [(at, SPEAKERS.match(line)) for at, line in enumerate(text.split("\n"))]
    spoken = [(at, match) for at, match in turns if match and match["said"].strip()]
    asks = spoken[0][1]["who"] if spoken else ""
    return [(at, match["said"].strip()) for at, match in spoken if match["who"] == asks]


def _tuned_name(files: Sequence[File], tuned: str, folder: Path) -> str:
    """How a report calls a file that only the plan names: as it calls the others of its folder."""
    for file in files:
        inside = os.path.relpath(file.path, folder).replace(os.sep, "/")
        if file.name.endswith(inside):
            return file.name.removesuffix(inside) + tuned
    return tuned
