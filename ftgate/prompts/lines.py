"""What one line of a prompt is by itself: a heading, a list item, a tag, a variable, a sentence."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from ftgate.model.prompts import Label
from ftgate.prompts.cues import (
    HEADINGS,
    NUMBERS,
    OPENINGS,
    PERISHABLE,
    SECOND_PERSON,
    SPEAKERS,
    STEMS,
    UNITS,
    stems_of,
)

_MARKDOWN = re.compile(r"^\s{0,3}#{1,6}\s+(?P<title>\S.*)$")
_BOLD = re.compile(
    r"^\s*\*\*(?P<title>[^*]{2,60})\*\*\s*:?\s*$|^\s*__(?P<other>[^_]{2,60})__:?\s*$"
)
_BRACKET = re.compile(
    r"^\s*(?:\[|=+\s|-{2,}\s|<<)\s*(?P<title>[^\]=<>]{2,60}?)\s*(?:\]|=+|-{2,}|>>)\s*$"
)
_TAG = re.compile(r"^\s*<(?P<title>[^\W\d][\w.-]*)(?:\s+[\w-]+=[^<>]*)?>\s*$")
_CLOSING = re.compile(r"^\s*</[^\W\d][\w .-]*>\s*$")
_COLON = re.compile(r"^\s*(?:\d+[.)]\s*)?(?P<title>[^\W\d_][^.:!?{}]{1,50}):\s*$")
_CAPITALS = re.compile(r"^\s*(?:\d+[.)]\s*)?(?P<title>[^\W\d_a-z][^a-z{}<>]{2,50}?):?\s*$")
_PLAIN_TITLE = re.compile(r"^(?P<title>[^\W\d_a-z][\w' /&-]{2,40})\s*$")
_SCHEMA = re.compile(r"(?<!\w)(?:database |table )?schemas?\s*:?$", re.I)
_ANSWER_SCHEMA = re.compile(r"[{}\[\]\":|`]|^\s*$")
_LEAD = re.compile(r"^\s*(?:[-*+\u2022\u2013>]\s+|\d{1,2}[.)]\s+|[^\W\d_]{2,20}:\s+)")
_ITEM = re.compile(r"^\s*(?:[-*+\u2022\u2013]|\d{1,2}[.)]|[a-z][.)])\s+\S")
# No pattern here may look ahead for an end that never comes: each stops at the next beginning.
_VARIABLE = re.compile(r"\{\{[^{}]*\}\}|\$\{\w+\}|\{[A-Za-z_]\w*\}|<%[^%]*%>")
_CONTROL = re.compile(r"\{%[^%]*%\}|\{#[^#]*#\}|\{\{[~#/^!][^{}]*\}\}")
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_MAY_PERISH = re.compile(r"\d|www|http|@")
_CLEAR = 4  # a sentence with a higher score counts no more than one with this
_WHO_YOU_ARE = 6  # "You are ..." says what the rest of its line is about
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=\S)")

_MAX_WORDS_BESIDE_A_VARIABLE = 5
_MAX_HEADING_CHARS = 120
SMALL = 7
"""Rank of headings in bold, capitals and tags: below Markdown's six levels."""


class Heading(NamedTuple):
    """A line that says what follows. ``strong`` ones hold until the next of their kind."""

    label: Label | None
    strong: bool
    rank: int  # of Markdown's own headings the level, then what people use below it
    tag: bool = False


def heading_of(line: str, following: str, *, after_blank: bool = False) -> Heading | None:
    """Markdown, bold, bracketed, tag, capitals, or a short phrase with a colon before more text."""
    if len(line) > _MAX_HEADING_CHARS:
        return None
    for pattern in (_MARKDOWN, _BOLD, _BRACKET, _TAG):
        if match := pattern.match(line):
            title = next(filter(None, match.groups()))
            title = title.rstrip("# \t") or title  # "## Rules ##"
            rank = line.count("#", 0, line.find(" ") + 1) if pattern is _MARKDOWN else SMALL
            label = heading_label(title.replace("_", " "))
            if _SCHEMA.search(title) and not _ANSWER_SCHEMA.search(following):
                label = "facts"  # that of a database: what an answer looks like has braces
            return Heading(label, True, rank, pattern is _TAG)
    if (match := _CAPITALS.match(line)) and _is_title(match["title"]) and following.strip():
        return Heading(heading_label(match["title"]), True, SMALL)
    if (match := _COLON.match(line)) and len(match["title"].split()) <= 6:
        label = heading_label(match["title"])
        if label == "variables" and len(match["title"].split()) > 3:  # "When a user asks:"
            label = None
        return Heading(label, False, SMALL + 1)
    if (match := _PLAIN_TITLE.match(line)) and following.strip():
        label = heading_label(match["title"])
        known = label and len(match["title"].split()) <= 3
        if known or (after_blank and len(match["title"].split()) <= 5):
            return Heading(label, True, SMALL + 1)
    return None


