#include "services/identity/passwords.h"

#include "platform/crypto/password.h"
#include "platform/text/text.h"

namespace tamarack::identity {
namespace {

// About a second's worth on two cores.
constexpr int kWaitingMax = 100;

}  // namespace

// Counts one waiting caller for as long as it lives.
class Passwords::Turn {
 public:
  explicit Turn(int& waiting) : waiting_(waiting) { ++waiting_; }
  ~Turn() { --waiting_; }
  Turn(const Turn&) = delete;

 private:
  int& waiting_;
};

Async<std::string> Passwords::Hash(std::string_view typed) {
  if (waiting_ >= kWaitingMax) co_return absl::ResourceExhaustedError("too many sign-ins at once");
  Turn turn(waiting_);
  co_return co_await pool_.Run(
      [password = text::OpaqueString(typed)] { return crypto::HashPassword(password); });
}

Async<Passwords::Verdict> Passwords::Verify(std::string hash, std::string typed) {
  if (waiting_ >= kWaitingMax) co_return absl::ResourceExhaustedError("too many sign-ins at once");
  Turn turn(waiting_);
  const std::string normal = text::OpaqueString(typed);
  CO_ASSIGN_OR_RETURN(bool is_right, co_await Matches(hash, normal));
  if (is_right) co_return crypto::NeedsRehash(hash) ? Verdict::kOutdated : Verdict::kRight;
  if (normal == typed) co_return Verdict::kWrong;
  CO_ASSIGN_OR_RETURN(is_right, co_await Matches(hash, typed));
  co_return is_right ? Verdict::kOutdated : Verdict::kWrong;
}

Async<bool> Passwords::Matches(std::string hash, std::string password) {
  co_return co_await pool_.Run([hash = std::move(hash), password = std::move(password)] {
    if (!hash.empty()) return crypto::VerifyPassword(hash, password);
    crypto::VerifyNoPassword(password);
    return false;
  });
}

}  // namespace tamarack::identity
