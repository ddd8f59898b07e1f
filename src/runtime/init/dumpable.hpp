#pragma once

namespace corten::runtime {

/// Whether others in namespaces that we join may trace this process and open what it has open (prctl(2),
/// PR_SET_DUMPABLE). The helper holds descriptors of the host, so they may not (CVE-2016-9962); execve makes
/// the program of the container dumpable again. Not where all namespaces are new: nobody is in them, and
/// hooks of an ordinary user (slirp4netns, pasta) must be able to open ours.
void forbid_dumping();

/// For the moments in which /proc/self must belong to our own user, not to root: writing id maps and time
/// offsets. What was before is so afterwards.
class DumpableWindow {
 public:
  DumpableWindow();
  DumpableWindow(const DumpableWindow&) = delete;
  DumpableWindow& operator=(const DumpableWindow&) = delete;
  ~DumpableWindow();

 private:
  int before_;
};

}  // namespace corten::runtime
