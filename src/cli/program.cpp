#include "cli/program.hpp"

#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "cli/help.hpp"
#include "cli/report.hpp"
#include "cli/version.hpp"

namespace corten::cli {
namespace {

using Words = std::span<const std::string>;

int show_help(const Context& context, const Command& command) {
  const auto& io = context.io();
  const auto printed = io.print(render_help(context.table, command, io.columns));
  return printed ? kExitSuccess : report_error(io, printed.error());
}

int show_version(const Io& io) {
  const auto printed = io.print(version_line());
  return printed ? kExitSuccess : report_error(io, printed.error());
}

int unknown_verb(const Context& context, const Command& parent, std::string_view verb) {
  const auto name = full_name(parent);
  Error error = make_error(Errc::invalid_argument, 0, "'{}' is not a {} command. See '{} --help'",
                           fmt::make_format_args(verb, name, name));
  if (const auto nearest = context.table.nearest_child(parent, verb)) {
    error.set_hint(fmt::format("did you mean '{} {}'?", name, *nearest));
  }
  context.report(error);
  return kExitFailure;
}

int dispatch(const Command& command, Words words, Context& context, Globals& globals);

// `words` is what follows the flags of `group`: the verb and everything that is the verb's.
int run_verb(const Command& group, Words words, Context& context, Globals& globals) {
  if (words.empty()) {
    // As in Docker, a bare group explains itself on standard error and succeeds.
    context.io().complain(render_help(context.table, group, context.io().columns));
    return kExitSuccess;
  }
  const auto* child = context.table.find_child(group, words.front());
  if (child == nullptr) return unknown_verb(context, group, words.front());
  return dispatch(*child, words.subspan(1), context, globals);
}

// What the flags of a group ask for before any verb; an exit code if that was all.
std::optional<int> prepare(const Command& group, Context& context) {
  if (group.prepare == nullptr) return std::nullopt;
  const auto prepared = group.prepare(context);
  return prepared ? *prepared : context.report(prepared.error());
}

// `words` is what follows the name of `command`.
int dispatch(const Command& command, Words words, Context& context, Globals& globals) {
  if (command.execute != nullptr) return command.execute(command, words, context);
  if (command.report != nullptr) context.group_report = command.report;
  const Grammar grammar = {.flags = command.flags,
                           .placement = FlagPlacement::before_arguments,
                           .global_flags = context.table.root().flags};
  const auto parsed = parse_words(grammar, words, &globals);
  if (!parsed) return context.report_usage(command, parsed.error(), kExitBadFlag);
  if (parsed->help) return show_help(context, command);
  if (const auto done = prepare(command, context)) return *done;
  return run_verb(command, parsed->arguments, context, globals);
}

Result<ParsedWords> parse_globals(const Command& root, Words words, const FindEnv& find_env,
                                  Globals& globals) {
  TRY(apply_environment(root.flags, find_env, &globals));
  const Grammar grammar = {.flags = root.flags, .placement = FlagPlacement::before_arguments};
  return parse_words(grammar, words, &globals);
}

PathOverrides overrides(const Globals& globals) {
  return {.root = globals.root, .run_root = globals.run_root};
}

}  // namespace

namespace detail {

int execute(const Command& command, Words words, Context& context, void* options, RunErased run) {
  auto flags = apply_environment(command.flags, context.surroundings.find_env, options);
  if (!flags) return context.report_usage(command, flags.error(), kExitBadFlag);
  const Grammar grammar = {.flags = command.flags,
                           .placement = command.arguments.flags,
                           .global_flags = context.table.root().flags};
  const auto parsed = parse_words(grammar, words, options);
  if (!parsed) return context.report_usage(command, parsed.error(), kExitBadFlag);
  if (parsed->help) return show_help(context, command);
  const auto counted = check_argument_count(command, parsed->arguments.size());
  if (!counted) return context.report_usage(command, counted.error(), kExitFailure);
  for (const auto& argument : parsed->arguments) {
    const auto assigned = command.arguments.bind.assign(options, argument, "invalid argument");
    if (!assigned) return context.report_usage(command, assigned.error(), kExitFailure);
  }
  const auto& rerun = context.surroundings.rerun_in_user_namespace;
  const bool again = command.file_owners == FileOwners::many && rerun;
  const auto result = again ? rerun() : run(options, context);
  return result ? *result : context.report(result.error());
}

}  // namespace detail

int Context::report(const Error& error) const {
  return group_report != nullptr ? group_report(*this, error) : report_error(io(), error);
}

int Context::report_usage(const Command& command, const Error& error, int exit_code) const {
  return group_report != nullptr ? group_report(*this, error)
                                 : report_usage_error(io(), command, error, exit_code);
}

Result<StorePaths> Context::paths() const {
  return choose_paths(overrides(globals), surroundings.uid, surroundings.find_env);
}

Result<std::string> Context::root() const {
  return choose_root(overrides(globals), surroundings.uid, surroundings.find_env);
}

Result<std::string> Context::run_root() const {
  return choose_run_root(overrides(globals), surroundings.uid, surroundings.find_env);
}

int run_program(const CommandTable& table, Words words, const Surroundings& surroundings) {
  Globals globals;
  Context context{.table = table, .surroundings = surroundings, .globals = globals};
  const auto& root = table.root();
  const auto parsed = parse_globals(root, words, surroundings.find_env, globals);
  if (!parsed) return report_usage_error(context.io(), root, parsed.error(), kExitBadFlag);
  if (parsed->help) return show_help(context, root);
  if (globals.version && parsed->arguments.empty()) return show_version(context.io());
  if (globals.debug) globals.log_level = log::Level::debug;
  // The logger is made at its first use: a process that stays at the default does not pay for it.
  if (globals.log_level != log::Level::warning) log::set_level(globals.log_level);
  return run_verb(root, parsed->arguments, context, globals);
}

}  // namespace corten::cli
