"""Each rule of tools/check_style can fail, and its good twin passes."""

import pytest
from checks import banned, budgets, text, try_position
from checks.cpp import Source
from checks.functions import functions
from checks.style import check
from checks.tree import Tree


def in_function(line):
    return "Result<> f() {\n" + line + "\n}\n"


@pytest.mark.parametrize("line", [
    "auto x = TRY(f());",
    "const Digest digest = TRY(Digest::parse(text));",
    "x = TRY(f());",
    "total += TRY(f());",
    "self.member_ = TRY(f(a, {1, 2}));",
    "return TRY(f());",
    "co_return TRY(f());",
    "TRY(f());",
    "TRY_CTX(f(), \"loading '{}'\", name);",
    "auto x = TRY_CTX(f(\n    a,\n    b), \"x\");",
    "if (a) TRY(f());",
    "if constexpr (a) TRY(f());",
    "if (a) [[unlikely]] TRY(f());",
    "if (a) { TRY(f()); } else TRY(g());",
    "for (auto& each : list) TRY(f(each));",
    "while (more()) TRY(f());",
    "switch (x) { case 1: TRY(f()); break; default: TRY(g()); }",
    "switch (x) { case Kind::a: x = TRY(f()); }",
    "TRY(each([&](int x) -> Result<> { TRY(f(x)); return {}; }));",
    "call([&]() -> Result<> { auto y = TRY(f()); return {}; });",
    "// f(TRY(g()))",
    "auto s = \"f(TRY(g()))\";",
    "auto s = R\"x(f(TRY(g())))x\";",
    "#define TRIED(x) f(TRY(x))",
    "RETRY(f(1));",
])
def test_try_is_fine_as_a_whole(line):
    assert try_position.check("a.cpp", Source(in_function(line))) == []


@pytest.mark.parametrize("line", [
    "f(TRY(g()));",
    "f(a, TRY(g()));",
    "auto x = f(TRY(g()));",
    "auto x = Thing{TRY(g())};",
    "auto x = Thing{.a = TRY(g()), .b = 1};",
    "auto x = Thing{.a = TRY(g())};",
    "std::vector<T> v{T{}, TRY(g())};",
    "std::vector<T> v = {TRY(g())};",
    "auto x = 1 + TRY(g());",
    "auto x = TRY(g()) + 1;",
    "auto x = *TRY(g());",
    "auto x = !TRY(g());",
    "auto x = TRY(g()).size();",
    "auto x = TRY(g())[0];",
    "auto x = a == TRY(g());",
    "auto x = c ? TRY(g()) : 1;",
    "auto x = c ? 1 : TRY(g());",
    "if (TRY(g())) h();",
    "if (auto x = TRY(g()); x > 1) h();",
    "while (auto x = TRY(g())) h();",
    "for (auto& each : TRY(g())) h();",
    "for (auto x = TRY(g()); x; --x) h();",
    "return f(TRY(g()));",
    "return {TRY(g())};",
    "(void)TRY(g());",
    "auto [a, b] = std::pair(TRY(g()), 1);",
    "TRY(f(TRY(g())));",
    "TRY_CTX(f(), \"{}\", TRY(g()));",
    "out << TRY(g());",
    "throw TRY(g());",
    "auto f = [x = TRY(g())] {};",
    "a, TRY(g());",
])
def test_try_is_refused_as_a_part(line):
    found = try_position.check("a.cpp", Source(in_function(line)))
    assert found and found[0].line == 2, line


BANNED = [
    ("std::filesystem::remove_all(path);", "src/image/a.cpp"),
    ("fs::remove_all(path);", "src/image/a.cpp"),
    ("system(\"ls\");", "src/image/a.cpp"),
    ("std::system(line);", "src/image/a.cpp"),
    ("::popen(line, \"r\");", "src/image/a.cpp"),
    ("auto t = strerror(errno);", "src/image/a.cpp"),
    ("::dup(fd);", "src/image/a.cpp"),
    ("::dup2(fd, 1);", "src/image/a.cpp"),
    ("localtime(&t);", "src/image/a.cpp"),
    ("std::gmtime(&t);", "src/image/a.cpp"),
    ("std::getenv(\"HOME\");", "src/image/a.cpp"),
    ("getenv(\"HOME\");", "src/base/log.cpp"),
    ("int x = std::stoi(text);", "src/image/a.cpp"),
    ("auto x = std::stoull(text);", "src/image/a.cpp"),
    ("int x = atoi(text);", "src/image/a.cpp"),
    ("::syscall(SYS_openat2, 1);", "src/image/a.cpp"),
    ("using namespace std;", "src/image/a_test.cpp"),
    ("using namespace corten;", "src/image/a.cpp"),
    ("out << std::endl;", "src/image/a.cpp"),
    ("::pipe(fds);", "src/sys/a.cpp"),
    ("::accept(fd, nullptr, nullptr);", "src/sys/a.cpp"),
]


