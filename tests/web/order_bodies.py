"""The order and the event that tests of the API send."""

from __future__ import annotations

ORDER = {
    "email": "ada@customers.example",
    "ordered_at": "2026-11-01T10:00:00Z",
    "lines": [{"external_id": "1", "product": "MUG", "quantity": 1, "price": "9.50"}],
}
EVENT = {"type": "delivered", "at": "2026-11-04T09:30:00Z"}
