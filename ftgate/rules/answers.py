"""FT507, FT508, FT510, FT511: answers that teach nothing, or the wrong thing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ftgate.content.labels import label_set
from ftgate.model import Finding, Severity
from ftgate.profile import Profile
from ftgate.rules import JudgedFile
from ftgate.rules.input import counted
from ftgate.rules.registry import rule

MIN_EXAMPLES = 10
"""A share of fewer examples says nothing; providers ask for as many."""

SHOWN_LINES = 5
ALL_REFUSE_SHARE = 0.9
"""From this share on, the set teaches to refuse whatever is asked."""

OPENER_PREFIX = "opener:"
PROSE = "prose"
LOOKED_AT = "answers looked at"
"""Names in ``Profile.signals``: see :func:`ftgate.content.answers.signals`."""


@rule("FT507", severity="error", since="0.1")
def placeholder_answer(
    file: JudgedFile, *, max_ratio: float = 0.01, max_doubtful_ratio: float = 0.05
) -> Iterator[Finding]:
    """Answers are placeholders that nobody filled in, or a sign for no answer.

    ## Why is this bad?
    The model learns the placeholder word for word: `High-quality response 3`, `TODO`, `{{name}}`
    or a lone full stop come out in production, and every such example was paid for. They get in
    when a script writes the file before the answers exist, when a template is exported without its
    values, and when empty cells of a table become text.

    Of more than 16 MB a sample of 16 MB is looked at, about 10,000 answers, chosen by digest; the
    message says how many, and the standard error of the share.

    Up to `max_ratio` of the examples it is a warning, above it an error. What somebody may have
    meant has a higher limit, `max_doubtful_ratio`: variables in otherwise written answers
    (`Dear {name}`, `[insert date]`), and answers of punctuation alone (`...` is silence on a
    stage). Code, JSON, variables that the prompt has too, and words such as `N/A` that the prompt
    asks for are left alone. `N/A`, `none` and `null` are right where something is looked for and
    not found: they only warn, and not at all where they are one label of a classification set.

    ## What to do instead
    Write the answers, or remove the examples. If the slots are filled in after the model has
    answered, say so in the prompt ("keep variables such as {{name}}") and they no longer count.

    ## Source
    OpenAI, "Fine-tuning best practices": examples are imitated with their defects. The limits are
    a judgement: one placeholder in a hundred answers is a slip, more is a pipeline.
    """
    profile = file.profile
    if profile is None or not profile.examples:
        return
    yield from _defect(file, profile, "placeholder-answer", "placeholder as answer", max_ratio)
    what = "unfilled variable in the answer"
    yield from _defect(file, profile, "unfilled-variable", what, max_doubtful_ratio)
    if label_set(profile.labels) is None:
        yield from _defect(
            file, profile, "empty-answer", "answer that says nothing", max_doubtful_ratio
        )
        what = "only a word for nothing (N/A, none, null) as answer"
        for finding in _defect(file, profile, "no-answer-word", what, 1.0):
            if finding.count > max_ratio * _looked_at(profile):
                yield finding


@rule("FT508", severity="warning", since="0.1")
def refusal_share(
    profile: Profile,
    files: tuple[JudgedFile, ...],
    *,
    max_ratio: float = 0.2,
    production_ratio: float = 0.05,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """Many more answers refuse than production needs.

    ## Why is this bad?
    A share of refusals is learned as a habit, not as a judgement: the tuned model refuses, or says
    that it does not know, where it could have answered. Refusals are easy to collect (they are
    what a careful model wrote when the examples were generated) and hard to unlearn.

    An answer refuses when its beginning says that the speaker cannot or will not help, or does not
    know; told by patterns in Arabic, Chinese, Dutch, English, French, German, Hindi, Italian,
    Japanese, Korean, Portuguese, Russian and Spanish. An apology alone is none. From 90% on it is
    an error. Of a large set a sample is looked at (see FT507), as it is for FT510 and FT511.

    ## What to do instead
    Say how many refusals production needs: `[rules.FT508] production_ratio = 0.05`. The limit is
    twice that, and at least `max_ratio`. Remove the refusals above it, and add for each kind that
    stays a near miss that is answered.

    ## Source
    OpenAI, "Fine-tuning best practices": with 60% refusals in the data and 5% needed, expect too
    many. Twice the need, and 20%, are a judgement: three fifths is what the page calls too many.
    """
    tally = profile.problems.get("refusal")
    if tally is None or profile.examples < min_examples:
        return
    share, limit = tally.count / _looked_at(profile), max(max_ratio, 2 * production_ratio)
    if share <= limit:
        return
    everything = share >= ALL_REFUSE_SHARE
    path, lines = _first_places(files, "refusal")
    yield Finding(
        f"{share:.0%} of answers{_sampled(profile)} refuse or do not know (limit {limit:.0%};"
        f" production needs {production_ratio:.0%})",
        path=path,
        lines=lines,
        count=tally.count,
        severity="error" if everything else None,
        decision="hold" if everything else None,
        next_step="remove refusals, or state the share you need: [rules.FT508] production_ratio",
    )


@rule("FT510", severity="info", since="0.1")
def boilerplate_opener(
    profile: Profile,
    files: tuple[JudgedFile, ...],
    *,
    max_ratio: float = 0.3,
    max_self_ratio: float = 0.01,
    max_same_ratio: float = 0.5,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """Many answers begin with the same empty words.

    ## Why is this bad?
    "Certainly!", "Great question" and "As an AI language model" come from the model that wrote the
    examples. They are the first tokens of every answer, so they are learned first and best; they
    cost output tokens in each call for ever, and delay the first useful word. An introduction as a
    machine also contradicts whatever persona the tuned model is to have: above `max_self_ratio` it
    is a warning. Other beginnings are compared by digest: when `max_same_ratio` of the longer
    answers in prose begin with the same words, they carry no information.

    ## What to do instead
    Cut the opening words off with a script, and begin with the answer. A fixed sentence that
    belongs there is better added by the application.

    ## Source
    Arithmetic for the cost: five tokens more in an answer of fifty are a tenth of the output bill.
    The lists of words cover thirteen languages; the limits are a judgement.
    """
    if profile.examples < min_examples:
        return
    step = "cut the opening words off, and begin with the answer"
    found: tuple[tuple[str, str, float, Severity | None], ...] = (
        ("self-reference", "introduce the speaker as a machine", max_self_ratio, "warning"),
        ("boilerplate-opener", "begin with words of assent", max_ratio, None),
    )
    for kind, what, limit, severity in found:
        tally = profile.problems.get(kind)
        if tally is not None and tally.count >= 2 and tally.count > limit * _looked_at(profile):
            path, lines = _first_places(files, kind)
            share = tally.count / _looked_at(profile)
            yield Finding(
                f"{share:.0%} of answers{_sampled(profile)} {what} (limit {limit:.0%})",
                path,
                lines,
                tally.count,
                severity=severity,
                next_step=step,
                key=kind,
            )
    yield from _same_opener(profile, max_same_ratio, min_examples, step)


@rule("FT511", severity="warning", since="0.1")
def swapped_roles(
    profile: Profile,
    files: tuple[JudgedFile, ...],
    *,
    max_ratio: float = 0.3,
    min_examples: int = MIN_EXAMPLES,
) -> Iterator[Finding]:
    """The answers ask and the prompts answer: user and assistant look exchanged.

    ## Why is this bad?
    Training reproduces the assistant's messages. With the roles exchanged the model learns to ask
    the user's questions, and the answers somebody wrote are only read. The file is valid, the job
    succeeds, and the loss looks normal.

    An example counts when its answer is a single question or request and its prompt is neither,
    unless the conversation speaks of questions (quizzes, interviews, paraphrases). Chat is full of
    questions back: in sets with the right order up to one example in eight counts.

    ## What to do instead
    Look at the lines named. Exchange `user` and `assistant` in the export, or map the columns the
    other way round. If the assistant is to ask, say so in the system prompt.

    ## Source
    The limit is a judgement between two measurements on 262 sets of public data: no set with its
    roles in order is above 12%, and of the question-and-answer sets with exchanged roles three
    fifths are above 30%. The others are not noticed: long prompts hide what is asked.
    """
    tally = profile.problems.get("swapped-roles")
    if tally is None or profile.examples < min_examples:
        return
    share = tally.count / _looked_at(profile)
    if share > max_ratio:
        path, lines = _first_places(files, "swapped-roles")
        yield Finding(
            f"{share:.0%} of answers{_sampled(profile)} ask for what their prompt says"
            f" (limit {max_ratio:.0%}): user and assistant look exchanged",
            path=path,
            lines=lines,
            count=tally.count,
            next_step="exchange the roles, or say in the system prompt that the assistant asks",
        )


def _defect(
    file: JudgedFile, profile: Profile, kind: str, what: str, max_ratio: float
) -> Iterator[Finding]:
    """One kind of defective answer in one file; an error above the limit, else a warning."""
    tally = profile.problems.get(kind)
    if tally is None:
        return
    looked_at = _looked_at(profile)
    share = tally.count / looked_at
    limit = f", limit {max_ratio:.0%}" if share > max_ratio else ""
    sample, error = "", ""
    if looked_at < profile.examples:
        sample, error = " of a sample", f" ± {math.sqrt(share * (1 - share) / looked_at):.2%}"
    yield Finding(
        f"{what} in {tally.count:,} of {counted(looked_at, 'example')}{sample}"
        f" ({share:.1%}{error}{limit})",
        file.path,
        tuple(line for line, _, _ in tally.places[:SHOWN_LINES]),
        tally.count,
        severity=None if share > max_ratio else "warning",
        next_step="write the answers, or remove the examples",
        key=kind,
    )


def _same_opener(
    profile: Profile, max_ratio: float, min_examples: int, step: str
) -> Iterator[Finding]:
    """The commonest beginning of prose; FT203 speaks of answers that are the same to the end."""
    prose = profile.signals[PROSE]
    openers = (n for name, n in profile.signals.items() if name.startswith(OPENER_PREFIX))
    most = max(openers, default=0)
    same = max(profile.labels.values(), default=0) if profile.labels else 0
    copies = same * _looked_at(profile) / max(profile.examples, 1)
    if prose >= min_examples and most - copies > max_ratio * prose:
        yield Finding(
            f"{most / prose:.0%} of {counted(prose, 'longer answer')} begin with the same words"
            f" (limit {max_ratio:.0%})",
            count=most,
            next_step=step,
            key="same-opener",
        )


def _looked_at(profile: Profile) -> int:
    """Examples whose answers were looked at: all, or a sample of a large set."""
    return profile.signals[LOOKED_AT] or profile.examples


def _sampled(profile: Profile) -> str:
    """What a message says of the answers where it is about a sample."""
    looked_at = _looked_at(profile)
    return f" (of {looked_at:,} looked at)" if looked_at < profile.examples else ""


def _first_places(files: tuple[JudgedFile, ...], kind: str) -> tuple[str | None, tuple[int, ...]]:
    """The first training file with this kind of problem, and its first lines."""
    for file in files:
        tally = file.profile.problems.get(kind) if file.profile else None
        if tally and file.role == "train":
            return file.path, tuple(line for line, _, _ in tally.places[:SHOWN_LINES])
    return None, ()
