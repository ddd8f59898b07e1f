#include "image/config_change.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"
#include "image/change_words.hpp"
#include "sys/signals.hpp"

namespace corten::image {
namespace {

// What an instruction works on: the whole line, for positions, and where its arguments begin.
struct Change {
  std::string_view line;
  std::size_t arguments;
  oci::ContainerConfig& config;

  std::string_view text() const { return trim(line.substr(arguments)); }
};

std::optional<std::string> find_env(const oci::ContainerConfig& config, std::string_view name) {
  for (const auto& entry : config.env) {
    const auto parts = cut(entry, '=');
    if (parts && parts->before == name) return std::string(parts->after);
  }
  return std::nullopt;
}

FindVariable variables_of(const oci::ContainerConfig& config) {
  return [&config](std::string_view name) { return find_env(config, name); };
}

// The JSON form of an instruction, or nothing when the text is of the shell form. The shell form may begin
// with '[' too (the test command); what also ends with ']' was meant as JSON, though Docker would quietly run
// it by a shell.
Result<std::optional<std::vector<std::string>>> find_json_form(const Change& change) {
  const auto text = change.text();
  if (!text.starts_with('[')) return std::nullopt;
  auto json = parse_json(text, "JSON form");
  const auto is_string = [](const Json& value) { return value.is_string(); };
  if (json && json->is_array() && std::ranges::all_of(*json, is_string)) {
    return json->get<std::vector<std::string>>();
  }
  if (!text.ends_with(']')) return std::nullopt;
  return with_hint(fail_at_character(change.arguments + 1, "expected a JSON list of strings"), "{}",
                   R"(strings stand in double quotes: ["program", "argument"])");
}

Result<std::vector<std::string>> parse_command(const Change& change) {
  auto words = TRY(find_json_form(change));
  if (words) return std::move(*words);
  if (change.text().empty()) return fail_at_character(change.arguments + 1, "expected a command");
  return std::vector<std::string>{"/bin/sh", "-c", std::string(change.text())};
}

Result<> change_cmd(const Change& change) {
  change.config.cmd = TRY(parse_command(change));
  return {};
}

Result<> change_entrypoint(const Change& change) {
  change.config.entrypoint = TRY(parse_command(change));
  return {};
}

struct Pair {
  std::string name;
  std::string value;
};

// "NAME=value NAME=value", or the old form "NAME value to the end of the line".
Result<std::vector<Pair>> parse_pairs(const Change& change) {
  const auto variables = variables_of(change.config);
  const auto words = TRY(split_change_words(change.line, change.arguments, variables));
  if (words.empty()) return fail_at_character(change.arguments + 1, "expected NAME=VALUE");
  if (words.front().text.find('=') == std::string::npos) {
    const auto& name = words.front();
    if (words.size() == 1 || name.text.empty()) {
      return fail_at_character(name.position, "expected NAME=VALUE, found '{}'", name.text);
    }
    auto value = TRY(unquote_change(change.line, words[1].position - 1, variables));
    return std::vector<Pair>{{.name = name.text, .value = std::string(trim(value.text))}};
  }
  std::vector<Pair> pairs;
  for (const auto& word : words) {
    const auto parts = cut(word.text, '=');
    if (!parts || parts->before.empty()) {
      return fail_at_character(word.position, "expected NAME=VALUE, found '{}'", word.text);
    }
    pairs.push_back({.name = std::string(parts->before), .value = std::string(parts->after)});
  }
  return pairs;
}

Result<> change_env(const Change& change) {
  const auto pairs = TRY(parse_pairs(change));
  for (const auto& [name, value] : pairs) {
    auto entry = fmt::format("{}={}", name, value);
    const auto old = std::ranges::find_if(change.config.env, [&name](const std::string& present) {
      return present.starts_with(name) && present.size() > name.size() && present[name.size()] == '=';
    });
    if (old != change.config.env.end()) {
      *old = std::move(entry);
    } else {
      change.config.env.push_back(std::move(entry));
    }
  }
  return {};
}

Result<> change_label(const Change& change) {
  auto pairs = TRY(parse_pairs(change));
  for (auto& [name, value] : pairs) change.config.labels[name] = std::move(value);
  return {};
}

Result<std::uint64_t> parse_port(std::string_view text, std::size_t position) {
  const auto port = parse_uint64(text, "port");
  if (!port || *port < 1 || *port > 65535) {
    return fail_at_character(position, "expected a port from 1 to 65535, found '{}'", text);
  }
  return *port;
}

// "80", "80/udp", "8000-8010/tcp".
Result<> expose(const ChangeWord& word, oci::ContainerConfig& config) {
  const auto slash = cut(word.text, '/');
  const std::string_view ports = slash ? slash->before : std::string_view(word.text);
  const std::string protocol = slash ? to_lower(slash->after) : "tcp";
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") {
    return fail_at_character(word.position, "expected the protocol tcp, udp or sctp, found '{}'", protocol);
  }
  const auto range = cut(ports, '-');
  const auto first = TRY(parse_port(range ? range->before : ports, word.position));
  const auto last = TRY(parse_port(range ? range->after : ports, word.position));
  if (last < first) return fail_at_character(word.position, "the range '{}' ends before it begins", ports);
  for (auto port = first; port <= last; ++port) {
    config.exposed_ports.insert(fmt::format("{}/{}", port, protocol));
  }
  return {};
}

Result<> change_expose(const Change& change) {
  const auto words = TRY(split_change_words(change.line, change.arguments, variables_of(change.config)));
  if (words.empty()) return fail_at_character(change.arguments + 1, "expected a port");
  for (const auto& word : words) TRY(expose(word, change.config));
  return {};
}

Result<> change_volume(const Change& change) {
  auto paths = TRY(find_json_form(change));
  if (paths) {
    for (auto& path : *paths) {
      if (path.empty()) return fail_at_character(change.arguments + 1, "a volume needs a path");
      change.config.volumes.insert(std::move(path));
    }
    return {};
  }
  auto words = TRY(split_change_words(change.line, change.arguments, variables_of(change.config)));
  if (words.empty()) return fail_at_character(change.arguments + 1, "expected a path");
  for (auto& word : words) {
    if (word.text.empty()) return fail_at_character(word.position, "a volume needs a path");
    change.config.volumes.insert(std::move(word.text));
  }
  return {};
}

// The one value of an instruction that takes nothing else.
Result<ChangeWord> only_word(const Change& change, std::string_view what) {
  auto words = TRY(split_change_words(change.line, change.arguments, variables_of(change.config)));
  if (words.empty() || words.front().text.empty()) {
    return fail_at_character(change.arguments + 1, "expected {}", what);
  }
  if (words.size() > 1) return fail_at_character(words[1].position, "expected nothing after {}", what);
  return std::move(words.front());
}

Result<> change_user(const Change& change) {
  auto user = TRY(only_word(change, "a user"));
  change.config.user = std::move(user.text);
  return {};
}

// Absolute, without "." and ".." and doubled slashes: as path.Clean of Go, which Docker uses.
std::string clean_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string clean;
  for (const auto part : parts) clean.append("/").append(part);
  return clean.empty() ? "/" : clean;
}

