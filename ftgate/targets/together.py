"""Together: what its SDK refused before an upload, up to version 2.14.

Later versions look no further than the JSON and leave the rest to the service, whose rules are not
published as code. The order of roles is that of the data guide and of the SDK's 1.x: user and
assistant alternate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftgate.model import Problem
from ftgate.targets.contract import Check, Record, kind_of, only_keys
from ftgate.targets.frameworks import plain_roles
from ftgate.targets.parts import check_parts, count_images
from ftgate.targets.preference import ANSWERS, RECORD_KEYS, check_pair

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

MAX_IMAGES = 10
MAX_URL_CHARS = len("data:image/jpeg;base64,") + 4 * 10 * 1024 * 1024 // 3
"""A base64 picture of 10 MiB with its header: `MAX_BASE64_IMAGE_LENGTH` of the SDK."""
IMAGE_FORMATS = ("jpeg", "png", "webp")


def _conversation(record: Record, chat: Chat) -> list[Problem]:
    extra = only_keys(record, {"messages", "tools"})
    return extra + _messages(record.get("messages"), chat, "messages")


def _preference(record: Record, chat: Chat) -> list[Problem]:
    problems = only_keys(record, RECORD_KEYS) + check_pair(record, chat, _messages)
    for key in ANSWERS:
        match record.get(key):
            case [{"content": content}]:
                problems += _content(content, "assistant", f"{key}[0].content")
    return problems


def _completion(record: Record, _: Chat) -> list[Problem]:
    problems = only_keys(record, {"prompt", "completion"})
    return problems + _field(record, "prompt", "user") + _field(record, "completion", "assistant")


def _text(record: Record, _: Chat) -> list[Problem]:
    return only_keys(record, {"text"}) + _field(record, "text", "user")


CHECKS: dict[str, Check] = {
    "openai_chat": _conversation,
    "openai_preference": _preference,
    "prompt_completion": _completion,
    "text": _text,
}


def _messages(messages: Any, chat: Chat, where: str) -> list[Problem]:
    problems = chat.check(messages, where)
    if not isinstance(messages, list):
        return problems
    if plain_roles(messages, "role", "content"):
        return problems
    images = 0
    shapes = set()
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            continue
        content = message.get("content")
        if content:  # the SDK lets an empty content stand beside either shape
            shapes.add(type(content))
        pictures = count_images(content)
        problems += _message(message, pictures, f"{where}[{index}]")
        images += pictures
    if {str, list} <= shapes:
        detail = f"{where} have text in some messages and parts in others"
        problems.append(Problem("bad-content-part", detail, where))
    return problems + _too_many(images, where)


def _message(message: Record, pictures: int, where: str) -> list[Problem]:
    problems = []
    if "content" not in message:
        if message.get("role") != "assistant" or "tool_calls" not in message:
            problems.append(Problem("malformed-messages", f"{where} has no content", where))
    elif isinstance(message["content"], list):
        problems += _parts(message["content"], message.get("role"), f"{where}.content")
    if "weight" in message:
        problems += _weight(message["weight"], pictures, f"{where}.weight")
    return problems


def _weight(weight: Any, pictures: int, where: str) -> list[Problem]:
    if not isinstance(weight, int) or weight not in (0, 1):  # true and false are integers to it
        return [Problem("bad-weight", f"{where} is not 0 or 1", where)]
    if weight and pictures:
        return [Problem("bad-weight", f"{where} is 1 in a message with images", where)]
    return []


def _field(record: Record, key: str, role: str) -> list[Problem]:
    if key not in record or not isinstance(record[key], str | list):
        detail = f"{key} is {kind_of(record.get(key), key in record)}, not text or parts"
        return [Problem("bad-field", detail, key)]
    return _content(record[key], role, key)


def _content(content: Any, role: str, where: str) -> list[Problem]:
    if isinstance(content, str):
        return []
    if not isinstance(content, list):
        detail = f"{where} is {kind_of(content)}, not text or parts"
        return [Problem("bad-content-part", detail, where)]
    return _parts(content, role, where) + _too_many(count_images(content), where)


def _parts(parts: list[Any], role: Any, where: str) -> list[Problem]:
    images = role == "user"
    return check_parts(parts, where, IMAGE_FORMATS, images=images, max_chars=MAX_URL_CHARS)


def _too_many(images: int, where: str) -> list[Problem]:
    if images <= MAX_IMAGES:
        return []
    detail = f"{where} has {images} images, more than {MAX_IMAGES}"
    return [Problem("bad-content-part", detail, where)]
