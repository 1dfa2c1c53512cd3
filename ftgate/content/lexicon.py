"""What a prompt asks for, told by a few words: a question, information, or a task on given text.

Words are per language and case-folded; languages that put no spaces between words, and Korean and
Turkish, which ask with endings, have one search pattern. Nothing here decides alone: the rule
combines these signs with what the answer adds.
"""

from __future__ import annotations

import re

from ftgate.content.patterns import lazy


def _joined(**by_language: str) -> frozenset[str]:
    return frozenset(word for text in by_language.values() for word in text.casefold().split())


QUESTION_WORDS = _joined(
    ar="أي أين كم كيف لماذا ما ماذا متى من هل",
    bg="защо какво какъв каква какви кога кое кои кой къде колко",
    ca="com què quan quant quanta quantes quants quin quina quines quins",
    cs="co jak jaká jaké jaký kde kdo kdy kolik která které který odkud proč",
    de="wann warum was welche welchen welcher welches wem wen wer weshalb wie wieso wieviel wo"
    " wofür woher wohin womit",
    el="γιατί ποια ποιο ποιος πού πόσο πότε πώς τι",
    en="am are aren can could did didnt do does doesnt had has have how is isnt may should was"
    " were what whats when whens where wheres which who whom whos whose why will would",
    es="como cual cuales cuando cuanto cuál cuáles cuándo cuánta cuántas cuánto cuántos cómo"
    " donde dónde que quien quienes quién quiénes qué",
    da="hvad hvem hvilken hvilket hvor hvordan hvorfor hvornår",
    fi="kuinka kuka missä mikä miksi millainen milloin minkä mistä miten mitkä mitä mihin onko"
    " paljonko voiko",
    fr="combien comment est où peut pourquoi quand que quel quelle quelles quels qui quoi",
    he="איך איפה איזה האם כמה למה מדוע מה מי מתי",
    hr="gdje gde kako kada koja koje koji koliko šta što tko zašto",
    hu="hány hogyan hol ki kinek mennyi mi miért mikor milyen mit",
    hi="kab kahan kaise kaun kya kyon kyun कब कहाँ कितना कितने कैसे कौन क्या क्यों",
    id="apa apakah bagaimana berapa dimana kapan kenapa mana mengapa siapa",
    it="che chi come cos cosa dove perché qual quale quali quando quanti quanto",
    nl="hoe hoeveel waar waarom wanneer wat welk welke wie",
    no="hva hvem hvilken hvilke hvor hvordan hvorfor når",
    fa="آیا چرا چطور چگونه چه چیست کجا کدام کی",
    pl="co czy dlaczego gdzie ile jak jaka jaki jakie kiedy kim kto która które który",
    pt="como onde por quais qual quando quanta quantas quanto quantos que quem",
    ro="care ce cine cum când cât câte câți de unde",
    ru="где зачем как какая какие какова каковы какое какой когда кто куда можно откуда почему"
    " сколько чем что",
    sv="hur när vad var varför vem vilka vilken vilket",
    tr="hangi kaç kim nasıl ne neden nedir nerede niçin",
    uk="де коли скільки хто чи чому що як яка яке який які",
    vi="ai bao có gì làm nào sao tại vì đâu",
)

INFORMATION_VERBS = _joined(
    ar="أخبرني اذكر اشرح صف عدد عرف وضح",
    cs="jmenuj popiš uveď vysvětli řekni",
    de="beschreibe beschreiben definiere erkläre erklären erläutere gib nenne nennen sag",
    en="compare define describe discuss elaborate enumerate explain give guess inform list"
    " mention name outline provide recall recommend recount share show state suggest tell",
    es="cita compara comparte cuéntame define describe dime enumera explica explícame háblame"
    " indica infórmame lista menciona nombra dame",
    fi="kerro kuvaile luettele mainitse nimeä selitä",
    fr="cite citez donne décris décrivez définis définissez explique expliquez indique liste"
    " nomme parle présente énumère",
    hi="bataiye batao बताइए बताएं बताओ वर्णन समझाइए",
    id="ceritakan deskripsikan jelaskan sebutkan uraikan",
    it="dammi definisci descrivi dimmi elenca illustra indica parlami spiega spiegami",
    nl="beschrijf definieer geef noem omschrijf vertel",
    pl="opisz podaj powiedz wyjaśnij wymień zdefiniuj",
    pt="apresente cite compare compartilhe conte defina descreva diga enumere explique fale"
    " indique informe liste mencione",
    ru="дай дайте назови назовите объясни объясните опиши опишите перечисли перечислите поясни"
    " расскажи расскажите скажи скажите",
    sv="berätta beskriv definiera förklara nämn",
    tr="anlat açıkla açıklayın bahset belirt listele söyle tanımla",
    uk="назви назвіть опиши опишіть перелічи поясни поясніть розкажи розкажіть",
    vi="giải hãy kể liệt mô nêu trình",
)

