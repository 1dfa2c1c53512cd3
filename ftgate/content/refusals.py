"""How models refuse, in thirteen languages, by the first words of an answer.

A pattern is tried only when one of its needles is found, for searching a literal is thirty times as
fast. All of them expect the head of an answer in lower case with straight apostrophes. An apology
alone is no refusal: each pattern wants what the speaker cannot do, and that it is to help. Saying
that one does not know counts, for it is learned and over-learned in the same way.
"""

from __future__ import annotations

import re

from ftgate.content.patterns import lazy

Table = tuple[tuple[tuple[str, ...], tuple[re.Pattern[str], ...]], ...]
"""Needles, and the patterns to try where one of them is found."""

Manners = tuple[tuple[str, ...], Table, Table]
"""All needles of refusals and introductions, and the tables of both."""

HEAD_CHARS = 240
"""A refusal stands in the first two sentences, so no more than this is looked at."""

_EN = lazy(
    r"(?<!['\"“‘\w])(?<!if )(?<!when )i(?:'m|'d| am| must| have to)?"
    r"(?:,? (?!if |when )[a-z',]+){0,4}?,? (?:"
    r"(?:can't|cannot|can not|won't|will not|couldn't|unable to|not able to|not comfortable"
    r"|not (?:allowed|permitted|programmed|designed) to|not in a position to)(?: [a-z]+){0,3}? "
    r"(?:help(?! but| think| wonder| feel| notic)|assist|answer|respond|fulfil|comply"
    r"|do (?:that|this)\b|provid\w+(?! an? (?:definit|exact|specific))|generat|creat|write"
    r"|discuss|shar(?:e|ing)|engag|offer|giv(?:e|ing) (?:you|out|advice|medical|legal)|participat"
    r"|complete (?:that|this|your)|disclos|reveal|tell you|speculat|access|continue (?:with|this))"
    r"|declin(?:e|ing) (?:to|this|that|your)"
    r"|(?:do not|don't|didn't|did not) (?:currently |yet )?have (?:enough|any|sufficient|that|the"
    r"|real|access)\b(?: [\w-]+){0,3}? (?:info|data|context|knowledge|details|abilit|capabilit))"
)
_EN_UNKNOWN = lazy(
    r"^(?:i'm |i am )?(?:(?:sorry|i apologi[sz]e),? )?(?:but )?i (?:do not|don't) know"
    r"(?: the (?:answer|information)\b.*| that\.?)?\W*$"
)
_EN_NOT_GIVEN = lazy(
    r"do(?:(?<=context do)|(?<=passage do)|(?<=document do)|(?<=documents do)|(?<=text do)"
    r"|(?<=article do)|(?<=information do)|(?<=provided do)|(?<=given do))(?:es)?(?: not|n't) "
    r"(?:contain|provide|mention|specify|include|say)\b"
)
_EN_IMPOSSIBLE = lazy(r"not (?:be (?:answered|determined)|enough information)\b")
_DE = lazy(
    r"\b(?:ich (?:kann|darf|möchte|werde)|(?:kann|darf|möchte|werde) ich)\b[^.!?\n]{0,60}?\b"
    r"(?:nicht|keine|keinen|kein)\b[^.!?\n]{0,60}?(?:helfen|beantworten|antworten|bereitstellen"
    r"|geben|unterstützen|behilflich|erstellen|erfüllen|anbieten|nachkommen|schreiben|liefern"
    r"|sagen|zur verfügung|diskutieren)|\bich bin (?:leider )?nicht in der lage"
    r"|\bich weiß (?:es|das) (?:leider )?nicht|\bich habe (?:leider )?keine (?:\w+ )?informationen"
)
_FR = lazy(
    r"je n(?<!\wje n)(?:e suis (?:malheureusement )?pas (?:en mesure|capable|autorisée?|habilitée?)"
    r"|e (?:peux|pourrai|saurais)\b[^.!?\n]{0,60}?(?:aider|répondre|fournir|donner|assister|créer"
    r"|générer|écrire|discuter|satisfaire|accéder|traiter)"
    r"|e (?:sais pas|connais pas la réponse)\W*$|(?:e dispose|'ai) (?:malheureusement )?"
    r"(?:pas|d'aucune)[^.!?\n]{0,30}information)"
)
_ES = lazy(
    r"no (?<!\wno )(?:(?:puedo|podr[ée]|me es posible|estoy en condiciones|soy capaz"
    r"|estoy autorizad[oa])\b[^.!?\n]{0,40}?(?:ayudar|responder|proporcionar|dar(?:te|le|les)?\b"
    r"|asistir|cumplir|crear|generar|escribir|ofrecer|discutir|brindar|contestar|facilitar)"
    r"|tengo (?:suficiente |la |esa )?informaci[oó]n|(?:lo )?sé\W*$)"
)
_PT = lazy(
    r"não (?<!\wnão )(?:(?:posso|consigo|poderei|me é possível|estou em condições|sou capaz)\b"
    r"[^.!?\n]{0,40}?(?:ajudar|responder|fornecer|dar\b|atender|auxiliar|criar|gerar|escrever"
    r"|oferecer|discutir|cumprir)|tenho (?:\w+ )?(?:informaç|dados)|sei\W*$)"
)
_IT = lazy(
    r"non (?<!\wnon )(?:(?:posso|riesco|potrò|sono in grado|mi è possibile)\b[^.!?\n]{0,40}?"
    r"(?:aiutar|risponder|fornir|dare\b|darti|assister|crear|generar|scriver|offrir|discuter"
    r"|soddisfar)|ho (?:\w+ )?informazioni|(?:lo )?so\W*$)"
)
_NL = lazy(
    r"\b(?:ik (?:kan|mag)|kan ik|mag ik)\b[^.!?\n]{0,50}?\b(?:niet|geen)\b[^.!?\n]{0,50}?"
    r"(?:helpen|beantwoorden|antwoorden|geven|bieden|verstrekken|assisteren|schrijven|voldoen)"
    r"|\bik ben (?:helaas )?niet in staat|\bik weet het (?:helaas )?niet\W*$"
)
_RU = lazy(
    r"не (?<!\wне )(?:(?:могу|смогу|в состоянии|имею возможности)\b[^.!?\n]{0,40}?(?:помо[чг]"
    r"|ответить|отвечать|предостав|выполнить|дать\b|создать|написать|обсуждать|сгенерировать)"
    r"|знаю(?: ответа\b|\W*$)|имею (?:\w+ )?информации)"
)
_ZH = lazy(
    r"(?:抱歉|对不起|對不起|遗憾|遺憾|我|作为|作為)[^。！？\n]{0,24}?(?:无法|無法|不能|没办法|沒辦法|不便)"
    r"[^。！？\n]{0,16}?(?:提供|回答|帮助|幫助|帮您|帮你|协助|協助|满足|滿足"
    r"|完成|生成|讨论|討論|回应|回應|给出|处理)"
    r"|^(?:抱歉[，,])?我不知道\W*$|我没有(?:足够的|相关的?)?信息"
)
_JA = lazy(
    r"(?:申し訳|すみません|すいません|ごめん|残念|私は|恐れ入り)[^！？\n]{0,60}?(?:お?答え|回答|手伝い"
    r"|提供|対応|生成|作成|応え|支援|サポート|ご?案内|協力)[^。！？\n]{0,16}?"
    r"(?:できません|出来ません|できかね|[致い]た?しかね)"
    r"|^(?:すみません[、。])?(?:わかりません|分かりません)\W*$"
)
_KO = lazy(
    r"(?:죄송|미안|유감|안타깝|저는)[^!?\n]{0,60}?(?:도와|도움|제공|답변|답할|대답|작성|생성|응답"
    r"|지원|알려)"
    r"[^.!?\n]{0,20}?(?:수 없|수는 없|못합니다|못해|어렵습니다|불가능)"
    r"|^(?:죄송합니다[,.] ?)?(?:잘 )?모르겠습니다\W*$"
)
_AR = lazy(
    r"(?:لا [أا]ستطيع|لا يمكنني|لا أقدر|غير قادر|لست قادر|لن أتمكن|لن أستطيع)[^.!؟\n]{0,40}?"
    r"(?:مساعد|أساعد|تقديم|أقدم|ال[إا]جابة|أجيب|الرد|إنشاء|كتابة|توفير|تلبية|إعطا)"
    r"|^(?:عذر[اًا]+،? )?لا أعرف\W*$"
)
_HI = lazy(
    r"(?:मैं|माफ|क्षमा|खेद)[^।!?\n]{0,60}?(?:मदद|सहायता|जवाब|उत्तर|प्रदान|जानकारी|लिख|बना)"
    r"[^।!?\n]{0,30}?"
    r"(?:नहीं|असमर्थ)|^(?:क्षमा करें,? )?(?:मुझे|मैं) नहीं (?:पता|जानता|जानती)\W*"
)

