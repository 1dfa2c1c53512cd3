"""Repetitions that were planted, and how many of them are found."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.cache import Cache
from ftgate.content import columns
from ftgate.content.alike import Groups
from ftgate.content.marks import WHOLE, Marks, Part, Search, answer_at, normal, parts_of
from ftgate.content.near import _sorted_set, find_pairs
from ftgate.content.shingles import common_of, grams, shingle, signatures
from ftgate.content.skeleton import skeleton
from ftgate.formats import detect
from ftgate.model import Example
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from tests.planted import Planted, chat, edited, plant, repetition_of, text, vocabulary


def example(record: dict[str, Any]) -> Example:
    found = detect(record)
    assert found is not None
    return found.parse(record)


def lines_of(records: Sequence[Any]) -> list[bytes]:
    return [json.dumps(record).encode() + b"\n" for record in records]


def marks_of(records: Sequence[Any], search: Search = WHOLE) -> Marks:
    data = io.BytesIO(b"".join(lines_of(records)))
    return profile_stream(data, measure=None, hygiene=True, search=search).marks


def found_pairs(planted: Planted, common: tuple[int, ...] = ()) -> set[tuple[int, int]]:
    """Indices of the records of each pair."""
    marks = marks_of(planted.records, Search(common=common))
    rows = columns.signed([Part("0", False, len(planted.records), marks)])

    def texts(_: int, lines: list[int]) -> list[tuple[str, str]]:
        return [parts_of(example(planted.records[line - 1])) for line in lines]

    pairs = rows.line[find_pairs(rows, common, texts)].astype(int) - 1
    return {tuple(pair) for pair in pairs.tolist()}


@pytest.mark.parametrize(
    ("sizes", "ratio", "recall"),
    [((40, 90), 0.05, 0.99), ((40, 90), 0.1, 0.97), ((15, 40), 0.1, 0.95), ((40, 90), 0.2, 0.6)],
)
def test_planted_near_duplicates_are_found_and_no_others(
    sizes: tuple[int, int], ratio: float, recall: float
) -> None:
    planted = plant(1500, 300, ratio, seed=7, sizes=sizes)
    found = found_pairs(planted)
    true = {tuple(sorted(pair)) for pair in planted.pairs}
    hits = len(found & true)
    assert hits / len(true) >= recall
    assert hits / len(found) >= 0.99


INSTRUCTION = (
    "You answer requests of the customers of a garden centre in a friendly tone, in at most three"
    " sentences, without naming other shops, and you ask for the order number when it is missing."
    " Here is the request: "
)


def test_what_all_examples_share_makes_no_near_duplicates_of_them() -> None:
    planted = plant(600, 60, 0.1, seed=3, sizes=(8, 16), prefix=INSTRUCTION)
    windows = [" ".join(m["content"] for m in r["messages"][1:]) for r in planted.records[:100]]
    common = common_of(windows)
    found = found_pairs(planted, common)
    true = {tuple(sorted(pair)) for pair in planted.pairs}
    assert len(found & true) >= 0.9 * len(true)
    assert len(found & true) >= 0.99 * len(found)


@pytest.mark.xfail(reason="what half of the examples share is taken for their template")
def test_a_set_that_is_mostly_variations_of_one_example(tmp_path: Path) -> None:
    words, choose = vocabulary(2000), random.Random(8)  # noqa: S311
    origin = [text(words, 30, choose) for _ in range(2)]
    records = [chat(*(edited(each, 0.1, words, choose) for each in origin)) for _ in range(50)]
    assert repetition_of(tmp_path, records).near.count >= 45


def test_two_questions_about_one_passage_are_no_near_duplicates() -> None:
    words, choose = vocabulary(2000), random.Random(5)  # noqa: S311
    passages = [text(words, 120, choose) for _ in range(40)]
    records = [
        chat(f"{passage} {text(words, 6, choose)}?", text(words, size, choose))
        for passage in passages
        for size in (1, 12)
    ]
    assert found_pairs(Planted(records, [])) == set()


def reference_shingles(text: str) -> set[tuple[str, str]]:
    words = [word for word in re.split(r"[\x00-\x20.,;:!?\"'()\[\]{}]+", text.lower()) if word]
    return set(zip(["^", *words], words, strict=False))


ASCII = st.text(st.characters(max_codepoint=126, min_codepoint=9), max_size=40)


@given(st.lists(ASCII, min_size=2, max_size=6))
def test_shingles_are_the_pairs_of_words(texts: list[str]) -> None:
    found = shingle(texts)
    parts = [set(part.tolist()) for part in np.split(found.shingles, found.ends[:-1])]
    for one, mine in zip(texts, parts, strict=True):
        assert len(mine) == len(reference_shingles(one))
        for other, theirs in zip(texts, parts, strict=True):
            assert len(mine & theirs) == len(reference_shingles(one) & reference_shingles(other))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_texts_do_not_depend_on_their_neighbours(texts: list[str]) -> None:
    together, alone = shingle(texts), [shingle([each]) for each in texts]
    assert together.shingles.tolist() == [v for each in alone for v in each.shingles.tolist()]
    assert np.diff(together.ends, prepend=0).tolist() == [len(each.shingles) for each in alone]
    signed = signatures(together.shingles, together.ends)
    assert signed.tolist() == [signatures(e.shingles, e.ends)[0].tolist() for e in alone]


@pytest.mark.parametrize(
    ("writing", "words"),
    [
        ("第三行的缩进", 6),
        ("カタカナ、かな", 7),
        ("한국어 문장은 띄어 쓴다", 4),
        ("เมืองไทยและแม่น้ำ", 4),
    ],
    ids=["Chinese", "Japanese", "Korean", "Thai"],
)
def test_writing_without_spaces_has_words(writing: str, words: int) -> None:
    assert len(shingle([writing]).words) == words


@pytest.mark.xfail(reason="a sentence is one word in scripts without spaces and leading vowels")
@pytest.mark.parametrize("writing", ["မြန်မာစာသည်လှပသည်", "ភាសាខ្មែរស្អាត"], ids=["Burmese", "Khmer"])
def test_burmese_and_khmer_have_words(writing: str) -> None:
    assert len(shingle([writing]).words) > 1


def test_signatures_agree_as_often_as_their_texts_are_alike() -> None:
    words, choose = vocabulary(3000), random.Random(11)  # noqa: S311
    shared = [choose.sample(words, 60) for _ in range(400)]
    pairs = [(" ".join(each), " ".join([*each[:45], *choose.sample(words, 15)])) for each in shared]
    one, other = (shingle([pair[side] for pair in pairs]) for side in (0, 1))
    equal = signatures(one.shingles, one.ends) == signatures(other.shingles, other.ends)
    alike = 45 / (60 + 15)  # 45 of 60 pairs of words on both sides
    assert equal.mean() == pytest.approx(alike**4, abs=0.03)


def test_sequences_of_thirteen_words_are_shared_only_by_copies() -> None:
    words, choose = vocabulary(3000), random.Random(2)  # noqa: S311
    passage = text(words, 120, choose)
    texts = [text(words, 30, choose) + " " + passage, passage + " " + text(words, 30, choose)]
    index, found = grams(shingle([*texts, text(words, 150, choose)]))
    first, second, third = (set(found[index == at].tolist()) for at in range(3))
    assert len(first & second) == pytest.approx((120 - 12) / 8, abs=8)
    assert not (first | second) & third


RECORDS = st.one_of(
    st.builds(chat, st.text(max_size=20), st.text(max_size=20), st.sampled_from(["", "be brief"])),
    st.just({"prompt": "a b c d", "completion": "b"}),
    st.just({"other": 1}),
)


@given(st.lists(RECORDS, max_size=12), st.integers(0, 12), st.sampled_from([1.0, 0.4]))
def test_any_split_of_a_file_gives_the_same_marks(
    records: list[Any], cut: int, share: float
) -> None:
    search = Search(share=share, template_share=share, grams=True)
    whole, first, second = (
        profile_stream(
            io.BytesIO(b"".join(lines_of(some))), measure=None, hygiene=True, search=search
        )
        for some in (records, records[:cut], records[cut:])
    )
    first.merge(second)
    assert Profile.from_json(json.loads(json.dumps(whole.to_json()))) == whole
    ours, theirs = first.marks.to_json(), whole.marks.to_json()
    for name in ("lines", "signed", "templated", "gram_lines"):  # numbered from each beginning
        assert len(ours.pop(name)) == len(theirs.pop(name))
    assert ours == theirs


def test_a_smaller_share_marks_some_of_the_same_examples_and_equal_prompts_together() -> None:
    planted = plant(400, 0, 0.1, seed=1, sizes=(5, 9))
    again = [chat(r["messages"][1]["content"], "another answer") for r in planted.records]
    records = [*planted.records, *again]
    whole, some = marks_of(records), marks_of(records, Search(share=0.25))
    assert len(whole.signed) == 800
    assert len(some.signed) == pytest.approx(200, abs=50)
    assert set(some.signed) < set(whole.signed)
    chosen = set(some.lines)
    assert len(chosen) == pytest.approx(200, abs=60)
    assert all((line + 400 in chosen) == (line in chosen) for line in range(1, 401))


def test_of_a_large_set_a_sample_is_compared(tmp_path: Path) -> None:
    planted = plant(600, 300, 0.05, seed=6, sizes=(15, 25))
    size = sum(map(len, lines_of(planted.records)))
    whole = repetition_of(tmp_path, planted.records)
    half = repetition_of(tmp_path, planted.records, whole_bytes=size // 2)
    assert whole.near.count == pytest.approx(300, abs=6)
    assert half.share == pytest.approx(0.5, abs=0.01)
    assert half.near.count == pytest.approx(300 / 4, abs=25)  # both of a pair have to be chosen
    assert half.effective == pytest.approx(whole.effective, abs=60)


def test_a_record_is_its_turns_whatever_its_schema_case_and_space(tmp_path: Path) -> None:
    records = [
        chat("What time is it?", "Look at the clock.", system=""),
        {"prompt": "What time  is it?", "completion": "Look at the clock.\n"},
        {
            "conversations": [
                {"from": "human", "value": "what time is it?"},
                {"from": "gpt", "value": "LOOK at the clock."},
            ]
        },
        chat("What time is it?", "Look at the watch.", system=""),
    ]
    found = repetition_of(tmp_path, records)
    assert (found.exact.count, [place.line for place in found.exact.places]) == (2, [2, 3])
    assert found.effective == 2


def test_two_images_with_one_question_are_two_examples(tmp_path: Path) -> None:
    def seen(url: str) -> dict[str, Any]:
        image = {"type": "image_url", "image_url": {"url": url}}
        said = [{"type": "text", "text": "What is in this picture?"}, image]
        return {
            "messages": [
                {"role": "user", "content": said},
                {"role": "assistant", "content": "A cat"},
            ]
        }

    found = repetition_of(tmp_path, [seen("https://a.test/1.png"), seen("https://a.test/2.png")])
    assert found.exact.count == found.contradictions.count == 0


def test_long_answers_to_different_prompts_are_counted(tmp_path: Path) -> None:
    words, choose = vocabulary(500), random.Random(1)  # noqa: S311
    canned = text(words, 60, choose)
    records = [chat(text(words, 12, choose), canned) for _ in range(5)]
    assert repetition_of(tmp_path, [*records, chat("Hi", "Hello")]).answers.count == 4


def test_another_label_for_the_same_prompt_contradicts(tmp_path: Path) -> None:
    planted = plant(40, 0, 0.1, seed=1, sizes=(5, 9))
    prompts = [record["messages"][1]["content"] for record in planted.records]
    records = [chat(prompt, "ham" if at % 2 else "spam") for at, prompt in enumerate(prompts)]
    found = repetition_of(tmp_path, [*records, chat(prompts[3].upper(), "Spam")])
    assert (found.labels, found.contradictions.count) == (2, 1)
    assert [place.line for place in found.contradictions.places] == [41]


def test_one_template_is_seen_through_its_fillings(tmp_path: Path) -> None:
    cities = ["Bern", "New York", "Rio de Janeiro", "Łódź", "Αθήνα", "Москва"] * 10
    records = [
        chat(f"What is the fare to {city} on 1{at}.3.?", f'"{city}" costs {at}.50 francs.')
        for at, city in enumerate(cities)
    ]
    found = repetition_of(tmp_path, [*records, chat("hello", "good morning")])
    assert (found.template.count, found.templated) == (60, 61)
    assert found.templates == pytest.approx(1.09, abs=0.02)


def test_a_skeleton_keeps_what_is_said() -> None:
    assert skeleton("Call Anna Berg at 079 555.", "ok") != skeleton("Write Anna Berg at 079.", "ok")
    assert skeleton("mail jo.d@example.org today", "") == skeleton("mail x@test.example today", "")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_groups_connect_what_is_joined(pairs: list[tuple[int, int]]) -> None:
    groups, reached = Groups(10), {at: {at} for at in range(10)}
    for one, other in pairs:
        groups.join(one, other)
        both = reached[one] | reached[other]
        for at in both:
            reached[at] = both
    for at in range(10):
        assert groups.find(at) == min(reached[at])


def test_what_was_found_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = plant(60, 10, 0.1, seed=1, sizes=(20, 30))
    cache = Cache(tmp_path / "cache")
    first = repetition_of(tmp_path, planted.records, planted.records[:5], cache)
    monkeypatch.setattr("ftgate.searching.examples_at", None)
    assert repetition_of(tmp_path, planted.records, planted.records[:5], cache) == first
    assert first.near.count == 10


def test_the_answer_is_the_last_turn_of_the_assistant() -> None:
    record = chat("one", "two")
    record["messages"] += chat("three", "four", system="")["messages"]
    assert answer_at(example(record)) == 4
    assert parts_of(example(record)) == ("one\ntwo\nthree", "four")
    assert normal("Ä\u00a0b C") == normal("a\u0308\u00a0BC")


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.just(2**32), max_size=12))
def test_words_are_compared_as_sorted_sets_of_32_bits(values: list[int]) -> None:
    found = _sorted_set(np.array(values, dtype=np.uint64))
    assert found.tolist() == sorted({value % 2**32 for value in values})
