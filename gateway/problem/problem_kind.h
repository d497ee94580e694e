#pragma once

#include <span>
#include <string_view>

namespace tamarack::gateway {

// Everything that can go wrong from the caller's point of view. Its slug ends the problem's `type`
// URI and is part of the API.
enum class ProblemKind {
  kInvalidRequest,
  kUnauthenticated,
  kPermissionDenied,
  kCrossSite,
  kHttpsRequired,
  kNotFound,
  kMethodNotAllowed,
  kNotAcceptable,
  kTimeout,
  kConflict,
  kGone,
  kPreconditionFailed,
  kTooLarge,
  kTargetTooLong,
  kUnsupportedMediaType,
  kExpectationFailed,
  kUnprocessable,
  kHeadersTooLarge,
  kRateLimited,    // By a service.
  kQuotaExceeded,  // By us.
  kCancelled,      // By the service, or since the client seems to have gone.
  kInternal,
  kNotImplemented,
  kUnavailable,
  kOutcomeUnknown,   // Unavailable, maybe after the call had its effect.
  kReducedCapacity,  // Refused so that others can be served.
  kDeadlineExceeded,
  kOther,  // A status that a service chose: the title is the status's name.
};

// What is said of a kind of problem. The catalogue of all kinds is docs/problem-types.md, and each
// is explained at its `type` URI.
struct ProblemText {
  int status;
  std::string_view slug;
  std::string_view code_key;  // In ServicePolicy.error_codes.
  std::string_view oauth;     // RFC 6749 section 5.2 and 4.1.2.1.
  std::string_view title_en, title_fr;
  std::string_view detail_en, detail_fr;
};

const ProblemText& TextOf(ProblemKind kind);

// Whether what was asked for may have happened all the same.
bool MayHaveHappened(ProblemKind kind);

// In the order of ProblemKind.
std::span<const ProblemText> ProblemTexts();

// The first kind with this status; kInternal or kOther where there is none.
ProblemKind KindOfHttpStatus(int status);

}  // namespace tamarack::gateway
