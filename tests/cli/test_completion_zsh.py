"""Zsh completes only at a prompt, so these tests type into one."""

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest

from support import Corten, needs


class Prompt:
    """An interactive zsh on a terminal of its own."""

    def __init__(self, command: list[str], env: dict[str, str], directory: Path) -> None:
        self.controller, terminal = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=terminal, stdout=terminal, stderr=terminal, env=env, cwd=directory, start_new_session=True
        )
        os.close(terminal)
        self.unread = ""

    def type(self, text: str) -> None:
        os.write(self.controller, text.encode())

    def read_until(self, wanted: str, seconds: float = 20) -> str:
        """What the terminal showed up to and with `wanted`, without control sequences."""
        deadline = time.monotonic() + seconds
        while wanted not in self.unread:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.controller], [], [], max(left, 0))
            assert ready, f"{wanted!r} did not come; seen: {self.unread!r}"
            chunk = os.read(self.controller, 65536).decode(errors="replace")
            self.unread += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", chunk)
        end = self.unread.index(wanted) + len(wanted)
        seen, self.unread = self.unread[:end], self.unread[end:]
        return seen

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.controller)


@pytest.fixture(scope="module")
def session(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prompt]:
    zsh = needs("zsh")
    corten = Corten(binary, tmp_path_factory.mktemp("zsh"))
    functions = corten.home / "functions"
    functions.mkdir()
    (functions / "_corten").write_text(corten("completion", "zsh").out)
    prompt = Prompt([zsh, "-f", "-i"], corten.environment({"TERM": "dumb"}), corten.home)
    prompt.type(
        f"PS1='ready> '; unsetopt zle_bracketed_paste; fpath=({functions} $fpath); autoload -U compinit; "
        "compinit -u -D; LISTMAX=1000; echo set''up\n"
    )
    prompt.read_until("setup")
    prompt.read_until("ready> ")
    yield prompt
    prompt.close()


@pytest.fixture
def prompt(session: Prompt) -> Prompt:
    """The session with an empty line: Ctrl-U drops what the test before has typed."""
    session.type("\x15")
    return session


def test_zsh_accepts_the_script(corten: Corten, tmp_path: Path) -> None:
    path = tmp_path / "_corten"
    path.write_text(corten("completion", "zsh").out)
    subprocess.run([needs("zsh"), "-n", str(path)], timeout=20, check=True)


CASES = [
    ("corten vers", "corten version "),
    ("corten sys", "corten system "),
    ("corten system i", "corten system info "),
    ("corten --root /x sys", "corten --root /x system "),
    ("corten --prog", "corten --progress "),
    ("corten --progress pl", "corten --progress plain "),
    ("corten --progress=pl", "corten --progress=plain "),
    ("corten version --for", "corten version --format "),
    ("corten completion z", "corten completion zsh "),
    ("corten help system i", "corten help system info "),
    ("corten system features --fo", "corten system features --format "),
    ("corten man --d", "corten man --dir "),
    ("corten man system i", "corten man system info "),
]


@pytest.mark.parametrize(("typed", "completed"), CASES, ids=[typed for typed, _ in CASES])
def test_completes(prompt: Prompt, typed: str, completed: str) -> None:
    # The tab completes the word; what follows shows where the cursor stands then.
    prompt.type(f"{typed}\t|end")
    assert f"{completed}|end".replace(" |end", "") in prompt.read_until("|end")


def test_lists_verbs_with_explanations(prompt: Prompt) -> None:
    prompt.type("corten \t\t")
    prompt.read_until("Look after corten itself")
