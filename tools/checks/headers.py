"""Our headers stay light: third-party headers belong in .cpp files, and in headers that only tests include."""

from .cmake_modules import read_modules
from .findings import Finding, Tree, line_of

# Prefix of what stands between <>, and the library it belongs to.
THIRD_PARTY = {
    "CLI/": "CLI11", "archive": "libarchive", "boost/": "Boost", "curl/": "libcurl", "fmt/": "fmt",
    "gmock/": "GoogleTest", "gtest/": "GoogleTest", "igzip_lib.h": "ISA-L", "isa-l": "ISA-L",
    "libfyaml": "libfyaml", "libmnl/": "libmnl", "nlohmann/": "nlohmann-json", "openssl/": "OpenSSL",
    "rapidcheck": "rapidcheck", "seccomp.h": "libseccomp", "spdlog/": "spdlog", "sqlite3": "SQLite",
    "sys/capability.h": "libcap", "zconf.h": "zlib", "zlib.h": "zlib", "zstd": "zstd",
    "benchmark/": "Google Benchmark",
}
# Cheap to include and part of our interfaces.
EVERYWHERE = ("fmt/", "nlohmann/json_fwd.hpp")
# Headers internal to a module that may show a library to the sources beside them: path -> (prefix, reason).
# No file of another module may reach them.
INTERNAL = {
    "src/http/curl_api.hpp": ("curl/", "the table of libcurl's functions that http loads when it first needs them"),
    "src/http/curl_error.hpp": ("curl/", "libcurl's error codes as errors of ours"),
    "src/oci/json_fields.hpp": ("nlohmann/", "templates that write each oci type as JSON"),
    "src/seccomp/api.hpp": ("seccomp.h", "the table of libseccomp's functions, loaded to compile a profile"),
}


def check(tree: Tree) -> list[Finding]:
    for_tests = test_headers(tree)
    findings = []
    for path in _headers(tree):
        for offset, angled, name in tree.source(path).includes:
            library = next((THIRD_PARTY[prefix] for prefix in THIRD_PARTY if name.startswith(prefix)), None)
            if not angled or library is None or _allowed(path, name):
                continue
            if path in for_tests:
                continue
            findings.append(Finding(path, line_of(tree.read(path), offset), "heavy-header", (
                f"<{name}> ({library}) in a header: every file that includes it pays; "
                "include it in the .cpp and declare what the interface needs")))
    return findings + _leaks(tree)


def _leaks(tree: Tree) -> list[Finding]:
    """Internal headers that a file of another module reaches, through whatever it includes."""
    findings = []
    for path in tree.cpp():
        module = path.split("/")[1]
        for reached in reachable(tree, [path]):
            if reached in INTERNAL and reached.split("/")[1] != module:
                findings.append(Finding(path, 0, "heavy-header", (
                    f"reaches '{reached}', which is internal to its module")))
    return findings


def reachable(tree: Tree, paths: list[str]) -> set[str]:
    """These files of ours and those that they include."""
    seen: set[str] = set()
    open_ = list(paths)
    while open_:
        path = open_.pop()
        if path not in seen and path in tree.file_set:
            seen.add(path)
            open_ += [f"src/{name}" for _, _, name in tree.source(path).includes]
    return seen


def test_headers(tree: Tree) -> set[str]:
    """Headers that no source of a library includes, directly or through another header."""
    tests = listed_tests(tree)
    sources = [path for path in tree.cpp() if path.startswith("src/") and path.endswith((".cpp", ".c"))
               and not path.endswith(("_test.cpp", "_fuzz.cpp")) and path not in tests]
    ships = reachable(tree, sources)
    # A header that nothing includes yet is one that ships.
    included = {f"src/{name}" for path in tree.cpp() for _, _, name in tree.source(path).includes}
    return (set(_headers(tree)) & included) - ships


def listed_tests(tree: Tree) -> set[str]:
    """What CMake lists under TESTS: the tests and what they share."""
    return {f"src/{folder}/{name}" for folder, module in read_modules(tree).items() for name in module.tests}


def _headers(tree: Tree) -> list[str]:
    return [path for path in tree.cpp() if path.endswith((".hpp", ".h"))]


def _allowed(path: str, name: str) -> bool:
    if name.startswith(EVERYWHERE):
        return True
    return path in INTERNAL and name.startswith(INTERNAL[path][0])
