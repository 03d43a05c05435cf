"""Door of the author: own reviews, their photos and permissions, messages, own data (G28, P3)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from reviewapp.collect import intake, reviewing
from reviewapp.collect.blocks import page, questions_about
from reviewapp.collect.customer import HOLDER, words_of
from reviewapp.collect.erasing import ask_to_erase
from reviewapp.collect.intake import Entered, sent_fields
from reviewapp.collect.link import (
    address,
    gate_links,
    origin,
    outside_address,
    too_many,
    visit,
)
from reviewapp.collect.own_data import own_data
from reviewapp.collect.own_questions import open_questions, others_asked
from reviewapp.collect.own_uses import older_words, permissions_of
from reviewapp.collect.pages import (
    cases_of,
    lock_request,
    own_photo,
    own_review,
    reviews_of,
)
from reviewapp.collect.places import places_of
from reviewapp.collect.schemas import (
    SCORES,
    ReviewForm,
    field_name,
    read_answers,
    read_form,
)
from reviewapp.collect.versions import latest_version, own_version
from reviewapp.core.errors import Invalid
from reviewapp.core.json import json_response
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.rights import service as rights
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.rules import last_day
from reviewapp.rights.wording import texts_shown
from reviewapp.web.auth import public
from reviewapp.web.language import chosen_language, page_language, page_translator
from reviewapp.web.session import kit, session

DONE = ("confirmed", "edited", "withdrawn", "allowed", "ended")
blueprint = Blueprint("author", __name__)
gate_links(blueprint)


@blueprint.get("/r/<token>/mine")
@public(HOLDER)
def mine(token: str) -> Response:
    """Everything that came through this link, its state in plain words, and what can be done."""
    done = request.args.get("done", "")
    reviews = reviews_of(session(), visit().request.id)
    return page(
        "customer_mine.html",
        reviews=[
            (review, permissions_of(session(), review), own_version(session(), review))
            for review in reviews
        ],
        places=places_of(session(), reviews),
        questions=open_questions(session(), reviews),
        others_asked=others_asked(session(), reviews),
        answer_at=_answer_address,
        every_review=_every_review(reviews),
        long_date=page_translator().long_date,
        last_day=last_day,
        cases=cases_of(session(), visit().request.id),
        licences=texts_shown(session(), visit().shop.id, page_language()),
        done=done if done in DONE else "",
        unsubscribe=_unsubscribe_address(),
    )


@blueprint.get("/r/<token>/mine/reviews/<uuid:review_id>")
@public(HOLDER)
def edit_form(token: str, review_id: UUID) -> Response:
    """The review as it stands, to be changed."""
    return _edit_page(own_review(session(), visit().request.id, review_id), None)


@blueprint.post("/r/<token>/mine/reviews/<uuid:review_id>")
@public(HOLDER)
def edit(token: str, review_id: UUID) -> Response:
    """Keep a new version; it is checked like the first, whatever the rating."""
    review = own_review(session(), visit().request.id, review_id)
    questions = questions_about(review.product)
    names = [field_name(question) for question in questions]
    sent = sent_fields("rating", "title", "body", "display_name", "contents", *names)
    values, faults = read_form(ReviewForm, sent)
    answers, wrong_answers = read_answers(questions, sent)
    removed_ids = set(request.form.getlist("remove"))
    kept = [asset for asset in shown_photos(review) if str(asset.id) not in removed_ids]
    photos = intake.take_photos(intake.edit_form(review_id), already=len(kept))
    said = intake.said(faults | wrong_answers) | ({"media": photos.fault} if photos.fault else {})
    review = own_review(session(), visit().request.id, review_id)
    if said or too_many():
        return _edit_page(review, Entered(sent, said, photos.staged), removed_ids)
    lock_request(session(), visit().request.id)
    reviewing.edit_review(
        session(),
        visit(),
        review,
        reviewing.Sent(
            words=words_of(values, answers),
            photos=photos.ids,
            uses=(),
            contents=values["contents"],
            language=page_language(),
            mine_url=outside_address("author.mine"),
            origin=origin(values["display_name"]),
        ),
        removed=[asset for asset in shown_photos(review) if str(asset.id) in removed_ids],
    )
    return _back("edited")


@blueprint.post("/r/<token>/mine/reviews/<uuid:review_id>/withdraw")
@public(HOLDER)
def withdraw(token: str, review_id: UUID) -> Response:
    """Take the review back: the same one step for any rating."""
    lock_request(session(), visit().request.id)
    review = own_review(session(), visit().request.id, review_id)
    proof = {"request": str(visit().request.id), "action": "withdrawn"}
    act = Act(page_language(), proof, origin(review.display_name))
    reviewing.withdraw_review(session(), review, act)
    return _back("withdrawn")


@blueprint.post("/r/<token>/mine/reviews/<uuid:review_id>/permission")
@public(HOLDER)
def permission(token: str, review_id: UUID) -> Response:
    """Allow one use, of all or of one part, or end it: without a reason and at once (P3)."""
    use, wanted = request.form.get("use", ""), request.form.get("allow", "")
    if use not in USES or wanted not in ("on", "off"):
        raise Invalid
    lock_request(session(), visit().request.id)
    review = own_review(session(), visit().request.id, review_id)
    proof = {"request": str(visit().request.id), "action": f"own_page:{wanted}"}
    shown = request.form.get("licence")
    act = Act(page_language(), proof, origin(review.display_name), text_version=shown)
    subjects = _chosen_subjects(review)
    if wanted == "off":
        _end(review, use, subjects, act)
        return _back("ended")
    if review.state == "withdrawn":
        raise Invalid
    rights.grant(session(), review, use, subjects, act)
    return _back("allowed")


@blueprint.get("/r/<token>/mine/data.json")
@public(HOLDER)
def data(token: str) -> Response:
    """All that is kept about this link's customer and request, as one file."""
    response = json_response(own_data(session(), visit()))
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@blueprint.get("/r/<token>/mine/erase")
@public(HOLDER)
def erase_form(token: str) -> Response:
    """What would be erased and what stays; nothing happens by opening it (G11)."""
    return page("customer_erase.html", reviews=reviews_of(session(), visit().request.id))


