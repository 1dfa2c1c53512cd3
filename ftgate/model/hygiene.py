"""What repeats in a dataset, and what of its held-out examples was trained on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many examples repeat another one in some way, and the first of them."""

    count: int = 0
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Leak:
    """Held-out examples (validation and test) that were trained on.

    ``leaked`` counts those whose record, prompt or near-duplicate is in the training set, ``same``
    those of them whose record or prompt is; ``records``, ``prompts`` and ``near`` count one way
    each, so they overlap. ``sequences`` counts those that share long sequences of words with a few
    training examples, whatever else they share.
    """

    examples: int = 0
    leaked: Repeats = Repeats()
    same: int = 0
    records: int = 0
    prompts: int = 0
    near: int = 0
    sequences: Repeats = Repeats()


@dataclass(frozen=True, slots=True)
class Repetition:
    """What the training examples of one dataset have in common.

    ``compared`` of ``examples`` were searched, the same share (0-1) for each kind. ``exact``
    repeat the turns of an earlier example but for case and white space, ``near`` differ from
    another in some words, ``answers`` give a long answer that was given to another prompt,
    ``contradictions`` give another answer to an earlier prompt. ``labels`` is the number of
    distinct answers of a set that looks like classification, else 0. ``effective`` examples are
    left when repeated ones count once.

    ``template`` counts the examples of the most frequent skeleton of ``templated``; ``templates``
    is the effective number of skeletons: the exponential of the entropy of their shares (Hill
    1973), which is their number when all are equally frequent.
    """

    examples: int = 0
    compared: int = 0
    share: float = 1.0
    exact: Repeats = Repeats()
    near: Repeats = Repeats()
    answers: Repeats = Repeats()
    contradictions: Repeats = Repeats()
    labels: int = 0
    effective: int = 0
    template: Repeats = Repeats()
    templates: float = 0.0
    templated: int = 0
    leak: Leak | None = None
