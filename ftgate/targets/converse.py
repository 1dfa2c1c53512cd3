"""Bedrock's conversation format, ``bedrock-conversation-2024``, as Nova and Llama read it alike.

``{"schemaVersion": …, "system": [{"text": …}], "messages": [{"role": …, "content": [{"text": …},
{"image": {"format": …, "source": {"s3Location": {"uri": …}}}}]}]}``
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ftgate.model import Problem
from ftgate.targets.contract import Record, kind_of, text_at

S3 = "s3://"


class Said(NamedTuple):
    """A message (or a candidate) that is an object: its path, and the objects of its content."""

    message: Record
    where: str
    items: list[tuple[Record, str]]


def said(message: Record, where: str) -> Said:
    """One message with each item of its ``content`` that is an object, and their paths."""
    content = message.get("content")
    items = [
        (item, f"{where}.content[{index}]")
        for index, item in enumerate(content if isinstance(content, list) else ())
        if isinstance(item, dict)
    ]
    return Said(message, where, items)


def said_in(record: Record) -> list[Said]:
    """Each message that is an object."""
    messages = record.get("messages")
    return [
        said(message, f"messages[{index}]")
        for index, message in enumerate(messages if isinstance(messages, list) else ())
        if isinstance(message, dict)
    ]


def plain_texts(content: Any) -> list[str] | None:
    """The texts of a list of objects that have a text and nothing else; None for other lists."""
    if type(content) is not list:
        return None
    texts = []
    for item in content:
        text = item.get("text") if type(item) is dict and len(item) == 1 else None
        if type(text) is not str:
            return None
        texts.append(text)
    return texts


def check_items(holder: Record, where: str) -> list[Problem]:
    """Whether a ``content`` is a list of objects, and no text."""
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