def inline_heading(line: str) -> tuple[Label, int] | None:
    """``Tone: friendly``: a label that stands before its text, with a score that is certain."""
    match = SPEAKERS.match(line)
    if not match or not match["said"].strip() or len(match["who"].split()) > 3:
        return None
    label = heading_label(match["who"])
    return (label, _CLEAR + 1) if label and label != "variables" else None


def _is_title(text: str) -> bool:
    return text.upper() == text and len(_WORD.findall(text)) <= 6


def heading_label(title: str) -> Label | None:
    """What a title promises, None when it says nothing known."""
    return next((label for label, words in HEADINGS if words.search(title)), None)


def is_closing_tag(line: str) -> bool:
    """``</rules>``."""
    return bool(_CLOSING.match(line))


def is_item(line: str) -> bool:
    """A bullet or a number."""
    return bool(_ITEM.match(line))


def is_control(line: str) -> bool:
    """Only template tags and comments: nothing of it is sent as it stands."""
    return bool(_CONTROL.search(line)) and not _CONTROL.sub("", line).strip()


def is_variable(line: str) -> bool:
    """Little more than a variable: ``Question: {{ question }}``."""
    bare = _CONTROL.sub(" ", line)
    if not _VARIABLE.search(bare):
        return False
    words = len(_WORD.findall(_VARIABLE.sub(" ", bare)))
    if words <= _MAX_WORDS_BESIDE_A_VARIABLE:
        return True
    return words <= 2 * _MAX_WORDS_BESIDE_A_VARIABLE and bool(re.search(r":\s*\S*[}%>]\W*$", bare))


def label_of(line: str) -> tuple[Label | None, int]:
    """The label that most of a line's sentences speak for, by length and clarity, and its score."""
    votes: Counter[Label] = Counter()
    scores: Counter[Label] = Counter()
    for sentence in _SENTENCE_END.split(_LEAD.sub("", line.lower(), count=1)):
        found, score = _sentence(sentence)
        if found is not None:
            opens = found == "persona" and score >= _WHO_YOU_ARE
            votes[found] += len(sentence) * min(score, _CLEAR) * (2 if opens else 1)
            scores[found] = max(scores[found], score)
    if not votes:
        return None, 0
    label = max(votes, key=lambda one: (votes[one], scores[one]))
    return label, scores[label]


def _sentence(sentence: str) -> tuple[Label | None, int]:
    """What a sentence in lower case is, by its beginning, its words and its numbers."""
    scores: Counter[Label] = Counter()
    for label, weight, opening in OPENINGS:
        if opening.match(sentence):
            scores[label] += weight
    second_person = _add_words(sentence, scores)
    if _MAY_PERISH.search(sentence):
        if PERISHABLE.search(sentence):
            scores["facts"] += 3
        elif not (scores or second_person or is_item(sentence)):
            return "facts", 1
    if second_person and scores["facts"]:
        scores["facts"] -= 2
    best = max(scores, key=lambda label: scores[label], default=None)
    return (best, scores[best]) if best is not None and scores[best] > 0 else (None, 0)


def _add_words(sentence: str, scores: Counter[Label]) -> bool:
    """Add what the words speak for; True when one of them addresses the model."""
    seen: set[int] = set()
    number_at, second_person = -9, False
    for at, match in enumerate(_TOKEN.finditer(sentence)):
        word = match[0]
        if word in NUMBERS or word[0].isdigit():
            number_at = at
        elif word in UNITS and at - number_at <= 2:
            scores["format"] += 3
            number_at = -9
        second_person = second_person or word in SECOND_PERSON
        for stem in stems_of(word):
            known = stem.at in seen
            if not known and (not stem.rest or sentence.startswith(stem.rest, match.end())):
                seen.add(stem.at)
                label, weight, _ = STEMS[stem.at]
                scores[label] += weight
    return second_person
