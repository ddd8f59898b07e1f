"""Arrows between modules only go down: includes against what CMake declares."""

import dataclasses
import re

from . import headers
from .cmake_modules import MAIN, Module, listed_modules, module_folders, read_modules
from .findings import Finding, Tree, conclude, line_of, parser

FRONTS = {"api", "cli"}  # both sit on the engine; neither may know the other


@dataclasses.dataclass(frozen=True)
class Include:
    path: str
    line: int
    source: str  # the module that includes
    target: str  # the module that is included
    from_test: bool


def main(arguments: list[str] | None = None) -> int:
    options = parser("check_layers", (
        "Checks the #include lines under src/ against corten_module() declarations: declared and used "
        "dependencies agree, layer numbers only go down, the root CMakeLists.txt is in layer order, no file is "
        "forgotten, and heavy third-party headers stay out of ours."))
    options.add_argument("--graph", action="store_true", help="print each module with its layer and dependencies")
    chosen = options.parse_args(arguments)
    tree = Tree(chosen.root)
    modules = read_modules(tree)
    if chosen.graph:
        for module in sorted(modules.values(), key=lambda each: (each.layer or 0, each.name)):
            print(f"{module.layer} {module.name}: {' '.join(module.deps) or '-'}")
    findings = check(tree)
    sources = len([name for name in tree.cpp() if name.startswith("src/")])
    return conclude("check_layers", findings, f"{len(modules)} modules, {sources} files under src/")


def check(tree: Tree) -> list[Finding]:
    modules = read_modules(tree)
    includes, findings = read_includes(tree)
    findings += check_order(tree, modules)
    findings += check_declarations(tree, modules)
    findings += check_includes(modules, includes)
    findings += check_unused(modules, includes)
    findings += check_cycles(modules)
    findings += check_orphans(tree, modules)
    findings += headers.check(tree)
    return findings


def read_includes(tree: Tree) -> tuple[list[Include], list[Finding]]:
    """Includes between modules; those whose target cannot be told are findings."""
    folders = set(module_folders(tree))
    tests = headers.listed_tests(tree) | headers.test_headers(tree)
    includes, findings = [], []
    for path in tree.cpp():
        if not path.startswith("src/"):
            continue
        text = tree.read(path)
        for offset, angled, name in tree.source(path).includes:
            line = line_of(text, offset)
            first = name.split("/")[0]
            if angled and first not in folders:
                continue
            if angled and f"src/{name}" not in tree.files:
                continue  # <sys/stat.h> is not src/sys/stat.h
            if "/" not in name or first not in folders:
                findings.append(Finding(path, line, "include-root", (
                    f"'{name}' does not start with a module: write the path from src/, as in \"base/result.hpp\"")))
            elif angled:
                findings.append(Finding(path, line, "include-root", f"our own '{name}' is included with <>: use \"\""))
            else:
                includes.append(Include(path, line, path.split("/")[1], first, path in tests))
    return includes, findings


def check_order(tree: Tree, modules: dict[str, Module]) -> list[Finding]:
    """Every folder stands in the root CMakeLists.txt, in layer order."""
    listed = listed_modules(tree)
    findings = [Finding("CMakeLists.txt", 0, "table-of-contents", f"src/{name} is missing")
                for name in module_folders(tree) if name not in listed]
    findings += [Finding("CMakeLists.txt", 0, "table-of-contents", f"src/{name} is listed and has no files")
                 for name in listed if name not in module_folders(tree)]
    highest, owner = -1, ""
    for name in listed:
        layer = modules[name].layer if name in modules else None
        if layer is None:
            continue
        if layer < highest:
            findings.append(Finding("CMakeLists.txt", 0, "table-of-contents", (
                f"src/{name} (layer {layer}) stands after src/{owner} (layer {highest})")))
        else:
            highest, owner = layer, name
    return findings


def check_declarations(tree: Tree, modules: dict[str, Module]) -> list[Finding]:
    findings = []
    for folder, module in modules.items():
        if module.name != folder:
            findings.append(Finding(f"src/{folder}/CMakeLists.txt", module.line, "module",
                                    f"declares module '{module.name}', the folder is '{folder}'"))
        if module.layer is None:
            findings.append(Finding(f"src/{folder}/CMakeLists.txt", module.line, "module", "has no LAYER"))
        if len(set(module.deps)) != len(module.deps):
            findings.append(Finding(module.path, module.line, "module", "names a dependency twice"))
        if folder != MAIN:
            findings += _hidden_dependencies(tree, folder, modules)
        findings += _upward(folder, module, modules)
    return findings


def _hidden_dependencies(tree: Tree, folder: str, modules: dict[str, Module]) -> list[Finding]:
    """A module of ours linked as if it were a library from outside escapes the layer rule."""
    text = tree.read(f"src/{folder}/CMakeLists.txt")
    findings = []
    for match in re.finditer(r"\b(?:PRIVATE_)?LIBS\b([^()]*?)(?=\b[A-Z]{4,}(?:_[A-Z]+)?\b|\))", text):
        if text[max(0, match.start() - 5) : match.start()] == "TEST_":
            continue
        for word in match.group(1).split():
            if word.removeprefix("corten_") in modules and word.startswith("corten_"):
                findings.append(Finding(f"src/{folder}/CMakeLists.txt", line_of(text, match.start()), "module",
                                        f"'{word}' is a module of ours: name it under DEPS"))
    return findings


