"""A label for every line of a prompt: from its headings first, then from what it says itself."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from ftgate.model.prompts import Label, Message
from ftgate.prompts.cues import SPEAKER_NAMES, SPEAKERS
from ftgate.prompts.lines import (
    SMALL,
    Heading,
    heading_of,
    inline_heading,
    is_closing_tag,
    is_control,
    is_item,
    is_variable,
    label_of,
)

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_CERTAIN = 5  # a score with which a line speaks for itself, whatever stands before it
_LIKELY = 4
_SPOKEN_FOR = 3  # one in so many items of a list has to say what the list is


def label_messages(messages: tuple[Message, ...]) -> list[list[Label]]:
    """A label for each line of each message (``text.split("\\n")``).

    Answers, and the questions that they answer, are few-shot examples.
    """
    found: list[list[Label]] = []
    for at, message in enumerate(messages):
        count = message.text.count("\n") + 1
        answered = at + 1 < len(messages) and messages[at + 1].role == "assistant"
        asked = message.role == "user" and answered
        if message.role in ("assistant", "example", "tool") or asked:
            found.append(["examples"] * count)
        else:
            found.append(label_lines(message.text))
    return found


def label_lines(text: str) -> list[Label]:
    """A label for each line of one text."""
    lines = text.split("\n")
    labels = _Walk(lines).labels()
    _vote_in_lists(lines, labels)
    return _filled(lines, labels)


class _Mark(NamedTuple):
    """What is known of a line: its label, and whether only its own words say so."""

    label: Label | None
    own: bool = False
    next_: bool = False  # a heading or tag that is what follows it


_BLANK = _Mark(None)


class _Walk:
    """From the first line to the last, with the heading that holds."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.examples = example_lines(lines)
        self.section: Label | None = None  # under a strong heading
        self.rank = 0  # of that heading
        self.block: Label | None = None  # under a weak one
        self.shown = False  # a worked example has been seen under it
        self.tags: list[Label | None] = []  # what held outside of each open tag
        self.fenced = False

    def labels(self) -> list[_Mark]:
        marks: list[_Mark] = []
        for at, line in enumerate(self.lines):
            marks.append(self._mark(at, line, marks[-1].label if marks else None))
        return marks

    def _mark(self, at: int, line: str, before: Label | None) -> _Mark:
        if _FENCE.match(line) or self.fenced:
            self.fenced ^= bool(_FENCE.match(line))
            return _Mark(self.block or self.section or before or "format")
        if not line.strip():
            if self.block != "examples" and at and self.lines[at - 1].strip():
                self._end_block(at)
            return _BLANK
        if at in self.examples:
            self.shown = True
            return _Mark("examples")
        if is_closing_tag(line):
            ended, self.block = self.block or self.section, None
            self.section = self.tags.pop() if self.tags else None
            return _Mark(ended)
        following = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        after_blank = not at or not self.lines[at - 1].strip()
        heading = heading_of(line, following, after_blank=after_blank)
        if heading:
            return self._open(at, heading)
        return self._content(at, line)

    def _open(self, at: int, heading: Heading) -> _Mark:
        self.shown = False
        if heading.rank == 1 and self._is_title(at):
            return _Mark(None, next_=True)
        if heading.tag:
            self.tags.append(self.section)
        if heading.tag and self.section == "examples":
            return _Mark("examples")
        below = heading.strong and heading.rank > self.rank > 0 and not heading.tag
        if below and self._inherits(heading):
            return _Mark(self.section)
        if heading.strong:
            self.section, self.block, self.rank = heading.label, None, heading.rank
        elif self.section == "examples":
            return _Mark("examples")
        else:
            self.block = heading.label or self.block
        label = heading.label or (None if heading.strong else self.section)
        return _Mark(label, next_=label is None)

    def _inherits(self, heading: Heading) -> bool:
        """Whether a heading below another leaves its label: what it says is part of a template."""
        if self.section in ("examples", "format") and self.rank < SMALL <= heading.rank:
            return True
        return heading.label is None and self.section not in (None, "persona")

    def _is_title(self, at: int) -> bool:
        """The title of the whole prompt, not of its first section: alone of its level, and long."""
        first = not any(line.strip() for line in self.lines[:at])
        others = any(line.startswith("# ") for line in self.lines[at + 1 :])
        return first and not others and len(self.lines[at].split()) > 3

    def _end_block(self, at: int) -> None:
        """A weak heading holds for the paragraph below it, and over a blank line right after it."""
        previous = self.lines[at - 1]
        if not previous.rstrip().endswith(":"):
            self.block = None

    def _content(self, at: int, line: str) -> _Mark:
        starts = at == 0 or not self.lines[at - 1].strip()
        inline = inline_heading(line)
        if inline and starts and self.rank >= SMALL and self.section != "examples":
            self.section = self.block = None  # "STYLE: brief" stands beside "RULES:"
        own, score = inline or label_of(line)
        if is_control(line):
            return _Mark(None, next_="end" not in line and "{{/" not in line)
        if is_variable(line) and (inline or score < _LIKELY):
            return _Mark("variables")
        if starts and self.block == "examples" and self.shown:
            self.block = None
        if starts and self.rank > SMALL and own not in (None, self.section) and score >= _LIKELY:
            self.section = None  # a title without a mark: nothing says where its section ends
        least = _LIKELY if self.block == "examples" else _CERTAIN
        if self.block and starts and own not in (None, self.block) and score >= least:
            self.block = None
        held = self.block or self.section
        if held == "variables" and own and score >= _LIKELY:
            held = None
        speaks = score >= _CERTAIN or is_item(line)
        if held == "facts" and own in (None, "rules", "format") and speaks:
            return _Mark(own or held, own=True)  # "Facts: never guess one"
        return _Mark(held) if held else _Mark(own, own=True)


