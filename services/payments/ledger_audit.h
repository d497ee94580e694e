#pragma once

#include "platform/postgres/postgres.h"

#include <prometheus/registry.h>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace tamarack::payments {

// Adds the whole ledger up every `interval`, and shows in metrics whether it balances: the database
// refuses what does not, unless somebody with the owner's rights, or a broken disk, got past it.
// Each replica does; give it a connection of its own, whose statements may take long.
boost::asio::awaitable<void> AuditLedger(
    pg::Pool& pool, prometheus::Registry& registry,
    std::chrono::steady_clock::duration interval = std::chrono::minutes(10));

}  // namespace tamarack::payments
