"""JSON as documents have it."""

from __future__ import annotations

import json

__all__ = ["compact"]

compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode
"""ASCII, without spaces."""
