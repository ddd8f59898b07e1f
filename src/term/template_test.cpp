#include "term/template.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace corten::term {
namespace {

std::string render(std::string_view source, const Json& document, const RenderOptions& options = {}) {
  const auto parsed = Template::parse(source, {.name = "--format"});
  if (!parsed) return parsed.error().message();
  const auto text = parsed->render(document, options);
  return text ? *text : text.error().message();
}

const Json kContainer = Json::parse(R"({"Id":"abc","State":{"Status":"running","Health":null},
  "Config":{"Labels":null,"Env":["A=1"]},"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"10.0.0.2"}}}})");

TEST(Template, NamesThePlaceAndTheNearestField) {
  const auto parsed = Template::parse("ID: {{.Iid}}", {.name = "--format"});
  ASSERT_TRUE(parsed);
  const auto text = parsed->render({{"Id", "abc"}, {"Image", "x"}});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind(), Errc::invalid_argument);
  EXPECT_EQ(text.error().message(), "--format: line 1, column 7: no field 'Iid'");
  EXPECT_EQ(text.error().hint(),
            "did you mean '.Id'?\n"
            "  1 | ID: {{.Iid}}\n"
            "    |       ^~~~");
}

TEST(Template, IsParsedOnceAndRendersOften) {
  const auto parsed = Template::parse("{{$x := .A}}{{range .L}}{{$x}}{{.}} {{end}}").value();
  EXPECT_EQ(parsed.render({{"A", 1}, {"L", {1, 2}}}).value(), "11 12 ");
  EXPECT_EQ(parsed.render({{"A", "b"}, {"L", Json::array({"c"})}}).value(), "bc ");
}

TEST(Template, RendersInManyThreadsAtOnce) {
  const auto parsed = Template::parse("{{range .L}}{{printf \"%03d\" .}}{{end}}").value();
  const Json document{{"L", {1, 2, 3}}};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) EXPECT_EQ(parsed.render(document).value(), "001002003");
    });
  }
}

TEST(TemplateObjects, RowsAreStructsOfMaps) {
  EXPECT_EQ(render("{{.Nope}}", {{"M", {{"a", 1}}}}), "--format: line 1, column 3: no field 'Nope'");
  EXPECT_EQ(render("{{.M.nope}}", {{"M", {{"a", 1}}}}), "<no value>");
}

TEST(TemplateObjects, InspectKnowsItsMaps) {
  const std::string_view maps[] = {"Labels", "Networks"};
  const RenderOptions inspect{.objects = RenderOptions::Objects::structs, .map_members = maps};
  EXPECT_EQ(render("{{.State.Status}}", kContainer, inspect), "running");
  EXPECT_EQ(render("{{.State.Statuz}}", kContainer, inspect),
            "--format: line 1, column 9: no field 'Statuz'");
  EXPECT_EQ(render("{{.Config.Labels.zz}}", kContainer, inspect), "<no value>");
  EXPECT_EQ(render("{{index .Config.Labels \"zz\"}}|", kContainer, inspect), "|");
  EXPECT_EQ(render("{{.NetworkSettings.Networks.nope}}", kContainer, inspect), "<no value>");
  EXPECT_EQ(render("{{.NetworkSettings.Networks.bridge.IPAddress}}", kContainer, inspect), "10.0.0.2");
  EXPECT_EQ(render("{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{$v.IPAddress}}{{end}}", kContainer,
                   inspect),
            "bridge 10.0.0.2");
  // An element of a map is a struct again.
  EXPECT_EQ(render("{{range .NetworkSettings.Networks}}{{.IP}}{{end}}", kContainer, inspect),
            "--format: line 1, column 38: no field 'IP'");
  EXPECT_EQ(render("{{.NetworkSettings.Networks.bridge.IP}}", kContainer, inspect),
            "--format: line 1, column 35: no field 'IP'");
  EXPECT_EQ(render("{{(index .NetworkSettings.Networks \"bridge\").IP}}", kContainer, inspect),
            "--format: line 1, column 45: no field 'IP'");
  EXPECT_EQ(render("{{.State.Health.Status}}", kContainer, inspect),
            "--format: line 1, column 16: there is no 'Status' in null");
  EXPECT_EQ(render("{{with .State.Health}}{{.Status}}{{else}}none{{end}}", kContainer, inspect), "none");
}

TEST(TemplateObjects, MapsMissNothing) {
  EXPECT_EQ(render("{{.Nope}}", kContainer, {.objects = RenderOptions::Objects::maps}), "<no value>");
}

TEST(TemplateObjects, AFieldMayHaveAnotherName) {
  const FieldAlias aliases[] = {{.alias = "ID", .field = "Id"}};
  EXPECT_EQ(render("{{.ID}}", kContainer, {.aliases = aliases}), "abc");
  EXPECT_EQ(render("{{.ID}}", {{"ID", "own"}, {"Id", "x"}}, {.aliases = aliases}), "own");
  EXPECT_EQ(render("{{.ID}}", {{"X", 1}}, {.aliases = aliases}), "--format: line 1, column 3: no field 'ID'");
}

