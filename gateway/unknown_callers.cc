// Limits, by network, on credentials that turn out bad: whoever tries them costs identity a
// question each.
#include "gateway/gateway.h"

namespace tamarack::gateway {

using api::v1::MethodPolicy;

namespace {

struct Charged {
  std::string network;
  std::string_view rate_class;
  bool is_read = false;
};

// Browsers send the cookie of a session that has ended for a long time, and whole offices share an
// address: sessions are charged to the class of what they ask for, as everybody without one is.
Charged ChargedFor(const Visit& visit, const Route& route) {
  bool is_token = route.policy.access() == MethodPolicy::TOKEN;
  std::string_view rate_class = route.policy.rate_class();
  return {NetworkKey(visit.client_address), is_token ? "failed_authentication" : rate_class,
          route.http_method == "GET"};
}

}  // namespace

Gateway::Early Gateway::RefuseUnknown(const Visit& visit, const Route& route,
                                      const Credential& credential) const {
  if (!options_.rate_limits || authenticator_->Knows(credential)) return std::nullopt;
  auto [network, rate_class, is_read] = ChargedFor(visit, route);
  auto refusal = options_.rate_limits->UsedUp(network, rate_class, is_read);
  if (!refusal) return std::nullopt;
  return Fail(visit, &route, *refusal);
}

// Methods that need no session are charged to the network anyway.
boost::asio::awaitable<void> Gateway::ChargeFailure(const Visit& visit, const Route& route) const {
  if (!options_.rate_limits || route.policy.access() == MethodPolicy::PUBLIC) co_return;
  auto [network, rate_class, is_read] = ChargedFor(visit, route);
  co_await options_.rate_limits->Charge(network, rate_class, is_read);
}

}  // namespace tamarack::gateway
