"""Turns of phrase by language: what a need, an invention, a problem and an apology sound like.

Pieces are case-folded and searched for as they stand, which also serves languages that put the
verb last or no spaces between words.
"""

from __future__ import annotations


def _pieces(**by_language: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            piece for text in by_language.values() for piece in text.casefold().split("|")
        )
    )


ASKS_TO_KNOW = _pieces(
    ar="أريد معرفة|أود معرفة|اريد معرفة|أود أن أعرف|معلومات عن|معلومات حول|هل يمكن",
    cs="chci vědět|chtěl bych vědět|zajímá mě|informace o",
    de="möchte wissen|will wissen|wüsste gern|würde gern wissen|gerne wissen|möchte mehr über"
    "|informationen über|informationen zu|infos zu|auskunft über|erzähl mir von|erzähle mir",
    el="θέλω να μάθω|πληροφορίες για",
    en="want to know|wanted to know|like to know|need to know|wanna know|to learn about"
    "|to learn more|learn more about|know more about|wondering|curious about|information about"
    "|information on|information regarding|info about|info on|details about|details on"
    "|details of|tell me about|more about|walk me through|take me through|help me understand",
    es="quiero saber|quisiera saber|me gustaría saber|necesito saber|información sobre"
    "|información de|háblame de|hablame de|cuéntame sobre|quiero conocer|me gustaría conocer",
    fr="voudrais savoir|aimerais savoir|veux savoir|souhaite savoir|voudrais connaître"
    "|aimerais connaître|souhaite connaître|informations sur|renseignements sur|parle-moi d"
    "|parlez-moi d",
    hi="जानना चाह|जानना है|के बारे में|जानकारी|बताइए|बताएं|बताओ|बताये|समझाइए|समझाएं|ke baare mein"
    "|ke bare me|jaankari|janna chah",
    id="ingin tahu|mau tahu|pengen tahu|ingin mengetahui|informasi tentang|informasi mengenai"
    "|mau tanya|ingin bertanya",
    it="vorrei sapere|voglio sapere|mi piacerebbe sapere|vorrei conoscere|informazioni su"
    "|parlami d|raccontami d",
    ko="궁금|알고 싶|알려|정보를 원|대해 말해|대해서 말해|문의",
    nl="wil graag weten|wil weten|zou graag willen weten|informatie over|meer over|vertel me over",
    pl="chciałbym wiedzieć|chciałabym wiedzieć|chcę wiedzieć|chciałbym poznać|chciałabym poznać"
    "|chcę poznać|informacje o|informacji o|opowiedz o",
    pt="quero saber|gostaria de saber|queria saber|preciso saber|gostaria de conhecer"
    "|informações sobre|informação sobre|fale sobre|me fale d",
    ru="хочу узнать|хотел узнать|хотела узнать|хотел бы узнать|хотела бы узнать|хочу знать"
    "|хотелось бы узнать|интересует|информация о|информацию о|расскажи о|расскажи про"
    "|расскажите о|расскажите про|подскажи",
    sv="vill veta|skulle vilja veta|undrar|information om|berätta om",
    th="อยากทราบ|อยากรู้|ขอทราบ|ข้อมูลเกี่ยวกับ|สอบถาม",
    tr="öğrenmek isti|bilmek isti|merak ediyorum|hakkında bilgi|bilgi ver|bilgi al|anlatır mı"
    "|açıklar mı|nedir|nelerdir",
    uk="хочу дізнатися|хотів би дізнатися|цікавить|інформація про|розкажи про|розкажіть про"
    "|підкажіть",
    vi="muốn biết|muốn hỏi|cho hỏi|cho mình hỏi|thông tin về|tìm hiểu về|cho tôi biết|bao nhiêu",
    zh="想知道|想了解|了解一下|请教|請教|想问|想問|的信息|的資訊|讲讲|講講|说说|說說|谈谈",
    ja="知りたい|を教え|について聞|説明をお願い",
)
"""A prompt of one or two sentences that says so asks for information, without a question."""

