#pragma once

#include <cstddef>

#include "base/result.hpp"

struct sd_bus;
struct sd_bus_message;

/// Internal to src/cgroup: libsystemd's sd-bus(3), found with dlopen. Its types are opaque, so its headers
/// are not needed.
namespace corten::cgroup {

/// `sd_bus_error` of <systemd/sd-bus.h>.
struct BusError {
  const char* name = nullptr;
  const char* message = nullptr;
  int need_free = 0;
};

struct SystemdApi {
  int (*open_system)(sd_bus** bus) = nullptr;
  int (*open_user)(sd_bus** bus) = nullptr;
  sd_bus* (*flush_close_unref)(sd_bus* bus) = nullptr;
  int (*message_new_method_call)(sd_bus* bus, sd_bus_message** message, const char* destination,
                                 const char* path, const char* interface, const char* member) = nullptr;
  sd_bus_message* (*message_unref)(sd_bus_message* message) = nullptr;
  int (*message_append_basic)(sd_bus_message* message, char type, const void* value) = nullptr;
  int (*message_append_array)(sd_bus_message* message, char type, const void* bytes,
                              std::size_t size) = nullptr;
  int (*message_open_container)(sd_bus_message* message, char type, const char* contents) = nullptr;
  int (*message_close_container)(sd_bus_message* message) = nullptr;
  int (*call)(sd_bus* bus, sd_bus_message* message, unsigned long long timeout_us, BusError* error,
              sd_bus_message** reply) = nullptr;
  void (*error_free)(BusError* error) = nullptr;
};

/// libsystemd.so.0, loaded once per process.
Result<const SystemdApi*> systemd_api();

}  // namespace corten::cgroup
