"""Bedrock's conversation format, ``bedrock-conversation-2024``, as Nova and Llama read it alike.

``{"schemaVersion": …, "system": [{"text": …}], "messages": [{"role": …, "content": [{"text": …},
{"image": {"format": …, "source": {"s3Location": {"uri": …}}}}]}]}``
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftgate.model import Problem
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Record, kind_of, text_at

S3 = "s3://"


def messages_of(record: Record) -> Iterator[tuple[Record, str]]:
    """Each message that is an object, with its path."""
    messages = record.get("messages")
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        if isinstance(message, dict):
            yield message, f"messages[{index}]"


def items_of(holder: Record, where: str) -> Iterator[tuple[Record, str]]:
    """Each item of a ``content`` list that is an object, with its path."""
    content = holder.get("content")
    for index, item in enumerate(content if isinstance(content, list) else ()):
        if isinstance(item, dict):
            yield item, f"{where}.content[{index}]"


def check_messages(record: Record, chat: Chat) -> list[Problem]:
    """Messages by the terms of the sheet, and content as lists of objects, never as texts."""
    problems = chat.check(record.get("messages"))
    for message, where in messages_of(record):
        problems += check_items(message, where)
    return problems


def check_items(holder: Record, where: str) -> list[Problem]:
    """Whether a ``content`` is a list of objects."""
    content, path = holder.get("content"), f"{where}.content"
    if isinstance(content, str):
        return [Problem("bad-content-part", f"{path} is text, not a list of objects", path)]
    if not isinstance(content, list):
        return []
    return [
        Problem("bad-content-part", f"{path}[{index}] is {kind_of(item)}", f"{path}[{index}]")
        for index, item in enumerate(content)
        if not isinstance(item, dict)
    ]


def check_system(system: Any) -> list[Problem]:
    """``system`` is a list of objects with a text."""
    if not isinstance(system, list):
        return [Problem("bad-field", f"system is {kind_of(system)}, not a list", "system")]
    problems: list[Problem] = []
    for index, item in enumerate(system):
        where = f"system[{index}]"
        if isinstance(item, dict):
            problems += text_at(item, "text", where)
        else:
            problems.append(Problem("bad-field", f"{where} is {kind_of(item)}", where))
    return problems


def check_media(media: Any, where: str) -> list[Problem]:
    """A ``format``, and a place in S3."""
    if not isinstance(media, dict):
        return [Problem("bad-content-part", f"{where} is {kind_of(media)}, not an object", where)]
    problems = []
    if not isinstance(media.get("format"), str):
        path = f"{where}.format"
        problems.append(Problem("bad-content-part", f"{path} is not a text", path))
    path = f"{where}.source.s3Location"
    place = place_of(media)
    uri = place.get("uri")
    if not isinstance(uri, str) or not uri.startswith(S3):
        path = f"{path}.uri"
        problems.append(Problem("bad-content-part", f"{path} does not start with {S3}", path))
    return problems


def place_of(media: Record) -> Record:
    """The ``s3Location`` of an image, a video or a document; empty when it has none."""
    source = media.get("source")
    place = source.get("s3Location") if isinstance(source, dict) else None
    return place if isinstance(place, dict) else {}
