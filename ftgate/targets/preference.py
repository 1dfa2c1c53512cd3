"""Preference pairs as OpenAI shaped them: an input, and two answers of one message each.

Together and Fireworks read the same three keys; what a prompt and an answer may hold is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ftgate.model import Problem
from ftgate.targets.contract import Record, kind_of

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

ANSWERS = ("preferred_output", "non_preferred_output")
RECORD_KEYS = frozenset(("input", *ANSWERS))

Messages = Callable[[Any, "Chat", str], list[Problem]]
"""Checks a list of messages; the text is its path in the record."""


def check_pair(record: Record, chat: Chat, messages: Messages) -> list[Problem]:
    """Every problem of a pair: its prompt, which must not end with an answer, and both answers."""
    return _prompt(record.get("input"), chat, messages) + [
        problem for key in ANSWERS for problem in _answer(record.get(key), key)
    ]


def _prompt(value: Any, chat: Chat, messages: Messages) -> list[Problem]:
    if not isinstance(value, dict):
        return [
            Problem("bad-preference-pair", f"input is {kind_of(value)}, not an object", "input")
        ]
    if "messages" not in value:
        return [Problem("bad-preference-pair", "input has no messages", "input.messages")]
    where = "input.messages"
    found = messages(value["messages"], chat, where)
    # A prompt ends before the answer: one without an assistant message is the usual case.
    problems = [problem for problem in found if problem.kind != "missing-assistant-turn"]
    if not any(problem.kind == "malformed-messages" for problem in problems):
        last = len(value["messages"]) - 1
        if value["messages"][last]["role"] == "assistant":
            detail = "the prompt ends with an assistant message"
            problems.append(Problem("bad-preference-pair", detail, f"{where}[{last}]"))
    return problems


def _answer(value: Any, key: str) -> list[Problem]:
    if not isinstance(value, list):
        detail = f"{key} is {kind_of(value)}, not a list"
        return [Problem("bad-preference-pair", detail, key)]
    if len(value) != 1:
        detail = f"{key} has {len(value)} messages, not one"
        return [Problem("bad-preference-pair", detail, key)]
    where, answer = f"{key}[0]", value[0]
    if not isinstance(answer, dict):
        detail = f"{where} is {kind_of(answer)}, not an object"
        return [Problem("bad-preference-pair", detail, where)]
    problems = []
    if answer.get("role") != "assistant":
        detail = f"{where} is not an assistant message"
        problems.append(Problem("bad-preference-pair", detail, f"{where}.role"))
    if "content" not in answer and "tool_calls" not in answer:
        detail = f"{where} has neither content nor tool_calls"
        problems.append(Problem("bad-preference-pair", detail, where))
    return problems
