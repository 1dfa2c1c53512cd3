"""The money of one dataset as labelled rows: training, break-even, volumes, the cheapest way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model import NO_BILL, PROMPTED
from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.phrases import DECISIONS, break_even, option, tuned
from ftgate.report_json import shown_break_even

if TYPE_CHECKING:
    from ftgate.model import Comparison, Missing, Option, Threshold, Training, VolumeVerdict
    from ftgate.report import DatasetReport

Row = tuple[str, str]
VOLUME = "requests_per_month"  # the threshold against every alternative


def money_rows(dataset: DatasetReport, *, verbose: bool) -> list[Row]:
    """``(label, text)`` rows; every option with its bill too when ``verbose``."""
    rows: list[Row] = []
    if dataset.training is not None:
        rows.append(("training", _training(dataset.training)))
        if verbose and dataset.training.epochs_rule:
            rows.append(("epochs", visible(dataset.training.epochs_rule)))
    if dataset.comparison is not None:
        point = shown_break_even(dataset)
        if point is not None:
            rows.append(("break-even", break_even(point, dataset.comparison)))
        rows.extend(_comparison_rows(dataset.comparison))
        rows.extend(_pays_from(dataset.comparison))
        if verbose:
            rows.extend(_side_by_side(dataset.comparison))
            rows.extend(_bills(dataset.comparison))
    return rows


def _training(training: Training) -> str:
    tokens = words.int_range(training.billable_low, training.billable_high)
    billed = "token" if training.billable_high == 1 else "tokens"
    epochs = words.int_range(training.epochs_low, training.epochs_high)
    plural = "epoch" if training.epochs_high == 1 else "epochs"
    # "auto: the provider decides; …" is one word here; -v prints the whole rule.
    rule = visible(training.epochs_rule.partition(":")[0])
    job = f"{epochs} {plural} {rule}".rstrip()
    no_bill = training.missing is not None and training.missing.what == NO_BILL
    fate = "read" if no_bill else "billed"
    band = f" \u00b1 {training.band_tokens:,}" if training.band_tokens else ""
    detail = f"({job}, {tokens}{band} {billed} {fate}) on {visible(training.model)}"
    if training.usd_low is None or training.usd_high is None:
        return f"cost unknown {detail}: {_why(training.missing)}"
    return f"{words.usd_range(training.usd_low, training.usd_high)} {detail}"


def _why(missing: Missing | None) -> str:
    """``not in the price list; nearest: gpt-5, gpt-6``."""
    if missing is None:
        return "no price"
    near = f"; nearest: {', '.join(missing.nearest)}" if missing.nearest else ""
    return visible(missing.reason + near)


def _comparison_rows(comparison: Comparison) -> list[Row]:
    if comparison.at_volumes:
        return _volumes(comparison.at_volumes)
    return _cheapest(comparison)


def _volumes(volumes: tuple[VolumeVerdict, ...]) -> list[Row]:
    verdicts = {_volume(each) for each in volumes}
    if len(verdicts) == 1:
        most = max(each.calls_per_month for each in volumes)
        return [("per month", f"at any volume up to {most:,} calls a month: {verdicts.pop()}")]
    widths = max(len(f"{each.calls_per_month:,}") for each in volumes)
    return [
        ("" if number else "per month", f"{each.calls_per_month:>{widths},} calls: {_volume(each)}")
        for number, each in enumerate(volumes)
    ]


def _volume(volume: VolumeVerdict) -> str:
    decision = DECISIONS[volume.decision]
    if volume.decision not in ("fine-tune", "hybrid"):
        return f"{decision} ({visible(volume.best)})"
    when = ""
    if volume.break_even_months is not None:
        when = f", pays back in {words.duration(volume.break_even_months)}"
    return f"{decision}{when}, then saves {words.usd(volume.saves_usd_per_month)}/month"


def _cheapest(comparison: Comparison) -> list[Row]:
    """The cheapest way without a training job, beside today's bill and the fine-tune's."""
    others = [each for each in comparison.options if each.contends and each.kind in PROMPTED]
    if not others:
        return []
    best = min(others, key=lambda each: each.total_usd)
    horizon = words.count(comparison.horizon_months, "month")
    texts = [f"{visible(best.name)}: {_total(best)} in {horizon}"]
    tuned_option = tuned(comparison)
    if tuned_option is not None:
        texts.append(f"fine-tuned {_total(tuned_option)}")
    today = option(comparison, comparison.baseline)
    if today is not None and today is not best:
        texts.append(f"{visible(today.name)} {_total(today)}")
    return [("alternative", " \u00b7 ".join(texts))]


def _total(each: Option) -> str:
    return words.usd(each.total_usd)


def _pays_from(comparison: Comparison) -> list[Row]:
    """``fine-tuning pays from 41,200 calls a month``: the first words of the threshold."""
    for threshold in comparison.thresholds:
        if threshold.parameter == VOLUME:
            said = threshold.meaning.partition(":")[0]
            if threshold.value == "never":
                said = f"fine-tuning never pays: {threshold.meaning}"
            return [("threshold", visible(said))]
    return []


def _side_by_side(comparison: Comparison) -> list[Row]:
    """Every option's bill over the horizon, and whether it can be the best."""
    if not comparison.options:
        return []
    width = max(len(_total(each)) for each in comparison.options)
    rows = []
    for number, each in enumerate(comparison.options):
        mark = " \u2190 best" if each.name == comparison.best else ""
        mark = mark if each.contends else " *"
        label = "" if number else words.count(comparison.horizon_months, "month")
        rows.append((label, f"{_total(each):>{width}}  {visible(each.name)}{mark}"))
    if not all(each.contends for each in comparison.options):
        rows.append(("", "* for comparison, never the best: see what is assumed"))
    return rows


def _bills(comparison: Comparison) -> list[Row]:
    rows: list[Row] = []
    for each in comparison.options:
        note = f" ({visible(each.note)})" if each.note else ""
        rows.append(("bill", f"{visible(each.name)}: {_total(each)}{note}"))
        for line in each.lines:
            per = "once" if line.upfront else "/month" if line.monthly else "each time"
            text = f"{visible(line.item)} {words.usd(line.usd)} {per} = {visible(line.formula)}"
            rows.append(("", text.replace(" /month", "/month")))
    rows.extend(("assumed", visible(text)) for text in comparison.assumptions)
    rows.extend(("flips at", visible(_threshold(each))) for each in comparison.thresholds)
    return rows


def _threshold(threshold: Threshold) -> str:
    """``requests_per_month = 2,100: …``; what never flips has no number."""
    value = threshold.value
    if value.isdecimal():
        value = f"{int(value):,}"
    sign = " =" if value[:1].isdecimal() else ":"
    return f"{threshold.parameter}{sign} {value}: {threshold.meaning}"
