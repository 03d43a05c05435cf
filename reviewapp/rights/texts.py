"""Licence texts as the author reads them: version by version, five languages, eight uses (P1, P2).

A shop's own words stand in the slots of `slots.py` only; its text is then version 2.1, 2.2, …
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from reviewapp.core.json import canonical_sha256
from reviewapp.models.rights import USES
from reviewapp.rights.slots import NO_SLOTS, Slots

VERSION = "2"
"""Raised by every change of a word below; texts once shown stay in the code under their version."""


@dataclass(frozen=True)
class LicenceText:
    """What one tick allows: the terms common to all uses and the sentence of this one."""

    use: str
    version: str
    language: str
    terms: str
    sentence: str

    @property
    def sha256(self) -> str:
        """Over version, language, use, terms and sentence exactly as they are shown."""
        return canonical_sha256(asdict(self))


def licence_text(
    use: str, language: str, version: str = VERSION, slots: Slots = NO_SLOTS
) -> LicenceText:
    """The text of `use` (one of USES) in a shipped language; KeyError for any other.

    `version` may name a shop's edition after a dot; its words are `slots`.
    """
    terms = _TERMS[version.partition(".")[0]][language]
    terms = terms.format(shop=f" {slots.shop}" if slots.shop else "")
    contact = _CONTACT[language].format(contact=slots.contact) if slots.contact else ""
    told = " ".join(filter(None, (slots.friendly, terms, contact)))
    return LicenceText(use, version, language, told, _SENTENCES[language][use])


def is_shipped(version: str) -> bool:
    """Whether shipped words with this version exist; a shop's edition after a dot is not asked."""
    return version in _TERMS


def shipped_versions() -> list[str]:
    """Every version of the shipped words, the oldest first."""
    return list(_TERMS)


def licence_texts(
    language: str, version: str = VERSION, slots: Slots = NO_SLOTS
) -> list[LicenceText]:
    """All uses in the order in which they are asked."""
    return [licence_text(use, language, version, slots) for use in USES]


