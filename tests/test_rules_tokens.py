"""FT2 and FT3 over profiles made by hand: limits, and what the messages say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ftgate.model import ProviderFacts, Training
from ftgate.profile import Profile, Tally
from ftgate.rules import JudgedFile
from ftgate.rules.tokens import (
    job_too_large,
    record_too_long,
    truncated_at_training,
    unknown_image_tokens,
)
from ftgate.rules.volume import no_validation, tiny_validation, too_few_examples
from tests.rule_values import only

OPENAI = ProviderFacts("openai", "OpenAI", 10, 512 << 20, 65_536, "truncated", False, "")


def distinct(examples: int, unique: int) -> Profile:
    profile = Profile(examples=examples)
    profile.digests.extend(number % unique for number in range(examples))
    return profile


def test_images_leave_the_price_undecided_because_unknown_is_not_zero() -> None:
    finding = only(unknown_image_tokens(Profile(examples=9, images=3)))
    assert finding.undecided
    assert finding.count == 3
    assert finding.message.startswith("3 images in the training set")
    assert not list(unknown_image_tokens(Profile(examples=9)))


def test_one_image_is_singular() -> None:
    assert only(unknown_image_tokens(Profile(images=1))).message.startswith("1 image in")


@pytest.mark.parametrize(
    ("billed", "limit", "refused"), [(6, 5, True), (5, 5, False), (6, None, False)]
)
def test_tokens_times_epochs_have_a_limit_where_the_provider_has_one(
    billed: int, limit: int | None, refused: bool
) -> None:
    job = Training("m", "p", 1, 3, 3, "auto", 2, billed, None, None, None)
    found = list(job_too_large(job, replace(OPENAI, max_tokens_times_epochs=limit)))
    assert bool(found) == refused


def test_repeated_examples_do_not_count() -> None:
    assert only(too_few_examples(distinct(60, 49))).message == (
        "49 distinct examples (11 repeated) (minimum 50)"
    )
    assert not list(too_few_examples(distinct(60, 50)))


def test_one_example_is_singular() -> None:
    assert only(too_few_examples(distinct(1, 1))).message == "1 distinct example (minimum 50)"
    held_out = only(tiny_validation(distinct(60, 60), distinct(1, 1)))
    assert held_out.message == "1 validation example (minimum 10)"
    alone = only(no_validation(distinct(1, 1), (), min_examples=1))
    assert alone.message == "1 training example and no validation file"


@pytest.mark.parametrize(
    ("rule", "kind", "words"),
    [
        (record_too_long, "record-too-long", "whole answer lost in 1 of 1 example "),
        (truncated_at_training, "truncated-at-training", "end cut off in 1 of 1 example "),
    ],
)
def test_long_examples_are_counted_and_placed(rule: object, kind: str, words: str) -> None:
    profile = Profile(examples=1, problems={kind: Tally(1, [(7, "70,000 tokens", "")])})
    file = JudgedFile("train.jsonl", "train", 1, None, profile)
    finding = only(rule(file, OPENAI))  # type: ignore[operator]
    assert finding.message.startswith(f"{words}(limit 65,536 tokens; first: 70,000 tokens)")
    assert finding.lines == (7,)
