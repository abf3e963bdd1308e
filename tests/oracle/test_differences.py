"""Each row of nginx-differences.md, asked of nginx, of crossplane and of the parser."""

import crossplane
import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from tests.oracle.differences import PAGE, ROWS, page
from tests.oracle.nginx import Judge, binaries, lua_judge
from tests.oracle.plain_tree import nodes
from tests.oracle.theirs import CrossplaneError, crossplane_tree

KINDS = {"takes": "accepted", "rejects": "syntax", "unknown": "unknown", "meaning": "other"}
rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)


@pytest.fixture(scope="module", params=sorted(binaries()))
def judge(request):
    found = Judge(binaries()[request.param])
    found.version = request.param
    yield found
    found.close()


@pytest.fixture(scope="module")
def with_lua():
    found = lua_judge()
    if found is None:
        pytest.skip("nginx has no Lua here: apt-get install libnginx-mod-http-lua")
    yield found
    found.close()


@pytest.mark.skipif(not binaries(), reason="no nginx on this machine")
@pytest.mark.parametrize("row", [row for row in ROWS if not row.lua], ids=lambda row: row.key)
def test_nginx(row, judge):
    if row.only and row.only != judge.version:
        return
    verdict = judge.verdict(row.file())
    assert verdict.kind == KINDS[row.nginx], verdict


@pytest.mark.parametrize("row", [row for row in ROWS if row.lua], ids=lambda row: row.key)
def test_nginx_with_lua(row, with_lua):
    assert with_lua.verdict(row.file()).kind == KINDS[row.nginx]


def ours(row):
    return nodes(parse(row.file(), "nginx.conf").directives)


@rows
def test_here(row):
    if row.ours == "refuses":
        with pytest.raises(Refused) as caught:
            ours(row)
        assert caught.value.file == "nginx.conf"
        assert caught.value.line
        return
    found = []
    todo = list(ours(row))
    while todo:
        node = todo.pop(0)
        found.append(tuple(node.words))
        todo[:0] = node.block or []
    assert set(row.tree) <= set(found)


@rows
def test_crossplane(row, tmp_path):
    try:
        theirs = crossplane_tree(row.file(), tmp_path)
    except CrossplaneError:
        assert row.crossplane == "fails"
        return
    assert row.crossplane != "fails"
    try:
        same = theirs == ours(row)
    except Refused:
        assert row.crossplane == "takes"
    else:
        assert row.crossplane == ("same" if same else "misreads")


@pytest.mark.parametrize("row", [row for row in ROWS if row.checked], ids=lambda row: row.key)
def test_crossplane_with_its_checks(row, tmp_path):
    file = tmp_path / "nginx.conf"
    file.write_bytes(row.file())
    status = crossplane.parse(str(file), single=True)["status"]
    assert status == ("failed" if row.checked == "fails" else "ok")


def test_the_page_has_these_rows():
    assert page() in PAGE.read_text(), "run: python -m tests.oracle.differences"
