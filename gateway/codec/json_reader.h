#pragma once

#include "gateway/codec/json_failure.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace tamarack::gateway {

// Reads JSON text (RFC 8259) strictly, value by value, and builds nothing: the caller asks what
// comes next and takes it, all of it, since simdjson's On-Demand parser underneath does not check
// what is not taken. What is not JSON, and what JSON leaves open (bad UTF-8, lone surrogates),
// fails; everything after a failure is kNothing, so a caller may look once, at the end.
// Lives and dies on one thread.
class JsonReader {
 public:
  enum class Kind : uint8_t { kObject, kArray, kString, kNumber, kBoolean, kNull, kNothing };

  // Objects and arrays may lie in each other `depth_max` deep.
  JsonReader(std::string_view text, int depth_max);
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // The kind of the value that begins here.
  Kind Peek() const { return next_; }

  // Goes into the object or array that begins here.
  void Enter();
  // The next member's name, decoded as by String; its value comes next.
  // False at the object's end.
  bool NextMember(std::string_view* name);
  // True if an element comes next, false at the array's end.
  bool NextElement();
  // Back to the beginning of the object whose end has just been reached: how to look ahead.
  void Rewind();

  // Take the value that begins here, whose kind Peek has told. Strings are decoded; numbers and
  // booleans are as they stand. What they return lives as long as the reader.
  std::string_view String();
  std::string_view Number();
  std::string_view Boolean();
  void Null();
  void Skip();

  // True if nothing but white space follows the value that has been taken.
  bool AtEnd();

  bool has_failed() const { return has_failed_; }
  // What is wrong with a text that failed; reads it once more.
  JsonFailure Failure() const { return FindJsonFailure(text_, depth_max_); }

 private:
  struct State;

  void Leave();
  std::string_view Token();
  std::string_view Decoded(const char* begin);
  std::string_view Fail();

  std::string_view text_;
  int depth_ = 0;
  int depth_max_;
  Kind next_ = Kind::kNothing;
  bool is_fresh_ = false;    // Nothing of the object or array just entered has been read.
  bool is_rewound_ = false;  // The object last left comes next once more.
  bool has_failed_ = false;
  std::unique_ptr<State> state_;
};

// JSON's number grammar. `is_integer` tells whether there is neither a fraction nor an exponent.
bool IsJsonNumber(std::string_view text, bool* is_integer);

}  // namespace tamarack::gateway
