"""Gating and pressure are refused in every shipped language; plain words are not (G6, G8)."""

from __future__ import annotations

import pytest

from reviewapp.outbox.letter_rules import objections

GATING = [
    "Please contact us first so that we can make it right.",
    "Let us fix it first!",
    "Before you post a review, talk to our team.",
    "Tell us here instead of leaving a review.",
    "Satisfied? Then leave us a review. Not satisfied? Contact us.",
    "Please leave us a 5-star review.",
    "Lassen Sie uns das zuerst in Ordnung bringen.",
    "Bevor Sie öffentlich bewerten, schreiben Sie uns.",
    "Anstatt einer Bewertung können Sie uns schreiben.",
    "Sind Sie zufrieden? Dann bewerten Sie uns.",
    "Avant de publier votre avis, écrivez-nous.",
    "Contactez-nous d’abord.",
    "Au lieu de laisser un avis, parlez-nous.",
    "Antes de publicar su reseña, escríbanos.",
    "Contáctenos primero.",
    "En lugar de dejar una reseña, llame.",
    "Antes de publicar a sua avaliação, fale connosco.",
    "Em vez de escrever uma avaliação, ligue.",
    "Contacte-nos primeiro.",
]
PRESSURE = [
    "Would you change your review?",
    "Please update your 1-star rating.",
    "Kindly delete the review.",
    "You get a refund as soon as it is done, once you have removed it: remove your review.",
    "Ändern Sie bitte Ihre Bewertung.",
    "Wir bitten Sie, Ihre Bewertung zu löschen.",
    "Veuillez modifier votre avis.",
    "Supprimez cet avis.",
    "Cambie su reseña, por favor.",
    "Elimine su reseña.",
    "Altere a sua avaliação.",
    "Remova a sua avaliação.",
]
PLAIN = [
    "If something is not right, the same page is also the place to ask for help. You can do both.",
    "Your parcel left our house on Monday. We are sorry that it is late.",
    "Before you wash it, please read the label.",
    "Eine öffentliche Bewertung können Sie jederzeit am selben Ort schreiben.",
    "Vous pouvez à tout moment écrire un avis public.",
    "Puede escribir una reseña pública en cualquier momento.",
    "Pode escrever uma avaliação pública a qualquer momento.",
    "We refund you today. You do not need to do anything.",
    "",
]


@pytest.mark.parametrize("text", GATING)
def test_what_keeps_people_from_the_public_review_is_refused(text: str) -> None:
    assert "G6" in {objection.rule for objection in objections(text)}


@pytest.mark.parametrize("text", PRESSURE)
def test_asking_to_change_or_remove_a_review_is_refused(text: str) -> None:
    assert "G8" in {objection.rule for objection in objections(text)}


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_pass(text: str) -> None:
    assert objections(text) == []


def test_spacing_and_invisible_characters_hide_nothing() -> None:
    assert objections("Let  us\nfix\u200b it\tfirst")[0].passage == "Let us fix it first"


def test_every_objection_is_told_in_the_order_of_the_text() -> None:
    found = objections("Delete your review. But let us fix it first.")
    assert [objection.rule for objection in found] == ["G8", "G6"]
