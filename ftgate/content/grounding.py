"""Is an answer drawn from its conversation, or does it add what was neither said nor given?"""

from __future__ import annotations

from ftgate.content import lexicon
from ftgate.content.patterns import lazy
from ftgate.content.reading import Signs
from ftgate.content.requests import is_record

GROUNDED_RATIO = 0.5
"""An answer with less new content than this is drawn from the conversation."""

GROUNDED_RATIO_LONG = 0.75
"""The same below a long context, where a summary in own words keeps less of the wording."""

BARE_PROMPT_WORDS = 40
"""A longer prompt gives material to answer from, even where it asks."""

PREMISE_WORDS = 8
"""So many words of whole sentences before a question are premises to reason from."""

GIVEN_LINE_CHARS = 15

LONG_CONTEXT_WORDS = 60

_QUOTED = lazy(
    "\"([^\"\n]{4,200})\"|'(?<!\\w')([^'\n]{4,200})'|“([^”\n]{4,200})”|「([^」\n]{4,200})」"
)
_SENTENCE_END = lazy(r"[.!?。！？؟।\n]+")


def words_before_question(text: str) -> int:
    """Words of all sentences but the last: what a question is given to work on."""
    sentences = [part.split() for part in _SENTENCE_END.split(text)]
    return sum(len(part) for part in [part for part in sentences if len(part) > 3][:-1])


def grounded(signs: Signs) -> str:
    """ "grounded in the conversation" when the answer is drawn from it, "" when it is not."""
    if not signs.answer_stems:
        return "" if _settles_question(signs) else "generic reply"
    if _quotes_given_text(signs):
        return "grounded in the conversation"
    if answers_bare_question(signs) and words_before_question(signs.prompt) < PREMISE_WORDS:
        # A whole sentence repeats the question; what it adds, if only a number, is the answer.
        settled = signs.novel or lexicon.YES_OR_NO.match(signs.answer)
        return "" if settled else "grounded in the conversation"
    if len(signs.prompt_words) >= LONG_CONTEXT_WORDS or signs.is_json or signs.has_results:
        limit = GROUNDED_RATIO_LONG
    else:
        limit = GROUNDED_RATIO
    return "grounded in the conversation" if signs.novelty < limit else ""


def answers_bare_question(signs: Signs) -> bool:
    """A question without context or results of a tool, answered by a statement of some length."""
    return (
        signs.asks
        and not signs.is_json
        and not signs.has_results
        and not is_record(signs.prompt)
        and len(signs.prompt_words) < BARE_PROMPT_WORDS
        and len(signs.answer_words) >= 4
        and signs.answer.rstrip()[-1:] not in "?？؟"
    )


def _quotes_given_text(signs: Signs) -> bool:
    """The answer quotes a line of the prompt that is not the question: it is about that line."""
    first, _, rest = signs.prompt.partition("\n")
    quoted = [max(groups) for groups in _QUOTED.findall(signs.answer)] if rest.strip() else []
    given = [line for line in (first, rest) if len(line) >= GIVEN_LINE_CHARS]
    return any(sum(quote in line for line in given) == 1 for quote in quoted)


def _settles_question(signs: Signs) -> bool:
    """A bare yes or no to a question about the world, of which the text gives no premises."""
    return (
        signs.asks
        and bool(lexicon.YES_OR_NO.match(signs.answer))
        and len(signs.prompt_words) < BARE_PROMPT_WORDS
        and words_before_question(signs.prompt) < PREMISE_WORDS
        and lexicon.ADDRESSED.isdisjoint(signs.prompt_words)
        and lexicon.FIRST_PERSON.isdisjoint(signs.prompt_words)
    )
