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

// Addresses at `simulator.notify` show each outcome to who tests: `temp-fail@`, `perm-fail@`,
// anything else delivered.
Simulation SimulationOf(std::string_view email_address);

}  // namespace tamarack::notify
