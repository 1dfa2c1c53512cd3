"""The rule for one example: does its answer teach a fact that the conversation does not contain?

The first check that applies decides, and its name is the printable reason. The order goes from
what is certain (a tool call, a label, a copy of the prompt) to what is likely (a question without
context, answered with new content). What no check explains away is a closed-book fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ftgate.content import NO_PROMPT, lexicon
from ftgate.content.patterns import lazy
from ftgate.content.reading import Signs, has_persona, is_record, is_task
from ftgate.content.shared import Shared, label_key
from ftgate.content.stems import languages, script, stem, stems
from ftgate.content.values import is_code

GROUNDED_RATIO = 0.5
"""An answer with less new content than this is drawn from the conversation."""

GROUNDED_RATIO_LONG = 0.65
"""The same below a long context, where a summary in own words keeps less of the wording."""

GROUNDED_RATIO_BARE = 0.3
"""The same below a bare question: an answer in a whole sentence repeats the question's words."""

BARE_PROMPT_WORDS = 40
"""A longer prompt gives material to answer from, even where it asks."""

LONG_CONTEXT_WORDS = 60
SHORT_ANSWER_WORDS = 15

MIN_GIVEN_WORDS = 15
"""Fewer words before the question are no context to answer a choice from."""

LETTER_ALONE = "option letter, cannot tell"
CANNOT_TELL = frozenset((LETTER_ALONE, NO_PROMPT))
CLOSED_BOOK = "closed-book fact"
CLOSED_BOOK_JSON = "closed-book values in JSON"
CLOSED_BOOK_CHOICE = "closed-book choice"
FILL_IN = "blank filled from memory"
NAMED = "name given from memory"
TOPIC = "description of a named topic"
IDENTIFIERS = "codes or links from memory"
KNOWLEDGE_REASONS = frozenset(
    (CLOSED_BOOK, CLOSED_BOOK_JSON, CLOSED_BOOK_CHOICE, FILL_IN, NAMED, TOPIC, IDENTIFIERS)
)

_OPTION = lazy(r"^[ \t]*(?:[-*•]|\(?[A-Ha-h1-9][).:])[ \t]*(\S[^\n]*)$", re.MULTILINE)
_LETTERED_OPTION = lazy(r"^[ \t]*(?:[-*•] )?\(?[A-Ha-h][).:][^\n]*$", re.MULTILINE)
_OPTION_LINE = lazy(r"(?:options|choices)\s?:([^\n]+)", re.IGNORECASE)
_OPTION_LETTER = lazy(r"^\(?[A-Ha-h][).:]\s*")
_LETTER = lazy(r"^\W*(?:option |answer:? ?)?\(?([A-Ha-h])\)?\W*$", re.IGNORECASE)
_NUMBER = lazy(r"\d+(?:[.,]\d+)*")
_EQUALS = lazy(r"[=≈]\s?[$(]?-?\d")
_OPERATION = lazy(r"\d\s?[*/×÷^]\s?[$(]?\d|\d [-+] [$(]?\d|\\frac|\\times")
_STEP = lazy(r"\bstep 1\b.{1,600}\bstep 2\b|step by step", re.IGNORECASE | re.DOTALL)
_BLANK = lazy(r"_{3,}|\[MASK\]|\.{4,}|…{2,}|\(\s{2,}\)")
_SENTENCE_END = lazy(r"[.!?。！？؟।\n]+")
_EMOJI = lazy("[\U0001f300-\U0001faff\u2600-\u27bf]")
_PLACEHOLDER = lazy(r"\{\{[^{}\n]{1,40}\}\}|\$\{[^{}\n]{1,40}\}|\[[A-Za-z][\w ']{2,40}\](?!\()")
_CODE = lazy(r"\b[A-Z]{1,6}-?\d{2,}\w*\b")
_ADDRESS = lazy(r"https?://\S{4,}|\b[\w.+-]{1,60}@[\w-]{1,60}\.\w{2}|§\s?[\w.-]+")


def judge(signs: Signs, shared: Shared, calls: Sequence[str] = ()) -> str:
    """The sign that decides over one prepared example of a set with these templates and labels.

    A sign of :data:`KNOWLEDGE_REASONS` says that the answer teaches a fact, one of
    :data:`CANNOT_TELL` that the text cannot tell, every other one that it teaches none.
    """
    reason = _by_form(signs, shared, calls)
    if not reason:
        reason = next((found for check in _CHECKS if (found := check(signs))), "")
    if not reason:
        reason = CLOSED_BOOK_JSON if signs.is_json else CLOSED_BOOK
    return reason


def _by_form(signs: Signs, shared: Shared, calls: Sequence[str]) -> str:
    answer = signs.raw_answer
    if calls or signs.is_call:
        return "tool call"
    if _LETTER.match(answer) and _OPTION.search(signs.opening):
        given = _words_before_question(_LETTERED_OPTION.sub("", signs.opening))
        return "option letter" if given >= MIN_GIVEN_WORDS else LETTER_ALONE
    if label_key(answer) in shared.labels or _is_snake_label(answer):
        return "label"
    return ""


