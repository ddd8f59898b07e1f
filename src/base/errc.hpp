#pragma once

#include <cstdint>
#include <string_view>

namespace corten {

/// What the caller can do about a failure. Chosen by the function that fails, never by the text of the
/// message.
enum class Errc : std::uint8_t {
  invalid_argument,     ///< The input is wrong: change it.
  not_found,            ///< The named thing does not exist.
  already_exists,       ///< The name is taken.
  permission_denied,    ///< The caller may not do this.
  unauthenticated,      ///< No or wrong credentials: log in.
  failed_precondition,  ///< The state of the thing forbids it now: change the state first.
  unsupported,          ///< This host, kernel or version of corten cannot do it.
  unavailable,          ///< A service or resource is not there now: trying again may help.
  canceled,             ///< The user or a timeout stopped it.
  data_loss,            ///< Stored or received bytes are damaged.
  internal,             ///< A bug, or a failure nobody foresaw.
};

/// How one kind shows itself at the edges of the program.
struct ErrcInfo {
  Errc kind;
  std::string_view name;  ///< Stable, for JSON output.
  int http_status;        ///< For the Docker Engine API.
  int exit_code;          ///< For commands; `run` and `exec` choose among 125, 126 and 127 themselves.
};

const ErrcInfo& errc_info(Errc kind);

/// The kind that answers best to an errno value, `internal` for those no rule covers.
Errc errc_from_errno(int errnum);

}  // namespace corten
