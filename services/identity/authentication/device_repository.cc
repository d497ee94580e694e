#include "services/identity/authentication/device_repository.h"

#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/work/forget.h"

namespace tamarack::identity {
namespace {

// 256 random bits in base64url; anything else never was ours.
constexpr size_t kCookieLength = 43;

constexpr pg::Statement kTry{"known_device.try", R"sql(
  UPDATE known_device d SET failures = d.failures + 1 FROM person p
  WHERE d.device_sha256 = $1 AND p.person_id = d.person_id AND p.email_index = ANY ($2::text[])
    AND p.erased_at IS NULL AND d.failures < $3 AND d.used_at > now() - interval '1 year')sql"};
constexpr pg::Statement kExists{"known_device.exists",
                                "SELECT FROM known_device WHERE device_sha256 = $1 LIMIT 1"};
constexpr pg::Statement kConfirm{"known_device.confirm", R"sql(
  INSERT INTO known_device (device_sha256, person_id) VALUES ($1, $2)
  ON CONFLICT (device_sha256, person_id) DO UPDATE SET failures = 0, used_at = now())sql"};
constexpr pg::Statement kForgetOldest{"known_device.forget_oldest", R"sql(
  DELETE FROM known_device WHERE person_id = $1 AND device_sha256 IN (
    SELECT device_sha256 FROM known_device WHERE person_id = $1 ORDER BY used_at DESC OFFSET $2))sql"};
constexpr pg::Statement kCount{"known_device.count",
                               "SELECT count(*) FROM known_device WHERE person_id = $1"};
constexpr pg::Statement kForgetAll{"known_device.forget_all",
                                   "DELETE FROM known_device WHERE person_id = $1"};
constexpr pg::Statement kForget{
    "known_device.forget",
    WORK_FORGET("known_device", "used_at < now() - interval '1 year'", "used_at")};

}  // namespace

work::Sweep DeviceRepository::Forgetting() {
  return work::Forgetting("devices", pool_, kForget);
}

Async<bool> DeviceRepository::Try(std::string_view cookie,
                                  const std::vector<std::string>& email_indexes) {
  if (cookie.size() != kCookieLength) co_return false;
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kTry, crypto::Sha256Hex(cookie),
                                                      email_indexes, kFailuresMax));
  co_return rows.affected() == 1;
}

Async<std::string> DeviceRepository::Confirm(std::string_view cookie, std::string_view person_id) {
  std::string device(cookie);
  bool is_ours = device.size() == kCookieLength;
  if (is_ours) {
    CO_ASSIGN_OR_RETURN(auto found, co_await pool_.Query(kExists, crypto::Sha256Hex(device)));
    is_ours = !found.empty();
  }
  if (!is_ours) device = crypto::RandomToken(32);
  CO_RETURN_IF_ERROR(
      (co_await pool_.QueryAll(pg::BoundStatement(kConfirm, crypto::Sha256Hex(device), person_id),
                               pg::BoundStatement(kForgetOldest, person_id, kDevicesMax)))
          .status());
  co_return device;
}

Async<int64_t> DeviceRepository::Count(std::string_view person_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kCount, person_id));
  co_return rows.Int(0, 0);
}

AsyncStatus DeviceRepository::ForgetAll(std::string_view person_id) {
  co_return (co_await pool_.Query(kForgetAll, person_id)).status();
}

}  // namespace tamarack::identity