TEST(TemplateLabel, ReadsTheLabelsOfTheRow) {
  const Json labels{{"a", "1"}};
  const Json row{{"Names", "web"}};
  EXPECT_EQ(render("{{.Label \"a\"}}|{{.Label \"b\"}}|{{$.Label \"a\"}}|{{\"a\" | .Label}}", row,
                   {.labels = &labels}),
            "1||1|1");
  EXPECT_EQ(render("{{with .Names}}{{$.Label \"a\"}}{{end}}", row, {.labels = &labels}), "1");
  EXPECT_EQ(render("{{.Label}}", row, {.labels = &labels}), "--format: line 1, column 3: no field 'Label'");
  EXPECT_EQ(render("{{.Label 1}}", row, {.labels = &labels}),
            "--format: line 1, column 3: the key must be a string");
  EXPECT_EQ(render("{{.Label \"a\" \"b\"}}", row, {.labels = &labels}),
            "--format: line 1, column 3: '.Label' takes one argument, the key");
  EXPECT_EQ(render("{{.Label \"a\"}}", row),
            "--format: line 1, column 3: a value takes no arguments and no value from '|'");
}

TEST(TemplateEscapes, AreForListsOnlyAndOutsideActions) {
  const Json row{{"A", "x"}};
  const auto plain = Template::parse(R"(a\t{{.A}}\n)").value();
  EXPECT_EQ(plain.render(row).value(), R"(a\tx\n)");
  const auto list =
      Template::parse(R"(a\t{{.A}}\n{{print "q\tr"}}{{print `q\tr`}}\\t\x)", {.text_escapes = true}).value();
  EXPECT_EQ(list.render(row).value(), "a\tx\nq\trq\\tr\\\t\\x");
}

// Checked with `docker ps`: upper, json and truncate leave a header as it is, Label makes one of the key's
// end.
TEST(TemplateHeader, NamesTheFields) {
  const Json headers{{"ID", "CONTAINER ID"}};
  const auto header = [&](std::string_view source) {
    return Template::parse(source).value().render_header(headers).value();
  };
  EXPECT_EQ(header("{{.ID}} {{.Names}} {{.CreatedAt}}"), "CONTAINER ID NAMES CREATED AT");
  EXPECT_EQ(header("{{upper .ID}}|{{json .Names}}|{{truncate .ID 3}}|{{.ID | lower}}"),
            "CONTAINER ID|NAMES|CONTAINER ID|CONTAINER ID");
  EXPECT_EQ(header("{{pad .Names 1 2}}|"), " NAMES  |");
  EXPECT_EQ(header("{{printf \"%.3s\" .Names}}"), "NAM");
  EXPECT_EQ(header("{{.Label \"com.x.my-key_a\"}}"), "my key a");
  EXPECT_EQ(header("{{if .Ports}}{{.Ports}}{{else}}none{{end}}"), "PORTS");
  EXPECT_EQ(header("{{.State.StartedAt}} {{range .Mounts}}{{.}}{{end}} {{with .Size}}{{.}}{{end}}"),
            "STARTED AT MOUNTS SIZE");
  EXPECT_EQ(header("{{join .Names \",\"}} {{len .Names}} {{index .Names 0}}"), "NAMES NAMES NAMES");
}

TEST(TemplateHeader, SpacesNamesAtTheirCapitals) {
  EXPECT_EQ(header_of_field("CreatedAt"), "CREATED AT");
  EXPECT_EQ(header_of_field("ID"), "ID");
  EXPECT_EQ(header_of_field("OSType"), "OS TYPE");
  EXPECT_EQ(header_of_field("CPUPerc"), "CPU PERC");
  EXPECT_EQ(header_of_field("names"), "NAMES");
  EXPECT_EQ(header_of_field(""), "");
}

TEST(TemplateLimits, EndAnEndlessTemplate) {
  const auto nested = "{{range 100000}}{{range 100000}}{{end}}{{end}}";
  EXPECT_EQ(render(nested, Json::object(), {.limits = {.max_steps = 1000}}),
            "--format: line 1, column 19: the template takes more than 1000 steps");
  EXPECT_EQ(render("{{range 9223372036854775807}}{{end}}", Json::object(), {.limits = {.max_steps = 1000}}),
            "--format: line 1, column 3: the template takes more than 1000 steps");
}

TEST(TemplateLimits, BoundTheOutput) {
  EXPECT_EQ(
      render("{{range 100000}}0123456789{{end}}", Json::object(), {.limits = {.max_output_bytes = 1000}}),
      "--format: line 1, column 17: the output is over 1000 bytes");
}

TEST(TemplateLimits, BoundWhatFunctionsMake) {
  const auto doubling = "{{$x := \"0123456789\"}}{{range 100}}{{$x = print $x $x}}{{end}}";
  EXPECT_EQ(render(doubling, Json::object(), {.limits = {.max_value_bytes = 100'000}}),
            "--format: line 1, column 43: 'print': the values made by functions take too much memory");
}

TEST(TemplateLimits, RefuseWhatIsTooLargeOrTooDeep) {
  EXPECT_EQ(render(std::string(100'000, 'x'), Json::object()),
            "--format: the template has 100000 bytes, at most 65536 are read");
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{{if 1}}";
  EXPECT_EQ(render(deep, Json::object()), "--format: line 1, column 803: nested deeper than 100 levels");
  EXPECT_EQ(render("{{" + std::string(5000, '(') + "1}}", Json::object()),
            "--format: line 1, column 103: nested deeper than 100 levels");
}

}  // namespace
}  // namespace corten::term
