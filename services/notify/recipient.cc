#include "services/notify/recipient.h"

namespace tamarack::notify {

Simulation SimulationOf(std::string_view email_address) {
  if (!email_address.ends_with("@simulator.notify")) return Simulation::kNone;
  if (email_address.starts_with("temp-fail@")) return Simulation::kTemporaryFailure;
  if (email_address.starts_with("perm-fail@")) return Simulation::kPermanentFailure;
  return Simulation::kDelivered;
}

}  // namespace tamarack::notify
