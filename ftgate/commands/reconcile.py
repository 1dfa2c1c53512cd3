"""``ftgate reconcile``: what finished jobs were billed, beside what was predicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT, output_format
from ftgate.commands.output import emit, emit_fitted
from ftgate.render.escape import quiet

if TYPE_CHECKING:
    from ftgate.launching.calibration import Entry, Formula
    from ftgate.launching.reconciling import Looked


@click.command("reconcile", context_settings=CONTEXT)
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="Address of the service that has the jobs.  [default: OPENAI_BASE_URL, or OpenAI]",
)
@click.option(
    "--api-version", default="", metavar="DATE", help="For an Azure address without /openai/v1."
)
@output_format("text", "json", shown="Table or JSON.")
def command(jobs: tuple[str, ...], base_url: str, api_version: str, output_format: str) -> int:
    """Compare the bill of finished jobs with the prediction; without JOB, of all launched ones.

    What is learnt is kept: ftgate launch and ftgate check -v say how far estimates of this kind
    were off. A formula has drifted when the median error of its last five jobs is above 0.1% where
    it is exact, above 5% where it was fitted or only documented.

    \b
    Exit codes: 0 as promised, 1 a formula drifted, 2 error, 3 no job to look at.
    """
    from ftgate.launching import calibration, reconciling
    from ftgate.launching.client import open_service, service_address
    from ftgate.launching.journal import Journal

    journal = Journal.open()
    with open_service(service_address(base_url), api_version=api_version) as service:
        looked = reconciling.reconcile(jobs, service, journal)
    entries = reconciling.observations(journal)
    found = calibration.formulas(entries)
    if output_format == "json":
        import json

        emit(quiet(json.dumps(_plain(looked, found), indent=2)) + "\n")
    else:
        from ftgate.render.escape import visible

        lines = [*map(_job_line, looked), "", *map(_formula_line, found)]
        emit_fitted("\n".join(visible(line) for line in lines if found or line) + "\n")
    return 1 if any(formula.drifted for formula in found) else 0


def _job_line(looked: Looked) -> str:
    job, entry = looked.job, looked.entry
    if entry is None:
        return f"{job.id}: {job.status}, {looked.why}"
    error = "as predicted" if not entry.error_ratio else f"{entry.error_ratio:+.2%}"
    return f"{job.id}: billed {entry.billed_tokens:,} tokens, {', '.join(_against(entry, error))}"


def _against(entry: Entry, error: str) -> Iterator[str]:
    yield f"predicted {entry.predicted_tokens:,} for {entry.epochs} epochs: {error}"
    if not entry.epochs_expected:
        low, high = entry.expected_epochs
        yield f"but {low}-{high} epochs were predicted"


def _formula_line(formula: Formula) -> str:
    jobs = "1 job" if formula.jobs == 1 else f"{formula.jobs} jobs"
    spread = f"{formula.low_ratio:+.2%} to {formula.high_ratio:+.2%}"
    line = f"{formula.name} ({formula.confidence}): {jobs}, {formula.exact} exact, error {spread}"
    line += f", median {formula.median_ratio:+.2%}"
    if formula.drifted:
        line += f"; DRIFTED: {formula.recent_ratio:.2%} lately (limit {formula.limit_ratio:.1%})"
    return line


def _plain(looked: Sequence[Looked], found: Sequence[Formula]) -> dict[str, Any]:
    from ftgate.launching.calibration import to_json

    return {
        "jobs": [
            {
                "job": each.job.id,
                "status": each.job.status,
                "compared": each.entry and to_json(each.entry),
                "error_ratio": each.entry and each.entry.error_ratio,
                "why_not": each.why,
            }
            for each in looked
        ],
        "formulas": [{**each._asdict(), "drifted": each.drifted} for each in found],
    }
