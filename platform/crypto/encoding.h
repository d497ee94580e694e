// Text encodings of bytes (RFC 4648), strict in both directions.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace tamarack::crypto {

// Decoders accept exactly what the encoder would have written: no white space, no missing or extra
// padding, no non-zero trailing bits. Hence one value has one text, and a signed text cannot be
// varied.

// RFC 4648 section 4, with padding.
std::string Base64Encode(std::string_view bytes);
absl::StatusOr<std::string> Base64Decode(std::string_view text);

// RFC 4648 section 5, without padding (as RFC 7515 uses it).
std::string Base64UrlEncode(std::string_view bytes);
absl::StatusOr<std::string> Base64UrlDecode(std::string_view text);

// RFC 4648 section 8, lower case; the decoder accepts either case.
std::string HexEncode(std::string_view bytes);
absl::StatusOr<std::string> HexDecode(std::string_view text);

// RFC 4648 section 7 (alphabet 0-9a-v, which sorts as the bytes do), lower case, without padding.
std::string Base32HexEncode(std::string_view bytes);

}  // namespace tamarack::crypto
