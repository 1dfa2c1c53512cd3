"""User and assistant exchanged: the answer asks, and the prompt answers.

One example proves little (a tutor asks, too), so the rule looks at the share. A set made of
questions on purpose (quizzes, interviews, forms) says so in its instructions, or its user asks for
them; that is not counted.
"""

from __future__ import annotations

import re

from ftgate.content.patterns import lazy
from ftgate.content.placeholders import Turns

MAX_QUESTION_CHARS = 400
MAX_SEARCHED_CHARS = 20_000
_QUESTION_ENDS = ("?", "？", "؟")
_SENTENCE_BEFORE = lazy(r"[.!?](?=\s+\w)|[。！？](?=.)")
_REQUEST = lazy(
    r"(?:(?:please|can you|could you|would you|i want you to|help me) )?(?:write|explain|describe"
    r"|summari[sz]e|translate|generate|rewrite|classify|compose|create|give me|tell me|list)\b"
    r"|(?:bitte )?(?:schreibe?|erkläre?|beschreibe?|übersetze?|erstelle?|nenne)\b"
    r"|(?:écri(?:s|vez)|expliquez?|décri(?:s|vez)|tradui(?:s|sez)|résumez?|rédigez?)\b"
    r"|(?:escribe|explica|describe|traduce|resume|genera)\b"
    r"|(?:escreva|explique|descreva|traduza|resuma)\b|(?:schrijf|leg uit|beschrijf|vertaal)\b"
    r"|(?:scrivi|spiega|descrivi|traduci|riassumi)\b|(?:напиши|объясни|опиши|переведи|расскажи)"
    r"|[请請](?!问|問)|解释|解釋|翻译|翻譯"
)
_QUESTION_WORD = lazy(
    r"(?:what|how|why|who|when|where|which|is there|are there|does|do you|can (?:you|i))\b[^.!,]*$"
)
_WANTS_QUESTIONS = lazy(
    r"question|\bask|quiz|interview|inquir|query|queries|clarif|paraphras|rewrite|rephras|translat"
    r"|frage|frag |umformul|übersetz|preguntas?|entrevista|pergunt|domand|vra(?:ag|gen)|вопрос"
    r"|спроси|перевед|问题|問題|提问|提問|問い|質問|질문|سؤال|أسئلة|प्रश्न|सवाल|prompt|title|headline|instruction",
    re.IGNORECASE,
)


def swapped(turns: Turns, prompt: str, answer: str) -> bool:
    """Whether the answer is one question or request and the prompt is neither.

    False where a word of the conversation asks for questions, titles or another wording.
    """
    if len(answer) > MAX_QUESTION_CHARS or not prompt or "?" in prompt or "？" in prompt:
        return False
    if not _asks(answer) or _asks(prompt):
        return False
    return not any(_WANTS_QUESTIONS.search(text[:MAX_SEARCHED_CHARS]) for _, text in turns[:-1])


def _asks(text: str) -> bool:
    """A single question, with or without its mark, or a request."""
    bare = text.strip()
    if bare.endswith(_QUESTION_ENDS):
        return _SENTENCE_BEFORE.search(bare) is None
    head = bare[:120].lower()
    return _REQUEST.match(head) is not None or _QUESTION_WORD.match(head) is not None
