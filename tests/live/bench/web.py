"""A client of HTTP/1.1."""

import http.client


def status_of(address: str, method: str = "GET", path: str = "/") -> int:
    """The status that a request gets; 0 where what comes is no HTTP answer."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (http.client.HTTPException, OSError, ValueError):
        return 0
    finally:
        connection.close()
