"""Tornado, thresholds and heat map against golden numbers and against hand calculation."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ftgate.commands.cost import command
from ftgate.economics.breakeven import payback
from ftgate.economics.heatmap import heat, parse_axis
from ftgate.economics.scenario import Scenario, parse_scenario
from ftgate.economics.sensitivity import (
    IN_TIME,
    OVER_HORIZON,
    outcome,
    planned_flow,
    threshold,
    tornado,
)
from ftgate.economics.worth import worth
from ftgate.errors import ConfigError, UsageError
from tests.test_economics import GOLDEN

SCENARIOS = Path(__file__).parent.parent / "sample_data" / "scenarios"
TECHWIZ, HOSPITAL = SCENARIOS / "techwiz.toml", SCENARIOS / "hospital.toml"
# The tutorial's case, without what it leaves out, and with every input that a tornado moves.
SEED = (
    TECHWIZ.read_text(encoding="utf-8")
    .split("# What the tutorial leaves out")[0]
    .replace("[base]\n", "[base]\nprice_decline_ratio = 0\n")
    .replace("[tuned]\n", "[tuned]\nhosting_per_hour = 0\n")
    + "[engineering]\nhourly_wage = 50\nhours_per_month = 0\n"
    + "[failures]\ncost = 1\nbase_rate = 0.01\ntuned_rate = 0.01\n"
)
RANGES: dict[str, tuple[str, str, str]] = {
    "hosting": ("tuned.hosting_per_hour", "0", "1.7"),
    "volume": ("queries_per_month", "3000", "30000"),
    "minutes": ("labelling.minutes_per_example", "2", "15"),
    "maint": ("engineering.hours_per_month", "0", "8"),
    "sys": ("tokens.system_prompt", "400", "1600"),
    "examples": ("training.examples", "100", "1000"),
    "dfail": ("failures.tuned_rate", "0", "0.03"),
    "life": ("model_life_months", "2", "12"),
    "wage": ("labelling.hourly_wage", "30", "100"),
    "pe_in": ("base.input", "0.005", "0.03"),
    "decline": ("base.price_decline_ratio", "0", "0.08"),
    "sys_ft": ("tokens.tuned_system_prompt", "0", "200"),
}


def seed(horizon: int = 12, text: str = SEED, **changes: str) -> Scenario:
    text = text.replace("horizon_months = 24", f"horizon_months = {horizon}")
    for old, new in changes.items():
        assert f"\n{old} = " in text
        text = text.replace(f"\n{old} = ", f"\n{old} = {new} # ", 1)
    return parse_scenario(text, "seed.toml")


def close(actual: Fraction | None, expected: float | None) -> bool:
    if actual is None or expected is None:
        return actual is expected
    return float(actual) == pytest.approx(expected, rel=1e-12)


def test_tornado_has_the_golden_bars_the_widest_first() -> None:
    ranges = {path: (Decimal(low), Decimal(high)) for path, low, high in RANGES.values()}
    found = tornado(seed(), ranges)
    assert close(found.base.net_usd, GOLDEN["tornado.base"])
    bars = {bar.path: bar for bar in found.bars}
    for name, (path, *_) in RANGES.items():
        low, high = GOLDEN[f"tornado.{name}"]
        assert close(bars[path].at_low.net_usd, low), name
        assert close(bars[path].at_high.net_usd, high), name
    swings = [bar.swing_usd for bar in found.bars]
    assert swings == sorted(swings, reverse=True)
    assert found.bars[0].path == "tuned.hosting_per_hour"
    assert bars["model_life_months"].at_low.status == "PAYS_BACK_AFTER_SHUTDOWN"


def test_every_golden_bar_is_tested() -> None:
    names = {key.removeprefix("tornado.") for key in GOLDEN if key.startswith("tornado.")}
    assert names == {*RANGES, "base"}


def test_tornado_shows_the_durable_payback_too() -> None:
    (bar,) = tornado(seed(), {"queries_per_month": (10_000, 20_000)}).bars
    assert close(bar.at_low.months, GOLDEN["seed.label.be"])
    assert close(bar.at_high.months, GOLDEN["seed.label.be"] / 2)
    assert (bar.at_low.decision, bar.at_high.decision) == ("hold", "fine-tune")


@pytest.mark.parametrize(
    ("path", "golden", "pays_above"),
    [
        ("queries_per_month", "vol.label", True),
        ("labelling.minutes_per_example", "min_ex.be6", False),
        ("labelling.hourly_wage", "wage.be6", False),
        ("training.examples", "ex.be6", False),
        ("tokens.system_prompt", "sys.be6", True),
        ("base.input", "threshold.ft.label.be6", True),
    ],
)
def test_thresholds_are_exact(path: str, golden: str, pays_above: bool) -> None:
    found = threshold(seed(), path)
    assert found.answer == "at"
    assert found.flip is not None
    assert close(found.flip.value, GOLDEN[golden])
    assert (found.flip.pays_above, found.flip.exact, found.monotone) == (pays_above, True, True)


@pytest.mark.parametrize(
    ("path", "golden"),
    [("review.tuned_initial_rate", "hosp.tie_r0"), ("review.cost", "hosp.tie_rev")],
)
def test_hospital_ties_are_thresholds_of_the_net(path: str, golden: str) -> None:
    hospital = parse_scenario(HOSPITAL.read_text(encoding="utf-8"), "hospital.toml")
    found = threshold(hospital, path, OVER_HORIZON)
    assert found.flip is not None
    assert (found.answer, found.flip.pays_above) == ("at", False)
    assert close(found.flip.value, GOLDEN[golden])


def test_never_and_already_are_answers() -> None:
    # Without labelling no price, not even $0, makes it slow: the answers alone cost more.
    free = seed(text=SEED.split("[labelling]")[0] + "[engineering]\nhourly_wage = 50\n")
    found = threshold(free, "base.input")
    assert (found.answer, found.flip, found.flips) == ("already", None, ())
    assert threshold(seed(), "tokens.tuned_system_prompt").answer == "never"
    volume = threshold(free, "queries_per_month")
    assert volume.answer == "already"
    assert volume.flip is not None
    assert close(volume.flip.value, GOLDEN["vol.nolabel"])
    assert threshold(seed(), "base.input", high=Decimal("0.03")).answer == "never"


CACHED = SEED.replace(
    "output_per_1k = 0.06",
    "output_per_1k = 0.06\ncached_input_per_1k = 0.003\ncache_hit_ratio = 0.95",
    1,
).replace("minutes_per_example = 5", "minutes_per_example = 4")


def test_a_prompt_long_enough_for_the_cache_takes_the_payback_away() -> None:
    # By hand: $5,036/3 upfront need a saving of a sixth a month. Today's query and answers are $75,
    # a month of the fine-tune $9; 10,000 prompts of n tokens $0.30 n, from 1,024 on, cached at
    # 0.05 x $30 + 0.95 x $3 per million, $0.0435 n.
    found = threshold(seed(text=CACHED), "tokens.system_prompt")
    assert [flip.pays_above for flip in found.flips] == [True, False, True]
    first, cliff, last = found.flips
    assert close(first.value, (Fraction(5036, 3) / 6 + 9 - 60 - 15) / Fraction(3, 10))
    assert float(cliff.value) == pytest.approx(1024, rel=1e-9)
    assert close(last.value, (Fraction(5036, 3) / 6 + 9 - 60 - 15) / Fraction("0.0435"))
    assert (first.exact, cliff.exact, last.exact) == (True, False, True)
    assert not found.monotone
    assert (found.answer, found.flip) == ("already", first)  # 800 tokens are nearer to it


def test_whole_months_flip_at_a_whole_month() -> None:
    # $306 a month never earn the $5,012 of a retraining within the year; every 12 months the first
    # one is beyond it.
    text = SEED.split("[labelling]")[0] + "[retraining]\nevery_months = 6\nusd = 5000\n"
    found = threshold(seed(text=text), "retraining.every_months")
    assert (found.answer, found.now) == ("at", 6)
    assert [(flip.value, flip.pays_above) for flip in found.flips] == [(12, True)]


def test_hits_that_follow_the_volume_are_bisected() -> None:
    text = CACHED.replace("cache_hit_ratio = 0.95", "cache_ttl_minutes = 30")
    found = threshold(seed(text=text.replace("= 800", "= 1500", 1)), "queries_per_month")
    assert found.flip is not None
    assert not found.flip.exact
    at_flip = seed(text=text.replace("= 800", "= 1500", 1), queries_per_month="1")
    nearly = [outcome(at_flip, {"queries_per_month": found.flip.value * factor}).months
              for factor in (Fraction("0.9999999"), Fraction("1.0000001"))]  # fmt: skip
    assert nearly[1] < 6 <= nearly[0]  # type: ignore[operator]


def test_a_threshold_names_what_is_wrong() -> None:
    with pytest.raises(ConfigError, match="not a number of this scenario"):
        threshold(seed(), "base.inptu")
    with pytest.raises(ConfigError, match="low < high"):
        threshold(seed(), "base.input", low=1, high=1)
    with pytest.raises(ConfigError, match="the maximum is 1"):
        threshold(seed(), "failures.tuned_rate", high=2)
    above, below = seed(queries_per_month="11413"), seed(queries_per_month="11412")
    assert IN_TIME.pays(above, planned_flow(above))
    assert not IN_TIME.pays(below, planned_flow(below))


def test_every_cell_of_a_heat_map_is_the_scenario_with_both_values() -> None:
    x, y = parse_axis("queries_per_month=5_000:20_000:4"), parse_axis("base.input=0.01:0.03:3")
    found = heat(seed(), x, y)
    assert [len(row) for row in found.rows] == [4, 4, 4]
    assert found.y.path == "base.input_per_1k"
    for up, row in zip(found.y.values, found.rows, strict=True):
        for across, cell in zip(found.x.values, row, strict=True):
            changed = seed(queries_per_month=str(across), input_per_1k=f"{float(up)}")
            assert cell.net_usd == payback(changed.flow(changed.planned)).net_usd


@pytest.mark.parametrize("text", ["a", "a=1:2", "a=1:2:x", "a=2:1:3", "a=1:2:1", "a=1:2:999"])
def test_an_axis_is_a_key_two_ends_and_steps(text: str) -> None:
    with pytest.raises(UsageError):
        parse_axis(text)


def test_both_axes_must_differ() -> None:
    with pytest.raises(UsageError, match="both axes"):
        heat(seed(), parse_axis("base.input=0:1:2"), parse_axis("base.input_per_1k=0:1:2"))


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("x.maintenance 2 h/month at $50", "[engineering]\nhourly_wage = 50\nhours_per_month = 2"),
        ("x.maintenance 2 h/month at $50", "[engineering]\nhours_per_month = 2"),
        (
            "x.retrain every 6 months (train+20% relabel)",
            "[retraining]\nevery_months = 6\nrelabel_ratio = 0.2",
        ),
    ],
)
def test_golden_costs_after_the_start(key: str, table: str) -> None:
    found = payback((case := seed(24, SEED.split("[engineering]")[0] + table)).flow(case.planned))
    assert close(found.net_usd, GOLDEN[key]["net"])
    assert close(found.durable, GOLDEN[key]["durable"])
    again = case.all_in(case.planned) - case.planned.upfront - case.over_horizon(case.tuned)
    assert again == (3 * (12 + Fraction(6250, 15)) if "retrain" in key else 0)


def test_volume_grows_and_ramps_up_month_by_month() -> None:
    case = seed(4, "growth_ratio = 0.1\nramp = [0.25, 0.5]\n" + SEED)
    calls = [Fraction(2500), Fraction(5500), Fraction(12100), Fraction(13310)]
    assert [case.volume.in_month(month) for month in (1, 2, 3, 4)] == calls
    assert case.over_horizon(case.tuned) == sum(calls) * (Fraction("0.0009") + Fraction("0.01"))
    assert case.volume.until(Fraction(5, 2)) == 2500 + 5500 + 6050
    assert payback(case.flow(case.planned)).linear == Fraction(6286, 3) / (
        2500 * Fraction("0.0306")
    )


def test_waiting_has_a_price_per_second() -> None:
    text = SEED + "[latency]\nusd_per_second = 0.001\nbase_seconds = 2\ntuned_seconds = 0.5\n"
    assert outcome(seed(text=text)).net_usd - outcome(seed()).net_usd == 12 * 10_000 * Fraction(
        "0.0015"
    )
    hybrid = seed(text=text).hybrid
    assert hybrid is not None
    assert hybrid.arm.per_query_usd == Fraction("0.002") + Fraction("0.0005")


def test_batch_discount_is_half_unless_stated() -> None:
    half, third = (
        seed(text=SEED.replace("[base]\n", f"[base]\nbatch_ratio = 0.5\n{stated}"))
        for stated in ("", "batch_discount = 0.4\n")
    )
    failures = 100
    assert half.steady_month(half.base) == 315 * Fraction(3, 4) + failures
    assert third.steady_month(third.base) == 315 * Fraction(4, 5) + failures


def test_present_value_return_and_peak_outlay() -> None:
    case = seed(
        3, "discount_rate = 0.10\n" + SEED + "[retraining]\nevery_months = 2\nrelabel_ratio = 0\n"
    )
    upfront, saving = float(Fraction(6286, 3)), 306.0
    rate = 1.1 ** (1 / 12)
    found = worth(case.flow(case.planned), case.discount_rate)
    assert found.npv_usd is not None
    assert float(found.npv_usd) == pytest.approx(
        -upfront + saving / rate + saving / rate**2 - 12 / rate**2 + saving / rate**3, rel=1e-12
    )
    assert float(found.net_usd) == pytest.approx(-upfront + 3 * saving - 12)
    assert float(found.roi_ratio or 0) == pytest.approx(float(found.net_usd) / (upfront + 12))
    assert float(found.peak_outlay_usd) == pytest.approx(upfront)
    undiscounted = worth(case.flow(case.planned), Fraction(0))
    assert undiscounted.npv_usd == undiscounted.net_usd
    assert worth(case.flow(case.planned)).npv_usd is None


def test_the_deepest_point_may_come_after_the_start() -> None:
    text = SEED.split("[labelling]")[0] + "[retraining]\nevery_months = 1\nusd = 5000\n"
    case = seed(3, text)
    # -12, +306, then at the start of month 2: 5,012 are paid; +306; the same again, +306
    assert worth(case.flow(case.planned)).peak_outlay_usd == 12 + 2 * 5012 - 2 * 306
    assert payback(case.flow(case.planned)).status == "PAYS_BACK_THEN_LOST"


def cost(*args: str, env: dict[str, str] | None = None, charset: str = "utf-8") -> str:
    result = CliRunner(charset=charset).invoke(
        command, list(args), catch_exceptions=False, standalone_mode=False, env=env
    )
    assert result.return_value == 0
    return result.output


HEAT = ("--heat", "queries_per_month=2000:30000:4", "--heat", "base.input=0.005:0.03:3")


@pytest.mark.parametrize("path", [TECHWIZ, HOSPITAL])
def test_the_whole_outlook_fits_a_terminal(path: Path) -> None:
    volume = "queries_per_month" if path == TECHWIZ else "queries_per_year"
    wide = ("--heat", f"{volume}=2000:3000000:18", "--heat", "tokens.answer=100:900:4")
    text = cost("--scenario", str(path), "--tornado", "--risk", "--draws", "500", *wide)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_colours_come_and_go_with_the_variables() -> None:
    args = ("--scenario", str(TECHWIZ), "--tornado", *HEAT)
    plain = cost(*args, env={"NO_COLOR": "1", "FORCE_COLOR": "1"})
    painted = cost(*args, env={"NO_COLOR": "", "FORCE_COLOR": "1"})
    assert "\x1b[32m" in painted
    assert "\x1b" not in plain
    assert "█" in plain
    assert "█" not in cost(*args, charset="ascii")


def test_the_text_says_where_it_pays() -> None:
    text = cost("--scenario", str(TECHWIZ), "--tornado")
    assert "queries_per_month, now 10,000: pays from 11,412.4909" in text
    assert "labelling.minutes_per_example, now 5: pays up to 4.3776" in text
    # 24 months of $306 - $12 = $7,332 pay 500 examples of 17.6 minutes
    assert "labelling.minutes_per_example, now 5: pays already, up to 17.5968" in text


def test_json_has_what_was_asked_for_and_null_for_the_rest() -> None:
    quiet: Any = json.loads(cost("--scenario", str(TECHWIZ), "-f", "json"))
    assert (quiet["tornado"], quiet["thresholds"], quiet["heat"], quiet["risk"]) == (
        None, [], None, None,
    )  # fmt: skip
    loud: Any = json.loads(cost("--scenario", str(TECHWIZ), "-f", "json", "--tornado", *HEAT))
    flips = {each["key"]: each for each in loud["thresholds"] if each["goal"] == IN_TIME.name}
    assert flips["queries_per_month"]["answer"] == "at"
    assert Fraction(flips["queries_per_month"]["flip"]["value"]) == pytest.approx(
        11412.490922294844
    )
    assert loud["tornado"]["bars"][0]["key"] == "queries_per_month"
    assert [len(row) for row in loud["heat"]["rows"]] == [4, 4, 4]
    assert loud["variants"][0]["worth"]["npv_usd"] is None
    assert Fraction(loud["variants"][0]["worth"]["peak_outlay_usd"]) == 12


def test_flags_that_do_not_fit_are_named() -> None:
    for args in (HEAT[:2], (*HEAT, *HEAT[:2]), ("--draws", "5"), ("--seed", "1")):
        with pytest.raises(UsageError):
            cost("--scenario", str(TECHWIZ), *args)
