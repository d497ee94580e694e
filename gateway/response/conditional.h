#pragma once

#include "gateway/response/compression.h"
#include "gateway/routing/route_table.h"
#include "platform/http/message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Conditional requests (RFC 9110 section 13) by entity tags. Dates are no conditions here: what the
// services keep has no modification date, so RFC 9110 has If-Modified-Since and If-Unmodified-Since
// ignored; nor are there ranges, and If-Range.
namespace tamarack::gateway {

inline constexpr char kIfMatch[] = "if-match";
inline constexpr char kIfNoneMatch[] = "if-none-match";

// `"value"` or `W/"value"` for the `etag` that a resource brings along (AIP-154; quotes of its own
// are kept); empty when it cannot be a tag, or would pass for one with a coding.
std::string TagOfField(std::string_view value);

// A tag of the bytes themselves.
std::string TagOfBody(std::string_view body);

// The tag of another representation of the same: `"x"` becomes `"x;br"`.
std::string TagWithCoding(std::string_view etag, Coding coding);

// What If-Match or If-None-Match names.
struct TagList {
  struct Tag {
    std::string_view text;  // With its quotes.
    bool is_weak;
  };
  bool is_any = false;  // `*`
  std::vector<Tag> tags;
};

// Reads such a header, as http::Headers::Join() gives it; nothing where it is no list of tags.
std::optional<TagList> ReadTags(std::string_view list);

// Whether the method checks the condition itself; for others nobody would.
bool PassesCondition(const Route& route, std::string_view header);

// The condition as a service knows it: `*`, or the tags without what TagWithCoding() added, those
// only that a service's can equal. Weak tags never match If-Match (RFC 9110 section 13.1.1). Empty
// when no tag is left.
std::string ConditionForService(const TagList& list, std::string_view header);

enum class Verdict { kGoOn, kNotModified, kPreconditionFailed };

// What If-Match and If-None-Match make of a successful answer to GET or HEAD with the tag `etag`.
// Representations that differ in their content coding alone are the same to If-Match, for whoever
// read the one may change the other. To If-None-Match they are not: a 304 stands for the very
// answer that it spares.
Verdict EvaluatePreconditions(const http::Request& request, std::string_view etag);

// Makes a 304 of an answer: its headers without those that describe the body, which is dropped.
void MakeNotModified(http::Response& response);

}  // namespace tamarack::gateway
