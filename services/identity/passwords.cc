#include "services/identity/passwords.h"

#include "platform/crypto/password.h"

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

Async<std::string> Passwords::Hash(std::string password) {
  if (waiting_ >= kWaitingMax) co_return absl::ResourceExhaustedError("too many sign-ins at once");
  Turn turn(waiting_);
  co_return co_await pool_.Run(
      [password = std::move(password)] { return crypto::HashPassword(password); });
}

Async<bool> Passwords::Verify(std::string hash, std::string password) {
  if (waiting_ >= kWaitingMax) co_return absl::ResourceExhaustedError("too many sign-ins at once");
  Turn turn(waiting_);
  co_return co_await pool_.Run([hash = std::move(hash), password = std::move(password)] {
    if (!hash.empty()) return crypto::VerifyPassword(hash, password);
    crypto::VerifyNoPassword(password);
    return false;
  });
}

}  // namespace tamarack::identity
