"""config.md, "Hostname" and "Domainname"; config-linux.md, "Sysctl"; config.md, "Annotations"."""

import os

import pytest

from bundle import Bundle
from engine import Runtime


def test_the_host_name(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["hostname"] = "box.example"
    names, shown = runtime.ask(bundle, "names", "cat /proc/sys/kernel/hostname")
    assert names.splitlines()[0] == shown == "box.example"
    assert os.uname().nodename != "box.example"


def test_without_a_namespace_of_its_own_it_is_refused(runtime: Runtime, bundle: Bundle) -> None:
    bundle.without_namespace("uts")
    bundle.spec["hostname"] = "box.example"
    runtime.fails(bundle)
    assert os.uname().nodename != "box.example"


@pytest.mark.known_fault("runc", "1.1 has no domainname")
@pytest.mark.known_fault("crun", "1.8 has no domainname")
def test_the_domain_name(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["domainname"] = "example"
    assert runtime.ask(bundle, "names")[0].splitlines()[1] == "example"


def test_sysctls(runtime: Runtime, bundle: Bundle) -> None:
    before = open("/proc/sys/kernel/shmmax", encoding="ascii").read()
    bundle.linux["sysctl"] = {"net.ipv4.ip_forward": "1", "kernel.shmmax": "123456", "fs.mqueue.msg_max": "7"}
    answers = runtime.ask(bundle, "cat /proc/sys/net/ipv4/ip_forward", "cat /proc/sys/kernel/shmmax",
                          "cat /proc/sys/fs/mqueue/msg_max")
    assert answers == ["1", "123456", "7"]
    assert open("/proc/sys/kernel/shmmax", encoding="ascii").read() == before


def test_a_sysctl_with_slashes_and_dots(runtime: Runtime, bundle: Bundle) -> None:
    """sysctl(8): with slashes as separators a dot is part of a name."""
    bundle.linux["sysctl"] = {"net/ipv4/conf/lo/forwarding": "1"}
    assert runtime.ask(bundle, "cat /proc/sys/net/ipv4/conf/lo/forwarding") == ["1"]


def test_sysctls_with_a_readonly_proc(runtime: Runtime, bundle: Bundle) -> None:
    """They are set before the paths become read-only."""
    bundle.linux["readonlyPaths"] = ["/proc/sys"]
    bundle.linux["sysctl"] = {"net.ipv4.ip_forward": "1"}
    assert runtime.ask(bundle, "cat /proc/sys/net/ipv4/ip_forward") == ["1"]


@pytest.mark.parametrize("name", ["vm.swappiness", "kernel.panic", "kernel.core_pattern", "fs.file-max"])
def test_one_of_the_whole_machine_is_refused(runtime: Runtime, bundle: Bundle, name: str) -> None:
    path = "/proc/sys/" + name.replace(".", "/")
    before = open(path, encoding="ascii").read()
    bundle.linux["sysctl"] = {name: before.strip()}
    assert name in runtime.fails(bundle)


@pytest.mark.parametrize("kind,name", [("network", "net.ipv4.ip_forward"), ("ipc", "kernel.shmmax"),
                                       ("ipc", "fs.mqueue.msg_max"), ("uts", "kernel.domainname")])
def test_one_of_a_shared_namespace_is_refused(runtime: Runtime, bundle: Bundle, kind: str, name: str) -> None:
    bundle.without_namespace(kind)
    bundle.linux["sysctl"] = {name: "1"}
    assert name in runtime.fails(bundle)


@pytest.mark.parametrize("name", ["net.../../kernel/panic", "net/../kernel/panic", "kernel.shm/../panic"])
def test_one_that_climbs_out_is_refused(runtime: Runtime, bundle: Bundle, name: str) -> None:
    before = open("/proc/sys/kernel/panic", encoding="ascii").read()
    bundle.linux["sysctl"] = {name: "77"}
    done = runtime.run(bundle.runs("echo started"))
    assert open("/proc/sys/kernel/panic", encoding="ascii").read() == before
    assert done.code > 0 or runtime.name != "corten"


def test_annotations_are_in_the_state(runtime: Runtime, bundle: Bundle) -> None:
    bundle.spec["annotations"] = {"org.example.key": "value", "org.example.empty": ""}
    assert runtime.create(bundle).state()["annotations"] == bundle.spec["annotations"]


def test_unknown_fields_are_nothing(runtime: Runtime, bundle: Bundle) -> None:
    """config.md, "Extensibility": unknown properties MUST be ignored."""
    bundle.spec["newField"] = {"a": [1]}
    bundle.linux["newerField"] = True
    bundle.process["newestField"] = "x"
    assert runtime.ask(bundle, "echo started") == ["started"]
