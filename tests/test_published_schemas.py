"""JSON for machines: what each command prints fits its published schema, and only that."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import ftgate
from ftgate.cli import run
from tests.conftest import AS_OF, ROOT
from tests.report_values import closed

Capture = pytest.CaptureFixture[str]
FOLDER = Path(ftgate.__file__).parent
SCHEMAS = {
    schema["properties"]["schema"]["const"]: schema
    for path in sorted(FOLDER.glob("*.schema.json"))
    for schema in [json.loads(path.read_text("utf-8"))]
}
SCENARIO = "scenarios/techwiz.toml"
HEAT = "--heat queries_per_month=1000:9000:3 --heat tokens.query=10:90:3"
OUTLOOK = f"--tornado --risk --draws 500 --sweep queries_per_month=1000,5000 {HEAT}"
RUNS = {
    "ftgate/count/1": [
        "count hospital-letters broken-export -f json",
        "count hospital-letters --provider openai --rule cookbook -f json",
        "count hospital-letters --provider nebius -f json",
    ],
    "ftgate/prompts/1": [
        "prompts hospital-letters FT601-undeclared-variable/fails FT612-malformed-prompt/fails"
        " -f json",
        "prompts hospital-letters/prompts --query-tokens 50 --data hospital-letters/train.jsonl"
        " --model gpt-4.1-mini,no-such-model -f json",
    ],
    "ftgate/cost/1": [
        f"cost {SCENARIO} -f json",
        f"cost {SCENARIO} {OUTLOOK} -f json",
        "cost scenarios/hospital.toml -f json",
    ],
    "ftgate/cost-plan/1": [
        "cost hospital-letters broken-export -f json",
        f"cost ski-resort-faq {OUTLOOK} -f json",
    ],
    "ftgate/audit/1": ["audit hospital-letters -f json"],
    "ftgate/report/1": ["check hospital-letters -f json"],
}


def complaints(document: dict[str, Any]) -> list[str]:
    """What the schema that a document names says against it."""
    validator = jsonschema.Draft202012Validator(
        closed(SCHEMAS[document["schema"]]),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    return [f"{each.json_path}: {each.message[:200]}" for each in validator.iter_errors(document)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_stands_alone(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    references = set(_references(SCHEMAS[name]))
    defined = {f"#/$defs/{each}" for each in SCHEMAS[name].get("$defs", {})}
    assert references == defined  # nothing is fetched, nothing is left over


def _references(schema: Any) -> list[str]:
    inner = schema.values() if isinstance(schema, dict) else schema
    if not isinstance(schema, dict | list):
        return []
    own = [schema["$ref"]] if isinstance(schema, dict) and "$ref" in schema else []
    return [*own, *(each for value in inner for each in _references(value))]


def test_what_schemas_share_is_the_same_in_all() -> None:
    report = SCHEMAS["ftgate/report/1"]["$defs"]
    for name in ("count", "cost", "cost-plan", "diff"):
        definitions = SCHEMAS[f"ftgate/{name}/1"]["$defs"]
        shared = report.keys() & definitions.keys()
        assert shared
        assert {key: definitions[key] for key in shared} == {key: report[key] for key in shared}


@pytest.mark.parametrize("command", [each for runs in RUNS.values() for each in runs])
def test_the_output_fits_its_schema_and_has_no_undescribed_key(
    command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "sample_data")
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    run(command.split())
    document = json.loads(capsys.readouterr().out)
    assert command in RUNS[document["schema"]]
    assert complaints(document) == []


def test_a_change_fits_its_schema(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    line = (ROOT / "sample_data/hospital-letters/train.jsonl").read_text("utf-8").splitlines()[0]
    for name in ("stays", "goes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.jsonl").write_text(f"{line}\n" * 12, "utf-8")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for arguments in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *arguments], check=True)
    (tmp_path / "goes" / "train.jsonl").rename(tmp_path / "train.jsonl")
    assert run(["diff", "HEAD", "-f", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {each["state"] for each in document["datasets"]} == {"added", "removed", "same"}
    assert complaints(document) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema",), "ftgate/count/2"),
        (("total",), "12"),
        (("files", 0, "tokens"), -1),
        (("files", 0, "undescribed"), 1),
        (("bills", 0, "usd", "low"), 0.5),
    ],
)
def test_a_schema_refuses_what_is_wrong(
    path: tuple[str | int, ...], wrong: Any, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "sample_data")
    run(["count", "hospital-letters", "--provider", "openai", "-f", "json"])
    document: Any = json.loads(capsys.readouterr().out)
    schema, inner = closed(SCHEMAS["ftgate/count/1"]), document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wrong
    assert not jsonschema.Draft202012Validator(schema).is_valid(document)
