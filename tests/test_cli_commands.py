"""The commands that look and set up: explain, rules, config, init and count, on real files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import ftgate
from ftgate.cli import run
from ftgate.commands.init_text import STANZA, with_stanza
from ftgate.commands.toml_text import value
from ftgate.report_json import plain
from ftgate.rules import load_rules

Capture = pytest.CaptureFixture[str]


def chat(*turns: tuple[str, str]) -> str:
    messages = [{"role": role, "content": text} for role, text in turns]
    return json.dumps({"messages": messages}) + "\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a training set, its validation set and two prompts."""
    monkeypatch.chdir(tmp_path)
    data, prompts = tmp_path / "data", tmp_path / "data" / "prompts"
    prompts.mkdir(parents=True)
    example = chat(("system", "Be short."), ("user", "Why?"), ("assistant", "Because."))
    (data / "train.jsonl").write_text(example * 3, "utf-8")
    (data / "val.jsonl").write_text(example, "utf-8")
    (prompts / "support.txt").write_text("Answer every question in one word. " * 9, "utf-8")
    (prompts / "short.txt").write_text("Be short.", "utf-8")
    return tmp_path


# -- explain and rules ------------------------------------------------------------------------


def test_every_rule_is_explained_by_code_and_by_name(capsys: Capture) -> None:
    for code, rule in load_rules().items():
        assert run(["explain", code.lower()]) == 0
        by_code = capsys.readouterr().out
        assert run(["explain", rule.name]) == 0
        assert capsys.readouterr().out == by_code
        assert by_code.startswith(f"{code} {rule.name} ")
        assert " ".join(rule.summary.split()) in " ".join(by_code.split())
        assert "## " not in by_code
        for option in rule.options:
            assert f"  {option} " in by_code


def test_an_unknown_rule_gets_the_nearest_name(capsys: Capture) -> None:
    assert run(["explain", "too-few-exampels"]) == 2
    assert "too-few-examples" in capsys.readouterr().err


def test_a_family_is_explained_by_its_rules(capsys: Capture) -> None:
    assert run(["explain", "ft4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    family = [code for code in load_rules() if code.startswith("FT4")]
    assert [line[:5] for line in lines[: len(family)]] == family
    assert lines[-1].startswith(f"{len(family)} rules.")


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("FT499", "ftgate explain FT4"),
        ("FT0123", "ftgate explain FT0"),
        ("FT999", "ftgate explain FT9"),
    ],
)
def test_an_unknown_code_is_near_its_family_and_to_no_other_rule(
    code: str, advice: str, capsys: Capture
) -> None:
    assert run(["explain", code]) == 2
    message, hint = capsys.readouterr().err.splitlines()
    assert code in message
    assert hint.endswith(advice)


