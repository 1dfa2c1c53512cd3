"""Words that give away what a part of a prompt is for, in English, German, Spanish and French.

Written from how such prompts are usually phrased; the annotated samples of the tests say how far
that carries. Stems match at the start of a word.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from ftgate.model.prompts import Label


def _stems(words: str) -> re.Pattern[str]:
    """Any of these stems at the start of a word; ``_`` stands for a space, ``$`` ends the word."""
    joined = "|".join(
        re.escape(word).replace("_", r"[\s_-]+").replace(r"\$", r"(?!\w)") for word in words.split()
    )
    return re.compile(rf"(?<!\w)(?:{joined})", re.I)


HEADINGS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (
        "examples",
        _stems(
            "good_message good_answer good_reply good_response good_output example few_shot"
            " few-shot demonstration sample beispiel muster ejemplo exemple esempio exemplo"
        ),
    ),
    (
        "legal",
        _stems(
            "legal disclaimer notice hinweis aviso avertissement liabilit privacy terms"
            " compliance copyright license licence gdpr rechtlich haftung datenschutz impressum"
            " agb dsgvo aviso_legal legales privacidad protección_de_datos mentions_légales"
            " juridi confidentialité rgpd avertissement_légal responsabilité"
        ),
    ),
    (
        "format",
        _stems(
            "template vorlage plantilla modèle gabarit how_to_answer how_to_respond"
            " how_to_reply cómo_responder comment_répondre wie_du_antwortest wie_sie_antworten"
            " antworten$ format output_ output$ response_ response$ reply$ structure json"
            " schema layout length fields ausgabe antwortformat antwortlänge struktur aufbau"
            " länge salida formato estructura longitud respuesta sortie structure longueur"
            " réponse mise_en_forme answer$ answer_format deliverable"
        ),
    ),
    (
        "persona",
        _stems(
            "role$ persona identity tone voice character personality who_you_are style$"
            " style_and about_you rolle$ ton$ tonfall tonalität stil$ sprachstil persönlichkeit"
            " identität charakter rol$ tono estilo personalidad identidad personaje rôle ton_"
            " style personnalité identité voix"
        ),
    ),
    (
        "rules",
        _stems(
            "rule guideline instruction constraint do_not don't dos$ do's must banned forbidden"
            " prohibited avoid restriction limit boundar safety task$ your_task steps workflow"
            " process what_you what_to_do qué_debes que_debes quoi_faire was_du_tun never$"
            " always$ requirement escalation severity priorit regel vorgabe anweisung aufgabe"
            " verbot richtlinie einschränkung grenzen ablauf vorgehen wichtig regla norma"
            " instruccion tarea prohibid directri restriccion límites pasos pautas requisitos"
            " règle consigne instruction tâche interdi contrainte limites étapes directive"
            " exigences mots_interdits palabras_prohibidas"
        ),
    ),
    (
        "facts",
        _stems(
            "fact knowledge information background context product price pricing tariff plan$"
            " plans faq company opening hours contact catalog inventory stock reference"
            " service_ services fakten wissen informationen hintergrund kontext produkt preis"
            " tarif unternehmen öffnungszeiten kontakt sortiment leistungen datos dato_"
            " información informacion contexto producto precio horario tarifa empresa"
            " conocimiento contacto servicios hechos fait information contexte produit prix"
            " horaire tarif connaissance entreprise coordonnées"
        ),
    ),
    (
        "variables",
        _stems(
            "input user_input question message query conversation transcript history document$"
            " text$ article ticket email eingabe frage nachricht gespräch verlauf text$ anfrage"
            " entrada pregunta mensaje conversación texto historial consulta entrée question"
            " message conversation texte demande"
        ),
    ),
)
"""What headings promise, in the order in which they are asked: "Output examples" are examples."""

STEMS: tuple[tuple[Label, int, str], ...] = (
    (
        "legal",
        4,
        "consumo_responsable drink_responsibly does_not_constitute do_not_constitute"
        " does_not_replace la_ley the_law by_law das_gesetz la_loi privacy_notice hipaa"
        " ersetzt_keine binding_offer informational_purposes at_your_own_risk may_be_recorded"
        " ohne_gewähr no_reemplaza sin_garantía ne_remplace_pas sous_réserve ersetzt_nicht"
        " not_legal_advice not_financial_advice not_medical_advice not_a_substitute_for"
        " statutory liability liable terms_and_conditions terms_of_ privacy_policy gdpr"
        " copyright all_rights_reserved regulated_by without_warranty as_required_by_law"
        " general_conditions rechtsanspruch haftung haftet allgemeine_geschäftsbedingungen"
        " allgemeinen_geschäftsbedingungen allgemeinen_versicherungsbedingungen"
        " datenschutzerklärung dsgvo unverbindlich keine_rechtsberatung urheberrecht gesetzlich"
        " vorbehalten condiciones_generales política_de_privacidad no_constituye"
        " responsabilidad_legal rgpd derechos_reservados asesoramiento_legal no_sustituye"
        " ne_constitue conditions_générales politique_de_confidentialité responsabilité_de"
        " avis_juridique droits_réservés à_titre_indicatif",
    ),
    (
        "persona",
        3,
        "your_tone your_voice your_style your_personality your_manner tone_of_voice you_sound"
        " you_speak_ stay_friendly stay_calm stay_polite be_friendly be_polite be_warm"
        " be_empathetic keep_a_formal keep_a_friendly sound_like dein_ton ihr_ton dein_stil"
        " ihr_stil tonfall bleib_freundlich bleiben_sie_freundlich bleibst du_sprichst du_duzt"
        " du_siezt sei_freundlich seien_sie_freundlich tu_tono su_tono tu_estilo tu_voz hablas"
        " sé_amable mantén_un_tono mantenga_un_tono ton_ton votre_ton ton_style votre_style"
        " tu_écris vous_écrivez tu_parles vous_parlez vous_employez reste_courtois"
        " restez_courtois soyez_poli sois_poli",
    ),
    (
        "persona",
        1,
        "friendly warm polite cheerful empathetic playful witty calm formal casual tone$ voice$"
        " humour humor freundlich höflich herzlich sachlich humorvoll locker amable cercano"
        " cordial empátic educad tono$ aimable chaleureu poli$ polie$ sobre$ ton$",
    ),
    (
        "format",
        3,
        "json yaml xml csv markdown html snake_case plain_text lowercase lower_case uppercase"
        " upper_case sentence_case title_case iso_8601 ne_renvoyez_que ne_renvoie_que",
    ),
    (
        "format",
        3,
        "start_with begin_with end_with ends_with sign_off close_with output_a output_the"
        " output_one return_a return_the return_only reply_with respond_with answer_with"
        " answer_in respond_in must_be_valid in_json as_json as_yaml per_line antworte_mit"
        " antworte_im responde_con responde_en réponds_en réponds_par",
    ),
    (
        "format",
        2,
        "format schema key$ keys$ field table$ bullet numbered_list heading subject_line"
        " code_block code_fence nothing_else no_preamble valid_label labels$ null$ decimals"
        " salutation sign-off schlüssel tabelle aufzählung überschrift betreff anrede"
        " grußformel klartext kleinschreibung feld$ felder$ nullwert clave tabla$ viñetas"
        " encabezado campo asunto minúsculas clés$ tableau puces titre$ titres$ objet$ champ"
        " minuscules mise_en_forme colonnes ganze_sätze present_tense sie-form is_one_of"
        " ist_eines_von eine_zahl",
    ),
    (
        "rules",
        2,
        "these_steps this_order étapes pasos_ schritte reihenfolge never do_not don't"
        " don\u2019t avoid must_not mustn't not_allowed forbidden prohibited banned only_if"
        " make_up invent guess nie$ niemals nicht kein$ keine$ keinen$ vermeide verboten"
        " erfinde nunca jamás evita prohibid inventes inventar jamais évite interdit inventer"
        " always immer$ siempre toujours must$ muss müssen debe$ debes doit unless translate"
        " classify summari extract rewrite classe$ traduis traduisez clasifica traduce resume$"
        " übersetze fasse klassifiziere convert$",
    ),
    (
        "facts",
        2,
        "costs$ cost$ is_open are_open is_located was_built was_founded opens$ closes$"
        " includes$ offers$ ships$ is_served is_closed based_in headquarter kostet kosten$"
        " beträgt betragen dauern dauert geöffnet liegt$ gegründet umfasst cuesta abre$ cierra"
        " está$ incluye ofrece fundad coûte ouvre$ ferme$ se_trouve comprend propose$ fondé",
    ),
)
"""Label, weight, and stems that speak for it: ``_`` is a space, ``$`` the end of the word."""

OPENINGS: tuple[tuple[Label, int, re.Pattern[str]], ...] = (
    (
        "persona",
        6,
        re.compile(
            r"\W*(?:you are\b|you're (?:a|an|the)\b|act as\b|imagine you are|du bist\b"
            r"|sie sind\b|ich bin\b|eres\b|usted es\b|actúa como\b|tu es\b|vous êtes\b|agis comme\b"
            r"|agissez comme\b|trabajas (?:para|en)\b|sie übernehmen die rolle|tu travailles\b"
            r"|as an? (?:\w+ )?(?:ai|expert|assistant|experienced|senior|\w+er|\w+or)\b"
            r"|you (?:work|write|help|assist|serve|represent|support|speak)\b"
            r"|du (?:arbeitest|hilfst|schreibst)\b|sei un|você é\b|i want you to act as"
            r"|your (?:name|role|job) is\b"
            r"|dein(?:e)? (?:name|rolle|aufgabe) ist\b|tu (?:nombre|rol) es\b|ton nom est\b)"
        ),
    ),
    (
        "format",
        4,
        re.compile(
            r"\W*(?:(?:respond|reply|answer|return|output|format|produce|write)\b[^.]{0,40}?\b(?:with"
            r"|in|as|only|using|exactly|one|a single|json|sentence|paragraph|line|words|table)\b"
            r"|(?:antworte|antworten sie|gib|geben sie|schreib\w*|formuliere|liefere)\b[^.]{0,40}?"
            r"\b(?:als|mit|in|nur|ausschließlich|einen|zurück|aus|genau)\b"
            r"|(?:responde|devuelve|contesta|responda|devuelva)\b"
            r"|(?:escribe|escriba|entrega|genera)\b[^.]{0,40}?\b(?:en|con|como|solo|sin|json)\b"
            r"|(?:réponds|répondez|renvoie|renvoyez|retourne[sz]?)\b"
            r"|(?:écris|écrivez|rédige[sz]?|rends|fournis)\b[^.]{0,40}?"
            r"\b(?:sous|uniquement|seulement|json|phrases?|lignes?|mots)\b"
            r"|[\"\u201c`][\w-]+[\"\u201d`]\s*[:(=])"
        ),
    ),
    (
        "rules",
        5,
        re.compile(
            r"\W*(?:\d+[.)]\s*)?(?:never|do not|don['\u2019]t|avoid|always|under no circumstances"
            r"|refuse|treat|ignore|stop|ask|if|when|unless|only use|use only|make sure"
            r"|ensure|prefer|skip|leave out|before|verify|check|nie|niemals"
            r"|only(?! (?:return|output|respond|reply|answer|write))"
            r"|nenne[n]? (?:sie )?(?:nie|keine)|vermeide\w*|verwende\w* (?:sie )?(?:nie|kein|nicht)"
            r"|wenn|falls|immer|frag\w* (?:sie )?nie|sag\w* (?:sie )?(?:nie|kein)|versprich"
            r"|versprechen sie|bei|prüfe|nunca|jamás"
            r"|evita\w*|siempre|si|asegúrate|cuando|solo usa|usa solo|comprueba"
            r"|jamais|ne(?! (?:renvo|retourn|rend|donne)\w* que)"
            r"|n['\u2019]\w+|évite\w*|toujours|quand|lorsque|assure|vérifie\w*)(?!\w)"
        ),
    ),
    ("rules", 2, re.compile(r"\W*(?:no|kein\w*|pas de|sin|sans|ohne)(?!\w)")),
)
"""How a sentence in lower case may begin, and what it then is."""

PERISHABLE = re.compile(
    r"[$€£]\s?\d|\d\s?(?:[$€£]|eur\b|usd\b|euro|dollars?|cent\b|%)|\b\d{1,2}[:.h]\d{2}\b"
    r"|\+\d{2}[\d \-]{5,}|\b(?:19|20)\d\d\b|https?://|www\.|\w@[\w-]+\.\w"
    r"|\b\d+(?:[.,]\d+)?\s?(?:km|kg|m²|kwh|gb|tonnes?|hours?|days|months|years|stunden|tage"
    r"|werktage|monate|jahre|horas|días|meses|años|heures|jours|mois|ans)(?!\w)"
)
"""Amounts, times, dates and addresses: what facts are made of."""

NUMBERS = frozenset(
    "one two three four five six seven eight nine ten ein eine einen zwei drei vier fünf"
    " sechs un una uno dos tres cuatro cinco seis une deux trois quatre cinq six".split()
)
UNITS = frozenset(
    "word words sentence sentences paragraph paragraphs line lines characters bullet bullets"
    " column columns step steps decimals wort wörter wörtern satz sätze sätzen absatz absätze"
    " absätzen zeile zeilen zeichen spalten stichpunkte stichpunkten palabra palabras frase"
    " frases oración oraciones párrafo párrafos línea líneas caracteres columnas mot mots"
    " phrase phrases paragraphe paragraphes ligne lignes colonnes caractères".split()
)
"""``at most four sentences``: a number, and within two words what of a text it counts."""


_LONGEST_STEM = 40  # characters of a first word: no stem has more


class Stem(NamedTuple):
    """``at`` is the entry of :data:`STEMS`; ``rest`` follows the word, None where it stands alone.

    ``whole`` asks for the end of the word.
    """

    at: int
    rest: str
    whole: bool


@functools.cache
def _index() -> dict[str, list[Stem]]:
    """Stems by their first word."""
    index: dict[str, list[Stem]] = {}
    for at, (_, _, stems) in enumerate(STEMS):
        for stem in stems.split():
            first, _, rest = stem.replace("_", " ").partition(" ")
            more = f" {rest.rstrip()}" if rest else ""
            whole = bool(rest) or "_" in stem or first.endswith("$")
            index.setdefault(first.rstrip("$"), []).append(Stem(at, more, whole))
    return index


@functools.lru_cache(maxsize=20_000)
def stems_of(word: str) -> tuple[Stem, ...]:
    """Stems with which a word in lower case begins; remembered, for prompts repeat their words."""
    index = _index()
    found: list[Stem] = []
    for end in range(1, min(len(word), _LONGEST_STEM) + 1):
        for stem in index.get(word[:end], ()):
            if end == len(word) or not stem.whole:
                found.append(stem)
    return tuple(found)


SECOND_PERSON = frozenset(
    "you your du dein deine sie ihr ihre ihren tú tu tus usted su vous votre vos ton ta tes".split()
)

SPEAKERS = re.compile(
    r"^[\s>*-]*(?P<who>[^\W\d_][\w .'-]{0,24}?)\**\s?(?P<number>\d{0,2})\s?:"
    r"\**(?:\s+|$)(?P<said>.*)"
)
"""``Customer: my plug sparked``: a line of a worked example, where such lines repeat."""

SPEAKER_NAMES = _stems(
    "example sample beispiel ejemplo exemple esempio input output user customer client"
    " assistant agent bot question answer q$ a$ human ai$ guest visitor guide post comment"
    " review ticket email text response label class result reply message title summary source"
    " target eingabe ausgabe kunde kundin nutzer frage antwort meldung brief nachricht entrada"
    " salida cliente usuario pregunta respuesta mensaje asistente entrée sortie utilisateur"
    " réponse question texte en$ fr$ de$ es$ it$ before after vorher nachher viajero"
)