INVENTIONS = frozenset(
    (
        "acrostic ad advert affirmation ballad biography blurb caption captions chant dialogue"
        " email essay fable haiku headline headlines hashtag hashtags joke jokes jingle letter"
        " limerick limericks line lines lyrics message metaphor monologue motto nickname pickup"
        " poem poems post prompt prompts pun puns quote quotes rap riddle riddles scene screenplay"
        " script slogan slogans song songs sonnet speech sketch story stories tagline taglines"
        " title titles toast tweet tweets verse"
        " anekdote brief gedicht gedichte geschichte geschichten lied märchen reim rede slogan"
        " titel überschrift witz witze"
        " blague blagues chanson conte discours histoire lettre poème poèmes slogan titre devinette"
        " canción carta chiste chistes cuento cuentos discurso eslogan historia lema poema poemas"
        " título adivinanza"
        " carta conto história música piada piadas poema redação título"
        " barzelletta barzellette canzone favola filastrocca lettera poesia racconto storia titolo"
        " gedicht grap liedje mop mopje verhaal verhaaltje"
        " bajka bajkę dowcip kawał opowiadanie piosenkę tytuł wiersz żart"
        " анекдот письмо песню рассказ сказка сказку стих стихи стихотворение тост шутка шутку"
        " fıkra hikaye masal şarkı şaka şiir mektup"
        " cerita dongeng lagu lelucon pantun puisi surat"
        " قصة قصيدة نكتة رسالة أغنية"
        " कहानी कविता चुटकुला गीत पत्र kahani kavita chutkula"
    ).split()
)
"""Things that are made up rather than known; after an order or "a", not after "the"."""

DEFINITE = frozenset(
    "the this that these those its their whose der die das den dem des le la les l el los las o os"
    " lo gli i il de het".split()
)

POINTING = frozenset(
    "this these following below above given next diesen diesem diese folgenden folgende folgendem"
    " este esta siguiente ce cet cette seguinte questo questa seguente deze dit volgende ten tę to"
    " następujący этот эту это следующий следующую bu şu aşağıdaki ini berikut".split()
)
GIVEN_TEXTS = frozenset(
    "abstract answer article blog caption code comment conversation dialogue document draft email"
    " essay headline letter line message note paragraph passage phrase post product prompt quote"
    " reply report response resume review script sentence snippet speech statement story text"
    " transcript tweet artikel satz texto frase párrafo artículo correo mensaje texte"
    " parágrafo artigo mensagem testo articolo messaggio zin tekst zdanie artykuł текст статью"
    " предложение письмо сообщение metin metni cümle cümleyi teks kalimat".split()
)
"""What an order points at when it comes with the text to work on."""

INVENTION_PHRASES = tuple(
    (
        "name for|names for|name ideas|ideas for a name"
        "|nombre para|nombres para|nom pour|noms pour"
        "|namen für|nome per|nome para|nomes para|название для|имя для|isim öner|nama untuk|tên cho"
        "|讲个笑话|講個笑話|讲一个笑话|讲个故事|講個故事|讲一个故事|写首诗|作一首诗|一首诗|起个名|取个名"
        "|冗談を言って|話を作って|物語を|詩を|面白い話|名前を考えて"
        "|농담|이야기 해줘|이야기를 해줘|이야기해줘|이야기해 줘|시를 써"
        "|เล่านิทาน|เล่าเรื่องตลก|แต่งกลอน|kể một câu chuyện|kể chuyện|làm thơ|viết thơ"
    ).split("|")
)

IMAGINED = _pieces(
    de="eine welt, in der|eine zukunft, in der",
    en="a world where|a world in which|a future where|a future in which|a scenario where",
    es="un mundo donde|un mundo en el que|un futuro donde",
    fr="un monde où",
    it="un mondo in cui|un futuro in cui",
    pt="um mundo onde|um mundo em que|um futuro onde|um cenário em que",
    ru="мир, где|мир, в котором",
)
"""What an order describes when nobody can know it."""

NEEDS = _pieces(
    ar="أحتاج|أبحث عن",
    de="ich brauche|ich suche|ich benötige",
    en="i need|we need|looking for|i want the|i want a|i want to buy|i'd like a|i would like a",
    es="necesito|busco|estoy buscando",
    fr="j'ai besoin|je cherche|il me faut|je recherche",
    hi="चाहिए|chahiye",
    id="saya butuh|saya perlu|saya mencari|cari info",
    it="ho bisogno|cerco|mi serve",
    ja="が必要|を探して|がほしい|が欲しい",
    ko="필요해|필요합니다|찾고 있",
    nl="ik zoek|ik heb nodig|ik ben op zoek",
    pl="potrzebuję|szukam",
    pt="preciso|estou procurando|procuro",
    ru="мне нужн|нужна|нужен|нужно|ищу",
    th="ต้องการ|กำลังหา",
    tr="ihtiyacım var|arıyorum|lazım",
    vi="tôi cần|mình cần|tôi đang tìm",
    zh="我需要|我要找|求推荐|我在找",
)
"""A prompt with one of these states what its author is after."""

