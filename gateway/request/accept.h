#pragma once

#include <string_view>

// What the caller likes, by list headers as http::Headers::Join() gives them.
namespace tamarack::gateway {

// The quality, 0 to 1, that an `Accept` header gives to a media type `type/subtype` (RFC 9110
// section 12.5.1): that of the most specific range that matches, 0 where none does. Without a
// header, or with one that cannot be read, everything is as good: 1.
double MediaTypeQuality(std::string_view accept, std::string_view media_type);

// Whether `Accept` asks for a media type by name, as browsers do for pages; `*/*` does not.
bool NamesMediaType(std::string_view accept, std::string_view media_type);

// The quality that an `Accept-Encoding` header gives to a content coding (RFC 9110 section 12.5.3):
// 0 where it names neither the coding nor `*`.
double CodingQuality(std::string_view accept_encoding, std::string_view coding);

}  // namespace tamarack::gateway
