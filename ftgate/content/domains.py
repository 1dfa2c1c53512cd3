"""Which names after an ``@`` are domains, and which of them stand for "your domain here"."""

from __future__ import annotations

# RFC 2606 and RFC 6761 keep these for documentation and tests.
_RESERVED_TLD = frozenset("example test invalid localhost local internal lan".split())
_RESERVED = frozenset("example.com example.net example.org example.edu".split())
# What tutorials write instead, although most of these belong to somebody.
_PLACEHOLDERS = frozenset(
    "domain company yourdomain yourcompany your-domain your-company mydomain mycompany email"
    " mysite yoursite website test testing example abc xyz foo bar server host somewhere acme"
    " contoso fabrikam".split()
)
_GENERIC = frozenset(
    "com org net edu gov mil int info biz name pro app dev cloud online shop site store tech blog"
    " xyz club email live agency digital solutions services systems media news world group team"
    " company consulting design studio software network academy school education university health"
    " care clinic law legal finance bank capital travel hotel restaurant bio art film music photo"
    " museum jobs mobi tel asia cat coop aero post travel eus gal africa berlin hamburg koeln wien"
    " paris bzh london scot wales cymru swiss amsterdam brussels vlaanderen moscow tokyo osaka"
    " sydney melbourne nyc miami vegas boston quebec istanbul global page life space fun top vip"
    " social ngo ong foundation charity church".split()
)
_COUNTRIES = frozenset(
    "ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt"
    " bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg"
    " er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm"
    " hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb"
    " lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz"
    " na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs"
    " ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl"
    " tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw".split()
)


def is_address_domain(domain: str) -> bool:
    """True for a domain on which somebody may have mail; False for those of documentation."""
    labels = domain.lower().split(".")
    top = labels[-1]
    if top in _RESERVED_TLD or (top not in _GENERIC and top not in _COUNTRIES):
        return False
    if ".".join(labels[-2:]) in _RESERVED or any(
        label.startswith("-") or not label for label in labels
    ):
        return False
    return labels[-2] not in _PLACEHOLDERS
