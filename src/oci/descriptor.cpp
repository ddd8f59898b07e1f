#include "oci/descriptor.hpp"

#include "base/strings.hpp"
#include "oci/base64.hpp"
#include "oci/json_fields.hpp"
#include "oci/media_type.hpp"

namespace corten::oci {
namespace {

// `data` holds bytes in the struct and base64 in the document.
Result<> decode_data(const JsonView& view, Descriptor& descriptor) {
  if (!descriptor.data) return {};
  auto bytes = decode_base64(*descriptor.data);
  if (!bytes) return fail_member(view, "data", bytes.error());
  if (!std::cmp_equal(bytes->size(), descriptor.size_bytes)) {
    return view.fail_at("data",
                        fmt::format("holds {} bytes, but size is {}", bytes->size(), descriptor.size_bytes));
  }
  descriptor.data = std::move(*bytes);
  return {};
}

}  // namespace

void fields(auto& visit, Is<Descriptor> auto& descriptor) {
  visit("mediaType", descriptor.media_type, Presence::required);
  visit("digest", descriptor.digest, Presence::required);
  visit("size", descriptor.size_bytes, Presence::required);
  visit("urls", descriptor.urls);
  visit("annotations", descriptor.annotations);
  visit("data", descriptor.data);
  visit("platform", descriptor.platform);
  visit("artifactType", descriptor.artifact_type);
}

Result<> read_json(const JsonView& view, Descriptor& out) {
  TRY(read_fields(view, out));
  if (out.size_bytes < 0) return view.fail_at("size", fmt::format("{} is negative", out.size_bytes));
  if (!is_media_type(out.media_type)) {
    return view.fail_at("mediaType", fmt::format("'{}' is not a media type",
                                                 printable(std::string_view(out.media_type).substr(0, 80))));
  }
  return decode_data(view, out);
}

Json to_json(const Descriptor& descriptor) {
  auto json = write_fields(descriptor);
  if (descriptor.data) json["data"] = encode_base64(*descriptor.data);
  return json;
}

}  // namespace corten::oci
