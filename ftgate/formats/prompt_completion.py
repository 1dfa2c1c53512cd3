"""Legacy completion models: ``{"prompt": "…", "completion": "…"}``.

Together reads content parts in both, TRL lists of messages; OpenAI takes strings only.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.as_chat import AsChat, read_content, read_messages
from ftgate.formats.contract import Format, Record, named
from ftgate.model import Example, Problem

RECORD_KEYS = {"prompt", "completion"}


def matches(record: Record) -> bool:
    """True for a record with a completion."""
    return "completion" in record


def is_messages(value: Any) -> bool:
    """True for a list of messages: what has no role is a content part."""
    return isinstance(value, list) and any(
        isinstance(item, dict) and "role" in item for item in value
    )


def read_side(chat: AsChat, record: Record, key: str, role: str) -> bool:
    """Read one side of a pair: messages, parts, or a text that ``role`` says; True for messages."""
    value = record.get(key)
    if is_messages(value):
        read_messages(chat, value, key)
        return True
    content = read_content(chat, value, key)
    if content is None:
        chat.bad(key, "is empty" if key in record else "is missing")
    if content or role == "assistant":
        chat.say(role, content or "")
    return False


def as_chat(record: Record) -> AsChat:
    """The prompt as a user message (unless it is empty) and the completion as an answer."""
    return _read(record)[0]


def _read(record: Record) -> tuple[AsChat, bool]:
    chat = AsChat()
    chat.leave(record, RECORD_KEYS | {"tools"})
    chat.tools = record["tools"] if isinstance(record.get("tools"), list) else None
    chatted = read_side(chat, record, "prompt", "user")
    return chat, read_side(chat, record, "completion", "assistant") or chatted


def parse(record: Record) -> Example:
    """Read one pair, and report what OpenAI refuses.

    An empty prompt is allowed: it is how open-ended generation was trained.
    """
    prompt, completion = record.get("prompt"), record["completion"]
    chat, chatted = _read(record)
    problems: list[Problem] = []
    extra = record.keys() - RECORD_KEYS
    if extra:
        problems.append(Problem("unknown-record-key", f"{named(extra)} beside completion, prompt"))
    if not isinstance(prompt, str) or not isinstance(completion, str):
        bad = "completion" if isinstance(prompt, str) else "prompt"
        detail = f"{bad} is missing or not a string"
        problems.append(Problem("bad-prompt-completion", detail, bad))
    elif not completion or completion.isspace():
        problems.append(Problem("empty-content", "completion is empty", "completion"))
    return chat.example(completion=not chatted)._replace(problems=problems)


FORMAT = Format(
    name="prompt_completion",
    title="prompt/completion",
    hint="OpenAI's chat models want messages: the prompt as a user message, the completion as an "
    "assistant message",
    matches=matches,
    parse=parse,
    as_chat=as_chat,
)
