#include "image/filter.hpp"

#include <algorithm>
#include <array>

#include "base/moment.hpp"
#include "base/path_match.hpp"
#include "base/strings.hpp"

namespace corten::image {
namespace {

// Docker's zero time, which is what an image without a date counts as.
constexpr Timestamp kYearOne{.seconds = -62135596800};

Timestamp created(const ImageRecord& image) { return image.summary.created.value_or(kYearOne); }

struct Term {
  std::string_view text;
  std::string_view name;
  std::string_view value;
};

Result<bool> parse_bool(const Term& term) {
  // What Go's strconv.ParseBool takes in the spellings that people use.
  constexpr std::array<std::string_view, 3> kTrue = {"1", "t", "true"};
  constexpr std::array<std::string_view, 3> kFalse = {"0", "f", "false"};
  const auto value = to_lower(term.value);
  if (std::ranges::find(kTrue, value) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, value) != kFalse.end()) return false;
  return fail(Errc::invalid_argument, "filter '{}': expected true or false", term.text);
}

LabelFilter parse_label(std::string_view text, LabelFilter::Wanted wanted) {
  const auto parts = cut(text, '=');
  if (!parts) return {.name = std::string(text), .wanted = wanted};
  return {.name = std::string(parts->before), .value = std::string(parts->after), .wanted = wanted};
}

Result<Timestamp> creation_of(ImageStore& store, std::string_view text) {
  const auto found = TRY(find_image(store, text));
  return created(found.image);
}

std::unexpected<Error> unknown_term(const Term& term, FilterUse use) {
  return with_hint(fail(Errc::invalid_argument, "unknown filter '{}'", term.text), "filters are {}",
                   use == FilterUse::list ? "before, dangling, label, reference, since and until"
                                          : "dangling, label, label! and until");
}

Result<> add_list_term(ImageStore& store, const Term& term, ImageFilter& filter) {
  if (term.name == "before") {
    const auto time = TRY(creation_of(store, term.value));
    filter.before.push_back(time);
    return {};
  }
  if (term.name == "since") {
    const auto time = TRY(creation_of(store, term.value));
    filter.since.push_back(time);
    return {};
  }
  if (term.name != "reference") return unknown_term(term, FilterUse::list);
  filter.references.emplace_back(term.value);
  return {};
}

Result<> add_term(ImageStore& store, const Term& term, FilterUse use, Timestamp now, ImageFilter& filter) {
  if (term.name == "dangling") {
    filter.dangling = TRY(parse_bool(term));
    return {};
  }
  if (term.name == "label") {
    filter.labels.push_back(parse_label(term.value, LabelFilter::Wanted::present));
    return {};
  }
  if (term.name == "until") {
    const auto until = TRY(parse_moment(term.value, now, "filter 'until'"));
    filter.before.push_back(until);
    return {};
  }
  if (use == FilterUse::list) return add_list_term(store, term, filter);
  if (term.name != "label!") return unknown_term(term, use);
  filter.labels.push_back(parse_label(term.value, LabelFilter::Wanted::absent));
  return {};
}

bool matches_label(const LabelFilter& filter, const ImageRecord& image) {
  const auto& labels = image.summary.labels;
  const auto label = labels.find(filter.name);
  const bool present = label != labels.end() && (!filter.value || label->second == *filter.value);
  return present == (filter.wanted == LabelFilter::Wanted::present);
}

Result<> keep_matching(const std::vector<std::string>& patterns, std::vector<oci::Reference>& names) {
  std::vector<oci::Reference> kept;
  for (auto& name : names) {
    bool matched = false;
    for (const auto& pattern : patterns) {
      const bool one = TRY(matches_reference(pattern, name));
      matched = matched || one;
    }
    if (matched) kept.push_back(std::move(name));
  }
  names = std::move(kept);
  return {};
}

}  // namespace

Result<ImageFilter> parse_image_filter(ImageStore& store, std::span<const std::string> terms, FilterUse use,
                                       Timestamp now) {
  ImageFilter filter;
  for (const auto& text : terms) {
    const auto parts = cut(text, '=');
    if (!parts) {
      return with_hint(fail(Errc::invalid_argument, "filter '{}' has no '='", text),
                       "write it as name=value, such as dangling=true");
    }
    const auto name = to_lower(trim(parts->before));
    TRY(add_term(store, {.text = text, .name = name, .value = trim(parts->after)}, use, now, filter));
  }
  return filter;
}

bool matches(const ImageFilter& filter, const ImageRecord& image) {
  if (filter.dangling && *filter.dangling != image.is_dangling()) return false;
  const auto time = created(image);
  return std::ranges::all_of(filter.labels, [&](const auto& label) { return matches_label(label, image); }) &&
         std::ranges::all_of(filter.before, [&](const auto& limit) { return time < limit; }) &&
         std::ranges::all_of(filter.since, [&](const auto& limit) { return time > limit; });
}

Result<bool> matches_reference(std::string_view pattern, const oci::Reference& name) {
  const bool whole = TRY(path_match(pattern, name.familiar()));
  if (whole) return true;
  const bool repository = TRY(path_match(pattern, name.familiar_name()));
  if (repository) return true;
  // Docker stops here, so that `docker images docker.io/library/ubuntu` shows nothing.
  const auto wanted = oci::Reference::parse(pattern, oci::ImpliedTag::none);
  if (!wanted || wanted->name() != name.name()) return false;
  return (!wanted->tag() || wanted->tag() == name.tag()) &&
         (!wanted->digest() || wanted->digest() == name.digest());
}

Result<> apply_filter(const ImageFilter& filter, std::vector<ImageRecord>& images) {
  std::erase_if(images, [&](const auto& image) { return !matches(filter, image); });
  if (filter.references.empty()) return {};
  for (auto& image : images) {
    TRY(keep_matching(filter.references, image.tags));
    TRY(keep_matching(filter.references, image.digests));
  }
  std::erase_if(images, [](const auto& image) { return image.tags.empty() && image.digests.empty(); });
  return {};
}

}  // namespace corten::image
