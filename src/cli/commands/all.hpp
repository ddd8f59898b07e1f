#pragma once

#include "cli/table.hpp"

namespace corten::cli {

/// Every command of corten. A new one is declared here, listed in all.cpp and defined in a file of its own.
// NOLINTBEGIN(readability-identifier-naming): constants, constexpr where they are defined
extern const Command kArtifactCommand;
extern const Command kArtifactAttachCommand;
extern const Command kArtifactLsCommand;
extern const Command kCompletionCommand;
extern const Command kHelpCommand;
extern const Command kHistoryCommand;
extern const Command kImageCommand;
extern const Command kImageInspectCommand;
extern const Command kImagePruneCommand;
extern const Command kImagesCommand;
extern const Command kInspectCommand;
extern const Command kImageBootstrapCommand;
extern const Command kImportCommand;
extern const Command kLoadCommand;
extern const Command kLoginCommand;
extern const Command kLogoutCommand;
extern const Command kManCommand;
extern const Command kOciCommand;
extern const Command kOciCheckpointCommand;
extern const Command kOciCreateCommand;
extern const Command kOciDeleteCommand;
extern const Command kOciEventsCommand;
extern const Command kOciExecCommand;
extern const Command kOciFeaturesCommand;
extern const Command kOciKillCommand;
extern const Command kOciListCommand;
extern const Command kOciPauseCommand;
extern const Command kOciPsCommand;
extern const Command kOciRestoreCommand;
extern const Command kOciResumeCommand;
extern const Command kOciRunCommand;
extern const Command kOciSpecCommand;
extern const Command kOciStartCommand;
extern const Command kOciStateCommand;
extern const Command kOciUpdateCommand;
extern const Command kPullCommand;
extern const Command kPushCommand;
extern const Command kRmiCommand;
extern const Command kSystemCheckCommand;
extern const Command kSaveCommand;
extern const Command kSystemCommand;
extern const Command kSystemDfCommand;
extern const Command kSystemFeaturesCommand;
extern const Command kSystemInfoCommand;
extern const Command kSystemPruneCommand;
extern const Command kTagCommand;
extern const Command kVersionCommand;
// NOLINTEND(readability-identifier-naming)

/// The whole program as data.
const CommandTable& all_commands();

}  // namespace corten::cli
