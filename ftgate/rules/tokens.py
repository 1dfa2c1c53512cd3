"""FT3: tokens and limits."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.model import Finding, ProviderFacts, Training
from ftgate.profile import Profile
from ftgate.rules import JudgedFile
from ftgate.rules.input import counted
from ftgate.rules.registry import rule

KNOWN_LIMIT_TOKENS = 65_536
"""OpenAI's limit, the only published one for these models: OpenAI, "Fine-tuning best practices"."""


@rule("FT301", severity="error", since="0.1")
def record_too_long(file: JudgedFile, provider: ProviderFacts) -> Iterator[Finding]:
    """Example is so long that its whole answer is cut off before training.

    ## Why is this bad?
    The provider keeps the first tokens of an over-long example and drops the rest without a word.
    Here nothing of the answer is left, so the example is billed and teaches nothing.

    ## What to do instead
    Shorten the conversation, move documents out of it, or drop the example.

    ## Source
    OpenAI, "Fine-tuning best practices": longer examples are truncated to the maximum, from the
    end. The limit is the `max_example_tokens` of the provider's profile.
    """
    yield from _long(file, provider, "record-too-long", "whole answer lost")


@rule("FT302", severity="warning", since="0.1")
def truncated_at_training(file: JudgedFile, provider: ProviderFacts) -> Iterator[Finding]:
    """Example is longer than the limit, so the end of it is not trained on.

    ## Why is this bad?
    A cut answer teaches the model to stop in the middle. The job does not fail and does not say
    which examples were cut.

    ## What to do instead
    Split long conversations, shorten tool results, or drop the examples. The finding says how many
    tokens of the answers would be lost.

    ## Source
    OpenAI, "Fine-tuning best practices": longer examples are truncated to the maximum, from the
    end. The limit is the `max_example_tokens` of the provider's profile, or the default of the
    framework (TRL: 1,024, LLaMA-Factory: 2,048), which `[model] max_seq_length` replaces.
    """
    yield from _long(file, provider, "truncated-at-training", "end cut off")
    lengths = file.profile.lengths if file.profile else {}
    longest = max(lengths, default=0)
    if provider.max_example_tokens is None and longest > KNOWN_LIMIT_TOKENS:
        yield Finding(
            f"longest example has {longest:,} tokens and the limit of {provider.title} is unknown"
            f" (OpenAI cuts at {KNOWN_LIMIT_TOKENS:,})",
            path=file.path,
            count=sum(n for tokens, n in lengths.items() if tokens > KNOWN_LIMIT_TOKENS),
            next_step="shorten them, or ask the provider",
        )


@rule("FT303", severity="info", since="0.1")
def length_outliers(
    profile: Profile, *, factor: float = 10.0, min_tokens: int = 2000
) -> Iterator[Finding]:
    """A few examples are many times longer than the median.

    ## Why is this bad?
    Tokens are what is billed and what the loss is averaged over: one example of 20,000 tokens
    weighs as much as a hundred of 200, and is usually a paste by mistake.

    ## What to do instead
    Look at the longest examples; keep them only if production has such inputs too.

    ## Source
    The factor is a convention: ten times the median and at least 2,000 tokens.
    """
    median = profile.quantile(0.5)
    floor = max(min_tokens, factor * median)
    count = sum(examples for tokens, examples in profile.lengths.items() if tokens > floor)
    if count:
        longest = max(profile.lengths)
        share = sum(t * n for t, n in profile.lengths.items() if t > floor) / profile.tokens
        yield Finding(
            f"longest example has {longest:,} tokens, median {median:,}; such examples hold "
            f"{share:.0%} of the tokens",
            count=count,
            next_step="ftgate count",
        )


@rule("FT304", severity="warning", since="0.1")
def special_token_text(file: JudgedFile) -> Iterator[Finding]:
    """Example contains the text of a control token, such as `<|endoftext|>`.

    ## Why is this bad?
    Hosted services read it as plain text, so the model learns to print control tokens; local
    trainers may read it as the token itself and end the example there. Either is rarely meant.

    ## What to do instead
    Remove the template tokens from the export: the service adds its own.

    ## Source
    tiktoken raises on this text unless told otherwise (`Encoding.encode`, `disallowed_special`),
    which is how many token counters crash on such files.
    """
    tally = file.profile.problems.get("special-token-text") if file.profile else None
    if tally:
        yield Finding(
            "examples contain control-token text",
            path=file.path,
            lines=tuple(line for line, _, _ in tally.places),
            count=tally.count,
            next_step="strip the chat template from the export",
        )


