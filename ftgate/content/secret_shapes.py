"""The shapes of secrets: what vendors publish about their keys, so that scanners can find them.

A shape has a ``needle`` that every such secret contains, a pattern, and a test that tells a real
secret from the placeholder of a tutorial. The first group of the pattern is what is tested; the
whole match is what is masked. Patterns have no unbounded repetition next to another one that
could take the same characters, so they are linear. Checksums inside of tokens (GitHub, npm) are
not verified: a token with a typing error still teaches the model to print tokens, and the shape
alone gives no false alarms.

Sources: the vendors' documentation of key formats, the list of GitHub's secret scanning partners,
and gitleaks' rule file (MIT) as a checklist of kinds; the patterns are our own.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ftgate.content.masks import PASSWORD, URL_PASSWORD
from ftgate.content.patterns import lazy, lazy_bytes
from ftgate.content.randomness import (
    is_random_password,
    is_random_value,
    is_used_password,
    looks_random,
)

# A value may follow an escape that is still one: JSON within JSON has "\n" as two characters.
START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtf]))"
_END = r"(?![A-Za-z0-9])"


class Shape(NamedTuple):
    """One kind of secret. ``test`` gets the match."""

    name: str
    needle: str
    pattern: re.Pattern[str]
    test: Callable[[re.Match[str]], bool]


def _random(match: re.Match[str]) -> bool:
    return looks_random(match[1])


def _mixed(match: re.Match[str]) -> bool:
    """Random, and of small and capital letters, as base64 is and a digest in hexadecimal is not."""
    return match[1] not in (match[1].lower(), match[1].upper()) and looks_random(match[1])


def _signed_token(match: re.Match[str]) -> bool:
    """The header of a JSON web token names an algorithm; jwt.io's sample is about John Doe."""
    header, payload = _decoded(match[1]), _decoded(match[2])
    if b"1234567890" in payload or b"John Doe" in payload:
        return False
    try:
        fields = json.loads(header)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and str(fields.get("alg", "none")).lower() != "none"


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part[: len(part) // 4 * 4 + (len(part) % 4 > 1) * 4] + "===")


def _private_key(match: re.Match[str]) -> bool:
    """60 characters of base64 are the smallest key there is (Ed25519)."""
    without_headers = re.sub(r"(?<![A-Za-z-])[A-Za-z-]+: [^\n\\]*", "", match[1])
    body = re.sub(r"(?<!\\)\\+[nr]|\s", "", without_headers)
    data = re.match(r"[A-Za-z0-9+/=]*", body)
    return data is not None and len(data[0]) >= 60 and len(set(data[0])) >= 20


def _url_password(match: re.Match[str]) -> bool:
    return is_used_password(match[1])


def _token(name: str, needle: str, body: str, end: str = _END) -> Shape:
    """A token that begins with its needle."""
    return Shape(name, needle, lazy(f"{START}{re.escape(needle)}({body}){end}"), _random)


def _shape(
    name: str, needle: str, pattern: str, test: Callable[[re.Match[str]], bool] = _random
) -> Shape:
    return Shape(name, needle, lazy(START + pattern), test)


_B64URL = "[A-Za-z0-9_-]"
_ALNUM = "[A-Za-z0-9]"
_HEX = "[0-9a-f]"

TOKENS: tuple[Shape, ...] = (
    # Models and their tools
    _token("Anthropic API key", "sk-ant-", f"{_B64URL}{{20,200}}"),
    _token("OpenRouter API key", "sk-or-", f"{_B64URL}{{32,200}}"),
    _shape("OpenAI API key", "sk-", rf"sk-(?:proj|svcacct|admin)-({_B64URL}{{32,300}})"),
    _shape("OpenAI API key", "sk-", rf"sk-(?:None-)?({_ALNUM}{{32,100}}){_END}"),
    _token("Hugging Face token", "hf_", f"{_ALNUM}{{30,44}}"),
    _token("Hugging Face organisation token", "api_org_", f"{_ALNUM}{{30,44}}"),
    _token("Groq API key", "gsk_", f"{_ALNUM}{{40,64}}"),
    _token("Replicate API token", "r8_", f"{_ALNUM}{{32,44}}"),
    _token("Fireworks API key", "fw_", f"{_ALNUM}{{22,44}}"),
    _token("Together API key", "tgp_v1_", f"{_B64URL}{{36,64}}"),
    _token("Perplexity API key", "pplx-", f"{_ALNUM}{{40,64}}"),
    _token("xAI API key", "xai-", f"{_ALNUM}{{60,100}}"),
    _token("LangSmith API key", "lsv2_", rf"(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}"),
    _token("Pinecone API key", "pcsk_", f"{_B64URL}{{40,100}}"),
    _token("Databricks token", "dapi", f"{_HEX}{{32}}"),
    # Clouds
    _shape("AWS access key id", "AKIA", rf"AKIA([A-Z0-9]{{16}}){_END}"),
    _shape("AWS access key id", "ASIA", rf"ASIA([A-Z0-9]{{16}}){_END}"),
    _token("AWS Bedrock API key", "ABSK", r"[A-Za-z0-9+/]{100,280}={0,2}"),
    _token("Google API key", "AIza", f"{_B64URL}{{35}}"),
    _token("Google OAuth client secret", "GOCSPX-", f"{_B64URL}{{28}}"),
    _token("Google OAuth token", "ya29.", f"{_B64URL}{{40,500}}", ""),
    _shape("Azure client secret", "Q~", rf"({_B64URL}{{3}}[0-9]Q~[A-Za-z0-9_.~-]{{31,34}}){_END}"),
    _token("DigitalOcean token", "dop_v1_", f"{_HEX}{{64}}"),
    _token("DigitalOcean token", "doo_v1_", f"{_HEX}{{64}}"),
    _token("DigitalOcean token", "dor_v1_", f"{_HEX}{{64}}"),
    _token("Heroku API key", "HRKU-", f"{_B64URL}{{40,80}}"),
    _token("HashiCorp Vault token", "hvs.", f"{_B64URL}{{24,200}}"),
    _token("Supabase token", "sbp_", f"{_HEX}{{40}}"),
    # Code and packages
    *(
        _token("GitHub token", f"{kind}_", f"{_ALNUM}{{36,255}}")
        for kind in ("ghp", "gho", "ghu", "ghs", "ghr")
    ),
    _token("GitHub token", "github_pat_", r"[A-Za-z0-9_]{60,255}"),
    *(
        _token("GitLab token", f"{kind}-", r"[A-Za-z0-9_.-]{20,320}")
        for kind in ("glpat", "gldt", "glrt", "glptt", "gloas", "glcbt")
    ),
    _token("npm token", "npm_", f"{_ALNUM}{{36}}"),
    _token("PyPI token", "pypi-", f"{_B64URL}{{60,1000}}"),
    _token("RubyGems token", "rubygems_", f"{_HEX}{{48}}"),
    _token("Docker token", "dckr_pat_", f"{_B64URL}{{27}}"),
    _token("Postman API key", "PMAK-", f"{_HEX}{{24}}-{_HEX}{{34}}"),
    _token("Atlassian token", "ATATT3", r"[A-Za-z0-9_=-]{100,300}", ""),
    _token("Linear API key", "lin_api_", f"{_ALNUM}{{40}}"),
    _token("Notion token", "ntn_", f"{_ALNUM}{{40,50}}"),
    _token("Grafana token", "glsa_", rf"{_ALNUM}{{32}}_[0-9A-Fa-f]{{8}}"),
    _token("Doppler token", "dp.pt.", f"{_ALNUM}{{40,44}}"),
    _token("Sentry token", "sntryu_", f"{_HEX}{{64}}"),
    # Messages and mail
    _shape(
        "Slack token",
        "xox",
        rf"xox[abeoprs](?:\.xox[bp])?-({_ALNUM}[A-Za-z0-9-]{{15,250}}){_END}",
    ),
    _token("Slack app token", "xapp-", rf"[0-9]-[A-Z0-9]{{6,20}}-[0-9]{{6,20}}-{_ALNUM}{{32,100}}"),
    _shape(
        "Slack webhook URL",
        "hooks.slack",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{30,80})",
    ),
    _shape("Twilio API key", "SK", rf"SK([0-9a-fA-F]{{32}}){_END}"),
    _shape(
        "Twilio auth token",
        "AC",
        rf"AC{_HEX}{{32}}(?:[^\n]|\n){{1,120}}?(?<![0-9a-zA-Z])({_HEX}{{32}}){_END}",
    ),
    _token("SendGrid API key", "SG.", rf"{_B64URL}{{16,32}}\.{_B64URL}{{32,64}}"),
    _shape("Mailgun API key", "key-", rf"key-({_HEX}{{32}}){_END}"),
    _shape("Mailchimp API key", "-us", rf"({_HEX}{{32}})-us[0-9]{{1,2}}{_END}"),
    _token("Brevo API key", "xkeysib-", rf"{_HEX}{{64}}-{_ALNUM}{{16}}"),
    _shape("Telegram bot token", ":A", rf"[0-9]{{8,10}}:(A{_B64URL}{{34}})(?![A-Za-z0-9_-])"),
    _shape(
        "Discord webhook URL",
        "/api/webhooks/",
        rf"discord(?:app)?\.com/api/webhooks/[0-9]{{15,21}}/({_B64URL}{{60,80}})",
    ),
    # Money and shops
    _shape("Stripe live key", "k_live_", rf"[sr]k_live_({_ALNUM}{{16,255}}){_END}"),
    _token("Shopify token", "shpat_", f"{_HEX}{{32}}"),
    _token("Square token", "sq0atp-", f"{_B64URL}{{22}}"),
    # Signed and encrypted
    _shape(
        "JSON web token",
        "eyJ",
        rf"(?<![_-])(eyJ{_B64URL}{{8,2000}})\.({_B64URL}{{4,8000}})\.{_B64URL}{{16,2000}}",
        _signed_token,
    ),
    _token("age secret key", "AGE-SECRET-KEY-1", "[02-9AC-HJ-NP-Z]{58}"),
)
"""Secrets that are one word of 20 characters or more, with a prefix that tells the vendor."""

