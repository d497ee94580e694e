// Goal: nobody who logs waits for whoever reads the log, and what is lost by it is told. Method: a
// pipe as stderr that is read only when the test says so.
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <absl/strings/match.h>
#include <absl/strings/str_split.h>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <unistd.h>

#include <future>
#include <map>
#include <string>
#include <vector>

namespace tamarack::telemetry {
namespace {

// The process's stderr is this pipe while it lives.
class PipedStderr {
 public:
  PipedStderr() : kept_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe(ends_) == 0);
    REQUIRE(::dup2(ends_[1], STDERR_FILENO) >= 0);
    ::close(ends_[1]);
  }
  ~PipedStderr() {
    if (!reader_.valid()) Read();
    ::dup2(kept_, STDERR_FILENO);  // Nobody has the writing end any more.
    reader_.wait();
    ::close(kept_);
    ::close(ends_[0]);
  }
  // From now on what comes is read.
  void Read() {
    reader_ = std::async(std::launch::async, [from = ends_[0]] {
      std::string text, block(65536, '\0');
      for (ssize_t size; (size = ::read(from, block.data(), block.size())) > 0;)
        text.append(block, 0, static_cast<size_t>(size));
      return text;
    });
  }
  // All that came, once nobody writes there.
  std::vector<std::string> Lines() {
    FlushLog();
    ::dup2(kept_, STDERR_FILENO);
    auto text = reader_.get();
    reader_ = std::async(std::launch::deferred, [] { return std::string(); });
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

 private:
  int kept_;
  int ends_[2] = {-1, -1};
  std::future<std::string> reader_;
};

TEST_CASE("Whoever logs does not wait for whoever reads the log, and what is dropped is counted") {
  WriteLogAside();
  PipedStderr stderr_pipe;
  const uint64_t dropped_before = DroppedLogLines();
  const std::string filler(1000, 'x');
  // Much more than fits a pipe and the buffer. That this comes to an end is the point.
  constexpr uint64_t kLines = 3 * kGatheredBytesMax / 1000;
  for (uint64_t i = 0; i < kLines; ++i) Log(Level::kInfo, "filler", {{"filler", filler}});
  const uint64_t dropped = DroppedLogLines() - dropped_before;
  CHECK(dropped > kLines / 3);
  prometheus::Registry registry;
  CHECK(absl::StrContains(
      SerializeMetrics(registry),
      "\ntamarack_log_lines_dropped_total " + std::to_string(DroppedLogLines()) + "\n"));

  stderr_pipe.Read();
  FlushLog();
  Log(Level::kInfo, "after");
  uint64_t written = 0, told = 0;
  bool is_there_again = false;
  for (const std::string& line : stderr_pipe.Lines()) {
    auto object = boost::json::parse(line).as_object();
    if (object["msg"] == "filler") ++written;
    if (object["msg"] == "log lines dropped") told += object["lines"].to_number<uint64_t>();
    if (object["msg"] == "after") is_there_again = true;
  }
  CHECK(written + dropped == kLines);
  CHECK(told == dropped);
  CHECK(is_there_again);
}

TEST_CASE("All lines are whole and in their order, whichever thread logs") {
  WriteLogAside();
  PipedStderr stderr_pipe;
  stderr_pipe.Read();
  auto log = [](const char* who) {
    for (int i = 0; i < 2000; ++i)
      Log(i % 100 == 0 ? Level::kWarning : Level::kInfo, who, {{"i", i}});
  };
  auto other = std::async(std::launch::async, log, "other");
  log("own");
  other.wait();
  std::map<std::string, int> next;
  for (const std::string& line : stderr_pipe.Lines()) {
    auto object = boost::json::parse(line).as_object();
    CHECK(object["i"] == next[object["msg"].as_string().c_str()]++);
  }
  CHECK(next["own"] == 2000);
  CHECK(next["other"] == 2000);
}

}  // namespace
}  // namespace tamarack::telemetry
