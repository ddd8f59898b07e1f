#include <array>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/commands/all.hpp"
#include "cli/commands/format.hpp"
#include "cli/commands/inspect_output.hpp"
#include "cli/store.hpp"
#include "image/inspect_json.hpp"

namespace corten::cli {
namespace {

struct ImageInspectOptions {
  std::string format = {};
  std::string platform = {};
  std::vector<std::string> names = {};
};

struct InspectOptions {
  std::string format = {};
  std::string type = {};
  bool size = false;
  std::vector<std::string> names = {};
};

Result<int> inspect_images(const Context& context, const ImageInspectOptions& options) {
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) {
    platform = TRY(oci::parse_platform(options.platform, image::this_platform()));
  }
  const auto store = TRY(open_store(context));
  return print_inspected(context.io(), {.format = options.format, .render = image_render_options()},
                         options.names, [&](const std::string& name) -> Result<Json> {
                           const auto found = TRY(image::find_image(*store, name, platform));
                           return image::inspect_image(*store, found.image);
                         });
}

Result<int> run_image_inspect(const ImageInspectOptions& options, Context& context) {
  return inspect_images(context, options);
}

// Images are the only objects so far.
constexpr std::array<std::string_view, 1> kTypes = {"image"};

Result<int> run_inspect(const InspectOptions& options, Context& context) {
  if (!options.type.empty() && options.type != kTypes[0]) {
    return fail(Errc::invalid_argument, "--type: '{}' is no type of object that corten has; expected {}",
                options.type, kTypes[0]);
  }
  return inspect_images(context, {.format = options.format, .names = options.names});
}

constexpr std::array kImageFlags = {
    document_format_flag<&ImageInspectOptions::format>(),
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Which image of a name that has several",
         .bind = bind<&ImageInspectOptions::platform>(),
         .default_text = "this machine's"},
};

constexpr std::array kFlags = {
    document_format_flag<&InspectOptions::format>(),
    Flag{.name = "size",
         .letter = 's',
         .help = "Also measure containers; it changes nothing for images",
         .bind = bind<&InspectOptions::size>()},
    Flag{.name = "type",
         .value = "TYPE",
         .help = "Only objects of this type",
         .bind = bind<&InspectOptions::type>(),
         .choices = kTypes},
};

constexpr std::array kExamples = {
    Example{.text = "The environment that an image sets",
            .line = "corten image inspect --format '{{json .Config.Env}}' ubuntu"},
};

}  // namespace

constexpr Command kImageInspectCommand{
    .path = "image inspect",
    .summary = "Show all that is known of images",
    .arguments = {.usage = "IMAGE [IMAGE...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&ImageInspectOptions::names>()},
    .flags = kImageFlags,
    .examples = kExamples,
    .execute = execute<ImageInspectOptions, run_image_inspect>,
};

constexpr Command kInspectCommand{
    .path = "inspect",
    .summary = "Show all that is known of objects",
    .arguments = {.usage = "NAME|ID [NAME|ID...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&InspectOptions::names>()},
    .flags = kFlags,
    .execute = execute<InspectOptions, run_inspect>,
};

}  // namespace corten::cli
