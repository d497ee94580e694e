#include "gateway/plugin/service_config.h"

#include <boost/json/serialize.hpp>

#include <map>

namespace tamarack::gateway {
namespace json = boost::json;

namespace {

using google::protobuf::MethodDescriptor;

json::array IdempotentMethods(const RouteTable& routes) {
  std::map<const MethodDescriptor*, bool> methods;
  for (const auto& route : routes.routes()) {
    bool& may_repeat = methods.try_emplace(route->method, true).first->second;
    may_repeat = may_repeat && route->IsRepeatable();
  }
  json::array names;
  for (const auto& [method, may_repeat] : methods) {
    if (may_repeat)
      names.push_back({{"service", method->service()->full_name()}, {"method", method->name()}});
  }
  return names;
}

}  // namespace

std::string MakeServiceConfig(const Config::Backend& backend, const RouteTable& routes) {
  json::object config{{"loadBalancingConfig", {{{"round_robin", json::object()}}}}};
  if (backend.checks_health)
    config["healthCheckConfig"] = {{"serviceName", backend.health_service}};
  json::array methods;
  if (backend.retries) methods = IdempotentMethods(routes);
  bool retries = !methods.empty();
  if (retries) {
    json::object policy{{"maxAttempts", 3},
                        {"initialBackoff", "0.02s"},
                        {"maxBackoff", "0.2s"},
                        {"backoffMultiplier", 3},
                        {"retryableStatusCodes", {"UNAVAILABLE"}}};
    json::object method{{"name", std::move(methods)}, {"retryPolicy", std::move(policy)}};
    config["methodConfig"] = json::array{std::move(method)};
  }
  std::string text = json::serialize(config);
  // Retries stop while more than about one call in ten fails. gRPC reads no exponents, as which
  // Boost.JSON prints fractions.
  if (retries)
    text.insert(text.size() - 1, R"(,"retryThrottling":{"maxTokens":10,"tokenRatio":0.1})");
  return text;
}

}  // namespace tamarack::gateway
