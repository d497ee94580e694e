// A service's key material in versions, so that it changes while the service runs, and what was
// made with earlier versions can still be read and checked.
#pragma once

#include "platform/base/clock.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::crypto {

struct KeyVersion {
  std::string id;         // "1", "2", …: never the same again for other material.
  int64_t used_from = 0;  // Unix seconds: from then on for what is new.
  std::string secret;     // At least 32 bytes; every key is derived from it for a purpose.
};
// In the order in which they were made; never empty.
using KeyVersions = std::vector<KeyVersion>;

// Reads a keyring file:
//   # tamarack keyring: version, used from, secret in base64
//   1 1970-01-01T00:00:00Z c2VjcmV0…
//   2 2026-11-30T17:00:00Z b3RoZXI…
// A text without that first line is the secret itself (without a newline after it), as there was
// one before there were versions: a ring of version 1. INVALID_ARGUMENT says the line, never what
// is in it.
absl::StatusOr<KeyVersions> ParseKeyring(std::string_view text);
std::string FormatKeyring(const KeyVersions& versions);

// Index of the version that is used for what is new: the last whose time has come. Those after it
// are there for all processes to know them before anything is made with them.
size_t VersionInUse(const KeyVersions& versions, TimePoint now);
// When a later version than the one at `index` first came, or comes, into use (Unix seconds): not
// always the next one's time, since an emergency's version overtakes one that is planned.
int64_t ReplacedAt(const KeyVersions& versions, size_t index);

// One version's key for one purpose: 256 bits.
struct VersionKey {
  std::string id;
  std::string bytes;
};

// The keys of one purpose. Immutable.
struct PurposeKeys {
  std::vector<VersionKey> all;  // In the order made; never empty.
  size_t in_use = 0;

  const VersionKey& current() const { return all[in_use]; }
};

// A row that cannot be read, for whoever reports it. Nothing personal.
struct UnreadableRow {
  std::string_view table;
  std::string_view id;
};
using OnUnreadable = std::function<void(const UnreadableRow&)>;

// What a purpose's keys are now. Whoever holds what Now() gave keeps that, whatever comes.
class PurposeView {
 public:
  // Keys that never change.
  explicit PurposeView(PurposeKeys fixed);

  std::shared_ptr<const PurposeKeys> Now() const { return state_->keys; }
  void Report(const UnreadableRow& row) const;

 private:
  friend class Keyring;
  struct State {
    std::shared_ptr<const PurposeKeys> keys;
    std::shared_ptr<const OnUnreadable> on_unreadable;
  };
  std::shared_ptr<State> state_;
};

// The versions as they are now. Lives on one loop with all that was made from it, which may outlive
// it and then stays as it is.
class Keyring {
 public:
  explicit Keyring(KeyVersions versions, Clock clock = SystemClock(),
                   OnUnreadable on_unreadable = {});
  // A ring of one version.
  explicit Keyring(std::string_view secret);
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  // Keys by HKDF (RFC 5869). Those of different purposes tell nothing of each other.
  PurposeView For(std::string_view purpose) const;

  // Takes over another state of the same ring. FAILED_PRECONDITION, changing nothing, when it is
  // not: when a version has other material than before, or none is the same.
  absl::Status Replace(KeyVersions versions);
  // Looks at the clock: has a version's time come? To be called from time to time.
  void Refresh();

  const KeyVersions& versions() const { return versions_; }
  const KeyVersion& in_use() const { return versions_[in_use_]; }

 private:
  std::shared_ptr<const PurposeKeys> Derive(std::string_view purpose) const;
  void DeriveAll();

  KeyVersions versions_;
  Clock clock_;
  std::shared_ptr<const OnUnreadable> on_unreadable_;
  size_t in_use_;
  mutable std::vector<std::pair<std::string, std::shared_ptr<PurposeView::State>>> purposes_;
};

// Keyed hashes (HMAC-SHA-256) that are stored: blind indexes, codes. Each says its version, as
// `2.<base64url>`; version 1 does not, as those of before there were versions.
class StoredMac {
 public:
  explicit StoredMac(PurposeView keys) : keys_(std::move(keys)) {}

  std::string Make(std::string_view text) const;
  // Under every version, first the one that Make gives: what may be stored for the text.
  std::vector<std::string> MakeAll(std::string_view text) const;
  // In constant time.
  bool Matches(std::string_view text, std::string_view stored) const;

 private:
  PurposeView keys_;
};

}  // namespace tamarack::crypto
