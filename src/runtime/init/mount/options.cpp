#include "runtime/init/mount/options.hpp"

#include <sys/mount.h>

#include <string_view>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

enum class Effect : std::uint8_t { set, clear, access_time };

struct AttributeWord {
  std::string_view word;
  std::uint64_t attribute;
  Effect effect;
};

// mount(8), "Filesystem-independent mount options". The same words with an "r" in front are recursive
// (mount_setattr(2), AT_RECURSIVE). The access-time settings are one field: setting one replaces the other.
constexpr AttributeWord kAttributes[] = {
    {"ro", MOUNT_ATTR_RDONLY, Effect::set},
    {"rw", MOUNT_ATTR_RDONLY, Effect::clear},
    {"nosuid", MOUNT_ATTR_NOSUID, Effect::set},
    {"suid", MOUNT_ATTR_NOSUID, Effect::clear},
    {"nodev", MOUNT_ATTR_NODEV, Effect::set},
    {"dev", MOUNT_ATTR_NODEV, Effect::clear},
    {"noexec", MOUNT_ATTR_NOEXEC, Effect::set},
    {"exec", MOUNT_ATTR_NOEXEC, Effect::clear},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, Effect::set},
    {"diratime", MOUNT_ATTR_NODIRATIME, Effect::clear},
    {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, Effect::set},
    {"symfollow", MOUNT_ATTR_NOSYMFOLLOW, Effect::clear},
    {"relatime", MOUNT_ATTR_RELATIME, Effect::access_time},
    {"atime", MOUNT_ATTR_RELATIME, Effect::access_time},
    {"norelatime", MOUNT_ATTR_STRICTATIME, Effect::access_time},
    {"noatime", MOUNT_ATTR_NOATIME, Effect::access_time},
    {"strictatime", MOUNT_ATTR_STRICTATIME, Effect::access_time},
    {"nostrictatime", MOUNT_ATTR_RELATIME, Effect::access_time},
};

struct PropagationWord {
  std::string_view word;
  sys::Propagation propagation;
  sys::Subtree subtree;
};

constexpr PropagationWord kPropagations[] = {
    {"private", sys::Propagation::none, sys::Subtree::only_this},
    {"rprivate", sys::Propagation::none, sys::Subtree::recursive},
    {"slave", sys::Propagation::slave, sys::Subtree::only_this},
    {"rslave", sys::Propagation::slave, sys::Subtree::recursive},
    {"shared", sys::Propagation::shared, sys::Subtree::only_this},
    {"rshared", sys::Propagation::shared, sys::Subtree::recursive},
    {"unbindable", sys::Propagation::unbindable, sys::Subtree::only_this},
    {"runbindable", sys::Propagation::unbindable, sys::Subtree::recursive},
};

// Words that say what is the case anyway, or ask for nothing that this kernel has.
constexpr std::string_view kIgnored[] = {"defaults", "async",  "loud",     "nolazytime", "noiversion",
                                         "nomand",   "mand",   "iversion", "acl",        "auto",
                                         "noauto",   "nofail", "_netdev",  "user",       "nouser"};

void apply(const AttributeWord& word, std::uint64_t& set, std::uint64_t& clear) {
  constexpr std::uint64_t kAccessTime = MOUNT_ATTR__ATIME;
  switch (word.effect) {
    case Effect::set:
      set |= word.attribute;
      clear &= ~word.attribute;
      break;
    case Effect::clear:
      set &= ~word.attribute;
      clear |= word.attribute;
      break;
    case Effect::access_time:
      set = (set & ~kAccessTime) | word.attribute;
      clear |= kAccessTime;
      break;
  }
}

bool take_attribute(std::string_view word, MountOptions& options) {
  for (const auto& known : kAttributes) {
    if (word == known.word) {
      apply(known, options.set, options.clear);
      return true;
    }
    if (word.starts_with('r') && word.substr(1) == known.word) {
      apply(known, options.recursive_set, options.recursive_clear);
      return true;
    }
  }
  return false;
}

bool take_propagation(std::string_view word, MountOptions& options) {
  for (const auto& known : kPropagations) {
    if (word != known.word) continue;
    options.propagation.emplace_back(known.propagation, known.subtree);
    return true;
  }
  return false;
}

bool take_word(std::string_view word, MountOptions& options) {
  if (word == "bind") {
    if (options.bind == BindKind::none) options.bind = BindKind::only_this;
  } else if (word == "rbind") {
    options.bind = BindKind::recursive;
  } else if (word == "remount") {
    options.remount = true;
  } else if (word == "tmpcopyup") {
    options.copy_up = true;
  } else if (word == "idmap" || word == "ridmap") {
    options.id_mapped = word == "idmap" ? IdMapped::only_this : IdMapped::recursive;
  } else if (word == "src-nofollow") {
    options.follow_source = false;
  } else {
    return false;
  }
  return true;
}

bool is_ignored(std::string_view word) {
  for (const auto ignored : kIgnored) {
    if (word == ignored) return true;
  }
  return word.empty();
}

void take_data(std::string_view word, MountOptions& options) {
  const auto parts = cut(word, '=');
  if (parts) {
    options.data.push_back({.key = std::string(parts->before), .value = std::string(parts->after)});
  } else {
    options.data.push_back({.key = std::string(word)});
  }
}

}  // namespace

MountOptions parse_mount_options(const oci::Mount& mount) {
  MountOptions options;
  for (const auto& word : mount.options) {
    if (take_word(word, options) || take_attribute(word, options) || take_propagation(word, options))
      continue;
    if (!is_ignored(word)) take_data(word, options);
  }
  // As mount(8) and every runtime: the type "bind" says it too.
  if (mount.type == "bind" && !options.is_bind()) options.bind = BindKind::only_this;
  if (!mount.uid_mappings.empty() && options.id_mapped == IdMapped::no)
    options.id_mapped = IdMapped::only_this;
  return options;
}

}  // namespace corten::runtime
