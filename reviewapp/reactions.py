"""Two tables: after EVENT do these; every INTERVAL do these. The whole plot on one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reviewapp.audit.anchors import anchor_logs
from reviewapp.collect.erasing import erase_owed
from reviewapp.collect.planning import plan_due, wake_undelivered
from reviewapp.collect.reminding import plan_reminders
from reviewapp.collect.seasons import wake_waiting
from reviewapp.collect.sending import send_due_requests
from reviewapp.collect.storefront import forget_submissions
from reviewapp.core.kit import Kit
from reviewapp.inbox.fetching import fetch_mail
from reviewapp.inbox.keeping import forget_raw_mails
from reviewapp.inbox.reading import Desk, read_mail
from reviewapp.insights.improvements import keep_lesson
from reviewapp.insights.mentions import forget_review, note_case, note_question, note_review
from reviewapp.library.asking import remind_and_close
from reviewapp.library.depicted import close_and_forget
from reviewapp.library.making import forget_bundles, make_exports
from reviewapp.library.noticing import tell_ends
from reviewapp.library.projecting import follow_content, follow_export, follow_product, keep_due
from reviewapp.library.renewing import close_moot
from reviewapp.library.taking_down import end_terms, follow_permission
from reviewapp.library.unreleased import follow_people
from reviewapp.media import originals
from reviewapp.media.film_render import render_films
from reviewapp.media.product_pictures import fetch_product_pictures
from reviewapp.media.recognising import recognise_pictures
from reviewapp.media.redacting import forget_replaced
from reviewapp.media.render import render_attached
from reviewapp.media.service import sweep_staged
from reviewapp.media.sweep import sweep_media
from reviewapp.media.upload_sweep import sweep_uploads
from reviewapp.moderate.fairness import watch_fairness
from reviewapp.moderate.screening import publish_overdue, screen_review
from reviewapp.moderate.telling import tell_refused_author
from reviewapp.outbox import relay
from reviewapp.outbox.mail import send_mail
from reviewapp.outbox.relay import Outside, Reaction
from reviewapp.rights.ledger import forget_origins
from reviewapp.rights.service import expire_permissions, file_held_until
from reviewapp.support.after_care import ask_how_it_was, plan_follow_up
from reviewapp.support.after_solving import tell_review_may_change
from reviewapp.support.alarms import watch_promises
from reviewapp.support.by_mail import continue_case, note_undelivered, open_for_stranger
from reviewapp.support.figures.keeping import measure_earlier
from reviewapp.support.handoff.looking import look_at_tickets
from reviewapp.support.handoff.service import hand_over_new, pass_state, pass_word
from reviewapp.support.handoff.steps import work_off_handoffs
from reviewapp.support.incidents import follow_case, follow_reply, follow_review, open_incident
from reviewapp.support.rewinding import rewind_cases
from reviewapp.support.sorting import look_at_words, sort_case
from reviewapp.support.touchpoints import reach_out
from reviewapp.web.api_idempotency import forget_idempotency_keys
from reviewapp.widgets.feedback import forget_votes
from reviewapp.widgets.follow import (
    show_collection,
    show_faq,
    show_figures,
    show_grouped,
    show_permission,
    show_product,
    show_products,
    show_questions,
    show_review,
    show_shop,
)
from reviewapp.widgets.media_files import unpublish_media, unpublish_replaced
from reviewapp.widgets.media_sweep import sweep_published_media
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.purging import purge_due
from reviewapp.widgets.topics import find_topics


def sweep_orphans(kit: Kit) -> None:
    """Files without rows and rows without files, in private storage and where it is public."""
    sweep_media(kit)
    sweep_published_media(kit)


def check_originals(kit: Kit) -> None:
    """Keep the sealed originals that the permission ledger needs, delete the others."""
    originals.check_originals(kit, file_held_until)


def relay_events(kit: Kit) -> None:
    """Work off the outbox with the table below."""
    relay.relay_events(kit, AFTER)


def erase(kit: Kit) -> int:
    """Erase who is owed it, out of the storefront's files too."""
    return erase_owed(kit, unpublish_media)


REPLACED = (Outside(unpublish_replaced), Outside(forget_replaced))
"""A file stands for another now: the old one leaves the storefront, then the storage."""


def read_inbox(kit: Kit) -> int:
    """Work off incoming mails; people's words go to the cases."""
    return read_mail(kit, Desk(continue_case, open_for_stranger, note_undelivered))


