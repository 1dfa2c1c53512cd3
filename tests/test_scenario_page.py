"""The whole text of a scenario, worked out by hand from the numbers beside it."""

from __future__ import annotations

import re

from ftgate.economics.scenario import parse_scenario
from ftgate.economics.scenario_flips import sweep
from ftgate.economics.scenario_text import scenario_lines

# A call today is 1,100 x $10/M + 200 x $30/M + a tenth of $1 for reading = $0.117, a tuned one
# 200 x $2/M + 200 x $4/M + $0.1 = $0.1012, a cent more in months 1-2, a tenth of a cent more with
# retrieval. Training is 100 x 2 x 100,000 x $5/M = $100 and comes again in month 7, labelling
# 100 min x $30/h = $50 and $10 then, engineering an hour.
LETTERS = """
title = "letters"
queries_per_month = 1000
horizon_months = 12
limit_months = 3
growth_ratio = 0
discount_rate = 0

[tokens]
system_prompt = 1000
tuned_system_prompt = 100
query = 100
answer = 200

[base]
model = "strong-with-a-very-long-name"
input_mtok = 10
output_mtok = 30

[tuned]
model = "ft:small"
training_mtok = 5
input_mtok = 2
output_mtok = 4

[training]
examples = 100
epochs = 2
tokens_per_example = 100_000

[labelling]
hourly_wage = 30
minutes_per_example = 1

[engineering]
hours_upfront = 1

[retraining]
every_months = 6
relabel_ratio = 0.2

[review]
cost = 1
base_rate = 0.1
tuned_rate = 0.1
tuned_initial_rate = 0.11
initial_months = 2

[hybrid]
usd_per_query = 0.001

[[alternative]]
model = "plain"
input_mtok = 1
output_mtok = 2

[[alternative]]
model = "short"
input_mtok = 1
output_mtok = 2
cached_input_mtok = 0.1
cache_min_tokens = 1024
cache_hit_ratio = 0.5

[[alternative]]
model = "cached"
input_mtok = 1
output_mtok = 2
cached_input_mtok = 0.1
cache_min_tokens = 1000
cache_hit_ratio = 0.5

[shutdown]
as_of = 2026-11-22
usable_until = 2026-12-22
"""

LETTERS_TEXT = """\
letters
1,000 calls a month, 12 months ahead; payback must be sooner than 3 months
GO: no objection; the costs decide

USD                                    today        fine-tuned    with retrieval
model                       strong-with-a...          ft:small
month                                 117.00            101.20            102.20
  in months 1-2                       117.00            111.20            112.20
saves a month                                            15.80             14.80
12 months of calls                  1,404.00          1,234.40          1,246.40

examples exist, no labelling
  training                                              100.00            100.00
  engineering                                            30.00             30.00
  retraining                                            100.00            100.00
  all in, 12 months                 1,404.00          1,464.40          1,476.40
  payback                                                never             never
  worth today, at 0%                                    -60.40            -72.40
  most out of pocket                                    155.20            161.20
  payback in calls                                       never             never
  decision on cost                              KEEP PROMPTING    KEEP PROMPTING

with labelling
  training                                              100.00            100.00
  labelling                                              50.00             50.00
  engineering                                            30.00             30.00
  retraining                                            110.00            110.00
  all in, 12 months                 1,404.00          1,524.40          1,536.40
  payback                                                never             never
  worth today, at 0%                                   -120.40           -132.40
  most out of pocket                                    215.20            221.20
  payback in calls                                       never             never
  decision on cost                              KEEP PROMPTING    KEEP PROMPTING

Over 12 months fine-tuning wins when 0.096·N + 0.312·L > 192.4, with N tokens of query and L of \
answer. Here N = 100 and L = 200 give 72: it loses.

if base.input were ...: payback in months (go: fine-tune, keep: prompt)
                 today    fine-tuned        hybrid    fine-tuned        hybrid
               a month     no labels     no labels      labelled      labelled
  10            117.00    never keep    never keep    never keep    never keep
  50            161.00        2.5 go        2.6 go      3.3 hold      3.4 hold

When does fine-tuning stop?              saves nothing       payback >= 3 months
  when base.input falls
    fine-tuned, no labels                        never      already (41.0909091)
    hybrid, no labels                            never              already (42)
    fine-tuned, labelled                         never      already (56.2424242)
    hybrid, labelled                             never      already (57.1515152)
  when base.input and base.output fall, as a factor of today's prices
    fine-tuned, no labels                 0.0705882353      already (3.01176471)
    hybrid, no labels                      0.129411765      already (3.07058824)
    fine-tuned, labelled                  0.0705882353      already (3.99215686)
    hybrid, labelled                       0.129411765      already (4.05098039)
  never: even at $0 it pays. At a base.input of $0 today's calls still cost $106.00 a month, the \
fine-tune $101.20. already: only above the value in brackets would it pay.

Before you train:
  plain, today's prompt: $101.50/month without caching
    no cached price given
    the fine-tune against it: saves nothing, loses $306.40 after 12 months
  short, today's prompt: $101.50/month without caching
    1,000 tokens are below the 1,024 that caching needs: no discount; padded to 1,024 a cached \
prompt costs 102.4 tokens' worth (563.2 with misses) instead of 1,000: $101.06/month
    the fine-tune against it: saves nothing, loses $311.64 after 12 months
  cached, today's prompt: $101.50/month without caching
    prompt cached: $101.05/month (50% of calls hit)
    the fine-tune against it: saves nothing, loses $311.80 after 12 months
  the tuned model stops on 2026-12-22: 1 whole month of use, then today's bill again
    fine-tuned, no labels: not within 600 months, loses $124.20 in all
    hybrid, no labels: not within 600 months, loses $125.20 in all
    fine-tuned, labelled: not within 600 months, loses $174.20 in all
    hybrid, labelled: not within 600 months, loses $175.20 in all
"""

