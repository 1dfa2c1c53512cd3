"""What a prompt consists of: segments with their tokens, and how much of it never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ftgate.model.prompts import LABELS, Label, PromptText
from ftgate.prompts.labels import label_messages
from ftgate.prompts.variables import static_prefix

Count = Callable[[str], int]

TAUGHT: tuple[Label, ...] = ("persona", "format", "examples")
"""What examples teach: tone, format, and to go without examples. OpenAI's guide to fine-tuning
names style, tone and format; facts it leaves to retrieval, and legal text has to stand as it is."""


class Segment(NamedTuple):
    """Neighbouring lines with one label; lines are the file's, from 1, both included."""

    label: Label
    message: int
    first_line: int
    last_line: int
    tokens: int
    text: str


class Anatomy(NamedTuple):
    """The parts of one prompt.

    ``tokens`` is the sum over its messages of what the tokenizer counts; the segments add up to
    it. ``static_tokens`` is the beginning without a variable: what prompt caching can use.
    """

    segments: tuple[Segment, ...]
    tokens: int
    static_tokens: int

    @property
    def by_label(self) -> dict[Label, int]:
        """Tokens of every label, in the order of :data:`LABELS`; none is left out."""
        totals: dict[Label, int] = dict.fromkeys(LABELS, 0)
        for segment in self.segments:
            totals[segment.label] += segment.tokens
        return totals

    @property
    def removable_tokens(self) -> int:
        """Tokens of what a fine-tune can teach: an upper bound, the pilot says how much."""
        return sum(tokens for label, tokens in self.by_label.items() if label in TAUGHT)

    @property
    def residue_tokens(self) -> int:
        """An estimate of the tuned model's prompt: what is left when the rest has been taught."""
        return self.tokens - self.removable_tokens


def dissect(prompt: PromptText, count: Count) -> Anatomy:
    """Segments of a prompt.

    Cuts lie where a line begins with neither space nor slash: tokenizers of the GPT family end a
    token there anyway, so the segments' counts add up to the whole's, which is counted once.
    """
    segments: list[Segment] = []
    static, open_ = 0, True
    labels = label_messages(prompt.messages)
    for at, message in enumerate(prompt.messages):
        prefix = len(static_prefix(message.text, prompt.syntax)) if open_ else 0
        offset = 0
        for label, start, end, text in _pieces(message.text, labels[at]):
            tokens = count(text)
            first, last = (start, end) if message.exact else (0, 0)
            lines = (message.line + first, message.line + last)
            segments.append(Segment(label, at, *lines, tokens, text))
            if open_:
                inside = prefix - offset
                static += tokens if inside >= len(text) else count(text[:inside])
                open_ = inside >= len(text)
            offset += len(text)
    return Anatomy(tuple(segments), sum(segment.tokens for segment in segments), static)


def _pieces(text: str, labels: list[Label]) -> list[tuple[Label, int, int, str]]:
    """Label, first and last line, and text of neighbouring lines with the same label."""
    lines = text.split("\n")
    starts = [0]
    for at in range(1, len(lines)):
        cut = lines[at][:1].strip() and not lines[at].startswith("/")
        if cut and labels[at] != labels[starts[-1]]:
            starts.append(at)
    pieces: list[tuple[Label, int, int, str]] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = end
        while last > start + 1 and not lines[last - 1].strip():
            last -= 1
        part = "\n".join(lines[start:end]) + ("\n" if end < len(lines) else "")
        if part:
            pieces.append((labels[start], start, last - 1, part))
    return pieces
