"""A model's opinion in a few rows: how far it agrees with the rules, and where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.model.opinion import Disagreement, Opinion

_LABEL = "judge"
_FEW = 5  # disagreements named unless everything is wanted


def opinion_rows(opinion: Opinion, *, verbose: bool) -> list[tuple[str, str]]:
    """Label and text of each row; the texts of examples are in none."""
    rows = [_agreement(opinion)] if opinion.compared or not opinion.advice else []
    model = [each for each in opinion.disagreements if each.rules == "other"]
    rules = [each for each in opinion.disagreements if each.rules != "other"]
    for who, places in (("the rules see", rules), ("the model sees", model)):
        if places:
            rows.append(f"only {who} facts: {_places(places, verbose=verbose)}")
    if opinion.malformed or opinion.refused:
        rows.append(
            f'counted as "cannot tell": {opinion.malformed} without an allowed answer, '
            f"{opinion.refused} refused by the service"
        )
    if opinion.advice:
        asked = f"{opinion.answered} of {words.count(opinion.sampled, 'example')} answered"
        rows.append(f"{asked}: {visible(opinion.advice)}")
    if verbose and opinion.usd is not None:
        rows.append(
            f"{words.usd(opinion.usd)} at {visible(opinion.service)}: {opinion.prompt_tokens:,} "
            f"prompt tokens, {words.count(opinion.answer_tokens, 'answer token')}"
        )
    return [(_LABEL, row) for row in rows]


def _agreement(opinion: Opinion) -> str:
    model, share = visible(opinion.model), opinion.agreement
    if share is None:
        return f"{model} and the rules have no answer that both could decide"
    shares = (opinion.model_knowledge_share or 0.0, opinion.rules_knowledge_share or 0.0)
    kappa = f"kappa {opinion.kappa:.2f}" if opinion.kappa is not None else "no kappa"
    if {*shares} & {0.0, 1.0}:  # zero by construction, or not defined, however well they agree
        kappa = "no kappa: one of them says the same of all"
    same = opinion.compared - len(opinion.disagreements)
    return (
        f"{model} and the rules agree on {same} of {words.count(opinion.compared, 'answer')} "
        f"({share:.0%}; {kappa}); facts taught: {shares[0]:.0%} by the model, "
        f"{shares[1]:.0%} by the rules, whose verdict it is"
    )


def _places(found: Sequence[Disagreement], *, verbose: bool) -> str:
    """``train.jsonl:22,35 … 5 more``, by file."""
    named = found if verbose else found[:_FEW]
    lines: dict[str, list[str]] = {}
    for each in named:
        lines.setdefault(each.path, []).append(str(each.line))
    text = "; ".join(f"{visible(path)}:{','.join(numbers)}" for path, numbers in lines.items())
    rest = len(found) - len(named)
    return f"{text} \u2026 {rest} more" if rest else text
