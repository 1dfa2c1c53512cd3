"""20,000 futures of a plan over 36 months: arrays against the loop that everybody writes first.

Run:  python -m benchmarks.bench_risk [draws]

Both are given the same drawn numbers and must find the same dollars and months. The loop is the
model of ``ftgate/economics/cashflow.py`` in plain floats: one future, one month, one option at a
time. CPU time of this process; the arrays' median of five runs, the loop once.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ftgate.economics.futures import futures
from ftgate.economics.risk import draw, risk
from ftgate.economics.scenario import Scenario, parse_scenario

LIMIT_SECONDS, LIMIT_RATIO = 1.0, 100.0
MINUTES_PER_MONTH = 60 * 730

# Today's model with its prompt cached, the fine-tune, and two alternatives with caches of their
# own; volume grows, prices fall, the model's life ends at random, half of the plans retrain.
PLAN = """
queries_per_month = 10_000
horizon_months = 36
growth_ratio = 0.02
discount_rate = 0.1
[tokens]
system_prompt = 1_500
tuned_system_prompt = 50
query = 50
answer = 100
[base]
model = "today"
input_mtok = 3
cached_input_mtok = 0.3
cache_ttl_minutes = 5
cache_write_multiplier = 1.25
output_mtok = 15
price_decline_ratio = 0.03
[tuned]
model = "ft:small"
training_mtok = 5
input_mtok = 0.8
output_mtok = 3.2
[training]
examples = 500
epochs = 3
[labelling]
hourly_wage = 50
minutes_per_example = 1
[engineering]
hours_per_month = 0.2
[retraining]
every_months = 6
relabel_ratio = 0.2
[failures]
cost = 1
base_rate = 0.02
tuned_rate = 0.015
[[alternative]]
model = "cheap"
input_mtok = 1
cached_input_mtok = 0.05
output_mtok = 5
cache_ttl_minutes = 30
cache_write_multiplier = 1.25
[[alternative]]
model = "cheapest"
input_mtok = 0.1
cached_input_mtok = 0.01
output_mtok = 0.5
cache_ttl_minutes = 30
cache_write_multiplier = 1.25
[risk]
queries_per_month = { median = 10_000, p90 = 30_000 }
growth_ratio = { low = 0, mode = 0.02, high = 0.1 }
tokens.system_prompt = { low = 800, mode = 1_500, high = 3_000 }
tokens.answer = { low = 50, mode = 100, high = 200 }
base.input_mtok = { low = 1, mode = 3, high = 3 }
base.output_mtok = { low = 5, mode = 15, high = 15 }
base.price_decline_ratio = { low = 0, mode = 0.03, high = 0.12 }
labelling.minutes_per_example = { low = 0.5, mode = 1, high = 3 }
labelling.hourly_wage = { low = 30, mode = 50, high = 100 }
engineering.hours_per_month = { low = 0, mode = 0.2, high = 1 }
failures.tuned_rate = { low = 0, mode = 0.015, high = 0.04 }
retraining.every_months = { chance = 0.5 }
model_life_months = { mean = 20 }
"""


class Arm(NamedTuple):
    """One option's numbers in one future, as a loop would pass them around."""

    static: float
    input: float
    output: float
    cached: float | None = None
    ttl: float = 0
    fixed: float = 0
    failures: float = 0.02
    decline: float = 0
    dynamic: float = 50
    reasoning: float = 0
    batch: float = 0
    retry: float = 0
    per_query: float = 0
    review_rate: float = 0
    review_usd: float = 0


def month_cost(arm: Arm, answer: float, calls: float, month: int) -> float:
    """The formula at the head of ``ftgate/economics/cashflow.py``, line by line."""
    hit, write = 0.0, 1.0
    if arm.cached is not None and arm.static >= 1024:
        hit = 1 - math.exp(-calls * arm.ttl / MINUTES_PER_MONTH)
        write = 1.25
    tokens = (
        arm.static * ((1 - hit) * arm.input * write + hit * (arm.cached or 0))
        + arm.dynamic * arm.input
        + (answer + arm.reasoning) * arm.output
    ) / 1e6
    call = (
        tokens * (1 - arm.decline) ** (month - 1) * (1 - arm.batch * 0.5) * (1 + arm.retry)
        + arm.per_query
        + arm.review_rate * arm.review_usd
        + arm.failures * 1
    )
    return calls * call + arm.fixed


