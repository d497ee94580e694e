#pragma once

#include <absl/strings/string_view.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

// JSON logs: one line per event on stderr. Messages are constants, what varies goes into fields,
// personal data goes nowhere. Safe to call from any thread.
namespace tamarack::telemetry {

enum class Level { kDebug, kInfo, kWarning, kError };

// Wraps what must never be printed but is handy to name in a field; prints `***`.
template <class T>
struct Redacted {
  const T& value;
};

// A field's value. Only borrows text, so it must not outlive the Log() call it is made for.
class Value {
 public:
  Value(std::string_view text) : value_(text) {}
  Value(absl::string_view text) : value_(std::string_view(text.data(), text.size())) {}
  Value(const char* text) : value_(std::string_view(text)) {}
  Value(const std::string& text) : value_(std::string_view(text)) {}
  Value(bool flag) : value_(flag) {}
  Value(std::floating_point auto number) : value_(static_cast<double>(number)) {}
  Value(std::signed_integral auto number) : value_(static_cast<int64_t>(number)) {}
  Value(std::unsigned_integral auto number) : value_(static_cast<uint64_t>(number)) {}
  // Milliseconds with three decimals; 0 where it is negative.
  template <class Rep, class Period>
  Value(std::chrono::duration<Rep, Period> duration)
      : value_(std::chrono::duration_cast<std::chrono::microseconds>(duration)) {}
  template <class T>
  Value(const Redacted<T>&) : value_(std::string_view("***")) {}

  const auto& variant() const { return value_; }

 private:
  std::variant<std::string_view, int64_t, uint64_t, double, bool, std::chrono::microseconds> value_;
};

struct Field {
  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

// What ties a line to the request it belongs to; both may be empty.
struct LogContext {
  std::string_view request_id;
  std::string_view trace_id;
};

// Sets the `service` key and the lowest level printed: debug, info, warning or error. Returns
// false, changing nothing, for any other level. Call once in main; before it, all of info and
// above is printed with an empty service.
bool ConfigureLog(std::string_view service, std::string_view level);

bool LogEnabled(Level level);

// From now on whoever logs waits for no reader: a thread, of which there is one however often this
// is called, writes what is gathered some milliseconds after the first line, or at once for a
// warning, an error or much. What comes while kGatheredBytesMax wait for the reader is dropped and
// counted (`tamarack_log_lines_dropped_total`), and a line says how much it was. Before, Log writes
// itself.
void WriteLogAside();
// Waits until all lines so far are written, at most a second. A process does so when it exits.
void FlushLog();
uint64_t DroppedLogLines();
inline constexpr size_t kGatheredBytesMax = 4 << 20;

// Writes one event: Log(Level::kInfo, "payment captured", {{"payment_id", id}}).
void Log(Level level, std::string_view message, Fields fields = {});
void Log(Level level, const LogContext& context, std::string_view message, Fields fields = {});

// The line Log() writes, without its newline. Exposed for tests.
std::string FormatLogLine(std::string_view timestamp, Level level, std::string_view service,
                          const LogContext& context, std::string_view message, Fields fields);

// Appends `text` as a quoted JSON string. Invalid UTF-8 becomes U+FFFD, so the result is always
// valid JSON on one line.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace tamarack::telemetry
