"""A file of orders, and what importing it told and left in the database."""

from __future__ import annotations

import json
from typing import Any

from click.testing import Result
from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine, Product

HEADER = (
    "order_id,ordered_at,email,name,country,time_zone,currency,total,tags,line_id,product_id,"
    "product_title,quantity,price,delivered_at,cancelled_at\n"
)
GOOD = (
    "A-1,2026-11-01 10:00,ada@customers.example,Ada Quist,DE,Europe/Berlin,EUR,48.50,gift|x,"
    "1,MUG,Mug,2,19.25,2026-11-04 09:30,\n"
    "A-1,,,,,,,,,2,BOWL,Bowl,1,10.00,2026-11-06 09:30,\n"
    "A-2,2026-11-02T10:00:00Z,ben@customers.example,,,,,,,1,MUG,,1,,,2026-11-03T00:00:00Z\n"
)


def counted(result: Result) -> tuple[int, int, int, int]:
    told = json.loads(result.stdout)
    return told["created"], told["updated"], told["unchanged"], told["bad"]


def everything(kit: Kit) -> dict[str, Any]:
    """All that an import may write, as values."""
    with kit.database.transaction(EVERY_SHOP) as session:
        lines = session.execute(
            select(Order.external_id, OrderLine.external_id, OrderLine.delivered_at)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .order_by(Order.external_id, OrderLine.id)
        )
        return {
            "lines": [tuple(row) for row in lines],
            "orders": session.scalar(select(func.count()).select_from(Order)),
            "events": session.scalar(select(func.count()).select_from(OrderEvent)),
            "products": {
                row.external_id: row.title
                for row in session.execute(select(Product.external_id, Product.title))
            },
            "people": session.scalars(select(Customer.email).order_by(Customer.email)).all(),
        }
