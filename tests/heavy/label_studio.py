"""A Label Studio server of one's own, on the loopback, for as long as a test needs it; only the standard library.

``TIGRIS_LABEL_STUDIO`` names the executable to run, as ``/somewhere/bin/label-studio``. Without it, Label Studio is
installed into a virtual environment of its own, since it pins an older pyarrow: 800 MB, and some minutes.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIREMENT = "label-studio==1.23.*"
EXECUTABLE = "TIGRIS_LABEL_STUDIO"
STARTS_WITHIN = 600
"""Seconds: 55 on an idle machine, and the database is made first."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""No proxy stands between this machine and itself."""
_QUIET = {
    "LATEST_VERSION_CHECK": "0",
    "COLLECT_ANALYTICS": "False",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
}


@dataclass(frozen=True)
class Server:
    """A server that runs, and the token of its one user."""

    url: str
    token: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return what the server answers, from JSON. Raises HTTPError, with the answer as a note, where it refuses."""
        request = urllib.request.Request(  # noqa: S310 - the loopback
            self.url + path,
            data=None if body is None else json.dumps(body).encode("utf-8"),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with _DIRECT.open(request, timeout=300) as answer:
                data = answer.read()
        except urllib.error.HTTPError as error:
            error.add_note(error.read().decode("utf-8", "replace")[:2000])
            raise
        return json.loads(data) if data else None


def executable(folder: Path) -> Path:
    """Return the executable of Label Studio: the one that the environment names, else one installed into a folder."""
    named = os.environ.get(EXECUTABLE)
    if named:
        return Path(named)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", REQUIREMENT]
    subprocess.run(install, check=True)
    return folder / "bin" / "label-studio"


@contextlib.contextmanager
def running(program: Path, folder: Path) -> Iterator[Server]:
    """Give a server with an empty database in a folder, and stop it whatever happens."""
    token = secrets.token_hex(20)
    port = _free_port()
    command = [str(program), "start", "--no-browser", "--internal-host", "127.0.0.1", "-p", str(port)]
    command += ["--username", "a@example.org", "--password", secrets.token_hex(8), "--user-token", token]
    environment = {**os.environ, **_QUIET, "LABEL_STUDIO_BASE_DATA_DIR": str(folder)}
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", token)
            _wait_for(server, process, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers. Raises RuntimeError, with the end of its log, where it does not."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            server.call("GET", "/api/projects")
            return
        time.sleep(1)
    raise RuntimeError(f"Label Studio did not start:\n{log.read_text(errors='replace')[-2000:]}")
