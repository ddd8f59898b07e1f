#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace corten::term::detail {

/// A value in a template: part of the document, a literal, or something a function made. Borrowed: the
/// document, the template and the Arena of the render outlive it.
struct Value {
  enum class Shape : std::uint8_t {
    data,        ///< objects are maps: a missing member is no error
    map,         ///< as data, and null is an empty map
    struct_map,  ///< as map, but what is in it are structures
    structure,   ///< objects have only the fields they have, and so have those in them
  };
  /// Null pointer: there is no such thing, which prints `<no value>`. Not the same as JSON's null.
  const Json* json = nullptr;
  Shape shape = Shape::data;
};

/// A member or element of `parent`, however it was reached but by a field's name.
Value element_of(Value parent, const Json& element);

/// Owns what functions make during one render, up to a cap on its bytes.
class Arena {
 public:
  explicit Arena(std::size_t max_bytes) : rest_(max_bytes) {}

  Result<Value> keep(Json value);

 private:
  std::deque<Json> values_;  // a deque: values are pointed to
  std::size_t rest_;
};

/// Go's truth: everything but nothing, null, false, 0, "", [] and {}.
bool is_true(Value value);

/// What `{{.X}}` prints: texts as they are, `[a b]`, `map[k:v]`, `<no value>` for null and nothing.
std::string to_text(Value value);

/// What print and %v make of it: as above, but `<nil>` for null and nothing.
std::string to_print_text(Value value);

/// Go's shortest form of a floating-point number, "1.5", "1e+06".
std::string float_text(double number);

/// "a string", "a number": for errors.
std::string_view kind_name(Value value);

}  // namespace corten::term::detail
