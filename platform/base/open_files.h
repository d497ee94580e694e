#pragma once

#include <cstddef>

namespace tamarack {

// Raises the process's soft limit of open files to the hard one: an ordinary login and systemd give
// 1,024, which programs that hold many connections need not be content with. Gives the limit that
// holds now.
size_t RaiseOpenFilesLimit();

// How many connections a server may hold at once under the present limit, so that files, logs and
// calls of its own always have room.
size_t ConnectionsWithinLimit();

}  // namespace tamarack
