#include "image/tag.hpp"

#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/store.hpp"

namespace corten::cli {
namespace {

struct TagOptions {
  std::vector<std::string> names = {};
};

Result<int> run_tag(const TagOptions& options, Context& context) {
  const auto store = TRY(open_store(context));
  TRY(image::tag_image(*store, options.names[0], options.names[1]));
  return kExitSuccess;
}

constexpr std::array<std::string_view, 1> kAliases = {"tag"};

constexpr std::array kExamples = {
    Example{.text = "Name an image for another registry",
            .line = "corten tag ubuntu:22.04 registry.example.com/base/ubuntu:22.04"},
};

}  // namespace

constexpr Command kTagCommand{
    .path = "image tag",
    .aliases = kAliases,
    .summary = "Give an image another name",
    .doc = R"(
A name that stood for another image goes to this one; that other image, if it has no name left, is then shown as <none>
and goes with the next 'corten image prune'.)",
    .arguments = {.usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
                  .min = 2,
                  .max = 2,
                  .bind = bind<&TagOptions::names>()},
    .examples = kExamples,
    .execute = execute<TagOptions, run_tag>,
};

}  // namespace corten::cli