@rule("FT305", severity="info", since="0.1")
def constant_system_prompt(profile: Profile, *, min_tokens: int = 300) -> Iterator[Finding]:
    """Every example repeats the same long system prompt, which is billed each time.

    ## Why is this bad?
    A fine-tune can only shorten the prompt if it is trained with the short one. Trained with the
    long prompt, it needs the long prompt in production too, and pays for it in every epoch.

    ## What to do instead
    Train with the short system prompt that you will send, and let the examples teach the rest.

    ## Source
    Billing counts every message of every example in every epoch (OpenAI, "Fine-tuning": price
    times tokens in the file times epochs).
    """
    systems = profile.systems
    if not systems or len(systems) > 1 or not profile.tokens:
        return
    seen = sum(systems.values())
    tokens = profile.by_role["system"] // seen
    if tokens >= min_tokens and seen == profile.examples and seen > 1:
        share = profile.by_role["system"] / profile.tokens
        yield Finding(
            f"the same {tokens:,}-token system prompt in every example: {share:.0%} of all tokens",
            next_step="train with the prompt that the tuned model will be sent",
        )


@rule("FT306", severity="error", since="0.1")
def unknown_image_tokens(profile: Profile) -> Iterator[Finding]:
    """Examples hold images, and nobody outside the provider knows how many tokens they cost.

    ## Why is this bad?
    Every price that is computed from the token count leaves the images out, so the bill is higher
    than stated, perhaps many times. A budget that is kept on paper only is no budget.

    ## What to do instead
    Describe the images in words, or train on a few examples first and read the billed tokens of
    that job. `--on-unknown warn` goes on without the number, and the report says so.

    ## Source
    Of 24 fine-tuning jobs whose file and token count are public, none shows what an image counts
    (November 2026).
    """
    if profile.images:
        yield Finding(
            f"{counted(profile.images, 'image')} in the training set; their tokens are not known,"
            " and no amount here includes them",
            count=profile.images,
            undecided=True,
            next_step="read the billed tokens of a job with a few examples",
        )


@rule("FT307", severity="error", since="0.1")
def job_too_large(training: Training, provider: ProviderFacts) -> Iterator[Finding]:
    """Tokens times epochs are more than the provider takes in one job.

    ## Why is this bad?
    The job is refused after the upload, when the files have been checked and queued.

    ## What to do instead
    Train for fewer epochs, or on a sample of the set: `[model] epochs = 1`.

    ## Source
    Azure OpenAI quotas and limits: tokens of the training files times epochs at most 2 billion, as
    of June 2026. `ftgate providers azure` shows the source.
    """
    limit = provider.max_tokens_times_epochs
    if limit is not None and training.billable_high > limit:
        yield Finding(
            f"{training.billable_high:,} tokens in {counted(training.epochs_high, 'epoch')}"
            f" (limit of {provider.title}: {limit:,})",
            next_step="fewer epochs, or a sample of the set",
        )


def _long(file: JudgedFile, provider: ProviderFacts, kind: str, what: str) -> Iterator[Finding]:
    if file.profile is None or kind not in file.profile.problems:
        return
    tally = file.profile.problems[kind]
    first = tally.places[0][1]
    limit = "default limit" if provider.limit_by_default else "limit"
    yield Finding(
        f"{what} in {tally.count:,} of {counted(file.profile.examples, 'example')} "
        f"({limit} {provider.max_example_tokens:,} tokens; first: {first}); over all long examples "
        f"{file.profile.cut_answers:,} of {file.profile.cut:,} lost tokens are answers",
        path=file.path,
        lines=tuple(line for line, _, _ in tally.places),
        count=tally.count,
        severity="warning" if provider.limit_by_default else None,
        next_step=(
            "state the limit of your run: [model] max_seq_length"
            if provider.limit_by_default
            else "shorten them or drop them"
        ),
    )
