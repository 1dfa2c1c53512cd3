"""FT205 and FT512: sets of labels, and what is cheaper than tuning a language model on them."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.content.labels import LabelSet, label_set
from ftgate.model import Finding
from ftgate.profile import Profile
from ftgate.rules.input import counted
from ftgate.rules.registry import rule

ONE_LABEL_SHARE = 0.8
"""Above it every other label is rare, which FT203 says already."""

LOOK = "count them: jq -r '.messages[-1].content' FILE | sort | uniq -c | sort -n"


@rule("FT205", severity="info", since="0.1")
def classifier_would_do(
    profile: Profile,
    *,
    max_labels: int = 50,
    min_examples: int = 50,
    max_input_tokens: int = 2000,
) -> Iterator[Finding]:
    """The answers are a few labels: a classifier costs less than a tuned language model.

    ## Why is this bad?
    It is not wrong, but dear. A language model that was tuned to say one of a few words is billed
    for the whole text of every call, and dies with its base model. A logistic regression on
    embeddings, or a small encoder, is trained on the same examples in minutes, costs a hundredth
    per call, gives a probability that can be thresholded, and belongs to you.

    Shown when nine of ten answers are short, at most `max_labels` differ, each occurs five times on
    average, and the input is at most `max_input_tokens` long. Sets of option letters are left out:
    there the letter means something else in every prompt.

    ## What to do instead
    Measure in this order, on the validation set: the untuned model with the choice constrained
    (an enum in structured outputs; with OpenAI also the decisions endpoint, which bills no output
    tokens), embeddings with logistic regression, a small encoder. Tune the language model when it
    beats them by more than its bill.

    ## Source
    SetFit (arXiv 2209.11055): an encoder tuned on 8 examples per label is on a par with RoBERTa
    Large on 3,000. Bucher and Martini (arXiv 2406.08660): small tuned encoders beat prompted
    language models on text classification. The decisions endpoint: openai-python 3.54.0,
    `resources/decisions.py`. The limits on labels and length are a judgement.
    """
    shape = label_set(profile.labels)
    if shape is None or shape.letters or profile.examples < min_examples:
        return
    mean = round(profile.by_role["user"] / profile.examples)
    if len(shape.classes) <= max_labels and mean <= max_input_tokens:
        length = f", {mean:,} input tokens on average" if mean else ""
        yield Finding(
            f"{shape.answers:,} answers are {counted(len(shape.classes), 'label')}{length}:"
            " a small classifier or a constrained choice costs less",
            count=shape.answers,
            next_step="compare with logistic regression on embeddings before you tune",
        )


@rule("FT512", severity="warning", since="0.1")
def label_noise(
    profile: Profile, *, min_examples: int = 50, min_per_label: int = 10
) -> Iterator[Finding]:
    """Labels are spelled in several ways, or too rare to be learned.

    ## Why is this bad?
    `Positive`, `positive` and `positive.` are three answers to the model: it learns all of them,
    and whatever reads its output has to know all of them. A label that occurs once beside frequent
    ones is mostly a slip of the annotator or a cell of another column. A label with a handful of
    examples is not learned, and its accuracy cannot be measured.

    Compared by digest, in sets whose answers look like labels. Case, outer punctuation and spaces
    are spelling; signs that tell labels apart (`-1`, `C++`) are not. Labels under `min_per_label`
    are reported with those that occur once. One label above all others is FT203's business,
    different answers to one prompt are FT504's.

    ## What to do instead
    Write each label in one way, and constrain the output to that list. Look at every label that
    occurs once. Merge rare labels, or collect examples for them.

    ## Source
    Google, "Prepare text training data for classification" (Vertex AI): each label on at least 10
    documents, better 50 to begin with. Northcutt et al. (arXiv 2103.14749): 3.3% of the labels in
    the test sets of ten much-used benchmarks are wrong.
    """
    shape = label_set(profile.labels)
    if shape is None or shape.answers < min_examples:
        return
    if shape.spellings:
        deviating = sum(sum(counts[1:]) for counts in shape.spellings)
        verb = "deviates" if deviating == 1 else "deviate"
        yield Finding(
            f"{len(shape.spellings)} of {counted(len(shape.classes), 'label')} spelled in several"
            f" ways (case, punctuation or spaces); {counted(deviating, 'answer')}"
            f" {verb} from the commonest spelling",
            count=deviating,
            next_step=LOOK,
            key="spelling",
        )
    yield from _rare(shape, min_per_label)


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _rare(shape: LabelSet, min_per_label: int) -> Iterator[Finding]:
    rare = [n for n in shape.classes.values() if n < min_per_label]
    most = max(shape.classes.values())
    if not rare or most > ONE_LABEL_SHARE * shape.answers:
        return
    once = rare.count(1)
    single = f", {once:,} of them only one" if once else ""
    yield Finding(
        f"{len(rare):,} of {counted(len(shape.classes), 'label')} {_has(len(rare))} fewer than"
        f" {min_per_label} examples{single} (commonest label: {most:,})",
        count=sum(rare),
        next_step=LOOK,
        key="rare",
    )
