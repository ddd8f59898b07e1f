#include "cgroup/systemd/bus.hpp"

#include <memory>
#include <string_view>

#include "base/scope_exit.hpp"
#include "base/strings.hpp"
#include "cgroup/systemd/api.hpp"

namespace corten::cgroup {

namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kObject = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr std::string_view kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";
constexpr std::string_view kUnitExists = "org.freedesktop.systemd1.UnitExists";

// One message to the manager. The first failure of a step is kept and the later ones are skipped.
class Call {
 public:
  Call(const SystemdApi& api, sd_bus* bus, const char* method) : api_(api), bus_(bus), method_(method) {
    note(api_.message_new_method_call(bus_, &message_, kService, kObject, kManager, method));
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { api_.message_unref(message_); }

  void append(const std::string& text) { basic('s', text.c_str()); }
  void append(bool value) {
    const int number = value ? 1 : 0;
    basic('b', &number);
  }
  void open(char type, const char* contents) {
    if (status_ >= 0) note(api_.message_open_container(message_, type, contents));
  }
  void close() {
    if (status_ >= 0) note(api_.message_close_container(message_));
  }
  void append_properties(std::span<const UnitProperty> properties) {
    open('a', "(sv)");
    for (const auto& each : properties) {
      open('r', "sv");
      append(each.name);
      std::visit([this](const auto& value) { append_variant(value); }, each.value);
      close();
    }
    close();
  }

  /// The name of the error that systemd answered with, or "" for success.
  Result<std::string> send() {
    if (status_ < 0) return fail_errno(-status_, "asking systemd for {}", method_);
    BusError error;
    const int result = api_.call(bus_, message_, 0, &error, nullptr);
    if (result >= 0) return std::string();
    ScopeExit release([&] { api_.error_free(&error); });
    if (error.name == nullptr) return fail_errno(-result, "asking systemd for {}", method_);
    answer_ = error.message != nullptr ? error.message : "";
    return std::string(error.name);
  }

  std::unexpected<Error> refused(std::string_view unit, std::string_view error_name) const {
    return fail(Errc::failed_precondition, "systemd refuses {} of '{}': {} ({})", method_, unit,
                printable(answer_), printable(error_name));
  }

 private:
  void note(int result) {
    if (status_ >= 0) status_ = result;
  }
  void basic(char type, const void* value) {
    if (status_ >= 0) note(api_.message_append_basic(message_, type, value));
  }
  void variant(char type, const void* value) {
    const char contents[] = {type, '\0'};
    open('v', contents);
    basic(type, value);
    close();
  }
  template <typename T>
  void array_variant(char type, const std::vector<T>& values) {
    const char contents[] = {'a', type, '\0'};
    open('v', contents);
    if (status_ >= 0)
      note(api_.message_append_array(message_, type, values.data(), values.size() * sizeof(T)));
    close();
  }
  void append_variant(bool value) {
    open('v', "b");
    append(value);
    close();
  }
  void append_variant(const std::string& value) { variant('s', value.c_str()); }
  void append_variant(std::uint64_t value) { variant('t', &value); }
  void append_variant(const std::vector<std::uint8_t>& value) { array_variant('y', value); }
  void append_variant(const std::vector<std::uint32_t>& value) { array_variant('u', value); }
  void append_variant(const std::vector<std::string>& values) {
    open('v', "as");
    open('a', "s");
    for (const auto& each : values) append(each);
    close();
    close();
  }

  const SystemdApi& api_;
  sd_bus* bus_;
  const char* method_;
  sd_bus_message* message_ = nullptr;
  int status_ = 0;
  std::string answer_;
};

class Bus {
 public:
  static Result<Bus> connect(SystemdManager manager) {
    const auto* api = TRY(systemd_api());
    sd_bus* bus = nullptr;
    const int result = manager == SystemdManager::user ? api->open_user(&bus) : api->open_system(&bus);
    if (result < 0) {
      return with_hint(
          fail_errno(-result, "connecting to the {} bus of systemd, which --systemd-cgroup needs",
                     manager == SystemdManager::user ? "user" : "system"),
          "leave out --systemd-cgroup where systemd does not run");
    }
    return Bus(*api, bus);
  }

  Call call(const char* method) const { return Call(*api_, bus_.get(), method); }

 private:
  struct Closer {
    const SystemdApi* api;
    void operator()(sd_bus* bus) const { api->flush_close_unref(bus); }
  };
  Bus(const SystemdApi& api, sd_bus* bus) : api_(&api), bus_(bus, Closer{&api}) {}

  const SystemdApi* api_;
  std::unique_ptr<sd_bus, Closer> bus_;
};

Result<std::string> start_once(const Bus& bus, const std::string& name,
                               std::span<const UnitProperty> properties) {
  auto call = bus.call("StartTransientUnit");
  call.append(name);
  call.append(std::string("replace"));
  call.append_properties(properties);
  call.open('a', "(sa(sv))");  // no further units
  call.close();
  auto answer = TRY(call.send());
  if (!answer.empty() && answer != kUnitExists) return call.refused(name, answer);
  return answer;
}

}  // namespace

Result<> start_unit(SystemdManager manager, const std::string& name,
                    std::span<const UnitProperty> properties) {
  const auto bus = TRY(Bus::connect(manager));
  auto answer = TRY(start_once(bus, name, properties));
  if (answer.empty()) return {};
  // A unit that failed keeps its name until it is reset.
  auto reset = bus.call("ResetFailedUnit");
  reset.append(name);
  TRY(reset.send());
  answer = TRY(start_once(bus, name, properties));
  if (answer.empty()) return {};
  return with_hint(fail(Errc::already_exists, "systemd has a unit '{}' already", name),
                   "choose another container id, or 'systemctl stop {}'", name);
}

Result<> set_unit_properties(SystemdManager manager, const std::string& name,
                             std::span<const UnitProperty> properties) {
  if (properties.empty()) return {};
  const auto bus = TRY(Bus::connect(manager));
  auto call = bus.call("SetUnitProperties");
  call.append(name);
  call.append(true);  // runtime
  call.append_properties(properties);
  const auto answer = TRY(call.send());
  if (!answer.empty()) return call.refused(name, answer);
  return {};
}

Result<> stop_unit(SystemdManager manager, const std::string& name) {
  const auto bus = TRY(Bus::connect(manager));
  auto call = bus.call("StopUnit");
  call.append(name);
  call.append(std::string("replace"));
  const auto answer = TRY(call.send());
  if (!answer.empty() && answer != kNoSuchUnit) return call.refused(name, answer);
  return {};
}

}  // namespace corten::cgroup
