"""What of the held-out examples was trained on."""

from __future__ import annotations

import random
from pathlib import Path

from ftgate.model import Leak
from tests.planted import chat, edited, plant, repetition_of, text, vocabulary

WORDS = vocabulary(3000)
TRAIN = plant(200, 0, 0.1, seed=4, sizes=(25, 40)).records
OTHERS = plant(20, 0, 0.1, seed=5, sizes=(25, 40)).records
RANDOM = random.Random(9)  # noqa: S311


def leak_of(folder: Path, held_out: list[object], train: list[object] | None = None) -> Leak:
    leak = repetition_of(folder, train or TRAIN, held_out).leak
    assert leak is not None
    return leak


def said(at: int) -> tuple[str, str]:
    _, user, assistant = TRAIN[at]["messages"]
    return user["content"], assistant["content"]


def test_other_examples_do_not_leak(tmp_path: Path) -> None:
    leak = leak_of(tmp_path, OTHERS)
    assert (leak.examples, leak.leaked.count, leak.sequences.count) == (20, 0, 0)


def test_whole_records_prompts_and_near_duplicates_leak(tmp_path: Path) -> None:
    near = chat(*(edited(each, 0.1, WORDS, RANDOM) for each in said(7)))
    prompt = chat(said(9)[0].upper(), text(WORDS, 30, RANDOM))
    leak = leak_of(tmp_path, [*OTHERS[:5], TRAIN[3], near, prompt, *OTHERS[5:]])
    assert (leak.records, leak.prompts, leak.near) == (1, 2, 1)
    assert [(place.path, place.line) for place in leak.leaked.places] == [
        ("val.jsonl", 6),
        ("val.jsonl", 7),
        ("val.jsonl", 8),
    ]


def test_a_greeting_is_no_leak(tmp_path: Path) -> None:
    greeting = chat("Hi there", "Good morning, what can I do for you?")
    leak = leak_of(tmp_path, [chat("Hi there", "Hello")], [*TRAIN, greeting])
    assert leak.leaked.count == 0


def test_a_copied_passage_is_a_shared_sequence(tmp_path: Path) -> None:
    passage = text(WORDS, 60, RANDOM)
    train = [*TRAIN, chat(f"{text(WORDS, 60, RANDOM)} {passage}", "no")]
    copied = chat(f"{passage} {text(WORDS, 90, RANDOM)}", "yes")
    leak = leak_of(tmp_path, [*OTHERS, copied], train)
    assert (leak.leaked.count, leak.sequences.count) == (0, 1)
    assert leak.sequences.places[0].line == 21


def test_a_passage_of_many_examples_is_a_template(tmp_path: Path) -> None:
    passage = text(WORDS, 60, RANDOM)
    train = [chat(f"{passage} {text(WORDS, 30, RANDOM)}", "no") for _ in range(30)]
    held_out = [chat(f"{passage} {text(WORDS, 30, RANDOM)}", "yes") for _ in range(3)]
    assert leak_of(tmp_path, held_out, train).sequences.count == 0


def test_without_held_out_examples_nothing_is_said_of_leaks(tmp_path: Path) -> None:
    assert repetition_of(tmp_path, TRAIN).leak is None
