"""All helpdesks to test with, and what each account is opened by."""

from __future__ import annotations

from tests.support.handoff.chatwoot_desk import ChatwootDesk
from tests.support.handoff.freshdesk_desk import FreshdeskDesk
from tests.support.handoff.gorgias_desk import GorgiasDesk
from tests.support.handoff.zendesk_desk import ZendeskDesk

DESKS = (ZendeskDesk, GorgiasDesk, ChatwootDesk, FreshdeskDesk)
OPTIONS = {
    "zendesk": {"user": "bo@kiln.example"},
    "gorgias": {"user": "bo@kiln.example", "inbox": "help@kiln.example"},
    "chatwoot": {"account": "3", "inbox": "7"},
    "freshdesk": {},
}
