"""What a model says of the answers that the rules judged: a second opinion, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class Disagreement(NamedTuple):
    """One example of which the rules and the model say different things: where, and what."""

    path: str
    line: int
    rules: str
    model: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """How far a model agrees with the rules on a sample of the examples that the rules judged.

    Of ``sampled`` examples ``answered`` have an answer; of these ``malformed`` is none of the
    allowed words and ``refused`` is the service's no to this one text: both count as "cannot
    tell". ``compared`` examples were decided by both; ``agreement``, ``kappa`` (Cohen 1960) and
    the two shares (0-1) of answers that teach facts are about these, None where there is no such
    number. ``confusion`` counts answers by what the rules say and then by what the model says.
    ``usd`` is what the answers cost, whenever they were asked for, None without a price.
    ``advice`` says why answers are missing, "" when none is.
    """

    model: str
    service: str
    prompt_version: str
    sampled: int
    answered: int = 0
    malformed: int = 0
    refused: int = 0
    compared: int = 0
    agreement: float | None = None
    kappa: float | None = None
    rules_knowledge_share: float | None = None
    model_knowledge_share: float | None = None
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()
    prompt_tokens: int = 0
    answer_tokens: int = 0
    usd: Decimal | None = None
    price_refs: tuple[str, ...] = ()
    advice: str = ""
