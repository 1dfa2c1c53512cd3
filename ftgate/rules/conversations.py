"""FT1, second part: messages, tools and preference pairs.

What a provider asks of them differs: the rules say it for OpenAI, and each finding quotes the
provider whose profile judged (``ftgate providers NAME``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ftgate.formats import PREFERENCE_FORMATS
from ftgate.model import Finding
from ftgate.rules.input import counted, of_kind
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.rules import JudgedFile
    from ftgate.settings import ModelSettings


@rule("FT103", severity="error", since="0.1")
def missing_assistant_turn(file: JudgedFile) -> Iterator[Finding]:
    """A conversation has no assistant message.

    ## Why is this bad?
    Training reproduces assistant messages. Without one there is nothing to learn from the example,
    and OpenAI's checks count it as an error.

    ## What to do instead
    Add the answer the model should give, or remove the example. If the answers are under another
    role, rename it to `assistant`.

    ## Source
    OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning"
    (`example_missing_assistant_message`).
    """
    yield from of_kind(file, "missing-assistant-turn", "no assistant message")


@rule("FT104", severity="warning", since="0.1")
def bad_role_order(file: JudgedFile) -> Iterator[Finding]:
    """The turns of a conversation are in an order that is rarely meant.

    ## Why is this bad?
    OpenAI does not check the order, so there the job runs and this is a warning. A user message at
    the end is billed and never answered; a system message in the middle and two assistant messages
    in a row teach turns that the application will not ask for. Other providers refuse such
    records or drop them: there it is an error, and the finding quotes their rule.

    ## What to do instead
    Start with the system message, if any, alternate user and assistant, and end with the answer.

    ## Source
    OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning" (order is not
    checked); https://github.com/microsoft-foundry/fine-tuning/issues/23 (Azure); torchtune
    `validate_messages`.
    """
    yield from of_kind(file, "bad-role-order", "unusual order of roles")


@rule("FT105", severity="error", since="0.1")
def bad_tool_call(file: JudgedFile) -> Iterator[Finding]:
    """A tool call, or the answer to one, is malformed.

    ## Why is this bad?
    At OpenAI `arguments` must be a string that holds a JSON object; an object in its place is the
    classic mistake. A call needs an `id`, and a `tool` message must name a call of the assistant
    message before it. The file is refused, and a model that learned broken arguments produces
    them. Other providers have shapes of their own: the finding quotes theirs.

    ## What to do instead
    Write arguments with `json.dumps(arguments)`, keep ids unique within the example, and answer
    each call before the conversation goes on. Calls in the last message need no answer.

    ## Source
    OpenAI API reference, chat messages (`tool_calls`, `tool_call_id`) and "Training format for chat
    models using the supervised method".
    """
    yield from of_kind(file, "bad-tool-call", "malformed tool call")


@rule("FT108", severity="error", since="0.1")
def unknown_role(file: JudgedFile) -> Iterator[Finding]:
    """A message has a role that the provider does not know.

    ## Why is this bad?
    OpenAI's roles are `system`, `user`, `assistant`, `tool` and `function`, in lower case.
    `human`, `gpt` or `Chatbot` come from other families; `model` is Gemini's word for the
    assistant. A file with roles that its provider does not know is refused, or trained on wrongly.

    ## What to do instead
    Rename the roles; the finding says which names the provider uses.

    ## Source
    OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning"
    (`unrecognized_role`); OpenAI API reference, chat messages.
    """
    yield from of_kind(file, "unknown-role", "unknown role")


@rule("FT109", severity="error", since="0.1")
def empty_content(file: JudgedFile) -> Iterator[Finding]:
    """A message has no content.

    ## Why is this bad?
    Most providers refuse a message without content, and an assistant message of spaces teaches the
    model to answer with nothing. Null content is right in one place: an assistant message that
    calls a tool.

    ## What to do instead
    Fill in the text, or remove the example. Look for empty cells in the table it came from.

    ## Source
    OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning"
    (`missing_content`).
    """
    yield from of_kind(file, "empty-content", "message without content")


@rule("FT110", severity="error", since="0.1")
def bad_weight(file: JudgedFile) -> Iterator[Finding]:
    """A `weight` is not the integer 0 or 1, or is not on an assistant message.

    ## Why is this bad?
    The key says which assistant messages are trained. Values such as 0.5, `1.0`, `true` or `"1"`
    look like a strength, which does not exist, and readers treat them differently: Together wants
    an integer and takes `true` for one.

    ## What to do instead
    Use 0 to leave an assistant message out and 1, or no key, to train it.

    ## Source
    OpenAI API reference, assistant message of the training format (weight 0 or 1); probe of six
    dataset checkers, November 2026.
    """
    yield from of_kind(file, "bad-weight", "bad weight")


@rule("FT111", severity="error", since="0.1")
def unknown_key(file: JudgedFile) -> Iterator[Finding]:
    """A message has keys that its role does not define.

    ## Why is this bad?
    OpenAI's checks and strict loaders refuse messages with keys they do not know. Timestamps, ids
    and scores that a chat log carries along are the usual cause.

    ## What to do instead
    Keep `role` and `content`, and where they apply `name`, `weight`, `tool_calls` and
    `tool_call_id`; drop the rest.

    ## Source
    OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning"
    (`message_unrecognized_key`); OpenAI API reference, chat messages.
    """
    yield from of_kind(file, "unknown-key", "unknown keys in a message")


@rule("FT114", severity="error", since="0.1")
def bad_content_part(file: JudgedFile) -> Iterator[Finding]:
    """A content value is neither a string nor a list of usable parts.

    ## Why is this bad?
    OpenAI's training takes text and images. Audio and files are not supported; images belong into
    user messages only, as JPEG, PNG or WebP, at most 10 in an example; the content of a `tool`
    message must be a string ("Input should be a valid string"). What other providers take differs,
    and the finding quotes their rule.

    ## What to do instead
    Write `{"type": "text", "text": ...}` or `{"type": "image_url", "image_url": {"url": ...}}`
    parts, and turn structured content into a string with `json.dumps`.

    ## Source
    OpenAI API reference, "Training format for chat models using the supervised method" (text and
    images only); https://community.openai.com/t/965584 (tool messages); together 2.14.0
    `files.py` (10 images, user messages only, jpeg, png, webp).
    """
    yield from of_kind(file, "bad-content-part", "unusable content")


@rule("FT120", severity="warning", since="0.1")
def undefined_tool(file: JudgedFile) -> Iterator[Finding]:
    """An assistant message calls a function that the record does not define.

    ## Why is this bad?
    The model sees the definitions when it is used. When it is trained on calls without them, it
    learns to invent functions.

    ## What to do instead
    Put the definitions that the application sends into `tools` of every record, under the same
    names.

    ## Source
    OpenAI API reference, "Training format for chat models using the supervised method": `tools` is
    part of the example.
    """
    yield from of_kind(file, "undefined-tool", "call of an undefined function")


@rule("FT121", severity="error", since="0.1")
def bad_tool_definition(file: JudgedFile) -> Iterator[Finding]:
    """A tool definition is malformed.

    ## Why is this bad?
    At OpenAI a definition has `"type": "function"` and a `function` with a `name` of at most 64
    letters, digits, underscores and dashes, and `parameters` as a JSON Schema object. The flat
    shape of the Responses API is not the training format. The file is refused.

    ## What to do instead
    Take the definitions from a request to the chat completions endpoint that works.

    ## Source
    OpenAI API reference, chat tools: "Must be a-z, A-Z, 0-9, or contain underscores and dashes,
    with a maximum length of 64".
    """
    yield from of_kind(file, "bad-tool-definition", "malformed tool definition")


@rule("FT122", severity="error", since="0.1")
def malformed_messages(file: JudgedFile) -> Iterator[Finding]:
    """`messages` is not a list of objects that have a role.

    ## Why is this bad?
    The record is no conversation, so the file is refused. Of six dataset checkers that were given
    `"messages": null`, two crashed and one accepted it.

    ## What to do instead
    Write `"messages": [{"role": "user", "content": ...}, {"role": "assistant", "content": ...}]`.

    ## Source
    OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning"
    (`missing_messages_list`, `message_missing_key`); probe of six dataset checkers, November 2026.
    """
    yield from of_kind(file, "malformed-messages", "malformed messages")


@rule("FT123", severity="error", since="0.1")
def bad_name(file: JudgedFile) -> Iterator[Finding]:
    """The `name` of a message is not a name.

    ## Why is this bad?
    A `name` tells participants of the same role apart and becomes part of the prompt. It is one
    word of at most 64 characters, without spaces and without `<`, `|`, `\\\\`, `/` or `>`.
    A `function` message must have the name of the function it answers for.

    ## What to do instead
    Use letters, digits, underscores and dashes, or leave the name out.

    ## Source
    OpenAI API reference, chat messages: `name` of a participant, and of a function message.
    """
    yield from of_kind(file, "bad-name", "bad name")


@rule("FT124", severity="warning", since="0.1")
def nothing_to_train(file: JudgedFile) -> Iterator[Finding]:
    """Every assistant message of an example has weight 0.

    ## Why is this bad?
    Messages with weight 0 are billed like all others and teach nothing: in a job whose file and
    bill are public, 5,976 tokens would be due without them and 6,104 were charged. When all
    examples of a training file are like that, the whole job teaches nothing, and it is an error.

    ## What to do instead
    Remove the example, or set the weight of the answer it was collected for to 1.

    ## Source
    OpenAI API reference, assistant message of the training format; trained tokens of a public
    gpt-4o-mini job of 25 examples and 4 epochs.
    """
    for finding in of_kind(file, "nothing-to-train", "nothing to train"):
        everything = file.profile and finding.count == file.profile.examples
        yield replace(finding, severity="error") if everything else finding


@rule("FT127", severity="error", since="0.1")
def bad_prompt_completion(file: JudgedFile) -> Iterator[Finding]:
    """`prompt` or `completion` is missing or not a string.

    ## Why is this bad?
    The legacy schema has two strings. Lists and numbers in their place are refused.

    ## What to do instead
    Write both as strings. An empty prompt is allowed, an empty completion is not.

    ## Source
    openai-python before 3.17, `lib/_validators.py` (prompt and completion columns).
    """
    yield from of_kind(file, "bad-prompt-completion", "malformed prompt/completion")


@rule("FT128", severity="error", since="0.1")
def bad_preference_pair(file: JudgedFile) -> Iterator[Finding]:
    """A preference pair does not have one prompt and two different answers.

    ## Why is this bad?
    The method compares two assistant messages that follow the same prompt. An output that is not
    exactly one assistant message, or a prompt that already ends with an answer, is refused; two
    equal answers teach nothing.

    ## What to do instead
    Write the prompt under `input.messages`, and one assistant message each under
    `preferred_output` and `non_preferred_output`.

    ## Source
    OpenAI API reference, "Training format for chat models using the preference method"; together
    2.14.0 `files.py` (one assistant message per output, input must not end with assistant).
    """
    yield from of_kind(file, "bad-preference-pair", "malformed preference pair")


@rule("FT130", severity="error", since="0.1")
def wrong_method(file: JudgedFile, model_plan: ModelSettings) -> Iterator[Finding]:
    """The records are of another training method than the plan names.

    ## Why is this bad?
    Preference pairs (`preferred_output`, `non_preferred_output`) belong to direct preference
    optimisation, conversations to supervised fine-tuning. The service refuses the wrong kind, and
    the bill of the two differs by more than a factor of two.

    ## What to do instead
    Set `[model] method` to "dpo" for preference pairs and to "supervised" for everything else, or
    split the file. Without `method` the records say it.

    ## Source
    OpenAI API reference, fine-tuning jobs: `method.type` and the training formats of each method.
    """
    formats = file.profile.formats if file.profile else {}
    pairs = sum(formats.get(name, 0) for name in PREFERENCE_FORMATS)
    others = sum(formats.values()) - pairs
    wrong = {
        "supervised": (pairs, "preference pair", "dpo"),
        "dpo": (others, "single-answer record", "supervised"),
    }
    count, what, instead = wrong.get(model_plan.method, (0, "", ""))
    if count:
        yield Finding(
            f"{counted(count, what)} in a set for method {model_plan.method}",
            path=file.path,
            count=count,
            decision="hold",
            next_step=f'[model] method = "{instead}", or records of method {model_plan.method}',
            key=model_plan.method,
        )
