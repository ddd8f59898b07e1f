"""config-linux.md, "Masked Paths" and "Readonly Paths"."""

from bundle import Bundle
from engine import Runtime


def test_a_masked_file_is_empty(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("secret", "text")
    bundle.linux["maskedPaths"] = ["/secret", "/proc/keys"]
    text, keys, info = runtime.ask(bundle, "cat /secret", "cat /proc/keys", "stat /secret")
    assert (text, keys) == ("", "")
    assert info.startswith("char") and " 1:3 " in info  # /dev/null


def test_a_masked_folder_is_empty_and_readonly(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("dir/file", "text")
    bundle.linux["maskedPaths"] = ["/dir"]
    names, made = runtime.ask(bundle, "ls /dir", "try-create /dir/new")
    assert (names, made) == ("", "EROFS")


def test_a_readonly_file_and_folder(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("file", "text")
    bundle.file("dir/sub/file", "text")
    bundle.linux["readonlyPaths"] = ["/file", "/dir", "/proc/sys"]
    answers = runtime.ask(bundle, "cat /file", "try-write /file x", "try-write /dir/sub/file x", "try-create /dir/new",
                          "try-write /proc/sys/net/ipv4/ip_forward 1")
    assert answers == ["text", "EROFS", "EROFS", "EROFS", "EROFS"]


def test_paths_that_are_not_there_are_nothing(runtime: Runtime, bundle: Bundle) -> None:
    bundle.linux["maskedPaths"] = ["/not/there"]
    bundle.linux["readonlyPaths"] = ["/nor/there"]
    assert runtime.ask(bundle, "echo started") == ["started"]


def test_what_engines_ask_for(runtime: Runtime, bundle: Bundle) -> None:
    """The lists of Docker's default specification."""
    masked = ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
              "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
    readonly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    bundle.linux["maskedPaths"] = masked
    bundle.linux["readonlyPaths"] = readonly
    keys, timers, firmware, trigger, affinity = runtime.ask(
        bundle, "cat /proc/keys", "cat /proc/timer_list", "ls /sys/firmware", "try-open /proc/sysrq-trigger w",
        "try-open /proc/irq/default_smp_affinity w")
    assert (keys, timers) == ("", "") or timers == "error: ENOENT"
    assert firmware in ("", "error: ENOENT")
    assert trigger in ("EROFS", "ENOENT")
    assert affinity in ("EROFS", "ENOENT")


def test_a_mask_cannot_be_taken_off(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("dir/file", "text")
    bundle.linux["maskedPaths"] = ["/dir"]
    assert runtime.ask(bundle, "try-umount /dir", "try-remove /dir")[0] == "EPERM"


def test_exec_sees_the_masks(runtime: Runtime, bundle: Bundle) -> None:
    bundle.file("secret", "text")
    bundle.linux["maskedPaths"] = ["/secret"]
    assert runtime.started(bundle).ask("cat /secret") == [""]