def example_lines(lines: list[str]) -> set[int]:
    """Lines of worked examples: two speakers in turn, or one again and again with what follows."""
    turns: dict[int, str] = {}
    for at, line in enumerate(lines):
        match = SPEAKERS.match(line)
        if match and not (is_variable(line) or line.rstrip().endswith("{")):
            turns[at] = match["who"].strip().lower()
    counts = Counter(turns.values())
    announced = _announced(turns, lines)
    turns = {
        at: who
        for at, who in turns.items()
        if at in announced
        or SPEAKER_NAMES.match(who)
        or (counts[who] > 1 and not is_item(lines[at]))
    }
    found: set[int] = {at - 1 for at in announced if at - 1 not in turns}
    for group in _groups(list(turns), lines):
        speakers = {turns[at] for at in group if at in turns}
        alone = len(speakers) == 1 and len(group) >= 2 * len([at for at in group if at in turns])
        repeated = alone and sum(at in turns for at in group) > 1
        if len(speakers) > 1 or repeated:
            found.update(group)
    return found


def _announced(turns: dict[int, str], lines: list[str]) -> set[int]:
    """Two lines of different speakers, in sentences, right after a phrase that ends in a colon.

    A phrase that announces a format announces none of its fields as an example.
    """
    found: set[int] = set()
    for at, who in turns.items():
        said = lines[at].partition(":")[2]
        pair = at and turns.get(at + 1, who) != who and not is_item(lines[at])
        pair = pair and len(said.split()) > 2 and "<" not in said
        intro = lines[at - 1] if pair else ""
        if intro.rstrip().endswith(":") and label_of(intro)[0] in (None, "examples"):
            heading = heading_of(intro, lines[at])
            if heading is None or heading.label in (None, "examples"):
                found.update((at, at + 1))
    return found


def _groups(turns: list[int], lines: list[str]) -> list[list[int]]:
    """Turns with the lines that continue them; one blank line may part them."""
    groups: list[list[int]] = []
    known = set(turns)
    for at in turns:
        end = at + 1
        while end < len(lines) and lines[end].strip() and end not in known:
            if heading_of(lines[end], "") or is_variable(lines[end]) or is_closing_tag(lines[end]):
                break
            end += 1
        block = list(range(at, end))
        near = groups and not any(lines[i].strip() for i in range(groups[-1][-1] + 1, at))
        if near and at - groups[-1][-1] <= 3:
            groups[-1].extend(block)
        else:
            groups.append(block)
    return groups


def _vote_in_lists(lines: list[str], marks: list[_Mark]) -> None:
    """The items of a list are one thing: what most of them say by their own words."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and is_item(lines[end]) and (marks[end].own or end == at):
            end += 1
        items = [i for i in range(at, end) if marks[i].own]
        if len(items) > 1:
            votes = Counter(marks[i].label for i in items if marks[i].label)
            before = marks[at - 1] if at else _BLANK
            if before.label and lines[at - 1].rstrip().endswith(":"):
                votes[before.label] += sum(marks[i].label is None for i in items) + 2
            if votes:
                winner, number = votes.most_common(1)[0]
                spoken_for = number * _SPOKEN_FOR >= len(items)
                for i in items:
                    marks[i] = _Mark(winner if spoken_for else "rules")
        at = max(end, at + 1)


def _filled(lines: list[str], marks: list[_Mark]) -> list[Label]:
    """Lines that say nothing are what stands beside them: above in their paragraph, or below."""
    labels: list[Label | None] = [mark.label for mark in marks]
    for at, line in enumerate(lines):
        if labels[at] is None and line.strip() and not marks[at].next_:
            above = labels[at - 1] if at and lines[at - 1].strip() else None
            if above == "persona" and marks[at].own:  # what follows "you are" is what to do
                above = "rules"
            labels[at] = above or _below(lines, labels, at) or "rules"
    following: Label | None = None
    for at in reversed(range(len(lines))):
        if marks[at].next_ and labels[at] is None:
            labels[at] = following
        following = labels[at] or following
    filled: list[Label] = []
    first: Label = next((label for label in labels if label), "rules")
    for label in labels:
        filled.append(label or (filled[-1] if filled else first))
    return filled


def _below(lines: list[str], labels: list[Label | None], at: int) -> Label | None:
    """The first label below in the same paragraph."""
    while at < len(lines) and lines[at].strip():
        if labels[at]:
            return labels[at]
        at += 1
    return None
