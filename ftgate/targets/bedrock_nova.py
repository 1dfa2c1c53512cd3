"""Amazon Nova on Bedrock: supervised conversations, and preference pairs as ``candidates``.

Follows the dataset validator that AWS publishes (amazon-nova-samples). Where Nova models differ,
what one of them accepts is accepted: documents and reasoning belong to Nova 2 Lite.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ftgate.formats.contract import a
from ftgate.model import Problem
from ftgate.targets import converse, nova_tools
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, kind_of
from ftgate.targets.converse import Said

FORMATS = {
    "image": ("jpeg", "png", "gif", "webp"),
    "video": ("mov", "mkv", "mp4", "webm"),
    "document": ("pdf",),
}
NOT_NOVA_2 = ("webp", "webm")
KINDS = ("text", *FORMATS, "reasoningContent", "toolUse", "toolResult")
"""What a content item may be; keys of other names are ignored."""

PLAIN_KEYS = {"schemaVersion", "system", "messages"}

MAX = {"image": 10, "video": 1, "document": 1}
BARRED = {
    "user": ("reasoningContent", "toolUse"),
    "assistant": ("image", "video", "document", "toolResult"),
    "candidate": ("image", "video", "document"),
}
APART = (("video", "image"), ("video", "document"))
"""Kinds that one message may not have together."""

RESERVED = ("system:", "user:", "bot:", "assistant:", "<image>", "<video>", "<unk>")
"""Words that AWS's validator refuses anywhere in a text, in any case."""

RESERVED_AS_WRITTEN = ("Thought:", "[EOS]")

_S3_PATH = r"^[\w\-/\.]+$"


def check(record: Record, chat: Chat) -> list[Problem]:
    """One example: a conversation, or a prompt whose last message has ``candidates``."""
    if _is_plain(record, chat):
        return []
    version = record.get("schemaVersion")
    problems = []
    if version is not None and not isinstance(version, str):
        detail = f"schemaVersion is {kind_of(version)}, not text"
        problems.append(Problem("bad-schema-version", detail, "schemaVersion"))
    system = record.get("system")
    if system is not None:
        problems += converse.check_system(system)
        for index, item in enumerate(system if isinstance(system, list) else ()):
            problems += _check_words(item, f"system[{index}]")
    said = converse.said_in(record)
    if any("candidates" in each.message for each in said):
        return problems + _check_candidates(record["messages"], said, chat)
    problems += chat.check(record.get("messages"))
    for each in said:
        problems += converse.check_items(each.message, each.where)
        problems += _check_content(each, each.message.get("role"))
    problems += _check_sample(said)
    if record.get("toolConfig") is not None:
        problems += nova_tools.check_tools(record["toolConfig"], said)
    return problems


def _is_plain(record: Record, chat: Chat) -> bool:
    """True for a conversation in texts without any problem: most records, seen quickly."""
    messages, texts = record.get("messages"), converse.plain_texts(record.get("system", []))
    if type(messages) is not list or texts is None or not record.keys() <= PLAIN_KEYS:
        return False
    for message in messages:
        spoken = converse.plain_texts(message.get("content")) if type(message) is dict else None
        if not spoken or not any(spoken) or "candidates" in message:
            return False
        texts += spoken
    if any(map(_has_reserved, texts)) or chat.check(messages):
        return False
    return isinstance(record.get("schemaVersion"), str | None)


def _check_candidates(messages: list[Any], said: list[Said], chat: Chat) -> list[Problem]:
    """A preference pair: the last message, and only the last, has candidates."""
    problems = chat.check([_without_candidates(message) for message in messages])
    for message, where, items in said:
        if "candidates" in message:
            problems += _check_choice(message["candidates"], f"{where}.candidates")
            continue
        problems += converse.check_items(message, where)
        problems += _check_content(Said(message, where, items), message.get("role"))
        for item, path in items:
            problems += [
                Problem("bad-content-part", f"{path}.{kind} is in a preference pair", path)
                for kind in ("video", "reasoningContent")
                if item.get(kind) is not None
            ]
    for index, message in enumerate(messages):
        last = index == len(messages) - 1
        if isinstance(message, dict) and ("candidates" in message) is not last:
            where = f"messages[{index}]"
            detail = f"{where} has {'no ' if last else ''}candidates; only the last message has"
            problems.append(Problem("bad-preference-pair", detail, where))
    return problems + _check_sample(said)


def _without_candidates(message: Any) -> Any:
    if not isinstance(message, dict) or "candidates" not in message:
        return message
    return {"content": "candidates", **({"role": message["role"]} if "role" in message else {})}


def _check_choice(candidates: Any, where: str) -> list[Problem]:
    if not isinstance(candidates, list) or len(candidates) < 2:
        detail = f"{where} is not a list of at least two"
        return [Problem("bad-preference-pair", detail, where)]
    problems: list[Problem] = []
    labels = set()
    for index, candidate in enumerate(candidates):
        path = f"{where}[{index}]"
        if not isinstance(candidate, dict) or not isinstance(candidate.get("content"), list):
            problems.append(Problem("bad-preference-pair", f"{path} has no list of content", path))
            continue
        problems += converse.check_items(candidate, path)
        problems += _check_content(converse.said(candidate, path), "candidate")
        label = candidate.get("preferenceLabel")
        if not isinstance(label, str) or label.lower() not in ("preferred", "non-preferred"):
            detail = f"{path}.preferenceLabel is neither preferred nor non-preferred"
            problems.append(Problem("bad-preference-pair", detail, f"{path}.preferenceLabel"))
        else:
            labels.add(label)
    if not problems and len(labels) < 2:
        problems.append(Problem("bad-preference-pair", f"{where} all have one label", where))
    return problems