def _is_snake_label(answer: str) -> bool:
    bare = answer.strip()
    return len(bare) < 60 and " " not in bare and "_" in bare.strip("_") and "/" not in bare


def _has_any(characters: str, text: str) -> bool:
    """Whether a search for a pattern that needs one of these characters is worth its time."""
    return any(character in text for character in characters)


# -- the checks, in order ----------------------------------------------------------------------


def _no_content(signs: Signs) -> str:
    if not signs.prompt.strip():
        return NO_PROMPT
    if lexicon.NEVER_A_FACT.match(signs.answer):
        return "greeting"
    if len(signs.answer_words) < 60 and not signs.is_json and _refuses(signs.answer):
        return "refusal or question back"
    bare = signs.answer.strip()
    if bare[-1:] in ("?", "？", "؟") and not _SENTENCE_END.search(bare[:-1]):
        return "question back"
    return ""


def _refuses(answer: str) -> bool:
    head = answer[:160].casefold().replace("\u2019", "'")
    if any(piece in head for piece in lexicon.REFUSALS):
        return True
    asks_back = [head.find(piece) for piece in lexicon.COUNTER_QUESTIONS if piece in head]
    return bool(asks_back) and (min(asks_back) < 6 or "?" in answer)


def _code(signs: Signs) -> str:
    if signs.is_json:
        return "" if signs.answer_stems else "empty structure"
    if not signs.answer_words or is_code(signs.raw_answer):
        return "code, query or formula"
    return ""


def _choice(signs: Signs) -> str:
    if len(signs.answer_words) > 40:
        return ""
    options = {label_key(option) for option in _OPTION.findall(signs.opening)}
    rest = _OPTION.sub("", signs.opening)
    if line := _OPTION_LINE.search(signs.opening):
        options |= {label_key(option) for option in re.split(r"[;,|]", line.group(1))}
        rest = _OPTION_LINE.sub("", rest)
    if len(options) < 2:
        return ""
    if label_key(_OPTION_LETTER.sub("", signs.answer)) not in options:
        return ""
    if _words_before_question(rest) >= MIN_GIVEN_WORDS:
        return "option of a given context"
    return CLOSED_BOOK_CHOICE


def _words_before_question(text: str) -> int:
    """Words of all sentences but the last: what a question is given to work on."""
    sentences = [part.split() for part in _SENTENCE_END.split(text)]
    return sum(len(part) for part in [part for part in sentences if len(part) > 3][:-1])


def _span(signs: Signs) -> str:
    answer = label_key(signs.answer)
    if len(signs.answer_words) > 30 or not answer or len(signs.prompt_words) < 15:
        return ""
    return "span of the prompt" if answer in signs.prompt.casefold() else ""


def _computed(signs: Signs) -> str:
    if not _NUMBER.search(signs.prompt):
        return ""
    is_number = len(signs.answer_words) <= 6 and _NUMBER.search(signs.answer)
    if is_number and len(_NUMBER.findall(signs.prompt)) >= 2:
        return "computed from the prompt"
    if "tep" in signs.answer and _STEP.search(signs.answer):
        return "step-by-step reasoning"
    results = len(_EQUALS.findall(signs.answer)) if _has_any("=≈", signs.answer) else 0
    if results and results + len(_OPERATION.findall(signs.answer)) >= 2:
        return "step-by-step reasoning"
    return ""


def _grounded(signs: Signs) -> str:
    if not signs.answer_stems:
        return "generic reply"
    if _answers_bare_question(signs):
        limit = GROUNDED_RATIO_BARE
        if lexicon.YES_OR_NO.match(signs.answer):
            limit = 0.0
    elif len(signs.prompt_words) >= LONG_CONTEXT_WORDS or signs.is_json:
        limit = GROUNDED_RATIO_LONG
    else:
        limit = GROUNDED_RATIO
    return "grounded in the conversation" if signs.novelty < limit else ""


def _answers_bare_question(signs: Signs) -> bool:
    """A question without context, answered by a statement of some length."""
    return (
        signs.asks
        and not signs.is_json
        and not is_record(signs.prompt)
        and len(signs.prompt_words) < BARE_PROMPT_WORDS
        and len(signs.answer_words) >= 4
        and signs.answer.rstrip()[-1:] not in "?？؟"
    )


def _translation(signs: Signs) -> str:
    if len(signs.answer_words) < 4 or signs.is_json:
        return ""
    asked, said = script(signs.prompt), script(signs.answer)
    if asked and said and asked != said and len(signs.prompt_words) >= 3:
        return "answer in another language"
    if not signs.answer.isascii() and _has_letters_of_few(signs):
        return "answer in another language"
    if said != "latin" or len(signs.answer_words) < 6:
        return ""
    asked_in = languages(signs.prompt_words[:80])
    if max(asked_in.values(), default=0) < 2:
        return ""
    said_in = languages(signs.answer_words[:80])
    best = max(said_in.values(), default=0)
    shared = max((said_in.get(language, 0) for language in asked_in), default=0)
    if best >= 3 and shared < 0.5 * best:
        return "answer in another language"
    return ""


