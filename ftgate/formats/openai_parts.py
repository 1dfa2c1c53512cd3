"""The content of an OpenAI message: a string, or a list of text and image parts."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ftgate.formats.contract import a
from ftgate.model import Problem

MAX_IMAGES = 10
"""Images in one example: the limit that Together's checker carries, and OpenAI's vision guide."""

_IMAGE_DATA = r"data:image/(jpeg|png|webp);base64,."
_IMAGE_LINK = r"https?://\S+\Z"
_TYPE_NAMES = {dict: "an object", int: "a number", float: "a number", bool: "true or false"}


class Content(NamedTuple):
    """The text and the images of one message; ``empty`` when it has neither."""

    text: str
    images: int
    empty: bool
    problems: list[Problem]


def read_content(content: Any, role: str, where: str) -> Content:
    """Read the value of ``content``; ``where`` is the message's path in the record."""
    if isinstance(content, str):
        return Content(content, 0, not content or (role == "assistant" and content.isspace()), [])
    if content is None:
        return Content("", 0, True, [])
    path = f"{where}.content"
    if not isinstance(content, list):
        seen = _TYPE_NAMES.get(type(content), "of another type")
        return Content("", 0, False, [Problem("bad-content-part", f"{path} is {seen}", path)])
    problems = []
    if content and role in ("tool", "function"):
        detail = f"{path} of {a(role)} message must be a string"
        problems.append(Problem("bad-content-part", detail, path))
    texts: list[str] = []
    images = 0
    for index, part in enumerate(content):
        text, is_image, trouble = _read_part(part, role)
        texts.append(text)
        images += is_image
        if trouble:
            place = f"{path}[{index}]"
            problems.append(Problem("bad-content-part", f"{place} {trouble}", place))
    text = "".join(texts)
    blank = not text or (role == "assistant" and text.isspace())
    empty = not problems and not images and blank
    return Content(text, images, empty, problems)


def _read_part(part: Any, role: str) -> tuple[str, bool, str]:
    """Text, whether it is an image, and what is wrong ("" when nothing is)."""
    if not isinstance(part, dict):
        return "", False, "is not an object"
    kind = part.get("type")
    if kind == "image_url":
        return "", True, _image_trouble(part.get("image_url"), role)
    if kind == "text" or (kind == "refusal" and role == "assistant"):
        text = part.get(str(kind))
        return (text, False, "") if isinstance(text, str) else ("", False, f"has no {kind} string")
    if kind in ("input_audio", "file"):
        return "", False, "is audio or a file, which cannot be trained on"
    if kind is None and isinstance(part.get("text"), str):
        return part["text"], False, 'has no "type": "text"'
    return "", False, "is neither text nor image_url"


def _image_trouble(image: Any, role: str) -> str:
    if role != "user":
        return f"is an image in {a(role)} message; only user messages may have images"
    url = image.get("url") if isinstance(image, dict) else None
    if not isinstance(url, str):
        return "has no image_url.url"
    if not re.match(_IMAGE_LINK, url) and not re.match(_IMAGE_DATA, url):
        return "is neither an http link nor base64 data of a JPEG, PNG or WebP"
    if image.get("detail", "auto") not in ("auto", "low", "high"):
        return "has a detail other than auto, low or high"
    return ""
