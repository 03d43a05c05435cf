"""What mails are taken for, and why, in the team's words."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.web.pages import gettext as _


def kinds() -> Mapping[str, tuple[str, str]]:
    """Kind → label and tone of its chip."""
    return {
        "message": (_("Message"), "info"),
        "doubtful": (_("Perhaps a message"), "warn"),
        "auto_reply": (_("Automatic answer"), ""),
        "bounce": (_("Not delivered"), "bad"),
        "delay": (_("Delayed"), "warn"),
        "delivered": (_("Delivered"), "good"),
        "complaint": (_("Complaint"), "bad"),
        "receipt": (_("Read receipt"), ""),
        "list": (_("Mailing list"), ""),
        "own": (_("Our own letter"), ""),
        "loop": (_("Going in circles"), "bad"),
        "unreadable": (_("Not readable"), "bad"),
        "too_large": (_("Too large"), "warn"),
    }


def reasons() -> Mapping[str, str]:
    """Reason → a sentence."""
    return _of_people() | _of_stopped() | _of_reports()


def _of_people() -> dict[str, str]:
    return {
        "person": _("Written by a person."),
        "by_hand": _("Somebody of the team said that it is a message."),
        "stranger": _("From somebody who did not reply to a letter; this mailbox lets them wait."),
        "no_sender": _("It has no sender to answer."),
        "no_reply_sender": _("Its sender says not to reply."),
        "suppresses_answers": _("Its sender asks for no automatic answers: perhaps a program."),
        "too_many_from_sender": _(
            "This address has opened several cases in a day; a person decides about more."
        ),
    }


def _of_stopped() -> dict[str, str]:
    return {
        "auto_submitted": _("It says itself that it is automatic (Auto-Submitted)."),
        "auto_header": _("It carries a header of programs that answer by themselves."),
        "precedence": _("Its Precedence says that it is automatic."),
        "auto_subject": _("Its subject is that of an automatic answer."),
        "null_return_path": _("It has an empty return path: nobody wants an answer to it."),
        "list_header": _("It came over a mailing list."),
        "bulk_precedence": _("It is bulk mail."),
        "own_mark": _("A letter of ours that came back."),
        "own_message_id": _("A letter of ours that came back."),
        "too_many_hops": _("It passed more servers than any honest mail."),
        "too_many_in_case": _("Too many mails joined one case in a day: two programs are talking."),
        "unreadable": _("It could not be taken apart. It is kept as it came."),
        "too_large": _("It is larger than mails may be. It still lies in the mailbox."),
    }


def _of_reports() -> dict[str, str]:
    return {
        "bounced": _("For good: this address is not written to any more."),
        "complained": _("The reader complained: this address is not written to any more."),
        "not_final": _("It may work another time; the address stays."),
        "noted": _("Noted; nothing follows from it."),
        "no_objection": _("A report that is no complaint; nothing follows from it."),
        "address_forgotten": _("The address was erased meanwhile."),
        "about_no_letter_of_ours": _(
            "It names no letter that we sent: anybody can write such a report, so nothing follows."
        ),
        "disposition_notification": _("A program tells that a letter was shown."),
    }