Result<> change_workdir(const Change& change) {
  const auto path = TRY(unquote_change(change.line, change.arguments, variables_of(change.config)));
  const auto text = trim(path.text);
  if (text.empty()) return fail_at_character(path.position, "expected a directory");
  change.config.working_dir = clean_path(
      text.starts_with('/') ? std::string(text) : change.config.working_dir + "/" + std::string(text));
  return {};
}

Result<> change_stop_signal(const Change& change) {
  auto signal = TRY(only_word(change, "a signal"));
  if (!sys::parse_signal(signal.text)) {
    return fail_at_character(signal.position, "expected a signal, found '{}'", signal.text);
  }
  change.config.stop_signal = std::move(signal.text);
  return {};
}

Result<> set_health_option(std::string_view option, std::size_t position, oci::Healthcheck& check) {
  const auto parts = cut(option, '=');
  const auto name = parts ? parts->before : option;
  const auto value = parts ? parts->after : std::string_view();
  if (name == "--retries") {
    const auto retries = parse_int64(value, "--retries");
    if (!retries || *retries < 0) return fail_at_character(position, "--retries needs a number from 0 on");
    check.retries = *retries;
    return {};
  }
  std::chrono::nanoseconds* target = nullptr;
  if (name == "--interval") target = &check.interval;
  if (name == "--timeout") target = &check.timeout;
  if (name == "--start-period") target = &check.start_period;
  if (name == "--start-interval") target = &check.start_interval;
  if (target == nullptr) return fail_at_character(position, "HEALTHCHECK has no option '{}'", name);
  const auto duration = parse_duration(value, name);
  if (!duration) return fail_at_character(position, "{}", duration.error().message());
  // Docker refuses less than a millisecond, except 0: the default.
  if (duration->count() != 0 && *duration < std::chrono::milliseconds(1)) {
    return fail_at_character(position, "{} needs at least 1ms", name);
  }
  *target = *duration;
  return {};
}

