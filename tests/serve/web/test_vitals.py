import re

import pytest
from starlette.applications import Starlette
from tests.serve.web.centres import client

from opsroom.serve.web.vitals import exposition

LINE = re.compile(r'[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"\})? -?[0-9.e+]+')


@pytest.mark.anyio
async def test_metrics_are_what_prometheus_reads(app: Starlette) -> None:
    async with client(app) as asking:
        answer = await asking.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    for line in lines:
        assert line.startswith(("# HELP ", "# TYPE ")) or LINE.fullmatch(line), line
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert sum(float(values[key]) for key in values if key.startswith("opsroom_repos")) == 2
    assert values['opsroom_coverage{seen="fresh"}'] == "2"
    assert float(values["opsroom_journal_id"]) > 0
    assert values["opsroom_listeners"] == "0"
    assert values['opsroom_ci{state="unknown"}'] == "2"
    assert values['opsroom_scans{seen="never"}'] == "2"
    assert values['opsroom_scans{seen="whole"}'] == "0"
    assert values["opsroom_scanned_ratio"] == "0"
    assert values['opsroom_findings{severity="critical"}'] == "0"


def test_labels_are_escaped() -> None:
    text = exposition("x", "X.", [({"name": 'a"b\\c\nd'}, 1)])
    assert text.splitlines()[-1] == 'opsroom_x{name="a\\"b\\\\c\\nd"} 1'
    assert all(line.startswith("#") or LINE.fullmatch(line) for line in text.splitlines())


def test_large_numbers_stay_exact() -> None:
    assert exposition("x", "X.", [({}, 1795450688.433)]).splitlines()[-1].endswith("1795450688.433")
    assert exposition("x", "X.", [({}, 123456789012)]).splitlines()[-1].endswith(" 123456789012")
