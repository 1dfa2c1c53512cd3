"""Facts that perish: prices, recent dates, stock, hours, versions, contacts, people in office.

Only examples that teach a fact are looked at. Of the question, only what it asks for counts (a
recent year, "latest", "this week" in a short one, who holds an office): a patient's "currently"
says nothing about the answer. A heuristic without ground truth: it ranks sets, and misses facts
that change without saying so (product specifications, ratings).
"""

from __future__ import annotations

from ftgate.content.patterns import lazy
from ftgate.content.stems import words

SHORT_QUESTION_CHARS = 200
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
_YEAR = lazy(r"20(?<!\d20)\d\d(?!\d)")
_MAIL = lazy(r"[a-z0-9]@[a-z0-9-]+\.[a-z]")
_PHONE = lazy(
    r"[+(\d](?:(?<=\+)\d[\d ().-]{7,20}\d|(?<=\()\d{2,4}\) ?\d{3,4}[ -]?\d{3,4}"
    r"|(?<!\d.)(?<=0)\d{1,4}[ /-]\d{3,4}[ -]?\d{2,4}"
    r"|(?<!\d.)(?<=\d)\d\d-(?:\d{3}-)?\d{4}(?!\d))"
)
_HOURS = lazy(r"\d(?: ?[ap]\.?m\b|\d?[:h.]\d\d ?(?:-|\u2013|to|bis|a|às|до|uhr) ?\d| ?uhr\b)")
_WEEKDAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays"
    " fridays saturdays sundays montag dienstag mittwoch donnerstag freitag samstag sonntag montags"
    " dienstags mittwochs donnerstags freitags samstags sonntags lunes martes miércoles jueves"
    " viernes sábado sábados domingo domingos lundi mardi mercredi jeudi vendredi samedi dimanche"
    " segunda terça quarta quinta sexta lunedì martedì mercoledì giovedì venerdì sabato domenica"
    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag poniedziałek poniedziałki wtorek"
    " wtorki środa środy czwartek piątek sobota soboty niedziela niedziele понедельник"
    " понедельникам вторник среда среду четверг пятница пятницу суббота субботу воскресенье"
    " pazartesi salı çarşamba perşembe cuma cumartesi senin selasa rabu kamis jumat sabtu الاثنين"
    " الثلاثاء الأربعاء الخميس الجمعة السبت الأحد सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार"
    " रविवार".split()
)
_WEEKDAY_PIECES = (
    *("周一", "周二", "周三", "周四", "周五", "周六", "周日", "星期", "週一", "週五", "週末"),
    *(
        "月曜",
        "火曜",
        "水曜",
        "木曜",
        "金曜",
        "土曜",
        "日曜",
        "월요일",
        "화요일",
        "수요일",
        "목요일",
    ),
    *("금요일", "토요일", "일요일", "วันจันทร์", "วันอังคาร", "วันพุธ", "วันพฤหัส", "วันศุกร์"),
    *(
        "วันเสาร์",
        "วันอาทิตย์",
        "thứ hai",
        "thứ ba",
        "thứ tư",
        "thứ năm",
        "thứ sáu",
        "thứ bảy",
        "chủ nhật",
    ),
)
WEEKDAY_REACH = 5
"""Words between a weekday and the hour that makes it an opening time."""
_VERSION = lazy(
    r"[v\d](?:(?<=\bv)(?:ersion \d|\d{1,3}\.\d)"
    r"|(?<![\d.].)(?<=\d)\d{0,2}\.\d{1,3}\.\d{1,4}(?![\d.]))"
)
_WHO = frozenset(
    "who whos wer qui quién quien quem chi wie kto кто хто kim siapa ai من कौन kaun vem".split()
)
_WHO_WITHOUT_SPACES = ("谁", "誰", "누구", "ใคร", "だれ")
_PAST = frozenset(
    "was were used war waren était fut era fue foi fu był była был была oldu كان था थी"
    " first erste erster premier première primer primero primeiro primo pierwszy первый ilk".split()
)
_OFFICES = (
    *("president", "präsident", "presidente", "président", "prezydent", "президент", "başkan"),
    *("ceo", "cfo", "cto", "director", "direktor", "directeur", "diretor", "dyrektor", "директор"),
    *("minister", "ministre", "ministro", "министр", "bakan", "menteri", "mayor", "bürgermeister"),
    *("maire", "alcalde", "prefeito", "sindaco", "burgemeester", "burmistrz", "мэр", "walikota"),
    *("chancellor", "kanzler", "governor", "gouverneur", "gobernador", "governador", "губернатор"),
    *("chairman", "chairperson", "head of", "headmaster", "principal", "rector", "rektor", "dean"),
    *("leiter", "leitet", "manager", "owner", "presiden", "gubernur", "chủ tịch", "tổng thống"),
    *(
        "hiệu trưởng",
        "giám đốc",
        "市长",
        "市長",
        "总统",
        "總統",
        "主席",
        "校长",
        "校長",
        "部长",
        "总裁",
    ),
    *("社長", "大統領", "首相", "시장", "대통령", "장관", "교장", "رئيس", "وزير", "مدير", "عمدة"),
    *("राष्ट्रपति", "प्रधानमंत्री", "मंत्री", "महापौर", "नगर", "นายก", "ประธานาธิบดี", "ผู้ว่า", "ผู้อำนวยการ"),
)
_HOURS_PHRASES = (
    *("opening hours", "business hours", "office hours", "working hours", "öffnungszeiten"),
    *("geöffnet", "horario", "horaires", "horário", "orari ", "openingstijden", "godziny otwarcia"),
    *("часы работы", "время работы", "графік роботи", "çalışma saat", "jam buka", "giờ mở"),
    *(
        "营业时间",
        "开放时间",
        "營業時間",
        "開放時間",
        "営業時間",
        "開館時間",
        "영업시간",
        "영업 시간",
    ),
    *("운영시간", "운영 시간", "مواعيد العمل", "ساعات العمل", "खुलने का समय", "เวลาเปิด", "เวลาทำการ"),
)
_LATEST = frozenset("latest newest neueste neuesten neuester aktuellste terbaru derniers".split())
_LATEST_PHRASES = ("最新", "最近", "최신", "ล่าสุด", "नवीनतम", "أحدث", "mới nhất", "en son")
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
_NOW_OR_HOURS = (*NOW_PHRASES, *_HOURS_PHRASES)


