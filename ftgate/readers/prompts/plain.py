"""``.txt`` and ``.md``: text, as it is, with front matter where it has some.

A line of ``---`` in a ``.txt`` file separates prompts, as promptfoo reads it; but people also draw
lines with it. It separates when each part is a prompt by itself: all of them name a common
variable, or each begins by telling the model who it is.
"""

from __future__ import annotations

import re

from ftgate.model.prompts import Message, PromptFile, PromptText
from ftgate.readers.prompts.contract import Include, Reader
from ftgate.readers.prompts.front_matter import declared_inputs, split

_LINE = re.compile(r"^---[ \t]*\n?", re.M)
_NAMES = re.compile(r"\{\{?\s*([A-Za-z_]\w*)")
_PERSONA = re.compile(
    r"\W*(?:you are|you're|act as|du bist|sie sind|eres|usted es|tu es|vous êtes|sei |você é)", re.I
)


def read_text(text: str, include: Include) -> PromptFile:
    """One prompt, or several that are separated by ``---``."""
    del include
    return _read("text", text, separated=True)


def read_markdown(text: str, include: Include) -> PromptFile:
    """One prompt: ``---`` is a rule to draw."""
    del include
    return _read("markdown", text, separated=False)


def _read(name: str, text: str, *, separated: bool) -> PromptFile:
    has_front = text.startswith("---") and bool(re.match(r"---[ \t]*\n[\w-]+[ \t]*:", text))
    front, body, line = split(text) if has_front else (None, text, 1)
    declared = declared_inputs(front)
    parts = _parts(body) if separated else [(body, 0)]
    return PromptFile(
        name,
        tuple(
            PromptText(
                (Message("system", part, line + before),),
                "braces",
                declared,
                declared or frozenset(),
            )
            for part, before in parts
        ),
    )


def _parts(body: str) -> list[tuple[str, int]]:
    """The prompts of a text, each with the number of lines before it."""
    cuts = list(_LINE.finditer(body))
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(body)]
    found = [
        (body[start:end], body.count("\n", 0, start))
        for start, end in zip(starts, ends, strict=True)
        if body[start:end].strip()
    ]
    parts = [part for part, _ in found]
    names = [set(_NAMES.findall(part)) for part in parts]
    common = bool(names and set.intersection(*names))
    alone = common or all(_PERSONA.match(part) for part in parts)
    return found if alone and len(found) > 1 else [(body, 0)]


TEXT = Reader("text", lambda name: name.endswith(".txt"), read_text)
MARKDOWN = Reader("markdown", lambda name: name.endswith((".md", ".markdown")), read_markdown)
