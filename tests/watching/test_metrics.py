"""What Prometheus reads: by its own checker, and by the rules and pictures that use the names."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from luban.model.events import RunEnded, StepFailed, StepFinished, to_row
from luban.ports.limits import LimitUse
from luban.ports.overview import QueueDepth
from luban.watching.counted_journal import CountedJournal
from luban.watching.metrics import OTHER, MetricsCollector
from tools import prerequisites, promtool

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "luban.json"
_NAME = re.compile(r"\b((?:luban|agent|block|http|api|queue|process|up)(?:_[a-z]+)*)\b")


@pytest.fixture
def collector() -> MetricsCollector:
    made = MetricsCollector("1.0", "sqlite")
    made.in_flight.inc()
    made.record_request("GET", "/health", 200, 0.1)
    made.record_execution("completed", "a_1")
    made.record_run_seconds("completed", 2.0)
    made.record_queue_seconds(0.1)
    made.record_failure("web.get", "timed_out")
    made.record_delivery("delivered")
    made.kinds["step_finished"] += 3
    made.know(10.0, QueueDepth(1, 2, 3, 4.0), [], [LimitUse("api.x", 1, 2, 3.0)])
    return made


@pytest.fixture(scope="module")
def checker() -> str:
    found = promtool.find()
    if found is None:
        left_out = pytest.fail if prerequisites.strict() else pytest.skip
        left_out("there is no promtool (package prometheus)")
    return str(found)


def names_of(collector: MetricsCollector) -> set[str]:
    text = collector.text().decode()
    return {
        sample.name for family in text_string_to_metric_families(text) for sample in family.samples
    }


def test_both_vocabularies_are_there(collector: MetricsCollector) -> None:
    assert names_of(collector) >= {
        "agent_runs_total", "agent_run_duration_seconds_bucket", "block_execution_errors_total",
        "api_response_time_bucket", "agent_executions_total", "http_requests_total",
        "http_request_duration_seconds_bucket", "queue_depth",
    }  # fmt: skip


def test_prometheus_finds_nothing_wrong_with_them(
    collector: MetricsCollector, checker: str
) -> None:
    done = subprocess.run(
        [checker, "check", "metrics"], input=collector.text(), capture_output=True, timeout=60
    )
    remarks = (done.stdout + done.stderr).decode().splitlines()
    # The requirements name it so, without the unit.
    ours = [each for each in remarks if not each.startswith("api_response_time")]
    assert not [each for each in ours if each.startswith(("luban", "agent", "block", "http"))], ours
    assert not [each for each in ours if "error while linting" in each], ours


def test_prometheus_understands_the_rules(checker: str) -> None:
    done = subprocess.run(
        [checker, "check", "rules", str(RULES)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


_FIRES = """
rule_files: [{rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {{series: 'queue_depth{{status="queued"}}', values: '101+0x30'}}
      - {{series: 'block_executions_total', values: '0+100x30'}}
      - {{series: 'block_execution_errors_total{{block="b",code="c"}}', values: '0+6x30'}}
      - {{series: 'api_response_time_bucket{{le="2"}}', values: '0+90x30'}}
      - {{series: 'api_response_time_bucket{{le="5"}}', values: '0+100x30'}}
      - {{series: 'api_response_time_bucket{{le="+Inf"}}', values: '0+100x30'}}
      - {{series: 'agent_run_duration_seconds_bucket{{le="300"}}', values: '0+90x30'}}
      - {{series: 'agent_run_duration_seconds_bucket{{le="900"}}', values: '0+100x30'}}
      - {{series: 'agent_run_duration_seconds_bucket{{le="+Inf"}}', values: '0+100x30'}}
      - {{series: 'http_requests_total{{status="5xx"}}', values: '0+6x30'}}
      - {{series: 'http_requests_total{{status="2xx"}}', values: '0+94x30'}}
    promql_expr_test:
      - expr: count(ALERTS{{alertstate="firing"}})
        eval_time: 25m
        exp_samples: [{{value: {count}}}]
"""


@pytest.mark.parametrize(("calm", "count"), [(False, 5), (True, None)])
def test_the_thresholds_wake_somebody(
    checker: str, tmp_path: Path, calm: bool, count: int | None
) -> None:
    text = _FIRES.format(rules=RULES, count=count)
    if calm:
        for loud, quiet in (
            ("101+0x30", "100+0x30"), ("0+6x30", "0+4x30"), ("0+90x30", "0+96x30"),
        ):  # fmt: skip
            text = text.replace(f"'{loud}'", f"'{quiet}'")
        text = text.replace("exp_samples: [{value: None}]", "exp_samples: []")
    (tmp_path / "fires.yml").write_text(text)
    done = subprocess.run(
        [checker, "test", "rules", str(tmp_path / "fires.yml")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_and_pictures_use_names_that_are_there(collector: MetricsCollector) -> None:
    known = names_of(collector) | {"up"}
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    asked = [each["expr"] for panel in dashboard["panels"] for each in panel.get("targets", [])]
    asked += re.findall(r"expr: (?:>-\n\s+)?(.+)", RULES.read_text())
    assert len(asked) > 20
    for expression in asked:
        plain = re.sub(r"\{[^}]*\}|by \([^)]*\)|\b\w+\(", " ", expression)
        used = set(_NAME.findall(plain))
        assert used and used <= known, (expression, used - known)


def test_labels_are_bounded() -> None:
    collector = MetricsCollector("1.0", "sqlite")
    for number in range(300):
        collector.record_execution("completed", f"a_{number}")
        collector.record_failure(f"block.{number}", "broken")
        collector.in_flight.inc()
        collector.record_request(f"METHOD{number}", "/x", 200 + number, 0.1)
    uses = [LimitUse(f"host{number}", 1, 1, 0.0) for number in range(300)]
    collector.know(1.0, QueueDepth(), [], uses)
    text = collector.text().decode()
    for name, most in (
        ("agent_executions_total{", 101),
        ("block_execution_errors_total{", 101),
        ("luban_provider_waiting{", 51),
        ("http_requests_total{", 4),
    ):
        lines = [each for each in text.splitlines() if each.startswith(name)]
        assert 1 < len(lines) <= most, name
        assert sum(float(each.rsplit(" ", 1)[1]) for each in lines) == 300
    assert f'graph_id="{OTHER}"' in text


class _Kept:
    def __init__(self) -> None:
        self.batches: list[Any] = []

    async def commit(self, rows: Any, changes: Any) -> None:
        if not rows:
            raise OSError("nothing was written")
        self.batches.append((rows, changes))

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Any]:
        return []


async def test_only_what_was_stored_is_counted(collector: MetricsCollector) -> None:
    kept, collector = _Kept(), MetricsCollector("1", "memory")
    journal = CountedJournal(kept, collector)
    error = {"code": "timed_out", "block": "web.get"}
    rows = [
        to_row("r", StepFinished("a", 0, 1, [], 1.0, 0.1)),
        to_row("r", StepFailed("b", 0, 1, error, 1.0, 0.1)),
        to_row("r", RunEnded("failed", {}, error, [], 2.0)),
    ]
    await journal.commit(rows, [])
    with pytest.raises(OSError, match="nothing"):
        await journal.commit([], [])
    assert kept.batches == [(rows, [])]
    assert collector.kinds == {"step_finished": 1, "step_failed": 1, "run_ended": 1}
    assert collector.errors == {("web.get", "timed_out"): 1}
