#include "platform/auth/dpop.h"

#include "platform/base/status.h"
#include "platform/base/url.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jws.h"
#include "platform/json/strict.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace tamarack::auth {
namespace {

namespace json = boost::json;

constexpr size_t kIdentifierLengthMax = 256;

absl::Status Refused(std::string_view why) {
  return absl::UnauthenticatedError(absl::StrCat("the DPoP proof ", ToAbsl(why)));
}

// The key that the header shows, under the kid that the header names if it names one.
absl::StatusOr<crypto::Key> KeyOf(const json::object& header) {
  const json::value* shown = header.if_contains("jwk");
  if (shown == nullptr || !shown->is_object()) return Refused("shows no key");
  json::object jwk = shown->get_object();
  jwk.erase("kid");
  if (const json::value* kid = header.if_contains("kid")) jwk["kid"] = *kid;
  absl::StatusOr<crypto::Key> key = crypto::Key::FromPublicJwk(jwk);
  if (!key.ok()) return Refused("shows a key that is not accepted");
  return key;
}

absl::Status CheckClaims(const json::object& claims, const DpopExpectation& expected) {
  std::string_view id = StringMember(claims, "jti");
  if (id.empty() || id.size() > kIdentifierLengthMax) return Refused("has no usable jti");
  if (StringMember(claims, "htm") != expected.method) return Refused("is for another method");
  std::string url = NormalizeHtu(StringMember(claims, "htu"));
  if (url.empty() || url != NormalizeHtu(expected.url)) return Refused("is for another address");
  std::optional<int64_t> issued = crypto::NumericDate(claims, "iat");
  if (!issued) return Refused("has no iat");
  if (*issued < expected.now_seconds - kDpopWindowSeconds ||
      *issued > expected.now_seconds + kDpopWindowSeconds) {
    return Refused("is not of this minute: make a new one for each request");
  }
  absl::Status limits = crypto::CheckLimits(claims, expected.now_seconds, kDpopWindowSeconds);
  if (!limits.ok())
    return Refused(absl::StrCat("is not good now by a claim of its own: ", limits.message()));
  if (expected.access_token.empty()) return absl::OkStatus();
  std::string hash = crypto::Base64UrlEncode(crypto::Sha256(expected.access_token));
  if (StringMember(claims, "ath") != hash) return Refused("is for another access token");
  return absl::OkStatus();
}

// RFC 3986 sections 6.2.2.1 and 6.2.2.2: an escape of what needs none is that character, others are
// in upper case and stay escapes. What needs one and has none gets it. Nothing when one is broken.
std::optional<std::string> NormalEscapes(std::string_view text, std::string_view delimiters) {
  std::string normal;
  for (size_t i = 0; i < text.size(); ++i) {
    if (delimiters.find(text[i]) != std::string_view::npos) {
      normal += text[i];
    } else if (text[i] != '%') {
      normal += PercentEncode(text.substr(i, 1));
    } else {
      std::string_view digits = text.substr(i + 1, 2);
      if (digits.size() < 2 || !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit))
        return std::nullopt;
      normal += PercentEncode(absl::HexStringToBytes(ToAbsl(digits)));
      i += digits.size();
    }
  }
  return normal;
}

// Host and port as RFC 3986 section 6.2.3 has them: without the scheme's own port. Empty when it is
// no authority.
std::string NormalAuthority(std::string authority, absl::string_view own_port) {
  absl::AsciiStrToLower(&authority);
  std::string port;
  size_t colon = authority.rfind(':');
  if (colon != std::string::npos && !authority.ends_with(']')) {
    port = authority.substr(colon + 1);
    authority.resize(colon);
  }
  bool is_port = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  bool has_more_ports = authority.find(':') != std::string::npos && !authority.ends_with(']');
  if (!is_port || has_more_ports) return {};
  if (authority.empty() || port.empty() || port == own_port) return authority;
  return absl::StrCat(authority, ":", port);
}

// RFC 3986 section 5.2.4, of an absolute path or an empty one, which is the root.
std::string WithoutDotSegments(std::string_view path) {
  std::vector<std::string> segments;
  std::vector<absl::string_view> all = absl::StrSplit(ToAbsl(path), '/');
  for (size_t i = 1; i < all.size(); ++i) {
    bool is_dots = all[i] == "." || all[i] == "..";
    if (all[i] == ".." && !segments.empty()) segments.pop_back();
    if (!is_dots) segments.emplace_back(all[i]);
    if (is_dots && i + 1 == all.size()) segments.emplace_back();
  }
  return absl::StrCat("/", absl::StrJoin(segments, "/"));
}

}  // namespace

absl::StatusOr<DpopProof> VerifyDpopProof(std::string_view proof, const DpopExpectation& expected) {
  absl::StatusOr<crypto::Jws> unverified = crypto::PeekJws(proof);
  if (!unverified.ok()) return Refused("is missing, malformed or given more than once");
  absl::StatusOr<crypto::Key> key = KeyOf(unverified->header);
  if (!key.ok()) return key.status();
  // The key is the sender's own choice, and so is its algorithm among those that keys can have.
  absl::StatusOr<crypto::Jws> jws =
      crypto::VerifyJws(proof, crypto::KeySet({*key}), {key->algorithm(), "dpop+jwt"});
  if (!jws.ok()) return Refused("has a wrong typ, alg or signature");
  if (absl::Status status = CheckClaims(jws->claims, expected); !status.ok()) return status;
  absl::StatusOr<std::string> thumbprint = key->PublicThumbprint();
  if (!thumbprint.ok()) return thumbprint.status();
  std::string id =
      crypto::Sha256Hex(absl::StrCat(*thumbprint, ".", ToAbsl(StringMember(jws->claims, "jti"))));
  return DpopProof{*std::move(thumbprint), std::move(id)};
}

std::string NormalizeHtu(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  size_t slashes = url.find("://");
  if (slashes == std::string_view::npos) return {};
  std::string scheme = absl::AsciiStrToLower(ToAbsl(url.substr(0, slashes)));
  if (scheme != "https" && scheme != "http") return {};
  std::string_view rest = url.substr(slashes + 3);
  size_t path_begin = std::min(rest.find('/'), rest.size());
  auto authority = NormalEscapes(rest.substr(0, path_begin), "!$&'()*+,;=:@[]");
  auto path = NormalEscapes(rest.substr(path_begin), "!$&'()*+,;=:@/");
  if (!authority || !path) return {};
  std::string host = NormalAuthority(*std::move(authority), scheme == "https" ? "443" : "80");
  if (host.empty()) return {};
  return absl::StrCat(scheme, "://", host, WithoutDotSegments(*path));
}

}  // namespace tamarack::auth
