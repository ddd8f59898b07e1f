"""clang-tidy over the files that changed, within a time budget, remembering what was clean."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import time

from .findings import Tree, parser

PROGRAM = "clang-tidy-19"
DATABASES = ("build/asan", "build/fuzz")  # compiled by clang 19, so its flags are clang's
STAMPS = "build/tidy"


def main(arguments: list[str] | None = None) -> int:
    options = parser("check_tidy", (
        f"Runs {PROGRAM} over the C++ files that differ from a base revision; a changed header is seen through its "
        "own source, or through one that includes it. Without --base: where HEAD left main; on main itself the "
        "last commit; with a single commit, every file. A file that was clean and has not changed since, headers "
        "included, is not run again. Needs a configured build/asan."))
    options.add_argument("--base", help="compare with this revision")
    options.add_argument("--all", action="store_true", help="look at every file")
    options.add_argument("--seconds", type=float, default=default_seconds(),
                         help="start no further file after this long (%(default).0f)")
    options.add_argument("files", nargs="*", help="look at these files")
    chosen = options.parse_args(arguments)
    tree = Tree(chosen.root)
    if shutil.which(PROGRAM) is None:
        print(f"check_tidy: {PROGRAM} is not installed: run scripts/install-packages")
        return 2
    commands = compile_commands(tree)
    if not commands:
        print("check_tidy: no compile commands: run cmake --preset asan")
        return 2
    files, why = choose(tree, chosen)
    units, without = translation_units(tree, files, commands)
    for name in without:
        print(f"check_tidy: {name}: no configured build compiles it: not checked")
    return Run(tree, commands, chosen.seconds).check(units, why)


def default_seconds() -> float:
    """Ten minutes; within scripts/test what is left of its time, but enough to see some files."""
    deadline = os.environ.get("CORTEN_TIDY_DEADLINE")
    return max(60.0, float(deadline) - time.time()) if deadline else 600.0


def compile_commands(tree: Tree) -> dict[str, tuple[str, str]]:
    """Source -> (build folder, compile command)."""
    found: dict[str, tuple[str, str]] = {}
    for folder in DATABASES:
        path = tree.root / folder / "compile_commands.json"
        if not path.exists():
            continue
        for entry in json.loads(path.read_text("utf-8")):
            name = os.path.relpath(entry["file"], tree.root)
            found.setdefault(name, (folder, entry.get("command") or " ".join(entry["arguments"])))
    return found


def choose(tree: Tree, chosen) -> tuple[list[str], str]:
    """The files to look at and why these."""
    if chosen.files:
        return [os.path.relpath(pathlib.Path(name).resolve(), tree.root) for name in chosen.files], "named"
    base = None if chosen.all else chosen.base or find_base(tree)
    if base is None:
        return tree.cpp(), "all files"
    changed = set(_git(tree, "diff", "--name-only", "--diff-filter=d", base, "--").splitlines())
    changed |= set(_git(tree, "ls-files", "--others", "--exclude-standard").splitlines())
    if changed & {".clang-tidy"}:
        return tree.cpp(), "all files: .clang-tidy changed"
    return [name for name in tree.cpp() if name in changed], f"changed since {base[:12]}"


def find_base(tree: Tree) -> str | None:
    head = _git(tree, "rev-parse", "--verify", "--quiet", "HEAD").strip()
    for main in ("origin/main", "main"):
        base = _git(tree, "merge-base", "HEAD", main).strip()
        if base and base != head:
            return base
    return _git(tree, "rev-parse", "--verify", "--quiet", "HEAD~1").strip() or None


def _git(tree: Tree, *words: str) -> str:
    if not (tree.root / ".git").exists():  # a folder inside somebody else's work tree
        return ""
    try:
        done = subprocess.run(["git", *words], cwd=tree.root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def translation_units(tree: Tree, files: list[str], commands: dict[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """What to run for these files: a header is seen through its own source, else through one that includes it.

    Sources come before tests, so that a run that is cut short has seen what ships.
    """
    units, without = set(), []
    for name in files:
        if not name.endswith(".hpp"):
            (units.add if name in commands else without.append)(name)
            continue
        stem = name.removesuffix(".hpp")
        through = [each for each in (stem + ".cpp", stem + "_test.cpp") if each in commands][:1]
        through = through or [each for each in commands if name.removeprefix("src/") in
                              {include for _, _, include in tree.source(each).includes}][:1]
        units.update(through)
        if not through:
            without.append(name)
    return sorted(units, key=lambda each: (each.endswith(("_test.cpp", "_fuzz.cpp")), each)), sorted(without)


class Run:
    def __init__(self, tree: Tree, commands: dict[str, tuple[str, str]], seconds: float):
        self._tree = tree
        self._commands = commands
        self._deadline = time.monotonic() + seconds
        self._stamps = tree.root / STAMPS
        self._settings = hashlib.sha256((tree.root / ".clang-tidy").read_bytes()).hexdigest()

    def check(self, units: list[str], why: str) -> int:
        self._stamps.mkdir(parents=True, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            outcomes = dict(zip(units, pool.map(self._one, units)))
        bad = [name for name, outcome in outcomes.items() if outcome == "bad"]
        late = [name for name, outcome in outcomes.items() if outcome == "late"]
        known = sum(1 for outcome in outcomes.values() if outcome == "known")
        for name in late:
            print(f"check_tidy: {name}: not reached within the time")
        verdict = f"{len(bad)} files with problems" if bad else "ok"
        print(f"check_tidy: {verdict} ({len(units) - len(late)} of {len(units)} files checked, "
              f"{known} of them unchanged since they were clean; {why})")
        return 1 if bad else 0

    def _one(self, name: str) -> str:
        stamp = self._stamps / hashlib.sha256(name.encode()).hexdigest()[:24]
        key = self._key(name)
        if stamp.exists() and stamp.read_text() == key:
            return "known"
        left = self._deadline - time.monotonic()
        if left <= 0:
            return "late"
        folder = self._commands[name][0]
        done = subprocess.run([PROGRAM, "-p", folder, "--quiet", name], cwd=self._tree.root, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            print((done.stdout + done.stderr).strip(), flush=True)
            return "bad"
        stamp.write_text(key)
        return "clean"

    def _key(self, name: str) -> str:
        """Changes when the file, a header of ours that it reaches, its flags or the settings change."""
        digest = hashlib.sha256((self._settings + self._commands[name][1]).encode())
        for each in sorted(self._reached(name)):
            digest.update(each.encode() + b"\0" + (self._tree.root / each).read_bytes())
        return digest.hexdigest()

    def _reached(self, name: str) -> set[str]:
        seen, open_ = set(), [name]
        while open_:
            each = open_.pop()
            if each in seen:
                continue
            seen.add(each)
            open_ += [f"src/{include}" for _, _, include in self._tree.source(each).includes
                      if (self._tree.root / "src" / include).is_file()]
        return seen