PROBLEMS = _pieces(
    ar="خطأ|عطل|لا يعمل|لا تعمل|مشكلة|تعطل|نسيت|ألم|أعاني",
    de="fehler|problem|kaputt|defekt|funktioniert nicht|geht nicht|störung|vergessen|verloren"
    "|schmerz|lässt sich nicht|leuchtet|blinkt"
    "|gekündigt|abgemahnt|bußgeld|überfallen|mieterhöhung|betrogen",
    en="error|problem|issue|trouble|broken|fails|failing|failed|fault|n't work|not work|won't"
    "|wont|can't|cant |cannot|unable|doesn't|doesnt|isn't|stuck|crash|blink|flash|leak|forgot|lost"
    "|stolen|expired|missing|refuses|frozen|freez|blocked|locked|declined|rejected|damaged|overheat|noise"
    "|pain|ache|fever|rash|symptom|diagnosed|swollen|bleeding|infection|yellow leaves|slow"
    "|fined|was fired|got fired|laid off|evict|sued|overcharged|scammed|denied|owes me",
    es="error|problema|no funciona|no puedo|falla|avería|roto|perdí|olvidé|dolor|no enciende"
    "|me cobr|me mult|me despid|me despach|me rob|me estaf|me demand|me neg|se niega"
    "|me subieron|desaloj|embarg",
    fr="erreur|panne|problème|ne fonctionne|ne marche|perdu|oublié|cassé|bloqué|douleur"
    "|ne peux pas"
    "|licenci|amende|escroqu|expuls|refuse de",
    hi="खराब|त्रुटि|समस्या|काम नहीं|भूल गय|दर्द|बुखार",
    id="error|rusak|masalah|tidak bisa|gagal|lupa|hilang|sakit|nggak bisa",
    it="errore|problema|non funziona|guasto|rotto|non riesco|perso|dimenticato|dolore|bloccat"
    "|licenziat|multa|truffa|sfratt|si rifiuta",
    ja="エラー|故障|できません|できない|動かない|動きません|問題|忘れ|紛失|痛い",
    ko="오류|고장|안 돼|안돼|안 되|에러|문제|잊어|잃어|아파|통증",
    nl="fout|storing|probleem|werkt niet|kapot|vergeten|verloren|pijn|lukt niet",
    pl="błąd|problem|nie działa|awaria|zepsu|zapomni|zgubi|ból|nie mogę",
    pt="erro|problema|não funciona|não consigo|falha|quebr|esqueci|perdi|dor "
    "|me cobr|demitid|multad|roubad|despej|se recusa",
    ru="ошибк|проблем|не работает|не могу|сломал|поломк|забыл|потерял|болит|боль|не включ"
    "|уволил|оштраф|обманул|отказыва|выселя|затопил",
    th="เสีย|ขัดข้อง|ใช้ไม่ได้|ปัญหา|ลืม|ปวด|ไม่ติด",
    tr="hata|sorun|çalışmıyor|bozul|arıza|unuttum|kaybettim|ağrı|yapamıyorum",
    vi="lỗi|hỏng|không hoạt động|vấn đề|quên|mất|đau|không thể",
    zh="错误|錯誤|故障|无法|無法|不能|失败|失敗|坏了|壞了|报错|問題|问题|忘记|丢失|疼痛|头疼|头痛|胃痛|肚子疼"
    "|被辞退|被罚|拖欠|被骗|拒绝",
)
"""A prompt that states one of these wants the remedy."""

COMFORT = _pieces(
    ar="آسف|نعتذر|أعتذر|محزن|أتفهم",
    de="leid|entschuldig|verstehe|traurig",
    en="sorry|apolog|regret|sounds |that must|i hear you|understandable|feel|proud of|hang in there"
    "|aww|oh no|oh dear|unfortunate",
    es="disculp|sentimos|siento|lament|perdón|entiendo|comprendo",
    fr="désol|excus|navré|comprends|regrett",
    hi="खेद|क्षमा|माफ|माफ़|अफ़सोस|अफसोस|समझ सकत",
    id="maaf|sesal|sedih|mengerti perasaan|turut",
    it="scus|dispiace|capisco|mi spiace",
    ja="申し訳|すみません|ごめん|つらかった|大変でした|残念",
    ko="죄송|미안|힘들|유감|속상",
    nl="spijt|excuses|vervelend|begrijp",
    pl="przeprasz|przykro|rozumiem",
    pt="desculp|lament|sinto muito|entendo|poxa",
    ru="извин|жаль|прост|сожале|понимаю",
    th="ขออภัย|เสียใจ|ขอโทษ|เข้าใจ",
    tr="üzgün|özür|üzüldüm|anlıyorum|geçmiş olsun",
    vi="xin lỗi|tiếc|rất hiểu|thông cảm",
    zh="抱歉|对不起|對不起|不好意思|遗憾|遺憾|难过|難過|理解你|抱抱",
)
"""A reply with one of these answers a feeling, not a question."""

