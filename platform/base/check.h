#pragma once

#include <cstdio>
#include <cstdlib>

// Aborts when an invariant of ours does not hold. For our bugs only, never for input.
#define TAMARACK_CHECK(condition)                                                            \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
