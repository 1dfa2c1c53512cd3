"""How many tokens each provider bills for a training job: one pure function per rule.

The sheet of a provider names its rule (``[billing] rule``) and holds the numbers that go with it:
rounding, default epochs, tokens per step. What a rule rests on:

* ``openai``, ``azure``: epochs x the sum of :mod:`ftgate.tokens.billing`, validation left out.
  Exact on 13 of 13 public OpenAI jobs and, rounded up to begun thousands, on all five public Azure
  files whose bill is known (10 jobs).
* ``together``: epochs x training tokens + evaluations x validation tokens; without packing every
  example counts as ``max_seq_length`` (Together's pricing documentation).
* ``vertex``: the text alone, without any frame: one published job, ``totalBillableTokenCount``
  255,243 = 233,592 of input + 21,651 of output.
* ``mistral``: steps x a window, whatever the files hold: published jobs, 10 steps = 1,310,720.
* ``epochs``: epochs x tokens of the training set, in the words of Fireworks' and Amazon's pages.
* ``epochs+validation``: the same plus the validation files once (Ori's page: 5M x 3 + 1M = 16M).
* no rule: nothing is published. Epochs x the chat count is an estimate and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ftgate.formats import PREFERENCE_FORMATS
from ftgate.model import Bill, Confidence, Encoding, Epochs, ProviderFacts
from ftgate.tokens.billing import CONVERTED_NOTE, FORMULA_NOTES, TOOLS_NOTE

if TYPE_CHECKING:
    from ftgate.profile import Profile

TOOLS_BAND = 10
"""Tokens per example and epoch either way when there are tool definitions; fitted on one job."""

FORMAT_BANDS = {"openai_preference": 3, "prompt_completion": 1}
"""Per cent either way, rounded up from the one job known of each: 2.8 % and 0.6 %."""


class Load(NamedTuple):
    """What the files of one role hold, in tokens of one epoch.

    ``tokens`` is content with the frame of chat, ``text`` the content alone, ``cut`` the part of
    either that lies beyond the provider's limit per example.
    """

    examples: int = 0
    tokens: int = 0
    text: int = 0
    cut: int = 0
    over_limit: int = 0
    images: int = 0
    tools: bool = False
    formats: tuple[str, ...] = ()


class Job(NamedTuple):
    """One training job: its files, what it is asked to do, and who runs it.

    ``evals`` counts passes over the validation files, none unless a job asks for them; ``steps``
    the training steps, where stated. ``max_seq_length`` is stated when examples are not packed.
    """

    train: Load
    validation: Load
    epochs: Epochs
    provider: ProviderFacts
    evals: int = 0
    steps: int | None = None
    max_seq_length: int | None = None


class Rule(NamedTuple):
    """How one provider bills.

    ``tokens`` returns the fewest and the most tokens billed, before rounding; ``words`` says the
    rule, ``note`` what is not certain about it.
    """

    tokens: Callable[[Job], tuple[int, int]]
    confidence: Confidence
    words: str
    note: str = ""


def load_of(profile: Profile | None) -> Load:
    """The numbers of a profile that bills depend on; nothing when there are no such files."""
    if profile is None:
        return Load()
    return Load(
        examples=profile.examples,
        tokens=profile.tokens,
        text=sum(profile.by_role.values()) + profile.tool_tokens,
        cut=profile.cut,
        over_limit=profile.over_limit,
        images=profile.images,
        tools=bool(profile.tool_tokens),
        formats=tuple(sorted(profile.formats)),
    )


def chat_tokens(job: Job) -> tuple[int, int]:
    """Epochs x examples with their frame. Validation is not billed."""
    return _over_epochs(job, job.train.tokens)


def text_tokens(job: Job) -> tuple[int, int]:
    """Epochs x text, without any frame. Validation is not billed."""
    return _over_epochs(job, job.train.text)


def passes(job: Job) -> tuple[int, int]:
    """Epochs x training examples + evaluations x validation examples."""
    if job.max_seq_length is None:
        low, high = _over_epochs(job, job.train.tokens)
        seen = job.validation.tokens
    else:
        padded = job.train.examples * job.max_seq_length
        low, high = job.epochs.low * padded, job.epochs.high * padded
        seen = job.validation.examples * job.max_seq_length
    return low + job.evals * seen, high + job.evals * seen


def with_validation(job: Job) -> tuple[int, int]:
    """Epochs x training examples + the validation examples once."""
    low, high = _over_epochs(job, job.train.tokens)
    return low + job.validation.tokens, high + job.validation.tokens


def training_steps(job: Job) -> tuple[int, int]:
    """Steps x the window of a step; without stated steps, what the files hold."""
    window = job.provider.step_tokens
    if job.steps is None or window is None:
        return _over_epochs(job, job.train.tokens)
    return job.steps * window, job.steps * window


_FRAME_NOTE = "the model's own chat template is not known here: the frame of OpenAI chat stands in"

_CHAT_WORDS = "epochs x (1 per example + 3 per message + role + content)"

RULES = {
    "openai": Rule(chat_tokens, "exact", _CHAT_WORDS),
    "azure": Rule(chat_tokens, "exact", f"{_CHAT_WORDS}, rounded up"),
    "epochs": Rule(chat_tokens, "documented", "epochs x tokens of the set", _FRAME_NOTE),
    "epochs+validation": Rule(
        with_validation,
        "documented",
        "epochs x tokens of the training set + tokens of the validation set",
        _FRAME_NOTE,
    ),
    "together": Rule(
        passes,
        "documented",
        "epochs x training tokens + evaluations x validation tokens",
        _FRAME_NOTE,
    ),
    "vertex": Rule(text_tokens, "documented", "epochs x text, without a frame"),
    "mistral": Rule(training_steps, "documented", "steps x tokens of a step"),
}
"""By the ``rule`` of a provider's sheet."""