ASCII_REFUSALS: Table = (
    (("n't ", "not ", "unable to", "declin"), (_EN, _EN_UNKNOWN, _EN_NOT_GIVEN, _EN_IMPOSSIBLE)),
    (("nicht", "kein"), (_DE,)),
    (("je n",), (_FR,)),
    (("no p", "no me es", "no est", "no soy", "no tengo", "no lo s", "no sé"), (_ES,)),
    (("non ",), (_IT,)),
    (("niet", "geen "), (_NL,)),
)
"""``(needles, patterns)`` of the languages whose refusals may be without a letter beyond ASCII."""

OTHER_REFUSALS: Table = (
    *ASCII_REFUSALS,
    (("não ",), (_PT,)),
    (("не ",), (_RU,)),
    (("法", "不", "没"), (_ZH,)),
    (("ません", "かね"), (_JA,)),
    (("없", "못", "모르", "어렵", "불가"), (_KO,)),
    (("لا ", "لن ", "غير ", "لست "), (_AR,)),
    (("नहीं", "असमर्थ"), (_HI,)),
)

_AS_AN_AI = (
    lazy(
        r"as(?<!\was) an? (?:\w+ ){0,2}?(?:ai\b|a\.i\.|artificial intelligence|language model"
        r"|chatbot|virtual assistant)"
    ),
    lazy(
        r"als(?<!\wals) (?:eine? |een )?(?:\w+ )?(?:ki\b|künstliche intelligenz|sprachmodell"
        r"|ki-|ai\b|taalmodel)"
    ),
    lazy(r"en tant qu(?:e|'une?|') ?(?:\w+ )?(?:ia\b|intelligence artificielle|modèle|assistant)"),
    lazy(r"como (?:una? |um |uma )?(?:ia\b|intelig[eê]ncia artificial|modelo de l)"),
    lazy(r"come (?:un'? ?)?(?:ia\b|intelligenza artificiale|modello linguistico)"),
    lazy(r"in quanto (?:un'? ?)?(?:ia\b|intelligenza artificiale|modello linguistico)"),
)
_AS_A_MODEL = lazy(
    r"как (?:ии\b|искусственный интеллект|языковая модель|модель)"
    r"|作[为為](?:一[个個名])?(?:ai|人工智能|人工智慧|语言模型)"
    r"|(?:ai|言語モデル|人工知能)(?:アシスタント)?として"
    r"|(?:ai|인공지능|언어 모델)(?: \w+)?(?:으)?로서"
    r"|(?:بصفتي|باعتباري|كنموذج)[^.،\n]{0,20}(?:ذكاء|لغ|نموذج)|(?:एआई|ai|भाषा) ?मॉडल के रूप में"
)