@pytest.mark.parametrize("line, path", BANNED)
def test_banned_calls_are_found(line, path):
    found = banned.check(path, Source(in_function(line)))
    assert [finding.rule for finding in found] == ["banned"], line


@pytest.mark.parametrize("line, path", [
    ("sys::remove_tree_at(dir, name);", "src/image/a.cpp"),
    ("std::filesystem::remove_all(folder);", "src/image/a_test.cpp"),
    ("::open(path, O_RDONLY);", "src/image/a_test.cpp"),
    ("command.system(1);", "src/image/a.cpp"),
    ("cli::system(1);", "src/image/a.cpp"),
    ("file->dup(1);", "src/image/a.cpp"),
    ("auto localtime_offset = 1;", "src/image/a.cpp"),
    ("std::getenv(name);", "src/base/env.cpp"),
    ("::syscall(SYS_openat2, 1);", "src/sys/a.cpp"),
    ("::dup2(fd, 1);", "src/sys/a.cpp"),
    ("using namespace std::chrono_literals;", "src/image/a_test.cpp"),
    ("using namespace std::literals;", "src/image/a_test.cpp"),
    ("using corten::Error;", "src/image/a.cpp"),
    ("// std::endl and system(\"x\")", "src/image/a.cpp"),
    ("auto text = \"getenv(x)\";", "src/image/a.cpp"),
    ("int atoi_count = 0;", "src/image/a.cpp"),
])
def test_what_only_looks_like_a_banned_call_passes(line, path):
    assert banned.check(path, Source(in_function(line))) == []


@pytest.mark.parametrize("good, flag", [
    ("::open(path, O_RDONLY | O_CLOEXEC);", " | O_CLOEXEC"),
    ("::openat(fd, path, flags | O_CLOEXEC, mode_of(path));", " | O_CLOEXEC"),
    ("::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);", " | SOCK_CLOEXEC"),
    ("::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);", "SOCK_CLOEXEC"),
    ("::pipe2(fds, O_CLOEXEC);", "O_CLOEXEC"),
    ("::memfd_create(\"x\", MFD_CLOEXEC);", "MFD_CLOEXEC"),
    ("::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);", "MSG_CMSG_CLOEXEC"),
    ("::fcntl(fd, F_DUPFD_CLOEXEC, 3);", "_CLOEXEC"),
])
def test_descriptors_are_cloexec_from_birth(good, flag):
    assert banned.check("src/sys/a.cpp", Source(in_function(good))) == []
    found = banned.check("src/sys/a.cpp", Source(in_function(good.replace(flag, ""))))
    assert [finding.rule for finding in found] == ["cloexec"]


def test_cloexec_may_come_through_a_variable_or_be_excused_for_clang_tidy(write_tree):
    through = "unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;\nint fd = ::memfd_create(name, flags | seal);"
    assert banned.check("src/sys/a.cpp", Source(in_function(through))) == []
    told = "int fd = ::open(path, O_RDWR);  // NOLINT(android-cloexec-open): it is to be inherited\n"
    findings, _ = check(Tree(write_tree({"src/main/a.cpp": told})))
    assert findings == []


def test_function_lengths_are_counted_where_functions_are():
    source = Source("""namespace a {
struct Thing : Base<int> {
  Thing() : a_{1}, b_(2) {
    work();
  }
  std::vector<int> list{1, 2, 3};
  bool operator==(const Thing&) const { return true; }
};
static constexpr Row kTable[] = {
    {1, 2},
};
template <typename T = void, typename U = std::vector<T>>
Result<std::vector<T>> Thing::make(std::function<void()> f = [] { x(); })
    const noexcept {
  auto g = [&](int x) {
    if (x) {
      y();
    }
  };
}
extern "C" int hook(int a) {
  return a;
}
}
TEST(Group, Behaviour) {
  EXPECT_EQ(1'000, f("}"));
}
""")
    assert [(each.name, each.line, each.length) for each in functions(source)] == [
        ("Thing", 3, 3), ("operator==", 7, 1), ("Thing::make", 12, 9), ("hook", 21, 3),
        ("TEST(Group, Behaviour)", 25, 3)]


