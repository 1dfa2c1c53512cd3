from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from ftgate import config
from ftgate.errors import ConfigError
from ftgate.plain import Doubt, build, to_plain
from ftgate.settings import Settings

FULL = """
version = 1
offline = true

[model]
base = "gpt-4.1-mini-2025-04-14"
method = "supervised"
epochs = "auto"

[[dataset]]
name = "support-tone"
train = ["data/train/*.jsonl"]
validation = ["data/val.jsonl"]
prompts = ["prompts/support.prompty"]
goal = "style"

[usage]
requests_per_month = 120_000
prompt_tokens = 1450
completion_tokens = 180
cache_hit_rate = 0.6
horizon_months = 6

[policy]
fail_on = "error"
max_training_cost = "150 USD"
max_break_even = "90 days"
on_unknown = "fail"

[rules]
select = ["FT"]
ignore = ["FT305"]
[rules.FT201]
min_examples = 50

[per-file-ignores]
"data/legacy/*.jsonl" = ["FT1"]

[[waive]]
code = "FT803"
dataset = "support-tone"
digest = "sha256:4f3c2a9b1d0e"
reason = "Latency, not cost, is the goal"
until = 2027-03-01

[[price]]
model = "gpt-4.1-mini-2025-04-14"
training_mtok = "5.00"
input_mtok = "0.80"
output_mtok = "3.20"
source = "enterprise agreement 2026-04"
as_of = 2026-04-01
"""


WAIVER = "[[waive]]\ncode = 'FT201'\nreason = 'pilot'\nuntil = 2027-01-01\n"


DECLARED = "[[dataset]]\nname = 'support'\n[[dataset]]\nname = 'returns'\n"


def write(folder: Path, text: str, name: str = "ftgate.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def load(path: Path | None, *overrides: str) -> Settings:
    return config.load(path, overrides=overrides)


def test_every_section_is_read(tmp_path: Path) -> None:
    settings = load(write(tmp_path, FULL))
    assert settings.dataset[0].prompts == ("prompts/support.prompty",)
    assert settings.usage.requests_per_month == 120_000
    assert settings.price[0].training_mtok == Decimal("5.00")
    assert settings.waive[0].until == date(2027, 3, 1)
    assert settings.per_file_ignores == {"data/legacy/*.jsonl": ("FT1",)}
    assert settings.rules["FT201"] == {"min_examples": 50}


def test_all_numbers_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    text = "[review]\nrate_today = '0.1'\n[failures]\nrate_today = '0.1'\n"
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text + "[engineering]\nhours_upfront = 8"))
    assert all(key in caught.value.message for key in ("cost_usd", "without usd", "hourly_wage"))
    assert ('cost_usd = "10"' in caught.value.hint, 'usd = "1"' in caught.value.hint) == (
        True,
        True,
    )


def test_a_waiver_may_name_a_dataset_that_no_plan_declares(tmp_path: Path) -> None:
    """It is called like its files, which the configuration does not know."""
    assert load(write(tmp_path, WAIVER + "dataset = 'support'")).waive[0].dataset == "support"


