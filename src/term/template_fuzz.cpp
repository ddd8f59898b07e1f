#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/template.hpp"

// Any text parses or is refused with a place, renders or fails within its limits, and always the same way.
namespace {

const corten::Json& document() {
  static const auto instance = corten::Json::parse(R"({"Name":"v","Labels":{"a":"1","b":"2"},"Null":null,
    "List":["a","b","c"],"Nums":[3,-1,2.5,18446744073709551615],"Map":{"x":{"y":[1,{"z":true}]}},"Text":"h\u00e9llo"})");
  return instance;
}

void require_place(const corten::Error& error) {
  const auto message = error.message();
  if (message.find("line ") == std::string::npos && message.find("at most") == std::string::npos)
    std::abort();
  for (const auto line : corten::split(error.hint(), '\n')) {
    if (corten::printable(line) != line) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = corten::term::Template::parse(text, {.text_escapes = size % 2 == 1});
  if (!parsed) {
    require_place(parsed.error());
    return 0;
  }
  const std::string_view maps[] = {"Labels"};
  corten::term::RenderOptions options{.map_members = maps, .labels = &document()["Labels"]};
  options.limits = {.max_output_bytes = 100'000, .max_value_bytes = 200'000, .max_steps = 10'000};
  const auto rendered = parsed->render(document(), options);
  if (!rendered) require_place(rendered.error());
  if (rendered && rendered->size() > options.limits.max_output_bytes) std::abort();
  const auto again = parsed->render(document(), options);
  if (rendered.has_value() != again.has_value() || (rendered && *rendered != *again)) std::abort();
  (void)parsed->render_header({{"Name", "NAME"}});
  return 0;
}