TASK_VERBS = _joined(
    ar="أعد اختصر استخرج اكتب ترجم حول صحح صنف لخص",
    cs="klasifikuj napiš oprav přelož přepiš shrň vygeneruj vypiš",
    de="analysiere anonymisiere erstelle erzeuge extrahiere fasse formuliere generiere"
    " klassifiziere konvertiere korrigiere ordne schreib schreibe verbessere vereinfache wandle"
    " übersetze",
    en="adapt add analyse analyze annotate anonymise anonymize arrange assign autocomplete"
    " brainstorm build calculate capitalize categorise categorize classify clean code combine"
    " complete compose compute condense construct continue convert correct craft create debug"
    " delete design detect develop draft edit enhance evaluate expand extract fill fix format"
    " generate grade highlight identify imagine implement improve insert invent judge"
    " label make merge modify normalize optimise optimize order paraphrase parse personalise"
    " personalize pick play polish predict pretend print produce proofread punctuate put rank"
    " rate redact refactor refine reformat reframe remind remove reorder reorganise reorganize"
    " rephrase replace replicate reschedule restate restructure reverse revise reword rework"
    " rewrite schedule score select set shorten simplify solve sort split standardise standardize"
    " summarise summarize tag tailor transcribe transform translate turn unscramble verify write",
    es="analiza anonimiza clasifica combina completa convierte corrige crea escribe extrae genera"
    " haz parafrasea redacta reescribe resume simplifica traduce transforma",
    fi="kirjoita käännä korjaa luokittele muokkaa muotoile poimi tiivistä",
    fr="analyse anonymise classe classifie complète convertis corrige crée extrais génère"
    " reformule rédige résume simplifie traduis traduisez transforme écris écrivez",
    hi="anuvad अनुवाद लिखिए लिखें लिखो",
    id="buat buatkan klasifikasikan perbaiki ringkas terjemahkan tulis tuliskan ubah",
    it="analizza anonimizza classifica converti correggi crea estrai genera parafrasa riassumi"
    " riscrivi scrivi semplifica traduci trasforma",
    nl="classificeer corrigeer genereer herschrijf maak schrijf vat verbeter vereenvoudig vertaal",
    pl="anonimizuj napisz popraw przekształć przetłumacz sklasyfikuj streść stwórz utwórz"
    " wygeneruj wyodrębnij zanonimizuj",
    pt="analise anonimize classifique complete converta corrija crie escreva extraia gere"
    " parafraseie redija reescreva resuma simplifique traduza transforme",
    ru="извлеки исправь исправьте классифицируй напиши напишите обезличь определи переведи"
    " переведите перевод перепиши придумай сгенерируй создай сократи составь упрости",
    sv="förenkla klassificera korrigera omformulera sammanfatta skapa skriv översätt",
    tr="analiz düzelt oluştur sınıflandır yaz çevir özetle",
    uk="виправ класифікуй напиши переклади перепиши скороти створи",
    vi="dịch phân sửa tóm viết",
)

OPENERS = _joined(
    de="aber also bitte hallo hi und",
    en="actually alright also and but hello hey hi hmm no now oh ok okay please so thanks then um"
    " well yes",
    es="disculpa hola oye pero y",
    fr="bonjour et mais salut",
    it="ciao e ma salve",
    pt="e mas oi olá",
    ru="а здравствуйте и но привет",
)
"""Words that may stand before a question word without changing what is asked."""

POLITE_WORDS = OPENERS | _joined(
    en="bot can could directly help i just kindly like me need pls to want will would you your",
    es="favor me podrías por puedes",
    fr="peux plaît pouvez s te tu vous",
    de="du kannst können mir sie",
    pt="favor me pode poderia por você",
    it="favore mi per potresti puoi",
    ru="можешь пожалуйста",
    pl="cześć proszę",
)

