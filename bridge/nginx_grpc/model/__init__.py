"""From the directive tree to the document: facts about one configuration, and no rule.

The way through: `levels` finds the http blocks, or builds them around a fragment; `scopes` says
what is in effect on each level; `upstreams`, `listeners`, `locations` and `targets` read what a
level holds; `grpc` decides which locations carry gRPC and `pages` which of them serve an error
page; `document` puts it together.
"""

from nginx_grpc.model.document import build

__all__ = ["build"]
