"""Errors with a stable code and a status; `web/errors.py` alone turns them into answers.

`code` is part of the outside (problem JSON, docs/api.md); `message` is English and says what to
do, and is translated at the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MESSAGES: dict[str, str] = {
    "not_found": "There is nothing at this address.",
    "link_unknown": "This link is not complete. Please open it again from your e-mail.",
    "not_allowed": "Your role does not allow this.",
    "sign_in_needed": "Please sign in.",
    "key_unknown": "The API key is missing, unknown or revoked.",
    "form_expired": "This form was open for too long. Your text is kept; please send it again.",
    "invalid": "Some fields need another look.",
    "conflict": "Somebody else changed this in the meantime. Please look again.",
    "already_decided": "This review is decided already.",
    "own_reply": "Somebody else than its writer approves an answer.",
    "in_other_hands": "A colleague has this in hand. Please look again.",
    "too_late": "This can no longer be taken back: it is carried out.",
    "gone": "This is no longer here.",
    "erased": "Everything about you was erased here, as you asked. This link leads nowhere now.",
    "ask_gone": "This question is settled: the review is not published any more.",
    "answered_already": "This question was answered already.",
    "export_refused": "Some of this may not leave for this use.",
    "nobody_asked": "None of these authors can be asked for this use.",
    "export_ended": "A permission in this export has ended. It cannot be taken out any more.",
    "submission_gone": "This review is no longer here: it was deleted, or not confirmed in time.",
    "too_many": "Too many requests. Please wait a moment and try again.",
    "too_large": "What was sent is too large.",
    "no_room": "There is no room left on our side right now. Please try again in a little while.",
    "outside_failed": "Something this needs did not answer. Please try again.",
    "unavailable": "The service cannot answer right now. Please try again in a minute.",
    "method_not_allowed": "This address does not take this kind of request.",
    "unsupported_media_type": "This kind of content is not understood here.",
    "malformed": "What was sent could not be read.",
    "idempotency_key_malformed": "An Idempotency-Key is 1 to 255 visible ASCII characters.",
    "idempotency_key_reused": "This Idempotency-Key was used for another request. Make a new one.",
    "idempotency_key_running": "The first request with this Idempotency-Key still runs.",
    "tus_version": "This address speaks tus 1.0.0. Please send Tus-Resumable: 1.0.0.",
    "upload_moved": "Other bytes of this file came in the meantime. Please ask how many are here.",
    "upload_checksum": "These bytes arrived damaged. Please send them again.",
    "upload_checksum_unknown": "This kind of checksum is not known here.",
    "upload_gone": "This upload is over. Please choose the file again.",
    "upload_too_large": "This file is too large. Please send a smaller one.",
    "upload_longer_than_said": "More bytes came than this file was said to have.",
    "upload_busy": "This file is being looked at. One moment.",
    "uploads_busy": "Very many files arrive at this moment. Yours goes on in a few seconds.",
    "uploads_of_form": "There are as many files here as can be sent. Remove one first.",
    "uploads_open": "Too many files are on their way at once. Please wait until some have arrived.",
    "uploads_count": "Too many files came from here today. Please try again tomorrow.",
    "uploads_bytes": "Too many large files came from here today. Please try again tomorrow.",
    "seal_broken": "The sealed file was changed, cut short or moved. It cannot be opened.",
    "seal_key_unknown": "The sealed file needs a key that REVIEWAPP_SECRET_KEY does not hold.",
    "helpdesk_refused": "The helpdesk understood and refused.",
    "helpdesk_ticket_gone": "The ticket is no longer in the helpdesk.",
    "signature_wrong": "The signature is missing, wrong or too old.",
    "mail_missing": "There is no mail in this request.",
    "connection_paused": "This mailbox is paused. Go on with it in the shop's settings.",
    "mailbox_failed": "The mailbox cannot be read right now.",
    "internal": "Something went wrong on our side. Nothing was lost; please try again.",
}


class AppError(Exception):
    """Base: `code` (stable), `status` (HTTP), `message` (for a person), `fields` (by name)."""

    status = 500
    default_code = "internal"

    def __init__(
        self,
        code: str | None = None,
        message: str | None = None,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.message = message or MESSAGES.get(self.code, MESSAGES[self.default_code])
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        self.members: dict[str, object] = {}
        """More for programs, beside what every problem tells (RFC 9457 3.2)."""
        super().__init__(f"{self.code}: {self.message}")


class NotFound(AppError):
    """Nothing there, or another shop's: both look alike."""

    status = 404
    default_code = "not_found"


class NotSignedIn(AppError):
    """No valid session or key came with the request."""

    status = 401
    default_code = "sign_in_needed"


class NotAllowed(AppError):
    """Known, but without the right."""

    status = 403
    default_code = "not_allowed"


class Malformed(AppError):
    """What was sent cannot even be read: broken JSON, a header outside its syntax."""

    status = 400
    default_code = "malformed"


class Invalid(AppError):
    """The input is understood and wrong; `fields` says where."""

    status = 422
    default_code = "invalid"


class Conflict(AppError):
    """The state changed underneath, or a unique thing exists already."""

    status = 409
    default_code = "conflict"


class Gone(AppError):
    """It was here and is not any more."""

    status = 410
    default_code = "gone"


class TooMany(AppError):
    """A rate or quota is used up; `retry_after_seconds` says for how long."""

    status = 429
    default_code = "too_many"

    def __init__(self, code: str | None = None, *, retry_after_seconds: int = 60) -> None:
        super().__init__(code)
        self.retry_after_seconds = retry_after_seconds


class TooLarge(AppError):
    """The body or a file is over its limit."""

    status = 413
    default_code = "too_large"


class OutsideFailed(AppError):
    """A disk, bucket, mail server or other outside part failed; trying again may help."""

    status = 503
    default_code = "outside_failed"


class NoRoom(OutsideFailed):
    """The disk is full (RFC 4918 11.5): what is there stays whole, trying later helps."""

    status = 507
    default_code = "no_room"
