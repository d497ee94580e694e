#include "gateway/streaming/format.h"

#include "gateway/request/accept.h"
#include "platform/base/status.h"

namespace tamarack::gateway {

std::optional<StreamFormat> NegotiateStreamFormat(std::string_view accept) {
  std::optional<StreamFormat> best;
  double best_quality = 0;
  for (StreamFormat format : {StreamFormat::kArray, StreamFormat::kLines, StreamFormat::kEvents}) {
    double quality = MediaTypeQuality(accept, MediaTypeOf(format));
    if (quality <= best_quality) continue;
    best = format;
    best_quality = quality;
  }
  return best;
}

std::string_view MediaTypeOf(StreamFormat format) {
  switch (format) {
    case StreamFormat::kLines:
      return "application/x-ndjson";
    case StreamFormat::kEvents:
      return "text/event-stream";
    case StreamFormat::kArray:
    case StreamFormat::kRaw:
      break;
  }
  return "application/json";
}

// Printed JSON holds no line break, so a message is one line of any format.
std::string StreamFramer::Framed(std::string_view body) const {
  switch (format_) {
    case StreamFormat::kArray:
      return absl::StrCat(count_ == 0 ? "[" : ",", ToAbsl(body));
    case StreamFormat::kLines:
      return absl::StrCat(ToAbsl(body), "\n");
    case StreamFormat::kEvents:
      return absl::StrCat("data: ", ToAbsl(body), "\n\n");
    case StreamFormat::kRaw:
      break;
  }
  return std::string(body);
}

std::string StreamFramer::Message(std::string_view body, std::string_view id) {
  std::string text = Framed(body);
  ++count_;
  if (format_ != StreamFormat::kEvents) return text;
  return absl::StrCat("id: ", id.empty() ? absl::StrCat(count_) : std::string(id), "\n", text);
}

std::string StreamFramer::Error(std::string_view problem) {
  if (format_ == StreamFormat::kRaw) return {};
  std::string text = Framed(problem);
  ++count_;
  return format_ == StreamFormat::kEvents ? "event: error\n" + text : text;
}

std::string StreamFramer::End() const {
  if (format_ != StreamFormat::kArray) return {};
  return count_ == 0 ? "[]" : "]";
}

}  // namespace tamarack::gateway
