"""What would change the verdict: thresholds of the plan, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from ftgate.economics.amounts import count_text, number_text, percent_text, usd_text
from ftgate.economics.duel import Duel, winning_volumes
from ftgate.economics.thresholds import Span, affine_root
from ftgate.model import Threshold


def thresholds(plain: Duel, rivals: list[Duel], calls: int, limit: Fraction) -> Iterator[Threshold]:
    """Flip volumes, stop price and review rate; ``never``, ``always`` and ``already`` are answers.

    ``plain`` is the fine-tune against today's bill, ``rivals`` against each alternative.
    """
    yield from volume_thresholds(plain, rivals, limit)
    if calls:
        yield _price_threshold(plain, calls, limit)
        if plain.tuned.arm.review is not None:
            yield _review_threshold(rivals, calls)


def volume_thresholds(plain: Duel, rivals: list[Duel], limit: Fraction) -> Iterator[Threshold]:
    """Monthly volume from which the fine-tune pays: against every alternative, and today alone.

    As the verdict asks it: back within the limit, and cheaper over the horizon.
    """
    back = plain.net_by_volume(limit)
    ahead = [each.net_by_volume(each.horizon_months) for each in rivals]
    soon = [each.net_by_volume(limit) for each in rivals]
    quick = f"back within {number_text(limit)} months"
    spans = winning_volumes([back, *soon, *ahead])
    if spans:
        meaning = f"{_from(spans)}: {quick} and cheaper over the horizon than every alternative"
    else:
        meaning = _obstacle(plain, back, rivals, limit)
    yield Threshold("requests_per_month", _value(spans), meaning)
    alone = winning_volumes([back, plain.net_by_volume(plain.horizon_months)])
    meaning = f"{_from(alone)}: {quick}" if alone else _obstacle(plain, back, [], limit)
    yield Threshold("requests_per_month.today", _value(alone), f"against today alone, {meaning}")


def _value(spans: list[Span]) -> str:
    if not spans:
        return "never"
    return "always" if spans == [Span(1, None)] else str(spans[0].start)


def _from(spans: list[Span]) -> str:
    """``fine-tuning pays from 59 to 2,100 calls, from 41,200 calls a month``."""
    if spans == [Span(1, None)]:
        return "fine-tuning pays at any volume"
    said = [
        f"from {count_text(span.start)}{f' to {count_text(span.end)}' if span.end else ''} calls"
        for span in spans
    ]
    return f"fine-tuning pays {', '.join(said)} a month"


def _obstacle(
    plain: Duel, back: Callable[[float], float], rivals: list[Duel], limit: Fraction
) -> str:
    """Who, or what, is in the way at every volume up to a billion calls a month."""
    if plain.life_months == 0:
        return f"the tuned model stops on {plain.tuned.usable_until}, within a month"
    slow = f"it is not back within {number_text(limit)} months"
    if not winning_volumes([back]):
        if plain.saving_per_call() <= 0:
            return "a tuned call costs as much as today's, or more"
        return f"{slow} against today at any volume"
    for duel in rivals:
        if not winning_volumes([duel.net_by_volume(duel.horizon_months)]):
            return f"{duel.other.name} costs less at every volume"
    for duel in rivals:
        if not winning_volumes([duel.net_by_volume(limit)]):
            return f"{slow} against {duel.other.name} at any volume"
    return f"at every volume one of the alternatives costs less, or {slow}"


def _price_threshold(plain: Duel, calls: int, limit: Fraction) -> Threshold:
    def with_price(duel: Duel, price: Fraction) -> Duel:
        arm = duel.other.arm._replace(input_mtok=price)
        return duel._replace(other=duel.other._replace(arm=arm))

    name = "today.input_mtok"
    now = Fraction(plain.other.arm.input_mtok)
    stop = affine_root(lambda price: with_price(plain, price).flow(calls).cumulative(limit))
    months = number_text(limit)
    if stop is None or stop < 0:
        if with_price(plain, Fraction(0)).flow(calls).cumulative(limit) > 0:
            meaning = f"even at $0 the fine-tune is paid back within {months} months"
            return Threshold(name, "never", meaning)
        meaning = f"no input price of today's model brings payback within {months} months"
        return Threshold(name, "already", meaning)
    if stop >= now:
        meaning = (
            f"payback within {months} months needs an input price of today's model above"
            f" {usd_text(stop)}/M; it is {usd_text(now)}/M"
        )
        return Threshold(name, "already", meaning)
    meaning = (
        f"payback is slower than {months} months once today's input price is {usd_text(stop)}/M"
    )
    return Threshold(name, number_text(stop), meaning)


def _review_threshold(rivals: list[Duel], calls: int) -> Threshold:
    def with_rate(duel: Duel, rate: Fraction) -> Duel:
        review = duel.tuned.arm.review
        assert review is not None  # noqa: S101 - the caller asks only where answers are reviewed
        arm = duel.tuned.arm._replace(review=review._replace(rate=rate))
        return duel._replace(tuned=duel.tuned._replace(arm=arm))

    def flip(duel: Duel) -> Fraction | None:
        return affine_root(lambda rate: with_rate(duel, rate).lead(calls))

    rate = min((found for found in map(flip, rivals) if found is not None), default=None)
    if rate is None or rate <= 0:
        meaning = "even without any review the fine-tune is dearer than the best alternative"
        return Threshold("review.rate_tuned", "never", meaning)
    meaning = f"fine-tuning wins while less than {percent_text(rate)} of its answers need review"
    return Threshold("review.rate_tuned", number_text(rate), meaning)
