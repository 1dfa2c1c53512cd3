"""Prompts as LangChain saves them: ``_type: prompt``, ``few_shot``, and chat of either."""

from __future__ import annotations

import re
from typing import Any

from ftgate.model.prompts import Message, PromptFile, PromptText, Syntax
from ftgate.readers.prompts.contract import Include, MalformedError, names_of
from ftgate.readers.prompts.document import Document, parse

MAX_SHOWN_CHARS = 4_000_000
"""Of all examples written out: what the largest contexts hold."""
_FIELD = re.compile(r"\{([^{}]*)\}")
_KINDS = ("prompt", "few_shot", "chat")
_SYNTAX: dict[str, Syntax] = {"jinja2": "jinja", "mustache": "mustache"}
_ROLES = (("system", "system"), ("ai", "assistant"), ("human", "user"))


def is_langchain(value: Any) -> bool:
    """Whether a document is a saved prompt template."""
    if not isinstance(value, dict):
        return False
    named = value.get("_type") in _KINDS or "template" in value or "template_path" in value
    return named or ("lc" in value and isinstance(value.get("kwargs"), dict))


def read_langchain(tree: Document, include: Include) -> PromptFile:
    """One prompt. Raises MalformedError when there is no template in it."""
    value = tree.value["kwargs"] if "lc" in tree.value else tree.value
    if isinstance(value.get("messages"), list):
        messages = [_message(entry, tree) for entry in value["messages"]]
    elif value.get("_type") == "few_shot" or "examples" in value:
        messages = _few_shot(value, tree, include)
    else:
        messages = [Message("system", *_template(value, tree, include))]
    messages = [message for message in messages if message.text.strip()]
    if not messages:
        raise MalformedError(1, "no template in it")
    stated = value.get("input_variables")
    declared = None if stated is None else names_of(stated)
    given = names_of(value.get("partial_variables"))
    return PromptFile(
        "langchain",
        (
            PromptText(
                tuple(messages),
                _SYNTAX.get(str(value.get("template_format")), "fstring"),
                None if declared is None else declared | given,
                declared or frozenset(),
            ),
        ),
    )


def _template(value: dict[str, Any], tree: Document, include: Include) -> tuple[str, int, bool]:
    """Text, line, and whether its lines are the file's."""
    text, path = value.get("template"), value.get("template_path")
    if isinstance(path, str):
        ((_, text),) = include(path)[:1] or [("", "")]
        return text, 1, False
    if not isinstance(text, str):
        raise MalformedError(1, "no template in it")
    return text, tree.line("template"), tree.is_block("template")


def _few_shot(value: dict[str, Any], tree: Document, include: Include) -> list[Message]:
    """The text before the examples, each example in its own words, and the text after them."""
    rows = value.get("examples")
    if isinstance(rows, str):
        ((_, stored),) = include(rows)[:1] or [("", "[]")]
        rows = parse(stored).value
    shape = value.get("example_prompt")
    template = shape.get("template") if isinstance(shape, dict) else None
    if not isinstance(rows, list) or not isinstance(template, str):
        raise MalformedError(tree.line("examples"), "few_shot needs examples and example_prompt")
    shown, room = [], MAX_SHOWN_CHARS
    for row in rows:
        if isinstance(row, dict):
            text = _filled(template, row, room)
            if text is None:
                detail = f"examples of more than {MAX_SHOWN_CHARS:,} characters"
                raise MalformedError(tree.line("examples"), detail)
            room -= len(text)
            shown.append(text)
    prefix, suffix = (str(value.get(key) or "") for key in ("prefix", "suffix"))
    return [
        Message("system", prefix, tree.line("prefix"), tree.is_block("prefix")),
        *(Message("example", text, tree.line("examples"), False) for text in shown),
        Message("user", suffix, tree.line("suffix"), tree.is_block("suffix")),
    ]


def _filled(template: str, row: dict[str, Any], room: int) -> str | None:
    """An example with its fields put in, None when it has more characters than there is room for.

    By plain replacement, once: nothing is evaluated, and no field is looked for in another one,
    which could double the text for every field.
    """
    parts = _FIELD.split(template)
    parts[1::2] = [str(row[name]) if name in row else f"{{{name}}}" for name in parts[1::2]]
    return "".join(parts) if sum(map(len, parts)) <= room else None


def _message(entry: Any, tree: Document) -> Message:
    """A message template, by its class (``SystemMessagePromptTemplate``) or its role."""
    kwargs = entry.get("kwargs", entry) if isinstance(entry, dict) else None
    prompt = kwargs.get("prompt", kwargs) if isinstance(kwargs, dict) else None
    prompt = prompt.get("kwargs", prompt) if isinstance(prompt, dict) else None
    text = prompt.get("template", prompt.get("content")) if isinstance(prompt, dict) else None
    if not isinstance(text, str):
        raise MalformedError(tree.line("messages"), "a message has no template")
    named = entry.get("id") or [entry.get("_type") or entry.get("role") or ""]
    called = str(named[-1] if isinstance(named, list) else named).lower()
    role = next((role for mark, role in _ROLES if mark in called), "user")
    return Message(role, text, tree.line("messages"), False)
