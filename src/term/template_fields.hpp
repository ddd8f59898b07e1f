#pragma once

#include <string_view>

#include "term/template.hpp"
#include "term/template_value.hpp"

namespace corten::term::detail {

/// The document as `.` at the start of a template.
Value root_value(const RenderOptions& options, const Json& document);

/// `value.name` under the rules of RenderOptions::Objects. The hint of an error is advice for people.
Result<Value> read_field(const RenderOptions& options, Value value, std::string_view name);

/// The label as a text, "" if there is none.
Json find_label(const Json& labels, const std::string& key);

/// The header of a field: its entry in `headers`, or one made of its name.
Json header_of(const Json& headers, const std::string& name);

/// The header of `.Label "com.example.my-key"` in Docker: "my key".
Json header_of_label(std::string_view key);

}  // namespace corten::term::detail