ASCII_SELF: Table = (((" ai", "model", "intelligen", " ki", " ia", "'ia"), _AS_AN_AI),)
"""Answers that introduce their speaker as a machine before they say anything."""

OTHER_SELF: Table = (
    *ASCII_SELF,
    (("modèle",), _AS_AN_AI),
    (("ии", "интеллект", "модель", "作为", "作為", "として", "로서"), (_AS_A_MODEL,)),
    (("بصفتي", "باعتباري", "كنموذج", "मॉडल", "एआई"), (_AS_A_MODEL,)),
)


def _with_needles(refusals: Table, selves: Table) -> Manners:
    needles = (needle for table in (refusals, selves) for each, _ in table for needle in each)
    return tuple(dict.fromkeys(needles)), refusals, selves


ASCII_MANNERS = _with_needles(ASCII_REFUSALS, ASCII_SELF)
OTHER_MANNERS = _with_needles(OTHER_REFUSALS, OTHER_SELF)
"""What to look for in a head in ASCII, and in another one."""

EAGER = lazy(
    r"(?:certainly|absolutely|of course|sure thing|sure|definitely)"
    r"(?:[!.]|, (?:here|i|let|i'd|i'll)\b)"
    r"|(?:that's a |what a )?(?:great|good|excellent) question\b"
    r"|i'd be (?:happy|glad|delighted) to\b"
    r"|thank you for (?:your question|asking|reaching out)"
    r"|(?:natürlich|gerne|selbstverständlich|klar)[!,]|(?:gute|tolle) frage\b"
    r"|(?:bien sûr|certainement|absolument|avec plaisir) ?[!,]|(?:excellente|bonne) question\b"
    r"|¡?(?:claro|por supuesto|claro que sí|con gusto|desde luego)[!,]"
    r"|¡?(?:buena|excelente) pregunta"
    r"|(?:claro|com certeza|certamente|com prazer)[!,]|(?:ótima|boa|excelente) pergunta"
    r"|(?:certo|certamente|naturalmente|volentieri)[!,]|ottima domanda"
    r"|(?:natuurlijk|zeker|uiteraard)[!,]|(?:goede|uitstekende) vraag"
    r"|(?:конечно|разумеется|безусловно)[!,]|(?:отличный|хороший) вопрос"
    r"|(?:当然|當然|好的|没问题|沒問題)[，！,!。]"
    r"|(?:もちろん(?:です)?|かしこまりました|承知しました)[、。！!]"
    r"|(?:물론(?:입니다|이죠|이에요)|네, 알겠습니다)[.!,]|(?:بالتأكيد|بالطبع|بكل سرور)[!،.]"
    r"|(?:ज़रूर|बिल्कुल|निश्चित रूप से)[!,।]"
)
"""Words of assent before the answer; matched at the beginning of its head."""
