"""Sockets, and whether HTTP/2 reaches a server on them."""

import pytest

from tests.unit.model.reading import http, read, read_file


def listens(*servers, around=""):
    document = http(around + "".join(f"server {{ {text} }}" for text in servers))
    return [server["listens"] for server in document["servers"]]


def speak(*servers, around=""):
    return [
        [listen["speaks_http2"] for listen in each] for each in listens(*servers, around=around)
    ]


@pytest.mark.parametrize(
    ("address", "socket", "port"),
    [
        ("443", "*:443", 443),
        ("*:443", "*:443", 443),
        ("0.0.0.0:443", "*:443", 443),
        ("127.0.0.1:8080", "127.0.0.1:8080", 8080),
        ("127.0.0.1", "127.0.0.1:80", 80),
        ("localhost:80", "127.0.0.1:80", 80),
        ("localhost", "127.0.0.1:80", 80),
        ("API.example:80", "api.example:80", 80),
        ("[::]:443", "[::]:443", 443),
        ("[0:0::0]:443", "[::]:443", 443),
        ("[::1]", "[::1]:80", 80),
        ("[2001:DB8:0:0::1]:443", "[2001:db8::1]:443", 443),
        ("[zz]:443", "[zz]:443", 443),
        ("unix:/run/nginx.sock", "unix:/run/nginx.sock", 0),
        ("8000-8010", "*:8000-8010", 8000),
        ("127.0.0.1:8000-8010", "127.0.0.1:8000-8010", 8000),
        ("99999", "*:99999", 0),
        ("a:b:c", "a:b:c", 0),
    ],
)
def test_addresses(address, socket, port):
    [[listen]] = listens(f"listen {address};")
    assert (listen["address"], listen["socket"], listen["port"]) == (address, socket, port)
    assert listen["implicit"] is False


def test_without_a_listen_nginx_takes_port_80():
    [[listen]] = listens("server_name a;")
    assert (listen["address"], listen["socket"], listen["implicit"]) == ("80", "*:80", True)
    assert listen["args"] == []
    assert listen["speaks_http2"] == "no"


def test_a_listen_without_arguments():
    [[listen]] = listens("listen;")
    assert listen["address"] == ""


def test_parameters():
    [[listen]] = listens("listen 443 ssl http2 default_server reuseport;")
    assert listen["args"] == ["443", "ssl", "http2", "default_server", "reuseport"]
    assert (listen["ssl"], listen["http2_parameter"], listen["quic"]) == (True, True, False)


def test_ssl_on_is_the_sockets_where_its_default_server_says_it():
    [[first], [second]] = listens("listen 443;", "listen 443; ssl on;")
    assert (first["ssl"], second["ssl"]) == (False, False)
    [[first], [second]] = listens("listen 443;", "listen 443 default_server; ssl on;")
    assert (first["ssl"], second["ssl"]) == (True, True)


def test_ssl_on():
    [[listen]] = listens("listen 443; ssl on;")
    assert listen["ssl"] is True
    [[listen]] = listens("listen 443;", around="ssl on;")
    assert listen["ssl"] is True


def test_the_default_server_is_said_or_the_first():
    first, second, third = listens("listen 80;", "listen *:80;", "listen 81;")
    assert [item[0]["default_server"] for item in (first, second, third)] == [True, False, True]
    assert [item[0]["default"] for item in (first, second, third)] == [0, 0, 2]
    first, second = listens("listen 80;", "listen 80 default_server;")
    assert [item[0]["default_server"] for item in (first, second)] == [False, True]
    first, second = listens("listen 80;", "listen 80 default;")
    assert [item[0]["default_server"] for item in (first, second)] == [False, True]


@pytest.mark.parametrize("ssl", ["", "ssl"])
def test_the_parameter_is_the_sockets(ssl):
    assert speak(f"listen 443 {ssl};", f"listen 443 {ssl} http2;") == [["yes"], ["yes"]]
    # Even where the server says off.
    assert speak(f"listen 443 {ssl}; http2 off;", f"listen 443 {ssl} http2;") == [["yes"], ["yes"]]
    assert speak(f"listen 443 {ssl};", f"listen 444 {ssl} http2;") == [["no"], ["yes"]]
    assert speak(f"listen 443 {ssl};", f"listen [::]:443 {ssl} http2;") == [["no"], ["yes"]]


def test_with_tls_each_server_decides_for_itself():
    assert speak("listen 443 ssl;", "listen 443 ssl; http2 on;") == [["no"], ["yes"]]
    assert speak("listen 443 ssl; http2 on;", "listen 443 ssl;") == [["yes"], ["no"]]


def test_on_plaintext_the_default_server_decides():
    # Default without: nobody on that port gets HTTP/2, even the server that has it.
    assert speak("listen 80;", "listen 80; http2 on;") == [["no"], ["no"]]
    # Default with, another without: that one answers 421.
    assert speak("listen 80; http2 on;", "listen 80;") == [["yes"], ["no"]]
    assert speak("listen 80; http2 on;", "listen 80; http2 on;") == [["yes"], ["yes"]]
    assert speak("listen 80; http2 on;", "listen 80 default_server;") == [["no"], ["no"]]


def test_a_unix_socket_is_plaintext():
    assert speak("listen unix:/s;", "listen unix:/s; http2 on;") == [["no"], ["no"]]
    assert speak("listen unix:/s; http2 on;") == [["yes"]]


