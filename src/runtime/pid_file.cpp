#include "runtime/pid_file.hpp"

#include <filesystem>

#include "sys/atomic_write.hpp"
#include "sys/names.hpp"

namespace corten::runtime {

Result<> write_pid_file(const std::string& path, pid_t pid) {
  if (path.empty()) return {};
  constexpr mode_t kMode = 0644;
  const std::filesystem::path file(path);
  const auto above = file.parent_path().string();
  const auto directory = TRY_CTX(sys::open_directory(sys::BorrowedFd::cwd(), above.empty() ? "." : above),
                                 "writing the pid file '{}'", path);
  const auto text = std::to_string(pid);
  TRY_CTX(sys::write_file_atomically(directory, file.filename().string(), as_bytes(text), kMode,
                                     sys::Durability::none),
          "writing the pid file '{}'", path);
  return {};
}

}  // namespace corten::runtime
