"""Function words by language: what carries grammar, not content.

They are removed before novelty is measured, and their counts tell languages of one script apart.
Lists are short on purpose: the few dozen most frequent function words of a language cover about
half of its running text, which is all that either use needs.
"""

from __future__ import annotations

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.casefold().split())
    for language, words in {
        "ar": "أن أنا أنت أو أي إذا إلى إن التي الذي الى ان او بعد به بها بين تم ثم حتى حول على"
        " عليه عليها عن عند عندما غير في فيه فيها قبل قد كان كانت كل كما كيف لا لكن لم لن له لها"
        " ليس ما متى مع من منذ منه منها نحن نعم هذا هذه هل هم هناك هو هي و وهو وهي يا يتم يجب"
        " يكون يمكن",
        "cs": "a aby ale ani ano asi až bez bude by byl byla bylo být co do ho i jak jako je jeho"
        " jejich jen jsem jsme jsou já k kde kdo kdy když která které který ma mezi mi má může na"
        " nad nebo není než o od on ona pak po pod pokud pro proč před při s se si sí ta tak také"
        " te ten to tom tu ty u už v ve vy však z za ze že",
        "de": "aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass"
        " dein dem den denn der des die dies diese dieser doch du durch ein eine einem einen"
        " einer eines er es für haben hat hier ich ihr ihre im in ist ja kann kein keine können"
        " mein mich mir mit muss nach nicht noch nur ob oder ohne sehr sein seine sich sie sind"
        " so um und uns unser unter viel vom von vor war waren warum was welche welcher welches"
        " wenn wer werden wie wir wird wo wurde wurden zu zum zur zwischen über",
        "el": "ένα ένας ή αλλά αν από αυτή αυτό για δεν είναι εγώ η θα και μας με μια να ο οι"
        " ποια ποιο ποιος πού πώς σας σε στη στην στις στο στον στους τα τη την της τι τις το τον"
        " του τους των ως όπως όταν",
        "en": "a about above after again against ain all also am an and any are aren around as at"
        " be because been before being below between both but by can cannot could couldn d did"
        " didn do does doesn doing don down during each either else ever every few for from"
        " further get had hadn has hasn have haven having he her here hers him his how however i"
        " if in into is isn it its itself just let ll m many may me might more most much must my"
        " no nor not now o of off often on once one only or other our ours out over own per"
        " please re s same shall she should so some such t than that the their them then there"
        " these they this those through to too under until up upon us ve very via was wasn we"
        " were weren what when where whether which while who whom whose why will with within"
        " without won would wouldn yes yet you your yours",
        "es": "a al algo algún ante antes aunque cada como con contra cual cuando cuál cuándo"
        " cuánto cómo de del desde donde durante dónde e el ella ellos en entre era eres es esa"
        " ese eso esta estas este esto estos está están fue fueron ha hacia han hasta hay la las"
        " le les lo los me mi mis mucho muy más nada ni no nos o otra otro para pero poco por"
        " porque puede pueden que quien quién qué se sea ser si sido sin sobre son soy su sus sí"
        " también tan te tiene tienen todo todos tu tus tú un una unas uno unos usted y ya yo él",
        "fr": "afin ai alors après as au aucun aussi autre aux avant avec avez avoir c car ce"
        " ceci cela ces cet cette chez comme comment d dans de depuis des donc dont du elle elles"
        " en entre est et eu faire fait il ils j je l la le les leur leurs lors lui m ma mais mes"
        " moi mon même n ne ni non nos notre nous on ont ou où par pas pendant peut peuvent plus"
        " pour pourquoi qu quand que quel quelle quelles quels qui s sa sans se sera ses si son"
        " sont sous sur t ta te tes toi ton tous tout très tu un une vos votre vous y à été être",
        "hi": "aap agar aur bhi gaya haan hai hain hi ho hoga hota ka kab kaise kar karna ke ki"
        " ko koi kya kyon main mein mera meri na nahi nahin par se tha the thi to tum wo ya yah"
        " yeh अगर अपना अपने आप इस इसके उस उसके एक और कब कर करना करने का कि किया किसी की कुछ के कैसे को"
        " कोई क्या क्यों गया जब जा जाता जो तक तथा तो था थी थे दिया दो द्वारा न नहीं ने पर बहुत भी मुझे में"
        " मेरा मैं यदि यह या ये रहा रहे लिए वह वे सकता सकती सकते साथ से हम ही हुआ हुई है हैं हो होता होती होते",
        "id": "ada adalah agar akan aku anda antara apa apakah atau bagaimana bagi bahwa banyak"
        " belum berapa bisa bukan dalam dan dapat dari dengan di hanya harus ia ini itu jika juga"
        " kami kamu kapan karena ke kenapa kita lagi lebih maka mana masih mereka oleh pada para"
        " pernah saat saja sampai sangat saya sebagai sebuah secara seorang seperti serta suatu"
        " sudah tak telah tentang tersebut tidak untuk yaitu yang",
        "it": "a ad agli ai al alla alle allo anche avere che chi ci col come con cosa cui da dai"
        " dal dalla dalle degli dei del della delle dello di dopo dove e ed era essere gli ha"
        " hanno ho i il in io l la le lei lo loro lui ma mi mia mio molto ne nei nel nella nelle"
        " no noi non o ogni per perché però più può qual quale quali quando quanto quella quello"
        " questa questo sei senza si sia siamo siete sono su sua sue sui sul sulla suo tra tu tua"
        " tuo tutti tutto un una uno voi è",
        "nl": "aan al als bij dan dat de deze die dit doen door een en er geen had heb hebben"
        " heeft het hij hoe hun ik in is je jij kan kun kunnen maar me meer met mij mijn moet na"
        " naar niet nog nu of om omdat onder ons onze ook op over te tot u uit uw van veel voor"
        " waar waarom wanneer was wat we wel welke werd wie wij worden wordt zal ze zich zij zijn"
        " zo zonder zou",
        "pl": "a aby albo ale bardzo bez byli być był była było ci co czy czyli dla do gdy gdzie"
        " go i ich ile im jak jaka jaki jakie jako je jego jej jest jestem jeśli już kiedy kto"
        " która które który którzy lub ma mają mi mnie może można na nad nie niż o od on ona oraz"
        " po pod przed przez przy się są ta tak także tam te tego tej ten to tu twój ty tylko tym"
        " u w we więc z za ze że",
        "pt": "ainda ao aos apenas aqui as até cada com como da das de dela dele depois do dos e"
        " ela elas ele eles em entre era essa esse esta este está estão eu foi foram há isso isto"
        " já lhe mais mas me mesmo meu minha muito na nas nem nenhum no nos nossa nosso não nós o"
        " onde os ou para pela pelas pelo pelos pode podem por porque quais qual quando quanto"
        " que quem se sem ser será seu seus sobre sou sua suas são só também te tem ter teu tu"
        " tua têm um uma umas uns você vocês à às é és",
        "ru": "а без более больше будет бы был была были было быть в вам вас во вот все всё вы"
        " где да для до его ее если есть еще ещё её же за и из или им их к как какая какие какой"
        " когда кто ли либо мне мной может можно мы на над нам нас не него нее нет ни но ну о об"
        " обо он она они оно от по под после потому почему при с сам свой себя со так также там"
        " то того тоже только том ты у уже чего чем что чтобы эта эти это этот я",
        "sv": "alla att av blir de dem den denna det detta dig din du då efter ej eller en ett"
        " från för går ha han har hon hur i in inte jag kan man med men mig min mot när någon"
        " något och också om oss på ska som så till under upp ut vad var vara varför vem vi vid"
        " vilka vilken är",
        "th": "กับ การ ก็ ของ ขึ้น ครับ ความ คือ ค่ะ จะ จาก ซึ่ง ด้วย ต้อง ถ้า ที่ นั้น นี้ มา มี ยัง ว่า หรือ อยู่ เป็น"
        " และ แล้ว ใน ในการ ให้ ได้ ไป ไม่",
        "tr": "acaba ama ancak bana ben beni benim bir biz bu bunu bunun da daha de değil diye en"
        " gibi göre hangi hem her ile ise için kadar kaç ki kim mi mu mü mı nasıl ne neden nedir"
        " nerede o olan olarak oldu olduğu olması olur on onu onun sadece sana sen siz ve veya ya"
        " yok yoksa zaman çok şu",
        "uk": "або але без був була були було бути в вам вже ви вона вони воно все всі від він де"
        " для до же з за й його коли ли ми на не немає ну ні о однак ось по при про та так також"
        " те ти тим то тобто тому у хто це цей ця чи чому що щоб я як яка яке який якщо які є і"
        " із їх її",
        "vi": "anh bao bạn bằng bị cho các cái có cũng của hay hoặc khi không là làm lại mà mình"
        " mỗi một như những nào này nên nếu phải qua ra rất sao sau sẽ theo thì thể trong trên"
        " tôi tại từ và vào vì vẫn về với đang đi điều đã đó được đến đều để ở",
    }.items()
}

CJK_STOP = frozenset(
    "的了是在我你他她它们們和与與也有不就都而及或之为為以于於对對从從把被将將这這那个個一上下中到会會能可"
    "要说說吗嗎呢吧啊着著过過等如果因此但并並其所该該"
    "のにはをがでとてもしたなるれいうかあおきくけこさすせそたちつてとどねひふへほまみむめやゆよらりろわんっ"
    "ゃゅょぁぃぅぇぉがぎぐげござじずぜぞだぢづでばびぶべぼぱぴぷぺぽ"
)
"""Chinese function characters, and hiragana (Japanese inflection and particles)."""

LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
"""The languages of each function word."""

for _language, _words in STOP_WORDS.items():
    for _word in _words:
        LANGUAGES_OF[_word] = (*LANGUAGES_OF.get(_word, ()), _language)
