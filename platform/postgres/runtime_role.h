#pragma once

// Two roles for each database: the owner migrates, the runtime role serves. Only the owner can
// change tables, triggers and rights; whoever takes over a serving process reads and writes rows,
// within what the triggers allow.
//
//   absl::Status status = pg::GrantToRuntimeRole(owner_dsn, "payments");   // after pg::Migrate

#include "platform/postgres/postgres.h"

#include <absl/status/status.h>

#include <string>

namespace tamarack::pg {

// Gives `role`, which exists, what serving needs, and takes all else from it: to connect, to use
// sequences, and of each table SELECT, INSERT, UPDATE and DELETE as far as the table's owner itself
// has them. A migration that REVOKEs something from the owner so holds for both. Nobody may make
// temporary tables, which would stand in front of ours. Connects as the owner and blocks.
// FAILED_PRECONDITION when the role owns anything here or is a member of the owner's.
absl::Status GrantToRuntimeRole(const std::string& owner_dsn, const std::string& role);

// FAILED_PRECONDITION when the pool's role owns its database or a table, or is a superuser.
AsyncStatus CheckRuntimeRole(Pool& pool);

}  // namespace tamarack::pg
