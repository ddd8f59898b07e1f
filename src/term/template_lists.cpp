#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/template_functions.hpp"

namespace corten::term::detail {
namespace {

using Args = std::span<const Value>;

// `index .Labels "x"` is "" in Docker for a key that is not there, since labels are map[string]string and
// that is its empty value. JSON does not tell the type of a map: one that holds only texts is taken for such.
bool holds_only_texts(const Json& object) {
  return std::ranges::all_of(object, [](const Json& value) { return value.is_string(); });
}

Result<std::size_t> position(Args args, std::size_t number, std::size_t limit) {
  const auto index = TRY(int_argument(args, number));
  if (index < 0 || static_cast<std::uint64_t>(index) > limit) {
    return fail(Errc::invalid_argument, "{} is out of range: there are {}", index, limit);
  }
  return static_cast<std::size_t>(index);
}

Result<Value> index_one(Value container, Args args, std::size_t number, Arena& arena) {
  const auto* json = container.json;
  if (json == nullptr) return fail(Errc::invalid_argument, "there is no value to index");
  if (json->is_object() || json->is_null()) {
    const auto key = TRY(text_argument(args, number));
    if (json->is_null()) return arena.keep(Json(""));
    const auto found = json->find(key);
    if (found != json->end()) return element_of(container, *found);
    if (holds_only_texts(*json)) return arena.keep(Json(""));
    return Value{};
  }
  if (json->is_array()) {
    const auto at = TRY(position(args, number, json->size()));
    if (at == json->size()) {
      return fail(Errc::invalid_argument, "{} is out of range: there are {}", at, json->size());
    }
    return element_of(container, (*json)[at]);
  }
  if (json->is_string()) {
    // Go gives the byte as a number.
    const auto& text = json->get_ref<const std::string&>();
    const auto at = TRY(position(args, number, text.size()));
    if (at == text.size()) return fail(Errc::invalid_argument, "{} is out of range: there are {}", at, at);
    return arena.keep(Json(static_cast<unsigned char>(text[at])));
  }
  return fail(Errc::invalid_argument, "cannot index {}", kind_name(container));
}

}  // namespace

Result<Value> list_len(Args args, Arena& arena) {
  const auto* json = args[0].json;
  if (json != nullptr && json->is_string())
    return arena.keep(Json(json->get_ref<const std::string&>().size()));
  if (json != nullptr && (json->is_structured() || json->is_null())) return arena.keep(Json(json->size()));
  return fail_argument(1, "a string, list or map", args[0]);
}

Result<Value> list_index(Args args, Arena& arena) {
  auto value = args[0];
  for (std::size_t number = 2; number <= args.size(); ++number) {
    value = TRY(index_one(value, args, number, arena));
  }
  return value;
}

Result<Value> list_slice(Args args, Arena& arena) {
  const auto* json = args[0].json;
  if (json == nullptr || !(json->is_string() || json->is_array())) {
    return fail_argument(1, "a string or a list", args[0]);
  }
  if (args.size() > 3) return fail(Errc::invalid_argument, "takes at most a begin and an end");
  const auto size = json->is_string() ? json->get_ref<const std::string&>().size() : json->size();
  std::size_t begin = 0;
  std::size_t end = size;
  if (args.size() > 1) begin = TRY(position(args, 2, size));
  if (args.size() > 2) end = TRY(position(args, 3, size));
  if (begin > end) return fail(Errc::invalid_argument, "the begin {} is behind the end {}", begin, end);
  if (json->is_string()) {
    return arena.keep(Json(json->get_ref<const std::string&>().substr(begin, end - begin)));
  }
  Json part = Json::array();
  for (auto at = begin; at < end; ++at) part.push_back((*json)[at]);
  return arena.keep(std::move(part));
}

}  // namespace corten::term::detail
