"""A scenario's answer for machines, whole, with the numbers of ``test_scenario_page``."""

from __future__ import annotations

from fractions import Fraction

from ftgate.economics.heatmap import Axis, Heat
from ftgate.economics.outlook_json import heat_dict, risk_dict, threshold_dict, tornado_dict
from ftgate.economics.risk import Bin, Chance, Driver, Risk, risk, sample
from ftgate.economics.scenario import parse_scenario
from ftgate.economics.scenario_flips import sweep
from ftgate.economics.scenario_json import scenario_dict
from ftgate.economics.sensitivity import Bar, Flip, Outcome, Threshold, Tornado
from ftgate.economics.spreads import Spread
from tests.test_scenario_keys import SMALL, made
from tests.test_scenario_page import LETTERS, NOTES

THIRD = "0.333333333333333"


def test_a_scenario_says_the_same_to_machines() -> None:
    notes = parse_scenario(NOTES, "notes.toml")
    found = scenario_dict(notes, ("base.output", sweep(notes, "base.output", [10])))
    stop = {"answer": "never", "value": None}
    (variant,) = found.pop("variants")
    assert variant == {
        "kind": "fine-tuned",
        "labelled": False,
        "model": "ft:small",
        "monthly_usd": "40",
        "first_month_usd": "140",  # at the full volume, a hundredth of $1 more a call
        "horizon_usd": "162.4",
        "upfront_usd": "26",
        "total_usd": "188.4",
        "saves_usd_per_month": "260",
        "break_even": {
            "status": "PAYS_BACK",
            "months": "0.325",
            "calls": "1625",
            "net_usd": "654.6",
            "decision": "fine-tune",
        },
        "worth": {"npv_usd": None, "roi_ratio": "25.176923076923077", "peak_outlay_usd": "26"},
        "stops": {
            "base.input.saves_nothing": stop,
            "base.input.too_slow": stop,
            "base.input+output_factor.saves_nothing": {
                "answer": "at",
                "value": "0.133333333333333",
            },
            "base.input+output_factor.too_slow": {"answer": "at", "value": "0.16844240011124"},
        },
        "until_shutdown": {"status": "PAYS_BACK", "net_usd": "340"},
    }
    assert found == {
        "schema": "ftgate/cost/1",
        "title": "notes",
        "calls_per_month": "10000",
        "horizon_months": 3,
        "limit_months": "6",
        "suitability": {
            "answer": "go", "decision": None, "text": "style is what fine-tuning is good at",
        },
        "today": {
            "model": "strong", "monthly_usd": "300", "first_month_usd": "300", "horizon_usd": "843",
        },
        "training_usd": "26",
        "labelling_usd": None,
        "engineering_usd": "0",
        "discount_rate": None,
        "indifference": {
            "usd_per_query_token": "0.2248", "usd_per_answer_token": "0.7306", "usd": "76",
        },
        # At a third of the price 5,000 calls of month 1 save $30 - $50, then $66 and $72.60.
        "sweep": [{
            "key": "base.output",
            "value": "10",
            "today_monthly_usd": "100",
            "variants": [{
                "kind": "fine-tuned", "labelled": False, "saves_usd_per_month": "60",
                "status": "PAYS_BACK", "months": "1.696969696969697", "decision": "fine-tune",
            }],
        }],
        "alternatives": [{
            "model": "small",
            "uncached_monthly_usd": "50",
            "monthly_usd": "50",
            "padded_monthly_usd": None,
            "fine_tune_against_it": {"status": "PAYS_BACK_AFTER_HORIZON", "net_usd": "-47.9"},
        }],
        "usable_until": None,
        "usable_months": 2,
    }  # fmt: skip


def test_labels_retrieval_and_caches_have_their_numbers() -> None:
    found = scenario_dict(parse_scenario(LETTERS, "letters.toml"))
    kinds = [(each["kind"], each["labelled"], each["total_usd"]) for each in found["variants"]]
    assert kinds == [
        ("fine-tuned", False, "1464.4"), ("hybrid", False, "1476.4"),
        ("fine-tuned", True, "1524.4"), ("hybrid", True, "1536.4"),
    ]  # fmt: skip
    assert found["sweep"] == []
    assert (found["labelling_usd"], found["engineering_usd"], found["usable_months"]) == (
        *("50", "30", 1),
    )
    assert (found["usable_until"], found["discount_rate"]) == ("2026-12-22", "0")
    padded = [each["padded_monthly_usd"] for each in found["alternatives"]]
    assert padded == [None, "101.0632", None]
    # -$130 +5.80 +5.80 +15.80 x 4 -100 is the deepest point, $155.20.
    assert found["variants"][0]["worth"]["peak_outlay_usd"] == "155.2"
    assert found["variants"][0]["break_even"]["months"] is None
    assert found["variants"][0]["until_shutdown"] == {"status": "NEVER", "net_usd": "-124.2"}


PAYS = Outcome(Fraction(1, 3), Fraction(3, 2), "PAYS_BACK", "fine-tune")
NEVER = Outcome(Fraction(-5), None, "NEVER", "prompt")
PAYS_DICT = {"net_usd": THIRD, "months": "1.5", "status": "PAYS_BACK", "decision": "fine-tune"}
NEVER_DICT = {"net_usd": "-5", "months": None, "status": "NEVER", "decision": "prompt"}


