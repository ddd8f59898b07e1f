"""Calls that have a better replacement in this house, and descriptors that would leak into children."""

import dataclasses
import re

from .cpp import Source, matching_paren
from .findings import Finding, line_of

# What may stand before a free function of the C library or std; anything else makes it a method or a function
# of one of our namespaces.
_FREE = re.compile(r"(?:^|[^\w:.>])(?:std::|::)?$")


@dataclasses.dataclass(frozen=True)
class Ban:
    pattern: re.Pattern[str]
    instead: str
    except_in: tuple[str, ...] = ()  # path prefixes
    free: bool = False  # only where the name is that of a free function
    in_tests: bool = True


def _call(names: str, instead: str, *except_in: str) -> Ban:
    return Ban(re.compile(rf"\b(?:{names})\s*\("), instead, except_in, free=True)


BANS = (
    Ban(re.compile(r"\bremove_all\s*\("), "use sys::remove_tree_at: remove_all is open to symlink races",
        in_tests=False),  # a test's own temporary folder has no second writer
    _call("system|popen", "use sys::spawn: no shell between us and the program"),
    _call("strerror|strerror_r", "use errno_text (base/error.hpp)", "src/base/error.cpp"),
    _call("dup|dup2|dup3", "use the wrapper of src/sys: the copy must not leak into children", "src/sys/"),
    _call("localtime|gmtime|ctime|asctime", "use base/timestamp.hpp: the result is shared between threads"),
    _call("getenv", "use find_env (base/env.hpp)", "src/base/env.cpp"),
    Ban(re.compile(r"\bstd::sto(?:i|l|ll|ul|ull|f|d|ld)\s*\("), "use base/units.hpp: it throws and accepts trailing text"),
    _call("ato[ilf]|atoll", "use base/units.hpp: errors are lost"),
    _call("strtok|sprintf|vsprintf|strcpy|strcat|tmpnam|mktemp", "it is not memory- or thread-safe"),
    _call("syscall", "every raw system call is wrapped once in src/sys", "src/sys/"),
    _call("pipe|accept|creat", "it cannot set CLOEXEC: use pipe2, accept4 or open"),
    Ban(re.compile(r"\bstd::endl\b"), "write '\\n': endl flushes each time"),
    # The literal suffixes of the standard library are the one thing made to be imported whole.
    Ban(re.compile(r"\busing\s+namespace\s+(?!std::(?:\w+::)*\w*literals\s*;)"), "name what you use"),
)
# Most files hold none of these words; one pass says so.
_ANY = re.compile("|".join(f"(?:{ban.pattern.pattern})" for ban in BANS))

# Calls that create a descriptor, and what must stand in their arguments.
CLOEXEC = {
    "open": "O_CLOEXEC", "openat": "O_CLOEXEC", "pipe2": "O_CLOEXEC",
    "socket": "SOCK_CLOEXEC", "socketpair": "SOCK_CLOEXEC", "accept4": "SOCK_CLOEXEC",
    "epoll_create1": "EPOLL_CLOEXEC", "eventfd": "EFD_CLOEXEC", "memfd_create": "MFD_CLOEXEC",
    "inotify_init1": "IN_CLOEXEC", "signalfd": "SFD_CLOEXEC", "timerfd_create": "TFD_CLOEXEC",
    "recvmsg": "MSG_CMSG_CLOEXEC",
}
_CREATES = re.compile(r"(?<![\w>:.])::(" + "|".join(CLOEXEC) + r")\s*\(")
_DUPFD = re.compile(r"\bF_DUPFD\b")


def check(path: str, source: Source) -> list[Finding]:
    code = source.statements
    is_test = path.endswith("_test.cpp")
    findings = []
    for ban in BANS if _ANY.search(code) else ():
        if path.startswith(ban.except_in or ("\0",)) or (is_test and not ban.in_tests):
            continue
        for match in ban.pattern.finditer(code):
            if ban.free and not _FREE.search(code[max(0, match.start() - 6) : match.start()]):
                continue
            name = re.sub(r"\s+", " ", match.group()).strip(" (")
            findings.append(Finding(path, line_of(code, match.start()), "banned", f"'{name}': {ban.instead}"))
    if path.startswith("src/") and not is_test:  # a test makes inheritable ones on purpose
        findings += _cloexec(path, code)
    return findings


def _cloexec(path: str, code: str) -> list[Finding]:
    findings = []
    for match in _CREATES.finditer(code):
        flag = CLOEXEC[match.group(1)]
        if not _has_flag(code, match.start(), code[match.end() : matching_paren(code, match.end() - 1)], flag):
            findings.append(Finding(path, line_of(code, match.start()), "cloexec",
                                    f"::{match.group(1)} without {flag}: descriptors are CLOEXEC from birth"))
    findings += [Finding(path, line_of(code, match.start()), "cloexec", "F_DUPFD without CLOEXEC: use F_DUPFD_CLOEXEC")
                 for match in _DUPFD.finditer(code)]
    return findings


def _has_flag(code: str, start: int, arguments: str, flag: str) -> bool:
    """Whether the flag stands among the arguments, or in a variable among them that was set shortly before."""
    if re.search(rf"\b{flag}\b", arguments):
        return True
    before = code[max(0, start - 1500) : start]
    return any(re.search(rf"\b{name}\s*\|?=[^;]*\b{flag}\b", before) for name in set(re.findall(r"[A-Za-z_]\w*", arguments)))
