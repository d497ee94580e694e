#include "services/identity/signing_keys.h"

#include "platform/telemetry/log.h"

#include <algorithm>
#include <map>

namespace tamarack::identity {
namespace {

using crypto::Algorithm;
using crypto::Key;
using std::chrono::seconds;

constexpr seconds kFreshFor{1};
constexpr seconds kAgeMax{2};

// Reading an RSA key takes longer than finding it.
const Key* Find(const SigningKeySetPtr& known, const std::string& kid) {
  if (!known) return nullptr;
  for (const Key& key : known->published.keys()) {
    if (key.kid() == kid) return &key;
  }
  return nullptr;
}

}  // namespace

Async<SigningKeySetPtr> SigningKeys::Get() {
  auto load = [this] { return Load(); };
  // A reading that was under way when they changed may have come too early.
  for (int i = 0; i < 2 && (is_stale_ || IsOlderThan(kAgeMax)); ++i)
    CO_RETURN_IF_ERROR(co_await loading_.Run(load));
  if (IsOlderThan(kFreshFor)) loading_.Start(load);
  co_return keys_;
}

AsyncStatus SigningKeys::Load() {
  is_stale_ = false;
  TimePoint begun = now_();
  absl::Status status = co_await ReadKeys();
  if (status.ok()) {
    loaded_at_ = begun;
  } else {
    is_stale_ = true;
    telemetry::Log(telemetry::Level::kWarning, "signing keys could not be read",
                   {{"error", status.message()}});
  }
  co_return status;
}

AsyncStatus SigningKeys::ReadKeys() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await repository_.ListPublished());
    crypto::KeySet published;
    std::map<Algorithm, Key> current;
    std::vector<Algorithm> no_current{Algorithm::kEs256, Algorithm::kRs256}, no_next = no_current;
    for (const SigningKeyRow& row : rows) {
      const Key* known = Find(keys_, row.kid);
      auto key = known != nullptr ? *known : repository_.Open(row);
      CO_RETURN_IF_ERROR(key.status());
      published.Add(*key);
      if (row.state == SigningKeyState::kNext) std::erase(no_next, row.algorithm);
      if (row.state != SigningKeyState::kCurrent) continue;
      std::erase(no_current, row.algorithm);
      current.emplace(row.algorithm, *std::move(key));
    }
    if (no_current.empty()) {
      std::string jwks = published.Jwks();
      keys_ = std::make_shared<const SigningKeySet>(
          SigningKeySet{current.at(Algorithm::kEs256), current.at(Algorithm::kRs256),
                        std::move(published), std::move(jwks)});
      if (!no_next.empty()) {
        // Nobody has to wait for these.
        succeeding_.Start([this, no_next] { return Create(no_next, SigningKeyState::kNext); });
      }
      co_return absl::OkStatus();
    }
    CO_RETURN_IF_ERROR(co_await Create(std::move(no_current), SigningKeyState::kCurrent));
  }
  co_return absl::InternalError("signing keys were made but are not there");
}

AsyncStatus SigningKeys::Create(std::vector<Algorithm> algorithms, SigningKeyState state) {
  for (Algorithm algorithm : algorithms) {
    CO_ASSIGN_OR_RETURN(auto key,
                        co_await offload_.Run([algorithm] { return Key::Generate(algorithm); }));
    CO_RETURN_IF_ERROR(co_await repository_.Insert(key, state));
  }
  if (state == SigningKeyState::kNext) Renew();
  co_return absl::OkStatus();
}

}  // namespace tamarack::identity