@blueprint.post("/r/<token>/mine/erase")
@public(HOLDER)
def erase(token: str) -> Response:
    """Erase everything of this customer: out of sight with this answer, deleted right after."""
    lock_request(session(), visit().request.id)
    customer = visit().customer
    act = Act(page_language(), {"request": str(visit().request.id), "action": "erased"})
    ask_to_erase(session(), customer, act, actor=f"customer:{customer.id}")
    return page("customer_erased.html")


@blueprint.get("/r/<token>/photos/<uuid:asset_id>")
@public(HOLDER)
def photo(token: str, asset_id: UUID) -> Response:
    """A photo that came through this link, small where that size is there already."""
    stored = own_photo(session(), visit().request.id, asset_id)
    response = Response(kit().storage.read(stored.key), content_type=stored.content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def shown_photos(review: Review) -> list[MediaAsset]:
    """The review's photos that its author has not taken away."""
    return [asset for asset in review.media if asset.state != "hidden"]


def _end(review: Review, use: str, subjects: list[Subject], act: Act) -> None:
    """End a use of all, or of the one part that was named; words in every version of them."""
    if "part" not in request.form:
        rights.withdraw(session(), review, act, use=use)
        return
    ending = [one.sha256 for one in subjects]
    if subjects[0].asset_id is None:
        held = rights.rights_of(session(), review.id)
        ending += [one.subject_sha256 for one in older_words(review, subjects, held, use)]
    for sha256 in ending:
        rights.withdraw(session(), review, act, use=use, subject_sha256=sha256)


def _chosen_subjects(review: Review) -> list[Subject]:
    """All of the review, or the one part that was named: "words" or the id of a file."""
    subjects = reviewing.subjects_of(session(), review)
    part = request.form.get("part")
    if part is None:
        return subjects
    found = [one for one in subjects if part == str(one.asset_id or "words")]
    if not found:
        raise Invalid
    return found


def _edit_page(
    review: Review, entered: Entered | None, removed: set[str] | None = None
) -> Response:
    questions = questions_about(review.product)
    words = latest_version(session(), review)
    stored = {
        "rating": str(words.rating) if str(words.rating) in SCORES else "",
        "title": words.title,
        "body": words.body,
        "display_name": words.display_name,
    } | {field_name(question): words.answers.get(question.id, "") for question in questions}
    form = intake.edit_form(review.id)
    shown = entered or Entered(stored, photos=intake.staged_here(form))
    return page(
        "customer_edit.html",
        faults=shown.faults if entered else None,
        review=review,
        photos=shown_photos(review),
        removed=removed or set(),
        questions=questions,
        files=intake.file_field(form, len(shown_photos(review))),
        entered=shown,
    )


def _unsubscribe_address() -> str:
    token = kit().links.sign("unsubscribe", visit().request.id)
    return url_for("unsubscribe.confirm", token=token, lang=chosen_language())


def _answer_address(ask_id: UUID) -> str:
    token = kit().links.sign("permission", ask_id)
    return url_for("permission.show", token=token, lang=chosen_language())


def _every_review(reviews: Sequence[Review]) -> str:
    """The page of all reviews of the shop; empty until one of these is on it."""
    if not any(review.state == "published" for review in reviews):
        return ""
    return f"{kit().settings.public_url}/p/v1/{visit().shop.widget_key}/reviews/index.html"


def _back(done: str) -> Response:
    return redirect(address("author.mine", done=done), 303)
