"""The document of a configuration as text, in shards where it is large.

A shard is a document of some of the servers, with the upstreams and the lists that these refer to.
Beside them stand, without their locations, the default servers of their sockets and one that shares
each socket. The last shard has what none refers to, and no location. Only the shard that is being
written is held, so that memory is bounded, and one can be judged while the next is written.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import Any

from nginx_grpc.compact_json import compact
from nginx_grpc.engines.interface import Shard
from nginx_grpc.expressions import expression
from nginx_grpc.findings import Gap, Input
from nginx_grpc.model import Model, lists_text, opened, servers_text
from nginx_grpc.tree import Configuration

__all__ = ["BYTES", "WHOLE", "Shards"]

BYTES = 256 * 1024
"""About how large a shard becomes: OPA's values take nine bytes for a byte of JSON, and what fits
into a processor's caches is judged in three quarters of the time."""

WHOLE = 1 << 62
"""The size of which a configuration is one shard."""

# As a key, for in a text its quotes would be escaped.
_DEFAULT = expression('"default":([0-9]+)')


class Shards:
    """The shards of one configuration, each made when it is asked for. A small configuration has
    one, which is the whole document.

    Args:
        configuration: what was read; let go when the shards were made.
        settings: what every shard carries, None for nothing.
        size: about how many bytes a shard gets; 0 for a server each.
    """

    def __init__(
        self,
        configuration: Configuration,
        settings: dict[str, Any] | None = None,
        size: int = BYTES,
    ) -> None:
        self._waiting = [configuration]
        self._settings = {} if settings is None else {"settings": settings}
        # What settings say of an upstream holds for the connections of a socket's default server.
        named = (settings or {}).get("grpc")
        whole = isinstance(named, dict) and "upstreams" in named
        self._size = WHOLE if whole else size
        # With a version rules point at the listens of all servers.
        self._versioned = "nginx_version" in (settings or {})
        self._servers = self._locations = self._carry = 0
        self._stands_in = int(configuration.stands_in)
        self._beginning: dict[str, Any] = {}
        self._whole = b""

    def __iter__(self) -> Iterator[Shard]:
        with opened(self._waiting.pop()) as model:
            last = yield from self._all_but_last(model)
            del model
        # Nothing of the configuration is held while the last is judged.
        yield last

    def _all_but_last(self, model: Model) -> Generator[Shard, None, Shard]:
        self._beginning = model.beginning()
        ending = model.ending() | self._settings
        whole = {**self._beginning, "other_handlers": model.other_handlers, **ending}
        source = {**self._beginning["source"], "files": []}
        part = {**whole, "source": source, "other_handlers": [], "features": []}
        part["objects"] = {**ending["objects"], "ineffective": []}
        repeated = len(compact(part))
        writer = _Writer(model)
        number = 1
        while (server := model.server(writer.lists)) is not None:
            writer.add(server, self._servers)
            self._count(server)
            # What is repeated in each shard is no more than what is new in it.
            if writer.new >= max(self._size - writer.again, writer.again + repeated):
                text = writer.text({**part, "shard": _shard(number)})
                yield Shard(text, last=False, share=model.share)
                number += 1
        if number == 1 and self._size:
            self._whole = writer.text(whole, writer.everything())
            return Shard(self._whole)
        if writer.new:
            yield Shard(writer.text({**part, "shard": _shard(number)}), last=False)
            number += 1
        last = {**whole, "shard": _shard(number, last=True)}
        for each in range(self._servers if self._versioned else 0):
            writer.put_beside(each)
        return Shard(writer.text(last, writer.unused()))

    def document(self) -> dict[str, Any] | None:
        """The document without settings, where one shard is all of it."""
        if not self._whole:
            return None
        document: dict[str, Any] = json.loads(self._whole)
        document.pop("settings", None)
        return document

    def input(self, settings: str) -> Input:
        """What was judged; known when the last shard was made.

        Args:
            settings: the settings file.
        """
        source = self._beginning["source"]
        return Input(
            entry=source["entry"],
            kind=source["kind"],
            files=source["files"],
            servers=self._servers,
            locations=self._locations,
            grpc_locations=max(self._carry - self._stands_in, 0),
            complete=self._beginning["complete"],
            gaps=[
                Gap(gap["what"], gap["reason"], gap["file"], gap["line"], gap["kind"])
                for gap in self._beginning["gaps"]
            ],
            settings=settings,
        )

    def _count(self, server: dict[str, Any]) -> None:
        carries = [location["grpc"]["carries"] for location in server["locations"]]
        self._servers += 1
        self._locations += len(carries)
        self._carry += carries.count("pass") + carries.count("strong")


