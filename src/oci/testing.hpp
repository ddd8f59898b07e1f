#pragma once

// For the tests of src/oci only.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/env.hpp"
#include "base/json_view.hpp"

namespace corten::oci::testing {

inline std::string read_testdata(std::string_view name) {
  std::ifstream file(std::string(CORTEN_TESTDATA_DIR) + "/" + std::string(name), std::ios::binary);
  EXPECT_TRUE(file) << "no test file " << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Compares with a file of testdata/. CORTEN_ACCEPT=1 writes the file instead and skips the test, so that an
/// accepting run is never taken for a passing one.
inline void expect_golden(std::string_view name, const std::string& found) {
  if (find_nonempty_env("CORTEN_ACCEPT")) {
    std::ofstream(std::string(CORTEN_TESTDATA_DIR) + "/" + std::string(name), std::ios::binary) << found;
    GTEST_SKIP() << "accepted " << name;
  }
  EXPECT_EQ(read_testdata(name), found) << "golden file " << name;
}

/// Reads one struct from JSON text with `name` as its path.
template <typename T>
Result<T> read_as(std::string_view text, std::string_view name) {
  const auto json = TRY(parse_json(text, name));
  const auto view = TRY(JsonView::of_object(json, std::string(name)));
  T value;
  TRY(read_json(view, value));
  return value;
}

/// For each member of a document, at any depth: the same document with that member's value replaced by values
/// of other types. `check` gets the changed document and the place.
template <typename Check>
void for_each_wrong_type(const Json& document, const Check& check) {
  std::set<std::string> places;
  const auto flat = document.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (auto at = Json::json_pointer(pointer); !at.empty(); at.pop_back()) places.insert(at.to_string());
  }
  const Json wrong_values[] = {-1, "x", Json::array({Json::array()}), Json::object({{"a", 1.5}}), nullptr};
  for (const auto& place : places) {
    auto changed = document;
    for (const auto& wrong : wrong_values) {
      changed[Json::json_pointer(place)] = wrong;
      check(changed, place);
    }
  }
}

/// Reading a changed document either fails with its name in front, or gives a value that is written and read
/// back the same. Returns how many were refused.
template <typename T>
int refused_wrong_types(const Json& document, std::string_view name) {
  int refused = 0;
  for_each_wrong_type(document, [&](const Json& changed, const std::string& place) {
    T value;
    const auto status = read_json(*JsonView::of_object(changed, std::string(name)), value);
    if (!status) {
      ++refused;
      EXPECT_TRUE(status.error().message().starts_with(name)) << status.error().message();
      return;
    }
    T again;
    const auto written = to_json(value);
    ASSERT_TRUE(read_json(*JsonView::of_object(written, std::string(name)), again)) << place;
    EXPECT_EQ(again, value) << place;
  });
  return refused;
}

}  // namespace corten::oci::testing
