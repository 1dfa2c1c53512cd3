"""Rules as such, and FT0, FT1, FT9: which facts they run on, and what they make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ftgate.errors import ConfigError, FtgateError, RuleCrashError
from ftgate.model import (
    BaselineUse,
    Finding,
    Missing,
    ModelFacts,
    Problem,
    ProviderFacts,
    Severity,
    Term,
    WaiverUse,
)
from ftgate.profile import Profile, Tally
from ftgate.rules import (
    Case,
    JudgedFile,
    chosen_options,
    find_rule,
    load_rules,
    matching,
    run,
    selected,
)
from ftgate.rules.conversations import nothing_to_train, wrong_method
from ftgate.rules.fields import record_count
from ftgate.rules.input import empty_dataset, of_kind
from ftgate.rules.records import (
    below_provider_minimum,
    blank_line,
    file_too_large,
    legacy_schema,
    mixed_schemas,
    unknown_schema,
)
from ftgate.rules.registry import RULES, Rule, rule
from ftgate.rules.suppressions import (
    baseline_entry_gone,
    expired_waiver,
    unused_waiver,
    waiver_digest_changed,
)
from ftgate.settings import ModelSettings
from tests.rule_values import only

ACME = ProviderFacts("acme", "Acme", 10, 512 << 20, 65_536, "truncated", False, "")


def file(profile: Profile | None, path: str = "a.jsonl", **changes: Any) -> JudgedFile:
    return replace(JudgedFile(path, "train", 1, None, profile), **changes)


# -- the registry and the runner ------------------------------------------------------------------


@pytest.fixture
def registered() -> Iterator[Callable[..., Rule]]:
    """Register functions as rules FT991, FT992, ... for one test."""
    before = dict(load_rules())

    def register(function: Any, severity: Severity = "error") -> Rule:
        code = f"FT99{len(RULES) - len(before) + 1}"
        assert rule(code, severity=severity, since="0.1")(function) is function
        return RULES[code]

    yield register
    RULES.clear()
    RULES.update(before)


def bad_colour(profile: Profile, today: date, *, most: int = 3) -> Iterator[Finding]:
    """A colour is bad.

    ## Why is this bad?
    It is.
    """
    yield Finding(f"{profile.examples} of {most}")


def odd_file(file: JudgedFile, today: date) -> Iterator[Finding]:
    """A file is odd."""
    yield Finding(f"{file.path} on {today}", file.path)


def test_a_rule_is_what_its_function_says(registered: Callable[..., Rule]) -> None:
    made = registered(bad_colour, "warning")
    assert (made.code, made.name, made.severity, made.since) == (
        "FT991", "bad-colour", "warning", "0.1",
    )  # fmt: skip
    assert (made.facts, made.options, made.per_file) == (("profile", "today"), {"most": 3}, False)
    assert made.summary == "A colour is bad."
    assert made.documentation == "A colour is bad.\n\n## Why is this bad?\nIt is."
    assert registered(odd_file).per_file
    with pytest.raises(ValueError, match="FT991 is used twice"):
        rule("FT991", severity="error", since="0.1")(odd_file)


def ran(rules: list[Rule], case: Case, **options: Any) -> list[tuple[str, str, Severity | None]]:
    found = run({each.code: each for each in rules}, case, options)
    return [(each.message, each.name, each.severity) for each in found]


def test_a_rule_runs_when_all_it_names_is_known(registered: Callable[..., Rule]) -> None:
    colour, odd = registered(bad_colour, "warning"), registered(odd_file)
    day, files = date(2026, 11, 22), (file(None, "b.jsonl"), file(None))
    assert ran([colour], Case(profile=Profile(examples=2))) == []
    assert ran([colour], Case(today=day)) == []
    assert ran([odd], Case(files=files)) == []
    whole = Case(files=files, profile=Profile(examples=2), today=day)
    assert ran([colour, odd], whole, FT991={"most": 5}) == [
        ("a.jsonl on 2026-11-22", "odd-file", "error"),
        ("b.jsonl on 2026-11-22", "odd-file", "error"),
        ("2 of 5", "bad-colour", "warning"),
    ]


def test_a_rule_that_raises_is_named_and_our_own_errors_are_passed_on(
    registered: Callable[..., Rule],
) -> None:
    def crashes(today: date) -> Iterator[Finding]:
        raise KeyError("x")
        yield Finding("")

    def refuses(today: date) -> Iterator[Finding]:
        raise ConfigError("no kind 'x'")
        yield Finding("")

    case = Case(today=date(2026, 11, 22))
    with pytest.raises(RuleCrashError, match="rule FT991 crashes failed") as caught:
        ran([registered(crashes)], case)
    assert caught.value.hint == "this is a bug; until it is fixed: --ignore FT991"
    with pytest.raises(FtgateError) as refused:
        ran([registered(refuses)], case)
    assert type(refused.value) is ConfigError


def test_a_selector_is_a_code_a_prefix_or_a_name() -> None:
    assert matching("") == []
    assert [each.code for each in matching("ft50")] == [f"FT50{n}" for n in range(1, 10)]
    assert [each.code for each in matching("Invalid-JSON")] == ["FT101"]
    assert find_rule("ft101") is find_rule("INVALID-JSON") is matching("FT101")[0]
    assert list(selected(("FT50",), ("FT501", "near-duplicates")))[:2] == ["FT503", "FT504"]
    with pytest.raises(ConfigError, match="no rule is left"):
        selected(("FT501",), ("FT5",))
    with pytest.raises(ConfigError, match="no rule 'FT997'"):
        selected(("FT5",), ("FT997",))


@pytest.mark.parametrize(
    ("code", "name", "value", "expected"),
    [
        ("FT506", "fail", 1, "bool"),
        ("FT506", "allow_kinds", "x", "list"),
        ("FT201", "min_examples", 1.5, "int"),
        ("FT201", "min_examples", True, "int"),
        ("FT201", "min_examples", 0, "at least 1"),
        ("FT303", "factor", "x", "float"),
    ],
)
def test_an_option_has_the_type_of_its_default(
    code: str, name: str, value: Any, expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        chosen_options(find_rule(code), {code: {name: value}})
    assert chosen_options(find_rule("FT303"), {"ft303": {"factor": 5}})["factor"] == 5
    assert chosen_options(find_rule("FT202"), {})["min_examples"] == 10


# -- FT0, FT1 -------------------------------------------------------------------------------------


def test_a_problem_is_told_of_the_whole_file_and_of_its_lines() -> None:
    tally = Tally(12, [(4, "odd", "$.x"), (6, "", "")])
    error = Problem("bad-field", "half a file; run: mend a.jsonl")
    both = file(Profile(lines=20, problems={"bad-field": tally}), error=error)
    assert list(of_kind(both, "bad-field", "bad")) == [
        Finding("bad: half a file", "a.jsonl", next_step="mend a.jsonl"),
        Finding(
            "bad in 12 of 20 lines; line 4: odd",
            "a.jsonl",
            (4, 6),
            12,
            json_path="$.x",
            next_step="fill the field in, or leave the record out",
        ),
    ]
    assert list(of_kind(both, "bad-name", "bad")) == []
    bare = file(Profile(lines=1, problems={"x": Tally(1, [(1, "", "")])}))
    assert only(of_kind(bare, "x", "bad")).message == "bad in 1 of 1 line; line 1"
    assert not list(of_kind(file(Profile(problems={"x": Tally(0, [])})), "x", "bad"))


@pytest.mark.parametrize(
    ("term", "severity", "step"),
    [
        (Term("it has a rule"), None, "fill the field in, or leave the record out"),
        (Term("it has a rule", fix="ask", severity="info"), "info", "ask"),
    ],
)
def test_a_provider_may_say_more_of_a_problem(
    term: Term, severity: Severity | None, step: str
) -> None:
    profile = Profile(lines=2, problems={"bad-field": Tally(1, [(1, "", "")])})
    strict = replace(ACME, terms={"bad-field": term})
    found = only(of_kind(file(profile, provider=strict), "bad-field", "bad"))
    assert (found.severity, found.next_step, found.rule) == (severity, step, "Acme: it has a rule")
    lax = only(of_kind(file(profile, provider=ACME), "bad-field", "bad"))
    assert (lax.severity, lax.rule) == (None, "")


@pytest.mark.parametrize(
    ("changes", "lines", "said"),
    [
        ({}, (), "no records: 0 lines, all blank"),
        ({"lines": 3, "blank": 3}, (1,), "no records: 3 lines, all blank"),
        ({"lines": 3, "examples": 1}, (), ""),
        ({"lines": 3, "invalid": 1}, (), ""),
    ],
)
def test_a_file_of_blank_lines_has_no_records(
    changes: dict[str, int], lines: tuple[int, ...], said: str
) -> None:
    found = list(empty_dataset(file(Profile(**changes))))  # type: ignore[arg-type]
    assert found == [Finding(said, "a.jsonl", lines)] * bool(said)
    cut = file(None, error=Problem("empty-dataset", "0 bytes"))
    assert only(empty_dataset(cut)).message == "no records: 0 bytes"
    unread = file(Profile(), error=Problem("not-utf8", "x"))
    assert not list(empty_dataset(unread))
    assert not list(empty_dataset(file(None)))


def test_blank_lines_are_told_unless_there_is_nothing_else() -> None:
    problems = {"blank-line": Tally(2, [(1, "", ""), (2, "", "")])}
    assert only(blank_line(file(Profile(lines=3, blank=2, problems=problems)))).count == 2
    assert not list(blank_line(file(Profile(lines=2, blank=2, problems=problems))))


def schemas(provider: ProviderFacts | None, **formats: int) -> list[Finding]:
    lines = {"alpaca": 3, "openai_chat": 1}
    profile = Profile(examples=9, formats=Counter(formats), format_lines=lines)
    return list(unknown_schema(file(profile, "my data.jsonl", provider=provider)))


def test_a_schema_that_is_not_trained_on_is_named_with_the_way_to_another() -> None:
    chat = replace(ACME, formats=("openai_chat", "gemini"), named_formats=("openai_chat",))
    found = only(schemas(chat, alpaca=2, openai_chat=7))
    assert found.message.startswith("2 of 9 records are Alpaca")
    assert "; write instruction and input" in found.message
    assert (found.path, found.lines, found.count) == ("my data.jsonl", (3,), 2)
    assert found.next_step == "ftgate convert 'my data.jsonl' --to openai-chat -o converted.jsonl"
    assert found.rule.startswith("Acme trains on ")
    assert "," not in found.rule  # named_formats says one
    (one,) = schemas(chat, alpaca=1)
    assert one.message.startswith("1 of 9 records is Alpaca")
    gemini = replace(ACME, formats=("gemini",))
    hintless = only(schemas(gemini, alpaca=2))
    assert "; " not in hintless.message
    assert "--to gemini" in hintless.next_step
    from_chat = only(schemas(gemini, openai_chat=2))
    assert (from_chat.lines, "--to gemini" in from_chat.next_step) == ((1,), True)
    plain = replace(ACME, formats=("prompt_completion",))
    assert only(schemas(plain, alpaca=2)).next_step == ""
    unseen = only(schemas(chat, sharegpt=2))
    assert (unseen.lines, unseen.count) == ((), 2)
    assert schemas(None, alpaca=2) == schemas(ACME, alpaca=2) == []


def test_several_schemas_are_told_the_commonest_first() -> None:
    profile = Profile(formats=Counter(alpaca=1200, gemini=3, sharegpt=7))
    profile.format_lines = {"alpaca": 5, "sharegpt": 2}
    mixed = only(mixed_schemas(file(profile)))
    assert mixed.message == "3 schemas in one file: 1,200 alpaca, 7 sharegpt, 3 gemini"
    assert (mixed.lines, mixed.count) == ((5, 2), 3)
    assert list(mixed_schemas(file(profile, provider=ACME)))
    assert not list(mixed_schemas(file(profile, provider=replace(ACME, mixed=True))))
    assert not list(mixed_schemas(file(Profile(formats=Counter(alpaca=9)))))


@pytest.mark.parametrize(
    ("examples", "blank", "found"), [(9, 0, 1), (10, 0, 0), (0, 12, 0), (0, 11, 1)]
)
def test_a_provider_wants_ten_examples_of_a_file_that_has_any(
    examples: int, blank: int, found: int
) -> None:
    profile = Profile(examples=examples, lines=12, blank=blank)
    every = list(below_provider_minimum(profile, ACME))
    assert [each.message.partition(";")[2] for each in every] == [" Acme wants at least 10"] * found
    assert not list(below_provider_minimum(profile, replace(ACME, min_examples=None)))


def test_a_provider_without_a_limit_takes_files_of_any_size() -> None:
    huge = file(Profile(bytes=1 << 40))
    assert not list(file_too_large(huge, replace(ACME, max_file_bytes=None)))
    assert only(file_too_large(file(None, bytes=3 << 29), ACME)).message.startswith("1,536.0 MB;")


OLD = Profile(examples=4, formats=Counter(prompt_completion=3), format_lines={})


def legacy(base: ModelFacts | Missing, provider: str | None = None) -> list[Finding]:
    named = None if provider is None else replace(ACME, name=provider)
    return list(legacy_schema(file(OLD, provider=named), base))


def test_the_old_schema_is_wrong_for_chat_models_of_openai() -> None:
    chat = ModelFacts("gpt-5", "openai", tunable=True)
    expected = Finding("3 prompt/completion records; gpt-5 trains on messages", "a.jsonl", (), 3)
    assert legacy(chat) == legacy(chat, "openai") == [expected]
    assert legacy(chat, "acme") == []
    assert legacy(replace(chat, name="davinci-002")) == []
    unknown = only(legacy(Missing("m", "gone")))
    assert (unknown.message, unknown.severity) == ("3 prompt/completion records", "warning")
    assert not list(legacy_schema(file(Profile(examples=4)), chat))
    placed = Profile(formats=Counter(prompt_completion=1), format_lines={"prompt_completion": 6})
    assert only(legacy_schema(file(placed), chat)).lines == (6,)


@pytest.mark.parametrize(("examples", "severity"), [(3, "error"), (4, None)])
def test_a_file_in_which_nothing_is_trained_is_an_error(
    examples: int, severity: str | None
) -> None:
    problems = {"nothing-to-train": Tally(3, [(1, "", "")])}
    profile = Profile(examples=examples, problems=problems)
    assert only(nothing_to_train(file(profile))).severity == severity


def test_records_of_the_other_method_are_counted() -> None:
    both = file(Profile(formats=Counter(openai_preference=2, trl_unpaired=1, alpaca=5)))
    pairs = only(wrong_method(both, ModelSettings(method="supervised")))
    assert (pairs.message, pairs.count) == ("3 preference pairs in a set for method supervised", 3)
    others = only(wrong_method(both, ModelSettings(method="dpo")))
    assert others.message == "5 single-answer records in a set for method dpo"
    assert others.next_step == '[model] method = "supervised", or records of method dpo'
    assert not list(wrong_method(both, ModelSettings()))
    assert not list(wrong_method(file(None), ModelSettings(method="dpo")))


def test_records_that_cannot_be_read_are_records() -> None:
    limits = replace(ACME, min_records=3, max_records=5)
    counts = [(2, 0), (1, 1), (2, 1), (5, 0), (5, 1), (0, 0)]
    found = [
        [each.decision for each in record_count(file(Profile(examples=n, invalid=bad)), limits)]
        for n, bad in counts
    ]
    assert found == [["hold"], ["hold"], [], [], [None], []]
    held_out = file(Profile(examples=1), role="validation")
    assert not list(record_count(held_out, limits))
    assert not list(record_count(file(None), limits))


# -- FT9 ------------------------------------------------------------------------------------------


def waiver(code: str, covered: int = 0, **changes: Any) -> WaiverUse:
    return WaiverUse(code, date(2027, 1, 1), covered, *(False, False))._replace(**changes)


def test_every_waiver_is_looked_at_for_itself() -> None:
    used, ended = waiver("FT101", 2), waiver("FT102", 1, expired=True)
    idle, open_ = waiver("FT103"), waiver("FT104", undecided=1)
    pinned, lost = waiver("FT105", 3, changed=True), waiver("FT106", changed=True)
    both = waiver("FT107", 1, changed=True, expired=True)
    every = (used, ended, idle, open_, pinned, lost, both, waiver("FT108", expired=True))
    assert [(each.key, each.message) for each in unused_waiver(every)] == [
        ("FT103", "the waiver of FT103 covers nothing"),
        ("FT104", "the waiver of FT104 covers nothing: a missing number cannot be approved"),
        ("FT106", "the waiver of FT106 covers nothing"),
    ]
    steps = [each.next_step for each in unused_waiver(every)]
    assert steps[0] == "delete the [[waive]] entry, or correct its code, dataset or path"
    assert steps[1] == "state the number: ftgate explain FT104; delete the [[waive]] entry"
    assert [each.message for each in expired_waiver(every)] == [
        "the waiver of FT102 ended on 2027-01-01; 1 of its findings count again",
        "the waiver of FT107 ended on 2027-01-01; 1 of its findings count again",
        "the waiver of FT108 ended on 2027-01-01",
    ]
    assert [each.key for each in waiver_digest_changed(every)] == ["FT105"]


def test_places_that_are_gone_are_counted_by_file() -> None:
    def use(path: str, *met: str) -> BaselineUse:
        return BaselineUse(path, frozenset("abc"), dict.fromkeys(met, 1))

    every = (use("a", "a", "b", "c"), use("b", "a", "b"), use("c", "a"))
    assert [(each.path, each.message, each.count) for each in baseline_entry_gone(every)] == [
        ("b", "1 of 3 accepted places in .ftgate-baseline is gone", 1),
        ("c", "2 of 3 accepted places in .ftgate-baseline are gone", 2),
    ]
