"""What a structured answer says: JSON flattened to its values, tool calls and code recognised.

A set may teach facts inside JSON; judging the values, not the braces, finds them.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ftgate.content.patterns import lazy

MAX_DEPTH = 40
"""Deeper JSON is not an answer; the bound keeps flattening off the recursion limit."""

SYMBOL_DENSITY = 0.06
"""Prose has one bracket or operator in hundred characters, code one in ten; links do not count."""

MARKUP_TEXT_RATIO = 0.25
"""An answer with less text than this between its tags is markup; a page of prose has more."""

_FENCE = lazy(r"```[^\n`]*\n((?:[^`]++|`(?!``))*+)(?:```|\Z)")
_PIPE = lazy(r"(?<!\|)\|(?=\w)")
_TAG = lazy(r"</?[a-zA-Z]\w{0,10}\s?/?>|&[a-z#0-9]{2,6};")
_ANY_TAG = lazy(r"<[^<>]{1,6000}>")
_REFERENCE = lazy(r"\[(?<![\w\])]\[)[\w][\w .-]{0,20}\](?![(\[])")
_LINK = lazy(r"https?://\S+|\]\([^)\s]{0,200}\)")
_CODE_START = lazy(
    r"^\s*(?:select\b.{1,400}\bfrom\b|with\s+\S+\s+as\s*\(|insert into\b|update \S+ set\b"
    r"|delete from\b|create (?:table|view|index)\b|match\s*\(|prefix \w*:|ask (?:where )?\{"
    r"|def \w+\(|class \w+[(:{ ]|import [\w.{]+|from \w[\w.]* import\b|#include\b|<\?php|<!doctype"
    r"|<html|#!/|package \w|public (?:static|class)|function \w*\(|(?:const|let|var) \w+ ?="
    r"|\$ \w|sudo \w)",
    re.IGNORECASE | re.DOTALL,
)
_ITEMS = lazy(r"^[ \t]*(?:\d{1,2}[.)]|[*•]) [^\W\d_]{2,}[ :*][^\n]*[^\n;{}]$", re.MULTILINE)
"""Items of a list in prose, which may quote commands."""
_FLAGS = lazy(r"(?:^|\s)--?[a-zA-Z][\w-]*(?=\s|=|$)")
_SHELL = lazy(
    r"^\s*(?:find|grep|ls|cat|awk|sed|git|docker|kubectl|npm|pip|curl|tar|chmod|chown|ssh|echo|sort"
    r"|rm|cp|mv|mkdir|ps|kill|df|du|xargs|rsync|apt(?:-get)?|brew|cargo|aws|az|gcloud)\s\S"
)
_CALL = lazy(r"\b\w+\((?:['\"][^'\"\n]{0,200}['\"]|\w+ ?= ?[^()\n]{1,200})\)")
_TOOL_MARK = lazy(
    r"<(?:tool_call|function_call|functioncall|function=|invoke)\b|<functioncall>|\[TOOL_CALLS\]"
    r"|^\s*(?:action|function|tool)(?: name)?\s*:\s*\w+"
    r"|\baction\s*:\s*\w+[\s,;]{0,4}(?:action input|args?|arguments|input|params|parameters)\s*:",
    re.IGNORECASE,
)
# One of these is in each of them; of letters that look alike in other alphabets they have none.
_TOOL_WORDS = ("tool", "func", "nvo", "act")
_PAIR = lazy(r"['\"]?([A-Za-z_]\w{0,60})['\"]?\s?:\s?['\"]?([^'\"\n{}\[\],:][^'\"\n{}\[\]]{0,400})")
_CALL_NAMES = frozenset(("name", "tool_name", "tool", "function", "function_name", "action", "api"))
_CALL_ARGUMENTS = frozenset(
    ("arguments", "parameters", "args", "params", "input", "action_input", "tool_input")
)


class Structured(NamedTuple):
    """A parsed JSON answer: its ``values`` in order; ``tool_call`` tells a call from data."""

    values: list[str]
    tool_call: bool


def structured(answer: str) -> Structured | None:
    """The values of an answer that is one JSON (or Python) object or list; None when it is not."""
    body = answer.strip()
    if body.startswith("```"):
        fence = _FENCE.match(body)
        if fence is None or len(fence.group(0)) < 0.8 * len(body):
            return None
        body = fence.group(1).strip()
    if body[:1] not in ("{", "[") or body[-1:] not in ("}", "]"):
        return None
    parsed = _parse(body)
    if not isinstance(parsed, dict | list):
        return None
    values: list[str] = []
    _flatten(parsed, values, 0)
    return Structured(values, _is_call(parsed))


def _parse(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    # A Python repr or slightly broken JSON: keep what is quoted after each key, and the numbers.
    pairs = _PAIR.findall(body)
    return {key: value for key, value in pairs} if pairs else None


def _flatten(node: Any, values: list[str], depth: int) -> None:
    """Append the leaf values of ``node`` as texts."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            _flatten(child, values, depth + 1)
    elif node is not None and not isinstance(node, bool):
        values.append(str(node))


def _is_call(parsed: Any) -> bool:
    first = parsed[0] if isinstance(parsed, list) and parsed else parsed
    if not isinstance(first, dict):
        return False
    keys = {str(key).lower() for key in first}
    return bool(keys & _CALL_NAMES and keys & _CALL_ARGUMENTS) or "tool_calls" in keys


def is_tool_call_text(answer: str) -> bool:
    """True when the answer is a call written as text: tags, or an ``Action:`` line."""
    head = answer[:400]
    if "<" not in head and "[" not in head and ":" not in head:  # each mark has one
        return False
    lowered = head.lower()
    return any(map(lowered.__contains__, _TOOL_WORDS)) and _TOOL_MARK.search(head) is not None


def without_code(answer: str) -> str:
    """The prose of an answer: fenced code blocks removed."""
    return _FENCE.sub(" ", answer) if "```" in answer else answer


def is_code(answer: str) -> bool:
    """True when the answer is code, a query, a command line, a formula or markup, not prose."""
    text = answer.strip()
    if not text:
        return False
    if _CODE_START.match(text) or (_SHELL.match(text) and len(text) < 400 and text[-1] != "."):
        return True
    if "```" in text:
        prose = without_code(text)
        return len(prose.split()) < max(12, 0.35 * len(text.split()))
    if text[0] == "<" and text[-1] == ">" and _is_markup(text):
        return True
    if len(_ITEMS.findall(text)) >= 2:
        return False
    if len(text) < 300 and len(_FLAGS.findall(text)) >= 2:
        return True
    if _symbols(text) >= 4 and _is_dense(text):
        return True
    return len(text) < 300 and "(" in text and bool(_CALL.search(text))


def _is_markup(text: str) -> bool:
    """A drawing or a skeleton of a page: tags with little text between them."""
    return len(_ANY_TAG.sub("", text).strip()) < MARKUP_TEXT_RATIO * len(text)


def _symbols(text: str) -> int:
    """Characters that code has and prose has not; "(" after a space is prose, "|" a table."""
    counted = sum(map(text.count, "{}[];=<>\\^&~"))
    pipes = len(_PIPE.findall(text)) if "|" in text else 0
    return counted + text.count("(") - text.count(" (") + pipes


def _is_dense(text: str) -> bool:
    plain = _REFERENCE.sub(" ", _TAG.sub(" ", _LINK.sub("", text)))
    return _symbols(plain) > max(3.0, SYMBOL_DENSITY * len(plain))