_TERMS_1 = {
    "en": (
        "Each tick allows the shop this one use of your review and of the photos you send"
        " with it, anywhere in the world, free of charge, with the name you chose, until "
        "you take it back. Photos may be cropped and made smaller; your words stay as "
        "they are. Nothing may be used to train AI models. You can take each one back at "
        "any time on your own page."
    ),
    "de": (
        "Jedes Häkchen erlaubt dem Shop genau diese eine Nutzung Ihrer Bewertung und der "
        "Fotos, die Sie mitsenden: weltweit, unentgeltlich, mit dem von Ihnen gewählten "
        "Namen und bis Sie es widerrufen. Fotos dürfen zugeschnitten und verkleinert "
        "werden; Ihre Worte bleiben, wie sie sind. Nichts davon darf zum Training von KI-"
        "Modellen dienen. Jede Erlaubnis können Sie jederzeit auf Ihrer eigenen Seite "
        "zurücknehmen."
    ),
    "fr": (
        "Chaque case cochée autorise la boutique à cette seule utilisation de votre avis "
        "et des photos qui l'accompagnent : dans le monde entier, gratuitement, avec le "
        "nom que vous avez choisi et jusqu'à ce que vous la retiriez. Les photos peuvent "
        "être recadrées et réduites ; vos mots restent tels quels. Rien ne peut servir à "
        "entraîner des modèles d'IA. Vous pouvez retirer chaque autorisation à tout "
        "moment sur votre page personnelle."
    ),
    "es": (
        "Cada casilla marcada permite a la tienda solo ese uso de su opinión y de las "
        "fotos que la acompañan: en todo el mundo, gratis, con el nombre que usted eligió"
        " y hasta que lo retire. Las fotos se pueden recortar y reducir; sus palabras "
        "quedan como están. Nada de ello puede usarse para entrenar modelos de IA. Puede "
        "retirar cada permiso en cualquier momento en su propia página."
    ),
    "pt": (
        "Cada opção assinalada permite à loja apenas esse uso da sua avaliação e das "
        "fotos que a acompanham: em todo o mundo, sem custos, com o nome que escolheu e "
        "até o retirar. As fotos podem ser recortadas e reduzidas; as suas palavras ficam"
        " como estão. Nada disto pode servir para treinar modelos de IA. Pode retirar "
        "cada permissão a qualquer momento na sua própria página."
    ),
}
_TERMS_2 = {
    "en": (
        "Each tick allows the shop{shop} this one use of your review and of the photos "
        "and videos you send with it, anywhere in the world, free of charge, with the "
        "name you chose, until you take it back. Photos and videos may be cropped and "
        "made smaller; your words stay as they are. Nothing may be used to train AI "
        "models. You can take each one back at any time on your own page."
    ),
    "de": (
        "Jedes Häkchen erlaubt dem Shop{shop} genau diese eine Nutzung Ihrer Bewertung "
        "und der Fotos und Videos, die Sie mitsenden: weltweit, unentgeltlich, mit dem "
        "von Ihnen gewählten Namen und bis Sie es widerrufen. Fotos und Videos dürfen "
        "zugeschnitten und verkleinert werden; Ihre Worte bleiben, wie sie sind. Nichts "
        "davon darf zum Training von KI-Modellen dienen. Jede Erlaubnis können Sie "
        "jederzeit auf Ihrer eigenen Seite zurücknehmen."
    ),
    "fr": (
        "Chaque case cochée autorise la boutique{shop} à cette seule utilisation de votre"
        " avis et des photos et vidéos qui l'accompagnent : dans le monde entier, "
        "gratuitement, avec le nom que vous avez choisi et jusqu'à ce que vous la "
        "retiriez. Les photos et vidéos peuvent être recadrées et réduites ; vos mots "
        "restent tels quels. Rien ne peut servir à entraîner des modèles d'IA. Vous "
        "pouvez retirer chaque autorisation à tout moment sur votre page personnelle."
    ),
    "es": (
        "Cada casilla marcada permite a la tienda{shop} solo ese uso de su opinión y de "
        "las fotos y los vídeos que la acompañan: en todo el mundo, gratis, con el nombre"
        " que usted eligió y hasta que lo retire. Las fotos y los vídeos se pueden "
        "recortar y reducir; sus palabras quedan como están. Nada de ello puede usarse "
        "para entrenar modelos de IA. Puede retirar cada permiso en cualquier momento en "
        "su propia página."
    ),
    "pt": (
        "Cada opção assinalada permite à loja{shop} apenas esse uso da sua avaliação e "
        "das fotos e dos vídeos que a acompanham: em todo o mundo, sem custos, com o nome"
        " que escolheu e até o retirar. As fotos e os vídeos podem ser recortados e "
        "reduzidos; as suas palavras ficam como estão. Nada disto pode servir para "
        "treinar modelos de IA. Pode retirar cada permissão a qualquer momento na sua "
        "própria página."
    ),
}
_CONTACT = {
    "en": "Questions about it are answered by {contact}.",
    "de": "Fragen dazu beantwortet {contact}.",
    "fr": "Pour toute question : {contact}.",
    "es": "Responde a sus preguntas: {contact}.",
    "pt": "Responde às suas perguntas: {contact}.",
}
_SENTENCES = {
    "en": {
        "site": "On other pages of the shop's website",
        "email": "In the shop's e-mails to its customers",
        "homepage": "On the shop's home page",
        "social": "In the shop's posts on social media",
        "ads": "In paid advertisements of the shop",
        "marketplace": "In the shop's offers on marketplaces",
        "print": "In print, such as leaflets, packaging or posters",
        "partners": "By retailers that sell this product for the shop",
    },
    "de": {
        "site": "Auf anderen Seiten der Website des Shops",
        "email": "In E-Mails des Shops an seine Kundschaft",
        "homepage": "Auf der Startseite des Shops",
        "social": "In Beiträgen des Shops in sozialen Medien",
        "ads": "In bezahlter Werbung des Shops",
        "marketplace": "In Angeboten des Shops auf Marktplätzen",
        "print": "In Gedrucktem, etwa Faltblättern, Verpackungen oder Plakaten",
        "partners": "Durch Händler, die dieses Produkt für den Shop verkaufen",
    },
    "fr": {
        "site": "Sur d'autres pages du site de la boutique",
        "email": "Dans les e-mails de la boutique à ses clients",
        "homepage": "Sur la page d'accueil de la boutique",
        "social": "Dans les publications de la boutique sur les réseaux sociaux",
        "ads": "Dans les publicités payantes de la boutique",
        "marketplace": "Dans les offres de la boutique sur des places de marché",
        "print": "Sur papier, par exemple dépliants, emballages ou affiches",
        "partners": "Par les revendeurs qui vendent ce produit pour la boutique",
    },
    "es": {
        "site": "En otras páginas del sitio web de la tienda",
        "email": "En los correos de la tienda a sus clientes",
        "homepage": "En la página de inicio de la tienda",
        "social": "En las publicaciones de la tienda en redes sociales",
        "ads": "En anuncios de pago de la tienda",
        "marketplace": "En las ofertas de la tienda en otros mercados en línea",
        "print": "En papel, como folletos, envases o carteles",
        "partners": "Por comercios que venden este producto para la tienda",
    },
    "pt": {
        "site": "Noutras páginas do site da loja",
        "email": "Nos e-mails da loja aos seus clientes",
        "homepage": "Na página inicial da loja",
        "social": "Nas publicações da loja em redes sociais",
        "ads": "Em anúncios pagos da loja",
        "marketplace": "Nas ofertas da loja em marketplaces",
        "print": "Em papel, como folhetos, embalagens ou cartazes",
        "partners": "Por revendedores que vendem este produto para a loja",
    },
}
_TERMS = {"1": _TERMS_1, "2": _TERMS_2}
"""Version 2 names videos, and has room for a shop's own words."""
