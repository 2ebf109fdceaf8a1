"""Writes and reads documents with the operations of tests, and prints what it did: documents_program.py URL [KEY_ENCODING]."""

import sys
import time
from dataclasses import replace
from typing import Any, Callable
from urllib.parse import unquote

from purple_client import PurpleClient, PurpleError, TestAuthor, TestDocument

KEY = f"python-documents {time.time_ns()}/ü"
FIRST = TestDocument(
    title="ü",
    number=2**63 - 1,
    tags=["a", "b"],
    author=TestAuthor(name="A", age=30),
    counts={"x": 1, "y": -(2**63), "z": 2**53 + 1},
    weight=1.1,
    done=True,
    content=b"\xff\0\xfe>?",
    readers=[TestAuthor(name="B", age=1), TestAuthor(name="C", age=0)],
)
SECOND = TestDocument(title="second")


def main() -> None:
    encoding: Any = sys.argv[2] if len(sys.argv) > 2 else None
    with PurpleClient(sys.argv[1], key_encoding=encoding) as client:
        tag = written(client)
        read(client, tag)
        conditions(client, tag)
        refusals(client)
        # A stream of events is its text.
        events = 'id: 1\ndata: {"number":1,"padding":""}\n\nid: 2\ndata: {"number":2,"padding":""}\n\nevent: end\ndata: {}\n\n'
        expect("count", client.test_count(KEY, count=2), events)
    print("python documents: all operations work")


def written(client: PurpleClient) -> str:
    """201 the first time, with the headers of both."""
    made = client.test_write_with_http_info(KEY, FIRST)
    expect("write, status", made.status, 201)
    expect("write, object", made.value["created"], True)
    expect("write, Location", unquote(made.headers["location"]), "/tests/" + KEY)
    expect("write, ETag", made.headers["ETag"][:2], '"v')
    return made.headers["ETag"]


def read(client: PurpleClient, tag: str) -> None:
    """All comes back as it was; not modified is no exception, and has no document."""
    answer = client.test_read_with_http_info(KEY)
    expect("read, status", answer.status, 200)
    expect("read, ETag", answer.headers["ETag"], tag)
    expect("read, document", answer.value, FIRST)
    expect("read without more", client.test_read(KEY), FIRST)
    known = client.test_read_with_http_info(KEY, if_none_match=f'"other", {tag}')
    expect("read, not modified, status", known.status, 304)
    expect("read, not modified, ETag", known.headers["ETag"], tag)
    expect("read, not modified, document", known.value, None)


def conditions(client: PurpleClient, tag: str) -> None:
    """200 when it replaces, and only what is there."""
    expect("replace, status", client.test_write_with_http_info(KEY, SECOND, tag).status, 200)
    refused("replace, late", lambda: client.test_write_with_http_info(KEY, FIRST, tag), "condition_failed", 412)
    refused("read, late", lambda: client.test_read_with_http_info(KEY, if_match=tag), "condition_failed", 412)
    expect("replace without a condition", client.test_write(KEY, SECOND)["created"], False)


def refusals(client: PurpleClient) -> None:
    refused("write, no title", lambda: client.test_write(KEY, replace(FIRST, title="")), "invalid_argument", 400)
    refused("read, absent", lambda: client.test_read_with_http_info(KEY + " absent"), "not_found", 404)
    anything: Any = {"title": "a"}
    thrown("write, no document", TypeError, lambda: client.test_write(KEY, anything))
    thrown("read, a header with a line break", ValueError, lambda: client.test_read_with_http_info(KEY, '"a"\r\nX-Other: b'))


def expect(operation: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise SystemExit(f"{operation}: {actual!r} (expected: {expected!r})")
    print(f"{operation}: {actual!r}")


def refused(operation: str, call: Callable[[], object], code: str, status: int) -> None:
    try:
        result = call()
    except PurpleError as error:
        expect(operation, (error.code, error.problem.status), (code, status))
        return
    raise SystemExit(f"{operation}: {result!r} (expected: {code})")


def thrown(operation: str, kind: type[Exception], call: Callable[[], object]) -> None:
    try:
        result = call()
    except kind as error:
        print(f"{operation}: {error}")
        return
    raise SystemExit(f"{operation}: {result!r} (expected: {kind.__name__})")


main()
