#pragma once

#include "gateway/problem/problem_kind.h"
#include "gateway/request/messages.h"
#include "platform/http/message.h"
#include "tamarack/api/v1/policy.pb.h"

#include <absl/status/status.h>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

struct MessagePlan;

// One error, before it is known how the path's API prints it.
struct Problem {
  struct Item {
    std::string member;  // `pointer` or `parameter`
    std::string where;
    std::string detail;
    std::string reason;
  };
  ProblemKind kind = ProblemKind::kInternal;
  int status = 0;           // 0: the kind's own.
  std::string detail = {};  // Fit for the caller, localised; empty: the kind's own sentence.
  std::string reason = {};  // google.rpc.ErrorInfo.reason
  std::vector<Item> items = {};
  boost::json::object members = {};  // Of tamarack.api.v1.HttpError: they win over all else.
  http::Headers headers = {};
};

// What the path's API and the caller want an error to look like.
struct ProblemStyle {
  Language language = Language::kEnglish;
  std::string_view public_url;
  std::string_view request_id;
  std::string_view trace_id;
  std::string_view method_name;  // Of the RPC, without package and service; empty before routing.
  const api::v1::ServicePolicy* service = nullptr;
};

// Where the fields of a request message stand in the HTTP request.
struct RequestShape {
  bool has_body = false;
  std::string body_field = {};               // The body is this field's; empty: all that is left.
  std::vector<std::string> path_names = {};  // Fields that the path gives: `kite.name`.
  const MessagePlan* body_plan = nullptr;    // Of the body's message; null: it is none.
};

int StatusOf(const Problem& problem);
// The standard name of the kind in the language, for example "Not found".
std::string_view TitleOf(const Problem& problem, Language language);
std::string DetailOf(const Problem& problem, Language language);

// The gateway's own refusal of a request's input.
Problem FromRefusal(const InputError& error, Language language);

// A service's error: status and members from HttpError, else the canonical table; field violations
// become items that point into the body or name a parameter. Texts of errors that are ours or
// gRPC's own are replaced: they name internals.
Problem FromStatus(const absl::Status& status, const RequestShape& shape);

// application/problem+json in the shape that the service's policy names; OAUTH is application/json
// as RFC 6749 says, in English.
http::Response RenderProblem(const Problem& problem, const ProblemStyle& style);

}  // namespace tamarack::gateway
