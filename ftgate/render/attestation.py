"""An in-toto statement: which bytes were judged, how, and by what policy and prices.

The subjects are the files with their digests, so the statement belongs to these bytes and no
others. It is not signed here: cosign or GitHub's attestations sign what this writes.
Format: in-toto Attestation Framework, Statement v1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ftgate.render.escape import quiet
from ftgate.report_json import plain

if TYPE_CHECKING:
    from ftgate.report import DatasetReport, Report

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://github.com/ftgate/ftgate/attestation/verdict/v1"


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The statement as JSON; files that could not be read are no subjects."""
    del color, width, verbose
    files = [file for dataset in report.datasets for file in dataset.files]
    digests = dict(sorted((file.path, file.digest) for file in files))
    statement = {
        "_type": STATEMENT,
        "subject": [
            {"name": plain(path), "digest": {"sha256": digest.removeprefix("sha256:")}}
            for path, digest in digests.items()
            if digest.startswith("sha256:")
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "tool": {"name": "ftgate", "version": report.version},
            "outcome": report.outcome,
            "as_of": report.as_of,
            "datasets": [_dataset(each) for each in report.datasets],
            "prices": [price.ref for price in report.prices],
            "settings": plain(report.settings),
        },
    }
    return quiet(json.dumps(statement, indent=2)) + "\n"


def _dataset(dataset: DatasetReport) -> dict[str, Any]:
    training = dataset.training
    return {
        "name": plain(dataset.name),
        "outcome": dataset.outcome,
        "decision": dataset.decision,
        "digest": dataset.digest,
        "files": [plain(file.path) for file in dataset.files],
        "findings": sorted({finding.code for finding in dataset.findings}),
        "waived": plain(dataset.waived),
        "training": training
        and {
            "model": plain(training.model),
            "provider": plain(training.provider),
            "billable_tokens": {"low": training.billable_low, "high": training.billable_high},
            "usd": {"low": plain(training.usd_low), "high": plain(training.usd_high)},
        },
    }
