#include "cli/commands/all.hpp"

#include <array>

#include "cli/globals.hpp"

namespace corten::cli {

const CommandTable& all_commands() {
  static constexpr std::array kCommands = {
      &kArtifactAttachCommand,
      &kArtifactCommand,
      &kArtifactLsCommand,
      &kCompletionCommand,
      &kHelpCommand,
      &kHistoryCommand,
      &kImageBootstrapCommand,
      &kImageCommand,
      &kImageInspectCommand,
      &kImagePruneCommand,
      &kImagesCommand,
      &kImportCommand,
      &kInspectCommand,
      &kLoadCommand,
      &kLoginCommand,
      &kLogoutCommand,
      &kManCommand,
      &kOciCommand,
      &kOciCheckpointCommand,
      &kOciCreateCommand,
      &kOciDeleteCommand,
      &kOciEventsCommand,
      &kOciExecCommand,
      &kOciFeaturesCommand,
      &kOciKillCommand,
      &kOciListCommand,
      &kOciPauseCommand,
      &kOciPsCommand,
      &kOciRestoreCommand,
      &kOciResumeCommand,
      &kOciRunCommand,
      &kOciSpecCommand,
      &kOciStartCommand,
      &kOciStateCommand,
      &kOciUpdateCommand,
      &kPullCommand,
      &kPushCommand,
      &kRmiCommand,
      &kSaveCommand,
      &kSystemCheckCommand,
      &kSystemCommand,
      &kSystemDfCommand,
      &kSystemFeaturesCommand,
      &kSystemInfoCommand,
      &kSystemPruneCommand,
      &kTagCommand,
      &kVersionCommand,
  };
  static constexpr CommandTable kTable(kRootCommand, kCommands);
  return kTable;
}

}  // namespace corten::cli