class _Writer:
    """The shard that is being written: the servers in it, and what they refer to.

    Attributes:
        lists: its lists.
        new, again: about how many characters it has that no shard has yet, and that others have.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._named = model.upstreams.by_name()
        self._written: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self.lists = self._model.lists()
        # By the server's number in the configuration; None for one that only stands beside others.
        self._servers: dict[int, str | None] = {}
        self._upstreams: dict[str, str] = {}
        self._new = self._again = 0

    @property
    def new(self) -> int:
        return self._new + self.lists.fresh

    @property
    def again(self) -> int:
        return self._again + self.lists.again

    def add(self, server: dict[str, Any], number: int) -> None:
        """Take in a server, those beside it and the upstreams that its targets name.

        Args:
            number: the server's place in the configuration.
        """
        self._servers.setdefault(number)
        for other in self._model.beside(number):
            self.put_beside(other)
        text = self._servers[number] = servers_text([server])
        self._new += len(text)
        for location in server["locations"]:
            for field in ("target", "proxy_target"):
                for name in location[field]["upstreams"] if field in location else ():
                    if name not in self._upstreams:
                        self._add_upstream(name)

    def put_beside(self, number: int) -> None:
        """Take in a server without its locations, if it is not there."""
        if number not in self._servers:
            self._servers[number] = None
            self._again += len(compact(self._model.outside(number)))

    def _texts(self) -> Iterator[str]:
        """Each server's text, whose listens name default servers by their place in the shard."""
        numbers = sorted(self._servers)
        places = {number: place for place, number in enumerate(numbers)}
        for number in numbers:
            text = self._servers[number] or compact(self._model.outside(number))
            own = places[number]
            yield _DEFAULT.sub(
                lambda found, own=own: f'"default":{places.get(int(found[1]), own)}',  # type: ignore[misc]
                text,
            )

    def _add_upstream(self, name: str) -> None:
        text = self._upstreams[name] = self._upstream(name)
        if name in self._written:
            self._again += len(text)
        else:
            self._new += len(text)

    def _upstream(self, name: str) -> str:
        return ",".join(
            compact(self._model.upstreams.one_as_json(one)) for one in self._named[name]
        )

    def everything(self) -> str:
        """All upstreams of the configuration."""
        return compact(self._model.upstreams.as_json())[1:-1]

    def unused(self) -> str:
        """The upstreams that no shard has."""
        return ",".join(self._upstream(name) for name in self._named if name not in self._written)

    def text(self, rest: dict[str, Any], upstreams: str | None = None) -> bytes:
        """The document; what comes after it is for the next.

        Args:
            rest: the fields that are no servers, upstreams or lists.
            upstreams: the text of those that are not of its servers.
        """
        if upstreams is None:
            upstreams = ",".join(self._upstreams.values())
        lists = self.lists
        text = (
            f'{compact(rest)[:-1]},"upstreams":[{upstreams}],"servers":[{",".join(self._texts())}]'
            f',"header_lists":[{lists_text(lists.header_lists(), "headers")}]'
            f',"error_page_lists":[{lists_text(lists.error_page_lists(), "pages")}]}}'
        ).encode("ascii")
        self._written.update(self._upstreams)
        self._begin()
        return text


def _shard(number: int, *, last: bool = False) -> dict[str, Any]:
    return {"number": number, "last": last, "before": []}
