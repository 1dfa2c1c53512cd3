from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ftgate.model import Example, ProviderFacts
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.rules import JudgedFile
from ftgate.rules.tokens import truncated_at_training


def words(example: Example) -> tuple[int, ...]:
    """A tokenizer for tests: one token a word, 1 per example and 3 per message."""
    by_role = {"system": 0, "user": 0, "assistant": 0, "tool": 0}
    for role, text in example.turns:
        by_role[role] += len(text.split())
    total = 1 + 3 * len(example.turns) + sum(by_role.values())
    return (total, *by_role.values(), 0)


def chat(user: str, assistant: str, system: str = "") -> dict[str, Any]:
    messages = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return {"messages": [{"role": "system", "content": system}] * bool(system) + messages}


def read(data: bytes, *, limit: int | None = None) -> Profile:
    return profile_stream(io.BytesIO(data), measure=words, limit=limit)


def lines_of(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def test_counts_add_up() -> None:
    profile = read(
        lines_of(chat("one two", "three", "be brief"), chat("four", "five six"))
        + b'\n{"messages": \n{"answer": 42}\n'
    )
    assert (profile.lines, profile.examples, profile.invalid, profile.blank) == (5, 2, 2, 1)
    assert profile.tokens == (1 + 9 + 5) + (1 + 6 + 3)
    assert profile.by_role == {"system": 2, "user": 3, "assistant": 3}
    assert profile.lengths == {15: 1, 10: 1}
    assert {kind: tally.places[0][0] for kind, tally in profile.problems.items()} == {
        "blank-line": 3,
        "invalid-json": 4,
        "unknown-schema": 5,
    }


def test_problems_do_not_quote_the_record() -> None:
    profile = read(lines_of({"secret value 123": "x", "fine_key": 1}))
    ((_, detail, _),) = profile.problems["unknown-schema"].places
    assert detail == "keys ?, fine_key"


def test_duplicates_and_overlap_are_exact() -> None:
    train = read(lines_of(chat("a", "b"), chat("a", "b"), chat("c", "d")))
    validation = read(lines_of(chat("c", "d"), chat("e", "f")))
    assert (train.unique, train.duplicates) == (2, 1)
    assert train.overlap(validation) == 1


def test_an_over_long_example_says_what_is_lost() -> None:
    cut_answer = chat("one", "two three four five")  # 1 + 6 + 5 tokens
    no_answer = chat("one " * 20, "two")
    profile = read(lines_of(cut_answer, no_answer), limit=10)
    assert (profile.over_limit, profile.cut, profile.cut_answers) == (2, 2 + 18, 2 + 1)
    assert {kind: tally.count for kind, tally in profile.problems.items()} == {
        "truncated-at-training": 1,
        "record-too-long": 1,
    }
    file = JudgedFile("a.jsonl", "train", 1, None, profile)
    openai = ProviderFacts("openai", "OpenAI", 10, None, 10, "truncated", False, "")
    (finding,) = truncated_at_training(file, openai)
    assert "3 of 20 lost tokens are answers" in finding.message


def test_quantiles_match_sorting() -> None:
    profile = read(lines_of(*(chat("w " * n, "a") for n in range(1, 102))))
    lengths = sorted(profile.lengths.elements())
    assert [profile.quantile(share) for share in (0, 0.05, 0.5, 0.95, 1)] == [
        lengths[index] for index in (0, 5, 50, 95, 100)
    ]


def test_labels_give_up_on_free_text_and_keep_classes() -> None:
    classes = read(lines_of(*(chat(str(n), "spam" if n % 4 else "ham") for n in range(40))))
    assert sorted((classes.labels or {}).values()) == [10, 30]
    free = read(lines_of(*(chat("q", f"answer {n}") for n in range(1200))))
    assert free.labels is None


RECORDS = st.one_of(
    st.builds(chat, st.text(max_size=8), st.text(max_size=8), st.sampled_from(["", "be brief"])),
    st.just({"prompt": "a", "completion": "b"}),
    st.just({"other": 1}),
    st.just(None),
)
FILES = st.lists(RECORDS, max_size=12).map(lambda records: [lines_of(record) for record in records])


@given(FILES, st.integers(0, 12))
def test_any_split_gives_the_same_profile(lines: list[bytes], cut: int) -> None:
    whole = read(b"".join(lines), limit=11)
    first = read(b"".join(lines[:cut]), limit=11)
    first.append(read(b"".join(lines[cut:]), limit=11))
    assert first == whole
    assert first.sample(4) == whole.sample(4)


@given(FILES)
def test_a_profile_survives_the_cache(lines: list[bytes]) -> None:
    profile = read(b"".join(lines), limit=11)
    assert Profile.from_json(json.loads(json.dumps(profile.to_json()))) == profile


@given(FILES, st.randoms(use_true_random=False))
def test_the_sample_does_not_depend_on_order(lines: list[bytes], random: Any) -> None:
    ordered = read(b"".join(lines)).sample(3)
    random.shuffle(lines)
    assert [digest for digest, _ in read(b"".join(lines)).sample(3)] == [d for d, _ in ordered]


def test_the_sample_has_the_smallest_digests_at_the_first_line_of_each() -> None:
    records = [chat(f"question {n % 30}", "answer") for n in range(90)]
    lines = [lines_of(record) for record in records]
    smallest = sorted({hashlib.sha256(line.strip()).digest()[:8] for line in lines})[:20]
    expected = [
        (int.from_bytes(digest, "big"), at)
        for digest in smallest
        for at, line in enumerate(lines[:30], 1)
        if hashlib.sha256(line.strip()).digest()[:8] == digest
    ]
    broken = b"{\n" + lines_of({"messages": "none"})
    assert read(b"".join(lines) + broken).sample(20) == expected
