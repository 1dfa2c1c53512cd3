from __future__ import annotations

import io
import json
from collections import Counter

import pytest

from ftgate.content.labels import answer_key, by_class, folded, label_set
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.rules.labels import classifier_would_do, label_noise
from ftgate.rules.volume import class_imbalance
from tests.rule_values import only


def profile(counts: dict[str, int], tokens: int = 0) -> Profile:
    labels = Counter({answer_key(label): count for label, count in counts.items()})
    examples = labels.total()
    return Profile(examples=examples, labels=labels, by_role=Counter(user=tokens * examples))


@pytest.mark.parametrize(
    "spelling", ["Positive", "positive ", "POSITIVE", "positive.", '"Positive"', "**positive**"]
)
def test_case_space_and_outer_punctuation_are_spelling(spelling: str) -> None:
    assert folded(spelling) == folded("positive")
    assert answer_key(spelling) != answer_key("positive")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-1", "1"),
        ("C", "C++"),
        ("C#", "C"),
        (":)", ":("),
        ("+", "-"),
        ("1.5", "15"),
        ("a b", "ab"),
    ],
)
def test_signs_that_tell_labels_apart_stay(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_keys_keep_no_text_and_tell_long_answers() -> None:
    assert "spam" not in answer_key("spam")
    assert answer_key("a" * 41).startswith("long:")
    assert answer_key("\ud800")


def test_spellings_are_counted_as_one_class() -> None:
    counts = Counter({answer_key("Yes"): 3, answer_key("yes "): 2, answer_key("no"): 4})
    assert sorted(by_class(counts).values()) == [4, 5]


@pytest.mark.parametrize(
    "counts",
    [
        {"yes": 50},
        {f"answer {n}": 1 for n in range(60)},
        {"yes": 30, "no": 30, "x" * 41: 10},
        {"none": 50, **{f"found {n}": 1 for n in range(12)}},
    ],
    ids=["one answer", "free text", "some long", "extraction"],
)
def test_what_is_no_classification(counts: dict[str, int]) -> None:
    assert label_set(profile(counts).labels) is None
    assert not list(classifier_would_do(profile(counts)))
    assert not list(label_noise(profile(counts)))
    assert label_set(None) is None


def test_an_answer_that_is_a_call_is_counted_by_the_call() -> None:
    def called(argument: str) -> dict[str, object]:
        function = {"name": "look_up", "arguments": json.dumps({"order": argument})}
        call = {"id": "c1", "type": "function", "function": function}
        user = {"role": "user", "content": f"Where is {argument}?"}
        return {"messages": [user, {"role": "assistant", "content": None, "tool_calls": [call]}]}

    data = "".join(json.dumps(called(f"A-{n}")) + "\n" for n in range(60)).encode()
    read = profile_stream(io.BytesIO(data), measure=None)
    assert read.labels is not None
    assert len(read.labels) == 60
    assert not list(class_imbalance(read)), "they are not one and the same answer"


def test_a_set_of_labels_is_told_what_is_cheaper() -> None:
    finding = only(classifier_would_do(profile({"bug": 30, "wish": 25, "praise": 20}, tokens=140)))
    assert finding.message.startswith("75 answers are 3 labels, 140 input tokens on average")
    assert "input tokens" not in only(classifier_would_do(profile({"bug": 30, "no": 30}))).message


def test_no_classifier_for_long_inputs_many_labels_small_sets_and_option_letters() -> None:
    assert not list(classifier_would_do(profile({"bug": 30, "wish": 25}, tokens=2001)))
    assert not list(classifier_would_do(profile({f"intent {n}": 9 for n in range(51)})))
    assert not list(classifier_would_do(profile({"bug": 24, "wish": 25})))
    assert not list(classifier_would_do(profile({"A": 30, "B.": 25, "C": 20, "d": 20})))


def test_spellings_of_one_label_are_noise() -> None:
    found = label_noise(profile({"Positive": 40, "positive": 3, "positive.": 1, "negative": 30}))
    finding = only(found)
    assert "1 of 2 labels spelled in several ways" in finding.message
    assert "4 answers deviate" in finding.message
    assert finding.count == 4


def test_rare_labels_are_noise_or_not_learned() -> None:
    finding = only(label_noise(profile({"bug": 40, "wish": 30, "praise": 9, "prasie": 1})))
    assert "2 of 4 labels have fewer than 10 examples, 1 of them only one" in finding.message
    assert not list(label_noise(profile({"bug": 40, "wish": 10})))
    assert list(label_noise(profile({"bug": 40, "wish": 10}), min_per_label=11))


def test_one_label_above_all_is_reported_once() -> None:
    lopsided = profile({"bug": 90, "wish": 5, "praise": 5})
    assert not list(label_noise(lopsided))
    assert "90% of answers" in only(class_imbalance(lopsided)).message
