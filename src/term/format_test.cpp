#include "term/format.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "term/golden.hpp"

namespace corten::term {
namespace {

constexpr Column kColumns[] = {
    {.header = "CONTAINER ID", .field = "ID"},
    {.header = "IMAGE", .field = "Image"},
    {.header = "PORTS", .field = "Ports"},
    {.header = "NAMES", .field = "Names"},
    {.header = "SIZE OF IT", .field = "Size", .shown = Column::Shown::on_request},
};

std::vector<ListRow> rows() {
  std::vector<ListRow> rows;
  rows.push_back({.fields = JsonValue(Json{{"ID", "0123456789ab"},
                                           {"Image", "nginx:latest"},
                                           {"Ports", "0.0.0.0:8080->80/tcp"},
                                           {"Names", "web"},
                                           {"Size", "0B"}}),
                  .labels = JsonValue(Json{{"a", "1"}, {"com.x.my-key", "v"}})});
  rows.push_back({.texts = {{"ID", "fedcba987654"}, {"Image", "x"}, {"Ports", ""}},
                  .fields = JsonValue(Json{{"Names", "a-very-long-container-name"}, {"Size", "1.2GB"}}),
                  .labels = JsonValue(Json::object())});
  return rows;
}

std::string list(std::string_view format, ListOptions options = {.columns = kColumns}) {
  const auto spec = FormatSpec::parse(format);
  if (!spec) return spec.error().message();
  MemorySink out;
  const auto printed = print_list(out, *spec, options, rows());
  return printed ? out.take() : printed.error().message();
}

TEST(Format, PrintsTheCommandsTableByDefault) {
  expect_golden("format/table.txt", list(""));
  EXPECT_EQ(list("table"), list(""));
  EXPECT_EQ(list("table  "), list(""));
}

// Printed so by `docker ps` of Docker 28.2.2.
TEST(Format, PrintsATemplateAsATable) {
  EXPECT_EQ(list(R"(table {{.ID}}\t{{.Label "com.x.my-key"}}\t{{.Names}})"),
            "CONTAINER ID   my key    NAMES\n"
            "0123456789ab   v         web\n"
            "fedcba987654             a-very-long-container-name\n");
  EXPECT_EQ(list(R"(table {{upper .ID}}\t{{json .Names}}\t{{truncate .Image 3}}\t{{pad .Names 1 2}}\t|)"),
            "CONTAINER ID   NAMES                          IMAGE      NAMES                          |\n"
            "0123456789AB   \"web\"                          ngi        web                            |\n"
            "FEDCBA987654   \"a-very-long-container-name\"   x          a-very-long-container-name     |\n");
  EXPECT_EQ(list("table{{.ID}}"), "CONTAINER ID\n0123456789ab\nfedcba987654\n");
  EXPECT_EQ(list("tablex"), "x\nx\nx\n");
  EXPECT_EQ(list(R"(table {{.ID}}\t{{if .Ports}}{{.Ports}}{{end}}\t{{.Size}})"),
            "CONTAINER ID   PORTS                  SIZE OF IT\n"
            "0123456789ab   0.0.0.0:8080->80/tcp   0B\n"
            "fedcba987654                          1.2GB\n");
}

TEST(Format, PrintsATemplatePerRow) {
  EXPECT_EQ(list(R"(x\ty{{.ID}}\n)"), "x\ty0123456789ab\n\nx\tyfedcba987654\n\n");
  EXPECT_EQ(list("TABLE {{.ID}}"), "TABLE 0123456789ab\nTABLE fedcba987654\n");
  EXPECT_EQ(list(" table {{.ID}}"), " table 0123456789ab\n table fedcba987654\n");
  EXPECT_EQ(list("JSON"), "JSON\nJSON\n");
}

TEST(Format, PrintsOneJsonObjectPerLine) {
  EXPECT_EQ(
      list("json"),
      R"({"ID":"0123456789ab","Image":"nginx:latest","Names":"web","Ports":"0.0.0.0:8080->80/tcp","Size":"0B"})"
      "\n"
      R"({"ID":"fedcba987654","Image":"x","Names":"a-very-long-container-name","Ports":"","Size":"1.2GB"})"
      "\n");
  EXPECT_EQ(list("{{json .}}"), list("json"));
}

TEST(Format, QuietPrintsOneFieldWhateverTheFormat) {
  for (const auto* format : {"", "json", "{{.Names}}", "table {{.Names}}"}) {
    EXPECT_EQ(list(format, {.columns = kColumns, .quiet_field = "ID"}), "0123456789ab\nfedcba987654\n")
        << format;
  }
}

TEST(Format, NamesTheOptionInErrors) {
  EXPECT_EQ(list("{{.Nmaes}}"), "--format: line 1, column 3: no field 'Nmaes'");
  EXPECT_EQ(list("table {{.Nmaes}}"), "--format: line 1, column 3: no field 'Nmaes'");
  EXPECT_EQ(list("table {{"), "--format: line 1, column 1: this action has no '}}'");
}

TEST(Format, ShortensTablesOnATerminalOnly) {
  expect_golden("format/table_60.txt", list("table", {.columns = kColumns, .terminal_columns = 60}));
}

TEST(Format, KeepsControlCharactersOffATerminal) {
  std::vector<ListRow> evil;
  evil.push_back({.fields = JsonValue(Json{{"Names", "a\x1b[2J\tb"}, {"L", {{"k", "\x1b]0;x\x07"}}}})});
  const auto print = [&](std::string_view format, std::size_t columns) {
    MemorySink out;
    const auto spec = FormatSpec::parse(format).value();
    EXPECT_TRUE(print_list(out, spec, {.columns = kColumns, .terminal_columns = columns}, evil));
    return out.take();
  };
  EXPECT_EQ(print("{{.Names}} {{.L.k}}", 80), "a\\x1b[2J\tb \\x1b]0;x\\x07\n");
  EXPECT_EQ(print("{{.Names}}", 0), "a\x1b[2J\tb\n");
  EXPECT_EQ(print("table {{.L.k}}", 0), "K\n\\x1b]0;x\\x07\n");
}

TEST(Format, PrintsMissingCellsAsNothing) {
  std::vector<ListRow> some;
  some.push_back({.fields = JsonValue(Json{{"ID", 7}, {"Names", nullptr}})});
  MemorySink out;
  ASSERT_TRUE(
      print_list(out, FormatSpec::parse("").value(), {.columns = std::span(kColumns).first(2)}, some));
  EXPECT_EQ(out.text(), "CONTAINER ID   IMAGE\n7              \n");
}

TEST(Format, ReportsAFullOutput) {
  MemorySink out(10);
  EXPECT_FALSE(print_list(out, FormatSpec::parse("").value(), {.columns = kColumns}, rows()));
}

}  // namespace
}  // namespace corten::term
