#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// How the messages of a server-streaming method stand in an answer's body.
enum class StreamFormat {
  kArray,   // One JSON array: application/json
  kLines,   // A JSON text a line: application/x-ndjson
  kEvents,  // Server-sent events (HTML standard, section 9.2): text/event-stream
  kRaw,     // The bytes of google.api.HttpBody messages, one after the other.
};

// The format that an Accept header wants most, of equals the array; nothing when it takes none of
// them.
std::optional<StreamFormat> NegotiateStreamFormat(std::string_view accept);

// The media type of the format; not for kRaw, whose messages bring their own.
std::string_view MediaTypeOf(StreamFormat format);

// Frames printed messages one after the other. No I/O, no state but the number of messages.
class StreamFramer {
 public:
  explicit StreamFramer(StreamFormat format) : format_(format) {}

  // One message. `id` names an event; when it is empty, its number does.
  std::string Message(std::string_view body, std::string_view id = {});
  // The problem that ended the stream, as its last element, line or event. Empty for kRaw, whose
  // body can only be cut off.
  std::string Error(std::string_view problem);
  // What ends the body.
  std::string End() const;
  // What tells proxies and clients of a quiet stream that it lives; only events have that.
  std::string Heartbeat() const { return format_ == StreamFormat::kEvents ? ":\n\n" : ""; }
  StreamFormat format() const { return format_; }

 private:
  std::string Framed(std::string_view body) const;

  StreamFormat format_;
  size_t count_ = 0;
};

}  // namespace tamarack::gateway
