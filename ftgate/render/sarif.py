"""SARIF 2.1.0 for code scanning: findings with the documentation of their rules.

Alerts keep their identity by ``partialFingerprints``, which hold no line number and no wording.
GitHub takes 25,000 results of a run; the worst ones come first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ftgate.render.escape import quiet, visible
from ftgate.render.locate import worst_first
from ftgate.report import fingerprint

if TYPE_CHECKING:
    from ftgate.model import Finding, RuleText
    from ftgate.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 25_000
MAX_PLACES = 20
HOME = "https://github.com/ftgate/ftgate"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The report as one run of a SARIF log."""
    del color, width, verbose
    rules = sorted(report.rules)
    index = {rule.code: number for number, rule in enumerate(rules)}
    entries = worst_first(report)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "ftgate",
                "version": report.version,
                "informationUri": HOME,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "ftgate/"},
        "invocations": [
            {"executionSuccessful": report.exit_code != 2, "exitCode": report.exit_code}
        ],
        "results": [
            _result(finding, path, fingerprint(dataset.name, finding), dataset.name, index)
            for dataset, finding, path in entries[:MAX_RESULTS]
        ],
        "properties": {
            "outcomes": {visible(each.name): each.outcome for each in report.datasets},
            "leftOff": max(len(entries) - MAX_RESULTS, 0),
        },
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return quiet(json.dumps(log, indent=2)) + "\n"


def _rule(rule: RuleText) -> dict[str, Any]:
    title, _, _ = rule.summary.partition("\n")
    return {
        "id": rule.code,
        "name": "".join(word.title() for word in rule.name.split("-")),
        "shortDescription": {"text": title},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["fine-tuning"]},
    }


def _result(
    finding: Finding, path: str, identity: str, dataset: str, index: dict[str, int]
) -> dict[str, Any]:
    first, *others = finding.lines[:MAX_PLACES] or (None,)
    step = f" Next: {finding.next_step}" if finding.next_step else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity or "error"],
        "message": {"text": _plain(f"{dataset}: {finding.message}.{step}")},
        "locations": [_location(path, first)],
        "partialFingerprints": {"ftgate/v1": identity},
        "occurrenceCount": max(finding.count, 1),
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(path, line)} for number, line in enumerate(others, 1)
        ]
    return result


def _plain(text: str) -> str:
    """Text without embedded links, ``[text](target)``, which plain messages may have too."""
    return visible(text).replace("](", "] (")


def _location(path: str, line: int | None) -> dict[str, Any]:
    address = "://" in path  # of data in a bucket
    uri = quote(path.encode("utf-8", "surrogatepass"), safe="/:@" if address else "/")
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