# Calls of the three months: 5,000, 11,000, 12,100. Today they cost 3 ct, the fine-tune 0.4 ct and
# in month 1 a hundredth of $1; the job is 100,000 tokens, $0.50, but $26 at least. Month 1 earns
# $150 - $20 - $50 = $80, so $26 are back after 0.325 of it. "small" costs 0.5 ct a call.
NOTES = """
title = "notes"
queries_per_year = 120_000
horizon_months = 3
growth_ratio = 0.1
ramp = [0.5]

[goal]
kind = "style"

[tokens]
system_prompt = 0
tuned_system_prompt = 0
query = 0
answer = 1000

[base]
model = "strong"
input_mtok = 10
output_mtok = 30

[tuned]
model = "ft:small"
training_mtok = 5
input_mtok = 2
output_mtok = 4

[training]
examples = 50
epochs = 2
minimum_usd = 26

[review]
cost = 1
base_rate = 0
tuned_rate = 0
tuned_initial_rate = 0.01
initial_months = 1

[[alternative]]
model = "small"
input_mtok = 0
output_mtok = 5
cached_input_mtok = 0

[shutdown]
usable_until_months = 2
"""

NOTES_TEXT = """\
notes
10,000 calls a month, 50% of them at first, growing 10% a month, 3 months ahead; payback must be \
sooner than 6 months
GO: style is what fine-tuning is good at

USD                                    today        fine-tuned
model                                 strong          ft:small
month                                 300.00             40.00
  in month 1                          300.00            140.00
saves a month                                           260.00
3 months of calls                     843.00            162.40

  training                                               26.00
  all in, 3 months                    843.00            188.40
  payback                                         0.325 months
  payback in calls                                       1,625
  decision on cost                                   FINE-TUNE

Over 3 months fine-tuning wins when 0.2248·N + 0.7306·L > 76, with N tokens of query and L of \
answer. Here N = 0 and L = 1,000 give 730.6: it wins.

When does fine-tuning stop?              saves nothing       payback >= 6 months
  when base.input falls
    fine-tuned, no labels                        never                     never
  when base.input and base.output fall, as a factor of today's prices
    fine-tuned, no labels                  0.133333333                 0.1684424
  never: even at $0 it pays. At a base.input of $0 today's calls still cost $300.00 a month, the \
fine-tune $40.00. already: only above the value in brackets would it pay.

Before you train:
  small, today's prompt: $50.00/month without caching
    0 tokens are below the 1,024 that caching needs: no discount
    the fine-tune against it: after the horizon, loses $47.90 after 3 months
  the tuned model stops: 2 whole months of use, then today's bill again
    fine-tuned, no labels: pays back, wins $340.00 in all
"""

BARE = """
queries_per_month = 1
horizon_months = 1
limit_months = 1
[tokens]
system_prompt = 0
tuned_system_prompt = 0
query = 0
answer = 100
[base]
model = "strong"
input_mtok = 10
output_mtok = 10
[tuned]
model = "ft:small"
training_mtok = 0
input_mtok = 10
output_mtok = 10
[training]
examples = 50
epochs = 1
"""


def page(text: str, swept: tuple[str, list[int]] | None = None) -> str:
    scenario = parse_scenario(text, "page.toml")
    rows = swept and (swept[0], sweep(scenario, *swept))
    return "\n".join(scenario_lines(scenario, rows or None)) + "\n"


def test_everything_that_a_scenario_can_say() -> None:
    assert page(LETTERS, ("base.input", [10, 50])) == LETTERS_TEXT


def test_a_plan_that_grows_and_needs_no_labels() -> None:
    assert page(NOTES) == NOTES_TEXT


def test_a_single_call_and_a_single_month_are_not_plural() -> None:
    said = page(BARE + "[shutdown]\nusable_until_months = 1\n")
    assert said.splitlines()[1].startswith("1 call a month, 1 months ahead;")
    assert "the tuned model stops: 1 whole month of use" in said
    assert "the fine-tune $0.0010" in said  # 100 tokens at $10/M


def stops(text: str) -> tuple[list[str], ...]:
    """By price alone, then by both: where nothing is saved, and where payback is too slow."""
    name = "    fine-tuned, no labels"
    rows = [line for line in page(text).splitlines() if line.startswith(name)]
    return tuple(re.split(" {2,}", row.removeprefix(name).strip()) for row in rows[:2])


def test_where_fine_tuning_stops_by_price() -> None:
    # Both calls are 100 tokens at $10: no input price changes that, and 1 x the prices is a tie.
    assert stops(BARE) == (["already"] * 2, ["already (1)"] * 2)
    # With 10 tokens of query at $20 today against $10 the tie is at $10, or $0.0011 of $0.0012.
    queried = BARE.replace("query = 0", "query = 10").replace("= 10\noutput", "= 20\noutput", 1)
    assert stops(queried) == (["10", "10"], ["0.916666667"] * 2)
    # $2 of training are 2,000 calls of $0.001 more.
    dear = BARE.replace("epochs = 1", "epochs = 1\nminimum_usd = 2")
    assert stops(dear)[1] == ["already (1)", "already (2,001)"]
