"""The rule for one example: does its answer teach a fact that the conversation does not contain?

The first check that applies decides, and its name is the printable reason. The order goes from
what is certain (a tool call, a label, a copy of the prompt) to what is likely (a question without
context, answered with new content). What no check explains away is a closed-book fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ftgate.content import NO_PROMPT, lexicon
from ftgate.content.grounding import (
    BARE_PROMPT_WORDS,
    LONG_CONTEXT_WORDS,
    answers_bare_question,
    grounded,
    words_before_question,
)
from ftgate.content.patterns import lazy
from ftgate.content.reading import Signs
from ftgate.content.requests import (
    asks_about_you,
    has_persona,
    invents,
    is_record,
    is_task,
    lacks_text,
    plays_somebody,
    tells_feelings,
    wants_truth,
)
from ftgate.content.shared import Shared, label_key
from ftgate.content.stems import has_unspaced, stem, words
from ftgate.content.translation import translated
from ftgate.content.unasked import EMOJI, FROM_MEMORY, from_memory, has_new_identifier
from ftgate.content.values import is_code

PLAIN_ANSWER_WORDS = 8
ASKED_CHARS = 100
"""A question without spaces between its words is no longer."""

SHORT_ANSWER_WORDS = 15

MIN_GIVEN_WORDS = 15
"""Fewer words before the question are no context to answer a choice from."""

VERSE_LINES = 4
VERSE_CHARS = 60
RECORD_WORDS = 60
ONE_LINER_WORDS = 25
"""Who is only named, not described, is in character where he says no more than a line or two."""

ROLE_CHARS = 80
"""A role is named at once."""

HASHTAGS = 2
SPOKEN_TO = 0.03
"""Comfort says "you" at least once in 33 words; an answer about an illness rarely does."""

LETTER_ALONE = "option letter, cannot tell"
CANNOT_TELL = frozenset((LETTER_ALONE, NO_PROMPT))
CLOSED_BOOK = "closed-book fact"
CLOSED_BOOK_JSON = "closed-book values in JSON"
CLOSED_BOOK_CHOICE = "closed-book choice"
KNOWLEDGE_REASONS = FROM_MEMORY | {CLOSED_BOOK, CLOSED_BOOK_JSON, CLOSED_BOOK_CHOICE}

_OPTION = lazy(r"^[ \t]*(?:[-*•]|\(?[A-Ha-h1-9][).:])[ \t]*(\S[^\n]*)$", re.MULTILINE)
_LETTERED_OPTION = lazy(r"^[ \t]*(?:[-*•] )?\(?[A-Ha-h][).:][^\n]*$", re.MULTILINE)
_OPTION_LINE = lazy(r"(?:options|choices)\s?:([^\n]+)", re.IGNORECASE)
_OPTION_LETTER = lazy(r"^\(?[A-Ha-h][).:]\s*")
_LETTER = lazy(r"^\W*(?:option |answer:? ?)?\(?([A-Ha-h])\)?\W*$", re.IGNORECASE)
_CHOSEN = lazy(
    r"\W*(?:the )?(?:(?:correct|right|best) )?(?:answer|option|choice)(?: is|:)[\s*:]{0,4}"
    r"(?:option )?\(?[A-H]\b",
    re.IGNORECASE,
)
"""A choice that is explained: "The correct answer is A. …"."""
_NAME = lazy(r"(?<=[^\W\d_A-Z][ ,])[ ]?([A-ZÀ-ÞА-Я][^\W\d_]{2,})")
_NUMBER = lazy(r"\d[\d.,]*")
_EQUALS = lazy(r"[=≈]\s?[$(]?-?\d")
_OPERATION = lazy(r"\d\s?[*/×÷^]\s?[$(]?\d|\d [-+] [$(]?\d|\\frac|\\times")
_STEP = lazy(r"\bstep 1\b.{1,600}\bstep 2\b|step by step", re.IGNORECASE | re.DOTALL)
_SENTENCE_END = lazy(r"[.!?。！？؟।\n]+")
_NOT_VERSE = lazy(r"^\W*\d|^\s*(?:[-*•·▪–] ?\w|#)|\d{2}|://|:\s*$|^\W*[\w ]{1,25}: \w|\*\*")
_HASHTAG = lazy(r"#(?<![\w#&/]#)[^\W\d_]\w+")
_PLACEHOLDER = lazy(
    r"\{\{[^{}\n]{1,40}\}\}|\$\{[^{}\n]{1,40}\}|\[(?<![\w/.]\[)[A-Za-z][\w ']{2,40}\](?![(:\w])"
)


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
        given = words_before_question(_LETTERED_OPTION.sub("", signs.opening))
        return "option letter" if given >= MIN_GIVEN_WORDS else LETTER_ALONE
    if shared.is_label(answer) or _is_snake_label(answer):
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
        return "code, query or formula" if is_code(signs.raw_answer) else NO_PROMPT
    if lexicon.NEVER_A_FACT.match(signs.answer):
        return "greeting"
    if len(signs.answer_words) < 60 and not signs.is_json and _refuses(signs.answer):
        return "refusal or question back"
    return "question back" if _asks_back(signs) else ""


def _asks_back(signs: Signs) -> bool:
    """The answer is a question, or a short one that begins with a question."""
    first = _SENTENCE_END.search(signs.answer.strip())
    if first is None or first.group(0)[0] not in "?？؟" or first.start() < 8:
        return False
    return first.end() == len(signs.answer.strip()) or len(signs.answer_words) < 30


def _refuses(answer: str) -> bool:
    head = answer[:160].casefold().replace("\u2019", "'")
    if any(piece in head for piece in lexicon.REFUSALS):
        return True
    asks_back = [head.find(piece) for piece in lexicon.COUNTER_QUESTIONS if piece in head]
    return bool(asks_back) and (min(asks_back) < 6 or "?" in answer)


def _code(signs: Signs) -> str:
    if signs.is_json:
        return "" if signs.answer_stems else "no values of its own"
    if not signs.answer_words or is_code(signs.raw_answer):
        return "code, query or formula"
    return ""


def _choice(signs: Signs) -> str:
    if _explains_choice(signs):
        return CLOSED_BOOK_CHOICE
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
    if words_before_question(rest) >= MIN_GIVEN_WORDS:
        return "option of a given context"
    return CLOSED_BOOK_CHOICE


def _explains_choice(signs: Signs) -> bool:
    """A lettered option, chosen without a context and with a sentence about it."""
    if signs.is_json or not _CHOSEN.match(signs.raw_answer) or len(signs.answer_words) < 8:
        return False
    if len(_LETTERED_OPTION.findall(signs.opening)) < 2:
        return False
    return words_before_question(_LETTERED_OPTION.sub("", signs.opening)) < MIN_GIVEN_WORDS


def _span(signs: Signs) -> str:
    answer = label_key(signs.answer)
    if len(signs.answer_words) > 30 or not answer or len(signs.prompt_words) < 15:
        return ""
    return "span of the prompt" if answer in signs.prompt.casefold() else ""


def _computed(signs: Signs) -> str:
    if _counts_in_words(signs):
        return "computed from the prompt"
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


def _counts_in_words(signs: Signs) -> bool:
    """ "Tom has three apples and eats one": numbers in words on both sides."""
    return (
        len(signs.answer_words) <= 3
        and not lexicon.NUMBER_WORDS.isdisjoint(signs.answer_words)
        and sum(word in lexicon.NUMBER_WORDS for word in signs.prompt_words) >= 2
    )


def _task(signs: Signs) -> str:
    # Who is asked a plain question answers it, whatever else the instructions are for.
    plain = answers_bare_question(signs) and len(signs.answer_words) >= PLAIN_ANSWER_WORDS
    if plain and _only_names_task(signs):
        return ""
    if is_task(signs.opening, "" if plain else signs.instructions):
        return "" if _tells_topic(signs) or _tells_truth(signs) else "task on given text"
    return "something to make up" if invents(signs.opening) else ""


def _only_names_task(signs: Signs) -> bool:
    """A question that only names a task: "Can you …?" with a yes, or "how do I translate …?"."""
    if lexicon.YES_OR_NO.match(signs.answer):
        return True
    asked = signs.opening[-ASKED_CHARS:]
    if asked.isascii() or _has_any(':："“「', signs.prompt):
        return False
    return lexicon.HOW_WITHOUT_SPACES.search(asked) is not None


def _tells_truth(signs: Signs) -> bool:
    return signs.context_words < LONG_CONTEXT_WORDS and wants_truth(signs.opening)


def _tells_topic(signs: Signs) -> bool:
    """An order to summarise what was never given: the answer tells it from memory."""
    alone = signs.context_words == len(signs.prompt_words) and not signs.instructions
    return alone and len(signs.answer_words) >= PLAIN_ANSWER_WORDS and lacks_text(signs.opening)


def _short_from_long(signs: Signs) -> str:
    if signs.context_words < LONG_CONTEXT_WORDS or len(signs.answer_words) > SHORT_ANSWER_WORDS:
        return ""
    return "short answer to a long context"


def _persona(signs: Signs) -> str:
    head = signs.answer_words[:60]
    first = sum(map(lexicon.FIRST_PERSON.__contains__, head))
    addressed = not lexicon.ADDRESSED.isdisjoint(signs.prompt_words[:40])
    if not signs.answer.isascii():
        if has_unspaced(signs.answer[:200]):
            first += len(lexicon.FIRST_PERSON_WITHOUT_SPACES.findall(signs.answer[:200]))
        addressed |= lexicon.ADDRESSED_WITHOUT_SPACES.search(signs.prompt) is not None
    if first and addressed and first >= 0.04 * len(head) and not _tells_record(signs):
        return "first-person reply"
    if signs.instructions and not _hard_facts(signs) and _is_in_character(signs):
        return "persona in the instructions"
    if len(signs.prompt_words) < BARE_PROMPT_WORDS and asks_about_you(signs.prompt):
        return "" if _hard_facts(signs) else "small talk"
    return "role play" if _orders_role(signs.prompt) else ""


def _orders_role(prompt: str) -> bool:
    """True for "Act as a pirate", not for "You are an expert on …" with a question behind it."""
    if not lexicon.ROLE_PLAY.match(prompt):
        return False
    return has_persona(prompt) or lexicon.ASSISTANT_WORDS.isdisjoint(words(prompt[:ROLE_CHARS]))


def _tells_record(signs: Signs) -> bool:
    """Who says "I" may still recite a record: links, codes, new names and numbers."""
    if len(signs.answer_words) > RECORD_WORDS or EMOJI.search(signs.answer):
        return False
    numbers = [term for term in signs.novel if len(term) > 1 and term[0].isdigit()]
    named = {stem(name.casefold()) for name in _NAME.findall(signs.answer)}
    return has_new_identifier(signs) or len(numbers) + len(named & signs.novel) >= 2


def _is_in_character(signs: Signs) -> bool:
    if has_persona(signs.instructions):
        return True
    # Who says "we" speaks for a firm and tells what it does.
    alone = lexicon.FIRST_PLURAL.isdisjoint(signs.answer_words)
    short = len(signs.answer_words) <= ONE_LINER_WORDS
    return short and alone and plays_somebody(signs.instructions)


def _placeholders(signs: Signs) -> str:
    if signs.is_json or not _has_any("{[", signs.answer):
        return ""
    found = _PLACEHOLDER.findall(signs.answer)
    # What stands in the prompt is quoted: "[Campus] Notice of …".
    return "text with placeholders" if any(each not in signs.opening for each in found) else ""


def _consoles(signs: Signs) -> str:
    """Comfort for somebody who tells his feelings, however long the advice that it gives."""
    head = signs.answer_words[:80]
    spoken_to = sum(map(lexicon.ADDRESSED.__contains__, head))
    if not signs.answer.isascii():
        # Where a character counts as a word, 33 of them are half a sentence.
        spoken_to += 2 * len(lexicon.ADDRESSED_WITHOUT_SPACES.findall(signs.answer[:200]))
    if spoken_to < max(1.0, SPOKEN_TO * len(head)):
        return ""
    if _hard_facts(signs) or not tells_feelings(signs.prompt):
        return ""
    return "comfort for stated feelings"


def _posts(signs: Signs) -> str:
    """A text for social media, told by its hashtags."""
    if signs.answer.count("#") < HASHTAGS or len(_HASHTAG.findall(signs.answer)) < HASHTAGS:
        return ""
    return "social media post"


def _hard_facts(signs: Signs) -> bool:
    """Numbers, links or codes that were not given: facts, in whatever tone they come."""
    return any(len(term) > 1 and term[0].isdigit() for term in signs.novel) or "http" in signs.novel


def _given_fields(signs: Signs) -> str:
    """Values that are filled in for a record, as an estimate or a grade of it."""
    return "text from given fields" if signs.is_json and is_record(signs.prompt) else ""


def _verse(signs: Signs) -> str:
    """Short lines that are neither items nor fields: verse, in any language."""
    lines = [line for line in signs.raw_answer.split("\n") if line.strip()]
    if len(lines) < VERSE_LINES or signs.is_json or _has_any("|{}=\t", signs.raw_answer):
        return ""
    sung = [line for line in lines if len(line) <= VERSE_CHARS and not _NOT_VERSE.search(line)]
    spoken = [line for line in sung if len(line.split()) >= 3 or not line.isascii()]
    return "verse" if len(spoken) >= 0.8 * len(lines) else ""


def _without_request(signs: Signs) -> str:
    if signs.asks or _tells_topic(signs):
        return ""
    if lexicon.NEVER_A_FACT.match(signs.prompt):
        return "greeting"
    if is_code(signs.prompt):
        return "work on given code"
    if is_record(signs.prompt):
        return "text from given fields"
    return from_memory(signs) or "not an information request"


def _generic(signs: Signs) -> str:
    about_prompt = len(signs.answer_stems) > len(signs.novel)
    if len(signs.answer_words) > 6 and len(signs.novel) < 3 and not about_prompt:
        return "generic reply"
    chatty = len(signs.answer_words) < 20 and len(EMOJI.findall(signs.answer)) >= 2
    return "generic reply" if chatty and not _hard_facts(signs) else ""


_CHECKS: tuple[Callable[[Signs], str], ...] = (
    _no_content,
    _code,
    _choice,
    _span,
    _computed,
    grounded,
    translated,
    _task,
    _short_from_long,
    _persona,
    _consoles,
    _posts,
    _placeholders,
    _given_fields,
    _verse,
    _without_request,
    _generic,
)
