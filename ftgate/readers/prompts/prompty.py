"""``.prompty`` (github.com/microsoft/prompty): front matter, then messages under role lines."""

from __future__ import annotations

import re
from typing import Any

from ftgate.model.prompts import Message, PromptFile, PromptText, Syntax
from ftgate.readers.prompts.contract import Include, MalformedError, Reader, names_of
from ftgate.readers.prompts.front_matter import split

_ROLE = re.compile(
    r"^[ \t]{0,8}(?:#[ \t]{0,8})?(system|developer|user|assistant|tool|function)[ \t]{0,8}"
    r"(?:\[[^\]\n]*\])?[ \t]{0,8}:[ \t]*\n",
    re.I | re.M,
)


def read(text: str, include: Include) -> PromptFile:
    """One prompt of messages. Without ``inputs`` and ``sample`` it declares no variable."""
    del include
    front, body, line = split(text)
    if front is None:
        raise MalformedError(1, "no front matter: a prompty file begins with ---")
    inputs, sample = front.get("inputs"), front.get("sample")
    declared: frozenset[str] | None = names_of(inputs) | names_of(sample)
    if isinstance(inputs, str) or isinstance(sample, str):  # in a file that holds the sample
        declared = None
    prompt = PromptText(
        tuple(_messages(body, line)), _syntax(front), declared, names_of(inputs) or names_of(sample)
    )
    return PromptFile("prompty", (prompt,))


def _messages(body: str, line: int) -> list[Message]:
    marks = list(_ROLE.finditer(body))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(body)]
    roles = ["system", *(mark[1].lower() for mark in marks)]
    return [
        Message(role, body[start:end], line + body.count("\n", 0, start))
        for role, start, end in zip(roles, starts, ends, strict=True)
        if body[start:end].strip()
    ]


def _syntax(front: dict[str, Any]) -> Syntax:
    template = front.get("template")
    kind = template.get("format", template.get("type")) if isinstance(template, dict) else template
    kind = kind.get("kind") if isinstance(kind, dict) else kind
    return "mustache" if kind == "mustache" else "jinja"


PROMPTY = Reader("prompty", lambda name: name.endswith(".prompty"), read)
