"""Findings and policy → outcome and decision, with reasons.

A finding at or above ``fail_on`` fails the dataset. Otherwise a missing number leaves it
undecided. The decision answers the question in the order in which a person would: is there enough
data (FT2), do the data teach facts (FT4), does it pay (FT7, FT8), and is the file in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ftgate.model import Decision, Finding, Outcome, Reason, Verdict
from ftgate.settings import PolicySettings

_FAMILIES = ("FT2", "FT4", "FT7", "FT8", "FT0", "FT1", "FT3")
_WORST: tuple[Outcome, ...] = ("error", "fail", "undecided", "pass")
_MAX_REASONS = 4


def judge(
    findings: Sequence[Finding],
    policy: PolicySettings,
    *,
    readable: bool = True,
    whole: bool = True,
    waived: tuple[str, ...] = (),
) -> Verdict:
    """The verdict of one dataset.

    ``readable`` is False when there is no training example to judge: then nothing passes.
    ``whole`` is False when only some families of rules were asked: what passes them is in order,
    which is not yet a reason to fine-tune.
    """
    errors = [each for each in findings if each.severity == "error" and not each.undecided]
    blocking = [finding for finding in findings if _blocks(finding, policy)]
    missing = [finding for finding in findings if finding.undecided]
    outcome: Outcome = "fail" if blocking else "undecided" if missing or not readable else "pass"
    if any(finding.name == "unreadable-file" for finding in findings):
        outcome = "error"
    decisive = sorted(blocking or missing, key=_weight)
    return Verdict(
        outcome=outcome,
        decision="fine-tune" if outcome == "pass" and whole and not errors else _decision(errors),
        reasons=tuple(Reason(finding.code, _sentence(finding)) for finding in decisive)[
            :_MAX_REASONS
        ],
        next_command=f"ftgate explain {(blocking or missing)[0].code}" if decisive else "",
        waived=waived,
    )


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a run over several datasets."""
    return min(outcomes, key=_WORST.index, default="undecided")


def _blocks(finding: Finding, policy: PolicySettings) -> bool:
    if finding.undecided or policy.fail_on == "never":
        return False
    levels = ("error",) if policy.fail_on == "error" else ("error", "warning")
    return finding.severity in levels


def _decision(errors: Sequence[Finding]) -> Decision:
    """Advice of the weightiest finding that gives any; a fine-tune that does not pay is no part."""
    advice = [finding.decision for finding in sorted(errors, key=_weight) if finding.decision]
    if not advice:
        return "hold"
    return "rag" if advice[0] == "hybrid" and "prompt" in advice else advice[0]


def _weight(finding: Finding) -> tuple[int, str]:
    return _FAMILIES.index(finding.code[:3]) if finding.code[:3] in _FAMILIES else 9, finding.code


def _sentence(finding: Finding) -> str:
    return f"{finding.message}; {finding.next_step}" if finding.next_step else finding.message
