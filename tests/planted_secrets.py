"""Random secrets of real shapes, put together when a test runs.

No file of this repository may hold something that looks like a key, or scanners of secrets would
report the repository. Prefixes are therefore written in two pieces.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
B64, B64URL, HEX = ALNUM + "+/", ALNUM + "_-", DIGITS + "abcdef"
Maker = Callable[[random.Random], str]


def seeded(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable is what tests want


def drawn(choose: random.Random, alphabet: str, size: int) -> str:
    return "".join(choose.choices(alphabet, k=size))


def token(first: str, second: str, alphabet: str, size: int) -> Maker:
    return lambda choose: first + second + drawn(choose, alphabet, size)


def _b64url(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _jwt(choose: random.Random) -> str:
    header = {"alg": choose.choice(["HS256", "RS256", "ES512"]), "typ": "JWT"}
    payload = {"sub": drawn(choose, HEX, 12), "iat": choose.randrange(1_700_000_000)}
    return ".".join((_b64url(header), _b64url(payload), drawn(choose, B64URL, 43)))


def _pem(kind: str, size: int) -> Maker:
    def make(choose: random.Random) -> str:
        body = drawn(choose, B64, size)
        lines = [body[at : at + 64] for at in range(0, size, 64)]
        dashes = "-" * 5
        return "\n".join((f"{dashes}BEGIN {kind}{dashes}", *lines, f"{dashes}END {kind}{dashes}"))

    return make


def _url(scheme: str) -> Maker:
    def make(choose: random.Random) -> str:
        password = drawn(choose, ALNUM + "-_!$", choose.randrange(10, 24))
        return f"{scheme}://app_rw:{password}@db-7.internal:5432/orders"

    return make


def _slack(kind: str) -> Maker:
    def make(choose: random.Random) -> str:
        numbers = f"{drawn(choose, DIGITS, 12)}-{drawn(choose, DIGITS, 13)}"
        return f"xo{kind}-{numbers}-{drawn(choose, ALNUM, 24)}"

    return make


def _discord(choose: random.Random) -> str:
    user = base64.b64encode(str(choose.randrange(10**17, 10**18)).encode()).decode().rstrip("=")
    return f"{user}.{drawn(choose, B64URL, 6)}.{drawn(choose, ALNUM, 27)}"


def _webhook(choose: random.Random) -> str:
    ids = f"T{drawn(choose, UPPER + DIGITS, 10)}/B{drawn(choose, UPPER + DIGITS, 10)}"
    return "https://hooks.sl" + f"ack.com/services/{ids}/{drawn(choose, ALNUM, 24)}"


MAKERS: dict[str, list[Maker]] = {
    "OpenAI API key": [
        token("s", "k-", ALNUM, 48),
        lambda c: "s" + "k-" + drawn(c, ALNUM, 20) + "T3Blbk" + "FJ" + drawn(c, ALNUM, 20),
        *(
            token("s", f"k-{kind}-", B64URL, size)
            for kind in ("proj", "svcacct", "admin")
            for size in (48, 124, 156)
        ),
    ],
    "Anthropic API key": [
        token("sk-a", "nt-api03-", B64URL, 95),
        token("sk-a", "nt-admin01-", B64URL, 95),
    ],
    "AWS access key id": [
        token("AK", "IA", UPPER + "234567", 16),
        token("AS", "IA", UPPER + "234567", 16),
    ],
    "GitHub token": [
        *(token("gh", f"{kind}_", ALNUM, 36) for kind in "pousr"),
        lambda c: "github_" + "pat_" + drawn(c, ALNUM, 22) + "_" + drawn(c, ALNUM, 59),
    ],
    "GitLab token": [token("glp", "at-", B64URL, 20)],
    "Slack token": [_slack(kind) for kind in ("xb", "xp", "xa", "xr", "xs", "xe")],
    "Slack webhook URL": [_webhook],
    "Google API key": [token("AI", "za", B64URL, 35)],
    "Google OAuth client secret": [token("GOC", "SPX-", B64URL, 28)],
    "Stripe live key": [token("sk_li", "ve_", ALNUM, 24), token("rk_li", "ve_", ALNUM, 99)],
    "Hugging Face token": [token("h", "f_", LOWER + UPPER, 34), token("h", "f_", ALNUM, 34)],
    "npm token": [token("np", "m_", ALNUM, 36)],
    "PyPI token": [token("py", "pi-AgEIcHlwaS5vcmc", B64URL, 150)],
    "Twilio API key": [token("S", "K", HEX, 32)],
    "Twilio auth token": [
        lambda c: "A" + "C" + drawn(c, HEX, 32) + "\nauth_token: " + drawn(c, HEX, 32)
    ],
    "SendGrid API key": [lambda c: "S" + "G." + drawn(c, B64URL, 22) + "." + drawn(c, B64URL, 43)],
    "Mailgun API key": [token("ke", "y-", HEX, 32)],
    "DigitalOcean token": [token("do", "p_v1_", HEX, 64)],
    "Azure account key": [
        lambda c: (
            "DefaultEndpointsProtocol=https;AccountName=shop;Account"
            + f"Key={drawn(c, B64, 86)}==;EndpointSuffix=core.windows.net"
        )
    ],
    "Azure shared access key": [
        lambda c: (
            "Endpoint=sb://bus.servicebus.windows.net/;SharedAccessKeyName=root;"
            + "SharedAccess"
            + f"Key={drawn(c, B64, 43)}="
        )
    ],
    "URL with password": [
        _url(scheme) for scheme in ("postgresql", "mysql+pymysql", "mongodb+srv", "redis", "amqp")
    ],
    "JSON web token": [_jwt],
    "private key": [
        _pem(kind, size)
        for kind, size in (
            ("RSA PRIVATE " + "KEY", 1588),
            ("EC PRIVATE " + "KEY", 160),
            ("PRIVATE " + "KEY", 64),
            ("OPENSSH PRIVATE " + "KEY", 400),
            ("ENCRYPTED PRIVATE " + "KEY", 1600),
            ("PGP PRIVATE " + "KEY BLOCK", 900),
        )
    ],
    "Telegram bot token": [lambda c: drawn(c, "123456789", 10) + ":A" + "A" + drawn(c, B64URL, 33)],
    "Discord token": [_discord],
    "Groq API key": [token("gs", "k_", ALNUM, 52)],
    "Replicate API token": [token("r", "8_", ALNUM, 37)],
    "Fireworks API key": [token("f", "w_", ALNUM, 24)],
    "password": [
        lambda c: f'password = "{drawn(c, ALNUM + "!#%*+_", 20)}"',
        lambda c: f"DB_PASSWORD={drawn(c, ALNUM, 24)}",
    ],
    "assigned key or token": [
        lambda c: f'api_key = "{drawn(c, ALNUM, 40)}"',
        lambda c: f"CLIENT_SECRET: {drawn(c, HEX, 40)}",
        lambda c: f'{{"access_token": "{drawn(c, B64URL, 43)}"}}',
    ],
}
"""Kinds and, for each, the ways in which a random one is made."""
