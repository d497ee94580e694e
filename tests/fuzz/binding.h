#pragma once

#include "fuzz.h"
#include "gateway/routing/binding.h"
#include "toy.pb.h"

#include <string>

namespace tamarack::gateway {

// Binds a request for the toy's Echo; what is accepted must be a message whose path-bound field
// holds what the path says.
inline void BindEcho(std::string_view method, const char* path, const BindInput& input) {
  PathSegments segments;
  Require(!SplitPath(path, &segments));
  Router::Match match = FuzzRoutes().router().Find(method, segments);
  Require(match.kind == Router::Match::Kind::kFound);
  Bound bound = BindRequest(FuzzRoutes().route(match.target), match, input);
  if (bound.outcome != Bound::Outcome::kOk) return;
  toy::v1::AllTypes message;
  Require(message.ParseFromString(bound.wire));
  if (!match.variables.empty()) Require(message.string_value() == match.variables[0].second);
}

}  // namespace tamarack::gateway
