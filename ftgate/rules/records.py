"""FT1, first part: lines and records. Messages and tools: :mod:`ftgate.rules.conversations`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.formats import BY_NAME, CONVERTED
from ftgate.model import Finding, Missing, ModelFacts, ProviderFacts
from ftgate.rules.input import counted, of_kind, with_term
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.profile import Profile
    from ftgate.rules import JudgedFile


@rule("FT101", severity="error", since="0.1")
def invalid_json(file: JudgedFile) -> Iterator[Finding]:
    """A line is not valid JSON.

    ## Why is this bad?
    One broken line is enough for the job to be refused, often only after the upload. The usual
    causes are an export that was cut off, an unescaped quote, and two files joined without a
    newline between them.

    ## What to do instead
    Repair the line, or export again with a JSON library instead of string formatting.

    ## Source
    RFC 8259. Upload accepted, job failed on one line:
    https://github.com/openai-php/client/issues/107.
    """
    yield from of_kind(file, "invalid-json", "invalid JSON")


@rule("FT102", severity="error", since="0.1")
def unknown_schema(file: JudgedFile) -> Iterator[Finding]:
    """Records have a schema that the provider does not train on.

    ## Why is this bad?
    OpenAI trains on `messages`, on preference pairs and, for retired models, on
    `prompt`/`completion`; Vertex on `contents`, Bedrock on converse records. Alpaca's
    `instruction`/`output` is accepted by none of the hosted providers. The upload succeeds and the
    job fails.

    ## What to do instead
    Convert the records with `ftgate convert`, or name the provider that the file is meant for:
    `--provider`. The finding says which schema it recognised and which key becomes what.

    ## Source
    The provider's own file rules: `ftgate providers NAME` shows them with their sources.
    """
    yield from of_kind(file, "unknown-schema", "records of no known schema")
    accepted = file.provider.formats if file.provider else ()
    shown = (file.provider.named_formats if file.provider else ()) or accepted
    for name, count in (file.profile.formats if file.profile and accepted else {}).items():
        if file.profile and file.provider and name not in accepted:
            found, line = BY_NAME[name], file.profile.format_lines.get(name)
            verb = "is" if count == 1 else "are"
            hint = found.hint if "openai_chat" in shown else ""
            target = next((each for each in shown if each in CONVERTED), "")
            readable = name == "openai_chat" or found.as_chat
            yield Finding(
                f"{count:,} of {counted(file.profile.examples, 'record')} {verb}"
                f" {found.title}{hint and '; ' + hint}",
                file.path,
                (line,) if line else (),
                count,
                next_step=_convert(file.path, target) if target and readable else "",
                rule=f"{file.provider.title} {_wanted(shown)}",
                key=name,
            )


def _convert(path: str, target: str) -> str:
    return f"ftgate convert {shlex.quote(path)} --to {target.replace('_', '-')} -o converted.jsonl"


def _wanted(formats: tuple[str, ...]) -> str:
    titles = [BY_NAME[name].title for name in formats if name in BY_NAME]
    return f"trains on {', '.join(titles)}"


@rule("FT106", severity="error", since="0.1")
def mixed_schemas(file: JudgedFile) -> Iterator[Finding]:
    """One file holds records of several schemas.

    ## Why is this bad?
    A job has one method and one schema. Providers refuse the file, and local tools that take the
    schema from the first record drop the others without a word. The few that read each record for
    itself are left alone.

    ## What to do instead
    Split the file, or convert all records to one schema.

    ## Source
    Together's documentation (mixed formats are rejected); rows dropped in silence:
    https://github.com/hiyouga/LlamaFactory/issues/6185.
    """
    profile = file.profile
    reads_each = file.provider is not None and file.provider.mixed
    if profile and len(profile.formats) > 1 and not reads_each:
        parts = sorted(profile.formats.items(), key=lambda item: -item[1])
        text = ", ".join(f"{count:,} {name}" for name, count in parts)
        lines = tuple(
            profile.format_lines[name] for name, _ in parts if name in profile.format_lines
        )
        yield Finding(
            f"{len(parts)} schemas in one file: {text}",
            file.path,
            lines,
            len(parts),
            next_step="split the file, or ftgate convert it to one schema",
        )


@rule("FT107", severity="error", since="0.1")
def duplicate_key(file: JudgedFile) -> Iterator[Finding]:
    """An object has the same key twice.

    ## Why is this bad?
    Parsers keep one of the two values and say nothing, and not all keep the same one. What is
    trained may differ from what was reviewed. None of the six dataset checkers that were probed
    notices it.

    ## What to do instead
    Remove the key that is not meant. When a program wrote the line, look for string concatenation.

    ## Source
    RFC 8259 section 4 (names should be unique; behaviour is unpredictable otherwise). Probe of six
    dataset checkers, November 2026.
    """
    yield from of_kind(file, "duplicate-key", "duplicate key")


@rule("FT112", severity="error", since="0.1")
def non_finite_number(file: JudgedFile) -> Iterator[Finding]:
    """A number is NaN, Infinity, or too large for double precision.

    ## Why is this bad?
    `NaN` and `Infinity` are not JSON: Python writes them and strict parsers refuse the line. They
    come from empty cells of a table. Numbers beyond 1.8e308 become infinite on the way.

    ## What to do instead
    Write `null`, leave the key out, or put the value in a string. In Python,
    `json.dumps(..., allow_nan=False)` finds the place.

    ## Source
    RFC 8259 section 6. Probe of six dataset checkers, November 2026: two accept NaN, four do not.
    """
    yield from of_kind(file, "non-finite-number", "number that is not finite")


@rule("FT113", severity="error", since="0.1")
def lone_surrogate(file: JudgedFile) -> Iterator[Finding]:
    """A text has half of a surrogate pair.

    ## Why is this bad?
    Half a pair is no character and cannot be written as UTF-8. It is the rest of an emoji that was
    cut in the middle. Strict parsers refuse the line, tokenizers replace it, and the model learns
    the replacement.

    ## What to do instead
    Cut texts by characters, not by UTF-16 units, and remove the `\\\\ud8..` escape that is left.

    ## Source
    RFC 8259 section 8.2; Unicode 16.0, section 3.9 (surrogate code points have no UTF-8 form).
    """
    yield from of_kind(file, "lone-surrogate", "half a surrogate pair")


@rule("FT115", severity="error", since="0.1")
def below_provider_minimum(profile: Profile, provider: ProviderFacts) -> Iterator[Finding]:
    """The training file has fewer examples than the provider accepts.

    ## Why is this bad?
    The job is refused. OpenAI and Azure want at least 10 examples in a training file and
    recommend to start with 50; Fireworks wants 3. Shards of one training set count together, and
    validation files do not count.

    ## What to do instead
    Collect more examples. With this few, put them into the prompt instead: few-shot costs nothing
    upfront.

    ## Source
    OpenAI supervised fine-tuning guide (10 examples, 50 recommended), as of 2026.
    """
    minimum = provider.min_examples
    if minimum is not None and profile.examples < minimum and profile.lines > profile.blank:
        yield Finding(
            f"{counted(profile.examples, 'example')}; {provider.title} wants at least {minimum:,}",
            decision="hold",
            next_step="collect more examples, or put these into the prompt: few-shot costs nothing",
        )


@rule("FT116", severity="error", since="0.1")
def file_too_large(file: JudgedFile, provider: ProviderFacts) -> Iterator[Finding]:
    """The file is larger than the provider accepts.

    ## Why is this bad?
    The upload is refused. OpenAI and Azure take files of up to 512 MB; Azure loses plain uploads
    above about 150 MB without a message.

    ## What to do instead
    Remove duplicates, refer to images by link instead of embedding them, or train on a sample.

    ## Source
    openai-python 3.54.0, `files.create` (512 MB for one file); Azure quotas page, as of 2026.
    """
    limit = provider.max_file_bytes
    # Compressed files are uploaded as plain JSON Lines.
    size = max(file.bytes, file.profile.bytes if file.profile else 0)
    if limit is not None and size > limit:
        text = f"{size / 2**20:,.1f} MB; {provider.title} takes {limit / 2**20:,.0f} MB"
        yield with_term(file, "file-too-large", Finding(text, file.path))


@rule("FT117", severity="warning", since="0.1")
def blank_line(file: JudgedFile) -> Iterator[Finding]:
    """A line is blank.

    ## Why is this bad?
    Readers disagree: Together's SDK before 2.15 and mistral-finetune refuse the file, OpenAI's
    cookbook notebook crashes, Together's SDK since 2.15 and cleanllm skip the line. OpenAI does not
    document what its service does. Line numbers in reports shift when one tool counts blank lines
    and another does not.

    ## What to do instead
    Remove them: `ftgate check --fix`. One newline at the end of the file is not
    a blank line.

    ## Source
    https://jsonlines.org (each line is a valid JSON value). Probe of six dataset checkers,
    November 2026.
    """
    if file.profile and file.profile.blank < file.profile.lines:
        yield from of_kind(file, "blank-line", "blank line")


@rule("FT118", severity="error", since="0.1")
def line_too_long(file: JudgedFile) -> Iterator[Finding]:
    """A line is longer than 64 MiB and was not read.

    ## Why is this bad?
    An example of 65,536 tokens, OpenAI's limit, is well below 1 MB of text. A longer line is a
    file without newlines, or images embedded as base64. What is not read is not judged.

    ## What to do instead
    Write one record per line. Refer to images by link instead of embedding them.

    ## Source
    OpenAI fine-tuning best practices (65,536 tokens per example), as of 2026. The limit of 64 MiB
    is ours: it keeps memory below 300 MB.
    """
    yield from of_kind(file, "line-too-long", "line too long to be read")


@rule("FT119", severity="error", since="0.1")
def not_an_object(file: JudgedFile) -> Iterator[Finding]:
    """A line is valid JSON but not an object.

    ## Why is this bad?
    Every line of a training file is one example, and an example is an object. OpenAI's message is
    "Expected file to have JSONL format, where every line is a JSON dictionary".

    ## What to do instead
    Wrap lists of messages: `{"messages": [...]}`. For a line that is an array of records, run
    `jq -c '.[]' data.jsonl > fixed.jsonl`.

    ## Source
    OpenAI's message to a file with such a line, as users report it in
    https://github.com/OkGoDoIt/OpenAI-API-dotnet/issues/59.
    """
    yield from of_kind(file, "not-an-object", "not an object")


@rule("FT125", severity="warning", since="0.1")
def unknown_record_key(file: JudgedFile) -> Iterator[Finding]:
    """A record has keys that the training format does not define.

    ## Why is this bad?
    OpenAI's format for supervised training has four keys: `messages`, `tools`,
    `parallel_tool_calls` and the deprecated `functions`. Whatever else a record carries is not
    trained: a system prompt under `system`, for instance, is lost. Stricter readers, such as
    Together's SDK before 2.15 and llm-foundry, refuse the record.

    ## What to do instead
    Move what should be trained into `messages` and drop the rest:
    `jq -c '{messages}' data.jsonl > fixed.jsonl`.

    ## Source
    OpenAI API reference, "Training format for chat models using the supervised method". It does
    not say that other keys are refused, hence a warning.
    """
    yield from of_kind(file, "unknown-record-key", "keys outside the training format")


COMPLETION_MODELS = frozenset(("babbage-002", "davinci-002"))
"""The only bases that train on prompt/completion (OpenAI fine-tuning guide of 2024)."""


@rule("FT126", severity="error", since="0.1")
def legacy_schema(file: JudgedFile, base: ModelFacts | Missing) -> Iterator[Finding]:
    """Records are `prompt`/`completion`, which no chat model trains on.

    ## Why is this bad?
    The schema belongs to `davinci-002` and `babbage-002`, whose fine-tuned models were shut down on
    2026-10-23. A job on a chat model wants `messages` and refuses the file; other providers train
    on the schema, so the rule is OpenAI's alone. Where the base model is
    not in the catalogue, this is a warning: it may be a completions model of another provider.

    ## What to do instead
    Convert: `jq -c '{messages: [{role: "user", content: .prompt}, {role: "assistant", content:
    .completion}]}' data.jsonl > chat.jsonl`.

    ## Source
    OpenAI deprecations page, rows of ft-davinci-002 and ft-babbage-002 (read November 2026).
    """
    count = file.profile.formats.get("prompt_completion", 0) if file.profile else 0
    model = base.name if isinstance(base, ModelFacts) else ""
    elsewhere = file.provider is not None and file.provider.name != "openai"
    if not file.profile or not count or model in COMPLETION_MODELS or elsewhere:
        return
    line = file.profile.format_lines.get("prompt_completion")
    wanted = f"; {model} trains on messages" if model else ""
    yield Finding(
        f"{counted(count, 'prompt/completion record')}{wanted}",
        file.path,
        (line,) if line else (),
        count,
        severity=None if model else "warning",
    )
