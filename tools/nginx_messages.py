"""Lists what nginx can log of a call of gRPC, for tests/explain/nginx_messages.json.

    python tools/nginx_messages.py 1.22.1=FOLDER 1.31.4=FOLDER ...

Each FOLDER is nginx's source of that version. Kept are the messages alone, with `%` for what nginx
puts in: facts, no text of the source. A test fails where a message has no entry in the table.
"""

import json
import pathlib
import re
import sys

FILES = (
    "src/http/modules/ngx_http_grpc_module.c",
    "src/http/ngx_http_upstream.c",
    "src/http/ngx_http_upstream_round_robin.c",
    "src/http/modules/ngx_http_upstream_keepalive_module.c",
    "src/http/v2/ngx_http_v2.c",
    "src/http/v2/ngx_http_v2_table.c",
    "src/http/v2/ngx_http_v2_filter_module.c",
    "src/http/ngx_http_request.c",
    "src/http/ngx_http_request_body.c",
    "src/core/ngx_proxy_protocol.c",
)
OUT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "explain" / "nginx_messages.json"
CALL = re.compile(r"\bngx_(?:conf_)?(?:log|connection|ssl|ssl_connection)_error\s*\(", re.MULTILINE)
LITERAL = r'"(?:[^"\\]|\\.)*"'
# Adjacent literals, and macros that stand for one: ngx_socket_n " failed".
FORMAT = re.compile(rf"(?:\b[a-z_]+_n\s+)?{LITERAL}(?:\s*{LITERAL})*")
DIRECTIVE = re.compile(r"%[\d*]*[uxXm]*[VOsdilzT]")


def calls(text: str):
    """The arguments of each call that logs."""
    for found in CALL.finditer(text):
        depth, at, quoted = 1, found.end(), False
        while depth:
            character = text[at]
            if quoted:
                at += character == "\\"
                quoted = character != '"'
            elif character == '"':
                quoted = True
            else:
                depth += (character == "(") - (character == ")")
            at += 1
        yield text[found.end() : at - 1]


def messages(text: str):
    """Level and message of each call, debug left out."""
    for arguments in calls(text):
        level = re.search(r"NGX_LOG_([A-Z]+)", arguments)
        found = FORMAT.search(arguments)
        if found is None or (level and level[1] == "DEBUG"):
            continue
        macro = "%" if not found[0].startswith('"') else ""
        said = "".join(literal[1:-1] for literal in re.findall(LITERAL, found[0]))
        said = DIRECTIVE.sub("%", re.sub(r"\\(.)", r"\1", macro + said))
        yield level[1].lower() if level else "any", said


def main(versions: dict[str, pathlib.Path]) -> None:
    known: dict[tuple[str, str, str], list[str]] = {}
    for version, folder in versions.items():
        for file in FILES:
            path = folder / file
            if path.exists():
                for level, said in messages(path.read_text()):
                    seen = known.setdefault((file, said, level), [])
                    if version not in seen:
                        seen.append(version)
    listed = [
        {"file": file, "message": said, "level": level, "versions": seen}
        for (file, said, level), seen in sorted(known.items())
    ]
    OUT.write_text(json.dumps(listed, indent=1, ensure_ascii=True) + "\n")
    print(f"{len(listed)} messages in {OUT}")


if __name__ == "__main__":
    main({v: pathlib.Path(f) for v, _, f in (each.partition("=") for each in sys.argv[1:])})
