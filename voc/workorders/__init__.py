"""Work orders: routed by rules, timed by a working calendar, delivered at least once."""

from voc.workorders.calendar import (
    WorkingCalendar,
    add_working_hours,
    due_at,
    load_calendar,
    working_hours_between,
)
from voc.workorders.checking import calendar_for, check_routing
from voc.workorders.circumstances import Circumstances, VoiceFacts, circumstances_of
from voc.workorders.escalation import due_steps, escalated
from voc.workorders.frontline import Frontline, rating_share, voice_message
from voc.workorders.history import RuleReturns, returns_by_rule
from voc.workorders.ledger import Decided, Ledger
from voc.workorders.life import Rulebook, apply_event
from voc.workorders.matching import Failed
from voc.workorders.orders import decide_orders
from voc.workorders.outbox import DeliveryCounts, Retry, deliver
from voc.workorders.requests import Details
from voc.workorders.returns import Rerouting
from voc.workorders.routing import Router, Routing
from voc.workorders.rules import PRIORITY_LABELS, SEVERITY_LABELS, RoutingRules, load_routing
from voc.workorders.states import ACTION_LABELS, ACTIONS, EVENTS, STATUS_LABELS, phase_of
from voc.workorders.voice_rules import VoiceRule

__all__ = [
    "ACTIONS",
    "ACTION_LABELS",
    "EVENTS",
    "PRIORITY_LABELS",
    "SEVERITY_LABELS",
    "STATUS_LABELS",
    "Circumstances",
    "Decided",
    "DeliveryCounts",
    "Details",
    "Failed",
    "Frontline",
    "Ledger",
    "Rerouting",
    "Retry",
    "Router",
    "Routing",
    "RoutingRules",
    "RuleReturns",
    "Rulebook",
    "VoiceFacts",
    "VoiceRule",
    "WorkingCalendar",
    "add_working_hours",
    "apply_event",
    "calendar_for",
    "check_routing",
    "circumstances_of",
    "decide_orders",
    "deliver",
    "due_at",
    "due_steps",
    "escalated",
    "load_calendar",
    "load_routing",
    "phase_of",
    "rating_share",
    "returns_by_rule",
    "voice_message",
    "working_hours_between",
]
