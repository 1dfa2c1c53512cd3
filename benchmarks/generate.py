"""Writes a chat training set of a given size; one Python version writes the same bytes every time.

Conversations of a programming help desk: sentences of Python's own language reference, lines of
its standard library, numbers, and sentences in other languages. About 4.6 bytes per token of
o200k_base, as in public chat sets.

    python -m benchmarks.generate 200 benchmarks/.data/chat-200mb.jsonl
"""

from __future__ import annotations

import json
import random
import re
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from pydoc_data.topics import topics

_SYSTEM = (
    "You are the documentation assistant of a compiler team. Answer in plain English and "
    "quote the rule that applies.",
    "You review questions about a programming language. Be brief.",
)
_ELSEWHERE = (
    "¿Por qué falla la importación número {n} cuando cambio de carpeta?",
    "Die Zeile {n} wirft einen Fehler, den ich nicht nachvollziehen kann.",
    "Le programme s'arrête à l'étape {n} sans afficher de message.",
    "Почему цикл выполняется {n} раз, а не один раз, как я ожидал?",
    "第 {n} 行的缩进和上一行不一样，所以解释器报告了语法错误。",
    "この関数は {n} 個の引数を取りますが、呼び出しでは一つ足りません。",
    "함수가 {n}번째 호출에서 예외를 던지는 이유를 알고 싶습니다.",
    "لماذا تتوقف الحلقة بعد {n} خطوة دون أي رسالة؟",
    "यह सूची {n} तत्वों के बाद खाली क्यों हो जाती है?",
    "ทำไมตัวแปรถึงเปลี่ยนค่าหลังจากรอบที่ {n}",
    "Dlaczego słownik ma {n} kluczy, skoro dodałem tylko jeden?",
    "Değişken {n}. satırda tanımlı değil diyor, ama yukarıda yazdım.",
)


def sentences() -> list[str]:
    """Sentences of 40 to 400 characters, in order of appearance."""
    text = re.sub(r"\s+", " ", " ".join(topics[name] for name in sorted(topics)))
    return [part for part in re.split(r"(?<=[.:]) ", text) if 40 <= len(part) <= 400]


def code() -> list[str]:
    """Pieces of ten lines of the standard library."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    lines = [
        line
        for path in sorted(folder.glob("[a-z]*.py"))
        for line in path.read_text("utf-8", "replace").splitlines()
        if line.strip()
    ]
    return ["\n".join(lines[start : start + 10]) for start in range(0, len(lines) - 10, 10)]


def writer(seed: int) -> Callable[[int], str]:
    """A function that writes the next text of about so many sentences."""
    choose = random.Random(seed)
    prose, pieces = sentences(), code()

    def text(size: int) -> str:
        parts = choose.choices(prose, k=size)
        if choose.random() < 0.4:
            parts.append(f"\n```python\n{choose.choice(pieces)}\n```\n")
        if choose.random() < 0.3:
            parts.append(choose.choice(_ELSEWHERE).format(n=choose.randrange(1000)))
        parts.append(f"(ticket {choose.randrange(10**9):x}, {choose.random() * 100:.2f} ms)")
        return " ".join(parts)

    return text


def write(path: Path, megabytes: float, seed: int = 20261122) -> int:
    """Write examples until the file has this size; returns their number."""
    choose, text = random.Random(seed), writer(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    examples = size = 0
    with path.open("w", encoding="utf-8") as stream:
        while size < megabytes * 1_000_000:
            messages = [
                {"role": "system", "content": choose.choice(_SYSTEM)},
                {"role": "user", "content": text(choose.randrange(1, 4))},
                {"role": "assistant", "content": text(choose.randrange(2, 10))},
            ]
            line = json.dumps({"messages": messages}, ensure_ascii=False) + "\n"
            stream.write(line)
            size += len(line.encode())
            examples += 1
    return examples


if __name__ == "__main__":
    target = Path(sys.argv[2])
    print(f"{target}: {write(target, float(sys.argv[1])):,} examples")
