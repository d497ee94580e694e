// What a request's headers ask for that neither we nor the method can do: it is refused, for what
// is passed over in silence would be taken for done.
#include "gateway/gateway.h"
#include "gateway/response/conditional.h"

#include "platform/crypto/encoding.h"
#include "platform/http/list.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_replace.h>

namespace tamarack::gateway {
namespace {

bool IsCondition(std::string_view name) {
  return http::EqualsIgnoreCase(name, kIfMatch) || http::EqualsIgnoreCase(name, kIfNoneMatch);
}

InputError BadHeader(Reason reason, const std::string& name) {
  return {reason, InputError::Source::kHeader, name, name};
}

}  // namespace

// A body in a content coding would be taken for what it is not.
Gateway::Early Gateway::CheckCoding(const Visit& visit, const Route& route) const {
  constexpr char kHeader[] = "Content-Encoding";
  if (!visit.request.headers.Has(kHeader)) return std::nullopt;
  std::string header = visit.request.headers.Join(kHeader);
  std::string_view codings = header;
  for (std::string_view coding; http::NextPart(codings, ',', coding);) {
    if (http::EqualsIgnoreCase(coding, "identity")) continue;
    Problem problem = FromRefusal(BadHeader(Reason::kContentCoding, kHeader), visit.language);
    problem.kind = ProblemKind::kUnsupportedMediaType;
    problem.headers.Set("Accept-Encoding", "identity");  // RFC 9110 section 12.5.3
    return Fail(visit, &route, problem);
  }
  return std::nullopt;
}

// A condition that nobody checks would be one that is not met. Those of reads are judged by the
// answer's tag (Conclude), where one that cannot be read spares nothing; If-Match not there, if the
// GET has an effect, which would have happened by then.
Gateway::Early Gateway::CheckConditions(const Visit& visit, const Route& route) const {
  for (const char* name : {kIfMatch, kIfNoneMatch}) {
    bool is_if_match = name == std::string_view(kIfMatch);
    if (!visit.request.headers.Has(name) || (visit.is_safe() && !is_if_match)) continue;
    std::string header = visit.request.headers.Join(name);
    auto list = ReadTags(header);
    if (!list) return Refuse(visit, route, BadHeader(Reason::kInvalidHeader, name));
    bool is_passed = PassesCondition(route, name);
    if (route.IsSafe() && !is_passed) continue;
    if (!is_passed || (is_if_match && ConditionForService(*list, name).empty()))
      return Fail(visit, &route, {ProblemKind::kPreconditionFailed});
  }
  return std::nullopt;
}

// Several lines are one list: no service may take the first for all.
Gateway::Early Gateway::AddPassedHeaders(const Visit& visit, const Route& route,
                                         Metadata* metadata) const {
  for (const std::string& name : route.policy.pass_headers()) {
    // A tab is white space as well (RFC 9110 section 5.5), but nothing that metadata may hold.
    std::string value = absl::StrReplaceAll(visit.request.headers.Join(name), {{"\t", " "}});
    // An empty one is passed on, too: an empty proof is a bad one, not none.
    bool is_passed = visit.request.headers.Has(name);
    if (http::EqualsIgnoreCase(name, kClientCertificate)) {
      value = crypto::Base64UrlEncode(visit.request.client_certificate_sha256);
      is_passed = !value.empty();
    } else if (IsCondition(name)) {
      auto list = ReadTags(value);
      value = list ? ConditionForService(*list, name) : "";
      is_passed = !value.empty();
    }
    if (!IsMetadataSafe(value))
      return Refuse(visit, route, BadHeader(Reason::kInvalidHeader, name));
    if (is_passed)
      metadata->emplace_back("x-tamarack-header-" + absl::AsciiStrToLower(name), std::move(value));
  }
  return std::nullopt;
}

}  // namespace tamarack::gateway
