"""From the directive tree to the document: facts about one configuration, and no rule.

The way through: `contexts` finds the http blocks, or builds them around a fragment; `scopes` says
what is in effect in each context; `upstreams`, `listeners`, `locations` and `targets` read what a
context holds; `grpc` decides which locations carry gRPC and `pages` which of them serve an error
page; `document` puts it together, and `accounts` holds that no handler and no block is left out.
"""

from nginx_grpc.model.document import Model, build, opened
from nginx_grpc.model.texts import lists_text, servers_text

__all__ = ["Model", "build", "lists_text", "opened", "servers_text"]
