#include "services/identity/authentication/sign_in_guard.h"

namespace tamarack::identity {

Async<SignInTry> SignInGuard::Begin(const std::vector<std::string>& email_indexes,
                                    std::string network, std::string_view device) {
  SignInTry tried{.email_index = email_indexes.front(), .network = std::move(network)};
  CO_ASSIGN_OR_RETURN(tried.is_known_device, co_await devices_.Try(device, email_indexes));
  if (tried.is_known_device) co_return tried;
  // The network first: what is refused here costs the account none of its tries.
  if (!co_await attempts_.Take(kSignInsOfPair, tried.pair()) ||
      !co_await attempts_.Take(kSignInsOfNetwork, tried.network)) {
    tried.admission = Admission::kTooManyTries;
    co_return tried;
  }
  auto is_within_limit = co_await failures_.Take(tried.email_index);
  if (!is_within_limit.ok()) {
    // Nobody is locked out for trying again while we were down.
    co_await attempts_.GiveBack(kSignInsOfPair, tried.pair());
    co_await attempts_.GiveBack(kSignInsOfNetwork, tried.network);
    co_return is_within_limit.status();
  }
  if (!*is_within_limit) tried.admission = Admission::kNeedsKnownDevice;
  co_return tried;
}

Async<std::string> SignInGuard::Succeed(const SignInTry& tried, std::string_view device,
                                        std::string_view person_id) {
  CO_RETURN_IF_ERROR(co_await failures_.Clear(tried.email_index));
  if (!tried.is_known_device) {
    co_await attempts_.Clear(kSignInsOfPair, tried.pair());
    co_await attempts_.GiveBack(kSignInsOfNetwork, tried.network);
  }
  co_return co_await devices_.Confirm(device, person_id);
}

}  // namespace tamarack::identity
