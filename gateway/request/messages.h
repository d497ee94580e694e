#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// The two languages of the platform.
enum class Language { kEnglish, kFrench };

// The one that an `Accept-Language` header (RFC 9110 section 12.5.4) asks for, by
// text::PreferredLanguage(); English when it asks for neither.
Language NegotiateLanguage(std::string_view accept_language);

// Why a piece of input was refused. `ReasonName` is part of the API: never rename one.
enum class Reason {
  kMalformedJson,
  kTooDeep,
  kTooManyParameters,
  kInvalidUtf8,
  kInvalidEscape,
  kNulCharacter,
  kDuplicateKey,
  kUnknownField,
  kUnknownParameter,
  kRepeatedParameter,
  kNotMappable,
  kPathCollision,
  kOneofConflict,
  kNull,
  kExpectedString,
  kExpectedInteger,
  kExpectedNumber,
  kExpectedBoolean,
  kExpectedObject,
  kExpectedArray,
  kExpectedTimestamp,
  kExpectedDuration,
  kExpectedFieldMask,
  kExpectedBase64,
  kExpectedEnum,
  kOutOfRange,
  kInexactNumber,
  kUnsupportedType,
  kBodyNotAllowed,
  kDotSegment,
  kMissingHeader,
  kInvalidHeader,
  kContentCoding,
  kFetchedAhead,
  kCredentialInUrl,
};

// What was wrong with a request and where.
struct InputError {
  enum class Source { kBody, kQuery, kPath, kHeader };
  Reason reason;
  Source source = Source::kBody;
  // JSON pointer (RFC 6901) into the body, or the name of the query parameter, path variable or
  // header.
  std::string where = {};
  // Fills the `{}` of the text: allowed names, a type, a byte offset.
  std::string argument = {};
};

// Nothing when the input was accepted.
using Refusal = std::optional<InputError>;

// Stable lower-case name, for example `unknown_field`.
std::string_view ReasonName(Reason reason);
int ReasonCount();

// One sentence for the caller's developer.
std::string Describe(const InputError& error, Language language);

}  // namespace tamarack::gateway
