#pragma once

#include <string>
#include <vector>

namespace tamarack::config {

// A text that changes when one of the files is written, replaced or linked to another. How a
// process notices new certificates and keys: it looks every few seconds, which holds on every file
// system. An empty path is no file.
std::string FileFingerprint(const std::vector<std::string>& files);

}  // namespace tamarack::config
