"""The store: records, cursors, tags, issues, work orders and the outbox, in one database.

    with open_store("sqlite:///voc.db") as store:
        with store.transaction() as tx:
            tx.add_feedback(page, industry="snack", now=now)
            tx.save_cursor("reviews", {"page": 7})

Importing it loads SQLAlchemy; import it where a store is opened.
"""

from voc.store.audit import AuditEntry, Made
from voc.store.corrections import Correction, CorrectionField
from voc.store.holding import Holding
from voc.store.keys import ApiKey
from voc.store.pages import Heard, ListPage, Place
from voc.store.rows import (
    AlertEvent,
    CustomerFile,
    Forgotten,
    IngestCounts,
    IssueEvent,
    LetterState,
    MessageState,
    OutboxMessage,
    Reject,
    SourceCount,
    StoreCounts,
    StoredCall,
    StoredFeedback,
    StoredLetter,
    TaggedRow,
    TopicEvent,
    TopicEventKind,
    TopicVoice,
    UpsertCounts,
)
from voc.store.store import Store, StorePlace, check_place, open_store, store_place
from voc.store.transaction import Transaction

__all__ = [
    "AlertEvent",
    "ApiKey",
    "AuditEntry",
    "Correction",
    "CorrectionField",
    "CustomerFile",
    "Forgotten",
    "Heard",
    "Holding",
    "IngestCounts",
    "IssueEvent",
    "LetterState",
    "ListPage",
    "Made",
    "MessageState",
    "OutboxMessage",
    "Place",
    "Reject",
    "SourceCount",
    "Store",
    "StoreCounts",
    "StorePlace",
    "StoredCall",
    "StoredFeedback",
    "StoredLetter",
    "TaggedRow",
    "TopicEvent",
    "TopicEventKind",
    "TopicVoice",
    "Transaction",
    "UpsertCounts",
    "check_place",
    "open_store",
    "store_place",
]
