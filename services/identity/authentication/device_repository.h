// Devices that a person is known to use: the table `known_device`.
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "platform/work/sweeper.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

inline constexpr char kDeviceCookie[] = "__Host-tamarack-device";
inline constexpr char kDeviceCookieKey[] = "__host-tamarack-device";
inline constexpr int kDeviceCookieSeconds = 365 * 86400;

// A device is a browser that holds a random cookie, of which only a hash is kept; it is known for
// each account by itself, for a year after its last sign-in. On a known device a person signs in
// whatever strangers do elsewhere.
class DeviceRepository {
 public:
  // Wrong passwords in a row before a device is known no longer.
  static constexpr int kFailuresMax = 10;
  static constexpr int kDevicesMax = 20;  // of one person; the least recently used goes

  explicit DeviceRepository(pg::Pool& pool) : pool_(pool) {}

  // Whether the account of the address, which has one of the indexes, knows the device. Counts a
  // failure, which Confirm takes back: beforehand, so that tries at the same time cannot outrun the
  // limit.
  Async<bool> Try(std::string_view cookie, const std::vector<std::string>& email_indexes);
  // The person has shown that the device is theirs. Returns the cookie's value: the one given when
  // it is a device of anybody's, else a new one.
  Async<std::string> Confirm(std::string_view cookie, std::string_view person_id);

  Async<int64_t> Count(std::string_view person_id);
  AsyncStatus ForgetAll(std::string_view person_id);
  // Deletes those that nobody has used for a year.
  work::Sweep Forgetting();

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::identity
