"""Tool calls of OpenAI and content blocks of Anthropic, as ms-swift turns them into messages.

Source: ``normalize_provider_messages`` of ``swift/dataset/preprocessor/core.py``,
``normalize_openai_tool_calls`` and ``remove_messages_media`` of
``swift/template/template_inputs.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftgate.model import Problem
from ftgate.targets.contract import Record, kind_of
from ftgate.targets.frameworks import objects_in

ROLES = {
    "human": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "function_call": "tool_call",
    "function_response": "tool_response",
    "observation": "tool_response",
    "observations": "tool_response",
}
"""Tags that are renamed to roles; the last four may have hyphens."""

MEDIA = ("image", "audio", "video")

Placed = list[tuple[Record, str]]


def normalize(messages: list[Record], name: str, record: Record, wrong: list[Problem]) -> Placed:
    """Messages of roles and contents, each with the path of the message that it comes from."""
    placed = [(message, f"{name}[{index}]") for index, message in enumerate(messages)]
    if any(message.get("tool_calls") for message in messages):
        return [one for message, path in placed for one in _from_openai(message, path, wrong)]
    for message, path in placed:
        if isinstance(message.get("content"), list):
            list(objects_in(message["content"], f"{path}.content", wrong, "bad-content-part"))
    if any(_is_anthropic(message.get("content")) for message in messages):
        return _from_anthropic(placed, record, wrong)
    return placed


def _from_openai(message: Record, path: str, wrong: list[Problem]) -> Placed:
    calls = message.get("tool_calls")
    if message.get("role") != "assistant" or not calls:
        return [(message, path)]
    found: Placed = [(message, path)] if message.get("content") else []
    for call, there in objects_in(calls, f"{path}.tool_calls", wrong, "bad-tool-call"):
        function = call.get("function", call)
        if isinstance(call.get("id"), dict | list):
            wrong.append(Problem("bad-tool-call", f"{there}.id is no text", f"{there}.id"))
        elif not isinstance(function, dict) or "name" not in function:
            detail = f"{there}.function has no name"
            wrong.append(Problem("bad-tool-call", detail, f"{there}.function"))
        else:
            found.append(({"role": "tool_call", "content": function}, path))
    return found


# -- Anthropic --------------------------------------------------------------------------------


def _is_anthropic(content: Any) -> bool:
    return isinstance(content, list) and any(
        block.get("type") in ("tool_use", "tool_result")
        or (block.get("type") == "image" and "source" in block)
        for block in content
        if isinstance(block, dict)
    )


def _from_anthropic(messages: Placed, record: Record, wrong: list[Problem]) -> Placed:
    found: Placed = []
    images = False
    for message, path in messages:
        content = message.get("content")
        if not isinstance(content, list):
            found.append((message, path))
            continue
        spoken = False
        for block, there in objects_in(content, f"{path}.content", wrong, "bad-content-part"):
            kind = block.get("type")
            wrong += _block(block, there)
            spoken = spoken or kind in ("text", "image")
            images = images or kind == "image" or _has_image(block.get("content"))
            if kind == "tool_use":
                found.append(({"role": "tool_call", "content": {}}, path))
            elif kind == "tool_result":
                result = block.get("content", "")
                found.append(({"role": "tool_response", "content": result}, there))
        if spoken:
            found.append(({"role": message.get("role"), "content": ""}, path))
    if images and record.get("images"):
        detail = "images stand both in the content and beside it"
        wrong.append(Problem("bad-content-part", detail, "images"))
    return found


def _block(block: Record, where: str) -> Iterator[Problem]:
    kind = block.get("type")
    if kind == "tool_use":
        if "name" not in block:
            yield Problem("bad-tool-call", f"{where} has no name", where)
    elif kind == "tool_result":
        wrong: list[Problem] = []
        result = block.get("content")
        for inner, path in objects_in(
            result if isinstance(result, list) else [], f"{where}.content", wrong
        ):
            yield from _spoken_block(inner, path)
        yield from wrong
    else:
        yield from _spoken_block(block, where)


def _spoken_block(block: Record, where: str) -> Iterator[Problem]:
    kind = block.get("type")
    if kind == "text":
        if not isinstance(block.get("text", ""), str):
            yield Problem("bad-content-part", f"{where}.text is not text", f"{where}.text")
    elif kind != "image":
        yield Problem("bad-content-part", f"{where} is a block of unknown type", f"{where}.type")
    elif not _has_source(block.get("source")):
        detail = f"{where}.source has neither base64 data with its media_type nor a url"
        yield Problem("bad-content-part", detail, f"{where}.source")


def _has_source(source: Any) -> bool:
    if not isinstance(source, dict):
        return False
    if source.get("type") == "base64":
        return bool(source.get("media_type") and source.get("data"))
    return source.get("type") == "url" and bool(source.get("url"))


def _has_image(content: Any) -> bool:
    return isinstance(content, list) and any(
        isinstance(block, dict) and block.get("type") == "image" for block in content
    )


# -- parts ------------------------------------------------------------------------------------


def check_content(content: Any, where: str) -> list[Problem]:
    """Content is text, token ids, or parts of text and media."""
    if isinstance(content, str) or content in ([], {}):
        return []
    if isinstance(content, dict) and "token_ids" in content:
        return []
    if isinstance(content, list) and isinstance(content[0], int):
        return []
    if not isinstance(content, list):
        return [Problem("bad-content-part", f"{where} is {kind_of(content)}", where)]
    problems: list[Problem] = []
    for part, path in objects_in(content, where, problems, "bad-content-part"):
        problems += _part(part, path)
    return problems


def _part(part: Record, where: str) -> list[Problem]:
    kind = part.get("type")
    if not isinstance(kind, str):
        return [Problem("bad-content-part", f"{where} has no type", f"{where}.type")]
    value = part.get(kind)
    if kind == "text":
        is_wrong = not isinstance(value, str)
    elif isinstance(value, dict):
        is_wrong = "url" not in value or _is_unknown(kind, value["url"])
    else:
        is_wrong = _is_unknown(kind, value)
    path = f"{where}.{kind}" if is_wrong and kind in ("text", *MEDIA) else where
    detail = f"{where} is neither text nor an image, audio or video"
    return [Problem("bad-content-part", detail, path)] if is_wrong else []


def media_in(content: Any) -> set[str]:
    """The kinds of media whose files stand in the content itself."""
    parts = content if isinstance(content, list) else []
    return {
        part["type"].removesuffix("_url")
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("type"), str) and part.get(part["type"])
    }


def _is_unknown(kind: str, value: Any) -> bool:
    return bool(value) and kind.removesuffix("_url") not in MEDIA
