"""Each rule of tools/check_layers can fail, and a well-built house passes."""

import pytest
from checks.layers import check
from checks.tree import Tree

HOUSE = {
    "CMakeLists.txt": "add_subdirectory(src/base)\nadd_subdirectory(src/sys)\nadd_subdirectory(src/store)\n"
                      "add_subdirectory(src/cli)\nadd_subdirectory(src/main)\n",
    "src/base/CMakeLists.txt": "corten_module(base\n  LAYER 0\n  LIBS fmt::fmt\n  SOURCES\n    error.cpp\n"
                               "  TESTS error_test.cpp\n  FUZZERS text_fuzz.cpp)\n",
    "src/base/error.hpp": "#pragma once\n#include <fmt/core.h>\n",
    "src/base/error.cpp": '#include "base/error.hpp"\n',
    "src/base/error_test.cpp": '#include "base/error.hpp"\n#include <gtest/gtest.h>\n',
    "src/base/text_fuzz.cpp": '#include "base/error.hpp"\n',
    "src/base/testdata/fuzz/text/seed": "x",
    "src/sys/CMakeLists.txt": "corten_module(sys LAYER 1 DEPS base SOURCES file.cpp)\n",
    "src/sys/file.hpp": '#pragma once\n#include <sys/stat.h>\n#include "base/error.hpp"\n',
    "src/sys/file.cpp": '#include "sys/file.hpp"\n#include <openssl/evp.h>\n',
    "src/store/CMakeLists.txt": "corten_module(store LAYER 2 DEPS base sys SOURCES store.cpp)\n",
    "src/store/store.cpp": '#include "base/error.hpp"\n#include "sys/file.hpp"\n',
    "src/cli/CMakeLists.txt": "corten_module(cli LAYER 7 DEPS store SOURCES ${made} cli.cpp)\n",
    "src/cli/cli.hpp": "#pragma once\n",
    "src/cli/cli.cpp": '#include "cli/cli.hpp"\n#include "store/store.hpp"\n',
    "src/main/CMakeLists.txt": "add_executable(corten main.cpp)\ntarget_link_libraries(corten PRIVATE corten_cli)\n",
    "src/main/main.cpp": '#include "cli/cli.hpp"\n',
}


def problems(write_tree, changes):
    root = write_tree({name: text for name, text in (HOUSE | changes).items() if text is not None})
    return [str(finding) for finding in check(Tree(root))]


def test_a_well_built_house_passes(write_tree):
    assert problems(write_tree, {}) == []


@pytest.mark.parametrize("changes, expected", [
    pytest.param({"src/base/error.cpp": '#include "sys/file.hpp"\n'},
                 "src/base/error.cpp:1: [undeclared] includes 'sys'", id="include of an undeclared module"),
    pytest.param({"src/base/CMakeLists.txt": HOUSE["src/base/CMakeLists.txt"].replace("LIBS", "DEPS sys LIBS"),
                  "src/base/error.cpp": '#include "sys/file.hpp"\n'},
                 "'base' is layer 0 and 'sys' is layer 1", id="dependency that goes up"),
    pytest.param({"src/sys/CMakeLists.txt": "corten_module(sys LAYER 0 DEPS base SOURCES file.cpp)\n"},
                 "'sys' is layer 0 and 'base' is layer 0", id="dependency within a layer"),
    pytest.param({"src/sys/file.hpp": "#pragma once\n"},
                 "declares the dependency 'base' and includes nothing of it", id="unused dependency"),
    pytest.param({"src/base/CMakeLists.txt": HOUSE["src/base/CMakeLists.txt"].replace("LIBS", "DEPS store LIBS"),
                  "src/base/error.cpp": '#include "store/store.hpp"\n'},
                 "[cycle] base -> store -> base", id="cycle"),
    pytest.param({"CMakeLists.txt": HOUSE["CMakeLists.txt"].replace("add_subdirectory(src/sys)\n", "")},
                 "[table-of-contents] src/sys is missing", id="folder missing in the table of contents"),
    pytest.param({"CMakeLists.txt": "add_subdirectory(src/sys)\nadd_subdirectory(src/base)\n"
                                    "add_subdirectory(src/store)\nadd_subdirectory(src/cli)\nadd_subdirectory(src/main)"},
                 "src/base (layer 0) stands after src/sys (layer 1)", id="folder out of layer order"),
    pytest.param({"CMakeLists.txt": HOUSE["CMakeLists.txt"] + "add_subdirectory(src/gone)\n"},
                 "src/gone is listed and has no files", id="folder that is gone"),
    pytest.param({"src/sys/extra.cpp": '#include "base/error.hpp"\n'},
                 "src/sys/extra.cpp: [orphan]", id="source that is not listed"),
    pytest.param({"src/sys/deep/extra_test.cpp": ""},
                 "src/sys/deep/extra_test.cpp: [orphan]", id="test that is not listed"),
    pytest.param({"src/base/testdata/fuzz/text/seed": None},
                 "src/base/text_fuzz.cpp: [orphan] has no seeds", id="fuzzer without seeds"),
    pytest.param({"src/sys/file.hpp": '#pragma once\n#include <openssl/evp.h>\n#include "base/error.hpp"\n'},
                 "src/sys/file.hpp:2: [heavy-header] <openssl/evp.h> (OpenSSL)", id="heavy header in a header"),
    pytest.param({"src/sys/file.hpp": '#pragma once\n#include <nlohmann/json.hpp>\n#include "base/error.hpp"\n'},
                 "[heavy-header] <nlohmann/json.hpp>", id="the whole of nlohmann/json in a header"),
    pytest.param({"src/sys/file.cpp": '#include "file.hpp"\n'},
                 "[include-root] 'file.hpp' does not start with a module", id="include without its module"),
    pytest.param({"src/sys/file.cpp": "#include <sys/file.hpp>\n"},
                 "our own 'sys/file.hpp' is included with <>", id="own header in angle brackets"),
    pytest.param({"src/sys/CMakeLists.txt": "corten_module(sys LAYER 1 DEPS base store SOURCES file.cpp)\n",
                  "src/sys/file.cpp": '#include "store/store.hpp"\n'},
                 "'sys' is layer 1 and 'store' is layer 2", id="upward dependency that is used"),
    pytest.param({"src/main/main.cpp": '#include "cli/cli.hpp"\n#include "sys/file.hpp"\n'},
                 "src/main/main.cpp:2: [undeclared] includes 'sys'", id="main includes what it does not link"),
    pytest.param({"src/sys/CMakeLists.txt": "corten_module(sys LAYER 1 DEPS base PRIVATE_LIBS corten_cli SOURCES file.cpp)\n"},
                 "'corten_cli' is a module of ours: name it under DEPS", id="module linked as a library"),
    pytest.param({"src/sys/CMakeLists.txt": "corten_module(os LAYER 1 DEPS base SOURCES file.cpp)\n"},
                 "declares module 'os', the folder is 'sys'", id="module with another name"),
    pytest.param({"src/sys/CMakeLists.txt": "corten_module(sys LAYER 1 DEPS base SOURCES file.cpp file_test.cpp)\n",
                  "src/sys/file_test.cpp": ""},
                 "lists the test 'file_test.cpp' under SOURCES", id="test among the sources"),
])
def test_each_rule_can_fail(write_tree, changes, expected):
    found = problems(write_tree, changes)
    assert any(expected in finding for finding in found), found


