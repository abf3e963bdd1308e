"""greeter.v1.Text on the wire: protobuf field 1, a string."""


def encode(text: str) -> bytes:
    data = text.encode()
    return b"\x0a" + _varint(len(data)) + data if data else b""


def decode(message: bytes) -> str:
    at = 1
    while message[at : at + 1] and message[at] & 0x80:
        at += 1
    return message[at + 1 :].decode()


def framed(text: str) -> bytes:
    """With gRPC's five bytes before it: not compressed, length."""
    message = encode(text)
    return b"\0" + len(message).to_bytes(4, "big") + message


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
