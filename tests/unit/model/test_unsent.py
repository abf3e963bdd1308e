"""What a header of grpc_set_header is for a gRPC client."""

import pytest

from tests.unit.model.reading import http


@pytest.mark.parametrize(
    ("around", "value", "sent"),
    [
        ("map $http_upgrade $c { default upgrade; '' close; }", "$c", "close"),
        ("map $http_upgrade $c { default upgrade; '' ''; }", "$c", ""),
        ("map $http_upgrade $c { default upgrade; }", "${c}", "upgrade"),
        ("map $http_upgrade $c { websocket upgrade; }", "$c", ""),
        ("map $http_origin $C { default a; }", "$c", "a"),
        ("map $http_upgrade $c { default $http_x; }", "$c", None),
        ("map $http_upgrade $c { ~x y; default z; }", "$c", None),
        ("map $http_upgrade $c { include /nowhere/*.map; default $host; }", "$c", None),
        ("map $http_x_tenant $c { default a; }", "$c", None),
        ("map $http_upgrade$http_x $c { default a; }", "$c", None),
        ("map $http_upgrade$http_origin $c { '' close; default a; }", "$c", "close"),
        ("map a$http_upgrade $c { A close; }", "$c", "close"),
        ("map $http_upgrade $a { '' no; } map $a $c { NO close; default a; }", "$c", "close"),
        ("map $http_upgrade $a { '' no; } map $a $c { default $a; }", "$c", "no"),
        ("map $a $c { default a; } map $c $a { default b; }", "$c", None),
        ("map $http_upgrade $c { default $http_origin; }", "$c", ""),
        ("map $http_upgrade $c { default $http_origin$host; }", "$c", None),
        ("map $host $c { default a; }", "$c", None),
        ("geo $c { default close; }", "$c", None),
        ("", "$http_upgrade", ""),
        ("", "$http_connection", ""),
        ("", "$http_x", None),
        ("", "a$http_upgrade", "a"),
        ("", "$unknown", None),
        ("", "upgrade", None),
    ],
)
def test_sent(around, value, sent):
    text = f'location / {{ grpc_pass a:1; grpc_set_header Connection "{value}"; }}'
    document = http(f"{around} server {{ {text} }}")
    assert document["header_lists"][0]["headers"][0].get("sent") == sent
