"""What must not be left behind: a record that lost it would train something else.

Of the keys that a conversion drops, most are about the record: where it came from, its number, a
score. The keys here say what the model sees, what it answers, or which of its answers it learns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ftgate.convert.chat import EMPTY
from ftgate.formats.contract import Record
from ftgate.formats.openai_messages import known_role

_SHOWN = "the model is shown it"
_SAID = "the model is trained to say it"
_ANSWERS = "another answer belongs to the record, and a chat has one"
_GRADED = "it says whether the answer is good, which a chat cannot say"

_MEDIA = ("image", "images", "video", "videos", "audio", "audios", "objects")
_THOUGHTS = ("thinking", "reasoning", "reasoning_content")
_RECORD_KEYS = {
    **dict.fromkeys((*_MEDIA, "documents", "system", "system_prompt", "history"), _SHOWN),
    **dict.fromkeys(("tools", "functions", "chat_template_kwargs"), _SHOWN),
    **dict.fromkeys(("chosen", "rejected", "rejected_response", "rejected_messages"), _ANSWERS),
    "kto_tag": _GRADED,
}
_MESSAGE_KEYS = {
    **dict.fromkeys((*_MEDIA, "name"), _SHOWN),
    **dict.fromkeys((*_THOUGHTS, "tool_calls", "function_call"), _SAID),
    "candidates": _ANSWERS,
}
_MASKS = ("train", "training", "train_detail", "loss", "loss_scale")
"""Keys by which axolotl and ms-swift say of a message whether it is trained."""
_DIALOGUES = ("messages", "conversations", "conversation", "interactions", "prompt", "completion")

_IN_MESSAGE = re.compile(r"(\w+)\[\]\.(\w+)\Z")
_NO_PLACE = "has no place in the other schema"


def losses_of(record: Record, lost: list[str]) -> Iterator[str]:
    """What a record loses besides metadata, with the reason; ``lost`` are the keys left behind."""
    for key in lost:
        value, inside = record.get(key), _IN_MESSAGE.match(key)
        if key == "label" and isinstance(value, bool):
            yield f"{key} {_NO_PLACE}: {_GRADED}"
        elif key in _RECORD_KEYS and value not in EMPTY:
            yield f"{key} {_NO_PLACE}: {_RECORD_KEYS[key]}"
        elif inside and inside[2] in _MESSAGE_KEYS and _is_said(record.get(inside[1]), inside[2]):
            yield f"{key} {_NO_PLACE}: {_MESSAGE_KEYS[inside[2]]}"
    for name in _DIALOGUES:
        for index, message in enumerate(_objects(record.get(name))):
            if mask := _unusual_mask(message):
                yield f"{name}[{index}].{mask} {_NO_PLACE}: it says whether this is trained"


def _objects(messages: Any) -> list[Record]:
    each = messages if isinstance(messages, list) else []
    return [message if isinstance(message, dict) else {} for message in each]


def _is_said(messages: Any, key: str) -> bool:
    """Whether a message has more than an empty value; True where messages have another name."""
    return messages is None or any(each.get(key) not in EMPTY for each in _objects(messages))


def _unusual_mask(message: Record) -> str:
    """The key of a mark that trains a message unlike others of its role, "" when there is none."""
    usual = known_role(message.get("role", message.get("from"))) == "assistant"
    return next((mask for mask in _MASKS if message.get(mask) not in (None, usual)), "")