def test_pydantic_agrees_and_is_not_needed(tmp_path: Path) -> None:
    from pydantic import TypeAdapter

    document = tomllib.loads(FULL)
    document["per_file_ignores"] = document.pop("per-file-ignores")
    assert build(Settings, document) == TypeAdapter(Settings).validate_python(document)
    assert build(Settings, to_plain(load(write(tmp_path, FULL)))) == load(write(tmp_path, FULL))
    program = (
        "import sys; from pathlib import Path; from ftgate import config; "
        f"config.load(Path({str(write(tmp_path, FULL))!r})); print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "text",
    [
        "[usage]\nrequests_per_month = 1.5",
        "[usage]\nrequests_per_month = true",
        "[usage]\ncache_hit_rate = 1",
        "[labelling]\nhourly_wage = 50.5",
        "[labelling]\nhourly_wage = 'fifty'",
        "[[waive]]\ncode = 'FT1'\nreason = 'r'\nuntil = 2026-11-22T10:00:00",
        "[[waive]]\ncode = 'FT1'\nreason = 'r'\nuntil = '2026-11-22'",
        "[model]\nepochs = '3'",
        "[model]\nmethod = 'SFT'",
        "[[dataset]]\ntrain = ['x']",
        "[[dataset]]\nname = 'x'\ntrain = 'x'",
        "dataset = 3",
        "[per-file-ignores]\na = 'FT1'",
        "[[price]]\nmodel = 'm'\nsource = 's'\nas_of = 2026-02-30",
    ],
)
def test_where_the_quick_reading_accepts_pydantic_agrees(text: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    try:
        document = tomllib.loads(text.replace("per-file-ignores", "per_file_ignores"))
    except tomllib.TOMLDecodeError:
        return
    try:
        built = build(Settings, document)
    except Doubt:
        return
    try:
        assert built == TypeAdapter(Settings).validate_python(document)
    except ValidationError as error:
        pytest.fail(f"accepted, but pydantic says {error}")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[polcy]\nfail_on = 'error'", "unknown key polcy", "policy"),
        ("[usage]\nrequest_per_month = 1", "unknown key [usage] request_per_month", "requests_per"),
        ("[[dataset]]\nname = 'a'\ntrian = ['x']", "unknown key [dataset] trian", "train"),
        ("[usage]\nrequests_per_month = -1", "must not be negative", ""),
        ("[usage]\ncache_hit_rate = 60", "between 0 and 1", ""),
        ("[policy]\nmax_break_even = 'soon'", "'soon' is not a duration", "90 days"),
        ("[policy]\nmax_training_cost = 'a lot'", "'a lot' is not an amount", "150 USD"),
        ("[policy]\nfail_on = 'always'", "[policy] fail_on", "config schema"),
        ("[model]\nepochs = 0", "epochs = 0", ""),
        ("version = 2", "version", ""),
        ("[labelling]\nhourly_wage = '-50'", "must not be negative", ""),
        ("[hosting]\nusd_per_hour = '-1'", "must not be negative", ""),
        ("[review]\ncost_usd = 'NaN'", "not a number", ""),
        ("[review]\nrate_today = '0.1'", "without cost_usd", "cost_usd"),
        ("[review]\ncost_usd = '1'\ninitial_rate_tuned = '0.1'", "needs rate_tuned", ""),
        ("[usage]\nhorizon_months = 100000", "1 to 600", ""),
        ("[review]\ncost_usd = '1e400'", "neither below 1e-12", ""),
        ("[labelling]\nhourly_wage = '1e-999999'", "neither below 1e-12", ""),
        ("[usage]\ncache_hit_rate = nan", "not a number", ""),
        ("[policy]\nmax_price_age = '99999999999999 days'", "longer than", ""),
        ("[engineering]\nhours_upfront = 8", "without hourly_wage", ""),
        ("[failures]\nrate_today = '0.1'", "without usd", "usd"),
        ("[latency]\nseconds_tuned = 2", "without usd_per_second", ""),
        ("[retraining]\nevery_months = 0", "at least 1", ""),
        ("[retraining]\nevery_months = 6\nrelabel_ratio = 2", "between 0 and 1", ""),
        ("[self_hosted]\ngpus = 0", "at least 1", ""),
        ("[self_hosted]\ntokens_per_second = 0", "nothing would be answered", ""),
        ("[usage]\nramp = [0.5, 1.5]", "between 0 and 1", ""),
        ("[usage]\nbatch_share = 50", "between 0 and 1", ""),
        ("[usage]\ngrowth_ratio = 1\nhorizon_months = 36", "1,000,000 times", ""),
        ("[distillation]\nreview_share = '2'", "between 0 and 1", ""),
        ("offline = false", "not configured", ""),
        ("[model]\nepochs = true", "not true or false", ""),
        ("[model]\nbase = ''", "base is empty", ""),
        ("[[dataset]]\nname = ''", "empty name", ""),
        ("[[dataset]]\nname = 'a'\n[[dataset]]\nname = 'a'", "used twice", ""),
        ("[[dataset]]\nname = 'a'\ntrain = 'x'", "should be a list", ""),
        ("per_file_ignores = {}", "unknown key per_file_ignores", ""),
        (WAIVER + "digest = 's'", "pins nothing", "12 hexadecimal"),
        (WAIVER.replace("pilot", " "), "reason is empty", ""),
        (f"{DECLARED}{WAIVER}dataset = 'suport'", "no dataset 'suport'", "did you mean 'support'"),
        (f"{DECLARED}{WAIVER}dataset = 'x'", "no dataset 'x' is declared", "support, returns"),
        ("[usage\n", "ftgate.toml", "TOML"),
        (f"x = {'[' * 5000}", "nested too deeply", ""),
    ],
)
def test_a_mistake_names_the_key_and_the_way_out(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_overrides_win_and_are_checked(tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    settings = load(path, "usage.requests_per_month=5", "model.base=gpt-4o", "rules.ignore=['FT3']")
    assert settings.usage.requests_per_month == 5
    assert settings.model.base == "gpt-4o"
    assert settings.rules["ignore"] == ["FT3"]
    with pytest.raises(ConfigError, match="unknown key"):
        load(path, "usage.reqests=5")
    with pytest.raises(ConfigError, match=r"--config usage\.ramp: nested too deeply"):
        load(path, f"usage.ramp={'[' * 5000}")


def test_nearest_file_wins_and_the_repository_is_the_limit(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    inner = tmp_path / "repo" / "data" / "deep"
    inner.mkdir(parents=True)
    write(tmp_path, "version = 1")
    assert config.find(inner) is None
    project = write(tmp_path / "repo", "[tool.ftgate]\noffline = true\n", "pyproject.toml")
    assert config.find(inner) == project
    nearest = write(tmp_path / "repo" / "data", "version = 1")
    assert config.find(inner) == nearest
    assert load(project) == Settings()


def test_the_schema_describes_the_file() -> None:
    schema = config.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = to_plain(tomllib.loads(FULL))
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "polcy": {}}, schema)
