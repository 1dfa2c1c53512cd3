"""Tokens per call: what the plan states, else what prompt files and training data show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ftgate.content.labels import label_set
from ftgate.model import Measured
from ftgate.profile import Profile
from ftgate.settings import DatasetSettings, UsageSettings
from ftgate.sources import File

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file: tokens of its longest prompt and of that one's unchanging beginning.

    ``residue_tokens`` estimates what would be left of it once a model has been tuned: see
    :attr:`ftgate.prompts.anatomy.Anatomy.residue_tokens`.
    """

    name: str
    tokens: int
    prefix_tokens: int
    residue_tokens: int


def read_prompt(path: str, name: str, count: Count) -> Prompt:
    """Count a prompt file, of several prompts the longest; UnreadableError when there is no text.

    Front matter and the keys around a text are not sent, and not counted.
    """
    from ftgate.prompts.anatomy import Anatomy, dissect  # patterns that few hooks need
    from ftgate.prompts.load import load_prompt

    found = [dissect(prompt, count) for prompt in load_prompt(path, name).prompts]
    longest = max(found, key=lambda one: one.tokens, default=Anatomy((), 0, 0))
    return Prompt(name, longest.tokens, longest.static_tokens, longest.residue_tokens)


def measure_workload(
    profile: Profile,
    files: tuple[File, ...],
    plan: DatasetSettings,
    usage: UsageSettings,
    folder: Path,
    count: Count,
) -> Measured:
    """Tokens per call: what the plan states, else what the files show, with where it came from.

    Of several prompt files the longest is taken as today's prompt. A prompt of a stated length is
    unchanging up to the first variable of that file, and as a whole where there is none. Where
    neither the plan nor the data have a prompt for the tuned model, today's is taken without what
    the data teach.
    """
    origin: dict[str, str] = {}
    means = _means(profile)
    tuned_path = folder / plan.tuned_prompt if plan.tuned_prompt else None
    today = _todays_prompt(files, tuned_path, count)
    if today:
        origin["prompt_tokens"] = origin["cacheable_tokens"] = today.name
    tuned = read_prompt(str(tuned_path), str(plan.tuned_prompt), count) if tuned_path else None
    system = means["system"]
    tuned_tokens, begins = tuned.tokens if tuned else system, _unchanging(tuned)
    if tuned:
        origin["tuned_prompt_tokens"] = tuned.name
    elif today and system == 0:
        tuned_tokens, begins = today.residue_tokens, _unchanging(today)
        origin["tuned_prompt_tokens"] = f"estimate: {today.name} without what examples teach"
    found = {
        "prompt_tokens": today.tokens if today else system,
        "cacheable_tokens": today.prefix_tokens if today else system,
        "tuned_prompt_tokens": tuned_tokens,
        "query_tokens": means["query"],
        "completion_tokens": means["completion"],
    }
    for name in found:
        stated = getattr(usage, name)
        if stated is not None:
            found[name] = stated
            origin[name] = f"[usage] {name}"
        else:
            origin.setdefault(name, f"mean of {profile.examples:,} training examples")
    if usage.prompt_tokens is not None and usage.cacheable_tokens is None:
        varies = today is not None and today.prefix_tokens < today.tokens
        prefix = today.prefix_tokens if today and varies else usage.prompt_tokens
        found["cacheable_tokens"] = min(prefix, usage.prompt_tokens)
        if not varies:  # as where the prompt is measured: what shows no variable does not change
            origin["cacheable_tokens"] = "[usage] prompt_tokens, all of it"
    labels = plan.goal == "classification" or (
        plan.goal is None and label_set(profile.labels) is not None
    )
    return Measured(
        profile.examples,
        origin=origin,
        classifies=labels,
        tuned_cacheable_tokens=begins,
        **found,
    )


def _unchanging(prompt: Prompt | None) -> int | None:
    """Tokens before the first variable; None where there is no variable, or no file."""
    varies = prompt is not None and prompt.prefix_tokens < prompt.tokens
    return prompt.prefix_tokens if prompt and varies else None


def _todays_prompt(files: tuple[File, ...], tuned_path: Path | None, count: Count) -> Prompt | None:
    candidates = [
        read_prompt(file.path, file.name, count)
        for file in files
        if file.role == "prompt" and Path(file.path) != tuned_path
    ]
    return max(candidates, key=lambda prompt: prompt.tokens, default=None)


def _means(profile: Profile) -> dict[str, int | None]:
    """Mean tokens per example, rounded; None without examples."""
    roles, examples = profile.by_role, profile.examples
    if not examples:
        return {"system": None, "query": None, "completion": None}
    return {
        "system": round(roles["system"] / examples),
        "query": round((roles["user"] + roles["tool"]) / examples),
        "completion": round(roles["assistant"] / examples),
    }
