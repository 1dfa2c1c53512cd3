"""FT5, first part: examples that repeat, leak or contradict each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ftgate.content.marks import WHOLE_BYTES
from ftgate.model import Finding, Place, Repetition
from ftgate.profile import Profile
from ftgate.rules.input import counted
from ftgate.rules.registry import rule

SHOWN_LINES = 5


@rule("FT501", severity="warning", since="0.1")
def duplicate_examples(
    repetition: Repetition,
    profile: Profile,
    *,
    warn_ratio: float = 0.01,
    fail_ratio: float = 0.2,
    answers_ratio: float = 0.1,
    min_repeats: int = 2,
) -> Iterator[Finding]:
    """Training examples occur more than once.

    ## Why is this bad?
    A repeated example is trained once more in each epoch: it is billed like a new one, is
    memorised first, and pulls the model towards its wording. Its copies also end up on both sides
    of a random split, where they make the validation loss look better than it is.

    Examples are compared by their turns, whatever the schema, without case and white space; those
    with images by their bytes. A few repeats are common and harmless: from `warn_ratio` on it warns
    (but not below `min_repeats`), from `fail_ratio` on it is an error. The message names the
    effective number of examples, in which exact and near repetitions count once: that is the
    number to hold against the minimum of FT201. Long answers (200 characters) that are given to
    different prompts are reported from `answers_ratio` on. Above FT502's
    `whole_mb`, equal bytes are counted in all of the set and the rest in a sample.

    ## What to do instead
    Keep one of each: `ftgate check --fix` drops exact repetitions. If an example is to weigh more,
    say so on purpose, with a weight or with more epochs.

    ## Source
    Lee et al., "Deduplicating training data makes language models better" (arXiv 2107.06499):
    models trained on deduplicated data emit memorised text ten times less often. Hernandez et al.
    (arXiv 2205.10487): repeating 0.1% of the data a hundred times costs half of the model's size.
    """
    found = repetition.exact
    repeated = found.count if repetition.share == 1 else profile.duplicates or 0
    ratio = repeated / max(repetition.examples, 1)
    if repeated >= min_repeats and ratio >= warn_ratio:
        path, lines = _first(found.places)
        limit = fail_ratio if ratio >= fail_ratio else warn_ratio
        yield Finding(
            f"{repeated:,} of {counted(repetition.examples, 'example')} repeat an earlier one"
            f" ({ratio:.0%}, limit {limit:.0%}); {_effective(repetition)}",
            path=path,
            lines=lines,
            count=repeated,
            severity="error" if ratio >= fail_ratio else None,
            next_step="drop them: ftgate check --fix",
        )
    answers = repetition.answers.count
    ratio = answers / max(repetition.compared, 1)
    if answers >= min_repeats and ratio >= answers_ratio:
        path, lines = _first(repetition.answers.places)
        yield Finding(
            f"{answers:,} of {counted(repetition.compared, 'example')} repeat a long answer that"
            f" another prompt got ({ratio:.0%}, limit {answers_ratio:.0%})",
            path=path,
            lines=lines,
            count=answers,
            next_step="look at these lines: a canned answer teaches the model to give it anywhere",
        )


@rule("FT502", severity="warning", since="0.1")
def near_duplicates(
    repetition: Repetition,
    *,
    warn_ratio: float = 0.05,
    fail_ratio: float = 0.8,
    min_repeats: int = 3,
    whole_mb: int = WHOLE_BYTES // 1_000_000,
) -> Iterator[Finding]:
    """Training examples differ from another one in a few words only.

    ## Why is this bad?
    Variations of one example, written by a program or by another model, look like data and teach
    like a repetition: the set is smaller than its number of lines, and a random split puts one
    variation into training and the next into validation.

    Two examples are near-duplicates when at least 55% of their different words and 35% of their
    word pairs are the same, and half of those of their prompts and of their answers; the system
    prompt, and what half of the examples have in common, do not count. Examples of less than
    twelve word pairs are left to FT501. Candidates come from MinHash signatures, and every pair is
    verified on its texts: of pairs with every tenth word changed 97% are found, of those with every
    fifth six in ten.

    Above `whole_mb` megabytes, or what `--max-memory` has room for, so much of the set is compared,
    chosen by digest. Both examples of a pair have to be chosen, so the ratio is an estimate for
    pairs, with its standard error. Of larger groups more is seen, so the truth is then lower, down
    to the ratio in the sample; the message has both, and only the lower one makes it an error. A
    megabyte takes about 25 ms. Sets of short, similar requests (a form, a game) have many
    near-duplicates by nature, so it warns, and is an error only from `fail_ratio` on.

    ## What to do instead
    Keep the best one of each group, or replace the others by real requests. Split by source
    (customer, document, conversation) and never by line.

    ## Source
    Broder, "On the resemblance and containment of documents" (1997), for the measure; Lee et al.
    (arXiv 2107.06499) for near-duplicates in training data and between its splits; Shrivastava
    (ICML 2017) for the signatures.
    """
    compared = _compared(repetition)
    least = repetition.near.count / max(compared, 1)
    ratio = min(1.0, least / repetition.share)
    if repetition.near.count < min_repeats or ratio < warn_ratio:
        return
    path, lines = _first(repetition.near.places)
    limit = fail_ratio if least >= fail_ratio else warn_ratio
    sample = ""
    if repetition.share < 1:
        error = ratio * math.sqrt((1 - repetition.share**2) / repetition.near.count)
        sample = f" of a sample; about {ratio:.0%} ± {error:.0%} of all if in pairs,"
        sample += f" down to {least:.0%} if in larger groups,"
    yield Finding(
        f"{repetition.near.count:,} of {counted(compared, 'example')}{sample} nearly repeat another"
        f" ({ratio:.0%}, limit {limit:.0%}); {_effective(repetition)}",
        path=path,
        lines=lines,
        count=repetition.near.count,
        severity="error" if least >= fail_ratio else None,
        next_step="keep one of each group; ftgate check --fix --unsafe-fixes drops those that"
        " differ in case, space and punctuation",
    )


@rule("FT503", severity="error", since="0.1")
def train_validation_leak(
    repetition: Repetition,
    *,
    max_ratio: float = 0.01,
    near_ratio: float = 0.1,
    sequences_ratio: float = 0.2,
) -> Iterator[Finding]:
    """Held-out examples are in the training set.

    ## Why is this bad?
    A model is right on what it has seen. The validation loss keeps falling while the model
    memorises, so overfitting stays invisible, the wrong checkpoint is chosen, and the test shows
    an improvement that no user will see.

    An example of a validation or test file leaks when its turns, its prompt (of three words or
    more) or nearly the same text (see FT502) are in a training file. It is an error when more than
    `max_ratio` of them are the same, or `near_ratio` at least nearly so; fewer are a warning.

    Above `sequences_ratio`, those are reported that share sequences of 13 words with a few
    training examples (at most a hundredth of them, or two; at most ten): passages of one document
    on both sides. One of eight sequences is compared and two have to agree, so a shared passage of
    45 words is seen in 93 cases of 100.

    ## What to do instead
    Remove them from the training set, not from the held-out one, which would make it easier. Then
    split by source (customer, document, conversation), so that variations stay on one side.

    ## Source
    GPT-3 (arXiv 2005.14165, appendix C) for 13-word sequences and the limit of ten documents; Lee
    et al. (arXiv 2107.06499): 4% of the validation sets of public corpora overlap with their
    training sets.
    """
    leak = repetition.leak
    if leak is None or not leak.examples:
        return
    if leak.leaked.count:
        same, near = leak.same / leak.examples, leak.leaked.count / leak.examples
        severe = same > max_ratio or near >= near_ratio
        path, lines = _first(leak.leaked.places)
        sample = "" if repetition.share == 1 else f" a sample of {repetition.share:.0%} of"
        yield Finding(
            f"{leak.leaked.count:,} of {counted(leak.examples, 'held-out example')} are in{sample}"
            f" the training set ({leak.records:,} whole, {leak.prompts:,} by prompt, {leak.near:,}"
            f" nearly; limit {max_ratio:.0%}, nearly {near_ratio:.0%})",
            path=path,
            lines=lines,
            count=leak.leaked.count,
            severity=None if severe else "warning",
            next_step="remove them from the training set, and split by source",
        )
    shared = leak.sequences.count
    if shared / leak.examples > sequences_ratio and shared > leak.leaked.count:
        path, lines = _first(leak.sequences.places)
        yield Finding(
            f"{shared:,} of {counted(leak.examples, 'held-out example')} share sequences of 13"
            f" words with a few training examples (limit {sequences_ratio:.0%})",
            path=path,
            lines=lines,
            count=shared,
            severity="warning",
            next_step="look at these lines: passages of one document belong on one side",
        )


@rule("FT504", severity="warning", since="0.1")
def contradictory_labels(
    repetition: Repetition,
    *,
    fail_ratio: float = 0.05,
    free_text_ratio: float = 0.02,
    min_repeats: int = 2,
) -> Iterator[Finding]:
    """The same prompt has different answers.

    ## Why is this bad?
    Where answers are labels, at least one of them is wrong, and the model learns to guess: no
    training reaches an accuracy above the share of the more frequent label. A few per cent of
    wrong labels cost more than the same number of missing examples.

    Prompts are equal when everything before the answer is, without case and white space; records
    with images are left out. Answers are labels when nine of ten have at most 40 characters and
    each occurs five times on average: then it warns, and from `fail_ratio` of the examples on it is
    an error. Different free texts for one prompt may be meant (several good answers), so they are
    an info, from `free_text_ratio` on.

    ## What to do instead
    Have two people label these prompts again without seeing the answer, and write down the rule
    that decides. If the label depends on something that the prompt does not say, add it.

    ## Source
    Northcutt, Athalye and Mueller, "Pervasive label errors in test sets" (arXiv 2103.14749): 3.3%
    of labels on average in ten common benchmarks. OpenAI, "Fine-tuning best practices": check
    the consistency of examples when results do not improve.
    """
    found = repetition.contradictions
    ratio = found.count / max(repetition.compared, 1)
    classes = bool(repetition.labels)
    if found.count < (1 if classes else min_repeats) or (not classes and ratio < free_text_ratio):
        return
    path, lines = _first(found.places)
    kind = f"another of {repetition.labels:,} labels" if classes else "another answer"
    sample = "" if repetition.share == 1 else " of a sample"
    yield Finding(
        f"{found.count:,} of {counted(repetition.compared, 'example')}{sample} give {kind} to an"
        f" earlier prompt ({ratio:.1%}, limit {fail_ratio if classes else free_text_ratio:.0%})",
        path=path,
        lines=lines,
        count=found.count,
        severity=("error" if ratio >= fail_ratio else None) if classes else "info",
        next_step="decide which answer is right, or add to the prompt what it depends on",
    )


@rule("FT509", severity="warning", since="0.1")
def low_diversity(
    repetition: Repetition,
    *,
    max_ratio: float = 0.5,
    min_templates: int = 5,
    min_examples: int = 50,
) -> Iterator[Finding]:
    """Most examples are fillings of one template.

    ## Why is this bad?
    A set written from a template teaches the template: the model answers requests that look like
    it and falls back to its old ways for all others. A thousand fillings are worth a handful of
    examples, and a prompt with the template in it would do the same.

    The skeleton of an example is the beginning of its prompt and answer without numbers, names,
    links and quotations; lower-case words that vary are not seen as slots. It warns when one
    skeleton has more than `max_ratio` of the examples, or when fewer than `min_templates` remain in
    effect: the exponential of the entropy of their shares.

    ## What to do instead
    Collect real requests in the words of those who ask. If the requests do come from a template
    (a form, a pipeline), keep it in the prompt and compare with a few-shot prompt first.

    ## Source
    Hill, "Diversity and evenness" (1973), for the effective number. Wang et al., "Self-Instruct"
    (arXiv 2212.10560) and Zhou et al., "LIMA" (arXiv 2305.11206): varied prompts matter more than
    many of one kind.
    """
    judged = repetition.templated
    if judged < min_examples:
        return
    ratio = repetition.template.count / judged
    if ratio <= max_ratio and repetition.templates >= min_templates:
        return
    path, lines = _first(repetition.template.places)
    yield Finding(
        f"{ratio:.0%} of {counted(judged, 'example')} fill one template (limit {max_ratio:.0%});"
        f" effective number of templates {repetition.templates:,.1f} (minimum {min_templates})",
        path=path,
        lines=lines,
        count=repetition.template.count,
        next_step="add requests in the words of real users",
    )


def _effective(repetition: Repetition) -> str:
    about = "" if repetition.share == 1 else "about "
    return f"effective number of examples {about}{repetition.effective:,}"


def _compared(repetition: Repetition) -> int:
    """Examples whose signatures were compared: the share, of all that can be read."""
    return round(repetition.examples * repetition.share)


def _first(places: Iterable[Place]) -> tuple[str | None, tuple[int, ...]]:
    """The first file with such examples, and its first lines."""
    found = list(places)
    if not found:
        return None, ()
    path = found[0].path
    return path, tuple(place.line for place in found if place.path == path)[:SHOWN_LINES]
