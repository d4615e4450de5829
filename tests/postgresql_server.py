"""A real PostgreSQL server of the tests' own, from Debian's packages."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_WHERE = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")


@dataclass(frozen=True)
class Server:
    """A server that trusts its socket and wants a password over TCP."""

    binaries: Path
    folder: Path
    port: int
    password: str = "s3cret-of-the-tests"  # noqa: S105 -- of a server that lives for one test run

    @property
    def uri(self):
        return f"postgresql:///gl?host={self.folder}&port={self.port}&user=postgres"

    @property
    def uri_with_password(self):
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/gl"

    def run(self, sql, database="gl"):
        arguments = ["-h", self.folder, "-p", str(self.port), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q"]
        subprocess.run(
            [self.binaries / "psql", *arguments, "-d", database, "-c", sql], check=True, capture_output=True
        )


def installed():
    """The folder of the server's programs; None where it is not installed."""
    found = sorted(path for pattern in _WHERE for path in Path("/").glob(pattern.lstrip("/")))
    beside = shutil.which("initdb")
    return found[-1] if found else Path(beside).parent if beside else None


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(binaries):
    """A server with the database gl, until the block ends."""
    # The server refuses root, and the user it then runs as cannot enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="vk-pg-"))
    as_user = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    server = Server(binaries, folder, _free_port())
    data = folder / "data"
    (folder / "password").write_text(server.password)
    (folder / "password").chmod(0o644)
    settings = f"-k {folder} -p {server.port} -c listen_addresses=127.0.0.1 -c fsync=off"

    def call(program, *arguments):
        subprocess.run(
            [binaries / program, *arguments],
            check=True,
            capture_output=True,
            cwd=folder,
            timeout=120,
            **as_user,
        )

    call("initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth-local=trust",
         "--auth-host=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync")  # fmt: skip
    call("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start")
    try:
        server.run("CREATE DATABASE gl", database="postgres")
        yield server
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
