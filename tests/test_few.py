"""A small set is compared without numpy, and a large one with it: the findings are the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate import searching
from ftgate.content.few_pairs import find_few_pairs
from ftgate.content.shingles import shingle
from ftgate.content.words import START, words_of
from ftgate.model import Repetition
from tests.planted import chat, plant, repetition_of, text, vocabulary


def both(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    train: list[dict[str, Any]],
    held_out: list[dict[str, Any]],
) -> tuple[Repetition, Repetition]:
    """What the two ways find."""
    few = repetition_of(folder, train, held_out)
    monkeypatch.setattr(searching, "SMALL_BYTES", 0)
    many = repetition_of(folder, train, held_out)
    return few, many


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_words_are_those_of_the_large_sets(texts: list[str]) -> None:
    found = shingle(texts)
    sizes = np.diff(found.ends, prepend=0).tolist()
    assert sizes == [len(words_of(each)) for each in texts]
    numbers = dict(
        zip((w for each in texts for w in words_of(each)), found.words.tolist(), strict=True)
    )
    assert [numbers[w] for each in texts for w in words_of(each)] == found.words.tolist()
    assert START not in words_of("ordinary words")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", [(40, 90), (15, 40), (6, 14)])
def test_what_is_told_from_digests_is_equal_and_near_duplicates_nearly_so(
    seed: int, sizes: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = plant(400, 100, 0.1, seed=seed, sizes=sizes)
    choose = random.Random(seed)  # noqa: S311
    copies = choose.sample(planted.records, 40)
    other = [chat(said["messages"][1]["content"], "No.") for said in choose.sample(copies, 15)]
    records = planted.records + copies + other
    choose.shuffle(records)
    few, many = both(tmp_path, monkeypatch, records[:420], records[420:])
    assert few.leak is not None
    assert many.leak is not None
    for name in ("examples", "compared", "share", "exact", "answers", "contradictions", "labels"):
        assert getattr(few, name) == getattr(many, name)
    assert (few.template, few.templated) == (many.template, many.templated)
    assert few.templates == pytest.approx(many.templates)
    assert few.exact.count > 10
    assert few.contradictions.count > 5
    for name in ("examples", "same", "records", "prompts"):
        assert getattr(few.leak, name) == getattr(many.leak, name)
    assert few.leak.records > 2
    assert few.near.count == pytest.approx(many.near.count, rel=0.05)
    assert few.leak.near == pytest.approx(many.leak.near, abs=2)
    assert few.effective == pytest.approx(many.effective, rel=0.02)


@pytest.mark.parametrize(
    ("sizes", "ratio", "recall"),
    [((40, 90), 0.05, 0.99), ((40, 90), 0.1, 0.97), ((15, 40), 0.1, 0.95), ((40, 90), 0.2, 0.6)],
)
def test_planted_near_duplicates_are_found_and_no_others(
    sizes: tuple[int, int], ratio: float, recall: float
) -> None:
    planted = plant(600, 150, ratio, seed=7, sizes=sizes)
    said = {
        at: (record["messages"][1]["content"], record["messages"][2]["content"])
        for at, record in enumerate(planted.records)
    }
    found = set(find_few_pairs(said, list(said)))
    true = {tuple(sorted(pair)) for pair in planted.pairs}
    assert len(found & true) >= recall * len(true)
    assert len(found & true) >= 0.99 * len(found)


@pytest.mark.parametrize(
    "writing", ["的一是了我不人在他有这个上们来到时大地为", "абвгдежзиклмнопрсту"]
)
def test_near_duplicates_in_other_scripts_are_found(writing: str) -> None:
    choose = random.Random(4)  # noqa: S311
    gap = "" if writing[0] == "的" else " "

    def drawn(size: int) -> list[str]:
        return ["".join(choose.choices(writing, k=1 if not gap else 5)) for _ in range(size)]

    said: dict[int, tuple[str, str]] = {}
    for at in range(60):
        prompt, answer = drawn(60), drawn(120)
        said[2 * at] = gap.join(prompt), gap.join(answer)
        answer[choose.randrange(120)] = drawn(1)[0]
        said[2 * at + 1] = gap.join(prompt), gap.join(answer)
    found = set(find_few_pairs(said, list(said)))
    assert found == {(2 * at, 2 * at + 1) for at in range(60)}


def test_a_passage_on_both_sides_is_a_leak_either_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, choose = vocabulary(3000), random.Random(2)  # noqa: S311
    passages = [text(words, 80, choose) for _ in range(30)]
    train = [
        chat(f"{each} {text(words, 30, choose)}", text(words, 90, choose)) for each in passages
    ]
    train += [chat(text(words, 60, choose), text(words, 60, choose)) for _ in range(200)]
    held = [chat(f"{text(words, 30, choose)} {each}", text(words, 90, choose)) for each in passages]
    few, many = both(tmp_path, monkeypatch, train, held)
    assert few.leak is not None
    assert many.leak is not None
    assert min(few.leak.sequences.count, many.leak.sequences.count) >= 29
