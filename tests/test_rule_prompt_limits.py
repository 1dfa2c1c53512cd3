"""FT6 over prompts made by hand: limits met exactly and missed by one, and what is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ftgate.model import Finding, Goal, Measured
from ftgate.model.prompts import Caching, Label, Message, PromptDefect, PromptText
from ftgate.profile import Profile
from ftgate.prompts.anatomy import Anatomy, Segment
from ftgate.prompts.data import Leak
from ftgate.prompts.drift import Drift
from ftgate.prompts.study import PromptData, PromptStudy, Studied
from ftgate.prompts.variables import Used
from ftgate.rules.prompt_costs import (
    contradictory_format,
    example_in_data,
    long_prompt_in_data,
    prefix_below_minimum,
    prompt_overhead,
    uncacheable_prefix,
)
from ftgate.rules.prompt_files import (
    few_shot_would_do,
    longest_today,
    malformed_prompt,
    perishable_prompt_facts,
    prompt_drift,
    prompt_over_context,
    secret_in_prompt,
    undeclared_variable,
)
from tests.planted_secrets import MAKERS, seeded
from tests.rule_values import only


def segment(label: Label, tokens: int, first: int = 1, text: str = "") -> Segment:
    return Segment(label, 0, first, first + text.count("\n"), tokens, text)


def studied(
    *segments: Segment,
    static: int = 0,
    used: dict[str, int] | None = None,
    declared: str | None = None,
    required: str = "",
    messages: tuple[Message, ...] = (),
) -> Studied:
    known = None if declared is None else frozenset(declared.split())
    prompt = PromptText(messages, declared=known, required=frozenset(required.split()))
    tokens = sum(each.tokens for each in segments)
    anatomy = Anatomy(segments, tokens, static) if segments else None
    return Studied(prompt, Used(used or {}), anatomy)


def study(*prompts: Studied, path: str = "a.txt", **changes: Any) -> PromptStudy:
    return PromptStudy(path, "today", "text", prompts, ())._replace(**changes)


def of_tokens(tokens: int, static: int = 0, path: str = "a.txt", **used: int) -> PromptStudy:
    return study(studied(segment("rules", tokens), static=static, used=used), path=path)


# -- FT601 ----------------------------------------------------------------------------------------


def test_variables_are_held_against_the_declaration_of_their_own_prompt() -> None:
    names = {name: line for line, name in enumerate("abcdefg", start=3)}
    silent = studied(used={"x": 1})
    asking = studied(used=names, declared="a z", required="a z")
    missing, unused = list(undeclared_variable((study(silent, asking),)))
    assert missing == Finding(
        "6 variables used and not declared: b, c, d, e, f, …",
        "a.txt",
        (4, 5, 6, 7, 8),
        6,
        next_step="declare what the caller has to pass, or correct the name",
    )
    assert unused == Finding(
        "1 variable declared and never used: z",
        "a.txt",
        severity="warning",
        key="unused",
        next_step="use it, or take it out of the declaration",
    )
    five = studied(used={name: 1 for name in "bcdef"}, declared="")
    assert only(undeclared_variable((study(five),))).message.endswith(": b, c, d, e, f")


def test_a_variable_of_two_prompts_stands_where_it_is_used_first() -> None:
    first, second = studied(used={"n": 9}, declared=""), studied(used={"n": 4}, declared="")
    assert only(undeclared_variable((study(first, second),))).lines == (9,)
    broken = study(studied(declared="z", required="z"), defects=(PromptDefect(1, "cut off"),))
    assert not list(undeclared_variable((broken,)))


def test_names_that_are_no_identifiers_are_left_out_of_the_list() -> None:
    found = only(undeclared_variable((study(studied(used={"a b": 2, "c": 3}, declared="")),)))
    assert found.message == "2 variables used and not declared: c"
    odd = only(undeclared_variable((study(studied(used={"a b": 2}, declared="")),)))
    assert odd.message == "1 variable used and not declared"


# -- FT610, FT612 ---------------------------------------------------------------------------------


def test_a_secret_stands_on_its_own_line_where_lines_are_exact() -> None:
    key = MAKERS["GitHub token"][0](seeded(3))
    exact = Message("system", f"Be kind.\nUse {key}.", line=10)
    folded = exact._replace(line=4, exact=False)
    found = only(secret_in_prompt((study(studied(messages=(exact, folded))),)))
    assert (found.lines, found.count) == ((4, 11), 2)
    assert found.message.startswith("2 secrets in the prompt; line 4: GitHub token ghp_…")
    assert not list(secret_in_prompt((study(studied(messages=(Message("system", "Hi."),))),)))


@pytest.mark.parametrize(
    ("form", "path", "severity"),
    [("jinja", "mail.j2", "warning"), ("jinja", "Prompts/mail.j2", None), ("yaml", "a.yml", None)],
)
def test_a_template_of_another_program_only_warns(form: str, path: str, severity: Any) -> None:
    bad = study(path=path, format=form, defects=(PromptDefect(7, "cut off"),))
    assert only(malformed_prompt((bad,))) == Finding(
        "cut off", path, (7,), severity=severity, key="cut off", next_step="correct the file"
    )


# -- FT602, FT603, FT605, FT606 -------------------------------------------------------------------


def data(**values: Any) -> PromptData:
    usual = {"drifts": (), "leaks": (), "systems": (), "system_tokens": 0}
    return PromptData(**{**usual, "example_tokens": 100, "shown": 0, **values})


def test_every_prompt_file_is_held_against_the_data() -> None:
    same = Drift("same.txt", 9, 9, 1, 1.0, None)
    one = Drift("one.txt", 8, 9, 2, 0.875, None)
    many = Drift("my prompt.txt", 0, 1500, None, 0.5, None)
    first, second = prompt_drift(data(drifts=(same, one, many)))
    assert first == Finding(
        "1 of 9 examples carry another system message, 88% similar (2 variants)",
        "one.txt",
        next_step="see it: ftgate prompts one.txt --data TRAIN --show-records",
    )
    assert second.message == (
        "1,500 of 1,500 examples carry another system message, 50% similar (over 1,000 variants)"
    )
    assert "ftgate prompts FILE --data" in second.next_step


def shots(tokens: int, examples: int = 6, prompt: int | None = 70, **values: Any) -> list[Finding]:
    measured = Measured(examples, prompt, None, None, None, None)
    goal = Goal("style", 0.0, 0.0, 1.0, 9, 9)
    found = data(example_tokens=tokens, **values)
    return list(few_shot_would_do(found, goal, Profile(examples=examples), measured))


def test_five_examples_may_have_four_thousand_tokens() -> None:
    assert only(shots(900, system_tokens=100)).message == (
        "today's prompt shows no example; 5 from the training set would add 4,000 tokens to its 70"
    )
    assert shots(901, system_tokens=100) == []
    assert shots(100, examples=5) == []
    assert shots(100, shown=1) == shots(100, prompt=None) == shots(100, prompt=0) == []
    assert " would add 5 tokens" in only(shots(10, system_tokens=10)).message


@pytest.mark.parametrize(
    ("planned", "carried", "found"),
    [(10, 59, 0), (10, 60, 1), (200, 299, 0), (200, 300, 1), (None, 900, 0), (0, 50, 1)],
)
def test_the_data_may_carry_half_of_the_planned_prompt_more(
    planned: int | None, carried: int, found: int
) -> None:
    origin = {"tuned_prompt_tokens": "short.txt"} if planned == 10 else {}
    measured = Measured(9, 70, None, planned, None, None, origin=origin)
    every = list(long_prompt_in_data(data(system_tokens=carried), measured))
    place = "short.txt" if origin else "the plan"
    assert [(each.message, each.count) for each in every] == [
        (
            f"the plan bills {planned} tokens of system prompt per call ({place}), the training"
            f" examples carry {carried} on average",
            carried - (planned or 0),
        )
    ] * found


def test_five_lines_of_a_copied_example_are_shown() -> None:
    leak = Leak("a.txt", "train.jsonl", "training", tuple(range(2, 9)), 1)
    found = only(example_in_data(data(leaks=(leak,))))
    assert found.message == "1 few-shot example of a.txt also in the training set"
    assert (found.lines, found.count, found.key) == ((2, 3, 4, 5, 6), 7, "a.txt")


# -- FT604, FT611, FT613 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "static", "found"), [(100, 99, 1), (100, 100, 0), (99, 5, 0), (100, 0, 1)]
)
def test_a_long_prompt_wants_its_variables_behind_the_minimum(
    tokens: int, static: int, found: int
) -> None:
    unread, short = study(studied()), of_tokens(tokens, static, path="b.txt", late=9, early=4)
    every = list(uncacheable_prefix((study(), unread, short), Caching(100)))
    assert [(each.path, each.lines) for each in every] == [("b.txt", (4,))] * found


def test_the_longest_prompt_of_today_is_billed() -> None:
    short, long_ = of_tokens(600, 600, "s.txt"), of_tokens(900, 512, "l.txt")
    tuned = of_tokens(999, 999, "t.txt")._replace(use="tuned")
    found = longest_today((short, long_, tuned, study()))
    assert found is not None
    assert (found[0].path, found[1].tokens) == ("l.txt", 900)
    assert longest_today((tuned, study())) is None
    padded = only(prefix_below_minimum((short, long_, tuned), Caching()))
    assert (padded.path, padded.count) == ("l.txt", 512)
    assert padded.next_step == "add 512 tokens of examples or rules, and compare again"
    assert not list(prefix_below_minimum((tuned,), Caching()))
    half = only(prefix_below_minimum((long_,), Caching(1024, Decimal("0.5"))))
    assert "cost 512 token-equivalents (50% off; 102.4 at 90% off) instead of 512" in half.message


def test_the_share_of_the_prompt_is_that_of_prompt_and_query() -> None:
    """300 of 400 tokens; tone, format and examples, 180 of them, can be taught."""
    parts = (("persona", 30), ("format", 50), ("examples", 100), ("rules", 80), ("facts", 40))
    one = studied(*(segment(label, tokens) for label, tokens in parts))  # type: ignore[arg-type]
    asked = Measured(9, 300, None, None, 100, None)
    found = only(prompt_overhead((study(one),), asked))
    assert found.message == (
        "300 of 400 input tokens per call are the prompt (75.0% overhead); removable 180 (format"
        " 50, tone 30, examples 100), 120 stay, 40 are facts for retrieval (estimate)"
    )
    assert found.count == 180
    assert ", 300 stay (estimate)" in only(prompt_overhead((of_tokens(300),), asked)).message
    assert not list(prompt_overhead((study(one),), Measured(9, 300, None, None, None, None)))
    assert not list(prompt_overhead((study(),), asked))


# -- FT607, FT608, FT609 --------------------------------------------------------------------------


@pytest.mark.parametrize(("tokens", "found"), [(50, 0), (51, 1)])
def test_a_few_perishable_facts_are_in_their_place(tokens: int, found: int) -> None:
    price = "A day ticket costs 62 euros."
    one = studied(
        *(segment("facts", 20, 10 + n, price) for n in range(5)),
        segment("facts", tokens, 20, price),
        segment("facts", 999, 30, "The lake is blue."),
        segment("rules", 999, 40, price),
    )
    every = list(perishable_prompt_facts((study(), study(one))))
    assert (
        every
        == [
            Finding(
                "151 tokens of facts with prices, dates, hours or contacts (limit 150)",
                "a.txt",
                (10, 11, 12, 13, 14),
                next_step="fill them in by a variable, or retrieve what a question needs",
            )
        ]
        * found
    )


@pytest.mark.parametrize(
    ("tokens", "options", "said"),
    [
        (127_000, {}, ""),
        (127_001, {}, "127,001 tokens (limit 127,000 of a context of 128,000, assumed)"),
        (3000, {"context_tokens": 4000}, ""),
        (3001, {"context_tokens": 4000}, "3,001 tokens (limit 3,000 of a context of 4,000)"),
        (3001, {"context_tokens": 4000, "answer_tokens": 999}, ""),
    ],
)
def test_a_thousand_tokens_have_to_be_left(tokens: int, options: dict[str, int], said: str) -> None:
    every = list(prompt_over_context((study(), study(studied()), of_tokens(tokens)), **options))
    severity = None if options else "warning"
    assert [(each.message, each.severity) for each in every] == [(said, severity)] * bool(said)


def test_a_contradiction_stands_on_its_two_lines() -> None:
    text = "Be kind.\nAnswer in plain text only.\nBe brief.\nAnswer with a Markdown table."
    one = studied(segment("format", 30, 5, text))
    assert only(contradictory_format((study(one),))).lines == (6, 8)
    folded = one._replace(anatomy=Anatomy((Segment("format", 0, 5, 5, 30, text),), 30, 0))
    assert set(only(contradictory_format((study(folded),))).lines) == {5}
    shown = studied(segment("examples", 30, 5, text))
    assert not list(contradictory_format((study(shown), study(studied()))))
