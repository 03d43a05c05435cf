"""Door of the holder of a link: how did it go, help, review; one page, no account (G4–G11)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, request
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup
from werkzeug.wrappers import Response

from reviewapp.collect import intake, reviewing
from reviewapp.collect.answering import (
    OpenCase,
    help_look,
    mark_responded,
    note_form,
    record_answer,
)
from reviewapp.collect.blocks import (
    NOTHING,
    SEASON_WORD,
    current_item,
    exactly,
    fingerprint,
    help_block,
    look_now,
    page,
    questions_about,
    review_block,
)
from reviewapp.collect.destinations import page_parts
from reviewapp.collect.intake import Entered
from reviewapp.collect.link import (
    address,
    enter_visit,
    gate_links,
    origin,
    outside_address,
    too_many,
    visit,
)
from reviewapp.collect.pages import Item, Visit, cases_of, latest_answer, lock_request, reviews_of
from reviewapp.collect.schemas import (
    SCORES,
    ExperienceForm,
    Fault,
    HelpForm,
    ReviewForm,
    field_name,
    read_answers,
    read_form,
)
from reviewapp.collect.versions import Words
from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.media.service import files_in_use
from reviewapp.web.auth import public
from reviewapp.web.language import page_language
from reviewapp.web.pages import day, gettext
from reviewapp.web.session import kit, release, session

HOLDER = "whoever holds the signed link of a request"
NO_LINE = Fault("Choose one of the products of this order.")
OPEN_CASE = "collect.open_case"
"""Where the app keeps what it handed in for `OpenCase`."""

REVIEW_FIELDS = ("rating", "title", "body", "display_name", "permission", "contents")
blueprint = Blueprint("customer", __name__)
gate_links(blueprint)


@blueprint.record
def take_desk(state: BlueprintSetupState) -> None:
    """The app hands in who opens a case and knows the season: the desk is another room."""
    state.app.extensions[OPEN_CASE] = state.options["open_case"]
    state.app.extensions[SEASON_WORD] = state.options["season_word"]


@blueprint.get("/r/<token>")
@public(HOLDER)
def ask(token: str) -> Response:
    """The question, with both blocks below; once all is reviewed, the author's own page (G9)."""
    if (visit().items or visit().uninvited) and not visit().open_items:
        return redirect(address("author.mine"))
    score = request.args.get("score", "")
    return _page("question", score=score if score in SCORES else "")


@blueprint.post("/r/<token>/experience")
@public(HOLDER)
def answer(token: str) -> Response:
    """Keep the private answer, or that it was skipped; then show both blocks."""
    values, faults = read_form(ExperienceForm, intake.sent_fields("score"))
    if faults or too_many():
        return _page("question", faults=intake.said(faults), score="")
    request_row = lock_request(session(), visit().request.id)
    score = int(values["score"]) if values["score"] else None
    blocks = _blocks_for(score)
    record_answer(
        session(),
        visit(),
        score,
        variant=fingerprint(*blocks),
        review_block=fingerprint(blocks[1]),
    )
    if score is not None:
        mark_responded(session(), request_row)
    return _see("customer.answered")


@blueprint.get("/r/<token>/experience")
@public(HOLDER)
def answered(token: str) -> Response:
    """The answer page: help block, then review block, in one response (G5)."""
    if latest_answer(session(), visit().request.id) is None:
        return _see("customer.ask")
    return _page("answered", answered=True)


@blueprint.post("/r/<token>/help")
@public(HOLDER)
def ask_for_help(token: str) -> Response:
    """Open a case; says who answers and by when."""
    sent = intake.sent_fields("route", "message")
    values, faults = read_form(HelpForm, sent)
    photos = intake.take_photos(intake.HELP_FORM)
    said = intake.said(faults) | ({"help_media": photos.fault} if photos.fault else {})
    if said or too_many():
        entered = Entered(sent, said, photos.staged)
        return _page("again", faults=said, answered=True, help_entered=entered)
    request_row = lock_request(session(), visit().request.id)
    open_case: OpenCase = current_app.extensions[OPEN_CASE]
    open_case(
        session(),
        visit().shop,
        customer=visit().customer,
        request_id=visit().request.id,
        order_id=_order_of(visit()),
        route=values["route"],
        message=values["message"],
        photos=photos.ids,
        language=page_language(),
        page_url=outside_address("customer.ask"),
    )
    mark_responded(session(), request_row)
    return _see("customer.helped")