def names_recent_year(text: str) -> bool:
    """True when the text names a year from 2023 on; a question that does asks about news."""
    return any(int(year) >= RECENT_YEAR for year in _YEAR.findall(text))


def asks_for_now(question: str) -> bool:
    """True when a question names a recent year, wants the latest, or who holds an office."""
    if names_recent_year(question):
        return True
    lowered = question[:300].casefold()
    tokens = set(words(lowered))
    if not _LATEST.isdisjoint(tokens) or any(piece in lowered for piece in _LATEST_PHRASES):
        return True
    phrases: tuple[str, ...] = _HOURS_PHRASES
    if len(question) <= SHORT_QUESTION_CHARS:
        phrases += NOW_PHRASES
    if any(phrase in lowered for phrase in phrases):
        return True
    asks_who = not _WHO.isdisjoint(tokens) or any(who in lowered for who in _WHO_WITHOUT_SPACES)
    return asks_who and _PAST.isdisjoint(tokens) and any(office in lowered for office in _OFFICES)


def is_volatile(text: str) -> bool:
    """True when the text carries money, a recent date, hours, a version, a contact or "now"."""
    lowered = text.casefold()
    if "http://" in lowered or "https://" in lowered or "www." in lowered:
        return True
    tokens = words(lowered)
    if not _NOW_WORDS.isdisjoint(tokens):
        return True
    if any(map(lowered.__contains__, _NOW_OR_HOURS)):
        return True
    if "@" in lowered and _MAIL.search(lowered):
        return True
    return any(token[0].isdigit() for token in tokens) and _has_perishable_number(lowered, tokens)


def _has_perishable_number(lowered: str, tokens: list[str]) -> bool:
    return (
        names_recent_year(lowered)
        or _has_signed_amount(lowered)
        or not _CURRENCY_WORDS.isdisjoint(tokens)
        or _has_hours(lowered, tokens)
        or _PHONE.search(lowered) is not None
        or (_has_version_sign(lowered) and _VERSION.search(lowered) is not None)
    )


def _has_version_sign(lowered: str) -> bool:
    return "version" in lowered or ("v" in lowered and "." in lowered) or lowered.count(".") > 2


def _has_hours(lowered: str, tokens: list[str]) -> bool:
    return "24/7" in lowered or _HOURS.search(lowered) is not None or _has_weekday(lowered, tokens)


def _has_weekday(lowered: str, tokens: list[str]) -> bool:
    """A weekday with a number shortly after it."""
    if any(
        any(word[0].isdigit() for word in tokens[at + 1 : at + 1 + WEEKDAY_REACH])
        for at, token in enumerate(tokens)
        if token in _WEEKDAYS
    ):
        return True
    return not lowered.isascii() and any(piece in lowered for piece in _WEEKDAY_PIECES)


def _has_signed_amount(lowered: str) -> bool:
    if not any(sign in lowered for sign in (*_CURRENCY_SIGNS, *_CURRENCY_UNITS)):
        return False
    return _SIGNED_AMOUNT.search(lowered) is not None
