"""The goal of a whole set: label, share, confidence, and what must never change it."""

from __future__ import annotations

import itertools
import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.content import KNOWLEDGE_SHARE, MIXED_SHARE
from ftgate.content.goal import (
    FEW_FACTS,
    FIRST_LOOK,
    MIN_JUDGED,
    SAMPLE_SIZE,
    Sampled,
    judge_goal,
)
from ftgate.model import Goal

PLANETS = [
    f"{name} {suffix}"
    for name, suffix in itertools.product(
        ("Orrin", "Velm", "Tasq", "Quill", "Basra", "Nemis", "Ulda", "Ferro"),
        ("Prime", "Minor", "Deep", "Reach", "Station", "Belt", "Gate", "Rim"),
    )
]


def example(number: int, user: str, answer: str, system: str = "") -> Sampled:
    turns = [("system", system)] if system else []
    return Sampled("train.jsonl", number, [*turns, ("user", user), ("assistant", answer)], [])


def facts(count: int, start: int = 1) -> list[Sampled]:
    return [
        example(
            start + i,
            f"Who settled {PLANETS[i % 64]} in wave {i}?",
            f"Captain Ruth Adeyemi{i} landed there with {i + 40} colonists and a seed bank.",
        )
        for i in range(count)
    ]


def rewrites(count: int, start: int = 1) -> list[Sampled]:
    return [
        example(
            start + i,
            f"Rewrite politely: send the crates for {PLANETS[i % 64]} now, order {i}",
            f"Could you please send the crates for {PLANETS[i % 64]}, order {i}, when you can?",
        )
        for i in range(count)
    ]


def labels(count: int, start: int = 1) -> list[Sampled]:
    kinds = ("billing", "delivery", "complaint")
    return [
        example(start + i, f"Parcel {i} to {PLANETS[i % 64]} has not come", kinds[i % 3])
        for i in range(count)
    ]


def commands(count: int, start: int = 1) -> list[Sampled]:
    """Questions answered by what a device shall do, in values of the device's own."""
    places, modes = ("gate", "lamp", "boiler", "sluice"), ("0x80", "0x81", "0x9f")
    return [
        example(
            start + i,
            f"Can you have {PLANETS[i % 64]} lit by {i}?",
            json.dumps({"device": places[i % 4], "mode": modes[i % 3], "channel": f"L{i % 5}"}),
        )
        for i in range(count)
    ]


def several_labels(count: int, start: int = 1) -> list[Sampled]:
    """Several of a few categories in one answer, mostly in a combination of their own."""
    names = (
        "trade",
        "fishing",
        "toll",
        "salvage",
        "pilotage",
        "storage",
        "ice",
        "wreck",
        "quarrel",
    )
    chosen = list(itertools.combinations(names, 3))
    return [
        example(
            start + i, f"Which kinds of case is the one of {PLANETS[i % 64]} {i}?", "; ".join(c)
        )
        for i, c in enumerate(itertools.islice(itertools.cycle(chosen), count))
    ]


def prices(count: int, start: int = 1) -> list[Sampled]:
    """Facts whose halves recur, for prices and decks do."""
    return [
        example(
            start + i,
            f"May I take my dog to {PLANETS[i % 64]} {i}?",
            f"Dogs travel on deck {i % 6}; they pay {i % 10} crowns.",
        )
        for i in range(count)
    ]


def records(count: int, start: int = 1) -> list[Sampled]:
    """Facts in JSON, beside values that many of them share."""
    return [
        example(
            start + i,
            f"Who settled {PLANETS[i % 64]} in wave {i}?",
            json.dumps(
                {
                    "category": ("settlement", "history")[i % 2],
                    "captain": f"Ruth Adeyemi{i}, mate Ilse Brandt{i}",
                    "colonists": i + 40,
                }
            ),
        )
        for i in range(count)
    ]


def goal(sample: list[Sampled], examples: int | None = None) -> Goal:
    return judge_goal(sample, examples=len(sample) if examples is None else examples)


