"""What is in effect in a context: inheritance as nginx does it, one scope for each block.

A setting comes from the innermost context that has it; a list is inherited whole, or not at all.
What an unread include on the way in may change is marked, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable

from nginx_grpc.model.directives import (
    HTTP_SETTINGS,
    LOCATION_SETTINGS,
    Form,
    Setting,
    SettingReader,
    overriding,
    overshadowed,
)
from nginx_grpc.model.lists import ADDED, HEADER_LISTS, HEADERS_MORE, InheritedList
from nginx_grpc.model.names import Names, names_of
from nginx_grpc.model.types_blocks import Types
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["Scope", "root_scope"]

_LISTS = (*HEADER_LISTS, "error_page")
_OF_LISTS = frozenset((*_LISTS, *(f"{name}_inherit" for name in ADDED)))
# `if` in a location takes these alone; nginx refuses any other setting there.
_SETTINGS_ON = {"http": HTTP_SETTINGS, "server": HTTP_SETTINGS, "location": LOCATION_SETTINGS}
_NONE: dict[str, Form] = {}
_LISTS_ON = {"if": (*ADDED, *HEADERS_MORE, "error_page")}


@dataclass(slots=True, eq=False)
class Scope:
    """One context of one block, and what is in effect there.

    Args:
        context: http, server, location or if.
        outer: the context around it.
        own: the directives of its block by name.
        reader: what reads settings.
        settings: the settings in effect, by directive. Where a block sets none it is the very
            object of the context around it.
        lists: the lists in effect, by directive.
        types: the types blocks in effect, None where none is.
        gaps: the gaps of its own block, by index.
        gap: the innermost gap that may hide a directive of this context, by index.
        include_unread: whether its own block has an include that was not read.
        merges: what add_header_inherit and add_trailer_inherit say other than on: off or merge.
        matters: whether a location with gRPC depends on what this context holds.
        rest_of_http: the gap of a part of a configuration that lacks its http block alone.
    """

    context: str
    outer: Scope | None
    own: dict[str, list[Directive]]
    reader: SettingReader
    settings: dict[str, Setting] = field(default_factory=dict)
    lists: dict[str, InheritedList] = field(default_factory=dict)
    types: Types | None = None
    gaps: list[int] = field(default_factory=list)
    gap: int | None = None
    include_unread: bool = False
    merges: dict[str, str] = field(default_factory=dict)
    matters: bool = False
    rest_of_http: int | None = None
    names: Names = field(init=False)
    _said: dict[Callable[[str], bool], bool] | None = None

    def inside(self, context: str, own: dict[str, list[Directive]], gaps: list[int]) -> Scope:
        """The scope of a block inside this one.

        Args:
            context: server, location or if.
            own: the directives of that block by name.
            gaps: the gaps of that block itself.
        """
        scope = Scope(
            context,
            outer=self,
            own=own,
            reader=self.reader,
            settings=self.settings,
            lists=self.lists,
            types=self.types,
            gaps=gaps,
            gap=self.gap,
            merges=self.merges,
            rest_of_http=self.rest_of_http,
        )
        scope._open()
        return scope

    def depends(self) -> list[int]:
        """Mark that a location with gRPC depends on this context; the gaps that now matter."""
        newly: list[int] = []
        scope: Scope | None = self
        while scope is not None and not scope.matters:
            scope.matters = True
            newly.extend(scope.gaps)
            scope = scope.outer
        return newly

    def says(self, told: Callable[[str], bool]) -> bool:
        """Whether this context, or one around it, has a directive of which this is told by name."""
        if self.names.which(told):
            return True
        outer = self.outer
        if outer is None:
            return False
        # It is asked for each of the many blocks in one.
        if outer._said is None:
            outer._said = {}
        said = outer._said.get(told)
        if said is None:
            said = outer._said[told] = outer.says(told)
        return said

    def in_effect(self, *names: str) -> list[Directive]:
        """The directives of the first of these names that the innermost context has."""
        scope: Scope | None = self
        while scope is not None:
            for name in names:
                if name in scope.own:
                    return scope.own[name]
            scope = scope.outer
        return []

    def surely(self, *names: str) -> tuple[Directive | None, bool]:
        """The first of `in_effect`, None where there is none; and whether that is sure: of what was
        not read nothing may say another."""
        scope: Scope | None = self
        while scope is not None:
            for name in names:
                if name in scope.own:
                    return scope.own[name][0], True
            if scope.gaps:
                found = self.in_effect(*names)
                return found[0] if found else None, False
            scope = scope.outer
        return None, True

    def _open(self) -> None:
        self.names = names_of(self.own)
        if "include" in self.own:
            self.include_unread = any(item.unread for item in self.own["include"])
        if self.gaps:
            self.gap = self.gaps[-1]
        self._read_settings()
        self._read_lists()
        if "types" in self.own and self.context != "if":
            self.types = Types(self.context, self.own["types"])

    def _read_settings(self) -> None:
        settings = self.settings
        if self.gaps and settings:
            settings = {name: overshadowed(setting) for name, setting in settings.items()}
        known = _SETTINGS_ON.get(self.context, _NONE)
        said = self.names.which(known.__contains__)
        if said:
            own = self.own
            settings = dict(settings)
            read, context, more = self.reader.read, self.context, self.include_unread
            for name in said:
                setting = read(name, known[name], own[name], context, more=more)
                settings[name] = overriding(setting, self.settings.get(name), known[name])
        self.settings = settings

    def _read_lists(self) -> None:
        own = self.own
        if not self.gaps and not self.merges and _OF_LISTS.isdisjoint(own):
            return
        for name in ADDED:
            said = own.get(f"{name}_inherit")
            if said and len(said) == 1 and len(said[0].args) == 1:
                self.merges = {**self.merges, name: said[0].args[0].lower()}
        inherited = self.lists
        lists = dict(inherited) if self.gaps or self.merges else inherited
        for name in _LISTS if self.gaps else ():
            if name in lists:
                lists[name] = lists[name].doubtful()
        for name, how in self.merges.items():
            if how == "off":
                lists.pop(name, None)
        for name in _LISTS_ON.get(self.context, _LISTS):
            if name not in own:
                continue
            if lists is inherited:
                lists = dict(inherited)
            merges = name in HEADERS_MORE or self.merges.get(name) == "merge"
            outer = lists.get(name) if merges else None
            complete = not self.gaps and (outer is None or outer.complete)
            lists[name] = InheritedList(name, self.context, own[name], complete, outer)
        self.lists = lists


def root_scope(
    own: dict[str, list[Directive]],
    gaps: list[int],
    reader: SettingReader,
    rest_of_http: int | None = None,
) -> Scope:
    """The scope of an http block.

    Args:
        own: its directives by name.
        gaps: its own gaps.
        reader: what reads settings.
        rest_of_http: see Scope.
    """
    scope = Scope("http", None, own, reader, gaps=gaps, rest_of_http=rest_of_http)
    scope._open()
    return scope
