"""Figures on what customers say: scores, shares, weeks and drivers, each with its uncertainty."""

from voc.insights.call_outcomes import Outcome, outcome_of
from voc.insights.calls import CallSummary, summarise_call
from voc.insights.contradictions import Contradiction, contradiction
from voc.insights.drivers import ENOUGH, ScoreDriver, ScoreSums, score_driver, sums_of
from voc.insights.proportions import Difference, Proportion, difference, proportion
from voc.insights.rates import RateRatio, rate_ratio
from voc.insights.satisfaction import SatisfactionFigures, satisfaction_of
from voc.insights.scores import (
    CES_SCALE,
    CSAT_SCALE,
    NPS_SCALE,
    Ces,
    Csat,
    Mean,
    Nps,
    ces,
    ces_of_counts,
    csat,
    csat_of_counts,
    mean_of_counts,
    nps,
    nps_of_counts,
)
from voc.insights.strays import core_days
from voc.insights.weeks import (
    Week,
    WeekComparison,
    compare_weeks,
    full_weeks,
    week_of,
    week_of_day,
    weeks_between,
)
from voc.issues.shares import wilson

__all__ = [
    "CES_SCALE",
    "CSAT_SCALE",
    "ENOUGH",
    "NPS_SCALE",
    "CallSummary",
    "Ces",
    "Contradiction",
    "Csat",
    "Difference",
    "Mean",
    "Nps",
    "Outcome",
    "Proportion",
    "RateRatio",
    "SatisfactionFigures",
    "ScoreDriver",
    "ScoreSums",
    "Week",
    "WeekComparison",
    "ces",
    "ces_of_counts",
    "compare_weeks",
    "contradiction",
    "core_days",
    "csat",
    "csat_of_counts",
    "difference",
    "full_weeks",
    "mean_of_counts",
    "nps",
    "nps_of_counts",
    "outcome_of",
    "proportion",
    "rate_ratio",
    "satisfaction_of",
    "score_driver",
    "summarise_call",
    "sums_of",
    "week_of",
    "week_of_day",
    "weeks_between",
    "wilson",
]