@pytest.mark.parametrize("width", [50, 120])
def test_an_explanation_is_as_wide_as_the_terminal(
    width: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert run(["explain", "FT401"]) == 0
    text, _, _ = capsys.readouterr().out.partition("Options")
    longest = max(map(len, text.splitlines()))
    assert width - 15 < longest <= width


def test_rules_are_listed_for_people_and_for_machines(capsys: Capture) -> None:
    rules = load_rules()
    assert run(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:5] for line in lines[: len(rules)]] == list(rules)
    assert run(["rules", "-f", "json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert [row["code"] for row in table] == list(rules)
    assert set(table[0]) == {"code", "name", "severity", "since", "summary", "options"}


# -- config -----------------------------------------------------------------------------------


def test_the_nearest_configuration_is_checked(project: Path, capsys: Capture) -> None:
    assert run(["config", "check"]) == 0
    assert "the defaults apply" in capsys.readouterr().out
    (project / "ftgate.toml").write_text("[usage]\nhorizon_monhts = 3\n", "utf-8")
    assert run(["config", "check"]) == 2
    err = capsys.readouterr().err
    assert "horizon_monhts" in err
    assert "did you mean horizon_months?" in err


def test_named_configurations_are_checked_silently(project: Path, capsys: Capture) -> None:
    (project / "ftgate.toml").write_text("version = 1\n", "utf-8")
    (project / "pyproject.toml").write_text("[project]\nname = 'x'\n", "utf-8")
    assert run(["config", "check", "ftgate.toml", "pyproject.toml"]) == 0
    assert capsys.readouterr() == ("", "")
    assert run(["config", "check", "missing.toml"]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[rules]\nselect = ["FT9x9"]', "FT9x9"),
        ("[rules.FT201]\nmin_exampels = 9", "has no option 'min_exampels'"),
        ('[rules.FT201]\nmin_examples = "9"', "expected int"),
        ("[rules.ft201]\nmin_examples = true", "expected int"),
        ('[per-file-ignores]\n"*.jsonl" = ["FT401"]', "FT401"),
        ('[[dataset]]\nname = "a"\ntrain = ["nothing/*.jsonl"]', "matches no file"),
        (
            '[[dataset]]\nname = "a"\ntrain = ["data/train.jsonl"]\ntuned_prompt = "gone.txt"',
            "gone.txt",
        ),
        (
            '[[price]]\nmodel = "m"\nsource = "s"\nas_of = 2026-01-01\ninput_mtok = "-1"',
            "input_mtok = -1",
        ),
        ("[risk]\nqueries_per_month = { low = 1, high = 2 }", "must be { median, p90 } or"),
        ("[risk]\nbase.input = { low = 0.5, mode = 3, high = 0.9 }", "low <= mode <= high"),
        ("[risk]\nqueries_per_month = 3", "queries_per_month must be a table"),
        (
            '[[waive]]\ncode = "FT999"\nreason = "r"\nuntil = 2030-01-01',
            "no rule 'FT999'",
        ),
    ],
    ids=lambda text: text.replace("\n", " "),
)
def test_config_check_finds_what_check_would_refuse(
    project: Path, capsys: Capture, text: str, message: str
) -> None:
    (project / "ftgate.toml").write_text(text + "\n", "utf-8")
    for command in (["config", "check"], ["check"]):
        assert run(command) == 2
        err = capsys.readouterr().err
        assert message in err
        assert "internal error" not in err


PLAN = """\
version = 1
[[dataset]]
name = "a"
[usage]
horizon_months = 12
[rules.FT201]
min_examples = 60
[per-file-ignores]
"data/*.jsonl" = ["FT1"]
"""


def test_show_says_where_each_setting_comes_from(project: Path, capsys: Capture) -> None:
    (project / "ftgate.toml").write_text(PLAN, "utf-8")
    assert run(["config", "show", "--config", "policy.fail_on=error"]) == 0
    origins = {}
    for line in capsys.readouterr().out.splitlines():
        setting, _, origin = line.rpartition("  # ")
        origins[setting.rstrip()] = Path(origin).name
    assert origins["usage.horizon_months = 12"] == "ftgate.toml:5"  # though it is the default
    assert origins["version = 1"] == "ftgate.toml:1"
    assert origins["rules.FT201.min_examples = 60"] == "ftgate.toml:7"
    assert origins['per-file-ignores."data/*.jsonl" = ["FT1"]'] == "ftgate.toml:9"
    assert origins['dataset[0].name = "a"'] == "ftgate.toml:3"
    assert origins['policy.fail_on = "error"'] == "--config"
    assert origins['model.epochs = "auto"'] == "default"
    assert origins["dataset[0].validation = []"] == "default"
    assert origins["# usage.requests_per_month"] == "not set"


def configuration_schema(capsys: Capture) -> jsonschema.Draft202012Validator:
    assert run(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_describes_every_rule_and_its_options(capsys: Capture) -> None:
    schema: Any = configuration_schema(capsys).schema
    assert schema["title"] == "ftgate.toml"
    rules = schema["properties"]["rules"]["properties"]
    assert list(rules) == ["select", "ignore", *load_rules()]
    for code, rule in load_rules().items():
        assert rules[code]["description"] == f"{rule.name}: {rule.summary}"
        options = rules[code]["properties"]
        assert {name: each["default"] for name, each in options.items()} == plain(rule.options)
    assert rules["FT201"]["properties"]["min_examples"]["type"] == "integer"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (PLAN, True),
        ('[rules]\nselect = ["FT4", "FT201", "too-few-examples"]', True),
        ('[rules]\nselct = ["FT4"]', False),
        ("[rules.FT201]\nmin_examples = true", False),
        ("[rules.FT201]\nother = 1", False),
        ("[rules.FT999]", False),
        ("[rules.FT401]\nfail_ratio = 1", True),
        ('[per-file-ignores]\n"a" = ["FT401"]', False),
        ('[per-file-ignores]\n"a" = ["blank-line", "FT117"]', True),
        ("[usage]\nhorizon_monhts = 3", False),
    ],
)
def test_the_schema_accepts_what_the_command_accepts(
    capsys: Capture, text: str, valid: bool
) -> None:
    assert configuration_schema(capsys).is_valid(tomllib.loads(text)) is valid


