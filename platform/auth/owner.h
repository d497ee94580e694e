// Whose data something is, and on which side of the wall between live and sandbox it stands.
#pragma once

#include "platform/auth/principal.h"

#include <string>
#include <string_view>

namespace tamarack::auth {

// Two worlds: a credential of one neither sees nor changes anything of the other.
enum class Mode { kLive, kSandbox };

// As tokens and tables write it.
constexpr std::string_view ModeName(Mode mode) {
  return mode == Mode::kSandbox ? "sandbox" : "live";
}

// Whatever is no sandbox is live.
constexpr Mode ModeOf(std::string_view name) {
  return name == ModeName(Mode::kSandbox) ? Mode::kSandbox : Mode::kLive;
}

// Rows belong to both together, so repositories take both together: an id alone finds nothing.
struct Owner {
  // The service; the client, where it belongs to none.
  std::string id;
  Mode mode = Mode::kLive;

  bool is_live() const { return mode == Mode::kLive; }
  std::string_view mode_name() const { return ModeName(mode); }
  bool operator==(const Owner&) const = default;
};

// Whose data a caller makes and sees.
inline Owner OwnerOf(const Principal& principal) {
  return {.id = principal.service_id.empty() ? principal.client_id : principal.service_id,
          .mode = ModeOf(principal.mode)};
}

}  // namespace tamarack::auth
