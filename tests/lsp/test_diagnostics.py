"""What an editor is told while one types."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio

HEAD = "events {}\nhttp {\n    upstream orders { server 127.0.0.1:50051; }\n"
SERVER = """\
    server {
        listen 80 http2;
        location /shop.Orders/ {
            grpc_pass grpc://orders;
            grpc_read_timeout 0s;
        }
    }
"""


async def test_a_finding_is_at_its_directive(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(HEAD + SERVER + "}\n")
    found = await editor.open(path)
    (zero,) = [each for each in found if each.code == "NG211"]
    assert editor.words(path, zero.range) == "grpc_read_timeout 0s;"
    assert zero.severity == types.DiagnosticSeverity.Error
    assert zero.code_description.href.endswith("/docs/rules/NG211.md")
    assert zero.source == "nginx-grpc"


async def test_what_is_typed_counts_not_what_is_saved(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(HEAD + SERVER + "}\n")
    await editor.open(path)
    assert ("NG211", 8) in await editor.codes(path)
    await editor.type(path, editor.texts[path].replace(" 0s;", " 300s;"))
    assert "NG211" not in dict(await editor.codes(path))


async def test_an_included_file_is_judged_with_what_includes_it(editor, tmp_path):
    (tmp_path / "nginx.conf").write_text(HEAD + "    include conf.d/*.conf;\n}\n")
    (tmp_path / "conf.d").mkdir()
    part = tmp_path / "conf.d" / "api.conf"
    part.write_text(SERVER)
    await editor.open(part)
    assert ("NG211", 5) in await editor.codes(part)
    # What nginx.conf says further out is known: a pool is missing there, in a file that is closed.
    outer = await editor.codes(tmp_path / "nginx.conf")
    assert "NG104" in dict(outer)


async def test_both_files_unsaved(editor, tmp_path):
    main = tmp_path / "nginx.conf"
    main.write_text(HEAD + "    include api.conf;\n}\n")
    part = tmp_path / "api.conf"
    part.write_text(SERVER.replace("            grpc_read_timeout 0s;\n", ""))
    await editor.open(part)
    await editor.open(main)
    assert "NG211" not in dict(await editor.codes(part))
    await editor.type(
        main, editor.texts[main].replace("http {", "http {\n    grpc_read_timeout 0;")
    )
    assert ("NG211", 3) in await editor.codes(main)


async def test_each_is_judged_by_its_own_settings(editor, tmp_path):
    for name, level in (("one", "off"), ("two", "deny")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nginx.conf").write_text(HEAD + SERVER + "}\n")
        settings = f"nginx_grpc:\n  levels:\n    NG211: {level}\n"
        (tmp_path / name / "nginx-grpc.yaml").write_text(settings)
        await editor.open(tmp_path / name / "nginx.conf")
    assert "NG211" not in dict(await editor.codes(tmp_path / "one" / "nginx.conf"))
    assert "NG211" in dict(await editor.codes(tmp_path / "two" / "nginx.conf"))


async def test_what_can_not_be_read_is_said_at_its_line(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(HEAD + SERVER + "}\n")
    await editor.open(path)
    (broken,) = await editor.type(path, HEAD + SERVER)
    assert broken.severity == types.DiagnosticSeverity.Error
    assert broken.code is None
    assert "}" in broken.message
    await editor.type(path, HEAD + SERVER + "}\n")
    assert "NG211" in dict(await editor.codes(path))


async def test_no_file_is_clean_while_another_can_not_be_read(editor, tmp_path):
    main = tmp_path / "nginx.conf"
    main.write_text(HEAD + "    include api.conf;\n}\n")
    part = tmp_path / "api.conf"
    part.write_text(SERVER)
    await editor.open(main)
    await editor.open(part)
    await editor.type(main, HEAD + "    include api.conf;\n")
    (told,) = await editor.diagnostics(part)
    assert told.message.startswith("not judged: ")
    assert told.severity == types.DiagnosticSeverity.Error


async def test_in_a_config_map_lines_and_columns_are_those_of_the_yaml(editor, tmp_path):
    path = tmp_path / "config-map.yaml"
    text = "".join(f"    {line}\n" for line in (HEAD + SERVER + "}").split("\n"))
    path.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  nginx.conf: |\n" + text
    )
    found = await editor.open(path)
    (zero,) = [each for each in found if each.code == "NG211"]
    assert editor.words(path, zero.range) == "grpc_read_timeout 0s;"


async def test_yaml_that_is_no_manifest_is_nobody_s_fault(editor, tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("image:\n  tag: 1.2.3\n")
    assert await editor.open(path) == []


async def test_yaml_that_is_broken_while_one_types_is_another_server_s(editor, tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("image:\n  tag: [1.2.3\n")
    assert await editor.open(path) == []


async def test_a_chart_s_template_is_told_and_no_error(editor, tmp_path):
    path = tmp_path / "config-map.yaml"
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  {{- if .Values.on }}\n"
    path.write_text(text + "  nginx.conf: |\n    {{ .Values.conf }}\n")
    (told,) = await editor.open(path)
    assert told.severity == types.DiagnosticSeverity.Information
    assert "Helm" in told.message


async def test_an_ingress_is_judged(editor, tmp_path):
    path = tmp_path / "ingress.yaml"
    path.write_text(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: api\n"
        "  annotations:\n    nginx.ingress.kubernetes.io/backend-protocol: GRPC\n"
        "    nginx.ingress.kubernetes.io/proxy-read-timeout: '0'\n"
        "spec:\n  ingressClassName: nginx\n  rules:\n    - host: api.example\n      http:\n"
        "        paths:\n          - path: /\n            pathType: Prefix\n"
        "            backend: {service: {name: api, port: {number: 50051}}}\n"
    )
    found = await editor.open(path)
    assert found
    for each in found:
        assert editor.words(path, each.range).strip() != "", each
    assert not [each for each in found if each.code is None]


@pytest.mark.parametrize("client", ["visual-studio-code", "neovim@0.11.0"], indirect=True)
async def test_columns_count_what_was_agreed(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    server = SERVER.replace(
        "            grpc_read_timeout 0s;", '            add_header X "🚀"; grpc_read_timeout 0s;'
    )
    path.write_text(HEAD + server + "}\n")
    found = await editor.open(path)
    (zero,) = [each for each in found if each.code == "NG211"]
    assert editor.words(path, zero.range) == "grpc_read_timeout 0s;"


async def test_a_line_end_of_unicode_moves_nothing(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text("# \u2028 and \x0b\n" + HEAD + SERVER + "}\n")
    await editor.open(path)
    assert ("NG211", 9) in await editor.codes(path)


async def test_what_is_closed_is_as_on_disk(editor, tmp_path):
    main = tmp_path / "nginx.conf"
    main.write_text(HEAD + "    include api.conf;\n}\n")
    part = tmp_path / "api.conf"
    part.write_text(SERVER)
    await editor.open(main)
    await editor.open(part, SERVER.replace(" 0s;", " 300s;"))
    assert "NG211" not in dict(await editor.codes(part))
    editor.close(part)
    await editor.diagnostics(main)
    assert ("NG211", 5) in await editor.codes(part)


async def test_what_was_accepted_is_not_told(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(HEAD + SERVER + "}\n")
    await editor.open(path)
    waiver = "# nginx-grpc: ignore NG211 until=2999-01-01 owner=me reason=a test"
    text = editor.texts[path].replace("0s;", f"0s; {waiver}")
    await editor.type(path, text)
    assert "NG211" not in dict(await editor.codes(path))


async def test_settings_that_are_typed_count_at_once(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(HEAD + SERVER + "}\n")
    settings = tmp_path / "nginx-grpc.yaml"
    settings.write_text("nginx_grpc: {}\n")
    await editor.open(path)
    await editor.open(settings)
    assert "NG211" in dict(await editor.codes(path))
    await editor.type(settings, "nginx_grpc:\n  levels:\n    NG211: off\n")
    assert "NG211" not in dict(await editor.codes(path))
    await editor.type(settings, "nginx_grpc:\n  levels:\n    NG999: off\n")
    await editor.diagnostics(path)
    assert await editor.codes(settings) == [("NG003", 3)]


async def test_settings_that_can_not_be_read_are_said(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(HEAD + SERVER + "}\n")
    await editor.open(path)
    (tmp_path / "nginx-grpc.yaml").write_bytes(b"nginx_grpc: {levels: {NG211: \xff}}\n")
    (told,) = await editor.type(path, editor.texts[path] + "\n")
    assert "the settings are not UTF-8 text" in told.message


async def test_settings_alone(editor, tmp_path):
    settings = tmp_path / "nginx-grpc.yaml"
    settings.write_text("nginx_grpc:\n  profile: evidence\n")
    assert await editor.open(settings) == []
    await editor.type(settings, "nginx_grpc:\n  profile: evidence\n  levls: {}\n")
    assert await editor.codes(settings) == [("NG003", 3)]
    (told,) = await editor.type(settings, "nginx_grpc: [\n")
    assert "not YAML" in told.message
    assert await editor.type(settings, "nginx_grpc:\n") == []