def padded(arm: Arm, answer: float, calls: float) -> Arm:
    """A prompt below the cache's minimum, lengthened to it where that is cheaper."""
    longer = arm._replace(static=1024)
    cheaper = month_cost(longer, answer, calls, 1) < month_cost(arm, answer, calls, 1)
    return longer if arm.static < 1024 and cheaper else arm


def one_future(d: dict[str, float]) -> tuple[float, float, list[float]]:
    """Net present value, durable payback and the totals of all options, of one future."""
    wage, answer, volume = d["labelling.hourly_wage"], d["tokens.answer"], d["queries_per_month"]
    prompt = d["tokens.system_prompt"]
    training = 500 * (100 + answer) * 3 * 5 / 1e6
    labelling = 500 * d["labelling.minutes_per_example"] * wage / 60
    arms = [
        Arm(prompt, d["base.input_mtok"], d["base.output_mtok"], 0.3, 5,
            decline=d["base.price_decline_ratio"]),
        padded(Arm(prompt, 1, 5, 0.05, 30), answer, volume),
        padded(Arm(prompt, 0.1, 0.5, 0.01, 30), answer, volume),
    ]  # fmt: skip
    tuned = Arm(50, 0.8, 3.2, fixed=d["engineering.hours_per_month"] * wage,
                failures=d["failures.tuned_rate"])  # fmt: skip
    every, life = d["retraining.every_months"], d["model_life_months"]
    discount = 1.1 ** (-1 / 12)
    net = npv = -(training + labelling)
    months = 0.0 if net >= 0 else math.nan
    totals = [0.0 for _ in arms]
    for month in range(1, 37):
        calls = volume * (1 + d["growth_ratio"]) ** (month - 1)
        bills = [month_cost(arm, answer, calls, month) for arm in arms]
        for index, bill in enumerate(bills):
            totals[index] += bill * discount**month
        if month > life:
            continue
        saving = bills[0] - month_cost(tuned, answer, calls, month)
        due = every > 0 and month > 1 and (month - 1) % every == 0
        lump = training + 0.2 * labelling if due else 0.0
        before = net - lump
        net = before + saving
        if before < 0 <= net:
            months = month - 1 - before / saving
        elif net < 0:
            months = math.nan
        npv += saving * discount**month - lump * discount ** (month - 1)
    return npv, months, [*totals, totals[0] - npv]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main(count: int = 20_000) -> None:
    """Measure, compare the answers, print; exit 1 where a target is missed."""
    scenario: Scenario = parse_scenario(PLAN, "bench.toml")
    drawn = draw(scenario, scenario.uncertainty.spreads, count, 1)
    futures(scenario, drawn, count)  # imports and the first touch of memory are not the model
    runs = [timed(lambda: futures(scenario, drawn, count)) for _ in range(5)]
    arrays, found = statistics.median(seconds for seconds, _ in runs), runs[0][1]
    whole = statistics.median(timed(lambda: risk(scenario, count))[0] for _ in range(5))
    columns = [column.tolist() for column in drawn.values()]
    rows = [dict(zip(drawn, row, strict=True)) for row in zip(*columns, strict=True)]
    loop, answers = timed(lambda: [one_future(row) for row in rows])
    np.testing.assert_allclose(found.npv_usd, [each[0] for each in answers], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.months, [each[1] for each in answers], rtol=1e-9)
    for index, (_, total) in enumerate(found.totals_usd):
        np.testing.assert_allclose(total, [each[2][index] for each in answers], rtol=1e-9)
    print(f"{count:,} futures x 36 months x 4 options; same answers to 1e-9")
    print(f"plain Python loop          {loop:8.3f} s")
    print(f"arrays, the same model     {arrays:8.3f} s   {loop / arrays:6.0f} times less")
    print(f"  drawn and summed up too  {whole:8.3f} s   {loop / whole:6.0f} times less")
    if whole > LIMIT_SECONDS or loop / arrays < LIMIT_RATIO:
        raise SystemExit(f"targets: at most {LIMIT_SECONDS} s, {LIMIT_RATIO:.0f} times less")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:2]))