FIRST_PERSON = _joined(
    ar="أنا",
    cs="jsem já mně můj",
    de="ich mein meine meinem meinen meiner mich mir",
    en="i ill im ive mine my myself",
    es="estoy mis mí soy tengo yo",
    fr="j je mes moi mon",
    hi="mera meri mujhe मुझे मेरा मेरी मेरे मैं",
    id="aku saya",
    it="mia mie miei mio",
    nl="ik mij mijn",
    pl="jestem mam mnie moja moje mój",
    pt="estou eu meu meus mim minha minhas sou tenho",
    ru="меня мне мной мои мой моя я",
    sv="jag mig mina mitt",
    tr="bana ben beni benim",
    uk="мене мені моя мій я",
    vi="mình tôi",
)

FIRST_PLURAL = _joined(
    de="wir unser unsere unserem unseren unserer uns",
    en="our us we",
    es="nosotros nuestra nuestras nuestro nuestros",
    fr="nos notre nous",
    id="kami",
    it="noi nostra nostre nostri nostro",
    nl="onze wij",
    pl="nasz nasza nasze naszych",
    pt="nossa nossas nosso nossos nós",
    ru="мы нас наш наша наши наших нашей",
    tr="biz bizim",
)

ADDRESSED = _joined(
    ar="أنت",
    de="dein deine dich dir du euch",
    en="u ur you your yours yourself",
    es="eres estás te tienes tu tus tú",
    fr="t ta te tes toi ton tu vous",
    hi="aap tum आप आपका तुम",
    id="anda kamu kau",
    it="sei te ti tu tua tuo",
    pl="ci ciebie jesteś masz twoja twój ty",
    pt="seu sua teu tu tua você vocês",
    ru="вам вас вы твой твоя тебе тебя ты",
    tr="sana sen seni senin",
    vi="bạn",
)

QUESTION_MARK = lazy(r"[?？؟⁇](?![\w/=&%<>])")

ASKS_WITHOUT_SPACES = lazy(
    "什么|什麼|怎么|怎麼|怎样|怎樣|如何|哪|谁|誰|几个|幾個|多少|为什么|為什麼|为何|為何|吗|嗎|是否|"
    "介绍|介紹|请问|請問|解释|解釋|告诉我|告訴我|说明一下|"
    "简述|論述|论述|阐述|概述|列举|列舉|(?:详细|簡要|简要|举例)[说說]明|何ですか|なぜ|どこ|どう|いつ|だれ|いくら|"
    "ですか|ますか|でしょうか|(?:方法|やり方|仕方|手順|步骤|步驟|流程|방법)$|教えて|知りたい|について|とは$|説明して|"
    "무엇|뭐|누구|언제|어디|어떻게|어떤|왜|얼마|몇|습니까|나요|까요|인가요|알려|설명해|"
    "อะไร|ใคร|วิธี|ที่ไหน|เมื่อไร|เมื่อไหร่|อย่างไร|ยังไง|ทำไม|เท่าไร|เท่าไหร่|กี่|ไหม|หรือไม่|อธิบาย|บอก"
)

HOW_WITHOUT_SPACES = lazy(
    "什么|什麼|怎么|怎麼|怎样|怎樣|如何|哪|为何|為何|(?<!任)何|なぜ|どう|どこ|いつ|방법|무엇|뭐|언제|어디|어떻게|어떤|왜|무슨"
    "|อะไร|อย่างไร|ยังไง|ทำไม|เมื่อไร|เมื่อไหร่|วิธี"
)
"""What asks for a way, a thing or a time, not politely for work ("번역해 줄래?")."""

TASKS_WITHOUT_SPACES = lazy(
    "翻译|翻譯|改写|改寫|润色|潤色|总结|總結|摘要|分类|分類|提取|抽取|纠错|糾錯|纠正|续写|續寫|"
    "请写|請寫|写一|寫一|写出|创作|創作|生成|转换|轉換|改成|转为|"
    "訳して|翻訳|要約|書き直|書き換え|分類して|抽出|修正して|変換|作成して|書いて|校正|"
    "번역|요약|분류|추출|고쳐|바꿔|작성|써줘|써 줘|변환|만들어|"
    "แปล|สรุป|จำแนก|เขียน|แก้ไข|แปลง"
)

