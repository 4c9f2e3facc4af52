"""Routing of many issues by many rules: `python -m tests.benchmarks.routing`.

100,000 issues, as a run forms them, are routed by 500 rules: seconds of routing alone, and the most
memory of the process, issues included. Beside it, in a process of its own, a loop that asks one
rule after another until one holds, on `--loop` of the same issues, its time scaled up; both must
name the same rules. Rules ask for industry, aspect, product, store (some by `*`), region, severity,
urgency, NPS band, tier and rating, five or six of them each, so that many issues fit none or a late
one. Seconds of the processor are told too: they are what a machine that does other things needs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks.processes import environment, module, own_peak_mb, run
from voc.config import Industry, bundled, load_industry
from voc.records import SEVERITIES, Issue
from voc.workorders.circumstances import Circumstances
from voc.workorders.matching import holds
from voc.workorders.routing import DEFAULT_RULE, Router, facts_of
from voc.workorders.rules import RoutingRules

Asked = tuple[Issue, Circumstances]
Route = Callable[[Issue, Circumstances], str]

INDUSTRIES: Final = ("automotive", "snack", "phone", "bank")
STORES: Final = tuple(f"{place}{number:03}店" for place in "东西南北" for number in range(50))
REGIONS: Final = ("上海", "北京", "广东", "浙江", "四川", "湖北")
PRODUCTS: Final = tuple(f"型号{number:03}" for number in range(80))
MOMENT: Final = datetime(2026, 11, 2, tzinfo=UTC)


def rules(count: int, industries: dict[str, Industry], chance: random.Random) -> RoutingRules:
    """Makes rules; the more they ask for, the fewer issues they fit."""
    made = []
    for number in range(count):
        industry = chance.choice(INDUSTRIES)
        aspects = [aspect.name for aspect in industries[industry].all_aspects()]
        asked: dict[str, Any] = {
            "aspect": chance.sample(aspects, 2),
            "product": chance.sample(PRODUCTS, 8),
            "store": [f"{chance.choice('东西南北')}{chance.randint(0, 4)}*", chance.choice(STORES)],
            "region": chance.sample(REGIONS, 2),
            "severity": chance.sample(SEVERITIES, 2),
            "urgency": ["high", "critical"],
            "nps": "detractor",
            "tier": ["gold", "silver"],
            "rating": {"at_most": round(chance.uniform(0.2, 0.6), 2)},
        }
        names = chance.sample(sorted(asked), chance.randint(4, 5))
        when = {"industry": industry} | {name: asked[name] for name in names}
        made.append(
            {"name": f"规则{number}", "when": when, "then": {"department": f"部门{number}"}}
        )
    return RoutingRules.model_validate({"rules": made})


def issues(count: int, industries: dict[str, Industry], chance: random.Random) -> list[Asked]:
    """Makes issues with what their voices tell."""
    return [_issue(number, industries, chance) for number in range(count)]


def _issue(number: int, industries: dict[str, Industry], chance: random.Random) -> Asked:
    industry = chance.choice(INDUSTRIES)
    aspect = chance.choice(industries[industry].all_aspects())
    issue = Issue(
        issue_id=f"is_{number}",
        title=aspect.name,
        industry=industry,
        aspect_id=aspect.id,
        status="open",
        severity=chance.choice(SEVERITIES),
        first_seen=MOMENT,
        last_seen=MOMENT,
        count=3,
        trend="steady",
        trend_p=0.5,
        product=chance.choice(PRODUCTS),
        store=chance.choice(STORES),
    )
    told = Circumstances(
        urgency=chance.choice(("normal", "normal", "high", "critical")),
        regions=((chance.choice(REGIONS), 3),),
        channels=(("review", 3),),
        nps=((chance.choice(("detractor", "passive")), 1),),
        tiers=((chance.choice(("gold", "silver", "plain", "plain")), 1),),
        rating=round(chance.random(), 2),
    )
    return issue, told


def indexed(made: RoutingRules, industries: dict[str, Industry]) -> Route:
    """Routes as `voc run` does."""
    router = Router(made)
    return lambda issue, told: (
        router.route(issue, industry=industries[issue.industry], circumstances=told).rule
    )


def looped(made: RoutingRules, industries: dict[str, Industry]) -> Route:
    """Asks one rule after another."""
    asked = [(rule.name, rule.when.conditions()) for rule in made.rules]

    def route(issue: Issue, told: Circumstances) -> str:
        facts = facts_of(issue, industries[issue.industry], told)
        for name, when in asked:
            if all(not allowed or holds(allowed, facts[at]) for at, allowed in when.items()):
                return name
        return DEFAULT_RULE

    return route


CANDIDATES: Final = {"voc": indexed, "loop over all rules": looped}


def child(name: str, given: argparse.Namespace, out: Path) -> None:
    """Routes in this process, and leaves seconds, memory and the names of the first rules."""
    industries = {one: load_industry(one) for one in INDUSTRIES}
    chance = random.Random(given.seed)
    made = rules(given.rules, industries, chance)
    asked = issues(given.issues, industries, chance)
    some = asked if name == "voc" else asked[: given.loop]
    route = CANDIDATES[name](made, industries)
    started, worked = time.perf_counter(), time.process_time()
    names = [route(issue, told) for issue, told in some]
    worked, seconds = time.process_time() - worked, time.perf_counter() - started
    report = {
        "issues": len(some),
        "seconds": seconds,
        "cpu_s": worked,
        "peak_mb": own_peak_mb(),
        "unfit": names.count(DEFAULT_RULE) / len(names),
        "names": names[: given.loop],
    }
    out.write_text(json.dumps(report), encoding="utf-8")


def main() -> None:
    """Measures both and prints a table; fails where they do not agree."""
    given = options()
    if given.child:
        child(given.child, given, given.out)
        return
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        sizes = [f"--{name}={getattr(given, name)}" for name in ("issues", "rules", "loop", "seed")]
        for name in CANDIDATES:
            command = module("routing", "--child", name, "--out", out, *sizes)
            run(name, command, environment(1, bundled("models")))
            found[name] = json.loads(out.read_text(encoding="utf-8"))
    show(found, given)
    if len({tuple(one["names"]) for one in found.values()}) > 1:
        sys.exit("the candidates name other rules for the same issues")


def show(found: dict[str, dict[str, Any]], given: argparse.Namespace) -> None:
    """Prints the table."""
    columns = ("candidate", "routed", "seconds", "CPU s", "CPU s for all", "peak MB")
    table = Table(*columns, title=f"{given.issues:,} issues, {given.rules} rules")
    for name, one in found.items():
        cells = (
            f"{one['issues']:,}",
            f"{one['seconds']:.2f}",
            f"{one['cpu_s']:.2f}",
            f"{one['cpu_s'] * given.issues / one['issues']:.1f}",
            f"{one['peak_mb']:.0f}" if one["peak_mb"] else "?",
        )
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    console.print(f"{found['voc']['unfit']:.0%} of the issues fit no rule.")


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.routing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--issues", type=int, default=100_000, help="issues to route")
    add("--rules", type=int, default=500, help="rules to route them by")
    add("--loop", type=int, default=2_000, help="issues of them that the loop gets")
    add("--seed", type=int, default=7, help="of the random issues and rules")
    add("--child", choices=tuple(CANDIDATES), help=argparse.SUPPRESS)
    add("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not 1 <= given.loop <= given.issues or given.rules < 1:
        parser.error("give at least one rule, and --loop from 1 to --issues")
    return given


if __name__ == "__main__":
    main()
