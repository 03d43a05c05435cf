"""Wording that no letter, template or macro may use, in every shipped language (G6, G8).

A phrase list cannot understand a text; it stops what is known to be gating or pressure, whoever
wrote it, and the editor shows the passage with the rule behind it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Objection:
    """A passage of the text and the rule (G6, G8) it breaks."""

    rule: str
    passage: str


# G6: help comes first, never instead; nothing may stand between the reader and the public review.
_GATING = (
    # English
    (
        r"instead of (?:leaving|writing|posting|publishing|giving|a |your )?\s*"
        r"(?:a |your )?(?:\w+ ){0,2}(?:review|rating|feedback publicly)"
    ),
    r"before (?:you )?(?:post|leav|writ|publish|review|rat)\w*",
    (
        r"(?:let|give|allow) us (?:a chance |the chance |an opportunity )?(?:to )?"
        r"(?:fix|solve|resolve|make) (?:it|this|things|that)(?: right)? (?:first|before)"
    ),
    r"(?:contact|talk to|write to|come to|tell) us (?:first|before)",
    r"(?:only|just) (?:if|when) you (?:are|were|have been) (?:happy|satisfied|pleased)",
    (
        r"if you (?:are|were) (?:un|not |dis)(?:happy|satisfied|pleased)\w*,? (?:please )?"
        r"(?:do not|don't|refrain)"
    ),
    r"(?:happy|satisfied|love it)\?? (?:then )?(?:leave|write|post) (?:us )?a (?:\w+ )?review",
    r"(?:not|un)\s?(?:happy|satisfied)\?? (?:then )?(?:contact|tell|write to) us",
    (
        r"(?:leave|give|write|post) (?:us )?(?:a )?(?:positive|good|great|five|5)[ -]?(?:star)?s?"
        r" ?(?:review|rating|stars)"
    ),
    # German
    (
        r"(?:an)?statt (?:einer?|ihrer?|eine|die|öffentlich\w*)? ?(?:\w+ )?"
        r"(?:bewertung|rezension|zu bewerten)"
    ),
    r"bevor sie (?:\w+ ){0,4}(?:bewert|veröffentlich|schreib|rezens|abgeb)\w*",
    r"(?:lassen|geben) sie uns (?:\w+ ){0,4}(?:zuerst|erst|vorher|chance)",
    r"(?:wenden|melden) sie sich (?:bitte )?(?:zuerst|erst|vorher) (?:an|bei) uns",
    r"nur wenn sie (?:\w+ ){0,2}zufrieden",
    r"zufrieden\? ?(?:dann )?(?:bewerten|schreiben)",
    r"(?:positive|gute|5-sterne|fünf-sterne)[ -]bewertung (?:ab|geben|hinterlassen|schreiben)",
    # French
    r"(?:au lieu|plutôt que) (?:d['’]|de )(?:\w+ )?(?:laisser|écrire|publier|donner|poster)",
    r"avant (?:d['’]|de )(?:laisser|écrire|publier|donner|poster|noter)",
    r"(?:laissez|donnez)-nous (?:d['’]abord|la chance|une chance|l['’]occasion)",
    r"(?:contactez|écrivez|parlez)-nous d['’]abord",
    r"(?:seulement|uniquement) si vous êtes (?:content|satisfait)\w*",
    r"(?:satisfait|content)\w*(?:\(e\))? ?\? ?(?:alors )?(?:laissez|écrivez|donnez)",
    (
        r"(?:laissez|donnez|écrivez)(?:-nous)? "
        r"(?:un avis positif|une bonne note|cinq étoiles|5 étoiles)"
    ),
    # Spanish
    r"en (?:lugar|vez) de (?:dejar|escribir|publicar|poner|una reseña|una opinión)",
    r"antes de (?:dejar|escribir|publicar|poner|opinar|valorar|reseñar)",
    r"(?:déjenos|dejenos|denos|permítanos) (?:\w+ ){0,3}(?:primero|antes|oportunidad)",
    r"(?:contacte|contáctenos|escríbanos|hable)(?: con nosotros)? (?:primero|antes)",
    r"solo si (?:está|esta|quedó) (?:contento|satisfech)\w*",
    r"¿?(?:satisfech|content)[oa]\? ?(?:entonces )?(?:deje|escriba)",
    (
        r"(?:deje|escriba|denos|ponga)(?:nos)? "
        r"(?:una (?:buena|reseña positiva)|cinco estrellas|5 estrellas)"
    ),
    # Portuguese
    r"(?:em vez|ao invés) de (?:deixar|escrever|publicar|postar|uma avaliação)",
    r"antes de (?:deixar|escrever|publicar|postar|avaliar)",
    r"(?:deixe-nos|dê-nos|permita-nos) (?:\w+ ){0,3}(?:primeiro|antes|oportunidade|chance)",
    r"(?:contacte|contate|fale|escreva)(?:-nos| connosco| conosco) (?:primeiro|antes)",
    r"(?:só|somente|apenas) se (?:estiver|ficou) (?:feliz|satisfeit)\w*",
    r"satisfeit[oa]\? ?(?:então )?(?:deixe|escreva)",
    (
        r"(?:deixe|escreva|dê)(?:-nos)? "
        r"(?:uma avaliação positiva|uma boa nota|cinco estrelas|5 estrelas)"
    ),
)

# G8: nothing is ever tied to changing, removing or not posting a review, nor rewarded for it.
_PRESSURE = (
    # English
    (
        r"(?:change|update|edit|revise|reconsider|amend|raise|improve|increase) your "
        r"(?:[\w-]+ ){0,2}(?:review|rating|stars|score)"
    ),
    (
        r"(?:delete|remove|withdraw|take down|take back) (?:your|the|this|that) "
        r"(?:[\w-]+ ){0,2}(?:review|rating|comment)"
    ),
    (
        r"(?:refund|voucher|discount|coupon|gift)\w* (?:\w+ ){0,6}(?:if|once|when|after) you "
        r"(?:\w+ ){0,3}(?:review|rat|delet|remov|chang)\w*"
    ),
    # German
    (
        r"(?:ändern|aktualisieren|überdenken|korrigieren|verbessern|anpassen) sie "
        r"(?:bitte )?(?:ihre|die) (?:\w+ )?(?:bewertung|rezension|sterne)"
    ),
    (
        r"(?:löschen|entfernen|zurückziehen) sie (?:bitte )?(?:ihre|die) (?:\w+ )?"
        r"(?:bewertung|rezension)"
    ),
    (
        r"ihre (?:\w+ )?(?:bewertung|rezension) (?:\w+ ){0,4}"
        r"(?:ändern|aktualisieren|überdenken|anpassen|löschen|entfernen|zurückziehen|zurücknehmen)"
    ),
    # French
    (
        r"(?:modifie[rz]|change[rz]|révise[rz]|reconsidére[rz]|améliore[rz]) (?:votre|l['’]) ?"
        r"(?:avis|note|évaluation)"
    ),
    (
        r"(?:supprime[rz]|retire[rz]|efface[rz]|enlev(?:er|ez)) (?:votre|cet|l['’]) ?"
        r"(?:avis|note|évaluation)"
    ),
    # Spanish
    (
        r"(?:cambi|modifi|actualic|actualiz|reconsider|mejor|edit|edite)\w* su "
        r"(?:reseña|opinión|valoración|puntuación)"
    ),
    r"(?:elimin|borr|retir|quit)\w* (?:su|la|esta) (?:reseña|opinión|valoración)",
    # Portuguese
    (
        r"(?:alter|modifi|atualiz|mud|reconsider|melhor|edit)\w* (?:a )?sua "
        r"(?:avaliação|nota|opinião|resenha)"
    ),
    r"(?:elimin|apagu?|remov|exclu|retir)\w* (?:a )?(?:sua|esta) (?:avaliação|opinião|resenha)",
)

_RULES = {
    "G6": re.compile("|".join(_GATING), re.IGNORECASE),
    "G8": re.compile("|".join(_PRESSURE), re.IGNORECASE),
}


def objections(text: str) -> list[Objection]:
    """Every forbidden passage of `text` in order; empty when it may be sent.

    All languages are looked for at once: a German shop may well write an English macro.
    """
    plain = _plain(text)
    found = [(m.start(), name, m[0]) for name, rule in _RULES.items() for m in rule.finditer(plain)]
    return [Objection(name, passage.strip()) for _, name, passage in sorted(found)]


def _plain(text: str) -> str:
    """NFKC, invisible characters and runs of blanks gone, so that spacing hides nothing."""
    composed = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in composed if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", visible)
