"""FT2: is there enough data, and is it balanced?"""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.content.labels import by_class, label_set
from ftgate.model import Finding
from ftgate.profile import Profile
from ftgate.rules import JudgedFile
from ftgate.rules.input import counted
from ftgate.rules.registry import rule

ONE_ANSWER_SHARE = 0.98
"""From this share on, the set teaches one answer whatever is asked."""


@rule("FT201", severity="error", since="0.1")
def too_few_examples(profile: Profile, *, min_examples: int = 50) -> Iterator[Finding]:
    """Training set has fewer distinct examples than fine-tuning needs.

    ## Why is this bad?
    A provider accepts a file of ten examples, but below about fifty the model mostly memorises
    them: the loss falls, the answers to new questions hardly change, and the money is spent.
    Repeated examples do not count: they only add epochs.

    ## What to do instead
    Put your best examples into the prompt as few-shot examples and measure that first. Collect
    real inputs until there are fifty to a hundred distinct, reviewed examples; then compare.

    ## Source
    OpenAI, "Supervised fine-tuning": start with 50 well-made demonstrations and look for an
    improvement before adding more. LIMA (arXiv 2305.11206) aligned a 65B model with 1,000.
    """
    if profile.examples and profile.unique < min_examples:
        repeated = f" ({profile.duplicates:,} repeated)" if profile.duplicates else ""
        yield Finding(
            f"{counted(profile.unique, 'distinct example')}{repeated} (minimum {min_examples:,})",
            decision="hold",
            next_step="collect reviewed examples, or use them as few-shot examples in the prompt",
        )


@rule("FT202", severity="warning", since="0.1")
def tiny_validation(
    profile: Profile, validation: Profile, *, min_examples: int = 10
) -> Iterator[Finding]:
    """Validation set is too small to tell an improvement from chance.

    ## Why is this bad?
    With a handful of examples one lucky answer moves the validation accuracy by ten points, so
    overfitting cannot be seen, and early stopping stops at random.

    ## What to do instead
    Move some training examples over: a tenth of the data, at least ten, better fifty.

    ## Source
    Binomial arithmetic: with n examples the standard error of an accuracy is at most 0.5/sqrt(n),
    which is 16 points at n = 10 and 7 at n = 50.
    """
    if profile.examples and 0 < validation.examples < min_examples:
        yield Finding(
            f"{counted(validation.examples, 'validation example')} (minimum {min_examples:,})",
            next_step="hold out a tenth of the training set",
        )


@rule("FT203", severity="warning", since="0.1")
def class_imbalance(
    profile: Profile, *, max_ratio: float = 0.8, min_examples: int = 50
) -> Iterator[Finding]:
    """One short answer dominates a training set that looks like classification.

    ## Why is this bad?
    A model that always gives the dominant answer already scores that share, so training learns
    the bias before it learns the task, and rare classes vanish from the answers.

    From 98% on it is an error: such a set teaches one sentence.

    ## What to do instead
    Sample the classes evenly, or keep the natural shares in the validation set only. If the task
    is to label texts, compare with a constrained-choice call first: it needs no training.

    ## Source
    OpenAI, "Fine-tuning best practices": a set with 60% refusals for a 5% need over-refuses; keep
    the shares of the training set close to those of production.
    """
    labels = profile.labels
    if labels is None or profile.examples < min_examples:
        return
    top = max(by_class(labels).values(), default=0) / max(labels.total(), 1)
    shape = label_set(labels)
    if top >= ONE_ANSWER_SHARE:
        yield Finding(
            f"{top:.0%} of answers are one and the same (limit {max_ratio:.0%})",
            severity="error",
            decision="hold",
            next_step="look at the export: the answers are not what was asked for",
        )
    elif top > max_ratio and shape:
        yield Finding(
            f"{top:.0%} of answers are the same of {counted(len(shape.classes), 'label')}"
            f" (limit {max_ratio:.0%})",
            next_step="balance the classes",
        )


@rule("FT204", severity="info", since="0.1")
def no_validation(
    profile: Profile, files: tuple[JudgedFile, ...], *, min_examples: int = 50
) -> Iterator[Finding]:
    """No validation file belongs to this training set.

    ## Why is this bad?
    Without held-out examples nobody can see overfitting, choose a checkpoint, or show that the
    tuned model beats the prompt it replaces.

    ## What to do instead
    Name a file `val.jsonl` (or `validation`, `dev`) beside the training file, or list it under
    `validation` in ftgate.toml. OpenAI and Azure do not bill it.

    ## Source
    Azure, "Manage fine-tuning costs": validation tokens are not billed. The split names are those
    of the Hugging Face Hub.
    """
    held_out = any(file.role == "validation" for file in files)
    if profile.examples >= min_examples and not held_out:
        yield Finding(
            f"{counted(profile.examples, 'training example')} and no validation file",
            next_step="hold out a tenth as val.jsonl",
        )