@blueprint.get("/r/<token>/help")
@public(HOLDER)
def helped(token: str) -> Response:
    """What happens next with the newest request for help; both blocks stay there."""
    cases = cases_of(session(), visit().request.id)
    if not cases:
        return _see("customer.ask", _anchor="help")
    due = exactly(cases[0].first_response_due_at) if cases[0].promised_at else ""
    return _page("helped", due=due)


@blueprint.post("/r/<token>/review")
@public(HOLDER)
def send_review(token: str) -> Response:
    """Take the review of one order line; sent again it is its author's edit."""
    item = visit().item(request.form.get("line", ""))
    if item is None:
        return _page("again", faults=intake.said({"line": NO_LINE}), answered=True)
    questions = questions_about(item.product)
    names = [field_name(question) for question in questions]
    sent = intake.sent_fields(*REVIEW_FIELDS, *names)
    values, faults = read_form(ReviewForm, sent)
    answers, wrong_answers = read_answers(questions, sent)
    photos = intake.take_photos(intake.review_form(item.line.id), _files_before(item))
    said = intake.said(faults | wrong_answers) | ({"media": photos.fault} if photos.fault else {})
    if said:
        note_form(kit(), visit())
    if said or too_many():
        entered = Entered(sent, said, photos.staged)
        return _page("again", faults=said, answered=True, item=item, review_entered=entered)
    request_row = lock_request(session(), visit().request.id)
    request_row.form_sent_at = request_row.form_sent_at or clock.now()
    held = enter_visit()
    review = reviewing.Sent(
        words=words_of(values, answers),
        photos=photos.ids,
        uses=values["permission"],
        contents=values["contents"],
        language=page_language(),
        mine_url=outside_address("author.mine"),
        origin=origin(values["display_name"]),
        licence=request.form.get("licence"),
    )
    try:
        reviewing.submit_review(session(), held, held.item(item.line.id) or item, review)
    except Invalid as full:
        return _full(item, sent, {"media": gettext(full.message)}, photos)
    mark_responded(session(), request_row)
    return _see("customer.reviewed")


@blueprint.get("/r/<token>/review")
@public(HOLDER)
def reviewed(token: str) -> Response:
    """Thanks for the newest review, what happens next, and the next product's form."""
    reviews = [
        row for row in reviews_of(session(), visit().request.id) if row.waiting_since is not None
    ]
    if not reviews:
        return _see("customer.ask", _anchor="review", line=request.args.get("line"))
    return _page("reviewed", decided=day(reviews[0].decide_by, visit().shop.time_zone))


def words_of(values: dict[str, Any], answers: dict[str, str]) -> Words:
    """The author's words out of a form's clean values."""
    return Words(
        rating=int(values["rating"]),
        title=values["title"],
        body=values["body"],
        answers=answers,
        display_name=values["display_name"],
    )


def _page(
    top: str,
    *,
    faults: dict[str, str] | None = None,
    answered: bool = False,
    item: Item | None = None,
    help_entered: Entered = NOTHING,
    review_entered: Entered = NOTHING,
    **values: Any,
) -> Response:
    """One page for all moments: what `top` says, then help, then review, always in this order."""
    return page(
        "customer_page.html",
        faults=faults,
        top=top,
        parts=page_parts("own"),
        help=help_block(look_now(answered=answered), help_entered),
        review_form=review_block(item or current_item(), review_entered),
        **values,
    )


def _blocks_for(score: int | None) -> tuple[Markup, Markup]:
    """Both blocks as the answer page will show them for this score."""
    look = help_look(visit().shop.settings.experience_page, answered=True, score=score)
    return help_block(look), review_block(current_item())


def _full(
    item: Item, sent: dict[str, Any], said: dict[str, str], photos: intake.Photos
) -> Response:
    """Another tab's files came first: nothing of this sending is kept but what stands in it."""
    release()
    again = enter_visit().item(item.line.id)
    entered = Entered(sent, said, photos.staged)
    return _page("again", faults=said, answered=True, item=again, review_entered=entered)


def _files_before(item: Item) -> int:
    """What the review has already, where the form of a written one is sent again."""
    return files_in_use(session(), review_id=item.review.id) if item.review else 0


def _order_of(found: Visit) -> UUID | None:
    """The order a message is about: the one that was asked about, where there is only one."""
    orders = {item.line.order_id for item in found.items}
    return orders.pop() if len(orders) == 1 else None


def _see(endpoint: str, **values: Any) -> Response:
    """Send the browser to a page that can be reloaded without sending anything again."""
    return redirect(address(endpoint, **values), 303)
