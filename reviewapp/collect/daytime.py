"""Whose daytime it is: a customer's zone, and the next moment inside the shop's sending hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

MOST_POPULOUS_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Chuuk",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
"""Where most people of a country with several zones live; the others have one zone (CLDR)."""


@cache
def main_zone(country: str) -> str | None:
    """The zone most people of an ISO 3166 country live in; None where nobody can say."""
    code = country.strip().upper()
    if code in MOST_POPULOUS_ZONES:
        return MOST_POPULOUS_ZONES[code]
    zones = get_global("territory_zones").get(code, ())
    return zones[0] if len(zones) == 1 else None


@cache
def customer_zone(
    order_zone: str | None, customer_zone: str | None, country: str | None, shop_zone: str
) -> ZoneInfo:
    """The first zone that is known: order's, customer's, their country's main one, the shop's."""
    by_country = main_zone(country) if country else None
    for name in (order_zone, customer_zone, by_country, shop_zone):
        zone = _zone(name) if name else None
        if zone is not None:
            return zone
    return ZoneInfo("UTC")


def in_daytime(at: datetime, zone: ZoneInfo, from_hour: int, until_hour: int) -> datetime:
    """`at`, or the next moment when the clock in `zone` stands in [from_hour, until_hour); UTC.

    Never earlier than `at`. Clocks that jump over the opening hour open with the jump.
    """
    moment = at
    for _ in range(4):
        local = moment.astimezone(zone)
        if from_hour <= local.hour < until_hour:
            return moment.astimezone(UTC)
        opening = local.replace(hour=from_hour, minute=0, second=0, microsecond=0, fold=0)
        if local.hour >= until_hour:
            opening += timedelta(days=1)
        moment = max(moment, opening.astimezone(UTC))
    return moment.astimezone(UTC)


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
