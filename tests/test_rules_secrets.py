"""FT505 and FT506: from lines to findings, with what a project allows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from ftgate.content.masks import MAX_SIGNALS
from ftgate.errors import ConfigError
from ftgate.model import Finding
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.rules import JudgedFile, chosen_options, load_rules
from ftgate.rules.secrets import personal_data, secret_in_example
from tests.planted_secrets import MAKERS, seeded
from tests.rule_values import only

ADDRESS = "lena.brandt@faehrhof-osterwisch.de"
OTHER = "support@gasthaus-immerfroh.de"
ACCOUNT = "DE02 1203 0000 0000 2020 51"


def judged(*answers: str) -> JudgedFile:
    lines = [
        {"messages": [{"role": "user", "content": "Yes?"}, {"role": "assistant", "content": text}]}
        for text in answers
    ]
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    profile = profile_stream(io.BytesIO(data), measure=None, hygiene=True)
    return JudgedFile("a.jsonl", "train", len(data), None, profile)


def ssn_of(number: int) -> str:
    return f"536-{number % 89 + 10}-{number + 1000}"


def none(findings: Iterator[Finding]) -> bool:
    return not list(findings)


def test_secrets_are_counted_by_kind_and_one_is_pointed_at() -> None:
    keys = [MAKERS["GitHub token"][0](seeded(n)) for n in range(3)]
    stripe = MAKERS["Stripe live key"][0](seeded(1))
    finding = only(
        secret_in_example(judged("Fine.", f"{keys[0]} {keys[1]}", f"{keys[2]} {stripe}", "Fine."))
    )
    assert finding.message.startswith(
        "3 x GitHub token, 1 x Stripe live key in 2 of 4 lines; line 2: GitHub token ghp_… (40"
    )
    assert finding.lines == (2, 3)
    assert finding.json_path == "messages[1].content"


def test_no_part_of_a_secret_beyond_four_characters_is_in_a_finding() -> None:
    keys = [make(seeded(5)) for makers in MAKERS.values() for make in makers]
    finding = only(secret_in_example(judged(*keys)))
    text = f"{finding.message} {finding.next_step} {finding.json_path}"
    assert not any(key[-6:] in text for key in keys if key[-1].isalnum())


def test_sets_without_secrets_and_unread_files_have_no_finding() -> None:
    assert none(secret_in_example(judged("Fine.", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")))
    assert none(secret_in_example(JudgedFile("a.jsonl", "train", 0, None, None)))
    assert none(personal_data(judged("Fine.", "ana@example.com")))
    assert none(personal_data(JudgedFile("a.jsonl", "train", 0, None, None)))


def test_personal_data_are_a_warning_unless_told_to_fail() -> None:
    file = judged(f"Write to {ADDRESS}.", f"Pay to {ACCOUNT}.", f"Or ask {OTHER}.")
    finding = only(personal_data(file))
    assert finding.message == (
        "personal data: 2 x e-mail address, 1 x IBAN; line 1: e-mail address (34 characters)"
    )
    assert (finding.severity, finding.lines, finding.count) == (None, (1, 2, 3), 3)
    assert only(personal_data(file, fail=True)).severity == "error"
    assert load_rules()["FT506"].severity == "warning"


def test_allowed_domains_are_left_out_of_count_and_places() -> None:
    file = judged(f"Write to {ADDRESS}.", f"Ask {OTHER}.", f"{ACCOUNT} and {ADDRESS}")
    finding = only(personal_data(file, allow_domains=("Faehrhof-Osterwisch.de",)))
    assert "1 x IBAN, 1 x e-mail address" in finding.message
    assert finding.lines == (2, 3)
    both = ("faehrhof-osterwisch.de", "@gasthaus-immerfroh.de")
    assert only(personal_data(file, allow_domains=both)).lines == (3,)


def test_allowed_kinds_are_left_out() -> None:
    file = judged(f"Write to {ADDRESS}.", f"Pay to {ACCOUNT}.")
    assert only(personal_data(file, allow_kinds=("iban",))).lines == (1,)
    assert none(personal_data(file, allow_kinds=("IBAN", "e-mail address")))


def test_an_unknown_kind_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="'ibann'") as error:
        list(personal_data(judged(ADDRESS), allow_kinds=("ibann",)))
    assert "iban" in error.value.hint


def test_more_domains_than_are_told_apart_still_count() -> None:
    answers = [f"user{n}@domain-number-{n}.de" for n in range(MAX_SIGNALS + 50)]
    finding = only(personal_data(judged(*answers), allow_domains=("domain-number-0.de",)))
    assert finding.count == MAX_SIGNALS + 49


def test_counts_survive_the_cache_and_a_merge() -> None:
    profile = judged(ssn_of(1), ssn_of(2)).profile
    assert profile is not None
    stored = Profile.from_json(json.loads(json.dumps(profile.to_json())))
    stored.merge(profile)
    file = JudgedFile("a.jsonl", "train", 0, None, stored)
    assert "4 x US social security number" in only(personal_data(file)).message


def test_lists_are_options_and_words_are_not() -> None:
    rule = load_rules()["FT506"]
    table = {"FT506": {"allow_domains": ["acme.com"]}}
    assert chosen_options(rule, table)["allow_domains"] == ["acme.com"]
    with pytest.raises(ConfigError, match="expected list"):
        chosen_options(rule, {"FT506": {"allow_domains": "acme.com"}})
