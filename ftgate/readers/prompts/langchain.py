"""Prompts as LangChain saves them: ``_type: prompt``, ``few_shot``, and chat of either."""

from __future__ import annotations

from typing import Any

from ftgate.model.prompts import Message, PromptFile, PromptText, Syntax
from ftgate.readers.prompts.contract import Include, MalformedError, names_of
from ftgate.readers.prompts.document import Document, parse

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
    shown = [_filled(template, row) for row in rows if isinstance(row, dict)]
    prefix, suffix = (str(value.get(key) or "") for key in ("prefix", "suffix"))
    return [
        Message("system", prefix, tree.line("prefix"), tree.is_block("prefix")),
        *(Message("example", text, tree.line("examples"), False) for text in shown),
        Message("user", suffix, tree.line("suffix"), tree.is_block("suffix")),
    ]


def _filled(template: str, row: dict[str, Any]) -> str:
    """An example with its fields put in by plain replacement: nothing of it is evaluated."""
    for key, text in row.items():
        template = template.replace(f"{{{key}}}", str(text))
    return template


def _message(entry: Any, tree: Document) -> Message:
    """A message template, by its class (``SystemMessagePromptTemplate``) or its role."""
    kwargs = entry.get("kwargs", entry) if isinstance(entry, dict) else {}
    prompt = kwargs.get("prompt", kwargs)
    prompt = prompt.get("kwargs", prompt) if isinstance(prompt, dict) else {}
    text = prompt.get("template", prompt.get("content"))
    if not isinstance(text, str):
        raise MalformedError(tree.line("messages"), "a message has no template")
    named = entry.get("id") or [entry.get("_type") or entry.get("role") or ""]
    called = str(named[-1] if isinstance(named, list) else named).lower()
    role = next((role for mark, role in _ROLES if mark in called), "user")
    return Message(role, text, tree.line("messages"), False)
