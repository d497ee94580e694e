// The keys that sign tokens: the table `signing_key`.
#pragma once

#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/crypto/key.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keys/keyring.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

enum class SigningKeyState {
  kNext,     // Published, so that verifiers have it when it comes into use.
  kCurrent,  // Signs.
  kRetired,  // Published for a day more, while its last tokens end.
  kRemoved,  // Good for nothing.
};

// "next", "current", "retired", "removed".
std::string_view Name(SigningKeyState state);

struct SigningKeyRow {
  std::string kid;
  crypto::Algorithm algorithm = crypto::Algorithm::kEs256;
  SigningKeyState state = SigningKeyState::kNext;
  TimePoint since;                 // In this state.
  std::string private_key_sealed;  // "" once it has retired.
  std::string public_jwk;          // "" when nobody could open it since there is this column.
};

// The private keys, which identity's keyring seals.
keys::KeyedColumn SigningKeyColumn(const Keyring& keyring);

class SigningKeyRepository {
 public:
  SigningKeyRepository(pg::Pool& pool, const Keyring& keyring) : pool_(pool), keyring_(keyring) {}

  // Every one that there ever was, the latest first.
  Async<std::vector<SigningKeyRow>> List();
  // Those that verifiers accept.
  Async<std::vector<SigningKeyRow>> ListPublished();
  // A row's two halves. DATA_LOSS when it cannot be read, which is reported.
  absl::StatusOr<crypto::Key> PublicKey(const SigningKeyRow& row) const;
  absl::StatusOr<crypto::Key> PrivateKey(const SigningKeyRow& row) const;

  // As `kCurrent` or `kNext`. Does nothing when there is one: another replica was quicker.
  AsyncStatus Insert(const crypto::Key& key, SigningKeyState state);

  // Both current keys retire, which forgets their private halves, and their successors sign.
  // FAILED_PRECONDITION when a successor has not been published for long enough.
  AsyncStatus Rotate();
  // One key retires; in an emergency its successor signs however new it is. NOT_FOUND;
  // FAILED_PRECONDITION as above, ALREADY_EXISTS when it has retired.
  AsyncStatus Retire(std::string_view kid, bool is_emergency);
  // A retired key is published no longer. NOT_FOUND when there is none of that name.
  AsyncStatus Remove(std::string_view kid);

 private:
  static AsyncStatus End(pg::Tx& tx, const pg::Rows& keys, int row, bool is_emergency);

  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
