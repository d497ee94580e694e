// Codes by email: from an address that somebody claims to a person who has shown it to be theirs,
// and for people who have an account to a device that is known to be theirs.
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/people/person_repository.h"
#include "services/identity/sign_in/registration_repository.h"

#include <functional>
#include <string>
#include <string_view>

namespace tamarack::identity {

inline constexpr char kRegistrationCookie[] = "__Host-tamarack-registration";
inline constexpr char kRegistrationCookieKey[] = "__host-tamarack-registration";

enum class ConfirmOutcome {
  kWrongCode,  // and there is another try
  kExpiredCode,
  kTooManyTries,  // No code counts any more, until a new one is sent.
  // The address has an account already. Said only to who has read its mail.
  kHasAccount,
  kCreated,
};

struct ConfirmResult {
  ConfirmOutcome outcome;
  Person person;  // when created, or there already
};

// What a browser has asked to be confirmed.
struct Pending {
  auth::Mode mode = auth::Mode::kLive;
  std::string email;
  bool is_for_device = false;  // rather than to register
};

// One is known by a secret cookie, so that a code is of use only in the
// browser that asked for it. Any number may be under way for one address: none stands in another's
// way. How many codes are sent is the caller's to bound (Attempts::TakeCode).
class Registrations {
 public:
  // `on_email` is called when an email has been queued.
  Registrations(pg::Pool& pool, const Keyring& keyring, PersonRepository& people,
                std::function<void()> on_email)
      : pool_(pool),
        keyring_(keyring),
        people_(people),
        repository_(pool, keyring),
        on_email_(std::move(on_email)) {}

  // Stores it and queues the email with the code, in one transaction. Returns the cookie's value.
  Async<std::string> Begin(const NewPerson& person);
  // The same for somebody who says to have an account; where there is none, nothing is sent, and
  // that is all the difference.
  Async<std::string> BeginForDevice(auth::Mode mode, const std::string& email,
                                    const std::string& language);

  // NOT_FOUND when there is no such registration (any more).
  Async<Pending> Find(std::string_view cookie);

  // Five tries for each code. NOT_FOUND as above; ALREADY_EXISTS when another request made the
  // address's account meanwhile. Where the address has an account it stays as it
  // is, to be ended when what follows from it is done.
  Async<ConfirmResult> Confirm(std::string_view cookie, std::string_view code);
  AsyncStatus End(std::string_view cookie);

  // A new code to the same address, five times. NOT_FOUND as above; RESOURCE_EXHAUSTED after that.
  AsyncStatus Resend(std::string_view cookie);

  // Those that began more than a day ago; how many.
  Async<int64_t> ForgetOld(int limit) { return repository_.ForgetOld(limit); }

 private:
  Async<std::string> Store(const NewPerson& person, bool sends);

  pg::Pool& pool_;
  const Keyring& keyring_;
  PersonRepository& people_;
  RegistrationRepository repository_;
  std::function<void()> on_email_;
};

}  // namespace tamarack::identity
