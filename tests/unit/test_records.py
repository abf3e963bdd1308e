"""Records are the standard library's dataclasses in all that the package uses of these."""

import copy
import dataclasses
import pickle
import subprocess
import sys
from typing import Any

import pytest

from nginx_grpc import records


@records.dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    labels: list[str] = records.field(default_factory=list, hash=False)
    note: str = records.field(default="", repr=False, compare=False)


@records.dataclass(frozen=True, slots=True)
class Point3(Point):
    z: int = 3


@records.dataclass(slots=True)
class Counted:
    values: list[int]
    total: int = records.field(init=False, compare=False)

    def __post_init__(self) -> None:
        self.total = sum(self.values)


@records.dataclass
class Open:
    name: str
    inner: "Open | None" = None


@records.dataclass(slots=True, eq=False)
class Node:
    children: list["Node"] = records.field(default_factory=list)


def test_an_object_is_made_as_its_fields_say() -> None:
    point = Point(1, labels=["a"])

    assert (point.x, point.y, point.labels, point.note) == (1, 2, ["a"], "")
    assert Point(1).labels is not Point(1).labels
    assert repr(point) == "Point(x=1, y=2, labels=['a'])"
    assert Counted([1, 2]).total == 3
    assert not hasattr(point, "__dict__")
    assert Open("a").__dict__ == {"name": "a", "inner": None}


@pytest.mark.parametrize("arguments", [{}, {"x": 1, "unknown": 2}])
def test_wrong_arguments_are_a_type_error(arguments: dict[str, Any]) -> None:
    for _ in range(2):  # the first object, and one after it
        with pytest.raises(TypeError, match="Point"):
            Point(**arguments)


def test_equal_is_what_has_the_same_class_and_compared_fields() -> None:
    assert Point(1) == Point(1, note="other")
    assert Point(1) != Point(1, 3)
    assert Point(1) != Point3(1)
    assert hash(Point(1, labels=["a"])) == hash(Point(1, labels=["b"]))
    assert Node() != Node()
    assert len({Node(), Node()}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Open("a"))


def test_a_record_that_holds_itself_has_an_end_when_printed() -> None:
    node = Node()
    node.children.append(node)

    assert repr(node) == "Node(children=[...])"


@pytest.mark.parametrize("record", [Point(1, labels=["a"]), Point3(1, z=4), Open("a", Open("b"))])
def test_the_standard_library_takes_them_for_dataclasses(record: Any) -> None:
    names = [each.name for each in dataclasses.fields(record)]

    assert dataclasses.is_dataclass(record)
    assert names == list(type(record).__match_args__)
    assert dataclasses.asdict(record).keys() == set(names)
    assert dataclasses.replace(record) == records.replace(record) == record
    assert records.replace(record, **{names[0]: 7}) == dataclasses.replace(record, **{names[0]: 7})
    assert pickle.loads(pickle.dumps(record)) == record
    assert copy.deepcopy(record) == record


def test_none_of_what_the_standard_library_needs_is_imported() -> None:
    code = "import sys, nginx_grpc.records; print({'dataclasses', 'inspect'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "set()\n"
