"""Parsers read nginx text into directives: one interface, one implementation a file."""

from __future__ import annotations

from nginx_grpc.parsers.interface import Including, Parsed, Parser, Place, Placeholder

__all__ = ["Including", "Parsed", "Parser", "Place", "Placeholder", "default_parser"]


def default_parser() -> Parser:
    """The parser that every source reads with."""
    from nginx_grpc.parsers.crossplane import CrossplaneParser

    return CrossplaneParser()
