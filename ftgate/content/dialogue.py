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
_TOKEN = lazy(
    r"</?(?:question|answer)>|</?s>|\[/?INST\]|<</?SYS>>|<\|[\w/]{1,30}\|>|</?(?:start|end)_of_turn>(?:user\b)?"
)
_NEXT_USER = lazy(
    r"<s>\s*\[INST\]|(?<!/)\[INST\]|<\|im_start\|>user|<\|user\|>|<start_of_turn>user"
    r"|<\|start_header_id\|>user<\|end_header_id\|>|<\|?User\|?>"
)
_ASKER = lazy(r"\b(?:human|user|instruction|question|q|input|prompt)\b", re.IGNORECASE)
_HEADING = lazy(r"^[ \t]*#{2,4}[ \t]*(?:\w[\w ]{0,30}?)[ \t]*(?::|$)", re.MULTILINE)
_INLINE = lazy(
    r"#{2,4} ?(?:human|user|instruction|input|question|assistant|response|output|answer|bot) ?:"
    r"|<(?:human|user|bot|assistant|question|answer)> ?:?|\b(?:question|answer|human|assistant) ?:",
    re.IGNORECASE,
)
_LABEL = lazy(r"^[ \t]*([^\W\d_][\w ]{0,20}?)[ \t]*[:：]", re.MULTILINE)
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
        for pattern in (_HEADING, _SPEAKER, _INLINE):
            marks = list(pattern.finditer(text))
            if len(marks) >= 2:
                break
        else:
            marks = _two_labels(text)
    if not marks:
        return None
    end = len(text)
    while len(marks) > 1 and (
        _ASKER.search(marks[-1][0]) or not _bare(text[marks[-1].end() : end])
    ):
        end = marks.pop().start()  # a turn that nobody has answered
    last = marks[-1]
    said = text[last.end() : end]
    if unanswered := _NEXT_USER.search(said):
        said = said[: unanswered.start()]
    prompt, answer = _bare(text[: last.start()]), _bare(said)
    return (prompt, answer) if prompt and answer else None


def _two_labels(text: str) -> list[re.Match[str]]:
    """Lines that two speakers of any language begin in turn, from the first line on."""
    marks = list(_LABEL.finditer(text))
    names = [mark.group(1).casefold() for mark in marks]
    taken = len(names) >= 2 and not text[: marks[0].start()].strip() and names[0] != names[1]
    in_turn = taken and all(name == names[index % 2] for index, name in enumerate(names))
    return marks if in_turn and len(names) % 2 == 0 else []


def _bare(text: str) -> str:
    return _TOKEN.sub(" ", text).strip()
