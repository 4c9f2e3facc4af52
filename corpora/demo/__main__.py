"""Runs the whole chain on the bundled feedback: `python -m corpora.demo [FOLDER]`.

The folder, `build/demo` by default, is made anew: the store, the file queue with the work orders,
and the report.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from voc.config import load_settings
from voc.pipeline.chain import Chain
from voc.pipeline.ingesting import Ingested, ingest
from voc.pipeline.origins import Told, open_source
from voc.pipeline.reporting import write_topic_report
from voc.pipeline.themes import spoken_of
from voc.records import ADVERTISEMENT, NEAR_DUPLICATE, PAID_BURST, SEVERITIES, STAFF
from voc.report.tally import UNINFORMATIVE
from voc.store import Store, open_store
from voc.tagging.engine import load
from voc.workorders import SEVERITY_LABELS
from voc.workorders.description import TREND_LABELS

HERE = Path(__file__).parent
UNJUDGED_FLAGS = frozenset({PAID_BURST, ADVERTISEMENT, NEAR_DUPLICATE, UNINFORMATIVE})
"""Of voices whose sentiment counts nowhere, as in the report."""


def run(folder: Path, console: Console) -> None:
    """Runs the demo into `folder` and prints what came of it."""
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = load_settings(
        HERE / "voc.yaml",
        overrides={
            "store.url": f"sqlite:///{folder / 'voc.db'}",
            "queue.dir": str((folder / "work-orders").resolve()),
        },
        environ={},
    )
    with open_store(settings.store_url) as store:
        read = []
        for name in settings.sources:
            source, industry = open_source(name, settings=settings, told=Told())
            read.append(ingest(store, source, settings=settings, industry=industry))
        engine = load(settings=settings)
        done = Chain(store, engine, settings).run()
        write_topic_report(store, folder / "report.html", settings=settings)
        _summarise(console, store, engine.model, read)
    for note in done.notes:
        console.print(note)
    console.print(
        f"\n用时 {time.monotonic() - began:.1f} 秒。接下来可以看：\n"
        f"  报告    {folder / 'report.html'}（用浏览器打开）\n"
        f"  工单    {folder / 'work-orders'}（每张一个 JSON 文件，共 {done.work_orders} 个）\n"
        f"  数据库  {folder / 'voc.db'}\n"
        "换成自己的数据：voc ingest 评价.csv --industry snack && voc run && voc report -o 报告.html"
    )


def _summarise(console: Console, store: Store, model: str, read: list[Ingested]) -> None:
    rows = list(store.tagged(model=model))
    judged = [row for row in rows if not UNJUDGED_FLAGS.intersection(row.flags)]
    labels = Counter(row.sentiment for row in judged)
    # A post of staff has no words of a customer, but is not empty.
    aside = Counter(flag for row in rows for flag in ({STAFF} & row.flags or row.flags))
    total = len(rows)
    console.print(
        f"读入 {total} 条反馈（{len(read)} 个来源，论坛、热线、评价、问卷），"
        f"模型 {model}。个人信息已打码。\n"
        f"情感（{len(judged)} 条）：负面 {labels['negative'] / len(judged):.0%}，"
        f"中性 {labels['neutral'] / len(judged):.0%}，正面 {labels['positive'] / len(judged):.0%}。"
        f"单独列出：疑似水军 {aside['paid_burst']} 条，无内容 {aside['uninformative']} 条，"
        f"客服或商家所说 {aside[STAFF]} 条。"
    )
    _print_issues(console, store)
    topics = store.topics()
    if topics:
        negative = {name: said.negative.count for name, said in spoken_of(store).items()}
        spoken = [topic for topic in topics if topic.topic_id in negative]
        worst = sorted(spoken, key=lambda topic: -negative[topic.topic_id])[:6]
        names = "、".join(f"{topic.topic} {negative[topic.topic_id]} 条" for topic in worst)
        console.print(f"\n发现主题 {len(topics)} 个，负面声音最多的：{names}", soft_wrap=True)


def _print_issues(console: Console, store: Store) -> None:
    issues = sorted(
        store.issues(), key=lambda issue: (-SEVERITIES.index(issue.severity), -issue.count)
    )
    orders = {order.issue_id: order for order in store.work_orders()}
    table = Table(title=f"\n归并出问题 {len(issues)} 个，开出工单 {len(orders)} 张；最要紧的：")
    for heading in ("问题", "声音", "严重", "趋势", "负责部门", "截止"):
        table.add_column(heading, justify="right" if heading == "声音" else "left")
    for issue in issues[:10]:
        order = orders.get(issue.issue_id)
        table.add_row(
            issue.title,
            str(issue.count),
            SEVERITY_LABELS[issue.severity],
            TREND_LABELS[issue.trend],
            order.department if order else "",
            f"{order.due_at:%m-%d %H:%M}" if order else "",
        )
    console.print(table)


if __name__ == "__main__":
    screen = Console(highlight=False)
    if not screen.is_terminal:
        screen.width = 120
    run(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo"), screen)
