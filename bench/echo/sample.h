#pragma once

#include "echo.pb.h"

namespace bench {

// What the benchmarks send, as bench/gateway/peers.mjs has it in JSON.
inline echo::v1::EchoMessage Sample() {
  echo::v1::EchoMessage message;
  message.set_name("renewal");
  message.set_reference("LIC-2026-000123");
  message.set_amount_cents(9000);
  message.set_count(3);
  message.set_is_final(true);
  message.set_ratio(0.75);
  message.add_tags("licence");
  message.add_tags("online");
  (*message.mutable_metadata())["channel"] = "web";
  (*message.mutable_metadata())["region"] = "east";
  message.mutable_address()->set_street("1 Main Street");
  message.mutable_address()->set_city("Ottawa");
  message.mutable_address()->set_postal_code("K1A 0A1");
  message.set_note("Renouvellement");
  return message;
}

}  // namespace bench