def _check_content(said: Said, role: Any) -> list[Problem]:
    """The items of one message or candidate, one by one and together."""
    problems: list[Problem] = []
    counts: Counter[str] = Counter()
    length = 0
    for item, path in said.items:
        kinds = [kind for kind in KINDS if item.get(kind) is not None]
        counts.update(kinds)
        length += len(item["text"]) if isinstance(item.get("text"), str) else 0
        if not kinds:
            detail = f"{path} has none of {', '.join(KINDS)}"
            problems.append(Problem("bad-content-part", detail, path))
        for kind in kinds:
            problems += _check_item(item, kind, path)
        problems += _check_neighbours(kinds, path)
    where = f"{said.where}.content"
    for kind in BARRED.get(role, ()) if isinstance(role, str) else ():
        if counts[kind]:
            detail = f"{where} has {kind}, which {a(role)} message may not have"
            problems.append(Problem("bad-content-part", detail, where))
    for kind, limit in MAX.items():
        if counts[kind] > limit:
            detail = f"{where} has {counts[kind]} items of {kind}; limit {limit}"
            problems.append(Problem("bad-content-part", detail, where))
    for one, other in APART:
        if counts[one] and counts[other]:
            detail = f"{where} has both {one} and {other}"
            problems.append(Problem("bad-content-part", detail, where))
    return problems + _check_empty(counts, length, where, role)


def _check_empty(counts: Counter[str], length: int, where: str, role: Any) -> list[Problem]:
    """Whether there is anything to read. Reasoning alone is an answer for a candidate only."""
    if role == "candidate":
        empty = not length and not counts["reasoningContent"]
    elif counts["text"]:
        empty = not length and not any(counts[kind] for kind in (*FORMATS, "reasoningContent"))
    else:
        empty = set(counts) == {"reasoningContent"}
    return [Problem("empty-content", f"{where} has nothing to read", where)] if empty else []


def _check_neighbours(kinds: list[str], where: str) -> list[Problem]:
    reasons = "reasoningContent" in kinds and ("image" in kinds or "video" in kinds)
    if reasons or ("toolUse" in kinds and "toolResult" in kinds):
        detail = f"{where} has {' and '.join(kinds)} in one item"
        return [Problem("bad-content-part", detail, where)]
    return []


def _check_item(item: Record, kind: str, where: str) -> list[Problem]:
    value, path = item[kind], f"{where}.{kind}"
    if kind == "text":
        if not isinstance(value, str):
            return [Problem("bad-content-part", f"{path} is {kind_of(value)}, not text", path)]
        return _check_words(item, where)
    if kind == "reasoningContent":
        return _check_reasoning(value, path)
    if kind == "toolUse":
        return nova_tools.check_use(value, path)
    if kind == "toolResult":
        return nova_tools.check_result(value, path)
    return converse.check_media(value, path) or _check_file(value, path, FORMATS[kind])


def _check_file(media: Record, where: str, formats: tuple[str, ...]) -> list[Problem]:
    problems = []
    if _format_of(media) not in formats:
        path = f"{where}.format"
        detail = f"{path} is none of {', '.join(formats)}"
        problems.append(Problem("bad-content-part", detail, path))
    place, path = converse.place_of(media), f"{where}.source.s3Location"
    if not re.match(_S3_PATH, place["uri"].replace(converse.S3, "")):
        detail = f"{path}.uri has characters other than letters, digits, _, -, / and ."
        problems.append(Problem("bad-content-part", detail, f"{path}.uri"))
    if not isinstance(place.get("bucketOwner"), str | None):
        path = f"{path}.bucketOwner"
        problems.append(Problem("bad-content-part", f"{path} is not a text", path))
    return problems


def _check_reasoning(value: Any, where: str) -> list[Problem]:
    words = value.get("reasoningText") if isinstance(value, dict) else None
    text = words.get("text") if isinstance(words, dict) else None
    path = f"{where}.reasoningText"
    if not isinstance(text, str) or not text:
        return [Problem("bad-content-part", f"{path} has no text", path)]
    return _check_words({"text": text}, path)


def _check_words(item: Any, where: str) -> list[Problem]:
    text = item.get("text") if isinstance(item, dict) else None
    if not isinstance(text, str) or not _has_reserved(text):
        return []
    path = f"{where}.text"
    return [Problem("reserved-word", f"{path} has a word that Nova reserves", path)]


def _has_reserved(text: str) -> bool:
    if not (":" in text or "<" in text or "[" in text):
        return False
    if any(word in text for word in RESERVED_AS_WRITTEN):
        return True
    lowered = text.lower()
    return any(word in lowered for word in RESERVED)


def _check_sample(said: list[Said]) -> list[Problem]:
    """What only shows in the whole example: its documents, and a model that reads all of it."""
    items = [place for each in said for place in each.items]
    problems = []
    documents = sum(item.get("document") is not None for item, _ in items)
    if documents > MAX["document"]:
        detail = f"messages have {documents} documents; limit {MAX['document']}"
        problems.append(Problem("bad-content-part", detail, "messages"))
    if any(item.get("reasoningContent") is not None for item, _ in items):
        problems += [
            Problem("bad-content-part", f"{path} is no format of Nova 2, which reasons", path)
            for item, path in items
            if any(_format_of(item.get(kind)) in NOT_NOVA_2 for kind in ("image", "video"))
        ]
    return problems


def _format_of(media: Any) -> str:
    value = media.get("format") if isinstance(media, dict) else None
    return value.lower() if isinstance(value, str) else ""


CHECKS: dict[str, Check] = dict.fromkeys(
    ("bedrock_converse", "bedrock_preference", "openai_chat"), check
)