FEELINGS = _pieces(
    ar="قلق|حزين|وحيد|خائف|مكتئب|اكتئاب|يائس",
    de="einsam|ängstlich|deprimiert|depressiv|traurig|überfordert|verzweifelt|hoffnungslos",
    en="lonely|so alone|anxious|anxiety|depress|overwhelm|hopeless|worthless|stressed|ashamed"
    "|guilty|heartbroken|insecure|jealous|scared|crying|burned out|burnt out|self-esteem|grieving"
    "|hate myself|unmotivated|broke up|overthink|feel empty|feel sad|feeling sad|feel lost",
    es="ansios|ansiedad|deprimid|me siento sol|triste|agobiad|desesperad|llorar|autoestima",
    fr="anxieu|angoiss|déprim|triste|désespér|pleurer|je me sens seul",
    hi="चिंता|उदास|अकेला|अकेली|तनाव|दुखी|udaas|akela|akeli",
    id="cemas|sedih|kesepian|putus asa|depresi|menangis|tertekan",
    it="ansios|in ansia|depress|triste|disperat|piangere",
    ja="不安|悲しい|寂しい|さみしい|つらい|落ち込|孤独|泣き",
    ko="불안|우울|외로|슬프|슬퍼|힘들|스트레스",
    nl="eenzaam|angstig|verdrietig|depressi|wanhop",
    pl="samotn|smutn|depresj|zestresowan|lękam|płacz",
    pt="ansios|ansiedade|deprimid|triste|sozinh|desesperad|chorar|autoestima",
    ru="одинок|тревожн|депресс|грустн|отчаян|плачу",
    th="เหงา|เศร้า|กังวล|เครียด|ท้อ",
    tr="yalnız|kaygı|depres|üzgün|umutsuz|ağlı",
    vi="lo lắng|buồn|cô đơn|tuyệt vọng|trầm cảm|căng thẳng",
    zh="焦虑|焦慮|害怕|难过|難過|孤独|孤獨|自卑|崩溃|崩潰|伤心|傷心|迷茫|绝望|絕望|委屈|失恋|失戀|分手"
    "|抑郁|憂鬱|想哭|吵架|内疚|愧疚|烦躁|煩躁|自责|自責|压力好大|压力很大|壓力好大|壓力很大",
)
"""Who says one of these of himself wants comfort more than facts."""

ABOUT_YOU = _pieces(
    de="magst du|liebst du|fühlst du|geht es dir|geht's|dein liebling|deine liebling|vermisst du",
    en="do you like|do you love|do you feel|do you miss|do you dream|do you remember|do you hate"
    "|do you prefer|did you like|do you believe|do you enjoy|would you rather|how are you"
    "|how do you feel|your favorite|your favourite|your hobby|your hobbies|what do you think of"
    "|how was your|missed me|miss me|love me|what are you doing|are you happy|are you sad"
    "|are you okay|are you human|are you a robot|how old are you|are you married",
    es="te gusta|te gustan|cómo estás|qué opinas|me extrañas|me quieres|tu favorit|favorita?",
    fr="aimes-tu|tu aimes|comment vas-tu|comment ça va|ton préféré|qu'en penses-tu|tu m'aimes",
    id="kamu suka|apa kabar|kangen nggak|kesukaanmu|menurutmu",
    it="ti piace|ti piacciono|come stai|cosa ne pensi|il tuo preferit|mi ami",
    ja="好きですか|好き?|好き?|元気ですか|元気?|あなたの趣味|どう思う|好きな",
    ko="좋아해|좋아하|기분이 어때|잘 지내|취미가|어떻게 생각해|사랑해",
    nl="hou je van|vind je|hoe gaat het|je favoriete|mis je me",
    pl="lubisz|jak się masz|co sądzisz|twój ulubion|twoja ulubion|kochasz",
    pt="você gosta|tu gosta|como você está|tudo bem|o que você acha|seu favorit|sua favorit",
    ru="ты любишь|тебе нравится|как дела|как ты|что думаешь|твой любим|твоя любим|скучал"
    "|как настроение",
    tr="sever misin|nasılsın|en sevdiğin|ne düşünüyorsun|özledin mi",
    vi="bạn có thích|bạn khỏe không|bạn nghĩ gì|em có yêu|anh có yêu",
    zh="你喜欢|你喜歡|你觉得|你覺得|你想我|你爱我|你愛我|你好吗|你开心|你在干|你在做什么|你最喜欢",
)
"""A question about the one who answers: taste, feelings, a day; its answer is a character's."""
