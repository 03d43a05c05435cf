from __future__ import annotations

import pytest

LONGEST = "ü" * 74


@pytest.mark.parametrize("external_id", ["x" * 150, "ü" * 75, "𝕳" * 40])
def test_an_id_no_folder_can_be_named_after_is_refused(api, external_id) -> None:
    told = api.put(f"/api/v1/products/{external_id}", json={"title": "Mug"})
    assert (told.status_code, list(told.json["fields"])) == (422, ["external_id"])
    order = {
        "email": "ada@customers.example", "ordered_at": "2026-11-01T10:00:00Z",
        "lines": [{"external_id": "1", "product": external_id, "quantity": 1}],
    }  # fmt: skip
    told = api.put("/api/v1/orders/O-1", json=order)
    assert (told.status_code, list(told.json["fields"])) == (422, ["lines.0.product"])


@pytest.mark.parametrize("external_id", ["x" * 149, LONGEST, "a/b", "~", ".."])
def test_any_other_id_is_taken(api, external_id) -> None:
    told = api.put(f"/api/v1/products/{external_id}", json={"title": "Mug"})
    assert told.status_code == 201
