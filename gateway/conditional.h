#pragma once

#include "gateway/route_table.h"
#include "platform/http/message.h"

#include <string>
#include <string_view>

// Conditional requests (RFC 9110 section 13). Tags are strong: the same tag, the same bytes.
namespace tamarack::gateway {

// `"value"` for the `etag` field that a resource brings along (AIP-154; quotes of its own are
// kept); empty when it cannot be a tag.
std::string TagOfField(std::string_view value);

// A tag of the bytes themselves.
std::string TagOfBody(std::string_view body);

// Whether the method checks If-Match itself; for others nobody would.
bool PassesIfMatch(const Route& route);

// True if a list of tags, or `*`, holds `etag`. Representations that differ in their content coding
// alone are the same here: whoever read the one may change the other.
bool HoldsTag(std::string_view list, std::string_view etag);

// A list of tags as the services know them: without what TagWithCoding() added.
std::string WithoutCodings(std::string_view list);

enum class Verdict { kGoOn, kNotModified, kPreconditionFailed };

// What If-Match and If-None-Match make of a successful answer to GET or HEAD with an ETag.
Verdict Judge(const http::Request& request, std::string_view etag);

// Makes a 304 of an answer: its headers without those that describe the body, which is dropped.
void MakeNotModified(http::Response& response);

}  // namespace tamarack::gateway
