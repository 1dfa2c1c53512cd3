"""On which side of its limit a rule stands: exactly at it, and one step before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ftgate.content.labels import answer_key
from ftgate.errors import ConfigError
from ftgate.model import (
    BreakEven,
    Comparison,
    CostLine,
    FileRole,
    Finding,
    Goal,
    Leak,
    Missing,
    Option,
    Place,
    ProviderFacts,
    Repeats,
    Repetition,
)
from ftgate.profile import Profile, Tally
from ftgate.rules import JudgedFile, chosen_options, find_rule
from ftgate.rules.answers import (
    OPENER_PREFIX,
    PROSE,
    _defect,
    _first_places,
    _same_opener,
    boilerplate_opener,
    placeholder_answer,
    refusal_share,
)
from ftgate.rules.content import perishable_facts
from ftgate.rules.economics import hosting_dominates, no_break_even
from ftgate.rules.fields import record_count
from ftgate.rules.hygiene import duplicate_examples, near_duplicates, train_validation_leak
from ftgate.rules.labels import label_noise
from ftgate.rules.lifecycle import model_not_tunable
from ftgate.rules.prices import how_to_state
from ftgate.rules.records import file_too_large, unknown_schema
from ftgate.rules.selection import ignores_schema, rules_schema
from ftgate.rules.setup import missing_vocabulary, no_datasets_found, time_budget_spent
from ftgate.rules.tokens import constant_system_prompt, length_outliers
from ftgate.rules.volume import class_imbalance, tiny_validation
from ftgate.settings import ModelSettings, PolicySettings
from tests.rule_values import only

OPENAI = ProviderFacts("openai", "OpenAI", 10, 512 << 20, 65_536, "truncated", False, "")


def file(profile: Profile | None, size: int = 1) -> JudgedFile:
    return JudgedFile("a.jsonl", "train", size, None, profile)


@pytest.mark.parametrize(("size", "refused"), [(512 << 20, False), ((512 << 20) + 1, True)])
def test_a_file_of_exactly_the_limit_is_taken(size: int, refused: bool) -> None:
    assert bool(list(file_too_large(file(None, size), OPENAI))) == refused


def test_sizes_are_said_in_binary_megabytes() -> None:
    found = only(file_too_large(file(None, 1_610_612_736), OPENAI))
    assert found.message == "1,536.0 MB; OpenAI takes 512 MB"


def test_the_larger_of_archive_and_content_is_uploaded() -> None:
    assert list(file_too_large(file(Profile(bytes=513 << 20)), OPENAI))
    assert not list(file_too_large(file(Profile(bytes=1), 2), replace(OPENAI, max_file_bytes=2)))


@pytest.mark.parametrize(
    ("records", "said"), [(0, ""), (9, "at least 10"), (10, ""), (20, ""), (21, "at most 20")]
)
def test_a_provider_takes_its_first_and_its_last_number_of_records(records: int, said: str) -> None:
    limits = replace(OPENAI, min_records=10, max_records=20)
    found = list(record_count(file(Profile(examples=records)), limits))
    assert [said in each.message for each in found] == ([True] if said else [])


@pytest.mark.parametrize(("volatile", "found"), [(0.19, 0), (0.2, 1)])
def test_the_share_of_perishable_facts_counts_from_its_limit_on(
    volatile: float, found: int
) -> None:
    goal = Goal("knowledge", 0.9, volatile, 1.0, 100, 100)
    assert len(list(perishable_facts(goal, Profile(examples=100)))) == found


@pytest.mark.parametrize(("yes", "found"), [(80, 0), (81, 1)])
def test_a_label_may_have_exactly_the_limit(yes: int, found: int) -> None:
    labels = Counter(yes=yes, no=100 - yes)
    assert len(list(class_imbalance(Profile(examples=100, labels=labels)))) == found


def repetition(exact: int = 0, near: int = 0) -> Repetition:
    places = (Place("a.jsonl", 7),)
    return Repetition(
        examples=20,
        compared=20,
        effective=20,
        templates=20,
        templated=20,
        exact=Repeats(exact, places),
        near=Repeats(near, places),
    )


@pytest.mark.parametrize(("count", "found"), [(1, 0), (2, 1)])
def test_one_repeated_example_is_a_slip_and_two_are_not(count: int, found: int) -> None:
    assert len(list(duplicate_examples(repetition(exact=count), Profile(examples=20)))) == found


@pytest.mark.parametrize(("count", "found"), [(2, 0), (3, 1)])
def test_two_similar_examples_are_a_chance_and_three_are_not(count: int, found: int) -> None:
    assert len(list(near_duplicates(repetition(near=count)))) == found


def test_a_sample_without_counted_repetitions_has_none() -> None:
    sampled = replace(repetition(exact=9), share=0.5)
    assert not list(duplicate_examples(sampled, Profile(examples=20), min_repeats=1))


@pytest.mark.parametrize(("most", "found"), [(50, 0), (51, 1)])
def test_half_of_all_answers_may_begin_alike(most: int, found: int) -> None:
    def alike(labels: Counter[str] | None) -> int:
        signals = Counter({PROSE: 100, f"{OPENER_PREFIX}x": most})
        profile = Profile(examples=100, signals=signals, labels=labels)
        return len(list(_same_opener(profile, 0.5, 10, "")))

    assert alike(None) == alike(Counter()) == found
    assert alike(Counter({"long:a": 1})) == 0  # one of them is the whole answer


@pytest.mark.parametrize(("tokens", "found"), [(2000, 0), (2001, 1)])
def test_an_outlier_is_longer_than_the_least_length_and_ten_medians(
    tokens: int, found: int
) -> None:
    def outliers(lengths: dict[int, int]) -> list[Finding]:
        total = sum(length * number for length, number in lengths.items())
        return list(length_outliers(Profile(lengths=Counter(lengths), tokens=total)))

    assert len(outliers({10: 99, tokens: 1})) == found
    assert outliers({1000: 99, 10_000: 1}) == []
    assert outliers({1: 9, 2991: 1})[0].message == (
        "longest example has 2,991 tokens, median 1; such examples hold 100% of the tokens"
    )


@pytest.mark.parametrize(
    ("odd", "said"), [(1, "1 answer deviates from"), (2, "2 answers deviate from")]
)
def test_one_deviating_label_is_singular(odd: int, said: str) -> None:
    labels = {"Positive": 40, "positive": odd, "negative": 30}
    counts = Counter({answer_key(label): number for label, number in labels.items()})
    found = next(iter(label_noise(Profile(examples=counts.total(), labels=counts))))
    assert said in found.message


@pytest.mark.parametrize(("examples", "found"), [(0, 0), (1, 1), (9, 1), (10, 0)])
def test_a_validation_set_is_tiny_below_ten_examples(examples: int, found: int) -> None:
    held_out = Profile(examples=examples)
    assert len(list(tiny_validation(Profile(examples=100), held_out))) == found


@pytest.mark.parametrize(("examples", "found"), [(9, 0), (10, 1)])
def test_openers_count_from_ten_examples_on(examples: int, found: int) -> None:
    problems = {"boilerplate-opener": Tally(count=9)}
    profile = Profile(examples=examples, problems=problems)
    assert len(list(boilerplate_opener(profile, ()))) == found


@pytest.mark.parametrize(("tokens", "found"), [(2999, 0), (3000, 1)])
def test_a_system_prompt_is_long_from_three_hundred_tokens_on(tokens: int, found: int) -> None:
    profile = Profile(examples=10, tokens=2 * tokens, by_role=Counter(system=tokens))
    profile.systems = Counter(one=10)
    said = [each.message for each in constant_system_prompt(profile)]
    text = "the same 300-token system prompt in every example: 50% of all tokens"
    assert said == [text] * found
    profile.systems = Counter(one=9)
    assert not list(constant_system_prompt(profile))


def test_too_few_records_are_no_base_for_a_job_and_too_many_can_be_split() -> None:
    limits = replace(OPENAI, min_records=10, max_records=20)
    assert only(record_count(file(Profile(examples=9)), limits)).decision == "hold"
    assert only(record_count(file(Profile(examples=21)), limits)).decision is None
    assert only(record_count(file(Profile(examples=21)), replace(limits, min_records=None)))


def test_the_limit_that_was_passed_is_named() -> None:
    few, most = repetition(near=3), repetition(near=16)
    assert "(15%, limit 5%)" in only(near_duplicates(few)).message
    assert "(80%, limit 80%)" in only(near_duplicates(most)).message
    leak = Leak(examples=100, leaked=Repeats(5, (Place("v.jsonl", 1),)), same=5)
    whole = only(train_validation_leak(replace(few, leak=leak))).message
    assert whole.startswith("5 of 100 held-out examples are in the training set")
    sampled = only(train_validation_leak(replace(few, leak=leak, share=0.25))).message
    assert "are in a sample of 25% of the training set" in sampled


def test_nothing_at_all_repeats_nothing() -> None:
    nothing = Repetition(examples=0, compared=0, effective=0, templates=0, templated=0)
    assert not list(duplicate_examples(nothing, Profile(), min_repeats=0, warn_ratio=0.1))
    assert not list(near_duplicates(nothing))


def test_options_may_be_shares_from_nothing_to_everything() -> None:
    rule = find_rule("FT203")
    for share in (0, 0.0, 1, 1.0):
        assert chosen_options(rule, {"FT203": {"max_ratio": share}})["max_ratio"] == share
    assert chosen_options(rule, {"class-imbalance": {"min_examples": 1}})["min_examples"] == 1
    for value, message in ((1.01, "between 0 and 1"), (-0.01, "between 0 and 1"), (True, "float")):
        with pytest.raises(ConfigError, match=message):
            chosen_options(rule, {"FT203": {"max_ratio": value}})
    with pytest.raises(ConfigError) as caught:
        chosen_options(find_rule("FT101"), {"FT101": {"x": 1}})
    assert caught.value.hint == "known: none"
    with pytest.raises(ConfigError) as caught:
        chosen_options(rule, {"FT203": {"min_example": 1}})
    assert caught.value.hint == "did you mean min_examples? known: max_ratio, min_examples"


SLOW = BreakEven("PAYS_BACK", Decimal(6), Decimal(9), None, True, against="cheap-1")


def option(kind: str, total: str = "1", **values: object) -> Option:
    lines = tuple(
        CostLine(item, Decimal(str(usd)), "")
        for item, usd in values.pop("lines", {}).items()  # type: ignore[attr-defined]
    )
    return Option(kind, kind, f"{kind}-1", Decimal(0), (Decimal(total),), lines=lines, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("saved", "found"), [("0", 0), ("0.01", 1), ("9.99", 1), ("10", 0)])
def test_hosting_dominates_where_it_eats_all_that_the_calls_save(saved: str, found: int) -> None:
    tuned = option("fine-tuned", lines={"input": "5", "hosting": "10"})
    today = option("today", lines={"input": Decimal("5") + Decimal(saved)})
    table = Comparison(12, "today", "today", (today, tuned), replace(SLOW, status="NEVER"))
    assert len(list(hosting_dominates(table))) == found
    assert len(list(no_break_even(table, PolicySettings()))) == 1 - found


@pytest.mark.parametrize(("months", "found"), [("5.9", 0), ("6", 1)])
def test_payback_in_exactly_the_limit_is_too_slow_against_the_best_too(
    months: str, found: int
) -> None:
    quick = replace(SLOW, months=Decimal(1))
    best = replace(SLOW, months=Decimal(months))
    options = (option("today"), option("fine-tuned"))
    table = Comparison(12, "today", "cheap-1", options, quick, best)
    said = [each.message for each in no_break_even(table, PolicySettings())]
    assert said == ["pays back against cheap-1 in 6 months (limit 6)"] * found


def test_what_a_nameless_or_unknown_model_lacks_is_undecided() -> None:
    nameless = Missing("model", "no base model is named")
    found = only(model_not_tunable(nameless, ModelSettings(), (), date(2026, 11, 22)))
    assert (found.undecided, found.message) == (True, "no base model is named")
    assert found.next_step == "name it: --model NAME, or [model] base in ftgate.toml"
    unknown = Missing("acme/m-1", "the catalogue has no m-1", ("m-2", "m-3"))
    found = only(model_not_tunable(unknown, ModelSettings(), (), date(2026, 11, 22)))
    assert found.undecided
    assert found.message == (
        "whether m-1 can be fine-tuned is unknown: the catalogue has no m-1 (nearest: m-2, m-3)"
    )


def test_a_price_is_stated_with_both_directions_or_not_at_all() -> None:
    assert how_to_state("m-1", "acme", ("input_mtok",)) == (
        'add to ftgate.toml: [[price]] with model = "m-1", provider = "acme",'
        ' input_mtok = "<USD>", output_mtok = "<USD>", source = "<where>", as_of = <date>'
    )
    assert how_to_state("m-1", "acme", ("per_image", "per_page")) == (
        "choose a model or provider whose per_image and per_page is known"
    )


def test_records_are_judged_by_formats_only_where_a_provider_is_known() -> None:
    profile = Profile(examples=2, formats=Counter(alpaca=2), format_lines={"alpaca": 1})
    assert not list(unknown_schema(file(profile)))
    chat = replace(OPENAI, formats=("openai_chat",))
    found = only(unknown_schema(replace(file(profile), provider=chat)))
    assert found.count == 2
    assert found.next_step == "ftgate convert a.jsonl --to openai-chat -o converted.jsonl"


def test_a_defect_names_its_limit_when_it_is_above_it() -> None:
    def defects(count: int) -> Finding:
        tally = Tally(count=count)
        tally.places.append((3, "", ""))
        profile = Profile(examples=100, problems={"empty-answer": tally})
        return only(_defect(file(profile), profile, "empty-answer", "nothing", 0.05))

    assert defects(5).severity == "warning"
    assert defects(5).message == "nothing in 5 of 100 examples (5.0%)"
    assert defects(6).severity is None
    assert defects(6).message == "nothing in 6 of 100 examples (6.0%, limit 5%)"


def test_places_are_those_of_the_first_training_file() -> None:
    def with_places(name: str, role: FileRole, *lines: int) -> JudgedFile:
        tally = Tally(count=len(lines))
        tally.places.extend((line, "", "") for line in lines)
        profile = Profile(examples=9, problems={"x": tally} if lines else {})
        return JudgedFile(name, role, 1, None, profile)

    held_out = with_places("val.jsonl", "validation", 1)
    clean, first = with_places("a.jsonl", "train"), with_places("b.jsonl", "train", 4, 7)
    assert _first_places((held_out, clean, first), "x") == ("b.jsonl", (4, 7))
    assert _first_places((held_out, clean), "x") == (None, ())


def test_a_misspelled_rule_is_answered_with_the_nearest_one() -> None:
    for typed, meant in (("FT4Ol", "FT401"), ("FT999", "FT9"), ("invalid-jsn", "invalid-json")):
        with pytest.raises(ConfigError) as caught:
            find_rule(typed)
        assert caught.value.hint is not None
        assert f"did you mean {meant}" in caught.value.hint
    with pytest.raises(ConfigError) as caught:
        find_rule("?")
    assert caught.value.hint == "list them with: ftgate rules"


def test_a_warning_of_the_schema_lists_every_option_with_its_default() -> None:
    schema = rules_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["select"]["minItems"] == 1
    sizes = schema["properties"]["FT205"]["properties"]
    assert sizes["max_labels"] == {"type": "integer", "default": 50}
    assert schema["properties"]["FT506"]["properties"]["fail"] == {
        "type": "boolean",
        "default": False,
    }
    assert schema["properties"]["FT203"]["additionalProperties"] is False
    assert "FT[123569]" in ignores_schema()["additionalProperties"]["items"]["pattern"]


def test_what_was_not_found_or_not_judged_is_undecided() -> None:
    found = only(no_datasets_found(("data", "sets")))
    assert found.undecided
    assert found.message == "no training file found, looked at: data, sets"
    spent = only(time_budget_spent(2.5))
    assert (spent.undecided, spent.message) == (True, "not judged within 2.5 seconds")
    lost = only(missing_vocabulary("no ranks"))
    assert (lost.undecided, lost.message) == (True, "no ranks")


def test_answers_that_say_nothing_are_told_apart_from_labels() -> None:
    tally = Tally(count=6)
    tally.places.append((3, "", ""))
    profile = Profile(examples=100, problems={"empty-answer": tally}, labels=None)
    assert only(placeholder_answer(file(profile))).message.startswith("answer that says nothing")
    assert not list(placeholder_answer(file(None)))
    assert not list(placeholder_answer(file(Profile(problems={"empty-answer": tally}))))


@pytest.mark.parametrize(("examples", "found"), [(9, 0), (10, 1)])
def test_refusals_count_from_ten_examples_on(examples: int, found: int) -> None:
    profile = Profile(examples=examples, problems={"refusal": Tally(count=examples)})
    assert len(list(refusal_share(profile, ()))) == found
