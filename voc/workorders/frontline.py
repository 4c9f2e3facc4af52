"""Rules for single voices: which hold for one, and the messages that tell of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from voc.config import Industry
from voc.records import Feedback, Message, Tags, stable_id
from voc.text.privacy import mask
from voc.workorders.circumstances import VoiceFacts
from voc.workorders.conditions import nps_band
from voc.workorders.matching import Failed, RuleIndex, matches
from voc.workorders.routing import aspect_names, known, number
from voc.workorders.rules import RoutingRules
from voc.workorders.voice_rules import VoiceRule


class Frontline:
    """The voice rules of one file, ready to be asked.

    Args:
        rules: The routing file.
        sinks: Sinks of the settings, told where the file names none.
    """

    def __init__(self, rules: RoutingRules, *, sinks: Sequence[str] = ()) -> None:
        self._rules = rules.voices
        self._everyone = tuple(rules.defaults.sinks or sinks)
        self._index = RuleIndex([(rule.name, rule.when.conditions()) for rule in self._rules.rules])

    def rules_for(
        self, feedback: Feedback, tags: Tags, industry: Industry | None, tier: str | None
    ) -> list[VoiceRule]:
        """Returns the rules that act on a voice: the first that holds, or with `all` every one."""
        facts = facts_of_voice(feedback, tags, industry, tier)
        places = self._index.every(facts)
        if self._rules.match == "first":
            places = places[:1]
        return [self._rules.rules[place] for place in places]

    def failed(
        self, feedback: Feedback, tags: Tags, industry: Industry | None, tier: str | None
    ) -> list[Failed]:
        """Returns why each rule that does not hold for a voice does not, in their order."""
        return list(self._index.failed(facts_of_voice(feedback, tags, industry, tier)))

    def sinks_for(self, rule: VoiceRule, store: str | None) -> tuple[str, ...]:
        """Returns the sinks that a rule tells of a voice, each once.

        The people of a store are told by the sinks that `frontline` names for it, else by those of
        the rule, else by all.
        """
        then = rule.then
        people: Collection[str] = ()
        if then.notify is not None:
            people = self._of_store(store) or then.sinks or self._everyone
        return tuple(dict.fromkeys((*people, *then.sinks)))

    def _of_store(self, store: str | None) -> Collection[str]:
        for pattern, sinks in self._rules.frontline.items():
            if store is not None and matches(store, pattern):
                return sinks
        return ()


def facts_of_voice(
    feedback: Feedback, tags: Tags, industry: Industry | None, tier: str | None
) -> dict[str, Collection[str] | float]:
    """Returns the values of a voice that the conditions of rules are compared with."""
    told = voice_facts(feedback, tags, tier)
    urgency, names = tags.urgency, [item.aspect_id for item in tags.aspects]
    return {
        "industry": known(tags.industry),
        "aspect": [name for one in names for name in aspect_names(one, industry)],
        "product": known(feedback.product),
        "store": known(feedback.store),
        "region": known(feedback.region),
        "urgency": (urgency.label if urgency else "normal",),
        "reason": urgency.reasons if urgency else (),
        "channel": (feedback.channel,),
        "sentiment": known(told.sentiment),
        "intent": known(told.intent),
        "nps": () if told.nps is None else (nps_band(told.nps),),
        "tier": known(tier),
        "csat": number(told.csat),
        "rating": number(told.rating),
        "sentiment_score": number(told.sentiment_score),
        "confidence": max((item.score for item in tags.aspects), default=()),
    }


def voice_facts(feedback: Feedback, tags: Tags, tier: str | None) -> VoiceFacts:
    """Returns what a voice tells as a whole."""
    return VoiceFacts(
        sentiment=tags.sentiment.label if tags.sentiment else None,
        sentiment_score=tags.sentiment.score if tags.sentiment else None,
        intent=tags.intent.label if tags.intent else None,
        nps=feedback.nps,
        csat=feedback.csat,
        rating=rating_share(feedback.rating, feedback.rating_max),
        tier=tier,
    )


def rating_share(rating: float | None, highest: float | None) -> float | None:
    """Returns a rating as a share of the highest one, 0 to 1; `None` where it cannot be told."""
    if rating is None or not highest or highest <= 0:
        return None
    return min(1.0, max(0.0, rating / highest))


def voice_message(
    feedback: Feedback,
    tags: Tags,
    rule: VoiceRule,
    *,
    sink: str,
    tier: str | None,
    at: datetime,
) -> Message:
    """Returns the message that tells a sink of one voice.

    Its id and key are of voice, rule and sink, so that a receiver sees it once, whatever version or
    model it comes from. Personal data in the text is masked, whatever the settings.

    The payload is JSON (the envelope of the Standard Webhooks specification)::

        {
          "type":      "voice.action",
          "id":        string, the message id,
          "timestamp": string, ISO 8601 with offset,
          "sequence":  1,
          "data": {
            "action":   {"action_id", "rule", "notify": "frontline" | null, "say", "tag" | null},
            "voice":    {"feedback_id", "text", "channel", "store" | null, "product" | null,
                         "region" | null, "url" | null, "created_at" | null, "rating" | null,
                         "rating_max" | null, "nps" | null, "csat" | null, "sentiment" | null,
                         "intent" | null, "urgency", "aspects": [{"aspect", "sentiment"}]},
            "customer": {"customer_id" | null, a pseudonym, "tier" | null}
          }
        }
    """
    action_id = stable_id("va", feedback.feedback_id, rule.name)
    message_id = stable_id("msg", action_id, sink)
    then = rule.then
    payload = {
        "type": "voice.action",
        "id": message_id,
        "timestamp": at.isoformat(),
        "sequence": 1,
        "data": {
            "action": {
                "action_id": action_id,
                "rule": rule.name,
                "notify": then.notify,
                "say": then.say,
                "tag": then.tag,
            },
            "voice": _voice(feedback, tags),
            "customer": {"customer_id": feedback.customer_id, "tier": tier},
        },
    }
    return Message(message_id, sink, action_id, 1, payload, at)


def _voice(feedback: Feedback, tags: Tags) -> dict[str, Any]:
    names = ("channel", "store", "product", "region", "url", "rating", "rating_max", "nps", "csat")
    return {
        "feedback_id": feedback.feedback_id,
        "text": mask(tags.text).text,
        **{name: getattr(feedback, name) for name in names},
        "created_at": feedback.created_at.isoformat() if feedback.created_at else None,
        "sentiment": tags.sentiment.label if tags.sentiment else None,
        "intent": tags.intent.label if tags.intent else None,
        "urgency": tags.urgency.label if tags.urgency else "normal",
        "aspects": [{"aspect": item.aspect, "sentiment": item.sentiment} for item in tags.aspects],
    }
