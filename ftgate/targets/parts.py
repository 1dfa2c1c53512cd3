"""Content as a list of parts, in the two types that chat schemas share: text and images.

A part is ``{"type": "text", "text": …}`` or ``{"type": "image_url", "image_url": {"url": …}}``
with the image inside the file, as a ``data:`` URL in base64.
"""

from __future__ import annotations

from typing import Any

from ftgate.model import Problem


def check_parts(
    parts: list[Any], where: str, formats: tuple[str, ...], *, images: bool, max_chars: int = 0
) -> list[Problem]:
    """One problem for each part that is neither text nor an image of one of the ``formats``.

    ``images`` says whether images may stand here at all; ``max_chars`` limits the length of an
    image's URL (0: no limit).
    """
    headers = tuple(f"data:image/{name};base64," for name in formats)
    problems = []
    for index, part in enumerate(parts):
        fault = _fault(part, headers, images, max_chars)
        if fault:
            path = f"{where}[{index}]"
            problems.append(Problem("bad-content-part", f"{path} {fault}", path))
    return problems


def count_images(content: Any) -> int:
    """How many parts of a content value are images."""
    if not isinstance(content, list):
        return 0
    return sum(isinstance(part, dict) and part.get("type") == "image_url" for part in content)


def _fault(part: Any, headers: tuple[str, ...], images: bool, max_chars: int) -> str:
    match part:
        case {"type": "text", "text": str()}:
            return ""
        case {"type": "text"}:
            return "has no text"
        case {"type": "image_url"} if not images:
            return "is an image outside a user message"
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            if not url.startswith(headers):
                return f"is not an image in base64 that starts with {' or '.join(headers)}"
            return "is an image that is too large" if 0 < max_chars < len(url) else ""
        case {"type": "image_url"}:
            return "has no image_url.url"
        case {"type": _}:
            return "is of a type other than text and image_url"
    return "is not an object with a type"
