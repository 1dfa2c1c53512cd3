"""Formats for machines: each is read back by a parser of its own, whatever the data are called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from ftgate.model import RuleText
from ftgate.render import RENDERERS, renderer
from ftgate.render import markdown as markdown_module
from ftgate.report import DatasetReport, Report, fingerprint
from ftgate.report_json import to_dict
from tests.report_values import FAILING, KNOWLEDGE, PASSING, UNPRICED, WARNING, report

RULES = (
    RuleText("FT204", "no-validation", "warning", "No validation set.", "No validation set."),
    RuleText("FT401", "knowledge-injection", "error", "Teaches facts.", "Teaches facts.\n\n## Why"),
)
HOSTILE = (
    "a\n::error::forged",
    "::error file=x::forged",
    "a%0A::warning::forged",
    "\x1b[2J\x1b[1;1H",
    "</script><script>alert(1)</script>",
    "]]></system-out><testcase name='forged'/>",
    "| forged | cell |\n|---|---|",
    "</details># forged",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "@everyone #1 `code` **bold** WWW.evil.example www.evil.example",
    "\u202egnp.exe\ufeff\ud800\uffff",
    '", "outcome": "pass',
    "a,line=1,title=forged:x",
)

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(name: str, *datasets: DatasetReport, rules: tuple[RuleText, ...] = RULES) -> str:
    made = replace(report(*datasets), rules=rules)
    return renderer(name)(made, color=True, width=40, verbose=False)


def hostile(text: str) -> DatasetReport:
    finding = replace(KNOWLEDGE, message=f"message {text}", path=f"{text}.jsonl", next_step=text)
    return replace(FAILING, name=text, findings=(finding, WARNING), next_command=f"do {text}")


def many(number: int) -> DatasetReport:
    findings = (replace(KNOWLEDGE, key=str(each)) for each in range(number))
    return replace(FAILING, findings=(WARNING, *findings))


# -- what each format says ----------------------------------------------------------------------


def test_json_lines_hold_the_contract_one_dataset_a_line() -> None:
    lines = [json.loads(line) for line in shown("jsonl", FAILING, PASSING).splitlines()]
    whole = to_dict(report(FAILING, PASSING))
    assert [line.pop("kind") for line in lines] == ["dataset", "dataset", "report"]
    assert lines[:2] == whole.pop("datasets")
    assert lines[2] == whole


def test_github_annotates_the_file_and_says_the_verdict() -> None:
    lines = shown("github", FAILING).splitlines()
    assert lines[0] == (
        "::error file=faq/train.jsonl,line=3,title=FT401 knowledge-injection::ski-resort-faq: 71%25"
        " of answers teach facts (limit 60%25) (and 57 more in this file) -> put the facts into"
        " retrieval"
    )
    assert lines[1].startswith("::warning file=letters/train.jsonl,title=FT204 no-validation::")
    assert lines[2:] == ["ftgate: ski-resort-faq: fail: use retrieval"]


def test_github_shows_ten_of_a_kind_and_the_last_one_counts_the_rest() -> None:
    errors = [line for line in shown("github", many(25)).splitlines() if line.startswith("::error")]
    assert len(errors) == 10
    assert "and 16 more" in errors[-1]
    assert "more: see" not in shown("github", many(10))


def test_gitlab_entries_have_what_gitlab_reads() -> None:
    first, second = json.loads(shown("gitlab", FAILING))
    assert first == {
        "description": "ski-resort-faq: 71% of answers teach facts (limit 60%)",
        "check_name": "FT401 knowledge-injection",
        "fingerprint": fingerprint("ski-resort-faq", KNOWLEDGE),
        "severity": "major",
        "location": {"path": "faq/train.jsonl", "lines": {"begin": 3}},
    }
    assert second["severity"] == "minor"
    assert second["location"] == {"path": "letters/train.jsonl", "lines": {"begin": 1}}


def results(text: str) -> list[dict[str, Any]]:
    Sarif.model_validate_json(text)
    found: list[dict[str, Any]] = json.loads(text)["runs"][0]["results"]
    return found


def test_sarif_results_point_to_their_rule_with_its_documentation() -> None:
    text = shown("sarif", FAILING)
    first, second = results(text)
    run = json.loads(text)["runs"][0]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert (rule["id"], rule["help"]["markdown"]) == ("FT401", "Teaches facts.\n\n## Why")
    assert (first["ruleId"], first["level"], second["level"]) == ("FT401", "error", "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "faq/train.jsonl"}, "region": {"startLine": 3}}
    assert [each["physicalLocation"]["region"] for each in first["relatedLocations"]] == [
        {"startLine": 17},
        {"startLine": 22},
        {"startLine": 31},
    ]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_a_sarif_message_has_no_link_of_the_data() -> None:
    linked = replace(FAILING, name="[see](https://evil.example)\\[x]")
    (first, *_) = results(shown("sarif", linked))
    text = first["message"]["text"]
    assert text.startswith("[see] (https://evil.example)\\[x]: ")
    assert "](" not in text


def test_brackets_that_are_no_link_stay_as_they_are() -> None:
    (first, *_) = results(shown("sarif", replace(FAILING, name="messages[3]")))
    assert first["message"]["text"].startswith("messages[3]: ")


def test_a_sarif_alert_keeps_its_identity_when_lines_and_wording_change() -> None:
    moved = replace(KNOWLEDGE, lines=(9,), message="72% of answers teach facts (limit 60%)")
    other = replace(KNOWLEDGE, path="other.jsonl")
    identities = [
        results(shown("sarif", replace(FAILING, findings=(each,))))[0]["partialFingerprints"]
        for each in (KNOWLEDGE, moved, other)
    ]
    assert identities[0] == identities[1] != identities[2]


def test_sarif_keeps_to_the_limit_of_code_scanning_and_says_what_it_left_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ftgate.render.sarif.MAX_RESULTS", 5)
    text = shown("sarif", many(7))
    assert [each["level"] for each in results(text)] == ["error"] * 5
    assert json.loads(text)["runs"][0]["properties"]["leftOff"] == 3


def test_junit_fails_what_fails_and_errs_where_a_number_is_missing() -> None:
    missing = replace(KNOWLEDGE, code="FT701", name="unknown-price", undecided=True)
    text = shown("junit", FAILING, PASSING, replace(UNPRICED, findings=(missing,)))
    suites = list(JUnitXml.fromstring(text.encode()))
    assert [(each.name, each.tests, each.failures, each.errors) for each in suites] == [
        ("ski-resort-faq", 3, 2, 0),
        ("hospital-letters", 1, 0, 0),
        ("unpriced", 2, 0, 2),
    ]
    verdict = next(iter(suites[0]))
    assert verdict.result[0].message == "fail: use retrieval"


def test_markdown_has_a_table_and_opens_what_does_not_pass() -> None:
    text = shown("markdown", PASSING, FAILING)
    assert text.startswith("<!-- ftgate -->\n## ❌ ftgate: 2 datasets, 1 fail, 1 pass\n")
    assert text.index("| ski-resort-faq | ❌ fail |") < text.index("| hospital-letters | ✅ pass |")
    assert "<details open><summary><b>ski-resort-faq</b>" in text
    assert "<details><summary><b>hospital-letters</b>" in text
    assert "faq/train.jsonl:3,17,22 … 55 more" in text


@pytest.mark.parametrize("number", [50, 5000])
def test_markdown_fits_into_a_comment_however_much_there_is(number: int) -> None:
    datasets = [replace(FAILING, name=f"set-{each}") for each in range(number)]
    text = shown("markdown", *datasets)
    assert len(text) <= 60_000
    assert text.count("<details") == text.count("</details>")
    if number == 5000:
        assert re.search(r"and \d,\d{3} more", text)
        assert "more datasets: see the report of the job" in text


def test_one_dataset_with_thousands_of_findings_still_says_what_it_is() -> None:
    text = shown("markdown", many(5000))
    assert len(text) <= markdown_module.MAX_CHARS
    assert "| ski-resort-faq | ❌ fail |" in text
    assert "FT401 knowledge-injection" in text
    assert "and 4,981 more findings" in text


# -- what the data are called cannot act --------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_forges_a_workflow_command(text: str) -> None:
    lines = shown("github", hostile(text)).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert [line.split(" ")[0] for line in commands] == ["::error", "::warning"]
    for command in commands:
        properties, _, _ = command[2:].partition("::")
        assert properties.count(",") <= 2
        assert properties.count(":") == 0
    assert len(lines) == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_read_back_is_one_result_for_each_finding(text: str) -> None:
    dataset = hostile(text)
    assert len(results(shown("sarif", dataset))) == 2
    assert len(json.loads(shown("gitlab", dataset))) == 2
    assert len(shown("jsonl", dataset).splitlines()) == 2
    suite = next(iter(JUnitXml.fromstring(shown("junit", dataset).encode())))
    assert len(list(suite)) == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_a_name_as_text(text: str) -> None:
    shown_text = shown("markdown", hostile(text))
    body = shown_text.removeprefix("<!-- ftgate -->\n")
    tags = set(re.findall(r"(?<!\\)<(/?\w+)", body))
    assert tags <= {"details", "/details", "summary", "/summary", "b", "/b", "br", "sub", "/sub"}
    assert shown_text.count("</details>") == 1
    assert not re.search(r"@\w|(?<!\\)\]\(|(?<![\\:])://", body)
    assert not re.search(r"\bwww\.", body, re.I), "GitHub makes a link of it"
    rows = [line for line in body.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (4, 6) for row in rows)


@pytest.mark.parametrize("name", sorted(RENDERERS))
@pytest.mark.parametrize("text", HOSTILE)
def test_no_format_prints_a_control_character(name: str, text: str) -> None:
    made = renderer(name)(report(hostile(text)), color=False, width=80, verbose=True)
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", made
    )


def formats() -> Iterable[str]:
    return sorted(set(RENDERERS) - {"text", "concise"})


@pytest.mark.parametrize("name", formats())
def test_a_machine_format_does_not_depend_on_who_looks(name: str) -> None:
    made: Report = replace(report(FAILING, PASSING), rules=RULES)
    show = renderer(name)
    plain = show(made, color=False, width=40, verbose=False)
    assert show(made, color=True, width=200, verbose=True) == plain
    assert plain.endswith("\n")
