#pragma once

#include <string_view>

namespace tamarack::notify {

// What a recipient stands for.
enum class Simulation {
  kNone,
  kDelivered,
  kTemporaryFailure,
  kPermanentFailure,
};

// Whether `text` is an email address that mail can be sent to: one @, a plausible local part (RFC
// 5321 section 4.1.2 without quoting) and a dotted domain, at most 320 characters.
bool IsEmailAddress(std::string_view text);

// Addresses at `simulator.notify` show each outcome to who tests: `temp-fail@`, `perm-fail@`,
// anything else delivered.
Simulation SimulationOf(std::string_view email_address);

}  // namespace tamarack::notify
