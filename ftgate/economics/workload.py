"""Tokens per call: what the plan states, else what the files show."""

from __future__ import annotations

from typing import NamedTuple

from ftgate.model import Measured, Missing
from ftgate.settings import Settings


class Workload(NamedTuple):
    """Tokens per call: what the plan states, else what the files show."""

    prompt_tokens: int
    cacheable_tokens: int
    tuned_prompt_tokens: int
    query_tokens: int
    completion_tokens: int
    tuned_cacheable_tokens: int


def workload(settings: Settings, measured: Measured) -> Workload | list[Missing]:
    """Merge stated and measured tokens; what neither knows comes back as missing."""
    usage = settings.usage

    def pick(key: str) -> int | None:
        stated: int | None = getattr(usage, key)
        found: int | None = getattr(measured, key)
        return found if stated is None else stated

    prompt, tuned = pick("prompt_tokens"), pick("tuned_prompt_tokens")
    query, completion = pick("query_tokens"), pick("completion_tokens")
    if prompt is None or tuned is None or query is None or completion is None:
        known = {
            "prompt_tokens": (prompt, "tokens of today's system prompt"),
            "tuned_prompt_tokens": (tuned, "tokens of the tuned model's system prompt"),
            "query_tokens": (query, "tokens of user input per call"),
            "completion_tokens": (completion, "tokens of an answer"),
        }
        return [
            Missing(what, f"not found in the files; add to ftgate.toml: [usage] {key} = …")
            for key, (value, what) in known.items()
            if value is None
        ]
    begins = measured.tuned_cacheable_tokens
    return Workload(
        prompt_tokens=prompt,
        cacheable_tokens=min(pick("cacheable_tokens") or 0, prompt),
        tuned_prompt_tokens=tuned,
        query_tokens=query,
        completion_tokens=completion,
        tuned_cacheable_tokens=tuned if begins is None else min(begins, tuned),
    )
