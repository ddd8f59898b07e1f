#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/channel.hpp"
#include "runtime/plan.hpp"

// Packets and plans: what is accepted is written and read back as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto message = corten::runtime::decode_message(text)) {
    if (message->text.size() + 1 != size) std::abort();
  }
  const auto plan = corten::runtime::parse_plan(text);
  if (!plan) return 0;
  const auto again = corten::runtime::parse_plan(corten::runtime::to_json_text(*plan));
  if (!again || *again != *plan) std::abort();
  return 0;
}