@pytest.mark.parametrize(
    ("sample", "label"),
    [
        (facts(60), "knowledge"),
        (facts(30) + rewrites(50, 100), "mixed"),
        (rewrites(60), "style"),
        (labels(60), "format"),
        (commands(60), "format"),
        (records(60), "knowledge"),
        (several_labels(60), "format"),
        (prices(60), "knowledge"),
        (facts(MIN_JUDGED - 1), "unknown"),
        ([], "unknown"),
    ],
    ids=[
        "facts",
        "facts and rewrites",
        "rewrites",
        "labels",
        "commands",
        "records",
        "several labels",
        "prices",
        "too few",
        "nothing",
    ],
)
def test_a_set_is_named_after_what_most_of_its_answers_teach(
    sample: list[Sampled], label: str
) -> None:
    assert goal(sample).label == label


@pytest.mark.parametrize("known", [0, 10, 25, 40, 50])
def test_the_share_is_the_proportion_of_facts_that_was_mixed_in(known: int) -> None:
    mixture = facts(known) + rewrites(50 - known, 100)
    assert goal(mixture).knowledge_share == pytest.approx(known / 50, abs=0.06)


def test_the_order_of_the_sample_does_not_matter() -> None:
    sample = facts(20) + rewrites(20, 100) + labels(20, 200)
    shuffled = list(sample)
    random.Random(3).shuffle(shuffled)  # noqa: S311
    assert goal(shuffled) == goal(sample)


def test_every_judged_example_has_a_place_and_a_reason() -> None:
    judgements = goal(facts(12) + labels(12, 50)).judgements
    assert [judgement.line for judgement in judgements] == [*range(1, 13), *range(50, 62)]
    assert all(judgement.path == "train.jsonl" and judgement.reason for judgement in judgements)


def test_a_repeated_short_answer_is_a_label_only_when_labels_make_up_the_set() -> None:
    repeated = [
        example(i, f"Who commands {PLANETS[i % 64]} {i}?", "Admiral Sato") for i in range(4)
    ]
    assert goal(facts(60, 100) + repeated).knowledge_share > 0.95
    assert goal(labels(60, 100) + repeated).knowledge_share < 0.1


def test_a_template_around_the_prompt_does_not_hide_the_question() -> None:
    wrapped = [
        example(i, f"### Instruction:\n{one.turns[0][1]}\n\n### Response:\n", one.turns[1][1])
        for i, one in enumerate(facts(40))
    ]
    assert goal(wrapped).knowledge_share == 1.0


def test_a_sign_off_below_every_answer_is_not_counted_as_new_content() -> None:
    sign_off = " Kind regards, your Meridian Logistics night shift desk, open around the clock."
    signed = [
        example(i, one.turns[0][1], one.turns[1][1] + sign_off)
        for i, one in enumerate(rewrites(40))
    ]
    assert goal(signed).knowledge_share == 0.0


def test_perishable_facts_are_counted_among_the_facts_only() -> None:
    prices = [
        example(i, f"What does a berth on {PLANETS[i % 64]} cost?", f"A berth there is €{i + 70}.")
        for i in range(20)
    ]
    polite = [
        example(
            100 + i, f"Rewrite politely: pay €{i} to {PLANETS[i % 64]}", f"Kindly pay €{i} today."
        )
        for i in range(20)
    ]
    both = goal(prices + polite)
    assert both.volatile_share == 1.0
    assert goal(facts(20)).volatile_share == 0.0


def test_a_clear_set_is_sure_of_its_label_and_an_unknown_one_is_not() -> None:
    sure = goal(facts(60))
    assert 0.8 < sure.confidence == sure.knowledge_probability < 1.0
    formed = goal(rewrites(60))
    assert formed.confidence > 0.85
    assert formed.knowledge_probability < 0.1
    assert goal([]).confidence == 0.0


def test_a_mixture_is_sure_of_neither() -> None:
    found = goal(facts(25) + rewrites(30, 100))
    assert found.label == "mixed"
    assert 0.1 < found.knowledge_probability < 0.6
    assert found.confidence < 0.8


def test_confidence_falls_towards_a_limit_and_rises_with_the_sample() -> None:
    near = goal(facts(31) + rewrites(19, 100), examples=10_000).confidence
    far = goal(facts(50), examples=10_000).confidence
    larger = goal(facts(200), examples=10_000).confidence
    assert near < far < larger


def test_the_sample_size_keeps_the_standard_error_below_four_points() -> None:
    assert math.sqrt(0.25 / SAMPLE_SIZE) <= 0.04
    assert 0 < MIXED_SHARE < KNOWLEDGE_SHARE < 1


