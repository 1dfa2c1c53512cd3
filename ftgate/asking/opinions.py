"""From a report to the same report with a model's opinion of what its examples teach.

The verdict stays as it is: an opinion is information. A model at a service may change from one day
to the next, costs money and sees the data; a gate has to give the same answer twice, offline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ftgate.asking.agreement import Pair, agreement, confusion
from ftgate.asking.client import address_of
from ftgate.asking.cost import Rates, find_rates, no_price
from ftgate.asking.interview import Asking, Interview
from ftgate.asking.prompt import PROMPT_VERSION
from ftgate.asking.questions import (
    MALFORMED,
    REFUSED,
    Answer,
    Question,
    questions_of,
    remembered,
)
from ftgate.atomic import scratch_folder
from ftgate.gate import CheckOptions, SettingsFinder, jobs_of, parse_day
from ftgate.model import Missing
from ftgate.model.opinion import Disagreement, Opinion
from ftgate.prices.choice import PriceChoice
from ftgate.report import Report
from ftgate.sources import Job, discover


def with_opinions(
    report: Report, paths: Sequence[str], options: CheckOptions, asking: Asking
) -> Report:
    """The report with an opinion of every dataset that the rules of FT4 judged.

    ``paths`` and ``options`` are those of the report. Answers that are known are not asked for
    again. Raises AskingError when a question cannot be asked at all: no key, no price, more than
    the budget; what a service answers in place of an answer is the ``advice`` of an opinion. A
    dataset without judged answers (broken, or FT4 is not selected) has no opinion.
    """
    finder, address = SettingsFinder(options), address_of(asking.base_url)
    with _jobs(paths, options, finder) as jobs:
        rates = _rates(jobs[0], options, asking.model)
        asked = [
            questions_of(
                *(dataset, job.dataset, finder.looks),
                sample=asking.sample,
                asked=f"{asking.model} at {address}",
            )
            for dataset, job in zip(report.datasets, jobs, strict=True)
        ]
    wanted = {question.key: question for questions in asked for question in questions}
    answers, advice = remembered(finder.cache, wanted), ""
    if unknown := [question for key, question in wanted.items() if key not in answers]:
        if isinstance(rates, Missing):
            raise no_price(asking.model, rates)
        interview = Interview(asking, address, rates, finder.cache)
        advice = interview.hold(unknown)
        answers |= interview.answers
    priced = None if isinstance(rates, Missing) or not wanted else rates
    blank = Opinion(asking.model, address, PROMPT_VERSION, 0, advice=advice)
    return _told(report, [_opinion(each, answers, priced, blank) for each in asked], priced)


@contextmanager
def _jobs(
    paths: Sequence[str], options: CheckOptions, finder: SettingsFinder
) -> Iterator[Sequence[Job]]:
    """The datasets of the report, in its order; standard input is a file for as long."""
    if options.stdin is None:
        yield jobs_of(paths, finder)
        return
    with scratch_folder() as folder:
        file = folder / "stdin.jsonl"
        file.write_bytes(options.stdin)
        settings = finder.for_folder(Path())[1]
        yield discover([str(file)], lambda _: (None, settings))


def _rates(job: Job, options: CheckOptions, model: str) -> Rates | Missing:
    today = parse_day(options.as_of)
    choice = PriceChoice.of(options.prices, options.price, today)
    return find_rates(choice.book(job.settings.price, job.folder, today), model)


def _opinion(
    questions: Sequence[Question],
    answers: Mapping[str, Answer],
    rates: Rates | None,
    blank: Opinion,
) -> Opinion | None:
    """What the answers say of one dataset; None when nothing of it could be asked."""
    if not questions:
        return None
    answered = [(one, answers[one.key]) for one in questions if one.key in answers]
    pairs = [Pair(one.rules, answer.label) for one, answer in answered]
    differing = [
        Disagreement(one.path, one.line, pair.rules, pair.model)
        for (one, _), pair in zip(answered, pairs, strict=True)
        if pair.differs
    ]
    said = [answer.said for _, answer in answered]
    prompt = sum(answer.prompt_tokens for _, answer in answered)
    words = sum(answer.answer_tokens for _, answer in answered)
    compared = agreement(pairs)
    return replace(
        blank,
        sampled=len(questions),
        answered=len(answered),
        malformed=said.count(MALFORMED),
        refused=said.count(REFUSED),
        compared=compared.compared,
        agreement=compared.share,
        kappa=compared.kappa,
        rules_knowledge_share=compared.rules_knowledge,
        model_knowledge_share=compared.model_knowledge,
        confusion=confusion(pairs),
        disagreements=tuple(sorted(differing)),
        prompt_tokens=prompt,
        answer_tokens=words,
        usd=rates.usd(prompt, words) if rates else None,
        price_refs=tuple(price.ref for price in rates or ()),
        advice=blank.advice if len(answered) < len(questions) else "",
    )


def _told(report: Report, opinions: Sequence[Opinion | None], rates: Rates | None) -> Report:
    """The report with these opinions, and with the prices of their dollars."""
    datasets = zip(report.datasets, opinions, strict=True)
    prices = {price.ref: price for price in (*report.prices, *(rates or ()))}
    return replace(
        report,
        datasets=tuple(replace(dataset, opinion=opinion) for dataset, opinion in datasets),
        prices=tuple(prices[ref] for ref in sorted(prices)),
    )