FIRST_PERSON_WITHOUT_SPACES = lazy(
    "我(?!们|們|国|國)|俺|咱|人家|小生|私は|私の|私も|私が|僕|わたし|저는|제가|저도|나는|내가|ฉัน|ผม"
)

ADDRESSED_WITHOUT_SPACES = lazy("你|您|妳|あなた|君|너|당신|คุณ")

REFUSALS = tuple(
    (
        "i'm sorry|i am sorry|sorry,|i'm unable|i am unable|i'm not able|i'm not sure|i cannot"
        "|i can't|i couldn't|i don't know|i don't have|i do not know|i do not have|i can only"
        "|i'm only able|as an ai|unable to find|unable to answer|outside what i can"
        "|outside my scope|beyond my scope|can only discuss|can only answer|no puedo|lo siento"
        "|não posso|desculpe|je ne peux pas|désolé|ich kann leider|leider kann|tut mir leid"
        "|non posso|mi dispiace|nie mogę|przepraszam|bohužel|не могу|извините|вибачте|üzgünüm"
        "|mohon maaf|xin lỗi|抱歉|对不起|對不起|无法回答|無法回答|申し訳|できません|죄송|ขออภัย|آسف"
        "|我无法|我無法|عذر|क्षमा करें|माफ़"
    ).split("|")
)
"""Pieces of refusals, case-folded, apostrophes straight."""

COUNTER_QUESTIONS = tuple(
    f"{asking} {verb}"
    for asking in (
        "could you",
        "can you",
        "would you",
        "could you please",
        "can you please",
        "please",
    )
    for verb in ("provide", "clarify", "specify", "share", "tell", "confirm")
)
"""What asks the user for more; counts only where the answer is a question or begins with it, for
"please provide a receipt" may be the fact that was asked for."""

PERSONA_WORDS = _joined(
    de="humorvoll ironisch sarkastisch witzig",
    en="anime astrologer astrology boyfriend cheeky companion compassionate empathetic empathy"
    " fictional flirt flirtatious flirty girlfriend grumpy horoscope humor humorous humour"
    " impersonate impersonates ironic lyric lyricist lyrics parody persona personality playful"
    " poet poetic poetry pretend roleplay sarcasm sarcastic snarky storyteller storytelling tarot"
    " therapist witty wizard",
    es="burlón divertido gracioso irónico sarcástico",
    fr="drôle ironique personnage sarcastique",
    pt="engraçado irônico personagem sarcástico",
    ru="игры ироничный персонаж персонажа роль сарказм саркастичный",
)

ASSISTANT_WORDS = _joined(
    ar="مساعد",
    de="assistent assistentin berater beraterin experte expertin mitarbeiter",
    en="advisor adviser agent ai analyst assistant bot chatbot consultant copilot doctor expert"
    " gpt guide helper lawyer model representative service specialist support system"
    " teacher tool tutor",
    es="agente asesor asistente experto modelo",
    fr="agent assistant conseiller expert modèle",
    id="asisten",
    it="assistente consulente esperto modello",
    nl="assistent deskundige medewerker",
    pl="asystent asystentem doradca ekspertem",
    pt="agente assistente atendente especialista modelo",
    ru="ассистент бот ии консультант модель помощник чат эксперт",
    tr="asistan asistanı asistanısın danışman uzman",
    uk="асистент бот помічник",
    vi="trợ",
)
"""Somebody of that trade gives information, whatever his name."""

ASSISTANT_WITHOUT_SPACES = lazy(
    "助手|助理|助教|客服|专家|專家|顾问|顧問|机器人|機器人|アシスタント|専門家|어시스턴트|비서|상담|ผู้ช่วย"
)

PERSONA_PHRASES = tuple(
    (
        "in the style of|speak like|talk like|act as if|respond as if|role-play|role play"
        "|best friend|a character|in character|first person|refers to himself|refers to herself"
        "|refer to yourself as|扮演|陪伴|性格|语气|語氣|口吻|人设|自称|キャラ|口調|なりきって"
        "|一人称|自分のことを|自身のことを|말투|캐릭터|व्यक्तित्व"
    ).split("|")
)

