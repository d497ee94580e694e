#pragma once

#include "gateway/openapi/components.h"
#include "gateway/openapi/parameters.h"
#include "gateway/openapi/schema.h"
#include "gateway/openapi/security.h"
#include "gateway/routing/route_table.h"

#include <boost/json/object.hpp>

#include <string>

namespace tamarack::gateway {

// Writes OpenAPI operations, one for each route, and gathers what they share in three books.
class OperationWriter {
 public:
  OperationWriter(SchemaBook& schemas, ComponentBook& components, SecurityBook& security)
      : schemas_(schemas), components_(components), security_(security) {}

  boost::json::object Write(const Route& route, const DocumentedPath& path, const std::string& id);

 private:
  boost::json::object RequestBody(const Route& route);
  boost::json::object Success(const Route& route);
  boost::json::object SuccessHeaders(const Route& route);
  boost::json::object SuccessContent(const Route& route);
  void AddProblems(const Route& route, const DocumentedPath& path, boost::json::object& responses);

  SchemaBook& schemas_;
  ComponentBook& components_;
  SecurityBook& security_;
};

}  // namespace tamarack::gateway