def _has_letters_of_few(signs: Signs) -> bool:
    letters = lexicon.LETTERS_OF_FEW
    return bool(letters.search(signs.answer)) and not letters.search(signs.opening)


def _task(signs: Signs) -> str:
    return "task on given text" if is_task(signs) else ""


def _short_from_long(signs: Signs) -> str:
    if signs.context_words < LONG_CONTEXT_WORDS or len(signs.answer_words) > SHORT_ANSWER_WORDS:
        return ""
    return "short answer to a long context"


def _persona(signs: Signs) -> str:
    head = signs.answer_words[:60]
    first = sum(word in lexicon.FIRST_PERSON for word in head)
    addressed = any(word in lexicon.ADDRESSED for word in signs.prompt_words[:40])
    if not signs.answer.isascii():
        first += len(lexicon.FIRST_PERSON_WITHOUT_SPACES.findall(signs.answer[:200]))
        addressed |= lexicon.ADDRESSED_WITHOUT_SPACES.search(signs.prompt) is not None
    if first and addressed and first >= 0.04 * len(head):
        return "first-person reply"
    if signs.instructions and has_persona(signs.instructions) and not _hard_facts(signs):
        return "persona in the instructions"
    return "role play" if lexicon.ROLE_PLAY.match(signs.prompt) else ""


def _placeholders(signs: Signs) -> str:
    if signs.is_json or not _has_any("{[", signs.answer) or not _PLACEHOLDER.search(signs.answer):
        return ""
    return "text with placeholders"


def _hard_facts(signs: Signs) -> bool:
    """Numbers, links or codes that were not given: facts, in whatever tone they come."""
    return any(len(term) > 1 and term[0].isdigit() for term in signs.novel) or "http" in signs.novel


def _without_request(signs: Signs) -> str:
    if signs.asks:
        return ""
    if len(signs.answer_words) <= 8 and _BLANK.search(signs.prompt):
        return FILL_IN
    if is_code(signs.prompt):
        return "work on given code"
    if is_record(signs.prompt):
        return "text from given fields"
    if _describes_topic(signs) or _states_property(signs):
        return TOPIC
    if _names_from_memory(signs):
        return NAMED
    if len(signs.answer_words) >= 5 and _has_new_identifier(signs):
        return IDENTIFIERS
    return "not an information request"


def _has_new_identifier(signs: Signs) -> bool:
    """A link, an address, a paragraph or a code that was not given; emoji mark it as chat."""
    found = _CODE.findall(signs.answer)
    if "://" in signs.answer or _has_any("@§", signs.answer):
        found += _ADDRESS.findall(signs.answer)
    known = signs.prompt.casefold()
    return any(each.casefold() not in known for each in found) and not _EMOJI.search(signs.answer)


def _describes_topic(signs: Signs) -> bool:
    """A bare heading, answered by a text that begins with it."""
    if len(signs.prompt_words) > 8 or len(signs.answer_words) < 4:
        return False
    if signs.prompt.rstrip()[-1:] in ".,;:!。！":
        return False
    topic = stems(signs.prompt_words)
    head = stems(signs.answer_words[: len(signs.prompt_words) + 6])
    return bool(topic) and len(topic & head) >= 0.6 * len(topic)


def _states_property(signs: Signs) -> bool:
    """A heading such as "opening hours of the museum", answered in a few words."""
    return (
        3 <= len(signs.prompt_words) <= 8
        and len(signs.answer_words) <= 12
        and not lexicon.BELONGS_TO.isdisjoint(signs.prompt_words[1:-1])
        and lexicon.FIRST_PERSON.isdisjoint(signs.prompt_words)
        and lexicon.ADDRESSED.isdisjoint(signs.prompt_words)
        and signs.prompt.strip()[-1:].isalnum()
        and any(stem(word) for word in signs.prompt_words)
    )


def _names_from_memory(signs: Signs) -> bool:
    """A riddle: statements in whole sentences, answered by a bare new name or number."""
    answer = signs.answer.strip()
    return (
        len(signs.prompt_words) >= 8
        and len(signs.answer_words) <= 5
        and signs.novelty == 1
        and (answer[:1].isupper() or answer[:1].isdigit())
        and answer[-1:] not in ".!"
        and signs.prompt.rstrip()[-1:] in ".。"
    )


def _generic(signs: Signs) -> str:
    about_prompt = len(signs.answer_stems) > len(signs.novel)
    if len(signs.answer_words) > 6 and len(signs.novel) < 3 and not about_prompt:
        return "generic reply"
    chatty = len(signs.answer_words) < 20 and len(_EMOJI.findall(signs.answer)) >= 2
    return "generic reply" if chatty and not _hard_facts(signs) else ""


_CHECKS: tuple[Callable[[Signs], str], ...] = (
    _no_content,
    _code,
    _choice,
    _span,
    _computed,
    _grounded,
    _translation,
    _task,
    _short_from_long,
    _persona,
    _placeholders,
    _without_request,
    _generic,
)
