"""Options with a prompt, a payment or an end of their own: the exact model and the drawn one."""

from __future__ import annotations

import pytest

from ftgate.economics.scenario import parse_scenario
from ftgate.errors import ConfigError
from tests.test_risk import EVERYTHING, check_draws

# Today's model stops after ten months; one rival has a prompt and a payment of its own, another the
# fine-tune's answers on machines that are rented one by one.
SUCCEEDED = (
    EVERYTHING.replace("[tuned]", "cacheable_tokens = 700\nlasts_months = 10\n\n[tuned]", 1)
    .replace(
        'model = "short cache"',
        """model = "short cache"
lasts_months = 20
successor = { model = "youngest", input_mtok = 0.2, output_mtok = 1, system_prompt = 900 }""",
    )
    .replace("epochs = 3", "epochs = 3\nminimum_usd = 0.2")
    .replace(
        "[risk]",
        """[[alternative]]
model = "own prompt"
system_prompt = 1_500
cacheable_tokens = 1_100
usd_per_query = 0.0001
upfront_usd = 400
input_mtok = 0.3
cached_input_mtok = 0.03
output_mtok = 1

[[alternative]]
model = "own machines"
answers = "tuned"
input_mtok = 0
output_mtok = 0
replica_per_hour = 0.02
replica_calls = 7_000
upfront_usd = 50

[base.successor]
model = "younger"
input_mtok = 0.7
cached_input_mtok = 0.07
cacheable_tokens = 600
output_mtok = 4
batch_ratio = 0.5

[risk]
base.successor.input = { low = 0.2, mode = 0.7, high = 0.9 }
base.cacheable_tokens = { low = 300, mode = 700, high = 1_500 }""",
    )
)


@pytest.mark.parametrize("against", range(5))
def test_every_draw_agrees_whoever_is_compared_and_whoever_comes_after(against: int) -> None:
    found = check_draws(parse_scenario(SUCCEEDED, "succeeded.toml"), 15, against)
    names = ["strong", "short cache", "plain", "own prompt", "own machines", "ft:small"]
    assert [name for name, _ in found.totals_usd] == names


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[base.successor]", "[[alternative]]"), "who answers after lasts_months"),
        (("hosting_per_hour = 0.01", "lasts_months = 3"), "written as \\[shutdown\\]"),
        (('answers = "tuned"', 'answers = "best"'), 'must be "base" or "tuned"'),
    ],
)
def test_a_succession_that_contradicts_itself_is_an_error(
    change: tuple[str, str], problem: str
) -> None:
    assert change[0] in SUCCEEDED
    with pytest.raises(ConfigError, match=problem):
        parse_scenario(SUCCEEDED.split("[risk]")[0].replace(*change), "succeeded.toml")
