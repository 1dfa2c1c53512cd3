"""FT2, FT3, FT505, FT506, FT512: counts exactly at their limits, and what is said of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from ftgate.content.labels import answer_key
from ftgate.model import Finding, ProviderFacts, Training
from ftgate.profile import Profile, Tally
from ftgate.rules import JudgedFile
from ftgate.rules.labels import LOOK, classifier_would_do, label_noise
from ftgate.rules.secrets import personal_data, secret_in_example
from ftgate.rules.tokens import (
    constant_system_prompt,
    job_too_large,
    length_outliers,
    record_too_long,
    special_token_text,
    truncated_at_training,
)
from ftgate.rules.volume import class_imbalance, no_validation, too_few_examples
from tests.rule_values import only

ACME = ProviderFacts("acme", "Acme", 10, 512 << 20, 65_536, "truncated", False, "")


def file(profile: Profile | None, role: Any = "train") -> JudgedFile:
    return JudgedFile("a.jsonl", role, 1, None, profile)


def labelled(counts: dict[str, int], **changes: Any) -> Profile:
    labels = Counter({answer_key(label): count for label, count in counts.items()})
    return Profile(**{"examples": labels.total(), "labels": labels, **changes})


# -- FT201-FT204 ----------------------------------------------------------------------------------


def test_a_set_without_examples_is_not_too_small() -> None:
    assert not list(too_few_examples(Profile()))
    assert only(too_few_examples(Profile(examples=9, distinct=9))).decision == "hold"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"yes": 80, "no": 20}, ""),
        ({"yes": 81, "no": 19}, "81% of answers are the same of 2 labels (limit 80%)"),
        ({"yes": 97, "no": 3}, "97% of answers are the same of 2 labels (limit 80%)"),
        ({"yes": 98, "no": 2}, "98% of answers are one and the same (limit 80%)"),
        ({"yes": 49}, ""),
        ({"yes": 50}, "100% of answers are one and the same (limit 80%)"),
        ({}, ""),
    ],
)
def test_four_fifths_may_have_one_label_and_all_but_two_in_a_hundred_no_other(
    counts: dict[str, int], said: str
) -> None:
    found = list(class_imbalance(labelled(counts, examples=sum(counts.values()) or 50)))
    error = "one and the same" in said
    assert [(each.message, each.severity, each.decision) for each in found] == [
        (said, "error" if error else None, "hold" if error else None)
    ] * bool(said)


@pytest.mark.parametrize(
    ("examples", "role", "found"), [(49, "train", 0), (50, "train", 1), (50, "validation", 0)]
)
def test_fifty_examples_want_a_validation_file(examples: int, role: Any, found: int) -> None:
    held_out = (file(Profile()), file(Profile(), role))
    assert len(list(no_validation(Profile(examples=examples), held_out))) == found


# -- FT205, FT512 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "tokens", "found"),
    [(50, 2000 * 500, 1), (51, 2000 * 510, 0), (50, 2001 * 500, 0), (50, 0, 1)],
)
def test_fifty_labels_of_short_texts_are_a_classifiers_work(
    labels: int, tokens: int, found: int
) -> None:
    counts = {f"label {n}": 10 for n in range(labels)}
    profile = labelled(counts, by_role=Counter(user=tokens))
    length = ", 2,000 input tokens on average" if tokens else ""
    assert (
        list(classifier_would_do(profile))
        == [
            Finding(
                f"500 answers are 50 labels{length}: a small classifier or a constrained choice"
                " costs less",
                count=500,
                next_step="compare with logistic regression on embeddings before you tune",
            )
        ]
        * found
    )


@pytest.mark.parametrize(("each", "found"), [(24, 0), (25, 1)])
def test_a_classifier_wants_fifty_examples(each: int, found: int) -> None:
    assert len(list(classifier_would_do(labelled({"yes": each, "no": each})))) == found


def test_spellings_are_counted_beside_the_commonest_one() -> None:
    """20 + 3 + 2 spellings of one label, 15 + 1 of another, one of a third."""
    counts = {"Yes": 20, "yes": 3, "YES": 2, "No": 15, "no": 1, "perhaps": 19}
    found = only(label_noise(labelled(counts)))
    assert found == Finding(
        "2 of 3 labels spelled in several ways (case, punctuation or spaces); 6 answers deviate"
        " from the commonest spelling",
        count=6,
        next_step=LOOK,
        key="spelling",
    )


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"a": 40, "bb": 10}, []),
        ({"aa": 41, "bb": 9}, []),  # more than four fifths: FT203's business
        ({"aa": 40, "bb": 9, "cc": 1}, "2 of 3 labels have fewer than 10 examples, 1 of them only"
                                       " one (commonest label: 40)"),
        ({"aa": 30, "bb": 11, "cc": 9}, "1 of 3 labels has fewer than 10 examples (commonest"
                                        " label: 30)"),
        ({"aa": 30, "bb": 9, "cc": 10}, []),  # 49 answers are too few to say so
    ],
)  # fmt: skip
def test_ten_examples_of_a_label_are_enough(counts: dict[str, int], said: str) -> None:
    found = list(label_noise(labelled(counts)))
    assert [each.message for each in found] == ([said] if said else [])
    few = sum(count for count in counts.values() if count < 10)
    assert [(each.count, each.key) for each in found] == [(few, "rare")] * len(found)


# -- FT301-FT307 ----------------------------------------------------------------------------------


def test_outliers_are_counted_and_weighed() -> None:
    """98 examples of 100 tokens beside 2,500 and 7,700: half of the 20,000 tokens."""
    profile = Profile(examples=100, tokens=20_000, lengths=Counter({100: 98, 2500: 1, 7700: 1}))
    assert only(length_outliers(profile)) == Finding(
        "longest example has 7,700 tokens, median 100; such examples hold 51% of the tokens",
        count=2,
        next_step="ftgate count",
    )
    even = Profile(examples=4, tokens=9000, lengths=Counter({200: 2, 2001: 1, 5000: 1}))
    # The median of four is the second, not the mean of the middle two.
    assert only(length_outliers(even)).message.startswith("longest example has 5,000 tokens,")
    assert only(length_outliers(even)).count == 2


def test_an_example_of_exactly_the_limit_weighs_with_the_others() -> None:
    profile = Profile(examples=9, tokens=8000, lengths=Counter({100: 7, 2000: 1, 5300: 1}))
    found = only(length_outliers(profile))
    assert (found.count, found.message.rpartition("hold ")[2]) == (1, "66% of the tokens")


def cut(problem: str, limited: ProviderFacts) -> Finding:
    tally = Tally(count=4, places=[(3, "70,000 tokens", ""), (8, "66,000 tokens", "")])
    profile = Profile(examples=9, problems={problem: tally}, cut=5000, cut_answers=1200)
    rule = record_too_long if problem == "record-too-long" else truncated_at_training
    return only(rule(file(profile), limited))


@pytest.mark.parametrize("problem", ["record-too-long", "truncated-at-training"])
def test_a_limit_by_default_only_warns(problem: str) -> None:
    stated, usual = cut(problem, ACME), cut(problem, replace(ACME, limit_by_default=True))
    what = "whole answer lost" if problem == "record-too-long" else "end cut off"
    text = (
        f"{what} in 4 of 9 examples ({{}} 65,536 tokens; first: 70,000 tokens); over all long"
        " examples 1,200 of 5,000 lost tokens are answers"
    )
    assert stated == Finding(
        text.format("limit"), "a.jsonl", (3, 8), 4, next_step="shorten them or drop them"
    )
    assert usual == Finding(
        text.format("default limit"),
        "a.jsonl",
        (3, 8),
        4,
        severity="warning",
        next_step="state the limit of your run: [model] max_seq_length",
    )
    assert not list(record_too_long(file(None), ACME))
    assert not list(truncated_at_training(file(None), ACME))


def test_where_no_limit_is_known_the_longest_example_is_held_against_openais() -> None:
    unlimited = replace(ACME, max_example_tokens=None)
    profile = Profile(examples=9, lengths=Counter({10: 5, 65_536: 1, 65_537: 2, 80_000: 1}))
    assert only(truncated_at_training(file(profile), unlimited)).count == 3
    assert not list(truncated_at_training(file(profile), ACME))


def test_control_tokens_are_placed() -> None:
    tally = Tally(count=30, places=[(2, "", ""), (5, "", "")])
    found = only(special_token_text(file(Profile(problems={"special-token-text": tally}))))
    assert (found.path, found.lines, found.count) == ("a.jsonl", (2, 5), 30)
    assert not list(special_token_text(file(Profile())))
    assert not list(special_token_text(file(None)))


def test_a_system_prompt_that_varies_or_stands_alone_is_no_constant() -> None:
    profile = Profile(examples=2, tokens=1000, by_role=Counter(system=800))
    profile.systems = Counter(one=2)
    assert only(constant_system_prompt(profile)).message == (
        "the same 400-token system prompt in every example: 80% of all tokens"
    )
    for examples, systems in ((2, {"one": 1, "two": 1}), (1, {"one": 1}), (2, {})):
        profile.examples, profile.systems = examples, Counter(systems)
        assert not list(constant_system_prompt(profile))
    profile.examples, profile.systems, profile.tokens = 2, Counter(one=2), 0
    assert not list(constant_system_prompt(profile))


def test_a_job_beyond_the_limit_says_both_numbers() -> None:
    large = Training("m", "p", 1, 3, 3, "auto", 2, 3001, None, None, None)
    found = only(job_too_large(large, replace(ACME, max_tokens_times_epochs=3000)))
    assert found.message == "3,001 tokens in 3 epochs (limit of Acme: 3,000)"


# -- FT505, FT506 ---------------------------------------------------------------------------------


def told(kind: str, signals: dict[str, int], *details: str) -> JudgedFile:
    places = [(4 + n, detail, f"$.{n}") for n, detail in enumerate(details)]
    profile = Profile(lines=9, problems={kind: Tally(len(places), places)})
    profile.signals = Counter({f"{kind}: {name}": number for name, number in signals.items()})
    return file(profile)


def test_six_kinds_are_named_the_commonest_first() -> None:
    kinds = {f"kind {letter}": number for number, letter in enumerate("abcdefgh", start=1)}
    most = "8 x kind h, 7 x kind g, 6 x kind f, 5 x kind e, 4 x kind d, 3 x kind c"
    found = only(secret_in_example(told("secret", kinds, "kind a (9 characters)")))
    assert found.message == f"{most}, 3 more in 1 of 9 lines; line 4: kind a (9 characters)"
    assert (found.lines, found.count, found.json_path) == ((4,), 1, "$.0")
    six = {name: number for name, number in kinds.items() if number > 2}
    assert only(secret_in_example(told("secret", six, "x"))).message.startswith(f"{most} in 1 of")
    equal = {"kind b": 2, "kind a": 2}
    assert only(secret_in_example(told("secret", equal, "x"))).message.startswith(
        "2 x kind a, 2 x kind b in"
    )


def test_personal_data_without_a_place_are_counted_all_the_same() -> None:
    found = only(personal_data(told("personal-data", {"IBAN": 2, "phone number": 3})))
    assert found == Finding(
        "personal data: 3 x phone number, 2 x IBAN",
        "a.jsonl",
        (),
        5,
        next_step="replace it by invented data, or allow it: [rules.FT506] allow_domains,"
        " allow_kinds",
    )
    placed = only(personal_data(told("personal-data", {"IBAN": 1}, "IBAN (22 characters)")))
    assert placed.message == "personal data: 1 x IBAN; line 4: IBAN (22 characters)"
    assert placed.json_path == "$.0"
