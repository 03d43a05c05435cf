"""Reading a draft answer: which of the five things of a good answer it lacks (playbook 4). Pure.

Word lists cannot understand an answer. They remind its writer; what they miss blocks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

PARTS = ("issue", "state", "next_step", "needed", "contact")
"""The five things, in the order in which an answer says them."""
SHORTEST_SHARED_WORD = 5
LEAST_SHARED_WORDS = 1

_STATE = (
    r"because|since|due to|reason|currently|at the moment|has been|have been|was |were |is now|"
    r"found|checked|looked|weil|grund|derzeit|aktuell|wurde|haben? .{0,40}(?:geprüft|gefunden)|"
    r"parce que|car |actuellement|a été|raison|vérifié|porque|debido|actualmente|ha sido|"
    r"motivo|hemos|devido|neste momento|foi |razão|verific"
)
_NEXT = (
    r"\b(?:i|we)(?:'ll| will| am going| are going)\b|\bwill (?:send|leave|arrive|refund|replace)|"
    r"\bleaves?\b|tomorrow|today|by (?:mon|tues|wednes|thurs|fri|satur|sun)day|within \d|"
    r"\bich werde\b|\bwir werden\b|schicken|senden|morgen|heute|bis (?:montag|dienstag|mittwoch|"
    r"donnerstag|freitag|samstag|sonntag|spätestens)|innerhalb|nous allons|je vais|demain|"
    r"aujourd|d'ici|sous \d|enverr|vamos a|voy a|mañana|hoy|antes del|enviar|vamos|\bvou\b|"
    r"amanhã|hoje|"
    r"até (?:segunda|terça|quarta|quinta|sexta|sábado|domingo)|no prazo"
)
_NEEDED = (
    r"please|could you|can you|would you|need (?:from )?you|"
    r"nothing (?:more )?(?:you need|(?:is )?needed|for you)|"
    r"you (?:do not|don't) (?:need|have) to|keep the|bitte|könnten sie|brauchen|"
    r"müssen sie nichts|nichts (?:weiter )?(?:tun|nötig)|merci de|veuillez|pourriez|"
    r"vous n'avez rien|besoin|por favor|podría|necesit|no (?:tiene|hace falta)|poderia|precis|"
    r"não (?:tem|é preciso)"
)
_CONTACT = (
    r"reply|answer this|write (?:to )?(?:me|us)|call|phone|reach (?:me|us)|contact|"
    r"antworten|schreiben sie|rufen|erreichen|melden sie sich|répond|écrivez|appel|joindre|"
    r"contactez|respond|escríb|llám|contáct|contact|responda|escreva|ligue|contacte"
)
_SIGNS: Mapping[str, re.Pattern[str]] = {
    "state": re.compile(_STATE, re.IGNORECASE),
    "next_step": re.compile(_NEXT, re.IGNORECASE),
    "needed": re.compile(_NEEDED, re.IGNORECASE),
    "contact": re.compile(_CONTACT, re.IGNORECASE),
}
_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{[a-z_ ]{1,40}\}|\[\[?[^\W\d_][^\[\]\n]{0,119}\]?\]|%\(\w+\)s|"
    r"<[A-Z_ ]{2,40}>|_{3,}",
    re.DOTALL,
)
_WORD = re.compile(rf"\w{{{SHORTEST_SHARED_WORD},}}")


def lacking(draft: str, asked: str, facts: Sequence[str] = ()) -> list[str]:
    """Which of PARTS the draft shows no sign of, in any of the shipped languages.

    `asked` is what the customer wrote, `facts` are names of the order and its products: an answer
    to the specific issue shares a word with them.
    """
    found = {part for part, signs in _SIGNS.items() if signs.search(draft)}
    if len(_words(draft) & _words(" ".join((asked, *facts)))) >= LEAST_SHARED_WORDS:
        found.add("issue")
    return [part for part in PARTS if part not in found]


def placeholders(draft: str) -> list[str]:
    """Fields nobody filled in, such as `[name]`, `{{date}}` or `____`; they stop the sending."""
    return [match[0] for match in _PLACEHOLDER.finditer(draft)]


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
