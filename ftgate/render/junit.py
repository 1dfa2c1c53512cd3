"""JUnit XML: a suite per dataset, a test case for its verdict and one per finding.

What fails is a ``failure``, a missing number an ``error``, and a warning a passing case that says
it. Jenkins, Azure DevOps, GitLab and most other servers read this format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree  # nosec B405

from ftgate.render.escape import visible
from ftgate.render.phrases import decision
from ftgate.render.places import ordered, place

if TYPE_CHECKING:
    from ftgate.model import Finding
    from ftgate.report import DatasetReport, Report

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The report as ``<testsuites>``."""
    del color, width, verbose
    root = ElementTree.Element("testsuites", name="ftgate")
    for dataset in report.datasets:
        _suite(root, dataset)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(root: ElementTree.Element, dataset: DatasetReport) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_text(dataset.name))
    verdict = _case(suite, dataset.name, "verdict")
    reasons = "; ".join(reason.text for reason in dataset.reasons) or decision(dataset)
    if dataset.outcome == "fail":
        _say(verdict, "failure", f"fail: {decision(dataset)}", reasons)
    elif dataset.outcome != "pass":
        _say(verdict, "error", f"{dataset.outcome}: {decision(dataset)}", reasons)
    for finding in ordered(dataset.findings):
        _finding(suite, dataset.name, finding)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))


def _finding(suite: ElementTree.Element, dataset: str, finding: Finding) -> None:
    where = place(finding)
    name = f"{finding.code} {finding.name}{f' at {where}' if where else ''}"
    case = _case(suite, dataset, name)
    text = "\n".join(filter(None, (where, finding.rule, finding.next_step)))
    if (finding.severity or "error") != "error":
        ElementTree.SubElement(case, "system-out").text = _text(
            f"{finding.severity}: {finding.message}"
        )
    else:
        _say(case, "error" if finding.undecided else "failure", finding.message, text)


def _case(suite: ElementTree.Element, dataset: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=f"ftgate.{_text(dataset)}", name=_text(name)
    )


def _say(case: ElementTree.Element, tag: str, message: str, text: str) -> None:
    ElementTree.SubElement(case, tag, message=_text(message)).text = _text(text)


def _text(text: str) -> str:
    lines = (visible(line) for line in text.split("\n"))
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", "\n".join(lines))