def test_sample_plans_fit_the_schema(capsys: Capture) -> None:
    validator = configuration_schema(capsys)
    plans = sorted((Path(__file__).parent.parent / "sample_data").rglob("ftgate.toml"))
    assert plans
    for plan in plans:
        document = plain(tomllib.loads(plan.read_text("utf-8")))
        assert list(validator.iter_errors(document)) == [], plan


# -- init -------------------------------------------------------------------------------------


def test_init_writes_what_it_saw_and_the_result_is_valid(project: Path, capsys: Capture) -> None:
    assert run(["init"]) == 0
    document = tomllib.loads((project / "ftgate.toml").read_text("utf-8"))
    (dataset,) = document["dataset"]
    assert dataset["train"] == ["data/train.jsonl"]
    assert dataset["validation"] == ["data/val.jsonl"]
    assert dataset["prompts"] == ["data/prompts/support.txt"]
    assert dataset["tuned_prompt"] == "data/prompts/short.txt"
    out = capsys.readouterr().out
    assert "wrote ftgate.toml" in out
    assert "- id: ftgate" in out
    assert run(["config", "check"]) == 0


def test_what_init_wrote_in_comments_is_valid_too(project: Path) -> None:
    run(["init"])
    text = (project / "ftgate.toml").read_text("utf-8")
    lines = [
        line.removeprefix("# ") if line.startswith("# ") and ("=" in line or "[" in line) else line
        for line in text.splitlines()
        if not line.startswith(("# Every key", "# validation", "# prompts"))
    ]
    stated = [line for line in lines if not line.startswith("# What")]
    (project / "ftgate.toml").write_text("\n".join(stated), "utf-8")
    assert "requests_per_month = 10_000" in stated[stated.index("[usage]") + 1]
    seen = [line for line in stated if line.startswith("tuned_prompt")]
    assert len(seen) == 1
    assert run(["config", "check"]) == 0


def test_init_never_overwrites(project: Path, capsys: Capture) -> None:
    (project / "ftgate.toml").write_text("version = 1\n", "utf-8")
    assert run(["init"]) == 2
    assert "--dry-run" in capsys.readouterr().err
    assert (project / "ftgate.toml").read_text("utf-8") == "version = 1\n"


@pytest.mark.parametrize(
    ("name", "text"), [("ftgate.toml", "version = 1\n"), ("pyproject.toml", "[tool.ftgate]\n")]
)
def test_init_names_the_plan_that_already_covers_the_folder(
    project: Path, capsys: Capture, name: str, text: str
) -> None:
    (project / ".git").mkdir()
    (project / name).write_text(text, "utf-8")
    assert run(["init", "data"]) == 2
    assert capsys.readouterr().err.startswith(f"ftgate: {name} exists")
    assert not (project / "data" / "ftgate.toml").exists()


def test_a_plan_outside_of_the_repository_does_not_count(project: Path) -> None:
    (project / "ftgate.toml").write_text("version = 1\n", "utf-8")
    (project / "data" / ".git").mkdir()
    assert run(["init", "data"]) == 0
    assert (project / "data" / "ftgate.toml").exists()


def test_init_sets_up_pre_commit_at_the_root_of_the_repository(
    project: Path, capsys: Capture
) -> None:
    (project / ".git").mkdir()
    assert run(["init", "data"]) == 0
    hooks = (project / ".pre-commit-config.yaml").read_text("utf-8")
    (repository,) = yaml.safe_load(hooks)["repos"]
    assert repository["hooks"] == [{"id": "ftgate"}]
    assert repository["rev"] == f"v{ftgate.__version__}"
    assert ".pre-commit-config.yaml, a new file:" in capsys.readouterr().out
    assert not (project / "data" / ".pre-commit-config.yaml").exists()


def test_a_set_without_training_data_is_only_mentioned(project: Path) -> None:
    (project / "other").mkdir()
    line = (project / "data" / "val.jsonl").read_text("utf-8")
    (project / "other" / "test.jsonl").write_text(line, "utf-8")
    assert run(["init"]) == 0
    text = (project / "ftgate.toml").read_text("utf-8")
    assert "# no training file beside other/test.jsonl" in text
    assert run(["config", "check"]) == 0