def test_bars_and_flips_for_machines() -> None:
    bar = Bar("x", Fraction(1), Fraction(2), NEVER, PAYS)
    assert tornado_dict(Tornado(PAYS, (bar,), assumed=True)) == {
        "assumed": True,
        "base": PAYS_DICT,
        "bars": [
            {
                "key": "x", "low": "1", "high": "2", "at_low": NEVER_DICT, "at_high": PAYS_DICT,
                "swing_usd": "5.333333333333333",
            }
        ],
    }  # fmt: skip
    up, down = Flip(Fraction(7, 2), True, True), Flip(Fraction(1, 3), False, False)
    span = (Fraction(5), Fraction(0), Fraction(9))
    above, below = (
        {"value": "3.5", "pays": "above", "exact": True},
        {"value": THIRD, "pays": "below", "exact": False},
    )
    assert threshold_dict(Threshold("x", "goal", "already", *span, up, (down, up))) == {
        "key": "x", "goal": "goal", "answer": "already", "now": "5", "low": "0", "high": "9",
        "flip": above, "flips": [below, above], "monotone": False,
    }  # fmt: skip
    never = threshold_dict(Threshold("x", "goal", "never", *span, None, ()))
    assert (never["flip"], never["flips"], never["monotone"]) == (None, [], True)
    x, y = Axis("x", (Fraction(1), Fraction(3, 2))), Axis("y", (Fraction(2),))
    assert heat_dict(Heat(x, y, ((PAYS, NEVER),))) == {
        "x": {"key": "x", "values": ["1", "1.5"]},
        "y": {"key": "y", "values": ["2"]},
        "rows": [[PAYS_DICT, NEVER_DICT]],
    }


def test_futures_for_machines() -> None:
    found = Risk(
        draws=7, seed=3, against="strong", stated=False,
        spreads=(Spread("x", ("chance",), (Fraction(1, 2),), Fraction(9)),),
        positive=Chance(1 / 3, 0.1), in_time=Chance(0.5, 0.25), p5_usd=-0.0, p50_usd=1.005,
        p95_usd=2, mean_usd=1 / 3, histogram=(Bin(-1, 2.5, 7),), drivers=(Driver("x", 2 / 3),),
        cheapest=(("strong", Chance(0.25, 0.125)),),
    )  # fmt: skip
    assert risk_dict(found) == {
        "draws": 7,
        "seed": 3,
        "against": "strong",
        "assumed": True,
        "npv_positive": {"probability": 0.333333, "error": 0.1},
        "payback_in_time": {"probability": 0.5, "error": 0.25},
        "npv_usd": {"p5": "0.00", "p50": f"{1.005:.2f}", "p95": "2.00", "mean": "0.33"},
        "histogram": [{"low_usd": "-1.00", "high_usd": "2.50", "futures": 7}],
        "drivers": [{"key": "x", "rank_correlation": 0.666667}],
        "cheapest": [{"model": "strong", "probability": 0.25, "error": 0.125}],
        "distributions": [{"key": "x", "text": "9 with a chance of 50%"}],
    }


VOLUME = ("risk", {"queries_per_month": {"low": 500, "mode": 1000, "high": 2000}, "draws": 400})


def test_a_tie_in_every_future_is_lost() -> None:
    """Both models cost the same and the job nothing: what is paid back at once earns nothing."""
    same = {**SMALL["base"], "training_mtok": 0}
    tie = made(("tuned", same), ("tokens.tuned_system_prompt", 800), VOLUME)
    found = risk(tie)
    assert (found.positive, found.in_time.probability) == (Chance(0, 0), 1)
    assert [(name, chance.probability) for name, chance in found.cheapest] == [
        ("strong", 1), ("strong", 0),
    ]  # fmt: skip
    assert [(each.low_usd, each.high_usd, each.futures) for each in found.histogram] == [
        (0, 0, 400)
    ]
    assert (found.draws, found.seed, found.against, found.stated) == (400, 20261122, "strong", True)


def test_futures_are_sorted_into_twenty_four_bins() -> None:
    """The saving of a call is certain, so the net is the volume times $0.13104 ... in order."""
    found = risk(made(VOLUME))
    assert len(found.histogram) == 24
    widths = {round(each.high_usd - each.low_usd, 6) for each in found.histogram}
    assert len(widths) == 1
    drawn = sample(made(VOLUME)).columns["queries_per_month"]
    call = (840 * 10 + 100 * 30 - (90 * 2 + 100 * 4)) / 1e6
    values = sorted(float(calls) * call * 12 for calls in drawn)
    assert min(values) < found.histogram[0].low_usd < values[7]
    assert values[-8] < found.histogram[-1].high_usd < max(values)
    assert sum(each.futures for each in found.histogram) == 400
    assert [len(risk(made(VOLUME), each).spreads) for each in (10, None)] == [1, 1]
    assert (risk(made(VOLUME), 10).draws, risk(made(VOLUME), 10, 5).seed) == (10, 5)
    assert abs(found.mean_usd - sum(values) / 400) < 1e-6
    # Quantiles lie between neighbours: 5% of 400 futures is behind the twentieth.
    assert values[19] <= found.p5_usd <= values[20]
    assert values[199] <= found.p50_usd <= values[200]
    assert values[379] <= found.p95_usd <= values[380]
