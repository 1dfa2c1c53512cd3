"""The question, the recommendation in three sentences, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ftgate.economics.amounts import (
    calls_text,
    count_text,
    months_text,
    percent_text,
    usd_text,
)
from ftgate.economics.breakeven import Payback
from ftgate.economics.sensitivity import Threshold
from ftgate.report_page.changes import distance
from ftgate.report_page.names import (
    chance_text,
    flip_text,
    months,
    net_text,
    number,
    until,
    whole_months,
    words,
)
from ftgate.report_page.page import Block, Figures, Section, Text
from ftgate.report_page.study import Study

REASONS = {
    "NO_VOLUME": "nobody calls it",
    "NEVER_NEGATIVE_SAVINGS": "never pays back: it costs more every month",
    "NEVER": "does not pay back within 600 months",
    "PAYS_BACK_AFTER_HORIZON": "pays back only after the plan's end",
    "PAYS_BACK_AFTER_SHUTDOWN": "stops before it has paid back",
    "PAYS_BACK_THEN_LOST": "pays back, and a later cost takes it away again",
    "IMMEDIATE": "pays at once",
    "PAYS_BACK": "pays back",
}
_TITLES = {
    "fine-tune": "Fine-tune",
    "hold": "Do not fine-tune yet",
    "prompt": "Do not fine-tune",
    "rag": "Do not fine-tune: use retrieval",
}
_NEAREST = 2
_EVEN = 0.5
_DAY = Fraction(1, 31)  # of a month


def verdict(study: Study) -> str:
    """The recommendation in a few words."""
    found = study.scenario.suitability
    if found.answer == "stop":
        return _TITLES[found.decision or "hold"]
    decision = study.scenario.decide(study.against_rival)
    if decision == "fine-tune" and _unlikely(study):
        return _TITLES["hold"]
    if decision == "fine-tune" and found.decision == "hybrid":
        return "Fine-tune for the form, keep the facts in retrieval"
    return _TITLES[decision]


def _unlikely(study: Study) -> bool:
    """Whether it wins in fewer futures than the plan asks for; the best alternative counts."""
    least = study.scenario.min_probability
    return least is not None and not study.chance.enough(float(least))


def _doubt(study: Study) -> str:
    """What the figures as stated do not say: that most futures end otherwise."""
    share, least = study.chance.positive.probability, study.scenario.min_probability
    pays = study.scenario.decide(study.against_rival) == "fine-tune"
    if not pays or (share >= _EVEN and not _unlikely(study)):
        return ""
    asked = "" if least is None else f", and {percent_text(least)} are asked for"
    chance = chance_text(share, study.chance.positive.error)
    return (
        f"It pays at the numbers as stated, but wins against {study.chance.against} in only"
        f" {chance} of the futures that were drawn{asked}: first measure what drives it."
    )


def recommendation(study: Study) -> tuple[str, str, str]:
    """What to do and at what cost, how the fine-tune does against today, what would change it."""
    return _what(study), _against_today(study), _change(study)


def question(study: Study) -> Section:
    """What is asked, the answer, and the numbers that one looks for first."""
    scenario = study.scenario
    yearly = scenario.data.get("queries_per_year")
    calls = calls_text(scenario.calls) + " a month"
    if yearly is not None:
        calls = f"{calls_text(Fraction(yearly))} a year"
    asked = (
        f"Should {calls} move from {scenario.base.name} with a prompt"
        f" of {count_text(Fraction(scenario.base.arm.static_tokens))} tokens to {study.plan.name},"
        f" fine-tuned, with a prompt of {count_text(Fraction(scenario.tuned.arm.static_tokens))}?"
        f" The plan looks {months(scenario.horizon_months)} ahead; payback must be sooner than"
        f" {months(scenario.limit_months)}."
    )
    about = study.notes.get("", "")
    if study.comparison is not None:
        asked += " This is about money; ftgate check says whether the data are fit for training."
    return Section("The question", (*([Text(about)] if about else []), Text(asked)))


def answer(study: Study) -> Section:
    """The recommendation and the key figures."""
    ahead = study.scenario.horizon_months
    ours = f"{study.plan.name}, then {study.rival.name}" if study.stopped else study.plan.name
    pairs = [
        (f"{study.today.name}, {months(ahead)}", usd_text(study.today.horizon_usd)),
        (f"{ours}, {months(ahead)}", usd_text(study.ours.horizon_usd)),
    ]
    if study.rival is not study.today:
        pairs.append((f"{study.rival.name}, {months(ahead)}", usd_text(study.rival.horizon_usd)))
    pairs.append(("payback against today", payback_text(study.against_today)))
    for found in filter(None, (study.risk, study.against_best)):
        chance = chance_text(found.positive.probability, found.positive.error)
        pairs.append((f"chance that it beats {found.against}", chance))
    blocks: list[Block] = [Text(f"{verdict(study)}.", "lead")]
    blocks += [Text(sentence) for sentence in recommendation(study)]
    doubt = _doubt(study)
    blocks += [Text(doubt, "warning")] if doubt else []
    return Section("Recommendation", (*blocks, Figures(tuple(pairs))))


def payback_text(found: Payback) -> str:
    """``15.8 months``, ``less than a day``, or ``never``."""
    if found.months is not None and 0 < found.months < _DAY:
        return "less than a day"
    return months_text(found.months)


def _what(study: Study) -> str:
    scenario, ours, rival = study.scenario, study.ours, study.rival
    tuned = f"the fine-tune{f', and {rival.name} once it stops,' if study.stopped else ''}"
    found = scenario.suitability
    if found.answer == "stop":
        return f"Whatever it costs: {found.text}."
    ahead = months(scenario.horizon_months)
    if scenario.decide(study.against_rival) == "fine-tune":
        return (
            f"{ours.name} with the short prompt costs {usd_text(ours.horizon_usd)} over {ahead},"
            f" all in, and {rival.name}, the cheapest of the prompts,"
            f" {usd_text(rival.horizon_usd)}."
        )
    costs = f"costs {usd_text(rival.horizon_usd)} over {ahead}"
    if rival is study.today:
        theirs = f"{tuned} {usd_text(ours.horizon_usd)}, all in{_slow(study)}"
        return f"Stay with {rival.name}: it {costs}, {theirs}."
    return (
        f"Try {rival.name} instead, with {rival.kind}: the same work {costs}, {tuned}"
        f" {usd_text(ours.horizon_usd)}, all in{_slow(study)}, and {study.today.name}"
        f" {usd_text(study.today.horizon_usd)}; that its answers are as good must be tested,"
        " because no price shows it."
    )


def _slow(study: Study) -> str:
    """Why the dearer of two bills is recommended: the cheaper one is paid back too late."""
    found, limit = study.against_rival, study.scenario.limit_months
    late = found.months is not None and not found.sooner_than(limit)
    if not late or study.ours.horizon_usd >= study.rival.horizon_usd:
        return ""
    return (
        f" (less, but against {study.rival.name} it is paid back only after"
        f" {payback_text(found)}, where {months(limit)} are the limit)"
    )


def _against_today(study: Study) -> str:
    scenario, found = study.scenario, study.against_today
    text = (
        f"Against {study.today.name} alone the fine-tune {net_text(found.net_usd)} over"
        f" {months(scenario.horizon_months)} and"
    )
    if found.status == "NO_VOLUME" or found.months is None:
        text += f" {REASONS[found.status]}"
    else:
        text += f" is paid back after {payback_text(found)}"
        text += f", where {months(scenario.limit_months)} are the limit"
    if study.cut_short is None or scenario.life_months is None:
        return f"{text}."
    return (
        f"{text}; but {study.plan.name} stops{until(scenario)}, after"
        f" {whole_months(scenario.life_months)} of use, and by then it"
        f" {net_text(study.cut_short.net_usd)}."
    )


def _change(study: Study) -> str:
    scenario, now = study.scenario, study.tornado.base
    wins = now.net_usd > 0
    goal = (
        f"be paid back in less than {months(scenario.limit_months)}"
        if wins
        else f"cost less than {study.today.name} over {months(scenario.horizon_months)}"
    )
    near = _nearest([each.in_time if wins else each.over_horizon for each in study.flips], study)
    text = f"{'Were the tuned model to live on, it' if study.cut_short else 'It'} would {goal} "
    if not near:
        return f"{text}at no value of any single number that was tried."
    already = near[0].answer == "already"
    joined = " or ".join(_condition(each) for each in near)
    text += f"{'only while' if already else 'with'} {joined}"
    if study.rival is study.today or study.against_rival.net_usd > 0:
        return f"{text}."
    return f"{text}; against {study.rival.name} it {REASONS[study.against_rival.status]}."


def _nearest(found: Sequence[Threshold], study: Study) -> list[Threshold]:
    """The lengths of the texts where nobody has decided on them, else the nearest flips."""
    flipping = [each for each in found if each.flip is not None]
    flipping.sort(key=distance)
    if study.line is not None and study.line.dollars > 0:
        lengths = [e for e in flipping if e.path in ("tokens.query", "tokens.answer")]
        if len(lengths) == _NEAREST:
            return lengths
    answer = flipping[0].answer if flipping else ""
    return [each for each in flipping if each.answer == answer][:_NEAREST]


def _condition(found: Threshold) -> str:
    assert found.flip is not None  # noqa: S101 - only flips are asked for
    above = found.flip.pays_above
    value, now = flip_text(found.path, found.flip.value), number(found.path, found.now)
    return f"{words(found.path)} {'above' if above else 'below'} {value} (now {now})"
