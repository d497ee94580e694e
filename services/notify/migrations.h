#pragma once

#include "platform/postgres/migrate.h"

#include <span>

namespace tamarack::notify {

// The schema, embedded from services/notify/migrations/.
std::span<const pg::Migration> Migrations();

}  // namespace tamarack::notify