ESTIMATE = Rule(
    chat_tokens,
    "unknown",
    "unknown",
    "no billing formula is published: epochs x the tokens of the file, framed as OpenAI chat, is an"
    " estimate",
)
"""For everybody else."""


def predict(job: Job, encoding: Encoding) -> Bill:
    """The bill of a job whose tokens were counted with ``encoding``."""
    provider = job.provider
    rule = RULES.get(provider.billing_rule, ESTIMATE)
    low, high = (_round_up(tokens, provider.round_up_tokens) for tokens in rule.tokens(job))
    notes = [] if provider.kind == "framework" else [rule.note, _evals_note(job, rule)]
    if provider.step_tokens is None:
        notes += [_count_note(encoding), _cut_note(job)]
    confidence, band = rule.confidence, 0
    if confidence == "exact":
        confidence, band, doubts = _trust(job, encoding)
        notes += doubts
    unknown = _unknown(job, rule)
    return Bill(
        low=low,
        high=high,
        confidence="unknown" if unknown else confidence,
        band=band,
        notes=tuple(dict.fromkeys(filter(None, notes))),
        unknown=unknown,
    )


def _over_epochs(job: Job, tokens: int) -> tuple[int, int]:
    """The low end without what the provider may leave out before it counts."""
    return job.epochs.low * max(tokens - _left_out(job), 0), job.epochs.high * tokens


def _left_out(job: Job) -> int:
    """Tokens of over-long examples that are not trained on: their ends, or all of them."""
    train, words = job.train, job.provider.over_long
    if words.startswith("truncated"):
        return train.cut
    if words.startswith("dropped"):
        return train.cut + train.over_limit * (job.provider.max_example_tokens or 0)
    return 0


def _round_up(tokens: int, unit: int) -> int:
    return -(-tokens // unit) * unit


def _trust(job: Job, encoding: Encoding) -> tuple[Confidence, int, list[str]]:
    """How far the rule for chat holds for these records: confidence, band, why.

    It is proven for OpenAI's encodings and for chat without tool definitions; for preference pairs,
    prompts with completions and tools it is fitted to one job each.
    """
    train, formats = job.train, [name for name in job.train.formats if name != "openai_chat"]
    per_cent = max((FORMAT_BANDS.get(name, 0) for name in formats), default=0)
    band = -(-train.tokens * per_cent // 100) + (TOOLS_BAND * train.examples if train.tools else 0)
    doubts = [FORMULA_NOTES.get(name, CONVERTED_NOTE) for name in formats]
    if train.tools:
        doubts.append(f"{TOOLS_NOTE}: expect {TOOLS_BAND} tokens per example more or less")
    confidence: Confidence = "fitted" if doubts else "exact"
    if encoding.exactness != "exact" or CONVERTED_NOTE in doubts:
        confidence = "unknown"
    return confidence, band * job.epochs.high, doubts


def _count_note(encoding: Encoding) -> str:
    if encoding.exactness == "exact":
        return ""
    return f"the tokens themselves are {encoding.exactness}: counted with {encoding.name}"


def _evals_note(job: Job, rule: Rule) -> str:
    if rule.tokens is not passes or job.evals or not job.validation.examples:
        return ""
    return (
        "no evaluation is asked for; each one bills the"
        f" {job.validation.tokens:,} tokens of the validation files ([model] evals, or --evals N)"
    )


def _cut_note(job: Job) -> str:
    if not job.train.over_limit:
        return ""
    if left_out := _left_out(job):
        return (
            f"over-long examples: {job.train.over_limit:,}. The low end leaves out the"
            f" {left_out:,} tokens that are not trained on: no public job shows whether they are"
            " billed"
        )
    return f"over-long examples: {job.train.over_limit:,}, counted in full"


def _unknown(job: Job, rule: Rule) -> str:
    """Why there is no bill, and what would make one; "" when there is."""
    provider, train = job.provider, job.train
    if provider.kind == "framework":
        return "you train on machines of your own: their hours cost, tokens are not billed"
    if provider.step_tokens is not None:
        return "" if job.steps is not None else _steps_missing(provider)
    if train.images:
        count = f"{train.images:,} image{'' if train.images == 1 else 's'}"
        return f"{count} in the training set, and what an image is billed is not known"
    # Whoever publishes a price for preference pairs has another one for chat.
    if rule.confidence != "exact" and any(name in PREFERENCE_FORMATS for name in train.formats):
        return f"how {provider.title} counts and prices preference pairs is not known here"
    if not job.epochs.known:
        return (
            f"the default number of epochs at {provider.title} is not known: state them"
            " ([model] epochs, or ftgate count --epochs N)"
        )
    return ""


def _steps_missing(provider: ProviderFacts) -> str:
    return (
        f"{provider.title} bills steps x {provider.step_tokens:,} tokens, whatever the files hold:"
        " state the steps ([model] steps, or ftgate count --steps N)"
    )