DISCORD = _shape(
    "Discord token",
    ".",
    rf"([MNO]{_B64URL}{{22,28}}\.{_B64URL}{{6,7}}\.{_B64URL}{{27,42}})",
    _mixed,
)
"""The one vendor's token without a prefix: three parts, between dots."""

ASSIGNED = "assigned key or token"
ASSIGNMENT = lazy_bytes(
    rb"(pass(?:w(?:or)?d|wort|phrase|code)s?|pwd|secret|credentials?"
    rb"|(?<!next)(?<!next[_-])(?<!page)(?<!page[_-])(?<!ation)(?<!ation[_-])token"
    rb"|(?:(?<=[_ -])|(?<=api)|(?<=access)|(?<=auth))key)(?:[_-]?(?:key|token|value|base)){0,2}"
    rb"[\s\"'`*\\]{0,8}(?:=>|:=|==?|:|is\b)[\s\"'`*\\]{0,8}([^\s\"'`<>,;|(){}\[\]\\]{8,200})",
    re.IGNORECASE,
)
PASSWORD_NAMES = (b"pass", b"pwd")
KEY_NAMES = (b"key", b"secret", b"token", b"credential")

PLACES: tuple[Shape, ...] = (
    Shape(
        "private key",
        "PRIVATE KEY",
        lazy(
            r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"((?:[^-]|-(?!----)){60,12000})"
        ),
        _private_key,
    ),
    Shape(
        "private key",
        "PuTTY-User-Key-File",
        lazy(r"PuTTY-User-Key-File-[0-9](?:.|\n){1,2000}?Private-Lines: [0-9]+((?:.|\n){60,2000})"),
        _private_key,
    ),
    Shape(
        "Azure account key",
        "AccountKey",
        lazy(r"AccountKey\s{0,2}=\s{0,2}([A-Za-z0-9+/]{60,100}={0,2})"),
        _random,
    ),
    Shape(
        "Azure shared access key",
        "SharedAccessKey",
        lazy(r"SharedAccessKey\s{0,2}=\s{0,2}([A-Za-z0-9+/%&=-]{30,300})"),
        _random,
    ),
    Shape(
        URL_PASSWORD,
        "://",
        lazy(r"(?<=[A-Za-z0-9])://[^\s:/@\"'<>]{0,100}:([^\s/@\"'<>]{3,200})@[A-Za-z0-9\[]"),
        _url_password,
    ),
)
"""Secrets that are known by what stands around them."""

AWS_SECRET = Shape(
    "AWS secret access key",
    "",
    lazy(r"(?<![A-Za-z0-9/+=])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"),
    _mixed,
)
"""The other half of an access key: 40 characters of base64, worth a look only beside the id."""


def assignments(
    text: bytes, lowered: bytes, names: Iterable[bytes] = (*PASSWORD_NAMES, *KEY_NAMES)
) -> Iterator[tuple[str, str]]:
    """``(name, value)`` of what looks random and is assigned to a password, key, token or secret.

    ``lowered`` is the text in small letters; only ``names`` are looked for.
    """
    for name in names:
        start = lowered.find(name)
        while start >= 0:
            match = ASSIGNMENT.match(text, start)
            end = match.end() if match else start + 1
            if match and b"://" not in match[2]:
                value = match[2].rstrip(b".:!?").decode("utf-8", "replace")
                if name.startswith(b"p") and (is_random_value(value) or is_random_password(value)):
                    yield PASSWORD, value
                elif is_random_value(value):
                    yield ASSIGNED, value
            start = lowered.find(name, end)
