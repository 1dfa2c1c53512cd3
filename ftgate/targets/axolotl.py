"""axolotl (0.19): its ``chat_template`` strategy, which reads messages also as a JSON text.

Any role is handed to the chat template, and nulls are dropped before anything is looked at.

Source: ``axolotl/prompt_strategies/chat_template.py``: ``_get_messages``, ``transform_message``,
``_convert_content_parts`` and ``_get_tools``; ``prompt_tokenizers.py`` for the other formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftgate.model import Problem
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, kind_of, text_at
from ftgate.targets.frameworks import objects_in, plain_roles, read_json

COLUMNS = ("messages", "conversations", "conversation")
NAMES = (("role", "content"), ("from", "value"), ("speaker", "text"))
"""Usual names of role and content; the configuration may map any other."""

ANSWERS = (
    ("output",),
    ("chosen_response", "rejected_response"),
    ("response",),
    ("completion",),
)
"""Columns beside an ``instruction``: of Alpaca, of pairs as Argilla names them, and of KTO."""


def check_dialogue(record: Record, chat: Chat) -> list[Problem]:
    """Where axolotl raises on messages, and on the tools beside them."""
    named = [key for key in COLUMNS if record.get(key) is not None]
    key = named[0] if named else COLUMNS[0]
    messages = record.get(key)
    if isinstance(messages, str):
        is_json, messages = read_json(messages)
        if not is_json:
            return [Problem("malformed-messages", f"{key} is a text that is not JSON", key)]
    if isinstance(messages, list) and not messages:
        return [Problem("malformed-messages", f"{key} is empty", key)]
    problems: list[Problem] = []
    names = _names(messages)
    if not plain_roles(messages, *names):
        for message, path in objects_in(messages, key, problems):
            problems += _message(message, path, *names)
    return problems + list(_tools(record.get("tools")))


def _names(messages: Any) -> tuple[str, str]:
    """The keys of role and content, which the configuration maps for the whole file."""
    first = messages[0] if isinstance(messages, list) else None
    keys = first.keys() if isinstance(first, dict) else set()
    return next((names for names in NAMES if names[0] in keys), NAMES[0])


def _message(message: Record, path: str, role_key: str, content_key: str) -> Iterator[Problem]:
    role, content = message.get(role_key), message.get(content_key)
    if role is None:
        yield Problem("malformed-messages", f"{path} has no {role_key}", path)
    elif isinstance(role, list | dict):
        where = f"{path}.{role_key}"
        yield Problem("unknown-role", f"{where} is {kind_of(role)}, not text", where)
    for index, part in enumerate(content if isinstance(content, list) else ()):
        if isinstance(part, dict):
            text = part.get("text") or part.get("content") or part.get("value") or ""
            if not isinstance(text, str):
                where = f"{path}.{content_key}[{index}]"
                yield Problem("bad-content-part", f"the text of {where} is {kind_of(text)}", where)
    yield from _calls(message.get("tool_calls"), f"{path}.tool_calls")


def _calls(calls: Any, where: str) -> Iterator[Problem]:
    wrong: list[Problem] = []
    for call, path in objects_in(calls or [], where, wrong, "bad-tool-call"):
        function = call.get("function")
        if function is not None and not isinstance(function, dict):
            detail = f"{path}.function is {kind_of(function)}, not an object"
            yield Problem("bad-tool-call", detail, f"{path}.function")
        elif function is not None:
            arguments = function.get("arguments")
            if isinstance(arguments, str) and not read_json(arguments)[0]:
                there = f"{path}.function.arguments"
                yield Problem("bad-tool-call", f"{there} is a text that is not JSON", there)
    yield from wrong


def _tools(tools: Any) -> Iterator[Problem]:
    if isinstance(tools, str):
        is_json, tools = read_json(tools)
        if not is_json:
            yield Problem("bad-tool-definition", "tools is a text that is not JSON", "tools")
            return
    elif tools is None:
        return
    if not isinstance(tools, list):
        detail = f"tools is {kind_of(tools)}, not a list"
        yield Problem("bad-tool-definition", detail, "tools")
        return
    for index, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) else None
        if function is not None and not isinstance(function, dict):
            where = f"tools[{index}].function"
            detail = f"{where} is {kind_of(function)}, not an object"
            yield Problem("bad-tool-definition", detail, where)
        parameters = function.get("parameters") if isinstance(function, dict) else None
        if isinstance(parameters, str) and not read_json(parameters)[0]:
            where = f"tools[{index}].function.parameters"
            yield Problem("bad-tool-definition", f"{where} is a text that is not JSON", where)


def check_alpaca(record: Record, chat: Chat) -> list[Problem]:
    """``instruction`` and its answer, or both answers of a pair, are texts."""
    if "chosen" in record:  # texts or messages, as the configuration says
        return []
    answers = next((keys for keys in ANSWERS if keys[0] in record), ANSWERS[0])
    problems = text_at(record, "instruction")
    for key in answers:
        problems += text_at(record, key)
    return problems if record.get("input") is None else problems + text_at(record, "input")


def check_nothing(record: Record, chat: Chat) -> list[Problem]:
    """The configuration names the columns of these formats, so the file alone says nothing."""
    return []


CHECKS: dict[str, Check] = dict.fromkeys(
    (
        "prompt_completion",
        "prompt_response",
        "query_response",
        "trl_preference",
        "trl_unpaired",
        "trl_prompt_only",
        "trl_stepwise",
    ),
    check_nothing,
) | {
    "openai_chat": check_dialogue,
    "messages_string": check_dialogue,
    "sharegpt": check_dialogue,
    "alpaca": check_alpaca,
}