def _upward(folder: str, module: Module, modules: dict[str, Module]) -> list[Finding]:
    findings = []
    for dep in module.deps + module.test_deps:
        path, line = f"src/{folder}/CMakeLists.txt", module.line
        if dep not in modules:
            if folder != MAIN and dep in module.deps:
                findings.append(Finding(path, line, "layer", f"depends on '{dep}', which is no module"))
            continue
        target = modules[dep].layer
        if module.layer is None or target is None or target < module.layer:
            continue
        why = "api and cli both sit on the engine and never know each other" if {folder, dep} == FRONTS else (
            f"'{folder}' is layer {module.layer} and '{dep}' is layer {target}: arrows only go to a smaller number")
        findings.append(Finding(path, line, "layer", why))
    return findings


def check_includes(modules: dict[str, Module], includes: list[Include]) -> list[Finding]:
    findings = []
    for include in includes:
        module = modules.get(include.source)
        if module is None or include.target == include.source:
            continue
        allowed = set(module.deps) | (set(module.test_deps) if include.from_test else set())
        if include.target in allowed:
            continue
        if {include.source, include.target} == FRONTS:
            message = f"'{include.source}' includes '{include.target}': api and cli never include each other"
        else:
            message = (f"includes '{include.target}', which module '{include.source}' does not declare "
                       f"in src/{include.source}/CMakeLists.txt")
        findings.append(Finding(include.path, include.line, "undeclared", message))
    return findings


def check_unused(modules: dict[str, Module], includes: list[Include]) -> list[Finding]:
    """A declared dependency that no file includes is an arrow that is not there."""
    findings = []
    for folder, module in modules.items():
        by_code = {each.target for each in includes if each.source == folder and not each.from_test}
        by_tests = {each.target for each in includes if each.source == folder and each.from_test}
        for dep in module.deps:
            if dep in by_code or dep not in modules:
                continue
            message = f"declares the dependency '{dep}' and includes nothing of it"
            if dep in by_tests:
                message = f"only tests use the dependency '{dep}': move it to TEST_LIBS as corten_{dep}"
            findings.append(Finding(f"src/{folder}/CMakeLists.txt", module.line, "unused", message))
        for dep in module.test_deps:
            if dep in modules and dep not in by_tests:
                findings.append(Finding(f"src/{folder}/CMakeLists.txt", module.line, "unused",
                                        f"TEST_LIBS names corten_{dep} and no test includes anything of it"))
    return findings


def check_cycles(modules: dict[str, Module]) -> list[Finding]:
    """Depth first over the declared dependencies; each cycle is said once, at the module that closes it."""
    findings: list[Finding] = []
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> None:
        if name in trail:
            cycle = " -> ".join(trail[trail.index(name) :] + [name])
            findings.append(Finding(f"src/{name}/CMakeLists.txt", modules[name].line, "cycle", cycle))
            return
        if name in done or name not in modules:
            return
        for dep in modules[name].deps:
            visit(dep, trail + [name])
        done.add(name)

    for name in modules:
        visit(name, [])
    return findings


def check_orphans(tree: Tree, modules: dict[str, Module]) -> list[Finding]:
    """A source that no CMakeLists.txt names is neither built nor tested; a fuzzer without seeds replays nothing."""
    findings = []
    for path in tree.cpp():
        if not path.startswith("src/") or not path.endswith((".cpp", ".c")):
            continue
        folder, _, name = path.removeprefix("src/").partition("/")
        module = modules.get(folder)
        if module is None:
            findings.append(Finding(path, 0, "orphan", f"src/{folder}/CMakeLists.txt declares no module"))
        elif name not in module.files:
            findings.append(Finding(path, 0, "orphan", f"is not listed in src/{folder}/CMakeLists.txt"))
    for folder, module in modules.items():
        findings += _misplaced(folder, module)
        for fuzzer in sorted(module.fuzzers):
            topic = fuzzer.rsplit("/", 1)[-1].removesuffix(".cpp").removesuffix("_fuzz")
            if not tree.matching("", under=(f"src/{folder}/testdata/fuzz/{topic}/",)):
                findings.append(Finding(f"src/{folder}/{fuzzer}", 0, "orphan",
                                        f"has no seeds in src/{folder}/testdata/fuzz/{topic}/"))
    return findings


def _misplaced(folder: str, module: Module) -> list[Finding]:
    path = f"src/{folder}/CMakeLists.txt"
    findings = [Finding(path, module.line, "orphan", f"lists the test '{name}' under SOURCES")
                for name in sorted(module.library) if name.endswith(("_test.cpp", "_fuzz.cpp"))]
    findings += [Finding(path, module.line, "orphan", f"'{name}' under FUZZERS does not end in _fuzz.cpp")
                 for name in sorted(module.fuzzers) if not name.endswith("_fuzz.cpp")]
    return findings