AFTER: Mapping[str, Sequence[Reaction]] = {
    "alert.opened": (),
    "answer.published": (show_questions, show_faq),
    "answer.withdrawn": (show_questions, show_faq),
    "case.answered": (pass_word,),
    "case.escalated": (),
    "case.merged": (),
    "case.message_received": (look_at_words, pass_word),
    "case.opened": (note_case, sort_case, hand_over_new),
    "case.reopened": (),
    "case.solved": (ask_how_it_was, plan_follow_up),
    "case.split": (),
    "case.state_changed": (follow_case, tell_review_may_change, pass_state),
    "collection.changed": (show_collection,),
    "faq.changed": (show_faq,),
    "fairness.checked": (show_figures,),
    "hours.changed": (rewind_cases, wake_waiting),
    "improvement.done": (),
    "improvement.proposed": (),
    "content.exported": (follow_export,),
    "incident.closed": (),
    "incident.opened": (),
    "incident.reopened": (),
    "mail.received": (),
    "media.captioned": (*REPLACED, show_review),
    "media.checked": (show_permission, follow_content, follow_people),
    "media.failed": (show_review, follow_content),
    "media.hidden": (show_review, follow_content),
    "media.poster_ready": (show_review,),
    "media.ready": (show_review, follow_content),
    "media.redacted": (*REPLACED, show_review, follow_content),
    "permission.granted": (show_permission, follow_content, follow_people),
    "permission.withdrawn": (
        show_permission,
        originals.recheck_originals,
        follow_permission,
        close_moot,
        follow_content,
    ),
    "permission.answered": (),
    "product.changed": (show_product, follow_product),
    "product.grouped": (show_grouped,),
    "question.asked": (note_question,),
    "question.published": (show_questions,),
    "question.withdrawn": (show_questions, show_faq),
    "release.changed": (show_permission, follow_content, follow_people),
    "reply.published": (show_review, keep_lesson, follow_reply),
    "reply.submitted": (keep_lesson,),
    "reply.withdrawn": (show_review, follow_reply),
    "review.edited": (screen_review, show_review, recognise_pictures, follow_content),
    "review.edit_refused": (tell_refused_author,),
    "review.held": (),
    "review.published": (show_review, open_incident, note_review, follow_content),
    "review.redacted": (show_review, follow_content),
    "review.refused": (
        show_review,
        tell_refused_author,
        follow_review,
        forget_review,
        follow_content,
    ),
    "review.reported": (),
    "review.submitted": (screen_review, recognise_pictures),
    "review.withdrawn": (show_review, follow_review, forget_review, follow_content),
    "review.undone": (show_review, follow_content),
    "shop.changed": (show_shop, rewind_cases),
    "shop.created": (show_shop,),
    "storefront.outdated": (show_products,),
}
"""Event → reactions, each in its own transaction or outside any; a failed one is repeated alone."""


@dataclass(frozen=True)
class Every:
    """An errand that is due each `interval`, and whenever somebody pings it.

    One that takes minutes is done `aside`, in a thread of its own, and holds up no other.
    """

    interval: timedelta
    errand: Callable[[Kit], object]
    aside: bool = False


EVERY: Mapping[str, Every] = {
    "events": Every(timedelta(seconds=2), relay_events),
    "plan": Every(timedelta(minutes=1), plan_due),
    "requests": Every(timedelta(seconds=2), send_due_requests),
    "mail": Every(timedelta(seconds=2), send_mail),
    "mailboxes": Every(timedelta(seconds=20), fetch_mail, aside=True),
    "inbox": Every(timedelta(seconds=5), read_inbox),
    "raw_mails": Every(timedelta(hours=1), forget_raw_mails),
    "reminders": Every(timedelta(minutes=1), plan_reminders),
    "undelivered": Every(timedelta(hours=1), wake_undelivered),
    "media": Every(timedelta(minutes=1), render_attached),
    "films": Every(timedelta(minutes=1), render_films, aside=True),
    "staged_media": Every(timedelta(hours=1), sweep_staged),
    "media_orphans": Every(timedelta(days=1), sweep_orphans),
    "product_pictures": Every(timedelta(minutes=5), fetch_product_pictures),
    "originals": Every(timedelta(minutes=5), check_originals),
    "uploads": Every(timedelta(hours=1), sweep_uploads),
    "publish": Every(timedelta(seconds=2), publish_due),
    "overdue": Every(timedelta(minutes=1), publish_overdue),
    "erasures": Every(timedelta(seconds=30), erase),
    "exports": Every(timedelta(minutes=1), make_exports),
    "library": Every(timedelta(minutes=1), keep_due),
    "bundles": Every(timedelta(minutes=1), forget_bundles),
    "export_terms": Every(timedelta(minutes=10), end_terms),
    "use_notices": Every(timedelta(hours=1), tell_ends),
    "permission_asks": Every(timedelta(minutes=10), remind_and_close),
    "release_asks": Every(timedelta(minutes=10), close_and_forget),
    "permissions": Every(timedelta(minutes=1), expire_permissions),
    "permission_origins": Every(timedelta(hours=1), forget_origins),
    "touchpoints": Every(timedelta(hours=1), reach_out),
    "case_numbers": Every(timedelta(minutes=10), measure_earlier),
    "promises": Every(timedelta(minutes=1), watch_promises),
    "handoffs": Every(timedelta(seconds=10), work_off_handoffs, aside=True),
    "helpdesk_looks": Every(timedelta(seconds=30), look_at_tickets, aside=True),
    "fairness": Every(timedelta(hours=1), watch_fairness),
    "anchors": Every(timedelta(hours=1), anchor_logs),
    "submissions": Every(timedelta(hours=1), forget_submissions),
    "idempotency_keys": Every(timedelta(hours=1), forget_idempotency_keys),
    "topics": Every(timedelta(minutes=10), find_topics),
    "purge": Every(timedelta(seconds=5), purge_due),
    "votes": Every(timedelta(hours=1), forget_votes),
}
"""Errand name → how often, what. Names are what `ping_after_commit` is handed."""
