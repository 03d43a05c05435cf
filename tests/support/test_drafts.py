"""What a draft answer lacks, and what was left unfilled."""

from __future__ import annotations

import pytest

from reviewapp.support.drafts import PARTS, lacking, placeholders

ASKED = "The handle of my stoneware mug is broken."
WHOLE = {
    "en": "The handle of your mug broke because it was packed too tightly. I will send a new one "
    "tomorrow. Please keep the old one. Just reply to this mail if anything is unclear.",
    "de": "Der Henkel am Stoneware mug brach, weil er zu eng verpackt war. Ich werde morgen "
    "einen neuen schicken. Bitte behalten Sie den alten. Antworten Sie einfach auf diese Mail.",
    "fr": "L'anse de votre stoneware mug a cassé parce que l'emballage était serré. Je vais "
    "en envoyer une autre demain. Veuillez garder l'ancienne. Répondez à ce message.",
    "es": "El asa de su stoneware mug se rompió porque iba muy apretada. Voy a enviar otra mañana. "
    "Por favor, guarde la vieja. Responda a este correo.",
    "pt": "A asa da sua stoneware mug partiu porque ia muito apertada. Vou enviar outra amanhã. "
    "Por favor, guarde a antiga. Responda a este e-mail.",
}


@pytest.mark.parametrize("language", WHOLE)
def test_a_whole_answer_lacks_nothing(language: str) -> None:
    assert lacking(WHOLE[language], ASKED, ["Stoneware mug"]) == []


def test_an_empty_answer_lacks_everything() -> None:
    assert lacking("", ASKED) == list(PARTS)


@pytest.mark.parametrize(
    ("draft", "part"),
    [
        (WHOLE["en"].replace("handle of your mug", "thing"), "issue"),
        (WHOLE["en"].replace("because it was packed too tightly", ""), "state"),
        (WHOLE["en"].replace("I will send a new one tomorrow.", ""), "next_step"),
        (WHOLE["en"].replace("Please keep the old one.", ""), "needed"),
        (WHOLE["en"].replace("Just reply to this mail if anything is unclear.", ""), "contact"),
    ],
)
def test_each_part_is_missed_alone(draft: str, part: str) -> None:
    assert lacking(draft, ASKED) == [part]


@pytest.mark.parametrize(
    ("draft", "left"),
    [
        ("Hello [name], it leaves on {{date}}.", ["[name]", "{{date}}"]),
        ("Hello {customer name},", ["{customer name}"]),
        ("Hello <NAME>, it leaves on ____.", ["<NAME>", "____"]),
        ("Hello %(name)s", ["%(name)s"]),
        ("It is 3 < 4, see [1] and array[i] = {2}.", ["[i]"]),
        ("All is well.", []),
    ],
)
def test_fields_nobody_filled_in_are_found(draft: str, left: list[str]) -> None:
    assert placeholders(draft) == left
