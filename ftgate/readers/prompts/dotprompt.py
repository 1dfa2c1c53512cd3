"""``.prompt`` (github.com/google/dotprompt): front matter with a schema, then Handlebars."""

from __future__ import annotations

import re
from typing import Any

from ftgate.model.prompts import Message, PromptFile, PromptText
from ftgate.readers.prompts.contract import Include, Reader, names_of
from ftgate.readers.prompts.front_matter import split

_ROLE = re.compile(r"""\{\{~?\s*role\s+["'](\w+)["']\s*~?\}\}[ \t]*\n?""")
_PICOSCHEMA_KEY = re.compile(r"\s*([\w-]+)")


def read(text: str, include: Include) -> PromptFile:
    """One prompt; the text before the first ``{{role}}`` is the user's."""
    del include
    front, body, line = split(text)
    declared = _declared((front or {}).get("input"))
    prompt = PromptText(
        tuple(_messages(body, line)), "handlebars", declared, declared or frozenset()
    )
    return PromptFile("dotprompt", (prompt,))


def _messages(body: str, line: int) -> list[Message]:
    marks = list(_ROLE.finditer(body))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(body)]
    roles = ["user", *(_named(mark[1]) for mark in marks)]
    return [
        Message(role, body[start:end], line + body.count("\n", 0, start))
        for role, start, end in zip(roles, starts, ends, strict=True)
        if body[start:end].strip()
    ]


def _named(role: str) -> str:
    return "assistant" if role == "model" else role


def _declared(stated: Any) -> frozenset[str] | None:
    """Names in a Picoschema (``servings?``, ``steps(array)``) or a JSON Schema.

    None without a schema, and where any name may be given (``(*)``).
    """
    schema = stated.get("schema") if isinstance(stated, dict) else None
    if not isinstance(schema, dict):
        return None
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        open_, keys = schema.get("additionalProperties", False), list(schema["properties"])
    else:
        open_, keys = "(*)" in schema, list(schema)
    if open_:
        return None
    found = (_PICOSCHEMA_KEY.match(str(key)) for key in keys)
    return frozenset(match[1] for match in found if match) | names_of(stated.get("default"))


DOTPROMPT = Reader("dotprompt", lambda name: name.endswith(".prompt"), read)
