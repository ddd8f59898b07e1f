#include "snapshot/naive_unpack_for_test.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "codec/tar_reader.hpp"

namespace corten::snapshot::test {

Result<> naive_unpack(const std::string& tar, const std::string& directory) {
  MemorySource source(tar);
  codec::TarReader reader(source);
  while (true) {
    const auto entry = TRY(reader.next());
    if (!entry) return {};
    const bool absolute = entry->name.starts_with('/');
    const auto path = absolute ? entry->name : directory + "/" + entry->name;
    const auto slash = path.rfind('/');
    const auto base = path.substr(slash + 1);
    MemorySink body;
    TRY(copy_stream(reader.body(), body));
    if (base.starts_with(".wh.")) {
      (void)::remove((path.substr(0, slash + 1) + base.substr(4)).c_str());
      continue;
    }
    switch (entry->type) {
      case codec::TarType::directory:
        (void)::mkdir(path.c_str(), entry->mode);
        (void)::chmod(path.c_str(), entry->mode);
        break;
      case codec::TarType::symlink:
        (void)::symlink(entry->link_target.c_str(), path.c_str());
        break;
      case codec::TarType::hard_link:
        (void)::link(
            (entry->link_target.starts_with('/') ? entry->link_target : directory + "/" + entry->link_target)
                .c_str(),
            path.c_str());
        break;
      default:
        std::ofstream(path) << body.text();
        (void)::chmod(path.c_str(), entry->mode);
    }
  }
}

}  // namespace corten::snapshot::test
