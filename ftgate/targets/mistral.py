"""What Mistral's own data loader refuses: records of ``mistral-finetune`` and of the service.

Source: ``utils/validate_data.py`` and ``finetune/data/tokenize.py`` of mistral-finetune, with the
validator of version 3 in mistral-common 1.13.1 (``protocol/instruct/validator.py``), in its
fine-tuning mode.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ftgate.formats.contract import a
from ftgate.model import Problem
from ftgate.targets.contract import Check, Record, kind_of
from ftgate.targets.draft7 import is_schema
from ftgate.targets.frameworks import are_rounds, plain_roles

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

# `$` also matches before a final line feed; Mistral compares with the same two patterns.
_CALL_ID = re.compile(r"^[a-zA-Z0-9]{9}$")
_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_OPEN_CALL_ID = "null"
_TRUE_OR_FALSE = {"0", "off", "f", "false", "n", "no", "1", "on", "t", "true", "y", "yes"}


def check_conversation(record: Record, chat: Chat) -> list[Problem]:
    """Every problem of a record with ``messages`` or ``interactions``."""
    where = "messages" if "messages" in record else "interactions"
    problems = _fields(record) + _tools(record)
    messages = record.get(where)
    if not isinstance(messages, list):
        detail = f"{where} is {kind_of(messages, where in record)}, not a list"
        return [*problems, Problem("malformed-messages", detail, where)]
    if _is_plain(messages) and record.get("system_prompt") is None:
        return problems
    for index, message in enumerate(messages):
        is_last = index == len(messages) - 1
        problems += _message(message, f"{where}[{index}]", chat, is_last)
    problems += _system_prompts(record, messages, where)
    if not any(problem.kind in ("malformed-messages", "unknown-role") for problem in problems):
        problems += _order(messages, where, chat)
    return problems


def _is_plain(messages: list[Any]) -> bool:
    """True for rounds of a question and an answer in texts: most conversations, seen quickly."""
    roles = plain_roles(messages, "role", "content")
    return roles is not None and are_rounds(roles) and all(m["content"] for m in messages)


def _fields(record: Record) -> list[Problem]:
    problems = [
        Problem("bad-field", f"the record has {one} and {other}, only one may be there", other)
        for one, other in (("messages", "interactions"), ("tools", "available_tools"))
        if one in record and other in record
    ]
    prompt = record.get("system_prompt")
    if prompt is not None and not isinstance(prompt, str):
        detail = f"system_prompt is {kind_of(prompt)}, not text"
        problems.append(Problem("bad-field", detail, "system_prompt"))
    only_last = record.get("only_last")
    if only_last and not _is_flag(only_last):
        problems.append(Problem("bad-field", "only_last is not true or false", "only_last"))
    return problems


def _is_flag(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in _TRUE_OR_FALSE
    return isinstance(value, (bool, int, float)) and value == 1


# -- messages ---------------------------------------------------------------------------------


def _message(message: Any, where: str, chat: Chat, is_last: bool) -> list[Problem]:
    if not isinstance(message, dict):
        return [
            Problem("malformed-messages", f"{where} is {kind_of(message)}, not an object", where)
        ]
    if "role" not in message:
        return [Problem("malformed-messages", f"{where} has no role", where)]
    role = message["role"]
    if not isinstance(role, str) or role not in chat.roles:
        path = f"{where}.role"
        return [Problem("unknown-role", f"{path} is none of {', '.join(sorted(chat.roles))}", path)]
    problems = _content(message, role, where)
    if role == "assistant":
        problems += _assistant(message, where, is_last)
    elif role == "tool":
        problems += _tool_answer(message, where)
    return problems


def _content(message: Record, role: str, where: str) -> list[Problem]:
    if "content" in message and "text" in message:
        return [Problem("malformed-messages", f"{where} has both content and text", where)]
    path = f"{where}.{_content_key(message)}"
    content = message.get(_content_key(message))
    if content is None:
        if role == "assistant" or (role == "system" and message.get("tool_calls") is not None):
            return []
        return [Problem("empty-content", f"{where} has no content", path)]
    if isinstance(content, str):
        return []
    takes_parts = role in ("user", "tool") or (role == "assistant" and not content)
    if isinstance(content, list) and takes_parts:
        return [
            Problem("bad-content-part", f"{path}[{index}] is not a text part", f"{path}[{index}]")
            for index, part in enumerate(content)
            if not _is_text_part(part)
        ]
    detail = f"{path} of {a(role)} message is {kind_of(content)}, not text"
    return [Problem("bad-content-part", detail, path)]


def _content_key(message: Record) -> str:
    return "text" if "text" in message else "content"


def _is_text_part(part: Any) -> bool:
    if not isinstance(part, dict) or part.keys() != {"type", "text"}:
        return False
    return part["type"] == "text" and isinstance(part["text"], str)


def _assistant(message: Record, where: str, is_last: bool) -> list[Problem]:
    problems = []
    if not _is_weight(message.get("weight")):
        problems.append(Problem("bad-weight", f"{where}.weight is not 0 or 1", f"{where}.weight"))
    content, calls = message.get(_content_key(message)), message.get("tool_calls")
    path = f"{where}.tool_calls"
    if content and calls:
        detail = f"{where} has both content and tool_calls"
        problems.append(Problem("bad-tool-call", detail, path))
    elif not content and not calls:
        detail = f"{where} has neither content nor tool_calls"
        problems.append(Problem("empty-content", detail, where))
    if calls is None or calls in ("", {}):
        return problems
    if not isinstance(calls, list):
        detail = f"{path} is {kind_of(calls)}, not a list"
        return [*problems, Problem("bad-tool-call", detail, path)]
    for index, call in enumerate(calls):
        problems += _call(call, f"{path}[{index}]", is_last)
    return problems


def _is_weight(weight: Any) -> bool:
    if isinstance(weight, str):
        try:
            weight = float(weight)
        except ValueError:
            return False
    return weight is None or (isinstance(weight, (int, float)) and weight in (0, 1))


def _call(call: Any, where: str, is_last: bool) -> list[Problem]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        detail = f"{where} is not an object with id and function"
        return [Problem("bad-tool-call", detail, where)]
    problems = []
    call_id = call.get("id")
    if not _matches(_CALL_ID, call_id) and not (call_id == _OPEN_CALL_ID and is_last):
        detail = f"{where}.id is not 9 letters and digits"
        problems.append(Problem("bad-tool-call", detail, f"{where}.id"))
    if not _matches(_NAME, function.get("name")):
        detail = f"{where}.function.name is not a name of at most 64 characters"
        problems.append(Problem("bad-tool-call", detail, f"{where}.function.name"))
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        path = f"{where}.function.arguments"
        detail = f"{path} is {kind_of(arguments, 'arguments' in function)}, not JSON text"
        problems.append(Problem("bad-tool-call", detail, path))
    return problems


def _tool_answer(message: Record, where: str) -> list[Problem]:
    problems = []
    if not _matches(_CALL_ID, message.get("tool_call_id")):
        path = f"{where}.tool_call_id"
        problems.append(Problem("bad-tool-call", f"{path} is not 9 letters and digits", path))
    name = message.get("name")
    if name is not None and not _matches(_NAME, name):
        path = f"{where}.name"
        problems.append(Problem("bad-name", f"{path} is not a name of at most 64 characters", path))
    return problems


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.match(value) is not None


# -- the conversation -------------------------------------------------------------------------


def _system_prompts(record: Record, messages: list[Any], where: str) -> list[Problem]:
    problems = []
    known = record.get("system_prompt") is not None
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") != "system":
            continue
        if known:
            path = f"{where}[{index}]"
            problems.append(Problem("bad-role-order", f"{path} is a second system prompt", path))
        known = known or message.get(_content_key(message)) is not None
    return problems


def _order(messages: list[Record], where: str, chat: Chat) -> list[Problem]:
    """Who may follow whom: system messages are taken out of the conversation before."""
    turns = [turn for turn in enumerate(messages) if turn[1]["role"] != "system"]
    if len(turns) < chat.min_messages:
        detail = f"{where} has fewer than {chat.min_messages} messages beside the system prompt"
        return [Problem("malformed-messages", detail, where)]
    problems = []
    for (_, before), (index, message) in pairwise(turns):
        role = message["role"]
        if before["role"] not in chat.follows.get(role, (before["role"],)):
            path = f"{where}[{index}]"
            detail = f"{path} is {a(role)} message after {a(before['role'])} message"
            problems.append(Problem("bad-role-order", detail, path))
    index, message = turns[-1]
    if message["role"] not in chat.last:
        path = f"{where}[{index}]"
        problems.append(Problem("bad-role-order", f"{path} is the last message", path))
    return problems + _answers(turns, where)


def _answers(turns: list[tuple[int, Record]], where: str) -> list[Problem]:
    """As many tool messages as calls, before the assistant speaks again.

    The first message is not counted, whatever it is: Mistral's validator skips it.
    """
    problems = []
    open_calls = 0
    for index, message in turns[1:]:
        if message["role"] == "tool":
            open_calls -= 1
        elif message["role"] == "assistant":
            if open_calls:
                path = f"{where}[{index}]"
                detail = f"calls and tool messages before {path} differ in number"
                problems.append(Problem("bad-tool-call", detail, path))
            calls = message.get("tool_calls")
            open_calls = len(calls) if isinstance(calls, list) else 0
    return problems


# -- tools ------------------------------------------------------------------------------------


def _tools(record: Record) -> list[Problem]:
    problems = []
    for key in ("tools", "available_tools"):
        tools = record.get(key)
        if tools is None or (key == "tools" and tools in ("", {})):
            continue
        if not isinstance(tools, list):
            detail = f"{key} is {kind_of(tools)}, not a list"
            problems.append(Problem("bad-tool-definition", detail, key))
            continue
        for index, tool in enumerate(tools):
            problems += _tool(tool, f"{key}[{index}]")
    return problems


def _tool(tool: Any, where: str) -> list[Problem]:
    function = tool.get("function") if isinstance(tool, dict) else None
    path = f"{where}.function"
    if not isinstance(function, dict):
        return [Problem("bad-tool-definition", f"{where} has no function object", where)]
    problems = []
    if not _matches(_NAME, function.get("name")):
        detail = f"{path}.name is not a name of at most 64 characters"
        problems.append(Problem("bad-tool-definition", detail, f"{path}.name"))
    for key, wanted, words in (("description", str, "text"), ("parameters", dict, "an object")):
        value = function.get(key)
        if not isinstance(value, wanted):
            detail = f"{path}.{key} is {kind_of(value, key in function)}, not {words}"
            problems.append(Problem("bad-tool-definition", detail, f"{path}.{key}"))
    parameters = function.get("parameters")
    if isinstance(parameters, dict) and not is_schema(parameters):
        detail = f"{path}.parameters is not a JSON Schema of draft 7"
        problems.append(Problem("bad-tool-definition", detail, f"{path}.parameters"))
    return problems


CHECKS: dict[str, Check] = {
    "openai_chat": check_conversation,
    "mistral_interactions": check_conversation,
}
