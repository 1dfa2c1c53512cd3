"""The prompt files of a dataset: how long is today's prompt, and how much of it can be cached?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ftgate.content.labels import label_set
from ftgate.errors import UnreadableError
from ftgate.model import Measured
from ftgate.profile import Profile
from ftgate.settings import DatasetSettings, UsageSettings
from ftgate.sources import File

# Where a template puts something that changes per call: Jinja, ${shell}, ERB, {format} fields.
_VARIABLE = re.compile(r"\{\{|\{%|\$\{|<%|\{[A-Za-z_]\w*\}")

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file: tokens of the whole text and of its unchanging beginning."""

    name: str
    tokens: int
    prefix_tokens: int


def read_prompt(path: str, name: str, count: Count) -> Prompt:
    """Count a prompt file as text; UnreadableError when it is no UTF-8 text, or empty.

    A prompt that cannot be read would make every bill of today's prompt wrong.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise UnreadableError(f"prompt {name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"prompt {name}: not UTF-8 at byte {error.start}", hint="save it as UTF-8"
        ) from None
    if not text.strip():
        raise UnreadableError(f"prompt {name}: empty", hint="remove it from the plan, or fill it")
    return Prompt(name, count(text), count(static_prefix(text)))


def static_prefix(text: str) -> str:
    """The text before its first template variable: what is the same in every call."""
    found = _VARIABLE.search(text)
    return text[: found.start()] if found else text


def measure_workload(
    profile: Profile,
    files: tuple[File, ...],
    plan: DatasetSettings,
    usage: UsageSettings,
    folder: Path,
    count: Count,
) -> Measured:
    """Tokens per call: what the plan states, else what the files show, with where it came from.

    Of several prompt files the longest is taken as today's prompt.
    """
    origin: dict[str, str] = {}
    means = _means(profile)
    tuned_path = folder / plan.tuned_prompt if plan.tuned_prompt else None
    today = _todays_prompt(files, tuned_path, count)
    if today:
        origin["prompt_tokens"] = origin["cacheable_tokens"] = today.name
    tuned = read_prompt(str(tuned_path), str(plan.tuned_prompt), count) if tuned_path else None
    if tuned:
        origin["tuned_prompt_tokens"] = tuned.name
    system = means["system"]
    found = {
        "prompt_tokens": today.tokens if today else system,
        "cacheable_tokens": today.prefix_tokens if today else system,
        "tuned_prompt_tokens": tuned.tokens if tuned else system,
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
        found["cacheable_tokens"] = min(found["cacheable_tokens"] or 0, usage.prompt_tokens)
    labels = plan.goal == "classification" or (
        plan.goal is None and label_set(profile.labels) is not None
    )
    return Measured(profile.examples, origin=origin, classifies=labels, **found)


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
