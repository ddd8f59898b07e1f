#include "term/table.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "term/golden.hpp"
#include "term/width.hpp"

// Expected texts with the mark (docker) were printed by the client of Docker 28.2.2 from the same cells.
namespace corten::term {
namespace {

Table containers() {
  Table table({"CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"});
  table.add_row({"0123456789ab", "nginx:latest", "\"nginx -g 'daemon of\u2026\"", "3 years ago", "Up 2 hours",
                 "0.0.0.0:8080->80/tcp", "web"});
  table.add_row(
      {"fedcba987654", "x", "\"sh\"", "3 years ago", "Exited (0)", "", "a-very-long-container-name"});
  return table;
}

TEST(Table, PrintsContainersAsDockerDoes) { expect_golden("table/containers.txt", containers().render()); }

// (docker): `docker volume ls`
TEST(Table, KeepsNarrowColumnsTenWide) {
  Table table({"DRIVER", "VOLUME NAME"});
  table.add_row({"local", "a-long-volume-name"});
  table.add_row({"local", "v1"});
  EXPECT_EQ(table.render(),
            "DRIVER    VOLUME NAME\n"
            "local     a-long-volume-name\n"
            "local     v1\n");
}

// (docker): `docker context ls`. The padding of the last but one column stays when the last cell is empty.
TEST(Table, EndsInSpacesOnlyBeforeAnEmptyCell) {
  Table table({"NAME", "DESCRIPTION", "DOCKER ENDPOINT", "ERROR"});
  table.add_row({"default *", "Current DOCKER_HOST based configuration", "unix:///tmp/termdev/d.sock", ""});
  EXPECT_EQ(table.render(),
            "NAME        DESCRIPTION                               DOCKER ENDPOINT              ERROR\n"
            "default *   Current DOCKER_HOST based configuration   unix:///tmp/termdev/d.sock   \n");
}

TEST(Table, PrintsAHeaderWithoutRows) {
  EXPECT_EQ(Table({"DRIVER", "VOLUME NAME"}).render(), "DRIVER    VOLUME NAME\n");
  EXPECT_EQ(Table({}).render(), "");
}

TEST(Table, AlignsByColumnsOfTheTerminal) {
  Table table({"NAME", "ID"});
  table.add_row({"\u65e5\u672c\u8a9e\u65e5\u672c", "1"});
  EXPECT_EQ(table.render(), "NAME         ID\n\u65e5\u672c\u8a9e\u65e5\u672c   1\n");
}

TEST(Table, MakesControlCharactersVisible) {
  Table table({"LABELS", "X"});
  table.add_row({"a=\x1b[31m\tb\nc", "y"});
  EXPECT_EQ(table.render(), "LABELS             X\na=\\x1b[31m\\tb\\nc   y\n");
}

TEST(Table, ShortensTheWidestColumnsOnATerminal) {
  expect_golden("table/containers_80.txt", containers().render({.max_columns = 80, .tabs = {}}));
}

TEST(Table, DoesNotCutHeadersOrBelowWhatIsReadable) {
  Table table({"CONTAINER ID", "N"});
  table.add_row({"0123456789abcdef", "name-of-it"});
  EXPECT_EQ(table.render({.max_columns = 5, .tabs = {}}),
            "CONTAINER ID   N\n"
            "0123456789a\u2026   name-of\u2026\n");
}

TEST(Table, FitsATerminalWideEnoughForItsHeaders) {
  EXPECT_TRUE(rc::check("fits", [] {
    const auto cells = *rc::gen::resize(20, rc::gen::arbitrary<std::vector<std::string>>());
    Table table({"A", "B", "C"});
    for (const auto& cell : cells) table.add_row({cell, cell + cell, cell});
    const auto text = table.render({.max_columns = 40, .tabs = {}});
    for (const auto line : split(text, '\n')) {
      RC_ASSERT(display_width(line) <= 40);
    }
  }));
}

// (docker): `docker ps --format 'table {{.ID}}\t{{.Label "zz.top_x"}}\n{{.Names}}'`: a line without a cell in
// a column ends the block of that column.
TEST(AlignTabs, AlignsBlocksOfLines) {
  EXPECT_EQ(
      align_tabs(
          "CONTAINER ID\ttop x\nNAMES\n0123456789ab\t\nweb\nfedcba987654\t\na-very-long-container-name\n"),
      "CONTAINER ID   top x\nNAMES\n0123456789ab   \nweb\nfedcba987654   \na-very-long-container-name\n");
  EXPECT_EQ(align_tabs("a\tb\nlong-long-long\tc\n\nx\ty"),
            "a                b\nlong-long-long   c\n\nx         y");
  EXPECT_EQ(align_tabs(""), "");
  EXPECT_EQ(align_tabs("a\tb\tc\nd\te"), "a         b         c\nd         e");
}

}  // namespace
}  // namespace corten::term
