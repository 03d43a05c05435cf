"""The queue's hands: taking, keeping and giving back, asking a colleague, undoing, many at once."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.review import Flag, Review
from reviewapp.moderate import claims, queries, queue_queries, texts
from reviewapp.moderate.admin import asked_for, by, go_on
from reviewapp.moderate.admin import blueprint as blueprint
from reviewapp.moderate.blind import blind
from reviewapp.moderate.candidate import the_candidate
from reviewapp.moderate.carrying_out import Seen
from reviewapp.moderate.rules import REFUSE_REASONS
from reviewapp.moderate.service import LONGEST_NOTE, decide
from reviewapp.moderate.signals import COLLEAGUE
from reviewapp.moderate.undoing import undo
from reviewapp.web.auth import actor, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.pages import ngettext
from reviewapp.web.session import session

MOST_TOGETHER = 50
TOGETHER = ("publish", "refuse")


@blueprint.post("/next")
@require("review.decide")
def take_next() -> Response:
    """Begin, or leave this one for later: the next review nobody has in hand."""
    after = request.form.get("after", "")
    return go_on(_place(after) if after else None, holds_too=True)


@blueprint.post("/<uuid:review_id>/take")
@require("review.decide")
def take(review_id: UUID) -> Response:
    """Take this very review in hand; whoever has it already is named on its page."""
    member, shop = actor().id, actor().shop
    if claims.take(session(), review_id, shop_id=shop.id, member_id=member):
        claims.release(session(), member, but=[review_id])
    return redirect(url_for("queue.one", review_id=review_id), 303)


@blueprint.post("/<uuid:review_id>/keep")
@require("review.decide")
def keep(review_id: UUID) -> Response:
    """An open page says that somebody still reads; 409 when it is in other hands by now."""
    if not claims.keep(session(), review_id, actor().id):
        raise Conflict("in_other_hands")
    return Response(status=204)


@blueprint.post("/<uuid:review_id>/give-back")
@require("review.decide")
def give_back(review_id: UUID) -> Response:
    """The page was left."""
    claims.give_back(session(), review_id, actor().id)
    return Response(status=204)


@blueprint.post("/<uuid:review_id>/flag")
@require("review.decide")
def flag(review_id: UUID) -> Response:
    """Ask a colleague to look: the note stands beside the review, its deadline does not move."""
    review = queries.the_review(session(), actor().shop.id, review_id)
    note = request.form.get("note", "").replace("\x00", "").strip()
    if review.waiting_since is None:
        return redirect(url_for("queue.decided", review_id=review_id), 303)
    if not note or len(note) > LONGEST_NOTE:
        say("bad", _("Say in a sentence what a colleague should look at."))
        return redirect(url_for("queue.one", review_id=review_id, do="flag"), 303)
    session().add(
        Flag(
            shop_id=review.shop_id,
            review_id=review.id,
            version=the_candidate(session(), review).version,
            kind="colleague",
            explanation=COLLEAGUE,
            detail={"note": note, "member": str(actor().id), "name": actor().name},
        )
    )
    say("good", _("Your note stands beside it. Somebody else can decide now."))
    return go_on(queue_queries.place_of(session(), review_id))


@blueprint.post("/undo")
@require("review.decide")
def take_back() -> Response:
    """Take back one decision, or all that were made together, within ten seconds."""
    restored: list[Review] = []
    for decision_id in _ids("decision")[:MOST_TOGETHER]:
        try:
            restored.append(undo(session(), actor().shop.id, decision_id, by=by()))
        except Conflict:
            say("bad", _("That took longer than ten seconds: it is carried out. "
                         "You can decide again on the review’s own page."))  # fmt: skip
            break
    if not restored:
        return redirect(url_for("queue.index"), 303)
    first, member = restored[0], actor().id
    claims.release(session(), member)
    claims.take(session(), first.id, shop_id=first.shop_id, member_id=member)
    say("good", ngettext("Taken back. It waits again.", "Taken back. %(num)s wait again.",
                         len(restored)))  # fmt: skip
    return redirect(url_for("queue.one", review_id=first.id), 303)


@blueprint.post("/together")
@require("review.decide")
def together() -> Response | str | tuple[str, int]:
    """Several reviews, read on one page, decided for one reason; those in other hands stay out."""
    taken = [review for review_id in _ids("review")[:MOST_TOGETHER] if (review := _mine(review_id))]
    if not taken:
        say("info", _("Tick reviews that nobody has in hand, then decide on them together."))
        return redirect(url_for("queue.index"), 303)
    claims.release(session(), actor().id, but=[review.id for review in taken])
    action = request.form.get("action", "")
    if action not in TOGETHER:
        return _together_page(taken)
    try:
        _decide_all(taken, action)
    except Invalid as error:
        return _together_page(taken, error.fields), error.status
    return go_on()


def _decide_all(reviews: list[Review], action: str) -> None:
    now, versions = clock.now(), request.form.getlist("version")
    seen = dict(part.split(":", 1) for part in versions if ":" in part)
    for review in reviews:
        words = the_candidate(session(), review)
        if seen.get(str(review.id)) != str(words.version):
            say("info", _("One of them was changed by its author meanwhile: it still waits."))
            continue
        decide(
            session(), review, asked_for(words, action), by=by(),
            seen=Seen.of(words), undoable_since=now,
        )  # fmt: skip


def _mine(review_id: UUID) -> Review | None:
    shop = actor().shop
    if not claims.take(session(), review_id, shop_id=shop.id, member_id=actor().id):
        return None
    return queries.the_review(session(), shop.id, review_id)


def _together_page(reviews: list[Review], wrong: dict[str, list[str]] | None = None) -> str:
    wrong = wrong or {}
    return render_template(
        "moderate/admin_queue_together.html",
        items=[blind(review, the_candidate(session(), review)) for review in reviews],
        reasons=REFUSE_REASONS,
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        texts=texts,
    )


def _place(review_id: str) -> tuple[object, UUID] | None:
    ids = _uuids([review_id])
    return queue_queries.place_of(session(), ids[0]) if ids else None


def _ids(name: str) -> list[UUID]:
    return _uuids(request.form.getlist(name))


def _uuids(texts_: list[str]) -> list[UUID]:
    found = []
    for text in texts_:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
