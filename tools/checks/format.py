"""clang-format over every C++ file."""

import concurrent.futures
import os
import re
import shutil
import subprocess

from .findings import Finding, Tree, conclude, parser

PROGRAM = "clang-format-19"
_BATCH = 24
_MESSAGE = re.compile(r"^(.*?):(\d+):\d+: error: (.*)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    options = parser("check_format", f"Checks every C++ file with {PROGRAM}; --fix rewrites them.")
    options.add_argument("--fix", action="store_true", help="format the files instead of checking them")
    chosen = options.parse_args(arguments)
    tree = Tree(chosen.root)
    if shutil.which(PROGRAM) is None:
        print(f"check_format: {PROGRAM} is not installed: run scripts/install-packages")
        return 2
    files = tree.cpp()
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda batch: _run(tree, batch, chosen.fix), batches))
    findings = [finding for found in results for finding in found]
    return conclude("check_format", findings, f"{len(files)} files")


def _run(tree: Tree, files: list[str], fix: bool) -> list[Finding]:
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    done = subprocess.run([PROGRAM, *mode, *files], cwd=tree.root, capture_output=True, text=True, check=False)
    first_of: dict[str, Finding] = {}
    for match in _MESSAGE.finditer(done.stderr):
        name = os.path.relpath(tree.root / match.group(1), tree.root)
        first_of.setdefault(name, Finding(name, int(match.group(2)), "format",
                                          "is not formatted from here on: run tools/check_format --fix"))
    if done.returncode != 0 and not first_of:
        return [Finding(files[0], 0, "format", f"{PROGRAM} failed: {done.stderr.strip()[:500]}")]
    return list(first_of.values())
