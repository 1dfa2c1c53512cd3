"""Every format of three samples, byte by byte and by the schema of who reads it."""

from __future__ import annotations

import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
from justhtml import JustHTML, StrictModeError

import ftgate
from ftgate.render import RENDERERS, renderer
from ftgate.report import Report
from scripts.update_golden import FOLDER, SAMPLES, SUFFIXES, golden, judged

SCHEMAS = Path(__file__).parent / "schemas"
OUTCOMES = {"hospital-letters": "pass", "ski-resort-faq": "fail", "broken-export": "fail"}


@cache
def sample(name: str) -> Report:
    return judged(name)


def shown(name: str, format_name: str) -> str:
    return renderer(format_name)(sample(name), color=False, width=100, verbose=False)


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text("utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_prints_what_it_printed(name: str) -> None:
    found = {path: path.read_text("utf-8") if path.exists() else "" for path, _ in golden(name)}
    changed = [path.name for path, text in golden(name) if found[path] != text]
    assert not changed, "if that is meant: python -m scripts.update_golden"


def test_there_is_a_file_for_every_format_of_every_sample_and_no_other() -> None:
    assert set(SUFFIXES) == set(RENDERERS)
    expected = {f"{name}.{suffix}" for name in SAMPLES for suffix in SUFFIXES.values()}
    assert {path.name for path in FOLDER.iterdir()} == expected


def test_the_samples_pass_fail_for_what_they_teach_and_are_broken() -> None:
    assert {name: sample(name).outcome for name in SAMPLES} == OUTCOMES
    (taught,), (broken,) = sample("ski-resort-faq").datasets, sample("broken-export").datasets
    assert "FT401" in {reason.code for reason in taught.reasons}
    assert "FT101" in {finding.code for finding in broken.findings}


# -- what reads them would take them ------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_sarif_fits_the_schema_of_oasis(name: str) -> None:
    checked = jsonschema.Draft7Validator(
        schema("sarif-schema-2.1.0.json"), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    )
    log = json.loads(shown(name, "sarif"))
    assert list(checked.iter_errors(log)) == []
    del log["runs"][0]["tool"]
    assert not checked.is_valid(log)


@pytest.mark.parametrize("name", SAMPLES)
def test_junit_fits_the_schema_that_jenkins_reads_by(name: str) -> None:
    checked = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
    text = shown(name, "junit")
    assert [str(error) for error in checked.iter_errors(io.StringIO(text))] == []
    assert not checked.is_valid(io.StringIO(text.replace(" classname=", " class=")))


@pytest.mark.parametrize("name", SAMPLES)
def test_gitlab_has_every_field_that_gitlab_wants(name: str) -> None:
    checked = jsonschema.Draft202012Validator(schema("gitlab-code-quality.schema.json"))
    entries = json.loads(shown(name, "gitlab"))
    assert list(checked.iter_errors(entries)) == []
    identities = [each["fingerprint"] for each in entries]
    assert len(set(identities)) == len(identities), "GitLab shows one of them"


@pytest.mark.parametrize("name", SAMPLES)
def test_json_and_each_of_its_lines_fit_the_published_schema(name: str) -> None:
    published = json.loads(Path(ftgate.__file__).with_name("report.schema.json").read_text("utf-8"))
    checked = jsonschema.Draft202012Validator(published)
    checked.validate(json.loads(shown(name, "json")))
    *datasets, last = map(json.loads, shown(name, "jsonl").splitlines())
    checked.validate({**last, "datasets": datasets})


@pytest.mark.parametrize("name", SAMPLES)
def test_an_attestation_is_an_in_toto_statement(name: str) -> None:
    statement = json.loads(shown(name, "attestation"))
    assert set(statement) == {"_type", "subject", "predicateType", "predicate"}
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"].startswith("https://")
    files = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
    assert files
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in files.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_is_html_without_a_parse_error(name: str) -> None:
    page = shown(name, "html")
    JustHTML(page, strict=True)
    with pytest.raises(StrictModeError):
        JustHTML(page.replace("</h1>", "</h1></p></b>", 1), strict=True)


@pytest.mark.parametrize("name", SAMPLES)
def test_annotations_are_commands_that_a_runner_reads(name: str) -> None:
    command = r"::(error|warning|notice) (file=[^:,]+(,line=\d+)?,)?title=[^:,]+::.+"
    *annotations, verdict = shown(name, "github").splitlines()
    assert all(re.fullmatch(command, line) for line in annotations)
    assert verdict.startswith(f"ftgate: {name}: {OUTCOMES[name]}: ")
