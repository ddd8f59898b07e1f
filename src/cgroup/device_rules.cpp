#include "cgroup/device_rules.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "base/strings.hpp"

namespace corten::cgroup {

namespace {

using enum DeviceType;

const std::array<DeviceEntry, 11>& default_rules() {
  // major 1: memory devices; 5: tty, console, ptmx; 136: Unix98 ptys (Documentation/admin-guide/devices.txt)
  static const std::array<DeviceEntry, 11> rules{{
      {.allow = true, .type = character, .access = kDeviceMknod},
      {.allow = true, .type = block, .access = kDeviceMknod},
      {.allow = true, .type = character, .major_number = 1, .minor_number = 3},
      {.allow = true, .type = character, .major_number = 1, .minor_number = 5},
      {.allow = true, .type = character, .major_number = 1, .minor_number = 7},
      {.allow = true, .type = character, .major_number = 1, .minor_number = 8},
      {.allow = true, .type = character, .major_number = 1, .minor_number = 9},
      {.allow = true, .type = character, .major_number = 5, .minor_number = 0},
      {.allow = true, .type = character, .major_number = 5, .minor_number = 1},
      {.allow = true, .type = character, .major_number = 5, .minor_number = 2},
      {.allow = true, .type = character, .major_number = 136},
  }};
  return rules;
}

// -1 means every number, as runc writes it.
Result<std::optional<std::uint32_t>> checked_number(const std::optional<std::int64_t>& number,
                                                    std::size_t index, std::string_view field) {
  if (!number || *number == -1) return std::nullopt;
  if (*number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::invalid_argument, "linux.resources.devices[{}].{}: {} is no device number", index,
                field, *number);
  }
  return static_cast<std::uint32_t>(*number);
}

Result<std::uint8_t> checked_access(std::string_view text, std::size_t index) {
  if (text.empty()) return kDeviceAll;
  std::uint8_t access = 0;
  for (const char c : text) {
    const auto bit = c == 'r' ? kDeviceRead : c == 'w' ? kDeviceWrite : c == 'm' ? kDeviceMknod : 0;
    if (bit == 0) {
      return fail(Errc::invalid_argument,
                  "linux.resources.devices[{}].access: '{}' has other letters than r, w and m", index, text);
    }
    access = static_cast<std::uint8_t>(access | bit);
  }
  return access;
}

Result<DeviceEntry> checked_rule(const oci::DeviceRule& rule, std::size_t index) {
  DeviceEntry entry{.allow = rule.allow};
  if (rule.type == "c" || rule.type == "u") {
    entry.type = character;
  } else if (rule.type == "b") {
    entry.type = block;
  } else if (!rule.type.empty() && rule.type != "a") {
    return fail(Errc::invalid_argument, "linux.resources.devices[{}].type: '{}' is none of a, b, c and u",
                index, rule.type);
  }
  entry.major_number = TRY(checked_number(rule.major, index, "major"));
  entry.minor_number = TRY(checked_number(rule.minor, index, "minor"));
  entry.access = TRY(checked_access(rule.access, index));
  return entry;
}

bool same_devices(const DeviceEntry& a, const DeviceEntry& b) {
  return a.type == b.type && a.major_number == b.major_number && a.minor_number == b.minor_number;
}

template <typename T>
bool field_covers(const std::optional<T>& wide, const std::optional<T>& narrow) {
  return !wide || wide == narrow;
}

bool covers(const DeviceEntry& wide, const DeviceEntry& narrow) {
  return field_covers(wide.type, narrow.type) && field_covers(wide.major_number, narrow.major_number) &&
         field_covers(wide.minor_number, narrow.minor_number);
}

template <typename T>
bool field_meets(const std::optional<T>& a, const std::optional<T>& b) {
  return !a || !b || a == b;
}

bool overlap(const DeviceEntry& a, const DeviceEntry& b) {
  return field_meets(a.type, b.type) && field_meets(a.major_number, b.major_number) &&
         field_meets(a.minor_number, b.minor_number);
}

// The list of exceptions while rules come in, first to last.
class V1Builder {
 public:
  Result<> add(const DeviceEntry& rule) {
    if (!rule.type && !rule.major_number && !rule.minor_number && rule.access == kDeviceAll) {
      state_ = {.allow_rest = rule.allow};
      return {};
    }
    // "a" in a line of v1 means everything, whatever follows it: say both types instead.
    for (const auto type : {character, block}) {
      auto typed = rule;
      typed.type = type;
      if (!rule.type || rule.type == type) TRY(add_typed(typed));
    }
    return {};
  }