def test_a_dry_run_writes_nothing(project: Path, capsys: Capture) -> None:
    before = sorted(project.rglob("*"))
    assert run(["init", "--dry-run"]) == 0
    assert sorted(project.rglob("*")) == before
    out = capsys.readouterr().out
    assert "[[dataset]]" in out
    assert STANZA in out


def test_init_without_data_says_what_it_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 3
    assert ".jsonl" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_file_names_with_glob_characters_and_quotes_match_themselves(
    project: Path,
) -> None:
    odd = project / 'we[i]rd "1" train.jsonl'
    odd.write_text((project / "data" / "train.jsonl").read_text("utf-8"), "utf-8")
    assert run(["init"]) == 0
    from ftgate.config import load
    from ftgate.sources import declared

    path = project / "ftgate.toml"
    jobs = declared(path, load(path))
    names = [file.path for job in jobs for file in job.dataset.files]
    assert str(odd) in names


HOOKS = """\
repos:
  - repo: https://github.com/psf/black
    rev: 26.1.0
    hooks:
      - id: black
"""


def test_an_existing_hook_configuration_gets_the_hook(project: Path) -> None:
    path = project / ".pre-commit-config.yaml"
    path.write_text(HOOKS, "utf-8")
    assert run(["init"]) == 0
    text = path.read_text("utf-8")
    assert text.startswith(HOOKS)
    assert [repo["hooks"][0]["id"] for repo in yaml.safe_load(text)["repos"]] == ["black", "ftgate"]


def test_a_hook_configuration_that_names_ftgate_stays(project: Path) -> None:
    path = project / ".pre-commit-config.yaml"
    path.write_text(HOOKS + STANZA, "utf-8")
    assert run(["init"]) == 0
    assert path.read_text("utf-8") == HOOKS + STANZA


@pytest.mark.parametrize(
    "text",
    [
        HOOKS,
        HOOKS + "\n\n",
        HOOKS.rstrip("\n"),
        HOOKS + "default_stages: [pre-commit]\n",
        HOOKS + "# the end\nci:\n  autofix_prs: false\n",
        HOOKS.replace("\n  ", "\n").replace("  hooks", "hooks").replace("    - id", "  - id"),
        HOOKS.replace("\n", "\r\n"),
        "default_stages: [manual]\n" + HOOKS.replace("repos:", "repos:  # all of them"),
    ],
)
def test_the_stanza_is_the_last_repository_and_the_rest_stays(text: str) -> None:
    before = yaml.safe_load(text)
    changed = with_stanza(text)
    assert changed is not None
    after = yaml.safe_load(changed)
    assert after.pop("repos")[-1]["hooks"] == [{"id": "ftgate"}]
    assert len(yaml.safe_load(changed)["repos"]) == len(before.pop("repos")) + 1
    assert after == before
    assert ("\r\n" in changed) == ("\r\n" in text)


@pytest.mark.parametrize("text", ["", "repos: []\n", "repos: [{repo: local}]\n", "ci: {}\n"])
def test_a_hook_configuration_of_another_shape_is_left_alone(text: str) -> None:
    assert with_stanza(text) is None


@pytest.mark.parametrize(
    "item",
    [True, 3, 0.25, 'a "b" \\ \n \x7f \u00e9 \U0001f600', [], ["a", "b"], [1, 2], {"a": [1]}],
    ids=repr,
)
def test_values_are_written_as_toml_reads_them(item: Any) -> None:
    assert tomllib.loads(f"x = {value(item)}")["x"] == item


# -- count ------------------------------------------------------------------------------------


