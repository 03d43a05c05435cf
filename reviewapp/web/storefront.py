"""Which shop and product a storefront names: by its public widget key and a document key."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.errors import NotFound
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product


def external_id_of(key: str) -> str:
    """The product id a document key stands for; NUL is nothing the database could hold."""
    if "\0" in key:
        raise NotFound()
    if not key.startswith("~"):
        return key
    try:
        text = urlsafe_b64decode(key[1:] + "=" * (-len(key[1:]) % 4)).decode()
    except (Base64Error, ValueError) as error:
        raise NotFound() from error
    if "\0" in text:
        raise NotFound()
    return text


def product_of(session: Session, widget_key: str, key: str) -> tuple[Shop, Product]:
    """The shop and its product; NotFound where either is unknown."""
    external_id = external_id_of(key)
    if "\0" in widget_key:
        raise NotFound()
    found = session.execute(
        select(Shop, Product)
        .join(Product, Product.shop_id == Shop.id)
        .where(Shop.widget_key == widget_key, Product.external_id == external_id)
    ).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]
