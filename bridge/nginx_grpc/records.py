"""Dataclasses that cost nothing until they are used.

The standard library's decorator writes and compiles six methods a class as it is defined, and needs
`inspect`: of the start of a small `check` that was a third. Here `__init__` is compiled when the
first object is made, the other methods are shared by all classes, and that nobody sets a field of a
frozen one is held by mypy alone, which also makes such objects in half the time. To type checkers,
and to `dataclasses.replace`, `fields` and `asdict`, they are dataclasses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    from operator import attrgetter
    from reprlib import recursive_repr

    _UNSET = object()

    class field:  # noqa: N801 - as the standard library's
        """What is to be said of a field beside its type; see dataclasses.field."""

        def __init__(
            self,
            *,
            default=_UNSET,
            default_factory=_UNSET,
            init=True,
            repr=True,
            compare=True,
            hash=True,
        ):
            self.default = default
            self.default_factory = default_factory
            self.init = init
            self.repr = repr
            self.compare = compare
            self.hash = hash and compare

    def replace(record, /, **changes):
        """A copy with other values for some fields; see dataclasses.replace."""
        for name, about in record.__record__.items():
            if about.init and name not in changes:
                changes[name] = getattr(record, name)
        return type(record)(**changes)

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """See dataclasses.dataclass."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, slots=slots, eq=eq)
        inherited = getattr(cls, "__record__", {})
        fields = dict(inherited)
        annotations = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 - needs inspect
        for name, kind in annotations.items():
            given = cls.__dict__.get(name, _UNSET)
            fields[name] = given if isinstance(given, field) else field(default=given)
            fields[name].type = kind
        members = dict(cls.__dict__)
        if slots:
            members["__slots__"] = tuple(name for name in fields if name not in inherited)
            for name in (*fields, "__dict__", "__weakref__"):
                members.pop(name, None)
            qualname = cls.__qualname__
            cls = type(cls)(cls.__name__, cls.__bases__, members)
            cls.__qualname__ = qualname
        else:
            for name, about in fields.items():
                if isinstance(members.get(name), field):
                    delattr(cls, name)
                    if about.default is not _UNSET:
                        setattr(cls, name, about.default)
        cls.__record__ = fields
        cls.__dataclass_fields__ = _StandardFields()
        cls.__match_args__ = tuple(name for name, about in fields.items() if about.init)
        cls.__init__ = _first_init(cls)
        if "__repr__" not in members:
            cls.__repr__ = _repr
        if eq:
            cls.__compared__ = _values_of(name for name, about in fields.items() if about.compare)
            if "__eq__" not in members:
                cls.__eq__ = _eq
            if "__hash__" not in members or members["__hash__"] is None:
                cls.__hash__ = _hash if frozen else None
                cls.__hashed__ = _values_of(name for name, about in fields.items() if about.hash)
        return cls

    def _first_init(cls):
        def init(self, *args, **kwargs):
            cls.__init__ = _init(cls)
            cls.__init__(self, *args, **kwargs)

        return init

    def _init(cls):
        values = {"_UNSET": _UNSET}
        parameters = ["self"]
        lines = []
        for name, about in cls.__record__.items():
            value = name
            if about.default_factory is not _UNSET:
                values[f"_made_{name}"] = about.default_factory
                value = f"_made_{name}() if {name} is _UNSET else {name}"
                default = " = _UNSET"
            elif about.default is not _UNSET:
                values[f"_default_{name}"] = about.default
                default = f" = _default_{name}"
            else:
                default = ""
            if about.init:
                parameters.append(name + default)
                lines.append(f"self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            lines.append("self.__post_init__()")
        body = "\n    ".join(lines or ["pass"])
        exec(f"def __init__({', '.join(parameters)}):\n    {body}", values)
        made = values["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made

    def _values_of(names):
        names = tuple(names)
        return staticmethod(attrgetter(*names) if names else lambda record: ())

    def _eq(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self.__compared__(self) == self.__compared__(other)

    def _hash(self):
        return hash(self.__hashed__(self))

    @recursive_repr()
    def _repr(self):
        values = ", ".join(
            f"{name}={getattr(self, name)!r}"
            for name, about in self.__record__.items()
            if about.repr
        )
        return f"{self.__class__.__qualname__}({values})"

    class _StandardFields:
        """`__dataclass_fields__`, made for who asks: the standard library's functions, pytest."""

        def __get__(self, instance, owner):
            import dataclasses

            made = []
            for name, about in owner.__record__.items():
                said = {"init": about.init, "repr": about.repr, "compare": about.compare}
                if about.default_factory is not _UNSET:
                    said["default_factory"] = about.default_factory
                elif about.default is not _UNSET:
                    said["default"] = about.default
                made.append((name, about.type, dataclasses.field(kw_only=True, **said)))
            fields = dataclasses.make_dataclass(owner.__name__, made).__dataclass_fields__
            owner.__dataclass_fields__ = fields
            return fields
