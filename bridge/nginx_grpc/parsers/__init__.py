"""Parsers read nginx text into directives: one interface, one implementation a file."""

from __future__ import annotations

from nginx_grpc.parsers.interface import Including, Parsed, Parser, Place, Placeholder

__all__ = ["Including", "Parsed", "Parser", "Place", "Placeholder", "default_parser"]


def default_parser() -> Parser:
    """The parser that every source reads with.

    It reads as nginx does. CrossplaneParser, which refuses what crossplane and nginx read
    differently, is the other one; tests hold the two against each other and both against nginx.
    """
    from nginx_grpc.parsers.native import NativeParser

    return NativeParser()