def test_more_examples_in_the_sample_than_claimed_is_not_an_error() -> None:
    assert goal(facts(20), examples=3).examples == 20


def test_evidence_says_number_and_meaning() -> None:
    evidence = goal(facts(20) + rewrites(20, 100), examples=400).evidence
    named = {item.feature: item for item in evidence}
    assert named["knowledge_share"].value == "0.50"
    assert "20 of 40" in named["knowledge_share"].meaning
    assert named["question_share"].value == "0.50"
    assert float(named["answer_novelty"].value) > 0.4
    reasons = [(item.value, item.meaning) for item in evidence if item.feature == "reason"]
    assert ("20", "closed-book fact") in reasons


def quiz(count: int, start: int = 1) -> list[Sampled]:
    """Bare option letters: nobody can tell facts from labels."""
    options = "A) the guild\nB) the navy\nC) nobody"
    return [
        example(start + i, f"Who rules {PLANETS[i % 64]} in year {i}?\n{options}", "ABC"[i % 3])
        for i in range(count)
    ]


def test_a_letter_without_context_cannot_be_told_and_the_set_stays_unknown() -> None:
    found = goal(quiz(64))
    assert found.label == "unknown"
    assert found.judged == 0
    assert ("reason", "64") in [(each.feature, each.value) for each in found.evidence]
    assert {judgement.reason for judgement in found.judgements} == {"option letter, cannot tell"}


def test_examples_without_an_answer_are_left_out() -> None:
    silent = [Sampled("train.jsonl", 500 + i, [("user", "Hello?")], []) for i in range(5)]
    assert goal(facts(20) + silent).judged == 20


# -- the first look -----------------------------------------------------------------------------


def test_a_set_with_few_facts_is_not_looked_at_further() -> None:
    found = goal(facts(20) + rewrites(380, 100))
    assert (found.label, len(found.judgements)) == ("style", FIRST_LOOK)
    assert found.confidence > 0.8


@pytest.mark.parametrize("known", [120, 200, 400])
def test_a_set_with_facts_is_judged_whole_because_its_lines_are_listed(known: int) -> None:
    assert len(goal(facts(known) + rewrites(400 - known, 1000)).judgements) == 400


def test_answers_that_cannot_be_told_keep_the_look_open() -> None:
    assert len(goal(quiz(80) + rewrites(320, 1000)).judgements) == 400


def test_the_first_look_does_not_depend_on_the_order() -> None:
    sample = facts(20) + rewrites(380, 100)
    first = goal(sample)
    assert len(first.judgements) == FIRST_LOOK
    assert goal(sample[::-1]) == first
    random.Random(5).shuffle(sample)  # noqa: S311
    assert goal(sample) == first


def test_a_stopped_look_could_not_have_become_a_mixed_set() -> None:
    """The upper end of the Wilson interval (Wilson 1927) of the most facts that stop it."""
    z, share, n = 3.29, FEW_FACTS / FIRST_LOOK, FIRST_LOOK  # two-sided 99.9%
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    assert (centre + spread) / (1 + z * z / n) < MIXED_SHARE


roles = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function", "odd"])
texts = st.text(max_size=60) | st.sampled_from(
    ["{", "```", "[{]", "a" * 200, "\ud800", "?", "A) x\nB) y", "{'a': 1", "₹5", "…", "\u0000"]
)
samples = st.lists(
    st.builds(
        Sampled,
        path=st.sampled_from(["a.jsonl", "b.jsonl"]),
        line=st.integers(1, 99),
        turns=st.lists(st.tuples(roles, texts), max_size=5),
        calls=st.lists(st.text(max_size=10), max_size=2),
    ),
    max_size=25,
    unique_by=lambda one: (one.path, one.line),
)


@settings(max_examples=150)
@given(samples, st.integers(0, 1000))
def test_any_text_gives_a_goal_within_bounds(sample: list[Sampled], examples: int) -> None:
    found = judge_goal(sample, examples=examples)
    assert 0 <= found.knowledge_share <= 1
    assert 0 <= found.volatile_share <= 1
    assert 0 <= found.confidence <= 1
    assert found.judged <= len(found.judgements) <= len(sample)
    assert judge_goal(sample[::-1], examples=examples) == found
