"""The two upserts behind every mark, built once: building one costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    String,
    Uuid,
    any_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.dml import ReturningInsert

from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets.pacing import pause_of_mark


def _mark_statement(*, at_once: bool, anew: bool) -> ReturningInsert[Any]:
    """The upsert behind every mark: of the tables, since the ORM's own costs twice as much.

    While a publisher holds the row, chunks are always appended: it takes away only those that
    were there when it began. Otherwise a chunk that waits already is not added again.
    """
    table: Any = Publication.__table__
    products = func.unnest(
        bindparam("product_ids", type_=ARRAY(Uuid)), bindparam("hashes", type_=ARRAY(BigInteger))
    )
    each = products.table_valued("product_id", "key_hash").render_derived(name="each")
    values = {
        "product_id": each.c.product_id,
        "key_hash": each.c.key_hash,
        "shop_id": bindparam("shop_id", type_=Uuid()),
        "dirty_at": bindparam("at", type_=table.c.dirty_at.type),
        "dirty_chunks": bindparam("chunks", type_=ARRAY(Integer)),
        "dirty_questions": bindparam("questions", type_=Boolean()),
        "revision": literal(1),
    }
    new = insert(table).from_select([*values], select(*values.values()), include_defaults=False)
    waiting = (table.c.claimed_at.is_(None)) & table.c.dirty_chunks.contains(
        new.excluded.dirty_chunks
    )
    both = table.c.dirty_chunks.op("||")(new.excluded.dirty_chunks)
    return new.on_conflict_do_update(
        index_elements=[table.c.product_id],
        set_={
            "dirty_at": func.least(table.c.dirty_at, new.excluded.dirty_at),
            "dirty_chunks": case((waiting, table.c.dirty_chunks), else_=both),
            "dirty_questions": or_(table.c.dirty_questions, new.excluded.dirty_questions),
            "revision": table.c.revision + 1,
            "pause": pause_of_mark(Publication, at_once=at_once),
            "published_at": null() if anew else table.c.published_at,
            "claimed_at": null() if anew else table.c.claimed_at,
        },
    ).returning(table.c.dirty_at)


def _mark_shop_statement(*, at_once: bool, anew: bool) -> ReturningInsert[Any]:
    """As `_mark_statement`; paths are locked in the order they are given in."""
    table: Any = ShopDocument.__table__
    values = {
        "shop_id": bindparam("shop_id", type_=Uuid()),
        "path": func.unnest(bindparam("paths", type_=ARRAY(String))),
        "dirty_at": bindparam("at", type_=table.c.dirty_at.type),
        "revision": literal(1),
    }
    new = insert(table).from_select([*values], select(*values.values()), include_defaults=False)
    hourly = table.c.path == any_(bindparam("slow", type_=ARRAY(String))) if at_once else false()
    return new.on_conflict_do_update(
        index_elements=[table.c.shop_id, table.c.path],
        set_={
            "dirty_at": func.least(table.c.dirty_at, new.excluded.dirty_at),
            "revision": table.c.revision + 1,
            "published_at": case((hourly, None), else_=table.c.published_at),
            "pause": pause_of_mark(ShopDocument, at_once=at_once),
            "claimed_at": null() if anew else table.c.claimed_at,
        },
    ).returning(table.c.dirty_at)


_URGENCIES = ((False, False), (True, False), (True, True))
MARKS = {
    (at_once, anew): _mark_statement(at_once=at_once, anew=anew) for at_once, anew in _URGENCIES
}
MARKS_OF_SHOP = {
    (at_once, anew): _mark_shop_statement(at_once=at_once, anew=anew)
    for at_once, anew in _URGENCIES
}
"""By whether it waits for no burst, and whether all is written anew whoever holds it."""
