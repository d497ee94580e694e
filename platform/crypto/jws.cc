#include "platform/crypto/jws.h"

#include "platform/base/status.h"
#include "platform/base/timestamp_range.h"
#include "platform/crypto/encoding.h"
#include "platform/json/strict.h"

#include <absl/strings/match.h>
#include <boost/json/serialize.hpp>

namespace tamarack::crypto {
namespace {

namespace json = boost::json;

// The three parts of a compact token, still encoded.
struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;  // header.claims
};

absl::StatusOr<Parts> Split(std::string_view token) {
  if (token.size() > kJwsBytesMax) return absl::UnauthenticatedError("token: too long");
  size_t first = token.find('.');
  size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return absl::UnauthenticatedError("token: not three parts");
  }
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

absl::StatusOr<json::object> DecodeObject(std::string_view part, const char* error) {
  absl::StatusOr<std::string> text = Base64UrlDecode(part);
  if (!text.ok()) return absl::UnauthenticatedError(error);
  absl::StatusOr<json::object> object = ParseStrictObject(*text);
  if (!object.ok()) return absl::UnauthenticatedError(error);
  return object;
}

bool IsType(absl::string_view typ, std::string_view expected) {
  constexpr absl::string_view kPrefix = "application/";
  if (absl::StartsWithIgnoreCase(typ, kPrefix)) typ.remove_prefix(kPrefix.size());
  return absl::EqualsIgnoreCase(typ, ToAbsl(expected));
}

absl::Status CheckHeader(const json::object& header, const JwsExpectation& expected) {
  if (!IsName(StringMember(header, "alg"), expected.algorithm)) {
    return absl::UnauthenticatedError("token: alg is not the one expected");
  }
  if (header.contains("crit") || header.contains("b64")) {
    return absl::UnauthenticatedError("token: critical extensions are not supported");
  }
  if (header.contains("kid") && !header.at("kid").is_string()) {
    return absl::UnauthenticatedError("token: kid is no string");
  }
  if (!expected.typ.empty() && !IsType(ToAbsl(StringMember(header, "typ")), expected.typ)) {
    return absl::UnauthenticatedError("token: typ is not the one expected");
  }
  return absl::OkStatus();
}

// A key without a name may be meant by any kid; the caller has chosen the set.
bool MayBe(const Key& key, const json::object& header) {
  return !header.contains("kid") || key.kid().empty() || key.kid() == StringMember(header, "kid");
}

}  // namespace

absl::StatusOr<std::string> SignJws(const Key& key, const json::object& claims,
                                    const json::object& header) {
  if (header.contains("alg") || header.contains("kid") || header.contains("crit")) {
    return absl::InvalidArgumentError("header: alg, kid and crit are not the caller's");
  }
  std::string_view algorithm = Name(key.algorithm());
  json::object full{{"alg", json::string_view(algorithm.data(), algorithm.size())}};
  if (!key.kid().empty()) full["kid"] = key.kid();
  for (const auto& member : header) full[member.key()] = member.value();
  std::string text = absl::StrCat(Base64UrlEncode(json::serialize(full)), ".",
                                  Base64UrlEncode(json::serialize(claims)));
  absl::StatusOr<std::string> signature = key.Sign(text);
  if (!signature.ok()) return signature.status();
  absl::StrAppend(&text, ".", Base64UrlEncode(*signature));
  if (text.size() > kJwsBytesMax) return absl::InvalidArgumentError("claims: token is too long");
  return text;
}

absl::StatusOr<Jws> VerifyJws(std::string_view token, const KeySet& keys,
                              const JwsExpectation& expected) {
  absl::StatusOr<Parts> parts = Split(token);
  if (!parts.ok()) return parts.status();
  absl::StatusOr<json::object> header = DecodeObject(parts->header, "token: malformed header");
  if (!header.ok()) return header.status();
  if (absl::Status status = CheckHeader(*header, expected); !status.ok()) return status;
  absl::StatusOr<std::string> signature = Base64UrlDecode(parts->signature);
  if (!signature.ok()) return absl::UnauthenticatedError("token: malformed signature");

  bool has_candidate = false;
  for (const Key& key : keys.keys()) {
    if (key.algorithm() != expected.algorithm || !MayBe(key, *header)) continue;
    has_candidate = true;
    if (!key.Verify(parts->signed_text, *signature)) continue;
    absl::StatusOr<json::object> claims = DecodeObject(parts->claims, "token: malformed claims");
    if (!claims.ok()) return claims.status();
    return Jws{*std::move(header), *std::move(claims)};
  }
  return absl::UnauthenticatedError(has_candidate ? "token: wrong signature"
                                                  : "token: signed by an unknown key");
}

std::optional<int64_t> NumericDate(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  // Exact for every whole second within the limits.
  auto seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds <= static_cast<double>(kTimestampSecondsMax))) return std::nullopt;
  return static_cast<int64_t>(seconds);
}

absl::Status CheckLimits(const json::object& claims, int64_t now_seconds, int64_t skew_seconds) {
  for (const char* name : {"exp", "nbf"}) {
    if (claims.contains(name) && !NumericDate(claims, name))
      return absl::UnauthenticatedError(absl::StrCat(name, " field is not a time"));
  }
  auto expires = NumericDate(claims, "exp");
  if (expires && *expires <= now_seconds - skew_seconds)
    return absl::UnauthenticatedError("expired");
  auto not_before = NumericDate(claims, "nbf");
  if (not_before && *not_before > now_seconds + skew_seconds)
    return absl::UnauthenticatedError("not valid yet");
  return absl::OkStatus();
}

absl::StatusOr<Jws> PeekJws(std::string_view token) {
  absl::StatusOr<Parts> parts = Split(token);
  if (!parts.ok()) return parts.status();
  absl::StatusOr<json::object> header = DecodeObject(parts->header, "token: malformed header");
  if (!header.ok()) return header.status();
  absl::StatusOr<json::object> claims = DecodeObject(parts->claims, "token: malformed claims");
  if (!claims.ok()) return claims.status();
  return Jws{*std::move(header), *std::move(claims)};
}

}  // namespace tamarack::crypto
