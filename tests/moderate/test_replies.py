from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES
from reviewapp.core.kit import Kit
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Reply, Review
from reviewapp.moderate.replies import Draft, publish_reply, withdraw_reply
from reviewapp.moderate.reply_rules import TEXTS, ReplyFacts, check_reply
from reviewapp.moderate.reply_templates import REPLY_KINDS, fill_template, shipped_template
from reviewapp.moderate.service import By
from tests import factories
from tests.people import SignedIn

FACTS = ReplyFacts(
    title="Chipped rim",
    body="The rim of the mug was chipped when I unpacked it, and the parcel was torn.",
    product="Stoneware mug",
    display_name="Ada Q.",
    customer_name="Ada Quist",
    customer_email="ada@quist.example",
    order_number="10412",
    own_domains=("kiln.example",),
)
GOOD = (
    "I am sorry that the rim was chipped, Ada. We have asked our packers to pad the rim. "
    "Please write to hello@kiln.example, and we will replace it."
)
IMPROVEMENT = "Padding ring in the box from batch 23."


def begun(language: str, kind: str) -> str:
    """What the editor begins with."""
    template = shipped_template(language, kind)
    return fill_template(template, name="Ada Q.", email="hello@kiln.example")


def codes(body: str, kind: str = "quality", improvement: str = IMPROVEMENT) -> set[str]:
    return {objection.code for objection in check_reply(kind, body, improvement, FACTS)}


def stopped(body: str) -> set[str]:
    found = check_reply("quality", body, IMPROVEMENT, FACTS)
    return {objection.code for objection in found if objection.stops}


def test_an_answer_with_its_four_parts_has_no_remark() -> None:
    assert codes(GOOD) == set()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("threat", "Our lawyer will contact you."),
        ("threat", "We will take legal action."),
        ("threat", "Wir behalten uns rechtliche Schritte vor."),
        ("threat", "Notre avocat vous écrira."),
        ("threat", "Tomaremos acciones legales."),
        ("threat", "Nosso advogado vai escrever."),
        ("accusation", "This is a fake review."),
        ("accusation", "You are lying."),
        ("accusation", "Sie lügen."),
        ("accusation", "Vous mentez."),
        ("accusation", "Eso es mentira."),
        ("accusation", "Isso é mentira."),
        ("pressure", "Please change your review."),
        ("pressure", "Could you remove this negative review?"),
        ("pressure", "Bitte ändern Sie Ihre Bewertung."),
        ("pressure", "Merci de modifier votre avis."),
        ("pressure", "Por favor cambie su reseña."),
        ("pressure", "Por favor altere a sua avaliação."),
        ("reward", "Here is a voucher."),
        ("reward", "In return for a better text we send a mug."),
        ("reward", "Wir schicken Ihnen einen Gutschein."),
        ("reward", "Voici un bon d'achat."),
        ("reward", "Le damos un cupón."),
        ("reward", "Enviamos um cupom."),
        ("personal_data", "Your order 10412 left on Monday."),
        ("personal_data", "We wrote to ada@quist.example."),
        ("personal_data", "Dear Mrs Quist."),
        ("personal_data", "Refunded to GB82 WEST 1234 5698 7654 32."),
        ("placeholder", "We have [what you did]."),
        ("placeholder", "Dear {name}."),
    ],
)
def test_what_an_answer_must_not_hold_stops_it(code: str, said: str) -> None:
    assert code in stopped(f"{GOOD} {said}")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("blame", "You should have read the page."),
        ("blame", "Das ist nicht unsere Schuld."),
        ("blame", "Ce n'est pas notre faute."),
        ("blame", "No es nuestra culpa."),
        ("blame", "Não foi nossa culpa."),
        ("promise", "It will arrive by Monday."),
        ("promise", "Das garantieren wir."),
        ("promise", "Nous garantissons cela."),
        ("promise", "Le garantizamos eso."),
        ("promise", "Garantimos isso."),
        ("abusive", "That idiot of a courier."),
    ],
)
def test_what_sounds_wrong_is_remarked_and_left_to_the_person(code: str, said: str) -> None:
    assert code in codes(f"{GOOD} {said}")
    assert stopped(f"{GOOD} {said}") == set()


def test_missing_parts_are_remarked() -> None:
    assert codes("The rim was chipped.") == {"action", "channel"}
    assert codes("The rim was chipped.", kind="thanks") == set()


@pytest.mark.parametrize("improvement", ["", "  \n"])
def test_what_changes_is_mandatory(improvement: str) -> None:
    assert codes(GOOD, improvement=improvement) == {"improvement"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REPLY_KINDS)
def test_a_bare_template_answers_nobody(language: str, kind: str) -> None:
    text = begun(language, kind)
    assert {"bare", "placeholder"} <= stopped(text)
    unfilled = text.replace("[", "").replace("]", "")
    assert "bare" in stopped(unfilled), "taking the brackets away is not filling them in"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REPLY_KINDS)
def test_templates_themselves_are_free_of_what_is_refused(language: str, kind: str) -> None:
    text = begun(language, kind)
    filled = f"{text} The chipped rim."
    remarks = check_reply(kind, filled, IMPROVEMENT, replace(FACTS, locale=language))
    assert {objection.code for objection in remarks} <= {"placeholder"}


