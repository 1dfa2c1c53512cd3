"""The consultant's report of a scenario: from its study to a document."""

from __future__ import annotations

from ftgate.report_page import answer, bills, changes, inputs, outlook, over_time
from ftgate.report_page.page import Document
from ftgate.report_page.study import Study


def document(study: Study, version: str) -> Document:
    """The whole report, the answer first; the same scenario gives the same document."""
    found = (
        answer.answer(study),
        answer.question(study),
        changes.changes(study),
        bills.costs(study),
        over_time.over_time(study),
        bills.prices(study),
        bills.sweeps(study),
        outlook.sensitivity(study),
        outlook.chances(study),
        inputs.inputs(study),
        inputs.assumptions(study),
    )
    return Document(
        title=study.scenario.title,
        subtitle="Is this fine-tune justified?",
        sections=tuple(section for section in found if section is not None),
        note=f"Computed by ftgate {version} from {study.scenario.where}.",
    )
