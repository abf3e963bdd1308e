"""Edits of Kubernetes' objects: the YAML around them stays as it is."""

import pytest

from nginx_grpc.fixing.edits import ObjectEdit
from nginx_grpc.fixing.homes import UnplacedError, applied
from nginx_grpc.fixing.objects import ObjectFile, expected, said_in

NAME = "nginx.ingress.kubernetes.io/proxy-read-timeout"
INGRESS = """\
# An Ingress
kind: Ingress
metadata:
  name: api  # ours
  namespace: shop
ANNOTATIONSspec: {rules: []}
"""
BLOCK = f"""\
  annotations:
    # for streams
    a: b
    {NAME}: '60'   # seconds
"""


def edit(op="set", kind="Ingress", key=NAME, value="300", to=""):
    return ObjectEdit(op, kind, "shop", "api", key, value, to)


def made(text, one, encoding="utf-8"):
    data = text.encode(encoding)
    after = applied(data, ObjectFile("a.yaml", data).changes(one))
    said, rest = said_in("a.yaml", data, one)
    now, left = said_in("a.yaml", after, one)
    assert {key: value.rstrip("\n") for key, value in now.items()} == expected(said, one)
    assert rest == left
    return after.decode(encoding)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_value_in_its_quotes_beside_its_comment(newline, encoding):
    text = INGRESS.replace("ANNOTATIONS", BLOCK).replace("ours", "für uns").replace("\n", newline)
    assert made(text, edit(), encoding) == text.replace("'60'", "'300'")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # One more behind the last one.
        ("  annotations:\n    a: b # x\n", f'  annotations:\n    a: b # x\n    {NAME}: "300"\n'),
        (
            "  annotations:\n    a: |\n      b\n",
            f'  annotations:\n    a: |\n      b\n    {NAME}: "300"\n',
        ),
        ("  annotations: {a: b}\n", f'  annotations: {{a: b, {NAME}: "300"}}\n'),
        # None so far.
        ("", f'  annotations:\n    {NAME}: "300"\n'),
        ("  annotations:\n", f'  annotations:\n    {NAME}: "300"\n'),
        ("  annotations: {}\n", f'  annotations: {{{NAME}: "300"}}\n'),
    ],
)
def test_one_more(before, after):
    text = INGRESS.replace("ANNOTATIONS", before)
    if before:
        assert made(text, edit()) == INGRESS.replace("ANNOTATIONS", after)
    else:
        behind = "  namespace: shop\n"
        wanted = INGRESS.replace("ANNOTATIONS", "").replace("  # ours\n", f"  # ours\n{after}")
        assert made(text.replace(behind, behind), edit()) == wanted


def test_json():
    text = (
        '{"kind": "Ingress", "spec": {}, "metadata": {"name": "api", "namespace": "shop",\n'
        ' "annotations": {\n  "a": "b"\n }}}'
    )
    assert made(text, edit()) == text.replace('"a": "b"', f'"a": "b",\n  "{NAME}": "300"')


def test_the_object_among_others():
    other = INGRESS.replace("ANNOTATIONS", BLOCK).replace("name: api", "name: other")
    text = f"{other}---\n{INGRESS.replace('ANNOTATIONS', BLOCK)}"
    assert made(text, edit()) == f"{other}---\n{INGRESS.replace('ANNOTATIONS', BLOCK)}".replace(
        "'60'", "'300'"
    ).replace("'300'", "'60'", 1)


def test_another_name():
    text = INGRESS.replace("ANNOTATIONS", BLOCK.replace("proxy-read", "grpc-read"))
    one = edit("rename", key=NAME.replace("proxy-read", "grpc-read"), value="", to=NAME)
    assert made(text, one) == INGRESS.replace("ANNOTATIONS", BLOCK)
    taken = INGRESS.replace("ANNOTATIONS", BLOCK + f"    {one.key}: '1'\n")
    with pytest.raises(UnplacedError, match="as well"):
        made(taken, one)


CONFIG = """\
kind: ConfigMap
metadata: {name: api, namespace: shop}
data:
  server-snippet: |
    a b;

  keep-alive: "75"
"""


def test_more_lines():
    one = edit("extend", "ConfigMap", "server-snippet", "location / {\n    c d;\n}")
    lines = "    a b;\n    location / {\n        c d;\n    }\n"
    assert made(CONFIG, one) == CONFIG.replace("    a b;\n", lines)
    new = edit("extend", "ConfigMap", "http-snippet", "c d;")
    assert made(CONFIG, new) == f"{CONFIG}  http-snippet: |\n    c d;\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (INGRESS.replace("ANNOTATIONS", BLOCK).replace("'60'", "*x"), "without its anchor"),
        (
            INGRESS.replace("ANNOTATIONS", f"  annotations:\n    a: &x '1'\n    {NAME}: *x\n"),
            "an alias stands there",
        ),
        (INGRESS.replace("name: api", "name: other"), "no Ingress shop/api"),
        (
            INGRESS.replace("ANNOTATIONS", f"  annotations:\n    {NAME}: |\n      60\n"),
            "a text of several lines",
        ),
    ],
)
def test_what_is_not_placed(text, why):
    with pytest.raises(UnplacedError, match=why):
        made(text.replace("ANNOTATIONS", ""), edit())
