"""Beginnings of public answers by language and kind; what is in brackets a person must fill in."""

from __future__ import annotations

REPLY_TEMPLATES: dict[str, dict[str, str]] = {
    "en": {
        "mismatch": (
            "Thank you for telling us, {name}. You expected [what] and got [what]; I see why that "
            "disappoints. We have [what you changed on the page]. Please write to us at {email} "
            "so that we can find what suits you."
        ),
        "shipping": (
            "I am sorry that [what happened on the way], {name}. We have [what you did]. You reach "
            "us at {email}; we stay with it until it is solved."
        ),
        "support": (
            "I am sorry, {name}: [what went wrong in our answer] should not have happened, and it "
            "was ours to do better. We have [what you did]. Please write to {email}, and I will "
            "look after it."
        ),
        "quality": (
            "Thank you for describing [the defect], {name}. We have passed it on to [whom] and are "
            "checking this batch. Please write to {email} with a photo, so that we can replace it."
        ),
        "thanks": "Thank you, {name}. It is good to read that [a detail they named].",
    },
    "de": {
        "mismatch": (
            "Danke für Ihre offenen Worte, {name}. Sie hatten [was] erwartet und [was] bekommen; "
            "das verstehen wir. Wir haben [was Sie auf der Seite geändert haben]. Schreiben Sie "
            "uns an {email}, damit wir das Passende finden."
        ),
        "shipping": (
            "Es tut uns leid, dass [was unterwegs geschah], {name}. Wir haben [was Sie getan "
            "haben]. Sie erreichen uns unter {email}; wir bleiben daran, bis es gelöst ist."
        ),
        "support": (
            "Es tut uns leid, {name}: [was an unserer Antwort nicht gut war] hätte nicht geschehen "
            "dürfen. Wir haben [was Sie getan haben]. Schreiben Sie an {email}, ich kümmere mich."
        ),
        "quality": (
            "Danke, dass Sie [den Mangel] beschreiben, {name}. Wir haben es an [wen] gegeben und "
            "prüfen diese Charge. Schreiben Sie an {email} mit einem Foto, damit wir ersetzen."
        ),
        "thanks": "Danke, {name}. Schön zu lesen, dass [etwas aus der Bewertung].",
    },
    "fr": {
        "mismatch": (
            "Merci de nous l'avoir dit, {name}. Vous attendiez [quoi] et avez reçu [quoi] ; nous "
            "comprenons. Nous avons [ce qui a changé sur la page]. Écrivez-nous à {email} pour "
            "trouver ce qui vous convient."
        ),
        "shipping": (
            "Nous sommes désolés que [ce qui s'est passé en route], {name}. Nous avons [ce qui a "
            "été fait]. Vous pouvez nous joindre à {email} jusqu'à ce que tout soit réglé."
        ),
        "support": (
            "Nous sommes désolés, {name} : [ce qui n'allait pas dans notre réponse] n'aurait pas "
            "dû arriver. Nous avons [ce qui a été fait]. Écrivez à {email}, je m'en occupe."
        ),
        "quality": (
            "Merci d'avoir décrit [le défaut], {name}. Nous avons transmis à [qui] et vérifions ce "
            "lot. Écrivez à {email} avec une photo, pour un remplacement."
        ),
        "thanks": "Merci, {name}. Nous sommes heureux de lire que [un détail de l'avis].",
    },
    "es": {
        "mismatch": (
            "Gracias por contarlo, {name}. Usted esperaba [qué] y recibió [qué]; lo entendemos. "
            "Hemos [qué cambió en la página]. Escríbanos a {email} para encontrar lo adecuado."
        ),
        "shipping": (
            "Sentimos que [qué pasó en el camino], {name}. Hemos [qué se hizo]. Puede escribirnos "
            "a {email}; seguimos hasta que esté resuelto."
        ),
        "support": (
            "Lo sentimos, {name}: [qué falló en nuestra respuesta] no debió pasar. Hemos [qué se "
            "hizo]. Escriba a {email} y me ocupo."
        ),
        "quality": (
            "Gracias por describir [el defecto], {name}. Hemos pasado el caso a [quién] y "
            "revisamos este lote. Escriba a {email} con una foto, para cambiarlo."
        ),
        "thanks": "Gracias, {name}. Nos alegra leer que [un detalle de la reseña].",
    },
    "pt": {
        "mismatch": (
            "Obrigado por contar, {name}. O senhor esperava [o quê] e recebeu [o quê]; entendemos. "
            "Já [o que mudou na página]. Escreva para {email} para acharmos o que serve."
        ),
        "shipping": (
            "Sentimos que [o que houve no caminho], {name}. Já [o que foi feito]. Fale conosco em "
            "{email}; seguimos até estar resolvido."
        ),
        "support": (
            "Pedimos desculpa, {name}: [o que falhou na nossa resposta] não devia ter acontecido. "
            "Já [o que foi feito]. Escreva para {email}, eu cuido disso."
        ),
        "quality": (
            "Obrigado por descrever [o defeito], {name}. Passamos o caso a [quem] e verificamos "
            "este lote. Escreva para {email} com uma foto, para trocarmos."
        ),
        "thanks": "Obrigado, {name}. É bom ler que [um detalhe da avaliação].",
    },
}
"""Language → kind → text; {name} and {email} are filled in by the editor."""


def reply_template(language: str, kind: str, *, name: str, email: str) -> str:
    """The beginning of an answer, the author's first shown name and the shop's address in place."""
    texts = REPLY_TEMPLATES.get(language.partition("-")[0], REPLY_TEMPLATES["en"])
    first = next(iter(name.split()), "") or "…"
    return texts[kind].replace("{name}", first.rstrip(".")).replace("{email}", email)
