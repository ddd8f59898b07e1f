#include "runtime/init/dumpable.hpp"

#include <sys/prctl.h>

namespace corten::runtime {

void forbid_dumping() { (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

DumpableWindow::DumpableWindow() : before_(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)) {
  (void)::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

DumpableWindow::~DumpableWindow() {
  if (before_ != 1) forbid_dumping();
}

}  // namespace corten::runtime