def test_http2_of_the_http_block():
    assert speak("listen 443 ssl;", around="http2 on;") == [["yes"]]
    assert speak("listen 443 ssl; http2 off;", around="http2 on;") == [["no"]]
    assert speak("listen 80;", around="http2 on;") == [["yes"]]


def test_one_server_with_several_sockets():
    assert speak("listen 80; listen 443 ssl http2; listen 8443 ssl;") == [["no", "yes", "no"]]


def test_quic_is_a_socket_of_its_own():
    [[tcp, quic]] = listens("listen 443 ssl; listen 443 quic; http2 on;")
    assert (tcp["speaks_http2"], quic["speaks_http2"]) == ("yes", "no")
    assert quic["quic"] is True
    assert speak("listen 443 ssl; listen 443 quic http2;") == [["no", "no"]]


@pytest.mark.parametrize("value", ["$h", "maybe", "", "on; http2 on"])
def test_a_switch_that_can_not_be_read(value):
    assert speak(f"listen 443 ssl; http2 {value};") == [["unknown"]]


def test_ranges_of_ports():
    assert speak("listen 8000-8010 http2;") == [["yes"]]
    assert speak("listen 8000-8010;", "listen 9000;") == [["no"], ["no"]]
    # Each port is a socket: on 8005 the first server speaks it as well, and on no other.
    assert speak("listen 8000-8010;", "listen 8005 http2;") == [["unknown"], ["yes"]]
    assert speak("listen 8000-8010 http2;", "listen 8005;") == [["yes"], ["yes"]]
    assert speak("listen 8000-8010;", "listen 8005-8020;") == [["no"], ["no"]]


def test_a_port_of_a_range_is_its_socket():
    [[wide], [one]] = listens("listen 8000-8010 ssl;", "listen 8005;")
    assert (wide["ssl"], one["ssl"]) == (True, True)
    assert (wide["default_server"], one["default_server"]) == (True, False)


def test_very_many_ports_are_not_told_apart():
    assert speak("listen 1-60000;", "listen 8005 http2;") == [["unknown"], ["yes"]]
    assert speak("listen 1-60000;", "listen 8005;") == [["unknown"], ["unknown"]]


def test_an_unread_include_may_hold_a_listen(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(
        "events {} http { server { include listen.conf; } "
        "server { listen 443 ssl http2; include listen.conf; } "
        "server { listen 80; include listen.conf; } "
        "server { listen 81; } }"
    )
    document = read_file(path)
    assert [server["listens"][0]["speaks_http2"] for server in document["servers"]] == [
        "unknown",
        "yes",
        "unknown",
        "no",
    ]


def test_an_unread_include_in_http_may_say_http2_or_share_the_socket(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(
        "events {} http { include more.conf; server { listen 80; } "
        "server { listen 443 ssl http2; } server { listen 444 ssl; http2 on; } "
        "server { listen 445 ssl; http2 off; } }"
    )
    document = read_file(path)
    assert [server["listens"][0]["speaks_http2"] for server in document["servers"]] == [
        "unknown",
        "yes",
        "yes",
        "unknown",
    ]


def test_a_fragment_without_listens():
    document = read("location / { grpc_pass a:50051; }")
    [listen] = document["servers"][0]["listens"]
    assert (listen["implicit"], listen["speaks_http2"]) == (True, "unknown")
    document = read("server_name a; listen 443 ssl http2; location / { grpc_pass a:50051; }")
    assert document["servers"][0]["listens"][0]["speaks_http2"] == "yes"


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("location / { grpc_pass grpc://u:1; }", False),
        ("location /a.B/ { grpc_pass grpc://u:1; } location /h { return 200; }", True),
        ("location /a.B/ { grpc_pass grpc://u:1; } location / { return 404; }", False),
        ("location /a.B/ { grpc_pass u:1; } location /w { proxy_pass http://u:1; }", True),
        ("location /a.B/ { grpc_pass grpc://u:1; include unseen/*.conf; }", False),
        ("location /a.B/ { grpc_pass grpc://u:1; include unseen.conf; }", True),
        ("location / { grpc_pass u:1; if ($http_x) { proxy_pass http://w:1; } }", True),
        ("location / { grpc_pass u:1; if ($http_x) { return 403; } }", False),
        ("location / { grpc_pass u:1; if ($http_x) { return 200; } }", True),
        ("location /a.B/ { grpc_pass grpc://u:1; } include unseen.conf;", True),
        ("error_page 502 = /e; location / { grpc_pass u:1; } location = /e { return 204; }", False),
        ("error_page 502 /e.x; location /a { grpc_pass u:1; } location /e.x { root /x; }", False),
        ("error_page 418 @w; location / { grpc_pass u:1; } location @w { proxy_pass w; }", True),
        ("location / { grpc_pass u:1; } location /i { internal; proxy_pass http://w; }", False),
        ("location /a.B/ { proxy_pass http://u:50051; }", False),
        ("location / { grpc_pass u:1; } if ($http_x) { return 301 https://y; }", True),
        ("return 404;", False),
        ("return 301 https://x;", True),
        ("", True),
    ],
)  # fmt: skip
def test_who_else_comes_to_a_socket(text, mixed):
    both = listens(f"listen 80; {text}", "listen 80; listen 81; server_name b; return 403;")
    assert [[listen["mixed"] for listen in each] for each in both] == [[mixed], [mixed, False]]
