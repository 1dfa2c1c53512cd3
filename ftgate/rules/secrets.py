"""FT505, FT506: secrets and personal data in examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ftgate.content.masks import PERSONAL, SECRET, counted, domain_digest, domain_of, kind_of
from ftgate.errors import ConfigError
from ftgate.model import Finding
from ftgate.rules.input import counted as number_of
from ftgate.rules.registry import rule

if TYPE_CHECKING:
    from ftgate.profile import Tally
    from ftgate.rules import JudgedFile

_SHOWN_KINDS = 6


@rule("FT505", severity="error", since="0.1")
def secret_in_example(file: JudgedFile) -> Iterator[Finding]:
    """An example has a key, token or password in it.

    ## Why is this bad?
    A tuned model repeats rare strings of its training data to whoever asks in the right way, and a
    key is such a string. The file itself is copied to the provider, to caches and to backups, none
    of which was made to keep keys. So the key is to be treated as published.

    The finding shows the kind, the first four characters, the length and part of the SHA-256, with
    which the owner of the key can recognise it; of passwords it shows the length alone. No option
    prints more.

    ## What to do instead
    Revoke the key where it was issued, and put a placeholder such as `sk-...` or `<API_KEY>` into
    the example: those are not reported. Then look for it in the other places that the conversation
    came from. Taking it out of the file without revoking it leaves it in the history of git.

    ## Source
    Carlini et al., "Extracting Training Data from Large Language Models", USENIX Security 2021:
    strings that occur in a single document can be extracted. Shapes: the vendors' documentation
    and GitHub's list of secret scanning partners. Checksums inside of tokens are not verified,
    since an invalid key teaches the model to print keys all the same.
    """
    tally = file.profile.problems.get(SECRET) if file.profile else None
    if file.profile is None or tally is None:
        return
    values = {kind: number for (kind, _), number in counted(file.profile.signals, SECRET).items()}
    line, detail, json_path = tally.places[0]
    yield Finding(
        f"{_listed(values)} in {tally.count:,} of {number_of(file.profile.lines, 'line')};"
        f" line {line}: {detail}",
        file.path,
        tuple(number for number, _, _ in tally.places),
        tally.count,
        json_path=json_path,
        next_step="revoke it where it was issued, and write a placeholder such as <API_KEY>",
    )


@rule("FT506", severity="warning", since="0.1")
def personal_data(
    file: JudgedFile,
    *,
    allow_domains: tuple[str, ...] = (),
    allow_kinds: tuple[str, ...] = (),
    fail: bool = False,
) -> Iterator[Finding]:
    """An example has personal data in it: an address, a phone, card, account or identity number.

    ## Why is this bad?
    A tuned model can tell one person's data to another, and cannot be made to forget them: if the
    person asks for deletion, the model has to be trained again. Most laws on data protection want
    a reason for the transfer to a provider, too.

    Looked for are e-mail addresses, phone numbers, payment cards (Luhn check), bank accounts
    (IBAN) and the identity numbers of 27 countries, mostly with check digits. Names, street
    addresses and IP addresses are not, nor is what documentation uses for itself: `example.com`,
    555 numbers, the test cards of payment services.

    ## What to do instead
    Replace the data by invented ones of the same form, for instance with Presidio, and use
    `example.com`. If the addresses belong there, as those of a public help desk do, say so:
    `allow_domains = ["acme.com"]`, or `allow_kinds = ["phone number"]`. `fail = true` makes the
    finding an error.

    ## Source
    Carlini et al., USENIX Security 2021, extracted names, phone numbers and e-mail addresses of
    single persons from a model. Regulation (EU) 2016/679, articles 5 (minimisation) and 17
    (erasure). Check digits: ISO 13616 (IBAN), ISO/IEC 7812-1 (cards), python-stdnum (identity).
    """
    tally = file.profile.problems.get(PERSONAL) if file.profile else None
    if file.profile is None or tally is None:
        return
    allowed = _Allowed(allow_domains, allow_kinds)
    values: Counter[str] = Counter()
    for (kind, domain), number in counted(file.profile.signals, PERSONAL).items():
        if not allowed(kind, domain):
            values[kind] += number
    if not values:
        return
    places = _places(tally, allowed)
    where = f"; line {places[0][0]}: {places[0][1]}" if places else ""
    yield Finding(
        f"personal data: {_listed(values)}{where}",
        file.path,
        tuple(line for line, _, _ in places),
        values.total(),
        severity="error" if fail else None,
        json_path=places[0][2] if places else "",
        next_step="replace it by invented data, or allow it: [rules.FT506] allow_domains,"
        " allow_kinds",
    )


class _Allowed:
    """What a project has decided to keep."""

    def __init__(self, domains: Collection[str], kinds: Collection[str]) -> None:
        self._domains = {domain_digest(domain.removeprefix("@")) for domain in domains}
        self._kinds = {kind.lower() for kind in kinds}
        if kinds:
            _refuse_unknown(self._kinds)

    def __call__(self, kind: str, domain: str) -> bool:
        return kind.lower() in self._kinds or domain in self._domains


def _refuse_unknown(kinds: Collection[str]) -> None:
    from ftgate.content.personal import kinds as known_kinds  # patterns, for this check alone

    known = {kind.lower() for kind in known_kinds()}
    for kind in sorted(kinds):
        if kind not in known:
            raise ConfigError(
                f"[rules.FT506] allow_kinds: no kind {kind!r}",
                hint=f"known: {', '.join(sorted(known))}",
            )


def _places(tally: Tally, allowed: _Allowed) -> list[tuple[int, str, str]]:
    """The first places that are not allowed; the digest of a domain is no help to a reader."""
    return [
        (line, detail.partition(", domain")[0].rstrip(")") + ")", path)
        for line, detail, path in tally.places
        if not allowed(kind_of(detail), domain_of(detail))
    ]


def _listed(values: dict[str, int]) -> str:
    """``3 x GitHub token, 1 x private key``, the most frequent first."""
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{number:,} x {kind}" for kind, number in ranked[:_SHOWN_KINDS]]
    rest = sum(number for _, number in ranked[_SHOWN_KINDS:])
    return ", ".join([*shown, f"{rest:,} more"] if rest else shown)
