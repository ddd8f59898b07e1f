#include "cgroup/systemd/api.hpp"

#include <dlfcn.h>

namespace corten::cgroup {

namespace {

template <typename Function>
Result<> find_symbol(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) return fail(Errc::unsupported, "libsystemd has no function '{}'", name);
  return {};
}

// The library stays loaded: others may hold what it gave them.
Result<SystemdApi> load() {
  void* library = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return with_hint(fail(Errc::unsupported, "loading 'libsystemd.so.0', which --systemd-cgroup needs"),
                     "apt install libsystemd0, or leave out --systemd-cgroup");
  }
  SystemdApi api;
  TRY(find_symbol(library, "sd_bus_open_system", api.open_system));
  TRY(find_symbol(library, "sd_bus_open_user", api.open_user));
  TRY(find_symbol(library, "sd_bus_flush_close_unref", api.flush_close_unref));
  TRY(find_symbol(library, "sd_bus_message_new_method_call", api.message_new_method_call));
  TRY(find_symbol(library, "sd_bus_message_unref", api.message_unref));
  TRY(find_symbol(library, "sd_bus_message_append_basic", api.message_append_basic));
  TRY(find_symbol(library, "sd_bus_message_append_array", api.message_append_array));
  TRY(find_symbol(library, "sd_bus_message_open_container", api.message_open_container));
  TRY(find_symbol(library, "sd_bus_message_close_container", api.message_close_container));
  TRY(find_symbol(library, "sd_bus_call", api.call));
  TRY(find_symbol(library, "sd_bus_error_free", api.error_free));
  return api;
}

}  // namespace

Result<const SystemdApi*> systemd_api() {
  static const Result<SystemdApi> loaded = load();
  if (!loaded) return std::unexpected(loaded.error().clone());
  return &*loaded;
}

}  // namespace corten::cgroup
