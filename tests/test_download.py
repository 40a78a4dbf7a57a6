"""Fetching the authors' curves, from a real server on this machine."""

import hashlib
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from conftest import ROOT
from epochbudget.errors import UserError
from epochbudget.published.download import BASE_URL, download
from epochbudget.published.tables import read_checksums

BODIES = {f"Result_OSC_LSTM-{code}.csv": code.encode() * 5000 for code in ("N", "P", "H", "EH")}
CHECKSUMS = {name: hashlib.sha256(body).hexdigest() for name, body in BODIES.items()}
NAME = "Result_OSC_LSTM-H.csv"
WAITS = (0.0, 0.0)


class Server(ThreadingHTTPServer):
    """Serves BODIES below /data/; a test says how often, and in which way, it fails first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies = dict(BODIES)
        self.requests: Counter[str] = Counter()
        self.breaks: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.chunked = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/data"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        server, name = self.server, self.path.removeprefix("/data/")
        server.requests[name] += 1
        body = server.bodies.get(name)
        if body is None:
            self.send_error(404)
        elif server.requests[name] <= server.errors[name]:
            self.send_error(503)
        else:
            breaks = server.requests[name] <= server.breaks[name]
            self.close_connection = True
            self.send_response(200)
            if server.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                head, end = f"{len(body):x}\r\n".encode(), b"\r\n0\r\n\r\n"
            else:
                self.send_header("Content-Length", str(len(body)))
                head, end = b"", b""
            self.end_headers()
            whole = head + body + end
            self.wfile.write(whole[: len(body) // 2] if breaks else whole)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def failure(folder: Path, base_url: str) -> str:
    """The message of a download that fails; NAME is then not there, nor a part of it."""
    with pytest.raises(UserError) as caught:
        download(folder, {NAME: CHECKSUMS[NAME]}, base_url, WAITS)
    assert not folder.exists() or files(folder) == {}
    message = str(caught.value)
    assert message.startswith(f"{NAME} could not be downloaded: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("chunked", [False, True])
def test_every_file_comes_once(server: Server, tmp_path: Path, chunked: bool) -> None:
    server.chunked = chunked
    download(tmp_path / "new", CHECKSUMS, server.url, WAITS)
    assert files(tmp_path / "new") == BODIES
    assert server.requests == dict.fromkeys(BODIES, 1)
    download(tmp_path / "new", CHECKSUMS, f"{server.url}/", WAITS)
    assert server.requests == dict.fromkeys(BODIES, 1)


def test_what_is_there_is_kept_and_what_is_wrong_is_replaced(
    server: Server, tmp_path: Path
) -> None:
    first, second, *others = BODIES
    (tmp_path / first).write_bytes(BODIES[first])
    (tmp_path / second).write_bytes(BODIES[second][:-1])
    before = (tmp_path / first).stat()
    download(tmp_path, CHECKSUMS, server.url, WAITS)
    assert files(tmp_path) == BODIES
    assert (tmp_path / first).stat() == before
    assert server.requests == {second: 1} | dict.fromkeys(others, 1)


def test_a_wrong_file_gets_no_name(server: Server, tmp_path: Path) -> None:
    server.bodies[NAME] = b"<html>please log in</html>"
    found = hashlib.sha256(server.bodies[NAME]).hexdigest()
    message = failure(tmp_path, server.url)
    assert found in message
    assert CHECKSUMS[NAME] in message


def test_a_wrong_file_does_not_stay_when_nothing_better_comes(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(b"wrong")
    del server.bodies[NAME]
    failure(tmp_path, server.url)


def test_a_file_that_is_not_there_is_asked_for_once(server: Server, tmp_path: Path) -> None:
    del server.bodies[NAME]
    assert f"the server answered 404 (Not Found) to {server.url}/{NAME}" in failure(
        tmp_path, server.url
    )
    assert server.requests[NAME] == 1


def test_a_connection_that_breaks_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.breaks[NAME] = len(WAITS)
    download(tmp_path, CHECKSUMS, server.url, WAITS)
    assert files(tmp_path) == BODIES
    assert server.requests[NAME] == 1 + len(WAITS)


@pytest.mark.parametrize(("chunked", "words"), [(False, "2500 are missing"), (True, "broke after")])
def test_a_connection_that_always_breaks(
    server: Server, tmp_path: Path, chunked: bool, words: str
) -> None:
    server.breaks[NAME], server.chunked = 99, chunked
    assert words in failure(tmp_path, server.url)
    assert server.requests[NAME] == 1 + len(WAITS)


def test_a_server_in_trouble_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.errors[NAME] = len(WAITS)
    download(tmp_path, CHECKSUMS, server.url, WAITS)
    assert files(tmp_path) == BODIES
    server.errors[NAME] = 99
    assert "the server answered 503" in failure(tmp_path / "new", server.url)


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        message = failure(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}/data")
    assert "no connection to http://127.0.0.1" in message
    assert "refused" in message


def test_a_download_that_broke_off_goes_on(server: Server, tmp_path: Path) -> None:
    del server.bodies[NAME]
    with pytest.raises(UserError, match=NAME):
        download(tmp_path, CHECKSUMS, server.url, WAITS)
    kept = files(tmp_path)
    assert 0 < len(kept) < len(BODIES)
    server.bodies = dict(BODIES)
    download(tmp_path, CHECKSUMS, server.url, WAITS)
    assert files(tmp_path) == BODIES
    assert all(server.requests[name] == 1 for name in kept)


def test_what_is_no_address_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no address"):
        download(tmp_path, CHECKSUMS, "somewhere", WAITS)


def test_the_address_is_one_commit_of_the_authors() -> None:
    assert BASE_URL.startswith("https://")
    assert "/Axect/HyperbolicLR/cefcb8f9e3a6d6e6e9907c97f896b33e92822d55/paper/" in BASE_URL


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    source = str(ROOT / "workflow" / "src")
    return subprocess.run(
        [sys.executable, "-m", "epochbudget", "published", "download", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": source},
        text=True,
        capture_output=True,
    )


def test_the_command(server: Server, published_curves: Path, tmp_path: Path) -> None:
    """One of the authors' own files, against the checksums of this project."""
    checksums = read_checksums(ROOT / "config" / "published" / "curves.sha256")
    assert len(checksums) == 30
    server.bodies[NAME] = (published_curves / NAME).read_bytes()
    given = ("--tables", str(ROOT / "config/published"), "--out", "here", "--base-url", server.url)
    done = command(NAME, *given, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "here") == {NAME: server.bodies[NAME]}
    for name, problem in (
        ("Result_OSC_LSTM-EH.csv", "SHA-256"),
        ("passwd", "none of the authors'"),
    ):
        done = command(name, *given, folder=tmp_path)
        assert done.returncode == 1
        assert name in done.stderr
        assert problem in done.stderr
        assert "Traceback" not in done.stderr
