"""FT6 rules over prompts made by hand: limits, numbers, severities and what is never said."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ftgate.model import Finding, Goal, Measured
from ftgate.model.prompts import Caching
from ftgate.profile import Profile
from ftgate.prompts.caching import caching_of
from ftgate.prompts.contradictions import contradictions
from ftgate.prompts.data import Leak
from ftgate.prompts.drift import Drift, System
from ftgate.prompts.study import PromptData, PromptStudy, shown_examples, study_file
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
    malformed_prompt,
    perishable_prompt_facts,
    prompt_drift,
    prompt_over_context,
    secret_in_prompt,
    undeclared_variable,
)
from tests.economics_market import CHEAP, CHEAP_PRICES, MODELS, PRICES, STRONG, Market
from tests.rule_values import only


def words(text: str) -> int:
    return len(text.split())


def study(folder: Path, name: str, text: str) -> tuple[PromptStudy]:
    path = folder / name
    path.write_text(text, "utf-8")
    return (study_file(str(path), name, words),)


def data(drift: Drift | None = None, **values: object) -> PromptData:
    usual: dict[str, object] = {"leaks": (), "systems": (), "system_tokens": 0}
    usual |= {"example_tokens": 100, "shown": 0, "drifts": (drift,) if drift else ()}
    return PromptData(**{**usual, **values})  # type: ignore[arg-type]


def measured(**values: int | None) -> Measured:
    names = ("prompt_tokens", "cacheable_tokens", "tuned_prompt_tokens")
    names += ("query_tokens", "completion_tokens")
    return Measured(100, **{name: values.get(name, 10) for name in names})  # type: ignore[arg-type]


PROMPTY = "---\ninputs:\n  question: {{type: string}}\n---\nsystem:\nBe kind.\nuser:\n{}\n"


def test_an_undeclared_variable_is_an_error_with_its_line_and_name(tmp_path: Path) -> None:
    prompts = study(tmp_path, "x.prompty", PROMPTY.format("{{ question }}\n{{ langauge }}"))
    finding = only(undeclared_variable(prompts))
    assert finding.message == "1 variable used and not declared: langauge"
    assert (finding.lines, finding.severity) == ((9,), None)


def test_an_unused_declaration_only_warns(tmp_path: Path) -> None:
    finding = only(undeclared_variable(study(tmp_path, "x.prompty", PROMPTY.format("hello"))))
    assert finding.message == "1 variable declared and never used: question"
    assert finding.severity == "warning"


def test_what_uses_what_it_declares_or_declares_nothing_is_no_finding(tmp_path: Path) -> None:
    used = study(tmp_path, "x.prompty", PROMPTY.format("{{ question }}"))
    free = study(tmp_path, "x.j2", "{{ anything }}")
    assert not list(undeclared_variable((*used, *free)))


@pytest.mark.parametrize("name", ["a\x1b[31m", "x" * 41, "a b", "<b>"])
def test_a_name_that_is_no_identifier_is_counted_and_not_shown(tmp_path: Path, name: str) -> None:
    text = f"---\ninputs:\n  {name!r}: 1\n---\nsystem:\nhi\n"
    text = text.replace("'", '"')
    message = only(undeclared_variable(study(tmp_path, "x.prompty", text))).message
    assert message == "1 variable declared and never used"


def test_drift_says_how_many_how_similar_and_how_many_variants() -> None:
    finding = only(prompt_drift(data(Drift("p.txt", 2, 12, 3, 0.87, System("the text", 9)))))
    assert finding.message == (
        "10 of 12 examples carry another system message, 87% similar (3 variants)"
    )
    assert "the text" not in repr(finding)
    assert not list(prompt_drift(data(Drift("p.txt", 12, 12, 1, 1.0, None))))


FORM = Goal("style", 0.0, 0.0, 1.0, 100, 100)


def few_shot(found: PromptData, goal: Goal = FORM, examples: int = 100) -> list[Finding]:
    return list(few_shot_would_do(found, goal, Profile(examples=examples), measured()))


def test_few_shot_is_advised_for_form_without_examples() -> None:
    (finding,) = few_shot(data(example_tokens=120, system_tokens=20))
    assert "5 from the training set would add 500 tokens" in finding.message
    assert not few_shot(data(shown=2)), "the prompt shows some"
    assert not few_shot(data(example_tokens=900)), "five would be longer than 4,000 tokens"
    assert not few_shot(data(), Goal("knowledge", 1.0, 0.0, 1.0, 100, 100))
    assert not few_shot(data(), examples=5)


def test_a_variable_at_the_top_of_a_long_prompt_is_uncacheable(tmp_path: Path) -> None:
    top = study(tmp_path, "x.j2", "Hello {{ name }}\n" + "word " * 100)
    finding = only(uncacheable_prefix(top, Caching(100)))
    assert finding.message.startswith("1 of 10")
    assert finding.lines == (1,)
    assert not list(uncacheable_prefix(top, Caching(200))), "too short to be cached anyway"
    end = study(tmp_path, "y.j2", "word " * 100 + "\n{{ name }}")
    assert not list(uncacheable_prefix(end, Caching(100)))


@pytest.mark.parametrize(
    ("tokens", "found"), [(511, 0), (512, 1), (800, 1), (1_023, 1), (1_024, 0)]
)
def test_padding_is_advised_from_half_of_the_minimum(
    tmp_path: Path, tokens: int, found: int
) -> None:
    prompts = study(tmp_path, "x.txt", "word " * tokens)
    assert len(list(prefix_below_minimum(prompts, Caching()))) == found


def test_the_discount_is_the_price_lists_and_none_where_nothing_cached_is_sold() -> None:
    market = Market({**PRICES, **CHEAP_PRICES}, MODELS)
    assert caching_of(market, MODELS[STRONG]) == Caching(1_024, Decimal("0.9"))  # type: ignore[arg-type]
    assert caching_of(market, MODELS[CHEAP]) is None  # type: ignore[arg-type]


def test_the_padding_arithmetic_is_that_of_the_tutorial(tmp_path: Path) -> None:
    finding = only(prefix_below_minimum(study(tmp_path, "x.txt", "word " * 800), Caching()))
    assert finding.message == (
        "800 tokens before the first variable; caching starts at 1,024. Padded by 224 they would"
        " cost 102.4 token-equivalents (90% off) instead of 800"
    )
    other = Caching(1_024, Decimal("0.75"))
    message = only(prefix_below_minimum(study(tmp_path, "x.txt", "word " * 800), other)).message
    assert "256 token-equivalents (75% off; 102.4 at 90% off)" in message
    assert not list(
        prefix_below_minimum(study(tmp_path, "x.txt", "word " * 800), Caching(1_024, Decimal(0)))
    )


@pytest.mark.parametrize(
    ("carried", "planned", "found"), [(100, 51, 0), (101, 51, 1), (300, 200, 1), (299, 200, 0)]
)
def test_a_longer_prompt_in_the_data_than_in_the_plan(
    carried: int, planned: int, found: int
) -> None:
    findings = long_prompt_in_data(
        data(system_tokens=carried), measured(tuned_prompt_tokens=planned)
    )
    assert len(list(findings)) == found


def test_copied_examples_are_reported_per_file() -> None:
    leak = Leak("p.txt", "val.jsonl", "validation", (3, 9), 1)
    finding = only(example_in_data(data(leaks=(leak,))))
    assert finding.message == "1 few-shot example of p.txt also in the validation set"
    assert (finding.path, finding.lines, finding.count) == ("val.jsonl", (3, 9), 2)


def test_the_questions_of_examples_are_what_is_looked_for(tmp_path: Path) -> None:
    text = (
        "You sort.\n\nExamples:\nQ: Where is my parcel?\nA: delivery\n\nQ: It broke!\nA: quality\n"
    )
    (found,) = study(tmp_path, "x.txt", text)
    assert [(one.line, one.text) for one in shown_examples(found)] == [
        (4, "Where is my parcel?"),
        (7, "It broke!"),
    ]


def test_perishable_facts_warn_above_a_limit(tmp_path: Path) -> None:
    text = "You guide visitors.\n\n# Facts\nThe tower opens at 9:00 and costs $14 in 2026.\n"
    prompts = study(tmp_path, "x.md", text)
    assert only(perishable_prompt_facts(prompts, max_tokens=10)).lines == (3,)
    assert not list(perishable_prompt_facts(prompts, max_tokens=13))
    lasting = study(tmp_path, "y.md", "# Facts\nThe tower is made of stone and faces the sea.\n")
    assert not list(perishable_prompt_facts(lasting, max_tokens=1))


def test_a_prompt_has_to_leave_room_for_the_answer(tmp_path: Path) -> None:
    prompts = study(tmp_path, "x.txt", "word " * 91)
    assert only(prompt_over_context(prompts, context_tokens=100, answer_tokens=10))
    assert not list(prompt_over_context(prompts, context_tokens=101, answer_tokens=10))
    assert only(prompt_over_context(prompts, context_tokens=100, answer_tokens=10)).severity is None
    assumed = only(prompt_over_context(prompts, answer_tokens=128_000))
    assert assumed.severity == "warning"
    assert assumed.message.endswith("of a context of 128,000, assumed)")


def test_a_malformed_file_is_an_error_and_a_foreign_template_a_warning(tmp_path: Path) -> None:
    broken = study(tmp_path, "x.prompty", "---\nname: x\n")
    finding = only(malformed_prompt(broken))
    assert (finding.message, finding.lines) == ("front matter has no closing ---", (1,))
    assert finding.severity is None
    assert only(malformed_prompt(study(tmp_path, "page.j2", "{% url 'x' %}"))).severity == "warning"
    assert only(malformed_prompt(study(tmp_path, "prompt.j2", "{% if %}"))).severity is None


def test_overhead_and_what_can_be_removed(tmp_path: Path) -> None:
    text = "You are a clerk.\n\n# Format\nJSON only.\n\n# Facts\nOpen since 1990.\n"
    finding = only(prompt_overhead(study(tmp_path, "x.md", text), measured(query_tokens=13)))
    assert finding.message == (
        "13 of 26 input tokens per call are the prompt (50.0% overhead); removable 8 (format 4,"
        " tone 4, examples 0), 5 stay, 5 are facts for retrieval (estimate)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Reply with JSON only.\nUse a Markdown table.",
        "Antworte ausschließlich als JSON.\nBeginne jede Antwort mit einer Begrüßung.",
        "Responde solo con JSON.\nUsa texto sin formato.",
        "Réponds uniquement en JSON.\nMets le résultat sous forme d'un tableau.",
        "Plain text.\nAnswer in Markdown.",
        "Answer in at most 50 words.\nThe answer has exactly 80 words.",
    ],
)
def test_formats_that_exclude_each_other(text: str) -> None:
    found = list(contradictions(list(enumerate(text.split("\n"), 1))))
    assert [lines for _, _, lines in found] == [(1, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "Reply with JSON only.\nDo not use Markdown tables.",
        "Reply with JSON only, no plain text.",
        "Plain text.\nNo Markdown, no table.",
        "Answer in at most 50 words.\nThe reply has at most 3 sentences.",
        "Answer in at most 50 words.\nThe title has at most 8 words.",
        "Answer in at most 50 words.\nRemember: answer in at most 50 words.",
    ],
)
def test_formats_that_go_together(text: str) -> None:
    assert list(contradictions(list(enumerate(text.split("\n"), 1)))) == []


def test_examples_ask_for_nothing(tmp_path: Path) -> None:
    text = "Reply with JSON only.\n\nExamples:\nUser: Use a Markdown table.\nBot: {}\n"
    assert not list(contradictory_format(study(tmp_path, "x.txt", text)))
    clash = study(tmp_path, "y.txt", "Reply with JSON only.\nUse a Markdown table.\n")
    assert only(contradictory_format(clash)).message == "asks for JSON only and for Markdown"


def test_a_secret_in_a_prompt_is_named_by_its_line_and_never_shown(tmp_path: Path) -> None:
    password = "".join(("Wm4z", "R8tq", "Lc2V"))
    text = (
        f"---\ninputs:\n  a: 1\n---\nsystem:\nBe kind.\nqueue: amqp://u:{password}@q.example:5672\n"
    )
    finding = only(secret_in_prompt(study(tmp_path, "x.prompty", text)))
    assert finding.lines == (7,)
    assert finding.message.startswith("1 secret in the prompt; line 7: ")
    assert password not in repr(finding)


def test_a_placeholder_is_no_secret_in_a_prompt(tmp_path: Path) -> None:
    text = "Be kind. queue: amqp://u:<PASSWORD>@q.example:5672"
    assert list(secret_in_prompt(study(tmp_path, "x.txt", text))) == []


def test_a_key_that_spans_lines_is_found(tmp_path: Path) -> None:
    body = "\n".join(
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB" + str(each) * 8 for each in range(6)
    )
    text = f"Sign with\n-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    assert only(secret_in_prompt(study(tmp_path, "x.txt", text))).count == 1
