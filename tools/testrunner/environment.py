"""The environment every stage runs in: the same on each machine, whatever the caller had set."""

import pathlib

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KEPT = ("CI", "HOME", "LOGNAME", "USER", "CORTEN_ACCEPT", "CMAKE_BUILD_PARALLEL_LEVEL")
_KEPT_PREFIXES = ("CCACHE_",)


def clean(root: pathlib.Path, given: dict[str, str], temporary: pathlib.Path) -> dict[str, str]:
    kept = {name: value for name, value in given.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    kept.setdefault("HOME", str(root / "build" / "home"))
    # Compiled objects are shared between checkouts of one machine only where its user already has a cache.
    if "CCACHE_DIR" not in kept and not _has_ccache(pathlib.Path(kept["HOME"])):
        kept["CCACHE_DIR"] = str(root / "build" / "ccache")
    kept.setdefault("CCACHE_BASEDIR", str(root))
    return kept | {"PATH": _PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMPDIR": str(temporary),
                   "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1"}


def _has_ccache(home: pathlib.Path) -> bool:
    return any((home / place).is_dir() for place in (".ccache", ".cache/ccache"))
