"""One record, its tokens, and what its answer teaches."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ftgate.model.words import Exactness, GoalLabel


class Problem(NamedTuple):
    """One defect of one record.

    ``kind`` is the name of the rule that reports it (``bad-role-order``); ``detail`` says what was
    seen without quoting the record's text; ``path`` is the place in the record
    (``messages[2].content``), "" for the record or the line as a whole.
    """

    kind: str
    detail: str = ""
    path: str = ""


class Example(NamedTuple):
    """One record as its format understands it.

    ``turns`` are ``(role, text)`` pairs; content parts are joined into one text. ``calls`` are the
    texts of tool calls (names and argument strings), which providers bill as content. ``tools`` is
    the record's tool definitions, ``images`` the number of image parts. ``prompt`` is the beginning
    that both answers of a preference pair share, ``completion`` marks plain text that continues a
    prompt, without messages: providers bill them by other formulas than chat.
    """

    turns: list[tuple[str, str]]
    problems: list[Problem]
    calls: list[str] = []  # noqa: RUF012 - never mutated; a tuple here would cost a copy per record
    tools: list[Any] | None = None
    images: int = 0
    prompt: Example | None = None
    completion: bool = False


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the tokens of a model are counted.

    ``exactness`` is ``exact`` (published encoding), ``assumed`` (unpublished; nearest relative) or
    ``estimated`` (another vendor's tokenizer: count of ``name`` times ``factor``).
    """

    name: str
    exactness: Exactness
    factor: Decimal = Decimal(1)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why one example does, or does not, teach a fact that its conversation does not contain."""

    path: str
    line: int
    knowledge: bool
    reason: str
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number behind a goal label, with what it means in words."""

    feature: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Goal:
    """What the answers of a training set teach.

    ``knowledge_share`` is the share (0-1) of judged examples whose answer carries facts that are
    neither in the conversation nor derivable from it; ``volatile_share`` is the share of *those*
    answers that carry prices, recent dates, contacts or other perishable facts. ``confidence`` is
    the calibrated probability (0-1) that a reader of the whole set would give it this label (style
    and format count as one), ``knowledge_probability`` that he would call it a set of facts.
    ``lookup_share`` is the share of judged examples that look a short value up by a key.
    """

    label: GoalLabel
    knowledge_share: float
    volatile_share: float
    confidence: float
    judged: int
    examples: int
    evidence: tuple[Evidence, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    knowledge_probability: float = 0.0
    lookup_share: float = 0.0
