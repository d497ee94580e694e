// How the messages of a stream stand in a body, and which form a client gets.
#include "gateway/streaming/format.h"

#include <catch2/catch.hpp>

#include <optional>

namespace tamarack::gateway {
namespace {

TEST_CASE("Accept chooses the form of a stream", "[gateway]") {
  auto [accept, format] = GENERATE(table<const char*, std::optional<StreamFormat>>({
      {"", StreamFormat::kArray},
      {"*/*", StreamFormat::kArray},
      {"application/json", StreamFormat::kArray},
      {"text/html, */*;q=0.1", StreamFormat::kArray},
      {"application/x-ndjson", StreamFormat::kLines},
      {"Application/X-NDJSON; charset=utf-8", StreamFormat::kLines},
      {"text/event-stream", StreamFormat::kEvents},
      {"text/event-stream, application/json", StreamFormat::kArray},
      {"text/event-stream, */*;q=0.5", StreamFormat::kEvents},
      {"text/event-stream;q=0.5, application/json", StreamFormat::kArray},
      {"application/json;q=0.2,application/x-ndjson; q=0.3", StreamFormat::kLines},
      {"text/event-stream;q=x, application/x-ndjson;q=0.1", StreamFormat::kLines},
      {"text/event-stream;q=0", std::nullopt},
      {"text/html", std::nullopt},
  }));
  INFO(accept);
  CHECK((NegotiateStreamFormat(accept) == format));
}

std::string Frame(StreamFormat format, int messages, bool fails) {
  StreamFramer framer(format);
  std::string body;
  for (int i = 0; i < messages; ++i) body += framer.Message("{}", i == 1 ? "b" : "");
  if (fails) body += framer.Error("{\"status\":503}");
  return body + framer.End();
}

TEST_CASE("messages, errors and ends have their place in each form", "[gateway]") {
  auto [format, messages, fails, body] = GENERATE(table<StreamFormat, int, bool, const char*>({
      {StreamFormat::kArray, 0, false, "[]"},
      {StreamFormat::kArray, 1, false, "[{}]"},
      {StreamFormat::kArray, 2, false, "[{},{}]"},
      {StreamFormat::kArray, 2, true, "[{},{},{\"status\":503}]"},
      {StreamFormat::kArray, 0, true, "[{\"status\":503}]"},
      {StreamFormat::kLines, 0, false, ""},
      {StreamFormat::kLines, 2, false, "{}\n{}\n"},
      {StreamFormat::kLines, 1, true, "{}\n{\"status\":503}\n"},
      {StreamFormat::kEvents, 0, false, ""},
      {StreamFormat::kEvents, 2, false, "id: 1\ndata: {}\n\nid: b\ndata: {}\n\n"},
      {StreamFormat::kEvents, 1, true,
       "id: 1\ndata: {}\n\nevent: error\ndata: {\"status\":503}\n\n"},
      {StreamFormat::kRaw, 2, false, "{}{}"},
      {StreamFormat::kRaw, 2, true, "{}{}"},
  }));
  CHECK(Frame(format, messages, fails) == body);
}

TEST_CASE("only events have heartbeats", "[gateway]") {
  CHECK(StreamFramer(StreamFormat::kEvents).Heartbeat() == ":\n\n");
  CHECK(StreamFramer(StreamFormat::kArray).Heartbeat().empty());
  CHECK(StreamFramer(StreamFormat::kLines).Heartbeat().empty());
}

}  // namespace
}  // namespace tamarack::gateway
