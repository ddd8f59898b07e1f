#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "codec/tar_entry.hpp"
#include "codec/tar_writer.hpp"

/// For the tests of the tar reader and writer.
namespace corten::codec::testing {

/// A header block by its fields, each as the text that stands in it; the checksum is filled in.
struct RawHeader {
  std::string_view name = "file";
  char type = '0';
  std::string_view size = "0";
  std::string_view link = {};
  std::string_view mode = "0000644";
  std::string_view uid = "0";
  std::string_view gid = "0";
  std::string_view mtime = "0";
  std::string_view magic = {
      "ustar\0"
      "00",
      8};
  std::string_view user_name = {};
  std::string_view prefix = {};
  std::string_view dev_major = {};
  std::string_view dev_minor = {};
};
std::string raw_header(const RawHeader& fields);

/// A block after something in it was changed: its checksum made right again.
std::string with_checksum(std::string block);

/// A header of one type and its body, padded.
std::string raw_member(RawHeader fields, std::string_view body);
/// "27 KEY=VALUE\n" for each.
std::string pax_records(const std::vector<std::pair<std::string, std::string>>& records);
/// An extended header of the given type ('x', 'g', 'L', 'K').
std::string raw_extension(char type, std::string_view body);

std::string padded(std::string_view body);
std::string end_marker();

/// An entry and what content() gave for it.
struct ReadEntry {
  TarEntry entry;
  std::string content;

  bool operator==(const ReadEntry&) const = default;
};
Result<std::vector<ReadEntry>> read_archive(std::string_view archive, const TarLimits& limits = {});

/// An entry and its stored body.
struct WriteEntry {
  TarEntry entry;
  std::string body;
};
Result<std::string> write_archive(const std::vector<WriteEntry>& entries,
                                  const TarWriterOptions& options = {});

/// What the writer is asked to keep when everything is to be read back.
constexpr TarWriterOptions kKeepAll{.owner_names = TarOwnerNames::keep,
                                    .access_times = TarAccessTimes::keep,
                                    .mtime = TarMtime::nanoseconds,
                                    .sparse = TarSparseForm::gnu_1_0};

/// The message of the error of reading `archive`, bodies included; "no error" if there is none.
std::string error_of(std::string_view archive, const TarLimits& limits = {});

/// One line for people and golden files.
std::string describe(const ReadEntry& read);

/// Gives at most `step` bytes a call, as a slow pipe does.
class SlowSource : public Source {
 public:
  SlowSource(std::string_view text, std::size_t step) : inner_(text), step_(step) {}
  Result<std::size_t> read(MutableBytes buffer) override {
    return inner_.read(buffer.first(std::min(buffer.size(), step_)));
  }

 private:
  MemorySource inner_;
  std::size_t step_;
};

/// `head`, then `zeros` bytes of zeros, then `tail`: large archives without the memory.
class LargeSource : public Source {
 public:
  LargeSource(std::string head, std::uint64_t zeros, std::string tail)
      : head_text_(std::move(head)),
        tail_text_(std::move(tail)),
        head_(head_text_),
        zeros_(zeros),
        tail_(tail_text_) {}
  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  std::string head_text_;
  std::string tail_text_;
  MemorySource head_;
  std::uint64_t zeros_;
  MemorySource tail_;
};

}  // namespace corten::codec::testing
