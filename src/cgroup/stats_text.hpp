#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Internal: reading the files that count.
namespace corten::cgroup {

/// "key number" lines; others are left out.
std::map<std::string, std::uint64_t> keyed_numbers(std::string_view text);

/// 0 when it is not there.
std::uint64_t number_of(const std::map<std::string, std::uint64_t>& numbers, const std::string& key);

/// The sizes of huge pages that this machine has, as cgroups write them: "2MB", "1GB".
std::vector<std::string> hugepage_sizes();

/// "2MB" for 2048 KiB, in the words of the kernel (mm/hugetlb_cgroup.c, mem_fmt).
std::string hugepage_name(std::uint64_t kibibytes);

}  // namespace corten::cgroup
