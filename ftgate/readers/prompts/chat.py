"""Chat messages in YAML or JSON, and GitHub Models' ``.prompt.yml``, which adds test data."""

from __future__ import annotations

from typing import Any

from ftgate.model.prompts import Message, PromptFile, PromptText
from ftgate.readers.prompts.contract import MalformedError, names_of
from ftgate.readers.prompts.document import Document

_ROLES = {"developer": "system", "model": "assistant", "ai": "assistant", "human": "user"}
_ROLES |= {"function": "tool"}


def is_chat(value: Any) -> bool:
    """Whether a document is a list of messages, or a table that has one."""
    if isinstance(value, dict):
        value = value.get("messages")
    return isinstance(value, list) and any(isinstance(one, dict) and "role" in one for one in value)


def read_chat(tree: Document, *, github: bool = False) -> PromptFile:
    """One prompt; raises MalformedError for a message that is none."""
    value = tree.value
    path: tuple[str | int, ...] = () if isinstance(value, list) else ("messages",)
    entries = value if isinstance(value, list) else value.get("messages")
    if not isinstance(entries, list) or not entries:
        raise MalformedError(tree.line(*path), "no list of messages")
    messages = [_message(entry, tree, (*path, at)) for at, entry in enumerate(entries)]
    if isinstance(value, dict) and isinstance(value.get("system"), str):
        system = Message("system", value["system"], tree.line("system"), tree.is_block("system"))
        messages.insert(0, system)
    declared = _declared(value)
    if github:
        prompt = PromptText(tuple(messages), "mustache", _tested(value))
        return PromptFile("github models", (prompt,))
    prompt = PromptText(tuple(messages), "braces", declared, declared or frozenset())
    return PromptFile("chat", (prompt,))


def _message(entry: Any, tree: Document, path: tuple[str | int, ...]) -> Message:
    if not isinstance(entry, dict) or not isinstance(entry.get("role"), str):
        raise MalformedError(tree.line(*path), "a message has no role")
    role, content = entry["role"].lower(), entry.get("content")
    exact = tree.is_block(*path, "content")
    line = tree.line(*path, "content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        text = "\n".join(part for part in parts if isinstance(part, str))
        return Message(_ROLES.get(role, role), text, line, False)
    if not isinstance(content, str | None):
        raise MalformedError(line, "the content of a message is no text")
    return Message(_ROLES.get(role, role), content or "", line, exact)


def _declared(value: Any) -> frozenset[str] | None:
    for key in ("input_variables", "variables", "inputs"):
        if isinstance(value, dict) and key in value:
            return names_of(value[key])
    return None


def _tested(value: Any) -> frozenset[str] | None:
    """GitHub Models declares variables by giving them values in ``testData``."""
    rows = value.get("testData") if isinstance(value, dict) else None
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return frozenset().union(*map(names_of, rows)) if rows else None
