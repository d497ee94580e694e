#include "platform/auth/token_source.h"

#include "platform/auth/single_flight.h"
#include "platform/telemetry/log.h"

namespace tamarack::auth {
namespace {

using Duration = std::chrono::steady_clock::duration;

// Renewal begins this long before a token expires, or at half the life of a short one.
constexpr Duration kRenewBefore = std::chrono::seconds(60);

// A token is not handed out so late that it would expire on its way.
constexpr Duration kTravelTime = std::chrono::seconds(5);

// After a failed renewal of a token that still works, the next is tried no sooner.
constexpr Duration kRetryAfter = std::chrono::seconds(5);

}  // namespace

struct TokenSource::State {
  using Time = std::chrono::steady_clock::time_point;

  State(boost::asio::any_io_executor executor, ExchangeCredentials exchange_in,
        std::function<Time()> now_in)
      : exchange(std::move(exchange_in)), now(std::move(now_in)), flight(std::move(executor)) {}

  AsyncStatus Renew() {
    Time asked_at = now();
    absl::StatusOr<IssuedToken> issued = co_await exchange();
    if (issued.ok() && (issued->access_token.empty() || issued->expires_in.count() <= 0)) {
      issued = absl::InternalError("identity issued no usable token");
    }
    if (!issued.ok()) {
      telemetry::Log(telemetry::Level::kWarning, "access token could not be renewed",
                     {{"error", issued.status().message()}});
      renew_at = now() + kRetryAfter;
      co_return issued.status();
    }
    token = std::move(issued->access_token);
    const Duration life = issued->expires_in;
    expires_at = asked_at + life - std::min(kTravelTime, life / 10);
    renew_at = asked_at + life - std::min(kRenewBefore, life / 2);
    co_return absl::OkStatus();
  }

  const ExchangeCredentials exchange;
  const std::function<Time()> now;
  SingleFlight flight;
  std::string token;
  Time expires_at = Time::min();
  Time renew_at = Time::min();
};

TokenSource::TokenSource(boost::asio::any_io_executor executor, ExchangeCredentials exchange,
                         std::function<std::chrono::steady_clock::time_point()> now)
    : state_(std::make_unique<State>(std::move(executor), std::move(exchange), std::move(now))) {}
TokenSource::~TokenSource() = default;

Async<std::string> TokenSource::Token() {
  State& state = *state_;
  auto step = [&state] { return state.Renew(); };
  if (state.now() >= state.expires_at) {
    CO_RETURN_IF_ERROR(co_await state.flight.Run(step));
  } else if (state.now() >= state.renew_at) {
    state.flight.Start(step);  // the present token will do meanwhile
  }
  co_return state.token;
}

void TokenSource::Invalidate() {
  state_->expires_at = State::Time::min();
}

}  // namespace tamarack::auth
