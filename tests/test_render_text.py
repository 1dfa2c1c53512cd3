"""The text that people read: verdict first, at most 25 lines a dataset, nothing hostile."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ftgate.model import BreakEven, Reason, Threshold
from ftgate.render import renderer
from ftgate.render.text import render_screen
from ftgate.report import DatasetReport
from ftgate.report_json import metrics
from tests.report_values import (
    AT_VOLUMES,
    CACHED,
    COMPARISON,
    FAILING,
    KNOWLEDGE,
    PASSING,
    PAYS_BACK,
    TOKENS,
    TRAIN,
    TRAINING,
    UNPRICED,
    UNREADABLE,
    WARNING,
    report,
)

TEXT = renderer("text")


def text_of(*datasets: DatasetReport, width: int = 100, verbose: bool = False) -> str:
    return TEXT(report(*datasets), color=False, width=width, verbose=verbose)


def test_the_verdict_comes_first_and_the_size_of_the_set_beside_it() -> None:
    first = text_of(PASSING).splitlines()[0]
    assert first.startswith("hospital-letters: PASS \u2014 fine-tune ")
    assert first.endswith(" 112 examples \u00b7 61,204 tokens \u00b7 o200k_base (exact)")
    assert len(first) == 100


def test_a_narrow_screen_puts_the_size_on_its_own_line() -> None:
    assert text_of(PASSING, width=60).splitlines()[1].startswith("  112 examples")


def test_money_is_a_range_with_its_epochs_and_tokens() -> None:
    assert (
        "training     $0.31\u2013$0.92 (1\u20133 epochs auto, 61,204\u2013183,612 tokens billed)"
        in text_of(PASSING)
    )


def test_break_even_names_months_calls_date_and_the_end_of_the_model() -> None:
    assert (
        "2.4 months \u00b7 198,000 calls \u00b7 2027-02-03 against cached prompt, "
        "before the model stops (2027-10-14)"
    ) in " ".join(text_of(PASSING).split())


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        ("NO_VOLUME", "never: nobody calls the model"),
        (
            "NEVER_NEGATIVE_SAVINGS",
            "never against cached prompt: the tuned model costs as much every month",
        ),
        ("NEVER", "never against cached prompt: the savings are too small"),
        (
            "PAYS_BACK_THEN_LOST",
            "paid back against cached prompt, then lost again within 12 months",
        ),
        ("PAYS_BACK_AFTER_HORIZON", "after the horizon of 12 months"),
        ("PAYS_BACK_AFTER_SHUTDOWN", "after the model stops"),
    ],
)
def test_every_reason_for_no_break_even_is_said(status: str, phrase: str) -> None:
    point = replace(PAYS_BACK, status=status)
    dataset = replace(PASSING, comparison=replace(COMPARISON, break_even_best=point))
    assert phrase in " ".join(text_of(dataset).split())


def test_break_even_codes_of_the_economics_are_all_known() -> None:
    from ftgate.economics import breakeven
    from ftgate.render.phrases import break_even

    codes = {word.strip("`,") for word in (breakeven.__doc__ or "").split() if "``" in word}
    assert "PAYS_BACK_AFTER_SHUTDOWN" in codes
    for code in codes:
        point = BreakEven(code, None, None, None, None)
        assert break_even(point, COMPARISON)


def test_without_a_volume_the_verdict_at_four_volumes_is_shown() -> None:
    text = text_of(FAILING)
    assert "1,000 calls: keep prompting (cached prompt)" in text
    assert "1,000,000 calls: fine-tune, pays back in 1.9 months, then saves $1,000/month" in text


def test_the_same_verdict_at_every_volume_is_one_line() -> None:
    same = replace(AT_VOLUMES.at_volumes[0], best="gpt-6-luna")
    volumes = tuple(replace(same, calls_per_month=10**power) for power in (3, 4, 5, 6))
    dataset = replace(FAILING, comparison=replace(AT_VOLUMES, at_volumes=volumes))
    text = text_of(dataset)
    verdict = "at any volume up to 1,000,000 calls a month: keep prompting (gpt-6-luna)"
    assert text.count("keep prompting") == 1
    assert f"  per month    {verdict}\n" in text


NEVER = BreakEven("NEVER_NEGATIVE_SAVINGS", None, None, None, None, "gpt-6-luna")


def test_a_set_that_passes_is_not_said_to_pay_back_never() -> None:
    comparison = replace(COMPARISON, break_even_best=NEVER)
    passing = replace(PASSING, comparison=comparison)
    assert "never" not in text_of(passing)
    assert "198,000 calls" in text_of(passing)
    assert metrics(report(passing))["hospital-letters.break_even_calls"] == 198_000
    failing = replace(passing, outcome="fail")
    assert "break-even   never against gpt-6-luna: " in text_of(failing)
    assert "hospital-letters.break_even_calls" not in metrics(report(failing))


def test_the_metric_is_the_break_even_that_is_shown() -> None:
    best = replace(PAYS_BACK, calls=Decimal(5000), months=Decimal(3), against="gpt-6-luna")
    dataset = replace(PASSING, comparison=replace(COMPARISON, break_even_best=best))
    assert "3 months \u00b7 5,000 calls" in text_of(dataset)
    flat = metrics(report(dataset))
    assert flat["hospital-letters.break_even_calls"] == 5000
    assert flat["hospital-letters.break_even_months"] == 3


def test_thresholds_have_separators_and_no_equals_sign_before_never() -> None:
    thresholds = (
        Threshold("requests_per_month", "1234567", "from there on"),
        Threshold("today.input_mtok", "0.25", "below"),
        Threshold("review.rate_tuned", "never", "too dear"),
    )
    dataset = replace(PASSING, comparison=replace(COMPARISON, thresholds=thresholds))
    text = text_of(dataset, verbose=True)
    assert "requests_per_month = 1,234,567: from there on" in text
    assert "today.input_mtok = 0.25: below" in text
    assert "review.rate_tuned: never: too dear" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("text", "hospital-letters: PASS \u2014 selected rules"),
        ("concise", ": pass: selected rules"),
    ],
)
def test_a_pass_of_selected_rules_is_no_advice_to_hold(name: str, said: str) -> None:
    selected = replace(PASSING, decision="hold", comparison=None, training=None)
    text = renderer(name)(report(selected), color=False, width=100, verbose=False)
    assert said in text
    assert "hold" not in text


def test_one_of_anything_is_singular() -> None:
    training = replace(TRAINING, epochs_low=1, epochs_high=1)
    dataset = replace(
        PASSING,
        files=(replace(TRAIN, examples=1, invalid=0, blank=0, lines=1),),
        tokens=replace(TOKENS, total=1),
        training=replace(training, billable_low=1, billable_high=1),
        comparison=replace(
            COMPARISON, horizon_months=1, break_even_best=replace(PAYS_BACK, calls=Decimal(1))
        ),
    )
    text = text_of(dataset)
    for singular in (
        "1 example ",
        "1 token ",
        "1 epoch ",
        "1 token billed",
        "1 call ",
        "in 1 month ",
    ):
        assert singular in text


@pytest.mark.parametrize("number", [1, 2, 3, 4, 9, 40])
@pytest.mark.parametrize("width", [60, 100])
def test_a_hook_prints_one_screen_however_much_fails(number: int, width: int) -> None:
    findings = tuple(
        replace(KNOWLEDGE, code=f"FT1{each:02}", message="long " * 30) for each in range(30)
    )
    crowded = replace(
        FAILING,
        findings=findings,
        reasons=tuple(Reason(each.code, "word " * 90) for each in findings),
    )
    datasets = [replace(crowded, name=f"set-{each}") for each in range(number)]
    text = render_screen(report(*datasets), color=False, width=width)
    assert len(text.splitlines()) <= 25
    assert "set-0: FAIL" in text
    assert text.count("FT100 knowledge-injection") == min(number, 2)
    assert "bundled, as of 2026-11-18" in " ".join(text.split())
    for each in datasets[1:]:
        assert f"{each.name}: FAIL" in text or "more: run ftgate check" in text


def test_a_hook_shows_the_reasons_of_the_first_two_and_a_line_for_each_other() -> None:
    names = ["one", "two", "three", "four"]
    text = render_screen(
        report(*(replace(FAILING, name=name) for name in names)), color=False, width=100
    )
    assert text.count("knowledge-injection") == 2
    assert all(f"{name}: FAIL" in text for name in names)
    assert "4 datasets: 4 fail" in text


def test_a_hook_shows_the_worst_first() -> None:
    text = render_screen(report(UNPRICED, FAILING, UNREADABLE), color=False, width=100)
    heads = [line.split(":")[0] for line in text.splitlines() if " \u2014 " in line]
    assert heads == ["broken", "ski-resort-faq", "unpriced"]


def test_the_cheapest_way_without_training_is_compared_over_the_horizon() -> None:
    assert (
        "alternative  cached prompt: $721.20 in 12 months \u00b7 fine-tuned $249.32 \u00b7 "
        "today's prompt $1,446"
    ) in text_of(PASSING)


def test_a_missing_price_is_unknown_and_never_zero() -> None:
    text = text_of(UNPRICED)
    assert "cost unknown" in text
    assert "nearest: gpt-5, gpt-6" in " ".join(text.split())
    assert "$0.00" not in text


def test_findings_stand_by_severity_with_their_first_three_places() -> None:
    text = text_of(FAILING, width=120)
    assert text.index("FT401") < text.index("FT204")
    assert "faq/train.jsonl:3,17,22 \u2026 55 more" in text


def test_a_reason_is_not_said_twice_but_its_next_step_is() -> None:
    text = text_of(FAILING)
    assert text.count("71% of answers teach facts") == 1
    assert "\u2192 put the facts into retrieval" in text


def test_a_reason_without_a_finding_is_said() -> None:
    assert "  no price for gpt-9\n" in text_of(UNPRICED)


def test_no_dataset_takes_more_than_25_lines() -> None:
    findings = tuple(
        replace(KNOWLEDGE, code=f"FT1{number:02}", message="long " * 30) for number in range(60)
    )
    reasons = tuple(Reason(finding.code, finding.message) for finding in findings)
    crowded = replace(FAILING, findings=findings, reasons=reasons)
    wordy = replace(FAILING, reasons=tuple(Reason("", "word " * 90) for _ in range(9)))
    for dataset in (crowded, wordy):
        block = text_of(dataset).split("\nprices:")[0].rstrip().splitlines()
        assert len(block) <= 25
        assert "more " in "".join(block)
        assert "next         ftgate explain FT401" in block[-1]


def test_verbose_cuts_nothing_and_shows_bills_and_price_sources() -> None:
    findings = tuple(replace(WARNING, code=f"FT2{number:02}") for number in range(60))
    text = text_of(replace(FAILING, findings=findings), verbose=True)
    assert text.count("no validation set") == 60
    lines = text.splitlines()
    bill = next(number for number, line in enumerate(lines) if line.startswith("  bill"))
    assert "today's prompt: $1,446" in lines[bill]
    assert "50,250,000 tokens x $2/M" in lines[bill + 1]
    assert lines[bill + 2].startswith("  bill         cached prompt")
    assert "https://openai.com/api/pricing" in text


def test_several_datasets_end_in_a_summary_and_one_footer() -> None:
    lines = text_of(PASSING, FAILING, UNREADABLE, UNPRICED).splitlines()
    assert "4 datasets: 1 pass, 1 fail, 1 undecided, 1 error" in lines
    assert sum(line.startswith("prices:") for line in lines) == 1


def test_one_dataset_needs_no_summary() -> None:
    assert "1 dataset" not in text_of(PASSING)


def test_the_footer_says_where_numbers_come_from() -> None:
    footer = " ".join(text_of(PASSING).split("\n\n")[-1].split())
    assert footer == (
        "prices: bundled, as of 2026-11-18 or later (OpenAI pricing page) \u00b7 "
        "tokens: o200k_base, exact \u00b7 judged for 2026-11-22 by the rules of openai, offline"
    )


def test_colour_is_on_the_verdict_word_and_codes_only() -> None:
    plain = text_of(FAILING)
    painted = TEXT(report(FAILING), color=True, width=100, verbose=False)
    assert "\x1b[31mFAIL\x1b[0m" in painted
    assert "\x1b[31mFT401\x1b[0m" in painted
    assert "\x1b[33mFT204\x1b[0m" in painted
    assert painted.count("\x1b[") == 6
    assert painted.replace("\x1b[31m", "").replace("\x1b[33m", "").replace("\x1b[0m", "") == plain


def test_the_same_report_gives_the_same_text_whatever_the_order_of_findings() -> None:
    turned = replace(FAILING, findings=FAILING.findings[::-1])
    assert text_of(turned) == text_of(FAILING)


HOSTILE = "a\x1b[2J\nb\u202ec\x07\u2028d\ud800"


@pytest.mark.parametrize("name", ["text", "concise"])
@pytest.mark.parametrize("verbose", [False, True])
def test_names_and_paths_cannot_control_the_terminal(name: str, verbose: bool) -> None:
    finding = replace(KNOWLEDGE, path=HOSTILE, message=HOSTILE, next_step=HOSTILE)
    training = replace(TRAINING, model=HOSTILE, epochs_rule=HOSTILE)
    comparison = replace(COMPARISON, assumptions=(HOSTILE,))
    dataset = replace(
        FAILING,
        name=HOSTILE,
        findings=(finding,),
        reasons=(Reason("", HOSTILE), Reason("FT401", HOSTILE)),
        training=training,
        comparison=comparison,
        next_command=HOSTILE,
        waived=(HOSTILE,),
    )
    text = renderer(name)(report(dataset), color=False, width=100, verbose=verbose)
    assert not set(text) & set("\x1b\x07\u202e\u2028\ud800")
    assert "a\\x1b[2J\\nb\\u202ec\\x07\\u2028d\\ud800" in text


def test_concise_is_one_line_per_place_for_editors() -> None:
    lines = renderer("concise")(report(FAILING), color=False, width=80, verbose=False).splitlines()
    message = "FT401 [knowledge-injection] 71% of answers teach facts (limit 60%)"
    assert lines == [
        *(f"faq/train.jsonl:{line}: {message}" for line in (3, 17, 22)),
        f"faq/train.jsonl:31: {message} (and 54 more)",
        "ski-resort-faq: FT204 [no-validation] no validation set",
        "ski-resort-faq: fail: use retrieval (rules of openai)",
    ]


def test_a_fraction_of_a_call_is_a_whole_call() -> None:
    point = replace(PAYS_BACK, calls=Decimal("6143.2"))
    dataset = replace(PASSING, comparison=replace(COMPARISON, break_even_best=point))
    assert "6,144 calls" in text_of(dataset)


def test_a_label_stands_where_its_rows_begin() -> None:
    comparison = replace(COMPARISON, assumptions=("first", "second"))
    text = text_of(replace(PASSING, comparison=comparison), verbose=True)
    assert "  assumed      first\n               second\n" in text


def test_one_epoch_is_singular() -> None:
    training = replace(
        TRAINING, epochs_low=1, epochs_high=1, billable_high=61_204, usd_high=Decimal("0.30602")
    )
    assert "$0.31 (1 epoch auto, 61,204 tokens billed)" in text_of(
        replace(PASSING, training=training)
    )


def test_concise_says_the_detail_of_the_first_line_there_only() -> None:
    finding = replace(
        KNOWLEDGE, message="bad tool call in 2 of 9 lines; line 3: no id", lines=(3, 8)
    )
    dataset = replace(FAILING, findings=(replace(finding, count=2),))
    lines = renderer("concise")(report(dataset), color=False, width=80, verbose=False).splitlines()
    assert lines[:2] == [
        "faq/train.jsonl:3: FT401 [knowledge-injection] bad tool call in 2 of 9 lines; no id",
        "faq/train.jsonl:8: FT401 [knowledge-injection] bad tool call in 2 of 9 lines",
    ]


def test_the_threshold_is_one_plain_sentence() -> None:
    def said(value: str, meaning: str) -> str:
        thresholds = (Threshold("requests_per_month", value, meaning),)
        return text_of(replace(PASSING, comparison=replace(COMPARISON, thresholds=thresholds)))

    pays = "fine-tuning pays from 41,200 calls a month"
    assert f"threshold    {pays}\n" in said("41200", f"{pays}: back within 6 months")
    never = said("never", "gpt-6-luna costs less at every volume")
    assert "fine-tuning never pays: gpt-6-luna costs less at every volume" in never


def test_options_stand_side_by_side_and_those_out_of_contest_are_marked() -> None:
    shown = replace(CACHED, name="in batches", kind="batch", contends=False)
    options = (*COMPARISON.options, replace(shown, monthly_usd=(Decimal(1),)))
    dataset = replace(PASSING, comparison=replace(COMPARISON, options=options))
    text = text_of(dataset, verbose=True)
    assert "  12 months     $1,446  today's prompt\n" in text
    assert "                 $1.00  in batches *\n" in text
    assert "fine-tuned gpt-4.1-mini \u2190 best\n" in text
    assert "* for comparison, never the best" in text
    assert "in batches" not in text_of(dataset)
