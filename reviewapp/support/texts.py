"""What the desk's words for routes, states, tags and reasons are."""

from __future__ import annotations

from reviewapp.web.pages import gettext as _


def routes() -> dict[str, str]:
    """What a customer asks about."""
    return {
        "question": _("Question before buying"),
        "delay": _("Late or missing parcel"),
        "return": _("Refund or return"),
        "damaged": _("Damaged or wrong item"),
        "chargeback": _("Chargeback risk"),
        "other": _("Something else"),
    }


def states() -> dict[str, tuple[str, str]]:
    """(Label, tone) of each state."""
    return {
        "open": (_("Open"), "info"),
        "waiting": (_("Waiting for the customer"), ""),
        "solved": (_("Solved"), "good"),
    }


def priorities() -> dict[str, tuple[str, str]]:
    """(Label, tone) of each priority."""
    return {
        "urgent": (_("Urgent"), "bad"),
        "high": (_("High"), "warn"),
        "normal": (_("Normal"), ""),
        "low": (_("Low"), ""),
    }


def escalations() -> dict[str, str]:
    """Why a person with the right must take a case."""
    return {
        "chargeback": _("A chargeback or a bank is mentioned"),
        "threat": _("A public complaint or legal steps are threatened"),
        "refund": _("A refund beyond what the front line may settle"),
        "cluster": _("The same problem came up several times"),
        "high_value": _("The order is of high value"),
        "repeat": _("The customer had several cases lately"),
        "upset": _("The customer is very upset"),
        "rule": _("A routing rule says so"),
        "hand": _("Somebody of the team asked for it"),
    }


def refund_kinds() -> dict[str, str]:
    """What a request for money back is about."""
    return {
        "before_shipping": _("Cancelled before shipping"),
        "shipping_exception": _("Shipping exception"),
        "damage": _("Damage"),
        "quality": _("Quality dispute"),
        "preference": _("Preference return"),
        "refused": _("Refused parcel"),
    }


def promises() -> dict[str, str]:
    """The three clocks of a case."""
    return {
        "first_response": _("First answer"),
        "next_update": _("Next update"),
        "resolution": _("Solved by"),
    }


def views() -> dict[str, str]:
    """The lists of the desk."""
    return {
        "open": _("Open"),
        "mine": _("Mine"),
        "unassigned": _("Nobody’s"),
        "due": _("Due soon"),
        "overdue": _("Late"),
        "escalated": _("For a person"),
        "follow_up": _("Follow up"),
        "waiting": _("Waiting for the customer"),
        "solved": _("Solved"),
        "all": _("All"),
    }


def parts() -> dict[str, str]:
    """The five things every answer states (playbook 4)."""
    return {
        "issue": _("The very problem, by name"),
        "state": _("Where it stands and why"),
        "next_step": _("The next step, when, and who takes it"),
        "needed": _("What is needed from the customer, or that nothing is"),
        "contact": _("How to reach you"),
    }


def steps() -> dict[str, tuple[str, str]]:
    """(Step, what is meant) of the walk through a shop's first incidents."""
    return {
        "reply": (_("Reply"), _("The customer has a first answer, with the five things in it.")),
        "proof": (
            _("Proof"),
            _("Order, tracking and photos are at hand; what is missing is asked."),
        ),
        "resolution": (_("Resolution"), _("What was promised is done, and the customer knows.")),
        "write_back": (_("Write back"), _("The lesson stands as an improvement on its page.")),
        "stop_line": (_("Stop line"), _("Nothing is sent by itself until all of this is done.")),
    }
