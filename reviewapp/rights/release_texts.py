"""What people in a picture, and guardians of children in it, read before they agree (P2, P5).

Version by version like the licence texts; the sentence of each use is theirs. `depicted-1` and
`guardian-1` are the first; texts once shown stay under their version.
"""

from __future__ import annotations

from reviewapp.rights.texts import LicenceText, licence_text

VERSION = "1"
"""Raised by every change of a word below."""


def release_text(party: str, use: str, language: str, version: str | None = None) -> LicenceText:
    """The text of `use` for `party` (depicted or guardian) in a shipped language.

    A version that never was, such as `depicted-0`, is taken for the present one.
    """
    known = version if version and is_release(version) else f"{party}-{VERSION}"
    sentence = licence_text(use, language).sentence
    return LicenceText(use, known, language, _TERMS[known][language], sentence)


def is_release(version: str) -> bool:
    """Whether a text's version is one of these."""
    return version in _TERMS


_DEPICTED_1 = {
    "en": (
        "You can be recognised in this picture or film. Your yes allows the shop this one use "
        "of it, anywhere in the world, free of charge, until you take it back. It may be cropped "
        "and made smaller. Your name is not shown with it. It may not be used to train AI "
        "models. You can take your yes back at any time, without a reason, with this same link."
    ),
    "de": (
        "Sie sind auf diesem Bild oder in diesem Film zu erkennen. Ihr Ja erlaubt dem Shop genau "
        "diese eine Nutzung: weltweit, unentgeltlich und bis Sie es zurücknehmen. Es darf "
        "zugeschnitten und verkleinert werden. Ihr Name steht nicht dabei. Es darf nicht zum "
        "Training von KI-Modellen dienen. Sie können Ihr Ja jederzeit und ohne Grund über "
        "denselben Link zurücknehmen."
    ),
    "fr": (
        "On vous reconnaît sur cette image ou dans ce film. Votre oui autorise la boutique à "
        "cette seule utilisation : dans le monde entier, gratuitement et jusqu'à ce que vous le "
        "retiriez. L'image peut être recadrée et réduite. Votre nom n'y est pas affiché. Elle ne "
        "peut pas servir à entraîner des modèles d'IA. Vous pouvez retirer votre oui à tout "
        "moment, sans motif, avec ce même lien."
    ),
    "es": (
        "Se le reconoce en esta imagen o película. Su sí permite a la tienda solo este uso: en "
        "todo el mundo, gratis y hasta que lo retire. Se puede recortar y reducir. Su nombre no "
        "aparece con ella. No puede usarse para entrenar modelos de IA. Puede retirar su sí en "
        "cualquier momento y sin dar motivos, con este mismo enlace."
    ),
    "pt": (
        "É possível reconhecê-lo nesta imagem ou filme. O seu sim permite à loja apenas este uso: "
        "em todo o mundo, sem custos e até o retirar. Pode ser recortada e reduzida. O seu nome "
        "não aparece com ela. Não pode servir para treinar modelos de IA. Pode retirar o seu sim "
        "a qualquer momento, sem motivo, com esta mesma ligação."
    ),
}
_GUARDIAN_1 = {
    "en": (
        "A child in your care can be recognised in this picture or film. As the parent or "
        "guardian you decide for the child. Your yes allows the shop this one use of it, anywhere "
        "in the world, free of charge, until you take it back. It may be cropped and made smaller. "
        "Neither the child's name nor yours is shown with it. It may not be used to train AI "
        "models. You can take your yes back at any time, without a reason, with this same link."
    ),
    "de": (
        "Ein Kind, für das Sie sorgen, ist auf diesem Bild oder in diesem Film zu erkennen. Als "
        "Elternteil oder Vormund entscheiden Sie für das Kind. Ihr Ja erlaubt dem Shop genau "
        "diese eine Nutzung: weltweit, unentgeltlich und bis Sie es zurücknehmen. Es darf "
        "zugeschnitten und verkleinert werden. Weder der Name des Kindes noch Ihrer steht dabei. "
        "Es darf nicht zum Training von KI-Modellen dienen. Sie können Ihr Ja jederzeit und ohne "
        "Grund über denselben Link zurücknehmen."
    ),
    "fr": (
        "On reconnaît sur cette image ou dans ce film un enfant dont vous avez la charge. En tant "
        "que parent ou tuteur, vous décidez pour l'enfant. Votre oui autorise la boutique à cette "
        "seule utilisation : dans le monde entier, gratuitement et jusqu'à ce que vous le "
        "retiriez. L'image peut être recadrée et réduite. Ni le nom de l'enfant ni le vôtre n'y "
        "sont affichés. Elle ne peut pas servir à entraîner des modèles d'IA. Vous pouvez retirer "
        "votre oui à tout moment, sans motif, avec ce même lien."
    ),
    "es": (
        "En esta imagen o película se reconoce a un menor a su cargo. Como madre, padre o tutor, "
        "usted decide por el menor. Su sí permite a la tienda solo este uso: en todo el mundo, "
        "gratis y hasta que lo retire. Se puede recortar y reducir. Ni el nombre del menor ni el "
        "suyo aparecen con ella. No puede usarse para entrenar modelos de IA. Puede retirar su sí "
        "en cualquier momento y sin dar motivos, con este mismo enlace."
    ),
    "pt": (
        "Nesta imagem ou filme reconhece-se uma criança a seu cargo. Como mãe, pai ou tutor, "
        "decide pela criança. O seu sim permite à loja apenas este uso: em todo o mundo, sem "
        "custos e até o retirar. Pode ser recortada e reduzida. Nem o nome da criança nem o seu "
        "aparecem com ela. Não pode servir para treinar modelos de IA. Pode retirar o seu sim a "
        "qualquer momento, sem motivo, com esta mesma ligação."
    ),
}
_TERMS = {"depicted-1": _DEPICTED_1, "guardian-1": _GUARDIAN_1}
