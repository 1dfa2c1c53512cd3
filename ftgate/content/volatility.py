"""Facts that perish: prices, recent dates, availability, opening hours, contacts.

Only examples that teach a fact are looked at, and of the question only its years: a patient's
"currently" says nothing about the answer. A heuristic without ground truth: it ranks sets, and
misses facts that change without saying so (product specifications, ratings).
"""

from __future__ import annotations

from ftgate.content.patterns import lazy
from ftgate.content.stems import words

RECENT_YEAR = 2023
"""Years from here on are news, not history: the training data of current models end near it."""

_CURRENCY_WORDS = frozenset(
    "aed aud brl cad chf dirham dollar dollars dólares eur euro euros gbp grn inr kr kč mxn pesos"
    " reais rs rupee rupees rupiah rupias tl usd zł đồng грн доллар долларов доллара руб рублей"
    " рубля جنيه درهم دولار ريال रुपये रुपए".split()
)
_CURRENCY_SIGNS = "$€£¥₹₽₩₺₫฿₴₦₱₪"
_CURRENCY_UNITS = ("元", "円", "块", "원", "บาท")
_SIGNED_AMOUNT = lazy(
    f"[{_CURRENCY_SIGNS}]\\s?\\d|\\d\\s?(?:[{_CURRENCY_SIGNS}]|元|円|块|萬元|万円|원|บาท)"
)
_YEAR = lazy(r"(?<!\d)20\d\d(?!\d)")
_MAIL = lazy(r"[a-z0-9]@[a-z0-9-]+\.[a-z]")
_PHONE = lazy(
    r"\+\d[\d ().-]{7,20}\d|\(\d{2,4}\) ?\d{3,4}[ -]?\d{3,4}|(?<!\d)(?:\d{3}-)?\d{3}-\d{4}(?!\d)"
)
_HOURS = lazy(r"\d(?: ?[ap]\.?m\b|\d?[:h.]\d\d ?(?:-|\u2013|to|bis|a|às|до|uhr) ?\d| ?uhr\b)")
_WEEKDAY = lazy(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b.{0,40}\d")
_NOW_WORDS = frozenset(
    "actualmente actuellement agotado aktuell aktuelle aktuální aktuálně attualmente atualmente"
    " aujourd bugün currently derzeit descuento desconto discount discounted discounts"
    " diskon disponibile dzisiaj güncel heute hoje hoy indirim latest lieferbar momentan momentálně"
    " newest nowadays obecnie oggi promo promotion rabatt remise sconto stokta terbaru today"
    " tonight upcoming vorrätig última último зараз наявності сегодня сейчас скидка скидки сьогодні"
    " أحدث اليوم حاليا خصم متوفر आज नवीनतम वर्तमान स्टॉक".split()
)
NOW_PHRASES = tuple(
    (
        "at present|at the moment|up to date|up-to-date|this week|this month|this season"
        "|this semester|this year|as of 20|in stock|out of stock|sold out|available now|en stock"
        "|em estoque|rupture de stock|в наличии|şu anda|saat ini|hari ini|hiện tại|hôm nay|目前"
        "|最新|今天|现在|現在|有货|缺货|库存|折扣|今日|在庫|割引|현재|최신|오늘|재고|할인|ปัจจุบัน"
        "|ล่าสุด|วันนี้|สินค้าหมด"
    ).split("|")
)


def names_recent_year(text: str) -> bool:
    """True when the text names a year from 2023 on; a question that does asks about news."""
    return any(int(year) >= RECENT_YEAR for year in _YEAR.findall(text))


def is_volatile(text: str) -> bool:
    """True when the text carries money, a date from 2023 on, opening hours, a contact or "now"."""
    lowered = text.casefold()
    if "http://" in lowered or "https://" in lowered or "www." in lowered:
        return True
    tokens = words(lowered)
    if not _NOW_WORDS.isdisjoint(tokens) or any(phrase in lowered for phrase in NOW_PHRASES):
        return True
    if "@" in lowered and _MAIL.search(lowered):
        return True
    return any(token[0].isdigit() for token in tokens) and _has_perishable_number(lowered, tokens)


def _has_perishable_number(lowered: str, tokens: list[str]) -> bool:
    return (
        names_recent_year(lowered)
        or _has_signed_amount(lowered)
        or not _CURRENCY_WORDS.isdisjoint(tokens)
        or _has_hours(lowered)
        or _PHONE.search(lowered) is not None
    )


def _has_hours(lowered: str) -> bool:
    return (
        "24/7" in lowered
        or _HOURS.search(lowered) is not None
        or ("day" in lowered and _WEEKDAY.search(lowered) is not None)
    )


def _has_signed_amount(lowered: str) -> bool:
    if not any(sign in lowered for sign in (*_CURRENCY_SIGNS, *_CURRENCY_UNITS)):
        return False
    return _SIGNED_AMOUNT.search(lowered) is not None