def test_api_and_cli_never_know_each_other(write_tree):
    found = problems(write_tree, {
        "CMakeLists.txt": HOUSE["CMakeLists.txt"].replace("add_subdirectory(src/cli)",
                                                          "add_subdirectory(src/api)\nadd_subdirectory(src/cli)"),
        "src/api/CMakeLists.txt": "corten_module(api LAYER 7 DEPS cli SOURCES api.cpp)\n",
        "src/api/api.cpp": '#include "cli/cli.hpp"\n',
    })
    assert any("never know each other" in finding for finding in found), found


def test_a_dependency_of_tests_only_belongs_to_the_tests(write_tree):
    used_by_test = {"src/store/store.cpp": '#include "base/error.hpp"\n',
                    "src/store/store_test.cpp": '#include "sys/file.hpp"\n'}
    cmake = "corten_module(store LAYER 2 DEPS base{} SOURCES store.cpp TESTS store_test.cpp{})\n"
    found = problems(write_tree, used_by_test | {"src/store/CMakeLists.txt": cmake.format(" sys", "")})
    assert any("only tests use the dependency 'sys'" in finding for finding in found), found
    assert problems(write_tree, used_by_test | {"src/store/CMakeLists.txt": cmake.format("", " TEST_LIBS corten_sys")}) == []


def test_a_header_that_only_tests_include_may_use_test_libraries(write_tree):
    helper = {"src/base/helper.hpp": "#pragma once\n#include <gtest/gtest.h>\n",
              "src/base/error_test.cpp": '#include "base/helper.hpp"\n'}
    assert problems(write_tree, helper) == []
    found = problems(write_tree, helper | {"src/base/error.cpp": '#include "base/helper.hpp"\n'})
    assert any("[heavy-header] <gtest/gtest.h>" in finding for finding in found), found


def test_an_internal_header_may_show_a_library_to_its_own_module_only(write_tree):
    internal = {"CMakeLists.txt": HOUSE["CMakeLists.txt"].replace("add_subdirectory(src/store)",
                                                                  "add_subdirectory(src/http)\nadd_subdirectory(src/store)"),
                "src/http/CMakeLists.txt": "corten_module(http LAYER 1 SOURCES client.cpp)\n",
                "src/http/curl_api.hpp": "#pragma once\n#include <curl/curl.h>\n",
                "src/http/client.hpp": "#pragma once\n",
                "src/http/client.cpp": '#include "http/client.hpp"\n#include "http/curl_api.hpp"\n',
                "src/store/CMakeLists.txt": "corten_module(store LAYER 2 DEPS base sys http SOURCES store.cpp)\n",
                "src/store/store.cpp": HOUSE["src/store/store.cpp"] + '#include "http/client.hpp"\n'}
    assert problems(write_tree, internal) == []
    found = problems(write_tree, internal | {"src/http/client.hpp": '#pragma once\n#include "http/curl_api.hpp"\n'})
    assert any("src/store/store.cpp: [heavy-header] reaches" in finding for finding in found), found


def test_comments_and_strings_are_not_includes(write_tree):
    assert problems(write_tree, {
        "src/base/error.cpp": '// #include "cli/cli.hpp"\n/*\n#include "cli/cli.hpp"\n*/\nauto x = R"(\n'
                              '#include "cli/cli.hpp"\n)";\n'}) == []


def test_the_command_says_what_is_wrong_and_fails(write_tree, run_tool):
    root = write_tree(HOUSE | {"src/sys/extra.cpp": ""})
    done = run_tool("check_layers", "--root", root)
    assert done.returncode == 1
    assert "src/sys/extra.cpp: [orphan]" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("check_layers: 1 problem (")


def test_this_checkout_passes(run_tool):
    done = run_tool("check_layers")
    assert done.returncode == 0, done.stdout
