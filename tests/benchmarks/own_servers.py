"""PostgreSQL, RabbitMQ and Redis of a benchmark's own, each in its folder, to be killed at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

PATIENCE_S = 120.0


def free_port() -> int:
    """Returns a port of loopback that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Server(ABC):
    """A server process in a session of its own."""

    def __init__(self, folder: Path, user: str) -> None:
        self.port = free_port()
        self.restarts = 0
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        # Neither server runs as root.
        self._user = user if os.geteuid() == 0 else None
        folder.mkdir(parents=True)
        if self._user is not None:
            folder.parent.chmod(0o755)  # they must come to their folders
            shutil.chown(folder, self._user)

    @abstractmethod
    def _command(self) -> list[str]: ...

    def _environ(self) -> Mapping[str, str]:
        return os.environ

    def start(self) -> None:
        """Starts the server and returns when it accepts connections."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=self._folder, env=self._environ(), user=self._user,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        patience = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None:  # what it left behind may still hold its files
                time.sleep(0.5)
                self.start()
                return
            if time.monotonic() > patience:
                raise SystemExit(f"{self._command()[0]} does not answer; see {self._folder}/log")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Kills it and all its processes, as a loss of power does."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Kills it and starts it again."""
        self.kill()
        self.start()
        self.restarts += 1

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Postgres(Server):
    """A PostgreSQL cluster with its usual promises: it syncs at each commit."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("initdb")
        if found is None:
            raise SystemExit("there is no initdb on the path; install PostgreSQL's server programs")
        self._programs = Path(found).resolve().parent
        super().__init__(folder, "postgres")
        subprocess.run(
            [self._programs / "initdb", "-D", folder / "data", "-U", "voc", "-A", "trust"],
            user=self._user, cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def _command(self) -> list[str]:
        told = ["-D", "data", "-p", str(self.port), "-k", str(self._folder), "-h", "127.0.0.1"]
        return [str(self._programs / "postgres"), *told]

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://voc@127.0.0.1:{self.port}/postgres"


class RabbitMQ(Server):
    """A RabbitMQ node with its usual promises, without plug-ins."""

    def __init__(self, folder: Path) -> None:
        places = [Path("/usr/lib/rabbitmq/bin/rabbitmq-server"), shutil.which("rabbitmq-server")]
        found = next((Path(place) for place in places if place and Path(place).exists()), None)
        if found is None:
            raise SystemExit("there is no rabbitmq-server on the path; install RabbitMQ")
        self._program = found
        super().__init__(folder, "rabbitmq")
        self._dist_port = free_port()
        plugins = folder / "enabled_plugins"
        plugins.write_text("[].\n")

    def _command(self) -> list[str]:
        return [str(self._program)]

    def _environ(self) -> Mapping[str, str]:
        folder = str(self._folder)
        return {
            **os.environ,
            "HOME": folder,
            "RABBITMQ_NODENAME": f"voc{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_CONFIG_FILE": f"{folder}/none",
        }

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"


class RedisServer(Server):
    """A Redis that writes what it acknowledges to disk first: appendonly, synced always."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("redis-server")
        if found is None:
            raise SystemExit("there is no redis-server on the path; install Redis")
        self._program = found
        super().__init__(folder, "redis")

    def _command(self) -> list[str]:
        lasting = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        return [self._program, "--bind", "127.0.0.1", "--port", str(self.port), *lasting]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"
