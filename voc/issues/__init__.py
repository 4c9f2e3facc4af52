"""Issues: problems that many voices share, with severity, trend and evidence."""

from voc.issues.doubts import doubted
from voc.issues.emergencies import (
    Home,
    calmed,
    emergency_home,
    is_over,
    pressing,
    telling_span,
    told_apart,
)
from voc.issues.episodes import find_episodes
from voc.issues.forming import form_issues
from voc.issues.grouping import ASPECT_NAMES, aspect_name, chains_of, joined, urgent_once
from voc.issues.hearing import as_problems, aspects_of_themes, placed_by_theme
from voc.issues.heeding import heeded
from voc.issues.leaving import moved_on, set_aside, silenced
from voc.issues.matching import home_of, is_absorbed
from voc.issues.severity import rate_voices, severity_of
from voc.issues.stakes import SPENDING_PERIOD, Clientele, stake_words
from voc.issues.trends import Volumes, rate_change, rate_ratio_p, trend_of

__all__ = [
    "ASPECT_NAMES",
    "SPENDING_PERIOD",
    "Clientele",
    "Home",
    "Volumes",
    "as_problems",
    "aspect_name",
    "aspects_of_themes",
    "calmed",
    "chains_of",
    "doubted",
    "emergency_home",
    "find_episodes",
    "form_issues",
    "heeded",
    "home_of",
    "is_absorbed",
    "is_over",
    "joined",
    "moved_on",
    "placed_by_theme",
    "pressing",
    "rate_change",
    "rate_ratio_p",
    "rate_voices",
    "set_aside",
    "severity_of",
    "silenced",
    "stake_words",
    "telling_span",
    "told_apart",
    "trend_of",
    "urgent_once",
]
