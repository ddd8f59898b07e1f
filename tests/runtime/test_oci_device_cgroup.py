"""config-linux.md, "Allowed Device list"."""

from typing import Any, Optional

from bundle import Bundle
from engine import Runtime

_DENY = {"allow": False, "access": "rwm"}


def allowed(access: str, kind: Optional[str] = None, major: Optional[int] = None,
            minor: Optional[int] = None) -> dict[str, Any]:
    rule = {"allow": True, "access": access, "type": kind, "major": major, "minor": minor}
    return {key: value for key, value in rule.items() if value is not None}


def tried(runtime: Runtime, bundle: Bundle, *rules: dict[str, Any]) -> dict[str, str]:
    """What happens with loop0 (a device that no default allows) and /dev/kmsg's number."""
    bundle.linux["resources"] = {"devices": list(rules)}
    bundle.folder("nodes")
    made, read, write, kmsg_made, kmsg = runtime.ask(
        bundle, "try-mknod /nodes/loop b 7 0", "try-open /nodes/loop r", "try-open /nodes/loop w",
        "try-mknod /nodes/kmsg c 1 11", "try-open /nodes/kmsg r")
    return {"made": made, "read": read, "write": write, "kmsg made": kmsg_made, "kmsg": kmsg}


def test_a_default_forbids(runtime: Runtime, bundle: Bundle) -> None:
    found = tried(runtime, bundle, _DENY)
    assert (found["read"], found["write"], found["kmsg"]) in {("EPERM",) * 3, ("ENOENT",) * 3}


def test_default_devices_are_allowed_nevertheless(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["resources"] = {"devices": [_DENY]}
    assert runtime.ask(bundle, "try-write /dev/null x", "try-read /dev/urandom", "try-read /dev/zero") == ["ok"] * 3


def test_reading_only(runtime: Runtime, bundle: Bundle) -> None:
    found = tried(runtime, bundle, _DENY, allowed("rm", "b", 7, 0))
    assert found["made"] == "ok"
    assert found["read"] in ("ok", "ENXIO")  # no loop driver
    assert found["write"] == "EPERM"


def test_all_minors(runtime: Runtime, bundle: Bundle) -> None:
    found = tried(runtime, bundle, _DENY, allowed("rwm", "b", 7))
    assert found["write"] in ("ok", "ENXIO", "EROFS")
    assert found["kmsg"] in ("EPERM", "ENOENT")


def test_all_devices(runtime: Runtime, bundle: Bundle) -> None:
    found = tried(runtime, bundle, _DENY, allowed("rwm", "a"))
    assert found["kmsg made"] == "ok"
    assert found["kmsg"] != "EPERM" or found["made"] == "ok"
    assert found["write"] in ("ok", "ENXIO", "EROFS")


def test_the_later_rule_wins(runtime: Runtime, bundle: Bundle) -> None:
    found = tried(runtime, bundle, _DENY, allowed("rwm", "b", 7, 0),
                  {"allow": False, "type": "b", "major": 7, "minor": 0, "access": "w"})
    assert found["read"] in ("ok", "ENXIO")
    assert found["write"] == "EPERM"
