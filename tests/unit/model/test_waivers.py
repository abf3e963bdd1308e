"""Waivers in comments."""

import pytest

from nginx_grpc.model.waivers import waiver
from nginx_grpc.tree import Comment
from tests.unit.model.reading import read


def parsed(text):
    return waiver(Comment(text, "nginx.conf", 7, 8))


def test_a_waiver():
    text = "nginx-grpc: ignore NG205 until=2027-03-01 owner=payments reason=two servers, see WIKI=7"
    assert parsed(text) == {
        "id": "NG205",
        "until": "2027-03-01",
        "owner": "payments",
        "reason": "two servers, see WIKI=7",
        "problem": "",
        "covers": 8,
        "file": "nginx.conf",
        "line": 7,
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ignore NG205", {}),
        ("ignore NG205 reason=because", {"reason": "because"}),
        ("ignore NG205 owner=a until=2028-02-29", {"owner": "a", "until": "2028-02-29"}),
        ("  ignore   NG205\treason=  because  ", {"reason": "because"}),
        ("ignore NG205 reason=", {}),
    ],
)
def test_what_is_left_out_is_empty(text, kept):
    found = parsed("nginx-grpc:" + text)
    assert found["problem"] == ""
    assert {name: found[name] for name in ("until", "owner", "reason") if found[name]} == kept


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is not known here: write 'ignore'"),
        ("disable NG205", "'disable' is not known here: write 'ignore'"),
        ("ignore", "the rule's id is missing"),
        ("ignore reason=because", "the rule's id is missing"),
        ("ignore ng205 reason=x", "'ng205' is no rule's id, as NG205"),
        ("ignore NG205,NG206 reason=x", "'NG205,NG206' is no rule's id, as NG205"),
        ("ignore NG205 NG206", "'NG206' is not name=value; only the reason, written last, "
         "has spaces"),
        ("ignore NG205 expires=2027-03-01", "'expires' is not known: until, owner and reason are"),
        ("ignore NG205 until=tomorrow", "'tomorrow' is no date, as 2027-03-01"),
        ("ignore NG205 until=2027-02-29", "'2027-02-29' is no date, as 2027-03-01"),
        ("ignore NG205 until=2027-13-01", "'2027-13-01' is no date, as 2027-03-01"),
        ("ignore NG205 until=2027-04-31", "'2027-04-31' is no date, as 2027-03-01"),
        ("ignore NG205 until=01.03.2027", "'01.03.2027' is no date, as 2027-03-01"),
        ("ignore NG205 owner=a owner=b", "'owner' is said twice"),
        ("ignore NG205 owner=the team", "'team' is not name=value; only the reason, written last, "
         "has spaces"),
    ],
)  # fmt: skip
def test_what_is_malformed(text, problem):
    assert parsed("nginx-grpc: " + text)["problem"] == problem


def test_the_first_problem_is_said_and_the_rest_is_kept():
    found = parsed("nginx-grpc: ignore NG205 until=soon colour=red owner=a reason=x")
    assert found["problem"] == "'soon' is no date, as 2027-03-01"
    assert (found["until"], found["owner"], found["reason"]) == ("soon", "a", "x")


def test_waivers_of_a_text():
    document = read("""events {}
        http {
            upstream u {
                # nginx-grpc: ignore NG205 owner=a reason=b
                server a:1;
                server b:1;  # nginx-grpc: ignore NG999
            }
        }
    """)
    assert [(item["id"], item["line"], item["covers"]) for item in document["waivers"]] == [
        ("NG205", 4, 5),
        ("NG999", 6, 6),
    ]
