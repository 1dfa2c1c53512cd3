"""Tables in disguise: one question, a key, a short value."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ftgate.content.goal import Sampled, judge_goal
from ftgate.content.lookup import looked_up
from ftgate.content.stems import words

ISLES = [f"{head}{tail}" for head in ("Orr", "Vel", "Tas", "Qui", "Bas") for tail in
         ("in", "ma", "qua", "lla", "ro", "sk", "bey", "holm")]  # fmt: skip


def share(pairs: list[tuple[str, str]]) -> float:
    sample = [
        Sampled("t.jsonl", line, [("user", user), ("assistant", answer)], [])
        for line, (user, answer) in enumerate(pairs, 1)
    ]
    return judge_goal(sample, examples=len(sample)).lookup_share


@pytest.mark.parametrize(
    "question",
    [
        "What is the harbour master's number of {}?",
        "Who is the ferryman of {}?",
        "Capital of {}",
        "Wie heißt der Hafen von {}?",
        "ما هي عاصمة {}؟",
    ],
)
def test_one_question_with_forty_keys_is_a_table(question: str) -> None:
    assert (
        share([(question.format(isle), f"Row {n} {isle[::-1]}") for n, isle in enumerate(ISLES)])
        > 0.8
    )


def test_bare_codes_with_their_meaning_are_a_table() -> None:
    assert share([(f"E-{n + 100}", f"pump {isle} blocked") for n, isle in enumerate(ISLES)]) == 1.0


def test_two_questions_about_the_same_keys_are_a_table() -> None:
    pairs = [(f"Who is the ferryman of {isle}?", f"{isle[::-1].title()} Brandt") for isle in ISLES]
    pairs += [(f"When was {isle} settled?", f"In {n + 1400}") for n, isle in enumerate(ISLES)]
    assert share(pairs) > 0.8


def test_questions_of_their_own_are_no_table() -> None:
    asked = [
        ("Who painted the hall of the ferry guild?", "Lisbet Aarø"),
        ("When did the mill on the Orrin burn down?", "In 1871"),
        ("Which bird nests under the old bridge?", "The dipper"),
        ("How deep is the lake below Kestrel Peak?", "87 metres"),
        ("What do pilgrims leave at the spring?", "A blue thread"),
        ("Where was the treaty of the three towns signed?", "In a barn"),
    ]
    assert share(asked * 4) == 0.0


def test_long_answers_explain_and_are_no_values() -> None:
    long = (
        "A quiet place of two quays where the pilot's daughter keeps a school of knots and bells."
    )
    assert share([(f"What is {isle} like?", f"{isle[::-1]}: {long}") for isle in ISLES]) == 0.0


def test_labels_are_no_table() -> None:
    kinds = ("billing", "delivery", "complaint")
    assert (
        share([(f"Parcel to {isle} is late", kinds[n % 3]) for n, isle in enumerate(ISLES)]) == 0.0
    )


def test_values_that_stand_in_the_prompt_are_no_table() -> None:
    pairs = [
        (f"Record: {isle} pays {n + 40} crowns of toll.\nWhat is the toll of {isle}?", f"{n + 40}")
        for n, isle in enumerate(ISLES)
    ]
    assert share(pairs) == 0.0


def test_a_key_in_two_places_is_none() -> None:
    pairs = [(words(f"is {a} far from {b}"), ["yes"], "yes") for a, b in pairwise(ISLES)]
    assert not any(looked_up(pairs))
