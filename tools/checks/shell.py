"""shellcheck over every shell script."""

import shutil
import subprocess

from .findings import Finding, Tree, conclude, parser


def main(arguments: list[str] | None = None) -> int:
    chosen = parser("check_shell", "Runs shellcheck over every file that is a shell script by name or first line.") \
        .parse_args(arguments)
    tree = Tree(chosen.root)
    if shutil.which("shellcheck") is None:
        print("check_shell: shellcheck is not installed: run scripts/install-packages")
        return 2
    scripts = shell_scripts(tree)
    findings = []
    if scripts:
        done = subprocess.run(["shellcheck", "--format=gcc", "--external-sources", *scripts], cwd=tree.root,
                              capture_output=True, text=True, check=False)
        for line in (done.stdout + done.stderr).splitlines():
            place, _, message = line.partition(": ")
            path, _, numbers = place.partition(":")
            number = numbers.partition(":")[0]
            findings.append(Finding(path, int(number) if number.isdigit() else 0, "shellcheck", message))
    return conclude("check_shell", findings, f"{len(scripts)} scripts")


def shell_scripts(tree: Tree) -> list[str]:
    found = []
    for name in tree.files:
        if "/testdata/" in name:
            continue
        if name.endswith((".sh", ".bash")):
            found.append(name)
        elif "." not in name.rpartition("/")[2]:
            first = tree.read(name).partition("\n")[0]
            if first.startswith("#!") and first.rstrip().endswith(("sh", "bash", "sh -e", "sh -eu")) \
                    and not first.rstrip().endswith(("zsh", "fish")):
                found.append(name)
    return found
