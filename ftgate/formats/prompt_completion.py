"""Legacy completion models: ``{"prompt": "…", "completion": "…"}``."""

from __future__ import annotations

from ftgate.formats.contract import Format, Record, text_of
from ftgate.model import Example, Problem

RECORD_KEYS = {"prompt", "completion"}


def matches(record: Record) -> bool:
    """True for a record with a completion that is not a conversation."""
    return "completion" in record and not isinstance(record.get("prompt"), list)


def parse(record: Record) -> Example:
    """Read one pair as a user turn (unless the prompt is empty) and an assistant turn.

    An empty prompt is allowed: it is how open-ended generation was trained.
    """
    problems: list[Problem] = []
    prompt, completion = record.get("prompt"), record["completion"]
    extra = len(record.keys() - RECORD_KEYS)
    if extra:
        problems.append(Problem("unknown-record-key", f"{extra} more than completion, prompt"))
    if not isinstance(prompt, str) or not isinstance(completion, str):
        bad = "completion" if isinstance(prompt, str) else "prompt"
        problems.append(Problem("bad-prompt-completion", f"{bad} is missing or not a string"))
    elif not completion or completion.isspace():
        problems.append(Problem("empty-content", "completion is empty"))
    turns = [("user", prompt)] if isinstance(prompt, str) and prompt else []
    turns.append(("assistant", text_of(completion)))
    return Example(turns, problems, completion=True)


FORMAT = Format(
    name="prompt_completion",
    title="prompt/completion (legacy OpenAI)",
    hint="OpenAI's chat models want messages: the prompt as a user message, the completion as an "
    "assistant message",
    judged=True,
    matches=matches,
    parse=parse,
)
