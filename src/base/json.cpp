#include "base/json.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace corten {
namespace {

// "line 3, column 7" of a byte offset: columns count bytes from 1.
std::string position(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto line_start = before.rfind('\n');
  const auto column = before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

// nlohmann's text is "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error ...":
// keep what follows the second colon.
std::string_view without_prefix(std::string_view message) {
  const auto column = message.find("column ");
  const auto colon = message.find(": ", column == std::string_view::npos ? 0 : column);
  return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

// Builds the document while counting. nlohmann's parser keeps its own stack on the heap, so depth is bounded
// by max_depth here and never by the thread's stack.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto [member, added] = open_.back()->emplace(std::move(name), nullptr);
    if (!added) problem_ = fmt::format("the member '{}' occurs twice", printable(member.key().substr(0, 64)));
    member_ = &*member;
    return added;
  }

  bool parse_error(std::size_t offset, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    offset_ = offset;
    problem_ = printable(without_prefix(error.what()));
    return false;
  }

  const std::string& problem() const { return problem_; }
  std::optional<std::size_t> offset() const { return offset_; }
  Json take() { return std::move(root_); }

 private:
  bool add(Json value) { return place(std::move(value)) != nullptr; }

  bool open(Json container) {
    if (open_.size() >= limits_.max_depth) {
      problem_ = fmt::format("nested deeper than {} levels", limits_.max_depth);
      return false;
    }
    auto* placed = place(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // Where the value now stands. Pointers into open_ stay valid: only the innermost container grows.
  Json* place(Json value) {
    if (++values_ > limits_.max_values) {
      problem_ = fmt::format("more than {} values", limits_.max_values);
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    *member_ = std::move(value);
    return member_;
  }

  const JsonLimits& limits_;
  Json root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::size_t values_ = 0;
  std::string problem_;
  std::optional<std::size_t> offset_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view what, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(Errc::invalid_argument, "{}: {} bytes of JSON, at most {} are read", what, text.size(),
                limits.max_bytes);
  }
  Builder builder(limits);
  // sax_parse reports through the handler; the bool it returns says the same as problem().
  const bool ok = Json::sax_parse(text.begin(), text.end(), &builder);
  if (ok) return builder.take();
  // The parser counts one past the offending byte.
  const auto where =
      builder.offset() ? position(text, *builder.offset() - (*builder.offset() > 0)) + ": " : "";
  return fail(Errc::invalid_argument, "{}: {}{}", what, where, builder.problem());
}

std::string to_json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_pretty_json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace corten