def test_count_equals_the_providers_rule_on_tiktoken(project: Path, capsys: Capture) -> None:
    assert run(["count", "data", "-f", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    from ftgate.tokens.engines import open_counter

    texts = ("Be short.", "Why?", "Because.")
    counter = open_counter("o200k_base", size_bytes=1)
    roles = sum(counter.count(role) for role in ("system", "user", "assistant"))
    example = 1 + 3 * 3 + roles + sum(map(counter.count, texts))
    tokens = {Path(file["path"]).name: file["tokens"] for file in document["files"]}
    assert tokens["train.jsonl"] == 3 * example
    assert tokens["val.jsonl"] == example
    assert tokens["short.txt"] == counter.count("Be short.")
    assert document["total"] == 4 * example
    assert document["per_example"] == dict.fromkeys(("min", "p5", "median", "p95", "max"), example)
    assert sum(row["examples"] for row in document["histogram"]) == 4


def test_count_draws_every_bin_and_a_total(project: Path, capsys: Capture) -> None:
    lines = [chat(("user", "word " * length), ("assistant", "x")) for length in range(1, 400, 7)]
    (project / "data" / "train.jsonl").write_text("".join(lines), "utf-8")
    assert run(["count", "data"]) == 0
    out = capsys.readouterr().out
    assert "total" in out
    assert "\u2588" in out
    assert "o200k_base (exact)" in out
    bars = [line for line in out.splitlines() if "\u2013" in line]
    assert 2 <= len(bars) <= 13


def test_another_encoding_counts_otherwise(project: Path, capsys: Capture) -> None:
    (project / "p.txt").write_text("\u8bad\u7ec3\u6570\u636e " * 20, "utf-8")
    totals = []
    for name in ("o200k_base", "cl100k_base"):
        assert run(["count", "p.txt", "--encoding", name, "-f", "json"]) == 0
        totals.append(json.loads(capsys.readouterr().out)["files"][0]["tokens"])
    assert totals[0] < totals[1]


def test_a_file_that_cannot_be_counted_is_listed_and_the_others_are_counted(
    project: Path, capsys: Capture
) -> None:
    (project / "empty.jsonl").touch()
    (project / "prose.jsonl").write_text("not json\nat all\n", "utf-8")
    (project / "bad.txt").write_bytes(b"\xff\xfe\xff")
    arguments = ["count", "empty.jsonl", "prose.jsonl", "bad.txt", "gone.jsonl", "data"]
    assert run(arguments) == 2
    out = capsys.readouterr().out
    listed = out.partition("not counted")[2]
    assert "empty.jsonl  empty dataset" in listed
    assert all(name in listed for name in ("prose.jsonl", "gone.jsonl"))
    assert "data/train.jsonl" in out.partition("not counted")[0]
    assert run([*arguments, "-f", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["complete"] is False
    files = {file["path"]: file for file in document["files"]}
    assert files["empty.jsonl"]["tokens"] is None
    assert files["empty.jsonl"]["problem"]
    assert document["total"] == sum(
        files[name]["tokens"] for name in ("data/train.jsonl", "data/val.jsonl")
    )


def test_broken_records_are_counted_apart(project: Path, capsys: Capture) -> None:
    with (project / "data" / "train.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"messages": \n')
    assert run(["count", "data"]) == 0
    assert "1 broken record not counted" in capsys.readouterr().out


def test_the_columns_and_the_overhead_add_up_to_the_tokens(project: Path, capsys: Capture) -> None:
    weather = {"name": "weather", "parameters": {"type": "object", "properties": {}}}
    example = json.loads(chat(("user", "Rain?"), ("assistant", "Yes.")))
    example["tools"] = [{"type": "function", "function": weather}]
    (project / "data" / "train.jsonl").write_text(json.dumps(example) + "\n", "utf-8")
    assert run(["count", "data"]) == 0
    head, train, val, *_ = capsys.readouterr().out.splitlines()
    names = head.split()
    assert names[2:4] == ["examples", "tokens"]
    assert names[-2:] == ["tools", "overhead"]
    for line in (train, val):
        numbers = dict(zip(names, line.split(), strict=False))
        assert sum(int(numbers[name]) for name in names[4:]) == int(numbers["tokens"])
    assert run(["count", "data", "-f", "json"]) == 0
    file = json.loads(capsys.readouterr().out)["files"][0]
    assert file["tools"] > 0
    assert file["overhead"] == 1 + 2 * (3 + 1)
    assert file["tokens"] == sum(file["by_role"].values()) + file["tools"] + file["overhead"]


def test_an_unknown_encoding_names_the_known_ones(project: Path, capsys: Capture) -> None:
    assert run(["count", "data", "--encoding", "p50k"]) == 2
    assert "cl100k_base" in capsys.readouterr().err


# -- hook -------------------------------------------------------------------------------------


def test_a_changed_file_judges_its_dataset_and_not_the_neighbours(
    project: Path, capsys: Capture
) -> None:
    example = chat(("user", "Why?"), ("assistant", "Because."))
    for name in ("one", "two"):
        (project / name).mkdir()
        (project / name / "train.jsonl").write_text(example, "utf-8")
        (project / name / "ftgate.toml").write_text(
            f'[[dataset]]\nname = "{name}"\ntrain = ["train.jsonl"]\n', "utf-8"
        )
    assert run(["hook", "one/train.jsonl"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("one: FAIL")
    assert "two: " not in out