def long_function(lines):
    return "void f() {\n" + "  g();\n" * (lines - 2) + "}\n"


@pytest.mark.parametrize("content, findings, notes", [
    (long_function(60), 0, 0),
    (long_function(61), 0, 1),
    (long_function(100), 0, 1),
    (long_function(101), 1, 0),
    ("int a;\n" * 400, 0, 0),
    ("int a;\n" * 401, 0, 1),
    ("int a;\n" * 700, 0, 1),
    ("int a;\n" * 701, 1, 0),
    ("// check_style: data table\n" + "int a;\n" * 900, 0, 0),
])
def test_budgets_report_and_limits_fail(content, findings, notes):
    sizes = budgets.Budgets()
    sizes.add("src/a/a.cpp", content, Source(content))
    assert (len(sizes.findings), len(sizes.notes)) == (findings, notes)


def test_a_crowded_folder_is_reported_without_counting_tests(write_tree):
    files = {f"src/a/s{number}.cpp": "" for number in range(25)} | {"src/a/s1_test.cpp": "", "src/a/s1.hpp": ""}
    sizes = budgets.Budgets()
    sizes.add_folders(Tree(write_tree(files)))
    assert sizes.notes == []
    sizes.add_folders(Tree(write_tree({"src/a/one_more.cpp": ""})))
    assert sizes.notes == ["src/a/: 26 sources (budget 25)"]


@pytest.mark.parametrize("name, content, rule", [
    ("README.md", "a \n", "white-space"),
    ("src/a/a.cpp", "\tint a;\n", "white-space"),
    ("cmake/a.cmake", "set(a\r\n)\n", "white-space"),
    ("scripts/run", "#!/bin/sh", "white-space"),
    ("scripts/setup", "deb http://" + "deb." + "debian.org/debian bookworm main\n", "machine"),
    ("docs/a.md", "see @ROOT@/src\n", "machine"),
])
def test_text_rules_can_fail(write_tree, tmp_path, name, content, rule):
    root = write_tree({name: content.replace("@ROOT@", str(tmp_path))})
    assert {finding.rule for finding in text.check(Tree(root))} == {rule}


def test_test_data_may_hold_anything(write_tree):
    root = write_tree({"src/a/testdata/x.txt": "a \t\r\n", "tests/golden/b.txt": "b "})
    assert text.check(Tree(root)) == []


def test_a_header_begins_with_pragma_once(write_tree):
    root = write_tree({"src/a/good.hpp": "// why\n#pragma once\n", "src/a/bad.hpp": "#include <string>\n#pragma once\n"})
    findings, _ = check(Tree(root))
    assert [(finding.path, finding.rule) for finding in findings] == [("src/a/bad.hpp", "header")]


def test_an_excuse_needs_a_reason_and_something_to_excuse(write_tree):
    root = write_tree({
        "src/a/a.cpp": "// check_style: allow(banned) a foreign interface wants it\nint x = atoi(t);\n",
        "src/a/b.cpp": "int x = atoi(t);  // check_style: allow(banned)\n",
        "src/a/c.cpp": "int x = 1;  // check_style: allow(banned) old\n",
        "src/a/d.cpp": "int x = atoi(t);  // check_style: allow(cloexec) another rule\n",
    })
    findings, _ = check(Tree(root))
    assert [(each.path, each.rule) for each in sorted(findings)] == [
        ("src/a/b.cpp", "allow"), ("src/a/c.cpp", "allow"), ("src/a/d.cpp", "allow"), ("src/a/d.cpp", "banned")]


def test_the_command_says_what_is_wrong_and_fails(write_tree, run_tool):
    done = run_tool("check_style", "--root", write_tree({"src/a/a.cpp": "void f() { g(TRY(h())); }\n"}))
    assert done.returncode == 1
    assert "src/a/a.cpp:1: [try-position] TRY is followed by ')'" in done.stdout


def test_this_checkout_passes(run_tool):
    done = run_tool("check_style", "--no-report")
    assert done.returncode == 0, done.stdout
