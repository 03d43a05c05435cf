"""Where a letter about a case leads: the customer's own page."""

from __future__ import annotations

from reviewapp.models.case import Case
from reviewapp.web.session import kit


def customer_page(case: Case) -> str | None:
    """The address behind which more can be said and shown; None for a case without a link."""
    if case.request_id is None:
        return None
    return f"{kit().settings.public_url}/r/{kit().links.sign('request', case.request_id)}"
