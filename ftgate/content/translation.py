"""Does an answer translate its prompt, or answer it in another language?"""

from __future__ import annotations

from ftgate.content import lexicon
from ftgate.content.grounding import answers_bare_question
from ftgate.content.reading import Signs
from ftgate.content.requests import is_task
from ftgate.content.stems import languages, script


def translated(signs: Signs) -> str:
    """ "answer in another language" when the answer is a translation, "" when it is not."""
    if len(signs.answer_words) < 4 or signs.is_json or not _is_in_other_language(signs):
        return ""
    # A translated question is a question: who states something has answered it, unless told to.
    if answers_bare_question(signs) and not is_task(signs.opening, signs.instructions):
        return ""
    return "answer in another language"


def _is_in_other_language(signs: Signs) -> bool:
    asked, said = script(signs.prompt), script(signs.answer)
    # A Japanese heading may have no kana.
    same = {asked, said} == {"han", "kana"} and len(signs.prompt_words) < 12
    if asked and said and asked != said and len(signs.prompt_words) >= 3 and not same:
        return True
    if not signs.answer.isascii() and _has_letters_of_few(signs):
        return True
    if said != "latin" or len(signs.answer_words) < 6:
        return False
    asked_in = languages(signs.prompt_words[:80])
    if max(asked_in.values(), default=0) < 2:
        return False
    said_in = languages(signs.answer_words[:80])
    best = max(said_in.values(), default=0)
    shared = max((said_in.get(language, 0) for language in asked_in), default=0)
    return best >= 3 and shared < 0.5 * best


def _has_letters_of_few(signs: Signs) -> bool:
    letters = lexicon.LETTERS_OF_FEW
    return bool(letters.search(signs.answer)) and not letters.search(signs.opening)