ANSWERING_WORDS = _joined(
    de="antwort antworte antworten beantworte beantworten beantwortet frage fragen",
    en="advise advises advisor answer answering answers expert inform information informative"
    " informs knowledge knowledgeable question questions respond responds support teacher tutor",
    es="pregunta preguntas responde responder respuestas",
    fr="question questions répond répondre réponds",
    id="jawab menjawab pertanyaan",
    it="domande risponde rispondere rispondi",
    pl="odpowiada odpowiadaj pytania",
    pt="perguntas responda responde responder",
    ru="вопрос вопросы ответ ответы отвечает отвечай",
    tr="cevapla soru soruları yanıtla",
)
ANSWERING_PHRASES = tuple(("回答|问题|問題|質問|答え|질문|답변").split("|"))
"""Signs that instructions describe somebody who answers, whatever else they mention."""

NEVER_A_FACT = lazy(
    r"^\W*(?:hi|hello|hey|thanks|thank you|you(?:'re| are) welcome|goodbye|bye|ok(?:ay)?|sure"
    r"|great|sorry|hola|gracias|adiós|olá|obrigad[oa]|bonjour|merci|hallo|danke|ciao|grazie|привет"
    r"|спасибо|cześć|dzięki|你好|您好|谢谢|謝謝|こんにちは|ありがとう\w*|안녕\w*|감사\w*|สวัสดี\w*"
    r"|مرحبا|شكرا|नमस्ते|merhaba|teşekkür\w*|halo|terima kasih|xin chào|cảm ơn)\W*$",
    re.IGNORECASE,
)

EMBEDDED_QUESTION_WORDS = frozenset("how what where which who whom whose why".split())
"""English words that ask after an information verb ("guess who this could be about")."""

TASK_MARKERS = frozenset("that to should will must para que zu".split())
"""Words between an assistant's description and what it does ("an assistant that classifies")."""

ROLE_PLAY = lazy(
    r"\W*(?:you are an? |you're an? |imagine |pretend |act as |eres un|vous êtes un|du bist ein"
    r"|你现在是)",
    re.IGNORECASE,
)

NUMBER_WORDS = _joined(
    de="eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    en="one two three four five six seven eight nine ten eleven twelve dozen twice",
    es="dos tres cuatro cinco seis siete ocho nueve diez once doce",
    fr="deux trois quatre cinq sept huit neuf dix onze douze",
    it="due tre quattro cinque sei sette otto nove dieci",
    pt="dois duas três quatro cinco seis sete oito nove dez",
    ru="два две три четыре пять шесть семь восемь девять десять",
)

TRUE_OR_FALSE = lazy(
    r"\W*(?:somewhat |mostly |partly )?(?:true|false|wahr|falsch|richtig|verdadero|falso|vrai|faux"
    r"|vero|verdadeiro|waar|onwaar|prawda|fałsz|верно|неверно|правда|ложь|doğru|yanlış|đúng|sai|benar"
    r"|salah|对|错|对的|错的|正确|错误|正しい|誤り|참|거짓|صح|خطأ|सही|गलत|ถูก|ผิด)\W*$",
    re.IGNORECASE,
)

YES_OR_NO = lazy(
    r"\W*(?:yes|no|yeah|nope|sí|sim|não|oui|non|ja|nein|nee|nej|sì|tak|nie|ano|ne|да|нет|так|ні|evet"
    r"|hayır|ya|tidak|có|không|ναι|όχι|نعم|لا|हाँ|हां|नहीं|haan|nahi|是的|不是|可以|有的|没有|沒有|はい|いいえ|네|예|아니요"
    r"|ใช่|ไม่)(?:\b|(?=[，,。、 ]))",
    re.IGNORECASE,
)

LETTERS_OF_FEW = lazy("[ɛɔŋɖƒɣʋɓɗƙƐƆŊƉƑƔƲƁƊƘ]")
"""Latin letters that only West African languages write (Twi, Ewe, Fon, Hausa …); a few suffice
to tell a translation whose function words no list here knows."""

TOO_GENERAL = frozenset(
    "build calculate code complete continue create design develop evaluate fill imagine"
    " judge make order pick play pretend print produce put score select set solve turn"
    " write".split()
)
"""Task verbs that instructions use for anything ("make sure", "write clearly")."""

BELONGS_TO = frozenset("of de del da do di du des von zu van av".split())
"""Words that tie a property to a thing in a bare heading ("opening hours of the museum")."""
