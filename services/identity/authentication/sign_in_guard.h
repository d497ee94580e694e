// What stands between a stranger and the passwords of others, without standing between people and
// their own accounts (docs/adr/2026-11-30-passwords-under-attack.md).
#pragma once

#include "platform/base/status.h"
#include "services/identity/authentication/attempts.h"
#include "services/identity/authentication/device_repository.h"
#include "services/identity/authentication/failure_repository.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

enum class Admission {
  kAllowed,
  // From this network, for now.
  kTooManyTries,
  // Of this account: the password alone does not do on this device. Whoever holds the address's
  // mailbox makes it a known one.
  kNeedsKnownDevice,
};

// One try of a password.
struct SignInTry {
  std::string email_index;
  std::string network;
  bool is_known_device = false;
  Admission admission = Admission::kAllowed;

  std::string pair() const { return email_index + ":" + network; }
};

// Counts wrong passwords by device where it is one that the account knows, else by network and by
// account. Strangers and the person's own devices do not use up each other's tries.
class SignInGuard {
 public:
  SignInGuard(Attempts& attempts, FailureRepository& failures, DeviceRepository& devices)
      : attempts_(attempts), failures_(failures), devices_(devices) {}

  // Counts the try as a failure, before the password is looked at; of an account that has one of
  // the indexes, under the first.
  Async<SignInTry> Begin(const std::vector<std::string>& email_indexes, std::string network,
                         std::string_view device);
  // It was right: the person's failures are forgotten, and the device is known from now on. Returns
  // the device's cookie.
  Async<std::string> Succeed(const SignInTry& tried, std::string_view device,
                             std::string_view person_id);

 private:
  Attempts& attempts_;
  FailureRepository& failures_;
  DeviceRepository& devices_;
};

}  // namespace tamarack::identity
