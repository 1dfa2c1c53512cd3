"""What would change the verdict: thresholds of the plan, in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ftgate.economics.amounts import calls_text, number_text, percent_text, usd_text
from ftgate.economics.duel import Duel, flip_volume
from ftgate.economics.thresholds import affine_root
from ftgate.model import Threshold


def thresholds(plain: Duel, rivals: list[Duel], calls: int, limit: Fraction) -> Iterator[Threshold]:
    """Flip volume, stop price and review rate; ``never`` and ``already`` are answers.

    ``plain`` is the fine-tune against today's bill, ``rivals`` against each alternative.
    """
    yield volume_threshold(plain, rivals, limit)
    if calls:
        yield _price_threshold(plain, calls, limit)
        if plain.tuned.arm.review is not None:
            yield _review_threshold(rivals, calls)


def volume_threshold(plain: Duel, rivals: list[Duel], limit: Fraction) -> Threshold:
    """Monthly volume from which the fine-tune pays, against today and every rival."""
    leads = [
        plain.net_by_volume(limit),
        *(each.net_by_volume(each.horizon_months) for each in rivals),
    ]
    volume = flip_volume(leads)
    if volume is None:
        meaning = "at no volume up to a billion calls a month does the fine-tune pay"
        return Threshold("requests_per_month", "never", meaning)
    meaning = (
        f"fine-tuning pays from {calls_text(volume)} a month: back within {number_text(limit)}"
        " months against today and cheaper than every alternative over the horizon"
    )
    return Threshold("requests_per_month", str(volume), meaning)


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
