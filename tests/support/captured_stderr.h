#pragma once

#include "platform/telemetry/log.h"

#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace tamarack::testing {

// Everything that the process writes to stderr (its log) while this lives.
class CapturedStderr {
 public:
  CapturedStderr() : kept_(::dup(2)), file_(std::tmpfile()) {
    if (file_ == nullptr || ::dup2(::fileno(file_), 2) < 0)
      throw std::runtime_error("stderr cannot be captured");
  }
  ~CapturedStderr() {
    telemetry::FlushLog();
    ::dup2(kept_, 2);
    ::close(kept_);
    std::fclose(file_);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  std::string Text() const {
    telemetry::FlushLog();
    std::string text;
    char block[65536];
    std::rewind(file_);
    for (size_t size; (size = std::fread(block, 1, sizeof block, file_)) > 0;)
      text.append(block, size);
    return text;
  }

 private:
  int kept_;
  std::FILE* file_;
};

}  // namespace tamarack::testing
