#include "services/identity/passwords/passwords.h"

#include "platform/crypto/password.h"
#include "platform/text/text.h"

namespace tamarack::identity {

Async<std::string> Passwords::Hash(std::string_view typed) {
  co_return co_await lane_.Run(
      [password = text::OpaqueString(typed)] { return crypto::HashPassword(password); });
}

Async<Passwords::Verdict> Passwords::Verify(std::string hash, std::string typed) {
  const std::string normal = text::OpaqueString(typed);
  CO_ASSIGN_OR_RETURN(bool is_right, co_await Matches(hash, normal));
  if (is_right) co_return crypto::NeedsRehash(hash) ? Verdict::kOutdated : Verdict::kRight;
  if (normal == typed) co_return Verdict::kWrong;
  CO_ASSIGN_OR_RETURN(is_right, co_await Matches(hash, typed));
  co_return is_right ? Verdict::kOutdated : Verdict::kWrong;
}

Async<bool> Passwords::Matches(std::string hash, std::string password) {
  co_return co_await lane_.Run([hash = std::move(hash), password = std::move(password)] {
    if (!hash.empty()) return crypto::VerifyPassword(hash, password);
    crypto::VerifyNoPassword(password);
    return false;
  });
}

}  // namespace tamarack::identity