  V1Devices take() {
    if (!state_.allow_rest) {
      add_crossings();
      widen_multi_access();
    }
    return std::move(state_);
  }

 private:
  Result<> add_typed(const DeviceEntry& rule) {
    if (rule.allow == state_.allow_rest) return remove(rule);
    for (auto& each : state_.exceptions) {
      if (!same_devices(each, rule)) continue;
      each.access = static_cast<std::uint8_t>(each.access | rule.access);
      return {};
    }
    state_.exceptions.push_back(rule);
    return {};
  }

  // Back to the default for these devices.
  Result<> remove(const DeviceEntry& rule) {
    for (auto& each : state_.exceptions) {
      if (covers(rule, each)) {
        each.access = static_cast<std::uint8_t>(each.access & ~rule.access);
      } else if (overlap(rule, each) && (each.access & rule.access) != 0) {
        return with_hint(
            fail(Errc::unsupported, "linux.resources.devices: cgroup v1 cannot {} '{}' after '{}'",
                 rule.allow ? "allow" : "deny", to_string(rule), to_string(each)),
            "list the devices one by one instead of by a wildcard, or use a host with cgroup v2");
      }
    }
    std::erase_if(state_.exceptions, [](const DeviceEntry& each) { return each.access == 0; });
    return {};
  }

  // The kernel wants one exception that covers all of an access: what a wider one grants must stand in the
  // narrower one too. (Denials need no such help: one of them suffices.)
  void widen_multi_access() {
    for (auto& narrow : state_.exceptions) {
      for (const auto& wide : state_.exceptions) {
        if (covers(wide, narrow)) narrow.access = static_cast<std::uint8_t>(narrow.access | wide.access);
      }
    }
  }

  // Where two wildcards cross ("c 5:* r" and "c *:1 w"), neither covers the other: their crossing gets an
  // exception of its own, for widen_multi_access() to fill. Crossings are single devices, so once is enough.
  void add_crossings() {
    const auto given = state_.exceptions;
    for (const auto& a : given) {
      for (const auto& b : given) {
        if (!overlap(a, b) || covers(a, b) || covers(b, a)) continue;
        auto crossing = a;
        if (!crossing.major_number) crossing.major_number = b.major_number;
        if (!crossing.minor_number) crossing.minor_number = b.minor_number;
        const auto known = std::ranges::any_of(
            state_.exceptions, [&](const DeviceEntry& each) { return same_devices(each, crossing); });
        if (!known) state_.exceptions.push_back(crossing);
      }
    }
  }

  V1Devices state_;
};

}  // namespace

Result<std::vector<DeviceEntry>> container_device_rules(std::span<const oci::DeviceRule> rules) {
  std::vector<DeviceEntry> entries;
  entries.reserve(rules.size() + default_rules().size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto entry = TRY(checked_rule(rules[i], i));
    entries.push_back(entry);
  }
  entries.insert(entries.end(), default_rules().begin(), default_rules().end());
  return entries;
}

std::string to_string(const DeviceEntry& entry) {
  const auto number = [](const std::optional<std::uint32_t>& value) {
    return value ? std::to_string(*value) : std::string("*");
  };
  std::string text = !entry.type ? "a" : entry.type == character ? "c" : "b";
  text += " " + number(entry.major_number) + ":" + number(entry.minor_number) + " ";
  if ((entry.access & kDeviceRead) != 0) text += 'r';
  if ((entry.access & kDeviceWrite) != 0) text += 'w';
  if ((entry.access & kDeviceMknod) != 0) text += 'm';
  return text;
}

Result<V1Devices> to_v1_devices(std::span<const DeviceEntry> rules) {
  V1Builder builder;
  for (const auto& rule : rules) TRY(builder.add(rule));
  return builder.take();
}

}  // namespace corten::cgroup
