"""FT6, the part about money: what of a prompt is cached, taught, repeated or paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ftgate.model import Finding, Measured
from ftgate.model.prompts import USUAL_DISCOUNT, Caching
from ftgate.rules.input import counted
from ftgate.rules.prompt_files import longest_today
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.prompts.study import PromptData, Studied
    from ftgate.rules.prompt_files import Prompts


@rule("FT604", severity="warning", since="0.1")
def uncacheable_prefix(prompts: Prompts, caching: Caching) -> Iterator[Finding]:
    """A variable near the top keeps a long prompt from being cached.

    ## Why is this bad?
    Caching works on the beginning of a request, up to the first token that differs. A name or a
    date in the first lines makes every call pay the full price for all that follows, though it is
    the same each time.

    ## What to do instead
    Move variables to the end: instructions, examples and reference text first, then what belongs
    to this call. The model reads the same words.

    ## Source
    OpenAI, "Prompt caching": static content first, variable content last; prefixes from 1,024
    tokens on. The model's own minimum is used where the catalogue knows it.
    """
    minimum = caching.minimum_tokens
    for study in prompts:
        one = study.longest
        if one is None or one.anatomy is None:
            continue
        total, static = one.anatomy.tokens, one.anatomy.static_tokens
        if total >= minimum > static:
            yield Finding(
                f"{static:,} of {total:,} tokens stand before the first variable (caching starts"
                f" at {minimum:,})",
                path=study.path,
                lines=tuple(sorted(one.used.lines.values()))[:1],
                next_step="move the variables to the end of the prompt",
            )


@rule("FT605", severity="warning", since="0.1")
def long_prompt_in_data(
    prompt_data: PromptData, measured: Measured, *, min_tokens: int = 50
) -> Iterator[Finding]:
    """The plan bills a short prompt for the tuned model; the data train it with a longer one.

    ## Why is this bad?
    The saving is the difference between both prompts. A model that was trained under the long one
    has learned to answer under it: with the short one it answers worse, and with the long one the
    saving is gone. The training tokens are paid for the long one as well.

    A difference below `min_tokens`, or below half of the short prompt, is no finding.

    ## What to do instead
    Write the short prompt into every training example, or plan with the long one:
    remove `tuned_prompt` and `[usage] tuned_prompt_tokens`.

    ## Source
    OpenAI, "Fine-tuning best practices": a model that is to follow shortened instructions has to
    be trained with them, and needs more examples for it.
    """
    planned, carried = measured.tuned_prompt_tokens, prompt_data.system_tokens
    if planned is None or carried - planned < max(min_tokens, planned / 2):
        return
    yield Finding(
        f"the plan bills {counted(planned, 'token')} of system prompt per call"
        f" ({measured.origin.get('tuned_prompt_tokens', 'the plan')}), the training examples carry"
        f" {carried:,} on average",
        count=carried - planned,
        next_step="train with the short prompt, or plan with the long one",
    )


@rule("FT606", severity="warning", since="0.1")
def example_in_data(prompt_data: PromptData) -> Iterator[Finding]:
    """A few-shot example of the prompt is also a training or validation example.

    ## Why is this bad?
    In the validation set the answer is known beforehand: the prompt that is to be replaced shows
    it, so the comparison flatters today's prompt. In the training set the example is paid for
    twice when the prompt is kept, and counts twice.

    What is compared is the question of each example, from 24 characters on, letter by letter.

    ## What to do instead
    Take the example out of the data, or show another one in the prompt.

    ## Source
    The rule that examples for training and for judging are kept apart holds for those in the
    prompt as well: Brown et al. 2020 (arXiv 2005.14165, appendix C) on contamination.
    """
    for leak in prompt_data.leaks:
        yield Finding(
            f"{counted(leak.examples, 'few-shot example')} of {leak.prompt} also in the"
            f" {leak.role} set",
            path=leak.path,
            lines=leak.lines[:5],
            count=len(leak.lines),
            key=leak.prompt,
            next_step="take them out of the data, or show others in the prompt",
        )


@rule("FT609", severity="warning", since="0.1")
def contradictory_format(prompts: Prompts) -> Iterator[Finding]:
    """A prompt asks for two output formats that exclude each other.

    ## Why is this bad?
    The model obeys one of them, not always the same. Callers then repair answers, and training
    examples that follow either rule look contradictory to the tune.

    Found are: JSON only beside Markdown, plain text or a greeting; plain text or "no Markdown"
    beside tables or bullets; two different limits for the same unit. English, German, Spanish and
    French.

    ## What to do instead
    Decide, and say it once, in one place.

    ## Source
    OpenAI, "GPT-4.1 prompting guide": conflicting instructions are the first thing to look for;
    the model tends to follow the one nearer to the end.
    """
    from ftgate.prompts.contradictions import contradictions

    for study in prompts:
        for one in study.prompts:
            for said, against, lines in contradictions(_instructions(one)):
                yield Finding(
                    f"asks for {said} and for {against}",
                    path=study.path,
                    lines=lines,
                    key=f"{said} {against}",
                    next_step="decide for one of them",
                )


@rule("FT611", severity="warning", since="0.1")
def prefix_below_minimum(
    prompts: Prompts, caching: Caching, *, min_ratio: float = 0.5
) -> Iterator[Finding]:
    """The unchanging beginning of the prompt is a little too short to be cached.

    ## Why is this bad?
    Below the provider's minimum nothing is discounted, so that a longer prompt can be cheaper: at
    90% off, 1,024 cached tokens cost as much as 102.4, and 800 tokens that are not cached cost
    800. From a tenth of the minimum on, padding pays, as long as the cache is hit; reported is
    a prefix from `min_ratio` of the minimum on. The first call of each interval writes the cache
    and pays the full price or more.

    ## What to do instead
    Fill the prompt up with something of use: two more few-shot examples, the schema, the rules that
    were cut. Then compare with the fine-tune again, which competes against the cached prompt.

    ## Source
    OpenAI, "Prompt caching": automatic from 1,024 tokens on, reads at a tenth of the input price
    on current models. The discount of the model at hand stands in `ftgate prices`.
    """
    found = longest_today(prompts)
    minimum = caching.minimum_tokens
    if found is None:
        return
    study, anatomy = found
    static = anatomy.static_tokens
    if not min_ratio * minimum <= static < minimum or not caching.discount:
        return
    usual = ""
    if caching.discount != USUAL_DISCOUNT:
        usual = f"; {_equivalent(minimum, USUAL_DISCOUNT)} at {USUAL_DISCOUNT:.0%} off"
    yield Finding(
        f"{static:,} tokens before the first variable; caching starts at {minimum:,}. Padded by"
        f" {minimum - static:,} they would cost {_equivalent(minimum, caching.discount)}"
        f" token-equivalents ({caching.discount:.0%} off{usual}) instead of {static:,}",
        path=study.path,
        count=minimum - static,
        next_step=f"add {minimum - static:,} tokens of examples or rules, and compare again",
    )


def _equivalent(tokens: int, discount: Decimal) -> str:
    """``102.4``: what cached tokens cost, in tokens at the full price."""
    return f"{(tokens * (1 - discount)).quantize(Decimal('0.1')):,}".removesuffix(".0")


@rule("FT613", severity="info", since="0.1")
def prompt_overhead(prompts: Prompts, measured: Measured) -> Iterator[Finding]:
    """What share of every call the prompt is, and what of it a fine-tune could take over.

    ## Why is this bad?
    It is not: it is the number with which the question begins. The larger the share of the system
    prompt in the input of a call, the more there is to save, by caching first.

    Tone, output format and few-shot examples can be taught. Facts cannot, and belong in the context
    of the call; legal text has to stand as it is; rules are kept until a pilot shows that the tune
    obeys without them. What would remain is an estimate, made from the words of the prompt.

    ## What to do instead
    Look at the parts: `ftgate prompts FILE`. Write the short prompt, name it `tuned_prompt`, and
    the comparison is made with it instead of with an estimate.

    ## Source
    Overhead is system / (system + query), per call. What can be taught: OpenAI, "Fine-tuning".
    """
    found = longest_today(prompts)
    if found is None or measured.query_tokens is None:
        return
    study, anatomy = found
    parts, tokens = anatomy.by_label, anatomy.tokens
    share = tokens / (tokens + measured.query_tokens)
    removable = anatomy.removable_tokens
    facts = f", {parts['facts']:,} are facts for retrieval" if parts["facts"] else ""
    yield Finding(
        f"{tokens:,} of {tokens + measured.query_tokens:,} input tokens per call are the prompt"
        f" ({share:.1%} overhead); removable {removable:,} (format {parts['format']:,}, tone"
        f" {parts['persona']:,}, examples {parts['examples']:,}), {anatomy.residue_tokens:,} stay"
        f"{facts} (estimate)",
        path=study.path,
        count=removable,
        next_step="see the parts: ftgate prompts",
    )


def _instructions(one: Studied) -> list[tuple[int, str]]:
    """Lines with their numbers: few-shot examples ask for nothing."""
    return [
        (min(part.first_line + at, part.last_line), line)
        for part in (one.anatomy.segments if one.anatomy else ())
        if part.label != "examples"
        for at, line in enumerate(part.text.split("\n"))
    ]