def test_a_review_without_words_is_answered_by_naming_the_product() -> None:
    short = ReplyFacts("", "Perfect!", "Stoneware mug", "Ada Q.")
    kind, body = "thanks", "Thank you, Ada, enjoy the stoneware."
    assert check_reply(kind, body, "Nothing.", short) == []
    assert [o.code for o in check_reply(kind, "Thank you so much.", "Nothing.", short)] == ["bare"]


def test_every_remark_says_what_to_do() -> None:
    assert all(text.endswith(".") for text in TEXTS.values())


@pytest.fixture
def published(session: Session) -> Review:
    shop = factories.shop(session)
    review = factories.review(session, shop, state="published")
    session.refresh(review, ["product", "customer"])
    return review


def draft(body: str = "Thank you, good to read that the handle fits.") -> Draft:
    return Draft("thanks", body, "None: the handle stays.")


def test_an_answer_replaces_the_one_before(session: Session, published: Review) -> None:
    by = By("api", "key:tests")
    first = publish_reply(session, published, draft(), by=by)
    second = publish_reply(session, published, draft("The handle is loved, thank you."), by=by)
    assert first.withdrawn_at is not None
    assert (second.withdrawn_at, second.published_at is not None) == (None, True)
    withdraw_reply(session, published, by=by)
    withdraw_reply(session, published, by=by)
    names = session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)).all()
    assert sorted(names) == ["reply.published", "reply.published", "reply.withdrawn"]


@pytest.mark.parametrize("state", ["pending", "held", "refused", "withdrawn"])
def test_only_what_is_published_is_answered(
    session: Session, published: Review, state: str
) -> None:
    published.state = state
    session.flush()
    with pytest.raises(Invalid) as caught:
        publish_reply(session, published, draft(), by=By("api", "key:tests"))
    assert "review" in caught.value.fields


def test_an_answer_is_written_in_the_admin(
    moderator: SignedIn, agent: SignedIn, analyst: SignedIn, sent_review: Callable[..., Review],
    kit: Kit,
) -> None:  # fmt: skip
    review = sent_review()
    moderator.post(
        f"/admin/queue/{review.id}/decision",
        {"action": "publish", "version": 1, "state": "pending"},
    )
    path = f"/admin/reviews/{review.id}/reply"
    begun = agent.get(f"/admin/reviews/{review.id}?kind=shipping").get_data(as_text=True)
    assert "[what you did about it]" in begun
    form = {"kind": "quality", "body": "It keeps tea warm; change your review.", "improvement": ""}
    refused = agent.post(path, form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert TEXTS["pressure"] in page
    assert "It keeps tea warm; change your review.</textarea>" in page, "what was typed is kept"
    doubtful = form | {"body": "We have made it keep tea warm.", "improvement": "A note."}
    asked = agent.post(path, doubtful)
    assert asked.status_code == 422
    assert 'name="confirmed"' in asked.get_data(as_text=True)
    assert agent.post(path, doubtful | {"confirmed": "1"}).status_code == 302
    with kit.database.transaction(review.shop_id) as session:
        stored = session.scalars(select(Reply)).one()
        assert (stored.body, stored.improvement) == ("We have made it keep tea warm.", "A note.")
    assert analyst.post(path, doubtful).status_code == 403
    assert agent.post(f"{path}/withdraw").status_code == 302
    page = agent.get(f"/admin/reviews/{review.id}").get_data(as_text=True)
    assert "Your public answer" not in page


def test_an_answer_waits_for_whoever_changes_the_review(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        review = factories.review(session, factories.shop(session), state="published")
    with kit.database.transaction(review.shop_id) as session:
        mine = session.get_one(Review, review.id)
        session.refresh(mine, ["product", "customer"])
        with kit.database.transaction(review.shop_id) as other:
            other.get_one(Review, review.id).state = "refused"
        with pytest.raises(Invalid):
            publish_reply(session, mine, draft(), by=By("api", "key:tests"))


def facts_of(**values: str) -> ReplyFacts:
    told = {"title": "", "body": "The rim was chipped.", "product": "Mug", "display_name": "Ada B."}
    return ReplyFacts(**told | values)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Mrs Brown, the rim is chipped.", "personal_data"),
        ("Ada Brown, the rim is chipped.", "personal_data"),
        ("ADA BROWN, the rim is chipped.", "name"),
        ("Brown, the chipped rim.", "name"),
        ("The brown rim is chipped.", None),
    ],
)
def test_a_name_that_is_a_word_stops_nothing_by_itself(said: str, code: str | None) -> None:
    found = check_reply("thanks", said, "x", facts_of(customer_name="Ada Brown"))
    assert [one.code for one in found] == ([code] if code else [])


def test_a_reward_that_the_review_names_can_be_explained() -> None:
    said = "The discount code did not work, Ada; we have mended the page."
    named = check_reply("thanks", said, "x", facts_of(body="My discount code did not work."))
    assert [(one.code, one.stops) for one in named] == [("reward_named", False)]
    assert "reward" in {one.code for one in check_reply("thanks", said, "x", facts_of())}


def test_nothing_hides_behind_line_ends_split_accents_or_invisible_signs() -> None:
    for said in (
        "The rim. Please change\n  your review.",
        "The rim. Please change your re\u200bview.",
        "Der Rand. Bitte überdenken Sie Ihre Bewertung.".replace("ü", "u\u0308"),
    ):
        found = [one for one in check_reply("thanks", said, "x", facts_of()) if one.stops]
        assert "pressure" in {one.code for one in found}, said
        assert all(said[one.start : one.end] == one.passage for one in found)
