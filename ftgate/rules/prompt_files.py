"""FT6: prompt files. Do they hold together, and do they match the training data and the plan?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ftgate.content.secret_texts import secrets_in
from ftgate.model import Finding, Goal, Measured
from ftgate.profile import Profile
from ftgate.rules.input import counted
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.prompts.anatomy import Anatomy
    from ftgate.prompts.study import PromptData, PromptStudy

    Prompts = tuple[PromptStudy, ...]

_NAMES_SHOWN = 5
_ASSUMED_WINDOW = 128_000  # tokens


@rule("FT601", severity="error", since="0.1")
def undeclared_variable(prompts: Prompts) -> Iterator[Finding]:
    """A template uses a variable that its file does not declare, or declares one without a use.

    ## Why is this bad?
    A variable that nobody passes is sent as an empty string, as `{{name}}` itself, or raises at
    the first call, depending on the library. None of these shows in a review of the text. A
    declared variable without a use is most often the other half of a misspelled one: it warns.

    Files that declare nothing at all are not judged, but `.prompty`, whose format asks for it.
    What stands inside of loops over a variable is taken to be a field of it.

    ## What to do instead
    Declare the variable where the format does: `inputs` of Prompty, `input.schema` of dotprompt,
    `testData` of GitHub Models, `vars` of promptfoo's tests, `input_variables` of LangChain.

    ## Source
    The formats' own documents: prompty.ai, google.github.io/dotprompt, promptfoo.dev, and the
    prompt templates of LangChain. A template is read by its parser and never rendered.
    """
    for study in prompts:
        missing: dict[str, int] = {}
        used: set[str] = set()
        required: set[str] = set()
        for one in study.prompts:
            used.update(one.used.lines)
            required.update(one.prompt.required)
            if one.prompt.declared is not None:
                for name, line in one.used.lines.items():
                    if name not in one.prompt.declared:
                        missing.setdefault(name, line)
        if missing:
            yield Finding(
                f"{counted(len(missing), 'variable')} used and not declared{_named(missing)}",
                path=study.path,
                lines=tuple(sorted(missing.values()))[:_NAMES_SHOWN],
                count=len(missing),
                next_step="declare what the caller has to pass, or correct the name",
            )
        unused = sorted(required - used)
        if unused and not study.defects:
            yield Finding(
                f"{counted(len(unused), 'variable')} declared and never used{_named(unused)}",
                path=study.path,
                count=len(unused),
                severity="warning",
                key="unused",
                next_step="use it, or take it out of the declaration",
            )


@rule("FT610", severity="error", since="0.1")
def secret_in_prompt(prompts: Prompts) -> Iterator[Finding]:
    """A prompt file has a key, token or password in it.

    ## Why is this bad?
    The prompt is sent with every call, can be talked out of the model by whoever uses it, and
    stands in the history of git. A key in it is to be treated as published.

    ## What to do instead
    Revoke the key where it was issued, and let the program that makes the call hold it: a model
    never needs one. Placeholders such as `<API_KEY>` are not reported.

    ## Source
    OWASP Top 10 for LLM applications, LLM07: system prompts are no place for secrets. The shapes
    are those of FT505; the finding shows the kind and a masked fingerprint, never the value.
    """
    for study in prompts:
        messages = [message for one in study.prompts for message in one.prompt.messages]
        found = [
            (message.line + secret.line - 1 if message.exact else message.line, secret.detail)
            for message in messages
            for secret in secrets_in(message.text)
        ]
        if found:
            lines = sorted({line for line, _ in found})
            first, detail = min(found)
            yield Finding(
                f"{counted(len(found), 'secret')} in the prompt; line {first}: {detail}",
                path=study.path,
                lines=tuple(lines)[:_NAMES_SHOWN],
                count=len(found),
                next_step="revoke it where it was issued, and take it out of the prompt",
            )


@rule("FT602", severity="warning", since="0.1")
def prompt_drift(prompt_data: PromptData) -> Iterator[Finding]:
    """The prompt file is not the system message of the training data.

    ## Why is this bad?
    A tuned model answers best under the prompt that it was trained with. When the file that is
    served has moved on since the data were exported, or the data carry several versions, the tune
    is evaluated under one prompt and used under another.

    The file compared is `tuned_prompt`, or else the nearest of `prompts`; its variables match any
    text. White space does not count. Similarity is the share of words in the same order.

    ## What to do instead
    Write the served prompt into every training example, or serve the one in the data.
    `ftgate prompts FILE --data train.jsonl --show-records` shows the difference.

    ## Source
    OpenAI, "Fine-tuning best practices": keep in every training example the instructions and
    prompts that worked best before fine-tuning.
    """
    for drift in prompt_data.drifts:
        strays = drift.examples - drift.matching
        if not strays:
            continue
        variants = "over 1,000 variants"
        if drift.variants is not None:
            variants = counted(drift.variants, "variant")
        shown = "FILE" if " " in drift.name or not drift.name.isprintable() else drift.name
        yield Finding(
            f"{strays:,} of {counted(drift.examples, 'example')} carry another system message,"
            f" {drift.similarity:.0%} similar ({variants})",
            path=drift.name,
            count=strays,
            next_step=f"see it: ftgate prompts {shown} --data TRAIN --show-records",
        )


@rule("FT603", severity="warning", since="0.1")
def few_shot_would_do(
    prompt_data: PromptData,
    goal: Goal,
    profile: Profile,
    measured: Measured,
    *,
    shots: int = 5,
    max_tokens: int = 4_000,
) -> Iterator[Finding]:
    """The fine-tune is for form, and today's prompt shows no example of it.

    ## Why is this bad?
    A handful of examples in the prompt teaches tone and format to a current model, without
    training, hosting or an end date. A tune that was never compared with it may be buying what
    `shots` examples give for the price of their tokens.

    Asked only where the answers teach no facts, where the prompt has no example yet, and where
    `shots` examples of the training set are at most `max_tokens` long together.

    ## What to do instead
    Put that many typical examples before the question, measure, and tune if it is not enough: the
    examples stand at the beginning, so they are cached.

    ## Source
    OpenAI, "Fine-tuning" and "Optimizing LLM accuracy": prompt engineering and few-shot examples
    come first, and give the baseline that a tune has to beat.
    """
    if prompt_data.shown or goal.label not in ("style", "format") or not measured.prompt_tokens:
        return
    added = shots * max(prompt_data.example_tokens - prompt_data.system_tokens, 1)
    if added > max_tokens or profile.examples <= shots:
        return
    yield Finding(
        f"today's prompt shows no example; {shots} from the training set would add {added:,} tokens"
        f" to its {measured.prompt_tokens:,}",
        next_step=f"try the prompt with {shots} examples before paying for a job",
    )


@rule("FT607", severity="warning", since="0.1")
def perishable_prompt_facts(prompts: Prompts, *, max_tokens: int = 150) -> Iterator[Finding]:
    """A prompt carries prices, dates, hours or contacts that somebody has to keep current.

    ## Why is this bad?
    They are wrong on the day on which they change, in every copy of the prompt, and they are paid
    for in every call, though few questions need them. Training cannot take them over: a tuned
    model would keep the old ones for good (FT402).

    Few of them are in their place in a prompt; more than `max_tokens` tokens of such lines warn.

    ## What to do instead
    Fill them in by a variable from where they are maintained, or retrieve those that a question
    needs.

    ## Source
    OpenAI, "Optimizing LLM accuracy": knowledge that changes is a matter of context and retrieval.
    """
    from ftgate.content.volatility import is_volatile

    for study in prompts:
        one = study.longest
        segments = one.anatomy.segments if one and one.anatomy else ()
        found = [part for part in segments if part.label == "facts" and is_volatile(part.text)]
        tokens = sum(part.tokens for part in found)
        if tokens > max_tokens:
            yield Finding(
                f"{tokens:,} tokens of facts with prices, dates, hours or contacts"
                f" (limit {max_tokens:,})",
                path=study.path,
                lines=tuple(part.first_line for part in found)[:_NAMES_SHOWN],
                next_step="fill them in by a variable, or retrieve what a question needs",
            )


@rule("FT608", severity="error", since="0.1")
def prompt_over_context(
    prompts: Prompts, *, context_tokens: int = 0, answer_tokens: int = 1_000
) -> Iterator[Finding]:
    """A prompt leaves no room for question and answer in the model's context.

    ## Why is this bad?
    The call is refused, or the library drops the beginning of the conversation, which is the
    system prompt. `context_tokens` is the model's window and `answer_tokens` what has to be left.

    ## What to do instead
    Move reference text to retrieval. State the window of your model:
    `[rules.FT608] context_tokens = 1_047_576`. Until it is stated, 128,000 are assumed, and a
    longer prompt only warns.

    ## Source
    128,000 tokens is the window of gpt-4o and gpt-4o-mini, the smallest of the OpenAI models that
    were tunable in 2025.
    """
    window = context_tokens or _ASSUMED_WINDOW
    limit, assumed = window - answer_tokens, "" if context_tokens else ", assumed"
    for study in prompts:
        one = study.longest
        if one and one.anatomy and one.anatomy.tokens > limit:
            yield Finding(
                f"{one.anatomy.tokens:,} tokens (limit {limit:,} of a context of"
                f" {window:,}{assumed})",
                path=study.path,
                severity=None if context_tokens else "warning",
                next_step="retrieve the parts that a question needs",
            )


@rule("FT612", severity="error", since="0.1")
def malformed_prompt(prompts: Prompts) -> Iterator[Finding]:
    """A prompt file is not what its format says it is.

    ## Why is this bad?
    The library that loads it fails at the first call, or sends the front matter to the model. Its
    tokens are counted as plain text meanwhile, so that no bill calls it free.

    Templates of other programs end in `.j2` too: outside of anything named prompt, a syntax error
    in one only warns.

    ## What to do instead
    Correct the line. Included files have to lie in the same repository.

    ## Source
    YAML is read by PyYAML's safe loader, Jinja by Jinja's parser; nothing is rendered.
    """
    for study in prompts:
        for defect in study.defects:
            foreign = study.format == "jinja" and "prompt" not in study.path.lower()
            yield Finding(
                defect.detail,
                path=study.path,
                lines=(defect.line,),
                severity="warning" if foreign else None,
                key=defect.detail,
                next_step="correct the file",
            )


def _named(names: Iterable[str]) -> str:
    """The names that are identifiers: anything else is the user's text."""
    from ftgate.prompts.variables import IDENTIFIER

    shown = [name for name in names if IDENTIFIER.fullmatch(name)]
    if not shown:
        return ""
    more = ", …" if len(shown) > _NAMES_SHOWN else ""
    return f": {', '.join(shown[:_NAMES_SHOWN])}{more}"


def longest_today(prompts: Prompts) -> tuple[PromptStudy, Anatomy] | None:
    """Today's prompt with the most tokens, with its file: the one that is billed."""
    found = [
        (study, one.anatomy)
        for study in prompts
        if study.use == "today" and (one := study.longest) and one.anatomy
    ]
    return max(found, key=lambda each: each[1].tokens, default=None)
