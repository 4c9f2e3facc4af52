"""Settings: file < variables < flags, and every wrong one named with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings, SourceSettings, load_settings, setting_names
from voc.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "voc.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def places(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environ=environ or {}, overrides=overrides)
    return [
        place.removeprefix(f"{file.parent}/") if file else place for place in caught.value.places
    ]


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings(environ={}) == Settings()


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "issues: {window_days: 20, min_voices: 20, quiet_days: 20}\nreport: {title: 二十}\n",
    )
    settings = load_settings(
        file,
        environ={"VOC_ISSUES_MIN_VOICES": "30", "VOC_ISSUES_WINDOW_DAYS": "30", "PATH": "x"},
        overrides={"issues.window_days": 40},
    )
    assert settings.issues.window_days == 40
    assert settings.issues.min_voices == 30
    assert settings.issues.quiet_days == 20
    assert settings.issues.critical_voices == 1
    assert settings.report.title == "二十"
    assert settings.timezone == "Asia/Shanghai"


def test_an_empty_key_or_section_in_a_file_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "issues:\nscore:\n  batch_rows:\ntimezone:\nsources:\n")
    assert load_settings(file, environ={}).model_dump() == Settings().model_dump()


def test_a_variable_names_the_file_where_no_flag_does(tmp_path: Path) -> None:
    file = write(tmp_path, "industry: snack\n")
    environ = {"VOC_CONFIG": str(file)}
    assert load_settings(environ=environ).industry == "snack"
    other = tmp_path / "other.yaml"
    other.write_text("industry: bank\n", encoding="utf-8")
    assert load_settings(other, environ=environ).industry == "bank"


@pytest.mark.parametrize(
    ("variable", "text", "setting", "value"),
    [
        ("VOC_STORE_URL", "postgresql://u:p#1@h/db", "store.url", "postgresql://u:p#1@h/db"),
        ("VOC_STORE_BUSY_TIMEOUT_S", "2.5", "store.busy_timeout_s", 2.5),
        ("VOC_SCORE_BATCH_ROWS", "64", "score.batch_rows", 64),
        ("VOC_PRIVACY_MASK", "false", "privacy.mask", False),
        ("VOC_PRIVACY_MASK", "1", "privacy.mask", True),
        ("VOC_PRIVACY_KEY", "1234567890123456", "privacy.key", "1234567890123456"),
        ("VOC_REPORT_TITLE", "*周报*: 第 3 周 #1", "report.title", "*周报*: 第 3 周 #1"),
        ("VOC_REPORT_TITLE", "2026", "report.title", "2026"),
        ("VOC_INDUSTRY", "", "industry", None),
        ("VOC_QUEUE_DIR", "/data/orders #1", "queue.dir", Path("/data/orders #1")),
    ],
)
def test_a_variable_is_taken_as_it_is_written(
    variable: str, text: str, setting: str, value: object
) -> None:
    found: Any = load_settings(environ={variable: text})
    for key in setting.split("."):
        found = getattr(found, key)
    assert found == value


def test_a_variable_may_hold_keys(tmp_path: Path) -> None:
    text = "{reviews: {path: a.csv, industry: snack, channel: review, map: {text: 评价}}}"
    source = load_settings(environ={"VOC_SOURCES": text}).sources["reviews"]
    assert isinstance(source, SourceSettings)
    assert (source.industry, source.channel, source.map) == ("snack", "review", {"text": "评价"})
    with pytest.raises(ConfigError, match="VOC_SOURCES: is not valid YAML"):
        load_settings(environ={"VOC_SOURCES": "{"})


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"VOC_STORE_ULR": "x"}, "VOC_STORE_ULR is no setting. Did you mean 'VOC_STORE_URL'?"),
        ({"VOC_ISSUES_WINDOW": "x"}, "Did you mean 'VOC_ISSUES_WINDOW_DAYS'?"),
        ({"VOC_XYZ": "x"}, "VOC_XYZ is no setting."),
        (
            {"VOC_ISSUES_WINDOW_DAYS": "soon"},
            "VOC_ISSUES_WINDOW_DAYS: Input should be a valid integer,"
            " unable to parse string as an integer, not 'soon'",
        ),
        ({"VOC_TIMEZONE": "Mars/Base"}, "VOC_TIMEZONE: 'Mars/Base' is no time zone"),
        (
            {"VOC_SOURCES": "{reviews: {pth: a.csv}}"},
            "VOC_SOURCES: unknown key. Did you mean 'path'?",
        ),
    ],
)
def test_a_wrong_variable_is_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(environ=environ)
    assert said in str(caught.value)


def test_a_secret_is_not_repeated() -> None:
    with pytest.raises(ConfigError, match="at least 16 characters") as caught:
        load_settings(environ={"VOC_PRIVACY_KEY": "hush"})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "issues:\n  window_dasy: 3\n",
            ["voc.yaml:2: issues.window_dasy: unknown key. Did you mean 'window_days'?"],
        ),
        ("isues: {}\n", ["voc.yaml:1: isues: unknown key. Did you mean 'issues'?"]),
        ("\nissues: 3\n", ["voc.yaml:2: issues: should hold keys with values, not 3"]),
        (
            "score:\n  batch_rows: 1\n  row_timeout_s: 0\n",
            ["voc.yaml:3: score.row_timeout_s: Input should be greater than 0, not 0"],
        ),
        (
            "sources:\n  a:\n    path: a.csv\n  b:\n    chanel: review\n",
            [
                "voc.yaml:4: sources.b.path: missing key",
                "voc.yaml:5: sources.b.chanel: unknown key. Did you mean 'channel'?",
            ],
        ),
        (
            "timezone: Mars\n",
            ["voc.yaml:1: timezone: 'Mars' is no time zone; write one as Asia/Shanghai"],
        ),
    ],
)
def test_a_wrong_key_in_a_file_has_its_line(tmp_path: Path, text: str, found: list[str]) -> None:
    assert places(write(tmp_path, text)) == found


def test_a_wrong_flag_is_named() -> None:
    assert places(overrides={"isues.window_days": 3}) == [
        "the flag for isues.window_days: unknown key. Did you mean 'issues'?"
    ]
    assert places(overrides={"issues.window_days": 0}) == [
        "the flag for issues.window_days: Input should be greater than or equal to 1, not 0"
    ]


def test_the_place_named_is_the_one_that_told_the_wrong_value(tmp_path: Path) -> None:
    file = write(tmp_path, "score: 3\nissues: {window_days: 0, min_voices: 0}\n")
    found = places(file, environ={"VOC_SCORE_BATCH_ROWS": "9", "VOC_ISSUES_MIN_VOICES": "-1"})
    assert found == [
        "voc.yaml:1: score: should hold keys with values, not 3",
        "voc.yaml:2: issues.window_days: Input should be greater than or equal to 1, not 0",
        "VOC_ISSUES_MIN_VOICES: Input should be greater than or equal to 1, not '-1'",
    ]


def test_a_file_that_is_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds list, not keys with values"):
        load_settings(write(tmp_path, "- a\n"), environ={})


def test_paths_in_a_file_start_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    file = write(folder, "queue: {dir: orders}\nindustries_dir: ../own\n")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(file.relative_to(tmp_path), environ={})
    assert settings.base_dir == folder
    assert settings.queue_dir == folder / "orders"
    assert settings.resolve(settings.industries_dir) == folder / "../own"
    assert settings.store_url == f"sqlite:///{folder / 'voc.db'}"
    assert settings.resolve(None) is None


def test_paths_in_variables_and_flags_start_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    file = write(folder, "queue: {dir: orders}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    told = load_settings(file, environ={"VOC_QUEUE_DIR": "here", "VOC_MODELS_DIR": "~/models"})
    assert told.queue_dir == tmp_path / "here"
    assert told.resolve(told.models.dir) == tmp_path / "home" / "models"
    flagged = load_settings(file, environ={}, overrides={"queue.dir": Path("there")})
    assert flagged.queue_dir == tmp_path / "there"


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("sqlite:///shop.db", "sqlite:///{folder}/shop.db"),
        ("sqlite+pysqlite:///data/shop.db", "sqlite+pysqlite:///{folder}/data/shop.db"),
        ("sqlite:///~/shop.db", "sqlite:///{home}/shop.db"),
        ("sqlite:////data/shop.db", "sqlite:////data/shop.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgresql://u@h/shop.db", "postgresql://u@h/shop.db"),
        ("shop.db", "shop.db"),
    ],
)
def test_a_sqlite_file_that_a_config_names_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, taken: str
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    file = write(folder, f"store: {{url: '{url}'}}\nworkspaces: {{north: '{url}'}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = load_settings(file, environ={})
    whole = taken.format(folder=folder, home=tmp_path / "home")
    assert settings.store_url == whole
    assert settings.of_workspace("north").store_url == whole


def test_a_sqlite_file_that_is_told_lies_in_the_current_folder(tmp_path: Path) -> None:
    file = write(tmp_path, "store: {url: 'sqlite:///shop.db'}\n")
    told = load_settings(file, environ={"VOC_STORE_URL": "sqlite:///here.db"})
    assert told.store_url == "sqlite:///here.db"
    flagged = load_settings(file, environ={}, overrides={"store.url": "sqlite:///there.db"})
    assert flagged.store_url == "sqlite:///there.db"


def test_without_a_file_everything_lies_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environ={})
    assert settings.queue_dir == tmp_path / "work-orders"
    assert settings.store_url == f"sqlite:///{tmp_path / 'voc.db'}"


def test_settings_never_change() -> None:
    settings = load_settings(environ={})
    with pytest.raises(ValueError, match="frozen"):
        settings.industry = "snack"


def test_every_setting_has_a_description() -> None:
    assert [name for name, description in setting_names().items() if not description] == []


WEBHOOK = "sinks:\n  hook:\n    kind: webhook\n    url: https://h.example/x\n"
KINDS = "dingtalk, email, feishu, file, jira, kafka, rabbitmq, redis, webhook, wecom."
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_without_sinks_there_is_the_file_queue() -> None:
    assert load_settings(environ={}).sink_names == ("file",)


def test_a_sink_is_read_by_its_kind_and_a_variable_brings_its_secret(tmp_path: Path) -> None:
    file = write(tmp_path, f"{WEBHOOK}    allow_hosts: 10.0.0.0/8\n")
    settings = load_settings(file, environ={"VOC_SINKS_HOOK_SECRET": SECRET})
    assert settings.sink_names == ("hook",)
    assert settings.sinks["hook"].model_dump(exclude_defaults=True) == {
        "kind": "webhook",
        "url": "https://h.example/x",
        "secret": SECRET,
        "allow_hosts": ("10.0.0.0/8",),
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sinks: {q: 3}", ["voc.yaml:1: sinks.q: should hold keys with values, not 3"]),
        ("sinks:\n  q: {url: x}", [f"voc.yaml:2: sinks.q: names no kind; there are {KINDS}"]),
        (
            "sinks:\n  q:\n    kind: rabitmq\n    url: x",
            [
                f"voc.yaml:2: sinks.q: there is no kind of sink 'rabitmq'; there are {KINDS}"
                " Did you mean 'rabbitmq'?"
            ],
        ),
        (
            "sinks:\n  q:\n    kind: rabbitmq\n    url: amqp://h/\n    routing_kye: x",
            [
                "voc.yaml:2: sinks.q.routing_key: missing key",
                "voc.yaml:5: sinks.q.routing_kye: unknown key. Did you mean 'routing_key'?",
            ],
        ),
        (
            "sinks:\n  坏: {kind: file}",
            ["voc.yaml:2: sinks.坏.[key]: String should match pattern '^[A-Za-z0-9_-]{1,40}$'"],
        ),
        (
            f"{WEBHOOK}    secret: aGk=",
            ["voc.yaml:5: sinks.hook.secret: holds 2 bytes; 24 to 64 are allowed"],
        ),
        (
            f"sinks:\n  h: {{kind: webhook, secret: {SECRET}, url: 'http://a:b@h/'}}",
            [
                "voc.yaml:2: sinks.h.url: holds a user before the host, which no sink sends;"
                " leave it out"
            ],
        ),
        (
            "sinks:\n  w: {kind: wecom, url: 'https://h/', link: 'https://h/{order}'}",
            [
                "voc.yaml:2: sinks.w.link: names {order}; there are {work_order_id}, {issue_id},"
                " {message_id}"
            ],
        ),
        (
            "sinks:\n  k: {kind: kafka, servers: h, topic: t, properties: {acks: 1}}",
            ["voc.yaml:2: sinks.k: properties sets acks, which voc itself sets; leave it out"],
        ),
    ],
)
def test_a_wrong_sink_has_its_line(tmp_path: Path, text: str, found: list[str]) -> None:
    assert [place.split(", not ")[0] for place in places(write(tmp_path, text))] == [
        place.split(", not ")[0] for place in found
    ]


def test_a_sinks_secret_is_not_repeated(tmp_path: Path) -> None:
    hushed = write(tmp_path, "sinks:\n  m: {kind: rabbitmq, url: 'hush', routing_key: r}\n")
    with pytest.raises(ConfigError, match=r"sinks\.m\.url") as caught:
        load_settings(hushed, environ={})
    assert "hush" not in str(caught.value)
    with pytest.raises(ConfigError, match="VOC_SINKS_M_PASSWORD is no setting"):
        load_settings(hushed, environ={"VOC_SINKS_M_PASSWORD": "x"})
