"""The template behind a text: what is left when names, numbers and quotations are taken out."""

from __future__ import annotations

from ftgate.content.patterns import lazy

_WINDOW_CHARS = 300  # a template shows in the first sentences

# Asked for behind the letter, for ranges take a millisecond to compile for 30,000 characters.
_SLOT = lazy(
    r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|«[^»\n]{1,200}»|`[^`\n]{1,200}`|「[^」\n]{1,200}」"
    r"|\b(?:https?://\S+|[\w.+-]{1,64}+@\S+"
    r"|[^\W\d]*+\d[\w.,:/%-]*"
    r"|[^\W\d_a-zß-öø-ÿа-яёα-ωά-ώ](?<=[\x00-\u058f])[\w'-]*)"
)
_RUN = lazy(r"~(?:(?:[\s,]|\b(?:d[aeiou]|del|der|l[ae]|of|v[ao]n)\b)*~)+")  # Rio de Janeiro
_FIRST = lazy(r"\w*")


def skeleton(prompt: str, answer: str) -> str:
    """Both texts with their slots replaced: equal for two fillings of one template.

    Slots are quotations, links, addresses, numbers and words with a capital letter in Latin, Greek
    or Cyrillic script; neighbouring slots are one. The first word of a prompt says what is wanted
    and stays; that of an answer is often a name. Only the beginnings are looked at.
    """
    first = _FIRST.match(prompt.lstrip())
    return f"{first and first[0]} {_slotted(prompt)}\n{_slotted(answer)}"


def _slotted(text: str) -> str:
    text = _SLOT.sub("~", text[:_WINDOW_CHARS])
    return " ".join(_RUN.sub("~", text).split())
