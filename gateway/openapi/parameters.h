#pragma once

#include "gateway/openapi/schema.h"
#include "gateway/problem/problem_kind.h"
#include "gateway/routing/route_table.h"

#include <boost/json/array.hpp>

#include <map>
#include <string>

namespace tamarack::gateway {

// The route's template as OpenAPI writes it: a variable of several segments becomes one parameter
// for each of its wildcards.
struct DocumentedPath {
  struct Parameter {
    const google::protobuf::FieldDescriptor* field;  // Null for a wildcard that binds nothing.
    bool takes_slashes;                              // `**`
  };
  std::string text;
  std::map<std::string, Parameter> parameters;  // By name.
};
DocumentedPath DocumentPath(const Route& route);

// How another request with a known `Idempotency-Key` is refused: 422, as platform/idempotency does,
// but 409 where the service names an error code for the method's conflicts.
ProblemKind ProblemOfReusedKey(const Route& route);

// True for a field that the path gives, which nothing else may give again.
bool IsPathBound(const Route& route, const Route::FieldPath& path);

// Parameters of path, query and header.
boost::json::array DocumentParameters(const Route& route, const DocumentedPath& path,
                                      SchemaBook& schemas);

}  // namespace tamarack::gateway
