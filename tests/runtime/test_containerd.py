"""containerd with corten as its runtime, by its own client: no daemon of Docker's in between."""

from pathlib import Path
from typing import Iterator

import pytest

from bundle import CGROUP_PARENT, new_id
from engine import split, wait_until
from engines import IMAGE, Containerd, layout_archive


@pytest.fixture(scope="module")
def client(containerd: Containerd, image_archive: Path, engine_place: Path) -> Containerd:
    """With the image."""
    layout = layout_archive(image_archive, engine_place / "layout.tar")
    containerd.ok("images", "import", "--snapshotter", "native", str(layout))
    return containerd


class Task:
    """A container of ctr's; its options name the runtime."""

    def __init__(self, client: Containerd, place: Path) -> None:
        self.client = client
        self.id = new_id()
        self.flags = ("--snapshotter", "native", "--runc-binary", str(place / "corten-oci"), "--runc-root",
                      str(place / "ctr-state"), "--cgroup", f"{CGROUP_PARENT}/{self.id}")

    def run(self, *words: str, flags: tuple[str, ...] = ()):
        return self.client("run", *self.flags, *flags, IMAGE, self.id, "/init", *words)

    def start(self, *words: str) -> "Task":
        done = self.run(*(words or ("wait",)), flags=("--detach",))
        assert done.code == 0, done.err
        return self

    def exec(self, *words: str):
        return self.client("task", "exec", "--exec-id", new_id("e"), self.id, "/init", *words)

    @property
    def status(self) -> str:
        lines = self.client.ok("task", "ls").splitlines()
        return next((line.split()[2] for line in lines if line.split()[0] == self.id), "GONE")

    def wait_for(self, status: str) -> None:
        wait_until(lambda: self.status == status, f"{self.id} to be {status}")


@pytest.fixture
def task(client: Containerd, engine_place: Path) -> Iterator[Task]:
    made = Task(client, engine_place)
    yield made
    client("task", "kill", "--signal", "KILL", made.id)
    client("task", "rm", "--force", made.id)
    client("containers", "rm", made.id)


def test_run(task: Task) -> None:
    done = task.run("echo", "hello", ",", "exit", "7", flags=("--rm",))
    assert (done.code, split(done.out)) == (7, ["hello"]), done.err


def test_exec(task: Task) -> None:
    task.start()
    done = task.exec("echo", "hello", ",", "exit", "5")
    assert (done.code, split(done.out)) == (5, ["hello"]), done.err


def test_pause_and_resume(task: Task) -> None:
    task.start()
    task.client.ok("task", "pause", task.id)
    assert task.status == "PAUSED"
    task.client.ok("task", "resume", task.id)
    assert task.status == "RUNNING"


def test_kill_and_delete(task: Task) -> None:
    task.start()
    task.client.ok("task", "kill", "--signal", "KILL", task.id)
    task.wait_for("STOPPED")
    # Its exit status is the process's: 128 + 9.
    assert task.client("task", "rm", task.id).code in (0, 137)
    assert task.status == "GONE"


def test_processes_and_metrics(task: Task) -> None:
    task.start("spawn", "2", ",", "wait")
    wait_until(lambda: len(task.client.ok("task", "ps", task.id).splitlines()) == 4, "three processes")
    assert "pids.current" in task.client.ok("task", "metrics", task.id)


def test_a_program_that_is_missing(task: Task) -> None:
    done = task.client("run", *task.flags, IMAGE, task.id, "/no/such")
    assert done.code > 0
    assert "/no/such" in done.err and "executable file not found" in done.err
