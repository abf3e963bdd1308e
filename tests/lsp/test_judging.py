"""What is judged, and how often."""

import pytest

from nginx_grpc.engines import Engine, by_name
from nginx_grpc.lsp.entries import Entries, top_of
from nginx_grpc.lsp.judging import Judging
from nginx_grpc.settings_search import SettingsSearch
from nginx_grpc.sources import ReadOptions

CONF = "events {}\nhttp { server { listen 80 http2; location / { grpc_pass grpc://a; } } }\n"


class Broken(Engine):
    name = "broken"

    def judge(self, configurations, settings):
        return 1 / 0


def judging(engine, told):
    return Judging(ReadOptions(), engine, lambda overlay: SettingsSearch(), told.append)


@pytest.mark.asyncio
async def test_a_fault_of_ours_is_not_left_looking_as_it_was(tmp_path):
    path = str(tmp_path / "nginx.conf")
    (tmp_path / "nginx.conf").write_text(CONF)
    told = []
    judged = judging(Broken(), told)
    judged.judge(path)
    state = await judged.fresh(path)
    assert state.judged is None
    assert "the check failed: ZeroDivisionError" in str(state.refused)
    assert told == [state]


@pytest.mark.asyncio
async def test_what_changes_meanwhile_is_judged_once_more_and_not_each_time(tmp_path):
    path = str(tmp_path / "nginx.conf")
    (tmp_path / "nginx.conf").write_text(CONF)
    told = []
    judged = judging(by_name("embedded"), told)
    for _ in range(50):
        judged.judge(path)
    await judged.fresh(path)
    assert 1 <= len(told) <= 2
    assert judged.states[path].judged is not None


@pytest.mark.asyncio
async def test_what_nobody_asks_for_any_more_is_forgotten(tmp_path):
    path = str(tmp_path / "nginx.conf")
    (tmp_path / "nginx.conf").write_text(CONF)
    told = []
    judged = judging(by_name("embedded"), told)
    judged.judge(path)
    judged.forget(path)
    assert await judged.fresh(path) is None
    assert told == []


def entries(path, top):
    return Entries(ReadOptions()).of(str(path), str(top))


def test_which_configurations_a_file_is_of(tmp_path):
    (tmp_path / "conf.d").mkdir()
    part = tmp_path / "conf.d" / "api.conf"
    part.write_text("server { listen 80 http2; location / { grpc_pass grpc://a; } }\n")
    # Alone: the parts of one http block, which are judged together.
    assert entries(part, tmp_path) == [str(part.parent)]
    for name in ("nginx.conf", "nginx.staging.conf"):
        (tmp_path / name).write_text("events {}\nhttp { include conf.d/*.conf; }\n")
    (tmp_path / "nginx.other.conf").write_text("events {}\nhttp { }\n")
    both = [str(tmp_path / "nginx.conf"), str(tmp_path / "nginx.staging.conf")]
    assert entries(part, tmp_path) == both
    # Not beyond the outermost folder.
    assert entries(part, part.parent) == [str(part.parent)]
    assert entries(tmp_path / "nginx.conf", tmp_path) == [str(tmp_path / "nginx.conf")]


def test_a_part_that_keeps_its_configuration_unread_is_of_it(tmp_path):
    part = tmp_path / "api.conf"
    part.write_text("server { listen 80 http2; \n")
    (tmp_path / "nginx.conf").write_text("events {}\nhttp { include api.conf; }\n")
    assert entries(part, tmp_path) == [str(tmp_path / "nginx.conf")]


def test_a_location_s_part_is_judged_alone(tmp_path):
    part = tmp_path / "pass.inc"
    part.write_text("grpc_pass grpc://a;\n")
    assert entries(part, tmp_path) == [str(part)]


def test_how_far_up_is_looked(tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = str(folder / "x.conf")
    assert top_of(path, [str(tmp_path / "a"), str(tmp_path)]) == str(tmp_path / "a")
    assert top_of(path, [str(tmp_path / "elsewhere")]) == str(folder)
    (tmp_path / ".git").mkdir()
    assert top_of(path, []) == str(tmp_path)