Result<> change_healthcheck(const Change& change) {
  oci::Healthcheck check;
  auto at = change.arguments;
  const auto next_word = [&change, &at] {
    at = std::min(change.line.find_first_not_of(" \t", at), change.line.size());
    return change.line.substr(at, std::min(change.line.find_first_of(" \t", at), change.line.size()) - at);
  };
  auto word = next_word();
  for (; word.starts_with("--"); word = next_word()) {
    TRY(set_health_option(word, at + 1, check));
    at += word.size();
  }
  const auto kind = to_upper(word);
  const Change rest{.line = change.line, .arguments = at + word.size(), .config = change.config};
  if (kind == "NONE") {
    if (!rest.text().empty()) return fail_at_character(rest.arguments + 1, "expected nothing after NONE");
    change.config.healthcheck = oci::Healthcheck{.test = std::vector<std::string>{"NONE"}};
    return {};
  }
  if (kind != "CMD") return fail_at_character(at + 1, "expected NONE or CMD, found '{}'", word);
  std::vector<std::string> test;
  auto words = TRY(find_json_form(rest));
  if (words) {
    test = std::move(*words);
    test.insert(test.begin(), "CMD");
  } else if (!rest.text().empty()) {
    test = {"CMD-SHELL", std::string(rest.text())};
  }
  if (test.size() < 2) return fail_at_character(rest.arguments + 1, "expected a command");
  check.test = std::move(test);
  change.config.healthcheck = std::move(check);
  return {};
}

Result<> change_on_build(const Change& change) {
  const auto text = change.text();
  const auto word = to_upper(text.substr(0, text.find_first_of(" \t")));
  if (word.empty()) return fail_at_character(change.arguments + 1, "expected an instruction");
  // Dockerfile reference, ONBUILD: what may not be deferred.
  if (word == "ONBUILD" || word == "FROM" || word == "MAINTAINER") {
    return fail_at_character(change.arguments + 1, "{} cannot stand after ONBUILD", word);
  }
  change.config.on_build.emplace_back(text);
  return {};
}

struct Instruction {
  std::string_view name;
  Result<> (*apply)(const Change& change);
};

constexpr std::array kInstructions = {
    Instruction{"CMD", change_cmd},
    Instruction{"ENTRYPOINT", change_entrypoint},
    Instruction{"ENV", change_env},
    Instruction{"EXPOSE", change_expose},
    Instruction{"HEALTHCHECK", change_healthcheck},
    Instruction{"LABEL", change_label},
    Instruction{"ONBUILD", change_on_build},
    Instruction{"STOPSIGNAL", change_stop_signal},
    Instruction{"USER", change_user},
    Instruction{"VOLUME", change_volume},
    Instruction{"WORKDIR", change_workdir},
};

Result<> apply(std::string_view line, oci::ContainerConfig& config) {
  const auto strange = std::ranges::find_if(
      line, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
  if (strange != line.end()) {
    return fail_at_character(static_cast<std::size_t>(strange - line.begin()) + 1,
                             "an instruction is one line without control characters");
  }
  if (!is_utf8(line)) return fail(Errc::invalid_argument, "an instruction is UTF-8");
  const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  const auto end = std::min(line.find_first_of(" \t", begin), line.size());
  const auto name = to_upper(line.substr(begin, end - begin));
  const auto* instruction = std::ranges::find(kInstructions, std::string_view(name), &Instruction::name);
  if (instruction == kInstructions.end()) {
    std::vector<std::string> names;
    names.reserve(kInstructions.size());
    for (const auto& known : kInstructions) names.emplace_back(known.name);
    return fail_at_character(begin + 1, "expected one of {}, found '{}'", join(names, ", "), name);
  }
  return instruction->apply({.line = line,
                             .arguments = std::min(line.find_first_not_of(" \t", end), line.size()),
                             .config = config});
}

}  // namespace

Result<> apply_config_change(std::string_view instruction, oci::ContainerConfig& config) {
  auto changed = config;
  TRY_CTX(apply(instruction, changed), "change '{}'", instruction);
  config = std::move(changed);
  return {};
}

}  // namespace corten::image
