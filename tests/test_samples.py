"""The samples are the documentation: each rule has a set that it catches and one that it passes."""

from __future__ import annotations

import pytest

from ftgate.errors import FtgateError
from ftgate.gate import CheckOptions, check
from ftgate.model import Finding
from ftgate.rules import load_rules
from tests.conftest import AS_OF, ROOT

SAMPLES = ROOT / "sample_data"
RULES = load_rules()
# A damaged installation cannot be shown by a folder of data, a file above 512 MB or a job of two
# billion tokens is not for a repository, feeds disagree only where live prices are stored, and
# what a change costs needs a history; they have tests of their own.
WITHOUT_SAMPLE = {"FT005", "FT116", "FT307", "FT707", "FT711", "FT712"}
WITH_SAMPLE = [rule for code, rule in RULES.items() if code not in WITHOUT_SAMPLE]


def findings(folder: str) -> list[Finding]:
    report = check([folder], CheckOptions(as_of=AS_OF))
    return [finding for dataset in report.datasets for finding in dataset.findings]


@pytest.mark.parametrize("rule", WITH_SAMPLE, ids=lambda rule: rule.code)
def test_the_failing_sample_raises_its_rule(rule: object) -> None:
    code, name = rule.code, rule.name  # type: ignore[attr-defined]
    found = findings(str(SAMPLES / f"{code}-{name}" / "fails"))
    assert code in {finding.code for finding in found}
    assert all(finding.message for finding in found)


# What a waiver covers is known only where the rules that it waives are asked too.
ALONE = [rule for rule in WITH_SAMPLE if not rule.code.startswith("FT9")]


@pytest.mark.parametrize("rule", ALONE, ids=lambda rule: rule.code)
def test_a_rule_that_is_selected_alone_gets_the_facts_it_needs(rule: object) -> None:
    code, name = rule.code, rule.name  # type: ignore[attr-defined]
    options = CheckOptions(as_of=AS_OF, select=(code,))
    report = check([str(SAMPLES / f"{code}-{name}" / "fails")], options)
    assert {each.code for dataset in report.datasets for each in dataset.findings} == {code}


@pytest.mark.parametrize("rule", WITH_SAMPLE, ids=lambda rule: rule.code)
def test_the_passing_sample_does_not(rule: object) -> None:
    code, name = rule.code, rule.name  # type: ignore[attr-defined]
    try:
        found = findings(str(SAMPLES / f"{code}-{name}" / "passes"))
    except FtgateError as error:  # pragma: no cover - the message is the help
        pytest.fail(f"{error.message}; {error.hint}")
    assert code not in {finding.code for finding in found}


def test_every_sample_folder_belongs_to_a_rule() -> None:
    folders = {path.name for path in SAMPLES.glob("FT*")}
    assert folders == {f"{rule.code}-{rule.name}" for rule in WITH_SAMPLE}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_every_rule_is_documented(rule: object) -> None:
    text = rule.documentation  # type: ignore[attr-defined]
    assert rule.summary.endswith(".")  # type: ignore[attr-defined]
    for heading in ("## Why is this bad?", "## What to do instead", "## Source"):
        _, _, body = text.partition(heading)
        assert len(body.split("##")[0].split()) >= 8, heading
