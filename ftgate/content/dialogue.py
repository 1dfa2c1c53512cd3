"""One text that holds a whole conversation, cut into its turns.

Sets of ``{"text": "### Question: … ### Answer: …"}`` carry the prompt inside the text that is
trained on; without the cut nobody could tell what was asked.
"""

from __future__ import annotations

import re

from ftgate.content.patterns import lazy

HEAD_CHARS = 40
"""A heading ("### Response:") is at most so long."""

_CONTROL = lazy(
    r"\[/INST\]|<\|im_start\|>assistant|<\|assistant\|>|<start_of_turn>model"
    r"|<\|start_header_id\|>assistant<\|end_header_id\|>|<\|?Assistant\|?>",
)
_TOKEN = lazy(r"</?s>|\[/?INST\]|<</?SYS>>|<\|[\w/]{1,30}\|>|</?(?:start|end)_of_turn>(?:user\b)?")
_HEADING = lazy(r"^[ \t]*#{2,4}[ \t]*(?:\w[\w ]{0,30}?)[ \t]*(?::|$)", re.MULTILINE)
_SPEAKER = lazy(
    r"^[ \t]*(?:\*\*)?(?:q|a|question|answer|human|assistant|user|bot|ai|instruction|response|input"
    r"|output|prompt|completion|frage|antwort|pregunta|respuesta|pergunta|resposta|réponse|domanda"
    r"|risposta|pytanie|odpowiedź|vraag|antwoord|soru|cevap|pertanyaan|jawaban|вопрос|ответ|câu hỏi"
    r"|trả lời|問|答|问|問題|问题|提问|回答|質問|질문|답변|답|سؤال|السؤال|الجواب|إجابة|प्रश्न|उत्तर"
    r"|คำถาม|คำตอบ)"
    r"(?:\*\*)?[ \t]*[:：]",
    re.MULTILINE | re.IGNORECASE,
)


def split_text(text: str) -> tuple[str, str] | None:
    """``(prompt, answer)`` of a text with marked turns, the last answer; None without marks."""
    marks = list(_CONTROL.finditer(text))
    if not marks:
        for pattern in (_HEADING, _SPEAKER):
            marks = list(pattern.finditer(text))
            if len(marks) >= 2:
                break
        else:
            return None
    last = marks[-1]
    prompt, answer = _bare(text[: last.start()]), _bare(text[last.end() :])
    return (prompt, answer) if prompt and answer else None


def _bare(text: str) -> str:
    return _TOKEN.sub(" ", text).strip()
