"""The commented settings are right in every line, and a fault is told at its own line."""

import json
import re

import pytest

from nginx_grpc import cli, resources, settings, settings_chain, settings_file


def uncommented():
    """The template with every setting in force: prose has a space after its #."""
    text = re.sub(r"^  #(?! \S)", "  ", settings_file.TEMPLATE, flags=re.MULTILINE)
    return text.replace("2027-03-01", "2999-12-31")


def paths(schema, name=""):
    for key, inner in schema.get("properties", {}).items():
        yield key
        yield from paths(inner, key)
        yield from paths(inner.get("items", {}), key)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from paths(schema["additionalProperties"], name)


def test_the_template_is_in_order_as_it_stands(tmp_path):
    path = tmp_path / "nginx-grpc.yaml"
    path.write_text(settings_file.TEMPLATE)
    assert settings_chain.load(str(path))[0] == {"profile": "checklist"}
    assert settings_file.problems(str(path)) == []


def test_the_template_is_in_order_with_every_line_in_force(tmp_path):
    path = tmp_path / "nginx-grpc.yaml"
    path.write_text(uncommented())
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "service"
    folder.mkdir()
    path = path.rename(folder / path.name)
    base = tmp_path / "platform" / "nginx-grpc.yaml"
    base.parent.mkdir()
    base.write_text("nginx_grpc:\n")
    given = settings.parse(path.read_text(), str(path))
    with open(resources.schema_path("settings"), encoding="utf-8") as file:
        schema = json.load(file)
    assert set(given) == set(schema["properties"])
    for key in set(paths(schema)):
        assert re.search(rf"\b{key}:", uncommented()), key
    assert settings_file.problems(str(path)) == []


FAULTY = """\
nginx_grpc:
  profle: checklist
  grpc:
    default:
      max_connection_age: soon
    upstreams:
      orders.v1:
        streaming: all
  levels:
    NG999: deny
    NG003: "off"
  waivers:
    - id: NG104
      upstream: orders
      reason: moves
      owner: payments
      expires: "2020-01-01"
    - id: NG105
      reason: ""
      owner: payments
      expires: "2999-01-01"
"""


def test_each_fault_stands_at_its_line(tmp_path, capsys):
    path = tmp_path / "nginx-grpc.yaml"
    path.write_text(FAULTY)
    assert cli.main(["settings", str(path)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [int(line.split(":")[1]) for line in told] == [2, 5, 8, 10, 11]
    assert all(line.startswith(f"{path}:") for line in told)
    assert "profle" in told[0]


def test_each_waiver_out_of_order_stands_at_its_line(tmp_path, capsys):
    path = tmp_path / "nginx-grpc.yaml"
    path.write_text("nginx_grpc:\n" + FAULTY[FAULTY.index("  waivers:") :])
    assert cli.main(["settings", str(path)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split(";")[0].removeprefix(f"{path}:") for line in told] == [
        "3: the waiver of NG104 expired on 2020-01-01",
        "8: the waiver of NG105 has no reason",
    ]


def test_settings_in_order_are_said_to_be_so(tmp_path, capsys):
    path = tmp_path / "nginx-grpc.yaml"
    assert cli.main(["settings"]) == 0
    path.write_text(capsys.readouterr().out)
    assert cli.main(["settings", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: in order\n"


@pytest.mark.parametrize("text", ["", "nginx_grpc: [", "other: 1\n", "nginx_grpc: 3\n"])
def test_what_is_no_settings_file_is_broken(text, tmp_path, capsys):
    path = tmp_path / "nginx-grpc.yaml"
    path.write_text(text)
    assert cli.main(["settings", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
