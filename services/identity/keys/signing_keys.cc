#include "services/identity/keys/signing_keys.h"

#include "platform/telemetry/log.h"

#include <utility>

namespace tamarack::identity {
namespace {

using crypto::Algorithm;
using crypto::Key;
using std::chrono::seconds;

constexpr seconds kFreshFor{1};
constexpr seconds kAgeMax{2};

absl::StatusOr<Key>& Slot(SigningKeySet& set, Algorithm algorithm) {
  return algorithm == Algorithm::kEs256 ? set.es256 : set.rs256;
}

// A key whose id, a base64url thumbprint, does not begin like a flag: operators name it in
// commands, and in an emergency.
absl::StatusOr<Key> GenerateNamed(Algorithm algorithm) {
  while (true) {
    auto key = Key::Generate(algorithm);
    if (!key.ok() || !key->kid().starts_with('-')) return key;
  }
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
    auto set = std::make_shared<SigningKeySet>();
    std::vector<Algorithm> no_current{Algorithm::kEs256, Algorithm::kRs256}, no_next = no_current;
    for (const SigningKeyRow& row : rows) {
      auto published = repository_.PublicKey(row);
      if (row.state == SigningKeyState::kNext) std::erase(no_next, row.algorithm);
      if (row.state == SigningKeyState::kCurrent) {
        std::erase(no_current, row.algorithm);
        Slot(*set, row.algorithm) = published.ok() ? Current(row) : published.status();
      }
      if (published.ok()) set->published.Add(*std::move(published));
    }
    if (no_current.empty()) {
      set->jwks = set->published.Jwks();
      keys_ = std::move(set);
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

absl::StatusOr<Key> SigningKeys::Current(const SigningKeyRow& row) const {
  for (const auto* known : {&keys_->es256, &keys_->rs256})
    if (known->ok() && (*known)->kid() == row.kid) return *known;
  auto key = repository_.PrivateKey(row);
  if (key.ok()) return key;
  return absl::UnavailableError(absl::StrCat("this process cannot open the current ",
                                             ToAbsl(crypto::Name(row.algorithm)), " key ", row.kid,
                                             ": its keyring lags, or the row was altered"));
}

AsyncStatus SigningKeys::Create(std::vector<Algorithm> algorithms, SigningKeyState state) {
  for (Algorithm algorithm : algorithms) {
    CO_ASSIGN_OR_RETURN(auto key,
                        co_await offload_.Run([algorithm] { return GenerateNamed(algorithm); }));
    CO_RETURN_IF_ERROR(co_await repository_.Insert(key, state));
  }
  if (state == SigningKeyState::kNext) Renew();
  co_return absl::OkStatus();
}

}  // namespace tamarack::identity
