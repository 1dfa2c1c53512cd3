"""OpenAI chat: ``{"messages": [{"role": …, "content": …}, …], "tools": […]}``.

The schema is "Training format for chat models using the supervised method" of the OpenAI API
reference. Most records are plain text conversations: :func:`plain_turns` reads those in one tight
loop; everything else is for :class:`~ftgate.formats.openai_messages.Conversation`.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.contract import Format, Record, named
from ftgate.formats.converse import is_converse
from ftgate.formats.dialogues import is_reinforcement
from ftgate.formats.openai_messages import Conversation
from ftgate.formats.openai_tools import check_definitions
from ftgate.model import Example, Problem

RECORD_KEYS = {"messages", "tools", "parallel_tool_calls", "functions"}
"""Keys of a record according to the API reference; ``functions`` is deprecated."""

_PLAIN_STEPS = {
    ("", "system"),
    ("", "user"),
    ("", "assistant"),
    ("system", "user"),
    ("system", "assistant"),
    ("user", "user"),
    ("user", "assistant"),
    ("assistant", "user"),
}
"""A role and the role before it, where nothing needs a closer look."""


def matches(record: Record) -> bool:
    """True for a record with a list of messages (or a value that was meant to be one)."""
    messages = record.get("messages", "")
    if isinstance(messages, str):
        return False
    if (
        len(record) > 1
        and ("system" in record or "schemaVersion" in record or "reference_answer" in record)
        and (is_converse(record) or is_reinforcement(record))
    ):
        return False
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        return "from" not in messages[0] or "role" in messages[0]
    return True


def parse(record: Record) -> Example:
    """Read one record; problems are found on the side."""
    turns, _ = plain_turns(record)
    return Example(turns, []) if turns else _parse_carefully(record)


def plain_turns(record: Any) -> tuple[list[tuple[str, str]], int]:
    """The turns of a plain text conversation without any problem, and the quotes in their texts.

    No turns: look more carefully.
    """
    turns: list[tuple[str, str]] = []
    before, quotes = "", 0
    try:
        for message in record["messages"] if len(record) == 1 else ():
            role, content = message["role"], message["content"]
            if (before, role) not in _PLAIN_STEPS or len(message) != 2:
                return [], 0
            if not content or content.isspace():
                return [], 0
            quotes += content.count('"')
            turns.append((role, content))
            before = role
    except (AttributeError, KeyError, TypeError):
        return [], 0
    return (turns, quotes) if before == "assistant" else ([], 0)


def _parse_carefully(record: Record) -> Example:
    conversation = Conversation()
    problems = conversation.problems
    extra = record.keys() - RECORD_KEYS
    if extra:
        known = ", ".join(sorted(RECORD_KEYS))
        problems.append(Problem("unknown-record-key", f"{named(extra)} beside {known}"))
    tools = record.get("tools")
    functions = record.get("functions")
    conversation.read(record.get("messages"))
    conversation.check_turns()
    before = len(problems)
    names = check_definitions(tools, functions, problems)
    if len(problems) == before:
        conversation.check_called_names(names)
    if not isinstance(record.get("parallel_tool_calls", True), bool):
        key = "parallel_tool_calls"
        problems.append(Problem("bad-tool-definition", f"{key} is not true or false", key))
    definitions = tools or functions
    return Example(
        conversation.turns,
        problems,
        conversation.calls,
        definitions if isinstance(definitions, list) else None,
        conversation.images,
    )


FORMAT = Format(
    name="openai_chat",
    title="OpenAI chat",
    hint="",
    matches=matches,
    parse=parse,
)
