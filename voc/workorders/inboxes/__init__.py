"""Inboxes: where other systems say what becomes of work orders. Each kind is loaded when asked."""

from voc.workorders.inboxes.base import CheckedInbox, Inbox, InboxError, Letter
from voc.workorders.inboxes.opening import open_inbox
from voc.workorders.inboxes.told import ToldEvent, read_told

__all__ = [
    "CheckedInbox",
    "Inbox",
    "InboxError",
    "Letter",
    "ToldEvent",
    "open_inbox",
    "read_told",
]
