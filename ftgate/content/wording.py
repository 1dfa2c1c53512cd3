"""How an example is worded: like those that teach facts, or like those that teach form.

The rule of :mod:`~ftgate.content.judge` knows kinds of examples; what it never met it misjudges,
and then a whole set at once. How people ask for facts and state them shows in common words and
marks, too ("which", "located", a question mark; "rewrite", braces, "I"). A linear model of these
alone is as often right on sets that neither has seen, and errs elsewhere; so it may overturn the
rule where it is sure. What both are worth alone and together: ``benchmarks/knowledge.md``.

The weights (``wording.tsv``) are a logistic regression on the presence of each word in prompt and
answer, of length 1 for each example, fitted to labelled sets by ``python -m
benchmarks.fit_wording``. Only words that at least 40 sets of different owners share have a weight,
so none says anything about a set that it was fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ftgate.content.judge import (
    CANNOT_TELL,
    CLOSED_BOOK_CHOICE,
    CLOSED_BOOK_JSON,
    KNOWLEDGE_REASONS,
)
from ftgate.content.reading import Signs

WORDED_AS_FACT = "worded like a fact"
WORDED_AS_FORM = "worded like form"

CERTAIN = CANNOT_TELL | {
    CLOSED_BOOK_CHOICE,
    CLOSED_BOOK_JSON,
    "code, query or formula",
    "comfort for stated feelings",
    "computed from the prompt",
    "greeting",
    "no values of its own",
    "option letter",
    "option of a given context",
    "question back",
    "refusal or question back",
    "role play",
    "short answer to a long context",
    "span of the prompt",
    "text from given fields",
    "tool call",
    "verse",
}
"""Reasons of the rule that stand: the text shows them, or words cannot show what they rest on."""

GROUNDED = "grounded in the conversation"
GIVEN_WORDS = 30
"""So many words of prompt, earlier turns and instructions are there to answer from."""

SURE = 2.0
"""From these log-odds against the rule on, its judgement is overturned: 88 in 100, and the rule is
right about nine times in ten."""

SHORT_ANSWER_WORDS = 6
"""A shorter answer is worded like a label, also where it is a fact."""

MAX_WORDS = 150
MAX_CHARS = 1500
"""So much of prompt and answer is looked at."""

_TABLE = Path(__file__).with_name("wording.tsv")
_MARKS = '?!:;"\u201c\u201d`*#\n{}[]()$%/@\u2026\u2014'
_COUNTED_IN_PROMPT = "?\n "
_COUNTED_IN_ANSWER = "?!.\n"
_COUNTS = (1, 2, 4, 8, 15, 30, 60, 120)
_NAMES = {"\n": "¶", " ": "␣"}  # of marks that a line of the table cannot hold
_SCALE = 100  # weights are stored in hundredths


def overturned(reason: str, signs: Signs, wording: Wording) -> str:
    """The reason of the rule, or another where the words speak surely against it."""
    if reason in CERTAIN:
        return reason
    odds = wording.log_odds(signs)
    if abs(odds) <= SURE or (odds > 0) == (reason in KNOWLEDGE_REASONS):
        return reason
    if odds > 0:
        return reason if reason == GROUNDED and _has_context(signs) else WORDED_AS_FACT
    return reason if len(signs.answer_words) < SHORT_ANSWER_WORDS else WORDED_AS_FORM


def _has_context(signs: Signs) -> bool:
    given = signs.context_words + len(signs.instructions.split())
    return signs.has_results or given >= GIVEN_WORDS


class Wording(NamedTuple):
    """Weights of words and marks, in the prompt and in the answer: log-odds of teaching a fact."""

    intercept: float
    prompt: Mapping[str, float]
    answer: Mapping[str, float]

    def log_odds(self, signs: Signs) -> float:
        """How much more likely its words make it that an example teaches a fact; 0 is even."""
        asked, said = pieces(signs)
        weights = [self.prompt[piece] for piece in asked if piece in self.prompt]
        weights += [self.answer[piece] for piece in said if piece in self.answer]
        # Sets have no order; fsum does not depend on it, so no report does.
        return self.intercept + math.fsum(weights) / math.sqrt(len(weights) or 1)

    def to_table(self) -> str:
        """As :func:`read_table` reads it: a word, its weight in the prompt and in the answer."""
        rows = [f"\t{round(self.intercept * _SCALE)}\t"]
        for piece in sorted({*self.prompt, *self.answer}):
            sides = (side.get(piece) for side in (self.prompt, self.answer))
            stored = ("" if one is None else str(round(one * _SCALE)) for one in sides)
            rows.append("\t".join((piece, *stored)))
        return "\n".join(rows) + "\n"


def pieces(signs: Signs) -> tuple[set[str], set[str]]:
    """What is looked at of the prompt and of the answer: words, marks, and how many of some."""
    asked, said = signs.opening[:MAX_CHARS], signs.raw_answer[:MAX_CHARS]
    return (
        {*signs.prompt_words[:MAX_WORDS], *_marks(asked, _COUNTED_IN_PROMPT)},
        {*signs.answer_words[:MAX_WORDS], *_marks(said, _COUNTED_IN_ANSWER)},
    )


def _marks(text: str, counted: str) -> Iterable[str]:
    for mark in _MARKS:
        if mark in text:
            yield _NAMES.get(mark, mark)
    for mark in counted:
        times = text.count(mark)
        yield f"{_NAMES.get(mark, mark)}{sum(times >= least for least in _COUNTS)}"


def read_table(text: str) -> Wording:
    """Weights as :meth:`Wording.to_table` writes them."""
    head, *rows = text.splitlines()
    prompt: dict[str, float] = {}
    answer: dict[str, float] = {}
    for row in rows:
        piece, asked, said = row.split("\t")
        if asked:
            prompt[piece] = int(asked) / _SCALE
        if said:
            answer[piece] = int(said) / _SCALE
    return Wording(int(head.split("\t")[1]) / _SCALE, prompt, answer)


@lru_cache(maxsize=1)
def shipped() -> Wording:
    """The weights of this version."""
    return read_table(_TABLE.read_text(encoding="utf-8"))
